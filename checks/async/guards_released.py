"""Guards of blocking locks are released before an await."""

from pytest_reconaudit.api import (
    Confidence,
    GuardAcross,
    LockFile,
    Note,
    Severity,
    audit,
    lines_of,
    report,
    weighed,
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Tasks that need the lock block the threads that would let its holder go on.",
    fix="""
    End the guard's scope before the await:

    ```rust
    // before
    let mut hits = self.hits.lock().unwrap();
    *hits += 1;
    self.store.save(*hits).await?;
    // after
    let count = { let mut hits = self.hits.lock().unwrap(); *hits += 1; *hits };
    self.store.save(count).await?;
    ```

    Where the lock must be held over the await, use `tokio::sync::Mutex`.
    """,
)
def async_guards_released(guarded_file: LockFile) -> None:
    """No guard of a std or parking_lot lock is alive where a task is suspended.

    Why: a blocking lock does not know tasks. While its holder sleeps, another task on the same
    thread waits for it without giving the thread back; with one thread that is a deadlock.
    Decides: (a) in async code a guard of a std or parking_lot lock whose type is known is bound by
    a name and alive at a later await of the same task: high. (b) In a handler the write guard of an
    async lock on the application's state is alive while a database or another server is asked: a
    note. (a) holds of what a `DashMap` gives out too (`get_mut`, `entry`; medium for `get` and
    `iter`, which keep writers waiting): bound by `let`, or in the head of an `if let`, `match` or
    `for` around the await; those alike of one map in a file are told as one. It is a note where the
    map is a private field that nothing writes to once it is made, or only what has its owner to
    itself (`&mut self`) as the holder has. (c) While such a guard is alive, its function, async or
    not, asks the same map for what waits for it (a write, or anything behind
    `get_mut`, `entry` and `iter_mut`), itself or by a method of its own type: high, the task waits
    for itself. Examples are notes, and awaits of boxed sinks and other traits of which the
    repository has none that ever waits. Guards that are dropped or moved before, inner blocks, `_`,
    other async guards, awaits in closures and spawned tasks, and of async functions of the
    repository that await nothing themselves pass.
    Blind spots: locks whose type is not known, guards in structs: clippy's `await_holding_lock`
    sees those.
    """
    _each(guarded_file, guarded_file.blocking, "a")
    _each(guarded_file, guarded_file.waiting, "b")


def _each(file: LockFile, found: tuple[GuardAcross, ...], clause: str) -> None:
    for one in found:
        count = f"{len(one.awaits)} awaits" if len(one.awaits) > 1 else "an await"
        asks = " of another server" if clause == "b" else ""
        named = f"the guard `{one.name}`" if one.name else "a guard"
        severity = Severity.MEDIUM if one.reads else Severity.HIGH
        says = (
            f"`{one.function}` holds {named} of the {one.kind} `{one.site.receiver}` over"
            f" {count}{asks} ({lines_of(one.awaits)})"
        )
        impact = _SELDOM if one.ready else _FREE if one.free else ""
        if one.again is not None:
            place, by = one.again
            severity, impact = Severity.HIGH, _HANGS
            over = f"; it lives over {count} as well" if one.awaits else ""
            says = (
                f"`{one.function}` holds {named} of the {one.kind} `{one.site.receiver}` where"
                f" `{by}` (line {place.line}) waits for the same map{over}"
            )
        if one.beside:
            does = "does" if len(one.beside) == 1 else "do"
            says += f"; {len(one.beside)} more of this file {does}"
        says += f"; {_WHY[one.free]}" if one.free else ""
        report(
            at=one.at,
            says=says,
            severity=Severity.INFO
            if clause == "b" or file.is_sample or one.ready or one.free
            else weighed(severity, file.path),
            confidence=Confidence.LIKELY,
            evidence=f"{one.site.receiver}.{one.site.mode}({'' if one.kind != 'DashMap' else '…'})",
            impact=impact,
            fix=one.fix,
            related=[
                *([Note(one.again[0], f"`{one.again[1]}` waits")] if one.again else ()),
                *(
                    one.asks
                    or [Note(place, "awaited while the guard is alive") for place in one.awaits]
                ),
                *one.beside,
            ],
            clause="c" if one.again is not None else clause,
            key=f"{one.function} {one.site.receiver}",
        )


_SELDOM = (
    "Nothing that the repository itself has behind this trait ever waits: with something that does,"
    " tasks that need the lock would block the threads that would let its holder go on."
)
_WHY = {
    "unwritten": "nothing writes to the map once it is made",
    "alone": "all that writes to it has its owner to itself, and so has this (`&mut self`)",
}
_FREE = (
    "Nobody waits for it as long as this is so: a write from a task beside it would block a thread."
)
_HANGS = (
    "The task waits for a lock that it holds itself, and every other that comes to this part of the"
    " map waits behind it for ever."
)
