"""Redis commands that hold the server up, or cost a round trip for every key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    cache_files,
    operations,
    words_of,
)
from pytest_reconaudit.facts.cache.walking import walked
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    inline_route,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.code.places import is_off_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["CommandFile", "HeavyCommand", "command_files"]

_ADMIN = regex(
    r"admin|\bcli\b|/cli|manage|console|debug|seed|reset_?(?:all|db|test)|maintenance|\bdev(?:_|/)|repl"
    r"|benchmark|bench/|migrat|setup|teardown|wipe|nuke|purge_?all|flush_?all|destroy",
    re.IGNORECASE,
)


_FOR_TESTS = regex(r"(?:^|[_ ])test(?:s|ing)?(?:[_ ]|$)|(?:^|[a-z0-9_ ])Test(?:s|ing)?(?![a-z])")


class HeavyCommand(Struct, frozen=True, eq=False):
    """One ``KEYS``, ``FLUSHALL`` or ``FLUSHDB``."""

    operation: CacheOperation
    severity: Severity
    why: str
    """Who runs it: ``runs per request of GET /api/x``, ``called by warm (src/a.rs:4)``."""
    fix: str = ""
    """What to do instead, by the client of its file."""


class CommandFile(Struct, frozen=True, eq=False):
    """The commands of one file that talks to Redis."""

    path: str
    heavy: tuple[HeavyCommand, ...]
    looped: tuple[CacheOperation, ...]
    """One key in each turn."""
    members: tuple[CacheOperation, ...] = ()
    """One field or member of the same key in each turn."""
    loops: tuple[int, ...] = ()
    """Lines of all loops that send a command in each turn, those that pass as well."""
    sometimes: tuple[CacheOperation, ...] = ()
    """What some turns of a loop send, and what loops over a few elements send: notes."""


@once
def command_files(target: Target) -> tuple[CommandFile, ...]:
    """Every file that sends commands to Redis, by path."""
    by_path: dict[str, list[CacheOperation]] = {}
    for one in operations(target):
        if one.op.store == "redis" or "redis" in one.op.receiver.lower():
            by_path.setdefault(one.path, []).append(one)
    return tuple(_command_file(target, path, found) for path, found in sorted(by_path.items()))


def _command_file(target: Target, path: str, found: list[CacheOperation]) -> CommandFile:
    looped = [
        one
        for one in found
        if one.op.in_loop
        and not _is_seldom(one)
        and not _is_of_one(target, one)
        and _is_run(target, one)
    ]
    members = [one for one in looped if _is_member(target, one)]
    keys = [one for one in looped if one not in members]
    loops = tuple(one.op.in_loop for one in looped)
    if keys and _language(path) in _clustered(target):
        keys = []  # the keys of one command, or of one pipeline, would have to lie on one node
    notes = [
        one
        for one in (*keys, *members)
        if one.op.in_branch
        or _is_few(target, one)
        or (one in members and _is_handed(target, one))
        or not _is_waited(target, one)
    ]
    return CommandFile(
        path,
        tuple(_heavy(target, found)),
        tuple([one for one in keys if one not in notes]),
        tuple([one for one in members if one not in notes]),
        loops,
        tuple(sorted(notes, key=lambda one: one.op.line)),
    )


_HEAD = regex(
    r"\b(?:of|in)\s+(?:([\w$.]{1,80})\)\s*(?:await|void)\b|(.{1,200}?)\s*\)?\s*[{:]?\s*$)"
)
_ONE_VALUE = regex(r"JSON\.parse\(|json\.loads\(|serde_json::from_")
_OF_ONE = regex(r"(?i)(?<![a-z])(?:\w*session|\w*device|refresh_?token)s?(?![a-z])")
"""What one person has a few of."""
_LIMIT = regex(r"(?:[<>]=?|[!=]==?)\s*(?:\w+(?:\.|::))*MAX_([A-Z][A-Z0-9_]{2,60})\b")
_MANY = regex(r"(?i)many|bulk|batch|all(?![a-z])|import")
_BEFORE = 60
"""Lines in which what is gone over is made."""


def _over(target: Target, one: CacheOperation) -> str:
    """What the loop around a command goes over; empty where its first line does not tell."""
    lines = target.lines(one.path)
    head = lines[one.op.in_loop - 1][:_LINE] if one.op.in_loop <= len(lines) else ""
    match = _HEAD.search(head)
    return match[1] or match[2] if match is not None else ""


_STAFF = regex(r"\b(?:admin|moderator|staff|superuser)\w*Procedure\b")
_BULK = regex(r"(?i)many|bulk")
_BY_TIMER = regex(r"(?i)(?:^|/)(?:cron|jobs?|tasks?|scheduled?)(?:/|$)")
_ALL_OF = regex(r"\s*(?:[A-Z]\w*\.)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b(?!\()")
"""A constant, by its name."""
_ABOVE = 25
"""Lines in which a procedure without a name says who may call it."""


def _is_waited(target: Target, one: CacheOperation) -> bool:
    """Whether a request is known to wait for a loop, or its function is there to handle many."""
    lines = target.lines(one.path)[max(one.op.in_loop - _ABOVE, 0) : one.op.in_loop]
    if any(_STAFF.search(line) for line in lines):
        return False
    if _BULK.search(one.op.function):
        return True
    ref = function_at(target, one.path, one.op.line)
    known = reached(target).get(ref) if ref is not None else None
    if known is not None:
        places = (known.handler.path, known.route.path if known.route is not None else "")
        return not any(map(_BY_TIMER.search, places))
    return served_outside(target, one.path, one.op.line)


def _is_few(target: Target, one: CacheOperation) -> bool:
    """Whether a loop goes over few elements by its making: a list that a constant caps, one that
    is kept as one value, the sessions or devices of one person."""
    over = _over(target, one)
    if not over:
        return False
    text = target.text(one.path)
    if is_capped(text, one.op.in_loop, over):
        return True
    value = ""
    if over.isidentifier():
        lines = text.split("\n")[max(one.op.in_loop - _BEFORE, 0) : one.op.in_loop - 1]
        given = re.compile(rf"(?<![\w.$]){over}\b[^=\n]{{0,80}}=(?![=>])(.*)")
        for index, line in enumerate(lines):
            match = given.search(line[:_LINE])
            if match is not None:
                value = " ".join((match[1], *(after[:_LINE] for after in lines[index + 1 :][:2])))
    if _ONE_VALUE.search(value) or _ALL_OF.match(value):
        return True
    about = f"{one.op.function} {over} {one.op.text}"
    if _OF_ONE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", f"{one.op.function} {over} {value}")):
        return True
    said = {word.removesuffix("s") for word in words_of((about, value))}
    return any(
        {word.removesuffix("s") for word in match[1].lower().split("_")[:2] if len(word) > 3} & said
        for match in _LIMIT.finditer(text)
    )


def _is_handed(target: Target, one: CacheOperation) -> bool:
    """Whether a loop goes over what its function is given as an argument, of which nothing says
    that it is many."""
    over = _over(target, one)
    ref = function_at(target, one.path, one.op.line)
    if ref is None or not over.isidentifier() or _MANY.search(one.op.function):
        return False
    return any(
        re.search(rf"(?<![\w$]){over}(?![\w$])", name)
        for name, _ in outlined(target, ref).parameters
    )


_MEMBERS = regex(
    r"(?i)\.(?:h(?:m?set|get|del|incrby|exists|set_nx)|s(?:add|rem|_add|_rem)|z(?:add|rem|_add|_rem)"
    r"|[lr]_?push)\(\s*([A-Za-z_$][\w.$]*)\s*,"
)
"""Commands on a part of a key's value that take several parts as well."""
_CLUSTER = regex(
    r"\bRedisCluster\b|\bREDIS_CLUSTER|\bcreateCluster\s*\(|\bClusterClient(?:Builder)?\b"
    r"|\bredis\.cluster\b|\bredis::cluster|\bRedis\.Cluster\b|\bnew\s+Cluster\s*\("
    r"|\bimport\b[^;\n]{0,200}\bCluster\b[^;\n]{0,200}\bioredis['\"]"
)
_SETTINGS = regex(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|env\.(?:example|sample|template))$")
_TO_CLUSTERS = frozenset(
    {"Cluster", "createCluster", "RedisCluster", "ClusterClient", "ClusterClientBuilder"}
)


_COMMENT = regex(r"(?:^|\s)(?://|#(?!\[)|\*).*")
_LINE = 300


def _is_member(target: Target, one: CacheOperation) -> bool:
    """Whether each turn of a loop is about another part of the same key's value."""
    match = _MEMBERS.search(one.op.text)
    if match is None:
        return False
    lines = target.lines(one.path)[one.op.in_loop - 1 : one.op.line - 1]
    head = "\n".join(_COMMENT.sub("", line[:_LINE]) for line in lines)
    name = match[1].rpartition(".")[2]
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", head) is None


@once
def _clustered(target: Target) -> frozenset[str]:
    """The languages whose code may talk to several nodes of Redis, between which the keys are
    spread; all of them where the settings name a cluster."""
    found = set()
    for path in target.files:
        if _SETTINGS.search(path) and "REDIS_CLUSTER" in target.text(path):
            return frozenset({"rs", "py", "script"})
    for path, file in scanned(target, outline).items():
        if _language(path) in found or is_off_path(path):
            continue
        if any(
            one.name in _TO_CLUSTERS or not _TO_CLUSTERS.isdisjoint(one.path)
            for one in file.every_call()
        ) and _CLUSTER.search(target.text(path)):
            found.add(_language(path))
    for path, one in cache_files(target).items():
        if one.redis and _language(path) not in found and _CLUSTER.search(target.text(path)):
            found.add(_language(path))
    return frozenset(found)


def _language(path: str) -> str:
    """``rs``, ``py`` or ``script``."""
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


def _is_seldom(one: CacheOperation) -> bool:
    """Whether a command is one of a script, a job or an administrator's."""
    return is_off_path(one.path) or bool(
        _ADMIN.search(f"{one.path} {one.op.owner} {one.op.function}")
    )


_OF_A_REQUEST = regex(r"\b(?:in|of)\s+(?:request|req|ctx)\.[\w.]+\s*[:)]")


def _is_of_one(target: Target, one: CacheOperation) -> bool:
    """Whether a loop goes over what one request or its session carries: a few."""
    lines = target.lines(one.path)
    head = lines[one.op.in_loop - 1] if one.op.in_loop <= len(lines) else ""
    return _OF_A_REQUEST.search(head) is not None


def _is_run(target: Target, one: CacheOperation) -> bool:
    """Whether something may run an operation. What a class of a script has no call for, by its
    name alone, anywhere (nor for what calls it) is there for nobody."""
    ref = function_at(target, one.path, one.op.line)
    if ref is None or ref in reached(target):
        return True
    callers = [caller for caller, _ in callers_of(target, ref) if caller != ref]
    return any(_may_run(target, caller) for caller in callers or [ref])


def _may_run(target: Target, ref: Ref) -> bool:
    function = outlined(target, ref)
    if ref.path.endswith((".py", ".rs")) or not function.owner or ref in reached(target):
        return True
    if any(one.startswith("@") for one in function.attributes):
        return True  # whoever reads the decorator runs it
    return function.name in _called(target)


@once
def _called(target: Target) -> frozenset[str]:
    """Every name that code of scripts calls."""
    return frozenset(
        call.name
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs"))
        for call in file.every_call()
    )


_FLUSH = regex(r"(?i)flush")
_CLEARING = regex(r"(?i)(?:clear|purge|wipe|empty)")


def _heavy(target: Target, found: list[CacheOperation]) -> Iterator[HeavyCommand]:
    for one in found:
        if one.op.verb != "raw" or one.op.store != "redis":
            continue
        if _ADMIN.search(f"{one.path} {one.op.owner} {one.op.function}"):
            continue
        if _FOR_TESTS.search(f"{one.op.owner} {one.op.function}"):
            continue
        ref = function_at(target, one.path, one.op.line)
        inline = inline_route(target, one.path, one.op.line)
        why = None
        if inline is not None:
            asked = Severity.HIGH if inline.method == "GET" else Severity.MEDIUM
            why = asked, f"runs per request of {inline.request}"
        elif ref is not None:
            why = _run_by(target, ref, 3)
        if why is None:
            continue
        severity, text = why
        if _FLUSH.search(one.op.method):
            # Whoever flushes means it; what hurts is a request that does it for all others.
            severity = Severity.MEDIUM if severity >= Severity.MEDIUM else Severity.INFO
        elif _CLEARING.match(one.op.function.rpartition(".")[2]):
            severity = min(severity, Severity.LOW)  # now and then, by whoever looks after it
        fix = _instead(target, one, ref) or walked(target, one)
        yield HeavyCommand(one, weighed(severity, one.path), text, fix)


_DELETES = regex(
    r"(?i)(?:^|_)(?:h?del(?:ete)?(?:_?(?:many|keys?|pattern))?|unlink|remove|flush\w*)$"
)
_DELETES_IN = regex(r"(?i)[.:\"'](?:del|delete|unlink|remove|flush\w*)\w{0,10}[\"']?\s*\(?")
_READS_IN = regex(r"(?i)\.(?:m?get|hgetall|hget|ttl|type|json_?get)\w{0,6}\s*\(")
_COUNTS_IN = regex(r"\.length\b|\blen\(|\.len\(\)|\.count\(")
_COUNTED = """
Keep the figure itself: a counter (`INCR` and `DECR`) where keys come and go, or a set of them
(`SADD`, `SCARD`). Where it may be some seconds old, count once in a while, walking with SCAN, and
keep the result.
"""
_READ = """
Keep a set of the keys (`SADD` with each write) and read by it, or walk with SCAN and read the
values in pieces (`MGET`); never KEYS.
"""


def _instead(target: Target, one: CacheOperation, ref: Ref | None) -> str:
    """What to do about KEYS whose keys are counted or read, not deleted; else empty."""
    if _FLUSH.search(one.op.method):
        return ""
    function = outlined(target, ref) if ref is not None else None
    if function is not None and any(_DELETES.search(call.name) for call in function.calls):
        return ""
    first = one.op.line - 1
    lines = target.lines(one.path)
    if function is not None:
        last = function.end_line
    else:  # a handler without a name ends where its registration does
        last = next((at for at in range(first, len(lines)) if lines[at][:1] == "}"), len(lines))
    text = "\n".join(lines[first:last])
    if _DELETES_IN.search(text):
        return ""
    if _READS_IN.search(text.partition("\n")[2]):
        return _READ
    return _COUNTED if _COUNTS_IN.search(text) else ""


_BY_HAND = regex(r"(?:^|/)(?:bin|scripts?|tools?|cron|commands?|cli)/")


_CALLERS = 5


def _is_named_nowhere(target: Target, handler: Ref) -> bool:
    """Whether a handler of a script by its form alone (`req`, `res`) is imported by no file."""
    function = outlined(target, handler)
    if handler.path.endswith((".py", ".rs")) or function.owner or function.attributes:
        return False
    if [name for name, _ in function.parameters][:2] not in (["req", "res"], ["request", "reply"]):
        return False
    return not callers_of(target, handler) and function.name not in _imported_names(target)


@once
def _imported_names(target: Target) -> frozenset[str]:
    """Every name that scripts take from each other, and ``*``-like ones of whole modules."""
    return frozenset(
        words[-1]
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs"))
        for _, words in file.imports
        if words
    )


def _run_by(target: Target, ref: Ref, depth: int) -> tuple[Severity, str] | None:
    """How bad it is that a function holds the server up; nothing when nobody runs it."""
    known = reached(target).get(ref)
    if known is not None:
        handler = outlined(target, known.handler).name
        route = f" of {known.route.request}" if known.route else f" by {handler}"
        if known.route is None and known.handler == ref:
            route = ""  # called by a handler without a name
        if known.route is None and _is_named_nowhere(target, known.handler):
            return Severity.LOW, f"runs in {handler}, which no known route names"
        asked = known.route is not None and known.route.method == "GET"
        return Severity.HIGH if asked else Severity.MEDIUM, f"runs per request{route}"
    called = [one for one in callers_of(target, ref) if not is_off_path(one[0].path)]
    called.sort(key=lambda one: _BY_HAND.search(one[0].path) is not None)
    for caller, _ in called[:_CALLERS] if depth else ():
        found = _run_by(target, caller, depth - 1) if caller != ref else None
        if found is not None and found[0] > Severity.LOW:
            return found
    for caller, call in called[:1]:
        by_hand = _BY_HAND.search(caller.path) is not None
        severity = Severity.INFO if by_hand else Severity.LOW
        return severity, f"called at {Place(caller.path, call.line)}"
    function = outlined(target, ref)
    for one in operations(target):
        # A call on anything that is called a cache may be one of this method.
        same = one.op.method in (function.name, function.name.upper())
        same = same and _language(one.path) == _language(ref.path)
        if depth and same and one.op.store == "service":
            above_it = function_at(target, one.path, one.op.line)
            if above_it is not None and above_it != ref and not is_off_path(above_it.path):
                above = _run_by(target, above_it, depth - 1)
                if above is not None:
                    return above
    return None
