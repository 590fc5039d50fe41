"""Cargo.toml as a record with lines.

``tomllib`` reads the values; it keeps no lines, so a scan for table headers and keys finds those.
tomlkit and other round-trip parsers keep lines neither, and are twenty times slower.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import toml

__all__ = ["CargoDependency", "CargoManifest", "CargoProfile", "CargoTarget", "read_cargo"]

_HEADER = regex(r"(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?")
_KEY = regex(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*(?:\.\s*([A-Za-z0-9_-]+)\s*)?=""")
_TARGET_TABLES = ("bin", "test", "bench", "example")
_DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
_PACKED = frozenset(
    {"deb", "generate-rpm", "rpm", "wix", "bundle", "dist", "binstall", "appimage", "arch", "aur"}
)
"""Tables of ``[package.metadata]`` of tools that pack a program."""
_ERROR_LINE = regex(r"\(at line (\d+), column (\d+)\)")


class CargoTarget(Struct, frozen=True):
    """A ``[[bin]]``, ``[[test]]``, ``[[bench]]``, ``[[example]]`` or ``[lib]`` that is declared."""

    kind: str
    name: str
    """Empty for a ``[lib]`` without one."""
    path: str
    """As written, relative to the manifest's folder; empty when left to cargo."""
    place: Place
    required: tuple[str, ...] = ()
    """``required-features``: without them cargo leaves it out."""


class CargoDependency(Struct, frozen=True):
    name: str
    """The name used in the code's manifest (the key)."""
    package: str
    """The crate: the key, or ``package = "…"``."""
    version: str
    path: str
    section: str
    """``dependencies``, ``dev-dependencies`` or ``build-dependencies``."""
    optional: bool
    features: tuple[str, ...]
    place: Place
    default_features: bool = True
    inherited: bool = False
    """``workspace = true``: the workspace's entry says the rest."""
    platform: str = ""
    """``cfg(windows)`` of ``[target.'cfg(windows)'.dependencies]``."""
    shared: bool = False
    """Of ``[workspace.dependencies]``: cargo looks at it for the members that inherit it."""


class CargoProfile(Struct, frozen=True):
    """A ``[profile.NAME]``; overrides for single packages are left out."""

    name: str
    settings: tuple[tuple[str, str, Place], ...]
    """(key, value, where): texts without quotes, numbers and booleans as TOML writes them."""
    place: Place

    def setting(self, key: str) -> tuple[str, Place] | None:
        """A value and its place; ``None`` when the profile does not set it."""
        return next(((value, at) for name, value, at in self.settings if name == key), None)


class CargoManifest(Struct, frozen=True):
    path: str
    package: str
    """``package.name``; empty for a virtual workspace."""
    package_place: Place
    version: str
    edition: str
    targets: tuple[CargoTarget, ...]
    dependencies: tuple[CargoDependency, ...]
    features: tuple[tuple[str, tuple[str, ...]], ...]
    is_workspace: bool
    members: tuple[str, ...]
    """``workspace.members`` as written, globs included."""
    exclude: tuple[str, ...]
    autobins: bool
    autotests: bool
    autobenches: bool
    default_run: str
    problems: tuple[Problem, ...] = ()
    profiles: tuple[CargoProfile, ...] = ()
    unused_ignored: tuple[str, ...] = ()
    """Dependencies that tools which look for unused ones (machete, shear, udeps) are told to leave
    alone, for the package and the workspace."""
    build: str = ""
    """``package.build`` as written; ``false`` when switched off."""
    proc_macro: bool = False
    publish: bool = True
    """``false``: it is meant for no registry."""
    shipped: bool = False
    """It says how its program is packed for users: ``metadata.deb``, ``bundle``, ``wix`` …"""
    rust_version: str = ""
    """The oldest compiler that builds it, as written (``1.74``), or what a workspace says for all;
    empty when a member takes its workspace's."""

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    def of_kind(self, kind: str) -> tuple[CargoTarget, ...]:
        return tuple(target for target in self.targets if target.kind == kind)


def read_cargo(text: str, path: str) -> CargoManifest:
    """Never raises on bad input: see ``problems``."""
    problems: tuple[Problem, ...] = ()
    data: dict[str, Any] = {}
    try:
        data = toml.loads(text)
    except (toml.TOMLDecodeError, RecursionError, ValueError) as error:
        at = _ERROR_LINE.search(f"{error}")
        place = Place(path, int(at[1]), int(at[2])) if at else Place(path, 1, 1)
        problems = (Problem(place, f"not valid TOML: {_ERROR_LINE.sub('', f'{error}').strip()}"),)
    lines = _lines(text)
    package = _table(data.get("package"))
    workspace = _table(data.get("workspace"))
    inherited = _table(workspace.get("package"))

    def place_of(*keys: str) -> Place:
        line = lines.get(".".join(keys))
        return Place(path, line, 1) if line else Place(path, 1, 1)

    return CargoManifest(
        path=path,
        package=_str(package.get("name")),
        package_place=place_of("package", "name"),
        version=_str(package.get("version")) or _str(inherited.get("version")),
        edition=_str(package.get("edition")) or _str(inherited.get("edition")),
        targets=tuple(_targets(data, path, lines)),
        dependencies=tuple(_dependencies(data, place_of)),
        features=tuple((f"{k}", _texts(v)) for k, v in _table(data.get("features")).items()),
        is_workspace="workspace" in data,
        members=_texts(workspace.get("members")),
        exclude=_texts(workspace.get("exclude")),
        autobins=package.get("autobins") is not False,
        autotests=package.get("autotests") is not False,
        autobenches=package.get("autobenches") is not False,
        default_run=_str(package.get("default-run")),
        problems=problems,
        profiles=tuple(_profiles(data, path, lines)),
        unused_ignored=tuple(sorted({*_ignored(package), *_ignored(workspace)})),
        build="false" if package.get("build") is False else _str(package.get("build")),
        proc_macro=_table(data.get("lib")).get("proc-macro") is True
        or _table(data.get("lib")).get("proc_macro") is True,
        publish=_is_published(package, inherited),
        shipped=bool(_PACKED & set(_table(package.get("metadata")))),
        rust_version=_str(package.get("rust-version")) or _str(inherited.get("rust-version")),
    )


def _is_published(package: dict[str, Any], inherited: dict[str, Any]) -> bool:
    value = package.get("publish")
    if _table(value).get("workspace") is True:
        value = inherited.get("publish")
    return value is not False and value != []


def _profiles(data: dict[str, Any], path: str, lines: dict[str, int]) -> list[CargoProfile]:
    found = []
    for name, value in _table(data.get("profile")).items():
        key = f"profile.{name}"
        settings = tuple(
            (
                one,
                f"{setting}".lower() if isinstance(setting, bool) else f"{setting}",
                Place(path, lines.get(f"{key}.{one}") or lines.get(key) or 1, 1),
            )
            for one, setting in _table(value).items()
            if isinstance(setting, (str, bool, int))
        )
        found.append(CargoProfile(f"{name}", settings, Place(path, lines.get(key) or 1, 1)))
    return found


def _ignored(holder: dict[str, Any]) -> list[str]:
    """What ``metadata.cargo-machete``, ``.cargo-shear`` and ``.cargo-udeps`` leave alone."""
    metadata = _table(holder.get("metadata"))
    found: list[str] = []
    for tool in ("cargo-machete", "cargo-shear"):
        found += _texts(_table(metadata.get(tool)).get("ignored"))
    for names in _table(_table(metadata.get("cargo-udeps")).get("ignore")).values():
        found += _texts(names)
    return found


def _targets(data: dict[str, Any], path: str, lines: dict[str, int]) -> list[CargoTarget]:
    found = []
    for kind in _TARGET_TABLES:
        entries = data.get(kind)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            table = _table(entry)
            place = Place(path, lines.get(f"{kind}#{index}") or 1, 1)
            name, source = _str(table.get("name")), _str(table.get("path"))
            required = _texts(table.get("required-features"))
            found.append(CargoTarget(kind, name, source, place, required))
    if isinstance(data.get("lib"), dict):
        table = data["lib"]
        place = Place(path, lines.get("lib") or 1, 1)
        found.append(CargoTarget("lib", _str(table.get("name")), _str(table.get("path")), place))
    return found


def _dependencies(data: dict[str, Any], place_of: Any) -> list[CargoDependency]:
    found = []
    tables: list[tuple[str, dict[str, Any]]] = [("", data)]
    tables.append(("workspace", _table(data.get("workspace"))))
    for platform, table in _table(data.get("target")).items():
        tables.append((f"target.{platform}", _table(table)))
    for prefix, holder in tables:
        for section in _DEPENDENCY_TABLES:
            for name, value in _table(holder.get(section)).items():
                spec = _table(value)
                version = value if isinstance(value, str) else _str(spec.get("version"))
                keys = [part for part in (prefix, section, name) if part]
                found.append(
                    CargoDependency(
                        name=name,
                        package=_str(spec.get("package")) or name,
                        version=version,
                        path=_str(spec.get("path")),
                        section=section,
                        optional=spec.get("optional") is True,
                        features=_texts(spec.get("features")),
                        place=place_of(*keys),
                        default_features=spec.get("default-features", True) is not False
                        and spec.get("default_features", True) is not False,
                        inherited=spec.get("workspace") is True,
                        platform=prefix.removeprefix("target.") if "." in prefix else "",
                        shared=prefix == "workspace",
                    )
                )
    return found


def _lines(text: str) -> dict[str, int]:
    """``table.key`` → its line; ``bin#1`` → the line of the second ``[[bin]]``."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        header = _HEADER.fullmatch(line.strip())
        if header:
            table = ".".join(_split(header[2]))
            if header[1] == "[[":
                index = counts[table] = counts.get(table, -1) + 1
                found.setdefault(f"{table}#{index}", number)
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            name = key[1].strip("'\"")
            found.setdefault(f"{table}.{name}" if table else name, number)
            if key[2]:
                found.setdefault(
                    f"{table}.{name}.{key[2]}" if table else f"{name}.{key[2]}", number
                )
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                fence = mark
    return found


def _split(dotted: str) -> list[str]:
    """The parts of ``target.'cfg(a.b)'.dependencies``, without quotes."""
    return [
        part[1:-1].replace('\\"', '"') if part[0] in "'\"" else part.strip("'\"")
        for part in re.findall(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^.\s]+", dotted)
    ]


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
