"""Functions that are called for the words of an error alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.blocks import last_statement
from pytest_reconaudit.facts.code.functions import callers_of, function_at, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["refuses_alone"]

_BRANCH = regex(r"\s*(?:\}\s*)?(?:if|elif|else|except|catch)\b")
_LEAVES = regex(r"\s*(?:return|raise|throw|abort)\b")
_ERROR = regex(
    r"(?<![\da-z])4\d\d(?!\d)|\b(?:raise|throw|abort)\b|\bErr\(|bad_?request|forbidden|unauthori[sz]ed"
    r"|not_?acceptable|unprocessable|conflict",
    re.IGNORECASE,
)
_COMMENTS = ("#", "//")
_MOST_BRANCH = 60
_MOST_UP = 200


def refuses_alone(target: Target, path: str, line: int) -> bool:
    """Whether the function in which a line stands is called at one place only, in a branch that
    ends with an error: few get there."""
    ref = function_at(target, path, line)
    callers = callers_of(target, ref) if ref is not None else ()
    if len(callers) != 1:
        return False
    caller, call = callers[0]
    function = outlined(target, caller)
    lines = target.lines(caller.path)[: function.end_line]
    return any(_ERROR.search(end) is not None for end in _ends(lines, function.line, call.line - 1))


def _ends(lines: list[str], first: int, at: int) -> Iterator[str]:
    """The last statements of the branches in which a line stands, where they leave the function."""
    if at >= len(lines):
        return
    indent = indentation(lines[at])
    for number in range(at, max(first - 1, at - _MOST_UP), -1):
        text = lines[number]
        if not text.strip() or indentation(text) >= indent or text.lstrip().startswith(_COMMENTS):
            continue
        indent = indentation(text)
        if _BRANCH.match(text) is not None:
            last, _ = last_statement(lines, number, _MOST_BRANCH)
            if _LEAVES.match(last) is not None:
                yield last
