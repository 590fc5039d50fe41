"""TOML as programs read it today: version 1.0, and what 1.1 added to it.

``tomllib`` knows 1.0 alone before Python 3.15; cargo and others take 1.1, where an inline table may
span lines and end in a comma. Text that ``tomllib`` refuses is written the older way and tried once
more: a second parser in the place of the standard library's would be there for that alone.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from pytest_reconaudit.patterns import regex

__all__ = ["TOMLDecodeError", "loads"]

TOMLDecodeError = tomllib.TOMLDecodeError

_TOKEN = regex(
    r'"""(?:\\.|[^\\])*?(?:"""|\\?\Z)|' + r"'''.*?(?:'''|\Z)|"
    r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'"
    r"|\#[^\n]*|[\[\]{},\n]|[^\s\"'\#\[\]{},]+",
    re.DOTALL,
)
_NEW_ESCAPE = regex(r"(\\\\)|\\e|\\x([0-9A-Fa-f]{2})")


def loads(text: str) -> dict[str, Any]:
    """The values of a TOML document.

    :raises TOMLDecodeError: it is valid in neither version; the place is that of the first fault
        by 1.0
    :raises RecursionError: it is nested without end
    """
    try:
        return tomllib.loads(text)
    except TOMLDecodeError as error:
        older = _in_version_1_0(text)
        if older == text:
            raise
        try:
            return tomllib.loads(older)
        except TOMLDecodeError:
            raise error from None


def _in_version_1_0(text: str) -> str:
    """Inline tables on one line and without a last comma; escapes that 1.0 knows."""
    pieces: list[str] = []
    open_: list[str] = []
    comma = -1  # where the comma stands that nothing has followed yet
    end = 0
    for token in _TOKEN.finditer(text):
        pieces.append(text[end : token.start()])
        end = token.end()
        word = token[0]
        inline = bool(open_) and open_[-1] == "{"
        if inline and (word == "\n" or word.startswith("#")):
            pieces.append(" " if word == "\n" else "")
            continue
        if word in ("[", "{"):
            open_.append(word)
        elif word in ("]", "}") and open_:
            open_.pop()
            if inline and comma >= 0:
                pieces[comma] = ""
        pieces.append(_NEW_ESCAPE.sub(_escape, word) if word.startswith('"') else word)
        if word not in ("\n",) and not word.startswith("#"):
            comma = len(pieces) - 1 if word == "," else -1
    pieces.append(text[end:])
    return "".join(pieces)


def _escape(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    return f"\\u00{match[2]}" if match[2] else "\\u001b"
