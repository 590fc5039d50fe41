"""Schemas that ``pg_dump`` wrote and the repository carries, for histories that are programs.

Rails' and Ecto's ``structure.sql``, Laravel's ``pgsql-schema.sql``, dbmate's and others'
``schema.sql``, what ``alembic upgrade --sql`` and ``liquibase update-sql`` print.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from pytest_reconaudit.facts.db.history_tools.dialects import FOREIGN_PATH
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["dump_roots"]

_NAME = regex(r"(?:[\w.-]*[_.-])?(?:structure|schema|dump|baseline|tables|ddl|database)\.sql", 2)
_HEAD = regex(
    r"^--[ \t]*PostgreSQL database dump\b|^SET (?:statement|lock|transaction)_timeout = 0"
    r"|^SELECT pg_catalog\.set_config\('search_path'|^-- Running upgrade\b"
    r"|^--[ \t]*Update Database Script\b",
    8,
)
_ROWS = regex(r"^(?:COPY\s+\S+ .*\bFROM stdin;|INSERT INTO (?!\S*schema_migrations))", 10)
_MOST_ROWS = 200


def dump_roots(target: Target, known: Collection[str]) -> list[MigrationRoot]:
    """The dumps of programs that have no history of SQL files.

    :param known: folders with such a history; a dump beside or above one of them repeats it.
    """
    found: dict[str, tuple[int, str]] = {}
    for path in target.files:
        folder, name = posixpath.split(path)
        if not name.endswith(".sql") or not _NAME.fullmatch(name) or is_test_path(path):
            continue
        if FOREIGN_PATH.search(path) or any(_repeats(folder, other) for other in known):
            continue
        text = target.text(path)
        if not _HEAD.search(text[:6_000]) or len(_ROWS.findall(text)) > _MOST_ROWS:
            continue
        rank = (("structure" in name) * 2 + ("schema" in name), path)
        found[folder] = max(found.get(folder, rank), rank)
    return [
        MigrationRoot(
            folder,
            "dump",
            (MigrationFile("dump", posixpath.basename(path), path, False),),
            Place(path),
            "postgres",
        )
        for folder, (_, path) in sorted(found.items())
    ]


def _repeats(folder: str, history: str) -> bool:
    home = posixpath.dirname(history)
    above = not folder or f"{home}/".startswith(f"{folder}/")
    return above or folder == history or not home
