"""The arguments of a call in source code, whatever its language, and what else commas part."""

from __future__ import annotations

from collections.abc import Generator

__all__ = ["Unclosed", "arguments", "arguments_and_end"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Unclosed(ValueError):
    """The text ends before the bracket does, or another one is closed."""


def arguments(text: str, at: int) -> Generator[str, None, int]:
    """What stands between a bracket that is open before a place and its end, at the commas outside
    of strings and of brackets; no last one that is empty.

    :param at: the place behind the bracket.
    :raises Unclosed: after the last argument that is whole.
    :returns: the place behind the bracket that closes.
    """
    open_: list[str] = []
    first, quote = at, ""
    for place in range(at, len(text)):
        mark = text[place]
        if quote:
            if mark == quote and text[place - 1] != "\\":
                quote = ""
        elif mark in "\"'`":
            quote = mark
        elif mark in _PAIRS:
            open_.append(_PAIRS[mark])
        elif mark in ")]}":
            if not open_:
                if last := text[first:place].strip():
                    yield last
                return place + 1
            if open_.pop() != mark:
                break
        elif mark == "," and not open_:
            yield text[first:place].strip()
            first = place + 1
    raise Unclosed


def arguments_and_end(text: str, at: int) -> tuple[list[str], int]:
    """(all arguments, the place behind the bracket that closes): see :func:`arguments`.

    :raises Unclosed: where no bracket closes.
    """
    walk = arguments(text, at)
    found: list[str] = []
    while True:
        try:
            found.append(next(walk))
        except StopIteration as stop:
            return found, int(stop.value)
