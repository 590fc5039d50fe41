"""How Rust text names a crate: at the head of a path, in an import, an attribute or a macro's
arguments; and what of that name is a module, a variable or another crate's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from string import ascii_letters, digits

from pytest_reconaudit.facts.rust.derives import DERIVES, LAST_WORD
from pytest_reconaudit.patterns import regex

__all__ = [
    "IN_GROUP",
    "READING",
    "WORD",
    "is_meant",
    "is_named",
    "is_plainly_named",
    "statement_before",
    "word_pattern",
]

_LONGEST_STATEMENT = 20_000
READING = frozenset(
    {
        "include_str", "include_bytes", "include_dir", "include", "format", "print", "println",
        "eprint", "eprintln", "write", "writeln", "vec", "assert", "assert_eq", "assert_ne",
        "panic", "concat", "json", "trace", "debug", "info", "warn", "error", "path", "matches",
        "include_toml", "static_toml", "dbg", "env", "anyhow", "bail", "ensure", "load_yaml",
        "expect_file", "include_json",
    }
)  # fmt: skip
"""Macros to which the name of a file is a text, or that give its content as it is."""
WORD = "A-Za-z0-9_"


def statement_before(code: str, at: int) -> str:
    """What stands before a place since the last ``;``."""
    first = max(at - _LONGEST_STATEMENT, 0)
    return code[max(code.rfind(";", first, at) + 1, first) : at]


IN_GROUP = regex(r"\buse\s+(?:::\s*)?\w+(?:\s*::\s*\w+)*\s*::\s*\{[^;]*\Z")
"""Before what a crate or module is named in front of: ``use rustix::{fs``."""


def word_pattern(ident: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![{WORD}]){re.escape(ident)}(?![{WORD}])")


def _places(text: str, ident: str) -> Iterator[tuple[int, int]]:
    """Where a word stands, from and to. No pattern is compiled for it: a package asks for some
    hundred words, each in a few places."""
    at = text.find(ident)
    while at >= 0:
        end = at + len(ident)
        if text[at - 1 : at] not in _LETTERS and text[end : end + 1] not in _LETTERS:
            yield at, end
        at = text.find(ident, end)


_LETTERS = frozenset(ascii_letters + digits + "_")


def is_plainly_named(text: str, ident: str) -> bool:
    """Whether a line of code begins a path with the word, as far as can be told without reading the
    file."""
    if "/*" in text:
        return False
    at = text.find(ident)
    while at >= 0:
        end = at + len(ident)
        before = text[text.rfind("\n", 0, at) + 1 : at]
        if text.startswith("::", end) and not (
            before[-1:].isalnum() or before.endswith(("_", ":", "."))
        ):
            begins = before.lstrip().startswith(("use ", "pub use ")) and "{" not in before
            if begins or not any(mark in before for mark in ('"', "//", "'")):
                # What stands in a group may belong to what stands before it.
                group = not begins and not before.strip(" \t")
                if not group and not _brings(text, ident):
                    return True
        at = text.find(ident, end)
    return False


def _brought(text: str, ident: str) -> Iterator[int]:
    """Where a file declares a module of a name, or takes one in from elsewhere.

    A macro or a function of that name, once imported, leaves paths that begin with it to the crate.
    """
    if not _may_bring(text, ident):
        return
    for at in islice(re.finditer(rf"\bmod\s+(?:r#)?{ident}\b", text), _MOST_WORDS):
        yield at.start()
    # `pid as libc::pid_t` is a cast, `use x as libc;` takes one in.
    renamed = re.compile(rf"\bas\s+{ident}\b(?!\s*::)")
    patterns = [renamed]
    if not re.search(rf"(?<![{WORD}.:])(?<!\bfn ){ident}\s*[!(]", text):
        patterns.append(re.compile(rf"(?<![{WORD}]){ident}\s*[,;}}]"))
    for pattern in patterns:
        for at in islice(pattern.finditer(text), _MOST_WORDS):
            head = _TAKEN_IN.search(statement_before(text, at.start())[-_HEAD:])
            if head is None and pattern is renamed:
                yield at.start()
            elif head is not None and head[1] != ident:
                yield at.start() - len(head[0])


def _may_bring(text: str, ident: str) -> bool:
    """Whether anything of what :func:`_brought` looks for can be there: the word after ``mod`` or
    ``as``, or at the end of a part of a list."""
    for at, end in _places(text, ident):
        if _LISTED.match(text, end):
            return True
        before = text[max(at - _NEAR, 0) : at].rstrip()
        if before.endswith(("mod", "as", "r#")) or (not before and at):
            return True
    return False


_LISTED = regex(r"\s*[,;}]")
_NEAR = 80
"""Characters before a word in which the one before it ends, unless blanks fill them."""


def _brings(text: str, ident: str) -> bool:
    return next(_brought(text, ident), None) is not None


def _blocks_of(code: str, places: Iterable[int]) -> list[tuple[int, int]]:
    """The innermost block around each place, or the whole file."""
    wanted = sorted(places)
    if not wanted:
        return []
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    inside: list[list[int]] = [[]]  # the places directly in each block that is open
    for brace in (*_BRACE.finditer(code), None):
        at = len(code) if brace is None else brace.start()
        while wanted and wanted[0] < at:
            inside[-1].append(wanted.pop(0))
        if brace is not None and brace[0] == "{":
            opened.append(at)
            inside.append([])
        elif brace is not None and opened:
            first = opened.pop()
            if inside.pop():
                found.append((first, at))
    if inside[0]:
        found.append((0, len(code)))
    found.extend((first, len(code)) for first, held in zip(opened, inside[1:], strict=True) if held)
    return found


_BRACE = regex(r"[{}]")
_TAKEN_IN = regex(r"\buse\s+(?:::\s*)?(\w+)\s*::[^;]*\Z")
"""Before the last part of a path that is brought in: its first."""
_IN_BRACES = regex(r"\buse\s*\{")
"""Before a crate in a list of what is brought in: ``use {rand, tokio::fs};``."""
_IN_ATTRIBUTE = regex(r"#!?\[[^\]]*\Z")
_MACRO_CALL = regex(r"\b(\w+)!\s*[({\[]")
_NEW_NAME = regex(r"(?:[.:]|\b(?:fn|let|mut|mod|for|ref)\s+)\Z")
"""Before a word that names something else."""
_HEAD = 400
"""Characters before a word in which an attribute, an import or the call of a macro begins."""
_MOST_WORDS = 2_000


def is_named(code: str, ident: str) -> bool:
    """Whether a word is used as the name of a crate: at the head of a path, brought in whole, in an
    attribute, or handed to a macro; not as a variable, a field or a module."""
    places = list(_places(code, ident))
    if not places:
        return False
    heads = []
    for at, end in places:
        before = code[max(at - _NEAR, 0) : at].rstrip()
        if before.endswith("::") and before[-3:-2] not in _TYPED:
            return True
        if before.endswith("crate") and _EXTERN.search(before):
            return True
        if before.endswith("use") and before[-4:-3] not in _LETTERS and _WHOLE.match(code, end):
            return True
        last = code[at - 1 : at]
        if _PATH.match(code, end) and last != ":" and (last != "." or code[at - 2 : at] == ".."):
            heads.append(at)
    heads = [at for at in heads if not IN_GROUP.search(statement_before(code, at))]
    taken = _blocks_of(code, _brought(code, ident)) if heads else []
    if any(not any(first <= at < last for first, last in taken) for at in heads):
        return True
    if _derives_of(code, ident):
        return True
    for at, _ in islice(places, _MOST_WORDS):
        before = code[max(at - _HEAD, 0) : at]
        if not before.endswith(":"):
            statement = statement_before(code, at)
            if "use" in statement and _IN_BRACES.search(statement):
                return True
        if _IN_ATTRIBUTE.search(before):
            return True
        if _NEW_NAME.search(before):
            continue
        before = before[before.rfind(";") + 1 :]
        calls = _MACRO_CALL.findall(before) if "!" in before else ()
        if any(name not in READING for name in calls):
            return True
    return False


_TYPED = frozenset({*_LETTERS, ">", ":"})
_EXTERN = regex(r"\bextern\s+crate\Z")
_WHOLE = regex(r"\s*(?:;|as\b)")
_PATH = regex(r"\s*::")


def _derives_of(code: str, name: str) -> bool:
    """Whether a derive or attribute is in use that another crate gives out from the one of a name
    (`use toolkit::schemars::JsonSchema;`): it expands to paths that begin with the name."""
    words: set[str] = set()
    if not any(
        code[max(at - _NEAR, 0) : at].rstrip()[-1:] in ":{," and _PATH.match(code, end)
        for at, end in _places(code, name)
    ):
        return False
    through = rf"(?:\w\s*::|[{{,])\s*{name}\s*::\s*((?:\w+\s*::\s*)*(?:\w+|\{{[^{{}}]{{1,400}}\}}))"
    for match in re.finditer(through, code):
        words.update(_WORDS.findall(match[1]))
    if not words:
        return False
    derived = {word for match in DERIVES.finditer(code) for word in LAST_WORD.findall(match[1])}
    return not words.isdisjoint(derived | set(_ATTRIBUTE.findall(code)))


_WORDS = regex(r"\w+")
_ATTRIBUTE = regex(r"#\[\s*(\w+)")
_OF_FEATURE = regex(r"\bfeature\s*=\s*\Z")


def is_meant(match: re.Match[str], ident: str) -> bool:
    """Whether a comment or string that holds a name may be a use: a doc test, a path."""
    noise = match[0]
    if ident not in noise:
        return False
    path = re.search(rf"(?<![{WORD}]){re.escape(ident)}\s*::|\buse\s+{re.escape(ident)}\b", noise)
    if noise.startswith(("//", "/*")):
        return noise.startswith(("///", "//!", "/**", "/*!")) and path is not None
    if path is not None:
        return True
    # `#[serde(with = "serde_bytes")]`, `#[doc = "…"]`
    if noise.lstrip("bcr").strip('#"') != ident:
        return False
    head = match.string[max(match.start() - 400, 0) : match.start()]
    opened = head.rfind("#[")
    return opened >= 0 and "]" not in head[opened:] and not _OF_FEATURE.search(head)
