"""Work that a request starts without a limit."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.crates import crate_of, serves, serving
from pytest_reconaudit.facts.asynchronous.running import (
    is_main,
    only_at_start,
    per_request,
    starts,
)
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.readers.scans.fan_out import FanOutSite, fan_out
from pytest_reconaudit.target import Target, once

__all__ = ["FanOutFile", "UnboundedWork", "fan_outs"]

_CLAUSES = {"task": "a", "send": "b", "channel": "b", "join": "c"}


class UnboundedWork(Struct, frozen=True):
    clause: str
    """``a``: a task per element. ``b``: a channel without a limit. ``c``: a join of any number."""
    name: str
    over: str
    """What is iterated over, or the sender."""
    at: Place
    sites: tuple[Note, ...]
    route: str
    evidence: str
    severity: Severity
    confidence: Confidence


class FanOutFile(Struct, frozen=True, eq=False):
    """A file that starts tasks, joins lists or makes channels."""

    path: str
    work: tuple[UnboundedWork, ...]


@once
def fan_outs(target: Target) -> tuple[FanOutFile, ...]:
    """The files of servers in which work is started without a limit in sight, by path."""
    servers = serving(target)
    found = []
    for path, record in scanned(target, fan_out).items():
        crate = crate_of(target, path)
        if crate is None or crate.path not in servers:
            continue
        groups: dict[tuple[int, str], list[FanOutSite]] = {}
        for site in record.sites:
            # The makings of channels are one group: one decision for the file.
            function = 0 if site.kind == "channel" else site.function
            groups.setdefault((function, _CLAUSES[site.kind]), []).append(site)
        own = serves(target, crate)
        work = [
            one
            for (_, clause), sites in sorted(groups.items())
            if (one := _work(target, path, clause, sites, own)) is not None
        ]
        found.append(FanOutFile(path, tuple(work)))
    return tuple(found)


def _work(
    target: Target, path: str, clause: str, sites: list[FanOutSite], own: bool
) -> UnboundedWork | None:
    ref = function_at(target, path, sites[0].function)
    if ref is None:
        return None
    function = outlined(target, ref)
    route = per_request(target, ref)
    if route is None:
        # A channel that is made once may be fed by anything: a hint. A send outside of requests
        # is none, nor is a loop that may run once.
        if is_main(function) or not own or is_off_path(path):
            return None
        if clause == "b":
            sites = [one for one in sites if one.kind == "channel"]
        elif starts(function.name) or not function.is_async or only_at_start(target, ref):
            return None
        if not sites:
            return None
    first = sites[0]
    known = route is not None and (clause != "b" or first.kind == "send")
    return UnboundedWork(
        clause=clause,
        name=f"{function.owner}::{function.name}" if function.owner else function.name,
        over=first.over,
        at=Place(path, first.line, first.column),
        sites=tuple(Note(Place(path, one.line, one.column), one.words) for one in sites),
        route=route or "",
        evidence=first.text,
        severity=weighed(Severity.MEDIUM if known else Severity.LOW, path),
        confidence=Confidence.LIKELY if known else Confidence.POSSIBLE,
    )
