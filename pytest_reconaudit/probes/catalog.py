"""What a PostgreSQL database holds, read from its catalog as plain builtins.

Read-only queries with every name qualified: a schema of the database that shadows ``pg_catalog``
changes nothing. Objects of the server itself, of extensions and of sessions are left out.

The catalog alone is read, which locks no table. Only to put what is not plain into words the server
opens its table: for the indexes and CHECK constraints that need it, it is asked afterwards, and
not for tables that somebody holds, or waits for, exclusively.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["NEWEST_INDEX", "held_relations", "lean", "read_catalog", "read_indexes"]

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
       {keys},
       i.indoption::pg_catalog.int2[],
       {opclasses},
       {collations},
       {predicate},
       {definition},
       COALESCE(k.conname::pg_catalog.text, ''), COALESCE(k.contype::pg_catalog.text, ''),
       h.inhrelid IS NOT NULL,
       t.relpages::pg_catalog.int8
       * pg_catalog.current_setting('block_size')::pg_catalog.int8,
       i.indisreplident,
       i.indrelid::pg_catalog.int8, i.indkey::pg_catalog.int2[],
       pg_catalog.quote_ident(c.relname), pg_catalog.quote_ident(tn.nspname)
       || '.' || pg_catalog.quote_ident(t.relname),
       i.indpred IS NOT NULL OR i.indexprs IS NOT NULL,
       c.reloptions IS NULL AND c.reltablespace = 0
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
WHERE {filter}
"""
_PREDICATE = "COALESCE(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '')"
_DEFINITION = "pg_catalog.pg_get_indexdef(i.indexrelid)"
_KEYS = """
ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
      FROM pg_catalog.generate_series(1, i.indnatts) AS k ORDER BY k)
"""
# Of one index the server looks names up; of all of them they are looked up here: in a database of
# 20,000 tables that spares it nine tenths of the work.
_ONE = {
    "keys": _KEYS,
    "predicate": _PREDICATE,
    "definition": _DEFINITION,
    "opclasses": """
ARRAY(SELECT o.opcname::pg_catalog.text
      FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS u(oid, at)
      JOIN pg_catalog.pg_opclass o ON o.oid = u.oid ORDER BY u.at)
""",
    "collations": """
ARRAY(SELECT COALESCE(l.collname::pg_catalog.text, '')
      FROM pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) WITH ORDINALITY AS u(oid, at)
      LEFT JOIN pg_catalog.pg_collation l ON l.oid = u.oid ORDER BY u.at)
""",
}
_ALL = {
    "keys": "NULL",
    "predicate": "''",
    "definition": "NULL",
    "opclasses": "i.indclass::pg_catalog.oid[]::pg_catalog.int8[]",
    "collations": "i.indcollation::pg_catalog.oid[]::pg_catalog.int8[]",
}
_WORDS_OF_INDEXES = f"""
SELECT i.indexrelid::pg_catalog.int8, {_KEYS}, {_PREDICATE}, {_DEFINITION}
FROM pg_catalog.pg_index i
WHERE i.indexrelid = ANY (%s::pg_catalog.int8[]::pg_catalog.oid[])
"""
_WORDS_OF_CONSTRAINTS = """
SELECT k.oid::pg_catalog.int8, pg_catalog.pg_get_constraintdef(k.oid)
FROM pg_catalog.pg_constraint k
WHERE k.oid = ANY (%s::pg_catalog.int8[]::pg_catalog.oid[])
"""
# Who only waits for such a lock has everybody wait who comes after.
_HELD = """
SELECT DISTINCT l.relation::pg_catalog.int8 FROM pg_catalog.pg_locks l
WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
  AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND l.database IN (0, (SELECT d.oid FROM pg_catalog.pg_database d
                         WHERE d.datname = pg_catalog.current_database()))
"""
_TRIES = 4
"""How often words are asked for when a table is locked between two looks."""
_NAMES = {
    "opclasses": "SELECT oid::pg_catalog.int8, opcname FROM pg_catalog.pg_opclass",
    "default opclasses": "SELECT oid::pg_catalog.int8, opcdefault FROM pg_catalog.pg_opclass",
    "families": "SELECT oid::pg_catalog.int8, opcfamily::pg_catalog.int8 FROM"
    " pg_catalog.pg_opclass",
    "domains": "SELECT oid::pg_catalog.int8, typbasetype::pg_catalog.int8 FROM pg_catalog.pg_type"
    " WHERE typtype = 'd'",
    "collations": "SELECT oid::pg_catalog.int8, collname FROM pg_catalog.pg_collation",
}
_NOT_EXTENSION = """
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  AND d.objid = {table} AND d.deptype = 'e')
"""
_TABLES = f"""
SELECT t.oid::pg_catalog.int8, n.nspname, t.relname, t.relkind::pg_catalog.text,
       t.relispartition, GREATEST(t.reltuples, 0)::pg_catalog.int8, t.relpersistence = 'u'
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format(schema="n.nspname")}
{_NOT_EXTENSION.format(table="t.oid")}
"""
_COLUMNS = f"""
SELECT a.attrelid::pg_catalog.int8, a.attnum, a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef,
       pg_catalog.quote_ident(a.attname), a.atttypid::pg_catalog.int8,
       a.attcollation::pg_catalog.int8, a.attidentity::pg_catalog.text,
       a.attgenerated::pg_catalog.text
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format(schema="n.nspname")}
  AND a.attnum > 0 AND NOT a.attisdropped
"""
_CONSTRAINTS = f"""
SELECT k.conname, k.contype::pg_catalog.text, n.nspname, t.relname,
       k.conrelid::pg_catalog.int8, k.conkey, k.confrelid::pg_catalog.int8, k.confkey,
       COALESCE(fn.nspname::pg_catalog.text, ''), COALESCE(f.relname::pg_catalog.text, ''),
       k.confdeltype::pg_catalog.text, k.convalidated, k.conparentid <> 0,
       CASE WHEN k.contype NOT IN ('c', 'x') THEN pg_catalog.pg_get_constraintdef(k.oid) END,
       k.confupdtype::pg_catalog.text,
       k.conpfeqop::pg_catalog.oid[]::pg_catalog.int8[],
       k.oid::pg_catalog.int8
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype IN ('p', 'u', 'x', 'f', 'c') AND {_OURS.format(schema="n.nspname")}
{_NOT_EXTENSION.format(table="t.oid")}
"""

# A foreign key finds the children of a parent row by `child = $1`; what it has is `parent = child`.
_TURNED = """
SELECT o.oid::pg_catalog.int8, COALESCE(NULLIF(o.oprcom, 0), o.oid)::pg_catalog.int8
FROM pg_catalog.pg_operator o WHERE o.oid = ANY (%s::pg_catalog.int8[]::pg_catalog.oid[])
"""
_FAMILIES = """
SELECT m.amopfamily::pg_catalog.int8, m.amopopr::pg_catalog.int8 FROM pg_catalog.pg_amop m
WHERE m.amoppurpose = 's' AND m.amopopr = ANY (%s::pg_catalog.int8[]::pg_catalog.oid[])
ORDER BY 1, 2
"""

_Columns = dict[int, dict[int, tuple[Any, ...]]]
"""Table's object id → column's number → name, type, NOT NULL, has a default, quoted name, type's
object id, collation, identity, generated."""


def read_catalog(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, indexes and constraints.

    ``{"version", "tables", "indexes", "constraints", "families", "unread"}``, lists of dicts, in
    name order; ``families`` are the pairs (operator family, operator) of the operators by which
    foreign keys look for their rows. Of tables that somebody locks, CHECK constraints and indexes
    with an expression are left out; ``unread`` are the ``[schema, name]`` of tables of which an
    index is. Raises ``psycopg.Error``.
    """
    known: _Columns = {}
    domains: dict[int, int] = dict(connection.execute(_NAMES["domains"]).fetchall())
    for row in connection.execute(_COLUMNS):
        table, number, *column = lean(row)
        known.setdefault(table, {})[number] = tuple(column)
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
                    "not_null": not_null,
                    "has_default": default,
                    "type_oid": _base(type_oid, domains) if domains else type_oid,
                    "collation": collation,
                    "identity": identity,
                    "generated": generated,
                }
                for _, (
                    column,
                    type_,
                    not_null,
                    default,
                    _,
                    type_oid,
                    collation,
                    identity,
                    generated,
                ) in sorted(known.get(oid, {}).items())
            ],
            "unlogged": unlogged,
        }
        for oid, schema, name, kind, partition, rows, unlogged in map(
            lean, connection.execute(_TABLES)
        )
    ]

    def names(table: int, numbers: list[int] | None) -> list[str]:
        columns = known.get(table, {})
        return [columns[number][0] for number in numbers or () if number in columns]

    rows = [lean(row) for row in connection.execute(_CONSTRAINTS)]
    wordy = {row[-1]: row[4] for row in rows if row[13] is None}
    words, _ = _words(connection, _WORDS_OF_CONSTRAINTS, wordy)
    constraints = [
        {
            "name": name,
            "kind": kind,
            "schema": schema,
            "table": table,
            "columns": names(own, keys),
            "foreign_schema": foreign_schema,
            "foreign_table": foreign_table,
            "foreign_columns": names(other, foreign_keys),
            "on_delete": on_delete.strip(),
            "validated": validated,
            "inherited": inherited,
            "definition": words[oid][0] if definition is None else definition,
            "on_update": on_update.strip(),
            "equality": operators or [],
        }
        for (name, kind, schema, table, own, keys, other, foreign_keys, foreign_schema,
             foreign_table, on_delete, validated, inherited, definition, on_update, operators, oid)
        in rows if definition is not None or oid in words
    ]  # fmt: skip
    turned: dict[int, int] = dict(_of_operators(connection, _TURNED, constraints))
    for one in constraints:
        one["equality"] = [turned.get(operator, operator) for operator in one["equality"]]
    families = [list(pair) for pair in _of_operators(connection, _FAMILIES, constraints)]
    indexes, unread = _all_indexes(connection, known)
    tables.sort(key=lambda table: (table["schema"], table["name"]))
    constraints.sort(key=lambda one: (one["schema"], one["table"], one["name"]))
    return {
        # Packagers add their own: 15.20 (Debian 15.20-0+deb12u1).
        "version": (connection.info.parameter_status("server_version") or "").partition(" ")[0],
        "tables": tables,
        "indexes": indexes,
        "constraints": constraints,
        "families": families,
        "unread": [list(table) for table in sorted(unread)],
    }


def lean(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose texts are those of other rows where they are equal: a database of 20,000 tables
    says ``public`` and ``bigint`` some 100,000 times, and is handed from process to process."""
    return tuple([intern(value) if type(value) is str else value for value in row])


def held_relations(connection: Connection) -> frozenset[int]:
    """The object ids of what somebody holds, or waits for, exclusively: to read it is to wait."""
    return frozenset(oid for (oid,) in connection.execute(_HELD).fetchall())


def _words(
    connection: Connection, query: str, wanted: dict[int, int]
) -> tuple[dict[int, tuple[Any, ...]], frozenset[int]]:
    """What the server says of some objects whose tables it has to open for that, and the objects
    that it was not asked about, as their tables are locked.

    :param wanted: object → its table.
    """
    import psycopg

    for left in range(_TRIES, 0, -1) if wanted else ():
        held = held_relations(connection)
        locked = frozenset(one for one, table in wanted.items() if table in held)
        try:
            with connection.transaction():  # a savepoint
                rows = connection.execute(query.encode(), (list(wanted.keys() - locked),))
                found = {row[0]: row[1:] for row in rows if row[-1] is not None}
            return found, locked
        except psycopg.errors.LockNotAvailable:
            if left == 1:
                raise
    return {}, frozenset()


def _of_operators(
    connection: Connection, query: str, constraints: list[dict[str, Any]]
) -> list[tuple[int, int]]:
    wanted = sorted({operator for one in constraints for operator in one["equality"]})
    if not wanted:
        return []
    rows: list[tuple[int, int]] = connection.execute(query.encode(), (wanted,)).fetchall()
    return rows


def _base(type_: int, domains: dict[int, int]) -> int:
    """The type below a domain, which may lie over another."""
    while type_ in domains:
        type_ = domains[type_]
    return type_


def read_indexes(connection: Connection, oid: int) -> list[dict[str, Any]]:
    """The index with this object id, if there is one.

    ``form`` is what an index *is*: two indexes with equal forms do the same, whatever their names.
    """
    return [_index(row) for row in _index_rows(connection, f"i.indexrelid = {int(oid)}", _ONE)]


def _index_rows(
    connection: Connection, wanted: str, looked_up: dict[str, str]
) -> list[tuple[Any, ...]]:
    distinct = "i.indnullsnotdistinct" if connection.info.server_version >= 150000 else "false"
    query = _INDEXES.format(nulls_not_distinct=distinct, filter=wanted, **looked_up)
    return [lean(row) for row in connection.execute(query.encode())]


def _all_indexes(
    connection: Connection, columns: _Columns
) -> tuple[list[dict[str, Any]], set[tuple[str, str]]]:
    """The indexes, and the (schema, name) of tables of which some were left out."""
    wanted = _OURS.format(schema="tn.nspname") + _NOT_EXTENSION.format(table="i.indrelid")
    opclasses: dict[int, str] = dict(connection.execute(_NAMES["opclasses"]).fetchall())
    usual: dict[int, bool] = dict(connection.execute(_NAMES["default opclasses"]).fetchall())
    collations: dict[int, str] = dict(connection.execute(_NAMES["collations"]).fetchall())
    families: dict[int, int] = dict(connection.execute(_NAMES["families"]).fetchall())
    found, wordy, missed = [], {}, set()
    rows = _index_rows(connection, wanted, _ALL)
    for row in rows:
        expression, plain = row[-2:]
        if expression or not plain or not _is_plain(row, columns, usual):
            wordy[row[0]] = row[_AT_TABLE]
    words, locked = _words(connection, _WORDS_OF_INDEXES, wordy)
    for row in rows:
        values = list(row)
        if row[0] in words:
            values[_AT_KEYS], values[_AT_PREDICATE], values[_AT_DEFINITION] = words[row[0]]
        elif row[0] in locked and row[-2]:
            missed.add((row[3], row[4]))
            continue
        elif row[0] in locked or row[0] not in wordy:
            quoted = columns.get(row[_AT_TABLE], {})
            values[_AT_KEYS] = [quoted[number][4] for number in row[_AT_NUMBERS]]
            values[_AT_DEFINITION] = _definition(values)
        else:  # it is gone
            continue
        values[_AT_OPCLASSES] = [opclasses[oid] for oid in row[_AT_OPCLASSES]]
        values[_AT_COLLATIONS] = [collations.get(oid, "") for oid in row[_AT_COLLATIONS]]
        index = _index(tuple(values))
        index["families"] = [families[oid] for oid in row[_AT_OPCLASSES]]
        index["collations"] = list(row[_AT_COLLATIONS])
        found.append(index)
    found.sort(key=lambda index: (index["form"][0], index["table"], index["name"]))
    return found, missed


_AT_KEYS, _AT_OPTIONS, _AT_OPCLASSES, _AT_COLLATIONS, _AT_PREDICATE, _AT_DEFINITION = range(13, 19)
_AT_TABLE, _AT_NUMBERS = 24, 25


_ORDERS = {1: " DESC NULLS LAST", 2: " NULLS FIRST", 3: " DESC"}
"""Bits of ``pg_index.indoption``."""


def _is_plain(row: tuple[Any, ...], columns: _Columns, usual: dict[int, bool]) -> bool:
    """Whether an index says nothing of its columns but which they are."""
    known = columns.get(row[_AT_TABLE], {})
    keys = row[_AT_NUMBERS][: row[12]]
    return (
        all(number in known for number in row[_AT_NUMBERS])
        and not any(row[_AT_OPTIONS])
        and all(usual.get(oid, False) for oid in row[_AT_OPCLASSES])
        and all(
            known[number][6] == collation
            for number, collation in zip(keys, row[_AT_COLLATIONS], strict=False)
        )
    )


def _definition(row: list[Any]) -> str:
    """The statement that makes an index without expressions, as ``pg_get_indexdef`` words it; but
    for collations, operator classes and storage that are not the usual ones."""
    quoted, table = row[-4:-2]
    unique = "UNIQUE " if row[6] else ""
    only = "ONLY " if row[11] == "I" else ""
    keys, include = row[_AT_KEYS][: row[12]], row[_AT_KEYS][row[12] :]
    keys = [
        key + _ORDERS.get(option, "") for key, option in zip(keys, row[_AT_OPTIONS], strict=False)
    ]
    text = f"CREATE {unique}INDEX {quoted} ON {only}{table} USING {row[5]} ({', '.join(keys)})"
    text += f" INCLUDE ({', '.join(include)})" if include else ""
    return f"{text} NULLS NOT DISTINCT" if row[7] else text


def _index(row: tuple[Any, ...]) -> dict[str, Any]:
    (oid, schema, name, table_schema, table, method, unique, nulls_not_distinct, valid, ready,
     primary, kind, key_count, columns, options, opclasses, collations, predicate, definition,
     constraint, constraint_kind, partition, size, replica, *_) = row  # fmt: skip
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
        "replica_identity": replica,
        "form": [
            table_schema, table, method, keys, list(options), opclasses, collations,
            predicate, unique, nulls_not_distinct, sorted(include),
        ],
    }  # fmt: skip
