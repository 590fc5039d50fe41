"""What one call of a Prisma client filters and sorts by, where its argument is written out.

Only object literals whose parts are plain have a shape: no spread, no condition joined by OR or
NOT, none on a relation. Names are the schema's, not yet the database's.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_shape import Compared

__all__ = ["PrismaShape", "prisma_shape"]

_MOST = 6_000
"""Characters of an argument that are looked at."""


class PrismaShape(Struct, frozen=True, gc=False):
    compared: tuple[Compared, ...]
    ordered: str
    """The field by which it sorts the rows of which it brings the first ones; empty without."""


class _Unplain(Exception):
    """The argument is not plain."""


_TOKEN = regex(
    r"""\s++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/
    |(?P<text>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')
    |(?P<template>`(?:[^`\\]++|\\.)*+`)
    |(?P<name>[A-Za-z_$][\w$]*+)
    |(?P<number>\d[\w.]*+)
    |(?P<sign>\.\.\.|\?\?|\?\.|\|\||&&|=>|===?|!==?|[^\s\w])""",
    64 | 16,
)
_ENUM = regex(r"[A-Z][A-Z0-9_]*")
_CLOSES = {"{": "}", "[": "]", "(": ")"}
_RANGES = frozenset({"gte", "gt"})
_OTHERS = frozenset(
    {"lt", "lte", "not", "contains", "startsWith", "endsWith", "mode", "search", "has", "hasSome",
     "hasEvery", "isEmpty", "notIn", "path", "string_contains", "array_contains"}
)  # fmt: skip

_Tokens = list[tuple[str, str]]


def prisma_shape(text: str, *, first: bool = False) -> PrismaShape | None:
    """The shape of ``{ where: { … }, orderBy: { … }, take: … }``; ``None`` when it is not plain.

    :param first: the call brings one row at most, whatever its argument says.

    Never raises.
    """
    if len(text) > _MOST:
        return None
    tokens = [
        (match.lastgroup, match[0])
        for match in _TOKEN.finditer(text)
        if match.lastgroup is not None
    ]
    try:
        return _shape(tokens, first=first)
    except _Unplain:
        return None


def _shape(tokens: _Tokens, *, first: bool) -> PrismaShape:
    given = dict(_entries(tokens))
    where = given.get("where")
    compared = tuple(_compared(where)) if where is not None else ()
    ordered = ""
    if (first or "take" in given) and "orderBy" in given and "distinct" not in given:
        ordered = _first(given["orderBy"])
    return PrismaShape(compared, ordered)


def _entries(tokens: _Tokens) -> Iterator[tuple[str, _Tokens]]:
    """(key, value) of an object literal that holds nothing but such."""
    if len(tokens) < 2 or tokens[0] != ("sign", "{") or tokens[-1] != ("sign", "}"):
        raise _Unplain
    for part in _parts(tokens[1:-1]):
        kind, key = part[0]
        if kind not in ("name", "text"):
            raise _Unplain
        if len(part) == 1 and kind == "name":
            yield key, part
        elif len(part) > 2 and part[1] == ("sign", ":"):
            yield key.strip("\"'"), part[2:]
        else:
            raise _Unplain


def _parts(tokens: _Tokens) -> Iterator[_Tokens]:
    """What commas part."""
    part: _Tokens = []
    open_: list[str] = []
    for token in tokens:
        if token[0] == "sign" and token[1] in _CLOSES:
            open_.append(_CLOSES[token[1]])
        elif token[0] == "sign" and token[1] in ")]}":
            if not open_ or open_.pop() != token[1]:
                raise _Unplain
        elif token == ("sign", ",") and not open_:
            if part:
                yield part
            part = []
            continue
        part.append(token)
    if open_:
        raise _Unplain
    if part:
        yield part


def _compared(where: _Tokens) -> Iterator[Compared]:
    for key, value in _entries(where):
        if key in ("OR", "NOT", "AND"):
            raise _Unplain
        if value[0] == ("sign", "{"):
            yield from _operators(key, value)
        else:
            yield Compared("", key, _how(value))


def _operators(field: str, value: _Tokens) -> Iterator[Compared]:
    if value[-1] != ("sign", "}"):
        raise _Unplain
    given = dict(_entries(value))
    if not given:
        yield Compared("", field, "other")
    elif "equals" in given:
        yield Compared("", field, "other" if "mode" in given else _how(given["equals"]))
    elif "in" in given:
        written = given["in"][0][1] == "["
        yield Compared("", field, "text" if written else "list")
    elif _RANGES & given.keys():
        yield Compared("", field, "range")
    elif given.keys() <= _OTHERS:
        yield Compared("", field, "other")
    else:
        raise _Unplain  # a condition on a relation, or a key of several columns


def _how(value: _Tokens) -> str:
    if any(text in ("?", "??", "||", "&&", "undefined") for _, text in value):
        return "other"  # it may be left out
    kind, text = value[0]
    if len(value) == 1 and (kind in ("text", "number") or text in ("true", "false", "null")):
        return "text"
    if kind == "name" and value[-1][0] == "name" and _ENUM.fullmatch(value[-1][1]):
        return "text"
    return "value" if kind in ("name", "template") else "other"


def _first(tokens: _Tokens) -> str:
    """The field of ``{ createdAt: "desc" }``, or of the first of several; else empty."""
    if tokens and tokens[0] == ("sign", "[") and tokens[-1] == ("sign", "]"):
        tokens = next(_parts(tokens[1:-1]), [])
    if not tokens or tokens[0] != ("sign", "{"):
        return ""
    entries = list(_entries(tokens))
    if len(entries) == 1:
        field, value = entries[0]
        if len(value) == 1 and value[0][0] == "text":
            return field
    return ""
