"""What the function of a GraphQL field calls, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code, Function, Scope
from pytest_reconaudit.readers.graph_records import GraphCall
from pytest_reconaudit.readers.query_loops import ADAPTORS

__all__ = ["calls_of", "has_already", "holds"]

_MOST_CALLS = 80
_MOST_BODY = 20_000
_LOADER = regex(r"(?i)loader|dataload")
_KEYED = regex(
    r"[\s(]*(?:!!)?([\w$]+)[!?]?\.(?:\w+)"
    r"(?:\s*!==?\s*(?:null|undefined|''|\"\")|\s+is not None)?[\s):]*"
)
_BRANCHES = ("if", "else", "catch", "match", "finally")


def calls_of(code: Code, function: Function, parent: str) -> tuple[GraphCall, ...]:
    """The calls of a function, those of a loader of many keys left out.

    :param parent: the name by which it knows what it is a field of.
    """
    found: dict[tuple[str, int], GraphCall] = {}
    language = "python" if code.language == "python" else "script"
    for call in code.calls_in(*function.body):
        if code.scopes[call.scope].function != function.index or not call.name or call.macro:
            continue
        owner = code.text(*call.receiver)[-200:]
        if _LOADER.search(owner) or _LOADER.search(call.name):
            continue
        line = code.line(call.name_at)
        when = _when(code, call.scope, parent, ADAPTORS[language])
        found.setdefault((call.name, line), GraphCall(call.name, line, when))
        if len(found) >= _MOST_CALLS:
            break
    return tuple(found.values())


def _when(code: Code, scope: int, parent: str, adaptors: Iterable[str]) -> str:
    found = ""
    for one in code.around(scope):
        if one.kind == "function":
            break
        if one.kind == "loop":
            return "some"
        if one.kind == "closure" and one.call >= 0 and code.calls[one.call].name in adaptors:
            return "some"
        if one.label in _BRANCHES:
            if one.label != "if" or not _is_keyed(code, one, parent):
                return "some"
            found = "keyed"
    return found


def _is_keyed(code: Code, branch: Scope, parent: str) -> bool:
    """Whether a branch is taken wherever the parent has something: ``if (order.customerId)``."""
    node = code.node(branch.start, branch.end)
    for _ in range(3):
        if node is None or node.type == "if_statement":
            break
        node = node.parent
    condition = node.child_by_field_name("condition") if node is not None else None
    if condition is None or condition.end_byte - condition.start_byte > 200:
        return False
    match = _KEYED.fullmatch(code.text(condition.start_byte, condition.end_byte))
    return match is not None and match[1] == parent


def holds(code: Code, function: Function, parent: str, field: str) -> bool:
    """Whether a function may answer a field with what its parent has already: it gives a property
    of its parent back, or looks whether the field itself is there; or only one parent of a list
    gets an answer, that of the user who asks."""
    body = code.text(function.body[0], min(function.body[1], function.body[0] + _MOST_BODY))
    return has_already(body, parent, field)


def has_already(body: str, parent: str, field: str = "") -> bool:
    """As :func:`holds`, of the text of a function."""
    body = body[:_MOST_BODY]
    if not parent.isidentifier():
        # Taken apart: `({ customer, id })`.
        return any(
            re.search(rf"\b{re.escape(one)}\s*(?:\?\?|\|\|)|\breturn\s+{re.escape(one)}\b", body)
            for one in _WORD.findall(parent)
        )
    own = rf"(?<![\w.$]){re.escape(parent)}[!?]?"
    return (
        re.search(
            rf"\breturn\s+(?:await\s+)?\(?{own}\.\w+\b(?!\s*\()"
            # Only the one who asks gets anything: `if (user.id !== viewer.id) return []`
            rf"|{own}\.\w+\s*(?:!==?|is not)\s*(?!null|undefined|None|typeof)"
            rf"[a-z_]\w*+[.?\w]*+\s*+[):]"
            rf"|(?<![\w.?])[a-z_]\w*+(?:\??\.\w++){{1,6}}\s*+!==?\s*{own}\.\w+\s*[):]"
            rf"|{own}\.\w+\s*(?:\?\?|\|\||\bor\b)\s*+\(?\s*+(?:await\b|[\w.]+\()"
            rf"|{own}\.{re.escape(field) or '$'}\b"
            rf"|\b(?:getattr|hasattr)\(\s*{re.escape(parent)}\s*,"
            rf"|{own}\.(?:__dict__|_prefetched_objects_cache|_state)\b",
            body,
        )
        is not None
    )


_WORD = regex(r"[A-Za-z_]\w*")
