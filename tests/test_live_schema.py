"""Declared schemas against live databases, on every major that is installed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure
from pytest_reconaudit.model import Finding, ItemResult, Outcome
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.postgres import PrivateServer
from pytest_reconaudit.target import Target

pytestmark = pytest.mark.postgres


_names = (f"d{number}" for number in itertools.count())


def compare(
    server: PrivateServer,
    root: Path,
    sql: str,
    files: dict[str, str],
    check: str = "db-schema-matches",
) -> tuple[list[ItemResult], list[Finding]]:
    """The results of a check for files and a database made by some SQL."""
    name = next(_names)
    server.create_database(name)
    with server.connect(name) as connection:
        connection.execute(sql.encode())
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    target = Target(root)
    dsn = f"postgresql://runner@/{name}?host={server.folder}"
    configure(target, DatabaseConfig(dsn=dsn, replay=False))
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    items = [judge(item, target, Policy()) for item in plan(target, checks)]
    assert Outcome.ERROR not in {one.outcome for one in items}, [one.reason for one in items]
    return items, [finding for item in items for finding in item.findings]


def told(findings: list[Finding]) -> list[tuple[str, int | None, str, str]]:
    return sorted(
        (one.place.path, one.place.line, one.severity.label, one.clause) for one in findings
    )


EVERYTHING = """
SET search_path = public;
CREATE DOMAIN short_text AS text NOT NULL;
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE TABLE everything (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    i2 smallint NOT NULL, i4 integer NOT NULL, f4 real NOT NULL, f8 double precision NOT NULL,
    n numeric(8, 2) NOT NULL, b boolean NOT NULL, t text, v varchar(9) NOT NULL,
    c char(3) NOT NULL, ts timestamp(3) NOT NULL, tz timestamptz NOT NULL, d date NOT NULL,
    ti time NOT NULL, iv interval NOT NULL, u uuid NOT NULL, j json NOT NULL, jb jsonb NOT NULL,
    by bytea NOT NULL, ip inet NOT NULL, net cidr NOT NULL, mac macaddr NOT NULL,
    o oid NOT NULL, m money NOT NULL, mood mood NOT NULL, dom short_text,
    arr text[] NOT NULL, arr2 integer[][] , r tstzrange NOT NULL,
    g integer GENERATED ALWAYS AS (1) STORED
) ;
CREATE TABLE __diesel_schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE unknown_to_code (id int);
"""
DIESEL = """
#[derive(diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "mood"))]
pub struct MoodSql;

diesel::table! {
    use diesel::sql_types::*;
    everything (id) {
        id -> Int8, i2 -> SmallInt, i4 -> Integer, f4 -> Float, f8 -> Double, n -> Numeric,
        b -> Bool, t -> Nullable<Text>, v -> Varchar, c -> Bpchar, ts -> Timestamp,
        tz -> Timestamptz, d -> Date, ti -> Time, iv -> Interval, u -> Uuid, j -> Json,
        jb -> Jsonb, by -> Bytea, ip -> Inet, net -> Cidr, mac -> MacAddr, o -> Oid, m -> Money,
        mood -> MoodSql, dom -> Text, arr -> Array<Nullable<Text>>,
        arr2 -> Nullable<Array<Nullable<Int4>>>, r -> Tstzrange, g -> Nullable<Int4>,
    }
}
"""
CARGO = '[package]\nname = "x"\nversion = "1.0.0"\n[dependencies]\ndiesel = "2"\n'


def test_every_type_is_its_own(live: PrivateServer, tmp_path: Path) -> None:
    items, found = compare(
        live, tmp_path, EVERYTHING, {"Cargo.toml": CARGO, "src/schema.rs": DIESEL}
    )
    assert told(found) == [("src/schema.rs", None, "info", "extra")]
    assert "unknown_to_code" in found[0].message
    assert "__diesel" not in found[0].message
    assert {item.outcome for item in items} <= {Outcome.PASSED, Outcome.ADVISORY}


def test_no_type_is_another(live: PrivateServer, tmp_path: Path) -> None:
    # Each column as a type that is neither its own nor of its family.
    wrong = DIESEL
    for old, new in (
        ("i2 -> SmallInt", "i2 -> Int4"), ("i4 -> Integer", "i4 -> BigInt"),
        ("f4 -> Float", "f4 -> Double"), ("n -> Numeric", "n -> Double"),
        ("b -> Bool", "b -> Int2"), ("v -> Varchar", "v -> Uuid"), ("ts -> Timestamp", "ts -> Date"),
        ("tz -> Timestamptz", "tz -> Timestamp"), ("u -> Uuid", "u -> Text"),
        ("jb -> Jsonb", "jb -> Json"), ("by -> Bytea", "by -> Text"),
        ("arr -> Array<Nullable<Text>>", "arr -> Text"), ("r -> Tstzrange", "r -> Tsrange"),
        ("t -> Nullable<Text>", "t -> Text"), ("g -> Nullable<Int4>", "g -> Int4"),
    ):  # fmt: skip
        assert old in wrong
        wrong = wrong.replace(old, new)
    _, found = compare(live, tmp_path, EVERYTHING, {"Cargo.toml": CARGO, "src/schema.rs": wrong})
    assert len([one for one in found if one.clause == "b"]) == 15


def test_models_of_python(live: PrivateServer, tmp_path: Path) -> None:
    sql = """
    CREATE SCHEMA fleet;
    CREATE TABLE fleet.boats (id integer PRIMARY KEY, name varchar(10), built date NOT NULL,
                              gone_at timestamptz);
    CREATE TABLE public.crews (id bigint PRIMARY KEY);
    """
    files = {
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["asyncpg"]\n',
        "app/models.py": """from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, String


class Boat(Base):
    __tablename__ = "boats"
    __table_args__ = {"schema": "fleet"}

    id = Column(Integer, primary_key=True)
    name = Column(String(10), nullable=False)
    built = Column(Date, nullable=False)
    gone_at = Column(DateTime)
    flag = Column(String)


class Crew(Base):
    __tablename__ = "crews"

    id = Column(BigInteger, primary_key=True)


class Port(Base):
    __tablename__ = "ports"

    id = Column(BigInteger, primary_key=True)
""",
    }
    _, found = compare(live, tmp_path, sql, files)
    assert told(found) == [
        ("app/models.py", 9, "medium", "b"),
        ("app/models.py", 11, "medium", "b"),
        ("app/models.py", 12, "high", "a"),
        ("app/models.py", 22, "high", "a"),
    ]


def test_the_database_of_something_else(live: PrivateServer, tmp_path: Path) -> None:
    items, found = compare(
        live,
        tmp_path,
        "CREATE TABLE public.theirs (id int)",
        {"Cargo.toml": CARGO, "src/schema.rs": DIESEL},
    )
    assert not found
    assert [item.outcome for item in items] == [Outcome.SKIPPED]
    assert "none of its tables" in items[0].reason


def test_views_and_partitions(live: PrivateServer, tmp_path: Path) -> None:
    sql = """
    SET search_path = public;
    CREATE TABLE log (id bigint NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE VIEW days AS SELECT day, count(*) AS n FROM log GROUP BY day;
    CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM log;
    """
    schema = """diesel::table! { log (id) { id -> Int8, day -> Date, } }
diesel::table! { days (day) { day -> Date, n -> Int8, } }
diesel::table! { totals (n) { n -> Int8, } }
"""
    _, found = compare(live, tmp_path, sql, {"Cargo.toml": CARGO, "src/schema.rs": schema})
    assert not found


def test_indexes_against_the_live_catalog(live: PrivateServer, tmp_path: Path) -> None:
    script = """#!/bin/sh
psql "$DATABASE_URL" <<'SQL'
CREATE INDEX IF NOT EXISTS a ON trips (line, day);
CREATE INDEX IF NOT EXISTS b ON trips (lines);
SQL
"""
    items, found = compare(
        live,
        tmp_path,
        "CREATE TABLE public.trips (line int, day date)",
        {"ops/indexes.sh": script},
        "db-index-targets-exist",
    )
    assert [one.place.line for one in found] == [4]
    assert "is not in the live database" in found[0].message
    assert "did you mean line?" in found[0].message
    assert {item.outcome for item in items} == {Outcome.PASSED, Outcome.ADVISORY}


PRISMA = """datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model TripLog {
  id   Int    @id
  line String

  @@map("trip_log")
}
"""


def test_a_column_that_inserts_cannot_name(live: PrivateServer, tmp_path: Path) -> None:
    sql = """
    CREATE TABLE public.trip_log (
        id integer PRIMARY KEY, line text NOT NULL, driver uuid NOT NULL, note text,
        at timestamptz NOT NULL DEFAULT now()
    )
    """
    files = {"prisma/schema.prisma": PRISMA, "src/log.ts": "await db.tripLog.findMany({});\n"}
    _, found = compare(live, tmp_path, sql, files)
    assert {one.clause for one in found} == {"extra"}
    files["src/log.ts"] = "await db.tripLog.create({ data: { id: 1, line: '7' } });\n"
    _, found = compare(live, tmp_path, sql, files)
    assert told(found) == [
        ("prisma/schema.prisma", 6, "high", "d"),
        ("prisma/schema.prisma", 6, "info", "extra"),
    ]
    assert "trip_log.driver uuid NOT NULL without a default" in found[0].message
    assert "driver" not in found[1].message


def test_what_a_pending_migration_makes_is_told_once(live: PrivateServer, tmp_path: Path) -> None:
    files = {
        "Cargo.toml": CARGO.replace('"2"', '{ version = "2", features = ["postgres"] }'),
        "diesel.toml": '[migrations_directory]\ndir = "migrations"\n',
        "migrations/2024-01-01-000000_trips/up.sql": "CREATE TABLE trips (id int PRIMARY KEY);\n",
        "migrations/2024-02-01-000000_lines/up.sql": (
            "CREATE TABLE lines (id int PRIMARY KEY, name text NOT NULL);\n"
            "CREATE INDEX lines_name ON lines (name);\n"
        ),
        "ops/extra.sql": "CREATE INDEX lines_id_name ON lines (id, name);\n",
        "ops/run.sh": '#!/bin/sh\npsql "$DATABASE_URL" -f ops/extra.sql\n',
        "src/schema.rs": (
            "diesel::table! { trips (id) { id -> Int4, } }\n"
            "diesel::table! { lines (id) { id -> Int4, name -> Text, } }\n"
        ),
    }
    record = "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on"
    record += " timestamp NOT NULL DEFAULT now());"
    trips = "CREATE TABLE public.trips (id int PRIMARY KEY);"
    applied = "INSERT INTO __diesel_schema_migrations VALUES ('20240101000000');"
    for sql, pending in ((f"{trips}{record}{applied}", 1), ("SELECT 1", 2)):
        _, found = compare(live, tmp_path, sql, files, "db-migrations-applied")
        assert [one.severity.label for one in found] == ["high"]
        assert f"{pending} " in found[0].message
        for check in ("db-indexes-applied", "db-schema-matches"):
            items, found = compare(live, tmp_path, sql, files, check)
            assert not found, check
            reasons = " ".join(item.reason or "" for item in items)
            assert "is not applied, which db-migrations-applied tells" in reasons or (
                pending == 2 and check == "db-schema-matches"
            )
    # Applied by its record, and gone: that is told.
    both = f"{trips}{record}{applied}{applied.replace('0101', '0201')}"
    _, found = compare(live, tmp_path, both, files, "db-schema-matches")
    assert [one.clause for one in found] == ["a"]
    _, found = compare(live, tmp_path, both, files, "db-indexes-applied")
    assert any("lines_name is absent" in one.message for one in found)
