"""The HTTP paths that each application of the repository really serves.

Registrations are followed from the server's start through scopes, nested routers and the functions
that they are handed to; what nothing reaches is not served. A registration that cannot be followed
makes the table *incomplete*: then nothing is concluded about a path that it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.facts.network.route_sources import RouteSource, served_by, sources
from pytest_reconaudit.facts.network.served import Served
from pytest_reconaudit.facts.network.static_routes import nginx_routes, static_routes
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import ANY, Gap, Scope
from pytest_reconaudit.target import Target, once

__all__ = ["Route", "RouteTable", "route_tables", "routes_of"]

_PARAMETER = regex(r"\{[^{}/]*\}")


class Route(Struct, frozen=True):
    """One registered path."""

    method: str
    """``GET``, ``POST`` …; ``*`` for any."""
    path: str
    """Joined through all scopes, parameters as ``{name}``, a tail as ``{*name}``."""
    place: Place
    handler: str = ""
    """The name of the function that answers, as written; empty for closures."""
    scopes: tuple[Scope, ...] = ()
    """Scopes that take all paths below their prefix (Actix), outer first."""
    router: Place | None = None
    """Where the router is made that it is in; two of them may be two servers."""
    via: tuple[Place, ...] = ()
    """The mounts by which it is reached, outer first."""
    doubtful: bool = False
    """One of these mounts may mean another function than the one that was followed."""

    @property
    def request(self) -> str:
        """As reports name it: ``GET /orders/{id}``."""
        return f"{self.method} {self.path}"

    def matches(self, path: str) -> bool:
        """Whether a request path, its method left aside, is this route's."""
        return _matches(self.path, _segments(path))


class RouteTable(Struct, frozen=True, eq=False):
    """What one server of the repository serves."""

    folder: str
    """The package that the server is in (see ``facts.packages``); empty for the root."""
    framework: str
    """``actix``, ``axum``, ``express``, ``fastify``, ``fastapi``, ``nginx`` …"""
    routes: tuple[Route, ...]
    complete: bool
    """Every registration was followed; otherwise "not served" must not be said."""
    main: Place
    """Where the server is started, or its first registration."""
    doubt: Note | None = None
    """Why the table is incomplete."""
    open_below: tuple[str, ...] = ()
    """Prefixes below which anything may be served (files, a proxied service)."""
    folders: tuple[str, ...] = ()
    """Where the server's static files come from; a file there is served by its name."""

    def serves(self, path: str, method: str = "GET") -> bool | None:
        """Whether a request is answered by a route; ``None`` when this cannot be told.

        A path that only other methods are registered for is not served. ``HEAD`` counts as
        ``GET``.
        """
        if "$" in path or "{" in path or not path.startswith("/"):
            return None
        if self.matching(path, method):
            return True
        if not self.complete:
            return None
        return None if any(_below(path, prefix) for prefix in self.open_below) else False

    def matching(self, path: str, method: str = "GET") -> tuple[Route, ...]:
        """The routes that a request's path and method fit, in the order of their registration."""
        segments = _segments(path)
        wanted = "GET" if method == "HEAD" else method
        return tuple(
            route
            for route in self.routes
            if route.method in (ANY, wanted, method) and _matches(route.path, segments)
        )

    def nearest(self, path: str) -> Route | None:
        """The served route most like a path that is not served, for a hint."""
        candidates = [one for one in self.routes if one.method in (ANY, "GET")] or self.routes
        last = _segments(path)[-1:] or [""]
        same = [one for one in candidates if _segments(one.path)[-1:] == last]
        if not same:
            ends = {one: (_segments(one.path)[-1:] or [""])[0] for one in candidates}
            near = alike(last[0], ends.values())
            same = [one for one in candidates if ends[one] == near] if near else []
        parts = set(_segments(path))
        return min(
            same,
            key=lambda one: (-len(parts.intersection(_segments(one.path))), len(one.path)),
            default=None,
        )


def _segments(path: str) -> list[str]:
    clean = re.split(r"[?#]", path, maxsplit=1)[0]
    return [part for part in clean.split("/") if part]


def _matches(pattern: str, segments: list[str]) -> bool:
    wanted = _segments(pattern)
    for index, part in enumerate(wanted):
        if part.startswith("{*"):
            return True
        if index >= len(segments):
            return False
        if part != segments[index] and not _fits(part, segments[index]):
            return False
    return len(wanted) == len(segments)


def _fits(part: str, segment: str) -> bool:
    """``{id}``, ``{name}.json`` against one segment."""
    if "{" not in part:
        return False
    literals = _PARAMETER.split(part)
    if len(literals) == 1 or not segment.startswith(literals[0]):
        return False
    at = len(literals[0])
    for literal in literals[1:-1]:
        found = segment.find(literal, at)
        if found < 0:
            return False
        at = found + len(literal)
    return segment.endswith(literals[-1]) and len(segment) - len(literals[-1]) >= at


def _below(path: str, prefix: str) -> bool:
    clean = prefix.rstrip("/")
    return not clean or path == clean or path.startswith((f"{clean}/", f"{clean}?"))


@once
def route_tables(target: Target) -> tuple[RouteTable, ...]:
    """Every server of the repository whose framework is known, by folder."""
    found = [_table(target, source) for source in sources(target)]
    RouteSource.forget(target)
    return tuple(one for one in found if one is not None)


def routes_of(target: Target, program: Program) -> RouteTable | None:
    """What a container serves: its package's table, or its nginx's; ``None`` when unknown."""
    if program.server == "nginx":
        return _table_of(nginx_routes(target, program))
    if program.server in ("serve", "vite-preview"):
        return _table_of(static_routes(target, program))
    if program.server or program.package is None:
        return None
    fitting = served_by(target, program)
    tables = [one for source in fitting if (one := _table(target, source)) is not None]
    return tables[0] if len(tables) == 1 else None


@once
def _tables(target: Target) -> dict[tuple[str, str], RouteTable | None]:
    """Filled as tables are asked for."""
    return {}


def _table(target: Target, source: RouteSource) -> RouteTable | None:
    known = _tables(target)
    key = (source.folder, source.language)
    if key not in known:
        known[key] = _table_of(source.collect(target))
    return known[key]


def _table_of(served: Served | None) -> RouteTable | None:
    if served is None:
        return None
    wide = [gap for gap in served.gaps if gap.prefix in ("", "/")]
    unique: dict[tuple[str, str, Place], Route] = {}
    for one in served.endpoints:
        path = one.path if one.path.startswith("/") else f"/{one.path}"
        route = Route(
            one.method, path, one.place, one.handler, one.scopes, one.router, one.via, one.doubtful
        )
        unique.setdefault((route.method, route.path, route.place), route)
    first = wide[0] if wide else None
    if first is None and not unique and served.framework != "nginx":
        # A server without any route has them in a way that is not understood.
        first = Gap("", served.main, "no registration is understood")
        wide = [first]
    return RouteTable(
        folder=served.folder,
        framework=served.framework,
        routes=tuple(unique.values()),
        complete=not wide,
        main=served.main,
        doubt=Note(first.place, first.why) if first is not None else None,
        open_below=tuple(_ordered(gap.prefix for gap in served.gaps if gap not in wide)),
        folders=served.folders,
    )


def _ordered(prefixes: Iterable[str]) -> list[str]:
    return sorted({one if one.startswith("/") else f"/{one}" for one in prefixes})
