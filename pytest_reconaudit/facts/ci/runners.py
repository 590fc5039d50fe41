"""Runner images that GitHub took away, and programs that it took off those that are left.

A plain table, true on the day that :mod:`actions` names. What stands in no row is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import masked_by, never_runs
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["GoneProgram", "GoneRunner", "WorkflowRunners", "workflow_runners"]

IMAGES: Mapping[str, tuple[str, str]] = {
    "ubuntu-16.04": ("2021-09-20", "ubuntu-24.04"),
    "ubuntu-18.04": ("2023-04-03", "ubuntu-24.04"),
    "ubuntu-20.04": ("2025-04-15", "ubuntu-24.04"),
    "macos-10.15": ("2022-12-01", "macos-15 (or macos-15-intel, where it builds for x64)"),
    "macos-11": ("2024-06-28", "macos-15 (or macos-15-intel, where it builds for x64)"),
    "macos-12": ("2024-12-03", "macos-15 (or macos-15-intel, where it builds for x64)"),
    "macos-12-large": ("2024-12-03", "macos-15-large"),
    "macos-13": ("2025-12-04", "macos-15 (or macos-15-intel, where it builds for x64)"),
    "macos-13-large": ("2025-12-04", "macos-15-large"),
    "macos-13-xlarge": ("2025-12-04", "macos-15-xlarge"),
    "windows-2016": ("2022-04-01", "windows-2025"),
    "windows-2019": ("2025-06-30", "windows-2025"),
}
"""Label → the day it went, and what to use."""
COMPOSE_GONE = "2024-07-29"
"""When Compose v1, the program ``docker-compose``, left all images."""


class GoneRunner(Struct, frozen=True, eq=False):
    """One label that no runner answers to any more."""

    label: str
    since: str
    replacement: str
    uses: tuple[tuple[Place, str], ...]
    """Where the label stands, and the job."""


class GoneProgram(Struct, frozen=True, eq=False):
    """Commands of one workflow whose program the images lack."""

    since: str
    uses: tuple[tuple[Place, str], ...]
    """The command's place in the workflow, and its text."""
    job: str
    masked: str
    """What hides every failure; empty when one is not hidden."""


class WorkflowRunners(Struct, frozen=True, eq=False):
    """One workflow with what its runners lack."""

    workflow: Workflow
    gone: tuple[GoneRunner, ...]
    compose: GoneProgram | None


_MATRIX = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_BRINGS = regex(
    r"\b(?:install|pip3?|pipx|apt|apt-get|curl|wget|ln|alias|chmod|brew|mv|cp|apk|command|which)\b"
)
_PROGRAM = regex(r"\bdocker-compose\b(?![\w.-]{0,80}\.ya?ml)(\s{0,20}\(\))?")
_BRINGING_ACTION = regex(r"docker-compose|compose-action|setup-compose", re.IGNORECASE)


@once
def workflow_runners(target: Target) -> tuple[WorkflowRunners, ...]:
    """Every workflow that GitHub runs and that can be read, in path order."""
    works = job_works(target)
    return tuple(
        WorkflowRunners(workflow, tuple(_gone(workflow)), _compose(works.get(workflow.path, ())))
        for workflow in workflows(target)
        if not workflow.problems
    )


def _gone(workflow: Workflow) -> Iterator[GoneRunner]:
    found: dict[str, list[tuple[Place, str]]] = {}
    for job in workflow.jobs:
        if never_runs(job.if_):
            continue
        for label, place in _labels(job):
            if label.lower() in IMAGES:
                found.setdefault(label.lower(), []).append((place, job.id))
    for label, uses in found.items():
        since, replacement = IMAGES[label]
        yield GoneRunner(label, since, replacement, tuple(uses))


def _labels(job: Job) -> Iterator[tuple[str, Place]]:
    """The labels of a job, with the values of a written-out matrix."""
    if any("self-hosted" in label for label in job.runs_on):
        return
    place = job.raw.key_place("runs-on")
    for label in job.runs_on:
        match = _MATRIX.fullmatch(label.strip())
        if match is None:
            yield label.strip(), place
            continue
        values = job.matrix.seq(match[1])
        for index, value in enumerate(values):
            if isinstance(value, str):
                yield value.strip(), values.item_place(index)
        for item in job.matrix.seq("include"):
            if isinstance(item, Map) and item.str(match[1]):
                yield item.str(match[1]).strip(), item.key_place(match[1])


def _compose(works: tuple[JobWork, ...]) -> GoneProgram | None:
    """The first job whose commands call ``docker-compose``, with those of all others."""
    uses: list[tuple[Place, str]] = []
    masks: list[str] = []
    first = ""
    for work in works:
        job = work.job
        own = any("self-hosted" in label for label in job.runs_on) or "$" in "".join(job.runs_on)
        if own or job.container or _brought(job):
            continue
        for item in work.items:
            if _calls(item):
                first = first or job.id
                uses.append((item.place, item.text))
                masks.append(masked_by(item.command, item.step, job) if item.command else "")
    if not uses:
        return None
    unique = {place.line: (place, text) for place, text in reversed(uses)}
    ordered = tuple(sorted(unique.values(), key=lambda use: use[0].key()))
    return GoneProgram(COMPOSE_GONE, ordered, first, masks[0] if all(masks) else "")


def _calls(item: Work) -> bool:
    command = item.command
    if item.remote or command is None or item.words[:1] != ("docker-compose",):
        return False
    if "docker compose" in command.fallback or command.tested:
        return False
    return not any(
        "docker-compose" in one or "compose version" in one for one in command.conditions
    )


def _brings(run: str) -> bool:
    """Whether a line names the program behind a command that installs it or asks for it, or defines
    a function of that name."""
    for line in run.split("\n") if "docker-compose" in run else ():
        named = list(_PROGRAM.finditer(line))
        if any(one[1] for one in named):
            return True
        first = _BRINGS.search(line) if named else None
        if first is not None and first.end() <= named[-1].start():
            return True
    return False


def _brought(job: Job) -> bool:
    """Whether a step installs the program, or asks if it is there."""
    return any(
        _brings(step.run) or (step.uses and _BRINGING_ACTION.search(step.uses))
        for step in job.steps
    )
