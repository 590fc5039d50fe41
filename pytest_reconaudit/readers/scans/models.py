"""Python classes that an ORM maps to tables, as written.

Nothing is judged here: whether a base is a model's, what a type means and which names are tables
is for facts that see all files. Only literals are values; what a program computes is marked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "CoreTable",
    "ModelClass",
    "ModelField",
    "Models",
    "models",
]


class ModelField(Struct, frozen=True, gc=False, array_like=True):
    """A class attribute with a value or an annotation, or one column of a ``Table(…)``."""

    name: str
    line: int
    callee: str
    """What is called to make it, dotted as written; empty when nothing is."""
    arguments: tuple[str, ...]
    """Source of the positional arguments."""
    keywords: tuple[tuple[str, str], ...]
    annotation: str = ""
    value: str = ""
    """Source of a value that is no call."""


class ModelClass(Struct, frozen=True, gc=False, array_like=True):
    name: str
    line: int
    bases: tuple[str, ...]
    """Dotted as written, without ``Generic[…]`` parameters."""
    keywords: tuple[tuple[str, str], ...]
    fields: tuple[ModelField, ...]
    meta: tuple[tuple[str, str], ...] | None
    """``class Meta``: name → source; ``None`` without one."""
    meta_bases: tuple[str, ...]
    methods: tuple[str, ...]
    """Names of its functions that are decorated as an attribute (``declared_attr``)."""


class CoreTable(Struct, frozen=True, gc=False, array_like=True):
    """``Table("name", metadata, Column(…), …)``."""

    name: str
    line: int
    schema: str
    columns: tuple[ModelField, ...]
    whole: bool
    """All its columns could be read."""


class Models(Struct, frozen=True, array_like=True):
    classes: tuple[ModelClass, ...]
    tables: tuple[CoreTable, ...]
    imports: tuple[tuple[str, str], ...]
    """(name in this file, dotted origin; relative ones begin with dots)."""
    constants: tuple[tuple[str, str], ...]
    """Top-level names with literal strings."""
    creates_all: int
    """The line of a call that creates every table of the metadata; 0 without one."""
    own_metadata: bool
    """It makes a ``MetaData()``."""


_MARKS = (
    "__tablename__",
    "mapped_column",
    "Column(",
    "models.Model",
    "db.Model",
    "DeclarativeBase",
    "declarative_base",
    "SQLModel",
    ".create_all",
    "django.db.models",
    "django.db import models",
    "django.contrib.gis.db import models",
)
_MOST = 160
_FEW_KEYWORDS = 40


def _wants_models(text: str, path: str) -> bool:
    if "class " not in text and "Table(" not in text and "create_all" not in text:
        return False
    if "/migrations/" in path or "/versions/" in path:
        return False
    return any(mark in text for mark in _MARKS)


@scan("python", record=Models, wants=_wants_models)
def models(code: Code) -> Models | None:
    """Every class with attributes, every ``Table(…)`` at the top of a module."""
    root = code.tree.root
    classes: list[ModelClass] = []
    tables: list[CoreTable] = []
    constants: list[tuple[str, str]] = []
    for node in _statements(root):
        if node.type == "class_definition":
            classes.append(_class(code, node))
        elif node.type == "assignment":
            name, value = _assigned(code, node)
            if value is None:
                continue
            if value.type == "call":
                if _callee(code, value).rpartition(".")[2] == "Table":
                    table = _core_table(code, value)
                    if table is not None:
                        tables.append(table)
            elif value.type == "string" and (text := _string(code, value)) is not None:
                constants.append((name, text))
    creates = next(
        (
            code.line(call.name_at)
            for call in code.calls_named(("create_all",))
            if "metadata" in code.text(call.receiver)
            or code.text(call.receiver) in ("db", "self.db")
        ),
        0,
    )
    if not creates and b"metadata.create_all" in code.source:
        # Handed over to be called: ``connection.run_sync(Base.metadata.create_all)``.
        creates = code.line(code.source.index(b"metadata.create_all"))
    imports = tuple((one.name, _dotted(one.path)) for one in code.imports if not one.type_only)
    if not classes and not tables and not creates:
        return None
    own = bool(code.calls_named(("MetaData",)))
    return Models(tuple(classes), tuple(tables), imports, tuple(constants), creates, own)


def _dotted(path: tuple[str, ...]) -> str:
    dots = 0
    while dots < len(path) and set(path[dots]) == {"."}:
        dots += 1
    return "".join(path[:dots]) + ".".join(path[dots:])


def _statements(block: Node) -> Iterator[Node]:
    """Statements of a module or a class body; those below a top-level ``if`` and ``try`` too."""
    for child in block.named_children:
        if child.type == "expression_statement" and child.named_child_count:
            yield child.named_children[0]
        elif child.type == "decorated_definition":
            inner = child.child_by_field_name("definition")
            if inner is not None:
                yield inner
        elif child.type == "if_statement":
            body = child.child_by_field_name("consequence")
            if body is not None:
                yield from (one for one in _plain_statements(body))
        else:
            yield child


def _plain_statements(block: Node) -> Iterator[Node]:
    for child in block.named_children:
        if child.type == "expression_statement" and child.named_child_count:
            yield child.named_children[0]
        else:
            yield child


def _class(code: Code, node: Node) -> ModelClass:
    name = node.child_by_field_name("name")
    bases: list[str] = []
    keywords: list[tuple[str, str]] = []
    arguments = node.child_by_field_name("superclasses")
    for one in arguments.named_children if arguments is not None else ():
        if one.type == "keyword_argument":
            keywords.append(_keyword(code, one))
        elif one.type == "subscript":
            value = one.child_by_field_name("value")
            bases.append(_text(code, value) if value is not None else "")
        elif one.type != "comment":
            bases.append(_text(code, one))
    body = node.child_by_field_name("body")
    fields: list[ModelField] = []
    meta: tuple[tuple[str, str], ...] | None = None
    meta_bases: tuple[str, ...] = ()
    methods: list[str] = []
    for child in body.named_children if body is not None else ():
        if child.type == "decorated_definition":
            inner = child.child_by_field_name("definition")
            decorators = [one for one in child.named_children if one.type == "decorator"]
            words = " ".join(_text(code, one) for one in decorators)
            if inner is not None and inner.type == "function_definition":
                named = inner.child_by_field_name("name")
                if named is not None and ("declared" in words or "property" in words):
                    methods.append(_text(code, named))
            continue
        if child.type == "class_definition":
            inner_name = child.child_by_field_name("name")
            if inner_name is not None and _text(code, inner_name) == "Meta":
                own = _class(code, child)
                meta = tuple((one.name, one.value or f"{one.callee}()") for one in own.fields)
                meta_bases = own.bases
            continue
        if child.type == "expression_statement" and child.named_child_count:
            assignment = child.named_children[0]
            if assignment.type == "assignment":
                field = _field(code, assignment)
                if field is not None:
                    fields.append(field)
    return ModelClass(
        _text(code, name) if name is not None else "",
        code.line(node.start_byte),
        tuple(bases),
        tuple(keywords),
        tuple(fields),
        meta,
        meta_bases,
        tuple(methods),
    )


def _field(code: Code, node: Node) -> ModelField | None:
    left = node.child_by_field_name("left")
    if left is None or left.type != "identifier":
        return None
    kind = node.child_by_field_name("type")
    annotation = _text(code, kind) if kind is not None else ""
    value = node.child_by_field_name("right")
    line = code.line(left.start_byte)
    if value is None or value.type != "call":
        shown = _text(code, value, 400) if value is not None else ""
        return ModelField(_text(code, left), line, "", (), (), annotation, shown)
    return _made(code, _text(code, left), line, value, annotation)


def _made(code: Code, name: str, line: int, call: Node, annotation: str = "") -> ModelField:
    positional: list[str] = []
    keywords: list[tuple[str, str]] = []
    arguments = call.child_by_field_name("arguments")
    for one in arguments.named_children if arguments is not None else ():
        if one.type == "keyword_argument":
            if len(keywords) < _FEW_KEYWORDS:
                keywords.append(_keyword(code, one))
        elif one.type == "dictionary_splat":
            keywords.append(("**", _text(code, one)))
        elif one.type != "comment" and len(positional) < 6:
            positional.append(_text(code, one))
    return ModelField(
        name, line, _callee(code, call), tuple(positional), tuple(keywords), annotation
    )


def _keyword(code: Code, node: Node) -> tuple[str, str]:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    return (
        _text(code, name) if name is not None else "",
        _text(code, value) if value is not None else "",
    )


def _core_table(code: Code, call: Node) -> CoreTable | None:
    made = _made(code, "", 0, call)
    name = _literal(made.arguments[0]) if made.arguments else None
    if name is None:
        return None
    columns: list[ModelField] = []
    whole = True
    arguments = call.child_by_field_name("arguments")
    children = arguments.named_children if arguments is not None else []
    for one in [one for one in children if one.type not in ("comment", "keyword_argument")][2:]:
        callee = _callee(code, one).rpartition(".")[2] if one.type == "call" else ""
        if callee == "Column":
            column = _made(code, "", code.line(one.start_byte), one)
            named = _literal(column.arguments[0]) if column.arguments else None
            if named is None:
                whole = False
                continue
            columns.append(
                ModelField(named, column.line, column.callee, column.arguments[1:], column.keywords)
            )
        elif not callee.endswith(("Constraint", "Index")):
            whole = False
    schema = next((text for key, text in made.keywords if key == "schema"), "")
    return CoreTable(name, code.line(call.start_byte), schema, tuple(columns), whole)


def _assigned(code: Code, node: Node) -> tuple[str, Node | None]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or left.type != "identifier":
        return "", None
    return _text(code, left), right


def _callee(code: Code, call: Node) -> str:
    function = call.child_by_field_name("function")
    return "".join(_text(code, function).split()) if function is not None else ""


def _text(code: Code, node: Node, most: int = _MOST) -> str:
    return code.text(node.start_byte, min(node.end_byte, node.start_byte + most))


def _string(code: Code, node: Node) -> str | None:
    return _literal(_text(code, node))


def _literal(text: str) -> str | None:
    """The value of a plain string literal."""
    if text[:1] not in "\"'" or not text:
        return None
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, str) else None
