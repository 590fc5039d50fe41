"""The load tests of a repository: k6 scripts, Artillery configurations and Locust files, found by
content."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.artillery import (
    ArtilleryFile,
    read_artillery,
    speaks_of_artillery,
)
from pytest_reconaudit.readers.scans.load_scripts import K6Script, k6_script
from pytest_reconaudit.readers.scans.locust_scripts import LocustScript, locust_script
from pytest_reconaudit.target import Target, once

__all__ = ["SUFFIXES", "LoadRequest", "LoadScript", "load_scripts"]

_HOLE = regex(r"\$\{([^${}#]{1,200})#([\w.]{1,100})\}")
_MUSTACHE = regex(r"\{\{\s*([\w.$]{1,60})[^{}]{0,80}\}\}")
SUFFIXES = ("", ".js", ".ts", ".mjs", "/index.js", "/index.ts")
"""What may be left out of the name of an imported file."""


class LoadRequest(Struct, frozen=True):
    """One HTTP request of a load test."""

    place: Place
    method: str
    url: str
    """As far as it can be told; ``${}`` for what cannot."""
    written: str
    keys: tuple[str, ...] = ()
    """The environment variables whose defaults are in it."""
    always: bool = False
    """Each iteration makes it."""
    accepts: tuple[int, ...] | None = None
    """The statuses that its checks let pass; ``None`` when none speaks of the status."""
    hosted: bool = False
    """It is a path of the one host that whoever starts the test names."""


class LoadScript(Struct, frozen=True, eq=False):
    path: str
    tool: str
    """``k6``, ``artillery`` or ``locust``."""
    requests: tuple[LoadRequest, ...]
    k6: K6Script | None = None
    artillery: ArtilleryFile | None = None
    locust: LocustScript | None = None


@once
def load_scripts(target: Target) -> tuple[LoadScript, ...]:
    """Every load test, by path."""
    found: list[LoadScript] = []
    for path, one in scanned(target, k6_script).items():
        requests = tuple(
            LoadRequest(
                place=Place(path, request.line, request.column),
                method=request.method,
                url=_imported(target, path, request.url),
                written=request.written,
                keys=request.keys,
                always=request.always,
                accepts=request.accepts,
            )
            for request in one.requests
        )
        found.append(LoadScript(path, "k6", requests, k6=one))
    for path in target.files:
        if path.endswith((".yml", ".yaml")) and speaks_of_artillery(target.text(path)):
            file = target.parse(read_artillery, path)
            if file.targets or file.requests:
                found.append(LoadScript(path, "artillery", _of_artillery(file), artillery=file))
    for path, users in scanned(target, locust_script).items():
        found.append(LoadScript(path, "locust", _of_locust(path, users), locust=users))
    return tuple(sorted(found, key=lambda one: one.path))


def _of_artillery(file: ArtilleryFile) -> tuple[LoadRequest, ...]:
    known = dict(file.variables)
    base = file.targets[0][0] if file.targets else ""

    def filled(text: str) -> str:
        return _MUSTACHE.sub(lambda hole: known.get(hole[1].partition(".")[0], "${}"), text)

    base = filled(base)
    return tuple(
        LoadRequest(
            place=one.place,
            method=one.method,
            url=url if "://" in (url := filled(one.url)) else base.rstrip("/") + url,
            written=one.url,
            accepts=one.accepts,
        )
        for one in file.requests
    )


def _of_locust(path: str, one: LocustScript) -> tuple[LoadRequest, ...]:
    # Users of several hosts: which of them a task belongs to is not followed.
    base = one.hosts[0] if len(one.hosts) == 1 else "${}"
    return tuple(
        LoadRequest(
            place=Place(path, request.line, request.column),
            method=request.method,
            url=base.rstrip("/") + request.url if request.url.startswith("/") else request.url,
            written=request.written,
            accepts=request.accepts,
            hosted=not one.hosts and request.url.startswith("/"),
        )
        for request in one.requests
    )


def _imported(target: Target, path: str, url: str) -> str:
    """An address with the constants of other files put in."""
    if "#" not in url:
        return url

    def one(match: re.Match[str]) -> str:
        value = _constant(target, path, match[1], match[2])
        return "${}" if value is None else value

    return _HOLE.sub(one, url)


def _constant(target: Target, path: str, module: str, name: str) -> str | None:
    """What a file beside a script exports under a name."""
    base = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
    home = next((base + end for end in SUFFIXES if target.has(base + end)), None)
    if home is None:
        return None
    known = scanned(target, k6_script).get(home)
    if known is not None:
        return dict(known.constants).get(name)
    # A module of plain settings imports nothing of k6 and is not scanned.
    owner, _, key = name.rpartition(".")
    lead = (
        rf"\b{re.escape(key)}\s*:\s*"
        if owner
        else (rf"\bconst\s+{re.escape(key)}\s*(?::\s*[\w.<>\[\]|]{{1,60}}\s*)?=\s*")
    )
    match = re.search(
        lead + r"(?:__ENV\.\w+\s*(?:\|\||\?\?)\s*)?(['\"`])([^'\"`$\n]{0,200})\1",
        target.text(home),
    )
    return match[2] if match else None
