"""Which imports of a TypeScript file are gone once its types are stripped.

esbuild, SWC and Babel's TypeScript preset drop an import of which no name is used as a value,
whether or not it says ``type``; only a configuration that keeps imports as written changes that.
"""

from __future__ import annotations

import posixpath
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.imports import Specifier
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax
from pytest_reconaudit.target import Target, once

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["is_erased", "is_silenced", "is_unchecked"]

_TYPED = (".ts", ".tsx", ".mts", ".cts")
_CONFIG = regex(r"(?:^|/)(?:tsconfig[\w.-]*\.json|babel\.config\.\w+|\.babelrc(?:\.\w+)?)$")
_KEEPS = regex(
    r"\b(?:verbatimModuleSyntax|preserveValueImports|onlyRemoveTypeImports)['\"]?\s*:\s*true\b"
    r"|\bimportsNotUsedAsValues['\"]?\s*:\s*['\"](?:preserve|error)\b"
)
_IMPORTS = frozenset({"import_statement"})
_BINDINGS = frozenset({"import_clause", "namespace_import", "import_specifier"})
_USES = frozenset({"identifier", "shorthand_property_identifier"})
_TYPE_USES = frozenset({"type_query", "nested_type_identifier"})
_DECORATORS = frozenset({"decorator"})
_SILENCED = regex(r"(?://|/\*)\s*@ts-(?:ignore|expect-error)\b")
_MOST_COMMENTS = 20
"""Lines of comments between one for tsc and the line of which it speaks."""
_UNCHECKED = regex(r"\s{0,9}(?:///?|/\*)\s{0,9}@ts-nocheck\b")
_SCRIPT = regex(r"<script\b[^>\n]{0,200}>")
_MOST_HEAD = 200
"""Lines of a license and the like before the first statement."""


def is_erased(target: Target, path: str, one: Specifier) -> bool:
    """Whether an import of a file is dropped when its types are stripped: it is marked as one of
    types, or none of the names that it binds is used as a value.

    Where decorators write the types of parameters into the program, the answer is no.
    """
    if one.type_only:
        return True
    if one.kind != "import" or not one.names or not path.endswith(_TYPED):
        return False
    if any(path.startswith(folder) for folder in _kept_below(target)):
        return False
    names = target.parse(_read_names, path)
    bound = names.bound.get(one.line, frozenset())
    return bool(bound) and names.used.isdisjoint(bound)


class _Names(Struct, frozen=True):
    """The names of one file; without any where types may be values."""

    bound: dict[int, frozenset[str]]
    """Line of an import's source → what the import makes."""
    used: frozenset[str]
    """What is used as a value."""


def _read_names(text: str, path: str) -> _Names:
    tree = read_syntax(text, path)
    if tree.root.has_error or next(tree.walk(_DECORATORS), None) is not None:
        return _Names({}, frozenset())
    bound: dict[int, frozenset[str]] = {}
    for statement in tree.walk(_IMPORTS):
        source = statement.child_by_field_name("source")
        if source is not None:
            made = frozenset(tree.text(node) for node in _names(tree, statement))
            bound.setdefault(source.start_point.row + 1, made)
    wanted = frozenset[str]().union(*bound.values())
    used = {
        name
        for node in tree.walk(_USES)
        if (name := tree.text(node)) in wanted
        and node.parent is not None
        and node.parent.type not in _BINDINGS
        and node.parent.type not in _TYPE_USES
    }
    return _Names(bound, frozenset(used))


def is_silenced(target: Target, path: str, line: int) -> bool:
    """Whether a comment tells tsc not to speak of a line: it stands above, nothing but empty lines
    and other comments between."""
    for above in range(line - 1, max(0, line - 1 - _MOST_COMMENTS), -1):
        text = target.line(path, above)
        if _SILENCED.search(text) is not None:
            return True
        if text.strip() and not text.lstrip().startswith("//"):
            return False
    return False


def is_unchecked(target: Target, path: str) -> bool:
    """Whether a comment before the first statement tells tsc not to speak of the file at all."""
    text = target.text(path)
    if "@ts-nocheck" not in text:
        return False
    if path.endswith((".vue", ".svelte")):
        script = _SCRIPT.search(text)
        text = text[script.end() :] if script is not None else ""
    inside = False
    for line in islice(text.splitlines(), _MOST_HEAD):
        if _UNCHECKED.match(line) is not None:
            return True
        bare = line.strip()
        inside = (inside or bare.startswith("/*")) and "*/" not in bare
        is_comment = inside or bare.startswith(("//", "/*", "#!")) or not bare
        if not is_comment and not bare.endswith("*/"):
            return False
    return False


def _names(tree: SyntaxTree, statement: Node) -> list[Node]:
    found = []
    for node in tree.walk(_BINDINGS, statement):
        name = node.child_by_field_name("alias") or node.child_by_field_name("name")
        if name is not None:
            found.append(name)
        else:
            found += [inner for inner in node.named_children if inner.type == "identifier"]
    return found


@once
def _kept_below(target: Target) -> tuple[str, ...]:
    """The folders, with a slash behind, for which a configuration keeps imports as written."""
    found = (
        posixpath.dirname(path)
        for path in target.files
        if _CONFIG.search(path) and _KEEPS.search(target.text(path)) is not None
    )
    return tuple(dict.fromkeys(f"{folder}/" if folder else "" for folder in found))
