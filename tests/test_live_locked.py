"""A live database of which a table is locked exclusively: what that costs, and what it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_reconaudit.facts.db.database import (
    DatabaseConfig,
    LiveCatalog,
    configure,
    database,
)
from pytest_reconaudit.model import Outcome
from pytest_reconaudit.probes import catalog
from pytest_reconaudit.probes import live as probe
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.postgres import PrivateServer
from tests.test_live_state import dsn, lay, new_database, results, wait_for

pytestmark = pytest.mark.postgres

PORT = (
    "CREATE TABLE piers (id bigserial PRIMARY KEY, quay int NOT NULL, CHECK (quay > 0))",
    "CREATE TABLE buoys (id bigserial PRIMARY KEY, pier bigint REFERENCES piers, colour text)",
    "ALTER TABLE buoys ADD weight int, ADD CHECK (colour <> '')",
    "CREATE TABLE ropes (id bigserial PRIMARY KEY, buoy bigint REFERENCES buoys)",
    "CREATE INDEX buoys_weight ON buoys (weight DESC)",
    "CREATE INDEX buoys_pier ON buoys (pier) WHERE pier IS NOT NULL",
    "CREATE INDEX buoys_colour ON buoys (lower(colour))",
    "CREATE INDEX piers_quay ON piers (quay) WHERE quay > 3",
)
FILES: dict[str, str | bytes] = {
    "diesel.toml": '[migrations_directory]\ndir = "migrations"\n',
    "migrations/2024-01-01-000000_port/up.sql": ";\n".join(PORT) + ";\n",
    "migrations/2024-01-01-000000_port/down.sql": "DROP TABLE ropes, buoys, piers;\n",
}


@contextmanager
def locked(live: PrivateServer, name: str, table: str, *, held: bool = True) -> Iterator[None]:
    """A table that somebody holds exclusively, or waits to hold."""
    with ExitStack() as stack:
        other = stack.enter_context(live.connect(name))
        holder = stack.enter_context(live.connect(name))
        with holder.transaction():
            mode = "ACCESS EXCLUSIVE" if held else "ACCESS SHARE"
            holder.execute(f"LOCK TABLE {table} IN {mode} MODE")
            if not held:
                change = f"ALTER TABLE {table} ADD added int"
                waiter = threading.Thread(target=other.execute, args=(change,))
                waiter.start()
                stack.callback(waiter.join)
                wait_for(live, name, "SELECT 1 FROM pg_locks WHERE NOT granted")
            yield


def without(free: dict[str, Any], part: str, *names: str) -> list[Any]:
    return [one for one in free["catalog"][part] if one["name"] not in names]


@pytest.mark.parametrize("held", [True, False], ids=["held", "waited-for"])
def test_it_costs_what_only_the_table_itself_says(live: PrivateServer, held: bool) -> None:
    name = new_database(live, *PORT)
    free = read_live(dsn(live, name))
    with locked(live, name, "buoys", held=held):
        begun = time.monotonic()
        answer = read_live(dsn(live, name))
        assert time.monotonic() - begun < probe.LOCK_SECONDS
    found = answer["catalog"]
    assert free["catalog"]["unread"] == []
    assert found["unread"] == [["public", "buoys"]]
    assert found["tables"] == free["catalog"]["tables"]
    assert found["indexes"] == without(free, "indexes", "buoys_pier", "buoys_colour")
    assert found["constraints"] == without(free, "constraints", "buoys_colour_check")
    assert not [part for part in answer["parts"].values() if "denied" in part]
    kept = [answer["parts"]["statistics"][key] for key in ("sequences", "sequences_unread")]
    assert kept == [free["parts"]["statistics"]["sequences"], 0]


def test_a_locked_table_without_expressions_costs_nothing(live: PrivateServer) -> None:
    name = new_database(live, *PORT)
    free = read_live(dsn(live, name))
    with locked(live, name, "ropes"):
        assert read_live(dsn(live, name))["catalog"] == free["catalog"]


def test_a_lock_that_comes_between_two_looks(
    live: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(probe._SETTINGS, "lock_timeout", "100ms")
    monkeypatch.setattr(probe, "_BEGIN", probe._BEGIN.replace("'2s'", "'100ms'"))
    name = new_database(live, *PORT)
    looks: list[frozenset[int]] = []
    real = catalog.held_relations

    def late(connection: psycopg.Connection[Any]) -> frozenset[int]:
        looks.append(real(connection) if looks else frozenset())
        return looks[-1]

    monkeypatch.setattr(catalog, "held_relations", late)
    with locked(live, name, "buoys"):
        answer = read_live(dsn(live, name))
    assert answer["catalog"]["unread"] == [["public", "buoys"]]
    assert [bool(one) for one in looks[:2]] == [False, True]


def test_a_locked_sequence_costs_itself(live: PrivateServer) -> None:
    name = new_database(live, *PORT)
    with live.connect(name) as holder, holder.transaction(force_rollback=True):
        holder.execute("ALTER SEQUENCE ropes_id_seq OWNED BY NONE")
        holder.execute("DROP SEQUENCE ropes_id_seq CASCADE")
        begun = time.monotonic()
        part = read_live(dsn(live, name))["parts"]["statistics"]
        assert time.monotonic() - begun < probe.LOCK_SECONDS
    assert part["sequences_unread"] == 1
    assert [row[1] for row in part["sequences"]] == ["buoys_id_seq", "piers_id_seq"]


@pytest.mark.parametrize("replayed", [True, False], ids=["replayed", "parsed"])
def test_nothing_is_said_of_indexes_that_were_not_read(
    tmp_path: Path, live: PrivateServer, replayed: bool
) -> None:
    name = new_database(live, *PORT)
    with locked(live, name, "buoys"):
        target = lay(tmp_path, FILES)
        configure(target, DatabaseConfig(dsn=dsn(live, name), replay=replayed))
        assert isinstance(database(target), LiveCatalog)
    applied = {one.subject.rpartition(":")[2]: one for one in results(target, "db-indexes-applied")}
    for index in ("buoys_pier", "buoys_colour"):
        assert applied[index].outcome is Outcome.SKIPPED
        assert "buoys was locked" in applied[index].reason
    for index in ("buoys_weight", "piers_quay"):
        assert applied[index].outcome is Outcome.PASSED
    keys = {one.subject: one for one in results(target, "db-fk-indexed")}
    reason = keys.pop("(live database): buoys").reason
    assert reason == ("unresolved: buoys was locked, so not all of its indexes could be read")
    (other,) = keys.values()
    assert [one.message.partition(" has")[0] for one in other.findings] == [
        "foreign key ropes (buoy) → buoys"
    ]
    assert [one.outcome for one in results(target, "db-keys-sound")] == [Outcome.PASSED]
