"""Sources that the configurations of TypeScript leave out on purpose."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, once

__all__ = ["is_left_out"]

_FOR_TOOLS = regex(
    r"tsconfig\.(?:[\w-]*(?:spec|test|eslint|lint|jest|vitest|e2e|cypress)[\w-]*)\.json$"
)
"""Configurations by which nothing is built."""
_SKIPPED = frozenset({"node_modules", "dist", "build", "bower_components", "jspm_packages"})


class _Scope(Struct, frozen=True):
    files: tuple[str, ...] | None
    include: tuple[str, ...] | None
    exclude: tuple[str, ...]


def is_left_out(target: Target, path: str) -> bool:
    """Whether the nearest configurations name a source, or a folder above it, among what they
    exclude, and none of them covers it."""
    if not path.endswith((".ts", ".tsx", ".mts", ".cts")):
        return False
    folder = posixpath.dirname(path)
    while folder not in _scopes(target):
        if not folder:
            return False
        folder = posixpath.dirname(folder)
    inner = path[len(folder) + 1 :] if folder else path
    named = False
    for scope in _scopes(target)[folder]:
        excluded = any(_matches(one, inner) for one in scope.exclude)
        covered = scope.files is not None and inner in scope.files
        if not excluded:
            if scope.include is not None:
                covered = covered or any(_matches(one, inner) for one in scope.include)
            else:
                covered = covered or scope.files is None
        if covered:
            return False
        named = named or excluded
    return named


@once
def _scopes(target: Target) -> dict[str, list[_Scope]]:
    """Folder → what the configurations in it cover; of tools there are none."""
    found: dict[str, list[_Scope]] = {}
    for path in target.everything:
        folder, _, name = path.rpartition("/")
        if not name.startswith("tsconfig") or not name.endswith(".json"):
            continue
        if _FOR_TOOLS.search(name) or "base" in name:
            continue
        config = target.parse(read_jsonc, path)
        root = config.root if isinstance(config.root, dict) else {}
        found.setdefault(folder, []).append(
            _Scope(_texts(root, "files"), _texts(root, "include"), _texts(root, "exclude") or ())
        )
    return found


def _texts(root: dict[str, object], key: str) -> tuple[str, ...] | None:
    value = root.get(key)
    if not isinstance(value, list):
        return None
    return tuple(posixpath.normpath(one) for one in value if isinstance(one, str))


def _matches(pattern: str, inner: str) -> bool:
    """Whether a pattern of a tsconfig.json means a file: itself, a folder above it, or by stars."""
    if _SKIPPED.intersection(pattern.split("/")):
        return False
    if pattern in (".", "**", "**/*"):
        return True
    if "*" not in pattern and "?" not in pattern:
        return inner == pattern or inner.startswith(f"{pattern}/")
    plain = pattern.removeprefix("**/")
    # In a name of a shell pattern a star crosses folders: more is taken for covered or left out.
    return fnmatchcase(inner, pattern) or (
        plain != pattern and (fnmatchcase(inner, plain) or fnmatchcase(inner, f"*/{plain}"))
    )
