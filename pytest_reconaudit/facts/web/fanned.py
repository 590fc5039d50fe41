"""Requests that a page sends for every element of a collection, all at once.

One after another they are told by ``facts/web/awaits.py``; at once each still is a request of its
own, of which a browser sends six at a time. Which of them ask a server of the repository is told by
their addresses, or those in the function that is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.closed import is_closed
from pytest_reconaudit.facts.network.routes import Route, route_tables
from pytest_reconaudit.facts.web.named_functions import body_of, what_is_named
from pytest_reconaudit.facts.web.operations import PARTS, is_read, only_asks
from pytest_reconaudit.facts.web.shown import shown
from pytest_reconaudit.facts.web.waiters import is_by_interval, is_served
from pytest_reconaudit.model import Note, Place, Severity, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited, AwaitingFunction, AwaitingLoop
from pytest_reconaudit.target import Target, once

__all__ = ["FannedRequests", "fanned_requests"]

_GIVEN = regex(
    r"[\w$.?]{0,60}(?:<[^<>()]{0,60}>)?\(\s*(?:\{\s*url:\s*)?(['\"`])([^'\"`\n]{1,200})\1"
)
"""An operation whose first argument is written out."""
_ASKED = regex(
    r"\b(?:fetch|axios|request|(?:axios|api|http|client|instance|this)[\w$.]{0,40}\.(?:get|request|fetch))"
    r"(?:<[^<>()]{0,80}>)?\(\s*(?:\{\s*url:\s*)?(['\"`])([^'\"`\n]{1,200})\1",
    re.IGNORECASE,
)
_CHANGES = regex(
    r"\bmethod\s*:\s*['\"](?:POST|PUT|PATCH|DELETE)['\"]|\.(?:post|put|patch|delete)\("
)
_FOREIGN = regex(r"https?://(?!localhost|127\.)")
_ASSET = regex(
    r"\.(?:json|svg|png|jpe?g|webp|geojson|csv|md|mdx|txt|wasm|glb|html)(?:\?|$)|/(?:static|assets|locales)/"
)
_WHOLE = regex(
    r"/(?!/)|https?://|\$\{(?:[\w$.]*(?:api|url|base|host|endpoint|server|origin|prefix)[\w$.]*)"
    r"(?:\(\))?\}",
    re.IGNORECASE,
)
"""How an address begins, or what stands for its beginning."""
_BASE = regex(r"^\$\{[^{}]{1,60}\}")
_PART = regex(r"\$\{[^{}]{1,80}\}")
_FEW = regex(r"^\[|\.slice\(\s*-?\d|Object\.(?:keys|values|entries)\(|^(?:Array|range)\b")
_MANY = 3
"""Addresses that are told."""


class FannedRequests(Struct, frozen=True):
    """The requests of one function that are sent for every element at once."""

    function: str
    """Empty for code outside of any."""
    over: str
    at: Place
    addresses: tuple[str, ...]
    """What is asked for, as written."""
    operations: tuple[Note, ...]
    route: Route | None
    """The route of the repository that answers the first of them."""
    severity: Severity

    @property
    def told(self) -> str:
        """``load() asks for `/tides/${id}` once per element of `berths`, all at once: line 3``."""
        who = f"{self.function}()" if self.function else self.at.path.rpartition("/")[2]
        asked = " and ".join(f"`{one}`" for one in self.addresses)
        lines = lines_of(sorted([self.at, *(one.place for one in self.operations)], key=Place.key))
        return f"{who} asks for {asked} once per element of `{self.over}`, all at once: {lines}"

    @property
    def related(self) -> tuple[Note, ...]:
        """What is asked for each, and the route that answers."""
        if self.route is None:
            return self.operations
        return (*self.operations, Note(self.route.place, self.route.request))

    @property
    def remedy(self) -> str:
        """One request for all of them, in words."""
        whose = f"`{self.route.request}` ({self.route.place})" if self.route else "the endpoint"
        return (
            f"Let one request answer for all: give {whose} a sibling that takes the keys of all"
            " elements, or put what is shown of each into the answer that"
            f" `{self.over}` comes from. Where neither can be had, ask for what is in view only."
        )


def fanned_requests(
    target: Target, path: str, function: AwaitingFunction
) -> Iterator[FannedRequests]:
    """Every such collection of a function that a browser runs."""
    if not function.fans or path not in shown(target):
        return
    for loop in function.fans:
        if _FEW.search(loop.over) or is_served(target, path, loop.line):
            continue
        if _is_cut(target, path, function.line, loop):
            continue
        asked = [
            (one, address)
            for one in loop.awaited
            if one.by_item and only_asks(one) and is_read(one)
            if (address := _address(target, path, one)) and _ASSET.search(address) is None
        ]
        if not asked:
            continue
        route = next((found for _, one in asked if (found := _route(target, one))), None)
        yield FannedRequests(
            function.name,
            loop.over,
            Place(path, loop.line),
            tuple(dict.fromkeys(address for _, address in asked))[:_MANY],
            tuple(
                Note(Place(path, one.line), f"asks for {address} per `{loop.item}`")
                for one, address in asked
            ),
            route,
            _weight(target, path, function, loop, [address for _, address in asked]),
        )


_CUT = regex(r"\.slice\(\s*0\s*,\s*(\w{1,60})\s*\)(?:\s*(?:\?\?|\|\|)\s*\[\s*\])?\s*;?\s*$")
_HANDFUL = 10
_NAME = regex(r"[\w$]{1,60}")
_BEFORE = 60
"""Lines."""


def _is_cut(target: Target, path: str, first: int, loop: AwaitingLoop) -> bool:
    """Whether a collection is given no more than a handful of elements before:
    ``const some = all.slice(0, 5)``."""
    if _NAME.fullmatch(loop.over) is None:
        return False
    lines = target.lines(path)[max(first - 1, loop.line - _BEFORE, 0) : loop.line - 1]
    given = re.compile(rf"\b(?:const|let|var)\s+{re.escape(loop.over)}\b[^=;]{{0,80}}=(?![=>])(.*)")
    for index in range(len(lines) - 1, -1, -1):
        found = given.search(lines[index])
        if found is None:
            continue
        said = found[1]
        for more in lines[index + 1 : index + _CHAIN]:
            if not more.lstrip().startswith("."):
                break
            said += more
        cut = _CUT.search(said)
        if cut is None:
            return False
        value = cut[1]
        if not value.isdigit():
            named = re.search(
                rf"\bconst\s+{re.escape(value)}\b[^=;]{{0,40}}=\s*(\d{{1,4}})\b", target.text(path)
            )
            value = named[1] if named is not None else ""
        return value.isdigit() and int(value) <= _HANDFUL
    return False


_CHAIN = 8
"""Lines of one expression."""


def _weight(
    target: Target,
    path: str,
    function: AwaitingFunction,
    loop: AwaitingLoop,
    addresses: list[str],
) -> Severity:
    """Low where a page asks its own server; a note for others' servers and short lists."""
    if all(_FOREIGN.match(one) for one in addresses) or PARTS.search(loop.over):
        return Severity.INFO
    if is_by_interval(target, path, function.line, loop.line):
        return Severity.INFO
    if is_capped(target.text(path), loop.line, loop.over):
        return Severity.INFO
    if is_closed(target, path, loop.line, loop.over):
        return Severity.INFO
    return Severity.LOW


def _address(target: Target, path: str, one: Awaited) -> str:
    """What an operation asks for, as written there or in the function that it calls; empty where
    that is not told, or where it is no request."""
    direct = _GIVEN.match(one.whole)
    if direct is not None:
        return direct[2] if _WHOLE.match(direct[2]) and "${" in direct[2] else ""
    for at, function in what_is_named(target, path, one):
        body = body_of(target, at, function)
        if len(body) > _LONGEST or _CHANGES.search(body):
            continue
        found = _ASKED.search(body)
        if found is not None and _WHOLE.match(found[2]) and "${" in found[2]:
            return found[2]
    return ""


_LONGEST = 3_000


def _route(target: Target, address: str) -> Route | None:
    """The route of the repository that an address means, whatever it is mounted below."""
    if _FOREIGN.match(address):
        return None
    plain = _PART.sub("\0", _BASE.sub("", address)).partition("?")[0]
    segments = [part for part in plain.split("/") if part]
    if len(segments) < 2:
        return None
    for table in _tables(target):
        for route in table:
            own = [part for part in route.path.split("/") if part]
            if len(own) < len(segments) or route.method not in ("GET", "*"):
                continue
            if all(
                mine == theirs or (mine.startswith(("{", ":")) and "\0" in theirs)
                for mine, theirs in zip(own[-len(segments) :], segments, strict=True)
            ) and any(part.startswith(("{", ":")) for part in own):
                return route
    return None


@once
def _tables(target: Target) -> tuple[tuple[Route, ...], ...]:
    return tuple(table.routes for table in route_tables(target))
