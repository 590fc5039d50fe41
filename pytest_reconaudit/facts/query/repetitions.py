"""Database round trips that are made once per element of something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.running import only_at_start
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    function_at,
    inline_route,
    meant,
    meant_outside,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.readers.scans.queries import (
    FileQueries,
    LoopedCall,
    QueryCall,
    QueryFunction,
    QueryLoop,
    RelationLoop,
    queries,
)
from pytest_reconaudit.target import Target, once

__all__ = ["QueryFile", "RepeatedQuery", "Repetition", "changes_rows", "query_files", "request_of"]

_ONE_OFF = regex(
    r"(?:^|/)(?:[\w-]*migrations?(?:[-_]\w+)?|alembic|seeds?|seeders?|fixtures?|backfills?|db_fixes|fixes)(?:/|\.\w+$)"
    r"|(?:^|/)(?:\w*[-_.])?(?:seed|seeds|seeder|backfill\w*|migrate\w*|migrations?)(?:[-_.]\w+)*\.\w+$"
    r"|(?:^|/)(?:random|sample|demo|fake|dummy|initial|default|test|seed)_?data\w*(?:/|\.\w+$)"
    r"|(?:^|/)\w*(?:dummy|fake)_data\w*(?:/|\.\w+$)|(?:^|/)data[-_]?generators?/"
    r"|(?:^|/)dummy[-_][\w-]+\.\w+$|[a-z](?:Seeder|Migration|Migrator|MigrationWorker)\.\w+$",
)
_ONE_OFF_NAME = regex(
    r"_?(?:seed|migrat|backfill|populate_|upgrade_to|create_test|import_fixtures)", 2
)
_BESIDE = regex(
    r"(?:^|/)(?:queues?|consumers?|subscribers?|processors?|(?:\w+_|bg_?)?tasks?|schedules?"
    r"|schedulers?|background\w*|daemons?|cronjobs?)(?:/|\.\w+$)"
)
_BESIDE_NAME = regex(
    r"_?(?:sync|download|recalculate)_\w+|\w*(?:_jobs?|_task|_worker|_cron|[a-z](?:Job|Worker|Cron|Task))$"
)
_STAND_IN = regex(
    r"(?:^|[/_-])(?:mocks?|__mocks__|msw|test_?utils?|testing|test_?helpers?|stubs?)(?:[/_-]|\.\w+$)"
)
_BY_HAND = regex(
    r"(?:^|/)(?:src/bin|bin|scripts?|examples?|xtask|tools?|[\w-]*cli|commandDefinitions"
    r"|management/commands)(?:/|\.\w+$)"
)
_READS = frozenset({"select", "count"})
_WRITES = frozenset({"insert", "update", "delete", "upsert"})
_MAPPERS = frozenset({"django", "sqlalchemy"})
"""Libraries whose database is told by settings, not by an import."""
_AT_ONCE = frozenset({"findUnique", "findUniqueOrThrow"})
_WORDS = {"select": "SELECT", "count": "COUNT", "insert": "INSERT", "update": "UPDATE",
          "delete": "DELETE", "upsert": "UPSERT", "call": "call"}  # fmt: skip


class _Asks(Struct, frozen=True):
    """A function that goes to the database by itself, and its file."""

    path: str
    function: QueryFunction


class RepeatedQuery(Struct, frozen=True):
    """One statement in a loop."""

    line: int
    kind: str
    table: str
    loop: QueryLoop
    """The loop that makes it many: the outermost one that has no known small number of rounds."""
    via: str
    """The function that sends it, when the loop only calls it; else empty."""
    via_place: Place | None
    relation: str
    """``order.customer`` where a relation is followed that was not loaded along."""
    sure: bool
    errand: str = ""
    """What else each round waits for outside of the database: see ``QueryLoop.errand``."""

    @property
    def statement(self) -> str:
        """``COUNT of projects``."""
        word = _WORDS.get(self.kind, "query")
        return f"{word} of {self.table}" if self.table else word


class Repetition(Struct, frozen=True):
    """What one function repeats."""

    path: str
    function: str
    """Empty for code outside of named functions."""
    line: int
    sites: tuple[RepeatedQuery, ...]
    severity: Severity
    confidence: Confidence
    request: str
    """``GET /api/projects`` when it is known to run while that is answered; ``a request`` when
    it serves one whose route is not known; else empty."""


class QueryFile(Struct, frozen=True):
    """A source file that goes to the database."""

    path: str
    repetitions: tuple[Repetition, ...]


@once
def query_files(target: Target) -> tuple[QueryFile, ...]:
    """Every source file that calls the database or whose loops call what does, test code left
    out."""
    found: list[QueryFile] = []
    asking = _asking(target)
    relations = _relations(target)
    for path, one in scanned(target, queries).items():
        if _apart(path) or _embedded(target, path):
            continue
        repetitions = [
            repetition
            for function in one.functions
            if not function.is_test and not _ONE_OFF_NAME.match(function.name)
            for repetition in _repetition(target, path, one, function, asking)
        ]
        repetitions += _followed(target, path, one, relations)
        if repetitions or any(_asks(function) for function in one.functions):
            ordered = sorted(_merged(repetitions), key=lambda each: each.sites[0].line)
            found.append(QueryFile(path, tuple(ordered)))
    return tuple(found)


def _apart(path: str) -> bool:
    """Whether a file is test code, stands in for a database, or runs once in its life."""
    return bool(is_test_path(path) or _ONE_OFF.search(path) or _STAND_IN.search(path))


def request_of(target: Target, path: str, line: int) -> str | None:
    """The request during which the function at a line runs, in words; ``None`` when none is
    known."""
    ref = function_at(target, path, line)
    why = reached(target).get(ref) if ref is not None else None
    if why is None:
        route = inline_route(target, path, line) if ref is None else None
        return f"{route.method} {route.path}" if route is not None else None
    if why.route is not None:
        return f"{why.route.method} {why.route.path}"
    return "a request"


def changes_rows(target: Target, ref: Ref, depth: int = 3) -> bool:
    """Whether a function, or one that it surely calls, changes rows of the database."""
    own = _asking(target).get((ref.path, outlined(target, ref).line))
    if own is not None and any(one.kind in _WRITES for one in own.function.queries):
        return True
    return depth > 0 and any(
        changes_rows(target, other, depth - 1)
        for _, refs in callees(target, ref)
        for other in refs or ()
        if other != ref
    )


# -- who asks ------------------------------------------------------------------------------

_Asking = Mapping[tuple[str, int], _Asks]


@once
def _asking(target: Target) -> dict[tuple[str, int], _Asks]:
    """(path, line of the name) → every function that goes to the database by itself."""
    return {
        (path, function.line): _Asks(path, function)
        for path, one in scanned(target, queries).items()
        if not is_test_path(path)
        for function in one.functions
        if function.name and not function.is_test and _asks(function)
        if not _embedded(target, path)
    }


def _embedded(target: Target, path: str) -> bool:
    """Whether a file's database is a library in the same process: no round trip is made."""
    one = scanned(target, queries)[path]
    own = one.dialects
    if not own and any(
        query.library in _MAPPERS for function in one.functions for query in function.queries
    ):
        return False  # another file's `import sqlite3` says nothing about where these go
    return "sqlite" in (own or _dialects(target).get(_language(path), ())) and "server" not in own


@once
def _dialects(target: Target) -> dict[str, tuple[str, ...]]:
    """Language → the dialect that all its files name, when it is only one."""
    found: dict[str, set[str]] = {}
    for path, one in scanned(target, queries).items():
        found.setdefault(_language(path), set()).update(one.dialects)
    return {name: tuple(one) for name, one in found.items() if len(one) == 1}


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


@once
def _asking_names(target: Target) -> frozenset[str]:
    return frozenset(one.function.name for one in _asking(target).values())


def _asks(function: QueryFunction) -> bool:
    return not function.is_test and any(one.kind != "other" for one in function.queries)


def _sent(target: Target, path: str, call: LoopedCall, asking: _Asking) -> _Asks | None:
    """The function that a call in a loop surely means, when it sends a statement each time."""
    caller = function_at(target, path, call.line)
    if caller is not None:
        calls = outlined(target, caller).calls
    elif inline_route(target, path, call.line) is not None:
        calls = scanned(target, outline)[path].loose
    else:
        return None
    words = next((one for one in calls if one.name == call.name and one.line == call.line), None)
    if words is None:
        return None
    if caller is None:
        refs: tuple[Ref, ...] | None = meant_outside(target, path, words)
    else:
        refs = meant(target, caller, words)
    if not refs or caller in refs:
        return None
    found = [asking.get((ref.path, outlined(target, ref).line)) for ref in refs]
    sure = all(one is not None and _costs(one.function) for one in found)
    return found[0] if sure else None


def _costs(function: QueryFunction) -> bool:
    """Whether each call surely is a round trip of its own: not a batch, not answered by a cache,
    not under a condition."""
    return not function.cached and any(map(_sent_each_time, function.queries))


def _sent_each_time(one: QueryCall) -> bool:
    return one.kind != "other" and not (one.bulk or one.listed or one.conditional)


# -- judging -------------------------------------------------------------------------------


def _repetition(
    target: Target, path: str, file: FileQueries, function: QueryFunction, asking: _Asking
) -> Iterator[Repetition]:
    sites = [
        RepeatedQuery(
            one.line,
            one.kind,
            one.table,
            _counting(file, one.loops),
            "",
            None,
            "",
            True,
            _errand(file, one.loops),
        )
        for one in function.queries
        if one.loops and not _batched(file, one)
    ]
    names = _asking_names(target)
    for call in function.looped:
        if call.name not in names:
            continue
        sender = _sent(target, path, call, asking)
        if sender is None or _ONE_OFF_NAME.match(sender.function.name):
            continue
        loop = _counting(file, call.loops)
        asked = [one for one in sender.function.queries if _sent_each_time(one)]
        if loop.concurrent and all(one.method in _AT_ONCE for one in asked):
            continue
        if len(asked) > _PROCEDURE:
            continue  # a whole procedure per element: no other statement would do it for all
        # What changes its row is worked off one by one; it is not what a list is made of.
        works = loop.origin not in _ROWS or any(one.kind in _WRITES for one in asked)
        dearest = _WRITES if works else _READS
        worst = next((one for one in asked if one.kind in dearest), asked[0])
        place = Place(sender.path, worst.line, 1)
        sites.append(
            RepeatedQuery(
                call.line,
                worst.kind,
                worst.table,
                loop,
                sender.function.name,
                place,
                "",
                False,
                _errand(file, call.loops) or sender.function.errand,
            )
        )
    if _BY_HAND.search(path):
        sites = [one for one in sites if one.kind in _READS]
    if sites:
        yield _weighed(target, path, function.name, function.line, sites)


def _errand(file: FileQueries, loops: Iterable[int]) -> str:
    return next((file.loops[one].errand for one in loops if file.loops[one].errand), "")


def _counting(file: FileQueries, loops: Iterable[int]) -> QueryLoop:
    found = [file.loops[one] for one in loops]
    unbounded = [one for one in found if one.origin != "few"]
    return next((one for one in unbounded if one.origin in _ROWS), (unbounded or found)[0])


def _batched(file: FileQueries, query: QueryCall) -> bool:
    """Prisma joins what is asked for in one tick into one statement."""
    return query.method in _AT_ONCE and file.loops[query.loops[0]].concurrent


def _weighed(
    target: Target, path: str, name: str, line: int, sites: list[RepeatedQuery]
) -> Repetition:
    sites = sorted(sites, key=lambda one: one.line)
    request = None
    beside = bool(
        is_off_path(path)
        or _BY_HAND.search(path)
        or _BESIDE.search(path)
        or _BESIDE_NAME.match(name)
    )
    if not beside:
        request = next(
            (found for one in sites if (found := request_of(target, path, one.line))), None
        )
    # What lies beside functions that serve requests is meant for the same.
    served = request is not None or path in _serving(target)
    beside = beside or (not served and _at_start(target, path, sites[0].line))
    severity = max(
        _severity(one, beside=beside, served=served, known=request is not None) for one in sites
    )
    sure = all(one.sure for one in sites)
    return Repetition(
        path,
        name,
        line,
        tuple(sites),
        severity,
        # How long a list is that was handed over, only its callers know.
        Confidence.CERTAIN if sure and sites[0].loop.origin else Confidence.LIKELY,
        request or "",
    )


def _at_start(target: Target, path: str, line: int) -> bool:
    """Whether a function surely runs because the program starts and for no request: work that is
    done once, or beside the requests."""
    ref = function_at(target, path, line)
    return ref is not None and only_at_start(target, ref)


def _severity(site: RepeatedQuery, *, beside: bool, served: bool, known: bool) -> Severity:
    if site.errand:  # the other system takes far longer than the statement
        return Severity.LOW if beside or site.kind in _WRITES else Severity.MEDIUM
    if site.loop.origin == "few" or site.loop.beside or beside:
        return Severity.MEDIUM
    if site.loop.origin == "batch":
        return Severity.MEDIUM if known else Severity.LOW
    if site.kind in _WRITES or site.kind == "call":
        # A list that comes from elsewhere may be long or short: only rows and requests are sure.
        return Severity.HIGH if site.loop.origin in _ROWS else Severity.MEDIUM
    if site.loop.origin == "rows":
        return Severity.CRITICAL if served else Severity.HIGH
    if site.loop.origin == "children":  # mostly some, seldom many
        return Severity.HIGH
    return Severity.MEDIUM


_ROWS = ("rows", "children")
_PROCEDURE = 4
"""Statements of a called function, beyond which it is no query but work of its own."""


@once
def _serving(target: Target) -> frozenset[str]:
    """The files with code that runs while requests are answered."""
    return frozenset(ref.path for ref in reached(target))


# -- Django's relations --------------------------------------------------------------------


@once
def _relations(target: Target) -> dict[str, frozenset[str]]:
    """Model → its foreign keys; of several models with one name those that all of them have."""
    found: dict[str, frozenset[str]] = {}
    for path, one in scanned(target, queries).items():
        if is_test_path(path):
            continue
        for model in one.models:
            names = frozenset(model.names)
            found[model.model] = found.get(model.model, names) & names
    return found


def _followed(
    target: Target, path: str, file: FileQueries, relations: Mapping[str, frozenset[str]]
) -> Iterator[Repetition]:
    """Relations that a loop over a queryset follows row by row."""
    for one in file.relation_loops:
        known = relations.get(one.model, frozenset())
        if "*" in one.loaded or _ONE_OFF_NAME.match(one.function):
            continue
        sites = _relation_sites(one, known)
        if sites:
            yield _weighed(target, path, one.function, one.function_line, sites)


def _relation_sites(one: RelationLoop, known: frozenset[str]) -> list[RepeatedQuery]:
    loop = QueryLoop(one.line, "for", one.over, "", "rows", False, source=one.model.lower())
    found: dict[str, RepeatedQuery] = {}
    for relation, _, line in one.reads:
        if relation in known and relation not in one.loaded and relation not in found:
            found[relation] = RepeatedQuery(
                line, "select", "", loop, "", None, f"{one.model}.{relation}", False
            )
    return list(found.values())


def _merged(repetitions: Iterable[Repetition]) -> list[Repetition]:
    """One per function."""
    by_function: dict[tuple[str, int], Repetition] = {}
    for one in repetitions:
        key = (one.function, one.line)
        other = by_function.get(key)
        if other is None:
            by_function[key] = one
            continue
        by_function[key] = Repetition(
            one.path,
            one.function,
            one.line,
            tuple(sorted((*other.sites, *one.sites), key=lambda site: site.line)),
            max(one.severity, other.severity),
            Confidence.LIKELY,
            one.request or other.request,
        )
    return list(by_function.values())
