"""Migration histories as their tools record them: under which key each migration stands in the
tracking table, and which checksum it has there.

Beside the SQL histories of :mod:`.migrations` these are the ones whose migrations are programs
or lists. Nothing is run: names, revisions and files say it all.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from pytest_reconaudit.facts.db.migrations import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
    migration_roots,
    migration_script,
    postgres_major,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import toml
from pytest_reconaudit.readers.migration_records import (
    read_changelog,
    read_journal,
    read_python_migration,
)
from pytest_reconaudit.target import Target, home_among, once

__all__ = [
    "TOOL_NAMES",
    "Tracked",
    "TrackedHistory",
    "as_tool",
    "checksums",
    "flyway_key",
    "lets_go_missing",
    "repeatable_sum",
    "tables_of",
    "tracked_histories",
]

TOOL_NAMES = {
    "alembic": "Alembic", "dbmate": "dbmate", "diesel": "Diesel", "django": "Django",
    "drizzle": "Drizzle", "flyway": "Flyway", "golang-migrate": "golang-migrate", "goose": "goose",
    "liquibase": "Liquibase", "prisma": "Prisma", "rails": "Rails", "refinery": "refinery",
    "sea-orm": "SeaORM", "sqlx": "sqlx",
}  # fmt: skip
"""The tools whose tables are understood, and what people call them."""


class Tracked(Struct, frozen=True):
    """One migration and the key under which its tool records it."""

    key: str
    shown: str
    path: str
    line: int | None = None
    program: bool = False
    """It is no SQL file: its checksum is not known."""
    needs: tuple[str, ...] = ()
    """Alembic's revisions that go before it; the keys that a squashed Django one stands for."""
    optional: bool = False
    """Whether it runs depends on settings: its absence proves nothing."""
    listed: bool = True
    """Whether something names its file, where the tool runs what it is given by name."""

    @property
    def place(self) -> Place:
        return Place(self.path, self.line)


class TrackedHistory(Struct, frozen=True, eq=False):
    """One history in its tool's terms."""

    path: str
    tool: str
    """A name of :data:`TOOL_NAMES`; ``sql`` when nothing tells."""
    place: Place
    """Where the repository names it, else its first migration."""
    migrations: tuple[Tracked, ...]
    """In the order in which they run."""
    known: frozenset[str] = frozenset()
    """Further keys that the repository accounts for."""
    repeatable: tuple[Tracked, ...] = ()
    """Flyway's, by the names of their files."""
    table: str = ""
    """The tracking table that its configuration names."""
    root: MigrationRoot | None = None
    sure: bool = True
    """Whether it is known to be for PostgreSQL."""

    @property
    def id(self) -> str:
        return f"{self.path or '.'} ({TOOL_NAMES.get(self.tool, self.tool)})"

    @property
    def name(self) -> str:
        return TOOL_NAMES.get(self.tool, self.tool)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(one.key for one in self.migrations)


@once
def tracked_histories(target: Target) -> tuple[TrackedHistory, ...]:
    """Every history that some tool may record in a PostgreSQL database, by path."""
    found = [*_drizzles(target)]
    taken = {history.path for history in found}
    for root in migration_roots(target):
        if root.dialect in ("postgres", "") and root.tool in _OF_FILES and root.path not in taken:
            found += filter(None, [_of_root(target, root, root.tool)])
    taken = {history.path for history in found}
    others = (*_alembics(target), *_djangos(target), *_rails(target), *_sea_orms(target),
              *_liquibases(target))  # fmt: skip
    found += [history for history in others if history.migrations and history.path not in taken]
    return tuple(sorted(found, key=lambda history: (history.path, history.tool)))


def as_tool(target: Target, history: TrackedHistory, tool: str) -> TrackedHistory | None:
    """The same files as another tool would record them; ``None`` when it would not run them."""
    if tool == history.tool:
        return history
    layout = _LAYOUTS.get(tool)
    if history.root is None or layout is None or history.root.tool not in layout:
        return None
    known = _as_others(target)
    key = (history.path, tool)
    if key not in known:
        known[key] = _of_root(target, history.root, tool)
    return known[key]


@once
def _as_others(target: Target) -> dict[tuple[str, str], TrackedHistory | None]:
    return {}


_FLAT = frozenset({"sqlx", "golang-migrate", "goose", "dbmate", "flyway", "sql"})
_OF_FILES = _FLAT | {"diesel", "prisma", "refinery"}
_LAYOUTS: Mapping[str, frozenset[str]] = {
    "sqlx": _FLAT, "golang-migrate": frozenset({"sqlx", "golang-migrate", "sql"}), "goose": _FLAT,
    "dbmate": _FLAT, "rails": frozenset(), "flyway": frozenset({"flyway", "refinery"}),
    "refinery": frozenset({"flyway", "refinery"}),
}  # fmt: skip
"""Tool → the layouts that it could run, by the tool they were taken for."""


# -- SQL histories -------------------------------------------------------------------------

_REFINERY = regex(r"[UV](\d+)__(\w+)\.(?:sql|rs)$")
_GO = regex(r"(\d+)_.*(?<!_test)\.go$")
_VERSIONED = regex(r"V(\d[\d._]*?)__.+\.(?:java|kt|groovy|scala|sql)$")
_LISTED = regex(r"\(\s*'(\d{3,})'\s*\)")


def _of_root(target: Target, root: MigrationRoot, tool: str) -> TrackedHistory | None:
    key = _KEYS.get(tool, _integer)
    found: dict[str, Tracked] = {}
    numbered = [migration for migration in root.migrations if not migration.repeatable]
    for migration in numbered:
        if (number := key(migration)) is not None:
            shown = posixpath.basename(migration.path)
            optional = tool == "flyway" and shown.startswith("B")  # for new databases only
            if tool in ("diesel", "prisma"):
                shown = posixpath.basename(posixpath.dirname(migration.path))
            found.setdefault(number, Tracked(number, shown, migration.path, optional=optional))
    known: set[str] = set()
    repeatable: list[Tracked] = []
    if tool == "goose":
        found |= {one.key: one for one in _programs(target, root.path, _GO)} | found
    elif tool == "refinery":
        found |= {one.key: one for one in _programs(target, root.path, _REFINERY)} | found
    elif tool == "flyway":
        inner = f"{root.path}/" if root.path else ""
        for path in target.everything:
            name = posixpath.basename(path)
            below = path.startswith(inner) and name.endswith(".sql")
            if (match := _VERSIONED.match(name)) and (below or not name.endswith(".sql")):
                known.add(flyway_key(match[1]))
        for path in (one.path for one in root.migrations if one.repeatable):
            name = posixpath.basename(path)
            if name.startswith("R__"):
                repeatable.append(Tracked(name, name, path))
    elif tool in ("dbmate", "rails"):
        known |= _listed(target, root.path)
    if not found:
        return None
    ordered = sorted(found.values(), key=lambda one: _numbers(one.key))
    return TrackedHistory(
        root.path,
        tool,
        root.place,
        tuple(ordered if tool in ("goose", "refinery") else found.values()),
        frozenset(known),
        tuple(repeatable),
        _configured_table(target, root.path, tool),
        root,
        root.dialect == "postgres",
    )


def _integer(migration: MigrationFile) -> str | None:
    return str(int(migration.version)) if migration.version.isdecimal() else None


def flyway_key(version: str) -> str:
    """``1.0`` and ``01`` are version 1 to Flyway."""
    numbers = [str(int(number)) for number in re.findall(r"\d+", version)]
    while len(numbers) > 1 and numbers[-1] == "0":
        numbers.pop()
    return ".".join(numbers)


_KEYS: Mapping[str, Callable[[MigrationFile], str | None]] = {
    "diesel": lambda migration: migration.version,
    "prisma": lambda migration: migration.name,
    "dbmate": lambda migration: migration.version,
    "flyway": lambda migration: flyway_key(migration.version),
}


def _programs(target: Target, folder: str, pattern: re.Pattern[str]) -> Iterator[Tracked]:
    for path in target.files_below(folder):
        name = posixpath.basename(path)
        if match := pattern.match(name):
            program = not name.endswith(".sql")
            yield Tracked(str(int(match[1])), name, path, program=program)


def _listed(target: Target, folder: str) -> set[str]:
    """Versions that a dump of the schema beside the migrations says are in it."""
    home = posixpath.dirname(folder)
    found: set[str] = set()
    for name in ("structure.sql", "schema.sql"):
        path = posixpath.join(home, name)
        if target.has(path):
            found |= set(_LISTED.findall(target.text(path)))
    return found


def _numbers(key: str) -> list[int]:
    return [int(number[:30]) for number in re.findall(r"\d+", key)]


def _above(target: Target, folder: str, name: str) -> str:
    """The nearest file of this name at or above a folder."""
    while True:
        path = posixpath.join(folder, name)
        if target.has(path):
            return target.text(path)
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


# -- names of tracking tables --------------------------------------------------------------

_SETTINGS_FILES = (
    "*.go", "*.sh", "*.yml", "*.yaml", "Makefile", "Dockerfile*", ".env*", "justfile",
)  # fmt: skip
_TABLE_NAMED: Mapping[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "golang-migrate": (
        regex(r"x-migrations-table=([\w%.\"]+)|MigrationsTable:\s*\"([\w.]+)\""),
        _SETTINGS_FILES,
    ),
    "goose": (
        regex(
            r"SetTableName\(\s*\"([\w.]+)\"|GOOSE_TABLE\s*[:=]\s*[\"']?([\w.]+)"
            r"|goose[^\n]{0,300}\s-table[= ]+[\"']?([\w.]+)"
        ),
        _SETTINGS_FILES,
    ),
    "dbmate": (
        regex(
            r"DBMATE_MIGRATIONS_TABLE\s*[:=]\s*[\"']?([\w.]+)"
            r"|--migrations-table[= ]+[\"']?([\w.]+)"
        ),
        _SETTINGS_FILES,
    ),
    "flyway": (
        regex(
            r"^\s*(?:spring\.)?flyway\.table\s*[=:]\s*[\"']?([\w.]+)"
            r"|FLYWAY_TABLE\s*[:=]\s*[\"']?([\w.]+)",
            re.MULTILINE,
        ),
        ("*.conf", "*.toml", "*.properties", "*.yml", "*.yaml", ".env*"),
    ),
    "drizzle": (
        regex(
            r"migrationsTable\s*:\s*['\"]([\w.]+)"
            r"|migrations\s*:\s*\{[^{}]{0,300}?\btable\s*:\s*['\"]([\w.]+)"
        ),
        ("*.ts", "*.js", "*.mjs"),
    ),
    "alembic": (regex(r"version_table\s*=\s*['\"]([\w.]+)"), ("env.py",)),
    "refinery": (regex(r"set_migration_table_name\(\s*\"([\w.]+)\""), ("*.rs",)),
    "sea-orm": (
        regex(r"fn\s+migration_table_name[^{]{0,200}\{[^}\"]{0,200}\"([\w.]+)\""),
        ("*.rs",),
    ),
}
"""Tool → how its table is named, and in which files."""


def _configured_table(target: Target, folder: str, tool: str) -> str:
    """The table that the nearest configuration names, without its schema; empty: the usual one.

    Of settings in files, only those in the folder of the history's own application count.
    """
    if tool == "sqlx":
        settings = _sqlx_settings(target, folder).get("migrate")
        named = settings.get("table-name") if isinstance(settings, dict) else None
        return _bare(named) if isinstance(named, str) else ""
    if tool not in _TABLE_NAMED:
        return ""
    pattern, _ = _TABLE_NAMED[tool]
    named_at = [
        (path, _bare(next(filter(None, match.groups()))))
        for path in _tables_named(target, tool)
        if (match := pattern.search(target.text(path)))
    ]
    if not named_at:
        return ""
    near = {path: _nearness(target, path, folder) for path, _ in named_at}
    best = max(near.values())
    tables = {table for path, table in named_at if near[path] == best and best}
    return tables.pop() if len(tables) == 1 else ""


def _nearness(target: Target, path: str, folder: str) -> int:
    """How much of their paths a setting and a history have in common; 0: it is none of its own."""
    home = posixpath.dirname(path)
    if path.endswith(".rs") and target.home(home, "Cargo.toml") != target.home(
        folder, "Cargo.toml"
    ):
        return 0
    above = not home or f"{folder}/".startswith(f"{home}/")
    shared = posixpath.commonpath([f"/{home}", f"/{folder}"])
    return len(shared) if above or len(shared) > 1 else 0


@once
def _table_files(target: Target) -> dict[str, tuple[str, ...]]:
    return {}


def _tables_named(target: Target, tool: str) -> tuple[str, ...]:
    known = _table_files(target)
    if tool not in known:
        pattern, files = _TABLE_NAMED[tool]
        known[tool] = tuple(
            path
            for path in target.named(*files)
            if not is_test_path(path) and pattern.search(target.text(path))
        )
    return known[tool]


def _bare(table: str) -> str:
    return unquote(table).rpartition(".")[2].strip('"')


def _sqlx_settings(target: Target, folder: str) -> Mapping[str, Any]:
    try:
        return toml.loads(_above(target, folder, "sqlx.toml"))
    except (toml.TOMLDecodeError, RecursionError):
        return {}


_MISSING = {
    "sqlx": (
        regex(r"set_ignore_missing\(\s*true|--ignore-missing\b"),
        ("*.rs", "*.sh", "*.yml", "*.yaml", "Makefile", "Dockerfile*", "justfile"),
    ),
    "refinery": (regex(r"set_abort_missing\(\s*false"), ("*.rs",)),
    "flyway": (
        regex(r"ignore-?(?:migration-?patterns\b[^\n]*missing|missing-?migrations\W+true)", 2),
        ("*.conf", "*.toml", "*.properties", "*.yml", "*.yaml", "*.gradle", "*.kts", "pom.xml"),
    ),
}


def lets_go_missing(target: Target, tool: str) -> bool:
    """Whether the tool was told not to mind records whose migrations are gone."""
    pattern, files = _MISSING.get(tool, (None, ()))
    return pattern is not None and any(
        pattern.search(target.text(path)) for path in target.named(*files)
    )


# -- Drizzle -------------------------------------------------------------------------------


def _drizzles(target: Target) -> Iterator[TrackedHistory]:
    roots = {root.path: root for root in migration_roots(target)}
    for path in target.named("_journal.json"):
        home, inner = posixpath.split(posixpath.dirname(path))
        journal = target.parse(read_journal, path)
        root = roots.get(home)
        if inner != "meta" or is_test_path(path) or not journal.entries:
            continue
        if journal.dialect not in ("", "postgresql", "pg"):
            continue
        if not journal.dialect and (root is None or root.dialect != "postgres"):
            continue
        migrations = tuple(
            Tracked(str(entry.when), entry.tag, posixpath.join(home, f"{entry.tag}.sql"))
            for entry in journal.entries
        )
        table = _configured_table(target, home, "drizzle")
        yield TrackedHistory(home, "drizzle", Place(path), migrations, table=table, root=root)


# -- Alembic, Django -----------------------------------------------------------------------


def _alembics(target: Target) -> Iterator[TrackedHistory]:
    by_home: dict[str, list[Tracked]] = defaultdict(list)
    for path in target.files:
        if not path.endswith(".py") or "down_revision" not in target.text(path):
            continue
        found = target.parse(read_python_migration, path)
        if found.revision and not is_test_path(path):
            line = found.place.line if found.place else None
            one = Tracked(
                found.revision, posixpath.basename(path), path, line, True, needs=found.down
            )
            by_home[_alembic_home(target, path)].append(one)
    for home, found_here in by_home.items():
        place = Place(posixpath.join(home, "env.py"))
        if not target.has(place.path):
            place = Place(found_here[0].path, 1)
        yield TrackedHistory(
            home,
            "alembic",
            place,
            tuple(_by_descent(found_here)),
            table=_configured_table(target, home, "alembic"),
            sure=_speaks_postgres(target, home),
        )


def _alembic_home(target: Target, path: str) -> str:
    """The folder of the ``env.py`` that the revision belongs to."""
    folder = home = posixpath.dirname(path)
    for _ in range(4):
        if target.has(posixpath.join(folder, "env.py")):
            return folder
        folder = posixpath.dirname(folder)
    return home


def _by_descent(revisions: Iterable[Tracked]) -> list[Tracked]:
    """Each revision after those that it needs."""
    by_key = {one.key: one for one in revisions}
    followers: dict[str, list[str]] = defaultdict(list)
    waiting = {}
    for one in by_key.values():
        needs = {key for key in one.needs if key in by_key}
        waiting[one.key] = len(needs)
        for key in needs:
            followers[key].append(one.key)
    ready = [key for key, count in waiting.items() if not count]
    ordered: list[Tracked] = []
    for key in ready:
        ordered.append(by_key[key])
        for follower in followers[key]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return ordered + [one for one in by_key.values() if waiting[one.key] > 0]


_POSTGRES_DRIVER = regex(r"psycopg|asyncpg|pg8000|postgresql?(?:\+\w+)?://")
_PYTHON_FILES = ("pyproject.toml", "requirements*.txt", "setup.cfg", "setup.py", "Pipfile")


def _speaks_postgres(target: Target, folder: str) -> bool:
    """Whether the Python around a history talks to PostgreSQL, by its manifests."""
    if postgres_major(target) is not None:
        return True
    return any(_POSTGRES_DRIVER.search(target.text(path)) for path in target.named(*_PYTHON_FILES))


_APP_LABEL = regex(r"^\s+label\s*(?::\s*\w+\s*)?=\s*['\"](\w+)['\"]", 8)


def _djangos(target: Target) -> Iterator[TrackedHistory]:
    projects = {posixpath.dirname(path) for path in target.named("manage.py")}
    by_project: dict[str, list[Tracked]] = defaultdict(list)
    for path in target.files:
        folder, name = posixpath.split(path)
        if not name.endswith(".py") or not folder.endswith("migrations"):
            continue
        if name.startswith(("_", "~")) or is_test_path(path):
            continue
        if "Migration" not in target.text(path) or "django" not in target.text(path):
            continue
        found = target.parse(read_python_migration, path)
        if not found.django:
            continue
        app = _app_label(target, posixpath.dirname(folder))
        home = home_among(posixpath.dirname(folder), projects)
        stem = name.removesuffix(".py")
        replaced = tuple(f"{label}.{one}" for label, one in found.replaces)
        line = found.place.line if found.place else None
        by_project[home].append(
            Tracked(f"{app}.{stem}", f"{app}.{stem}", path, line, program=True, needs=replaced)
        )
    for home, migrations in by_project.items():
        manage = posixpath.join(home, "manage.py")
        place = Place(manage) if target.has(manage) else Place(migrations[0].path)
        sure = _speaks_postgres(target, home)
        yield TrackedHistory(home, "django", place, tuple(migrations), sure=sure)


def _app_label(target: Target, folder: str) -> str:
    path = posixpath.join(folder, "apps.py")
    match = _APP_LABEL.search(target.text(path)) if target.has(path) else None
    return match[1] if match else posixpath.basename(folder)


# -- Rails, SeaORM -------------------------------------------------------------------------

_RAILS = regex(r"(\d+)_[a-z0-9_]+(?:\.[a-z0-9_]+)?\.rb$")


def _rails(target: Target) -> Iterator[TrackedHistory]:
    by_folder: dict[str, list[Tracked]] = defaultdict(list)
    for path in target.files:
        folder, name = posixpath.split(path)
        if not folder.endswith("migrate") or is_test_path(path):
            continue
        match = _RAILS.match(name)
        if match and "ActiveRecord::Migration" in target.text(path):
            by_folder[folder].append(Tracked(str(int(match[1])), name, path, program=True))
    for folder, migrations in by_folder.items():
        migrations.sort(key=lambda one: int(one.key))
        known = frozenset(str(int(version)) for version in _listed(target, folder))
        place = Place(migrations[0].path)
        sure = '"pg"' in _above(target, folder, "Gemfile").replace("'", '"')
        yield TrackedHistory(folder, "rails", place, tuple(migrations), known, sure=sure)


_SEA_LISTED = regex(r"Box::new\(\s*(?:\w+::)*?(m\d{6,}\w*)::\w+")
_SEA_NAME = regex(r"fn\s+name\s*\(\s*&self\s*\)[^{]{0,100}\{\s*\"([^\"]+)\"")


def _sea_orms(target: Target) -> Iterator[TrackedHistory]:
    for path in target.files:
        if not path.endswith(".rs") or is_test_path(path):
            continue
        text = target.text(path)
        if "MigratorTrait" not in text or "Box::new" not in text:
            continue
        folder = posixpath.dirname(path)
        found = []
        for match in _SEA_LISTED.finditer(text):
            line_start = text.rfind("\n", 0, match.start()) + 1
            if text[line_start : match.start()].lstrip().startswith("//"):
                continue
            module = _sea_module(target, folder, match[1])
            named = _SEA_NAME.search(target.text(module)) if module else None
            key = named[1] if named else match[1]
            line = None if module else text.count("\n", 0, match.start()) + 1
            found.append(Tracked(key, key, module or path, line, program=True))
        if found:
            yield TrackedHistory(
                folder,
                "sea-orm",
                Place(path),
                tuple(found),
                table=_configured_table(target, folder, "sea-orm"),
                sure=bool(re.search("postgres", _above(target, folder, "Cargo.toml"))),
            )


def _sea_module(target: Target, folder: str, module: str) -> str:
    for path in (f"{module}.rs", f"{module}/mod.rs", f"migrations/{module}.rs"):
        full = posixpath.join(folder, path)
        if target.has(full):
            return full
    return ""


# -- Liquibase -----------------------------------------------------------------------------


def _liquibases(target: Target) -> Iterator[TrackedHistory]:
    logs = {}
    for path in target.files:
        if not path.endswith((".xml", ".yaml", ".yml", ".json", ".sql")) or is_test_path(path):
            continue
        text = target.text(path)
        if "databaseChangeLog" in text or "iquibase formatted" in text[:200]:
            log = target.parse(read_changelog, path)
            if log.changes or log.includes:
                logs[path] = log
    by_home: dict[str, list[str]] = defaultdict(list)
    for path in logs:
        head, there, _ = f"/{path}".rpartition("/resources/")
        by_home[f"{head}/resources".strip("/") if there else ""].append(path)
    for home, paths in by_home.items():
        included = {include for path in paths for include in logs[path].includes}
        names = {posixpath.basename(include.rstrip("/")) for include in included}
        changes = [
            (change, path, _is_included(path, names) or len(paths) == 1)
            for path in paths
            for change in logs[path].changes
        ]
        counts = Counter(f"{change.author}:{change.id}" for change, _, _ in changes)
        found = []
        for change, path, runs in changes:
            key = f"{change.author}:{change.id}"
            if counts[key] > 1:
                key += f"@{posixpath.basename(path)}"
            found.append(
                Tracked(
                    key, key, path, change.place.line, True, optional=change.bound,
                    listed=runs or bool(logs[path].includes),
                )
            )  # fmt: skip
        if found:
            sure = postgres_major(target) is not None
            place = Place(min(paths, key=lambda one: (not logs[one].includes, one)))
            yield TrackedHistory(home, "liquibase", place, tuple(found), sure=sure)


def _is_included(path: str, names: set[str]) -> bool:
    """Whether a change log names the file, or a folder above it."""
    return any(part in names for part in path.split("/"))


# -- checksums -----------------------------------------------------------------------------


def checksums(target: Target, history: TrackedHistory, one: Tracked) -> frozenset[str]:
    """Every checksum that the tool may have recorded for the file as it is now.

    Line ends are no difference: they are the checkout's. Empty: the tool records none, or the file
    cannot be read.
    """
    compute = _SUMS.get(history.tool)
    data = target.data(one.path) if compute and not one.program else b""
    if compute is None or not data:
        return frozenset()
    unix = data.replace(b"\r\n", b"\n")
    forms = {data, unix, unix.replace(b"\n", b"\r\n")}
    if history.tool == "sqlx" and (ignored := _ignored_characters(target, history.path)):
        forms |= {_without(form, ignored) for form in forms}
    return frozenset(text for form in forms for text in compute(one, form))


def repeatable_sum(target: Target, one: Tracked) -> frozenset[str]:
    """The same for a repeatable migration of Flyway; empty when it holds placeholders."""
    data = target.data(one.path)
    return frozenset() if b"${" in data or not data else frozenset(_crc_of_lines(one, data))


def _ignored_characters(target: Target, folder: str) -> list[str]:
    settings = _sqlx_settings(target, folder).get("migrate")
    ignored = settings.get("ignored-chars") if isinstance(settings, dict) else None
    return [one for one in ignored if isinstance(one, str)] if isinstance(ignored, list) else []


def _without(data: bytes, characters: Iterable[str]) -> bytes:
    for one in characters:
        data = data.replace(one.encode("utf-8", "surrogatepass"), b"")
    return data


def _hashed(one: Tracked, data: bytes, *, algorithm: str) -> Iterator[str]:
    yield hashlib.new(algorithm, data).hexdigest()


def _crc_of_lines(one: Tracked, data: bytes) -> Iterator[str]:
    """CRC-32 over the lines without their ends, as a signed integer; Flyway's."""
    for encoding in ("utf-8", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        crc = 0
        for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
            crc = zlib.crc32(line.encode("utf-8"), crc)
        yield str(crc - (1 << 32) if crc & (1 << 31) else crc)


def _refinery_sums(one: Tracked, data: bytes) -> Iterator[str]:
    """SipHash-1-3 over name, version and text as Rust hashes them; versions have 4 or 8 bytes."""
    match = _REFINERY.match(posixpath.basename(one.path))
    if match is None or len(data) > _MOST_HASHED:
        return
    for width in (4, 8):
        version = int(match[1])
        if version < 1 << (8 * width - 1):
            number = version.to_bytes(width, "little")
            yield str(_siphash13(match[2].encode() + b"\xff" + number + data + b"\xff"))


_MOST_HASHED = 500_000
"""Bytes that are hashed in Python: half a second."""
_MASK = (1 << 64) - 1


def _siphash13(data: bytes) -> int:
    v0, v1, v2, v3 = (
        0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573
    )  # fmt: skip
    whole = len(data) & ~7
    last = int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56
    words = [word for (word,) in struct.iter_unpack("<Q", data[:whole])]
    for word, rounds in (*((word, 1) for word in (*words, last)), (0xFF, 3)):
        if rounds == 1:
            v3 ^= word
        else:
            v2 ^= word
        for _ in range(rounds):
            v0 = (v0 + v1) & _MASK
            v1 = (v1 << 13 & _MASK | v1 >> 51) ^ v0
            v0 = v0 << 32 & _MASK | v0 >> 32
            v2 = (v2 + v3) & _MASK
            v3 = (v3 << 16 & _MASK | v3 >> 48) ^ v2
            v0 = (v0 + v3) & _MASK
            v3 = (v3 << 21 & _MASK | v3 >> 43) ^ v0
            v2 = (v2 + v1) & _MASK
            v1 = (v1 << 17 & _MASK | v1 >> 47) ^ v2
            v2 = v2 << 32 & _MASK | v2 >> 32
        if rounds == 1:
            v0 ^= word
    return v0 ^ v1 ^ v2 ^ v3


_SUMS: Mapping[str, Callable[[Tracked, bytes], Iterator[str]]] = {
    "sqlx": partial(_hashed, algorithm="sha384"),
    "prisma": partial(_hashed, algorithm="sha256"),
    "drizzle": partial(_hashed, algorithm="sha256"),
    "flyway": _crc_of_lines,
    "refinery": _refinery_sums,
}


def tables_of(target: Target, history: TrackedHistory) -> frozenset[str]:
    """The tables that its SQL creates, in lower case; none of a history of programs."""
    if history.root is None:
        return frozenset()
    return frozenset(
        match[1].strip('"').lower()
        for migration in history.root.migrations
        for statement in migration_script(target, history.root, migration).statements
        if (match := _CREATES.match(statement.text))
    )


_CREATES = regex(
    r"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:\"?[\w$]+\"?\s*\.\s*)?(\"[^\"]+\"|[\w$]+)",
    re.IGNORECASE,
)
