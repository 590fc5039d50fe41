"""Database round trips that are made once per element of something."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.askers import asking_functions, goes_to_database
from pytest_reconaudit.facts.query.embedded import is_embedded, keeps_in_a_file
from pytest_reconaudit.facts.query.field_resolvers import FieldQueries, field_queries
from pytest_reconaudit.facts.query.followed_relations import followed_relations, lazily_loaded
from pytest_reconaudit.facts.query.lazy_relationships import lazy_loops
from pytest_reconaudit.facts.query.looped_queries import looped_queries
from pytest_reconaudit.facts.query.occasions import is_one_off, runs_apart
from pytest_reconaudit.facts.query.repeated import Repetition
from pytest_reconaudit.facts.query.serialized import (
    SerializedList,
    gathered,
    serialized_lists,
)
from pytest_reconaudit.facts.query.serialized_writes import SerializedWrite, serialized_writes
from pytest_reconaudit.facts.query.tables import foreign_keys
from pytest_reconaudit.model import Confidence, Severity
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.target import Target, once

__all__ = ["QueryFile", "query_files"]


class QueryFile(Struct, frozen=True):
    """A source file that goes to the database."""

    path: str
    repetitions: tuple[Repetition, ...]
    serialized: tuple[SerializedList, ...] = ()
    """The lists that its views answer with whose rows make queries of their own."""
    written: tuple[SerializedWrite, ...] = ()
    """The lists of rows that serializers save one by one."""
    resolved: tuple[FieldQueries, ...] = ()
    """The types of GraphQL whose fields query for each parent of a list."""

    @property
    def lists(self) -> tuple[SerializedList | SerializedWrite | FieldQueries, ...]:
        """The lists whose elements cost a query each without a loop that says so."""
        return (*self.serialized, *self.written, *self.resolved)


@once
def query_files(target: Target) -> tuple[QueryFile, ...]:
    """Every source file that calls the database or whose loops call what does, test code left
    out."""
    found: list[QueryFile] = []
    asking = asking_functions(target)
    relations = foreign_keys(target)
    lists: dict[str, list[SerializedList]] = {}
    for listed in serialized_lists(target):
        if keeps_in_a_file(target):
            listed = replace(listed, severity=Severity.INFO)
        lists.setdefault(listed.path, []).append(listed)
    written: dict[str, list[SerializedWrite]] = {}
    for path, write in serialized_writes(target):
        if keeps_in_a_file(target):
            write = replace(write, severity=Severity.INFO)
        if not runs_apart(path):
            written.setdefault(path, []).append(write)
    loops = lazy_loops(target)
    resolved = dict(field_queries(target))
    for path, one in scanned(target, queries).items():
        if runs_apart(path) or is_embedded(target, path):
            continue
        repetitions = [
            repetition
            for function in one.functions
            if not function.is_test and not is_one_off(function.name)
            for repetition in looped_queries(target, path, one, function, asking)
        ]
        repetitions += followed_relations(target, path, one, relations)
        repetitions += lazily_loaded(target, path, loops.pop(path, ()), by_hand=one.by_hand)
        serialized = gathered(lists.pop(path, ()))
        saved = tuple(written.pop(path, ()))
        fields = resolved.pop(path, ())
        if (
            repetitions
            or serialized
            or saved
            or fields
            or any(goes_to_database(function) for function in one.functions)
        ):
            ordered = sorted(_merged(repetitions), key=lambda each: each.sites[0].line)
            found.append(QueryFile(path, tuple(ordered), serialized, saved, fields))
    for path in dict.fromkeys((*lists, *loops, *written, *resolved)):
        lazily = [] if runs_apart(path) else list(lazily_loaded(target, path, loops.get(path, ())))
        if lazily or any(path in some for some in (lists, written, resolved)):
            found.append(
                QueryFile(
                    path,
                    tuple(_merged(lazily)),
                    gathered(lists.get(path, ())),
                    tuple(written.get(path, ())),
                    resolved.get(path, ()),
                )
            )
    return tuple(found)


def _merged(repetitions: Iterable[Repetition]) -> list[Repetition]:
    """One per function."""
    by_function: dict[tuple[str, int], Repetition] = {}
    for one in repetitions:
        key = (one.function, one.line)
        other = by_function.get(key)
        if other is None:
            by_function[key] = one
            continue
        less, more = sorted((one, other), key=lambda each: each.severity)
        apart = less.severity is Severity.INFO and more.severity is not Severity.INFO
        sites = more.sites if apart else (*less.sites, *more.sites)
        by_function[key] = Repetition(
            one.path,
            one.function,
            one.line,
            tuple(sorted(sites, key=lambda site: site.line)),
            more.severity,
            Confidence.LIKELY,
            one.request or other.request,
            (*one.others, *other.others, *(less.sites if apart else ())),
            more.cure if apart or more.sites[0].line < less.sites[0].line else less.cure,
            tuple(dict.fromkeys((*one.further, *other.further))),
            one.unrouted or other.unrouted,
        )
    return list(by_function.values())
