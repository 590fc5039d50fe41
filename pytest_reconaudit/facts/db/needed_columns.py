"""Columns that every insert must give a value and that an ORM's declaration does not name.

Only what is certain: the server fills no such column, no trigger does, and the code inserts
through the ORM, which cannot name it.
"""

from __future__ import annotations

import re

from pytest_reconaudit.facts.db.catalogs import KnownCatalog
from pytest_reconaudit.facts.db.database import CatalogColumn, CatalogTable
from pytest_reconaudit.facts.db.declarations import Declaration, OrmTable, declarations
from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.readers.pg_types import catalog_type, is_own_type
from pytest_reconaudit.target import Target

__all__ = ["needed_columns"]

_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def needed_columns(
    target: Target, one: Declaration, table: OrmTable, actual: CatalogTable, known: KnownCatalog
) -> tuple[CatalogColumn, ...]:
    """Columns of the table without which each insert of the code fails."""
    if one.tool not in ("Diesel", "Prisma") or not table.whole or table.view:
        return ()
    if actual.kind not in ("r", "p") or (
        not known.live and known.root is not None and known.root.coded
    ):
        return ()
    declared = {
        column.name.rstrip("_")
        for each in declarations(target)
        for other in each.tables
        if other.name == table.name
        for column in other.columns
    }
    found = [
        column
        for column in actual.columns
        if column.not_null
        and not (column.has_default or column.identity or column.generated)
        and column.name.rstrip("_") not in declared
        and column.name not in one.patched
        and not is_own_type(catalog_type(column.type))  # a domain may have a default of its own
    ]
    if not found or not _inserts(target, one, table) or _triggered(target, actual.name):
        return ()
    return tuple(found)


def _inserts(target: Target, one: Declaration, table: OrmTable) -> bool:
    """Whether code beside the tests inserts into the table through the ORM."""
    name = re.escape(table.name)
    if one.tool == "Diesel":
        needle = "insert_into"
        path_of = rf"(?:\w+\s*::\s*)*{name}(?:\s*::\s*(?:dsl\s*::\s*)?(?:table|{name}))?"
        pattern = re.compile(rf"\binsert_into\(\s*{path_of}\s*,?\s*\)")
    else:
        model = _model(target, table)
        if not model:
            return False
        needle = f"{model[0].lower()}{model[1:]}"
        call = r"(?:create(?:Many(?:AndReturn)?)?|upsert)"
        pattern = re.compile(rf"\.\s*{needle}\s*\.\s*{call}\s*\(")
    return any(
        path.endswith(".rs" if one.tool == "Diesel" else _SCRIPTS)
        and not is_test_path(path)
        and needle in target.text(path)
        and pattern.search(target.text(path))
        for path in target.files
    )


def _model(target: Target, table: OrmTable) -> str:
    """What the model is called in the Prisma schema; the table may have another name."""
    lines = target.text(table.place.path).split("\n")
    line = lines[(table.place.line or 1) - 1]
    match = re.compile(r"\w+").match(line, (table.place.column or 1) - 1)
    return match[0] if match else ""


def _triggered(target: Target, table: str) -> bool:
    """Whether something may fill in a row before it is inserted, or insert it elsewhere."""
    name = rf"(?:\w+\.)?\"?{re.escape(table)}\b"
    way = r"\b(?:trigger|rule)\b[^;]{0,300}?\b(?:before|instead|insert)\b[^;]{0,300}?"
    made = re.compile(rf"{way}\b(?:on|to)\s+(?:{name}|[%{{'$])", re.IGNORECASE)
    for path in target.files:
        if path.endswith((".sql", ".rs", *_SCRIPTS)):
            text = target.text(path)
            lower = text.lower()
            if ("trigger" in lower or "rule" in lower) and made.search(text):
                return True
    return False
