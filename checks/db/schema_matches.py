"""What the code declares of the database is what its migrations make."""

from pytest_reconaudit.api import ComparedSchema, Severity, audit, report, skip

_SEVERITIES = {
    "a": Severity.HIGH,
    "b": Severity.MEDIUM,
    "c": Severity.LOW,
    "d": Severity.MEDIUM,
    "extra": Severity.INFO,
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Queries that compile fail, or misread a value, when they meet the real table.",
    advice={
        "a": ("Every query that names the table or column fails.", ""),
        "c": (
            "Whoever reads one file misses the tables of the other, and so do tools that print it.",
            "Keep one schema file per database, printed by the tool, and import it everywhere.",
        ),
        "d": (
            "Every insert of the code fails: it cannot name the column that must have a value.",
            "",
        ),
    },
    fix="""Print the schema anew from a migrated database, and let CI compare:

```sh
diesel migration run && diesel print-schema > src/schema.rs && git diff --exit-code
prisma migrate diff --from-migrations migrations --to-schema-datamodel schema.prisma --exit-code
cargo sqlx prepare --check
```
""",
)
def db_schema_matches(compared_schema: ComparedSchema) -> None:
    """Tables, columns, types and NULLs of the code are those of the catalog.

    Why: the compiler checks queries against the declaration, never against the database; what
    differs between the two is found by users.
    Decides: each table of Diesel's `table!`, a Prisma schema and SQLAlchemy's and Django's models,
    and each query of sqlx's offline data, is compared with the catalog that its history makes in
    a private server, or with the live one. (a) Missing tables and columns are high, (b) other types
    or NULLs medium, (c) Diesel schema files that stand apart from each other low. (d) A column that
    must have a value, has no default and is not declared is medium (live: high) where code inserts
    into the table through Diesel or Prisma. What a pending migration makes is left to
    `db-migrations-applied`. Text types are one family; a catalog that is not whole proves no
    absence; views, columns of a `patch_file`, tables left out by `diesel.toml` and what the code
    does not declare pass.
    Blind spots: columns and types that a program computes; domains stand for any type.
    """
    for one in compared_schema.differences:
        report(
            at=one.place,
            says=one.says,
            severity=Severity.HIGH if one.fails_now else _SEVERITIES[one.clause],
            evidence=one.evidence,
            related=[*one.others, *([(one.made_at, one.note)] if one.made_at else [])],
            clause=one.clause,
            key=one.key,
        )
    if compared_schema.unjudged:
        skip(compared_schema.reason, compared_schema.unjudged)
