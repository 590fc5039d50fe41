"""What the sessions of the live database do over the window: long transactions, full pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.facts.db.live.places import live_role, server_place
from pytest_reconaudit.facts.db.pools import pool_uses
from pytest_reconaudit.model import Note, Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "LongTransaction",
    "LongTransactions",
    "NoSessions",
    "PoolLoad",
    "Session",
    "live_pools",
    "live_transactions",
    "long_transactions",
    "pool_loads",
    "samples_of",
]

LONG = 300.0
"""Seconds of a transaction that are too many."""
IDLE = 60.0
"""Seconds for which a transaction may wait for its client."""
FULL = 0.95
BUSY = 0.80
_ALLOWED = regex(
    r"(?i)^(?:pg_dump|pg_restore|pg_basebackup|pg_receivewal|pytest-reconaudit|vacuumdb|reindexdb"
    r"|pg_repack|debezium|pgcopydb)"
)
_UPKEEP = regex(
    r"(?i)^(?:autovacuum|vacuum|analyze|reindex|cluster|copy|create\s+(?:unique\s+)?index|refresh"
    r"|start_replication|base_backup|create_replication_slot)\b"
)


class Session(Struct, frozen=True):
    """One session at one moment."""

    pid: int
    user: str | None
    database: str | None
    application: str
    state: str | None
    """``None``: the role may not see it."""
    transaction_age: float | None
    state_age: float | None
    wait: str
    started: float | None
    query: str

    @property
    def in_transaction(self) -> bool:
        return (self.state or "").startswith("idle in transaction")


class LongTransaction(Struct, frozen=True):
    """A transaction that was seen to last."""

    session: Session
    """As it was seen last."""
    age: float
    idle: float | None
    """For how long it waits for its client; ``None``: it is at work."""


class LongTransactions(Struct, frozen=True):
    """The transactions of the live database that last."""

    found: tuple[LongTransaction, ...]
    """The oldest first."""
    sessions: int
    hidden: int
    """Sessions of which the role sees no more than that they are there."""
    place: Place
    seconds: float


class PoolLoad(Struct, frozen=True):
    """The connections of one role over the window."""

    role: str
    samples: tuple[tuple[int, int, int], ...]
    """Of each look: connections, those at work or in a transaction, how many there may be."""
    limit: str
    """What bounds them, in words."""
    full: int
    """In how many looks there was next to nothing left."""
    applications: str
    place: Place
    related: tuple[Note, ...]


class NoSessions(Struct, frozen=True):
    """Why nothing is known."""

    reason: SkipReason
    detail: str


Sample = Mapping[str, Any]


def samples_of(target: Target) -> tuple[tuple[Sample, ...], float] | NoSessions:
    """The looks at the sessions, and over how many seconds."""
    part = live_part(target, "sessions")
    if isinstance(part, str):
        return NoSessions(SkipReason.NO_SERVER, part)
    return tuple(part["samples"]), float(part["seconds"])


def _sessions(sample: Sample) -> Iterator[Session]:
    for row in sample["sessions"]:
        yield Session(**dict(zip(sample["columns"], row, strict=True)))


# -- transactions --------------------------------------------------------------------------


@once
def live_transactions(target: Target) -> LongTransactions | NoSessions:
    """The transactions of the live database that last too long."""
    known = samples_of(target)
    if isinstance(known, NoSessions):
        return known
    samples, seconds = known
    last = [one for one in _sessions(samples[-1]) if one.database == samples[-1]["database"]]
    hidden = len(_hidden(samples))
    found = long_transactions(samples)
    if not found and hidden:
        return _denied(target, hidden)
    return LongTransactions(found, len(last), hidden, server_place(target), seconds)


def _hidden(samples: Sequence[Sample]) -> frozenset[int]:
    """Processes in this database of which the role sees no more than that they are there."""
    return frozenset(
        one.pid
        for sample in samples
        for one in _sessions(sample)
        if one.state is None and one.database == sample["database"]
    )


def _denied(target: Target, hidden: int) -> NoSessions:
    noun = "session does" if hidden == 1 else "sessions do"
    return NoSessions(
        SkipReason.NO_SERVER,
        f"the role may not see what {hidden} {noun}; GRANT pg_read_all_stats TO"
        f" {live_role(target)}",
    )


def long_transactions(
    samples: Sequence[Sample], long: float = LONG, idle: float = IDLE
) -> tuple[LongTransaction, ...]:
    """Transactions of at least ``long`` seconds, or that wait ``idle`` seconds for their client;
    each once, as it was seen last. Dumps, upkeep and replication are let be."""
    found: dict[tuple[int, float | None], LongTransaction] = {}
    for sample in samples:
        for one in _sessions(sample):
            if one.database != sample["database"] or one.transaction_age is None:
                continue
            if _ALLOWED.match(one.application) or _UPKEEP.match(one.query):
                continue
            waits = one.state_age if one.in_transaction else None
            if one.transaction_age >= long or (waits is not None and waits >= idle):
                found[one.pid, one.started] = LongTransaction(one, one.transaction_age, waits)
    return tuple(sorted(found.values(), key=lambda each: (-each.age, each.session.pid)))


# -- pools ---------------------------------------------------------------------------------


@once
def live_pools(target: Target) -> tuple[PoolLoad, ...] | NoSessions:
    """The roles that use the live database, each with its connections over the window."""
    known = samples_of(target)
    if isinstance(known, NoSessions):
        return known
    samples, _ = known
    seen = [one for sample in samples for one in _sessions(sample)]
    if not seen:
        return NoSessions(SkipReason.NO_INPUT, "nobody else was connected meanwhile")
    if all(one.state is None for one in seen):
        return _denied(target, len({one.pid for one in seen}))
    loads = pool_loads(samples, server_place(target), _pools(target))
    hidden = _hidden(samples)
    if hidden and not any(load.full for load in loads):
        return _denied(target, len(hidden))
    return loads


def _pools(target: Target) -> tuple[tuple[int, Note], ...]:
    """What the services of the repository may open, for each server that it describes."""
    return tuple(
        (use.most, Note(use.pool, f"the pool: {use.most} connections together"))
        for use in pool_uses(target)
        if use.most and use.pool is not None
    )


def pool_loads(
    samples: Sequence[Sample], place: Place, pools: Sequence[tuple[int, Note]] = ()
) -> tuple[PoolLoad, ...]:
    """Each role's connections in every look, against the least of what bounds them.

    :param pools: what the services of the repository may open at most, where that is known.
    """
    roles = sorted(
        {one.user for sample in samples for one in _sessions(sample)
         if one.user and one.database == sample["database"]}
    )  # fmt: skip
    return tuple(_pool_load(role, samples, place, pools) for role in roles)


def _pool_load(
    role: str, samples: Sequence[Sample], place: Place, pools: Sequence[tuple[int, Note]]
) -> PoolLoad:
    each = []
    words = ""
    most = 0
    related: tuple[Note, ...] = ()
    programs: dict[str, int] = {}
    by_look = []
    for sample in samples:
        every = list(_sessions(sample))
        mine = [one for one in every if one.user == role and one.database == sample["database"]]
        by_look.append((sample, every, mine))
        most = max(most, len(mine))
        for one in mine:
            programs[one.application] = programs.get(one.application, 0) + 1
    # One pool only, and not less than what is open: else the live system is set up otherwise.
    pool = pools[0] if len(pools) == 1 and pools[0][0] >= most else None
    for sample, every, mine in by_look:
        working = sum(one.state == "active" or one.in_transaction for one in mine)
        room, limit = _room(sample, role, every, mine)
        if pool is not None and pool[0] < room:
            room, limit, related = pool[0], f"{pool[0]} of the pool", (pool[1],)
        words = words or limit
        each.append((len(mine), working, room))
    full = sum(
        count >= FULL * room and working >= BUSY * count > 0 for count, working, room in each
    )
    names = sorted(programs, key=lambda name: (-programs[name], name))
    return PoolLoad(
        role=role,
        samples=tuple(each),
        limit=words,
        full=full,
        applications=", ".join(name or "(no application_name)" for name in names[:3]),
        place=place,
        related=related,
    )


def _room(
    sample: Sample, role: str, every: Sequence[Session], mine: Sequence[Session]
) -> tuple[int, str]:
    """How many connections a role may have, with what the others leave; and what says so."""
    others = len(every) - len(mine)
    most, reserved = sample["max_connections"], sample["reserved"]
    left = most - reserved - others
    taken = f", less {reserved} reserved and {others} of others" if others else (
        f", less {reserved} reserved")  # fmt: skip
    choices = [(left, f"max_connections = {most}{taken}")]
    if (limit := sample["role_limits"].get(role)) is not None:
        choices.append((limit, f"{limit} of the role (CONNECTION LIMIT)"))
    if (limit := sample["database_limit"]) >= 0:
        choices.append((limit, f"{limit} of the database (CONNECTION LIMIT)"))
    room, words = min(choices)
    return max(room, 1), words
