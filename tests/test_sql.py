"""SQL: splitting as psql does, places, CREATE INDEX read whole, table changes."""

from __future__ import annotations

import pytest
import sqlparse
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.diesel import read_diesel
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.sql import (
    CreateIndex,
    normal_expression,
    read_indexes,
    read_sql,
    read_table_changes,
)

TRAPS = [
    "SELECT 1; SELECT 2",
    "SELECT ';' ; SELECT 'it''s; fine'",
    'SELECT ";" FROM "a;b"; SELECT 2',
    "DO $$ BEGIN PERFORM 1; PERFORM 2; END $$; SELECT 1",
    "CREATE FUNCTION f() RETURNS int AS $body$ SELECT 1; $body$ LANGUAGE sql; SELECT f()",
    "SELECT $1; SELECT a$b$c FROM t; SELECT 1",
    "-- a; comment\nSELECT 1; -- tail;\nSELECT 2",
    "SELECT 1 /* ; not nested; */; SELECT 2",
    r"SELECT E'a\'; b'; SELECT 2",
    "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f(); SELECT 1",
    "CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; END; SELECT 2",
]


@pytest.mark.parametrize("text", TRAPS)
def test_splits_like_sqlparse(text: str) -> None:
    ours = [statement.text for statement in read_sql(text, "a.sql").statements]
    theirs = [part for part in sqlparse.split(text) if read_sql(part, "a.sql").statements]
    assert len(ours) == len(theirs)
    for mine, part in zip(ours, theirs, strict=True):
        assert mine in part


def test_comments_nest() -> None:
    text = "SELECT 1 /* ; /* nested; */ ; */; SELECT 2"
    assert [s.text for s in read_sql(text, "a.sql").statements][1:] == ["SELECT 2"]


def test_places_skip_leading_comments_and_blanks() -> None:
    script = read_sql(
        "\n-- first\n/* x\n y */  CREATE TABLE a (\n);\n\n  DROP TABLE b;\n", "m/up.sql"
    )
    assert [(s.place.line, s.place.column, s.text) for s in script.statements] == [
        (4, 8, "CREATE TABLE a (\n)"),
        (7, 3, "DROP TABLE b"),
    ]
    assert script.problems == ()


def test_an_origin_moves_lines_and_the_first_line_s_column() -> None:
    script = read_sql("SELECT 1;\nSELECT 2", "a.py", Place("a.py", 10, 7))
    assert [s.place for s in script.statements] == [Place("a.py", 10, 7), Place("a.py", 11, 1)]


def test_copy_data_and_meta_commands() -> None:
    text = (
        "\\set ON_ERROR_STOP on\n"
        "COPY public.t (a, b) FROM stdin;\n1\tx;y\n2\t'\n\\.\n"
        "SELECT 1 \\gexec\nSELECT 2;\n"
    )
    kinds = [(s.kind, s.place.line, s.data) for s in read_sql(text, "d.sql").statements]
    assert kinds == [
        ("meta", 1, ""),
        ("copy", 2, "1\tx;y\n2\t'\n"),
        ("sql", 6, ""),
        ("sql", 7, ""),
    ]


def test_rules_keep_their_semicolons() -> None:
    text = "CREATE RULE r AS ON INSERT TO a DO (INSERT INTO b VALUES (1); DELETE FROM c); SELECT 1"
    assert len(read_sql(text, "r.sql").statements) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 'open", "quote"),
        ("SELECT $$ open", "$$"),
        ("SELECT 1 /* open", "comment"),
        (r"SELECT E'open\'", "quote"),
    ],
)
def test_what_is_never_closed_is_a_problem(text: str, said: str) -> None:
    problems = read_sql(text, "x.sql").problems
    assert len(problems) == 1
    assert said in problems[0].message


@given(st.text(alphabet="'\"$;()/*-\\\n aeEbegin_copy;.0", max_size=300))
@settings(max_examples=300, deadline=None)
def test_never_raises_and_stays_within_the_file(text: str) -> None:
    script = read_sql(text, "any.sql")
    lines = text.count("\n") + 1
    for statement in script.statements:
        assert statement.place.line is not None
        assert 1 <= statement.place.line <= lines
        assert text.startswith(statement.text[:1], statement.offset)
    read_indexes(script)
    read_table_changes(script)


@given(st.lists(st.sampled_from(TRAPS), max_size=6))
@settings(deadline=None)
def test_joined_scripts_split_into_their_parts(parts: list[str]) -> None:
    apart = [s.text for part in parts for s in read_sql(part, "p").statements]
    joined = [s.text for s in read_sql(";\n".join(parts), "p").statements]
    assert joined == apart


def one(text: str) -> CreateIndex:
    found = read_indexes(read_sql(text, "i.sql"))
    assert len(found) == 1
    return found[0]


def test_an_index_is_read_whole() -> None:
    index = one(
        'create unique index concurrently if not exists "My Idx" on only public.Orders'
        ' using GIST (customer collate "C" text_ops desc nulls last, (a + b) asc,'
        ' lower(c) gin_trgm_ops (siglen = 32), d nulls first) include (e, "F")'
        " nulls not distinct with (fillfactor = 70) tablespace fast where state in ('a', 'b;')"
    )
    assert (index.name, index.table, index.schema, index.method) == (
        "My Idx", "orders", "public", "gist",
    )  # fmt: skip
    assert index.unique
    assert index.concurrently
    assert index.if_not_exists
    assert index.only
    assert index.nulls_not_distinct
    assert [key.column for key in index.keys] == ["customer", None, None, "d"]
    assert [key.text for key in index.keys] == ["customer", "(a + b)", "lower(c)", "d"]
    first, second, third, fourth = index.keys
    assert (first.collation, first.opclass, first.descending, first.nulls_first) == (
        "C", "text_ops", True, False,
    )  # fmt: skip
    assert not second.descending
    assert third.opclass == "gin_trgm_ops"
    assert fourth.nulls_first is True
    assert index.include == ("e", "F")
    assert index.where == "state in ('a', 'b;')"
    assert (index.options, index.tablespace) == ("fillfactor = 70", "fast")
    assert index.anonymous.startswith("CREATE UNIQUE INDEX on only public.Orders")


def test_an_index_without_a_name() -> None:
    index = one("CREATE INDEX ON a.b.events (at)")
    assert (index.name, index.schema, index.table) == (None, "b", "events")


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ("CREATE INDEX a ON t (lower(st))", "CREATE INDEX b ON t ((lower(st)))"),
        ("CREATE INDEX a ON t (lower(st))", "CREATE INDEX ON T (LOWER(st::text))"),
        ("CREATE INDEX a ON t (x DESC)", "CREATE INDEX a ON t (x DESC NULLS FIRST)"),
        ("CREATE INDEX a ON t (x)", "create index if not exists z on t using btree (x asc)"),
    ],
)
def test_equal_forms(one_way: str, another: str) -> None:
    assert one(one_way).form() == one(another).form()


@pytest.mark.parametrize(
    "another",
    [
        "CREATE INDEX a ON t (x, y)",
        "CREATE INDEX a ON t (x DESC)",
        "CREATE UNIQUE INDEX a ON t (x)",
        "CREATE INDEX a ON t USING hash (x)",
        "CREATE INDEX a ON t (x) WHERE y",
        "CREATE INDEX a ON t (x) INCLUDE (y)",
    ],
)
def test_unequal_forms(another: str) -> None:
    assert one("CREATE INDEX a ON t (x)").form() != one(another).form()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX {name} ON {table} (a)",
        "CREATE INDEX idx_${table} ON ${table} (a)",
        "CREATE INDEX %s ON t (a)",
        "CREATE INDEX a ON t ({columns})",
        "CREATE INDEX a ON t (a) WHERE kind = $1",
        "CREATE INDEX a ON %(table)s (a)",
    ],
)
def test_names_put_in_at_run_time_are_dynamic(text: str) -> None:
    assert one(text).dynamic


@pytest.mark.parametrize(
    "text",
    [
        "Create index on email column for speed",
        "CREATE INDEX",
        "CREATE INDEX a",
        "CREATE INDEX a ON t",
        "CREATE INDEX a ON t (",
        "CREATE INDEX a ON t ()",
        "create index on orders(status) to speed this up",
        "CREATE INDEX a ON t (x) ENGINE = InnoDB",
    ],
)
def test_prose_and_other_dialects_are_no_index(text: str) -> None:
    assert read_indexes(read_sql(text, "x")) == ()


def test_normal_expression() -> None:
    assert normal_expression("(lower((name)::text))") == normal_expression("LOWER( name )")
    assert normal_expression("a = 'X'") != normal_expression("a = 'x'")


def test_table_changes() -> None:
    text = """
    CREATE TABLE IF NOT EXISTS shop.orders (
      id bigint PRIMARY KEY, "Total" numeric(10, 2) CHECK (x > 0),
      CONSTRAINT one UNIQUE (id, "Total"), FOREIGN KEY (id) REFERENCES b (id), note text UNIQUE
    );
    CREATE TEMP TABLE scratch (a int);
    CREATE TABLE copied (LIKE orders);
    CREATE VIEW seen AS SELECT 1;
    ALTER TABLE ONLY orders ADD COLUMN a int, DROP b, ADD CONSTRAINT u UNIQUE (a), RENAME COLUMN c TO d;
    ALTER TABLE orders RENAME TO purchases;
    DROP TABLE IF EXISTS x, y CASCADE;
    """
    changes = read_table_changes(read_sql(text, "t.sql"))
    assert [(c.kind, c.table) for c in changes] == [
        ("create-table", "orders"),
        ("create-table", "scratch"),
        ("unread", "copied"),
        ("create-view", "seen"),
        ("add-column", "orders"),
        ("drop-column", "orders"),
        ("add-column", "orders"),
        ("rename-column", "orders"),
        ("rename-table", "orders"),
        ("drop-table", "x"),
        ("drop-table", "y"),
    ]
    created = changes[0]
    assert created.columns == ("id", "Total", "note")
    assert created.unique_keys == (("id",), ("id", "Total"), ("note",))
    assert created.place.line == 2
    assert changes[1].temporary
    assert (changes[7].columns, changes[7].new_name) == (("c",), "d")
    assert changes[8].new_name == "purchases"


DIESEL = """\
diesel::table! {
    use diesel::sql_types::*;
    /// a { brace
    #[sql_name = "user"]
    people.users (id, org) {
        id -> Int8,
        org -> Int8,
        #[sql_name = "type"]
        r#kind -> Nullable<Array<Nullable<Text>>>,
    }
}
// table! { gone (id) { id -> Int4, } }
table! { pets { id -> Int4, name -> Text } }
"""


def test_diesel_tables() -> None:
    schema = read_diesel(DIESEL, "s.rs")
    assert schema.problems == ()
    users, pets = schema.tables
    assert (users.name, users.schema, users.primary_key) == ("user", "people", ("id", "org"))
    assert [column.name for column in users.columns] == ["id", "org", "type"]
    assert (users.place.line, users.place.column) == (5, 5)
    assert users.columns[2].place.line == 9
    assert (pets.name, [c.name for c in pets.columns]) == ("pets", ["id", "name"])


def test_a_macro_that_is_never_closed_is_a_problem() -> None:
    schema = read_diesel("table! { a (id) { id -> Int4,", "s.rs")
    assert schema.tables == ()
    assert schema.problems[0].place == Place("s.rs", 1, 1)


@given(st.text(alphabet='table!{}()[]<>-,#"/* \nabr:;=', max_size=200))
@settings(deadline=None)
def test_diesel_and_prisma_never_raise(text: str) -> None:
    read_diesel(text, "s.rs")
    read_diesel(f"table! {{ {text}", "s.rs")
    read_prisma(text, "s.prisma")
    read_prisma(f"model A {{\n{text}\n}}", "s.prisma")


def test_prisma_models() -> None:
    schema = read_prisma(
        'datasource db {\n  provider = "postgresql"\n}\nmodel Post {\n  id Int @id\n'
        "  author User @relation(fields: [authorId], references: [id])\n"
        '  authorId Int @map("author_id") // FK\n  tags String[]\n  @@map("posts")\n}\n'
        "model User {\n  id Int @id\n  posts Post[]\n}\n",
        "schema.prisma",
    )
    assert schema.provider == "postgresql"
    assert [(t.name, t.columns, t.place.line) for t in schema.tables] == [
        ("posts", ("id", "author_id", "tags"), 4),
        ("User", ("id",), 11),
    ]


def test_statements_behind_an_open_quote_are_not_lost() -> None:
    script = read_sql(
        "INSERT INTO a VALUES ('it's');\nCREATE INDEX x ON a (b);\n\nDROP TABLE c;\n", "m.sql"
    )
    assert [problem.message for problem in script.problems] == ["a quote is never closed"]
    assert [(s.text, s.place.line) for s in script.statements][-2:] == [
        ("CREATE INDEX x ON a (b)", 2),
        ("DROP TABLE c", 4),
    ]
    assert [index.name for index in read_indexes(script)] == ["x"]
