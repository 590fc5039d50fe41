"""A lock is not taken again while it is held."""

from pytest_reconaudit.api import (
    Confidence,
    LockFile,
    Note,
    Reentry,
    Severity,
    audit,
    lines_of,
    report,
    weighed,
)


@audit(
    pillar=2,
    severity=Severity.CRITICAL,
    impact="The task waits for itself for ever, and so does everyone who needs the lock.",
    fix="Take what you need, let the guard go, then take the lock again.",
)
def async_locks_not_reentered(lock_file: LockFile) -> None:
    """While a function holds a lock, neither it nor a method that it calls takes the same lock.

    Why: neither std's nor tokio's nor parking_lot's locks can be taken twice by one task. Nothing
    fails and nothing is logged: the first request that comes this way hangs, then those behind it.
    Decides: looks at locks of struct fields, statics and parameters whose type is known. (a) A
    guard that `let` binds is alive where a method of the same value is called whose body takes the
    lock. (b) The function takes it twice itself. (c) The guard is a temporary in the head of
    `if let`, `while let`, `match` or `for`: it lives to the end of the body, before edition 2024 of
    the `else` too. All are critical; two reads are a note, and only if someone writes; medium is
    what stands in methods of a type that no code but tests makes, or, in a program, in a function
    that nothing mentions. Guards in an inner block, dropped
    or moved before, owned values that `let` binds first, closures and spawned tasks pass.
    Blind spots: locks in collections; more than one level of calls; guards that functions return.
    """
    groups: dict[tuple[str, str, bool, int], list[Reentry]] = {}
    for one in lock_file.reentries:
        key = (one.function, one.clause, one.both_read, one.at.line or 0)
        groups.setdefault(key, []).append(one)
    for (function, clause, both_read, _), found in groups.items():
        first = found[0]
        idle = first.unmade or first.uncalled
        related = [
            note
            for one in found
            for note in (one.call, Note(one.again, f"`.{one.mode}()` of the same lock"))
            if note is not None
        ]
        report(
            at=first.at,
            says=f"`{first.held.receiver}`: {_said(function, found)}",
            severity=Severity.INFO
            if both_read
            else weighed(Severity.MEDIUM if idle else Severity.CRITICAL, lock_file.path),
            confidence=Confidence.CERTAIN if first.surely else Confidence.LIKELY,
            evidence=f"{first.held.receiver}.{first.held.mode}()",
            related=list(dict.fromkeys(related)),
            fix=_cure(first),
            clause=clause,
            key=f"{function} {first.held.receiver} {first.form}",
        )


def _said(function: str, found: list[Reentry]) -> str:
    first = found[0]
    calls = list(dict.fromkeys(one.call.message for one in found if one.call is not None))
    who = " and ".join(calls[:5]) or function
    lines = lines_of(one.call.place if one.call is not None else one.again for one in found)
    life = f"its guard (line {first.at.line}) is alive where"
    if first.clause == "c":
        life = f"its guard in the head of `{first.form}` lives to the end of the body, where"
    takes = "take" if len(calls) > 1 else "takes"
    doubt = "; two reads hang when a writer waits in between" if first.both_read else ""
    route = f"; {first.route} leads here" if first.route else ""
    if first.unmade:
        route = "; no code but tests makes a value of this type"
    elif first.uncalled:
        route = f"; nothing calls {function}"
    return f"{life} {who} ({lines}) {takes} the same {first.kind} again{doubt}{route}"


def _cure(first: Reentry) -> str:
    """What to do, in the words of the lock's own kind."""
    call = first.call.message if first.call is not None else f"`.{first.mode}()`"
    line = (first.call.place if first.call is not None else first.again).line
    if first.clause != "c":
        name = first.name or "the guard"
        gone = f"`drop({name})`" if first.name else "a block of its own around it"
        other = (
            f", or let {call} take what is guarded as a parameter"
            if first.call is not None
            else f", or use `{name}` there for what the second is taken for"
        )
        return (
            f"Let go before line {line}: copy out of `{name}` what the lines from there on need,"
            f" then {gone}{other}. A loop over what is guarded ends first: keep what it found."
        )
    take = f"{first.held.receiver}.{first.held.mode}()"
    if first.kind.startswith(("tokio", "async", "futures", "smol")):
        take += ".await"
    elif first.kind.startswith("std"):
        take += ".unwrap()"
    taken = f"let found = {take}…; // .cloned(), .copied(), .len(): a value, no reference"
    if first.form == "while let":
        taken = f"while let … = {{\n    {taken}\n    found\n}} {{"
    else:
        taken += f"\n{_HEADS[first.form]} found {{"
    return (
        "Take what the body needs out first, so that the guard is gone when the body begins:"
        f"\n\n```rust\n{taken}\n    … // line {line}: the lock is free\n}}\n```\n"
    )


_HEADS = {"if let": "if let … =", "match": "match", "for": "for … in"}
