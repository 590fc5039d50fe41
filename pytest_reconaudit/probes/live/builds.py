"""Indexes that are not valid, and those that are only being built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_reconaudit.probes.catalog import held_relations

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["MOST", "read"]

MOST = 1_000
"""Invalid indexes that are listed."""

# The locks that a build holds on its tables are seen by everybody; its index only by who may see
# other roles' statistics. REINDEX CONCURRENTLY of a whole table names one index and one relation
# at a time, and may be at work on any of them.
_BUILDS = """
SELECT p.index_relid::pg_catalog.int8,
       COALESCE(l.relation, p.relid)::pg_catalog.int8,
       COALESCE(p.command, '')
FROM pg_catalog.pg_stat_progress_create_index p
LEFT JOIN pg_catalog.pg_locks l
  ON (p.relid IS NULL OR p.command = 'REINDEX CONCURRENTLY')
 AND l.pid = p.pid AND l.locktype = 'relation'
 AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock')
WHERE p.datid IS NULL OR p.datname = pg_catalog.current_database()
"""
_INVALID = """
SELECT i.indexrelid::pg_catalog.int8, i.indrelid::pg_catalog.int8,
       n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
       tn.nspname::pg_catalog.text, t.relname::pg_catalog.text,
       i.indisready, c.relkind = 'I',
       c.relpages::pg_catalog.int8
       * pg_catalog.current_setting('block_size')::pg_catalog.int8,
       t.relpages::pg_catalog.int8
       * pg_catalog.current_setting('block_size')::pg_catalog.int8,
       CASE c.relkind WHEN 'I' THEN
         (SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits h WHERE h.inhparent = i.indrelid)
         - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits h
            WHERE h.inhparent = i.indexrelid)
       ELSE 0 END,
       CASE WHEN i.indrelid = ANY ('{{{held}}}'::pg_catalog.oid[])
            THEN ''
       ELSE pg_catalog.pg_get_indexdef(i.indexrelid) END,
       COALESCE((SELECT k.conname::pg_catalog.text FROM pg_catalog.pg_constraint k
                 WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') LIMIT 1), '')
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE NOT (i.indisvalid AND i.indisready)
  AND tn.nspname <> 'information_schema' AND tn.nspname NOT LIKE 'pg\\_%'
ORDER BY tn.nspname, t.relname, c.relname
LIMIT {most}
"""
_ALL = """
SELECT pg_catalog.count(*)::pg_catalog.int4
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE tn.nspname <> 'information_schema' AND tn.nspname NOT LIKE 'pg\\_%'
"""


def read(connection: Connection) -> dict[str, Any]:
    """``{"indexes": how many there are, "invalid": […]}``, at most :data:`MOST` in name order.

    An index is looked at twice, and for builds before, between and after: what was invalid both
    times and built at none of them is nobody's work in progress. Each has ``oid``, ``schema``,
    ``name``, ``table_schema``, ``table``, ``ready``, ``partitioned``, ``size`` and ``table_size``
    (bytes, as of the last VACUUM or ANALYZE), ``unattached`` (partitions without their part of a
    partitioned index), ``definition`` (empty where its table is locked), ``constraint``,
    ``building``.
    """
    held = ",".join(map(str, sorted(held_relations(connection))))
    query = _INVALID.format(most=MOST, held=held)
    builds = connection.execute(_BUILDS).fetchall()
    first = {row[0] for row in connection.execute(query).fetchall()}
    if first:
        builds += connection.execute(_BUILDS).fetchall()
    rows = [row for row in connection.execute(query).fetchall() if row[0] in first] if first else []
    if rows:
        builds += connection.execute(_BUILDS).fetchall()
    ((count,),) = connection.execute(_ALL).fetchall()
    built = {index for index, _, _ in builds if index}
    tables = {table for index, table, command in builds if _whole_table(index, command)}
    names = (
        "oid", "", "schema", "name", "table_schema", "table", "ready", "partitioned", "size",
        "table_size", "unattached", "definition", "constraint",
    )  # fmt: skip
    return {
        "indexes": count,
        "invalid": [
            {
                **{name: value for name, value in zip(names, row, strict=True) if name},
                "building": row[0] in built or row[1] in tables,
            }
            for row in rows
        ],
    }


def _whole_table(index: int | None, command: str) -> bool:
    """Whether a build may be at work on any index of its tables: it makes all new ones before it
    names the first, and drops the old ones after it named the last."""
    return not index or command == "REINDEX CONCURRENTLY"
