"""Where Rust code makes HTTP, Redis and database clients; the pool sizes it keeps in structs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.execution import ELSEWHERE, UNKNOWN, Executions
from pytest_reconaudit.readers.scanning import scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["ClientFile", "ClientSite", "SizeField", "clients"]


class ClientSite(Struct, frozen=True, gc=False, array_like=True):
    kind: str
    """``http``: a reqwest client is made. ``redis``: a Redis client is made or connects.
    ``database``: a connection, or a pool of them, is opened."""
    words: str
    line: int
    column: int
    text: str
    function: int
    """Line of the name of the function around; 0 outside of any."""
    looped: bool
    """In a loop of that function."""
    kept: bool
    """Run once, as the value of a static or a lazy cell."""
    guarded: bool
    """The function asks first whether it has one, or goes on using it in a loop."""
    nested: bool
    """In a branch or a loop of that function."""


class SizeField(Struct, frozen=True, gc=False, array_like=True):
    """A field such as ``max_connections``."""

    name: str
    use: str
    """``declared``, ``set`` or ``read``."""
    holder: str
    """The struct's name; of a read what it is read from, as written; ``self@X`` in an impl of X."""
    line: int
    client: str
    """Of a declaration the type of the field beside it that holds a client or pool; else empty."""


class ClientFile(Struct, frozen=True, array_like=True):
    sites: tuple[ClientSite, ...]
    fields: tuple[SizeField, ...]
    timeouts: bool
    """Some timeout is set in the file."""


_SIZES = regex(rb"(?:max_connections|pool_size|max_pool_size|pool_max_size|max_idle_connections)\b")
_SIZE = regex(
    r"(?:\w+_)?(?:max_connections|pool_size|max_pool_size|pool_max_size|max_idle_connections)$"
)
_OPENED = frozenset(
    {("PgConnection", "establish"), ("MysqlConnection", "establish"), ("PgPool", "connect"),
     ("AsyncPgConnection", "establish"), ("AsyncMysqlConnection", "establish"),
     ("PgConnection", "connect"), ("MySqlPool", "connect"), ("MySqlConnection", "connect"),
     ("tokio_postgres", "connect"), ("Client", "with_uri_str"), ("Client", "with_options")}
)  # fmt: skip
_OPTIONS = regex(r"\b(?:Pg|MySql)PoolOptions\s*::\s*new\(\)")
_WORDS = (
    "reqwest",
    "redis",
    "max_connections",
    "pool_size",
    "pool_max_size",
    "max_idle_conn",
    "Connection::establish",
    "PoolOptions",
    "Pool::connect",
    "Database::connect",
    "with_uri_str",
    "tokio_postgres",
)
_MADE = frozenset({("Client", "new"), ("Client", "builder"), ("ClientBuilder", "new")})
_CONNECTING = frozenset(
    {"get_connection", "get_connection_with_timeout", "get_async_connection",
     "get_tokio_connection", "get_multiplexed_async_connection",
     "get_multiplexed_tokio_connection", "get_multiplexed_async_connection_with_timeouts",
     "get_async_std_connection"}
)  # fmt: skip
_CLIENT = regex(
    r"(?:^|[._\s(&])(?:\w*redis\w*|\w*client)(?:\(\)|\?|\.unwrap\(\)|\.clone\(\))*$|Client::open\b",
    2,
)
_POOLED = regex(r"pool|manager|sentinel|cluster", 2)
_CLIENT_TYPE = regex(
    r"\b(?:Client|ConnectionManager|Pool|PgPool|RedisPool|MultiplexedConnection)\b"
)
_TIMEOUT = regex(rb"\b(?:\w*timeout\w*)\s*\(")
_BLANKS = regex(r"\s+")
_OWN_SETTINGS = regex(
    rb"\.\s*(?:proxy|identity|add_root_certificate|resolve|resolve_to_addrs|local_address|interface"
    rb"|cookie_provider|cookie_store|use_preconfigured_tls)\s*\("
)
"""What a client is told that may be another for each request: a proxy, a certificate."""
_DEBUGGING = regex(r"#\[\s*cfg\s*\([^\]]*\b(?:debug_assertions|test)\b")
_KINDS = frozenset(
    {"field_declaration", "field_initializer", "shorthand_field_initializer", "field_expression",
     "field_pattern", "let_declaration", "parameter", "function_item"}
)  # fmt: skip


def _has_clients(text: str, path: str) -> bool:
    return any(word in text for word in _WORDS)


@scan("rust", record=ClientFile, wants=_has_clients)
def clients(code: Code) -> ClientFile | None:
    """The clients that one file makes."""
    sites = tuple(_sites(code))
    fields = tuple(_fields(code))
    if not sites and not fields:
        return None
    return ClientFile(sites, fields, _TIMEOUT.search(code.source) is not None)


_HANDED = "with_http_client"
"""What an exporter of OpenTelemetry is given its client by: it bounds each export itself."""


def _sites(code: Code) -> Iterator[ClientSite]:
    runs = Executions(code)
    given = [span for one in code.calls_named((_HANDED,)) for span in one.arguments]
    loops = sorted(one.start for one in code.scopes if one.kind == "loop" and one.label != "for")
    for call in code.calls:
        if call.macro:
            continue
        found = _site(code, call)
        if found is None:
            continue
        kind, words = found
        if given and kind == "http" and _is_given(code, call, given):
            continue
        function = code.function_at(call.scope)
        if function is not None and (
            function.is_test or any(_DEBUGGING.match(one) for one in function.attributes)
        ):
            continue
        at = runs.of(call.scope, call.start)
        place = code.place(call.name_at)
        yield ClientSite(
            kind,
            words,
            place.line or 0,
            place.column or 0,
            _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120))),
            code.line(function.name_at) if function is not None else 0,
            any(one.kind == "loop" for one in code.around(call.scope)),
            function is None or at.kind in (ELSEWHERE, UNKNOWN),
            function is not None and _is_guarded(code, call, function.body, loops),
            code.scopes[call.scope].kind in ("block", "loop"),
        )
    yield from _named(code)


def _named(code: Code) -> Iterator[ClientSite]:
    """``Lazy::new(reqwest::Client::new)``: a lazy cell that is given the constructor's name."""
    if b"Client::new" not in code.source:
        return
    for call in code.calls_named(("new", "get_or_init")):
        if len(call.arguments) != 1 or call.macro:
            continue
        text = code.text(call.arguments[0]) if _is_short(call.arguments[0]) else ""
        words = tuple(text.split("::"))
        if words[-2:] != ("Client", "new") or not all(one.isidentifier() for one in words):
            continue
        path = code.resolved(words)
        function = code.function_at(call.scope)
        if (
            path[0] != "reqwest"
            or "blocking" in path
            or (function is not None and function.is_test)
        ):
            continue
        place = code.place(call.arguments[0][0])
        line = code.line(function.name_at) if function is not None else 0
        yield ClientSite(
            "http",
            "::".join(path),
            place.line or 0,
            place.column or 0,
            _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120))),
            line,
            False,
            True,
            False,
            False,
        )


def _is_given(code: Code, call: Call, given: list[tuple[int, int]]) -> bool:
    """Whether a client is made in one of some arguments, or as the value of what they name."""
    if any(start <= call.start and call.end <= end for start, end in given):
        return True
    names = {
        code.text(start, min(end, start + 60)).strip("&").partition(".")[0].strip()
        for start, end in given
    }
    return any(one.name in names for one in code.bindings_around(call.start, call.end))


def _is_short(span: tuple[int, int]) -> bool:
    return span[1] - span[0] < 80


def _site(code: Code, call: Call) -> tuple[str, str] | None:
    if call.path:
        path = code.resolved(call.path)
        if path[0] == "reqwest" and "blocking" not in path and path[-2:] in _MADE:
            return "http", "::".join(path)
        if path[0] == "redis" and path[-2:] == ("Client", "open"):
            return "redis", "redis::Client::open"
        return _database(code, call, path)
    if call.name in ("connect", "connect_with") and call.awaited:
        receiver = code.text(call.receiver[0], min(call.receiver[1], call.receiver[0] + 80))
        return ("database", f"PoolOptions::{call.name}") if _OPTIONS.search(receiver) else None
    if call.name not in _CONNECTING or b"redis" not in code.source:
        return None
    receiver = code.text(call.receiver)
    if _POOLED.search(receiver) or not _CLIENT.search(receiver):
        return None
    return "redis", f"redis::Client::{call.name}"


def _database(code: Code, call: Call, path: tuple[str, ...]) -> tuple[str, str] | None:
    """A connection to a database that a call by a path opens."""
    made = path[-2:]
    if made[:1] == ("Client",) and (path[0] != "mongodb" or not call.arguments):
        return None
    if made in _OPENED or (made == ("Database", "connect") and path[0] == "sea_orm"):
        return "database", "::".join(made)
    return None


_MADE_ONCE = (b"is_none()", b"get_or_init", b"get_or_try_init")


def _is_guarded(code: Code, call: Call, body: tuple[int, int], loops: list[int]) -> bool:
    """Whether a function makes the client once, or one that no other can use: it asks whether there
    is one, a loop follows, or the client is told what only this call knows."""
    if _is_told_more(code, call, body):
        return True
    if any(code.source.find(word, *body) >= 0 for word in _MADE_ONCE):
        return True
    after = bisect_right(loops, call.end)
    return after < len(loops) and loops[after] < body[1]


def _is_told_more(code: Code, call: Call, body: tuple[int, int]) -> bool:
    """Whether a builder is given a proxy, a certificate or an address by a variable."""
    if call.name == "new" and "ClientBuilder" not in call.path:
        return False
    return _OWN_SETTINGS.search(code.source, call.end, body[1]) is not None


# -- sizes of pools ------------------------------------------------------------------------------


def _fields(code: Code) -> Iterator[SizeField]:
    text = code.text
    for node in code.tree.around(_SIZES, _KINDS):
        kind = node.type
        named = node.child_by_field_name("name") or node.child_by_field_name("field")
        if kind == "shorthand_field_initializer":
            named = next(iter(node.named_children), None)
        around = node.parent
        if named is None or around is None:
            continue
        name, at = text(named.start_byte, named.end_byte), named.start_byte
        if not _SIZE.match(name):
            continue
        line = code.line(at)
        if kind == "field_declaration":
            holder = around.parent.child_by_field_name("name") if around.parent else None
            if holder is not None:
                struct = text(holder.start_byte, holder.end_byte)
                yield SizeField(name, "declared", struct, line, _client_beside(code, around))
        elif kind in ("field_initializer", "shorthand_field_initializer"):
            holder = around.parent.child_by_field_name("name") if around.parent else None
            if holder is not None:
                struct = text(holder.start_byte, holder.end_byte).rpartition("::")[2]
                yield SizeField(name, "set", _owner(code, struct, at), line, "")
        elif kind == "field_pattern":
            yield SizeField(name, "read", "", line, "")
        elif kind == "field_expression":
            if node in (around.child_by_field_name("function"), around.child_by_field_name("left")):
                continue  # a method of that name, or what is assigned to
            value = node.child_by_field_name("value")
            read_from = text(value.start_byte, value.end_byte)[:60] if value is not None else ""
            if read_from == "self":
                read_from = f"self@{_owner(code, 'Self', at)}"
            yield SizeField(name, "read", read_from, line, "")


def _client_beside(code: Code, fields: Node) -> str:
    """The type of a field of the struct that holds a client or a pool."""
    for one in fields.named_children:
        kind = one.child_by_field_name("type")
        if kind is not None:
            typed = code.text(kind.start_byte, kind.end_byte)
            if _CLIENT_TYPE.search(typed):
                return typed
    return ""


def _owner(code: Code, name: str, at: int) -> str:
    """The type that ``Self`` is at an offset; any other name as it is."""
    if name != "Self":
        return name
    for function in code.functions:
        if function.start <= at < function.end and function.owner:
            return function.owner
    return name
