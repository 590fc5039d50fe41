"""Which branch of a function a call takes: what it hands over, or leaves out, decides."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.blocks import last_statement
from pytest_reconaudit.facts.code.functions import Ref, outlined
from pytest_reconaudit.facts.query.short_lists import argument_of, position_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall
from pytest_reconaudit.target import Target

__all__ = ["takes_line"]

_IF = regex(r"\s*(?:\}\s*)?(?:else\s+)?(?:if|elif)\b\s*\(?\s*(!|not\s+)?\s*(\w+)\s*\)?\s*[:{]?\s*$")
_FURTHER = regex(r"\s*(?:\}\s*)?(?:else|elif)\b")
_LEAVES = regex(r"\s*(?:return|throw|raise)\b")
_YES = frozenset({"true", "True"})
_NO = frozenset({"false", "False", "None", "null", "undefined"})
_LONGEST_SIGNATURE = 12
_LONGEST_FUNCTION = 300


def takes_line(target: Target, ref: Ref, line: int, caller: Ref, call: OutlinedCall) -> bool:
    """Whether a call of a function can get to a line of it; so unless a condition on a parameter
    alone keeps it out."""
    function = outlined(target, ref)
    lines = target.lines(ref.path)[: function.end_line]
    if line - function.line > _LONGEST_FUNCTION:
        return True
    for name, wanted in _conditions(lines, function.line, line):
        given = _given(target, ref, lines, caller, call, name)
        if given is not None and given is not wanted:
            return False
    return True


def _given(
    target: Target, ref: Ref, lines: list[str], caller: Ref, call: OutlinedCall, name: str
) -> bool | None:
    """What a call hands over for a parameter, as far as it is written out or left out."""
    function = outlined(target, ref)
    wanted = position_of(function, name)
    if wanted is None or "{" in "".join(one for one, _ in function.parameters):
        return None
    source = argument_of(target, caller.path, call, wanted, name)
    if source is None:
        if call.arguments > wanted:
            return None
        head = "\n".join(lines[function.line - 1 : function.line - 1 + _LONGEST_SIGNATURE])
        default = re.search(rf"\b{re.escape(name)}\b\s*(\?)?[^,=()\n]{{0,60}}(?:=\s*(\w+))?", head)
        source = default[2] or ("None" if default[1] else "") if default is not None else ""
    source = source.strip()
    return True if source in _YES else False if source in _NO else None


def _conditions(lines: list[str], first: int, line: int) -> list[tuple[str, bool]]:
    """(name, whether it has to hold) of the conditions that a line stands under, or behind a
    branch that leaves."""
    found: list[tuple[str, bool]] = []
    indent = indentation(lines[line - 1])
    otherwise = False  # an `else` below, whose `if` comes next
    for at in range(line - 2, first - 1, -1):
        text = lines[at]
        own = indentation(text)
        if not text.strip() or own > indent:
            continue
        test = _IF.match(text)
        further = _FURTHER.match(text) is not None
        if own < indent:
            indent = own
            otherwise = further
            if test is not None:
                found.append((test[2], not test[1]))
        elif test is not None:
            if otherwise or _leaves(lines, at):
                found.append((test[2], bool(test[1])))
            otherwise = otherwise and further
        elif otherwise and not further and text.strip() not in ("}", "{"):
            otherwise = False
    return found


def _leaves(lines: list[str], at: int) -> bool:
    """Whether a branch without another ends the function."""
    last, behind = last_statement(lines, at, _LONGEST_FUNCTION)
    return _FURTHER.match(behind) is None and _LEAVES.match(last) is not None
