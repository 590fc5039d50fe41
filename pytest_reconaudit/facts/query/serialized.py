"""Lists that Django REST framework answers with, and the queries that each of their rows makes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.guards import is_for_staff, names_staff
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.python_fixes import fix_of_list
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.row_classes import (
    RowClass,
    RowField,
    RowLoop,
    RowMethod,
    RowRead,
    RowSource,
    row_classes,
)
from pytest_reconaudit.target import Target, once

__all__ = [
    "LazyLoop",
    "RowQuery",
    "SerializedList",
    "asks_by",
    "gathered",
    "lazy_loops",
    "leads_to_many",
    "loads_along",
    "serialized_lists",
]


class RowQuery(Struct, frozen=True):
    """A query that one row of a list makes when it is serialized."""

    what: str
    """``Order.customer``, ``Order.lines.filter()``, ``Vote by its item``."""
    place: Place
    again: bool = True
    """It is asked as often as it is written; what a key leads to is there from then on."""
    load: str = ""
    """What loads it along: ``order__customer``; empty where that takes more than a name."""
    joined: bool = False
    """Of :attr:`load`: each row has at most one, which a JOIN brings."""


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
    beside: tuple[SerializedList, ...] = ()
    """Lists of other things by other views of the file, when there are many: one habit."""

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
        return told

    @property
    def elsewhere(self) -> tuple[tuple[Place, str], ...]:
        """Where the querysets of those other views are made."""
        return (
            *((place, f"queryset of {name}") for name, place in self.others if place != self.at),
            *(
                (one.at, f"{one.view}: {', '.join(each.what for each in one.queries)}")
                for one in self.beside
            ),
        )

    @property
    def remedy(self) -> str:
        """How its queryset loads along what the rows ask for."""
        return fix_of_list(
            self.queryset,
            [(one.load, one.joined) for one in self.queries if one.load],
            [one.what for one in self.queries if not one.load],
            shared=any(place == self.at for _, place in self.others),
        )


class _Class(Struct, frozen=True, eq=False):
    path: str
    own: RowClass


class _Relation(Struct, frozen=True):
    """What a name of a model leads to."""

    target: str
    """The other model; empty when it is not known."""
    many: bool


_TO_ONE = frozenset({"ForeignKey", "OneToOneField", "TreeForeignKey", "ParentalKey"})
_TO_MANY = frozenset({"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField"})
_LISTING = regex(
    r"\w*(?:ModelViewSet|ListAPIView|ListCreateAPIView|ListModelMixin|ReadOnly\w*ViewSet"
    r"|Read\w+ViewSet|ListViewSet)$"
)
_SERIALIZER = regex(r"\w*ModelSerializer$|Serializer$")
_ELSEWISE = regex(
    r"Prefetch|Eager|Optimi[sz]|Auto|Dynamic|Flex|Expand|Sparse|Queryable|Virtual|Polymorphic|Fast"
)
"""Bases that load along what their serializer needs, or serialize what the request asks for."""
_PLAIN_FIELDS = frozenset(
    {"ReadOnlyField", "CharField", "IntegerField", "BooleanField", "FloatField", "DecimalField",
     "DateTimeField", "DateField", "UUIDField", "EmailField", "URLField", "JSONField", "DictField",
     "ImageField", "FileField", "ChoiceField", "SlugField", "ListField", "Field"}
)  # fmt: skip
_RELATED = frozenset({"StringRelatedField", "SlugRelatedField"})
_KEYS = frozenset({"PrimaryKeyRelatedField", "HyperlinkedRelatedField"})
_ASKED_AGAIN = frozenset(
    {"filter", "exclude", "order_by", "values_list", "values", "aggregate", "annotate", "latest",
     "earliest", "select_related", "prefetch_related", "distinct", "only", "get", "iterator"}
)  # fmt: skip
"""What of a manager goes to the database even where its rows were loaded along."""
_ASKED = frozenset({"all", "count", "exists", "first", "last"})
_USERS = ("get_user_model()", "settings.AUTH_USER_MODEL", "AUTH_USER_MODEL")
_NAMES = regex(r"[\"'](\w+)[\"']")
_INHERITS = regex(r"(\w+)\.Meta\.fields")
_OPAQUE = regex(r"prefetch|eager|select_related|optimi|with_rel|for_api|for_list|for_serializ")
_COMMON = frozenset(
    {"get", "list", "get_object", "post", "put", "create", "update", "save", "filter", "all",
     "delete", "dispatch", "retrieve", "get_context_data", "__init__", "run", "handle"}
)  # fmt: skip
"""What too many things are called to be known by it."""
_ONE_ROW = regex(
    r"\.filter\(\s*(?:id|pk|uuid)\s*=(?!=)|\.(?:first|last|get|count|exists)\(\)?[^.]*$"
)
_NO_ROW = regex(r"\.none\(\)")
_FEW = regex(
    r"(?:^|_)(?:workflow\w*|cohorts?|triggers?|actions?|(?:custom|model|metadata|extra)_fields?"
    r"|import_requests?|(?:recipe_)?imports?|challenges?|campaigns?|contests?|badges?|locations?|shortcuts?|keymaps?|dashboards?)$"
)
"""What somebody sets up by hand."""
_MOST_BASES = 8
_DEEPEST = 3


@once
def serialized_lists(target: Target) -> tuple[SerializedList, ...]:
    """Every list whose rows make queries of their own, by the file of its view."""
    known = _known(target)
    if not known.serializers:
        return ()
    found: dict[tuple[str, object], SerializedList] = {}
    views = (one for view in known.views if (one := _judged(target, known, view)) is not None)
    for one in chain(views, _listed_by_functions(target, known)):
        # What is made in one place, or by one serializer, is mended once.
        keys = ((one.path, one.serializer), (one.at.path, one.at))
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
_NAMED, _LISTED = 3, 5


def _listed_by_functions(target: Target, known: _Known) -> Iterator[SerializedList]:
    for path, file in scanned(target, row_classes).items():
        if not file.lists or _apart(target, path):
            continue
        for one in file.lists:
            serializer = known.find(one.serializer, path)
            model = _model_of(known, serializer) if serializer is not None else None
            if serializer is None or model is None:
                continue
            made = next(
                (
                    (Place(path, line, 1), source)
                    for name, line, source in one.querysets
                    if name.rpartition(".")[2] == model.own.name and not _ONE_ROW.search(source)
                ),
                None,
            )
            owner = known.find(one.owner, path) if one.owner else None
            around = [each.own for each in known.lineage(owner)[0]] if owner is not None else []
            loaded = _loaded(
                known,
                model,
                chain(one.loaded, *(each.loaded for each in around)),
                chain(one.called, *(each.called for each in around)),
            )
            if made is None or "*" in loaded:
                continue
            queries = _once_each(_of_row(known, serializer, model, loaded, 0))
            if not queries:
                continue
            own = _OF_USER.search(made[1])
            if own is not None and _is_single(known, model, own[1]):
                continue
            yield SerializedList(
                path,
                f"{one.owner}.{one.function}" if one.owner else one.function,
                serializer.own.name,
                *made,
                queries,
                Severity.INFO
                if _is_few(model) or "/admin" in path or is_for_staff(target, path, one.line)
                else min(
                    _grade(queries, narrow=own is not None or _OF_ONE.search(made[1]) is not None),
                    Severity.HIGH if one.paged else Severity.MEDIUM,
                ),
                (),
            )


def asks_by(target: Target, path: str, model: str, name: str, loaded: frozenset[str]) -> str:
    """What a property or a method of a model surely makes a query for, whatever its row is:
    ``Order.customer``, ``Order.lines.count()``; empty when it makes none.

    :param path: the file that names the model.
    """
    known = _known(target)
    found = known.find(model, path)
    if found is None:
        return ""
    asked = next(iter(_of_method(known, found, name, loaded, Place(path, 1, 1))), None)
    return asked.what.partition(" (")[0] if asked is not None else ""


def leads_to_many(target: Target, path: str, model: str, name: str) -> bool:
    """Whether a name of a model of Django surely is the manager of many rows of another, which no
    manager of the model loads along.

    :param path: the file that names the model.
    """
    known = _known(target)
    found = known.find(model, path)
    if found is None or name in _loaded(known, found, (), ()):
        return False
    relation = _relation(known, found, name)
    return relation is not None and relation.many


def loads_along(target: Target, source: str) -> frozenset[str]:
    """What the functions of the project load along that an expression calls; ``*`` is all."""
    known = _known(target)
    found: set[str] = set()
    for name in _CALLED_BY_NAME.findall(source):
        found.update(known.loaders.get(name, ("*",) if _OPAQUE.search(name) else ()))
    return frozenset(found)


_CALLED_BY_NAME = regex(r"\b(?!select_related|prefetch_related)([a-z_]\w*)\(")


class LazyLoop(Struct, frozen=True):
    """A loop over the rows of SQLAlchemy that loads relationships of each."""

    loop: RowLoop
    model: str
    scoped: bool
    """Its rows are those of one parent."""
    queries: tuple[RowQuery, ...]


def lazy_loops(target: Target) -> dict[str, tuple[LazyLoop, ...]]:
    """File → its loops over rows, its own or those that a function surely gives, that load
    relationships row by row."""
    found = {}
    for path, file in scanned(target, row_classes).items():
        if file.loops and not _apart(target, path):
            known = _known(target)
            lazy = tuple(one for loop in file.loops for one in _lazily(known, path, loop))
            if lazy:
                found[path] = lazy
    return found


def _lazily(known: _Known, path: str, loop: RowLoop) -> Iterator[LazyLoop]:
    model, loaded, scoped = loop.model, loop.loaded, loop.scoped
    if loop.given_by:
        sources = known.sources.get(loop.given_by, ())
        if len(sources) != 1:
            return
        model, loaded, scoped = sources[0].model, sources[0].loaded, sources[0].scoped
    found = known.find(model, path)
    if found is None or "*" in loaded:
        return
    # The parent that it was asked by is mostly there already.
    there = frozenset((*loaded, *(key.removesuffix("_id") for key in scoped)))
    queries: dict[str, RowQuery] = {}
    for read in loop.reads:
        what = _of_lazy(known, found, read, there)
        if what:
            queries.setdefault(what, RowQuery(what, Place(path, read.line, 1), False))
    if queries:
        yield LazyLoop(loop, model, bool(scoped), tuple(queries.values()))


_EAGER = regex(
    r"[\"'](?:joined|selectin|subquery|immediate|raise\w*|noload|dynamic|write_only)|False"
)


def _of_lazy(known: _Known, model: _Class, read: RowRead, loaded: frozenset[str]) -> str:
    """The relationship that a read of a row loads, straight or by a method or property."""
    name = read.names[0]
    if _is_lazy(known, model, name):
        return "" if name in loaded else f"{model.own.name}.{name}"
    inside, _ = known.lineage(model)
    for one in inside:
        for method in one.own.methods:
            if method.name != name:
                continue
            for own in method.reads:
                if own.names[0] not in loaded and _is_lazy(known, model, own.names[0]):
                    return f"{model.own.name}.{own.names[0]}"
            return ""
    return ""


def _is_lazy(known: _Known, model: _Class, name: str) -> bool:
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            if field.name == name:
                lazy = next((text for key, text in field.keywords if key == "lazy"), "")
                return field.callee == "relationship" and _EAGER.match(lazy) is None
    return False


class _Known(Struct, frozen=True, eq=False):
    """The classes of all files by name."""

    classes: Mapping[str, tuple[_Class, ...]]
    serializers: tuple[_Class, ...]
    views: tuple[_Class, ...]
    loaders: Mapping[str, tuple[str, ...]]
    """Function → what it loads along."""
    managers: Mapping[str, tuple[str, ...]]
    """Class → what its ``get_queryset`` loads along, whatever it is asked."""
    back: Mapping[str, Mapping[str, _Relation]]
    """Model → the names by which others' keys lead back to it."""
    users: str
    """The project's own class of users."""
    sources: Mapping[str, tuple[RowSource, ...]]
    """Function → what it gives, by all functions of that name."""
    imports: Mapping[str, Mapping[str, str]]
    """File → class → the module that it is imported from."""
    found: dict[tuple[str, str], _Class | None]
    """What was asked for before: (name, file) → class."""
    relations: dict[tuple[int, str], _Relation | None]
    """(model by its id, name) → what it leads to."""

    def find(self, name: str, near: str) -> _Class | None:
        """The class that a name means in a file; ``None`` when several may be meant."""
        found = self.classes.get(name, ())
        if len(found) < 2:
            return found[0] if found else None
        if (name, near) not in self.found:
            self.found[name, near] = self._nearest(found, name, near)
        return self.found[name, near]

    def _nearest(self, found: tuple[_Class, ...], name: str, near: str) -> _Class | None:
        own = [one for one in found if one.path == near]
        if len(own) == 1:
            return own[0]
        module = self.imports.get(near, {}).get(name, "").replace(".", "/")
        # A package hands on what its modules define.
        named = [
            one
            for one in found
            if module
            and (f"/{one.path}".endswith(f"/{module}.py") or f"/{module}/" in f"/{one.path}")
        ]
        if len(named) == 1:
            return named[0]
        nearest = sorted(
            ((len(posixpath.commonpath((one.path, near))), one) for one in named or found),
            key=lambda each: -each[0],
        )
        return nearest[0][1] if nearest[0][0] > nearest[1][0] else None

    def lineage(self, one: _Class) -> tuple[list[_Class], list[str]]:
        """A class and its bases inside of the repository, nearest first; the names of the rest."""
        inside, outside = [one], []
        index = 0
        while index < len(inside) and len(inside) < _MOST_BASES:
            for base in inside[index].own.bases:
                found = self.find(base, inside[index].path)
                if found is None:
                    outside.append(base)
                elif found not in inside:
                    inside.append(found)
            index += 1
        return inside, outside


@once
def _known(target: Target) -> _Known:
    classes: dict[str, list[_Class]] = {}
    serializers, views = [], []
    loaders: dict[str, tuple[str, ...]] = {}
    managers: dict[str, tuple[str, ...]] = {}
    imports: dict[str, dict[str, str]] = {}
    sources: dict[str, list[RowSource]] = {}
    for path, file in scanned(target, row_classes).items():
        if _apart(target, path):
            continue
        imports[path] = dict(file.imports)
        for source in file.sources:
            sources.setdefault(source.name, []).append(source)
        for loader in file.loaders:
            if loader.name == "get_queryset":
                managers[loader.owner] = loader.loaded
            elif loader.name not in _COMMON:
                loaders[loader.name] = (*loaders.get(loader.name, ()), *loader.loaded)
        for own in file.classes:
            one = _Class(path, own)
            classes.setdefault(own.name, []).append(one)
            if own.name.endswith("Serializer"):
                serializers.append(one)
            elif own.lists or any(name == "serializer_class" for name, _, _ in own.attributes):
                views.append(one)
    users = next(
        (
            name
            for name, found in classes.items()
            if any({"AbstractUser", "AbstractBaseUser"} & set(one.own.bases) for one in found)
        ),
        "User",
    )
    return _Known(
        {name: tuple(found) for name, found in classes.items()},
        tuple(serializers),
        tuple(views),
        loaders,
        managers,
        _back(classes, users),
        users,
        {name: tuple(found) for name, found in sources.items()},
        imports,
        {},
        {},
    )


def _apart(target: Target, path: str) -> bool:
    """Whether a file is no part of what serves requests; an app of Django may have any name."""
    if is_test_path(path):
        return True
    if not is_off_path(path):
        return False
    folder = posixpath.dirname(path)
    while folder:
        if target.has(f"{folder}/apps.py") or target.has(f"{folder}/migrations/__init__.py"):
            return False
        folder = posixpath.dirname(folder)
    return True


def _back(classes: Mapping[str, list[_Class]], users: str) -> dict[str, dict[str, _Relation]]:
    found: dict[str, dict[str, _Relation]] = {}
    for name, several in classes.items():
        for field in (field for one in several for field in one.own.fields):
            if field.callee not in _TO_ONE and field.callee not in _TO_MANY:
                continue
            related = next((text for key, text in field.keywords if key == "related_name"), "")
            accessor = related.strip("\"'")
            one = field.callee == "OneToOneField"
            if not accessor:
                accessor = name.lower() if one else f"{name.lower()}_set"
            if accessor.isidentifier():
                other = _target_of(field, name, users)
                found.setdefault(other, {})[accessor] = _Relation(name, not one)
    return found


def _target_of(field: RowField, own: str, users: str) -> str:
    given = field.first or next((text for key, text in field.keywords if key == "to"), "")
    if given in _USERS:
        return users
    name = given.strip("\"'").rpartition(".")[2]
    return own if name == "self" else name


# -- a view --------------------------------------------------------------------------------


def _judged(target: Target, known: _Known, view: _Class) -> SerializedList | None:
    inside, outside = known.lineage(view)
    bases = {*outside, *(one.own.name for one in inside[1:])}
    if not any(_LISTING.match(base) for base in outside) or any(map(_ELSEWISE.search, bases)):
        return None
    if _refuses_lists(inside):
        return None
    serializer = _listed_by(known, inside)
    if serializer is None:
        return None
    model = _model_of(known, serializer)
    at = _queryset(inside, serializer, model)
    if model is None or at is None:
        return None
    texts = [_text_of(target, one) for one in inside]
    if any(
        "list" in one.own.defines and _lists_alone(text)
        for one, text in zip(inside, texts, strict=True)
    ):
        return None
    loaded = _loaded(
        known,
        model,
        {name for one in inside for name in one.own.loaded},
        {name for one in inside for name in one.own.called},
    )
    if "*" in loaded:
        return None
    queries = _once_each(_of_row(known, serializer, model, loaded, 0))
    place, source = at
    if not queries or view.own.name in _item_views(target):
        return None
    listing = [_listing_text(text) for text in texts]
    own = next((match for text in listing if (match := _OF_USER.search(text))), None)
    if own is not None and _is_single(known, model, own[1]):
        return None
    demanded = (_attribute(inside, "permission_classes") or ("", 0))[0]
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
        or _SET_UP.search(demanded)
        # The children of one parent, or what one user has.
        else _grade(
            queries,
            narrow=own is not None
            or any(one.own.scoped for one in inside)
            or any(map(_NARROW.search, listing)),
        ),
        (),
    )


_OF_USER = regex(
    r"\.filter\(\s*(\w+?)(?:_id)?\s*=\s*(?:(?:self\.)?request\.user(?:\.\w+)?|user(?:_id)?|current_user)\s*[,)]"
)
"""The rows of the user who asks; by which key."""
_OF_ONE = regex(
    r"\.filter\(\s*(\w+)\s*=\s*(?:(?:\w+\.){0,3}\1\s*[,)]|(?:self\.)?request\.(?:data|POST|GET|query_params)\b)"
)
"""The rows of one parent: ``filter(order=order)``."""
_NARROW = regex(
    r"\bself\.kwargs\b|\.\w+\((?:[^;]{0,300}?[(=,])?\s*(?:self\.)?request\.user\b|\.filter\(\s*(\w+)\s*=\s*(?:\w+\.){0,3}\1\s*[,)]"
)
_SET_UP = regex(r"(?:Admin|Staff|Super_?[uU]ser|Manager)\w{0,20}Or(?:Is)?\w{0,20}Read_?Only")
"""What those who run the platform alone may write: few."""
_ITEM_ROUTE = regex(r"\b(\w+)\.as_view\(\s*\{([^{}]{0,600})\}")
_REGISTERED = regex(r"\.register\(([^()]{0,200}\b\w+)")
_LIST_OF = regex(r":\s*[\"']list[\"']")


@once
def _item_views(target: Target) -> frozenset[str]:
    """The sets of views that are routed by hand, and whose list no route answers with."""
    routed: dict[str, bool] = {}
    for path in target.files:
        if not path.endswith(".py") or is_test_path(path):
            continue
        text = target.text(path)
        if "as_view(" in text:
            for name, actions in _ITEM_ROUTE.findall(text):
                listed = _LIST_OF.search(actions) is not None or "**" in actions
                routed[name] = routed.get(name, False) or listed
        if ".register(" in text and "outer" in text:
            for given in _REGISTERED.findall(text):
                routed.update(dict.fromkeys(_WORD.findall(given), True))
    return frozenset(name for name, listed in routed.items() if not listed)


_WORD = regex(r"\w+")


def _text_of(target: Target, one: _Class) -> str:
    """The source of a class, without those behind it."""
    lines = target.text(one.path).split("\n")[one.own.line - 1 : one.own.line + _LONG_CLASS]
    end = next(
        (at for at, line in enumerate(lines) if at and line[:1] not in (" ", "\t", "", ")", "#")),
        len(lines),
    )
    return "\n".join(lines[:end])


_LONG_CLASS = 400
_METHOD = regex(r"\n(?=[ \t]+(?:@|(?:async )?def ))")
_LISTS = regex(r"[ \t]+(?:async )?def (?:get_queryset|filter_queryset|list)\b")


def _listing_text(text: str) -> str:
    """What of a class's source says which rows its list has."""
    return "\n".join(one for one in _METHOD.split(text) if _LISTS.match(one))


def _lists_alone(text: str) -> bool:
    """Whether the list of a view is made of another queryset than its own."""
    own = (one for one in _METHOD.split(text) if _LIST.match(one))
    return not any(way in one for one in own for way in _OWN_ROWS)


_LIST = regex(r"[ \t]+(?:async )?def list\b")
_OWN_ROWS = ("get_queryset", "self.queryset", "super()", "super(")


def _is_single(known: _Known, model: _Class, key: str) -> bool:
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


def _once_each(queries: Iterable[RowQuery]) -> tuple[RowQuery, ...]:
    """A row that is followed by its key is there for the second time."""
    found: dict[tuple[str, Place | None, str], RowQuery] = {}
    for one in queries:
        what = one.what.partition(" (")[0]
        found.setdefault((what, one.place, one.what) if one.again else (what, None, ""), one)
    return tuple(found.values())


def _loaded(
    known: _Known, model: _Class, own: Iterable[str], called: Iterable[str]
) -> frozenset[str]:
    """What the querysets of a view load along, by what it and the functions that it calls say."""
    loaded = set(own)
    for name in called:
        loaded.update(known.loaders.get(name, ()))
        if _OPAQUE.search(name) and name not in ("select_related", "prefetch_related"):
            loaded.update(known.loaders.get(name, ("*",)))
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            loaded.update(known.managers.get(field.callee, ()))
            loaded.update(known.managers.get(field.first.partition("(")[0], ()))
    return frozenset(loaded)


def _is_few(model: _Class) -> bool:
    table = table_name(model.own.name)
    return small_by_name(table) or _FEW.search(table) is not None


def _refuses_lists(inside: list[_Class]) -> bool:
    methods = _attribute(inside, "http_method_names")
    return methods is not None and "get" not in methods[0].lower()


def _attribute(inside: Iterable[_Class], name: str) -> tuple[str, int] | None:
    return next(
        (
            (source, line)
            for one in inside
            for key, source, line in one.own.attributes
            if key == name
        ),
        None,
    )


def _listed_by(known: _Known, inside: list[_Class]) -> _Class | None:
    """The serializer that a view's list is answered with, when it is sure."""
    for one in inside:
        chosen = [(action, name) for action, name, _ in one.own.lists]
        if not chosen and "get_serializer_class" not in one.own.defines:
            given = next(
                (source for key, source, _ in one.own.attributes if key == "serializer_class"), ""
            )
            if given:
                return known.find(given.rpartition(".")[2], one.path)
            continue
        named = [name for action, name in chosen if action == "list"]
        name = named[0] if named else ""
        if named and not name:
            return None  # a list that it makes by itself
        if not name:
            name = next((name for action, name in reversed(chosen) if not action), "")
        if not name:
            default = _attribute(inside, "serializer_class")
            name = default[0].rpartition(".")[2] if default is not None else ""
        return known.find(name, one.path) if name else None
    return None


def _model_of(known: _Known, serializer: _Class) -> _Class | None:
    given = _meta(known, serializer, "model")
    if given is None:
        return None
    name = known.users if given[0] in _USERS else given[0].rpartition(".")[2]
    return known.find(name, serializer.path)


def _meta(known: _Known, serializer: _Class, name: str) -> tuple[str, int, str] | None:
    """(source, line, file) of what a serializer's ``Meta`` says, its own or that of a base."""
    inside, _ = known.lineage(serializer)
    for one in inside:
        if one.own.meta is None:
            continue
        for key, source, line in one.own.meta:
            if key == name:
                return source, line, one.path
        if not one.own.meta_bases:
            return None
    return None


def _queryset(
    inside: list[_Class], serializer: _Class, model: _Class | None
) -> tuple[Place, str] | None:
    """Where a view makes the queryset of its serializer's model."""
    if model is None:
        return None
    for one in inside:
        for name, line, source in one.own.querysets:
            if _ONE_ROW.search(source):
                return None
            if _NO_ROW.search(source):
                continue
            if name.endswith("Meta.model"):
                return Place(one.path, line, 1), source
            first, dot, rest = name.rpartition(".")
            if dot and first in ("self", "cls"):
                given = _attribute(inside, rest)
                rest = given[0].rpartition(".")[2] if given is not None else ""
            if rest == model.own.name:
                return Place(one.path, line, 1), source
    return next(
        (
            (Place(one.path, line, 1), source)
            for one in inside
            for key, source, line in one.own.attributes
            if key in ("model", "model_class") and source == model.own.name
        ),
        None,
    )


# -- a row ---------------------------------------------------------------------------------


def _of_row(
    known: _Known, serializer: _Class, model: _Class, loaded: frozenset[str], depth: int
) -> Iterator[RowQuery]:
    """The queries that a serializer makes for each row of a model."""
    inside, outside = known.lineage(serializer)
    if any(map(_ELSEWISE.search, (*outside, *(one.own.name for one in inside)))):
        return
    if not any(map(_SERIALIZER.match, outside)):
        return
    own_way = any("to_representation" in one.own.defines for one in inside)
    names, line, home = _serialized_names(known, serializer)
    for one in inside:
        for method in one.own.methods:
            if method.name == "to_representation":
                yield from _of_reads(known, one.path, method, model, loaded)
    if names is None and own_way:
        return
    declared: dict[str, tuple[_Class, RowField]] = {}
    for one in inside:
        for field in one.own.fields:
            declared.setdefault(field.name, (one, field))
    for name, (one, field) in declared.items():
        keywords = dict(field.keywords)
        if keywords.get("write_only") == "True" or (own_way and depth):
            continue
        if one is not serializer and (names is None or name not in names):
            continue
        if one is serializer and names and name not in names:
            continue
        yield from _of_field(known, inside, one, field, model, loaded, depth)
    if names is None or _meta(known, serializer, "extra_kwargs") is not None:
        return
    for name in names:
        if name in declared:
            continue
        place = Place(home, names[name] or line, 1)
        relation = _relation(known, model, name)
        if relation is None:
            yield from _of_method(known, model, name, loaded, place)
        elif relation.many and not _is_loaded(name, loaded):
            yield RowQuery(f"{model.own.name}.{name}", place, False, name)


def _serialized_names(
    known: _Known, serializer: _Class, depth: int = 0
) -> tuple[dict[str, int] | None, int, str]:
    """(name → line or 0, line, file) of what ``Meta.fields`` names; ``None`` when it is not
    plain."""
    given = _meta(known, serializer, "fields")
    if given is None or "__all__" in given[0] or "for " in given[0]:
        return None, 0, ""
    source, line, home = given
    if source[:1] not in "[(" and _INHERITS.match(source) is None:
        return None, 0, ""
    names = {
        match[1]: line + source.count("\n", 0, match.start()) for match in _NAMES.finditer(source)
    }
    for match in _INHERITS.finditer(source):
        parent = known.find(match[1], serializer.path)
        if parent is None or depth > _DEEPEST:
            return None, 0, ""
        more, _, _ = _serialized_names(known, parent, depth + 1)
        if more is None:
            return None, 0, ""
        names.update(dict.fromkeys(more, line))
    return names, line, home


def _of_field(
    known: _Known,
    inside: list[_Class],
    owner: _Class,
    field: RowField,
    model: _Class,
    loaded: frozenset[str],
    depth: int,
) -> Iterator[RowQuery]:
    keywords = dict(field.keywords)
    place = Place(owner.path, field.line, 1)
    if field.callee == "SerializerMethodField":
        named = keywords.get("method_name") or field.first
        wanted = named.strip("\"'") or f"get_{field.name}"
        method = next(
            (
                (one, method)
                for one in inside
                for method in one.own.methods
                if method.name == wanted
            ),
            None,
        )
        if method is not None:
            yield from _of_reads(known, method[0].path, method[1], model, loaded)
        return
    source = keywords.get("source", "").strip("\"'") or field.name
    if source == "*" or not source.replace(".", "").isidentifier():
        return
    names = tuple(source.split("."))
    nested = known.find(field.callee, owner.path) if field.callee.endswith("Serializer") else None
    if nested is None and field.callee not in _PLAIN_FIELDS | _RELATED | _KEYS:
        return
    if nested is None and field.callee in _KEYS:
        relation = _relation(known, model, source)
        if relation is not None and relation.many and not _is_loaded(source, loaded):
            yield RowQuery(f"{model.own.name}.{source}", place, False, source)
        return
    if nested is None and field.callee in _PLAIN_FIELDS and len(names) == 1:
        yield from _of_method(known, model, names[0], loaded, place)
        return
    first = _followed(known, model, names, loaded)
    if first is not None:
        yield replace(first, place=place)
        return
    relation = _relation(known, model, source)
    other = known.find(relation.target, model.path) if relation is not None else None
    if nested is not None and other is not None and depth < _DEEPEST:
        below = frozenset(
            name.removeprefix(f"{source}__") for name in loaded if name.startswith(f"{source}__")
        )
        for one_below in _of_row(known, nested, other, below, depth + 1):
            load = f"{source.replace('.', '__')}__{one_below.load}" if one_below.load else ""
            joined = one_below.joined and relation is not None and not relation.many
            yield replace(one_below, load=load, joined=joined)


def _followed(
    known: _Known, model: _Class, names: tuple[str, ...], loaded: frozenset[str]
) -> RowQuery | None:
    """The first relation of a dotted name that goes to the database for a row."""
    current, path = model, ""
    nowhere = Place(model.path, 1, 1)
    joined = True
    for index, name in enumerate(names):
        relation = _relation(known, current, name)
        if relation is None:
            return None
        path = f"{path}__{name}" if path else name
        # What is no key to one known model is no JOIN.
        joined = joined and not relation.many and relation.target != ""
        if not _is_loaded(path, loaded):
            return RowQuery(f"{current.own.name}.{name}", nowhere, False, path, joined)
        if relation.many:
            asked = names[index + 1] if index + 1 < len(names) else ""
            if asked not in _ASKED_AGAIN:
                return None
            return RowQuery(f"{current.own.name}.{name}.{asked}()", nowhere)
        other = known.find(relation.target, current.path)
        if other is None:
            return None
        current = other
    return None


def _of_reads(
    known: _Known, path: str, method: RowMethod, model: _Class, loaded: frozenset[str]
) -> Iterator[RowQuery]:
    """The queries of a serializer's method for a row that it is given."""
    for read in method.reads:
        found = _of_read(known, model, read, loaded)
        place = Place(path, read.line, 1)
        if found is not None:
            yield replace(found, place=place)
        elif _relation(known, model, read.names[0]) is None:
            yield from _of_method(known, model, read.names[0], loaded, place)
    for name, line in method.asks:
        yield RowQuery(f"{name} by each {model.own.name}", Place(path, line, 1))


def _of_read(
    known: _Known, model: _Class, read: RowRead, loaded: frozenset[str]
) -> RowQuery | None:
    relation = _relation(known, model, read.names[0])
    if relation is None:
        return None
    name = read.names[0]
    if relation.many:
        asked = read.names[1] if len(read.names) > 1 else ""
        if asked not in _ASKED and asked not in _ASKED_AGAIN:
            return None
        if _is_loaded(name, loaded) and asked not in _ASKED_AGAIN:
            return None
        load = name if asked == "all" else ""
        return RowQuery(f"{model.own.name}.{name}.{asked}()", Place(model.path, 1, 1), True, load)
    return _followed(known, model, read.names, loaded)


def _of_method(
    known: _Known, model: _Class, name: str, loaded: frozenset[str], place: Place
) -> Iterator[RowQuery]:
    """The queries of a model's own method or property, by the place where it is asked for."""
    inside, _ = known.lineage(model)
    for one in inside:
        if any(field.name == name for field in one.own.fields):
            return
        for method in one.own.methods:
            if method.name != name:
                continue
            for read in method.reads:
                found = _of_read(known, model, read, loaded)
                if found is not None:
                    by = f"{found.what} (by {model.own.name}.{name})"
                    yield replace(found, what=by, place=place)
                    return
            for asked, _ in method.asks:
                yield RowQuery(f"{asked} (by {model.own.name}.{name})", place)
                return
            return


def _relation(known: _Known, model: _Class, name: str) -> _Relation | None:
    asked = (id(model), name)
    if asked not in known.relations:
        known.relations[asked] = _leads(known, model, name)
    return known.relations[asked]


def _leads(known: _Known, model: _Class, name: str) -> _Relation | None:
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            if field.name == name:
                if field.callee in _TO_ONE or field.callee in _TO_MANY:
                    return _Relation(
                        _target_of(field, model.own.name, known.users), field.callee in _TO_MANY
                    )
                return _Relation("", False) if field.callee == "GenericForeignKey" else None
        found = known.back.get(one.own.name, {}).get(name)
        if found is not None:
            return found
    return None


def _is_loaded(name: str, loaded: frozenset[str]) -> bool:
    return any(one == name or one.startswith(f"{name}__") for one in loaded)
