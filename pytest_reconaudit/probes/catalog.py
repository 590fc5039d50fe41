"""What a PostgreSQL database holds, read from its catalog as plain builtins.

Read-only queries with every name qualified: a schema of the database that shadows ``pg_catalog``
changes nothing. Objects of the server itself, of extensions and of sessions are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["NEWEST_INDEX", "read_catalog", "read_indexes"]

NEWEST_INDEX = """
SELECT c.oid::pg_catalog.int8 FROM pg_catalog.pg_class c
WHERE c.relkind IN ('i', 'I') ORDER BY c.oid DESC LIMIT 1
"""

_OURS = """
{schema} NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
AND {schema} NOT LIKE 'pg\\_temp\\_%' AND {schema} NOT LIKE 'pg\\_toast\\_temp\\_%'
"""

_INDEXES = """
SELECT i.indexrelid::pg_catalog.int8,
       n.nspname, c.relname, tn.nspname, t.relname, am.amname,
       i.indisunique, {nulls_not_distinct}, i.indisvalid, i.indisready, i.indisprimary,
       c.relkind::pg_catalog.text,
       i.indnkeyatts,
       ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
             FROM pg_catalog.generate_series(1, i.indnatts) AS k ORDER BY k),
       i.indoption::pg_catalog.int2[],
       ARRAY(SELECT o.opcname::pg_catalog.text
             FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS u(oid, at)
             JOIN pg_catalog.pg_opclass o ON o.oid = u.oid ORDER BY u.at),
       ARRAY(SELECT COALESCE(l.collname::pg_catalog.text, '')
             FROM pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) WITH ORDINALITY AS u(oid, at)
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = u.oid ORDER BY u.at),
       COALESCE(pg_catalog.pg_get_expr(i.indpred, i.indrelid), ''),
       pg_catalog.pg_get_indexdef(i.indexrelid),
       COALESCE(k.conname::pg_catalog.text, ''), COALESCE(k.contype::pg_catalog.text, ''),
       h.inhrelid IS NOT NULL,
       pg_catalog.pg_relation_size(i.indrelid)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
WHERE {filter}
ORDER BY tn.nspname, t.relname, c.relname
"""
_NOT_EXTENSION = """
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  AND d.objid = {table} AND d.deptype = 'e')
"""
_TABLES = f"""
SELECT n.nspname, t.relname, t.relkind::pg_catalog.text, t.relispartition,
       GREATEST(t.reltuples, 0)::pg_catalog.int8,
       ARRAY(SELECT ARRAY[a.attname::pg_catalog.text,
                          pg_catalog.format_type(a.atttypid, a.atttypmod),
                          a.attnotnull::pg_catalog.text, a.atthasdef::pg_catalog.text]
             FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format(schema="n.nspname")}
{_NOT_EXTENSION.format(table="t.oid")}
ORDER BY n.nspname, t.relname
"""
_CONSTRAINTS = f"""
SELECT k.conname, k.contype::pg_catalog.text, n.nspname, t.relname,
       ARRAY(SELECT a.attname::pg_catalog.text
             FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u(number, at)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
             ORDER BY u.at),
       COALESCE(fn.nspname::pg_catalog.text, ''), COALESCE(f.relname::pg_catalog.text, ''),
       ARRAY(SELECT a.attname::pg_catalog.text
             FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u(number, at)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number
             ORDER BY u.at),
       k.confdeltype::pg_catalog.text, k.convalidated, k.conparentid <> 0,
       pg_catalog.pg_get_constraintdef(k.oid)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype IN ('p', 'u', 'x', 'f', 'c') AND {_OURS.format(schema="n.nspname")}
{_NOT_EXTENSION.format(table="t.oid")}
ORDER BY n.nspname, t.relname, k.conname
"""


def read_catalog(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, indexes and constraints.

    ``{"version", "tables", "indexes", "constraints"}``, lists of dicts, in name order.
    Raises ``psycopg.Error``.
    """
    with connection.cursor() as cursor:
        tables = [
            {
                "schema": schema,
                "name": name,
                "kind": kind,
                "partition": partition,
                "rows": rows,
                "columns": [
                    {
                        "name": column,
                        "type": type_,
                        "not_null": not_null == "true",
                        "has_default": default == "true",
                    }
                    for column, type_, not_null, default in columns
                ],
            }
            for schema, name, kind, partition, rows, columns in cursor.execute(_TABLES).fetchall()
        ]
        constraints = [
            {
                "name": row[0],
                "kind": row[1],
                "schema": row[2],
                "table": row[3],
                "columns": row[4],
                "foreign_schema": row[5],
                "foreign_table": row[6],
                "foreign_columns": row[7],
                "on_delete": row[8].strip(),
                "validated": row[9],
                "inherited": row[10],
                "definition": row[11],
            }
            for row in cursor.execute(_CONSTRAINTS).fetchall()
        ]
    return {
        "version": connection.info.parameter_status("server_version") or "",
        "tables": tables,
        "indexes": read_indexes(connection),
        "constraints": constraints,
    }


def read_indexes(connection: Connection, oid: int | None = None) -> list[dict[str, Any]]:
    """The indexes of the database, or the one with this object id.

    ``form`` is what an index *is*: two indexes with equal forms do the same, whatever their names.
    """
    if oid is None:
        wanted = _OURS.format(schema="tn.nspname") + _NOT_EXTENSION.format(table="i.indrelid")
    else:
        wanted = f"i.indexrelid = {int(oid)}"
    distinct = "i.indnullsnotdistinct" if connection.info.server_version >= 150000 else "false"
    query = _INDEXES.format(nulls_not_distinct=distinct, filter=wanted)
    with connection.cursor() as cursor:
        return [_index(row) for row in cursor.execute(query.encode()).fetchall()]


def _index(row: tuple[Any, ...]) -> dict[str, Any]:
    (oid, schema, name, table_schema, table, method, unique, nulls_not_distinct, valid, ready,
     primary, kind, key_count, columns, options, opclasses, collations, predicate, definition,
     constraint, constraint_kind, partition, size) = row  # fmt: skip
    keys, include = columns[:key_count], columns[key_count:]
    return {
        "oid": oid,
        "schema": schema,
        "name": name,
        "table": table,
        "method": method,
        "keys": keys,
        "include": include,
        "predicate": predicate,
        "unique": unique,
        "valid": valid and ready,
        "primary": primary,
        "partitioned": kind == "I",
        "partition": partition,
        "constraint": constraint,
        "constraint_kind": constraint_kind,
        "definition": definition,
        "table_size": size,
        "form": [
            table_schema, table, method, keys, list(options), opclasses, collations,
            predicate, unique, nulls_not_distinct, sorted(include),
        ],
    }  # fmt: skip
