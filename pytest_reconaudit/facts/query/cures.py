"""What to do about a statement that a loop repeats, with the word that its library has for it.

No code is made up. Code that a rule writes fits the loops that somebody thought of and breaks the
others: words say what is to be sent once, by which means, which statements of the loop have to come
along or to stay, and what a mend must not lose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_reconaudit.facts.callers import body_of, openings
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.query.list_words import (
    GROUPED,
    KEYS,
    OWN_VALUES,
    ROWS,
    UPSERTS,
    dialect_of,
)
from pytest_reconaudit.facts.query.loop_bodies import further_statements
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.round_values import is_given_alike, is_unread, staying
from pytest_reconaudit.facts.query.siblings import sibling_for_many
from pytest_reconaudit.facts.query.tables import READS, WRITES
from pytest_reconaudit.facts.query.tenant_scopes import scoped_by, words_of_scope
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["cure_of"]

_MOST_TOLD = 3
_MOST_UP = 400
"""Lines of a function that are looked at."""
_UNREAD = (
    "Nobody looks at what it brings: take the call out; or, where it is there to refuse keys that"
    " are not found, ask for all of them once before the loop, and compare."
)
_COMMITTED = (
    "Take the `commit()` out of the loop, and call it once behind it: the session then sends all"
    " rows that were changed together, and a failure undoes all of them."
)
_WALKS = (
    "{told} walks from row to row, with a query for each step: load the rows that it may pass"
    " before the loop (one recursive query, or all rows of their owner), and let it walk there."
)
_ALIKE = (
    "{told} is given the same in each round: call it once before the loop, and where a round"
    " changes what it brings, change that in memory too."
)
_ASKS = regex(
    r"_?(?:a?get|find|fetch|load|read|select|query|look_?up|by|check|exists|is|has|resolve|retrieve|list|count|ensure"
    r"|validate|verify)(?:_|[A-Z]|$)"
)
"""Functions that do no more than to ask, by their names."""
_SENDS_ALL = regex(r"\.commit\(\s*\)")
_HOOKED = frozenset({"django", "typeorm", "mongoose", "sequelize", "objection"})
"""Libraries whose models have hooks for each row."""


def cure_of(
    target: Target, path: str, site: RepeatedQuery, beside: Iterable[RepeatedQuery] = ()
) -> str:
    """What to do about a statement in a loop, as Markdown; empty where another than this has to
    say it (a relation, what belongs before the loop).

    :param beside: the statements of its function, itself among them.
    """
    if site.same or site.relation:
        return ""
    scope = scoped_by(target, path, site)
    if scope:
        return words_of_scope(scope)
    if site.kind in READS and is_unread(target, path, site.line, site.loop.line):
        return _UNREAD
    every = sorted(dict.fromkeys((site, *beside)), key=lambda one: one.line)
    stays = staying(target, path, site.loop.line, every)
    lead = _of_its_kind(target, path, site)
    heed = "" if lead else _heed(site)
    if not lead:
        kept = (site.what, site.line) in stays or _goes_on(target, path, site)
        lead = (_of_called if site.via else _of_own)(target, path, site, stays=kept)
    parts = [lead, *_others(target, path, site, every, stays), _own_writes(site, every), heed]
    return " ".join(one for one in parts if one)


def _of_its_kind(target: Target, path: str, site: RepeatedQuery) -> str:
    """What is said of a loop for which one statement with a list is no mend."""
    if site.library == "sqlalchemy" and site.kind == "update" and not site.via:
        sends = _SENDS_ALL.search(target.line(path, site.line)) is not None
        return _COMMITTED if sends else ""
    at = site.via_place
    if site.kind not in READS or at is None:
        return ""
    told = f"`{site.via}` ({at})"
    if _walks(target, at):
        return _WALKS.format(told=told)
    if is_given_alike(target, path, site) and not sibling_for_many(target, path, site):
        return _ALIKE.format(told=told)
    return ""


def _of_own(target: Target, path: str, site: RepeatedQuery, *, stays: bool) -> str:
    """Of a statement that stands in the loop itself."""
    library = dialect_of(site.library, path, target.text(path))
    keys = _by(KEYS, library, varied=True)
    if site.word == "existence check":
        return f"Ask once before the loop which of all of them are there{keys}{_UNDER}."
    if site.kind == "select":
        return (
            f"Ask once before the loop for what all rounds need{keys}{_UNDER}, and let each take"
            " its own from memory."
        )
    if site.kind == "count":
        return (
            "Let one grouped query bring the figures of all rounds before the loop"
            f"{_by(GROUPED, library)}{_UNDER}."
        )
    if site.kind in ("insert", "upsert"):
        by = _by(ROWS if site.kind == "insert" else UPSERTS, library)
        if stays:
            return (
                f"The round goes on with its row: write those of all rounds first, with one"
                f" statement that gives their keys back{by}, and what names them after that."
            )
        return (
            f"Gather the rows in the loop, and write them behind it with one statement{by}, in"
            " batches where they may be very many."
        )
    if site.kind == "update":
        return (
            f"Where all rows get the same, change them with one statement{keys}; where each gets"
            f" values of its own, with one that is given a list of them{_by(OWN_VALUES, library)}."
        )
    if site.kind == "delete":
        return f"Delete all of them with one statement{keys}."
    return (
        "Send one statement for all rounds, under the conditions that each of them has now: keys"
        " as a list, rows together, figures by groups; share out in memory what it brings."
    )


_UNDER = ", under the other conditions that it has"


def _of_called(target: Target, path: str, site: RepeatedQuery, *, stays: bool) -> str:
    """Of a function that the loop calls."""
    at = site.via_place
    told = f"`{site.via}`" + (f" ({at})" if at is not None else "")
    where = at.path if at is not None else path
    library = dialect_of(site.library, where, target.text(where))
    if site.kind not in READS:
        tables = {"insert": ROWS, "upsert": UPSERTS, "update": OWN_VALUES}
        by = _by(tables.get(site.kind, KEYS), library)
        if stays:
            return (
                f"{told} writes one, and the round goes on with what it brings: a sibling that"
                f" writes all with one statement{by} has to bring that for each; where a round"
                " depends on the one before, leave it as it is."
            )
        return (
            f"{told} writes one: give it a sibling that writes all with one statement{by}, and call"
            " that once behind the loop; what else it does for each element stays."
        )
    there = sibling_for_many(target, path, site)
    if there:
        return f"{told} asks for one; {there} takes many: call that once before the loop."
    by = _by(GROUPED if site.kind == "count" else KEYS, library, varied=site.kind != "count")
    if _ASKS.match(site.via) is None:
        return (
            f"{told} asks by itself in each round: ask for what all rounds need once before the"
            f" loop{by}, under the same conditions, and hand each call its own; so too for whatever"
            " else it asks for one."
        )
    return (
        f"{told} asks for one: give it a sibling that asks for all of them at once{by}, under the"
        " same conditions and with whatever else it asks for one, call that once before the loop,"
        " and let each round take its own from what came."
    )


def _walks(target: Target, at: Place) -> bool:
    """Whether a statement of a function in Python is sent again and again by a `while` of its
    own."""
    ref = function_at(target, at.path, at.line or 1) if at.path.endswith(".py") else None
    if ref is None:
        return False
    lines = target.lines(at.path)[outlined(target, ref).line - 1 : at.line]
    return any(
        text.lstrip().startswith("while ") for _, text in openings(lines, len(lines), _MOST_UP)
    )


def _goes_on(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether a round reads the key of a row that it gives SQLAlchemy's session."""
    if site.kind != "insert" or site.via or not path.endswith(".py"):
        return False
    lines = target.lines(path)
    first, last = body_of(lines, site.loop.line)
    added = {name for line in lines[first - 1 : last] for name in _ADDED.findall(line[:_LONG])}
    return any(
        name in added
        for line in lines[max(first, site.line) - 1 : last]
        for name in _USED_KEY.findall(line[:_LONG])
    )


_USED_KEY = regex(r"\b(\w+)\.(?:id|pk|uuid|\w{1,40}_id)\b")
_ADDED = regex(r"\.add\(\s*(\w+)\s*\)")
_LONG = 300


def _by(words: dict[str, str], library: str, *, varied: bool = False) -> str:
    """A library's word for it, in brackets.

    :param varied: it finds rows by what is another value in each round, which may be several.
    """
    said = words.get(library, "")
    if said and varied:
        said += "; where more than one value varies, an OR of the pairs, no list for each"
    return f" ({said})" if said else ""


def _others(
    target: Target,
    path: str,
    site: RepeatedQuery,
    every: Sequence[RepeatedQuery],
    stays: frozenset[tuple[str, int]],
) -> Iterable[str]:
    """What is to be done about the other statements of its loop, and about the other loops."""
    mine = [one for one in every if one.loop.line == site.loop.line and not one.same]
    alike: dict[str, str] = {}
    kept: dict[str, str] = {}
    for one in mine:
        if one.what != site.what and not one.relation:
            into = kept if (one.what, one.line) in stays else alike
            into.setdefault(one.what, f"{one.what} (line {one.line})")
    known = {one.line for one in mine}
    if site.library == "django":
        for each in further_statements(target, path, site.loop.line, known):
            if each.kind != "file":
                alike.setdefault(each.text, f"`{each.text}` (line {each.line})")
    if alike:
        it = "them" if len(alike) > 1 else "it"
        yield f"The loop also sends {_listed(alike)}: treat {it} likewise, else those trips stay."
    if kept:
        verb = "stay, as" if len(kept) > 1 else "stays, as"
        told = _listed(kept)
        yield f"{told[:1].upper()}{told[1:]} {verb} the round goes on with what comes of it."
    loops = sorted({one.loop.line for one in every if not one.same} - {site.loop.line})
    if loops:
        told = " and ".join(f"line {line}" for line in loops[:_MOST_TOLD])
        yield f"Likewise for the loop{'s' if len(loops) > 1 else ''} of {told}."


def _own_writes(site: RepeatedQuery, every: Sequence[RepeatedQuery]) -> str:
    """That a round reads what the rounds before it have written; empty where none does."""
    mine = [one for one in every if one.loop.line == site.loop.line and one.table]
    written = {one.table: one.line for one in mine if one.kind in WRITES}
    read = {one.table: one.line for one in mine if one.kind in READS and not one.same}
    told = " and ".join(
        f"{table} (line {line}) is written by the loop itself (line {written[table]})"
        for table, line in read.items()
        if table in written and line != written[table]
    )
    if not told:
        return ""
    return f"What is read of {told}: note in memory what each round writes, for the next to see it."


def _listed(told: dict[str, str]) -> str:
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return ", ".join(list(told.values())[:_MOST_TOLD]) + more


def _heed(site: RepeatedQuery) -> str:
    """What a mend must not lose."""
    if site.kind == "count" and site.word != "existence check":
        return "A key that no group has counts 0."
    if site.kind in READS:
        return (
            "Keep what a round does now for a key without a row and for one with several, and"
            " compare keys by the column's type (what a request sends may be text)."
        )
    hooks = "hooks that run for each row (signals, `save()`) may not run then, and "
    return (
        f"Mind that {hooks if site.library in _HOOKED else ''}one row that is refused refuses all"
        " of them."
    )
