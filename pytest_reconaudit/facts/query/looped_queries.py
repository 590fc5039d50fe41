"""The statements that the loops of a function send, straight or by what they call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.functions import callees, function_at, inline_route, outlined
from pytest_reconaudit.facts.query.askers import (
    Asker,
    Askers,
    asker_meant,
    asking_names,
    sent_each_time,
)
from pytest_reconaudit.facts.query.made_names import WORD, names_of_round, words_in
from pytest_reconaudit.facts.query.occasions import is_by_hand, is_one_off
from pytest_reconaudit.facts.query.repeated import ROW_ORIGINS, RepeatedQuery, Repetition
from pytest_reconaudit.facts.query.rust_loops import works_off
from pytest_reconaudit.facts.query.short_lists import is_short
from pytest_reconaudit.facts.query.tables import READS, WRITES
from pytest_reconaudit.facts.query.verbs import changes, does_more
from pytest_reconaudit.facts.query.weighing import weighed_together
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.queries import (
    FileQueries,
    LoopedCall,
    QueryCall,
    QueryFunction,
    QueryLoop,
)
from pytest_reconaudit.target import Target

__all__ = ["looped_queries"]

_AT_ONCE = frozenset({"findUnique", "findUniqueOrThrow"})


def looped_queries(
    target: Target, path: str, file: FileQueries, function: QueryFunction, asking: Askers
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
    names = asking_names(target)
    for call in function.looped:
        if call.name not in names:
            continue
        sender = asker_meant(target, path, call, asking)
        if sender is None or is_one_off(sender.function.name):
            continue
        loop = _counting(file, _varying(target, path, file, call))
        asked = [one for one in sender.function.queries if sent_each_time(one)]
        if loop.concurrent and all(one.method in _AT_ONCE for one in asked):
            continue
        if len(asked) > _PROCEDURE:
            continue  # a whole procedure per element: no other statement would do it for all
        # What changes its row is worked off one by one; it is not what a list is made of.
        works = loop.origin not in ROW_ORIGINS or any(one.kind in WRITES for one in asked)
        dearest = WRITES if works else READS
        fixed = _fixed_parameters(target, call, sender)
        repeats = [one for one in asked if one.names and fixed.issuperset(one.names)]
        # What varies is what the loop is about; the rest need only be asked once.
        varied = [one for one in asked if one not in repeats] or asked
        worst = next((one for one in varied if one.kind in dearest), varied[0])
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
                ("" if call.excused == "tried" and worst.kind in READS else call.excused)
                or worst.excused
                or _procedure(sender, asked, call.name)
                or ("procedure" if works_off(target, path, call) else ""),
                sender.further,
                worst in repeats
                or (worst.kind in READS and _asks_same(target, path, call, sender)),
                worst.library,
                call.some,
            )
        )
        main = sites[-1]
        if repeats and worst.kind in READS:
            same = [one for one in repeats if one is not worst and not main.same]
            # What a list of states narrows down is sent each time, too.
            other = [
                one
                for one in sender.function.queries
                if main.same and one.listed and not (one.conditional or one.bulk)
                if one.names and not fixed.issuperset(one.names)
            ]
            sites += [
                replace(
                    main,
                    kind=one.kind,
                    table=one.table,
                    via_place=Place(sender.path, one.line, 1),
                    word=one.word,
                    excused=main.excused if one in same else main.excused or "listed",
                    same=one in same,
                )
                for one in (*same, *other)
            ]
        sites += _beside(target, path, call, sender, main)
    changed = {one.loop.line for one in sites if one.kind not in READS}
    sites = [replace(one, same=False) if one.loop.line in changed else one for one in sites]
    sites = [
        replace(one, excused="written")
        if not path.endswith(".py") and _looks_after(one, sites)
        else one
        for one in sites
    ]
    if file.by_hand or is_by_hand(target, path):
        sites = [one for one in sites if one.kind in READS]
    sites = [
        one
        for one in sites
        if one.loop.origin or not is_short(target, path, one.loop.line, one.loop.over)
    ]
    for line, together in _by_handler(target, path, function, sites).items():
        yield weighed_together(
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
    return site.kind in READS and any(
        one.kind in WRITES
        and one.line < site.line
        and one.loop.line == site.loop.line
        and table_name(one.table) == table_name(site.table) != ""
        for one in sites
    )


def _beside(
    target: Target, path: str, call: LoopedCall, sender: Asker, site: RepeatedQuery
) -> Iterator[RepeatedQuery]:
    """What a call in a loop reads beside a statement that is the same in every round."""
    if not site.same:
        return
    for one in sender.more:
        asked = [query for query in one.function.queries if sent_each_time(query)]
        if not asked or len(asked) > _PROCEDURE or any(q.kind not in READS for q in asked):
            continue
        yield replace(
            site,
            kind=asked[0].kind,
            table=asked[0].table,
            via_place=Place(one.path, asked[0].line, 1),
            word=asked[0].word,
            same=_asks_same(target, path, call, one),
        )


def _fixed_parameters(target: Target, call: LoopedCall, sender: Asker) -> frozenset[str]:
    """The parameters of the asking function that a loop calls which are given the same in every
    round, while others are not."""
    if sender.by[0] or not call.fixed or "*" in call.fixed:
        return frozenset()
    ref = function_at(target, sender.path, sender.function.line)
    given = [name for name, _ in outlined(target, ref).parameters] if ref is not None else []
    given = given[1:] if given[:1] in (["self"], ["cls"]) else given
    return frozenset(
        name for index, name in enumerate(given) if str(index) in call.fixed or name in call.fixed
    )


def _asks_same(target: Target, path: str, call: LoopedCall, sender: Asker) -> bool:
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
"""Of a call that is looked at."""
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


def _procedure(sender: Asker, asked: list[QueryCall], called: str) -> str:
    """Why a called function is more than a statement: it changes rows and does something beside."""
    function = sender.function
    writes = any(one.kind in WRITES for one in asked)
    more = len(function.queries) + len(function.looped) > 1
    # What a function that updates or deletes is given is another value in each round.
    works = more or any(one.kind in WRITES and one.kind != "insert" for one in asked)
    does = does_more(function.name) or does_more(called)
    if not writes and changes(called):
        return "procedure"
    return "procedure" if (writes and (works or sender.further)) or does else ""


def _errand(file: FileQueries, loops: Iterable[int]) -> str:
    return next((file.loops[one].errand for one in loops if file.loops[one].errand), "")


def _counting(file: FileQueries, loops: Iterable[int]) -> QueryLoop:
    found = [file.loops[one] for one in loops]
    unbounded = [one for one in found if one.origin != "few"]
    return next((one for one in unbounded if one.origin in ROW_ORIGINS), (unbounded or found)[0])


def _varying(target: Target, path: str, file: FileQueries, call: LoopedCall) -> tuple[int, ...]:
    """The loops around a call of Python from the innermost on whose element it is given, or what is
    made of that; all of them where none is."""
    if len(call.loops) < 2 or not path.endswith(".py"):
        return call.loops
    lines = target.lines(path)
    given: set[str] = set()
    depth = 0
    for line in lines[call.line - 1 : call.line + _CALL_LINES - 1]:
        given.update(WORD.findall(line[:_LONGEST_LINE]))
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0:
            break
    for index, one in enumerate(call.loops):
        loop = file.loops[one]
        last = body_of(lines, loop.line)[1]
        names = words_in(loop.variable)
        if not names or not given.isdisjoint(names_of_round(lines, path, loop.line, last, names)):
            return call.loops[index:]
    return call.loops


_LONGEST_LINE = 300


def _batched(file: FileQueries, query: QueryCall) -> bool:
    """Prisma joins what is asked for in one tick into one statement."""
    return query.method in _AT_ONCE and file.loops[query.loops[0]].concurrent


_PROCEDURE = 4
"""Statements of a called function, beyond which it is no query but work of its own."""
