"""What a Rust server shares with its handlers: registered data, and what is built per worker."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["AppState", "Built", "Registration", "app_state", "bare_type"]


class Registration(Struct, frozen=True, gc=False, array_like=True):
    """``.app_data(…)`` of Actix, ``.layer(Extension(…))`` of axum."""

    kind: str
    """``data`` or ``extension``."""
    line: int
    column: int
    text: str
    type: str
    """Type of what is registered: ``Data<T>`` for data, T of an extension; empty when this file
    does not tell. ``=N:path::of::call`` stands for what a call returns, unwrapped N times."""


class Built(Struct, frozen=True, gc=False, array_like=True):
    """Something that is made for each worker, in the closure given to ``HttpServer::new``."""

    line: int
    column: int
    words: str
    """``Mutex::new``, ``Key::generate``."""
    kind: str
    """``state``: shared state with a lock of its own, or a pool; ``cache``; ``key``."""


class AppState(Struct, frozen=True, array_like=True):
    registered: tuple[Registration, ...]
    built: tuple[Built, ...]
    aliases: tuple[tuple[str, str], ...]
    """``type X = Y``: (X, Y as a bare type)."""
    workers: bool
    """The server is told to have one worker."""


_WORDS = ("app_data", "HttpServer", "Extension", ".data(", "\ntype ", "\npub type ", ") type ")
_PREFIX = regex(r"(?:[A-Za-z_]\w*\s*::\s*)+(?=[A-Za-z_])")
_LIFETIME = regex(r"&\s*'\w+\s+|&\s*mut\s+|&|'\w+\s*,\s*|\s+(?=[<>,\[\]();])|(?<=[<>,\[\]();])\s+")
_ALIAS = regex(r"type\s+(\w+)\s*=\s*([^;{}]{1,300});")
_STATE = frozenset(
    {"Mutex", "RwLock", "Pool", "PgPool", "PgPoolOptions", "SqlitePoolOptions", "MySqlPoolOptions",
     "AtomicUsize", "AtomicU64", "AtomicI64", "AtomicU32", "AtomicBool", "DashMap", "RateLimiter",
     "Semaphore", "DbPool", "RedisPool"}
)  # fmt: skip
_CACHE = regex(r"Cache$|^Lru")
_MAKING = frozenset(
    {"new", "default", "builder", "build", "with_capacity", "connect", "connect_lazy"}
)
_TRANSPARENT = frozenset(
    {"clone", "unwrap", "expect", "unwrap_or_else", "unwrap_or_default", "to_owned", "into_inner"}
)
_UNWRAPPING = frozenset({"unwrap", "expect", "unwrap_or_else", "unwrap_or_default", "unwrap_or"})
_HOLDERS = frozenset(
    {"Arc", "Rc", "Mutex", "RwLock", "Box", "Data", "Extension", "Cell", "RefCell"}
)
_BLANKS = regex(r"\s+")
_MAX_DEPTH = 12


def bare_type(text: str) -> str:
    """A type without paths, references, lifetimes and blanks: ``Arc<Mutex<Store>>``."""
    return _PREFIX.sub("", _LIFETIME.sub("", text.strip())).replace(" ", "")


def _shares(text: str, path: str) -> bool:
    return any(word in text for word in _WORDS)


@scan("rust", record=AppState, wants=_shares)
def app_state(code: Code) -> AppState | None:
    """The registrations of one file, what it builds per worker, its type aliases."""
    aliases = tuple(_aliases(code.source.decode("utf-8", "replace")))
    registered = tuple(_registrations(code))
    built, workers = _per_worker(code)
    if not (aliases or registered or built):
        return None
    return AppState(registered, tuple(built), aliases, workers)


def _aliases(text: str) -> Iterator[tuple[str, str]]:
    """The type aliases of a file that stand outside of any block, whose lines begin with them."""
    for match in _ALIAS.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not before or before.startswith("pub"):
            yield match[1], bare_type(match[2])


def _registrations(code: Code) -> Iterator[Registration]:
    typed = _Types(code)
    actix = b"actix" in code.source
    # What `test::init_service(App::new()…)` is given serves nobody.
    rehearsed = code.calls_named(("init_service",))
    starts = [one.start for one in rehearsed]
    ends = list(accumulate((one.end for one in rehearsed), max))
    for call in code.calls_named(("app_data", "data", "Extension")):
        function = code.function_at(call.scope)
        if len(call.arguments) != 1 or (function is not None and function.is_test):
            continue
        before = bisect_left(starts, call.end)
        if before and call.end <= ends[before - 1]:
            continue
        kind = "data"
        span = call.arguments[0]
        if call.name == "data":
            # App::data of Actix 3 wraps what it is given.
            if not actix or not code.text(call.receiver).lstrip().startswith(
                ("App::", "cfg", "config")
            ):
                continue
        elif call.name == "Extension":
            if not _is_layered(code, call):
                continue
            kind = "extension"
        elif call.path:
            continue
        found = typed.of(span, call.scope, call.start)
        if call.name == "data" and found and not found.startswith("Data<"):
            found = f"Data<{found}>" if not found.startswith("=") else ""
        place = code.place(call.name_at)
        text = _BLANKS.sub(" ", code.text(call.name_at, min(call.end, call.name_at + 120)))[:120]
        yield Registration(kind, place.line or 0, place.column or 0, text, found)


def _is_layered(code: Code, call: Call) -> bool:
    """Whether an ``Extension(…)`` is the argument of ``layer`` or ``route_layer``."""
    return any(
        one.name in ("layer", "route_layer")
        and one.arguments
        and one.arguments[0] == (call.start, call.end)
        for one in code.calls_named(("layer", "route_layer"))
    )


# -- what is made for each worker ----------------------------------------------------------------


_MOST_DATA = 200


def _per_worker(code: Code) -> tuple[list[Built], bool]:
    found: list[Built] = []
    one_worker = False
    for server in code.calls_named(("new",)):
        if server.path[-2:] != ("HttpServer", "new") or not server.arguments:
            continue
        function = code.function_at(server.scope)
        if function is not None and function.is_test:
            continue
        start, end = server.arguments[0]
        if any(
            one.start == server.start and _is_one(code, one)
            for one in code.calls_named(("workers",))
        ):
            one_worker = True
        data = [
            one
            for one in code.calls_in(start, end)
            if one.name in ("app_data", "data") and not one.path and one.arguments
        ][:_MOST_DATA]
        told = 0
        for call in code.calls_in(start, end):
            if call.macro or len(call.path) < 2 or call.start < told:
                continue
            holder, name = call.path[-2], call.path[-1]
            if holder == "Key" and name == "generate":
                found.append(_built(code, call, "key"))
            elif (
                name in _MAKING
                and (holder in _STATE or _CACHE.search(holder))
                and _is_shared(code, call, data)
            ):
                found.append(_built(code, call, "state" if holder in _STATE else "cache"))
                told = call.end
    return found, one_worker


def _is_one(code: Code, call: Call) -> bool:
    return bool(call.arguments) and code.text(call.arguments[0]).strip() == "1"


def _built(code: Code, call: Call, kind: str) -> Built:
    place = code.place(call.start)
    return Built(place.line or 0, place.column or 0, "::".join(call.path[-2:]), kind)


def _is_shared(code: Code, made: Call, data: list[Call]) -> bool:
    """Whether what a call makes is registered as data, at once or through one variable."""
    for call in data:
        start, end = call.arguments[0]
        if start <= made.start and made.end <= end:
            return True
    for binding in code.bindings_around(made.start, made.end):
        name = binding.name.encode()
        for call in data:
            start, end = call.arguments[0]
            if call.start > binding.start and _names(name, code.source[start:end]):
                return True
    return False


def _names(name: bytes, text: bytes) -> bool:
    at = text.find(name)
    while at >= 0:
        before = text[at - 1 : at]
        after = text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before == b"_" or after.isalnum() or after == b"_"):
            return True
        at = text.find(name, at + 1)
    return False


# -- types ---------------------------------------------------------------------------------------


class _Types:
    """Types of expressions as far as one file tells them."""

    def __init__(self, code: Code) -> None:
        self._code = code

    def of(self, span: tuple[int, int], scope: int, at: int) -> str:
        """The bare type of an expression; see :class:`Registration`."""
        node = self._code.node(*span)
        return self._expression(node, scope, at, 0, 0) if node is not None else ""

    def _expression(self, node: Node, scope: int, at: int, unwraps: int, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return ""
        kind = node.type
        again = depth + 1
        if kind in ("parenthesized_expression", "reference_expression", "await_expression"):
            inner = node.child_by_field_name("value") or _first(node)
            return self._expression(inner, scope, at, unwraps, again) if inner is not None else ""
        if kind == "try_expression":
            inner = _first(node)
            return self._expression(inner, scope, at, unwraps + 1, again) if inner else ""
        if kind == "identifier":
            return self._variable(self._text(node), scope, at, unwraps, again)
        if kind == "struct_expression":
            name = node.child_by_field_name("name")
            return bare_type(self._text(name)) if name is not None and not unwraps else ""
        if kind == "call_expression":
            return self._call(node, scope, at, unwraps, again)
        return ""

    def _call(self, node: Node, scope: int, at: int, unwraps: int, depth: int) -> str:
        callee = node.child_by_field_name("function")
        given = node.child_by_field_name("arguments")
        if callee is None or given is None:
            return ""
        if callee.type == "generic_function":
            inner = callee.child_by_field_name("function")
            if inner is None:
                return ""
            callee = inner
        if callee.type == "field_expression":
            field = callee.child_by_field_name("field")
            value = callee.child_by_field_name("value")
            name = self._text(field) if field is not None else ""
            if value is None or name not in _TRANSPARENT:
                return ""
            more = unwraps + (name in _UNWRAPPING)
            return self._expression(value, scope, at, more, depth)
        path = tuple(one for one in bare_path(self._text(callee)).split("::") if one)
        if not path:
            return ""
        arguments = [one for one in given.named_children if not one.type.endswith("comment")]
        holder = path[-2] if len(path) > 1 else ""
        name = path[-1]
        if holder in _HOLDERS and name in ("new", "clone", "from") and len(arguments) == 1:
            inside = self._expression(arguments[0], scope, at, 0, depth)
            if not inside or inside.startswith("="):
                # Written as the call's path: the fact looks for what it returns.
                return f"{holder}<{inside}>" if inside and name == "new" and not unwraps else ""
            if name == "clone" or unwraps:
                return inside if name == "clone" and not unwraps else ""
            if name == "from":
                if holder == "Data" and inside.startswith("Arc<"):
                    return f"Data<{inside[4:-1]}>"
                return ""
            return f"{holder}<{inside}>"
        if name in _HOLDERS and name[:1].isupper() and len(arguments) == 1 and not unwraps:
            inside = self._expression(arguments[0], scope, at, 0, depth)
            return f"{name}<{inside}>" if inside else ""
        if name[:1].isupper() and not name.isupper():
            return name if not unwraps else ""  # a tuple struct
        resolved = self._code.resolved(path)
        return f"={unwraps}:{'::'.join(resolved)}"

    def _variable(self, name: str, scope: int, at: int, unwraps: int, depth: int) -> str:
        code = self._code
        binding = code.binding_of(name, at, scope)
        if binding is not None:
            if binding.type and "_" not in binding.type.split("<", 1)[-1]:
                return bare_type(binding.type) if not unwraps else ""
            if binding.value[0] >= binding.value[1] or binding.value[1] > at:
                return ""
            node = code.node(*binding.value)
            if node is None or (node.start_byte, node.end_byte) != binding.value:
                return ""
            return self._expression(node, binding.scope, binding.start, unwraps, depth)
        function = code.function_at(scope)
        if function is None or unwraps:
            return ""
        for parameter in function.parameters:
            if parameter.name.removeprefix("mut ").strip() == name:
                kind = parameter.type.strip()
                if "impl " in kind or len(bare_type(kind)) == 1:
                    return ""
                return bare_type(kind)
        return ""

    def _text(self, node: Node) -> str:
        return self._code.text(node.start_byte, node.end_byte)


def _first(node: Node) -> Node | None:
    """The first expression in a node."""
    return next(
        (
            one
            for one in node.named_children
            if one.type not in ("mutable_specifier", "line_comment")
        ),
        None,
    )


def bare_path(text: str) -> str:
    """A called path without generics: ``Manager::<Pg>::new`` → ``Manager::new``."""
    plain, depth = [], 0
    for letter in text:
        if letter == "<":
            depth += 1
        elif letter == ">":
            depth -= 1
        elif not depth and not letter.isspace():
            plain.append(letter)
    return "".join(plain).replace("::::", "::")
