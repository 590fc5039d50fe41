"""Rust: the modules that a file declares in other files, and where it surely does not parse.

The grammar is younger than the language: of ten thousand healthy public files a dozen have error
nodes. So an error of the tree only starts a second look at the text, by a tokenizer that knows
strings, characters, lifetimes and comments; what that does not confirm is left alone.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.rust_text import noise_of
from pytest_reconaudit.readers.scanning import scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["BrokenPlace", "DeclaredModule", "FileModules", "modules"]

_MOD = regex(r"mod\b(?<![A-Za-z0-9_]mod)\s+(?:r#)?([A-Za-z_]\w*)\s*;")
_MADE = (b"mod $", b"automod::", b"mod_path")
_INCLUDED = regex(
    r'\binclude!\s*[({\[]\s*(?:concat!\s*\(\s*env!\s*\(\s*"CARGO_MANIFEST_DIR"\s*\)\s*,\s*)?"([^"\n]+)"'
)
_PATH = regex(r'\bpath\s*=\s*r?"([^"\n]+)"')
_CFG = regex(r"#!?\[\s*cfg\b")
_CFG_ATTR = regex(r"#!?\[\s*cfg_attr\b")
_CONFLICT = regex(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_OUTER = ("<<<<<<< ", ">>>>>>> ")
_TESTS = regex(r"(?:^|/)(?:tests|benches|examples)/")
_WORDS = regex(r"[^\W\d]\w*|\d\w*|[^\w\s]|\n")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_BLANKS = frozenset("\u0085\u200e\u200f\u2028\u2029")
"""White space to Rust beyond ASCII."""
_KEYWORDS = frozenset(
    {
        "as", "async", "await", "auto", "become", "box", "break", "builtin", "const", "continue",
        "crate", "default", "deref", "do", "dyn", "else", "enum", "expr", "extern", "false",
        "field", "final", "fn", "for", "gen", "if", "impl", "in", "is", "let", "loop", "macro",
        "macro_rules", "match", "mod", "move", "mut", "never", "of", "override", "pin", "priv",
        "pub", "raw", "ref", "return", "reuse", "safe", "self", "Self", "static", "struct", "super",
        "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use", "view",
        "virtual", "where", "while", "yield",
    }
)  # fmt: skip
"""Words that may stand beside another word; those that only some nightly knows too."""
_MOD_BYTES = regex(rb"mod\s+(?:r#)?[A-Za-z_]\w*\s*;")
_MOD_KINDS = frozenset({"mod_item"})
_MOST = 5


class DeclaredModule(Struct, frozen=True, array_like=True):
    """``mod name;``: the module stands in a file of its own."""

    name: str
    line: int
    inside: tuple[str, ...]
    """Inline modules around it, outer first."""
    paths: tuple[str, ...]
    """What ``#[path]`` says, also under conditions."""
    gated: bool
    """Compiled under conditions only (``#[cfg]`` on it or around it)."""
    certain: bool
    """An item of the file, not an argument of a macro."""


class BrokenPlace(Struct, frozen=True, array_like=True):
    """Where a file surely does not parse."""

    line: int
    column: int
    kind: str
    """``character``, ``conflict``, ``bracket`` or ``words``."""
    what: str
    """The character (``釆 U+91C6``), the bracket, the two words."""
    text: str
    """The line."""


class FileModules(Struct, frozen=True, array_like=True):
    modules: tuple[DeclaredModule, ...]
    broken: tuple[BrokenPlace, ...]
    """In source order."""
    doubtful: bool
    """The grammar had to guess: declarations may be missing above."""
    included: tuple[str, ...]
    """Paths of ``include!``; those below CARGO_MANIFEST_DIR begin with ``/``."""
    opened: bool
    """Macros make modules: which files belong to it cannot be told."""
    gated: bool
    """``#![cfg(…)]``: the whole file is compiled under conditions only."""


def _may_tell(text: str, path: str) -> bool:
    """Files that are no tests are parsed for other scans anyhow; of tests only what looks odd."""
    if not _TESTS.search(path) or "mod " in text or "include!" in text or not text.isascii():
        return True
    if any(text.count(one) != text.count(other) for one, other in ("()", "[]", "{}")):
        return True
    return any(mark in text for mark in _OUTER)


@scan("rust", record=FileModules, wants=_may_tell, tests=True)
def modules(code: Code) -> FileModules | None:
    """The modules of one file."""
    doubtful = code.tree.root.has_error or bool(code.tree.errors)
    source = code.source
    names_some = b"mod" in source
    if not (doubtful or names_some or b"include!" in source or b"#![cfg" in source):
        return None
    text = source.decode("utf-8", "replace")
    broken = _broken(code, text) if doubtful else ()
    declared = tuple(_declared(code, text)) if names_some else ()
    included = tuple(_included(text)) if b"include!" in source else ()
    opened = names_some and any(mark in source for mark in _MADE)
    gated = b"#![cfg" in source
    if not (doubtful or declared or included or opened or gated):
        return None
    return FileModules(declared, broken, doubtful, included, opened, gated)


def _included(text: str) -> list[str]:
    found = []
    for match in _INCLUDED.finditer(text):
        anchored = "CARGO_MANIFEST_DIR" in match[0]
        found.append("/" + match[1].lstrip("/") if anchored else match[1])
    return found


def _declared(code: Code, text: str) -> list[DeclaredModule]:
    found: list[DeclaredModule] = []
    taken: set[tuple[str, int]] = set()
    for node in code.tree.around(_MOD_BYTES, _MOD_KINDS):
        name = node.child_by_field_name("name")
        if name is None or node.child_by_field_name("body") is not None:
            continue
        title = code.text(name.start_byte, name.end_byte).removeprefix("r#")
        attributes = _attributes(code, node)
        inside: list[str] = []
        gated = any(_CFG.search(one) for one in attributes)
        certain = not name.is_missing
        above = node.parent
        while above is not None and above.type != "source_file":
            if above.type == "mod_item":
                outer = above.child_by_field_name("name")
                around = _attributes(code, above)
                if outer is not None:
                    inside.insert(0, code.text(outer.start_byte, outer.end_byte).removeprefix("r#"))
                gated = gated or any(_CFG.search(one) for one in around)
                certain = certain and not any(_PATH.search(one) for one in around)
            elif above.type != "declaration_list":
                certain = False
            above = above.parent
        paths = tuple(match[1] for one in attributes if (match := _PATH.search(one)))
        conditional = any(_CFG_ATTR.search(one) and _PATH.search(one) for one in attributes)
        line = code.line(name.start_byte)
        taken.add((title, line))
        found.append(
            DeclaredModule(title, line, tuple(inside), paths, gated or conditional, certain)
        )
    found += _in_macros(text, taken)
    found.sort(key=lambda one: one.line)
    return found


def _in_macros(text: str, taken: set[tuple[str, int]]) -> list[DeclaredModule]:
    """Modules that are an argument (``cfg_if! { … mod x; … }``), or that the grammar lost."""
    wanted = len(_MOD.findall(text))
    if wanted <= len(taken):
        return []
    noise = [(match.start(), match.end()) for match in noise_of(text)]
    found = []
    at = 0
    for match in _MOD.finditer(text):
        while at < len(noise) and noise[at][1] <= match.start():
            at += 1
        if at < len(noise) and noise[at][0] <= match.start():
            continue
        line = text.count("\n", 0, match.start(1)) + 1
        if (match[1], line) not in taken:
            before = text[max(match.start() - 300, 0) : match.start()]
            attribute = _PATH.search(before[before.rfind(";") + 1 :])
            paths = (attribute[1],) if attribute else ()
            found.append(DeclaredModule(match[1], line, (), paths, True, False))
    return found


def _attributes(code: Code, node: Node) -> list[str]:
    found = []
    before = node.prev_named_sibling
    while before is not None and before.type in (
        "attribute_item", "line_comment", "block_comment",
    ):  # fmt: skip
        if before.type == "attribute_item":
            found.append(code.text(before.start_byte, before.end_byte))
        before = before.prev_named_sibling
    return found


# -- where it does not parse -----------------------------------------------------------------


def _broken(code: Code, text: str) -> tuple[BrokenPlace, ...]:
    """What is surely wrong with a text that the grammar did not take in whole."""
    if "\0" in text or "\ufffd" in text:
        return ()
    lines = text.split("\n")
    noise = list(noise_of(text))
    if any("/*" in one[0][2:] for one in noise if one[0].startswith("/*")):
        return ()  # a comment in a comment: where it ends is not known here
    spans = [(match.start(), match.end()) for match in noise]

    def place(at: int, kind: str, what: str) -> BrokenPlace:
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        return BrokenPlace(line, column, kind, what, " ".join(lines[line - 1].split())[:160])

    plain = _blanked(text, spans)
    marks = [match.start() for match in _CONFLICT.finditer(plain)]
    if any(plain.startswith("<", at) for at in marks):
        return tuple(place(at, "conflict", plain[at : at + 7]) for at in marks if plain[at] != "=")[
            :_MOST
        ]
    odd = _characters(code, plain)
    if odd:
        return tuple(
            place(at, "character", f"{plain[at]} U+{ord(plain[at]):04X}") for at in odd[:_MOST]
        )
    bracket = _bracket(plain)
    if bracket is not None:
        return (place(bracket[0], "bracket", bracket[1]),)
    return tuple(place(at, "words", what) for at, what in _neighbours(code, plain)[:_MOST])


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with comments, strings and characters blanked out, every offset as it was."""
    parts: list[str] = []
    last = 0
    for start, end in spans:
        parts.append(text[last:start])
        inner = text[start:end]
        # A word stays a word's neighbour: a string is an operand, not nothing.
        blank = "".join("\n" if one == "\n" else " " for one in inner)
        parts.append(blank if inner.startswith(("//", "/*")) else '"' + blank[1:])
        last = end
    parts.append(text[last:])
    return "".join(parts)


def _characters(code: Code, plain: str) -> list[int]:
    """Characters beyond ASCII that cannot stand in code, or that glue words on a broken line."""
    if plain.isascii():
        return []
    errors = {one.place.line for one in code.tree.errors}
    found = []
    for match in re.finditer(r"[^\x00-\x7f]", plain):
        one, at = match[0], match.start()
        if one in _BLANKS:
            continue
        stray = not f"a{one}".isidentifier() and unicodedata.category(one) != "Cn"
        if stray or (plain.count("\n", 0, at) + 1 in errors and _glues(plain, at)):
            found.append(at)
    return found


def _glues(plain: str, at: int) -> bool:
    """Whether a letter beyond ASCII makes one word of a keyword and something else."""
    start = end = at
    while start and (plain[start - 1].isalnum() or plain[start - 1] == "_"):
        start -= 1
    while end < len(plain) and (plain[end].isalnum() or plain[end] == "_"):
        end += 1
    return any(part in _KEYWORDS for part in re.split(r"[^\x00-\x7f]+", plain[start:end]))


def _bracket(plain: str) -> tuple[int, str] | None:
    """The first bracket that closes nothing, or the one that nothing closes.

    Of an unclosed bracket only its block tells which it is: the first whose closing bracket stands
    further left than its own line, else the outermost that is left over.
    """
    opened: list[tuple[int, str]] = []
    suspect: tuple[int, str] | None = None
    for match in re.finditer(r"[()\[\]{}]", plain):
        one = match[0]
        wanted = _CLOSING.get(one)
        if wanted is None:
            opened.append((match.start(), one))
        elif not opened:
            return match.start(), f"{one} closes nothing"
        elif opened[-1][1] != wanted:
            return match.start(), f"{one} meets {opened[-1][1]}"
        else:
            begin = opened.pop()
            indent = _indent(plain, match.start())
            if suspect is None and indent is not None:
                line = plain.rfind("\n", 0, begin[0]) + 1
                own = _margin(plain, line)
                suspect = begin if indent < own else None
    if not opened:
        return None
    at, one = suspect or opened[-1]
    return at, f"{one} is never closed"


def _margin(plain: str, line: int) -> int:
    at = line
    while at < len(plain) and plain[at] in " \t":
        at += 1
    return at - line


def _indent(plain: str, at: int) -> int | None:
    """How far a bracket stands in; ``None`` when it is not the first on its line."""
    before = plain[plain.rfind("\n", 0, at) + 1 : at]
    return None if before.strip() else len(before)


def _neighbours(code: Code, plain: str) -> list[tuple[int, str]]:
    """Two words side by side, on a line that the grammar did not take in, where none may be."""
    errors = {one.place.line or 1: one.place.column or 1 for one in code.tree.errors}
    starts = [0, *(match.end() for match in re.finditer("\n", plain))]
    found = []
    for line, column in sorted(errors.items()):
        if line > len(starts):
            continue
        begin = starts[line - 1]
        end = plain.find("\n", begin)
        end = len(plain) if end < 0 else end
        tokens = list(_WORDS.finditer(plain, begin, end))
        for one, other in pairwise(tokens):
            pair = (one[0], other[0])
            if not all(word[:1].isalpha() or word[:1] == "_" for word in pair):
                continue
            if (
                any(word in _KEYWORDS for word in pair)
                or plain[one.start() - 1 : one.start()] in "'#"
            ):
                continue
            if not one.start() <= begin + column - 1 <= other.end():
                continue
            if not _is_in_macro(code, plain, other.start()):
                found.append((other.start(), f"{one[0]} {other[0]}"))
                break
    return found


def _is_in_macro(code: Code, plain: str, at: int) -> bool:
    """Whether anything goes there: arguments of a macro, its definition, an attribute."""
    offset = len(plain[:at].encode("utf-8", "replace"))
    node = code.node(offset, offset + 1)
    while node is not None:
        if node.type in ("token_tree", "macro_invocation", "macro_definition", "attribute_item"):
            return True
        node = node.parent
    before = plain.rfind("macro_rules!", 0, at)
    if before >= 0 and plain.count("{", before, at) > plain.count("}", before, at):
        return True
    # Inside an unfinished macro call the tree has no token_tree: `name! {` on the way down.
    depth = 0
    for match in re.finditer(r"[()\[\]{}]", plain[max(at - 4_000, 0) : at][::-1]):
        if match[0] in ")]}":
            depth += 1
        elif depth:
            depth -= 1
        else:
            position = at - match.end()
            if re.search(r"\w\s*!\s*\w*\s*$", plain[max(position - 60, 0) : position]):
                return True
    return False


def module_files(path: str, module: DeclaredModule, root: bool) -> tuple[tuple[str, str], ...]:
    """Where a module's file may lie: for each home (``x.rs``, ``x/mod.rs``).

    :param root: the file that declares it is a crate's root, a ``mod.rs`` or reached by a
        ``#[path]``: its modules lie beside it.
    """
    folder, base = posixpath.split(path)
    home = folder if root else posixpath.join(folder, base.removesuffix(".rs"))
    inner = posixpath.join(home, *module.inside)
    if module.paths:
        at = inner if module.inside else folder
        named = [posixpath.normpath(posixpath.join(at, one)) for one in module.paths]
        return tuple((one, "") for one in named)
    return ((f"{inner}/{module.name}.rs".lstrip("/"), f"{inner}/{module.name}/mod.rs".lstrip("/")),)
