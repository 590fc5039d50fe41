"""New migrations do not make the running application wait."""

from pytest_reconaudit.api import LockFault, NewMigration, Severity, audit, lock_fix, report, skip

_SEVERITIES = {
    "a": Severity.HIGH,
    "b": Severity.HIGH,
    "c": Severity.MEDIUM,
    "d": Severity.MEDIUM,
    "e": Severity.MEDIUM,
    "f": Severity.HIGH,
    "g": Severity.INFO,
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Requests wait for the lock until they time out, for as long as the migration runs.",
    fix="""Do the long part under a lock that lets others work, and the rest in a moment:

```sql
-- before
CREATE INDEX orders_customer ON orders (customer_id);
ALTER TABLE orders ADD CONSTRAINT placed_by FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
-- after; each in a migration of its own, the index outside of a transaction
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);
ALTER TABLE orders ADD CONSTRAINT placed_by FOREIGN KEY (customer_id) REFERENCES customers (id)
  NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT placed_by;
ALTER TABLE orders ADD CONSTRAINT note_there CHECK (note IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT note_there;
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;   -- the valid check spares it the scan
```

Another type: a new column, filled in batches, then swapped. A name: first code that knows both.
A migration that some database has applied already is left as it is: tools compare checksums.
""",
    advice={
        "c": (
            "Whoever changes a row waits until all of them are done.",
            """
            Change or delete the rows of a large table in batches, each in a transaction of its own;
            `TRUNCATE` empties it in a moment. A migration that is applied is left as it is.
            """,
        ),
        "d": (
            "Code that runs while this is deployed fails where it asks for the old name.",
            "Deploy code that does without it, or knows both names; rename or drop it after that.",
        ),
        "f": (
            "The migration fails on every database whose table has rows, and the deployment stops.",
            """
            Give the column a default, or add it in three steps:

            ```sql
            ALTER TABLE orders ADD COLUMN origin text;
            UPDATE orders SET origin = 'shop' WHERE origin IS NULL;   -- a large table: in batches
            ALTER TABLE orders ALTER COLUMN origin SET NOT NULL;
            ```
            """,
        ),
        "g": (
            "While it waits behind a long query, every other query queues behind it.",
            "`SET lock_timeout = '2s'` first, and run the migration again where it gives up.",
        ),
    },
)
def db_migrations_lock_safe(new_migration_locks: NewMigration) -> None:
    """No statement of a new migration reads or rewrites a table while it keeps others out.

    Why: a migration runs beside the old code. What takes a moment on a developer's machine keeps
    a table of millions of rows locked for minutes, and everything that needs it queues up.
    Decides: the history is replayed into a private server, which says after each statement of the
    new migrations (not applied to the live database; else added since the merge base; else the
    newest five) which locks its transaction holds, what was read from end to end and what was
    written anew. (a) A scan or rewrite under a lock that the statement takes itself, of Share or
    stronger; (b) one while the transaction still holds such a lock from before; (c) UPDATE or
    DELETE of every row (medium); (d) a table or column that running code may use is renamed or
    dropped (medium); (e) DROP INDEX not CONCURRENTLY (medium); (f) a column NOT NULL without
    default, unless the migration has emptied the table before; (g) no lock_timeout (info). Tables
    made by the new migrations themselves (of the newest five: by the same one or one dated within a
    day of it), locks of a moment and `-- squawk-ignore`, `-- safety-assured` or `-- eugene: ignore`
    comments pass. (a) and (b) are high for tables that grow with use by what they are called
    (events, orders, messages …), low for those that are small by name, else medium; with a live
    database, tables of less than 10,000 rows are low. (a) and (b) of one migration are one finding.
    Blind spots: how many rows a table has, without a live database; migrations that are programs;
    which columns the code that runs really uses.
    """
    new = new_migration_locks
    if new.reason is not None and not new.faults:
        skip(new.reason, new.detail)
    groups: dict[tuple[str, bool], list[LockFault]] = {}
    for fault in new.faults:
        # A scan under its own lock and one under an earlier lock are mended by one new migration.
        kind: str = "a" if fault.clause == "b" else fault.clause
        groups.setdefault((kind, fault.small), []).append(fault)
    for (kind, _), faults in groups.items():
        first = faults[0]
        says = first.says
        if len(faults) > 1:
            lines = ", ".join(str(fault.statement.place.line) for fault in faults[:5])
            says += f"; {len(faults)} statements of this migration, lines {lines}"
        if first.rows is not None:
            says += f" ({first.table} has about {first.rows} rows)"
        report(
            at=first.statement.place,
            says=f"{says} (seen on {new.server})" if kind in "ae" else says,
            severity=max(_severity(fault) for fault in faults),
            evidence=" ".join(first.statement.text.split()),
            related=[(fault.statement.place, fault.says) for fault in faults[1:]],
            clause=first.clause,
            fix=lock_fix(new.advice, faults) if kind in "ae" else "",
            key=f"{first.clause}:{first.table}",
        )


def _severity(fault: LockFault) -> Severity:
    severity = _SEVERITIES[fault.clause]
    if fault.small or (fault.clause in "abce" and fault.volume == "few"):
        return min(severity, Severity.LOW)
    if fault.clause in "ab" and fault.rows is None and fault.volume != "many":
        return Severity.MEDIUM
    return severity
