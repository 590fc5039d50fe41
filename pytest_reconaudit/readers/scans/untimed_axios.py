"""Where Node code asks a server by ``axios`` and would wait for its answer for ever."""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_words import WORD
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.scans.untimed import UntimedCall

__all__ = ["UntimedAxios", "untimed_axios"]


class UntimedAxios(Struct, frozen=True, array_like=True):
    calls: tuple[UntimedCall, ...]
    timed: int
    """Calls that give up at some time."""
    sets_default: bool
    """It gives all of them a timeout: ``axios.defaults.timeout = …``."""


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_DEFAULT = regex(r"\baxios\w*\.defaults\.(?:timeout\b|\w+\s*=\s*\{[^}]{0,400}\btimeout\b)")
_REQUIRED = regex(r"require\(\s*['\"]axios['\"]\s*\)")
_LIMITED = regex(r"\b(?:timeout|signal|cancelToken)\b|\.\.\.")
_MADE = regex(r"^(?:await\s+)?(\w+)\.create\(")
_BLANKS = regex(r"\s+")
_CONFIG_AT = {"post": 2, "put": 2, "patch": 2, "request": 0, "axios": 0}
_LONGEST = 4_000
_MOST_MADE = 4
"""Clients that are made of one another."""


def _may_wait(text: str, path: str) -> bool:
    return "axios" in text


@scan(*SCRIPT, record=UntimedAxios, wants=_may_wait)
def untimed_axios(code: Code) -> UntimedAxios | None:
    """The calls of one file on axios itself, or on a client that the file makes of it."""
    if _DEFAULT.search(code.source.decode("utf-8", "replace")) is not None:
        return UntimedAxios((), 0, True)
    found = []
    timed = 0
    for call in code.calls:
        if call.name not in _VERBS and call.name != "axios":
            continue
        holder = _holder(code, call)
        made = _client(code, holder, call) if holder else None
        if made is None:
            continue
        function = code.function_at(call.scope)
        if function is not None and function.is_test:
            continue
        if _is_timed(code, call):
            timed += 1
            continue
        place = code.place(call.start)
        found.append(
            UntimedCall(
                f"axios.{call.name}" if call.name != "axios" else "axios",
                place.line or 0,
                place.column or 0,
                _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120))),
                code.line(function.name_at) if function is not None else 0,
                _is_left(code, call),
                holder if made else "",
                made,
                _uses(code, holder) if made else 0,
            )
        )
    return UntimedAxios(tuple(found), timed, False) if found or timed else None


_BEGINS = regex(r"(?:^|[;{}])\s*(?:void\s+)?$")
_CHAINED = regex(r"\s*\.\s*(?:then|catch|finally)\s*\(")
_COMMENTS = regex(r"(?m)^\s*//[^\n]*$")


def _is_left(code: Code, call: Call) -> bool:
    """Whether nobody waits for what a statement asks: a chain of ``then`` and ``catch`` that is
    neither awaited nor given to anybody."""
    before = _COMMENTS.sub("", code.text(max(0, call.start - 160), call.start))
    return (
        _BEGINS.search(before) is not None
        and _CHAINED.match(code.text(call.end, call.end + 60)) is not None
    )


def _holder(code: Code, call: Call) -> str:
    """The plain name that is called, or that a method is called on; empty for anything else."""
    if call.name == "axios" and call.receiver[1] <= call.receiver[0]:
        return "axios"
    if call.path:
        return call.path[0] if len(call.path) == 2 else ""
    start, end = call.receiver
    text = code.text(start, end) if 0 < end - start < 60 else ""
    return text if WORD.fullmatch(text) else ""


def _client(code: Code, name: str, call: Call) -> int | None:
    """0 for axios itself, the line where it is made for a client without a timeout that is made of
    it in this file, ``None`` for anything else."""
    made_at = 0
    for _ in range(_MOST_MADE):
        known = code.imported(name)
        if known is not None:
            return made_at if known.path[:1] == ("axios",) else None
        binding = code.binding_of(name, call.start, call.scope)
        if binding is None:
            return None
        value = code.text(binding.value)[:_LONGEST]
        if _REQUIRED.search(value) is not None:
            return made_at
        made = _MADE.match(value)
        if made is None or _LIMITED.search(value) is not None:
            return None
        made_at = made_at or code.line(binding.start)
        name = made[1]
    return None


def _uses(code: Code, name: str) -> int:
    """How many times a file names a method of a client that asks."""
    verbs = "|".join(sorted(_VERBS))
    pattern = re.compile(rf"(?<![\w$.]){re.escape(name)}\s*\.\s*(?:{verbs})\b".encode())
    return len(pattern.findall(code.source))


def _is_timed(code: Code, call: Call) -> bool:
    """Whether a call is told when to give up, or is given settings that may tell it."""
    at = _CONFIG_AT.get(call.name, 1)
    for index, (start, end) in enumerate(call.arguments):
        text = code.text(start, min(end, start + _LONGEST)).strip()
        if index >= at and not text.startswith(("{", '"', "'", "`")):
            binding = (
                code.binding_of(text, call.start, call.scope) if WORD.fullmatch(text) else None
            )
            if binding is None:
                return index > 0 or call.name in ("axios", "request")
            text = code.text(binding.value)[:_LONGEST]
            if not text.startswith("{"):
                return True
        if index >= at and _LIMITED.search(text) is not None:
            return True
    return False
