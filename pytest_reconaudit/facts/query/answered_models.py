"""Lists that functions of FastAPI answer with, whose rows are loaded piece by piece as Pydantic
makes them into its models."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.lazy_relationships import lazy_queries
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
    relationship_of,
    table_of,
)
from pytest_reconaudit.facts.query.row_queries import RowQuery
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.answer_models import (
    AnsweredRows,
    AnswerModel,
    answer_models,
)
from pytest_reconaudit.readers.scans.row_classes import RowRead
from pytest_reconaudit.target import Target, once

__all__ = ["AnsweredList", "answered_lists"]


class AnsweredList(Struct, frozen=True):
    """A list that a function answers with, each row of which makes queries."""

    path: str
    answer: AnsweredRows
    model: KnownClass
    at: Place
    queries: tuple[RowQuery, ...]
    narrow: bool
    """The rows are those of one parent."""


class _Schema(Struct, frozen=True, eq=False):
    path: str
    own: AnswerModel


_DEEPEST = 2
_MOST_BASES = 6


_MOST_ALIKE = 400
"""Models of one name that are told apart."""


@once
def _schemas(target: Target) -> dict[str, list[_Schema]]:
    found: dict[str, list[_Schema]] = {}
    for path, file in scanned(target, answer_models).items():
        if is_apart(target, path):
            continue
        for own in file.models:
            alike = found.setdefault(own.name, [])
            if len(alike) <= _MOST_ALIKE:
                alike.append(_Schema(path, own))
    return found


def answered_lists(target: Target) -> Iterator[AnsweredList]:
    """Every list of SQLAlchemy's rows that is answered by a model which reads what they load
    lazily."""
    files = scanned(target, answer_models)
    for path, file in files.items():
        if not file.answers or is_apart(target, path):
            continue
        known = known_classes(target)
        imports = dict(file.imports)
        for answer in file.answers:
            one = _judged(target, known, path, imports, answer)
            if one is not None:
                yield one


def _judged(
    target: Target,
    known: KnownClasses,
    path: str,
    imports: dict[str, str],
    answer: AnsweredRows,
) -> AnsweredList | None:
    name, loaded, scoped = answer.model, answer.loaded, answer.scoped
    near = path
    if answer.given_by:
        sources = known.sources.get(answer.given_by, ())
        if len(sources) != 1:
            return None
        name, loaded, scoped = sources[0].model, sources[0].loaded, sources[0].scoped
    model = table_of(known, name, near)
    schema = _found(target, answer.schema, path, imports.get(answer.schema, ""))
    if model is None or schema is None or "*" in loaded:
        return None
    there = frozenset((*loaded, *(key.removesuffix("_id") for key in scoped)))
    queries = tuple(_of_schema(target, known, schema, model, there, 0))
    if not queries:
        return None
    return AnsweredList(
        path,
        answer,
        model,
        Place(path, answer.rows_line, 1),
        queries,
        any(_TENANT.match(key) is None for key in scoped),
    )


_TENANT = regex(
    r"(?:tenant|store|shop|org|organi[sz]ation|company|workspace|account|site|restaurant|clinic|school"
    r"|business|merchant|branch)(?:_id)?$"
)
"""By whose key all rows are asked for that somebody sees."""


def _found(target: Target, name: str, near: str, module: str) -> _Schema | None:
    found = _schemas(target).get(name, ())
    if len(found) < 2 or len(found) > _MOST_ALIKE:
        return found[0] if len(found) == 1 else None
    own = [one for one in found if one.path == near]
    named = [
        one
        for one in found
        if module and f"/{one.path}".endswith(f"/{module.replace('.', '/')}.py")
    ]
    some = own or named
    return some[0] if len(some) == 1 else None


def _of_schema(
    target: Target,
    known: KnownClasses,
    schema: _Schema,
    model: KnownClass,
    loaded: frozenset[str],
    depth: int,
) -> Iterator[RowQuery]:
    """The queries that a row makes while its attributes are read into a model."""
    for path, name, named, line in _fields(target, schema):
        read = RowRead((name,), False, line)
        yield from lazy_queries(known, path, (read,), model, loaded)
        field = relationship_of(known, model, name)
        if field is None or not named or depth + 1 >= _DEEPEST:
            continue
        inner = _found(target, named, path, "")
        other = table_of(known, field.first.strip("\"'").rpartition(".")[2], model.path)
        if inner is not None and other is not None and other is not model:
            # The row that it is asked from is there.
            back = dict(field.keywords).get("back_populates", "").strip("\"'")
            yield from _of_schema(target, known, inner, other, loaded | {back}, depth + 1)


def _fields(target: Target, schema: _Schema) -> Iterator[tuple[str, str, str, int]]:
    """(file, name, class, line) of the fields of a model and its bases."""
    rest, seen = [schema], {schema.own.name}
    names: set[str] = set()
    while rest and len(seen) <= _MOST_BASES:
        one = rest.pop(0)
        for name, named, line in one.own.fields:
            if name not in names:
                names.add(name)
                yield one.path, name, named, line
        for base in one.own.bases:
            found = _found(target, base, one.path, "")
            if found is not None and base not in seen:
                seen.add(base)
                rest.append(found)
