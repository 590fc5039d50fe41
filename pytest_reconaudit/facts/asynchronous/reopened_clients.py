"""Asynchronous HTTP clients of Python that are opened and closed for each request."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES, is_rare
from pytest_reconaudit.facts.asynchronous.running import is_command, is_probe, per_request, step_to
from pytest_reconaudit.facts.asynchronous.written_calls import call_named
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.python_clients import MadeClient, python_clients
from pytest_reconaudit.target import Target

__all__ = ["reopened_clients"]


def reopened_clients(target: Target) -> Iterator[ClientUse]:
    """The files that open a client for each request; what an application does so is one thing to
    mend, told at the first that requests are known to come to."""
    found: dict[str, list[tuple[str, MadeClient, Ref, str]]] = {}
    others: dict[str, list[tuple[str, MadeClient, Ref, str]]] = {}
    paths = []
    for path, record in sorted(scanned(target, python_clients).items()):
        if is_off_path(path) or is_command(path) or SAMPLES.search(path):
            continue
        paths.append(path)
        for client in record.clients:
            ref = function_at(target, path, client.function)
            route = per_request(target, ref) if ref is not None else None
            if ref is None or not route or is_probe(route) or is_rare(target, ref, route):
                continue
            folder = application_of(target, path).folder
            apart = client.given and _asks_anybody(target, ref, client.given)
            (others if apart else found).setdefault(folder, []).append((path, client, ref, route))
    faults = {one.at.path: one for one in (_fault(target, alike) for alike in found.values())}
    for folder, alike in others.items():
        if folder not in found:
            fault = structs.replace(_fault(target, alike), severity=Severity.INFO)
            faults[fault.at.path] = fault
    for path in paths:
        yield ClientUse(path, (faults[path],) if path in faults else ())


_FIXED = regex(r"[\"']|\b[A-Z][A-Z0-9_]{2,}\b|\bsettings\b|\bconfig\b|base_url|self\.")


def _asks_anybody(target: Target, ref: Ref, given: str) -> bool:
    """Whether no caller of a function says in code whom it asks: another host each time, to which
    no connection need be kept."""
    function = outlined(target, ref)
    names = [name for name, _ in function.parameters if name not in ("self", "cls")]
    at = names.index(given) if given in names else 0
    for caller, call in callers_of(target, ref):
        found = call_named(target, caller.path, call.line, function.name)
        passed = found[1] if found is not None else []
        if at < len(passed) and _FIXED.search(passed[at]) is not None:
            return False
    return True


def _fault(target: Target, alike: list[tuple[str, MadeClient, Ref, str]]) -> ClientFault:
    alike = sorted(alike, key=lambda one: not one[3].startswith("GET "))
    path, first, ref, route = alike[0]
    notes = [Note(Place(at, one.line, one.column), one.words) for at, one, _, _ in alike]
    function = outlined(target, ref)
    own = [note for note, (_, _, other, _) in zip(notes, alike, strict=True) if other == ref]
    beside = [note for note in notes if note not in own]
    return ClientFault(
        clause="a",
        name=f"{function.owner}.{function.name}" if function.owner else function.name,
        at=Place(path, first.line, first.column),
        sites=tuple(own),
        caller=step_to(target, ref),
        route=route,
        evidence=first.text,
        # What but one place asks for a change now and then is no load.
        severity=Severity.INFO
        if len(alike) == 1 and not route.startswith("GET ")
        else Severity.LOW,
        confidence=Confidence.CERTAIN,
        beside=tuple(beside),
        others=len({other for _, _, other, _ in alike}) - 1,
        fix=_KEPT.format(
            makes=" and ".join(f"`{one}`" for one in dict.fromkeys(note.message for note in notes))
        ),
    )


_KEPT = """
Open one {makes} when the application starts (its `lifespan`), keep it where those who ask can get
at it (`app.state`, a dependency), and close it when the program ends; timeouts, headers and the
like of one call are said at that call.
"""
