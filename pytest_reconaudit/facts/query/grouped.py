"""Groups made in memory that are one: what callers hand over has one value of the key."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, source_of
from pytest_reconaudit.facts.query.short_lists import argument_of, calls_of, position_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall
from pytest_reconaudit.readers.scans.queries import QueryLoop
from pytest_reconaudit.target import Target

__all__ = ["is_of_one_group"]

_GROUPS = regex(
    r"(?:Array\.from\(\s*)?(\w+)\.(?:entries|keys|values)\(\)|(?:\[\.\.\.|Object\.(?:entries|keys|values)\()\s*(\w+)"
)
_ABOVE = 120
"""Lines of a handler without a name before a call."""
_LONGEST = 80


def is_of_one_group(target: Target, path: str, loop: QueryLoop) -> bool:
    """Whether a loop of a script goes over groups of a list that was handed over, made by a key
    that some caller gives all elements the same value of: then there is one group."""
    if path.endswith((".py", ".rs")) or (match := _GROUPS.match(loop.over)) is None:
        return False
    ref = function_at(target, path, loop.line)
    if ref is None:
        return False
    function = outlined(target, ref)
    made = _made_by(source_of(target, ref, above=loop.line), match[1] or match[2])
    if made is None or (wanted := position_of(function, made[0])) is None:
        return False
    given = (
        (caller_path, caller, call, argument_of(target, caller_path, call, wanted, made[0]))
        for caller_path, caller, call in calls_of(target, ref)
    )
    return any(
        source is not None and _is_one_value(target, caller_path, caller, call, source, made[1])
        for caller_path, caller, call, source in given
    )


def _made_by(text: str, groups: str) -> tuple[str, str] | None:
    """(the list, the key) that groups are made by: ``groupBy(rows, "boardId")``,
    ``for (const row of rows) groups.set(row.boardId, …)``."""
    called = re.search(
        rf"\b{groups}\s*=\s*(?:\w+\.)?[gG]roupBy\w*\(\s*(\w+)\s*,\s*(?:[\"'`](\w+)|\(?\w+\)?\s*=>\s*\w+\.(\w+))",
        text,
    )
    if called is not None:
        return called[1], called[2] or called[3]
    filled = re.search(rf"\b{groups}(?:\.set\(\s*|\[)(\w+)\.(\w+)", text)
    if filled is None:
        return None
    over = re.search(
        rf"\bof\s+(\w+)\s*\)(?:[^;{{]*\{{)?|\b(\w+)\.forEach\(\s*\(?{filled[1]}\b", text
    )
    return (over[1] or over[2], filled[2]) if over is not None else None


def _is_one_value(
    target: Target, path: str, caller: Ref | None, call: OutlinedCall, given: str, key: str
) -> bool:
    """Whether all elements that are handed over have one value of a key: what it is made of stood
    there before the list did."""
    text = given
    if re.fullmatch(r"\w+", given):
        first = max(call.line - _ABOVE, 0)
        if caller is not None:
            first = max(outlined(target, caller).line - 1, first)
        text = "\n".join(target.lines(path)[first : call.line - 1])
        declared = list(re.finditer(rf"\b(?:const|let|var)\s+{given}\b", text))
        if not declared:
            return False
        text = text[declared[-1].end() :]
    values = list(re.finditer(rf"\b{re.escape(key)}\s*:\s*(\w+)(?:[.\w!?]*)\s*[,}}\n]", text))
    values = [one for one in values if one[1] not in _TYPES]
    return bool(values) and not any(_is_made(text[: one.start()], one[1]) for one in values)


_TYPES = frozenset({"string", "number", "bigint", "any", "unknown"})


def _is_made(text: str, name: str) -> bool:
    """Whether a text gives a name its value."""
    word = name[:_LONGEST]
    return (
        re.search(
            rf"\b(?:const|let|var)\s+(?:[{{\[][^}}\]=]{{0,200}})?\b{word}\b|\b{word}\s*=(?![=>])"
            rf"|\(\s*(?:\w+\s*,\s*)*(?:\{{[^}}]{{0,200}})?\b{word}\b[^()]{{0,100}}\)\s*=>|\b{word}\s*=>",
            text,
        )
        is not None
    )
