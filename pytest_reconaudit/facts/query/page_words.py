"""How libraries take one page of a table whose key counts up."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["page_of"]

_RUST = frozenset({"diesel", "sea-orm", "mongodb"})
_CAMEL = regex(r"_+([a-z0-9])")
_PAGES = {
    "typeorm": "const rows = await repository.find({{\n  where: {{ id: LessThan(after) }},"
    ' order: {{ id: "DESC" }}, take,\n}})',
    "knex": 'const rows = await db("{table}").where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take)',
    "objection": 'const rows = await {model}.query().where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take)',
    "drizzle": "const rows = await db.select().from({camel}).where(lt({camel}.id, after))\n"
    "  .orderBy(desc({camel}.id)).limit(take)",
    "kysely": 'const rows = await db.selectFrom("{table}").selectAll().where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take).execute()',
    "mongoose": "const rows = await {model}.find({{ _id: {{ $lt: after }} }})\n"
    "  .sort({{ _id: -1 }}).limit(take)",
    "sequelize": "const rows = await {model}.findAll({{\n  where: {{ id: {{ [Op.lt]: after }} }},"
    ' order: [["id", "DESC"]], limit: take,\n}})',
    "prisma": "const rows = await prisma.{camel}.findMany({{\n  take,"
    ' where: {{ id: {{ lt: after }} }}, orderBy: {{ id: "desc" }},\n}})',
    "diesel": "let rows = {table}::table.filter({table}::id.lt(after))\n"
    "    .order({table}::id.desc()).limit(per_page).load(conn)?;",
    "sea-orm": "let rows = {table}::Entity::find().filter({table}::Column::Id.lt(after))\n"
    "    .order_by_desc({table}::Column::Id).limit(per_page).all(db).await?;",
    "mongodb": 'let rows = collection.find(doc! {{ "_id": {{ "$lt": after }} }})\n'
    '    .sort(doc! {{ "_id": -1 }}).limit(per_page).await?;',
    "sql": "SELECT … FROM {table} WHERE id < $1 ORDER BY id DESC LIMIT $2",
}


def page_of(library: str, table: str) -> str:
    """Markdown of how a library takes one page of a table whose key `id` counts up; empty where its
    words are not known."""
    library = "sql" if library == "sqlx" else library
    sample = _PAGES.get(library)
    if sample is None:
        return ""
    written = sample.format(table=table, camel=_camel(table), model=_pascal(table))
    tongue = {"sql": "sql"}.get(library, "rust" if library in _RUST else "ts")
    cap = {
        "sql": "",
        "rust": "let per_page = query.per_page.unwrap_or(20).min(100);\n",
        "ts": "const take = Math.min(limit ?? 20, 100)\n",
    }[tongue]
    return (
        "Take one page, with a cap that the caller cannot lift (`after` is the last key of the page"
        f" before, if there is one):\n\n```{tongue}\n{cap}{written}\n```"
    )


def _camel(name: str) -> str:
    return _CAMEL.sub(lambda part: part[1].upper(), name)


def _pascal(name: str) -> str:
    camel = _camel(name)
    return camel[:1].upper() + camel[1:]
