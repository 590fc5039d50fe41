"""What a table is called in the database, where a script knows it by a class or a variable."""

from __future__ import annotations

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.target import Target, once

__all__ = ["plain_name", "told_as"]

_ENTITY = regex(
    r"@Entity\(\s*(?:\{[^{}]{0,200}?\bname\s*:\s*)?[\"'`](\w+)[\"'`]"
    r"(?:(?!@Entity\(|\bclass\b)[^\0]){0,2000}?\bclass\s+(\w+)"
)
_BUILT = regex(
    r"\b(?:const|let|var)\s+(\w+)\s*=\s*(?:\w+\.)?(?:(?:pg|mysql|sqlite)Table|table)\(\s*[\"'`](\w+)"
)
_LAYERS = regex(r"(?<=\w)_(?:(?:type_?)?orm_entity|entity|table|model|schema)$")
"""What a class or a variable is called for what it is."""
_SCRIPTS = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs")


def told_as(target: Target, table: str) -> str:
    """The name that a definition gives a table which is known by its class or variable; the same
    name where none does, or several do.

    :param table: as ``query_call.table_name`` makes it.
    """
    return _named(target).get(table, table)


def plain_name(table: str) -> str:
    """What a table is about: ``role`` of ``role_type_orm_entity``."""
    return _LAYERS.sub("", table)


@once
def _named(target: Target) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for path in target.files:
        if not path.endswith(_SCRIPTS) or is_test_path(path):
            continue
        text = target.text(path)
        if "@Entity(" in text:
            for match in _ENTITY.finditer(text):
                found.setdefault(table_name(match[2]), set()).add(match[1])
        if "Table(" in text or ".table(" in text:
            for match in _BUILT.finditer(text):
                found.setdefault(table_name(match[1]), set()).add(match[2])
    return {name: next(iter(some)) for name, some in found.items() if len(some) == 1}
