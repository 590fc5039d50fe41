"""The audit as Markdown that renders well on GitHub: one file for a pillar, or one for all.

Words of the target never become markup: a word with any character that Markdown, GitHub
(mentions, issue links, emoji, formulas) or HTML could act on is set as code, where all of it is
inert. That is also how a reader wants paths, keys and image names to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pytest_reconaudit.model import Finding, Note, Pillar, Run, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.reports import prose
from pytest_reconaudit.reports.digest import Digest, Group
from pytest_reconaudit.reports.text import block, count, one_line

__all__ = ["pillar", "render"]

_RISKY = regex(
    r"[\\`*_\[\]<>|~$@#{}^]|&[#\w]|://|www\.|:[\w+-]+:|\bGH-\d|javascript:", re.IGNORECASE
)
# What would begin a list, a heading or a rule when a line starts with it.
_LEADING = regex(r"^(?:[-+=]+|\d{1,9}[.)])$")
_BEFORE, _AFTER = "\"'(", "\"'),.;:!?"
_RUNS = regex(r"`+")
_PRIORITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
_PLACES_LISTED = 12


def render(run: Run) -> str:
    """All pillars in one document."""
    digest = Digest(run)
    out = [f"# Platform audit: {_code(run.target)} (cycle {run.cycle})", ""]
    out += [f"**{_text(digest.verdict_text)}**", ""]
    out += _summary(digest)
    out += _matrix(digest)
    out += _first(digest)
    for one in run.pillars:
        out += [f"## Pillar {int(one)}: {_text(one.title)}", ""]
        out += _pillar(digest.of(one), one, level=3)
    out += _map(run)
    return _finish(out)


def pillar(run: Run, pillar: Pillar) -> str:
    """One pillar's document."""
    digest = Digest(run).of(pillar)
    title = f"# Pillar {int(pillar)}: {_text(pillar.title)} audit of {_code(run.target)}"
    out = [f"{title} (cycle {run.cycle})", "", f"**{_text(digest.verdict_text)}**", ""]
    out += _pillar(digest, pillar, level=2)
    if pillar is Pillar.DEPLOYMENT:
        out += _map(run)
    return _finish(out)


def _finish(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip("\n") + "\n"


# Sections


def _map(run: Run) -> list[str]:
    """The services of the deployment map with what each has to do with."""
    deployment = run.deployment
    services = deployment.of_kind("service")
    if not services:
        return []
    titles = {node.id: node for node in deployment.nodes}
    images: dict[str, list[str]] = {}
    wants: dict[str, list[str]] = {}
    ports: dict[str, list[str]] = {}
    for edge in deployment.edges:
        if edge.kind == "runs":
            images.setdefault(edge.target, []).append(_code(titles[edge.source].title))
        elif edge.kind in ("needs", "asks") and edge.target in titles:
            other = titles[edge.target]
            name = other.title
            if other.kind == "port" and other.group in titles:
                name = f"{titles[other.group].title}:{other.title}"
            wrong = " (does not agree)" if edge.wrong else ""
            wants.setdefault(edge.source, []).append(f"{_text(name)}{wrong}")
    for node in deployment.of_kind("port"):
        nobody = " (nothing listens)" if node.state == "nobody" else ""
        ports.setdefault(node.group, []).append(f"{_text(node.title)}{nobody}")
    out = ["## Deployment map", "", "| Service | Where | Image | Ports | Needs and asks |"]
    out.append("|---|---|---|---|---|")
    for node in services:
        at = _code(str(node.place)) if node.place else _text(node.group)
        parts = [_text(node.title), at]
        parts += [", ".join(table.get(node.id, ())) for table in (images, ports, wants)]
        out.append("| " + " | ".join(part.replace("|", "\\|") for part in parts) + " |")
    return [*out, ""]


def _pillar(digest: Digest, pillar: Pillar, *, level: int) -> list[str]:
    mark = "#" * level
    out = [f"{mark} Executive summary", ""]
    out += _summary(digest)
    numbers = {id(group): f"{int(pillar)}.{n}" for n, group in enumerate(digest.groups, 1)}
    if digest.findings:
        out += _counts(digest)
        out += [f"{mark} Priorities", "", *_priorities(digest, numbers), ""]
        out += [f"{mark} Findings", ""]
        for group in digest.groups:
            out += _group(group, numbers[id(group)], digest.run, level + 1)
    if digest.crashes:
        out += [f"{mark} Crashed checks", "", "A crash is a bug of the audit, not a verdict.", ""]
        for item in digest.crashes:
            name = f"{item.check}[{item.subject}]" if item.subject else item.check
            out.append(f"- {_code(name)}: {_text(item.reason)}")
        out.append("")
    out += _healthy(digest, mark)
    out += _unjudged(digest, mark)
    out += _accepted(digest, mark)
    return out


def _summary(digest: Digest) -> list[str]:
    return [*(f"- {_spans(sentence)}" for sentence in digest.sentences), ""]


def _matrix(digest: Digest) -> list[str]:
    """Pillar × severity."""
    out = [
        "| Pillar | Critical | High | Medium | Low | Notes | Fail the gate | Checks healthy |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    rows = [(f"{int(one)} {_text(one.title)}", digest.of(one)) for one in digest.run.pillars]
    for name, own in [*rows, ("**All**", digest)]:
        figures = [*own.counts.values(), len(own.failing), len(own.verified)]
        out.append(f"| {name} | " + " | ".join(map(str, figures)) + " |")
    return [*out, ""]


def _first(digest: Digest) -> list[str]:
    """What to do first, whichever pillar it belongs to."""
    if not digest.first:
        return []
    numbers: dict[tuple[str, Severity, str, str], str] = {}
    for pillar in digest.run.pillars:
        for n, group in enumerate(digest.of(pillar).groups, 1):
            numbers.setdefault(_key(group), f"{int(pillar)}.{n}")
    out = ["## First to fix", ""]
    for n, group in enumerate(digest.first, 1):
        out.append(f"{n}. {_line(group, numbers[_key(group)])}")
    return [*out, ""]


def _key(group: Group) -> tuple[str, Severity, str, str]:
    return group.check, group.severity, group.impact, group.remediation


def _counts(digest: Digest) -> list[str]:
    out = ["| Priority | Severity | Findings | Fail the gate |", "|---|---|--:|--:|"]
    for severity, number in digest.counts.items():
        failing = sum(finding.severity is severity for finding in digest.failing)
        priority = "–" if severity is Severity.INFO else severity.priority
        label = "note" if severity is Severity.INFO else severity.label
        out.append(f"| {priority} | {label} | {number} | {failing} |")
    return [*out, ""]


def _priorities(digest: Digest, numbers: dict[int, str]) -> list[str]:
    """What to do, in order: one line for each group of findings, linked to it."""
    out: list[str] = []
    for severity in _PRIORITIES:
        for group in digest.groups:
            if group.severity is not severity:
                continue
            out.append(f"{len(out) + 1}. {_line(group, numbers[id(group)])}")
    return out or ["No priorities: there are only notes."]


def _line(group: Group, number: str) -> str:
    """A group of findings in one line, linked to it."""
    name = f"[{_label(group.check)}](#{_anchor(_heading(group, number))})"
    first = group.findings[0]
    message, place = _spans(prose.spans(first.message)), _code(str(first.place))
    number_of = len(group.findings)
    lead = "" if number_of == 1 else f"{count(number_of, 'finding')}, first: "
    severity = group.severity
    return f"**{severity.priority} {severity.label}** {name}: {lead}{message} ({place})"


def _heading(group: Group, number: str) -> str:
    """The group's heading, plain enough that its anchor is known: see :func:`_anchor`."""
    label = (
        "note"
        if group.severity is Severity.INFO
        else f"{group.severity.priority} {group.severity.label}"
    )
    return f"{number} {label}: {_label(group.check)}"


def _label(check: str) -> str:
    """A check's id as plain text; ids of other shapes lose what Markdown could act on."""
    return re.sub(r"[^\w.:/-]|_", "-", check, flags=re.ASCII) or "check"


def _anchor(heading: str) -> str:
    """The id that GitHub gives a heading of plain ASCII words."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _group(group: Group, number: str, run: Run, level: int) -> list[str]:
    out = [f"{'#' * level} {_heading(group, number)}", ""]
    if group.title:
        out += [f"*Healthy state:* {_text(group.title)}.", ""]
    for finding in group.findings:
        out += _finding(finding, run)
    out.append("")
    if group.impact:
        out += [f"**Impact:** {_spans(prose.spans(group.impact))}", ""]
    if group.remediation:
        out += ["**Recommendation:**", "", *_blocks(prose.blocks(group.remediation)), ""]
    return out


def _finding(finding: Finding, run: Run) -> list[str]:
    facts = [f"Severity {finding.severity.label}", f"confidence {finding.confidence.value}"]
    if finding.severity is not Severity.INFO:
        facts.insert(1, "fails the gate" if finding.fails(run.fail_on) else "advisory")
    if finding.clause:
        facts.append(f"clause {_text(finding.clause)}")
    message = _spans(prose.spans(finding.message))
    out = [f"- **{_code(str(finding.place))}** {message}", f"  - {', '.join(facts)}"]
    if finding.evidence:
        out.append(f"  - Evidence: {_code(finding.evidence)}")
    out += [f"  - {line}" for line in _related(finding.related)]
    return out


def _related(notes: Sequence[Note]) -> list[str]:
    """The first places one by one, the rest as line numbers by file."""
    out = []
    for note in notes[:_PLACES_LISTED]:
        words = f"See {_code(str(note.place))}"
        out.append(f"{words}: {_spans(prose.spans(note.message))}" if note.message else words)
    rest: dict[str, list[str]] = {}
    for note in notes[_PLACES_LISTED:]:
        line = "whole file" if note.place.line is None else str(note.place.line)
        rest.setdefault(note.place.path, []).append(line)
    out += [f"See also {_code(path)}: {', '.join(lines)}" for path, lines in rest.items()]
    return out


def _healthy(digest: Digest, mark: str) -> list[str]:
    out = [f"{mark} Verified healthy", ""]
    if not digest.healthy:
        return [*out, "No check found a subject of this pillar healthy.", ""]
    out += ["| Check | What holds | Subjects healthy |", "|---|---|--:|"]
    for one in digest.healthy:
        number = str(one.passed) if one.entirely else f"in part: {one.passed} of {one.judged}"
        out.append(f"| {_label(one.check)} | {_text(one.title.replace('|', '¦'))} | {number} |")
    return [*out, ""]


def _unjudged(digest: Digest, mark: str) -> list[str]:
    out = [f"{mark} Not judged", ""]
    if not digest.run.items:
        return [*out, "No check of this pillar was run.", ""]
    if not digest.unjudged:
        return [*out, "Nothing: every check of this pillar judged all it was given.", ""]
    out += ["Absent is not healthy: these give no verdict.", ""]
    for one in digest.unjudged:
        detail = _spans(prose.spans(one.detail.strip()))
        words = f"**{_text(one.kind)}**" + (f": {detail}" if detail else "")
        names = []
        for check, subjects in one.checks:
            listed = ", ".join(_code(subject) for subject in subjects)
            names.append(f"{_label(check)} ({listed})" if listed else _label(check))
        out += [f"- {words}", f"  - {', '.join(names)}"]
    return [*out, ""]


def _accepted(digest: Digest, mark: str) -> list[str]:
    if not digest.suppressed:
        return []
    out = [f"{mark} Accepted findings", "", "Waived in place or in the baseline; not counted.", ""]
    for finding in digest.suppressed:
        message = _spans(prose.spans(finding.message))
        out.append(
            f"- **{_code(str(finding.place))}** {finding.severity.label},"
            f" {_label(finding.check)}: {message}"
        )
        out.append(f"  - Accepted: {_text(finding.suppressed)}")
    return [*out, ""]


# Words


def _text(words: str) -> str:
    """Plain words as inert Markdown on one line."""
    words = one_line(words)
    first, _, rest = words.partition(" ")
    if _LEADING.match(first):
        return f"{_code(first)} {_words(rest)}" if rest else _code(first)
    return _words(words)


def _words(words: str) -> str:
    return " ".join(map(_word, words.split(" "))) if _RISKY.search(words) else words


def _word(word: str) -> str:
    if not _RISKY.search(word):
        return word
    core = word.lstrip(_BEFORE).rstrip(_AFTER)
    while word[word.find(core) + len(core) :].startswith(")") and core.count("(") > core.count(")"):
        core += ")"  # it closes one of the word's own: $(PORT)
    if not core:
        return _code(word)
    before, _, after = word.partition(core)
    return f"{before}{_code(core)}{after}"


def _code(words: str) -> str:
    """A code span around any text, whatever back ticks it holds."""
    words = one_line(words) or " "
    longest = max((len(run) for run in _RUNS.findall(words)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def _spans(spans: Iterable[prose.Span]) -> str:
    out = []
    for span in spans:
        if span.kind == "code":
            out.append(_code(span.text))
            continue
        words = _text(span.text)
        if span.kind == "strong" and words:
            words = f"**{words}**"
        # _text() strips the blanks that keep spans apart.
        left = " " if span.text[:1].isspace() else ""
        right = " " if span.text[-1:].isspace() and words else ""
        out.append(f"{left}{words}{right}")
    # Two code spans must not touch: their back ticks would become one longer run.
    joined = ""
    for piece in filter(None, out):
        joined += f" {piece}" if joined.endswith("`") and piece.startswith("`") else piece
    return joined


def _blocks(blocks: Iterable[prose.Block]) -> list[str]:
    out: list[str] = []
    previous = ""
    for one in blocks:
        if one.kind == "code":
            longest = max((len(run) for run in _RUNS.findall(one.code)), default=0)
            fence = "`" * max(3, longest + 1)
            out += ["", f"{fence}{one.language}", *block(one.code).split("\n"), fence, ""]
        elif one.kind in ("bullet", "number"):
            if previous != one.kind:
                out.append("")
            prefix = "- " if one.kind == "bullet" else f"{one.number}. "
            out.append(prefix + _spans(one.spans))
        else:
            out += ["", _spans(one.spans), ""]
        previous = one.kind
    return out
