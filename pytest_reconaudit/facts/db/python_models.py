"""SQLAlchemy's and Django's models as tables, as far as they can be told without running them.

A class is a table when its own text says so and its bases, followed through the repository, do
not contradict it. What a base outside of the repository adds is unknown and never claimed.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.db.declarations import Declaration, OrmColumn, OrmTable
from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.pg_types import django_type, python_type, sqlalchemy_type
from pytest_reconaudit.readers.scans.models import ModelClass, ModelField, Models, models
from pytest_reconaudit.target import Target, once

__all__ = ["creates_all", "python_declarations"]

_DEEP = 12


class _Class(Struct, frozen=True, eq=False):
    """A class and where it stands."""

    path: str
    own: ModelClass
    file: Models


class _Known(Struct, frozen=True, eq=False):
    """Every class that some file of the repository holds, by name."""

    classes: Mapping[str, tuple[_Class, ...]]
    annotated: bool
    """The program says itself which types annotations stand for."""

    def base(self, one: _Class, name: str) -> _Class | None:
        """The class that a base's name means; ``None`` for one from elsewhere."""
        first, _, last = name.rpartition(".")
        found = [other for other in self.classes.get(last, ()) if other.own is not one.own]
        if not first:
            for other in found:
                if other.path == one.path:
                    return other
        origin = _origin(one, name)
        if not origin:
            return None
        # ``from shop.models import X``: of that module, or of one inside of that package.
        module = origin.lstrip(".").rpartition(".")[0]
        dots = len(origin) - len(origin.lstrip("."))
        if dots:
            folder = posixpath.dirname(one.path).split("/")
            above = folder[: len(folder) - dots + 1]
            module = ".".join([*above, *filter(None, [module])])
        matching = [other for other in found if _is_module(other.path, module)] or [
            other for other in found if f".{module}." in f".{_dotted(other.path)}."
        ]
        return matching[0] if module and len(matching) == 1 else None

    def lineage(self, one: _Class) -> tuple[list[_Class], list[tuple[_Class, str]]]:
        """(the class and its bases in the repository, nearest first; (class, base) elsewhere)"""
        inside, outside = [one], []
        pending = [(one, name) for name in one.own.bases]
        for _ in range(200):
            if not pending:
                break
            child, name = pending.pop(0)
            base = self.base(child, name)
            if base is None:
                outside.append((child, name))
            elif not any(base.own is other.own for other in inside) and len(inside) < _DEEP:
                inside.append(base)
                pending += [(base, inner) for inner in base.own.bases]
        return inside, outside


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_module(path: str, module: str) -> bool:
    bare = _dotted(path)
    return bool(module) and (bare == module or bare.endswith("." + module))


def _origin(one: _Class, name: str) -> str:
    """Where a dotted name of a file comes from; empty when the file does not import it."""
    first, dot, rest = name.partition(".")
    for local, origin in one.file.imports:
        if local == first:
            return origin + dot + rest
    return ""


@once
def _known(target: Target) -> _Known:
    classes: dict[str, list[_Class]] = defaultdict(list)
    annotated = False
    for path, file in scanned(target, models).items():
        for own in file.classes:
            classes[own.name].append(_Class(path, own, file))
            annotated = annotated or any(
                field.name == "type_annotation_map" for field in own.fields
            )
    return _Known({name: tuple(found) for name, found in classes.items()}, annotated)


@once
def creates_all(target: Target) -> Place | None:
    """Where the program has SQLAlchemy make every table it lacks."""
    for path, file in scanned(target, models).items():
        if file.creates_all:
            return Place(path, file.creates_all)
    return None


def python_declarations(target: Target) -> Iterator[Declaration]:
    """The models of each Python project, SQLAlchemy's and Django's apart."""
    if not any(path.endswith(".py") for path in target.files):
        return
    known = _known(target)
    alchemy: dict[str, list[OrmTable]] = defaultdict(list)
    django: dict[str, list[OrmTable]] = defaultdict(list)
    for found in known.classes.values():
        for one in found:
            if is_test_path(one.path):
                continue
            if (table := _alchemy_table(known, one)) is not None:
                alchemy[_project(target, one.path)].append(table)
            else:
                for table in _django_tables(target, known, one):
                    django[_project(target, one.path)].append(table)
    modelled = {table.place.path for tables in alchemy.values() for table in tables}
    cores: dict[str, list[OrmTable]] = defaultdict(list)
    for path, file in scanned(target, models).items():
        home = _project(target, path)
        if is_test_path(path) or (
            # Beside models, tables with a MetaData of their own are those of another database.
            file.own_metadata and alchemy.get(home) and path not in modelled
        ):
            continue
        for core in file.tables:
            schema = _literal(core.schema) or ""
            columns = tuple(
                column
                for field in core.columns
                if (column := _alchemy_column(known, _Class(path, _NOBODY, file), field))
            )
            table = OrmTable(core.name, schema, columns, core.whole, Place(path, core.line))
            cores[home].append(table)
    for home, tables in cores.items():
        alchemy[home] += tables
    for tool, projects in (("SQLAlchemy", alchemy), ("Django", django)):
        for home, tables in projects.items():
            tables.sort(key=lambda table: table.place.key())
            yield Declaration(
                f"{home or '.'} ({tool})",
                tool,
                home,
                tuple(tables),
                other_server="" if _speaks_postgres(target) else "another server",
            )


_NOBODY = ModelClass("", 0, (), (), (), None, (), ())
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py", "requirements.txt", "Pipfile")
_DRIVER = regex(r"psycopg|asyncpg|pg8000|postgres")
_MANIFESTS = ("pyproject.toml", "requirements*.txt", "*requirements.txt", "setup.cfg", "setup.py",
              "Pipfile", "base.txt", "*.in", "uv.lock", "poetry.lock")  # fmt: skip


def _project(target: Target, path: str) -> str:
    return target.home(posixpath.dirname(path), *_PROJECT)


@once
def _speaks_postgres(target: Target) -> bool:
    return any(_DRIVER.search(target.text(path)) for path in target.named(*_MANIFESTS))


def _literal(text: str) -> str | None:
    if text[:1] not in ("'", '"'):
        return None
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, str) else None


def _keyword(field: ModelField, name: str) -> str | None:
    return next((text for key, text in field.keywords if key == name), None)


# -- SQLAlchemy ----------------------------------------------------------------------------

_COLUMNS = ("Column", "mapped_column")
_NO_TYPE = regex(
    r"(?:\w+\.)*(?:ForeignKey|Sequence|Identity|Computed|CheckConstraint|FetchedValue)\b"
)
_MAPPED = regex(r"(?:\w+\.)*Mapped\[(.*)\]", 16)
_OPTIONAL = regex(r"(?:\w+\.)*Optional\[(.*)\]|(.*?)\s*\|\s*None|None\s*\|\s*(.*)", 16)
_SCHEMA = regex(r"[\"']schema[\"']\s*:\s*([^,}]+)")


def _attribute(one: _Class, name: str) -> ModelField | None:
    return next((field for field in one.own.fields if field.name == name), None)


def _alchemy_table(known: _Known, one: _Class) -> OrmTable | None:
    named = _attribute(one, "__tablename__")
    modern = any(key == "table" and text == "True" for key, text in one.own.keywords)
    if named is None and not modern:
        return None
    abstract = _attribute(one, "__abstract__")
    if abstract is not None and abstract.value == "True":
        return None
    if _attribute(one, "__table__") is not None:
        return None
    name = one.own.name.lower() if named is None else _literal(named.value)
    if named is None and ("__tablename__" in one.own.methods):
        return None
    if not name:
        return None
    inside, outside = known.lineage(one)
    if named is None and any("__tablename__" in other.own.methods for other in inside):
        return None
    columns: dict[str, OrmColumn] = {}
    schema = ""
    for other in inside:
        if other is not one and (
            _attribute(other, "__tablename__") is not None
            or any(key == "table" and text == "True" for key, text in other.own.keywords)
        ):
            continue  # joined inheritance: its columns are in its own table
        for field in other.own.fields:
            if field.name == "__table_args__" and not schema and other is one:
                schema = _schema_of(field)
            column = _alchemy_column(known, other, field, modern)
            if column is not None:
                columns.setdefault(column.name, column)
    if not columns:
        return None
    whole = all(base.rpartition(".")[2] in _EMPTY_BASES for _, base in outside) and not any(
        other.own.methods for other in inside
    )
    place = Place(one.path, named.line if named is not None else one.own.line)
    return OrmTable(name, schema, tuple(columns.values()), whole, place, named=one.own.name)


_EMPTY_BASES = frozenset(
    {"Base", "DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "Model", "SQLModel",
     "AsyncAttrs", "object", "ABC", "Generic"}
)  # fmt: skip


def _schema_of(field: ModelField) -> str:
    text = field.value
    found = _SCHEMA.search(text)
    return (_literal(found[1].strip()) or "") if found else ""


def _alchemy_column(
    known: _Known, one: _Class, field: ModelField, modern: bool = False
) -> OrmColumn | None:
    last = field.callee.rpartition(".")[2]
    place = Place(one.path, field.line)
    mapped = _MAPPED.fullmatch(field.annotation.strip())
    if last in _COLUMNS:
        arguments = list(field.arguments)
        name = field.name
        if arguments and (text := _literal(arguments[0])) is not None:
            name = text
            arguments = arguments[1:]
        given = _keyword(field, "name")
        if given is not None:
            text = _literal(given)
            if text is None:
                return None
            name = text
        kind = _keyword(field, "type_") or next(
            (one for one in arguments if not _NO_TYPE.match(one)), ""
        )
        told = _told_type(one, kind) if kind else ""
        if not kind and mapped and not any("ForeignKey" in one for one in arguments):
            # With a foreign key the type is that of the column it names.
            told = _annotated_type(known, mapped[1])
        nullable = _nullable(field, mapped[1] if mapped else None)
        shown = kind or (field.annotation if mapped else "")
        return OrmColumn(name, told, shown, nullable, place)
    if mapped and not field.callee and not field.value:
        told = _annotated_type(known, mapped[1])
        return OrmColumn(field.name, told, field.annotation, _nullable(field, mapped[1]), place)
    if modern and field.annotation and last in ("", "Field"):
        if field.name.startswith(("_", "model_config")) or "ClassVar" in field.annotation:
            return None
        if "[" in field.annotation and not _OPTIONAL.fullmatch(field.annotation.strip()):
            return None
        special = any(key.startswith("sa_") or key == "**" for key, _ in field.keywords)
        if special:
            return None
        nullable = _nullable_annotation(field.annotation)
        if _keyword(field, "primary_key") == "True":
            nullable = False
        if (text := _keyword(field, "nullable")) is not None:
            nullable = {"True": True, "False": False}.get(text)
        return OrmColumn(field.name, "", field.annotation, nullable, place)
    return None


def _told_type(one: _Class, text: str) -> str:
    """The type of an expression whose name comes from SQLAlchemy; empty for one's own types."""
    head = text.split("(", 1)[0].strip()
    origin = _origin(one, head)
    if not origin.startswith(("sqlalchemy", "sqlmodel", "flask_sqlalchemy")) and not re.match(
        r"(?:sa|db|sqlalchemy|postgresql|pg|types)\.", head
    ):
        return ""
    inner = text[len(head) :]
    if ")." in inner:  # ``JSON().with_variant(…)``
        return ""
    return sqlalchemy_type(text)


def _annotated_type(known: _Known, inner: str) -> str:
    if known.annotated:
        return ""
    optional = _OPTIONAL.fullmatch(inner.strip())
    bare = next((part for part in optional.groups() if part), "") if optional else inner
    return python_type(bare.strip())


def _nullable_annotation(inner: str) -> bool | None:
    """Whether ``Mapped[inner]`` may be NULL; ``None`` for a name that may stand for more."""
    optional = _OPTIONAL.fullmatch(inner.strip())
    bare = next((part for part in optional.groups() if part), "") if optional else inner
    if optional:
        return True
    return False if python_type(bare.strip()) else None


def _nullable(field: ModelField, annotation: str | None) -> bool | None:
    if any(key == "**" for key, _ in field.keywords):
        return None
    if (text := _keyword(field, "nullable")) is not None:
        return {"True": True, "False": False}.get(text)
    if (text := _keyword(field, "primary_key")) is not None:
        return False if text == "True" else None
    if any("Identity" in one or "Computed" in one for one in field.arguments):
        return None
    if annotation is not None:
        return _nullable_annotation(annotation)
    return True


# -- Django --------------------------------------------------------------------------------

_DJANGO_ROOTS = regex(
    r"django\.(?:contrib\.gis\.)?db\.models(?:\.base)?\.Model(?!\w)|django\.contrib\.auth\.\w+\.Abstract"
    r"\w*User|django\.contrib\.auth\.\w+\.PermissionsMixin"
)
_RELATIONS = ("ForeignKey", "OneToOneField")


def _django_tables(target: Target, known: _Known, one: _Class) -> Iterator[OrmTable]:
    if not one.path.endswith(".py") or not one.own.bases:
        return
    if not any("django" in origin for _, origin in one.file.imports):
        return
    inside, outside = known.lineage(one)
    if not any(_DJANGO_ROOTS.match(_origin(child, base)) for child, base in outside):
        return
    meta = dict(one.own.meta or ())
    if meta.get("abstract") == "True" or meta.get("proxy") == "True":
        return
    if meta.get("managed", "True") != "True" or meta.get("swappable") is not None:
        return
    if any("abstract" in (dict(other.own.meta or ())) for other in inside[:1]):
        return
    label = _literal(meta["app_label"]) if "app_label" in meta else _label(target, one.path)
    if not label:
        return
    table = _literal(meta["db_table"]) if "db_table" in meta else None
    if "db_table" in meta and table is None:
        return
    model = f"{label}.{one.own.name.lower()}"
    inherited = one.own.meta is None or one.own.meta_bases
    if table is None and inherited:
        for other in inside[1:]:
            if "db_table" in dict(other.own.meta or ()):
                return
    name = table if table is not None else f"{label}_{one.own.name.lower()}"
    if len(name) > 60 or '"' in name:
        return
    columns: dict[str, OrmColumn] = {}
    parents = []
    for other in inside:
        details = dict(other.own.meta or ())
        if other is not one and details.get("abstract") != "True" and _has_root(known, other):
            parents.append(other)
            continue
        for field in other.own.fields:
            column = _django_column(other, field)
            if column is not None:
                columns.setdefault(column.name, column)
    if parents:
        # The columns of a concrete parent, and all above it, are in its own table.
        columns = {
            column.name: column
            for field in one.own.fields
            if (column := _django_column(one, field)) is not None
        }
    place = Place(one.path, one.own.line)
    yield OrmTable(name, "", tuple(columns.values()), False, place, model, named=one.own.name)


def _has_root(known: _Known, one: _Class) -> bool:
    """Whether a class is a model itself, and no mere mixin."""
    _, outside = known.lineage(one)
    return any(_DJANGO_ROOTS.match(_origin(child, base)) for child, base in outside)


def _django_column(one: _Class, field: ModelField) -> OrmColumn | None:
    last = field.callee.rpartition(".")[2]
    if not last:
        return None
    origin = _origin(one, field.callee)
    if not origin.startswith("django."):
        return None
    given = _keyword(field, "db_column")
    renamed = _literal(given) if given is not None else None
    if given is not None and renamed is None:
        return None
    if any(key == "**" for key, _ in field.keywords):
        return None
    text = _keyword(field, "null")
    nullable = {None: False, "True": True, "False": False}.get(text)
    place = Place(one.path, field.line)
    if last in _RELATIONS:
        return OrmColumn(renamed or f"{field.name}_id", "", field.callee, nullable, place)
    kind = django_type(last)
    if last == "ArrayField":
        return OrmColumn(renamed or field.name, "", field.callee, nullable, place)
    if kind is None:
        return None
    if last == "NullBooleanField":
        nullable = True
    return OrmColumn(renamed or field.name, kind, field.callee, nullable, place)


_APP_LABEL = regex(r"^[ \t]+label\s*(?::\s*\w+\s*)?=\s*['\"](\w+)['\"]", 8)
_APP_NAME = regex(r"^[ \t]+name\s*(?::\s*\w+\s*)?=\s*['\"]([\w.]+)['\"]", 8)


def _label(target: Target, path: str) -> str:
    """The label of the Django app that a file belongs to."""
    folder = posixpath.dirname(path)
    for _ in range(5):
        if not folder:
            return ""
        apps = posixpath.join(folder, "apps.py")
        if target.has(apps):
            found = _APP_LABEL.findall(target.text(apps))
            if found:
                return str(found[0]) if len(set(found)) == 1 else ""
            named = _APP_NAME.findall(target.text(apps))
            if len(set(named)) == 1:
                return str(named[0]).rpartition(".")[2]
            return posixpath.basename(folder)
        if (
            target.has_dir(posixpath.join(folder, "migrations"))
            or target.has(posixpath.join(folder, "models.py"))
            or target.has(posixpath.join(folder, "models/__init__.py"))
        ):
            return posixpath.basename(folder)
        folder = posixpath.dirname(folder)
    return ""
