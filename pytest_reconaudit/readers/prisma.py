"""Prisma schemas: models as the tables and columns they stand for.

Prisma's language is line-oriented and small; there is no parser for it in Python.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

__all__ = ["PrismaField", "PrismaSchema", "PrismaTable", "read_prisma"]


class PrismaField(Struct, frozen=True):
    """One field of a model. Fields whose type is a model are relations and no columns."""

    name: str
    """The column's name (``@map``)."""
    type: str
    """As written, without ``?`` and ``[]``: ``Int``, an enumeration, a model, ``Unsupported``."""
    native: str
    """``VarChar`` of ``@db.VarChar(255)``; empty without one."""
    optional: bool
    list: bool
    relation: bool
    """It has ``@relation``."""
    place: Place
    field: str = ""
    """What programs call it."""


class PrismaTable(Struct, frozen=True):
    """One model under its name in the database (``@@map``), its columns likewise (``@map``)."""

    name: str
    columns: tuple[str, ...]
    """The columns, as far as this file tells a relation to a model of another file."""
    place: Place
    fields: tuple[PrismaField, ...] = ()
    schema: str = ""
    """``@@schema``."""
    view: bool = False
    model: str = ""
    """What programs call it."""


class PrismaSchema(Struct, frozen=True):
    """The models of a file and the database it is for."""

    path: str
    provider: str
    """Of its ``datasource``; empty in the other files of a schema of several."""
    tables: tuple[PrismaTable, ...]
    models: tuple[str, ...] = ()
    """What models and views are called in the schema: no field of such a type is a column."""
    enums: tuple[tuple[str, str], ...] = ()
    """(name in the schema, name in the database)."""
    relation_mode: str = ""
    outputs: tuple[str, ...] = ()
    """Where its generators print to, as written."""


_HEAD = r"(?:model|type|enum|view)[ \t]+\w+[ \t]*\{"
_BLOCK = regex(  # one without an end is over where the next begins: what has no end costs no more
    r"^[ \t]*(model|type|enum|view)[ \t]+(\w+)[ \t]*\{"
    rf"([^\n]*+\n(?:(?![ \t]*(?:\}}|{_HEAD}))[^\n]*+\n)*+)[ \t]*\}}",
    re.M,
)
_SOURCE = regex(r"^datasource\b[^}]*", re.M)
_GENERATOR = regex(r"^generator\b[^}]*", re.M)
_OUTPUT = regex(r"^[ \t]*output[ \t]*=[ \t]*\"([^\"\n]+)\"", re.M)
_PROVIDER = regex(r"^[ \t]*provider[ \t]*=[ \t]*\"(\w+)\"", re.M)
_MODE = regex(r"^[ \t]*relationMode[ \t]*=[ \t]*\"(\w+)\"", re.M)
_FIELD = regex(r"[ \t]*(\w+)[ \t]+(\w+)(?:\(\"[^\"\n]*\"\))?(\[\])?(\?)?(.*)")
_MAP = regex(r"(?<!@)@map\(\s*(?:name:\s*)?\"([^\"]+)\"")
_NATIVE = regex(r"@\w+\.([A-Z]\w*)")
_TABLE_MAP = regex(r"@@map\(\s*(?:name:\s*)?\"([^\"]+)\"")
_SCHEMA = regex(r"@@schema\(\s*(?:map:\s*)?\"([^\"]+)\"")
_NOISE = regex(  # what is never closed is matched too, once, and stays
    r"\"(?:[^\"\\\n]++|\\.?)*+(?:\"|\n|\Z)|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.S
)


def read_prisma(text: str, path: str) -> PrismaSchema:
    """The models of a ``schema.prisma``. Never raises: what is no model is left out."""
    bare = _NOISE.sub(_blank, text)
    source = _SOURCE.search(bare)
    provider = _PROVIDER.search(source[0]) if source else None
    mode = _MODE.search(source[0]) if source else None
    blocks = list(_BLOCK.finditer(bare))
    models = {block[2] for block in blocks if block[1] in ("model", "view")}
    starts = [0, *(match.end() for match in re.finditer("\n", bare))]

    def place_of(offset: int) -> Place:
        row = bisect_right(starts, offset) - 1
        return Place(path, row + 1, offset - starts[row] + 1)

    tables, enums = [], []
    for block in blocks:
        named = _TABLE_MAP.search(block[3])
        name = named[1] if named else block[2]
        if block[1] == "enum":
            enums.append((block[2], name))
        if block[1] not in ("model", "view"):
            continue
        fields = []
        at = block.start(3)
        for line in block[3].split("\n"):
            field = _FIELD.match(line)
            if field is not None:
                renamed, native = _MAP.search(field[5]), _NATIVE.search(field[5])
                fields.append(
                    PrismaField(
                        renamed[1] if renamed else field[1],
                        field[2],
                        native[1] if native else "",
                        bool(field[4]),
                        bool(field[3]),
                        "@relation" in field[5],
                        place_of(at + field.start(1)),
                        field[1],
                    )
                )
            at += len(line) + 1
        schema = _SCHEMA.search(block[3])
        tables.append(
            PrismaTable(
                name,
                tuple(one.name for one in fields if one.type not in models and not one.relation),
                place_of(block.start(2)),
                tuple(fields),
                schema[1] if schema else "",
                block[1] == "view",
                block[2],
            )
        )
    return PrismaSchema(
        path,
        provider[1] if provider else "",
        tuple(tables),
        tuple(sorted(models)),
        tuple(enums),
        mode[1] if mode else "",
        tuple(
            output[1]
            for generator in _GENERATOR.finditer(bare)
            if (output := _OUTPUT.search(generator[0])) is not None
        ),
    )


def _blank(match: re.Match[str]) -> str:
    """Comments to blanks of the same size; strings stay."""
    if match[0].startswith('"') or (match[0].startswith("/*") and not match[0].endswith("*/")):
        return match[0]
    return re.sub(r"[^\n]", " ", match[0])
