"""package.json as a record with the line of every script.

JSON is YAML, so :func:`.yaml.read_yaml` reads it with lines at C speed; no JSON library keeps
them. The one difference that matters here, a tab used as indentation, is legal inside JSON's
braces for libyaml too; text that it still refuses is read once more by :mod:`json`, without
lines.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml

__all__ = ["NpmScript", "PackageJson", "read_package_json"]

_DEPENDENCY_KEYS = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)


class NpmScript(Struct, frozen=True):
    """One entry of ``scripts``."""

    name: str
    command: str
    place: Place
    """The key."""
    command_place: Place
    """The first character of the command text."""


class PackageJson(Struct, frozen=True):
    path: str
    name: str
    scripts: tuple[NpmScript, ...]
    workspaces: tuple[str, ...]
    """Glob patterns of member folders, relative to this file's folder."""
    dependencies: tuple[tuple[str, str, str, Place], ...]
    """(section, name, version range, place), all four sections."""
    bins: tuple[str, ...]
    """Names of the programs that it installs."""
    package_manager: str
    """``pnpm`` of ``"packageManager": "pnpm@9.1.0"``; empty when not said."""
    private: bool
    scripts_place: Place | None = None
    """The key ``scripts``; ``None`` without one."""
    problems: tuple[Problem, ...] = ()

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    def script(self, name: str) -> NpmScript | None:
        return next((script for script in self.scripts if script.name == name), None)

    @property
    def dependency_names(self) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in self.dependencies)


def read_package_json(text: str, path: str) -> PackageJson:
    """Never raises on bad input: see ``problems``."""
    problems: tuple[Problem, ...] = ()
    root: Any = None
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        column = getattr(error, "colno", 1)
        plain = None
        message = getattr(error, "msg", "nested too deep")
        problems = (Problem(Place(path, line, column), f"not valid JSON: {message}"),)
    if not problems:
        file = read_yaml(text, path)
        root = file.documents[0].root if file.documents else None
        if not isinstance(root, Map) and isinstance(plain, dict):
            return _from_plain(plain, path)
        if not isinstance(root, Map):
            problems = (Problem(Place(path, 1, 1), "package.json is an object; this is none"),)
    if not isinstance(root, Map):
        return PackageJson(path, "", (), (), (), (), "", False, None, problems)
    scripts = root.map("scripts")
    workspaces: Any = root.get("workspaces")
    if isinstance(workspaces, Map):
        workspaces = workspaces.get("packages")
    return PackageJson(
        path=path,
        name=root.str("name"),
        scripts=tuple(
            NpmScript(f"{key}", value, scripts.key_place(key), _inside(scripts.value_place(key)))
            for key, value in scripts.items()
            if isinstance(value, str)
        ),
        workspaces=_texts(workspaces),
        dependencies=tuple(
            (section, f"{name}", f"{version}", group.key_place(name))
            for section in _DEPENDENCY_KEYS
            for group in (root.map(section),)
            for name, version in group.items()
        ),
        bins=_bins(root.get("bin"), root.str("name")),
        package_manager=root.str("packageManager").partition("@")[0],
        private=root.get("private") is True,
        scripts_place=root.key_place("scripts") if "scripts" in root else None,
        problems=problems,
    )


def _inside(place: Place) -> Place:
    """The first character inside the quotes."""
    return place.at(place.line, (place.column or 0) + 1)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, (Seq, list)):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def _bins(value: Any, name: str) -> tuple[str, ...]:
    if isinstance(value, dict):
        return tuple(f"{key}" for key in value)
    return (name.rpartition("/")[2],) if isinstance(value, str) and name else ()


def _from_plain(root: dict[str, Any], path: str) -> PackageJson:
    """Valid JSON that YAML refuses: everything stands on line 1 then."""
    place = Place(path, 1, 1)
    scripts = root.get("scripts")
    workspaces = root.get("workspaces")
    if isinstance(workspaces, dict):
        workspaces = workspaces.get("packages")
    sections = [(key, root.get(key)) for key in _DEPENDENCY_KEYS]
    name = root.get("name")
    manager = root.get("packageManager")
    return PackageJson(
        path=path,
        name=name if isinstance(name, str) else "",
        scripts=tuple(
            NpmScript(key, value, place, place)
            for key, value in (scripts.items() if isinstance(scripts, dict) else ())
            if isinstance(value, str)
        ),
        workspaces=_texts(workspaces),
        dependencies=tuple(
            (section, key, f"{version}", place)
            for section, group in sections
            if isinstance(group, dict)
            for key, version in group.items()
        ),
        bins=_bins(root.get("bin"), name if isinstance(name, str) else ""),
        package_manager=manager.partition("@")[0] if isinstance(manager, str) else "",
        private=root.get("private") is True,
    )
