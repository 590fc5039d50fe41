"""Calls in Python that keep an event loop waiting: requests, sleeping, synchronous drivers."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function, Scope
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.blocking import (
    BlockingCall,
    BlockingFile,
    grouped,
)

__all__ = ["blocking_python"]

_WORDS = (
    "sleep", "requests", "httpx", "urlopen", "urlretrieve", "subprocess", "psycopg", "pymysql",
    "MySQLdb", "sqlite3", "bcrypt", "context", "Session", "os.system", "pyodbc", "oracledb",
    "redis",
)  # fmt: skip
_HTTP = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"})
_PROCESS = frozenset({"run", "call", "check_output", "check_call", "getoutput", "getstatusoutput"})
_DRIVERS = frozenset(
    {"psycopg2", "psycopg", "pymysql", "MySQLdb", "sqlite3", "mysql", "pyodbc", "oracledb"}
)
_SESSION_METHODS = frozenset(
    {"query", "execute", "exec", "scalar", "scalars", "commit", "flush", "refresh", "get", "merge",
     "delete", "rollback"}
)  # fmt: skip
_HASHER = regex(r"(?:pwd|crypt|password)_?context$|^(?:ph|hasher|password_hasher|pwd_hasher)$", 2)
_CALLED = regex(r"([A-Za-z_][\w.]*)\(")
_CLIENTS = (("Redis",), ("StrictRedis",), ("from_url",), ("RedisCluster",))
_HASHERS = frozenset({"CryptContext", "PasswordHasher", "PasswordHash"})
_SESSION = regex(r"^(?:Annotated\[\s*)?(?:\w+\.)*(?:Session|scoped_session)\b")
_COMMANDS = frozenset(
    {"get", "set", "setex", "setnx", "mget", "mset", "delete", "exists", "expire", "incr", "decr",
     "hget", "hset", "hgetall", "lpush", "rpush", "blpop", "brpop", "lrange", "sadd", "smembers",
     "zadd", "zrange", "publish", "keys", "ttl", "ping", "xadd", "getdel", "incrby"}
)  # fmt: skip
_MOMENT = regex(r"0|0?\.(?:0[01]\d*|00\d*|020*)")
"""Twenty milliseconds and less."""
_BLANKS = regex(r"\s+")


def _may_block(text: str, path: str) -> bool:
    if any(word in text for word in _WORDS):
        return True
    return "async def" in text and "open(" in text


@scan("python", record=BlockingFile, wants=_may_block)
def blocking_python(code: Code) -> BlockingFile | None:
    """The blocking calls of one file, by function; those in lambdas left out."""
    found: dict[int, list[BlockingCall]] = {}
    elsewhere = 0
    sync_sessions = any(
        one.name == "Session" and one.path[0] in ("sqlalchemy", "sqlmodel") for one in code.imports
    )
    for call in code.calls:
        if call.awaited:
            continue
        kind = _kind(code, call, sync_sessions)
        if kind is None:
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test:
            continue
        if any(one.kind == "closure" for one in _within(code, call)):
            elsewhere += 1
            continue
        place = code.place(call.start)
        text = _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120)))
        found.setdefault(function.index, []).append(
            BlockingCall(
                kind[0],
                kind[1],
                place.line or 0,
                place.column or 0,
                text,
                ASYNC if function.is_async else SYNC,
                (),
            )
        )
    return grouped(code, found, _is_main, 0, elsewhere)


def _is_main(function: Function) -> bool:
    return function.name == "main" and not function.owner


def _within(code: Code, call: Call) -> Iterator[Scope]:
    """The scopes around a call, inside of its function."""
    for one in code.around(call.scope):
        if one.kind == "function":
            return
        yield one


def _kind(code: Code, call: Call, sync_sessions: bool) -> tuple[str, str] | None:
    holder = _holder(code, call) if call.name in _COMMANDS else ""
    if holder and _is_sync_redis(code, call, holder):
        return "redis", f"{holder}.{call.name}"
    if not call.path:
        return _method(code, call, sync_sessions) if call.name in _SESSION_METHODS else None
    path = code.resolved(call.path)
    words = ".".join(path)
    first, name = path[0], path[-1]
    if path == ("time", "sleep"):
        given = code.text(call.arguments[0]) if len(call.arguments) == 1 else ""
        return None if _MOMENT.fullmatch(given) else ("sleep", words)
    if first in ("requests", "httpx") and len(path) == 2 and name in _HTTP:
        return "http", words
    if path[:2] == ("urllib", "request") and name in ("urlopen", "urlretrieve"):
        return "http", words
    if first == "subprocess" and len(path) == 2 and name in _PROCESS:
        return "process", words
    if path == ("os", "system"):
        return "process", words
    if first in _DRIVERS and name == "connect":
        return "database", words
    if first == "bcrypt" and name in ("hashpw", "checkpw"):
        return "hash", words
    if name in ("hash", "verify", "verify_and_update") and len(call.path) > 1:
        return ("hash", words) if _is_hasher(code, call) else None
    if path == ("open",) and code.binding_of("open", call.start, call.scope) is None:
        return "file", "open"
    if sync_sessions and name in _SESSION_METHODS and len(call.path) == 2:
        return _session(code, call, call.path[0])
    return None


def _holder(code: Code, call: Call) -> str:
    """The plain name that a method is called on; empty for anything else."""
    if call.path:
        return call.path[0] if len(call.path) == 2 else ""
    text = code.text(call.receiver) if call.receiver[1] - call.receiver[0] < 60 else ""
    return text if text.isidentifier() else ""


def _is_sync_redis(code: Code, call: Call, holder: str) -> bool:
    """Whether a name is redis-py's synchronous client, made in this file or taken as one."""
    if b"redis" not in code.source:
        return False
    function = code.function_at(call.scope)
    for parameter in function.parameters if function is not None else ():
        if parameter.name == holder:
            typed = parameter.type.strip("\"' ").split("[")[0]
            return code.resolved(tuple(typed.split("."))) in (
                ("redis", "Redis"),
                ("redis", "StrictRedis"),
            )
    binding = code.binding_of(holder, call.start, call.scope)
    if binding is None or binding.value[1] <= binding.value[0]:
        return False
    made = _CALLED.match(code.text(binding.value))
    if made is None:
        return False
    path = code.resolved(tuple(made[1].split(".")))
    return path[0] == "redis" and "asyncio" not in path and path[1:2] in _CLIENTS


def _is_hasher(code: Code, call: Call) -> bool:
    holder = call.path[-2]
    if not _HASHER.search(holder):
        return False
    known = code.imported(holder)
    if known is not None:
        return True  # a shared object of that name
    binding = code.binding_of(holder, call.start, call.scope)
    return binding is not None and any(name in code.text(binding.value) for name in _HASHERS)


def _method(code: Code, call: Call, sync_sessions: bool) -> tuple[str, str] | None:
    if not sync_sessions:
        return None
    return _session(code, call, code.text(call.receiver).strip())


def _session(code: Code, call: Call, holder: str) -> tuple[str, str] | None:
    """A call on a parameter that is SQLAlchemy's synchronous session."""
    function = code.function_at(call.scope)
    if function is None:
        return None
    for parameter in function.parameters:
        if parameter.name == holder and _SESSION.match(parameter.type):
            return "database", f"{holder}.{call.name}"
    return None
