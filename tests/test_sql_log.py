"""Logs of statements: those that a real server writes, what programs write, and anything else."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db import statement_log
from pytest_reconaudit.facts.db.statement_log import (
    CountedStatement,
    StatementLog,
    configure_logs,
    fans,
    study,
)
from pytest_reconaudit.model import Confidence, ItemResult, Outcome, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes import postgres
from pytest_reconaudit.probes.log_file import log_lines
from pytest_reconaudit.probes.postgres import Choice, PrivateServer
from pytest_reconaudit.readers.sql_log import LoggedStatement, Unrecognised, read_log
from pytest_reconaudit.readers.sql_text import equalities, masked_statement, sent_text, tables_read
from pytest_reconaudit.target import Target
from tests.conftest import component, majors

# -- statements ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("SELECT  *\n FROM a WHERE b = 'it''s' -- c\n AND d=-1.5e3;", "SELECT * FROM a WHERE b = ? AND d= ?"),
        ("SELECT 1 FROM t1 WHERE x2 = $1 AND y IN (1, 2,3)", "SELECT ? FROM t1 WHERE x2 = ? AND y IN (?, …)"),
        ('SELECT "users"."id" FROM "users" WHERE "users"."Name" = $1', 'SELECT users.id FROM users WHERE users."Name" = ?'),
        ("SELECT E'a\\'b', $x$ it's $x$, B'1', x'ff', 0xFF, 1_000", "SELECT ?, ?, ?, ?, ?, ?"),
        ("INSERT INTO a VALUES (1, 'x'), (2, 'y')", "INSERT INTO a VALUES (?, …)"),
        ("SELECT a FROM b WHERE c = 'cut off wherever", "SELECT a FROM b WHERE c = ?"),
        ("SELECT a FROM b WHERE c = '4'::int AND id IN ($1)", "SELECT a FROM b WHERE c = ? AND id IN (?, …)"),
        ("/* one */ SELECT 1 /* two", "SELECT ?"),
    ],
)  # fmt: skip
def test_values_are_taken_out(text: str, shape: str) -> None:
    assert sent_text(text).shape == shape


def test_comments_name_the_request() -> None:
    text = (
        "SELECT 1 /*route='%2Forders%2F%3Aid',"
        "traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'*/"
    )
    sent = sent_text(text)
    assert sent.request == "5bd66ef5095369c7b0d1f8f4bd33716a"
    assert sent.site == "/orders/:id"
    rails = sent_text("SELECT 1 /*application:Shop,controller:orders,action:index*/")
    assert (rails.site, rails.request) == ("orders#index", "")
    assert sent_text("SELECT 1 /* a = 'b' */").request == ""


def test_tables_and_columns() -> None:
    shape = sent_text(
        'SELECT a.x FROM app."orders" a JOIN lines l ON l.order_id = a.id WHERE a.id = 7 AND l.n > 3'
    ).shape
    assert tables_read(shape) == ("app.orders", "lines")
    assert equalities(shape) == ("id",)
    assert masked_statement("SELECT 'secret'", 8) == "SELECT ?"


@given(st.text())
def test_any_text_has_a_shape(text: str) -> None:
    shape = sent_text(text).shape
    assert "\n" not in shape
    tables_read(shape)
    equalities(shape)


_PIECES = st.sampled_from(
    ["'", '"', "$$", "$a$", "/*", "*/", "--", "\n", "\\", "E'", "SELECT ", "1", "$1", "(", ")", ",",
     "-- binds: [", "sqlx::query: ", "summary=\"", "; rows", "LOG:  duration: 1 ms  statement: "]
)  # fmt: skip


@settings(deadline=2_000)
@given(st.lists(_PIECES, max_size=400))
def test_shapes_are_found_in_linear_time(pieces: list[str]) -> None:
    text = "".join(pieces) * 20
    sent_text(text)
    entries(text)


# -- what the readers say --------------------------------------------------------------------


def entries(text: str) -> list[LoggedStatement]:
    try:
        return list(read_log(enumerate(text.split("\n"), 1)))
    except Unrecognised:
        return []


_LINES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            '2026-11-22 12:00:00.123 UTC,"u","d",1,"[local]",6.1,2,"SELECT",2026-11-22 12:00:00 UTC,3/0,0,LOG,00000,"duration: 1.0 ms  statement: SELECT ""a""',
            'FROM b",,,,,,,,,"app","client backend",,0',
            "2026-11-22 12:00:00.1 UTC [7] LOG:  duration: 1.5 ms  plan:",
            "\tQuery Text: SELECT 1",
            "\tSeq Scan on a  (cost=0.00..1.00 rows=10 width=4) (actual rows=1.00 loops=1)",
            "\t  Filter: (b = 1)",
            "2026-11-22 12:00:00.1 UTC [7] DETAIL:  parameters: $1 = 'x'",
            '{"message":"duration: 1 ms  statement: SELECT 1","error_severity":"LOG","pid":3}',
            '{"message":7,"error_severity":"LOG"}',
            '{"fields":{"summary":"SELECT 1","db.statement":"","rows_returned":"x"}}',
            'DEBUG sqlx::query: summary="SELECT 1" db.statement="" rows_returned=99999999999999',
            "DEBUG SELECT 1 -- binds: [1]",
            "queryid,query,calls,rows",
            '1,"SELECT 1",nan,1e999',
            '[{"query":"SELECT 1","calls":true}]',
            '{"query":"SELECT 1","calls":12}',
        ]
    ),
)  # fmt: skip


@settings(deadline=2_000, max_examples=200)
@given(st.lists(_LINES, max_size=20))
def test_no_log_is_refused_by_a_crash(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = study(entries(text))
    assert found.statements >= 0


def test_the_plain_form_with_various_prefixes() -> None:
    prefixes = [
        "2026-11-22 12:00:00.100 UTC [4711] ",
        "db-1  | 2026-11-22 12:00:00.100 UTC [4711] ",
        "2026-11-22 12:00:00 UTC:10.0.0.7(5000):app@shop:[4711]:",
        "[4711-3] user=app,db=shop,app=api,client=10.0.0.7 ",
        "1763812800.123 672f1a2b.1267 3/17 ",
        "<2026-11-22 12:00:00.100 UTC> pid=4711 ",
        "",
    ]
    for prefix in prefixes:
        text = (
            f"{prefix}LOG:  duration: 0.210 ms  parse <unnamed>: SELECT 1 FROM a WHERE b = $1\n"
            f"{prefix}LOG:  duration: 0.510 ms  execute <unnamed>: SELECT 1\n\tFROM a\n\tWHERE b = $1\n"
            f"{prefix}DETAIL:  Parameters: $1 = 'secret'\n"
            f"{prefix}ERROR:  no\n{prefix}STATEMENT:  SELECT\n\tno\n"
            f"{prefix}LOG:  statement: BEGIN\n"
        )
        first, second = entries(text)
        assert (first.line, first.shape) == (2, "SELECT ? FROM a WHERE b = ?"), prefix
        assert first.duration == 0.51
        assert second.shape == "BEGIN"
        if "4711" in prefix:
            assert first.session == "4711", prefix
    one = entries(f"{prefixes[4]}LOG:  statement: SELECT 1")[0]
    assert (one.session, one.transaction) == ("672f1a2b.1267", "3/17")
    two = entries(f"{prefixes[3]}LOG:  statement: SELECT 1")[0]
    assert two.program == "api app"


def test_a_record_that_never_ends_costs_itself_alone() -> None:
    good = (
        '2026-11-22 12:00:00.123 UTC,"u","d",1,"[local]",6.1,2,"SELECT",2026-11-22 12:00:00 UTC,'
        '3/0,0,LOG,00000,"duration: 1.0 ms  statement: SELECT 1",,,,,,,,,"app","client backend",,0'
    )
    bad = good.replace("SELECT 1", 'SELECT ""').replace('"",', ",")
    filler = ["x" * 1000] * 1100
    found = entries("\n".join([good, bad.replace('""', '"', 1), *filler, good, good]))
    assert [one.line for one in found][-1] == 1104
    assert len(found) >= 2


REQUESTS = [("a1b2", 12), ("c3d4", 2)]


def _sqlx_text() -> str:
    lines = []
    for request, count in REQUESTS:
        head = f"2026-11-22T12:00:00.000001Z DEBUG request{{method=GET request_id={request}}}: sqlx::query: "
        lines.append(
            f'{head}summary="BEGIN" db.statement="" rows_affected=0 rows_returned=0 elapsed=1µs'
        )
        line = (
            f'{head}summary="SELECT id, name FROM …" db.statement="\\n\\nSELECT\\n  id,\\n  name\\nFROM\\n'
            '  authors\\nWHERE\\n  id = $1\\n" rows_affected=0 rows_returned=1 elapsed=1.25ms'
            " elapsed_secs=0.00125"
        )
        lines += [line] * count
    return "\n".join(lines)


def _sqlx_json() -> str:
    return "\n".join(
        json.dumps(
            {
                "timestamp": "2026-11-22T12:00:00Z",
                "level": "DEBUG",
                "target": "sqlx::query",
                "fields": {"summary": "SELECT id, name FROM …", "rows_returned": 1,
                           "db.statement": "SELECT id, name FROM authors WHERE id = $1",
                           "elapsed": "1.25ms"},
                "spans": [{"name": "request", "request_id": request}],
            }
        )
        for request, count in REQUESTS
        for _ in range(count)
    )  # fmt: skip


def _diesel() -> str:
    return "\n".join(
        f"[2026-11-22T12:00:00Z DEBUG app::db] request_id={request}"
        f' SELECT "authors"."id", "authors"."name" FROM "authors" WHERE ("authors"."id" = $1)'
        f" -- binds: [{number}]"
        for request, count in REQUESTS
        for number in range(count)
    )


@pytest.mark.parametrize("make", [_sqlx_text, _sqlx_json, _diesel])
def test_what_programs_log(make: Any) -> None:
    found = study(entries(make()))
    (one,) = found.repeats
    assert (one.kind, one.count, one.requests, one.by, one.request) == (
        "each", 12, 1, "request", "a1b2",
    )  # fmt: skip
    assert one.binds == (make is _diesel)
    assert one.rows == (None if make is _diesel else 1.0)
    assert "secret" not in one.shape
    assert found.requests == {"request": 2}


def test_older_forms_of_programs() -> None:
    old = "[2026-11-22T12:00:00Z DEBUG sqlx::query] SELECT a FROM b WHERE c = $1; rows affected: 0, rows returned: 3, elapsed: 2.5ms"
    (one,) = entries(old)
    assert (one.shape, one.rows, one.duration) == ("SELECT a FROM b WHERE c = ?", 3.0, 2.5)
    (two,) = entries("DEBUG [diesel_logger] Query executed in 12.5 ms: SELECT a FROM b WHERE c = 4")
    assert (two.shape, two.duration) == ("SELECT a FROM b WHERE c = ?", 12.5)
    three = entries(
        'DEBUG StartQuery { query: "SELECT a FROM b -- binds: []" }\n'
        'DEBUG FinishQuery { query: "SELECT a FROM b -- binds: []", error: None }'
    )
    assert [one.shape for one in three] == ["SELECT a FROM b"]


# -- what is judged --------------------------------------------------------------------------


def sends(*texts: str, request: str = "r1", **more: Any) -> list[LoggedStatement]:
    found = []
    for number, text in enumerate(texts, 1):
        sent = sent_text(text)
        found.append(
            LoggedStatement(
                number, sent.shape, hash(text), sent.request or request, sent.site, **more
            )
        )
    return found


def kinds(statements: list[LoggedStatement]) -> list[tuple[str, int]]:
    return [(one.kind, one.count) for one in study(statements).repeats]


def test_ten_times_is_too_often_and_nine_is_not() -> None:
    ten = [f"SELECT * FROM a WHERE id = {number}" for number in range(10)]
    assert kinds(sends(*ten)) == [("each", 10)]
    assert kinds(sends(*ten[:9])) == []
    tagged = [f"{text} /*route='/x'*/" for text in ten]
    assert kinds(sends(*tagged[:5])) == [("each", 5)]
    assert kinds(sends(*tagged[:4])) == []
    assert kinds(sends(*["SELECT * FROM a WHERE id = 3"] * 10)) == [("same", 10)]
    assert kinds(sends(*ten, rows=1.0)) == [("each", 10)]
    assert kinds(sends(*ten, rows=4.0)) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM a WHERE id = ANY('{{{n}}}')",
        "SELECT * FROM a WHERE id IN ({n}, 2)",
        "SELECT 1",
        "BEGIN",
        "SET application_name = '{n}'",
        "SELECT version()",
        "SELECT oid FROM pg_catalog.pg_type WHERE typname = '{n}'",
        "SELECT pg_advisory_lock({n})",
        "SELECT * FROM jobs WHERE state = '{n}' FOR UPDATE SKIP LOCKED LIMIT 1",
        "SELECT * FROM a ORDER BY id LIMIT 10 OFFSET {n}",
        "INSERT INTO a VALUES ({n})",
        "UPDATE a SET b = {n} WHERE c = 3",
        "WITH d AS (DELETE FROM a WHERE id = {n} RETURNING *) SELECT * FROM d WHERE e = 3",
        "SELECT version FROM __diesel_schema_migrations WHERE version = '{n}'",
    ],
)
def test_what_passes(text: str) -> None:
    assert kinds(sends(*(text.replace("{n}", str(n)) for n in range(30)))) == []


def test_batches_pass_and_requests_are_kept_apart() -> None:
    texts = [f"SELECT * FROM a WHERE id = {number}" for number in range(30)]
    assert kinds(sends(*texts, program="nightly-import app")) == []
    apart = [one for n, text in enumerate(texts) for one in sends(text, request=f"r{n % 5}")]
    assert kinds(apart) == []


def test_sessions_are_a_hint_and_only_rows_count() -> None:
    loop = [
        "SELECT * FROM orders LIMIT 20",
        *(f"SELECT * FROM a WHERE id = {n}" for n in range(20)),
    ]
    (one,) = study(sends(*loop, request="", session="7")).repeats
    assert (one.by, one.count) == ("session", 20)
    # One statement in each request, one after the other through one connection.
    alone = sends(*loop[1:], request="", session="7")
    assert study(alone).repeats == ()
    mixed = [text for n in range(20) for text in (f"SELECT * FROM u WHERE id = {n}", loop[1 + n])]
    assert study(sends(*mixed, request="", session="7")).repeats == ()
    slow = sends(*loop, request="", session="7")
    spaced = [
        LoggedStatement(one.line, one.shape, one.binds, session="7", time=one.line * 0.5)
        for one in slow
    ]
    assert study(spaced).repeats == ()


def test_a_transaction_is_a_request() -> None:
    loop = [f"SELECT * FROM a WHERE id = {n}" for n in range(12)]
    (one,) = study(sends("BEGIN", *loop, "COMMIT", request="", session="7")).repeats
    assert (one.by, one.requests) == ("transaction", 1)
    halves = ["BEGIN", *loop[:6], "COMMIT", "BEGIN", *loop[6:], "COMMIT"]
    assert study(sends(*halves, request="", session="7")).repeats == ()


def test_numbers_that_tell_of_rows() -> None:
    lists = CountedStatement("SELECT id, author_id FROM books WHERE shelf = ?", 200, 30.0)
    child = CountedStatement("SELECT * FROM authors WHERE id = ?", 6_000, 1.0)
    other = CountedStatement("SELECT * FROM tariffs WHERE code = ?", 6_000, 1.0)
    (fan,) = fans([lists, child, other])
    assert (fan.child, fan.parent) == (child, lists)
    assert fans([lists, CountedStatement(child.shape, 5_000, 1.0)]) == ()
    lines = CountedStatement("SELECT * FROM book_loans WHERE book_id = ?", 6_000, 0.8)
    assert [one.child for one in fans([lists, lines])] == [lines]


def test_memory_does_not_grow_with_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_log, "_MOST_GROUPS", 300)

    def endless(count: int) -> Iterator[LoggedStatement]:
        for number in range(count):
            shape = f"SELECT * FROM t{number % 997} WHERE id = ?"
            yield LoggedStatement(number, shape, number, f"r{number // 3}")

    study(endless(10))
    tracemalloc.start()
    study(endless(4_000))
    once = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    study(endless(12_000))
    assert tracemalloc.get_traced_memory()[1] < once * 1.5
    tracemalloc.stop()


# -- files -----------------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    target = Target(tmp_path)
    with pytest.raises(LookupError, match="cannot be read"):
        configure_logs(target, [tmp_path / "none.log"])
    with pytest.raises(LookupError, match="is a folder"):
        configure_logs(target, [tmp_path])
    for content in (b"", b"nothing of use\n", b"\0\xff\xfe\n" * 100, b"\x1f\x8bbroken"):
        (tmp_path / "x.log").write_bytes(content)
        with pytest.raises(LookupError):
            configure_logs(target, [tmp_path / "x.log"])


def test_compressed_and_crlf(tmp_path: Path) -> None:
    text = "[7] LOG:  statement: SELECT 1 FROM a\r\n" * 3
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(text.encode()))
    found = list(read_log(log_lines(tmp_path / "a.log.gz")))
    assert [one.line for one in found] == [1, 2, 3]
    assert found[0].shape == "SELECT ? FROM a"


def test_a_missing_log_is_a_usage_error(pytester: pytest.Pytester) -> None:
    (pytester.path / "repo").mkdir()
    (pytester.path / "repo" / "a.txt").write_text("a")
    for name, word in (("none.log", "cannot be read"), ("repo/a.txt", "no statement")):
        run = pytester.runpytest_inprocess("--recon-target=repo", f"--recon-sql-log={name}")
        assert run.ret == pytest.ExitCode.USAGE_ERROR
        run.stderr.fnmatch_lines([f"*--recon-sql-log: *{name}*{word}*"])


# -- a real server ---------------------------------------------------------------------------

COMPOSE = "services:\n  db:\n    image: postgres:16\n"
CODE = """
async fn author(pool: &PgPool, id: i64) -> Author {
    sqlx::query_as!(Author, "SELECT id, name FROM authors WHERE id = $1", id)
        .fetch_one(pool).await.unwrap()
}
"""
_SETTINGS = (
    "shared_preload_libraries=auto_explain,pg_stat_statements",
    "logging_collector=on",
    "log_destination=stderr,csvlog,jsonlog",
    "log_directory=log",
    "log_filename=server.log",
    "log_min_messages=log",
    "log_min_duration_statement=0",
    "log_line_prefix=%m [%p] %v user=%u,db=%d,app=%a ",
    "auto_explain.log_min_duration=0",
    "auto_explain.log_analyze=on",
    "auto_explain.log_timing=off",
)


Logs = dict[str, Path]


@pytest.fixture(
    scope="module",
    params=[one for one in majors() if one.major >= 15] or [None],
    ids=lambda one: f"pg{one.major}",
)
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """What a server writes of a small load, in all of its forms."""
    component(request.param is not None, "no PostgreSQL binaries")
    folder = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "_SETTINGS", (*postgres._SETTINGS, *_SETTINGS))
        with PrivateServer(Choice(request.param)) as server:
            with server.connect("postgres", "postgres") as admin:
                admin.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
                admin.execute("GRANT SET ON PARAMETER auto_explain.log_format TO runner")
            _load(server)
            found = _collected(server, folder)
    return found


def _load(server: PrivateServer) -> None:
    with server.connect() as setup:
        setup.execute("CREATE TABLE authors (id int PRIMARY KEY, name text)")
        setup.execute("CREATE TABLE books (id int PRIMARY KEY, author_id int, title text)")
        setup.execute("INSERT INTO authors SELECT n, 'a' || n FROM generate_series(1, 50) n")
        setup.execute(
            "INSERT INTO books SELECT n, 1 + n % 50, 'b' || n FROM generate_series(1, 12000) n"
        )
    with server.connect() as app:
        app.autocommit = False
        for _ in range(5):
            listed = app.execute("SELECT id, author_id FROM books ORDER BY id LIMIT 30").fetchall()
            for _, author in listed:
                app.execute("SELECT id, name FROM authors WHERE id = %s", (author,))
            app.commit()
        for _ in range(11):
            app.execute("SELECT name\n  FROM authors\n WHERE name = 'top-secret, \"a\"\n\tb'")
        app.commit()
        app.execute("SELECT title FROM books WHERE title = 'b77'")
        app.execute("SELECT name FROM authors WHERE id = ANY(%s)", ([1, 2, 3],))
        app.commit()
        app.execute("SET auto_explain.log_format = json")
        app.execute("SELECT title FROM books WHERE title = 'b77' AND author_id = 3")
        app.commit()


def _collected(server: PrivateServer, folder: Path) -> Logs:
    assert server.folder is not None
    with server.connect("postgres", "postgres") as admin:
        rows = admin.execute(
            "SELECT queryid, query, calls, rows, total_exec_time, mean_exec_time"
            " FROM public.pg_stat_statements"
        ).fetchall()
    names = ("queryid", "query", "calls", "rows", "total_exec_time", "mean_exec_time")
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    found = {"export.csv": text.getvalue()}
    found["export.json"] = json.dumps(
        [dict(zip(names, row, strict=True)) for row in rows], indent=1
    )
    found["export.ndjson"] = "\n".join(
        json.dumps(dict(zip(names, row, strict=True))) for row in rows
    )
    logs = server.folder / "data" / "log"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        texts = {
            name: (logs / name).read_text() for name in ("server.csv", "server.json", "server.log")
        }
        if all(
            "pg_stat_statements\n" in text or "FROM public.pg_stat_statements" in text
            for text in texts.values()
        ):
            break
        time.sleep(0.05)
    for name, content in {**found, **texts}.items():
        (folder / name).write_text(content)
    return {name: folder / name for name in (*found, *texts)}


def studied(path: Path) -> StatementLog:
    return study(read_log(log_lines(path)))


@pytest.mark.postgres
@pytest.mark.parametrize("form", ["server.csv", "server.json", "server.log"])
def test_what_a_server_wrote(logs: Logs, form: str) -> None:
    log = studied(logs[form])
    each, same = log.repeats
    assert each.kind == "each"
    assert each.shape == "SELECT id, name FROM authors WHERE id = ?"
    assert (each.count, each.requests, each.by, each.rows) == (30, 5, "transaction", 1.0)
    assert (same.kind, same.shape) == ("same", "SELECT name FROM authors WHERE name = ?")
    assert (same.count, same.requests) == (11, 1)
    assert sorted((one.table, one.read, one.kept, one.times) for one in log.scans) == [
        ("books", 12_000, 0, 1), ("books", 12_000, 1, 1),
    ]  # fmt: skip
    assert sorted(one.filter for one in log.scans) == [
        "((title = ?) AND (author_id = ?))", "(title = ?)",
    ]  # fmt: skip
    line = logs[form].read_text().split("\n")[each.line - 1]
    assert "authors" in line
    assert "secret" not in repr(log)
    assert "b77" not in repr(log)


@pytest.mark.postgres
@pytest.mark.parametrize("form", ["export.csv", "export.json", "export.ndjson"])
def test_an_export_of_the_server(logs: Logs, form: str) -> None:
    log = studied(logs[form])
    assert log.export
    (fan,) = log.fans
    assert fan.child.shape == "SELECT id, name FROM authors WHERE id = ?"
    assert (fan.child.calls, fan.parent.calls) == (150, 5)


def results(target: Target) -> list[ItemResult]:
    checks = [pair for pair in builtin_checks() if pair[0].id == "query-not-repeated"]
    found = [judge(item, target, Policy()) for item in plan(target, checks)]
    assert Outcome.ERROR not in {one.outcome for one in found}, [one.reason for one in found]
    return found


def lay(root: Path) -> Target:
    (root / "src").mkdir(parents=True)
    (root / "src" / "authors.rs").write_text(CODE)
    (root / "compose.yaml").write_text(COMPOSE)
    (root / "Cargo.toml").write_text(
        '[package]\nname = "a"\nversion = "0.1.0"\n[dependencies]\nsqlx = "0.8"\n'
    )
    return Target(root)


@pytest.mark.postgres
def test_the_check_places_what_it_finds(logs: Logs, tmp_path: Path) -> None:
    target = lay(tmp_path / "repo")
    configure_logs(target, [logs["server.csv"], logs["export.csv"]])
    log, export = results(target)
    found = {(one.clause, one.severity, one.confidence, str(one.place)) for one in log.findings}
    assert ("a", Severity.HIGH, Confidence.LIKELY, "src/authors.rs:4") in found
    assert ("b", Severity.MEDIUM, Confidence.LIKELY, "compose.yaml:3") in found
    assert ("c", Severity.LOW, Confidence.LIKELY, "compose.yaml:3") in found
    assert all("server.csv:" in one.message for one in log.findings)
    assert "secret" not in repr(log.findings)
    assert [(one.clause, one.confidence) for one in export.findings] == [("d", Confidence.POSSIBLE)]


def test_without_a_log_the_check_is_skipped(tmp_path: Path) -> None:
    (one,) = results(lay(tmp_path / "repo"))
    assert one.outcome is Outcome.SKIPPED
    assert "--recon-sql-log" in one.reason


def test_a_healthy_log_passes(tmp_path: Path) -> None:
    target = lay(tmp_path / "repo")
    (tmp_path / "pg.log").write_text(
        "\n".join(
            f"2026-11-22 12:00:{number:02}.000 UTC [{number % 3}] LOG:  duration: 0.1 ms  statement: "
            f"SELECT * FROM authors WHERE id = {number}"
            for number in range(60)
        )
    )
    configure_logs(target, [tmp_path / "pg.log"])
    (one,) = results(target)
    assert one.outcome is Outcome.PASSED
