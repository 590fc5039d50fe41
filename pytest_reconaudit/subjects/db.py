"""What the database checks judge."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.db.applied_indexes import (
    AppliedIndexes,
    applied_indexes,
    index_sources,
)
from pytest_reconaudit.facts.db.catalogs import NoCatalog
from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.foreign_keys import foreign_keys
from pytest_reconaudit.facts.db.history_integrity import kept_histories
from pytest_reconaudit.facts.db.index_ddl import index_ddl
from pytest_reconaudit.facts.db.index_targets import IndexTargets, index_targets
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.keys import key_states
from pytest_reconaudit.facts.db.live.indexes import NoIndexes, live_indexes
from pytest_reconaudit.facts.db.live.migrations import NoState, migration_states
from pytest_reconaudit.facts.db.live.statistics import NoStatistics
from pytest_reconaudit.facts.db.live.storage import scanned_tables, storage_states
from pytest_reconaudit.facts.db.lock_faults import NoMigrations, locking_migrations
from pytest_reconaudit.facts.db.migration_runners import (
    MissingMigration,
    committed_migrations,
    missing_migrations,
)
from pytest_reconaudit.facts.db.migration_runs import database_changers, migration_places
from pytest_reconaudit.facts.db.pools import pool_uses
from pytest_reconaudit.facts.db.redundant_indexes import index_sets, unused_indexes
from pytest_reconaudit.facts.db.schema_matches import compared_schemas
from pytest_reconaudit.facts.db.table_makers import declared_files
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


@subject("index_ddl")
def _index_ddl(target: Target) -> Iterable[Subject] | Nothing:
    found = index_ddl(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no CREATE INDEX outside of the migrations")
    return [Subject(one.id, one) for one in found]


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


@subject("kept_history")
def _kept_histories(target: Target) -> Iterable[Subject] | Nothing:
    found = kept_histories(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no SQL migration history in the repository")
    return [Subject(one.id, one) for one in found]


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


@subject("migration_state")
def _migration_states(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return Nothing(SkipReason.NO_SERVER, "give a database with --recon-dsn")
    found = migration_states(target)
    if isinstance(found, NoState):
        return Nothing(found.reason, found.detail)
    return [Subject(state.history.id, state) for state in found]


@subject("live_index")
def _live_indexes(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return Nothing(SkipReason.NO_SERVER, "give a database with --recon-dsn")
    found = live_indexes(target)
    if isinstance(found, NoIndexes):
        return Nothing(found.reason, found.detail)
    return [Subject("(live database)", found), *(Subject(one.id, one) for one in found.each)]


@subject("new_migration_locks")
def _new_migration_locks(target: Target) -> Iterable[Subject] | Nothing:
    found = locking_migrations(target)
    if isinstance(found, NoMigrations):
        return Nothing(found.reason, found.detail)
    return [Subject(one.migration.path, one) for one in found]


@subject("declared_file")
def _declared_files(target: Target) -> Iterable[Subject] | Nothing:
    found = declared_files(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no ORM of the repository declares tables")
    return [Subject(one.declaration.id, one) for one in found]


@subject("compared_schema")
def _compared_schemas(target: Target) -> Iterable[Subject] | Nothing:
    found = compared_schemas(target)
    if not found:
        return Nothing(SkipReason.NO_INPUT, "no ORM of the repository declares tables")
    return [Subject(one.id, one) for one in found]


@subject("key_scope")
def _key_scopes(target: Target) -> Iterable[Subject] | Nothing:
    found = foreign_keys(target)
    if isinstance(found, NoCatalog):
        return Nothing(found.reason, found.detail)
    subjects = [Subject(scope.id, scope) for scope in found]
    return subjects or Nothing(SkipReason.NO_INPUT, "no table has a foreign key")


@subject("index_set")
def _index_sets(target: Target) -> Iterable[Subject] | Nothing:
    found = index_sets(target)
    if isinstance(found, NoCatalog):
        return Nothing(found.reason, found.detail)
    subjects = [Subject(one.id, one) for one in found if one.count]
    if not subjects:
        return Nothing(SkipReason.NO_INPUT, "no table has an index")
    if wants_live(target):
        unused = unused_indexes(target)
        subjects.append(Subject("(live database): unused", unused))
    return subjects


@subject("key_state")
def _key_states(target: Target) -> Iterable[Subject] | Nothing:
    found = key_states(target)
    if isinstance(found, NoCatalog):
        return Nothing(found.reason, found.detail)
    subjects = [Subject(one.id, one) for one in found if one.tables]
    return subjects or Nothing(SkipReason.NO_INPUT, "no table is made")


@subject("scanned_tables")
def _scanned_tables(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return Nothing(SkipReason.NO_SERVER, "give a database with --recon-dsn")
    found = scanned_tables(target)
    if isinstance(found, NoStatistics):
        return Nothing(found.reason, found.detail)
    return [Subject("(live database)", found)]


@subject("storage_state")
def _storage_states(target: Target) -> Iterable[Subject] | Nothing:
    if not wants_live(target):
        return Nothing(SkipReason.NO_SERVER, "give a database with --recon-dsn")
    found = storage_states(target)
    if isinstance(found, NoStatistics):
        return Nothing(found.reason, found.detail)
    return [Subject(f"(live database): {one.kind}", one) for one in found]


@fact("applied")
def _applied(target: Target) -> AppliedIndexes:
    return applied_indexes(target)


@fact("schema_targets")
def _schema_targets(target: Target) -> IndexTargets:
    return index_targets(target)


@fact("lost_migrations")
def _lost_migrations(target: Target) -> tuple[MissingMigration, ...]:
    return missing_migrations(target)
