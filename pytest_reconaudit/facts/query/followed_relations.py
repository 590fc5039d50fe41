"""Relations of Django's and SQLAlchemy's models that a loop follows row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.query.lazy_relationships import LazyLoop
from pytest_reconaudit.facts.query.model_classes import (
    followed_on,
    gone_through,
    is_accessor,
    leads_to_many,
    loads_along,
    rows_behind,
)
from pytest_reconaudit.facts.query.occasions import in_worker, is_one_off
from pytest_reconaudit.facts.query.repeated import RepeatedQuery, Repetition
from pytest_reconaudit.facts.query.row_queries import asks_by
from pytest_reconaudit.facts.query.verbs import changes, copies, does_more
from pytest_reconaudit.facts.query.weighing import weighed_together
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.queries import FileQueries, QueryLoop, RelationLoop
from pytest_reconaudit.readers.scans.row_classes import RowLoop
from pytest_reconaudit.target import Target

__all__ = ["followed_relations", "lazily_loaded"]


def followed_relations(
    target: Target, path: str, file: FileQueries, relations: Mapping[str, frozenset[str]]
) -> Iterator[Repetition]:
    """Relations that a loop over a queryset follows row by row."""
    for one in file.relation_loops:
        if one.model.startswith("."):
            behind = rows_behind(target, one.model[1:])
            if behind is None:
                continue
            one = replace(one, model=behind[0], loaded=(*one.loaded, *behind[1]))
        known = relations.get(one.model, frozenset())
        by_name = loads_along(target, one.over)
        if "*" in one.loaded or "*" in by_name or is_one_off(one.function):
            continue
        one = replace(one, loaded=(*one.loaded, *by_name))
        sites = _relation_sites(target, path, one, known)
        if sites:
            yield weighed_together(
                target,
                path,
                one.function,
                one.function_line,
                sites,
                # What each round of such work looks up by one key is little beside the rest.
                by_hand=file.by_hand or (len(sites) == 1 and in_worker(path)),
            )


def lazily_loaded(
    target: Target, path: str, loops: Iterable[LazyLoop], *, by_hand: bool = False
) -> Iterator[Repetition]:
    """Relationships of SQLAlchemy that a loop over rows loads row by row."""
    for each in loops:
        loop = each.loop
        if is_one_off(loop.function):
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
        one = weighed_together(
            target, path, loop.function, loop.function_line, sites, by_hand=by_hand
        )
        if (each.scoped and len(sites) == 1) or _is_remembered(target, path, loop):
            one = replace(one, severity=Severity.INFO)  # a natural handful
        yield one


def _is_remembered(target: Target, path: str, loop: RowLoop) -> bool:
    """Whether a decorator keeps what a loop's function gives: ``@cache.memoize(timeout=60)``."""
    ref = function_at(target, path, loop.line)
    return ref is not None and any(map(_REMEMBERS.match, outlined(target, ref).attributes))


_REMEMBERS = regex(r"@(?:\w+\.)*(?:memoize|memoise|cached|lru_cache|alru_cache|cached_view)\b")


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
            on = gone_through(target, path, one.model, relation, line)
            asked, told = "select", ".".join((told, *on, "all()"))
        works = what == "(" and (changes(relation) or copies(relation))
        if asked is None and what in ("", "(") and not does_more(relation) and not works:
            asks = asks_by(target, path, one.model, relation, frozenset(one.loaded))
            # What a key leads to is there for the second time.
            asked = "select" if asks and asks.rpartition(".")[2] not in found else None
            told = f"{asks} (by {told})"
        if not one.model:
            # Whatever its rows are of, a manager is asked anew by what it leads to.
            if what not in _ASKED_ANEW or not is_accessor(target, relation):
                continue
            told = f"row.{relation}"
        if what in _ASKED_ANEW:
            told = f"{told}.{what})"
        elif asked and relation not in known and what in _OF_MANAGERS:
            told = f"{told}.{what}"
        elif asked and relation in known and what.isidentifier():
            told = ".".join((told, *followed_on(target, path, one.model, relation, line, what)))
        if asked and (relation not in one.loaded or what in _ASKED_ANEW) and relation not in found:
            found[relation] = RepeatedQuery(
                line,
                asked,
                "",
                loop,
                "",
                None,
                told,
                False,
                library="django",
                loaded=relation in one.loaded,
            )
    return list(found.values())


_ASKED_ANEW = frozenset(
    {"filter(", "exclude(", "order_by(", "aggregate(", "values_list(", "annotate(",
     "select_related("}
)  # fmt: skip
"""What goes to the database whatever was loaded along."""
_OF_MANAGERS = {
    "exists()": "count",
    "count()": "count",
    "first()": "select",
    **dict.fromkeys(_ASKED_ANEW, "select"),
}
"""What only the manager of related rows is asked, and goes to the database for."""
