"""Liquibase's histories, as far as they are SQL: change logs followed through their includes.

Formatted SQL, plain SQL files, and the ``sql`` and ``sqlFile`` changes of XML, YAML and JSON logs.
Other changes are Liquibase's own words for DDL; ``liquibase update-sql`` alone tells their SQL.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.db.history_tools.dialects import dialect_of
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.migration_records import (
    ChangeLog,
    ChangePart,
    ChangeSet,
    Include,
    read_changelog,
)
from pytest_reconaudit.target import Target, once

__all__ = ["change_logs", "liquibase_roots"]

_SUFFIXES = (".xml", ".yaml", ".yml", ".json", ".sql")
_NOT_DEPLOYED = regex(r"\b(?:test|tests|testing|dev|develop|development|local|demo|sample)\b", 2)
_NAMED = regex(r"change|liquibase|migrat|master|(?:^|/)db(?:[/._-]|$)|database", 2)
_MOST_DEPTH = 20


@once
def change_logs(target: Target) -> dict[str, ChangeLog]:
    """Path → change log, of all that hold or include something, tests left out."""
    logs = {}
    for path in target.files:
        if not path.endswith(_SUFFIXES) or is_test_path(path) or "/test/" in path:
            continue
        if not path.endswith(".sql") and not _NAMED.search(path):
            continue
        text = target.text(path)
        if "databaseChangeLog" in text or "iquibase formatted" in text[:200]:
            log = target.parse(read_changelog, path)
            if log.entries:
                logs[path] = log
    return logs


def liquibase_roots(target: Target) -> list[MigrationRoot]:
    """The histories that begin at a change log which no other one includes."""
    logs = change_logs(target)
    if not logs:
        return []
    walks = {path: _Walk(target, logs, path) for path in logs}
    included = {path for start, walk in walks.items() for path in walk.files if path != start}
    found = []
    for path, walk in walks.items():
        if path not in included and (root := walk.root()) is not None:
            found.append(root)
    # Logs beside each other that nothing includes: somebody names each of them, or a folder.
    alone = [root for root in found if _is_formatted(logs, root)]
    by_home: dict[str, list[MigrationRoot]] = {}
    for root in alone:
        by_home.setdefault(root.path, []).append(root)
    for home, roots in by_home.items():
        if len(roots) > 1:
            found = [root for root in found if root not in roots]
            merged = tuple(one for root in roots for one in root.migrations)
            values = tuple(value for root in roots for value in root.values)
            first = roots[0]
            found.append(
                MigrationRoot(home, "liquibase", merged, first.place, first.dialect, values=values)
            )
    return found


def _is_formatted(logs: dict[str, ChangeLog], root: MigrationRoot) -> bool:
    return len(root.paths) == 1 and logs[root.place.path].formatted


class _Walk:
    """One change log followed through all that it includes."""

    def __init__(self, target: Target, logs: dict[str, ChangeLog], start: str) -> None:
        self.target, self.logs, self.start = target, logs, start
        self.files: dict[str, None] = {}
        self.migrations: list[MigrationFile] = []
        self.lost: list[tuple[str, Place]] = []
        self.values: list[tuple[str, str]] = []
        self.coded = ""
        self.others = 0
        self._follow(start, 0)

    def root(self) -> MigrationRoot | None:
        """The history; ``None`` when most of it is no SQL."""
        if not self.migrations or self.others > len(self.migrations):
            return None
        paths = [one.path for one in self.migrations]
        home = posixpath.dirname(self.start)
        homes = {posixpath.dirname(path) for path in (*self.files, *paths)}
        strays = tuple(
            path
            for path in self.target.below(home)
            if path.endswith(".sql")
            and posixpath.dirname(path) in homes
            and path not in self.files
            and path not in paths
        )
        return MigrationRoot(
            home,
            "liquibase",
            tuple(self.migrations),
            Place(self.start),
            dialect_of(self.target, home, paths),
            self.coded,
            tuple(self.values),
            strays,
            tuple(self.lost),
        )

    def _follow(self, path: str, depth: int) -> None:
        if path in self.files or depth > _MOST_DEPTH:
            return
        self.files[path] = None
        log = self.logs.get(path)
        if log is None:
            if path.endswith(".sql"):  # plain SQL runs as one change
                name = posixpath.basename(path)
                self.migrations.append(MigrationFile(f"includeAll:raw@{name}", name, path, True))
            return
        self.values += log.values
        for entry in log.entries:
            if isinstance(entry, Include):
                files = list(self._included(entry, path))
                if not files and entry.place is not None and not entry.folder:
                    self.lost.append((entry.path, entry.place))
                for file in files:
                    self._follow(file, depth + 1)
            elif not entry.foreign and not _NOT_DEPLOYED.search(entry.contexts):
                self._change(entry, path)

    def _included(self, entry: Include, path: str) -> Iterator[str]:
        named = entry.path.removeprefix("classpath:").strip("/")
        if not entry.folder:
            found = self._found(named, path, relative=entry.relative)
            if found is not None:
                yield found
            return
        folder = self._found(named, path, relative=entry.relative, folder=True)
        for one in self.target.files_below(folder) if folder is not None else ():
            if one.endswith(_SUFFIXES):
                yield one

    def _found(self, named: str, path: str, *, relative: bool, folder: bool = False) -> str | None:
        """Where a path of a change log leads: from the log, or from a root of the class path."""
        exists = self.target.has_dir if folder else self.target.has
        home = posixpath.dirname(path)
        if relative:
            choice = posixpath.normpath(posixpath.join(home, named))
            return choice if exists(choice) else None
        while True:  # a class path's root lies somewhere above
            for base in (home, posixpath.join(home, "src/main/resources")):
                choice = posixpath.normpath(posixpath.join(base, named))
                if exists(choice):
                    return choice
            if not home:
                return None
            home = posixpath.dirname(home)

    def _change(self, entry: ChangeSet, path: str) -> None:
        version = f"{entry.author}:{entry.id}"
        if entry.span is not None:
            self.migrations.append(
                MigrationFile(
                    version, entry.id, path, entry.transaction, entry.span, entry.delimiter
                )
            )
            return
        for part in entry.parts:
            if part.bound:
                continue
            made = self._part(entry, part, path, version)
            if made is None:
                self.others += 1
                self.coded = self.coded or path
            else:
                self.migrations.append(made)

    def _part(
        self, entry: ChangeSet, part: ChangePart, path: str, version: str
    ) -> MigrationFile | None:
        if part.kind == "sqlFile":
            named = part.file.removeprefix("classpath:").strip("/")
            file = self._found(named, path, relative=part.relative)
            if file is None:
                self.lost.append((part.file, part.place))
                return None
            self.files[file] = None
            return MigrationFile(
                version, entry.id, file, entry.transaction, delimiter=part.delimiter
            )
        if part.kind == "sql" and part.span is not None:
            return MigrationFile(
                version, entry.id, path, entry.transaction, part.span, part.delimiter
            )
        return None
