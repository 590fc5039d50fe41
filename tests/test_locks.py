"""What the replay sees new migrations lock, on every server of this machine, and its verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit.facts.db.database import DatabaseConfig, NoServer, configure, database
from pytest_reconaudit.facts.db.lock_faults import NoMigrations, locking_migrations
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.probes import locks
from pytest_reconaudit.probes import replay as probe
from pytest_reconaudit.probes.locks import stronger
from pytest_reconaudit.probes.postgres import Choice, PrivateServer, candidates, choose
from pytest_reconaudit.probes.replay import History, Migration, Statement
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target
from tests.conftest import component

pytestmark = pytest.mark.postgres

BEFORE = """
CREATE TABLE ports (id int PRIMARY KEY, name varchar(20) NOT NULL, size int, region int);
CREATE UNIQUE INDEX ports_name ON ports (name);
CREATE TABLE regions (id int PRIMARY KEY, title text);
ALTER TABLE ports ADD CONSTRAINT later FOREIGN KEY (region) REFERENCES regions (id) NOT VALID;
ALTER TABLE ports ADD CONSTRAINT sized CHECK (size IS NOT NULL) NOT VALID;
CREATE DOMAIN depth AS int;
CREATE TABLE berths (id int, deep depth);
CREATE SCHEMA old;
CREATE TABLE old.ships (id int, name text);
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
"""
_AX, _S, _SRX, _SUX = "AccessExclusive", "Share", "ShareRowExclusive", "ShareUpdateExclusive"
EACH: list[tuple[str, dict[str, str], list[str], list[str]]] = [
    # statement, locks of Share and more (or the one that matters), scanned, rewritten
    ("ALTER TABLE ports ALTER size SET NOT NULL", {"ports": _AX}, ["ports"], []),
    ("ALTER TABLE ports ADD CHECK (size > 0)", {"ports": _AX}, ["ports"], []),
    ("ALTER TABLE ports ADD CHECK (size > 0) NOT VALID", {"ports": _AX}, [], []),
    (
        "ALTER TABLE ports ADD FOREIGN KEY (region) REFERENCES regions (id)",
        {"ports": _SRX, "regions": _SRX}, ["ports"], [],
    ),
    ("ALTER TABLE ports VALIDATE CONSTRAINT later", {"ports": _SUX}, ["ports"], []),
    ("ALTER TABLE ports ALTER size TYPE bigint", {"ports": _AX}, ["ports"], ["ports"]),
    ("ALTER TABLE ports ALTER name TYPE varchar(40)", {"ports": _AX}, [], []),
    ("ALTER TABLE ports ALTER name TYPE text", {"ports": _AX}, [], []),
    ("ALTER TABLE ports ALTER name TYPE varchar(10)", {"ports": _AX}, ["ports"], ["ports"]),
    ("CREATE INDEX ON ports (size)", {"ports": _S}, ["ports"], []),
    ("CREATE INDEX ON old.ships (name)", {"old.ships": _S}, ["old.ships"], []),
    ("ALTER TABLE ports ADD UNIQUE (size)", {"ports": _AX}, ["ports"], []),
    ("ALTER TABLE ports ADD UNIQUE USING INDEX ports_name", {"ports": _AX}, [], []),
    ("ALTER TABLE ports ADD COLUMN a int", {"ports": _AX}, [], []),
    ("ALTER TABLE ports ADD COLUMN a int NOT NULL DEFAULT 1", {"ports": _AX}, [], []),
    ("ALTER TABLE ports ADD COLUMN a int NOT NULL", {"ports": _AX}, ["ports"], []),
    (
        "ALTER TABLE ports ADD COLUMN a timestamptz DEFAULT clock_timestamp()",
        {"ports": _AX}, ["ports"], ["ports"],
    ),
    ("ALTER TABLE ports ADD COLUMN a serial", {"ports": _AX}, ["ports"], ["ports"]),
    (
        "ALTER TABLE ports ADD COLUMN a int GENERATED ALWAYS AS (size + 1) STORED",
        {"ports": _AX}, ["ports"], ["ports"],
    ),
    ("ALTER TABLE ports RENAME TO harbours", {"ports": _AX}, [], []),
    ("DROP INDEX ports_name", {"ports": _AX}, [], []),
    ("REINDEX TABLE ports", {"ports": _S}, ["ports"], []),
    ("CLUSTER ports USING ports_name", {"ports": _AX}, ["ports"], ["ports"]),
    ("TRUNCATE ports", {"ports": _AX}, ["ports"], ["ports"]),
    ("ALTER DOMAIN depth ADD CHECK (value > 0)", {"berths": _S}, ["berths"], []),
    ("UPDATE ports SET size = 1", {"ports": "RowExclusive"}, ["ports"], []),
    ("UPDATE ports SET size = 1 WHERE id = 7", {"ports": "RowExclusive"}, [], []),
    ("UPDATE ports SET size = 1 WHERE size = 7", {"ports": "RowExclusive"}, ["ports"], []),
    ("CREATE TABLE made (port int REFERENCES ports (id))", {"ports": _SRX}, [], []),
    ("SELECT count(*) FROM regions", {"regions": "AccessShare"}, ["regions"], []),
    ("VACUUM FULL ports", {"ports": _AX}, ["ports"], ["ports"]),
    ("CREATE INDEX CONCURRENTLY ON ports (size)", {}, [], []),
    ("CALL commits()", {}, [], []),
    ("LOCK TABLE ports", {"ports": _AX}, [], []),
]  # fmt: skip


@pytest.fixture(scope="module", params=["first", "last"])
def server(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    component(bool(candidates()), "no PostgreSQL binaries")
    known = sorted(candidates(), key=lambda one: one.major)
    with PrivateServer(Choice(known[0 if request.param == "first" else -1])) as running:
        yield running


_count = iter(range(10_000))


def run(server: PrivateServer, *scripts: str, transaction: bool = False) -> dict[str, Any]:
    """Replay :data:`BEFORE` and then scripts, which are observed."""
    migrations = []
    for number, text in enumerate((BEFORE, *scripts)):
        statements = tuple(
            Statement(one.text, one.place, one.data if one.kind == "copy" else None)
            for one in read_sql(text, f"m/{number}.sql").statements
        )
        migrations.append(
            Migration(str(number), "m", f"m/{number}.sql", statements, transaction, number > 0)
        )
    name = f"locks{next(_count)}"
    server.create_database(name)
    done = probe._Replay(server, name, History("m", "sql", tuple(migrations))).run(())
    json.dumps(done)
    return done


@pytest.mark.parametrize(("text", "held", "scanned", "rewritten"), EACH, ids=[e[0] for e in EACH])
def test_each_statement_as_the_server_took_it(
    server: PrivateServer, text: str, held: dict[str, str], scanned: list[str], rewritten: list[str]
) -> None:
    inside = text.startswith("LOCK")
    done = run(server, text, transaction=inside)
    assert done["failure"] is None
    (seen,) = done["locks"]
    assert (seen["path"], seen["line"]) == ("m/1.sql", 1)
    for table, mode in held.items():
        assert seen["locks"][table] == mode
    assert not {t for t, mode in seen["locks"].items() if stronger(mode, _S) == mode} - set(held)
    assert (seen["scanned"], seen["rewritten"]) == (scanned, rewritten)
    assert seen["concurrently"] is ("CONCURRENTLY" in text)


def test_transactions_and_what_they_hold(server: PrivateServer) -> None:
    done = run(
        server,
        "ALTER TABLE ports ADD a int;\nUPDATE regions SET title = '';\nALTER TABLE ports ADD b int;",
        "SET LOCAL lock_timeout = '2s'; CREATE TABLE fresh (a int); CREATE INDEX ON fresh (a);"
        "ALTER TABLE ports ADD c int;",
        transaction=True,
    )
    assert done["failure"] is None
    first, second = done["locks"][:3], done["locks"][3:]
    assert {one["transaction"] for one in first} == {1}
    assert {one["transaction"] for one in second} == {2}
    # A lock is told once, by the statement that took it.
    assert [one["locks"].get("ports") for one in first] == [_AX, None, None]
    assert first[1]["scanned"] == ["regions"]
    assert [one["lock_timeout"] for one in done["locks"]] == [False] * 3 + [True] * 3
    # What the new migrations make themselves is nobody's.
    assert [one["locks"] for one in second] == [{}, {}, {"ports": _AX}]


def test_questions_are_in_nobody_s_way(server: PrivateServer) -> None:
    """What must come first in its transaction does, whatever was asked before."""
    isolated = (
        "BEGIN;\nSET LOCAL lock_timeout = '2s';\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
        "UPDATE ports SET size = 1;"
    )
    done = run(server, "UPDATE ports SET size = 1;", isolated, transaction=True)
    assert done["failure"] is None
    assert [(one["scanned"], one["lock_timeout"]) for one in done["locks"]] == [
        (["ports"], False), (["ports"], True),
    ]  # fmt: skip
    done = run(server, "SET lock_timeout = '2s';\nALTER TABLE ports ADD a int;")
    assert [one["lock_timeout"] for one in done["locks"]] == [True]


def test_a_history_s_own_transactions(server: PrivateServer) -> None:
    done = run(
        server,
        "BEGIN;\nALTER TABLE ports ADD a int;\nUPDATE ports SET a = 1;\nCOMMIT;\n"
        "ALTER TABLE ports ADD b int;",
    )
    assert done["failure"] is None
    numbers = {one["line"]: one["transaction"] for one in done["locks"]}
    assert numbers[2] == numbers[3] != numbers[5]
    assert [c["name"] for t in done["catalog"]["tables"] if t["name"] == "ports"
            for c in t["columns"]][-2:] == ["a", "b"]  # fmt: skip


@pytest.mark.parametrize("transaction", [True, False])
def test_questions_that_fail_cost_the_observation_alone(
    server: PrivateServer, transaction: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_HELD", "SELECT nothing FROM nowhere")
    done = run(
        server, "ALTER TABLE ports ADD a int; ALTER TABLE ports ADD b int;", transaction=transaction
    )
    assert done["failure"] is None
    assert done["locks"] == []
    assert "nowhere" in done["unobserved"]
    assert len(next(t for t in done["catalog"]["tables"] if t["name"] == "ports")["columns"]) == 6


def test_a_failure_is_told_once_and_what_was_undone_is_not(server: PrivateServer) -> None:
    done = run(server, "ALTER TABLE ports ADD a int;\nCREATE INDEX ON ports (gone);",
               transaction=True)  # fmt: skip
    assert done["failure"]["message"] == 'column "gone" does not exist'
    assert done["locks"] == []
    done = run(server, "ALTER TABLE ports ADD a int;\nCREATE INDEX ON ports (gone);")
    assert [one["line"] for one in done["locks"]] == [1]


def test_only_so_many_statements_are_observed(
    server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_MOST_STATEMENTS", 3)
    done = run(server, "SELECT 1;" * 5)
    assert len(done["locks"]) == 3
    assert done["unobserved"] == "2 more statements were not observed"


# -- verdicts ------------------------------------------------------------------------------

DIESEL = {
    "diesel.toml": '[migrations_directory]\ndir = "postgres/migrations"\n',
    "postgres/migrations/20200101000000_first/up.sql": "CREATE TABLE ports (id int, name text);\n"
    "CREATE TABLE regions (id int, title text);\n",
}


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


def faults(root: Path, text: str, config: DatabaseConfig | None = None) -> list[tuple[Any, ...]]:
    component(bool(candidates()), "no PostgreSQL binaries")
    path = "postgres/migrations/20260101000000_next/up.sql"
    target = lay(root, {**DIESEL, path: text})
    configure(target, config or DatabaseConfig())
    found = locking_migrations(target)
    assert not isinstance(found, NoMigrations), found
    (new,) = found
    assert new.reason is None, new.detail
    return [(f.clause, f.statement.place.line, f.table) for f in new.faults]


def test_clauses_and_their_lines(tmp_path: Path) -> None:
    text = (
        "ALTER TABLE ports ADD COLUMN size int;\n"
        "UPDATE ports SET size = 0;\n"
        "-- squawk-ignore prefer-text-field\n"
        "CREATE INDEX ON regions (title);\n"
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ON regions (id);\n"
        "-- safety-assured\n"
        "DROP TABLE regions;\n"
    )
    assert faults(tmp_path, text) == [
        ("b", 2, "ports"), ("a", 4, "regions"), ("g", 1, "ports"),
    ]  # fmt: skip


def test_a_timeout_of_the_role_is_one(tmp_path: Path) -> None:
    lay(tmp_path, {"database.toml": 'options = "-c lock_timeout=2s"\n'})
    assert faults(tmp_path, "ALTER TABLE ports ADD COLUMN size int;") == []


def test_a_whole_file_may_be_known(tmp_path: Path) -> None:
    text = "-- squawk-ignore-file\nCREATE INDEX ON regions (title);\n"
    assert faults(tmp_path, text) == []


def test_rows_come_from_the_live_database(tmp_path: Path) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    with PrivateServer(choose(None, ())[0]) as live:
        with live.connect() as connection:
            connection.execute("CREATE TABLE ports (id int, name text)")
            connection.execute("CREATE TABLE regions (id int, title text)")
            connection.execute(
                "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY,"
                " run_on timestamp NOT NULL DEFAULT now())"
            )
            connection.execute("INSERT INTO __diesel_schema_migrations VALUES ('20200101000000')")
            connection.execute("INSERT INTO ports SELECT generate_series(1, 12000)")
            connection.execute("INSERT INTO regions SELECT generate_series(1, 90)")
            connection.execute("ANALYZE")
        config = DatabaseConfig(dsn=f"host={live.folder} dbname=postgres user=runner")
        text = "SET lock_timeout = 9;\nCREATE INDEX ON ports (id);\nCREATE INDEX ON regions (id);\n"
        path = "postgres/migrations/20260101000000_next/up.sql"
        target = lay(tmp_path, {**DIESEL, path: text})
        configure(target, config)
        found = locking_migrations(target)
    assert not isinstance(found, NoMigrations)
    sizes = {f.table: (f.rows, f.small) for new in found for f in new.faults}
    assert sizes == {"ports": (12000, False), "regions": (90, True)}


_PLANTED = (
    "CREATE TABLE bills (id int, cents int);\n",
    "ALTER TABLE bills ADD COLUMN note text;\n",
    "SET LOCAL lock_timeout = '2s';\nALTER TABLE bills ALTER COLUMN cents TYPE numeric;\n",
    (
        "SET LOCAL lock_timeout = '2s';\nCREATE INDEX ON bills (cents);"
        " ALTER TABLE bills ADD COLUMN payer int NOT NULL; ALTER TABLE bills DROP COLUMN note;\n"
    ),
)


@pytest.mark.parametrize(
    ("names", "clauses"),
    [
        # Dated far apart: each found a table in use, and a column that code knows.
        (("20260101", "20260201", "20260301", "20260401"), ["g", "a", "a", "f", "d"]),
        # Counted: nothing says that they went out together.
        (("0001", "0002", "0003", "0004"), ["g", "a", "a", "f", "d"]),
        # A schema that is built up within a day.
        (("202601010900", "202601011000", "202601011100", "202601020800"), []),
        # The table is old, the column of the last but two is from the day before.
        (("20260101", "20260310", "20260310", "20260311"), ["g", "a", "a", "f"]),
    ],
)
def test_the_newest_by_guess_were_deployed_one_by_one(
    tmp_path: Path, names: tuple[str, ...], clauses: list[str]
) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    files = {"diesel.toml": DIESEL["diesel.toml"]}
    for number, (name, text) in enumerate(zip(names, _PLANTED, strict=True)):
        folder = f"{name}{number:02}" if len(name) > 4 else name
        files[f"postgres/migrations/{folder}_step/up.sql"] = text
    target = lay(tmp_path, files)
    configure(target, DatabaseConfig())
    found = locking_migrations(target)
    assert not isinstance(found, NoMigrations), found
    assert [(new.reason, new.detail) for new in found] == [(None, "")] * 4
    assert [fault.clause for new in found for fault in new.faults] == clauses


def test_what_a_branch_adds_is_deployed_at_once(server: PrivateServer) -> None:
    """Without word of who goes with whom, no table of an observed migration counts."""
    done = run(server, "CREATE TABLE made (a int);", "CREATE INDEX ON made (a);")
    assert [one["scanned"] for one in done["locks"]] == [[], []]


def test_what_is_pending_is_not_known(tmp_path: Path) -> None:
    """The role may connect and no more: the newest migrations are no verdict on the next ones."""
    component(bool(candidates()), "no PostgreSQL binaries")
    with PrivateServer(choose(None, ())[0]) as live:
        with live.connect("postgres", "postgres") as connection:
            connection.execute("CREATE ROLE onlooker LOGIN")
            connection.execute(
                "CREATE TABLE public.__diesel_schema_migrations (version varchar(50) PRIMARY KEY,"
                " run_on timestamp NOT NULL DEFAULT now())"
            )
            connection.execute(
                "INSERT INTO public.__diesel_schema_migrations VALUES ('20200101000000')"
            )
        path = "postgres/migrations/20260101000000_next/up.sql"
        text = "SET lock_timeout = 9;\nCREATE TABLE berths (id int);\n"
        for user, reason in (("onlooker", SkipReason.NO_SERVER), ("postgres", None)):
            target = lay(tmp_path, {**DIESEL, path: text})
            configure(target, DatabaseConfig(dsn=f"host={live.folder} dbname=postgres user={user}"))
            found = locking_migrations(target)
            assert not isinstance(found, NoMigrations)
            assert {new.reason for new in found} == {reason}
            denied = "permission denied for table __diesel_schema_migrations"
            assert [denied in new.detail for new in found] == [reason is not None] * len(found)


def test_no_server_and_a_history_that_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    path = "postgres/migrations/20260101000000_next/up.sql"
    target = lay(tmp_path, {**DIESEL, path: "CREATE INDEX CONCURRENTLY i ON ports (id);"})
    found = locking_migrations(target)
    assert not isinstance(found, NoMigrations)
    assert [(new.reason, "cannot run inside" in new.detail) for new in found] == [
        (SkipReason.UNRESOLVED, True)
    ]
    again = Target(tmp_path)
    configure(again, DatabaseConfig(replay=False))
    assert isinstance(database(again), NoServer)
    none = locking_migrations(again)
    assert isinstance(none, NoMigrations)
    assert none.reason is SkipReason.NO_SERVER


def test_modes_are_ordered() -> None:
    assert stronger("", "AccessShare") == "AccessShare"
    assert stronger("AccessExclusive", "Share") == "AccessExclusive"
