"""Statements as a server or a library logged them, without their values.

Whatever a value may be, it is taken out: strings, numbers, comments. What is left is the shape
that all sendings of one statement share, fit to be shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["LIMIT", "SentText", "equalities", "masked_statement", "sent_text", "tables_read"]

LIMIT = 4_096
"""Characters of a statement that are looked at."""
_PIECES = regex(
    r"(?P<comment>--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))"
    r"|(?P<name>\"(?:[^\"]++|\"\")*+(?:\"|\Z))"
    r"|(?P<value>\b[eE]'(?:[^'\\]++|\\.|'')*+(?:'|\Z)"
    r"|(?:\b(?:[bBxXnN]|[uU]&))?'(?:[^']++|'')*+(?:'|\Z)"
    r"|\$(?P<mark>[A-Za-z_]?\w{0,30})\$(?s:.*?)(?:\$(?P=mark)\$|\Z)"
    r"|(?<![\w$.])[$:]\d++\b"
    r"|(?<![\w$])(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?(?!\w)"
    r"|(?<![\w$])0[xXoObB][\da-fA-F_]++)",
    re.DOTALL,
)
_CAST = regex(r"\?(?:::[\w.]+(?:\(\?(?:, ?\?)?\))?(?:\[\])?)")
_LIST = regex(r"\(\s?\?(?:\s?,\s?\?){1,}\s?\)")
_ROWS = regex(r"\((?:\?|\?, …)\)(?:\s?,\s?\((?:\?|\?, …)\))+")
_IN = regex(r"\bIN\s?\(\s?\?\s?\)", re.IGNORECASE)
_SIGN = regex(r"(?<=[=<>(,])\s?-\s?(?=\?)")
_PLAIN = regex(r"[a-z_][a-z0-9_$]*")
_TAG = regex(r"([\w.%-]{1,60})\s?=\s?'((?:[^'\\]|\\.){0,400})'")
_OLD_TAG = regex(r"(?:^|,)\s?([a-z_]{1,40}):([^,]{1,200})")
_TRACE = regex(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_TAGS = ("request_id", "req_id", "trace_id", "requestid")
_SITE_TAGS = (
    "route",
    "job",
    "job_tag",
    "action",
    "line",
    "source_location",
    "file",
    "func",
    "controller",
    "resolver",
)


class SentText(Struct, frozen=True, gc=False):
    """A statement without its values, and what its comments tell."""

    shape: str
    """Blanks folded, values as ``?``, lists as ``(?, …)``; at most :data:`LIMIT` characters."""
    request: str = ""
    """The trace or request that a comment names (sqlcommenter's ``traceparent``)."""
    site: str = ""
    """Where the program sends it from, by a comment: a route, a controller, a line."""


def sent_text(text: str) -> SentText:
    """Take the values out of a statement. Never raises, whatever the text is."""
    return _sent(text[:LIMIT])


def masked_statement(text: str, most: int = 200) -> str:
    """A statement without values, cut for a message."""
    shape = sent_text(text).shape
    return shape if len(shape) <= most else shape[: most - 1] + "…"


@lru_cache(maxsize=4096)
def _sent(text: str) -> SentText:
    comments: list[str] = []

    def take(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "comment":
            comments.append(match[0])
            return " "
        if kind == "name":
            inner = match[0][1:-1]
            return inner if _PLAIN.fullmatch(inner) else match[0]
        return "?"

    shape = " ".join(_PIECES.sub(take, text).split())
    shape = _SIGN.sub(" ", shape)
    shape = _CAST.sub("?", shape)
    shape = _LIST.sub("(?, …)", shape)
    shape = _IN.sub("IN (?, …)", shape)
    shape = _ROWS.sub("(?, …)", shape)
    shape = shape.rstrip("; ")
    request = site = ""
    for comment in comments:
        if comment.startswith("/*") and ("='" in comment or ":" in comment):
            request, site = _tags(comment, request, site)
    return SentText(shape, request, site)


def _tags(comment: str, request: str, site: str) -> tuple[str, str]:
    """The request and the call site that a comment names, beside what others named."""
    inner = comment[2:-2]
    found = {unquote(key).lower(): unquote(value) for key, value in _TAG.findall(inner)}
    if not found:
        found = {key: value.strip() for key, value in _OLD_TAG.findall(inner)}
    trace = _TRACE.search(found.get("traceparent", ""))
    request = request or (trace[1] if trace else "")
    for name in _REQUEST_TAGS:
        request = request or found.get(name, "")[:64]
    if "controller" in found and "action" in found:
        site = site or f"{found['controller']}#{found['action']}"[:120]
    for name in _SITE_TAGS:
        site = site or found.get(name, "")[:120]
    return request, " ".join(site.split())


_NAME = r"(?:[\w$]{1,63}|\"[^\"]{1,63}\")"
_READ = regex(
    rf"\b(?:FROM|JOIN)\s(?:ONLY\s)?\(?\s?({_NAME}(?:\.{_NAME}){{0,2}})(?!\s?\()", re.IGNORECASE
)
_EQUAL = regex(rf"(?:{_NAME}\.){{0,2}}({_NAME})\s?=\s?\?", re.IGNORECASE)
_WHERE = regex(r"\bWHERE\b", re.IGNORECASE)


def tables_read(shape: str) -> tuple[str, ...]:
    """The tables after FROM and JOIN of a shape, with their schema where it is said."""
    found = dict.fromkeys(name.replace('"', "").lower() for name in _READ.findall(shape))
    return tuple(found)


def equalities(shape: str) -> tuple[str, ...]:
    """The columns that a shape's WHERE compares with one value."""
    where = _WHERE.search(shape)
    if where is None:
        return ()
    found = _EQUAL.findall(shape, where.end())
    return tuple(dict.fromkeys(name.strip('"').lower() for name in found))
