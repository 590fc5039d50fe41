"""The routes that a Rust file registers with Actix Web or axum.

Routers are values that are built by method calls and handed on, so a function is *evaluated*: a
scope, resource or router made in it collects what is registered on it; what is nested in another
one is prefixed; a function that is handed a router, or whose result is used as one, is a mount.
What nothing takes in is the function's own. Branches are all taken: a route that is registered
under a condition may be served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

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
    Scope,
    Unit,
    plain_path,
    prefixed,
)
from pytest_reconaudit.readers.rust_use import used_names
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["read_rust_routes", "speaks_of_routes"]

_MARKS = (
    "Router", "ServiceConfig", "web::scope", "web::resource", "HttpServer::new", "App::new(",
    "scope(", "axum::serve",
)  # fmt: skip
_HANDLER_MARKS = (
    "#[utoipa::path(",
    *(
        f"{lead}{name}("
        for name in ("get", "post", "put", "patch", "delete", "head", "route")
        for lead in ("#[", "#[actix_web::", "#[web::")
    ),
)


def speaks_of_routes(text: str) -> bool:
    """Whether it is worth parsing a file for routes."""
    # Plain searches: one pattern of alternatives takes ten times as long.
    if any(mark in text for mark in _MARKS):
        return True
    if "actix" not in text and "utoipa" not in text:
        return False
    return "#[" in text and any(mark in text for mark in _HANDLER_MARKS)


_ACTIX = regex(r"\bactix_web\b|\bactix_files\b")
_AXUM = regex(r"\baxum\b|\baide\b|\butoipa_axum\b")
_TEST = regex(r"^#\[(?:cfg\((?:(?:all|any)\()?test\b|(?:\w+::)*test\b)")
_METHOD_NAMES = {name.lower(): name for name in METHODS}
_ROUTERS = frozenset({"Router", "ApiRouter", "OpenApiRouter", "App", "AppRouter"})
_MAKERS = frozenset({"new", "default", "with_openapi", "with_state"})
_FILES = frozenset({"Files", "ServeDir", "SwaggerUi", "Redoc", "Scalar", "RapiDoc", "SpaRouter"})
_STRONG = frozenset(
    {"service", "configure", "nest", "api_route", "nest_service", "route_service", "routes",
     "nest_api_service", "fallback", "fallback_service", "default_service", "merge_api",
     "typed_get", "typed_post", "typed_put", "typed_patch", "typed_delete"}
)  # fmt: skip
_HARMLESS = frozenset(
    {"wrap", "wrap_fn", "app_data", "data", "layer", "route_layer", "with_state", "guard", "name",
     "into_make_service", "into_make_service_with_connect_info", "clone", "split_for_parts",
     "method_not_allowed_fallback", "external_resource", "boxed", "finish_api", "into_router",
     "finish_api_with", "reset_fallback", "into_service", "await", "unwrap", "expect", "to_owned",
     "with_graceful_shutdown", "get_openapi", "to_openapi", "without_v07_checks", "get_openapi_mut",
     "as_service", "url_for", "default_api", "with_path_items", "api_route_docs", "into",
     "map_into"}
)  # fmt: skip
_TEXTUAL = frozenset(
    {"to_string", "as_str", "to_owned", "into", "as_ref", "clone", "deref"}
)  # fmt: skip
_OFTEN = frozenset({"with_state", "layer", "merge", "route_layer"})
"""What routers have, and other things too."""
_ROUTING_NAME = regex(r"rout|app|api|handler|service|server|endpoints")
_WRAPPING = frozenset({"layer", "apply", "wrap", "oneshot", "make_service"})
_NOT_FOUND = regex(r"NOT_FOUND|NotFound|not_found|(?<!\d)404(?!\d)|MethodNotAllowed")
_FORMAT = regex(r"^\s*\"((?:[^\"\\]|\\.)*)\"\s*(?:,(.*))?$", re.DOTALL)
_HOLE = regex(r"\{([A-Za-z_]\w*)?(?::[^{}]*)?\}")
_ATTRIBUTE = regex(r"#\[\s*(?P<name>[\w:]+)\s*\((?P<body>.*)\)\s*\]$", re.DOTALL)
_STRING = regex(r"r?#*\"((?:[^\"\\]|\\.)*)\"#*")
_DOCUMENTED_METHOD = regex(r"^\s*(?:method\s*\([^)]*\)|get|post|put|patch|delete|head|options)\b")
_DOCUMENTED_PATH = regex(r"\bpath\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([A-Z_][A-Z0-9_]*))")
_METHOD_GUARDS = regex(
    r"\bMethod\s*\(\s*(?:\w+::){0,4}([A-Z]+)\s*\)"
    r"|\b(Get|Post|Put|Delete|Head|Options|Patch|Trace)\s*\(\s*\)"
)
_OTHER_GUARDS = regex(r"\bNot\s*\(|\bfn_guard\b|\|")
_MAX_DEPTH = 120
_MAX_ITEMS = 5_000


_REGISTERS = regex(
    r"\.(?:service|route|nest\w*|merge|configure|routes|fallback\w*|api_route|serve|run)\s*\("
    r"|Router\b|ServiceConfig|HttpServer|App::|Scope\b|serve\("
)
"""What a function that registers anything, or starts a server, has in it."""
_ROOT = regex(r"\w+")
_NAME_CALLED = regex(r"(?<![.\w!])((?:[A-Za-z_]\w*::){0,8}[a-z_]\w*)\s*(?:::<[^<>()]{0,80}>)?\(")


def _called(text: str) -> Iterator[tuple[str, ...]]:
    """The functions that a text calls, without evaluating it."""
    for name in dict.fromkeys(_NAME_CALLED.findall(text)):
        yield tuple(name.split("::"))


class _Value(Struct, eq=False):
    """A router, scope or resource while it is put together."""

    kind: str
    """``router``, ``scope``, ``resource``, ``call`` (what a function of ours may return) or
    ``param``."""
    place: Place
    prefix: str = ""
    items: list[Item] = field(default_factory=list)
    used: bool = False
    called: tuple[str, ...] = ()
    dynamic: bool = False
    """The prefix cannot be told."""
    guarded: bool = False
    """A guard decides what it takes."""
    methods: tuple[str, ...] = ()
    """The methods that its guards let in; empty when they do not say."""
    doubt: str = ""


def read_rust_routes(text: str, path: str) -> RoutingFile:
    """The routing units of a Rust file. Never raises; test code is left out."""
    tree = read_syntax(text, path)
    framework = "actix" if _ACTIX.search(text) else "axum" if _AXUM.search(text) else ""
    return _Reading(tree, text, framework).file()


class _Reading:
    """One file while it is read."""

    def __init__(self, tree: SyntaxTree, text: str, framework: str) -> None:
        self.tree = tree
        self.text = text
        self.framework = framework
        self.units: list[Unit] = []
        self.names: dict[str, tuple[str, ...]] = {}
        self.wildcards: list[tuple[str, ...]] = []
        self.constants: dict[str, str] = {}

    def file(self) -> RoutingFile:
        self._declarations(self.tree.root, (), 0)
        return RoutingFile(
            path=self.tree.path,
            framework=self.framework,
            units=tuple(self.units),
            names=self.names,
            wildcards=tuple(self.wildcards),
            constants=self.constants,
            problems=self.tree.errors,
        )

    # -- declarations --------------------------------------------------------------------

    def _declarations(self, node: Node, module: tuple[str, ...], depth: int) -> None:
        if depth > 20:
            return
        attributes: list[str] = []
        functions: list[tuple[Node, list[str]]] = []
        for child in node.named_children:
            kind = child.type
            if kind == "attribute_item":
                attributes.append(self.tree.text(child))
                continue
            if kind in ("line_comment", "block_comment"):
                continue
            tested = any(_TEST.match(one) for one in attributes)
            if kind == "use_declaration":
                self._use(child)
            elif kind in ("const_item", "static_item"):
                self._constant(child)
            elif kind == "function_item" and not tested:
                functions.append((child, attributes))
            elif kind in ("mod_item", "impl_item", "trait_item") and not tested:
                body = child.child_by_field_name("body")
                name = child.child_by_field_name("type" if kind == "impl_item" else "name")
                if body is not None and name is not None:
                    title = re.sub(r"<.*", "", self.tree.text(name), flags=re.DOTALL)
                    self._declarations(body, (*module, title.rpartition("::")[2]), depth + 1)
            attributes = []
        for function, given in functions:
            self._function(function, given, module)

    def _use(self, node: Node) -> None:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return
        text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", self.tree.text(argument), flags=re.DOTALL)
        for path, alias in used_names(text):
            if path[-1:] == ("*",):
                self.wildcards.append(path[:-1])
            elif path:
                self.names[alias or path[-1]] = path

    def _constant(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            text = self._path(value, {})
            if text is not None and len(text) < 300:
                self.constants[self.tree.text(name)] = text

    def _function(self, node: Node, attributes: list[str], module: tuple[str, ...]) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        title = self.tree.text(name)
        place = self.tree.place(node)
        own = tuple(self._own(attributes, place, title))
        documented = tuple(self._documented(attributes, place, title))
        items: list[Item] = []
        starts = routing = False
        if _REGISTERS.search(self.tree.text(node)):
            function = _Function(self, node)
            items, calls, starts = function.evaluate(body)
            routing = function.routing
        else:
            calls = list(_called(self.tree.text(body)))
        if items or calls or starts or own or documented or routing:
            self.units.append(
                Unit(
                    name=title,
                    place=place,
                    items=tuple(items[:_MAX_ITEMS]),
                    module=module,
                    calls=tuple(calls),
                    starts=starts,
                    own=own,
                    documented=documented,
                )
            )

    def _own(self, attributes: list[str], place: Place, handler: str) -> Iterator[Endpoint]:
        for text in attributes:
            match = _ATTRIBUTE.match(text)
            if match is None:
                continue
            name = match["name"].rpartition("::")[2]
            paths = _STRING.findall(match["body"])
            if name in _METHOD_NAMES and paths:
                yield Endpoint(_METHOD_NAMES[name], plain_path(paths[0]), place, handler)
            elif name in ("route", "routes") and paths:
                # `#[route("/x", method = "GET", method = "HEAD")]`
                methods = [one.upper() for one in paths[1:] if one.upper() in METHODS] or [ANY]
                for method in methods:
                    yield Endpoint(method, plain_path(paths[0]), place, handler)

    def _documented(self, attributes: list[str], place: Place, handler: str) -> Iterator[Endpoint]:
        for text in attributes:
            match = _ATTRIBUTE.match(text)
            if match is None or match["name"] not in ("utoipa::path", "path"):
                continue
            found = _DOCUMENTED_PATH.search(match["body"])
            method = _DOCUMENTED_METHOD.match(match["body"])
            if found is not None:
                written = found[1] if found[1] is not None else f"${{{found[2]}}}"
                methods = [
                    one.upper()
                    for one in re.findall(r"\w+", method[0] if method else "")
                    if one.upper() in METHODS
                ]
                for one in methods or [ANY]:
                    yield Endpoint(one, plain_path(written), place, handler)

    # -- texts ---------------------------------------------------------------------------

    def _path(self, node: Node, known: dict[str, str]) -> str | None:
        """A path expression as text; a constant of elsewhere as ``${NAME}``; ``None``: dynamic."""
        kind = node.type
        if kind in ("string_literal", "raw_string_literal"):
            return string_value(self.tree, node)
        if kind in ("reference_expression", "parenthesized_expression"):
            inner = node.named_children
            return self._path(inner[-1], known) if inner else None
        if kind in ("identifier", "scoped_identifier"):
            name = self.tree.text(node).rpartition("::")[2]
            if name in known:
                return known[name]
            if name in self.constants:
                return self.constants[name]
            return f"${{{name}}}" if name.isupper() else None
        if kind == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "field_expression":
                value = function.child_by_field_name("value")
                method = function.child_by_field_name("field")
                if value is None or method is None or self.tree.text(method) not in _TEXTUAL:
                    return None
                return self._path(value, known)
            if function is not None and self.tree.text(function) in ("String::from", "Cow::from"):
                arguments = node.child_by_field_name("arguments")
                inner = arguments.named_children if arguments is not None else []
                return self._path(inner[0], known) if len(inner) == 1 else None
            return None
        if kind == "macro_invocation":
            return self._macro_text(node, known)
        return None

    def _macro_text(self, node: Node, known: dict[str, str]) -> str | None:
        name = node.child_by_field_name("macro")
        body = next((one for one in node.named_children if one.type == "token_tree"), None)
        if name is None or body is None:
            return None
        title = self.tree.text(name).rpartition("::")[2]
        inner = self.tree.text(body)[1:-1]
        if title == "concat":
            return "".join(_STRING.findall(inner)) if "(" not in inner else None
        if title not in ("format", "const_format", "formatcp", "concatcp"):
            return None
        match = _FORMAT.match(inner)
        if match is None:
            return None
        rest = iter([one.strip() for one in (match[2] or "").split(",") if one.strip()])

        def filled(hole: re.Match[str]) -> str:
            name = hole[1] or next(rest, "")
            name = name.lstrip("&").rpartition("::")[2].strip()
            if name in known:
                return known[name]
            if name in self.constants:
                return self.constants[name]
            return f"${{{name}}}" if name.isupper() else "\0"

        text = _HOLE.sub(filled, match[1])
        return None if "\0" in text else text


class _Function:
    """One function while it is evaluated."""

    def __init__(self, reading: _Reading, node: Node) -> None:
        self.reading = reading
        self.tree = reading.tree
        self.made: list[_Value] = []
        self.known: dict[str, str] = {}
        self.starts = False
        self.environment: dict[str, _Value] = {}
        returned = node.child_by_field_name("return_type")
        self.returns = returned is not None and bool(
            re.search(r"\b(?:Router|Scope|ApiRouter|OpenApiRouter|HttpServiceFactory|App|Resource)\b",
                      self.tree.text(returned))
        )  # fmt: skip
        self.routing = self.returns
        """Whether it takes or returns a router."""
        self.given: set[str] = set()
        """The names of its parameters."""
        parameters = node.child_by_field_name("parameters")
        for one in parameters.named_children if parameters is not None else ():
            kind, pattern = one.child_by_field_name("type"), one.child_by_field_name("pattern")
            if kind is None or pattern is None:
                continue
            self.given.add(self.tree.text(pattern).removeprefix("mut ").strip())
            if re.search(
                r"\b(?:ServiceConfig|Router|ApiRouter|OpenApiRouter|Scope|App)\b",
                self.tree.text(kind),
            ):
                name = self.tree.text(pattern).removeprefix("mut ").strip()
                value = self._new("param", one)
                self.environment[name] = value
                self.routing = True

    def evaluate(self, body: Node) -> tuple[list[Item], list[tuple[str, ...]], bool]:
        """(items, calls, whether it starts a server)."""
        last = self._run(body, self.environment, 0)
        if last is not None and last.kind == "call" and self.returns and not last.used:
            # `fn with_state(state: State) -> Router { router(state) }`
            last.kind = "router"
            last.items.append(Mount("", last.called, last.place))
        items: list[Item] = []
        calls: list[tuple[str, ...]] = []
        for one in self.made:
            if one.used:
                continue
            if one.kind == "call":
                calls.append(one.called)
            else:
                items += (
                    item if isinstance(item, Gap) else replace(item, router=one.place)
                    for item in self._exported(one)
                )
        return items, list(dict.fromkeys(calls)), self.starts

    def _exported(self, value: _Value) -> list[Item]:
        value.used = True
        if value.kind in ("scope", "resource"):
            return self._taken(value)
        return value.items

    def _new(self, kind: str, node: Node, prefix: str = "") -> _Value:
        value = _Value(kind, self.tree.place(node), prefix)
        self.made.append(value)
        return value

    # -- statements ----------------------------------------------------------------------

    def _run(self, node: Node, env: dict[str, _Value], depth: int) -> _Value | None:
        """Evaluate a node and everything below it; the value of it as an expression."""
        if depth > _MAX_DEPTH or len(self.made) > _MAX_ITEMS:
            return None
        kind = node.type
        if kind == "call_expression":
            return self._call(node, env, depth)
        if kind == "identifier":
            return env.get(self.tree.text(node))
        if kind == "block":
            return self._block(node, env, depth)
        if kind == "let_declaration":
            return self._let(node, env, depth)
        if kind == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            value = self._run(right, env, depth + 1) if right is not None else None
            if left is not None and value is not None and left.type == "identifier":
                env[self.tree.text(left)] = value
            return None
        if kind in ("function_item", "mod_item", "impl_item", "use_declaration", "const_item"):
            if kind == "use_declaration":
                self.reading._use(node)
            return None
        if kind == "closure_expression":
            inner = node.child_by_field_name("body")
            return self._run(inner, env, depth + 1) if inner is not None else None
        if kind == "macro_invocation":
            return None
        if kind in ("if_expression", "match_expression"):
            return self._branches(node, env, depth)
        value = None
        for child in node.named_children:
            found = self._run(child, env, depth + 1)
            value = found if found is not None else value
        if kind in _TRANSPARENT:
            return value
        return None

    def _block(self, node: Node, env: dict[str, _Value], depth: int) -> _Value | None:
        value = None
        children = [one for one in node.named_children if "comment" not in one.type]
        for child in children:
            value = self._run(child, env, depth + 1)
            if (
                child.type == "expression_statement"
                and child.children[-1:]
                and (child.children[-1].type == ";")
            ):
                value = None
        return value

    def _let(self, node: Node, env: dict[str, _Value], depth: int) -> _Value | None:
        pattern, expression = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or expression is None:
            return None
        name = self.tree.text(pattern).removeprefix("mut ").strip()
        if pattern.type == "tuple_pattern":
            first = pattern.named_children[0] if pattern.named_children else None
            name = self.tree.text(first).removeprefix("mut ").strip() if first is not None else ""
        text = self.reading._path(expression, self.known)
        if text is not None and not text.startswith("${"):
            self.known[name] = text
        value = self._run(expression, env, depth + 1)
        if value is not None:
            env[name] = value
        else:
            env.pop(name, None)
        return None

    def _branches(self, node: Node, env: dict[str, _Value], depth: int) -> _Value | None:
        """Every branch in turn: the result holds what each of them registers."""
        found: list[_Value] = []
        for child in node.named_children:
            if child.type in _BRANCHES:
                value = self._run(child, env, depth + 1)
                if value is not None and value not in found:
                    found.append(value)
            else:
                self._run(child, env, depth + 1)
        for other in found[1:]:
            if not other.used:
                found[0].items += self._taken(other)
        if found[1:]:
            found[0].used = False  # one branch may have put it into what another one gives
        return found[0] if found else None

    # -- calls ---------------------------------------------------------------------------

    def _call(self, node: Node, env: dict[str, _Value], depth: int) -> _Value | None:
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        given = [
            one
            for one in (arguments.named_children if arguments is not None else ())
            if "comment" not in one.type and one.type != "attribute_item"
        ]
        if function is None:
            return None
        if function.type == "generic_function":
            function = function.child_by_field_name("function") or function
        if function.type == "field_expression":
            return self._method(node, function, given, env, depth)
        name = tuple(re.sub(r"<[^<>]*>", "", self.tree.text(function)).split("::"))
        name = tuple(part.strip() for part in name if part.strip())
        if not name or len(name) > 12:
            return None
        return self._free_call(node, name, given, env, depth)

    def _free_call(
        self,
        node: Node,
        name: tuple[str, ...],
        given: list[Node],
        env: dict[str, _Value],
        depth: int,
    ) -> _Value | None:
        last, owner = name[-1], name[-2] if len(name) > 1 else ""
        if owner in _ROUTERS and last in _MAKERS and not self._is_own(owner):
            return self._new("router", node)
        if owner in _FILES or (last in ("new", "single_page") and owner in _FILES):
            value = self._new("resource", node)
            path = self._prefix(given[0]) if given and owner in ("Files", "SwaggerUi") else ""
            value.items.append(Gap(_tailless(path or ""), value.place, f"{owner} serves files"))
            value.prefix = path or ""
            return value
        owned = owner in ("web", "actix_web") or (not owner and self.reading.framework == "actix")
        if last in ("redirect", "redirect_to") and owned and given:
            value = self._new("resource", node)
            value.prefix = self._prefix(given[0]) or ""
            value.dynamic = not value.prefix
            value.items.append(
                Gap("", value.place, "a path that is computed")
                if value.dynamic
                else Endpoint(ANY, value.prefix, value.place)
            )
            return value
        if last in ("scope", "resource") and owned and given:
            return self._scope(node, last, given[0])
        if last in ("serve", "serve_with_shutdown") and (
            owner in ("axum", "axum_server", "Server")
            or (not owner and self.reading.names.get(last, ())[:1] == ("axum",))
        ):
            self._start(given[-1:], env, depth)
            return None
        if owner == "HttpServer" and last == "new":
            self._start(given, env, depth)
            return None
        values = [self._run(one, env, depth + 1) for one in given]
        routers = [one for one in values if one is not None and one.kind != "call"]
        # `use routes::user_routes as UserRoutes` renames a function.
        real = self.reading.names.get(name[0], name)[-1] if len(name) == 1 else last
        if real[:1].isupper():
            return routers[0] if routers else None  # `Some(router)`, `Ok(app)`
        if routers:
            routers[0].items.append(Mount("", name, self.tree.place(node), (), "wrapper"))
            return routers[0]
        for one in values:
            if one is not None and one.kind == "call" and owner in ("Box", "Arc"):
                return one
        value = self._new("call", node)
        value.called = name
        return value

    def _is_own(self, owner: str) -> bool:
        """Whether what is called as Actix's application is a type of the program's own."""
        used = self.reading.names.get(owner)
        if owner != "App":
            return False
        return used is not None and used[0] not in ("actix_web", "axum")

    def _scope(self, node: Node, kind: str, argument: Node) -> _Value:
        value = self._new(kind, node)
        path = self._prefix(argument)
        if path is None:
            value.dynamic = True
        else:
            value.prefix = path
        return value

    def _start(self, given: list[Node], env: dict[str, _Value], depth: int) -> None:
        """What a server is given is served, whatever made it."""
        self.starts = True
        for one in given:
            value = self._run(one, env, depth + 1)
            if value is not None:
                self._served(value, sure=True)
            elif one.type in ("identifier", "call_expression"):
                root = _ROOT.match(self.tree.text(one))
                if root is not None and root[0] not in self.given:
                    unknown = self._new("router", one)
                    unknown.items.append(Gap("", unknown.place, "what is served is not followed"))

    def _served(self, value: _Value, *, sure: bool) -> None:
        """A value is given to a server.

        :param sure: also what only a call returns.
        """
        if value.kind == "call" and sure and not value.used:
            value.kind = "router"
            value.items.append(Mount("", value.called, value.place))
        if value.kind != "call":
            self.starts = True

    def _prefix(self, node: Node) -> str | None:
        text = self.reading._path(node, self.known)
        return None if text is None else plain_path(text)

    def _method(
        self,
        node: Node,
        function: Node,
        given: list[Node],
        env: dict[str, _Value],
        depth: int,
    ) -> _Value | None:
        value_node, field_node = (
            function.child_by_field_name("value"),
            function.child_by_field_name("field"),
        )
        if value_node is None or field_node is None:
            return None
        method = self.tree.text(field_node)
        receiver = self._run(value_node, env, depth + 1)
        strong = method in _STRONG or (method == "route" and len(given) == 2)
        if receiver is None and strong and self._registers(method, given):
            receiver = self._new("router", node)
            root = value_node
            if root.type == "identifier":
                env[self.tree.text(root)] = receiver
        if receiver is None:
            values = [self._run(one, env, depth + 1) for one in given]
            routers = [one for one in values if one is not None]
            if method in ("serve", "run", "serve_with_shutdown") and routers:
                self._served(routers[0], sure=method != "run")
                return None
            if method in _WRAPPING and routers:
                return routers[0]
            if self.tree.text(value_node) == "self":
                value = self._new("call", node)
                value.called = ("Self", method)
                return value
            return None
        if receiver.kind == "call":
            made = receiver.called[-2:-1]
            built = bool(made) and made[0][:1].isupper() and made[0] != "Self"
            if not strong and (built or method not in _OFTEN):
                values = [self._run(one, env, depth + 1) for one in given]
                inner = next((one for one in values if one is not None), None)
                if method in _WRAPPING and inner is not None:
                    return inner  # `NormalizePath::layer(router)`
                return receiver if method in _HARMLESS else None
            if method == "layer" and not _ROUTING_NAME.search(receiver.called[-1]):
                # `from_fn(normalize_path).layer(router)`
                values = [env.get(self.tree.text(one)) for one in given]
                wrapped = next((one for one in values if one is not None), None)
                if wrapped is not None:
                    return wrapped
            if strong or method == "merge":
                receiver.kind = "router"
                receiver.items.append(Mount("", receiver.called, receiver.place))
        self._register(receiver, method, node, field_node, given, env, depth)
        return receiver

    def _registers(self, method: str, given: list[Node]) -> bool:
        """Whether a call on something unknown looks like a registration."""
        if not self.reading.framework:
            return False
        if method in ("route", "nest", "api_route", "nest_service", "route_service"):
            return len(given) == 2 and given[0].type in ("string_literal", "raw_string_literal")
        if method in ("service", "configure"):
            return self.reading.framework == "actix" and len(given) == 1
        return False

    def _register(
        self,
        receiver: _Value,
        method: str,
        node: Node,
        at: Node,
        given: list[Node],
        env: dict[str, _Value],
        depth: int,
    ) -> None:
        place = self.tree.place(at)
        if method == "guard":
            receiver.guarded = True
            receiver.methods = self._let_in(given) or receiver.methods
        if receiver.kind == "resource":
            self._of_resource(receiver, method, given, place)
            return
        if method in ("route", "api_route", "api_route_with") and len(given) >= 2:
            self._route(receiver, given, place)
        elif method in ("nest", "nest_api_service", "nest_service", "route_service") and (
            len(given) >= 2
        ):
            self._nest(receiver, method, given, place, env, depth)
        elif method in ("merge", "service", "merge_api") and given:
            self._take(receiver, given[0], place, env, depth, handler=method == "service")
        elif method == "routes" and given:
            self._documented(receiver, given[0], place)
        elif method == "configure" and given:
            self._configure(receiver, given[0], place, env, depth)
        elif method in ("fallback", "fallback_service", "default_service") and given:
            self._fallback(receiver, given[0], place)
        elif method.startswith("typed_"):
            receiver.items.append(Gap("", place, "a typed path"))
        elif method not in _HARMLESS:
            for one in given:
                self._run(one, env, depth + 1)
            receiver.items.append(Gap("", place, f"what .{method}() registers is not known"))

    def _route(self, receiver: _Value, given: list[Node], place: Place) -> None:
        path = self._prefix(given[0])
        if path is None:
            receiver.items.append(Gap("", place, "a path that is computed"))
            return
        for name, handler in self._verbs(given[1]):
            receiver.items.append(Endpoint(name, path, self._at(given[0], place), handler))

    def _at(self, node: Node, place: Place) -> Place:
        """Where the path stands when it is a literal."""
        return self.tree.place(node) if node.type.endswith("string_literal") else place

    def _verbs(self, node: Node) -> list[tuple[str, str]]:
        """(method, handler) of ``get(list).post(create)``, ``web::get().to(list)``."""
        found: list[tuple[str, str]] = []
        handler = ""
        asked: tuple[str, ...] = ()
        current: Node | None = node
        for _ in range(60):
            if current is None or current.type != "call_expression":
                break
            function = current.child_by_field_name("function")
            arguments = current.child_by_field_name("arguments")
            if function is None:
                break
            if function.type == "generic_function":
                function = function.child_by_field_name("function") or function
            first = arguments.named_children[0] if arguments and arguments.named_children else None
            name = self._handler(first)
            if function.type == "field_expression":
                field_node = function.child_by_field_name("field")
                verb = self.tree.text(field_node) if field_node is not None else ""
                current = function.child_by_field_name("value")
            else:
                verb = self.tree.text(function).rpartition("::")[2]
                current = None
            base = re.sub(r"_(?:with|service|service_with)$", "", verb)
            if verb in ("to", "to_async"):
                handler = name
            elif base in _METHOD_NAMES:
                found.append((_METHOD_NAMES[base], name or handler))
            elif base in ("any", "route", "to"):
                found += [(one, name or handler) for one in asked or (ANY,)]
            elif base == "guard":
                asked = self._let_in(arguments.named_children if arguments else []) or asked
            elif base == "method" and current is not None:
                # `web::route().method(Method::PUT)`
                written = self.tree.text(arguments) if arguments else ""
                asked = tuple(one for one in sorted(METHODS) if one in written) or asked
            elif base in ("method", "on"):
                listed = [one for one in METHODS if arguments and one in self.tree.text(arguments)]
                found += [(one, handler) for one in sorted(listed)] or [(ANY, handler)]
        return found[::-1] or [(ANY, handler)]

    def _let_in(self, given: list[Node]) -> tuple[str, ...]:
        """The methods that a guard asks for: ``guard::Post()``, ``guard::Method(Method::POST)``,
        ``guard::Any(guard::Get()).or(guard::Head())``; empty when it asks for something else."""
        text = self.tree.text(given[0]) if len(given) == 1 else ""
        if len(text) > 300 or _OTHER_GUARDS.search(text):
            return ()
        found = [(one or two).upper() for one, two in _METHOD_GUARDS.findall(text)]
        if text.count(".or(") >= max(len(found), 1):
            return ()  # or something that is no method
        return tuple(dict.fromkeys(one for one in found if one in METHODS))

    def _handler(self, node: Node | None) -> str:
        node = _plain(node)
        if node is None or node.type not in ("identifier", "scoped_identifier"):
            return ""
        return self.tree.text(node)

    def _of_resource(self, receiver: _Value, method: str, given: list[Node], place: Place) -> None:
        """``web::resource("/x").route(web::get().to(h))``, ``.to(h)``, ``.get(h)``."""
        if method == "route" and given:
            pairs = self._verbs(given[0])
        elif method in _METHOD_NAMES:
            pairs = [(_METHOD_NAMES[method], self._handler(given[0] if given else None))]
        elif method in ("to", "to_async"):
            pairs = [(ANY, self._handler(given[0] if given else None))]
        else:
            return
        for name, handler in pairs:
            if receiver.dynamic:
                receiver.items.append(Gap("", place, "a path that is computed"))
            else:
                receiver.items.append(Endpoint(name, receiver.prefix, receiver.place, handler))

    def _nest(
        self,
        receiver: _Value,
        method: str,
        given: list[Node],
        place: Place,
        env: dict[str, _Value],
        depth: int,
    ) -> None:
        path = self._prefix(given[0])
        inner = self._run(given[1], env, depth + 1)
        if path is None:
            self._drop(inner)
            receiver.items.append(Gap("", place, "a prefix that is computed"))
            return
        if inner is None:
            reference = self._name(given[1])
            if method in ("nest", "nest_api_service") and reference:
                receiver.items.append(Mount(path, reference, place))
            else:
                receiver.items.append(Gap(_tailless(path), place, "a service of its own"))
            return
        items = tuple(self._taken(inner))
        if self.reading.framework == "axum" and path.strip("/"):
            # The root of what is nested answers without a slash at its end.
            items = tuple(
                replace(one, path="") if isinstance(one, Endpoint) and one.path == "/" else one
                for one in items
            )
        receiver.items += prefixed(path.rstrip("/") or path, items)

    def _drop(self, value: _Value | None) -> None:
        if value is not None:
            value.used = True

    def _taken(self, value: _Value) -> list[Item]:
        """What a value registers where it is put; from then on it is used."""
        value.used = True
        if value.methods and value.kind in ("scope", "resource"):
            whole = value.kind == "resource" and not value.items and not value.dynamic
            items = [Endpoint(ANY, value.prefix, value.place)] if whole else value.items
            value.items = [other for one in items for other in _asked_by(one, value.methods)]
        if value.kind == "call":
            return [Mount("", value.called, value.place)]
        if value.kind == "scope":
            if value.dynamic:
                return [Gap("", value.place, "a scope whose prefix is computed")]
            scope = Scope(value.prefix, value.place, value.guarded)
            return prefixed(value.prefix, tuple(value.items), scope)
        if value.kind == "resource" and not value.items and not value.dynamic:
            return [Endpoint(ANY, value.prefix, value.place)]
        return value.items

    def _take(
        self,
        receiver: _Value,
        argument: Node,
        place: Place,
        env: dict[str, _Value],
        depth: int,
        *,
        handler: bool,
    ) -> None:
        parts = argument.named_children if argument.type == "tuple_expression" else [argument]
        for part in parts:
            inner = self._run(part, env, depth + 1)
            if inner is receiver:
                continue
            if inner is not None:
                receiver.items += self._taken(inner)
                continue
            reference = self._name(part)
            if reference:
                kind = "handler" if handler else ""
                receiver.items.append(Mount("", reference, self.tree.place(part), (), kind))
            elif part.type == "macro_invocation" or handler:
                receiver.items.append(Gap("", place, "a service that is computed"))
            else:
                receiver.items.append(Gap("", place, "a router that is computed"))

    def _name(self, node: Node) -> tuple[str, ...]:
        """The function or handler that an expression names; empty when it is none."""
        node = _plain(node) or node
        if node.type in ("identifier", "scoped_identifier"):
            return tuple(self.tree.text(node).replace(" ", "").split("::"))
        if node.type == "reference_expression" and node.named_children:
            return self._name(node.named_children[-1])
        return ()

    def _documented(self, receiver: _Value, argument: Node, place: Place) -> None:
        """``.routes(routes!(list, create))``: the paths are in the handlers' descriptions."""
        body = next((one for one in argument.named_children if one.type == "token_tree"), None)
        if argument.type != "macro_invocation" or body is None:
            receiver.items.append(Gap("", place, "routes that are computed"))
            return
        for word in re.split(r"[,\s]+", self.tree.text(body)[1:-1]):
            if re.fullmatch(r"[A-Za-z_][\w:]*", word):
                name = tuple(part for part in word.split("::") if part)
                receiver.items.append(Mount("", name, place, (), "openapi"))

    def _configure(
        self,
        receiver: _Value,
        argument: Node,
        place: Place,
        env: dict[str, _Value],
        depth: int,
    ) -> None:
        if argument.type == "closure_expression":
            parameters = argument.child_by_field_name("parameters")
            names = parameters.named_children if parameters is not None else []
            body = argument.child_by_field_name("body")
            inner = dict(env)
            made = self._new("param", argument)
            if names:
                pattern = names[0].child_by_field_name("pattern") or names[0]
                inner[self.tree.text(pattern).removeprefix("mut ").strip()] = made
            if body is not None:
                self._run(body, inner, depth + 1)
            receiver.items += self._taken(made)
            return
        reference = self._name(argument)
        if reference:
            receiver.items.append(Mount("", reference, self.tree.place(argument)))
            return
        value = self._run(argument, env, depth + 1)
        if value is not None and value.kind == "call":
            # `.configure(routes(state))`: a function that returns the closure.
            receiver.items += self._taken(value)
        else:
            receiver.items.append(Gap("", place, "a configuration that is computed"))

    def _fallback(self, receiver: _Value, argument: Node, place: Place) -> None:
        """Whatever answers all other paths; nothing when it answers that there is none."""
        text = self.tree.text(argument)
        if _NOT_FOUND.search(text):
            return
        name = self._name(argument) or tuple(re.findall(r"\w+", text)[-1:])
        body = (
            re.search(
                rf"\bfn\s+{re.escape(name[-1])}\b(?:(?!\n\}}).){{0,1500}}",
                self.reading.text,
                re.DOTALL,
            )
            if name
            else None
        )
        if body is not None and _NOT_FOUND.search(body[0]):
            return
        receiver.items.append(Gap("", place, "a fallback answers every other path"))


_BRANCHES = frozenset({"block", "else_clause", "match_block", "if_expression", "match_arm"})
_TRANSPARENT = frozenset(
    {"expression_statement", "parenthesized_expression", "reference_expression", "try_expression",
     "await_expression", "return_expression", "async_block", "unsafe_block", "else_clause",
     "match_arm", "match_block", "type_cast_expression", "const_block", "tuple_expression"}
)  # fmt: skip


def _asked_by(item: Item, methods: tuple[str, ...]) -> list[Item]:
    """A registration as a guard for some methods around it leaves it."""
    if not isinstance(item, Endpoint) or item.method != ANY:
        return [item]
    return [replace(item, method=one) for one in methods]


def _plain(node: Node | None) -> Node | None:
    """A name without the types that it is given: ``list_orders::<PgOrders>``."""
    if node is not None and node.type == "generic_function":
        return node.child_by_field_name("function")
    return node


def _tailless(path: str) -> str:
    """The prefix of a path that ends in a tail: ``/docs/{*rest}`` → ``/docs``."""
    return re.sub(r"/?\{\*?[^{}]*\}$", "", path)
