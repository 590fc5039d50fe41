"""What the server counts, what is made of it, and whether our verdicts are the planner's."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db import database as database_fact
from pytest_reconaudit.facts.db.catalogs import known_catalogs
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure
from pytest_reconaudit.facts.db.foreign_keys import answers, collations_of
from pytest_reconaudit.facts.db.live.statistics import live_statistics
from pytest_reconaudit.model import Confidence, Finding, ItemResult, Outcome, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.live import statistics as part
from pytest_reconaudit.probes.postgres import PrivateServer
from pytest_reconaudit.readers.sql_names import quoted, unquoted
from pytest_reconaudit.target import Target

pytestmark = pytest.mark.postgres


_names = (f"s{number}" for number in itertools.count())


def new_database(server: PrivateServer, *statements: str) -> str:
    name = next(_names)
    server.create_database(name)
    with server.connect(name) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    return name


def dsn(server: PrivateServer, name: str, user: str = "runner") -> str:
    return f"postgresql://{user}@/{name}?host={server.folder}"


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in {"compose.yaml": COMPOSE, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Target(root)


COMPOSE = "services:\n  db:\n    image: postgres:16\n"


def aged(monkeypatch: pytest.MonkeyPatch, days: float | None, **server_part: Any) -> None:
    """Have the server's counters seem older than the server can be here."""
    real = database_fact._read_live

    def read(*args: Any, **options: Any) -> dict[str, Any]:
        result = real(*args, **options)
        server = result["parts"]["server"]
        if days is not None:
            from datetime import datetime, timedelta

            then = datetime.fromisoformat(server["now"]) - timedelta(days=days)
            server["stats_reset"] = then.isoformat()
        server.update(server_part)
        return result

    monkeypatch.setattr(database_fact, "_read_live", read)


def results(target: Target, check: str, dsn_: str) -> list[ItemResult]:
    configure(target, DatabaseConfig(dsn=dsn_, replay=False))
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    found = [judge(item, target, Policy()) for item in plan(target, checks)]
    assert Outcome.ERROR not in {one.outcome for one in found}, [one.reason for one in found]
    return found


def findings(items: Sequence[ItemResult]) -> list[Finding]:
    return [finding for item in items for finding in item.findings]


def skips(items: Sequence[ItemResult]) -> list[str]:
    return [item.reason for item in items if item.outcome is Outcome.SKIPPED]


# -- foreign keys: our verdict is the planner's ----------------------------------------------

PARENTS = """
SET search_path = public;
CREATE TABLE parents (
    a int, b int, t text COLLATE "C", "Sort" int, n numeric, u varchar(40),
    PRIMARY KEY (a, b), UNIQUE (t), UNIQUE ("Sort"), UNIQUE (n), UNIQUE (a), UNIQUE (u)
);
CREATE TABLE children (
    id serial PRIMARY KEY, a int, b int, c int, t text COLLATE "C", "Sort" int, n int,
    u char(36), gone timestamptz
);
ALTER TABLE children
    ADD CONSTRAINT one FOREIGN KEY (a) REFERENCES parents (a),
    ADD CONSTRAINT two FOREIGN KEY (a, b) REFERENCES parents (a, b),
    ADD CONSTRAINT text FOREIGN KEY (t) REFERENCES parents (t),
    ADD CONSTRAINT sort FOREIGN KEY ("Sort") REFERENCES parents ("Sort"),
    ADD CONSTRAINT wide FOREIGN KEY (n) REFERENCES parents (n),
    ADD CONSTRAINT padded FOREIGN KEY (u) REFERENCES parents (u);
"""
SHAPES = [
    ("one", "(a)"),
    ("one", "(a DESC NULLS LAST, c)"),
    ("one", "(a) INCLUDE (b)"),
    ("one", "USING hash (a)"),
    ("one", "USING gist (a)"),
    ("one", "USING gin (a)"),
    ("one", "((a + 0))"),
    ("one", "(a) WHERE a IS NOT NULL"),
    ("one", "(a) WHERE gone IS NULL"),
    ("one", "(a, b) WHERE b IS NOT NULL"),
    ("one", "(a) WHERE a > 0"),
    ("one", "(a) WHERE a IS NOT NULL AND gone IS NULL"),
    ("two", "(a, b)"),
    ("two", "(b, a)"),
    ("two", "(b DESC, a, c)"),
    ("two", "(b, a) WHERE a IS NOT NULL AND b IS NOT NULL"),
    ("two", "(b, a) WHERE (b IS NOT NULL)"),
    ("two", "(b, a) WHERE c IS NOT NULL"),
    ("text", "(t)"),
    ("text", "(t text_pattern_ops)"),
    ("text", '(t COLLATE "POSIX")'),
    ("text", "((lower(t)))"),
    ("sort", '("Sort")'),
    ("sort", '("Sort") WHERE "Sort" IS NOT NULL'),
    ("wide", "(n)"),
    ("padded", "(u)"),
]  # fmt: skip
QUERIES = {
    "one": ("int", "a = $1"),
    "two": ("int, int", "a = $1 AND b = $2"),
    "text": ("text", "t = $1"),
    "sort": ("int", '"Sort" = $1'),
    "wide": ("numeric", "n = $1"),
    "padded": ("text", "u::text = $1"),
}


@pytest.fixture(scope="module")
def shaped(live: PrivateServer) -> str:
    name = next(_names)
    live.create_database(name)
    with live.connect(name, "postgres") as connection:
        for extension in {"btree_gist", "btree_gin"} & live.choice.binaries.extensions:
            connection.execute(f"CREATE EXTENSION {extension} SCHEMA public".encode())
        connection.execute(PARENTS.encode())
        connection.execute(
            b"INSERT INTO parents SELECT i, i, i::text, i, i FROM generate_series(1, 2000) i"
        )
        connection.execute(
            b'INSERT INTO children (a, b, c, t, "Sort", n)'
            b" SELECT i, i, i, i::text, i, i FROM generate_series(1, 2000) i"
        )
        connection.execute(b"GRANT ALL ON ALL TABLES IN SCHEMA public TO runner")
    return name


@pytest.mark.parametrize(("key", "shape"), SHAPES, ids=[f"{k}{s}" for k, s in SHAPES])
def test_an_index_answers_exactly_when_the_planner_uses_it(
    live: PrivateServer, shaped: str, tmp_path: Path, key: str, shape: str
) -> None:
    method = shape.split()[1] if shape.startswith("USING") else ""
    if method in ("gist", "gin") and f"btree_{method}" not in live.choice.binaries.extensions:
        pytest.skip(f"this server has no btree_{method}")
    with live.connect(shaped, "postgres") as connection:
        connection.execute(b"SET search_path = public")
        connection.execute(b"DROP INDEX IF EXISTS candidate")
        connection.execute(f"CREATE INDEX candidate ON children {shape}".encode())
        connection.execute(b"ANALYZE children")
        types, where = QUERIES[key]
        connection.execute(
            f"PREPARE looked ({types}) AS SELECT 1 FROM ONLY children x WHERE {where}"
            " FOR KEY SHARE OF x".encode()
        )
        connection.execute(b"SET enable_seqscan = off")
        connection.execute(b"SET plan_cache_mode = force_generic_plan")
        arguments = ", ".join("1" for _ in types.split(","))
        if key in ("text", "padded"):
            arguments = "'1'"
        rows = connection.execute(f"EXPLAIN EXECUTE looked ({arguments})".encode()).fetchall()
    lines = [str(line) for (line,) in rows]
    condition = [line for line in lines if "Index Cond" in line]
    used = any("candidate" in line for line in lines) and bool(condition)
    target = lay(tmp_path, {})
    configure(target, DatabaseConfig(dsn=dsn(live, shaped, "postgres"), replay=False))
    known = known_catalogs(target)
    assert isinstance(known, tuple)
    catalog = known[0].catalog
    (foreign,) = [one for one in catalog.constraints if one.name == key]
    (index,) = [one for one in catalog.indexes if one.name == "candidate"]
    assert answers(index, foreign, catalog, collations_of(catalog)) is used, lines


def test_a_leading_part_and_brin_do_not_answer_though_the_planner_takes_them(
    live: PrivateServer, shaped: str, tmp_path: Path
) -> None:
    with live.connect(shaped, "postgres") as connection:
        connection.execute(b"SET search_path = public")
        connection.execute(b"CREATE INDEX first_part ON children (b)")
        connection.execute(b"CREATE INDEX ranges ON children USING brin (a)")
    target = lay(tmp_path, {})
    configure(target, DatabaseConfig(dsn=dsn(live, shaped, "postgres"), replay=False))
    known = known_catalogs(target)
    assert isinstance(known, tuple)
    catalog = known[0].catalog
    keys = {one.name: one for one in catalog.constraints}
    indexes = {one.name: one for one in catalog.indexes}
    collations = collations_of(catalog)
    assert not answers(indexes["first_part"], keys["two"], catalog, collations)
    assert not answers(indexes["ranges"], keys["one"], catalog, collations)
    with live.connect(shaped, "postgres") as connection:
        connection.execute(b"DROP INDEX public.first_part, public.ranges")


@pytest.mark.parametrize("name", ["a", "a_1", "Sort", 'do"uble', "with space", "über", "user"])
def test_names_are_quoted_as_the_server_does(live: PrivateServer, name: str) -> None:
    with live.connect("postgres") as connection:
        ((shown,),) = connection.execute("SELECT pg_catalog.quote_ident(%s)", (name,)).fetchall()
    assert unquoted(shown) == name
    assert quoted(name) == shown


FERRIES = """CREATE TABLE ports (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE ships (
    id bigserial PRIMARY KEY,
    port_id bigint REFERENCES ports (id)
);
"""
HISTORY = {
    "Cargo.toml": '[package]\nname = "ferry"\n\n[dependencies]\nsqlx = { version = "0.8" }\n',
    "migrations/20240101000000_ferries.sql": FERRIES,
}
FILL = (
    "INSERT INTO ports (name) SELECT 'p' || i FROM generate_series(1, 2000) i",
    "INSERT INTO ships (port_id) SELECT 1 + i % 1000 FROM generate_series(1, 5000) i",
)


def settled(server: PrivateServer, name: str, *statements: str) -> None:
    """Run statements in a session of their own, so that their counts arrive."""
    with server.connect(name) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        if connection.info.server_version >= 150000:
            connection.execute("SELECT pg_catalog.pg_stat_force_next_flush()")


@pytest.mark.parametrize(
    ("days", "deletes", "fill", "severity"),
    [
        (30, 0, True, Severity.LOW),
        (2, 0, True, Severity.MEDIUM),
        (30, 500, True, Severity.HIGH),
        (2, 500, True, Severity.HIGH),
        (30, 500, False, Severity.LOW),
    ],
)
def test_rows_and_deletes_weigh_a_foreign_key(
    live: PrivateServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: float,
    deletes: int,
    fill: bool,
    severity: Severity,
) -> None:
    name = new_database(live, FERRIES, *(FILL if fill else FILL[:1]))
    if deletes:
        settled(live, name, f"DELETE FROM ports WHERE id > {2000 - deletes}")
    aged(monkeypatch, days)
    (finding,) = findings(results(lay(tmp_path, HISTORY), "db-fk-indexed", dsn(live, name)))
    assert finding.severity is severity, finding.message
    assert str(finding.place).startswith("migrations/20240101000000_ferries.sql:7")
    assert f"{deletes} deletes of ports" in finding.message
    assert "CREATE INDEX CONCURRENTLY idx_ships_port_id ON ships (port_id)" in finding.message


def test_a_replica_s_zero_deletes_prove_nothing(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, FERRIES, *FILL)
    aged(monkeypatch, 30, in_recovery=True)
    (finding,) = findings(results(lay(tmp_path, HISTORY), "db-fk-indexed", dsn(live, name)))
    assert finding.severity is Severity.MEDIUM


# -- indexes -------------------------------------------------------------------------------

METERS = """
CREATE TABLE meters (id bigserial PRIMARY KEY, serial text NOT NULL, zone int, owner bigint);
CREATE INDEX meters_zone ON meters (zone);
CREATE INDEX meters_zone_twin ON meters (zone);
CREATE INDEX meters_lower ON meters (lower(serial));
CREATE INDEX meters_owner ON meters (owner);
CREATE UNIQUE INDEX meters_serial ON meters (serial);
ALTER TABLE meters ADD FOREIGN KEY (owner) REFERENCES meters (id);
INSERT INTO meters (serial, zone) SELECT repeat('x', 20) || i, i FROM generate_series(1, 60000) i;
ANALYZE meters;
"""


def test_unused_and_doubled_indexes(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, METERS)
    aged(monkeypatch, 20)
    found = findings(results(lay(tmp_path, {}), "db-indexes-needed", dsn(live, name)))
    doubled, unused = found
    assert (doubled.severity, doubled.clause) == (Severity.MEDIUM, "a")
    assert "meters_zone_twin (zone)" in doubled.message
    assert "MB" in doubled.message
    assert (unused.severity, unused.clause) == (Severity.INFO, "c")
    assert "meters_zone (zone)" in unused.message
    assert not any(
        word in unused.message for word in ("meters_lower", "meters_owner", "meters_serial ")
    )


def test_what_was_used_is_not_unused(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, METERS, "DROP INDEX meters_zone_twin")
    settled(
        live,
        name,
        "SET enable_seqscan = off",
        "SET enable_bitmapscan = off",
        *["SELECT id FROM meters WHERE zone = 7"] * 60,
    )
    aged(monkeypatch, 20)
    assert not findings(results(lay(tmp_path, {}), "db-indexes-needed", dsn(live, name)))


@pytest.mark.parametrize(
    ("days", "server", "reason"),
    [
        (3, {}, "stats-too-young"),
        (30, {"replicas": 2}, "2 replicas count for themselves"),
        (30, {"replicas": None}, "replicas that this role may not see"),
        (30, {"in_recovery": True}, "it is a replica"),
    ],
)
def test_unused_is_not_said_on_half_the_evidence(
    live: PrivateServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: float,
    server: dict[str, Any],
    reason: str,
) -> None:
    name = new_database(live, METERS, "DROP INDEX meters_zone_twin")
    aged(monkeypatch, days, **server)
    items = results(lay(tmp_path, {}), "db-indexes-needed", dsn(live, name))
    assert not findings(items)
    (skipped,) = skips(items)
    assert reason in skipped


# -- tables that are read as a whole --------------------------------------------------------

READINGS = (
    "CREATE TABLE readings (id bigserial PRIMARY KEY, meter bigint)",
    "INSERT INTO readings (meter) SELECT i FROM generate_series(1, 12000) i",
)
SCANS = ["SELECT count(*) FROM readings WHERE meter = 5"] * 110


def test_a_large_table_read_as_a_whole(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, *READINGS)
    settled(live, name, "SET max_parallel_workers_per_gather = 0", *SCANS)
    aged(monkeypatch, 2)
    (finding,) = findings(results(lay(tmp_path, {}), "live-tables-indexed", dsn(live, name)))
    assert finding.confidence is Confidence.LIKELY
    assert "readings (12,000 rows)" in finding.message
    assert "0% of its scans use an index" in finding.message
    assert str(finding.place) == "compose.yaml:3"


def test_young_counters_are_no_verdict(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, *READINGS)
    settled(live, name, *SCANS)
    aged(monkeypatch, 0.5)
    items = results(lay(tmp_path, {}), "live-tables-indexed", dsn(live, name))
    assert "stats-too-young" in skips(items)[0]


@pytest.mark.parametrize(
    ("statements", "count", "confidence"),
    [
        (None, 1, Confidence.LIKELY),
        ([], 1, Confidence.POSSIBLE),
        ([["SELECT * FROM readings", 200, 9.0], ["COPY readings TO stdout", 2, 9.0]], 0, None),
        ([["SELECT id FROM readings WHERE meter = $1", 110, 9.0]], 1, Confidence.LIKELY),
        ([["SELECT id FROM old_readings WHERE meter = $1", 110, 9.0]], 1, Confidence.POSSIBLE),
    ],
)
def test_statements_confirm_or_excuse(
    live: PrivateServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statements: list[list[Any]] | None,
    count: int,
    confidence: Confidence | None,
) -> None:
    name = new_database(live, *READINGS)
    settled(live, name, "SET max_parallel_workers_per_gather = 0", *SCANS)
    aged(monkeypatch, 2)
    monkeypatch.setattr(part, "_statements", lambda *_: statements)
    found = findings(results(lay(tmp_path, {}), "live-tables-indexed", dsn(live, name)))
    assert [one.confidence for one in found] == [confidence] * count


# -- what runs full ------------------------------------------------------------------------


def test_sequences_near_their_end(live: PrivateServer, tmp_path: Path) -> None:
    name = new_database(
        live,
        "CREATE TABLE ships (id serial PRIMARY KEY)",
        "SELECT setval('ships_id_seq', 2000000000)",
        # The column was widened, its sequence was not.
        "CREATE TABLE ports (id serial PRIMARY KEY)",
        "ALTER TABLE ports ALTER COLUMN id TYPE bigint",
        "ALTER SEQUENCE ports_id_seq AS integer",
        "SELECT setval('ports_id_seq', 1600000000)",
        # Not owned: a default asks it.
        "CREATE SEQUENCE shared",
        "CREATE TABLE crew (id smallint PRIMARY KEY DEFAULT nextval('shared'))",
        "SELECT setval('shared', 25000)",
        "CREATE TABLE fine (id bigserial PRIMARY KEY)",
        "SELECT setval('fine_id_seq', 2100000000)",
        "CREATE SEQUENCE round MAXVALUE 100 CYCLE",
        "SELECT setval('round', 99)",
        "CREATE SEQUENCE down INCREMENT -1 MINVALUE -100 MAXVALUE -1",
        "SELECT setval('down', -95)",
        "CREATE SEQUENCE unused MAXVALUE 10 START 10",
    )
    items = results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name))
    found = {one.evidence: (one.severity, one.message) for one in findings(items)}
    assert {name: severity for name, (severity, _) in found.items()} == {
        "ships_id_seq": Severity.CRITICAL,
        "ports_id_seq": Severity.HIGH,
        "shared": Severity.HIGH,
        "down": Severity.CRITICAL,
    }
    assert "93 % of the end of integer, 2,147,483,647" in found["ships_id_seq"][1]
    assert "feeds ports.id (bigint), is at 1,600,000,000: 74 %" in found["ports_id_seq"][1]
    assert "crew.id (smallint)" in found["shared"][1]


def test_sequences_that_the_role_may_not_read_are_no_pass(
    live: PrivateServer, tmp_path: Path
) -> None:
    name = new_database(live, "CREATE TABLE ships (id serial PRIMARY KEY)")
    with live.connect("postgres", "postgres") as admin:
        admin.execute("DROP ROLE IF EXISTS onlooker")
        admin.execute("CREATE ROLE onlooker LOGIN")
    items = results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name, "onlooker"))
    (reason,) = [one for one in skips(items) if "1 sequence could not be read" in one]
    assert "GRANT SELECT ON ALL SEQUENCES IN SCHEMA … TO onlooker" in reason
    with live.connect("postgres", "postgres") as admin:
        admin.execute("DROP ROLE onlooker")


DEAD = (
    "CREATE TABLE events (id bigserial PRIMARY KEY, at int) WITH (autovacuum_enabled = off)",
    "INSERT INTO events (at) SELECT i FROM generate_series(1, 40000) i",
)


@pytest.mark.parametrize("days", [10, 0.1])
def test_dead_rows(
    live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    name = new_database(live, *DEAD)
    settled(live, name, "DELETE FROM events WHERE at <= 15000")
    aged(monkeypatch, days)
    items = results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name))
    (finding,) = findings(items)
    assert finding.severity is Severity.MEDIUM
    assert "15,000 of the 40,000 rows of events (38%) are dead" in finding.message
    assert "switch autovacuum off" in finding.message
    assert finding.confidence is (Confidence.LIKELY if days > 1 else Confidence.POSSIBLE)


def test_vacuumed_or_few_dead_rows_pass(live: PrivateServer, tmp_path: Path) -> None:
    name = new_database(live, *DEAD)
    settled(live, name, "DELETE FROM events WHERE at <= 5000")
    assert not findings(results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name)))
    settled(live, name, "DELETE FROM events WHERE at <= 15000", "VACUUM events")
    again = lay(tmp_path / "again", {})
    assert not findings(results(again, "live-storage-headroom", dsn(live, name)))


def test_free_space(live: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "_BIG", part._BIG.replace(str(part.BIG_PAGES), "100"))
    monkeypatch.setattr("pytest_reconaudit.facts.db.live.storage._BLOAT_BYTES", 1 << 20)
    name = new_database(
        live,
        "CREATE TABLE bags (id bigserial PRIMARY KEY, what text, at timestamptz)",
        "INSERT INTO bags (what, at) SELECT repeat('x', 100), now() FROM generate_series(1, 40000)",
        "CREATE TABLE full_bags AS SELECT * FROM bags",
        "DELETE FROM bags WHERE id % 4 <> 0",
        "VACUUM ANALYZE bags",
        "VACUUM ANALYZE full_bags",
    )
    items = results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name))
    (finding,) = findings(items)
    assert finding.severity is Severity.INFO
    assert finding.evidence == "bags"
    sizes = {row[1]: row[2:] for row in read(live, name)["big"]}
    size, least = sizes["full_bags"]
    assert least is not None
    assert 0.95 <= least / size <= 1.05


def read(server: PrivateServer, name: str) -> dict[str, Any]:
    answer = read_live(dsn(server, name))
    found: dict[str, Any] = answer["parts"]["statistics"]
    assert "denied" not in found, found
    return found


def test_no_lock_beyond_access_share_is_taken(live: PrivateServer) -> None:
    name = new_database(live, FERRIES)
    with live.connect(name) as connection, connection.transaction():
        part.read(connection)
        modes = connection.execute(
            "SELECT DISTINCT l.mode FROM pg_catalog.pg_locks l"
            " WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'"
        ).fetchall()
    assert modes == [("AccessShareLock",)]


def test_a_locked_sequence_costs_its_part_alone(live: PrivateServer) -> None:
    name = new_database(live, FERRIES)
    with live.connect(name) as blocker, blocker.transaction():
        blocker.execute("ALTER SEQUENCE ships_id_seq RENAME TO locked")
        found = read(live, name)
    assert found["sequences_unread"] == 1
    assert len(found["tables"]) == 2


def test_counters_of_hostile_names(live: PrivateServer, tmp_path: Path) -> None:
    name = new_database(
        live,
        'CREATE SCHEMA "a""; DROP"',
        'CREATE TABLE "a""; DROP"."t%s{}" (id serial PRIMARY KEY, "c%d" int)',
        """SELECT setval('"a""; DROP"."t%s{}_id_seq"', 2147483000)""",
    )
    (finding,) = findings(results(lay(tmp_path, {}), "live-storage-headroom", dsn(live, name)))
    assert finding.severity is Severity.CRITICAL


def test_the_catalog_s_newer_columns(live: PrivateServer, tmp_path: Path) -> None:
    name = new_database(
        live,
        "CREATE DOMAIN code AS varchar(9)",
        "CREATE DOMAIN short AS code",
        "CREATE UNLOGGED TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " s short NOT NULL, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)",
        "CREATE UNIQUE INDEX t_s ON t (s)",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX t_s",
    )
    target = lay(tmp_path, {})
    configure(target, DatabaseConfig(dsn=dsn(live, name), replay=False))
    known = known_catalogs(target)
    assert isinstance(known, tuple)
    (table,) = known[0].catalog.tables
    columns = {column.name: column for column in table.columns}
    assert table.unlogged
    assert columns["s"].type_oid == 1043
    assert columns["id"].identity == "a"
    assert columns["twice"].generated == "s"
    assert {one.name for one in known[0].catalog.indexes if one.replica_identity} == {"t_s"}


def test_counters_reach_the_fact(live: PrivateServer, tmp_path: Path) -> None:
    name = new_database(live, FERRIES, *FILL)
    target = lay(tmp_path, {})
    configure(target, DatabaseConfig(dsn=dsn(live, name), replay=False))
    known = live_statistics(target)
    assert known is not None
    ships = known.table("public", "ships")
    assert ships is not None
    assert ships.rows == 5000
    assert known.days is not None
    assert not known.in_recovery
