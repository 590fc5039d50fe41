"""Functions of Python applications in which an event loop waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.python_files import heaviest_first, in_loop
from pytest_reconaudit.facts.asynchronous.shared_redis import gives_sync_redis
from pytest_reconaudit.facts.asynchronous.told_together import by_branch, by_client, by_session
from pytest_reconaudit.facts.asynchronous.waiting_functions import waits_of
from pytest_reconaudit.facts.asynchronous.waits import (
    STEPS,
    Waiting,
    by_size,
    checks_cheaply,
    dear_ones,
)
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import module_of
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.blocking import BlockingCall, BlockingFunction
from pytest_reconaudit.readers.scans.blocking_python import (
    blocking_python,
    is_session_maker,
    makes_sync_redis,
)
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target

__all__ = ["in_python"]


def in_python(target: Target) -> Iterator[tuple[str, str, list[Waiting]]]:
    """(path, application, what waits in it) of the files of Python applications that import an
    asynchronous web framework."""
    records = scanned(target, blocking_python)
    if not records:
        return
    low = checks_cheaply(records.values())
    servers = {
        application_of(target, path).folder
        for path, file in scanned(target, outline).items()
        if path.endswith(".py")
        and _SAMPLE.search(path) is None
        and not is_test_path(path)
        and any(where and _is_async_framework(where) for _, where in file.imports)
    }
    for path, record in records.items():
        folder = application_of(target, path).folder
        if folder not in servers:
            continue
        found = []
        for function in (_known(target, path, one) for one in record.functions):
            calls, cheap = dear_ones(list(function.calls), low=low)
            one = waits_of(target, path, function, calls, True)
            if one is not None:
                texts = {Place(path, call.line, call.column): call.text for call in calls}
                one = _by_retry(target, _by_commands(target, by_size(target, one, calls), calls))
                one = heaviest_first(target, one, texts)
                found.append(structs.replace(one, severity=Severity.INFO) if cheap else one)
        yield path, folder or "the repository", by_branch(by_client(target, by_session(found)))


def _known(target: Target, path: str, function: BlockingFunction) -> BlockingFunction:
    """A function without the calls on a client of Redis, or a session, that another file makes,
    unless that is the synchronous one."""
    if not any(one.kind.endswith("?") for one in function.calls):
        return function
    calls = []
    for one in function.calls:
        if one.kind.endswith("?"):
            maker = one.words.partition(".")[0].partition("(")[0]
            redis = one.kind == "redis?"
            if redis and "() … " in one.words:
                if not gives_sync_redis(target, path, maker):
                    continue
                calls.append(structs.replace(one, kind="redis"))
                continue
            path_of, text = _made_elsewhere(target, path, maker)
            if not path_of or not (
                makes_sync_redis(path_of) if redis else is_session_maker(path_of, text)
            ):
                continue
            one = structs.replace(one, kind=one.kind[:-1])
        calls.append(one)
    return structs.replace(function, calls=tuple(calls))


def _made_elsewhere(target: Target, path: str, name: str) -> tuple[tuple[str, ...], str]:
    """What is called for a variable that a file imports, where that comes from, by its resolved
    name, and the source of it: ``redis_client = Redis.from_url(…)``; twice empty where that
    cannot be told."""
    files = scanned(target, outline)
    used = files[path].imported(name)
    home = module_of(target, path, used[:-1]) if len(used) > 1 else ""
    if not home or home not in files:
        return (), ""
    made = next((what for known, what in files[home].variables if known == used[-1]), "")
    called = _MADE.match(made)
    if called is None:
        return (), ""
    first, *rest = called[1].split(".")
    return (*(files[home].imported(first) or (first,)), *rest), made


_MADE = regex(r"=\s*([A-Za-z_][\w.]*)\(")


def _by_commands(target: Target, one: Waiting, calls: Sequence[BlockingCall]) -> Waiting:
    """A command of Redis is short as a rule: medium at most; low is one alone by a client that
    gives up after some time, and what but asks whether Redis answers, which is done once, where a
    client is made, or for a probe."""
    if one.kinds != ("redis",):
        return one
    pings = all(note.message.endswith(".ping") for note in one.sites)
    bounded = all(call.size == "bounded" for call in calls if call.kind == "redis")
    single = len(one.sites) == 1 and not one.sites[0].message.endswith("scan_iter")
    alone = bounded and single and not in_loop(target, one.at)
    most = Severity.LOW if pings or alone else Severity.MEDIUM
    return structs.replace(one, severity=min(one.severity, most, key=STEPS.index))


def _by_retry(target: Target, one: Waiting) -> Waiting:
    """What sleeps where something has failed, before it is tried again, does so seldom."""
    if one.kinds != ("sleep",) or one.severity is not Severity.HIGH:
        return one
    lines = target.lines(one.at.path)
    at = (one.at.line or 1) - 1
    depth = indentation(lines[at])
    for above in reversed(lines[max(at - _MOST_ABOVE, 0) : at]):
        if not above.strip() or indentation(above) >= depth:
            continue
        depth = indentation(above)
        if _FAILED.match(above) is not None:
            return structs.replace(one, severity=Severity.MEDIUM)
        if _HEAD.match(above) is not None:
            break
    return one


_MOST_ABOVE = 80
_FAILED = regex(r"\s*(?:except\b|for\s+\w*(?:attempt|retr(?:y|ies)|tr(?:y|ies))\w*\s+in\b)", 2)
_HEAD = regex(r"\s*(?:async\s+)?def\s")

_SAMPLE = regex(r"(?:^|/)(?:examples?|samples?|demos?|cookbooks?|notebooks?)/")


def _is_async_framework(where: tuple[str, ...]) -> bool:
    return where[0] in _PYTHON_FRAMEWORKS or where[:2] == ("aiohttp", "web")


_PYTHON_FRAMEWORKS = frozenset(
    {"fastapi", "starlette", "sanic", "litestar", "quart", "blacksheep", "robyn", "starlite"}
)
