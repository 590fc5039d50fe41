"""Connections of Python and Node to a database, Redis or MongoDB that requests open anew."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES, heat, is_rare
from pytest_reconaudit.facts.asynchronous.running import is_command, is_probe, per_request, step_to
from pytest_reconaudit.facts.code.functions import (
    Ref,
    function_at,
    inline_route,
    outlined,
    reached,
    source_of,
)
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.network.routes import route_tables
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.made_stores import MadeStore, made_stores
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target

__all__ = ["reopened_stores"]


class _Opened(Struct, frozen=True, eq=False):
    path: str
    store: MadeStore
    ref: Ref | None
    route: str

    @property
    def severity(self) -> Severity:
        """What stays open when the request is over runs the server out of connections."""
        leaves = self.store.keeps and not self.store.closed
        return Severity.HIGH if leaves else Severity.MEDIUM


_REMEMBERS = regex(
    r"\?\?=|\|\|=|\bglobal\s+\w|\b(?=\w*?(?:client|engine|pool|conn|redis|db|prisma|instance))\w++"
    r"\s++is\s+(?:not\s+)?None\b|\bif\s*\(\s*+(?:!\s*+)?(?:this\.|global\w*\.)?_?"
    r"(?:\w*(?:[cC]lient|[pP]ool|[rR]edis|[pP]risma|[iI]nstance)|(?=\w*?(?:[cC]onn|cached))\w++)\s*+\)"
    r"|lru_cache|@cache\b"
)
_LONGEST = 6_000
_TRIED = regex(r"(?i)test|check|verify|validate|probe|ping|introspect|preview")
"""What tries out a connection that somebody has set up."""


def reopened_stores(target: Target) -> Iterator[ClientUse]:
    """The files that connect anew for each request; what an application does so is one thing to
    mend, told at the one that is asked for most."""
    found: dict[tuple[str, str], list[_Opened]] = {}
    shared: dict[tuple[str, str], dict[str, MadeStore]] = {}
    paths = []
    for path, record in sorted(scanned(target, made_stores).items()):
        if is_off_path(path) or is_command(path) or SAMPLES.search(path):
            continue
        paths.append(path)
        folder = application_of(target, path).folder
        for store in record.stores:
            if store.shared:
                if not _ASIDE.search(path) and _serves(target, path):
                    shared.setdefault((folder, store.words), {}).setdefault(path, store)
                continue
            opened = _opened(target, path, store)
            if opened is not None:
                found.setdefault((folder, store.what), []).append(opened)
    faults: dict[str, list[ClientFault]] = {}
    for alike in found.values():
        alike.sort(key=lambda one: (-one.severity, -heat(one.route), one.path, one.store.line))
        faults.setdefault(alike[0].path, []).append(_fault(target, alike))
    for each in shared.values():
        if len(each) >= _MANY:
            fault = _told_apart(each)
            faults.setdefault(fault.at.path, []).append(fault)
    for path in paths:
        yield ClientUse(path, tuple(faults.get(path, ())))


_MANY = 3
"""Files that each make one: two may be a server's and a worker's."""
_ASIDE = regex(
    r"(?i)seed|migrat|alembic|script|fixture|worker|jobs?/|cron|lambda|functions?/|backfill"
)


def _serves(target: Target, path: str) -> bool:
    """Whether requests come to the code of a file."""
    return path in target.remember(_answering)


def _answering(target: Target) -> frozenset[str]:
    registering = {one.place.path for table in route_tables(target) for one in table.routes}
    return frozenset({ref.path for ref in reached(target)} | registering)


def _told_apart(files: dict[str, MadeStore]) -> ClientFault:
    """Clients of one kind that several files of an application each make for themselves."""
    places = [Note(Place(path, one.line, one.column), one.words) for path, one in files.items()]
    first = next(iter(files.values()))
    return ClientFault(
        clause="e",
        name=first.words.removeprefix("new "),
        at=places[0].place,
        sites=(places[0],),
        caller=None,
        route="",
        evidence=first.text,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        files=len(files),
        beside=tuple(places[1:]),
        fix=(
            "\nKeep one in a module of its own and import it everywhere; its pool is then the one "
            "to be sized.\n"
        ),
        what=first.what,
    )


def _opened(target: Target, path: str, store: MadeStore) -> _Opened | None:
    """A client with the route whose requests make it; ``None`` when none is known, or a probe."""
    inline = inline_route(target, path, store.line)
    ref = function_at(target, path, store.function or store.line)
    if inline is not None:
        route = inline.request
    elif ref is None or _TRIED.search(outlined(target, ref).name):
        return None
    else:
        route = per_request(target, ref) or _of_all(target, ref)
        if not route or is_rare(target, ref, route) or _is_remembered(target, ref):
            return None
    if is_probe(route) or _TRIED.search(route):
        return None
    return _Opened(path, store, ref if inline is None else None, route)


def _of_all(target: Target, ref: Ref) -> str:
    """``every route`` of what each request comes through: a middleware of Starlette."""
    function = outlined(target, ref)
    if any(".middleware(" in one for one in function.attributes):
        return EVERY
    file = scanned(target, outline).get(ref.path)
    if function.name != "dispatch" or file is None:
        return ""
    middleware = (one for one in file.types if "BaseHTTPMiddleware" in one.bases)
    return EVERY if any(one.name == function.owner for one in middleware) else ""


EVERY = "every route"


def _is_remembered(target: Target, ref: Ref) -> bool:
    """Whether a function on the way from the handler keeps what it gets."""
    known = reached(target).get(ref)
    if known is None:
        return False
    for one in known.chain[:-1]:
        if any("cache" in attribute for attribute in outlined(target, one).attributes):
            return True
        if one != known.handler and _REMEMBERS.search(source_of(target, one)[:_LONGEST]):
            return True
    return False


def _fault(target: Target, alike: list[_Opened]) -> ClientFault:
    first = alike[0]
    name = "a handler"
    if first.ref is not None:
        function = outlined(target, first.ref)
        name = f"{function.owner}.{function.name}" if function.owner else function.name
    mine: list[Note] = []
    beside: list[Note] = []
    for one in alike:
        note = Note(Place(one.path, one.store.line, one.store.column), one.store.words)
        same = one is first or (one.ref is not None and one.ref == first.ref)
        (mine if same else beside).append(note)
    return ClientFault(
        clause="b",
        name=name,
        at=mine[0].place,
        sites=tuple(mine),
        caller=step_to(target, first.ref) if first.ref is not None else None,
        route=first.route,
        evidence=first.store.text,
        severity=first.severity,
        confidence=Confidence.CERTAIN,
        beside=tuple(beside),
        others=len(beside),
        fix=_fix(first.store),
        what=first.store.what,
    )


def _fix(store: MadeStore) -> str:
    what = store.words.removeprefix("new ")
    if store.keeps:
        made = "where the module is loaded" if what[:1].isupper() or "." not in what else "once"
        return (
            f"\nMake it {made}, export it, and let every request use that one: `{what}` holds "
            "connections of its own and gives them out. What closes it after a request today "
            "goes.\n"
        )
    if store.what == "Redis":
        return (
            "\nMake the client once, where the module is loaded: it has a pool of its own. What "
            "closes it after a request today goes: it is everybody's then.\n"
        )
    return (
        "\nOpen a pool when the application starts (`psycopg_pool.ConnectionPool`, the pool of the "
        "driver in use, or an SQLAlchemy engine), borrow a connection for the request, and give it "
        "back.\n"
    )
