"""What to do instead of a blocking call, as its function allows."""

from __future__ import annotations

from pytest_reconaudit.facts.asynchronous.crates import Means, crate_of, means_of
from pytest_reconaudit.facts.asynchronous.python_threads import threaded
from pytest_reconaudit.facts.asynchronous.remedies import remedy
from pytest_reconaudit.facts.asynchronous.running import is_service
from pytest_reconaudit.facts.asynchronous.rust_threads import (
    ends_of,
    function_around,
    in_guard_line,
    kept_behind,
    whole_block,
)
from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import callers_of, function_at, outlined
from pytest_reconaudit.model import Place, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.blocking import DATABASE
from pytest_reconaudit.readers.scans.outline import OutlinedFunction
from pytest_reconaudit.target import Target

__all__ = ["remedy_of"]


def remedy_of(target: Target, path: str, one: Waiting) -> str:
    if path.endswith(".py"):
        return threaded(target, path, one)
    words = [note.message for note in (*one.sites, *one.beside)]
    name = one.name if one.callers else ""
    crate = crate_of(target, path) if path.endswith(".rs") else None
    if one.kinds[0] in DATABASE:
        actix = crate is not None and means_of(target, crate).runtime == "actix"
        return _BY_ACTIX if actix else ""
    if crate is None:
        whole = _whole(target, path, one.at.line or 1, one.at.column or 1)
        told = remedy(path, one.kinds[0], words, one.libraries, name, text=whole)
        return told + _awaited_by(target, path, one) if told else ""
    at = one.callers[0].place.path if one.callers else path
    means = means_of(target, crate_of(target, at) or crate)
    if one.kinds[0] in ("file", "decode") and not one.callers:
        told = _of_block(target, path, one, means)
        if told:
            return told
    function = function_around(target, path, one.at.line or 0)
    guard = _guard(target, path, function, one.at.line or 0) if function is not None else ""
    told = remedy(
        path,
        one.kinds[0],
        words,
        one.libraries,
        name,
        means,
        guard="" if name else guard,
        ends=ends_of(target, path, one, means),
    )
    pieces = [
        site
        for site in one.sites[1:]
        if one.kinds[0] != "file" and site.message.startswith("std::fs::File … .")
    ]
    if pieces:
        told += (
            f"\n\nSo does `{pieces[0].message}` ({lines_of(one.place for one in pieces)}), piece by"
            " piece: the file goes to the thread with the data, and comes back beside the `Result`."
        )
    return told + _of_others(target, one)


def _of_others(target: Target, one: Waiting) -> str:
    """What else has to be said where other functions are told with the first: those that do not
    await are moved where async code calls them, before the ``match`` in whose guard that stands."""
    calls = [
        note.place for note in (*one.callers[1:], *one.beside) if note.message.startswith("called")
    ]
    guards = [place for place in calls if in_guard_line(target.line(place.path, place.line or 1))]
    told = ""
    if one.beside and calls:
        where = ", ".join(map(str, calls[:_CALLS])) + (" …" if len(calls) > _CALLS else "")
        told += (
            f"\n\nThe other functions are not async: where async code calls them ({where}), move"
        )
        told += " the whole call to the thread."
    if guards:
        where = ", ".join(map(str, guards[:_CALLS])) + (" …" if len(guards) > _CALLS else "")
        told += f" At {where} it stands in the guard of a `match`: take it out before the `match`."
    for note in one.beside:
        at = note.place
        function = function_around(target, at.path, at.line or 0)
        if note.message.startswith("called") or function is None or not is_service(function):
            continue
        told += f"\n\nAt {at} `call` cannot await: do it in the future that it returns."
        told += kept_behind(target, at.path, function)
    return told


_LINES = 12
_CALLS = 4
"""Calls that are named."""


def _whole(target: Target, path: str, line: int, column: int) -> str:
    """The source of a call of a script from its own name on, to the parenthesis that ends it."""
    lines = target.lines(path)[line - 1 :][:_LINES]
    text = "\n".join(lines)[column - 1 :]
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth <= 0:
            return " ".join(text[: at + 1].split())
    return ""


def _awaited_by(target: Target, path: str, one: Waiting) -> str:
    """What else has to be said where the function around a call of a script does not await."""
    ref = function_at(target, path, one.at.line or 1)
    if ref is None or outlined(target, ref).is_async or one.kinds[0] == "derive":
        return ""
    known = [Place(who.path, call.line) for who, call in callers_of(target, ref)][:_CALLS]
    name = outlined(target, ref).name
    if not known or not name:
        return ""
    where = ", ".join(str(place) for place in known)
    return f"\n\n`{name}` becomes `async` by that: what calls it has to await it ({where})."


def _of_block(target: Target, path: str, one: Waiting, means: Means) -> str:
    """What to do where a function opens a file and works on it: all of that moves."""
    block = whole_block(target, path, one)
    if block is None:
        return ""
    first, last, awaits_nothing = block
    spawn = {"actix": "actix_web::web::block", "": ""}.get(
        means.runtime, f"{means.runtime}::task::spawn_blocking"
    )
    thread = "a thread of its own" if means.alone or not spawn else f"`{spawn}(move || …)`"
    if awaits_nothing:
        return (
            f"Opening the file is the least of it: give lines {first} to {last}, which await"
            f" nothing, as a whole to {thread}. The closure owns what it uses and returns what the"
            " lines below need; the error of the thread is another one than that of the work: look"
            " at both."
        )
    if means.tokio and means.has("fs"):
        return (
            f"Take `{means.runtime}::fs::File`, and await its methods (of"
            f" `{means.runtime}::io::AsyncReadExt` and `AsyncWriteExt`) in lines {first} to {last}."
        )
    return (
        f"Work on the file in {thread}: open it there, and from line {first} to {last}, which await"
        " in between, hand it in and out for each piece: the closure takes the file and the data,"
        " and returns the file beside the `Result`."
    )


_BY_ACTIX = """
Give the work to a thread that no task needs; a transaction goes there as a whole:

```rust
let user = actix_web::web::block(move || -> Result<User, Error> {
    Ok(users::table.find(id).first(&mut pool.get()?)?)
})
.await??;
```
"""
_GUARD = regex(
    r"^\s*let\s+(?:mut\s+)?(\w+)\s*(?::[^=\n]+)?=[^;]{0,200}?\.(?:read|write|lock)\(\)([^;]*)$"
)
_UNWRAPS = regex(r"(?:\s|\?|\.(?:unwrap|expect|map_err|unwrap_or_else)\b)*")
"""What hands on the guard itself."""


def _guard(target: Target, path: str, function: OutlinedFunction, line: int) -> str:
    """The name of a guard of a lock that is not async, bound before a line and alive there."""
    lines = target.lines(path)[function.line - 1 : line - 1]
    depth = indentation(target.line(path, line))
    held = ""
    for statement in "\n".join(lines).split(";"):
        found = _GUARD.search(statement[statement.rfind("let ") :]) if "let " in statement else None
        if found is None:
            if held and f"drop({held})" in statement.replace(" ", ""):
                held = ""
            continue
        own = next(one for one in lines if f"let {found[1]}" in one or f"let mut {found[1]}" in one)
        if indentation(own) <= depth and _UNWRAPS.fullmatch(_outermost(found[2])):
            held = found[1]
    return held


def _outermost(chain: str) -> str:
    """A chain of calls without what stands between parentheses."""
    depth = 0
    kept = []
    for letter in chain:
        depth += letter == "("
        if depth <= 0 and letter != ")":
            kept.append(letter)
        depth -= letter == ")"
    return "".join(kept)
