"""The statements that the server counts (``pg_stat_statements``), of this database alone.

Read at both ends of the window: the difference is what was sent meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["MOST", "OURS", "STATEMENT", "read"]

MOST = 5_000
"""Statements, those that took most time."""
STATEMENT = ("id", "text", "calls", "rows", "total", "hit", "read")
"""What stands where in the rows of ``statements``; ``total`` in milliseconds, blocks ``hit`` and
``read`` in shared memory."""
OURS = "/* pytest-reconaudit */"
"""What every statement of ours has after its first word: those are not counted."""
_TEXT = 4_096
_WHERE = """
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
       pg_catalog.array_agg(a.attname::pg_catalog.text)
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
 AND c.relname IN ('pg_stat_statements', 'pg_stat_statements_info') AND c.relkind = 'v'
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
 AND d.refobjid = e.oid AND d.deptype = 'e'
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE e.extname = 'pg_stat_statements'
GROUP BY 1, 2
"""
# One statement may be counted for each role, and for what functions send once more.
_ROWS = """
SELECT s.queryid::pg_catalog.int8, pg_catalog.left(pg_catalog.max(s.query), {length}),
       pg_catalog.sum(s.calls)::pg_catalog.int8, pg_catalog.sum(s.rows)::pg_catalog.int8,
       pg_catalog.sum(s.{total})::pg_catalog.float8,
       pg_catalog.sum(s.shared_blks_hit)::pg_catalog.int8,
       pg_catalog.sum(s.shared_blks_read)::pg_catalog.int8
FROM {view} s
WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d
                WHERE d.datname = pg_catalog.current_database())
  AND s.queryid IS NOT NULL
  AND (s.query IS NULL OR pg_catalog.strpos(pg_catalog.left(s.query, 60), {ours}) = 0)
GROUP BY s.queryid
ORDER BY 5 DESC LIMIT {most}
"""
_ALL = """
SELECT COALESCE(pg_catalog.sum(s.{total}), 0)::pg_catalog.float8,
       pg_catalog.count(*) FILTER (WHERE s.queryid IS NULL)::pg_catalog.int4,
       COALESCE(pg_catalog.sum(s.calls) FILTER (WHERE s.queryid IS NULL), 0)::pg_catalog.int8
FROM {view} s
WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d
                WHERE d.datname = pg_catalog.current_database())
"""


def read(connection: Connection) -> dict[str, Any]:
    """``{"extension", "columns", "statements", "total", "hidden", "hidden_calls", "dealloc",
    "stats_reset"}``, or ``{"extension": False, "why": …}``.

    ``total``: milliseconds of all statements of the database. ``hidden``: how many the role may
    not see, and ``hidden_calls`` how often those were sent. ``dealloc``: how often statements were
    given up for want of room, and ``stats_reset`` (ISO format), from PostgreSQL 14 on, else
    ``None``.
    """
    import psycopg
    from psycopg import sql

    views = {name: (schema, set(columns)) for schema, name, columns in
             connection.execute(_WHERE).fetchall()}  # fmt: skip
    if "pg_stat_statements" not in views:
        return {"extension": False, "why": "the extension is not created in this database"}
    schema, columns = views["pg_stat_statements"]
    names = {
        "view": sql.Identifier(schema, "pg_stat_statements"),
        "total": sql.Identifier("total_exec_time" if "total_exec_time" in columns
                                else "total_time"),
        "length": sql.Literal(_TEXT),
        "most": sql.Literal(MOST),
        "ours": sql.Literal(OURS),
    }  # fmt: skip
    try:
        with connection.transaction():
            rows = connection.execute(sql.SQL(_ROWS).format(**names)).fetchall()
            ((total, hidden, hidden_calls),) = connection.execute(
                sql.SQL(_ALL).format(**names)
            ).fetchall()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        why = "the extension is created, but not in shared_preload_libraries"
        return {"extension": False, "why": why}
    dealloc = reset = None
    if "pg_stat_statements_info" in views:
        info = sql.Identifier(views["pg_stat_statements_info"][0], "pg_stat_statements_info")
        query = sql.SQL("SELECT i.dealloc::pg_catalog.int8, i.stats_reset FROM {} i").format(info)
        ((dealloc, reset),) = connection.execute(query).fetchall()
    return {
        "extension": True,
        "columns": list(STATEMENT),
        "statements": [list(row) for row in rows],
        "total": total,
        "hidden": hidden,
        "hidden_calls": hidden_calls,
        "dealloc": dealloc,
        "stats_reset": reset.isoformat() if reset is not None else None,
    }
