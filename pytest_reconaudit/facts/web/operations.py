"""What the name of an awaited operation tells: whether it asks, carries or changes something, and
whether it can run beside another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited, AwaitingFunction, AwaitingLoop, AwaitRun

__all__ = [
    "HANDED",
    "PARTS",
    "clears",
    "independent",
    "independent_rows",
    "is_database",
    "is_given",
    "is_of_one_row",
    "is_read",
    "only_asks",
    "stands_alone",
    "words_of",
]


_SPLIT = regex(r"[iIlL]1[80][nN]|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_WORKS = frozenset(
    {"get", "fetch", "refetch", "load", "reload", "read", "list", "search", "lookup", "resolve",
     "check", "validate", "verify", "upload", "download", "sync", "synchronize", "send",
     "submit", "post", "put", "patch", "delete", "remove", "invalidate", "revalidate", "process",
     "calculate", "compute", "analyze", "analyse", "parse", "import", "export", "notify",
     "publish", "save", "store", "update", "upsert", "create", "add", "enrich", "convert",
     "transform", "hash", "scan", "index", "prefetch", "preload", "warm", "refresh", "revoke",
     "cancel", "archive", "restore", "request", "generate", "duplicate", "share", "invite",
     "assign", "approve", "reject", "retrieve", "find", "encrypt", "decrypt", "compress",
     "resize", "geocode", "subscribe", "unsubscribe", "mark", "dismiss", "fetcher",
     "purge", "evict"}
)  # fmt: skip
"""Words of operations that stand for themselves, one item like the other."""
_READS = frozenset(
    {"get", "fetch", "load", "read", "list", "search", "lookup", "retrieve", "find", "query",
     "count", "request", "download"}
)  # fmt: skip
_ORDERED = frozenset(
    {"step", "steps", "stage", "stages", "phase", "phases", "migration", "migrations", "migrate",
     "statement", "statements", "command", "commands", "instruction", "instructions", "seed",
     "seeds", "seeder", "fixture", "fixtures", "middleware", "middlewares", "hook", "hooks",
     "interceptor", "interceptors", "plugin", "plugins", "chunk", "chunks", "batch", "batches",
     "page", "pages", "cursor", "attempt", "attempts", "retry", "retries", "candidate",
     "candidates", "fallback", "fallbacks", "strategy", "strategies", "dependency",
     "dependencies", "sorted", "ordered", "sequence", "pipeline", "pipelines", "layer", "layers",
     "level", "levels", "transaction", "transactions", "scenario", "scenarios", "queue",
     "queued", "script", "scripts", "wave", "waves", "animation", "animations", "animate",
     "test", "tests", "sleep", "delay", "lock", "unlock", "prompt", "prompts", "confirm",
     "question", "ask", "answer", "navigate", "goto", "click", "type", "press", "scroll",
     "focus", "blur", "commit", "rollback", "connect", "disconnect", "init", "initialize",
     "setup", "teardown", "boot", "mount", "unmount", "install", "uninstall", "deploy", "next",
     "tick", "flush", "drain", "pipe", "write", "append", "stream", "streams", "line", "lines",
     "frame", "frames", "token", "tokens", "event", "events", "message", "messages", "reply",
     "replies", "block", "blocks", "version", "versions", "node", "nodes", "tree", "child",
     "children", "parent", "stack", "undo", "redo", "play", "speak", "move", "swap", "reorder",
     "order", "position", "rank", "priority", "mutex", "semaphore", "login", "logout", "mock",
     "simulate", "unique", "handler", "handlers", "listener", "listeners", "callback",
     "callbacks", "observers", "observer", "subscribers", "validators", "rule", "rules",
     "provider", "providers", "resolver", "resolvers", "adapters", "transformers", "processors",
     "task", "tasks", "job", "jobs", "increment",
     "tx", "txs", "txes", "txd", "operation", "operations", "op", "ops", "mutation", "mutations",
     "diff", "diffs", "edits", "identifier", "handle", "email", "mail", "sms", "refund",
     "refunds", "payout", "payouts"}
)  # fmt: skip
"""Words of what has an order of its own, or uses one thing at a time."""
_NO_ORDER_OF_READS = frozenset(
    {"order", "line", "lines", "message", "messages", "event", "events", "token", "tokens", "task",
     "tasks", "job", "jobs", "node", "nodes", "tree", "child", "children", "parent", "version",
     "versions", "rule", "rules", "block", "blocks", "frame", "frames", "refund", "refunds",
     "payout", "payouts", "email", "mail", "sms", "reply", "replies", "answer", "question",
     "position", "rank", "priority", "unique", "identifier", "operation", "operations",
     "test", "tests", "script", "scripts", "plugin", "plugins", "play", "tx", "txs", "next",
     "level", "levels"}
)  # fmt: skip
"""Of those, words of things whose order matters to what changes them, not to what asks for them."""
_SHARED = frozenset(
    {"page", "browser", "context", "driver", "cy", "tx", "trx", "transaction", "queryrunner",
     "session", "conn", "connection", "writer", "stream", "socket", "ws", "reader", "rl",
     "readline", "terminal", "term", "spinner", "shell", "git", "exec", "fs", "fsp", "fse",
     "path", "process", "zip", "archive", "queue", "limiter", "mutex", "lock", "lockfile",
     "migrator", "umzug", "runner", "canvas", "editor", "vscode", "console", "inquirer",
     "prompts", "prompt", "device", "bluetooth", "serial", "usb", "port", "camera", "zx",
     "kernel", "worker", "wallet", "signer", "contract", "provider", "web3", "ethers", "octokit",
     "refunds", "payouts", "transfers", "store", "telegram", "bot", "discord", "interaction",
     "channel"}
)  # fmt: skip
"""Receivers that do one thing at a time, or that count how fast they are asked."""
_DATABASE = regex(
    r"(?i)^(?:this\.|self\.|await )*\w*(?:prisma|knex|drizzle|mongoose|sequelize|repository|repo"
    r"|entitymanager|querybuilder|datasource|orm|database|db|pool|pgclient|mongo\w*|collection|model"
    r"|dao)s?\b|^(?:ctx|app|req|fastify)\.(?:db|prisma|knex|pg|mongo)\b|^this\._?\w+\.models?\.\w"
)
_DATABASE_CALLS = regex(
    r"^(?:find(?:One|Many|First|Unique|All|ById|AndCount)\w*|insert(?:One|Many)?|update(?:One|Many)"
    r"|delete(?:One|Many)|aggregate|executeTakeFirst\w*|\$?queryRaw\w*|\$?executeRaw\w*|execute|query"
    r"|select\w*|returning|upsertMany|createMany|raw)$"
)
_GIVEN_DATABASE = regex(r"\(\s*(?:(?:ctx|this|app)\.)?(?:db|database|prisma|knex|pool)\s*[,)]")
_GUARDS = frozenset(
    {"auth", "authorize", "authenticate", "session", "user", "permission", "permissions",
     "require", "ensure", "assert", "guard", "csrf", "token", "tokens", "cookies", "cookie",
     "headers", "params", "body", "json", "text", "form", "lock", "transaction", "connection",
     "client", "translations", "translation", "dictionary", "locale", "i18n", "l10n", "intl",
     "draft", "once", "browser", "os", "flag", "flags"}
)  # fmt: skip
"""Words of what is asked first for a reason, or costs nothing."""
_THROWS = regex(r"Or(?:NotFound|Throw|Fail|Redirect|404|Error|Panic)")
"""A guard: what follows is not asked for when it fails."""
_LOCAL = regex(
    r"(?i)(?:^|[.\s])(?:cookies?|headers|formdata|searchparams|params|localstorage|sessionstorage"
    r"|asyncstorage|map|req|request|response|res|body|i18n|cookiestore|store|caches?|file|blob"
    r"|registry|config)\(?\)?$"
)
_RECORD_CALLS = frozenset(
    {"create", "save", "update", "destroy", "remove", "delete", "reload", "populate", "upsert",
     "findByPk", "findOne", "findOrCreate", "findAll", "findById", "find", "findOneBy", "findBy",
     "count", "increment", "decrement", "restore", "updateOne", "insert", "bulkCreate",
     "createWithCtx", "saveWithCtx", "updateWithCtx", "destroyWithCtx", "deleteOne"}
)  # fmt: skip
"""Calls of an active record, on its class or on the item itself."""
_CLASS = regex(r"[A-Z]\w*(?:\.\w+\(.*)?$")
_CHANGE = frozenset(
    {"send", "submit", "post", "put", "patch", "delete", "remove", "publish", "save", "store",
     "update", "upsert", "create", "add", "revoke", "cancel", "archive", "restore", "invite",
     "assign", "approve", "reject", "subscribe", "unsubscribe", "mark", "dismiss", "duplicate",
     "share", "notify", "sync", "synchronize", "purge", "evict", "invalidate", "revalidate"}
)  # fmt: skip
"""Words of operations that change something."""
_CARRIES = frozenset({"send", "submit", "sync", "synchronize", "post", "put"})
"""Words of operations that carry what lies here to where it belongs."""
_COMPUTES = frozenset(
    {"encrypt", "decrypt", "hash", "compress", "parse", "resize", "convert", "transform"}
)
"""Words of what a processor does: one thread is no faster with all of it at once."""
_DECODES = frozenset({"json", "text", "blob", "arrayBuffer", "formData"})
"""What takes the answer of a request apart."""
_EVICTS = frozenset({"delete", "remove", "purge", "evict", "invalidate", "revalidate"})
_CACHE = regex(r"(?i)cache")
_MOVES = frozenset(
    {"get", "fetch", "refetch", "load", "reload", "read", "search", "lookup", "upload", "download",
     "request", "retrieve", "import", "export", "geocode", "prefetch", "preload", "enrich"}
)  # fmt: skip
"""Words of operations that ask or carry something: nothing is left half done when one fails."""
_WRITES = regex(r"(?i)\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|create|alter|drop)\b")
_IN_TRANSACTION = regex(
    r"\(\s*\{?\s*(?:tx|trx|txn|transaction|t|client|conn|connection|manager|em|qr|queryRunner"
    r"|session)\b"
)
HANDED = regex(
    r"[(,{]\s*(?:tx|trx|txn|transaction|conn|connection|queryRunner|(?:this\.)?\w+(?:Connection"
    r"|Transaction|Trx|Tx))\s*[,)}]"
)
"""A call that is handed one connection: it does one thing at a time."""
_CHANGING = regex(r"[(,{:]\s*['\"`](?:POST|PUT|PATCH|DELETE)['\"`]")
"""A request that changes something: ``request("POST", url)``, ``{ method: "PUT" }``."""
_IN_BROWSER = regex(r"\bobjectStoreNames\b|\bindexedDB\b|\blocalforage\b|\blocalStorage\b")
"""A store of the browser itself."""
_FEW = regex(r"^\[[^\]]*\]$|^\[.*\]\s+as\s+const$")
_CLEARS = frozenset(
    {"delete", "remove", "destroy", "purge", "wipe", "erase", "clean", "cleanup", "clear",
     "uninstall", "teardown", "reset", "anonymize", "ban"}
)  # fmt: skip


PARTS = regex(
    r"(?i)(?:columns|ranges|windows|sections|tabs|panels|widgets|parameters|settings|variables"
    r"|targets|evaluators|langs|languages|locales|themes|fonts|plugins|modules)(?:\(\))?$"
)
"""What one thing is set up of: a handful."""


def clears(function: AwaitingFunction) -> bool:
    """Whether a function takes something away for good: that is seldom, and may take its time."""
    words = words_of(function.name.rpartition(".")[2])
    return bool(words) and words[0] in _CLEARS


def _verb(one: Awaited) -> str:
    return next((word for word in words_of(one.name) if word in _WORKS), "")


def only_asks(one: Awaited) -> bool:
    """Whether an operation asks for or carries something: nothing is half done when it fails."""
    return _verb(one) in _MOVES and not _CHANGING.search(one.whole)


def is_read(one: Awaited) -> bool:
    return _verb(one) not in ("upload", "import", "export", "reload")


_BY_KEY = regex(r"^(?:get|find|load|fetch|read|retrieve)\w*By(?:Id|Pk|Key|Uuid|Slug|Handle)\w*$")
_OWN_SERVICE = regex(r"(?i)(?:service|repository|repo|dao|manager)s?$")


def is_of_one_row(one: Awaited) -> bool:
    """Whether an operation asks a service of the same program for one row by its key: a quick
    answer, and the checks of queries tell what to do instead."""
    return bool(_BY_KEY.match(one.name) and _OWN_SERVICE.search(one.receiver))


def stands_alone(function: AwaitingFunction, one: Awaited) -> bool:
    """Whether an operation stands for itself: it changes nothing, it carries its item away and what
    fails is caught in its round, or it takes one key out of a cache."""
    if only_asks(one):
        return True
    verb = _verb(one)
    if verb in _EVICTS:
        return _CACHE.search(f"{function.name} {one.receiver} {one.name}") is not None
    if verb in _CHANGE or _CHANGING.search(one.whole):
        return one.caught and verb in _CARRIES
    return verb not in _COMPUTES


def independent(loop: AwaitingLoop) -> Iterator[Awaited]:
    """The operations of a loop, when all that it awaits per item could run side by side."""
    if loop.ordered or not loop.over or _FEW.match(loop.over) or _IN_BROWSER.search(loop.over):
        return
    ordered = _ORDERED
    if all(only_asks(one) or one.name in _DECODES for one in loop.awaited):
        ordered -= _NO_ORDER_OF_READS
    if ordered & {*words_of(loop.over), *words_of(loop.item)}:
        return
    for one in loop.awaited:
        words = words_of(one.name)
        if ordered & set(words) or _is_shared(one) or is_database(one):
            return
        if _GIVEN_DATABASE.search(one.whole):
            return
        if one.name in _RECORD_CALLS and (
            _CLASS.match(one.receiver) or one.receiver in (loop.item, f"{loop.item}!")
        ):
            return
    for one in loop.awaited:
        called = not one.receiver and one.name in loop.item
        if one.by_item and not called and _WORKS & set(words_of(one.name)):
            yield one


def is_given(one: Awaited) -> bool:
    """Whether what a call would ask for is handed to it: ``getSavedItemMap(id, savedItems)``."""
    noun = "".join(words_of(one.name)[1:3])
    handed = one.whole.partition("(")[2].lower()
    return len(words_of(one.name)) > 2 and re.search(rf"\b{noun}s?\b", handed) is not None


def independent_rows(run: AwaitRun) -> Iterator[list[Awaited]]:
    """The longest parts of a row of awaits that only read and need nothing of each other."""
    if run.ordered:
        return
    part: list[Awaited] = []
    first = 0
    for index, one in enumerate(run.awaited):
        reads = _only_reads(one) and all(one.whole != other.whole for other in part)
        if reads and one.needs == first and len(part) > 1:
            part, first = [*part[1:], one], first + 1  # only the first is waited for
        elif not reads or one.needs >= first:
            if len(part) > 1:
                yield part
            part, first = ([one], index) if _only_reads(one) else ([], index + 1)
        else:
            part.append(one)
    if len(part) > 1:
        yield part


def _only_reads(one: Awaited) -> bool:
    words = words_of(one.name)
    return (
        bool(words)
        and words[0] in _READS
        and not _GUARDS & set(words)
        and not (_ORDERED - _NO_ORDER_OF_READS) & set(words)
        and not _is_shared(one)
        and not _LOCAL.search(one.receiver)
        and not _THROWS.search(one.name)
        and not _WRITES.search(one.whole)
        and not _IN_TRANSACTION.search(one.whole)
        and not HANDED.search(one.whole)
    )


def _is_shared(one: Awaited) -> bool:
    words = one.receiver.replace("?", "").split("(")[0].split(".")
    last = words[-1].strip() if words else ""
    if last.lower() in _SHARED or (bool(words) and words[0].strip().lower() in _SHARED):
        return True
    return words_of(last)[-1:] != [] and words_of(last)[-1] in _SHARED  # `telegramBot`


def is_database(one: Awaited) -> bool:
    return bool(
        _DATABASE.search(one.receiver) or (one.receiver and _DATABASE_CALLS.match(one.name))
    )


def words_of(name: str) -> list[str]:
    return [word.lower() for word in _SPLIT.findall(name)]
