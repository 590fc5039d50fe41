"""HTTP clients and connections to Redis and databases that are made for each call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.asynchronous.cached_returns import is_behind_cache
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault
from pytest_reconaudit.facts.asynchronous.crates import commands, crate_of, serves
from pytest_reconaudit.facts.asynchronous.request_rates import (
    EACH_REQUEST,
    SAMPLES,
    is_mapped,
    is_rare,
)
from pytest_reconaudit.facts.asynchronous.running import (
    is_main,
    is_probe,
    only_at_start,
    per_request,
    starts,
    step_to,
)
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    handlers,
    outlined,
    reached,
    source_of,
)
from pytest_reconaudit.facts.code.places import is_test_path, weighed
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.clients import ClientFile, ClientSite
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction
from pytest_reconaudit.target import Target, once

__all__ = ["made_per_call"]

_MANAGING = frozenset(
    {"ManageConnection", "Manager", "ConnectionManager", "Default", "From", "TryFrom",
     "FromRequest", "FromRequestParts", "Builder", "CustomizeConnection"}
)  # fmt: skip

_REMEMBERED = regex(r"#\[\s*(?:\w+::)*(?:\w*cached|memoize|once)\b")
"""Macros whose functions run once for each argument: `cached`, `memoize`."""


def made_per_call(target: Target, path: str, record: ClientFile) -> Iterator[ClientFault]:
    by_function: dict[tuple[int, str], list[ClientSite]] = {}
    for site in record.sites:
        if site.function and not site.kept and not site.guarded:
            by_function.setdefault((site.function, site.kind), []).append(site)
    for (line, kind), sites in sorted(by_function.items()):
        ref = function_at(target, path, line)
        if ref is None:
            continue
        # `redis::Client::open` connects to nothing yet: it matters where a connection follows.
        connecting = [one for one in sites if "open" not in one.words]
        if kind == "redis" and not connecting:
            continue
        judged = _how_often(target, ref, any(one.looped for one in sites))
        if judged == _SHARED and _hands_out(outlined(target, ref)):
            judged = _as_called(target, ref, _UP_TO_CALLERS)
        if judged is None or (kind == "database" and not judged[1]):
            continue
        if kind != "http" and (_is_pooled(target, ref) or _is_stored(target, ref)):
            continue
        if kind == "http" and _is_put_away(target, ref):
            continue
        route, certain = judged
        function = outlined(target, ref)
        first = connecting[0] if connecting else sites[0]
        severity = Severity.MEDIUM if kind == "http" else Severity.HIGH
        if is_probe(route):
            severity = Severity.MEDIUM
        rare = kind == "http" and is_rare(target, ref, route)
        if rare or (not certain and is_mapped(target, path)) or SAMPLES.search(path):
            # Listeners, jobs and senders call now and then; nobody waits for them. Sign-ins by
            # another service and pages of administrators are as rare.
            severity = Severity.INFO
        if kind == "http" and _TRIES.search(f"{function.name} {route}"):
            severity = Severity.INFO  # somebody tries an address: the connection shall be a new one
        begun = _made_at_start(target, ref, route) if kind == "http" else None
        if begun is not None:
            severity = min(severity, Severity.LOW)
        yield ClientFault(
            clause="a" if kind == "http" else "b",
            name=f"{function.owner}::{function.name}" if function.owner else function.name,
            at=Place(path, first.line, first.column),
            sites=tuple(
                Note(Place(path, one.line, one.column), one.words)
                for one in sorted(sites, key=lambda one: (one is not first, one.line))
            ),
            caller=step_to(target, ref),
            route=route,
            evidence=first.text,
            severity=weighed(severity, path),
            confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
            rare=rare,
            cached=bool(route) and is_behind_cache(target, ref, first.line),
            fix=_fix(kind, first.text, begun, _decided_by(source_of(target, ref))),
            beside=(begun,) if begun is not None else (),
            what="database" if kind == "database" else "Redis",
        )


_POOLED = """
Make one pool at start-up, keep it where the handlers get their state from, and take connections out
of it: a new one costs round trips, a sign-in and a process of the server, and with as many calls at
a time as the server has connections the next ones fail.
"""
_BUILT_ONCE = """
Build it once at start-up, with the settings that it has here, and keep it where the handlers get
their state from: clones are cheap, and share its connections.
"""


_HAND_ON = """
The program makes one already that it keeps ({place}): hand that one on to what the request runs, by
the state of the handlers or as an argument, where its settings are the same. Clones are cheap, and
share its connections.
"""


_ONE_EACH = """
What it is told depends on `{by}`: make one client for each value that has, keep them where the
handlers get their state from (a map, where there are many), and take the one that fits. One for all
would lose the setting, or apply it where it is not meant.
"""
_TRIES = regex(
    r"(?i)(?:^|_)(?:test|try|check|validate|verify|probe)_\w*(?:connect|destination|webhook|endpoint|url"
    r"|integration|config|credential|provider|notif|channel)|/(?:test|validate|verify)(?:[-_/]\w+)?$"
)
_SETS = (
    r"(?:danger_accept_invalid_certs|danger_accept_invalid_hostnames|proxy|default_headers|identity"
    r"|add_root_certificate|resolve|local_address|user_agent|redirect)"
)
_DECIDES = regex(
    rf"\.\s*{_SETS}\(\s*&?(?P<given>[a-z_]\w*(?:\.\w+)*)\b(?![!(:])"
    rf"|\bif\s+(?:let\s+\w+\(\w+\)\s*=\s*)?&?(?P<asked>[a-z_][\w.]{{0,60}})\s*\{{[^{{}}]{{0,400}}\.\s*{_SETS}\("
)


def _decided_by(source: str) -> str:
    """What decides how a function sets up its client, as written; empty where all is fixed."""
    for match in _DECIDES.finditer(source):
        by = match["given"] or match["asked"]
        if by not in ("true", "false"):
            return by
    return ""


def _fix(kind: str, text: str, begun: Note | None, decided_by: str) -> str:
    if kind == "database":
        return _POOLED
    if begun is not None:
        return _HAND_ON.format(place=begun.place)
    if kind == "http" and decided_by:
        return _ONE_EACH.format(by=decided_by)
    return _BUILT_ONCE * (kind == "http" and "builder" in text.lower())


_TAKES_ONE = regex(r"\.(?:pop(?:_front|_back)?|try_recv|steal|try_pop)\s*\(\s*\)")
_POOL = regex(r"(?i)pool")


def _is_pooled(target: Target, ref: Ref) -> bool:
    """Whether requests come to a connection by a pool of the repository's own making: one that is
    idle is taken out first, and a new one is opened where there is none."""
    found = reached(target).get(ref)
    callers = found.chain[-3:] if found is not None else (ref,)
    for one in (*callers, *(caller for caller, _ in callers_of(target, ref)[:_MOST_CALLERS])):
        function = outlined(target, one)
        if not _POOL.search(f"{function.owner} {function.name} {function.returns}"):
            continue
        if _TAKES_ONE.search(source_of(target, one)):
            return True
    return False


_STORES = regex(
    r"\*\s*(?:self\s*\.\s*)?\w+\s*(?:\.\s*(?:write|lock)\s*\(\s*\)\s*"
    r"(?:\.\s*(?:await|unwrap\(\)))?\s*)?=\s*Some\s*\("
)


def _is_stored(target: Target, ref: Ref) -> bool:
    """Whether all who ask for the connection put it behind a lock, where the next one finds it:
    another one is opened when it is lost."""
    callers = [caller for caller, _ in callers_of(target, ref)[:_MOST_CALLERS]]
    return bool(callers) and all(_STORES.search(source_of(target, one)) for one in callers)


_MOST_CALLERS = 20


def _is_put_away(target: Target, ref: Ref) -> bool:
    """Whether all who ask for an object with a client of its own put it where others find it:
    ``self.peers.write().await``, and ``peers.insert(name, peer)``."""
    callers = [
        (caller, call)
        for caller, call in callers_of(target, ref)[:_MOST_CALLERS]
        if not is_test_path(caller.path)
    ]
    return bool(callers) and all(_puts_away(target, *each) for each in callers)


def _puts_away(target: Target, caller: Ref, call: OutlinedCall) -> bool:
    function = outlined(target, caller)
    lines = target.lines(caller.path)
    bound = _BINDS.match(lines[call.line - 1])
    if bound is None or _KEEPER.search(source_of(target, caller)) is None:
        return False
    away = re.compile(rf"\.(?:add|insert|push|register)\([^;]{{0,120}}\b{bound[1]}\b")
    return any(map(away.search, lines[call.line : function.end_line]))


_BINDS = regex(r"\s*let\s+(?:mut\s+)?(\w+)\s*(?::[^=]{1,80})?=")
_KEEPER = regex(
    r"\bself\b[^;]{0,200}\.(?:write|lock)\(\)|\bself(?:\.\w+){1,3}\.(?:add|insert|push)\("
)


def _made_at_start(target: Target, ref: Ref, route: str) -> Note | None:
    """Where the program's start makes an object by the same constructor, for requests that come
    now and then: there is a client that could be handed on."""
    function = outlined(target, ref)
    if route.startswith(EACH_REQUEST) or not _CONSTRUCTS.match(function.name):
        return None
    hands_out = _CLIENT.search(function.returns) is not None
    own = "Self" in function.returns or (
        function.owner and function.owner in function.returns.split("<")[0]
    )
    if not own and not hands_out:
        return None
    level = [ref]
    for _ in range(_UP_TO_CALLERS):
        above = []
        for callee in level:
            for caller, call in callers_of(target, callee)[:_MOST_CALLERS]:
                one = outlined(target, caller)
                if is_main(one) or (
                    starts(one.name) and (hands_out or one.owner != function.owner)
                ):
                    if caller not in reached(target) and not is_test_path(caller.path):
                        place = Place(caller.path, call.line, None)
                        return Note(place, f"{one.name} makes one that is kept")
                elif one.owner == function.owner and "Self" in one.returns:
                    above.append(caller)
        level = above
    return None


_CLIENT = regex(r"(?:^|[\s:<])Client\b")
_CONSTRUCTS = regex(r"(?:new|from|try_new|with|build|create)(?:_\w+)?$")


def _how_often(target: Target, ref: Ref, looped: bool) -> tuple[str, bool] | None:
    """(route or nothing, whether it is certain) of a function that makes a client over and over;
    ``None`` when it may well do so once."""
    function = outlined(target, ref)
    if is_main(function) or function.trait in _MANAGING:
        return None
    if any(_REMEMBERED.match(one) for one in function.attributes):
        return None
    if "ClientBuilder" in function.returns:
        return None  # a builder costs nothing: its callers make the client
    extracts = _by_extractor(target, ref)
    reason = extracts or per_request(target, ref)
    if reason is not None:
        return reason, True
    crate = crate_of(target, ref.path)
    if only_at_start(target, ref) or (crate is not None and crate.path in commands(target)):
        return None
    if looped and function.is_async:
        return "", False
    is_shared = any(name == "self" and "&" in kind for name, kind in function.parameters)
    if not is_shared or starts(function.name) or crate is None or not serves(target, crate):
        return None
    if "Self" in function.returns:
        return None
    return _SHARED


_EXTRACTS = frozenset({"FromRequest", "FromRequestParts", "OptionalFromRequestParts"})
_UP_TO_EXTRACTOR = 4


def _by_extractor(target: Target, ref: Ref) -> str:
    """What is said of a function that runs while an extractor of the crate is made which handlers
    take; empty where none is."""
    seen = {ref}
    level = [ref]
    for _ in range(_UP_TO_EXTRACTOR):
        above = [caller for one in level for caller, _ in callers_of(target, one)]
        level = [one for one in dict.fromkeys(above) if one not in seen]
        seen.update(level)
        for caller in level:
            function = outlined(target, caller)
            if function.trait in _EXTRACTS and function.owner in _extracted(target):
                return f"{EACH_REQUEST} `{function.owner}`"
    return ""


@once
def _extracted(target: Target) -> frozenset[str]:
    """The words of the types that handlers of Rust take."""
    return frozenset(
        word
        for ref in handlers(target)
        if ref.path.endswith(".rs")
        for _, kind in outlined(target, ref).parameters
        for word in _TYPE_WORDS.findall(kind)
    )


_TYPE_WORDS = regex(r"[A-Z]\w*")
_SHARED = ("", False)
"""Of :func:`_how_often`: a method of a shared object, by whomever it is called."""
_CONNECTIONS = regex(r"(?:Connection|Conn|Client)\b")
_CONNECTS = regex(r"(?:\w+_)?(?:conn|connection|connect|client|reconnect)(?:_\w+)?$")
_UP_TO_CALLERS = 3
_LOOPS = regex(r"\s*(?:'\w+:\s*)?(?:loop\s*\{|while\b|for\b[^;]*\bin\b)")


def _hands_out(function: OutlinedFunction) -> bool:
    """Whether a function makes a connection for its callers: they know how often."""
    if function.returns in ("", "()") or "<()" in function.returns.replace(" ", ""):
        return False
    return bool(_CONNECTIONS.search(function.returns) or _CONNECTS.match(function.name))


def _as_called(target: Target, ref: Ref, steps: int) -> tuple[str, bool] | None:
    """As :func:`_how_often`, of a function that hands out connections, by its callers: those that
    bind one before a loop, or renew the one they use, do so seldom."""
    for caller, call in callers_of(target, ref):
        function = outlined(target, caller)
        looped = _is_renewed(target, caller, call.line)
        if looped is None or is_test_path(caller.path) or function.is_test:
            continue
        judged = _how_often(target, caller, looped)
        if judged == _SHARED and _hands_out(function):
            judged = _as_called(target, caller, steps - 1) if steps else None
        if judged is not None:
            return judged
    return None


def _is_renewed(target: Target, caller: Ref, line: int) -> bool | None:
    """Whether a line stands in a loop of its function; ``None`` when a loop follows, or what the
    line binds is given to a variable that was there before."""
    lines = target.lines(caller.path)
    function = outlined(target, caller)
    below = lines[line : function.end_line]
    if any(_LOOPS.match(one) for one in below):
        return None
    depth = indentation(lines[line - 1])
    for one in reversed(lines[function.line : line]):
        if not one.strip() or indentation(one) > depth:
            continue
        depth = indentation(one)
        if _LOOPS.match(one):
            start = "\n".join(lines[max(function.line, line - _STATEMENT) : line])
            bound = _BOUND.findall(start)
            if not bound:
                return True
            kept, name = bound[-1]
            if not kept:
                return None
            given = re.compile(rf"=\s*(?:{name}\b|Ok\({name}\b)")
            return None if any(given.search(later) for later in below) else True
    return False


_STATEMENT = 6
_BOUND = regex(r"(?m)^\s*(let\s+(?:mut\s+)?)?([\w.]+)\s*(?::[^=\n]{1,80})?=(?![=>])")
