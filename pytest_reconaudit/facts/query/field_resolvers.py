"""Fields of GraphQL whose functions query the database for each parent of a list."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import function_at, outlined, source_of
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.answers import runs_for_staff
from pytest_reconaudit.facts.query.askers import (
    Asker,
    Askers,
    asker_meant,
    asking_functions,
    asking_names,
    sent_each_time,
)
from pytest_reconaudit.facts.query.embedded import keeps_in_a_file
from pytest_reconaudit.facts.query.graph_lists import (
    GraphList,
    asker_of_message,
    lists_of,
    type_key,
)
from pytest_reconaudit.facts.query.list_words import GROUPED, KEYS, dialect_of
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.occasions import is_one_off, runs_apart
from pytest_reconaudit.facts.query.table_names import told_as
from pytest_reconaudit.facts.query.tables import READS, WRITES
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.graph_calls import has_already
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.graph_fields import GraphResolver, graph_fields
from pytest_reconaudit.readers.scans.queries import LoopedCall, QueryCall
from pytest_reconaudit.target import Target, once

__all__ = ["FieldQueries", "FieldQuery", "ResolvedField", "field_queries"]

_AT_ONCE = frozenset({"findUnique", "findUniqueOrThrow"})
"""Prisma makes one statement of those that are asked for in one tick."""
_KEPT = regex(r"(?i)cache|memoi[sz]e|loader|dataload")
_MOST_TOLD, _MOST_FIELDS, _MOST_WAYS = 3, 5, 2


class FieldQuery(Struct, frozen=True):
    """A statement that a field's function sends for its parent."""

    line: int
    what: str
    """``a SELECT of species``."""
    kind: str
    library: str
    some: bool = False
    """It is not sent for every parent."""
    via: str = ""
    """The function that sends it, when the field's only calls it."""
    via_place: Place | None = None


class ResolvedField(Struct, frozen=True):
    field: str
    line: int
    queries: tuple[FieldQuery, ...]

    @property
    def told(self) -> str:
        """``species makes a SELECT of species (line 9)``."""
        shown = [
            f"{one.what} ({f'by {one.via}, ' if one.via else ''}"
            f"{'for some, ' if one.some else ''}line {one.line})"
            for one in self.queries[:_MOST_TOLD]
        ]
        more = len(self.queries) - _MOST_TOLD
        rest = f" and {more} more" if more > 0 else ""
        return f"{self.field} makes {', '.join(shown)}{rest}"


class FieldQueries(Struct, frozen=True):
    """The fields of one type whose functions, in one class, query for each parent."""

    path: str
    owner: str
    type: str
    fields: tuple[ResolvedField, ...]
    lists: tuple[GraphList, ...]
    severity: Severity

    @property
    def at(self) -> Place:
        return Place(self.path, self.fields[0].queries[0].line, 1)

    @property
    def told(self) -> str:
        """``OrderResolver asks for each Order of a list: …``."""
        shown = "; ".join(one.told for one in self.fields[:_MOST_FIELDS])
        rest = self.fields[_MOST_FIELDS:]
        more = f"; likewise {', '.join(one.field for one in rest)}" if rest else ""
        ways = ", ".join(f"{one.told} ({one.at})" for one in self.lists[:_MOST_WAYS])
        others = len(self.lists) - _MOST_WAYS
        ways += f" and {others} more" if others > 0 else ""
        return (
            f"{self.owner} asks the database for each {self.type} of a list:"
            f" {shown}{more}; runs for {ways}"
        )

    @property
    def places(self) -> tuple[tuple[Place, str], ...]:
        """Where its other statements stand, and where lists of its type are answered."""
        found: dict[Place, str] = {}
        for field in self.fields:
            for one in field.queries:
                found.setdefault(Place(self.path, one.line, 1), f"{field.field}: {one.what}")
                if one.via_place is not None:
                    found.setdefault(one.via_place, f"{one.what} in {one.via}")
        for each in self.lists[:_MOST_WAYS]:
            found.setdefault(each.at, f"{each.told} answers a list of {self.type}")
        found.pop(self.at)
        return tuple(found.items())

    @property
    def cost(self) -> str:
        return "Each element costs a round trip of its own where a client selects the field."

    @property
    def evidence(self) -> str:
        return f"{self.owner}: {', '.join(one.field for one in self.fields)}"

    @property
    def key(self) -> str:
        return f"{self.owner} {self.type}"

    @property
    def remedy(self) -> str:
        """A loader for each request, in the words of the library that asks."""
        first = self.fields[0].queries[0]
        counts = first.kind == "count"
        by = (GROUPED if counts else KEYS).get(first.library, "")
        how = f"one {'grouped ' if counts else ''}statement for all keys{f' ({by})' if by else ''}"
        if self.path.endswith(".py"):
            loader = (
                "Give each request loaders of its own in the context (Strawberry:"
                " `strawberry.dataloader.DataLoader`; Graphene: `aiodataloader`), and let each"
                " field return `loader.load(key)`"
            )
        else:
            loader = (
                "Give each request loaders of its own (`new DataLoader(keys => …)` of"
                " `dataloader`, made in the context or by a request-scoped provider), and let each"
                " field return `loader.load(key)`"
            )
        return (
            f"{loader}: its batch function sends {how}, under the other conditions that it has"
            " now, and gives the answers back in the order of the keys. Or let the list's own query"
            " bring what the field needs along (a JOIN, `include`, `relations`), where clients"
            " mostly select it."
        )


@once
def field_queries(target: Target) -> dict[str, tuple[FieldQueries, ...]]:
    """File → the types of GraphQL whose fields query for each parent, one for each class."""
    found: dict[str, tuple[FieldQueries, ...]] = {}
    asking = asking_functions(target)
    for path, one in scanned(target, graph_fields).items():
        if not one.resolvers or is_test_path(path) or runs_apart(path):
            continue
        if path.endswith(".py") and keeps_in_a_file(target):
            continue
        classes: dict[tuple[str, str], list[GraphResolver]] = {}
        for each in one.resolvers:
            classes.setdefault((each.owner, each.type), []).append(each)
        judged = (
            _judged(target, path, owner, of, resolvers, asking)
            for (owner, of), resolvers in classes.items()
        )
        some = tuple(each for each in judged if each is not None)
        if some:
            found[path] = some
    return found


def _judged(
    target: Target,
    path: str,
    owner: str,
    of: str,
    resolvers: list[GraphResolver],
    asking: Askers,
) -> FieldQueries | None:
    lists = lists_of(target, type_key(target, path, of, by_name=resolvers[0].by_name))
    if not lists or small_by_name(_plain(of, path)):
        return None
    fields = []
    guarded = True
    for one in resolvers:
        sent = _sent(target, path, one, asking)
        if sent:
            fields.append(ResolvedField(one.field, one.line, sent))
            guarded = guarded and runs_for_staff(target, path, one.line)
    if not fields:
        return None
    severity = min(max(one.severity for one in lists), Severity.MEDIUM)
    if guarded:
        severity = min(severity, Severity.LOW)
    worst = tuple(one for one in lists if one.severity == lists[0].severity)
    return FieldQueries(path, owner, of, tuple(fields), worst, severity)


_SUFFIX = regex(
    r"(?<=[a-z])(?:Response|DTO|Dto|Model|Entity|Object|Node|GQL|Output|Payload|Schema)$"
)
_KIND = regex(r"(?<=[a-z])(?:Object)?Type$")


def _plain(of: str, path: str) -> str:
    """What a type is about, by its name."""
    name = _SUFFIX.sub("", of)
    return table_name(_KIND.sub("", name) if path.endswith(".py") else name)


def _sent(target: Target, path: str, one: GraphResolver, asking: Askers) -> tuple[FieldQuery, ...]:
    """What a field's function sends for each parent; nothing where it may have what it needs."""
    ref = function_at(target, path, one.line)
    if one.held or ref is None or is_one_off(one.function):
        return ()
    if _KEPT.search(source_of(target, ref)):
        return ()
    own = asking.get((path, one.line))
    if own is not None and (own.function.cached or _changes(own)):
        return ()
    found = list(_own(target, path, one, own)) if own is not None else []
    lines = {each.line for each in own.function.queries} if own is not None else set()
    for line, table in one.lazy:
        if line not in lines:
            lines.add(line)
            found.append(FieldQuery(line, f"a SELECT of {table}", "select", "django"))
    for each in _called(target, path, one, asking):
        if each.line not in lines:
            lines.add(each.line)
            found.append(each)
    found.sort(key=lambda each: (each.some, each.line))
    # What only some parents ask for is told beside what all of them do.
    return tuple(found) if found and not found[0].some else ()


def _changes(one: Asker) -> bool:
    return any(each.kind in WRITES for each in one.function.queries)


def _own(target: Target, path: str, one: GraphResolver, own: Asker) -> Iterator[FieldQuery]:
    when = {(each.name, each.line): each.when for each in one.calls}
    for query in own.function.queries:
        if query.kind not in READS or query.loops or _is_batched(query):
            continue
        if query.excused in ("remembered", "only row"):
            continue
        some = when.get((query.method, query.line), "some" if query.conditional else "") == "some"
        yield _told(target, path, query, query.line, some=some)


def _is_batched(query: QueryCall) -> bool:
    return query.library == "prisma" and query.method in _AT_ONCE


def _called(target: Target, path: str, one: GraphResolver, asking: Askers) -> Iterator[FieldQuery]:
    names = asking_names(target)
    for each in one.calls:
        if each.name not in names:
            continue
        sender = asker_meant(target, path, LoopedCall(each.name, each.line, ()), asking)
        if sender is not None:
            yield from _by(target, sender, each.name, each.line, some=each.when == "some")
    runs = [each.line for each in one.calls if each.name == "execute"]
    for each in one.calls:
        sender = asker_of_message(target, each.name) if runs and each.name[:1].isupper() else None
        if sender is not None:
            # `this.queryBus.execute(new GetOrder(id))`, or the line below
            line = next((line for line in runs if line >= each.line), each.line)
            yield from _by(target, sender, each.name, line, some=each.when == "some")


def _by(target: Target, sender: Asker, name: str, line: int, *, some: bool) -> Iterator[FieldQuery]:
    if is_one_off(sender.function.name) or _changes(sender) or _has_it(target, sender):
        return
    asked = [each for each in sender.function.queries if sent_each_time(each)]
    asked = [each for each in asked if each.kind in READS and not _is_batched(each)]
    if asked:
        place = Place(sender.path, asked[0].line, 1)
        yield _told(target, sender.path, asked[0], line, some=some, via=name, via_place=place)


def _has_it(target: Target, sender: Asker) -> bool:
    """Whether a function may give back what it is handed has already, before it asks."""
    ref = function_at(target, sender.path, sender.function.line)
    if ref is None:
        return False
    text = source_of(target, ref)
    names = [name for name, _ in outlined(target, ref).parameters if name.isidentifier()]
    return any(has_already(text, name) for name in names if name not in ("self", "cls"))


def _told(
    target: Target,
    path: str,
    query: QueryCall,
    line: int,
    *,
    some: bool,
    via: str = "",
    via_place: Place | None = None,
) -> FieldQuery:
    table = query.table if path.endswith(".py") else told_as(target, query.table)
    word = query.word or ("COUNT" if query.kind == "count" else "SELECT")
    what = f"{'an' if word[0] in 'aeiou' else 'a'} {word}{f' of {table}' if table else ''}"
    library = dialect_of(query.library, path, target.text(path))
    return FieldQuery(line, what, query.kind, library, some, via, via_place)
