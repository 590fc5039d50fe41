"""What the database checks judge."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.db.applied_indexes import (
    AppliedIndexes,
    applied_indexes,
    index_sources,
)
from pytest_reconaudit.facts.db.index_targets import IndexTargets, index_targets
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.migration_runs import database_changers, migration_places
from pytest_reconaudit.facts.db.migrations import (
    MissingMigration,
    committed_migrations,
    missing_migrations,
)
from pytest_reconaudit.facts.db.pools import pool_uses
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []


@subject("index_source")
def _index_sources(target: Target) -> Iterable[Subject] | Nothing:
    found = index_sources(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no index and no migration history in the repository")
    return [Subject(id, source) for id, source in found]


@subject("declared_index")
def _declared_indexes(target: Target) -> Iterable[Subject] | Nothing:
    found = declared_indexes(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no CREATE INDEX in the repository")
    return [Subject(declared.id, declared) for declared in found]


@subject("migrations_kept")
def _migrations_kept(target: Target) -> Iterable[Subject] | Nothing:
    found = committed_migrations(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no SQL migration tool in the repository")
    return [
        Subject(
            f"{kept.rule.place.path}: {kept.rule.pattern}" if kept.rule else kept.roots[0], kept
        )
        for kept in found
    ]


@subject("migration_place")
def _migration_places(target: Target) -> Iterable[Subject] | Nothing:
    found = migration_places(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no migration tool in the repository")
    return [
        Subject(one.path if one.tool == "code" else f"{one.path or '.'} ({one.tool})", one)
        for one in found
    ]


@subject("changers")
def _changers(target: Target) -> Iterable[Subject] | Nothing:
    found = database_changers(target)
    if not found.changes:
        return Nothing(SkipReason.NO_INPUT, "nothing in the repository changes a database")
    return [Subject("repository", found)]


@subject("pool_use")
def _pool_uses(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in pool_uses(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no connection pool is made in the repository")


@fact("applied")
def _applied(target: Target) -> AppliedIndexes:
    return applied_indexes(target)


@fact("schema_targets")
def _schema_targets(target: Target) -> IndexTargets:
    return index_targets(target)


@fact("lost_migrations")
def _lost_migrations(target: Target) -> tuple[MissingMigration, ...]:
    return missing_migrations(target)
