"""Routes that a document lists: in blocks, in tables, and in calls of curl."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.docs.wording import Held, is_how_to, is_planned
from pytest_reconaudit.facts.load.endpoints import answers
from pytest_reconaudit.facts.network.routes import RouteTable, route_tables
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import Document
from pytest_reconaudit.target import Target

__all__ = ["address_claims", "route_claim"]

_LISTS = frozenset({"", "http", "text", "txt", "plaintext", "rest", "bash", "sh", "shell"})
_VERB = r"(?:GET|POST|PUT|PATCH|DELETE)"
_LISTED = regex(rf"\s*(?:[-*]\s+)?({_VERB})\s+(/[\w/{{}}:.-]*)(?=[\s?]|$)")
_ROW = regex(rf"\s*\|\s*[`*]*({_VERB})[`*]*\s*\|\s*`?(/[\w/{{}}:.-]*)`?(?:\?[^|`]{{0,80}}`?)?\s*\|")
_TURNED = regex(rf"\s*\|\s*`(/[\w/{{}}:.-]*)`\s*\|\s*[`*]*({_VERB})[`*]*\s*\|")
_CURL = regex(
    r"\bcurl\b[^\n]{0,200}?(https?://(?:localhost|127\.0\.0\.1)(?::\d{2,5})?/[\w/.-]{1,200})"
    r"(?![\w{<$:/.-])"
)
_SHELLS = frozenset({"bash", "sh", "shell", "zsh", "console", "terminal", "shell-session"})


def address_claims(target: Target, document: Document) -> Iterator[Held]:
    """Every route of a document's lists, tables and calls that can be judged."""
    if not route_tables(target):
        return
    for fence in document.fences:
        above = " ".join((fence.before, *fence.headings))
        if fence.language not in _LISTS or is_planned(above):
            continue
        if any("Host:" in line for _, line in fence.lines):
            continue
        if is_how_to(fence.headings, fence.before, (line for _, line in fence.lines)):
            continue
        for number, line in fence.lines:
            match = _LISTED.match(line)
            if match is not None:
                place = Place(document.path, number, match.start(1) + 1)
                yield from route_claim(target, match[1], match[2], place)
            elif fence.language in _SHELLS and "curl" in line:
                yield from _called(target, document, number, line)
    for number, line in document.prose:
        if not line.lstrip().startswith("|") or is_planned(line):
            continue
        match = _ROW.match(line)
        turned = _TURNED.match(line) if match is None else None
        if match is not None:
            place = Place(document.path, number, match.start(1) + 1)
            yield from route_claim(target, match[1], match[2], place)
        elif turned is not None:
            place = Place(document.path, number, turned.start(1) + 1)
            yield from route_claim(target, turned[2], turned[1], place)


def _called(target: Target, document: Document, number: int, line: str) -> Iterator[Held]:
    """What a document asks of its own machine: the port tells the server."""
    match = _CURL.search(line)
    if match is None or line.lstrip().startswith("#"):
        return
    there, near = answers(target, match[1])
    if there is None:
        return
    place = Place(document.path, number, match.start(1) + 1)
    note = Note(near.place, near.request) if near is not None else None
    says = "" if there else "the server that answers there has no such route"
    yield "route", match[1], place, says, None if there else note


def route_claim(target: Target, method: str, written: str, place: Place) -> Iterator[Held]:
    """``GET /api/users/:id`` held against every server of the repository."""
    tables = route_tables(target)
    if _ANY.search(written):
        return
    text = f"{method} {written}"
    asked = target.remember(_answered)
    path = re.sub(r"\{[^{}/]+\}|:[A-Za-z_]\w*", "1", written).rstrip("/") or "/"
    if not tables:
        return
    if (method, path) not in asked:
        if len(asked) * sum(len(table.routes) for table in tables) > _MOST_ASKED:
            return
        asked[method, path] = any(
            _serves(table, path, method, len(tables) > 1) is not False for table in tables
        )
    if asked[method, path]:
        yield "route", text, place, "", None
        return
    firsts = target.remember(_firsts)
    if path.count("/") < 2 or path.split("/")[1] not in firsts:
        return
    near = next((one for table in tables if (one := table.nearest(path)) is not None), None)
    note = Note(near.place, near.request) if near is not None else None
    yield "route", text, place, "no server of the repository has this route", note


def _serves(table: RouteTable, path: str, method: str, several: bool) -> bool | None:
    """Whether a table answers a path, or one that is like it but for what stands before: bases are
    often left out of documents, and gateways take them off."""
    known = table.serves(path, method)
    if known is not False:
        return known
    asked = [part for part in path.split("/") if part]
    for skip in range(len(asked)):
        rest = asked[skip:]
        if any(
            route.method in ("*", method) and _ends(route.path, rest, whole=skip > 0)
            for route in table.routes
        ):
            return True
        if not (_BASE.fullmatch(asked[skip]) or (several and skip < _HOPS)):
            break
    return False


_MOST_ASKED = 500_000
"""Routes of all servers times those of all documents: more are not held against each other."""


def _answered(target: Target) -> dict[tuple[str, str], bool]:
    """(method, path) → whether some server may answer it, as far as it was asked for."""
    del target
    return {}


def _firsts(target: Target) -> frozenset[str]:
    """The first segments of all routes."""
    return frozenset(
        route.path.split("/")[1] for table in route_tables(target) for route in table.routes
    )


_ANY = regex(
    r"(?i)[{:<](?:resources?|entit(?:y|ies)|services?|modules?|collections?|endpoints?)[}>/]"
)
"""A word that stands for the names of many routes."""
_BASE = regex(r"(?i)api|rest|v\d+|gateway")
_HOPS = 3
"""Leading segments that a gateway in front of several servers may take off."""


def _ends(pattern: str, asked: list[str], whole: bool) -> bool:
    wanted = [part for part in pattern.split("/") if part]
    if len(wanted) < len(asked) or (whole and len(wanted) > len(asked) + 2):
        return False
    return all(
        part == segment or part.startswith("{")
        for part, segment in zip(wanted[len(wanted) - len(asked) :], asked, strict=True)
    )
