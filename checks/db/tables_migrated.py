"""Every table that the code declares is created by something in the repository."""

from pytest_reconaudit.api import (
    Confidence,
    DeclaredFile,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="A fresh environment has no such tables: the program starts and its first query fails.",
    fix="""Put the schema into a migration, so that every environment is made the same way:

```sh
pg_dump --schema-only --no-owner production > migrations/00000000000001_initial/up.sql
diesel migration run && git diff --exit-code src/schema.rs
```

For the other tools: `prisma migrate dev`, `alembic revision --autogenerate`,
`manage.py makemigrations`.
""",
)
def db_tables_migrated(declared_file: DeclaredFile) -> None:
    """Each declared table is made by a migration, SQL file, program or seed.

    Why: a schema that was made by hand in one database exists in no other one; nobody notices
    until the next environment is set up, or the old one is lost.
    Decides: the tables of Diesel's `table!`, of a Prisma schema and of SQLAlchemy's and Django's
    models are looked up in all SQL of the repository, SQL text in its code, migration programs
    (Alembic, Django, Rails, knex, SeaORM, Liquibase) and in the replayed history, under every
    name a table had. All missing is critical, some missing high, in a template or example
    (whoever starts from it makes the first migration) low. Views, foreign schemas, models
    that Django does not manage or install, `create_all()` and `prisma db push` pass.
    Blind spots: a table made under a name that a program computes: then nothing is claimed.
    """
    missing = declared_file.missing
    if not missing:
        return
    if declared_file.open:
        skip(SkipReason.UNRESOLVED, f"{missing[0].name} is not found, but {declared_file.open}")
    one, count = declared_file.declaration, len(missing)
    every = count == declared_file.judged
    listed = ", ".join(table.name for table in missing[:5]) + (" …" if count > 5 else "")
    are = "none of the" if every and count > 1 else f"{count} of the"
    others = len(declared_file.more)
    files = f"{one.id} and {others} more file{'s' * (others > 1)}" if others else one.id
    report(
        at=missing[0].place,
        says=f"nothing in the repository creates {listed}: {are} {declared_file.judged} tables"
        f" that {one.tool} declares in {files}" + (" is created" if every and count > 1 else ""),
        severity=Severity.LOW
        if declared_file.sample
        else Severity.CRITICAL
        if every
        else Severity.HIGH,
        confidence=Confidence.CERTAIN if declared_file.sure else Confidence.LIKELY,
        evidence=", ".join(table.name for table in missing),
        related=declared_file.also,
        key=one.id,
    )
