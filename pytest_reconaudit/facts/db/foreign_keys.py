"""Foreign keys and the indexes by which PostgreSQL finds the children of a parent row.

When a parent row goes, the server looks for its children with `child_columns = parent_values`, for
each row. Without an index that answers, it reads the whole referencing table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.db.catalogs import (
    KnownCatalog,
    NoCatalog,
    known_catalogs,
    origins,
)
from pytest_reconaudit.facts.db.database import (
    Catalog,
    CatalogConstraint,
    CatalogIndex,
    CatalogTable,
    frozen,
)
from pytest_reconaudit.facts.db.index_advice import Advice, index_advice, volume
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.live.places import server_place
from pytest_reconaudit.facts.db.live.statistics import Statistics, live_statistics
from pytest_reconaudit.facts.db.parent_uses import (
    deleted_parents,
    reads_by,
    told_as_filter,
    written_by_requests,
)
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_names import quoted, unquoted
from pytest_reconaudit.target import Target, once

__all__ = [
    "KeyScope",
    "UnindexedKey",
    "answers",
    "collations_of",
    "foreign_keys",
    "why_not",
]

_TABLES = 100
"""Tables with foreign keys up to which each is judged by itself."""
_EACH = 10
"""Foreign keys without an index, of one database, up to which each is a finding of its own."""
_FILE = 5
"""Those made in one migration file up to which each is a finding of its own."""
_GROUPS = 12
"""Tables up to which each is a finding of its own: what is more is mended in one migration."""
_SMALL = 1_000
_QUIET_DAYS = 7.0
_SCANS = frozenset({"btree", "hash", "gist", "spgist", "gin"})
"""Access methods that can look up a single value without reading the table."""
_ACTIONS = {"c": "ON DELETE CASCADE", "n": "ON DELETE SET NULL", "d": "ON DELETE SET DEFAULT"}


class UnindexedKey(Struct, frozen=True):
    """One foreign key that no index answers for."""

    name: str
    table: str
    columns: tuple[str, ...]
    parent: str
    action: str
    """``ON DELETE CASCADE`` and the like; empty when the parent row is only kept."""
    definition: str
    place: Place
    near: tuple[str, ...]
    """Indexes that hold its columns and do not answer, each with why."""
    partly: str
    """An index that leads with some of its columns, and is used for them; empty: none does."""
    retype: str
    """What gives its columns the types that they refer to, without which no index answers."""
    severity: Severity
    live: str
    """What the live database says of rows and deletes; empty without one."""
    reason: str = ""
    """Who waits, in words, where no code deletes from the parent; empty: whoever deletes."""
    advice: Advice = Advice(True, "")
    """How the history's tool makes an index beside running code."""

    @property
    def shown(self) -> str:
        return f"{self.table} ({', '.join(self.columns)}) → {self.parent}"

    @property
    def ddl(self) -> str:
        """What mends it."""
        name = f"idx_{self.table}_{'_'.join(self.columns)}"[:63]
        columns = ", ".join(quoted(column) for column in self.columns)
        index = f"CREATE INDEX CONCURRENTLY {quoted(name)} ON {quoted(self.table)} ({columns})"
        return f"{self.retype}; {index}" if self.retype else index


class KeyScope(Struct, frozen=True):
    """Some foreign keys that are judged together: those of one table, or of a whole database."""

    id: str
    described: str
    count: int
    """Foreign keys judged."""
    groups: tuple[tuple[UnindexedKey, ...], ...]
    """Those without an index; each group is a finding."""
    gap: str
    """Why the catalog is not whole; empty when it is."""


@once
def foreign_keys(target: Target) -> tuple[KeyScope, ...] | NoCatalog:
    """The foreign keys of every catalog, by table; by catalog where there are too many tables."""
    known = known_catalogs(target)
    if isinstance(known, NoCatalog):
        return known
    return tuple(scope for catalog in known for scope in _scopes(target, catalog))


def _scopes(target: Target, known: KnownCatalog) -> Iterator[KeyScope]:
    keys: dict[tuple[str, str], list[CatalogConstraint]] = {}
    for constraint in known.catalog.constraints:
        # The parts of a partitioned table have its keys, and PERIOD compares ranges.
        if (
            constraint.kind == "f"
            and not constraint.inherited
            and " PERIOD " not in _head(constraint.definition)
        ):
            keys.setdefault((constraint.schema, constraint.table), []).append(constraint)
    indexes: dict[tuple[str, str], list[CatalogIndex]] = {}
    for index in known.catalog.indexes:
        indexes.setdefault((index.schema, index.table), []).append(index)
    if known.gap:
        # An index that is absent from it proves nothing.
        if keys:
            count = sum(map(len, keys.values()))
            yield KeyScope(known.id, known.described, count, (), known.gap)
        return
    for table in sorted(known.catalog.unread & keys.keys()):
        reason = f"{_shown(table)} was locked, so not all of its indexes could be read"
        count = len(keys.pop(table))
        yield KeyScope(f"{known.id}: {_shown(table)}", known.described, count, (), reason)
    collations = collations_of(known.catalog)
    outside = _outside(target, known)
    bare: dict[tuple[str, str], list[CatalogConstraint]] = {}
    for table, constraints in keys.items():
        for key in constraints:
            if not any(
                answers(index, key, known.catalog, collations) for index in indexes.get(table, ())
            ) and not any(_form_answers(form, key) for form in outside.get(table, ())):
                bare.setdefault(table, []).append(key)
    statistics = live_statistics(target) if known.live else None
    tables = {(table.schema, table.name): table for table in known.catalog.tables}
    found = {
        table: tuple(
            _unindexed(target, known, key, tables, indexes.get(table, ()), collations, statistics)
            for key in constraints
        )
        for table, constraints in bare.items()
    }
    one_by_one = sum(map(len, found.values())) <= _EACH
    files: dict[str, int] = {}
    for unindexed in found.values():
        for one in unindexed:
            if one.severity > Severity.INFO:
                files[one.place.path] = files.get(one.place.path, 0) + 1
    crowded = not known.live and max(files.values(), default=0) > _FILE
    if crowded and len(found) <= _GROUPS:
        every = [one for unindexed in found.values() for one in unindexed]
        count = sum(map(len, keys.values()))
        groups = _by_file(every, {path for path, many in files.items() if many > _FILE}, one_by_one)
        yield KeyScope(known.id, known.described, count, groups, "")
    elif len(keys) <= _TABLES and len(found) <= _GROUPS:
        for table, constraints in keys.items():
            yield KeyScope(
                f"{known.id}: {_shown(table)}",
                known.described,
                len(constraints),
                _groups(found.get(table, ()), one_by_one),
                "",
            )
    elif keys:
        if len(found) <= _GROUPS:
            groups = tuple(group for table in found for group in _groups(found[table], one_by_one))
        else:
            groups = tuple(_by_severity(key for unindexed in found.values() for key in unindexed))
        count = sum(map(len, keys.values()))
        yield KeyScope(known.id, known.described, count, groups, "")


def _by_file(
    keys: Iterable[UnindexedKey], crowded: Collection[str], one_by_one: bool
) -> tuple[tuple[UnindexedKey, ...], ...]:
    """Those of a migration file that has many together: one new migration mends them."""
    found: dict[Any, list[UnindexedKey]] = {}
    for key in keys:
        path = key.place.path
        note = key.severity is Severity.INFO
        which: Any = (key.place, key.columns) if one_by_one else key.table
        if note or path in crowded:
            which = (path, note)
        found.setdefault(which, []).append(key)
    return tuple(tuple(sorted(group, key=_order)) for group in found.values())


def _groups(
    keys: tuple[UnindexedKey, ...], one_by_one: bool
) -> tuple[tuple[UnindexedKey, ...], ...]:
    if one_by_one:
        return tuple((key,) for key in keys)
    return (tuple(sorted(keys, key=_order)),) if keys else ()


def _order(key: UnindexedKey) -> tuple[Any, ...]:
    return -key.severity, key.place.key(), key.columns


def _by_severity(keys: Iterable[UnindexedKey]) -> list[tuple[UnindexedKey, ...]]:
    found: dict[Severity, list[UnindexedKey]] = {}
    for key in keys:
        found.setdefault(key.severity, []).append(key)
    return [tuple(sorted(found[one], key=_order)) for one in sorted(found, reverse=True)]


def _shown(table: tuple[str, str]) -> str:
    schema, name = table
    return name if schema == "public" else f"{schema}.{name}"


def _head(definition: str) -> str:
    return definition.split("REFERENCES")[0]


# -- whether an index answers --------------------------------------------------------------

Collations = Mapping[tuple[str, str], Mapping[str, int]]
_Tables = Mapping[tuple[str, str], CatalogTable]


def collations_of(catalog: Catalog) -> Collations:
    """Table → column → its collation, where it has one."""
    return {
        (table.schema, table.name): {
            column.name: column.collation for column in table.columns if column.collation
        }
        for table in catalog.tables
    }


def answers(
    index: CatalogIndex, key: CatalogConstraint, catalog: Catalog, collations: Collations
) -> bool:
    """Whether PostgreSQL uses the index to find the children of a parent row."""
    return not why_not(index, key, catalog, collations)


def why_not(
    index: CatalogIndex, key: CatalogConstraint, catalog: Catalog, collations: Collations
) -> str:
    """Why the index does not answer for the key, in words; empty when it does."""
    if not index.valid:
        return "is not valid"
    if index.method not in _SCANS:
        return f"is a {index.method} index"
    wanted = set(key.columns)
    held = [unquoted(each) for each in index.keys]
    leading = held[: len(wanted)]
    if set(leading) != wanted:
        if not leading or leading[0] not in wanted:
            return f"has {index.keys[0]} before"
        count = next((at for at, each in enumerate(held) if each not in wanted), len(held))
        return f"leads with {', '.join(held[:count])} only"
    if index.predicate and not _is_not_null(index.predicate, wanted):
        return f"holds only rows WHERE {_bare(index.predicate)}"
    known = collations.get((index.schema, index.table), {})
    equality = dict(zip(key.columns, key.equality, strict=False))
    for column, family, collation in zip(leading, index.families, index.collations, strict=False):
        if collation and collation != known.get(column, collation):
            return f"has another collation of {column}"
        operator = equality.get(column)
        if operator is not None and (family, operator) not in catalog.families:
            return f"cannot compare {column} with the type that the key references"
    return ""


def _first_of(
    index: CatalogIndex, key: CatalogConstraint, catalog: Catalog, collations: Collations
) -> str:
    """The column of a key of several by which the index finds some rows; empty: none."""
    first = unquoted(index.keys[0]) if index.keys else ""
    if len(key.columns) < 2 or first not in key.columns:
        return ""
    part = replace(
        key, columns=(first,), equality=(dict(zip(key.columns, key.equality, strict=False))[first],)
    )
    return "" if why_not(index, part, catalog, collations) else first


_INTEGERS = frozenset({20, 21, 23})
_TEXTS = frozenset({25, 1043})


def _retype(key: CatalogConstraint, tables: _Tables) -> str:
    """What makes the columns comparable with what they refer to, where an index is no use before:
    the server turns each child's value into the parent's type first."""
    own = _types(tables.get((key.schema, key.table)))
    other = _types(tables.get((key.foreign_schema, key.foreign_table)))
    changes = []
    for column, foreign in zip(key.columns, key.foreign_columns, strict=False):
        mine, (theirs, shown) = own.get(column, (0, ""))[0], other.get(foreign, (0, ""))
        if mine == theirs or {mine, theirs} <= _INTEGERS or {mine, theirs} <= _TEXTS:
            continue
        changes.append(f"ALTER COLUMN {quoted(column)} TYPE {shown}")
    return f"ALTER TABLE {quoted(key.table)} {', '.join(changes)}" if changes else ""


def _types(table: CatalogTable | None) -> dict[str, tuple[int, str]]:
    columns = table.columns if table is not None else ()
    return {column.name: (column.type_oid, column.type) for column in columns}


def _form_answers(form: tuple[Any, ...], key: CatalogConstraint) -> bool:
    """Whether an index that no migration makes would answer for the key."""
    _, _, method, keys, _, _, _, predicate, *_ = form
    if method not in ("btree", "hash"):
        return False
    wanted = set(key.columns)
    if {unquoted(each) for each in keys[: len(wanted)]} != wanted:
        return False
    return not predicate or _is_not_null(predicate, wanted)


def _is_not_null(predicate: str, columns: Collection[str]) -> bool:
    """Whether a predicate asks for nothing but some of the columns to be not null."""
    for part in _AND.split(predicate):
        name = part.strip(" ()")
        if not name.endswith(_NOT_NULL) or unquoted(name[: -len(_NOT_NULL)]) not in columns:
            return False
    return True


_AND = regex(r"\)? AND \(?")
_NOT_NULL = " IS NOT NULL"


def _bare(predicate: str) -> str:
    """A predicate without the parentheses around all of it."""
    if not (predicate.startswith("(") and predicate.endswith(")")):
        return predicate
    depth = 0
    for character in predicate[1:-1]:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return predicate
    return predicate[1:-1]


def _outside(target: Target, known: KnownCatalog) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """Table → the indexes that scripts or code make beside the history, as the replay built them.

    Whether they really are made is asked by db-indexes-applied, once.
    """
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    if known.live or known.replay is None:
        return found
    made = {one.id for one in declared_indexes(target) if one.reach != "never"}
    for id, built in known.replay.declared.items():
        if id in made and (form := built.get("form")) is not None:
            found.setdefault((form[0], form[1]), []).append(frozen(form))
    return found


# -- one that has none ---------------------------------------------------------------------


def _unindexed(
    target: Target,
    known: KnownCatalog,
    key: CatalogConstraint,
    tables: _Tables,
    indexes: Iterable[CatalogIndex],
    collations: Collations,
    statistics: Statistics | None,
) -> UnindexedKey:
    table = _shown((key.schema, key.table))
    parent = _shown((key.foreign_schema, key.foreign_table))
    near = [
        f"{index.name} {why_not(index, key, known.catalog, collations)}"
        for index in indexes
        if set(key.columns) & {unquoted(each) for each in index.keys}
    ]
    action = _ACTIONS.get(key.on_delete, "")
    partly = next(
        (
            f"{index.name} finds them by {column} only"
            for index in indexes
            if (column := _first_of(index, key, known.catalog, collations))
        ),
        "",
    )
    severity, live = Severity.HIGH if action else Severity.MEDIUM, ""
    if statistics is not None:
        severity, live = _weighed(key, severity, statistics)
    reason = ""
    if statistics is None:
        severity, reason = _used(target, known, key, severity)
    if partly:
        severity = min(severity, Severity.LOW)
    return UnindexedKey(
        name=key.name,
        table=table,
        columns=key.columns,
        parent=parent,
        action=action,
        definition=key.definition,
        place=key_place(target, known, key),
        near=tuple(near[:2]),
        partly=partly,
        retype=_retype(key, tables),
        severity=severity,
        live=live,
        reason=reason,
        advice=index_advice(target, known.root),
    )


def _used(
    target: Target, known: KnownCatalog, key: CatalogConstraint, severity: Severity
) -> tuple[Severity, str]:
    """The severity by what the code does, and who waits where it never deletes from the parent."""
    told = told_as_filter(target, key.table, key.columns)
    deleted = deleted_parents(target, known)
    size = volume(target, key.table)
    if deleted is not None and key.foreign_table not in deleted:
        nobody = f"no code deletes from {key.foreign_table}"
        if told is not None:
            return Severity.INFO, f"{nobody}; what waits is told by db-filters-indexed ({told})"
        read = reads_by(target, key.table, key.columns)
        if read is None:
            return Severity.LOW, f"{nobody} and none looks rows up by it"
        low = size == "few"
        return Severity.LOW if low else Severity.MEDIUM, f"{nobody}; {read} looks rows up by it"
    if size == "few":
        return Severity.LOW, ""
    if severity is Severity.HIGH and not (
        size == "many" and deleted is not None and written_by_requests(target, key.table)
    ):
        severity = Severity.MEDIUM
    if told is not None and severity < Severity.HIGH:
        return Severity.INFO, f"the index is asked for by db-filters-indexed ({told}) too"
    return severity, ""


def key_place(target: Target, known: KnownCatalog, key: CatalogConstraint) -> Place:
    """Where the repository makes a foreign key, else its first column, else its table."""
    if known.root is None:
        return server_place(target)
    found = origins(target, known.root)
    place = found.constraint(key.table, key.name, key.columns, "references")
    if place == found.table(key.table) and key.columns:
        return found.column(key.table, key.columns[0])
    return place


def _weighed(
    key: CatalogConstraint, severity: Severity, statistics: Statistics
) -> tuple[Severity, str]:
    """The severity by what the live database counted, and that in words."""
    child = statistics.table(key.schema, key.table)
    parent = statistics.table(key.foreign_schema, key.foreign_table)
    says = []
    if child is not None:
        says.append(f"{child.rows:,} rows")
    deleted = parent.deleted if parent is not None and statistics.counts_writes else None
    if deleted is not None:
        since = f" in {statistics.days:.0f} days" if statistics.days is not None else ""
        says.append(f"{deleted:,} deletes of {key.foreign_table}{since}")
        if deleted:
            severity = Severity.HIGH
        elif statistics.days is not None and statistics.days >= _QUIET_DAYS:
            severity = Severity.LOW
    if child is not None and child.rows < _SMALL:
        severity = Severity.LOW
    return severity, ", ".join(says)
