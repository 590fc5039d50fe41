"""What the outline of a Rust file holds besides functions and calls: types, statics, ``if let``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code, Function
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
_IMPL = regex(rb"^[ \t]*(?:unsafe[ \t]+)?impl\b", 8)
_PARAMETERS = regex(r"\s*<")
_A_CHOSEN = regex(
    r"[&\s]*(?:'\w+\s+)?(?:mut\s+)?(?:(?:\w+::)*(?:Arc|Rc|Box|Data|State|Extension)<)?"
    r"\s*([A-Z]\w*)\s*>?"
)
"""A type that may be a parameter: ``&R``, ``Arc<R>``."""
_ANYTHING = frozenset(
    {
        "Send",
        "Sync",
        "Clone",
        "Sized",
        "?Sized",
        "Debug",
        "Default",
        "Copy",
        "Unpin",
        "Display",
        "UnwindSafe",
    }
)
"""What a type has to be that says nothing of its methods."""
_LONGEST_HEAD = 4_000
_NAMED = regex(r"\b([A-Z]\w*)\s*<")
_MOST_NAMED = 8


class _Rust(More):
    @cached_property
    def _impls(self) -> tuple[list[int], list[dict[str, str]]]:
        """Where the implementations of a file begin; what their type parameters have to be."""
        source = self.code.source
        if b"impl<" not in source and b"impl <" not in source:
            return [], []
        starts, bounds = [], []
        for match in _IMPL.finditer(source):
            head = _head(self.code, match.end())
            starts.append(match.start())
            bounds.append(_bounds(head) if _PARAMETERS.match(head) else {})
        return starts, bounds

    def kind_of(self, function: Function, kind: str) -> str:
        chosen = _A_CHOSEN.fullmatch(kind)
        bounds = self._chosen(function) if chosen is not None else {}
        return _with_bound(kind, chosen[1], bounds.get(chosen[1], "")) if chosen else kind

    def _chosen(self, function: Function) -> dict[str, str]:
        """What the type parameters have to be that a function, or its implementation, has."""
        known = self._by_index.get(function.index)
        if known is None:
            known = {}
            starts, bounds = self._impls
            index = bisect_right(starts, function.start) - 1 if function.owner else -1
            if index >= 0:
                known.update(bounds[index])
            at = function.name_at + len(function.name.encode())
            if self.code.source.startswith(b"<", at):
                known.update(_bounds(_head(self.code, at)))
            self._by_index[function.index] = known
        return known

    @cached_property
    def _by_index(self) -> dict[int, dict[str, str]]:
        return {}

    @cached_property
    def _given(self) -> dict[str, list[tuple[list[str], dict[str, str]]]]:
        """Type → what its implementations give it for its parameters, and their bounds."""
        found: dict[str, list[tuple[list[str], dict[str, str]]]] = {}
        for start, known in zip(*self._impls, strict=True):
            head = _head(self.code, start) if known else ""
            for match in islice(_NAMED.finditer(head), _MOST_NAMED):
                alike = found.setdefault(match[1], [])
                if len(alike) < _MOST_NAMED:
                    alike.append((_parts(head, match.end()), known))
        return found

    def given_to(self, name: str) -> list[tuple[list[str], dict[str, str]]]:
        """What the implementations of a type give it for its parameters, and their bounds."""
        return self._given.get(name, [])

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
    more.types = tuple(_types(code, mods, more))
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


def _head(code: Code, start: int) -> str:
    """The head of a function or an implementation from a place on."""
    text = code.text(start, min(start + _LONGEST_HEAD, len(code.source)))
    return re.split(r"[{;]", text, maxsplit=1)[0]


def _parts(text: str, at: int) -> list[str]:
    """What is written between angle brackets, by its commas, from behind the first one."""
    depth, first, found = 1, at, []
    for index in range(at, len(text)):
        mark = text[index]
        if mark in "<([":
            depth += 1
        elif mark in ")]" or (mark == ">" and text[index - 1] not in "-="):
            depth -= 1
        if not depth or (mark == "," and depth == 1):
            found.append(text[first:index].strip())
            first = index + 1
            if not depth:
                break
    return [one for one in found if one]


def _bounds(head: str) -> dict[str, str]:
    """Type parameter → the one trait that says what it has; those of several are left out."""
    said: list[str] = []
    if _PARAMETERS.match(head):
        said += _parts(head, head.index("<") + 1)
    where = re.search(r"\bwhere\b", head)
    if where is not None:
        said += _parts(f"{head[where.end() :]}>", 0)
    found: dict[str, list[str]] = {}
    for one in said:
        name, colon, bounds = one.partition(":")
        if not colon or bounds.startswith(":"):
            continue
        for bound in _sum(bounds):
            found.setdefault(name.strip(), []).append(bound)
    return {name: bounds[0] for name, bounds in found.items() if len(bounds) == 1}


def _sum(bounds: str) -> Iterator[str]:
    for one in re.split(r"\s*\+\s*", bounds.partition("=")[0].strip()):
        last = one.partition("<")[0].rpartition("::")[2]
        if one and one[0] != "'" and last not in _ANYTHING:
            yield one


def _with_bound(kind: str, name: str, bound: str) -> str:
    if not bound or bound.startswith(("Fn", "for<", "Into", "AsRef", "Iterator")):
        return kind
    return re.sub(rf"\b{re.escape(name)}\b", f"impl {bound}", kind, count=1)


def _with_bounds(
    code: Code, more: _Rust, node: Node, fields: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """The fields of a struct; what a caller chooses as what it has to be, which implementations
    may say instead of itself."""
    name = node.child_by_field_name("name")
    chosen = [_A_CHOSEN.fullmatch(kind) for _, kind in fields]
    if name is None or node.child_by_field_name("type_parameters") is None or not any(chosen):
        yield from fields
        return
    head = _head(code, name.end_byte)
    bounds = _bounds(head)
    own = [one.partition(":")[0].strip() for one in _parts(head, head.find("<") + 1)]
    for given, known in more.given_to(_name(code, node)):
        for parameter, word in zip(own, given, strict=False):
            if word in known:
                bounds.setdefault(parameter, known[word])
    for (field, kind), match in zip(fields, chosen, strict=True):
        yield field, _with_bound(kind, match[1], bounds.get(match[1], "")) if match else kind


def _fields(code: Code, struct: Node) -> list[tuple[str, str]]:
    """(name, type) of the fields of a struct. A field a line, as rustfmt writes it, needs no node;
    a struct on one line and a type over several do."""
    text = code.text(struct.start_byte, struct.end_byte)
    found: list[tuple[str, str]] = _FIELD.findall(text)
    if "\n" in text and not any(kind.endswith(("<", "(")) for _, kind in found):
        return found
    body = struct.child_by_field_name("body")
    if body is None or body.type != "field_declaration_list":
        return found
    found = []
    for one in body.named_children:
        name, kind = one.child_by_field_name("name"), one.child_by_field_name("type")
        if one.type == "field_declaration" and name is not None and kind is not None:
            found.append(
                (
                    code.text(name.start_byte, name.end_byte),
                    code.text(kind.start_byte, kind.end_byte),
                )
            )
    return found


def _types(code: Code, mods: list[tuple[int, int, str]], more: _Rust) -> Iterator[OutlinedType]:
    nodes = sorted(code.tree.around(_TYPE_ITEM, frozenset(_KINDS)), key=_start)
    for node in nodes:
        bases: tuple[str, ...] = ()
        fields: list[tuple[str, str]] = []
        if node.type == "type_item":
            alias = node.child_by_field_name("type")
            if alias is not None:
                bases = (folded(code.source[alias.start_byte : alias.end_byte], _TYPE),)
        elif node.type == "struct_item":
            fields = [
                (name, folded(kind, _TYPE))
                for name, kind in _fields(code, node)
                if _may_be_ours(kind)
            ]
            fields = list(_with_bounds(code, more, node, fields))
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
