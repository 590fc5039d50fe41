"""The migration tool finds something to run."""

from pytest_reconaudit.api import Confidence, MigrationPlace, Severity, audit, report

_CLAUSES = {
    "empty": ("a", Severity.CRITICAL, Confidence.CERTAIN),
    "no-up": ("b", Severity.HIGH, Confidence.CERTAIN),
    "rust": ("c", Severity.HIGH, Confidence.CERTAIN),
    "loose": ("c", Severity.HIGH, Confidence.LIKELY),
    "unlisted": ("c", Severity.HIGH, Confidence.LIKELY),
    "lost": ("b", Severity.HIGH, Confidence.CERTAIN),
    "pushed": ("c", Severity.INFO, Confidence.LIKELY),
    "stub": ("d", Severity.HIGH, Confidence.CERTAIN),
    "uncompiled": ("e", Severity.LOW, Confidence.CERTAIN),
    "swallowed": ("f", Severity.MEDIUM, Confidence.LIKELY),
}
_PUSHED = (
    "Who looks for the schema's history finds one that never was.",
    (
        "Delete the folder, or run it: `drizzle-kit generate` until files and journal agree, and"
        " `drizzle-kit migrate` where the schema is pushed now."
    ),
)
_LISTS = {
    ("drizzle", "unlisted"): "Only `drizzle-kit generate` enters a file in meta/_journal.json. Take"
    " the file away and generate it anew from the schema; SQL of your own goes into the file that"
    " `drizzle-kit generate --custom --name WHAT` makes.",
    ("drizzle", "lost"): "Restore the file from git's history, as databases that ran it know its"
    " hash. One that never ran anywhere is taken out with `drizzle-kit drop`, journal and snapshot"
    " with it.",
    ("liquibase", "unlisted"): "Name the file in a change log (`include`, `includeAll` or"
    " `sqlFile`), or delete it.",
    ("liquibase", "lost"): "Restore the file from git's history; where no database ever ran it,"
    " take its line out of the change log.",
}
"""What fits tools that go by a list of their own."""
_KEYS = {"unlisted": "loose", "lost": "no-up"}
"""Kinds that were told under another name first: a baseline still knows them by it."""


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="Deployment says that the migrations ran, and the database has no tables or old ones.",
    fix="""Give the tool files in its own form, in the folder it reads, and commit them:

```console
$ diesel migration generate create_orders   # or: sqlx migrate add, prisma migrate dev
$ $EDITOR migrations/*_create_orders/up.sql migrations/*_create_orders/down.sql
```

A function that runs migrations calls the tool and returns its error:

```rust
// before
pub fn run_migrations(&self) -> Result<(), Error> { Ok(()) }

// after
const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
pub fn run_migrations(conn: &mut PgConnection) -> Result<(), Error> {
    conn.run_pending_migrations(MIGRATIONS).map(drop).map_err(Error::Migration)
}
```
""",
)
def db_migrations_runnable(migration_place: MigrationPlace) -> None:
    """Migration tools find migrations, and code that claims to run them does.

    Why: a tool with an empty folder, or a function that only returns success, ends well. The
    deployment goes on, and the first query fails in production.
    Decides: each run of Diesel, sqlx and Prisma in scripts, workflows and code is held against
    the folder it reads: nothing to run there is critical; a Diesel directory without `up.sql`,
    Rust files in Diesel's folder and loose SQL outside the naming scheme are high, unless a
    comment or a document explains the SQL, or the crate uses a tool whose migrations are Rust. So
    are files that the list of Drizzle or Liquibase leaves out, and names in it without a file; a
    note where `drizzle-kit push` brings the schema and nothing runs Drizzle's files.
    A function named like `run_migrations` that logs at most and returns success is high, unless
    a trait, a base class or a feature asks for it or a comment says who runs them instead.
    Errors let go by words of their message are medium, a runner that no cargo target compiles is
    low. Tests, other servers, runs in containers and folders set by variables are not judged.
    Blind spots: whether anybody calls a runner; tools other than the three with empty folders;
    modules below `src/` that no `mod` names.
    """
    for fault in migration_place.faults:
        clause, severity, confidence = _CLAUSES[fault.kind]
        impact, fix = _PUSHED if fault.kind == "pushed" else ("", "")
        report(
            at=fault.place,
            says=fault.says,
            severity=severity,
            confidence=confidence,
            evidence=fault.evidence,
            related=fault.related,
            impact=impact,
            fix=fix or _LISTS.get((migration_place.tool, fault.kind), ""),
            clause=clause,
            key=_KEYS.get(fault.kind, fault.kind),
        )
