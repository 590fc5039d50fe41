"""Calls of axios without a timeout, on the way of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES
from pytest_reconaudit.facts.asynchronous.running import is_command, per_request
from pytest_reconaudit.facts.callers import openings
from pytest_reconaudit.facts.code.functions import Ref, function_at, inline_route, reached
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.untimed import UntimedCall
from pytest_reconaudit.readers.scans.untimed_axios import untimed_axios
from pytest_reconaudit.target import Target

__all__ = ["calls_of_axios"]


def calls_of_axios(target: Target) -> Iterator[ClientUse]:
    """The files of Node code that ask by axios, which waits for ever unless it is told otherwise;
    what an application does so is one thing to mend, told at the first that requests come to."""
    records = {
        path: record
        for path, record in sorted(scanned(target, untimed_axios).items())
        if not (is_off_path(path) or is_command(path) or SAMPLES.search(path))
        and not _in_browser(target, path)
    }
    limited = {
        application_of(target, path).folder for path, one in records.items() if one.sets_default
    }
    found: dict[str, list[tuple[str, UntimedCall, str]]] = {}
    for path, record in records.items():
        folder = application_of(target, path).folder
        if folder in limited:
            continue
        for call in record.calls:
            if call.left:
                continue  # nobody waits for it, however silent the peer is
            route = _route_of(target, path, call)
            if route is not None and not _never_sent(target, path, call.line):
                found.setdefault(folder, []).append((path, call, route))
    faults = {alike[0][0]: _fault(alike) for alike in found.values()}
    for path, record in records.items():
        if record.calls or record.timed:
            yield ClientUse(path, (faults[path],) if path in faults else ())


def _route_of(target: Target, path: str, call: UntimedCall) -> str | None:
    """The route whose requests wait for a call, empty when only its handler is known."""
    inline = inline_route(target, path, call.line)
    if inline is not None:
        return inline.request
    ref = function_at(target, path, call.function) if call.function else None
    if ref is None or _is_page(target, ref):
        return None
    return per_request(target, ref)


def _never_sent(target: Target, path: str, line: int) -> bool:
    """Whether an ``if`` around a line asks for what is nothing by its definition: ``const token =
    null``."""
    lines = target.lines(path)
    for number, text in openings(lines, line, _MOST_UP):
        asked = _ASKED.match(text)
        if asked is None:
            continue
        nothing = re.compile(
            rf"\s*const {re.escape(asked[1])}(?:: [\w |]+)? ="
            r" (?:null|undefined|false|''|\"\");?\s*(?://.*)?$"
        )
        if any(map(nothing.match, lines[max(0, number - _MOST_UP) : number - 1])):
            return True
    return False


_MOST_UP = 199
_ASKED = regex(r"\s*if \((\w+)\) \{")
_PAGE = regex(
    r"\.[jt]sx$|(?:^|/)(?:page|layout|template|loading|error)\.[cm]?[jt]s$|\.(?:vue|svelte)$"
)
_BROWSER = regex(r"\b(?:localStorage|sessionStorage|window|document)\.|^\s*['\"]use client['\"]", 8)


def _is_page(target: Target, ref: Ref) -> bool:
    """Whether what asks is a page: as a rule in the browser, where somebody goes away."""
    found = reached(target).get(ref)
    return found is not None and _PAGE.search(found.handler.path) is not None


def _in_browser(target: Target, path: str) -> bool:
    return _PAGE.search(path) is not None or _BROWSER.search(target.text(path)) is not None


def _fault(alike: list[tuple[str, UntimedCall, str]]) -> ClientFault:
    path, first, route = alike[0]
    at = Place(path, first.line, first.column)
    sites = [Note(Place(file, one.line, one.column), one.words) for file, one, _ in alike]
    amount, fix = "", _LIMITED
    if first.client and {(file, one.client_line) for file, one, _ in alike} == {
        (path, first.client_line)
    }:
        # One line mends it for all that goes by the client, also where its methods are handed on.
        at = Place(path, first.client_line, 1)
        sites.insert(0, Note(at, f"axios.create makes {first.client}"))
        amount = f"`{first.client}`, by which {first.uses} calls go"
        if first.uses == 1:
            amount = f"`{first.client}`"
        fix = (
            "Give `axios.create` here a `timeout` (milliseconds), with room for the slowest answer"
            " that is meant to come; a call that may take longer says so itself. What is asked for"
            " once only (a payment) has to be looked up after a timeout before it is asked again."
        )
    return ClientFault(
        clause="d",
        name=path,
        at=at,
        sites=tuple(sites),
        caller=None,
        route=route if len(alike) == 1 else "",
        evidence=first.text,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        files=len({file for file, _, _ in alike}),
        fix=fix,
        amount=amount,
    )


_LIMITED = (
    "Give each call a `timeout` (milliseconds) in its options, with room for the slowest answer"
    " that is meant to come; or ask by one client that has it (`axios.create({ timeout })`), which"
    " what stubs `axios` itself in tests then does not see."
)
