"""Functions of Python that hand out a synchronous client of Redis, and those that share one."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.code.functions import Ref, module_of, source_of
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.blocking_python import makes_sync_redis
from pytest_reconaudit.readers.scans.outline import FileOutline, outline
from pytest_reconaudit.target import Target, once

__all__ = ["Accessor", "gives_sync_redis", "shared_redis"]

_TYPE = regex(r"(?:[A-Za-z_]\w*\.)*(?:StrictRedis|RedisCluster|Redis)\b")
_MAKES = regex(r"(?:\breturn\s+|=\s*)((?:[A-Za-z_]\w*\.)*(?:StrictRedis|Redis|from_url))\(")
_LONGEST = 4_000
_KEEPS = regex(r"\bglobal\s+\w|\bis\s+(?:not\s+)?None\b|connection_pool\s*=")
_CACHED = regex(r"\b(?:lru_)?cache\b")


class Accessor(Struct, frozen=True):
    """A function that gives everybody one client, or clients over one pool."""

    name: str
    place: Place


def gives_sync_redis(target: Target, path: str, name: str) -> bool:
    """Whether a function that a file imports, and that is not async, gives a synchronous client."""
    files = scanned(target, outline)
    used = files[path].imported(name)
    home = module_of(target, path, used[:-1]) if len(used) > 1 else ""
    return bool(home) and home in files and _gives(target, home, files[home], used[-1]) is not None


def _gives(target: Target, path: str, file: FileOutline, name: str) -> Ref | None:
    for index, one in enumerate(file.functions):
        if one.name != name or one.owner or one.is_async or "yield" in one.returns:
            continue
        ref = Ref(path, index)
        typed = _TYPE.search(one.returns)
        words = [typed[0]] if typed is not None else []
        if not one.returns:
            words = [found[1] for found in _MAKES.finditer(source_of(target, ref)[:_LONGEST])]
        if any(_is_sync(file, each) for each in words):
            return ref
    return None


def _is_sync(file: FileOutline, words: str) -> bool:
    first, *rest = words.split(".")
    return makes_sync_redis((*(file.imported(first) or (first,)), *rest))


def shared_redis(target: Target, path: str) -> Accessor | None:
    """The first function of a file's application that shares a synchronous client of Redis."""
    return _shared(target).get(application_of(target, path).folder)


@once
def _shared(target: Target) -> dict[str, Accessor]:
    found: dict[str, Accessor] = {}
    for path, file in scanned(target, outline).items():
        if not path.endswith(".py") or is_off_path(path):
            continue
        if not any(where and where[0] == "redis" for _, where in file.imports):
            continue
        for one in file.functions:
            ref = _gives(target, path, file, one.name)
            if ref is None or file.functions[ref.index] is not one:
                continue
            kept = any(_CACHED.search(each) for each in one.attributes)
            if kept or _KEEPS.search(source_of(target, ref)[:_LONGEST]):
                folder = application_of(target, path).folder
                found.setdefault(folder, Accessor(one.name, Place(path, one.line, None)))
                break
    return found
