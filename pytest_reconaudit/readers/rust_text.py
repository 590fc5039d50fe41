"""Rust source as plain text: what of it is code, what a comment, what a string.

A tree is not needed to ask whether a word occurs, and half a megabyte of trees is. The pattern
knows line and (unnested) block comments, strings of every kind and characters; lifetimes are code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_reconaudit.patterns import regex

__all__ = ["before_tests", "code_of", "noise_of", "words_of"]

_NOISE = regex(
    r"//[^\n]*"
    r"|/\*(?:.*?\*/|.*)"
    r'|\b[bc]?r(#+)"(?:.*?"\1|.*)'
    r'|\b[bc]?r"(?:[^"]*"|.*)'
    r'|"(?:[^"\\]|\\.)*+(?:"|\Z)'
    r"|'(?:\\(?:u\{[0-9a-fA-F_]{1,8}\}|x[0-9a-fA-F]{2}|.)|[^'\\\n])'",
    re.DOTALL,
)
"""What is no code. What is never closed reaches to the end, so that no text is read twice."""
_TESTS = regex(r"#\[cfg\((?:(?:all|any)\()?test\b[^\]]{0,200}\][^;{]{0,200}\{")
"""A module (or function) of tests with its body here; `mod tests;` lies in a file of its own."""
_SPACE = bytes.maketrans(
    bytes(one for one in range(128) if not (chr(one).isalnum() or one == 95)),
    b" " * sum(1 for one in range(128) if not (chr(one).isalnum() or one == 95)),
)


def code_of(text: str, noise: Iterable[re.Match[str]] | None = None) -> str:
    """A text without its comments, strings and characters; a blank stands for each.

    Line breaks inside of them are lost.

    :param noise: what :func:`noise_of` found in it, where that is known.
    """
    parts, at = [], 0
    for match in noise_of(text) if noise is None else noise:
        parts.append(text[at : match.start()])
        at = match.end()
    return " ".join([*parts, text[at:]])


def noise_of(text: str) -> Iterator[re.Match[str]]:
    """Every comment, string and character of a text, in order."""
    return _NOISE.finditer(text)


def words_of(text: str) -> set[bytes]:
    """Every word of a text, those in comments and strings too."""
    return set(text.encode("utf-8", "replace").translate(_SPACE).split())


def before_tests(text: str) -> str:
    """A text up to the module of its tests, which stands last by custom."""
    match = _TESTS.search(text) if "cfg(" in text else None
    return text[: match.start()] if match else text
