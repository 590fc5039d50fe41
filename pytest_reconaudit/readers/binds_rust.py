"""Rust: actix-web, hyper, axum, axum-server, tonic, warp, tokio and std listeners, Rocket."""

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
    split_address,
    with_default,
)
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["ANY_OWNER", "call_arguments", "definitions_of", "may_listen", "rust_binds"]

_MAY = (
    "Listener::bind", "Listener::new(", "Server::bind", "Server::try_bind", "HttpServer::new",
    "warp::serve", "axum_server", "Server::builder", "rocket::build", "rocket::ignite",
    "rocket::custom", "http_listener",
)  # fmt: skip
"""Plain texts: looking for these takes a tenth of a regular expression's time."""
_CALLS = regex(
    rb"\.(?:bind(?:_[a-z0-9_]+)?|run|serve(?:_with_\w+)?|try_bind|with_http_listener)\s*\("
    rb"|::(?:try_)?bind(?:_\w+)?\s*\(|\bTcpListener::new\s*\(|rocket::(?:build|ignite|custom)\s*\("
)
_CALL = frozenset({"call_expression"})
_TYPE = regex(
    r"(?:match\s|[&\s]|(?:(?:std::sync|web)::)?(?:Arc|Rc|Data|Box)::new\(){0,6}"
    r"(?:\w+::)*([A-Z]\w*)(?:::<[^>]*>)?::\w+"
)
"""The type that makes a value: ``Config`` of ``match Config::from_env() { … }``."""
_TRANSPARENT = frozenset(
    {"unwrap", "expect", "to_string", "clone", "as_str", "as_ref", "into", "to_owned", "parse",
     "as_deref", "context", "with_context", "map_err", "ok", "trim", "to_socket_addrs",
     "into_boxed_str", "as_bytes", "borrow", "deref", "cloned", "copied", "into_iter", "next",
     "try_into", "unwrap_or_exit", "into_string", "get_ref", "ip", "ok_or", "ok_or_else", "iter"}
)  # fmt: skip
_LISTENERS = frozenset({"TcpListener", "Server", "axum_server", "HttpServer"})
_ENV = regex(r"(?:std::)?env::var(?:_os)?|dotenvy?::var|var(?:_os)?")
_KEY = regex(r"[A-Z][A-Z0-9_]*")
ANY_OWNER = "*"
"""The owner of a field that is set on a value whose type the file does not tell."""
_HARMLESS = regex(r"[\s|\w.:<>()&!?*\"'{},-]*")
_ARG_ENV = regex(r'\benv\s*=\s*"([^"]+)"|\bfrom\s*=\s*"([A-Z][A-Z0-9_]*)"')
_ARG_DEFAULT = regex(r'\bdefault(?:_value(?:_t)?)?\s*=\s*(?:"([^"]*)"|([\w.]+))')
_ATTRIBUTE = regex(r"#\s*\[\s*(?:clap|arg|structopt|envconfig|argh|config|env)\b")


def may_listen(text: str) -> bool:
    """Whether a file may start a server; decides without parsing."""
    return any(word in text for word in _MAY)


def rust_binds(tree: SyntaxTree) -> SourceBinds:
    """Every server start of a file."""
    return SourceBinds(tree.path, tuple(_Rust(tree).binds()))


def definitions_of(tree: SyntaxTree, name: str) -> tuple[Definition, ...]:
    """What a file gives to fields (in struct expressions and ``clap`` arguments), constants and
    statics of one name."""
    return tuple(_Rust(tree).definitions(name))


def call_arguments(tree: SyntaxTree, function: str, index: int) -> tuple[Definition, ...]:
    """What a file passes as one parameter of a function."""
    return tuple(_Rust(tree).passed(function, index))


class _Rust(Follower):
    def binds(self) -> Iterator[ServerBind]:
        for node in self.tree.around(_CALLS, _CALL):
            found = self._bind(node)
            if found is not None:
                via, argument, host, port = found
                yield ServerBind(
                    place=self.tree.place(argument or node),
                    written=self.written(argument or node),
                    host=host,
                    port=port,
                    via=via,
                    test=self._in_test(node),
                )

    def _bind(self, node: Node) -> tuple[str, Node | None, Text | None, Text | None] | None:
        function = node.child_by_field_name("function")
        given = arguments(node.child_by_field_name("arguments"))
        if function is None:
            return None
        if function.type == "field_expression":
            name = self.text(function.child_by_field_name("field") or function)
            via = self._receiver(function.child_by_field_name("value"))
            wanted = {
                "HttpServer": ("bind",), "warp": ("run", "try_bind"), "tonic": ("serve",),
                "PrometheusBuilder": ("with_http_listener",), "Server": ("bind",),
                "listener": ("bind",),
            }.get(via, ())  # fmt: skip
            if not name.startswith(wanted) or not wanted or not given or name == "bind_uds":
                return None
            return via, given[0], *split_address(self.value(given[0]))
        path = self.text(function).replace(" ", "")
        owner, _, name = path.rpartition("::")
        if path.startswith("rocket::"):
            if name == "custom" or self._configured(node):
                return "rocket", None, None, None  # a configuration of the program's own
            key = Variable(key="ROCKET_ADDRESS", default=("127.0.0.1",))
            return "rocket", None, (key,), (Variable(key="ROCKET_PORT", default=("8000",)),)
        short = owner.partition("::<")[0].rpartition("::")[2]
        if short in _LISTENERS and given and (name.startswith(("bind", "try_bind"))):
            return short, given[0], *split_address(self.value(given[0]))
        if short == "TcpListener" and name == "new" and given:
            return short, given[0], *split_address(self.value(given[0]))
        return None

    def _configured(self, node: Node) -> bool:
        """Whether ``.configure(…)`` is called further along the chain."""
        outer = node.parent
        while outer is not None and outer.type in ("field_expression", "call_expression"):
            field = outer.child_by_field_name("field")
            if field is not None and self.text(field) == "configure":
                return True
            outer = outer.parent
        return False

    def _receiver(self, node: Node | None, depth: int = 0) -> str:
        """What a chain of methods starts from, as far as it is a server."""
        while node is not None and depth < 200:
            depth += 1
            if node.type in ("call_expression", "generic_function"):
                node = node.child_by_field_name("function")
            elif node.type == "field_expression":
                node = node.child_by_field_name("value")
            elif node.type in ("try_expression", "await_expression", "parenthesized_expression"):
                node = node.named_children[0] if node.named_children else None
            elif node.type == "identifier":
                node = self._local(node, self.text(node))
            else:
                path = self.text(node).replace(" ", "")
                if "HttpServer::new" in path:
                    return "HttpServer"
                if path.endswith("warp::serve") or path == "serve":
                    return "warp"
                if "Server::builder" in path:
                    return "tonic"
                if "PrometheusBuilder::new" in path:
                    return "PrometheusBuilder"
                return ""
        return ""

    # -- values ----------------------------------------------------------------------------

    def value(self, node: Node | None, depth: int = 0) -> Text | None:
        if node is None or self.too_deep(depth):
            return None
        deeper = depth + 1
        match node.type:
            case "string_literal" | "raw_string_literal":
                return (string_value(self.tree, node),)
            case "integer_literal":
                digits = number(self.text(node))
                return (digits,) if digits is not None else None
            case (
                "reference_expression" | "try_expression" | "await_expression"
                | "parenthesized_expression" | "type_cast_expression" | "unary_expression"
            ):  # fmt: skip
                inner = node.child_by_field_name("value") or _first(node)
                return self.value(inner, deeper)
            case "tuple_expression":
                parts = arguments(node)
                if len(parts) != 2:
                    return None
                return joined(self.value(parts[0], deeper), (":",), self.value(parts[1], deeper))
            case "array_expression":
                numbers = [number(self.text(one)) for one in arguments(node)]
                if len(numbers) == 4 and None not in numbers:
                    return (".".join(str(one) for one in numbers),)
                if len(numbers) == 1:  # bind(&["0.0.0.0:80"])
                    return self.value(arguments(node)[0], deeper)
                zeros = {one for one in numbers if one != "0"}
                return ("[::]",) if len(numbers) == 8 and not zeros else None
            case "identifier":
                return self._named(node, deeper)
            case "scoped_identifier":
                return self._path(node)
            case "field_expression":
                return self._field(node)
            case "call_expression":
                return self._call(node, deeper)
            case "macro_invocation":
                return self._macro(node, deeper)
            case "match_expression":
                return self._match(node, deeper)
            case "if_expression":
                return self._if(node, deeper)
            case "block":
                last = node.named_children[-1] if node.named_children else None
                return self.value(last, deeper)
            case "closure_expression":
                return self.value(node.child_by_field_name("body"), deeper)
            case "expression_statement":
                return self.value(_first(node), deeper)
        return None

    def _path(self, node: Node) -> Text | None:
        path = self.text(node).replace(" ", "")
        if path.endswith("::UNSPECIFIED"):
            return ("[::]" if "Ipv6" in path else "0.0.0.0",)
        if path.endswith("::LOCALHOST"):
            return ("127.0.0.1",)
        name = path.rpartition("::")[2]
        return (Variable(name=name),) if name.isupper() else None

    def _named(self, node: Node, depth: int) -> Text | None:
        name = self.text(node)
        found = self._local(node, name)
        function = self.above(node, "function_item")
        if function is not None and f"{name}.set_" in self.text(function):
            return None  # `address.set_port(port)`
        if found is not None:
            return self.value(found, depth)
        if function is not None:
            names = self._parameters(function)
            if name in names:
                own = function.child_by_field_name("name")
                text = self.text(own) if own is not None else ""
                if text == "main" or not text:
                    return None
                return (Variable(name=text, parameter=names.index(name)),)
        if name.isupper() or (name[:1].isupper() and "_" in name):
            return (Variable(name=name),)
        return None

    def _local(self, node: Node, name: str) -> Node | None:
        """The expression that the nearest ``let`` before a node gives to a name."""
        at, inner = node.start_byte, node
        for outer in self._up(node):
            if outer.type in ("block", "source_file"):
                found = None
                for child in outer.named_children:
                    if child.start_byte >= at or child.id == inner.id:
                        break
                    if child.type == "let_declaration":
                        pattern = child.child_by_field_name("pattern")
                        if pattern is not None and self.text(pattern) in (name, f"mut {name}"):
                            found = child.child_by_field_name("value")
                if found is not None:
                    return found
            if outer.type == "function_item":
                return None
            inner = outer
        return None

    def _up(self, node: Node) -> Iterator[Node]:
        parent = node.parent
        while parent is not None:
            yield parent
            parent = parent.parent

    def _parameters(self, function: Node) -> list[str]:
        listed = function.child_by_field_name("parameters")
        names = []
        for one in arguments(listed):
            if one.type == "parameter":
                pattern = one.child_by_field_name("pattern")
                names.append(self.text(pattern).removeprefix("mut ") if pattern else "")
        return names

    def _field(self, node: Node) -> Text | None:
        field, holder = node.child_by_field_name("field"), node.child_by_field_name("value")
        if field is None or holder is None or field.type != "field_identifier":
            return None
        return (Variable(name=self.text(field), owner=self._type_of(holder)),)

    def _type_of(self, node: Node) -> str:
        """The type of a variable, where the file says it."""
        text = self.text(node)
        if text == "self":
            holder = self.above(node, "impl_item")
            kind = holder.child_by_field_name("type") if holder is not None else None
            return self.text(kind) if kind is not None else ""
        if node.type != "identifier":
            return ""
        made = self._local(node, text)
        if made is not None:
            match = _TYPE.match(self.text(made))
            return match[1] if match else ""
        function = self.above(node, "function_item")
        for one in arguments(function.child_by_field_name("parameters")) if function else []:
            pattern, kind = one.child_by_field_name("pattern"), one.child_by_field_name("type")
            if pattern is not None and kind is not None and self.text(pattern) == text:
                names = re.findall(r"\b[A-Z]\w*", self.text(kind))
                return str(names[-1]) if names else ""
        return ""

    def _call(self, node: Node, depth: int) -> Text | None:
        function = node.child_by_field_name("function")
        given = arguments(node.child_by_field_name("arguments"))
        if function is None:
            return None
        if function.type == "generic_function":
            function = function.child_by_field_name("function") or function
        if function.type == "field_expression":
            name = self.text(function.child_by_field_name("field") or function)
            holder = function.child_by_field_name("value")
            if name in _TRANSPARENT:
                return self.value(holder, depth)
            if name in ("unwrap_or", "unwrap_or_else", "or", "or_else") and given:
                return with_default(self.value(holder, depth), self.value(given[0], depth))
            if name == "map_or" and given:
                return with_default(self.value(holder, depth), self.value(given[0], depth))
            # Only what converts the text; any other function may compute with it.
            if name in ("and_then", "map") and given and "parse" in self.text(given[-1]):
                return self.value(holder, depth)
            return None
        path = self.text(function).replace(" ", "")
        owner, _, name = path.rpartition("::")
        if _ENV.fullmatch(path) and given:
            key = self.value(given[0], depth)
            text = key[0] if key and len(key) == 1 else None
            return (Variable(key=text),) if isinstance(text, str) and text else None
        short = owner.rpartition("::")[2]
        if short in ("SocketAddr", "SocketAddrV4", "SocketAddrV6"):
            if name == "from" and given:
                return self.value(given[0], depth)
            if name in ("new", "V4", "V6") and len(given) >= 2:
                return joined(self.value(given[0], depth), (":",), self.value(given[1], depth))
            if name == "from_str" and given:
                return self.value(given[0], depth)
        if short in ("IpAddr", "Ipv4Addr", "Ipv6Addr", "String", "Cow") and given:
            if name == "new" and len(given) == 4:
                numbers = [number(self.text(one)) for one in given]
                return (".".join(str(one) for one in numbers),) if None not in numbers else None
            if name == "new" and len(given) == 8:
                return ("[::]",)
            return self.value(given[0], depth)
        if path in ("Some", "Ok") and given:
            return self.value(given[0], depth)
        if given and len(given) <= 3:
            # A helper that is given the key, and perhaps a default.
            key = self.value(given[0], depth)
            text = key[0] if key and len(key) == 1 else None
            told = re.search(r"env|var|get|parse", name) or re.search(r"PORT|HOST|ADDR", f"{text}")
            if isinstance(text, str) and _KEY.fullmatch(text) and told:
                default = self.value(given[1], depth) if len(given) > 1 else None
                return (Variable(key=text, default=default),)
        return None

    def _macro(self, node: Node, depth: int) -> Text | None:
        name = node.child_by_field_name("macro")
        if name is None or self.text(name).rpartition("::")[2] not in ("format", "concat"):
            return None
        body = next((c for c in node.named_children if c.type == "token_tree"), None)
        if body is None:
            return None
        parts = _comma_parts(self.text(body)[1:-1])
        if not parts or not parts[0].startswith('"') or not parts[0].endswith('"'):
            return None
        values = iter(parts[1:])
        named = {
            part.partition("=")[0].strip(): part.partition("=")[2].strip()
            for part in parts[1:]
            if re.match(r"\w+\s*=[^=]", part)
        }
        out: Text | None = ()
        for piece in re.split(r"(\{[^{}]*\})", parts[0][1:-1]):
            if piece.startswith("{"):
                inner = piece[1:-1].partition(":")[0].strip()
                source = named.get(inner, inner) if inner else next(values, "")
                out = joined(out, self._snippet(node, source, depth))
            elif piece:
                out = joined(out, (piece,))
            if out is None:
                return None
        return out

    def _snippet(self, at: Node, source: str, depth: int) -> Text | None:
        """The value of an expression that a macro holds as tokens."""
        source = source.strip().lstrip("&*")
        if re.fullmatch(r"\w+", source):
            if source.isdigit():
                return (source,)
            found = self._local(at, source)
            if found is not None:
                return self.value(found, depth)
            return self._named_text(at, source)
        if match := re.fullmatch(r"((?:\w+\.)+)(\w+)(\(\))?", source):
            holder = match[1].rstrip(".")
            if match[3]:
                return self._snippet(at, holder, depth) if match[2] in _TRANSPARENT else None
            return (Variable(name=match[2], owner=self._type_named(at, holder)),)
        if 0 < len(source) < 400 and depth < 4:
            snippet = read_syntax(f"fn f() {{ {source} }}", self.tree.path)
            block = next(iter(snippet.walk(frozenset({"block"}))), None)
            return _Rust(snippet).value(block, depth + 4) if block is not None else None
        return None

    def _named_text(self, at: Node, name: str) -> Text | None:
        function = self.above(at, "function_item")
        if function is not None:
            names = self._parameters(function)
            own = function.child_by_field_name("name")
            if name in names and own is not None and self.text(own) != "main":
                return (Variable(name=self.text(own), parameter=names.index(name)),)
        return (Variable(name=name),) if name.isupper() else None

    def _type_named(self, at: Node, holder: str) -> str:
        if "." in holder:
            return ""
        if holder == "self":
            outer = self.above(at, "impl_item")
            kind = outer.child_by_field_name("type") if outer is not None else None
            return self.text(kind) if kind is not None else ""
        made = self._local(at, holder)
        if made is not None:
            match = _TYPE.match(self.text(made))
            return match[1] if match else ""
        return ""

    def _match(self, node: Node, depth: int) -> Text | None:
        """``match env::var(K) { Ok(v) => v, Err(_) => default }``."""
        found = self.value(node.child_by_field_name("value"), depth)
        body = node.child_by_field_name("body")
        if found is None or body is None:
            return None
        for arm in body.named_children:
            pattern, value = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
            if pattern is not None and re.match(r"Err|None|_", self.text(pattern)):
                return with_default(found, self.value(value, depth))
        return found

    def _if(self, node: Node, depth: int) -> Text | None:
        condition = node.child_by_field_name("condition")
        if condition is None or condition.type != "let_condition":
            return None
        found = self.value(condition.child_by_field_name("value"), depth)
        other = node.child_by_field_name("alternative")
        if found is None or other is None:
            return None
        return with_default(found, self.value(_first(other), depth))

    # -- what other files ask for ----------------------------------------------------------

    def definitions(self, name: str) -> Iterator[Definition]:
        pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        kinds = frozenset(
            {"field_initializer", "shorthand_field_initializer", "const_item", "static_item",
             "field_declaration", "assignment_expression", "compound_assignment_expr"}
        )  # fmt: skip
        for node in self.tree.around(pattern, kinds):
            if self._in_test(node):
                continue
            if node.type == "field_initializer":
                field = node.child_by_field_name("field")
                if field is None or self.text(field) != name:
                    continue
                value = self.value(node.child_by_field_name("value"))
                yield Definition(name, self._struct(node), value, self.tree.place(node))
            elif node.type == "shorthand_field_initializer":
                if self.text(node) == name:
                    inner = _first(node)
                    value = self._named(inner, 0) if inner is not None else None
                    yield Definition(name, self._struct(node), value, self.tree.place(node))
            elif node.type in ("const_item", "static_item"):
                own = node.child_by_field_name("name")
                if own is not None and self.text(own) == name:
                    value = self.value(node.child_by_field_name("value"))
                    yield Definition(name, "", value, self.tree.place(node))
            elif node.type != "field_declaration":
                left = node.child_by_field_name("left")
                field = left.child_by_field_name("field") if left is not None else None
                if left is None or field is None or self.text(field) != name:
                    continue
                # Set after the struct was made, perhaps: which value stays is not known.
                holder = left.child_by_field_name("value")
                owner = (self._type_of(holder) if holder is not None else "") or ANY_OWNER
                yield Definition(name, owner, None, self.tree.place(node))
            else:
                own = node.child_by_field_name("name")
                if own is not None and self.text(own) == name:
                    yield from self._argument(node, name)

    def _struct(self, node: Node) -> str:
        outer = self.above(node, "struct_expression")
        name = outer.child_by_field_name("name") if outer is not None else None
        text = self.text(name) if name is not None else ""
        if text == "Self" and outer is not None:
            holder = self.above(outer, "impl_item")
            kind = holder.child_by_field_name("type") if holder is not None else None
            return self.text(kind) if kind is not None else ""
        return text.rpartition("::")[2]

    def _argument(self, node: Node, name: str) -> Iterator[Definition]:
        """A field of a struct that is filled from the command line or the environment."""
        attributes = []
        before = node.prev_named_sibling
        while before is not None and before.type in ("attribute_item", "line_comment"):
            if before.type == "attribute_item":
                attributes.append(self.text(before))
            before = before.prev_named_sibling
        outer = self.above(node, "struct_item")
        own = outer.child_by_field_name("name") if outer is not None else None
        owner = self.text(own) if own is not None else ""
        text = " ".join(one for one in attributes if _ATTRIBUTE.match(one))
        if not text:
            return
        env, default = _ARG_ENV.search(text), _ARG_DEFAULT.search(text)
        value: Text | None = None
        if default:
            value = (default[1] or default[2],)
            if default[2] and not default[2].isdigit():
                value = (Variable(name=default[2]),) if default[2].isupper() else None
        if env:
            value = (Variable(key=env[1] or env[2], default=value),)
        elif re.search(r"\benv\b(?!\s*=)", text):
            value = (Variable(key=name.upper(), default=value),)
        yield Definition(name, owner, value, self.tree.place(node))

    def passed(self, function: str, index: int) -> Iterator[Definition]:
        pattern = re.compile(rb"\b" + re.escape(function.encode()) + rb"\s*\(")
        for node in self.tree.around(pattern, _CALL):
            called = node.child_by_field_name("function")
            if called is None:
                continue
            name = re.split(r"::|\.", self.text(called).replace(" ", ""))[-1]
            given = arguments(node.child_by_field_name("arguments"))
            if name == function and index < len(given) and not self._in_test(node):
                yield Definition(name, "", self.value(given[index]), self.tree.place(node))

    def _in_test(self, node: Node) -> bool:
        for outer in self._up(node):
            if outer.type not in ("function_item", "mod_item"):
                continue
            before = outer.prev_named_sibling
            while before is not None and before.type in ("attribute_item", "line_comment"):
                if before.type == "attribute_item" and re.search(
                    r"\bcfg\s*\([^)]*\btest\b|(?:^|::|\[)\s*test\b|bench\b|rstest",
                    self.text(before),
                ):
                    return True
                before = before.prev_named_sibling
        return False


def _first(node: Node) -> Node | None:
    return next((one for one in node.named_children if "comment" not in one.type), None)


def _comma_parts(text: str) -> list[str]:
    """The arguments of a macro: split at the commas outside of brackets and strings."""
    parts, depth, start, i = [], 0, 0, 0
    while i < len(text):
        char = text[i]
        if char == '"':
            i += 1
            while i < len(text) and text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
