"""What ORMs declare: each schema file (or a project's models) with its tables and their columns.

Only what can be told without running anything: a name, a type or a NULL that a program computes
is left open, and nothing is claimed of it.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.facts.db.prisma_use import idle_schemas
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.diesel import (
    DieselConfig,
    DieselTable,
    PrintedSchema,
    diesel_types,
    read_diesel,
    read_diesel_config,
)
from pytest_reconaudit.readers.pg_types import diesel_type, prisma_type
from pytest_reconaudit.readers.prisma import PrismaSchema, PrismaTable, read_prisma
from pytest_reconaudit.target import Target, once

__all__ = [
    "Declaration",
    "OrmColumn",
    "OrmTable",
    "declarations",
    "diesel_configs",
    "is_kept_by_others",
]


class OrmColumn(Struct, frozen=True):
    """A column as an ORM declares it, under its name in the database."""

    name: str
    type: str
    """In the words of :mod:`...readers.pg_types`; empty: not told."""
    shown: str
    """As written."""
    nullable: bool | None
    """``None``: not told."""
    place: Place


class OrmTable(Struct, frozen=True, eq=False):
    """A table as an ORM declares it, under its name in the database."""

    name: str
    schema: str
    """Empty: that of the connection."""
    columns: tuple[OrmColumn, ...]
    whole: bool
    """All its columns are known."""
    place: Place
    model: str = ""
    """Of Django the model, ``app.name`` in lower case: by it its migrations name the table."""
    view: bool = False
    named: str = ""
    """Of SQLAlchemy and Django the class."""


class Declaration(Struct, frozen=True, eq=False):
    """The tables that one schema file, one schema folder or one project's models declare."""

    id: str
    """The file or folder."""
    tool: str
    """``Diesel``, ``Prisma``, ``SQLAlchemy`` or ``Django``."""
    home: str
    """The folder of its package or project; its history lies there or near."""
    tables: tuple[OrmTable, ...]
    history: str = ""
    """The migrations folder that the tool's configuration names."""
    other_server: str = ""
    """The server that is not PostgreSQL and that it is for."""
    patched: frozenset[str] = frozenset()
    """Columns that differ from the database on purpose: a patch of ``diesel.toml`` names them."""
    printed: bool = False
    """``diesel.toml`` names the file."""
    left_out: frozenset[str] = frozenset()
    """Tables that the tool's configuration leaves out."""


@once
def declarations(target: Target) -> tuple[Declaration, ...]:
    """Every declaration of the repository, test code left out, in path order."""
    from pytest_reconaudit.facts.db.python_models import python_declarations

    found = [
        replace(
            one, tables=tuple(table for table in one.tables if not is_kept_by_others(table.name))
        )
        for one in (*_diesel(target), *_prisma(target), *python_declarations(target))
    ]
    return tuple(sorted(found, key=lambda one: (one.id, one.tool)))


_OTHERS = regex(
    r"__diesel_schema_migrations|_sqlx_migrations|_prisma_migrations|schema_migrations"
    r"|flyway_schema_history|databasechangelog(?:lock)?|alembic_version|django_migrations"
    r"|refinery_schema_history|seaql_migrations|goose_db_version|__drizzle_migrations"
    r"|ar_internal_metadata|spatial_ref_sys|(?:geometry|geography|raster)_columns"
    r"|raster_overviews|pg_stat_statements(?:_info)?|pg_\w+"
)


def is_kept_by_others(table: str) -> bool:
    """Whether a migration tool, an extension or the server keeps the table."""
    return bool(_OTHERS.fullmatch(table.lower()))


# -- Diesel --------------------------------------------------------------------------------

_TESTED = regex(r"#\s*\[\s*cfg\s*\(\s*(?:all\s*\(\s*)?test\b")
_OWN_SCHEMAS = frozenset({"pg_catalog", "information_schema"})
_PATCH_LINE = regex(r"^[+-][ \t]+(\w+)[ \t]*->", 8)


@once
def diesel_configs(target: Target) -> tuple[DieselConfig, ...]:
    return tuple(target.parse(read_diesel_config, path) for path in target.named("diesel.toml"))


def _diesel(target: Target) -> Iterator[Declaration]:
    files = [
        path
        for path in target.files
        if path.endswith(".rs") and "table!" in target.text(path) and not is_test_path(path)
    ]
    if not files:
        return
    custom = _custom_types(target)
    for path in files:
        found = target.parse(read_diesel, path).tables
        text = target.text(path)
        tested = _TESTED.search(text)
        first_test = text.count("\n", 0, tested.start()) + 1 if tested else 0
        tables = tuple(
            _diesel_table(table, custom)
            for table in found
            if not (first_test and (table.place.line or 0) > first_test)
            and (table.schema or "") not in _OWN_SCHEMAS
            and not _is_imaginary(text, path, table.name)
        )
        if not tables:
            continue
        config, printed = _config_of(target, path)
        history = ""
        if config is not None and config.migrations:
            folder = posixpath.dirname(config.path)
            history = posixpath.normpath(posixpath.join(folder, config.migrations))
        yield Declaration(
            path,
            "Diesel",
            target.home(posixpath.dirname(path), "Cargo.toml"),
            tables,
            history,
            _other_diesel(target, path),
            _patched(target, config, printed),
            printed is not None,
            frozenset(printed.but) if printed else frozenset(),
        )


def _is_imaginary(text: str, path: str, table: str) -> bool:
    """A ``table!`` that only gives the columns of a ``sql_query`` their types."""
    if "schema" in posixpath.basename(path) or "QueryableByName" not in text:
        return False
    return re.search(rf"\b{re.escape(table)}\s*::", text) is None


def _custom_types(target: Target) -> Mapping[str, str]:
    """Structs that name a type of the database; one that stands for several is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in target.files:
        if path.endswith(".rs") and (
            "postgres_type" in target.text(path) or "#[postgres(" in target.text(path)
        ):
            for one in diesel_types(target.text(path)):
                found[one.name].add(one.type)
    return {name: next(iter(types)) for name, types in found.items() if len(types) == 1}


def _diesel_table(table: DieselTable, custom: Mapping[str, str]) -> OrmTable:
    columns = []
    for column in table.columns:
        kind, nullable = diesel_type(column.type, custom)
        columns.append(OrmColumn(column.name, kind, column.type, nullable, column.place))
    return OrmTable(table.name, table.schema or "", tuple(columns), True, table.place)


def _config_of(target: Target, path: str) -> tuple[DieselConfig | None, PrintedSchema | None]:
    """The ``diesel.toml`` above a file, and the section of it that prints the file."""
    nearest = None
    for config in diesel_configs(target):
        folder = posixpath.dirname(config.path)
        for printed in config.printed:
            if posixpath.normpath(posixpath.join(folder, printed.file)) == path:
                return config, printed
        above = not folder or path.startswith(folder + "/")
        if above and (nearest is None or len(config.path) > len(nearest.path)):
            nearest = config
    return nearest, None


def _patched(
    target: Target, config: DieselConfig | None, printed: PrintedSchema | None
) -> frozenset[str]:
    if config is None or printed is None or not printed.patch:
        return frozenset()
    path = posixpath.normpath(posixpath.join(posixpath.dirname(config.path), printed.patch))
    return frozenset(_PATCH_LINE.findall(target.text(path))) if target.has(path) else frozenset()


_FOREIGN = regex(r"(?:^|[/_.-])(sqlite|mysql|mariadb)(?:[/_.-]|$)")
_FEATURES = regex(r"^\s*diesel\s*=\s*\{[^}]*?features\s*=\s*\[([^\]]*)\]", 8)


def _other_diesel(target: Target, path: str) -> str:
    """The server that a schema is for when that is not PostgreSQL: its path, its crate."""
    match = _FOREIGN.search(path)
    if match:
        return match[1]
    home = target.home(posixpath.dirname(path), "Cargo.toml")
    manifest = posixpath.join(home, "Cargo.toml")
    text = target.text(manifest) if target.has(manifest) else ""
    features = _FEATURES.search(text)
    if features and "postgres" not in text:
        for word in ("sqlite", "mysql"):
            if word in features[1]:
                return word
    return ""


# -- Prisma --------------------------------------------------------------------------------

_FOLDER_SCHEMA = regex(r"[\"']?schema[\"']?\s*:\s*[^\n]{0,200}?[\"'](?:\./)?([\w./-]+)[\"']")
_OURS = ("", "postgresql", "postgres", "cockroachdb")


def _prisma(target: Target) -> Iterator[Declaration]:
    files = [path for path in target.files if path.endswith(".prisma") and not is_test_path(path)]
    schemas = {path: target.parse(read_prisma, path) for path in files}
    mains = [path for path, schema in schemas.items() if schema.provider]
    idle = idle_schemas(target) if mains else frozenset[str]()
    for main in mains:
        if main in idle:
            continue
        folder = posixpath.dirname(main)
        parts = [main]
        if _in_parts(target, main, schemas[main]):
            parts += [
                path
                for path in files
                if not schemas[path].provider
                and path.startswith(folder + "/" if folder else "")
                and main == _nearest_main(path, mains)
            ]
        group = [schemas[path] for path in parts]
        provider = schemas[main].provider
        yield Declaration(
            main if len(parts) == 1 else folder or ".",
            "Prisma",
            folder,
            tuple(_prisma_tables(group)),
            other_server="" if provider in _OURS else provider,
        )


def _in_parts(target: Target, main: str, schema: PrismaSchema) -> bool:
    """Whether Prisma reads the whole folder and not the one file."""
    folder = posixpath.dirname(main)
    if not schema.tables or posixpath.basename(folder) in ("schema", "schemas"):
        return True
    if "prismaSchemaFolder" in target.text(main):
        return True
    for path in target.named("package.json", "prisma.config.ts", "prisma.config.js"):
        text = target.text(path)
        if "prisma" in text:
            home = posixpath.dirname(path)
            for match in _FOLDER_SCHEMA.finditer(text):
                if posixpath.normpath(posixpath.join(home, match[1])) == folder:
                    return True
    return False


def _nearest_main(path: str, mains: list[str]) -> str:
    above = [
        main
        for main in mains
        if path.startswith(posixpath.dirname(main) + "/" if posixpath.dirname(main) else "")
    ]
    return max(above, key=lambda main: main.count("/"), default="")


def _prisma_tables(group: list[PrismaSchema]) -> Iterator[OrmTable]:
    models = frozenset(model for schema in group for model in schema.models)
    enums = dict(pair for schema in group for pair in schema.enums)
    for schema in group:
        for table in schema.tables:
            yield _prisma_table(table, models, enums)


def _prisma_table(table: PrismaTable, models: frozenset[str], enums: Mapping[str, str]) -> OrmTable:
    columns = []
    for field in table.fields:
        if field.type in models or field.relation:
            continue
        kind = prisma_type(field.type, field.native, enums)
        if kind and field.list:
            kind += "[]"
        shown = f"{field.type}{'[]' if field.list else ''}{'?' if field.optional else ''}"
        if field.native:
            shown += f" @db.{field.native}"
        # Prisma makes lists without NOT NULL and reads NULL as an empty one.
        nullable = None if field.list or table.view else field.optional
        columns.append(OrmColumn(field.name, kind, shown, nullable, field.place))
    return OrmTable(table.name, table.schema, tuple(columns), True, table.place, view=table.view)
