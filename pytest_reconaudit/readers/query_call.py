"""What the recognisers of database calls share: the record of one call, and a look at its SQL.

A recogniser (:mod:`.query_rust`, :mod:`.query_script`, :mod:`.query_python`) finds in the index of
a file the calls that go to the database once each, by the library's own words: a method's name
alone is never enough.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code
from pytest_reconaudit.readers.query_shape import Compared

__all__ = ["FoundQuery", "binding_near", "expression_text", "sql_of", "table_name"]

_SQL = regex(
    r"""["'`][\s(]*(?:--[^\n]*\n[\s(]*)*(with|select|insert|update|delete|create|alter|drop|truncate"""
    r"""|set|vacuum|refresh|analyze|lock|listen|notify|begin|commit|rollback|savepoint|copy|merge"""
    r"""|replace|call|pragma|explain|grant|values|comment|reindex|unlisten|show)\b""",
    re.IGNORECASE,
)
_DDL = frozenset(
    {"create", "alter", "drop", "truncate", "set", "vacuum", "refresh", "analyze", "lock",
     "listen", "notify", "begin", "commit", "rollback", "savepoint", "copy", "call", "pragma",
     "explain", "grant", "values", "comment", "reindex", "unlisten", "show"}
)  # fmt: skip
_COUNT = regex(r"\bselect\s+(?:count|sum|avg|min|max|exists)\s*\(", re.IGNORECASE)
_WRITES = regex(
    r"\b(insert)\s+into\b|\b(update)\s+[\w.\"]+(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\b"
    r"|\b(delete)\s+from\b",
    re.IGNORECASE,
)
_NAME = r"[\"`]?(?:(?:\w+|\$?\{[\w.]{0,60}\})[\"`]?\.[\"`]?){0,2}(\w+)\b(?<!_)(?![\"`]?\.)"
"""The name of a table, its schema before it, as a name or put in (``"${tenant}".orders``); one that
ends in a dot or an underscore is continued by what the program adds."""
_TABLE = {
    "insert": regex(rf"\binto\s+{_NAME}", re.IGNORECASE),
    "update": regex(rf"\bupdate\s+(?:only\s+)?{_NAME}", re.IGNORECASE),
    "delete": regex(rf"\bfrom\s+(?:only\s+)?{_NAME}", re.IGNORECASE),
}
_CATALOGUE = regex(
    r"\bfrom\s+(?:(?:pg_catalog|information_schema)\.\w|pg_\w|sqlite_(?:master|schema)\b)",
    re.IGNORECASE,
)
"""What a database says of its own tables: asked by code that looks after the schema."""
_CALLED = regex(r"select\s+(?:\w+\.)?(\w+)\s*\((?![^;]*\bfrom\s)", re.IGNORECASE)
"""A function that the database keeps, asked for what it does."""
_ITS_OWN = regex(
    r"(?:pg_\w+|to_reg\w+|set_config|current_\w+|txid_\w+|has_\w+_privilege|version)$", 2
)
"""A function by which a database speaks of itself, takes a lock or tells others something."""
_UNTOLD = regex(r"select\s+\$?\{", re.IGNORECASE)
"""What is selected is put together elsewhere."""
_FROM = regex(r"\bfrom\s", re.IGNORECASE)
_TABLE["select"] = _TABLE["count"] = regex(
    rf"\bfrom\s+(?:only\s+)?{_NAME}(?![\"`]?\s*\()", re.IGNORECASE
)
"""None is what a function brings: ``FROM unnest($1)``."""
_LIMIT = regex(r"\blimit\s+(\d+|\$\d+|:\w+|\?|\$\{[^}]*\}|\{\w*\}|%s|%\(\w+\)s)", re.IGNORECASE)
_FETCH_FIRST = regex(r"\bfetch\s+(?:first|next)\s+(\d+|\$\d+)", re.IGNORECASE)
_SET = regex(r"\bset\b(.*?)(?:\bwhere\b|\breturning\b|\bfrom\b|$)", re.IGNORECASE | re.DOTALL)
_COLUMN = regex(r"[\"`]?(\w+)[\"`]?\s*=(?!=)")
_CAPITALS = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAX_TEXT = 4_000


class FoundQuery(Struct, frozen=True, eq=False):
    """A call that goes to the database."""

    call: Call
    """The call that sends the statement; for lazy statements the one that ends their chain."""
    kind: str
    """``select``, ``count`` (any aggregate or existence test), ``insert``, ``update``,
    ``delete``, ``upsert``, ``call`` (of a function that the database keeps), or ``other`` (DDL,
    settings, the database's own catalogue, what cannot be told)."""
    library: str
    span: tuple[int, int]
    """The range of the whole statement's expression."""
    text: str
    """The statement's source, that of the variable it comes from included."""
    table: str = ""
    connection: str = ""
    """Source of what names the connection; empty where a library hides it."""
    many: bool = False
    """It brings rows of which there may be any number."""
    limit: str = ""
    """What bounds the number of rows: a number, a name; empty without."""
    columns: tuple[str, ...] = ()
    """Those that an update sets, as far as they are plain."""
    bulk: bool = False
    """It sends a whole list of rows."""
    compared: tuple[Compared, ...] = ()
    """What a plain query of Diesel, Prisma, SQLAlchemy or Django on one table filters by; but for
    Diesel in the words of the model."""
    ordered: str = ""
    """The column by which it sorts the rows of which it brings the first ones, likewise."""


def sql_of(text: str) -> tuple[str, str, str, tuple[str, ...]] | None:
    """(kind, table, limit, columns) of the first SQL statement that a source text holds."""
    match = _SQL.search(text)
    if match is None:
        return None
    sql = text[match.start(1) : match.start(1) + _MAX_TEXT]
    verb = match[1].lower()
    if verb == "with":
        write = _WRITES.search(sql)
        verb = next(word for word in write.groups() if word).lower() if write else "select"
    elif verb in ("merge", "replace"):
        verb = "insert"
    if verb in _DDL:
        return "other", "", "", ()
    if verb == "select" and _CATALOGUE.search(sql):
        return "other", "", "", ()
    if verb == "select" and _COUNT.match(sql):
        verb = "count"
    elif verb == "select" and (called := _CALLED.match(sql)):
        name = called[1].lower()
        return ("other", "", "", ()) if _ITS_OWN.match(name) else ("call", name, "", ())
    elif verb == "select" and _UNTOLD.match(sql) and _FROM.search(sql) is None:
        return "other", "", "", ()
    named = _TABLE[verb].search(sql)
    limit = _LIMIT.search(sql) or _FETCH_FIRST.search(sql)
    columns: tuple[str, ...] = ()
    if verb == "update" and (assigned := _SET.search(sql)):
        columns = tuple(word.lower() for word in _COLUMN.findall(assigned[1]))
    return verb, named[1].lower() if named else "", limit[1] if limit else "", columns


def table_name(name: str) -> str:
    """A model's name as a table would have it: ``OrderItem`` → ``order_item``."""
    return _CAPITALS.sub("_", name).lower()


def binding_near(code: Code, name: str, at: int, scope: int) -> Binding | None:
    """The declaration that gave a name its value, also as a part of a pattern."""
    found = code.binding_of(name, at, scope)
    if found is not None:
        return found
    visible = {one.index for one in code.around(scope)}
    for binding in reversed(code.bindings_with(name)):
        if binding.start < at and binding.scope in visible:
            return binding
    return None


def expression_text(code: Code, start: int, end: int) -> str:
    """Source of a range, cut where it gets long."""
    return code.text(start, min(end, start + _MAX_TEXT))
