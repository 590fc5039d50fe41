"""Databases that are a library of the same process: what they are asked makes no round trip."""

from __future__ import annotations

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.target import Target, once

__all__ = ["is_embedded", "keeps_in_a_file"]

_MAPPERS = frozenset({"django", "sqlalchemy", "mongoose", "mongodb"})
"""Libraries whose database is told by settings, not by an import."""


def is_embedded(target: Target, path: str) -> bool:
    """Whether a file's database is a library in the same process: no round trip is made."""
    one = scanned(target, queries)[path]
    own = one.dialects
    libraries = {query.library for function in one.functions for query in function.queries}
    if one.relation_loops:
        libraries.add("django")
    if not own and libraries & _MAPPERS:
        return False  # another file's `import sqlite3` says nothing about where these go
    if (providers := _prisma_providers(target)) and "prisma" in libraries and not own:
        return providers == {"sqlite"}
    return "sqlite" in (own or _dialects(target).get(_language(path), ())) and "server" not in own


@once
def _prisma_providers(target: Target) -> frozenset[str]:
    """The databases that the schemas of Prisma are for."""
    found = (
        target.parse(read_prisma, path).provider
        for path in target.files
        if path.endswith(".prisma") and not is_test_path(path)
    )
    return frozenset(one for one in found if one)


@once
def _dialects(target: Target) -> dict[str, tuple[str, ...]]:
    """Language → the dialect that all its files name, when it is only one."""
    found: dict[str, set[str]] = {}
    for path, one in scanned(target, queries).items():
        found.setdefault(_language(path), set()).update(one.dialects)
    return {name: tuple(one) for name, one in found.items() if len(one) == 1}


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


@once
def keeps_in_a_file(target: Target) -> bool:
    """Whether the Python programs keep their rows in a file of SQLite, as far as settings and
    requirements say: what they ask makes no round trip."""
    named = False
    for path in target.files:
        if is_test_path(path) or not _SETTINGS.search(path):
            continue
        text = target.text(path)
        if _SERVER.search(text):
            return False
        named = named or (path.endswith(".py") and _FILE.search(text) is not None)
    return named


_SETTINGS = regex(
    r"(?:^|/)(?:\w*(?:conf|config|settings?|database|db|session|engine)\w*\.py|settings/\w+\.py|[^/]*requirements?[^/]*"
    r"|requirements/[^/]+|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|[^/]*compose[^/]*\.ya?ml|\.env[^/]*)$"
)
_SERVER = regex(
    r"postgres|psycopg|asyncpg|mysql|mariadb|oracle|mssql|cockroach|dj_?database_?url|DATABASE_URL",
    2,
)
_FILE = regex(r"[\"']sqlite(?:\+\w+)?:///|django\.db\.backends\.sqlite3")
