"""Flyway's and refinery's histories: ``V1__name.sql`` files, wherever the configuration points.

Flyway looks below its locations at any depth, runs the newest baseline (``B``) in place of all
that it stands for, then what is newer, then the repeatable ones (``R``) by name, then callbacks.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.db.history_tools.dialects import FOREIGN_PATH, POSTGRES_PATH
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
    nearest_text,
    toml_of,
)
from pytest_reconaudit.facts.db.history_tools.folders import made_root
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["flyway_named", "flyway_roots", "version_key"]

_FILE = regex(
    r"(?:(?P<kind>[VBU])(?P<version>\d[\d._]*?)|R)__(?P<name>.+)\.sql$"
    r"|(?P<call>afterMigrate)(?:__.*)?\.sql$"
)
_STANDARD = regex(r"(?:^|/)db/migrations?$")
_OUTSIDE = regex(r"\bconcurrently\b", re.IGNORECASE)


def version_key(version: str) -> tuple[int, ...]:
    """``1.0`` and ``01`` are version 1."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def flyway_roots(target: Target, paths: Iterable[str]) -> list[MigrationRoot]:
    """The histories of Flyway and refinery among SQL files, tests left out."""
    by_folder: dict[str, list[tuple[str, re.Match[str]]]] = defaultdict(list)
    for path in paths:
        folder, name = posixpath.split(path)
        if name[:1] in "VBURa" and (match := _FILE.match(name)):
            by_folder[folder].append((path, match))
    for folder, files in by_folder.items():
        by_folder[folder] = _without_undone(files)
    homes = {
        folder: files
        for folder, files in by_folder.items()
        if any(match["version"] for _, match in files)
    }
    if not homes:
        return []
    found = []
    for folders in _together(target, set(homes), by_folder):
        root = _root(target, folders, [one for f in folders for one in by_folder[f]])
        if root is not None:
            found.append(root)
    return found


_UNDONE = regex(r"_(?:rollback|undo|down|revert|drop)$", re.IGNORECASE)


def _without_undone(files: list[tuple[str, re.Match[str]]]) -> list[tuple[str, re.Match[str]]]:
    """Without ``V2__orders_rollback.sql`` beside ``V2__orders.sql``: people keep them there to run
    by hand."""
    forward = {
        version_key(match["version"])
        for _, match in files
        if match["kind"] == "V" and not _UNDONE.search(match["name"])
    }
    return [
        (path, match)
        for path, match in files
        if not (
            match["kind"] == "V"
            and _UNDONE.search(match["name"])
            and version_key(match["version"]) in forward
        )
    ]


def _together(
    target: Target, homes: set[str], by_folder: dict[str, list[tuple[str, re.Match[str]]]]
) -> list[list[str]]:
    """The folders of each history, the one that names it first."""
    groups: list[list[str]] = []
    taken: set[str] = set()
    for locations in _locations(target):
        inside = [
            folder
            for location in locations
            for folder in sorted(by_folder)
            if folder == location or folder.startswith(f"{location}/")
        ]
        inside = [one for one in dict.fromkeys(inside) if one not in taken]
        if len(inside) > 1 and homes & set(inside) and not _clash(by_folder, inside):
            groups.append(inside)
            taken |= set(inside)
    by_top: dict[str, list[str]] = defaultdict(list)
    for folder in sorted(by_folder):
        if folder not in taken:
            by_top[_top(folder, homes)].append(folder)
    for top, folders in by_top.items():
        if _clash(by_folder, folders):
            groups += [[folder] for folder in folders if folder in homes]
        elif homes & set(folders):
            groups.append([top, *(one for one in folders if one != top)])
    return groups


def _top(folder: str, homes: set[str]) -> str:
    """The location that a folder lies in: a standard one, or one that holds versions itself."""
    top = at = folder
    while at:
        at = posixpath.dirname(at)
        if at in homes or _STANDARD.search(at):
            top = at
    inner = folder[len(top) :]
    if inner and (FOREIGN_PATH.search(f"{inner}/") or POSTGRES_PATH.search(f"{inner}/")):
        return folder  # one of several servers
    return top


def _clash(by_folder: dict[str, list[tuple[str, re.Match[str]]]], folders: Iterable[str]) -> bool:
    """Whether two folders have a version in common: then they are no one history."""
    seen: dict[tuple[int, ...], str] = {}
    for folder in folders:
        for _, match in by_folder[folder]:
            if match["kind"] == "V":
                key = version_key(match["version"])
                if seen.setdefault(key, folder) != folder:
                    return True
    return False


def _root(
    target: Target, folders: list[str], files: list[tuple[str, re.Match[str]]]
) -> MigrationRoot | None:
    folder = folders[0]
    tool = "refinery" if "refinery" in nearest_text(target, folder, "Cargo.toml") else "flyway"
    wanted = "VU" if tool == "refinery" else "V"
    versioned = [(version_key(m["version"]), p, m) for p, m in files if m["kind"] in tuple(wanted)]
    if tool == "flyway":
        bases = [(version_key(m["version"]), p, m) for p, m in files if m["kind"] == "B"]
        if bases:
            newest = max(bases)
            versioned = [newest, *(one for one in versioned if one[0] > newest[0])]
    versioned.sort(key=lambda one: (one[0], one[1]))
    repeated = sorted((m["name"], p) for p, m in files if not m["kind"] and not m["call"])
    calls = sorted(p for p, m in files if m["call"])
    migrations = [
        MigrationFile(
            ".".join(re.findall(r"\d+", match["version"])),
            match["name"],
            path,
            _transaction(target, path, tool),
        )
        for _, path, match in versioned
    ]
    if tool == "flyway":
        named = [*repeated, *((posixpath.basename(path)[:-4], path) for path in calls)]
        migrations += [
            MigrationFile(
                posixpath.basename(path), name, path, _transaction(target, path, tool),
                repeatable=True,
            )
            for name, path in named
        ]  # fmt: skip
    if not migrations:
        return None
    root = made_root(target, folder, tool, migrations, Place(migrations[0].path))
    values: tuple[tuple[str, str], ...] = ()
    if tool == "flyway" and any("${" in target.text(path) for path in root.paths):
        values = (*_BUILT_IN, *_values(target))
    return MigrationRoot(
        root.path, tool, root.migrations, root.place, root.dialect, root.coded, values
    )


def _transaction(target: Target, path: str, tool: str) -> bool:
    if tool == "refinery":
        return True
    settings = f"{path}.conf"
    if target.has(settings) and re.search(
        r"^\s*executeInTransaction\s*=\s*false", target.text(settings), re.MULTILINE | re.IGNORECASE
    ):
        return False
    return not _OUTSIDE.search(target.text(path))  # it decides by itself that this runs outside


# -- configuration -------------------------------------------------------------------------

_BUILT_IN = (
    ("flyway:defaultSchema", "public"), ("flyway:user", "runner"),
    ("flyway:database", "postgres"), ("flyway:timestamp", "2000-01-01 00:00:00"),
    ("flyway:filename", "migration.sql"),
)  # fmt: skip
_FILES = (
    "*.conf", "*.toml", "application*.properties", "application*.yml", "application*.yaml",
    "build.gradle", "build.gradle.kts", "pom.xml", "compose*.y*ml", "docker-compose*.y*ml", "*.sh",
    "Makefile", "Dockerfile*", "*.env", ".env*",
)  # fmt: skip
_LOCATION = regex(
    r"(?:flyway\.locations|FLYWAY_LOCATIONS|-locations|^\s*locations)\s*[=:]\s*([^\n#]+)", 8
)
_ONE_LOCATION = regex(r"(classpath:|filesystem:)?/?([\w./{}-]+)")
_VALUE = regex(
    r"(?:(?:spring\.)?flyway\.placeholders\.|-placeholders\.|FLYWAY_PLACEHOLDERS_)([\w.-]+)"
    r"\s*[=:]\s*[\"']?([^\"'\n]*)"
)
_DEFAULT = regex(r"\$\{[\w.-]+:-?([^{}]*)\}")


@once
def _settings(target: Target) -> tuple[str, ...]:
    return tuple(
        path
        for path in target.named(*_FILES)
        if not is_test_path(path) and "flyway" in target.text(path).lower()
    )


@once
def _locations(target: Target) -> tuple[tuple[str, ...], ...]:
    """The folders of each setting that names several."""
    found = []
    for path in _settings(target):
        for match in _LOCATION.finditer(target.text(path)):
            folders = list(_folders(target, path, match[1]))
            if len(folders) > 1:
                found.append(tuple(folders))
        for given in _in_yaml(target, path, "locations"):
            if isinstance(given, Seq):
                texts = [item for item in given if isinstance(item, str)]
                folders = list(_folders(target, path, ",".join(texts)))
                if len(folders) > 1:
                    found.append(tuple(folders))
    return tuple(dict.fromkeys(found))


def _folders(target: Target, path: str, given: str) -> Iterator[str]:
    home = posixpath.dirname(path)
    for part in given.strip().strip("[]\"'").split(","):
        match = _ONE_LOCATION.match(part.strip().strip("\"'"))
        if match is None:
            continue
        inner = match[2].replace("{vendor}", "postgresql").strip("/")
        if match[1] == "filesystem:":
            choices = [posixpath.normpath(posixpath.join(home, inner)), inner]
        else:
            choices = [posixpath.join(home, inner)]
            at = home
            while at:
                choices.append(posixpath.join(at, "src/main/resources", inner))
                at = posixpath.dirname(at)
            choices.append(posixpath.join("src/main/resources", inner))
        yield from (choice for choice in choices[:12] if target.has_dir(choice))


@once
def flyway_named(target: Target) -> bool:
    """Whether anything says that Flyway runs the files, and not ``psql`` or a person."""
    builds = target.named("package.json", "*.gradle*", "pom.xml", "*.yml", "*.yaml", "*.md", "*.rs")
    return bool(_settings(target)) or any("flyway" in target.text(p).lower() for p in builds)


def _in_yaml(target: Target, path: str, name: str) -> Iterator[object]:
    if path.endswith((".yml", ".yaml")) and name in target.text(path):
        for document in target.parse(read_yaml, path).documents:
            for section in (document.map.map("spring").map("flyway"), document.map.map("flyway")):
                if name in section:
                    yield section[name]


@once
def _values(target: Target) -> tuple[tuple[str, str], ...]:
    """What the configuration puts in for placeholders; a value of the environment's has its
    default."""
    found: dict[str, str] = {}
    for path in _settings(target):
        for match in _VALUE.finditer(target.text(path)):
            found.setdefault(match[1], match[2].strip())
        for given in _in_yaml(target, path, "placeholders"):
            if isinstance(given, Map):
                for name in given:
                    found.setdefault(str(name), str(given[name]))
        if path.endswith(".toml"):
            section = toml_of(target, path).get("flyway")
            given = section.get("placeholders") if isinstance(section, dict) else None
            for name, value in given.items() if isinstance(given, dict) else ():
                found.setdefault(name, str(value))
    plain = {name: _DEFAULT.sub(lambda match: match[1], value) for name, value in found.items()}
    return tuple((name, value) for name, value in plain.items() if "${" not in value)
