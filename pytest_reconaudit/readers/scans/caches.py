"""Cache operations of a source file: which keys it reads, writes and deletes, and for how long.

A key is kept as a *template*: what is put in at run time stands in braces as source text
(``project:{project_id}``). Names that only another file can tell, ``{keys::project(id)}`` or
``{PROJECT_PREFIX}``, stay in braces too; joining files replaces them. A map of the process that
happens to be called a cache is told apart by how it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_counts import counts, is_sum
from pytest_reconaudit.readers.cache_identity import IdentityReader
from pytest_reconaudit.readers.cache_inputs import InputReader
from pytest_reconaudit.readers.cache_keys import KeyReader
from pytest_reconaudit.readers.cache_records import OWN_TTL, UNKNOWN_TTL, CacheOp, Caches, Wrapper
from pytest_reconaudit.readers.cache_stores import StoreReader
from pytest_reconaudit.readers.cache_times import TimeReader
from pytest_reconaudit.readers.cache_words import (
    LAST_WORD,
    TAILS,
    TOLD,
    WORD,
    shortened,
    string_value,
    stripped,
    whole_number,
)
from pytest_reconaudit.readers.code import Call, Code, Function, Scope
from pytest_reconaudit.readers.query_call import binding_near
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = ["caches"]

_ABOUT = ("cache", "Cache", "CACHE", "redis", "Redis", "REDIS", "valkey")
_REDIS = ("redis", "Redis", "REDIS", "valkey", "fred::")
_BUILDS_KEYS = ("_key(", "Key(", "Key =", "Keys =", "_KEY", "_key =", "mod keys", "_PREFIX", "_TTL")
_VERBS = {
    "get": "get", "mget": "get", "get_many": "get", "getmany": "get", "fetch": "get",
    "read": "get", "getjson": "get", "get_json": "get", "getobject": "get", "getex": "get",
    "get_multi": "get", "getstring": "get", "get_value": "get", "getvalue": "get",
    "getbuffer": "get", "peek": "get", "getdel": "get", "json_get": "get", "get_ex": "get",
    "get_cached": "get", "getcached": "get", "has": "get", "exists": "get", "lookup": "get",
    "set": "set", "put": "set", "store": "set", "save": "set", "write": "set", "set_ex": "set",
    "setex": "set", "psetex": "set", "pset_ex": "set", "set_json": "set", "setjson": "set",
    "set_with_ttl": "set", "setwithttl": "set", "set_with_expiry": "set", "mset": "set",
    "set_many": "set", "set_options": "set", "set_with_expiration": "set", "setobject": "set",
    "set_multiple": "set", "mset_nx": "set", "add": "set", "insert": "set", "set_value": "set",
    "setvalue": "set", "setwithexpiry": "set", "setmany": "set", "cache": "set",
    "setnx": "other", "set_nx": "other", "incr": "other", "decr": "other", "incrby": "other",
    "decrby": "other", "hset": "other", "hget": "other", "hmset": "other", "hgetall": "other",
    "hdel": "other", "sadd": "other", "srem": "other", "smembers": "other", "zadd": "other",
    "zrange": "other", "zrem": "other", "lpush": "other", "rpush": "other", "lrange": "other",
    "xadd": "other", "sismember": "other", "hincrby": "other", "lpop": "other", "rpop": "other",
    "incrbyfloat": "other", "hincrbyfloat": "other", "increment": "other", "decrement": "other",
    "hset_multiple": "other", "inc": "other", "ttl": "other", "append": "other", "pfadd": "other",
    "wrap": "wrap", "get_or_set": "wrap", "getorset": "wrap", "remember": "wrap",
    "getorfetch": "wrap", "get_or_fetch": "wrap", "get_or_compute": "wrap", "cached": "wrap",
    "getorcompute": "wrap", "get_or_insert_with": "wrap", "rememberforever": "wrap",
    "get_or_load": "wrap", "getorload": "wrap", "getorcreate": "wrap", "get_or_create": "wrap",
    "expire": "touch", "pexpire": "touch", "expireat": "touch", "touch": "touch",
    "expire_at": "touch", "persist": "other",
    "scan_match": "scan", "scan_iter": "scan", "scanstream": "scan", "scaniterator": "scan",
    "iter_keys": "scan", "keys": "raw", "flushall": "raw", "flushdb": "raw", "flush_all": "raw",
    "flush_db": "raw",
}  # fmt: skip
_PUSHED = regex(r"\.push\(\s*$")
_GATHERED = regex(r"\bgather\(\s*\*\s*[\[(]?\s*$")
_DELETES = regex(
    r"(?:del|delete|unlink|remove|forget|evict|invalidate|purge|bust|drop)(?:$|_?[a-z]\w*|[A-Z]\w*)",
)
_BY_PATTERN = regex(r"pattern|prefix|match|tag|scan|wildcard|namespace|like|starts", re.IGNORECASE)
_EVERYTHING = regex(
    r"(?:clear|flush|reset|purge|invalidate|evict|delete|remove)(?:_?all)?(?:_?cache)?"
)
_INVALIDATES = regex(r"_?(?:invalidate|evict|bust|purge)(?!Queries|Query|Tags?$)")
_NOT_KEYS = regex(r"expired|stale|oldest|stats|entries|client|connection|listener|worker", re.I)
_CACHE_MODULE = regex(
    r"(?:\w*[_-])?(?:cache|caching|redis)(?:[_-]?(?:utils?|helpers?|store|client))?", re.I
)
_THING = r"(?:d|_?(?:value|data|json|item|key|entry))?"
_FUNCTION_VERBS = (
    (
        "delete",
        regex(
            r"(?:invalidate|bust|evict|purge|clear|delete|del|remove|expire|forget|drop)_?\w*"
            r"(?:cache|redis)\w*|(?:cache|redis)_?(?:del|delete|invalidate|remove|evict|forget|clear)\w*",
            re.IGNORECASE,
        ),
    ),
    (
        "wrap",
        regex(
            r"(?:get_?or_?set|get_?or_?fetch|remember|with|through|wrap)_?\w*cache\w*"
            r"|cache_?(?:wrap|remember|through|get_?or_?set|aside|fetch)\w*",
            re.IGNORECASE,
        ),
    ),
    (
        "get",
        regex(
            rf"(?:get|fetch|read|load|lookup)_?(?:from_?|in_?)?(?:cache|cached|redis){_THING}"
            r"|(?:cache|redis)_?(?:get|read|lookup)(?:_?json)?",
            re.IGNORECASE,
        ),
    ),
    (
        "set",
        regex(
            rf"(?:set|put|store|save|write)_?(?:to_?|in_?|into_?)?(?:cache|redis){_THING}"
            r"|(?:cache|redis)_?(?:set|put|write|store)(?:_?json|ex|_ex)?",
            re.IGNORECASE,
        ),
    ),
)
_STORE_NAME = regex(
    r"(?:\w*?[a-z_0-9])?(?P<kind>cache|redis|valkey)s?(?:_?(?:service|svc|manager|mgr|client|store"
    r"|layer|provider|repo(?:sitory)?|port|backend|instance|conn(?:ection)?s?|pool|adapter|gateway"
    r"|utils?|helper|driver|db|redis|cache|handle|facade|server|proxy|module|ref|ops|api|sync|async"
    r"|cluster|master|primary|replica|read|write|cli|r|c|con))*",
    re.IGNORECASE,
)
"""Names of caches and of clients of Redis; ``cache_stats`` and ``cachedUser`` are none."""
_WRAPS = regex(r"cache|service|svc|manager|mgr|repo|util|helper|provider|layer|adapter|facade")
_CONNECTIONS = frozenset(
    {
        "conn", "con", "connection", "client", "r", "manager", "rc", "rds", "kv", "pool", "db",
        "pub", "publisher", "c", "store", "multiplexed", "conn_manager", "connection_manager",
    }
)  # fmt: skip
_PIPES = regex(r"pipe|multi$|batch|transaction|\btx\b|\bp\b", re.IGNORECASE)
_PIPELINE = regex(r"\.pipeline\s*\(|\bpipe\s*\(|\.multi\s*\(|\.batch\s*\(")
_MADE_REDIS = regex(
    r"redis|valkey|createClient\s*\(|get_multiplexed|get_async_connection|ConnectionManager"
    r"|\bRedis\b|get_tokio_connection|Cluster",
    re.IGNORECASE,
)
_CONNECTS = regex(r"\bget_(?:multiplexed_)?(?:async_|tokio_)?connection\w*\s*\(")
_LET = regex(r"\blet\b([^=;{}]{1,80})=\s*([^;{]{1,200})")
_GUARDED = regex(
    r"\.\s*(?:read|write|lock|borrow|borrow_mut|get_mut|blocking_read|entry)\s*\(\s*\)"
)
_PATTERN = 200
"""Characters of an argument that are looked at."""
_ENDLESS = frozenset({"loop", "while"})
"""Loops of workers."""
_OWN_CONNECTION = regex(
    r"redis|valkey|cache|conn|pool|pipe|client\.|serde|to_string", re.IGNORECASE
)
_APART = regex(r"cluster|\bpipe(?:line)?\s*\(", re.IGNORECASE)
_WAITS = regex(
    r"\.objects\b|\b(?:requests|httpx|urllib|session|cursor|db|s3|boto3)\.\w+|\.(?:save|execute|fetch\w*)\("
)
_JITTER = (
    "jitter", "single_flight", "singleflight", "try_get_with", "thundering", "stampede",
    "early_expir", "stale_while", "stale-while", "stalewhile", "lock_for", "gen_range",
)  # fmt: skip
_UNBRACED = regex(r"\s*+(?:\}\s*+)?(?:else\b|if\s*+\()")
_GOES_ON = regex(r"\bcontinue\b")
_COUNTED = regex(
    r"cache[_.-]?(?:hit|miss)|(?:hit|miss)(?:es|s)?[_ ]?(?:count|total|rate|counter)"
    r"|record_(?:cache_)?(?:hit|miss)|\b(?:hits|misses)\s*\+=\s*1"
)
_MERE_ID = regex(
    r"(?:[\w$]+(?:[?!]?\.[\w$]+){0,3}[?!]?\.(?:id|_id|uuid)|&?(?:[\w$]+\.){0,3}[\w$]+(?:_id|[a-z]Id))"
    r"(?:\.(?:to_string|toString|clone)\(\))?"
)
_NAME_IN = regex(r"(?<![\w.$'\"`])[A-Za-z_$][\w$]*")
_OUTSIDE = regex(
    r"(?:\(?await\s+)(?:fetch|axios|got|ky)\b|\(?await\s+(?:this\.)?(?!(?:db|pg|prisma|sql|mongo|mysql)\w*\b)"
    r"\w*(?:[pP]rovider|[a-z]ApiClient|axios|octokit|stripe)\.(?:\w+\.){0,2}\w+\("
)
"""What another system is asked."""
_ASKS_OTHERS = regex(
    r"\b(?:fetch|axios|got|ky)\b\s*[(.<]|\bthis\.#?(?:get|post|request|fetch\w*|call)\s*[(<]"
    r"|\bthis\.#?\w*(?:[cC]lient|[aA]pi|[pP]rovider|[hH]ttp)\b|\b(?:requests|httpx)\.\w+\("
    r"|\b(?:octokit|stripe|reqwest|http_?client)\b"
)
_ASKS_DATABASE = regex(
    r"prisma|\bdb\b|\bsql\b|knex|drizzle|\.objects\b|repositor|findMany|findUnique|findFirst|\bpool\b|session|quer(?:y|ies)",
    re.IGNORECASE,
)


def _wants(text: str, path: str) -> bool:
    return any(word in text for word in _ABOUT) or any(word in text for word in _BUILDS_KEYS)


@scan("rust", "python", *SCRIPT, record=Caches, wants=_wants)
def caches(code: Code) -> Caches | None:
    """The cache operations of one file, the helpers that build keys, the maps used as caches."""
    return _Reading(code).record()


@lru_cache(maxsize=8_192)
def _may_be(name: str) -> bool:
    """Whether a function or method of a name may be an operation."""
    lowered = name.lower()
    return (
        name == "cmd"
        or lowered in _VERBS
        or "cache" in lowered
        or "redis" in lowered
        or _EVERYTHING.fullmatch(lowered) is not None
        or _DELETES.match(name) is not None
        or _INVALIDATES.match(name) is not None
    )


_FALLS_BACK = regex(r"\s*+(?:\(\s*+)?(\w+)\s*(?:\|\||\?\?|\bor\b|\.unwrap_or)")
"""A time that a function is given, or one of its own where it is given none."""
_CALLED = regex(r"\{[\w.]{1,60}\(\w+\)\}")
"""A key that a function makes of one that it is given."""


class _Reading:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.source = code.source.decode("utf-8", "replace")
        self.script = code.language in SCRIPT
        self.about = any(word in self.source for word in _ABOUT)
        self.redis = self.about and any(word in self.source for word in _REDIS)
        self.keys = KeyReader(code)
        self.times = TimeReader(code)
        self.identity = IdentityReader(code)
        self.inputs = InputReader(code)
        self.stores = StoreReader(code, self.source)
        self._clusters: dict[int, bool] = {}
        self._let: dict[int, dict[str, list[tuple[int, str]]]] = {}
        self._declared: dict[tuple[str, bool], bool] = {}
        if self.about:
            self.stores.find_maps()

    def record(self) -> Caches | None:
        ops = tuple(self._operations()) if self.about else ()
        helpers = tuple(self.keys.helpers())
        constants = tuple(self.keys.constants())
        stores = tuple(self.stores.stores())
        types = tuple(self.stores.types()) if self.about else ()
        warmers = tuple(self.stores.warmers()) if self.about else ()
        if not (ops or helpers or constants or stores or types or warmers):
            return None
        lowered = self.source.lower() if ops or types else ""
        return Caches(
            ops=ops,
            helpers=helpers,
            constants=constants,
            wrappers=tuple(self._wrappers(ops)),
            stores=stores,
            types=types,
            warmers=warmers,
            redis=self.redis,
            jitter=any(word in lowered for word in _JITTER),
            counted="miss" in lowered and _COUNTED.search(lowered) is not None,
        )

    def _operations(self) -> Iterator[CacheOp]:
        code = self.code
        for call in code.calls:
            name = call.name
            if call.macro or not name:
                continue
            if not _may_be(name):
                continue
            if call.name == "cmd" and code.language == "rust" and len(call.arguments) == 1:
                yield from self._command(call)
                continue
            verb = self._verb(call)
            if not verb and call.receiver[1] > call.receiver[0]:
                verb = self._function_verb(call)
            if not verb:
                continue
            if call.receiver[1] > call.receiver[0]:
                known = self._receiver(call)
                if (
                    known is None
                    and verb in ("set", "other", "touch", "delete")
                    and self._piped(call)
                ):
                    # Sent with others: a write is told only as something that uses its key.
                    function = code.function_at(call.scope)
                    if function is None or not function.is_test:
                        arguments = list(call.arguments)
                        kind = "delete" if verb == "delete" else "other"
                        yield from self._made(call, kind, name, "redis", "pipeline", arguments)
                    continue
                if known is None and verb == "raw" and self.redis and self._is_pattern(call):
                    known = "redis", "client"  # no map's keys are asked for by a pattern
                if known is None:
                    # `self.invalidate(format!("project:{id}"))`: the key tells what it is.
                    if not self._speaks(call, verb):
                        continue
                    known = "service", "self"
                store, receiver = known
                if verb == "raw" and store != "redis" and not self._is_pattern(call):
                    continue  # the keys of a map
                if verb in ("other", "scan") and store != "redis" and not counts(name):
                    continue
            else:
                store, receiver = "service", ""
            function = code.function_at(call.scope)
            if function is not None and function.is_test:
                continue
            yield from self._made(call, verb, call.name, store, receiver, list(call.arguments))

    def _verb(self, call: Call) -> str:
        name = call.name
        if call.receiver[1] > call.receiver[0]:
            verb = _VERBS.get(name) or _VERBS.get(name.lower())
            if verb:
                return verb
            if _EVERYTHING.fullmatch(name.lower()) and (
                not call.arguments or name.lower() in ("clear", "flush", "reset")
            ):
                return "all"
            if _DELETES.match(name) and not _NOT_KEYS.search(name):
                return "pattern" if _BY_PATTERN.search(name) else "delete"
            return ""
        if not 0 < len(call.path) < 3:
            return ""
        return self._function_verb(call) or self._imported_verb(call)

    def _imported_verb(self, call: Call) -> str:
        """The verb of a function that comes from a module that is a cache's by its name:
        ``import { remember, forget } from "../lib/cache"``."""
        if len(call.path) != 1 or not call.arguments or self.code.language == "rust":
            return ""
        known = self.code.imported(call.name)
        if known is None or len(known.path) < 2:
            return ""
        module = re.sub(r"\.[cm]?[jt]sx?$", "", ".".join(known.path[:-1]))
        words = [word for word in re.split(r"[/.]", module) if word]
        if not words or _CACHE_MODULE.fullmatch(words[-1]) is None:
            return ""
        verb = _VERBS.get(known.path[-1].lower(), "")
        if verb in ("get", "set", "wrap"):
            return verb
        if _DELETES.match(call.name) and not _NOT_KEYS.search(call.name):
            return "pattern" if _BY_PATTERN.search(call.name) else "delete"
        return ""

    def _function_verb(self, call: Call) -> str:
        """The verb of a function that is a cache's by its own name: ``invalidateCache(key)``."""
        name = call.name
        if not call.arguments or not ("ache" in name or "edis" in name):
            return ""
        for verb, pattern in _FUNCTION_VERBS:
            if pattern.fullmatch(name.lstrip("_")):
                if verb == "delete" and _BY_PATTERN.search(name):
                    return "pattern"
                return verb
        return ""

    def _speaks(self, call: Call, verb: str) -> bool:
        """Whether a call on anything is one on a cache by its own name and its key."""
        if self._function_verb(call):
            return True
        if verb not in ("delete", "pattern") or not _INVALIDATES.match(call.name):
            return False
        if not call.arguments:
            return False
        function = self.code.function_at(call.scope)
        return any(
            re.search(r"[:*]", key) or TOLD.search(key)
            for key, _ in self.keys.keys(list(call.arguments), call, function)
        )

    def _receiver(self, call: Call) -> tuple[str, str] | None:
        """(kind of store, its name) of what a method is called on; nothing when it is no cache."""
        start, end = call.receiver
        if end - start > 400:
            return None
        text = self.code.text(start, end)
        guarded = _GUARDED.search(text) is not None
        bare = TAILS.sub("", _GUARDED.sub("", text)).rstrip()
        if bare.endswith("]") and (match := re.match(r"caches\s*\[", bare)):
            return "service", "caches"
        if _CONNECTS.search(bare) and self._all_redis:
            return "redis", "connection"
        match = LAST_WORD.search(bare)
        if match is None:
            return None
        name = match[1]
        if name in ("caches", "self", "this"):
            return None
        pipelined = _PIPES.search(name) is not None
        kind = self.stores.maps.get(name)
        alone = bare == name
        if alone:
            made = self._made_as(name, call)
            if made:
                if _GUARDED.search(made) and "cache" in name.lower():
                    return None
                if _PIPELINE.search(made):
                    return None
        if kind is not None:
            return None
        lowered = name.lower()
        named = "cache" in lowered or "redis" in lowered or "valkey" in lowered
        called = _STORE_NAME.fullmatch(name) if named else None
        if called is not None and not pipelined:
            if ("redis" in lowered or "valkey" in lowered) and not _WRAPS.search(lowered):
                return "redis", name
            return None if guarded else ("service", name)
        if self.redis and lowered in _CONNECTIONS and (alone or "." in bare):
            return ("redis", name) if self._is_redis(name, call, alone) else None
        return None

    def _piped(self, call: Call) -> bool:
        """Whether a method is called on a pipeline or transaction of Redis."""
        start, end = call.receiver
        if not self.redis or end - start > 2_000:
            return False
        text = self.code.text(start, end)
        if _PIPELINE.search(text):
            return True
        name = re.match(r"\w+", text)
        return name is not None and _PIPELINE.search(self._made_as(name[0], call)) is not None

    def _made_as(self, name: str, call: Call) -> str:
        """Type and value of the local name, or the type of the parameter."""
        binding = self.code.binding_of(name, call.start, call.scope)
        if binding is not None:
            return f"{binding.type} {self.code.text(binding.value)[:300]}"
        function = self.code.function_at(call.scope)
        if function is None:
            return ""
        if self.code.language == "rust":
            # `if let Ok(mut conn) = …`, `let Some(conn) = … else { … }`
            for end, value in reversed(self._lets(function).get(name, ())):
                if end <= call.start:
                    return value
        for one in function.parameters:
            if stripped(one.name) == name:
                return f"{one.type} {self._imported(one.type)}"
        return ""

    def _lets(self, function: Function) -> dict[str, list[tuple[int, str]]]:
        """Name → (where it ends, value) of each ``let`` of a function with the name in it."""
        known = self._let.get(function.index)
        if known is None:
            known = self._let[function.index] = {}
            start, end = function.body
            # One character a byte: offsets are those of the source.
            for match in _LET.finditer(self.code.source[start:end].decode("latin-1")):
                for name in set(WORD.findall(match[1])):
                    known.setdefault(name, []).append((start + match.end(), match[2]))
        return known

    def _imported(self, type_: str) -> str:
        """Where the names of a type come from."""
        found = (self.code.imported(word) for word in WORD.findall(type_))
        return " ".join("::".join(one.path) for one in found if one is not None)

    def _is_redis(self, name: str, call: Call, alone: bool) -> bool:
        made = self._made_as(name, call) if alone else ""
        if made.strip():
            if _MADE_REDIS.search(made):
                return True
            if re.search(r"get_conn|get_connection|\.get\s*\(\s*\)|pool", made):
                return self._all_redis
            match = LAST_WORD.search(TAILS.sub("", made.rstrip()))
            if match is None or (match[1] == name and "." not in made):
                return False
            name, alone = match[1], False
        known = self._declared.get((name, alone))
        if known is None:
            known = self._declared[name, alone] = self._is_declared_redis(name, alone)
        return known

    def _is_declared_redis(self, name: str, alone: bool) -> bool:
        """Whether the file somewhere declares a name as a connection to Redis."""
        if alone:
            return self.code.language == "python" and bool(
                re.search(
                    rf"\b{re.escape(name)}\s*(?::[^=\n]+)?=\s*[\w.]*(?:redis|Redis)", self.source
                )
            )
        return (
            self._all_redis
            and re.search(
                rf"\b{re.escape(name)}\s*[?!]?(?::|=)\s*(?:[\w.:<>&]|new\s|await\s|mut\s)*(?:redis|createClient|ConnectionManager|Multiplexed)",
                self.source,
                re.IGNORECASE,
            )
            is not None
        )

    @cached_property
    def _all_redis(self) -> bool:
        """Whether a connection of this file can hardly be anything else."""
        return self.redis and not re.search(
            r"diesel|sqlx|sea_orm|PgConnection|psycopg|sqlalchemy|\bpg\b", self.source
        )

    def _made(
        self,
        call: Call,
        verb: str,
        method: str,
        store: str,
        receiver: str,
        arguments: list[tuple[int, int]],
    ) -> Iterator[CacheOp]:
        code = self.code
        function = code.function_at(call.scope)
        given: tuple[tuple[str, str], str] | None = None
        if verb == "raw":
            method = method.replace("_", "").upper()
            keys = list(self.keys.keys(arguments, call, function)) or [("", "")]
        elif verb == "scan":
            keys = list(self.keys.matched(arguments, call, function)) or [("", "")]
        elif verb == "all":
            keys = [("", "")]
        else:
            if verb in ("set", "wrap", "get", "touch", "other") and not arguments:
                return
            if self.script and verb in ("set", "get", "delete") and len(arguments) == 1:
                given = self.keys.of_object(arguments[0], call, function)
            if (
                verb == "set"
                and given is None
                and len(arguments) < 2
                and method not in ("mset", "set_many", "setmany", "set_multiple")
            ):
                return
            keys = list(self.keys.keys(arguments, call, function)) or [("", "")]
            if given is not None:
                keys = [given[0]]
            if verb == "delete" and len(arguments) > 1 and code.language == "rust":
                keys = [("", "")]  # a namespace first: `delete(ORDERS, id)`
            if verb == "delete" and any("*" in key for key, _ in keys):
                verb = "pattern"
        ttl, ttl_text = (OWN_TTL, "")
        tagged = conditional = False
        if verb in ("set", "wrap"):
            wraps = verb == "wrap"
            ttl, ttl_text = self.times.ttl(method, store, arguments, call, wraps=wraps)
            if given is not None:
                known = whole_number(given[1]) or 0
                ttl = known if known > 0 else UNKNOWN_TTL if given[1] else OWN_TTL
                ttl_text = given[1]
            rest = " ".join(code.text(one) for one in arguments[2:])[:400]
            tagged = re.search(r"\btags?\b", rest) is not None
            conditional = re.search(r"['\"]?\b(?:NX|XX|nx|xx)\b", rest) is not None or (
                method == "add" and code.language == "python"
            )
        identity, identity_line = "", 0
        left_out: tuple[str, ...] = ()
        in_loop = self._loop(call, verb)
        if ttl in (OWN_TTL, UNKNOWN_TTL) and verb in ("set", "wrap") and store == "service":
            ttl, ttl_text = self.times.of_maker(call) or (ttl, ttl_text)
        if verb in ("set", "wrap"):
            identity, identity_line = self.identity.identity(call, function, verb == "wrap")
        if verb in ("set", "wrap") and function is not None:
            left_out = self.inputs.left_out(call, function)
        for key, parameter in keys:
            yield CacheOp(
                verb=verb,
                method=method,
                store=store,
                receiver=receiver,
                key=key,
                parameter=parameter,
                ttl=ttl,
                ttl_text=ttl_text,
                line=code.line(call.name_at),
                function=function.name if function else "",
                owner=function.owner if function else "",
                function_line=code.line(function.name_at) if function else 0,
                in_loop=in_loop,
                in_branch=in_loop > 0 and self._in_branch(call),
                text=shortened(code.text(call.start, min(call.end, call.start + 400)), 120),
                tagged=tagged,
                conditional=conditional,
                identity=identity,
                identity_line=identity_line,
                request_key=verb in ("set", "wrap") and self.identity.is_request_key(key, call),
                stored=self._stored(call, arguments, verb) if verb in ("set", "wrap") else "",
                left_out=() if parameter else left_out,
                variants=self.keys.variants(key) if key else (),
            )

    def _stored(self, call: Call, arguments: list[tuple[int, int]], verb: str) -> str:
        """What a write stores, as far as that is surely no row of the database."""
        code = self.code
        if verb == "set" and is_sum(code, call, arguments[1:4]):
            return "sum"
        if verb == "wrap":
            made = " ".join(code.text(one)[:600] for one in arguments[1:4])
            asked = _ASKS_OTHERS.search(made) is not None and _ASKS_DATABASE.search(made) is None
            return "outside" if asked else ""
        for one in arguments[1:4]:
            text = code.text(one)[:200]
            if _MERE_ID.fullmatch(text):
                return "id"
            for name in _NAME_IN.findall(text)[:6]:
                binding = binding_near(code, name, call.start, call.scope)
                if binding is not None and _OUTSIDE.match(code.text(binding.value)[:200]):
                    return "outside"
        return ""

    @cached_property
    def _arguments_from(self) -> dict[int, list[Call]]:
        """Where a chain begins → its calls of ``arg``."""
        found: dict[int, list[Call]] = {}
        for one in self.code.calls_named(("arg",)):
            found.setdefault(one.receiver[0], []).append(one)
        return found

    def _is_pattern(self, call: Call) -> bool:
        """Whether a call is given a pattern of keys: ``cache.keys(`page:${slug}:*`)``."""
        return len(call.arguments) == 1 and "*" in self.code.text(call.arguments[0])[:_PATTERN]

    def _command(self, call: Call) -> Iterator[CacheOp]:
        """``redis::cmd("SET").arg(&key).arg(value).arg("EX").arg(60)``."""
        code = self.code
        path = code.resolved(call.path)
        if path[:1] != ("redis",) and not self.redis:
            return
        function = code.function_at(call.scope)
        if function is not None and function.is_test:
            return
        name = string_value(code.text(call.arguments[0]))
        if name is None:
            return
        words = name.upper().split()
        name = words[0] if words else ""
        chain = sorted(self._arguments_from.get(call.start, ()), key=lambda one: one.end)
        arguments = [one.arguments[0] for one in chain if len(one.arguments) == 1]
        if name in ("KEYS", "FLUSHALL", "FLUSHDB"):
            yield from self._made(call, "raw", name, "redis", "cmd", arguments)
            return
        verb = {
            "GET": "get", "MGET": "get", "EXISTS": "get", "GETEX": "get", "SET": "set",
            "SETEX": "set", "PSETEX": "set", "DEL": "delete", "UNLINK": "delete",
            "EXPIRE": "touch", "PEXPIRE": "touch", "SCAN": "scan",
        }.get(name, "other")  # fmt: skip
        if verb == "scan":
            texts = [string_value(code.text(one)) for one in arguments]
            if "MATCH" in texts and texts.index("MATCH") + 1 < len(arguments):
                at = arguments[texts.index("MATCH") + 1]
                yield from self._made(call, "scan", "SCAN", "redis", "cmd", [at])
            return
        if arguments:
            yield from self._made(call, verb, name.lower(), "redis", "cmd", arguments)

    def _loop(self, call: Call, verb: str) -> int:
        if verb in ("pattern", "all", "scan", "raw"):
            return 0
        code = self.code
        if call.name == "cmd" and call.receiver[1] > call.receiver[0]:
            return 0  # one of a pipeline: `redis::pipe().cmd(…)`, `pipe.cmd(…)`
        if verb == "other" and self._piped(call):
            return 0
        if any(one.kind == "loop" and one.label in _ENDLESS for one in code.around(call.scope)):
            return 0
        function = code.function_at(call.scope)
        if function is not None and self._names_cluster(function):
            return 0  # the keys of one command must lie on one node, or what can be is put together
        apart = False
        for scope in code.around(call.scope):
            if scope.kind == "function":
                return 0
            apart = apart or scope.kind == "async"
            if scope.kind == "loop":
                if not call.awaited and self._is_collected(call):
                    return 0
                if scope.label not in ("for", "comprehension"):
                    return 0
                head = code.text(scope.head)
                if re.search(
                    r"chunk|batch|range\(|\d+\s*\.\.|tick|scan_iter|retr|attempt|for await", head
                ):
                    return 0
                if self.script and re.search(
                    r"for\s*\(\s*(?:let|var)\s+\w+\s*=",
                    code.text(max(scope.start - 160, 0), scope.start),
                ):
                    return 0
                body = code.text(scope.start, min(scope.end, scope.start + 3_000))
                if re.search(
                    r"\bsleep\b|\bbreak\b|setTimeout|\.tick\(|\breturn\b[^;\n]*\b(?:Ok|Some|True|true|value|cached)",
                    body,
                ):
                    return 0
                if self._is_busy(call, scope):
                    return 0
                return code.line(self._head_of(scope, function))
            if scope.kind == "closure" and scope.call >= 0:
                by = code.calls[scope.call]
                if by.name in ("map", "forEach", "for_each", "filter_map", "flatMap", "flat_map"):
                    over = code.text(by.receiver)
                    if (
                        self.script
                        and by.name in ("map", "flatMap")
                        and (not call.awaited or scope.is_async)
                    ):
                        return 0  # all at once: `Promise.all(keys.map((key) => redis.del(key)))`
                    if apart and by.name in ("map", "filter_map", "flat_map"):
                        return 0  # futures, for `join_all`, `FuturesUnordered`, `buffer_unordered`
                    if self.script and not re.search(r"keys|ids|items|list|s\)?$", over, re.I):
                        return 0
                    if code.language == "rust" and not re.search(
                        r"iter\(|iter_mut\(|drain\(", over
                    ):
                        return 0
                    if self._is_busy(call, scope):
                        return 0
                    return code.line(by.name_at)
                return 0
        return 0

    def _is_collected(self, call: Call) -> bool:
        """Whether what a command will answer is put by, to be awaited with the others."""
        before = self.code.text(max(call.start - 80, 0), call.start)
        return (_PUSHED if self.script else _GATHERED).search(before) is not None

    def _in_branch(self, call: Call) -> bool:
        """Whether some turns of the loop around a command go by without it."""
        code = self.code
        for scope in code.around(call.scope):
            if scope.kind in ("loop", "closure", "function"):
                before = code.text(scope.start, call.start)
                line = before.rpartition("\n")[2]
                if self.script and _UNBRACED.match(line) and line.count("(") == line.count(")"):
                    return True
                return _GOES_ON.search(before) is not None
            if scope.label in ("if", "else", "match", "catch"):
                return True
        return False

    def _is_busy(self, call: Call, turn: Scope) -> bool:
        """Whether each turn of a loop also waits for something else, a query or another server: the
        command is not what makes it slow."""
        for one in self.code.calls_in(turn.start, turn.end):
            if one.macro or (one.start <= call.start and call.end <= one.end):
                continue
            if call.start <= one.start and one.end <= call.end:
                continue
            text = self.code.text(one.start, min(one.end, one.start + 160))
            if one.awaited and not _OWN_CONNECTION.search(text):
                return True
            if self.code.language == "python" and _WAITS.search(text):
                return True
        return False

    def _names_cluster(self, function: Function) -> bool:
        known = self._clusters.get(function.index)
        if known is None:
            known = _APART.search(self.code.text(function.body)) is not None
            self._clusters[function.index] = known
        return known

    def _head_of(self, scope: Scope, function: Function | None) -> int:
        return scope.head[0] if scope.head[1] else scope.start

    def _wrappers(self, ops: tuple[CacheOp, ...]) -> Iterator[Wrapper]:
        """The functions that write under a key that they are given."""
        writes = {op.function_line for op in ops if op.verb in ("set", "wrap") and op.parameter}
        # Whoever hands on to another cache without a time leaves it to that one's own.
        handing = {
            op.function_line
            for op in ops
            if op.verb in ("set", "wrap") and op.parameter
            if op.store == "service" and op.ttl == OWN_TTL
        }
        # The key may be given to a function first: `setEx(this.named(key), ttl || this.ttl, …)`.
        falling_back = {
            (op.function_line, match[1])
            for op in ops
            if op.verb == "set" and not op.parameter and (not op.key or _CALLED.fullmatch(op.key))
            if (match := _FALLS_BACK.match(op.ttl_text)) is not None
        }
        for function in self.code.functions:
            line = self.code.line(function.name_at)
            if any((line, stripped(one.name)) in falling_back for one in function.parameters):
                yield Wrapper(function.name, function.owner, line, has_default=True)
                continue
            if line not in writes:
                continue
            body = self.code.text(function.body)
            head = self.code.text(function.start, function.body[0])
            given = next(
                (
                    one
                    for one in function.parameters
                    if re.search(r"ttl|expir|timeout|seconds|duration|options|opts", one.name, re.I)
                ),
                None,
            )
            if given is None:
                default = bool(
                    re.search(
                        r"set_?ex\b|\bEX\b|\bex\s*[:=]|expire|ttl|timeout", body, re.IGNORECASE
                    )
                )
            else:
                name = re.escape(stripped(given.name))
                default = bool(
                    re.search(
                        rf"\b{name}\s*[.?]*\s*(?:\.unwrap_or|\.or\(|\?\?|\|\||or\b)|if\s+{name}\s+is\s+None|{name}\s*===?\s*undefined",
                        body,
                    )
                    or re.search(rf"\b{name}\b[^,)]*=\s*(?!None\b|null\b|undefined\b)[\w.]", head)
                )
            yield Wrapper(function.name, function.owner, line, default or line in handing)
