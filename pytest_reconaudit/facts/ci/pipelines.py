"""The workflows that GitHub runs, those it does not, and the actions that they share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.readers.workflow import (
    CompositeAction,
    Job,
    Step,
    Workflow,
    read_action,
    read_workflow,
)
from pytest_reconaudit.target import Target, once

__all__ = [
    "ReusableCall",
    "actions",
    "callers",
    "default_branch",
    "local_action",
    "nested_workflows",
    "reusable_calls",
    "workflow_steps",
    "workflows",
]

FOLDER = ".github/workflows"
_ACTION_NAMES = ("action.yml", "action.yaml")


class ReusableCall(Struct, frozen=True, eq=False):
    """A job that calls a reusable workflow of the same repository."""

    caller: Workflow
    job: Job
    path: str
    """The called file, relative to the repository."""
    called: Workflow | None
    """``None`` when the repository has no such file."""


@once
def workflows(target: Target) -> tuple[Workflow, ...]:
    """The workflows that GitHub runs: ``.github/workflows/*.y*ml`` of the repository's root.

    A file that does not parse is among them; see its ``problems``.
    """
    return tuple(
        target.parse(read_workflow, path)
        for path in _in_workflow_folders(target)
        if posixpath.dirname(path) == FOLDER
    )


@once
def nested_workflows(target: Target) -> tuple[Workflow, ...]:
    """Workflow files below a folder of the root: GitHub never runs these."""
    return tuple(
        target.parse(read_workflow, path)
        for path in _in_workflow_folders(target)
        if posixpath.dirname(path) != FOLDER
    )


def _in_workflow_folders(target: Target) -> Iterator[str]:
    for path in target.files:
        if (
            path.endswith((".yml", ".yaml"))
            and f"/{posixpath.dirname(path)}".endswith(f"/{FOLDER}")
            and not target.is_generated(path)
        ):
            yield path


@once
def actions(target: Target) -> tuple[CompositeAction, ...]:
    """Every ``action.yml`` of the repository, composite or not."""
    # An action may well be called "build": below .github no folder holds build products.
    paths = {
        *target.named(*_ACTION_NAMES),
        *(path for path in target.below(".github") if posixpath.basename(path) in _ACTION_NAMES),
    }
    found = (
        target.parse(read_action, path) for path in sorted(paths) if "runs:" in target.text(path)
    )
    return tuple(action for action in found if action.using or action.problems)


def local_action(target: Target, uses: str) -> CompositeAction | None:
    """The action of this repository that ``uses: ./path`` names."""
    if not uses.startswith("./"):
        return None
    folder = posixpath.normpath(uses)
    for name in _ACTION_NAMES:
        path = posixpath.normpath(posixpath.join(folder, name))
        if target.has(path):
            return target.parse(read_action, path)
    return None


@once
def reusable_calls(target: Target) -> tuple[ReusableCall, ...]:
    """Jobs whose ``uses:`` is a workflow file of this repository."""
    calls = []
    known = {workflow.path: workflow for workflow in workflows(target)}
    for workflow in workflows(target):
        for job in workflow.jobs:
            if job.uses.startswith("./"):
                path = posixpath.normpath(job.uses)
                calls.append(ReusableCall(workflow, job, path, known.get(path)))
    return tuple(calls)


def callers(target: Target, workflow: Workflow) -> tuple[ReusableCall, ...]:
    """The calls of one reusable workflow."""
    return tuple(call for call in reusable_calls(target) if call.path == workflow.path)


def workflow_steps(workflow: Workflow) -> Iterator[tuple[Job, Step]]:
    """Every step with its job, in file order."""
    for job in workflow.jobs:
        for step in job.steps:
            yield job, step


@once
def default_branch(target: Target) -> str:
    """The default branch as the clone recorded it (``refs/remotes/origin/HEAD``); else empty."""
    # Read as a plain file: running git would obey the target's configuration.
    head = target.text(".git/refs/remotes/origin/HEAD").strip()
    prefix = "ref: refs/remotes/origin/"
    return head[len(prefix) :] if head.startswith(prefix) else ""
