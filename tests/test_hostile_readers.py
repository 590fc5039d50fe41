"""Files made to be slow: what readers of schemas and histories take grows with the size alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pytest_reconaudit.facts.asynchronous import reopened_stores
from pytest_reconaudit.facts.cache import walking
from pytest_reconaudit.facts.code import unmounted_routers
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.db import pools
from pytest_reconaudit.facts.db.history_tools.files import MigrationFile, MigrationRoot
from pytest_reconaudit.facts.db.history_tools.sections import _filled
from pytest_reconaudit.facts.query import answers, cardinality, list_views, script_guards
from pytest_reconaudit.facts.rust import release_profiles
from pytest_reconaudit.model import Place
from pytest_reconaudit.policy import _CLOSERS
from pytest_reconaudit.readers import cache_identity, query_python, query_rust
from pytest_reconaudit.readers.diesel import diesel_types, read_diesel, read_diesel_config
from pytest_reconaudit.readers.embedded_sql import executes_sql
from pytest_reconaudit.readers.migration_records import ChangeSet, read_changelog
from pytest_reconaudit.readers.prisma import read_prisma

SIZE = 300_000

SLOW: dict[str, tuple[Callable[..., object], str, tuple[str, ...]]] = {
    "prisma models": (read_prisma, "model A {\n", ("schema.prisma",)),
    "prisma comments": (read_prisma, "/* ", ("schema.prisma",)),
    "prisma strings": (read_prisma, '"\\', ("schema.prisma",)),
    "diesel tables": (read_diesel, "table! {\n a (id) {\n", ("schema.rs",)),
    "diesel comments": (read_diesel, "table! { /* ", ("schema.rs",)),
    "diesel strings": (read_diesel, 'table! "\\', ("schema.rs",)),
    "diesel raw strings": (read_diesel, 'table! r#"', ("schema.rs",)),
    "diesel types": (diesel_types, 'postgres r#"', ()),
    "diesel attributes": (diesel_types, "postgres #[postgres(a)]#[a]", ()),
    "diesel.toml": (read_diesel_config, "a.b.", ("diesel.toml",)),
    "xml tags": (read_changelog, "<a>", ("log.xml",)),
    "xml sql": (read_changelog, "<changeSet id='1' author='a'><sql>", ("log.xml",)),
    "sql change sets": (read_changelog, "--changeset a:b\n", ("log.sql",)),
}


@pytest.mark.parametrize("name", SLOW)
def test_what_is_never_closed_costs_no_more(name: str) -> None:
    read, piece, path = SLOW[name]
    text = "--liquibase formatted sql\n" if path == ("log.sql",) else "\n"
    text += piece * (SIZE // len(piece))
    begun = time.process_time()
    read(text, *path)
    assert time.process_time() - begun < 5


LINES: dict[str, tuple[Callable[[str], object], str]] = {
    "a call of SQL": (executes_sql, ".exec" + " " * SIZE),
    "types of a call of SQL": (executes_sql, "exec::<" * (SIZE // 7)),
    "what a loop goes over": (lambda text: is_capped("\n", 1, text), "f(" + ")" * SIZE + "x"),
    "a pooler's address": (pools._POOLED.search, "postgres://" + "1" * SIZE),
    "a reason": (_CLOSERS.search, " " * SIZE + "x"),
    "what remembers a client": (reopened_stores._REMEMBERS.search, "conn" * 20_000),
    "a session that is opened": (query_python._OPENED.match, "session" * 20_000),
    "a test of a handler": (script_guards._TEST.search, "if(a)" + " " * 20_000),
    "a command that is walked": (walking._ASKED.search, "a." * 20_000),
    "what is put into a cache": (list_views._KEPT.search, "cache.set(" * 10_000),
    "a profile of a build": (release_profiles._RELEASED.search, "\n" * SIZE),
    "dots of an import": (unmounted_routers._FROM.search, "from " + "." * SIZE),
    "names of an import": (unmounted_routers._NAME.findall, "\n" * SIZE),
    "who is handed over": (cache_identity._GIVEN.search, "a" * SIZE),
    "a line of a file of rows": (
        cardinality._MADE_OF_ROWS.search,
        "#[derive(FromRow)]\n" + "/" * SIZE + "\nfn",
    ),
    "attributes of rows": (cardinality._MADE_OF_ROWS.search, "#[derive(FromRow)]\n" * 10_000),
    "a list of rows": (cardinality._ELEMENT.match, "Vec<" + " " * SIZE),
    "a handler's path": (answers._NEST_GET.match, "@Get(" + " " * SIZE),
    "a function's name": (
        lambda text: answers.lists_by_name(text),
        "get_as_by_a" * (SIZE // 11),
    ),
    "an order": (query_rust._ORDER.search, ".order(" + " " * SIZE),
    "a query's text": (query_rust._QUERY_OF.search, "query::<" * (SIZE // 8)),
}


@pytest.mark.parametrize("name", LINES)
def test_a_pattern_takes_the_time_of_its_text(name: str) -> None:
    find, text = LINES[name]
    begun = time.process_time()
    find(text)
    assert time.process_time() - begun < 5


def test_the_types_that_are_made_of_rows() -> None:
    text = """
#[derive(Debug, FromRow)]
/// With a [link].
#[sqlx(rename_all = "lowercase", such(as[1]))]
// And ////////
pub(crate) struct Plane {}
#[derive(sqlx::FromRow)] #[x] pub struct Pilot { a: [u8; 1] }
#[derive(Debug)]
struct Gate {}
"""
    assert [one[2] for one in cardinality._MADE_OF_ROWS.finditer(text)] == ["Plane", "Pilot"]


def test_a_table_after_one_that_is_not_closed() -> None:
    found = read_diesel('table! { a (id) {\ntable! { b (id) { id -> Int4, } } // "\n', "schema.rs")
    assert [table.name for table in found.tables] == ["b"]
    assert len(found.problems) == 1
    schema = read_prisma("model A {\n id Int\nmodel B {\n id Int @id\n}\n/* ", "schema.prisma")
    assert [table.name for table in schema.tables] == ["B"]


def test_change_sets_keep_their_lines() -> None:
    text = "--liquibase formatted sql\n\n--changeset a:1\nSELECT 1;\n\n--changeset a:2\nSELECT 2;\n"
    sets = [one for one in read_changelog(text, "a.sql").entries if isinstance(one, ChangeSet)]
    assert [one.place.line for one in sets] == [3, 6]


def test_values_made_to_multiply() -> None:
    """Ten thousand places for a value of a megabyte."""
    migration = MigrationFile("1", "a", "V1__a.sql", transaction=True)
    root = MigrationRoot(
        "", "flyway", (migration,), Place("V1__a.sql"), "postgres", values=(("a", "x" * 1_000_000),)
    )
    assert len(_filled("SELECT ${a};\n" * 10_000, root)) < 1_000_000
    assert _filled("SELECT ${a};", root) == f"SELECT {'x' * 1_000_000};"
