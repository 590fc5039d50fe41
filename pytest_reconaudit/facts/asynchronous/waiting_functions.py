"""Functions of Rust and Python in which async code waits, or that async code calls."""

from __future__ import annotations

import posixpath

from msgspec import structs

from pytest_reconaudit.facts.asynchronous.crates import crate_of, is_wasm
from pytest_reconaudit.facts.asynchronous.remembered import is_remembered
from pytest_reconaudit.facts.asynchronous.request_rates import is_mapped
from pytest_reconaudit.facts.asynchronous.running import (
    async_callers,
    context_at,
    driven_alone,
    in_block,
    inherit,
    is_awaited,
    is_command,
    is_detached,
    is_service,
    is_spawned,
    named_route,
    on_own_thread,
    only_at_start,
    starts,
)
from pytest_reconaudit.facts.asynchronous.rust_threads import heads_around
from pytest_reconaudit.facts.asynchronous.shutdown import before_first_request, only_at_end
from pytest_reconaudit.facts.asynchronous.waits import STEPS, Waiting, is_short, record_of
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined, source_of
from pytest_reconaudit.model import Confidence, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scans.blocking import DATABASE, BlockingCall, BlockingFunction
from pytest_reconaudit.target import Target

__all__ = ["waits_of"]

_CLI = regex(r"(?:^|[/_-])cli(?:/|\.\w+$)|(?:^|/)(?:evals?|evaluations?|benchmarks?|benches)/")
"""What somebody runs by hand, as its path says."""
_DOUBLE = regex(
    r"^(?:[Mm]ock|[Ff]ake|[Ss]tub|[Dd]ummy)(?=[A-Z_]|$)|(?:_mock|_fake|_stub|Mock|Fake)$"
)
_OF_COMMANDS = frozenset({"file", "process", "decode", "connect", "http"})
_ALWAYS = frozenset({"sleep", "redis", "runtime", "hash", "http", "connect", "receive", "database"})
"""Kinds that are told also of a function that no known route reaches, and through its callers."""


def waits_of(
    target: Target,
    path: str,
    function: BlockingFunction,
    calls: list[BlockingCall],
    in_server: bool,
) -> Waiting | None:
    ref = function_at(target, path, function.line)
    if ref is None or _is_double(path, function):
        return None
    calls = [
        one
        for one in calls
        if one.kind not in ("hash", "file") or not is_remembered(target, ref, one.line)
    ]
    if not calls:
        return None
    only_brief = False
    if path.endswith(".rs"):
        # What is over in no time is not told beside what takes some.
        brief = {one.line for one in calls if is_short(one) or _is_but_opened(target, ref, one)}
        calls = [one for one in calls if one.line not in brief] or calls
        only_brief = all(one.line in brief for one in calls)
    service = is_service(outlined(target, ref))
    direct = [
        one
        for one in calls
        if (one.context == ASYNC or (service and one.context == SYNC))
        and inherit(target, path, one.handed)
        # What the entry itself waits for is over before the first request.
        and not (function.is_main and function.is_async and not in_block(target, path, one.line))
        and not before_first_request(target, path, one.line)
    ]
    if direct and function.is_async and on_own_thread(target, ref):
        direct = [one for one in direct if in_block(target, path, one.line)]
    reaches = service or (
        is_awaited(target, ref) and not all(is_detached(target, ref, one.line) for one in calls)
    )
    chosen = path.endswith(".rs") and all(_is_chosen(target, path, one) for one in calls)
    # Requests of a route may all take another arm.
    route = named_route(target, ref) if reaches and not chosen else ""
    if service and not route:
        route = "any route behind it"
    known = reaches or not is_mapped(target, path)
    served = reaches or is_spawned(target, ref, (one.line for one in calls))
    if direct:
        if not reaches and (
            (only_at_start(target, ref) and not _paces(direct, served=served))
            or _starts(function, direct)
            or _by_hand(path, direct)
        ):
            return None
        found = record_of(path, function, direct, (), route, (known, reaches, served), in_server, 0)
        found = _weighed_down(found, direct)
        if only_brief or all(
            one.kind == "file" and (chosen or _is_remedy(target, path, one)) for one in direct
        ):
            return structs.replace(found, severity=Severity.INFO)
        if not reaches and only_at_end(target, ref, tuple(one.line for one in direct)):
            return structs.replace(found, severity=Severity.INFO)
        if not served and (_is_job(path) or _SDK.search(path) or driven_alone(target, ref)):
            return structs.replace(found, severity=Severity.INFO)
        return found
    below = [
        one
        for one in calls
        if one.context == SYNC
        and (one.kind in DATABASE or one.kind in _ALWAYS)
        and inherit(target, path, one.handed)
    ]
    if not below or function.is_main:
        return None
    callers, steps = async_callers(target, ref)
    if not callers and any(one.kind == "hash" for one in below):
        callers, steps = async_callers(target, ref, by_name=True)
    callers = tuple(
        [
            one
            for one in callers
            if _CLI.search(one.place.path) is None
            and not _in_browser(target, one.place.path)
            and not before_first_request(target, one.place.path, one.place.line or 1)
        ]
    )
    callers = tuple(sorted(callers, key=lambda one: _seldom(one.place.path)))
    if not callers:
        return None
    if path.endswith(".py"):
        # A handler that is not async may come here too: it waits on a thread of its own.
        takers = [function_at(target, one.place.path, one.place.line or 1) for one in callers]
        taken = [one for one in takers if one is not None and is_awaited(target, one)]
        if reaches and not taken:
            known, reaches, served = not is_mapped(target, path), False, False
        route = next((told for one in taken if (told := named_route(target, one))), "")
    found = record_of(
        path, function, below, callers, route, (known, reaches, served), in_server, steps
    )
    if path.endswith(".rs") and found.kinds[0] != "hash" and (guard := _guarded(target, ref)):
        lower = STEPS[max(STEPS.index(found.severity) - 1, 0)]
        found = structs.replace(found, severity=lower, confidence=Confidence.POSSIBLE, guard=guard)
    if not reaches and only_at_end(target, ref, tuple(one.line for one in below)):
        return structs.replace(found, severity=Severity.INFO)
    if not served and all(
        _is_job(one.place.path) or _is_started(target, one.place.path) for one in callers
    ):
        return structs.replace(found, severity=Severity.INFO)
    return found


_MIGRATES = regex(r"(?:^|/)(?:migrations?|backfills?)(?:/|\.\w+$)")


def _seldom(path: str) -> tuple[bool, bool]:
    """Whether code is run by hand, or once: what each request runs comes before it."""
    return is_command(path), _MIGRATES.search(path) is not None


_CONDITION = regex(r"(?:\}\s*else\s+)?if\s+(!?[a-z_]\w*)\s*\{$")
_MAX_STEPS = 3


def _guarded(target: Target, ref: Ref) -> str:
    """The flag, and where it is looked at, that stands before every way on which async code comes
    to a function through others: ``if should_send { … }``; what it is for a request is not known.
    Empty where there is a way without one, or no way."""
    guards: dict[Ref, str] = {ref: ""}
    level = [ref]
    found: set[str] = set()
    for _ in range(_MAX_STEPS):
        above: list[Ref] = []
        for callee in level:
            for caller, call in callers_of(target, callee):
                guard = guards[callee]
                if context_at(target, caller, call.line) == ASYNC:
                    found.add(guard)
                    continue
                if caller in guards:
                    continue
                if not guard:
                    heads = heads_around(target, caller.path, call.line)
                    flags = [one[1] for head in heads if (one := _CONDITION.match(head))]
                    guard = f"`{flags[0]}` ({caller.path}:{call.line})" if flags else ""
                guards[caller] = guard
                above.append(caller)
        level = above
    return min(found) if found and "" not in found else ""


_ONCE = regex(
    r"(?:^|[/_.\s-])(?:activat\w*|licen[cs]\w*|onboarding|set_?up|install|configure|provision\w*|restore|backups?)"
    r"(?:[/_.\s{-]|$)",
    2,
)
"""What is asked for once in a program's life, or in that of what it keeps."""


_BRAND = regex(r"(?i)logo|favicon|brand(?:ing)?(?:[/_.:\s]|$)")
"""Pictures that an administrator changes now and then."""


def _weighed_down(found: Waiting, calls: list[BlockingCall]) -> Waiting:
    """A process that answers in milliseconds is less than one that takes its time, and a file that
    somebody has written once hardly anything."""
    if found.kinds == ("process",) and all(one.size == "brief" for one in calls):
        return structs.replace(found, severity=min(found.severity, Severity.LOW))
    if found.kinds == ("decode",) and _BRAND.search(f"{found.name} {found.at.path} {found.route}"):
        return structs.replace(found, severity=min(found.severity, Severity.LOW))
    if found.kinds == ("file",) and _ONCE.search(found.route) is not None:
        return structs.replace(found, severity=Severity.INFO)
    if _BACKFILLS.search(found.name):
        return structs.replace(found, severity=min(found.severity, Severity.LOW))
    return found


_BACKFILLS = regex(r"(?:^|_|::)(?:backfill|re_?index|migrate|rebuild)(?:_|$)|[bB]ackfill")
"""What somebody starts once, and waits for."""


_JOB = regex(
    r"(?:^|/)(?:jobs?|cron(?:jobs?)?|scripts?|seeds?|seeders|migrations?|management/commands|xtask)/"
)
"""Whose code is started by hand or by the clock, one at a time."""


_OPENS = regex(r"std::fs::(?:File::(?:open|create|create_new|options)|OpenOptions::\w+)")
_CONTENT = regex(
    r"\.(?:read|write|read_\w+|write_all|write_fmt|lines|bytes|sync_all|sync_data|flush|set_len)\s*\("
    r"|\bBuf(?:Reader|Writer)\b|\bio::(?:copy|read_to_string)\b|\bwriteln?!|\b(?:from_reader|to_writer\w*|Mmap\w*|ZipArchive)\b"
)
"""What takes the content of a file that is open, or gives it one."""


def _is_but_opened(target: Target, ref: Ref, call: BlockingCall) -> bool:
    """Whether a function opens a file of which it itself reads and writes nothing: to open one is
    over in no time."""
    if _OPENS.fullmatch(call.words) is None:
        return False
    return _CONTENT.search(source_of(target, ref)) is None


_SDK = regex(r"(?:^|/)\w*sdks?/")
"""Code that runs in other people's programs."""


def _is_job(path: str) -> bool:
    """Whether code of Python runs in a process of its own; jobs of Rust are tasks of the server."""
    return path.endswith(".py") and _JOB.search(path) is not None


_STARTS = regex(r"(?m)^if\s+__name__\s*==[^\n]*")
_DRIVES = regex(r"\basyncio\.run\(")
_SERVES = regex(r"\buvicorn\b|\bhypercorn\b|\bgranian\b|\bFastAPI\(|\bStarlette\(")


def _is_started(target: Target, path: str) -> bool:
    """Whether a file of Python is a program that runs its own event loop and serves nobody."""
    text = target.text(path) if path.endswith(".py") else ""
    return (
        _STARTS.search(text) is not None
        and _DRIVES.search(text) is not None
        and _SERVES.search(text) is None
    )


def _by_hand(path: str, calls: list[BlockingCall]) -> bool:
    """Whether nobody but the one who gave a command waits for it; of a file that is but perhaps a
    command's for its files and processes."""
    if _CLI.search(path) is not None:
        return True
    return is_command(path) and all(one.kind in _OF_COMMANDS for one in calls)


def _in_browser(target: Target, path: str) -> bool:
    crate = crate_of(target, path)
    return crate is not None and is_wasm(target, crate)


def _is_double(path: str, function: BlockingFunction) -> bool:
    """Whether a function stands in for a real one where people develop: ``MockHost::upload``."""
    name = posixpath.basename(path).partition(".")[0]
    return _DOUBLE.search(name) is not None or _DOUBLE.search(function.owner) is not None


def _paces(calls: list[BlockingCall], *, served: bool) -> bool:
    """Whether a task that a program starts sleeps, which it does for as long as it runs."""
    return served and any(one.kind == "sleep" for one in calls)


def _starts(function: BlockingFunction, calls: list[BlockingCall]) -> bool:
    """Whether a function is one that a server runs before it serves, by its name."""
    return starts(function.name) and all(
        one.kind not in ("sleep", "query", "hash") for one in calls
    )


_FAILED = regex(r"\bErr\s*\(|\.(?:map_err|or_else|unwrap_or_else|inspect_err)\s*\(")


def _is_remedy(target: Target, path: str, call: BlockingCall) -> bool:
    """Whether a call of Rust code stands where something has failed, by the lines that it is
    indented below: ``Err(Corrupt) => { remove_dir_all(…) }``."""
    return any(_FAILED.search(line) for line in heads_around(target, path, call.line))


_ARM = regex(
    r"^(?!(?:Ok|Some)\b)(?!(?:Some\(\w+\)|\w+)\s*=\s).*=>\s*\{\s*$"
    r"|\bif\b[^\n]{0,200}(?:starts_with\(|[A-Z]_?MAGIC\b|\bMAGIC_?|\b(?:feature|compress)\w*)"
)
"""A pattern of its own kind, or a test for what content begins with or settings say."""


def _is_chosen(target: Target, path: str, call: BlockingCall) -> bool:
    """Whether a call of Rust code stands in one arm of a ``match``, or below a test for the kind of
    content: which requests come there is not known."""
    return any(_ARM.search(line) for line in heads_around(target, path, call.line))
