"""Crates by what they depend on: which belong to a server, which use a synchronous Diesel."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_by_path, cargo_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import FileOutline, outline
from pytest_reconaudit.target import Target, once

__all__ = [
    "Means",
    "commands",
    "crate_of",
    "depends_on",
    "depends_on_arguments",
    "for_desktops",
    "has_r2d2",
    "is_wasm",
    "means_of",
    "serves",
    "serving",
    "uses_sync_diesel",
]

_FRAMEWORKS = frozenset(
    {"actix_web", "axum", "warp", "rocket", "tonic", "hyper", "poem", "salvo", "tide", "ntex",
     "actix_http", "poem_openapi", "loco_rs", "gotham", "viz", "trillium", "jsonrpsee"}
)  # fmt: skip
_DESKTOP = frozenset({"tauri", "iced", "eframe", "egui", "gtk4", "gtk", "slint", "gpui", "druid"})
"""Crates that programs with windows are made of: what they serve, they serve one person."""
_BROWSER = frozenset({"wasm_bindgen", "indexed_db", "indexed_db_futures", "gloo", "web_sys"})
_BOTH_SIDES = frozenset({"leptos", "leptos_axum", "leptos_actix", "dioxus", "tokio", "async_std"})
"""Crates whose users run on a server as well as in a browser."""
_ASYNC_DIESEL = frozenset(
    {"diesel_async", "tokio_diesel", "bb8_diesel", "async_bb8_diesel", "mobc_diesel"}
)
_ASYNC_POOLS = frozenset(
    {"deadpool", "deadpool_postgres", "deadpool_diesel", "deadpool_redis", "deadpool_sqlite", "bb8",
     "bb8_postgres", "bb8_redis", "mobc", "sqlx", "sea_orm"}
)  # fmt: skip
_POOLS = frozenset(
    {"r2d2", "r2d2_diesel", "r2d2_postgres", "r2d2_redis", "r2d2_sqlite", "r2d2_mysql"}
)


_TESTING = regex(r"(?:^|[-_])tests?(?:[-_]|$)|(?:^|[-_])testing$")


def crate_of(target: Target, path: str) -> CargoPackage | None:
    """The package that a source file belongs to; none when it is one of test helpers."""
    crate = cargo_at(target, posixpath.dirname(path))
    return None if crate is not None and _TESTING.search(crate.manifest.package) else crate


def depends_on(target: Target, crate: CargoPackage) -> frozenset[str]:
    """The crates that one depends on when it runs, ``-`` as ``_``; a renamed one by both names."""
    return _dependencies(target).get(crate.path, frozenset())


@once
def _dependencies(target: Target) -> Mapping[str, frozenset[str]]:
    found = {}
    for crate in cargo_packages(target):
        names = set()
        for one in crate.manifest.dependencies:
            if one.section == "dependencies":
                names |= {one.name.replace("-", "_"), one.package.replace("-", "_")}
        found[crate.path] = frozenset(names)
    return found


@once
def serving(target: Target) -> frozenset[str]:
    """The manifests of crates that a server is made of: those with a web framework, and the crates
    of the repository that they depend on."""
    needs = _dependencies(target)
    return _with_needs(target, {path for path, names in needs.items() if names & _FRAMEWORKS})


@once
def for_desktops(target: Target) -> frozenset[str]:
    """Those of :func:`serving` that only programs with windows are made of."""
    needs = _dependencies(target)
    others = {path for path, names in needs.items() if names & _FRAMEWORKS and not names & _DESKTOP}
    return serving(target) - _with_needs(target, others)


_ARGUMENTS = frozenset({"clap", "structopt", "argh", "gumdrop", "bpaf", "lexopt", "pico_args"})
"""Crates that read the arguments of a command line."""


@once
def commands(target: Target) -> frozenset[str]:
    """The manifests of crates that are programs for the command line and nothing else: they read
    its arguments, and no code of theirs names a web framework that they may depend on."""
    found = {path for path, names in _dependencies(target).items() if names & _ARGUMENTS}
    for path, file in scanned(target, outline).items():
        if found and path.endswith(".rs"):
            crate = crate_of(target, path)
            if crate is not None and crate.path in found and _names_framework(file):
                found.discard(crate.path)
    return frozenset(found)


def _names_framework(file: FileOutline) -> bool:
    return any(where and where[0] in _FRAMEWORKS for _, where in file.imports) or any(
        len(call.path) > 1 and call.path[0] in _FRAMEWORKS
        for function in file.functions
        for call in function.calls
    )


def depends_on_arguments(target: Target, crate: CargoPackage) -> bool:
    """Whether a crate reads the arguments of a command line, whatever else it does."""
    return bool(depends_on(target, crate) & _ARGUMENTS)


_ALONE = ("compio", "monoio", "glommio")
"""Runtimes whose tasks stay on the thread that they were started on."""
_SPAWNS = frozenset({"full", "rt", "rt-multi-thread"})


class Means(Struct, frozen=True):
    """What the code of a crate can wait with, by its own dependencies."""

    runtime: str = "tokio"
    """``tokio``, ``rocket::tokio``, ``actix`` (by way of ``actix_web``), one of those whose tasks
    share their thread (``compio``), or nothing."""
    features: frozenset[str] = frozenset({"full"})
    """Of tokio: what the crate and its workspace switch on."""
    reqwest: bool = True

    @property
    def alone(self) -> bool:
        """Whether the tasks of a thread never go to another one."""
        return self.runtime in _ALONE

    @property
    def tokio(self) -> bool:
        return self.runtime.endswith("tokio")

    def has(self, *features: str) -> bool:
        """Whether tokio's features are known to be on."""
        return "full" in self.features or self.features.issuperset(features)


def means_of(target: Target, crate: CargoPackage) -> Means:
    """By the dependencies that no feature or platform must switch on first."""
    root = cargo_by_path(target).get(posixpath.join(crate.workspace or "", "Cargo.toml"))
    held = {
        one.name: one
        for one in crate.manifest.dependencies
        if one.section == "dependencies" and not one.optional and not one.platform
    }
    reqwest = "reqwest" in held
    alone = next((name for name in _ALONE if name in held), "")
    if alone:
        return Means(alone, frozenset(), reqwest)
    tokio = held.get("tokio")
    if tokio is not None:
        shared = root.manifest.dependencies if tokio.inherited and root is not None else ()
        above = {feature for one in shared if one.name == "tokio" for feature in one.features}
        if "actix-web" in held and not _SPAWNS & {*tokio.features, *above}:
            return Means("actix", frozenset(), reqwest)
        return Means("tokio", frozenset({*tokio.features, *above}), reqwest)
    if "rocket" in held:
        return Means("rocket::tokio", frozenset({"full"}), reqwest)
    return Means("actix" if "actix-web" in held else "", frozenset(), reqwest)


def _with_needs(target: Target, crates: set[str]) -> frozenset[str]:
    """Manifests, and those of the crates of the repository that they depend on."""
    by_name: dict[str, str] = {}
    for crate in cargo_packages(target):
        if crate.manifest.package:
            by_name[crate.manifest.package.replace("-", "_")] = crate.path
    needs = _dependencies(target)
    found = set(crates)
    waiting = list(found)
    while waiting:
        for name in needs[waiting.pop()]:
            path = by_name.get(name)
            if path is not None and path not in found:
                found.add(path)
                waiting.append(path)
    return frozenset(found)


def serves(target: Target, crate: CargoPackage) -> bool:
    """Whether a crate itself depends on a web framework that is of no use to a client."""
    return bool(depends_on(target, crate) & (_FRAMEWORKS - {"hyper", "tonic"}))


def is_wasm(target: Target, crate: CargoPackage) -> bool:
    """Whether a crate runs in a browser only: it has no other workers to keep waiting."""
    if depends_on(target, crate) & (_FRAMEWORKS | _BOTH_SIDES):
        return False
    return any(
        one.name.replace("-", "_") in _BROWSER
        and one.section == "dependencies"
        and not one.optional
        and not one.platform
        for one in crate.manifest.dependencies
    )


def uses_sync_diesel(target: Target, crate: CargoPackage) -> bool:
    """Whether its Diesel queries keep the thread waiting: by its own dependencies, not by the
    workspace's."""
    names = depends_on(target, crate)
    return "diesel" in names and not names & _ASYNC_DIESEL


def has_r2d2(target: Target, crate: CargoPackage) -> bool:
    """Whether its pools are r2d2's, whose ``get`` waits."""
    names = depends_on(target, crate)
    if names & (_ASYNC_POOLS | _ASYNC_DIESEL):
        return False
    if names & _POOLS:
        return True
    held = [crate]
    root = cargo_by_path(target).get(posixpath.join(crate.workspace or "", "Cargo.toml"))
    if root is not None:
        held.append(root)
    return any(
        one.package == "diesel" and "r2d2" in one.features
        for holder in held
        for one in holder.manifest.dependencies
    ) and ("diesel" in names)
