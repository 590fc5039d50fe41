"""Foreign keys have an index."""

from pytest_reconaudit.api import KeyScope, Severity, SkipReason, UnindexedKey, audit, report, skip


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Each delete of a parent row reads the whole referencing table, and holds locks while"
    " it does.",
    fix="""Add an index that begins with the key's columns, in any order, outside of a transaction:

```sql
CREATE INDEX CONCURRENTLY idx_orders_customer_id ON orders (customer_id);
-- most rows have none:
CREATE INDEX CONCURRENTLY idx_orders_coupon_id ON orders (coupon_id)
    WHERE coupon_id IS NOT NULL;
```

Any other predicate leaves the index out of use here. Where parent rows are never deleted and their
keys never change, an ignore with that reason is right.
""",
)
def db_fk_indexed(key_scope: KeyScope) -> None:
    """Every foreign key has an index by which the children of a parent row are found.

    Why: PostgreSQL indexes the referenced key and not the referencing columns. It looks for
    children with `child = parent` at each delete of a parent row; so do joins and lists per parent.
    Decides: the replayed history (or `--recon-dsn`) says which valid indexes begin with the key's
    columns, as a set. A partial one counts when its predicate is no more than `IS NOT NULL` of
    those columns; collation and type have to fit. Medium; high with ON DELETE CASCADE, SET NULL or
    SET DEFAULT where code deletes from the parent and requests fill a table that grows by what it
    is called (events, orders …), or when the live parent has deletes. Where no code deletes from
    the parent, nor a cascade, what looks rows up by the key is named, else it is low; a note where
    db-filters-indexed asks for the same index. Low also when the live table has fewer than 1,000
    rows or is small by name, when no parent row was deleted in 7 days, or when an index leads with
    a part of the columns. Parts of partitioned tables, keys of extensions, and indexes that the
    repository makes beside its history pass. More than five of one migration file are one finding.
    Blind spots: BRIN, which reads ranges; PERIOD keys; how often parent rows are deleted, without
    a live database.
    """
    if key_scope.gap:
        skip(SkipReason.UNRESOLVED, key_scope.gap)
    for group in key_scope.groups:
        first = group[0]
        report(
            at=first.place,
            says=_one(first, key_scope) if len(group) == 1 else _several(group, key_scope),
            severity=first.severity,
            evidence=first.definition,
            related=[(key.place, f"{key.shown} {key.action}".strip()) for key in group[1:]],
            impact=_READS if all(key.reason for key in group) else "",
            fix=_fix(first),
            key=f"{first.table}({','.join(first.columns)})",
        )


_READS = (
    "Whoever looks rows up by the key reads the whole table, and so does a delete of a parent row."
)


def _fix(key: UnindexedKey) -> str:
    """What fits the tool that runs the history; empty: what the check declares."""
    words = key.advice.words
    if not words:
        return ""
    how = f"In a new migration: {words}." if key.advice.possible else f"{words}."
    return f"""Add an index that begins with the key's columns, in any order:

```sql
{key.ddl.replace("; ", ";" + chr(10))};
```

{how}
A predicate other than `IS NOT NULL` of those columns leaves the index out of use here. Where parent
rows are never deleted and nothing reads by the key, an ignore with that reason is right.
"""


def _one(key: UnindexedKey, scope: KeyScope) -> str:
    why = f"{key.action} reads" if key.action else "deleting a parent row reads"
    live = f" ({key.live})" if key.live else ""
    near = f"; {'; '.join(key.near)}" if key.near else ""
    none = "has no index"
    if key.reason and not key.partly:
        return (
            f"foreign key {key.shown} {none} in {scope.described}: {key.reason}{near}; `{key.ddl}`"
        )
    if key.partly:
        none = "has no index of all its columns"
        why, near = f"{key.partly} and {why} more than the children", ""
    else:
        why += f" all of {key.table}"
    return f"foreign key {key.shown} {none} in {scope.described}: {why}{live}{near}; `{key.ddl}`"


def _several(group: tuple[UnindexedKey, ...], scope: KeyScope) -> str:
    tables = {key.table for key in group}
    where = group[0].table if len(tables) == 1 else f"{len(tables)} tables"
    first = ", ".join(
        f"{key.shown if len(tables) > 1 else ', '.join(key.columns) + ' → ' + key.parent}"
        + (f" {key.action}" if key.action else "")
        for key in group[:5]
    )
    more = f" and {len(group) - 5} more" if len(group) > 5 else ""
    live = f" ({group[0].live})" if group[0].live else ""
    return (
        f"{len(group)} foreign keys of {where} have no index in {scope.described}{live}:"
        f" {first}{more}; `{group[0].ddl}`"
    )
