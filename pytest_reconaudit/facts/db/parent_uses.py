"""What code does to the parents of foreign keys: whether it deletes their rows, and who reads
children by the key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.db.catalogs import KnownCatalog
from pytest_reconaudit.facts.db.index_advice import one_of
from pytest_reconaudit.facts.query.answers import request_of
from pytest_reconaudit.facts.query.plain import plain_statements
from pytest_reconaudit.facts.query.unindexed import filtered_tables
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.queries import queries
from pytest_reconaudit.readers.scans.statements import statements
from pytest_reconaudit.target import Target, once

__all__ = ["deleted_parents", "reads_by", "told_as_filter", "written_by_requests"]

_CODE = (".rs", ".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts", ".cts", ".sql", ".prisma")
_OTHER_CODE = (".go", ".java", ".kt", ".cs", ".rb", ".php", ".ex", ".exs", ".scala", ".swift")
"""Languages whose statements are not read here."""
_DELETES = regex(
    r"\bdelete\s+from\s+(?:only\s+)?[\\\"`]{0,2}(?:\w+[\\\"`]{0,2}\.[\\\"`]{0,2})?(\w+)|"
    r"\.delete\(\s*(?:schema\.|\w+::)?(\w+)(?:::table)?\s*[,)]|"
    r"\bdelete\((?:\w+::)*(\w+)::(?:table|dsl)|\bdelete\((\w+)(?:\.|\s*\))|"
    r"\.(\w+)\.delete(?:Many|_many)?\(|\.from\(\s*['\"](\w+)['\"]\s*\)\s*\.delete\(|"
    r"\btruncate\s+(?:table\s+)?\"?(\w+)",
    2,
)
_UNTOLD = regex(
    r"\bdelete\s+from\s+[\\\"`]{0,2}(?:\{|\$\{|%s|\"\s*[+&])|\b(?:session|db|em|manager)\.delete\(\s*\w+\s*\)"
    r"|\brepositor\w*\.(?:delete|remove|softRemove)\(|\bRepository<|\.objects\b|\.destroy\(|\bEntity::delete"
    r"|ModelTrait",
    2,
)
"""Deletes of which the text does not say what they hit."""
_SEEDS = regex(r"(?:^|[/_.-])(?:seeds?|seeders?|fixtures?)(?:[/_.-]|$)")
"""What empties the tables of a developer before it fills them."""
_TESTS = regex(
    r"^#\[cfg\((?:test|(?:all|any)\(test\b[^\]\n]{0,80})\)\]\s*(?:pub\s*)?mod\s+\w+\s*\{", 8
)
"""Where the tests of a Rust file begin, as a rule its end."""


@once
def _deletes(target: Target) -> frozenset[str] | None:
    """Tables, or models, from which code deletes, in one spelling; ``None``: not to be told."""
    found: set[str] = set()
    for path in target.files:
        if is_test_path(path):
            continue
        if path.endswith(_OTHER_CODE):
            return None
        if not path.endswith(_CODE) or _SEEDS.search(path):
            continue
        text = _TESTS.split(target.text(path), maxsplit=1)[0]
        if not any(word in text for word in ("elete", "DELETE", "runcate", "TRUNCATE")):
            continue
        if _UNTOLD.search(text):
            return None
        for match in _DELETES.finditer(text):
            name = next((one for one in match.groups() if one), "")
            found.add(one_of(table_name(name)))
    for path, file in scanned(target, statements).items():
        if not is_test_path(path) and not _SEEDS.search(path):
            found |= {
                one_of(one.shape.tables[0][0])
                for one in file.found
                if one.shape.verb == "delete" and one.shape.tables
            }
    for path, calls in scanned(target, queries).items():
        if is_test_path(path) or _SEEDS.search(path):
            continue
        for function in calls.functions:
            for one in function.queries:
                if one.kind == "delete" and not function.is_test:
                    if not one.table:
                        return None
                    found.add(one_of(table_name(one.table)))
    return frozenset(found)


@once
def _has_queries(target: Target) -> bool:
    return any(file.found for file in scanned(target, statements).values()) or any(
        function.queries
        for file in scanned(target, queries).values()
        for function in file.functions
    )


def deleted_parents(target: Target, known: KnownCatalog) -> frozenset[str] | None:
    """Tables from which rows go: by code, or by a cascade; ``None``: that is not known."""
    if known.live or not _has_queries(target):
        return None
    direct = _deletes(target)
    if direct is None:
        return None
    gone = {
        table.name for table in known.catalog.tables if one_of(table_name(table.name)) in direct
    }
    below: dict[str, set[str]] = defaultdict(set)
    for key in known.catalog.constraints:
        if key.kind == "f" and key.on_delete == "c":
            below[key.foreign_table].add(key.table)
    stack = list(gone)
    while stack:
        for child in below[stack.pop()] - gone:
            gone.add(child)
            stack.append(child)
    return frozenset(gone)


@once
def _reads(target: Target) -> Mapping[tuple[str, str], Place]:
    found: dict[tuple[str, str], Place] = {}
    for path, statement in plain_statements(target):
        shape = statement.shape
        aliases = {alias: name for name, alias in shape.tables}
        only = shape.tables[0][0] if len(shape.tables) == 1 else ""
        for one in shape.compared:
            table = aliases.get(one.table, only)
            if table and one.how in ("value", "list", "column"):
                found.setdefault((table, one.column), Place(path, statement.line, 1))
    return found


def reads_by(target: Target, table: str, columns: Iterable[str]) -> Place | None:
    """A statement that looks rows of a table up by one of some columns."""
    reads = _reads(target)
    return next((reads[table, column] for column in columns if (table, column) in reads), None)


@once
def _filters(target: Target) -> Mapping[tuple[str, str], Place]:
    found = filtered_tables(target)
    return {
        (one.table, column): one.sites[0].place
        for table in (found if isinstance(found, tuple) else ())
        for one in table.filters
        if one.severity >= Severity.MEDIUM and len(one.columns) == 1
        for column in one.columns
    }


def told_as_filter(target: Target, table: str, columns: tuple[str, ...]) -> Place | None:
    """Where db-filters-indexed asks for the very index that a key lacks."""
    return _filters(target).get((table, columns[0])) if len(columns) == 1 else None


@once
def _written(target: Target) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for path, file in scanned(target, queries).items():
        if is_test_path(path):
            continue
        for function in file.functions:
            for one in function.queries:
                if one.kind in ("insert", "upsert") and one.table and not function.is_test:
                    name = one_of(table_name(one.table))
                    found[name] = found.get(name, False) or bool(request_of(target, path, one.line))
    return found


def written_by_requests(target: Target, table: str) -> bool:
    """Whether a request adds rows to a table; also where nobody is known to."""
    return _written(target).get(one_of(table_name(table)), True)
