"""A migration history as a record, and what its finders share."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import toml
from pytest_reconaudit.target import Target

__all__ = [
    "MigrationFile",
    "MigrationRoot",
    "clean",
    "is_migrations_folder",
    "is_test_path",
    "nearest_text",
    "toml_of",
]


class MigrationFile(Struct, frozen=True):
    """One migration in its tool's terms."""

    version: str
    """The key by which the tool orders and records it (Diesel: without ``-``)."""
    name: str
    path: str
    """The SQL that applies it."""
    transaction: bool
    """Whether the tool runs it inside one transaction."""
    span: tuple[int, int] | None = None
    """Of one of several in a file (Liquibase's change sets): where its SQL is, in characters."""
    delimiter: str = ""
    """What ends its statements, where that is no semicolon."""
    repeatable: bool = False
    """It has no version and runs again whenever it changes (Flyway's ``R__``)."""


class MigrationRoot(Struct, frozen=True):
    """One history: the folder, the tool, the migrations in the order in which they run."""

    path: str
    tool: str
    """``diesel``, ``sqlx``, ``golang-migrate``, ``prisma``, ``goose``, ``dbmate``, ``flyway``,
    ``refinery``, ``drizzle``, ``liquibase``, ``atlas``, ``supabase``, ``sql-migrate``, ``tern``,
    ``node-pg-migrate``, ``evolutions``, ``initdb`` (mounted into the image's start-up folder),
    ``dump`` (a schema written by ``pg_dump``) or ``sql`` (files in numeric order)."""
    migrations: tuple[MigrationFile, ...]
    place: Place
    """Where the repository names the root, else its first migration."""
    dialect: str
    """``postgres``, another server's name, or empty when nothing tells."""
    coded: str = ""
    """A migration of the same history that is a program (goose's Go, Flyway's Java), if any: what
    it does to the schema is not known."""
    values: tuple[tuple[str, str], ...] = ()
    """What the configuration puts in for ``${name}``."""
    strays: tuple[str, ...] = ()
    """SQL files that lie there and that the tool never runs: its list does not name them."""
    lost: tuple[tuple[str, Place], ...] = ()
    """Files that its list names and that are not there, and where it does."""

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(migration.path for migration in self.migrations)


_TEST_PART = regex(
    r"(?:^|/)(?:tests?(?:[-_]?(?:files?|data|fixtures?|cases?|suite|sql))?|benches|bench|e2e"
    r"|__tests__|spec|specs|__mocks__|examples?|samples?|integration)/"
    r"|(?:^|/)[^/]*(?:\.spec\.|\.test\.|_test\.|_tests?/)|(?:^|/)test_[^/]*$"
)
_VERSIONED = regex(r"(?:^|/)migrations?/(?=[VUvu]?\d{2}[^/]*(?:/[^/]+)?\.sql$)")
"""In front of a migration's own name, which says what it does: ``20240227_run_is_test``."""
_MIGRATIONS_FOLDER = regex(r"migrations?$|^(?:versions|changesets|updates)$", 2)


def is_test_path(path: str) -> bool:
    """Whether the file is test or example code, by its path."""
    versioned = _VERSIONED.search(path)
    return bool(_TEST_PART.search(path[: versioned.end()] if versioned else path))


def is_migrations_folder(folder: str) -> bool:
    """Whether the folder, or the one above it, is called migrations."""
    return any(_MIGRATIONS_FOLDER.search(part) for part in folder.split("/")[-2:])


def toml_of(target: Target, path: str) -> Mapping[str, Any]:
    """A TOML file's values; empty when it is missing or cannot be read."""
    if not target.has(path):
        return {}
    try:
        return toml.loads(target.text(path))
    except (toml.TOMLDecodeError, RecursionError):
        return {}


def nearest_text(target: Target, folder: str, name: str) -> str:
    """The text of the nearest file of this name at or above a folder."""
    while True:
        path = f"{folder}/{name}" if folder else name
        if target.has(path):
            return target.text(path)
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


def clean(path: str) -> str:
    """A path relative to the target in one spelling; the target itself is empty."""
    short = posixpath.normpath(path)
    return "" if short == "." else short
