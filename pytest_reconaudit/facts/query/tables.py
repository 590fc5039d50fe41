"""Which tables a function reads and writes: what caches, lists and claims elsewhere must agree
with."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import Ref, function_at
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.target import Target, once

__all__ = ["READS", "WRITES", "Mutation", "foreign_keys", "mutations", "readings"]

WRITES = frozenset({"insert", "update", "delete", "upsert"})
READS = frozenset({"select", "count"})


class Mutation(Struct, frozen=True):
    """A statement of a function on one table."""

    table: str
    """Name as the query has it, lower case and snake case, without schema: ``projects`` of
    ``projects::table``, of ``prisma.projects`` or of ``"INSERT INTO app.projects"``; models of an
    ORM by the name of their class or accessor (``user``, ``order_item``): compare without
    regard to singular and plural."""
    verb: str
    """``insert``, ``update``, ``delete``, ``upsert``; of :func:`readings` ``select``, ``count``."""
    line: int
    columns: tuple[str, ...] = ()
    """Columns that an update sets, as far as they are plain; empty when not known."""


def mutations(target: Target) -> Mapping[Ref, tuple[Mutation, ...]]:
    """Function → the inserts, updates and deletes in its body, in source order.

    Only statements whose table is plain in the function are here; called functions are not
    followed.
    """
    return _statements(target)[0]


def readings(target: Target) -> Mapping[Ref, tuple[Mutation, ...]]:
    """Function → the tables that it selects from, in source order."""
    return _statements(target)[1]


@once
def _statements(
    target: Target,
) -> tuple[dict[Ref, tuple[Mutation, ...]], dict[Ref, tuple[Mutation, ...]]]:
    writes: dict[Ref, list[Mutation]] = {}
    reads: dict[Ref, list[Mutation]] = {}
    for path, file in scanned(target, queries).items():
        if is_test_path(path):
            continue
        for function in file.functions:
            for one in function.queries:
                found = writes if one.kind in WRITES else reads if one.kind in READS else None
                if found is None or not one.table or function.is_test:
                    continue
                ref = function_at(target, path, one.line)
                if ref is not None:
                    statement = Mutation(one.table, one.kind, one.line, one.columns)
                    found.setdefault(ref, []).append(statement)
    return (
        {ref: tuple(found) for ref, found in writes.items()},
        {ref: tuple(found) for ref, found in reads.items()},
    )


@once
def foreign_keys(target: Target) -> dict[str, frozenset[str]]:
    """Model → its foreign keys; of several models with one name those that all of them have."""
    found: dict[str, frozenset[str]] = {}
    for path, one in scanned(target, queries).items():
        if is_test_path(path):
            continue
        for model in one.models:
            names = frozenset(model.names)
            found[model.model] = found.get(model.model, names) & names
    return found
