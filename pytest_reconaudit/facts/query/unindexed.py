"""Which queries an index would help: conditions of plain statements that lead no valid index.

A statement is judged when some catalog has all of it: one table of that name, every column. One
indexed column in a table's conditions is enough to say nothing about that table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.db.catalogs import KnownCatalog, NoCatalog, known_catalogs, origins
from pytest_reconaudit.facts.db.database import CatalogColumn, CatalogTable, explained
from pytest_reconaudit.facts.db.indexes import declared_indexes, foreign_sql
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.repetitions import request_of
from pytest_reconaudit.facts.query.tables import mutations
from pytest_reconaudit.model import Confidence, Place, Severity, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_shape import Compared, QueryShape, query_shape
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.readers.scans.statements import Statement, statements
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

__all__ = ["FilteredTable", "QuerySite", "UnindexedFilter", "filtered_tables"]

_BESIDE = regex(
    r"(?:^|[/_.-])(?:admin|cli|cmd|commands?|scripts?|bin|migrations?|seeds?|seeders|fixtures?|tools?"
    r"|xtask|examples?|bench(?:es|marks?)?|mocks?|testing|test_?utils?)(?:[/_.-]|$)",
    2,
)
_ADMIN = regex(r"/admin(?:/|$)|/internal/", 2)
_MANY_VALUES = regex(
    r"(?:uuid|integer|bigint|text|citext|bytea|character varying|character)(?:\(\d+\))?$"
)
_FEW_VALUES = regex(
    r"(?:^|_)(?:status|state|kind|type|role|level|enabled|active|visibility|mode|category|priority"
    r"|locale|lang|language|country|currency|version|provider|source|platform|tier|plan|scope|reason"
    r"|channel|direction|method|format|env|environment|region|stage|step|phase|action|severity|class"
    r"|unit|flag|theme|gender|deleted|archived|published)$"
)
"""Columns with few different values: an index on them alone serves no query."""
_FEW_ROWS = regex(
    r"(?:^|_)(?:leaders?|locks?|leases?|schedules?|cursors?|offsets?|checkpoints?|watermarks?"
    r"|heartbeats?|workers?|crons?|singletons?|lookups?|metadata|meta|info)$"
)
"""Tables of a handful of rows, beside those of :func:`small_by_name`."""
_READS = frozenset({"select", "count", "update", "delete"})
_FEWEST = 1_000
"""Rows of a live table below which an index is no matter."""
_MANY = 10_000
"""Rows of a live table from which the planner is believed."""
_HELPS = 0.5
"""What is left of the cost where an index is worth it."""
_NAMED = regex(r"^--\s*name:\s*\w+\s+:(?:one|many|exec\w*|batch\w+|copyfrom)\b", re.MULTILINE)
_INSERT = regex(r"\binsert\s+into\s+(?:\w+\.)?\"?(\w+)", re.IGNORECASE)
_WORDS_OF_INDEX = regex(r"\"([^\"]+)\"|([A-Za-z_][\w$]*)")


class QuerySite(Struct, frozen=True):
    """One statement that is helped."""

    place: Place
    text: str
    request: str | None
    """The request during which it runs, as far as that is known."""


class UnindexedFilter(Struct, frozen=True):
    """Columns that queries look rows up by, without an index that starts with one of them."""

    table: str
    columns: tuple[str, ...]
    sites: tuple[QuerySite, ...]
    severity: Severity
    confidence: Confidence
    made: Place | None
    """Where the history makes the table."""
    described: str
    """The catalog, in words."""
    joined: bool
    """It is looked up by a column of another table."""
    proof: str = ""
    """What the live server's planner says, in words."""

    @property
    def says(self) -> str:
        """The finding in one sentence."""
        places = [str(one.place) for one in self.sites]
        shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if places[5:] else "")
        count = f"{len(places)} queries {'join' if self.joined else 'look'}"
        if not places[1:]:
            count = f"a query {'joins' if self.joined else 'looks'}"
        rows = f"{self.table} by" if self.joined else f"rows of {self.table} up by"
        columns = " and ".join(self.columns)
        start = f"starts with {'one of them' if self.columns[1:] else 'it'}"
        says = f"{count} {rows} {columns}; no index of {self.described} {start}: {shown}"
        requests = sorted({one.request for one in self.sites if one.request})
        if requests:
            says += f"; it runs per {'request of ' if ' /' in requests[0] else ''}{requests[0]}"
            says = says.replace("per a request", "per request")
        return f"{says}; {self.proof}" if self.proof else says

    @property
    def related(self) -> list[tuple[Place, str]]:
        """The table, and the other queries."""
        made = [(self.made, f"makes {self.table}")] if self.made is not None else []
        return made + [(one.place, one.text[:120]) for one in self.sites[1:]]


class FilteredTable(Struct, frozen=True):
    """A table that statements of the code filter, and what no index serves."""

    id: str
    filters: tuple[UnindexedFilter, ...]


@once
def filtered_tables(target: Target) -> tuple[FilteredTable, ...] | NoCatalog:
    """Every table that plain statements look rows up in."""
    catalogs = known_catalogs(target)
    if isinstance(catalogs, NoCatalog):
        return catalogs
    growing = {name for file in scanned(target, statements).values() for name in file.inserted}
    growing |= {
        match[1].lower() for _, text in _query_files(target) for match in _INSERT.finditer(text)
    }
    growing |= {
        one.table
        for each in mutations(target).values()
        for one in each
        if one.verb in ("insert", "upsert")
    }
    judges = [_Judge(target, one, growing) for one in catalogs if not one.gap]
    if not judges:
        gaps = "; ".join(f"{one.id}: {one.gap}" for one in catalogs)
        return NoCatalog(SkipReason.UNRESOLVED, f"what indexes there are is not known: {gaps}")
    found: dict[tuple[str, str], dict[tuple[tuple[str, ...], bool], list[QuerySite]]] = {}
    for path, statement in _statements(target):
        fitting = [judge for judge in judges if judge.knows(statement.shape)]
        if len(fitting) != 1:
            continue
        judge = fitting[0]
        for table, columns, joined in judge.judged(statement.shape):
            groups = found.setdefault((judge.catalog.id, table), {})
            if columns and (site := _site(target, path, statement)) is not None:
                groups.setdefault((columns, joined), []).append(site)
    for groups in found.values():
        _fold(groups)
    by_id = {judge.catalog.id: judge for judge in judges}
    tables = [
        FilteredTable(
            f"{id}: {table}",
            tuple(
                by_id[id].filter(table, columns, sites, joined=joined)
                for (columns, joined), sites in sorted(groups.items())
            ),
        )
        for (id, table), groups in sorted(found.items())
    ]
    live = next((judge for judge in judges if judge.catalog.live), None)
    return tuple(tables) if live is None else tuple(live.confirmed(tables))


def _elsewhere(target: Target, path: str) -> bool:
    """Whether a file speaks to a database of another kind."""
    text = target.text(path)
    return bool(foreign_sql(path)) or (
        "Pg" not in text and "postg" not in text.lower() and bool(foreign_sql(path, text))
    )


def _fold(groups: dict[tuple[tuple[str, ...], bool], list[QuerySite]]) -> None:
    """Put queries by more columns to those by some of them: one index helps all."""
    for columns, joined in sorted(groups, key=lambda key: -len(key[0])):
        for fewer, as_joined in groups:
            if set(fewer) < set(columns):
                groups[fewer, as_joined] += groups.pop((columns, joined))
                break


def _statements(target: Target) -> Iterator[tuple[str, Statement]]:
    """Every plain statement of code that serves requests, by its file."""
    for path, texts in sorted(scanned(target, statements).items()):
        if not _is_beside(target, path):
            for one in texts.found:
                yield path, one
    for path, file in sorted(scanned(target, queries).items()):
        if not path.endswith(".rs"):
            continue
        calls = [
            one
            for function in file.functions
            if not function.is_test
            for one in function.queries
            if one.compared and one.table and one.kind in _READS
        ]
        if calls and not _is_beside(target, path):
            for call in calls:
                chain = QueryShape(
                    "select" if call.kind == "count" else call.kind,
                    ((call.table, call.table),),
                    call.compared,
                    bool(call.limit),
                )
                filters = ", ".join(dict.fromkeys(each.column for each in call.compared))
                yield path, Statement(call.line, chain, f"{call.table}.filter({filters})")

    for path, _ in _query_files(target):
        if _is_beside(target, path):
            continue
        for sent in target.parse(read_sql, path).statements:
            shape = query_shape(sent.text)
            if shape is not None and shape.compared:
                yield (
                    path,
                    Statement(sent.place.line or 1, shape, " ".join(sent.text.split())[:300]),
                )


@once
def _query_files(target: Target) -> tuple[tuple[str, str], ...]:
    """(path, text) of the SQL files that code is made from (sqlc: ``-- name: GetUser :one``)."""
    return tuple(
        (path, text)
        for path in target.files
        if path.endswith(".sql") and _NAMED.search(text := target.text(path))
    )


def _is_beside(target: Target, path: str) -> bool:
    return is_test_path(path) or bool(_BESIDE.search(path)) or _elsewhere(target, path)


def _site(target: Target, path: str, statement: Statement) -> QuerySite | None:
    request = request_of(target, path, statement.line)
    if request and _ADMIN.search(request):
        return None
    return QuerySite(Place(path, statement.line, 1), statement.text, request)


class _Judge:
    """One catalog, and what its indexes serve."""

    def __init__(self, target: Target, catalog: KnownCatalog, growing: set[str]) -> None:
        self.target, self.catalog = target, catalog
        self.growing = {_one(name) for name in growing}
        named: dict[str, list[CatalogTable]] = defaultdict(list)
        for table in catalog.catalog.tables:
            named[table.name].append(table)
        self.tables = {name: found[0] for name, found in named.items() if len(found) == 1}
        self.columns: dict[str, Mapping[str, CatalogColumn]] = {
            name: {column.name: column for column in table.columns}
            for name, table in self.tables.items()
        }
        self.leading: dict[str, set[str]] = defaultdict(set)
        for index in catalog.catalog.indexes:
            keys = index.keys[:1] if index.method in ("btree", "hash") else index.keys
            if index.valid:
                for key in keys:
                    self.leading[index.table] |= _names(key)
        self.single = {
            index.table
            for index in catalog.catalog.indexes
            if index.unique
            and index.keys
            and all(self._is_boolean(index.table, k) for k in index.keys)
        }
        """Tables of which a unique boolean lets one row be."""
        for declared in declared_indexes(target):
            if declared.kind != "migration" and declared.reach != "never":
                for part in declared.index.keys[:1]:
                    self.leading[declared.index.table] |= _names(part.text)

    def _is_boolean(self, table: str, key: str) -> bool:
        column = self.columns.get(table, {}).get(key)
        return column is not None and column.type == "boolean"

    def knows(self, shape: QueryShape) -> bool:
        """Whether all tables of a statement, and the columns it compares, are here."""
        aliases = {alias: name for name, alias in shape.tables}
        if len(aliases) != len(shape.tables) or not all(n in self.tables for n in aliases.values()):
            return False
        return all(
            one.how == "other" or self._table(one, aliases) is not None for one in shape.compared
        )

    def _table(self, one: Compared, aliases: Mapping[str, str]) -> str | None:
        """The alias of the table that a compared column belongs to; ``None``: not known."""
        if one.table:
            name = aliases.get(one.table)
            return one.table if name and one.column in self.columns[name] else None
        having = [alias for alias, name in aliases.items() if one.column in self.columns[name]]
        return having[0] if len(having) == 1 else None

    def judged(self, shape: QueryShape) -> Iterator[tuple[str, tuple[str, ...], bool]]:
        """(table, columns that an index is missing for or nothing, whether joined by them) of
        every table that the statement filters."""
        aliases = {alias: name for name, alias in shape.tables}
        of: dict[str, list[Compared]] = {alias: [] for alias in aliases}
        for one in shape.compared:
            if (alias := self._table(one, aliases)) is not None:
                of[alias].append(one)
            elif one.how == "other":
                for alias, name in aliases.items():
                    if one.column in self.columns[name]:
                        of[alias].append(one)
        served = {
            alias
            for alias, name in aliases.items()
            if any(one.column in self.leading[name] for one in of[alias])
        }
        narrowed = {
            alias
            for alias in served
            if any(
                one.how in ("value", "list") and one.column in self.leading[aliases[alias]]
                for one in of[alias]
            )
        }
        for alias, name in aliases.items():
            if not of[alias]:
                continue
            table = self.tables[name]
            if alias in served or table.kind not in ("r", "p") or table.partition:
                yield name, (), False
                continue
            if not self._grows(name):
                continue
            given = self._telling(name, of[alias], ("value", "list"))
            if given:
                yield name, given, False
                continue
            joins = [one for one in of[alias] if one.how == "column"]
            if any(one.other in narrowed for one in joins):
                yield name, self._telling(name, joins, ("column",)), True

    def _telling(
        self, table: str, compared: list[Compared], hows: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The columns whose value tells few rows from many."""
        found = []
        for one in compared:
            column = self.columns[table][one.column]
            if (
                one.how in hows
                and _MANY_VALUES.match(column.type)
                and not _FEW_VALUES.search(column.name)
            ):
                found.append(column.name)
        return tuple(sorted(set(found)))

    def _grows(self, table: str) -> bool:
        few = small_by_name(table) or _FEW_ROWS.search(table) or table in self.single
        return not few and _one(table) in self.growing

    def confirmed(self, tables: list[FilteredTable]) -> Iterator[FilteredTable]:
        """The findings that the live server's planner leaves, as it sees them."""
        asked = [self._question(one) for table in tables for one in table.filters]
        questions = [one for one in asked if one is not None]
        answer = explained(self.target, questions) if questions else {}
        plans = answer["plans"] if isinstance(answer, Mapping) and questions else {}
        for table in tables:
            kept = [self._weighed(one, plans.get(_key(one)) or {}) for one in table.filters]
            yield replace(table, filters=tuple(one for one in kept if one is not None))

    def _question(self, one: UnindexedFilter) -> dict[str, Any] | None:
        table = self.tables[one.table]
        if table.rows < _FEWEST:
            return None
        columns = [(name, self._type(one.table, name)) for name in one.columns]
        return {"id": _key(one), "schema": table.schema, "table": table.name, "columns": columns}

    def _type(self, table: str, column: str) -> str:
        return self.columns[table][column].type.partition("(")[0]

    def _weighed(self, one: UnindexedFilter, plan: Mapping[str, Any]) -> UnindexedFilter | None:
        """A finding with what is known of the live table; nothing where no index would help."""
        rows = self.tables[one.table].rows
        if 0 <= rows < _FEWEST:
            return None
        if rows < 0:
            return replace(one, proof=f"{one.table} was never analyzed, so its size is not known")
        if rows < _MANY:
            proof = f"{one.table} has about {rows:,} rows"
            return replace(one, severity=Severity.LOW, confidence=Confidence.POSSIBLE, proof=proof)
        if "scans" not in plan:
            return replace(one, proof=f"{one.table} has about {rows:,} rows")
        if "Seq Scan" not in plan["scans"]:
            return None  # the planner has found an index
        cost, indexed = plan["cost"], plan["indexed_cost"]
        proof = f"the planner reads all of about {rows:,} rows, at a cost of {cost:,.0f}"
        if indexed is None:
            return replace(one, confidence=Confidence.LIKELY, proof=proof)
        if indexed > cost * _HELPS:
            return None
        proof += f"; with an index on {', '.join(one.columns)} (HypoPG) {indexed:,.0f}"
        return replace(one, confidence=Confidence.CERTAIN, proof=proof)

    def filter(
        self, table: str, columns: tuple[str, ...], sites: list[QuerySite], *, joined: bool
    ) -> UnindexedFilter:
        requested = [
            one
            for one in sites
            if one.request
            and not one.request.startswith("DELETE ")  # once in a thing's life
            and not is_off_path(one.place.path)
        ]
        root = self.catalog.root
        sites.sort(key=lambda one: (one not in requested, one.place.key()))
        return UnindexedFilter(
            table,
            columns,
            tuple(sites),
            Severity.MEDIUM if requested else Severity.LOW,
            Confidence.LIKELY if requested else Confidence.POSSIBLE,
            origins(self.target, root).table(table) if root is not None else None,
            self.catalog.described,
            joined,
        )


def _key(one: UnindexedFilter) -> str:
    return f"{one.table}({', '.join(one.columns)})"


def _names(key: str) -> set[str]:
    """Every name in a key of an index, as columns are named."""
    return {quoted or plain for quoted, plain in _WORDS_OF_INDEX.findall(key)}


def _one(table: str) -> str:
    """A table's name without what its plural adds."""
    name = table.lower()
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") else name
