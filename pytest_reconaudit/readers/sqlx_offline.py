"""sqlx's offline data: each query of a program with what a database said about it.

``.sqlx/query-<hash>.json`` holds one query, the older ``sqlx-data.json`` all of them. Of the SQL
only the names of tables and plainly qualified columns are read; what is not plain is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["NamedTables", "OfflineColumn", "OfflineData", "OfflineQuery", "read_sqlx_offline"]


class OfflineColumn(Struct, frozen=True):
    """One column of a query's result that is a column of a table as it is."""

    table: str
    column: str
    type: str
    """In the words of :mod:`.pg_types`; empty: not told."""
    nullable: bool | None
    """``None``: not told, or more than one table could make it NULL."""


class NamedTables(Struct, frozen=True):
    """What a query names."""

    tables: tuple[tuple[str, str], ...]
    """(schema or empty, table) of what it reads and writes; its own ``WITH`` names left out."""
    columns: tuple[tuple[str, str], ...]
    """(table, column) where the query says which table it means."""
    single: str
    """The table, when there is one only and nothing else to read from."""


class OfflineQuery(Struct, frozen=True):
    """One query."""

    place: Place
    text: str
    named: NamedTables
    columns: tuple[OfflineColumn, ...]


class OfflineData(Struct, frozen=True):
    """The queries of one file. ``server`` is sqlx's name: ``PostgreSQL``, ``MySQL``, ``SQLite``."""

    path: str
    server: str = ""
    queries: tuple[OfflineQuery, ...] = ()
    problems: tuple[Problem, ...] = ()


_LONGEST = 20_000
"""Characters of a query; longer ones are data."""


def read_sqlx_offline(text: str, path: str) -> OfflineData:
    """Never raises on bad input: see ``problems``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return OfflineData(path, problems=(Problem(Place(path), str(error)),))
    if not isinstance(data, dict):
        return OfflineData(path, problems=(Problem(Place(path), "no offline data"),))
    server = data.get("db_name", data.get("db"))
    entries = [data] if "query" in data else [one for one in data.values() if isinstance(one, dict)]
    queries = []
    for entry in entries:
        query, describe = entry.get("query"), entry.get("describe")
        if isinstance(query, str) and len(query) < _LONGEST:
            place = Place(path, _line(text, query))
            named, outputs = _named(query)
            described = describe if isinstance(describe, dict) else {}
            columns = tuple(_columns(described, named, outputs))
            queries.append(OfflineQuery(place, query, named, columns))
    return OfflineData(path, server if isinstance(server, str) else "", tuple(queries))


def _line(text: str, query: str) -> int:
    for ascii_only in (False, True):
        at = text.find(json.dumps(query, ensure_ascii=ascii_only))
        if at >= 0:
            return text.count("\n", 0, at) + 1
    return 1


def _columns(
    describe: dict[str, Any], named: NamedTables, outputs: tuple[str, ...] | None
) -> Iterator[OfflineColumn]:
    columns, nullable = describe.get("columns"), describe.get("nullable")
    if not isinstance(columns, list) or outputs is None or len(columns) != len(outputs):
        return
    nulls = nullable if isinstance(nullable, list) else []
    for index, (column, output) in enumerate(zip(columns, outputs, strict=True)):
        if not output or not isinstance(column, dict):
            continue
        null = nulls[index] if index < len(nulls) else None
        yield OfflineColumn(
            named.single,
            output,
            _type(column.get("type_info")),
            null if isinstance(null, bool) else None,
        )


def _type(info: Any) -> str:
    if isinstance(info, dict):
        custom = info.get("Custom")
        name = custom.get("name") if isinstance(custom, dict) else None
        return name if isinstance(name, str) else ""
    if not isinstance(info, str):
        return ""
    if info.endswith("Array"):
        return info.removesuffix("Array").lower() + "[]"
    return info.lower()


# -- the SQL -------------------------------------------------------------------------------


class _Word(NamedTuple):
    text: str
    """A name as the server stores it; a sign."""
    kind: str
    """``w`` a plain word, ``q`` a quoted name, ``o`` anything else."""


_TOKEN = regex(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?\*/)|(?P<s>[eE]?'(?:[^']|'')*'|\$(\w*)\$.*?\$\3\$)
    |"(?P<q>(?:[^"]|"")*)"|(?P<w>[^\W\d][\w$]*)|(?P<o>.)""",
    64 | 16,
)
_NO_TABLE = frozenset(
    {"select", "lateral", "only", "values", "unnest", "set", "where", "rows", "json_table"}
)
_ENDS_ALIAS = frozenset(
    {
        "where", "join", "left", "right", "inner", "full", "cross", "natural", "on", "using", "set",
        "order", "group", "having", "limit", "offset", "union", "except", "intersect", "returning",
        "for", "fetch", "window", "values", "select", "default", "tablesample", "do", "when",
        "overriding", "as", "and", "or", "from", "with", "not", "is", "in", "like", "ilike",
        "between", "filter", "over", "update", "insert", "delete", "into", "collate", "at",
    }
)  # fmt: skip
_SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})


def _words(text: str) -> list[_Word]:
    out = []
    for match in _TOKEN.finditer(text):
        if match["skip"] is not None:
            continue
        if match["w"] is not None:
            out.append(_Word(match["w"].lower(), "w"))
        elif match["q"] is not None:
            out.append(_Word(match["q"].replace('""', '"'), "q"))
        elif match["s"] is not None:
            out.append(_Word("''", "o"))
        else:
            out.append(_Word(match["o"], "o"))
    return out


def _named(text: str) -> tuple[NamedTables, tuple[str, ...] | None]:
    """(what the query names, the plain column behind each output or ``None``)."""
    words = _words(text)
    own = _with_names(words)
    tables: list[tuple[str, str]] = []
    bound: dict[str, set[str]] = {}
    derived = bool(own)
    selects = [False]
    size = len(words)
    at = 0

    def is_word(index: int, *texts: str) -> bool:
        return 0 <= index < size and words[index].kind == "w" and words[index].text in texts

    def sign(index: int, text: str) -> bool:
        return 0 <= index < size and words[index].kind == "o" and words[index].text == text

    while at < size:
        word = words[at]
        if word.kind == "o":
            if word.text == "(":
                selects.append(False)
            elif word.text == ")":
                if len(selects) > 1:
                    selects.pop()
                # A derived table's name hides nothing and stands for no table.
                after = at + 2 if is_word(at + 1, "as") else at + 1
                if (
                    after < size
                    and words[after].kind in "wq"
                    and not is_word(after, *_ENDS_ALIAS, "asc", "desc", "then", "else", "end")
                ):
                    bound.setdefault(words[after].text, set()).add("")
            at += 1
            continue
        begins = False
        if word.kind == "w":
            if word.text in ("select", "delete"):
                selects[-1] = True
            before = at - 1
            if word.text == "from":
                begins = selects[-1] and not is_word(before, "distinct")
            elif word.text == "join":
                begins = True
            elif word.text == "using":
                begins = selects[-1] and not sign(at + 1, "(")
            elif word.text == "into":
                begins = is_word(before, "insert", "merge")
            elif word.text == "update":
                begins = at == 0 or sign(before, "(") or sign(before, ")")
                selects[-1] = selects[-1] or begins
        at += 1
        while begins:
            while is_word(at, "only", "lateral"):
                at += 1
            if at >= size or words[at].kind not in "wq" or is_word(at, *_NO_TABLE):
                derived = derived or sign(at, "(") or is_word(at, "unnest", "json_table")
                break
            schema, table = "", words[at].text
            at += 1
            if sign(at, ".") and at + 1 < size and words[at + 1].kind in "wq":
                schema, table = table, words[at + 1].text
                at += 2
            function = sign(at, "(") and not is_word(at - 2, "into") and word.text != "into"
            if is_word(at, "as"):
                at += 1
            alias = table
            if at < size and words[at].kind in "wq" and not is_word(at, *_ENDS_ALIAS):
                alias = words[at].text
                at += 1
            if function:
                derived = True
                break
            if not schema and table in own:
                bound.setdefault(alias, set()).add("")
            else:
                tables.append((schema, table))
                bound.setdefault(alias, set()).add(table)
            if not sign(at, ",") or word.text not in ("from", "using"):
                break
            at += 1
    columns = []
    for index in range(size - 2):
        if not sign(index + 1, ".") or words[index].kind not in "wq" or sign(index - 1, "."):
            continue
        owner, column = words[index].text, words[index + 2]
        meant = bound.get(owner, set())
        if column.kind not in "wq" or len(meant) != 1 or "" in meant:
            continue
        if sign(index + 3, "(") or sign(index + 3, ".") or column.text in _SYSTEM:
            continue
        columns.append((next(iter(meant)), column.text))
    unique = tuple(dict.fromkeys(tables))
    single = unique[0][1] if len(tables) == 1 and not derived else ""
    named = NamedTables(unique, tuple(dict.fromkeys(columns)), single)
    return named, _outputs(words, set(bound)) if single else None


def _with_names(words: list[_Word]) -> frozenset[str]:
    """The names that ``WITH`` gives to queries."""
    names = set()
    for index, word in enumerate(words):
        if word.kind == "w" and word.text == "as" and index:
            after = index + 1
            while after < len(words) and words[after].text in ("not", "materialized"):
                after += 1
            if after >= len(words) or words[after].text != "(":
                continue
            before = index - 1
            if words[before].text == ")":
                depth = 0
                while before >= 0:
                    depth += {")": 1, "(": -1}.get(words[before].text, 0)
                    before -= 1
                    if not depth:
                        break
            if before >= 0 and words[before].kind in "wq":
                names.add(words[before].text)
    return frozenset(names) if any(word.text == "with" for word in words) else frozenset()


def _outputs(words: list[_Word], owners: set[str]) -> tuple[str, ...] | None:
    """For each output of a query of one table its column, or empty; ``None`` when not plain."""
    starts = [
        index
        for index, word in enumerate(words)
        if word.kind == "w" and word.text in ("select", "returning")
    ]
    if len(starts) != 1 or any(word.text in ("union", "distinct") for word in words):
        return None
    items: list[list[_Word]] = [[]]
    depth = 0
    for word in words[starts[0] + 1 :]:
        if word.kind == "o" and word.text in "([":
            depth += 1
        elif word.kind == "o" and word.text in ")]":
            depth -= 1
        elif depth == 0 and word.kind == "w" and word.text == "from":
            break
        elif depth == 0 and word.text == "," and word.kind == "o":
            items.append([])
            continue
        items[-1].append(word)
    outputs = []
    for item in items:
        if any(word.text == "*" for word in item[:3]) and len(item) in (1, 3):
            return None
        if len(item) > 2 and item[-2].text == "as":
            item = item[:-2]
        if len(item) == 3 and item[1].text == "." and item[0].text in owners:
            item = item[2:]
        outputs.append(item[0].text if len(item) == 1 and item[0].kind in "wq" else "")
    return tuple(outputs)
