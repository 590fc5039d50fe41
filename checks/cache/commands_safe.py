"""Redis is asked with commands that do not hold it up."""

from pytest_reconaudit.api import CommandFile, Severity, audit, lines_of, report


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Redis answers one command at a time: while it walks all keys, all clients wait.",
    fix="""
    Walk with SCAN and delete in pieces, or keep a version in the key; never KEYS or FLUSHDB:

    ```python
    for key in r.scan_iter(match="orders:*", count=500):
        pipe.unlink(key)
    pipe.execute()
    ```
    """,
    advice={
        "b": (
            "Each key costs a round trip: a thousand keys take a second.",
            "Send them in one command (MGET, MSET, DEL with many keys) or in a pipeline.",
        ),
    },
)
def cache_commands_safe(command_file: CommandFile) -> None:
    """No command walks or drops all keys per request, none is sent key by key.

    Why: KEYS takes 40 ms for a million keys, and FLUSHDB empties what others keep there.
    Decides: (a) KEYS, FLUSHALL or FLUSHDB in a function that a request reaches: high; that other
    code calls: medium. (b) One command per key in a `for` loop, or a `map` over keys: low. SCAN,
    pipelines, retries, chunks and worker loops, turns that wait for a query or another server too,
    scripts, jobs, tests, admin tools and functions nobody calls pass.
    Blind spots: commands in Lua scripts, names that are put together.
    """
    for one in command_file.heavy:
        operation = one.operation
        report(
            at=operation.place,
            says=f"{operation.op.method} in {operation.op.function}, {one.why}",
            severity=one.severity,
            evidence=operation.op.text,
            clause="a",
            key=f"{operation.op.owner}.{operation.op.function}",
        )
    looped = command_file.looped
    if looped:
        report(
            at=looped[0].place,
            says=f"{len(looped)} Redis {'command is' if len(looped) == 1 else 'commands are'} sent"
            f" in every turn of a loop ({lines_of([one.place for one in looped])}):"
            f" {', '.join(dict.fromkeys(one.op.method for one in looped[:5]))}",
            severity=Severity.LOW,
            evidence=looped[0].op.text,
            related=[
                *((one.place, f"{one.op.method} per turn") for one in looped[1:]),
                *((one.place.at(one.op.in_loop), "the loop") for one in looped),
            ],
            clause="b",
        )
