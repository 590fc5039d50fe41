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
    `for` around the await. Guards that are dropped or moved before, inner blocks, `_`, other async
    guards, and awaits in closures and spawned tasks pass.
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
        report(
            at=one.at,
            says=(
                f"`{one.function}` holds {named} of the {one.kind} "
                f"`{one.site.receiver}` over {count}{asks} ({lines_of(one.awaits)})"
            ),
            severity=Severity.INFO if clause == "b" else weighed(severity, file.path),
            confidence=Confidence.LIKELY,
            evidence=f"{one.site.receiver}.{one.site.mode}({'' if one.kind != 'DashMap' else '…'})",
            fix=_TAKEN_OUT if one.kind == "DashMap" else "",
            related=one.asks
            or [Note(place, "awaited while the guard is alive") for place in one.awaits],
            clause=clause,
            key=f"{one.function} {one.site.receiver}",
        )


_TAKEN_OUT = """
Take what is needed out of the map, and await then:

```rust
let session = self.sessions.get(&id).map(|found| found.value().clone());
if let Some(session) = session {
    session.notify().await?;
}
```

What several tasks change over an await is kept in the map as `Arc<tokio::sync::Mutex<…>>`.
"""
