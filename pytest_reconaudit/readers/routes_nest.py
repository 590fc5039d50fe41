"""What a file of a NestJS server says about its routes: controllers, modules and the start.

A controller's methods name their paths in decorators, modules say which controllers there are, and
the file that makes the application puts a prefix and a version in front. Files are joined by the
names of classes: see ``facts.network.routes_nest``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import ANY
from pytest_reconaudit.readers.syntax import SyntaxTree, decorators_of, read_syntax, string_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = [
    "NestCall",
    "NestController",
    "NestFile",
    "NestModule",
    "NestRoute",
    "may_be_nest",
    "read_nest_routes",
]

_WORDS = ("@Controller(", "@Module(", "NestFactory.", "setGlobalPrefix", "enableVersioning",
          "SwaggerModule.setup", "useStaticAssets")  # fmt: skip
_VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE",
          "Head": "HEAD", "Options": "OPTIONS", "All": ANY, "Sse": "GET"}  # fmt: skip
_GENERATES = frozenset({"Crud", "TsRestHandler", "TsRest", "JsonApi", "Auto", "Resource"})
"""Decorators of classes that add routes of their own."""
_CALLS = frozenset({"create", "setGlobalPrefix", "enableVersioning", "setup", "useStaticAssets",
                    "use", "get", "post", "put", "delete", "patch", "all"})  # fmt: skip
_FALLBACK = regex(
    r"(?:\|\||\?\?)\s*(['\"`])([^'\"`$\n]{0,80})\1|\.get(?:<[^<>()]*>)?\(\s*['\"`][^'\"`\n]*['\"`]\s*,\s*(['\"`])([^'\"`$\n]{0,80})\3"
)
"""What stands in for a setting: ``get("API_PREFIX") || "api"``, ``get("API_PREFIX", "api")``."""
_NAME = regex(r"[A-Za-z_$][\w$]*")
_DECLARED = regex(r"\b(?:const|let)\s+([A-Za-z_$][\w$]*+)[^=\n]{0,80}=(?=([^;]{1,300}))")
_MOST = 400


class NestRoute(Struct, frozen=True, gc=False):
    """A method of a controller that answers a path."""

    method: str
    path: str | None
    """``None`` when it is computed; a constant stands as ``${NAME}``."""
    place: Place
    handler: str
    versions: tuple[str, ...] = ()


class NestController(Struct, frozen=True):
    name: str
    place: Place
    prefixes: tuple[str | None, ...]
    versions: tuple[str, ...]
    """``*`` for the neutral one; empty where it says nothing."""
    routes: tuple[NestRoute, ...]
    open: str
    """Why it may have further routes: a class that it extends, a decorator that adds some."""


class NestModule(Struct, frozen=True):
    name: str
    place: Place
    imports: tuple[tuple[str, str], ...]
    """(name of another module, the source that names it)."""
    controllers: tuple[str, ...]
    open: str
    """What in its lists is not a plain name."""


class NestCall(Struct, frozen=True):
    """A call that configures an application."""

    name: str
    place: Place
    first: str | None
    """Its first argument as text; ``None`` when it is computed."""
    second: str
    """The source of its other arguments."""
    computed: bool
    """Its value is a setting's, ``first`` only its default; or it is made under a condition."""


class NestFile(Struct, frozen=True):
    path: str
    controllers: tuple[NestController, ...] = ()
    modules: tuple[NestModule, ...] = ()
    calls: tuple[NestCall, ...] = ()
    starts: tuple[tuple[str, Place], ...] = ()
    """(root module, where) of each ``NestFactory.create``."""


def may_be_nest(text: str) -> bool:
    """Whether a file is worth reading."""
    return any(word in text for word in _WORDS)


def read_nest_routes(text: str, path: str) -> NestFile:
    """The parts of a NestJS server in a script. Never raises."""
    return _Reading(read_syntax(text, path), text).file()


class _Reading:
    def __init__(self, tree: SyntaxTree, text: str) -> None:
        self.tree = tree
        self.source = text

    def file(self) -> NestFile:
        controllers, modules = [], []
        classes = frozenset({"class_declaration", "abstract_class_declaration"})
        for node in self.tree.walk(classes):
            given = dict(self._decorators(node))
            if "Controller" in given:
                controllers.append(self._controller(node, given))
            if "Module" in given:
                modules.append(self._module(node, given["Module"]))
        calls: list[NestCall] = []
        starts: list[tuple[str, Place]] = []
        if any(word in self.source for word in _WORDS[2:]):
            for node in self.tree.walk(frozenset({"call_expression"})):
                if len(calls) < _MOST:
                    self._configures(node, calls, starts)
        return NestFile(
            self.tree.path, tuple(controllers), tuple(modules), tuple(calls), tuple(starts)
        )

    def _decorators(self, node: Node) -> Iterator[tuple[str, Node | None]]:
        """(name, call) of each decorator of a class."""
        return map(self._decorator, decorators_of(node))

    def _decorator(self, node: Node) -> tuple[str, Node | None]:
        inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return "", None
        if inner.type == "call_expression":
            function = inner.child_by_field_name("function")
            name = self.tree.text(function) if function is not None else ""
            return name.rpartition(".")[2], inner
        return self.tree.text(inner).rpartition(".")[2], None

    # -- controllers -----------------------------------------------------------------------

    def _controller(self, node: Node, given: dict[str, Node | None]) -> NestController:
        arguments = self._arguments(given["Controller"])
        prefixes: tuple[str | None, ...] = ("",)
        versions: tuple[str, ...] = ()
        why = next((f"@{one} adds routes" for one in given if one in _GENERATES), "")
        if arguments and arguments[0].type == "object":
            options = self._pairs(arguments[0])
            if "path" in options:
                prefixes = self._texts(options["path"])
            if "version" in options:
                versions = self._versions(options["version"])
            if "host" in options:
                why = "its host is part of the route"
        elif arguments:
            prefixes = self._texts(arguments[0])
        name = node.child_by_field_name("name")
        if any(one.type == "class_heritage" and "extends" in self.tree.text(one)
               for one in node.named_children):  # fmt: skip
            why = why or "it extends another class"
        body = node.child_by_field_name("body")
        routes: list[NestRoute] = []
        above: list[tuple[str, Node | None]] = []
        for child in body.named_children if body is not None else ():
            if child.type == "decorator":
                above.append(self._decorator(child))
                continue
            own = [self._decorator(one) for one in child.named_children if one.type == "decorator"]
            if child.type in ("method_definition", "public_field_definition"):
                routes += self._routes(child, [*above, *own])
            if child.type != "comment":
                above = []
        return NestController(
            self.tree.text(name) if name is not None else "",
            self.tree.place(node),
            prefixes,
            versions,
            tuple(routes[:_MOST]),
            why,
        )

    def _routes(self, node: Node, given: list[tuple[str, Node | None]]) -> Iterator[NestRoute]:
        own = node.child_by_field_name("name")
        handler = self.tree.text(own) if own is not None else ""
        versions: tuple[str, ...] = ()
        for name, call in given:
            arguments = self._arguments(call)
            if name == "Version" and arguments:
                versions = self._versions(arguments[0])
        for name, call in given:
            if name not in _VERBS:
                continue
            arguments = self._arguments(call)
            for path in self._texts(arguments[0]) if arguments else ("",):
                place = self.tree.place(own if own is not None else node)
                yield NestRoute(_VERBS[name], path, place, handler, versions)

    # -- modules ---------------------------------------------------------------------------

    def _module(self, node: Node, call: Node | None) -> NestModule:
        imports: list[tuple[str, str]] = []
        controllers: list[str] = []
        why = ""
        name = node.child_by_field_name("name")
        given = self._arguments(call)
        own = given[0].id if given else 0
        # A method such as `forRoot` may answer with a module of its own.
        for place in (call, node.child_by_field_name("body")):
            if place is None:
                continue
            for pair in self.tree.walk(frozenset({"pair"}), place):
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is None or value is None:
                    continue
                word = self.tree.text(key)
                if word not in ("imports", "controllers") or not self._is_own(pair, call, own):
                    continue
                if value.type != "array":
                    why = why or f"its {word} are computed"
                    continue
                for one in value.named_children:
                    if one.type == "comment":
                        continue
                    root = self._root(one)
                    if not root:
                        why = why or f"its {word} are computed"
                    elif word == "imports":
                        imports.append((root, self.tree.text(one)[:300]))
                    else:
                        controllers.append(root)
        return NestModule(
            self.tree.text(name) if name is not None else "",
            self.tree.place(node),
            tuple(imports[:_MOST]),
            tuple(controllers[:_MOST]),
            why,
        )

    @staticmethod
    def _is_own(pair: Node, call: Node | None, own: int) -> bool:
        """Whether a list is the module's, not one of something that it is given."""
        if call is None or not call.start_byte <= pair.start_byte < call.end_byte:
            return True
        return pair.parent is not None and pair.parent.id == own

    def _root(self, node: Node) -> str:
        """The class that an entry names: ``A``, ``B.forRoot()``, ``forwardRef(() => C)``."""
        text = self.tree.text(node)
        if node.type == "identifier":
            return text
        if node.type == "await_expression" and node.named_children:
            return self._root(node.named_children[0])
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is None:
                return ""
            if self.tree.text(function) == "forwardRef":
                given = self._arguments(node)
                body = given[0].child_by_field_name("body") if given else None
                return (
                    self.tree.text(body) if body is not None and body.type == "identifier" else ""
                )
            if function.type == "member_expression":
                inner = function.child_by_field_name("object")
                if inner is not None and inner.type == "identifier":
                    return self.tree.text(inner)
        return ""

    # -- the start -------------------------------------------------------------------------

    def _configures(
        self, node: Node, calls: list[NestCall], starts: list[tuple[str, Place]]
    ) -> None:
        function = node.child_by_field_name("function")
        if function is not None and function.type == "await_expression":
            # The grammar reads `await NestFactory.create<X>(…)` so.
            function = function.named_children[0] if function.named_children else None
        if function is None or function.type != "member_expression":
            return
        name, owner = (function.child_by_field_name(one) for one in ("property", "object"))
        word = self.tree.text(name) if name is not None else ""
        if word not in _CALLS or owner is None:
            return
        given = self._arguments(node)
        receiver = self.tree.text(owner)
        if word == "create":
            if receiver == "NestFactory" and given:
                starts.append((self._root(given[0]), self.tree.place(node)))
            return
        if word == "setup" and receiver != "SwaggerModule":
            return
        first: str | None = ""
        computed = False
        if word in ("enableVersioning", "useStaticAssets"):
            rest = " ".join(self.tree.text(one) for one in given)[:1_000]
        else:
            first, computed = self._value(given[0]) if given else ("", False)
            rest = " ".join(self.tree.text(one) for one in given[1:])[:1_000]
            plain = word in ("setGlobalPrefix", "setup")
            if not plain and (first is None or not first.startswith("/")):
                return
        calls.append(
            NestCall(
                word, self.tree.place(node), first, rest, computed or self._is_conditional(node)
            )
        )

    def _is_conditional(self, node: Node) -> bool:
        above = node.parent
        while above is not None:
            if above.type in ("if_statement", "ternary_expression", "switch_case"):
                return True
            above = above.parent
        return False

    def _value(self, node: Node) -> tuple[str | None, bool]:
        """(the text that an argument is, or its default is; whether a setting may say another)."""
        if node.type == "identifier":
            name = self.tree.text(node)
            made = self._declared.get(name)
            if made is None:
                return f"${{{name}}}", False
            text = made.strip()
            if text[:1] in "'\"" and text[-1:] == text[:1] and text.count(text[0]) == 2:
                return text[1:-1], False
            return self._fallback(text), True
        text_of = self._text(node)
        if text_of is not None:
            return text_of, False
        return self._fallback(self.tree.text(node)), True

    @cached_property
    def _declared(self) -> dict[str, str]:
        """Name → what it is given where it is declared first, and what follows."""
        found: dict[str, str] = {}
        for match in _DECLARED.finditer(self.source):
            found.setdefault(match[1], match[2])
        return found

    def _fallback(self, text: str) -> str | None:
        match = _FALLBACK.search(text[:400])
        return (match[2] if match[2] is not None else match[4]) if match is not None else None

    # -- values ----------------------------------------------------------------------------

    def _arguments(self, call: Node | None) -> list[Node]:
        arguments = call.child_by_field_name("arguments") if call is not None else None
        return [
            one
            for one in (arguments.named_children if arguments is not None else ())
            if one.type != "comment"
        ]

    def _pairs(self, node: Node) -> dict[str, Node]:
        found = {}
        for one in node.named_children:
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            if key is not None and value is not None:
                found[self.tree.text(key)] = value
        return found

    def _texts(self, node: Node) -> tuple[str | None, ...]:
        if node.type == "array":
            return tuple(self._text(one) for one in node.named_children if one.type != "comment")
        return (self._text(node),)

    def _text(self, node: Node) -> str | None:
        if node.type in ("string", "template_string"):
            text = string_value(self.tree, node)
            if len(text) > 300:
                return None
            parts = text.split("${")[1:]
            plain = all(_NAME.fullmatch(one.partition("}")[0]) for one in parts)
            return text if plain else None
        if node.type == "identifier":
            return f"${{{self.tree.text(node)}}}"
        return None

    def _versions(self, node: Node) -> tuple[str, ...]:
        nodes = node.named_children if node.type == "array" else [node]
        found = []
        for one in nodes:
            text = self.tree.text(one)
            if text == "VERSION_NEUTRAL":
                found.append("*")
            elif one.type == "string":
                found.append(string_value(self.tree, one))
            elif one.type != "comment":
                found.append("?")
        return tuple(found)
