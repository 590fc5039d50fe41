"""By which requests a loop really runs.

The shortest chain of calls to a function says that it may run, not that its loop does: a caller may
leave out what the loop stands under, or hand over a list that is written out in the call. Such a
way is none, nor is one on which nobody waits for the work.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import (
    Reached,
    Ref,
    callees,
    function_at,
    handlers,
    inline_route,
    meant_outside,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.network.routes import Route
from pytest_reconaudit.facts.query.answers import answered
from pytest_reconaudit.facts.query.short_lists import (
    calls_of,
    is_written_few,
    list_in,
    position_of,
)
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments, arguments_and_end
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["Way", "way_to"]

_MOST_UP = 200
"""Lines above a call in which the conditions are looked for that it stands under."""
_MOST_HEAD = 40
_MOST_CALL = 40
_LONG = 2_000
_MOST_STEPS = 2_000
"""Calls that are looked at for another way."""
_MOST_CALLS = 7
_IF = regex(r"(?:el)?if[ (](.*)$")
_PART = regex(r"\(?\s*([A-Za-z_]\w*)(?:\s+is\s+not\s+None)?\s*\)?")
_UNLESS = regex(r"if\s+(?:not\s+([A-Za-z_]\w*)|([A-Za-z_]\w*)\s+is\s+None)\s*:\s*(return\b.*)?$")
_NOTHING = regex(r"None|False|0|\"\"|''|\[\]|\(\)|\{\}")
_LISTENS = regex(r"@\s*[\w.]+\.(?:view|command|action|event|shortcut|message|options)\s*\(")
"""A listener of Slack's Bolt: it tells Slack at once that it has got the message."""


class Way(Struct, frozen=True):
    """How a request gets to a loop."""

    why: Reached | None
    route: Route | None
    idle: bool = False
    """Requests are known to run its function, but none runs the loop while somebody waits."""


class _Need(Struct, frozen=True):
    """What a function has to be given that the loop behind it runs, and often."""

    name: str
    many: bool
    """A list that is not written out in the call; else something that is true."""


_Needs = frozenset[_Need]


def way_to(target: Target, path: str, line: int, loop_line: int, over: str) -> Way:
    """The request by which a statement in a loop runs; :func:`answered` says it wherever nothing
    speaks against that.

    :param line: of the statement.
    :param over: what the loop goes over, as written.
    """
    why, route = answered(target, path, line)
    ref = function_at(target, path, line)
    if ref is None:
        return Way(why, route)
    if why is None:
        return Way(why, route, idle=ref in _tasks(target))
    needs = _asked_at(target, ref, loop_line)
    listed = list_in(over)
    function = outlined(target, ref)
    if position_of(function, listed) is not None and not _is_made(target, ref, listed, loop_line):
        needs |= {_Need(listed, many=True)}
    if _holds(target, why, needs):
        return Way(why, route)
    other = _other_way(target, ref, needs)
    if other is None:
        return Way(None, None, idle=True)
    return Way(other, other.route) if other is not why else Way(why, route)


def _holds(target: Target, why: Reached, needs: _Needs) -> bool:
    """Whether nothing on the chain speaks against it that a loop runs which has such needs."""
    for caller, ref in reversed(list(zip(why.chain, why.chain[1:], strict=False))):
        found = None
        for call, refs in callees(target, caller):
            if ref in (refs or ()):
                found = _carried(target, ref, needs, caller.path, caller, call)
                if found is not None:
                    break
        if found is None:
            return False
        needs = found
    if why.handler in handlers(target):
        return not _is_listener(target, why.handler)
    return not needs or _outside_way(target, why.handler, needs, ()) is not None


def _other_way(target: Target, ref: Ref, needs: _Needs) -> Reached | None:
    """A chain from a request to a function on which nothing speaks against it."""
    known = reached(target)
    routes = handlers(target)
    queue: deque[tuple[Ref, _Needs, tuple[Ref, ...]]] = deque([(ref, needs, (ref,))])
    seen = {(ref, needs)}
    spare = None
    steps = 0
    while queue:
        at, wanted, chain = queue.popleft()
        if at in routes and not _is_listener(target, at):
            found: Reached | None = Reached(at, next(iter(routes[at]), None), chain)
        else:
            found = _outside_way(target, at, wanted, chain)
        if found is not None and found.route is not None:
            return found
        spare = spare or found
        if len(chain) > _MOST_CALLS:
            continue
        for path, caller, call in calls_of(target, at):
            steps += 1
            if steps > _MOST_STEPS:
                return spare or known.get(ref)  # nothing is known to speak against all of them
            if caller is None or caller not in known:
                continue
            more = _carried(target, at, wanted, path, caller, call)
            if more is not None and (caller, more) not in seen:
                seen.add((caller, more))
                queue.append((caller, more, (caller, *chain)))
    return spare


def _outside_way(target: Target, ref: Ref, needs: _Needs, chain: tuple[Ref, ...]) -> Reached | None:
    """The way by a handler without a name that calls a function."""
    if reached(target)[ref].handler != ref or ref in handlers(target):
        return None
    for path, caller, call in calls_of(target, ref):
        if caller is not None and inline_route(target, path, call.line) is None:
            continue
        if not served_outside(target, path, call.line):
            continue
        if _carried(target, ref, needs, path, None, call) is not None:
            return Reached(ref, inline_route(target, path, call.line), chain or (ref,))
    return None


def _carried(
    target: Target, ref: Ref, needs: _Needs, path: str, caller: Ref | None, call: OutlinedCall
) -> _Needs | None:
    """What the caller of a function has to be given for what the function needs; ``None`` where its
    call says that the function does not get it.

    :param caller: ``None`` for a handler without a name.
    """
    found = _asked_at(target, caller, call.line) if caller is not None else frozenset()
    if not needs:
        return found
    given = _arguments(target, path, call)
    if given is None:
        return found
    function = outlined(target, ref)
    for need in needs:
        value = _given(given, function, need.name)
        if value is None:
            if not need.many and _is_optional(target, ref, need.name):
                return None
            continue
        if need.many:
            if is_written_few(target, path, caller, call, value):
                return None
            value = list_in(value)
        elif _NOTHING.fullmatch(value):
            return None
        if caller is None or position_of(outlined(target, caller), value) is None:
            continue
        if (need.many or _is_optional(target, caller, value)) and not _is_made(
            target, caller, value, call.line
        ):
            found |= {_Need(value, need.many)}
    return found


def _arguments(target: Target, path: str, call: OutlinedCall) -> list[str] | None:
    """What a call is given; ``None`` where that is not plain."""
    text = "\n".join(target.lines(path)[call.line - 1 : call.line + _MOST_CALL])[:_LONG]
    calls = list(re.finditer(rf"\b{re.escape(call.name)}\s*\(", text.partition("\n")[0]))
    if len(calls) != 1:
        return None
    try:
        given, _ = arguments_and_end(text, calls[0].end())
    except Unclosed:
        return None
    spread = any(one.startswith(("*", "...")) and path.endswith(".py") for one in given)
    return None if spread or any(one.startswith("...") for one in given) else given


def _given(given: list[str], function: OutlinedFunction, name: str) -> str | None:
    """The argument for a parameter; ``None`` where it is left out."""
    for one in given:
        named = _NAMED.match(one)
        if named is not None and named[1] == name:
            return named[2].strip()
    plain = [one for one in given if _NAMED.match(one) is None]
    at = position_of(function, name)
    return plain[at] if at is not None and at < len(plain) else None


_NAMED = regex(r"([A-Za-z_]\w*)\s*=(?![=>])\s*(.+)$", re.DOTALL)


def _asked_at(target: Target, ref: Ref, line: int) -> _Needs:
    """The parameters of a function of Python, nothing by default, under which a line stands."""
    if not ref.path.endswith(".py"):
        return frozenset()
    function = outlined(target, ref)
    lines = target.lines(ref.path)
    asked = _conditions(lines, max(function.line, line - _MOST_UP), line)
    return frozenset(
        _Need(name, many=False)
        for name in dict.fromkeys(asked)
        if position_of(function, name) is not None
        and _is_optional(target, ref, name)
        and not _is_made(target, ref, name, line)
    )


def _conditions(lines: list[str], first: int, line: int) -> Iterator[str]:
    """The names that are true where a line runs: of the branches around it, and of those before it
    that leave the function."""
    if line > len(lines):
        return
    inner = indentation(lines[line - 1])
    for number in range(line - 1, first, -1):
        text = lines[number - 1]
        stripped = text.strip()
        if not stripped or stripped[0] in "#)]}":
            continue
        indent = indentation(text)
        if indent > inner:
            continue
        unless = _UNLESS.match(stripped)
        if unless is not None and indent == inner:
            after = lines[number].strip() if number < len(lines) else ""
            if unless[3] or after.startswith("return"):
                yield unless[1] or unless[2]
        if indent == inner:
            continue
        inner = indent
        branch = _IF.match(stripped)
        if branch is not None and stripped.endswith(":"):
            for part in branch[1].rstrip(" :").split(" and "):
                if (name := _PART.fullmatch(part.strip())) is not None:
                    yield name[1]


def _is_optional(target: Target, ref: Ref, name: str) -> bool:
    """Whether a parameter of Python is nothing where a call leaves it out."""
    if not ref.path.endswith(".py"):
        return False
    line = outlined(target, ref).line
    text = "\n".join(target.lines(ref.path)[line - 1 : line + _MOST_HEAD])[:_LONG]
    start = text.find("(")
    if start < 0:
        return False
    try:
        for one in arguments(text, start + 1):
            if re.match(rf"{re.escape(name)}\b", one):
                return _NOTHING.fullmatch(one.rpartition("=")[2].strip()) is not None
    except Unclosed:
        return False
    return False


def _is_made(target: Target, ref: Ref, name: str, line: int) -> bool:
    """Whether a function gives a parameter another value before a line."""
    function = outlined(target, ref)
    body = target.lines(ref.path)[function.line - 1 : line - 1]
    head = next((at for at, text in enumerate(body) if text.rstrip().endswith((":", "{"))), 0)
    made = re.compile(rf"(?<![\w.]){re.escape(name)}\s*(?::[^=\n]{{1,80}})?[-+|]?=(?![=>])")
    return any(made.search(text[:_LONGEST_LINE]) for text in body[head + 1 :])


_LONGEST_LINE = 200


def _is_listener(target: Target, ref: Ref) -> bool:
    """Whether a handler has answered before it works: one of Slack's Bolt."""
    return any(map(_LISTENS.match, outlined(target, ref).attributes)) and "slack_bolt" in (
        target.text(ref.path)
    )


@once
def _tasks(target: Target) -> frozenset[Ref]:
    """The functions that FastAPI or Starlette runs when a request is answered:
    ``background_tasks.add_task(f, …)``, ``BackgroundTask(f, …)``."""
    return frozenset(
        ref
        for path, file in scanned(target, outline).items()
        if path.endswith(".py")
        for call in file.every_call()
        if call.name in ("add_task", "BackgroundTask")
        for ref in _handed(target, path, call)
    )


def _handed(target: Target, path: str, call: OutlinedCall) -> Iterable[Ref]:
    given = _arguments(target, path, call)
    words = tuple(given[0].split(".")) if given else ()
    if not words or not all(map(str.isidentifier, words)):
        return ()
    return meant_outside(target, path, OutlinedCall(words[-1], words, "", call.line, False, 0))
