"""What is written to a cache runs out."""

from pytest_reconaudit.api import CacheWrites, Confidence, Severity, audit, lines_of, report


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="The keys pile up, and what a missed invalidation leaves is wrong for ever.",
    fix="""
    Where the value can be made again, give it a time to live with the same command that writes it.
    What is written down nowhere else (what somebody has paid for, a schedule) is no cache: keep it
    without one, in a database better than here.

    ```rust
    conn.set_ex(key, json, 600).await?;            // not conn.set(key, json)
    ```
    ```js
    await redis.set(key, json, "EX", 600);
    ```
    ```python
    cache.set(key, data, timeout=600)              # redis-py: r.set(key, json, ex=600)
    ```
    """,
)
def cache_ttl_set(cache_writes: CacheWrites) -> None:
    """Every cached value has a time to live.

    Why: a cache is what may be forgotten; what never runs out is a second database.
    Decides: per file, writes to Redis without an expiry in the command (no SETEX, EX, PX, KEEPTTL)
    and writes through a wrapper without a time, where the wrapper has none of its own, out of all
    that have a time or should. Passes: an EXPIRE or a delete of the same key, an EXPIRE in the same
    function, NX (locks), counters (by the key's name, by INCR and its like anywhere, or where what
    was read under the key is written with something added), switches, positions, the state of some
    work (progress, checkpoints, a key per partition), marks and mere ids, wrappers that hand on to
    another cache, a wrapper whose branch without time nobody takes, one fixed key that Django keeps
    by `None`, caches in the process. Notes: (b) lists and dashboards kept five minutes and more
    with nothing that holds back all callers but one when the key runs out; (c) no cache here counts
    its hits and misses.
    Blind spots: a TTL that the server or a library adds.
    """
    endless = cache_writes.endless
    if endless:
        report(
            at=endless[0].place,
            says=f"{len(endless)} of {cache_writes.judged} writes keep their key without end"
            f" ({lines_of([one.place for one in endless])}): {endless[0].op.text}",
            evidence=endless[0].op.text,
            related=[(one.place, f"writes {one.shown}") for one in endless[1:]],
        )
    late = cache_writes.at_once
    if late:
        report(
            at=late[0].place,
            says=f"when {', '.join(one.template for one in late[:5])}"
            f" {'runs' if len(late) == 1 else 'run'} out, every request that"
            " comes computes them anew at the same time",
            severity=Severity.INFO,
            evidence=late[0].op.text,
            related=[(one.place, f"writes {one.template}") for one in late[1:]],
            fix="Let one caller compute (a lock with NX, single flight), or spread the TTL.",
            clause="b",
        )
    if cache_writes.uncounted:
        report(
            at=cache_writes.uncounted.place,
            says="nothing counts hits and misses: nobody can say whether this cache helps",
            severity=Severity.INFO,
            evidence=cache_writes.uncounted.op.text,
            fix="Count hits and misses where the cache is read, and export both as metrics.",
            clause="c",
        )
