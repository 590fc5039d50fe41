"""Every index that the repository declares: migrations, loose SQL, scripts, strings in code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.db.migrations import (
    is_test_path,
    migration_roots,
    migration_script,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.embedded_sql import (
    embedded_indexes,
    executes_sql,
    may_hold_index_ddl,
)
from pytest_reconaudit.readers.sql import CreateIndex, read_indexes, read_sql, read_table_changes
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target, once

__all__ = ["DeclaredIndex", "Reach", "SourceKind", "declared_indexes", "foreign_sql"]

SourceKind = Literal["migration", "sql", "script", "code"]
Reach = Literal["tool", "run", "unknown", "never"]


class DeclaredIndex(Struct, frozen=True):
    """One index definition and where it is declared."""

    id: str
    """``path:name``, unique in the repository."""
    index: CreateIndex
    kind: SourceKind
    reach: Reach
    """``tool``: a migration tool runs it; ``run``: something executes it; ``never``: nothing
    does; ``unknown``: it may be executed."""
    root: str = ""
    """The history it belongs to."""
    holder: str = ""
    """Of code: the function or constant that holds the string."""
    runner: Place | None = None
    """What runs the file or script, when something names it."""
    also: tuple[Place, ...] = ()
    """Other places that declare the same index."""
    own_table: bool = False
    """The same file creates the table."""

    @property
    def place(self) -> Place:
        return self.index.place

    @property
    def name(self) -> str:
        return self.index.name or f"on {self.index.shown}"


_DOWN = regex(r"(?:^|[._/-])(?:down|undo|rollback|revert)(?:[._-]|\.sql$)", re.IGNORECASE)
_SHELL = (".sh", ".bash")
_FOREIGN = regex(
    r"(?:^|[/_.-])(sqlite3?|mysql|mariadb|clickhouse|mssql|sqlserver|oracle|cassandra|scylla"
    r"|duckdb|snowflake|bigquery|spanner|neo4j|d1)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_FOREIGN_CODE = regex(
    r"sqlite|rusqlite|mysql|mariadb|clickhouse|duckdb|neo4j|cassandra|mssql|indexeddb|oracledb"
)


@once
def declared_indexes(target: Target) -> tuple[DeclaredIndex, ...]:
    """Every CREATE INDEX that is meant for PostgreSQL, test code left out, in place order."""
    found = [
        *_from_migrations(target),
        *_from_sql_files(target),
        *_grouped(_from_source(target)),
    ]
    found.sort(key=lambda declared: declared.place.key())
    return tuple(_with_ids(found))


def _with_ids(found: Iterable[DeclaredIndex]) -> Iterator[DeclaredIndex]:
    seen: dict[str, int] = {}
    for declared in found:
        columns = ",".join(key.text for key in declared.index.keys)
        name = declared.index.name or f"{declared.index.table}({' '.join(columns.split())})"
        id = f"{declared.place.path}:{name}"
        count = seen[id] = seen.get(id, 0) + 1
        yield replace(declared, id=id if count == 1 else f"{id}#{count}")


def _from_migrations(target: Target) -> Iterator[DeclaredIndex]:
    for root in migration_roots(target):
        if root.dialect != "postgres":
            continue
        for migration in root.migrations:
            text = target.text(migration.path)
            if "index" not in text and "INDEX" not in text and "Index" not in text:
                continue
            for index in read_indexes(migration_script(target, root, migration)):
                yield DeclaredIndex("", index, "migration", "tool", root=root.path)


def foreign_sql(path: str, text: str = "") -> str:
    """The other database server that a path or source text names, if any."""
    match = _FOREIGN.search(path) or (_FOREIGN_CODE.search(text.lower()) if text else None)
    return match[0].strip("/_.-").lower() if match else ""


def _from_sql_files(target: Target) -> Iterator[DeclaredIndex]:
    known = frozenset[str]().union(*(root.paths for root in migration_roots(target)))
    for path in target.files:
        if not path.endswith(".sql") or path in known or is_test_path(path):
            continue
        if _DOWN.search(path) or foreign_sql(path) or posixpath.basename(path) == "down.sql":
            continue
        text = target.text(path)
        if "index" not in text.lower():
            continue
        script = target.parse(read_sql, path)
        indexes = read_indexes(script)
        if not indexes:
            continue
        tables = {change.table for change in read_table_changes(script)}
        runner = _named_by(target, path)
        for index in indexes:
            yield DeclaredIndex(
                "", index, "sql", "run" if runner else "unknown",
                runner=runner, own_table=index.table in tables,
            )  # fmt: skip


_NAMING = (
    ".sh", ".bash", ".yml", ".yaml", "Makefile", "makefile", "justfile", ".mk", "ockerfile",
    "package.json", ".toml", ".py", ".ts", ".js", ".mjs", ".rs", ".go",
)  # fmt: skip


def _named_by(target: Target, path: str) -> Place | None:
    """The first place outside of documents that names a file."""
    name = posixpath.basename(path)
    for other in target.files:
        if other == path or not other.endswith(_NAMING):
            continue
        text = target.text(other)
        at = text.find(name)
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            line = text[start : at + len(name)].lstrip()
            before = text[at - 1 : at]
            if not line.startswith(("#", "//")) and not before.isalnum() and before not in "_-.":
                return Place(other, text.count("\n", 0, at) + 1, at - start + 1)
            at = text.find(name, at + 1)
    return None


# -- code and scripts ----------------------------------------------------------------------


def _from_source(target: Target) -> Iterator[DeclaredIndex]:
    for path in target.files:
        text = target.text(path)
        if not may_hold_index_ddl(text, path) or path.endswith(".sql"):
            continue
        if is_test_path(path) or target.is_generated(path):
            continue
        tree = target.parse(read_syntax, path)
        if foreign_sql(path) or (tree.language != "bash" and _other_server(text)):
            continue
        found = [embedded for embedded in embedded_indexes(tree) if not embedded.test]
        if tree.language == "bash":
            runner = _named_by(target, path)
            for one in found:
                reach: Reach = "run" if runner and one.executed else "unknown"
                yield DeclaredIndex("", one.index, "script", reach, runner=runner)
            continue
        dead = tree.language == "rust" and not _compiled(target, path)
        reaches: dict[str, Reach] = {}
        for one in found:
            if one.holder not in reaches:
                reaches[one.holder] = "never" if dead else _reach(target, path, one.holder)
            reach = "run" if one.executed and not dead else reaches[one.holder]
            yield DeclaredIndex("", one.index, "code", reach, holder=one.holder)


def _other_server(text: str) -> bool:
    return bool(_FOREIGN_CODE.search(text.lower())) and "postg" not in text.lower()


def _compiled(target: Target, path: str) -> bool:
    """Whether some crate can compile a Rust file: it lies where Cargo looks, or is named."""
    home = target.home(posixpath.dirname(path), "Cargo.toml")
    manifest = f"{home}/Cargo.toml" if home else "Cargo.toml"
    if not target.has(manifest):
        return True  # no crate around it: nothing to say
    inside = path[len(home) + 1 :] if home else path
    first = inside.partition("/")[0]
    if first in ("src", "tests", "benches", "examples", "build.rs") or "/src/" in inside:
        return True
    text = target.text(manifest)
    return bool(re.search(r"^\s*(?:path|build)\s*=", text, re.M)) and (
        posixpath.basename(path) in text or f'"{first}/' in text
    )


_REACH_SUFFIXES = (".rs", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".py", ".mts", ".cts")


def _reach(target: Target, path: str, holder: str) -> Reach:
    """Whether anything uses the function or constant that only *holds* the statements."""
    if not holder:
        return "unknown" if executes_sql(target.text(path)) else "never"
    pattern = re.compile(rf"\b{re.escape(holder)}\b")
    for other in target.files:
        if not other.endswith(_REACH_SUFFIXES):
            continue
        text = target.text(other)
        if holder not in text or is_test_path(other):
            continue
        uses = len(pattern.findall(text)) - (1 if other == path else 0)
        if uses > 0:
            return "unknown"
    return "never"


def _grouped(found: Iterable[DeclaredIndex]) -> list[DeclaredIndex]:
    """Several scripts or strings that declare the very same index are one, with its places."""
    first: dict[tuple[object, ...], DeclaredIndex] = {}
    for declared in found:
        key = (declared.index.name, declared.kind, declared.index.form())
        if (known := first.get(key)) is not None:
            first[key] = replace(known, also=(*known.also, declared.place))
        else:
            first[key] = declared
    return list(first.values())
