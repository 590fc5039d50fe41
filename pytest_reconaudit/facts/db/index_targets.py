"""Declared indexes against the declared schema: are the table and the columns there?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from pytest_reconaudit.facts.db.indexes import DeclaredIndex
from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.facts.db.schema import DeclaredSchema, declared_schema, sql_schema
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["IndexTargets", "MissingTarget", "index_targets"]


class MissingTarget(Struct, frozen=True):
    """A table, or a column of a table that is there, that an index names and nothing declares."""

    table: str
    column: str = ""
    nearest: str = ""
    declared_at: Place | None = None
    """Where the table, or the nearest one, is declared."""


class IndexTargets(Struct, frozen=True):
    """What the repository declares, ready to be asked about one index."""

    schemas: tuple[DeclaredSchema, ...]
    made_elsewhere: frozenset[str]
    """Tables that some CREATE TABLE text makes which was not read as a statement."""
    tool: str
    """A tool that makes tables in a language not read here, if there is one."""

    @property
    def empty(self) -> bool:
        return not any(schema.tables for schema in self.schemas)

    def unjudged(self, declared: DeclaredIndex) -> str:
        """Why the index cannot be judged; empty when it can."""
        index = declared.index
        if index.dynamic:
            return "a name in the statement is put in at run time"
        if self.empty:
            return "the repository declares no schema (Diesel, Prisma or SQL)"
        if not self._known(index.table) and self.tool:
            return f"table {index.table} may be made by {self.tool}"
        return ""

    def missing(self, declared: DeclaredIndex) -> tuple[MissingTarget, ...]:
        """The table, or the columns, that are not there. Expressions are not looked into."""
        index = declared.index
        if index.schema not in (None, "public") or declared.own_table:
            return ()
        if not self._known(index.table):
            if index.table in self.made_elsewhere:
                return ()
            near = self._nearest_table(index.table)
            return (MissingTarget(index.table, nearest=near, declared_at=self._place(near)),)
        columns = self._columns(index.table)
        if columns is None or index.table in self.made_elsewhere:
            return ()
        wanted = [key.column for key in index.keys if key.column] + list(index.include)
        return tuple(
            MissingTarget(index.table, column, _nearest(column, columns), self._place(index.table))
            for column in dict.fromkeys(wanted)
            if column not in columns and column not in _SYSTEM_COLUMNS
        )

    def _known(self, table: str) -> bool:
        return any(table in schema.tables for schema in self.schemas)

    def _columns(self, table: str) -> frozenset[str] | None:
        columns: frozenset[str] = frozenset()
        for schema in self.schemas:
            if table in schema.tables:
                known = schema.columns(table)
                if known is None:
                    return None
                columns |= known
        return columns

    def _nearest_table(self, table: str) -> str:
        return _nearest(table, {name for schema in self.schemas for name in schema.tables})

    def _place(self, table: str) -> Place | None:
        for schema in self.schemas:
            if table in schema.tables:
                return schema.tables[table][0].place
        return None


_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})


def _nearest(name: str, among: Iterable[str]) -> str:
    """The name that was probably meant: one that contains it, else a similar one."""
    names = sorted(among)
    whole = [n for n in names if name in n.split("_") or n.endswith(f"_{name}") or name + "s" == n]
    if whole:
        return min(whole, key=len)
    return alike(name, names)


_MAKES_TABLE = regex(
    r"create\s+(?:unlogged\s+|temp(?:orary)?\s+|foreign\s+)?(?:table|(?:materialized\s+)?view)\s+"
    r"(?:if\s+not\s+exists\s+)?(?:[\w\"]+\.)?\\?\"?(\w+)",
    re.IGNORECASE,
)
_DYNAMIC = regex(
    r"\b(?:execute|format)\b[^;]{0,80}\bcreate\s+(?:unlogged\s+)?table\b", re.IGNORECASE
)
"""Tables that SQL makes under computed names: partitions, mostly."""
_SOURCES = (".sql", ".rs", ".ts", ".js", ".mjs", ".py", ".sh", ".go", ".java", ".kt", ".rb")


@once
def index_targets(target: Target) -> IndexTargets:
    """The declared schemas of the repository, with the tables that other text makes."""
    ours, sql = declared_schema(target), sql_schema(target)
    made: set[str] = set()
    dynamic = ""
    for path in target.files:
        if not path.endswith(_SOURCES) or is_test_path(path):
            continue
        text = target.text(path)
        upper = "CREATE" in text and (" TABLE" in text or " VIEW" in text)
        if upper or "create table" in text or ("create " in text and path.endswith(".sql")):
            made.update(name.lower() for name in _MAKES_TABLE.findall(text))
            if path.endswith(".sql") and not dynamic and _DYNAMIC.search(text):
                dynamic = f"the dynamic SQL of {path}"
    tool = ours.elsewhere or dynamic
    return IndexTargets((ours, sql), frozenset(made - set(sql.tables)), tool)
