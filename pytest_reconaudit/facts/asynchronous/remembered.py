"""Work that is done once for each key: what a function makes is looked up first, and kept."""

from __future__ import annotations

import re
from collections import deque

from pytest_reconaudit.facts.code.functions import Ref, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["is_remembered"]

_MACROS = regex(
    r"(?:#\[|@)\s*(?:\w+(?:::|\.))*(?:\w*cached(?:_property)?|(?:\w+_)?cache|memoi[sz]ed?|once)\b"
)
"""Macros and decorators that keep what a function returns for each argument."""
_LOOKS_UP = regex(
    r"\b((?:self\.|this\.)?\w+(?:\.\w+)?)\s*\.\s*(?:get|has|peek|contains_key|get_if_present)\s*\("
    r"|\bif\s+[\w.()]+\s+(?:not\s+)?in\s+((?:self\.)?\w+(?:\.\w+)?)\s*:"
)
_KEEPS = (
    r"(?<![\w.]){}\s*(?:\.\s*(?:set|insert|put|add|setdefault)\s*\(|\[[^\]\n]{{1,80}}\]\s*=(?!=))"
)

_NEAR = 150
"""Lines before and behind that are looked at."""
_LONGEST = 8_000
_MANY = 20
"""Lookups, the nearest ones."""


def is_remembered(target: Target, ref: Ref, line: int) -> bool:
    """Whether what a line of a function computes is kept for the next call: a decorator or a macro
    does so, or the function asks a cache before and gives it the outcome afterwards."""
    function = outlined(target, ref)
    if any(_MACROS.match(one) for one in function.attributes):
        return True
    lines = target.lines(ref.path)
    before = "\n".join(lines[max(function.line, line - _NEAR) - 1 : line - 1])
    after = "\n".join(lines[line - 1 : min(function.end_line, line + _NEAR)])
    found = deque(_LOOKS_UP.finditer(before[-_LONGEST:]), maxlen=_MANY)
    holders = {match[1] or match[2] for match in found}
    after = after[:_LONGEST]
    return any(re.search(_KEEPS.format(re.escape(one)), after) for one in holders)
