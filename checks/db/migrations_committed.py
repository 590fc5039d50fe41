"""Git keeps the migrations."""

from pytest_reconaudit.api import (
    CommittedMigrations,
    MissingMigration,
    Place,
    Severity,
    audit,
    report,
)


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="A fresh clone, CI and every new environment get no tables: the history exists on one"
    " machine only.",
    fix="""Take the migrations out of the rule, commit them, and tag the release:

```gitignore
# before
*.sql

# after
*.sql
!**/migrations/**/*.sql
```
""",
)
def db_migrations_committed(
    migrations_kept: CommittedMigrations, lost_migrations: tuple[MissingMigration, ...]
) -> None:
    """No ignore rule keeps migration SQL out of the repository.

    Why: a dump rule such as `*.sql` swallows migrations silently: `git add` says nothing, the
    author's machine works, and nobody else can build the database.
    Decides: the path that the next migration of each detected tool (its configuration, its runs,
    its folders) would have is held against every `.gitignore`, last match and negation included.
    Critical when a fresh clone has no migration of that root, high when it has some. Ignored dumps
    and seeds beside a negation for the migrations pass.
    Blind spots: `.git/info/exclude` and personal ignore files are not read. A file that scripts
    run and that is missing is told by deploy-scripts-paths-exist; here it is a related place.
    """
    rule = migrations_kept.rule
    if rule is None:
        return
    tools = " and ".join(migrations_kept.tools)
    roots = ", ".join(f"{root or '.'}/" for root in migrations_kept.roots)
    kept = migrations_kept.tracked
    related = [(place, "runs or configures the tool") for place in migrations_kept.uses]
    for lost in lost_migrations:
        if lost.ignored == rule.place:
            related.append((Place(lost.path), "ignored and not in the repository"))
            related += [(place, "uses the missing file") for place in lost.uses]
    report(
        at=rule.place,
        says=f"{rule.pattern} keeps the {tools} migrations of {roots} out of the repository;"
        f" a fresh clone has {kept or 'none'} of them",
        severity=Severity.HIGH if kept else Severity.CRITICAL,
        evidence=rule.pattern,
        related=related,
        clause="a",
        key=roots,
    )
