"""Diesel's ``table!`` macros: the schema that a Rust program believes in.

Read from the macro's own grammar rather than from the syntax tree of the file around it: to a Rust
parser the inside of a macro is a heap of tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import toml

__all__ = [
    "DieselColumn",
    "DieselConfig",
    "DieselSchema",
    "DieselTable",
    "DieselType",
    "PrintedSchema",
    "diesel_types",
    "read_diesel",
    "read_diesel_config",
]


class DieselColumn(Struct, frozen=True):
    """One column under its name in the database."""

    name: str
    type: str
    """As written: ``Nullable<Timestamptz>``."""
    place: Place


class DieselTable(Struct, frozen=True):
    """One ``table!`` under its name in the database."""

    name: str
    schema: str | None
    primary_key: tuple[str, ...]
    columns: tuple[DieselColumn, ...]
    place: Place


class DieselSchema(Struct, frozen=True):
    """The tables that a file declares, and the macros that could not be read."""

    path: str
    tables: tuple[DieselTable, ...]
    problems: tuple[Problem, ...] = ()


_MACRO = regex(r"\btable!\s*([{(\[])")
_NOISE = regex(  # what is never closed is matched too, once, and stays
    r"//[^\n]*+|\"(?:[^\"\\]++|\\.?)*+(?:\"|\Z)|r(#*)\".*?(?:\"\1|\Z)|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_HEAD = regex(
    r"(?:(?P<schema>[\w#]+)\s*\.\s*)?(?P<table>[\w#]+)\s*(?:\(\s*(?P<key>[\w\s,#]*)\))?\s*\{"
)
_COLUMN = regex(r"(?P<name>(?:r#)?\w+)\s*->\s*(?P<type>[^,}]*(?:<[^}]*?>)?)")
_SQL_NAME = regex(r"#\s*\[\s*(?:diesel\s*\(\s*)?sql_name\s*=\s*\"([^\"]*)\"")
_ATTRIBUTE = regex(r"#\s*\[[^\]]*\]")
_SPACE = regex(r"[\s,]+")
_BEFORE_TABLE = regex(r"\s+|use\s[^;]*;|#\s*\[[^\]]*\]")
_CLOSING = {"{": "}", "(": ")", "[": "]"}


def read_diesel(text: str, path: str) -> DieselSchema:
    """Every ``table!`` of a Rust file, commented-out ones left out. Never raises."""
    if "table!" not in text:
        return DieselSchema(path, ())
    # Same length and line breaks, so that offsets stay true.
    bare = _NOISE.sub(_blank, text)
    starts = [0, *(match.end() for match in re.finditer("\n", bare))]

    def place_of(offset: int) -> Place:
        row = bisect_right(starts, offset) - 1
        return Place(path, row + 1, offset - starts[row] + 1)

    tables: list[DieselTable] = []
    problems: list[Problem] = []
    macros = list(_MACRO.finditer(bare))
    limits = [*(match.start() for match in macros[1:]), len(bare)]
    for match, limit in zip(macros, limits, strict=False):
        before = bare[max(0, match.start() - 200) : match.start()].rstrip()
        if before.endswith(("macro_rules!", "macro_rules")):
            continue
        end = _closing(bare, match.end() - 1, limit, match[1])
        place = place_of(match.start())
        if end is None:
            problems.append(Problem(place, "the table! macro is never closed"))
            continue
        table = _table(bare, match.end(), end, place_of)
        if table is not None:
            tables.append(table)
        elif "$" not in bare[match.end() : end]:
            problems.append(Problem(place, "the table! macro holds no table"))
    return DieselSchema(path, tuple(tables), tuple(problems))


def _blank(match: re.Match[str]) -> str:
    """Comments to blanks; strings stay, with brackets in them taken out."""
    found = match[0]
    if found[0] != "/" and not found.endswith(f'"{match[1] or ""}'):
        return found
    if found.startswith("/*") and not found.endswith("*/"):
        return found
    if found[0] == "/":
        return re.sub(r"[^\n]", " ", found)
    return re.sub(r"[{}()\[\]]", " ", found)


def _closing(text: str, start: int, limit: int, opening: str) -> int | None:
    closing = _CLOSING[opening]
    depth = 0
    for match in re.compile(f"[{re.escape(opening + closing)}]").finditer(text, start, limit):
        depth += 1 if match[0] == opening else -1
        if depth == 0:
            return match.start()
    return None


def _table(bare: str, start: int, end: int, place_of: Callable[[int], Place]) -> DieselTable | None:
    head = next(_heads(bare, start, end), None)
    if head is None:
        return None
    before = bare[start : head.start()]
    renamed = _SQL_NAME.search(before)
    columns = tuple(_columns(bare, head.end(), end, place_of))
    key = tuple(name.strip() for name in (head["key"] or "id").split(",") if name.strip())
    return DieselTable(
        name=renamed[1] if renamed else _plain(head["table"]),
        schema=_plain(head["schema"]) if head["schema"] else None,
        primary_key=key,
        columns=columns,
        place=place_of(head.start()),
    )


def _heads(bare: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """``name (key) {``, with ``use …;`` lines and attributes before it passed over."""
    at = start
    while at < end:
        if skipped := _BEFORE_TABLE.match(bare, at, end):
            at = skipped.end()
            continue
        if found := _HEAD.match(bare, at, end):
            yield found
        return


def _columns(
    bare: str, start: int, end: int, place_of: Callable[[int], Place]
) -> Iterator[DieselColumn]:
    """``#[sql_name = "x"] name -> Type,`` each."""
    renamed = ""
    at = start
    while at < end:
        if space := _SPACE.match(bare, at, end):
            at = space.end()
        elif attribute := _ATTRIBUTE.match(bare, at, end):
            if named := _SQL_NAME.match(attribute[0]):
                renamed = named[1]
            at = attribute.end()
        elif column := _COLUMN.match(bare, at, end):
            place = place_of(column.start())
            name = renamed or _plain(column["name"])
            yield DieselColumn(name, " ".join(column["type"].split()), place)
            renamed = ""
            at = column.end()
        else:
            at += 1


def _plain(name: str) -> str:
    return name.removeprefix("r#")


# -- SQL types of the program's own --------------------------------------------------------


class DieselType(Struct, frozen=True):
    """A struct that stands for a type of the database."""

    name: str
    """The struct's."""
    type: str
    """The type's, without its schema."""


_TYPE = regex(
    r"#\s*\[\s*(?:diesel\s*\(\s*)?(?:postgres_type|postgres)\s*\((?P<inner>[^)\]]*)\)\s*\)?\s*\]"
    r"(?:\s|#\s*\[[^\]]*\])*(?:pub(?:\s*\([^)]*\))?\s+)?struct\s+(?P<struct>\w+)"
)
_TYPE_NAME = regex(r"\b(?:type_)?name\s*=\s*\"([^\"]+)\"")


def diesel_types(text: str) -> tuple[DieselType, ...]:
    """The structs with ``#[diesel(postgres_type(name = "…"))]`` that name their type."""
    if "postgres" not in text:
        return ()
    bare = _NOISE.sub(_blank, text)
    return tuple(
        DieselType(match["struct"], named[1].rpartition(".")[2])
        for match in _TYPE.finditer(bare)
        if (named := _TYPE_NAME.search(match["inner"]))
    )


# -- diesel.toml ---------------------------------------------------------------------------


class PrintedSchema(Struct, frozen=True):
    """One ``[print_schema]`` section: a file that Diesel writes."""

    file: str
    schema: str = ""
    patch: str = ""
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    """``except_tables``: what the file leaves out on purpose."""


class DieselConfig(Struct, frozen=True):
    """``diesel.toml``: paths as written, relative to its folder."""

    path: str
    printed: tuple[PrintedSchema, ...] = ()
    migrations: str = ""


_MOST_CONFIG = 65_536


def read_diesel_config(text: str, path: str) -> DieselConfig:
    """Never raises on bad input: what cannot be read says nothing."""
    if len(text) > _MOST_CONFIG:  # dotted keys cost the square of their number
        return DieselConfig(path)
    try:
        data = toml.loads(text)
    except (toml.TOMLDecodeError, RecursionError):
        return DieselConfig(path)
    section = data.get("print_schema")
    sections: list[Any] = []
    if isinstance(section, dict):
        if isinstance(section.get("file"), str):
            sections.append(section)
        sections += [one for one in section.values() if isinstance(one, dict) and "file" in one]
    folder = data.get("migrations_directory")
    where = folder.get("dir") if isinstance(folder, dict) else None
    return DieselConfig(
        path,
        tuple(_printed(one) for one in sections if isinstance(one["file"], str)),
        where if isinstance(where, str) else "",
    )


def _printed(section: Mapping[str, Any]) -> PrintedSchema:
    tables = section.get("filter")
    tables = tables if isinstance(tables, dict) else {}
    schema, patch = section.get("schema"), section.get("patch_file")
    return PrintedSchema(
        section["file"],
        schema if isinstance(schema, str) else "",
        patch if isinstance(patch, str) else "",
        _strings(tables.get("only_tables")),
        _strings(tables.get("except_tables")),
    )


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
