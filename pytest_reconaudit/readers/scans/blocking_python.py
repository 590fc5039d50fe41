"""Calls in Python that keep an event loop waiting: requests, sleeping, synchronous drivers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function, Scope
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.blocking import (
    BlockingCall,
    BlockingFile,
    grouped,
)
from pytest_reconaudit.readers.syntax import query

__all__ = [
    "Generators",
    "blocking_python",
    "generators",
    "is_session_maker",
    "makes_sync_redis",
]


class Generators(Struct, frozen=True, array_like=True):
    """The functions of a file whose call runs nothing: what iterates over them does."""

    lines: tuple[int, ...]
    """Where their names stand."""


_WORDS = (
    "sleep", "requests", "httpx", "urlopen", "urlretrieve", "subprocess", "psycopg", "pymysql",
    "MySQLdb", "sqlite3", "bcrypt", "context", "Session", "os.system", "pyodbc", "oracledb",
    "redis", "shutil", "stripe", "resend", "smtplib", "OpenAI", "openai", "nthropic", "boto3",
    "MongoClient", "genai", "Groq", "storage", "http.client", "SendGrid", "Tavily",
    "passlib", "argon2", "pwdlib", "werkzeug", "hashlib", "hasher", "password_hash",
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
_HASHER = regex(
    r"(?:pwd|crypt|password|bcrypt)_?(?:context|ctx)$|^(?:ph|hasher|password_hasher|pwd_hasher|password_hash)$",
    2,
)
_HASHING = frozenset({"hash", "verify", "verify_and_update", "encrypt"})
_DERIVING = {
    ("hashlib", "pbkdf2_hmac"): 3,
    ("hashlib", "scrypt"): -1,
    ("werkzeug", "security", "generate_password_hash"): -1,
    ("werkzeug", "security", "check_password_hash"): -1,
}
"""Functions that hash passwords → which argument says how often; -1 where none does plainly."""
_FEW_ROUNDS = 20_000
_LOW_ROUNDS = regex(r"\b(?:bcrypt__(?:default_)?)?rounds\s*=\s*0*[4-7]\b")
_FAST = regex(r"schemes\s*=\s*\[\s*[\"'](?:plaintext|hex_\w+|md5_crypt)[\"']\s*\]")
_CALLED = regex(r"([A-Za-z_][\w.]*)\(")
_CLIENTS = (("Redis",), ("StrictRedis",), ("from_url",), ("RedisCluster",))
_HASHERS = frozenset({"CryptContext", "PasswordHasher", "PasswordHash"})
_LONG_NAME = 60
_SESSION = regex(r"^(?:Annotated\[\s*)?(?:\w+\.)*(?:Session|scoped_session)\b")
_COMMANDS = frozenset(
    {"get", "set", "setex", "setnx", "mget", "mset", "delete", "exists", "expire", "incr", "decr",
     "hget", "hset", "hgetall", "lpush", "rpush", "blpop", "brpop", "lrange", "sadd", "smembers",
     "zadd", "zrange", "publish", "keys", "ttl", "ping", "xadd", "getdel", "incrby",
     "scan_iter", "hscan_iter", "sscan_iter", "zscan_iter"}
)  # fmt: skip
_COPYING = frozenset(
    {"copyfileobj", "copyfile", "copy", "copy2", "copytree", "rmtree"}
)  # fmt: skip
_PACKING = frozenset({"make_archive", "unpack_archive"})
_ASKED = {
    "stripe": frozenset(
        {"create", "retrieve", "list", "modify", "delete", "search", "cancel", "confirm", "capture",
         "upcoming", "pay", "attach", "detach", "finalize_invoice", "create_preview"}
    ),
    "resend": frozenset({"send", "create", "get", "remove", "update", "list"}),
    "openai": frozenset({"create", "transcribe", "edit"}),
}  # fmt: skip
"""Modules whose classes ask their servers: the methods that do."""
_MAKERS = {
    ("openai", "OpenAI"): "http",
    ("openai", "AzureOpenAI"): "http",
    ("anthropic", "Anthropic"): "http",
    ("groq", "Groq"): "http",
    ("google", "genai", "Client"): "http",
    ("google", "cloud", "storage", "Client"): "http",
    ("boto3", "client"): "http",
    ("boto3", "resource"): "http",
    ("requests", "Session"): "http",
    ("requests", "session"): "http",
    ("httpx", "Client"): "http",
    ("stripe", "StripeClient"): "http",
    ("twilio", "rest", "Client"): "http",
    ("slack_sdk", "WebClient"): "http",
    ("http", "client", "HTTPSConnection"): "http",
    ("http", "client", "HTTPConnection"): "http",
    ("sendgrid", "SendGridAPIClient"): "http",
    ("tavily", "TavilyClient"): "http",
    ("pymongo", "MongoClient"): "database",
    ("subprocess", "Popen"): "process",
}
"""What makes a synchronous client, and what its calls are."""
_OF_MAKER = {
    "requests": _HTTP,
    "httpx": _HTTP,
    "subprocess": frozenset({"communicate", "wait"}),
    "pymongo": frozenset(
        {"find_one", "insert_one", "insert_many", "update_one", "update_many", "delete_one",
         "delete_many", "count_documents", "replace_one", "find_one_and_update", "distinct",
         "find_one_and_delete", "find_one_and_replace", "bulk_write", "command"}
    ),
    "openai": frozenset({"create", "generate", "parse", "list", "retrieve", "delete", "edit",
                         "stream", "create_and_poll", "content"}),
    "anthropic": frozenset({"create", "stream", "count_tokens", "list", "retrieve"}),
    "groq": frozenset({"create", "list", "retrieve"}),
    "google": frozenset(
        {"generate_content", "generate_content_stream", "generate_images", "embed_content",
         "count_tokens", "upload_from_string", "upload_from_file", "upload_from_filename",
         "download_as_bytes", "download_as_text", "download_to_filename", "list_blobs", "exists",
         "get_bucket", "reload"}
    ),
    "http": frozenset({"getresponse"}),
    "sendgrid": frozenset({"send"}),
    "tavily": frozenset({"search", "extract", "crawl", "map"}),
    "twilio": frozenset({"create", "fetch", "list", "update"}),
    "stripe": frozenset({"create", "retrieve", "list", "update", "delete", "search", "cancel"}),
}  # fmt: skip
"""The calls of a client that wait; of those not named here all but :data:`_LOCAL`."""
_LOCAL = frozenset(
    {"get_paginator", "generate_presigned_url", "generate_presigned_post", "close", "get_waiter",
     "Table", "Bucket", "Object", "ObjectSummary", "Queue", "Topic", "can_paginate", "paginate",
     "batch_writer", "client", "resource", "filter", "get", "append", "items", "keys", "values",
     "register", "limit", "read", "iter_lines", "generate_db_auth_token"}
)  # fmt: skip
_NAMES = {
    path[0]: regex(
        rb"\b(?:"
        + b"|".join(sorted({each[-1].encode() for each in _MAKERS if each[0] == path[0]}))
        + rb")\b"
    )
    for path in _MAKERS
}
"""Module → the names of what makes a client, one of which stands where one is made."""
_FIELD = regex(r"\bself\.(\w+)\s*(?::[^=\n]{1,80})?=\s*([A-Za-z_][\w.]*)\(")
_ROOT = regex(r"([A-Za-z_]\w*)\s*(?:[.\[]|$)")
_FOLLOWED = 3
_DECLARED = 50
"""Declarations of a name that are looked at."""
_MOMENT = regex(r"0|0?\.(?:0[01]\d*|00\d*|020*)")
"""Twenty milliseconds and less."""
_BLANKS = regex(r"\s+")


def _may_block(text: str, path: str) -> bool:
    if any(word in text for word in _WORDS):
        return True
    return "async def" in text and ("open(" in text or ".extractall(" in text)


@scan("python", record=BlockingFile, wants=_may_block)
def blocking_python(code: Code) -> BlockingFile | None:
    """The blocking calls of one file, by function; those in lambdas left out."""
    found: dict[int, list[BlockingCall]] = {}
    elsewhere = 0
    is_dear = False
    sessions = _Sessions(code) if b"ession" in code.source else None
    makers = _Makers(code) if _makes_clients(code) else None
    redis = b"redis" in code.source
    hashers = _Hashers(code)
    for call in code.calls:
        if call.awaited:
            continue
        kind = _kind(code, call, redis)
        if kind is None and sessions is not None and call.name in _SESSION_METHODS:
            kind = sessions.kind(call)
        if kind is None and makers is not None:
            kind = makers.kind(call)
        if kind is None and call.name in _HASHING and (hashed := hashers.words(call)):
            kind = "hash", hashed
        if kind is None:
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test:
            continue
        text = _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120)))
        size = hashers.size(call) if kind[0] == "hash" else ""
        size = size or _size(kind[1], text)
        if kind[0] == "redis" and _is_bounded(code, call):
            size = "bounded"
        if kind[1] == "bcrypt.hashpw":
            is_dear = is_dear or size != "cheap"
        if any(one.kind == "closure" for one in _within(code, call)):
            elsewhere += 1
            continue
        place = code.place(call.start)
        found.setdefault(function.index, []).append(
            BlockingCall(
                kind[0],
                kind[1],
                place.line or 0,
                place.column or 0,
                text,
                ASYNC if function.is_async else SYNC,
                (),
                size,
            )
        )
    return grouped(code, found, _is_main, 0, elsewhere, is_dear=is_dear)


_LOW_COST = regex(r"\bgensalt\(\s*(?:rounds\s*=\s*)?0*[4-7]\s*[,)]")
_YIELD = "(yield) @yield"
_REMADE = regex(r"@(?:\w+\.)*\w*(?:contextmanager|fixture|hook|coroutine|callbacks)\w*", 2)


def _may_yield(text: str, path: str) -> bool:
    return "yield" in text


@scan("python", record=Generators, wants=_may_yield)
def generators(code: Code) -> Generators | None:
    """The generator functions of one file that are not async; those that a decorator makes
    something else of (``contextmanager``, ``fixture``) left out."""
    found = set()
    for node in code.tree.captures(query("python", _YIELD)).get("yield", ()):
        around = node.parent
        while around is not None and around.type not in ("function_definition", "lambda"):
            around = around.parent
        named = around.child_by_field_name("name") if around is not None else None
        if around is None or named is None or around.children[0].type == "async":
            continue
        above = around.parent
        if (
            above is not None
            and above.type == "decorated_definition"
            and _REMADE.search(code.text(above.start_byte, around.start_byte)) is not None
        ):
            continue
        found.add(code.line(named.start_byte))
    return Generators(tuple(sorted(found))) if found else None


def _size(words: str, text: str) -> str:
    """See ``BlockingCall.size``."""
    if words == "bcrypt.hashpw":
        return "cheap" if _LOW_COST.search(text) else ""
    if words != "shutil.rmtree":
        return ""
    return "entry" if "ignore_errors" in text else "removal"


def _is_main(function: Function) -> bool:
    return function.name == "main" and not function.owner


def _within(code: Code, call: Call) -> Iterator[Scope]:
    """The scopes around a call, inside of its function."""
    for one in code.around(call.scope):
        if one.kind == "function":
            return
        yield one


def _kind(code: Code, call: Call, redis: bool) -> tuple[str, str] | None:
    holder = _holder(code, call) if redis and call.name in _COMMANDS else ""
    if holder and _is_sync_redis(code, call, holder):
        return "redis", f"{holder}.{call.name}"
    if holder and (helper := _helper(code, call, holder)):
        # Another file says what its function gives.
        return "redis?", f"{helper}() … .{call.name}"
    if holder and "redis" in holder.lower() and code.imported(holder) is not None:
        # Another file says which client it is.
        return "redis?", f"{holder}.{call.name}"
    if call.name == "extractall" and (packed := _holder(code, call)):
        return "file", f"{packed}.extractall"
    if not call.path:
        return None
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
    if path in _DERIVING or (path[:2] == ("passlib", "hash") and name in _HASHING):
        return "hash", words
    if first == "shutil" and len(path) == 2 and name in _COPYING:
        return "file", words
    if first == "shutil" and name in _PACKING:
        return "compress", words
    if first in _ASKED and len(path) > 2 and name in _ASKED[first] and path[1][:1].isupper():
        return "http", words
    if path[:1] == ("smtplib",) and name in ("SMTP", "SMTP_SSL") and call.arguments:
        return "connect", words
    if path == ("open",) and code.binding_of("open", call.start, call.scope) is None:
        return "file", "open"
    return None


def _holder(code: Code, call: Call) -> str:
    """The plain name that a method is called on; empty for anything else."""
    if call.path:
        return call.path[0] if len(call.path) == 2 else ""
    text = code.text(call.receiver) if call.receiver[1] - call.receiver[0] < 60 else ""
    return text if text.isidentifier() else ""


def _is_sync_redis(code: Code, call: Call, holder: str) -> bool:
    """Whether a name is redis-py's synchronous client, made in this file or taken as one."""
    function = code.function_at(call.scope)
    for parameter in function.parameters if function is not None else ():
        if parameter.name == holder:
            typed = parameter.type.strip("\"' ").split("[")[0]
            return code.resolved(tuple(typed.split("."))) in (
                ("redis", "Redis"),
                ("redis", "StrictRedis"),
            )
    made = _CALLED.match(_given(code, call, holder))
    if made is None:
        return False
    path = code.resolved(tuple(made[1].split(".")))
    return makes_sync_redis(path) or (len(path) == 1 and bool(_of_function(code, path[0])))


def _given(code: Code, call: Call, name: str) -> str:
    """What a name that a call sees is given, as written; empty where that is not known."""
    binding = code.binding_of(name, call.start, call.scope)
    if binding is None or binding.value[1] <= binding.value[0]:
        return ""
    return code.text(binding.value[0], min(binding.value[1], binding.value[0] + _LONG_MAKER))


def _of_function(code: Code, name: str) -> str:
    """The body of a function of the file that makes a synchronous client and returns it; empty
    where none of that name does."""
    for one in code.functions:
        if one.name == name and not one.owner and not one.is_async:
            text = code.text(one.body[0], min(one.body[1], one.body[0] + _LONG_HELPER))
            names = {found[1] for found in _RETURNED.finditer(text)}
            given = [found[2] for found in _ASSIGNED.finditer(text) if found[1] in names]
            makers = [*given, *(found[1] for found in _RETURNS.finditer(text))]
            if any(makes_sync_redis(code.resolved(tuple(each.split(".")))) for each in makers):
                return text
    return ""


def _helper(code: Code, call: Call, holder: str) -> str:
    """The imported function whose answer a name holds: ``r = get_redis()``."""
    made = _CALLED.match(_given(code, call, holder))
    if made is None or "." in made[1] or "redis" not in made[1].lower():
        return ""
    return made[1] if code.imported(made[1]) is not None else ""


_LONG_MAKER = 400
_LONG_HELPER = 4_000
_RETURNS = regex(r"\breturn\s+([A-Za-z_][\w.]*)\(")
_RETURNED = regex(r"\breturn\s+([A-Za-z_]\w*)\s*(?:\n|$|#)")
_ASSIGNED = regex(r"\b([A-Za-z_]\w*)\s*=\s*([A-Za-z_][\w.]*)\(")


def _is_bounded(code: Code, call: Call) -> bool:
    """Whether the client of Redis that a call is made on says how long it waits for an answer."""
    text = _given(code, call, _holder(code, call))
    made = _CALLED.match(text)
    if made is not None and "." not in made[1]:
        text += _of_function(code, made[1])
    return "socket_timeout" in text


def makes_sync_redis(path: tuple[str, ...]) -> bool:
    """Whether a name, resolved by the imports, is what makes redis-py's synchronous client."""
    return path[0] == "redis" and "asyncio" not in path and path[1:2] in _CLIENTS


class _Hashers:
    """What hashes passwords in a file: objects of passlib, argon2 and pwdlib, by their names."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._makers: dict[str, str | None] = {}
        self._given: dict[str, list[str]] | None = None

    def words(self, call: Call) -> str:
        """What a call of a method that may hash is, as written; empty when it is none."""
        holder = self._holder(call)
        name = holder.rpartition(".")[2]
        if not holder:
            return ""
        if holder.partition(".")[0] == name and self._code.imported(name) is not None:
            # A shared object of that name.
            return f"{name}.{call.name}" if _HASHER.search(name) else ""
        made = self._made(name, call)
        if made is None or _FAST.search(made) is not None:
            return ""
        return f"{holder}.{call.name}"

    def size(self, call: Call) -> str:
        """``cheap`` when few rounds are said for it where it is made, or at the call."""
        path = self._code.resolved(call.path) if call.path else ()
        at = _DERIVING.get(path, -1)
        if 0 <= at < len(call.arguments):
            given = self._code.text(call.arguments[at]).rpartition("=")[2].strip()
            rounds = given.replace("_", "")
            few = rounds.isdecimal() and len(rounds) < 9 and int(rounds) < _FEW_ROUNDS
            return "cheap" if few else ""
        holder = self._holder(call)
        made = self._made(holder.rpartition(".")[2], call) if holder else None
        return "cheap" if made is not None and _LOW_ROUNDS.search(made) else ""

    def _holder(self, call: Call) -> str:
        """The name, or the field, that a method is called on; empty for anything else."""
        if len(call.path) > 1:
            return ".".join(call.path[:-1])
        start, end = call.receiver
        text = self._code.text(start, end) if 0 < end - start < _LONG_NAME else ""
        return text if text.replace(".", "_").isidentifier() else ""

    def _made(self, name: str, call: Call) -> str | None:
        """How what hashes under a name is made, as written; its type alone where it was given."""
        function = self._code.function_at(call.scope)
        for parameter in function.parameters if function is not None else ():
            if parameter.name == name:
                typed = parameter.type.strip("\"' ").rpartition(".")[2].partition("[")[0]
                return typed if typed in _HASHERS else None
        if name not in self._makers:
            self._makers[name] = self._declared(name)
        return self._makers[name]

    def _declared(self, name: str) -> str | None:
        code = self._code
        texts = [code.text(one.value) for one in code.bindings_named(name)[:_DECLARED]]
        if not texts:
            texts = self._fields().get(name, [])
        for one in texts:
            made = _CALLED.match(one)
            if made is None:
                continue
            path = code.resolved(tuple(made[1].split(".")))
            if _HASHERS.intersection(path) or path[:2] == ("passlib", "hash"):
                return one
        return None

    def _fields(self) -> dict[str, list[str]]:
        """Field → what it is given, as written."""
        if self._given is None:
            self._given = {}
            text = self._code.source.decode("utf-8", "replace")
            for one in _GIVEN.finditer(text):
                alike = self._given.setdefault(one[1], [])
                if len(alike) < _DECLARED:
                    alike.append(text[one.end() : one.end() + 200])
        return self._given


_GIVEN = regex(r"\b(?:self|cls)\.(\w+)\s*+(?::[^=\n]{1,80})?=\s*+")


class _Sessions:
    """SQLAlchemy's synchronous sessions of a file, by the names that hold them."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._imported = any(
            one.name == "Session" and one.path[0] in ("sqlalchemy", "sqlmodel")
            for one in code.imports
        )

    def kind(self, call: Call) -> tuple[str, str] | None:
        """What a call of a method that sessions have is, if it is one; ``database?`` where the
        file that makes the session's class has to say which kind it is."""
        code = self._code
        function = code.function_at(call.scope)
        if function is None:
            return None
        start, end = call.receiver
        holder = ".".join(call.path[:-1])
        if not holder and 0 < end - start < _LONG_NAME:
            holder = code.text(start, end).strip()
        if not holder:
            return None
        if self._imported and self._is_given(function, holder):
            return "database", f"{holder}.{call.name}"
        if holder.startswith("self."):
            known = self._imported and self._is_kept(function, holder)
            return ("database", f"{holder}.{call.name}") if known else None
        return self._opened(call, holder) if holder.isidentifier() else None

    def _is_given(self, function: Function, name: str) -> bool:
        return any(
            one.name == name and _SESSION.match(one.type) is not None for one in function.parameters
        )

    def _is_kept(self, function: Function, field: str) -> bool:
        """Whether a field holds a session that its class was given when it was made."""
        code = self._code
        for one in code.bindings_named(field)[:_DECLARED]:
            made = code.function_at(one.scope)
            if made is None or not made.owner or made.owner != function.owner:
                continue
            if not self._is_given(made, code.text(one.value).strip()):
                return False
            if made.name == "__init__":
                return True
        return False

    def _opened(self, call: Call, holder: str) -> tuple[str, str] | None:
        """Of ``db = SessionLocal()`` and ``with Session(engine) as db``."""
        code = self._code
        binding = code.binding_of(holder, call.start, call.scope)
        if binding is None or binding.value[1] <= binding.value[0]:
            return None
        made = _CALLED.match(code.text(binding.value))
        if made is None or "ession" not in made[1]:
            return None
        path = code.resolved(tuple(made[1].split(".")))
        if _makes_sync_sessions(path):
            return "database", f"{holder}.{call.name}"
        if len(path) == 1:
            return ("database", f"{holder}.{call.name}") if self._is_maker(path[0], call) else None
        if "." not in made[1] and code.imported(made[1]) is not None:
            return "database?", f"{made[1]}() … .{call.name}"
        return None

    def _is_maker(self, name: str, call: Call) -> bool:
        """Whether a name of the file is given what makes synchronous sessions."""
        code = self._code
        binding = code.binding_of(name, call.start, call.scope)
        if binding is None:
            return False
        text = code.text(binding.value)
        made = _CALLED.match(text)
        return made is not None and is_session_maker(code.resolved(tuple(made[1].split("."))), text)


def _makes_sync_sessions(path: tuple[str, ...]) -> bool:
    """Whether a name, resolved by the imports, is SQLAlchemy's synchronous session itself."""
    return path[0] in ("sqlalchemy", "sqlmodel") and path[-1] == "Session"


def is_session_maker(path: tuple[str, ...], text: str) -> bool:
    """Whether what a declaration calls makes a class of synchronous sessions.

    :param path: its name, resolved by the imports.
    :param text: the source of the call.
    """
    return (
        path[0] == "sqlalchemy"
        and path[-1] in ("sessionmaker", "scoped_session")
        and "async" not in text.lower()
    )


def _makes_clients(code: Code) -> bool:
    """Whether a file imports a library of :data:`_MAKERS` and names what makes its clients."""
    modules = {one.path[0] for one in code.imports if one.path and one.path[0] in _NAMES}
    return any(_NAMES[module].search(code.source) for module in modules)


class _Makers:
    """The synchronous clients of a file, by the names that hold them."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._fields: dict[str, set[tuple[str, ...]]] = {}
        self._known: dict[tuple[str, int, int], tuple[str, ...] | None] = {}
        text = code.source.decode("utf-8", "replace")
        for match in _FIELD.finditer(text):
            made = code.resolved(tuple(match[2].split(".")))
            self._fields.setdefault(match[1], set()).add(made)

    def kind(self, call: Call) -> tuple[str, str] | None:
        """What a call on a synchronous client waits for, and what is called."""
        if call.name in _LOCAL and call.name not in _HTTP:
            return None
        maker = self._maker(call)
        if maker is None:
            return None
        waiting = _OF_MAKER.get(maker[0])
        if call.name not in waiting if waiting is not None else call.name in _LOCAL:
            return None
        return _MAKERS[maker], f"{'.'.join(maker)} … .{call.name}"

    def _maker(self, call: Call) -> tuple[str, ...] | None:
        code = self._code
        start, end = call.receiver
        text = ".".join(call.path[:-1]) if call.path else code.text(start, min(end, start + 120))
        if text.startswith("self."):
            made = self._fields.get(text[5:].partition(".")[0], set())
            known = made & _MAKERS.keys()
            return min(known) if known and known == made else None
        started = _CALLED.match(text)
        if started is not None:
            path = code.resolved(tuple(started[1].split(".")))
            if path in _MAKERS:
                return path
        root = _ROOT.match(text)
        return self._held(root[1], call, _FOLLOWED) if root is not None else None

    def _held(self, name: str, call: Call, steps: int) -> tuple[str, ...] | None:
        """The maker of what a variable holds, by one of its declarations that the call sees."""
        function = self._code.function_at(call.scope)
        asked = (name, function.index if function is not None else -1, steps)
        if asked not in self._known:
            self._known[asked] = self._made(name, call, steps)
        return self._known[asked]

    def _made(self, name: str, call: Call, steps: int) -> tuple[str, ...] | None:
        code = self._code
        function = code.function_at(call.scope)
        found = None
        for binding in code.bindings_named(name)[:_DECLARED]:
            at = code.function_at(binding.scope)
            if at is not None and at is not function:
                continue
            text = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 120))
            made = _CALLED.match(text)
            path = code.resolved(tuple(made[1].split("."))) if made is not None else ()
            if path in _MAKERS:
                found = path
            elif path and path[-1].startswith("Async"):
                return None
            elif steps and (root := _ROOT.match(text)) is not None and root[1] != name:
                found = found or self._held(root[1], call, steps - 1)
        return found
