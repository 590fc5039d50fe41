"""The outline of a file: functions, calls by words, and what tells the type of a receiver."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.outline_script import runs_in_browsers
from pytest_reconaudit.readers.scans.locks import FileLocks, locks
from pytest_reconaudit.readers.scans.outline import FileOutline, folded, outline
from pytest_reconaudit.readers.syntax import read_syntax

RUST = """\
use std::sync::Arc;
pub use crate::store::{Store as Shelf, *};

pub type Shared = Arc<Library>;
static CATALOGUE: Lazy<Mutex<Index>> = Lazy::new(Default::default);

pub struct Library {
    shelf: Arc<Shelf>,
    name: String,
    count: usize,
}

impl Library {
    #[get("/books")]
    pub async fn books(&self, id: web::Path<u64>) -> Result<Vec<Book>, Error> {
        let reader = Reader::open(id);
        if let Some(cache) = &self.cache {
            cache.get(id);
        }
        let found = self.shelf
            .find(reader.id())
            .await?;
        Ok(found.clone())
    }
}

mod inner {
    use super::Library;
    pub fn empty() -> Library { build() }
}

trait Lends { fn lend(&self); }
"""
SCRIPT = """\
import { api as client } from './api';
export { Users } from './users';
export class Basket extends Base<Item> implements Counted {
  private readonly lines: Line[] = [];
  store = new Store(1);
  constructor(private prices: PriceService, other: string) { super(); this.log = new Log(); }
  @Get('/total')
  async total(): Promise<number> {
    const rate = await this.prices.rate();
    return client.get('/x');
  }
}
export const shop = new Basket();
export default shop;
const load = async () => { await shop.total(); };
load();
"""
PYTHON = """\
from .models import Order as O
from app import db

queue: Queue = make()

class Orders(Base, Mixin):
    cache: Cache = None

    def __init__(self, users: Users):
        self.users = users
        self.mailer = Mailer(users)

    @router.get("/orders")
    async def listed(self, id: int) -> O:
        report = Report(id)
        report.render()
        return await self.users.find(id)
"""


def made(text: str, path: str) -> FileOutline:
    found = outline(index_code(read_syntax(text, path)))
    assert found is not None
    return found


def test_rust() -> None:
    one = made(RUST, "src/lib.rs")
    assert [(f.owner, f.name, f.modules, f.line, f.bodiless) for f in one.functions] == [
        ("Library", "books", (), 15, False),
        ("", "empty", ("inner",), 29, False),
        ("Lends", "lend", (), 32, True),
    ]
    books = one.functions[0]
    assert books.end_line == 24
    assert books.is_async
    assert books.attributes == ('#[get("/books")]',)
    assert books.parameters == (("self", "&self"), ("id", "web::Path<u64>"))
    assert books.returns == "Result<Vec<Book>, Error>"
    assert [(c.name, c.path, c.receiver, c.line, c.awaited) for c in books.calls] == [
        ("open", ("Reader", "open"), "", 16, False),
        ("get", (), "cache", 18, False),
        ("find", (), "self.shelf", 21, True),
        ("id", (), "reader", 21, False),
    ]
    assert books.locals == (("reader", "=Reader::open(id)"), ("cache", "=?&self.cache"))
    assert [(t.name, t.kind, t.bases, t.fields) for t in one.types] == [
        ("Shared", "alias", ("Arc<Library>",), ()),
        ("Library", "struct", (), (("shelf", "Arc<Shelf>"),)),
        ("Lends", "trait", (), ()),
    ]
    assert one.variables == (("CATALOGUE", "Lazy<Mutex<Index>>"),)
    assert one.imports == (
        ("Arc", ("std", "sync", "Arc")),
        ("Shelf", ("crate", "store", "Store")),
        ("*", ("crate", "store")),
        ("Library", ("self", "Library")),
    )


def test_script() -> None:
    one = made(SCRIPT, "src/basket.ts")
    assert [(f.owner, f.name, f.line) for f in one.functions] == [
        ("Basket", "constructor", 6),
        ("Basket", "total", 8),
        ("", "load", 15),
    ]
    assert one.functions[1].attributes == ("@Get('/total')",)
    assert [(t.name, t.kind, t.bases, t.fields) for t in one.types] == [
        (
            "Basket",
            "class",
            ("Base<Item>", "Counted"),
            (
                ("lines", "Line[]"),
                ("store", "=new Store(1)"),
                ("prices", "PriceService"),
                ("log", "=new Log()"),
            ),
        )
    ]
    assert one.variables == (("shop", "=new Basket()"),)
    assert one.exports == (("default", "", "shop"),)
    assert [call.name for call in one.loose] == ["Store", "Get", "Basket", "load"]


def test_python() -> None:
    one = made(PYTHON, "app/orders.py")
    assert [(f.owner, f.trait, f.name) for f in one.functions] == [
        ("Orders", "Base", "__init__"),
        ("Orders", "Base", "listed"),
    ]
    assert one.types[0].bases == ("Base", "Mixin")
    assert one.types[0].fields == (
        ("cache", "Cache"),
        ("users", "Users"),
        ("mailer", "=Mailer(users)"),
    )
    assert one.variables == (("queue", "Queue"),)
    assert one.functions[1].locals == (("report", "=Report(id)"),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("self\n    .users\n    .find( 1 )", "self.users.find( 1 )"),
        ("a  ::  b", "a::b"),
        ("x" * 80, "x" * 60 + "…"),
        ("", ""),
    ],
)
def test_folded(text: str, wanted: str) -> None:
    assert folded(text, 60) == wanted


PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "fn f(&self) {", "}", "impl A {", "let g = self.a.lock().await;", "class A {",
                "if let Some(x) = self.a.read().await.get(1) {", "drop(g);", "async move {",
                "match self.a.lock().unwrap().x() {", "def f(self):\n  ", "self.x = Y()\n",
                "class A(B):\n ", "import a from './a';", "export default new X();", "=> {", "\n",
                "println!(\"{}\", self.a.lock().b());", "static A: Mutex<u8> = 1;", "mod a {", "\0",
            ]
        ),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(PIECES, st.sampled_from(["a.rs", "a.ts", "a.tsx", "a.js", "a.py"]))
def test_never_raises(pieces: list[str], path: str) -> None:
    text = " ".join(pieces)
    code = index_code(read_syntax(text, path))
    lines = text.count("\n") + 1
    one = outline(code)
    if one is not None:
        # Of what only browsers run, nothing asks for functions.
        shown = path.endswith((".ts", ".tsx", ".js")) and runs_in_browsers(text, path)
        assert len(one.functions) == (0 if shown else len(code.functions))
        for function in one.functions:
            assert 1 <= function.line <= function.end_line <= lines
            assert all(1 <= call.line <= lines for call in function.calls)
        again = msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=FileOutline)
        assert again == one
    if path == "a.rs":
        found = locks(code)
        if found is not None:
            encoded = msgspec.msgpack.encode(found)
            assert msgspec.msgpack.decode(encoded, type=FileLocks) == found
