"""Patterns of the ``regex`` crate: which it refuses, which are compiled again for every request."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.running import only_at_start
from pytest_reconaudit.facts.cargo_locks import SERVERS
from pytest_reconaudit.facts.code.functions import (
    Reached,
    Ref,
    callers_of,
    function_at,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.code.tried import only_tried
from pytest_reconaudit.facts.packages import cargo_at, cargo_root
from pytest_reconaudit.facts.rust.once_samples import once_sample
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction
from pytest_reconaudit.readers.scans.regexes import CompiledRegex, regexes, serves
from pytest_reconaudit.target import Target, once

__all__ = ["RecompiledRegexes", "RegexFile", "regex_files"]


_CALLERS = 20
_LOOP = regex(r"\s*(?:'\w+\s*:\s*)?for\s++(?![^{]*\bin\s*&?\[).{1,200}?\bin\s")
"""A loop over many, and not over what is written out there; `while` and `loop` may wait for a
clock between two rounds."""
_WAITS = regex(
    r"\bsleep(?:_until)?\s*\(|\.tick\s*\(|\.(?:recv|recv_\w{1,20}|next_message|changed|notified)\s*\("
    r"|\.upcoming(?:_owned)?\s*\(|\bpark_timeout\s*\(|\.wait_(?:timeout|while)\s*\("
)
"""What waits for a time or a message in each round."""
_STRINGS = regex(r"//.*|b?\"(?:\\.|[^\"\\])*+\"?|'(?:\\.|[^'\\])'")
_MARKS = regex(r"[{};]")


class RecompiledRegexes(Struct, frozen=True, eq=False):
    """The patterns that one function compiles over and over."""

    function: str
    shown: str
    """The function with its type: ``Rates::parse``."""
    found: tuple[CompiledRegex, ...]
    places: tuple[Place, ...]
    """Of each pattern."""
    why: str
    """``in a loop``, ``per request of GET /api/x``, ``per request (it takes `ServiceRequest`)``,
    ``at each call``."""
    idle: bool
    """Nothing but tests, benchmarks and examples runs it."""
    by_hand: bool
    """Hardly anybody waits for it: a program or script that one runs, a start, or a request that
    writes or signs in, once and outside of a loop."""
    sample: str
    """How the package would compile them once."""
    for_all: bool
    """A middleware does, whatever is asked for."""


class RegexFile(Struct, frozen=True, eq=False):
    """A file with literal patterns of the crate (tests left out)."""

    path: str
    refused: tuple[tuple[CompiledRegex, Place], ...]
    recompiled: tuple[RecompiledRegexes, ...]
    count: int


@once
def regex_files(target: Target) -> tuple[RegexFile, ...]:
    """Every file with patterns whose package depends on the crate, by path."""
    found = []
    for path, record in sorted(scanned(target, regexes).items()):
        if is_test_path(path) or not _has_crate(target, path):
            continue
        live = [one for one in record.found if not one.is_test]
        if not live:
            continue
        refused = tuple((one, Place(path, one.line, one.column)) for one in live if one.refused)
        found.append(RegexFile(path, refused, tuple(_recompiled(target, path, live)), len(live)))
    return tuple(found)


def _has_crate(target: Target, path: str) -> bool:
    """Whether ``regex`` means the crate of that name in a file's package."""
    package = cargo_at(target, path.rpartition("/")[0])
    if package is None or package.manifest.problems:
        return False
    for one in package.manifest.dependencies:
        if one.name == "regex":
            if not one.inherited:
                return one.package == "regex" and not one.path
            shared = [
                other
                for root in cargo_root(target, package)
                if root.manifest.is_workspace
                for other in root.manifest.dependencies
                if other.name == "regex" and not other.inherited
            ]
            return all(other.package == "regex" and not other.path for other in shared)
    return False


def _recompiled(
    target: Target, path: str, live: list[CompiledRegex]
) -> Iterator[RecompiledRegexes]:
    functions: dict[tuple[str, str, str, bool], list[CompiledRegex]] = {}
    for one in live:
        if one.once or not one.function:
            continue
        why, idle = _why(target, path, one)
        if why:
            functions.setdefault((one.owner, one.function, why, idle), []).append(one)
    for (owner, name, why, idle), found in functions.items():
        places = tuple(Place(path, one.line, one.column) for one in found)
        sample = once_sample(target, path, found)
        branches = {one.branch for one in found}
        if why.startswith("per request") and 0 not in branches:
            why += f" that takes the branch of line {min(branches)}"
        shown = f"{owner}::{name}" if owner else name
        rare = (
            why == _AT_EACH_CALL
            or all(_is_rare(target, path, one) for one in found)
            or (why.startswith("in the loop") and _waits(target, path, found[0].looped))
        )
        by_hand = rare or not (why.startswith("per request") or _is_served(target, path))
        for_all = 0 in branches and any(mark in why for mark in _OF_MIDDLEWARE)
        yield RecompiledRegexes(
            name, shown, tuple(found), places, why, idle, by_hand, sample, for_all
        )


def _is_rare(target: Target, path: str, one: CompiledRegex) -> bool:
    """Whether only requests that change something or sign somebody in compile a pattern, once each:
    what they do besides takes longer."""
    ref = function_at(target, path, one.line)
    known = None if ref is None else reached(target).get(ref)
    if known is None or one.serves or one.looped:
        return False
    if known.route is not None:
        return known.route.method not in ("GET", "HEAD", "*", "ANY", "")
    return _WRITES.search(outlined(target, known.handler).name) is not None


_WRITES = regex(
    r"(?:^|_)(?:create|add|new|register|login|log_in|sign|setup|init|update|edit|set|put|post|patch"
    r"|save|delete|remove|import|upload|reset|change|migrate)(?:_|$)"
)


def _is_served(target: Target, path: str) -> bool:
    """Whether code may run for a server: its workspace has one, and it lies in no program or
    script beside it."""
    package = cargo_at(target, path.rpartition("/")[0])
    return (
        package is not None
        and not is_off_path(path)
        and any(
            one.package in SERVERS
            for other in cargo_root(target, package)
            for one in other.manifest.dependencies
            if one.section == "dependencies"
        )
    )


def _why(target: Target, path: str, one: CompiledRegex) -> tuple[str, bool]:
    """Why a pattern is compiled over and over, and whether only tests make it so."""
    ref = function_at(target, path, one.line)
    in_loop = f"in the loop of line {one.looped}" if one.looped else ""
    if one.makes and not one.serves:
        return in_loop, bool(in_loop) and ref is not None and only_tried(target, ref)
    if one.serves:
        how = f"it is `{one.serves}`" if "::" in one.serves else f"it takes `{one.serves}`"
        return f"per request ({how})", False
    if ref is not None and (known := reached(target).get(ref)) is not None:
        return _route(target, known), False
    if ref is not None and (server := _serving_caller(target, ref)):
        return f"per request ({server})", False
    if one.looped:
        return in_loop, ref is not None and only_tried(target, ref)
    if ref is None:
        return "", False
    why, idle = _looping_caller(target, ref)
    return (why, idle) if why else (_AT_EACH_CALL * _is_called(target, ref), False)


_AT_EACH_CALL = "at each call"


def _is_called(target: Target, ref: Ref) -> bool:
    """Whether a function of a server's workspace is called by more than tests, ``main`` and what
    runs at the start: nobody knows how often."""
    if not _is_served(target, ref.path):
        return False
    callers = [caller for caller, _ in callers_of(target, ref)[:_CALLERS]]
    return any(
        not (one := outlined(target, caller)).is_test
        and not is_test_path(caller.path)
        and one.name not in ("main", "new", "default", "init")
        and not only_at_start(target, caller)
        for caller in callers
    )


def _serving_caller(target: Target, ref: Ref) -> str:
    """The middleware or extractor that calls a helper, as far as one call further up."""
    above = [ref]
    for _ in range(_STEPS_UP):
        callers = [caller for one in above for caller, _ in callers_of(target, one)[:_CALLERS]]
        for caller in callers:
            function = outlined(target, caller)
            types = (typed for _, typed in function.parameters)
            if not function.is_test and (how := serves(function.trait, function.name, types)):
                shown = f"{function.owner}::{function.name}" if function.owner else function.name
                if "::" in how:
                    return f"the {how.partition('::')[0]} {shown} of {caller.path} calls it"
                return f"{shown} of {caller.path}, which takes `{how}`, calls it"
        above = callers
    return ""


_STEPS_UP = 2
_OF_MIDDLEWARE = (
    "Service::call", "Middleware::handle", "the Service ", "the Middleware ", "`ServiceRequest`",
    "`Next`",
)  # fmt: skip


def _looping_caller(target: Target, ref: Ref) -> tuple[str, bool]:
    """The loop in which a helper is called, as far as one call further up, if there is one, and
    whether only tests run that loop."""
    near = callers_of(target, ref)[:_CALLERS]
    loops = [
        (caller, f"each time the loop of {caller.path}:{line} calls it")
        for caller, call in near
        if (line := _loop_around(target, caller, call))
    ]
    for caller, _ in near if not loops else ():
        for other, call in callers_of(target, caller)[:_CALLERS]:
            line = _loop_around(target, other, call)
            if line:
                name = outlined(target, caller).name
                loops.append((other, f"each time the loop of {other.path}:{line} calls {name}"))
    live = next((says for caller, says in loops if not only_tried(target, caller)), "")
    if live or not loops:
        return live, False
    return loops[0][1], True


def _loop_around(target: Target, caller: Ref, call: OutlinedCall) -> int:
    """The line of the loop over many that a call stands in; 0 without one."""
    function = outlined(target, caller)
    if function.is_test or is_test_path(caller.path) or function.name == "main":
        return 0
    known = _loops(target)
    if caller not in known:
        known[caller] = _loop_of_each_line(target, caller.path, function)
    return known[caller].get(call.line, 0)


@once
def _loops(target: Target) -> dict[Ref, dict[int, int]]:
    """Function → line in a loop over many → the loop's line; filled by :func:`_loop_around`."""
    return {}


def _loop_of_each_line(target: Target, path: str, function: OutlinedFunction) -> dict[int, int]:
    found: dict[int, int] = {}
    opened: list[int] = []
    waiting: set[int] = set()
    for number in range(function.line, function.end_line + 1):
        # What stands in the head of a loop is called once.
        inner = next((one for one in reversed(opened) if one), 0)
        if inner:
            found[number] = inner
        line = target.line(path, number)
        code = _STRINGS.sub("", line)
        begins = number if _LOOP.match(code) else 0
        for mark in _MARKS.findall(code):
            if mark == "{":
                opened.append(begins)
                begins = 0
            elif mark == "}" and opened:
                begun = opened.pop()
                if begun and _waits(target, path, begun, number):
                    waiting.add(begun)
            elif mark == ";":
                begins = 0
    return {number: line for number, line in found.items() if line not in waiting}


def _waits(target: Target, path: str, first: int, last: int = 0) -> bool:
    """Whether a loop waits for a time or a message in each round: it is as slow as what it waits
    for.

    :param first: its line; ``last``, the one that closes it, is looked for where it is not known.
    """
    depth = 0
    for number in range(first, min(last + 1 if last else first + _LONGEST, first + _LONGEST)):
        code = _STRINGS.sub("", target.line(path, number))
        if _WAITS.search(code):
            return True
        depth += code.count("{") - code.count("}")
        if not last and depth <= 0 and "}" in code:
            return False
    return False


_LONGEST = 400
"""Lines of a loop that are read."""


def _route(target: Target, known: Reached) -> str:
    if known.route is not None:
        return f"per request of {known.route.request}"
    if len(known.chain) == 1:
        return "per request (it is a handler)"
    name = outlined(target, known.handler).name
    return f"per request (the handler {name} of {known.handler.path} reaches it)"
