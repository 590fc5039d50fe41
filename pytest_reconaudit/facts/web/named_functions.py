"""The functions that an awaited operation may mean, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.code.functions import Ref, function_at, meant, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.readers.scans.awaits import Awaited, awaits
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["body_of", "imported_as", "meant_by", "methods_named", "what_is_named"]


def meant_by(target: Target, path: str, operation: Awaited) -> tuple[Ref, ...]:
    """What the call of an operation means; none where that is not known."""
    caller = function_at(target, path, operation.line)
    if caller is None:
        return ()
    calls = (
        call
        for call in outlined(target, caller).calls
        if call.name == operation.name and 0 <= call.line - operation.line <= _LINES
    )
    return next((refs for call in calls if (refs := meant(target, caller, call))), ())


_LINES = 3
"""Lines on which one operation may stand."""


def what_is_named(
    target: Target, path: str, operation: Awaited
) -> Iterable[tuple[str, OutlinedFunction]]:
    """(path, function) of what an operation may mean."""
    refs = meant_by(target, path, operation)
    if refs:
        return [(ref.path, outlined(target, ref)) for ref in refs]
    if not operation.receiver:
        return imported_as(target, path, operation.name)
    return methods_named(target).get(operation.name, ())


def imported_as(target: Target, path: str, name: str) -> Iterator[tuple[str, OutlinedFunction]]:
    """The function that a name stands for that a file imports: of components no calls are known."""
    outlines = scanned(target, outline)
    file = outlines.get(path)
    sources = {one[0]: one[-1] for known, one in file.imports if known == name} if file else {}
    for link in links(target).get(path, ()) if sources else ():
        other = outlines.get(link.meant.path) if link.specifier.text in sources else None
        for one in other.functions if other is not None else ():
            if not one.owner and one.name in (name, sources[link.specifier.text]):
                yield link.meant.path, one


@once
def methods_named(target: Target) -> dict[str, list[tuple[str, OutlinedFunction]]]:
    """Name → the methods of scripts that are called so."""
    wanted = {
        one.name
        for file in scanned(target, awaits).values()
        for function in file.functions
        for some in (
            *(loop.awaited for loop in function.loops),
            *(run.awaited for run in function.runs),
        )
        for one in some
    }
    found: dict[str, list[tuple[str, OutlinedFunction]]] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith((".py", ".rs")):
            continue
        for one in file.functions:
            if one.owner and one.name in wanted:
                found.setdefault(one.name, []).append((path, one))
    return found


_LONGEST = 6_000


def body_of(target: Target, path: str, function: OutlinedFunction) -> str:
    lines = target.lines(path)[function.line - 1 : function.end_line]
    return "\n".join(lines)[:_LONGEST]
