"""What the checks of a live or recorded load judge."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.live.sessions import NoSessions, live_pools, live_transactions
from pytest_reconaudit.facts.db.live.statements import (
    NoStatements,
    live_repeats,
    slow_statements,
    statement_counter,
)
from pytest_reconaudit.facts.db.placed_logs import placed_logs
from pytest_reconaudit.facts.db.statement_log import wants_logs
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []

_NO_DATABASE = Nothing(SkipReason.NO_SERVER, "give a database with --recon-dsn")
_DATABASE = "(live database)"


@subject("sent_statements")
def _sent_statements(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_logs(target) and not wants_live(target):
        return Nothing(
            SkipReason.NO_SERVER,
            "give a log with --recon-sql-log, or a database under load with --recon-dsn",
        )
    found: list[Subject] = []
    names: dict[str, int] = {}
    for one in placed_logs(target) if wants_logs(target) else ():
        names[one.log.name] = count = names.get(one.log.name, 0) + 1
        found.append(Subject(one.log.name if count == 1 else f"{one.log.name} ({count})", one))
    if wants_live(target):
        live = live_repeats(target)
        if not isinstance(live, NoStatements):
            found.append(Subject(_DATABASE, live))
        elif not found:
            return Nothing(live.reason, live.detail)
    return found


@subject("long_transactions")
def _long_transactions(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return _NO_DATABASE
    found = live_transactions(target)
    if isinstance(found, NoSessions):
        return Nothing(found.reason, found.detail)
    return [Subject(_DATABASE, found)]


@subject("pool_load")
def _pool_loads(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return _NO_DATABASE
    found = live_pools(target)
    if isinstance(found, NoSessions):
        return Nothing(found.reason, found.detail)
    subjects = [Subject(f"{_DATABASE}: {one.role}", one) for one in found]
    return subjects or Nothing(SkipReason.NO_INPUT, "nobody else was connected to this database")


@subject("slow_statements")
def _slow_statements(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return _NO_DATABASE
    counter = statement_counter(target)
    if isinstance(counter, NoStatements):
        return Nothing(counter.reason, counter.detail)
    found = slow_statements(target)
    if isinstance(found, NoStatements):
        if not counter.why:
            return Nothing(found.reason, found.detail)
        return [Subject(f"{_DATABASE}: pg_stat_statements", counter)]
    return [Subject(_DATABASE, found)]
