"""Lists that views of Django and Flask render, and the queries that each of their rows makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.lazy_relationships import lazy_loops, lazy_queries
from pytest_reconaudit.facts.query.list_views import attribute_of, listing_text, text_of
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
    loaded_along,
    table_of,
)
from pytest_reconaudit.facts.query.page_rows import page_template, reads_of_rows
from pytest_reconaudit.facts.query.row_queries import (
    ELSEWISE,
    RowQuery,
    once_each,
    queries_of_reads,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_python import queryset_model
from pytest_reconaudit.readers.scans.rendered_pages import HandedRows, RenderedPage, rendered_pages
from pytest_reconaudit.target import Target

__all__ = ["RenderedList", "rendered_lists"]


class RenderedList(Struct, frozen=True):
    """A list that a view hands to a template, whose loop makes queries for each row."""

    path: str
    view: str
    line: int
    """Of the view, or of where it renders the template."""
    model: KnownClass
    template: str
    """The template's file."""
    at: Place
    """Where the queryset is made."""
    queryset: str
    queries: tuple[RowQuery, ...]
    scope: str
    """What says which rows the list has, as source."""
    narrow: bool
    """The rows are those of one parent, or what a form offers to choose from."""
    alchemy: bool = False
    paged: bool = False
    """Of SQLAlchemy: a page of them is brought."""


_LIST_VIEW = regex(r"\w*ListView$|ArchiveIndexView$")
_LISTS = ("object_list", "page_obj", "page_obj.object_list", "filter.qs")
"""What a list of a class-based view is called, that of a filtered one too."""
_FORM = regex(r"(?:Form|Create|Update|Delete)(?:Mixin|View)$")
_LITERAL = regex(r"[\"']([\w./-]+)[\"']$")
_KEYED = regex(r"\.values(?:_list)?\(|\.none\(")
_ACCESSOR = regex(r"(?:\w+\.){1,3}([a-z]\w*)\.\w+\s*\(")
_SLICED = regex(r"\[\s*:\s*(?:1?\d|20)\s*\]")
"""A handful, of which nobody notices what each costs."""


def rendered_lists(target: Target) -> Iterator[RenderedList]:
    """Every list that a template is surely handed, and whose loop goes to the database."""
    known = known_classes(target)
    for several in known.classes.values():
        for view in several:
            if not any(base.endswith("View") for base in view.own.bases):
                continue
            one = _of_class(target, known, view)
            if one is not None:
                yield one
    yield from _of_functions(target, known)


def _of_class(target: Target, known: KnownClasses, view: KnownClass) -> RenderedList | None:
    """The list of a ``ListView``."""
    inside, outside = known.lineage(view)
    if not any(map(_LIST_VIEW.match, outside)) or any(map(ELSEWISE.search, outside)):
        return None
    made = _made(target, inside)
    if made is None:
        return None
    name, place, source = made
    model = known.find(name.rpartition(".")[2], view.path)
    if model is None or model.own.name != name.rpartition(".")[2]:
        return None
    template = _template(target, inside, model)
    if not template:
        return None
    given = attribute_of(inside, "context_object_name")
    names = {*_LISTS, f"{model.own.name.lower()}_list"}
    if given is not None and (literal := _LITERAL.match(given[0])) is not None:
        names.add(literal[1])
    queries = _queries(
        target,
        known,
        model,
        template,
        names,
        loaded_along(
            known,
            model,
            {name for one in inside for name in one.own.loaded},
            {name for one in inside for name in one.own.called},
        ),
    )
    if not queries:
        return None
    scope = "\n".join(listing_text(text_of(target, one)) for one in inside)
    if _KEYED.search(scope) or _KEYED.search(source):
        return None
    return RenderedList(
        view.path,
        view.own.name,
        view.own.line,
        model,
        template,
        place,
        source,
        queries,
        scope,
        any(one.own.scoped for one in inside),
    )


def _made(target: Target, inside: list[KnownClass]) -> tuple[str, Place, str] | None:
    """(model, place, source) of what a view lists, when it says so and it is one."""
    for one in inside:
        made = [each for each in one.own.querysets if each[0].rpartition(".")[2][:1].isupper()]
        if len({each[0] for each in made}) > 1:
            # The one that the view says it is about; the others pick its rows, or stand in for it.
            own = attribute_of(inside, "model")
            made = [each for each in made if own is not None and each[0] == own[0]]
            if not made:
                return None
        if made:
            name, line, source = made[0]
            return name, Place(one.path, line, 1), source
        given = next((each for each in one.own.attributes if each[0] == "model"), None)
        if "get_queryset" in one.own.defines:
            text = listing_text(text_of(target, one))
            ways = ("super(", "self.queryset", "self.model", f"{given[1]}." if given else "super(")
            if not any(way in text for way in ways):
                return None
        if given is not None:
            return given[1], Place(one.path, given[2], 1), given[1]
    return None


def _template(target: Target, inside: list[KnownClass], model: KnownClass) -> str:
    given = attribute_of(inside, "template_name")
    if given is not None:
        literal = _LITERAL.match(given[0])
        return page_template(target, literal[1]) if literal is not None else ""
    if any("get_template_names" in one.own.defines for one in inside):
        return ""
    parts = model.path.split("/")
    app = parts[-2] if parts[-1] == "models.py" else parts[-3] if len(parts) > 2 else ""
    return page_template(target, f"{app}/{model.own.name.lower()}_list.html")


def _of_functions(target: Target, known: KnownClasses) -> Iterator[RenderedList]:
    for path, file in scanned(target, rendered_pages).items():
        if is_apart(target, path):
            continue
        for page in file.pages:
            template = page_template(target, page.template)
            if not template:
                continue
            owner = known.find(page.owner, path) if page.owner else None
            inside, outside = known.lineage(owner) if owner is not None else ([], [])
            around = [each.own for each in inside]
            offers = any(map(_FORM.search, outside))
            for rows in page.rows:
                if rows.model:
                    yield from _of_alchemy(known, target, path, page, template, rows)
                    continue
                model, narrow, keys = _handed_model(known, path, rows)
                if model is None or _SLICED.search(rows.source):
                    continue
                loaded = loaded_along(
                    known,
                    model,
                    chain(keys, page.loaded, *(each.loaded for each in around)),
                    chain(page.called, *(each.called for each in around)),
                )
                queries = _queries(target, known, model, template, {rows.name}, loaded)
                if queries:
                    yield _handed(path, page, template, rows, model, queries, narrow or offers)


def _of_alchemy(
    known: KnownClasses,
    target: Target,
    path: str,
    page: RenderedPage,
    template: str,
    rows: HandedRows,
) -> Iterator[RenderedList]:
    """The list of SQLAlchemy's rows that a template is handed."""
    model = table_of(known, rows.model, path)
    if model is None or "*" in rows.loaded or _SLICED.search(rows.source):
        return
    # The parent that it was asked by is mostly there already.
    there = frozenset((*rows.loaded, *(key.removesuffix("_id") for key in rows.scoped)))
    reads = reads_of_rows(target, template, {rows.name})
    queries = tuple(
        replace(one, place=place)
        for read, place in reads
        for one in lazy_queries(known, place.path, (read,), model, there)
    )
    # What a loop of the function has loaded, the template finds with the rows.
    there = frozenset(
        each.what
        for one in lazy_loops(target).get(path, ())
        if one.loop.function == page.function and one.loop.function_line <= page.line
        for each in one.queries
    )
    queries = once_each(each for each in queries if each.what not in there)
    if queries:
        listed = _handed(path, page, template, rows, model, queries, bool(rows.scoped))
        yield replace(listed, alchemy=True, paged=rows.paged)


def _handed(
    path: str,
    page: RenderedPage,
    template: str,
    rows: HandedRows,
    model: KnownClass,
    queries: tuple[RowQuery, ...],
    narrow: bool,
) -> RenderedList:
    """The list of the rows that a function hands to a template under a name."""
    return RenderedList(
        path,
        f"{page.owner}.{page.function}" if page.owner else page.function,
        page.line,
        model,
        template,
        Place(path, rows.line, 1),
        rows.source,
        queries,
        rows.source,
        narrow,
    )


def _handed_model(
    known: KnownClasses, path: str, rows: HandedRows
) -> tuple[KnownClass | None, bool, frozenset[str]]:
    """The model of the rows that a template gets, whether they are those of one parent, and the
    keys to that parent, which they have with them."""
    name = queryset_model(rows.source)
    if name:
        return known.find(name.rpartition(".")[2], path), False, frozenset()
    accessor = _ACCESSOR.match(rows.source)
    behind = known.behind(accessor[1]) if accessor is not None else None
    return (behind[0], True, behind[1]) if behind is not None else (None, True, frozenset())


def _queries(
    target: Target,
    known: KnownClasses,
    model: KnownClass,
    template: str,
    names: Collection[str],
    loaded: frozenset[str],
) -> tuple[RowQuery, ...]:
    if "*" in loaded:
        return ()
    found: dict[tuple[str, ...], RowQuery] = {}
    for read, place in reads_of_rows(target, template, names):
        if read.names not in found:
            for one in queries_of_reads(known, place.path, (read,), model, loaded):
                found.setdefault(read.names, one)
    return once_each(found.values())
