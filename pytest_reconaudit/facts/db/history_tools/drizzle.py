"""Drizzle's histories: the SQL files that ``meta/_journal.json`` lists, in its order."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.db.history_tools.dialects import dialect_of
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.migration_records import read_journal
from pytest_reconaudit.target import Target

__all__ = ["drizzle_roots"]


def drizzle_roots(target: Target) -> list[MigrationRoot]:
    """The folders with a journal, tests left out."""
    found = []
    for path in target.named("_journal.json"):
        home, inner = posixpath.split(posixpath.dirname(path))
        if inner == "meta" and not is_test_path(path):
            root = _root(target, home, path)
            if root is not None:
                found.append(root)
    return found


def _root(target: Target, home: str, path: str) -> MigrationRoot | None:
    journal = target.parse(read_journal, path)
    migrations, lost = [], []
    for entry in journal.entries:
        file = posixpath.join(home, f"{entry.tag}.sql")
        if target.has(file):
            name = entry.tag.partition("_")[2] or entry.tag
            migrations.append(MigrationFile(str(entry.when), name, file, True))
        else:
            at = target.text(path).find(f'"{entry.tag}"')
            line = target.text(path).count("\n", 0, at) + 1 if at >= 0 else 1
            lost.append((file, Place(path, line)))
    if not migrations:
        return None
    listed = {one.path for one in migrations}
    strays = tuple(
        one
        for one in target.below(home)
        if one.endswith(".sql") and posixpath.dirname(one) == home and one not in listed
    )
    dialect = {"postgresql": "postgres", "pg": "postgres"}.get(journal.dialect, journal.dialect)
    return MigrationRoot(
        home,
        "drizzle",
        tuple(migrations),
        Place(path),
        dialect or dialect_of(target, home, listed),
        strays=strays,
        lost=tuple(lost),
    )
