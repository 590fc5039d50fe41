"""What the packages of a package-lock.json ask of each other, and do not get."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.npm_range import satisfies

__all__ = ["PeerConflict", "PeerFaults", "read_npm_overrides", "read_npm_peers"]


class PeerConflict(Struct, frozen=True):
    """A package that asks for another version of its peer than is locked."""

    package: str
    peer: str
    wanted: str
    locked: str


class PeerFaults(Struct, frozen=True):
    path: str
    tells: bool
    """Peers are recorded at all: the first version of the format has none."""
    conflicts: tuple[PeerConflict, ...]
    missing: bool
    """Some peer that is not optional is not locked: written with ``--legacy-peer-deps``."""


def read_npm_peers(text: str, path: str) -> PeerFaults:
    """Never raises: what is no lockfile tells nothing."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        root = None
    packages = root.get("packages") if isinstance(root, dict) else None
    if not isinstance(packages, dict) or not packages:
        return PeerFaults(path, False, (), False)
    found: list[PeerConflict] = []
    missing = False
    for place, entry in packages.items():
        peers = entry.get("peerDependencies") if isinstance(entry, dict) else None
        if not isinstance(peers, dict):
            continue
        extra = entry.get("peerDependenciesMeta")
        for peer, wanted in peers.items():
            note = extra.get(peer) if isinstance(extra, dict) else None
            if isinstance(note, dict) and note.get("optional") is True:
                continue  # npm takes any version that is there
            there = _resolved(packages, place, peer)
            if there is None:
                missing = missing or entry.get("optional") is not True
            elif satisfies(there, f"{wanted}") is False:
                name = place.rpartition("node_modules/")[2] or "the root"
                found.append(PeerConflict(name, peer, f"{wanted}", there))
    return PeerFaults(path, True, tuple(found), missing)


def read_npm_overrides(text: str) -> frozenset[tuple[str, str]]:
    """(package, or empty for any; what it gets another version of) by the ``overrides`` of a
    package.json. Never raises: what is none says nothing."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    given = root.get("overrides") if isinstance(root, dict) else None
    found: set[tuple[str, str]] = set()
    for name, value in given.items() if isinstance(given, dict) else ():
        package = _VERSION.sub("", name)
        if isinstance(value, dict):
            found.update((package, _VERSION.sub("", one)) for one in value if one != ".")
            if "." in value:
                found.add(("", package))
        else:
            found.add(("", package))
    return frozenset(found)


_VERSION = regex(r"(?<=.)@.*$")


def _resolved(packages: dict[str, Any], place: str, name: str) -> str | None:
    """The version that Node finds from a place: in the next ``node_modules`` upwards. A peer is
    never below the package itself."""
    above = place.rpartition("/node_modules/")[0] if "/node_modules/" in place else ""
    if "node_modules/" not in place:
        above = place
    while True:
        key = f"{above}/node_modules/{name}" if above else f"node_modules/{name}"
        entry = packages.get(key)
        if isinstance(entry, dict):
            if entry.get("link") is True:
                entry = packages.get(entry.get("resolved", ""), {})
            version = entry.get("version") if isinstance(entry, dict) else None
            return version if isinstance(version, str) else ""
        if not above:
            return None
        above = above.rpartition("/")[0]
        if above.endswith("node_modules"):
            above = above.removesuffix("node_modules").rstrip("/")
