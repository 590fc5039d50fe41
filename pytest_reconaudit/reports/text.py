"""Text of the target made safe to show: nothing in it may steer a terminal or hide itself."""

from __future__ import annotations

import re
import unicodedata

from pytest_reconaudit.patterns import regex

__all__ = ["block", "cells", "count", "fit", "fit_path", "one_line", "wrap"]

# C0 without tab and newline, DEL, C1, zero-width and direction controls, line separators, BOM,
# lone surrogates (how a file name that is not UTF-8 arrives).
_ODD = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

_LINE_NUMBER = regex(r":\d{1,9}:?$")
_BESIDE_NUMBER = 8
"""Columns of a file's name that stay on the line of its number."""


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def block(text: str) -> str:
    """The text with every invisible or steering character written out; newlines and tabs stay."""
    text = text.replace("\r\n", "\n")
    return _ODD.sub(_escape, text) if _ODD.search(text) else text


def one_line(text: str) -> str:
    """The same on one line, runs of white space folded."""
    return block(" ".join(text.split()))


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 check``, ``2 checks``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def cells(text: str) -> int:
    """How many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, width: int) -> str:
    """The text cut to ``width`` columns, ``...`` at the end when something was cut."""
    if cells(text) <= width:
        return text
    return _prefix(text, max(0, width - 3)) + "..."[: max(0, width)]


def fit_path(text: str, width: int) -> str:
    """A ``path:line`` cut to ``width`` columns in its middle: its end says which file and line."""
    if cells(text) <= width:
        return text
    name = text.rpartition("/")[2]
    head = width - cells(name) - 4
    if head >= 0:
        return f"{_prefix(text, head) if head > 3 else ''}.../{name}"
    return "..." + _prefix(text[::-1], max(0, width - 3))[::-1]


def _prefix(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += _cell(char)
        if used > width:
            return text[:index]
    return text


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken at spaces; a longer word is broken after a slash,
    else anywhere but before its line number."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        room = f"{line} {word}" if line else word
        if cells(room) <= width:
            line = room
            continue
        if line:
            lines.append(line)
        while cells(word) > width:
            head = _head(word, width)
            lines.append(head)
            word = word[len(head) :]
        line = word
    if line or not lines:
        lines.append(line)
    return lines


def _head(word: str, width: int) -> str:
    """The first line of a word that is too long for one."""
    head = _prefix(word, width) or word[0]
    head = head[: head.rfind("/") + 1] or head
    number = _LINE_NUMBER.search(word)
    if number is not None and len(head) > number.start() - _BESIDE_NUMBER > 0:
        return head[: number.start() - _BESIDE_NUMBER]
    return head
