"""Prisma schemas: models as the tables and columns they stand for.

Prisma's language is line-oriented and small; there is no parser for it in Python.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

__all__ = ["PrismaSchema", "PrismaTable", "read_prisma"]


class PrismaTable(Struct, frozen=True):
    """One model under its name in the database (``@@map``), its columns likewise (``@map``)."""

    name: str
    columns: tuple[str, ...]
    place: Place


class PrismaSchema(Struct, frozen=True):
    """The models of a file and the database it is for."""

    path: str
    provider: str
    tables: tuple[PrismaTable, ...]


_BLOCK = regex(r"^[ \t]*(model|type|enum|view)[ \t]+(\w+)[ \t]*\{(.*?)^[ \t]*\}", re.M | re.S)
_PROVIDER = regex(r"^datasource\b[^}]*?^[ \t]*provider[ \t]*=[ \t]*\"(\w+)\"", re.M)
_FIELD = regex(r"[ \t]*(\w+)[ \t]+(\w+)(\[\])?\??(.*)")
_MAP = regex(r"(?<!@)@map\(\s*(?:name:\s*)?\"([^\"]+)\"")
_TABLE_MAP = regex(r"@@map\(\s*(?:name:\s*)?\"([^\"]+)\"")


def read_prisma(text: str, path: str) -> PrismaSchema:
    """The models of a ``schema.prisma``. Never raises: what is no model is left out."""
    bare = re.sub(r"//[^\n]*", lambda match: " " * len(match[0]), text)
    provider = _PROVIDER.search(bare)
    blocks = list(_BLOCK.finditer(bare))
    models = {block[2] for block in blocks if block[1] in ("model", "view")}
    tables = []
    for block in blocks:
        if block[1] not in ("model", "view"):
            continue
        columns = []
        for line in block[3].split("\n"):
            field = _FIELD.match(line)
            if field is None or field[1].startswith("@") or field[2] in models:
                continue
            renamed = _MAP.search(field[4])
            columns.append(renamed[1] if renamed else field[1])
        named = _TABLE_MAP.search(block[3])
        start = block.start(2)
        place = Place(path, bare.count("\n", 0, start) + 1, start - bare.rfind("\n", 0, start))
        tables.append(PrismaTable(named[1] if named else block[2], tuple(columns), place))
    return PrismaSchema(path, provider[1] if provider else "", tuple(tables))
