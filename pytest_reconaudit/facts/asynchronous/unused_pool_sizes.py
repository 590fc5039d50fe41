"""Sizes of pools that stand beside a client and that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.readers.scans.clients import ClientFile, SizeField

__all__ = ["unused_sizes"]


def unused_sizes(
    path: str,
    sized: list[SizeField],
    record: ClientFile,
    records: Mapping[str, ClientFile],
    wasteful: bool,
) -> Iterator[ClientFault]:
    for field in sized:
        if any(_reads(one, field, here=True) for one in record.fields):
            continue
        if any(
            _reads(one, field, here=False)
            for other, file in records.items()
            if other != path
            for one in file.fields
        ):
            continue
        others = {
            one.holder
            for file in records.values()
            for one in file.fields
            if one.use == "declared" and one.name == field.name and one.holder != field.holder
        }
        loose = any(
            one.use == "read" and one.name == field.name and not one.holder.startswith("self@")
            for file in records.values()
            for one in file.fields
        )
        if loose and not others:
            continue
        sites = [
            one
            for one in record.fields
            if one.use == "set" and one.name == field.name and one.holder == field.holder
        ]
        places = [Note(Place(path, field.line, None), f"{field.holder} declares {field.name}")]
        places += [Note(Place(path, one.line, None), f"{one.name} is set") for one in sites]
        yield ClientFault(
            clause="c",
            name=f"{field.holder}.{field.name}",
            at=places[0].place,
            sites=tuple(places),
            caller=None,
            route="",
            evidence=f"{field.name} beside {field.client}",
            severity=weighed(Severity.HIGH if wasteful else Severity.MEDIUM, path),
            confidence=Confidence.LIKELY if loose else Confidence.CERTAIN,
        )


def _reads(one: SizeField, field: SizeField, *, here: bool) -> bool:
    """Whether a use reads a struct's field: surely elsewhere, possibly in the same file."""
    if one.use != "read" or one.name != field.name:
        return False
    if one.holder.startswith("self@"):
        return one.holder == f"self@{field.holder}"
    if here or not one.holder:
        return True
    last = one.holder.rpartition(".")[2].lower().strip("_")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in field.holder).strip("_")
    return last in snake or snake in last
