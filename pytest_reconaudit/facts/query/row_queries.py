"""The queries that a serializer, a method or a property makes for one row of a model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    Relation,
    is_loaded,
    known_classes,
    meta_of,
    relation_of,
)
from pytest_reconaudit.facts.query.python_fixes import model_name
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.row_classes import RowField, RowMethod, RowRead
from pytest_reconaudit.target import Target

__all__ = ["ELSEWISE", "RowQuery", "asks_by", "once_each", "queries_of_reads", "queries_of_row"]


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
    beyond: tuple[str, ...] = ()
    """What rows follow from there, each step a query more: ``challenge.creator``."""
    also: tuple[str, ...] = ()
    """What some rows alone follow from there."""
    fetched: tuple[str, ...] = ()
    """What some rows have many of there, which a statement of its own loads along."""
    only_key: bool = False
    """Nothing but the other row's key is read of it, which the row itself has."""

    @property
    def told(self) -> str:
        """What it asks for, with what is followed from there: ``Order.customer.country``."""
        what, by, way = self.what.partition(" (")
        if len(self.beyond) == 1:
            what = f"{what}.{self.beyond[0]}"
        elif self.beyond:
            what = f"{what} and its {', '.join(self.beyond)}"
        return f"{what}{by}{way}"

    @property
    def loads(self) -> tuple[tuple[str, bool], ...]:
        """(what loads all of it along, whether a JOIN brings it)."""
        if not self.load or self.only_key:
            return ()
        every = _longest((*self.beyond, *self.also))
        paths = [f"{self.load}__{one.replace('.', '__')}" for one in every]
        further = [f"{self.load}__{one.replace('.', '__')}" for one in self.fetched]
        return (
            *((path, self.joined) for path in paths or [self.load]),
            *((path, False) for path in further),
        )


_SERIALIZER = regex(r"\w*ModelSerializer$|Serializer$")
ELSEWISE = regex(
    r"Prefetch|Eager|Optimi[sz]|Auto|Dynamic|Flex|Expand|Sparse|Queryable|Virtual|Polymorphic|Fast"
)
"""Bases that load along what their serializer needs, or serialize what the request asks for."""
_LEAVES_OUT = regex(r"DynamicFieldsMixin$|FlexFields\w*$")
"""Libraries' own, by which a request may name fields: all are there until it does."""

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
_NAMES = regex(r"[\"'](\w+)[\"']")
_INHERITS = regex(r"(\w+)\.Meta\.fields")
_DEEPEST = 3


def asks_by(target: Target, path: str, model: str, name: str, loaded: frozenset[str]) -> str:
    """What a property or a method of a model surely makes a query for, whatever its row is:
    ``Order.customer``, ``Order.lines.count()``; empty when it makes none.

    :param path: the file that names the model.
    """
    known = known_classes(target)
    found = known.find(model, path)
    if found is None:
        return ""
    asked = next(iter(_of_method(known, found, name, loaded, Place(path, 1, 1))), None)
    if asked is not None and asked.joined and "__" in asked.load:
        # By the row, of which it is loaded along: `Order.customer.country`.
        return f"{found.own.name}.{asked.load.replace('__', '.')}"
    return asked.what.partition(" (")[0] if asked is not None else ""


def once_each(queries: Iterable[RowQuery]) -> tuple[RowQuery, ...]:
    """A row that is followed by its key is there for the second time."""
    found: dict[tuple[str, Place | None, str], RowQuery] = {}
    for one in queries:
        what = one.what.partition(" (")[0]
        key = (what, one.place, one.what) if one.again else (what, None, "")
        before = found.setdefault(key, one)
        if before is not one and before.only_key and not one.only_key:
            found[key] = before = replace(before, only_key=False)
        if before is not one and (one.beyond or one.also or one.fetched):
            beyond = _longest((*before.beyond, *one.beyond))
            fetched = tuple(dict.fromkeys((*before.fetched, *one.fetched)))
            also = (*before.also, *one.also)
            found[key] = replace(before, beyond=beyond, also=also, fetched=fetched)
    return tuple(found.values())


def _longest(paths: Iterable[str]) -> tuple[str, ...]:
    """Dotted paths without those that others go through."""
    every = tuple(dict.fromkeys(paths))
    return tuple(one for one in every if not any(other.startswith(f"{one}.") for other in every))


def queries_of_row(
    known: KnownClasses,
    serializer: KnownClass,
    model: KnownClass,
    loaded: frozenset[str],
    depth: int,
) -> Iterator[RowQuery]:
    """The queries that a serializer makes for each row of a model."""
    if "*" in loaded:
        return
    inside, outside = known.lineage(serializer)
    others = (one for one in outside if _LEAVES_OUT.match(one) is None)
    if any(map(ELSEWISE.search, (*others, *(one.own.name for one in inside)))):
        return
    if not any(map(_SERIALIZER.match, outside)):
        return
    own_way = any("to_representation" in one.own.defines for one in inside)
    names, line, home = _serialized_names(known, serializer)
    excluded = _excluded(known, serializer)
    for one in inside:
        for method in one.own.methods:
            if method.name == "to_representation":
                yield from _of_reads(known, one.path, method, model, loaded)
    alone = own_way and not any("to_representation" in one.own.called for one in inside)
    if alone or (names is None and excluded is None and own_way):
        return  # what its fields are made by, nothing asks
    declared: dict[str, tuple[KnownClass, RowField]] = {}
    dropped: set[str] = set()
    for one in inside:
        for field in one.own.fields:
            if field.name not in dropped:
                declared.setdefault(field.name, (one, field))
        # ``customer = None`` takes out what a base declares.
        dropped.update(name for name, source, _ in one.own.attributes if source == "None")
    for name, (one, field) in declared.items():
        keywords = dict(field.keywords)
        if keywords.get("write_only") == "True" or (own_way and depth):
            continue
        if {"fields", "exclude", "omit", "expand"} & set(keywords):
            continue
        unnamed = one is not serializer and name not in (names or ())
        if unnamed and (excluded is None or name in excluded):
            continue
        if one is serializer and names and name not in names:
            continue
        yield from _of_field(known, inside, one, field, model, loaded, depth)
    more = meta_of(known, serializer, "extra_kwargs")
    unread = frozenset(_WRITE_ONLY.findall(more[0]) if more is not None else ())
    if excluded is not None:
        apart = {*excluded, *declared, *unread}
        yield from _lists_of(known, serializer, model, loaded, apart)
    if names is None:
        return
    for name in names:
        if name in declared or name in unread:
            continue
        place = Place(home, names[name] or line, 1)
        relation = relation_of(known, model, name)
        if relation is None:
            yield from _of_method(known, model, name, loaded, place)
        elif (relation.many or relation.key) and not is_loaded(name, loaded):
            yield RowQuery(f"{model.own.name}.{name}", place, False, name, not relation.many)


def _excluded(known: KnownClasses, serializer: KnownClass) -> frozenset[str] | None:
    """The names that a serializer leaves out which takes all others (``fields = "__all__"``,
    ``exclude``); ``None`` of those that name what they take."""
    fields = meta_of(known, serializer, "fields")
    if fields is not None:
        every = fields[0].strip("\"'") == "__all__" or fields[0].endswith("ALL_FIELDS")
        return frozenset() if every else None
    exclude = meta_of(known, serializer, "exclude")
    if exclude is None or exclude[0][:1] not in "[(":
        return None
    return frozenset(_NAMES.findall(exclude[0]))


def _lists_of(
    known: KnownClasses,
    serializer: KnownClass,
    model: KnownClass,
    loaded: frozenset[str],
    apart: Collection[str],
) -> Iterator[RowQuery]:
    """The queries for the keys of what a model has many of, which a serializer of all its fields
    takes unasked.

    :param apart: names that it declares itself or leaves out.
    """
    given = meta_of(known, serializer, "fields") or meta_of(known, serializer, "exclude")
    place = Place(given[2], given[1], 1) if given is not None else Place(serializer.path, 1, 1)
    inside, _ = known.lineage(model)
    for one in inside:
        for field in one.own.fields:
            many = field.callee in _MANY_TO_MANY and field.name not in apart
            if many and not is_loaded(field.name, loaded):
                yield RowQuery(f"{model.own.name}.{field.name}", place, False, field.name, False)


_MANY_TO_MANY = frozenset({"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField"})


_WRITE_ONLY = regex(r"[\"'](\w+)[\"']\s*:\s*\{[^{}]{0,300}[\"']write_only[\"']\s*:\s*True")


def _serialized_names(
    known: KnownClasses, serializer: KnownClass, depth: int = 0
) -> tuple[dict[str, int] | None, int, str]:
    """(name → line or 0, line, file) of what ``Meta.fields`` names; ``None`` when it is not
    plain."""
    given = meta_of(known, serializer, "fields")
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
    known: KnownClasses,
    inside: list[KnownClass],
    owner: KnownClass,
    field: RowField,
    model: KnownClass,
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
        relation = relation_of(known, model, source)
        # The key of a one-to-one relation stands with the other row.
        elsewhere = relation is not None and (relation.many or relation.key != "")
        if relation is not None and elsewhere and not is_loaded(source, loaded):
            yield RowQuery(f"{model.own.name}.{source}", place, False, source, not relation.many)
        return
    if nested is None and field.callee in _PLAIN_FIELDS and len(names) == 1:
        yield from _of_method(known, model, names[0], loaded, place)
        return
    first = _followed(known, model, names, loaded)
    relation = relation_of(known, model, source)
    other = known.find(relation.target, model.path) if relation is not None else None
    if first is not None and nested is not None and len(names) > 1:
        yield replace(_to_rows(known, model, names, nested, first), place=place)
        return
    if first is not None:
        if nested is not None and other is not None and depth < _DEEPEST:
            mirror = _mirror(known, model, source, other)
            under_it = _under(known, nested, other, relation, mirror)
            many = _under(known, nested, other, relation, mirror, many=True)
            first = replace(first, also=(*first.also, *under_it), fetched=tuple(many))
        yield replace(first, place=place)
        return
    if nested is not None and other is not None and depth < _DEEPEST:
        under = source.replace(".", "__")
        below = (
            frozenset(
                f"{mark}{name.removeprefix(f'{mark}{under}__')}"
                for name in loaded
                for mark in ("", "~")
                if name.startswith(f"{mark}{under}__")
            )
            | _back(relation, loaded)
            | _mirror(known, model, source, other)
        )
        shared = _is_shared(under, relation, loaded)
        for one_below in queries_of_row(known, nested, other, below, depth + 1):
            if shared and one_below.joined:
                continue
            load = f"{source.replace('.', '__')}__{one_below.load}" if one_below.load else ""
            joined = one_below.joined and relation is not None and not relation.many
            yield replace(one_below, load=load, joined=joined)


def _to_rows(
    known: KnownClasses,
    model: KnownClass,
    names: tuple[str, ...],
    nested: KnownClass,
    first: RowQuery,
) -> RowQuery:
    """The query of a nested serializer's dotted source, with the rows that it leads to in the end
    (``source="cart.items"``): each step a query more, and what each of those rows asks for."""
    current: KnownClass | None = model
    relation = None
    for name in names:
        relation = relation_of(known, current, name) if current is not None else None
        if relation is None or current is None:
            return first
        current = known.find(relation.target, current.path)
    if relation is None or not relation.many or not first.load:
        return first
    under = tuple(_under(known, nested, current, relation)) if current is not None else ()
    what = f"{model.own.name}.{'.'.join(names)}"
    load = "__".join(names)
    return replace(first, what=what, load=load, joined=False, beyond=(), also=under)


def _back(relation: Relation | None, loaded: frozenset[str]) -> frozenset[str]:
    """What rows have with them that a name of their parent leads to: the parent, from which they
    were asked, and what was loaded along with it."""
    if relation is None or not relation.key:
        return frozenset()
    back = relation.key
    return frozenset({back, f"~{back}", *(f"{back}__{one}" for one in loaded if one[:1] != "~")})


def _mirror(
    known: KnownClasses, model: KnownClass, name: str, other: KnownClass | None
) -> frozenset[str]:
    """The name of a one-to-one relation's other end, which Django fills in when this end is
    followed: the row that was started from."""
    if other is None:
        return frozenset()
    return frozenset(
        accessor
        for accessor, one in known.back.get(other.own.name, {}).items()
        if not one.many and one.key == name and one.target == model.own.name
    )


def _under(
    known: KnownClasses,
    nested: KnownClass,
    other: KnownClass,
    relation: Relation | None,
    there: frozenset[str] = frozenset(),
    *,
    many: bool = False,
) -> Iterator[str]:
    """What has to be loaded along with the rows that a relation leads to, dotted.

    :param there: names that those rows have without asking.
    :param many: what the one row has many of, instead, which no JOIN brings.
    """
    to_one = relation is not None and not relation.many
    if many and not to_one:
        return
    loaded = _back(relation, frozenset()) | there
    for one in queries_of_row(known, nested, other, loaded, _DEEPEST):
        for load, joined in one.loads:
            if joined is not many or not to_one:
                yield load.replace("__", ".")


def _is_shared(path: str, relation: Relation | None, loaded: frozenset[str]) -> bool:
    """Whether rows that lead to the same one have the same object of it, on which what it leads to
    in turn is kept once it was asked for: a statement of its own brought them."""
    if relation is None or relation.many or f"~{path}" not in loaded:
        return False
    # By a JOIN each row gets an object of its own.
    return not any(
        f"~{one}" not in loaded for one in loaded if one == path or one.startswith(f"{path}__")
    )


def _followed(
    known: KnownClasses, model: KnownClass, names: tuple[str, ...], loaded: frozenset[str]
) -> RowQuery | None:
    """The first relation of a dotted name that goes to the database for a row."""
    current, path = model, ""
    nowhere = Place(model.path, 1, 1)
    joined, shared = True, False
    for index, name in enumerate(names):
        relation = relation_of(known, current, name)
        if relation is None:
            return None
        path = f"{path}__{name}" if path else name
        # What is no key to one known model is no JOIN.
        joined = joined and not relation.many and relation.target != ""
        following = names[index + 1] if index + 1 < len(names) else ""
        again = following in _ASKED_AGAIN
        if not is_loaded(path, loaded):
            again = again or following in _ASKED - {"all"}
        if index and relation.many and again:
            return RowQuery(f"{current.own.name}.{name}.{following}()", nowhere)
        if not is_loaded(path, loaded):
            if shared and joined:
                return None
            beyond = _beyond(known, current, relation, names[index + 1 :])
            what = f"{current.own.name}.{name}"
            # The row has the key in a column of its own, as ``order_id``.
            key = index == 0 and names[1:] in (("id",), ("pk",)) and not relation.key
            key = key and not relation.many and relation.target != ""
            return RowQuery(what, nowhere, False, path, joined, beyond, only_key=key)
        shared = shared or _is_shared(path, relation, loaded)
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


def _beyond(
    known: KnownClasses, model: KnownClass, relation: Relation, names: tuple[str, ...]
) -> tuple[str, ...]:
    """What is followed from the one row that a relation leads to, while that is a key in turn."""
    followed: list[str] = []
    for name in names:
        other = known.find(relation.target, model.path) if not relation.many else None
        further = relation_of(known, other, name) if other is not None else None
        if other is None or further is None or further.many:
            break
        followed.append(name)
        model, relation = other, further
    return (".".join(followed),) if followed else ()


def _of_reads(
    known: KnownClasses, path: str, method: RowMethod, model: KnownClass, loaded: frozenset[str]
) -> Iterator[RowQuery]:
    """The queries of a serializer's method for a row that it is given."""
    further: dict[str, tuple[str, ...]] = {}
    for read in method.further:
        some = _of_read(known, model, read, loaded)
        if some is not None and some.beyond:
            further[some.what] = (*further.get(some.what, ()), *some.beyond)
    for one in queries_of_reads(known, path, method.reads, model, loaded):
        yield replace(one, also=further.get(one.what, ()))
    for name, line in method.asks:
        yield RowQuery(f"{name} by each {model.own.name}", Place(path, line, 1))
    for name, line in method.calls:
        table, home = known.helpers.get(name, ("", ""))
        if table and (home == path or name in known.imports.get(path, ())):
            yield RowQuery(f"{model_name(table)} (by {name})", Place(path, line, 1))


def queries_of_reads(
    known: KnownClasses,
    path: str,
    reads: Iterable[RowRead],
    model: KnownClass,
    loaded: frozenset[str],
) -> Iterator[RowQuery]:
    """The queries that what a file reads of a row makes."""
    for read in reads:
        found = _of_read(known, model, read, loaded)
        place = Place(path, read.line, 1)
        if found is not None:
            yield replace(found, place=place)
            if found.load and found.joined:
                # Behind the row that a key leads to, a manager asks whatever is loaded along.
                there = {found.load, *(path for path, _ in found.loads)}
                further = _of_read(known, model, read, loaded | there)
                if further is not None and further.again:
                    yield replace(further, place=place)
        elif relation_of(known, model, read.names[0]) is None:
            yield from _of_method(known, model, read.names[0], loaded, place)


def _of_read(
    known: KnownClasses, model: KnownClass, read: RowRead, loaded: frozenset[str]
) -> RowQuery | None:
    relation = relation_of(known, model, read.names[0])
    if relation is None:
        return None
    name = read.names[0]
    if relation.many:
        asked = read.names[1] if len(read.names) > 1 else ""
        if asked not in _ASKED and asked not in _ASKED_AGAIN:
            return None
        if is_loaded(name, loaded) and asked not in _ASKED_AGAIN:
            return None
        load = name if asked == "all" else ""
        return RowQuery(f"{model.own.name}.{name}.{asked}()", Place(model.path, 1, 1), True, load)
    return _followed(known, model, read.names, loaded)


def _of_method(
    known: KnownClasses, model: KnownClass, name: str, loaded: frozenset[str], place: Place
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
