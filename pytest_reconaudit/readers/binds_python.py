"""Python: uvicorn, Flask, aiohttp, waitress, gRPC, the servers of the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.binds import (
    Follower,
    ServerBind,
    SourceBinds,
    Text,
    Variable,
    arguments,
    joined,
    number,
    split_address,
    with_default,
)
from pytest_reconaudit.readers.syntax import SyntaxTree, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["may_listen", "python_binds"]

_CALLS = (
    r"\buvicorn\.run\s*\(|\b(?:app|application|server|socketio|api)\.run\s*\("
    r"|\bweb\.run_app\s*\(|\brun_app\s*\(|\badd_(?:in)?secure_port\s*\(|\bHTTPServer\s*\("
    r"|\bTCPServer\s*\(|\bstart_http_server\s*\(|\bserve\s*\(|\brun_simple\s*\(|\buvicorn\.Config\s*\("
)
_MAY = (
    "uvicorn", ".run(", "run_app", "cure_port(", "HTTPServer(", "TCPServer(", "serve(",
    "run_simple(", "start_http_server(",
)  # fmt: skip
_FIRST = regex(_CALLS)
_FIND = regex(_CALLS.encode())
_MAIN = regex(r"^if[ \t(]+__name__\s*==", re.MULTILINE)
_CALL = frozenset({"call"})
_DEFAULTS = {
    "uvicorn.run": ("127.0.0.1", "8000"), "uvicorn.Config": ("127.0.0.1", "8000"),
    "run_app": ("", "8080"), "serve": ("", "8080"), "run_simple": ("", ""),
    "start_http_server": ("", ""),
}  # fmt: skip


def may_listen(text: str) -> bool:
    """Whether a file may start a server; decides without parsing."""
    return any(word in text for word in _MAY) and _FIRST.search(text) is not None


def python_binds(tree: SyntaxTree) -> SourceBinds:
    """Every server start of a file."""
    return SourceBinds(tree.path, tuple(_Python(tree).binds()))


class _Python(Follower):
    def binds(self) -> Iterator[ServerBind]:
        head = self.tree.source.decode("utf-8", "replace")
        for node in self.tree.around(_FIND, _CALL):
            called = node.child_by_field_name("function")
            if called is None:
                continue
            name = re.sub(r"\s+", "", self.text(called))
            given = arguments(node.child_by_field_name("arguments"))
            plain = [one for one in given if one.type != "keyword_argument"]
            named = {
                self.text(key): value
                for one in given
                if one.type == "keyword_argument"
                and (key := one.child_by_field_name("name")) is not None
                and (value := one.child_by_field_name("value")) is not None
            }
            found = self._bind(name, plain, named, head)
            if found is not None:
                host, port = found
                yield ServerBind(
                    place=self.tree.place(node), written=self.written(node), host=host, port=port,
                    via=name, when_main=self._is_main(node),
                )  # fmt: skip

    def _is_main(self, node: Node) -> bool:
        """Whether it stands under ``if __name__ == "__main__"``, or in a function that only such
        a block calls."""
        at = node.parent
        while at is not None:
            if at.type == "if_statement":
                condition = at.child_by_field_name("condition")
                if condition is not None and "__name__" in self.text(condition):
                    return True
            elif at.type == "function_definition":
                name = at.child_by_field_name("name")
                return name is not None and self._only_main_calls(self.text(name))
            at = at.parent
        return False

    def _only_main_calls(self, name: str) -> bool:
        called = re.compile(rf"(?m)^([ \t]*)[^#\n]*\b{re.escape(name)}[ \t]*\(")
        source = self.tree.source.decode("utf-8", "replace")
        main = _MAIN.search(source)
        calls = [
            match
            for match in called.finditer(source)
            if not re.match(r"\s*(?:async\s+)?def\b", match[0])
        ]
        return main is not None and bool(calls) and all(one.start() > main.start() for one in calls)

    def _bind(
        self, name: str, plain: list[Node], named: dict[str, Node], source: str
    ) -> tuple[Text | None, Text | None] | None:
        short = name.rpartition(".")[2]
        if short in ("add_insecure_port", "add_secure_port") and plain:
            return split_address(self.value(plain[0]))
        if short in ("HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer"):
            if plain and plain[0].type == "tuple":
                pair = arguments(plain[0])
                if len(pair) == 2:
                    return self.value(pair[0]), self.value(pair[1])
            return None
        if short == "start_http_server" and plain:
            return (), self.value(plain[0])
        if short == "serve" and not re.search(r"waitress|hypercorn", source):
            return None
        if short == "run" and name != "uvicorn.run":
            if "flask" not in source.lower() and "quart" not in source.lower():
                if not re.search(r"\bbottle\b|\bsanic\b", source, re.IGNORECASE):
                    return None
                if "port" not in named:
                    return None
            default = ("127.0.0.1", "5000")
        else:
            default = _DEFAULTS.get(name, _DEFAULTS.get(short, ("", "")))
        if any(one.type in ("dictionary_splat", "list_splat") for one in plain):
            return None, None
        host: Text | None = (default[0],) if default[0] else ()
        port: Text | None = (default[1],) if default[1] else None
        if "host" in named:
            host = self.value(named["host"])
        elif short == "run" and plain and name != "uvicorn.run":
            host = self.value(plain[0])
        if "port" in named:
            port = self.value(named["port"])
        elif short == "run" and len(plain) > 1 and name != "uvicorn.run":
            port = self.value(plain[1])
        return host, port

    # -- values ----------------------------------------------------------------------------

    def value(self, node: Node | None, depth: int = 0) -> Text | None:
        if node is None or self.too_deep(depth):
            return None
        deeper = depth + 1
        match node.type:
            case "integer":
                digits = number(self.text(node))
                return (digits,) if digits is not None else None
            case "string":
                return self._string(node, deeper)
            case "parenthesized_expression":
                return self.value(node.named_children[0] if node.named_children else None, deeper)
            case "boolean_operator":
                left = self.value(node.child_by_field_name("left"), deeper)
                operator = node.child_by_field_name("operator")
                if operator is None or self.text(operator) != "or":
                    return None
                return with_default(left, self.value(node.child_by_field_name("right"), deeper))
            case "binary_operator":
                return joined(
                    self.value(node.child_by_field_name("left"), deeper),
                    self.value(node.child_by_field_name("right"), deeper),
                )
            case "call":
                return self._call(node, deeper)
            case "subscript":
                holder, index = (
                    node.child_by_field_name("value"),
                    node.child_by_field_name("subscript"),
                )
                if holder is None or index is None or index.type != "string":
                    return None
                if self.text(holder).endswith("environ"):
                    return (Variable(key=string_value(self.tree, index)),)
                return None
            case "identifier":
                found = self._assigned(node, self.text(node))
                return self.value(found, deeper) if found is not None else None
        return None

    def _string(self, node: Node, depth: int) -> Text | None:
        holes = [one for one in node.named_children if one.type == "interpolation"]
        if not holes:
            return (string_value(self.tree, node),)
        out: Text | None = ()
        for child in node.named_children:
            if child.type == "interpolation":
                inner = child.named_children[0] if child.named_children else None
                out = joined(out, self.value(inner, depth))
            elif child.type == "string_content":
                out = joined(out, (self.text(child),))
        return out

    def _call(self, node: Node, depth: int) -> Text | None:
        called = node.child_by_field_name("function")
        given = arguments(node.child_by_field_name("arguments"))
        if called is None or not given:
            return None
        name = re.sub(r"\s+", "", self.text(called))
        if name in ("int", "str"):
            return self.value(given[0], depth)
        if name.endswith(("environ.get", "getenv", "env.get")) or name in (
            "env",
            "env.int",
            "config",
        ):
            if given[0].type != "string":
                return None
            default = None
            for one in given[1:]:
                if one.type == "keyword_argument":
                    if self.text(one).startswith("default"):
                        default = self.value(one.child_by_field_name("value"), depth)
                else:
                    default = self.value(one, depth)
            return (Variable(key=string_value(self.tree, given[0]), default=default),)
        return None

    def _assigned(self, node: Node, name: str) -> Node | None:
        """The last assignment of a name before a node, in its function or in the module."""
        parent = node.parent
        while parent is not None:
            if parent.type in ("block", "module"):
                found = None
                for child in parent.named_children:
                    if child.start_byte >= node.start_byte:
                        break
                    inner = child.named_children[0] if child.named_children else None
                    if child.type == "expression_statement" and inner is not None:
                        left = inner.child_by_field_name("left")
                        if inner.type != "assignment" or left is None:
                            continue
                        if self.text(left) == name:
                            found = inner.child_by_field_name("right")
                if found is not None:
                    return found
            parent = parent.parent
        return None
