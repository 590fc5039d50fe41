from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_reconaudit import catalogue, delivery, engine, selection, session, subjects  # noqa: F401

# Import all of it once: pytester forgets modules that a run in this process imported, and a
# second import would make a second set of classes.
subjects.load_providers()
engine.builtin_checks()

REQUIRE = os.environ.get("RECON_REQUIRE_COMPONENTS") == "1"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No audit option leaks in from outside, no cache is written to the user's home."""
    for name in ("RECON_TARGET", "RECON_DSN", "RECON_REDIS", "PYTEST_ADDOPTS", "PYTHONSAFEPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def component(present: bool, reason: str) -> None:
    """Skip for want of a component, or fail where CI demands that nothing is missing."""
    if not present:
        if REQUIRE:
            pytest.fail(f"component missing: {reason}")
        pytest.skip(reason)
