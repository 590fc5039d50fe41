"""Texts of strangers that an expression writes into a script before the shell reads it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.expression import Call, Name, Node, Or, read_expression
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["Injection", "WorkflowInjections", "workflow_injections"]


class Injection(Struct, frozen=True, eq=False):
    """One value of a stranger in one script."""

    place: Place
    job: str
    value: str
    text: str
    severity: Severity


class WorkflowInjections(Struct, frozen=True, eq=False):
    """One workflow with the values that are written into its scripts."""

    workflow: Workflow
    found: tuple[Injection, ...]


_EXPRESSION = regex(r"\$\{\{(.{1,500}?)\}\}")
_PULL = frozenset({"pull_request", "pull_request_target", "pull_request_review",
                   "pull_request_review_comment"})  # fmt: skip
_ISSUE = frozenset({"issues", "issue_comment"})
_COMMENT = frozenset({"issue_comment", "pull_request_review_comment", "discussion_comment"})
_VALUES = {
    "head_ref": _PULL,
    "event.pull_request.title": _PULL, "event.pull_request.body": _PULL,
    "event.pull_request.head.ref": _PULL, "event.pull_request.head.label": _PULL,
    "event.issue.title": _ISSUE, "event.issue.body": _ISSUE,
    "event.comment.body": _COMMENT, "event.review.body": frozenset({"pull_request_review"}),
    "event.discussion.title": frozenset({"discussion", "discussion_comment"}),
    "event.discussion.body": frozenset({"discussion", "discussion_comment"}),
    "event.head_commit.message": frozenset({"push"}),
    "event.head_commit.author.name": frozenset({"push"}),
    "event.workflow_run.head_branch": frozenset({"workflow_run"}),
}  # fmt: skip
"""Below ``github``: what a stranger writes, and the events that carry it."""
_WITH_SECRETS = frozenset({"pull_request_target", "issues", "issue_comment", "discussion",
                           "discussion_comment", "workflow_run"})  # fmt: skip
"""Events that anybody starts and that run with secrets and a token that may write."""
_TRUSTED = regex(r"author_association|github\.actor\b|triggering_actor|sender\.login|user\.login")


@once
def workflow_injections(target: Target) -> tuple[WorkflowInjections, ...]:
    """Every workflow that can be read, in path order."""
    return tuple(
        WorkflowInjections(workflow, tuple(_found(target, workflow)))
        for workflow in workflows(target)
        if not workflow.problems
    )


def _found(target: Target, workflow: Workflow) -> Iterator[Injection]:
    reaches = {one.job.id: one.events for one in job_reaches(target).get(workflow.path, ())}
    for job in workflow.jobs:
        events = reaches.get(job.id)
        if not events or never_runs(job.if_) or _TRUSTED.search(job.if_):
            continue
        for step in job.steps:
            if not never_runs(step.if_) and not _TRUSTED.search(step.if_):
                yield from _in_step(job, step, events)


def _in_step(job: Job, step: Step, events: frozenset[str]) -> Iterator[Injection]:
    text, place = step.run, step.run_place
    if step.uses.startswith("actions/github-script@"):
        text, place = step.with_.str("script"), step.with_.value_place("script")
        if "\n" in text and step.with_.key_place("script").line == place.line:
            place = place.at((place.line or 1) + 1, 1)
    for number, line in enumerate(text.split("\n") if "github." in text else ()):
        if line.lstrip().startswith(("#", "//")):
            continue
        for match in _EXPRESSION.finditer(line):
            node = read_expression(match[1])
            for value in _written(node) if node is not None else ():
                carried = _VALUES.get(value, frozenset()) & events
                if carried:
                    at = place.at((place.line or 1) + number, match.start() + 1)
                    yield Injection(at, job.id, f"github.{value}", line.strip(), _cost(carried))


def _written(node: Node) -> Iterator[str]:
    """The values that come out as they are: not what is only compared."""
    match node:
        case Name(path=path) if path[0] == "github":
            yield ".".join(path[1:])
        case Or(operands=parts):
            for part in parts:
                yield from _written(part)
        case Call(function="format", arguments=parts):
            for part in parts:
                yield from _written(part)
        case _:
            return


def _cost(carried: frozenset[str]) -> Severity:
    if carried & _WITH_SECRETS:
        return Severity.HIGH
    return Severity.MEDIUM if carried & _PULL else Severity.LOW
