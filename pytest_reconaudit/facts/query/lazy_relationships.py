"""Loops over rows of SQLAlchemy that load relationships row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
    relationship_of,
    table_of,
)
from pytest_reconaudit.facts.query.row_queries import RowQuery
from pytest_reconaudit.facts.query.sqlalchemy_lists import is_catalogue
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.row_classes import RowField, RowLoop, RowRead, row_classes
from pytest_reconaudit.target import Target, once

__all__ = ["LazyLoop", "lazy_loops", "lazy_queries"]


class LazyLoop(Struct, frozen=True):
    """A loop over the rows of SQLAlchemy that loads relationships of each."""

    loop: RowLoop
    model: str
    scoped: bool
    """Its rows are those of one parent."""
    queries: tuple[RowQuery, ...]


@once
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
    found = table_of(known, model, path)
    if found is None or "*" in loaded:
        return
    # The parent that it was asked by is mostly there already.
    there = frozenset((*loaded, *(key.removesuffix("_id") for key in scoped)))
    queries = tuple(lazy_queries(known, path, loop.reads, found, there))
    if queries:
        yield LazyLoop(loop, model, bool(scoped), queries)


_EAGER = regex(r"[\"']?(?:joined|selectin|subquery|immediate|raise\w*|noload|write_only)|False")
_DYNAMIC = regex(r"[\"']?dynamic")
_ASKED = frozenset(
    {"all", "count", "first", "filter", "filter_by", "order_by", "limit", "paginate", "one",
     "one_or_none", "scalar", "distinct", "join", "with_entities"}
)  # fmt: skip
"""What a relationship that is a query of its own is asked."""


def lazy_queries(
    known: KnownClasses,
    path: str,
    reads: Iterable[RowRead],
    model: KnownClass,
    loaded: frozenset[str],
) -> Iterator[RowQuery]:
    """The queries that what a file reads of a row of SQLAlchemy makes."""
    seen: set[str] = set()
    for read in reads:
        what = _of_lazy(known, model, read, loaded)
        if what and what not in seen:
            seen.add(what)
            yield RowQuery(what, Place(path, read.line, 1), False)


def _of_lazy(known: KnownClasses, model: KnownClass, read: RowRead, loaded: frozenset[str]) -> str:
    """The relationship that a read of a row loads, straight or by a method or property."""
    name = read.names[0]
    if relationship_of(known, model, name) is not None:
        return _loads_lazily(known, model, read, loaded)
    inside, _ = known.lineage(model)
    for one in inside:
        for method in one.own.methods:
            if method.name != name:
                continue
            for own in method.reads:
                if (found := _loads_lazily(known, model, own, loaded)) != "":
                    return found
            return next((f"{asked} by each {model.own.name}" for asked, _ in method.asks), "")
    return ""


def _loads_lazily(
    known: KnownClasses, model: KnownClass, read: RowRead, loaded: frozenset[str]
) -> str:
    name = read.names[0]
    field = relationship_of(known, model, name)
    if field is None or name in loaded:
        return ""
    lazy = dict(field.keywords).get("lazy", "")
    if _DYNAMIC.match(lazy):
        asked = read.names[1] if len(read.names) > 1 else ""
        return f"{model.own.name}.{name}.{asked}()" if asked in _ASKED else ""
    leads_to = field.first.strip("\"'").rpartition(".")[2]
    if not name.endswith("s") and leads_to == model.own.name:
        return ""  # what a row of the same list leads to is there already
    if _EAGER.match(lazy) or (not name.endswith("s") and _is_handful(field)):
        return ""
    return f"{model.own.name}.{name}"


def _is_handful(field: RowField) -> bool:
    """Whether rows lead to few others: a session asks for each of them once, not for each row."""
    table = table_name(field.first.strip("\"'").rpartition(".")[2])
    return small_by_name(table) or is_catalogue(table)
