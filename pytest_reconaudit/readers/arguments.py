"""The arguments of a call in source code, whatever its language, and what else commas part."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Unclosed", "arguments"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Unclosed(ValueError):
    """The text ends before the bracket does, or another one is closed."""


def arguments(text: str, at: int) -> Iterator[str]:
    """What stands between a bracket that is open before a place and its end, at the commas outside
    of strings and of brackets; no last one that is empty.

    :param at: the place behind the bracket.
    :raises Unclosed: after the last argument that is whole.
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
                return
            if open_.pop() != mark:
                break
        elif mark == "," and not open_:
            yield text[first:place].strip()
            first = place + 1
    raise Unclosed
