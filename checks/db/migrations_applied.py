"""The live database has the migrations of the repository."""

from pytest_reconaudit.api import (
    Confidence,
    MigrationState,
    Severity,
    audit,
    report,
    skip,
)

_SEVERITIES = {
    "a": Severity.HIGH,
    "b": Severity.HIGH,
    "c": Severity.CRITICAL,
    "d": Severity.HIGH,
    "e": Severity.HIGH,
}
_NOTES = {
    "a": "not applied",
    "c": "ended half done",
    "d": "not as it was applied",
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The code runs against other tables than it was written for.",
    fix="""Let the deployment run the tool before the new code starts, and stop when it fails:

```yaml
# before
- run: kubectl rollout restart deployment/api
# after
- run: diesel migration run      # sqlx migrate run, prisma migrate deploy, flyway migrate …
- run: kubectl rollout restart deployment/api
```

A migration that ended half done is put right by hand, then marked: `migrate force VERSION`,
`prisma migrate resolve`, `flyway repair`. One that was edited goes back to what was applied; the
change becomes a new migration.
""",
)
def db_migrations_applied(migration_state: MigrationState) -> None:
    """What a history holds and what its tool recorded in the live database is the same.

    Why: a deployment that forgot the migrations, a hot fix that was never committed, a migration
    that stopped half way: each is seen when a query fails, unless somebody compares.
    Decides: with `--recon-dsn`, the tracking table of each history is read: Diesel, sqlx,
    golang-migrate, goose, dbmate, Flyway, Liquibase, Prisma, Drizzle, refinery, Rails, Alembic,
    Django and SeaORM. The table is known by its columns, in any schema and under any name; with
    several, the configured name, the tool and the shared versions decide. (a) Migrations that
    are not applied, (b) recorded ones that the repository lacks, (c) dirty or failed ones
    (critical), (d) checksums that the files no longer have, (e) tables without a record of what
    made them. Diesel's setup, baselines, squashed histories and change sets bound to a context
    pass; records older than a squashed history are a note where the tool does not mind them.
    Blind spots: checksums of Liquibase; Flyway's with placeholders in repeatable migrations;
    migrations that programs list at run time; the histories of other databases of the same
    server.
    """
    state = migration_state
    if state.reason is not None:
        skip(state.reason, state.detail)
    for fault in state.faults:
        note = _NOTES.get(fault.clause, "")
        report(
            at=state.place(fault),
            says=fault.says,
            severity=Severity.INFO if fault.old else _SEVERITIES[fault.clause],
            confidence=None if fault.sure else Confidence.LIKELY,
            evidence=", ".join(fault.versions),
            related=[(one.place, note) for one in fault.migrations[1:]],
            clause=fault.clause,
            key=f"{state.history.id}:{fault.clause}",
        )
    if state.others:
        shown = ", ".join(state.others[:5])
        report(
            at=state.history.place,
            says=f"{len(state.others)} more of the schemas that record this history"
            f" {'stands' if len(state.others) == 1 else 'stand'} elsewhere than {state.table}:"
            f" {shown}",
            severity=Severity.HIGH,
            confidence=Confidence.LIKELY,
            evidence=shown,
            clause="a",
            key=f"{state.history.id}:others",
        )
