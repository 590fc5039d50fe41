"""Pools of connections behind a lock whose guard lives while statements are waited for: what a pool
is for, several of them at a time, never happens."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.code.functions import Ref, outlined, reached, rust_names
from pytest_reconaudit.facts.code.names_rust import RustNames
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.locks import Guard, locks
from pytest_reconaudit.target import Target

__all__ = ["locked_pools"]

_LOCKED = regex(
    r"\b(?:Mutex|RwLock)\s*<\s*(?:Arc\s*<\s*)?(?:\w+\s*::\s*)*(?P<pool>\w+)\s*(?P<of><[^;]{0,80})?"
)
_POOLS = frozenset(
    {"PgPool", "MySqlPool", "SqlitePool", "AnyPool", "DatabaseConnection", "DbPool", "PgPoolAsync"}
)
_OF = regex(
    r"\b(?:Postgres|MySql|Any|Manager|(?:Async\w*|Postgres|Pg)?ConnectionManager|AsyncPgConnection)\b"
)
_FIX = """
Take the lock off: a pool is made to be shared (`&state.{field}`, or a clone, which costs nothing),
and hands each task a connection of its own:

```rust
pub {field}: {pool},                       // not Mutex<{pool}>
let rows = query.fetch_all(&state.{field}).await?;
```

What only worked because it ran one at a time needs a transaction, or a lock of its own.
"""


class _Field(Struct, frozen=True):
    """A field that holds a pool behind a lock."""

    key: tuple[str, ...]
    name: str
    pool: str


def locked_pools(target: Target) -> Iterator[ClientUse]:
    """The files that declare such a field, each field once."""
    records = scanned(target, locks)
    if not records:
        return
    names = rust_names(target)
    found: dict[_Field, list[tuple[Ref, Guard]]] = {}
    for path, record in records.items():
        if is_test_path(path) or is_off_path(path) or path not in names.outlines:
            continue
        for function in record.functions:
            ref = Ref(path, function.index)
            for guard in function.guards:
                if (
                    guard.form == "let"
                    and guard.is_async
                    and guard.asked
                    and guard.site.mode != "read"
                ):
                    field = _field(names, ref, guard.site.receiver)
                    if field is not None:
                        found.setdefault(field, []).append((ref, guard))
    for field, held in sorted(found.items(), key=lambda one: one[0].key):
        place = _declared_at(target, names, field)
        if place is not None:
            yield ClientUse(place.path, (_fault(target, field, place, held),))


def _field(names: RustNames, ref: Ref, receiver: str) -> _Field | None:
    head, dot, last = receiver.rpartition(".")
    typed = names.expression(head, ref, 0) if dot else None
    if typed is None or typed.key is None:
        return None
    match = _LOCKED.search(names.field_text(typed.key, last))
    if match is None:
        return None
    pool, of = match["pool"], match["of"] or ""
    if pool in _POOLS or (pool == "Pool" and _OF.search(of) is not None):
        return _Field(tuple(typed.key), last, pool + _closed(of))
    return None


def _closed(text: str) -> str:
    """``<Postgres>`` of ``<Postgres>>,``: to where the first bracket closes."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">")
        if depth == 0:
            return text[: index + 1]
    return ""


def _declared_at(target: Target, names: RustNames, field: _Field) -> Place | None:
    declared = names.type_at(field.key)
    home = (field.key[0], tuple(field.key[1:-1]))
    if declared is None:
        return None
    for path, where in names.home.items():
        if where[0] != home[0] or home[1][: len(where[1])] != where[1]:
            continue
        lines = target.lines(path)
        for number in range(declared.line, min(declared.line + _LONGEST, len(lines)) + 1):
            match = _DECLARES.match(lines[number - 1])
            if match is not None and match[1] == field.name and "<" in lines[number - 1]:
                return Place(path, number, match.start(1) + 1)
    return None


_DECLARES = regex(r"^\s*(?:pub(?:\([\w:]+\))?\s+)?(\w+)\s*:")
_LONGEST = 60
"""Lines of a struct that are looked at."""


def _fault(
    target: Target, field: _Field, place: Place, held: list[tuple[Ref, Guard]]
) -> ClientFault:
    known = reached(target)
    asked = [one for one in held if one[0] in known]
    first = (asked or held)[0]
    sites = tuple(
        Note(Place(ref.path, guard.site.line, 1), f"{outlined(target, ref).name} holds the guard")
        for ref, guard in (*asked, *(one for one in held if one not in asked))[:_MOST]
    )
    functions = len({ref for ref, _ in held})
    return ClientFault(
        clause="f",
        name=f"{field.key[-1]}.{field.name}",
        at=place,
        sites=sites,
        caller=None,
        route="",
        evidence=target.line(place.path, place.line or 1).strip()[:160],
        severity=Severity.HIGH if asked else Severity.MEDIUM,
        confidence=Confidence.CERTAIN if asked else Confidence.LIKELY,
        files=len({ref.path for ref, _ in held}),
        fix=_FIX.format(field=field.name, pool=field.pool),
        amount=f"{functions} functions hold it"
        if functions > 1
        else f"`{outlined(target, first[0]).name}` holds it",
    )


_MOST = 12
