"""Every plain statement of the code that serves requests, by what it filters and sorts.

SQL that is written whole in one string, the queries from which code is made (sqlc), and queries
of Diesel, Prisma, SQLAlchemy and Django that are plain. Names are those of the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.db.declarations import declarations
from pytest_reconaudit.facts.db.indexes import foreign_sql
from pytest_reconaudit.facts.db.prisma_use import idle_schemas
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.query_shape import QueryShape, query_shape
from pytest_reconaudit.readers.scans.queries import QueryCall, queries
from pytest_reconaudit.readers.scans.statements import Statement, statements
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

__all__ = ["filled_tables", "plain_statements"]

_BESIDE = regex(
    r"(?:^|[/_.-])(?:admin|cli|cmd|commands?|scripts?|bin|migrations?|seeds?|seeders|fixtures?|tools?"
    r"|xtask|examples?|bench(?:es|marks?)?|mocks?|testing|test_?utils?|bootstrap|populate|backfills?)(?:[/_.-]|$)",
    2,
)
_READS = frozenset({"select", "count", "update", "delete"})
_NAMED = regex(r"^--\s*name:\s*\w+\s+:(?:one|many|exec\w*|batch\w+|copyfrom)\b", 8)
_INSERT = regex(r"\binsert\s+into\s+(?:\w+\.)?\"?(\w+)", 2)


class _Model(Struct, frozen=True, eq=False):
    """A model: its table, and its columns by their names in programs."""

    table: str
    columns: Mapping[str, str]


def plain_statements(target: Target) -> Iterator[tuple[str, Statement]]:
    """Each statement with its file; tests, scripts, migrations and administration left out."""
    for path, texts in sorted(scanned(target, statements).items()):
        if not _is_beside(target, path):
            for one in texts.found:
                yield path, one
    for path, file in sorted(scanned(target, queries).items()):
        calls = [
            one
            for function in file.functions
            if not function.is_test
            for one in function.queries
            if (one.compared or one.ordered) and one.table and one.kind in _READS
        ]
        if calls and not _is_beside(target, path):
            for call in calls:
                made = _diesel(call) if path.endswith(".rs") else _of_model(target, call)
                if made is not None:
                    yield path, made
    for path, _ in _query_files(target):
        if _is_beside(target, path):
            continue
        for sent in target.parse(read_sql, path).statements:
            shape = query_shape(sent.text)
            if shape is not None and (shape.compared or shape.ordered[1]):
                text = " ".join(sent.text.split())[:300]
                yield path, Statement(sent.place.line or 1, shape, text)


def filled_tables(target: Target) -> frozenset[str]:
    """Names of the tables into which some code inserts, in lower case."""
    found = {name for file in scanned(target, statements).values() for name in file.inserted}
    found |= {
        match[1].lower() for _, text in _query_files(target) for match in _INSERT.finditer(text)
    }
    inserted = {
        one.table
        for path, file in scanned(target, queries).items()
        if not is_test_path(path)
        for function in file.functions
        if not function.is_test
        for one in function.queries
        if one.kind in ("insert", "upsert") and one.table
    }
    found |= inserted
    found |= {
        one.table.lower()
        for name in inserted
        for models in (_prisma_models(target), _python_models(target))
        for one in models.get(name, ())
    }
    return frozenset(found)


def _is_beside(target: Target, path: str) -> bool:
    return is_test_path(path) or bool(_BESIDE.search(path)) or _elsewhere(target, path)


def _elsewhere(target: Target, path: str) -> bool:
    """Whether a file speaks to a database of another kind."""
    text = target.text(path)
    return bool(foreign_sql(path)) or (
        "Pg" not in text and "postg" not in text.lower() and bool(foreign_sql(path, text))
    )


@once
def _query_files(target: Target) -> tuple[tuple[str, str], ...]:
    """(path, text) of the SQL files that code is made from (sqlc: ``-- name: GetUser :one``)."""
    return tuple(
        (path, text)
        for path in target.files
        if path.endswith(".sql") and _NAMED.search(text := target.text(path))
    )


def _diesel(call: QueryCall) -> Statement:
    filters = ", ".join(dict.fromkeys(each.column for each in call.compared))
    text = f"{call.table}.filter({filters})" if filters else call.table
    if call.ordered:
        text += f".order({call.ordered})"
    verb = "select" if call.kind == "count" else call.kind
    shape = QueryShape(
        verb, ((call.table, call.table),), call.compared, bool(call.limit), ("", call.ordered)
    )
    return Statement(call.line, shape, text)


# -- models --------------------------------------------------------------------------------


@once
def _prisma_models(target: Target) -> Mapping[str, tuple[_Model, ...]]:
    """Model as calls are told by → each table that a schema for PostgreSQL declares for it."""
    found: dict[str, list[_Model]] = defaultdict(list)
    for path in target.files:
        if not path.endswith(".prisma") or is_test_path(path) or path in idle_schemas(target):
            continue
        schema = target.parse(read_prisma, path)
        if schema.provider not in ("", "postgresql", "postgres", "cockroachdb"):
            continue
        for table in schema.tables:
            columns = {
                one.field: one.name for one in table.fields if one.name in set(table.columns)
            }
            if not table.view:
                found[table_name(table.model)].append(_Model(table.name, columns))
    return {name: tuple(models) for name, models in found.items()}


@once
def _python_models(target: Target) -> Mapping[str, tuple[_Model, ...]]:
    """Model as calls are told by → each table that SQLAlchemy's or Django's classes declare."""
    found: dict[str, list[_Model]] = defaultdict(list)
    for one in declarations(target):
        if one.tool not in ("SQLAlchemy", "Django") or one.other_server:
            continue
        for table in one.tables:
            if not table.named or table.view:
                continue
            columns = {column.name: column.name for column in table.columns}
            if one.tool == "Django":  # a relation is called without what its column's name adds
                columns |= {
                    name.removesuffix("_id"): name for name in columns if name.endswith("_id")
                }
                columns.setdefault("pk", "id")
            found[table_name(table.named)].append(_Model(table.name, columns))
    return {name: tuple(models) for name, models in found.items()}


def _of_model(target: Target, call: QueryCall) -> Statement | None:
    """A query that names a model, in the words of the one table that the model stands for."""
    if call.library == "prisma":
        models = _prisma_models(target)
    elif call.library in ("sqlalchemy", "django"):
        models = _python_models(target)
    else:
        return None
    named = {one.column for one in call.compared} | ({call.ordered} - {""})
    fitting = [one for one in models.get(call.table, ()) if named <= one.columns.keys()]
    if len(fitting) != 1:
        return None
    model = fitting[0]
    compared = tuple(replace(one, column=model.columns[one.column]) for one in call.compared)
    verb = "select" if call.kind == "count" else call.kind
    ordered = ("", model.columns[call.ordered] if call.ordered else "")
    shape = QueryShape(verb, ((model.table, model.table),), compared, True, ordered)
    parts = [f"where {', '.join(dict.fromkeys(one.column for one in call.compared))}"]
    parts = parts if call.compared else []
    parts += [f"ordered by {call.ordered}"] if call.ordered else []
    method = f".{call.method}" if call.library == "prisma" else ""
    return Statement(call.line, shape, f"{call.table}{method}({'; '.join(parts)})")
