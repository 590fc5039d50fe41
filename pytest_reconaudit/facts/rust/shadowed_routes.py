"""Routes of Rust servers that an earlier registration takes away, and such that stop the start.

Actix Web asks the services of a scope in the order of their registration; a scope takes every path
below its prefix and answers 404 itself, so what a later sibling has below the same prefix is never
reached. Axum merges routers, and panics when one method of one path is registered twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.facts.network.routes import Route, RouteTable, route_tables
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import ANY, Scope
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax
from pytest_reconaudit.target import Target, once

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["RustRoutes", "Shadowed", "TwiceRouted", "rust_route_tables"]

_PARAMETER = regex(r"\{(\*?)[^{}]*\}")
_BRANCHING = frozenset({"if_expression", "match_expression"})
_CFG = regex(rb"#!?\[\s*cfg")


class Shadowed(Struct, frozen=True):
    """A scope that takes paths of what is registered after it."""

    scope: Scope
    lost: tuple[Route, ...]
    """In the order of their registration."""
    at: Place
    """The first registration that is lost: a scope or a route."""
    again: bool
    """It is a scope with the same prefix."""


class TwiceRouted(Struct, frozen=True):
    """A path of an axum router that is registered twice."""

    first: Route
    second: Route
    renamed: bool
    """The paths differ in the names of their parameters only."""


class RustRoutes(Struct, frozen=True, eq=False):
    """One server and what is wrong with the order of its routes."""

    table: RouteTable
    shadowed: tuple[Shadowed, ...] = ()
    twice: tuple[TwiceRouted, ...] = ()


@once
def rust_route_tables(target: Target) -> tuple[RustRoutes, ...]:
    """Every server over Actix Web or axum, by folder."""
    found = []
    for table in route_tables(target):
        if table.framework == "actix":
            found.append(RustRoutes(table, shadowed=tuple(_shadowed(target, table))))
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
        kept = [pair for pair in routes if not _apart(target, scope.place, *pair)]
        if kept:
            yield Shadowed(scope, tuple(route for _, route in kept), kept[0][0], again)


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
    known: dict[tuple[Place | None, str], Route] = {}
    methods: dict[tuple[Place | None, str, str], Route] = {}
    for route in table.routes:
        if route.doubtful or "$" in route.path or route.router is None:
            continue
        first = methods.get((route.router, route.method, route.path))
        other = known.get((route.router, _PARAMETER.sub(r"{\1}", route.path)))
        renamed = other is not None and other.path != route.path
        again = first is not None and route.method != ANY and first.place != route.place
        earlier = first if again else other if renamed else None
        if earlier is not None and not _apart(
            target, earlier.place, route.place, route, earlier
        ):  # fmt: skip
            yield TwiceRouted(earlier, route, renamed=not again)
        methods.setdefault((route.router, route.method, route.path), route)
        known.setdefault((route.router, _PARAMETER.sub(r"{\1}", route.path)), route)


# -- conditions ----------------------------------------------------------------------------


def _apart(
    target: Target, place: Place, at: Place, route: Route, first: Route | None = None
) -> bool:
    """Whether two registrations may exclude each other: other branches, other features.

    :param at: where the later one begins: a scope around the route, or the route itself.
    """
    pairs = [(place, at), (place, route.place), *((place, one) for one in route.via)]
    if first is not None:
        pairs += [(one, route.place) for one in first.via]
        pairs += [(a, b) for a in first.via for b in route.via]
    return any(a.path == b.path and a != b and _exclusive(target, a, b) for a, b in pairs) or any(
        _conditional(target, one) for one in (place, at, route.place, *route.via)
    )


def _tree(text: str, path: str) -> SyntaxTree:
    return read_syntax(text, path)


def _at(target: Target, place: Place) -> Node | None:
    tree = target.parse(_tree, place.path)
    if place.line is None:
        return None
    point = (place.line - 1, max((place.column or 1) - 1, 0))
    return tree.root.named_descendant_for_point_range(point, point)


def _branches(node: Node | None) -> list[tuple[int, int]]:
    """(an ``if`` or ``match`` around, the part of it that a node is in), inner first."""
    found = []
    child = node
    while child is not None and child.parent is not None:
        parent = child.parent
        if parent.type in _BRANCHING or parent.type == "match_block":
            found.append((parent.id, child.id))
        child = parent
    return found


def _exclusive(target: Target, one: Place, other: Place) -> bool:
    first = dict(_branches(_at(target, one)))
    return any(first.get(around, part) != part for around, part in _branches(_at(target, other)))


def _conditional(target: Target, place: Place) -> bool:
    """Whether a registration, or the function around it, is there for some features only."""
    node = _at(target, place)
    while node is not None:
        before = node.prev_named_sibling
        while before is not None and before.type in ("attribute_item", "line_comment"):
            if before.type == "attribute_item" and _CFG.match(before.text or b""):
                return True
            before = before.prev_named_sibling
        node = node.parent
    return False
