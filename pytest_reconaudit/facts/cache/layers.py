"""Caches that are built and not used: services nobody asks, deletes nobody calls, empty warming."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.cache.mutators import below
from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    cache_files,
    operations,
)
from pytest_reconaudit.facts.cache.staleness import cached_keys
from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    handlers,
    outlined,
)
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.network.routes import route_tables
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import CacheType, Warmer
from pytest_reconaudit.target import Target, once

__all__ = ["CacheLayer", "UnusedMethod", "cache_layers"]

_USE = frozenset({"get", "set", "wrap"})
_METHODS = regex(
    r"(?:get|set|put|fetch|remember|wrap|get_or_set|getOrSet|get_json|set_json|mget|read|write)"
    r"(?:_?\w*|[A-Z]\w*)$"
)
_DELETES = regex(r"(?:delete|del|invalidate|evict|remove|forget|purge|bust)(?:$|_\w+|[A-Z]\w*)")
_INNER = regex(
    r"expired|oldest|lru|entries|l1|stale|listener|index|handler|callback|observer|subscri|event"
    r"|forever|periodic|interval|_loop|outdated|timed_?out",
    re.IGNORECASE,
)


class UnusedMethod(Struct, frozen=True):
    name: str
    place: Place


class CacheLayer(Struct, frozen=True, eq=False):
    """What one file has of caches, and what of it nobody uses."""

    path: str
    unasked: tuple[tuple[str, Place, Place], ...]
    """(type, where it is declared, where it is made) of caches that nobody reads or writes."""
    undeleted: tuple[UnusedMethod, ...]
    """Public methods that delete, none of which is called, while the cache is written."""
    written: Place | None
    """Where it is written, first under a key that gets stale."""
    stale: Severity
    """What it costs that nothing is deleted: of the worst key that is written through it and that
    some code makes stale; none is a note."""
    hollow: tuple[UnusedMethod, ...]
    """Warming that only builds strings."""
    uncalled: tuple[UnusedMethod, ...]
    """Warming that nobody calls."""
    unrouted: tuple[tuple[str, Place, str], ...]
    """(handler, place, template that it reads) of handlers that no route reaches."""


@once
def cache_layers(target: Target) -> tuple[CacheLayer, ...]:
    """Every file with a cache's type, with warming, or with a handler that reads a cache."""
    return tuple(_layers(target))


def _layers(target: Target) -> Iterator[CacheLayer]:
    known = operations(target)
    writes = [one for one in known if one.op.verb in ("set", "wrap") and one.template]
    unrouted = _unrouted(target, known)
    stale = {
        one.family.template: one.severity
        for one in cached_keys(target)
        if one.mutators and one.sure and not one.figure
    }
    for path, found in cache_files(target).items():
        types = [one for one in found.types if not _is_library(target, path)]
        reads = any(one.path == path and one.op.verb in _USE for one in known)
        if not types and not found.warmers and not reads:
            continue
        methods = {name for one in types for name, _, _, _ in one.methods}
        own = [
            one
            for one in writes
            if one.op.method in methods
            and one.op.store == "service"
            and _together(target, path, one.path)
        ]
        costs = stale if own else {}
        # First what gets stale: it says what a delete would be for.
        own.sort(key=lambda one: -costs.get(one.template, Severity.INFO))
        written = own[0] if own else None
        undeleted = [
            method
            for one in types
            if written is not None
            for method in _undeleted(target, path, one, known)
        ]
        hollow = [
            UnusedMethod(_shown(one), Place(path, one.line))
            for one in found.warmers
            if one.only_strings
        ]
        dead = [
            UnusedMethod(_shown(one), Place(path, one.line))
            for one in found.warmers
            if not one.only_strings and uncalled(target, Place(path, one.line))
        ]
        yield CacheLayer(
            path,
            tuple(_unasked(target, path, types, known)),
            tuple(sorted(undeleted, key=lambda one: one.place.key())),
            written.place if written else None,
            costs.get(written.template, Severity.INFO) if written else Severity.INFO,
            tuple(hollow),
            tuple(dead),
            tuple(unrouted.get(path, ())),
        )


def _together(target: Target, path: str, other: str) -> bool:
    """Whether two files are of one program; crates of one workspace are taken to be."""
    if path.rpartition(".")[2] == "rs" or other.rpartition(".")[2] == "rs":
        return path.endswith(".rs") and other.endswith(".rs")
    return application_of(target, path).folder == application_of(target, other).folder


def _shown(one: Warmer) -> str:
    return f"{one.owner}.{one.name}" if one.owner else one.name


def _is_library(target: Target, path: str) -> bool:
    """Whether a Rust file belongs to a crate that only others use."""
    if not path.endswith(".rs"):
        return False
    packages = cargo_packages(target)
    return bool(packages) and not any(one.bins for one in packages)


def _undeleted(
    target: Target, path: str, one: CacheType, known: tuple[CacheOperation, ...]
) -> list[UnusedMethod]:
    """The deleting methods of a type when none of them is called."""
    found: list[tuple[Ref, UnusedMethod]] = []
    for name, line, public, trait in one.methods:
        if not public or trait or not _DELETES.match(name) or _INNER.search(name):
            continue
        ref = function_at(target, path, line)
        if ref is None:
            continue
        function = outlined(target, ref)
        if any(re.search(r"\bcfg\b", text) for text in function.attributes):
            return []
        found.append((ref, UnusedMethod(f"{one.name}.{name}", Place(path, line))))
    names = {method.name.rpartition(".")[2] for _, method in found}
    for operation in known:
        # A call on anything that is called a cache may be one of this type.
        op = operation.op
        if op.method in names and op.store == "service" and not _is_deleter(op.owner, op.function):
            return []
    for ref, _ in found:
        for caller, _ in callers_of(target, ref):
            function = outlined(target, caller)
            if not _is_deleter(function.owner, function.name):
                return []
    if any(_handed_on(target, path, name) for name in names):
        return []
    return [method for _, method in found]


def _handed_on(target: Target, path: str, name: str) -> bool:
    """Whether a script or Python gives a method away to be called: ``every(cache.evict)``."""
    suffix = path.rpartition(".")[2]
    if suffix == "rs":
        return False
    given = re.compile(rf"\w\.{re.escape(name)}\b(?!\s*\()")
    return any(
        name in text and given.search(text) is not None
        for other in target.files
        if other.rpartition(".")[2] == suffix and (text := target.text(other))
    )


def _is_deleter(owner: str, name: str) -> bool:
    """Whether a function is itself a deleting method of a cache, that hands on."""
    return "ache" in owner and (_DELETES.match(name) is not None or name == "clear")


def _unasked(
    target: Target, path: str, types: list[CacheType], known: tuple[CacheOperation, ...]
) -> Iterator[tuple[str, Place, Place]]:
    for one in types:
        if one.name in {match[1] or match[2] for match in _HEIR.finditer(target.text(path))}:
            continue  # who asks knows it by what it extends
        methods = [name for name, _, _, trait in one.methods if _METHODS.match(name) and not trait]
        if not any(re.match(r"get|fetch|read|remember|wrap", name) for name in methods):
            continue
        if not any(
            re.match(r"set|put|write|remember|wrap|get_?or", name, re.I) for name in methods
        ):
            continue
        if any(
            op.op.method in methods and op.op.store == "service" and op.path != path for op in known
        ):
            continue
        refs = [
            ref
            for name, line, _, _ in one.methods
            if name in methods and (ref := function_at(target, path, line)) is not None
        ]
        if any(callers_of(target, ref) for ref in refs):
            continue
        made = _made(target, path, one.name)
        if made is not None:
            yield one.name, Place(path, one.line), made


_HEIR = regex(
    r"\bclass\s+(\w+)\s*\(\s*(?!(?:object|(?:\w+\.)?(?:ABC|Generic|Protocol)\b)[^)]*\))\w"
    r"|\bclass\s+(\w+)(?:<[^<>]*>)?\s+(?:extends|implements)\b"
)
"""A class that does what another says."""


def _made(target: Target, path: str, name: str) -> Place | None:
    """Where another file makes a value of a type, when no other line there hands it on; nothing of
    one that others extend."""
    suffix = path.rpartition(".")[2]
    quoted = re.escape(name)
    pattern = re.compile(
        rf"(?<!class )(?<!def )\b{quoted}(?:::(?:new|connect|open|build|default)\w*)?\("
    )
    extends = re.compile(rf"\bclass\s+\w+\s*(?:\([^()\n]*\b{quoted}\b|extends\s+{quoted}\b)")
    files = [one for one in target.files if one.rpartition(".")[2] == suffix]
    if suffix != "rs" and any(
        name in text and extends.search(text) for one in files if (text := target.text(one))
    ):
        return None
    for other in files:
        text = target.text(other)
        if other == path or is_test_path(other) or name not in text:
            continue
        match = pattern.search(text)
        if match is not None:
            return Place(other, text.count("\n", 0, match.start()) + 1)
    return None


def _is_viewed(target: Target, owner: str) -> bool:
    """Whether a class of views is given to a router somewhere, on whatever way it gets there."""
    return owner != "" and any(
        f"{owner}.as_view(" in text or (f"{owner}," in text and ".register(" in text)
        for path in target.files
        if path.endswith(".py") and owner in (text := target.text(path))
    )


def _unrouted(
    target: Target, known: tuple[CacheOperation, ...]
) -> dict[str, list[tuple[str, Place, str]]]:
    """Handlers that read a cache and that no route leads to, when all routes are known."""
    tables = [one for one in route_tables(target) if one.framework != "nginx" and one.routes]
    if not tables or not all(one.complete for one in tables):
        return {}
    routed: set[Ref] = set()
    for ref, routes in handlers(target).items():
        if routes:
            routed |= below(target, ref)
    found: dict[str, list[tuple[str, Place, str]]] = {}
    seen: set[Ref] = set()
    for one in known:
        if one.op.verb != "get" or not one.template:
            continue
        function = function_at(target, one.path, one.op.line)
        if function is None or function in seen or function in routed:
            continue
        if handlers(target).get(function) != () or callers_of(target, function):
            continue
        outline = outlined(target, function)
        if outline.attributes or _is_viewed(target, outline.owner):
            continue
        seen.add(function)
        found.setdefault(one.path, []).append(
            (outline.name, Place(one.path, outline.line), one.template)
        )
    return found
