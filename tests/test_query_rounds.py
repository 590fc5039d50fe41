"""Which requests get to a loop, what a round hands on, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.django_fixes import LoopedStatement, fix_of_django
from pytest_reconaudit.facts.query.made_names import names_of_round
from pytest_reconaudit.facts.query.remedies import Asked, remedy
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.facts.query.rust_fixes import RustStatement, fix_of_rust
from pytest_reconaudit.target import Target

TREES = Path(__file__).parent / "checks" / "query-not-in-loop"


def _told(tree: str) -> dict[str, tuple[str, str]]:
    """Function → (the request, the remedy)."""
    return {
        one.function: (one.request, one.remedy)
        for file in query_files(Target(TREES / tree))
        for one in file.repetitions
    }


def test_a_request_that_leaves_the_loop_out_is_not_named() -> None:
    told = _told("bad-ways")
    assert told["bulk_find"][0] == "POST /yards/{yard_id}/vessels"
    assert told["bulk_match"][0] == ""
    assert told["announce"][0] == ""
    assert told["berths_of"][0] == "POST /bulk/berths"
    assert "before the loop and use" in told["tariffs"][1]


def test_what_rust_is_told_to_do() -> None:
    told = _told("bad-pairs")
    assert told["refuse_if_on_duty"][0] == "POST /pilots/batch"
    assert "`list_of_pilot_many` (src/table/duties.rs:7)" in told["refuse_if_on_duty"][1]
    assert told["check_listed"][0] == ""
    assert "pairs of `Column::PilotId`, `Column::Day`" in told["remove_batch"][1]
    assert "stays as it is" in told["shift"][1]
    assert "gather what is written there" not in told["shift"][1]


UPDATE = """\
    for row in rows {
        let key = row.id;
        sqlx::query("UPDATE buoys SET lit = $1, hue = $2 WHERE id = $3 AND harbour = $4")
            .bind(row.lit)
            .bind(hue)
            .bind(key)
            .bind(harbour)
            .execute(pool)
            .await?;
"""
MACRO = """\
    for row in rows {
        let one = sqlx::query!(
            r#"SELECT id FROM buoys WHERE harbour = $1 AND mark = $2"#,
            row.harbour,
            row.mark,
        )
        .fetch_optional(pool)
        .await?;
"""
MARKS = """\
    for row in rows {
        sqlx::query("UPDATE buoys SET lit = ? WHERE id = ?")
            .bind(true)
            .bind(row.id)
            .execute(pool)
            .await?;
"""
DIESEL = """\
    for row in &rows {
        diesel::update(lamps::table.filter(lamps::buoy_id.eq(row.id)))
            .set(lamps::lit.eq(row.lit))
            .execute(conn)?;
"""
DELETE = """\
    for (harbour, mark) in pairs {
        diesel::delete(lamps::table.filter(lamps::harbour.eq(harbour)).filter(lamps::mark.eq(mark)))
            .execute(conn)?;
"""
FOUND = """\
    for row in rows {
        let one = lamps::table.find((row.harbour, row.mark)).first::<Lamp>(conn)?;
"""


def _rust(kind: str, library: str, text: str, at: str, variable: str = "row", via: str = "") -> str:
    lines = text.split("\n")
    line = text[: text.index(at)].count("\n") + 1
    names = names_of_round(lines, ".rs", 1, line, variable.replace(",", " ").split())
    one = RustStatement(
        kind, library, via, variable, text, line, names=frozenset() if via else names
    )
    return fix_of_rust(one)


@pytest.mark.parametrize(
    ("fix", "wanted", "unwanted"),
    [
        (
            _rust("update", "sqlx", UPDATE, ".execute"),
            ["values of its own", "UNNEST", "ON CONFLICT"],
            ["ANY"],
        ),
        (_rust("update", "sqlx", MARKS, ".execute"), ["`id IN (…)`"], ["values of its own"]),
        (_rust("select", "sqlx", MACRO, ".fetch"), ["pairs of `harbour`, `mark`"], ["ANY"]),
        (_rust("update", "diesel", DIESEL, ".execute"), ["values of its own"], ["eq_any"]),
        (
            _rust("delete", "diesel", DELETE, ".execute", "harbour, mark"),
            ["pairs of `harbour`, `mark`", "would delete it"],
            ["eq_any"],
        ),
        (_rust("select", "diesel", FOUND, ".first"), ["pairs of `row.harbour`"], ["eq_any"]),
        (
            _rust("update", "diesel", DIESEL, ".execute", via="light"),
            ["`light` changes one row", "where each gets values of its own"],
            [],
        ),
    ],
)
def test_more_than_one_value_of_an_element(
    fix: str, wanted: list[str], unwanted: list[str]
) -> None:
    for one in wanted:
        assert one in fix, fix
    for one in unwanted:
        assert one not in fix, fix


@pytest.mark.parametrize(
    ("text", "suffix", "given", "wanted"),
    [
        (
            "for r in rows {\n  let Some(k) = &r.key else { continue };\n  let n = 1;",
            ".rs",
            "r",
            "k",
        ),
        ("for r in rows:\n    k = r.key\n    f(\n        n=r,\n    )", ".py", "r", "k"),
        ("for (const r of rows) {\n  const { k } = r\n  const n = 1", ".ts", "r", "k"),
    ],
)
def test_names_that_a_round_makes_of_its_element(
    text: str, suffix: str, given: str, wanted: str
) -> None:
    lines = text.split("\n")
    found = names_of_round(lines, suffix, 1, len(lines), [given])
    assert {given, wanted} <= found
    assert "n" not in found


def _django(source: str, kind: str = "select") -> str:
    return fix_of_django(
        LoopedStatement(kind, "berth", "", "rows", "row", source, f"pier = row.pier\n{source}", ""),
        {},
    )


@pytest.mark.parametrize(
    ("source", "kind", "wanted"),
    [
        ("Berth.objects.get(pier=pier, number=row.number)", "select", "tuple of `pier, number`"),
        ("Berth.objects.filter(a=row.a, b=row.b, c=3).count()", "count", "(`c=3`)"),
        ("Berth.objects.filter(a=row.a, b=row.b).exists()", "exists", "a set of tuples"),
    ],
)
def test_rows_of_django_by_more_than_one_column(source: str, kind: str, wanted: str) -> None:
    told = _django(source, kind)
    assert wanted in told
    assert "an OR of `Q(" in told
    assert "__in" not in told


@pytest.mark.parametrize(
    ("library", "source", "wanted"),
    [
        (
            "prisma",
            "await prisma.berth.findFirst({ where: { pier: row.pier, number: row.number } })",
            "`OR: pairs`, by `pier` and `number` together",
        ),
        (
            "prisma",
            "await prisma.berth.findFirst({ where: { a_b: { a: row.a, b: { equals: row.b } } } })",
            "by `a` and `b` together",
        ),
        ("typeorm", "await repo.findOneBy({ pier: row.pier, number: row.n })", "`where: pairs`"),
        (
            "drizzle",
            "await db.select().from(berth).where(and(eq(berth.a, row.a), eq(berth.b, row.b)))",
            "by `a` and `b` together",
        ),
    ],
)
def test_rows_of_scripts_by_more_than_one_column(library: str, source: str, wanted: str) -> None:
    asked = Asked(
        library, "select", "berth", "rows", "row", "", saves=False, names=frozenset({"row"})
    )
    assert wanted in remedy(asked, source, 1)


def test_one_value_of_an_element_is_a_list_of_keys() -> None:
    asked = Asked(
        "prisma", "select", "berth", "rows", "row", "", saves=False, names=frozenset({"row"})
    )
    told = remedy(asked, "await prisma.berth.findFirst({ where: { id: row.id } })", 1)
    assert "{ in: rows.map((one) => one.id) }" in told


PAIRED = """\
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from yard.models import Vessel

app = FastAPI()


def get_vessel(session: Session, row):
    return session.query(Vessel).filter_by(name=row.name, yard_id=row.yard.id).first()


@app.post("/bulk/moor")
def moor(rows: list[Row], session: Session = Depends(get_db)):
    for row in rows:
        vessel = get_vessel(session=session, row=row)
        vessel.moor()


@app.post("/bulk/leave")
def leave(rows: list[Row], session: Session = Depends(get_db)):
    for row in rows:
        name = row.name
        vessel = (
            session.query(Vessel)
            .filter(Vessel.name == name, Vessel.yard_id == row.yard, Vessel.sunk.is_(False))
            .first()
        )
        vessel.leave()
"""


def test_rows_of_sqlalchemy_by_more_than_one_column(tmp_path: Path) -> None:
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "__init__.py").touch()
    (tmp_path / "yard" / "main.py").write_text(PAIRED)
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    told = {
        one.function: one.remedy
        for file in query_files(Target(tmp_path))
        for one in file.repetitions
    }
    assert "`tuple_(Vessel.name, Vessel.yard_id).in_(…)`" in told["moor"]
    assert "a dict by its tuple" in told["moor"]
    assert "`tuple_(Vessel.name, Vessel.yard_id).in_(…)`" in told["leave"]
    assert "`Vessel.sunk.is_(False)` kept" in told["leave"]


def test_long_texts_take_no_time() -> None:
    text = "for row in rows {\n" + "let a = (row.b;\n" * 4_000 + "f(" * 20_000
    lines = text.split("\n")
    assert names_of_round(lines, ".rs", 1, len(lines), ["row"])
    sql = '"UPDATE a SET b = ? WHERE ' + "a = ? AND " * 3_000 + '".bind(row.a)\n.execute(pool)'
    assert isinstance(_rust("update", "sqlx", sql, ".execute"), str)
