"""Which code is test code, and which is not on the way of a request (catalogue G4, G5)."""

from __future__ import annotations

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex

__all__ = ["is_off_path", "is_test_path", "weighed"]

_OFF_PATH = regex(
    r"(?:^|/)(?:src/bin|scripts?|examples?|xtask|workers?|jobs?|cron|scheduled?(?:_?tasks?)?"
    r"|seeds?|seeders|migrations?|management/commands)(?:/|\.\w+$)|(?:^|/)build\.rs$"
)
_STEPS = (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


def is_off_path(path: str) -> bool:
    """Whether a file's code runs beside the requests: binaries, scripts, jobs, workers."""
    return bool(_OFF_PATH.search(path))


def weighed(severity: Severity, path: str) -> Severity:
    """The severity of a finding in a file: one step less where no request waits for the code; a
    note is one everywhere."""
    if severity is Severity.INFO or not is_off_path(path):
        return severity
    return _STEPS[max(_STEPS.index(severity) - 1, 1)]
