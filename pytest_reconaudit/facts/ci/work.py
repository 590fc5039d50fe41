"""What a job really does: its own commands and actions, and those of what it calls.

A step that says ``make test``, ``./scripts/ci.sh``, ``npm run ci`` or names a local composite
action does what these do. A command given to ``ssh`` runs on another machine. What cannot be
followed (a program of another language, a script of a server) is named, so that a check can
tell "does not" from "cannot say".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.gate_kinds import without_runner
from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.facts.ci.pipelines import local_action, workflows
from pytest_reconaudit.facts.ci.steps import JobRun, job_runs, remote_script, step_script
from pytest_reconaudit.facts.folders import join, trace
from pytest_reconaudit.facts.invocations import (
    Invocation,
    invocations,
    makefiles,
    workflow_invocations,
)
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, read_shell, unwrapped
from pytest_reconaudit.readers.workflow import CompositeAction, Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["JobWork", "Work", "calls_by_origin", "job_works", "remote_commands"]

_MAX_DEPTH = 3
"""How deep calls are followed: a step, a make target, a script that this runs."""
_MAX_ITEMS = 1_500
"""Commands kept of one job; more come only of files that call each other."""
_SSH_VALUES = "bcDEeFIiJLlmOopQRSWw"
"""Options of ssh that take a value."""
_INTERPRETED = regex(r"\.(?:py|js|mjs|cjs|ts|rb|pl|php|ps1|groovy|kts?)$")


class Work(NamedTuple):
    """One command or action of a job. A named tuple, as there are thousands."""

    step: Step
    """The job's own step that leads to it."""
    place: Place
    """Where the job says so: the line in the workflow, whatever file the command stands in."""
    own: Place
    """Where the command or action itself stands."""
    words: tuple[str, ...] = ()
    """The command without ``sudo`` and the like; empty for an action."""
    command: ShellCommand | None = None
    action: Step | None = None
    """The ``uses:`` step, of the job or of a composite action."""
    remote: bool = False
    """It runs on another machine, over ssh."""
    via: tuple[str, ...] = ()
    """The files by which it is reached, outermost first: ``Makefile:test``, ``scripts/ci.sh``."""
    folder: str | None = None
    """The working directory in the repository, as far as it is known."""

    @property
    def text(self) -> str:
        """The command or action as written."""
        if self.action is not None:
            return f"uses: {self.action.uses}"
        return self.command.text if self.command is not None else " ".join(self.words)


class JobWork(Struct, frozen=True, eq=False):
    """One job with everything that it does, in order."""

    workflow: Workflow
    job: Job
    items: tuple[Work, ...]
    opaque: tuple[Work, ...]
    """Calls whose work is not known: programs of other languages, scripts that are not in the
    repository, task runners without a reader."""


@once
def job_works(target: Target) -> Mapping[str, tuple[JobWork, ...]]:
    """Workflow path → what its jobs do, in file order. Jobs that are switched off have no work."""
    mine: dict[int, list[Invocation]] = {}
    for invocation in workflow_invocations(target):
        if invocation.job is not None:
            mine.setdefault(id(invocation.job), []).append(invocation)
    found: dict[str, list[JobWork]] = {workflow.path: [] for workflow in workflows(target)}
    for run in job_runs(target):
        follower = _Follower(target, run)
        if not never_runs(run.job.if_):
            follower.job(mine.get(id(run), []))
        found[run.workflow.path].append(
            JobWork(run.workflow, run.job, tuple(follower.items), tuple(follower.opaque))
        )
    return {path: tuple(works) for path, works in found.items()}


@once
def calls_by_origin(target: Target) -> Mapping[str, tuple[Invocation, ...]]:
    """The commands of each script, ``Makefile:target``, ``package.json:script`` and action."""
    found: dict[str, list[Invocation]] = {}
    for invocation in invocations(target):
        if invocation.source != "workflow":
            found.setdefault(invocation.origin, []).append(invocation)
    return {origin: tuple(calls) for origin, calls in found.items()}


class _Follower:
    """One walk over one job."""

    def __init__(self, target: Target, run: JobRun) -> None:
        self.target = target
        self.run = run
        self.items: list[Work] = []
        self.opaque: list[Work] = []

    def job(self, mine: list[Invocation]) -> None:
        by_step: dict[int, list[Invocation]] = {}
        for invocation in mine:
            if invocation.step is not None:
                by_step.setdefault(invocation.step.step.index, []).append(invocation)
        for step in self.run.job.steps:
            if never_runs(step.if_):
                continue
            if step.uses and remote_script(step) is None:
                self._action(step, step, (), 0)
                continue
            remote = bool(step.uses)
            if remote:
                self.items.append(Work(step, step.uses_place, step.uses_place, action=step))
            for invocation in by_step.get(step.index, ()):
                place = invocation.command.place
                self._command(invocation, step, place, remote, (), 0)

    def _action(self, action: Step, step: Step, via: tuple[str, ...], depth: int) -> None:
        if len(self.items) > _MAX_ITEMS:
            return
        work = Work(step, step.uses_place, action.uses_place, action=action, via=via)
        self.items.append(work)
        if not action.uses.startswith("./"):
            return
        composite = local_action(self.target, action.uses)
        if composite is None or not composite.steps or depth >= _MAX_DEPTH:
            self.opaque.append(work)
            return
        inner = (*via, composite.path)
        if composite.path in via:
            return
        for one, calls in _composite_steps(self.target, composite):
            if one.uses:
                self._action(one, step, inner, depth + 1)
            for invocation in calls:
                self._command(invocation, step, step.uses_place, False, inner, depth + 1)

    def _command(
        self, invocation: Invocation, step: Step, place: Place, remote: bool,
        via: tuple[str, ...], depth: int,
    ) -> None:  # fmt: skip
        if len(self.items) > _MAX_ITEMS:
            return
        command = invocation.command
        words = invocation.words
        work = Work(
            step, place, command.place, words, command, remote=remote, via=via,
            folder=invocation.folder,
        )  # fmt: skip
        self.items.append(work)
        if not words:
            return
        if words[0].rpartition("/")[2] == "ssh":
            for inner in remote_commands(invocation):
                there = place if via else inner.command.place
                self._command(inner, step, there, True, via, depth + 1)
            return
        origins = self._origins(invocation, remote)
        if origins is None:
            return
        if not origins or depth >= _MAX_DEPTH:
            self.opaque.append(work)
            return
        for origin in origins:
            if origin in via:
                continue
            left_out = self._left_out(invocation, step, origin, via)
            for inner in calls_by_origin(self.target).get(origin, ()):
                if inner.command.place.line not in left_out:
                    self._command(inner, step, place, remote, (*via, origin), depth + 1)

    def _left_out(
        self, invocation: Invocation, step: Step, origin: str, via: tuple[str, ...]
    ) -> frozenset[int]:
        """The recipe lines that make passes over in this call, as an ``ifdef`` takes the other
        branch. Only for a call by a step or script: make hands its variables on to a make below it.
        """
        branches = _branches(self.target).get(origin)
        if not branches or any("akefile:" in one for one in via):
            return frozenset()
        known, lines = branches
        given = {word.partition("=")[0] for word in invocation.words if "=" in word}
        given |= {name for name, _ in invocation.command.assignments}
        given |= {*known, *step.env, *self.run.job.env, *self.run.workflow.env}
        either = {one for _, names in lines for one in names}
        return frozenset(
            line
            for line, names in lines
            if any(
                (name in given) is not wanted and (name, not wanted) in either
                for name, wanted in names
            )
        )

    def _origins(self, invocation: Invocation, remote: bool) -> tuple[str, ...] | None:
        """What a command calls, as origins; empty when that is not known, ``None``: nothing."""
        words = without_runner(invocation.words)
        if not words:
            return None
        name = words[0].rpartition("/")[2]
        if name == "make":
            return self._make(invocation, words)
        if name in ("just", "task", "mage", "invoke", "inv", "tox", "nox", "earthly", "dagger",
                    "bazel", "turbo", "nx", "lerna", "moon", "mise"):  # fmt: skip
            return ()
        call = script_call(words)
        if call is not None:
            return self._package_script(invocation, call.script, call.folder)
        if name in ("npm", "pnpm", "yarn", "bun") and {"run", "test"} & set(words[1:]):
            return ()  # of workspaces, filtered
        return self._script(invocation, words, name, remote)

    def _script(
        self, invocation: Invocation, words: tuple[str, ...], name: str, remote: bool
    ) -> tuple[str, ...] | None:
        if name in ("bash", "sh", "zsh", "dash", "source", "."):
            word = next((one for one in words[1:] if not one.startswith(("-", "+"))), "")
            if not word or any(one.endswith("c") and one.startswith("-") for one in words[1:2]):
                return None
        elif name in ("python", "python3", "node", "ruby", "php", "perl", "deno", "tsx"):
            return () if any(_INTERPRETED.search(one) for one in words[1:4]) else None
        elif "/" in words[0]:
            word = words[0]
        else:
            return None
        path = invocation.resolve(word)
        if path is None and remote:
            path = join("", word.removeprefix("./"))
        if path is None or not self.target.has(path):
            return ()
        return (path,) if path in calls_by_origin(self.target) else ()

    def _package_script(self, invocation: Invocation, script: str, option: str) -> tuple[str, ...]:
        folder = invocation.folder if invocation.folder is not None else ""
        if option:
            joined = join(folder, option)
            if joined is None:
                return ()
            folder = joined
        package = npm_at(self.target, folder)
        if package is None or package.script(script) is None:
            return ()
        return tuple(
            f"{package.path}:{name}"
            for name in (f"pre{script}", script, f"post{script}")
            if package.script(name) is not None
        )

    def _make(self, invocation: Invocation, words: tuple[str, ...]) -> tuple[str, ...]:
        folder = invocation.folder if invocation.folder is not None else ""
        file = ""
        goals: list[str] = []
        rest = iter(words[1:])
        for word in rest:
            if word in ("-C", "--directory"):
                folder = join(folder, next(rest, "")) or ""
            elif word in ("-f", "--file", "--makefile"):
                file = next(rest, "")
            elif word in ("-j", "-l", "-o", "-W", "-I"):
                if word != "-j":
                    next(rest, "")
            elif word.startswith("-C"):
                folder = join(folder, word[2:]) or ""
            elif not word.startswith("-") and "=" not in word and not word.isdigit():
                goals.append(word)
        names = (file,) if file else ("Makefile", "makefile", "GNUmakefile")
        for name in names:
            makefile = _makefile_targets(self.target).get(posixpath.join(folder, name))
            if makefile is not None:
                return _recipes(posixpath.join(folder, name), makefile, goals)
        return ()


def _composite_steps(
    target: Target, action: CompositeAction
) -> tuple[tuple[Step, tuple[Invocation, ...]], ...]:
    """The steps of a composite action with their commands; read once, however often it is used."""
    known = _composites(target)
    steps = known.get(action.path)
    if steps is None:
        steps = tuple((one, tuple(_step_calls(action.path, one))) for one in action.steps)
        known[action.path] = steps
    return steps


@once
def _composites(target: Target) -> dict[str, tuple[tuple[Step, tuple[Invocation, ...]], ...]]:
    return {}


def _step_calls(path: str, step: Step) -> Iterator[Invocation]:
    script = None if step.uses else step_script(step)
    if script is None:
        return
    traced = trace(script, step.directory if "$" not in step.directory else "")
    for command, folder in zip(traced.script.commands, traced.folders, strict=True):
        yield Invocation(command, folder, "action", path, unwrapped(command.words), traced)


class _Branches(NamedTuple):
    assigned: frozenset[str]
    """What the Makefile gives a value itself."""
    lines: tuple[tuple[int, tuple[tuple[str, bool], ...]], ...]
    """Recipe lines in an ``ifdef``, by :attr:`.RecipeLine.branches`."""


@once
def _branches(target: Target) -> Mapping[str, _Branches]:
    """``Makefile:target`` → its recipe's lines that stand in a conditional."""
    found = {}
    for makefile in makefiles(target):
        for one in makefile.targets:
            lines = tuple(
                (first + more, line.branches)
                for line in one.recipe
                if line.branches and (first := line.place.line) is not None
                for more in range(line.text.count("\n") + 1)
            )
            if lines:
                found[f"{makefile.path}:{one.name}"] = _Branches(makefile.assigned, lines)
    return found


@once
def _makefile_targets(target: Target) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Makefile → target → prerequisites; the first target also under the empty name."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for makefile in makefiles(target):
        mine = found.setdefault(makefile.path, {})
        for one in makefile.targets:
            mine[one.name] = (*mine.get(one.name, ()), *one.prerequisites)
            if not one.name.startswith("."):
                mine.setdefault("", (one.name,))
    return found


def _recipes(
    path: str, targets: Mapping[str, tuple[str, ...]], goals: list[str]
) -> tuple[str, ...]:
    """The origins of the recipes that make runs for its goals, prerequisites first."""
    wanted = goals or list(targets.get("", ()))
    done: list[str] = []

    def visit(name: str, depth: int) -> None:
        if name in done or name not in targets or depth > 8 or len(done) > 60:
            return
        for before in targets[name]:
            visit(before, depth + 1)
        if name not in done:
            done.append(name)

    for goal in wanted:
        visit(goal, 0)
    return tuple(f"{path}:{name}" for name in done)


def remote_commands(invocation: Invocation) -> Iterator[Invocation]:
    """The commands that an ``ssh host …`` runs on the other machine: its words, or its input."""
    words = invocation.words
    index = 1
    while index < len(words) and words[index].startswith("-"):
        takes = len(words[index]) == 2 and words[index][1] in _SSH_VALUES
        index += 2 if takes else 1
    text = " ".join(words[index + 1 :])
    place = invocation.command.place
    line, column = place.line or 1, place.column or 1
    shells = ("bash", "sh", "bash -s", "sh -s", "/bin/bash", "bash -se", "bash -e", "/bin/bash -s")
    if (not text or text in shells) and invocation.command.heredoc is not None:
        heredoc = invocation.command.heredoc
        text, line = heredoc.text, heredoc.place.line or line
        column = heredoc.place.column or 1
    if not text.strip():
        return
    script = read_shell(text, place.path, line, column)
    traced = trace(script, None)
    for command, folder in zip(script.commands, traced.folders, strict=True):
        yield Invocation(
            command, folder, invocation.source, invocation.origin, unwrapped(command.words), traced
        )
