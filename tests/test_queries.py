"""Database calls in source code: what they are, what repeats them, which tables they touch."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.query.tables import Mutation, mutations, readings
from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.query_call import sql_of, table_name
from pytest_reconaudit.readers.query_rust import names_connection
from pytest_reconaudit.readers.scans.queries import FileQueries, QueryCall, queries
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target


def scan(text: str, path: str) -> FileQueries:
    found = queries(index_code(read_syntax(text, path)))
    assert found is not None
    return found


def calls(text: str, path: str) -> list[QueryCall]:
    return [one for function in scan(text, path).functions for one in function.queries]


def told(text: str, path: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.kind, one.table) for one in calls(text, path)]


def test_diesel() -> None:
    text = """\
use diesel::prelude::*;
fn all(conn: &mut PgConnection, id: i32) -> QueryResult<()> {
    berths::table.filter(berths::id.eq(id))
        .load::<Berth>(conn)?;
    berths::table.count().get_result::<i64>(conn)?;
    diesel::insert_into(berths::table).values(&new).execute(conn)?;
    diesel::update(berths::table.find(id))
        .set((berths::name.eq("x"), berths::size.eq(3)))
        .execute(conn)?;
    diesel::delete(berths::table.find(id)).execute(&mut *conn)?;
    let query = berths::table.into_boxed().limit(5);
    query.load::<Berth>(&mut pool.get()?)?;
    diesel::sql_query("CREATE TABLE x (y int)").execute(conn)?;
    names.first(); map.insert(conn, 1); file.load(path)?;
    Ok(())
}
"""
    assert told(text, "a.rs") == [
        (4, "select", "berths"),
        (5, "count", "berths"),
        (6, "insert", "berths"),
        (9, "update", "berths"),
        (10, "delete", "berths"),
        (12, "select", "berths"),
        (13, "other", ""),
    ]
    found = calls(text, "a.rs")
    assert found[3].columns == ("name", "size")
    assert (found[5].limit, found[5].many) == ("5", True)


def test_sqlx_and_sea_orm() -> None:
    text = """\
use sqlx::PgPool;
use sea_orm::EntityTrait;
async fn all(pool: &PgPool, db: &DatabaseConnection) {
    sqlx::query!("SELECT id FROM app.trees WHERE id = $1", id).fetch_one(pool).await;
    sqlx::query_as::<_, Tree>(r#"
        UPDATE trees SET label = $1, "size" = $2 WHERE id = $3
    "#).bind(1).fetch_all(&mut *tx).await;
    pool.execute("DELETE FROM trees").await;
    let sql = "INSERT INTO trees (id) VALUES ($1) ON CONFLICT DO UPDATE SET id = 1";
    sqlx::query(sql).execute(pool).await;
    tree::Entity::find().limit(10).all(db).await;
    model.insert(db).await;
}
"""
    assert told(text, "a.rs") == [
        (4, "select", "trees"),
        (7, "update", "trees"),
        (8, "delete", "trees"),
        (10, "upsert", "trees"),
        (11, "select", "tree"),
        (12, "insert", ""),
    ]
    assert calls(text, "a.rs")[1].columns == ("label", "size")


def test_scripts() -> None:
    text = """\
import { eq } from "drizzle-orm";
import mongoose from "mongoose";
import { knex } from "knex";
export async function all(id: string) {
  await prisma.orderItem.findMany({ where: { id }, take: 20 });
  await ctx.prisma.user.update({ where: { id }, data: {} });
  await db.select().from(users).where(eq(users.id, id));
  await db.query.orderLines.findFirst({ where: eq(a, id) });
  await tx.insert(schema.users).values({ id });
  await Patient.findById(id);
  await pool.query(`DELETE FROM visits WHERE id = $1`, [id]);
  await knex("beds").where({ id }).first();
  seen.delete(id); list.find((one) => one === id); Object.create(null);
}
"""
    assert told(text, "a.ts") == [
        (5, "select", "order_item"),
        (6, "update", "user"),
        (7, "select", "users"),
        (8, "select", "order_lines"),
        (9, "insert", "users"),
        (10, "select", "patient"),
        (11, "delete", "visits"),
        (12, "select", "beds"),
    ]


def test_typeorm() -> None:
    text = """\
import { Repository } from "typeorm";
class Wards {
  async all() {
    await this.wardRepository.find({ take: 5 });
    await this.manager.save(Ward, { id: 1 });
    const built = this.wardRepository.createQueryBuilder("w").where("w.id = 1");
    await built.getMany();
    this.names.find((one) => one);
  }
}
"""
    assert told(text, "a.ts") == [
        (4, "select", "ward"),
        (5, "update", "ward"),
        (7, "select", "ward"),
    ]


def test_python() -> None:
    text = """\
from sqlalchemy import select, update
def all(session, ids):
    session.execute(select(Crossing).limit(5)).scalars().all()
    session.query(Ticket).filter(Ticket.id.in_(ids)).count()
    session.get(Cabin, 1)
    stmt = update(Cabin).where(Cabin.id == 1).values(size=2)
    session.execute(stmt)
    Ship.objects.filter(id=1).first()
    lazy = Ship.objects.filter(id=1)
    list(lazy.exclude(id=2))
    Ship.objects.create(name="x")
    cursor.execute("SELECT 1 FROM tides")
    http.session.get("https://example.com"); set().update(ids)
"""
    assert told(text, "a.py") == [
        (3, "select", "crossing"),
        (4, "count", "ticket"),
        (5, "select", "cabin"),
        (7, "update", "cabin"),
        (8, "select", "ship"),
        (11, "insert", "ship"),
        (12, "select", "tides"),
    ]


def test_the_loops_around_a_query() -> None:
    text = """\
import { prisma } from "./db";
export async function all(rows: Row[]) {
  const users = await prisma.user.findMany();
  for (const user of users) {
    await prisma.visit.count({ where: { userId: user.id } });
  }
  await Promise.all(rows.slice(0, 5).map(async (row) => prisma.row.create({ data: row })));
}
"""
    found = scan(text, "a.ts")
    (function,) = found.functions
    _, counted, created = function.queries
    (loop,) = (found.loops[one] for one in counted.loops)
    assert (loop.line, loop.label, loop.over, loop.variable) == (4, "for", "users", "user")
    assert (loop.origin, loop.source, loop.concurrent) == ("rows", "user", False)
    (loop,) = (found.loops[one] for one in created.loops)
    assert (loop.origin, loop.concurrent) == ("few", True)


@pytest.mark.parametrize(
    ("text", "is_connection"),
    [
        ("&mut conn", True),
        ("&mut *tx", True),
        ("pool.get_ref()", True),
        ("&mut self.db.get_connection()?", True),
        ("conn.as_mut()", True),
        ("&state.read_pool", True),
        ("&mut get_conn(pool).await?", True),
        ("path", False),
        ("&config", False),
        ("spool", False),
        ("Ordering::Relaxed", False),
    ],
)
def test_what_names_a_connection(text: str, is_connection: bool) -> None:
    assert names_connection(text) is is_connection


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ('"select count(*) from app.ships"', ("count", "ships", "", ())),
        ('"WITH x AS (SELECT 1) DELETE FROM ships"', ("delete", "ships", "", ())),
        (
            '`WITH o AS (SELECT id FROM berths) UPDATE "ships" s SET place = o.id FROM o`',
            ("update", "ships", "", ("place",)),
        ),
        ('"-- all\nSELECT * FROM \\"ships\\" LIMIT 5"', ("select", "", "5", ())),
        ("'insert into ships values (1)'", ("insert", "ships", "", ())),
        ('"VACUUM"', ("other", "", "", ())),
        ('"INSERT INTO fleet."', ("insert", "", "", ())),
        ('"SELECT id FROM fleet.log_"', ("select", "", "", ())),
        ('"SELECT id FROM harbour.fleet.ships"', ("select", "ships", "", ())),
        ('"SELECT fleet.cancel_voyage($1, $2)"', ("call", "cancel_voyage", "", ())),
        ('"SELECT pg_advisory_lock($1)"', ("other", "", "", ())),
        ('"SELECT {schema}.{function};"', ("other", "", "", ())),
        ('"SELECT {columns} FROM ships"', ("select", "ships", "", ())),
        ('"SELECT lower(name) FROM ships"', ("select", "ships", "", ())),
        ('"SELECT 1 FROM pg_class c WHERE c.relname = $1"', ("other", "", "", ())),
        ('"SELECT count(*) FROM information_schema.tables"', ("other", "", "", ())),
        ('"nothing of that"', None),
    ],
)
def test_sql_in_source(text: str, told_as: object) -> None:
    assert sql_of(text) == told_as


def test_model_names() -> None:
    assert table_name("OrderItem") == "order_item"
    assert table_name("HTTPLog") == "http_log"
    assert table_name("users") == "users"


def test_mutations(tmp_path: Path) -> None:
    (tmp_path / "store.rs").write_text(
        "use diesel::prelude::*;\n"
        "fn rename(conn: &mut PgConnection) {\n"
        "    let ship = ships::table.find(1).first::<Ship>(conn);\n"
        "    diesel::update(ships::table).set(ships::name.eq(name)).execute(conn);\n"
        "}\n"
    )
    target = Target(tmp_path)
    assert list(mutations(target).values()) == [(Mutation("ships", "update", 4, ("name",)),)]
    assert list(readings(target).values()) == [(Mutation("ships", "select", 3),)]


_WORDS = st.sampled_from(
    ["for x in ", "for (const x of ", "rows", ".iter()", ".map(|x| ", ".map(async x => ", "{", "}",
     "(", ")", ";", "\n", "await ", "conn", "diesel::", "sqlx::query(", '"SELECT 1 FROM a"', ")",
     ".fetch_all(pool)", ".load(conn)", "prisma.user.findMany(", "session.get(A, x)", ":\n    ",
     "A.objects.get(x)", "fn f(", "def f(", "if x not in y", "if", "while ", "[", "]", "..", "'"]
)  # fmt: skip


@pytest.mark.parametrize("path", ["a.rs", "a.ts", "a.py"])
@settings(max_examples=120, deadline=None)
@given(text=st.one_of(st.text(max_size=100), st.lists(_WORDS, max_size=30).map("".join)))
def test_never_raises(path: str, text: str) -> None:
    code = index_code(read_syntax("diesel sqlx knex models.\n" + text, path))
    found = queries(code)
    lines = code.source.count(b"\n") + 1
    for function in found.functions if found else ():
        for one in function.queries:
            assert 1 <= one.line <= lines
            assert found is not None
            assert all(0 <= loop < len(found.loops) for loop in one.loops)
