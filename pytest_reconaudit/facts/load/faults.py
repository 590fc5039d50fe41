"""What makes a load test say less than it seems to, or not run at all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.load.runs import LoadRun, load_runs
from pytest_reconaudit.facts.load.scripts import SUFFIXES, LoadScript, load_scripts
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.broken import Broken, broken
from pytest_reconaudit.readers.scans.load_scripts import K6Script, RateMetric, Threshold
from pytest_reconaudit.target import Target, once

__all__ = ["JudgedScript", "LoadFault", "judged_scripts"]

_LATENCY = regex(
    r"^(?:http_req_(?:duration|waiting|receiving|sending|connecting|blocked|tls_handshaking)"
    r"|iteration_duration|group_duration|grpc_req_duration|ws_|browser_)"
)
_BUILT_IN = regex(
    r"^(?:vus|vus_max|iterations|iteration_duration|dropped_iterations|data_received|data_sent"
    r"|checks|group_duration|http_reqs|http_req_(?:blocked|connecting|tls_handshaking|sending"
    r"|waiting|receiving|duration|failed)|ws_\w+|grpc_\w+|browser_\w+|webvital\w*|streams_\w+)$"
)
_METRIC = regex(r"k6/metrics|\bimport\b|\brequire\b|\bexport\s+\*|\bfrom\s+['\"]")
_LIMIT = regex(
    r"^\s*(?P<what>rate|p\(\s*[\d.]+\s*\)|avg|med|min|max|value|count)\s*(?P<sign><=?|>=?)\s*"
    r"(?P<number>\d+(?:\.\d+)?)\s*$"
)
_REQUEST_TIMEOUT = 60_000
"""Milliseconds after which k6 gives a request up."""
_EXPECTED = regex(
    r"not.?found|missing|unknown|unauthori[sz]ed|denied|forbidden|reject|invalid|without|deleted"
    r"|expired|gone|no.?auth|anonymous|guest|empty|or.?40\d|optional|if exists|\b40[134]\b",
)
_NO_CRASH = regex(
    r"<\s*500(?!\s*ms)|\b5xx\b|server.?error|crash|less than 500|survives?|\balive\b|\bup\b"
)
"""What a check calls itself that only asks whether the server stands."""
_REFUSALS = frozenset({401, 403, 404})
_CRASHES = frozenset({500, 502})
_BY_HAND = "Whoever runs it has to read the figures to see that every request failed."
_QUICK_ERRORS = "A server that answers every request with an error, quickly, passes."
_ENSURE = """Set limits in the configuration:

```yaml
config:
  plugins:
    ensure: {}
  ensure:
    maxErrorRate: 1
    thresholds:
      - http.response_time.p95: 500
```
"""
_TIMES = 2
"""Stated and configured users may differ by this factor and still be called the same."""


class LoadFault(Struct, frozen=True):
    """One defect of a load test; several lines of the same kind are one."""

    clause: str
    place: Place
    severity: Severity
    confidence: Confidence
    says: str
    evidence: str
    related: tuple[Note, ...] = ()
    key: str = ""
    impact: str = ""
    """Where it differs from what the clause says."""
    fix: str = ""


class JudgedScript(Struct, frozen=True, eq=False):
    script: LoadScript
    faults: tuple[LoadFault, ...]
    unparsable: str = ""


@once
def judged_scripts(target: Target) -> tuple[JudgedScript, ...]:
    """Every load test with its faults, by path."""
    runs: dict[str, list[LoadRun]] = {}
    for run in load_runs(target):
        runs.setdefault(run.script.path, []).append(run)
    found = []
    for script in load_scripts(target):
        if script.locust is not None:
            continue  # what is asked of the other two does not exist there
        own = runs.get(script.path, [])
        lost = scanned(target, broken).get(script.path) if script.k6 is not None else None
        if lost is not None:
            # What was read of it beyond that means nothing.
            found.append(JudgedScript(script, (_unreadable(script.path, lost),)))
            continue
        faults = [*_missing_files(target, script), *_unstarted(target, script.path)]
        unparsable = ""
        if script.k6 is not None:
            faults += _of_k6(target, script.path, script.k6, own)
        elif script.artillery is not None:
            unparsable = next((one.message for one in script.artillery.problems), "")
            faults += _of_artillery(script, own)
        faults.sort(key=lambda one: one.clause)
        found.append(JudgedScript(script, tuple(faults), unparsable))
    return tuple(found)


def _unreadable(path: str, lost: Broken) -> LoadFault:
    return LoadFault(
        "a", Place(path, lost.line, lost.column), Severity.HIGH, Confidence.CERTAIN,
        f"k6 cannot read this script: {lost.what}", lost.evidence, key="broken",
        impact="The load test stops before its first request.",
        fix="Correct the syntax; `k6 inspect SCRIPT` reads it without running anything.",
    )  # fmt: skip


def _line(target: Target, place: Place) -> str:
    lines = target.text(place.path).split("\n")
    return lines[(place.line or 1) - 1].strip() if (place.line or 1) <= len(lines) else ""


# -- both tools ----------------------------------------------------------------------------


def _missing_files(target: Target, script: LoadScript) -> Iterator[LoadFault]:
    """Data that the script reads and no clone has."""
    wanted: list[tuple[Place, str]] = []
    if script.k6 is not None:
        wanted = [(Place(script.path, one.line, one.column), one.path) for one in script.k6.opened]
    if script.artillery is not None:
        wanted = [(one.place, one.path) for one in script.artillery.files]
    lost: dict[str, list[Place]] = {}
    for place, written in wanted:
        if written.startswith(("/", "~")) or any(sign in written for sign in "{}$*<>"):
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(script.path), written))
        if path.startswith("..") or target.has(path) or _made(target, script.path, path):
            continue
        lost.setdefault(path, []).append(place)
    if not lost:
        return
    first, places = next(iter(lost.items()))
    near = target.nearest(first)
    ignored = target.ignored_by(first)
    why = "git ignores it" if ignored is not None else "it is not in the repository"
    hint = f"; there is {near}" if near is not None else ""
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    related = [Note(place, f"needs {path}") for path, ones in lost.items() for place in ones][1:]
    if near is not None:
        related.append(Note(Place(near), "the file that may be meant"))
    yield LoadFault(
        "b", places[0], Severity.MEDIUM, Confidence.CERTAIN,
        f"the data file {first}{more} cannot be read: {why}{hint}",
        _line(target, places[0]), tuple(related), key=first,
    )  # fmt: skip


def _made(target: Target, script: str, path: str) -> bool:
    """Whether some command writes a file; one of the same ending only from around the script."""
    place = created(target).by(path)
    if place is None:
        return False
    home, writer = posixpath.dirname(script), posixpath.dirname(place.path)
    return (
        path in created(target).files
        or not writer
        or writer.startswith(".github")
        or f"{home}/".startswith(f"{writer}/")
        or (bool(home) and home in target.text(place.path))
    )


def _unstarted(target: Target, script: str) -> Iterator[LoadFault]:
    """Runs against the runner itself, on which nothing was started: the first run of a workflow
    tells of them all."""
    for first, others in _refused(target).get(script, ()):
        jobs = list(dict.fromkeys(run.job.job.id for run in (first, *others)))
        more = f" ({len(others) + 1} runs in all, jobs {', '.join(jobs)})" if others else ""
        asked = first.script.requests[0]
        yield LoadFault(
            "g", first.place, Severity.MEDIUM, Confidence.LIKELY,
            f"job {first.job.job.id} runs {script} against {first.at}, but starts no server: every "
            f"request is refused{more}",
            first.work.text,
            (
                Note(asked.place, f"asks {asked.url}"),
                *(Note(run.place, f"runs {run.script.path} likewise") for run in others),
            ),
            key=first.job.job.id,
        )  # fmt: skip


@once
def _refused(target: Target) -> dict[str, list[tuple[LoadRun, list[LoadRun]]]]:
    """Script → the first run that is refused of each workflow, with the others of it."""
    by_workflow: dict[str, list[LoadRun]] = {}
    for run in load_runs(target):
        if run.at and run.alone:
            by_workflow.setdefault(run.place.path, []).append(run)
    found: dict[str, list[tuple[LoadRun, list[LoadRun]]]] = {}
    for runs in by_workflow.values():
        first, *others = sorted(runs, key=lambda run: run.place.key())
        found.setdefault(first.script.path, []).append((first, others))
    return found


# -- k6 ------------------------------------------------------------------------------------


def _of_k6(target: Target, path: str, one: K6Script, runs: list[LoadRun]) -> Iterator[LoadFault]:
    yield from _unknown_names(target, path, one)
    yield from _lost_functions(target, path, one)
    if one.entry:
        yield from _thresholds(target, path, one, runs)
    for rate in one.rates:
        yield from _one_sided(target, path, one, rate)
    yield from _content_with_errors(target, path, one)
    yield from _users(target, path, one)


def _unknown_names(target: Target, path: str, one: K6Script) -> Iterator[LoadFault]:
    for summary in (True, False):
        names = [name for name in one.unknown if name.summary is summary]
        if not names:
            continue
        names.sort(key=lambda name: (name.lines[0], name.column))
        first = names[0]
        place = Place(path, first.lines[0], first.column)
        where = (
            "handleSummary throws at the end and its report is not written"
            if summary
            else "the script throws a ReferenceError there"
        )
        shown = ", ".join(f"`{name.name}`" for name in names)
        verb = "is neither imported nor" if len(names) == 1 else "are neither imported nor"
        yield LoadFault(
            "a", place, Severity.HIGH, Confidence.CERTAIN,
            f"{shown} {verb} declared: {where}",
            _line(target, place),
            tuple(
                Note(Place(path, line), f"uses {name.name}")
                for name in names
                for line in name.lines
                if (name, line) != (first, first.lines[0])
            ),
            key=first.name,
        )  # fmt: skip


def _lost_functions(target: Target, path: str, one: K6Script) -> Iterator[LoadFault]:
    for scenario, name, line in one.lost:
        place = Place(path, line, 1)
        yield LoadFault(
            "a", place, Severity.HIGH, Confidence.CERTAIN,
            f"the scenario `{scenario}` runs `{name}`, which the script does not export: k6 refuses"
            " to start",
            _line(target, place), key=f"exec {scenario}",
        )  # fmt: skip


def _thresholds(
    target: Target, path: str, one: K6Script, runs: list[LoadRun]
) -> Iterator[LoadFault]:
    if one.thresholds is None:
        return
    at = Place(path, one.options_line or 1, 1)
    if not one.thresholds:
        if not one.requests:
            return
        asserts = one.checks or bool(one.rates)
        weight = Severity.MEDIUM if runs else Severity.INFO
        seen = "its checks and rates are only printed" if one.checks or one.rates else (
            "it passes whatever the server answers"
        )  # fmt: skip
        yield LoadFault(
            "c", at, weight, Confidence.LIKELY if asserts or runs else Confidence.POSSIBLE,
            f"no thresholds: the run cannot fail, {seen}", _line(target, at),
            tuple(Note(run.place, "runs it") for run in runs), key="none",
            impact="" if runs else _BY_HAND,
        )  # fmt: skip
        return
    own = set(one.metrics)
    latency = any(_LATENCY.match(t.metric) for t in one.thresholds) or any(
        "p(" in text for t in one.thresholds for text in t.expressions
    )
    failures = any(
        t.metric in ("http_req_failed", "checks") or t.metric in own for t in one.thresholds
    )
    if one.requests and not failures:
        place = Place(path, one.thresholds[0].line, 1)
        yield LoadFault(
            "c", place, Severity.LOW if latency else Severity.MEDIUM, Confidence.CERTAIN,
            "no threshold counts failed requests: a server that answers errors quickly passes",
            _line(target, place), key="failures", impact=_QUICK_ERRORS,
        )  # fmt: skip
    for threshold in one.thresholds:
        yield from _meaningless(target, path, one, threshold)


def _meaningless(
    target: Target, path: str, one: K6Script, threshold: Threshold
) -> Iterator[LoadFault]:
    """Thresholds that stop the run at its start, or that nothing can cross."""
    place = Place(path, threshold.line, 1)
    shown = threshold.metric + (f"{{{threshold.tags}}}" if threshold.tags else "")
    evidence = _line(target, place)
    if not _BUILT_IN.match(threshold.metric) and threshold.metric not in one.metrics:
        computed = any("${" in metric for metric in one.metrics)
        if not computed and not _feeds_elsewhere(target, path, one):
            yield LoadFault(
                "h", place, Severity.HIGH, Confidence.CERTAIN,
                f"the threshold names the metric `{threshold.metric}`, which nothing declares: k6 "
                "refuses to start",
                evidence, key=shown,
            )  # fmt: skip
        return
    if threshold.metric == "checks" and not one.checks and not one.imports:
        why = "the script makes no check: it holds without a sample"
    elif not threshold.tagged:
        why = "nothing in the script sets this tag: it holds without a sample"
    else:
        why = next(filter(None, (_always(threshold, text) for text in threshold.expressions)), "")
    if why:
        yield LoadFault(
            "h", place, Severity.MEDIUM, Confidence.LIKELY,
            f"the threshold on `{shown}` cannot be crossed: {why}", evidence, key=shown,
        )  # fmt: skip


def _feeds_elsewhere(target: Target, path: str, one: K6Script) -> bool:
    """Whether a file that a script imports may declare metrics: all but plain settings."""
    for module, _ in one.imports:
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
        home = next((base + end for end in SUFFIXES if target.has(base + end)), None)
        if home is None or _METRIC.search(target.text(home)):
            return True
    return False


def _always(threshold: Threshold, text: str) -> str:
    match = _LIMIT.match(text)
    if match is None:
        return ""
    number, sign, what = float(match["number"]), match["sign"], match["what"]
    if what == "rate":
        if (sign == "<" and number >= 1) or (sign == "<=" and number >= 1):
            return (
                f"`{text.strip()}` holds unless {'every one' if sign == '<' else 'nothing'} fails"
            )
        if sign == ">=" and number <= 0:
            return f"`{text.strip()}` always holds"
        if sign == ">" and number <= 0 and threshold.metric == "checks":
            return f"`{text.strip()}` holds as soon as one check passes"
        return ""
    if what in ("value", "count"):
        return ""
    if sign in (">", ">=") and number <= 0 and _LATENCY.match(threshold.metric):
        return f"`{text.strip()}` always holds: no time is less than nothing"
    late = number >= _REQUEST_TIMEOUT and sign in ("<", "<=")
    if late and threshold.metric == "http_req_duration":
        return f"`{text.strip()}`, but k6 gives up a request after {_REQUEST_TIMEOUT} ms"
    return ""


def _one_sided(target: Target, path: str, one: K6Script, rate: RateMetric) -> Iterator[LoadFault]:
    """A rate that is only ever fed one value is 0 % or 100 %."""
    if rate.others or bool(rate.hits) == bool(rate.misses):
        return
    lines = rate.hits or rate.misses
    place = Place(path, lines[0], 1)
    limits = [t for t in one.thresholds or () if t.metric == rate.metric]
    what = "1" if rate.hits else "0"
    share = "100 %" if rate.hits else "0 %"
    effect = f"one failure makes the rate {share}" if rate.hits else f"the rate is {share} for ever"
    held = f", and the threshold `{limits[0].expressions[0]}` means something else" if (
        limits and limits[0].expressions
    ) else ""  # fmt: skip
    listed = ", ".join(map(str, lines[:5])) + (" …" if len(lines) > 5 else "")
    yield LoadFault(
        "d", place, Severity.MEDIUM if limits else Severity.LOW, Confidence.CERTAIN,
        f"the rate `{rate.metric}` is only ever given {what} (line{'s' * (len(lines) > 1)} "
        f"{listed}): {effect}{held}",
        _line(target, place),
        (
            *(Note(Place(path, line), f"adds {what}") for line in lines[1:]),
            Note(Place(path, rate.line), "the rate"),
        ),
        key=rate.metric,
    )  # fmt: skip


def _content_with_errors(target: Target, path: str, one: K6Script) -> Iterator[LoadFault]:
    """Checks that a refusal or a crash passes as well as a success."""
    lax = [
        request
        for request in one.requests
        if request.check_line
        and request.accepts is not None
        and not _EXPECTED.search(request.check_text.partition("=>")[0].lower())
        and not (
            request.method == "DELETE" and set(request.accepts).isdisjoint({401, 403, 500, 502})
        )
    ]
    lines = sorted({request.check_line for request in lax})
    if not lines:
        return
    first = next(request for request in lax if request.check_line == lines[0])
    accepted = set(first.accepts or ())
    refused = sorted(accepted & _REFUSALS) or sorted(accepted & _CRASHES)
    stands = all(
        _NO_CRASH.search(request.check_text.partition("=>")[0].lower())
        and _CRASHES.isdisjoint(request.accepts or ())
        for request in lax
    )
    meant = "refusal" if accepted & _REFUSALS else "failure"
    place = Place(path, lines[0], 1)
    listed = ", ".join(map(str, lines[:5])) + (" …" if len(lines) > 5 else "")
    yield LoadFault(
        "e", place, Severity.LOW if stands else Severity.MEDIUM, Confidence.LIKELY,
        f"{'a check takes' if len(lines) == 1 else f'{len(lines)} checks (lines {listed}) take'} "
        f"{' or '.join(map(str, refused))} for a success: what is measured may be the {meant}",
        first.check_text,
        (
            *(Note(Place(path, line), "takes errors too") for line in lines[1:]),
            Note(Place(path, first.line, first.column), f"the request {first.written}"),
        ),
        key="lax",
    )  # fmt: skip


def _users(target: Target, path: str, one: K6Script) -> Iterator[LoadFault]:
    if one.stated is None or not one.most_users or not one.entry:
        return
    users, line, words = one.stated
    if users < _TIMES * one.most_users and one.most_users < _TIMES * users:
        return
    place = Place(path, line, 1)
    yield LoadFault(
        "f", place, Severity.LOW, Confidence.LIKELY,
        f"it speaks of {words}, but its options go up to {one.most_users} users",
        _line(target, place),
        (Note(Place(path, one.most_line), f"{one.most_users} users"),),
        key="users",
    )  # fmt: skip


# -- Artillery -----------------------------------------------------------------------------


def _of_artillery(script: LoadScript, runs: list[LoadRun]) -> Iterator[LoadFault]:
    file = script.artillery
    if file is None:
        return
    if file.twice:
        first = file.twice[0]
        yield LoadFault(
            "i", first.place, Severity.HIGH, Confidence.CERTAIN,
            f"{first.message}: Artillery refuses a file with a key that stands twice",
            first.message,
            tuple(Note(one.place, one.message) for one in file.twice[1:]),
            key="twice",
        )  # fmt: skip
    if file.scenarios is not None and file.targets and file.requests and not file.ensured:
        yield LoadFault(
            "c", file.scenarios, Severity.MEDIUM if runs else Severity.INFO,
            Confidence.LIKELY if runs else Confidence.POSSIBLE,
            "neither `ensure` nor `expect` is configured: the run cannot fail, whatever the server "
            "answers",
            "scenarios:", tuple(Note(run.place, "runs it") for run in runs), key="none",
            impact="" if runs else _BY_HAND, fix=_ENSURE,
        )  # fmt: skip
