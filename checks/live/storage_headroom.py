"""Nothing in the live database runs full."""

from pytest_reconaudit.api import Confidence, Severity, StorageState, audit, report, skip


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    watched=True,
    impact="Inserts fail from one moment to the next when a sequence ends; dead rows are read and"
    " kept in memory with the others.",
    fix="""Widen the column before the sequence ends, and let autovacuum come more often:

```sql
ALTER TABLE events ALTER COLUMN id TYPE bigint;  -- rewrites the table: copy large ones instead
ALTER SEQUENCE events_id_seq AS bigint;
ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.02);
```

Space that VACUUM cannot give back is given back by `pg_repack`, without a long lock.
""",
)
def live_storage_headroom(storage_state: StorageState) -> None:
    """Sequences of the live database are far from their end, and its tables hold few dead rows.

    Why: a 32-bit key ends at 2,147,483,647 rows ever inserted, and nothing says so before.
    Decides: a sequence's last value against the end of the column that it feeds, or its own:
    from 70 % high, from 90 % critical; cycling ones pass. At least 10,000 and 20 % dead rows in a
    table that was not vacuumed for a day: medium. A table of which 100 MB and half would be free,
    by the widths that ANALYZE saw in the last 7 days: a note. What the role may not read is said,
    and a skip when it is everything.
    Blind spots: indexes' free space; keys that the application makes; TOAST.
    """
    if storage_state.skipped:
        skip(storage_state.reason, storage_state.skipped)
    beside = f"; not looked at: {storage_state.passed_over}" if storage_state.passed_over else ""
    for one in storage_state.each:
        report(
            at=one.place,
            says=one.says + beside,
            severity=one.severity,
            confidence=None if one.sure else Confidence.POSSIBLE,
            evidence=one.name,
            key=f"{storage_state.kind}:{one.name}",
        )
    if more := storage_state.more:
        names = ", ".join(one.name for one in more[:5])
        report(
            at=more[0].place,
            says=f"{len(more)} more ({storage_state.kind}): {names}",
            severity=more[0].severity,
            confidence=None if more[0].sure else Confidence.POSSIBLE,
            related=[(one.place, one.name) for one in more[1:]],
            key=f"{storage_state.kind}:more",
        )
