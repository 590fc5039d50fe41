"""Operations that wait for one another although nothing makes them.

What a file awaits is found by ``readers/scans/awaits.py``; here the names decide: an operation per
item that only asks, sends or works on its item (``uploadFile``, ``fetchDetails``, ``delete``) can
run beside the others; a step, a migration, a command, what shares one connection, page or terminal
can not. Calls of databases are left to the checks of queries. What nobody is known to wait for (no
page, no component, no request), and what changes things one after another, is worth a note.
"""

from __future__ import annotations

import bisect
import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.commands import command_files
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.closed import is_closed
from pytest_reconaudit.facts.code.functions import (
    callers_of,
    function_at,
    meant,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.code.places import is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import npm_at, npm_packages
from pytest_reconaudit.facts.query.repetitions import changes_rows, query_files
from pytest_reconaudit.facts.web.modules import importers, links
from pytest_reconaudit.facts.web.shown import COMPONENTS, shown
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import (
    Awaited,
    AwaitingFunction,
    AwaitingLoop,
    AwaitRun,
    awaits,
)
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["AwaitFile", "Waits", "await_files"]


class Waits(Struct, frozen=True):
    """The places of one function that wait in vain."""

    clause: str
    """``a`` awaits in a row, ``b`` loops."""
    function: str
    """Empty for code outside of any."""
    places: tuple[Note, ...]
    """One per loop or row."""
    operations: tuple[Note, ...]
    """What is awaited there."""
    over: str
    """Of loops: what the first goes over."""
    severity: Severity
    evidence: str


class AwaitFile(Struct, frozen=True, eq=False):
    path: str
    waits: tuple[Waits, ...]
    together: int
    """Awaits of ``Promise.all`` and its like."""


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
_TRIES = regex(r"(?i)^(?:test|run(?:all|the)?tests?|bench|simulat|demo|mock|seed|migrat)")
_TRIES_OWNER = regex(r"(?i)(?:tester|test|tests|mock|simulator|benchmark|migration|seeder)$")
_RECORD_CALLS = frozenset(
    {"create", "save", "update", "destroy", "remove", "delete", "reload", "populate", "upsert",
     "findByPk", "findOne", "findOrCreate", "findAll", "findById", "find", "findOneBy", "findBy",
     "count", "increment", "decrement", "restore", "updateOne", "insert", "bulkCreate",
     "createWithCtx", "saveWithCtx", "updateWithCtx", "destroyWithCtx", "deleteOne"}
)  # fmt: skip
"""Calls of an active record, on its class or on the item itself."""
_CLASS = regex(r"[A-Z]\w*(?:\.\w+\(.*)?$")
_NOT_JUDGED = regex(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|importers?|migrations?|scripts?|bin|tools?|tooling"
    r"|cli|cron|seeds?|seeders?|e2e|playwright|cypress|fixtures?|mocks?|benchmarks?|\.scripts|hack"
    r"|alterations?|upgrades?|dev|ops"
    r"|bench|codemods?|stories|storybook|\.storybook|perf|load-?tests?|test-?utils?|testing)(?:/|$)"
    r"|(?:seed|migrat|backfill|bench|playwright|\.stories|\.mock|[.-]fixtures?)[\w.-]*\.[cm]?[jt]sx?$"
)
_JOB = regex(
    r"(?:^|/)(?:workflows|jobs?|crons?|workers?|tasks|queues?|processors|consumers|inngest|trigger"
    r"|schedulers?|background)/|[.-](?:workflow|job|task|cron|worker|processor|consumer)\.[cm]?[jt]s$"
)
"""What nobody waits for."""
_BY_HAND = regex(r"\bprocess\.(?:argv|exit\()")
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
_HANDED = regex(
    r"[(,{]\s*(?:tx|trx|txn|transaction|conn|connection|queryRunner|(?:this\.)?\w+(?:Connection"
    r"|Transaction|Trx|Tx))\s*[,)}]"
)
"""A call that is handed one connection: it does one thing at a time."""
_HANDLE = regex(
    r"\b(?:PoolClient|(?:Pool)?Connection|Client(?:Base|Session)?|\w*Transaction(?:Client)?|Trx"
    r"|EntityManager|QueryRunner|ReservedSql|TransactionSql|DatabaseSession)\b(?!\s*\()"
)
_TAKEN = regex(
    r"^=(?:\s*await)?\s*(?:[\w.$#]+\.)?(?:connect|getConnection|reserve|acquire|startSession"
    r"|createQueryRunner|beginTransaction|transaction)\("
)
"""One connection or transaction of a database, by its type or by where it is taken from."""
_CHECKS = regex(
    r"^#?_?(?:assert|ensure|guard|check|validate|verify|require|authorize|can|is|has)[A-Z]"
)
_CHANGING = regex(r"[(,{:]\s*['\"`](?:POST|PUT|PATCH|DELETE)['\"`]")
"""A request that changes something: ``request("POST", url)``, ``{ method: "PUT" }``."""
_IN_BROWSER = regex(r"\bobjectStoreNames\b|\bindexedDB\b|\blocalforage\b|\blocalStorage\b")
"""A store of the browser itself."""
_MANY_READS = 3
_FEW = regex(r"^\[[^\]]*\]$|^\[.*\]\s+as\s+const$")


@once
def await_files(target: Target) -> tuple[AwaitFile, ...]:
    """Every script with awaits that might run together or do, by path; tests, migrations and seeds
    left out."""
    found = []
    for path, file in scanned(target, awaits).items():
        if _NOT_JUDGED.search(path) or _is_by_hand(target.text(path)):
            continue
        waits = [
            one
            for function in file.functions
            if not _tries(function)
            for one in (*_loops(target, path, function), *_rows(target, path, function))
        ]
        found.append(AwaitFile(path, tuple(waits), file.together))
    return tuple(found)


def _is_by_hand(text: str) -> bool:
    """Whether a script is one that somebody runs by hand."""
    return text.startswith("#!") or ("process." in text and _BY_HAND.search(text) is not None)


def _tries(function: AwaitingFunction) -> bool:
    """Whether a function tries something out, one thing at a time."""
    owner, _, name = function.name.rpartition(".")
    return bool(_TRIES.search(name) or _TRIES_OWNER.search(owner))


def _loops(target: Target, path: str, function: AwaitingFunction) -> Iterator[Waits]:
    """One of the loops that somebody waits for, one of those that are worth a note."""
    found: dict[Severity, list[tuple[AwaitingLoop, list[Awaited]]]] = {}
    for loop in function.loops:
        if any(one.name == function.name.rpartition(".")[2] for one in loop.awaited):
            continue  # it calls itself: together they would be without a limit
        sites = list(_independent(loop))
        if not sites or (path, loop.line) in _query_loops(target):
            continue
        if any(_changes_rows(target, path, one) for one in loop.awaited):
            continue
        handles = _handles(target, path, loop.line)
        if any(
            _is_handed(one, handles) or _is_kept(target, path, one) or _may_share(target, path, one)
            for one in loop.awaited
        ):
            continue
        severity = _of_loop(target, path, function, loop, sites)
        if severity is not Severity.INFO and is_closed(target, path, loop.line, loop.over):
            severity = Severity.INFO
        found.setdefault(severity, []).append((loop, sites))
    for severity, loops in found.items():
        yield Waits(
            "b",
            function.name,
            tuple(Note(Place(path, loop.line), f"loop over `{loop.over}`") for loop, _ in loops),
            tuple(
                Note(Place(path, one.line), f"awaits {one.name}() per `{loop.item}`")
                for loop, sites in loops
                for one in sites
            ),
            loops[0][0].over,
            severity,
            f"await {loops[0][1][0].text}",
        )


def _of_loop(
    target: Target, path: str, function: AwaitingFunction, loop: AwaitingLoop, sites: list[Awaited]
) -> Severity:
    """Low where somebody waits in a browser for what stands for itself, and for what a request only
    asks for. What changes things one by one, and what nobody waits for, is worth a note: the order
    may matter to who receives it.
    """
    if _JOB.search(path) or _PARTS.search(loop.over) is not None:
        return Severity.INFO
    if _is_by_interval(target, path, function.line, loop.line):
        return Severity.INFO
    if is_capped(target.text(path), loop.line, loop.over):
        return Severity.INFO
    if all(_is_near(target, path, one) for one in sites):
        return Severity.INFO
    asks = all(_asks(one) for one in sites)
    served = _is_served(target, path, loop.line)
    if path in shown(target) and not served:
        alone = asks or all(_stands_alone(function, one) for one in sites)
        return weighed(Severity.LOW, path) if alone else Severity.INFO
    if (
        asks
        and not all(_is_of_one_row(one) or "count" in _words(one.name) for one in sites)
        and _ONCE.search(path) is None
        and not _clears(function)
        and all(_is_read(one) for one in sites)
        and _is_awaited_by_page(target, path, function, loop.line)
    ):
        return weighed(Severity.LOW, path)
    return Severity.INFO


_ROUND = 12
"""Lines."""
_CLEARS = frozenset(
    {"delete", "remove", "destroy", "purge", "wipe", "erase", "clean", "cleanup", "clear",
     "uninstall", "teardown", "reset", "anonymize", "ban"}
)  # fmt: skip


def _is_by_interval(target: Target, path: str, first: int, line: int) -> bool:
    """Whether a loop runs every so often by itself, and nobody waits for it."""
    lines = target.text(path).split("\n")[max(first, line - _ROUND) - 1 : line]
    return any("setInterval(" in one for one in lines)


def _clears(function: AwaitingFunction) -> bool:
    """Whether a function takes something away for good: that is seldom, and may take its time."""
    words = _words(function.name.rpartition(".")[2])
    return bool(words) and words[0] in _CLEARS


def _verb(one: Awaited) -> str:
    return next((word for word in _words(one.name) if word in _WORKS), "")


def _asks(one: Awaited) -> bool:
    """Whether an operation asks for or carries something: nothing is half done when it fails."""
    return _verb(one) in _MOVES and not _CHANGING.search(one.whole)


def _is_read(one: Awaited) -> bool:
    return _verb(one) not in ("upload", "import", "export", "reload")


_PARTS = regex(
    r"(?i)(?:columns|ranges|windows|sections|tabs|panels|widgets|parameters|settings|variables"
    r"|targets|evaluators|langs|languages|locales|themes|fonts|plugins|modules)(?:\(\))?$"
)
"""What one thing is set up of: a handful."""
_BY_KEY = regex(r"^(?:get|find|load|fetch|read|retrieve)\w*By(?:Id|Pk|Key|Uuid|Slug|Handle)\w*$")
_OWN_SERVICE = regex(r"(?i)(?:service|repository|repo|dao|manager)s?$")


def _is_of_one_row(one: Awaited) -> bool:
    """Whether an operation asks a service of the same program for one row by its key: a quick
    answer, and the checks of queries tell what to do instead."""
    return bool(_BY_KEY.match(one.name) and _OWN_SERVICE.search(one.receiver))


def _stands_alone(function: AwaitingFunction, one: Awaited) -> bool:
    """Whether an operation stands for itself: it changes nothing, it carries its item away and what
    fails is caught in its round, or it takes one key out of a cache."""
    if _asks(one):
        return True
    verb = _verb(one)
    if verb in _EVICTS:
        return _CACHE.search(f"{function.name} {one.receiver} {one.name}") is not None
    if verb in _CHANGE or _CHANGING.search(one.whole):
        return one.caught and verb in _CARRIES
    return verb not in _COMPUTES


def _is_served(target: Target, path: str, line: int) -> bool:
    return function_at(target, path, line) in reached(target) or served_outside(target, path, line)


_MAX_STEPS = 4


def _is_awaited_by_page(target: Target, path: str, function: AwaitingFunction, line: int) -> bool:
    """Whether a page, a component or a request is known to wait for a line."""
    text = target.text(path)
    if path in shown(target) or _is_served(target, path, line) or _ACTIONS.search(text[:400]):
        return True
    name = function.name.rpartition(".")[2]
    if name and any(
        _is_component(target, user) and re.search(rf"\b{re.escape(name)}\(", target.text(user))
        for user, specifier in importers(target).get(path, ())
        if not specifier.type_only
    ):
        return True
    ref = function_at(target, path, line)
    seen = {ref}
    some = [ref] if ref is not None else []
    for _ in range(_MAX_STEPS):
        callers = {caller for one in some for caller, _ in callers_of(target, one)} - seen
        if any(one in reached(target) or _is_component(target, one.path) for one in callers):
            return True
        seen |= callers
        some = list(callers)
    return False


_ACTIONS = regex(r"^\s*['\"]use server['\"]", re.MULTILINE)


def _is_component(target: Target, path: str) -> bool:
    return path.endswith(COMPONENTS) and path in shown(target)


# -- what is shared or kept ----------------------------------------------------------------


def _handles(target: Target, path: str, line: int) -> frozenset[str]:
    """The names of a function that hold one connection or transaction of a database."""
    ref = function_at(target, path, line)
    if ref is None:
        return frozenset()
    function = outlined(target, ref)
    return frozenset(
        name
        for name, kind in (*function.parameters, *function.locals)
        if _TAKEN.match(kind) or (not kind.startswith(("=", "fn")) and _HANDLE.search(kind))
    )


_TRANSACTION = regex(
    r"\b(?:txClient|txHost|getTx|(?:get|current)Transaction\w*|transactionClient|getEntityManager)\b"
)
"""What gives the connection of the transaction that is under way."""


def _may_share(target: Target, path: str, one: Awaited) -> bool:
    """Whether an operation goes through the transaction of whoever calls, when there is one."""
    return _TRANSACTION.search(one.whole) is not None or any(
        _TRANSACTION.search(_body(target, at, made)) for at, made in _named(target, path, one)
    )


def _is_handed(one: Awaited, handles: frozenset[str]) -> bool:
    """Whether an operation goes through a connection or transaction that others use too."""
    if _HANDED.search(one.whole):
        return True
    return any(
        one.receiver.partition(".")[0].rstrip("?!") == name
        or re.search(rf"[(,]\s*{re.escape(name)}\s*[,)]", one.whole)
        for name in handles
    )


def _is_kept(target: Target, path: str, operation: Awaited) -> bool:
    """Whether what an operation answers is kept after the first time: by the function that is
    meant, of a method that cannot be resolved by one of that name."""
    return any(_keeps(target, at, one) for at, one in _named(target, path, operation))


def _is_free(target: Target, path: str, operation: Awaited) -> bool:
    """Whether an operation answers at once, the first time left out."""
    return (
        any(
            _keeps(target, at, one)
            or _is_instant(target, at, one)
            or _is_cached(target, at, one)
            or _is_supplied(target, at, one, operation)
            for at, one in _named(target, path, operation)
        )
        or "cache" in operation.name.lower()
    )


_LOOKS_UP = regex(
    r"\bthis\.[#_]?\w*[cC]ache\w*[?!]?\.(?:get|has|wrap|fetch|getOrSet|remember)\w*\b"
)
_OWN_CALL = regex(r"\bthis\.([A-Za-z_$][\w$]*)\s*(?:<[^;{}()]{0,200}>)?\(")


def _is_cached(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a method looks its answer up in a cache first, itself or by one that it calls."""
    if not function.owner:
        return False
    body = _body(target, path, function)
    return _LOOKS_UP.search(body) is not None or any(
        match[1] in _caching(target) for match in _OWN_CALL.finditer(body)
    )


@once
def _caching(target: Target) -> frozenset[str]:
    """The names of methods of scripts that look into a cache of their object."""
    return frozenset(
        one.name
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs")) and _LOOKS_UP.search(target.text(path))
        for one in file.functions
        if one.owner and _LOOKS_UP.search(_body(target, path, one))
    )


def _named(target: Target, path: str, operation: Awaited) -> Iterable[tuple[str, OutlinedFunction]]:
    """(path, function) of what an operation may mean."""
    caller = function_at(target, path, operation.line)
    if caller is not None:
        for call in outlined(target, caller).calls:
            if call.name == operation.name and 0 <= call.line - operation.line <= 3:
                refs = meant(target, caller, call)
                if refs:
                    return [(ref.path, outlined(target, ref)) for ref in refs]
    if not operation.receiver:
        return _imported(target, path, operation.name)
    return _methods(target).get(operation.name, ())


def _imported(target: Target, path: str, name: str) -> Iterator[tuple[str, OutlinedFunction]]:
    """The function that a name stands for that a file imports: of components no calls are known."""
    outlines = scanned(target, outline)
    file = outlines.get(path)
    sources = {one[0]: one[-1] for known, one in file.imports if known == name} if file else {}
    for link in links(target).get(path, ()) if sources else ():
        other = outlines.get(link.meant.path) if link.specifier.text in sources else None
        for one in other.functions if other is not None else ():
            if not one.owner and one.name in (name, sources[link.specifier.text]):
                yield link.meant.path, one


_NEAR = frozenset(
    {"fs", "fs/promises", "fs-extra", "graceful-fs", "crypto", "path", "url", "zlib", "os", "util"}
)
"""Modules that wait for the machine itself: its files, its processor."""
_WAITED = regex(r"\bawait\s+(?:\(\s*)?(import(?=\s*\()|[\w$#]+(?:[?!]?\.[\w$#]+){0,6})")
_REMOTE = regex(
    r"\b(?:fetch|axios|got|ky|ofetch|request|prisma|knex|redis|s3|https?|sql|db)\b\s*[.(`]"
    r"|(?:[cC]lient|[aA]pi|[rR]epository|[sS]ervice|[qQ]ueue|[pP]rovider)\b\s*[.(]"
    r"|\.(?:query|post|send|execute|invoke)\("
    r"|\.find\w*\((?!\s*(?:\w+|\([^()\n]*\))\s*=>)"
)
_NEAR_DEPTH = 3


def _is_near(target: Target, path: str, operation: Awaited) -> bool:
    """Whether an operation waits for nothing, or for files and modules of the machine alone: one
    after another they take hardly longer than together."""
    if _comes_from_machine(target, path, (operation.receiver or operation.name).split(".")[0]):
        return True
    if "import.meta.url" in operation.whole:
        return True  # a file that lies beside the module
    words = _words(operation.name)
    if _LOCALLY & set(words) or {"file", "entry"} <= set(words):
        return True
    if _ADDRESS & set(words) and words[0] not in ("fetch", "load", "download", "read"):
        return True
    return _may_stay_near(target, list(_named(target, path, operation)), _NEAR_DEPTH)


_LOCALLY = frozenset(
    {
        "hash",
        "sha",
        "digest",
        "checksum",
        "fingerprint",
        "directory",
        "dropped",
        "zip",
        "kv",
        "kvs",
        "kvn",
        "kvb",
        "keychain",
    }
)
"""Words of what is computed from, or read of, a file that lies on the user's own machine."""
_ADDRESS = frozenset({"url", "urls", "uri", "presigned", "signed"})
"""Words of what only makes or signs an address."""


def _may_stay_near(target: Target, named: list[tuple[str, OutlinedFunction]], depth: int) -> bool:
    """Whether a function, or one of several that stand in for each other, stays on the machine:
    where files lie in its own folder unless somebody sets up a bucket."""
    near = (_stays_near(target, at, one, depth) for at, one in named)
    several = len({one.owner for _, one in named if one.owner}) > 1
    return bool(named) and (any(near) if several else all(near))


def _comes_from_machine(target: Target, path: str, name: str) -> bool:
    file = scanned(target, outline).get(path)
    return file is not None and any(
        known == name and words[0].removeprefix("node:") in _NEAR for known, words in file.imports
    )


def _stays_near(target: Target, path: str, function: OutlinedFunction, depth: int) -> bool:
    """Whether all that a function waits for is near; what waits for nothing is told elsewhere."""
    known = _nearness(target)
    key = (path, function.line, function.name, depth)
    if key not in known:
        known[key] = _waits_nearby(target, path, function, depth)
    return known[key]


@once
def _nearness(target: Target) -> dict[tuple[str, int, str, int], bool]:
    """(path, line, name, depth) → :func:`_stays_near`, which fills it."""
    return {}


def _waits_nearby(target: Target, path: str, function: OutlinedFunction, depth: int) -> bool:
    body = _body(target, path, function)
    if not function.bodiless and _INSTANT.search(body) is None:
        return True
    called = {match[1] for match in _WAITED.finditer(body)}
    handed = {match[1] for match in _HANDS_ON.finditer(body)} - called
    here = {
        one
        for one in handed
        if one.rpartition(".")[2] in _PLAIN or _comes_from_machine(target, path, one.split(".")[0])
    }
    handed -= here
    if not depth:
        return False
    for one in handed:
        receiver, _, name = one.rpartition(".")
        if receiver and receiver != "this" and len(some := _methods(target).get(name, ())) > 1:
            return _may_stay_near(target, list(some), depth - 1)
    if _REMOTE.search(body):
        return False
    if not called:
        return not handed and (bool(here) or _STREAMS.search(body) is not None)
    file = scanned(target, outline).get(path)
    for one in called:
        if one in ("import", "Promise.all") or _comes_from_machine(target, path, one.split(".")[0]):
            continue
        if "." in one.removeprefix("this."):
            return False
        own = [
            other
            for other in (file.functions if file is not None else ())
            if other.name == one.removeprefix("this.") and other.line != function.line
        ]
        some = [(path, other) for other in own] or list(_imported(target, path, one))
        if not some or not all(_stays_near(target, at, other, depth - 1) for at, other in some):
            return False
    return True


_HANDS_ON = regex(r"\breturn\s+([\w$#]+(?:[?!]?\.[\w$#]+){1,4})\(")
"""A call whose promise a function answers with."""
_PLAIN = frozenset(
    {"map", "filter", "join", "slice", "some", "every", "reduce", "includes", "trim", "toString",
     "split", "replace", "push", "concat", "flat", "flatMap", "at", "keys", "values", "entries",
     "toLowerCase", "toUpperCase", "padStart", "toFixed", "toISOString", "stringify", "parse"}
)  # fmt: skip
"""Methods of values that lie here."""
_STREAMS = regex(r"\.pipe\(|\bcreateReadStream\b|\.on\(\s*['\"](?:data|end|finish)['\"]")


@once
def _methods(target: Target) -> dict[str, list[tuple[str, OutlinedFunction]]]:
    """Name → the methods of scripts that are called so."""
    wanted = {
        one.name
        for file in scanned(target, awaits).values()
        for function in file.functions
        for some in (
            *(loop.awaited for loop in function.loops),
            *(run.awaited for run in function.runs),
        )
        for one in some
    }
    found: dict[str, list[tuple[str, OutlinedFunction]]] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith((".py", ".rs")):
            continue
        for one in file.functions:
            if one.owner and one.name in wanted:
                found.setdefault(one.name, []).append((path, one))
    return found


_KEEPS = regex(
    r"\bif\s*\(\s*!\s*(?P<unset>(?:this\.)?#?[\w$]+)\s*\)|(?P<or>(?:this\.)?#?[\w$]+)\s*(?:\?\?|\|\|)="
    r"|\bif\s*\(\s*(?P<set>(?:this\.)?#?[\w$]+)(?:\s*!==?\s*(?:null|undefined))?\s*\)\s*\{?\s*"
    r"return\s+(?:await\s+)?(?P=set)\b"
)
_LONGEST = 6_000


_INSTANT = regex(
    r"\bawait\b|\.then\(|\bnew Promise\b"
    r"|(?:\breturn\s+|=>\s*)(?!JSON\.|Object\.|Array\.|Promise\.resolve|String\(|Number\()[^;\n]*\("
)
"""What shows that a function may wait for something, or hand on what does."""


def _body(target: Target, path: str, function: OutlinedFunction) -> str:
    lines = target.text(path).split("\n")[function.line - 1 : function.end_line]
    return "\n".join(lines)[:_LONGEST]


def _is_instant(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a function waits for nothing."""
    if not function.is_async or function.bodiless:
        return False
    return _INSTANT.search(_body(target, path, function)) is None


_SUPPLIED = regex(
    r"\btypeof\s+(?P<a>\w+)\s*===?\s*['\"]undefined['\"]\s*\?\s*\(?\s*await\b"
    r"|(?P<b>\w+)\s*(?:\?\?|\|\|)\s*\(?\s*await\b"
    r"|(?P<c>\w+)\s*\?\s*(?P=c)\s*:\s*\(?\s*await\b"
)
"""Waiting for what a parameter holds already, where it is given."""
_AWAIT = regex(r"\bawait\b")


def _is_supplied(target: Target, path: str, function: OutlinedFunction, operation: Awaited) -> bool:
    """Whether all that a function waits for is what this call hands to it."""
    if not function.is_async or function.bodiless or operation.whole.count("(") != 1:
        return False
    body = _body(target, path, function)
    found = list(_SUPPLIED.finditer(body))
    if not found or len(found) != len(_AWAIT.findall(body)):
        return False
    given = operation.whole.count(",") + 1
    names = {name: at for at, (name, _) in enumerate(function.parameters)}
    return all(names.get(one["a"] or one["b"] or one["c"], given) < given for one in found)


def _keeps(target: Target, path: str, function: OutlinedFunction) -> bool:
    """Whether a function gives a variable outside of it the answer once, and that from then on."""
    body = _body(target, path, function)
    own = {name for name, _ in function.parameters}
    for match in _KEEPS.finditer(body):
        name = match["unset"] or match["or"] or match["set"]
        word = re.escape(name)
        if name in own or re.search(rf"\b(?:const|let|var)\s+{word}\b", body):
            continue
        given = re.search(rf"(?<![\w.]){word}\s*(?:\?\?|\|\|)?=(?![=>])", body)
        if given is not None and (
            not match["unset"] or re.search(rf"(?<![\w.]){word}\b(?!\s*=[^=])", body[match.end() :])
        ):
            return True
    return False


@once
def _query_loops(target: Target) -> frozenset[tuple[str, int]]:
    """(path, line) of the loops that the checks of queries and of caches tell of."""
    return frozenset(
        (file.path, site.loop.line)
        for file in query_files(target)
        for repetition in file.repetitions
        for site in (*repetition.sites, *repetition.others)
    ) | {(file.path, line) for file in command_files(target) for line in file.loops}


def _changes_rows(target: Target, path: str, operation: Awaited) -> bool:
    """Whether an operation ends in writes to the database: more of them at once are no gain."""
    caller = function_at(target, path, operation.line)
    if caller is None:
        return False
    for call in outlined(target, caller).calls:
        if call.name == operation.name and 0 <= call.line - operation.line <= 3:
            refs = meant(target, caller, call)
            return any(changes_rows(target, ref) for ref in refs or () if ref != caller)
    return False


def _independent(loop: AwaitingLoop) -> Iterator[Awaited]:
    """The operations of a loop, when all that it awaits per item could run side by side."""
    if loop.ordered or not loop.over or _FEW.match(loop.over) or _IN_BROWSER.search(loop.over):
        return
    if _ORDERED & {*_words(loop.over), *_words(loop.item)}:
        return
    for one in loop.awaited:
        words = _words(one.name)
        if _ORDERED & set(words) or _is_shared(one) or _is_database(one):
            return
        if _GIVEN_DATABASE.search(one.whole):
            return
        if one.name in _RECORD_CALLS and (
            _CLASS.match(one.receiver) or one.receiver in (loop.item, f"{loop.item}!")
        ):
            return
    for one in loop.awaited:
        called = not one.receiver and one.name in loop.item
        if one.by_item and not called and _WORKS & set(_words(one.name)):
            yield one


def _rows(target: Target, path: str, function: AwaitingFunction) -> Iterator[Waits]:
    """The rows of three and more reads; two alone, and what nobody waits for, are worth a note."""
    rows = [
        row
        for run in function.runs
        for all_of_it in _independent_rows(run)
        if len(row := [one for one in all_of_it if not _is_given(one)]) > 1
        if not _is_changed(row) and not _is_shared_row(target, path, row)
    ]
    if _CHECKS.search(function.name.rpartition(".")[2]):
        return
    many = [row for row in rows if len(row) >= _MANY_READS]
    few = [row for row in rows if len(row) < _MANY_READS]
    severity = Severity.INFO
    if (
        many
        and not _JOB.search(path)
        and not _ONCE.search(path)
        and not _clears(function)
        and not all(_is_at_once(target, path, row) for row in many)
        and _is_awaited_by_page(target, path, function, many[0][0].line)
    ):
        severity = weighed(Severity.LOW, path)
    loaded = Severity.INFO
    if (
        few
        and not _ONCE.search(path)
        and _loads_page(target, path, few)
        and not all(_is_at_once(target, path, row) for row in few)
    ):
        loaded = weighed(Severity.LOW, path)
    for some, level in ((many, severity), (few, loaded)):
        if not some:
            continue
        yield Waits(
            "a",
            function.name,
            tuple(Note(Place(path, row[0].line), ", ".join(_called(row))) for row in some),
            tuple(
                Note(Place(path, one.line), f"awaits {one.name}()")
                for row in some
                for one in row[1:]
            ),
            "",
            level,
            f"await {some[0][0].text}",
        )


def _is_given(one: Awaited) -> bool:
    """Whether what a call would ask for is handed to it: ``getSavedItemMap(id, savedItems)``."""
    noun = "".join(_words(one.name)[1:3])
    handed = one.whole.partition("(")[2].lower()
    return len(_words(one.name)) > 2 and re.search(rf"\b{noun}s?\b", handed) is not None


_ONCE = regex(
    r"(?i)(?:^|[/.-])(?:on-?board(?:ing)?|set-?up|first-?run|installer|seed(?:s|er|ing)?|settings?"
    r"|admin|preferences)[/.-]"
)
"""What is done once, when a platform is set up, or now and then by who runs it."""
_AT_ONCE = frozenset({"better-sqlite3", "better-sqlite3-multiple-ciphers"})
_BUILT_IN = frozenset({"bun:sqlite", "node:sqlite"})
"""Drivers that answer at once, while all else stands still: together or in a row, it takes as
long."""
_FAR = regex(
    r"\b(?:fetch\w*|axios|got|ky|ofetch|request|s3|https?)\b\s*[.(`]|\.(?:send|post|invoke)\("
)


def _is_at_once(target: Target, path: str, row: list[Awaited]) -> bool:
    """Whether a row only asks a database whose driver is synchronous, or may be: one of several.
    What a page asks its own program for, by whatever name, may end there as well."""
    if not _has_synchronous(target, posixpath.dirname(path)):
        return False
    page = _PAGE.search(path) is not None
    return all(_is_database(one) or (page and not _is_far(target, path, one)) for one in row)


def _is_far(target: Target, path: str, one: Awaited) -> bool:
    if _words(one.name)[0] in ("fetch", "request", "download") or _FAR.search(one.whole):
        return True
    return any(_FAR.search(_body(target, at, made)) for at, made in _named(target, path, one))


def _has_synchronous(target: Target, folder: str) -> bool:
    """Whether a package, or a member of the repository that it depends on, has such a driver."""
    first = npm_at(target, folder)
    members = {one.manifest.name: one for one in npm_packages(target) if one.manifest.name}
    some = [first] if first is not None else []
    seen: set[str] = set()
    while some:
        package = some.pop()
        if package.path in seen:
            continue
        seen.add(package.path)
        names = {
            name for section, name, _, _ in package.manifest.dependencies if section in _SHIPPED
        }
        if names & _AT_ONCE or package.folder in _built_in(target):
            return True
        some += [members[name] for name in sorted(names & members.keys())]
    return False


_SHIPPED = ("dependencies", "optionalDependencies", "peerDependencies")


@once
def _built_in(target: Target) -> frozenset[str]:
    """Folders of the packages that import a synchronous driver of their runtime."""
    found = set()
    for path, file in scanned(target, outline).items():
        if path.endswith((".py", ".rs")) or is_test_path(path):
            continue
        if any(words[0] in _BUILT_IN for _, words in file.imports if words):
            package = npm_at(target, posixpath.dirname(path))
            found.add(package.folder if package is not None else "")
    return frozenset(found)


_PAGE = regex(
    r"(?:^|/)app/(?:[^/]+/)*(?:page|layout|template)\.[jt]sx?$|(?:^|/)pages/(?!api/).*\.[jt]sx?$"
    r"|(?:^|/)app/routes/.*\.[jt]sx?$|(?:^|/)\+(?:page|layout)(?:\.server)?\.[jt]s$"
)
"""Files that a framework makes a page of: Next.js, Remix, SvelteKit."""
_LOADS = regex(
    r"^export\s+(?:const|let|(?:async\s+)?function)\s+(?:getServerSideProps|loader|load)\b"
    r"|^export\s+default\s+async\s+function\b|^(?:export\s+)?async\s+function\s+[A-Z]\w*(?:Page|Layout)\b"
)
_TOP = regex(r"^(?:export\b|(?:async\s+)?function\b|const\b|let\b|class\b)")


def _loads_page(target: Target, path: str, rows: list[list[Awaited]]) -> bool:
    """Whether a whole page waits for the rows each time that somebody opens it."""
    if _PAGE.search(path) is None:
        return False
    heads = _heads(target, path)
    for row in rows:
        head = bisect.bisect_right(heads, row[0].line) - 1
        if head < 0 or _LOADS.match(target.line(path, heads[head])) is None:
            return False
    return True


def _heads(target: Target, path: str) -> list[int]:
    """The lines on which a file's outermost definitions begin."""
    known = _heads_of_pages(target)
    if path not in known:
        lines = target.text(path).split("\n")
        known[path] = [number for number, one in enumerate(lines, 1) if _TOP.match(one)]
    return known[path]


@once
def _heads_of_pages(target: Target) -> dict[str, list[int]]:
    """Page → :func:`_heads`, which fills it."""
    return {}


def _is_shared_row(target: Target, path: str, row: list[Awaited]) -> bool:
    """Whether a row goes through one connection, or only one of its operations has to wait."""
    handles = _handles(target, path, row[0].line)
    if sum(_is_handed(one, handles) or _may_share(target, path, one) for one in row) > 1:
        return True
    waiting = [one for one in row if not _is_free(target, path, one)]
    return len(waiting) < 2 or all(_is_near(target, path, one) for one in waiting)


def _is_changed(row: list[Awaited]) -> bool:
    """Whether a row goes on changing one builder: ``query.where(…)`` keeps what it is told."""
    roots = {match[1] for one in row if (match := _CHANGES.match(one.whole)) is not None}
    return any(
        sum(re.match(rf"{re.escape(root)}\b", one.whole) is not None for one in row) > 1
        for root in roots
    )


_CHANGES = regex(
    r"(?:await\s+)?(\w+)\s*\.\s*(?:(?:and|or)?[wW]here|(?:and|or)?[hH]aving|add[A-Z]\w*|set[A-Z]\w*)\("
)


def _called(row: list[Awaited]) -> list[str]:
    """What a row calls, told apart where it is called by one name, else counted."""
    names = [one.name for one in row]
    said = [
        f"{one.receiver}.{one.name}()"
        if names.count(one.name) > 1 and _SIMPLE.fullmatch(one.receiver)
        else f"{one.name}()"
        for one in row
    ]
    counts = {one: said.count(one) for one in said}
    return [one if count == 1 else f"{one} {count} times" for one, count in counts.items()]


_SIMPLE = regex(r"[\w$.?!]{1,40}")


def _independent_rows(run: AwaitRun) -> Iterator[list[Awaited]]:
    """The longest parts of a row of awaits that only read and need nothing of each other."""
    if run.ordered:
        return
    part: list[Awaited] = []
    first = 0
    for index, one in enumerate(run.awaited):
        reads = _only_reads(one) and all(one.whole != other.whole for other in part)
        if not reads or one.needs >= first:
            if len(part) > 1:
                yield part
            part, first = ([one], index) if _only_reads(one) else ([], index + 1)
        else:
            part.append(one)
    if len(part) > 1:
        yield part


def _only_reads(one: Awaited) -> bool:
    words = _words(one.name)
    return (
        bool(words)
        and words[0] in _READS
        and not _GUARDS & set(words)
        and not _ORDERED & set(words)
        and not _is_shared(one)
        and not _LOCAL.search(one.receiver)
        and not _THROWS.search(one.name)
        and not _WRITES.search(one.whole)
        and not _IN_TRANSACTION.search(one.whole)
        and not _HANDED.search(one.whole)
    )


def _is_shared(one: Awaited) -> bool:
    words = one.receiver.replace("?", "").split("(")[0].split(".")
    last = words[-1].strip() if words else ""
    if last.lower() in _SHARED or (bool(words) and words[0].strip().lower() in _SHARED):
        return True
    return _words(last)[-1:] != [] and _words(last)[-1] in _SHARED  # `telegramBot`


def _is_database(one: Awaited) -> bool:
    return bool(
        _DATABASE.search(one.receiver) or (one.receiver and _DATABASE_CALLS.match(one.name))
    )


def _words(name: str) -> list[str]:
    return [word.lower() for word in _SPLIT.findall(name)]
