"""Database round trips that are made once per element of something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.asynchronous.running import only_at_start
from pytest_reconaudit.facts.code.asked_methods import asked_method
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.functions import (
    Reached,
    Ref,
    callees,
    function_at,
    inline_route,
    meant,
    meant_outside,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.code.hand_scripts import hand_scripts
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.network.routes import Route
from pytest_reconaudit.facts.query.grouped import is_of_one_group
from pytest_reconaudit.facts.query.guards import is_for_staff
from pytest_reconaudit.facts.query.lists import is_guarded, runs_locally, small_by_name
from pytest_reconaudit.facts.query.python_fixes import (
    Repeated,
    fix_of_queries,
    fix_of_relations,
)
from pytest_reconaudit.facts.query.remedies import Asked, remedy
from pytest_reconaudit.facts.query.serialized import (
    LazyLoop,
    SerializedList,
    asks_by,
    gathered,
    lazy_loops,
    leads_to_many,
    loads_along,
    serialized_lists,
)
from pytest_reconaudit.facts.query.short_lists import is_batched_beside, is_short
from pytest_reconaudit.facts.query.worth import Round, keeps_in_a_file, settled
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.outline import OutlinedCall, OutlinedFunction, outline
from pytest_reconaudit.readers.scans.queries import (
    FileQueries,
    LoopedCall,
    Onward,
    QueryCall,
    QueryFunction,
    QueryLoop,
    RelationLoop,
    queries,
)
from pytest_reconaudit.target import Target, once, passing

__all__ = ["QueryFile", "RepeatedQuery", "Repetition", "changes_rows", "query_files", "request_of"]

_ONE_OFF = regex(
    r"(?:^|/)(?:[\w-]*migrations?(?:[-_]\w+)?|alembic|seeds?|seeders?|fixtures?|backfills?|db_fixes|fixes)(?:/|\.\w+$)"
    r"|(?:^|/)(?:\w*[-_.])?(?:seed|seeds|seeder|backfill\w*|migrate\w*|migrations?)(?:[-_.]\w+)*\.\w+$"
    r"|(?:^|/)(?:random|sample|demo|fake|dummy|initial|default|test|seed)_?data\w*(?:/|\.\w+$)"
    r"|(?:^|/)\w*(?:dummy|fake)_data\w*(?:/|\.\w+$)|(?:^|/)data[-_]?generators?/"
    r"|(?:^|/)(?:db|database|sql)/(?:upgrades?|alterations?)(?:/|\.\w+$)"
    r"|(?:^|/)dummy[-_][\w-]+\.\w+$|[a-z](?:Seeder|Migration|Migrator|MigrationWorker)\.\w+$",
)
_ONE_OFF_NAME = regex(
    r"_?(?:seed|migrat|backfill|populate_|upgrade_to|create_test|import_fixtures)", 2
)
_BESIDE = regex(
    r"(?:^|/)(?:queues?|consumers?|subscribers?|processors?|(?:\w+_|bg_?)?tasks?|schedules?"
    r"|schedulers?|background\w*|daemons?|cron(?:jobs?)?|crons|jobs|workers?|signals|imports?|importers?)"
    r"(?:/|\.\w+$)|_(?:import_job|importer|jobs?|tasks?|worker)\.py$"
)
_TASK_AS_THING = regex(
    r"(?:^|/)(?:models?|entities|schemas?|routers?|routes?|endpoints|controllers?|crud|daos?"
    r"|repositor(?:y|ies))/(?:\w+/)*\w*tasks?\.\w+$"
)
"""A module about tasks that people have, not a queue's."""
_BESIDE_NAME = regex(
    r"_?(?:sync|download|recalculate|import|reconcile|update_all|refresh_all)(?:_\w+|[A-Z]\w*)|\w*(?:_jobs?|_task|_worker|_cron|[a-z](?:Job|Worker|Cron|Task))$"
)
_MANY_WORDS = regex(
    r"(?:^|[^a-z])(?:bulk|batch|batches|many|mass|ingest|ingestion|import|imports|imported|importer"
    r"|importing)(?![a-z])"
)
"""What is called so takes as many as there are."""
_TAKES_IN = regex(r"_?(?:ingest|import)(?:_|[A-Z])")
"""A function called so, of which each call takes one thing in."""
_ROWS_BY_NAME = regex(
    r"(?:^|[^a-z])(?:rows|records|results|readings|samples|measurements|data_?points|logs|batch|bulk|page)"
    r"(?:\.(?:iter|into_iter|iter_mut|clone|drain|values|items|entries)\([^()]*\))*[)\s]*$"
)
_LISTING = regex(
    r"_?(?:lists?|search|browse|index|feed|overview|listing)(?![a-z])|\w*_(?:list|listing|feed|overview)$"
    r"|(?:get|fetch)_(?!or_)(?:all_)?\w+s(?:_by_\w+|_with_\w+|_for_\w+)?$|find_all\w*$"
)
"""A function, in snake case, that answers with a list."""
_PLAIN_LIST = regex(r"list|search|index|feed|overview")
_ADAPTED = regex(
    r"^[&\s]*(?:\w+::)*stream::iter\(|\.(?:iter|into_iter|iter_mut|clone|drain|enumerate)\([^()]*\)"
)
"""What is about the thing itself where it is gone over."""
_WORDS_OF = regex(r"(?<![a-z(])[a-z]+(?=[^a-z(]|$)(?!\()")
_PARAMETER_END = regex(r"(?:\{\*?\w+(?::[^}]*)?\}|:\w+\??|<\w[^>]*>)/?$")
_ASKED = regex(
    r"(?<![a-z])(?:params?|query|args?|arguments|filters?|options?|parser|split|includes?|expand|headers?|cookies?)(?![a-z])"
)
"""What a request names to be filtered by: few."""
_ARRAY = regex(r"\b(?:Vec|[Ll]ist|Sequence|Array|Iterable|Set)\s*[<\[]|\[\]\s*$|^&?\[")
_CHOSEN_IDS = regex(
    r"^[&*(\s]*(?:stream::iter\(&?)?(?:(?:req|request|ctx|c)\.)?(?:[\w.]+\.)?(?:body|data|json|dto|input|payload|\w+)"
    r"(?:\.|\[[\"'])(?:ids|\w+_ids|\w+Ids)(?:[\"']\])?(?:\.(?:iter|into_iter|clone|entries)\(\))*[)\s]*$"
)
"""What the caller has chosen: ``req.body.ids``."""
_MESSAGE = regex(r"(?:D[Tt][Oo]|Request|Payload|Input|Schema|Command|Body)(?![a-z])")
"""The type of what a request sends."""
_ADMIN = regex(r"(?:^|/)(?:\w+_)?admin\.py$|(?:^|/)admin/(?:views?|actions?)/")
"""Pages for those who run the platform."""
_BOOT = regex(r"(?:^|/|_|-)(?:start_?up|bootstrap|boot)(?:[_.-]|$)|on_?(?:[sS]tart(?:up)?|[bB]oot)")
"""What is done once, before the first request."""
_ROOT = regex(r"[&*\s(]*(?:(?:enumerate|sorted|list|set)\()?(\w+)")
_LISTED_MODEL = regex(r"\b([A-Z]\w+)\.(?:get_all|find_all|list_all|all|query\.all)\(")
_WORD_ENDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_STAND_IN = regex(
    r"(?:^|[/_-])(?:mocks?|__mocks__|msw|test_?utils?|testing|test_?helpers?|stubs?)(?:[/_-]|\.\w+$)"
)
_BY_HAND = regex(
    r"(?:^|/)(?:src/bin|bin|scripts?|examples?|xtask|tools?|[\w-]*cli|commandDefinitions"
    r"|management/commands)(?:/|\.\w+$)"
)
_DOES = regex(
    r"_?(?:send|notify|process|sync|publish|upload|download|deliver|dispatch|enqueue|schedule|handle|run|perform"
    r"|execute|call|import|export|generate|evaluate|award|render|trigger|emit|scroll|retry|migrate"
    r"|refresh|recompute|recalculate|rebuild|reindex|regenerate|close|archive|cancel|expire|revoke"
    r"|terminate)(?=[_A-Z]|$)"
)
"""The verb of a function that does more than ask."""
_CHANGES = regex(
    r"_?(?:delete|remove|destroy|create|insert|add|update|save|store|set|convert|archive|restore|invite"
    r"|mark|cancel|approve|reject|close|assign|(?:de)?activate|(?:un)?categorize|(?:un)?match)(?=[_A-Z]|$)"
)
"""The verb of a function that changes something, whatever it looks for first."""
_GENERIC = frozenset({"execute", "handle", "run", "invoke", "call", "default", "perform", ""})
"""What the one method of a use case is called: its file says what it does."""
_READS = frozenset({"select", "count"})
_WRITES = frozenset({"insert", "update", "delete", "upsert"})
_MAPPERS = frozenset({"django", "sqlalchemy", "mongoose"})
"""Libraries whose database is told by settings, not by an import."""
_AT_ONCE = frozenset({"findUnique", "findUniqueOrThrow"})
_WORDS = {"select": "SELECT", "count": "COUNT", "insert": "INSERT", "update": "UPDATE",
          "delete": "DELETE", "upsert": "UPSERT", "call": "call"}  # fmt: skip


_PACES = {
    "connection": ", begun together, but on one connection, which takes them in turn",
    "pipeline": ", pipelined on one connection",
}


class _Asks(Struct, frozen=True):
    """A function that goes to the database by itself, and its file."""

    path: str
    function: QueryFunction
    further: bool = False
    """More than one call lies between it and the loop."""
    more: tuple[_Asks, ...] = ()
    """Others that the same call surely gets to."""
    by: tuple[str, int] = ("", 0)
    """The call (name, line) by which the function that the loop calls gets to it."""


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
    word: str = ""
    """See ``QueryCall.word``."""
    excused: str = ""
    """See ``QueryCall.excused``, and ``procedure``: the called function does more than that;
    ``written``: it looks at what its round has changed."""
    further: bool = False
    """More than one call lies between the loop and the statement."""
    same: bool = False
    """A read that asks for the same in every round."""
    library: str = ""
    """See ``query_call.FoundQuery``."""
    some: bool = False
    """It is not sent in every round: see ``QueryCall.some``."""

    @property
    def statement(self) -> str:
        """``COUNT of projects``."""
        word = self.word or _WORDS.get(self.kind, "query")
        return f"{word} of {self.table}" if self.table else word

    @property
    def what(self) -> str:
        """``a COUNT of projects (by count_of)``."""
        by = f" (by {self.via})" if self.via else ""
        if self.relation:
            return f"a query for {self.relation}{by}"
        return f"{'an' if self.statement[0] in 'IUaeu' else 'a'} {self.statement}{by}"

    @property
    def share(self) -> str:
        """Which rounds send it."""
        return "for some elements of" if self.some else "per element of"

    @property
    def pace(self) -> str:
        """How rounds that are begun together get their answers; empty of those in turn."""
        if not self.loop.concurrent:
            return ""
        return _PACES.get(self.loop.queued, ", concurrently")

    @property
    def hoisted(self) -> str:
        """What is to be done about one that asks for the same in every round; empty of others."""
        thing = "row" if self.kind == "select" else "figure"
        return f" (hoist it: the same {thing} every time)" if self.same else ""


class Repetition(Struct, frozen=True):
    """What one function repeats."""

    path: str
    function: str
    """Empty for code outside of named functions."""
    line: int
    sites: tuple[RepeatedQuery, ...]
    """Those that make its severity what it is; where it is a note, all."""
    severity: Severity
    confidence: Confidence
    request: str
    """``GET /api/projects`` when it is known to run while that is answered; ``a request`` when
    it serves one whose route is not known; else empty."""
    others: tuple[RepeatedQuery, ...] = ()
    """Those that are not worth more than a note beside the others."""
    cure: str = ""
    """What to write in the place of its first statement; empty where the library's own words are
    not known."""

    @property
    def same(self) -> bool:
        """Whether all of it asks for what does not change."""
        return all(site.same for site in self.sites)

    @property
    def loops(self) -> tuple[RepeatedQuery, ...]:
        """The statement of each loop that tells it best, by line."""
        ordered = sorted(self.sites, key=lambda site: (site.same, site.line))
        apart = {site.loop.line: site for site in reversed(ordered)}
        return tuple(sorted(apart.values(), key=lambda site: site.line))

    def beside(self, site: RepeatedQuery) -> tuple[RepeatedQuery, ...]:
        """The statements of a statement's loop, itself included."""
        every = (*self.sites, *self.others)
        return tuple([one for one in every if one.loop.line == site.loop.line])

    def others_of(self, site: RepeatedQuery) -> tuple[str, ...]:
        """The other statements of a loop, in words."""
        told: dict[str, str] = {}
        for one in self.beside(site):
            if one.what != site.what and (site.some or not one.some):
                told.setdefault(one.what, f"{one.what}, line {one.line}{one.hoisted}")
        return tuple(told.values())

    @property
    def cost(self) -> str:
        """What it costs where it runs."""
        if self.same:
            return "Each round asks once more for what the round before has got."
        reads = all(site.relation or site.kind in _READS for site in self.sites)
        each = "such element" if all(site.some for site in self.sites) else "element"
        what = f"Each {each} costs" if reads else f"Each {each}'s write costs"
        waits = " while the request waits" if self.request else ""
        if all(site.loop.origin == "few" for site in self.sites):
            return f"A few round trips are made{waits} where one would do."
        if all(site.loop.queued == "pipeline" for site in self.sites):
            return "Each element costs the database a statement of its own."
        if all(site.loop.concurrent and not site.loop.queued for site in self.sites):
            return (
                f"{what} a round trip of its own{waits}: many at once take the pool's connections"
                " from everybody else."
            )
        return f"{what} a round trip of its own{waits}: the time grows with their number."

    @property
    def remedy(self) -> str:
        """What to write instead, by the library of its first statement; empty where the check's
        own words have to do."""
        first = self.sites[0]
        if self.same:
            return ""
        followed = [
            (site.relation, site.kind)
            for site in self.sites
            if site.relation and site.loop.line == first.loop.line
        ]
        if first.relation:
            return fix_of_relations(followed, first.loop.over, first.library)
        return self.cure

    @property
    def places(self) -> list[tuple[Place, str]]:
        """Where its loops and statements stand, the first left out."""
        every = (*self.sites, *self.others)
        notes = {
            Place(self.path, site.loop.line, 1): f"loop over {site.loop.over}" for site in every
        }
        for site in every:
            notes[Place(self.path, site.line, 1)] = site.relation or site.statement
            if site.via_place is not None:
                notes[site.via_place] = f"{site.statement} in {site.via}"
        notes.pop(Place(self.path, self.sites[0].line, 1))
        return list(notes.items())


class QueryFile(Struct, frozen=True):
    """A source file that goes to the database."""

    path: str
    repetitions: tuple[Repetition, ...]
    serialized: tuple[SerializedList, ...] = ()
    """The lists that its views answer with whose rows make queries of their own."""


@once
def query_files(target: Target) -> tuple[QueryFile, ...]:
    """Every source file that calls the database or whose loops call what does, test code left
    out."""
    found: list[QueryFile] = []
    asking = _asking(target)
    relations = _relations(target)
    lists: dict[str, list[SerializedList]] = {}
    for listed in serialized_lists(target):
        if keeps_in_a_file(target):
            listed = replace(listed, severity=Severity.INFO)
        lists.setdefault(listed.path, []).append(listed)
    loops = lazy_loops(target)
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
        repetitions += _lazily(target, path, loops.pop(path, ()), by_hand=one.by_hand)
        serialized = gathered(lists.pop(path, ()))
        if repetitions or serialized or any(_asks(function) for function in one.functions):
            ordered = sorted(_merged(repetitions), key=lambda each: each.sites[0].line)
            found.append(QueryFile(path, tuple(ordered), serialized))
    for path in dict.fromkeys((*lists, *loops)):
        lazily = [] if _apart(path) else list(_lazily(target, path, loops.get(path, ())))
        if lazily or path in lists:
            found.append(QueryFile(path, tuple(_merged(lazily)), gathered(lists.get(path, ()))))
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
        if not served_outside(target, path, line):
            return None
        route = inline_route(target, path, line)
    else:
        route = why.route
    if route is None:
        return "a request"
    return f"{asked_method(target, path, line, route)} {route.path}".strip()


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


class _Askers(_Asking):
    """Functions by their number in their file; the records are decoded when asked for."""

    def __init__(self, target: Target, numbers: dict[tuple[str, int], int]) -> None:
        self._records = scanned(target, queries)
        self._numbers = numbers

    def __getitem__(self, key: tuple[str, int]) -> _Asks:
        number = self._numbers[key]
        return _Asks(key[0], self._records[key[0]].functions[number])

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@passing
def _asking(target: Target) -> _Asking:
    """(path, line of the name) → every function that goes to the database by itself."""
    numbers = {
        (path, function.line): number
        for path, one in scanned(target, queries).items()
        if not is_test_path(path)
        for number, function in enumerate(one.functions)
        if function.name and not function.is_test and _asks(function)
        if not _embedded(target, path)
    }
    return _Askers(target, numbers)


def _embedded(target: Target, path: str) -> bool:
    """Whether a file's database is a library in the same process: no round trip is made."""
    one = scanned(target, queries)[path]
    own = one.dialects
    libraries = {query.library for function in one.functions for query in function.queries}
    if not own and libraries & _MAPPERS:
        return False  # another file's `import sqlite3` says nothing about where these go
    if (providers := _prisma_providers(target)) and "prisma" in libraries and not own:
        return providers == {"sqlite"}
    return "sqlite" in (own or _dialects(target).get(_language(path), ())) and "server" not in own


@once
def _prisma_providers(target: Target) -> frozenset[str]:
    """The databases that the schemas of Prisma are for."""
    found = (
        target.parse(read_prisma, path).provider
        for path in target.files
        if path.endswith(".prisma") and not is_test_path(path)
    )
    return frozenset(one for one in found if one)


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
    """The names of functions that go to the database, or do no more than call one that does."""
    asking = frozenset(one.function.name for one in _asking(target).values())
    found = asking | frozenset(
        function.name
        for path, one in scanned(target, outline).items()
        if not is_test_path(path)
        for function in one.functions
        if function.end_line - function.line <= _THIN
        if any(call.name in asking for call in function.calls[:_FIRST_CALLS])
    )
    for _ in range(_HOPS):
        found |= {
            one.name
            for one in _onwards(target).values()
            if any(name in found for name, _ in one.calls)
        }
    return found


@passing
def _onwards(target: Target) -> Mapping[tuple[str, int], Onward]:
    """(path, line of the name) → what a function waits for that asks nothing by itself."""
    return {
        (path, one.line): one
        for path, file in scanned(target, queries).items()
        if file.onward and not is_test_path(path)
        for one in file.onward
    }


_HOPS = 2
"""Functions between a loop and the one that goes to the database, beyond the first."""


def _further(target: Target, ref: Ref, asking: _Asking, hops: int = _HOPS) -> _Asks | None:
    """The function that surely goes to the database whenever one runs that only calls it."""
    own = _onwards(target).get((ref.path, outlined(target, ref).line))
    if own is None or outlined(target, ref).is_test:
        return None
    names = _asking_names(target)
    every: list[_Asks] = []
    for name, line in own.calls:
        if name not in names:
            continue
        for call, refs in callees(target, ref):
            if call.name != name or call.line != line or not refs or len(refs) > 1:
                continue
            there = refs[0]
            if there == ref:
                continue
            found = asking.get((there.path, outlined(target, there).line))
            if found is None and hops > 1:
                found = _further(target, there, asking, hops - 1)
            if found is not None and _costs(found.function) and not found.function.queued:
                every.append(replace(found, further=True, more=(), by=(name, line)))
    return replace(every[0], more=tuple(every[1:])) if every else None


_THIN = 14
"""Lines of a function that hands a call on: what a service does for a repository."""
_FIRST_CALLS = 2
_BRANCHES = regex(r"\b(?:if|elif|match|switch|for|while|except|catch)\b|\?\?|&&|\|\||[cC]ache")


def _handed_on(target: Target, ref: Ref, asking: _Asking) -> _Asks | None:
    """The function that goes to the database, which a short one calls first of all, whatever it
    is given."""
    function = outlined(target, ref)
    if function.end_line - function.line > _THIN or function.is_test:
        return None
    for call, refs in callees(target, ref)[:_FIRST_CALLS]:
        if not refs or len(refs) > 1 or refs[0] == ref:
            continue
        found = asking.get((refs[0].path, outlined(target, refs[0]).line))
        if found is not None:
            lines = target.text(ref.path).split("\n")[function.line - 1 : call.line]
            if _BRANCHES.search("\n".join(lines)):
                return None
            by = (call.name, call.line)
            rest = _further(target, ref, asking)
            others = (rest, *rest.more) if rest is not None else ()
            return replace(found, by=by, more=tuple([one for one in others if one.by != by]))
    return None


def _asks(function: QueryFunction) -> bool:
    return not function.is_test and any(one.kind != "other" for one in function.queries)


def _sent(target: Target, path: str, call: LoopedCall, asking: _Asking) -> _Asks | None:
    """The function that a call in a loop surely means, when it sends a statement each time."""
    caller = function_at(target, path, call.line)
    if caller is not None:
        calls = outlined(target, caller).calls
    elif served_outside(target, path, call.line):
        calls = scanned(target, outline)[path].loose
    else:
        return None
    words = next((one for one in calls if one.name == call.name and one.line == call.line), None)
    if words is None:
        return None
    if caller is None:
        refs: tuple[Ref, ...] | None = meant_outside(target, path, words) or _of_made(
            target, path, words
        )
    else:
        refs = meant(target, caller, words)
    if not refs or caller in refs:
        return None
    found = [
        asking.get((ref.path, outlined(target, ref).line))
        or _handed_on(target, ref, asking)
        or _further(target, ref, asking)
        for ref in refs
    ]
    sure = all(
        one is not None and _costs(one.function) and not one.function.queued for one in found
    )
    return found[0] if sure else None


def _of_made(target: Target, path: str, call: OutlinedCall) -> tuple[Ref, ...]:
    """The method that a call outside of any function means, on what was made right before:
    ``const budgets = new BudgetRepository(db)``."""
    if not call.receiver.isidentifier() or path.endswith((".py", ".rs")):
        return ()
    lines = target.text(path).split("\n")[max(call.line - _MADE_ABOVE, 0) : call.line]
    made = re.compile(rf"\bconst\s+{call.receiver}\s*=\s*new\s+(\w+)\s*\(")
    found = [match[1] for line in lines if (match := made.search(line[:_LONGEST_NAME])) is not None]
    return _methods(target).get((found[-1], call.name), ()) if found else ()


_MADE_ABOVE = 120


@once
def _methods(target: Target) -> dict[tuple[str, str], tuple[Ref, ...]]:
    """(class, method) → the one method of a script that goes to the database."""
    found: dict[tuple[str, str], list[Ref]] = {}
    names = _asking_names(target)
    for path, one in scanned(target, outline).items():
        if path.endswith((".py", ".rs")) or is_test_path(path):
            continue
        for index, function in enumerate(one.functions):
            if function.owner and function.name in names:
                found.setdefault((function.owner, function.name), []).append(Ref(path, index))
    return {key: tuple(refs) for key, refs in found.items() if len(refs) == 1}


def _costs(function: QueryFunction) -> bool:
    """Whether each call surely is a round trip of its own: not a batch, not answered by a cache,
    not under a condition."""
    return not function.cached and any(map(_sent_each_time, function.queries))


def _sent_each_time(one: QueryCall) -> bool:
    return one.kind != "other" and not (
        one.bulk or one.listed or one.conditional or one.excused in ("only row", "remembered")
    )


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
            one.word,
            one.excused,
            same=one.same,
            library=one.library,
            some=one.some,
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
                call.name,
                place,
                "",
                False,
                _errand(file, call.loops) or sender.function.errand,
                worst.word,
                ("" if call.excused == "tried" and worst.kind in _READS else call.excused)
                or worst.excused
                or _procedure(sender, asked, call.name),
                sender.further,
                worst.kind in _READS and _asks_same(target, path, call, sender),
                worst.library,
                call.some,
            )
        )
        sites += _beside(target, path, call, sender, sites[-1])
    changed = {one.loop.line for one in sites if one.kind not in _READS}
    sites = [replace(one, same=False) if one.loop.line in changed else one for one in sites]
    sites = [
        replace(one, excused="written")
        if not path.endswith(".py") and _looks_after(one, sites)
        else one
        for one in sites
    ]
    if file.by_hand or _BY_HAND.search(path) or path in hand_scripts(target):
        sites = [one for one in sites if one.kind in _READS]
    sites = [
        one
        for one in sites
        if one.loop.origin or not is_short(target, path, one.loop.line, one.loop.over)
    ]
    for line, together in _by_handler(target, path, function, sites).items():
        yield _weighed(
            target,
            path,
            function.name,
            line,
            together,
            by_hand=file.by_hand,
            task=function.task,
        )


def _looks_after(site: RepeatedQuery, sites: Iterable[RepeatedQuery]) -> bool:
    """Whether a read looks at what its own round has written to the same table before it."""
    return site.kind in _READS and any(
        one.kind in _WRITES
        and one.line < site.line
        and one.loop.line == site.loop.line
        and table_name(one.table) == table_name(site.table) != ""
        for one in sites
    )


def _beside(
    target: Target, path: str, call: LoopedCall, sender: _Asks, site: RepeatedQuery
) -> Iterator[RepeatedQuery]:
    """What a call in a loop reads beside a statement that is the same in every round."""
    if not site.same:
        return
    for one in sender.more:
        asked = [query for query in one.function.queries if _sent_each_time(query)]
        if not asked or len(asked) > _PROCEDURE or any(q.kind not in _READS for q in asked):
            continue
        yield replace(
            site,
            kind=asked[0].kind,
            table=asked[0].table,
            via_place=Place(one.path, asked[0].line, 1),
            word=asked[0].word,
            same=_asks_same(target, path, call, one),
        )


def _asks_same(target: Target, path: str, call: LoopedCall, sender: _Asks) -> bool:
    """Whether what a call in a loop leads to asks for the same in every round: all that it is given
    is the same, or all of it that is handed on to the function that asks."""
    if "*" in call.fixed or not call.fixed:
        return "*" in call.fixed
    if not sender.by[0]:
        return False
    caller = function_at(target, path, call.line)
    known = callees(target, caller) if caller is not None else ()
    refs = next(
        (refs for one, refs in known if one.name == call.name and one.line == call.line), None
    )
    if not refs or len(refs) > 1:
        return False
    there = outlined(target, refs[0])
    given = {name for name, _ in there.parameters}
    fixed = {one for one in call.fixed if not one.isdecimal()}
    fixed.update(
        name for index, (name, _) in enumerate(there.parameters) if str(index) in call.fixed
    )
    name, line = sender.by
    text = "\n".join(target.text(refs[0].path).split("\n")[line - 1 : line + _CALL_LINES])
    match = re.search(
        rf"(?<![\w$.:)\]?])([\w$.:]{{0,80}})\b{re.escape(name)}\(([^()]{{1,300}})\)", text
    )
    if match is None or "\n" in text[: match.start()]:
        return False
    # What it is called on counts as well: `post.into_json(context)`.
    owner = re.split(r"[.:]", match[1])[0]
    if owner and owner not in _SELVES and not owner[:1].isupper() and owner not in fixed:
        return False
    for root, members in _VALUE.findall(match[2]):
        if root in given and root not in fixed:
            root = members.lstrip(".").partition(".")[0]
        if root not in fixed:
            return False
    return _VALUE.search(match[2]) is not None


_CALL_LINES = 8
_SELVES = frozenset({"self", "this", "Self", "super", "crate"})
_VALUE = regex(r"(?<![\w.$\"'])([A-Za-z_$][\w$]*)((?:\.[\w$]+)*)(?!\s*:|[\w$])")


def _by_handler(
    target: Target, path: str, function: QueryFunction, sites: list[RepeatedQuery]
) -> dict[int, list[RepeatedQuery]]:
    """Line of a function → its statements; those in handlers without a name, by the route."""
    found: dict[int, list[RepeatedQuery]] = {}
    for one in sites:
        route = inline_route(target, path, one.line)
        line = route.place.line if route is not None else None
        found.setdefault(line or function.line, []).append(one)
    return found


def _procedure(sender: _Asks, asked: list[QueryCall], called: str) -> str:
    """Why a called function is more than a statement: it changes rows and does something beside."""
    function = sender.function
    writes = any(one.kind in _WRITES for one in asked)
    more = len(function.queries) + len(function.looped) > 1
    # What a function that updates or deletes is given is another value in each round.
    works = more or any(one.kind in _WRITES and one.kind != "insert" for one in asked)
    does = _DOES.match(function.name) or _DOES.match(called)
    if not writes and _CHANGES.match(called):
        return "procedure"
    return "procedure" if (writes and (works or sender.further)) or does else ""


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
    target: Target,
    path: str,
    name: str,
    line: int,
    sites: list[RepeatedQuery],
    *,
    by_hand: bool = False,
    task: bool = False,
) -> Repetition:
    sites = sorted(sites, key=lambda one: one.line)
    request = None
    by_hand = by_hand or _BY_HAND.search(path) is not None or path in hand_scripts(target)
    apart = _BESIDE.search(path) is not None and _TASK_AS_THING.search(path) is None
    beside = bool(by_hand or task or is_off_path(path) or apart or _BESIDE_NAME.match(name))
    if not beside:
        request = next(
            (found for one in sites if (found := request_of(target, path, one.line))), None
        )
    # What lies beside functions that serve requests is meant for the same.
    served = request is not None or path in _serving(target)
    admin = _ADMIN.search(path) is not None
    why = _answered(target, path, sites[0].line)[0]
    admin = admin or (why is not None and runs_locally(target, why))
    boot = request is None and (_BOOT.search(path) or _BOOT.match(name)) is not None
    once = beside or (not served and _at_start(target, path, sites[0].line))
    weighed = [
        (
            Severity.INFO
            if by_hand
            or admin
            or boot
            or (one.further and request is None)
            or not _many(target, path, name, one)
            or (one.kind in _WRITES and is_batched_beside(target, path, one.line))
            else _weight_of(
                one,
                listing=_listing(target, path, name, one, *_answered(target, path, one.line)),
                # What nothing is known to call may be a request's after all: a read is named.
                beside=beside if one.kind in _READS else once,
                served=served,
                known=request is not None,
                capped=is_capped(target.text(path), one.loop.line, one.loop.over),
                guarded=_is_guarded(target, path, one.line),
            ),
            one,
        )
        for one in sites
    ]
    if path.endswith(".py"):
        weighed = _settled(target, path, name, weighed, request or "")
    else:
        weighed = [
            (
                _worth(target, path, name, one, weight, weighed, request=request, served=served),
                one,
            )
            for weight, one in weighed
        ]
    severity = max(one for one, _ in weighed)
    note = severity is Severity.INFO
    others = tuple(one for weight, one in weighed if weight is Severity.INFO and not note)
    sites = [one for weight, one in weighed if weight is not Severity.INFO or note]
    sites.sort(key=lambda one: one.line)
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
        others,
        "" if note else _cure(target, path, sites[0]),
    )


def _settled(
    target: Target,
    path: str,
    name: str,
    weighed: list[tuple[Severity, RepeatedQuery]],
    request: str,
) -> list[tuple[Severity, RepeatedQuery]]:
    """Statements of a function in Python by what they are worth to those who wait."""
    beside = Counter(one.loop.line for weight, one in weighed if weight is not Severity.INFO)
    return [
        (
            settled(
                target,
                path,
                Round(
                    one.line,
                    one.loop.line,
                    one.loop.over,
                    one.loop.origin,
                    request,
                    _listing(target, path, name, one, *_answered(target, path, one.line)),
                    beside[one.loop.line],
                    one.same,
                    _is_guarded(target, path, one.line),
                ),
                Severity.INFO if one.some else weight,
            ),
            one,
        )
        for weight, one in weighed
    ]


def _worth(
    target: Target,
    path: str,
    name: str,
    one: RepeatedQuery,
    weight: Severity,
    weighed: list[tuple[Severity, RepeatedQuery]],
    *,
    request: str | None,
    served: bool,
) -> Severity:
    """What a statement of Rust or a script is worth to those who wait for it: a note where nobody
    is known to, where only some rounds send it, and where little is gained."""
    if weight is Severity.INFO or one.some or is_of_one_group(target, path, one.loop):
        return Severity.INFO
    loop = one.loop
    named = _LISTING.match(_snake(name)) is not None
    if one.kind in _READS:
        lists = (loop.origin in ("rows", "page") and (served or named)) or (
            served and (loop.origin == "few" or (loop.origin == "children" and named))
        )
    else:
        lists = _ROWS_BY_NAME.search(_snake(loop.over)) is not None
    if request is None and not lists:
        return Severity.INFO
    if _OF_ONE.search(_snake(loop.given)) or (loop.origin == "children" and one.kind not in _READS):
        return Severity.INFO  # one owner's things are a handful
    several = sum(beside.loop.line == loop.line for _, beside in weighed) > 1
    if weight is Severity.LOW:
        plain = (one.same and request is not None) or (loop.origin == "few" and several)
        return weight if plain else Severity.INFO
    if weight > Severity.MEDIUM:
        asked = request is not None and request.startswith("GET")
        return weight if asked and (lists or several) else Severity.MEDIUM
    return weight


_OF_ONE = regex(r"_by_(?:\w+_)?(?:owner|user|account|member|parent|(?:uu)?ids|keys)(?:_|$)")
"""A function that brings what belongs to one, or what a list of keys names."""


def _cure(target: Target, path: str, site: RepeatedQuery) -> str:
    loop = site.loop
    if site.same or site.relation:
        return ""
    if path.endswith(".py"):
        lines = target.text(path).split("\n")
        above = "\n".join(lines[max(site.line - _CALL_LINES, 0) : site.line - 1])
        above = above[max(above.rfind(".objects"), above.rfind("select("), 0) :]
        below = "\n".join(lines[site.line - 1 : site.line + _CALL_LINES])
        # The end of a long chain stands below its conditions.
        chained = below.lstrip()[:1] in (")", ".")
        source = (lines[site.line - 1], above if chained else below, below)
        kind = "exists" if site.word == "existence check" else site.kind
        one = Repeated(kind, site.table, site.library, loop.over, loop.variable, site.via, source)
        return fix_of_queries(one, _relations(target))
    asked = Asked(
        site.library,
        site.kind,
        site.table,
        loop.over,
        loop.variable,
        site.via,
        site.word == "save",
    )
    return remedy(asked, target.text(path), site.line)


def _is_guarded(target: Target, path: str, line: int) -> bool:
    """Whether only those who run the platform get a line to run."""
    why, route = _answered(target, path, line)
    return (
        is_guarded(target, why, route)
        or is_for_staff(target, path, line)
        or (why is not None and _is_of_staff(target, why))
    )


def _is_of_staff(target: Target, why: Reached) -> bool:
    """Whether the handler that a function runs for is for those who run the platform."""
    handler = why.handler
    if handler.index < 0 or not handler.path.endswith(".py"):
        return False
    return is_for_staff(target, handler.path, outlined(target, handler).line)


def _many(target: Target, path: str, name: str, site: RepeatedQuery) -> bool:
    """Whether what a loop goes over is many by what the source says: the rows of a query or a page,
    what a list is answered with, what a caller sends as a list, what is called a bulk."""
    loop = site.loop
    if loop.origin in ("rows", "page", "few", "batch"):
        return True
    why, route = _answered(target, path, site.line)
    ref = function_at(target, path, site.line)
    if _listing(target, path, name, site, why, route):
        return True
    stem = path.rpartition("/")[2]
    via = site.via if site.via.endswith("s") or not _TAKES_IN.match(site.via) else ""
    said = (name, via, site.table, stem, loop.over, route.path if route is not None else "")
    if any(_MANY_WORDS.search(_snake(one)) for one in said):
        return True
    if loop.origin == "children" and site.relation and why is not None:
        return True
    if loop.origin in ("children", "keys"):
        return False
    if site.kind in _READS and why is not None and _is_of_rows(target, ref, loop.over):
        return True
    if _ROWS_BY_NAME.search(_snake(loop.over)) is not None:
        return True
    if why is not None and _CHOSEN_IDS.match(loop.over) and _is_message(target, ref, loop.over):
        return True
    if why is not None and ref is not None and _is_sent(target, ref, loop):
        return True
    if _of_rows_elsewhere(target, path, site):
        return True
    if why is not None and site.kind in _READS and _part_of_message(target, ref, loop.over):
        return True
    if why is None or ref != why.handler:
        return route is not None and why is None and _CHOSEN_IDS.match(loop.over) is not None
    if _CHOSEN_IDS.match(loop.over) is not None:
        return True
    root = _ROOT.match(loop.over)
    return root is not None and any(
        re.search(rf"\b{root[1]}\b", parameter) and _ARRAY.search(kind)
        for parameter, kind in outlined(target, why.handler).parameters
    )


def _is_of_rows(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a parameter that holds the rows of a query: a list of SeaORM's
    models, or of a type that Diesel or sqlx makes of rows."""
    root = _ROOT.match(over)
    if root is None or ref is None or not ref.path.endswith(".rs"):
        return False
    for parameter, kind in outlined(target, ref).parameters:
        if parameter != root[1]:
            continue
        element = _ELEMENT.match(kind)
        if element is None:
            return False
        words = element[1].split("::")
        return (len(words) > 1 and words[-1] == "Model") or words[-1] in _row_types(target)
    return False


_ELEMENT = regex(
    r"&?\s*+(?:mut\s++)?(?:Vec\s*+<|\[)\s*+&?\s*+((?:\w+::)*+\w++)\s*+(?:<[^<>]*+>\s*+)?[>\]]$"
)
_MADE_OF_ROWS = regex(
    r"#\[derive\(([^()]{0,400}\b(?:Queryable|QueryableByName|FromRow|FromQueryResult)\b[^()]{0,400})\)\]"
    r"\s*+(?:(?:#\[(?:[^\n\[\]]|\[[^\n\[\]]*+\]){0,200}+\]|//[^\n]*+)\s*+){0,60}+"
    r"(?:pub(?:\([^()]*\))?\s++)?struct\s++(\w+)"
)


@once
def _row_types(target: Target) -> frozenset[str]:
    """The structs of Rust code that rows become."""
    found: set[str] = set()
    for path in scanned(target, queries):
        if path.endswith(".rs"):
            text = target.text(path)
            if "derive(" in text and ("Query" in text or "FromRow" in text):
                found.update(match[2] for match in _MADE_OF_ROWS.finditer(text))
    return frozenset(found)


_KEYS_BY_NAME = regex(r"(?:\w+_)?(?:ids|pks|uuids|slugs|hashes|emails|usernames)$")
_OF_BODY = regex(r"\brequest\.(?:data|json|POST|get_json\(|body)")
_KEY_OF = regex(r"(\w+)(?:\[[\"']\w+[\"']\]|\.(?:get|getlist|pop)\(\s*[\"']\w+[\"'])")


def _is_sent(target: Target, ref: Ref, loop: QueryLoop) -> bool:
    """Whether what is gone over is a list of keys that a handler in Python takes out of what the
    request sends: ``hashes = data["hashes"]`` of ``data = request.data``."""
    if not ref.path.endswith(".py") or _KEYS_BY_NAME.match(loop.over) is None:
        return False
    lines = target.text(ref.path).split("\n")
    above = "\n".join(lines[outlined(target, ref).line - 1 : loop.line - 1])
    value = _given_to(above, loop.over)
    if _OF_BODY.search(value):
        return True
    part = _KEY_OF.match(value)
    return part is not None and _OF_BODY.search(_given_to(above, part[1])) is not None


def _given_to(text: str, name: str) -> str:
    """The line of source that a name is last given in a text."""
    found = re.findall(rf"(?m)^[ \t]*+{re.escape(name)}[ \t]*+(?::[^=\n]*)?=(?!=)(.+)$", text)
    return found[-1].strip() if found else ""


def _is_message(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a part of what a request sends, handed on as a whole."""
    root = _ROOT.match(over)
    return (
        root is not None
        and ref is not None
        and any(
            re.search(rf"\b{root[1]}\b", parameter) and _MESSAGE.search(kind)
            for parameter, kind in outlined(target, ref).parameters
        )
    )


def _of_rows_elsewhere(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether what is gone over is what another function brings by one query for any number of
    rows: no parent's, no list of keys."""
    loop = site.loop
    if not loop.given or site.kind not in _READS:
        return False
    sender = _sent(target, path, LoopedCall(loop.given, loop.given_line, ()), _asking(target))
    if sender is None or sender.further:
        return False
    asked = [one for one in sender.function.queries if one.kind != "other"]
    return len(asked) == 1 and asked[0].many and not (asked[0].keyed or asked[0].listed)


def _part_of_message(target: Target, ref: Ref | None, over: str) -> bool:
    """Whether what is gone over is a list of items that a request sends: ``dto.itemHashes``."""
    part = _PART.match(over)
    return (
        part is not None
        and ref is not None
        and any(
            parameter == part[1] and _MESSAGE.search(kind)
            for parameter, kind in outlined(target, ref).parameters
        )
    )


_PART = regex(
    r"[&*\s(]*(\w+)\.\w*(?:[iI]tem\w*s|[rR]ows|[rR]ecords|[eE]ntries|[lL]ines)"
    r"(?:\.(?:entries|values|iter|into_iter)\(\))?[)\s]*$"
)


def _answered(target: Target, path: str, line: int) -> tuple[Reached | None, Route | None]:
    """Why a line runs while a request is answered, and that request's route."""
    ref = function_at(target, path, line)
    why = reached(target).get(ref) if ref is not None else None
    route = why.route if why is not None else inline_route(target, path, line)
    if route is not None:
        route = replace(route, method=asked_method(target, path, line, route))
    return why, route


def _listing(
    target: Target,
    path: str,
    name: str,
    site: RepeatedQuery,
    why: Reached | None,
    route: Route | None,
) -> bool:
    """Whether what a loop goes over is what a list is answered with."""
    loop = site.loop
    if site.kind not in _READS or (not loop.origin and _ASKED.search(_snake(loop.over))):
        return False
    handler = outlined(target, why.handler).name if why is not None else ""
    if name in _GENERIC:
        name = path.rpartition("/")[2].partition(".")[0]
    if route is not None and route.method == "GET" and not _PARAMETER_END.search(route.path):
        return True
    if route is None and why is not None and _answers_get(outlined(target, why.handler)):
        return True
    if loop.origin:
        return any(_LISTING.match(_snake(one)) is not None for one in (name, handler))
    # What was handed over is what is answered with, or something else that is looked through.
    words = _WORDS_OF.findall(_snake(_ADAPTED.sub("", loop.over)))
    noun = words[-1].removesuffix("s") if words else ""
    plural = path.endswith(".py") or (bool(words) and words[-1] != noun)
    own = plural and _LISTING.match(_snake(name)) is not None and noun in _snake(name)
    return own or _PLAIN_LIST.fullmatch(handler) is not None


def _answers_get(handler: OutlinedFunction) -> bool:
    """Whether a decorator says that a method answers a collection's GET: ``@Get("orders")``."""
    return any(
        match is not None and not (match[1] or "").startswith(":")
        for match in map(_NEST_GET.match, handler.attributes)
    )


_NEST_GET = regex(r"@Get\(\s*+(?:['\"](?:[^'\"]*/)?([^'\"/]*)['\"]\s*+)?\)")


_LONGEST_NAME = 200


def _snake(name: str) -> str:
    return _WORD_ENDS.sub("_", name[:_LONGEST_NAME]).lower()


def _at_start(target: Target, path: str, line: int) -> bool:
    """Whether a function surely runs because the program starts and for no request: work that is
    done once, or beside the requests."""
    ref = function_at(target, path, line)
    return ref is not None and only_at_start(target, ref)


_DISTINCT = regex(r"(?:^|[^a-z])(?:unique|distinct|uniq)(?![a-z])")
_MEMBERS = regex(r"_(?:users?|members?)$")


def _severity(
    site: RepeatedQuery, *, listing: bool, beside: bool, served: bool, known: bool, capped: bool
) -> Severity:
    """How much it matters; a note where the author is not likely to want another statement."""
    loop = site.loop
    if site.excused or loop.excused or site.errand or loop.origin == "batch":
        return Severity.INFO
    if loop.origin in ("", "keys") and capped:
        return Severity.INFO
    listed = _LISTED_MODEL.search(loop.over)
    if small_by_name(loop.source) or (listed and small_by_name(_snake(listed[1]))):
        # Those who belong to something are fewer than its orders, but more than its roles.
        members = known and site.kind in _READS and _MEMBERS.search(loop.source) is not None
        return Severity.LOW if members and not beside else Severity.INFO
    if site.kind in _READS or site.relation:
        if loop.origin == "children" and not listing:
            if site.relation:
                return Severity.INFO if beside or loop.beside else Severity.LOW
            served = False
        return _of_reading(loop, beside=beside or loop.beside, served=served, known=known)
    if loop.origin == "few" or (loop.origin != "rows" and (beside or loop.beside)):
        return Severity.INFO
    if site.kind == "call" and loop.origin not in _ROWS:
        return Severity.INFO
    if site.kind == "insert" and (beside or loop.beside):
        return Severity.INFO
    if not (beside or loop.beside):
        return Severity.MEDIUM
    # Nobody waits, and `save` may do more than the statement.
    return Severity.INFO if site.library == "django" and not site.via else Severity.LOW


def _weight_of(
    site: RepeatedQuery,
    *,
    listing: bool,
    beside: bool,
    served: bool,
    known: bool,
    capped: bool,
    guarded: bool,
) -> Severity:
    """How much a statement in a loop matters; a little where it need only be sent before it, a step
    less where only few people may ask."""
    severity = _severity(
        site, listing=listing, beside=beside, served=served, known=known, capped=capped
    )
    if site.loop.queued == "pipeline":
        return Severity.INFO  # one wait for all of them
    if _DISTINCT.search(_snake(site.loop.over)):
        severity = min(severity, Severity.LOW)  # what others have in common are few
    if guarded and severity > Severity.LOW:
        severity = Severity.MEDIUM if severity > Severity.MEDIUM else Severity.LOW
    return min(severity, Severity.LOW) if site.same else severity


def _of_reading(loop: QueryLoop, *, beside: bool, served: bool, known: bool) -> Severity:
    if loop.origin == "few":
        return Severity.INFO if beside else Severity.LOW
    if beside:
        return Severity.LOW if loop.origin == "rows" else Severity.INFO
    if loop.origin == "rows":
        return Severity.HIGH if served or known else Severity.MEDIUM
    if loop.origin in ("page", "children") and served:
        return Severity.HIGH
    return Severity.MEDIUM


_ROWS = ("rows", "page", "keys", "children")
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
        by_name = loads_along(target, one.over)
        if "*" in one.loaded or "*" in by_name or _ONE_OFF_NAME.match(one.function):
            continue
        one = replace(one, loaded=(*one.loaded, *by_name))
        sites = _relation_sites(target, path, one, known)
        if sites:
            yield _weighed(
                target,
                path,
                one.function,
                one.function_line,
                sites,
                # What each round of such work looks up by one key is little beside the rest.
                by_hand=file.by_hand or (len(sites) == 1 and _BESIDE.search(path) is not None),
            )


def _lazily(
    target: Target, path: str, loops: Iterable[LazyLoop], *, by_hand: bool = False
) -> Iterator[Repetition]:
    """Relationships of SQLAlchemy that a loop over rows loads row by row."""
    for each in loops:
        loop = each.loop
        if _ONE_OFF_NAME.match(loop.function):
            continue
        # A row that several lead to is loaded once: there are at most as many queries as rows.
        origin = "" if each.scoped else "page"
        over = QueryLoop(
            loop.line,
            "for",
            loop.over,
            "",
            origin,
            False,
            source=table_name(each.model),
            excused="works" if loop.works else "",
        )
        sites = [
            RepeatedQuery(
                one.place.line or 1,
                "select",
                "",
                over,
                "",
                None,
                one.what,
                False,
                library="sqlalchemy",
            )
            for one in each.queries
        ]
        one = _weighed(target, path, loop.function, loop.function_line, sites, by_hand=by_hand)
        if each.scoped and len(sites) == 1:
            one = replace(one, severity=Severity.INFO)  # a natural handful
        yield one


def _relation_sites(
    target: Target, path: str, one: RelationLoop, known: frozenset[str]
) -> list[RepeatedQuery]:
    loop = QueryLoop(
        one.line,
        "for",
        one.over,
        "",
        one.origin,
        False,
        source=one.model.lower(),
        excused=one.excused,
    )
    found: dict[str, RepeatedQuery] = {}
    for relation, what, line in one.reads:
        asked = "select" if relation in known else _OF_MANAGERS.get(what)
        told = f"{one.model}.{relation}"
        rows = asked is None and what == "all()" and one.origin != "children"
        if rows and leads_to_many(target, path, one.model, relation):
            asked, told = "select", f"{told}.all()"
        works = what == "(" and (_CHANGES.match(relation) or _COPIES.match(relation))
        if asked is None and what in ("", "(") and not _DOES.match(relation) and not works:
            asks = asks_by(target, path, one.model, relation, frozenset(one.loaded))
            # What a key leads to is there for the second time.
            asked = "select" if asks and asks.rpartition(".")[2] not in found else None
            told = f"{asks} (by {told})"
        if asked and relation not in one.loaded and relation not in found:
            found[relation] = RepeatedQuery(
                line, asked, "", loop, "", None, told, False, library="django"
            )
    return list(found.values())


_OF_MANAGERS = {"exists()": "count", "count()": "count", "first()": "select", "filter(": "select"}
"""What only the manager of related rows is asked, and goes to the database for."""


_COPIES = regex(r"_?(?:clone|copy|duplicate|fork|replicate|merge|split|transfer|move)(?=[_A-Z]|$)")
"""The verb of a method that makes other rows of its row."""


def _merged(repetitions: Iterable[Repetition]) -> list[Repetition]:
    """One per function."""
    by_function: dict[tuple[str, int], Repetition] = {}
    for one in repetitions:
        key = (one.function, one.line)
        other = by_function.get(key)
        if other is None:
            by_function[key] = one
            continue
        less, more = sorted((one, other), key=lambda each: each.severity)
        apart = less.severity is Severity.INFO and more.severity is not Severity.INFO
        sites = more.sites if apart else (*less.sites, *more.sites)
        by_function[key] = Repetition(
            one.path,
            one.function,
            one.line,
            tuple(sorted(sites, key=lambda site: site.line)),
            more.severity,
            Confidence.LIKELY,
            one.request or other.request,
            (*one.others, *other.others, *(less.sites if apart else ())),
            more.cure if apart or more.sites[0].line < less.sites[0].line else less.cure,
        )
    return list(by_function.values())
