"""What each statement of a migration locks, scans and rewrites, told by the server that runs it.

Asked right after the statement and in its transaction: which locks on the tables that were there
before this backend holds (``pg_locks``), which of them it read from end to end (the scans are
counted for tables without rows too, on PostgreSQL 12 to 18), and which lie in another file now.

What cannot run inside a transaction has let its locks go by then. It gets what the server
documents: ShareUpdateExclusive for all that is CONCURRENTLY, AccessExclusive for what moved a
table into another file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.patterns import regex

if TYPE_CHECKING:
    import psycopg

    from pytest_reconaudit.model import Place

__all__ = ["Observer", "Unobservable"]

_MOST_STATEMENTS = 2_000
"""Statements of one history that are observed: each costs a question or two."""
_MODES = (
    "AccessShare",
    "RowShare",
    "RowExclusive",
    "ShareUpdateExclusive",
    "Share",
    "ShareRowExclusive",
    "Exclusive",
    "AccessExclusive",
)
"""From weak to strong."""
_OUTSIDE = frozenset({"25001", "2D000"})
"""Cannot run inside a transaction block; ends a transaction itself."""
_UNWRAPPED = regex(r"(?:lock|declare|prepare)\b", re.IGNORECASE)
"""Fails, or means another thing, in a transaction of its own."""
_SILENT = regex(
    r"(?:set|reset|show|begin|start|commit|end|rollback|abort|savepoint|release)\b", re.IGNORECASE
)
_ROWS = regex(r"(?:select|with|update|delete|insert|merge|do|call|perform)\b", re.IGNORECASE)
_WHERE = regex(r"\bwhere\b", re.IGNORECASE)
_JOIN = regex(r"\bjoin\b|\bupdate\b.*\bfrom\b|\bdelete\b.*\busing\b", re.IGNORECASE | re.DOTALL)
_CONCURRENTLY = regex(r"\bconcurrently\b", re.IGNORECASE)

_TABLES = """
SELECT c.oid::pg_catalog.int8, n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
       c.relfilenode::pg_catalog.int8,
       COALESCE(pg_catalog.pg_stat_get_xact_numscans(c.oid), 0)::pg_catalog.int8
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname <> 'information_schema'
"""
_FILES = """
SELECT c.oid::pg_catalog.int8, c.relfilenode::pg_catalog.int8 FROM pg_catalog.pg_class c
WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384
"""
_SCANS = """
SELECT o::pg_catalog.int8,
       COALESCE(pg_catalog.pg_stat_get_xact_numscans(o::pg_catalog.oid), 0)::pg_catalog.int8
FROM pg_catalog.unnest(%s::pg_catalog.int8[]) o
"""
_HELD = """
SELECT pg_catalog.current_setting('lock_timeout')::pg_catalog.text,
       l.relation::pg_catalog.int8, l.mode::pg_catalog.text,
       c.relfilenode::pg_catalog.int8, n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
       COALESCE(pg_catalog.pg_stat_get_xact_numscans(l.relation), 0)::pg_catalog.int8
FROM (VALUES (1)) one
LEFT JOIN pg_catalog.pg_locks l
  ON l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
     AND l.relation >= 16384
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
"""


class Unobservable(Exception):
    """The server refused our questions; the transaction they were asked in is lost."""


class Observer:
    """Runs the statements of one history's new migrations and notes what the server tells.

    The tables that count are those of the moment it is made, and those of earlier migrations that
    were deployed before (:meth:`enter`): what a deployment makes itself is empty, and nobody waits
    for it.
    """

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self.statements: list[dict[str, Any]] = []
        """One record a statement: ``path``, ``line``, ``column``, ``transaction`` (equal numbers
        are one transaction), ``locks`` (table → the strongest mode that it newly took),
        ``scanned``, ``rewritten`` (tables), ``lock_timeout`` (whether one was set),
        ``concurrently``, ``ms``."""
        self.left = 0
        """Statements beyond those that are observed."""
        self._cursor = cursor
        self._names: dict[int, str] = {}
        self._files: dict[int, int] = {}
        self._scans: dict[int, int] = {}
        """Table → scans that the backend has counted and not yet handed over; zeros left out."""
        self._held: set[tuple[int, str]] = set()
        self._transaction = 0
        self._fresh = False
        self._path = ""
        self._makers: dict[int, str] = {}
        """Table that is still new → the migration that made it."""
        for oid, schema, name, file, scans in cursor.execute(_TABLES).fetchall():
            self._know(oid, _shown(schema, name), file, scans)

    def _know(self, oid: int, name: str, file: int, scans: int) -> None:
        self._names[oid] = name
        self._files[oid] = file
        if scans:
            self._scans[oid] = scans

    def enter(self, path: str, beside: Collection[str] | None) -> None:
        """A migration begins; the tables of those it is not deployed with have users by now.

        :param beside: the migrations it is deployed with; ``None``: all.
        """
        if beside is not None:
            for oid, schema, name, file, scans in self._cursor.execute(_TABLES).fetchall():
                if oid in self._names:
                    continue
                maker = self._makers.setdefault(oid, self._path)
                if maker != path and maker not in beside:
                    self._know(oid, _shown(schema, name), file, scans)
        self._path = path

    def begin(self) -> int:
        """A transaction begins; gives a mark for :meth:`forget`."""
        self._transaction += 1
        self._held.clear()
        self._fresh = False
        return len(self.statements)

    def _refresh(self) -> None:
        """How many scans the backend still has to hand over; between transactions it may do so."""
        self._fresh = True
        if self._scans:
            rows = self._cursor.execute(_SCANS, (list(self._scans),)).fetchall()
            self._scans = {oid: scans for oid, scans in rows if scans}

    def forget(self, mark: int) -> None:
        """What was noted since a mark was rolled back."""
        del self.statements[mark:]

    def run(self, text: str, place: Place, send: Callable[[], None]) -> None:
        """Send a statement and note what it did; in a transaction of its own if there is none.

        :raises psycopg.Error: whatever ``send`` raises.
        :raises Unobservable: it ran, and what it did could not be asked.
        """
        idle = self._is_idle()
        if _SILENT.match(text):
            send()  # and no question: SET TRANSACTION must be the first of its transaction
            if self._is_idle() is not idle:
                self.begin()
            return
        if len(self.statements) >= _MOST_STATEMENTS:
            self.left += 1
            send()
            return
        record: dict[str, Any] = {
            "path": place.path,
            "line": place.line,
            "column": place.column,
        }
        if not idle:
            self._inside(text, record, send)
        elif _UNWRAPPED.match(text):
            send()
        else:
            self._alone(text, record, send)

    def _is_idle(self) -> bool:
        from psycopg.pq import TransactionStatus

        return self._cursor.connection.info.transaction_status == TransactionStatus.IDLE

    def _alone(self, text: str, record: dict[str, Any], send: Callable[[], None]) -> None:
        from psycopg import Error

        mark = len(self.statements)
        self._cursor.execute("BEGIN")
        try:
            self.begin()
            self._inside(text, record, send)
            self._cursor.execute("COMMIT")
        except Error as error:
            if error.sqlstate not in _OUTSIDE or self._cursor.connection.closed:
                raise
            self._cursor.execute("ROLLBACK")
            self.forget(mark)
            self._outside(text, record, send)

    def _inside(self, text: str, record: dict[str, Any], send: Callable[[], None]) -> None:
        from psycopg import Error

        # On tables without rows the planner scans, whatever index there is; the real one may not.
        indexed = bool(_ROWS.match(text) and _WHERE.search(text) and not _JOIN.search(text))
        if not self._fresh:
            self._refresh()
        if indexed:
            self._cursor.execute("SET LOCAL enable_seqscan = off")
        begun = time.perf_counter()
        send()
        record["ms"] = round((time.perf_counter() - begun) * 1000, 1)
        try:
            if indexed:
                self._cursor.execute("SET LOCAL enable_seqscan = on")
            rows = self._cursor.execute(_HELD).fetchall()
        except Error as error:
            if self._cursor.connection.closed:
                raise
            raise Unobservable(str(error)) from None
        locks: dict[str, str] = {}
        scanned: list[str] = []
        rewritten: list[str] = []
        for _, oid, mode, file, schema, name, scans in rows:
            if oid not in self._names:
                continue
            known = self._names[oid]
            word = mode.removesuffix("Lock")
            if (oid, word) not in self._held:
                self._held.add((oid, word))
                locks[known] = stronger(locks.get(known, ""), word)
            if scans > self._scans.get(oid, 0):
                self._scans[oid] = scans
                scanned.append(known)
            if file is not None and file != self._files[oid]:
                self._files[oid] = file
                rewritten.append(known)
            if name is not None:
                self._names[oid] = _shown(schema, name)
        timeout = rows[0][0] if rows else "0"
        self._note(record, locks, scanned, rewritten, timeout not in ("0", ""))

    def _outside(self, text: str, record: dict[str, Any], send: Callable[[], None]) -> None:
        begun = time.perf_counter()
        send()
        record["ms"] = round((time.perf_counter() - begun) * 1000, 1)
        self.begin()
        rewritten = []
        for oid, file in self._cursor.execute(_FILES).fetchall():
            if self._files.get(oid, file) != file:
                self._files[oid] = file
                rewritten.append(self._names[oid])
        gentle = bool(_CONCURRENTLY.search(text))
        locks = {} if gentle else dict.fromkeys(rewritten, "AccessExclusive")
        self._note(record, locks, rewritten, rewritten, timeout=False)
        record["concurrently"] = gentle

    def _note(
        self,
        record: dict[str, Any],
        locks: dict[str, str],
        scanned: list[str],
        rewritten: list[str],
        timeout: bool,
    ) -> None:
        record |= {
            "transaction": self._transaction,
            "locks": locks,
            "scanned": list(dict.fromkeys(scanned)),
            "rewritten": list(dict.fromkeys(rewritten)),
            "lock_timeout": timeout,
            "concurrently": False,
        }
        self.statements.append(record)


def stronger(one: str, other: str) -> str:
    """The stronger of two lock modes; an empty one is none."""
    rank = {"": -1} | {mode: number for number, mode in enumerate(_MODES)}
    return max(one, other, key=lambda mode: rank.get(mode, 0))


def _shown(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"
