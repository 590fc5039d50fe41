"""Keys are sound."""

from pytest_reconaudit.api import KeyFault, KeyState, Severity, SkipReason, audit, report, skip

_SEVERITIES = {
    "no key": (Severity.MEDIUM, "a"),
    "unique only": (Severity.INFO, "a"),
    "type": (Severity.MEDIUM, "b"),
    "set null": (Severity.HIGH, "c"),
    "unvalidated": (Severity.LOW, "d"),
}
_SEVERAL = {
    "no key": "tables have no primary key",
    "unique only": "tables have a unique key of NOT NULL columns and no primary key",
    "type": "foreign keys have another type than what they refer to",
    "set null": "foreign keys set columns to NULL that are NOT NULL",
    "unvalidated": "constraints were added NOT VALID and never validated",
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Rows cannot be told apart or deleted, or a key cannot hold what it refers to.",
    fix="""Give the table a key, the column its parent's type, and validate what is not:

```sql
ALTER TABLE visits ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE visits ALTER COLUMN guest_id TYPE bigint;
ALTER TABLE visits VALIDATE CONSTRAINT visits_guest_id_fkey;
```
""",
    advice={
        "a": (
            "Rows cannot be told apart, replicated logically or deleted one by one.",
            """
            Where columns tell the rows apart (the foreign keys of a join table), they are the key;
            rows that are there twice go first:

            ```sql
            ALTER TABLE visits ADD PRIMARY KEY (guest_id, arrived_at);
            ```

            Else a column of its own, in a quiet hour: it rewrites the table, which nobody reads
            meanwhile, and keeps no row from being there twice.

            ```sql
            ALTER TABLE visits ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
            ```
            """,
        ),
        "c": (
            "A row of the parent that is referred to cannot be deleted: each attempt fails.",
            """
            In a new migration, drop the constraint first and add it with what is meant; beside the
            old one, the new one changes nothing:

            ```sql
            ALTER TABLE visits DROP CONSTRAINT visits_guest_id_fkey;
            ALTER TABLE visits ADD CONSTRAINT visits_guest_id_fkey FOREIGN KEY (guest_id)
              REFERENCES guests ON DELETE CASCADE;   -- or RESTRICT
            ```

            Where the row is meant to outlive its parent, let the column be NULL instead:
            `ALTER TABLE visits ALTER COLUMN guest_id DROP NOT NULL;`
            """,
        ),
    },
)
def db_keys_sound(key_state: KeyState) -> None:
    """Every table has a primary key, and every foreign key can do what it says.

    Why: logical replication and many tools need a key to tell rows apart; a key of a narrower type
    ends before its parent does; `ON DELETE SET NULL` on a NOT NULL column fails at every delete.
    Decides: the replayed history (or `--recon-dsn`) says: (a) ordinary and partitioned tables
    without a primary key; a unique index of NOT NULL columns makes that a note; (b) a foreign key's
    type against the referenced one, below domains, `text` and `varchar` being one; (c) ON DELETE
    SET NULL on columns that are NOT NULL in the end, one finding a migration; medium where the code
    is known and deletes no row of the parent; (d) NOT VALID constraints that no later migration
    validates. Parts of partitioned tables, foreign, unlogged and migration tools' own tables, and
    those named tmp, temp, staging, scratch or backup pass, and so do tables of one row.
    Blind spots: whether a unique key is declared on purpose; triggers that fill a column first.
    """
    if key_state.gap:
        skip(SkipReason.UNRESOLVED, key_state.gap)
    for group in key_state.groups:
        first = group[0]
        severity, clause = _SEVERITIES[first.clause]
        if first.idle:
            severity = min(severity, Severity.MEDIUM)
        report(
            at=first.place,
            says=_says(group, key_state.described),
            severity=severity,
            evidence=first.evidence,
            related=[(fault.place, f"{fault.name} {fault.says}") for fault in group[1:]],
            clause=clause,
            key=f"{first.clause}:{first.name}",
        )


def _says(group: tuple[KeyFault, ...], described: str) -> str:
    first = group[0]
    if len(group) == 1:
        kind = "table" if first.clause in ("no key", "unique only") else "constraint"
        return f"{kind} {first.name} {first.says}, in {described}"
    names = ", ".join(fault.name for fault in group[:5])
    more = f" and {len(group) - 5} more" if len(group) > 5 else ""
    return f"{len(group)} {_SEVERAL[first.clause]}, in {described}: {names}{more}"
