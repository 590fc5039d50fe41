"""HTTP clients of Rust that no timeout is set on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault
from pytest_reconaudit.facts.asynchronous.crates import (
    commands,
    crate_of,
    depends_on_arguments,
    serves,
)
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES, is_mapped, is_rare
from pytest_reconaudit.facts.asynchronous.running import (
    before_serving,
    is_command,
    is_detached,
    is_main,
    is_spawned,
    only_at_start,
    per_request,
)
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.code.unmade_types import is_unmade
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.clients import ClientFile, ClientSite, clients
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["endless_clients"]


def endless_clients(
    target: Target, path: str, record: ClientFile, told: set[Place]
) -> Iterator[ClientFault]:
    if record.timeouts or is_off_path(path):
        return
    crate = crate_of(target, path)
    if crate is not None and crate.path in _timed(target):
        return
    own = crate is not None and serves(target, crate)
    judged = []
    noted = []
    beside = unawaited = rare = unseen = True
    fixes: list[str] = []
    # A function that is there twice, for one feature and for another, is told once.
    twins = {
        outlined(target, ref).name
        for site in record.sites
        if Place(path, site.line, site.column) in told
        and site.function
        and (ref := function_at(target, path, site.function)) is not None
    }
    known: dict[str, int] = {}
    for site in record.sites:
        place = Place(path, site.line, site.column)
        if site.kind != "http" or place in told:
            continue
        ref = function_at(target, path, site.function) if site.function else None
        if site.function and ref is None:
            continue
        if ref is not None:
            # What `main` makes in a branch serves one command, not the requests.
            if is_main(outlined(target, ref)) and (site.nested or _asks(target, ref)):
                continue
            if per_request(target, ref) is None and (not own or is_command(path)):
                continue
            if is_unmade(target, outlined(target, ref).owner):
                continue  # no program makes what would keep it
            name = outlined(target, ref).name
            if name not in ("new", "default") and (
                known.setdefault(name, site.function) != site.function or name in twins
            ):
                continue
        elif not own:
            continue
        if crate is not None and (
            crate.path in commands(target) or (ref is not None and _is_subcommand(target, ref))
        ):
            noted.append(Note(place, site.words))
            continue
        judged.append(Note(place, site.words))
        beside = beside and ref is not None and _is_beside(target, ref)
        unawaited = (
            unawaited
            and ref is not None
            and (_is_unawaited(target, ref) or is_detached(target, ref, site.line))
        )
        unseen = unseen and ref is not None and _is_unseen(target, ref)
        fixes.append(_limits(target, ref, site))
        route = per_request(target, ref) if ref is not None else None
        rare = rare and ref is not None and route is not None and is_rare(target, ref, route)
    if judged:
        first = judged[0]
        yield ClientFault(
            clause="d",
            name=path,
            at=first.place,
            sites=tuple(judged),
            caller=None,
            route="",
            evidence=first.message,
            severity=Severity.INFO
            if beside or unawaited or unseen
            else Severity.LOW
            if rare or _ends_requests(target)
            else weighed(Severity.MEDIUM, path),
            confidence=Confidence.LIKELY,
            unawaited=unawaited,
            fix=fixes[0],
        )
    if noted:
        yield ClientFault(
            clause="d",
            name=f"{path} by hand",
            at=noted[0].place,
            sites=tuple(noted),
            caller=None,
            route="",
            evidence=noted[0].message,
            severity=Severity.INFO,
            confidence=Confidence.LIKELY,
            by_hand=True,
        )


@once
def _ends_requests(target: Target) -> bool:
    """Whether a layer around the routes of a server gives each request a time: who waits for the
    answer of a client gives up with it."""
    return any(
        path.endswith(".rs") and not is_test_path(path) and "TimeoutLayer::" in target.text(path)
        for path in target.files
    )


_BUILDER = """
Say how long an answer may take, with room for the slowest that is meant to come; add to the
builder, which keeps its other settings:
```rust
.connect_timeout(std::time::Duration::from_secs(3))
.timeout(std::time::Duration::from_secs(60)) // streams: `.read_timeout(…)` of reqwest 0.12.4+
```
"""
_NEW = """
Say how long an answer may take, with room for the slowest that is meant to come:
```rust
let client = reqwest::Client::builder()
    .connect_timeout(std::time::Duration::from_secs(3))
    .timeout(std::time::Duration::from_secs(60)) // streams: `.read_timeout(…)` of reqwest 0.12.4+
    .build()ENDS;
```
"""


def _limits(target: Target, ref: Ref | None, site: ClientSite) -> str:
    """How a client gets a timeout, in a function that returns a ``Result`` and in others."""
    if "builder" in site.words.lower():
        return _BUILDER
    fails = ref is not None and not site.kept and "Result" in outlined(target, ref).returns
    # `Client::new` panics where `build` fails.
    return _NEW.replace("ENDS", "?" if fails else '.expect("TLS is there")')


def _is_unseen(target: Target, ref: Ref) -> bool:
    """Whether a client is kept in an object to none of whose methods requests are known to come,
    while they are known to come to other code of its crate."""
    function = outlined(target, ref)
    if not function.owner or per_request(target, ref) is not None:
        return False
    if not is_mapped(target, ref.path):
        return True
    return not any(
        one.path == ref.path
        and outlined(target, one).owner == function.owner
        and SAMPLES.search(found.handler.path) is None
        for one, found in reached(target).items()
    )


_SENDS = regex(r"\.\s*send\s*\(\s*\)")
_STARTS = regex(r"[;{}]")
_ASKS = regex(r"\.\s*(?:get|post|put|patch|delete|head|request)\s*\(")
_LIMITED = regex(r"\.\s*timeout\s*\(")
_EXECUTES = regex(r"\b\w*(?:client|http)\w*\s*\.\s*execute\s*\(")
_CHAIN = 1_500


@once
def _timed(target: Target) -> frozenset[str]:
    """The crates with one client for which every request, of those that are sent, says how long it
    may take: ``http.get(url).timeout(limit).send()``."""
    made: dict[str, int] = {}
    for path, record in scanned(target, clients).items():
        crate = crate_of(target, path)
        if crate is not None and not is_test_path(path):
            count = sum(1 for one in record.sites if one.kind == "http")
            made[crate.path] = made.get(crate.path, 0) + count
    single = {name for name, count in made.items() if count == 1}
    if not single:
        return frozenset()
    limited: dict[str, bool] = {}
    for path in scanned(target, outline):
        if not path.endswith(".rs") or is_test_path(path):
            continue
        crate = crate_of(target, path)
        if crate is None or crate.path not in single:
            continue
        text = target.text(path)
        if "reqwest" not in text:
            continue
        for sent in _chains(text):
            asks = _ASKS.search(sent) is not None and _LIMITED.search(sent) is not None
            limited[crate.path] = limited.get(crate.path, True) and asks
        if _EXECUTES.search(text) is not None:
            limited[crate.path] = False
    return frozenset(name for name, all_are in limited.items() if all_are)


def _chains(text: str) -> Iterator[str]:
    """The statements that end in ``.send()``, up to there."""
    for match in _SENDS.finditer(text):
        before = text[max(0, match.start() - _CHAIN) : match.start()]
        yield _STARTS.split(before)[-1]


_GIVEN = regex(r"(?:Args|Arguments|Command|Cmd|Subcommand|Opts?|Cli)\b")
"""Types of what a command line holds."""


def _is_subcommand(target: Target, ref: Ref) -> bool:
    """Whether a function does what one command of a program says, and no request comes to it."""
    crate = crate_of(target, ref.path)
    return (
        crate is not None
        and depends_on_arguments(target, crate)
        and per_request(target, ref) is None
        and any(_GIVEN.search(kind) for _, kind in outlined(target, ref).parameters)
        and before_serving(target, ref)
    )


def _asks(target: Target, ref: Ref) -> bool:
    """Whether a function itself sends requests: a program that asks once and ends."""
    return any(call.name == "send" and call.awaited for call in outlined(target, ref).calls)


def _is_unawaited(target: Target, ref: Ref) -> bool:
    """Whether what a client is made for keeps no request waiting: its function asks itself, before
    the program serves; or it is kept in an object whose methods ask in tasks of their own, while no
    request is known to come to them."""
    function = outlined(target, ref)
    if per_request(target, ref) is not None:
        return False
    if _asks(target, ref):
        return only_at_start(target, ref) or before_serving(target, ref)
    if not function.owner or not is_mapped(target, ref.path):
        return False
    file = scanned(target, outline).get(ref.path)
    own = [
        (Ref(ref.path, index), one)
        for index, one in enumerate(file.functions if file is not None else ())
        if one.owner == function.owner
    ]
    # What the methods that start tasks call on a clone of their object runs in these.
    started = {
        call.name
        for _, one in own
        if any("spawn" in call.name and "blocking" not in call.name for call in one.calls)
        for call in one.calls
    }
    asking = [(at, one) for at, one in own if any(call.name in _SENDING for call in one.calls)]
    return bool(asking) and all(
        at not in reached(target) and (one.name in started or is_spawned(target, at, [one.line]))
        for at, one in asking
    )


_SENDING = frozenset({"send", "execute"})


def _is_beside(target: Target, ref: Ref) -> bool:
    """Whether only jobs and workers call a function."""
    callers = callers_of(target, ref)
    return bool(callers) and all(is_off_path(caller.path) for caller, _ in callers)
