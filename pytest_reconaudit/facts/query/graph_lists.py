"""The types of GraphQL that some query of the repository answers a list of."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    class_meant,
    function_at,
    outlined,
)
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.answers import runs_for_staff
from pytest_reconaudit.facts.query.askers import Asker, asker_of, asking_functions
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.graph_schema import read_graph_schema
from pytest_reconaudit.readers.scans.graph_fields import ROOT, GraphAnswer, graph_fields
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["GraphList", "asker_of_message", "graph_handlers", "lists_of", "type_key"]


class GraphList(Struct, frozen=True):
    """A way in which clients get a list of a type."""

    told: str
    """``Query.orders``, ``Query.customer.orders``."""
    at: Place
    severity: Severity
    """How much a query for each of its elements matters."""


_ITEMS = frozenset(
    {"items", "nodes", "edges", "data", "results", "rows", "records", "list", "content", "entries",
     "docs", "values", "result"}
)  # fmt: skip
"""What a page calls its elements."""
_EDGES = frozenset({"edges", "nodes"})
_PAGE = regex(
    r"^Paginated|(?:Connection|Pages?|Paginated|Pagination|Lists?|Results?|Response|Payload"
    r"|Collection|Output|Items|Set)$"
)
"""A type that holds the elements of one list, by its name."""
_LISTING = regex(r"^Paginated|(?:Connection|Pages?|Paginated|Pagination|Lists?)$")
"""One whose only list is that of its elements, whatever that is called."""
_NAMESPACE = regex(r"[a-z](?:Query|Queries)$")
"""A part of the root: ``type Query { users: UserQuery }``."""
_DEEPEST = 6
_MOST_PASSED = 1
"""Types that a client goes through before it gets to a list; further ways are seldom gone."""
_SHORT = 10


class _Field(Struct, frozen=True):
    own: GraphAnswer
    path: str
    of: str
    """The key of its type."""
    answered: bool
    """A function answers it: it is more than what its parent may bring along, or not."""


def type_key(target: Target, path: str, name: str, *, by_name: bool) -> str:
    """What tells the type that a file means by a name from others that are called so."""
    if by_name:
        return f"*{name}"
    meant = class_meant(target, path, name)
    if meant is not None:
        return f"{meant[1]} of {meant[0]}"
    homes = _homes(target).get(name, ())
    return f"{name} of {homes[0]}" if len(homes) == 1 else f"{name} of ?"


@once
def _homes(target: Target) -> dict[str, tuple[str, ...]]:
    """Class → the files that declare it, of those that a schema names."""
    named = {
        name
        for one in scanned(target, graph_fields).values()
        for name in (
            *(each.of for each in one.answers if not each.by_name),
            *(each.owner for each in one.answers if not each.by_name),
            *(each.type for each in one.resolvers if not each.by_name),
        )
    }
    found: dict[str, list[str]] = {}
    for path, one in scanned(target, outline).items() if named else ():
        if not is_test_path(path):
            for declared in one.types:
                if declared.kind == "class" and declared.name in named:
                    found.setdefault(declared.name, []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


@once
def _fields(target: Target) -> dict[str, list[_Field]]:
    """Key of a type → its fields that answer with other types."""
    found: dict[str, list[_Field]] = {}
    methods: dict[str, tuple[str, GraphAnswer]] = {}
    """Field of the root → the method that answers it, where a schema's text has its type."""
    every = [
        (path, each)
        for path, one in scanned(target, graph_fields).items()
        if not is_test_path(path)
        for each in one.answers
    ]
    every += [
        (path, each)
        for path in target.files
        if path.endswith((".graphql", ".graphqls", ".gql")) and not is_test_path(path)
        for each in target.parse(read_graph_schema, path)
    ]
    resolved = {
        (type_key(target, path, each.type, by_name=each.by_name), each.field)
        for path, one in scanned(target, graph_fields).items()
        if not is_test_path(path)
        for each in one.resolvers
    }
    for path, each in every:
        if not each.of and each.owner == ROOT:
            methods[each.name] = (path, each)
    for path, each in every:
        if not each.of:
            continue
        if each.by_name and each.owner == ROOT and each.name in methods:
            there, method = methods[each.name]
            of = type_key(target, path, each.of, by_name=True)
            own = GraphAnswer(
                ROOT, each.name, each.of, each.many, method.line, method.method, each.narrow, True
            )
            found.setdefault(ROOT, []).append(_Field(own, there, of, True))
            continue
        owner = (
            ROOT if each.owner == ROOT else type_key(target, path, each.owner, by_name=each.by_name)
        )
        of = type_key(target, path, each.of, by_name=each.by_name)
        answered = bool(each.method) or (owner, each.name) in resolved
        found.setdefault(owner, []).append(_Field(each, path, of, answered))
    return found


class _Step(Struct, frozen=True):
    of: str
    many: bool
    told: str
    at: Place
    severity: Severity
    passed: tuple[str, ...] = ()
    """The types on the way that are more than a page or a part of the root."""


@once
def _lists(target: Target) -> dict[str, tuple[GraphList, ...]]:
    fields = _fields(target)
    found: dict[str, dict[str, GraphList]] = {}
    level = [
        _Step(
            one.of,
            one.own.many,
            f"{ROOT}.{one.own.name}",
            Place(one.path, one.own.line, 1),
            _weight(target, one),
        )
        for one in fields.get(ROOT, ())
    ]
    best: dict[tuple[str, bool], tuple[Severity, int]] = {}
    for _ in range(_DEEPEST):
        further: list[_Step] = []
        for step in level:
            if step.many:
                listed = GraphList(step.told, step.at, step.severity)
                known = found.setdefault(step.of, {})
                known.setdefault(step.told, listed)
            worth = (step.severity, -len(step.passed))
            before = best.get((step.of, step.many))
            if before is not None and before >= worth:
                continue
            best[step.of, step.many] = worth
            further += _below(fields.get(step.of, ()), step)
        level = further
    return {
        of: tuple(sorted(ways.values(), key=lambda one: (-one.severity, one.told.count("."))))
        for of, ways in found.items()
    }


def _below(fields: Sequence[_Field], step: _Step) -> list[_Step]:
    """What the fields of a type answer with."""
    name = step.of.partition(" of ")[0].lstrip("*")
    names = {one.own.name for one in fields}
    root = not step.many and _NAMESPACE.search(name) is not None
    page = not step.many and (bool(names & _EDGES) or _PAGE.search(name) is not None)
    page = page and all(one.of != step.of for one in fields)  # a tree is no page of itself
    edge = step.many and "node" in names
    lists = [one.own.name for one in fields if one.own.many]
    items = _ITEMS.union(lists if len(lists) == 1 and _LISTING.search(name) else ())
    found = []
    for one in fields:
        same = (page and one.own.name in items) or (edge and one.own.name == "node")
        passed = step.passed if same or root else (*step.passed, step.of)
        if len(passed) > _MOST_PASSED or one.of in passed:
            continue
        if not (same or root or one.answered):
            continue
        severity = step.severity if same or root else min(step.severity, Severity.LOW)
        if root and one.own.narrow:
            severity = Severity.LOW
        found.append(
            _Step(
                one.of,
                step.many or one.own.many,
                step.told if same else f"{step.told}.{one.own.name}",
                Place(one.path, one.own.line, 1) if root else step.at,
                severity,
                passed,
            )
        )
    return found


def lists_of(target: Target, key: str) -> tuple[GraphList, ...]:
    """The ways in which clients get a list of a type, those that matter most first; none where
    it is only ever answered alone."""
    return _lists(target).get(key, ())


# -- how much a list matters -----------------------------------------------------------------


def _weight(target: Target, field: _Field) -> Severity:
    """Low for the rows of one parent, for what is cut off early, for those who run the platform."""
    own = field.own
    if own.narrow or _STAFF.search(field.path):
        return Severity.LOW
    if not own.method:
        return Severity.MEDIUM
    if runs_for_staff(target, field.path, own.method):
        return Severity.LOW
    ref = function_at(target, field.path, own.method)
    return Severity.LOW if ref is not None and _is_short(target, ref) else Severity.MEDIUM


def _is_short(target: Target, ref: Ref) -> bool:
    """Whether all rows that a function asks for are no more than a few."""
    asking = asking_functions(target)
    own = asking.get((ref.path, outlined(target, ref).line))
    every = [own] if own is not None else []
    for _, refs in callees(target, ref):
        if refs and len(refs) == 1 and (one := asker_of(target, refs[0], asking)) is not None:
            every.append(one)
    limits = [query.limit for one in every for query in one.function.queries if query.many]
    return bool(limits) and all(_NUMBER.match(one) and int(one) <= _SHORT for one in limits)


_STAFF = regex(r"(?:^|/)(?:\w+[-_])?(?:admin|private|internal|staff|back-?office)(?=[/_.-])")
_NUMBER = regex(r"\d{1,4}$")


# -- messages --------------------------------------------------------------------------------


@once
def graph_handlers(target: Target) -> dict[str, tuple[Ref, ...]]:
    """Message → the methods that are run for it: ``@QueryHandler(ListOrders)``."""
    found: dict[str, list[Ref]] = {}
    for path, one in scanned(target, graph_fields).items():
        for message, line in one.handlers:
            ref = function_at(target, path, line)
            if ref is not None and not is_test_path(path):
                found.setdefault(message, []).append(ref)
    return {message: tuple(refs) for message, refs in found.items()}


def asker_of_message(target: Target, message: str) -> Asker | None:
    """The function that asks the database whenever a message is sent; ``None`` where the class is
    none of a message, or that cannot be told."""
    refs = graph_handlers(target).get(message, ())
    return asker_of(target, refs[0], asking_functions(target)) if len(refs) == 1 else None
