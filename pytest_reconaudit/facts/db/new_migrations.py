"""Which migrations of a history are new: those that a database in production has yet to take.

What an old migration did to a table that was small then is no news. Only the new ones are judged
for the locks they take, for what undoes them and for their place in the order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from pytest_reconaudit.facts.branch_point import branch_point
from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.live.migrations import NoState, migration_states
from pytest_reconaudit.facts.db.migrations import MigrationFile, MigrationRoot
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["NewMigrations", "new_migrations", "version_time"]

NEWEST = 5
"""How many of the last migrations count as new when nothing else tells."""
NEWEST_DAYS = 180
"""… and how much older than the last of them they may be, by the times in their versions."""
TOGETHER = timedelta(days=1)
"""How far apart the versions of migrations lie that count as deployed together."""


class NewMigrations(Struct, frozen=True):
    """The new migrations of one history."""

    migrations: tuple[MigrationFile, ...]
    """In the order in which they run; empty when the change at hand adds none."""
    basis: Literal["pending", "merge-base", "newest"]
    """``pending``: not applied to the live database; ``merge-base``: not in the commit at which
    this branch left the default branch; ``newest``: neither is known, so the last few."""
    why: str
    """The same in words: ``added since 1f2e3d4c, where this branch left main``."""
    unknown: str = ""
    """Why the live database did not tell which are pending, where nothing else did either; empty:
    it was not asked, or it does not record this history."""

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(migration.path for migration in self.migrations)

    def beside(self, migration: MigrationFile) -> tuple[str, ...] | None:
        """The migrations that are deployed together with one of them; ``None``: all.

        What waits, or what a branch adds, goes out at once. The newest few of a history did so
        one by one, but for those whose versions lie within a day of each other.
        """
        if self.basis != "newest":
            return None
        time = version_time(migration.version)
        return tuple(
            one.path
            for one in self.migrations
            if one.path == migration.path
            or (
                time is not None
                and (other := version_time(one.version)) is not None
                and abs(time - other) <= TOGETHER
            )
        )


@once
def _known(target: Target) -> dict[tuple[str, str], NewMigrations]:
    return {}


def new_migrations(target: Target, root: MigrationRoot) -> NewMigrations:
    """The migrations of a history that are new, and by what.

    Those that are not applied to the live database, if one is given and records this history;
    else those that the commit at which this branch left the default branch does not have; else
    (on the default branch itself, without git) the newest :data:`NEWEST` that are at most
    :data:`NEWEST_DAYS` days older than the newest. A dump is nobody's next step: it has none.
    """
    known = _known(target)
    key = (root.path, root.tool)
    if key not in known:
        known[key] = (
            NewMigrations(
                (), "newest", "new: a dump of the schema is applied to empty databases only"
            )
            if root.tool in ("dump", "initdb")
            else _pending(target, root) or _added(target, root) or _newest(target, root)
        )
    return known[key]


def _pending(target: Target, root: MigrationRoot) -> NewMigrations | None:
    if not wants_live(target):
        return None
    states = migration_states(target)
    for state in states if not isinstance(states, NoState) else ():
        if state.history.path == root.path and state.reason is None:
            waiting = {one.path for one in (*state.pending, *state.history.repeatable)}
            waiting -= {one.path for one in state.history.repeatable if one.key in state.applied}
            found = tuple(one for one in root.migrations if one.path in waiting)
            return NewMigrations(found, "pending", "not applied to the live database")
    return None


def _added(target: Target, root: MigrationRoot) -> NewMigrations | None:
    point = branch_point(target)
    if isinstance(point, str):
        return None
    before = point.files(root.path)
    found = tuple(one for one in root.migrations if one.path not in before)
    if point.at_head and (not found or len(found) == len(root.migrations)):
        return None  # the default branch itself: what it added lately is not known
    if point.at_head:
        return NewMigrations(found, "merge-base", f"not committed to {point.branch}")
    why = f"added since {point.shown}, where this branch left {point.branch}"
    return NewMigrations(found, "merge-base", why)


def _untold(target: Target, root: MigrationRoot) -> str:
    """Why the live database does not tell what it has of a history."""
    if not wants_live(target):
        return ""
    states = migration_states(target)
    if isinstance(states, NoState):
        return states.detail if states.reason is SkipReason.NO_SERVER else ""
    return next(
        (
            state.detail
            for state in states
            if state.history.path == root.path and state.reason is SkipReason.NO_SERVER
        ),
        "",
    )


def _newest(target: Target, root: MigrationRoot) -> NewMigrations:
    last = root.migrations[-NEWEST:]
    newest = version_time(last[-1].version) if last else None
    if newest is not None:
        last = tuple(
            one
            for one in last
            if (time := version_time(one.version)) is None or (newest - time).days <= NEWEST_DAYS
        )
    noun = "migration" if len(last) == 1 else "migrations"
    why = f"one of the newest {len(last)} {noun}"
    return NewMigrations(last, "newest", why, _untold(target, root))


_TIME = regex(r"(20\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?\d*$")


def version_time(version: str) -> datetime | None:
    """The time that a version begins with (``20240131120000``), also as seconds since 1970.

    ``None`` for counted versions.
    """
    digits = "".join(one for one in version if one.isdigit() and one.isascii())
    if match := _TIME.match(digits):
        try:
            year, month, day, hour, minute, second = (int(part) for part in match.groups("0"))
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
    if len(digits) in (10, 13) and digits.startswith("1"):
        return datetime.fromtimestamp(int(digits[:10]))
    return None
