"""Source code as tree-sitter trees: one reader for every language, chosen by the file's name.

Tree-sitter keeps going after a syntax error and walks its trees in C, so a search over a whole
code base costs little more than the parse. The grammars are imported with the first file that
needs them; each grammar, parser and compiled query exists once per process.
"""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Query, Tree

__all__ = [
    "LANGUAGES",
    "StringLiteral",
    "SyntaxTree",
    "decorators_of",
    "language_of",
    "narrowed",
    "parse_snippet",
    "place_in_string",
    "read_syntax",
    "string_literals",
]

LANGUAGES = {
    ".rs": "rust",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".py": "python",
    ".sh": "bash",
    ".bash": "bash",
}
"""File name suffix → grammar."""

_SHEBANG = regex(r"#![^\n]{0,80}\b(bash|sh|dash|zsh|python[\d.]*|node)\b")
_MAX_ERRORS = 20
_MAX_DEPTH = 1_500
_MAX_BROKEN = 3_000
"""Children of one error node: beyond it the file is no source code."""
_ALWAYS_QUICK = 40_000
"""Bytes that source code of any language is parsed in a moment."""
_MAX_SHELL = 60_000
"""Bytes of a shell script: error recovery of that grammar takes quadratic time and cannot be
stopped."""
_MAX_CHAIN = 20_000
"""Levels of a tree: queries take quadratic time beyond some tens of thousands."""
_MAX_CLIMB = 60
_SHORT = 2_000
"""Bytes of a node that is gone through in less time than a query takes to compile."""
_DEADLINE = 3.0
_DEADLINE_SMALL = 1.5
_TOO_LONG = 20.0
"""Seconds that even a file without an error may take, on a busy machine."""
_LATE = "not parsed in the time that source code of its size takes"
_BRACKETS = regex(r"[(\[{)\]}]")
_WITH_JSX = frozenset({"tsx", "javascript"})
_AMPERSAND = regex(rb"(?<!&)&(?!&|#?\w{1,31};)")
"""``&`` that is neither an operator of two nor the beginning of a character's name."""
_WIDE = regex(rb"[\xc2-\xf4][\x80-\xbf]+")


class SyntaxTree(Struct, frozen=True, eq=False):
    """A parsed file. Nodes are tree-sitter's own; their offsets count bytes of ``source``."""

    path: str
    language: str
    source: bytes
    tree: Tree
    errors: tuple[Problem, ...]
    """Where the grammar had to give up or to guess, at most the first twenty. The rest of the
    tree is still good."""

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @property
    def is_late(self) -> bool:
        """Whether parsing was given up for its time: a less busy machine may read the file."""
        return any(one.message == _LATE for one in self.errors)

    def place(self, node: Node) -> Place:
        """Where a node begins: line and column from 1, the column in characters."""
        return self._place(node.start_point.row, node.start_point.column, node.start_byte)

    def place_at(self, offset: int) -> Place:
        """The place of a byte of ``source``."""
        offset = max(0, min(offset, len(self.source)))
        row = self.source.count(b"\n", 0, offset)
        column = offset - (self.source.rfind(b"\n", 0, offset) + 1)
        return self._place(row, column, offset)

    def _place(self, row: int, column: int, offset: int) -> Place:
        # Tree-sitter counts columns in bytes; only a line with wider characters differs.
        before = self.source[offset - column : offset]
        if not before.isascii():
            column = len(before.decode("utf-8", "replace"))
        return Place(self.path, row + 1, column + 1)

    def text(self, node: Node) -> str:
        """The node's source text."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def walk(self, kinds: frozenset[str], within: Node | None = None) -> Iterator[Node]:
        """Every named node of the given kinds, outer before inner, in source order.

        :param within: only below (and including) this node.
        """
        if within is not None and within.end_byte - within.start_byte <= _SHORT:
            yield from sorted(_below(within, kinds), key=_outer_first)
            return
        query = _kinds_query(self.language, kinds)
        if query is not None:
            yield from self.captures(query, within).get("node", ())

    def around(self, pattern: re.Pattern[bytes], kinds: frozenset[str]) -> Iterator[Node]:
        """The nearest node of one of the kinds around each match of a pattern, each once.

        Much cheaper than :meth:`walk` where what is looked for is rare: no query is compiled and
        no other node is made.
        """
        root, seen = self.root, set()
        for match in pattern.finditer(self.source):
            node = root.descendant_for_byte_range(match.start(), max(match.end() - 1, 0))
            for _ in range(_MAX_CLIMB):
                if node is None or node.type in kinds:
                    break
                node = node.parent
            else:
                continue
            if node is not None and node.id not in seen:
                seen.add(node.id)
                yield node

    def captures_unsorted(self, query: Query, within: Node | None = None) -> dict[str, list[Node]]:
        """As :meth:`captures`, in whatever order the search met the nodes."""
        from tree_sitter import QueryCursor

        return QueryCursor(query).captures(within or self.root)

    def captures(self, query: Query, within: Node | None = None) -> dict[str, list[Node]]:
        """What a compiled query (:func:`query`) captures, by capture name, in source order."""
        found = self.captures_unsorted(query, within)
        for nodes in found.values():
            nodes.sort(key=_outer_first)
        return found


class StringLiteral(NamedTuple):
    """A string of the source with its escapes decoded.

    What is put in at run time (``${x}`` of a template, an operand that is no literal) stands in
    ``value`` as source text: ``${x}`` (in Python's f-strings ``{x}``).
    """

    value: str
    place: Place
    node: Node


def language_of(text: str, path: str) -> str | None:
    """The grammar for a file, by its suffix or else by its ``#!`` line."""
    suffix = posixpath.splitext(path)[1].lower()
    if suffix in LANGUAGES:
        return LANGUAGES[suffix]
    if not suffix and (match := _SHEBANG.match(text)):
        if match[1].startswith("python"):
            return "python"
        return "javascript" if match[1] == "node" else "bash"
    return None


def read_syntax(text: str, path: str) -> SyntaxTree:
    """The syntax tree of a source file. Never raises on bad input: see ``errors``.

    A file in an unknown language, or one nested beyond reason, has an empty tree and one error.
    """
    language = language_of(text, path)
    if language is None:
        return _empty(path, "no grammar for this kind of file")
    if "\0" in text:
        return _empty(path, "not text: it contains a NUL byte", language)
    if _too_deep(text):
        return _empty(path, f"nested deeper than {_MAX_DEPTH} levels", language)
    source = text.encode("utf-8", "replace")
    if language == "bash" and len(source) > _MAX_SHELL:
        return _empty(path, f"a shell script over {_MAX_SHELL} bytes", language)
    tree = _parse(source, language)
    if tree is None:
        return _empty(path, _LATE, language)
    if tree.root_node.has_error and language in _WITH_JSX:
        tree = _without_ampersands(source, language) or tree
    if len(source) > _ALWAYS_QUICK and _chain(tree.root_node) >= _MAX_CHAIN:
        return _empty(path, f"an expression of more than {_MAX_CHAIN} levels", language)
    result = SyntaxTree(path, language, source, tree, ())
    if not tree.root_node.has_error:
        return result
    errors = _errors(result)
    if errors is None:
        return _empty(path, "not source code of this language at all", language)
    return SyntaxTree(path, language, source, tree, tuple(errors))


def _without_ampersands(source: bytes, language: str) -> Tree | None:
    """The tree of a file in which only ``&`` in texts of elements disturbed the grammar.

    ``<p>Terms & conditions</p>`` is correct, and an error to the grammars. ``|`` stands as well in
    such a text, and in code wherever ``&`` does: the tree has the same shape and the same offsets.
    """
    if not _AMPERSAND.search(source):
        return None
    tree = _parse(_AMPERSAND.sub(b"|", source), language)
    return None if tree is None or tree.root_node.has_error else tree


def parse_snippet(source: bytes, language: str) -> Tree | None:
    """The tree of a short piece of source that stands elsewhere: a macro's arguments, say.

    Its offsets are those of the piece. ``None`` when it takes longer than any real one could.
    """
    return _parse(source, language)


def narrowed(source: bytes) -> bytes:
    """Shell text of the same length with every character beyond ASCII replaced by a letter.

    The grammar's scanner asks C's ``isdigit`` about characters of any size, which reads far beyond
    its table: ``{`` before a character of a high plane ends the whole process.
    """
    if source.isascii():
        return source
    return _WIDE.sub(
        lambda match: b"\xc3\xa9\xc3\xa9"[: len(match[0]) & 6] + b"x" * (len(match[0]) & 1), source
    )


def query(language: str, pattern: str) -> Query:
    """A compiled tree-sitter query. Raises ``QueryError`` when the grammar lacks a name in it."""
    return _query(language, pattern)


def _parse(source: bytes, language: str) -> Tree | None:
    """The tree, or nothing when error recovery on a large hostile file would take minutes."""
    parser = _parser(language)
    if language == "bash":
        source = narrowed(source)
    small = len(source) < _ALWAYS_QUICK
    start = time.monotonic()

    def is_late(offset: int, has_error: bool) -> bool:
        took = time.monotonic() - start
        return took > _DEADLINE_SMALL if small else took > (_DEADLINE if has_error else _TOO_LONG)

    try:
        # Only this form of the call asks back while it works; it is a tenth slower. Thirty bytes
        # can send the recovery of a grammar round in circles for ever, with no error to its name.
        return parser.parse(
            lambda offset, _: source[offset : offset + 65_536], progress_callback=is_late
        )
    except ValueError:
        parser.reset()
        return None


# -- grammars ------------------------------------------------------------------------------


@cache
def _language(name: str) -> Language:
    from tree_sitter import Language

    if name == "rust":
        import tree_sitter_rust

        return Language(tree_sitter_rust.language())
    if name == "python":
        import tree_sitter_python

        return Language(tree_sitter_python.language())
    if name == "javascript":
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    if name == "bash":
        import tree_sitter_bash

        return Language(tree_sitter_bash.language())
    import tree_sitter_typescript

    if name == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


@cache
def _parser(name: str) -> Parser:
    from tree_sitter import Parser

    return Parser(_language(name))


@cache
def _query(language: str, pattern: str) -> Query:
    from tree_sitter import Query

    return Query(_language(language), pattern)


@cache
def _kinds_query(language: str, kinds: frozenset[str]) -> Query | None:
    grammar = _language(language)
    known = sorted(kind for kind in kinds if grammar.id_for_node_kind(kind, True))
    if not known:
        return None
    return _query(language, "[" + " ".join(f"({kind})" for kind in known) + "] @node")


def _below(node: Node, kinds: frozenset[str]) -> Iterator[Node]:
    pending = [node]
    while pending:
        one = pending.pop()
        if one.is_named and one.type in kinds:
            yield one
        pending += one.named_children


def _outer_first(node: Node) -> tuple[int, int]:
    return (node.start_byte, -node.end_byte)


def _empty(path: str, message: str, language: str = "javascript") -> SyntaxTree:
    problem = Problem(Place(path, 1, 1), message)
    return SyntaxTree(path, language, b"", _parser(language).parse(b""), (problem,))


def _too_deep(text: str) -> bool:
    """Brackets nested so deep that no person wrote them: error recovery would crawl."""
    if text.count("(") + text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(text):
        if bracket in "([{":
            depth += 1
            if depth > _MAX_DEPTH:
                return True
        elif depth:
            depth -= 1
    return False


def _chain(node: Node) -> int:
    """How deep the largest branch goes, counted up to the limit."""
    depth = 0
    while depth < _MAX_CHAIN and (children := node.children):
        node = max(children, key=_size)
        depth += 1
    return depth


def _size(node: Node) -> int:
    return node.end_byte - node.start_byte


def _errors(tree: SyntaxTree) -> list[Problem] | None:
    """The broken places in source order; ``None`` when so much is broken that nothing holds.

    A query takes quadratic time over one node with very many children, which only error recovery
    makes; so these are looked for by hand, and only below nodes that contain an error.
    """
    problems: list[Problem] = []
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.is_missing:
            problems.append(Problem(tree.place(node), f"syntax error: {node.type!r} is missing"))
        elif node.is_error:
            if node.child_count > _MAX_BROKEN:
                return None
            if len(problems) < _MAX_ERRORS:
                text = " ".join(
                    tree.source[node.start_byte : node.end_byte][:60]
                    .decode("utf-8", "replace")
                    .split()
                )
                problems.append(Problem(tree.place(node), f"syntax error near {text!r}"))
        if node.has_error:
            stack += [child for child in reversed(node.children) if _broken(child)]
    return problems[:_MAX_ERRORS]


def _broken(node: Node) -> bool:
    return node.has_error or node.is_missing


# -- strings -------------------------------------------------------------------------------

_STRINGS = {
    "rust": "(string_literal) @s (raw_string_literal) @s (macro_invocation) @concat",
    "javascript": "(string) @s (template_string) @s (binary_expression) @plus",
    "python": "(string) @s (concatenated_string) @s (binary_operator) @plus",
    "bash": "(string) @s (raw_string) @s (ansi_c_string) @s (heredoc_body) @s",
}
_STRING_KINDS = frozenset(
    {
        "string", "template_string", "concatenated_string", "string_literal",
        "raw_string_literal", "raw_string", "ansi_c_string", "heredoc_body",
    }
)  # fmt: skip
_HOLES = frozenset(
    {"template_substitution", "interpolation", "expansion", "simple_expansion",
     "command_substitution", "arithmetic_expansion"}
)  # fmt: skip
_PLUS_KINDS = frozenset({"binary_expression", "binary_operator"})
_WRAPPERS = frozenset({"parenthesized_expression"})
_SIMPLE_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "a": "\a",
    "\\": "\\", "'": "'", '"': '"', "`": "`", "$": "$",
}  # fmt: skip
_HEX = regex(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F_]+)\})")


def string_literals(tree: SyntaxTree) -> Iterator[StringLiteral]:
    """Every string of a file, decoded; a concatenation (``"a" + "b"``, adjacent Python strings,
    Rust's ``concat!``) is one string. Strings inside a hole of another one come too.
    """
    grammar = "javascript" if tree.language in ("typescript", "tsx") else tree.language
    found = tree.captures(_query(tree.language, _STRINGS[grammar]))
    taken: set[int] = set()
    out: list[StringLiteral] = []
    for node in found.get("plus", ()):
        if node.id in taken or not _adds(node):
            continue
        operands = _operands(node, taken)
        if not any(operand.type in _STRING_KINDS for operand in operands):
            continue
        for operand in operands:
            if operand.type in _STRING_KINDS:
                taken.add(operand.id)
            if operand.type == "concatenated_string":
                taken.update(child.id for child in operand.named_children)
        out.append(_joined(tree, node, operands))
    for node in found.get("concat", ()):
        if (parts := _concat_parts(tree, node)) is not None:
            taken.update(part.id for part in parts)
            out.append(_joined(tree, node, parts))
    for node in found.get("s", ()):
        if node.id in taken:
            continue
        if node.type == "concatenated_string":
            taken.update(child.id for child in node.named_children)
        out.append(StringLiteral(_decode(tree, node), tree.place(node), node))
    out.sort(key=lambda literal: _outer_first(literal.node))
    yield from out


def string_value(tree: SyntaxTree, node: Node) -> str:
    """The decoded value of one string node; other nodes give ``${source text}``."""
    return _decode(tree, node)


def place_in_string(tree: SyntaxTree, literal: StringLiteral, offset: int) -> Place:
    """The place in the source of a character of a string's decoded ``value``."""
    nodes = [literal.node]
    if literal.node.type in _PLUS_KINDS:
        nodes = _operands(literal.node, set())
    elif literal.node.type == "macro_invocation":
        nodes = _concat_parts(tree, literal.node) or nodes
    done, at = 0, literal.node.start_byte
    for node in nodes:
        for piece, start, verbatim in _pieces(tree, node):
            if offset < done + len(piece):
                inner = len(piece[: offset - done].encode("utf-8", "replace")) if verbatim else 0
                return tree.place_at(start + inner)
            done += len(piece)
            at = start
    return tree.place_at(at)


def _operands(node: Node, seen: set[int]) -> list[Node]:
    """The operands of a chain of ``+``, left to right; inner chain nodes are added to ``seen``."""
    out: list[Node] = []
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type in _PLUS_KINDS:
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            if _adds(one) and left and right:
                seen.add(one.id)
                stack += [right, left]
                continue
        elif one.type in _WRAPPERS and len(inner := one.named_children) == 1:
            stack.append(inner[0])
            continue
        out.append(one)
    return out


def _adds(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "+"


def _concat_parts(tree: SyntaxTree, node: Node) -> list[Node] | None:
    name = node.child_by_field_name("macro")
    if name is None or tree.source[name.start_byte : name.end_byte] != b"concat":
        return None
    body = next((c for c in node.named_children if c.type == "token_tree"), None)
    parts = body.named_children if body is not None else []
    if not parts or any(part.type not in _STRING_KINDS for part in parts):
        return None
    return parts


def _joined(tree: SyntaxTree, node: Node, parts: list[Node]) -> StringLiteral:
    value = "".join(_decode(tree, part) for part in parts)
    return StringLiteral(value, tree.place(node), node)


def _decode(tree: SyntaxTree, node: Node) -> str:
    return "".join(piece for piece, _, _ in _pieces(tree, node))


def _pieces(tree: SyntaxTree, node: Node) -> Iterator[tuple[str, int, bool]]:
    """(text, byte where it begins, whether the source has it verbatim), in order."""
    kind = node.type
    if kind not in _STRING_KINDS:
        yield "${" + tree.text(node) + "}", node.start_byte, False
        return
    if kind == "concatenated_string":
        for child in node.named_children:
            if child.type == "string":
                yield from _pieces(tree, child)
        return
    if kind in ("raw_string", "ansi_c_string"):  # bash: '...' and $'...'
        skip = 1 if kind == "raw_string" else 2
        inner = tree.source[node.start_byte + skip : max(node.end_byte - 1, node.start_byte + skip)]
        yield inner.decode("utf-8", "replace"), node.start_byte + skip, True
        return
    start, end = _inside(tree, node)
    raw = kind == "raw_string_literal" or (
        kind == "string" and tree.language == "python" and _is_raw(tree, node)
    )
    at = start
    for child in _breaks(node):
        if child.start_byte < at or child.end_byte > end:
            continue
        if child.start_byte > at:
            yield _slice(tree, at, child.start_byte), at, True
        if child.type == "escape_sequence":
            text = tree.text(child)
            yield (text if raw else _unescape(text)), child.start_byte, raw
        else:
            yield tree.text(child), child.start_byte, True
        at = child.end_byte
        if not raw and child.type == "escape_sequence" and _continues(tree, child):
            # Rust: a backslash at the end of a line eats the line break and the indentation.
            while at < end and tree.source[at : at + 1].isspace():
                at += 1
    if at < end:
        yield _slice(tree, at, end), at, True


def _continues(tree: SyntaxTree, node: Node) -> bool:
    return tree.language == "rust" and tree.source[node.start_byte + 1 : node.start_byte + 2] in (
        b"\n",
        b"\r",
        b"",
    )


def _slice(tree: SyntaxTree, start: int, end: int) -> str:
    return tree.source[start:end].decode("utf-8", "replace")


def _breaks(node: Node) -> Iterator[Node]:
    """The escapes and holes of a string, in order."""
    for child in node.named_children:
        if child.type == "escape_sequence" or child.type in _HOLES:
            yield child
        elif child.type in ("string_content", "string_fragment"):
            for inner in child.named_children:
                if inner.type == "escape_sequence":
                    yield inner


_OPENING = regex(rb"""(?:[bc]?r?(\#*)"|[rRbBuUfFtT]{0,3}(\"""|'''|"|')|`|\$")""")


def _inside(tree: SyntaxTree, node: Node) -> tuple[int, int]:
    """The byte range between a string's delimiters."""
    if node.type == "heredoc_body":
        return node.start_byte, node.end_byte
    match = _OPENING.match(tree.source, node.start_byte, node.end_byte)
    if match is None:
        return node.start_byte, node.end_byte
    opening = match[0]
    if tree.language == "rust":
        closing = 1 + len(match[1] or b"")
    elif tree.language == "python" and (
        begin := next((c for c in node.children if c.type == "string_start"), None)
    ):
        opening = tree.source[begin.start_byte : begin.end_byte]
        closing = 3 if opening.endswith((b'"""', b"'''")) else 1
    else:
        closing = 1
        opening = opening[-1:] if tree.language != "bash" else opening
    start = node.start_byte + len(opening)
    return start, max(node.end_byte - closing, start)


def _is_raw(tree: SyntaxTree, node: Node) -> bool:
    prefix = tree.source[node.start_byte : node.start_byte + 3].split(b'"')[0].split(b"'")[0]
    return b"r" in prefix.lower()


def _unescape(text: str) -> str:
    if match := _HEX.match(text):
        code = next(group for group in match.groups() if group).replace("_", "")
        number = int(code or "0", 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    body = text[1:]
    if body[:1] in ("\n", "\r", ""):
        return ""  # a line continuation
    return _SIMPLE_ESCAPES.get(body, body if len(body) == 1 else text)


def decorators_of(node: Node) -> Iterator[Node]:
    """The decorators of a class or a member in TypeScript, and those before its ``export``."""
    places = [node]
    if node.parent is not None and node.parent.type == "export_statement":
        places.append(node.parent)
    for place in places:
        for one in place.named_children:
            if one.type == "decorator":
                yield one
