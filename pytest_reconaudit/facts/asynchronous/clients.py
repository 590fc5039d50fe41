"""The files of servers whose clients are made anew, wait without end or have unused sizes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import structs

from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.clients_per_call import made_per_call
from pytest_reconaudit.facts.asynchronous.crates import crate_of, serving
from pytest_reconaudit.facts.asynchronous.endless_clients import endless_clients
from pytest_reconaudit.facts.asynchronous.locked_pools import locked_pools
from pytest_reconaudit.facts.asynchronous.reopened_clients import reopened_clients
from pytest_reconaudit.facts.asynchronous.reopened_stores import reopened_stores
from pytest_reconaudit.facts.asynchronous.request_rates import heat
from pytest_reconaudit.facts.asynchronous.untimed_axios import calls_of_axios
from pytest_reconaudit.facts.asynchronous.untimed_requests import untimed_requests
from pytest_reconaudit.facts.asynchronous.unused_pool_sizes import unused_sizes
from pytest_reconaudit.facts.code.places import is_off_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.readers.scans.clients import ClientFile, clients
from pytest_reconaudit.target import Target, once

__all__ = ["client_uses"]


@once
def client_uses(target: Target) -> tuple[ClientUse, ...]:
    """The files of servers that make HTTP or Redis clients or ask without one, by path."""
    serves = serving(target)
    records: dict[str, ClientFile] = {}
    for path, record in scanned(target, clients).items():
        crate = crate_of(target, path)
        if crate is not None and crate.path in serves:
            records[path] = record
    found = []
    noted: dict[str, ClientFault] = {}
    endless: dict[str, list[ClientFault]] = {}
    renewed: dict[str, list[Note]] = {}
    for path, record in records.items():
        sized = [one for one in record.fields if one.use == "declared" and one.client]
        if not record.sites and not sized:
            continue
        faults = _by_type(list(made_per_call(target, path, record)))
        wasteful = any(one.clause == "b" and one.what == "Redis" for one in faults)
        faults += unused_sizes(path, sized, record, records, wasteful)
        told = {one.place for fault in faults if not fault.rare for one in fault.sites}
        crate = crate_of(target, path)
        if crate is not None and not record.timeouts and not is_off_path(path):
            made = (one for one in faults if one.clause == "a" and not one.rare)
            renewed.setdefault(crate.path, []).extend(site for one in made for site in one.sites)
        for fault in endless_clients(target, path, record, told):
            if not fault.by_hand or crate is None:
                # That a client waits for ever matters more than that it is made anew now and then.
                late = {one.place for one in fault.sites}
                faults = [one for one in faults if not (one.rare and one.at in late)]
                if crate is not None:
                    endless.setdefault(crate.path, []).append(fault)
            elif (known := noted.get(crate.path)) is None:
                noted[crate.path] = fault
            else:
                noted[crate.path] = structs.replace(
                    known, sites=(*known.sites, *fault.sites), files=known.files + 1
                )
        found.append(ClientUse(path, tuple(faults)))
    wholes = [_of_crate(alike, renewed.get(name, [])) for name, alike in endless.items()]
    by_path: dict[str, list[ClientFault]] = {}
    for one in (*wholes, *noted.values()):
        by_path.setdefault(one.at.path, []).append(one)
    found = [
        structs.replace(use, faults=(*use.faults, *by_path.get(use.path, ()))) for use in found
    ]
    found = _by_folder(found, _wasteful_crates(target, found))
    asked = {one.path: one.faults for one in untimed_requests(target)}
    for use in (
        *reopened_clients(target),
        *reopened_stores(target),
        *calls_of_axios(target),
        *locked_pools(target),
    ):
        asked[use.path] = (*asked.get(use.path, ()), *use.faults)
    found = [
        structs.replace(use, faults=(*use.faults, *asked.pop(use.path)))
        if use.path in asked
        else use
        for use in found
    ]
    found += [ClientUse(path, one) for path, one in sorted(asked.items())]
    return tuple(found)


def _of_crate(alike: list[ClientFault], renewed: list[Note]) -> ClientFault:
    """That clients of a crate have no timeout is one thing to mend, at the one that most waits for.

    :param renewed: clients without one of which another finding tells, as each call makes them.
    """
    lead = max(alike, key=lambda one: (one.severity, not one.unawaited))
    known = {site.place for one in alike for site in one.sites}
    more = [site for site in renewed if site.place not in known]
    sites = (
        *lead.sites,
        *(site for one in alike if one is not lead for site in one.sites),
        *more,
    )
    files = len({site.place.path for site in sites})
    return structs.replace(lead, sites=sites, files=files, more=len(more))


_MANY_ALIKE = 3
_MANY_FILES = 4


_ONE_FOR_ALL = """
Build one client at start-up, with the settings that all of them have in common, and keep it where
the handlers get their state from: clones are cheap, and share its connections. A timeout that only
one of them has goes to its request (`RequestBuilder::timeout`).
"""


def _by_type(faults: list[ClientFault]) -> list[ClientFault]:
    """That several methods of one type each open a connection is one thing to mend: they are told
    as one, at the one that most requests come to."""
    kin: dict[tuple[str, str], list[ClientFault]] = {}
    for one in faults:
        if one.clause == "b" and "::" in one.name and one.severity is not Severity.INFO:
            kin.setdefault((one.name.partition("::")[0], one.what), []).append(one)
    wholes: dict[Place, ClientFault] = {}
    told: set[Place] = set()
    for (owner, _), alike in kin.items():
        if len(alike) < 2:
            continue
        alike.sort(key=lambda one: (one.cached, -heat(one.route)))
        first, *rest = alike
        names = [one.name.partition("::")[2] for one in alike]
        routes = dict.fromkeys(one.route for one in alike if one.route)
        wholes[first.at] = structs.replace(
            first,
            name=f"{owner} ({', '.join(names)})",
            sites=tuple(site for one in alike for site in one.sites),
            beside=tuple(one.caller for one in rest if one.caller is not None),
            route=", ".join(routes),
            severity=max(one.severity for one in alike),
        )
        told.update(one.at for one in rest)
    return [wholes.get(one.at, one) for one in faults if one.at not in told]


def _wasteful_crates(target: Target, uses: list[ClientUse]) -> dict[str, str]:
    """File → its crate's manifest, of crates that make clients anew in four and more files: what is
    to be mended there is that the state of the handlers has none."""
    files: dict[str, list[str]] = {}
    for use in uses:
        crate = crate_of(target, use.path)
        if crate is not None and any(map(_wastes, use.faults)):
            files.setdefault(crate.path, []).append(use.path)
    return {
        path: crate for crate, paths in files.items() if len(paths) >= _MANY_FILES for path in paths
    }


def _opened(faults: Iterable[ClientFault]) -> dict[str, list[ClientFault]]:
    """The functions of a file that open a connection each time, by whose and by weight."""
    kin: dict[str, list[ClientFault]] = {}
    for one in faults:
        if one.clause == "b" and one.severity is not Severity.INFO:
            kin.setdefault(f"{one.what} {one.severity.label}", []).append(one)
    return kin


def _wastes(fault: ClientFault) -> bool:
    return fault.clause == "a" and fault.severity is not Severity.INFO


def _by_folder(uses: list[ClientUse], crates: Mapping[str, str]) -> list[ClientUse]:
    """What several files of a folder do seldom (the providers of sign-ins) is one thing to mend, as
    are what three and more functions of a file do, and what a crate does in many files: it is told
    at the first of them.

    :param crates: file → crate that is told as one.
    """
    kin: dict[str, list[ClientFault]] = {}
    for use in uses:
        alike = [one for one in use.faults if one.clause == "a"]
        for fault in alike:
            if fault.severity is Severity.INFO:
                kin.setdefault(posixpath.dirname(use.path), []).append(fault)
            elif use.path in crates:
                kin.setdefault(f"a {crates[use.path]}", []).append(fault)
            elif len(alike) >= _MANY_ALIKE:
                kin.setdefault(use.path, []).append(fault)
        for what, opened in _opened(use.faults).items():
            if len(opened) >= _MANY_ALIKE:
                kin[f"b {use.path} {what}"] = opened
    wholes: dict[tuple[str, Place], ClientFault] = {}
    told: set[tuple[str, Place]] = set()
    for alike in kin.values():
        if alike[0].at.path in crates and alike[0].clause == "a":
            alike.sort(key=lambda one: -heat(one.route))
        alike.sort(key=lambda one: one.cached)
        first, *rest = alike
        if rest:
            beside = tuple(site for one in rest for site in one.sites)
            count = len(beside)
            files = len({first.at.path, *(site.place.path for site in beside)})
            wholes[first.clause, first.at] = structs.replace(
                first,
                beside=beside,
                others=count,
                files=files if first.at.path in crates else 1,
                fix=_ONE_FOR_ALL
                if first.clause == "a"
                and any("builder" in one.message.lower() for one in (*first.sites, *beside))
                else first.fix,
            )
            told.update((one.clause, one.at) for one in rest)
    return [
        ClientUse(
            use.path,
            tuple(
                wholes.get((one.clause, one.at), one)
                for one in use.faults
                if (one.clause, one.at) not in told
            ),
        )
        for use in uses
    ]
