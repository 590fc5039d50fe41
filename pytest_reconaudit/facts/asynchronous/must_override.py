"""Methods of Python that a base class only declares: what is called on a value after one of them
belongs to a class that has its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    inherits_method,
    outlined,
    source_of,
)
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["ends_before"]

_RAISES = regex(
    r"\)[^:\n]{0,200}:[ \t]{0,8}(?:#[^\n]*)?\s+(?:#[^\n]*\s+)?raise[ \t]+NotImplementedError\b"
)
_TEXT = regex(r'"""(?:[^"]|"(?!""))*+"""')
_MOST_LINES = 400


def ends_before(target: Target, caller: Ref, line: int, methods: Iterable[Ref]) -> bool:
    """Whether a call at a line of a function cannot come to some methods, since on the way to the
    line it calls what the class of one of them inherits, and what only raises there."""
    if not caller.path.endswith(".py"):
        return False
    raising = [
        ref for at, ref in _raising(target, caller) if _is_on_the_way(target, caller, at, line)
    ]
    return any(inherits_method(target, one, ref) for ref in raising for one in methods)


def _raising(target: Target, caller: Ref) -> tuple[tuple[int, Ref], ...]:
    known = _known(target)
    if caller not in known:
        known[caller] = tuple(
            (call.line, ref)
            for call, refs in callees(target, caller)
            for ref in refs or ()
            if _only_raises(target, ref)
        )
    return known[caller]


@once
def _known(target: Target) -> dict[Ref, tuple[tuple[int, Ref], ...]]:
    """Function → the lines of its calls that may mean a method which only raises, and that."""
    return {}


def _only_raises(target: Target, ref: Ref) -> bool:
    one = outlined(target, ref)
    if not one.owner or not ref.path.endswith(".py") or one.end_line - one.line > _MOST_LINES:
        return False
    source = source_of(target, ref)
    return "NotImplementedError" in source and _RAISES.search(_TEXT.sub("", source)) is not None


def _is_on_the_way(target: Target, caller: Ref, at: int, line: int) -> bool:
    """Whether whoever comes to a line of a function has been at an earlier one: no block that holds
    it ends in between."""
    first = outlined(target, caller).line
    if not first < at < line:
        return False
    lines = target.lines(caller.path)
    depth = indentation(lines[at - 1])
    between = [one for one in lines[at : line - 1] if one.strip() and one.strip()[0] not in ")]}"]
    return all(indentation(one) >= depth for one in between)
