"""What limits a workflow: the time of its jobs, runs at once, and what its token may do."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.workflow import Job, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["Bound", "BoundsScope", "bounds_scopes"]


class Bound(Struct, frozen=True, eq=False):
    """One limit that one workflow does not set."""

    workflow: Workflow
    limit: str
    """``timeout-minutes``, ``concurrency`` or ``permissions``."""
    place: Place
    """The ``jobs:`` of the workflow."""
    jobs: tuple[Job, ...]
    """The jobs that it concerns."""
    all_jobs: bool


class BoundsScope(Struct, frozen=True, eq=False):
    """One thing to mend: a workflow, or all of them where none sets a limit."""

    id: str
    workflow: Workflow | None
    """``None`` for the repository as a whole."""
    missing: tuple[Bound, ...]


LIMITS = ("timeout-minutes", "concurrency", "permissions")
_FEW_STEPS = 4
_MIN_JOBS = 3
"""From this many jobs on a second run of the same pull request costs something."""


@once
def bounds_scopes(target: Target) -> tuple[BoundsScope, ...]:
    """The repository as a whole, if no workflow sets some limit, then every workflow."""
    readable = [workflow for workflow in workflows(target) if not workflow.problems]
    lacks = {workflow.path: tuple(_lacks(workflow)) for workflow in readable}
    nowhere = [
        limit
        for limit in LIMITS
        if len(readable) > 1
        and not any(_sets(workflow, limit) for workflow in readable)
        and any(bound.limit == limit for bounds in lacks.values() for bound in bounds)
    ]
    found = []
    if nowhere:
        everywhere = tuple(
            bound for bounds in lacks.values() for bound in bounds if bound.limit in nowhere
        )
        found.append(BoundsScope(".github/workflows", None, everywhere))
    for workflow in workflows(target):
        rest = tuple(bound for bound in lacks.get(workflow.path, ()) if bound.limit not in nowhere)
        found.append(BoundsScope(workflow.path, workflow, rest))
    return tuple(found)


def _lacks(workflow: Workflow) -> Iterator[Bound]:
    place = workflow.raw.key_place("jobs")
    own = [job for job in workflow.jobs if not job.uses]
    # A step that is limited shows that its author thought of it.
    open_ended = [
        job for job in own if not job.timeout and not _limits_steps(job) and not _is_short(job)
    ]
    if open_ended:
        every = len(open_ended) == len(own)
        yield Bound(workflow, "timeout-minutes", place, tuple(open_ended), every)
    if (
        workflow.events & {"pull_request", "pull_request_target"}
        and len(workflow.jobs) >= _MIN_JOBS
        and not _sets(workflow, "concurrency")
    ):
        yield Bound(workflow, "concurrency", place, workflow.jobs, True)
    if workflow.permissions is None and "permissions" not in workflow.raw:
        free = [job for job in workflow.jobs if "permissions" not in job.raw]
        if free and workflow.events != {"workflow_call"}:
            yield Bound(
                workflow, "permissions", place, tuple(free), len(free) == len(workflow.jobs)
            )


def _is_short(job: Job) -> bool:
    """Whether a job has nothing to build or test: no code, no services, a few steps."""
    if job.services or job.container or len(job.steps) > _FEW_STEPS:
        return False
    return not any("checkout" in step.uses or "git clone" in step.run for step in job.steps)


def _limits_steps(job: Job) -> bool:
    return any(step.timeout for step in job.steps)


def _sets(workflow: Workflow, limit: str) -> bool:
    """Whether a workflow sets a limit anywhere."""
    if limit == "timeout-minutes":
        return any(job.timeout or _limits_steps(job) for job in workflow.jobs)
    return limit in workflow.raw or any(limit in job.raw for job in workflow.jobs)
