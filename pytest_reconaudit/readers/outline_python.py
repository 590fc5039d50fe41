"""What the outline of a Python file holds besides functions and calls: classes, module names."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scans.outline import More, OutlinedType, folded
from pytest_reconaudit.readers.syntax import query

__all__ = ["describe"]

_CLASSES = "(class_definition) @class"
_MAY_TELL = regex(r"=(?:await )?[A-Za-z_][\w.]*\(|^[A-Za-z_][\w.]*")
_TYPE = 120


class _Python(More):
    def is_closure(self, start: int, end: int) -> bool:
        return self.code.source.startswith(b"lambda", start)


def describe(code: Code) -> More:
    """The classes and module names of a file."""
    more = _Python(code)
    nodes = code.tree.captures(query("python", _CLASSES)).get("class", [])
    spans = [(node.start_byte, node.end_byte) for node in nodes]
    fields: list[list[tuple[str, str]]] = [[] for _ in nodes]
    variables = []
    for one in code.bindings:
        inside = code.scopes[one.scope].function >= 0
        name = one.name
        own = name.startswith("self.") and name.count(".") == 1
        if inside and not own:
            continue
        what = folded(one.type, _TYPE) if one.type else more.value(one.value)
        if own and what.startswith("=") and what[1:].isidentifier():
            # `self.users = users`: what the parameter is.
            what = _parameter(code, one.scope, what[1:]) or what
        if not _MAY_TELL.match(what):
            continue
        if own:
            name = name[5:]
        index = _around(spans, one.start)
        if index >= 0:
            fields[index].append((name, what))
        elif not inside and name.isidentifier():
            variables.append((name, what))
    types = []
    for node, own_fields in zip(nodes, fields, strict=True):
        name_node = node.child_by_field_name("name")
        bases = node.child_by_field_name("superclasses")
        if name_node is None:
            continue
        types.append(
            OutlinedType(
                name=code.text(name_node.start_byte, name_node.end_byte),
                kind="class",
                modules=(),
                line=code.line(name_node.start_byte),
                bases=tuple(
                    folded(code.text(base.start_byte, base.end_byte), _TYPE)
                    for base in (bases.named_children if bases is not None else ())
                    if base.type in ("identifier", "attribute", "subscript")
                ),
                fields=tuple(own_fields),
            )
        )
    more.types = tuple(types)
    more.variables = tuple(variables)
    return more


def _parameter(code: Code, scope: int, name: str) -> str:
    function = code.function_at(scope)
    if function is None:
        return ""
    return next((folded(p.type, _TYPE) for p in function.parameters if p.name == name), "")


def _around(spans: list[tuple[int, int]], at: int) -> int:
    """The innermost class around an offset."""
    found = -1
    for index, (start, end) in enumerate(spans):
        if start > at:
            break
        if at < end:
            found = index
    return found
