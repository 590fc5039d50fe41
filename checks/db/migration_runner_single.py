"""One system changes the database."""

from pytest_reconaudit.api import (
    Confidence,
    DatabaseChangers,
    SchemaChange,
    Severity,
    audit,
    report,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    impact="Nobody can tell which tables a database has: each system knows its own changes only.",
    fix="""Keep one migration tool and fold the rest in: SQL that scripts feed to `psql`, DDL in
code and ORM switches become migrations.

```bash
# before
diesel migration run
psql "$DATABASE_URL" -f sql/indexes.sql

# after: migrations/2024-05-01-120000_indexes/up.sql holds the indexes
diesel migration run
```
""",
)
def db_migration_runner_single(changers: DatabaseChangers) -> None:
    """All changes of one database go through one system.

    Why: a migration tool records what it ran. Scripts, code and ORM switches beside it change the
    same tables unrecorded, in an order that nobody fixed, so environments drift apart.
    Decides: (a) the runs of migration tools, table or index DDL that scripts give to `psql`,
    tables made by statements in code and ORM switches (`synchronize: true`, `create_all`) are
    put together by the program whose folder they belong to; two systems are high, critical when
    one of them has nothing to run. (b) Three or more scripts that run one tool are low. Seeds,
    extensions, roles, row security, queries, partitions made at run time, tools that have neither
    configuration nor migrations nor imports here, workflows that feed test databases, and whatever
    its path calls test, development or local do not count; nor does another server.
    Blind spots: programs in sibling folders are taken to have databases of their own; start-up
    scripts of the database image are not counted.
    """
    rivals = changers.rivals
    if rivals:
        by_system: dict[str, list[SchemaChange]] = {}
        for change in rivals:
            by_system.setdefault(change.system, []).append(change)
        hollow = [change for change in rivals if change.hollow]
        # The system that runs at the fewest places is the one to look at, unless one is hollow.
        rare = min(by_system.values(), key=len)
        first = rivals[0] if hollow else rare[0]
        named = ", ".join(f"{name} ({len(found)})" for name, found in by_system.items())
        why = "; ".join(dict.fromkeys(change.hollow for change in hollow))
        report(
            at=first.place,
            says=f"{len(by_system)} systems change one database: {named}{'; ' if why else ''}{why}",
            severity=Severity.CRITICAL if hollow else Severity.HIGH,
            evidence=first.text,
            related=[
                (change.place, f"{change.system}: {change.text}")
                for change in rivals
                if change is not first
            ],
            clause="a",
            key=",".join(by_system),
        )
    scripts = changers.scripts
    if scripts:
        lines = ", ".join(f"{change.place}" for change in scripts[:5])
        report(
            at=scripts[0].place,
            says=f"{len(scripts)} scripts run {scripts[0].system} (limit 2): {lines}",
            severity=Severity.LOW,
            evidence=scripts[0].text,
            related=[(change.place, "runs them too") for change in scripts[1:]],
            clause="b",
            key=scripts[0].system,
        )
