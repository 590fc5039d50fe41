"""Guards of concurrent maps in Rust that live over an await, or over another question to the same
map: ``DashMap`` locks a part of itself for as long as what ``get``, ``get_mut``, ``entry`` and
``iter`` give out is alive."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Scope
from pytest_reconaudit.readers.map_fields import MapFields
from pytest_reconaudit.readers.scanning import scan

__all__ = ["MapGuard", "MapGuards", "map_guards"]


class MapGuard(Struct, frozen=True, array_like=True):
    function: str
    owner: str
    receiver: str
    """What is asked, as written: ``self.sessions``."""
    mode: str
    """``get``, ``get_mut``, ``entry``, ``iter`` or ``iter_mut``."""
    name: str
    """Of the variable that holds the guard; empty where there is none."""
    line: int
    column: int
    awaits: tuple[int, ...]
    """Lines where something is awaited meanwhile."""
    again: int = 0
    """Line where the same map is asked meanwhile for what waits for this guard to go; else 0."""
    by: str = ""
    """What asks there: ``insert``, or the method of the same type that does: ``self.store()``."""
    changes: int = 0
    """Line after the last await where something is changed by the guard; else 0."""
    vacant: bool = False
    """It is an entry that may have no value yet."""
    free: str = ""
    """Why this file shows nobody who could wait for it, see ``map_fields``."""
    loads: str = ""
    """Of an atomic value: with which ordering it is loaded; else empty."""


class MapGuards(Struct, frozen=True, array_like=True):
    guards: tuple[MapGuard, ...]


_METHODS = ("get", "get_mut", "entry", "iter", "iter_mut")
_DECLARED = regex(
    r"\b(\w+)\s*:\s*(?:&\s*|mut\s+|'\w+\s+|(?:\w+::)*(?:Arc|Rc|Lazy|LazyLock|OnceLock|Data)\s*<\s*){0,4}"
    r"(?:dashmap::)?DashMap\b"
    r"|\blet\s+(?:mut\s+)?(\w+)\s*(?::[^=;\n]{1,80})?=\s*(?:\w+::new\(\s*)?(?:dashmap::)?DashMap\s*(?:::|<)"
)
_HEAD = regex(
    r"\b(?:if|while)\s+let\s+(?:Some|Ok)\s*\(\s*(?:mut\s+|ref\s+)?(\w+)\s*\)\s*=\s*&?\s*$"
    r"|\bmatch\s+&?\s*$|\bfor\s+[^;{}\n]{1,80}\s+in\s+&?\s*$"
)
_BOUND = regex(
    r"\blet\s+(?:Some\s*\(\s*)?(?:mut\s+)?([a-z]\w*)\s*\)?\s*(?::[^=;\n]{1,80})?=\s*&?(?:mut\s+)?$"
)
_KEEPS = regex(
    r"(?:\s*\.\s*(?:unwrap|expect|ok_or|ok_or_else|or_insert|or_insert_with|or_default|context)\b|\s*\?)*+"
    r"\s*(?:;|\belse\s*\{)"
)
_FILLED = regex(r"\s*\.\s*(?:and_modify|or_\w+|insert\w*)\s*\(")
_LOADS = regex(r"\.load\(\s*((?:\w+::){0,4}\w+)\s*\)")
_BEFORE = 160
_MOST_GUARDS = 400
"""Guards of one file that are looked at."""
_MOST_LINES = 20


def _may_hold(text: str, path: str) -> bool:
    return "DashMap" in text


@scan("rust", record=MapGuards, wants=_may_hold)
def map_guards(code: Code) -> MapGuards | None:
    """The guards of one file that are alive while something is awaited, or the map asked again."""
    source = code.source.decode("utf-8", "replace")
    maps = {one[1] or one[2] for one in _DECLARED.finditer(source)}
    found = []
    looked = 0
    awaited: dict[int, list[int]] = {}
    asking: dict[tuple[str, bool], frozenset[str]] = {}
    fields = MapFields(code)
    for call in code.calls if maps else ():
        inside = _home(code, call) if call.awaited else None
        if inside is not None:
            awaited.setdefault(inside.index, []).append(call.name_at)
    for call in code.calls_named(_METHODS) if maps else ():
        start, end = call.receiver
        if call.awaited or call.path or not 0 < end - start < 100:
            continue
        receiver = "".join(code.text(start, end).split())
        function = code.function_at(call.scope)
        if receiver.rpartition(".")[2] not in maps or function is None or function.is_test:
            continue
        home = _home(code, call)
        if home is None:
            continue
        is_async = home.is_async or home.kind == "async"
        looked += 1
        if looked > _MOST_GUARDS:
            break
        name, region = _alive(code, call)
        if region is None:
            continue
        hole = _without(code, call, region)
        places = awaited.get(home.index, []) if is_async else []
        places = [one for one in places if not hole[0] <= one < hole[1]]
        first = bisect_left(places, region[0])
        last = min(bisect_right(places, region[1]), first + _MOST_LINES)
        lines = tuple(code.line(one) for one in places[first:last])
        again, by = 0, ""
        if (name or call.name in ("iter", "iter_mut")) and not _may_be_none(code, call):
            again, by = _asked_again(code, call, receiver, home, region, hole, asking)
        if lines or again:
            writes = call.name in _WRITING and bool(name) and last > first
            changes = _changed(code, name, places[last - 1], region[1]) if writes else 0
            place = code.place(call.start)
            reads = call.name in ("get", "iter")
            load = _LOADS.search(code.text(region[0], min(region[1], region[0] + _LONGEST)))
            found.append(
                MapGuard(
                    function.name,
                    function.owner,
                    receiver,
                    call.name,
                    name,
                    place.line or 0,
                    place.column or 0,
                    lines,
                    again,
                    by,
                    changes,
                    call.name == "entry"
                    and not _FILLED.match(code.text(call.end, call.end + _BEFORE)),
                    fields.nobody_waits(function, receiver) if reads else "",
                    load[1] if load is not None else "",
                )
            )
    return MapGuards(tuple(found)) if found else None


_WRITING = frozenset({"get_mut", "entry", "iter_mut"})
_CHANGES = ("insert", "remove", "remove_if", "get_mut", "entry", "iter_mut", "retain", "alter",
            "alter_all", "clear", "shrink_to_fit")  # fmt: skip
_ASKS = (*_CHANGES, "get", "iter", "contains_key", "len", "is_empty", "view")
_MOST_CALLS = 200


def _asking(
    code: Code,
    receiver: str,
    wanted: tuple[str, ...],
    known: dict[tuple[str, bool], frozenset[str]],
) -> frozenset[str]:
    """The methods of a file that themselves ask a map for something of some kind.

    :param known: what was found before, by map and kind.
    """
    key = (receiver, wanted is _CHANGES)
    if key not in known:
        asks = re.compile(rf"{re.escape(receiver)}\s*\.\s*(?:{'|'.join(wanted)})\s*\(")
        known[key] = frozenset(
            one.name
            for one in code.functions
            if one.owner
            and asks.search(code.text(one.body[0], min(one.body[1], one.body[0] + _LONGEST)))
        )
    return known[key]


_LONGEST = 20_000
"""Bytes of a body that are looked at."""


def _asked_again(
    code: Code,
    guard: Call,
    receiver: str,
    home: Scope,
    region: tuple[int, int],
    hole: tuple[int, int],
    asking: dict[tuple[str, bool], frozenset[str]],
) -> tuple[int, str]:
    """(line, by what) where a map is asked, while a guard of it is alive, for something that has to
    wait for the guard: by a method of the map itself, or of the type that has it."""
    wanted = _ASKS if guard.name in _WRITING else _CHANGES
    for one in islice(code.calls_in(*region), _MOST_CALLS):
        if one.start <= guard.start or one.path or _home(code, one) is not home:
            continue
        if hole[0] <= one.start < hole[1]:
            continue
        asked = "".join(code.text(one.receiver).split()) if one.name_at - one.start < 100 else ""
        if asked == receiver and one.name in wanted:
            return code.line(one.name_at), one.name
        if asked != "self" or not receiver.startswith("self.") or not one.awaited:
            continue
        if one.name in _asking(code, receiver, wanted, asking):
            return code.line(one.name_at), f"self.{one.name}()"
    return 0, ""


_OPTION = regex(r"\blet\s+(?:mut\s+)?[a-z]\w*\s*(?::[^=;\n]{1,80})?=\s*&?(?:mut\s+)?$")


def _may_be_none(code: Code, guard: Call) -> bool:
    """Whether a variable holds what ``get`` has given as it is: where that is nothing, no guard is
    alive."""
    before = code.text(max(0, guard.receiver[0] - _BEFORE), guard.receiver[0])
    after = code.text(guard.end, guard.end + _BEFORE).lstrip()
    return (
        guard.name in ("get", "get_mut")
        and after.startswith(";")
        and _OPTION.search(before) is not None
    )


def _changed(code: Code, name: str, after: int, end: int) -> int:
    """Line behind the last await where something is changed by a guard; 0 where nothing is."""
    text = code.text(after, min(end, after + _LONGEST))
    found = re.search(
        rf"(?<![\w.])(?:\*\s*{name}|{name}(?:\.\w+)+)\s*(?:[-+*/|&]|<<|>>)?=(?![=>])"
        rf"|(?<![\w.]){name}(?:\.\w+)*\.(?:push|insert|remove|clear|extend|retain|\w+_mut)\s*\(",
        text,
    )
    return code.line(after + len(text[: found.start()].encode())) if found is not None else 0


def _home(code: Code, call: Call) -> Scope | None:
    """The function, closure or async block that runs a call."""
    return next(
        (one for one in code.around(call.scope) if one.kind in ("function", "closure", "async")),
        None,
    )


def _alive(code: Code, call: Call) -> tuple[str, tuple[int, int] | None]:
    """(the variable of a guard, the range in which it lives), as far as that is told."""
    before = code.text(max(0, call.receiver[0] - _BEFORE), call.receiver[0])
    after = code.text(call.end, call.end + _BEFORE)
    head = _HEAD.search(before)
    if head is not None and after.lstrip().startswith("{"):
        brace = call.end + len(after[: after.index("{")].encode())
        inner = next((one for one in code.scopes if brace - 1 <= one.start <= brace + 1), None)
        body = (inner.start, inner.end) if inner is not None else None
        return head[1] or "", _until_dropped(code, body, head[1] or "")
    bound = _BOUND.search(before)
    if bound is not None and _KEEPS.match(_outermost(after)) is not None:
        scope = code.scopes[call.scope]
        return bound[1], _until_dropped(code, (call.end, scope.end), bound[1])
    return "", None


_BLOCK = regex(r"\{|(?:if|match|loop|while|for|unsafe)\b")
"""An arm that ends with its block, with a comma behind it or without."""
_MATCHES = regex(r"\bmatch\s+&?\s*$")
_NONE = regex(r"(?<!\w)None\s*=>\s*")


def _without(code: Code, call: Call, region: tuple[int, int]) -> tuple[int, int]:
    """The range of the arm of a ``match`` in which there is no guard: what ``get`` gave is nothing
    there. Empty where there is none."""
    before = code.text(max(0, call.receiver[0] - _BEFORE), call.receiver[0])
    if call.name not in ("get", "get_mut") or _MATCHES.search(before) is None:
        return region[0], region[0]
    text = code.text(region[0], min(region[1], region[0] + _LONGEST))
    depth = 0 if text.lstrip().startswith("{") else 1
    start = end = -1
    for at, letter in enumerate(text):
        if start < 0 and depth == 1 and letter == "N" and (arm := _NONE.match(text, at)):
            start = arm.end()
        if start >= 0 and at >= start and depth == 1 and letter in ",}":
            end = at
            break
        depth += (letter in "([{") - (letter in ")]}")
        if start >= 0 and at > start and depth == 1 and letter == "}":
            block = _BLOCK.match(text, start) is not None
            if block and not text[at + 1 :].lstrip().startswith("else"):
                end = at + 1
                break
    if end < 0:
        return region[0], region[0]
    first = region[0] + len(text[:start].encode())
    return first, first + len(text[start:end].encode())


def _until_dropped(code: Code, region: tuple[int, int] | None, name: str) -> tuple[int, int] | None:
    if region is None or not name:
        return region
    text = code.text(*region)
    dropped = re.search(rf"\bdrop\(\s*{name}\s*\)", text)
    if dropped is None:
        return region
    return region[0], region[0] + len(text[: dropped.start()].encode())


def _outermost(chain: str) -> str:
    """What follows a call, without what stands between parentheses."""
    depth = 0
    kept = []
    for letter in chain:
        depth += letter == "("
        if depth <= 0 and letter != ")":
            kept.append(letter)
        depth -= letter == ")"
    return "".join(kept)
