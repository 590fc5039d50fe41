"""Whoever changes an entity deletes what is cached of it."""

from pytest_reconaudit.api import CachedKey, Confidence, Severity, audit, report, shown_ttl


@audit(
    pillar=2,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    impact="After a change users are shown the old state for as long as the key lives.",
    fix="""
    Delete the key after the change is committed. Pages of a list cannot be deleted one by one:
    put a version into the key and raise it.

    ```rust
    let order = service.update_order(id, request).await?;
    cache.delete(&keys::order(id)).await?;      // the entity
    cache.incr("orders:version").await?;        // orders:v{version}:page:{page}
    ```

    ```python
    order.save()
    cache.delete(f"order:{order.id}")           # the entity
    cache.incr("orders:version")                # orders:v{version}:page:{page}
    ```

    ```ts
    await orders.update(id, changes);
    await redis.del(`order:${id}`);             // the entity
    await redis.incr("orders:version");         // orders:v${version}:page:${page}
    ```
    """,
)
def cache_key_invalidated(cached_key: CachedKey) -> None:
    """What is cached of an entity is deleted when the entity changes.

    Why: a cache that nobody invalidates serves deleted rows and old values for its whole TTL.
    Decides: per template of keys that is written and read and lives longer than a minute, with no
    delete anywhere: by the key, by a pattern or prefix that covers it, by a tag, a version in the
    key, or a mutator that writes the new value itself (a delete in a function that nothing calls is
    none). Mutators are the handlers that insert,
    update or delete in the table that the key is named after (for counts and dashboards in the
    tables that the writer reads), else the handlers that say so by name, method and path. Updates
    of passwords, tokens and last logins change nothing that is cached. Known by names alone, or by
    a part of a table's name (`traces` of `pinned_trace`) where what is cached reads other tables,
    it is a note; so is a counter or a usage that is kept for ten minutes at most, and what is
    worked out of some days (a trend, a performance, a figure with the days in its key) for an hour.
    A key whose first two words name a table (`permissions:role` of `role_permissions`) is that
    table's. Counts kept for a day at most that jobs alone change pass. Functions that nothing but
    tests calls change nothing, nor do those whose caller writes the new value. High for what is
    kept longer than five minutes, medium for counts and below; where the key of one entity survives
    its deletes only, one less. What is written without having been looked for or read from a table
    is no copy and passes, and so is a count that is kept here alone (INCR and its like, or what was
    read under the key with something added). Keys of sessions, tokens, limits, locks, exports and
    data of others pass, also keys under which a mere id is kept.
    Blind spots: keys and deletes that are put together at run time; jobs and other services.
    """
    found = cached_key.mutators
    if not found:
        return
    write = cached_key.write
    functions = "function" if len(found) == 1 else "functions"
    changed = f"what it holds is changed by {len(found)} {functions}"
    if not cached_key.sure:
        changed = f"what it holds may be changed by {len(found)} {functions}, by the names alone"
    behind = "; a figure may run behind for so long" if cached_key.figure else ""
    names = ", ".join(f"{one.name} ({one.place})" for one in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    idle = cached_key.idle
    deleted, fix = "deleted nowhere", ""
    if idle:
        named = ", ".join(f"{name} ({place})" for place, name in idle[:2])
        deleted = f"deleted only by {named}, which nothing calls"
        fix = f"Call `{idle[0][1].rpartition('.')[2]}` wherever the change is committed."
    report(
        at=write.place,
        says=f"{write.template} ({shown_ttl(cached_key.family.ttl)}) is written here and {deleted},"
        f" though {changed}: {names}{more}{behind}",
        severity=cached_key.severity,
        confidence=Confidence.LIKELY if cached_key.sure else Confidence.POSSIBLE,
        evidence=write.op.text,
        related=[
            *((one.place, f"{one.name} {one.how} and leaves {write.template}") for one in found),
            *((one.place, f"writes {one.template}") for one in cached_key.family.writes[1:]),
            *((place, f"{name} deletes it, and nothing calls that") for place, name in idle),
            *((one.place, f"reads {one.template}") for one in cached_key.family.reads[:5]),
        ],
        fix=fix,
        key=write.template,
    )
