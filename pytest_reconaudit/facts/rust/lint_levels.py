"""Which lints of clippy a package does not let pass, by its roots and its manifests."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_by_folder
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["refused_lints"]

_LEVELS = regex(r"\b(?:deny|forbid|warn)\s*\(([^()]{1,4000})\)")
_NAMED = regex(r"\bclippy::(\w+)")
_TABLE = regex(r"^\s*\[([^\[\]]+)\]")
_ENTRY = regex(r"^\s*(?:clippy\.)?(\w+)\s*=\s*(.{1,200})")
_REFUSED = regex(r"\"(?:deny|forbid|warn)\"")
_OF_PACKAGE = ("lints.clippy", "lints")
_OF_WORKSPACE = ("workspace.lints.clippy", "workspace.lints")
_INHERITS = regex(r"(?m)^\s*(?:lints\.)?workspace\s*=\s*true\b")
_HEAD = 20_000
"""Characters of a root in which its own attributes stand."""
_DISALLOWED = {"unwrap_used": '::unwrap"', "expect_used": '::expect"'}
"""Lint → how the method that it is about is named in ``clippy.toml``."""


def refused_lints(target: Target, path: str) -> frozenset[str]:
    """The lints that a source file must not trip over, without ``clippy::``.

    What is only warned of counts: builds that check make errors of warnings.
    """
    package = cargo_at(target, posixpath.dirname(path))
    if package is None:
        return frozenset()
    known = _known(target)
    if package.path not in known:
        known[package.path] = frozenset(_refused(target, package))
    return known[package.path]


@once
def _known(target: Target) -> dict[str, frozenset[str]]:
    """Manifest → lints; filled as they are asked for."""
    return {}


def _refused(target: Target, package: CargoPackage) -> Iterator[str]:
    main = posixpath.join(package.folder, "src/main.rs")
    for root in dict.fromkeys((package.lib, main, *(path for _, path in package.bins))):
        text = target.text(root)[:_HEAD] if root and target.has(root) else ""
        for line in text.split("#!["):
            inner = line.partition("]")[0]
            if "clippy::" in inner:
                for match in _LEVELS.finditer(inner):
                    yield from _NAMED.findall(match[1])
    manifest = target.text(package.path)
    yield from _listed(manifest, _OF_PACKAGE)
    home = cargo_by_folder(target).get(package.workspace) if package.workspace is not None else None
    if home is not None and "lints" in manifest and _INHERITS.search(manifest):
        yield from _listed(target.text(home.path), _OF_WORKSPACE)
    for folder in dict.fromkeys((package.folder, home.folder if home is not None else "")):
        for name in ("clippy.toml", ".clippy.toml"):
            rules = posixpath.join(folder, name)
            if target.has(rules):
                text = target.text(rules)
                yield from (lint for lint, method in _DISALLOWED.items() if method in text)


def _listed(text: str, tables: tuple[str, ...]) -> Iterator[str]:
    table = ""
    for line in text.split("\n") if "lints" in text else ():
        head = _TABLE.match(line)
        if head is not None:
            table = head[1].strip()
            continue
        entry = _ENTRY.match(line) if table in tables else None
        if entry is not None and _REFUSED.search(entry[2]):
            yield entry[1]
