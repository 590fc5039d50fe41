"""What was probably meant by a path that is not there, for a hint."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.target import Target, home_among, once, within

__all__ = ["nearest_note", "other_ending"]

_MANIFESTS = frozenset(
    {
        "Cargo.toml",
        "package.json",
        "pyproject.toml",
        "setup.py",
        "go.mod",
        "pom.xml",
        "composer.json",
    }
)
_ALIKE = 3
"""Parts at the end of a path, its name and two folders, that tell a file apart."""


def nearest_note(target: Target, document: str, path: str) -> Note | None:
    """The file of the nearest name, where it belongs to the package of the document or of the path,
    lies below the document or in a folder above it, or where its two folders are called so too:
    another package's file of that name is another thing."""
    near = target.nearest(path)
    if near is None:
        return None
    parts = path.split("/")
    folders = len(parts) > _ALIKE and near.split("/")[-_ALIKE:] == parts[-_ALIKE:]
    homes = {_package(target, one) for one in (document, path)}
    below = within(near, posixpath.dirname(document))
    above = within(document, posixpath.dirname(near))
    if folders or below or above or _package(target, near) in homes:
        return Note(Place(near, 1, 1), "the nearest name")
    return None


_SOURCE = frozenset({"js", "mjs", "cjs", "ts", "mts", "cts", "sh", "bash", "py", "ps1"})


def other_ending(target: Target, path: str) -> str:
    """The only script that is called so but for its ending: what was renamed, or what is written
    before a build; empty where there is none, or more than one."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    found = _by_stem(target).get(stem, ())
    return found[0] if len(found) == 1 else ""


@once
def _by_stem(target: Target) -> dict[str, list[str]]:
    """Name without its ending → the scripts that have it."""
    found: dict[str, list[str]] = {}
    for path in target.everything:
        stem, _, ending = posixpath.basename(path).rpartition(".")
        if ending in _SOURCE:
            found.setdefault(stem, []).append(path)
    return found


def _package(target: Target, path: str) -> str:
    """The folder of the nearest manifest above a path; the root without one."""
    return home_among(posixpath.dirname(path), _packages(target))


@once
def _packages(target: Target) -> frozenset[str]:
    """The folders with a manifest."""
    return frozenset(
        posixpath.dirname(path)
        for path in target.everything
        if posixpath.basename(path) in _MANIFESTS
    )
