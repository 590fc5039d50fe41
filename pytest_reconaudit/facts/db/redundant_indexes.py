"""Indexes that another index makes needless, and indexes that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.db.catalogs import KnownCatalog, NoCatalog, known_catalogs, origins
from pytest_reconaudit.facts.db.database import CatalogConstraint, CatalogIndex
from pytest_reconaudit.facts.db.foreign_keys import answers, collations_of
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.live.places import index_place, server_place
from pytest_reconaudit.facts.db.live.statistics import (
    NoStatistics,
    Statistics,
    live_statistics,
    megabytes,
    statistics_or_reason,
)
from pytest_reconaudit.facts.db.migrations import MigrationRoot, migration_script
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import fold
from pytest_reconaudit.readers.sql_names import quoted, unquoted
from pytest_reconaudit.target import Target, once

__all__ = [
    "IndexGroup",
    "IndexSet",
    "NeedlessIndex",
    "UnusedIndexes",
    "index_sets",
    "unused_indexes",
]

_EACH = 10
"""Duplicates of one database up to which each is a finding of its own."""
_FEW_SCANS = 50
_OLD_DAYS = 14.0
_LARGE = 1 << 20
_NULLS = 9
"""Where an index's form says whether NULLs are equal."""
_LEFT = regex(r"_cc(?:new|old)\d*\Z")


class NeedlessIndex(Struct, frozen=True):
    """One index, and the one beside it that does its work."""

    name: str
    table: str
    place: Place
    form: str
    """What it is: method, keys, predicate."""
    by: str
    """The name of the other; empty: it is only unused."""
    by_form: str
    by_place: Place | None
    size: str
    """With a live database; else empty."""
    scans: int = 0
    constraint: str = ""
    """The one that it backs, with which it goes."""

    @property
    def drop(self) -> str:
        """The statement that takes it away."""
        if self.constraint:
            table = ".".join(map(quoted, self.table.split(".")))
            return f"ALTER TABLE {table} DROP CONSTRAINT {quoted(self.constraint)};"
        return f"DROP INDEX CONCURRENTLY {quoted(self.name)};"

    @property
    def shown(self) -> str:
        counted = f", {self.scans} scans" if self.size and not self.by else ""
        return f"{self.name} {_keys(self.form)}" + (f" ({self.size}{counted})" if self.size else "")

    @property
    def by_keys(self) -> str:
        return _keys(self.by_form)

    @property
    def kept(self) -> list[tuple[Place, str]]:
        return [(self.by_place, f"{self.by} {self.by_keys}")] if self.by_place else []


class IndexGroup(Struct, frozen=True):
    """Needless indexes that are told in one finding."""

    indexes: tuple[NeedlessIndex, ...]
    clause: str

    @property
    def place(self) -> Place:
        return self.indexes[0].place

    @property
    def key(self) -> str:
        """The first of them; of those that are notes the kind, since there are always some."""
        first = self.indexes[0]
        return f"{first.table}.{first.name}" if self.clause == "a" else self.clause

    @property
    def evidence(self) -> str:
        return f"{self.indexes[0].name} {self.indexes[0].form}"

    @property
    def count(self) -> str:
        return "1 index" if len(self.indexes) == 1 else f"{len(self.indexes)} indexes"

    @property
    def fix(self) -> str:
        """What takes a duplicate away; empty for what the check's own words say."""
        first = self.indexes[0]
        if self.clause != "a" or len(self.indexes) > 1 or not first.by:
            return ""
        unique = first.form.startswith("UNIQUE ")
        declared = "`@unique`, `unique=True` …" if unique else "`@@index`, `index=True` …"
        return (
            f"Drop it in a new migration, outside of a transaction:\n\n```sql\n{first.drop}"
            f"  -- {first.by} does its work\n```\n\nWhere the model declares it ({declared}), take"
            " that out too, or the tool makes it again."
        )

    @property
    def names(self) -> str:
        """The first five, each with what does its work."""
        first = ", ".join(
            one.shown + (f" of {one.by} {one.by_keys}" if one.by else "")
            for one in self.indexes[:5]
        )
        more = len(self.indexes) - 5
        return f"{first} and {more} more" if more > 0 else first

    @property
    def related(self) -> list[tuple[Place, str]]:
        if len(self.indexes) == 1:
            return self.indexes[0].kept
        return [(one.place, one.shown) for one in self.indexes[1:]]


class IndexSet(Struct, frozen=True):
    """The indexes of one database."""

    id: str
    described: str
    count: int
    duplicates: tuple[IndexGroup, ...]
    """Each is a finding."""
    prefixes: IndexGroup | None
    plain: IndexGroup | None
    """Those with the keys of a unique one."""
    gap: str


class UnusedIndexes(Struct, frozen=True):
    """The indexes of the live database that nothing needs, by its counters."""

    count: int
    """Those that could be unused: no key, no constraint, no foreign key's."""
    since: str
    unused: IndexGroup | None
    reason: SkipReason = SkipReason.NO_INPUT
    skipped: str = ""
    """Why that cannot be said; empty: it can."""


@once
def index_sets(target: Target) -> tuple[IndexSet, ...] | NoCatalog:
    """The indexes of each catalog."""
    known = known_catalogs(target)
    if isinstance(known, NoCatalog):
        return known
    return tuple(_index_set(target, one) for one in known)


def _index_set(target: Target, known: KnownCatalog) -> IndexSet:
    tables: dict[tuple[str, str], list[CatalogIndex]] = {}
    for index in known.catalog.indexes:
        # A partition's index is its table's part of one that is judged; what REINDEX
        # CONCURRENTLY leaves is asked by db-indexes-valid.
        if index.valid and not index.partition and not _LEFT.search(index.name):
            tables.setdefault((index.schema, index.table), []).append(index)
    statistics = live_statistics(target) if known.live else None
    places = _Places(target, known)
    duplicates: list[NeedlessIndex] = []
    prefixes: list[NeedlessIndex] = []
    plain: list[NeedlessIndex] = []
    for indexes in tables.values():
        gone: set[int] = set()
        for index, kept in _duplicates(indexes):
            gone.add(index.oid)
            duplicates.append(_needless(places, index, kept, statistics))
        left = [index for index in indexes if index.oid not in gone]
        for index in left:
            longer = min(
                (other for other in left if other is not index and _is_prefix(index, other)),
                key=lambda other: (not other.constraint, len(other.keys), other.oid),
                default=None,
            )
            if longer is not None:
                needless = _needless(places, index, longer, statistics)
                (plain if longer.keys == index.keys else prefixes).append(needless)
    alone = len(duplicates) <= _EACH
    doubled = [(one,) for one in duplicates] if alone else [tuple(duplicates)]
    return IndexSet(
        known.id,
        known.described,
        sum(map(len, tables.values())),
        tuple(IndexGroup(group, "a") for group in doubled),
        IndexGroup(tuple(prefixes), "b") if prefixes else None,
        IndexGroup(tuple(plain), "b") if plain else None,
        known.gap,
    )


def _duplicates(indexes: list[CatalogIndex]) -> Iterator[tuple[CatalogIndex, CatalogIndex]]:
    """Each index that is needless because of an equal one, and that one."""
    same: dict[tuple[Any, ...], list[CatalogIndex]] = {}
    for index in indexes:
        same.setdefault((index.form, _parameters(index)), []).append(index)
    for group in same.values():
        if len(group) > 1:
            kept, *others = sorted(
                group,
                key=lambda one: (
                    not one.primary, not one.constraint, not one.replica_identity, one.oid
                ),
            )  # fmt: skip
            for index in others:
                yield index, kept


def _parameters(index: CatalogIndex) -> str:
    """What else tells indexes apart: operator classes other than B-tree's take parameters."""
    if index.method in ("btree", "hash"):
        return ""
    return index.definition.partition(" USING ")[2].partition(" WITH (")[0]


def _is_prefix(index: CatalogIndex, longer: CatalogIndex) -> bool:
    """Whether another index of the table can do all that this one does."""
    if index.method != "btree" or longer.method != "btree" or index.predicate != longer.predicate:
        return False
    if index.constraint or index.replica_identity or index.partitioned != longer.partitioned:
        return False
    if index.unique and not (longer.unique and longer.keys == index.keys):
        return False
    if index.unique and index.form[_NULLS] != longer.form[_NULLS]:
        return False
    count = len(index.keys)
    if count > len(longer.keys):
        return False
    _, _, _, keys, options, opclasses, collations, *_ = index.form
    _, _, _, keys2, options2, opclasses2, collations2, *_ = longer.form
    return bool(
        keys[:count] == keys2[:count]
        and options[:count] == options2[:count]
        and opclasses[:count] == opclasses2[:count]
        and collations[:count] == collations2[:count]
        and set(index.include) <= {*longer.include, *longer.keys}
    )


# -- unused --------------------------------------------------------------------------------


@once
def unused_indexes(target: Target) -> UnusedIndexes:
    """The indexes of the live database that no query used for long."""
    statistics = statistics_or_reason(target)
    if isinstance(statistics, NoStatistics):
        return _unsaid(statistics.reason, statistics.detail)
    known = known_catalogs(target)
    if isinstance(known, NoCatalog):
        return _unsaid(known.reason, known.detail)
    if statistics.elsewhere:
        return _unsaid(
            SkipReason.CONTEXT_UNKNOWN, f"whether an index is unused: {statistics.elsewhere}"
        )
    if statistics.days is None or statistics.days < _OLD_DAYS:
        days = "unknown" if statistics.days is None else f"{statistics.days:.1f}"
        short = f"the server counts for less than {_OLD_DAYS:g} days ({days})"
        return _unsaid(SkipReason.STATS_TOO_YOUNG, short)
    live = next(one for one in known if one.live)
    places = _Places(target, live)
    candidates = list(_droppable(live))
    unused = []
    for index in candidates:
        used = statistics.index(index.schema, index.name)
        if used is not None and used.scans <= _FEW_SCANS and used.size >= _LARGE:
            unused.append(_needless(places, index, None, statistics))
    group = IndexGroup(tuple(unused), "c") if unused else None
    return UnusedIndexes(len(candidates), statistics.since, group)


def _unsaid(reason: SkipReason, why: str) -> UnusedIndexes:
    return UnusedIndexes(0, "", None, reason, why)


def _droppable(known: KnownCatalog) -> Iterator[CatalogIndex]:
    """Indexes that are there for queries only."""
    catalog = known.catalog
    keys: dict[tuple[str, str], list[CatalogConstraint]] = {}
    for one in catalog.constraints:
        if one.kind == "f":
            keys.setdefault((one.schema, one.table), []).append(one)
    collations = collations_of(catalog)
    for index in catalog.indexes:
        if index.unique or index.constraint or index.replica_identity or index.partitioned:
            continue
        if not index.valid or _LEFT.search(index.name):
            continue
        # ANALYZE keeps statistics of an expression only while an index is over it.
        if not all(unquoted(key) for key in index.keys):
            continue
        if any(
            answers(index, key, catalog, collations)
            for key in keys.get((index.schema, index.table), ())
        ):
            continue
        yield index


# -- words and places ----------------------------------------------------------------------


class _Places:
    """Where the repository makes the indexes of a catalog."""

    def __init__(self, target: Target, known: KnownCatalog) -> None:
        self.target = target
        self.known = known
        self.declared: dict[int, Place] = {}
        self.named: dict[str, Place] | None = None
        self.former: dict[str, str] = {}
        if known.replay is not None and not known.live:
            declared = {one.id: one.place for one in declared_indexes(target)}
            for id, made in known.replay.created.items():
                if made.get("oid") and id in declared:
                    self.declared.setdefault(made["oid"], declared[id])

    def of(self, index: CatalogIndex) -> Place:
        if index.oid in self.declared:
            return self.declared[index.oid]
        if not self.known.live and (place := self._by_name(index)) is not None:
            return place
        columns = [unquoted(key) for key in index.keys]
        if self.known.live:
            return index_place(
                self.target, index.name, index.table, index.constraint, tuple(columns)
            )
        if self.known.root is None:
            return server_place(self.target)
        found = origins(self.target, self.known.root)
        if not index.constraint:
            return found.table(index.table)
        word = "primary" if index.primary else "unique"
        return found.constraint(index.table, index.constraint, columns, word)

    def _by_name(self, index: CatalogIndex) -> Place | None:
        """Where an index of that name is made: a change of a column's type builds it anew, and
        the server gives it another object id."""
        if self.named is None:
            self.named, self.former = {}, {}
            for one in declared_indexes(self.target):
                if one.kind == "migration" and one.root == self.known.id and one.index.name:
                    self.named[one.index.name] = one.place
            if self.known.root is not None:
                self.former = _renames(self.target, self.known.root)
        name = index.name
        for _ in range(_RENAMES):
            if name in self.named or name not in self.former:
                break
            name = self.former[name]
        return self.named.get(name)


_RENAMES = 20
_RENAME = regex(
    r"alter\s+index\s+(?:if\s+exists\s+)?(?:[\w\"$]+\.)?([\w\"$]+)\s+rename\s+to\s+([\w\"$]+)", 2
)


def _renames(target: Target, root: MigrationRoot) -> dict[str, str]:
    """An index's later name → the one before."""
    found = {}
    for migration in root.migrations:
        for statement in migration_script(target, root, migration).statements:
            if match := _RENAME.match(statement.text):
                found[fold(match[2])] = fold(match[1])
    return found


def _needless(
    places: _Places, index: CatalogIndex, other: CatalogIndex | None, statistics: Statistics | None
) -> NeedlessIndex:
    used = statistics.index(index.schema, index.name) if statistics is not None else None
    table = index.table if index.schema == "public" else f"{index.schema}.{index.table}"
    return NeedlessIndex(
        name=index.name,
        table=table,
        place=places.of(index),
        form=_tuple(index),
        by=other.name if other is not None else "",
        by_form=_tuple(other) if other is not None else "",
        by_place=places.of(other) if other is not None else None,
        size=megabytes(used.size) if used is not None else "",
        scans=used.scans if used is not None else 0,
        constraint=index.constraint,
    )


def _tuple(index: CatalogIndex) -> str:
    """What an index is, without its name and its table."""
    unique = "UNIQUE " if index.unique else ""
    return unique + index.definition.partition(" USING ")[2]


def _keys(tuple_: str) -> str:
    """The tuple without UNIQUE and, of B-tree, the method."""
    return tuple_.removeprefix("UNIQUE ").removeprefix("btree ")
