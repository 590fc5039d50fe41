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
    (``jest.mock``, ``vi.importActual`` …), ``url`` (``new URL(x, import.meta.url)``, ``new
    Worker("./x")``), ``glob``
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
    rb"\bimport\s*\(|\brequire(?:\.(?:resolve|context|ensure|requireActual))?\s*\(|\bnew\s+(?:URL|(?:Shared)?Worker)\s*\("
    rb"|\bimport\.meta\.(?:glob(?:Eager)?|resolve)\s*[<(]"
    rb"|\b(?:jest|vi|vitest)\s*\.\s*\w*(?:[mM]ock|[iI]mport|[rR]equire)\w*\s*[<(]"
)
_HINTS = (
    b"import(",
    b"import (",
    b"require",
    b"new URL",
    b"Worker",
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


@scan(*SCRIPT, record=FileImports, wants=_names_modules, tests=True, generated=True)
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
    own = _OWN_REQUIRE.search(code.source) is not None
    declared: dict[int, bool | None] = {}
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
        if kind == "worker":  # a bare name is one of a folder that only the program knows
            if arguments[0].type != "string" or not code.source.startswith(
                (b"./", b"../"), arguments[0].start_byte + 1
            ):
                continue
            kind = "url"
        elif kind == "url" and (
            len(arguments) < 2
            or b"import.meta.url"
            not in code.source[arguments[1].start_byte : arguments[1].end_byte]
        ):
            continue
        if kind == "require" and (len(arguments) > 1 or (own and _is_own(code, node, declared))):
            continue  # a function of the file that bears the name
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
    if called in ("Worker", "SharedWorker"):
        return "worker"
    if called.startswith("import.meta.glob"):
        return "glob"
    return "mock" if called.startswith(("jest.", "vi.", "vitest.", "require.")) else ""


_OWN_REQUIRE = regex(
    rb"\b(?:const|let|var|function)\s+require\b|[(,\s]require\s*(?::[^,()=]{1,80})?(?:=>|[,)])"
)
_FUNCTIONS = frozenset(
    {"arrow_function", "function_declaration", "function_expression", "method_definition",
     "generator_function", "generator_function_declaration"}
)  # fmt: skip
_BLOCKS = frozenset({"statement_block", "program"})
_PARAMETER = regex(r"(?:^|[(,\s])require\s*(?:[,)?:=]|$)")
_LOADER = regex(r"\b(?:exports|module)\b")


def _is_own(code: Code, node: Node, declared: dict[int, bool | None]) -> bool:
    """Whether the nearest `require` in sight of a call is a function of the file.

    :param declared: what blocks of the file were found to declare.
    """
    current = node.parent
    while current is not None:
        if current.type in _FUNCTIONS:
            given = current.child_by_field_name("parameters")
            given = given or current.child_by_field_name("parameter")
            words = code.text(given.start_byte, given.end_byte) if given is not None else ""
            if _PARAMETER.search(words) is not None:
                return _LOADER.search(words) is None and not _is_module(code, current)
        elif current.type in _BLOCKS:
            if current.id not in declared:
                declared[current.id] = _declares(code, current)
            found = declared[current.id]
            if found is not None:
                return found
        current = current.parent
    return False


def _is_module(code: Code, function: Node) -> bool:
    """Whether a function is the body of a module: `define(function (require) { … })`."""
    call = function.parent.parent if function.parent is not None else None
    called = call.child_by_field_name("function") if call is not None else None
    return called is not None and code.text(called.start_byte, called.end_byte) == "define"


def _declares(code: Code, block: Node) -> bool | None:
    """Whether a block makes a function with the name `require`; `None` where it makes nothing of
    the name. What something else gives (`createRequire`) loads modules."""
    for statement in block.named_children:
        one = statement
        if one.type == "export_statement":
            one = one.child_by_field_name("declaration") or one
        if one.type in ("function_declaration", "generator_function_declaration"):
            name = one.child_by_field_name("name")
            if name is not None and code.text(name.start_byte, name.end_byte) == "require":
                return True
        elif one.type in ("lexical_declaration", "variable_declaration"):
            for inner in one.named_children:
                name = inner.child_by_field_name("name")
                if name is None or code.text(name.start_byte, name.end_byte) != "require":
                    continue
                value = inner.child_by_field_name("value")
                return value is not None and value.type in _FUNCTIONS
    return None


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
