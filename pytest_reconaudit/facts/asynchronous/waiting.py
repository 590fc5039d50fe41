"""Where an async worker waits: calls that block, in async functions or one step below them."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.crates import (
    crate_of,
    for_desktops,
    has_r2d2,
    is_wasm,
    means_of,
    serving,
    uses_sync_diesel,
)
from pytest_reconaudit.facts.asynchronous.remedies import remedy
from pytest_reconaudit.facts.asynchronous.running import (
    async_callers,
    driven_alone,
    in_block,
    inherit,
    is_command,
    is_probe,
    is_spawned,
    on_own_thread,
    only_at_start,
    per_request,
    route_of,
    starts,
)
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scans.blocking import (
    DATABASE,
    BlockingCall,
    BlockingFile,
    BlockingFunction,
    blocking,
)
from pytest_reconaudit.readers.scans.blocking_python import blocking_python
from pytest_reconaudit.readers.scans.blocking_script import blocking_script
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target, once

__all__ = ["Waiting", "WaitingFile", "waiting_calls", "waiting_queries"]

_CLI = regex(r"(?:^|[/_-])cli(?:/|\.\w+$)|(?:^|/)(?:evals?|evaluations?|benchmarks?|benches)/")
"""What somebody runs by hand, as its path says."""
_DOUBLE = regex(
    r"^(?:[Mm]ock|[Ff]ake|[Ss]tub|[Dd]ummy)(?=[A-Z_]|$)|(?:_mock|_fake|_stub|Mock|Fake)$"
)
_APP_ROUTE = regex(
    r"(?:^|/)app/(?:.*/)?(?:route|page|layout|sitemap|robots|opengraph-image)\.[cm]?[jt]sx?$"
)
_STATIC = regex(
    r"\bexport\s+const\s+(?:revalidate\s*=\s*(?:[1-9]|false)|dynamic\s*=\s*['\"](?:force-static|error))"
)
_ENTRIES = regex(
    r"std::fs::(?:metadata|symlink_metadata|exists|create_dir(?:_all)?|remove_file|remove_dir"
    r"|rename|set_permissions|canonicalize|read_link|hard_link|remove_dir_all)"
)
"""Calls that ask for or change entries; no content is read or written."""
_TEXTS = regex(r"std::fs::read_to_string")
"""Texts are short as a rule: settings, templates, one value."""
_NAMED = regex(r"(?i:config|settings|\bconf\b)|[(&\s:][A-Z][A-Z0-9_]{2,}\b|[(]\s*\"[^\"{}]*\"")
"""Files that settings, a constant or the code itself name."""
_MADE_UP = regex(r"\.join\s*\(|format!")
_SIZES = ("", "written", "removal", "fixed", "little", "entry", "cheap")
_STEPS = (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
_OF_COMMANDS = frozenset({"file", "process", "decode", "connect", "http"})
_ALWAYS = frozenset({"sleep", "redis", "runtime", "hash", "http", "connect", "receive", "database"})
"""Kinds that are told also of a function that no known route reaches, and through its callers."""


class Waiting(Struct, frozen=True):
    """A function in which an async worker waits."""

    name: str
    """``UserService::create``."""
    clause: str
    at: Place
    """Its first blocking call of the costliest kind."""
    sites: tuple[Note, ...]
    """Every blocking call in it, with what is called; that at ``at`` first."""
    callers: tuple[Note, ...]
    """Of a function that is not async: the calls by async functions that run it."""
    kinds: tuple[str, ...]
    """See ``BlockingCall.kind``; the first is the one that the severity comes of."""
    leading: int
    """How many of the sites are of the first kind."""
    route: str
    """A route whose requests run it, ``GET /users``; empty when none is known."""
    evidence: str
    severity: Severity
    confidence: Confidence
    total: int = 0
    """Calls of its kinds in the whole unit."""
    counts: tuple[tuple[str, int], ...] = ()
    """Kind → how many of the sites are of it."""
    alike: tuple[str, ...] = ()
    """Of functions that wait for the database one like the other: the names of the others, which
    are told with it."""
    files: int = 1
    """In how many files these are."""
    namesakes: int = 0
    """Of what one call may come to in many files: how many other functions are told with it."""
    libraries: tuple[str, ...] = ()
    """Of hashes in Node: the packages that make them, in the order of the sites."""
    beside: tuple[Note, ...] = ()
    """Of hashes: those of the other functions of its unit, which are told with it."""
    others: int = 0
    """How many functions these are."""
    fix: str = ""
    """What to do instead, in Markdown."""


class WaitingFile(Struct, frozen=True, eq=False):
    path: str
    unit: str
    """The crate or package that it belongs to."""
    functions: tuple[Waiting, ...]


@once
def waiting_queries(target: Target) -> tuple[WaitingFile, ...]:
    """The files with synchronous Diesel queries or r2d2 pools, by path."""
    return _files(target, _by_crate(list(_judged(target, database=True))))


@once
def waiting_calls(target: Target) -> tuple[WaitingFile, ...]:
    """The files of servers with any other blocking call, by path."""
    found = [
        *_judged(target, database=False),
        *_family(list(_python(target))),
        *_scripts(target),
    ]
    found.sort(key=lambda one: one[0])
    return _files(target, _hashes(found))


def _judged(target: Target, *, database: bool) -> Iterator[tuple[str, str, list[Waiting]]]:
    """(path, unit, what waits in it) of every file that there is something to judge in."""
    servers = serving(target)
    records = scanned(target, blocking)
    low = _checks_cheaply(records.values())
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
            calls, cheap = _dear(calls, low=low)
            if calls and (found := _waiting(target, path, function, calls, in_server)) is not None:
                functions.append(structs.replace(found, severity=Severity.INFO) if cheap else found)
        if not database and crate.path in for_desktops(target):
            functions = [structs.replace(one, severity=Severity.INFO) for one in functions]
        if judged:
            yield path, crate.manifest.package or crate.folder, functions


def _python(target: Target) -> Iterator[tuple[str, str, list[Waiting]]]:
    """As :func:`_judged`, of Python applications that import an asynchronous web framework."""
    records = scanned(target, blocking_python)
    if not records:
        return
    low = _checks_cheaply(records.values())
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
        for function in record.functions:
            calls, cheap = _dear(list(function.calls), low=low)
            one = _waiting(target, path, function, calls, True)
            if one is not None:
                one = _by_size(target, one, calls)
                found.append(structs.replace(one, severity=Severity.INFO) if cheap else one)
        yield path, folder or "the repository", _as_one(found)


_SAMPLE = regex(r"(?:^|/)(?:examples?|samples?|demos?|cookbooks?|notebooks?)/")
_CHECKING = regex(
    r"bcrypt::(?:non_truncating_)?verify|bcrypt\.checkpw|[\w.]*\.compareSync|compareSync"
)


def _checks_cheaply(records: Iterable[BlockingFile]) -> bool:
    """Whether every hash that bcrypt makes in the code of one language has a low cost, so that
    what compares with them takes as little."""
    files = list(records)
    return not any(one.is_dear for one in files) and any(
        call.kind == "hash" and call.size == "cheap"
        for one in files
        for function in one.functions
        for call in function.calls
    )


def _dear(calls: list[BlockingCall], *, low: bool) -> tuple[list[BlockingCall], bool]:
    """The calls without the hashes of a few milliseconds; where there are no others, those, and
    that it is so."""
    rest = [
        one
        for one in calls
        if one.kind != "hash"
        or not (one.size == "cheap" or (low and _CHECKING.fullmatch(one.words) is not None))
    ]
    return (rest, False) if rest else (calls, bool(calls))


_MANY_FILES = 4


def _family(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """A call that may mean the method of any of many classes is one thing to mend: what these do,
    and what they call, is told at the first of them."""
    families: dict[tuple[str, Place], list[Waiting]] = {}
    for _, _, functions in judged:
        for one in functions:
            if one.callers and not one.alike:
                families.setdefault((one.kinds[0], one.callers[0].place), []).append(one)
    wholes: dict[Place, Waiting] = {}
    others: set[Place] = set()
    for family in families.values():
        if len({one.at.path for one in family}) < _MANY_FILES:
            continue
        first = family[0]
        counts: Counter[str] = Counter()
        for one in family:
            counts.update(dict(one.counts))
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in family for site in one.sites),
            counts=tuple((kind, counts[kind]) for kind in first.kinds),
            namesakes=len(family) - 1,
        )
        others.update(one.at for one in family[1:])
    for path, unit, functions in judged:
        kept = [wholes.get(one.at, one) for one in functions if one.at not in others]
        yield path, unit, kept


_FEW_ALIKE = 3


def _as_one(found: list[Waiting]) -> list[Waiting]:
    """A file of functions over a synchronous session is one thing to mend: they are told as one."""
    alike = [one for one in found if one.callers and one.kinds == ("database",)]
    if len(alike) < _FEW_ALIKE:
        return found
    alike.sort(key=lambda one: -_STEPS.index(one.severity))
    first = alike[0]
    whole = structs.replace(
        first,
        sites=tuple(site for one in alike for site in one.sites),
        callers=tuple({note.place: note for one in alike for note in one.callers}.values()),
        leading=sum(one.leading for one in alike),
        counts=(("database", sum(one.leading for one in alike)),),
        confidence=min((one.confidence for one in alike), key=_CONFIDENCES.index),
        alike=tuple(one.name for one in alike[1:]),
    )
    return [whole, *(one for one in found if one not in alike)]


_CONFIDENCES = (Confidence.POSSIBLE, Confidence.LIKELY, Confidence.CERTAIN)


_MANY = 6
"""Functions of a crate, beyond which its driver as a whole is what is to be mended."""


def _by_crate(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """Where a crate asks its database so in many functions, they are told as one: at the first of
    those that weigh most."""
    units: dict[str, list[Waiting]] = {}
    for _, unit, functions in judged:
        alike = [one for one in functions if one.kinds[0] == "query"]
        units.setdefault(unit, []).extend(alike)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in units.values():
        if sum(1 for one in alike if one.severity is not Severity.INFO) <= _MANY:
            continue
        alike.sort(key=lambda one: -_STEPS.index(one.severity))
        first, *rest = alike
        counts: Counter[str] = Counter()
        for one in alike:
            counts.update(dict(one.counts))
        wholes[first.at] = structs.replace(
            first,
            sites=tuple(site for one in alike for site in one.sites),
            callers=tuple({note.place: note for one in alike for note in one.callers}.values()),
            leading=sum(one.leading for one in alike),
            counts=tuple(counts.items()),
            confidence=min((one.confidence for one in alike), key=_CONFIDENCES.index),
            alike=tuple(one.name for one in rest),
            files=len({one.at.path for one in alike}),
        )
        told.update(one.at for one in rest)
    for path, unit, functions in judged:
        yield path, unit, [wholes.get(one.at, one) for one in functions if one.at not in told]


_SIGNS_IN = regex(r"log_?in|sign_?in|auth|token|api_?key|session|credential", 2)
_COMPARES = regex(r"compare|verify|check|valid", 2)


def _hashes(
    judged: list[tuple[str, str, list[Waiting]]],
) -> Iterator[tuple[str, str, list[Waiting]]]:
    """How a package of the repository hashes passwords is one thing to mend: it is told where it
    keeps most waiting, of sign-ins and keys before what changes a password."""
    units: dict[tuple[str, str], list[Waiting]] = {}
    for path, unit, functions in judged:
        tongue = posixpath.splitext(path)[1] if path.endswith((".rs", ".py")) else ""
        for one in functions:
            if one.kinds == ("hash",) and one.severity is not Severity.INFO:
                units.setdefault((unit, tongue), []).append(one)
    wholes: dict[Place, Waiting] = {}
    told: set[Place] = set()
    for alike in units.values():
        if len(alike) < 2:
            continue
        first = max(alike, key=_dearness)
        severity = max((one.severity for one in alike), key=_STEPS.index)
        rest = [one for one in alike if one is not first]
        counts = first.leading + sum(one.leading for one in rest)
        wholes[first.at] = structs.replace(
            first,
            counts=(("hash", counts),),
            libraries=(*first.libraries, *(name for one in rest for name in one.libraries)),
            beside=tuple(note for one in rest for note in (*one.sites, *one.callers)),
            others=len(rest),
            severity=severity,
        )
        told.update(one.at for one in rest)
    for path, unit, functions in judged:
        yield path, unit, [wholes.get(one.at, one) for one in functions if one.at not in told]


def _dearness(one: Waiting) -> tuple[bool, bool, int]:
    """How much a hash keeps waiting: whether secrets are compared with it, which sign-ins and keys
    are for, and its severity."""
    about = f"{one.route} {one.name} {posixpath.basename(one.at.path)}"
    compares = _COMPARES.search(f"{one.name} {one.sites[0].message}") is not None
    return compares, _SIGNS_IN.search(about) is not None, _STEPS.index(one.severity)


def _is_async_framework(where: tuple[str, ...]) -> bool:
    return where[0] in _PYTHON_FRAMEWORKS or where[:2] == ("aiohttp", "web")


_PYTHON_FRAMEWORKS = frozenset(
    {"fastapi", "starlette", "sanic", "litestar", "quart", "blacksheep", "robyn", "starlite"}
)


def _scripts(target: Target) -> Iterator[tuple[str, str, list[Waiting]]]:
    """As :func:`_judged`, of TypeScript and JavaScript: only what a route reaches."""
    records = scanned(target, blocking_script)
    low = _checks_cheaply(records.values())
    # Where routes are given closures, no function is known to be reached, yet requests are served.
    routed = {
        application_of(target, path).folder
        for path, record in records.items()
        if any(call.handed for function in record.functions for call in function.calls)
    }
    for path, record in records.items():
        served = _is_mapped(target, path) or application_of(target, path).folder in routed
        found = []
        for function in record.functions:
            given = [one for one in function.calls if one.context == ASYNC]
            ref = function_at(target, path, function.line) if function.line else None
            route = per_request(target, ref) if ref is not None else None
            judged = (True, True, True)
            if route is not None and not function.is_main:
                calls = list(function.calls)
                if ref is not None and _is_prerendered(target, ref):
                    continue
            elif given:
                calls = given
                route = min(given, key=lambda one: _SIZES.index(one.size)).handed[0]
            elif ref is not None and served and _hashes_unseen(target, ref, function):
                calls = [one for one in function.calls if one.kind == "hash"]
                judged, route = (False, False, False), ""
            else:
                continue
            calls, cheap = _dear(calls, low=low)
            # The entry of a folder is changed in no time: it is not told beside what takes some.
            calls = [one for one in calls if one.size != "entry"] or calls
            waiting = _found(path, function, calls, (), route, judged, True, 0)
            waiting = _by_size(target, waiting, calls)
            if _is_seldom(target, path, ref, waiting):
                waiting = structs.replace(waiting, severity=Severity.INFO)
            found.append(structs.replace(waiting, severity=Severity.INFO) if cheap else waiting)
        yield path, application_of(target, path).folder or "the repository", found


_RARE = regex(r"/(?:admin|backups?|restore|onboarding|setup|install)(?:/|$)")
"""Routes that those who run the program ask now and then."""
_SYNC_ONLY = regex(
    r"\bimport\s+(\w+)\s+from\s+['\"](?:better-sqlite3|adm-zip)['\"]"
    r"|\b(\w+)\s*=\s*require\(\s*['\"](?:better-sqlite3|adm-zip)['\"]"
)
"""Libraries all of whose work is synchronous."""


def _is_seldom(target: Target, path: str, ref: Ref | None, one: Waiting) -> bool:
    """Whether files that a function reads or writes are not what keeps others waiting: it does
    longer work at once, ends the process, or is asked by who runs the program."""
    if one.kinds != ("file",):
        return False
    if _RARE.search(one.route) is not None:
        return True
    if ref is None:
        return False
    text = target.text(path)
    function = outlined(target, ref)
    body = "\n".join(text.split("\n")[function.line - 1 : function.end_line])
    names = [match[1] or match[2] for match in _SYNC_ONLY.finditer(text)]
    return "process.exit(" in body or any(f"new {name}(" in body for name in names)


def _hashes_unseen(target: Target, ref: Ref, function: BlockingFunction) -> bool:
    """Whether an async function of a server hashes passwords for who is not seen: a library of
    sign-ins that it is given to, a framework."""
    return (
        function.is_async
        and not function.is_main
        and any(one.kind == "hash" for one in function.calls)
        and not is_off_path(ref.path)
        and not is_command(ref.path)
        and not starts(function.name)
        and not only_at_start(target, ref)
    )


def _is_prerendered(target: Target, ref: Ref) -> bool:
    """Whether Next.js keeps the answer of the handler that reaches a function: it runs while the
    site is built, and then every so often."""
    found = reached(target).get(ref)
    if found is None or not _APP_ROUTE.search(found.handler.path):
        return False
    return _STATIC.search(target.text(found.handler.path)) is not None


_OTHER = frozenset(
    {"sleep", "file", "process", "connect", "http", "runtime", "hash", "decode", "receive", "redis"}
)


def _is_short(call: BlockingCall) -> bool:
    """Whether a call of Rust code is over in no time: it is about entries of folders, reads a text,
    or a file that settings or the code name."""
    return call.kind == "file" and (
        _ENTRIES.fullmatch(call.words) is not None
        or _TEXTS.fullmatch(call.words) is not None
        or (
            _NAMED.search(call.text) is not None
            and not call.words.endswith("read_dir")
            and _MADE_UP.search(call.text) is None
        )
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
                    fix=_remedy(target, path, one),
                )
                for one in functions
            ),
        )
        for path, unit, functions in listed
    )


def _remedy(target: Target, path: str, one: Waiting) -> str:
    words = [note.message for note in (*one.sites, *one.beside)]
    name = one.name if one.callers else ""
    crate = crate_of(target, path) if path.endswith(".rs") else None
    if one.kinds[0] in DATABASE:
        actix = crate is not None and means_of(target, crate).runtime == "actix"
        return _BY_ACTIX if actix else ""
    if crate is None:
        return remedy(path, one.kinds[0], words, one.libraries, name)
    function = _around(target, path, one.at.line or 0)
    guard = _guard(target, path, function, one.at.line or 0) if function is not None else ""
    return remedy(
        path,
        one.kinds[0],
        words,
        one.libraries,
        name,
        means_of(target, crate),
        fails=function is None or "Result" in function.returns,
        guard="" if name else guard,
    )


def _around(target: Target, path: str, line: int) -> OutlinedFunction | None:
    """The innermost function around a line."""
    file = scanned(target, outline).get(path)
    around = [one for one in (file.functions if file else ()) if one.line <= line <= one.end_line]
    return max(around, key=lambda one: one.line, default=None)


_BY_ACTIX = """
Give the work to a thread that no task needs; a transaction goes there as a whole:

```rust
let user = actix_web::web::block(move || -> Result<User, Error> {
    Ok(users::table.find(id).first(&mut pool.get()?)?)
})
.await??;
```
"""
_GUARD = regex(
    r"^\s*let\s+(?:mut\s+)?(\w+)\s*(?::[^=\n]+)?=[^;]{0,200}?\.(?:read|write|lock)\(\)([^;]*)$"
)
_UNWRAPS = regex(r"(?:\s|\?|\.(?:unwrap|expect|map_err|unwrap_or_else)\b)*")
"""What hands on the guard itself."""


def _guard(target: Target, path: str, function: OutlinedFunction, line: int) -> str:
    """The name of a guard of a lock that is not async, bound before a line and alive there."""
    lines = target.text(path).split("\n")[function.line - 1 : line - 1]
    depth = indentation(target.line(path, line))
    held = ""
    for statement in "\n".join(lines).split(";"):
        found = _GUARD.search(statement[statement.rfind("let ") :]) if "let " in statement else None
        if found is None:
            if held and f"drop({held})" in statement.replace(" ", ""):
                held = ""
            continue
        own = next(one for one in lines if f"let {found[1]}" in one or f"let mut {found[1]}" in one)
        if indentation(own) <= depth and _UNWRAPS.fullmatch(_outermost(found[2])):
            held = found[1]
    return held


def _outermost(chain: str) -> str:
    """A chain of calls without what stands between parentheses."""
    depth = 0
    kept = []
    for letter in chain:
        depth += letter == "("
        if depth <= 0 and letter != ")":
            kept.append(letter)
        depth -= letter == ")"
    return "".join(kept)


def _waiting(
    target: Target,
    path: str,
    function: BlockingFunction,
    calls: list[BlockingCall],
    in_server: bool,
) -> Waiting | None:
    ref = function_at(target, path, function.line)
    if ref is None or _is_double(path, function):
        return None
    if path.endswith(".rs"):
        # What is over in no time is not told beside what takes some.
        calls = [one for one in calls if not _is_short(one)] or calls
    direct = [
        one
        for one in calls
        if one.context == ASYNC
        and inherit(target, path, one.handed)
        # What the entry itself waits for is over before the first request.
        and not (function.is_main and function.is_async and not in_block(target, path, one.line))
    ]
    if direct and function.is_async and on_own_thread(target, ref):
        direct = [one for one in direct if in_block(target, path, one.line)]
    route = route_of(target, ref)
    reaches = ref in reached(target)
    known = reaches or not _is_mapped(target, path)
    served = reaches or is_spawned(target, ref, (one.line for one in calls))
    if direct:
        if not reaches and (
            (only_at_start(target, ref) and not _paces(direct, served=served))
            or _starts(function, direct)
            or _by_hand(path, direct)
        ):
            return None
        found = _found(path, function, direct, (), route, (known, reaches, served), in_server, 0)
        if all(one.kind == "file" and _is_remedy(target, path, one) for one in direct):
            return structs.replace(found, severity=Severity.INFO)
        if not served and (_is_job(path) or driven_alone(target, ref)):
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
            if _CLI.search(one.place.path) is None and not _in_browser(target, one.place.path)
        ]
    )
    callers = tuple(sorted(callers, key=lambda one: is_command(one.place.path)))
    if not callers:
        return None
    found = _found(
        path, function, below, callers, route, (known, reaches, served), in_server, steps
    )
    if not served and all(_is_job(one.place.path) for one in callers):
        return structs.replace(found, severity=Severity.INFO)
    return found


_JOB = regex(
    r"(?:^|/)(?:jobs?|cron(?:jobs?)?|scripts?|seeds?|seeders|migrations?|management/commands|xtask)/"
)
"""Whose code is started by hand or by the clock, one at a time."""


def _is_job(path: str) -> bool:
    """Whether code of Python runs in a process of its own; jobs of Rust are tasks of the server."""
    return path.endswith(".py") and _JOB.search(path) is not None


def _found(
    path: str,
    function: BlockingFunction,
    calls: list[BlockingCall],
    callers: tuple[Note, ...],
    route: str,
    judged: tuple[bool, bool, bool],
    in_server: bool,
    steps: int,
) -> Waiting:
    """The record of a function.

    :param judged: whether a request is known to run it or nothing is known of requests; whether
        one is known to; whether one is or a task of its own.
    """
    ranked = sorted(
        calls,
        key=lambda one: (-_STEPS.index(_weight(one.kind, *judged, route)), one.kind != "query"),
    )
    severity = _weight(ranked[0].kind, *judged, route)
    if ranked[0].kind in DATABASE:
        clause = "c" if callers else "a" if ranked[0].kind == "query" else "b"
        if not in_server:
            severity = _STEPS[_STEPS.index(severity) - 1]
    else:
        clause = "b" if callers else "a"
        if path.endswith(".rs") and all(_is_short(one) for one in calls):
            severity = Severity.INFO
    if ranked[0].kind != "file":
        # What a file takes is not told beside what takes longer.
        calls = [one for one in calls if one.kind != "file"]
        ranked = [one for one in ranked if one.kind != "file"]
    # The costliest kind leads: its first call that may be long is where the finding stands.
    leading = [one for one in calls if one.kind == ranked[0].kind]
    first = min(leading, key=lambda one: _SIZES.index(one.size))
    ordered = [first, *(one for one in calls if one is not first)]
    certain = steps <= 1 and ranked[0].kind not in ("decode", "receive")
    return Waiting(
        name=_name(path, function),
        clause=clause,
        at=Place(path, first.line, first.column),
        sites=tuple(Note(Place(path, one.line, one.column), one.words) for one in ordered),
        callers=callers,
        kinds=tuple(dict.fromkeys(one.kind for one in ranked)),
        libraries=tuple(one.library for one in ordered if one.library),
        leading=sum(1 for one in calls if one.kind == ranked[0].kind),
        counts=tuple(Counter(one.kind for one in calls).items()),
        route=route,
        evidence=first.text,
        severity=weighed(severity, path),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
    )


def _by_size(target: Target, one: Waiting, calls: Sequence[BlockingCall] = ()) -> Waiting:
    """A note instead of a finding where all that is read or written is short by what it is: a
    document of settings, one with a fixed name or that comes with the program, the entry of a
    folder, the removal of one, one file that is written."""
    if one.kinds in (("compress",), ("process",)) and calls and all(call.size for call in calls):
        return structs.replace(one, severity=Severity.INFO)
    if one.kinds == ("keys",) and _SET_UP.search(f"{one.at.path} {one.route}"):
        return structs.replace(one, severity=Severity.INFO)
    if one.kinds != ("file",):
        return one
    text = target.text(one.at.path)
    if _KERNEL.search(text) is not None:
        return structs.replace(one, severity=Severity.INFO)
    lines = text.split("\n")
    sizes = {(call.line, call.column): call.size for call in calls}
    for site in one.sites:
        size = sizes.get((site.place.line or 0, site.place.column or 0), "")
        below = "\n".join(lines[(site.place.line or 1) - 1 :][:_BELOW])
        if not size and _LITTLE.search(below) is None:
            return one
    return structs.replace(one, severity=Severity.INFO)


_SET_UP = regex(r"(?:^|[/_.\s-])(?:set_?up|install|onboarding|wizard)(?:[/_.\s-]|$)", 2)
"""What is asked for once in a program's life."""
_KERNEL = regex(r"[\"'`]/(?:proc|sys)/")
"""Files that no disk holds: the kernel answers from memory."""
_BELOW = 3
_LITTLE = regex(
    r"\b(?:json|yaml|toml|tomllib|configparser|JSON)\.(?:dump|load|parse|stringify|safe_load|safe_dump)s?\("
    r"|\.(?:json|ya?ml|toml|ini|env|version|pid|lock|txt)[\"']|[\"'](?:SHA|DATE|VERSION|COMMIT|REVISION|BUILD\w{0,10})[\"']|(?:open|Sync)\(\s*f?[\"'][^\"'{}$.]+[\"']"
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


def _is_mapped(target: Target, path: str) -> bool:
    """Whether it is known of some function of a file's crate or application that requests run it;
    else what they do not reach cannot be told."""
    return _unit(target, path) in _mapped(target)


@once
def _mapped(target: Target) -> frozenset[str]:
    paths = {ref.path for ref in reached(target)}
    return frozenset(_unit(target, path) for path in paths)


def _unit(target: Target, path: str) -> str:
    crate = crate_of(target, path) if path.endswith(".rs") else None
    return crate.path if crate is not None else application_of(target, path).folder


def _name(path: str, function: BlockingFunction) -> str:
    if not function.owner:
        return function.name or "a handler"
    return f"{function.owner}{'::' if path.endswith('.rs') else '.'}{function.name}"


def _weight(kind: str, known: bool, reaches: bool, served: bool, route: str) -> Severity:
    if kind == "query":
        # Where requests are known, what none of them comes to keeps fewer waiting.
        return Severity.HIGH if known else Severity.MEDIUM if served else Severity.INFO
    if kind == "pool":
        return Severity.MEDIUM if known or served else Severity.INFO
    if kind in ("sleep", "runtime") and served:
        return Severity.HIGH if reaches else Severity.MEDIUM
    if kind in ("sleep", "runtime"):
        # Nobody is known to wait behind it; a future may be waited for by a thread made for that.
        return Severity.LOW if kind == "sleep" else Severity.INFO
    if kind == "redis":
        return Severity.HIGH if reaches and not is_probe(route) else Severity.MEDIUM
    if kind == "file":
        return Severity.LOW if reaches else Severity.INFO
    if kind in ("process", "decode"):
        # Where no request is known to come here, hardly anybody waits behind it.
        return Severity.MEDIUM if reaches else Severity.INFO
    if kind == "hash":
        # A library or a client does so once in a session.
        return Severity.MEDIUM if reaches else Severity.LOW
    return Severity.MEDIUM if known else Severity.INFO


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
    lines = target.text(path).split("\n")
    if not path.endswith(".rs") or call.line > len(lines):
        return False
    own = lines[call.line - 1]
    depth = len(own) - len(own.lstrip())
    closing = False
    for line in lines[call.line - 2 : max(0, call.line - 200) : -1]:
        bare = line.lstrip()
        indent = len(line) - len(bare)
        if not bare or indent > depth or (indent == depth and not closing):
            continue
        if bare.startswith("fn ") or " fn " in bare or depth == 0:
            return False
        # `)) => {` ends a pattern or a list of arguments that began on a line above.
        closing = bare.startswith((")", "]")) and not bare.startswith("})")
        if not closing and _FAILED.search(bare) and bare.rstrip().endswith(("{", "(")):
            return True
        depth = indent
    return False
