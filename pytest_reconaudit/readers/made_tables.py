"""The tables that a migration makes which is a Python program: Alembic's and Django's.

Read from the syntax tree, never run. Many of these files say that they are generated, so they
are no source code to the scans.
"""

from __future__ import annotations

import ast
import re
import warnings

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["MadeTables", "read_made_tables"]


class MadeTables(Struct, frozen=True):
    """What one migration makes, as far as its text tells."""

    path: str
    tables: tuple[str, ...] = ()
    """Alembic's ``op.create_table("x"`` and the new names of ``op.rename_table`` and of
    ``ALTER TABLE … RENAME TO`` in its SQL."""
    models: tuple[str, ...] = ()
    """Django's ``CreateModel(name="X"`` and the new names of ``RenameModel``, in lower case."""
    named: tuple[str, ...] = ()
    """Tables that Django's migrations name: ``db_table``, ``AlterModelTable``."""
    computed: Place | None = None
    """A table or model whose name a program computes."""
    problems: tuple[Problem, ...] = ()


_CALLS = {
    "create_table": (0, "table_name"),
    "rename_table": (1, "new_table_name"),
    "CreateModel": (0, "name"),
    "RenameModel": (1, "new_name"),
    "AlterModelTable": (1, "table"),
}


def read_made_tables(text: str, path: str) -> MadeTables:
    """Never raises on bad input: see ``problems``."""
    renamed = tuple(_RENAMED.findall(text))
    if not any(name in text for name in _CALLS):
        return MadeTables(path, renamed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in somebody else's strings
            tree = ast.parse(text)
        made = _made(tree, path)
        return replace(made, tables=(*made.tables, *renamed)) if renamed else made
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        problem = Problem(Place(path, line), str(error) or "not Python")
        return MadeTables(path, problems=(problem,))


def _made(tree: ast.Module, path: str) -> MadeTables:
    constants: dict[str, str] = {}
    calls: list[tuple[str, ast.Call]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else function.id
                if isinstance(function, ast.Name)
                else ""
            )
            if name in _CALLS:
                calls.append((name, node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    constants[target.id] = node.value.value
    tables: list[str] = []
    models: list[str] = []
    named: list[str] = []
    computed = None
    for name, call in calls:
        at, keyword = _CALLS[name]
        given = (
            call.args[at]
            if len(call.args) > at
            else next((one.value for one in call.keywords if one.arg == keyword), None)
        )
        value = _text(given, constants)
        if name == "AlterModelTable":
            named += [value] if value else []
            continue
        if value is None:
            computed = computed or Place(path, call.lineno)
            continue
        if name in ("create_table", "rename_table"):
            tables.append(value)
        else:
            models.append(value.lower())
        for one in call.keywords:
            if one.arg == "options" and isinstance(one.value, ast.Dict):
                for key, held in zip(one.value.keys, one.value.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "db_table":
                        table = _text(held, constants)
                        named += [table] if table else []
    return MadeTables(path, tuple(tables), tuple(models), tuple(named), computed)


_RENAMED = regex(
    r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?[\w.\"]{1,130}\s+rename\s+to\s+\"?(\w+)",
    re.IGNORECASE,
)
"""The new name that SQL in a migration gives a table."""


def _text(node: ast.expr | None, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return constants.get(node.id) if isinstance(node, ast.Name) else None
