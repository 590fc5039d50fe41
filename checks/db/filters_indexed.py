"""Queries look rows up by columns that an index starts with."""

from pytest_reconaudit.api import FilteredTable, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Each such query reads the whole table, so it gets slower with every row.",
    fix="""Add an index that starts with the column that tells the fewest rows apart from the rest:

```sql
CREATE INDEX CONCURRENTLY idx_invitations_token ON invitations (token);
```
""",
)
def db_filters_indexed(filtered_table: FilteredTable) -> None:
    """What the code's queries look rows up by leads a valid index of its table.

    Why: without one the server reads every row of the table for each of them; a test database
    with a hundred rows does not show it.
    Decides: for each table of the replayed (or live) catalog, the plain SELECT, UPDATE and DELETE
    statements of the code, written whole in one string, or as a plain query of Diesel, Prisma,
    SQLAlchemy or Django on one model: the columns that they compare with a run-time value, or by
    which they join it to a table that an index has already narrowed; while a request waits, also
    the column that the first rows are sorted by, or of a span of time, where nothing narrows.
    Silent when any column of the table's conditions, also one only mentioned, leads an index or
    stands in one that is no B-tree; for columns with few values (boolean, enum, status, type …) or
    compared with text written there, tables that are small by name or into which no code inserts,
    views, tests, scripts, migrations and administration. What runs only when an account or the like
    is removed is a note. With `--recon-dsn` the planner is asked (EXPLAIN, never ANALYZE), and
    HypoPG where it is there.
    Blind spots: statements put together at run time, other ORMs, WITH and UNION; without a live
    database how many rows a table has.
    """
    for one in filtered_table.filters:
        report(
            at=one.sites[0].place,
            says=one.says,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.sites[0].text,
            fix=one.fix,
            related=one.related,
            key=one.key,
        )
