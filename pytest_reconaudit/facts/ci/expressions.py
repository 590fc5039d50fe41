"""Values that the expressions of a workflow ask for and that nothing gives.

GitHub puts an empty text in for a job, step, output or input that is not there, without a word.
What may be given in a way that is not read (a script that writes outputs, an action's outputs, a
computed matrix) is left out: only what is certainly empty is a :class:`LostValue`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from functools import cached_property, partial

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.lost_ends import Ask, End, Ends
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.expression import (
    UNKNOWN,
    Value,
    evaluate,
    names,
    read_condition,
    read_expression,
    truth,
    with_default,
)
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["LostValue", "StepElsewhere", "WorkflowExpressions", "workflow_expressions"]


class StepElsewhere(Struct, frozen=True, eq=False):
    """A step of another job with the id that a job asks for."""

    place: Place
    job: str
    uses: str
    """Its action."""
    same_workflow: bool


class LostValue(Struct, frozen=True, eq=False):
    """One value that a job asks for and never gets, with every line that asks."""

    clause: str
    """``needs``, ``steps``, ``job-output``, ``step-output``, ``inputs`` or ``matrix``."""
    job: str
    value: str
    """As GitHub spells it: ``needs.build.outputs.tag``."""
    why: str
    """The sentence's second half."""
    places: tuple[Place, ...]
    texts: tuple[str, ...]
    """The lines, in the same order."""
    ends: tuple[End, ...]
    """Where it ends, over all uses."""
    nearest: str = ""
    """What was probably meant."""
    elsewhere: StepElsewhere | None = None
    always: str = ""
    """Every use is an ``if`` of a step that is always true because of it: ``harmless`` where the
    step may as well run each time, else ``yes``."""

    @property
    def shown(self) -> bool:
        """Every use only prints it."""
        return all(end.kind == "print" for end in self.ends)


class WorkflowExpressions(Struct, frozen=True, eq=False):
    """One workflow with what its expressions never get."""

    workflow: Workflow
    lost: tuple[LostValue, ...]


_EXPRESSION = regex(r"\$\{\{(.{1,2000}?)\}\}")
_ASKS = regex(r"\b(?:needs|steps|inputs|matrix)\b\s*[.\[]")
_PRINTS = regex(r"(?:-\s*)?(?:run:\s*)?(?:echo|printf)\b")
_HANDS_ON = regex(
    r"GITHUB_(?:OUTPUT|ENV|PATH)|::set-output|\||\$\(|>\s?[^>\s&](?![\w./-]*\.(?:md|txt|html|log)\b)"
)
_QUOTED = regex(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_RUNNERS_FILE = regex(r"[\"']\$\{?(GITHUB_(?:OUTPUT|ENV|PATH))\}?[\"']")
_SUMMARY = "GITHUB_STEP_SUMMARY"
_WRITES = regex(r"GITHUB_OUTPUT|::set-output")
_WRITTEN = regex(
    r"(?:echo|printf)\s+(?:-\w\s+)?[\"']?(?:::set-output\s+name=)?([A-Za-z_][\w-]*)(?:=|<<|::)"
)
_PROGRAMS = regex(
    r"(?:^|[\s;&|(])(?:\./|(?:bash|sh|source|\.|python3?|node|npm|npx|pnpm|yarn|bun|bunx|deno|make|just"
    r"|task|cargo|go|uv|uvx|poetry|pipx|ruby|bundle|php|composer|gradle|mvn|dotnet|pwsh|perl)\s)"
)
_INPUT_EVENTS = frozenset({"workflow_dispatch", "workflow_call"})
_COMPARED = 100
"""Names that a wrong one is compared with, to tell what was meant."""
_SHOWN = 12


@once
def workflow_expressions(target: Target) -> tuple[WorkflowExpressions, ...]:
    """Every workflow that GitHub runs and that can be read, in path order."""
    return tuple(
        WorkflowExpressions(workflow, tuple(_lost(target, workflow)))
        for workflow in workflows(target)
        if not workflow.problems
    )


def _lost(target: Target, workflow: Workflow) -> Iterator[LostValue]:
    reaches = job_reaches(target).get(workflow.path, ())
    dead = {reach.job.id for reach in reaches if reach.impossible}
    telling = {reach.job.id for reach in reaches if reach.only_tells}
    lines = target.text(workflow.path).split("\n")
    jobs = {other.id.lower(): other for other in workflow.jobs}
    ends = Ends(target, workflow, lines)
    for job in workflow.jobs:
        if never_runs(job.if_):
            continue
        found: dict[str, tuple[str, str, str, list[Ask]]] = {}
        known = _Known(workflow, job, jobs)
        for ask in _asks(lines, workflow, job, telling=job.id in telling):
            verdict = _judged(known, ask)
            if verdict is not None:
                clause, value, why, nearest = verdict
                found.setdefault(value, (clause, why, nearest, []))[3].append(ask)
        for value, (clause, why, nearest, asks) in found.items():
            if job.id in dead and all(ask.condition and ask.step < 0 for ask in asks):
                continue  # its own condition: ci-jobs-reachable says what comes of it
            absent = clause == "steps" and why == _NO_STEP
            yield LostValue(
                clause,
                job.id,
                value,
                why,
                tuple(ask.place for ask in asks),
                tuple(ask.text for ask in asks),
                ends.of(job, asks),
                nearest,
                _elsewhere(target, workflow, value.partition(".")[2]) if absent else None,
                _always(job, asks) if clause == "steps" else "",
            )


_NO_STEP = "no step of the job has that id"


def _elsewhere(target: Target, workflow: Workflow, wanted: str) -> StepElsewhere | None:
    """Where a step has that id, in the workflow itself before all others."""
    for other in (workflow, *(one for one in workflows(target) if one is not workflow)):
        for job in other.jobs:
            for step in job.steps:
                if step.id.lower() == wanted:
                    return StepElsewhere(step.place, job.id, step.uses, other is workflow)
    return None


_SETS_UP = regex(r"[\w.-]+/(?:setup-|install-|[\w-]+-(?:setup|installer)\b)")


def _always(job: Job, asks: list[Ask]) -> str:
    """Whether the steps run each time because what their conditions ask for is empty."""
    if not all(ask.condition and ask.step >= 0 for ask in asks):
        return ""
    for ask in asks:
        node = read_condition(job.steps[ask.step].if_)
        lost = ask.path[:2]
        if node is None or not truth(evaluate(node, partial(_empty, lost))):
            return ""
    harmless = all(
        ask.path[2:] == ("outputs", "cache-hit") or _SETS_UP.match(job.steps[ask.step].uses)
        for ask in asks
    )
    return "harmless" if harmless else "yes"


def _empty(lost: tuple[str, ...], path: tuple[str, ...]) -> Value:
    return None if path[: len(lost)] == lost else UNKNOWN


def _asks(lines: list[str], workflow: Workflow, job: Job, *, telling: bool) -> Iterator[Ask]:
    """Every value of the contexts that a job reads, line by line.

    :param telling: the job only sends messages.
    """
    if job.if_:
        yield from _read(job.if_, job.if_place, f"if: {job.if_}", False, -1, condition=True)
    conditions = set()
    for step in job.steps:
        if step.if_ and not never_runs(step.if_):
            text = f"if: {step.if_}"
            yield from _read(step.if_, step.if_place, text, False, step.index, condition=True)
            conditions.add(step.if_place.line)
    conditions.add(job.if_place.line if job.if_ else None)
    first = job.place.line or 1
    starts = [step.place.line or 0 for step in job.steps]
    for number in range(first, min(job.end, len(lines)) + 1):
        text = lines[number - 1]
        if "${{" not in text or number in conditions or text.lstrip().startswith("#"):
            continue
        at = bisect_right(starts, number) - 1
        asker = job.steps[at] if at >= 0 else None
        if asker is not None and never_runs(asker.if_):
            continue
        bare = text.strip()
        prints = telling or (
            _PRINTS.match(bare) is not None
            and (_SUMMARY in bare or not _HANDS_ON.search(_QUOTED.sub(_file_of_runner, bare)))
        )
        for match in _EXPRESSION.finditer(text):
            if _ASKS.search(match[1]):
                place = Place(workflow.path, number, match.start() + 1)
                yield from _read(match[1], place, bare, prints, asker.index if asker else -1)


def _file_of_runner(quoted: re.Match[str]) -> str:
    """Nothing for a quoted text, but for what later steps are handed values by."""
    found = _RUNNERS_FILE.fullmatch(quoted[0])
    return found[1] if found is not None else ""


def _read(
    expression: str, place: Place, text: str, prints: bool, step: int, *, condition: bool = False
) -> Iterator[Ask]:
    inner = expression.strip()
    if inner.startswith("${{") and inner.endswith("}}") and inner.count("${{") == 1:
        inner = inner[3:-2]
    node = read_expression(inner)
    if node is None:
        return
    meant = with_default(node)
    for path in sorted(names(node)):
        if path in meant and path[0] == "matrix":
            continue  # a key that only some rows have, and what the others take
        if len(path) > 1 and path[0] in ("needs", "steps", "inputs", "matrix", "github"):
            yield Ask(path, place, text, prints, step, condition)


class _Known:
    """What a job can ask for, read once for all that it asks."""

    def __init__(self, workflow: Workflow, job: Job, jobs: dict[str, Job]) -> None:
        self.workflow = workflow
        self.job = job
        self.jobs = jobs
        self._written: dict[int, set[str] | None] = {}

    @cached_property
    def needs(self) -> frozenset[str]:
        return frozenset(need.id.lower() for need in self.job.needs)

    @cached_property
    def before(self) -> frozenset[str]:
        """What the job's own condition is told of: see ``reachability``."""
        return self.workflow.above(self.job)

    @cached_property
    def steps(self) -> dict[str, Step]:
        return {step.id.lower(): step for step in self.job.steps if step.id}

    @cached_property
    def computed(self) -> bool:
        """Whether the id of a step is an expression."""
        return any("$" in one for one in self.steps)

    def written(self, step: Step) -> set[str] | None:
        if step.index not in self._written:
            self._written[step.index] = _outputs(step)
        return self._written[step.index]

    @cached_property
    def inputs(self) -> frozenset[str] | None:
        """The inputs that the workflow declares; ``None`` where no event brings any."""
        triggers = [one for one in self.workflow.triggers if one.event in _INPUT_EVENTS]
        if not triggers:
            return None
        return frozenset(name.lower() for trigger in triggers for name in trigger.inputs)

    @cached_property
    def rows(self) -> frozenset[str] | None:
        """The keys of the matrix; ``None`` when they are computed."""
        matrix = self.job.matrix
        if isinstance(matrix.get("include"), str):
            return None
        keys = {f"{key}".lower() for key in matrix if key not in ("include", "exclude")}
        for item in matrix.seq("include"):
            if not isinstance(item, Map):
                return None
            keys.update(f"{key}".lower() for key in item)
        return frozenset(keys)


def _near(wanted: str, names: Collection[str]) -> str:
    return alike(wanted, sorted(names)) if len(names) <= _COMPARED else ""


def _all(names: Collection[str]) -> str:
    """Names for a message."""
    return ", ".join(sorted(names)[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _judged(known: _Known, ask: Ask) -> tuple[str, str, str, str] | None:
    """(clause, value, why, nearest) of a value that is certainly empty."""
    path = ask.path
    if path[0] == "needs":
        before = known.before if ask.condition and ask.step < 0 else known.needs
        return _need(known, path) if path[1] in known.needs or path[1] not in before else None
    if path[0] == "steps":
        return _step(known, ask)
    if path[0] == "inputs" or path[:3] == ("github", "event", "inputs"):
        return _input(known, ask)
    if path[0] == "matrix":
        return _matrix(known, path)
    return None


def _need(all_: _Known, path: tuple[str, ...]) -> tuple[str, str, str, str] | None:
    wanted = path[1]
    known = all_.jobs
    if wanted not in all_.needs:
        needed = _all([need.id for need in all_.job.needs]) or "nothing"
        if wanted in known:
            name = known[wanted].id
            return "needs", f"needs.{name}", f"{name!r} is not in its `needs` ({needed})", name
        near = _near(wanted, known)
        return "needs", f"needs.{wanted}", "the workflow has no such job", near
    other = known.get(wanted)
    if other is None or other.uses or len(path) < 4 or path[2] != "outputs":
        return None
    outputs = {f"{key}".lower() for key in other.outputs}
    if path[3] in outputs:
        return None
    why = f"job {other.id!r} declares {_all(outputs) if outputs else 'no `outputs`'}"
    value = f"needs.{other.id}.outputs.{path[3]}"
    return "job-output", value, why, _near(path[3], outputs)


def _step(known: _Known, ask: Ask) -> tuple[str, str, str, str] | None:
    wanted = ask.path[1]
    ids = known.steps
    if known.computed:
        return None
    step = ids.get(wanted)
    if step is None:
        near = _near(wanted, ids)
        return "steps", f"steps.{wanted}", _NO_STEP, ids[near].id if near else ""
    if 0 <= ask.step < step.index:
        why = f"that step comes later ({step.label!r})"
        return "steps", f"steps.{step.id}", why, ""
    if len(ask.path) < 4 or ask.path[2] != "outputs" or not step.run:
        return None
    written = known.written(step)
    if written is None or ask.path[3] in written:
        return None
    value = f"steps.{step.id}.outputs.{ask.path[3]}"
    return "step-output", value, f"that step writes {_all(written)}", _near(ask.path[3], written)


def _outputs(step: Step) -> set[str] | None:
    """The names that a step's text writes as outputs; ``None`` when others are possible."""
    found: set[str] = set()
    text = step.run
    writing = [line for line in text.split("\n") if _WRITES.search(line)]
    if not writing or re.search(r"\}\s*>>|<<-?\s*['\"]?\w|\btee\b|\$\{?\w+\}?=", text):
        return None
    for line in writing:
        names = _WRITTEN.findall(line)
        if len(names) < len(_WRITES.findall(line)) or "\\n" in line:
            return None
        found.update(name.lower() for name in names)
    if _PROGRAMS.search(text):
        return None  # a program may write more
    return found


def _input(all_: _Known, ask: Ask) -> tuple[str, str, str, str] | None:
    path, workflow = ask.path, all_.workflow
    start = 1 if path[0] == "inputs" else 3
    if len(path) <= start:
        return None
    wanted = path[start]
    known = all_.inputs
    if known is not None and wanted in known:
        return None
    if "||" in ask.text or (start == 3 and "workflow_call" in workflow.events):
        return None  # a default stands beside it; the caller's event may have it
    value = ".".join((*path[:start], wanted))
    if known is None:
        events = ", ".join(sorted(workflow.events))
        return "inputs", value, f"the workflow takes no inputs (it starts on {events})", ""
    return "inputs", value, f"the workflow declares {_all(known) or 'none'}", _near(wanted, known)


def _matrix(known: _Known, path: tuple[str, ...]) -> tuple[str, str, str, str] | None:
    job = known.job
    if not job.matrix:
        if "matrix" in job.strategy or "$" in f"{job.raw.get('strategy', '')}":
            return None  # computed
        return "matrix", f"matrix.{path[1]}", "the job has no matrix", ""
    keys = known.rows
    if keys is None or path[1] in keys:
        return None
    return "matrix", f"matrix.{path[1]}", f"its matrix has {_all(keys)}", _near(path[1], keys)
