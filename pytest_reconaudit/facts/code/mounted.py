"""Routers of scripts that no code mounts: what they register answers nobody."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import FileOutline, outline
from pytest_reconaudit.target import Target, once

__all__ = ["is_unmounted"]

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "use", "all", "route"})
_LOADERS = frozenset(
    {"readdirSync", "readdir", "globSync", "glob", "fastGlob", "autoload", "AutoLoad", "fg"}
)
"""By what a program finds the files of a folder, and their routers."""
_ROUTES = regex(r"(?:^|/)(?:routes?|routers?|api|controllers?)(?:/|$)")
_SUFFIX = regex(r"(?:\.[cm]?[jt]sx?)$")
_TAIL = regex(r"^(?:\.{1,2}/)+|^[@~#]\w*/")


def is_unmounted(target: Target, path: str) -> bool:
    """Whether a script makes a router that nobody takes, while routers beside it are imported by
    their names; where files are looked for in folders, none is known to be."""
    if path not in _routers(target) or _finds_files(target):
        return False
    imported = _imported(target)
    if _is_in(path, imported):
        return False
    folder = posixpath.dirname(path)
    return any(
        posixpath.dirname(one) == folder and _is_in(one, imported)
        for one in _routers(target)
        if one != path
    )


@once
def _routers(target: Target) -> frozenset[str]:
    """The files whose top level registers routes on a ``Router`` of its own."""
    return frozenset(
        path for path, one in scanned(target, outline).items() if _makes_router(path, one)
    )


def _makes_router(path: str, one: FileOutline) -> bool:
    if path.endswith((".py", ".rs")):
        return False
    makes = any(call.name == "Router" for call in one.loose)
    return makes and any(
        call.name in _VERBS and "outer" in call.receiver and "(" not in call.receiver
        for call in one.loose
    )


@once
def _finds_files(target: Target) -> bool:
    """Whether code of scripts beside routes looks for files in a folder."""
    return any(
        call.name in _LOADERS
        for path, one in scanned(target, outline).items()
        if not path.endswith((".py", ".rs")) and _ROUTES.search(path) is not None
        for call in one.every_call()
    )


@once
def _imported(target: Target) -> frozenset[str]:
    """What scripts import, as far as can be told without their settings: the path of the file
    without its suffix, or, of an alias, the end of it behind a ``*``."""
    found = set()
    for path, one in scanned(target, outline).items():
        if path.endswith((".py", ".rs")):
            continue
        sources = [words[0] for _, words in one.imports if words]
        sources += [source for _, source, _ in one.exports if source]
        for source in sources:
            bare = _SUFFIX.sub("", source)
            if bare.startswith("."):
                found.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), bare)))
            else:
                found.add(f"*{_TAIL.sub('', bare)}")
    return frozenset(found)


def _is_in(path: str, imported: frozenset[str]) -> bool:
    stem = _SUFFIX.sub("", path)
    names = [stem, posixpath.dirname(stem)] if posixpath.basename(stem) == "index" else [stem]
    for name in names:
        if name in imported:
            return True
        parts = name.split("/")
        if any(f"*{'/'.join(parts[at:])}" in imported for at in range(len(parts))):
            return True
    return False
