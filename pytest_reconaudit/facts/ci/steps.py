"""What each step of a workflow runs, where, and what the job has made by then.

A job begins with an empty workspace: the repository is there once it is checked out, perhaps
below a ``path:``; other repositories may lie beside it; earlier steps write files. The checks on
scripts and paths ask here, so that a file that a run makes is never called missing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.folders import Trace, trace
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import Script, read_shell
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["JobRun", "StepRun", "job_run", "job_runs", "remote_script", "step_script"]

_CHECKOUT = regex(r"actions/checkout@|[\w.-]+/checkout@", re.IGNORECASE)
_SHELLS = ("", "bash", "sh")
_SSH_ACTIONS = ("appleboy/ssh-action", "garygrossgarten/github-action-ssh", "fifsky/ssh-action")
_OWN_REPOSITORY = regex(
    r"\$\{\{\s*github\.(?:repository|event\.pull_request\.head\.repo\.full_name)\s*\}\}"
)


class StepRun(Struct, frozen=True, eq=False):
    """One step that runs shell text."""

    workflow: Workflow
    job: Job
    step: Step
    script: Script
    trace: Trace
    start: str | None
    """The folder it begins in, seen from the repository's root; ``None``: not known, or not
    in the repository."""
    remote: bool = False
    """The text is run on another machine (an ssh action)."""


class JobRun(Struct, frozen=True, eq=False):
    """One job with its shell steps."""

    workflow: Workflow
    job: Job
    steps: tuple[StepRun, ...]
    base: str | None
    """Where the workspace is, seen from the repository's root: ``""`` for a plain checkout,
    ``None`` when the repository is not (surely) checked out there."""
    checkout_path: str
    """The folder of the workspace into which the repository is checked out; mostly empty."""
    foreign: tuple[str, ...]
    """Folders of the workspace that hold other repositories."""

    def locate(self, path: str) -> str | None:
        """A path of the workspace as a path of the repository; ``None`` when it lies outside."""
        if self.base is None:
            return None
        clean = posixpath.normpath(path) if path else "."
        if clean.startswith(("/", "~", "..")) or "$" in clean:
            return None
        clean = "" if clean == "." else clean
        if any(clean == other or clean.startswith(f"{other}/") for other in self.foreign):
            return None
        prefix = self.checkout_path
        if not prefix:
            return clean
        if clean == prefix:
            return ""
        return clean[len(prefix) + 1 :] if clean.startswith(f"{prefix}/") else None


@once
def job_runs(target: Target) -> tuple[JobRun, ...]:
    """Every job of every workflow that GitHub runs, in file order."""
    return tuple(job_run(workflow, job) for workflow in workflows(target) for job in workflow.jobs)


def step_script(step: Step) -> Script | None:
    """The shell text of a ``run:`` step; ``None`` for another language, or no ``run``."""
    shell = step.effective_shell.split()[0] if step.effective_shell.split() else ""
    if not step.run or posixpath.basename(shell) not in _SHELLS:
        return None
    place = step.run_place
    return read_shell(step.run, place.path, place.line or 1, place.column or 1)


def remote_script(step: Step) -> Script | None:
    """The shell text that an ssh action runs on another machine."""
    if step.uses.partition("@")[0] not in _SSH_ACTIONS:
        return None
    key = "script" if "script" in step.with_ else "command"
    text = step.with_.str(key)
    if not text:
        return None
    place = step.with_.value_place(key)
    line = place.line or 1
    first = step.with_.key_place(key).line
    # A block scalar begins on the line after its `|`.
    begins = line + 1 if "\n" in text and first == line else line
    return read_shell(text, place.path, begins, place.column or 1)


def job_run(workflow: Workflow, job: Job) -> JobRun:
    """One job with its shell steps read."""
    base, prefix, foreign = _checkouts(job)
    run = JobRun(workflow, job, (), base, prefix, foreign)
    windows = any("windows" in label.lower() for label in job.runs_on)
    steps = tuple(_step_runs(run, windows))
    return JobRun(workflow, job, steps, base, prefix, foreign)


def _step_runs(run: JobRun, windows: bool) -> Iterator[StepRun]:
    job = run.job
    for step in job.steps:
        remote = remote_script(step)
        if remote is not None:
            traced = _remote_trace(remote)
            yield StepRun(run.workflow, job, step, remote, traced, None, remote=True)
            continue
        if windows and not step.effective_shell:
            continue  # PowerShell is the default there
        script = step_script(step)
        if script is None:
            continue
        start = run.locate(_workspace(step.directory))
        known = {
            f"{name}": env.str(name)
            for env in (run.workflow.env, job.env, step.env)
            for name in env
            if env.str(name)
        }
        base = run.base if not run.checkout_path else None
        yield StepRun(
            run.workflow, job, step, script, trace(script, start, variables=known, base=base), start
        )


def _workspace(directory: str) -> str:
    """``${{ github.workspace }}/x`` → ``x``."""
    return re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/?", "", directory.strip())


def _remote_trace(script: Script) -> Trace:
    """A script on a server: a folder in which it runs ``git pull`` is a checkout of this
    repository."""
    start = None
    for command in script.commands:
        if command.words[:2] in (("git", "pull"), ("git", "fetch")):
            start = ""
            break
    if start is None:
        return trace(script, None)
    # Only `cd` to one absolute folder, before the pull: all other commands run in the checkout.
    moves = [c for c in script.commands if c.name in ("cd", "pushd")]
    if len(moves) != 1 or not moves[0].words[1:2] or moves[0].words[1][:1] not in ("/", "~", "$"):
        return trace(script, None)
    at = script.commands.index(moves[0])
    folders = tuple(None if index <= at else "" for index in range(len(script.commands)))
    return Trace(script, folders, {}, "", None)


def _checkouts(job: Job) -> tuple[str | None, str, tuple[str, ...]]:
    own: list[str] = []
    foreign: list[str] = []
    for step in job.steps:
        if not _CHECKOUT.match(step.uses):
            continue
        path = posixpath.normpath(step.with_.str("path") or ".")
        path = "" if path == "." else path
        repository = step.with_.str("repository")
        ref = step.with_.str("ref")
        other = repository and not _OWN_REPOSITORY.search(repository)
        if other or (ref and "${{" not in ref and ref not in ("main", "master", "develop")):
            foreign.append(path)
        elif not own or path == own[0]:
            own.append(path)
        else:
            foreign.append(path)
    if not own or "$" in own[0] or "" in foreign:
        return None, "", tuple(foreign)
    return "", own[0], tuple(foreign)
