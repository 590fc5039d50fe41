"""The shape of one plain SQL statement: its tables and the columns its conditions compare.

Only what can be told for sure has a shape: one SELECT, UPDATE or DELETE without WITH, UNION or a
condition joined by OR, whose holes stand where values stand. All else has none. ``SELECT
EXISTS (…)`` has the shape of what it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Compared", "QueryShape", "query_shape"]

LIMIT = 4_000
"""Characters of a statement that are looked at."""


class Compared(Struct, frozen=True, gc=False, array_like=True):
    """A column in a condition that must hold for every row."""

    table: str
    """The table's name or alias before the column; empty when none is."""
    column: str
    how: str
    """``value``: equal to one that is known at run time; ``list``: to one of several; ``text``: to
    one written there; ``column``: to another table's column; ``range``: not below one that is known
    at run time, or of a span of time that ends now; ``other``: in any other way."""
    other: str = ""
    """Of ``column``: the name or alias of the other table."""


class QueryShape(Struct, frozen=True, gc=False, array_like=True):
    verb: str
    """``select``, ``update`` or ``delete``."""
    tables: tuple[tuple[str, str], ...]
    """(name, alias or name) of each table, the first one's first; folded, without schema."""
    compared: tuple[Compared, ...]
    limited: bool
    """It has a LIMIT."""
    ordered: tuple[str, str] = ("", "")
    """Of one that brings the first rows of an order: the table's name or alias (may be empty) and
    the column by which they are ordered first. Empty where that is no plain column, or where the
    rows are put together (GROUP BY, DISTINCT) before they are ordered."""


_TOKEN = regex(
    r"""(?P<space>\s++|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
    |(?P<value>\$\d++|\$\{[^{}]*+\}|\{[^{}]*+\}|%s|%\(\w++\)s|(?<![:\w]):(?!:)[A-Za-z_]\w*+|\?(?![|&?]))
    |(?P<text>[eEbBxX]?'(?:[^']++|'')*+'|\$\$)
    |(?P<name>"(?:[^"]++|"")*+"|[A-Za-z_][\w$]*+)
    |(?P<number>\d[\w.]*+)
    |(?P<sign>::|<=|>=|<>|!=|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_ENDS = ("group", "order", "having", "limit", "offset", "fetch", "for", "window", "returning")
_JOINS = frozenset({"join", "inner", "left", "right", "full", "outer", "cross", "natural"})
_REFUSED = frozenset(
    {"union", "intersect", "except", "with", "lateral", "natural", "into", "tablesample"}
)
_NOT_ALIASES = _JOINS | {"on", "where", "using", "set", *_ENDS}
_NOW = ("now", "current_timestamp", "current_date", "localtimestamp", "statement_timestamp")
_LITERALS = frozenset({"true", "false", "null", "current_date", "current_timestamp"})


class _Refused(Exception):
    """The statement is not plain."""


class _Token(Struct, frozen=True, gc=False):
    kind: str
    text: str
    """Of a name folded as the server folds it."""
    quoted: bool = False

    def word(self, *words: str) -> bool:
        return self.kind == "name" and not self.quoted and self.text in words


def query_shape(sql: str) -> QueryShape | None:
    """The shape of a statement; ``None`` when it is not plain. Never raises."""
    if len(sql) > LIMIT:
        return None
    try:
        return _shape(_tokens(sql))
    except _Refused:
        return None


def _tokens(sql: str) -> list[_Token]:
    out = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "sign"
        if kind == "space":
            continue
        text = match[0]
        if text == "$$":
            raise _Refused
        if kind == "name":
            quoted = text.startswith('"')
            text = text[1:-1].replace('""', '"') if quoted else text.lower()
            out.append(_Token(kind, text, quoted))
        else:
            out.append(_Token(kind, text))
    while out and out[-1].text == ";":
        out.pop()
    if any(token.text == ";" for token in out):
        raise _Refused
    return out


def _flat(tokens: Sequence[_Token]) -> list[tuple[_Token, list[_Token]]]:
    """Tokens at the top, a parenthesised group as one ``(`` with what is inside."""
    out: list[tuple[_Token, list[_Token]]] = []
    depth = 0
    inside: list[_Token] = []
    for token in tokens:
        if token.text == "(" and token.kind == "sign":
            if depth:
                inside.append(token)
            else:
                inside = []
                out.append((token, inside))
            depth += 1
        elif token.text == ")" and token.kind == "sign":
            depth -= 1
            if depth < 0:
                raise _Refused
            if depth:
                inside.append(token)
        elif depth:
            inside.append(token)
        else:
            out.append((token, []))
    if depth:
        raise _Refused
    return out


def _shape(tokens: list[_Token], *, inner: bool = False) -> QueryShape:
    flat = _flat(tokens)
    if not flat or any(token.word(*_REFUSED) for token, _ in flat):
        raise _Refused
    verb = flat[0][0].text
    if (
        verb == "select"
        and len(flat) > 2
        and flat[1][0].word("exists")
        and flat[2][0].text == "("
        and len(flat) < 6
        and all(token.kind == "name" and not token.word("from", "and") for token, _ in flat[3:])
        and not inner
    ):
        return _shape(flat[2][1], inner=True)
    at = 1
    if verb in ("select", "delete"):
        while at < len(flat) and not flat[at][0].word("from"):
            at += 1
    elif verb != "update":
        raise _Refused
    if verb != "update":
        at += 1
    if at < len(flat) and flat[at][0].word("only"):
        at += 1
    chosen = flat[1 : at - 1]
    tables: list[tuple[str, str]] = []
    conditions: list[list[tuple[_Token, list[_Token]]]] = []
    at = _table(flat, at, tables)
    if verb == "update":
        if at >= len(flat) or not flat[at][0].word("set"):
            raise _Refused
        while at < len(flat) and not flat[at][0].word("where", "from", "returning"):
            at += 1
    if at < len(flat) and flat[at][0].word("from", "using") and verb != "select":
        raise _Refused
    while at < len(flat) and not flat[at][0].word("where", *_ENDS):
        token = flat[at][0]
        if token.text == ",":
            at = _table(flat, at + 1, tables)
        elif token.word("full", "right", "cross", "using"):
            raise _Refused
        elif token.word(*_JOINS):
            at += 1
            if token.word("join"):
                at = _table(flat, at, tables)
        elif token.word("on"):
            start = at = at + 1
            while at < len(flat) and not flat[at][0].word("where", *_ENDS, *_JOINS):
                at += 1
            conditions.append(flat[start:at])
        else:
            raise _Refused
    if at < len(flat) and flat[at][0].word("where"):
        start = at = at + 1
        while at < len(flat) and not flat[at][0].word(*_ENDS):
            at += 1
        conditions.append(flat[start:at])
    limited = any(token.word("limit", "fetch") for token, _ in flat[at:])
    compared = [one for condition in conditions for one in _compared(condition)]
    ordered = _ordered(chosen, flat[at:]) if verb == "select" and limited else ("", "")
    return QueryShape(verb, tuple(tables), tuple(compared), limited, ordered)


def _ordered(
    chosen: list[tuple[_Token, list[_Token]]], ends: list[tuple[_Token, list[_Token]]]
) -> tuple[str, str]:
    """(table, column) by which the rows are ordered first, when it is a column as it is."""
    words = [token for token, _ in ends]
    if any(token.word("group", "having", "window") for token in words):
        return "", ""
    if any(token.word("distinct") for token, _ in chosen):
        return "", ""
    at = next((i for i, token in enumerate(words) if token.word("order")), -1)
    if at < 0 or at + 2 >= len(words) or not words[at + 1].word("by"):
        return "", ""
    found, end = _column(ends, at + 2)
    if found is None or not (
        words[end].text == "," or words[end].word("asc", "desc", "nulls", *_ENDS)
    ):
        return "", ""
    for before, (token, _), (alias, _) in zip(chosen, chosen[1:], chosen[2:], strict=False):
        renamed = token.word("as") and alias.kind == "name" and alias.text == found[1]
        if renamed and not found[0] and before[0].text != found[1]:
            return "", ""  # it is computed under that name
    return found


def _table(flat: list[tuple[_Token, list[_Token]]], at: int, tables: list[tuple[str, str]]) -> int:
    """Read ``[schema.]name [[AS] alias]`` at a position; where it ends."""
    if at >= len(flat) or flat[at][0].kind != "name":
        raise _Refused
    name = flat[at][0].text
    at += 1
    while at + 1 < len(flat) and flat[at][0].text == "." and flat[at + 1][0].kind == "name":
        name = flat[at + 1][0].text
        at += 2
    alias = name
    if at < len(flat) and flat[at][0].text in ("(", "."):
        raise _Refused  # a function, or a name that goes on
    if at < len(flat) and flat[at][0].word("as"):
        at += 1
    if at < len(flat) and flat[at][0].kind == "name" and not flat[at][0].word(*_NOT_ALIASES):
        alias = flat[at][0].text
        at += 1
    if at < len(flat) and flat[at][0].kind == "value":
        raise _Refused
    tables.append((name, alias))
    return at


def _compared(condition: list[tuple[_Token, list[_Token]]]) -> Iterator[Compared]:
    """What the conditions that AND joins compare."""
    if not condition or any(token.word("or") for token, _ in condition):
        raise _Refused
    part: list[tuple[_Token, list[_Token]]] = []
    between = False
    for one in condition:
        if one[0].word("between"):
            between = True
        if one[0].word("and") and not between:
            yield from _one(part)
            part = []
            continue
        if one[0].word("and"):
            between = False
        part.append(one)
    yield from _one(part)


def _one(part: list[tuple[_Token, list[_Token]]]) -> Iterator[Compared]:
    if not part:
        raise _Refused
    if len(part) == 1 and part[0][0].text == "(":
        yield from _group(part[0][1])
        return
    if len(part) == 1 and part[0][0].kind == "value":
        raise _Refused  # a piece of SQL that the program puts in
    left, at = _column(part, 0)
    if left is not None and at < len(part):
        sign, rest = part[at][0], part[at + 1 :]
        if sign.text == "=" and (how := _value(rest)):
            yield Compared(*left, how)
            return
        if sign.text == "=":
            right, end = _column(rest, 0)
            if right is not None and end == len(rest) and left[0] and right[0]:
                yield Compared(*left, "column", right[0])
                yield Compared(*right, "column", left[0])
                return
        if sign.text in (">", ">=") and (_value(rest) == "value" or _lately(rest)):
            yield Compared(*left, "range")
            return
        if sign.word("between") and rest and (rest[0][0].kind == "value" or _lately(rest)):
            yield Compared(*left, "range")
            return
        if sign.word("in") and len(rest) == 1 and rest[0][0].text == "(":
            kinds = {token.kind for token in rest[0][1] if token.text != ","}
            how = "list" if kinds == {"value"} else "text" if kinds <= {"text", "number"} else ""
            if how:
                yield Compared(*left, how)
                return
    yield from _mentioned([token for one in part for token in (one[0], *one[1])])


def _lately(rest: list[tuple[_Token, list[_Token]]]) -> bool:
    """Whether one side of a comparison is a time before now."""
    tokens = [token for token, _ in rest]
    return bool(tokens) and tokens[0].word(*_NOW) and any(token.text == "-" for token in tokens)


def _group(inside: list[_Token]) -> Iterator[Compared]:
    """A condition in parentheses: one whose parts AND joins is as if it had none."""
    flat = _flat(inside)
    if not flat:
        raise _Refused
    if any(token.word("or", "select") for token, _ in flat):
        yield from _mentioned(inside)
        return
    yield from _compared(flat)


def _column(part: list[tuple[_Token, list[_Token]]], at: int) -> tuple[tuple[str, str] | None, int]:
    """((table, column), where it ends) of a column at a position."""
    names = []
    while at < len(part) and part[at][0].kind == "name":
        names.append(part[at][0])
        at += 1
        if at < len(part) and part[at][0].text == ".":
            at += 1
            continue
        break
    else:
        return None, at
    if at < len(part) and part[at][0].text == "(":
        return None, at
    if not names or (len(names) == 1 and names[0].word(*_LITERALS, "not", "exists", "any", "all")):
        return None, at
    return (names[-2].text if names[1:] else "", names[-1].text), at


def _value(rest: list[tuple[_Token, list[_Token]]]) -> str:
    """What one side of an equation is when it is a value: how it is compared; else empty."""
    if not rest:
        raise _Refused  # the program puts the value behind it
    head = rest[0][0]
    tail = [token for token, _ in rest[1:]]
    cast = not tail or (tail[0].text == "::" and all(
        token.kind == "name" or token.text in ("::", "[", "]", "(") for token in tail
    ))  # fmt: skip
    if not cast and not (head.word("any") and rest[1][0].text == "(" and len(rest) == 2):
        return ""
    if head.word("any"):
        given = rest[1][1] if rest[1:] else []
        return "list" if given and given[0].kind == "value" else ""
    if head.kind == "value":
        return "value"
    if head.kind in ("text", "number") or head.word(*_LITERALS):
        return "text"
    return ""


def _mentioned(tokens: list[_Token]) -> Iterator[Compared]:
    """Every name in a condition that is not read further."""
    before = ""
    for index, token in enumerate(tokens):
        if token.kind != "name":
            continue
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if following == ".":
            before = token.text
            continue
        qualified = index > 0 and tokens[index - 1].text == "."
        yield Compared(before if qualified else "", token.text, "other")
