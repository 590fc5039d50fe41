"""The yardstick of a replay: the same statements, one psycopg connection, nothing else."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from pytest_reconaudit import store
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure, database
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.migrations import migration_roots, migration_script
from pytest_reconaudit.facts.db.new_migrations import new_migrations
from pytest_reconaudit.probes import replay as probe
from pytest_reconaudit.probes.postgres import PrivateServer, ServerError, choose
from pytest_reconaudit.target import Target


def histories_of(target: Target) -> tuple[Sequence[probe.History], int | None]:
    """What an audit of the target would replay, and on which major at least."""
    seen: list[Any] = []

    def record(histories: Sequence[probe.History], *_: Any, minimum: int | None, **__: Any) -> Any:
        seen.append((histories, minimum))
        return {"no_server": "only the histories are wanted"}

    with mock.patch.object(probe, "replay", record):
        database(target)
    return seen[0] if seen else ((), None)


def bare(root: Path) -> Callable[[], float] | None:
    """A function that runs the target's history on a bare server and returns the seconds that its
    statements take; ``None`` when there is no history or no server.
    """
    histories, minimum = histories_of(Target(root))
    if not histories:
        return None
    wanted = {name for history in histories for name in history.extensions}
    try:
        choice = next(iter(choose(minimum, wanted)))
    except (ServerError, StopIteration):
        return None

    def run() -> float:
        with PrivateServer(choice) as server:
            start = time.perf_counter()
            for history in histories:
                with _superuser(server) as connection:
                    _send(connection, history)
            return time.perf_counter() - start

    return run


def forget() -> None:
    """Remove what an earlier run found, so that the next one asks and replays everything; what
    starts a server quickly stays."""
    for kind in ("answers", "replays"):
        shutil.rmtree(store.folder(kind), ignore_errors=True)


def kept(root: Path) -> float:
    """Seconds that a replay's result costs when an earlier run kept it.

    What other checks read of the target in any case (its scripts, their statements) is not in it.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, XDG_CACHE_HOME=folder),
    ):
        for _ in range(2):
            target = Target(root)
            configure(target, DatabaseConfig(kept=True))
            for one in migration_roots(target):
                new_migrations(target, one)
                for migration in one.migrations:
                    migration_script(target, one, migration)
            declared_indexes(target)
            start = time.perf_counter()
            database(target)
            seconds = time.perf_counter() - start
    return seconds


def _superuser(server: PrivateServer) -> psycopg.Connection[Any]:
    """Who may do everything: the bare server refuses nothing."""
    return psycopg.connect(
        host=str(server.folder), dbname="postgres", user="postgres", autocommit=True
    )


def _send(connection: Any, history: probe.History) -> None:
    connection.prepare_threshold = None
    tracking = probe._TRACKING.get(history.tool)
    if tracking is not None:
        connection.execute("SELECT pg_catalog.pg_advisory_lock(0)")
        connection.execute(tracking[0])
    cursor = connection.cursor()
    for migration in history.migrations:
        if migration.transaction:
            cursor.execute("BEGIN")
        for statement in migration.statements:
            if statement.data is None:
                cursor.execute(statement.text.encode())
            else:
                with cursor.copy(statement.text.encode()) as copy:
                    copy.write(statement.data)
        if tracking is not None:
            version = {"version": migration.version, "name": migration.name}
            cursor.execute(tracking[1].encode(), version)
        if migration.transaction:
            cursor.execute("COMMIT")
