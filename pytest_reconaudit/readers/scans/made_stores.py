"""Where code of Python or Node connects to a database, Redis or MongoDB inside of a function."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = ["MadeStore", "MadeStores", "made_stores"]


class MadeStore(Struct, frozen=True, gc=False, array_like=True):
    words: str
    """What makes it: ``psycopg2.connect``, ``new PrismaClient``."""
    what: str
    """``database``, ``Redis`` or ``MongoDB``."""
    keeps: bool
    """It holds connections of its own, which live on after the request unless it is closed."""
    closed: bool
    """The function closes it."""
    line: int
    column: int
    text: str
    function: int
    """Line of the name of the function around; 0 outside of any."""
    shared: bool = False
    """It is a name of the module itself: made once, when that is loaded."""


class MadeStores(Struct, frozen=True, array_like=True):
    stores: tuple[MadeStore, ...]


# (module, name) -> (what it connects to, whether it keeps connections until it is closed)
_PYTHON = {
    ("psycopg2", "connect"): ("database", False),
    ("psycopg", "connect"): ("database", False),
    ("psycopg", "Connection", "connect"): ("database", False),
    ("psycopg", "AsyncConnection", "connect"): ("database", False),
    ("asyncpg", "connect"): ("database", False),
    ("asyncpg", "create_pool"): ("database", True),
    ("pymysql", "connect"): ("database", False),
    ("MySQLdb", "connect"): ("database", False),
    ("mysql", "connector", "connect"): ("database", False),
    ("aiomysql", "connect"): ("database", False),
    ("aiomysql", "create_pool"): ("database", True),
    ("sqlalchemy", "create_engine"): ("database", True),
    ("sqlalchemy", "ext", "asyncio", "create_async_engine"): ("database", True),
    ("sqlmodel", "create_engine"): ("database", True),
    ("redis", "Redis"): ("Redis", False),
    ("redis", "StrictRedis"): ("Redis", False),
    ("redis", "from_url"): ("Redis", False),
    ("redis", "Redis", "from_url"): ("Redis", False),
    ("redis", "asyncio", "Redis"): ("Redis", False),
    ("redis", "asyncio", "from_url"): ("Redis", False),
    ("redis", "asyncio", "Redis", "from_url"): ("Redis", False),
    ("pymongo", "MongoClient"): ("MongoDB", True),
    ("pymongo", "AsyncMongoClient"): ("MongoDB", True),
    ("motor", "motor_asyncio", "AsyncIOMotorClient"): ("MongoDB", True),
}
_SCRIPT = {
    ("ioredis", "Redis"): "Redis",
    ("redis", "createClient"): "Redis",
    ("pg", "Pool"): "database",
    ("pg", "Client"): "database",
    ("mysql2", "createPool"): "database",
    ("mysql2", "createConnection"): "database",
    ("mysql2/promise", "createPool"): "database",
    ("mysql2/promise", "createConnection"): "database",
    ("mysql", "createPool"): "database",
    ("mysql", "createConnection"): "database",
    ("mongodb", "MongoClient"): "MongoDB",
    ("@prisma/client", "PrismaClient"): "database",
}
"""All of these keep what they open until they are closed."""
_WHOLE = {"ioredis": "Redis"}
"""Modules that are the class themselves (``import Redis from "ioredis"``)."""
_NAMES = frozenset(
    {path[-1] for path in (*_PYTHON, *_SCRIPT)}
    | {"Redis", "IORedis", "Valkey"}
)  # fmt: skip
_HINTS = (
    "psycopg", "asyncpg", "pymysql", "MySQLdb", "mysql", "aiomysql", "create_engine",
    "create_async_engine", "redis", "MongoClient", "AsyncIOMotorClient", "createClient", "pg",
    "PrismaClient",
)  # fmt: skip
_BLANKS = regex(r"\s+")
_WORD = regex(r"(?<![\w.$'\"`])[A-Za-z_$][\w$]*")
_OF_REQUEST = frozenset({"req", "request", "ctx", "body", "params", "query", "tenant", "payload"})
_KEPT = regex(
    r"(?:(?:\bthis|\bself|\bcls|\bglobal(?:This)?|\bmodule|\bexports|\bapp|\bserver|\bfastify|\bprocess)"
    r"\??\.[\w.$\[\]'\"#]*|\?\?=?|\|\|=?|\w\])\s*=?\s*(?:\(?\s*await\s+)?(?:new\s+)?$"
)
"""What is before a client that outlives the function: a field, the application, ``??=``."""
_LOCAL = regex(r"\b(?:const|let|var)\s+[^=;]{1,120}=\s*(?:\(?\s*await\s+)?(?:new\s+)?$")
_PY_NAME = regex(r"(?:^|\n)[ \t]*(?:(\w+)|(g)\.\w+)\s*(?::[^=\n]{1,80})?=\s*(?:\(?\s*await\s+)?$")
_OPENS = regex(r"\b(?:with|return|yield)\s*\(?\s*(?:await\s+)?(?:[\w.]*closing\(\s*)?(?:new\s+)?$")
_WITH = regex(r"\bwith\s*\(?\s*(?:[\w.]*closing\(\s*)?$")
_REMEMBERS = regex(
    r"\?\?=|\|\|=|\bglobal\s+\w|\bis\s+None\b|\bif\s*\(\s*!|\bif\s+not\s+\w|===?\s*(?:null|undefined)\b"
    r"|\bnot\s+in\s+(?!g\b)|\binstance\b|\.has\(|\bhasattr\("
)
"""What makes a client only when there is none yet."""
_LISTENS = regex(
    r"\.\s*[ps]?[sS]ubscribe\s*\(|\.\s*b[lr][pP]op|\.\s*x[rR]ead|\bduplicate\s*\(|['\"]\s*LISTEN\b|\.add_listener\("
)
"""What needs a connection of its own."""
_ELSEWHERE = regex(r"sqlite|:memory:|NullPool|StaticPool")
_CACHED = regex(r"cache|singleton|fixture|on_event|lifespan|shared_task|\.task\b")
_CLOSES = r"(?:close|aclose|end|quit|disconnect|destroy|dispose|release|\$disconnect|terminate)"
_LONGEST = 300
_MOST = 16_000
_MOST_CALLS = 500
"""Of a file: what connects more often than that is made to be slow."""
_MOST_WORDS = 60


def _may_connect(text: str, path: str) -> bool:
    return any(map(text.__contains__, _HINTS))


@scan("python", *SCRIPT, record=MadeStores, wants=_may_connect)
def made_stores(code: Code) -> MadeStores | None:
    """The clients of one file that a call of a function makes anew and nobody keeps, and those of
    the module itself that keep connections."""
    found = []
    known_calls = (
        (call, *known)
        for call in code.calls_named(_NAMES)
        if (known := _known(code, call)) is not None
    )
    bodies: dict[int, tuple[bool, bool]] = {}
    for call, what, keeps in islice(known_calls, _MOST_CALLS):
        function = code.function_at(call.scope)
        shared = function is None and all(
            one.kind not in ("closure", "async", "function") for one in code.around(call.scope)
        )
        if shared and not keeps:
            continue
        if function is not None and (function.is_test or _is_cached(function)):
            continue
        before = code.text(max(0, call.start - _LONGEST), call.start)
        if code.language == "python":
            name = _name_in_python(before)
        else:
            name = _name_in_script(before)
        if name is None:
            continue
        if not shared and (
            _is_remembered(code, call, function, name, bodies) or _is_given(code, call, function)
        ):
            continue
        text = _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + _LONGEST)))
        if _ELSEWHERE.search(text) is not None:
            continue
        place = code.place(call.start)
        words = ".".join(call.path or (call.name,))
        found.append(
            MadeStore(
                words if code.language == "python" or words[:1].islower() else f"new {words}",
                what,
                keeps,
                _is_closed(code, call, function, name, before),
                place.line or 0,
                place.column or 0,
                text[:120],
                code.line(function.name_at) if function is not None else 0,
                shared,
            )
        )
    return MadeStores(tuple(found)) if found else None


def _known(code: Code, call: Call) -> tuple[str, bool] | None:
    """What a call connects to, and whether it keeps its connections."""
    path = code.resolved(call.path) if call.path else ()
    if code.language == "python":
        return _PYTHON.get(path)
    if len(path) == 2 and path[1] in ("*", "default") and path[0] in _WHOLE:
        return _WHOLE[path[0]], True
    if len(path) == 3 and path[1] in ("*", "default"):
        path = (path[0], path[2])  # `pg.Pool` of `import pg from "pg"`
    what = _SCRIPT.get(path) if len(path) == 2 else None
    return (what, True) if what is not None else None


def _is_cached(function: Function) -> bool:
    """Whether what a function gives is kept by its decorator."""
    return any(_CACHED.search(one) for one in function.attributes)


def _is_remembered(
    code: Code,
    call: Call,
    function: Function | None,
    name: str,
    bodies: dict[int, tuple[bool, bool]],
) -> bool:
    """Whether a function makes a client only when there is none yet, or listens by it.

    :param bodies: what is known of functions: whether one listens, whether one remembers.
    """
    if function is not None:
        body = code.text(function.start, min(function.end, function.start + _MOST))
    else:
        body = code.text(call.start, call.start + _MOST // 4)
    known = bodies.get(function.index) if function is not None else None
    if known is None:
        known = (_LISTENS.search(body) is not None, _REMEMBERS.search(body) is not None)
        if function is not None:
            bodies[function.index] = known
    if known[0]:
        return True
    if not name:
        return known[1]
    return re.search(_PUT_BY.format(re.escape(name)), body) is not None


_PUT_BY = (
    r"(?m)\bglobal\s[^\n]{{0,80}}\b{0}\b|\.set(?:default)?\([^()\n]{{0,80}},\s*{0}\s*\)"
    r"|^[ \t]*(?!(?:g|req|request|ctx|c)\b)[\w$.]{{1,80}}(?:\[[^\]\n]{{0,80}}\]|\.[\w$]{{1,80}})"
    r"[ \t]*=[ \t]*{0}[ \t]*;?[ \t]*$"
)
"""How what has a name is kept: ``pools[key] = pool``, ``clients.set(id, client)``. Flask's ``g``
and requests keep nothing for the next one."""


def _name_in_python(before: str) -> str | None:
    """The name that a client is given; empty when it is used or handed out at once, ``None`` when
    it may outlive the call."""
    line = before.rpartition("\n")[2]
    if _OPENS.search(line) is not None:
        return ""
    match = _PY_NAME.search(f"\n{line}")
    if match is not None:
        return match[1] or ""
    return None


def _name_in_script(before: str) -> str | None:
    if _KEPT.search(before) is not None:
        return None
    local = _LOCAL.search(before)
    if local is not None:
        names = _WORD.findall(local[0])
        return names[1] if len(names) > 1 else ""
    return "" if _OPENS.search(before) is not None else None


def _is_given(code: Code, call: Call, function: Function | None) -> bool:
    """Whether where it connects to depends on who asks: a tenant's own, one that is tried out."""
    given = {one.name for one in function.parameters} if function is not None else _OF_REQUEST
    written: dict[str, None] = {}
    for start, end in call.arguments:
        written.update(dict.fromkeys(_WORD.findall(code.text(start, min(end, start + 2_000)))))
    words = set(written)
    for word in islice(written, _MOST_WORDS):
        binding = code.binding_of(word, call.start, call.scope)
        if binding is not None and 0 < binding.value[1] - binding.value[0] < 2_000:
            words.update(_WORD.findall(code.text(binding.value)))
    return bool(words & given or words & _OF_REQUEST)


def _is_closed(code: Code, call: Call, function: Function | None, name: str, before: str) -> bool:
    if _WITH.search(before) is not None:
        return True
    if not name:
        return False
    end = function.end if function is not None else min(call.end + 4_000, len(code.source))
    after = code.text(call.end, min(end, call.end + 20_000))
    closes = rf"(?<![\w.$]){re.escape(name)}\s*\.\s*{_CLOSES}\s*\("
    return re.search(closes, after) is not None
