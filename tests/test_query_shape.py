"""Plain statements have a shape; whatever is not plain has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.query_shape import query_shape


def compared(sql: str) -> list[tuple[str, ...]]:
    shape = query_shape(sql)
    assert shape is not None
    return [
        (f"{one.table}.{one.column}" if one.table else one.column, one.how)
        for one in shape.compared
    ]


def test_values_lists_and_what_is_written_there() -> None:
    assert compared(
        "SELECT * FROM app.users WHERE email = $1::text AND id = ANY($2::bigint[]) AND kind = 'a'"
        " AND Code IN ($3, $4) AND age IN (1, 2) AND (\"Plan\" = :plan)"
    ) == [
        ("email", "value"), ("id", "list"), ("kind", "text"), ("code", "list"), ("age", "text"),
        ("Plan", "value"),
    ]  # fmt: skip


def test_tables_aliases_and_joins() -> None:
    shape = query_shape(
        "select o.id from orders as o left join app.items i on i.order_id = o.id -- why\n"
        "where o.customer_id = ? order by o.id limit 5"
    )
    assert shape is not None
    assert shape.tables == (("orders", "o"), ("items", "i"))
    assert shape.limited
    assert [(one.table, one.column, one.how, one.other) for one in shape.compared] == [
        ("i", "order_id", "column", "o"),
        ("o", "id", "column", "i"),
        ("o", "customer_id", "value", ""),
    ]


def test_what_is_not_read_is_mentioned() -> None:
    found = compared(
        "DELETE FROM t WHERE lower(a) = $1 AND b > $2 AND (c = $3 OR t.d IS NULL) AND e BETWEEN 1 AND 2"
        " AND f = now()"
    )
    assert {"a", "c", "t.d", "e", "f"} <= {name for name, how in found if how == "other"}
    assert not [name for name, how in found if how in ("value", "list")]


def test_ranges_end_at_no_known_value() -> None:
    found = compared(
        "SELECT 1 FROM t WHERE a >= $1 AND b > now() - interval '1 day' AND c BETWEEN $2 AND $3"
        " AND d < $4 AND e > 3 AND f BETWEEN 1 AND 2 AND g ->> 'x' > $5"
    )
    assert [name for name, how in found if how == "range"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY t.made DESC NULLS LAST, b LIMIT 5", ("t", "made")),
        ("SELECT a FROM t WHERE b = 'x' ORDER BY made LIMIT $1 OFFSET $2", ("", "made")),
        ("SELECT made AS made FROM t ORDER BY made LIMIT 1 FOR UPDATE SKIP LOCKED", ("", "made")),
        ("SELECT a FROM t ORDER BY made", ("", "")),
        ("SELECT a FROM t ORDER BY lower(made) LIMIT 5", ("", "")),
        ("SELECT a FROM t ORDER BY made + 1 LIMIT 5", ("", "")),
        ("SELECT max(a) AS made FROM t ORDER BY made LIMIT 5", ("", "")),
        ("SELECT a FROM t GROUP BY a ORDER BY a LIMIT 5", ("", "")),
        ("SELECT DISTINCT a FROM t ORDER BY a LIMIT 5", ("", "")),
    ],
)
def test_the_first_rows_of_an_order(sql: str, ordered: tuple[str, str]) -> None:
    shape = query_shape(sql)
    assert shape is not None
    assert shape.ordered == ordered


def test_what_exists_asks_for_has_the_shape() -> None:
    assert compared('SELECT EXISTS(SELECT 1 FROM t WHERE a = $1) AS "there!"') == [("a", "value")]
    assert compared("SELECT EXISTS(SELECT 1 FROM t WHERE a = $1) AND b FROM u") == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM t WHERE a = $1 OR b = $2",
        "SELECT 1 FROM t WHERE a = ",
        "SELECT 1 FROM ${table} WHERE a = $1",
        "SELECT 1 FROM t ${where}",
        "SELECT 1 FROM t WHERE ${where}",
        "SELECT 1 FROM t WHERE a = $1 AND ",
        "SELECT 1 FROM t WHERE a = $1 UNION SELECT 2 FROM u",
        "WITH x AS (SELECT 1) SELECT 1 FROM t WHERE a = $1",
        "SELECT 1 FROM (SELECT 2) t WHERE a = $1",
        "SELECT 1 FROM t WHERE a = $1; DELETE FROM t",
        "SELECT 1 FROM t WHERE (a = $1",
        "SELECT 1 FROM generate_series(1, 2) WHERE a = $1",
        "SELECT 1 FROM t JOIN u USING (id) WHERE a = $1",
        "UPDATE t SET a = 1 FROM u WHERE t.b = u.b",
        "INSERT INTO t VALUES ($1)",
        "",
    ],
)
def test_no_shape(sql: str) -> None:
    assert query_shape(sql) is None


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            ["SELECT", "FROM", "t", "WHERE", "a", "=", "$1", "(", ")", "AND", ",", ".", "'x'", "IN",
             "ANY", "JOIN", "ON", "::", "UPDATE", "SET", "DELETE", "ONLY", "\"q", "BETWEEN", "LIMIT"]
        ),
        max_size=25,
    ).map(" ".join)
)  # fmt: skip
def test_never_raises(sql: str) -> None:
    query_shape(sql)
    query_shape(f"SELECT * FROM t WHERE {sql}")
