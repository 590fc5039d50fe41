"""What is written in the place of a statement per element, for Rust and for scripts."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.query.remedies import Asked, remedy, remedy_of_several

LATEST = """\
for (const [boatId, own] of byBoat.entries()) {
  const last = await tx.query.seats.findFirst({
    where: eq(seats.boatId, boatId),
    orderBy: [desc(seats.index)],
  });
}
"""
IN_TURN = """\
for (const row of rows) {
  const one = await tx
    .select().from(seats).where(eq(seats.id, row.seatId));
}
"""
HANDED = """\
for message in &messages {
    let found = transfers::Entity::find()
        .filter(transfers::Column::MessageId.eq(message.id))
        .all(tx)
        .await?;
}
"""
RENAMED = """\
for user in users {
    let open = TaskEntity::find()
        .filter(TaskColumn::UserId.eq(user.id))
        .all(&db)
        .await?;
}
"""
UNTOLD = """\
for (const row of rows) {
  await db.select().from(seats).where(conditionOf(row));
}
"""


def asked(library: str, over: str, variable: str, *, via: str = "") -> Asked:
    return Asked(library, "select", "seats", over, variable, via, False)


@pytest.mark.parametrize(
    ("one", "text", "line", "holds", "lacks"),
    [
        # The row that comes first is not any row, so there is no sample.
        (asked("drizzle", "byBoat.entries()", "[boatId, own]"), LATEST, 2, "for each `boatId`", "```"),
        # What a transaction is asked for is asked for by it.
        (asked("drizzle", "rows", "row"), IN_TURN, 3, "await tx.select()", "await db"),
        (asked("sea-orm", "&messages", "message"), HANDED, 4, "is_in(keys)).all(tx)", "(db)"),
        (asked("sea-orm", "users", "user"), RENAMED, 4, "TaskColumn::UserId.is_in(", "seats::"),
        # No column is made up.
        (asked("drizzle", "rows", "row"), UNTOLD, 2, "`inArray(column, ids)`", "seats.id"),
        (asked("sea-orm", "rows", "row", via="get_seat"), HANDED, 4, "(`.is_in(ids)`)", "Column::Key"),
    ],
)  # fmt: skip
def test_remedies(one: Asked, text: str, line: int, holds: str, lacks: str) -> None:
    written = remedy(one, text, line)
    assert holds in written
    assert lacks not in written


NESTED = """\
await Promise.all(links.map(async (link) => {
  const tags = await prisma.tag.findMany({
    where: {
      items: { some: { linkId: link.id } },
    },
  });
}))
"""
WITH_STATE = """\
for (const slot of slots) {
  const one = await Session.findOne({ slot_id: slot._id, date: today });
}
"""
BESIDE = """\
for (const code of codes) {
  const uses = await db.select({ n: count() }).from(codeUses)
    .where(eq(codeUses.code_id, code.id));
  found.push({ over: code.until, is_over: code.until });
}
"""


def test_a_key_of_another_tables_rows_is_no_key_of_the_look_up() -> None:
    told = remedy(Asked("prisma", "select", "tag", "links", "link", "", False), NESTED, 2)
    assert "linkId" not in told
    assert "```" not in told


def test_conditions_beside_the_key_are_not_dropped_by_a_snippet() -> None:
    told = remedy(Asked("mongoose", "select", "session", "slots", "slot", "", False), WITH_STATE, 2)
    assert "```" not in told
    assert "by `slot_id`" in told


def test_the_key_stands_in_the_statement_not_behind_it() -> None:
    told = remedy(Asked("drizzle", "count", "code_uses", "codes", "code", "", False), BESIDE, 2)
    assert "codeUses.code_id" in told
    assert "is_over" not in told


def test_all_statements_of_a_loop_have_one_remedy() -> None:
    told = remedy_of_several(
        [("select", "seats", "prisma"), ("update", "seats", "prisma"), ("insert", "rows", "prisma")]
    )
    assert "`{ in: ids }`" in told
    assert "createMany" in told
    assert "carried on in the map" in told
    assert remedy_of_several([("upsert", "seats", "prisma"), ("select", "seats", "prisma")]) == ""
    told = remedy_of_several([("select", "seat", "mongoose"), ("update", "seat", "mongoose")])
    assert "its own, `bulkWrite`, or leave it" in told
    assert "VALUES" not in told


def test_conditions_of_which_any_may_fit_are_no_pairs() -> None:
    text = 'const found = await supabase.from("seats").select("id").or(either).limit(1)\n'
    asked = Asked("supabase", "select", "seats", "rows", "row", "isTaken", False, several=True)
    assert "look each element up by any of its values" in remedy(asked, text, 1)
    assert "by all of them" in remedy(asked, text.replace(".or(either)", '.eq("a", b)'), 1)


def test_rows_whose_keys_a_round_goes_on_with_are_written_first() -> None:
    told = remedy_of_several([("insert kept", "rules", "drizzle"), ("select", "berths", "drizzle")])
    assert "write the rows of rules first, all with one statement that gives their keys" in told
    assert told.endswith("take those of each round from a map by that key.")
