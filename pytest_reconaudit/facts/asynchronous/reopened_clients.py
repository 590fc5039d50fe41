"""Asynchronous HTTP clients of Python that are opened and closed for each request."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.request_rates import SAMPLES, is_rare
from pytest_reconaudit.facts.asynchronous.running import is_command, is_probe, per_request, step_to
from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.readers.scans.python_clients import MadeClient, python_clients
from pytest_reconaudit.target import Target

__all__ = ["reopened_clients"]


def reopened_clients(target: Target) -> Iterator[ClientUse]:
    """The files that open a client for each request; what an application does so is one thing to
    mend, told at the first that requests are known to come to."""
    found: dict[str, list[tuple[str, MadeClient, Ref, str]]] = {}
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
            found.setdefault(folder, []).append((path, client, ref, route))
    faults = {alike[0][0]: _fault(target, alike) for alike in found.values()}
    for path in paths:
        yield ClientUse(path, (faults[path],) if path in faults else ())


def _fault(target: Target, alike: list[tuple[str, MadeClient, Ref, str]]) -> ClientFault:
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
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        beside=tuple(beside),
        others=len({other for _, _, other, _ in alike}) - 1,
        fix=_KEPT,
    )


_KEPT = """
Open one client when the application starts, share it, and close it when it ends; say timeouts and
headers of one call at that call:

```python
@asynccontextmanager
async def lifespan(app):
    async with httpx.AsyncClient() as client:
        app.state.http = client
        yield
```
"""
