"""Which catalogs there are to judge, and where in the repository their objects come from.

With a live database its catalog is the one that counts; without, each replayed history has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from pytest_reconaudit.facts.db.database import (
    Catalog,
    HistoryReplay,
    LiveCatalog,
    NoServer,
    ReplayedCatalog,
    Unreachable,
    database,
)
from pytest_reconaudit.facts.db.migrations import (
    MigrationRoot,
    migration_roots,
    migration_script,
)
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import SqlStatement, fold
from pytest_reconaudit.target import Target, once

__all__ = ["KnownCatalog", "NoCatalog", "Origins", "known_catalogs", "origins"]


class KnownCatalog(Struct, frozen=True, eq=False):
    """The catalog of one database and what is known of where it comes from."""

    id: str
    """The history's folder, or ``(live database)``: for the ids of subjects."""
    catalog: Catalog
    source: Literal["replay", "live"]
    described: str
    """In words, for messages: ``the replayed history (PostgreSQL 18.1)``."""
    root: MigrationRoot | None
    """The history that makes it: of a live database the one that shares most tables with it."""
    replay: HistoryReplay | None
    """That history's replay."""
    gap: str = ""
    """Why the catalog is not all that the history makes: it failed on the way, or something was
    left out. Empty: it is whole. What is *absent* from a catalog with a gap proves nothing."""

    @property
    def live(self) -> bool:
        return self.source == "live"


class NoCatalog(Struct, frozen=True):
    """Why there is no catalog to judge."""

    reason: SkipReason
    detail: str


@once
def known_catalogs(target: Target) -> tuple[KnownCatalog, ...] | NoCatalog:
    """The catalogs to judge: the live one when a DSN is given, else one for each history."""
    state = database(target)
    if isinstance(state, LiveCatalog):
        return (_live(target, state),)
    if isinstance(state, ReplayedCatalog):
        return _replayed(target, state)
    if isinstance(state, (NoServer, Unreachable)):
        return NoCatalog(SkipReason.NO_SERVER, state.reason)
    return NoCatalog(SkipReason.NO_INPUT, state.reason)


def _replayed(target: Target, state: ReplayedCatalog) -> tuple[KnownCatalog, ...]:
    roots = {root.path: root for root in migration_roots(target)}
    return tuple(
        KnownCatalog(
            history.root or ".",
            history.catalog,
            "replay",
            f"the replayed history ({state.described})",
            roots.get(history.root),
            history,
            _gap(history),
        )
        for history in state.histories
    )


def _gap(history: HistoryReplay) -> str:
    if history.failure is not None:
        return f"its replay stops at {history.failure.place}: {history.failure.message}"
    return next((note for note in history.notes if note.startswith("left out ")), "")


def _live(target: Target, state: LiveCatalog) -> KnownCatalog:
    """The live catalog, with the history that most of its tables come from."""
    known = _replayed(target, state.replayed) if state.replayed is not None else ()
    there = {(table.schema, table.name) for table in state.catalog.tables}

    def shared(one: KnownCatalog) -> int:
        return len(there & {(table.schema, table.name) for table in one.catalog.tables})

    best = max(known, key=shared, default=None)
    if best is not None and not shared(best):
        best = None
    roots = [root for root in migration_roots(target) if root.dialect == "postgres"]
    root = best.root if best else roots[0] if len(roots) == 1 else None
    return KnownCatalog(
        "(live database)",
        state.catalog,
        "live",
        f"the live database (PostgreSQL {state.server})",
        root,
        best.replay if best else None,
    )


# -- where objects come from ---------------------------------------------------------------

_HEAD = regex(
    r"(?P<do>create\s+(?:unlogged\s+)?table(?:\s+if\s+not\s+exists)?"
    r"|alter\s+table(?:\s+if\s+exists)?(?:\s+only)?)\s+"
    r"(?:(?:\"[^\"]+\"|[\w$]+)\s*\.\s*)?(?P<table>\"[^\"]+\"|[\w$]+)",
    re.IGNORECASE,
)
_NAME = r"(?:\"[^\"]+\"|[\w$]+)"
_RENAME = regex(rf"\brename\s+to\s+({_NAME})\s*$", re.IGNORECASE)
_UNMADE = regex(
    r"\b(?:drop|validate|alter|rename)\s+constraint\s+(?:if\s+exists\s+)?\"?\Z", re.IGNORECASE
)
"""What a constraint's name stands behind where nothing makes it."""
_RENAME_COLUMN = regex(
    rf"\brename\s+(?:column\s+)?(?!constraint\b|to\b)({_NAME})\s+to\s+({_NAME})", re.IGNORECASE
)


class Origins(Struct, frozen=True, eq=False):
    """Where a history makes its tables, columns and constraints."""

    root: MigrationRoot
    statements: Mapping[str, tuple[SqlStatement, ...]]
    """Table, by its final name → what creates and alters it, in order."""
    renamed: Mapping[tuple[str, str], frozenset[str]]
    """(table, column), by their final names → every name the column had."""

    def table(self, table: str) -> Place:
        """The statement that creates the table; the history when none of it does."""
        found = self.statements.get(table)
        return found[0].place if found else self.root.place

    def column(self, table: str, column: str) -> Place:
        """The line that first names the column, in what creates or alters its table."""
        names = self.renamed.get((table, column), frozenset((column,)))
        for statement in self.statements.get(table, ()):
            if (place := _line_of(statement, names)) is not None:
                return place
        return self.table(table)

    def typed(self, table: str, column: str) -> Place:
        """The line that gives the column its type: the last that changes it, else the first."""
        names = self.renamed.get((table, column), frozenset((column,)))
        choice = "|".join(re.escape(name) for name in names)
        changes = re.compile(
            rf"\balter\s+(?:column\s+)?\"?(?:{choice})\"?\s+(?:set\s+data\s+)?type\s",
            re.IGNORECASE,
        )
        for statement in reversed(self.statements.get(table, ())):
            if match := changes.search(statement.text):
                line = (statement.place.line or 1) + statement.text.count("\n", 0, match.start())
                return Place(statement.place.path, line)
        return self.column(table, column)

    def constraint(self, table: str, name: str, columns: Iterable[str], word: str) -> Place:
        """The line that makes a constraint as it is now: what drops it and adds it anew is later.

        :param word: what its clause holds in lower case: ``references``, ``check``, ``primary``.
        """
        last: Place | None = None
        for statement in reversed(self.statements.get(table, ())):
            if word not in statement.text.lower():
                continue
            if (place := _line_of(statement, (name,), passed=_UNMADE)) is not None:
                return place
            if last is not None:
                continue
            for column in columns:
                names = self.renamed.get((table, column), frozenset((column,)))
                last = _line_of(statement, names, word) or _line_of(statement, names)
                if last is not None:
                    break
        return last or self.table(table)


def _line_of(
    statement: SqlStatement,
    names: Iterable[str],
    word: str = "",
    passed: re.Pattern[str] | None = None,
) -> Place | None:
    """The first line of a statement after its head that holds one of the names.

    :param passed: what a name that does not count stands behind.
    """
    text = statement.text
    head = _HEAD.match(text)
    start = head.end() if head else 0
    choice = "|".join(re.escape(name) for name in names)
    found = re.compile(rf"(?<![\w$])(?:{choice})(?![\w$])", re.IGNORECASE)
    for match in found.finditer(text, start):
        if word:
            end = text.find("\n", match.end())
            rest = text[match.end() : end if end >= 0 else len(text)].lower()
            if word not in rest:
                continue
        if passed is not None and passed.search(
            text[max(start, match.start() - 60) : match.start()]
        ):
            continue
        line = (statement.place.line or 1) + text.count("\n", 0, match.start())
        return Place(statement.place.path, line)
    return None


@once
def _all_origins(target: Target) -> dict[str, Origins]:
    return {}


def origins(target: Target, root: MigrationRoot) -> Origins:
    """Where the objects of a history come from."""
    known = _all_origins(target)
    if root.path not in known:
        known[root.path] = _origins(target, root)
    return known[root.path]


def _origins(target: Target, root: MigrationRoot) -> Origins:
    tables: dict[str, list[SqlStatement]] = {}
    renamed: dict[str, dict[str, set[str]]] = {}
    for migration in root.migrations:
        for statement in migration_script(target, root, migration).statements:
            head = _HEAD.match(statement.text)
            if head is None:
                continue
            table = fold(head["table"])
            if head["do"][:1] in "cC" and table not in tables:
                tables[table] = [statement]
                continue
            tables.setdefault(table, []).append(statement)
            if rename := _RENAME.search(statement.text):
                new = fold(rename[1])
                tables[new] = tables.pop(table)
                renamed[new] = renamed.pop(table, {})
            elif column := _RENAME_COLUMN.search(statement.text):
                old, new = fold(column[1]), fold(column[2])
                names = renamed.setdefault(table, {})
                names[new] = names.pop(old, {old}) | {new}
    return Origins(
        root,
        {table: tuple(statements) for table, statements in tables.items()},
        {
            (table, column): frozenset(names)
            for table, columns in renamed.items()
            for column, names in columns.items()
        },
    )
