"""The module specifiers of a TypeScript or JavaScript file: every string that names a module.

Read from the syntax tree: what stands in comments, texts and regular expressions is no import. The
calls (``require``, ``import()``, ``jest.mock``) are found by pattern and confirmed in the tree,
which is cheaper than a query over all calls of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.syntax import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["FileImports", "Specifier", "imports"]


class Specifier(Struct, frozen=True, gc=False, array_like=True):
    """One place where a module is named."""

    text: str
    """As written, escapes decoded; what a template puts in at run time stands as ``${x}``."""
    line: int
    """Where the string stands, from 1; of a statement over several lines its last, as a rule."""
    column: int
    """From 1, counted in bytes."""
    kind: str
    """``import``, ``export`` (``export … from``), ``require``, ``dynamic`` (``import()``), ``mock``
    (``jest.mock``, ``vi.importActual`` …), ``url`` (``new URL(x, import.meta.url)``), ``glob``
    (``import.meta.glob``), ``context`` (``require.context``), ``resolve`` (``require.resolve``),
    ``reference`` (``/// <reference types>``) or ``pragma`` (``@jsxImportSource``)."""
    names: tuple[str, ...] = ()
    """Of ``import`` and ``export`` the names of the other module: ``default``, ``*``; none for an
    import for its effects."""
    type_only: bool = False
    """Nothing of it is left when types are stripped."""
    guarded: bool = False
    """It stands inside of a ``try``: the module may well be absent."""


class FileImports(Struct, frozen=True, gc=False, array_like=True):
    specifiers: tuple[Specifier, ...]
    """In source order."""

    def of(self, *kinds: str) -> tuple[Specifier, ...]:
        return tuple(one for one in self.specifiers if one.kind in kinds)


_STATEMENTS = frozenset({"import_statement", "export_statement"})
_AROUND = frozenset(
    {"ERROR", "ambient_declaration", "module", "statement_block", "expression_statement",
     "internal_module"}
)  # fmt: skip
_CLAUSE = regex(
    r"(?:import|export)\b(\s+type(?:of)?\b(?!\s*(?:,|from\b)))?(.*?)(?:\bfrom\s*)?$", re.DOTALL
)
_COMMENT = regex(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_CALLS = regex(
    rb"\bimport\s*\(|\brequire(?:\.(?:resolve|context|ensure|requireActual))?\s*\(|\bnew\s+URL\s*\("
    rb"|\bimport\.meta\.(?:glob(?:Eager)?|resolve)\s*[<(]"
    rb"|\b(?:jest|vi|vitest)\s*\.\s*\w*(?:[mM]ock|[iI]mport|[rR]equire)\w*\s*[<(]"
)
_HINTS = (
    b"import(",
    b"import (",
    b"require",
    b"new URL",
    b"import.meta",
    b"jest.",
    b"vi.",
    b"vitest.",
)
_CALL_KINDS = frozenset({"call_expression", "new_expression"})
_TEXTS = frozenset({"string", "template_string"})
_REFERENCE = regex(r"^///[ \t]*<reference[ \t]+(?:types|path)[ \t]*=[ \t]*['\"]([^'\"\n]+)['\"]")
_PRAGMA = regex(r"@jsxImportSource[ \t]+([@\w./-]+)")
_MAX_CLIMB = 40


def _names_modules(text: str, path: str) -> bool:
    return "import" in text or "require" in text or "export" in text or "<reference" in text


@scan(*SCRIPT, record=FileImports, wants=_names_modules, tests=True)
def imports(code: Code) -> FileImports | None:
    """Every module specifier of one file."""
    found = [*_statements(code), *_calls(code), *_comments(code)]
    if not found:
        return None
    found.sort(key=_order)
    return FileImports(tuple(found))


def _order(one: Specifier) -> tuple[int, int]:
    return one.line, one.column


def _specifier(
    code: Code,
    node: Node,
    kind: str,
    names: tuple[str, ...] = (),
    *,
    type_only: bool = False,
    guarded: bool = False,
) -> Specifier:
    point = node.start_point
    raw = code.source[node.start_byte + 1 : node.end_byte - 1]
    if node.type == "string" and b"\\" not in raw:
        text = raw.decode("utf-8", "replace")
    else:
        text = string_value(code.tree, node)
    return Specifier(text, point.row + 1, point.column + 1, kind, names, type_only, guarded)


def _statements(code: Code) -> Iterator[Specifier]:
    if b"from" not in code.source and b"import" not in code.source:
        return
    pending = [code.tree.root]
    while pending:
        for node in pending.pop().children:
            if node.type in _STATEMENTS:
                yield from _statement(code, node)
            elif node.type in _AROUND:  # what the grammar could not read, ``declare module``
                pending.append(node)


def _statement(code: Code, node: Node) -> Iterator[Specifier]:
    source = node.child_by_field_name("source")
    kind = "import" if node.type == "import_statement" else "export"
    if source is None and kind == "import":  # import x = require("y")
        clause = next((one for one in node.children if one.type == "import_require_clause"), None)
        source = clause.child_by_field_name("source") if clause is not None else None
        if source is not None:
            yield _specifier(code, source, "require")
        return
    if source is None or source.type != "string":
        return
    match = _CLAUSE.match(_COMMENT.sub(" ", code.text(node.start_byte, source.start_byte)))
    words = match[2] if match is not None else ""
    pairs = list(_named(words))
    only = bool(match and match[1]) or (bool(pairs) and all(typed for _, typed in pairs))
    names = tuple(name for name, _ in pairs)
    yield _specifier(code, source, kind, names, type_only=only)


def _named(words: str) -> Iterator[tuple[str, bool]]:
    """(name in the other module, whether it is marked as a type) of ``a, { b as c, type D }``."""
    outside, brace, listed = words.partition("{")
    for part in outside.split(","):
        name = part.split()
        if name:
            yield ("*" if name[0].startswith("*") else "default"), False
    if brace:
        for part in listed.partition("}")[0].split(","):
            name = part.split()
            typed = len(name) > 1 and name[0] == "type" and name[1] != "as"
            if name:
                yield name[1 if typed else 0], typed


def _calls(code: Code) -> Iterator[Specifier]:
    if not any(hint in code.source for hint in _HINTS):
        return  # a tenth of the time of the pattern
    for node in code.tree.around(_CALLS, _CALL_KINDS):
        called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        given = node.child_by_field_name("arguments")
        if called is None or given is None:
            continue
        name = code.text(called.start_byte, min(called.end_byte, called.start_byte + 60))
        kind = _kind("".join(name.split()))
        arguments = [one for one in given.named_children if one.type != "comment"]
        if not kind or not arguments:
            continue
        if kind == "url" and (
            len(arguments) < 2
            or b"import.meta.url"
            not in code.source[arguments[1].start_byte : arguments[1].end_byte]
        ):
            continue
        first = arguments[0]
        texts = [first] if first.type in _TEXTS else []
        if first.type == "array" and kind == "glob":
            texts = [one for one in first.named_children if one.type in _TEXTS]
        if first.type == "call_expression" and kind == "mock":
            continue  # vi.mock(import("./x")): the import itself is found too
        guarded = kind in ("require", "dynamic", "resolve") and _is_tried(node)
        for text in texts:
            yield _specifier(code, text, kind, guarded=guarded)


def _kind(called: str) -> str:
    if called == "import":
        return "dynamic"
    if called == "require":
        return "require"
    if called in ("require.resolve", "import.meta.resolve"):
        return "resolve"
    if called == "require.context":
        return "context"
    if called == "URL":
        return "url"
    if called.startswith("import.meta.glob"):
        return "glob"
    return "mock" if called.startswith(("jest.", "vi.", "vitest.", "require.")) else ""


def _is_tried(node: Node) -> bool:
    """Whether a ``try`` stands around it, in the same function or outside of it."""
    current = node.parent
    for _ in range(_MAX_CLIMB):
        if current is None:
            return False
        if current.type == "try_statement":
            return True
        current = current.parent
    return False


def _comments(code: Code) -> Iterator[Specifier]:
    if b"<reference" not in code.source and b"@jsxImportSource" not in code.source:
        return
    head = code.source[:4_000].decode("utf-8", "replace")
    for number, line in enumerate(head.split("\n"), 1):
        for pattern, kind in ((_REFERENCE, "reference"), (_PRAGMA, "pragma")):
            match = pattern.search(line)
            if match is not None:
                yield Specifier(match[1], number, match.start(1) + 1, kind, type_only=True)
