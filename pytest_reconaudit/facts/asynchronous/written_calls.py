"""Calls of Python as their source has them, for advice that repeats them with a change."""

from __future__ import annotations

from contextlib import suppress

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments
from pytest_reconaudit.target import Target

__all__ = ["WrittenCall", "call_named", "written_call"]

WrittenCall = tuple[str, list[str]]
"""(what is called, each thing that it is given, on one line)."""

_PLAIN_CALL = regex(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\s*\(")
_LINES = 24
_MOST_TEXT = 2_000


def written_call(target: Target, path: str, line: int, column: int) -> WrittenCall | None:
    """The call that begins at a place; ``None`` where none does, or its end is not seen."""
    text = _from(target, path, line)[column - 1 :]
    found = _PLAIN_CALL.match(text)
    return _given(found[1], text, found.end()) if found is not None else None


def call_named(target: Target, path: str, line: int, name: str) -> WrittenCall | None:
    """The first call of a name, whatever it is asked of, from a line on."""
    text = _from(target, path, line)
    for found in _PLAIN_CALL.finditer(text[:_MOST_TEXT]):
        if found[1].rpartition(".")[2] == name:
            return _given(found[1], text, found.end())
    return None


def _from(target: Target, path: str, line: int) -> str:
    return "\n".join(target.lines(path)[line - 1 : line - 1 + _LINES])


def _given(callee: str, text: str, at: int) -> WrittenCall | None:
    with suppress(Unclosed):
        return callee, [" ".join(part.split()) for part in arguments(text, at)]
    return None
