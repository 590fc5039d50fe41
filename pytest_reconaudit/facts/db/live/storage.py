"""Tables of the live database that are read as a whole, and what runs full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from pytest_reconaudit.facts.db.catalogs import KnownCatalog, NoCatalog, known_catalogs, origins
from pytest_reconaudit.facts.db.live.places import live_role, server_place, table_place
from pytest_reconaudit.facts.db.live.statistics import (
    NoStatistics,
    Statistics,
    TableCounts,
    megabytes,
    statistics_or_reason,
)
from pytest_reconaudit.model import Place, Severity, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_text import masked_statement
from pytest_reconaudit.target import Target, once

__all__ = [
    "FullThing",
    "ScannedTable",
    "ScannedTables",
    "StorageState",
    "scanned_tables",
    "storage_states",
]

_MANY_ROWS = 10_000
_MANY_SCANS = 100
_INDEX_SHARE = 0.95
_ROWS_A_SCAN = 10_000
_YOUNG_DAYS = 1.0
_EACH = 20
"""Findings of a kind that stand for themselves; what is beyond them is counted."""

_DEAD_SHARE = 0.20
_DEAD_ROWS = 10_000
_VACUUM_HOURS = 24.0
_ANALYZE_HOURS = 7 * 24.0
_BLOAT_BYTES = 100 * 1024 * 1024
_BLOAT_SHARE = 0.50
_FULL, _NEARLY_OUT = 0.70, 0.90


# -- tables read as a whole ----------------------------------------------------------------


class ScannedTable(Struct, frozen=True):
    """A table that statements read from its start to its end, again and again."""

    counts: TableCounts
    place: Place
    statement: str
    """One that reads some of its rows only, as the server keeps it; empty: none is known."""
    calls: int
    known: bool
    """Whether the server keeps statements at all."""

    @property
    def share(self) -> float:
        scans = self.counts.seq_scans + self.counts.idx_scans
        return self.counts.idx_scans / scans if scans else 0.0


class ScannedTables(Struct, frozen=True):
    """The live database's tables, as far as they were read."""

    count: int
    since: str
    elsewhere: str
    """Who reads beside this server; empty: nobody."""
    each: tuple[ScannedTable, ...]
    more: tuple[ScannedTable, ...]


@once
def scanned_tables(target: Target) -> ScannedTables | NoStatistics:
    """Tables that are large, often read as a whole, and that indexes serve too rarely."""
    known = statistics_or_reason(target)
    if isinstance(known, NoStatistics):
        return known
    if known.days is None or known.days < _YOUNG_DAYS:
        hours = "unknown" if known.days is None else f"{known.days * 24:.1f} hours"
        return NoStatistics(
            SkipReason.STATS_TOO_YOUNG, f"the server counts for less than a day ({hours})"
        )
    if not known.tables:
        return NoStatistics(SkipReason.NO_INPUT, "the live database has no table")
    found = []
    for table in known.tables.values():
        if _is_scanned(table):
            kind, text, calls = _statement_on(table.name, known)
            if kind != "whole":
                found.append(
                    ScannedTable(
                        counts=table,
                        place=table_place(target, table.name),
                        statement=text,
                        calls=calls,
                        known=known.statements is not None,
                    )
                )
    found.sort(key=lambda one: (-one.counts.seq_rows, one.counts.schema, one.counts.name))
    return ScannedTables(
        len(known.tables), known.since, known.elsewhere, tuple(found[:_EACH]), tuple(found[_EACH:])
    )


def _is_scanned(table: TableCounts) -> bool:
    scans = table.seq_scans + table.idx_scans
    # A replica counts no rows of its own; the planner's estimate comes with the data.
    rows = table.live or table.rows
    return (
        rows >= _MANY_ROWS
        and table.seq_scans > _MANY_SCANS
        and table.idx_scans < _INDEX_SHARE * scans
        and table.seq_rows >= _ROWS_A_SCAN * table.seq_scans
    )


_WORDS = regex(r"[\w$]+|\"(?:[^\"]|\"\")+\"")
_CHOOSES = frozenset({"where", "join", "limit"})
_SHOWN = 160


def _statement_on(
    table: str, statistics: Statistics
) -> tuple[Literal["some", "whole", "unknown"], str, int]:
    """The costliest statement that wants some rows of a table; ``whole``: all that name it want
    every row, as exports and counts do."""
    named = False
    for text, calls, _ in statistics.statements or ():
        words = [word.strip('"').lower() for word in _WORDS.findall(text)]
        if table.lower() not in words or not words:
            continue
        if words[0] in ("insert", "copy", "create", "alter", "vacuum", "analyze", "explain"):
            continue
        named = True
        if _CHOOSES.intersection(words):
            return "some", masked_statement(text, _SHOWN), calls
    return ("whole" if named else "unknown"), "", 0


# -- what runs full ------------------------------------------------------------------------


class FullThing(Struct, frozen=True):
    """A sequence near its end, or a table full of dead rows or of free space."""

    name: str
    place: Place
    severity: Severity
    says: str
    sure: bool = True


class StorageState(Struct, frozen=True):
    """One kind of room in the live database."""

    kind: Literal["sequences", "dead rows", "free space"]
    count: int
    """What was looked at."""
    passed_over: str
    """What was not, in words; empty: nothing."""
    each: tuple[FullThing, ...]
    more: tuple[FullThing, ...]
    reason: SkipReason = SkipReason.NO_INPUT
    skipped: str = ""
    """Why it cannot be judged; empty: it can."""


@once
def storage_states(target: Target) -> tuple[StorageState, ...] | NoStatistics:
    """Sequences, dead rows, free space: each is looked at by itself."""
    known = statistics_or_reason(target)
    if isinstance(known, NoStatistics):
        return known
    return (_sequences(target, known), _dead(target, known), _free(target, known))


_TYPES = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def _sequences(target: Target, known: Statistics) -> StorageState:
    found: dict[str, FullThing] = {}
    names = set()
    for row in known.sequences:
        names.add((row["schema"], row["name"]))
        full = None if row["cycles"] or row["last"] is None else _sequence(target, row)
        if full is not None:
            there = found.get(full.name)
            if there is None or full.severity > there.severity:
                found[full.name] = full
    unread = known.sequences_unread
    over = f"{unread} sequences that the role may not read, or that there was no time for"
    state = _state("sequences", len(names), list(found.values()), over if unread else "")
    if names:
        return state
    if unread:
        role = live_role(target)
        noun = "sequence" if unread == 1 else "sequences"
        return _unknown(
            "sequences",
            SkipReason.NO_SERVER,
            f"{unread} {noun} could not be read; GRANT SELECT ON ALL SEQUENCES IN SCHEMA … TO"
            f" {role}, or from PostgreSQL 14 on GRANT pg_read_all_data TO {role}",
        )
    return _unknown("sequences", SkipReason.NO_INPUT, "the live database has no sequence")


def _sequence(target: Target, row: Mapping[str, Any]) -> FullThing | None:
    up = row["increment"] > 0
    own = row["maximum"] if up else -row["minimum"]
    last = row["last"] if up else -row["last"]
    type_ = row["type"] if row["type"] in _TYPES else ""
    column_end = _TYPES[type_] if type_ else own
    end = min(own, column_end)
    if end <= 0 or last / end < _FULL:
        return None
    schema = "" if row["schema"] == "public" else f"{row['schema']}."
    name = f"{schema}{row['name']}"
    if row["column"]:
        feeds = f", which feeds {row['table']}.{row['column']} ({row['type']}),"
        place = _column_place(target, row["table"], row["column"])
    else:
        feeds, place = "", server_place(target)
    whose = f"the end of {type_}" if type_ and column_end <= own else "its own end"
    sign = "" if up else "-"
    return FullThing(
        name,
        place,
        Severity.CRITICAL if last / end >= _NEARLY_OUT else Severity.HIGH,
        f"sequence {name}{feeds} is at {sign}{last:,}: {int(last / end * 100)} % of {whose},"
        f" {sign}{end:,}",
    )


def _column_place(target: Target, table: str, column: str) -> Place:
    known = known_catalogs(target)
    live: KnownCatalog | None = None
    if not isinstance(known, NoCatalog):
        live = next((one for one in known if one.live), None)
    if live is None or live.root is None:
        return table_place(target, table)
    return origins(target, live.root).column(table, column)


def _dead(target: Target, known: Statistics) -> StorageState:
    if known.in_recovery:
        return _unknown("dead rows", SkipReason.CONTEXT_UNKNOWN, "a replica counts no dead rows")
    tables = [one for one in known.tables.values() if one.kind != "p"]
    if not tables:
        return _unknown("dead rows", SkipReason.NO_INPUT, "the live database has no table")
    sure = known.days is not None and known.days >= _YOUNG_DAYS
    found = []
    for table in tables:
        share = table.dead / (table.live + table.dead) if table.dead else 0.0
        if table.dead < _DEAD_ROWS or share < _DEAD_SHARE:
            continue
        if table.vacuumed is not None and table.vacuumed < _VACUUM_HOURS:
            continue
        last = (
            f"was not vacuumed {known.since}"
            if table.vacuumed is None
            else f"was last vacuumed {table.vacuumed / 24:.0f} days ago"
        )
        off = ", and its own settings switch autovacuum off" if _is_off(table.options) else ""
        found.append(
            FullThing(
                table.shown,
                table_place(target, table.name),
                Severity.MEDIUM,
                f"{table.dead:,} of the {table.live + table.dead:,} rows of {table.shown}"
                f" ({share:.0%}) are dead, and it {last}{off}",
                sure,
            )
        )
    return _state("dead rows", len(tables), found)


def _is_off(options: tuple[str, ...]) -> bool:
    return any(
        option.partition("=")[0] == "autovacuum_enabled"
        and option.partition("=")[2].lower() in ("false", "off", "no", "0")
        for option in options
    )


def _free(target: Target, known: Statistics) -> StorageState:
    if not known.big:
        if known.tables and all(table.analyzed is None for table in known.tables.values()):
            return _unknown("free space", SkipReason.STATS_TOO_YOUNG, "no table was ever analyzed")
        return _unknown(
            "free space", SkipReason.NO_INPUT, f"no table has {megabytes(_BLOAT_BYTES)}"
        )
    found, old = [], []
    for schema, name, size, least in known.big:
        table = known.table(schema, name)
        if table is None:
            continue
        if least is None or table.analyzed is None or table.analyzed > _ANALYZE_HOURS:
            old.append(table.shown)
        elif size - least >= _BLOAT_BYTES and (size - least) / size >= _BLOAT_SHARE:
            found.append(
                FullThing(
                    table.shown,
                    table_place(target, name),
                    Severity.INFO,
                    f"{table.shown} takes {megabytes(size)}, and its rows would fit into"
                    f" {megabytes(least)}, by an estimate",
                )
            )
    over = f"{_some(old)}: no statistics of the last 7 days" if old else ""
    if len(old) == len(known.big):
        return _unknown("free space", SkipReason.STATS_TOO_YOUNG, over)
    return _state("free space", len(known.big), found, over)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


_Kind = Literal["sequences", "dead rows", "free space"]


def _state(kind: _Kind, count: int, found: list[FullThing], over: str = "") -> StorageState:
    found.sort(key=lambda one: (-one.severity, one.name))
    return StorageState(kind, count, over, tuple(found[:_EACH]), tuple(found[_EACH:]))


def _unknown(kind: _Kind, reason: SkipReason, why: str) -> StorageState:
    return StorageState(kind, 0, "", (), (), reason, why)
