"""The index of Rust sources."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import Call, Code, index_code
from pytest_reconaudit.readers.syntax import read_syntax

SOURCE = """\
use std::{fs, collections::HashMap as Map};
use crate::db::*;

const LIMIT: i64 = 10;

impl<T: Clone> Store<T> for PgStore<T> {
    #[tracing::instrument(skip(self))]
    pub async fn list(&self, pool: &PgPool, mut page: Option<i64>) -> Result<Vec<User>, Error> {
        let mut conn = pool.get().await?;
        for user in users.load::<User>(&mut conn)? {
            let n = posts
                .filter(author.eq(user.id))
                .count()
                .get_result::<i64>(&mut conn)?;
            info!("{} has {}", user.name, n);
        }
        let all = rows.iter().map(|row| row.load(&mut conn)).collect::<Vec<_>>();
        let (a, b) = tokio::try_join!(self.first(pool), fetch_all(&mut conn))?;
        tokio::select! {
            _ = sleep(5) => {}
            got = rx.recv() => { handle(got).await; }
        }
        tokio::spawn(async move { work(a).await });
        web::block(move || { if all.is_empty() { fs::read("x") } else { other() } }).await
    }
}

#[cfg(test)]
mod tests {
    fn helper() { while let Some(x) = it.next() { x.go(); } }
}
"""


def index(text: str) -> Code:
    return index_code(read_syntax(text, "src/store.rs"))


CODE = index(SOURCE)


def call(name: str, code: Code = CODE) -> Call:
    (found,) = code.calls_named([name])
    return found


def kinds(one: Call, code: Code = CODE) -> list[str]:
    return [f"{s.kind}:{s.label}".rstrip(":") for s in code.around(one.scope)]


def test_functions_know_their_type_trait_attributes_and_parameters() -> None:
    listing, helper = CODE.functions
    assert (listing.name, listing.owner, listing.trait) == ("list", "PgStore", "Store")
    assert listing.is_async
    assert listing.exported
    assert not listing.is_test
    assert listing.attributes == ("#[tracing::instrument(skip(self))]",)
    assert [(p.name, p.type) for p in listing.parameters] == [
        ("self", "&self"),
        ("pool", "&PgPool"),
        ("page", "Option<i64>"),
    ]
    assert listing.returns == "Result<Vec<User>, Error>"
    assert CODE.line(listing.name_at) == 8
    assert (helper.name, helper.modules, helper.is_test) == ("helper", ("tests",), True)
    assert CODE.scopes[listing.scope].kind == "function"


def test_calls_are_found_by_their_last_word_with_receiver_and_arguments() -> None:
    count = call("get_result")
    assert CODE.line(count.name_at) == 14
    assert CODE.line(count.start) == 11
    assert CODE.text(count.receiver).endswith(".count()")
    assert [CODE.text(one) for one in count.arguments] == ["&mut conn"]
    assert call("get").awaited
    assert not count.awaited
    block = call("block")
    assert block.path == ("web", "block")
    assert block.awaited
    assert CODE.resolved(call("read").path) == ("std", "fs", "read")


def test_what_a_loop_iterates_over_is_outside_of_its_body() -> None:
    first, second = CODE.calls_named(["load"])
    assert kinds(first) == ["function", "module"]
    assert kinds(call("get_result")) == ["loop:for", "function", "module"]
    loop = next(s for s in CODE.scopes if s.kind == "loop")
    assert CODE.text(loop.head).startswith("users.load::<User>")
    assert kinds(second) == ["closure", "function", "module"]


def test_a_closure_knows_the_call_that_takes_it() -> None:
    (_, second) = CODE.calls_named(["load"])
    closure = CODE.scopes[second.scope]
    assert CODE.calls[closure.call].name == "map"
    read = call("read")
    assert kinds(read) == ["block:if", "closure", "function", "module"]
    outer = next(s for s in CODE.around(read.scope) if s.kind == "closure")
    assert CODE.calls[outer.call].name == "block"


def test_calls_inside_macros_are_calls() -> None:
    assert {"first", "fetch_all", "recv", "handle", "sleep"} <= {c.name for c in CODE.calls}
    assert CODE.line(call("recv").name_at) == 21
    assert CODE.text(call("handle").arguments[0]) == "got"
    assert call("handle").awaited
    assert call("info").macro
    assert not call("recv").macro
    work = call("work")
    assert kinds(work) == ["async", "function", "module"]
    task = CODE.scopes[work.scope]
    assert CODE.calls[task.call].path == ("tokio", "spawn")


def test_bindings_and_imports() -> None:
    assert CODE.binding_of("n", len(SOURCE), call("info").scope) is not None
    assert CODE.binding_of("n", len(SOURCE), call("spawn").scope) is None
    names = {b.name for b in CODE.bindings}
    assert {"LIMIT", "conn", "(a, b)", "all"} <= names
    assert CODE.imported("Map") is not None
    assert [i.path for i in CODE.imports if i.name == "*"] == [("crate", "db")]


def test_generic_paths_lose_their_generics() -> None:
    code = index("fn f() { Vec::<Foo<u8>>::new(); <Pool as Get>::get(x); a::b::<T>(y); }")
    assert [c.path for c in code.calls] == [("Vec", "new"), ("Pool", "get"), ("a", "b")]


def test_code_after_an_error_is_still_indexed() -> None:
    code = index("fn broken( { let x = ; }\n\nasync fn good() { db.load(conn); }\n")
    assert "load" in {c.name for c in code.calls}


def test_not_test_is_no_test() -> None:
    code = index("#[cfg(not(test))]\nfn a() {}\n#[tokio::test]\nasync fn b() { fn c() {} }")
    assert [f.is_test for f in code.functions] == [False, True, True]


@given(st.text(alphabet="fn async{}()<>:.|&mut let x=;await!macro select,\n\"'é", max_size=200))
def test_never_raises(text: str) -> None:
    code = index(text)
    size = len(code.source)
    for one in code.calls:
        assert 0 <= one.start <= one.end <= size
        assert code.line(one.name_at) >= 1
        assert 0 <= one.scope < len(code.scopes)
    for scope in code.scopes[1:]:
        assert scope.parent < scope.index


def test_a_glob_of_the_root_itself() -> None:
    code = index_code(read_syntax("use *;\nuse ::*;\nuse {self};\n", "src/a.rs"))
    assert {one.path for one in code.imports} == {("crate",)}
