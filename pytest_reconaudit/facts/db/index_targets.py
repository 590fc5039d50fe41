"""Declared indexes against the declared schema: are the table and the columns there?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.db.catalogs import NoCatalog, known_catalogs
from pytest_reconaudit.facts.db.database import LiveCatalog, ReplayedCatalog, database
from pytest_reconaudit.facts.db.indexes import DeclaredIndex
from pytest_reconaudit.facts.db.migrations import is_test_path, migration_roots
from pytest_reconaudit.facts.db.schema import DeclaredSchema, declared_schema, sql_schema
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["FinalTables", "IndexTargets", "MissingTarget", "index_targets", "made_by_text"]


class MissingTarget(Struct, frozen=True):
    """A table, or a column of a table that is there, that an index names and nothing declares."""

    table: str
    column: str = ""
    nearest: str = ""
    declared_at: Place | None = None
    """Where the table, or the nearest one, is declared."""
    lost_in: str = ""
    """The catalog that lacks it. When the repository's SQL once made it (``once_made``), a later
    migration renamed or dropped it."""
    once_made: bool = False


class FinalTables(Struct, frozen=True):
    """What is left of the tables when every migration has run."""

    described: str
    tables: Mapping[str, frozenset[str]]
    """Table → its columns, of all catalogs together."""


class IndexTargets(Struct, frozen=True):
    """What the repository declares, ready to be asked about one index."""

    schemas: tuple[DeclaredSchema, ...]
    made_elsewhere: frozenset[str]
    """Tables that some CREATE TABLE text makes which was not read as a statement."""
    tool: str
    """A tool that makes tables in a language not read here, if there is one."""
    final: FinalTables | None = None
    """Of the catalogs; ``None`` when they are not known, or not whole."""

    @property
    def empty(self) -> bool:
        return not any(schema.tables for schema in self.schemas)

    def unjudged(self, declared: DeclaredIndex) -> str:
        """Why the index cannot be judged; empty when it can."""
        index = declared.index
        if index.dynamic:
            return "a name in the statement is put in at run time"
        if self.final is not None and index.table in self.final.tables:
            return ""
        if self.empty:
            return "the repository declares no schema (Diesel, Prisma or SQL)"
        if not self._known(index.table) and self.tool:
            return f"table {index.table} may be made by {self.tool}"
        return ""

    def missing(self, declared: DeclaredIndex) -> tuple[MissingTarget, ...]:
        """The table, or the columns, that are not there. Expressions are not looked into."""
        index = declared.index
        if index.schema not in (None, "public") or declared.own_table:
            return ()
        if not self._known(index.table):
            if index.table in self.made_elsewhere:
                return ()
            if self.final is not None and index.table in self.final.tables:
                return self._lost(declared)
            near = self._nearest_table(index.table)
            return (MissingTarget(index.table, nearest=near, declared_at=self._place(near)),)
        if index.table in self.made_elsewhere:
            return ()
        columns = self._columns(index.table)
        missing = tuple(
            MissingTarget(index.table, column, _nearest(column, columns), self._place(index.table))
            for column in _wanted(declared)
            if columns is not None and column not in columns
        )
        # What the code declares and the catalog lacks is for db-schema-matches to say.
        declares = index.table in self.schemas[0].tables
        return missing or (() if declares or self.tool else self._lost(declared))

    def _lost(self, declared: DeclaredIndex) -> tuple[MissingTarget, ...]:
        """What an index outside of the migrations names and the catalogs do not have."""
        index = declared.index
        if self.final is None or declared.kind == "migration":
            return ()
        wanted = _wanted(declared)
        left = self.final.tables.get(index.table)
        place = self._place(index.table)
        if left is None:
            near = _nearest(index.table, self.final.tables)
            return (MissingTarget(index.table, "", near, place, self.final.described, True),)
        return tuple(
            MissingTarget(
                index.table,
                column,
                _nearest(column, left),
                place,
                self.final.described,
                column in (self._columns(index.table) or ()),
            )
            for column in wanted
            if column not in left
        )

    def _known(self, table: str) -> bool:
        return any(table in schema.tables for schema in self.schemas)

    def _columns(self, table: str) -> frozenset[str] | None:
        columns: frozenset[str] = frozenset()
        for schema in self.schemas:
            if table in schema.tables:
                known = schema.columns(table)
                if known is None:
                    return None
                columns |= known
        return columns

    def _nearest_table(self, table: str) -> str:
        return _nearest(table, {name for schema in self.schemas for name in schema.tables})

    def _place(self, table: str) -> Place | None:
        for schema in self.schemas:
            if table in schema.tables:
                return schema.tables[table][0].place
        return None


_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})


def _wanted(declared: DeclaredIndex) -> list[str]:
    """The plain columns that an index names."""
    index = declared.index
    named = [key.column for key in index.keys if key.column] + list(index.include)
    return [one for one in dict.fromkeys(named) if one not in _SYSTEM_COLUMNS]


def _nearest(name: str, among: Iterable[str]) -> str:
    """The name that was probably meant: one that contains it, else a similar one."""
    names = sorted(among)
    whole = [n for n in names if name in n.split("_") or n.endswith(f"_{name}") or name + "s" == n]
    if whole:
        return min(whole, key=len)
    return alike(name, names)


_MAKES_TABLE = regex(
    r"create\s+(?:unlogged\s+|temp(?:orary)?\s+|foreign\s+)?(?:table|(?:materialized\s+)?view)\s+"
    r"(?:if\s+not\s+exists\s+)?(?:[\w\"]+\.)?\\?\"?(\w+)",
    re.IGNORECASE,
)
_COMMENT_LINE = regex(r"^[ \t]*(?:--|//|#(?!\[)|\*(?!/)).*$", re.MULTILINE)
_DYNAMIC = regex(
    r"\b(?:execute|format)\b[^;]{0,80}\bcreate\s+(?:unlogged\s+)?table\b", re.IGNORECASE
)
"""Tables that SQL makes under computed names: partitions, mostly."""
_SOURCES = (".sql", ".rs", ".ts", ".js", ".mjs", ".py", ".sh", ".go", ".java", ".kt", ".rb")


@once
def made_by_text(target: Target) -> frozenset[str]:
    """Tables and views that a CREATE in any text makes, in lower case; tests left out."""
    return frozenset(name for _, name in _made_in(target))


@once
def _made_in(target: Target) -> frozenset[tuple[str, str]]:
    """(file, table or view that a CREATE in its text makes)."""
    made: set[tuple[str, str]] = set()
    for path in target.files:
        if not path.endswith(_SOURCES) or is_test_path(path):
            continue
        text = target.text(path)
        upper = "CREATE" in text and (" TABLE" in text or " VIEW" in text)
        if upper or "create table" in text or ("create " in text and path.endswith(".sql")):
            bare = _COMMENT_LINE.sub("", text)
            made.update((path, name.lower()) for name in _MAKES_TABLE.findall(bare))
    return frozenset(made)


_ALTERS = regex(
    r"\b(?:add_column|batch_alter_table|rename_table|addColumns?|alterTable|change_table)"
    r"\s?\(?\s*(?:['\"`:]|\bnew\s+Table\b)(\w+)"
    r"|\bop\.alter_column\(\s*['\"](\w+)['\"][^)]{0,300}\bnew_column_name\b"
)


_ALTERS_BY_TEXT = regex(
    r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?:[\w\"${}\\]{1,80}\.)?\\?[\"`]?(\w+)\\?[\"`]?"
    r"\s+(?:add\s+(?!constraint|primary|foreign|unique|check)|rename\b)",
    re.IGNORECASE,
)
_ENTITY = regex(r"@Entity\(\s*(?:\{[^{}]{0,200}?\bname\s*:\s*)?['\"](?:\w+\.)?(\w+)['\"]")
"""A class of TypeORM or MikroORM, whose fields are columns."""
_CODE = (".py", ".ts", ".js", ".mjs", ".rb", ".rs", ".go", ".sh")


@once
def _altered_by_code(target: Target) -> frozenset[str]:
    """Tables whose columns code changes or declares: a call of a migration tool
    (``op.add_column("orders", …)``), SQL in a string, a class of entities."""
    found: set[str] = set()
    for path in target.files:
        if path.endswith(_CODE) and not is_test_path(path):
            text = target.text(path)
            if "able" in text or "olumn" in text:
                for match in _ALTERS.finditer(text):
                    found.add((match[1] or match[2]).lower())
            if "ALTER" in text or "alter table" in text:
                found.update(name.lower() for name in _ALTERS_BY_TEXT.findall(text))
            if "@Entity(" in text:
                found.update(name.lower() for name in _ENTITY.findall(text))
    return frozenset(found)


@once
def index_targets(target: Target) -> IndexTargets:
    """The declared schemas of the repository, with the tables that other text makes."""
    ours, sql = declared_schema(target), sql_schema(target)
    dynamic = ""
    for path in target.files:
        if not dynamic and path.endswith(".sql") and not is_test_path(path):
            text = target.text(path)
            if "able" in text.lower() and _DYNAMIC.search(text):
                dynamic = f"the dynamic SQL of {path}"
    # By file: what one database's SQL declares says nothing of a table that another's code makes
    # under the same name.
    read = {(p, name) for name, found in sql.tables.items() for one in found for p in one.files}
    made = frozenset(name for path, name in _made_in(target) if (path, name) not in read)
    return IndexTargets(
        (ours, sql), made | _altered_by_code(target), ours.elsewhere or dynamic, _final(target)
    )


def _final(target: Target) -> FinalTables | None:
    """The tables of the catalogs, when they are all that there is; needs a history or a DSN."""
    known = known_catalogs(target)
    if isinstance(known, NoCatalog) or any(
        one.gap or (one.root and one.root.coded) for one in known
    ):
        return None
    state = database(target)
    replayed = state.replayed if isinstance(state, LiveCatalog) else state
    if isinstance(replayed, ReplayedCatalog) and replayed.unread:
        return None
    if any(root.dialect == "" for root in migration_roots(target)):
        return None
    tables: dict[str, set[str]] = {}
    catalogs = [one.catalog for one in known]
    catalogs += [one.replay.catalog for one in known if one.live and one.replay is not None]
    for catalog in catalogs:
        for table in catalog.tables:
            tables.setdefault(table.name, set()).update(column.name for column in table.columns)
    described = known[0].described if len(known) == 1 else "every replayed history"
    return FinalTables(described, {name: frozenset(columns) for name, columns in tables.items()})
