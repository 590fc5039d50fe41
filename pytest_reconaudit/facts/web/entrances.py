"""Where the code of a package is entered from outside: what its package.json gives out, and what
other packages of the repository really import of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.modules import Link, closure, importers, links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, home_among, once, within

__all__ = ["given_out", "is_given_out", "taken_by_others", "taken_files"]

_KEYS = ("main", "module", "browser", "source", "types", "bin", "exports")
_OUTPUT = regex(r"^(?:dist|build|lib|out|\.?output|cjs|esm|es)(?:/(?:cjs|esm|es|src|types))?/")
_ENDING = regex(r"(?:\.d)?\.[cm]?[jt]sx?$")
_SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue")
_STYLES = (".css", ".scss", ".sass", ".less", ".json", ".svg")
_MOST = 400
_DEEPEST = 8


def is_given_out(package: NpmPackage) -> bool:
    """Whether others may install a package from outside of the repository."""
    return not package.manifest.private and bool(package.manifest.name)


def given_out(target: Target, package: NpmPackage) -> tuple[str, ...]:
    """The sources that package.json names as what others import or run: ``./dist/index.js`` stands
    for ``src/index.ts``."""
    return _given_out(target).setdefault(
        package.path, tuple(dict.fromkeys(_entries(target, package)))
    )


@once
def _given_out(target: Target) -> dict[str, tuple[str, ...]]:
    """Filled as it is asked for."""
    return {}


def _entries(target: Target, package: NpmPackage) -> Iterator[str]:
    root = target.parse(read_jsonc, package.path).root
    if not isinstance(root, dict):
        return
    texts = [text for key in _KEYS for text in _texts(root.get(key))]
    for text in texts[:_MOST]:
        inner = posixpath.normpath(text.lstrip("/"))
        if inner.startswith("..") or _ENDING.search(inner) is None:
            continue
        stem = _ENDING.sub("", inner)
        source = _OUTPUT.sub("", stem)
        for one in dict.fromkeys((stem, f"src/{source}", source, f"lib/{source}")):
            place = posixpath.normpath(posixpath.join(package.folder, one))
            if "*" in place:
                found = _matching(target, place)
            else:
                found = [place + end for end in _SUFFIXES if target.has(place + end)][:1]
            if found:
                yield from found
                break


def _matching(target: Target, place: str) -> list[str]:
    """The files that a pattern with a star means."""
    head, _, tail = place.partition("*")
    return [
        path
        for path in target.below(posixpath.dirname(head))
        if path.startswith(head)
        and (stem := _ENDING.sub("", path)) != path
        and stem.endswith(tail.rpartition("*")[2])
    ]


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)


def taken_files(target: Target, package: NpmPackage) -> frozenset[str] | None:
    """The files of a private package that other packages of the repository lead to; ``None`` where
    that cannot be told: nothing takes it, or somebody by a computed name."""
    known = _taken_files(target)
    if package.path not in known:
        starts = taken_by_others(target).get(package.folder)
        known[package.path] = None
        if starts:
            reached = closure(target, starts, partial(_followed, target))
            own = frozenset(one for one in reached if within(one, package.folder))
            known[package.path] = own
    return known[package.path]


@once
def _taken_files(target: Target) -> dict[str, frozenset[str] | None]:
    """Filled as it is asked for."""
    return {}


def _followed(target: Target, path: str, link: Link) -> Sequence[str]:
    """The files that one specifier may bring in."""
    if link.meant.path and link.meant.kind in ("file", "package"):
        return (link.meant.path,)
    if link.specifier.kind in ("glob", "context") or "${" in link.specifier.text:
        # What is computed may be anything below the folder of who asks.
        return target.below(posixpath.dirname(path))
    return ()


@once
def taken_by_others(target: Target) -> dict[str, frozenset[str]]:
    """Folder of a package → its files that code elsewhere in the repository imports; a package of
    which somebody asks for a name that is not known is left out."""
    names = {one.manifest.name: one.folder for one in npm_packages(target) if one.manifest.name}
    folders = frozenset(one.folder for one in npm_packages(target))
    homes: dict[str, str] = {}
    for path in links(target):
        folder = posixpath.dirname(path)
        if folder not in homes:
            homes[folder] = home_among(folder, folders)
    found: dict[str, set[str]] = {}
    for path, users in importers(target).items():
        home = home_among(posixpath.dirname(path), folders)
        if any(
            homes[posixpath.dirname(user)] != home and not is_test_path(user) for user, _ in users
        ):
            found.setdefault(home, set()).add(path)
    for path, mine in links(target).items():
        for link in mine:
            text = link.specifier.text
            if link.meant.path or link.meant.kind in ("builtin", "missing"):
                continue
            parts = text.split("/")
            name = "/".join(parts[: 2 if text.startswith("@") else 1])
            if names.get(name, "") in ("", homes[posixpath.dirname(path)]):
                continue
            if not text.endswith(_STYLES):
                found.pop(names.pop(name), None)
    return {folder: frozenset(paths) for folder, paths in found.items()}
