"""The files in which async workers wait: for the database, or by any other blocking call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import structs

from pytest_reconaudit.facts.asynchronous.crates import (
    crate_of,
    for_desktops,
    has_r2d2,
    is_wasm,
    serving,
    uses_sync_diesel,
)
from pytest_reconaudit.facts.asynchronous.told_together import (
    by_application,
    by_call,
    by_crate,
    by_hash,
)
from pytest_reconaudit.facts.asynchronous.waiting_functions import waits_of
from pytest_reconaudit.facts.asynchronous.waiting_python import in_python
from pytest_reconaudit.facts.asynchronous.waiting_remedies import remedy_of
from pytest_reconaudit.facts.asynchronous.waiting_script import in_scripts
from pytest_reconaudit.facts.asynchronous.waits import (
    Waiting,
    WaitingFile,
    checks_cheaply,
    dear_ones,
)
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Severity
from pytest_reconaudit.readers.scans.blocking import blocking
from pytest_reconaudit.target import Target, once

__all__ = ["waiting_calls", "waiting_queries"]


@once
def waiting_queries(target: Target) -> tuple[WaitingFile, ...]:
    """The files with synchronous Diesel queries or r2d2 pools, by path."""
    return _files(target, by_crate(list(_judged(target, database=True))))


@once
def waiting_calls(target: Target) -> tuple[WaitingFile, ...]:
    """The files of servers with any other blocking call, by path."""
    found = [
        *_judged(target, database=False),
        *by_application(list(by_call(list(in_python(target))))),
        *in_scripts(target),
    ]
    found.sort(key=lambda one: one[0])
    return _files(target, by_hash(found))


def _judged(target: Target, *, database: bool) -> Iterator[tuple[str, str, list[Waiting]]]:
    """(path, unit, what waits in it) of every file that there is something to judge in."""
    servers = serving(target)
    records = scanned(target, blocking)
    low = checks_cheaply(records.values())
    for path, record in records.items():
        crate = crate_of(target, path)
        if crate is None:
            continue
        in_server = crate.path in servers
        if database:
            queries, pools = uses_sync_diesel(target, crate), has_r2d2(target, crate)
            on = (("query", queries), ("pool", pools))
            kinds = frozenset(kind for kind, used in on if used)
            if not kinds:
                continue
        elif not in_server or is_wasm(target, crate):
            continue
        else:
            kinds = _OTHER
        functions = []
        judged = bool(record.queries_elsewhere if database else record.calls_elsewhere)
        for function in record.functions:
            calls = [one for one in function.calls if one.kind in kinds]
            judged = judged or bool(calls)
            calls, cheap = dear_ones(calls, low=low)
            if calls and (found := waits_of(target, path, function, calls, in_server)) is not None:
                functions.append(structs.replace(found, severity=Severity.INFO) if cheap else found)
        if not database and crate.path in for_desktops(target):
            functions = [structs.replace(one, severity=Severity.INFO) for one in functions]
        if judged:
            yield path, crate.manifest.package or crate.folder, functions


_OTHER = frozenset(
    {"sleep", "file", "process", "connect", "http", "runtime", "hash", "decode", "receive", "redis"}
)


def _files(
    target: Target, judged: Iterable[tuple[str, str, list[Waiting]]]
) -> tuple[WaitingFile, ...]:
    listed = list(judged)
    totals: Counter[tuple[str, str]] = Counter()
    for _, unit, functions in listed:
        for one in functions:
            for kind, count in one.counts:
                totals[unit, kind] += count
    return tuple(
        WaitingFile(
            path,
            unit,
            tuple(
                structs.replace(
                    one,
                    total=sum(totals[unit, kind] for kind in one.kinds),
                    fix=remedy_of(target, path, one),
                )
                for one in functions
            ),
        )
        for path, unit, functions in listed
    )
