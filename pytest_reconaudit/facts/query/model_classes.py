"""Classes of Django and SQLAlchemy by name: models, serializers, views, and what leads to what."""

from __future__ import annotations

import builtins
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.readers.scans.queries import QueryFunction, queries
from pytest_reconaudit.readers.scans.row_classes import (
    RELATIONSHIPS,
    RowClass,
    RowField,
    RowSource,
    row_classes,
)
from pytest_reconaudit.target import Target, once

__all__ = [
    "KnownClass",
    "KnownClasses",
    "followed_on",
    "gone_through",
    "is_accessor",
    "is_apart",
    "is_loaded",
    "known_classes",
    "leads_to_many",
    "loaded_along",
    "loads_along",
    "meta_of",
    "model_of",
    "relation_of",
    "relationship_of",
    "rows_behind",
    "saves_by_itself",
    "table_of",
]


class KnownClass(Struct, frozen=True, eq=False):
    """A class and its file."""

    path: str
    own: RowClass


class Relation(Struct, frozen=True):
    """What a name of a model leads to."""

    target: str
    """The other model; empty when it is not known."""
    many: bool
    key: str = ""
    """The other model's key that leads back, when it is one."""


_TO_ONE = frozenset({"ForeignKey", "OneToOneField", "TreeForeignKey", "ParentalKey"})
_TO_MANY = frozenset(
    {"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField", "TaggableManager",
     "GenericRelation"}
)  # fmt: skip
_USERS = ("get_user_model()", "settings.AUTH_USER_MODEL", "AUTH_USER_MODEL")
_OPAQUE = regex(r"prefetch|eager|select_related|optimi|with_rel|for_api|for_list|for_serializ")
_COMMON = frozenset(
    {"get", "list", "get_object", "post", "put", "create", "update", "save", "filter", "all",
     "delete", "dispatch", "retrieve", "get_context_data", "__init__", "run", "handle"}
)  # fmt: skip
"""What too many things are called to be known by it."""
_MOST_BASES = 8


def leads_to_many(target: Target, path: str, model: str, name: str) -> bool:
    """Whether a name of a model of Django surely is the manager of many rows of another, which no
    manager of the model loads along.

    :param path: the file that names the model.
    """
    known = known_classes(target)
    found = known.find(model, path)
    if found is None or name in loaded_along(known, found, (), ()):
        return False
    relation = relation_of(known, found, name)
    return relation is not None and relation.many


def saves_by_itself(target: Target, path: str, table: str) -> bool:
    """Whether the model that a table is called by in Python has a ``save`` of its own, in itself or
    in a base, or keeps a history of its rows: no statement for many rows runs that."""
    known = known_classes(target)
    wanted = table.replace("_", "")
    for name, several in known.classes.items():
        if name.replace("_", "").lower() == wanted:
            found = known.find(several[0].own.name, path)
            inside, outside = known.lineage(found) if found is not None else ([], [])
            return any(
                "save" in one.own.defines
                or any(field.callee in _HISTORIES for field in one.own.fields)
                for one in inside
            ) or any(_HOOKED.search(base) for base in outside)
    return False


_HISTORIES = frozenset({"HistoricalRecords", "AuditlogHistoryField"})
_HOOKED = regex(r"Lifecycle|Audit(?!or)|Histor|Version(?:ed|able)|(?:^|_)audit(?!or)")
"""Bases that do something about each row that is saved."""


def followed_on(
    target: Target, path: str, model: str, name: str, line: int, further: str
) -> tuple[str, ...]:
    """The keys that a line follows on from the row that a key of a model of Django leads to:
    ``engagement``, ``product`` of ``finding.test.engagement.product``.

    :param further: the name that stands behind the key.
    """
    known = known_classes(target)
    current = known.find(model, path)
    text = target.lines(path)[line - 1][:_LONGEST_LINE]
    at = text.find(f".{name}.{further}")
    names = text[at + 1 :].split(".") if at >= 0 else [name, further]
    found: list[str] = []
    for word in names[:_MOST_FOLLOWED]:
        match = _LEADING_NAME.match(word)
        relation = relation_of(known, current, match[0]) if match and current is not None else None
        if match is None or relation is None or relation.many:
            break
        found.append(match[0])
        current = known.find(relation.target, path) if relation.target else None
        if match[0] != word:
            break
    return tuple(found[1:])


def gone_through(target: Target, path: str, model: str, name: str, line: int) -> tuple[str, ...]:
    """What a loop over the many rows that a name leads to asks of each of those in turn: ``lines``
    of ``for item in order.items.all():`` over ``item.lines.all()``."""
    known = known_classes(target)
    current = known.find(model, path)
    found: list[str] = []
    lines = target.lines(path)
    for _ in range(_MOST_FOLLOWED):
        relation = relation_of(known, current, name) if current is not None else None
        head = _FOR_ALL.match(lines[line - 1][:_LONGEST_LINE])
        if relation is None or not relation.many or head is None or head[2] != name:
            break
        current = known.find(relation.target, path) if relation.target else None
        inner = re.compile(rf"(?<![\w.]){re.escape(head[1])}\.([a-z_]\w*)\.all\(\)")
        name = ""
        first, last = body_of(lines, line, _MOST_BELOW)
        for number in range(first, last + 1):
            asked = inner.search(lines[number - 1][:_LONGEST_LINE])
            further = relation_of(known, current, asked[1]) if asked and current else None
            if asked is not None and further is not None and further.many:
                name, line = asked[1], number
                break
        if not name:
            break
        found.append(name)
    return tuple(found)


_FOR_ALL = regex(r"\s*for (\w+) in [\w.]*?\.?([a-z_]\w*)\.all\(\):\s*(?:#.*)?$")
_MOST_BELOW = 30
_LEADING_NAME = regex(r"[a-z_]\w*")
_LONGEST_LINE = 400
_MOST_FOLLOWED = 5


def rows_behind(target: Target, accessor: str) -> tuple[str, frozenset[str]] | None:
    """(model, keys that lead back) of the rows that a name of models of Django leads to."""
    found = known_classes(target).behind(accessor)
    return (found[0].own.name, found[1]) if found is not None else None


def is_accessor(target: Target, name: str) -> bool:
    """Whether some model of Django has many rows of another by a name."""
    known = known_classes(target)
    if name in known.holders:
        return True
    return any(one.many for several in known.back.values() if (one := several.get(name)))


def loads_along(target: Target, source: str) -> frozenset[str]:
    """What the functions of the project load along that an expression calls; ``*`` is all."""
    known = known_classes(target)
    found: set[str] = set()
    for name in _CALLED_BY_NAME.findall(source):
        found.update(known.loaders.get(name, ("*",) if _OPAQUE.search(name) else ()))
    return frozenset(found)


_CALLED_BY_NAME = regex(r"\b(?!select_related|prefetch_related)([a-z_]\w*)\(")


class KnownClasses(Struct, frozen=True, eq=False):
    """The classes of all files by name."""

    classes: Mapping[str, tuple[KnownClass, ...]]
    serializers: tuple[KnownClass, ...]
    views: tuple[KnownClass, ...]
    loaders: Mapping[str, tuple[str, ...]]
    """Function → what it loads along."""
    managers: Mapping[str, tuple[str, ...]]
    """Class → what its ``get_queryset`` loads along, whatever it is asked."""
    back: Mapping[str, Mapping[str, Relation]]
    """Model → the names by which others' keys lead back to it."""
    users: str
    """The project's own class of users."""
    sources: Mapping[str, tuple[RowSource, ...]]
    """Function → what it gives, by all functions of that name."""
    imports: Mapping[str, Mapping[str, str]]
    """File → class → the module that it is imported from."""
    found: dict[tuple[str, str], KnownClass | None]
    """What was asked for before: (name, file) → class."""
    holders: Mapping[str, tuple[KnownClass, ...]]
    """Name of a field of many rows → the models that have one."""
    relations: dict[tuple[int, str], Relation | None]
    """(model by its id, name) → what it leads to."""
    helpers: Mapping[str, tuple[str, str]]
    """Function → (the table that it surely asks each time, its file), of those that methods hand a
    row and that no other function is called as."""
    backrefs: Mapping[str, Mapping[str, RowField]]
    """Model of SQLAlchemy → the relationships that others give it: ``backref="customer"``."""

    def find(self, name: str, near: str) -> KnownClass | None:
        """The class that a name means in a file; ``None`` when several may be meant."""
        found = self.classes.get(name, ())
        if len(found) < 2:
            return found[0] if found else None
        if (name, near) not in self.found:
            self.found[name, near] = self._nearest(found, name, near)
        return self.found[name, near]

    def _nearest(self, found: tuple[KnownClass, ...], name: str, near: str) -> KnownClass | None:
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

    def behind(self, accessor: str) -> tuple[KnownClass, frozenset[str]] | None:
        """The model whose rows a name of other models leads to, wherever it is one of many rows,
        and the keys by which they lead back: such rows know where they were asked from. ``Order``
        of ``customer.orders.all()``; ``None`` when several models may be meant."""
        found: set[str] = set()
        keys: set[str] = set()
        for several in self.back.values():
            relation = several.get(accessor)
            if relation is not None:
                found.add(relation.target if relation.many else "")
                # One object for all rows, which keeps what it was asked for.
                keys.update((relation.key, f"~{relation.key}"))
        for one in self.holders.get(accessor, ()):
            found.update(
                _target_of(field, one.own.name, self.users)
                for field in one.own.fields
                if field.name == accessor
            )
        models = self.classes.get(found.pop(), ()) if len(found) == 1 else ()
        return (models[0], frozenset(keys)) if len(models) == 1 else None

    def lineage(self, one: KnownClass) -> tuple[list[KnownClass], list[str]]:
        """A class and its bases inside of the repository, nearest first; the names of the rest."""
        inside, outside = [one], []
        index = 0
        while index < len(inside) and len(inside) < _MOST_BASES:
            for base in inside[index].own.bases:
                found = self.find(base, inside[index].path)
                # A class may be called as the one of a library that it is made of.
                if found is None or found is inside[index]:
                    outside.append(base)
                elif found not in inside:
                    inside.append(found)
            index += 1
        return inside, outside


@once
def known_classes(target: Target) -> KnownClasses:
    classes: dict[str, list[KnownClass]] = {}
    serializers, views = [], []
    loaders: dict[str, tuple[str, ...]] = {}
    managers: dict[str, tuple[str, ...]] = {}
    imports: dict[str, dict[str, str]] = {}
    sources: dict[str, list[RowSource]] = {}
    for path, file in scanned(target, row_classes).items():
        if is_apart(target, path):
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
            one = KnownClass(path, own)
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
    holders: dict[str, tuple[KnownClass, ...]] = {}
    for one in (one for several in classes.values() for one in several):
        for field in one.own.fields:
            if field.callee in _TO_MANY:
                holders[field.name] = (*holders.get(field.name, ()), one)
    return KnownClasses(
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
        holders,
        {},
        _helpers(target, classes),
        _backrefs(classes),
    )


def _helpers(target: Target, classes: Mapping[str, list[KnownClass]]) -> dict[str, tuple[str, str]]:
    handed = {
        name
        for several in classes.values()
        for one in several
        for method in one.own.methods
        for name, _ in method.calls
        if not hasattr(builtins, name)
    }
    if not handed:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for path, file in scanned(target, queries).items():
        if path.endswith(".py") and not is_test_path(path):
            for function in file.functions:
                if function.name in handed:
                    asked = "" if function.cached or function.queued else _asked_by(function)
                    found.setdefault(function.name, []).append((asked, path))
    defined = Counter(
        (function.name, bool(function.owner))
        for path, outlined in scanned(target, outline).items()
        if path.endswith(".py") and not is_test_path(path)
        for function in outlined.functions
        if function.name in found
    )
    return {
        name: asked[0]
        for name, asked in found.items()
        if len(asked) == 1 and asked[0][0] and (defined[name, False], defined[name, True]) == (1, 0)
    }


def _asked_by(function: QueryFunction) -> str:
    """The table of the first read that a function sends whenever it is called."""
    return next(
        (
            one.table
            for one in function.queries
            if one.kind in ("select", "count")
            and one.table
            and one.library == "django"
            and not (one.conditional or one.some or one.loops or one.excused)
        ),
        "",
    )


def is_apart(target: Target, path: str) -> bool:
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


def _back(classes: Mapping[str, list[KnownClass]], users: str) -> dict[str, dict[str, Relation]]:
    found: dict[str, dict[str, Relation]] = {}
    for name, several in classes.items():
        for field in (field for one in several for field in one.own.fields):
            if field.callee not in _TO_ONE and field.callee not in _TO_MANY:
                continue
            if field.callee == "GenericRelation":
                continue  # the other rows have a key to any model
            related = next((text for key, text in field.keywords if key == "related_name"), "")
            accessor = related.strip("\"'")
            one = field.callee == "OneToOneField"
            if not accessor:
                accessor = name.lower() if one else f"{name.lower()}_set"
            if accessor.isidentifier():
                other = _target_of(field, name, users)
                back = field.name if field.callee in _TO_ONE else ""
                found.setdefault(other, {})[accessor] = Relation(name, not one, back)
    return found


_BACKREF = regex(r"(?:(?:\w+\.)?backref\(\s*)?[\"'](\w+)[\"']")
_LAZY = regex(r"\blazy\s*=\s*([\"']?\w+)")


def _backrefs(classes: Mapping[str, list[KnownClass]]) -> dict[str, dict[str, RowField]]:
    found: dict[str, dict[str, RowField]] = {}
    for name, several in classes.items():
        for field in (field for one in several for field in one.own.fields):
            given = dict(field.keywords).get("backref", "") if field.callee in RELATIONSHIPS else ""
            match = _BACKREF.match(given)
            other = field.first.strip("\"'").rpartition(".")[2]
            if match is None or not other.isidentifier():
                continue
            lazy = _LAZY.search(given)
            keywords = (("lazy", lazy[1]),) if lazy is not None else ()
            own = RowField(match[1], field.line, field.callee, name, keywords)
            found.setdefault(other, {})[match[1]] = own
    return found


def table_of(known: KnownClasses, name: str, near: str) -> KnownClass | None:
    """The model of SQLAlchemy that a name means; schemas are often called as their model is."""
    found = [
        one
        for one in known.classes.get(name, ())
        if any(field.callee in _OF_TABLES for field in one.own.fields)
    ]
    return found[0] if len(found) == 1 else known.find(name, near)


_OF_TABLES = RELATIONSHIPS | {"Column", "mapped_column"}


def relationship_of(known: KnownClasses, model: KnownClass, name: str) -> RowField | None:
    """The relationship of SQLAlchemy that a model's name is, its own or another's ``backref``."""
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            if field.name == name:
                return field if field.callee in RELATIONSHIPS else None
        found = known.backrefs.get(one.own.name, {}).get(name)
        if found is not None:
            return found
    return None


def _target_of(field: RowField, own: str, users: str) -> str:
    given = field.first or next((text for key, text in field.keywords if key == "to"), "")
    if given in _USERS:
        return users
    name = given.strip("\"'").rpartition(".")[2]
    return own if name == "self" else name


def loaded_along(
    known: KnownClasses, model: KnownClass, own: Iterable[str], called: Iterable[str]
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


def model_of(known: KnownClasses, serializer: KnownClass) -> KnownClass | None:
    given = meta_of(known, serializer, "model")
    if given is None:
        return None
    name = known.users if given[0] in _USERS else given[0].rpartition(".")[2]
    return known.find(name, serializer.path)


def meta_of(known: KnownClasses, serializer: KnownClass, name: str) -> tuple[str, int, str] | None:
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


def relation_of(known: KnownClasses, model: KnownClass, name: str) -> Relation | None:
    asked = (id(model), name)
    if asked not in known.relations:
        known.relations[asked] = _leads(known, model, name)
    return known.relations[asked]


def _leads(known: KnownClasses, model: KnownClass, name: str) -> Relation | None:
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            if field.name == name:
                if field.callee in _TO_ONE or field.callee in _TO_MANY:
                    return Relation(
                        _target_of(field, model.own.name, known.users), field.callee in _TO_MANY
                    )
                return Relation("", False) if field.callee == "GenericForeignKey" else None
        found = known.back.get(one.own.name, {}).get(name)
        if found is not None:
            return found
    return None


def is_loaded(name: str, loaded: frozenset[str]) -> bool:
    return any(one == name or one.startswith(f"{name}__") for one in loaded)
