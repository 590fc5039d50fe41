"""The plain SQL statements that a source file sends, each whole in one string.

A statement counts where its string goes straight into what sends or makes a statement
(``sqlx::query!``, ``pool.query``, a tagged template, ``text(…)``), or is the value of a constant;
one that the program goes on writing does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.query_shape import LIMIT, QueryShape, query_shape
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.syntax import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["FileStatements", "Statement", "statements"]

_START = regex(r"[\s(]*(?:select|update|delete\s+from)\s", re.IGNORECASE)
_INSERT = regex(
    r"\s*insert\s+into\s+(?:[\"`]?\w+[\"`]?\.)?[\"`]?(\w+)|.*?\binsert\s+into\s+(?:\w+\.)?\"?(\w+)",
    re.IGNORECASE | re.DOTALL,
)
_WANTED = regex(
    rb"[\"'`](?:\\\n|\s)*+(?:select|update|delete\s+from|insert\s+into|with)\s", re.IGNORECASE
)
_STRINGS = frozenset(
    {"string", "template_string", "string_literal", "raw_string_literal", "concatenated_string"}
)
_SENDS = regex(
    r"(?:query\w*|sql_query|raw_sql|sql|execute\w*|exec|fetch\w*|\$?(?:query|execute)Raw\w*|raw"
    r"|text|prepare\w*|unsafe|one|oneOrNone|many|manyOrNone|any|none|scalar\w*)!?"
)
_MACRO = ("macro_invocation", "call_expression", "call", "tagged_template_expression")
_BETWEEN = frozenset(
    {"token_tree", "arguments", "argument_list", "reference_expression", "parenthesized_expression",
     "object", "pair", "keyword_argument", "generic_function", "argument"}
)  # fmt: skip
_CONSTANTS = frozenset({"const_item", "static_item", "variable_declarator", "assignment"})
_WORDS = ("SELECT", "select ", "select\n", "INSERT INTO", "insert into", "DELETE FROM",
          "delete from", "UPDATE ", "update ")  # fmt: skip
_SHOWN = 300


class Statement(Struct, frozen=True, gc=False, array_like=True):
    line: int
    shape: QueryShape
    text: str
    """As it is written, blanks folded, at most 300 characters."""


class FileStatements(Struct, frozen=True, array_like=True):
    found: tuple[Statement, ...]
    inserted: tuple[str, ...]
    """Tables into which an INSERT of this file's strings puts rows."""


def _wants(text: str, path: str) -> bool:
    return any(word in text for word in _WORDS)


@scan("rust", "python", *SCRIPT, record=FileStatements, wants=_wants)
def statements(code: Code) -> FileStatements | None:
    """The statements of one file."""
    found: list[Statement] = []
    inserted: set[str] = set()
    tests = [one for one in code.functions if one.is_test]
    for match in _WANTED.finditer(code.source):
        node = code.node(match.end() - 1, match.end())
        while node is not None and node.type not in _STRINGS:
            node = node.parent
        if node is None or node.start_byte > match.start():
            continue
        if node.parent is not None and node.parent.type == "concatenated_string":
            node = node.parent
        value = string_value(code.tree, node)[: LIMIT + 1]
        if (made := _INSERT.match(value)) is not None:
            inserted.add((made[1] or made[2]).lower())
        start = node.start_byte
        if not _START.match(value) or not _is_sent(code, node):
            continue
        if any(one.start <= start < one.end for one in tests):
            continue
        shape = query_shape(value)
        if shape is not None and (shape.compared or shape.ordered[1]):
            text = " ".join(value.split())
            found.append(Statement(code.line(start), shape, text[:_SHOWN]))
    if not found and not inserted:
        return None
    return FileStatements(tuple(found), tuple(sorted(inserted)))


def _is_sent(code: Code, node: Node) -> bool:
    """Whether a string is all of a statement that something sends."""
    current: Node | None = node.parent
    for _ in range(5):
        if current is None:
            return False
        kind = current.type
        if kind in _MACRO:
            callee = current.child_by_field_name(
                "macro" if kind == "macro_invocation" else "function"
            )
            if callee is None:
                callee = current.named_children[0] if current.named_children else None
            name = code.text(callee.start_byte, callee.end_byte)[-80:] if callee is not None else ""
            name = re.sub(r"(?:::)?<.*$", "", name, flags=re.DOTALL)
            return _SENDS.fullmatch(re.split(r"::|\.", name)[-1].strip()) is not None
        if kind in _CONSTANTS:
            named = current.child_by_field_name("name") or current.child_by_field_name("left")
            if named is None:
                return False
            name = re.escape(code.text(named.start_byte, named.end_byte))
            if kind in ("const_item", "static_item"):
                return True
            written = rf"\b{name}\s*(?:\+=|=\s*{name}\b|\.\s*(?:format|replace|concat|push)\b|%)"
            spliced = rf"\{{\s*{name}\s*\}}|\+\s*{name}\b|\b{name}\s*\+"
            text = code.source.decode("utf-8", "replace")
            return re.search(f"{written}|{spliced}", text) is None
        if kind not in _BETWEEN:
            return False
        current = current.parent
    return False
