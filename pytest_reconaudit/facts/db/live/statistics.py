"""What the live database counted of its tables, indexes and sequences, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.target import Target, once

__all__ = [
    "NoStatistics",
    "Statistics",
    "TableCounts",
    "UsedIndex",
    "live_statistics",
    "megabytes",
    "statistics_or_reason",
]


class TableCounts(Struct, frozen=True):
    """One table as the server counted it."""

    schema: str
    name: str
    kind: str
    partition: bool
    size: int
    """Bytes, by the last VACUUM or ANALYZE."""
    rows: int
    """The larger of the planner's estimate and what was counted."""
    live: int
    dead: int
    deleted: int
    seq_scans: int
    seq_rows: int
    idx_scans: int
    vacuumed: float | None
    """Hours since the last VACUUM, of whatever kind; ``None``: never."""
    analyzed: float | None
    options: tuple[str, ...]

    @property
    def shown(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


class UsedIndex(Struct, frozen=True):
    """How often an index was used, and how large it is."""

    schema: str
    name: str
    scans: int
    size: int


class Statistics(Struct, frozen=True, eq=False):
    """The counters of a live database."""

    tables: Mapping[tuple[str, str], TableCounts]
    indexes: Mapping[tuple[str, str], UsedIndex]
    days: float | None
    """How long the server counts; ``None``: not known."""
    since: str
    """Since when, in words."""
    in_recovery: bool
    replicas: int | None
    """Servers that stream from it and may answer queries of their own; ``None``: not known."""
    sequences: tuple[Mapping[str, Any], ...]
    """``schema``, ``name``, ``last``, ``increment``, ``maximum``, ``minimum``, ``cycles``; of the
    column it feeds ``table_schema``, ``table``, ``column``, ``type``."""
    sequences_unread: int
    """Those that the role may not read, or that there was no time for."""
    big: tuple[tuple[str, str, int, int | None], ...]
    """Of big tables schema, name, bytes, and bytes without free space where that is known."""
    statements: tuple[tuple[str, int, float], ...] | None
    """Text, calls and mean ms of statements that name a table that is often read as a whole."""

    def table(self, schema: str, name: str) -> TableCounts | None:
        return self.tables.get((schema, name))

    def index(self, schema: str, name: str) -> UsedIndex | None:
        return self.indexes.get((schema, name))

    @property
    def counts_writes(self) -> bool:
        """A server in recovery counts what it reads, and none of what it replays."""
        return not self.in_recovery

    @property
    def elsewhere(self) -> str:
        """Who may read beside this server, which its counters do not show; empty: nobody."""
        if self.in_recovery:
            return "it is a replica, and the primary counts for itself"
        if self.replicas is None:
            return "it has replicas that this role may not see, and they count for themselves"
        if self.replicas:
            one = self.replicas == 1
            noun = "replica counts for itself" if one else "replicas count for themselves"
            return f"{self.replicas} {noun}"
        return ""


class NoStatistics(Struct, frozen=True):
    """Why nothing is known."""

    reason: SkipReason
    detail: str


def live_statistics(target: Target) -> Statistics | None:
    """The counters, or ``None`` when there are none to be had."""
    found = statistics_or_reason(target)
    return found if isinstance(found, Statistics) else None


@once
def statistics_or_reason(target: Target) -> Statistics | NoStatistics:
    part, server = live_part(target, "statistics"), live_part(target, "server")
    if isinstance(part, str):
        return NoStatistics(SkipReason.NO_SERVER, part)
    known: Mapping[str, Any] = {} if isinstance(server, str) else server
    days, since = _age(known)
    block = part["block_size"]
    used: dict[int, int] = {}
    indexes = {}
    for row in _rows(part, "indexes"):
        used[row["table"]] = used.get(row["table"], 0) + row["scans"]
        name = (row["schema"], row["name"])
        indexes[name] = UsedIndex(*name, row["scans"], row["pages"] * block)
    return Statistics(
        tables={
            (row["schema"], row["name"]): _counts(row, used.get(row["oid"], 0), block)
            for row in _rows(part, "tables")
        },
        indexes=indexes,
        days=days,
        since=since,
        in_recovery=bool(known.get("in_recovery")),
        replicas=known.get("replicas"),
        sequences=tuple(_rows(part, "sequences")),
        sequences_unread=part["sequences_unread"],
        big=tuple((schema, name, size, least) for schema, name, size, least in part["big"]),
        statements=None
        if part["statements"] is None
        else tuple((str(text), calls, mean) for text, calls, mean in part["statements"]),
    )


def _rows(part: Mapping[str, Any], of: str) -> Iterator[dict[str, Any]]:
    columns = part["columns"][of]
    for row in part[of]:
        yield dict(zip(columns, row, strict=True))


def _counts(row: Mapping[str, Any], idx_scans: int, block: int) -> TableCounts:
    return TableCounts(
        schema=row["schema"],
        name=row["name"],
        kind=row["kind"],
        partition=row["partition"],
        size=row["pages"] * block,
        rows=max(0, round(row["reltuples"]), row["live"]),
        live=row["live"],
        dead=row["dead"],
        deleted=row["deleted"],
        seq_scans=row["seq_scan"],
        seq_rows=row["seq_tup_read"],
        idx_scans=idx_scans,
        vacuumed=row["vacuumed"],
        analyzed=row["analyzed"],
        options=tuple(row["options"]),
    )


def _age(server: Mapping[str, Any]) -> tuple[float | None, str]:
    """For how many days the server counts, at least, and since when in words.

    Counters outlive a restart, so what was never reset is at least as old as the server's start.
    """
    since = server.get("stats_reset") or server.get("started")
    if not since or not server.get("now"):
        return None, "since a time that is not known"
    then = datetime.fromisoformat(since)
    days = (datetime.fromisoformat(server["now"]) - then).total_seconds() / 86_400
    word = "since" if server.get("stats_reset") else "at least since"
    return max(0.0, days), f"{word} {then:%Y-%m-%d}"


def megabytes(size: int) -> str:
    """Bytes, for people."""
    if size >= 1 << 30:
        return f"{size / (1 << 30):.1f} GB"
    return f"{size / (1 << 20):.1f} MB" if size >= 1 << 20 else f"{size / (1 << 10):.0f} kB"
