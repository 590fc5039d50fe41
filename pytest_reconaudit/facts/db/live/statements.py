"""The statements that the live database counts: slow ones, and those that are sent per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.facts.db.live.places import live_role, server_place
from pytest_reconaudit.facts.db.statement_log import CountedStatement, Fan, fans
from pytest_reconaudit.facts.db.statement_places import SentFrom, sent_from
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_text import sent_text, tables_read
from pytest_reconaudit.target import Target, once

__all__ = [
    "LiveRepeats",
    "NoStatements",
    "SlowStatement",
    "SlowStatements",
    "StatementCounter",
    "live_repeats",
    "slow_statements",
    "slowest",
    "statement_counter",
]

MEAN = 100.0
"""Milliseconds of a call on average that are too many."""
CALLS = 20
SHARE = 0.20
"""Of the time of all statements."""
_LEAST_TOTAL = 10_000.0
"""Milliseconds of all statements below which a share of them means nothing."""
HITS = 0.95
BLOCKS = 1_000_000
_DAY = 86_400.0
_HIDDEN = 0.5
"""Of the calls: what is left tells nothing of the whole."""
_LEAST_SENT = 100
_NO_REQUEST = regex(
    r"(?i)^(?:copy|vacuum|analyze|explain|create|alter|drop|reindex|cluster|refresh|truncate|grant"
    r"|revoke|comment|do|lock|begin|start|commit|rollback|end|abort|savepoint|release|set|reset|show"
    r"|discard|deallocate|prepare|checkpoint|listen|unlisten|notify|close|declare|fetch|move|load"
    r"|insert\s+into\s+(?:\w+\.)?(?:\w*schema_migrations|_sqlx_migrations|flyway_\w+|goose_\w+)"
    r"|call|security|reassign|import)\b"
)
_CATALOG = regex(r"(?:pg_catalog\.|information_schema\.|pg_)")


class StatementCounter(Struct, frozen=True):
    """Whether the server counts statements."""

    why: str
    """Why it does not; empty when it does."""
    place: Place


class SlowStatement(Struct, frozen=True):
    """A statement that takes long, or much of the time of all."""

    shape: str
    calls: int
    mean: float
    total: float
    share: float
    """Of the time of all statements."""
    rows: float
    blocks: float
    """Of shared memory that a call looks at."""
    source: SentFrom


class SlowStatements(Struct, frozen=True):
    """What the server counted, and since when."""

    found: tuple[SlowStatement, ...]
    statements: int
    hidden: int
    since: str
    young: bool
    """It counts for less than a day."""
    hits: float | None
    """Share of the blocks that were found in shared memory, where enough were looked for."""
    blocks: int
    place: Place


class LiveRepeats(Struct, frozen=True):
    """Statements that are sent per row of another one, by what was counted in the window."""

    found: tuple[tuple[Fan, SentFrom, SentFrom], ...]
    seconds: float
    sent: int
    given_up: bool
    """Statements were forgotten meanwhile for want of room."""


class NoStatements(Struct, frozen=True):
    """Why nothing is known."""

    reason: SkipReason
    detail: str


def _looks(target: Target) -> tuple[tuple[Mapping[str, Any], ...], float] | NoStatements:
    part = live_part(target, "statements")
    if isinstance(part, str):
        return NoStatements(SkipReason.NO_SERVER, part)
    samples = tuple(part["samples"])
    for sample in samples:
        if not sample["extension"]:
            return NoStatements(SkipReason.NO_EXTENSION, f"pg_stat_statements: {sample['why']}")
    return samples, float(part["seconds"])


@once
def statement_counter(target: Target) -> StatementCounter | NoStatements:
    """Whether the live database counts statements."""
    found = _looks(target)
    if isinstance(found, NoStatements):
        if found.reason is SkipReason.NO_EXTENSION:
            return StatementCounter(found.detail, server_place(target))
        return found
    return StatementCounter("", server_place(target))


@once
def slow_statements(target: Target) -> SlowStatements | NoStatements:
    """The statements of the live database that take too long."""
    looks = _looks(target)
    if isinstance(looks, NoStatements):
        return looks
    sample = looks[0][-1]
    server = live_part(target, "server")
    age, since = _age(sample, {} if isinstance(server, str) else server)
    rows = list(_rows(sample))
    blocks = sum(row["hit"] + row["read"] for row in rows)
    found = slowest(rows, sample["total"])
    if not found and _mostly_hidden(sample):
        return _denied(target, sample)
    return SlowStatements(
        found=tuple(SlowStatement(*one, sent_from(target, one[0])) for one in found),
        statements=len(rows),
        hidden=sample["hidden"],
        since=since,
        young=age is None or age < _DAY,
        hits=sum(row["hit"] for row in rows) / blocks if blocks >= BLOCKS else None,
        blocks=blocks,
        place=server_place(target),
    )


def slowest(
    rows: Sequence[Mapping[str, Any]],
    total: float,
    mean: float = MEAN,
    calls: int = CALLS,
    least: float = _LEAST_TOTAL,
) -> tuple[tuple[str, int, float, float, float, float, float], ...]:
    """Shape, calls, mean, total, share, rows and blocks a call of what is slow, most time first."""
    found = []
    for row in rows:
        count = row["calls"]
        if count < calls or _NO_REQUEST.match(row["text"].lstrip("(/* \n")):
            continue
        share = row["total"] / total if total >= least else 0.0
        if row["total"] / count < mean and share < SHARE:
            continue
        shape = sent_text(row["text"]).shape
        tables = tables_read(shape)
        if _NO_REQUEST.match(shape) or (tables and all(map(_CATALOG.match, tables))):
            continue
        looked = (row["hit"] + row["read"]) / count
        average = row["total"] / count
        found.append((shape, count, average, row["total"], share, row["rows"] / count, looked))
    return tuple(sorted(found, key=lambda one: -one[3]))


@once
def live_repeats(target: Target) -> LiveRepeats | NoStatements:
    """Statements that were sent once per row of another one while the database was watched."""
    looks = _looks(target)
    if isinstance(looks, NoStatements):
        return looks
    samples, seconds = looks
    first, last = samples[0], samples[-1]
    counted = _difference(first, last)
    sent = sum(one.calls for one in counted)
    found = tuple(
        (fan, sent_from(target, fan.child.shape), sent_from(target, fan.parent.shape))
        for fan in fans(counted)
    )
    unseen = last["hidden_calls"] - first["hidden_calls"]
    if not found and (
        unseen > _HIDDEN * (unseen + sent) or (sent < _LEAST_SENT and _mostly_hidden(last))
    ):
        return _denied(target, last)
    if sent < _LEAST_SENT:
        return NoStatements(
            SkipReason.STATS_TOO_YOUNG,
            f"{sent} statements were sent within {seconds:.0f} s; watch while a load test runs, for"
            " longer with --recon-live-window",
        )
    return LiveRepeats(found, seconds, sent, first["dealloc"] != last["dealloc"])


def _mostly_hidden(sample: Mapping[str, Any]) -> bool:
    """Whether the role sees too little of what was sent; BEGIN, SET and the like do not count."""
    seen = sum(row["calls"] for row in _rows(sample) if not _is_upkeep(row["text"]))
    hidden: int = sample["hidden_calls"]
    return bool(hidden > _HIDDEN * (hidden + seen))


def _denied(target: Target, sample: Mapping[str, Any]) -> NoStatements:
    return NoStatements(
        SkipReason.NO_SERVER,
        f"the role may not see {sample['hidden']} statements ({sample['hidden_calls']} calls);"
        f" GRANT pg_read_all_stats TO {live_role(target)}",
    )


def _is_upkeep(text: str | None) -> bool:
    return _NO_REQUEST.match((text or "").lstrip("(/* \n")) is not None


def _difference(first: Mapping[str, Any], last: Mapping[str, Any]) -> list[CountedStatement]:
    """What was sent between two looks."""
    before = {row["id"]: row for row in _rows(first)}
    found = []
    for row in _rows(last):
        old = before.get(row["id"])
        calls = row["calls"] - (old["calls"] if old else 0)
        rows = row["rows"] - (old["rows"] if old else 0)
        if calls > 0 and rows >= 0 and not _is_upkeep(row["text"]):
            found.append(CountedStatement(sent_text(row["text"]).shape, calls, rows / calls))
    return found


def _rows(sample: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in sample["statements"]:
        yield dict(zip(sample["columns"], row, strict=True))


def _age(sample: Mapping[str, Any], server: Mapping[str, Any]) -> tuple[float | None, str]:
    """For how many seconds statements are counted, where that is known, and since when."""
    since, now = sample["stats_reset"], server.get("now")
    if not since or not now:
        return None, "since a time that is not known"
    then = datetime.fromisoformat(since)
    return (datetime.fromisoformat(now) - then).total_seconds(), f"since {then:%Y-%m-%d %H:%M}"
