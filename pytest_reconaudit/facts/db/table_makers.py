"""Which tables the repository creates, by whatever means, and which declared ones it does not.

Generous on purpose: any SQL file, SQL text in code, migration program or live replay that makes a
table of that name counts, under every name the table had. What is left is made by nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from pytest_reconaudit.facts.db.catalogs import NoCatalog, known_catalogs
from pytest_reconaudit.facts.db.declarations import Declaration, OrmTable, declarations
from pytest_reconaudit.facts.db.index_targets import made_by_text
from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.facts.db.python_models import creates_all
from pytest_reconaudit.facts.db.schema import sql_schema
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.made_tables import MadeTables, read_made_tables
from pytest_reconaudit.target import Target, once

__all__ = ["DeclaredFile", "declared_files", "made_names"]


class DeclaredFile(Struct, frozen=True, eq=False):
    """A declaration and those of its tables that nothing creates."""

    declaration: Declaration
    missing: tuple[OrmTable, ...]
    judged: int
    """How many tables were looked for."""
    open: str = ""
    """Why absence proves nothing here, when something is missing; else empty."""
    open_at: Place | None = None
    sure: bool = True
    """``False``: the models may be those of somebody else's database."""
    more: tuple[str, ...] = ()
    """Other files of its package that nothing creates a table of either; theirs are in
    ``missing`` too, each name once."""

    @property
    def also(self) -> list[tuple[Place, str]]:
        """Where the others are declared; of several files the first of each."""
        tables: Iterable[OrmTable] = self.missing[1:]
        if self.more:
            tables = {one.place.path: one for one in reversed(self.missing[1:])}.values()
        return [(one.place, f"declares {one.name}") for one in tables]

    @property
    def sample(self) -> bool:
        """Whether it is an example, or a template to start from."""
        return purpose(self.declaration.id) == "example"


class _Made(Struct, frozen=True, eq=False):
    names: frozenset[str]
    """Tables, in lower case."""
    dynamic: str
    """What makes tables under names that are not read; empty without one."""


_RUBY = regex(r"\b(?:create_table|create_join_table|rename_table)\s*\(?\s*[:\"'](\w+)")
_SCRIPT = regex(r"\b(?:createTable|createTableIfNotExists|renameTable)\s*\(\s*['\"`](\w+)")
_SCRIPT_TABLE = regex(r"new\s+Table\s*\(\s*\{\s*name\s*:\s*['\"`](\w+)")
_DRIZZLE = regex(r"\b(?:pgTable|\w+\.table|pgTableCreator\([^()]*\))\s*\(\s*['\"`](\w+)")
_MARKS = (
    "createTable", "create_table", "create_join_table", "rename_table", "renameTable",
    "new Table", "pgTable", ".table(",
)  # fmt: skip
_LIQUIBASE = regex(r"createTable\b[^>]{0,400}?\btableName\s*[=:]\s*[\"']?(\w+)", 16)
_SEA = regex(
    r"Table::create\(\)(?:\s*\.\w+\([^()]*\))*?\s*\.table\(\s*(?:\w+::)*?(\w+)(?:::(\w+))?\s*[,)]"
)
_SEA_NEW = regex(r"Table::create\(\)\s*(?:\.\w+\([^()]*\)\s*)*\.table\(\s*(?:Alias::new\()?\"(\w+)")
_IDEN = regex(
    r"#\[\s*(?:sea_orm\s*\(\s*)?iden\s*=\s*\"(\w+)\"[^\]]*\]\s*(?:pub\s+)?(?:enum\s+)?(\w+)"
)
_SEQUENCE = regex(
    r"\bcreate\s+(?:temp\w*\s+)?sequence\s+(?:if\s+not\s+exists\s+)?(?:[\w\"]+\.)*\"?(\w+)",
    re.IGNORECASE,
)
"""A sequence can be read as a table of one row."""
_DYNAMIC = regex(
    r"\b(?:execute|format)\b[^;]{0,80}\bcreate\s+(?:unlogged\s+)?table\b", re.IGNORECASE
)


@once
def made_names(target: Target) -> frozenset[str]:
    """Every table that something in the repository makes, in lower case."""
    return _made(target).names


@once
def _by_statements(target: Target) -> frozenset[str]:
    """The tables that the SQL files make, in lower case."""
    return frozenset(name.lower() for name in sql_schema(target).tables)


@once
def _made(target: Target) -> _Made:
    names = set(_by_statements(target) | made_by_text(target))
    dynamic = ""
    for path in target.files:
        if is_test_path(path):
            continue
        text = ""
        if path.endswith((".rb", ".ts", ".js", ".mjs", ".cjs")):
            text = target.text(path)
            if any(mark in text for mark in _MARKS):
                names.update(_names(text, path))
        elif path.endswith(".rs"):
            text = target.text(path)
            if "Table::create" in text:
                names.update(_sea_names(text))
        elif path.endswith((".xml", ".yaml", ".yml")) and "changelog" in path.lower():
            names.update(name.lower() for name in _LIQUIBASE.findall(target.text(path)))
        elif path.endswith(".cs") and "/Migrations/" in path:
            dynamic = dynamic or f"Entity Framework's {path}"
        elif path.endswith(".sql"):
            text = target.text(path)
            names.update(name.lower() for name in _SEQUENCE.findall(text))
            if _is_dynamic(text):
                dynamic = dynamic or f"the dynamic SQL of {path}"
    for found in _programs(target):
        names.update(name.lower() for name in (*found.tables, *found.named))
        if found.computed:
            dynamic = dynamic or f"{found.computed}, under a computed name"
    return _Made(frozenset(names), dynamic)


@once
def _programs(target: Target) -> tuple[MadeTables, ...]:
    """The Python migrations that make tables."""
    found = []
    for path in target.files:
        if path.endswith(".py") and not is_test_path(path):
            text = target.text(path)
            if "op." in text or "alembic" in text or ("django" in text and "Migration" in text):
                made = target.parse(read_made_tables, path)
                if made.tables or made.models or made.named or made.computed:
                    found.append(made)
    return tuple(found)


def _is_dynamic(text: str) -> bool:
    """Whether SQL makes tables under computed names: partitions, mostly."""
    return ("execute" in text or "EXECUTE" in text or "format" in text) and bool(
        _DYNAMIC.search(text)
    )


def _names(text: str, path: str) -> Iterator[str]:
    patterns = (_RUBY,) if path.endswith(".rb") else (_SCRIPT, _SCRIPT_TABLE, _DRIZZLE)
    for pattern in patterns:
        for name in pattern.findall(text):
            yield name.lower()


def _sea_names(text: str) -> Iterator[str]:
    renamed = {name: table for table, name in _IDEN.findall(text)}
    for first, last in _SEA.findall(text):
        name = first if last in ("", "Table") else last
        yield renamed.get(name) or _snake(name)
    yield from _SEA_NEW.findall(text)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


# -- declared and made by nothing ----------------------------------------------------------

_PUSH = regex(r"\bprisma(?:@[\w.]+)?\s+(?:[\w-]+\s+){0,3}?db\s+push\b|\bdb:push\b")
_PUSHERS = (
    "package.json", "*.sh", "*.yml", "*.yaml", "Dockerfile*", "*.dockerfile", "Makefile",
    "justfile", "*.mk", "Procfile", "*.md", "*.mjs", "*.ts", "*.js",
)  # fmt: skip


@once
def declared_files(target: Target) -> tuple[DeclaredFile, ...]:
    """Each declaration with the tables that nothing makes; those of other servers left out.

    Files of one package of whose tables none is made lack one and the same thing, a history: the
    one with most tables stands for them.
    """
    found = [
        _judged(target, one) for one in declarations(target) if one.tables and not one.other_server
    ]
    bare: dict[tuple[str, str], list[DeclaredFile]] = {}
    for one in found:
        if one.missing and len(one.missing) == one.judged and not one.open:
            bare.setdefault((one.declaration.tool, one.declaration.home), []).append(one)
    leading: dict[str, DeclaredFile] = {}
    folded: set[str] = set()
    for group in bare.values():
        if len(group) > 1:
            lead = max(group, key=lambda one: len(one.missing))
            leading[lead.declaration.id] = _together(lead, group)
            folded.update(one.declaration.id for one in group if one is not lead)
    return tuple(
        leading.get(one.declaration.id, one) for one in found if one.declaration.id not in folded
    )


def _together(lead: DeclaredFile, group: list[DeclaredFile]) -> DeclaredFile:
    others = [one for one in group if one is not lead]
    tables = {table.name.lower(): table for one in (*others, lead) for table in one.missing}
    ordered = [*lead.missing, *(one for one in tables.values() if one not in lead.missing)]
    return structs.replace(
        lead,
        missing=tuple(ordered),
        judged=len(ordered),
        more=tuple(one.declaration.id for one in others),
    )


def _judged(target: Target, one: Declaration) -> DeclaredFile:
    wanted = [table for table in one.tables if not table.view and table.schema not in _FOREIGN]
    if one.tool == "Django":
        return _django(target, one, wanted)
    missing = wanted
    # The cheap places first: mostly the migrations make everything.
    for made in (_by_statements, made_names):
        missing = [table for table in missing if not _is_made(table, made(target))]
        if not missing:
            return DeclaredFile(one, (), len(wanted))
    replayed = _replayed(target)
    missing = [table for table in missing if table.name.lower() not in replayed]
    if not missing:
        return DeclaredFile(one, (), len(wanted))
    if one.tool == "SQLAlchemy" and (place := creates_all(target)) is not None:
        return DeclaredFile(one, (), len(wanted), "", place)
    if one.tool == "Prisma" and _pushed(target):
        return DeclaredFile(one, (), len(wanted))
    open = _made(target).dynamic
    if open:
        open = f"tables are made by {open}"
    sure = one.tool in ("Diesel", "Prisma") or len(missing) < len(wanted)
    return DeclaredFile(one, tuple(missing), len(wanted), open, sure=sure)


_FOREIGN = frozenset({"auth", "storage", "pg_catalog", "information_schema", "cron", "net"})
"""Schemas that a platform or an extension fills: Supabase's, pg_cron's."""


def _is_made(table: OrmTable, made: frozenset[str]) -> bool:
    name = table.name.lower()
    return name in made or (name.endswith("_") and name.rstrip("_") in made)


def _replayed(target: Target) -> frozenset[str]:
    """Tables of the catalogs, which hold what functions and DO blocks have made too."""
    known = known_catalogs(target)
    if isinstance(known, NoCatalog):
        return frozenset()
    return frozenset(table.name.lower() for one in known for table in one.catalog.tables)


@once
def _pushed(target: Target) -> bool:
    return any(
        "prisma" in (text := target.text(path)) and _PUSH.search(text)
        for path in target.named(*_PUSHERS)
    )


def _django(target: Target, one: Declaration, wanted: list[OrmTable]) -> DeclaredFile:
    """Models that no migration of their app makes. An app that nothing installs is left out."""
    computed = ""
    everywhere: set[str] = set()
    for found in _programs(target):
        everywhere.update(found.models)
        if found.computed and "migrations" in found.path:
            computed = computed or f"a model is made at {found.computed}, under a computed name"
    settings = _settings(target)
    if "MIGRATION_MODULES" in settings:
        computed = computed or "the settings move the migrations (MIGRATION_MODULES)"
    missing, judged = [], 0
    for table in wanted:
        app, _, model = table.model.partition(".")
        if not re.search(rf"['\"](?:[\w.]+\.)?{re.escape(app)}(?:\.[\w.]+)?['\"]", settings):
            continue
        judged += 1
        if model not in everywhere and table.name.lower() not in made_names(target):
            missing.append(table)
    return DeclaredFile(one, tuple(missing), judged, computed if missing else "")


@once
def _settings(target: Target) -> str:
    """The text of what lists the installed apps."""
    return "\n".join(
        text
        for path in target.files
        if path.endswith(".py")
        and not is_test_path(path)
        and ("INSTALLED_APPS" in (text := target.text(path)) or "MIGRATION_MODULES" in text)
    )
