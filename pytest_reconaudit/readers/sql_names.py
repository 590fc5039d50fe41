"""Names as SQL writes them: bare, or between double quotes."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["quoted", "unquoted"]

_NAME = regex(r"[a-z_][a-z0-9_]*\Z")
_QUOTED = regex(r"\"(?:[^\"]|\"\")+\"\Z")
_RESERVED = regex(
    r"(?:all|analyze|and|any|array|as|asc|both|case|cast|check|collate|column|constraint|create"
    r"|default|desc|distinct|do|else|end|except|false|fetch|for|foreign|from|grant|group|having|in"
    r"|initially|into|lateral|leading|limit|not|null|offset|on|only|or|order|placing|primary"
    r"|references|returning|select|some|table|then|to|trailing|true|union|unique|user|using"
    r"|variadic|when|where|window|with)\Z"
)


def unquoted(key: str) -> str:
    """The column that a key of an index is; empty when it is an expression."""
    if _NAME.match(key):
        return key
    return key[1:-1].replace('""', '"') if _QUOTED.match(key) else ""


def quoted(name: str) -> str:
    """The name as SQL has it."""
    if _NAME.match(name) and not _RESERVED.match(name):
        return name
    return '"' + name.replace('"', '""') + '"'
