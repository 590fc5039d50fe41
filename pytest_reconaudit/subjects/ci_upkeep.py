"""What the checks on the upkeep of workflows are parametrized over: one item a file."""

from __future__ import annotations

from pytest_reconaudit.facts.ci.bounds import bounds_scopes
from pytest_reconaudit.facts.ci.caches import workflow_caches
from pytest_reconaudit.facts.ci.kept_reports import workflow_tests
from pytest_reconaudit.facts.ci.pins import pinned_files
from pytest_reconaudit.facts.ci.pushes import workflow_pushes
from pytest_reconaudit.facts.ci.rollouts import workflow_deploys, workflow_migrations
from pytest_reconaudit.facts.ci.triggers import workflow_triggers
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

NO_WORKFLOW = Nothing(SkipReason.NO_INPUT, "no workflow in .github/workflows")


@subject("workflow_trigger")
def _triggers(target: Target) -> list[Subject] | Nothing:
    """Every workflow file, those in folders that GitHub does not read too."""
    return [Subject(one.workflow.path, one) for one in workflow_triggers(target)] or NO_WORKFLOW


@subject("pinned_file")
def _pinned(target: Target) -> list[Subject] | Nothing:
    """Every workflow and composite action that uses something of another publisher."""
    found = [Subject(file.path, file) for file in pinned_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow uses an action of somebody else")


@subject("workflow_deploys")
def _deploys(target: Target) -> list[Subject] | Nothing:
    """Every workflow that deploys."""
    found = [Subject(one.workflow.path, one) for one in workflow_deploys(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow deploys to a server or cluster")


@subject("workflow_migrations")
def _migrations(target: Target) -> list[Subject] | Nothing:
    """Every workflow that migrates a database."""
    found = [Subject(one.workflow.path, one) for one in workflow_migrations(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow migrates a database")


@subject("workflow_pushes")
def _pushes(target: Target) -> list[Subject] | Nothing:
    """Every workflow that pushes images."""
    found = [Subject(one.workflow.path, one) for one in workflow_pushes(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow pushes an image")


@subject("workflow_caches")
def _caches(target: Target) -> list[Subject] | Nothing:
    """Every workflow that installs or compiles dependencies."""
    found = [Subject(one.workflow.path, one) for one in workflow_caches(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow installs or compiles dependencies")


@subject("bounds_scope")
def _bounds(target: Target) -> list[Subject] | Nothing:
    """All workflows together, where none sets some limit, and each of them."""
    return [Subject(one.id, one) for one in bounds_scopes(target)] or NO_WORKFLOW


@subject("workflow_tests")
def _tests(target: Target) -> list[Subject] | Nothing:
    """Every workflow that runs tests."""
    found = [Subject(one.workflow.path, one) for one in workflow_tests(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no workflow runs tests")
