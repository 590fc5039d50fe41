"""The shell scripts that the deploy checks judge."""

from __future__ import annotations

from pytest_reconaudit.facts.scripts.compose_calls import compose_calls
from pytest_reconaudit.facts.scripts.health_gates import health_gates
from pytest_reconaudit.facts.scripts.hidden_errors import script_errors
from pytest_reconaudit.facts.scripts.lost_paths import script_paths
from pytest_reconaudit.facts.scripts.strictness import script_strictness
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []

_NO_SCRIPT = Nothing(SkipReason.NO_INPUT, "no shell script in the repository")


@subject("script_strictness")
def _strictness(target: Target) -> list[Subject] | Nothing:
    """Every script that is run."""
    found = [Subject(one.file.path, one) for one in script_strictness(target)]
    return found or _NO_SCRIPT


@subject("script_paths")
def _paths(target: Target) -> list[Subject] | Nothing:
    """Every script, Makefile and package.json that names files."""
    found = [Subject(one.path, one) for one in script_paths(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no script names a file")


@subject("compose_calls")
def _calls(target: Target) -> list[Subject] | Nothing:
    """Every file that calls Compose, or passes arguments to a program of the repository."""
    found = [Subject(one.path, one) for one in compose_calls(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing calls docker compose")


@subject("script_errors")
def _errors(target: Target) -> list[Subject] | Nothing:
    """Every script that migrates, builds, deploys or backs up."""
    found = [Subject(one.file.path, one) for one in script_errors(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no script migrates, builds, deploys or backs up")


@subject("health_gates")
def _gates(target: Target) -> list[Subject] | Nothing:
    """Every deployment script that checks, rolls back or changes what runs."""
    found = [Subject(one.file.path, one) for one in health_gates(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no deployment script in the repository")
