"""Declared indexes are applied."""

from pytest_reconaudit.api import (
    AppliedIndexes,
    Confidence,
    DeclaredIndex,
    ExtraIndexes,
    IndexSource,
    MigrationRoot,
    MissingMigration,
    Place,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Queries that count on the index scan whole tables.",
    fix="""Create it in a migration, outside of a transaction:

```sql
-- up.sql, beside a metadata.toml with run_in_transaction = false
CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (customer_id);
```
""",
)
def db_indexes_applied(index_source: IndexSource, applied: AppliedIndexes) -> None:
    """Every index that the repository declares exists in the database that its history builds.

    Why: an index in a forgotten script, or in a string that nothing runs, is believed in and
    missing; so is one whose name was already taken when `IF NOT EXISTS` looked.
    Decides: the migration history is replayed into a private PostgreSQL (or `--recon-dsn` is read)
    and each CREATE INDEX of migrations, SQL files, scripts and code is looked for by what it is
    (table, method, keys, order, predicate, uniqueness, INCLUDE) in the server's own words. Renamed
    and later dropped indexes, partition children and equal constraints pass; an invalid index is
    not applied. Of a live database, invalid ones are left to `db-indexes-valid` and those of a
    pending migration to `db-migrations-applied`. A migration that the server refuses, and index SQL
    that scripts, workflows or documents name and the repository lacks, are findings too.
    Four and more missing indexes of a file are told at the first of them.
    Blind spots: indexes made by dynamic SQL; DDL that code executes is judged with a DSN only.
    """
    match index_source:
        case DeclaredIndex():
            _declared(index_source, applied)
        case MigrationRoot():
            _history(index_source, applied)
        case MissingMigration():
            _missing(index_source)
        case ExtraIndexes():
            for index in applied.extras:
                says = f"the live database has index {index.name}, which nothing declares"
                report(index_source.place, says, severity=Severity.INFO, evidence=index.definition)


def _declared(declared: DeclaredIndex, applied: AppliedIndexes) -> None:
    verdict = applied.of(declared)
    if verdict.kind == "unjudged":
        skip(verdict.reason, verdict.detail)
    if note := verdict.constraint_note(declared):
        report(declared.place, note, severity=Severity.INFO, evidence=declared.index.text)
    if verdict.kind in ("applied", "superseded"):
        return
    if reason := applied.told.get(declared.id):
        skip(SkipReason.UNRESOLVED, reason)
    if reason := verdict.run_by_code(declared, applied):
        skip(SkipReason.UNRESOLVED, reason)
    others = applied.files.get(declared.id, ())
    related = [(one.place, applied.of(one).says(one)) for one in others]
    report(
        at=declared.place,
        says=verdict.says_of_file([declared, *others]) if others else verdict.says(declared),
        severity=Severity.MEDIUM if verdict.run_by_script(declared, applied) else None,
        confidence=None if verdict.sure else Confidence.LIKELY,
        evidence=declared.index.text,
        related=[*related, *verdict.related(declared)],
        key=f"{declared.index.name}:{verdict.kind}",
    )


def _history(root: MigrationRoot, applied: AppliedIndexes) -> None:
    replay = applied.history(root)
    if replay is None:
        skip(*applied.why_not(root))
    elif (failure := replay.failure) is not None:
        if doubt := applied.doubts.get(root.path):
            skip(SkipReason.UNRESOLVED, f"{failure.place}: {failure.message}; {doubt}")
        newer = failure.sqlstate == "42601" and not applied.version_named
        report(
            at=failure.place,
            says=f"this migration fails on {applied.server}: {failure.message}",
            confidence=Confidence.LIKELY if newer else None,
            evidence=failure.statement,
            related=[(root.place, f"{len(replay.applied)} migrations before it were applied")],
            impact="A new database stops at this migration, and has nothing that comes after it.",
            fix="Correct the statement if no database has run the migration yet; else say beside it"
            " how a new database is made, and let continuous integration make one.",
            key=failure.message,
        )


def _missing(missing: MissingMigration) -> None:
    why = f"; {missing.ignored} ignores it" if missing.ignored else ""
    first, *others = missing.uses
    report(
        at=first,
        says=f"index SQL {missing.path} is run here and not in the repository{why}",
        severity=Severity.LOW if missing.documented_only else None,
        confidence=Confidence.LIKELY if missing.documented_only else None,
        evidence=missing.path,
        related=[(Place(missing.path), "not in the repository")]
        + [(place, "names it too") for place in others],
        key=missing.path,
    )
