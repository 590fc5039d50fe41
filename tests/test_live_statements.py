"""Statements and sessions of a live database, staged for real on every major that is here."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure, live_part
from pytest_reconaudit.facts.db.live import sessions as live_sessions
from pytest_reconaudit.facts.db.live import statements as live_statements
from pytest_reconaudit.facts.db.live.sessions import (
    NoSessions,
    live_pools,
    long_transactions,
    pool_loads,
    samples_of,
)
from pytest_reconaudit.facts.db.live.statements import slowest
from pytest_reconaudit.model import Confidence, ItemResult, Note, Outcome, Place, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes import postgres
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.postgres import Choice, PrivateServer, candidates
from pytest_reconaudit.target import Target
from tests.conftest import component, majors

pytestmark = pytest.mark.postgres

COMPOSE = "services:\n  db:\n    image: postgres:16\n"
_SETTINGS = (
    "shared_preload_libraries=pg_stat_statements",
    "max_connections=220",
    "superuser_reserved_connections=3",
)


@pytest.fixture(scope="module", params=majors() or [None], ids=lambda one: f"pg{one.major}")
def live(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    component(request.param is not None, "no PostgreSQL binaries")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "_SETTINGS", (*postgres._SETTINGS, *_SETTINGS))
        with PrivateServer(Choice(request.param)) as server:
            with server.connect("postgres", "postgres") as admin:
                admin.execute("CREATE ROLE app LOGIN CONNECTION LIMIT 210")
                admin.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 20")
                admin.execute("CREATE ROLE watcher LOGIN IN ROLE pg_read_all_stats")
                admin.execute("CREATE ROLE nobody_much LOGIN")
            yield server


_names = (f"s{number}" for number in itertools.count())


@pytest.fixture
def database(live: PrivateServer) -> str:
    name = next(_names)
    live.create_database(name)
    with live.connect(name, "postgres") as admin:
        admin.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
    return name


def dsn(server: PrivateServer, name: str, user: str = "watcher") -> str:
    return f"postgresql://{user}@/{name}?host={server.folder}"


def opened(
    server: PrivateServer, name: str, user: str = "app", application: str = "api"
) -> psycopg.Connection[Any]:
    return psycopg.connect(
        f"{dsn(server, name, user)}&application_name={application}", autocommit=True
    )


@pytest.fixture
def target(tmp_path: Path) -> Target:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return Target(tmp_path)


def results(target: Target, check: str, dsn_: str, window: float = 0.2) -> list[ItemResult]:
    configure(target, DatabaseConfig(dsn=dsn_, window=window, replay=False))
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    found = [judge(item, target, Policy()) for item in plan(target, checks)]
    assert Outcome.ERROR not in {one.outcome for one in found}, [one.reason for one in found]
    return found


# -- sessions --------------------------------------------------------------------------------


def test_two_hundred_idle_connections_are_no_finding(
    live: PrivateServer, database: str, target: Target
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(opened(live, database))
        (one,) = results(target, "live-pool-headroom", dsn(live, database))
        assert one.outcome is Outcome.PASSED
        loads = live_pools(target)
        assert not isinstance(loads, NoSessions)
        (load,) = loads
        assert load.role == "app"
        assert [sample[:2] for sample in load.samples] == [(200, 0)] * 5


def test_a_pool_that_is_all_at_work(live: PrivateServer, database: str, target: Target) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(20):
            connection = stack.enter_context(opened(live, database, "narrow"))
            if number < 17:
                connection.execute("BEGIN")
        (one,) = results(target, "live-pool-headroom", dsn(live, database))
        (finding,) = one.findings
    assert finding.severity is Severity.HIGH
    assert str(finding.place) == "compose.yaml:3"
    assert "20 open, 17 busy of 20" in finding.message
    assert "narrow (api)" in finding.message


def test_fifteen_of_twenty_at_work_is_headroom(
    live: PrivateServer, database: str, target: Target
) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(20):
            connection = stack.enter_context(opened(live, database, "narrow"))
            if number < 15:
                connection.execute("BEGIN")
        (one,) = results(target, "live-pool-headroom", dsn(live, database))
    assert one.outcome is Outcome.PASSED


def test_the_pool_of_the_repository_bounds_the_role(
    live: PrivateServer, database: str, target: Target
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(opened(live, database)).execute("BEGIN")
        configure(target, DatabaseConfig(dsn=dsn(live, database), window=0.1, replay=False))
        known = samples_of(target)
        assert not isinstance(known, NoSessions)
        samples, _ = known
    place = Place("compose.yaml", 3)
    pool = Note(Place("src/db.rs", 7), "pool")
    (load,) = pool_loads(samples, place, [(10, pool)])
    assert (load.full, load.limit, load.related) == (5, "10 of the pool", (pool,))
    (load,) = pool_loads(samples, place, [(8, pool)])
    assert load.full == 0, "more is open than the pool allows: it is not the pool that is live"
    (load,) = pool_loads(samples, place, [(10, pool), (40, pool)])
    assert load.full == 0, "which of them is live is not known"


def test_a_transaction_that_waits_for_its_client(
    live: PrivateServer, database: str, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(live, database) as waiting, opened(live, database, "narrow", "pg_dump") as dump:
        process = waiting.info.backend_pid
        waiting.execute("BEGIN")
        waiting.execute("SELECT 'top-secret', 42")
        dump.execute("BEGIN")
        time.sleep(0.3)
        configure(target, DatabaseConfig(dsn=dsn(live, database), window=0.4, replay=False))
        known = samples_of(target)
        assert not isinstance(known, NoSessions)
        samples, seconds = known
        assert len(samples) == 5
        assert 0.35 < seconds < 5
    assert long_transactions(samples) == ()
    (one,) = long_transactions(samples, long=300, idle=0.3)
    assert one.session.pid == process
    assert one.idle is not None
    assert one.age >= one.idle > 0.5
    assert (one.session.state, one.session.query) == ("idle in transaction", "SELECT ?, ?")
    (two,) = long_transactions(samples, long=0.3, idle=60)
    assert two.session.pid == one.session.pid
    # The same, as the check tells it.
    monkeypatch.setattr(
        live_sessions, "long_transactions", lambda given: long_transactions(given, idle=0.3)
    )
    fresh = Target(target.root)
    with opened(live, database) as waiting:
        waiting.execute("BEGIN")
        waiting.execute("SELECT 'top-secret', 42")
        (item,) = results(fresh, "live-transactions-short", dsn(live, database), window=0.5)
    (finding,) = item.findings
    assert finding.severity is Severity.HIGH
    assert "(app, api)" in finding.message
    assert "idle in transaction: SELECT ?, ?" in finding.message
    assert "secret" not in repr(finding)


def test_work_upkeep_and_other_databases_pass(
    live: PrivateServer, database: str, target: Target
) -> None:
    """VACUUM and COPY run long; idle sessions hold nothing."""
    live.create_database(other := next(_names))
    with (
        opened(live, database),
        opened(live, other) as elsewhere,
        opened(live, database, "runner") as copies,
    ):
        elsewhere.execute("BEGIN")
        copies.execute("CREATE TABLE a (b int)")
        with copies.cursor() as cursor, cursor.copy("COPY a FROM STDIN"):
            configure(target, DatabaseConfig(dsn=dsn(live, database), window=0.2, replay=False))
            known = samples_of(target)
        assert not isinstance(known, NoSessions)
        assert long_transactions(known[0], long=0.0, idle=0.0) == ()
        (one,) = results(target, "live-transactions-short", dsn(live, database))
        assert one.outcome is Outcome.PASSED


def test_a_role_that_sees_nothing_is_a_skip(
    live: PrivateServer, database: str, target: Target
) -> None:
    with opened(live, database) as one:
        one.execute("BEGIN")
        for check in ("live-transactions-short", "live-pool-headroom"):
            (item,) = results(Target(target.root), check, dsn(live, database, "nobody_much"))
            assert item.outcome is Outcome.SKIPPED
            assert "pg_read_all_stats" in item.reason


@pytest.mark.parametrize("check", ["live-transactions-short", "live-pool-headroom"])
def test_a_role_that_sees_its_own_sessions_alone(
    live: PrivateServer, database: str, target: Target, check: str
) -> None:
    with opened(live, database) as one, opened(live, database, "nobody_much"):
        one.execute("BEGIN")
        (item,) = results(target, check, dsn(live, database, "nobody_much"))
    assert item.outcome is Outcome.SKIPPED
    assert "1 session does; GRANT pg_read_all_stats TO nobody_much" in item.reason


@pytest.mark.parametrize(
    "check",
    ["live-transactions-short", "live-pool-headroom", "live-queries-fast", "query-not-repeated"],
)
def test_without_a_database_or_a_window_there_is_no_verdict(
    live: PrivateServer, database: str, target: Target, check: str
) -> None:
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    (item,) = [judge(one, target, Policy()) for one in plan(target, checks)]
    assert (item.outcome, "--recon-dsn" in item.reason) == (Outcome.SKIPPED, True)
    (item,) = results(Target(target.root), check, dsn(live, database), window=0)
    assert item.outcome is Outcome.SKIPPED
    assert "--recon-live-window is 0" in item.reason


# -- statements ------------------------------------------------------------------------------


def test_what_the_server_counts(live: PrivateServer, database: str) -> None:
    with opened(live, database, "runner") as app:
        app.execute("CREATE TABLE a (id int PRIMARY KEY, b text)")
        app.execute("INSERT INTO a SELECT n, 'x' FROM generate_series(1, 100) n")
        for _ in range(7):
            app.execute("SELECT b FROM a WHERE id < 11 AND b <> 'top-secret'")
    answer = read_live(dsn(live, database), window=0.1)
    part = answer["parts"]["statements"]
    assert len(part["samples"]) == 2
    sample = part["samples"][-1]
    rows = [dict(zip(sample["columns"], row, strict=True)) for row in sample["statements"]]
    (one,) = [row for row in rows if "FROM a WHERE" in row["text"]]
    assert (one["calls"], one["rows"]) == (7, 70)
    assert one["hit"] > 0
    assert sample["total"] >= one["total"] > 0
    assert sample["hidden"] == 0
    assert sample["dealloc"] == 0
    assert "secret" not in repr(sample)
    poor = read_live(dsn(live, database, "nobody_much"), window=0.1)
    assert poor["parts"]["statements"]["samples"][0]["hidden"] > 0


def test_a_slow_statement(
    live: PrivateServer, database: str, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(live, database, "runner") as app:
        app.execute("CREATE TABLE a (id int)")
        app.execute("INSERT INTO a VALUES (1)")
        for number in range(20):
            app.execute(f"SELECT id, pg_sleep(0.11) FROM a WHERE id = 1 AND {number} = {number}")
        app.execute("SELECT id, pg_sleep(0.5) FROM a")
        for _ in range(30):
            app.execute("SELECT id FROM a")
    (one,) = results(target, "live-queries-fast", dsn(live, database))
    (finding,) = [each for each in one.findings if each.severity is not Severity.INFO]
    assert finding.severity is Severity.MEDIUM
    assert finding.confidence is Confidence.LIKELY
    assert str(finding.place) == "compose.yaml:3"
    assert "20 calls" in finding.message
    assert "SELECT id, pg_sleep(?) FROM a WHERE" in finding.message
    part = live_part(target, "statements")
    assert not isinstance(part, str)
    rows = list(live_statements._rows(part["samples"][-1]))
    by_share = slowest(rows, 3_000.0, mean=1e9, least=1_000.0)
    assert [one[0][:30] for one in by_share] == ["SELECT id, pg_sleep(?) FROM a "]


def test_upkeep_is_not_slow(live: PrivateServer, database: str) -> None:
    rows = [
        {"text": text, "calls": 50, "rows": 0, "total": 50_000.0, "hit": 0, "read": 0}
        for text in ("COPY a FROM STDIN", "VACUUM a", "CREATE INDEX i ON a (b)", "EXPLAIN SELECT $1",
                     "ALTER TABLE a ADD b int", "SELECT * FROM pg_catalog.pg_class WHERE oid = $1",
                     "COMMIT")
    ]  # fmt: skip
    assert slowest(rows, 350_000.0) == ()


def test_statements_that_are_not_counted(live: PrivateServer, target: Target) -> None:
    live.create_database(name := next(_names))
    (one,) = results(target, "live-queries-fast", dsn(live, name))
    (finding,) = one.findings
    assert (finding.severity, finding.clause) == (Severity.LOW, "b")
    assert "not created in this database" in finding.message
    (one,) = results(Target(target.root), "query-not-repeated", dsn(live, name))
    assert one.outcome is Outcome.SKIPPED
    assert "no-extension" in one.reason or "pg_stat_statements" in one.reason


def test_an_extension_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    plain = tuple(one for one in postgres._SETTINGS if "preload" not in one)
    monkeypatch.setattr(postgres, "_SETTINGS", plain)
    with PrivateServer(Choice(majors()[-1])) as server:
        with server.connect("postgres", "postgres") as admin:
            admin.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
        part = read_live(dsn(server, "postgres", "runner"), window=0.1)["parts"]["statements"]
        assert [sample["extension"] for sample in part["samples"]] == [False, False]
        assert "shared_preload_libraries" in part["samples"][0]["why"]


def _load(server: PrivateServer, name: str, stop: threading.Event, loop: bool) -> None:
    with opened(server, name, "runner") as app:
        while not stop.is_set():
            books = app.execute("SELECT id, author_id FROM books ORDER BY id LIMIT 25").fetchall()
            if loop:
                for _, author in books:
                    app.execute("SELECT name FROM authors WHERE id = %s", (author,))
            else:
                ids = [author for _, author in books]
                app.execute("SELECT name FROM authors WHERE id = ANY(%s)", (ids,))
            stop.wait(0.005)


@pytest.mark.parametrize("loop", [True, False])
def test_statements_sent_per_row_within_the_window(
    live: PrivateServer, database: str, target: Target, loop: bool
) -> None:
    with opened(live, database, "runner") as app:
        app.execute("CREATE TABLE authors (id int PRIMARY KEY, name text)")
        app.execute("CREATE TABLE books (id int PRIMARY KEY, author_id int)")
        app.execute("INSERT INTO authors SELECT n, 'a' FROM generate_series(1, 50) n")
        app.execute("INSERT INTO books SELECT n, 1 + n % 50 FROM generate_series(1, 50) n")
    stop = threading.Event()
    thread = threading.Thread(target=_load, args=(live, database, stop, loop))
    thread.start()
    try:
        (one,) = results(target, "query-not-repeated", dsn(live, database), window=3)
    finally:
        stop.set()
        thread.join()
    if not loop:
        assert one.outcome is Outcome.PASSED
        return
    (finding,) = one.findings
    assert (finding.clause, finding.confidence) == ("d", Confidence.POSSIBLE)
    assert "SELECT name FROM authors WHERE id = ?" in finding.message


@pytest.mark.parametrize("check", ["live-queries-fast", "query-not-repeated"])
def test_a_role_that_sees_few_statements(
    live: PrivateServer, database: str, target: Target, check: str
) -> None:
    poor = dsn(live, database, "nobody_much")
    with opened(live, database) as app, opened(live, database, "nobody_much") as own:
        for _ in range(60):
            app.execute("SELECT 1 + 1")
        for _ in range(20):
            own.execute("SELECT 'mine'")
        for _ in range(2):  # what was asked by the trial itself is nobody's work
            (item,) = results(Target(target.root), check, poor)
            assert item.outcome is Outcome.SKIPPED
            assert "GRANT pg_read_all_stats TO nobody_much" in item.reason
        for _ in range(200):
            own.execute("SELECT 'mine'")
        (item,) = results(Target(target.root), check, poor)
    if check == "live-queries-fast":
        assert item.outcome is Outcome.PASSED
    else:
        assert "GRANT" not in item.reason


def test_what_we_send_is_not_counted(live: PrivateServer, database: str, target: Target) -> None:
    with opened(live, database, "runner") as app:
        app.execute("CREATE TABLE ships (id serial PRIMARY KEY)")
    for _ in range(2):
        answer = read_live(dsn(live, database, "runner"), window=0.1)
        for sample in answer["parts"]["statements"]["samples"]:
            rows = [dict(zip(sample["columns"], one, strict=True)) for one in sample["statements"]]
            assert not [one["text"] for one in rows if "pg_catalog." in one["text"]]
    (one,) = results(target, "query-not-repeated", dsn(live, database))
    assert "0 statements were sent" in one.reason


def test_a_quiet_database_gives_no_verdict(
    live: PrivateServer, database: str, target: Target
) -> None:
    (one,) = results(target, "query-not-repeated", dsn(live, database))
    assert one.outcome is Outcome.SKIPPED
    assert "load test" in one.reason
