"""The repository's own macros: what calls them, and which crates they expand to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.facts.rust.derives import DERIVES, LAST_WORD, OF_DERIVE
from pytest_reconaudit.facts.rust.own_crates import crates_beneath
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.rust_text import code_of
from pytest_reconaudit.target import Target, once

__all__ = ["OwnMacros", "macro_rules_of", "macro_words", "own_macros", "quoted_parts"]

_MACRO = regex(
    r"#\[\s*proc_macro(?:_attribute)?\s*\](?:\s*#\[[^\]]{0,200}\])*\s*pub\s+fn\s+(\w+)"
    r"|#\[\s*proc_macro_derive\s*\(\s*(\w+)"
)
_QUOTED = regex(r"\b(?:parse_)?quote(?:_\w+)?!\s*([({\[])")
_SPELLED = regex(
    r"\bparse_str\b|\bTokenStream\w*::from_str\b|\bparse\s*::\s*<\s*(?:\w+::)*TokenStream"
)
"""Code that is put together as a text."""
_RULES = regex(r"\bmacro_rules!\s*(\w+)\s*([({\[])")
_ROOT = regex(r"(?<![\w:#$])(?:::\s*)?([a-z_]\w*)\s*::")
_BEFORE_PATH = regex(r"(\w+)::")
_BARE = regex(r"\b(?:use|extern\s+crate)\s+(?:::\s*)?([a-z_]\w*)\s*[;{]|#\[\s*([a-z_]\w*)\s*[(\]]")
"""A crate that is brought in whole, or an attribute, which a derive's crate may own."""
_MOST_QUOTED = 20_000


class OwnMacros(Struct, frozen=True):
    """A crate of macros in the repository."""

    package: CargoPackage
    calls: re.Pattern[str]
    """A call of one of them: ``name!``, ``#[name``, ``#[derive(…, Name``."""
    named: frozenset[str]
    """Crates that stand first in a path of what they expand to."""


@once
def own_macros(target: Target) -> tuple[OwnMacros, ...]:
    found = []
    for package in cargo_packages(target):
        if not package.manifest.proc_macro:
            continue
        texts = [target.text(path) for path in rust_files(target, package.folder)]
        names = {one[1] or one[2] for text in texts for one in _MACRO.finditer(text)}
        if not names:
            continue
        # What writes the code may stand in a crate that the one of the macros uses.
        parts = [package, *crates_beneath(target, package)]
        named = {
            name
            for part in parts
            for path in rust_files(target, part.folder)
            if "quote" in target.text(path)
            for name in _quoted(target.text(path))
        }
        words = "|".join(re.escape(name) for name in sorted(names))
        calls = re.compile(
            rf"\b(?:{words})!|#!?\[\s*(?:\w+::)*(?:{words})\b"
            rf"|\bderive\s*\([^()]*\b(?:{words})\b"
        )
        found.append(OwnMacros(package, calls, frozenset(named)))
    return tuple(found)


def _quoted(text: str) -> Iterator[str]:
    """The crates that what a file quotes may name: words that begin a path, those that are brought
    in whole, attributes, and the crates of derives."""
    code = code_of(text)
    for at, end in quoted_parts(code):
        for root in _ROOT.finditer(code, at, end):
            yield root[1]
        for bare in _BARE.finditer(code, at, end):
            yield bare[1] or bare[2]
        for derives in DERIVES.finditer(code, at, end):
            for word in LAST_WORD.findall(derives[1]):
                yield from OF_DERIVE.get(word, ())


def quoted_parts(code: str) -> Iterator[tuple[int, int]]:
    """From where to where code is quoted."""
    end = 0
    for match in _QUOTED.finditer(code):
        at = match.end()
        if at <= end:
            continue  # within the one before
        end = _closing(code, at, match[1])
        yield at, end


def macro_rules_of(code: str) -> Iterator[tuple[str, str]]:
    """Every macro by rules: its name and the rules."""
    end = 0
    for match in _RULES.finditer(code):
        at = match.end()
        if at <= end:
            continue  # what another one writes
        end = _closing(code, at, match[2])
        yield match[1], code[at:end]


def _in_macros(code: str) -> Iterator[str]:
    """The words before ``::`` in the rules of a file's macros."""
    for _, rules in macro_rules_of(code):
        yield from _BEFORE_PATH.findall(rules)


def _closing(code: str, at: int, opening: str) -> int:
    """Where a bracket closes that is open before a place."""
    closing = {"(": ")", "[": "]", "{": "}"}[opening]
    depth = 1
    last = min(len(code), at + _MOST_QUOTED)
    while depth and at < last:
        depth += (code[at] == opening) - (code[at] == closing)
        at += 1
    return at


@once
def macro_words(target: Target) -> dict[str, frozenset[str]]:
    """Folder of a package → the words before ``::`` in what its macros expand to."""
    found = {}
    for package in cargo_packages(target):
        words: set[str] = set()
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if "quote" in text and _QUOTED.search(text):
                words.update(_BEFORE_PATH.findall(text) if _SPELLED.search(text) else _quoted(text))
            elif "macro_export" in text:
                words.update(_in_macros(code_of(text)))
        if words:
            found[package.folder] = frozenset(words)
    return found
