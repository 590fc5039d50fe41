"""The routes that a Python module registers with FastAPI, Starlette or Flask.

A router is a variable (an application, an ``APIRouter``, a ``Blueprint``); decorators and method
calls register on it. A function that makes one and returns it, or is handed one, is a unit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import (
    ANY,
    METHODS,
    Endpoint,
    Gap,
    Item,
    Mount,
    RoutingFile,
    Unit,
    joined,
    placed,
    plain_path,
    prefixed,
)
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["FACTORY", "read_python_routes"]

_APPS = {"FastAPI": "fastapi", "Flask": "flask", "Starlette": "starlette", "APIFlask": "flask",
         "OpenAPI": "flask", "Quart": "flask"}  # fmt: skip
_ROUTERS = frozenset({"APIRouter", "Blueprint", "APIBlueprint"})
_VERBS = {name.lower(): name for name in METHODS}
_SUSPECT = regex(
    r"health|admin|route|mount|expose|socket|graphql|static|api|view|endpoint|page|blueprint|metrics"
    r"|setup|configure|init|include|load|plugin|service",
    re.IGNORECASE,
)
_PARAMETERS = regex(r"^_?(?:app|application|api|router|server|flask_app|fastapi_app|bp)$")
_PARAMETER_TYPE = regex(r"\b(?:FastAPI|Flask|APIRouter|Blueprint|Starlette)\b")
FACTORY = regex(
    r"_?(?:create|make|build|get|init|setup|new)_?\w{0,40}?app(?:lication)?|app_factory"
)
"""A function that makes an application, by its name."""
_BORROWED = frozenset({"app", "application", "flask_app", "fastapi_app", "server"})
_MAX_DEPTH = 100


class _Router(Struct, eq=False):
    name: str
    place: Place
    app: str = ""
    prefix: str | None = ""
    items: list[Item] = field(default_factory=list)
    used: bool = False
    made: bool = False
    """It is made elsewhere, by a factory (``app = create_app()``) or in the module that it is
    imported from: what is registered on it is served with the rest."""


class _Scope(Struct, eq=False):
    name: str
    routers: dict[str, _Router] = field(default_factory=dict)
    outer: _Scope | None = None

    def find(self, name: str) -> _Router | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.routers:
                return scope.routers[name]
            scope = scope.outer
        return None


def read_python_routes(text: str, path: str) -> RoutingFile:
    """The routing units of a Python module. Never raises."""
    return _Reading(read_syntax(text, path)).file()


class _Reading:
    """One module while it is read."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.names: dict[str, tuple[str, ...]] = {}
        self.constants: dict[str, str] = {}
        self.units: list[Unit] = []
        self.framework = ""

    def file(self) -> RoutingFile:
        scope = _Scope("")
        self._visit(self.tree.root, scope, 0)
        for router in scope.routers.values():
            if router.items or not router.made:
                self._add(router.name, router.place, [router])
        return RoutingFile(
            path=self.tree.path,
            framework=self.framework,
            units=tuple(self.units),
            names=self.names,
            constants=self.constants,
            problems=self.tree.errors,
        )

    def _add(self, name: str, place: Place, routers: list[_Router]) -> None:
        items = [item for one in routers for item in placed(one.prefix, one.place, one.items)]
        starts = any(one.app or one.made for one in routers)
        self.units.append(Unit(name=name, place=place, items=tuple(items), starts=starts))

    # -- walking -------------------------------------------------------------------------

    def _visit(self, node: Node, scope: _Scope, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        kind = node.type
        if kind in ("import_statement", "import_from_statement"):
            self._import(node)
        elif kind == "function_definition":
            self._function(node, scope, depth)
        elif kind == "decorated_definition":
            self._decorated(node, scope, depth)
        elif kind == "assignment":
            self._assignment(node, scope, depth)
        elif kind == "call":
            self._call(node, scope, depth)
        else:
            for child in node.named_children:
                self._visit(child, scope, depth + 1)

    def _import(self, node: Node) -> None:
        module = node.child_by_field_name("module_name")
        base = self.tree.text(module) if module is not None else ""
        for child in node.children_by_field_name("name"):
            name, alias = child, None
            if child.type == "aliased_import":
                name = child.child_by_field_name("name") or child
                alias = child.child_by_field_name("alias")
            text = self.tree.text(name)
            local = self.tree.text(alias) if alias is not None else text.partition(".")[0]
            if module is None:
                self.names[local] = (text if alias is not None else local, "")
            else:
                self.names[local] = (base, text)

    def _function(self, node: Node, scope: _Scope, depth: int) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        inner = _Scope(self.tree.text(name), outer=scope)
        place = self.tree.place(node)
        parameters = node.child_by_field_name("parameters")
        for one in parameters.named_children if parameters is not None else ():
            text = self.tree.text(one)
            own = re.match(r"\w+", text)
            if own and (_PARAMETERS.match(own[0]) or _PARAMETER_TYPE.search(text)):
                inner.routers[own[0]] = _Router(own[0], place)
        self._visit(body, inner, depth + 1)
        kept = [one for one in inner.routers.values() if not one.used]
        if any(one.items or one.app for one in kept):
            self._add(inner.name, place, kept)

    def _decorated(self, node: Node, scope: _Scope, depth: int) -> None:
        definition = node.child_by_field_name("definition")
        handler = definition.child_by_field_name("name") if definition is not None else None
        title = self.tree.text(handler) if handler is not None else ""
        for one in node.named_children:
            if one.type == "decorator" and one.named_children:
                call = one.named_children[0]
                if call.type == "call":
                    self._decorator(call, title, scope)
        if definition is not None:
            self._visit(definition, scope, depth + 1)

    def _decorator(self, call: Node, handler: str, scope: _Scope) -> None:
        router, verb = self._method(call, scope)
        if router is None:
            return
        if verb in _VERBS:
            self._endpoint(router, [_VERBS[verb]], call, handler)
        elif verb in ("route", "api_route"):
            self._endpoint(router, self._methods(call, verb), call, handler)

    def _method(self, call: Node, scope: _Scope) -> tuple[_Router | None, str]:
        function = call.child_by_field_name("function")
        if function is None or function.type != "attribute":
            return None, ""
        owner, name = (
            function.child_by_field_name("object"),
            function.child_by_field_name("attribute"),
        )
        if owner is None or name is None:
            return None, ""
        text = self.tree.text(owner).removeprefix("self.")
        found = scope.find(text)
        if found is None and text in _BORROWED and text in self.names:
            found = self._borrowed(text, scope, self.tree.place(owner))
        return found, self.tree.text(name)

    @staticmethod
    def _borrowed(name: str, scope: _Scope, place: Place) -> _Router:
        """``from app import app``, to register on it."""
        while scope.outer is not None:
            scope = scope.outer
        scope.routers[name] = _Router(name, place, made=True)
        return scope.routers[name]

    def _methods(self, call: Node, verb: str) -> list[str]:
        given = self._keyword(call, "methods")
        if given is None:
            return ["GET"]
        found = [one.upper() for one in re.findall(r"['\"](\w+)['\"]", self.tree.text(given))]
        return [one for one in found if one in METHODS] or [ANY]

    def _endpoint(self, router: _Router, methods: list[str], call: Node, handler: str) -> None:
        given = self._positional(call)
        node = given[0] if given else self._keyword(call, "path") or self._keyword(call, "rule")
        place = self.tree.place(node) if node is not None else self.tree.place(call)
        path = self._path(node) if node is not None else None
        if path is None:
            router.items.append(Gap("", place, "a path that is computed"))
            return
        for method in methods:
            router.items.append(Endpoint(method, path, place, handler))

    # -- statements ----------------------------------------------------------------------

    def _assignment(self, node: Node, scope: _Scope, depth: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        name = self.tree.text(left).removeprefix("self.")
        if right.type in ("string", "concatenated_string"):
            text = self._path(right)
            if text is not None and "${" not in text and len(text) < 300:
                self.constants[name] = text
            return
        if right.type == "call":
            function = right.child_by_field_name("function")
            called = self.tree.text(function).rpartition(".")[2] if function is not None else ""
            if called in _APPS:
                self._app(name, called, right, scope)
                return
            if called in _ROUTERS:
                key = "prefix" if called == "APIRouter" else "url_prefix"
                given = self._keyword(right, key)
                prefix = "" if given is None else self._path(given)
                scope.routers[name] = _Router(name, self.tree.place(right), prefix=prefix)
                return
            if scope.outer is None and FACTORY.fullmatch(called):
                scope.routers[name] = _Router(name, self.tree.place(right), made=True)
                text = self.tree.text(self.tree.root)[:20_000].lower()
                self.framework = self.framework or next(
                    (one for one in ("fastapi", "flask", "starlette") if one in text), "fastapi"
                )
        self._visit(right, scope, depth + 1)

    def _app(self, name: str, called: str, call: Node, scope: _Scope) -> None:
        router = _Router(name, self.tree.place(call), app=_APPS[called])
        self.framework = self.framework or router.app
        place = router.place
        if router.app == "fastapi":
            for key, path in (("docs_url", "/docs"), ("redoc_url", "/redoc"),
                              ("openapi_url", "/openapi.json")):  # fmt: skip
                given = self._keyword(call, key)
                text = path if given is None else self._path(given)
                if text is not None and text:
                    router.items.append(Endpoint("GET", text, place))
        elif router.app == "flask":
            router.items.append(Gap("/static", place, "files"))
        if self._keyword(call, "routes") is not None:
            router.items.append(Gap("", place, "routes in a list"))
        scope.routers[name] = router

    def _call(self, node: Node, scope: _Scope, depth: int) -> None:
        router, verb = self._method(node, scope)
        given = self._positional(node)
        place = self.tree.place(node)
        if router is None:
            self._handed(node, given, scope)
            for child in node.named_children:
                self._visit(child, scope, depth + 1)
            return
        if verb in ("include_router", "register_blueprint"):
            self._include(router, node, given, place, scope, verb)
        elif verb in ("add_api_route", "add_route", "add_url_rule", "add_api_websocket_route"):
            if verb != "add_api_websocket_route":
                self._endpoint(router, self._methods(node, verb), node, "")
        elif verb in _VERBS and given and given[0].type == "string":
            # `self.app.post("/prompt")(self.handle_prompt)`
            self._endpoint(router, [_VERBS[verb]], node, "")
        elif verb == "mount" and given:
            path = self._path(given[0])
            router.items.append(Gap("" if path is None else path, place, "something mounted"))
        elif verb in ("register", "init_app", "add_resource", "add_namespace"):
            router.items.append(Gap("", place, f"what .{verb}() registers is not known"))
        for one in given:
            self._visit(one, scope, depth + 1)

    def _include(
        self,
        router: _Router,
        node: Node,
        given: list[Node],
        place: Place,
        scope: _Scope,
        verb: str,
    ) -> None:
        key = "prefix" if verb == "include_router" else "url_prefix"
        option = self._keyword(node, key)
        prefix = "" if option is None else self._path(option)
        target = given[0] if given else self._keyword(node, "router")
        if prefix is None:
            router.items.append(Gap("", place, "a prefix that is computed"))
            return
        if target is None:
            return
        text = self.tree.text(target)
        other = scope.find(text.removeprefix("self.")) if target.type != "call" else None
        if other is not None and other is not router:
            other.used = True
            own = other.prefix if verb == "include_router" or not prefix else ""
            if own is None:
                router.items.append(Gap(prefix, place, "a prefix that is computed"))
            else:
                router.items += prefixed(joined(prefix, own), tuple(other.items))
            return
        if target.type == "call":
            function = target.child_by_field_name("function")
            text = self.tree.text(function) if function is not None else ""
        if re.fullmatch(r"[\w.]+", text):
            kind = "replaces" if verb == "register_blueprint" and prefix else ""
            router.items.append(Mount(prefix, tuple(text.split(".")), place, (), kind))
        else:
            router.items.append(Gap(prefix, place, "a router that is computed"))

    def _handed(self, node: Node, given: list[Node], scope: _Scope) -> None:
        """``register_routes(app)``: the function fills the router."""
        function = node.child_by_field_name("function")
        if function is None:
            return
        text = self.tree.text(function)
        keywords = [
            value
            for one in self._arguments(node)
            if one.type == "keyword_argument" and (value := one.child_by_field_name("value"))
        ]
        for one in (*given, *keywords):
            router = scope.find(self.tree.text(one)) if one.type == "identifier" else None
            if router is not None and re.fullmatch(r"[\w.]+", text):
                name = tuple(text.split("."))
                kind = "suspect" if _SUSPECT.search(text) else "handed"
                router.items.append(Mount("", name, self.tree.place(node), (), kind))

    # -- texts ---------------------------------------------------------------------------

    def _arguments(self, call: Node) -> list[Node]:
        arguments = call.child_by_field_name("arguments")
        if arguments is None:
            return []
        return [one for one in arguments.named_children if one.type != "comment"]

    def _positional(self, call: Node) -> list[Node]:
        return [one for one in self._arguments(call) if one.type != "keyword_argument"]

    def _keyword(self, call: Node, name: str) -> Node | None:
        for one in self._arguments(call):
            key = one.child_by_field_name("name") if one.type == "keyword_argument" else None
            if key is not None and self.tree.text(key) == name:
                return one.child_by_field_name("value")
        return None

    def _path(self, node: Node) -> str | None:
        if node.type in ("string", "concatenated_string"):
            text: str | None = string_value(self.tree, node)
            if text is not None and re.match(r"[rRbBuU]{0,2}[fF]", self.tree.text(node)):
                text = self._formatted(text)
            return None if text is None else plain_path(text)
        if node.type in ("identifier", "attribute"):
            name = self.tree.text(node).rpartition(".")[2]
            if name == "None":
                return None
            return self.constants.get(name, f"${{{name}}}")
        if node.type == "binary_operator":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                begin, end = self._path(left), self._path(right)
                return None if begin is None or end is None else begin + end
        if node.type == "parenthesized_expression" and node.named_children:
            return self._path(node.named_children[0])
        return None

    def _formatted(self, value: str) -> str | None:
        """The value of an f-string; its holes must be names."""

        def filled(match: re.Match[str]) -> str:
            if not re.fullmatch(r"[\w.]+", match[1]):
                return "\0"
            name = match[1].rpartition(".")[2]
            return self.constants.get(name, f"${{{name}}}")

        text = re.sub(r"(?<!\{)\{([^{}]*)\}(?!\})", filled, value).replace("{{", "{")
        return None if "\0" in text else text.replace("}}", "}")
