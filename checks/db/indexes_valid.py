"""The indexes of the live database are valid."""

from pytest_reconaudit.api import InvalidIndex, LiveIndexes, Severity, audit, report

_WHY = {
    "failed": "its build failed",
    "new": "REINDEX CONCURRENTLY failed and left it",
    "old": "REINDEX CONCURRENTLY replaced it and could not drop it",
}


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="No query uses the index, and every write still pays for it while it is ready.",
    fix="""Drop it and build it again, outside of a transaction:

```sql
DROP INDEX CONCURRENTLY idx_orders_customer;
CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (customer_id);
-- or, from PostgreSQL 12 on
REINDEX INDEX CONCURRENTLY idx_orders_customer;
```

`CREATE INDEX IF NOT EXISTS` says "already exists" and leaves it broken. What ends in `_ccnew` or
`_ccold` is only dropped. A unique index that cannot be built has duplicates in its way.
""",
)
def db_indexes_valid(live_index: InvalidIndex | LiveIndexes) -> None:
    """Every index of the live database can be used.

    Why: `CREATE INDEX CONCURRENTLY` that is stopped, runs into a lock timeout or meets duplicates
    leaves an index that has a name, takes space and slows writes down, and that no query uses.
    Decides: with `--recon-dsn`, `pg_index` says which are not valid or not ready. Those that are
    being built or rebuilt are looked for before, between and after two looks at the catalog, and
    pass. A partitioned index that some partitions have no part of is a note: `ON ONLY` makes it
    so until all are attached. Forty are judged one by one, the rest together.
    Blind spots: corruption, which only reading the whole index shows (`amcheck`).
    """
    match live_index:
        case InvalidIndex():
            _one(live_index)
        case LiveIndexes():
            _all(live_index)


def _one(index: InvalidIndex) -> None:
    if index.kind == "partitioned":
        report(
            at=index.place,
            says=f"partitioned index {index.id} is not attached on {index.unattached} partitions"
            f" of {index.table}",
            severity=Severity.INFO,
            evidence=index.definition,
            key=index.id,
        )
        return
    cost = ", and writes still maintain it" if index.ready else ""
    report(
        at=index.place,
        says=f"index {index.id} on {index.table} is not valid in the live database"
        f" ({index.sizes}): {_WHY[index.kind]}; no query uses it{cost}",
        evidence=index.definition,
        key=index.id,
    )


def _all(indexes: LiveIndexes) -> None:
    if indexes.building:
        report(
            at=indexes.place,
            says=f"being built in the live database: {', '.join(indexes.building[:5])}",
            severity=Severity.INFO,
            key="building",
        )
    broken = [index for index in indexes.more if index.kind != "partitioned"]
    if broken:
        first = ", ".join(index.id for index in broken[:5])
        report(
            at=broken[0].place,
            says=f"{len(broken)} more indexes are not valid in the live database: {first}",
            evidence=broken[0].definition,
            related=[(index.place, index.id) for index in broken[1:]],
            key="more",
        )
