"""What migration tools recorded in a database: their tracking tables, whatever those are called.

A tracking table is known by its columns. Its name and its schema are settings of every tool, and
a database may have one for each service or each customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pytest_reconaudit.probes.live.planning import WHY, run_others_code

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["MOST_ROWS", "MOST_TABLES", "read"]

MOST_TABLES = 200
MOST_ROWS = 20_000
_LONG = 300
"""Characters of a text that are read."""

_TEXT = frozenset({"varchar", "text", "bpchar"})
_INT = frozenset({"int2", "int4", "int8", "numeric"})
_TIME = frozenset({"timestamp", "timestamptz", "date"})
_BOOL = frozenset({"bool"})
_BYTES = frozenset({"bytea"})
_UUID = frozenset({"uuid"})


class _Form(Struct, frozen=True):
    """The columns by which a tool's table is known."""

    tool: str
    columns: dict[str, frozenset[str]]
    """Column → its types; all of them are there."""
    order: str
    alone: bool = False
    """It has no other column."""
    named: str = ""
    """What its name holds, where the columns alone are not enough."""


_FORMS = (
    _Form(
        "flyway",
        {
            "installed_rank": _INT,
            "version": _TEXT,
            "description": _TEXT,
            "type": _TEXT,
            "script": _TEXT,
            "checksum": _INT,
            "success": _BOOL,
            "installed_on": _TIME,
        },
        "installed_rank",
    ),
    _Form(
        "sqlx",
        {
            "version": _INT,
            "description": _TEXT,
            "success": _BOOL,
            "checksum": _BYTES,
            "installed_on": _TIME,
        },
        "version",
    ),
    _Form(
        "liquibase",
        {
            "id": _TEXT,
            "author": _TEXT,
            "filename": _TEXT,
            "exectype": _TEXT,
            "md5sum": _TEXT,
            "orderexecuted": _INT,
        },
        "orderexecuted",
    ),
    _Form(
        "prisma",
        {
            "migration_name": _TEXT,
            "checksum": _TEXT,
            "finished_at": _TIME,
            "rolled_back_at": _TIME,
            "started_at": _TIME,
            "logs": _TEXT,
        },
        "started_at",
    ),
    _Form(
        "refinery",
        {"version": _INT, "name": _TEXT, "applied_on": _TEXT, "checksum": _TEXT},
        "version",
        alone=True,
    ),
    _Form(
        "goose",
        {"id": _INT, "version_id": _INT, "is_applied": _BOOL, "tstamp": _TIME},
        "id",
        alone=True,
    ),
    _Form(
        "django",
        {"app": _TEXT, "name": _TEXT, "applied": _TIME, "id": _INT},
        "id",
        alone=True,
    ),
    _Form("drizzle", {"id": _INT, "hash": _TEXT, "created_at": _INT}, "created_at", named="migr"),
    _Form("golang-migrate", {"version": _INT, "dirty": _BOOL}, "version", alone=True),
    _Form("diesel", {"version": _TEXT, "run_on": _TIME}, "version", alone=True),
    _Form("sea-orm", {"version": _TEXT, "applied_at": _INT}, "version", alone=True),
    _Form("alembic", {"version_num": _TEXT}, "version_num", alone=True),
    _Form("rails", {"version": _TEXT}, "version", alone=True, named="migr"),
)
"""Each tool's table; the first that fits. dbmate's is that of Rails."""

_TABLES = """
SELECT c.oid::pg_catalog.int8, n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
       ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
       ARRAY(SELECT CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
                          AND t.typtype = 'b' THEN t.typname::pg_catalog.text ELSE '' END
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnatts <= 24
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND EXISTS (SELECT FROM pg_catalog.pg_attribute k
              WHERE k.attrelid = c.oid AND NOT k.attisdropped AND k.attname IN
                ('installed_rank', 'checksum', 'md5sum', 'version_id', 'applied', 'hash', 'dirty',
                 'run_on', 'applied_at', 'version_num', 'version'))
ORDER BY n.nspname, c.relname
"""


def read(connection: Connection) -> dict[str, Any]:
    """``{"tables": […], "more": how many tables were passed over}``.

    A table has ``tool``, ``schema``, ``table``, ``columns`` and ``rows`` (texts or ``None``, in the
    order of ``columns``, sorted as the tool wrote them), ``more`` (whether rows were left out), or
    ``denied``: why its rows are not known. Row-level security that would hide rows is a reason.
    """
    from psycopg import sql

    found = []
    for _, schema, table, names, types in connection.execute(_TABLES).fetchall():
        form = _form_of(table, names, types)
        if form is not None:
            found.append((form, schema, table))
    connection.execute("SET LOCAL row_security = off")
    unsafe = run_others_code(connection) if found else frozenset()
    tables: list[dict[str, Any]] = []
    for form, schema, table in found[:MOST_TABLES]:
        columns = sorted(form.columns)
        query = sql.SQL("SELECT {} FROM {} ORDER BY {} LIMIT {}").format(
            sql.SQL(", ").join(_as_text(form, column) for column in columns),
            sql.Identifier(schema, table),
            sql.Identifier(form.order),
            sql.Literal(MOST_ROWS + 1),
        )
        record = {"tool": form.tool, "schema": schema, "table": table, "columns": columns}
        if (schema, table) in unsafe:
            tables.append({**record, "rows": [], "more": False, "denied": WHY})
            continue
        tables.append({**record, **_rows(connection, query)})
    return {"tables": tables, "more": max(0, len(found) - MOST_TABLES)}


def _rows(connection: Connection, query: Any) -> dict[str, Any]:
    import psycopg

    try:
        with connection.transaction():  # a savepoint: what is denied costs this table alone
            rows = connection.execute(query).fetchall()
    except psycopg.Error as error:
        if connection.closed:
            raise
        return {"rows": [], "more": False, "denied": error.diag.message_primary or str(error)}
    return {"rows": [list(row) for row in rows[:MOST_ROWS]], "more": len(rows) > MOST_ROWS}


def _as_text(form: _Form, column: str) -> Any:
    from psycopg import sql

    name = sql.Identifier(column)
    if form.columns[column] is _BYTES:
        return sql.SQL("pg_catalog.encode({}, 'hex')").format(name)
    if form.columns[column] is _TEXT:
        return sql.SQL("pg_catalog.left({}::pg_catalog.text, {})").format(name, sql.Literal(_LONG))
    return sql.SQL("{}::pg_catalog.text").format(name)


def _form_of(table: str, names: Sequence[str], types: Sequence[str]) -> _Form | None:
    there = dict(zip((name.lower() for name in names), types, strict=True))
    if any(name != name.lower() for name in names):
        return None
    for form in _FORMS:
        if form.alone and len(there) != len(form.columns):
            continue
        if form.named and form.named not in table.lower():
            continue
        if all(there.get(name, "") in kinds for name, kinds in form.columns.items()):
            return form
    return None
