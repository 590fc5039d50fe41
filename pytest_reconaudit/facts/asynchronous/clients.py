"""Clients that are made for each call, wait without end, or carry a pool size that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from pytest_reconaudit.facts.asynchronous.crates import crate_of, serves, serving
from pytest_reconaudit.facts.asynchronous.running import (
    is_command,
    is_main,
    is_probe,
    only_at_start,
    per_request,
    starts,
    step_to,
)
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_off_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.clients import ClientFile, ClientSite, SizeField, clients
from pytest_reconaudit.readers.scans.untimed import untimed
from pytest_reconaudit.target import Target, once

__all__ = ["ClientFault", "ClientUse", "client_uses"]

_MANAGING = frozenset(
    {"ManageConnection", "Manager", "ConnectionManager", "Default", "From", "TryFrom",
     "FromRequest", "FromRequestParts", "Builder", "CustomizeConnection"}
)  # fmt: skip
_REMEMBERED = regex(r"#\[\s*(?:\w+::)*(?:\w*cached|memoize|once)\b")
"""Macros whose functions run once for each argument: `cached`, `memoize`."""


class ClientFault(Struct, frozen=True):
    clause: str
    """``a``: an HTTP client per call. ``b``: a Redis connection per call. ``c``: a pool size that
    nothing reads. ``d``: no timeout."""
    name: str
    """The function, or the struct's field."""
    at: Place
    sites: tuple[Note, ...]
    caller: Note | None
    """The call by which requests come to it; ``None`` for a handler, or when none is known."""
    route: str
    evidence: str
    severity: Severity
    confidence: Confidence
    files: int = 1
    """In how many files its sites are."""


class ClientUse(Struct, frozen=True, eq=False):
    """A file that makes clients or keeps the size of a pool beside one."""

    path: str
    faults: tuple[ClientFault, ...]


@once
def client_uses(target: Target) -> tuple[ClientUse, ...]:
    """The files of servers that make HTTP or Redis clients or ask without one, by path."""
    serves = serving(target)
    records: dict[str, ClientFile] = {}
    for path, record in scanned(target, clients).items():
        crate = crate_of(target, path)
        if crate is not None and crate.path in serves:
            records[path] = record
    found = []
    for path, record in records.items():
        sized = [one for one in record.fields if one.use == "declared" and one.client]
        if not record.sites and not sized:
            continue
        faults = [*_per_call(target, path, record)]
        wasteful = any(one.clause == "b" for one in faults)
        faults += _unread(path, sized, record, records, wasteful)
        told = {one.place for fault in faults for one in fault.sites}
        faults += _endless(target, path, record, told)
        found.append(ClientUse(path, tuple(faults)))
    found += _untimed(target)
    return tuple(found)


_MANY_FILES = 4


def _untimed(target: Target) -> Iterator[ClientUse]:
    """See :func:`_unbounded`; what many files do is one thing to mend: told at the first."""
    uses = list(_unbounded(target))
    faulty = [one.faults[0] for one in uses if one.faults]
    if len(faulty) < _MANY_FILES:
        yield from uses
        return
    for use in uses:
        if use.faults and use.faults[0] is not faulty[0]:
            yield ClientUse(use.path, ())
        elif use.faults:
            sites = tuple(site for one in faulty for site in one.sites)
            yield ClientUse(use.path, (structs.replace(faulty[0], sites=sites, files=len(faulty)),))
        else:
            yield use


def _unbounded(target: Target) -> Iterator[ClientUse]:
    """The files of Python code that ask by ``requests``, which knows no timeout of its own; told is
    what requests are known to come to."""
    for path, record in sorted(scanned(target, untimed).items()):
        sites = []
        route = ""
        for call in record.calls:
            ref = function_at(target, path, call.function)
            if ref is None or is_off_path(path):
                continue
            known = per_request(target, ref)
            if known is None and not _is_hooked(target, ref):
                continue
            route = route or known or ""
            sites.append(call)
        faults = []
        if sites:
            first = sites[0]
            faults.append(
                ClientFault(
                    clause="d",
                    name=path,
                    at=Place(path, first.line, first.column),
                    sites=tuple(
                        Note(Place(path, one.line, one.column), one.words) for one in sites
                    ),
                    caller=None,
                    route=route,
                    evidence=first.text,
                    severity=Severity.MEDIUM,
                    confidence=Confidence.CERTAIN,
                )
            )
        yield ClientUse(path, tuple(faults))


_HOOKS = regex(
    r"(?:Middleware|Serializer|Filter|FilterBackend|Permission|Authentication|Validator|ViewSet|View)$"
)
"""Classes whose methods Django and its REST framework call for each request."""
_VIEWS = regex(r"(?:^|/)(?:\w+_)?views?(?:_\w+)?(?:/|\.py$)")
_UP = 3


def _is_hooked(target: Target, ref: Ref) -> bool:
    """Whether a function is a method of a class that a framework asks for each request, a view of
    Django, or is called by one."""
    seen = {ref}
    level = [ref]
    for _ in range(_UP):
        above = []
        for one in level:
            function = outlined(target, one)
            if _HOOKS.search(function.owner) and function.name != "__init__":
                return True
            first = function.parameters[0][0] if function.parameters else ""
            if not function.owner and first == "request" and _VIEWS.search(one.path):
                return True
            callers = [caller for caller, _ in callers_of(target, one) if caller not in seen]
            seen.update(callers)
            above += [one for one in callers if not is_off_path(one.path)]
        level = above
    return False


def _per_call(target: Target, path: str, record: ClientFile) -> Iterator[ClientFault]:
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
        if judged is None:
            continue
        route, certain = judged
        function = outlined(target, ref)
        first = connecting[0] if connecting else sites[0]
        severity = Severity.HIGH if kind == "redis" else Severity.MEDIUM
        if is_probe(route):
            severity = Severity.MEDIUM
        if kind != "redis" and not certain and _is_mapped(target, path):
            # Listeners, jobs and senders call now and then; nobody waits for them.
            severity = Severity.LOW
        yield ClientFault(
            clause="b" if kind == "redis" else "a",
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
        )


def _is_mapped(target: Target, path: str) -> bool:
    """Whether it is known of some function of a file's crate that requests run it; else what they
    do not reach cannot be told."""
    crate = crate_of(target, path)
    return crate is not None and crate.path in _mapped(target)


@once
def _mapped(target: Target) -> frozenset[str]:
    paths = {ref.path for ref in reached(target)}
    return frozenset(crate.path for path in paths if (crate := crate_of(target, path)) is not None)


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
    reason = per_request(target, ref)
    if reason is not None:
        return reason, True
    if only_at_start(target, ref):
        return None
    if looped and function.is_async:
        return "", False
    is_shared = any(name == "self" and "&" in kind for name, kind in function.parameters)
    crate = crate_of(target, ref.path)
    if not is_shared or starts(function.name) or crate is None or not serves(target, crate):
        return None
    if "Self" in function.returns:
        return None
    return "", False


def _unread(
    path: str,
    sized: list[SizeField],
    record: ClientFile,
    records: Mapping[str, ClientFile],
    wasteful: bool,
) -> Iterator[ClientFault]:
    for field in sized:
        if any(_reads(one, field, here=True) for one in record.fields):
            continue
        if any(
            _reads(one, field, here=False)
            for other, file in records.items()
            if other != path
            for one in file.fields
        ):
            continue
        others = {
            one.holder
            for file in records.values()
            for one in file.fields
            if one.use == "declared" and one.name == field.name and one.holder != field.holder
        }
        loose = any(
            one.use == "read" and one.name == field.name and not one.holder.startswith("self@")
            for file in records.values()
            for one in file.fields
        )
        if loose and not others:
            continue
        sites = [
            one
            for one in record.fields
            if one.use == "set" and one.name == field.name and one.holder == field.holder
        ]
        places = [Note(Place(path, field.line, None), f"{field.holder} declares {field.name}")]
        places += [Note(Place(path, one.line, None), f"{one.name} is set") for one in sites]
        yield ClientFault(
            clause="c",
            name=f"{field.holder}.{field.name}",
            at=places[0].place,
            sites=tuple(places),
            caller=None,
            route="",
            evidence=f"{field.name} beside {field.client}",
            severity=weighed(Severity.HIGH if wasteful else Severity.MEDIUM, path),
            confidence=Confidence.LIKELY if loose else Confidence.CERTAIN,
        )


def _reads(one: SizeField, field: SizeField, *, here: bool) -> bool:
    """Whether a use reads a struct's field: surely elsewhere, possibly in the same file."""
    if one.use != "read" or one.name != field.name:
        return False
    if one.holder.startswith("self@"):
        return one.holder == f"self@{field.holder}"
    if here or not one.holder:
        return True
    last = one.holder.rpartition(".")[2].lower().strip("_")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in field.holder).strip("_")
    return last in snake or snake in last


def _endless(
    target: Target, path: str, record: ClientFile, told: set[Place]
) -> Iterator[ClientFault]:
    if record.timeouts or is_off_path(path):
        return
    crate = crate_of(target, path)
    own = crate is not None and serves(target, crate)
    judged = []
    beside = True
    for site in record.sites:
        place = Place(path, site.line, site.column)
        if site.kind != "http" or place in told:
            continue
        ref = function_at(target, path, site.function) if site.function else None
        if site.function and ref is None:
            continue
        if ref is not None:
            # What `main` makes in a branch serves one command, not the requests.
            if is_main(outlined(target, ref)) and (site.nested or _asks(target, ref)):
                continue
            if per_request(target, ref) is None and (not own or is_command(path)):
                continue
        elif not own:
            continue
        judged.append(Note(place, site.words))
        beside = beside and ref is not None and _is_beside(target, ref)
    if judged:
        first = judged[0]
        yield ClientFault(
            clause="d",
            name=path,
            at=first.place,
            sites=tuple(judged),
            caller=None,
            route="",
            evidence=first.message,
            severity=Severity.LOW if beside else weighed(Severity.MEDIUM, path),
            confidence=Confidence.LIKELY,
        )


def _asks(target: Target, ref: Ref) -> bool:
    """Whether a function itself sends requests: a program that asks once and ends."""
    return any(call.name == "send" and call.awaited for call in outlined(target, ref).calls)


def _is_beside(target: Target, ref: Ref) -> bool:
    """Whether only jobs and workers call a function."""
    callers = callers_of(target, ref)
    return bool(callers) and all(is_off_path(caller.path) for caller, _ in callers)
