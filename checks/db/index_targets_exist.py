"""Indexes name tables and columns that exist."""

from pytest_reconaudit.api import (
    DeclaredIndex,
    IndexTargets,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="The statement fails when it is run, so the query it was written for stays slow.",
    fix="""Correct the name, or add the table or column in a migration first:

```sql
-- before
CREATE INDEX idx_files_status ON files (status);
-- after
CREATE INDEX idx_uploaded_files_status ON uploaded_files (status);
```
""",
)
def db_index_targets_exist(declared_index: DeclaredIndex, schema_targets: IndexTargets) -> None:
    """The table and every column of an index are in the declared schema.

    Why: DDL in scripts and code is not checked by any compiler; a renamed column leaves an index
    statement behind that can only fail.
    Decides: the table and the plain columns (keys and INCLUDE) of each CREATE INDEX are looked up
    in Diesel's `table!`, Prisma's models and all tables and columns that the repository's SQL
    ever creates, under every name they had. For an index outside of the migrations the replayed
    or live catalog has the last word: what a later migration renamed or dropped is not there.
    Expressions, other schemas, tables made in the same file or by text elsewhere, DO blocks and
    names put in at run time pass.
    Blind spots: a column that only the statement's own expression uses.
    """
    if reason := schema_targets.unjudged(declared_index):
        unknown = SkipReason.NO_INPUT if schema_targets.empty else SkipReason.UNRESOLVED
        skip(unknown, reason)
    for missing in schema_targets.missing(declared_index):
        hint = f"; did you mean {missing.nearest}?" if missing.nearest else ""
        if missing.column:
            says = f"index {declared_index.name}: table {missing.table} has no column"
            says += f" {missing.column}{hint}"
        else:
            says = f"index {declared_index.name}: no table {missing.table} is declared{hint}"
        if missing.lost_in:
            what = f"column {missing.column} of {missing.table}" if missing.column else ""
            says = f"index {declared_index.name}: {what or f'table {missing.table}'} is not in"
            says += f" {missing.lost_in}"
            says += f": a later migration renames or drops it{hint}" if missing.once_made else hint
        where = missing.declared_at
        report(
            at=declared_index.place,
            says=says,
            evidence=declared_index.index.text,
            related=[(where, f"declares {missing.nearest or missing.table}")] if where else (),
            key=f"{declared_index.index.name}:{missing.table}.{missing.column}",
        )
