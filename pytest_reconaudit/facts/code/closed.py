"""Collections that stay short because their keys come from a closed set.

A list grouped by an enum, the entries of a constant or a written-out list has as many elements as
somebody typed, however much data there is.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["is_closed"]

_SOURCES = (".ts", ".tsx", ".mts", ".cts", ".prisma", ".graphql", ".gql", ".js", ".jsx", ".mjs")
_CLOSED = regex(
    r"\benum[ \t]+([A-Z]\w*)\s*\{|\btype[ \t]+([A-Z]\w*)[ \t]*=\s*(?:\|\s*)?"
    r"(?:['\"]|keyof[ \t]+typeof\b|\(?typeof[ \t]+\w+\)?[ \t]*\[)"
)
_LITERALS = regex(r"(?:\|?\s*(?:'[^'\n]{0,60}'|\"[^\"\n]{0,60}\"|-?\d{1,6})\s*){1,30}")
_KEYED = regex(
    r"(?:Promise<\s*)?(?:Readonly<\s*|Partial<\s*){0,3}(?:Readonly)?(?:Map|Record)<\s*"
    r"([^<>,{}()]{1,120}),"
)
_MADE = regex(r"new\s+Map<\s*([^<>,{}()]{1,120}),")
_ENTRIES = regex(
    r"(?:Object\.(?:entries|keys|values)\(|Array\.from\(|\[\s*\.\.\.)(.{1,80})[)\]]$", re.DOTALL
)
_METHOD = regex(r"([\w$.]{1,80})\.(?:entries|keys|values)\(\)$")
_CALLED = regex(r"(?:await\s+)?(?:this\.)?([A-Za-z_$][\w$]*)\(")
_NAME = regex(r"[A-Za-z_$][\w$]*")
_CONSTANT = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_DECLARED = regex(
    r"\b(?:const|let)[ \t]+([A-Za-z_$][\w$]*)[ \t]*"
    r"(?::[ \t]*((?:Readonly)?Array<\{[^{}]{0,600}\}>|\{[^{}]{0,600}\}\[\]"
    r"|[^=\n]{1,160}))?[ \t]*=(?![=>])\s*"
)
_ADDED = regex(
    r"(?<![\w$])([A-Za-z_$][\w$]*)(?:\.(?:push|unshift|splice)\(|\[[^\]\n]{1,80}\]\s*=(?![=>]))"
)
_LIST = 4_000
_FILLED = regex(r"(?:\[\s*[^\s\]]|\{\s*[^\s}])")
_ITEM = regex(
    r"\s*(?:'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|-?\d{1,12}|[A-Z]\w{0,60}(?:\.\w{1,60})?)\s*,?"
)


def is_closed(target: Target, path: str, line: int, over: str) -> bool:
    """Whether what a loop of a script goes over has a closed set of keys or elements."""
    over = over.strip()
    for _ in range(2):
        inner = _ENTRIES.match(over) or _METHOD.match(over)
        if inner is None:
            break
        over = inner[1].strip()
    if _NAME.fullmatch(over):
        return _is_named_closed(target, path, line, over)
    called = _CALLED.match(over)
    return called is not None and _answers_closed(target, path, called[1])


def _is_named_closed(target: Target, path: str, line: int, name: str) -> bool:
    file = _declared(target, path)
    known = [one for one in file.names.get(name, ()) if one.line <= line]
    if known and _is_declared_closed(target, file, name, known[-1]):
        return True
    ref = function_at(target, path, line)
    if ref is not None:
        function = outlined(target, ref)
        for local, kind in (*function.parameters, *function.locals):
            if local == name:
                return _is_value_closed(target, path, kind)
    for link in links(target).get(path, ()):
        if name in link.specifier.names and link.meant.kind == "file":
            other = _declared(target, link.meant.path)
            some = other.names.get(name, [])
            return bool(some) and _is_declared_closed(target, other, name, some[-1])
    return False


def _is_declared_closed(target: Target, file: _File, name: str, one: _Name) -> bool:
    keyed = _KEYED.match(one.type)
    if keyed is not None:
        return _is_type_closed(target, keyed[1])
    if name in file.added:
        return False
    text = target.text(file.path)
    if _CONSTANT.fullmatch(name) and _FILLED.match(text, one.value):
        return True
    return text.startswith("[", one.value) and (
        _is_written_out(text, one.value + 1) or _is_listed(text, one.value)
    )


def _is_value_closed(target: Target, path: str, kind: str) -> bool:
    """Whether a type, or ``=`` and the value of a name, is a map with a closed set of keys."""
    value = kind.removeprefix("=").strip()
    keyed = _KEYED.match(value) or _MADE.match(value)
    if keyed is not None:
        return _is_type_closed(target, keyed[1])
    called = _CALLED.match(value) if kind.startswith("=") else None
    return called is not None and _answers_closed(target, path, called[1])


class _Name(Struct, frozen=True):
    """A declaration."""

    line: int
    type: str
    """As written; empty without one."""
    value: int
    """Where its value begins in the text."""


class _File(Struct, frozen=True, eq=False):
    path: str
    names: dict[str, list[_Name]]
    added: frozenset[str]
    """Names of what elements are added to."""


@once
def _files(target: Target) -> dict[str, _File]:
    """Path → :func:`_declared`, which fills it."""
    return {}


def _declared(target: Target, path: str) -> _File:
    known = _files(target)
    if path not in known:
        text = target.text(path) if target.has(path) else ""
        names: dict[str, list[_Name]] = {}
        line, at = 1, 0
        for match in _DECLARED.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            names.setdefault(match[1], []).append(_Name(line, match[2] or "", match.end()))
        known[path] = _File(path, names, frozenset(_ADDED.findall(text)))
    return known[path]


def _is_written_out(text: str, at: int) -> bool:
    end = text.find("]", at, at + _LIST)
    items = 0
    while at < end:
        item = _ITEM.match(text, at, end)
        if item is None:
            break
        items, at = items + 1, item.end()
    return items > 0 and not text[at:end].strip()


_BRACKET = regex(r"[\[\](){}]|\.\.\.|'[^'\n]*'|\"[^\"\n]*\"")
_ENDS = regex(r"\s*(?:as\s+const\b|satisfies\b|[;,)]|\n|$)")


def _is_listed(text: str, at: int) -> bool:
    """Whether a list is written out whatever its elements are: ``[{ id: a }, { id: b }]``."""
    depth = 0
    for match in _BRACKET.finditer(text, at, at + _LIST):
        mark = match[0]
        if mark == "..." and depth == 1:
            return False
        if mark in "[({":
            depth += 1
        elif mark in "])}":
            depth -= 1
            if not depth:
                between = text[at + 1 : match.start()].strip()
                return bool(between) and _ENDS.match(text, match.end()) is not None
    return False


def _answers_closed(target: Target, path: str, name: str) -> bool:
    """Whether a function that a file has or imports answers with a map of a closed set of keys."""
    returns = _returns(target).get((path, name))
    if returns is None:
        for link in links(target).get(path, ()):
            if name in link.specifier.names and link.meant.kind == "file":
                returns = _returns(target).get((link.meant.path, name))
                break
    keyed = _KEYED.match(returns) if returns else None
    return keyed is not None and _is_type_closed(target, keyed[1])


@once
def _returns(target: Target) -> dict[tuple[str, str], str]:
    """(path, function) → the type of the map that it answers with."""
    return {
        (path, one.name): one.returns
        for path, file in scanned(target, outline).items()
        for one in file.functions
        if "Map<" in one.returns or "Record<" in one.returns
    }


def _is_type_closed(target: Target, name: str) -> bool:
    name = name.strip()
    if _LITERALS.fullmatch(name):
        return True
    return name.rpartition(".")[2] in _closed_types(target)


@once
def _closed_types(target: Target) -> frozenset[str]:
    """The names of enums and of unions of literals, wherever they are declared."""
    return frozenset(
        match[1] or match[2]
        for path in target.files
        if posixpath.splitext(path)[1] in _SOURCES
        for text in (target.text(path),)
        if "enum" in text or "type" in text
        for match in _CLOSED.finditer(text)
    )
