"""Which variants of the repository's own enums are ever made, and where.

That a function runs does not say that each arm of a ``match`` in it does: an arm needs a value of
its variant, and somebody has to make one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_reconaudit.facts.code.functions import Reached, callees, function_at, reached
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import source_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.rust_text import before_tests
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax
from pytest_reconaudit.target import Target, once

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "BY_REQUESTS",
    "ELSEWHERE",
    "NEVER",
    "UNKNOWN",
    "how_made",
    "how_matched",
    "is_surely_called",
]

BY_REQUESTS, UNKNOWN, ELSEWHERE, NEVER = "by requests", "unknown", "elsewhere", "never"
"""A function that requests reach makes it; what makes it is not seen (another crate's enum); only
other code makes it, or a derive that reads values; nothing does."""
_ORDER = (NEVER, ELSEWHERE, UNKNOWN, BY_REQUESTS)
_READS = regex(
    r"\b(?:Deserialize\w*|ValueEnum|Subcommand|EnumString|EnumIter|FromRepr|FromPrimitive|FromStr"
    r"|Enumeration|Oneof|Type|DbEnum|DeriveActiveEnum|Decode|BorshDeserialize|Archive|Enum"
    r"|AsExpression|FromSql\w*|TryFrom\w*|FromPyObject|FromBytes|IntEnum|From)\b"
)
"""Derives that make a value out of what comes from outside."""
_PATH = regex(r"\b([A-Z]\w*)::([A-Z]\w*)")
_NOT_MADE = frozenset(
    {"match_pattern", "tuple_struct_pattern", "struct_pattern", "or_pattern", "captured_pattern",
     "tuple_pattern", "ref_pattern", "slice_pattern", "reference_pattern", "use_declaration",
     "parameter", "attribute_item"}
)  # fmt: skip
_ENDS = frozenset({"block", "arguments", "function_item", "source_file", "match_arm"})
_COMPARES = frozenset({"==", "!="})
_ASKING = regex(r"(?:\w+::)*(?:debug_)?(?:assert_)?(?:matches|assert_eq|assert_ne)\s*!")
_SCOPED = frozenset({"scoped_identifier", "scoped_type_identifier"})
_MOST_FILES = 60
_HEAD = 1_200
"""Characters above an ``enum`` that its attributes stand in."""


def how_matched(target: Target, pattern: str, owner: str) -> str:
    """How the values of a pattern come to be, as far as the variants in it tell: of alternatives
    the one that is made nearest to requests.

    :param owner: the type whose ``impl`` block the pattern stands in: ``Self``.
    """
    found = NEVER
    for part in pattern.split("|"):
        named = [
            (owner if kind == "Self" else kind, variant) for kind, variant in _PATH.findall(part)
        ]
        made = [how_made(target, kind, variant) for kind, variant in named]
        whole = min(made, key=_ORDER.index, default=UNKNOWN)
        found = max(found, whole, key=_ORDER.index)
    return found


def how_made(target: Target, kind: str, variant: str) -> str:
    """How a variant of an enum comes to be: by what requests reach, elsewhere, never, unknown."""
    known = _known(target)
    if (kind, variant) not in known:
        known[kind, variant] = _how_made(target, kind, variant)
    return known[kind, variant]


@once
def _known(target: Target) -> dict[tuple[str, str], str]:
    """By enum and variant; filled as they are asked for."""
    return {}


def _how_made(target: Target, kind: str, variant: str) -> str:
    if not kind:
        return UNKNOWN
    declared = re.compile(rf"\benum\s+{re.escape(kind)}\b")
    taken_in = re.compile(rf"\b{re.escape(kind)}::(?:\*|\{{)")
    renamed = re.compile(rf"\b{re.escape(kind)}\s+as\s+(\w+)")
    ours = read = False
    paths: list[tuple[str, frozenset[str]]] = []
    for path, language in source_files(target):
        text = target.text(path) if language == "rust" else ""
        if kind not in text or is_test_path(path):
            continue
        text = before_tests(text)
        for match in declared.finditer(text):
            ours = True
            head = text[max(match.start() - _HEAD, 0) : match.start()]
            read = read or _READS.search(_attributes(head)) is not None
        if taken_in.search(text):
            return UNKNOWN
        names = frozenset({kind, *renamed.findall(text)} if variant in text else ())
        if names and _named(names, variant).search(text):
            paths.append((path, names))
    if not ours or len(paths) > _MOST_FILES:
        return UNKNOWN
    found = ELSEWHERE if read else NEVER
    for path, names in paths:
        for line in _makes(target, path, kind, names, variant):
            ref = function_at(target, path, line)
            why = reached(target).get(ref) if ref is not None else None
            if why is not None and is_surely_called(target, why):
                return BY_REQUESTS
            found = ELSEWHERE
    return found


def _named(names: frozenset[str], variant: str) -> re.Pattern[str]:
    known = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"\b(?:{known}|Self)\s*::\s*{re.escape(variant)}\b")


def _attributes(head: str) -> str:
    """The attributes right above a declaration."""
    found: list[str] = []
    for line in reversed(head.split("\n")):
        if "}" in line or line.rstrip().endswith(";"):
            break
        if not line.lstrip().startswith("//"):
            found.append(line)
    return " ".join(found)


def _makes(target: Target, path: str, kind: str, names: frozenset[str], variant: str) -> list[int]:
    """The lines of a file on which a variant is named and not only asked for.

    :param names: what the file calls the enum.
    """
    text = before_tests(target.text(path))
    last = text.count("\n") + 1
    tree = target.parse(read_syntax, path)
    found = []
    for node in tree.walk(_SCOPED):
        line = node.start_point.row + 1
        parts = tree.text(node).replace(" ", "").split("::")
        if line > last or parts[-1] != variant or len(parts) < 2:
            continue
        own = parts[-2] == "Self" and _owner(tree, node) == kind
        if (parts[-2] in names or own) and not _is_asked(tree, node):
            found.append(line)
    # What macros are given is no tree of its own.
    word = _named(names, variant)
    for node in tree.walk(frozenset({"macro_invocation", "macro_definition"})):
        line = node.start_point.row + 1
        written = tree.text(node)
        named = line <= last and variant in written and word.search(written)
        if named and not _ASKING.match(written):
            found.append(line)
    return found


def _owner(tree: SyntaxTree, node: Node) -> str:
    """The type of the ``impl`` block around a node, without generics."""
    above = node.parent
    while above is not None:
        if above.type == "impl_item":
            kind = above.child_by_field_name("type")
            return tree.text(kind).partition("<")[0].rpartition("::")[2] if kind else ""
        if above.type == "enum_item":
            return ""
        above = above.parent
    return ""


def _is_asked(tree: SyntaxTree, node: Node) -> bool:
    """Whether a name stands in a pattern or a comparison, where it makes nothing."""
    child, above = node, node.parent
    while above is not None and above.type not in _ENDS:
        if above.type in _NOT_MADE:
            return True
        if above.type in ("let_condition", "let_declaration"):
            pattern = above.child_by_field_name("pattern")
            return pattern is not None and pattern.id == child.id
        if above.type == "binary_expression":
            sign = above.child_by_field_name("operator")
            if sign is not None and tree.text(sign) in _COMPARES:
                return True
        child, above = above, above.parent
    return above is not None and above.type == "match_arm" and (
        (pattern := above.child_by_field_name("pattern")) is not None and pattern.id == child.id
    )  # fmt: skip


def is_surely_called(target: Target, why: Reached) -> bool:
    """Whether each call on the way means one function, and not any implementation of a trait: the
    one that is not written may be one that is never asked."""
    return all(
        any(refs == (called,) for _, refs in callees(target, caller))
        for caller, called in pairwise(why.chain)
    )
