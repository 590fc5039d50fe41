"""Primary keys, and foreign keys that cannot do what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from pytest_reconaudit.facts.db.catalogs import (
    KnownCatalog,
    NoCatalog,
    known_catalogs,
    origins,
)
from pytest_reconaudit.facts.db.database import (
    CatalogColumn,
    CatalogConstraint,
    CatalogIndex,
    CatalogTable,
)
from pytest_reconaudit.facts.db.foreign_keys import key_place
from pytest_reconaudit.facts.db.live.places import server_place
from pytest_reconaudit.facts.db.parent_uses import deleted_parents
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_names import unquoted
from pytest_reconaudit.target import Target, once

__all__ = ["KeyFault", "KeyState", "key_states"]

_EACH = 10
"""Faults of a kind, in one database, up to which each is a finding of its own."""
_TEXTS = frozenset({25, 1043})
"""``text`` and ``varchar``: the same bytes, the same operators."""
_WIDTHS = {21: 2, 23: 4, 20: 8}
"""Bytes of ``int2``, ``int4``, ``int8``."""
_PASSING = regex(r"(?:^|_)(?:te?mp|staging|stage|scratch|backup|bak)(?:_|\d*$)", 2)
_TRACKING = regex(
    r"(?:__diesel_schema_migrations|_sqlx_migrations|_?schema_migrations?|schema_migrations_history"
    r"|schema_version|flyway_schema_history|databasechangelog(?:lock)?|alembic_version"
    r"|_prisma_migrations|django_migrations|ar_internal_metadata|refinery_schema_history"
    r"|seaql_migrations|goose_db_version|__drizzle_migrations|knex_migrations(?:_lock)?"
    r"|gorp_migrations|.*_schema_migrations)\Z"
)
_SET_NULL = regex(r"ON DELETE SET NULL \(([^)]*)\)")
_CONSTANT = regex(r"\(?\(?(?:true|false|\d+|\(\d+ = \d+\))\)?\)?\Z")

Clause = Literal["no key", "unique only", "type", "set null", "unvalidated"]


class KeyFault(Struct, frozen=True):
    """One table or constraint."""

    clause: Clause
    name: str
    """Of the table, or ``table.constraint``."""
    place: Place
    says: str
    """In words, the name left out when several are told together."""
    evidence: str
    idle: bool = False
    """Code is known, and it deletes no row of the parent: the key only forbids what nobody does."""


class KeyState(Struct, frozen=True):
    """The keys of one database."""

    id: str
    described: str
    tables: int
    groups: tuple[tuple[KeyFault, ...], ...]
    """Each is a finding."""
    gap: str


@once
def key_states(target: Target) -> tuple[KeyState, ...] | NoCatalog:
    """The keys of each catalog."""
    known = known_catalogs(target)
    if isinstance(known, NoCatalog):
        return known
    return tuple(_state(target, one) for one in known)


def _state(target: Target, known: KnownCatalog) -> KeyState:
    tables = {
        (table.schema, table.name): table
        for table in known.catalog.tables
        if table.kind in ("r", "p")
    }
    faults = [*_without_key(target, known, tables), *_constraints(target, known, tables)]
    groups: list[tuple[KeyFault, ...]] = []
    for clause in ("no key", "unique only", "type", "set null", "unvalidated"):
        found = [fault for fault in faults if fault.clause == clause]
        if clause == "set null":
            # What one migration got wrong in the same way is mended at once.
            groups += _by_migration(found)
            continue
        if len(found) <= _EACH and clause != "unique only":
            groups += [(fault,) for fault in found]
        elif found:
            groups.append(tuple(found))
    return KeyState(known.id, known.described, len(tables), tuple(groups), known.gap)


def _by_migration(faults: Iterable[KeyFault]) -> list[tuple[KeyFault, ...]]:
    found: dict[tuple[str, bool], list[KeyFault]] = {}
    for fault in sorted(faults, key=lambda one: one.place.key()):
        found.setdefault((fault.place.path, fault.idle), []).append(fault)
    return [tuple(group) for group in found.values()]


_Tables = Mapping[tuple[str, str], CatalogTable]


def _shown(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"


def _without_key(target: Target, known: KnownCatalog, tables: _Tables) -> Iterator[KeyFault]:
    catalog = known.catalog
    keyed = {(one.schema, one.table) for one in catalog.constraints if one.kind == "p"}
    indexes: dict[tuple[str, str], list[CatalogIndex]] = {}
    for index in catalog.indexes:
        if index.unique and index.valid and not index.predicate:
            indexes.setdefault((index.schema, index.table), []).append(index)
    for at, table in tables.items():
        if at in keyed or table.partition or table.unlogged or not table.columns:
            continue
        if _PASSING.search(table.name) or _TRACKING.match(table.name):
            continue
        unique = indexes.get(at, [])
        if any(all(_CONSTANT.match(key) for key in index.keys) for index in unique):
            continue  # it has one row at most
        required = {column.name for column in table.columns if column.not_null}
        instead = next(
            (one for one in unique if all(unquoted(key) in required for key in one.keys)), None
        )
        place = (
            server_place(target)
            if known.root is None
            else origins(target, known.root).table(table.name)
        )
        name = _shown(*at)
        if instead is not None:
            says = f"has no primary key, and a unique one of NOT NULL columns, {instead.name}"
            yield KeyFault("unique only", name, place, says, instead.definition)
        else:
            says = "has no primary key"
            evidence = f"{name} ({', '.join(column.name for column in table.columns)})"
            yield KeyFault("no key", name, place, says, evidence)


def _constraints(target: Target, known: KnownCatalog, tables: _Tables) -> Iterator[KeyFault]:
    columns = {
        at: {column.name: column for column in table.columns} for at, table in tables.items()
    }
    gone = deleted_parents(target, known)
    for one in known.catalog.constraints:
        if one.inherited or one.kind not in ("f", "c"):
            continue
        own = columns.get((one.schema, one.table), {})
        name = f"{_shown(one.schema, one.table)}.{one.name}"
        if one.kind == "f":
            place = key_place(target, known, one)
            other = columns.get((one.foreign_schema, one.foreign_table), {})
            parent = _shown(one.foreign_schema, one.foreign_table)
            for column, foreign in zip(one.columns, one.foreign_columns, strict=False):
                if (says := _mismatch(own.get(column), other.get(foreign), parent)) is not None:
                    yield KeyFault("type", name, place, says, one.definition)
            if one.on_delete == "n":
                named = _SET_NULL.search(one.definition)
                emptied = (
                    [unquoted(each.strip()) for each in named[1].split(",")]
                    if named
                    else list(one.columns)
                )
                fixed = [each for each in emptied if each in own and own[each].not_null]
                if fixed:
                    says = f"sets {', '.join(fixed)} to NULL, which is NOT NULL: no row of {parent}"
                    says += " that it refers to can be deleted"
                    idle = gone is not None and one.foreign_table not in gone
                    if idle:
                        says += ", though no code here deletes one"
                    yield KeyFault("set null", name, place, says, one.definition, idle)
        if not one.validated and "NOT ENFORCED" not in one.definition:
            place = (
                key_place(target, known, one)
                if one.kind == "f"
                else _check_place(target, known, one)
            )
            if not _is_pending(known, one, place):
                says = "was added NOT VALID and never validated: old rows may break it"
                yield KeyFault("unvalidated", name, place, says, one.definition)


def _mismatch(column: CatalogColumn | None, other: CatalogColumn | None, parent: str) -> str | None:
    if column is None or other is None or column.type_oid == other.type_oid:
        return None
    if {column.type_oid, other.type_oid} <= _TEXTS:
        return None
    says = f"{column.name} is {column.type} and refers to {parent}.{other.name}, {other.type}"
    mine, theirs = _WIDTHS.get(column.type_oid), _WIDTHS.get(other.type_oid)
    if mine and theirs and mine < theirs:
        says += ": rows beyond its end cannot be referred to"
    return says


def _check_place(target: Target, known: KnownCatalog, one: CatalogConstraint) -> Place:
    if known.root is None:
        return server_place(target)
    return origins(target, known.root).constraint(one.table, one.name, one.columns, "check")


def _is_pending(known: KnownCatalog, one: CatalogConstraint, place: Place) -> bool:
    """Whether its validation is still to come: the newest migration adds it, or one that the live
    database has not seen validates it."""
    if known.live and known.replay is not None:
        at = (one.schema, one.table, one.name)
        return any(
            (there.schema, there.table, there.name) == at and there.validated
            for there in known.replay.catalog.constraints
        )
    if known.root is None or not known.root.migrations:
        return False
    return place.path == known.root.migrations[-1].path
