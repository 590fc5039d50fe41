"""What recorded logs tell, at the places of the repository that send the statements."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.db.live.places import table_place
from pytest_reconaudit.facts.db.statement_log import (
    Fan,
    LogScan,
    Repeat,
    StatementLog,
    statement_logs,
)
from pytest_reconaudit.facts.db.statement_places import SentFrom, sent_from
from pytest_reconaudit.target import Target, once

__all__ = ["PlacedLog", "PlacedRepeat", "placed_logs"]

_GROUPS = {"request": "request", "transaction": "transaction", "session": "row of a session"}


class PlacedRepeat(Struct, frozen=True):
    """A statement that is sent over and over, and from where."""

    repeat: Repeat
    source: SentFrom

    @property
    def group(self) -> str:
        """What the log showed it to be sent in, in words."""
        name = f" ({self.repeat.request})" if self.repeat.request else ""
        return _GROUPS[self.repeat.by] + name


class PlacedLog(Struct, frozen=True):
    """A log, at the places of the repository."""

    log: StatementLog
    repeats: tuple[PlacedRepeat, ...]
    scans: tuple[tuple[LogScan, SentFrom], ...]
    fans: tuple[tuple[Fan, SentFrom, SentFrom], ...]


@once
def placed_logs(target: Target) -> tuple[PlacedLog, ...]:
    """The logs that were given."""
    return tuple(
        PlacedLog(
            log,
            tuple(PlacedRepeat(one, sent_from(target, one.shape)) for one in log.repeats),
            tuple((scan, _scanned(target, scan)) for scan in log.scans),
            tuple(
                (fan, sent_from(target, fan.child.shape), sent_from(target, fan.parent.shape))
                for fan in log.fans
            ),
        )
        for log in statement_logs(target)
    )


def _scanned(target: Target, scan: LogScan) -> SentFrom:
    """Where the statement is sent from, else where its table is made."""
    found = sent_from(target, scan.shape)
    return found if found.known else SentFrom(table_place(target, scan.table), known=False)
