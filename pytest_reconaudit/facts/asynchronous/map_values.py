"""What a concurrent map of Rust holds, and how to go on without its guard."""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.suspensions import types_at
from pytest_reconaudit.facts.code.expressions import split_arguments
from pytest_reconaudit.facts.code.functions import Ref, outlined, rust_names
from pytest_reconaudit.facts.code.names import Key
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.map_guards import MapGuard
from pytest_reconaudit.target import Target

__all__ = ["MapValue", "let_go", "map_value"]

_MAP = regex(r"\bDashMap\s*<")
_SHARED = regex(r"(?:\w+::)*(?:Arc|Rc)\s*<")
_ALONE = regex(
    r"(?:\w+::)*(?:Box\s*<\s*dyn\b|(?:Mutex|RwLock|JoinHandle|JoinSet|\w*Receiver)\b|Atomic[A-Z])"
)
"""Types that have no ``Clone``."""
_DERIVED = regex(r"#\[[^\]]*\bderive\s*\([^)]*\bClone\b")
_NEAR = 80
"""Lines of a function in which its names are given."""
_ATTRIBUTES = 12
"""Lines above a type in which its attributes stand."""


class MapValue(Struct, frozen=True):
    """The type of a map's values."""

    name: str
    key: Key | None
    """Of a type of the repository, in an ``Arc`` or not."""
    clones: bool | None
    """``None`` where nobody can tell."""
    of: str = ""
    """The type of the keys."""


def map_value(target: Target, ref: Ref, receiver: str) -> MapValue | None:
    """What the map holds that a function asks; ``None`` where that is not seen."""
    names = rust_names(target)
    declared = names.declared(receiver, ref)
    if declared is None and (field := _field(target, ref, receiver)):
        declared = names.declared(field, ref)
    start = _MAP.search(declared[0]) if declared is not None else None
    if declared is None or start is None:
        return None
    text, where = declared
    inside = _enclosed(text, start.end())
    arguments = split_arguments(inside) if inside else []
    if len(arguments) < 2:
        return None
    of, name = arguments[0].strip(), arguments[1].strip()
    typed = names.typed(name, where)
    key = typed.key if typed is not None and not typed.maybe and not typed.locked else None
    if _SHARED.match(name):
        return MapValue(name, key, True, of)
    if _ALONE.match(name):
        return MapValue(name, None, False, of)
    place = types_at(target).get(key) if key is not None else None
    if key is None or place is None or key[-1] != _bare(name):
        return MapValue(name, None, None, of)
    if "clone" in names.methods.get(key, {}):
        return MapValue(name, key, True, of)
    path, line = place
    above: list[str] = []
    for one in reversed(target.lines(path)[max(0, line - 1 - _ATTRIBUTES) : line - 1]):
        if not one.strip() or one.rstrip().endswith((";", "}")):
            break
        above.insert(0, one)
    return MapValue(name, key, _DERIVED.search("\n".join(above)) is not None, of)


def _field(target: Target, ref: Ref, name: str) -> str:
    """The field that a local name stands for: ``let seats = self.seats.clone();``."""
    if not name.isidentifier():
        return ""
    first = outlined(target, ref).line
    text = "\n".join(target.lines(ref.path)[first : first + _NEAR])
    given = rf"\blet\s+{name}\s*=\s*(?:&\s*|(?:\w+::){{0,3}}Arc::clone\(\s*&\s*)?(self\.\w+)"
    found = re.search(rf"{given}\s*(?:\.\s*clone\(\s*\)|\))?\s*;", text)
    return found[1] if found is not None else ""


def _bare(name: str) -> str:
    return name.partition("<")[0].strip().rpartition("::")[2]


def _enclosed(text: str, start: int) -> str:
    """What stands between a bracket before an offset and the one that closes it."""
    depth = 1
    for index in range(start, len(text)):
        depth += (text[index] == "<") - (text[index] == ">" and text[index - 1] != "-")
        if not depth:
            return text[start:index]
    return ""


_ATOMIC = regex(r"(?:\w+::)*Atomic[A-Z]\w*$")
_PLAIN = regex(r"[ui](?:8|16|32|64|128|size)|f32|f64|bool|char|&(?:'\w+\s+)?\w+")
"""Types that are copied: no ``clone`` is needed."""


_ONE = {
    "the numbers": "the number",
    "the `Arc`s": "the `Arc`",
    "the `Rc`s": "the `Rc`",
    "the values": "the value",
}


def _taken(guard: MapGuard, value: MapValue | None) -> str:
    """How the values of some types are taken out of a map with their guard let go at once; empty
    where it takes more than one expression."""
    if value is None:
        return ""
    if _ATOMIC.match(value.name) and guard.loads:
        out, what = f"one.load({guard.loads})", "the numbers"
    elif _SHARED.match(value.name):
        out, what = "one.value().clone()", "the `Arc`s" if "Arc" in value.name else "the `Rc`s"
    elif _PLAIN.fullmatch(value.name):
        out, what = "*one.value()", "the values"
    else:
        return ""
    if guard.mode == "iter":
        key = "*one.key()" if _PLAIN.fullmatch(value.of) else "one.key().clone()"
        return (
            f"Take {what} out of `{guard.receiver}` first, and go over them:\n\n```rust\n"
            f"let taken: Vec<_> = {guard.receiver}.iter().map(|one| ({key}, {out})).collect();\n"
            "```"
        )
    return (
        f"Take {_ONE[what]} out of `{guard.receiver}` in the"
        f" expression that asks for it, so that no guard is left:"
        f" `{guard.receiver}.get(…).map(|one| {out})`."
    )


_PERMIT = regex(
    r"(?P<of>\w[\w.]{0,80}?)\.(?P<how>acquire(?:_many)?(?:_owned)?)\s{0,4}\((?P<all>[^()]{0,40})\)"
)
"""A semaphore that is asked: what is awaited is room, and not the making of the value."""


def let_go(guard: MapGuard, value: MapValue | None, *, waits: str) -> str:
    """What to do instead of keeping a guard, in the names of the code.

    :param waits: the lines that await something while it is alive; empty: none does.
    """
    held = f"the guard `{guard.name}`" if guard.name else "the guard"
    receiver = guard.receiver
    if guard.vacant and waits and (permit := _PERMIT.search(waits)) is not None:
        asked = f"{permit['of']}.{permit['how']}({permit['all']}).await"
        return (
            "What is awaited is room for one more value: ask for it before the guard is taken, and"
            " keep it only where the key turns out to be vacant.\n\n```rust\n"
            f"let permit = {asked};   // its error handled as now\n"
            f"match {receiver}.entry(key) {{\n"
            "    Entry::Occupied(known) => { /* `permit` goes back when it is dropped */ }\n"
            "    Entry::Vacant(free) => { permit.forget(); /* as now, without an await */ }\n"
            "}\n```\n\nWhoever gives room back must not wait for this map meanwhile. Where a value"
            " that is there already must not wait for room, look with `get` first."
        )
    if guard.vacant and waits:
        return (
            "Whether the key has a value is decided under this guard: let go in between, two tasks"
            " would make it. Keep an `Arc<tokio::sync::OnceCell<_>>` for each key, and wait outside"
            " of the guard:\n\n```rust\n"
            f"let cell = {receiver}.entry(key).or_default().clone();\n"
            "let value = cell.get_or_try_init(|| async { /* what is awaited here */ }).await?;\n"
            "```\n\nWhere two may be made, and one thrown away, make it first and insert it then"
            " (`entry(key).or_insert(made)`)."
        )
    taken = _taken(guard, value) if guard.mode in ("get", "iter") else ""
    if taken:
        return taken
    alone = ""
    if value is not None and value.clones is False:
        alone = (
            f"`{value.name}` has no `Clone`: keep the values of `{receiver}` in an `Arc` (what"
            " needs `&mut` in a `tokio::sync::Mutex` inside of it), or derive `Clone` where all"
            " fields have it. "
        )
    if guard.mode in ("iter", "iter_mut"):
        told = (
            f"Collect what the loop needs out of `{receiver}` first (clones of keys and values),"
            " and go over that."
        )
    else:
        told = (
            f"Clone what is needed out of `{receiver}`, let {held} go (a block of its own, or"
            " `drop`), and go on then."
        )
    if guard.changes:
        told += (
            f" What is changed by it afterwards (line {guard.changes}) is changed by a guard that"
            f" is taken anew there, with `{receiver}.{guard.mode}(…)`."
        )
    return alone + told
