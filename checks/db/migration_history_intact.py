"""The migration history is only ever added to."""

from pytest_reconaudit.api import Confidence, KeptHistory, Severity, audit, report

_SEVERITIES = {
    "a": Severity.HIGH,
    "b": Severity.MEDIUM,
    "c": Severity.HIGH,
    "d": Severity.LOW,
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Databases that ran the history at different times end up with different tables, or the"
    " migration tool refuses to go on in the middle of a deployment.",
    fix="""Leave what is out as it is, and say the rest in a migration of its own, after the newest:

```console
# before: migrations/0007_orders.up.sql edited after it was merged
$ git checkout origin/main -- migrations/0007_orders.up.sql
$ migrate create -ext sql -dir migrations -seq orders_note   # the change goes in here

# two with one version, or one that came too late: give it the next free version
$ git mv migrations/0007_refunds.up.sql migrations/0009_refunds.up.sql
$ git mv migrations/0007_refunds.down.sql migrations/0009_refunds.down.sql
```
""",
)
def db_migration_history_intact(kept_history: KeptHistory) -> None:
    """Migrations have one version each, come after what is out, and stay as they were.

    Why: a database remembers versions, not files. Two files under one version, a file that is
    older than what is already applied, or one that was edited after it ran: some databases do what
    the repository says and others never will, and tools that keep checksums stop.
    Decides: for each history, whichever server it is for: (a) two migrations that the tool knows by
    one version (Diesel without `-`, numbers without leading zeros, Flyway 1.0 as 1, Liquibase's
    author and id in a file, programs included) are high. (b) A migration that the live database has
    yet to run, or else one that this branch adds, and that comes before the newest applied one or
    the newest of the default branch: medium. (c) A file that was there when this branch left the
    default branch and reads otherwise now: high; for tools without checksums only if a statement
    changed, comments and spaces apart. (d) A new migration that changes the schema and that nothing
    takes back, in a history where most can be taken back: low, unless a comment says why.
    Repeatable migrations may change. Git's objects are read, git is not run.
    Blind spots: without a default branch in the checkout (a shallow clone) (b) and (c) see nothing;
    edits that are already merged; checksums of the live database are db-migrations-applied's.
    """
    for fault in kept_history.faults:
        report(
            at=fault.place,
            says=fault.says,
            severity=_SEVERITIES[fault.clause],
            confidence=Confidence.CERTAIN if fault.sure else Confidence.LIKELY,
            evidence=fault.evidence,
            related=fault.related,
            clause=fault.clause,
            key=fault.key,
        )
