"""The routes that a JavaScript or TypeScript file registers with Express, Fastify, Koa or Hono.

A router is a variable; what is called on it is registered on it. A function that is handed a
router, or makes and returns one, is a unit, and so is each router of a module. Files are joined by
what they import and export.
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

__all__ = ["MODULE", "read_script_routes"]

MODULE = "(module)"
"""The name of what a file exports as a whole (``module.exports = …``)."""

_APPS = {"express": "express", "fastify": "fastify", "Fastify": "fastify", "Hono": "hono",
         "OpenAPIHono": "hono", "Koa": "koa", "polka": "express", "restana": "express"}  # fmt: skip
_ROUTERS = frozenset({"Router", "KoaRouter", "PromiseRouter", "AsyncRouter", "FastifyPlugin"})
_VERBS = {name.lower(): name for name in METHODS} | {"del": "DELETE", "all": ANY}
_PARAMETERS = regex(r"^(?:_?app|server|_?fastify|router|instance|api|scope|f|srv|express(?:App)?)$")
_WRAPPERS = frozenset({"fp", "fastifyPlugin", "plugin", "default"})
_PASSES = regex(r"auth|limit|cors|parser|log", re.IGNORECASE)
"""What a middleware is called that hands every request on."""
_ASKS_PATH = regex(r"\breq(?:uest)?\.(?:url|path|originalUrl|baseUrl)\b|\bpathname\b")
_SUSPECT = regex(
    r"proxy|handler|router|routes|apollo|trpc|graphql|serve(?!r$)|health|terminus|actuator|lightship"
    r"|under-?pressure|openapi|yoga|autoload|controllers|oidc|swagger|metrics|prom|bull|admin",
    re.IGNORECASE,
)
_ONLY_SERVES = regex(
    r"createServer|serve|listen|request|supertest|socket|ws|sentry|error|trac|instrument|shutdown"
    r"|terminat|apm|session|passport|server$|log|handle$|String|stringify|keys",
    re.IGNORECASE,
)
"""What an application is handed to without getting routes."""
_STATIC = regex(r"\bstatic\b|serve-?static|fastifyStatic|koa-static", re.IGNORECASE)
_NEW = regex(r"^\(?new\s+([\w$.]+)\s*(?:\([^()]*\))?\)?\.")
"""``new ListUsers().handle``: the method of what is made for it."""
_MAX_WRAPS = 4
_MAX_DEPTH = 100
_MAX_ITEMS = 4_000
_FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition",
     "generator_function_declaration", "function"}
)  # fmt: skip


class _Router(Struct, eq=False):
    """A variable with routes."""

    name: str
    place: Place
    app: str = ""
    """The framework when it is a whole server."""
    prefix: str | None = ""
    items: list[Item] = field(default_factory=list)
    used: bool = False
    borrowed: bool = False
    """It is made in another file."""


class _Scope(Struct, eq=False):
    """A function, or the file."""

    name: str
    place: Place
    routers: dict[str, _Router] = field(default_factory=dict)
    outer: _Scope | None = None

    def find(self, name: str) -> _Router | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.routers:
                return scope.routers[name]
            scope = scope.outer
        return None


def read_script_routes(text: str, path: str) -> RoutingFile:
    """The routing units of a script. Never raises."""
    return _Reading(read_syntax(text, path)).file()


class _Reading:
    """One file while it is read."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.names: dict[str, tuple[str, ...]] = {}
        self.exported: dict[str, str] = {}
        self.constants: dict[str, str] = {}
        self.units: list[Unit] = []
        self.framework = ""
        self.count = 0

    def file(self) -> RoutingFile:
        scope = _Scope("", self.tree.place(self.tree.root))
        for child in self.tree.root.named_children:
            self._imports(child)
        self._visit(self.tree.root, scope, 0)
        for router in scope.routers.values():
            self.units.append(self._unit(router.name, router.place, [router]))
        return RoutingFile(
            path=self.tree.path,
            framework=self.framework,
            units=tuple(self.units),
            names=self.names,
            constants=self.constants,
            exported=self.exported,
            problems=self.tree.errors,
        )

    def _unit(self, name: str, place: Place, routers: list[_Router]) -> Unit:
        items: list[Item] = []
        for router in routers:
            items += placed(router.prefix, router.place, router.items)
        return Unit(
            name=name,
            place=place,
            items=tuple(items),
            starts=any(one.app for one in routers),
            calls=tuple((one.name,) for one in routers if one.borrowed),
        )

    # -- names ---------------------------------------------------------------------------

    def _imports(self, node: Node) -> None:
        if node.type != "import_statement":
            return
        source = node.child_by_field_name("source")
        clause = next((one for one in node.named_children if one.type == "import_clause"), None)
        if source is None or clause is None:
            return
        module = string_value(self.tree, source)
        for child in clause.named_children:
            if child.type == "identifier":
                self.names[self.tree.text(child)] = (module, "default")
            elif child.type == "namespace_import" and child.named_children:
                self.names[self.tree.text(child.named_children[-1])] = (module, "*")
            elif child.type == "named_imports":
                for one in child.named_children:
                    name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                    if name is not None:
                        text = self.tree.text(name)
                        self.names[self.tree.text(alias) if alias is not None else text] = (
                            module, text,
                        )  # fmt: skip

    def _required(self, node: Node | None) -> tuple[str, str] | None:
        """(module, what of it) of ``require('./x')``, ``require('./x').y``, ``await import()``."""
        if node is None:
            return None
        if node.type in ("await_expression", "parenthesized_expression", "as_expression"):
            return self._required(node.named_children[0] if node.named_children else None)
        if node.type == "member_expression":
            inner = self._required(node.child_by_field_name("object"))
            name = node.child_by_field_name("property")
            if inner is not None and name is not None:
                return inner[0], self.tree.text(name)
            return None
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            given = self._arguments(node)
            called = self.tree.text(function) if function is not None else ""
            if called in ("require", "import") and given and given[0].type == "string":
                return string_value(self.tree, given[0]), MODULE
        return None

    def _arguments(self, node: Node) -> list[Node]:
        arguments = node.child_by_field_name("arguments")
        return [
            one
            for one in (arguments.named_children if arguments is not None else ())
            if one.type != "comment"
        ]

    # -- walking -------------------------------------------------------------------------

    def _visit(self, node: Node, scope: _Scope, depth: int) -> None:
        self.count += 1
        if depth > _MAX_DEPTH or self.count > 200_000:
            return
        kind = node.type
        if kind in _FUNCTIONS:
            self._function(node, scope, depth, "")
            return
        if kind == "variable_declarator":
            self._declared(node, scope, depth)
            return
        if kind == "assignment_expression":
            self._assigned(node, scope, depth)
            return
        if kind == "export_statement":
            self._export(node, scope, depth)
            return
        if kind == "call_expression":
            self._call(node, scope, depth)
            return
        for child in node.named_children:
            self._visit(child, scope, depth + 1)

    def _function(
        self, node: Node, scope: _Scope, depth: int, name: str, *, plugin: bool = False
    ) -> str:
        """Evaluate a function as a unit of its own; its name.

        :param plugin: its first parameter is a router, whatever it is called.
        """
        own = node.child_by_field_name("name")
        title = name or (self.tree.text(own) if own is not None else "")
        place = self.tree.place(node)
        inner = _Scope(title, place, outer=scope)
        parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        first = None
        if parameters is not None:
            if parameters.type == "identifier":
                first = parameters
            else:
                first = next((one for one in parameters.named_children), None)
        if first is not None:
            pattern = first.child_by_field_name("pattern") or first
            text = self.tree.text(pattern)
            typed = self.tree.text(first)
            if re.fullmatch(r"[A-Za-z_$][\w$]*", text) and (
                plugin
                or _PARAMETERS.match(text)
                or re.search(r":\s*(?:Express|Application|FastifyInstance|Router|Hono)\b", typed)
            ):
                inner.routers[text] = _Router(text, place)
        body = node.child_by_field_name("body")
        if body is not None:
            self._visit(body, inner, depth + 1)
        kept = [one for one in inner.routers.values() if not one.used]
        if title and (any(one.items or one.app for one in kept)):
            self.units.append(self._unit(title, place, kept))
        elif not title:
            # `app.ready(() => { app.get(…) })` fills the outer router by itself.
            for one in kept:
                if one.app:
                    scope.routers.setdefault(f"{one.name}@{place.line}", one)
        return title

    def _declared(self, node: Node, scope: _Scope, depth: int) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        required = self._required(value)
        if required is not None:
            if name.type == "identifier":
                self.names[self.tree.text(name)] = required
            elif name.type == "object_pattern":
                for one in name.named_children:
                    key = one.child_by_field_name("key") or one
                    local = one.child_by_field_name("value") or one
                    self.names[self.tree.text(local)] = (required[0], self.tree.text(key))
            return
        title = self.tree.text(name)
        if value.type in _FUNCTIONS:
            self._function(value, scope, depth, title)
            return
        if value.type in ("string", "template_string"):
            text = self._text(value)
            if text is not None and "${" not in text and len(text) < 300:
                self.constants[title] = text
            return
        if self._made(title, value, scope):
            return
        self._visit(value, scope, depth + 1)

    def _made(self, title: str, value: Node, scope: _Scope) -> bool:
        """Whether a value is a new router; it becomes the scope's."""
        while value.type in ("await_expression", "as_expression", "parenthesized_expression",
                             "non_null_expression", "satisfies_expression"):  # fmt: skip
            if not value.named_children:
                return False
            value = value.named_children[0]
        node, calls = value, []
        # `new Hono().basePath('/api')`, `fastify().withTypeProvider()`, `new Hono().get(…).get(…)`
        for _ in range(200):
            function = node.child_by_field_name("function")
            if node.type != "call_expression" or function is None:
                break
            if function.type != "member_expression":
                break
            inner = function.child_by_field_name("object")
            if inner is None or inner.type not in ("call_expression", "new_expression"):
                break
            if self._required(inner) is not None:
                break  # `require('express').Router()`
            calls.append(node)
            node = inner
        maker = node.child_by_field_name(
            "constructor" if node.type == "new_expression" else "function"
        )
        if maker is None or node.type not in ("new_expression", "call_expression"):
            return False
        text = self.tree.text(maker)
        last = text.rpartition(".")[2]
        source = self.names.get(text.partition(".")[0], ("",))[0]
        router = _Router(title, self.tree.place(value))
        if last in _ROUTERS or (last == "default" and "router" in source):
            router.prefix = self._option(node, "prefix", "")
        elif text in _APPS or (source in ("express", "fastify", "hono", "koa") and "." not in text):
            router.app = _APPS.get(text) or source
            self.framework = self.framework or router.app
            router.prefix = self._option(node, "basePath", "")
        else:
            return False
        scope.routers[title] = router
        for call in reversed(calls):
            self._registration(call, router, scope, 0)
        return True

    def _option(self, node: Node, name: str, default: str) -> str | None:
        """A text option of a call (``{ prefix: '/x' }``); ``None`` when it is computed."""
        for argument in self._arguments(node):
            if argument.type == "object":
                for pair in argument.named_children:
                    key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                    wanted = key is not None and self.tree.text(key).strip("'\"") == name
                    if wanted and value is not None:
                        return self._path(value)
        return default

    def _assigned(self, node: Node, scope: _Scope, depth: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        target = self.tree.text(left)
        if target == "module.exports" or target.startswith(("exports.", "module.exports.")):
            self._exports(target, right, scope, depth)
            return
        if re.fullmatch(r"(?:this\.)?[\w$]+", target) and self._made(target, right, scope):
            return
        if right.type in _FUNCTIONS:
            self._function(right, scope, depth, target.rpartition(".")[2])
            return
        self._visit(right, scope, depth + 1)

    def _exports(self, target: str, right: Node, scope: _Scope, depth: int) -> None:
        outside = MODULE if target == "module.exports" else target.rpartition(".")[2]
        if right.type == "identifier":
            self.exported[outside] = self.tree.text(right)
        elif right.type in _FUNCTIONS:
            self.exported[outside] = self._function(right, scope, depth, f"({outside})")
        elif right.type == "object" and outside == MODULE:
            for one in right.named_children:
                if one.type == "shorthand_property_identifier":
                    self.exported[self.tree.text(one)] = self.tree.text(one)
                elif one.type == "pair":
                    key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
                    if key is not None and value is not None and value.type == "identifier":
                        self.exported[self.tree.text(key)] = self.tree.text(value)
                    elif key is not None and value is not None:
                        self._visit(value, scope, depth + 1)
        elif self._made("(module)", right, scope):
            self.exported[outside] = "(module)"
        elif right.type == "call_expression":
            # `module.exports = fp(async function (fastify) { … })`
            for argument in self._arguments(right):
                if argument.type in _FUNCTIONS:
                    self.exported[outside] = self._function(argument, scope, depth, f"({outside})")
                    return
                if argument.type == "identifier":
                    self.exported[outside] = self.tree.text(argument)
                    return
            self._visit(right, scope, depth + 1)

    def _export(self, node: Node, scope: _Scope, depth: int) -> None:
        value = node.child_by_field_name("value")
        declaration = node.child_by_field_name("declaration")
        default = any(child.type == "default" for child in node.children)
        source = node.child_by_field_name("source")
        if declaration is not None:
            self._visit(declaration, scope, depth + 1)
            name = declaration.child_by_field_name("name")
            if name is not None:
                title = self.tree.text(name)
                self.exported["default" if default else title] = title
            for one in declaration.named_children:
                inner = (
                    one.child_by_field_name("name") if one.type == "variable_declarator" else None
                )
                if inner is not None:
                    self.exported[self.tree.text(inner)] = self.tree.text(inner)
            return
        if value is not None and default:
            self._exports("exports.default", value, scope, depth)
            return
        for clause in node.named_children:
            if clause.type != "export_clause":
                continue
            for one in clause.named_children:
                name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                if name is None:
                    continue
                inside, outside = self.tree.text(name), self.tree.text(alias or name)
                self.exported[outside] = inside
                if source is not None:
                    self.names.setdefault(inside, (string_value(self.tree, source), inside))

    # -- registrations -------------------------------------------------------------------

    def _call(self, node: Node, scope: _Scope, depth: int) -> None:
        function = node.child_by_field_name("function")
        if function is None:
            return
        given = self._arguments(node)
        if function.type == "member_expression":
            router = self._receiver(function, scope, depth)
            if router is not None:
                self._registration(node, router, scope, depth)
                return
        elif function.type in ("identifier", "call_expression"):
            self._handed(node, function, given, scope)
        if function.type in ("member_expression", "call_expression", "parenthesized_expression"):
            self._visit(function, scope, depth + 1)
        for one in given:
            self._visit(one, scope, depth + 1)

    def _handed(self, node: Node, function: Node, given: list[Node], scope: _Scope) -> None:
        """``routes(app)``, ``require('./routes')(app)``: the function fills the router."""
        for one in given:
            router = scope.find(self.tree.text(one)) if one.type == "identifier" else None
            if router is None:
                continue
            name = self._reference(function)
            if name is None:
                continue
            source = self.names.get(name[0], (".",))[0]
            if source.startswith((".", "@/", "~/", "#", "src/")):
                router.items.append(Mount("", name, self.tree.place(node), (), "handed"))
            elif not _ONLY_SERVES.search(name[-1]):
                router.items.append(Gap("", self.tree.place(node), f"{name[0]} may add routes"))

    def _receiver(self, function: Node, scope: _Scope, depth: int) -> _Router | None:
        """The router that a method is called on, through chains; inner calls are registered."""
        inner = function.child_by_field_name("object")
        if inner is None:
            return None
        if inner.type in ("identifier", "member_expression", "this"):
            text = self.tree.text(inner)
            router = scope.find(text) or scope.find(text.removeprefix("this."))
            if router is None and inner.type == "identifier" and text in self.names:
                return self._imported(text, function, scope)
            return router
        if inner.type == "call_expression":
            next_function = inner.child_by_field_name("function")
            if next_function is None or next_function.type != "member_expression":
                return None
            router = self._receiver(next_function, scope, depth)
            if router is None:
                return None
            name = next_function.child_by_field_name("property")
            if name is not None and self.tree.text(name) == "route":
                return router  # `.route('/x').get(…)`: see `_registration`
            self._registration(inner, router, scope, depth)
            return router
        return None

    def _imported(self, name: str, function: Node, scope: _Scope) -> _Router | None:
        """A router of another file that this one adds to."""
        method = function.child_by_field_name("property")
        verb = self.tree.text(method) if method is not None else ""
        parent = function.parent
        given = self._arguments(parent) if parent is not None else []
        source = self.names[name][0]
        if not source.startswith((".", "@/", "~/", "#")):
            return None
        literal = bool(given) and given[0].type in ("string", "template_string")
        if not (literal and len(given) > 1 and (verb in _VERBS or verb == "use")):
            return None
        top = scope
        while top.outer is not None:
            top = top.outer
        router = top.routers.get(name)
        if router is None:
            router = top.routers[name] = _Router(name, self.tree.place(function), borrowed=True)
        return router

    def _registration(self, node: Node, router: _Router, scope: _Scope, depth: int) -> None:
        function = node.child_by_field_name("function")
        name = function.child_by_field_name("property") if function is not None else None
        if function is None or name is None or len(router.items) > _MAX_ITEMS:
            return
        verb, given, place = self.tree.text(name), self._arguments(node), self.tree.place(name)
        chained = self._route_of(function)
        if chained is not None and verb in _VERBS:
            self._endpoints(router, _VERBS[verb], chained, given, place)
        elif verb in _VERBS and given and (len(given) > 1 or given[0].type != "string"):
            self._endpoints(router, _VERBS[verb], given[0], given[1:], place)
        elif verb == "on" and len(given) > 2 and router.app == "hono":
            router.items.append(Gap("", place, "methods that are computed"))
        elif verb == "use" and given:
            self._use(router, given, place, scope, depth)
            return
        elif verb == "register" and given:
            self._register(router, node, given, place, scope, depth)
            return
        elif verb == "route" and given:
            self._route(router, given, place, scope)
        elif verb == "mount" and len(given) > 1:
            router.items.append(Gap(self._path(given[0]) or "", place, "something mounted"))
        elif verb == "basePath" and given:
            router.prefix = self._path(given[0])
        elif verb in ("routes", "middleware", "allowedMethods"):
            return
        for one in given:
            self._visit(one, scope, depth + 1)

    def _route_of(self, function: Node) -> Node | None:
        """The path of ``app.route('/x').get(…).post(…)``."""
        inner = function.child_by_field_name("object")
        for _ in range(20):
            if inner is None or inner.type != "call_expression":
                return None
            method = inner.child_by_field_name("function")
            if method is None or method.type != "member_expression":
                return None
            name = method.child_by_field_name("property")
            given = self._arguments(inner)
            if name is not None and self.tree.text(name) == "route" and len(given) == 1:
                return given[0] if given[0].type != "object" else None
            inner = method.child_by_field_name("object")
        return None

    def _endpoints(
        self, router: _Router, verb: str, path: Node, rest: list[Node], place: Place
    ) -> None:
        handler = self._handler(rest[-1]) if rest else ""
        listed = path.named_children if path.type == "array" else [path]
        for one in listed:
            text = self._path(one)
            if text is None:
                begin = self._begin(one)
                router.items.append(Gap(begin, place, "a path that is computed"))
            else:
                at = self.tree.place(one) if one.type == "string" else place
                # Express answers `*` and `/*` with everything.
                text = "/{*rest}" if text in ("*", "/*", "(.*)") else text
                router.items.append(Endpoint(verb, text, at, handler[:80]))

    def _handler(self, node: Node) -> str:
        """The function that an argument names as the one that answers; empty for one without a
        name. ``asyncHandler(list)``, ``users.list.bind(users)``, ``new ListUsers().handle``."""
        for _ in range(_MAX_WRAPS):
            if node.type == "identifier":
                return self.tree.text(node)
            if node.type == "member_expression":
                return _NEW.sub(r"\1.", self.tree.text(node))
            function = node.child_by_field_name("function")
            if node.type != "call_expression" or function is None:
                return ""
            given = self._arguments(node)
            if function.type == "member_expression" and self.tree.text(function).endswith(".bind"):
                inner = function.child_by_field_name("object")
                if inner is None:
                    return ""
                node = inner
            elif given:
                node = given[-1]
            else:
                return ""
        return ""

    def _use(
        self, router: _Router, given: list[Node], place: Place, scope: _Scope, depth: int
    ) -> None:
        prefix: str | None = ""
        rest = given
        if given[0].type in (
            "string",
            "template_string",
            "array",
            "binary_expression",
            "regex",
        ) or (
            len(given) > 1
            and given[0].type in ("identifier", "member_expression")
            and scope.find(self.tree.text(given[0])) is None
            and self._constant(given[0]) is not None
        ):
            first = given[0].named_children[0] if given[0].type == "array" and (
                given[0].named_children) else given[0]  # fmt: skip
            prefix, rest = self._path(first), given[1:]
        elif (
            len(given) > 1
            and given[0].type == "member_expression"
            and (given[1].type in ("identifier", "member_expression"))
        ):
            # `app.use(route.path, route.router)`
            router.items.append(Gap("", place, "a router that is computed"))
            return
        for one in rest:
            self._part(router, prefix, one, place, scope, depth, mounted=bool(prefix))

    def _part(
        self,
        router: _Router,
        prefix: str | None,
        node: Node,
        place: Place,
        scope: _Scope,
        depth: int,
        *,
        mounted: bool,
    ) -> None:
        """One argument of ``use``: a router, a middleware, a whole application."""
        at = prefix if prefix is not None else ""
        text = self.tree.text(node)
        other = scope.find(text) if node.type in ("identifier", "member_expression") else None
        if node.type == "call_expression":
            # `router.routes()` of Koa, `asyncRouter(router)`
            function = node.child_by_field_name("function")
            if function is not None and function.type == "member_expression":
                inner = function.child_by_field_name("object")
                method = function.child_by_field_name("property")
                if inner is not None and method is not None and self.tree.text(method) in (
                    "routes", "middleware",
                ):  # fmt: skip
                    other, node, text = (
                        scope.find(self.tree.text(inner)),
                        inner,
                        self.tree.text(inner),
                    )
                elif method is not None and self.tree.text(method) == "allowedMethods":
                    return
        if prefix is None:
            router.items.append(Gap("", place, "a prefix that is computed"))
            return
        if other is not None and other is not router:
            other.used = True
            router.items += prefixed(at, tuple(placed(other.prefix, other.place, other.items)))
        elif node.type in _FUNCTIONS:
            if _ASKS_PATH.search(text):
                router.items.append(Gap(at, place, "a middleware that looks at the path"))
            elif mounted and not re.search(r"\bnext\s*\(", text):
                router.items.append(Endpoint(ANY, joined(at, "/{*rest}"), place))
            elif not mounted and re.search(r"sendFile|index\.html", text):
                router.items.append(Endpoint(ANY, "/{*rest}", place))
        elif node.type in ("identifier", "member_expression"):
            name = self._reference(node)
            source = self.names.get(name[0], ("",))[0] if name is not None else ""
            if name is not None and source.startswith((".", "@/", "~/", "#", "src/")):
                router.items.append(Mount(at, name, place, (), "used"))
                return
            answers = mounted and source and not _PASSES.search(text)
            may_answer = not mounted and _SUSPECT.search(text + source) is not None
            if name is not None and "/" in source and not source.startswith("node:"):
                # `@server/routes` is an alias of the repository or a package: who resolves knows
                kind = "answers" if answers else "may answer" if may_answer else "passes"
                router.items.append(Mount(at, name, place, (), kind))
            elif answers:
                router.items.append(Gap(at, place, f"{text[:40]} answers"))
            elif may_answer:
                router.items.append(Gap("", place, f"{text[:40]} may answer"))
        elif node.type == "call_expression":
            self._used_call(router, at, node, place, scope, depth, mounted=mounted)
        else:
            required = self._required(node)
            if required is not None:
                self._mount_module(router, at, required, place)

    def _mount_module(
        self, router: _Router, at: str, required: tuple[str, str], place: Place
    ) -> None:
        key = f"{required[0]}#{required[1]}"
        self.names[key] = required
        router.items.append(Mount(at, (key,), place, (), "used"))

    def _used_call(
        self,
        router: _Router,
        at: str,
        node: Node,
        place: Place,
        scope: _Scope,
        depth: int,
        *,
        mounted: bool,
    ) -> None:
        """``use(cors())``, ``use('/api', routes(db))``, ``use(require('./routes'))``."""
        required = self._required(node)
        if required is not None:
            self._mount_module(router, at, required, place)
            return
        function = node.child_by_field_name("function")
        text = self.tree.text(function) if function is not None else ""
        name = self._reference(function) if function is not None else None
        source = self.names.get(name[0], ("",))[0] if name is not None else ""
        if _STATIC.search(text) or _STATIC.search(source):
            if mounted:
                router.items.append(Gap(at, place, "files"))
        elif name is not None and (source.startswith((".", "@/", "~/", "#")) or not source):
            router.items.append(Mount(at, name, place, (), "used"))
        elif mounted and not re.search(r"limit|cors|auth|json|urlencoded|parser|log", text, re.I):
            router.items.append(Gap(at, place, f"{text[:40]} answers"))
        elif not mounted and _SUSPECT.search(text + source):
            router.items.append(Gap("", place, f"{text[:40]} may answer"))
        for one in self._arguments(node):
            self._visit(one, scope, depth + 1)

    def _register(
        self,
        router: _Router,
        node: Node,
        given: list[Node],
        place: Place,
        scope: _Scope,
        depth: int,
    ) -> None:
        """Fastify's ``register(plugin, { prefix })``."""
        prefix = self._option(node, "prefix", "")
        plugin = given[0]
        while plugin.type in ("await_expression", "parenthesized_expression", "as_expression") and (
            plugin.named_children
        ):
            plugin = plugin.named_children[0]
        if prefix is None:
            router.items.append(Gap("", place, "a prefix that is computed"))
        elif plugin.type in _FUNCTIONS:
            title = f"(plugin {place.line}:{place.column})"
            self._function(plugin, scope, depth, title, plugin=True)
            if any(unit.name == title for unit in self.units):
                router.items.append(Mount(prefix, (title,), place, (), "used"))
        else:
            required = self._required(plugin)
            name = self._reference(plugin)
            if required is not None and required[0].startswith((".", "@/", "~/", "#")):
                self._mount_module(router, prefix, required, place)
                return
            source = required[0] if required else self.names.get(name[0], ("",))[0] if name else ""
            text = self.tree.text(plugin)
            if (
                name is not None
                and required is None
                and (not source or source.startswith((".", "@/", "~/", "#")))
            ):
                router.items.append(Mount(prefix, name, place, (), "used"))
            elif _SUSPECT.search(f"{text[:60]} {source}") or (not source and name is None):
                router.items.append(Gap(prefix, place, f"{text[:40]} may add routes"))

    def _route(self, router: _Router, given: list[Node], place: Place, scope: _Scope) -> None:
        """Fastify's ``route({ method, url })``, Hono's ``route('/x', other)``."""
        first = given[0]
        if first.type == "object":
            values = {}
            for pair in first.named_children:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    values[self.tree.text(key).strip("'\"")] = value
            url = values.get("url") or values.get("path")
            text = self._path(url) if url is not None else None
            if text is None:
                router.items.append(Gap("", place, "a route that is computed"))
                return
            method = values.get("method")
            verbs = re.findall(r"[A-Z]{3,7}", self.tree.text(method).upper()) if method else []
            named = values.get("handler")
            handler = self._handler(named) if named is not None else ""
            for verb in [one for one in verbs if one in METHODS] or [ANY]:
                router.items.append(Endpoint(verb, text, place, handler[:80]))
        elif len(given) == 2 and first.type in ("string", "template_string"):
            self._part(router, self._path(first), given[1], place, scope, 0, mounted=True)
        elif len(given) == 1 and first.type == "identifier":
            router.items.append(Gap("", place, "a route that is computed"))

    # -- texts ---------------------------------------------------------------------------

    def _reference(self, node: Node) -> tuple[str, ...] | None:
        """What an expression names: ``users``, ``routes.users``, ``require('./users')``."""
        if node.type == "identifier":
            return (self.tree.text(node),)
        if node.type == "member_expression":
            text = self.tree.text(node)
            if re.fullmatch(r"[\w$]+(?:\.[\w$]+){1,3}", text) and not text.startswith("this."):
                return tuple(text.split("."))
            return None
        required = self._required(node)
        if required is not None:
            key = f"{required[0]}#{required[1]}"
            self.names[key] = required
            return (key,)
        return None

    def _constant(self, node: Node) -> str | None:
        name = self.tree.text(node).rpartition(".")[2]
        if name in self.constants:
            return self.constants[name]
        return f"${{{name}}}" if name.isupper() else None

    def _text(self, node: Node) -> str | None:
        """A string's value; holes that are constants are filled in."""
        value = string_value(self.tree, node)
        if "${" not in value:
            return value

        def filled(match: re.Match[str]) -> str:
            name = match[1].rpartition(".")[2]
            if name in self.constants:
                return self.constants[name]
            return f"${{{name}}}" if name.isupper() else "\0"

        text = re.sub(r"\$\{([\w.$]+)\}", filled, value)
        return None if "\0" in text or "${" in re.sub(r"\$\{[A-Z_0-9]+\}", "", text) else text

    def _path(self, node: Node) -> str | None:
        if node.type in ("string", "template_string"):
            text = self._text(node)
            return None if text is None else plain_path(text)
        if node.type in ("identifier", "member_expression"):
            return self._constant(node)
        if node.type in ("as_expression", "parenthesized_expression") and node.named_children:
            return self._path(node.named_children[0])
        if node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                begin, end = self._path(left), self._path(right)
                return None if begin is None or end is None else begin + end
        return None

    def _begin(self, node: Node) -> str:
        """What a computed path surely begins with."""
        if node.type == "template_string":
            value = string_value(self.tree, node).partition("${")[0]
            return value.rpartition("/")[0]
        return ""
