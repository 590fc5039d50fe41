"""CREATE INDEX statements inside string literals of source code and shell scripts.

Each comes with its exact line inside a multi-line literal, what holds it (function or constant)
and whether the literal goes straight into a call that executes SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import CreateIndex, read_indexes, read_sql
from pytest_reconaudit.readers.syntax import (
    LANGUAGES,
    StringLiteral,
    SyntaxTree,
    place_in_string,
    string_literals,
)

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["EmbeddedIndex", "embedded_indexes", "executes_sql", "may_hold_index_ddl"]


class EmbeddedIndex(Struct, frozen=True):
    """One CREATE INDEX in a string."""

    index: CreateIndex
    executed: bool
    """The string is an argument of a call that runs SQL, or its function makes such a call."""
    holder: str
    """The function or constant around it; empty at the top of a file."""
    test: bool
    """It stands in test code."""


_DDL = regex(r"(?:CREATE|create|Create)\s+(?:(?:UNIQUE|unique|Unique)\s+)?(?:INDEX|index|Index)\b")
_SUFFIXES = tuple(LANGUAGES)
_EXECUTORS = regex(
    r"(?:batch_|simple_|raw_|sql_|unsafe_|prepare_)?(?:execute|exec|query|sql|raw)(?:_?\w*)?"
    r"|\$(?:execute|query)Raw\w*|run_?sql|RunSQL|text|migrate|prepare(?:_cached)?|run",
)
_RUNS_SQL = regex(
    r"(?:\.|::|\b)(?:batch_execute|simple_query|sql_query|raw_sql|executeRaw\w*|queryRaw\w*"
    r"|executescript|execute|exec|query|raw|RunSQL|run_sql|runSql)\s*+(?:\.(?:bind|call|apply)\b\s*+)?"
    r"(?:::<[^>]{0,400}>\s*+)?[(`!]"
)
_PROSE_FIELD = regex(
    r"message|hint|suggest|recommend|descri|example|help|docs?$|title|label|comment|advice|note",
    re.IGNORECASE,
)
_CALLS = {"call_expression": "function", "call": "function", "macro_invocation": "macro"}
_FUNCTIONS = frozenset(
    {
        "function_item", "function_declaration", "function_definition", "method_definition",
        "generator_function_declaration",
    }
)  # fmt: skip
_CONSTANTS = frozenset(
    {"const_item", "static_item", "variable_declarator", "assignment", "public_field_definition"}
)
_NAMES = ("name", "left", "property")


def may_hold_index_ddl(text: str, path: str) -> bool:
    """A quick look whether parsing the file can be worth it."""
    if not path.endswith(_SUFFIXES) and not text.startswith("#!"):
        return False
    if "CREATE" in text and "INDEX" in text:
        return bool(_DDL.search(text))
    if "create index" in text or "create unique" in text or "Create Index" in text:
        return bool(_DDL.search(text))
    return False


def executes_sql(text: str) -> bool:
    """Whether code seems to call something that executes SQL."""
    return bool(_RUNS_SQL.search(text))


def embedded_indexes(tree: SyntaxTree) -> tuple[EmbeddedIndex, ...]:
    """Every CREATE INDEX in the strings of a file, in source order."""
    return tuple(_indexes(tree))


def _indexes(tree: SyntaxTree) -> Iterator[EmbeddedIndex]:
    for literal in string_literals(tree):
        if not _DDL.search(literal.value) or _is_prose(tree, literal.node):
            continue
        script = read_sql(literal.value, tree.path)
        found = read_indexes(script)
        if not found:
            continue
        offsets = {statement.place: statement.offset for statement in script.statements}
        if tree.language == "bash":
            executed, holder, test = _in_shell(tree, literal)
            if not executed and not holder:
                continue
        else:
            executed, holder, test = _around(tree, literal.node)
        for index in found:
            place = place_in_string(tree, literal, offsets[index.place])
            yield EmbeddedIndex(replace(index, place=place), executed, holder, test)


def _is_prose(tree: SyntaxTree, node: Node) -> bool:
    """A docstring, or the value of a field whose name says that people read it."""
    parent = node.parent
    if parent is None:
        return False
    if tree.language == "python" and parent.type == "expression_statement":
        return True
    for _ in range(3):
        if parent is None:
            return False
        if parent.type in ("pair", "keyword_argument", "field_initializer", "jsx_attribute"):
            key = parent.named_children[0] if parent.named_children else None
            return key is not None and bool(_PROSE_FIELD.search(tree.text(key)[:60]))
        parent = parent.parent
    return False


def _around(tree: SyntaxTree, node: Node) -> tuple[bool, str, bool]:
    """(executed, holder, in test code) of a literal: a walk up to the top of the file."""
    executed, holder, test = False, "", False
    current = node.parent
    while current is not None:
        kind = current.type
        if kind in _CALLS and not holder and not executed:
            callee = current.child_by_field_name(_CALLS[kind])
            if callee is not None:
                steps = re.split(r"::|\.", tree.text(callee)[-80:])
                if steps[-1] in ("bind", "call", "apply") and steps[1:]:
                    steps.pop()  # `db.runSql.bind(db, "CREATE …")` is run later
                name = steps[-1].strip("!<> ")
                executed = bool(_EXECUTORS.fullmatch(name))
        elif kind in _FUNCTIONS:
            if not holder:
                executed = executed or executes_sql(tree.text(current))
            holder = _name(tree, current)
            test = test or _is_test(tree, current)
        elif kind in _CONSTANTS and not holder:
            holder = _name(tree, current)
        elif kind == "mod_item":
            test = test or _is_test(tree, current)
        current = current.parent
    return executed, holder, test


def _name(tree: SyntaxTree, node: Node) -> str:
    for field in _NAMES:
        named = node.child_by_field_name(field)
        if named is not None:
            return tree.text(named)[:80]
    return ""


_TEST_ATTRIBUTE = regex(r"#\[\s*(?:cfg\s*\(\s*(?:(?:all|any)\s*\(\s*)?test\b|(?:\w+::)?test\b)")


def _is_test(tree: SyntaxTree, node: Node) -> bool:
    if tree.language == "python":
        return _name(tree, node).startswith("test_")
    sibling = node.prev_named_sibling
    while sibling is not None and sibling.type in ("attribute_item", "line_comment"):
        if _TEST_ATTRIBUTE.match(tree.text(sibling)):
            return True
        sibling = sibling.prev_named_sibling
    return False


def _in_shell(tree: SyntaxTree, literal: StringLiteral) -> tuple[bool, str, bool]:
    """A shell string counts when something feeds it to psql; what is only echoed does not."""
    node: Node | None = literal.node
    name = ""
    while node is not None and node.type != "program":
        if node.type in ("command", "redirected_statement", "pipeline"):
            head = tree.source[node.start_byte : literal.node.start_byte].decode("utf-8", "replace")
            whole = tree.text(node)
            if re.search(r"\bpsql\b", head) or re.search(r"\|[^|]*\bpsql\b", whole):
                return True, "psql", False
            name = name or head.split(maxsplit=1)[0] if head.split() else name
        elif node.type == "variable_assignment":
            variable = _name(tree, node)
            used = re.search(rf"\bpsql\b[^\n]*\$\{{?{re.escape(variable)}\b", _source(tree))
            piped = re.search(
                rf"\$\{{?{re.escape(variable)}\b[^\n]*\|[^\n]*\bpsql\b", _source(tree)
            )
            return bool(used or piped), variable, False
        node = node.parent
    return False, "" if name in ("echo", "printf", "") else name, False


def _source(tree: SyntaxTree) -> str:
    return tree.source.decode("utf-8", "replace")
