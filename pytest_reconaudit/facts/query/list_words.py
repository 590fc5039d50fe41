"""The words by which libraries take a list: of keys, of rows, of groups."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["GROUPED", "KEYS", "OWN_VALUES", "ROWS", "UPSERTS", "dialect_of"]

KEYS = {
    "prisma": "`{ in: keys }`", "typeorm": "`In(keys)`", "knex": "`whereIn`",
    "objection": "`whereIn`", "drizzle": "`inArray`", "kysely": '`where(column, "in", keys)`',
    "mongoose": "`$in`", "mongo": "`$in`", "mongodb": "`$in`", "pymongo": "`$in`",
    "supabase": "`.in(column, keys)`, a hundred at a time, as they stand in the URL",
    "sequelize": "`where: { column: keys }`", "diesel": "`eq_any(&keys)`",
    "sea-orm": "`is_in(keys)`", "django": "`__in`", "sqlalchemy": "`.in_(keys)`",
    "postgres": "`= ANY($n)`", "sqlx": "`IN (…)` by `QueryBuilder`", "sql": "`IN (…)`",
}  # fmt: skip
"""Library → how rows of many keys are asked for."""
GROUPED = {
    "prisma": "`groupBy`, or SQL where the key is another table's",
    "typeorm": "a query builder with `groupBy`", "knex": "`groupBy`", "objection": "`groupBy`",
    "drizzle": "`groupBy`", "kysely": "`groupBy`", "mongoose": "`aggregate` with `$group`",
    "mongo": "`aggregate` with `$group`", "mongodb": "`aggregate` with `$group`",
    "pymongo": "`aggregate` with `$group`", "sequelize": "`group`",
    "supabase": "a view or a function of the database",
    "diesel": "`group_by` with `count_star()`", "sea-orm": "`group_by` with `count()`",
    "django": "`values(key).annotate(…)`", "sqlalchemy": "`group_by`",
    "postgres": "`= ANY($n)` and `GROUP BY`", "sqlx": "`IN (…)` and `GROUP BY`",
    "sql": "`IN (…)` and `GROUP BY`",
}  # fmt: skip
"""Library → how figures of many keys are asked for."""
ROWS = {
    "prisma": "`createMany`, `createManyAndReturn`", "typeorm": "`insert(rows)`",
    "knex": "`insert(rows)`", "objection": "`insert(rows)`", "drizzle": "`values(rows)`",
    "kysely": "`values(rows)`", "mongoose": "`insertMany`", "mongo": "`insertMany`",
    "mongodb": "`insert_many`", "pymongo": "`insert_many`", "supabase": "`insert(rows)`",
    "sequelize": "`bulkCreate`", "diesel": "`values(&rows)`", "sea-orm": "`insert_many`",
    "django": "`bulk_create`", "sqlalchemy": "`session.add_all(rows)` and one `flush()`",
    "postgres": "`SELECT * FROM UNNEST(…)`, or `VALUES (…), (…)`",
    "sqlx": "`QueryBuilder::push_values`", "sql": "`VALUES (…), (…)`",
}  # fmt: skip
"""Library → how many rows are written."""
_CONFLICTS = "`ON CONFLICT … DO UPDATE`"
UPSERTS = {
    "prisma": "`INSERT … ON CONFLICT` in SQL, as `createMany` changes no row",
    "typeorm": "`upsert(rows, keys)`", "knex": "`onConflict(…).merge()`",
    "objection": "`onConflict(…).merge()`", "drizzle": "`onConflictDoUpdate`",
    "kysely": "`onConflict`", "mongoose": "`bulkWrite`", "mongo": "`bulkWrite`",
    "mongodb": "`bulk_write`", "pymongo": "`bulk_write`", "supabase": "`upsert(rows)`",
    "sequelize": "`bulkCreate` with `updateOnDuplicate`", "diesel": "`on_conflict(…).do_update()`",
    "sea-orm": "`insert_many` with `on_conflict`",
    "django": "`bulk_create(…, update_conflicts=True)`, or `bulk_create` of those that are not"
    " there yet", "sqlalchemy": "`on_conflict_do_update` of the dialect's `insert`",
    "postgres": _CONFLICTS, "sqlx": _CONFLICTS, "sql": _CONFLICTS,
}  # fmt: skip
"""Library → how many rows are written that may be there."""
_JOINED = "`UPDATE … FROM (VALUES …)`"
OWN_VALUES = {
    **dict.fromkeys(("mongoose", "mongo"), "`bulkWrite`"),
    **dict.fromkeys(("mongodb", "pymongo"), "`bulk_write`"),
    "django": "`bulk_update`", "sqlalchemy": "`session.execute(update(Model), rows)`",
    "typeorm": "`save(entities)` keeps them in one transaction, `upsert` in one statement",
    "postgres": "`UPDATE … FROM UNNEST(…)`, an array for each column",
    **dict.fromkeys(
        ("prisma", "knex", "objection", "drizzle", "kysely", "sequelize", "diesel", "sea-orm",
         "sqlx", "sql"),
        _JOINED,
    ),
    "supabase": "`upsert(rows)` of whole rows",
}  # fmt: skip
"""Library → how many rows are changed of which each gets values of its own."""
_BINDS = regex(r"\$\d")


def dialect_of(library: str, path: str, text: str) -> str:
    """Which words fit a statement in plain SQL; of other libraries their own name.

    :param text: of the file that sends it.
    """
    if library not in ("sql", "sqlx"):
        return library
    named = "postgres" in text.lower() or "asyncpg" in text or "psycopg" in text
    if named or (path.endswith(".rs") and "qlite" not in text and _BINDS.search(text)):
        return "postgres"
    return library
