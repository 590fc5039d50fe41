"""The limits that a repository sets for the size of its build.

Read are the configurations of size-limit, bundlesize and bundlewatch, in package.json or in JSON
files of their own, and the ``budgets`` of angular.json. A configuration that is a program is not
read. Units as the tools have them: 1 kB is 1,000 bytes for size-limit, 1,024 for bundlesize,
bundlewatch and Angular.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml

__all__ = ["BUDGET_FILES", "Budget", "read_budgets"]

BUDGET_FILES = (
    "package.json", ".size-limit.json", ".bundlesizerc.json", "bundlesize.config.json",
    ".bundlewatch.config.json", "bundlewatch.config.json", "angular.json",
)  # fmt: skip
_SIZE = regex(r"\s*([\d.]+)\s*(b|byte|bytes|k|kb|kib|m|mb|mib)?\s*", 2)
"""2 is ``re.IGNORECASE``."""


class Budget(Struct, frozen=True):
    place: Place
    tool: str
    paths: tuple[str, ...]
    """Patterns of files, relative to the folder of the configuration; empty: all that a browser
    loads first (Angular's ``initial``)."""
    limit: int
    """Bytes."""
    packed: str
    """``gzip``, ``brotli`` or ``none``: how the bytes are counted."""
    each: bool
    """The limit holds for each file, not for all together."""
    written: str
    """The limit as it stands there."""


def read_budgets(text: str, path: str) -> tuple[Budget, ...]:
    """Every limit of one configuration. Never raises; what is no limit of a size is left out."""
    file = read_yaml(text, path)
    root = file.documents[0].root if file.documents and not file.problems else None
    name = posixpath.basename(path)
    found: list[Budget] = []
    if name == "package.json" and isinstance(root, Map):
        found += _size_limit(root.get("size-limit"))
        found += _files(root.get("bundlesize"), "bundlesize", "")
        watch = root.map("bundlewatch")
        found += _files(watch.get("files"), "bundlewatch", watch.str("defaultCompression"))
    elif name == ".size-limit.json":
        found += _size_limit(root)
    elif name == "angular.json" and isinstance(root, Map):
        found += _angular(root)
    elif isinstance(root, Map):
        tool = "bundlewatch" if "watch" in name else "bundlesize"
        found += _files(root.get("files"), tool, root.str("defaultCompression"))
    return tuple(found)


def _size_limit(value: Any) -> Iterator[Budget]:
    for one in value if isinstance(value, Seq) else ():
        if not isinstance(one, Map):
            continue
        paths = _texts(one.get("path"))
        written = one.get("limit")
        limit = _bytes(written, 1_000)
        if limit is None or not paths or one.get("import"):
            continue
        packed = "brotli"
        if one.get("brotli") is False:
            packed = "gzip" if one.get("gzip") is True else "none"
        if one.get("gzip") is True:
            packed = "gzip"
        place = one.key_place("limit")
        yield Budget(place, "size-limit", paths, limit, packed, False, f"{written}")


def _files(value: Any, tool: str, packed: str) -> Iterator[Budget]:
    for one in value if isinstance(value, Seq) else ():
        if not isinstance(one, Map):
            continue
        written = one.get("maxSize")
        limit = _bytes(written, 1_024)
        paths = _texts(one.get("path"))
        if limit is None or not paths:
            continue
        how = one.str("compression") or packed or "gzip"
        place = one.key_place("maxSize")
        yield Budget(place, tool, paths, limit, how, True, f"{written}")


def _angular(root: Map) -> Iterator[Budget]:
    projects = root.map("projects")
    for name in projects:
        project = projects.map(name)
        build = (project.map("architect") or project.map("targets")).map("build")
        for part in (build.map("options"), build.map("configurations").map("production")):
            for one in part.maps("budgets"):
                written = one.get("maximumError")
                limit = _bytes(written, 1_024)
                if one.str("type") == "initial" and limit is not None:
                    place = one.key_place("maximumError")
                    yield Budget(place, "angular", (), limit, "none", False, f"{written}")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, Seq) else ()


def _bytes(value: Any, kilo: int) -> int | None:
    """``170 kB`` → 170000; ``None`` for a time (``1 s``), a percentage or anything else."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1].count(".") > 1 or match[1] == "." or len(match[1]) > 12:
        return None
    unit = (match[2] or "b").lower()[0]
    return int(float(match[1]) * {"b": 1, "k": kilo, "m": kilo * kilo}[unit])
