"""Whether a lockfile fits the package.json files that it was written for, and which it covers."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.readers.npm_importers import read_npm_importers
from pytest_reconaudit.target import Target, once

__all__ = ["Covering", "Drift", "covering", "drifts"]


class Drift(Struct, frozen=True):
    """A dependency for which a lockfile was not written."""

    path: str
    """The package.json."""
    name: str
    asked: str
    """In package.json; empty where nothing asks for it any more."""
    locked: str
    """What the lockfile says was asked for; empty where it knows nothing of it."""

    def told(self) -> str:
        """``commander 14.0.2, package.json asks for 15.0.0``."""
        if not self.locked:
            return f"{self.name} is not in it"
        if not self.asked:
            return f"{self.name} {self.locked}, which {self.path} no longer lists"
        return f"{self.name} {self.locked}, {self.path} asks for {self.asked}"


class Covering(Struct, frozen=True):
    """The lockfile of a workspace that a package belongs to."""

    lock: str
    command: str
    """What installs by it, for the package alone where the manager can."""


def drifts(target: Target, lock: str) -> tuple[Drift, ...]:
    """Where the package.json files of a lockfile ask for other versions than when it was
    written."""
    known = _known(target)
    if lock not in known:
        known[lock] = tuple(_drifts(target, lock))
    return known[lock]


@once
def _known(target: Target) -> dict[str, tuple[Drift, ...]]:
    """What :func:`drifts` has answered."""
    return {}


def _drifts(target: Target, lock: str) -> list[Drift]:
    if not lock.endswith(_COMPARABLE):
        return []
    home = posixpath.dirname(lock)
    record = target.parse(read_npm_importers, lock)
    found = []
    for package in npm_packages(target):
        inside = _inside(package.folder, home)
        locked = record.members.get(inside) if inside is not None else None
        if locked is None or package.manifest.problems:
            continue
        own: dict[str, list[str]] = {}
        for section, name, version, _ in package.manifest.dependencies:
            if section != "peerDependencies":
                own.setdefault(name, []).append(version)  # a name may stand in two sections
        names = package.manifest.dependency_names
        for name in dict.fromkeys((*own, *(one for one in locked if one not in names))):
            asked, was = own.get(name, []), locked.get(name, "")
            if name not in record.overridden and was not in (asked or [""]):
                found.append(Drift(package.path, name, "".join(asked[:1]), was))
    return found


_COMPARABLE = ("pnpm-lock.yaml", "bun.lock", "package-lock.json", "npm-shrinkwrap.json")


def _inside(folder: str, home: str) -> str | None:
    """A folder as seen from another one that holds it; ``None`` where it lies elsewhere."""
    if folder == home:
        return ""
    if not home:
        return folder
    return folder[len(home) + 1 :] if folder.startswith(f"{home}/") else None


def covering(target: Target, package: NpmPackage) -> Covering | None:
    """The lockfile above a package that was written for it, too."""
    folder = package.folder
    while folder:
        folder = posixpath.dirname(folder)
        for name, command in _COMMANDS:
            lock = posixpath.join(folder, name)
            if not target.has(lock):
                continue
            inside = _inside(package.folder, folder)
            if name == "yarn.lock":
                covered = package.workspace_root == folder
            else:
                covered = inside in target.parse(read_npm_importers, lock).members
            if covered:
                name = package.manifest.name or f"./{inside}"
                return Covering(lock, command.format(name=name, folder=inside))
    return None


_COMMANDS = (
    ("pnpm-lock.yaml", "pnpm install --frozen-lockfile --filter {name}"),
    ("package-lock.json", "npm ci --workspace={folder}"),
    ("npm-shrinkwrap.json", "npm ci --workspace={folder}"),
    ("bun.lock", "bun install --frozen-lockfile --filter {name}"),
    ("yarn.lock", "yarn install --immutable"),
)
