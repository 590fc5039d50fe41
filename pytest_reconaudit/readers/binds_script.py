"""JavaScript and TypeScript: ``listen`` of Node's servers and everything on top of them, ``serve``
of Bun, Deno and Hono, WebSocket servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.binds import (
    Definition,
    Follower,
    ServerBind,
    SourceBinds,
    Text,
    Variable,
    arguments,
    joined,
    number,
    with_default,
)
from pytest_reconaudit.readers.syntax import SyntaxTree, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["may_listen", "script_binds", "script_definitions"]

_MAY = (
    ".listen(", "serve({", "Bun.serve(", "Deno.serve(", "WebSocketServer(", "WebSocket.Server(",
    "startStandaloneServer(",
)  # fmt: skip
"""Plain texts: looking for these takes a tenth of a regular expression's time."""
_CALLS = regex(
    rb"\.listen\s*\(|\b(?:Bun|Deno)\.serve\s*\(|\bserve\s*\(\s*\{|WebSocketServer\s*\("
    rb"|\bWebSocket\.Server\s*\(|startStandaloneServer\s*\("
)
_CALL = frozenset({"call_expression", "new_expression"})
_CONVERT = frozenset({"Number", "parseInt", "String", "normalizePort", "toNumber", "int"})
_FUNCTIONS = ("arrow_function", "function_expression", "function")
_CAPITALS = regex(r"[A-Z][A-Z0-9_]*")
_ENV_HOLDER = regex(r"(?:^|\.)(?:process\.env|env|Env|ENV|Deno\.env|Bun\.env|envs|environment)$")
_TESTS = regex(r"\b(?:describe|it|test|beforeAll|beforeEach|before)\s*\(")


def may_listen(text: str) -> bool:
    """Whether a file may start a server; decides without parsing."""
    return any(word in text for word in _MAY)


def script_binds(tree: SyntaxTree) -> SourceBinds:
    """Every server start of a file."""
    return SourceBinds(tree.path, tuple(_Script(tree).binds()))


def script_definitions(tree: SyntaxTree, name: str) -> tuple[Definition, ...]:
    """What a file gives to properties and variables of one name."""
    return tuple(_Script(tree).definitions(name))


class _Script(Follower):
    def binds(self) -> Iterator[ServerBind]:
        for node in self.tree.around(_CALLS, _CALL):
            called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            given = arguments(node.child_by_field_name("arguments"))
            if called is None or not given:
                continue
            name = re.sub(r"\s+", "", self.text(called))
            found = self._bind(name, given)
            if found is not None:
                argument, host, port = found
                yield ServerBind(
                    place=self.tree.place(argument),
                    written=self.written(node)
                    if len(self.text(node)) < 120
                    else self.written(argument),
                    host=host,
                    port=port,
                    via=name.rpartition(".")[2],
                )

    def _bind(self, name: str, given: list[Node]) -> tuple[Node, Text | None, Text | None] | None:
        first = given[0]
        if name.endswith(".listen"):
            return self._listen(name, given)
        if name == "startStandaloneServer":
            options = self._property(given[1], "listen") if len(given) > 1 else None
            if options is None or options.type != "object":
                return first, (), ("4000",)
            first = options
        if first.type != "object":
            return (first, None, None) if "WebSocket" not in name else None
        port = self._property(first, "port")
        if port is None:
            if "WebSocket" in name or self._spread(first):
                return None if "WebSocket" in name else (first, None, None)
            default = {"Bun.serve": "3000", "Deno.serve": "8000", "serve": "3000"}.get(name)
            return (first, (), (default,)) if default else None
        host = self._property(first, "hostname") or self._property(first, "host")
        return port, self.value(host) if host is not None else (), self.value(port)

    def _listen(self, name: str, given: list[Node]) -> tuple[Node, Text | None, Text | None] | None:
        first = given[0]
        if first.type == "object":
            return self._options(first)
        if first.type in _FUNCTIONS:
            return None
        text = self.value(first)
        plain = "".join(piece for piece in text or () if isinstance(piece, str))
        known = text is not None and any(isinstance(piece, Variable) for piece in text)
        if text is not None and not known and not plain.isdigit():
            return None  # an event's name or a socket's path
        if text is None and not re.search(r"port|addr|listen", self.text(first), re.IGNORECASE):
            return None
        host: Text | None = ()
        if len(given) > 1 and given[1].type not in (*_FUNCTIONS, "number"):
            host = self.value(given[1])
            if given[1].type == "identifier" and host is None:
                host = ()  # most likely a callback
        return first, host, text

    def _options(self, node: Node) -> tuple[Node, Text | None, Text | None] | None:
        """``listen({ port, host })``."""
        port = self._property(node, "port")
        if port is None:
            return None  # a path, or not a server at all
        host = self._property(node, "host") or self._property(node, "hostname")
        fastify = "fastify" in self.tree.source[:4000].decode("utf-8", "replace").lower()
        missing: Text = ("127.0.0.1",) if fastify else ()
        return port, self.value(host) if host is not None else missing, self.value(port)

    def _property(self, node: Node, name: str) -> Node | None:
        for one in node.named_children:
            if one.type == "pair":
                key = one.child_by_field_name("key")
                if key is not None and self.text(key).strip("'\"") == name:
                    return one.child_by_field_name("value")
            elif one.type == "shorthand_property_identifier" and self.text(one) == name:
                return one
        return None

    def _spread(self, node: Node) -> bool:
        return any(one.type == "spread_element" for one in node.named_children)

    # -- values ----------------------------------------------------------------------------

    def value(self, node: Node | None, depth: int = 0) -> Text | None:
        if node is None or self.too_deep(depth):
            return None
        deeper = depth + 1
        match node.type:
            case "number":
                digits = number(self.text(node))
                return (digits,) if digits is not None else None
            case "string":
                return (string_value(self.tree, node),)
            case "template_string":
                return self._template(node, deeper)
            case "parenthesized_expression" | "await_expression" | "unary_expression":
                return self.value(_first(node), deeper)
            case "as_expression" | "satisfies_expression" | "non_null_expression":
                return self.value(_first(node), deeper)
            case "binary_expression":
                return self._binary(node, deeper)
            case "ternary_expression":
                return self._ternary(node, deeper)
            case "member_expression":
                return self._member(node)
            case "subscript_expression":
                holder = node.child_by_field_name("object")
                index = node.child_by_field_name("index")
                if holder is None or index is None or index.type != "string":
                    return None
                if _ENV_HOLDER.search(self.text(holder)):
                    return (Variable(key=string_value(self.tree, index)),)
                return None
            case "identifier" | "shorthand_property_identifier":
                return self._named(node, deeper)
            case "call_expression":
                return self._call(node, deeper)
        return None

    def _template(self, node: Node, depth: int) -> Text | None:
        out: Text | None = ()
        for child in node.named_children:
            if child.type == "template_substitution":
                out = joined(out, self.value(_first(child), depth))
            elif child.type in ("string_fragment", "escape_sequence"):
                out = joined(out, (self.text(child),))
        if out == ():
            return (self.text(node).strip("`"),)
        return out

    def _binary(self, node: Node, depth: int) -> Text | None:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = self.text(operator) if operator is not None else ""
        if sign in ("||", "??"):
            first = self.value(left, depth)
            if first is None:
                return None
            second = self.value(right, depth)
            if len(first) == 1 and isinstance(first[0], Variable) and first[0].default is None:
                return with_default(first, second)
            if len(first) == 1 and isinstance(first[0], Variable) and second is not None:
                # a || b || 3000: the last word is the default of the innermost
                one = first[0]
                return (
                    Variable(one.key, one.name, one.owner, one.parameter,
                             with_default(one.default, second)),
                )  # fmt: skip
            return first
        if sign == "+":
            return joined(self.value(left, depth), self.value(right, depth))
        return None

    def _ternary(self, node: Node, depth: int) -> Text | None:
        """``process.env.PORT ? Number(process.env.PORT) : 3000``."""
        chosen = self.value(node.child_by_field_name("consequence"), depth)
        other = self.value(node.child_by_field_name("alternative"), depth)
        condition = node.child_by_field_name("condition")
        if chosen and len(chosen) == 1 and isinstance(chosen[0], Variable) and condition:
            key = chosen[0].key
            if key and key in self.text(condition):
                return with_default(chosen, other)
        return None

    def _member(self, node: Node) -> Text | None:
        holder, field = node.child_by_field_name("object"), node.child_by_field_name("property")
        if holder is None or field is None:
            return None
        name, text = self.text(field), re.sub(r"[\s?!]+", "", self.text(holder))
        if text.endswith(("process.env", "Bun.env")) or text == "import.meta.env":
            return (Variable(key=name),)
        local = self._declared(node, text) if re.fullmatch(r"\w+", text) else None
        if local is not None and local.type == "object":
            found = self._property(local, name)
            return self.value(found, 6) if found is not None else None
        source = self._imported(text.partition(".")[0])
        return (Variable(name=name, owner=source),) if source else None

    def _named(self, node: Node, depth: int) -> Text | None:
        name = self.text(node)
        found = self._declared(node, name)
        if found is not None:
            if found.type == "object_assignment_pattern":
                default = self.value(found.child_by_field_name("right"), depth)
                return (Variable(key=name, default=default),)
            if found.type == "shorthand_property_identifier_pattern":
                return (Variable(key=name),)
            return self.value(found, depth)
        source = self._imported(name)
        return (Variable(name=name, owner=source),) if source else None

    def _imported(self, name: str) -> str:
        """The path that a name is imported from; empty when it is not."""
        word, source = re.escape(name), self.tree.source.decode("utf-8", "replace")
        for pattern in (
            rf"import\b[^;'\"]{{0,400}}\b{word}\b[^;'\"]{{0,400}}\bfrom\s*['\"]([^'\"\n]+)['\"]",
            rf"\b{word}\b[^;='\"]{{0,300}}=\s*require\(\s*['\"]([^'\"\n]+)['\"]",
        ):
            match = re.search(pattern, source)
            if match:
                return match[1]
        return ""

    def _declared(self, node: Node, name: str) -> Node | None:
        """What a variable is declared as, nearest scope first; nothing when it changes."""
        parent = node.parent
        while parent is not None:
            if parent.type in ("program", "statement_block", "class_body", "module"):
                for child in parent.named_children:
                    if child.start_byte >= node.start_byte and parent.type != "program":
                        break
                    inner = child
                    if child.type == "export_statement":
                        inner = child.child_by_field_name("declaration") or child
                    if inner.type in ("lexical_declaration", "variable_declaration"):
                        found = self._declaration(inner, name)
                        if found is not None:
                            return found
            parent = parent.parent
        return None

    def _declaration(self, node: Node, name: str) -> Node | None:
        for one in node.named_children:
            if one.type != "variable_declarator":
                continue
            left, right = one.child_by_field_name("name"), one.child_by_field_name("value")
            if left is None or right is None:
                continue
            if left.type == "identifier" and self.text(left) == name:
                return right
            if left.type == "object_pattern" and self.text(right).endswith("process.env"):
                for part in left.named_children:
                    own = part
                    if part.type == "object_assignment_pattern":
                        own = part.child_by_field_name("left") or part
                    if self.text(own) == name:
                        return part
        return None

    def _call(self, node: Node, depth: int) -> Text | None:
        called = node.child_by_field_name("function")
        given = arguments(node.child_by_field_name("arguments"))
        if called is None:
            return None
        name = re.sub(r"\s+", "", self.text(called)).rpartition(".")[2]
        if name in _CONVERT and given:
            return self.value(given[0], depth)
        if name in ("toString", "trim") and called.type == "member_expression":
            return self.value(called.child_by_field_name("object"), depth)
        if name == "get" and given and given[0].type == "string":
            # config.get("PORT"), Deno.env.get("PORT"), configService.get("PORT", 3000)
            key = string_value(self.tree, given[0])
            if _CAPITALS.fullmatch(key):
                default = self.value(given[1], depth) if len(given) > 1 else None
                return (Variable(key=key, default=default),)
        return None

    # -- what other files ask for ----------------------------------------------------------

    def definitions(self, name: str) -> Iterator[Definition]:
        pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        for node in self.tree.around(pattern, frozenset({"pair", "variable_declarator"})):
            key = node.child_by_field_name("key") or node.child_by_field_name("name")
            if key is None or self.text(key).strip("'\"") != name:
                continue
            value = self.value(node.child_by_field_name("value"))
            yield Definition(name, "", value, self.tree.place(node))


def _first(node: Node) -> Node | None:
    return next((one for one in node.named_children if "comment" not in one.type), None)
