"""Lines of scripts that never run where the program is in production."""

from __future__ import annotations

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["off_in_production"]

_ABOVE = 120
_REFUSES = regex(
    r"\s*if\s*\(\s*(?:[^()|\n]{0,60}\bNODE_ENV\s*={2,3}\s*['\"`]production['\"`]"
    r"|(?:[\w.]{1,40}\.)?is_?prod(?:uction)?(?:\(\))?"
    r"|[\w.]{0,40}\bNODE_ENV\s*!={1,2}\s*['\"`](?:development|dev|test|local)['\"`]"
    r"|!\s*(?:[\w.]{1,40}\.)?(?:is_?)?(?:dev(?:elopment)?|debug)(?:_?mode|_?enabled)?(?:\(\))?)\s*\)",
    2,
)
"""A test that is true in production alone, and asks for nothing beside."""
_LEAVES = regex(r"\s*(?:return|throw)\b")
_ONLY_LOCAL = regex(
    r"\s*(?:\}\s*else\s+)?if\s*\((?=[^\n]{0,120}(?:NODE_ENV\s*!={1,2}\s*['\"`]production['\"`]"
    r"|NODE_ENV\s*={2,3}\s*['\"`](?:development|test|local)['\"`]|!\s*(?:[\w.]{1,40}\.)?is_?prod"
    r"|[(&\s.]is_?dev(?:elopment)?\b|(?<=[(&\s])(?:[\w.]{1,40}\.)?(?:is_?)?debug(?:_?mode|_?enabled)?\s*[)&]))"
    r"[^|\n]*\{\s*$",
    2,
)
"""What opens a branch that production does not take."""
_LONGEST = 300


def off_in_production(target: Target, path: str, line: int) -> bool:
    """Whether a line stands in a branch for development, or behind a statement by which its
    function is left in production."""
    lines = target.lines(path)
    if not 0 < line <= len(lines):
        return False
    depth = indentation(lines[line - 1])
    for at in range(line - 2, max(line - 2 - _ABOVE, -1), -1):
        text = lines[at][:_LONGEST]
        if not text.strip() or indentation(text) > depth:
            continue
        within = indentation(text) < depth
        depth = indentation(text)
        if within and _ONLY_LOCAL.match(text):
            return True
        found = _REFUSES.match(text)
        if found is not None:
            rest = text[found.end() :].lstrip(" {")
            below = next((one for one in lines[at + 1 : at + 4] if _LEAVES.match(one)), "")
            if _LEAVES.match(rest) or (below and indentation(below) > indentation(text)):
                return True
        if within and _FUNCTION.search(text) and depth == 0:
            return False
    return False


_FUNCTION = regex(r"\bfunction\b|=>")
