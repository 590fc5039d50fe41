"""A statement in a loop and what one function repeats, with the words to tell it in."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.query.followed_fixes import Followed, fix_of_followed
from pytest_reconaudit.facts.query.python_fixes import fix_of_relations
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.model import Confidence, Place, Severity, lines_of
from pytest_reconaudit.readers.scans.queries import QueryLoop

__all__ = ["ROW_ORIGINS", "RepeatedQuery", "Repetition"]

_WORDS = {"select": "SELECT", "count": "COUNT", "insert": "INSERT", "update": "UPDATE",
          "delete": "DELETE", "upsert": "UPSERT", "call": "call"}  # fmt: skip
_PACES = {
    "connection": ", begun together, but on one connection, which takes them in turn",
    "pipeline": ", pipelined on one connection",
}
ROW_ORIGINS = ("rows", "page", "keys", "children")
"""Of what a loop goes over, where it is made of rows: see ``QueryLoop.origin``."""
_HOIST = "Ask before the loop and use the answer in every round."
_LOOPS = _OTHERS = 3
"""Loops of a function, and other statements of a loop, that are told in its message."""


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
    ``written``: it looks at what its round has changed; ``listed``: it stands beside one that asks
    for the same each time, and is narrowed down by a list."""
    further: bool = False
    """More than one call lies between the loop and the statement."""
    same: bool = False
    """A read that asks for the same in every round."""
    library: str = ""
    """See ``query_call.FoundQuery``."""
    some: bool = False
    """It is not sent in every round: see ``QueryCall.some``."""
    loaded: bool = False
    """Of :attr:`relation`: the queryset loads it along, but this asks anew."""

    @property
    def statement(self) -> str:
        """``COUNT of projects``."""
        word = self.word or _WORDS.get(self.kind, "query")
        return f"{word} of {self.table}" if self.table else word

    @property
    def what(self) -> str:
        """``a COUNT of projects (by count_of)``."""
        by = f" (by {self.via})" if self.via else ""
        if self.once_each:
            return f"a query for each {self.relation} that its session has not read yet{by}"
        if self.relation:
            return f"a query for {self.relation}{by}"
        return f"{'an' if self.statement[0] in 'IUaeu' else 'a'} {self.statement}{by}"

    @property
    def share(self) -> str:
        """Which rounds send it."""
        if self.once_each:
            return "in a loop over"
        return "for some elements of" if self.some else "per element of"

    @property
    def once_each(self) -> bool:
        """Whether rows of SQLAlchemy lead to one each, by its name: what several lead to is asked
        for once."""
        name = self.relation.rpartition(".")[2]
        return self.library == "sqlalchemy" and name.isidentifier() and not name.endswith("s")

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
    further: tuple[str, ...] = ()
    """What else its first loop sends, as its text alone tells: ``order.lines.add() (line 9)``."""
    unrouted: bool = False
    """It stands in a view of Django that no table of URLs leads to."""

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
    def told(self) -> str:
        """``list_orders makes a SELECT of users per element of …``."""
        first = self.sites[0]
        who = self.function or ("a handler" if self.request else "the module")
        rounds = "; it makes ".join(self._rounds(site) for site in self.loops[:_LOOPS])
        where = f"; runs for {self.request}" if self.request else ""
        where = "; no live table of URLs leads to it" if self.unrouted else where
        also = f"; each round calls {first.errand} too" if first.errand else ""
        if self.further:
            also += f"; its rounds also send {', '.join(self.further)}"
        return f"{who} makes {rounds}{where}{also}"

    def _rounds(self, site: RepeatedQuery) -> str:
        """What a loop's first statement is, and where all of its statements are."""
        mine = [each for each in self.beside(site) if each in self.sites and each.what == site.what]
        places = [Place(self.path, each.line, 1) for each in mine]
        loop = f"`{site.loop.over}` (line {site.loop.line}{site.pace})"
        told = f"{site.what} {site.share} {loop}: {lines_of(places)}{site.hoisted}"
        others = self.others_of(site)
        if not others:
            return told
        more = f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
        return f"{told}; in the same loop {'; '.join(others[:_OTHERS])}{more}"

    @property
    def cost(self) -> str:
        """What it costs where it runs."""
        if self.same:
            return "Each round asks once more for what the round before has got."
        reads = all(site.relation or site.kind in READS for site in self.sites)
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
            return _HOIST
        if first.relation and first.library == "django":
            fix = fix_of_followed(
                [
                    Followed(site.relation, site.kind, site.loop.over, site.loaded)
                    for site in (*self.sites, *self.others)
                    if site.relation
                ]
            )
            return f"{fix}{self._left(first)}" if fix else ""
        if first.relation:
            return fix_of_relations(
                [
                    site.relation
                    for site in self.sites
                    if site.relation and site.loop.line == first.loop.line
                ]
            )
        return self.cure

    def _left(self, first: RepeatedQuery) -> str:
        """What loading relations along leaves in a loop, as a paragraph; empty for nothing."""
        rest = dict.fromkeys(
            f"{site.what} (line {site.line})"
            for site in self.beside(first)
            if not site.relation and not site.same
        )
        if not rest:
            return ""
        listed = ", ".join(list(rest)[:_OTHERS])
        return (
            f"\n\nThat leaves what the loop sends besides: {listed}. Load it along, too, where the"
            " rows lead to it, else ask once before the loop for all rounds."
        )

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
