"""What to do instead of a blocking call, as its function allows."""

from __future__ import annotations

from pytest_reconaudit.facts.asynchronous.crates import crate_of, means_of
from pytest_reconaudit.facts.asynchronous.python_threads import threaded
from pytest_reconaudit.facts.asynchronous.remedies import Ends, remedy
from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import callers_of, function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.blocking import DATABASE
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
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
    function = _around(target, path, one.at.line or 0)
    guard = _guard(target, path, function, one.at.line or 0) if function is not None else ""
    return remedy(
        path,
        one.kinds[0],
        words,
        one.libraries,
        name,
        means_of(target, crate),
        fails=function is None or "Result" in function.returns,
        guard="" if name else guard,
        ends=_ends(target, path, one, function),
    )


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


_KEPT = regex(r"\)\s*(\.(?:ok\(\)|unwrap_or_default\(\)|is_ok\(\))|\.(?:unwrap_or|or_else)\w*\()")
_TRIED = regex(r"(?:if|while)\s+let\s+(?:Ok|Err)\b|\bmatch\b|\blet\s+_\s*=|\blet\s+Ok\b")
_STATEMENT = 8
"""Lines of a statement that are looked at above and below a call."""


def _ends(target: Target, path: str, one: Waiting, function: OutlinedFunction | None) -> Ends:
    """What is done with what a function's first call gives."""
    if one.callers:
        given = function.parameters if function is not None else ()
        return Ends(
            result=function is not None and "Result" in function.returns,
            borrows=any(kind.lstrip().startswith("&") for _, kind in given),
        )
    line = one.at.line or 1
    lines = target.lines(path)
    below = "\n".join(lines[line - 1 : line + _STATEMENT])[(one.at.column or 1) - 1 :]
    found = _KEPT.search(below.partition(";")[0].partition("|")[0])
    if found is not None:
        return Ends(keeps=found[1] if found[1].endswith(")") else f"{found[1]}…)")
    above = lines[max(line - _STATEMENT, 0) : line]
    for at in range(len(above) - 1, -1, -1):
        if at < len(above) - 1 and above[at].rstrip().endswith((";", "{", "}")):
            break
        if _TRIED.search(above[at]):
            return Ends(tried=True)
    return Ends()


def _around(target: Target, path: str, line: int) -> OutlinedFunction | None:
    """The innermost function around a line."""
    file = scanned(target, outline).get(path)
    around = [one for one in (file.functions if file else ()) if one.line <= line <= one.end_line]
    return max(around, key=lambda one: one.line, default=None)


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
