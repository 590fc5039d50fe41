"""Locust files: what their users request, and at which host.

A file is known by its import of ``locust``, wherever it lies. Addresses are put together from the
constants of the file; what cannot be told stays a hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.syntax import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["LocustRequest", "LocustScript", "locust_script"]


class LocustRequest(Struct, frozen=True, gc=False, array_like=True):
    """One HTTP request of a simulated user."""

    line: int
    column: int
    method: str
    url: str
    """Constants put in; ``${}`` for what cannot be told."""
    written: str
    """The argument as written, at most 120 characters."""
    accepts: tuple[int, ...] | None
    """The refusals that its block takes for a success besides 200, as far as they are numbers;
    ``None`` when Locust judges by itself."""


class LocustScript(Struct, frozen=True, array_like=True):
    """What a Locust file asks for."""

    hosts: tuple[str, ...]
    """The ``host`` of its users; else what its own words say that it is run with."""
    requests: tuple[LocustRequest, ...]


_IMPORT = regex(r"(?m)^[ \t]*(?:from|import)[ \t]+locust\b")
_CLIENT = regex(r"\w+(?:\.(?:user|parent))?\.client")
_METHODS = {
    name: name.upper() for name in ("get", "post", "put", "patch", "delete", "head", "options")
}
_GENERAL = ("request", "rest")
_HOST_FLAG = regex(r"(?:--host|-H)[ =]['\"]?(https?://[\w.:-]{1,120})")
_REFUSALS = regex(r"(?<![\w.])(200|201|202|204|401|403|404|405|422|429)(?![\w.])")
_RANGE = regex(r"status_code\s*(?:<|<=)\s*\d")
_MOST = 1_500
_DEPTH = 8
_PARTS = 200
"""Of one address: a text made of texts that are made of texts has any number of them."""
_CLIMB = 25
_BODY = 6_000
"""Characters of a block that are looked at for what it calls a success."""


def _is_locust(text: str, path: str) -> bool:
    return "locust" in text and _IMPORT.search(text) is not None


@scan("python", record=LocustScript, wants=_is_locust, tests=True)
def locust_script(code: Code) -> LocustScript | None:
    """What the users of a Locust file request; ``None`` where they request nothing."""
    requests = tuple(islice(_requests(code), _MOST))
    return LocustScript(tuple(_hosts(code)), requests) if requests else None


def _hosts(code: Code) -> Iterator[str]:
    seen: list[str] = []
    for binding in code.bindings_named("host"):
        node = code.node(*binding.value)
        value = _value(code, node, binding.scope) if node is not None else ""
        if value.startswith("http") and value not in seen:
            seen.append(value)
    if not seen:
        # Its opening words tell how it is started.
        seen = list(dict.fromkeys(_HOST_FLAG.findall(code.tree.source.decode("utf-8", "replace"))))
    yield from seen


def _requests(code: Code) -> Iterator[LocustRequest]:
    for call in code.calls_named((*_METHODS, *_GENERAL)):
        if not _CLIENT.fullmatch(code.text(call.receiver)):
            continue
        node = code.node(call.start, call.end)
        if node is None:
            continue
        positional, named = _given(code, node)
        method = _METHODS.get(call.name, "")
        if not method:
            verb = positional.pop(0) if positional else named.get("method")
            method = _value(code, verb, call.scope).upper() if verb is not None else ""
        url = positional[0] if positional else named.get("url") or named.get("path")
        if url is None or not method.isalpha():
            continue
        place = code.place(url.start_byte)
        written = code.text(url.start_byte, url.end_byte)[:120]
        yield LocustRequest(
            place.line or 1,
            place.column or 1,
            method,
            _value(code, url, call.scope),
            written,
            _accepted(code, node, call, named),
        )


def _given(code: Code, call: Node) -> tuple[list[Node], dict[str, Node]]:
    arguments = call.child_by_field_name("arguments")
    positional: list[Node] = []
    named: dict[str, Node] = {}
    for one in arguments.named_children if arguments is not None else ():
        if one.type == "keyword_argument":
            name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if name is not None and value is not None:
                named[code.text(name.start_byte, name.end_byte)] = value
        elif one.type != "comment":
            positional.append(one)
    return positional, named


def _value(
    code: Code, node: Node | None, scope: int, depth: int = 0, seen: list[int] | None = None
) -> str:
    """A text expression; unknown parts are holes.

    :param seen: the nodes that were looked at for the whole of it.
    """
    seen = [] if seen is None else seen
    if node is None or depth > _DEPTH or len(seen) > _PARTS:
        return "${}"
    seen.append(node.id)
    kind = node.type
    if kind == "string":
        holes = [one for one in node.named_children if one.type == "interpolation"]
        if not holes:
            return string_value(code.tree, node)
        parts = []
        for child in node.named_children:
            if child.type == "interpolation":
                inner = child.child_by_field_name("expression")
                parts.append(_value(code, inner, scope, depth + 1, seen))
            elif child.type == "string_content":
                parts.append(code.text(child.start_byte, child.end_byte))
        return "".join(parts)
    if kind == "concatenated_string":
        return "".join(_value(code, one, scope, depth + 1, seen) for one in node.named_children)
    if kind == "parenthesized_expression" and node.named_child_count == 1:
        return _value(code, node.named_children[0], scope, depth + 1, seen)
    if kind == "binary_operator":
        sign = node.child_by_field_name("operator")
        if sign is not None and code.text(sign.start_byte, sign.end_byte) == "+":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            return "".join(_value(code, one, scope, depth + 1, seen) for one in (left, right))
        return "${}"
    if kind == "identifier":
        return _of_name(code, node, scope, depth, seen)
    return "${}"


def _of_name(code: Code, node: Node, scope: int, depth: int, seen: list[int]) -> str:
    """The value of a name that is given one value in the whole file."""
    known = code.bindings_named(code.text(node.start_byte, node.end_byte))
    if len(known) != 1 or known[0].value == (0, 0):
        return "${}"
    inner = code.node(*known[0].value)
    if inner is None or inner.start_byte <= node.start_byte < inner.end_byte:
        return "${}"
    if inner.type not in ("string", "concatenated_string", "binary_operator"):
        return "${}"
    return _value(code, inner, scope, depth + 1, seen)


def _accepted(code: Code, node: Node, call: Call, named: dict[str, Node]) -> tuple[int, ...] | None:
    """What a block ``with … catch_response=True`` says is a success by ``success()``."""
    if "catch_response" not in named:
        return None
    around = node.parent
    steps = 0
    while around is not None and around.type not in ("with_statement", "function_definition"):
        around, steps = around.parent, steps + 1
        if steps > _CLIMB:
            return None
    if around is None:
        return None
    body = code.text(around.start_byte, min(around.end_byte, around.start_byte + _BODY))
    if ".success(" not in body:
        # Nothing is forgiven: what it does not call a failure Locust judges by itself.
        return None
    found: set[int] = set()
    lines = body.split("\n")
    for at, line in enumerate(lines):
        if ".success(" not in line:
            continue
        # The condition that it stands below.
        for above in reversed(lines[max(at - 8, 0) : at + 1]):
            if above.lstrip().startswith(("if ", "elif ", "else")):
                if above.lstrip().startswith("else") or _RANGE.search(above):
                    found.update((200, 404))  # whatever is left
                found.update(int(one) for one in _REFUSALS.findall(above))
                break
        else:
            found.update((200, 404))
    return tuple(sorted(found)) or None
