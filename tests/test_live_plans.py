"""What the planner of a real server says to columns without an index, with HypoPG and without."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure
from pytest_reconaudit.model import Confidence, Finding, Outcome
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.live import ask_live
from pytest_reconaudit.probes.postgres import PrivateServer
from pytest_reconaudit.target import Target
from tests.conftest import component

pytestmark = pytest.mark.postgres

TABLE = """
CREATE TABLE parcels (
    id bigserial PRIMARY KEY, depot_id bigint NOT NULL, code varchar(20) NOT NULL, note text
);
CREATE INDEX parcels_depot ON parcels (depot_id);
"""
ROWS = "INSERT INTO parcels (depot_id, code) SELECT n % 500, 'c' || n FROM generate_series(1, {}) n"
ANALYZE = "ANALYZE parcels"
CODE = """
use sqlx::PgPool;

pub async fn by_code(pool: &PgPool, code: &str) {
    sqlx::query("SELECT * FROM parcels WHERE code = $1").bind(code).execute(pool).await;
    sqlx::query("INSERT INTO parcels (depot_id, code) VALUES (1, $1)").bind(code).execute(pool).await;
}
"""
_names = (f"p{number}" for number in itertools.count())


def new_database(server: PrivateServer, *statements: str) -> str:
    name = next(_names)
    server.create_database(name)
    with server.connect(name) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    return f"postgresql://runner@/{name}?host={server.folder}"


def with_hypopg(server: PrivateServer, dsn: str) -> None:
    """Make HypoPG in the database, in a schema of its own; a server without it is left out."""
    database = dsn.partition("@/")[2].partition("?")[0]
    with server.connect(database, "postgres") as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_available_extensions WHERE name = 'hypopg'"
        ).fetchall()
        if not known and "site-packages" in str(server.choice.binaries.folder):
            pytest.skip("no package from PyPI carries HypoPG")
        component(bool(known), "the system's PostgreSQL has no HypoPG")
        connection.execute('CREATE SCHEMA "What If"')
        connection.execute('GRANT USAGE ON SCHEMA "What If" TO PUBLIC')
        connection.execute('CREATE EXTENSION hypopg SCHEMA "What If"')


def question(*columns: tuple[str, str], table: str = "parcels") -> dict[str, Any]:
    return {"id": "q", "schema": "public", "table": table, "columns": list(columns)}


def found(root: Path, dsn: str) -> list[Finding]:
    files = {
        "Cargo.toml": '[package]\nname = "parcels"\nversion = "1.0.0"\n[dependencies]\nsqlx = "0.8"\n',
        "migrations/0001_parcels.sql": TABLE,
        "src/lib.rs": CODE,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    target = Target(root)
    configure(target, DatabaseConfig(dsn=dsn))
    checks = [pair for pair in builtin_checks() if pair[0].id == "db-filters-indexed"]
    results = [judge(item, target, Policy()) for item in plan(target, checks)]
    assert Outcome.ERROR not in {one.outcome for one in results}, [one.reason for one in results]
    return [finding for result in results for finding in result.findings]


def test_a_sequential_scan_of_a_large_table(live: PrivateServer, tmp_path: Path) -> None:
    dsn = new_database(live, TABLE, ROWS.format(20_000), ANALYZE)
    answer = ask_live(dsn, [question(("code", "character varying"))])
    assert answer["plans"]["q"]["scans"] == ["Seq Scan"]
    assert answer["plans"]["q"]["indexed_cost"] is None
    assert not answer["hypopg"]
    (finding,) = found(tmp_path, dsn)
    assert finding.confidence is Confidence.LIKELY
    assert "reads all of about 20,000 rows" in finding.message
    assert (finding.place.path, finding.place.line) == ("src/lib.rs", 5)


def test_hypopg_tells_what_an_index_is_worth(live: PrivateServer, tmp_path: Path) -> None:
    dsn = new_database(live, TABLE, ROWS.format(20_000), ANALYZE)
    with_hypopg(live, dsn)
    plan_ = ask_live(dsn, [question(("code", "character varying"))])["plans"]["q"]
    assert plan_["indexed_cost"] < plan_["cost"] / 10
    (finding,) = found(tmp_path, dsn)
    assert finding.confidence is Confidence.CERTAIN
    assert "HypoPG" in finding.message
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'parcels'").fetchone() == (2,)  # fmt: skip


def test_an_index_that_is_no_help_is_no_finding(live: PrivateServer, tmp_path: Path) -> None:
    same = "INSERT INTO parcels (depot_id, code) SELECT n, 'one' FROM generate_series(1, 20000) n"
    dsn = new_database(live, TABLE, same, ANALYZE)
    with_hypopg(live, dsn)
    assert found(tmp_path, dsn) == []


def test_the_planner_uses_an_index(live: PrivateServer) -> None:
    dsn = new_database(live, TABLE, ROWS.format(20_000), ANALYZE)
    columns = (("depot_id", "bigint"), ("code", "character varying"))
    scans = ask_live(dsn, [question(*columns)])["plans"]["q"]["scans"]
    assert scans
    assert "Seq Scan" not in scans


def test_a_small_table_is_no_finding(live: PrivateServer, tmp_path: Path) -> None:
    dsn = new_database(live, TABLE, ROWS.format(400), ANALYZE)
    assert found(tmp_path, dsn) == []


def test_what_may_not_be_read_costs_that_question_alone(live: PrivateServer) -> None:
    dsn = new_database(live, TABLE, 'CREATE TABLE "od""d t" ("c""1" text)')
    questions = [
        {**question(("code", "text"), table="nowhere"), "id": "lost"},
        {**question(('c"1', "text"), table='od"d t'), "id": "odd"},
        {**question(("code", "text); DROP TABLE parcels; --")), "id": "no type"},
    ]
    plans = ask_live(dsn, questions)["plans"]
    assert "does not exist" in plans["lost"]["denied"]
    assert plans["odd"]["scans"] == ["Seq Scan"]
    assert "no type" not in plans


def test_nothing_stays_behind(live: PrivateServer) -> None:
    dsn = new_database(live, TABLE, ROWS.format(2_000), ANALYZE)
    with psycopg.connect(dsn) as connection:
        before = connection.execute("SELECT count(*), sum(id) FROM parcels").fetchone()
    ask_live(dsn, [question(("code", "text")), question(("note", "text"))])
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*), sum(id) FROM parcels").fetchone() == before
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_a_database_that_is_not_there() -> None:
    answer = ask_live("postgresql://nobody@127.0.0.1:1/none", [question(("code", "text"))])
    assert "cannot connect" in answer["unreachable"]
