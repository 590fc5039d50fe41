"""The hooks that this plugin offers to others.

Implement them in the ``conftest.py`` of a folder given with ``--recon-checks``, or in a plugin of
your own. All are called with data; none is handed mutable state or HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_reconaudit.model import Finding, Run, Severity
    from pytest_reconaudit.subjects import SubjectProvider
    from pytest_reconaudit.target import Target


@pytest.hookspec(firstresult=True)
def pytest_recon_severity(finding: Finding, config: pytest.Config) -> Severity | str | None:
    """Map a failure to a severity.

    Called once per finding, before the gate. Return a :class:`~pytest_reconaudit.api.Severity`, its
    name, or ``None`` to keep what the check said. The first answer that is not ``None`` counts.
    """


@pytest.hookspec
def pytest_recon_subjects(
    target: Target, config: pytest.Config
) -> Mapping[str, SubjectProvider] | None:
    """Add subjects: parameter name → a provider that yields ``Subject(id, value)`` or ``Nothing``.

    A check, built in or your own, that has a parameter of that name is then run on each.
    """


@pytest.hookspec
def pytest_recon_report(run: Run, config: pytest.Config) -> None:
    """Receive the finished run, on the controller, after the last item and before the summary."""
