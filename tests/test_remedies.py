"""What is told to be written in the place of a statement per element."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.query.remedies import Asked, page_of, remedy

TYPEORM = """\
for (const ship of ships) {
  ship.calls = await this.source.getRepository(Call).countBy({ shipId: ship.id })
}
"""
INDEXED = """\
for (let i = 0; i < ids.length; i++) {
  found.push(await manager.findOne(Ship, { where: { id: ids[i] } }))
}
"""
SQLX = """\
for ship in &ships {
    let crew = sqlx::query("SELECT * FROM crews WHERE ship_id = $1").bind(ship.id)
"""


def asked(library: str, kind: str, table: str, over: str, variable: str, via: str = "") -> Asked:
    return Asked(library, kind, table, over, variable, via, saves=False)


def test_names_are_those_of_the_file() -> None:
    told = remedy(asked("typeorm", "count", "call", "ships", "ship"), TYPEORM, 2)
    assert "this.source.getRepository(Call).createQueryBuilder(" in told
    assert "shipId: In(ships.map((one) => one.id))" in told
    told = remedy(asked("typeorm", "select", "ship", "ids", "let i = 0"), INDEXED, 2)
    assert "manager.findBy(Ship, { id: In(ids) })" in told


@pytest.mark.parametrize(
    ("library", "statement", "words"),
    [
        (
            "prisma",
            "await prisma.crewList.findUnique({ where: { id: row.id } })",
            "prisma.crewList.findMany({ where: { id: { in: rows.map((one) => one.id) } } })",
        ),
        (
            "knex",
            'await db("crew_list").where("id", row.id).first()',
            'db("crew_list").whereIn("id", rows.map((one) => one.id))',
        ),
        (
            "objection",
            'await CrewList.query().where("id", row.id)',
            'CrewList.query().whereIn("id", rows.map((one) => one.id))',
        ),
        (
            "drizzle",
            "await db.select().from(crewList).where(eq(crewList.id, row.id))",
            "inArray(crewList.id, rows.map((one) => one.id))",
        ),
        (
            "kysely",
            'await db.selectFrom("crew_list").where("id", "=", row.id).execute()',
            '.where("id", "in", rows.map((one) => one.id))',
        ),
        (
            "mongoose",
            "await CrewList.findOne({ id: row.id })",
            "CrewList.find({ id: { $in: rows.map((one) => one.id) } })",
        ),
        (
            "sequelize",
            "await CrewList.findOne({ where: { id: row.id } })",
            "CrewList.findAll({ where: { id: rows.map((one) => one.id) } })",
        ),
        (
            "diesel",
            "crew_list::table.filter(crew_list::id.eq(row.id)).first(conn)?",
            "crew_list::id.eq_any(&keys)",
        ),
        (
            "sea-orm",
            "crew_list::Entity::find().filter(crew_list::Column::Id.eq(row.id)).one(db).await?",
            "crew_list::Column::Id.is_in(keys)",
        ),
    ],
)
def test_each_library_has_its_own_words(library: str, statement: str, words: str) -> None:
    text = f"for one {{\n  {statement}\n}}\n"
    assert words in remedy(asked(library, "select", "crew_list", "rows", "row"), text, 2)


@pytest.mark.parametrize("library", ["prisma", "knex", "drizzle", "kysely", "diesel", "sea-orm"])
def test_no_column_is_made_up(library: str) -> None:
    told = remedy(asked(library, "select", "crew_list", "rows", "row"), "x()\n", 1)
    assert "```" not in told
    assert "look each one up in a map" in told


def test_sql_is_told_by_its_database() -> None:
    one = asked("sqlx", "select", "crews", "&ships", "ship")
    assert "WHERE ship_id = ANY($1)" in remedy(one, SQLX, 2)
    assert "push_tuples" in remedy(one, SQLX.replace("$1", "?"), 2)
    assert "push_tuples" in remedy(one, "use sqlx::SqlitePool;\n" + SQLX, 3)


DIESEL = """\
for ship in &ships {
    let calls = calls::table
        .filter(calls::ship_id.eq(ship.id))
        .count()
        .get_result::<i64>(conn)?;
    let port = ports::table.filter(ports::id.eq(ship.port)).first(conn)?;
}
"""


def test_the_key_is_that_of_the_chain() -> None:
    told = remedy(asked("diesel", "count", "calls", "&ships", "ship"), DIESEL, 5)
    assert "calls::ship_id.eq_any(&keys)" in told


def test_a_function_gets_a_sibling() -> None:
    told = remedy(asked("prisma", "select", "ship", "rows", "row", "load"), "load(row)", 1)
    assert told.startswith("`load` asks for one at a time")
    assert "{ in: ids }" in told
    told = remedy(asked("knex", "insert", "ship", "rows", "row", "add"), "add(row)", 1)
    assert "takes all rows" in told


def test_what_is_not_known_is_not_told() -> None:
    assert remedy(asked("", "select", "ship", "rows", "row"), "load(row)", 1) == ""
    assert page_of("", "ship") == ""


@pytest.mark.parametrize(
    "library",
    ["typeorm", "knex", "objection", "drizzle", "kysely", "mongoose", "sequelize", "prisma",
     "diesel", "sea-orm", "sqlx", "sql"],
)  # fmt: skip
def test_a_page_is_taken_with_a_limit(library: str) -> None:
    told = page_of(library, "crew_list")
    assert "after" in told
    assert any(word in told for word in ("limit(", "take", "LIMIT", "limit:"))
