"""What the workflow checks are parametrized over."""

from __future__ import annotations

from pytest_reconaudit.facts.ci.actions import action_files
from pytest_reconaudit.facts.ci.duplicates import workflow_twins
from pytest_reconaudit.facts.ci.expressions import workflow_expressions
from pytest_reconaudit.facts.ci.injections import workflow_injections
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.facts.ci.runners import workflow_runners
from pytest_reconaudit.facts.ci.service_hosts import workflow_services
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

NO_WORKFLOW = Nothing(SkipReason.NO_INPUT, "no workflow in .github/workflows")


@subject("workflow")
def _workflows(target: Target) -> list[Subject] | Nothing:
    """Every workflow that GitHub runs, unreadable ones too: see its ``problems``."""
    found = [Subject(workflow.path, workflow) for workflow in workflows(target)]
    return found or NO_WORKFLOW


@subject("workflow_twin")
def _twins(target: Target) -> list[Subject] | Nothing:
    """Every workflow with the others that do its work again."""
    found = [Subject(twin.workflow.path, twin) for twin in workflow_twins(target)]
    return found or NO_WORKFLOW


@subject("job_reach")
def _jobs(target: Target) -> list[Subject] | Nothing:
    """Every job with what decides whether it can run; an unreadable workflow as a whole."""
    found = []
    reaches = job_reaches(target)
    for workflow in workflows(target):
        if workflow.problems:
            found.append(Subject(workflow.path, workflow.problems[0]))
        found += [Subject(f"{workflow.path}#{r.job.id}", r) for r in reaches.get(workflow.path, ())]
    return found or NO_WORKFLOW


@subject("workflow_expressions")
def _expressions(target: Target) -> list[Subject] | Nothing:
    """Every workflow that can be read, with what its expressions never get."""
    found = [Subject(one.workflow.path, one) for one in workflow_expressions(target)]
    return found or NO_WORKFLOW


@subject("workflow_services")
def _services(target: Target) -> list[Subject] | Nothing:
    """Every workflow with a job that has service containers."""
    found = [Subject(one.workflow.path, one) for one in workflow_services(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow has service containers")


@subject("workflow_injections")
def _injections(target: Target) -> list[Subject] | Nothing:
    """Every workflow that can be read, with the values that are written into its scripts."""
    found = [Subject(one.workflow.path, one) for one in workflow_injections(target)]
    return found or NO_WORKFLOW


@subject("workflow_runners")
def _runners(target: Target) -> list[Subject] | Nothing:
    """Every workflow that can be read, with what its runners lack."""
    found = [Subject(one.workflow.path, one) for one in workflow_runners(target)]
    return found or NO_WORKFLOW


@subject("action_file")
def _action_files(target: Target) -> list[Subject] | Nothing:
    """Every workflow and composite action that uses actions of other repositories."""
    found = [Subject(file.path, file) for file in action_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow uses an action")
