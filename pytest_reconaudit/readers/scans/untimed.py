"""Where Python code asks a server by ``requests`` and would wait for its answer for ever."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import scan

__all__ = ["UntimedCall", "UntimedFile", "untimed"]


class UntimedCall(Struct, frozen=True, gc=False, array_like=True):
    words: str
    """What is called, ``requests.post``."""
    line: int
    column: int
    text: str
    function: int
    """Line of the name of the function around."""
    left: bool = False
    """Nobody waits for the answer: it is sent and left to itself."""
    client: str = ""
    """The client of the file's own that asks; empty where the library itself does."""
    client_line: int = 0
    """Where that is made."""
    uses: int = 0
    """How many times the file asks by that client, or hands on its methods."""


class UntimedFile(Struct, frozen=True, array_like=True):
    calls: tuple[UntimedCall, ...]
    timed: int
    """Calls that give up at some time."""


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_BLANKS = regex(r"\s+")


def _may_wait(text: str, path: str) -> bool:
    return "requests" in text


@scan("python", record=UntimedFile, wants=_may_wait)
def untimed(code: Code) -> UntimedFile | None:
    """The calls of one file; those in async functions left out: they block whatever they wait."""
    found = []
    timed = 0
    for call in code.calls_named(_VERBS):
        path = code.resolved(call.path) if call.path else ()
        if len(path) != 2 or path[0] != "requests":
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test:
            continue
        if function.is_async or _is_timed(code, call):
            timed += 1
            continue
        place = code.place(call.start)
        text = _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120)))
        found.append(
            UntimedCall(
                ".".join(path),
                place.line or 0,
                place.column or 0,
                text,
                code.line(function.name_at),
            )
        )
    return UntimedFile(tuple(found), timed) if found or timed else None


def _is_timed(code: Code, call: Call) -> bool:
    """Whether a call is told when to give up, or is given arguments that may tell it."""
    return any(
        code.text(start, min(end, start + 10)).startswith(("timeout", "**", "*"))
        for start, end in call.arguments
    )
