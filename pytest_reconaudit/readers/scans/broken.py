"""Scripts that no compiler can read, and foreign characters between their tokens.

A grammar that gives up proves little: tree-sitter's for TypeScript stumbles over ``&`` in JSX, over
``styled.div<Props>`…``` and over other correct code. So a second look names what is surely wrong,
each rule checked against the compilers' own parsers; anything else is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.syntax import read_syntax

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Broken", "Stray", "StrayRun", "broken", "stray"]


class Broken(Struct, frozen=True, array_like=True):
    """A file that surely does not parse."""

    line: int
    column: int
    what: str
    """What is wrong, for a sentence: ``JSX in a file that is called .ts``."""
    evidence: str


class StrayRun(Struct, frozen=True, array_like=True):
    line: int
    column: int
    text: str
    kind: str
    """``jsx`` (rendered as text), ``code`` (between tokens or inside of a word)."""
    code_points: tuple[int, ...]
    beside: bool
    """In JSX: elements stand beside it, so that it is no element's own text."""


class Stray(Struct, frozen=True, array_like=True):
    """Letters of other scripts in a file."""

    spoken: int
    """How many runs stand in strings, comments and attributes: the file speaks that language."""
    runs: tuple[StrayRun, ...]


_CONFLICT = regex(
    r"^<{7} [^\n]*\n(?:(?!<{7} |={7}\n).*\n)*={7}\n(?:(?!<{7} |={7}\n|>{7} ).*\n)*>{7} ",
    re.MULTILINE,
)
_MARKDOWN = regex(r"\s*(#[ \t]+[^\n]{0,100}|```[^\n]{0,40})")
_TEMPLATE = regex(
    r"\{%|<%|^[ \t]{0,80}\{\{|\{\{[#/^>]|__[A-Z_]+__|\$\{\{|^[ \t]{0,80}[@#]\{", re.MULTILINE
)
_RENAMED = regex(r"(?:[\w$]+\s+)?as\s+[\w$]")
_SIDES = {
    "{": ("{", 1), "${": ("{", 1), "}": ("{", -1), "(": ("(", 1), ")": ("(", -1), "[": ("[", 1),
    "]": ("[", -1),
}  # fmt: skip
_MODULES = (".ts", ".mts", ".cts")
_JSX = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment"})
_MAX_TOKENS = 400_000


def _always(text: str, path: str) -> bool:
    return True


@scan(*SCRIPT, record=Broken, wants=_always, tests=True)
def broken(code: Code) -> Broken | None:
    """Why a file surely cannot be parsed."""
    if not code.tree.errors:
        return _declared_twice(code)
    text = code.source.decode("utf-8", "replace")
    if _TEMPLATE.search(text):
        return None  # it is filled in before anybody compiles it
    match = _MARKDOWN.match(text)
    if match is not None and not match[1].startswith("#!"):
        return _at(code, text, match.start(1), "it begins with a line that is no script")
    match = _CONFLICT.search(text)
    if match is not None:
        return _at(code, text, match.start(), "a merge conflict was committed")
    if code.path.endswith(_MODULES):
        return _jsx_in_module(code, text) or _unbalanced(code)
    return _renamed(code) or _bare_bracket(code) or _unbalanced(code)


def _declared_twice(code: Code) -> Broken | None:
    """`const` or `let` of one name twice in one block: an early error in every engine."""
    if code.path.endswith(".d.ts"):
        return None
    first: dict[tuple[int, str], int] = {}
    for one in code.bindings:
        if not one.name.isidentifier():
            continue
        at = first.setdefault((one.scope, one.name), one.start)
        if at == one.start:
            continue
        starts = (at, one.start)
        if all(_LEXICAL.match(code.source, start) for start in starts) and not any(
            code.source[max(start - _HEAD, 0) : start].rstrip().endswith(b"(") for start in starts
        ):
            text = code.source.decode("utf-8", "replace")
            if _TEMPLATE.search(text):
                return None
            line = code.source.count(b"\n", 0, at) + 1
            offset = len(code.source[: one.start].decode("utf-8", "replace"))
            return _at(code, text, offset, f"`{one.name}` is declared a second time (line {line})")
    return None


_LEXICAL = regex(rb"(?:export\s+)?(?:const|let)\s")
_HEAD = 20


def _at(code: Code, text: str, offset: int, what: str) -> Broken:
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    evidence = text[start : end if end >= 0 else len(text)].strip()[:160]
    return Broken(line, offset - start + 1, what, evidence)


def _at_node(code: Code, node: Node, what: str) -> Broken:
    place = code.tree.place(node)
    lines = code.source.split(b"\n")
    row = node.start_point.row
    evidence = lines[row].decode("utf-8", "replace").strip()[:160] if row < len(lines) else ""
    return Broken(place.line or 1, place.column or 1, what, evidence)


def _jsx_in_module(code: Code, text: str) -> Broken | None:
    """JSX in a file without ``x`` in its name: with the letter it would be whole."""
    if "</" not in text and "/>" not in text:
        return None
    other = read_syntax(text, f"{code.path.rpartition('.')[0]}.tsx")
    if other.errors:
        return None
    found = next(iter(other.walk(_JSX)), None)
    if found is None:
        return None
    return _at_node(code, found, "JSX in a file that is not called .tsx")


def _renamed(code: Code) -> Broken | None:
    """``const { A as B } = x``: renaming is written ``A: B`` there."""
    for error in _error_nodes(code):
        inside = error.parent.type if error.parent is not None else ""
        text = code.text(error.start_byte, error.end_byte + 40)
        if inside in ("object_pattern", "object") and _RENAMED.match(text):
            return _at_node(code, error, "`as` renames nothing in a pattern")
    return None


def _bare_bracket(code: Code) -> Broken | None:
    """``>`` in the text of an element: it must be written ``{'>'}``."""
    for error in _error_nodes(code):
        inside = error.parent.type if error.parent is not None else ""
        before = error.prev_sibling.type if error.prev_sibling is not None else ""
        bare = code.source[error.start_byte : error.start_byte + 1] == b">"
        if bare and before == "jsx_text" and inside in ("jsx_element", "jsx_fragment"):
            return _at_node(code, error, "a bare `>` in the text of an element")
    return None


def _unbalanced(code: Code) -> Broken | None:
    """A bracket too many or too few, counted over the tokens: those in strings, comments, patterns
    and texts are none. Texts that the grammar stumbles over may hold parentheses, never braces; and
    what it loses after such a place has to be missing from the plain text, too."""
    counts = {"{": 0, "(": 0, "[": 0}
    jsx, seen = False, 0
    pending = [code.tree.root]
    while pending:
        node = pending.pop()
        seen += 1
        if seen > _MAX_TOKENS:
            return None
        children = node.children
        pending += children
        jsx = jsx or node.type in _JSX or node.type == "jsx_opening_element"
        if not children and not node.is_missing and node.type in _SIDES:
            opening, step = _SIDES[node.type]
            counts[opening] += step
    for opening, much in counts.items():
        if much and (opening == "{" or not jsx):
            closing = {"{": "}", "(": ")", "[": "]"}[opening]
            if code.source.count(opening.encode()) - code.source.count(closing.encode()) != much:
                continue  # the grammar lost its way: as a text the file is balanced
            lacking = closing if much > 0 else opening
            first = code.tree.errors[0].place
            text = code.source.decode("utf-8", "replace").split("\n")
            row = (first.line or 1) - 1
            return Broken(
                first.line or 1,
                first.column or 1,
                f"a `{lacking}` is missing"
                if abs(much) == 1
                else f"{abs(much)} `{lacking}` are missing",
                text[row].strip()[:160] if row < len(text) else "",
            )
    return None


def _error_nodes(code: Code) -> Iterator[Node]:
    pending = [code.tree.root]
    seen = 0
    while pending and seen < _MAX_TOKENS:
        node = pending.pop()
        seen += 1
        if node.is_error:
            yield node
        if node.has_error:
            pending += [one for one in reversed(node.children) if one.has_error or one.is_error]


# -- foreign characters ---------------------------------------------------------------------

_FOREIGN = regex(
    r"[\u0370-\u03ff\u1f00-\u1fff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3100-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d]+"
)
"""Letters of CJK and Greek; no punctuation, arrows or symbols."""
_SAID = frozenset(
    {"comment", "string", "template_string", "regex", "jsx_attribute", "html_comment",
     "string_fragment"}
)  # fmt: skip
_MAX_CLIMB = 12
_MAX_RUNS = 12


def _has_foreign(text: str, path: str) -> bool:
    return not text.isascii() and _FOREIGN.search(text) is not None


@scan(*SCRIPT, record=Stray, wants=_has_foreign)
def stray(code: Code) -> Stray | None:
    """Letters of CJK and Greek in a file, by where they stand."""
    text = code.source.decode("utf-8", "replace")
    runs: list[StrayRun] = []
    spoken = at = done = 0
    for match in _FOREIGN.finditer(text):
        at += len(text[done : match.start()].encode("utf-8", "replace"))
        done = match.start()
        node = code.tree.root.descendant_for_byte_range(at, at + 1)
        kind, holder = _kind(node)
        if not kind:
            spoken += 1
            continue
        if len(runs) >= _MAX_RUNS:
            break
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        beside = kind == "jsx" and holder is not None and _stands_beside(holder)
        points = tuple(ord(one) for one in match[0][:4])
        runs.append(StrayRun(line, column, match[0][:40], kind, points, beside))
    return Stray(spoken, tuple(runs)) if runs else None


def _kind(node: Node | None) -> tuple[str, Node | None]:
    current = node
    for _ in range(_MAX_CLIMB):
        if current is None:
            break
        if current.type in _SAID:
            return "", current
        if current.type == "jsx_text":
            return "jsx", current
        current = current.parent
    return "code", node


def _stands_beside(text: Node) -> bool:
    parent = text.parent
    if parent is None:
        return False
    return any(one.type in _JSX or one.type == "jsx_expression" for one in parent.named_children)
