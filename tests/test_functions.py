"""Which function a call means, across the files of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.code.asked_methods import asked_method
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.capped_fields import is_capped_field
from pytest_reconaudit.facts.code.expressions import chain_of, split_arguments, type_parts
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    callers_of,
    function_at,
    handlers,
    meant,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.target import Target

RUST = {
    "Cargo.toml": '[workspace]\nmembers = ["api", "store"]\n',
    "api/Cargo.toml": """\
[package]
name = "book-api"
version = "0.1.0"
edition = "2021"

[dependencies]
actix-web = "4"
shelf = { package = "book-store", path = "../store" }
""",
    "api/src/main.rs": """\
mod handlers;
mod services;

use actix_web::{web, App, HttpServer};
use services::Books;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let books = web::Data::new(Books::new());
    HttpServer::new(move || {
        App::new()
            .app_data(books.clone())
            .route("/books/{id}", web::get().to(handlers::books::show))
            .service(handlers::books::remove)
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
""",
    "api/src/handlers/mod.rs": "pub mod books;\n",
    "api/src/handlers/books.rs": """\
use actix_web::{delete, web, HttpResponse};

use super::super::services::{self, Books};
use crate::services as all;

pub async fn show(books: web::Data<Books>, id: web::Path<u64>) -> HttpResponse {
    let found = books.find(*id).await;
    let other = Books::new();
    other.log();
    services::audit("show");
    all::audit("again");
    found.render();
    let audit = |text: &str| println!("{text}");
    audit("local");
    HttpResponse::Ok().finish()
}

#[delete("/books/{id}")]
async fn remove(books: web::Data<Books>) -> HttpResponse {
    if let Some(store) = &books.backup {
        store.get(1);
    }
    unknown.get(1);
    HttpResponse::Ok().finish()
}
""",
    "api/src/services/mod.rs": """\
mod books;
pub use self::books::Books;

pub fn audit(what: &str) {
    write(what)
}

fn write(what: &str) {}
""",
    "api/src/services/books.rs": """\
use std::sync::Arc;
use shelf::{Memory, Store as Storage};
use tokio::sync::RwLock;

pub struct Books {
    store: Arc<RwLock<Memory>>,
    any: Box<dyn Storage>,
    pub backup: Option<Memory>,
}

impl Books {
    pub fn new() -> Self {
        Self { store: Arc::default(), any: Box::new(Memory::default()), backup: None }
    }

    pub async fn find(&self, id: u64) -> Book {
        self.store.read().await.get(id);
        self.any.get(id);
        self.log();
        Self::check(id);
        let store = self.store.clone();
        let memory = store.write().await;
        memory.get(id);
        Book
    }

    pub fn log(&self) {}

    fn check(id: u64) {
        fn inner() {}
        inner();
    }
}

pub struct Book;

impl Book {
    pub fn render(&self) {}
}

#[cfg(test)]
mod tests {
    #[test]
    fn calls_log() {
        super::Books::new().log();
    }
}
""",
    "store/Cargo.toml": '[package]\nname = "book-store"\nversion = "0.1.0"\nedition = "2021"\n',
    "store/src/lib.rs": """\
pub trait Store {
    fn get(&self, id: u64);
    fn twice(&self, id: u64) {
        self.get(id);
    }
}

#[derive(Default)]
pub struct Memory;
pub struct Disk;

impl Store for Memory {
    fn get(&self, id: u64) {}
}

impl Store for Disk {
    fn get(&self, id: u64) {}
}
""",
}
SCRIPT = {
    "package.json": '{"name": "shop", "workspaces": ["packages/*"], "dependencies": {"express": "4"}}',
    "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}',
    "packages/mail/package.json": '{"name": "@shop/mail", "main": "src/index.ts"}',
    "packages/mail/src/index.ts": "export * from './send';\n",
    "packages/mail/src/send.ts": "export async function send(to: string) { deliver(to); }\n"
    "function deliver(to: string) {}\n",
    "src/server.ts": """\
import express from 'express';
import { list, OrdersController as Controller } from '@/orders';
import * as health from './health';

const app = express();
app.get('/orders', list);
app.get('/health', health.check);
app.listen(3000);
""",
    "src/health.ts": "export const check = async (req, res) => { res.send('ok'); };\n",
    "src/orders/index.ts": "export { list, OrdersController } from './orders';\n",
    "src/orders/orders.ts": """\
import { send } from '@shop/mail';
import service, { Repo, Slow, Base } from './service';
import { api } from '../api';

export async function list(req, res) {
  const repo = new Repo();
  await repo.all();
  await service.totals();
  await send('x');
  const rows = await api.load();
  rows.map((row) => row.load());
  console.log(rows);
}

export function wait(one: Slow, some: Base) {
  one.base();
  some.base();
}

export class OrdersController {
  constructor(private readonly repo: Repo, private maybe?: Repo | undefined) {}
  index() {
    this.repo.all();
    this.maybe.base();
    this.index();
    this.missing();
  }
}
""",
    "src/orders/service.ts": """\
class Base { base() {} }
export class Slow extends Base { base() { super.base(); } }
export class Repo extends Base { all() { this.base(); } }
class OrderService { async totals() {} }
export default new OrderService();
""",
    "src/api.ts": "export const api = { async load() { return get(); } };\nfunction get() {}\n",
}
PYTHON = {
    "backend/app/__init__.py": "",
    "backend/app/main.py": """\
from fastapi import Depends, FastAPI

from app.services import users
from app.services.users import Users
from .helpers import shorten as cut

app = FastAPI()
service = Users()


@app.get("/users/{id}")
async def show(id: int, given: Users = Depends()):
    users.audit()
    service.find(id)
    given.find(id)
    cut("x")
    return await Users().remote.fetch(id)


class Holder:
    users: Users

    def go(self):
        self.users.find(1)
        self.stop()

    def stop(self):
        pass
""",
    "backend/app/helpers.py": "def shorten(text):\n    return text\n",
    "backend/app/services/__init__.py": "",
    "backend/app/services/users.py": """\
import logging
from ..remote import Remote

log = logging.getLogger()


class Base:
    def touch(self):
        pass


class Users(Base):
    def __init__(self, remote: Remote = None):
        self.remote = remote

    def find(self, id):
        self.touch()
        log.info("x")


def audit():
    pass
""",
    "backend/app/remote.py": "class Remote:\n    async def fetch(self, id):\n        pass\n",
}


def tree(folder: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Target(folder)


def ref(target: Target, path: str, name: str) -> Ref:
    text = target.text(path)
    owner, _, own = name.rpartition(".")
    index = 0
    while (found := function_at_index(target, path, index)) is not None:
        function = outlined(target, found)
        if function.name == own and function.owner == owner:
            return found
        index += 1
    raise AssertionError(f"no {name} in {path}: {text[:40]}")


def function_at_index(target: Target, path: str, index: int) -> Ref | None:
    try:
        outlined(target, Ref(path, index))
    except IndexError:
        return None
    return Ref(path, index)


def said(target: Target, path: str, name: str) -> dict[str, list[str] | None]:
    """Call in a function → what it means."""
    found = {}
    for call, refs in callees(target, ref(target, path, name)):
        words = f"{call.receiver}.{call.name}" if call.receiver else "::".join(call.path)
        found[words] = shown(target, refs)
    return found


def shown(target: Target, refs: tuple[Ref, ...] | None) -> list[str] | None:
    if refs is None:
        return None
    names = []
    for one in refs:
        function = outlined(target, one)
        owner = f"{function.owner}." if function.owner else ""
        names.append(f"{one.path}:{owner}{function.name}")
    return names


BOOKS = "api/src/services/books.rs"


def test_rust_calls(tmp_path: Path) -> None:
    target = tree(tmp_path, RUST)
    assert said(target, "api/src/handlers/books.rs", "show") == {
        "books.find": [f"{BOOKS}:Books.find"],
        "Books::new": [f"{BOOKS}:Books.new"],
        "other.log": [f"{BOOKS}:Books.log"],
        "services::audit": ["api/src/services/mod.rs:audit"],
        "all::audit": ["api/src/services/mod.rs:audit"],
        "found.render": [f"{BOOKS}:Book.render"],
        "audit": [],
        "HttpResponse::Ok": [],
        "HttpResponse::Ok().finish": [],
    }
    memory = "store/src/lib.rs:Memory.get"
    assert said(target, BOOKS, "Books.find") == {
        "self.store.read().await.get": [memory],
        "self.store.read": [],
        "self.any.get": [memory, "store/src/lib.rs:Disk.get"],
        "self.log": [f"{BOOKS}:Books.log"],
        "Self::check": [f"{BOOKS}:Books.check"],
        "store.write": [],
        "memory.get": [memory],
    }
    assert said(target, BOOKS, "Books.check") == {"inner": [f"{BOOKS}:Books.inner"]}
    removed = said(target, "api/src/handlers/books.rs", "remove")
    assert removed["store.get"] == [memory]
    assert removed["unknown.get"] is None
    assert said(target, "store/src/lib.rs", "Store.twice") == {
        "self.get": [memory, "store/src/lib.rs:Disk.get"]
    }


def test_rust_requests(tmp_path: Path) -> None:
    target = tree(tmp_path, RUST)
    found = {
        outlined(target, one).name: [f"{route.method} {route.path}" for route in routes]
        for one, routes in handlers(target).items()
    }
    assert found == {"show": ["GET /books/{id}"], "remove": ["DELETE /books/{id}"]}
    why = reached(target)[ref(target, "api/src/services/mod.rs", "write")]
    assert [outlined(target, one).name for one in why.chain] == ["show", "audit", "write"]
    assert why.route is not None
    assert why.route.path == "/books/{id}"
    log = ref(target, BOOKS, "Books.log")
    assert [(outlined(target, one).name, call.line) for one, call in callers_of(target, log)] == [
        ("show", 9),
        ("find", 19),
    ]


def test_scripts(tmp_path: Path) -> None:
    target = tree(tmp_path, SCRIPT)
    service = "src/orders/service.ts"
    assert said(target, "src/orders/orders.ts", "list") == {
        "Repo": [],
        "repo.all": [f"{service}:Repo.all"],
        "service.totals": [f"{service}:OrderService.totals"],
        "send": ["packages/mail/src/send.ts:send"],
        "api.load": ["src/api.ts:api.load"],
        "row.load": None,
        "console.log": [],
    }
    assert said(target, "src/orders/orders.ts", "OrdersController.index") == {
        "this.repo.all": [f"{service}:Repo.all"],
        "this.maybe.base": [f"{service}:Base.base"],
        "this.index": ["src/orders/orders.ts:OrdersController.index"],
        "this.missing": [],
    }
    assert said(target, service, "Repo.all") == {"this.base": [f"{service}:Base.base"]}
    assert said(target, "src/orders/orders.ts", "wait") == {
        "one.base": [f"{service}:Slow.base"],
        "some.base": [f"{service}:Base.base", f"{service}:Slow.base"],
    }
    assert said(target, "src/api.ts", "api.load") == {"get": ["src/api.ts:get"]}
    routes = {
        outlined(target, one).name: [route.path for route in routes]
        for one, routes in handlers(target).items()
    }
    assert routes == {"list": ["/orders"], "check": ["/health"]}
    assert ref(target, "packages/mail/src/send.ts", "deliver") in reached(target)


def test_an_interface_makes_no_kin_of_its_implementors(tmp_path: Path) -> None:
    boats = "".join(f"export class Boat{n} implements Moored {{ row() {{}} }}\n" for n in range(60))
    target = tree(
        tmp_path,
        {
            "package.json": '{"name": "quay"}',
            "src/boats.ts": (
                "export interface Moored { tie(): void }\n"
                "export class Buoy implements Moored { tie() {} }\n"
                f"{boats}"
                "export function berth(one: Boat1) { one.tie(); }\n"
                "export function moor(one: Moored) { one.tie(); }\n"
            ),
        },
    )
    assert said(target, "src/boats.ts", "berth") == {"one.tie": []}
    assert said(target, "src/boats.ts", "moor") == {"one.tie": ["src/boats.ts:Buoy.tie"]}


def test_requests_of_frameworks_that_go_by_files(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "package.json": '{"name": "quay", "dependencies": {"next": "15.1.0"}}',
            "pages/api/boats/[id].ts": (
                "import type { NextApiRequest, NextApiResponse } from 'next';\n"
                "export default async function answer(req: NextApiRequest, res: NextApiResponse) {\n"
                "  if (req.method === 'GET') {\n    return res.json(await find(req));\n  }\n"
                "  if (req.method === 'DELETE') {\n    return res.json(await sink(req));\n  }\n}\n"
                "const find = async (req: NextApiRequest) => req.query;\n"
                "const sink = async (req: unknown) => req;\n"
            ),
            "app/boats/page.tsx": (
                "import { prisma } from '../prisma';\n"
                "export default async function Boats() { return await prisma.boat.findMany(); }\n"
            ),
            "app/boats/actions.ts": (
                "'use server';\nimport { cookies } from 'next/headers';\n"
                "export async function moor(id: string) { return cookies(); }\n"
                "async function inner() {}\n"
            ),
            "app/routes/tides.ts": (
                "import { table } from '../tides.server';\n"
                "export const loader = make({}, async () => { return await table(); });\n"
                "export async function action() { return null; }\n"
            ),
            "app/tides.server.ts": "export async function table() { return []; }\n",
            "src/routes/up/+server.ts": "export function GET() { return new Response('up'); }\n",
            "server/berths.ts": (
                "import { berths } from './berthList';\nimport { publicProcedure } from './trpc';\n"
                "export const list = publicProcedure.input(z.string()).query(async () => {\n"
                "  return await berths();\n});\n"
            ),
            "server/berthList.ts": "export async function berths() { return []; }\n",
            "web/offline.ts": (
                "export function keep(request: Request, response: Response) { return request; }\n"
            ),
            "server/old.ts": (
                "import { Request, Response } from 'express';\n"
                "export function show(req: Request, res: Response) {}\n"
            ),
        },
    )
    names = {outlined(target, one).name for one in handlers(target)}
    assert names == {"answer", "find", "Boats", "moor", "action", "GET", "show"}
    assert {outlined(target, one).name for one in reached(target)} - names == {
        "sink", "table", "berths",
    }  # fmt: skip
    routes = {one.path: one for found in handlers(target).values() for one in found}
    assert set(routes) == {"/api/boats/{id}", "/boats"}
    boat = routes["/api/boats/{id}"]
    asked = [asked_method(target, "pages/api/boats/[id].ts", line, boat) for line in (2, 4, 7)]
    assert asked == ["", "GET", "DELETE"]
    assert served_outside(target, "server/berths.ts", 4)
    assert not served_outside(target, "web/offline.ts", 1)


@pytest.mark.parametrize(
    ("before", "capped"),
    [
        ("if (tags.length > MAX_TAGS) throw new Error();", True),
        ("if (tags.length > limits.MAX_TAGS) return;", True),
        ("if len(tags) > 10:\n    raise ValueError", True),
        ("if (tags.length > MAX_TAGS) { log(tags); }", False),
        ("if (tags.length > 500) throw new Error();", False),
        ("if (tags.length > 0) { return 1; }", False),
        ("if (others.length > MAX_TAGS) throw new Error();", False),
    ],
)
def test_lists_that_are_refused_when_long(before: str, capped: bool) -> None:
    text = f"{before}\nfor (const tag of tags) {{\n"
    assert is_capped(text, text.count("\n"), "tags") is capped
    assert not is_capped(before, 2, "tags.map(f(x))")


PLAIN = "class Moor(BaseModel):\n    ids: list[int]\n    n: int = Field(max_length=9)\n"
LIMITED = "class Moor(BaseModel):\n    ids: list[int] = Field(\n        max_length=10\n    )\n"
LOOKED_AT = """\
class Moor(BaseModel):
    ids: list[int]

    @field_validator("ids")
    @classmethod
    def few(cls, v):
        if len(v) > 20:
            raise ValueError
"""
DECORATED = "export class Moor {\n  @IsString()\n  @ArrayMaxSize(10)\n  ids: string[];\n}\n"


@pytest.mark.parametrize(
    ("files", "capped"),
    [
        ({"a.py": LIMITED}, True),
        ({"a.py": LOOKED_AT}, True),
        ({"a.py": "class Moor(BaseModel):\n    ids: conlist(int, max_length=10)\n"}, True),
        ({"a.py": LIMITED, "b.py": "def moor(\n    ids: list[int],\n): ...\n"}, True),
        ({"a.py": LIMITED, "b.py": PLAIN}, False),
        ({"a.py": LIMITED.replace("10", "500")}, False),
        ({"a.py": PLAIN}, False),
        ({"a.ts": "z.object({\n  ids: z.array(z.string()).max(10),\n})\n"}, True),
        ({"a.ts": "z.object({\n  ids: z.array(z.string()),\n  b: z.string().max(9),\n})"}, False),
        ({"a.ts": DECORATED}, True),
        ({"a.ts": DECORATED.replace("ids", "others") + DECORATED.replace("Array", "")}, False),
        ({"a.py": ""}, False),
    ],
)
def test_lists_of_a_request_that_may_not_be_long(
    files: dict[str, str], capped: bool, tmp_path: Path
) -> None:
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    assert is_capped_field(Target(tmp_path), "body.ids") is capped
    assert not is_capped_field(Target(tmp_path), "load(ids)")


def test_python(tmp_path: Path) -> None:
    target = tree(tmp_path, PYTHON)
    users = "backend/app/services/users.py"
    assert said(target, "backend/app/main.py", "show") == {
        "users.audit": [f"{users}:audit"],
        "service.find": [f"{users}:Users.find"],
        "given.find": [f"{users}:Users.find"],
        "cut": ["backend/app/helpers.py:shorten"],
        "Users().remote.fetch": ["backend/app/remote.py:Remote.fetch"],
        "Users": [f"{users}:Users.__init__"],
    }
    assert said(target, "backend/app/main.py", "Holder.go") == {
        "self.users.find": [f"{users}:Users.find"],
        "self.stop": ["backend/app/main.py:Holder.stop"],
    }
    assert said(target, users, "Users.find") == {
        "self.touch": [f"{users}:Base.touch"],
        "log.info": [],
    }
    assert [outlined(target, one).name for one in handlers(target)] == ["show"]


def test_function_at(tmp_path: Path) -> None:
    target = tree(tmp_path, RUST)
    lines = RUST[BOOKS].splitlines()
    for name in ("inner", "log", "render"):
        line = next(i for i, text in enumerate(lines, 1) if f"fn {name}" in text)
        found = function_at(target, BOOKS, line)
        assert found is not None
        assert outlined(target, found).name == name
    assert function_at(target, BOOKS, 1) is None
    assert function_at(target, "no/such.rs", 1) is None
    show = ref(target, "api/src/handlers/books.rs", "show")
    call = outlined(target, show).calls[0]
    assert meant(target, show, call) == (ref(target, BOOKS, "Books.find"),)


@pytest.mark.parametrize(
    ("text", "path", "form", "steps"),
    [
        ("self.a", ("self",), "value", (("field", "a"),)),
        ("&mut self.a[0]", ("self",), "value", (("field", "a"), ("index", "0"))),
        (
            'Store::open("a)").await?.read()',
            ("Store", "open"),
            "call",
            (("await", ""), ("?", ""), ("call", "read")),
        ),
        (
            "await this.users?.find(1)",
            ("this",),
            "value",
            (("field", "users"), ("?", ""), ("call", "find"), ("await", "")),
        ),
        ("new a.Map<string, X>()", ("a", "Map"), "new", ()),
        ("Self { a: 1 }", ("Self",), "literal", ()),
        ("(await load()).rows", ("load",), "call", (("await", ""), ("field", "rows"))),
    ],
)
def test_chain(
    text: str, path: tuple[str, ...], form: str, steps: tuple[tuple[str, str], ...]
) -> None:
    chain = chain_of(text)
    assert chain is not None
    assert (chain.path, chain.form, chain.steps) == (path, form, steps)


@pytest.mark.parametrize(
    "text", ["", "1 + 2", "a + b", "vec![a]", "self.a(", "cut…", "|x| x", "'a'"]
)
def test_no_chain(text: str) -> None:
    assert chain_of(text) is None


def test_types() -> None:
    assert type_parts("Arc<RwLock<HashMap<String, Vec<u8>>>>") == (
        "Arc",
        ("RwLock<HashMap<String, Vec<u8>>>",),
    )
    assert type_parts("Optional[User]", "[") == ("Optional", ("User",))
    assert split_arguments("a, (b, c), D<e, f>") == ["a", "(b, c)", "D<e, f>"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_expressions_never_raise(text: str) -> None:
    chain_of(text)
    type_parts(text)
    split_arguments(text)


WORDS = st.sampled_from(
    ["a", "b", "self", "super", "crate", "S", "T", "use", "::", ".", "(", ")", "{", "}", ";", "fn",
     "impl", "=", "let", "*", "as", "pub", "mod", "trait", "for", "<", ">", "type", "\n", "import",
     "from", "class", "def", ":", "  ", "export", "default", "const", "new", "extends", "this", ","]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(WORDS, max_size=60), st.lists(WORDS, max_size=60), st.sampled_from(["rs", "ts", "py"])
)
def test_resolution_never_raises(
    tmp_path_factory: pytest.TempPathFactory, one: list[str], other: list[str], kind: str
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    target = tree(
        folder,
        {
            "Cargo.toml": '[package]\nname = "a"\n',
            f"src/lib.{kind}": " ".join(one),
            f"src/b.{kind}": " ".join(other),
        },
    )
    reached(target)
    for path in (f"src/lib.{kind}", f"src/b.{kind}"):
        index = 0
        while index < 50 and path in target.files:
            try:
                function = outlined(target, Ref(path, index))
            except (IndexError, KeyError):
                break
            if not function.is_test:
                callees(target, Ref(path, index))
                callers_of(target, Ref(path, index))
            index += 1


def test_commonjs_modules_are_what_they_export(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "depot"}',
        "src/made.js": "class Made { async one() {} }\nmodule.exports = new Made();\n",
        "src/kind.js": "class Kind { async one() {} }\nmodule.exports = Kind;\n",
        "src/many.js": "const one = async () => {};\nmodule.exports = { one };\n",
        "src/named.js": "exports.one = async () => {};\n",
        "src/use.js": """
const made = require("./made"), Kind = require("./kind"), many = require("./many");
const named = require("./named");
const kind = new Kind();
exports.go = async () => {
  await made.one();
  await kind.one();
  await many.one();
  await named.one();
  await exports.other();
  await module.exports.other();
};
exports.other = async () => {};
""",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    target = Target(tmp_path)
    go = function_at(target, "src/use.js", 6)
    assert go is not None
    found = [refs[0].path for _, refs in callees(target, go) if refs]
    assert found == [
        "src/made.js",
        "src/kind.js",
        "src/many.js",
        "src/named.js",
        "src/use.js",
        "src/use.js",
    ]
