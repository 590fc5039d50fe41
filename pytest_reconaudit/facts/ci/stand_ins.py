"""Jobs that report a required check where the real one does not run.

Branch protection waits for each required check. Where the real workflow is skipped, because of its
paths or as another system runs it, a job of the same name that only prints has to say so.
"""

from __future__ import annotations

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.steps import JobRun
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job
from pytest_reconaudit.target import Target, once

__all__ = ["is_stand_in"]

_PROTECTION = regex(
    r"branch[ -]protections?|protected branch|required (?:status |ci )?checks?|status checks?"
    r"|merge queue|rulesets?",
)
_INSTEAD = regex(
    r"\b(?:dummy|fake|stub|no-?op|stand-?in|placeholder|workaround|skip(?:s|ped|ping)?|bypass\w*"
    r"|satisf(?:y|ies)|not (?:needed|required|affected|run)|no (?:relevant )?changes|docs?[ -]only"
    r"|instead)\b"
)
_WORKS = regex(r"actions/checkout@")
_LONGEST = 4000


def is_stand_in(target: Target, run: JobRun) -> bool:
    """Whether a job without a checkout says that it only satisfies branch protection, or has the
    name of another workflow's job and runs for other paths."""
    job = run.job
    if any(_WORKS.match(step.uses) for step in job.steps):
        return False
    if _is_said(target, run):
        return True
    limited = any(one.paths or one.paths_ignore for one in run.workflow.triggers)
    paths = _real_jobs(target).get(_shown(job), frozenset())
    return limited and bool(paths - {run.workflow.path})


def _is_said(target: Target, run: JobRun) -> bool:
    """Told by the job's lines, the workflow's name and the comments above the job."""
    lines = target.text(run.workflow.path).split("\n")
    first = run.job.place.line or 1
    above = [line for line in lines[: first - 1] if line.lstrip().startswith(("#", "name:"))]
    text = "\n".join([*above, *lines[first - 1 : run.job.end]])[:_LONGEST].lower()
    return _PROTECTION.search(text) is not None and _INSTEAD.search(text) is not None


@once
def _real_jobs(target: Target) -> dict[str, frozenset[str]]:
    """What a job's check is called → the workflows that have such a job with a checkout."""
    found: dict[str, set[str]] = {}
    for workflow in workflows(target):
        for job in workflow.jobs:
            if job.uses or any(_WORKS.match(step.uses) for step in job.steps):
                found.setdefault(_shown(job), set()).add(workflow.path)
    return {name: frozenset(paths) for name, paths in found.items()}


def _shown(job: Job) -> str:
    return job.name or job.id
