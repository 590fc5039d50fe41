"""Rust bodies that amount to little, pools and payloads, as their scans see them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import Code, index_code
from pytest_reconaudit.readers.scans.constant_bodies import ConstantBodies, constant_bodies
from pytest_reconaudit.readers.scans.payloads import HeldPayloads, held_payloads
from pytest_reconaudit.readers.scans.pools import MadePools, made_pools
from pytest_reconaudit.readers.syntax import read_syntax


def code(text: str, path: str = "src/a.rs") -> Code:
    return index_code(read_syntax(text, path))


def kept(record: Any, kind: type[msgspec.Struct]) -> Any:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=kind) == record
    return record


@pytest.mark.parametrize(
    ("function", "kind", "value"),
    [
        ("fn memory_usage(&self) -> f64 { 0.0 }", "value", "0.0"),
        ("fn get_error_rate() -> Result<f32> { // later\n    Ok(0.5) }", "value", "0.5"),
        ("fn get_metrics() -> Vec<M> { return vec![]; }", "value", "empty"),
        ("fn get_metrics() -> M { M { cpu: 0.0, memory: 1 } }", "value", "M { cpu: 0.0, memory: 1 }"),
        ("fn get_metrics() -> V { json!({\"a\": 1, \"at\": Utc::now()}) }", "value",
         'json!({"a": 1, "at": Utc::now()})'),
        ("fn run_migrations(&self) -> R<()> { Ok(()) }", "nothing", "()"),
        ("fn verify_code(code: &str) -> bool { let _ = code; true }", "nothing", "true"),
        ("fn send_mail(to: &str) { info!(\"to {}\", to); }", "logs", "{}"),
        ("fn warm_up_cache() -> R<()> { let key = keys::a(); let _ = key; Ok(()) }", None, ""),
        ("fn warm_cache(id: u8) -> R<()> { let key = format!(\"{}\", id); Ok(()) }", "unused", "()"),
        ("fn in_transaction<T>(c: &Conn, f: impl FnOnce(&Conn) -> T) -> T { f(c) }", "plain", "f(c)"),
        ("fn apply_rules() { todo!() }", "todo", "todo!()"),
    ],
)  # fmt: skip
def test_what_a_body_amounts_to(function: str, kind: str | None, value: str) -> None:
    record = kept(constant_bodies(code(function)), ConstantBodies)
    found = [(one.kind, one.value) for one in record.stubs]
    assert found == ([(kind, value)] if kind else [])


@pytest.mark.parametrize(
    "function",
    [
        "fn memory_usage(&self) -> f64 { self.memory }",
        "fn run_jobs(&self) -> R<()> { self.jobs.run()?; Ok(()) }",
        "fn send_mail(&self) -> R<()> { let mail = self.mail().await?; Ok(()) }",
        "fn warm_cache(&self) -> R<()> { let key = self.load(); Ok(()) }",
        "fn in_transaction<T>(c: &C, f: impl FnOnce(&C) -> T) -> T { c.transaction(|c| f(c)) }",
        "fn transaction_id() -> u8 { 3 }",
        'fn deck_of(n: u8) -> u8 { match n { 1 => 1, _ => unimplemented!("no {n}") } }',
        "#[cfg(test)] mod t { fn memory_usage() -> f64 { 0.0 } }",
        'fn name() -> &\'static str { "a" }',
    ],
)
def test_bodies_that_do_something(function: str) -> None:
    record = constant_bodies(code(function))
    assert record is None or record.stubs == ()


def test_defaults_features_and_comments() -> None:
    record = constant_bodies(
        code(
            "trait Mail {\n"
            "    fn send_mail(&self, to: &str) {}\n"
            "}\n"
            '#[cfg(feature = "x")]\n'
            "impl A {\n"
            "    fn send_a(&self) -> R<()> {\n"
            "        // In a real implementation this would send\n"
            "        Ok(())\n"
            "    }\n"
            "}\n"
            "impl Mail for B { fn send_mail(&self, to: &str) { println!(); } }\n"
            "const fn row_count() -> u8 { 3 }\n"
        )
    )
    assert record is not None
    found = [(s.name, s.line, s.at, s.default, s.conditional, s.trait, s.constant, s.admits)
             for s in record.stubs]  # fmt: skip
    assert found == [
        ("send_mail", 2, 2, True, False, "Mail", False, ""),
        ("send_a", 6, 8, False, True, "", False, "In a real implementation this would send"),
        ("send_mail", 11, 11, False, False, "Mail", False, ""),
        ("row_count", 12, 12, False, False, "", True, ""),
    ]


def test_answers_that_never_change() -> None:
    record = constant_bodies(
        code(
            'async fn metrics() -> R { Ok(HttpResponse::Ok().body("# HELP a\\n")) }\n'
            "async fn metrics_now(s: S) -> R { Ok(HttpResponse::Ok().body(s.render())) }\n"
            'async fn health() -> Json<V> { Json(serde_json::json!({"database": "up"})) }\n'
            "async fn ready() -> R { HttpResponse::Ok().body(render()) }\n"
            "async fn health_of() -> R { HttpResponse::Ok().body(TEXT) }\n"
        )
    )
    assert record is not None
    assert [(one.name, one.kind) for one in record.stubs] == [
        ("metrics", "response"), ("health", "response"),
    ]  # fmt: skip


def test_keys_of_counters() -> None:
    record = constant_bodies(
        code(
            "impl Stats {\n"
            "    fn a(&self, r: &Request) {\n"
            '        let key = format!("{}", r.uri().path());\n'
            "        self.counts.entry(key).or_insert(0);\n"
            "    }\n"
            "    fn b(&self, r: &Request) { COUNTER.with_label_values(&[r.method(), r.path()]).inc(); }\n"
            "    fn c(&self, r: &Request) { let p = r.match_pattern(); self.counts.entry(p); }\n"
            "    fn d(&self, r: &Request) { self.counts.retain(|_, v| v.fresh());\n"
            "        self.counts.entry(r.path().to_string()).or_insert(0); }\n"
            "    fn e(&self, file: &File) { self.files.entry(file.path()); }\n"
            "}\n"
        )
    )
    assert record is not None
    assert [(one.function, one.line, one.use_line, one.kind) for one in record.keys] == [
        ("a", 3, 4, "map"), ("b", 6, 6, "label"),
    ]  # fmt: skip


def test_presets() -> None:
    record = constant_bodies(
        code(
            "pub struct Pool { a: u32, b: Duration }\n"
            "impl Pool {\n"
            "    pub fn new() -> Self { Self { a: 20, /* long */ b: Duration::from_secs(30) } }\n"
            "    pub fn of(a: u32) -> Self { Self { a, b: Duration::ZERO } }\n"
            "    pub fn empty() -> Pool { Pool { a: 0, b: Duration::ZERO } }\n"
            "}\n"
        )
    )
    assert record is not None
    assert [(one.owner, one.name, one.line, one.values) for one in record.presets] == [
        ("Pool", "new", 3, (("a", "20"), ("b", "Duration::from_secs(30)"))),
    ]
    assert record.types == (("Pool", 1, 1, True), ("Pool", 2, 6, False))


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.rs", "fn f() { PgPoolOptions::new().max_connections(20).connect(u) }",
         [("sqlx", 20, "", True)]),
        ("a.rs", "use diesel::r2d2; fn f() { r2d2::Pool::builder().max_size(15u32).build(m) }",
         [("r2d2", 15, "", True)]),
        ("a.rs", "fn f(n: u32) { PgPoolOptions::new().max_connections(n) }",
         [("sqlx", None, "", False)]),
        ("a.rs", ('fn f() { let n = std::env::var("DB_POOL").unwrap_or("9".into()).parse();\n'
                 " PgPoolOptions::new().max_connections(n) }"), [("sqlx", 9, "DB_POOL", False)]),
        ("a.rs", "fn f() { bb8::Pool::builder().max_size(9).build(RedisConnectionManager::new(u)) }", []),
        ("a.rs", "fn f() { SqlitePoolOptions::new().max_connections(1) }", []),
        ("a.ts", "import { Pool } from 'pg'; export const p = new Pool({ max: 12 });",
         [("pg", 12, "", True)]),
        ("a.ts", "import { Pool } from 'pg'; const p = new Pool({ host });", [("pg", 10, "", False)]),
        ("a.ts", "import { Pool } from './pool'; const p = new Pool({ max: 12 });", []),
        ("a.js", "import knex from 'knex'; knex({ client: 'pg', pool: { min: 0, max: 7 } });",
         [("knex", 7, "", True)]),
        ("a.ts", "import postgres from 'postgres'; postgres(url, { max: +process.env.N || 4 });",
         [("postgres.js", 4, "N", False)]),
        ("a.py", "from sqlalchemy import create_engine\ne = create_engine(url, pool_size=8, max_overflow=2)",
         [("sqlalchemy", 10, "", True)]),
        ("a.py", "from sqlalchemy import create_engine\ne = create_engine(url)",
         [("sqlalchemy", 15, "", False)]),
        ("a.py", "from .db import create_engine\ne = create_engine(url)", []),
        ("a.py", "import asyncpg\nasync def f():\n    return await asyncpg.create_pool(dsn, max_size=6)",
         [("asyncpg", 6, "", True)]),
    ],
)  # fmt: skip
def test_pools(path: str, text: str, found: list[tuple[Any, ...]]) -> None:
    record = made_pools(code(text, path))
    pools = kept(record, MadePools).pools if record is not None else ()
    assert [(one.library, one.size, one.key, one.literal) for one in pools] == found


def test_payloads() -> None:
    record = held_payloads(
        code(
            "use tokio::fs;\n"
            "async fn add(mut form: Multipart) -> HttpResponse {\n"
            "    let mut all = web::BytesMut::new();\n"
            "    while let Some(chunk) = field.next().await {\n"
            "        all.extend_from_slice(&chunk?);\n"
            "    }\n"
            "}\n"
            "async fn show() -> Response {\n"
            '    match fs::read("a").await {\n'
            "        Ok(data) => Body::from(data).into_response(),\n"
            "    }\n"
            "}\n"
            "async fn part(mut form: Multipart) -> R { let b = field.bytes().await?; save(b) }\n"
            "fn limits() { DefaultBodyLimit::max(64 * 1024 * 1024); DefaultBodyLimit::disable(); }\n"
        )
    )
    record = kept(record, HeldPayloads)
    assert [(one.kind, one.function, one.line, one.use_line) for one in record.held] == [
        ("chunks", "add", 5, 0), ("file", "show", 9, 10), ("field", "part", 13, 0),
    ]  # fmt: skip
    assert record.limits == (
        (14, 64 * 1024 * 1024, "DefaultBodyLimit::max(64 * 1024 * 1024)"),
        (14, -1, "DefaultBodyLimit::disable("),
    )


_PIECES = st.lists(
    st.sampled_from(
        ["fn get_metrics", "(&self)", " -> f64 ", "{ ", "}", "0.0", "Ok(())", "todo!()", "impl A {",
         "Self { a: 1, b: 2 }", "// for now\n", ".entry(r.path())", "with_transaction(f: F)", "f()",
         "max_size(", "Multipart", "\0", "é", "\n", "#[cfg(x)]", "let a = ", ";", "json!({", "\""]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_PIECES | st.text(max_size=200))
def test_nothing_makes_the_scans_raise(text: str) -> None:
    lines = text.count("\n") + 1
    one = code(text)
    bodies = constant_bodies(one)
    if bodies is not None:
        assert all(1 <= stub.line <= lines and 1 <= stub.at <= lines for stub in bodies.stubs)
    held_payloads(one)
    made_pools(one)
    made_pools(code(text, "a.ts"))
    made_pools(code(text, "a.py"))
