"""What the checks on workflow steps are parametrized over: one item a workflow."""

from __future__ import annotations

from pytest_reconaudit.facts.ci.ci_paths import workflow_paths
from pytest_reconaudit.facts.ci.gates import workflow_gates
from pytest_reconaudit.facts.ci.npm_calls import npm_calls
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

NO_WORKFLOW = Nothing(SkipReason.NO_INPUT, "no workflow in .github/workflows")


@subject("workflow_paths")
def _paths(target: Target) -> list[Subject] | Nothing:
    """Every workflow with the paths that it names and the repository lacks."""
    return [Subject(one.workflow.path, one) for one in workflow_paths(target)] or NO_WORKFLOW


@subject("npm_calls")
def _npm_calls(target: Target) -> list[Subject] | Nothing:
    """Every workflow that runs scripts of a package.json."""
    found = [Subject(one.workflow.path, one) for one in npm_calls(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow runs a package.json script")


@subject("workflow_gates")
def _gates(target: Target) -> list[Subject] | Nothing:
    """Every workflow with its gates."""
    return [Subject(one.workflow.path, one) for one in workflow_gates(target)] or NO_WORKFLOW
