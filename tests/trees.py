"""The fixture trees of the checks: ``tests/checks/<check-id>/<case>/``.

A case folder is a small repository. Its name says what must happen: ``bad*`` must give exactly
the findings of ``<case>.expected`` beside it, ``good*`` must pass at least once and find nothing,
``near-miss*`` must find nothing (a skip is allowed). Names that begin with ``dot-`` are laid out
with a leading dot, so that a fixture's ``.gitignore`` does not act on this repository.

An expected line is ``PATH:LINE SEVERITY`` (``PATH SEVERITY`` when the finding has no line).

``<case>.live.sql`` beside the folder stages a live database, with which the tree is then compared:
blocks between blank lines, sent one by one; one that begins with ``-- fails`` has to.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import psycopg
import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure
from pytest_reconaudit.model import ItemResult, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.postgres import PrivateServer, candidates, choose
from pytest_reconaudit.target import Target
from tests.conftest import component

CHECKS = Path(__file__).parent / "checks"


def cases(prefix: str) -> list[tuple[str, Path]]:
    """(check id, case folder) of every case whose name begins with ``prefix``."""
    return [
        (check.name, case)
        for check in sorted(CHECKS.iterdir())
        if check.is_dir()
        for case in sorted(check.iterdir())
        if case.is_dir() and case.name.startswith(prefix)
    ]


def lay_out(case: Path, into: Path) -> Path:
    """Copy a case to ``into/<name>``, ``dot-`` prefixes turned into dots."""
    root = into / "target"
    for source in sorted(case.rglob("*")):
        parts = [
            "." + part[4:] if part.startswith("dot-") else part
            for part in source.relative_to(case).parts
        ]
        place = root.joinpath(*parts)
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            shutil.copymode(source, place)
    live = case.with_name(case.name + ".live.sql")
    if live.exists():
        shutil.copyfile(live, into / "live.sql")
    return root


@lru_cache(maxsize=1)
def _server() -> PrivateServer:
    """One for all cases; it stops when this process does."""
    return PrivateServer(choose(16, ())[0]).__enter__()


_databases = itertools.count()


def _staged(script: Path) -> str:
    """The connection string of a database in which the script was run."""
    component(bool(candidates()), "no PostgreSQL binaries")
    server, name = _server(), f"case{next(_databases)}"
    server.create_database(name)
    with server.connect(name) as connection:
        for block in script.read_text("utf-8").split("\n\n"):
            if block.startswith("-- fails"):
                with pytest.raises(psycopg.Error):
                    connection.execute(block.encode())
            elif block.strip():
                connection.execute(block.encode())
    return f"host={server.folder} user=runner dbname={name}"


def audit_tree(root: Path, check_id: str) -> list[ItemResult]:
    """All items of one check on a folder."""
    target = Target(root)
    live = root.with_name("live.sql")
    if live.exists():
        configure(target, DatabaseConfig(dsn=_staged(live)))
    checks = [pair for pair in builtin_checks() if pair[0].id == check_id]
    assert checks, f"no check is called {check_id}"
    return [judge(item, target, Policy()) for item in plan(target, checks)]


def found(results: Iterable[ItemResult], *, notes: bool = True) -> list[str]:
    """The findings of some items as expected-file lines, sorted; ``notes`` includes info."""
    return sorted(
        f"{finding.place} {finding.severity.label}"
        for result in results
        for finding in result.findings
        if notes or finding.severity is not Severity.INFO
    )


def expected(case: Path) -> list[str]:
    """The lines of ``<case>.expected``."""
    lines = case.with_name(case.name + ".expected").read_text("utf-8").splitlines()
    return sorted(line.strip() for line in lines if line.strip() and not line.startswith("#"))
