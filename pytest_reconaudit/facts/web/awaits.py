"""Operations that wait for one another although nothing makes them.

What a file awaits is found by ``readers/scans/awaits.py``; here the names decide: an operation per
item that only asks, sends or works on its item (``uploadFile``, ``fetchDetails``, ``delete``) can
run beside the others; a step, a migration, a command, what shares one connection, page or terminal
can not. Calls of databases are left to the checks of queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import is_node_side
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    meant,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.repetitions import changes_rows, query_files
from pytest_reconaudit.facts.web.apps import frontends
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import (
    Awaited,
    AwaitingFunction,
    AwaitingLoop,
    AwaitRun,
    awaits,
)
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


_SPLIT = regex(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
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
_GUARDS = frozenset(
    {"auth", "authorize", "authenticate", "session", "user", "permission", "permissions",
     "require", "ensure", "assert", "guard", "csrf", "token", "tokens", "cookies", "cookie",
     "headers", "params", "body", "json", "text", "form", "lock", "transaction", "connection",
     "client", "translations", "translation", "dictionary", "locale", "i18n", "draft", "once",
     "browser", "os"}
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
"""A call that is handed one connection: it does one thing at a time."""
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
            for one in (*_loops(target, path, function), *_rows(path, function))
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
        severity = _of_loop(target, path, loop, sites)
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


def _of_loop(target: Target, path: str, loop: AwaitingLoop, sites: list[Awaited]) -> Severity:
    """Medium where somebody waits in a browser for what is asked; low for what is changed there and
    for what a request only asks for or carries. What changes things one by one on a server, and
    what nobody waits for, is worth a note.
    """
    if _JOB.search(path) or is_capped(target.text(path), loop.line, loop.over):
        return Severity.INFO
    asks = all(_MOVES & set(_words(one.name)) and not _CHANGING.search(one.whole) for one in sites)
    ref = function_at(target, path, loop.line)
    served = ref in reached(target) or served_outside(target, path, loop.line)
    if path in _shown(target) and not served:
        return weighed(Severity.MEDIUM if asks else Severity.LOW, path)
    if asks and (served or (ref is not None and _may_serve(target, ref))):
        return weighed(Severity.LOW, path)
    return Severity.INFO


@once
def _shown(target: Target) -> frozenset[str]:
    """The files that a browser loads."""
    return frozenset(
        path
        for one in frontends(target)
        for path in one.sources
        if not is_node_side(path, target.text(path)) and not _SERVER_SIDE.search(path)
        # Of Next.js, a module that is no component may run on either side.
        if one.framework != "next" or path.endswith("x") or "use client" in target.text(path)[:400]
    )


_SERVER_SIDE = regex(
    r"(?:^|/)(?:api|server|actions|backend|trpc|routers?|lib/db|db)/|(?:^|/)route\.[jt]sx?$"
    r"|\.server\.[jt]sx?$|(?:^|/)[\w.-]*actions?\.[jt]s$"
)


def _may_serve(target: Target, ref: Ref) -> bool:
    """Whether a method is one of those that an interface hides: nobody is known to call it, and
    what stands beside it runs while requests are answered."""
    if ref.path not in _serving(target) or not outlined(target, ref).owner:
        return False
    return not callers_of(target, ref)


@once
def _serving(target: Target) -> frozenset[str]:
    """The files with code that runs while requests are answered."""
    return frozenset(ref.path for ref in reached(target))


@once
def _query_loops(target: Target) -> frozenset[tuple[str, int]]:
    """(path, line) of the loops that the checks of queries tell of."""
    return frozenset(
        (file.path, site.loop.line)
        for file in query_files(target)
        for repetition in file.repetitions
        for site in (*repetition.sites, *repetition.others)
    )


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
        if one.name in _RECORD_CALLS and (
            _CLASS.match(one.receiver) or one.receiver in (loop.item, f"{loop.item}!")
        ):
            return
    for one in loop.awaited:
        called = not one.receiver and one.name in loop.item
        if one.by_item and not called and _WORKS & set(_words(one.name)):
            yield one


def _rows(path: str, function: AwaitingFunction) -> Iterator[Waits]:
    """The rows of three and more reads; two alone are worth a note."""
    rows = [row for run in function.runs for row in _independent_rows(run) if not _is_changed(row)]
    if _CHECKS.search(function.name.rpartition(".")[2]):
        return
    many = [row for row in rows if len(row) >= _MANY_READS]
    few = [row for row in rows if len(row) < _MANY_READS]
    severity = Severity.INFO if _JOB.search(path) else weighed(Severity.LOW, path)
    for some, level in ((many, severity), (few, Severity.INFO)):
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
    """What a row calls, told apart where it is called by one name."""
    names = [one.name for one in row]
    return [
        f"{one.receiver}.{one.name}()"
        if names.count(one.name) > 1 and _SIMPLE.fullmatch(one.receiver)
        else f"{one.name}()"
        for one in row
    ]


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
