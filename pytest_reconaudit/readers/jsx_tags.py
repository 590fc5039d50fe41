"""The tags of one component in the text of a script, and what they hand on that is new each time.

A component has few uses; looking for them by name costs less than keeping every tag of every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Tag", "read_tags"]


class Tag(Struct, frozen=True):
    """One use of a component: ``<Row item={x} onOpen={() => …}>``."""

    line: int
    fresh: tuple[str, ...]
    """Properties that are another object at each rendering; ``children`` for elements inside."""
    spread: bool
    """It hands on properties that cannot be seen: ``{...rest}``."""


_ATTRIBUTE = regex(r"\s*(?:/\*.*?\*/\s*)*(?:([\w$:-]+)\s*(?:=\s*)?|\{)", re.DOTALL)
_FRESH = regex(
    r"\{\s*(?:\{|\[|<[A-Za-z>]|(?:async\s*)?(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[\w$]+)\s*(?::[^=]{0,60})?=>"
    r"|(?:async\s+)?function\b|new\s)"
)
_CHILD = regex(r"\s*(?:<[A-Za-z>]|\{\s*(?:<|\(?\s*[\w$.]*\s*=>|\(|[\w$.?]{1,80}\.map\())")
_MAX_TAG = 8_000


def read_tags(text: str, name: str) -> tuple[Tag, ...]:
    """Every use of a component in a file, in source order; commented ones count too."""
    return tuple(_tags(text, name))


def _tags(text: str, name: str) -> Iterator[Tag]:
    for match in re.finditer(rf"<{re.escape(name)}(?=[\s/>])", text):
        yield _tag(text, match.start(), match.end())


def _tag(text: str, start: int, at: int) -> Tag:
    line = text.count("\n", 0, start) + 1
    fresh: list[str] = []
    spread = False
    stop = min(len(text), at + _MAX_TAG)
    while at < stop:
        while at < stop and text[at].isspace():
            at += 1
        if text.startswith("/>", at):
            return Tag(line, tuple(fresh), spread)
        if text.startswith(">", at):
            if _CHILD.match(text, at + 1):
                fresh.append("children")
            return Tag(line, tuple(fresh), spread)
        match = _ATTRIBUTE.match(text, at, stop)
        if match is None:
            break
        if match[1] is None:  # {...rest}
            spread = True
            at = _closed(text, match.end() - 1, stop)
            continue
        at = match.end()
        if "=" not in match[0]:
            continue
        if text.startswith(("'", '"'), at):
            closing = text.find(text[at], at + 1, stop)
            at = closing + 1 if closing >= 0 else stop
        elif text.startswith("{", at):
            if _FRESH.match(text, at, stop):
                fresh.append(match[1])
            at = _closed(text, at, stop)
        elif text.startswith("<", at):
            fresh.append(match[1])
            break
    return Tag(line, tuple(fresh), True)


def _closed(text: str, at: int, stop: int) -> int:
    """The offset after the brace that closes the one at ``at``."""
    depth = 0
    quote = ""
    while at < stop:
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote or (quote != "`" and char == "\n"):
                quote = ""
        elif char in "'\"`":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return stop
