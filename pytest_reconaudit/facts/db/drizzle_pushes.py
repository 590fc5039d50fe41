"""Which of Drizzle's folders nothing runs, because ``drizzle-kit push`` makes the schema.

``push`` compares the schema in the code with the database and never opens the SQL files;
``generate`` may write them all the same.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["drizzle_push"]

_PUSHES = regex(r"\bdrizzle-kit\s+push\b")
_RUNS = regex(
    r"\bdrizzle-kit\s+migrate\b|\bdrizzle-orm/[\w/-]{1,60}/migrator\b|\bmigrationsFolder\b"
    # Others that apply such a folder: wrangler, Expo's hook.
    r"|\bd1\s+migrations\s+apply\b|\buseMigrations\s*\("
)
_SOURCES = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx")
_COMMANDS = (".json", ".sh", ".bash", ".yml", ".yaml", ".toml", ".mk", ".just")
_NAMES = ("Makefile", "justfile", "Justfile", "Dockerfile", "Procfile", "Taskfile")


class _Call(Struct, frozen=True):
    place: Place
    home: str
    """The folder of the package that it is written in; empty: the repository's root."""
    runs: bool


def drizzle_push(target: Target, folder: str) -> Place | None:
    """The push that brings a folder's schema, where nothing runs the folder's files."""
    homes = _homes(target)
    mine = _home(folder, homes)
    near = [
        call
        for call in _calls(target)
        # What another package with a drizzle.config does concerns its own folder.
        if call.home == mine or call.home not in homes
    ]
    if any(call.runs for call in near):
        return None
    return next((call.place for call in near if not call.runs), None)


@once
def _homes(target: Target) -> frozenset[str]:
    """The folders that have a configuration of Drizzle's."""
    return frozenset(posixpath.dirname(path) for path in target.named("drizzle.config.*"))


def _home(path: str, homes: frozenset[str]) -> str:
    while path and path not in homes:
        path = posixpath.dirname(path)
    return path


@once
def _calls(target: Target) -> tuple[_Call, ...]:
    return tuple(_read(target, _homes(target)))


def _read(target: Target, homes: frozenset[str]) -> Iterator[_Call]:
    for path in target.files:
        base = posixpath.basename(path)
        source = path.endswith(_SOURCES)
        if not source and not path.endswith(_COMMANDS) and not base.startswith(_NAMES):
            continue
        if is_test_path(path) or base.startswith(("package-lock.", "pnpm-lock.")):
            continue
        text = target.text(path)
        if "drizzle" not in text and "igrations" not in text:
            continue
        for runs, pattern in ((True, _RUNS), (False, _PUSHES)):
            if match := pattern.search(text):
                line = text.count("\n", 0, match.start()) + 1
                yield _Call(Place(path, line, 1), _home(posixpath.dirname(path), homes), runs)
