"""npm and cargo packages: what can be run in which folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoManifest, read_cargo
from pytest_reconaudit.readers.package_json import NpmScript, PackageJson, read_package_json
from pytest_reconaudit.target import Target, once

__all__ = [
    "CargoPackage",
    "NpmPackage",
    "cargo_at",
    "cargo_binaries",
    "cargo_by_folder",
    "cargo_by_name",
    "cargo_by_path",
    "cargo_in_workspace",
    "cargo_packages",
    "cargo_root",
    "npm_at",
    "npm_package",
    "npm_packages",
]

LOCKFILES = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lockb": "bun",
    "bun.lock": "bun",
}


class NpmPackage(Struct, frozen=True, eq=False):
    """A package.json with what lies around it."""

    path: str
    folder: str
    manifest: PackageJson
    lockfiles: tuple[str, ...]
    """Lockfiles in its own folder, by path."""
    manager: str
    """``npm``, ``pnpm``, ``yarn`` or ``bun``: said by ``packageManager``, else by the nearest
    lockfile above; empty when nothing tells."""
    workspace_root: str | None
    """The folder of the package whose ``workspaces`` include this one, itself if it has members,
    else ``None``."""

    def script(self, name: str) -> NpmScript | None:
        return self.manifest.script(name)

    @property
    def script_names(self) -> tuple[str, ...]:
        return tuple(script.name for script in self.manifest.scripts)


class CargoPackage(Struct, frozen=True, eq=False):
    """A Cargo.toml with its targets, declared and found in the usual places."""

    path: str
    folder: str
    manifest: CargoManifest
    bins: tuple[tuple[str, str], ...]
    """(name, source path) of every binary."""
    tests: tuple[tuple[str, str], ...]
    benches: tuple[tuple[str, str], ...]
    examples: tuple[tuple[str, str], ...]
    lib: str
    """Source path of the library; empty when it has none."""
    workspace: str | None
    """The folder of the workspace's Cargo.toml (its own folder when it is the root)."""


@once
def npm_packages(target: Target) -> tuple[NpmPackage, ...]:
    """Every package.json that is audited, by path."""
    manifests = [target.parse(read_package_json, path) for path in target.named("package.json")]
    members: dict[str, str] = {}
    for manifest in manifests:
        patterns = (*manifest.workspaces, *_pnpm_workspaces(target, manifest.folder))
        if not patterns:
            continue
        members.setdefault(manifest.folder, manifest.folder)
        for pattern in patterns:
            if pattern.startswith("!"):
                continue
            wanted = posixpath.join(manifest.folder, pattern.strip("/"), "package.json")
            for path in target.glob(wanted):
                members.setdefault(posixpath.dirname(path), manifest.folder)
    return tuple(_npm_package(target, manifest, members) for manifest in manifests)


def npm_package(target: Target, folder: str) -> NpmPackage | None:
    """The package whose package.json lies in exactly this folder, audited or not."""
    known = _npm_by_folder(target).get(folder)
    path = posixpath.join(folder, "package.json")
    if known is None and target.has(path):
        return _npm_package(target, target.parse(read_package_json, path), {})
    return known


def npm_at(target: Target, folder: str) -> NpmPackage | None:
    """The package that npm uses in a folder: the nearest package.json there or above."""
    while True:
        package = npm_package(target, folder)
        if package is not None or not folder:
            return package
        folder = posixpath.dirname(folder)


@once
def _npm_by_folder(target: Target) -> dict[str, NpmPackage]:
    return {package.folder: package for package in npm_packages(target)}


@once
def cargo_packages(target: Target) -> tuple[CargoPackage, ...]:
    """Every Cargo.toml that is audited, by path, virtual workspaces included."""
    manifests = [target.parse(read_cargo, path) for path in target.named("Cargo.toml")]
    roots = [manifest for manifest in manifests if manifest.is_workspace]
    return tuple(_cargo_package(target, manifest, roots) for manifest in manifests)


@once
def cargo_by_path(target: Target) -> dict[str, CargoPackage]:
    """Path of a Cargo.toml → its package."""
    return {one.path: one for one in cargo_packages(target)}


@once
def cargo_by_folder(target: Target) -> dict[str, CargoPackage]:
    """Folder → its package."""
    return {one.folder: one for one in cargo_packages(target)}


@once
def cargo_by_name(target: Target) -> dict[str, CargoPackage]:
    """Name in the manifest → the package, the last of several."""
    return {one.manifest.package: one for one in cargo_packages(target)}


@once
def cargo_in_workspace(target: Target) -> dict[str, list[CargoPackage]]:
    """Folder of a workspace's root → its members."""
    found: dict[str, list[CargoPackage]] = {}
    for one in cargo_packages(target):
        if one.workspace is not None:
            found.setdefault(one.workspace, []).append(one)
    return found


def cargo_at(target: Target, folder: str) -> CargoPackage | None:
    """The package that cargo uses in a folder: the nearest Cargo.toml there or above."""
    known = cargo_by_folder(target)
    while True:
        path = posixpath.join(folder, "Cargo.toml")
        if folder in known:
            return known[folder]
        if target.has(path):  # not audited (a vendored crate, an example), but cargo takes it
            return _cargo_package(target, target.parse(read_cargo, path), ())
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def cargo_root(target: Target, package: CargoPackage) -> tuple[CargoPackage, ...]:
    """All packages of the workspace that a package belongs to; itself when it has none."""
    if package.workspace is None:
        return (package,)
    return tuple(other for other in cargo_packages(target) if other.workspace == package.workspace)


def cargo_binaries(target: Target, folder: str) -> frozenset[str] | None:
    """Names of the binaries that a build in ``folder`` may leave in its ``target/``.

    ``None`` when no Cargo.toml applies or one of the workspace could not be read.
    """
    package = cargo_at(target, folder)
    if package is None:
        return None
    crates = cargo_root(target, package)
    if any(crate.manifest.problems for crate in crates):
        return None
    return frozenset(name for crate in crates for name, _ in (*crate.bins, *crate.examples))


def _npm_package(target: Target, manifest: PackageJson, members: dict[str, str]) -> NpmPackage:
    folder = manifest.folder
    locks = tuple(path for name in LOCKFILES if target.has(path := posixpath.join(folder, name)))
    manager = manifest.package_manager
    current = folder
    while not manager:
        manager = next(
            (kind for name, kind in LOCKFILES.items() if target.has(posixpath.join(current, name))),
            "",
        )
        if not current:
            break
        current = posixpath.dirname(current)
    return NpmPackage(manifest.path, folder, manifest, locks, manager, members.get(folder))


_PNPM_ITEM = regex(r"^\s*-\s*['\"]?([^'\"#\s]+)", re.MULTILINE)


def _pnpm_workspaces(target: Target, folder: str) -> tuple[str, ...]:
    path = posixpath.join(folder, "pnpm-workspace.yaml")
    if not target.has(path):
        return ()
    text = target.text(path)
    start = text.find("packages:")
    if start < 0:
        return ()
    found = []
    for line in text[start:].split("\n")[1:]:
        match = _PNPM_ITEM.match(line)
        if match:
            found.append(match[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            break
    return tuple(found)


def _cargo_package(
    target: Target, manifest: CargoManifest, roots: Iterable[CargoManifest]
) -> CargoPackage:
    folder = manifest.folder

    def auto(base: str, on: bool) -> list[tuple[str, str]]:
        """``src/bin/x.rs`` and ``src/bin/y/main.rs``: targets that cargo finds by itself."""
        if not on or not manifest.package:
            return []
        prefix = posixpath.join(folder, base)
        found = []
        for path in target.below(prefix):
            inner = path[len(prefix) + 1 :]
            if inner.endswith(".rs") and "/" not in inner:
                found.append((inner[:-3], path))
            elif inner.count("/") == 1 and inner.endswith("/main.rs"):
                found.append((inner.partition("/")[0], path))
        return found

    def all_of(kind: str, base: str, on: bool) -> tuple[tuple[str, str], ...]:
        declared = [
            (one.name, posixpath.normpath(posixpath.join(folder, one.path)) if one.path else "")
            for one in manifest.of_kind(kind)
        ]
        taken = {name for name, _ in declared} | {path for _, path in declared if path}
        extra = [pair for pair in auto(base, on) if not taken.intersection(pair)]
        return tuple(declared + extra)

    bins = list(all_of("bin", "src/bin", manifest.autobins))
    main = posixpath.join(folder, "src/main.rs")
    taken = any(path == main or name == manifest.package for name, path in bins)
    if manifest.package and manifest.autobins and target.has(main) and not taken:
        bins.insert(0, (manifest.package, main))
    libs = manifest.of_kind("lib")
    lib = posixpath.join(folder, "src/lib.rs")
    if libs and libs[0].path:
        lib = posixpath.normpath(posixpath.join(folder, libs[0].path))
    return CargoPackage(
        path=manifest.path,
        folder=folder,
        manifest=manifest,
        bins=tuple(bins),
        tests=all_of("test", "tests", manifest.autotests),
        benches=all_of("bench", "benches", manifest.autobenches),
        examples=all_of("example", "examples", True),
        lib=lib if target.has(lib) else "",
        workspace=_workspace(manifest, roots),
    )


def _workspace(manifest: CargoManifest, roots: Iterable[CargoManifest]) -> str | None:
    if manifest.is_workspace:
        return manifest.folder
    holders = [
        root.folder
        for root in roots
        if (not root.folder or manifest.folder.startswith(f"{root.folder}/"))
        and not any(
            _inside(manifest.folder, posixpath.join(root.folder, out)) for out in root.exclude
        )
    ]
    return max(holders, key=len) if holders else None


def _inside(path: str, folder: str) -> bool:
    clean = posixpath.normpath(folder)
    return path == clean or path.startswith(f"{clean}/")
