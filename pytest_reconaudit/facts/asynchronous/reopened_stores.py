"""Connections of Python and Node to a database, Redis or MongoDB that requests open anew."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES, heat, is_rare
from pytest_reconaudit.facts.asynchronous.running import is_command, is_probe, per_request, step_to
from pytest_reconaudit.facts.asynchronous.shared_redis import shared_redis
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
    seldom: dict[tuple[str, str], list[Note]] = {}
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
            elif _is_alike(target, path, store):
                note = Note(Place(path, store.line, store.column), store.words)
                seldom.setdefault((folder, store.what), []).append(note)
    faults: dict[str, list[ClientFault]] = {}
    for key, alike in found.items():
        alike.sort(key=lambda one: (-one.severity, -heat(one.route), one.path, one.store.line))
        fault = _fault(target, alike, seldom.get(key, []))
        faults.setdefault(alike[0].path, []).append(fault)
    for each in shared.values():
        if len(each) >= _MANY:
            fault = _told_apart(each)
            faults.setdefault(fault.at.path, []).append(fault)
    for path in paths:
        yield ClientUse(path, tuple(faults.get(path, ())))


def _is_alike(target: Target, path: str, store: MadeStore) -> bool:
    """Whether requests come to what connects, seldom: whoever mends the others mends that too."""
    ref = function_at(target, path, store.function or store.line)
    if ref is None or _is_remembered(target, ref) or _TRIED.search(outlined(target, ref).name):
        return False
    route = per_request(target, ref)
    return bool(route) and not is_probe(route or "") and _TRIED.search(route or "") is None


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


def _fault(target: Target, alike: list[_Opened], seldom: list[Note]) -> ClientFault:
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
    beside += [note for note in seldom if note.place not in {one.place for one in mine}]
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
        fix=_fix(target, first),
        what=first.store.what,
    )


def _fix(target: Target, opened: _Opened) -> str:
    store = opened.store
    what = store.words.removeprefix("new ")
    python = opened.path.endswith(".py")
    if store.what == "Redis" and python:
        file = scanned(target, outline).get(opened.path)
        awaits = any("asyncio" in where for _, where in (file.imports if file else ()))
        known = None if awaits else shared_redis(target, opened.path)
        if known is not None and known.place.path != opened.path:
            return (
                f"\nThe application shares one already: take what `{known.name}` ({known.place})"
                " gives, which may be nothing where no address is set. What closes it after a"
                " request today goes: it is everybody's then.\n"
            )
    if python and (store.keeps or store.what == "Redis"):
        return (
            "\nMake it once, when it is first asked for, and let every request take that one: it"
            " holds a pool of its own. What closes it after a request today goes.\n\n```python\n"
            f"@functools.cache\ndef shared_{store.what.lower()}():\n"
            f"    return {what}(…)  # with what it is given now\n```\n"
        )
    if store.keeps:
        made = "where the module is loaded" if what[:1].isupper() or "." not in what else "once"
        return (
            f"\nMake it {made}, export it, and let every request use that one: `{what}` holds "
            "connections of its own and gives them out. What closes it after a request today "
            "goes.\n"
        )
    return (
        "\nOpen a pool when the application starts (`psycopg_pool.ConnectionPool`, the pool of the "
        "driver in use, or an SQLAlchemy engine), borrow a connection for the request, and give it "
        "back.\n"
    )
