"""Which strings of source code count as statements that are sent as they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import code_of
from pytest_reconaudit.readers.query_rust import rust_queries
from pytest_reconaudit.readers.scans.statements import statements
from pytest_reconaudit.readers.syntax import read_syntax


def sent(path: str, text: str) -> list[tuple[int, str]]:
    found = statements(code_of(read_syntax(text, path)))
    return [(one.line, one.shape.compared[0].column) for one in found.found] if found else []


def test_what_is_sent_as_it_stands() -> None:
    assert sent(
        "a.ts",
        "const BY_CODE = `\n  select id from parcels where code = $1`;\n"
        "await pool.query('SELECT 1 FROM parcels WHERE depot = $1', [d]);\n"
        "await sql`DELETE FROM parcels WHERE owner = ${owner}`;\n"
        "await prisma.$queryRaw`SELECT 1 FROM parcels WHERE weight = ${w}`;\n"
        "await pool.query({ text: 'SELECT 1 FROM parcels WHERE sender = $1' });\n",
    ) == [(1, "code"), (3, "depot"), (4, "owner"), (5, "weight"), (6, "sender")]
    assert sent(
        "a.py",
        'QUERY = """\n    SELECT id FROM parcels WHERE code = %s\n"""\n'
        'def f(cur):\n    cur.execute("SELECT 1 FROM parcels " "WHERE depot = %s", (1,))\n',
    ) == [(1, "code"), (5, "depot")]
    assert sent(
        "a.rs",
        'fn f() { sqlx::query_as!(Row, r#"SELECT 1 FROM parcels\n WHERE depot = $1"#, 1);\n'
        'sqlx::query_as::<_, Row>("SELECT 1 FROM parcels \\\n WHERE code = $1"); }',
    ) == [(1, "depot"), (3, "code")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "log('select a from b where c = $1')"),
        ("a.ts", "let q = 'select a from b where c = $1';\nq += ' and d = $2';"),
        ("a.ts", "pool.query('select a from b where c = $1' + rest)"),
        ("a.py", "q = 'select a from b where c = %s'\nq = q + ' and d = 1'\n"),
        ("a.py", "q = 'select a from b where c = {}'\nexecute(q.format(1))\n"),
        ("a.rs", 'fn f() { QueryBuilder::new("select a from b where c = $1"); }'),
        ("a.rs", 'fn f() { sqlx::query(&format!("select a from b where c = {}", x)); }'),
        ("a.rs", '#[test]\nfn f() { sqlx::query("select a from b where c = $1"); }'),
    ],
)
def test_what_is_not(path: str, text: str) -> None:
    assert sent(path, text) == []


def test_inserted_tables() -> None:
    found = statements(
        code_of(
            read_syntax("await db.query('INSERT INTO app.\"Parcels\" (a) VALUES ($1)')", "a.ts")
        )
    )
    assert found is not None
    assert found.inserted == ("parcels",)


def compared(chain: str) -> list[tuple[str, str, str]]:
    source = f"use diesel::prelude::*;\nfn f(conn: &mut PgConnection) {{ {chain}; }}"
    calls = list(rust_queries(code_of(read_syntax(source, "a.rs"))))
    return [(one.table, one.column, one.how) for call in calls for one in call.compared]


def test_filters_of_diesel() -> None:
    assert compared(
        "parcels::table.filter(parcels::code.eq(code)).filter(parcels::lost.eq(false))"
        ".filter(parcels::at.gt(day)).load::<Parcel>(conn)"
    ) == [("parcels", "code", "value"), ("parcels", "lost", "text"), ("", "at", "other")]
    assert compared("parcels::table.filter(dsl::code.eq_any(&codes)).load::<Parcel>(conn)") == [
        ("", "code", "list")
    ]
    assert not compared("parcels::table.filter(a.eq(1).or(b.eq(c))).load::<Parcel>(conn)")
    assert not compared("parcels::table.inner_join(depots::table).filter(a.eq(b)).load::<P>(conn)")
    assert not compared("parcels::table.into_boxed().filter(a.eq(b)).load::<P>(conn)")


@given(st.text(max_size=60), st.sampled_from(["a.rs", "a.py", "a.ts"]))
def test_never_raises(text: str, path: str) -> None:
    sent(path, text)
    sent(path, f"query('select a from b where {text}')")
