"""What the outline of a Rust file holds besides functions and calls: types, statics, ``if let``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scans.outline import More, OutlinedType, folded

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["describe"]

_MOD = regex(rb"\bmod\s+\w+\s*\{")
_MOD_WORD = regex(rb"\bmod\b")
_MOD_ITEM = frozenset({"mod_item"})
_TYPE_ITEM = regex(rb"\b(?:struct|enum|trait|type|union)\s+[A-Z]\w*")
_FIELD = regex(
    r"^[ \t]*(?:pub(?:\([^)\n]{1,40}\))?[ \t]+)?(?:r#)?([a-z_]\w*)[ \t]*:[ \t]*([^\n]{1,200}?),?[ \t]*(?://[^\n]*)?$",
    8,
)
_KINDS = {
    "struct_item": "struct",
    "enum_item": "enum",
    "trait_item": "trait",
    "type_item": "alias",
    "union_item": "struct",
}
_PLAIN = frozenset(
    {
        "String", "Option<String>", "Vec<String>", "Uuid", "DateTime<Utc>", "Option<DateTime<Utc>>",
        "Value", "serde_json::Value", "NaiveDateTime", "Option<i32>", "Option<bool>", "Option<i64>",
        "Duration", "Option<Uuid>", "HashMap<String, String>", "Vec<u8>", "Instant",
    }
)  # fmt: skip
_STATIC_REF = regex(r"\bstatic\s+ref\s+([A-Z]\w*)\s*:\s*([^=;]{1,200}?)\s*=")
_TAKEN_OUT = regex(
    rb"\blet\s+(?:Some|Ok)\s*\(\s*(?:ref\s+|mut\s+)*([a-z_]\w*)\s*\)\s*=\s*([^{;]{1,200}?)\s*(?:\{|else\b|&&)"
)
_TYPE = 120


class _Rust(More):
    def is_closure(self, start: int, end: int) -> bool:
        head = self.code.source[start : start + 12].lstrip()
        return head.startswith((b"|", b"move |", b"move|", b"async |", b"async move |"))


def describe(code: Code) -> More:
    """The types, statics and bindings of a file."""
    more = _Rust(code)
    source = code.source
    mods = []
    if b"mod " in source and _MOD.search(source):
        # Cheaper than a query, which goes through the whole tree.
        nodes = sorted(code.tree.around(_MOD_WORD, _MOD_ITEM), key=_start)
        mods = [
            (node.start_byte, node.end_byte, _name(code, node))
            for node in nodes
            if node.child_by_field_name("body") is not None
        ]
    more.types = tuple(_types(code, mods))
    statics = [
        (one.name, folded(one.type, _TYPE))
        for one in code.bindings
        if code.scopes[one.scope].function < 0 and one.type and one.name[:1].isupper()
    ]
    if b"static ref" in source:
        text = source.decode("utf-8", "replace")
        statics += [(name, folded(kind, _TYPE)) for name, kind in _STATIC_REF.findall(text)]
    more.variables = tuple(
        (name, kind) for name, kind in statics if _may_be_ours(kind.removeprefix("&'static "))
    )
    if b"let Some" in source or b"let Ok" in source:
        for match in _TAKEN_OUT.finditer(source):
            what = folded(match[2], 160)
            more.extra.append((match[1].decode(), f"=?{what}", match.start()))
    if mods:
        more.imports = tuple(
            (one.name, _from_file(one.path, _mods_at(mods, one.start))) for one in code.imports
        )
    return more


def _types(code: Code, mods: list[tuple[int, int, str]]) -> Iterator[OutlinedType]:
    nodes = sorted(code.tree.around(_TYPE_ITEM, frozenset(_KINDS)), key=_start)
    for node in nodes:
        bases: tuple[str, ...] = ()
        fields: list[tuple[str, str]] = []
        if node.type == "type_item":
            alias = node.child_by_field_name("type")
            if alias is not None:
                bases = (folded(code.source[alias.start_byte : alias.end_byte], _TYPE),)
        elif node.type == "struct_item":
            text = code.text(node.start_byte, node.end_byte)
            fields = [
                (name, folded(kind, _TYPE))
                for name, kind in _FIELD.findall(text)
                if _may_be_ours(kind)
            ]
        at = node.start_byte
        yield OutlinedType(
            _name(code, node),
            _KINDS[node.type],
            _mods_at(mods, at),
            code.line(at),
            bases,
            tuple(fields),
        )


def _start(node: Node) -> int:
    return node.start_byte


def _may_be_ours(text: str) -> bool:
    return text not in _PLAIN and not text.islower()


def _name(code: Code, node: Node) -> str:
    name = node.child_by_field_name("name")
    return code.text(name.start_byte, name.end_byte) if name is not None else ""


def _mods_at(mods: list[tuple[int, int, str]], at: int) -> tuple[str, ...]:
    """The inline modules around an offset, outer first."""
    return tuple(name for start, end, name in mods if start <= at < end) if mods else ()


def _from_file(path: tuple[str, ...], mods: tuple[str, ...]) -> tuple[str, ...]:
    """A path that an inline module imports as its file's module would write it."""
    if not mods or not path or path[0] not in ("super", "self"):
        return path
    around, rest = list(mods), list(path)
    while rest and rest[0] in ("super", "self"):
        if rest.pop(0) == "super":
            if not around:
                return ("super", *rest)
            around.pop()
    return ("self", *around, *rest)
