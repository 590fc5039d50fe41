"""Statements of SQLAlchemy as their functions say them, put together from the names they go by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["Statement", "statement_at"]


class Statement(Struct, frozen=True):
    """A statement as its function says it."""

    text: str

    @property
    def model(self) -> str:
        """The class whose rows it asks for; empty where it names none."""
        found = _MODEL.search(self.text)
        return (found[1] or found[2]) if found is not None else ""


_STRINGS = regex(r"\"[^\"\n]*+\"|'[^'\n]*+'|#[^\n]*+")
_TRIPLE = regex(r"\"\"\"|'''")
_SENT = regex(r"\.(?:execute|scalars?|exec|stream|stream_scalars)\(\s*([a-z_]\w*)\s*[,)]")
_ENDS = regex(
    r"\s*(?:\w+\s*(?::[^=\n]{1,80})?=|return)\s*([a-z_]\w*)\.(?:first|all|one|one_or_none|scalar|count)\(\s*\)"
)
"""A query that was put into a name: ``row = query.first()``."""
_MODEL = regex(r"\b(?:[a-z_]\w*\.)?([A-Z]\w*)\.query\b|(?:select|query)\(\s*(?:\w+\.)?([A-Z]\w*)\b")

_MOST = 400
"""Lines of a function that are looked at."""
_NEAR = 20
_LONG = 300


def statement_at(target: Target, path: str, line: int) -> Statement:
    """The statement that a line of a function belongs to, and what was put into a name before that
    it hands to the session."""
    ref = function_at(target, path, line)
    lines = target.lines(path)
    first, last = max(line - _NEAR, 1), line + _NEAR
    if ref is not None:
        function = outlined(target, ref)
        first, last = max(function.line, line - _MOST), min(function.end_line, line + _MOST)
    parts = list(_statements(lines, first, last))
    index = next((at for at, (start, end) in enumerate(parts) if start <= line <= end), -1)
    if index < 0:
        return Statement("")
    text = "\n".join(lines[parts[index][0] - 1 : parts[index][1]])
    sent = _SENT.search(text) or _ENDS.match(text)
    if sent is not None:
        text = _given_before(lines, parts[:index], sent[1]) + text
    return Statement(text)


def _given_before(lines: list[str], parts: list[tuple[int, int]], name: str) -> str:
    """What the statements before put into a name, from the last that does not build on it."""
    made = re.compile(rf"\s*{re.escape(name)}\s*(?::[^=\n]{{1,80}})?=\s*(\(?\s*{name}\b)?")
    kept: list[str] = []
    for start, end in reversed(parts):
        found = made.match(lines[start - 1][:_LONG])
        if found is None:
            continue
        kept.append("\n".join(lines[start - 1 : end]))
        if found[1] is None:
            break
    return "".join(f"{one}\n" for one in reversed(kept))


def _statements(lines: list[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """(first line, last line) of what stands outside of all brackets between two lines."""
    depth, start = 0, first
    quoted = False
    for number in range(first, min(last, len(lines)) + 1):
        text = lines[number - 1]
        inside = quoted
        if len(_TRIPLE.findall(text)) % 2:
            quoted = not quoted
        if inside and quoted:
            text = ""
        elif inside or quoted:  # what stands behind a long text, or before it
            text = _TRIPLE.split(text)[-1 if inside else 0]
        bare = _STRINGS.sub("", text)
        depth += sum(bare.count(one) for one in "([{") - sum(bare.count(one) for one in ")]}")
        if depth <= 0 and not quoted:
            yield start, number
            depth, start = 0, number + 1
