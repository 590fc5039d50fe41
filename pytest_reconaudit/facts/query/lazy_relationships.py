"""Loops over rows of SQLAlchemy that load relationships row by row."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
)
from pytest_reconaudit.facts.query.row_queries import RowQuery
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.row_classes import RowLoop, RowRead, row_classes
from pytest_reconaudit.target import Target

__all__ = ["LazyLoop", "lazy_loops"]


class LazyLoop(Struct, frozen=True):
    """A loop over the rows of SQLAlchemy that loads relationships of each."""

    loop: RowLoop
    model: str
    scoped: bool
    """Its rows are those of one parent."""
    queries: tuple[RowQuery, ...]


def lazy_loops(target: Target) -> dict[str, tuple[LazyLoop, ...]]:
    """File → its loops over rows, its own or those that a function surely gives, that load
    relationships row by row."""
    found = {}
    for path, file in scanned(target, row_classes).items():
        if file.loops and not is_apart(target, path):
            known = known_classes(target)
            lazy = tuple(one for loop in file.loops for one in _lazily(known, path, loop))
            if lazy:
                found[path] = lazy
    return found


def _lazily(known: KnownClasses, path: str, loop: RowLoop) -> Iterator[LazyLoop]:
    model, loaded, scoped = loop.model, loop.loaded, loop.scoped
    if loop.given_by:
        sources = known.sources.get(loop.given_by, ())
        if len(sources) != 1:
            return
        model, loaded, scoped = sources[0].model, sources[0].loaded, sources[0].scoped
    found = known.find(model, path)
    if found is None or "*" in loaded:
        return
    # The parent that it was asked by is mostly there already.
    there = frozenset((*loaded, *(key.removesuffix("_id") for key in scoped)))
    queries: dict[str, RowQuery] = {}
    for read in loop.reads:
        what = _of_lazy(known, found, read, there)
        if what:
            queries.setdefault(what, RowQuery(what, Place(path, read.line, 1), False))
    if queries:
        yield LazyLoop(loop, model, bool(scoped), tuple(queries.values()))


_EAGER = regex(
    r"[\"'](?:joined|selectin|subquery|immediate|raise\w*|noload|dynamic|write_only)|False"
)


def _of_lazy(known: KnownClasses, model: KnownClass, read: RowRead, loaded: frozenset[str]) -> str:
    """The relationship that a read of a row loads, straight or by a method or property."""
    name = read.names[0]
    if _is_lazy(known, model, name):
        return "" if name in loaded else f"{model.own.name}.{name}"
    inside, _ = known.lineage(model)
    for one in inside:
        for method in one.own.methods:
            if method.name != name:
                continue
            for own in method.reads:
                if own.names[0] not in loaded and _is_lazy(known, model, own.names[0]):
                    return f"{model.own.name}.{own.names[0]}"
            return ""
    return ""


def _is_lazy(known: KnownClasses, model: KnownClass, name: str) -> bool:
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            if field.name == name:
                lazy = next((text for key, text in field.keywords if key == "lazy"), "")
                return field.callee == "relationship" and _EAGER.match(lazy) is None
    return False
