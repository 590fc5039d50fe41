"""Requests of load tests, held against the routes that the repository's servers have.

Nothing is said about another host, about a server whose routes are not all known, and about an
address of which a part that matters is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.load.scripts import LoadRequest, LoadScript, load_scripts
from pytest_reconaudit.facts.network.asks import is_local
from pytest_reconaudit.facts.network.listeners import binds
from pytest_reconaudit.facts.network.routes import Route, RouteTable, route_tables
from pytest_reconaudit.facts.network.services import host, meant
from pytest_reconaudit.facts.packages import cargo_in_workspace
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["LoadTargets", "Unserved", "answers", "load_targets"]

_URL = regex(r"^https?://(?P<host>[\w.-]+|\[[\da-f:]+\])(?::(?P<port>\d{1,5}))?(?P<path>/.*)?$")
_OPEN = regex(r"^(?P<base>(?:https?://)?\$\{\}(?::(?:\$\{\}|\d+))?)(?P<path>/.*)$")
_BASE_NAME = regex(r"base|api|host|target|backend|server|app|root|origin|url", re.IGNORECASE)
_LAX = frozenset({401, 403, 404})
_LIBRARY = regex(r"(?:^|/)(?:packages|libs?|libraries|shared|common)/")
_FILES = regex(r"^/(?:static|media|assets|public|uploads?|images|docs|favicon\.ico)/?$")
"""Prefixes that no base address of an API ends with."""


class Unserved(Struct, frozen=True):
    """A request that no route answers."""

    request: LoadRequest
    path: str
    """The path without its query; ``${}`` for a part that is computed."""
    nearest: Route | None
    other_method: Route | None
    """A route of that path for another method."""
    sure: bool
    """It is known which server is meant."""
    weight: str
    """``high``, ``medium`` or ``low``: see the check."""


class LoadTargets(Struct, frozen=True, eq=False):
    """What a load test asks for."""

    script: LoadScript
    judged: int
    unresolved: int
    why: str
    """Why the first of the unresolved requests is."""
    unserved: tuple[Unserved, ...]
    servers: tuple[RouteTable, ...]
    """The servers that were looked at."""


@once
def load_targets(target: Target) -> tuple[LoadTargets, ...]:
    """Every load test that makes requests, by path."""
    return tuple(_judged(target, one) for one in load_scripts(target) if one.requests)


def _judged(target: Target, script: LoadScript) -> LoadTargets:
    judged = unresolved = 0
    why = ""
    unserved: list[Unserved] = []
    servers: dict[int, RouteTable] = {}
    for request in script.requests:
        meant_one = _Meant.of(target, request)
        if not meant_one.tables:
            unresolved += 1
            why = why or meant_one.why
            continue
        servers.update((id(one), one) for one in meant_one.tables)
        served = _served(meant_one, request.method)
        if served is None:
            unresolved += 1
            why = why or "the routes of the server are not all known"
            continue
        judged += 1
        if served or (request.accepts is not None and set(request.accepts) <= {404}):
            continue  # it wants to be refused, by 404 or a status such as 405
        path = meant_one.path
        unserved.append(
            Unserved(
                request=request,
                path=path,
                nearest=_nearest(meant_one),
                other_method=_of_another_method(meant_one),
                sure=meant_one.sure,
                weight=_weight(script, request),
            )
        )
    return LoadTargets(script, judged, unresolved, why, tuple(unserved), tuple(servers.values()))


def answers(target: Target, url: str) -> tuple[bool | None, Route | None]:
    """(whether a server of the repository has a route for an address, by any method, and the route
    most like it); ``None`` where that cannot be told."""
    place = Place(".", 1, 1)
    one = _Meant.of(target, LoadRequest(place=place, method="GET", url=url, written=url))
    if not one.tables or not one.sure:
        return None, None
    there = _served(one, "GET")
    if there is False and _of_another_method(one) is not None:
        there = True
    return there, None if there else _nearest(one)


# -- which server --------------------------------------------------------------------------


class _Meant(Struct, frozen=True, eq=False):
    """The servers that an address may mean, and the path there."""

    tables: tuple[RouteTable, ...] = ()
    path: str = ""
    sure: bool = True
    floating: bool = False
    """What stands before the path may hold a prefix."""
    why: str = ""

    @classmethod
    def of(cls, target: Target, request: LoadRequest) -> _Meant:
        url = request.url
        match = _URL.match(url)
        if match is not None:
            path = match["path"] or "/"
            if path.startswith("/${}") and path.strip("/") == "${}":
                return cls(why=f"{request.written} is computed")
            tables, sure = _tables(target, match["host"].lower(), match["port"])
            if not tables:
                return cls(why=f"{match['host']} is no server of the repository that is understood")
            return cls(tables, _plain(path), sure)
        loose = _OPEN.match(url)
        tables = route_tables(target)
        if loose is None or len(tables) != 1 or _strangers(target):
            return cls(why=f"{request.written} is computed")
        if not request.hosted and not _BASE_NAME.search(request.written.partition("}")[0]):
            return cls(why=f"{request.written} may mean any server")
        return cls(tables, _plain(loose["path"]), sure=False, floating=True)


def _plain(path: str) -> str:
    return re.split(r"[?#]", path, maxsplit=1)[0]


def _strangers(target: Target) -> set[str]:
    """Packages that open a port and have no table of routes."""
    known = {one.folder for one in route_tables(target)}
    return {
        one.folder
        for one in binds(target)
        if one.folder not in known and not one.place.path.endswith((".config.ts", ".config.js"))
    }


def _tables(target: Target, name: str, port: str | None) -> tuple[tuple[RouteTable, ...], bool]:
    """(the tables of the servers that answer at an address, whether that is known)."""
    everything = route_tables(target)
    if not is_local(name):
        service = meant(target, name)
        if service is None or "." in name:
            return (), False
        folders = _members(target, service.folders)
        found = tuple(one for one in everything if one.folder in folders)
        return (found, True) if len(found) == 1 else ((), False)
    number = int(port) if port else 80
    answering = host(target).ports.get(number, ())
    if not answering:
        # Nobody is known there: whichever server of the repository is meant, one of them it is.
        if _strangers(target) or not everything:
            return (), False
        return everything, len(everything) == 1
    if any(one.proxy for one in answering):
        return (), False
    folders = _members(target, {folder for one in answering for folder in one.folders})
    found = tuple(one for one in everything if one.folder in folders)
    if found:
        # An image holds the libraries of its program too; they open no port.
        opening = {one.folder for one in binds(target)} | {one.folder for one in found}
        folders = {one for one in folders if one in opening or not _LIBRARY.search(one)}
    if len(found) != len(folders) or any(
        not one.folders and one.place is not None and "command opens" not in one.who
        for one in answering
    ):
        return (), False
    return found, True


def _members(target: Target, folders: Iterable[str]) -> set[str]:
    """The folders, the root of a cargo workspace replaced by those of its members that serve, when
    the routes of all that open a port are known."""
    serving, strangers = {one.folder for one in route_tables(target)}, _strangers(target)
    found: set[str] = set()
    for folder in folders:
        members = {one.folder for one in cargo_in_workspace(target).get(folder, ())}
        known = folder not in serving and members & serving and not members & strangers
        found |= members & serving if known else {folder}
    return found


# -- whether it is served ------------------------------------------------------------------


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _served(one: _Meant, method: str) -> bool | None:
    """Whether any of the servers may answer; ``None`` when that cannot be told."""
    results = [_by(table, one, method) for table in one.tables]
    if any(results):
        return True
    return None if None in results else False


def _by(table: RouteTable, one: _Meant, method: str) -> bool | None:
    wanted = "GET" if method == "HEAD" else method
    if method == "OPTIONS":
        return True
    asked = _segments(one.path)
    for route in table.routes:
        if route.method in ("*", wanted, method) and _fits(route.path, asked, one.floating):
            return True
    if not table.complete:
        return None
    if any(
        _below(one.path, prefix) or (one.floating and not _FILES.match(prefix))
        for prefix in table.open_below
    ):
        return None
    return False


def _below(path: str, prefix: str) -> bool:
    clean = prefix.rstrip("/")
    return not clean or path == clean or path.startswith(f"{clean}/")


def _fits(pattern: str, asked: Sequence[str], floating: bool = False) -> bool:
    """Whether a route may answer a path: a computed part may be one or more of its segments."""
    wanted = _segments(pattern)
    if not floating:
        return _match(wanted, asked, 0, 0)
    return any(_match(wanted[skip:], asked, 0, 0) for skip in range(min(len(wanted), 6) + 1))


def _match(wanted: Sequence[str], asked: Sequence[str], i: int, j: int) -> bool:
    while i < len(wanted):
        part = wanted[i]
        if part.startswith("{*"):
            return True
        if j >= len(asked):
            return False
        if "${}" in asked[j]:
            # As it is named it may hold a slash: one segment of the route or several.
            limit = min(len(wanted), i + 4)
            return any(_match(wanted, asked, k, j + 1) for k in range(i + 1, limit + 1))
        if not _same(part, asked[j]):
            return False
        i += 1
        j += 1
    return j == len(asked)


def _same(part: str, segment: str) -> bool:
    if "{" not in part:
        return part == segment
    lead, _, rest = part.partition("{")
    tail = rest.rpartition("}")[2]
    return (
        segment.startswith(lead) and segment.endswith(tail) and len(segment) > len(lead) + len(tail)
    )


# -- what is said about it -----------------------------------------------------------------


def _nearest(one: _Meant) -> Route | None:
    asked = one.path.replace("${}", "1").replace(" ", "")
    found = (table.nearest(asked) for table in one.tables)
    return next((route for route in found if route is not None), None)


def _of_another_method(one: _Meant) -> Route | None:
    asked = _segments(one.path)
    routes: Iterable[Route] = (route for table in one.tables for route in table.routes)
    return next((route for route in routes if _fits(route.path, asked, one.floating)), None)


def _weight(script: LoadScript, request: LoadRequest) -> str:
    """``low`` when the script is content with a 404; ``high`` when each iteration fails by it and a
    threshold counts failed requests; else ``medium``."""
    accepts = request.accepts
    if accepts is not None and 404 in accepts:
        return "low"
    if not request.always or (accepts is not None and _LAX.intersection(accepts)):
        return "medium"
    one = script.k6
    if one is None or one.callback or one.thresholds is None:
        return "medium"
    counted = any(
        threshold.metric == "http_req_failed" and not threshold.tags for threshold in one.thresholds
    )
    return "high" if counted else "medium"
