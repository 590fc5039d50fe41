"""Lists that are short whoever calls, and loops beside a statement that does it for all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    handlers,
    meant_outside,
    outlined,
)
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = [
    "argument_of",
    "calls_of",
    "is_batched_beside",
    "is_short",
    "is_written_few",
    "list_in",
    "position_of",
]

_NAME = regex(r"[A-Za-z_]\w*")
_OVER = regex(
    r"[&*\s(]*(?:(?:enumerate|sorted|list|set|reversed)\()?([A-Za-z_]\w*)"
    r"(?:\.(?:iter|into_iter|iter_mut|clone|drain|values|entries|enumerate)\([^()]*\))*[)\s]*"
)
_WRITTEN = regex(r"(?:await\s+)?(?:&(?:mut\s+)?)?(?:vec!\s*)?([\[({])")
_ONE = regex(r"(?:\w+::){0,3}(?:slice::from_ref|iter::once|array::from_ref)\(")
"""A list of one element, in Rust."""
_SPREAD = regex(r"\.\.\.|;|(?:^|[\[({,\s])\*{1,2}\w|\bfor\b")
_GROWS = r"\s*(?:\.(?:push|append|extend|insert|concat|add|unshift)\s*\(|\+=)"
_BATCH = regex(
    r"\.(?:createMany\w*|insertMany|bulkCreate|bulkWrite|bulkInsert|bulk_create|bulk_update|insert_many"
    r"|executemany|execute_many|bulk_insert_mappings|bulk_save_objects|batchInsert|updateMany)\s*[(<]"
)
_EXPLAINS = regex(
    r"(?i)\b(?:one[- ]by[- ]one|row[- ]by[- ]row|one at a time|individually|separately|each row"
    r"|per row|sequential(?:ly)?|single inserts?|skipDuplicates|in bulk|createMany|insertMany"
    r"|bulk_?create)\b"
)
_REMARK = regex(r"^\s*(?://|#|\*|/\*)(.*)")
_FEW = 2
_HOPS = 3
_LONG = 2_000
"""Characters of a call that is looked at."""
_ABOVE_CALL = 40
"""Lines of a handler without a name before a call."""
_ABOVE = 12
"""Lines of a remark above a function."""


def is_short(target: Target, path: str, line: int, over: str) -> bool:
    """Whether all callers of the function at a line hand it a list of one or two elements that is
    written out in the call: what the loop at the line goes over."""
    ref = function_at(target, path, line)
    match = _OVER.fullmatch(over)
    return ref is not None and match is not None and _is_given_few(target, ref, match[1], _HOPS)


def list_in(over: str) -> str:
    """The name of the list that is gone over, or handed on, as a whole; empty where that is no
    plain name."""
    match = _OVER.fullmatch(over)
    return match[1] if match is not None else ""


def is_written_few(
    target: Target, path: str, caller: Ref | None, call: OutlinedCall, given: str
) -> bool:
    """Whether an argument is a list of one or two elements that is written out, in the call or
    right in its function."""
    return _is_few(target, path, caller, call, given, hops=1)


def _is_given_few(target: Target, ref: Ref, name: str, hops: int) -> bool:
    function = outlined(target, ref)
    wanted = position_of(function, name)
    if wanted is None or not function.name or ref in handlers(target):
        return False
    callers = calls_of(target, ref)
    if not callers or len(callers) < _calls(target)[function.name]:
        return False  # somebody else may call it
    for path, caller, call in callers:
        given = argument_of(target, path, call, wanted, name)
        if given is None or not _is_few(target, path, caller, call, given, hops):
            return False
    return True


def calls_of(target: Target, ref: Ref) -> list[tuple[str, Ref | None, OutlinedCall]]:
    """(file, function, call) of all that surely call a function; no function of handlers without a
    name and of the bodies of files."""
    found: list[tuple[str, Ref | None, OutlinedCall]] = [
        (caller.path, caller, call) for caller, call in callers_of(target, ref)
    ]
    found += [
        (path, None, call)
        for path, call in _outside(target).get(outlined(target, ref).name, ())
        if ref in (meant_outside(target, path, call) or ())
    ]
    return found


@once
def _outside(target: Target) -> dict[str, list[tuple[str, OutlinedCall]]]:
    """Name → the calls of it in handlers without a name and in the bodies of files."""
    found: dict[str, list[tuple[str, OutlinedCall]]] = {}
    for path, file in scanned(target, outline).items():
        for call in file.loose:
            found.setdefault(call.name, []).append((path, call))
    return found


def position_of(function: OutlinedFunction, name: str) -> int | None:
    """Which argument a parameter stands for; those taken out of an object as well."""
    for index, (parameter, _) in enumerate(
        one for one in function.parameters if one[0] not in ("self", "cls", "&self", "&mut self")
    ):
        if parameter == name or (
            parameter.startswith("{") and re.search(rf"[{{,\s]{name}\s*[,}}]", parameter)
        ):
            return index
    return None


@once
def _calls(target: Target) -> Counter[str]:
    """Name → calls of it, by whatever path or receiver, tests left out."""
    return Counter(
        call.name for file in scanned(target, outline).values() for call in file.every_call()
    )


def argument_of(
    target: Target, path: str, call: OutlinedCall, wanted: int, name: str
) -> str | None:
    """The source of an argument; of an object that is handed over the part of one name."""
    lines = target.lines(path)
    text = "\n".join(lines[call.line - 1 : call.line + 60])[:_LONG]
    match = re.search(rf"\b{re.escape(call.name)}\s*(?:::<[^<>]*>|<[^<>]*>)?\s*\(", text)
    if match is None:
        return None
    parts = list(_parts(text, match.end()))
    for one in parts:
        named = re.fullmatch(rf"{re.escape(name)}\s*=(?!=)\s*(.+)", one, re.DOTALL)
        if named is not None:
            return named[1]
    if wanted >= len(parts):
        return None
    given = parts[wanted]
    if not given.startswith("{"):
        return given
    for one in _parts(given, 1):
        if one == name:
            return name
        part = re.fullmatch(rf"{re.escape(name)}\s*:\s*(.+)", one, re.DOTALL)
        if part is not None:
            return part[1]
    return None


def _parts(text: str, at: int) -> Iterator[str]:
    """The arguments behind a bracket, as far as they are whole."""
    with suppress(Unclosed):
        yield from arguments(text[: at + _LONG], at)


def _is_few(
    target: Target, path: str, caller: Ref | None, call: OutlinedCall, given: str, hops: int
) -> bool:
    if _NAME.fullmatch(given) is not None:
        first = max(call.line - _ABOVE_CALL, 0)
        if caller is not None:
            function = outlined(target, caller)
            if hops > 1 and position_of(function, given) is not None:
                return _is_given_few(target, caller, given, hops - 1)
            first = function.line - 1
        text = "\n".join(target.lines(path)[first : call.line])
        values = list(re.finditer(rf"\b{given}\s*(?::[^=\n]{{0,80}})?=(?![=>])\s*", text))
        if len(values) != 1 or re.search(rf"\b{given}{_GROWS}", text):
            return False
        given = text[values[0].end() : values[0].end() + _LONG]
    if _ONE.match(given) is not None:
        return True
    match = _WRITTEN.match(given)
    if match is None or match[1] == "{":
        return False
    elements = list(_parts(given, match.end()))
    if len(elements) > _FEW or any(_SPREAD.search(one) for one in elements):
        return False
    if match[1] == "(" and "," not in given:
        return False
    rest = given[match.end() :]
    return _closed(rest)


def _closed(rest: str) -> bool:
    """Whether nothing is added to what is written out, behind its bracket."""
    depth = 1
    for place, mark in enumerate(rest):
        depth += (mark in "([{") - (mark in ")]}")
        if not depth:
            return (
                re.match(r"\s*(?:as\s+[\w<>\[\]]+\s*|;|,|\)|\n|$)", rest[place + 1 :]) is not None
            )
    return False


def is_batched_beside(target: Target, path: str, line: int) -> bool:
    """Whether the function of a loop at a line has another branch that writes all at once, and a
    remark of it says why."""
    ref = function_at(target, path, line)
    if ref is None:
        return False
    function = outlined(target, ref)
    lines = target.lines(path)
    own = lines[function.line - 1 : function.end_line]
    if _BATCH.search("\n".join(own)) is None or not any(_BRANCH.search(one) for one in own):
        return False
    above = []
    for text in reversed(lines[max(function.line - 1 - _ABOVE, 0) : function.line - 1]):
        if _REMARK.match(text) is None and text.strip() and not text.lstrip().startswith("@"):
            break
        above.append(text)
    remarks = [one[1] for one in map(_REMARK.match, (*above, *own)) if one is not None]
    return _EXPLAINS.search("\n".join(remarks)) is not None


_BRANCH = regex(r"^\s*(?:\}\s*)?(?:if|else|elif|match|switch)\b")
