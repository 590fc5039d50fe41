"""What a concurrent map of Rust holds, and how to go on without its guard."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.suspensions import types_at
from pytest_reconaudit.facts.code.expressions import split_arguments
from pytest_reconaudit.facts.code.functions import Ref, rust_names
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
_ATTRIBUTES = 12
"""Lines above a type in which its attributes stand."""


class MapValue(Struct, frozen=True):
    """The type of a map's values."""

    name: str
    key: Key | None
    """Of a type of the repository, in an ``Arc`` or not."""
    clones: bool | None
    """``None`` where nobody can tell."""


def map_value(target: Target, ref: Ref, receiver: str) -> MapValue | None:
    """What the map holds that a function asks; ``None`` where that is not seen."""
    names = rust_names(target)
    declared = names.declared(receiver, ref)
    start = _MAP.search(declared[0]) if declared is not None else None
    if declared is None or start is None:
        return None
    text, where = declared
    inside = _enclosed(text, start.end())
    arguments = split_arguments(inside) if inside else []
    if len(arguments) < 2:
        return None
    name = arguments[1].strip()
    typed = names.typed(name, where)
    key = typed.key if typed is not None and not typed.maybe and not typed.locked else None
    if _SHARED.match(name):
        return MapValue(name, key, True)
    if _ALONE.match(name):
        return MapValue(name, None, False)
    place = types_at(target).get(key) if key is not None else None
    if key is None or place is None or key[-1] != _bare(name):
        return MapValue(name, None, None)
    if "clone" in names.methods.get(key, {}):
        return MapValue(name, key, True)
    path, line = place
    above: list[str] = []
    for one in reversed(target.lines(path)[max(0, line - 1 - _ATTRIBUTES) : line - 1]):
        if not one.strip() or one.rstrip().endswith((";", "}")):
            break
        above.insert(0, one)
    return MapValue(name, key, _DERIVED.search("\n".join(above)) is not None)


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


def let_go(guard: MapGuard, value: MapValue | None, *, waits: bool) -> str:
    """What to do instead of keeping a guard, in the names of the code.

    :param waits: something is awaited while it is alive.
    """
    held = f"the guard `{guard.name}`" if guard.name else "the guard"
    receiver = guard.receiver
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
