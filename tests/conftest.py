from __future__ import annotations

import importlib
import os
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pytest_reconaudit
from pytest_reconaudit import engine, subjects
from pytest_reconaudit.probes.postgres import Binaries, Choice, PrivateServer, candidates
from pytest_reconaudit.readers.syntax import LANGUAGES, read_syntax

# Import all of it once: pytester forgets modules that a run in this process imported, and a
# second import would make a second set of classes; so with the grammars, which come on first use.
for _info in pkgutil.walk_packages(pytest_reconaudit.__path__, "pytest_reconaudit."):
    importlib.import_module(_info.name)
subjects.load_providers()
engine.builtin_checks()
for _suffix in LANGUAGES:
    read_syntax("x", f"x{_suffix}")
importlib.import_module("psycopg.conninfo")

# How fast examples are made tells of the machine's load, not of what is tested.
try:
    from hypothesis import HealthCheck, settings
except ImportError:
    pass  # of the extra `test`; `pytest --recon-list` reads this file in a clone without it
else:
    settings.register_profile("reconaudit", suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("reconaudit")

REQUIRE = os.environ.get("RECON_REQUIRE_COMPONENTS") == "1"


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What fixtures of several tests keep, and the templates of servers, which all tests share."""
    folder = tmp_path_factory.mktemp("shared-cache")
    (folder / "pytest-reconaudit" / "servers").mkdir(parents=True, mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_cache: Path) -> None:
    """No audit option leaks in from outside, no cache is written to the user's home."""
    for name in ("RECON_TARGET", "RECON_DSN", "RECON_REDIS", "PYTEST_ADDOPTS", "PYTHONSAFEPATH"):
        monkeypatch.delenv(name, raising=False)
    cache = tmp_path.parent / f"{tmp_path.name}-cache"  # beside: many tests audit their folder
    own = cache / "pytest-reconaudit"
    own.mkdir(parents=True)
    (own / "servers").symlink_to(shared_cache / "pytest-reconaudit" / "servers")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


def component(present: bool, reason: str) -> None:
    """Skip for want of a component, or fail where CI demands that nothing is missing."""
    if not present:
        if REQUIRE:
            pytest.fail(f"component missing: {reason}")
        pytest.skip(reason)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    component(bool(CHROMIUM), "no Chromium on PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        component(False, "playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def majors() -> list[Binaries]:
    """The PostgreSQL servers at hand, one for each major version, in order."""
    by_major: dict[int, Binaries] = {}
    for one in candidates():
        by_major.setdefault(one.major, one)
    return [by_major[major] for major in sorted(by_major)]


@pytest.fixture(scope="module", params=majors() or [None], ids=lambda one: f"pg{one.major}")
def live(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    component(request.param is not None, "no PostgreSQL binaries")
    with PrivateServer(Choice(request.param)) as server:
        yield server
