"""The scans of the async checks: what they find, where, and that nothing makes them fail."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.asynchronous.crates import Means
from pytest_reconaudit.facts.asynchronous.remedies import Ends, remedy
from pytest_reconaudit.readers.code import Code, index_code
from pytest_reconaudit.readers.execution import Executions
from pytest_reconaudit.readers.scans.app_state import AppState, app_state, bare_path, bare_type
from pytest_reconaudit.readers.scans.blocking import blocking, contexts
from pytest_reconaudit.readers.scans.blocking_python import blocking_python
from pytest_reconaudit.readers.scans.blocking_script import blocking_script
from pytest_reconaudit.readers.scans.clients import clients
from pytest_reconaudit.readers.scans.fan_out import fan_out
from pytest_reconaudit.readers.scans.locks import locks
from pytest_reconaudit.readers.scans.untimed import untimed
from pytest_reconaudit.readers.syntax import read_syntax

RUST = (blocking, contexts, app_state, clients, fan_out)


def code(text: str, path: str = "a.rs") -> Code:
    return index_code(read_syntax(text, path))


def kinds(text: str) -> list[tuple[str, str, int, int]]:
    """(kind, context, line, column) of the blocking calls of a Rust file."""
    found = blocking(code(text))
    if found is None:
        return []
    return [
        (call.kind, call.context, call.line, call.column)
        for function in found.functions
        for call in function.calls
    ]


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        ("async fn f() { HERE }", "async"),
        ("fn f() { HERE }", "sync"),
        ("fn f() -> impl Future { async move { HERE } }", "async"),
        ("async fn f() { web::block(move || { HERE }).await }", "elsewhere"),
        ("async fn f() { tokio::task::spawn_blocking(|| { HERE }).await }", "elsewhere"),
        ("async fn f() { std::thread::spawn(move || { HERE }); }", "elsewhere"),
        ("async fn f() { tokio::spawn(async move { HERE }); }", "async"),
        ("async fn f() { conn.transaction(|c| { HERE }) }", "async"),
        ("async fn f() { web::block(|| conn.transaction(|c| { HERE })).await }", "elsewhere"),
        ("fn f() { rt.block_on(async { HERE }) }", "sync"),
        ("async fn f() { let g = |x| { HERE }; g(1) }", "unknown"),
        ("async fn f() { CELL.get_or_init(|| { HERE }) }", "elsewhere"),
        ("async fn f() { unknown! { c => { HERE } } }", "unknown"),
        ("static X: Y = HERE;", "elsewhere"),
    ],
)
def test_the_nearest_context_decides(around: str, kind: str) -> None:
    index = code(around.replace("HERE", "here(1)"))
    call = next(one for one in index.calls if one.name == "here")
    assert Executions(index).of(call.scope, call.start).kind == kind


def test_an_unknown_function_is_named() -> None:
    index = code("async fn f() { with_db(pool, |c| helper(|d| here(d))) }")
    call = next(one for one in index.calls if one.name == "here")
    assert Executions(index).of(call.scope, call.start).handed == ("helper", "with_db")


def test_blocking_calls_stand_at_their_names() -> None:
    text = (
        "use std::{fs, thread};\n"
        "async fn f() {\n"
        "    let ä = fs::read(x)?;\n"
        "    thread::sleep(d);\n"
        "}\n"
    )
    assert kinds(text) == [("file", "async", 3, 17), ("sleep", "async", 4, 13)]


@pytest.mark.parametrize(
    "text",
    [
        "use tokio::fs;\nasync fn f() { fs::read(x).await; fs::read(y); }",
        "use tokio::time::sleep;\nasync fn f() { sleep(d).await; }",
        "use diesel::prelude::*;\nasync fn f() { N.load(Ordering::SeqCst); v.first(); }",
        "use diesel::prelude::*;\nasync fn f() { users::table.load(&mut conn).await; }",
        "async fn f() { let c = Command::new(x).output(); }",
        "use redis::AsyncCommands;\nasync fn f() { conn.get(k).await; }",
        "#[cfg(test)]\nmod t { async fn f() { std::thread::sleep(d); } }",
    ],
)
def test_look_alikes_do_not_block(text: str) -> None:
    assert kinds(text) == []


def test_queries_through_turbofish_and_chains() -> None:
    text = (
        "use diesel::prelude::*;\n"
        "async fn f() {\n"
        "    users::table\n"
        "        .filter(users::id.eq(1))\n"
        "        .load::<User>(&mut conn)?;\n"
        "    PgConnection::establish(url)?;\n"
        "    self.pool.get()?;\n"
        "}\n"
    )
    assert [one[:3] for one in kinds(text)] == [
        ("query", "async", 5),
        ("query", "async", 6),
        ("pool", "async", 7),
    ]


@pytest.mark.parametrize(
    ("expression", "type"),
    [
        ("web::Data::new(Store::new(1))", "Data<=0:Store::new>"),
        ("web::Data::new(Arc::new(Store {}))", "Data<Arc<Store>>"),
        ("web::Data::from(Arc::new(Store {}))", "Data<Store>"),
        ("web::Data::from(shared.clone())", "Data<Store>"),
        ("web::Data::new(Arc::clone(&shared))", "Data<Arc<Store>>"),
        ("Data::new(typed)", "Data<Mutex<u8>>"),
        ("Data::new(given)", "Data<Pool>"),
        ("Data::new(opened)", "Data<=1:crate::db::open>"),
        ("Data::new(made())", "Data<=0:made>"),
        ("Data::new(x + 1)", ""),
    ],
)
def test_types_of_what_is_registered(expression: str, type: str) -> None:
    text = (
        "use crate::db::open;\n"
        "async fn serve(given: db::Pool) {\n"
        "    let shared = Arc::new(Store {});\n"
        "    let typed: std::sync::Mutex<u8> = make();\n"
        '    let opened = open().await.expect("db");\n'
        f"    App::new().app_data({expression})\n"
        "}\n"
    )
    found = app_state(code(text))
    assert isinstance(found, AppState)
    assert [one.type for one in found.registered] == [type]
    assert found.registered[0].line == 6


def test_bare_types_and_paths() -> None:
    assert bare_type("&'a std::sync::Arc<crate::db::Store>") == "Arc<Store>"
    assert bare_type("r2d2::Pool< ConnectionManager <PgConnection> >") == (
        "Pool<ConnectionManager<PgConnection>>"
    )
    assert bare_path("Manager::<Pg>::new") == "Manager::new"


def test_sizes_of_pools() -> None:
    text = (
        "struct Cache { client: redis::Client, max_connections: usize }\n"
        "impl Cache {\n"
        "    fn new(c: redis::Client) -> Self { Self { client: c, max_connections: 5 } }\n"
        "    fn size(&self) -> usize { self.max_connections }\n"
        "    fn set(&mut self) { self.max_connections = 3; other.max_connections(); }\n"
        "}\n"
    )
    found = clients(code(text))
    assert found is not None
    assert [(one.use, one.holder, one.line) for one in found.fields] == [
        ("declared", "Cache", 1),
        ("set", "Cache", 3),
        ("read", "self@Cache", 4),
    ]
    assert found.fields[0].client == "redis::Client"


def test_python_and_scripts() -> None:
    python = (
        "from time import sleep as nap\nimport requests\n"
        "async def f():\n    nap(1)\n    await g(lambda: requests.get(u))\n"
        "def h():\n    requests.get(u)\n"
    )
    found = blocking_python(code(python, "a.py"))
    assert found is not None
    assert [(one.name, one.calls[0].kind, one.calls[0].context) for one in found.functions] == [
        ("f", "sleep", "async"),
        ("h", "http", "sync"),
    ]
    assert found.calls_elsewhere == 1
    script = (
        "import fs from 'node:fs';\napp.get('/x', (req, res) => res.send(fs.readFileSync('y')));\n"
    )
    record = blocking_script(code(script, "a.ts"))
    assert record is not None
    assert record.functions[0].calls[0].handed == ("GET /x",)


def test_synchronous_clients_are_followed_to_where_they_are_made() -> None:
    python = (
        "import boto3\nimport stripe\nfrom openai import AsyncOpenAI\n"
        "table = boto3.resource('dynamodb').Table('t')\nmodel = AsyncOpenAI()\n"
        "class S:\n"
        "    def __init__(self):\n        self.s3 = boto3.client('s3')\n"
        "    async def f(self):\n"
        "        self.s3.put_object(x)\n        table.put_item(x)\n"
        "        self.other.put_object(x)\n        model.responses.create(x)\n"
        "        self.s3.generate_presigned_url(x)\n        stripe.Webhook.construct_event(x)\n"
        "        stripe.Customer.list(x)\n"
    )
    found = blocking_python(code(python, "a.py"))
    assert found is not None
    (function,) = found.functions
    assert [(one.words, one.line) for one in function.calls] == [
        ("boto3.client … .put_object", 10),
        ("boto3.resource … .put_item", 11),
        ("stripe.Customer.list", 16),
    ]


def test_what_makes_a_file_short_is_told() -> None:
    script = (
        "import fs from 'fs';\nimport path from 'path';\n"
        "function f(name, config) {\n"
        "  const page = path.join(__dirname, 'page.html');\n"
        "  fs.readFileSync(page);\n"
        "  fs.readFileSync(name);\n"
        "  fs.writeFileSync(name, JSON.stringify(config));\n"
        "  fs.mkdirSync(name);\n"
        "  fs.statSync(name);\n"
        "}\n"
    )
    record = blocking_script(code(script, "a.ts"))
    assert record is not None
    assert [(one.line, one.size) for one in record.functions[0].calls] == [
        (5, "fixed"),
        (6, ""),
        (7, "little"),
        (8, "entry"),
    ]


def test_hashes_name_their_package() -> None:
    script = (
        "import crypto from 'node:crypto'\n"
        "async function f(p, h) {\n"
        "  const bcrypt = require('bcryptjs')\n"
        "  bcrypt.genSaltSync(10)\n"
        "  return bcrypt.compareSync(p, h) && crypto.scryptSync(p, h, 64)\n"
        "}\n"
    )
    record = blocking_script(code(script, "a.ts"))
    assert record is not None
    calls = record.functions[0].calls
    assert [(one.line, one.column, one.words, one.library) for one in calls] == [
        (5, 17, "bcrypt.compareSync", "bcryptjs"),
        (5, 45, "crypto.scryptSync", "crypto"),
    ]


def test_a_remedy_fits_the_call() -> None:
    said = remedy("a.js", "hash", ["b.hashSync", "crypto.scryptSync"], ["bcryptjs", "crypto"], "")
    assert "not bcryptjs" in said
    assert "promisify(crypto.scrypt)" in said
    assert "compareSync" not in said
    said = remedy("a.ts", "file", ["fs.rmSync"], [], "")
    assert "await fs.promises.rm(…)  // not fs.rmSync(…)" in said
    said = remedy("a.rs", "hash", [".verify_password(…)"], [], "Auth::check")
    assert "spawn_blocking(move || Auth::check(…))" in said
    said = remedy("a.rs", "http", ["ureq::get"], [], "", Means("tokio", frozenset(), reqwest=False))
    assert "spawn_blocking(move || ureq::get(…).call())" in said
    own = Means("actix", frozenset(), reqwest=False)
    said = remedy("a.rs", "file", ["std::fs::write"], [], "", own, guard="config")
    assert 'web::block(move || std::fs::write(…)).await.expect("it does not panic");' in said
    assert "Let go of the guard `config` first" in said
    assert "whole iteration" in remedy("a.rs", "file", ["std::fs::read_dir"], [], "")
    said = remedy("a.rs", "process", ["x"], [], "", Means("tokio", frozenset()))
    assert "tokio::task::spawn_blocking" in said
    assert "resume_unwind(error.into_panic())" in said
    said = remedy("a.rs", "file", ["std::fs::read"], [], "", ends=Ends(tail="?", converts=True))
    assert "spawn_blocking(move || std::fs::read(…)).await??;" in said
    used = Ends(tail=".map_err(…)?", again=("way",))
    said = remedy("a.rs", "file", ["std::fs::read"], [], "", ends=used)
    assert "??" not in said
    assert "into_panic()))\n    .map_err(…)?;" in said
    assert "clone `way`" in said
    said = remedy("a.rs", "hash", ["x"], [], "seal", ends=Ends(stands="guard", where="b.rs:3"))
    assert "```" not in said
    assert "before the `match`" in said
    own = Means("compio", frozenset())
    assert "std::thread" in remedy("a.rs", "hash", ["x"], [], "seal", own, ends=Ends())
    assert "```" not in remedy("a.rs", "hash", ["x"], [], "", Means("", frozenset()))
    for path in ("a.rs", "a.ts"):
        assert remedy(path, "unheard", ["x"], [], "") or path == "a.ts"


def test_a_variable_that_is_declared_first_keeps_its_guard() -> None:
    rust = (
        "impl S {\n    async fn f(&self, full: bool) {\n        let a;\n"
        "        {\n            a = self.m.lock().await;\n        }\n"
        "        self.m.lock().await;\n        let b;\n"
        "        if full {\n            b = self.n.lock().await;\n        }\n"
        "        self.n.lock().await;\n    }\n}\nstruct S { m: Mutex<u8>, n: Mutex<u8> }\n"
    )
    record = locks(code(rust))
    assert record is not None
    guards = record.functions[0].guards
    assert [
        (one.site.line, one.name, [site.line for site, _ in one.relocks]) for one in guards
    ] == [
        (5, "a", [7]),
        (10, "b", []),
    ]


def test_requests_without_a_timeout() -> None:
    python = (
        "import requests\n"
        "def f(**more):\n"
        "    requests.get(u)\n    requests.post(u, timeout=3)\n    requests.put(u, **more)\n"
        "    session.get(u)\n"
        "async def g():\n    requests.get(u)\n"
    )
    found = untimed(code(python, "a.py"))
    assert found is not None
    assert [(one.words, one.line, one.column, one.function) for one in found.calls] == [
        ("requests.get", 3, 5, 2)
    ]
    assert found.timed == 3


TOKENS = st.lists(
    st.sampled_from(
        [
            "use std::fs;", "use diesel::prelude::*;", "use redis::Commands;", "async fn f() {",
            "fn g(&self) ->", "{", "}", "(", ")", "|x|", "async move {", "tokio::spawn(", "conn",
            ".load::<T>(&mut conn)", ".await", "?", "let x =", ";", "pool.get()", "fs::read(x)",
            "HttpServer::new(", "App::new()", ".app_data(web::Data::new(", "Arc::new(", "db!{",
            "struct S { client: Client, max_connections: usize }", "self.max_connections",
            "max_connections: 3", "for x in xs {", "join_all(", "xs.iter().map(", "unbounded()",
            "Client::new()", "type A = B<C>;", "\n", "\0", "é", "\"", "//", "Extension(x)",
            "import requests", "async def f():", "    requests.get(u)", "fs.readFileSync(x)",
            "import boto3", "s = boto3.client('s3')", "s.put_object(x)", "def h(self):", "self.s.get(",
            "import fs from 'fs'", "const p = path.join(__dirname, 'a.yml')", "fs.statSync(p)",
            "let (tx, rx) =", "unbounded_channel();", "UnboundedReceiverStream::new(rx)", "tx.send(x)",
        ]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip


@given(text=TOKENS | st.text(max_size=200))
@pytest.mark.parametrize(
    ("scan", "path"),
    [
        *((one, "a.rs") for one in RUST),
        (contexts, "a.py"),
        (blocking_python, "a.py"),
        (blocking_script, "a.ts"),
        (blocking_script, "a.jsx"),
        (untimed, "a.py"),
    ],
)
def test_no_text_makes_a_scan_fail(
    scan: Callable[[Code], msgspec.Struct | None], path: str, text: str
) -> None:
    found = scan(code(text, path))
    if found is not None:
        raw = msgspec.msgpack.encode(found)
        assert msgspec.msgpack.decode(raw, type=type(found)) == found
