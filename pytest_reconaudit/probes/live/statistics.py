"""What the server counted: of its tables, its indexes and its sequences, and how full they are.

Rows are lists in the order of :data:`TABLE`, :data:`INDEX` and :data:`SEQUENCE`: a database of
20,000 tables has that many of each.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.probes.catalog import held_relations, lean

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["BIG_PAGES", "INDEX", "MOST_SEQUENCES", "SEQUENCE", "TABLE", "read"]

TABLE = (
    "oid", "schema", "name", "kind", "pages", "reltuples", "seq_scan", "seq_tup_read", "live",
    "dead", "deleted", "vacuumed", "analyzed", "modified", "options", "partition",
)  # fmt: skip
"""``vacuumed`` and ``analyzed``: hours since the last one, by hand or not; ``None``: never."""
INDEX = ("oid", "table", "schema", "name", "scans", "pages", "replica_identity")
SEQUENCE = (
    "schema", "name", "last", "increment", "maximum", "minimum", "cycles", "table_schema",
    "table", "column", "type",
)  # fmt: skip
"""``last`` is ``None`` when it was never used. The column it feeds, if any, and its type."""

BIG_PAGES = 12_800
"""Pages from which a table's free space is estimated: 100 MB of 8 kB each."""
_MOST_BIG = 200
MOST_SEQUENCES = 20_000
_AT_ONCE = 200
_SEQUENCE_SECONDS = 6.0
_MOST_STATEMENTS = 500

_OURS = """
n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
AND n.nspname NOT LIKE 'pg\\_temp\\_%'
"""
_HOURS = "(EXTRACT(epoch FROM pg_catalog.now() - GREATEST({}, {})) / 3600.0)::pg_catalog.float8"
_TABLES = f"""
SELECT c.oid::pg_catalog.int8, n.nspname, c.relname, c.relkind::pg_catalog.text,
       c.relpages::pg_catalog.int8, c.reltuples::pg_catalog.float8,
       pg_catalog.pg_stat_get_numscans(c.oid), pg_catalog.pg_stat_get_tuples_returned(c.oid),
       pg_catalog.pg_stat_get_live_tuples(c.oid), pg_catalog.pg_stat_get_dead_tuples(c.oid),
       pg_catalog.pg_stat_get_tuples_deleted(c.oid),
       {_HOURS.format("pg_catalog.pg_stat_get_last_vacuum_time(c.oid)",
                      "pg_catalog.pg_stat_get_last_autovacuum_time(c.oid)")},
       {_HOURS.format("pg_catalog.pg_stat_get_last_analyze_time(c.oid)",
                      "pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)")},
       pg_catalog.pg_stat_get_mod_since_analyze(c.oid),
       COALESCE(c.reloptions, '{{}}'), c.relispartition
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND {_OURS}
"""  # fmt: skip
_INDEXES = f"""
SELECT c.oid::pg_catalog.int8, i.indrelid::pg_catalog.int8, n.nspname, c.relname,
       pg_catalog.pg_stat_get_numscans(c.oid), c.relpages::pg_catalog.int8, i.indisreplident
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i' AND {_OURS}
"""
# What feeds a column: the sequence it owns, or the one that its default asks.
_SEQUENCES = f"""
SELECT n.nspname, c.relname, s.seqincrement, s.seqmax, s.seqmin, s.seqcycle,
       tn.nspname, t.relname, a.attname,
       pg_catalog.format_type(a.atttypid, NULL),
       pg_catalog.has_sequence_privilege(c.oid, 'SELECT'), c.oid::pg_catalog.int8
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid::pg_catalog.int4 AS number
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum::pg_catalog.int4
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
) u ON u.sequence = c.oid
LEFT JOIN pg_catalog.pg_class t ON t.oid = u.relation
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.number
WHERE c.relpersistence <> 't' AND {_OURS}
ORDER BY LEAST(s.seqmax, CASE a.atttypid WHEN 'pg_catalog.int2'::pg_catalog.regtype THEN 32767
                         WHEN 'pg_catalog.int4'::pg_catalog.regtype THEN 2147483647
                         ELSE s.seqmax END), n.nspname, c.relname
"""
_BIG = f"""
SELECT c.oid::pg_catalog.int8, n.nspname, c.relname, c.relpages::pg_catalog.int8,
       c.reltuples::pg_catalog.float8,
       COALESCE((SELECT o.option_value::pg_catalog.float8
                 FROM pg_catalog.pg_options_to_table(c.reloptions) o
                 WHERE o.option_name = 'fillfactor'), 100),
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT pg_catalog.bool_or(a.atttypid = 'pg_catalog.name'::pg_catalog.regtype)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       pg_catalog.current_setting('block_size')::pg_catalog.int4
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpages >= {BIG_PAGES} AND c.reltuples > 0 AND {_OURS}
ORDER BY c.relpages DESC LIMIT {_MOST_BIG}
"""
_WIDTHS = """
SELECT s.schemaname, s.tablename, pg_catalog.count(*)::pg_catalog.int4,
       pg_catalog.sum((1 - s.null_frac) * s.avg_width)::pg_catalog.float8,
       pg_catalog.bool_or(s.null_frac > 0)
FROM pg_catalog.pg_stats s
WHERE NOT s.inherited AND s.tablename = ANY (%s::pg_catalog.name[])
GROUP BY 1, 2
"""
_STATEMENTS_IN = """
SELECT n.nspname FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
"""


def read(connection: Connection) -> dict[str, Any]:
    """``{"columns", "tables", "indexes", "block_size", "sequences", "sequences_unread", "big",
    "statements"}``.

    ``columns``: what stands where in the rows of ``tables``, ``indexes`` and ``sequences``.
    ``sequences_unread``: how many the role may not read, somebody locks, or there was no time for.
    ``big``: ``[schema, name, bytes, estimated bytes without free space or None]`` for tables from
    :data:`BIG_PAGES` on; ``None`` when they were never analyzed or the role sees no statistics.
    ``statements``: ``[text, calls, mean ms]`` of those that name a table that is often read from
    its start to its end; ``None`` when the server does not keep statements.
    """
    tables = [list(lean(row)) for row in connection.execute(_TABLES)]
    indexes = [list(lean(row)) for row in connection.execute(_INDEXES)]
    rows = connection.execute("SELECT pg_catalog.current_setting('block_size')").fetchall()
    sequences, unread = _sequences(connection)
    return {
        "columns": {
            "tables": list(TABLE),
            "indexes": list(INDEX),
            "sequences": list(SEQUENCE),
        },
        "tables": tables,
        "indexes": indexes,
        "block_size": int(rows[0][0]),
        "sequences": sequences,
        "sequences_unread": unread,
        "big": _big(connection),
        "statements": _statements(connection, tables),
    }


# -- sequences -----------------------------------------------------------------------------


def _sequences(connection: Connection) -> tuple[list[list[Any]], int]:
    """The sequences with their values, those with the lowest limits first.

    Each is read as the table it is: `pg_sequence_last_value` takes a lock that is stronger than
    ACCESS SHARE.
    """
    import psycopg
    from psycopg import sql

    rows = [lean(row) for row in connection.execute(_SEQUENCES)]
    held = held_relations(connection)
    readable = list(
        dict.fromkeys((row[0], row[1]) for row in rows if row[-2] and row[-1] not in held)
    )
    values: dict[tuple[str, str], int | None] = {}
    deadline = time.monotonic() + _SEQUENCE_SECONDS
    for start in range(0, min(len(readable), MOST_SEQUENCES), _AT_ONCE):
        if time.monotonic() > deadline:
            break
        part = readable[start : start + _AT_ONCE]
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}::pg_catalog.int4, last_value, is_called FROM {}").format(
                sql.Literal(number), sql.Identifier(*name)
            )
            for number, name in enumerate(part)
        )
        try:
            with connection.transaction():  # a savepoint: what is locked or gone costs this part
                for number, last, called in connection.execute(query).fetchall():
                    values[part[number]] = last if called else None
        except psycopg.Error:
            if connection.closed:
                raise
    found = []
    for schema, name, increment, maximum, minimum, cycles, *column, _, _ in rows:
        if (schema, name) in values:
            last = values[schema, name]
            found.append([schema, name, last, increment, maximum, minimum, cycles, *column])
    return found, len({(row[0], row[1]) for row in rows}) - len(values)


# -- free space ----------------------------------------------------------------------------

_PAGE_HEADER = 24
_TUPLE_HEADER = 23
_POINTER = 4
_ALIGN = 8


def _big(connection: Connection) -> list[list[Any]]:
    """Big tables and the size they would have without free space, by the widths in ``pg_stats``."""
    rows = connection.execute(_BIG).fetchall()
    if not rows:
        return []
    names = sorted({row[2] for row in rows})
    widths = {
        (schema, name): (count, width, nulls)
        for schema, name, count, width, nulls in connection.execute(_WIDTHS, (names,)).fetchall()
    }
    found = []
    for _, schema, name, pages, tuples, fill, columns, has_name, block in rows:
        count, width, nulls = widths.get((schema, name), (0, 0.0, False))
        # Of the type `name` the widths are wrong, and columns without statistics have none.
        known = count == columns and not has_name
        size = _size(tuples, width, columns, nulls, fill, block) if known else None
        found.append([schema, name, pages * block, size])
    return found


def _size(tuples: float, width: float, columns: int, nulls: bool, fill: float, block: int) -> int:
    """Bytes that the tuples take when nothing lies between them."""
    header = _aligned(_TUPLE_HEADER + ((columns + 7) // 8 if nulls else 0))
    each = _POINTER + header + _aligned(width)
    fit = max(1.0, (block - _PAGE_HEADER) * fill / 100 // each)
    return int(-(-tuples // fit)) * block


def _aligned(size: float) -> int:
    return int(-(-size // _ALIGN)) * _ALIGN


# -- statements ----------------------------------------------------------------------------


def _statements(connection: Connection, tables: list[list[Any]]) -> list[list[Any]] | None:
    """What names a table that is often read as a whole; at most :data:`_MOST_STATEMENTS`."""
    import psycopg
    from psycopg import sql

    at = {name: number for number, name in enumerate(TABLE)}
    wanted = [
        str(row[at["name"]])
        for row in tables
        if row[at["seq_scan"]] > 100 and row[at["seq_tup_read"]] >= 10_000 * row[at["seq_scan"]]
    ]
    if not wanted:
        return []
    mean = "mean_exec_time" if connection.info.server_version >= 130000 else "mean_time"
    try:
        with connection.transaction():
            where = connection.execute(_STATEMENTS_IN).fetchall()
            if not where:
                return None
            query = sql.SQL(
                "SELECT pg_catalog.left(s.query, 4000), s.calls::pg_catalog.int8,"
                " s.{mean}::pg_catalog.float8 FROM {view} s"
                " WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d"
                " WHERE d.datname = pg_catalog.current_database())"
                " AND pg_catalog.lower(s.query) LIKE ANY (%s::pg_catalog.text[])"
                " ORDER BY s.calls * s.{mean} DESC LIMIT {most}"
            ).format(
                mean=sql.Identifier(mean),
                view=sql.Identifier(where[0][0], "pg_stat_statements"),
                most=sql.Literal(_MOST_STATEMENTS),
            )
            like = ["%" + name.lower().replace("\\", "\\\\").replace("_", "\\_") + "%"
                    for name in wanted[:100]]  # fmt: skip
            return [list(row) for row in connection.execute(query, (like,)).fetchall()]
    except psycopg.Error:
        if connection.closed:
            raise
        return None
