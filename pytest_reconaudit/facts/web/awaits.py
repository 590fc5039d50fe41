"""Operations that wait for one another although nothing makes them.

What a file awaits is found by ``readers/scans/awaits.py``; here the names decide: an operation per
item that only asks, sends or works on its item (``uploadFile``, ``fetchDetails``, ``delete``) can
run beside the others; a step, a migration, a command, what shares one connection, page or terminal
can not. Calls of databases are left to the checks of queries. What nobody is known to wait for (no
page, no component, no request), and what changes things one after another, is worth a note.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.cache.commands import command_files
from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.closed import is_closed
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.facts.web.answers import (
    connections_of,
    is_free,
    is_handed,
    is_kept,
    may_share,
)
from pytest_reconaudit.facts.web.await_remedies import of_loop, of_row
from pytest_reconaudit.facts.web.fanned import FannedRequests, fanned_requests
from pytest_reconaudit.facts.web.handed_out import is_taken_by_nobody
from pytest_reconaudit.facts.web.memoised import is_memoised
from pytest_reconaudit.facts.web.nearness import is_at_once, is_near, is_of_page_alone
from pytest_reconaudit.facts.web.operations import (
    PARTS,
    clears,
    independent,
    independent_rows,
    is_given,
    is_of_one_row,
    is_read,
    only_asks,
    stands_alone,
    words_of,
)
from pytest_reconaudit.facts.web.row_writes import round_changes_rows
from pytest_reconaudit.facts.web.shown import shown
from pytest_reconaudit.facts.web.waiters import (
    is_awaited_by_page,
    is_by_hand,
    is_by_interval,
    is_served,
    loads_page,
)
from pytest_reconaudit.model import Note, Place, Severity, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited, AwaitingFunction, AwaitingLoop, awaits
from pytest_reconaudit.target import Target, once

__all__ = ["AwaitFile", "Waits", "await_files"]


class Waits(Struct, frozen=True):
    """The places of one function that wait in vain."""

    clause: str
    """``a`` awaits in a row, ``b`` loops."""
    function: str
    """Empty for code outside of any."""
    places: tuple[Note, ...]
    """One per loop or row."""
    operations: tuple[Note, ...]
    """What is awaited there."""
    over: str
    """Of loops: what the first goes over."""
    severity: Severity
    evidence: str
    fix: str
    """What to do instead, in Markdown, of the first place."""
    untaken: bool = False
    """It is a member of what a composable returns, and nobody takes it."""
    beside: tuple[Note, ...] = ()
    """Other functions of the package that wait so, one place each: a habit is told once."""

    @property
    def told(self) -> str:
        """``load() awaits fetchStays() and fetchDoctors() one after another, …: lines 3, 4``."""
        places = [note.place for note in self.places]
        first = places[0]
        lines = lines_of(sorted([*places, *(one.place for one in self.operations)], key=Place.key))
        who = f"{self.function}()" if self.function else first.path.rpartition("/")[2]
        if self.clause == "b":
            names = ", ".join(dict.fromkeys(one.message.split()[1] for one in self.operations[:5]))
            overs = dict.fromkeys(note.message.removeprefix("loop over ") for note in self.places)
            says = f"{who} awaits {names} once per item of {' and of '.join(list(overs)[:_SHOWN])}"
            says += " and others" if len(overs) > _SHOWN else ""
            says += f", in {len(places)} loops" if len(places) > 1 else ""
        else:
            rows = dict.fromkeys(note.message for note in self.places)
            says = f"{who} awaits {', and '.join(list(rows)[:_SHOWN])} one after another"
            says += f", in {len(places)} places" if len(places) > 1 else ""
            says += ", and none needs the other"
        says += f": {lines}"
        if self.untaken:
            says += "; it is only returned, and nobody takes it"
        if self.beside:
            files = len({note.place.path for note in self.beside})
            says += f"; {len(self.beside)} more functions of the package do so, in {files} files"
        return says


_SHOWN = 3
"""Collections of a function's loops that are told in its message."""


class AwaitFile(Struct, frozen=True, eq=False):
    path: str
    waits: tuple[Waits, ...]
    together: int
    """Awaits of ``Promise.all`` and its like."""
    fans: tuple[FannedRequests, ...] = ()
    """Requests that a page sends for every element of a collection at once."""


_TRIES = regex(r"(?i)^(?:test|run(?:all|the)?tests?|bench|simulat|demo|mock|seed|migrat)")
_TRIES_OWNER = regex(r"(?i)(?:tester|test|tests|mock|simulator|benchmark|migration|seeder)$")
_NOT_JUDGED = regex(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|importers?|migrations?|scripts?|bin|tools?|tooling"
    r"|cli|cron|seeds?|seeders?|e2e|playwright|cypress|fixtures?|mocks?|benchmarks?|\.scripts|hack"
    r"|alterations?|upgrades?|dev|ops"
    r"|bench|codemods?|stories|storybook|\.storybook|perf|load-?tests?|test-?utils?|testing)(?:/|$)"
    r"|(?:seed|migrat|backfill|bench|playwright|\.stories|\.mock|[.-]fixtures?)[\w.-]*\.[cm]?[jt]sx?$"
)
_JOB = regex(
    r"(?:^|/)(?:workflows|jobs?|crons?|workers?|tasks|queues?|processors|consumers|inngest|triggers?"
    r"|schedulers?|background)/"
    r"|[._-](?:workflow|job|task|cron|worker|processor|consumer)\.[cm]?[jt]s$"
    r"|(?:^|/)cron(?:[_-][\w.-]{1,80})?\.[cm]?[jt]s$"
)
"""What nobody waits for."""
_CHECKS = regex(
    r"^#?_?(?:assert|ensure|guard|check|validate|verify|require|authorize|can|is|has)[A-Z]"
)
_MANY_READS = 3


@once
def await_files(target: Target) -> tuple[AwaitFile, ...]:
    """Every script with awaits that might run together or do, by path; tests, migrations and seeds
    left out."""
    found = []
    for path, file in scanned(target, awaits).items():
        if _NOT_JUDGED.search(path) or is_by_hand(target.text(path)):
            continue
        waits = [
            _taken(target, path, one)
            for function in file.functions
            if not _tries(function)
            for one in (*_loops(target, path, function), *_rows(target, path, function))
        ]
        fans = tuple(
            one
            for function in file.functions
            if not _tries(function)
            for one in fanned_requests(target, path, function)
        )
        found.append(AwaitFile(path, tuple(waits), file.together, fans))
    return _gathered(target, found)


_HABIT = 5
"""Functions of one package whose loops wait, from which on they are told once."""


def _gathered(target: Target, files: list[AwaitFile]) -> tuple[AwaitFile, ...]:
    """The files, with the loops of a package that has many of them told at the one that waits for
    most."""
    groups: dict[str, list[Waits]] = {}
    for file in files:
        for one in file.waits:
            if one.clause == "b" and one.severity is Severity.LOW:
                package = npm_at(target, posixpath.dirname(file.path))
                groups.setdefault(package.folder if package is not None else "", []).append(one)
    instead: dict[Waits, Waits | None] = {}
    for some in groups.values():
        some.sort(key=lambda one: -len(one.operations))
        lead, *others = some
        if len(some) < _HABIT or len({one.places[0].place.path for one in others}) < 2:
            continue
        beside = tuple(Note(one.places[0].place, f"{one.function}() does") for one in others)
        instead[lead] = replace(lead, beside=beside)
        instead.update(dict.fromkeys(others))
    return tuple(
        replace(
            file,
            waits=tuple(told for one in file.waits if (told := instead.get(one, one)) is not None),
        )
        for file in files
    )


def _taken(target: Target, path: str, one: Waits) -> Waits:
    """What a function waits for; a note where nobody calls it."""
    if one.severity is Severity.INFO or not is_taken_by_nobody(target, path, one.function):
        return one
    fix = f"Delete {one.function}(), or mend it before it is used. {one.fix}"
    return replace(one, severity=Severity.INFO, untaken=True, fix=fix)


def _tries(function: AwaitingFunction) -> bool:
    """Whether a function tries something out, one thing at a time, or its type keeps all that it
    is asked for in memory."""
    owner, _, name = function.name.rpartition(".")
    return bool(
        _TRIES.search(name)
        or _TRIES_OWNER.search(owner)
        or _IN_MEMORY.search(_CASE.sub(r"\1_\2", owner))
    )


_IN_MEMORY = regex(r"(?i)(?:^|_)(?:in_?)?mem(?:ory)?_?(?:db|database|store|storage|cache|repo)")


_FEW = regex(r"\.slice\(\s*0\s*,\s*(?:\d|10)\s*\)\s*$")
"""The first ten of something at most."""


def _loops(target: Target, path: str, function: AwaitingFunction) -> Iterator[Waits]:
    """One of the loops that somebody waits for, one of those that are worth a note."""
    found: dict[Severity, list[tuple[AwaitingLoop, list[Awaited]]]] = {}
    for loop in function.loops:
        if any(one.name == function.name.rpartition(".")[2] for one in loop.awaited):
            continue  # it calls itself: together they would be without a limit
        sites = list(independent(loop))
        if not sites or (path, loop.line) in _query_loops(target):
            continue
        if round_changes_rows(target, path, loop):
            continue
        sites = [one for one in sites if not is_memoised(target, path, one, loop.item)]
        if not sites:
            continue
        handles = connections_of(target, path, loop.line)
        if any(
            is_handed(one, handles) or is_kept(target, path, one) or may_share(target, path, one)
            for one in loop.awaited
        ):
            continue
        severity = _of_loop(target, path, function, loop, sites)
        closed = _FEW.search(loop.over) or is_closed(target, path, loop.line, loop.over)
        if severity is not Severity.INFO and closed:
            severity = Severity.INFO
        found.setdefault(severity, []).append((loop, sites))
    for severity, loops in found.items():
        yield Waits(
            "b",
            function.name,
            tuple(Note(Place(path, loop.line), f"loop over `{loop.over}`") for loop, _ in loops),
            tuple(
                Note(Place(path, one.line), f"awaits {one.name}() per `{loop.item}`")
                for loop, sites in loops
                for one in sites
            ),
            loops[0][0].over,
            severity,
            f"await {loops[0][1][0].text}",
            of_loop(target, path),
        )


def _of_loop(
    target: Target, path: str, function: AwaitingFunction, loop: AwaitingLoop, sites: list[Awaited]
) -> Severity:
    """Low where somebody waits in a browser for what stands for itself, and for what a request only
    asks for. What changes things one by one, and what nobody waits for, is worth a note: the order
    may matter to who receives it.
    """
    if _JOB.search(path) or PARTS.search(loop.over) or _REPLAYED.search(loop.over):
        return Severity.INFO
    if is_by_interval(target, path, function.line, loop.line):
        return Severity.INFO
    if is_capped(target.text(path), loop.line, loop.over) or _is_rest(target, path, loop):
        return Severity.INFO
    if any(_is_metered(path, function, one) for one in sites):
        return Severity.INFO
    if all(is_near(target, path, one) for one in sites):
        return Severity.INFO
    if any(one.name == "import" for one in sites):
        return Severity.INFO  # what a module does when it is loaded may need the one before
    asks = all(only_asks(one) for one in sites)
    served = is_served(target, path, loop.line)
    if path in shown(target) and not served:
        alone = asks or all(stands_alone(function, one) for one in sites)
        return weighed(Severity.LOW, path) if alone else Severity.INFO
    if (
        asks
        and not loop.gathers
        and not all(is_of_one_row(one) or "count" in words_of(one.name) for one in sites)
        and _ONCE.search(path) is None
        and not clears(function)
        and all(is_read(one) for one in sites)
        and is_awaited_by_page(target, path, function, loop.line, loop.over)
    ):
        return weighed(Severity.LOW, path)
    return Severity.INFO


_REPLAYED = regex(
    r"(?i)^(?:pending|queued|offline|unsynced|unsaved)\w*$|(?:changes|mutations|outbox|queue)$"
)
"""What was put by while nobody could be reached, and is sent in the order it was made."""
_REST = regex(
    r"(?i)^(?:missing|uncached|unresolved|unmatched|absent|cache_?miss(?:es|ed)?)(?![a-z])|^not_?found(?![a-z])"
)
_LOOKED_UP = regex(r"!\s*[\w$.?]{1,60}\.(?:has|get)\(")
_BEFORE = 40
"""Lines."""


def _is_rest(target: Target, path: str, loop: AwaitingLoop) -> bool:
    """Whether a loop goes over what a lookup of many at once left over, which is seldom much:
    ``ids.filter((id) => !known.has(id))``."""
    if _REST.search(_CASE.sub(r"\1_\2", loop.over)) is not None or _leaves_out(loop.over):
        return True
    if _NAME.fullmatch(loop.over) is None:
        return False
    lines = target.text(path).split("\n")[max(loop.line - _BEFORE, 0) : loop.line - 1]
    before = "\n".join(lines)
    given = re.search(rf"\b(?:const|let)\s+{re.escape(loop.over)}\b[^=;]{{0,80}}=(?!=)", before)
    return given is not None and _leaves_out(before[given.end() :].partition(";")[0])


def _leaves_out(text: str) -> bool:
    return ".filter(" in text and _LOOKED_UP.search(text.partition(".filter(")[2]) is not None


_NAME = regex(r"[\w$]{1,60}")
_CASE = regex(r"([a-z])([A-Z])")
_METERED = regex(
    r"(?i)(?:^|[/._-]|\b)(?:outlook|microsoft|ms-?graph|graph-?client|gmail|google-?(?:calendar|drive"
    r"|sheets|ads)|slack|notion|shopify|airtable|hub-?spot|salesforce|jira|linear|twitter|linkedin"
    r"|instagram|github|gitlab|stripe|twilio|open-?ai|anthropic|xero|quickbooks)"
)
"""Services that answer one account few requests at a time, or count them."""


def _is_metered(path: str, function: AwaitingFunction, one: Awaited) -> bool:
    """Whether an operation asks a service of somebody else that counts how fast it is asked."""
    owner = function.name.rpartition(".")[0]
    return any(_METERED.search(text) for text in (posixpath.basename(path), owner, one.receiver))


@once
def _query_loops(target: Target) -> frozenset[tuple[str, int]]:
    """(path, line) of the loops that the checks of queries and of caches tell of."""
    return frozenset(
        (file.path, site.loop.line)
        for file in query_files(target)
        for repetition in file.repetitions
        for site in (*repetition.sites, *repetition.others)
    ) | {(file.path, line) for file in command_files(target) for line in file.loops}


def _rows(target: Target, path: str, function: AwaitingFunction) -> Iterator[Waits]:
    """The rows of three and more reads; two alone, and what nobody waits for, are worth a note."""
    rows = [
        row
        for run in function.runs
        for all_of_it in independent_rows(run)
        if len(row := [one for one in all_of_it if not is_given(one)]) > 1
        if not _is_changed(row) and not _is_shared_row(target, path, row)
    ]
    if _CHECKS.search(function.name.rpartition(".")[2]):
        return
    many = [row for row in rows if len(row) >= _MANY_READS]
    few = [row for row in rows if len(row) < _MANY_READS]
    severity = Severity.INFO
    if (
        many
        and not _JOB.search(path)
        and not _ONCE.search(path)
        and not clears(function)
        and not all(is_at_once(target, path, row) for row in many)
        and is_awaited_by_page(target, path, function, many[0][0].line)
        and not _answers_delete(target, path, function.line, many[0][0].line)
    ):
        severity = weighed(Severity.LOW, path)
    loaded = Severity.INFO
    if (
        few
        and not _ONCE.search(path)
        and loads_page(target, path, few)
        and not all(is_at_once(target, path, row) for row in few)
        and not all(is_of_page_alone(target, path, row) for row in few)
    ):
        loaded = weighed(Severity.LOW, path)
    for some, level in ((many, severity), (few, loaded)):
        if not some:
            continue
        yield Waits(
            "a",
            function.name,
            tuple(Note(Place(path, row[0].line), ", ".join(_called(row))) for row in some),
            tuple(
                Note(Place(path, one.line), f"awaits {one.name}()")
                for row in some
                for one in row[1:]
            ),
            "",
            level,
            f"await {some[0][0].text}",
            of_row(target, path, some[0]),
        )


_METHOD = regex(
    r"\bmethod\s*={2,3}\s*['\"](\w+)['\"]|\bcase\s+['\"](GET|POST|PUT|PATCH|DELETE)['\"]"
)


def _answers_delete(target: Target, path: str, start: int, line: int) -> bool:
    """Whether a row stands in the branch of a handler that takes something away."""
    above = "\n".join(target.text(path).split("\n")[max(start - 1, 0) : line])
    methods = [match[1] or match[2] for match in _METHOD.finditer(above)]
    return bool(methods) and methods[-1] == "DELETE"


_ONCE = regex(
    r"(?i)(?:^|[/.-])(?:on-?board(?:ing)?|set-?up|first-?run|installer|seed(?:s|er|ing)?|settings?"
    r"|admin|preferences)[/.-]"
)
"""What is done once, when a platform is set up, or now and then by who runs it."""


def _is_shared_row(target: Target, path: str, row: list[Awaited]) -> bool:
    """Whether a row goes through one connection, or only one of its operations has to wait."""
    handles = connections_of(target, path, row[0].line)
    if sum(is_handed(one, handles) or may_share(target, path, one) for one in row) > 1:
        return True
    waiting = (
        one for one in row if not is_free(target, path, one) and not is_near(target, path, one)
    )
    return sum(1 for _ in islice(waiting, 2)) < 2


def _is_changed(row: list[Awaited]) -> bool:
    """Whether a row goes on changing one builder: ``query.where(…)`` keeps what it is told."""
    roots = {match[1] for one in row if (match := _CHANGES.match(one.whole)) is not None}
    return any(
        sum(re.match(rf"{re.escape(root)}\b", one.whole) is not None for one in row) > 1
        for root in roots
    )


_CHANGES = regex(
    r"(?:await\s+)?(\w+)\s*\.\s*(?:(?:and|or)?[wW]here|(?:and|or)?[hH]aving|add[A-Z]\w*|set[A-Z]\w*)\("
)


def _called(row: list[Awaited]) -> list[str]:
    """What a row calls, told apart where it is called by one name, else counted."""
    names = [one.name for one in row]
    said = [
        f"{one.receiver}.{one.name}()"
        if names.count(one.name) > 1 and _SIMPLE.fullmatch(one.receiver)
        else f"{one.name}()"
        for one in row
    ]
    counts = {one: said.count(one) for one in said}
    return [one if count == 1 else f"{one} {count} times" for one, count in counts.items()]


_SIMPLE = regex(r"[\w$.?!]{1,40}")
