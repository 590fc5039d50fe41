"""What a lockfile was written for: the packages of the repository and the versions they asked for.

pnpm calls them importers, Bun workspaces, npm lists them beside what is installed. A lockfile of
Yarn says nothing of the sort that could be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Importers", "read_npm_importers"]


class Importers(Struct, frozen=True, eq=False):
    """What one lockfile says of the packages that it covers."""

    members: Mapping[str, Mapping[str, str]]
    """Folder, as seen from the lockfile (empty for its own) → what is asked for → version."""
    overridden: frozenset[str] = frozenset()
    """Packages whose version something else than package.json decides."""


_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies")
_TRAILING = regex(r",(\s*[}\]])")
_TOP = regex(r"^(\w+):", 8)
"""8 is ``re.MULTILINE``."""


def read_npm_importers(text: str, path: str) -> Importers:
    """Read a lockfile by its base name; one that is no lockfile covers nothing."""
    name = path.rpartition("/")[2]
    if name == "pnpm-lock.yaml":
        return _pnpm(text)
    key = {"bun.lock": "workspaces"}.get(name, "packages")
    if name not in ("bun.lock", "package-lock.json", "npm-shrinkwrap.json"):
        return Importers({})
    try:
        root = json.loads(_TRAILING.sub(r"\1", text) if name == "bun.lock" else text)
    except (ValueError, RecursionError):
        return Importers({})
    table = root.get(key) if isinstance(root, dict) else None
    return Importers(
        {
            folder: _asked(one)
            for folder, one in (table.items() if isinstance(table, dict) else ())
            if isinstance(one, dict) and "node_modules/" not in f"{folder}/" and not one.get("link")
        }
    )


def _asked(one: dict[str, Any]) -> dict[str, str]:
    return {
        name: version
        for section in _SECTIONS
        for name, version in (one[section].items() if isinstance(one.get(section), dict) else ())
        if isinstance(version, str)
    }


# -- pnpm ----------------------------------------------------------------------------------


def _pnpm(text: str) -> Importers:
    """By lines: a YAML parser takes seconds for the whole file."""
    blocks = dict(_blocks(text))
    overridden = frozenset(_target(one) for one, _ in _entries(blocks.get("overrides", ""), 2))
    members: dict[str, dict[str, str]] = {}
    if "importers" in blocks:
        for folder, inner in _entries(blocks["importers"], 2):
            members["" if folder == "." else folder] = dict(_specifiers(inner, 4))
    elif any(section in blocks for section in (*_SECTIONS, "specifiers")):
        top = "".join(f"{key}:\n{block}" for key, block in blocks.items())
        members[""] = dict(_specifiers(top, 0))
    return Importers(members, overridden)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """(key, what stands under it) of the outermost keys, as far as the packages."""
    heads = list(_TOP.finditer(text))
    for index, match in enumerate(heads):
        if match[1] in ("packages", "snapshots"):
            return
        end = heads[index + 1].start() if index + 1 < len(heads) else len(text)
        start = text.find("\n", match.end())
        yield match[1], text[start + 1 : end] if 0 <= start < end else ""


def _entries(block: str, indent: int) -> Iterator[tuple[str, str]]:
    """(key, what stands under it or behind it) of the keys with an indentation."""
    key = ""
    inner: list[str] = []
    for line in block.split("\n"):
        bare = line.strip()
        if not bare:
            continue
        if len(line) - len(line.lstrip(" ")) == indent:
            if key:
                yield key, "\n".join(inner)
            name, _, rest = bare.rpartition(":") if bare.endswith(":") else _pair(bare)
            key, inner = name.strip("'\""), [rest.strip()] if rest.strip() else []
        else:
            inner.append(line)
    if key:
        yield key, "\n".join(inner)


def _pair(line: str) -> tuple[str, str, str]:
    """Key and value of a line; a quoted key may hold a colon."""
    if line[:1] in "'\"" and (end := line.find(line[0], 1)) > 0:
        return line[1:end], ":", line[end + 1 :].lstrip().removeprefix(":")
    return line.partition(": ")


def _specifiers(block: str, indent: int) -> Iterator[tuple[str, str]]:
    for section, inner in _entries(block, indent):
        if section == "specifiers":  # of pnpm 7 and before
            for name, version in _entries(inner, indent + 2):
                yield name, version.strip("'\"")
        elif section in _SECTIONS:
            for name, rest in _entries(inner, indent + 2):
                for key, version in _entries(rest, indent + 4):
                    if key == "specifier":
                        yield name, version.strip("'\"")


_PARENT = regex(r"[^ |@]>(?!=)")
"""Not that of a range: ``a@>=1 <2``."""


def _target(rule: str) -> str:
    """The package that a rule of ``overrides`` means: ``b`` of ``a@1>b@<2``."""
    name = rule
    for match in _PARENT.finditer(rule):
        name = rule[match.end() :]
    at = name.find("@", 1)
    return name[:at] if at > 0 else name
