"""What the query checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.db.catalogs import NoCatalog
from pytest_reconaudit.facts.query.lists import list_files
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.facts.query.unindexed import filtered_tables
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

_NO_QUERIES = "no source file calls a database by a library that is known here"


@subject("query_file")
def _query_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in query_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, _NO_QUERIES)


@subject("list_file")
def _list_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in list_files(target)]
    if found:
        return found
    if query_files(target):
        return Nothing(SkipReason.NO_INPUT, "no list query is known to answer a GET")
    return Nothing(SkipReason.NO_INPUT, _NO_QUERIES)


@subject("filtered_table")
def _filtered_tables(target: Target) -> Iterable[Subject] | Nothing:
    found = filtered_tables(target)
    if isinstance(found, NoCatalog):
        return Nothing(found.reason, found.detail)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no plain statement of the code filters a known table")
    return [Subject(one.id, one) for one in found]
