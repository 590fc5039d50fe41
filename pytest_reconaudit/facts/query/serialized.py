"""Lists that Django REST framework answers with, and the queries that each of their rows makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import in_unrouted_view
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.code.unrouted_views import is_unrouted
from pytest_reconaudit.facts.query.answered_models import answered_lists
from pytest_reconaudit.facts.query.answers import request_of, runs_for_staff
from pytest_reconaudit.facts.query.embedded import keeps_in_a_file
from pytest_reconaudit.facts.query.growth import weight_of_growth
from pytest_reconaudit.facts.query.guards import is_for_staff, names_staff, needs_permission
from pytest_reconaudit.facts.query.list_views import (
    ONE_ROW,
    attribute_of,
    is_kept,
    item_views,
    keeps_answers,
    listed_by,
    listing_text,
    lists_alone,
    nested_views,
    queryset_of,
    refuses_lists,
    text_of,
)
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
    loaded_along,
    model_of,
)
from pytest_reconaudit.facts.query.python_fixes import fix_of_list, fix_of_rows
from pytest_reconaudit.facts.query.rendered import rendered_lists
from pytest_reconaudit.facts.query.row_queries import ELSEWISE, RowQuery, once_each, queries_of_row
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.row_classes import row_classes
from pytest_reconaudit.target import Target, once

__all__ = ["SerializedList", "gathered", "serialized_lists"]


class SerializedList(Struct, frozen=True):
    """A view that lists rows by a serializer."""

    path: str
    view: str
    serializer: str
    at: Place
    """Where its queryset is made."""
    queryset: str
    queries: tuple[RowQuery, ...]
    """Of each row; in the order of the serializer's lines."""
    severity: Severity
    others: tuple[tuple[str, Place], ...]
    """Other views of the file that list the same, or whose lists are of the same queryset."""
    template: str = ""
    """The template that it renders its rows by, where no serializer does."""
    beside: tuple[SerializedList, ...] = ()
    """Lists of other things by other views of the file, when there are many: one habit."""
    library: str = "django"
    unrouted: bool = False
    """No table of URLs leads to its view."""
    loaded: tuple[str, ...] = ()
    """The relations that its queryset loads along."""
    needs: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...] = ()
    """(view, what its own queryset has to load along) of each of :attr:`others` with one."""

    @property
    def answer(self) -> str:
        """``answers with a list of OrderSerializer``."""
        if self.template:
            return f"renders a list of {self.serializer}"
        return f"answers with a list of {self.serializer}"

    @property
    def alike(self) -> str:
        """What its other views do."""
        verb = "do" if len(self.others) > 1 else "does"
        same = all(place == self.at for _, place in self.others)
        return f"{verb} so with the same queryset" if same else f"{verb} so too"

    @property
    def also(self) -> str:
        """What other views of the file do, for the end of a message; empty where none does."""
        told = ""
        if self.others:
            names = ", ".join(name for name, _ in self.others[:_NAMED])
            rest = f" and {len(self.others) - _NAMED} more" if len(self.others) > _NAMED else ""
            told = f"; {names}{rest} {self.alike}"
        if self.beside:
            views = ", ".join(one.view for one in self.beside[:_LISTED])
            rest = " …" if len(self.beside) > _LISTED else ""
            told += (
                f"; rows of {len(self.beside)} more views of this file ask likewise: {views}{rest}"
            )
        return f"{told}; no live table of URLs leads to it" if self.unrouted else told

    @property
    def told(self) -> str:
        """``OrderViewSet answers with a list of OrderSerializer, of which each row makes …``."""
        asked = [f"{each.told} ({each.place})" for each in self.queries[:_SHOWN]]
        more = f" and {len(self.queries) - _SHOWN} more" if len(self.queries) > _SHOWN else ""
        return (
            f"{self.view} {self.answer}, of which each row makes a query"
            f" for {', '.join(asked)}{more}: what its queryset loads along does not cover"
            f" {'it' if len(self.queries) == 1 else 'them'}{self.also}"
        )

    @property
    def places(self) -> tuple[tuple[Place, str], ...]:
        """Where its rows ask, and where the querysets of those other views are made."""
        return (
            *((each.place, each.told) for each in self.queries if each.place != self.at),
            *((place, f"queryset of {name}") for name, place in self.others if place != self.at),
            *(
                (one.at, f"{one.view}: {', '.join(each.what for each in one.queries)}")
                for one in self.beside
            ),
        )

    @property
    def cost(self) -> str:
        return "Each row of the answer adds round trips of its own while the caller waits."

    @property
    def evidence(self) -> str:
        return self.queryset

    @property
    def key(self) -> str:
        return f"{self.view} {self.serializer}"

    @property
    def remedy(self) -> str:
        """How its queryset loads along what the rows ask for."""
        if self.library == "sqlalchemy":
            return fix_of_rows([one.what for one in self.queries])
        return fix_of_list(
            self.queryset,
            _loads(self),
            [one.what for one in self.queries if not one.load],
            keys=[one.what for one in self.queries if one.only_key],
            loaded=self.loaded,
            shared=any(place == self.at for _, place in self.others),
            others=[one for one in self.needs if set(one[1]) != set(_loads(self))],
        )


def _loads(one: SerializedList) -> tuple[tuple[str, bool], ...]:
    return tuple(dict.fromkeys(path for each in one.queries for path in each.loads))


_LISTING = regex(
    r"\w*(?:ModelViewSet|ListAPIView|ListCreateAPIView|ListModelMixin|ReadOnly\w*ViewSet"
    r"|Read\w+ViewSet|ListViewSet)$"
)
_FEW = regex(
    r"(?:^|_)(?:workflow\w*|cohorts?|triggers?|actions?|(?:custom|model|metadata|extra)_fields?"
    r"|import_requests?|(?:recipe_)?imports?|flat_?pages?|challenges?|campaigns?|contests?|badges?|locations?|shortcuts?|keymaps?|dashboards?)$"
)
"""What somebody sets up by hand."""


@once
def serialized_lists(target: Target) -> tuple[SerializedList, ...]:
    """Every list whose rows make queries of their own, by the file of its view."""
    known = known_classes(target)
    found: dict[tuple[object, ...], SerializedList] = {}
    views = (one for view in known.views if (one := _judged(target, known, view)) is not None)
    for one in chain(
        views, _listed_by_functions(target, known), _rendered(target), _answered(target)
    ):
        # What is made in one place, or by one serializer, is mended once.
        keys: tuple[tuple[object, ...], ...] = (
            (one.path, one.template or one.serializer, one.unrouted),
            (one.at.path, one.at, one.unrouted),
        )
        if not _loads(one):
            # What its serializer asks for by itself is mended there.
            keys += ((tuple((each.what, each.place) for each in one.queries), one.unrouted),)
        before = next((found[key] for key in keys if key in found), None)
        if before is None:
            found.update(dict.fromkeys(keys, one))
        else:
            both = SerializedList(
                before.path,
                before.view,
                before.serializer,
                before.at,
                before.queryset,
                before.queries,
                max(before.severity, one.severity),
                (*before.others, (one.view, one.at)),
                before.template,
                library=before.library,
                unrouted=before.unrouted,
                loaded=before.loaded,
                needs=(*before.needs, *([(one.view, _loads(one))] if one.at != before.at else [])),
            )
            for key in (*(key for key, value in found.items() if value is before), *keys):
                found[key] = both
    return tuple({id(one): one for one in found.values()}.values())


def gathered(lists: Iterable[SerializedList]) -> tuple[SerializedList, ...]:
    """The lists of one file, three and more of one severity as one: they are mended in one go."""
    alike: dict[Severity, list[SerializedList]] = {}
    for one in lists:
        alike.setdefault(one.severity, []).append(one)
    return tuple(
        one
        for severity, some in alike.items()
        for one in (
            [replace(some[0], beside=tuple(some[1:]))]
            if len(some) >= _HABIT and severity is not Severity.INFO
            else some
        )
    )


_HABIT = 3
_NAMED, _LISTED, _SHOWN = 3, 5, 5


def _listed_by_functions(target: Target, known: KnownClasses) -> Iterator[SerializedList]:
    for path, file in scanned(target, row_classes).items():
        if not file.lists or is_apart(target, path):
            continue
        for one in file.lists:
            serializer = known.find(one.serializer, path)
            model = model_of(known, serializer) if serializer is not None else None
            if serializer is None or model is None:
                continue
            made = next(
                (
                    (Place(path, line, 1), source)
                    for name, line, source in one.querysets
                    if name.rpartition(".")[2] == model.own.name and not ONE_ROW.search(source)
                ),
                None,
            )
            owner = known.find(one.owner, path) if one.owner else None
            around = [each.own for each in known.lineage(owner)[0]] if owner is not None else []
            loaded = loaded_along(
                known,
                model,
                chain(one.loaded, *(each.loaded for each in around)),
                chain(one.called, *(each.called for each in around)),
            )
            if made is None or "*" in loaded:
                continue
            queries = once_each(queries_of_row(known, serializer, model, loaded, 0))
            if not queries:
                continue
            own = _OF_USER.search(made[1])
            if own is not None and _is_single(known, model, own[1]):
                continue
            idle = "" if one.owner else uncalled(target, Place(path, one.line))
            unrouted = bool(idle) or in_unrouted_view(target, path, one.line)
            yield SerializedList(
                path,
                f"{one.owner}.{one.function}" if one.owner else one.function,
                serializer.own.name,
                *made,
                queries,
                Severity.INFO
                if _is_few(model)
                or "/admin" in path
                or unrouted
                or is_for_staff(target, path, one.line)
                else min(
                    _grade(queries, narrow=own is not None or _is_of_one(made[1], paged=one.paged)),
                    Severity.HIGH if one.paged else Severity.MEDIUM,
                ),
                (),
                unrouted=unrouted,
                loaded=_own_loads(one.loaded),
            )


def _rendered(target: Target) -> Iterator[SerializedList]:
    for one in rendered_lists(target):
        scope = _PERMITTED.sub("", one.scope)
        own = any(each.search(scope) for each in (_OF_USER, _BY_USER)) or "request.user" in scope
        narrow = one.narrow or any(each.search(scope) for each in (_OF_ONE, _NARROW, _OF_THIS))
        narrow = narrow or any(_is_short_for(*given) for given in _KEYED_BY.findall(scope))
        unrouted = in_unrouted_view(target, one.path, one.line)
        staff = is_for_staff(target, one.path, one.line)
        if "/admin" in one.path or staff or unrouted or _is_few(one.model):
            severity = Severity.INFO
        elif own or narrow:
            severity = Severity.INFO if own or len(one.queries) == 1 else Severity.LOW
        elif one.alchemy and not one.paged:
            several = len(one.queries) > 1
            grown = weight_of_growth(target, table_name(one.model.own.name))
            severity = Severity.MEDIUM if several or grown > Severity.LOW else Severity.LOW
        else:
            severity = Severity.MEDIUM if len(one.queries) > 1 else Severity.LOW
        if severity is not Severity.INFO and needs_permission(target, one.path, one.line):
            severity = Severity.LOW if severity > Severity.LOW else Severity.INFO
        yield SerializedList(
            one.path,
            one.view,
            one.model.own.name,
            one.at,
            one.queryset,
            one.queries,
            severity,
            (),
            one.template,
            library="sqlalchemy" if one.alchemy else "django",
            unrouted=unrouted,
        )


def _answered(target: Target) -> Iterator[SerializedList]:
    for one in answered_lists(target):
        few = _is_few(one.model) or is_for_staff(target, one.path, one.answer.line)
        asked = request_of(target, one.path, one.answer.line) or ""
        guarded = runs_for_staff(target, one.path, one.answer.line) or "/admin" in f"/{asked}"
        narrow = one.narrow or _OF_PARENT.search(asked) is not None
        yield SerializedList(
            one.path,
            one.answer.function,
            one.answer.schema,
            one.at,
            one.answer.source,
            one.queries,
            Severity.INFO
            if few or guarded or keeps_in_a_file(target)
            else _grade(one.queries, narrow=narrow),
            (),
            library="sqlalchemy",
        )


def _judged(target: Target, known: KnownClasses, view: KnownClass) -> SerializedList | None:
    inside, outside = known.lineage(view)
    bases = {*outside, *(one.own.name for one in inside[1:])}
    if not any(_LISTING.match(base) for base in outside) or any(map(ELSEWISE.search, bases)):
        return None
    if refuses_lists(inside):
        return None
    serializer = listed_by(known, inside)
    if serializer is None:
        return None
    model = model_of(known, serializer)
    at = queryset_of(inside, serializer, model)
    if model is None or at is None:
        return None
    texts = [text_of(target, one) for one in inside]
    if any(
        "list" in one.own.defines and lists_alone(text)
        for one, text in zip(inside, texts, strict=True)
    ):
        return None
    loaded = loaded_along(
        known,
        model,
        {name for one in inside for name in one.own.loaded},
        {name for one in inside for name in one.own.called},
    )
    if "*" in loaded:
        return None
    queries = once_each(queries_of_row(known, serializer, model, loaded, 0))
    place, source = _own_queryset(target, view) or at
    if not queries or view.own.name in item_views(target):
        return None
    listing = [_PERMITTED.sub("", listing_text(text)) for text in texts]
    own = next((match for text in listing if (match := _OF_USER.search(text))), None)
    if own is not None and _is_single(known, model, own[1]):
        return None
    grade = _grade(
        queries,
        # The children of one parent, or what one user has.
        narrow=own is not None
        or any(one.own.scoped for one in inside)
        or any(map(_NARROW.search, listing)),
    )
    if grade > Severity.LOW and view.own.name in nested_views(target):
        # The rows are likely one parent's, though nothing here says that they are filtered.
        grade = Severity.MEDIUM if len(queries) > _SOME + 1 else Severity.LOW
    if grade is not Severity.INFO and any(
        keeps_answers(target, one, text) for one, text in zip(inside, texts, strict=True)
    ):
        grade = Severity.MEDIUM if grade > Severity.MEDIUM else Severity.LOW
    demanded = (attribute_of(inside, "permission_classes") or ("", 0))[0]
    unrouted = is_unrouted(target, view.path, view.own.name, line=view.own.line)
    return SerializedList(
        view.path,
        view.own.name,
        serializer.own.name,
        place,
        source,
        queries,
        Severity.INFO
        if "/admin" in view.path
        or _is_few(model)
        or is_for_staff(target, view.path, view.own.line)
        or names_staff(demanded)
        or is_kept(target, view)
        or unrouted
        or _SET_UP.search(demanded)
        else grade,
        (),
        unrouted=unrouted,
        loaded=_own_loads(loaded),
    )


def _own_loads(loaded: Iterable[str]) -> tuple[str, ...]:
    """The relations of the rows themselves among those that are loaded along."""
    return tuple(sorted(name for name in loaded if name.isidentifier() and "__" not in name))


def _own_queryset(target: Target, view: KnownClass) -> tuple[Place, str] | None:
    """Where a view narrows down the queryset that its base makes: there it may load more along."""
    if "get_queryset" not in view.own.defines or view.own.querysets:
        return None
    own = text_of(target, view)
    found = _NARROWS.search(own)
    if found is None:
        return None
    line = view.own.line + own.count("\n", 0, found.start(1))
    return Place(view.path, line, 1), "super().get_queryset()"


_NARROWS = regex(r"\bdef get_queryset\b[^\n]*\n(?:[^\n]*\n){0,12}?[^\n]*?\b(super\()")


_OF_PARENT = regex(
    r"[{<:](?!(?:tenant|store|shop|org|company|workspace|account|site)\w*[}>])\w+[}>]"
)
"""A route's part that names one row whose own the list is of."""
_OF_USER = regex(
    r"\.filter\((?:[^()]{0,200},)?\s*(\w+?)(?:_id)?\s*=\s*(?:(?:self\.)?request\.user(?:\.\w+)?|user(?:_id)?|current_user)\s*[,)]"
)
"""The rows of the user who asks; by which key."""
_BY_USER = regex(r"[(,=]\s*(?:\w+\.){0,3}(?:user|profile|account|member)\s*[,)]")
_OF_ONE = regex(
    r"\.filter\(\s*(?:\w+__)?(\w+)\s*=\s*(?:(?!(?:self\.)?request\.(?:site|tenant|domain|partner|brand|realm)\b|(?:\w+\.){0,2}user\.)(?:\w+\.){0,3}\1\s*[,)]|(?:self\.)?request\.(?:data|POST|GET|query_params)\b)"
)
"""The rows of one parent: ``filter(order=order)``."""
_NARROW = regex(
    r"\bself\.kwargs\b|\.\w+\((?:[^;]{0,300}?[(=,])?\s*(?:self\.)?request\.user\b"
    r"|\.filter\(\s*(?:\w+__)?(\w+)\s*=\s*(?!(?:self\.)?request\.(?:site|tenant|domain|partner|brand|realm)\b|(?:\w+\.){0,2}user\.)(?:\w+\.){0,3}\1\s*[,)]"
)
"""The rows of one parent, or of who asks; a tenant's are many."""
_ROOM = regex(
    r"(?:project|workspace|organi[sz]ation|team|company|tenant|store|shop|repository)(?:_id|_pk|_slug)?$"
)
"""What people work in: it has many rows of its own, which are brought by pages."""


def _is_of_one(source: str, *, paged: bool) -> bool:
    """Whether a queryset has the rows of one parent alone."""
    match = _OF_ONE.search(source)
    return match is not None and not (paged and _ROOM.match(match[1]))


_KEYED_BY = regex(r"\.filter\(\s*(?:\w{1,60}__)?([a-z]\w{0,60})\s*=\s*([a-z]\w{0,60})\s*[,)]")


def _is_short_for(key: str, value: str) -> bool:
    """Whether a name stands for the parent that a key leads to: ``product=prod``."""
    if key in _TENANTS:
        return False
    same = min(len(key), len(value)) > _SOME and (key.startswith(value) or value.startswith(key))
    return same or value in ("pk", "id", f"{key[:1]}id", f"{key}_pk")


_TENANTS = frozenset({"site", "tenant", "domain", "partner", "brand", "realm", "company", "shop"})
_OF_THIS = regex(r"=\s*self\.(?:object|get_object\(\))\s*[,)]")
"""The rows of the one that a page is about."""
_PERMITTED = regex(
    r"\.(?:\w+_)?(?:visible|viewable|accessible|readable|permitted|allowed|authori[sz]ed)(?:_\w+)?"
    r"\(\s*(?:\w+\s*=\s*)?(?:(?:self\.)?request\.)?user\s*\)"
)
"""What a user may see: all but what is hidden from them."""
_SET_UP = regex(r"(?:Admin|Staff|Super_?[uU]ser|Manager)\w{0,20}Or(?:Is)?\w{0,20}Read_?Only")
"""What those who run the platform alone may write: few."""


def _is_single(known: KnownClasses, model: KnownClass, key: str) -> bool:
    """Whether a user has no more than one row of a model."""
    inside, _ = known.lineage(model)
    return any(
        field.name == key
        and (field.callee == "OneToOneField" or ("unique", "True") in field.keywords)
        for one in inside
        for field in one.own.fields
    )


def _grade(queries: tuple[RowQuery, ...], *, narrow: bool) -> Severity:
    """How much what each row asks for matters.

    :param narrow: the rows are those of one parent or of one user.
    """
    if narrow:
        return Severity.MEDIUM if len(queries) > _SOME + 1 else Severity.INFO
    return Severity.HIGH if len(queries) > _SOME else Severity.MEDIUM


_SOME = 2
"""Queries of a row, beyond which they are many."""


def _is_few(model: KnownClass) -> bool:
    table = table_name(model.own.name)
    return small_by_name(table) or _FEW.search(table) is not None
