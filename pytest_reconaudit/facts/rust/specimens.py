"""Cargo packages that are kept to be worked on: inputs of a benchmark, crates that a tool is tried
with. They are somebody else's code, or wrong on purpose; nobody ships them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.target import Target, once

__all__ = ["is_specimen"]

_FEW = 4
"""Builds side by side, inside of another one, that are a collection."""
_ALL = ("*", "$", "{")
"""What follows a folder where its content is gone through: ``for one in jobs/*``."""
_SCRIPTS = (".sh", "Makefile", "justfile", "Justfile", ".mk", "Earthfile", ".yml", ".yaml")


def is_specimen(target: Target, package: CargoPackage) -> bool:
    """Whether a package is one of a collection, or lies in one of them.

    A collection is a folder inside another cargo build with four or more builds of their own, none
    of which another package needs or an image, workflow or script builds by its name, or all of
    them in a loop over the folder.
    """
    found = _specimens(target)
    folder = package.folder
    while found and folder:
        if folder in found:
            return True
        folder = posixpath.dirname(folder)
    return False


@once
def _specimens(target: Target) -> frozenset[str]:
    packages = cargo_packages(target)
    roots = {one.folder for one in packages if one.workspace in (None, one.folder)}
    beside: dict[str, set[str]] = {}
    for folder in roots - {""}:
        home = posixpath.dirname(folder)
        if home and any(above in roots for above in _above(folder)):
            beside.setdefault(home, set()).add(folder)
    beside = {home: folders for home, folders in beside.items() if len(folders) >= _FEW}
    if not beside:
        return frozenset()
    needed = {
        posixpath.normpath(posixpath.join(package.folder, one.path))
        for package in packages
        if not any(home in beside for home in _above(package.folder))
        for one in package.manifest.dependencies
        if one.path
    }
    texts = [target.text(one.path) for one in dockerfiles(target)]
    texts += [target.text(path) for path in target.files if path.endswith(_SCRIPTS)]
    found: set[str] = set()
    for home, folders in beside.items():
        near = [text for text in texts if f"{home}/" in text]
        if not any(f"{home}/{mark}" in text for text in near for mark in _ALL):
            found.update(one for one in folders - needed if not any(one in text for text in near))
    return frozenset(found)


def _above(folder: str) -> Iterator[str]:
    """The folders that one lies in, the top one last."""
    while folder:
        folder = posixpath.dirname(folder)
        yield folder
