"""How an index is made beside running code, by the tool that runs a history; and which tables grow.

``CREATE INDEX CONCURRENTLY`` needs a statement outside of any transaction. Some tools give one,
each in its own words; for others the index is made by hand before the migration.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from pytest_reconaudit.facts.db.migrations import MigrationRoot
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.plain import filled_tables
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.target import Target, once

__all__ = ["Advice", "index_advice", "one_of", "volume"]


class Advice(Struct, frozen=True):
    """What a history's tool lets one do."""

    possible: bool
    """Whether a migration can run a statement outside of a transaction."""
    words: str
    """How, or what to do instead; empty: the tool is not known."""


_HOW = {
    "diesel": "`run_in_transaction = false` in the `metadata.toml` beside `up.sql`",
    "goose": "`-- +goose NO TRANSACTION` at the head of the file",
    "dbmate": "`-- migrate:up transaction:false`",
    "flyway": "`executeInTransaction=false` in the `.conf` beside the script",
    "golang-migrate": "a file that holds this one statement",
    "supabase": "a file that holds this one statement",
    "prisma": "`@@index` in the schema, `prisma migrate dev --create-only`, then CONCURRENTLY in"
    " its file, which holds this one statement",
    "sql-migrate": "`-- +migrate Up notransaction`",
    "atlas": "`-- atlas:txmode none` at the head of the file",
    "tern": "`---- tern: disable-tx ----`",
}
_BY_HAND = (
    "run the CONCURRENTLY statement by hand once its columns are there, and let a later migration"
    " say a plain `CREATE INDEX IF NOT EXISTS`, which then finds it"
)
_LOCKED = regex(r"^name = \"sqlx\"\nversion = \"(\d+)\.(\d+)\.(\d+)", 8)


def index_advice(target: Target, root: MigrationRoot | None) -> Advice:
    """How a migration of a history makes an index CONCURRENTLY."""
    if root is None:
        return Advice(True, "")
    if root.tool == "sqlx":
        version = _sqlx(target, root.path)
        if version and version < (0, 8, 0):
            shown = ".".join(map(str, version))
            return Advice(
                False,
                f"sqlx {shown} runs every migration inside a transaction (`-- no-transaction`"
                f" needs 0.8.0): {_BY_HAND}",
            )
        return Advice(
            True,
            "`-- no-transaction` as the first line of a file that holds this one statement"
            + ("" if version else " (sqlx 0.8.0 or newer)"),
        )
    if root.tool == "drizzle":
        return Advice(False, f"Drizzle runs its migrations inside one transaction: {_BY_HAND}")
    return Advice(True, _HOW.get(root.tool, ""))


def _sqlx(target: Target, folder: str) -> tuple[int, ...]:
    """The locked version of sqlx for the crates around a folder; empty: not known."""
    while True:
        lock = posixpath.join(folder, "Cargo.lock")
        if target.has(lock):
            found = _LOCKED.findall(target.text(lock))
            return min((tuple(map(int, one)) for one in found), default=())
        if not folder:
            return ()
        folder = posixpath.dirname(folder)


_GROWS = regex(
    r"(?:^|_)(?:events?|logs?|histor(?:y|ies)|audits?|messages?|transactions?|payments?|orders?"
    r"|items|prices?|metrics?|(?<=_)snapshots?|notifications?|samples?|readings?|ticks?|trades?|entries"
    r"|records?|visits?|views|clicks?|comments?|posts?|bookings?|deliver(?:y|ies)|impressions?"
    r"|measurements?|results?|transfers?|activit(?:y|ies)|invoices?|lines?|rows|points|sessions?)$"
)
"""What is written with use, and not once for each thing that somebody sets up."""


@once
def _filled(target: Target) -> frozenset[str]:
    return frozenset(one_of(name) for name in filled_tables(target))


def volume(target: Target, table: str) -> str:
    """``many`` rows, ``few``, or empty when neither the name nor the code tells."""
    name = table_name(table.rpartition(".")[2])
    if small_by_name(name):
        return "few"
    filled = _filled(target)
    if filled and one_of(name) not in filled and one_of(table.rpartition(".")[2]) not in filled:
        return ""
    return "many" if _GROWS.search(name) else ""


def one_of(name: str) -> str:
    """A table's name without what its plural adds."""
    lower = name.lower()
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    return lower[:-1] if lower.endswith("s") else lower
