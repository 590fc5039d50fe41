"""Lockfiles of npm, pnpm, Yarn and Bun: which packages ask for peers and bring programs.

A lockfile has tens of thousands of lines, and only two keys of each package matter here. JSON is
read by the standard library; of YAML only the blocks that hold one of the two are looked at,
because a YAML parser takes seconds for 3 MB.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["LockedPackage", "NpmLock", "read_npm_lock", "read_npm_needs", "read_npm_optional"]


class LockedPackage(Struct, frozen=True):
    """One installed package, all its versions together."""

    peers: frozenset[str]
    """What it asks for as a peer, optional ones too; of npm's, also its optional dependencies."""
    bins: frozenset[str] | None
    """Names of its programs; ``None`` when it brings some that the lockfile does not name."""


class NpmLock(Struct, frozen=True, eq=False):
    path: str
    tells: bool
    """It records peers at all; ``yarn.lock`` of Yarn 1 and the first package-lock.json do not."""
    packages: Mapping[str, LockedPackage]
    """By name. What has neither peers nor programs may be left out."""


_PNPM = regex(r"^  (['\"]?)/?([^\s'\"]+)\1:[ \t]*\n((?:    [^\n]*\n)+)", re.MULTILINE)
_YARN = regex(r"^\"?(@?[^@\"\s]+)@[^\n]*:\n((?:  [^\n]*\n)+)", re.MULTILINE)
_BLOCK = r"^{0}{1}:[ \t]*\n((?:{0}[ \t]+[^\n]*\n)+)"
_PNPM_PEERS = regex(_BLOCK.format("    ", "peerDependencies(?:Meta)?"), re.MULTILINE)
_PNPM_KEY = regex(r"^      ['\"]?([^\s'\":]+)['\"]?:", re.MULTILINE)
_YARN_PEERS = regex(_BLOCK.format("  ", "peerDependencies(?:Meta)?"), re.MULTILINE)
_YARN_BIN = regex(_BLOCK.format("  ", "bin"), re.MULTILINE)
_YARN_KEY = regex(r"^    \"?([^\s\":]+)\"?:", re.MULTILINE)
_NAME = regex(r"((?:@[^/]+/)?[^@/][^@/]*)")
_PNPM_NEEDS = regex(_BLOCK.format("    ", "(?:optionalD|d)ependencies"), re.MULTILINE)
_YARN_NEEDS = regex(_BLOCK.format("  ", "(?:optionalD|d)ependencies"), re.MULTILINE)
_PNPM_OPTIONAL = regex(_BLOCK.format("    ", "optionalDependencies"), re.MULTILINE)
_YARN_OPTIONAL = regex(
    _BLOCK.format("  ", "(?:optionalDependencies|dependenciesMeta)"), re.MULTILINE
)
_YARN_NEED = regex(r"^    \"?(@?[^@\s\":]+)\"?[: ]", re.MULTILINE)
_TRAILING = regex(r",(\s*[}\]])")
_NOTHING: frozenset[str] = frozenset()


def read_npm_lock(text: str, path: str) -> NpmLock:
    """Read a lockfile by its base name; one that is no lockfile tells nothing."""
    name = path.rpartition("/")[2]
    found: Iterator[tuple[str, frozenset[str], frozenset[str] | None]]
    if "peerDependencies" not in text:
        return NpmLock(path, False, {})
    if name == "pnpm-lock.yaml":
        found = _pnpm(text)
    elif name == "yarn.lock":
        found = _yarn(text)
    elif name == "bun.lock":
        found = _bun(text)
    else:
        found = _npm(text)
    packages: dict[str, LockedPackage] = {}
    for package, peers, bins in found:
        known = packages.get(package)
        if known is not None:
            peers |= known.peers
            bins = None if bins is None or known.bins is None else bins | known.bins
        packages[package] = LockedPackage(peers, bins)
    return NpmLock(path, True, packages)


def read_npm_needs(text: str, path: str) -> Mapping[str, frozenset[str]]:
    """Name of an installed package → names of the packages that it brings along, all its versions
    together."""
    name = path.rpartition("/")[2]
    if name == "pnpm-lock.yaml":
        found = _needs_in_blocks(text, _PNPM, _PNPM_NEEDS, _PNPM_KEY)
    elif name == "yarn.lock":
        found = _needs_in_blocks(text, _YARN, _YARN_NEEDS, _YARN_NEED)
    else:
        found = _needs_in_json(text, name)
    needs: dict[str, set[str]] = {}
    for package, brought in found:
        if brought:
            needs.setdefault(package, set()).update(brought)
    return {package: frozenset(brought) for package, brought in needs.items()}


def read_npm_optional(text: str, path: str) -> frozenset[str]:
    """Names of what installed packages load where it is installed: their optional dependencies.

    The optional dependencies of the repository's own packages are not among them.
    """
    name = path.rpartition("/")[2]
    if name == "pnpm-lock.yaml":
        start = text.find("\npackages:")
        own = text[start:] if start >= 0 else ""
        found = _needs_in_blocks(own, _PNPM, _PNPM_OPTIONAL, _PNPM_KEY)
    elif name == "yarn.lock":
        found = _needs_in_blocks(text, _YARN, _YARN_OPTIONAL, _YARN_NEED)
    else:
        found = _needs_in_json(text, name, ("optionalDependencies",))
    return frozenset(one for _, names in found for one in names)


def _needs_in_blocks(
    text: str, block: re.Pattern[str], part: re.Pattern[str], key: re.Pattern[str]
) -> Iterator[tuple[str, list[str]]]:
    last = block.groups
    for match in block.finditer(text):
        name = _NAME.match(match[last - 1])
        if name is None or "@workspace:" in match[0].partition("\n")[0]:
            continue
        if "ependencies" in match[last]:
            yield (
                name[1],
                [one for found in part.findall(match[last]) for one in key.findall(found)],
            )


def _needs_in_json(
    text: str,
    file: str,
    sections: tuple[str, ...] = ("dependencies", "optionalDependencies"),
) -> Iterator[tuple[str, list[str]]]:
    for place, entry in _section(
        _TRAILING.sub(r"\1", text) if file == "bun.lock" else text
    ).items():
        if isinstance(entry, list):
            facts = next((one for one in entry if isinstance(one, dict)), {})
            name = entry[0].rpartition("@")[0] if entry and isinstance(entry[0], str) else ""
        else:
            facts = entry if isinstance(entry, dict) else {}
            name = place.rpartition("node_modules/")[2] if "node_modules/" in place else ""
        if name:
            yield name, sorted({one for section in sections for one in _keys(facts.get(section))})


def _pnpm(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str] | None]]:
    start = text.find("\npackages:")
    end = text.find("\nsnapshots:", start)
    section = text[start : end if end > start else len(text)] if start >= 0 else ""
    for match in _PNPM.finditer(section):
        body = match[3]
        name = _NAME.match(match[2])
        if name is None or ("peerDependencies" not in body and "hasBin" not in body):
            continue
        peers = {key for one in _PNPM_PEERS.findall(body) for key in _PNPM_KEY.findall(one)}
        yield name[1], frozenset(peers), None if "    hasBin: true" in body else _NOTHING


def _yarn(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str] | None]]:
    for match in _YARN.finditer(text):
        body = match[2]
        peers = {key for one in _YARN_PEERS.findall(body) for key in _YARN_KEY.findall(one)}
        bins = {key for one in _YARN_BIN.findall(body) for key in _YARN_KEY.findall(one)}
        if peers or bins:
            yield match[1], frozenset(peers), frozenset(bins)


def _bun(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str] | None]]:
    packages = _section(_TRAILING.sub(r"\1", text))
    for entry in packages.values():
        if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
            continue
        facts = next((one for one in entry if isinstance(one, dict)), {})
        name = _NAME.match(entry[0])
        if name is not None:
            yield name[1], _keys(facts.get("peerDependencies")), _bins(facts.get("bin"), name[1])


def _npm(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str] | None]]:
    for place, facts in _section(text).items():
        _, folder, name = place.rpartition("node_modules/")
        if folder and isinstance(facts, dict):
            named = facts.get("name")
            peers = _keys(facts.get("peerDependencies")) | _keys(facts.get("peerDependenciesMeta"))
            # `--no-optional` leaves these out, unless somebody lists them.
            peers |= _keys(facts.get("optionalDependencies"))
            bins = _bins(facts.get("bin"), name)
            yield name, peers, bins
            if isinstance(named, str) and named != name:  # an alias
                yield named, peers, bins


def _section(text: str) -> dict[str, Any]:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    packages = root.get("packages") if isinstance(root, dict) else None
    return packages if isinstance(packages, dict) else {}


def _keys(value: object) -> frozenset[str]:
    return frozenset(str(key) for key in value) if isinstance(value, dict) else _NOTHING


def _bins(value: object, name: str) -> frozenset[str]:
    """``bin`` is a table, or a path: then the program is named like the package."""
    return frozenset({name.rpartition("/")[2]}) if isinstance(value, str) else _keys(value)
