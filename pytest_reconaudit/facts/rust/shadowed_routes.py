"""Routes of Rust servers that an earlier registration takes away, and such that stop the start.

Actix Web asks the services of a scope in the order of their registration; a scope takes every path
below its prefix and answers 404 itself, so what a later sibling has below the same prefix is never
reached. Axum merges routers, and panics when one method of one path is registered twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.network.routes import Route, RouteTable, route_tables
from pytest_reconaudit.facts.rust.conditions import is_switched, standing
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import ANY, Scope
from pytest_reconaudit.target import Target, once

__all__ = ["Outrun", "RustRoutes", "Shadowed", "TwiceRouted", "rust_route_tables"]

_PARAMETER = regex(r"\{(\*?)[^{}]*\}")
_MOST = 50
"""Registrations of one path that are compared."""


class Shadowed(Struct, frozen=True):
    """A scope that takes paths of what is registered after it."""

    scope: Scope
    lost: tuple[Route, ...]
    """In the order of their registration."""
    at: Place
    """The first registration that is lost: a scope or a route."""
    again: bool
    """It is a scope with the same prefix."""
    test: str = ""
    """The condition under which both are made; empty when they always are."""


class TwiceRouted(Struct, frozen=True):
    """A path of an axum router that is registered twice."""

    first: Route
    second: Route
    renamed: bool
    """The paths differ in the names of their parameters only."""
    test: str = ""
    """The condition under which both are made; empty when they always are."""


class Outrun(Struct, frozen=True):
    """A route of Actix whose requests an earlier one with a parameter in its place takes."""

    first: Route
    lost: Route
    test: str = ""
    """The condition under which both are made; empty when they always are."""


class RustRoutes(Struct, frozen=True, eq=False):
    """One server and what is wrong with the order of its routes."""

    table: RouteTable
    shadowed: tuple[Shadowed, ...] = ()
    twice: tuple[TwiceRouted, ...] = ()
    outrun: tuple[Outrun, ...] = ()


@once
def rust_route_tables(target: Target) -> tuple[RustRoutes, ...]:
    """Every server over Actix Web or axum, by folder."""
    found = []
    for table in route_tables(target):
        if table.framework == "actix":
            found.append(
                RustRoutes(
                    table,
                    shadowed=tuple(_shadowed(target, table)),
                    outrun=tuple(_outrun(target, table)),
                )
            )
        elif table.framework == "axum":
            found.append(RustRoutes(table, twice=tuple(_twice(target, table))))
    return tuple(found)


# -- Actix Web -----------------------------------------------------------------------------


def _shadowed(target: Target, table: RouteTable) -> Iterator[Shadowed]:
    lost: dict[tuple[Scope, bool], list[tuple[Place, Route]]] = {}
    earlier: dict[tuple[object, ...], list[Scope]] = {}
    """The router and the scopes around → the scopes registered there so far."""
    served = {(one.method, one.path) for one in table.routes}
    own: dict[Scope, set[tuple[str, str]]] = {}
    for route in table.routes:
        for scope in route.scopes:
            own.setdefault(scope, set()).add((route.method, _shape(route.path)))
    for route in table.routes:
        if route.doubtful:
            continue
        for depth in range(len(route.scopes) + 1):
            around = (route.router, *route.scopes[:depth])
            mine = route.scopes[depth] if depth < len(route.scopes) else None
            known = earlier.setdefault(around, [])
            taker = next(
                (
                    one
                    for one in known
                    if one is not mine and one != mine and _takes(one, route.path)
                ),
                None,
            )
            if taker is not None and (route.method, route.path) in served:
                # What the scope has itself is answered there: a double, not a loss.
                if (route.method, _shape(route.path)) not in own[taker]:
                    again = mine is not None and mine.prefix == taker.prefix
                    at = mine.place if mine is not None else route.place
                    lost.setdefault((taker, again), []).append((at, route))
                break
            if mine is not None and mine not in known and not mine.guarded:
                known.append(mine)
    for (scope, again), routes in lost.items():
        met = [(pair, _together(target, scope.place, *pair)) for pair in routes]
        kept = [(pair, test) for pair, test in met if test is not None]
        if kept:
            test = "" if any(not test for _, test in kept) else kept[0][1]
            yield Shadowed(
                scope, tuple(route for (_, route), _ in kept), kept[0][0][0], again, test
            )


def _outrun(target: Target, table: RouteTable) -> Iterator[Outrun]:
    """``/{id}`` before ``/new``, of one method, in one scope: Actix takes the first that fits."""
    known: dict[tuple[object, ...], list[Route]] = {}
    for route in table.routes:
        if route.doubtful or "$" in route.path or _is_guarded(target, route):
            continue
        before = known.setdefault((route.router, route.scopes, route.method), [])
        for one in before:
            if one.handler == route.handler or not _fits(one.path, route.path):
                continue
            test = _together(target, one.place, route.place, route, one)
            if test is not None:
                yield Outrun(one, route, test)
                break
        if "{" in route.path and len(before) < _MOST:
            before.append(route)


def _fits(pattern: str, path: str) -> bool:
    """Whether every request of a path is one of another path as well, which has a parameter of any
    value where the first has a word."""
    wanted, given = pattern.split("/"), path.split("/")
    words = False
    if len(wanted) != len(given):
        return False
    for part, segment in zip(wanted, given, strict=True):
        if part == segment or (_PLAIN.fullmatch(part) and _PLAIN.fullmatch(segment)):
            continue
        if _PLAIN.fullmatch(part) is None or "{" in segment or not segment:
            return False
        words = True
    return words


_PLAIN = regex(r"\{\w+\}")
_GUARDED = regex(r"\.guard\(|\bguard\s*=|\{\w+:[^{}\"]")


def _is_guarded(target: Target, route: Route) -> bool:
    """Whether something else than its method may turn requests of a route away: a guard, a pattern
    of a parameter."""
    line = route.place.line or 1
    return any(
        _GUARDED.search(text) for text in target.lines(route.place.path)[line - 2 : line + 4]
    )


def _shape(path: str) -> str:
    return _PARAMETER.sub(r"{\1}", path.rstrip("/"))


def _takes(scope: Scope, path: str) -> bool:
    """Whether a scope answers for a path, as Actix matches its prefix: by whole segments."""
    if "${" in scope.prefix or scope.guarded:
        return False
    if scope.prefix.endswith("/"):
        return False  # an empty segment of its own: `/` takes `/` and `//x`, not `/x`
    wanted = [part for part in scope.prefix.split("/") if part]
    given = [part for part in path.split("/") if part]
    if len(given) < len(wanted):
        return False
    for part, segment in zip(wanted, given, strict=False):
        if part == segment:
            continue
        if not (part.startswith("{") and part.endswith("}")):
            return False
        if segment.startswith("{") != part.startswith("{") and ":" in part:
            return False
    return True


# -- axum ----------------------------------------------------------------------------------


def _twice(target: Target, table: RouteTable) -> Iterator[TwiceRouted]:
    known: dict[tuple[Place | None, str], list[Route]] = {}
    for route in table.routes:
        if route.doubtful or "$" in route.path or route.router is None:
            continue
        before = known.setdefault((route.router, _PARAMETER.sub(r"{\1}", route.path)), [])
        # Those that surely meet it come first.
        met = [
            (bool(test), one, test)
            for one in before
            if _clash(one, route)
            and (test := _together(target, one.place, route.place, route, one)) is not None
        ]
        if met:
            _, earlier, test = min(met, key=lambda one: (one[0], one[1].path != route.path))
            yield TwiceRouted(earlier, route, renamed=earlier.path != route.path, test=test)
        if len(before) < _MOST:
            before.append(route)


def _clash(one: Route, other: Route) -> bool:
    """Whether axum refuses to have both: one method twice, or other names of a parameter."""
    if one.path != other.path:
        return True
    return one.method == other.method != ANY and one.place != other.place


# -- conditions ----------------------------------------------------------------------------


def _together(
    target: Target, place: Place, at: Place, route: Route, first: Route | None = None
) -> str | None:
    """Whether two registrations are made in one run: ``None`` when they exclude each other or may
    be there for other features, the test that one of them depends on, empty for none.

    :param at: where the later one begins: a scope around the route, or the route itself.
    """
    ways = (place, *(first.via if first is not None else ())), (at, route.place, *route.via)
    if any(is_switched(target, one) for way in ways for one in way):
        return None
    earlier, later = (standing(target, dict.fromkeys(way)) for way in ways)
    if earlier.excludes(later):
        return None
    return earlier.beyond(later) or later.beyond(earlier)
