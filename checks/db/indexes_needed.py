"""Indexes earn what they cost."""

from pytest_reconaudit.api import (
    IndexGroup,
    IndexSet,
    Severity,
    SkipReason,
    UnusedIndexes,
    audit,
    report,
    skip,
)


@audit(
    pillar=2,
    severity=Severity.LOW,
    impact="Every write maintains the index, and it takes memory from those that are used.",
    fix="""Keep the one that backs a constraint, else the longer one; drop the other outside of a
transaction, and watch the queries for a week:

```sql
DROP INDEX CONCURRENTLY idx_orders_customer;  -- (customer_id) of (customer_id, placed_at)
```
""",
)
def db_indexes_needed(index_set: IndexSet | UnusedIndexes) -> None:
    """No index does what another one does, and none lies unused.

    Why: an index is written with each row, read into memory and vacuumed, needed or not.
    Decides: two valid indexes that are equal in all but the name (method, keys, operator classes,
    collations, order, predicate, uniqueness, INCLUDE): medium. A B-tree whose keys are the first
    keys of another one, in every other way equal, and that backs no constraint, no uniqueness and
    no replica identity: a note. With `--recon-dsn`, at most 50 scans in 14 days or more of an index
    of 1 MB: a note, unless it is unique, backs a constraint, serves a foreign key or is over an
    expression; not said at all while replicas answer queries that this server does not count.
    Blind spots: a short index that is kept on purpose because it fits into memory; a reverse order
    that would do as well.
    """
    if isinstance(index_set, UnusedIndexes):
        _unused(index_set)
        return
    if index_set.gap:
        skip(SkipReason.UNRESOLVED, index_set.gap)
    where = index_set.described
    for group in index_set.duplicates:
        first = group.indexes[0]
        says = f"index {first.shown} on {first.table} is the same as {first.by} in {where}"
        if len(group.indexes) > 1:
            says = f"{group.count} of {where} are there twice: {group.names}"
        _tell(group, says, Severity.MEDIUM)
    if prefixes := index_set.prefixes:
        _tell(
            prefixes,
            f"{prefixes.count} of {where}, on the first keys of another one: {prefixes.names}",
        )
    if plain := index_set.plain:
        _tell(plain, f"{plain.count} of {where}, on the keys of a unique one: {plain.names}")


def _unused(indexes: UnusedIndexes) -> None:
    if indexes.skipped:
        skip(indexes.reason, indexes.skipped)
    if group := indexes.unused:
        _tell(
            group,
            f"{group.count} of the live database, used at most 50 times {indexes.since}:"
            f" {group.names}",
        )


def _tell(group: IndexGroup, says: str, severity: Severity = Severity.INFO) -> None:
    report(
        at=group.place,
        says=says,
        severity=severity,
        evidence=group.evidence,
        related=group.related,
        fix=group.fix,
        clause=group.clause,
        key=group.key,
    )
