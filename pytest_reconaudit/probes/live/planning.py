"""Tables whose mere planning runs what a user of the database wrote, as the role that asks.

The planner works expressions out ahead: of indexes, of their predicates, of check constraints, of
extended statistics. ``WHERE evil(1)`` of a partial index so runs with the rights of whoever reads
its table, be that a superuser. A foreign table asks another server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["WHY", "run_others_code"]

WHY = "to plan a query on it would run functions that somebody wrote, so it was not asked"

# An operator of somebody's own hides a function of theirs. 16384 is the first id of no system's.
_TABLES = """
WITH RECURSIVE used AS (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                           'pg_catalog.pg_operator'::pg_catalog.regclass)
      AND d.refobjid >= 16384::pg_catalog.oid
      AND d.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass,
                        'pg_catalog.pg_constraint'::pg_catalog.regclass,
                        'pg_catalog.pg_statistic_ext'::pg_catalog.regclass)
), tree (id) AS (
    SELECT u.objid FROM used u WHERE u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION
    SELECT i.indrelid FROM used u JOIN pg_catalog.pg_index i ON i.indexrelid = u.objid
    WHERE u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION
    SELECT k.conrelid FROM used u JOIN pg_catalog.pg_constraint k ON k.oid = u.objid
    WHERE u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
    UNION
    SELECT s.stxrelid FROM used u JOIN pg_catalog.pg_statistic_ext s ON s.oid = u.objid
    WHERE u.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
    UNION
    SELECT f.ftrelid FROM pg_catalog.pg_foreign_table f
), above (id) AS (
    SELECT t.id FROM tree t
    UNION
    SELECT h.inhparent FROM pg_catalog.pg_inherits h JOIN above a ON h.inhrelid = a.id
)
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text
FROM above a
JOIN pg_catalog.pg_class c ON c.oid = a.id
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f')
"""


def run_others_code(connection: Connection) -> frozenset[tuple[str, str]]:
    """(schema, name) of the tables that no query of ours may name."""
    return frozenset((schema, name) for schema, name in connection.execute(_TABLES).fetchall())
