"""The summary after the test run: grouped by pillar, worst first, at most one screen.

Only ASCII of our own, so that it also prints where the locale knows no Unicode.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from pytest_reconaudit.model import Confidence, Finding, Pillar, Run, Severity
from pytest_reconaudit.reports.digest import Digest, severities, worded
from pytest_reconaudit.reports.prose import blocks
from pytest_reconaudit.reports.text import block, cells, count, fit, fit_path, one_line, wrap

__all__ = ["Line", "summary"]

_STYLES: Mapping[Severity, tuple[str, ...]] = {
    Severity.CRITICAL: ("red", "bold"),
    Severity.HIGH: ("red",),
    Severity.MEDIUM: ("yellow",),
    Severity.LOW: ("cyan",),
    Severity.INFO: ("light",),
}
_MARGIN = 15
"""Columns before a finding's text: `` FAIL critical ``."""
_ROWS_LEFT_FREE = 2
"""For pytest's own last line and the prompt."""
_LEAST_ROWS, _LEAST_WIDTH = 24, 50


class Line(Struct, frozen=True):
    """One line of output: pieces of text, each with the style words of pytest's writer.

    Write it with ``for text, styles in line.spans: writer.write(text, **dict.fromkeys(styles,
    True))`` and then one newline.
    """

    spans: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


def _line(*spans: str | tuple[str, tuple[str, ...]]) -> Line:
    return Line(tuple((span, ()) if isinstance(span, str) else span for span in spans))


class _Section(Struct, dict=True):
    """One pillar while the screen is being filled."""

    pillar: Pillar
    digest: Digest
    shown: set[int] = field(default_factory=set)
    """Which of the digest's defects have room, by index."""

    @property
    def hidden(self) -> list[Finding]:
        return [one for index, one in enumerate(self.digest.defects) if index not in self.shown]

    @cached_property
    def alike(self) -> Counter[tuple[Severity, str]]:
        """How many findings each check has at each severity."""
        return Counter((one.severity, one.check) for one in self.digest.defects)

    def lines(self, width: int, most: int) -> list[Line]:
        """The shown findings, worst first; the first of a check counts its hidden siblings."""
        hidden = Counter((one.severity, one.check) for one in self.hidden)
        out: list[Line] = []
        for index in sorted(self.shown):
            finding = self.digest.defects[index]
            more = hidden.pop((finding.severity, finding.check), 0)
            out += _finding(finding, self.digest.run, width, most, more)
        return out


def summary(
    run: Run,
    *,
    width: int = 80,
    height: int = 24,
    color: bool = True,
    reports: Sequence[str] = (),
    verbose: int = 0,
) -> list[Line]:
    """The summary as lines of at most ``width`` columns.

    :param height: rows of the terminal; the summary takes at most ``height`` - 2 of them (a
        terminal of fewer than 24 rows counts as one of 24), unless ``verbose`` asks for everything.
    :param reports: paths of the reports that were written, to name where the rest stands.
    :param verbose: 0 fits the screen; 1 lists every finding, healthy check, skip and waiver; 2
        adds evidence, impact and remediation; below 0 leaves only the counts.
    """
    width = max(width, _LEAST_WIDTH)
    digest = Digest(run)
    sections = [_Section(pillar, digest.of(pillar)) for pillar in run.pillars]
    if verbose > 0:
        lines = _everything(digest, sections, width, reports, verbose)
    elif verbose < 0:
        headings = (_heading(section, width) for section in sections)
        lines = [*headings, _verdict(digest, width)]
    else:
        rows = max(height, _LEAST_ROWS) - _ROWS_LEFT_FREE
        lines = _screen(digest, sections, width, rows, [one_line(path) for path in reports])
    if color:
        return lines
    return [Line(tuple((text, ()) for text, _ in line.spans)) for line in lines]


# One screen


def _screen(
    digest: Digest, sections: list[_Section], width: int, rows: int, reports: Sequence[str]
) -> list[Line]:
    head = [_title(digest, width)]
    tail = [*_crashes(digest, width, most=2), *_footer(digest, width, reports)]
    free = rows - len(head) - len(tail) - len(sections)
    tight = free < 4 * len(sections)
    deep = 1 if tight else 2
    # Nothing is shown yet, so a status line is as long now as it can get.
    free -= sum(len(_status(section, width, reports, deep)) for section in sections)
    most = 1 if tight else 3 if rows >= 40 else 2
    for section, index in _in_turn(sections):
        finding = section.digest.defects[index]
        siblings = section.alike[finding.severity, finding.check] - 1
        needed = len(_finding(finding, digest.run, width, most, siblings))
        if needed > free:
            break
        section.shown.add(index)
        free -= needed
    body: list[Line] = []
    roomy = free >= len(sections)
    for section in sections:
        if roomy and body:
            body.append(Line())
        body.append(_heading(section, width))
        body.extend(section.lines(width, most))
        body.extend(_status(section, width, reports, deep))
    if roomy:
        body.append(Line())
    return [*head, *body, *tail]


def _in_turn(sections: list[_Section]) -> list[tuple[_Section, int]]:
    """Findings in the order in which they get room: each pillar's worst; then by severity, and
    within a severity one of each check before a second of any."""
    ranked: list[tuple[tuple[Any, ...], _Section, int]] = []
    for section in sections:
        before: Counter[tuple[Severity, str]] = Counter()
        for index, finding in enumerate(section.digest.defects):
            kind = (finding.severity, finding.check)
            rank = (index > 0, -finding.severity, before[kind], finding.sort_key())
            ranked.append((rank, section, index))
            before[kind] += 1
    return [(section, index) for _, section, index in sorted(ranked, key=lambda one: one[0])]


def _title(digest: Digest, width: int) -> Line:
    title = fit(f"recon audit: {one_line(digest.run.target)}", width - 4)
    side = (width - cells(title) - 2) // 2
    rest = width - cells(title) - 2 - side
    return _line(("=" * side + f" {title} " + "=" * rest, ("bold", _verdict_color(digest))))


def _verdict_color(digest: Digest) -> str:
    return {"failed": "red", "passed": "green"}.get(digest.verdict, "yellow")


def _heading(section: _Section, width: int) -> Line:
    digest = section.digest
    name = f"P{int(section.pillar)} {section.pillar.title}"
    pieces: list[tuple[str, tuple[str, ...]]] = []
    for severity, number in digest.counts.items():
        if not number:
            continue
        words = count(number, "note") if severity is Severity.INFO else f"{number} {severity.label}"
        pieces += (
            [(", ", ()), (words, _STYLES[severity])] if pieces else [(words, _STYLES[severity])]
        )
    if not pieces:
        pieces = [("no findings", ("green",)) if digest.judged else ("nothing judged", ("yellow",))]
    used = sum(cells(words) for words, _ in pieces)
    name = fit(name, max(2, width - used - 2))
    gap = max(1, min(32, width - used) - cells(name))
    return _line((name, ("bold",)), " " * gap, *pieces)


def _finding(finding: Finding, run: Run, width: int, most: int | None, more: int = 0) -> list[Line]:
    """``FAIL high  path:line: message [check-id]``; the message is cut to fit ``most`` lines, and
    a path that is still too long in its middle: the line number stays.

    :param more: how many findings of the same check and severity found no room.
    """
    room = width - _MARGIN
    place, name = one_line(str(finding.place)), one_line(finding.check)
    doubt = ["possible"] if finding.confidence is Confidence.POSSIBLE else []
    name = f"[{', '.join([name, *doubt, *([f'{more} more'] if more else [])])}]"
    message = one_line(finding.message)
    if most is not None:
        place = fit_path(place, room - 1)
    lines = wrap(f"{place}: {message} {name}", room)
    if most is not None and len(lines) > most:
        # The check's name stays: shorten the message until place, message and name fit.
        size = cells(message)
        while len(lines) > most and size > 12:
            size -= max(1, (sum(map(cells, lines)) - most * room))
            lines = wrap(f"{place}: {fit(message, max(size, 12))} {name}", room)
        if len(lines) > most:
            if most == 1:
                place = fit_path(place, max(room - cells(name) - 1, 20))
            lines = wrap(f"{place} {name}", room)[:most]
    fails = finding.fails(run.fail_on)
    styles = _STYLES[finding.severity]
    flag = ("FAIL", ("red", "bold")) if fails else ("    ", ())
    label = f"{'note' if finding.severity is Severity.INFO else finding.severity.label:<8} "
    out = [_line(" ", flag, " ", (label, styles), *_tail(lines[0], name, place))]
    out += [_line(" " * _MARGIN, *_tail(line, name, "")) for line in lines[1:]]
    return out


def _tail(line: str, name: str, place: str) -> list[str | tuple[str, tuple[str, ...]]]:
    """A finding's line with its place bold and its check's name dim."""
    spans: list[str | tuple[str, tuple[str, ...]]] = []
    if place and line.startswith(place):
        spans.append((place, ("bold",)))
        line = line[len(place) :]
    if line.endswith(name):
        return [*spans, line[: -len(name)], (name, ("light",))]
    return [*spans, line]


def _status(section: _Section, width: int, reports: Sequence[str], most: int) -> list[Line]:
    """What is not on the screen: more findings, healthy checks, what was not judged and why."""
    digest = section.digest
    more = f"{len(section.hidden)} more" if section.hidden else ""
    where = _where(section.pillar, reports)
    whole, part = len(digest.verified), len(digest.healthy) - len(digest.verified)
    healthy = f"{count(whole, 'check')} healthy" if whole else ""
    if not whole and part:
        healthy = f"{count(part, 'check')} healthy in part"
    kinds = ", ".join(f"{number} {kind}" for kind, number in digest.unjudged_checks.items())
    skipped = f"not judged: {kinds}" if kinds else ""
    few = f"{digest.skipped_checks} not judged" if kinds else ""
    room = width - 5
    # From the fullest wording to the shortest: the first that fits.
    for parts in (
        (more and f"{more} ({worded(severities(section.hidden))}): {where}", healthy, skipped),
        (more and f"{more}: {where}", healthy, skipped),
        (more and f"{more}: {where}", healthy, few),
        (more, healthy, few),
    ):
        lines = wrap("; ".join(filter(None, parts)) or "nothing was found healthy", room)
        if len(lines) <= most:
            break
    return [_line("     ", (line, ("light",))) for line in lines[:most]]


def _where(pillar: Pillar, reports: Sequence[str]) -> str:
    """Where the findings that found no room are listed."""
    names = [path.replace("\\", "/").rpartition("/")[2] for path in reports]
    own = [name for name in names if f"_PILLAR{int(pillar)}_" in name]
    whole = [name for name in names if name.endswith((".html", ".md")) and "_PILLAR" not in name]
    return next(iter(own + whole), "-v lists them")


def _crashes(digest: Digest, width: int, most: int | None) -> list[Line]:
    lines = []
    crashes = digest.crashes
    for item in crashes[:most]:
        name = f"{item.check}[{item.subject}]" if item.subject else item.check
        words = f"{one_line(name)}: {one_line(item.reason)}"
        first, *rest = wrap(words, width - 6) if most is None else [fit(words, width - 6)]
        lines.append(_line(("ERROR ", ("red", "bold")), first))
        lines += [_line(" " * 6, line) for line in rest]
    if most is not None and len(crashes) > most:
        lines[-1] = _line(
            ("ERROR ", ("red", "bold")),
            f"and {len(crashes) - most + 1} more crashed: their verdict is missing",
        )
    return lines


def _footer(digest: Digest, width: int, reports: Sequence[str]) -> list[Line]:
    lines = []
    if digest.suppressed:
        baseline = sum(f.suppressed == "in the baseline" for f in digest.suppressed)
        waived = len(digest.suppressed) - baseline
        ways = [f"{baseline} in the baseline"] * bool(baseline) + [f"{waived} waived"] * bool(
            waived
        )
        words = f"{count(len(digest.suppressed), 'finding')} accepted: {', '.join(ways)}"
        lines.append(_line((fit(words, width), ("light",))))
    if reports:
        listed = ", ".join(reports)
        if cells(listed) > width - 8 and len(reports) > 1:
            listed = f"{reports[0]} and {len(reports) - 1} more"
        lines.append(_line(fit(f"report: {listed}", width)))
    return [*lines, _verdict(digest, width)]


def _verdict(digest: Digest, width: int) -> Line:
    words = digest.verdict_text.rstrip(".")
    advisory = len(digest.defects) - len(digest.failing)
    if advisory and digest.verdict != "off":
        words += f"; {advisory} advisory"
    return _line((fit(words, width), ("bold", _verdict_color(digest))))


# Everything (-v)


def _everything(
    digest: Digest, sections: list[_Section], width: int, reports: Sequence[str], verbose: int
) -> list[Line]:
    lines = [_title(digest, width)]
    for section in sections:
        own = section.digest
        lines.append(_heading(section, width))
        for finding in own.findings:
            lines += _finding(finding, digest.run, width, None)
            if verbose > 1:
                lines += _details(finding, width)
        lines += _listed("healthy", _healthy_words(own, True), width, ("green",))
        lines += _listed("in part", _healthy_words(own, False), width, ("yellow",))
        skipped = [
            f"{one.kind}: {one.detail or 'no detail'} [{', '.join(_subjects(one.checks))}]"
            for one in own.unjudged
        ]
        lines += _listed("not judged", skipped, width, ("yellow",))
        accepted = [
            f"{finding.place}: {finding.message} [{finding.check}] -- {finding.suppressed}"
            for finding in own.suppressed
        ]
        lines += _listed("accepted", accepted, width, ("light",))
        lines.append(Line())
    lines += _crashes(digest, width, most=None)
    return [*lines, *_footer(digest, width, [one_line(path) for path in reports])]


def _healthy_words(digest: Digest, entirely: bool) -> list[str]:
    return [
        f"{one.check}: {one.title} ({count(one.passed, 'subject')})"
        if one.entirely
        else f"{one.check}: {one.title} ({one.passed} of {one.judged} subjects)"
        for one in digest.healthy
        if one.entirely is entirely
    ]


def _subjects(checks: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
    return [f"{check}: {', '.join(subjects)}" if subjects else check for check, subjects in checks]


def _listed(label: str, entries: Sequence[str], width: int, styles: tuple[str, ...]) -> list[Line]:
    lines = []
    for entry in entries:
        first, *rest = wrap(one_line(entry), width - _MARGIN)
        lines.append(_line("    ", (f"{label:<11}", styles), first))
        lines += [_line(" " * _MARGIN, more) for more in rest]
    return lines


def _details(finding: Finding, width: int) -> list[Line]:
    lines = []
    for note in finding.related:
        words = f"see {note.place}" + (f": {note.message}" if note.message else "")
        lines += _indented(words, width)
    if finding.evidence:
        lines += _indented(f"evidence: {finding.evidence}", width)
    if finding.impact:
        lines += _indented(f"impact: {finding.impact}", width)
    for index, part in enumerate(blocks(finding.remediation)):
        if part.kind == "code":
            for code in block(part.code).expandtabs(4).split("\n"):
                lines.append(
                    _line(" " * (_MARGIN + 2), (fit(code, width - _MARGIN - 2), ("light",)))
                )
            continue
        words = "".join(span.text for span in part.spans)
        prefix = {"bullet": "- ", "number": f"{part.number}. "}.get(part.kind, "")
        lines += _indented(("fix: " if index == 0 else "") + prefix + words, width)
    return lines


def _indented(words: str, width: int) -> list[Line]:
    return [_line(" " * _MARGIN, line) for line in wrap(one_line(words), width - _MARGIN)]
