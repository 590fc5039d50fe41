"""What is said about statements of Rust in loops: in the words of the very statement."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.query.rust_fixes import RustStatement, fix_of_rust

INSERT = """\
async fn add(pool: &PgPool, rows: &[Row]) -> sqlx::Result<()> {
    for row in rows {
        let done = sqlx::query(
            "insert into buoys (id, name, lit)
             values ($1, $2, $3)
             on conflict do nothing",
        )
        .bind(row.id)
        .bind(&row.name)
        .bind(row.lit)
        .execute(pool)
        .await?;
        if done.rows_affected() > 0 { count += 1; }
    }
}
"""
SELECT = """\
    for row in rows {
        let one = sqlx::query_as!(Buoy, "SELECT id, name FROM buoys WHERE harbour = $1 AND mark = $2")
            .bind(harbour)
            .bind(row.mark)
            .fetch_one(pool)
            .await?;
"""
DIESEL = """\
    for row in rows {
        let n: i64 = lamps::table
            .filter(lamps::buoy_id.eq(row.id))
            .filter(lamps::lit.eq(true))
            .count()
            .get_result(conn)?;
"""
ENTITY = """\
    for id in ids {
        let one = Buoy::Entity::find_by_id(id).one(&db).await?;
"""


def _fix(kind: str, library: str, text: str, at: str, variable: str = "row", via: str = "") -> str:
    line = text[: text.index(at)].count("\n") + 1
    return fix_of_rust(RustStatement(kind, library, via, variable, text, line))


@pytest.mark.parametrize(
    ("fix", "wanted", "unwanted"),
    [
        (
            _fix("insert", "sqlx", INSERT, ".execute"),
            ["`id, name, lit`", "`ON CONFLICT`", "21,845", "`RETURNING`"],
            ["(a, b)", "int[]"],
        ),
        (
            _fix("select", "sqlx", SELECT, ".fetch_one"),
            ["`mark = ANY($n)`", "by `mark`"],
            ["SELECT *", "harbour"],
        ),
        (_fix("count", "diesel", DIESEL, ".get_result"), ["`buoy_id.eq_any(&keys)`"], ["lit"]),
        (_fix("select", "sea-orm", ENTITY, ".one(", "id"), ["`is_in(keys)` on the key"], ["eq("]),
        (_fix("select", "sqlx", SELECT, ".fetch_one", via="buoy_of"), ["`buoy_of` asks"], []),
        (_fix("delete", "sqlx", SELECT, ".fetch_one", via="sink"), ["`sink` changes one row"], []),
        (_fix("select", "mongodb", SELECT, ".fetch_one"), [], ["ANY"]),
    ],
)
def test_the_statement_stays(fix: str, wanted: list[str], unwanted: list[str]) -> None:
    for one in wanted:
        assert one in fix, fix
    for one in unwanted:
        assert one not in fix, fix


def test_what_else_the_loop_sends_is_told() -> None:
    others = (("count", "a COUNT of lamps", 8), ("upsert", "an UPSERT of buoys (by save)", 9))
    line = SELECT[: SELECT.index(".fetch_one")].count("\n") + 1
    fix = fix_of_rust(RustStatement("select", "sqlx", "", "row", SELECT, line, others=others))
    assert "a COUNT of lamps (line 8) too" in fix
    assert "It also sends an UPSERT of buoys (by save) (line 9)" in fix


def test_long_texts_take_no_time() -> None:
    text = '"WHERE a = $1"' + ".bind(" * 20_000 + "\n.execute(pool)"
    assert isinstance(_fix("update", "sqlx", text, ".execute"), str)
