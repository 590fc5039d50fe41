"""The tables and columns that the repository believes in: Diesel, Prisma, SQL.

Two views: what an ORM's schema declares (the code's belief), and what the SQL of the repository
ever created, under every name a table or column ever had. The second is generous on purpose: it
serves to say "no such column", which must not be wrong because of a later rename.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from pytest_reconaudit.facts.db.migrations import (
    is_test_path,
    migration_roots,
    migration_script,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.diesel import read_diesel
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.sql import SqlScript, TableChange, read_sql, read_table_changes
from pytest_reconaudit.target import Target, once

__all__ = ["DeclaredSchema", "DeclaredTable", "declared_schema", "sql_schema"]


class DeclaredTable(Struct, frozen=True):
    """One table of a declared schema. ``columns`` is ``None`` when they are not known."""

    name: str
    columns: frozenset[str] | None
    place: Place
    source: str
    """``diesel``, ``prisma`` or ``sql``."""
    files: frozenset[str] = frozenset()
    """Of SQL: every file with a statement that makes it."""


class DeclaredSchema(Struct, frozen=True):
    """Tables by name. ``elsewhere`` names another tool that makes tables too, if there is one."""

    tables: Mapping[str, tuple[DeclaredTable, ...]]
    elsewhere: str = ""

    def columns(self, table: str) -> frozenset[str] | None:
        """Every column that any declaration gives the table; ``None`` when not all are known."""
        columns: set[str] = set()
        for declared in self.tables.get(table, ()):
            if declared.columns is None:
                return None
            columns |= declared.columns
        return frozenset(columns)


@once
def declared_schema(target: Target) -> DeclaredSchema:
    """What Diesel's ``table!`` macros and Prisma's models declare, test code left out."""
    found: dict[str, list[DeclaredTable]] = defaultdict(list)
    for path in target.files:
        if path.endswith(".rs") and "table!" in target.text(path) and not is_test_path(path):
            for table in target.parse(read_diesel, path).tables:
                columns = frozenset(column.name for column in table.columns)
                found[table.name].append(DeclaredTable(table.name, columns, table.place, "diesel"))
        elif path.endswith(".prisma"):
            schema = target.parse(read_prisma, path)
            if schema.provider in ("", "postgresql", "postgres", "cockroachdb"):
                for model in schema.tables:
                    found[model.name].append(
                        DeclaredTable(model.name, frozenset(model.columns), model.place, "prisma")
                    )
    return DeclaredSchema(
        {name: tuple(tables) for name, tables in found.items()}, _elsewhere(target)
    )


_OTHER_TOOLS = (
    ("Alembic", regex(r"(?:^|/)alembic\.ini$|(?:^|/)alembic/versions/[^/\n]+\.py$", re.M)),
    ("Django", regex(r"(?:^|/)manage\.py$|(?:^|/)migrations/\d{4}_[^/\n]+\.py$", re.M)),
    ("Rails", regex(r"(?:^|/)db/schema\.rb$|(?:^|/)db/migrate/[^/\n]+\.rb$", re.M)),
    ("Liquibase", regex(r"(?:^|/)(?:db\.)?changelog[^/\n]*\.(?:xml|ya?ml|json)$", re.M)),
    (
        "migration code",
        regex(r"(?:^|/)migrations?/(?:[^/\n]+/)*[^/\n]*\d{3,}[^/\n]*\.[jt]s$", re.M),
    ),
    ("SeaORM", regex(r"(?:^|/)(?:[\w-]*[-_])?(?:migration|migrator)/src/m\d+_[^/\n]+\.rs$", re.M)),
    ("Drizzle", regex(r"(?:^|/)drizzle\.config\.[jt]s$", re.M)),
    ("Entity Framework", regex(r"(?:^|/)Migrations/[^/\n]+\.cs$", re.M)),
)


def _elsewhere(target: Target) -> str:
    """A tool whose tables are made in a language that is not read here."""
    paths = "\n".join(target.files)
    return next((name for name, pattern in _OTHER_TOOLS if pattern.search(paths)), "")


@once
def sql_schema(target: Target) -> DeclaredSchema:
    """Every table and column that SQL of the repository ever creates, under every name."""
    tables: dict[str, _Table] = {}
    for script in _scripts(target):
        for change in read_table_changes(script):
            _apply(tables, change)
    return DeclaredSchema(
        {
            name: (
                DeclaredTable(
                    name,
                    None if table.unread else frozenset(table.columns),
                    table.place,
                    "sql",
                    frozenset(table.files),
                ),
            )
            for name, table in tables.items()
        },
        _elsewhere(target),
    )


class _Table(Struct):
    place: Place
    columns: set[str]
    unread: bool = False
    files: set[str] = field(default_factory=set)


def _scripts(target: Target) -> Iterator[SqlScript]:
    seen: set[str] = set()
    for root in migration_roots(target):
        for migration in root.migrations:
            seen.add(migration.path)
            yield migration_script(target, root, migration)
    for path in target.files:
        undone = posixpath.basename(path) == "down.sql" or path.endswith(".down.sql")
        if path.endswith(".sql") and path not in seen and not undone and not is_test_path(path):
            yield target.parse(read_sql, path)


def _apply(tables: dict[str, _Table], change: TableChange) -> None:
    if change.kind in ("create-table", "create-view", "unread"):
        table = tables.setdefault(change.table, _Table(change.place, set()))
        table.columns.update(change.columns)
        table.files.add(change.place.path)
        table.unread = table.unread or change.kind != "create-table"
    elif change.kind == "rename-table" and change.new_name:
        old = tables.get(change.table)
        if old is None:
            tables.setdefault(change.new_name, _Table(change.place, set(), unread=True))
        else:
            new = tables.setdefault(change.new_name, _Table(change.place, set()))
            new.columns |= old.columns
            new.unread = new.unread or old.unread
    elif change.kind == "add-column" and change.columns:
        table = tables.setdefault(change.table, _Table(change.place, set(), unread=True))
        table.columns.update(change.columns)
    elif change.kind == "rename-column" and (known := tables.get(change.table)) is not None:
        known.columns.add(change.new_name)
