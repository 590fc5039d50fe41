"""What a live database lacks because a migration is not applied to it.

The pending migration is told once, as such; what it would make is no finding of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.db.catalogs import origins
from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.live.migrations import NoState, migration_states
from pytest_reconaudit.facts.db.migrations import migration_roots
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import CreateIndex, SqlStatement
from pytest_reconaudit.target import Target, once

__all__ = ["Unapplied", "unapplied"]

_CREATES = regex(r"\s*create\b", re.IGNORECASE)
_RENAMES = regex(r"\brename\s+to\b", re.IGNORECASE)
_RESHAPES = regex(
    r"\b(?:rename|drop|to)\s+(?:column\s+)?(?:if\s+exists\s+)?\"?(?P<name>\w+)"
    r"|\balter\s+(?:column\s+)?\"?(?P<typed>\w+)\"?\s+(?:set\s+data\s+)?type\b",
    re.IGNORECASE,
)
_NO_COLUMNS = frozenset({"constraint", "default", "expression", "identity", "if", "not"})
_WORD = regex(r"\w+")


class Unapplied(Struct, frozen=True, eq=False):
    """The migrations that the live database did not take, and what they would make."""

    versions: Mapping[str, str]
    """Path of the migration → what people call it. Empty without a live database."""
    statements: Mapping[str, tuple[SqlStatement, ...]]
    """Table, by its final name → what these migrations do to it."""
    programs: Mapping[str, str]
    """Path of a migration that is a program → its text."""

    def index(self, index: CreateIndex) -> str:
        """Why an index is not there as it is declared; empty when that has no such reason."""
        if index.place.path in self.versions:
            return self._says([index.place.path])
        words = set(_WORD.findall(index.text.lower()))
        return self._says(
            one.place.path
            for table, found in self.statements.items()
            for one in found
            if (table == index.table and (_CREATES.match(one.text) or _reshapes(one.text, words)))
            or (_RENAMES.search(one.text) and _names(one.text, index.table))
        )

    def table(self, table: str, model: str = "") -> str:
        """Why a table is not there.

        :param model: by which Django's migrations name it: ``app.name``.
        """
        made = [
            one.place.path
            for one in self.statements.get(table, ())
            if _CREATES.match(one.text) or _RENAMES.search(one.text)
        ]
        return self._says(made or self._programs(table, model))

    def column(self, table: str, column: str, model: str = "") -> str:
        """Why a column is not there, or not as it is declared."""
        made = [
            one.place.path for one in self.statements.get(table, ()) if _names(one.text, column)
        ]
        fields = {column, column.removesuffix("_id")} if model else {column}
        return self._says(made or self._programs(table, model, fields))

    def _programs(self, table: str, model: str, fields: Iterable[str] = ()) -> Iterator[str]:
        fields = tuple(fields)
        app, _, name = model.rpartition(".")
        for path, text in self.programs.items():
            if app and posixpath.basename(posixpath.dirname(posixpath.dirname(path))) != app:
                continue
            if _quotes(text, name or table) and (
                not fields or any(_quotes(text, field) for field in fields)
            ):
                yield path

    def _says(self, paths: Iterable[str]) -> str:
        path = next(iter(paths), None)
        if path is None:
            return ""
        shown = self.versions[path]
        return f"its migration {shown} is not applied, which db-migrations-applied tells"


def _names(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text, re.IGNORECASE))


def _reshapes(text: str, words: set[str]) -> bool:
    """Whether it renames a column of which the words speak, drops it or gives it another type."""
    found = ((one["name"] or one["typed"]).lower() for one in _RESHAPES.finditer(text))
    return any(name in words and name not in _NO_COLUMNS for name in found)


def _quotes(text: str, name: str) -> bool:
    return bool(re.search(rf"[\"'.]{re.escape(name)}[\"']", text, re.IGNORECASE))


@once
def unapplied(target: Target) -> Unapplied:
    """The migrations that db-migrations-applied tells are not applied, or only half."""
    versions: dict[str, str] = {}
    programs: dict[str, str] = {}
    states = migration_states(target) if wants_live(target) else ()
    for state in states if not isinstance(states, NoState) else ():
        for fault in state.faults if state.reason is None else ():
            for one in fault.migrations if fault.clause in ("a", "c") else ():
                if one.key not in state.applied:
                    versions[one.path] = one.shown
                    if one.program and target.has(one.path):
                        programs[one.path] = target.text(one.path)
    statements: dict[str, list[SqlStatement]] = {}
    for root in migration_roots(target) if versions else ():
        if root.dialect in ("postgres", "") and not versions.keys().isdisjoint(root.paths):
            for table, found in origins(target, root).statements.items():
                mine = [one for one in found if one.place.path in versions]
                if mine:
                    statements.setdefault(table, []).extend(mine)
    return Unapplied(
        versions, {table: tuple(found) for table, found in statements.items()}, programs
    )
