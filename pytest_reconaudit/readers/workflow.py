"""GitHub workflows and composite actions as records with places.

On top of :mod:`.yaml`: a workflow is YAML with a shape of its own (``on:`` in three spellings,
``needs:`` in two, the text of a ``run:`` that begins on another line than its key). What has the
wrong type reads as absent; a schema check is somebody else's job. No library gives both the
shape and the lines: the published ones validate against a JSON schema only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, Seq, YamlDocument, read_yaml

__all__ = [
    "CompositeAction",
    "Job",
    "Need",
    "RunDefaults",
    "Step",
    "Trigger",
    "Workflow",
    "read_action",
    "read_workflow",
]

_PROPERTIES = regex(r"(?:[&!][^\s]*[ \t]+){0,4}")
"""Anchor and tag in front of a scalar: libyaml's mark of the scalar points at them."""
_COMMENT = regex(r"[ \t]#[ \t]*(.*)$")


class Trigger(Struct, frozen=True, eq=False):
    """One event of ``on:``. An empty filter tuple means that the filter is absent."""

    event: str
    place: Place
    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    paths_ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    cron: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    """Names of the workflows that a ``workflow_run`` waits for."""
    inputs: tuple[str, ...] = ()
    """Input names of ``workflow_dispatch`` and ``workflow_call``."""
    spec: Map | None = None
    """The event's own mapping, for anything else."""


class RunDefaults(Struct, frozen=True, eq=False):
    """``defaults.run`` of a workflow or job; texts are empty when absent."""

    working_directory: str = ""
    working_directory_place: Place | None = None
    shell: str = ""


class Need(Struct, frozen=True, eq=False):
    """One name in ``needs:``."""

    id: str
    place: Place


class Step(Struct, frozen=True, eq=False):
    """One step. Texts are empty when absent; a ``*_place`` of an absent key is the step's own."""

    place: Place
    index: int
    """Position in its job, from 0."""
    id: str
    name: str
    uses: str
    uses_place: Place
    uses_comment: str
    """The comment behind ``uses:`` on its line, without ``#``."""
    with_: Map
    run: str
    run_place: Place
    """Line and column of the first line of the run *text*.

    In a ``|`` block line ``n`` of the text is line ``n`` of the file from there on. In ``>`` blocks
    and multi-line plain or quoted scalars only the first line is exact, as YAML folds the rest.
    """
    run_literal: bool
    """Whether every line of the text stands on a line of its own (``|``, or one line only)."""
    shell: str
    """The step's own ``shell:``."""
    working_directory: str
    """The step's own ``working-directory:``."""
    working_directory_place: Place
    if_: str
    if_place: Place
    continue_on_error: str
    timeout: str
    env: Map
    directory: str
    """The working directory in effect: the step's, else its job's, else the workflow's default."""
    directory_place: Place
    effective_shell: str
    """The shell in effect; empty when the runner's default applies."""

    @property
    def run_column(self) -> int:
        """The column at which the lines of the run text begin."""
        return self.run_place.column or 1

    @property
    def label(self) -> str:
        """How a person would call the step: its name, else its id, action or command."""
        text = self.name or self.id or self.uses or self.run.strip().partition("\n")[0]
        return text.strip() or f"step {self.index + 1}"


class Job(Struct, frozen=True, eq=False):
    """One job. Texts are empty when absent."""

    id: str
    place: Place
    end: int
    """Its last line."""
    name: str
    needs: tuple[Need, ...]
    if_: str
    if_place: Place
    runs_on: tuple[str, ...]
    """Runner labels; one dynamic expression stays one text."""
    uses: str
    """The reusable workflow that it calls."""
    uses_place: Place
    uses_comment: str
    with_: Map
    strategy: Map
    matrix: Map
    env: Map
    defaults_run: RunDefaults
    continue_on_error: str
    timeout: str
    timeout_place: Place
    environment: str
    """The environment's name."""
    container: str
    """The image that its steps run in."""
    services: Map
    outputs: Map
    permissions: Any
    concurrency: Any
    steps: tuple[Step, ...]
    raw: Map
    """The job's own mapping, for anything else."""


class Workflow(Struct, frozen=True, eq=False):
    """A workflow file. ``problems`` is not empty when it could not be read as one."""

    path: str
    place: Place
    name: str
    name_place: Place
    triggers: tuple[Trigger, ...]
    on_place: Place
    env: Map
    defaults_run: RunDefaults
    permissions: Any
    """A :class:`Map`, a text such as ``read-all``, or ``None`` when absent."""
    concurrency: Any
    jobs: tuple[Job, ...]
    raw: Map
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Problem, ...] = ()
    """Keys that stand twice; GitHub refuses such a file."""

    @property
    def events(self) -> frozenset[str]:
        """The names of the events that start it."""
        return frozenset(trigger.event for trigger in self.triggers)

    def trigger(self, event: str) -> Trigger | None:
        """The trigger of one event."""
        return next((one for one in self.triggers if one.event == event), None)

    def job(self, id: str) -> Job | None:
        """The job of one id; GitHub compares ids without regard to case."""
        wanted = id.lower()
        return next((job for job in self.jobs if job.id.lower() == wanted), None)

    def above(self, job: Job) -> frozenset[str]:
        """The ids, in small letters, of all jobs that run before one: what it needs, and so on."""
        todo, seen = [need.id.lower() for need in job.needs], set[str]()
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                other = self.job(name)
                todo += [need.id.lower() for need in other.needs] if other is not None else []
        return frozenset(seen)


class CompositeAction(Struct, frozen=True, eq=False):
    """An ``action.yml``: composite ones have steps, the others only ``using``."""

    path: str
    place: Place
    name: str
    using: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    raw: Map
    problems: tuple[Problem, ...] = ()


def read_workflow(text: str, path: str) -> Workflow:
    """A workflow file. Never raises on bad input: see ``problems``."""
    root, problems, duplicates = _root(text, path, "a workflow")
    lines = text.split("\n")
    defaults = _defaults(root)
    return Workflow(
        path=path,
        place=Place(path, 1, 1),
        name=root.str("name"),
        name_place=root.key_place("name"),
        triggers=tuple(_triggers(root)),
        on_place=root.key_place("on"),
        env=root.map("env"),
        defaults_run=defaults,
        permissions=root.get("permissions"),
        concurrency=root.get("concurrency"),
        jobs=tuple(_jobs(root.map("jobs"), defaults, lines)),
        raw=root,
        problems=problems,
        duplicates=duplicates,
    )


def read_action(text: str, path: str) -> CompositeAction:
    """An ``action.yml``. Never raises on bad input: see ``problems``."""
    root, problems, _ = _root(text, path, "an action")
    runs = root.map("runs")
    return CompositeAction(
        path=path,
        place=Place(path, 1, 1),
        name=root.str("name"),
        using=runs.str("using"),
        inputs=tuple(f"{name}" for name in root.map("inputs")),
        steps=tuple(_steps(runs, RunDefaults(), text.split("\n"))),
        raw=root,
        problems=problems,
    )


def _root(text: str, path: str, what: str) -> tuple[Map, tuple[Problem, ...], tuple[Problem, ...]]:
    """The first document's mapping, with what is wrong about the file."""
    file = read_yaml(text, path)
    problems = list(file.problems)
    if not file.documents:
        if not problems:
            problems.append(Problem(Place(path, 1, 1), f"the file is empty, {what} is expected"))
        return YamlDocument(path, 1, None).map, tuple(problems), file.duplicates
    first = file.documents[0]
    if not isinstance(first.root, Map):
        problems.append(Problem(Place(path, first.line, 1), f"{what} is a mapping; this is none"))
    return first.map, tuple(problems), file.duplicates


def _triggers(root: Map) -> Iterator[Trigger]:
    on = root.get("on")
    if isinstance(on, Map):
        for event, spec in on.items():
            yield _trigger(f"{event}", on.key_place(event), spec)
    elif isinstance(on, Seq):
        for index, event in enumerate(on):
            if isinstance(event, (str, int)):
                yield Trigger(f"{event}", on.item_place(index))
    elif on is not None:
        yield Trigger(root.str("on"), root.value_place("on"))


def _trigger(event: str, place: Place, spec: Any) -> Trigger:
    if isinstance(spec, Seq):  # schedule: a list of {cron: ...}
        crons = tuple(item.str("cron") for item in spec if isinstance(item, Map))
        return Trigger(event, place, cron=tuple(cron for cron in crons if cron))
    if not isinstance(spec, Map):
        return Trigger(event, place)
    return Trigger(
        event,
        place,
        branches=_texts(spec, "branches"),
        branches_ignore=_texts(spec, "branches-ignore"),
        tags=_texts(spec, "tags"),
        tags_ignore=_texts(spec, "tags-ignore"),
        paths=_texts(spec, "paths"),
        paths_ignore=_texts(spec, "paths-ignore"),
        types=_texts(spec, "types"),
        workflows=_texts(spec, "workflows"),
        inputs=tuple(f"{name}" for name in spec.map("inputs")),
        spec=spec,
    )


def _texts(parent: Map, key: str) -> tuple[str, ...]:
    """A list of scalars, or one scalar, as texts."""
    value = parent.get(key)
    if isinstance(value, Seq):
        return tuple(
            f"{item}" for item in value if item is not None and not isinstance(item, (Map, Seq))
        )
    text = parent.str(key)
    return (text,) if text else ()


def _defaults(parent: Map) -> RunDefaults:
    run = parent.map("defaults").map("run")
    directory = run.str("working-directory")
    return RunDefaults(
        working_directory=directory,
        working_directory_place=run.value_place("working-directory") if directory else None,
        shell=run.str("shell"),
    )


def _jobs(jobs: Map, defaults: RunDefaults, lines: list[str]) -> Iterator[Job]:
    for key, raw in jobs.items():
        if not isinstance(raw, Map):
            continue
        own = _defaults(raw)
        effective = RunDefaults(
            own.working_directory or defaults.working_directory,
            own.working_directory_place or defaults.working_directory_place,
            own.shell or defaults.shell,
        )
        strategy = raw.map("strategy")
        uses_place = raw.value_place("uses")
        uses = raw.str("uses").strip()
        yield Job(
            id=f"{key}",
            place=jobs.key_place(key),
            end=raw.end,
            name=raw.str("name"),
            needs=tuple(_needs(raw)),
            if_=raw.str("if"),
            if_place=raw.key_place("if"),
            runs_on=_runs_on(raw),
            uses=uses,
            uses_place=uses_place,
            uses_comment=_comment(lines, uses_place, uses) if uses else "",
            with_=raw.map("with"),
            strategy=strategy,
            matrix=strategy.map("matrix"),
            env=raw.map("env"),
            defaults_run=own,
            continue_on_error=raw.str("continue-on-error"),
            timeout=raw.str("timeout-minutes"),
            timeout_place=raw.key_place("timeout-minutes"),
            environment=raw.str("environment") or raw.map("environment").str("name"),
            container=raw.str("container") or raw.map("container").str("image"),
            services=raw.map("services"),
            outputs=raw.map("outputs"),
            permissions=raw.get("permissions"),
            concurrency=raw.get("concurrency"),
            steps=tuple(_steps(raw, effective, lines)),
            raw=raw,
        )


def _needs(raw: Map) -> Iterator[Need]:
    value = raw.get("needs")
    if isinstance(value, Seq):
        for index, item in enumerate(value):
            if isinstance(item, (str, int)):
                yield Need(f"{item}", value.item_place(index))
    elif raw.str("needs"):
        yield Need(raw.str("needs"), raw.value_place("needs"))


def _runs_on(raw: Map) -> tuple[str, ...]:
    group = raw.map("runs-on")
    return _texts(group, "labels") if group else _texts(raw, "runs-on")


def _steps(parent: Map, defaults: RunDefaults, lines: list[str]) -> Iterator[Step]:
    steps = parent.seq("steps")
    for index, raw in enumerate(steps):
        if not isinstance(raw, Map):
            continue
        uses_place = raw.value_place("uses")
        uses = raw.str("uses").strip()
        run = raw.str("run")
        run_place, literal = _text_place(raw.value_place("run"), run, lines)
        own = raw.str("working-directory")
        own_place = raw.value_place("working-directory")
        yield Step(
            place=raw.place,
            index=index,
            id=raw.str("id"),
            name=raw.str("name"),
            uses=uses,
            uses_place=uses_place,
            uses_comment=_comment(lines, uses_place, uses) if uses else "",
            with_=raw.map("with"),
            run=run,
            run_place=run_place,
            run_literal=literal,
            shell=raw.str("shell"),
            working_directory=own,
            working_directory_place=own_place,
            if_=raw.str("if"),
            if_place=raw.key_place("if"),
            continue_on_error=raw.str("continue-on-error"),
            timeout=raw.str("timeout-minutes"),
            env=raw.map("env"),
            directory=own or defaults.working_directory,
            directory_place=own_place if own else defaults.working_directory_place or raw.place,
            effective_shell=raw.str("shell") or defaults.shell,
        )


def _text_place(place: Place, text: str, lines: list[str]) -> tuple[Place, bool]:
    """Where the text of a scalar begins, given where the scalar does, and whether line by line."""
    if not text or place.line is None or not 0 < place.line <= len(lines):
        return place, True
    line = lines[place.line - 1]
    start = _PROPERTIES.match(line, (place.column or 1) - 1)
    column = start.end() if start else (place.column or 1) - 1
    opening = line[column : column + 1]
    if opening in ("|", ">"):
        number = place.line + 1
        if number > len(lines):
            return place, True
        indent = _block_indent(lines, place.line)
        return place.at(number, indent + 1), opening == "|"
    single = "\n" not in text and (column + len(text) <= len(line) + 2)
    if opening in ("'", '"'):
        return place.at(place.line, column + 2), single
    return place.at(place.line, column + 1), single


def _block_indent(lines: list[str], start: int) -> int:
    """The indentation of a block scalar: that of its first line that is not blank."""
    for line in lines[start : start + 200]:
        if line.strip():
            return len(line) - len(line.lstrip(" "))
    return 0


def _comment(lines: list[str], place: Place, value: str) -> str:
    """The comment behind a value on its own line."""
    if place.line is None or not 0 < place.line <= len(lines):
        return ""
    rest = lines[place.line - 1][(place.column or 1) - 1 :]
    at = rest.find(value)
    match = _COMMENT.search(rest, at + len(value) if at >= 0 else 0)
    return match[1].strip() if match else ""
