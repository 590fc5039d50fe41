"""Awaits in Rust that suspend nobody: async functions of the repository that wait for nothing
themselves, and sinks that are always ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import Ref, callees, outlined, rust_names, source_of
from pytest_reconaudit.facts.code.names import Key, Typed
from pytest_reconaudit.facts.code.names_rust import ModuleId
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall, outline
from pytest_reconaudit.target import Target, once

__all__ = ["Awaited", "suspending", "types_at"]

Awaited = tuple[str, int]
"""(name of the awaited call, or empty where it is not known; its line)."""

_STEPS = 3
"""Functions that are followed one into the other."""
_AWAIT = regex(r"\.\s*await\b")
_MAY_WAIT = regex(r"\basync\b|\bpoll\w*\b|\bPending\b|\byield\b")
_MACRO = regex(r"\b(\w+)!\s*[(\[{]")
_PLAIN = frozenset(
    {
        "println", "print", "eprintln", "eprint", "format", "write", "writeln", "info", "debug",
        "warn", "error", "trace", "assert", "assert_eq", "assert_ne", "matches", "json", "vec",
        "debug_assert", "debug_assert_eq", "dbg", "bail", "ensure", "event", "anyhow", "concat",
        "format_args", "stringify", "env", "include_str", "line", "file", "panic", "unreachable",
    }
)  # fmt: skip
"""Macros that await nothing."""
_SENDS = frozenset({"send", "feed", "flush", "close", "send_all"})
"""What the sinks of the futures crate wait for."""
_BOXED = regex(r"\bdyn\s+((?:\w+::)*\w+)\s*(?:<\s*([^,<>]+))?")
_SINK = regex(r"\bSink\s*<\s*([^,<>]+)")
_IMPL = regex(r"\bimpl\s*(<[^{}]*?>)?\s*(?:\w+::)*Sink\s*<\s*([^,<>]+)")
_PENDS = regex(r"\bPending\b|\bpoll\w*\s*\(|\bready!")
_HEADER = 8
"""Lines of what a trait is declared with."""
_ABOVE = 200
"""Lines in which the head of an ``impl`` stands above a method."""


def suspending(
    target: Target,
    ref: Ref,
    awaited: Iterable[Awaited],
    value: Key | None = None,
    guard: str = "",
) -> tuple[tuple[int, ...], bool]:
    """(indexes of the awaits of a function that may suspend it, whether only sinks and methods of
    traits are awaited there of which the repository has none that ever waits).

    :param value: type of the values that a field may belong to whose owner is not known.
    :param guard: the variable that gives such a value.
    """
    entries = tuple(awaited)
    known = _awaited(target, ref)
    times = Counter(entries)
    kept, ready = [], 0
    for index, entry in enumerate(entries):
        name, line = entry
        calls = [pair for pair in known.get(line, ()) if not name or pair[0].name == name]
        if len(calls) < times[entry]:
            kept.append(index)
            continue
        still = open_ended = 0
        for call, refs in calls:
            owner = _owner(target, ref, call, value, guard)
            if not refs and owner is not None:
                refs = rust_names(target).method(owner, call.name)
            if _stills(target, refs, _STEPS):
                still += 1
                open_ended += _is_trait(target, owner)
        if still == len(calls) and not open_ended:
            continue
        kept.append(index)
        ready += still == len(calls) or all(
            _is_ready(target, ref, call, value) for call, _ in calls
        )
    return tuple(kept), bool(kept) and ready == len(kept)


def _is_trait(target: Target, typed: Typed | None) -> bool:
    """Whether others than the repository may have something of a type too."""
    declared = rust_names(target).type_at(typed.key) if typed is not None and typed.key else None
    return declared is not None and declared.kind == "trait"


def _owner(
    target: Target, ref: Ref, call: OutlinedCall, value: Key | None, guard: str
) -> Typed | None:
    """What a method is called on, be it a value that a variable guards, or a field of it:
    ``entry.value().sender``."""
    if not call.receiver:
        return None
    names = rust_names(target)
    known = names.expression(call.receiver, ref, 0)
    if known is not None and known.key is not None:
        return known
    head, *steps = call.receiver.split(".")
    if value is None or not guard:
        return None
    if head != guard:
        given = [what for one, what in outlined(target, ref).locals if one == head]
        match = _OF_GUARD.match(given[0]) if len(given) == 1 else None
        if match is None or match[1] != guard:
            return None
    typed: Typed | None = Typed(value)
    for step in steps:
        if step in _VALUES:
            continue
        if typed is None or typed.key is None or typed.maybe or not step.isidentifier():
            return None
        typed = names.field(typed.key, step)
    return typed


_VALUES = ("value()", "value_mut()", "get()", "get_mut()")
_OF_GUARD = regex(r"=\s*(\w+)\.(?:value|value_mut|get|get_mut)\(\)$")
_Calls = tuple[OutlinedCall, tuple[Ref, ...] | None]


def _awaited(target: Target, ref: Ref) -> Mapping[int, list[_Calls]]:
    """Line → the awaited calls of a function there, with what they mean."""
    known = _awaits_of(target)
    if ref not in known:
        found: dict[int, list[_Calls]] = {}
        for call, refs in callees(target, ref):
            if call.awaited:
                found.setdefault(call.line, []).append((call, refs))
        known[ref] = found
    return known[ref]


@once
def _awaits_of(target: Target) -> dict[Ref, dict[int, list[_Calls]]]:
    """By function; filled as they are asked for."""
    return {}


# -- async functions that wait for nothing --------------------------------------------------


def _stills(target: Target, refs: tuple[Ref, ...] | None, steps: int) -> bool:
    return bool(refs) and all(_is_still(target, one, steps) for one in refs or ())


def _is_still(target: Target, ref: Ref, steps: int) -> bool:
    """Whether an async function ends without ever having been suspended: nothing is awaited in it,
    or such functions alone."""
    if steps == 0:
        return False
    known = _stillness(target)
    if (ref, steps) not in known:
        known[ref, steps] = False
        known[ref, steps] = _looks_still(target, ref, steps)
    return known[ref, steps]


@once
def _stillness(target: Target) -> dict[tuple[Ref, int], bool]:
    """By function and steps that are left; filled as they are asked for."""
    return {}


def _looks_still(target: Target, ref: Ref, steps: int) -> bool:
    function = outlined(target, ref)
    if not function.is_async or function.bodiless:
        return False
    body = source_of(target, ref).partition("{")[2]
    if _MAY_WAIT.search(body) or any(one not in _PLAIN for one in _MACRO.findall(body)):
        return False
    inner = [refs for call, refs in callees(target, ref) if call.awaited]
    if len(inner) != len(_AWAIT.findall(body)):
        return False
    return all(_stills(target, refs, steps - 1) for refs in inner)


# -- sinks ----------------------------------------------------------------------------------


class _Ready(Struct, frozen=True):
    item: str
    """Type of what a sink takes; empty for one that takes anything."""
    always: bool
    """It never says that it is not ready."""


def _is_ready(target: Target, ref: Ref, call: OutlinedCall, value: Key | None) -> bool:
    """Whether a boxed sink is awaited, and each that the repository has for such items is ready at
    any time."""
    if call.name not in _SENDS or "." not in call.receiver:
        return False
    names = rust_names(target)
    declared: tuple[str, ModuleId] | None = names.declared(call.receiver, ref)
    if declared is None and value is not None:
        text = names.field_text(value, call.receiver.rpartition(".")[2])
        declared = (text, (value[0], tuple(value[1:-1])))
    boxed = _BOXED.search(declared[0]) if declared is not None else None
    if declared is None or boxed is None:
        return False
    item = boxed[2] or ""
    if boxed[1].rpartition("::")[2] != "Sink":
        typed = names.typed(boxed[1], declared[1])
        place = types_at(target).get(typed.key) if typed is not None and typed.key else None
        if place is None:
            return False
        path, line = place
        head = " ".join(target.lines(path)[line - 1 : line - 1 + _HEADER]).partition("{")[0]
        sink = _SINK.search(head)
        if sink is None:
            return False
        item = sink[1]
    item = _last(item)
    meant = [one for one in _sinks(target) if not one.item or one.item == item]
    return bool(meant) and all(one.always for one in meant)


def _last(name: str) -> str:
    return name.strip().rpartition("::")[2]


@once
def _sinks(target: Target) -> tuple[_Ready, ...]:
    """What the ``poll`` methods of the repository's own sinks answer."""
    found = []
    for path, file in scanned(target, outline).items():
        if not path.endswith(".rs") or is_test_path(path):
            continue
        for index, one in enumerate(file.functions):
            trait = _last(one.trait.partition("<")[0])
            if one.is_test or trait != "Sink" or not one.name.startswith("poll_"):
                continue
            body = source_of(target, Ref(path, index)).partition("{")[2]
            lines = target.lines(path)[max(0, one.line - _ABOVE) : one.line - 1]
            heads = list(_IMPL.finditer("\n".join(lines)))
            head = heads[-1] if heads else None
            item = head[2].strip() if head is not None else ""
            if head is not None and item in _words(head[1] or ""):
                item = ""
            found.append(_Ready(_last(item), "Ready" in body and _PENDS.search(body) is None))
    return tuple(found)


_WORD = regex(r"\w+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


@once
def types_at(target: Target) -> Mapping[Key, tuple[str, int]]:
    """Type of Rust code → (path, line) of its declaration."""
    names = rust_names(target)
    found: dict[Key, tuple[str, int]] = {}
    for path, (crate, words) in names.home.items():
        for one in names.outlines[path].types:
            found[(crate, *words, *one.modules, one.name)] = (path, one.line)
    return found
