"""Redis is asked with commands that do not hold it up."""

from pytest_reconaudit.api import CacheOperation, CommandFile, Severity, audit, lines_of, report


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Redis answers one command at a time: while it walks all keys, all clients wait.",
    fix="""
    Walk with SCAN and delete in pieces, or keep a version in the key; never KEYS or FLUSHDB.
    """,
    advice={
        "b": (
            "Each key costs a round trip: a thousand keys take a second.",
            "Send them in one command (MGET, MSET, DEL with many keys) or in a pipeline.",
        ),
        "c": (
            "Each field costs a round trip: a thousand fields take a second.",
            "Send them in one command: HSET with several fields, HMGET, SADD with several members.",
        ),
    },
)
def cache_commands_safe(command_file: CommandFile) -> None:
    """No command walks or drops all keys per request, none is sent key by key.

    Why: KEYS takes 40 ms for a million keys, and FLUSHDB empties what others keep there.
    Decides: (a) KEYS in a function that a GET reaches: high, that another request reaches: medium,
    that other code calls, a handler that no file names, or a function that clears a cache by its
    name: low; FLUSHALL and FLUSHDB per request: medium, else a note. (b) One command per key in a
    `for` loop, or a `map` over keys: low; where the client may be a cluster's, whose keys lie on
    several nodes, it passes. (c) One command per field or member of the same key: low. Commands
    that some turns alone send, what goes over a list that a constant caps, a list kept as one
    value, or the sessions or devices of one person, parts of one key out of a list that was handed
    over, and loops that no request is known to reach (or the staff's alone) and whose function does
    not say that it handles many, are a note. SCAN, pipelines, retries, chunks and worker loops,
    turns that wait for a query or another server too, commands that are on their way at once
    (`join_all`, `Promise.all`, `gather`), scripts, jobs, tests and what they are written with,
    admin tools and functions nobody calls pass.
    Blind spots: commands in Lua scripts, names that are put together.
    """
    for one in command_file.heavy:
        operation = one.operation
        report(
            at=operation.place,
            says=f"{operation.op.method} in {operation.op.function or 'a handler'}, {one.why}",
            severity=one.severity,
            evidence=operation.op.text,
            fix=one.fix,
            clause="a",
            key=f"{operation.op.owner}.{operation.op.function}",
        )
    _looped(command_file, command_file.looped, "b", "")
    _looped(command_file, command_file.members, "c", " for the same key")
    if command_file.sometimes and not (command_file.looped or command_file.members):
        _noted(command_file.sometimes)


def _looped(file: CommandFile, looped: tuple[CacheOperation, ...], clause: str, of: str) -> None:
    if not looped:
        return
    loops = {one.op.in_loop for one in looped}
    beside = [one for one in file.sometimes if one.op.in_loop in loops]
    some = ", ".join(f"{one.op.method} (line {one.op.line})" for one in beside[:3])
    report(
        at=looped[0].place,
        says=f"{len(looped)} Redis {'command is' if len(looped) == 1 else 'commands are'}"
        f"{' each' if len(loops) > 1 else ''} sent{of} in every turn of a loop"
        f" ({lines_of([one.place for one in looped])}):"
        f" {', '.join(dict.fromkeys(one.op.method for one in looped[:5]))}"
        f"{f'; in some turns also {some}' if some else ''}",
        severity=Severity.LOW,
        evidence=looped[0].op.text,
        related=[
            *((one.place, f"{one.op.method} per turn") for one in looped[1:]),
            *((one.place, f"{one.op.method} in some turns") for one in beside),
            *((one.place.at(one.op.in_loop), "the loop") for one in looped),
        ],
        clause=clause,
    )


def _noted(some: tuple[CacheOperation, ...]) -> None:
    report(
        at=some[0].place,
        says=f"up to {len(some)} Redis {'command is' if len(some) == 1 else 'commands are'} sent"
        f" per turn of a loop ({lines_of([one.place for one in some])}):"
        f" {', '.join(dict.fromkeys(one.op.method for one in some[:5]))}; few turns, or not in"
        " each",
        severity=Severity.INFO,
        evidence=some[0].op.text,
        related=[(one.place.at(one.op.in_loop), "the loop") for one in some],
        clause="b",
    )
