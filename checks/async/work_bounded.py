"""What a request starts has a limit."""

from pytest_reconaudit.api import (
    Confidence,
    FanOutFile,
    Severity,
    UnboundedWork,
    audit,
    lines_of,
    report,
)

_SAYS = {
    "a": "{name} starts a task for each element of `{over}`, however many there are",
    "b": "{name} {does} an unbounded channel",
    "c": "{name} runs a call for each element of `{over}` at once, however many there are",
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="One long list takes all connections and memory from the rest.",
    fix="""
    Give the work a limit: a stream that lets some run at a time, or a permit of a `Semaphore` that
    each task takes first.
    """,
    advice={
        "b": (
            "What its reader does not take in time stays in memory, however much it is.",
            "Make it with a limit (`mpsc::channel(1000)`): a sender that awaits then slows down.",
        ),
    },
)
def async_work_bounded(fan_out: FanOutFile) -> None:
    """Tasks, joined calls and queues do not grow with what a client sends.

    Why: a task per element means as many connections, files and buffers at once; a queue without a
    limit hides that its reader is too slow until memory is gone.
    Decides: looks at crates that servers are made of. (a) `tokio::spawn` and its like, or a
    `JoinSet`, per element of a collection (`for`, `map`, `for_each`): medium and likely in a
    function that a route reaches, where the collection is seen to come out of what a handler takes
    of its request (through the parameters of the functions between) or to be all rows of a query,
    or the request says how many; a note elsewhere. (c) `join_all` over calls made for each element:
    medium there, else a note. (b) A send into an
    `UnboundedSender` on the way of a request, or an unbounded channel that is filled there in a
    loop and whose receiver becomes a stream: medium and likely; one in a branch of its function, by
    an object that the request makes for itself or in a method that several types have of one trait,
    and the making of an unbounded channel: a note. Functions with a semaphore, permits,
    `buffer_unordered`, `for_each_concurrent` or `join_next`, chunks, `take`, literal lists,
    constants and ranges, collections that were counted before, are drained by their owner, are
    taken out of settings, hold parts of the program (`Vec<Box<dyn …>>`) or are named after
    configuration and connections, elements for which the code only computes, takes a lock or waits
    for what runs already, functions whose comment says that there are few, functions that shut
    down, tasks that are awaited at once, requests that wait for the answer, one task per request,
    `main` and tests pass.
    Blind spots: limits set by the caller, such as a page size.
    """
    for one in fan_out.work:
        sends = bool(one.over) and one.clause == "b"
        does = f"sends by `{one.over}` into" if sends else "makes"
        if one.streams:
            does = "streams to its reader, however slow, through"
        where = f", per request of {one.route}" if one.route else ""
        if one.chosen:
            where += f"; `{one.chosen}` says how many, and the handler does not bound it"
        says = _SAYS[one.clause].format(name=one.name, over=one.over, does=does)
        report(
            at=one.at,
            says=f"{says}: {lines_of(site.place for site in one.sites)}{where}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            fix=_limited(one),
            related=one.sites[1:],
            clause=one.clause,
            key=f"{one.clause} {one.name}",
        )


def _limited(one: UnboundedWork) -> str:
    """What to do instead, in the names of the code."""
    if one.clause == "a":
        told = (
            "Let each task take a permit of one `Semaphore` first, inside of the spawned future"
            " (`let _permit = permits.acquire_owned().await;`, `permits` a clone of its `Arc`): who"
            " starts them does not wait."
        )
        if one.transaction is not None:
            name, line = one.transaction
            return (
                f"{told} They are started while the transaction `{name}` is open: collect what they"
                f" need, and start them after its commit (line {line}), or they do work for what"
                " may be rolled back."
            )
        return (
            f"{told} Where it waits for them anyway, go over `{one.over}` by"
            " `for_each_concurrent`, which lets so many run at a time."
        )
    if one.clause == "b":
        return ""
    joins = one.sites[0].message.rpartition("::")[2]
    ends = "try_collect::<Vec<_>>()" if joins == "try_join_all" else "collect::<Vec<_>>()"
    return (
        f"Make a stream of `{one.over}` (`stream::iter`), with the same `map`, and let some run at"
        f" a time: `.buffered(8).{ends}` instead of `{joins}` (of `futures::StreamExt`; it keeps"
        " the order, as the join does)."
    )
