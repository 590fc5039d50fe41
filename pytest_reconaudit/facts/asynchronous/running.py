"""Who runs a function: a request, an async task, or the program's start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from pytest_reconaudit.facts.asynchronous.must_override import ends_before
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    callers_of,
    handlers,
    is_of_one_way,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.execution import ASYNC, ELSEWHERE, LEAVING, SYNC, UNKNOWN
from pytest_reconaudit.readers.scans.blocking import Span, contexts
from pytest_reconaudit.readers.scans.blocking_python import generators
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = [
    "async_callers",
    "before_serving",
    "context_at",
    "driven_alone",
    "every_way_ends",
    "in_block",
    "inherit",
    "is_awaited",
    "is_command",
    "is_detached",
    "is_generator",
    "is_main",
    "is_probe",
    "is_service",
    "is_spawned",
    "named_route",
    "on_own_thread",
    "only_at_start",
    "per_request",
    "route_of",
    "span_of",
    "starts",
    "step_to",
]

_MAX_STEPS = 3
_MAX_LAYERS = 5
"""Where no nearer caller is known: handler, use case, repository, entity and helper."""
_MAX_STEPS_UP = 12
"""Settings and secrets are read far below `main`; a proof of that is one however long it is."""
_START_UP = regex(
    r"^(?:main|new|init\w*|load\w*|setup\w*|build\w*|from_\w+|connect\w*|bootstrap\w*|start\w*|run\w*|serve\w*"
    r"|launch\w*|migrate\w*|configure\w*|create_app|make_\w+|with_\w+|open|default|try_new|install\w*)$"
)

_COMMAND = regex(
    r"(?:^|[/_-])(?:cli|cmds?|commands?|subcommands?|tools?|tests?|examples?)(?:[/_-]|\.rs$|\.py$)"
)
_ELSEWHERE = regex(
    r"\b(?:spawn_blocking|block_in_place|unblock|thread::spawn|rayon::spawn)\w*!?\s*[({]"
)
_PROBE = regex(r"/(?:health\w*|ready|readyz|readiness|live|livez|liveness|ping|status|_?up)/?$")


def step_to(target: Target, ref: Ref) -> Note | None:
    """The call by which the shortest chain from a request's handler comes to a function, or to
    what makes its type where constructors call each other; ``None`` for a handler."""
    found = reached(target).get(ref)
    if found is None or len(found.chain) < 2:
        return None
    at = len(found.chain) - 2
    own = outlined(target, ref).owner
    while at > 0 and own:
        one = outlined(target, found.chain[at])
        if one.owner != own or "Self" not in one.returns:
            break
        at -= 1
    caller, ref = found.chain[at], found.chain[at + 1]
    for call, refs in callees(target, caller):
        if refs and ref in refs:
            one = outlined(target, caller)
            name = f"{one.owner}::{one.name}" if one.owner else one.name
            return Note(Place(caller.path, call.line, None), f"called by {name}")
    return None


def is_command(path: str) -> bool:
    """Whether a file's code is run by hand, as its path says: a command of a tool."""
    return _COMMAND.search(path) is not None


def is_probe(route: str) -> bool:
    """Whether a route is asked by probes only: a health or readiness check."""
    return _PROBE.search(route) is not None


def starts(name: str) -> bool:
    """Whether a function's name says that a program runs it before it serves."""
    return _START_UP.match(name) is not None


def is_main(function: OutlinedFunction) -> bool:
    """Whether a function is a program's entry."""
    return (function.name == "main" and not function.owner) or any(
        "main]" in one or "main(" in one or "launch]" in one for one in function.attributes
    )


def per_request(target: Target, ref: Ref) -> str | None:
    """The route whose requests run a function, ``GET /users``; empty when only the handler is
    known; ``None`` when no request is known to run it each time.

    A step that stands in a closure which runs once or elsewhere breaks the chain. What takes the
    data of handlers and has no route is none where a worker or the program's entry calls it.
    """
    found = reached(target).get(ref)
    if found is None:
        return None
    if found.route is None and (
        is_off_path(found.handler.path) or only_at_start(target, found.handler)
    ):
        return None
    for caller, callee in zip(found.chain, found.chain[1:], strict=False):
        lines = [call.line for call, refs in callees(target, caller) if refs and callee in refs]
        if not any(context_at(target, caller, line) not in (ELSEWHERE,) for line in lines):
            return None
    return route_of(target, ref)


# -- who runs it -----------------------------------------------------------------------------------


def route_of(target: Target, ref: Ref) -> str:
    found = reached(target).get(ref)
    if found is None or found.route is None:
        return ""
    return found.route.request


def named_route(target: Target, ref: Ref) -> str:
    """The route whose requests run a function, where it is the one way to it: to tell it by."""
    found = reached(target).get(ref)
    return route_of(target, ref) if found is not None and is_of_one_way(target, found) else ""


def async_callers(
    target: Target, ref: Ref, *, by_name: bool = False
) -> tuple[tuple[Note, ...], int]:
    """The calls by which async code runs a function that is not async, through others that are not,
    and through how many the nearest one does.

    :param by_name: of a Rust method of passwords that alone bears its name every call of that name
        counts, whatever its receiver is.
    """
    found: dict[Place, Note] = {}
    least = 0
    seen = {ref}
    level = [ref]
    ways: dict[Ref, tuple[Ref, ...]] = {ref: (ref,)}
    """Function → what is called on its way to the one that is asked for."""
    for step in range(1, _MAX_LAYERS + 1):
        if step > _MAX_STEPS and found:
            break
        above = []
        for callee in level:
            known: Iterable[tuple[Ref, OutlinedCall]] = callers_of(target, callee)
            if by_name:
                known = (*known, *_calls_by_name(target, callee))
            for caller, call in known:
                if is_generator(target, callee) and not _iterates(target, caller, call):
                    continue
                kind = context_at(target, caller, call.line)
                if kind == ASYNC:
                    one = outlined(target, caller)
                    if is_main(one) or (
                        one.is_async
                        and not in_block(target, caller.path, call.line)
                        and on_own_thread(target, caller)
                    ):
                        continue
                    if caller not in reached(target) and (
                        starts(one.name) or before_serving(target, caller)
                    ):
                        continue
                    if ends_before(target, caller, call.line, ways[callee]):
                        continue
                    least = least or step
                    place = Place(caller.path, call.line, None)
                    name = f"{one.owner}::{one.name}" if one.owner else one.name
                    found.setdefault(place, Note(place, f"called by async {name}"))
                elif kind == SYNC and caller not in seen:
                    seen.add(caller)
                    ways[caller] = (caller, *ways[callee])
                    above.append(caller)
        level = above
    return tuple(found[place] for place in sorted(found, key=_order)), least


def _calls_by_name(target: Target, ref: Ref) -> Iterator[tuple[Ref, OutlinedCall]]:
    """The method calls in Rust code that can mean no other function of the repository, if a
    method alone bears its name; those with as many arguments as it takes."""
    one = outlined(target, ref)
    calls = _about_passwords(target).get(one.name)
    if not calls or not ref.path.endswith(".rs") or not one.owner:
        return
    if len(_by_name(target)[one.name]) == 1:
        taken = sum(1 for name, _ in one.parameters if name != "self")
        yield from (found for found in calls if found[1].arguments == taken)


@once
def _about_passwords(target: Target) -> Mapping[str, list[tuple[Ref, OutlinedCall]]]:
    """Name of a method of passwords → its calls in Rust code, with the functions they stand in."""
    found: dict[str, list[tuple[Ref, OutlinedCall]]] = {}
    for path, file in scanned(target, outline).items():
        if not path.endswith(".rs") or is_test_path(path):
            continue
        for index, function in enumerate(file.functions):
            for call in function.calls:
                if "password" in call.name and not call.path and not function.is_test:
                    found.setdefault(call.name, []).append((Ref(path, index), call))
    return found


def _order(place: Place) -> tuple[str, int]:
    return place.path, place.line or 0


def only_at_start(target: Target, ref: Ref) -> bool:
    """Whether every known caller of a function is the program's entry, or is itself called by
    nothing else; without any known caller nothing is said."""

    def ends(caller: Ref, call: OutlinedCall) -> bool | None:
        return True if is_main(outlined(target, caller)) else None

    return every_way_ends(target, ref, ends)


def before_serving(target: Target, ref: Ref) -> bool:
    """As :func:`only_at_start`, of what no task runs that is started on the way: it goes on while
    the program serves."""

    def ends(caller: Ref, call: OutlinedCall) -> bool | None:
        if _spawns(target, caller, call.line):
            return False
        return True if is_main(outlined(target, caller)) else None

    return every_way_ends(target, ref, ends)


_RUNS = regex(r"\b(?:asyncio|anyio|trio|uvloop)\.run\(|\brun_until_complete\(|\basync_to_sync\(")
_SERVING = frozenset(
    {"serve", "serve_forever", "start_server", "run_app", "run_forever", "start_polling"}
)


def driven_alone(target: Target, ref: Ref) -> bool:
    """Whether an async function of Python only ever runs on an event loop that a function starts
    for it (``asyncio.run``), beside which no server runs."""

    def ends(caller: Ref, call: OutlinedCall) -> bool | None:
        one = outlined(target, caller)
        if caller in handlers(target) or any(inner.name in _SERVING for inner in one.calls):
            return False
        if one.is_async:
            return None
        lines = target.lines(caller.path)
        return _RUNS.search("\n".join(lines[max(0, call.line - 3) : call.line])) is not None

    return ref.path.endswith(".py") and every_way_ends(target, ref, ends)


def is_generator(target: Target, ref: Ref) -> bool:
    """Whether a function is a generator of Python that is not async: calling it runs nothing."""
    if not ref.path.endswith(".py"):
        return False
    record = scanned(target, generators).get(ref.path)
    return record is not None and outlined(target, ref).line in record.lines


def _iterates(target: Target, caller: Ref, call: OutlinedCall) -> bool:
    """Whether a function itself takes the elements of the generator that it calls; one that it
    hands on runs where it is handed to (``StreamingResponse``: on a thread)."""
    one = outlined(target, caller)
    lines = target.lines(caller.path)
    made = rf"(?:[\w.]+\.)?{re.escape(call.name)}\s*\("
    written = "\n".join(lines[max(one.line, call.line - 2) - 1 : call.line])
    if re.search(_TAKING.format(made), written):
        return True
    held = re.search(rf"(\w+)\s*=\s*{made}", written)
    if held is None:
        return False
    below = "\n".join(lines[call.line : one.end_line])
    return re.search(_TAKING.format(rf"{held[1]}\b(?!\s*[(.])"), below) is not None


_TAKING = (
    r"(?:\bin\s+(?:\w+\(\s*)?|\byield\s+from\s+|\b(?:list|tuple|set|dict|sum|any|all|next|max|min"
    r"|sorted|join|deque|frozenset)\(\s*){}"
)
"""What takes the elements of an iterable that follows."""


def every_way_ends(
    target: Target, ref: Ref, ends: Callable[[Ref, OutlinedCall], bool | None]
) -> bool:
    """Whether every known chain of callers of a function comes to its end.

    :param ends: of a caller and its call: it is the end, it must not be, or (``None``) its own
        callers tell. A function without any known caller is no end.
    """
    seen = {ref}
    level = [ref]
    for _ in range(_MAX_STEPS_UP):
        above = []
        for callee in level:
            callers = callers_of(target, callee)
            if not callers:
                return False
            for caller, call in callers:
                if caller in seen:
                    continue
                end = ends(caller, call)
                if end is None:
                    seen.add(caller)
                    above.append(caller)
                elif not end:
                    return False
        if not above:
            return True
        level = above
    return False


def on_own_thread(target: Target, ref: Ref) -> bool:
    """Whether an async function is only ever driven by a thread that may wait: every known caller
    does so by ``block_on`` in a closure given to ``spawn_blocking`` or a thread, or is itself an
    async function that is."""
    known = _driven(target)
    if ref not in known:
        known[ref] = _is_driven(target, ref)
    return known[ref]


@once
def _driven(target: Target) -> dict[Ref, bool]:
    """Function → see :func:`on_own_thread`; filled as functions are asked for."""
    return {}


def _is_driven(target: Target, ref: Ref) -> bool:
    def ends(caller: Ref, call: OutlinedCall) -> bool | None:
        if _drives(target, caller, call.line):
            return True
        waits = not outlined(target, caller).is_async or in_block(target, caller.path, call.line)
        return False if waits or caller in handlers(target) else None

    return ref not in handlers(target) and every_way_ends(target, ref, ends)


def _drives(target: Target, caller: Ref, line: int) -> bool:
    """Whether a line is in a closure that runs elsewhere, and waits there for a future."""
    span = span_of(target, caller.path, line)
    if span is None or span.kind != ELSEWHERE:
        return False
    return any(
        call.name.startswith("block_on") and span.first <= call.line <= line
        for call in outlined(target, caller).calls
    )


def in_block(target: Target, path: str, line: int) -> bool:
    """Whether a line stands in an async block of its function, as of a task that it starts."""
    span = span_of(target, path, line)
    return span is not None and span.kind == ASYNC


def is_spawned(target: Target, ref: Ref, lines: Iterable[int]) -> bool:
    """Whether lines of a function surely run in a task that is started for them, or for a function
    that calls it."""
    if any(_spawns(target, ref, line) for line in lines):
        return True
    seen = {ref}
    level = [ref]
    for _ in range(_MAX_STEPS):
        above = []
        for callee in level:
            for caller, call in callers_of(target, callee):
                if _spawns(target, caller, call.line):
                    return True
                if caller not in seen:
                    seen.add(caller)
                    above.append(caller)
        level = above
    return False


def _spawns(target: Target, ref: Ref, line: int) -> bool:
    """Whether a line is in an async block, or itself a future, that a task is started with."""
    span = span_of(target, ref.path, line)
    if span is not None and span.kind != ASYNC:
        return False
    first = span.first if span is not None else line
    return any(
        "spawn" in call.name and "blocking" not in call.name and first - 1 <= call.line <= first
        for call in outlined(target, ref).calls
    )


_DETACHED = regex(r"\s*(?:\w+::)*spawn(?:_local)?\s*\(")


def is_detached(target: Target, ref: Ref, line: int) -> bool:
    """Whether a line of Rust code runs in a task that is started there and that nobody waits for:
    what ``spawn`` returns is dropped."""
    if not _spawns(target, ref, line):
        return False
    span = span_of(target, ref.path, line)
    first = span.first if span is not None else line
    return any(_DETACHED.match(target.line(ref.path, at)) for at in {first, max(1, first - 1)})


def is_awaited(target: Target, ref: Ref) -> bool:
    """Whether a request that runs a function waits for it, as far as is known: no step from its
    handler starts a task that nobody waits for."""
    found = reached(target).get(ref)
    if found is None:
        return False
    for caller, callee in zip(found.chain, found.chain[1:], strict=False):
        lines = [call.line for call, refs in callees(target, caller) if refs and callee in refs]
        if lines and all(is_detached(target, caller, line) for line in lines):
            return False
    return True


# -- on what it runs -------------------------------------------------------------------------------


def context_at(target: Target, caller: Ref, line: int) -> str:
    """What runs a line of a function: the innermost block or closure around it decides."""
    span = span_of(target, caller.path, line)
    function = outlined(target, caller)
    if span is not None and span.first >= function.line:
        if span.kind not in (ASYNC, SYNC):
            return span.kind
        return span.kind if inherit(target, caller.path, span.handed) else UNKNOWN
    return ASYNC if function.is_async or is_service(function) else SYNC


def is_service(function: OutlinedFunction) -> bool:
    """Whether a function of Rust is the ``call`` of a service (tower, actix): it only returns a
    future, and what it does before keeps the worker waiting."""
    return (
        function.name == "call"
        and not function.is_async
        and function.trait.rpartition("::")[2].partition("<")[0] == "Service"
        and "Future" in function.returns
    )


def _innermost(spans: tuple[Span, ...], line: int) -> Span | None:
    around = [one for one in spans if one.first <= line <= one.last]
    return min(around, key=lambda one: (one.last - one.first, one.kind == ASYNC), default=None)


def span_of(target: Target, path: str, line: int) -> Span | None:
    """The innermost async block or closure around a line that changes what runs it."""
    record = scanned(target, contexts).get(path)
    return _innermost(record.spans, line) if record is not None else None


def inherit(target: Target, path: str, handed: tuple[str, ...]) -> bool:
    """Whether the functions that closures are given to call them there and then."""
    return all(_calls_at_once(target, path, name) for name in handed)


def _calls_at_once(target: Target, path: str, name: str) -> bool:
    known = _by_name(target).get(name)
    return known is not None and not any(known) and not _names_leaving(target, name)


def _names_leaving(target: Target, name: str) -> bool:
    """Whether a function so called hands on to a thread by a macro, ``spawn_blocking!(…)``."""
    known = _leaving(target)
    if name not in known:
        known[name] = any(
            _ELSEWHERE.search(target.text(path), first, last) is not None
            for path, first, last in _bodies(target, name)
        )
    return known[name]


def _bodies(target: Target, name: str) -> Iterator[tuple[str, int, int]]:
    """(path, from, to) in the text of each Rust function of a name."""
    for path, file in scanned(target, outline).items():
        if not path.endswith(".rs"):
            continue
        for one in file.functions:
            if one.name == name:
                lines = target.text(path).splitlines(keepends=True)
                first = sum(map(len, lines[: one.line - 1]))
                yield path, first, first + sum(map(len, lines[one.line - 1 : one.end_line]))


@once
def _leaving(target: Target) -> dict[str, bool]:
    """Name of a Rust function → see :func:`_names_leaving`; filled as names are asked for."""
    return {}


@once
def _by_name(target: Target) -> Mapping[str, tuple[bool, ...]]:
    """Name of a Rust function → of each function so called, whether it runs something elsewhere."""
    found: dict[str, list[bool]] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith(".rs"):
            for one in file.functions:
                leaving = any(call.name in LEAVING for call in one.calls)
                found.setdefault(one.name, []).append(leaving)
    return {name: tuple(flags) for name, flags in found.items()}
