"""Which queries an index would help: conditions and orders of plain statements that lead no index.

A statement is judged when some catalog has all of it: one table of that name, every column. One
indexed column in a table's conditions is enough to say nothing about that table. The first rows of
an order, and a span of time, are judged where requests ask for them and nothing else narrows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.db.catalogs import KnownCatalog, NoCatalog, known_catalogs, origins
from pytest_reconaudit.facts.db.database import CatalogColumn, CatalogTable, explained
from pytest_reconaudit.facts.db.index_advice import Advice, index_advice
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.query.answers import request_of
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.plain import filled_tables, plain_statements
from pytest_reconaudit.model import Confidence, Place, Severity, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.query_shape import Compared, QueryShape
from pytest_reconaudit.readers.scans.statements import Statement
from pytest_reconaudit.readers.sql_names import quoted
from pytest_reconaudit.target import Target, once

__all__ = ["FilteredTable", "QuerySite", "UnindexedFilter", "filtered_tables"]

_ADMIN = regex(r"/admin(?:/|$)|/internal/", 2)
_RARE = regex(
    r"(?:^|_)(?:remove|delete|destroy|purge|erase|wipe|anonymi[sz]e|gdpr|merge|transfer|uninstall"
    r"|deactivate|disable|ban|suspend|backport|teardown|cleanup|clean|prune|expire|archive|export|import|migrate|backfill)(?:_|$)"
)
"""Functions that are called once in the life of what they are about."""
_OF_OTHERS = regex(r"(?:^|_)(?:id|ids|by|owner|author|parent)$")
"""Columns that name another table's row; a token or a name is looked up by whoever brings it."""
_MANY_VALUES = regex(
    r"(?:uuid|integer|bigint|text|citext|bytea|character varying|character)(?:\(\d+\))?$"
)
_FEW_VALUES = regex(
    r"(?:^|_)(?:status|state|kind|type|role|level|enabled|active|visibility|mode|category|priority"
    r"|locale|lang|language|country|currency|version|provider|source|platform|tier|plan|scope|reason"
    r"|channel|direction|method|format|env|environment|region|stage|step|phase|action|severity|class"
    r"|unit|flag|theme|gender|deleted|archived|published|context|offer|origin|rating|event)$"
)
"""Columns with few different values: an index on them alone serves no query."""
_TIMES = regex(r"(?:timestamp|date)\b")
_SORTED = regex(r"(?:timestamp|date|integer|bigint|uuid)\b")
_CLEARS = regex(r"(?:boolean|timestamp|date)\b")
"""Types of which a condition that is no equation mostly asks for NULL or a flag."""
_LOOKED = ("look", "join")
How = Literal["look", "join", "range", "order"]
_FEW_ROWS = regex(
    r"(?:^|_)(?:leaders?|locks?|leases?|schedules?|cursors?|offsets?|checkpoints?|watermarks?"
    r"|heartbeats?|workers?|queues?|crons?|singletons?|lookups?|metadata|meta|info)$"
)
"""Tables of a handful of rows, beside those of :func:`small_by_name`."""
_FEWEST = 1_000
"""Rows of a live table below which an index is no matter."""
_MANY = 10_000
"""Rows of a live table from which the planner is believed."""
_HELPS = 0.5
"""What is left of the cost where an index is worth it."""
_WORDS_OF_INDEX = regex(r"\"([^\"]+)\"|([A-Za-z_][\w$]*)")


_VERBS = {
    "look": ("looks", "look"), "join": ("joins", "join"), "range": ("takes", "take"),
    "order": ("takes", "take"),
}  # fmt: skip
_ROWS = {
    "look": "rows of {} up by", "join": "{} by", "range": "the rows of {} of a span of",
    "order": "the first rows of {} sorted by",
}  # fmt: skip


class QuerySite(Struct, frozen=True):
    """One statement that is helped."""

    place: Place
    text: str
    request: str | None
    """The request during which it runs, as far as that is known."""
    rare: bool = False
    """It runs once in the life of what it is about: when an account or a project is removed."""


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
    how: How
    """``look``: rows are looked up by values; ``join``: by a column of another table; ``range``:
    they are those of a span of time; ``order``: the first ones of an order."""
    proof: str = ""
    """What the live server's planner says, in words."""
    advice: Advice = Advice(True, "")
    """How the history's tool makes an index beside running code."""

    @property
    def says(self) -> str:
        """The finding in one sentence."""
        places = [str(one.place) for one in self.sites]
        shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if places[5:] else "")
        one, many = _VERBS[self.how]
        count = f"{len(places)} queries {many}" if places[1:] else f"a query {one}"
        rows = _ROWS[self.how].format(self.table)
        columns = " and ".join(self.columns)
        start = f"starts with {'one of them' if self.columns[1:] else 'it'}"
        says = f"{count} {rows} {columns}; no index of {self.described} {start}: {shown}"
        # What is read is asked for more often than what is removed.
        requests = sorted(
            {one.request for one in self.sites if one.request},
            key=lambda one: (one.startswith("DELETE "), one),
        )
        if requests:
            says += f"; it runs per {'request of ' if ' /' in requests[0] else ''}{requests[0]}"
            says = says.replace("per a request", "per request")
        return f"{says}; {self.proof}" if self.proof else says

    @property
    def fix(self) -> str:
        """The index, and how the tool that runs the history makes it."""
        name = f"idx_{self.table}_{'_'.join(self.columns)}"[:63]
        columns = ", ".join(quoted(column) for column in self.columns)
        many = ": first the column with the most different values" if self.columns[1:] else ""
        words = self.advice.words
        how = f"In a new migration: {words}." if self.advice.possible else f"{words}."
        return (
            f"Add an index that starts with what is looked up by{many}:\n\n```sql\n"
            f"CREATE INDEX CONCURRENTLY {quoted(name)} ON {quoted(self.table)} ({columns});\n```"
            + (f"\n\n{how}" if words else "")
        )

    @property
    def key(self) -> str:
        """What tells the finding from the table's others."""
        how = f" {self.how}" if self.how not in _LOOKED else ""
        return f"{self.table}:{','.join(self.columns)}{how}"

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
    growing = filled_tables(target)
    judges = [_Judge(target, one, growing) for one in catalogs if not one.gap]
    if not judges:
        gaps = "; ".join(f"{one.id}: {one.gap}" for one in catalogs)
        return NoCatalog(SkipReason.UNRESOLVED, f"what indexes there are is not known: {gaps}")
    found: dict[tuple[str, str], dict[tuple[tuple[str, ...], How], list[QuerySite]]] = {}
    for path, statement in plain_statements(target):
        fitting = [judge for judge in judges if judge.knows(statement.shape)]
        if len(fitting) != 1:
            continue
        judge = fitting[0]
        for table, columns, how in judge.judged(statement.shape):
            groups = found.setdefault((judge.catalog.id, table), {})
            site = _site(target, path, statement, columns) if columns else None
            if site is not None and (how in _LOOKED or _asked(site)):
                groups.setdefault((columns, how), []).append(site)
    for groups in found.values():
        _fold(groups)
    by_id = {judge.catalog.id: judge for judge in judges}
    tables = [
        FilteredTable(
            f"{id}: {table}",
            tuple(
                by_id[id].filter(table, columns, sites, how)
                for (columns, how), sites in sorted(groups.items())
            ),
        )
        for (id, table), groups in sorted(found.items())
    ]
    live = next((judge for judge in judges if judge.catalog.live), None)
    return tuple(tables) if live is None else tuple(live.confirmed(tables))


def _fold(groups: dict[tuple[tuple[str, ...], How], list[QuerySite]]) -> None:
    """Put queries by more columns to those by some of them: one index helps all."""
    for columns, how in sorted(groups, key=lambda key: -len(key[0])):
        for fewer, other in groups:
            served = how in _LOOKED and other in _LOOKED
            served = served and (
                set(fewer) < set(columns) or (fewer == columns and (how, other) == ("join", "look"))
            )
            if served:
                groups[fewer, other] += groups.pop((columns, how))
                break


def _asked(site: QuerySite) -> bool:
    """Whether requests surely wait for a statement."""
    return site.request is not None and not site.rare and not is_off_path(site.place.path)


def _site(
    target: Target, path: str, statement: Statement, columns: tuple[str, ...]
) -> QuerySite | None:
    request = request_of(target, path, statement.line)
    if request and _ADMIN.search(request):
        return None
    ref = function_at(target, path, statement.line)
    name = table_name(outlined(target, ref).name) if ref is not None else ""
    of_others = all(_OF_OTHERS.search(table_name(column)) for column in columns)
    rare = bool(_RARE.search(name)) and of_others
    rare = rare or bool(request and request.startswith("DELETE "))
    return QuerySite(Place(path, statement.line, 1), statement.text, request, rare)


class _Judge:
    """One catalog, and what its indexes serve."""

    def __init__(self, target: Target, catalog: KnownCatalog, growing: frozenset[str]) -> None:
        self.target, self.catalog = target, catalog
        self.growing = {_one(name) for name in growing}
        named: dict[str, list[CatalogTable]] = defaultdict(list)
        for table in catalog.catalog.tables:
            named[table.name].append(table)
        unread = catalog.catalog.unread  # an index of theirs may serve
        self.tables = {
            name: found[0]
            for name, found in named.items()
            if len(found) == 1 and (found[0].schema, name) not in unread
        }
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
        home = catalog.root.path if catalog.root is not None else None
        for declared in declared_indexes(target):
            if declared.kind == "migration":
                counts = declared.root != home  # what its own history left is in the catalog
            else:
                loose = declared.kind == "sql" and declared.reach == "unknown"  # nothing runs it
                counts = declared.reach != "never" and not loose
            for part in declared.index.keys[:1] if counts else ():
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

    def judged(self, shape: QueryShape) -> Iterator[tuple[str, tuple[str, ...], How]]:
        """(table, columns that an index is missing for or nothing, how it is looked up by them)
        of every table that the statement filters or sorts."""
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
        said = False
        for alias, name in aliases.items():
            if not of[alias]:
                continue
            table = self.tables[name]
            if alias in served or table.kind not in ("r", "p") or table.partition:
                yield name, (), "look"
                continue
            if not self._grows(name):
                continue
            joins = [one for one in of[alias] if one.how == "column" and one.other in narrowed]
            if joins:
                said = True
                yield name, self._telling(name, joins, ("column",)), "join"
                continue
            given = self._telling(name, of[alias], ("value", "list"))
            if given:
                said = True
                yield name, given, "look"
        if not said and shape.verb == "select":
            yield from self._spread(shape, aliases, of)

    def _spread(
        self, shape: QueryShape, aliases: Mapping[str, str], of: Mapping[str, list[Compared]]
    ) -> Iterator[tuple[str, tuple[str, ...], How]]:
        """The first rows of an order, or those of a span of time, that nothing else narrows."""
        first = shape.tables[0][1]
        name = aliases[first]
        table = self.tables[name]
        if table.kind != "r" or table.partition or not self._grows(name):
            return
        for alias, compared in of.items():
            for one in compared:
                if one.how == "column":
                    continue
                if alias != first or not self._is_loose(name, one):
                    return  # narrowed in another way, or it is not known
        column = self._ordered(shape, aliases)
        if column and _SORTED.match(self.columns[name][column].type):
            if column not in self.leading[name] and not self._foreseen(name, of[first]):
                yield name, (column,), "order"
            return
        spans = [one.column for one in of[first] if one.how == "range"]
        spans = [one for one in spans if _TIMES.match(self.columns[name][one].type)]
        if spans and not (shape.ordered[1] or self._foreseen(name, of[first])):
            yield name, (spans[0],), "range"

    def _ordered(self, shape: QueryShape, aliases: Mapping[str, str]) -> str:
        """The column of the first table by which its first rows are sorted."""
        alias, column = shape.ordered
        name = shape.tables[0][0]
        if not column or column not in self.columns[name]:
            return ""
        if alias:
            return column if alias in (shape.tables[0][1], name) else ""
        having = [one for one in aliases.values() if column in self.columns[one]]
        return column if len(having) == 1 else ""

    def _is_loose(self, table: str, one: Compared) -> bool:
        """Whether a condition leaves many rows of a table, as far as its column tells."""
        column = self.columns[table][one.column]
        if column.name in self.leading[table]:
            return False
        if one.how == "range":
            return bool(_TIMES.match(column.type))
        if one.how == "other":
            return bool(_CLEARS.match(column.type))
        return not _MANY_VALUES.match(column.type) or bool(
            _FEW_VALUES.search(table_name(column.name))
        )

    def _foreseen(self, table: str, compared: list[Compared]) -> bool:
        """Whether an index holds just the rows that the conditions name."""
        named = {one.column for one in compared}
        return any(
            index.table == table and index.valid and named & _names(index.predicate or "")
            for index in self.catalog.catalog.indexes
        )

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
                and not _FEW_VALUES.search(table_name(column.name))
            ):
                found.append(column.name)
        return tuple(sorted(set(found)))

    def _grows(self, table: str) -> bool:
        named = table_name(table)
        few = small_by_name(named) or _FEW_ROWS.search(named) or table in self.single
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
        if table.rows < _FEWEST or one.how not in _LOOKED:
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
        self, table: str, columns: tuple[str, ...], sites: list[QuerySite], how: How
    ) -> UnindexedFilter:
        requested = [one for one in sites if _asked(one)]
        root = self.catalog.root
        sites.sort(key=lambda one: (one not in requested, one.place.key()))
        return UnindexedFilter(
            table,
            columns,
            tuple(sites),
            Severity.MEDIUM
            if requested
            else Severity.INFO
            if all(one.rare for one in sites)
            else Severity.LOW,
            Confidence.LIKELY if requested else Confidence.POSSIBLE,
            origins(self.target, root).table(table) if root is not None else None,
            self.catalog.described,
            how,
            advice=index_advice(self.target, root),
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
