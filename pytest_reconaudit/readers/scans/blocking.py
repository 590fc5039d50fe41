"""Calls in Rust that keep their thread waiting: queries, files, sleeping, hashing, sync Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function, Scope
from pytest_reconaudit.readers.execution import ASYNC, ELSEWHERE, SYNC, UNKNOWN, Executions, rooted
from pytest_reconaudit.readers.scanning import scan

__all__ = [
    "DATABASE",
    "BlockingCall",
    "BlockingFile",
    "BlockingFunction",
    "Contexts",
    "Span",
    "blocking",
    "contexts",
    "cost_of",
    "grouped",
]


DATABASE = frozenset({"query", "pool"})
"""The kinds that ``async-db-nonblocking`` judges."""


class BlockingCall(Struct, frozen=True, gc=False, array_like=True):
    kind: str
    """``query`` (Diesel), ``pool`` (r2d2), ``sleep``, ``file``, ``process``, ``connect``,
    ``http``, ``runtime`` (``block_on``), ``hash``, ``decode``, ``receive``, ``redis``, ``redis?``
    (on a client that another file of Python makes),
    ``database`` (Python), ``compress`` or ``keys`` (Node)."""
    words: str
    """What is called, ``std::fs::read``, ``.load(…)``."""
    line: int
    column: int
    text: str
    """The call's source on one line, at most 120 characters."""
    context: str
    """``async`` or ``sync``: see ``readers.execution``."""
    handed: tuple[str, ...]
    size: str = ""
    """``looped``: it goes through all of a file. What makes a call short: ``entry`` (of a folder;
    no content), ``little`` (settings, templates, keys, one message; a program asked for its
    version), ``fixed`` (a file that comes with the program), ``removal`` (of a folder with what is
    in it), ``written`` (one file, in Node), ``bounded`` (its client gives up after some time),
    ``brief`` (a program that answers in some milliseconds) or ``cheap`` (a hash by bcrypt with a
    cost that takes a few milliseconds); empty when nothing is known to."""
    library: str = ""
    """Of a hash in Node: the package that makes it, ``bcryptjs``."""


class BlockingFunction(Struct, frozen=True, array_like=True):
    name: str
    owner: str
    line: int
    """Where its name stands; 0 with an empty name for code outside of any function."""
    is_async: bool
    is_main: bool
    """The program's entry: what it waits for before it serves harms nobody."""
    calls: tuple[BlockingCall, ...]


class BlockingFile(Struct, frozen=True, array_like=True):
    functions: tuple[BlockingFunction, ...]
    queries_elsewhere: int
    """Queries and connections that are waited for where it does no harm, or it cannot be told."""
    calls_elsewhere: int
    """Other blocking calls there."""
    is_dear: bool = False
    """bcrypt makes a hash with a cost that is not known to be a low one, wherever it runs."""


class Span(Struct, frozen=True, gc=False, array_like=True):
    """Lines that run under conditions of their own."""

    first: int
    last: int
    kind: str
    """As in ``Execution``."""
    handed: tuple[str, ...]


class Contexts(Struct, frozen=True, array_like=True):
    """Where in a file code does not run as its function does: async blocks and closures."""

    spans: tuple[Span, ...]


_WORDS = (
    "diesel", "fs::", "sleep", "Command", "TcpStream", "reqwest::blocking", "ureq", "block_on",
    "bcrypt", "argon2", "scrypt", "pbkdf2", "image::", "mpsc", "crossbeam", "redis", "pool",
    "password_auth", "sha_crypt", "SmtpTransport",
)  # fmt: skip
_QUERY_NAMES = frozenset(
    {"load", "get_result", "get_results", "first", "execute", "load_iter", "save_changes",
     "batch_execute", "establish"}
)  # fmt: skip
_ATOMIC = regex(
    r"(?:\w+::)*(?:Ordering::)?(?:SeqCst|Relaxed|Acquire|Release|AcqRel)$|(?:\w+::)*Ordering::"
)
_CONNECTION = regex(
    r"^(?:&\s*mut\s+|&\s*|\*+\s*)*(?:[\w.]*\.)?(?:\w*(?:conn|connection|trx|txn|tx|db|pg|pool|sqlite|mysql)\w*"
    r"|c|t)(?:\.(?:deref_mut|as_mut|lock|borrow_mut|get|write)\(\)(?:\??|\.unwrap\(\)|\.expect\([^()]*\)))*\??$"
)
_DSL = regex(
    r"\btable\b|\.(?:filter|select|find|inner_join|left_join|values|set|order|order_by|into_boxed|returning|count"
    r"|group_by|on_conflict\w*|limit|for_update|distinct\w*|belonging_to|bind)\b|\bsql_query\b|\bdsl\b"
    r"|\b(?:insert_into|update|delete|select|sql_query|replace_into|insert_or_ignore_into)\s*\("
)
_HASHING = frozenset(
    {"hash_password", "verify_password", "hash_password_into", "hash_password_customized",
     "hash_password_with_salt"}
)  # fmt: skip
_HASH_CRATES = frozenset({"argon2", "scrypt", "pbkdf2", "bcrypt", "password_hash", "password_auth",
                          "sha_crypt"})  # fmt: skip
_HASH_FUNCTIONS = {
    "bcrypt": frozenset({"hash", "verify", "hash_with_salt", "hash_with_result",
                         "non_truncating_hash", "non_truncating_verify"}),
    "argon2": frozenset({"hash_encoded", "verify_encoded", "hash_raw", "verify_raw",
                         "hash_encoded_old", "verify_encoded_ext"}),
    "scrypt": frozenset({"scrypt", "scrypt_simple", "scrypt_check"}),
    "pbkdf2": frozenset({"pbkdf2", "pbkdf2_hmac", "pbkdf2_hmac_array", "derive", "verify"}),
    "password_auth": frozenset({"generate_hash", "verify_password"}),
    "sha_crypt": frozenset({"sha512_check", "sha512_simple", "sha512_crypt", "sha512_crypt_b64",
                            "sha256_check", "sha256_simple", "sha256_crypt", "sha256_crypt_b64"}),
}  # fmt: skip
_HASHER = regex(r"\b\w*(?:argon2?|scrypt|pbkdf2|hasher)\b", 2)
_REDIS_COMMANDS = frozenset(
    {"get", "set", "set_ex", "set_nx", "pset_ex", "set_options", "getset", "get_ex", "get_del",
     "mget", "mset", "del", "unlink", "exists", "expire", "expire_at", "persist", "incr", "decr",
     "hget", "hset", "hset_nx", "hset_multiple", "hdel", "hgetall", "hkeys", "hvals", "hexists",
     "hincr", "hlen", "lpush", "rpush", "lpop", "rpop", "lrange", "llen", "ltrim", "lrem",
     "blpop", "brpop", "sadd", "srem", "smembers", "sismember", "scard", "spop", "zadd", "zrem",
     "zrange", "zrange_withscores", "zrangebyscore", "zrevrange", "zscore", "zcard", "zcount",
     "zincr", "zrank", "zremrangebyscore", "zrembyscore", "keys", "ttl", "pttl", "publish",
     "scan", "scan_match", "hscan", "hscan_match", "sscan", "zscan", "rename", "append",
     "strlen", "geo_add", "pfadd", "pfcount", "xadd", "xread", "xrange", "xlen", "xack",
     "req_command", "req_packed_command"}
)  # fmt: skip
_REDIS_HANDLE = regex(r"(?:^|\.)(?:\w*(?:con|conn|connection|redis)\w*|c)(?:\??|\.unwrap\(\))$", 2)
_REDIS_CLIENT = regex(r"\bredis\b|(?:^|[._])(?:redis_?)?client(?:\b|_|$)|Client::open", 2)
_POOL = regex(r"(?:^|[.\s(&])(?:\w*_)?pool(?:\(\)|\.clone\(\)|\.get_ref\(\)|\.0|\.as_ref\(\))*$", 2)
_FIRST_WORD = regex(rb"[A-Za-z_]\w*(?=\s*\.)")
_ON_HANDLE = "std::fs::File … ."
_COPIED = ("std::io::copy",)
_PIECES = frozenset({"write_all", "write", "read", "read_exact", "read_until", "read_line"})
"""What takes or gives a piece of an open file; in a loop it goes through all of it."""
_WAITING = frozenset({"output", "status", "wait", "wait_with_output"})
_FILE_TYPES = frozenset({"File", "OpenOptions"})
_HARMLESS_FILE = frozenset({"from_mode", "set_mode", "from_raw_fd"})
_SENDING = frozenset({"call", "send", "send_json", "send_form", "send_string", "send_bytes",
                      "send_empty"})  # fmt: skip
"""What makes a request of ureq's agents, or hands a mail of lettre to its server."""
_ASKING = frozenset({"get", "post", "put", "delete", "patch", "head", "request"})
_NAMES = (
    _QUERY_NAMES
    | _SENDING
    | _HASHING
    | _REDIS_COMMANDS
    | _WAITING
    | _PIECES
    | {"sleep", "sleep_ms", "block_on", "recv", "recv_timeout", "get_connection", "query", "invoke",
       "get_connection_with_timeout", "get_timeout", "decode"}
)  # fmt: skip
"""Names of methods and functions that may block; calls by path are looked at too."""
_MAIN = regex(r"#\[\s*(?:\w+::)*(?:main|launch|shuttle_runtime::main)\b")
_MOMENT = regex(
    r"(?:\w+::)*Duration::(?:from_nanos\(|from_micros\(\s*\d[\d_]{0,4}\s*\)|from_millis\(\s*(?:1?\d|20)\s*\))"
)
"""Twenty milliseconds and less."""
_BLANKS = regex(r"\s+")


def _may_block(text: str, path: str) -> bool:
    return any(word in text for word in _WORDS)


@scan("rust", record=BlockingFile, wants=_may_block)
def blocking(code: Code) -> BlockingFile | None:
    """The blocking calls of one file, by function; those that are surely elsewhere left out."""
    found: dict[int, list[BlockingCall]] = {}
    runs = Executions(code)
    harmless = [0, 0]
    is_dear = False
    for call, kind, words in _Finder(code).calls():
        function = code.scopes[call.scope].function
        if function < 0:
            continue  # the value of a static or a constant
        if code.functions[function].is_test:
            continue
        size = "looped" if words in _COPIED or words.startswith(_ON_HANDLE) else ""
        if kind == "hash" and words in _COSTED:
            size = cost_of(code, call, call.arguments[1]) if len(call.arguments) > 1 else ""
            is_dear = is_dear or not size
        elif kind == "process" and _is_brief(code, call, words):
            size = "brief"
        at = runs.of(call.scope, call.start)
        if at.kind in (ELSEWHERE, UNKNOWN) or (kind == "file" and _on_failure(code, call)):
            harmless[kind not in DATABASE] += 1
            continue
        place = code.place(call.name_at)
        found.setdefault(function, []).append(
            BlockingCall(
                kind,
                words,
                place.line or 0,
                place.column or 0,
                _short(code, call),
                at.kind,
                at.handed,
                size,
            )
        )
    return grouped(code, found, _is_main, *harmless, is_dear=is_dear)


_PROGRAM = regex(r'"[\w./-]{1,30}"')
_TELLS = regex(
    r'::new\("(?:[\w/]+/)?(?:ip|hostname|uname|whoami|id|nproc|which|arch|lsb_release|sw_vers)"\)'
)
"""Programs that tell in some milliseconds one thing about where they run."""
_OF_GIT = regex(r'"(?:rev-parse|describe|symbolic-ref|config|--version)"')
_CHAIN = 400
"""Bytes of a command before it is run."""


def _is_brief(code: Code, call: Call, words: str) -> bool:
    """Whether a process that is waited for answers in some milliseconds."""
    if _TELLS.search(words) is not None:
        return True
    before = code.text(max(0, call.end - _CHAIN), call.end)
    return '::new("git")' in words and _OF_GIT.search(before) is not None


_COSTED = frozenset(
    f"bcrypt::{name}"
    for name in ("hash", "hash_with_salt", "hash_with_result", "non_truncating_hash")
)
"""Functions of bcrypt whose second argument is the cost."""
_CHEAP = regex(r"0*[4-7](?:_?[iu]\d+)?")


def cost_of(code: Code, call: Call, argument: tuple[int, int]) -> str:
    """``cheap`` for an argument that says, itself or by a constant of the file, a cost of bcrypt
    below eight: such a hash takes a few milliseconds; each step more doubles the time."""
    start, end = argument
    text = code.text(start, min(end, start + 60))
    if text.isidentifier():
        binding = code.binding_of(text, call.start, call.scope)
        if binding is not None and binding.value[1] - binding.value[0] < 60:
            text = code.text(binding.value)
    return "cheap" if _CHEAP.fullmatch(text.strip()) else ""


def _on_failure(code: Code, call: Call) -> bool:
    """Whether a call is made to tell more of an error."""
    for scope in code.around(call.scope):
        if scope.kind == "closure":
            return scope.call >= 0 and code.calls[scope.call].name in ("map_err", "inspect_err")
        if scope.kind != "block":
            return False
    return False


def grouped(
    code: Code,
    found: Mapping[int, list[BlockingCall]],
    is_main: Callable[[Function], bool],
    queries_elsewhere: int,
    calls_elsewhere: int,
    *,
    is_dear: bool = False,
) -> BlockingFile | None:
    """The record of a file from its calls by function; -1 is outside of any."""
    if not found and not queries_elsewhere and not calls_elsewhere and not is_dear:
        return None
    functions = []
    for index, calls in sorted(found.items()):
        if index < 0:
            functions.append(BlockingFunction("", "", 0, False, False, tuple(calls)))
            continue
        one = code.functions[index]
        line = code.line(one.name_at)
        functions.append(
            BlockingFunction(one.name, one.owner, line, one.is_async, is_main(one), tuple(calls))
        )
    return BlockingFile(tuple(functions), queries_elsewhere, calls_elsewhere, is_dear)


def _is_main(function: Function) -> bool:
    return (function.name == "main" and not function.owner) or any(
        _MAIN.match(one) for one in function.attributes
    )


def _short(code: Code, call: Call) -> str:
    start = call.start
    if call.name_at - start > 60:  # a chain over many lines: from the method on
        start = call.name_at - 1
    return _BLANKS.sub(" ", code.text(start, min(call.end, start + 160)))[:120].strip()


class _Finder:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.roots = rooted(code)
        self.crates = {one.path[0] for one in code.imports if one.path}
        paths = {one.path for one in code.imports}
        self.diesel = b"diesel" in code.source and (
            "diesel" in self.crates or b"diesel::" in code.source
        )
        sync = ("redis", "Commands") in paths or any(
            one.path == ("redis",) and one.name == "*" for one in code.imports
        )
        self.redis_commands = sync and b"AsyncCommands" not in code.source
        self.hashes = bool(self.crates & _HASH_CRATES)
        self.sends = b"ureq" in code.source or b"SmtpTransport" in code.source

    def calls(self) -> Iterator[tuple[Call, str, str]]:
        """(call, kind, what is called) of what blocks."""
        for call in self.code.calls:
            if call.awaited or call.macro:
                continue
            if call.path:
                found = self._by_path(call)
            elif call.name in _NAMES:
                found = self._method(call)
            else:
                continue
            if found is not None:
                yield call, *found

    def _by_path(self, call: Call) -> tuple[str, str] | None:
        path = self.code.resolved(call.path)
        if len(path) < 2:
            return None
        words = "::".join(path)
        first, name = path[0], path[-1]
        if first == "std":
            if path[1] == "fs" and len(path) > 2 and name not in _HARMLESS_FILE:
                if name == "new" and "OpenOptions" not in path:
                    return None
                return "file", words
            if path == ("std", "thread", "sleep") or path == ("std", "thread", "sleep_ms"):
                given = self.code.text(call.arguments[0]) if call.arguments else ""
                return None if _MOMENT.match(given) else ("sleep", words)
            if path[:3] == ("std", "net", "TcpStream") and name.startswith("connect"):
                return "connect", words
            if path == ("std", "io", "copy") and any(
                self._is_file(call, one) for one in call.arguments
            ):
                return "file", words
            return None
        if first == "reqwest" and path[1:2] == ("blocking",):
            return "http", words
        if first == "ureq" and len(path) == 2 and name in _ASKING:
            return "http", words
        if name == "block_on":
            return "runtime", words
        if first in _HASH_FUNCTIONS and name in _HASH_FUNCTIONS[first] and len(path) == 2:
            return "hash", words
        if path[:2] == ("ring", "pbkdf2") and name in ("derive", "verify"):
            return "hash", words
        if first == "image" and name in (
            "load_from_memory",
            "load_from_memory_with_format",
            "open",
        ):
            return ("decode", words) if len(path) == 2 else None
        if name == "establish" and self.diesel and path[-2].endswith("Connection"):
            return "query", words
        return None

    def _method(self, call: Call) -> tuple[str, str] | None:
        name = call.name
        if name in _QUERY_NAMES and self.diesel and self._is_query(call):
            return "query", f".{name}(…)"
        if name in ("get", "get_timeout"):
            return self._pooled(call)
        if name in _PIECES:
            looped = any(one.kind == "loop" for one in self._own_scopes(call))
            if looped and self._is_file(call, call.receiver):
                return "file", f"{_ON_HANDLE}{name}"
            return None
        if name == "decode":
            return self._decodes(call)
        if name in _WAITING:
            return self._process(call)
        if name in _HASHING and self.hashes:
            receiver = self.code.text(call.receiver)
            if _HASHER.search(receiver) or any(
                _HASHER.search(self.code.text(one)) for one in call.arguments
            ):
                return "hash", f".{name}(…)"
            return None
        if name in _SENDING:
            return self._sends(call) if self.sends else None
        if name == "block_on":
            return "runtime", ".block_on(…)"
        if name in ("recv", "recv_timeout"):
            return self._receives(call)
        if name in ("get_connection", "get_connection_with_timeout", "query", "invoke"):
            return self._redis(call)
        if name in _REDIS_COMMANDS:
            return self._command(call)
        return None

    def _own_scopes(self, call: Call) -> Iterator[Scope]:
        """The scopes around a call, inside of its function."""
        for one in self.code.around(call.scope):
            if one.kind == "function":
                return
            yield one

    def _is_file(self, call: Call, at: tuple[int, int]) -> bool:
        """Whether a value is a file of the standard library that the function has opened."""
        text = self.code.text(at[0], min(at[1], at[0] + 60)).strip()
        name = text.removeprefix("&").removeprefix("mut ").strip()
        if not name.isidentifier():
            return False
        binding = self.code.binding_of(name, call.start, call.scope)
        root = self.roots.get(binding.value[0]) if binding is not None else None
        path = self.code.resolved(root.path) if root is not None else ()
        return path[:2] == ("std", "fs") and bool(_FILE_TYPES.intersection(path))

    def _decodes(self, call: Call) -> tuple[str, str] | None:
        root = self.roots.get(call.start)
        path = self.code.resolved(root.path) if root is not None else ()
        if path[:1] == ("image",) and path[-1] == "open" and len(path) > 2:
            return "decode", f"{'::'.join(path[:-1])} … .decode()"
        return None

    def _is_query(self, call: Call) -> bool:
        if not call.arguments:
            return False
        last = self.code.text(call.arguments[-1])
        if _ATOMIC.match(last):
            return False
        if len(call.arguments) > 1 and call.name != "save_changes":
            return False
        if call.name == "batch_execute":
            return bool(_CONNECTION.match(self.code.text(call.receiver)))
        receiver = self.code.text(call.receiver)
        if call.name == "save_changes":
            return bool(_CONNECTION.match(last))
        if _CONNECTION.match(last):
            return True
        return bool(_DSL.search(receiver)) and last.startswith(("&mut", "conn", "self"))

    def _pooled(self, call: Call) -> tuple[str, str] | None:
        """``pool.get()``: of which pool, the crate's dependencies say."""
        if call.name == "get" and call.arguments:
            return self._command(call)
        receiver = self.code.text(call.receiver)
        if len(receiver) < 80 and _POOL.search(_BLANKS.sub("", receiver)):
            return "pool", f"{_BLANKS.sub('', receiver)}.{call.name}()"
        return None

    def _process(self, call: Call) -> tuple[str, str] | None:
        root = self._root(call)
        if root is None:
            return None
        path = self.code.resolved(root.path)
        if path[:3] == ("std", "process", "Command"):
            program = self.code.text(root.arguments[0]) if root.arguments else ""
            named = f"::new({program})" if _PROGRAM.fullmatch(program) else ""
            return "process", f"std::process::Command{named} … .{call.name}()"
        return None

    def _root(self, call: Call) -> Call | None:
        """The call by path at the beginning of a method's chain, through one variable."""
        root = self.roots.get(call.start)
        if root is not None:
            return root
        name = self.code.text(call.receiver).strip()
        if not name.isidentifier():
            return None
        binding = self.code.binding_of(name, call.start, call.scope)
        return self.roots.get(binding.value[0]) if binding is not None else None

    def _sends(self, call: Call) -> tuple[str, str] | None:
        """Requests of ureq's agents and mails of lettre, which know nothing of an event loop."""
        code = self.code
        root = self.roots.get(call.start)
        if root is None:
            named = _FIRST_WORD.match(code.source, call.start)
            if named is None:
                return None
            name = named[0].decode()
            binding = code.binding_of(name, call.start, call.scope)
            if binding is None:
                return self._by_parameter(call, name)
            root = self.roots.get(binding.value[0])
        path = code.resolved(root.path) if root is not None else ()
        if path[:1] == ("ureq",):
            # What the module's own functions ask is told where they stand.
            return None if path[-1] in _ASKING else ("http", f"ureq::Agent … .{call.name}")
        if path[:1] == ("lettre",) and "SmtpTransport" in path and call.name == "send":
            return "connect", f"{'::'.join(path[:-1])} … .send"
        return None

    def _by_parameter(self, call: Call, name: str) -> tuple[str, str] | None:
        function = self.code.function_at(call.scope)
        for one in function.parameters if function is not None else ():
            if one.name == name:
                path = self.code.resolved(tuple(one.type.lstrip("& ").split("::")))
                if path == ("ureq", "Agent"):
                    return "http", f"ureq::Agent … .{call.name}"
                if path == ("lettre", "SmtpTransport") and call.name == "send":
                    return "connect", "lettre::SmtpTransport … .send"
        return None

    def _receives(self, call: Call) -> tuple[str, str] | None:
        name = self.code.text(call.receiver).strip()
        if not name.isidentifier():
            return None
        visible = {one.index for one in self.code.around(call.scope)}
        for binding in self.code.bindings:
            if binding.start > call.start or binding.scope not in visible:
                continue
            if not binding.name.startswith("(") or name not in binding.name.split(",")[-1]:
                continue
            root = self.roots.get(binding.value[0])
            if root is not None:
                path = self.code.resolved(root.path)
                if path[:3] == ("std", "sync", "mpsc") or path[0] == "crossbeam_channel":
                    return "receive", f"{'::'.join(path[:-1])}::Receiver::{call.name}"
        return None

    def _redis(self, call: Call) -> tuple[str, str] | None:
        receiver = self.code.text(call.receiver)
        if call.name in ("query", "invoke"):
            root = self._root(call)
            if root is None:
                return None
            path = self.code.resolved(root.path)
            if (path[0] == "redis" and path[-1] in ("cmd", "pipe")) or path[:2] == (
                "redis",
                "Script",
            ):
                return "redis", f"redis::{path[-1]}(…).{call.name}"
            return None
        if b"redis" not in self.code.source or not _REDIS_CLIENT.search(receiver):
            return None
        return "redis", f"redis::Client::{call.name}"

    def _command(self, call: Call) -> tuple[str, str] | None:
        if not self.redis_commands or not call.arguments:
            return None
        receiver = self.code.text(call.receiver).strip()
        if _REDIS_HANDLE.search(receiver):
            return "redis", f"redis::Commands::{call.name}"
        return None


# -- what runs elsewhere ------------------------------------------------------------------------


_LEFT = (
    "async",
    "spawn",
    "block_in_place",
    "unblock",
    "call_once",
    "or_init",
    "or_try_init",
    "Lazy",
)


def _leaves(text: str, path: str) -> bool:
    """Threads are started by functions of files without any async code too."""
    if path.endswith(".rs"):
        return any(word in text for word in _LEFT)
    return "async" in text and "lambda" in text


@scan("rust", "python", record=Contexts, wants=_leaves)
def contexts(code: Code) -> Contexts | None:
    """The async blocks of one file and the closures that may run elsewhere."""
    spans = []
    runs = Executions(code)
    for scope in code.scopes:
        if scope.kind not in ("closure", "async"):
            continue
        inside = scope.end - 1
        at = runs.of(scope.index, inside)
        if scope.kind == "closure" and not scope.is_async:
            given = code.calls[scope.call] if scope.call >= 0 else None
            if given is not None and at.kind in (ASYNC, SYNC) and not at.handed:
                continue
        spans.append(Span(code.line(scope.start), code.line(inside), at.kind, at.handed))
    return Contexts(tuple(spans)) if spans else None
