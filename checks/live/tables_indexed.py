"""Large tables are not read as a whole."""

from pytest_reconaudit.api import (
    Confidence,
    ScannedTable,
    ScannedTables,
    Severity,
    audit,
    report,
)


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    watched=True,
    impact="Queries read rows by the ten thousand to find a few, and push others out of memory.",
    fix="""Look for the statement, and index what it filters or joins by:

```sql
EXPLAIN SELECT * FROM readings WHERE meter_id = 7;  -- Seq Scan on readings
CREATE INDEX CONCURRENTLY idx_readings_meter_id ON readings (meter_id);
```

A report that needs every row is not helped by an index; run it from a replica or a summary.
""",
)
def live_tables_indexed(scanned_tables: ScannedTables) -> None:
    """No large table of the live database is read from start to end again and again.

    Why: a sequential scan costs what the table holds, not what the query needs, and grows with it.
    Decides: the server's counters: at least 10,000 rows, more than 100 sequential scans of 10,000
    rows or more on average, and fewer than 95 of 100 scans by an index. `pg_stat_statements`, where
    it is there, tells which statement wants some rows of the table; when all that name it want
    every row (exports, counts) it passes; when none does, the finding is a hint. Not judged on
    counters of less than a day. Twenty are told one by one.
    Blind spots: how many rows the statement wants; what replicas read; tables named by views only.
    """
    for table in scanned_tables.each:
        _one(table, scanned_tables)
    if more := scanned_tables.more:
        names = ", ".join(table.counts.shown for table in more[:5])
        report(
            at=more[0].place,
            says=f"{len(more)} more tables are read as a whole, {scanned_tables.since}: {names}",
            related=[(table.place, table.counts.shown) for table in more[1:]],
            key="more",
        )


def _one(table: ScannedTable, tables: ScannedTables) -> None:
    counts = table.counts
    found = f"; {table.calls:,} calls of: {table.statement}" if table.statement else ""
    if not table.statement and table.known:
        found = "; no statement that the server keeps names it"
    beside = f"; {tables.elsewhere}" if tables.elsewhere else ""
    report(
        at=table.place,
        says=f"table {counts.shown} ({counts.rows:,} rows) was read as a whole"
        f" {counts.seq_scans:,} times {tables.since}, {counts.seq_rows // counts.seq_scans:,} rows"
        f" each; {table.share:.0%} of its scans use an index{found}{beside}",
        confidence=Confidence.POSSIBLE if table.known and not table.statement else None,
        evidence=table.statement,
        key=counts.shown,
    )
