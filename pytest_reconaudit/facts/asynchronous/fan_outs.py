"""Work that a request starts without a limit."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.crates import crate_of, serves, serving
from pytest_reconaudit.facts.asynchronous.running import (
    is_main,
    only_at_start,
    per_request,
    starts,
)
from pytest_reconaudit.facts.asynchronous.volume import surely_grows
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    function_at,
    outlined,
    reached,
    source_of,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.fan_out import FanOutSite, fan_out
from pytest_reconaudit.readers.scans.outline import OutlinedCall, outline
from pytest_reconaudit.target import Target, once

__all__ = ["FanOutFile", "UnboundedWork", "fan_outs"]

_OVER = 60
_CLAUSES = {"task": "a", "send": "b", "stream": "b", "channel": "b", "join": "c"}


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
    streams: bool = False
    """Of a channel: it is filled in a loop and read as a stream."""
    chosen: str = ""
    """What of its request says how many there are, which its handler does not bound:
    ``request.limit``."""
    transaction: tuple[str, int] | None = None
    """(variable, line of its commit) of the database transaction that is open around a loop."""


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
            sites = [one for one in sites if one.kind in ("channel", "stream")]
        elif starts(function.name) or not function.is_async or only_at_start(target, ref):
            return None
        if not sites:
            return None
    sites = [one for one in sites if one.kind != "join" or _leaves(target, ref, one)]
    if not sites:
        return None
    # What a branch sends once, and what a channel carries that is made here: a note to look at.
    sites.sort(key=lambda one: (one.kind == "channel", one.seldom))
    first = sites[0]
    known = route is not None and (clause != "b" or first.kind in ("send", "stream"))
    held = clause != "b" and _HELD.match(first.over) is not None
    if first.kind == "send" and (
        _is_one_of(target, function.trait, function.name) or _makes_own(target, ref, function.owner)
    ):
        # What the route asks may be another type that implements the trait, or the channel is the
        # request's own and ends with it.
        route, known = "", False
    chosen = _chosen(target, ref) if known and clause != "b" else ""
    # What a request does not ask for is seldom long; nor is known of a list how long it gets whose
    # elements neither the request nor a query is seen to bring.
    short = not known or first.seldom or held or first.kind == "channel"
    short = short or (clause == "b" and not route)
    if clause != "b" and not short and not chosen:
        short = not any(surely_grows(target, ref, one.over, one.line) for one in sites)
    return UnboundedWork(
        clause=clause,
        name=f"{function.owner}::{function.name}" if function.owner else function.name,
        over=first.over if len(first.over) <= _OVER else f"{first.over[:_OVER]}…",
        at=Place(path, first.line, first.column),
        sites=tuple(Note(Place(path, one.line, one.column), one.words) for one in sites),
        route=route or "",
        evidence=first.text,
        severity=Severity.INFO if short else weighed(Severity.MEDIUM, path),
        confidence=Confidence.LIKELY if known else Confidence.POSSIBLE,
        streams=first.kind == "stream",
        chosen=chosen,
        transaction=_transaction(target, ref, first.line) if clause == "a" else None,
    )


_BEGUN = regex(
    r"\blet\s+(?:mut\s+)?(\w+)\b[^=;]{0,80}=[^;]{0,200}?\.\s*(?:begin|begin_with_config|transaction"
    r"|start_transaction)\s*\("
)
_NAMED = regex(r"\b((?:\w+_)?(?:txn|tx|trx|transaction))\s*:\s*[^,)]{0,80}Transaction\b")
_ENDED = regex(r"\b(\w+)\s*\.\s*(?:commit|rollback)\s*\(")


def _transaction(target: Target, ref: Ref, line: int) -> tuple[str, int] | None:
    """The transaction that a function has open at a line, and commits below."""
    before = source_of(target, ref, above=line)
    begun = {one[1]: one.end() for one in (*_NAMED.finditer(before), *_BEGUN.finditer(before))}
    if not begun:
        return None
    for one in _ENDED.finditer(before):
        if begun.get(one[1], one.end()) < one.start():
            del begun[one[1]]
    whole = source_of(target, ref)
    for one in _ENDED.finditer(whole, len(before)):
        if one[1] in begun and "commit" in one[0]:
            return one[1], outlined(target, ref).line + whole.count("\n", 0, one.end())
    return None


_AMOUNT = regex(
    r"[(,]\s*((?:\w*(?:req|request|query|params?|payload|body|input|json|pagination|options)\w*)"
    r"(?:\.0)?\.(?:limit|count|size|amount|batch_size|page_size|per_page|number))\s*[,)]"
)
_BOUND = regex(r"\.(?:min|clamp)\s*\(|\bMAX_\w+|\bvalidate\b|>\s*\d")


def _chosen(target: Target, ref: Ref) -> str:
    """What a handler hands on of its request as the number of elements, where it does not bound
    it."""
    found = reached(target).get(ref)
    if found is None:
        return ""
    body = source_of(target, found.handler)
    amount = _AMOUNT.search(body)
    return amount[1] if amount is not None and _BOUND.search(body) is None else ""


_HELD = regex(r"&?\s*[A-Z][A-Z0-9_]{2,}\s*\.")
"""What a static of the program holds: no request makes it long."""
_WITHIN = regex(
    r"(?:try_)?(?:lock|read|write|borrow|borrow_mut|get_config|config|settings)$|(?:try_)?join_all$"
)
"""What is awaited within the process: locks, settings, the join itself."""
_STEPS = 4


def _leaves(target: Target, ref: Ref, site: FanOutSite) -> bool:
    """Whether what a join runs for each element may leave the process: not when all that is called
    there are functions of the repository that only compute or take a lock."""
    told = False
    for call, refs in callees(target, ref):
        if not site.first <= call.line <= site.last or f"{call.name}(" in site.over:
            continue
        refs = _meant(target, ref, call, refs)
        if not refs:
            if call.awaited and not _WITHIN.match(call.name):
                return True
            continue
        if any(outlined(target, one).is_async for one in refs):
            told = True
            if not all(_stays(target, one, _STEPS) for one in refs):
                return True
    return not told


def _stays(target: Target, ref: Ref, steps: int) -> bool:
    """Whether an async function waits for nothing outside of the process."""
    if steps == 0 or outlined(target, ref).bodiless:
        return False
    for call, refs in callees(target, ref):
        if not call.awaited or _WITHIN.match(call.name):
            continue
        refs = _meant(target, ref, call, refs)
        if not refs or not all(_stays(target, one, steps - 1) for one in refs):
            return False
    return True


def _meant(
    target: Target, caller: Ref, call: OutlinedCall, refs: tuple[Ref, ...] | None
) -> tuple[Ref, ...]:
    """What a call may mean, methods of unknown values by their name; on ``self`` its own type's."""
    if not refs and not call.path:
        refs = _named(target).get(call.name)
    owner = outlined(target, caller).owner
    if call.receiver == "self" and owner:
        own = tuple(one for one in refs or () if outlined(target, one).owner == owner)
        return own or refs or ()
    return refs or ()


def _makes_own(target: Target, ref: Ref, owner: str) -> bool:
    """Whether the request itself makes the object that a method sends by, with its channel."""
    found = reached(target).get(ref)
    if found is None or not owner:
        return False
    records = scanned(target, fan_out)
    for caller in found.chain[:-1]:
        for call, refs in callees(target, caller):
            if call.path[-2:-1] != (owner,):
                continue
            for one in refs or ():
                record = records.get(one.path)
                line = outlined(target, one).line
                sites = record.sites if record is not None else ()
                if any(site.kind == "channel" and site.function == line for site in sites):
                    return True
    return False


def _is_one_of(target: Target, trait: str, name: str) -> bool:
    """Whether more than one type implements a method of a trait."""
    if not trait:
        return False
    refs = _named(target).get(name, ())
    owners = {one.owner for ref in refs if (one := outlined(target, ref)).trait == trait}
    return len(owners - {trait}) > 1


@once
def _named(target: Target) -> Mapping[str, tuple[Ref, ...]]:
    """Name of a method of Rust code → all of that name."""
    found: dict[str, list[Ref]] = {}
    for path, file in scanned(target, outline).items():
        if path.endswith(".rs") and not is_test_path(path):
            for index, one in enumerate(file.functions):
                if one.owner and not one.is_test:
                    found.setdefault(one.name, []).append(Ref(path, index))
    return {name: tuple(refs) for name, refs in found.items()}
