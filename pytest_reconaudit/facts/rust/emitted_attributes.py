"""Attributes, derives and macros of other crates that the repository's own macros expand to, each
macro for itself, and those that a crate gives out.

What such an attribute expands to begins with the name of its crate, whatever path it is written
by: ``#[toolkit::ctor]`` asks for ``ctor`` where it stands in the end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.facts.rust.derives import DERIVES, LAST_WORD
from pytest_reconaudit.facts.rust.own_crates import crates_beneath
from pytest_reconaudit.facts.rust.own_macros import macro_rules_of, quoted_parts
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.rust_text import code_of
from pytest_reconaudit.readers.rust_use import used_names
from pytest_reconaudit.target import Target, once

__all__ = ["EmittingMacro", "emitting_macros", "given_out", "is_applied"]

_THROUGH = r"(?:::\s*)?(?:[#$]?\w{1,80}\s*::\s*){1,8}"
_ATTRIBUTE = regex(
    rf"#!?\[\s*(?:cfg_attr\s*\([^\]]{{0,200}}?,\s*)?{_THROUGH}(\w{{1,80}})\s*[\](=,)]"
)
_CALL = regex(rf"(?<![\w:#$]){_THROUGH}(\w{{1,80}})!\s*[({{\[]")
_ENTRY = regex(
    r"#\[\s*proc_macro(?:_attribute|_derive\s*\(\s*(\w+)[^\]]{0,200})?\s*\]"
    r"(?:\s*#\[[^\]]{0,200}\])*\s*pub\s+fn\s+(\w+)"
)
_FUNCTION = regex(r"\bfn\s+(\w+)|[{};]")
_WORD = regex(r"\w+")
_GIVEN = regex(r"\bpub\s+use\s+([^;]{1,1000});")
_TAKEN = regex(r"\buse\s+([^;]{1,2000});")
_OWN = frozenset({"crate", "self", "super", "std", "core", "alloc"})
_BY_ITSELF = frozenset(
    {
        "async_trait", "async_recursion", "paste", "cfg_if", "bitflags", "lazy_static", "quote",
        "indoc", "maplit", "smallvec", "json", "anyhow", "matches",
    }
)  # fmt: skip
"""What expands to nothing that names its crate, or reaches it by ``$crate``."""


class EmittingMacro(Struct, frozen=True):
    """A macro of the repository that expands to what other crates' macros expand again."""

    package: CargoPackage
    name: str
    words: frozenset[str]
    """The last parts of the paths of these: ``ctor`` of ``#[toolkit::ctor(unsafe)]``."""
    call: re.Pattern[str]


@once
def emitting_macros(target: Target) -> tuple[EmittingMacro, ...]:
    found: list[EmittingMacro] = []
    for package in cargo_packages(target):
        of_macro = _procedural(target, package) if package.manifest.proc_macro else {}
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if "macro_rules!" not in text:
                continue
            for name, body in macro_rules_of(code_of(text)):
                of_macro.setdefault(name, set()).update(_emitted(body))
        found.extend(
            EmittingMacro(package, name, frozenset(words), _call_of(name))
            for name, words in sorted(of_macro.items())
            if words
        )
    return tuple(found)


def _call_of(name: str) -> re.Pattern[str]:
    word = re.escape(name)
    return re.compile(
        rf"\b{word}!|#!?\[\s*(?:cfg_attr\s*\([^\]]{{0,200}}?,\s*)?(?:\w+\s*::\s*){{0,8}}{word}\b"
        rf"|\bderive\s*\([^()]{{0,600}}\b{word}\b"
    )


def _emitted(code: str) -> set[str]:
    words = {match[1] for match in _ATTRIBUTE.finditer(code)}
    words.update(match[1] for match in _CALL.finditer(code))
    for match in DERIVES.finditer(code):
        words.update(word for word in LAST_WORD.findall(match[1]) if f":{word}" in match[1])
    return words - _BY_ITSELF


def _procedural(target: Target, package: CargoPackage) -> dict[str, set[str]]:
    """Procedural macro → what is quoted on its way, told by the names of functions; what is quoted
    on nobody's way may be meant by all."""
    texts = [
        target.text(path)
        for part in (package, *crates_beneath(target, package))
        for path in rust_files(target, part.folder)
    ]
    if not any("quote" in text and "::" in text for text in texts):
        return {}
    emits: dict[str, set[str]] = {}
    codes = [code_of(text) for text in texts]
    spans = [_functions(code) for code in codes]
    for code, functions in zip(codes, spans, strict=True):
        for first, last in quoted_parts(code):
            if words := _emitted(code[first:last]):
                above = bisect_right(functions, first, key=lambda one: one[1])
                name, _, end = functions[above - 1] if above else ("", 0, 0)
                emits.setdefault(name if first < end else "", set()).update(words)
    if not emits:
        return {}
    names = {name for functions in spans for name, _, _ in functions}
    calls: dict[str, set[str]] = {}
    for code, functions in zip(codes, spans, strict=True):
        for name, begin, end in functions:
            calls.setdefault(name, set()).update(
                names.intersection(_WORD.findall(code, begin, end))
            )
    entries = {match[1] or match[2]: match[2] for code in codes for match in _ENTRY.finditer(code)}
    found: dict[str, set[str]] = {}
    reached: set[str] = set()
    for macro, function in entries.items():
        way = {function}
        pending = [function]
        while pending:
            more = calls.get(pending.pop(), set()) - way
            way |= more
            pending.extend(more)
        reached |= way
        found[macro] = {word for name in way for word in emits.get(name, ())}
    stray = {word for name, words in emits.items() if name not in reached for word in words}
    for words in found.values():
        words |= stray
    return found


def _functions(code: str) -> list[tuple[str, int, int]]:
    """Name, beginning and end of the body of every function that stands in no other one."""
    found: list[tuple[str, int, int]] = []
    pending, name, begin, depth = "", "", 0, 0
    for match in _FUNCTION.finditer(code):
        if match[1]:
            pending = match[1]
        elif match[0] == ";":
            pending = ""
        elif match[0] == "{":
            if pending and not name:
                name, begin, depth = pending, match.start(), 0
            pending = ""
            depth += 1
        else:
            depth -= 1
            if name and depth == 0:
                found.append((name, begin, match.end()))
                name = ""
    return found


@once
def given_out(target: Target) -> dict[str, dict[str, frozenset[str]]]:
    """Crate → name that a package of the repository gives out from it → folders of such packages
    (``pub use ::ctor::ctor;``)."""
    found: dict[str, dict[str, set[str]]] = {}
    for package in cargo_packages(target):
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if "pub use" not in text:
                continue
            for match in _GIVEN.finditer(text):
                for names, alias in used_names(match[1]):
                    if len(names) > 1 and names[0] not in _OWN:
                        word = alias or names[-1]
                        folders = found.setdefault(names[0], {}).setdefault(word, set())
                        folders.add(package.folder)
    return {
        crate: {word: frozenset(folders) for word, folders in words.items()}
        for crate, words in found.items()
    }


def is_applied(code: str, word: str, givers: frozenset[str]) -> bool:
    """Whether code applies an attribute or derive that a crate of the repository gives out: by a
    path, or brought in from there.

    :param givers: how the code may call the crates that give it out.
    """
    if word in _BY_ITSELF or word not in code:
        return False
    applied = set(_applied_by_path(code, givers))
    if word in applied:
        return True
    bare = rf"#!?\[\s*{re.escape(word)}\b|\bderive\s*\([^()]{{0,600}}(?<![\w:]){re.escape(word)}\b"
    if not re.search(bare, code):
        return False
    return any(
        names[0] in givers and (alias or names[-1]) == word
        for match in _TAKEN.finditer(code)
        if word in match[1]
        for names, alias in used_names(match[1])
        if names
    )


def _applied_by_path(code: str, givers: frozenset[str]) -> Iterator[str]:
    for match in _ATTRIBUTE.finditer(code):
        if not givers.isdisjoint(_WORD.findall(match[0])):
            yield match[1]
    for match in DERIVES.finditer(code):
        for path in match[1].split(","):
            head, _, last = path.strip().rpartition("::")
            if head.lstrip(":").partition("::")[0].strip() in givers:
                yield last.strip()
