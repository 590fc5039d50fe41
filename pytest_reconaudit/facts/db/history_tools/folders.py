"""Histories told by the layout of their folder: Diesel, Prisma, and numbered SQL files."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from pytest_reconaudit.facts.db.history_tools.dialects import FOREIGN_PATH, dialect_of
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    clean,
    is_migrations_folder,
    nearest_text,
    toml_of,
)
from pytest_reconaudit.facts.db.history_tools.sections import annotated_as
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

__all__ = [
    "UNDO",
    "by_release",
    "diesel_folders",
    "diesel_root",
    "flat_root",
    "made_root",
    "prisma_root",
]

_NUMBERED = regex(
    r"(?:v(?P<v>\d[\d._]*?)__|[vV]?(?P<number>\d+)(?:[_.-]|(?=\.sql$)))"
    r"(?P<name>.*?)(?P<up>\.(?:up|do))?\.?sql$"
)
UNDO = regex(r"(?:^|[._/-])(?:down|undo|rollback|revert)(?:[._-]|\.sql$|/)", re.IGNORECASE)
"""Names of files and folders that take back what a migration does."""
_NO_HISTORY = regex(
    r"seed|quer(?:y|ies)|report|demo|lesson|exercise|tutorial|bench|dump|backup|snippet|analys"
    r"|models|views|functions|procedures|course|chapter|solutions?$|week|day\d",
    re.IGNORECASE,
)
_TEMPLATES = regex(r"(?:^|/)(?:templat\w*|stubs?)(?:/|$)", re.IGNORECASE)
_MAKES_TABLE = regex(r"\bcreate\s+(?:unlogged\s+)?table\b", re.IGNORECASE)


def _numbered(paths: list[str]) -> bool:
    """Whether a folder of some files begins with a version; others are read by programs."""
    return any(posixpath.basename(posixpath.dirname(path))[:1].isdigit() for path in paths)


# -- Diesel --------------------------------------------------------------------------------


def diesel_root(target: Target, folder: str, paths: list[str]) -> MigrationRoot | None:
    """The folder whose directories hold ``up.sql``."""
    named = next((p for p, root in diesel_folders(target) if root == folder), None)
    if not _numbered(paths) or (named is None and _is_another_tools(target, folder, paths)):
        return None
    migrations = []
    for path in paths:
        home = posixpath.dirname(path)
        name = posixpath.basename(home)
        version = name.partition("_")[0].replace("-", "")
        settings = toml_of(target, f"{home}/metadata.toml")
        wrapped = settings.get("run_in_transaction") is not False
        migrations.append(MigrationFile(version, name, path, wrapped))
    migrations.sort(key=lambda migration: (migration.version, migration.name))
    return made_root(target, folder, "diesel", migrations, named or Place(migrations[0].path))


def _is_another_tools(target: Target, folder: str, paths: list[str]) -> bool:
    """Whether many numbered directories have files of other names instead: a program of the
    repository reads them its own way."""
    mine = {posixpath.dirname(path) for path in paths}
    others = {
        home
        for path in target.files_below(folder)
        if path.endswith(".sql")
        and (home := posixpath.dirname(path)) not in mine
        and posixpath.basename(home)[:1].isdigit()
    }
    return 2 * len(others) >= len(mine)


@once
def diesel_folders(target: Target) -> tuple[tuple[Place, str], ...]:
    """(where it says so, migrations folder) of each ``diesel.toml``."""
    found = []
    for path in target.named("diesel.toml"):
        home = posixpath.dirname(path)
        section = toml_of(target, path).get("migrations_directory")
        given = section.get("dir") if isinstance(section, dict) else None
        folder = given if isinstance(given, str) else "migrations"
        lines = target.text(path).split("\n")
        line = next((n for n, t in enumerate(lines, 1) if re.match(r"\s*dir\s*=", t)), 1)
        if (
            isinstance(given, str)
            and target.has_dir(given)
            and not target.has_dir(posixpath.join(home, given))
        ):
            home = ""
        found.append((Place(path, line, 1), clean(posixpath.join(home, folder))))
    return tuple(found)


# -- Prisma --------------------------------------------------------------------------------


def prisma_root(target: Target, folder: str, paths: list[str]) -> MigrationRoot | None:
    """The folder whose directories hold ``migration.sql``: Prisma's, and Drizzle's later one."""
    if not _numbered(paths):
        return None
    migrations = []
    ordered = sorted(paths)
    drizzle = target.has(f"{posixpath.dirname(ordered[-1])}/snapshot.json")
    for path in ordered:
        name = posixpath.basename(posixpath.dirname(path))
        # One simple query: a transaction, unless a statement is alone.
        alone = not drizzle and len(target.parse(read_sql, path).statements) == 1
        migrations.append(MigrationFile(name.partition("_")[0], name, path, not alone))
    tool = "drizzle" if drizzle else "prisma"
    programs = [
        path
        for path in target.files_below(folder)
        if posixpath.basename(path) in ("migration.ts", "migration.js")
    ]
    root = made_root(target, folder, tool, migrations, Place(migrations[0].path))
    return MigrationRoot(
        root.path, tool, root.migrations, root.place, root.dialect, "".join(programs[:1])
    )


# -- numbered files ------------------------------------------------------------------------


def flat_root(target: Target, folder: str, paths: list[str]) -> MigrationRoot | None:
    """The history that a folder of numbered SQL files is, if it is one."""
    numbered = _of_one_server(
        (path, match) for path in paths if (match := _NUMBERED.match(posixpath.basename(path)))
    )
    named = is_migrations_folder(folder)
    if not numbered or _TEMPLATES.search(folder) or _helps_programs(target, folder, len(numbered)):
        return None
    if not named:
        # Any folder may hold numbered SQL: exercises, reports, seeds. A history makes tables.
        release = _RELEASE.fullmatch(posixpath.basename(folder))
        if len(numbered) < (1 if release else 2) or len(numbered) < len(paths):
            return None
        if _NO_HISTORY.search(folder):
            return None
        if not release and not any(_MAKES_TABLE.search(target.text(path)) for path, _ in numbered):
            return None
    tool = _flat_tool(target, folder, numbered)
    ups = [path for path, match in numbered if match["up"]]
    migrations = []
    for path, match in numbered:
        if ups and not match["up"] and tool == "golang-migrate":
            continue
        if tool == "sqlx" and not re.match(r"\d+_", posixpath.basename(path)):
            continue  # sqlx takes no other name
        version = ".".join(re.findall(r"\d+", match["number"] or match["v"]))
        name = match["name"].strip(".") or version
        migrations.append(MigrationFile(version, name, path, _flat_transaction(target, path, tool)))
    if not migrations:
        return None
    migrations.sort(key=lambda m: ([int(n) for n in m.version.split(".") if n], m.path))
    if tool in ("sqlx", "golang-migrate") and any(int(m.version) >= 2**63 for m in migrations):
        tool = "sql"  # another tool with their layout: their versions are 64-bit integers
    return made_root(target, folder, tool, migrations, Place(migrations[0].path))


def _helps_programs(target: Target, folder: str, count: int) -> bool:
    """Whether most numbered files beside or right above are programs: they read the SQL."""
    for home in (folder, posixpath.dirname(folder)):
        start = len(home) + 1 if home else 0
        programs = sum(
            1
            for path in target.files_below(home)
            if "/" not in path[start:]
            and path.endswith(_SOURCES)
            and _PROGRAM.match(path[start:])
            and path[start : start + 1].isdigit()
        )
        if programs > count:
            return True
    return False


_SOURCES = (".go", ".java", ".kt", ".py", ".rb", ".js", ".ts", ".cs", ".php", ".exs", ".rs")


def _of_one_server(
    found: Iterable[tuple[str, re.Match[str]]],
) -> list[tuple[str, re.Match[str]]]:
    """PostgreSQL's files where a folder holds ``7_a.postgres.up.sql``, ``7_a.mysql.up.sql`` …

    A file without a server's name is for all that have none of their own.
    """
    ours: list[tuple[str, re.Match[str]]] = []
    for path, match in found:
        if not FOREIGN_PATH.search(posixpath.basename(path)):
            ours.append((path, match))
    special = {_POSTGRES_WORD.sub("", path) for path, _ in ours if _POSTGRES_WORD.search(path)}
    return [
        (path, match) for path, match in ours if _POSTGRES_WORD.search(path) or path not in special
    ]


_POSTGRES_WORD = regex(r"[._-](?:postgres(?:ql)?|pgsql|pg)(?=\.)(?=[^/]*$)")


def _flat_tool(target: Target, folder: str, numbered: list[tuple[str, re.Match[str]]]) -> str:
    for path, _ in numbered[:3]:
        if tool := annotated_as(target.text(path)):
            return tool
    ups = any(match["up"] == ".up" for _, match in numbered)
    if not ups and target.has(posixpath.join(folder, "atlas.sum")):
        return "atlas"
    if posixpath.basename(posixpath.dirname(folder)) == "supabase":
        return "supabase"
    manifest = nearest_text(target, folder, "Cargo.toml")
    if "sqlx" in manifest or folder in _embedded(target):
        return "sqlx"
    return "golang-migrate" if ups else "sql"


_EMBEDS = regex(r"\bsqlx::migrate!\s*\(\s*(?:\"([^\"]*)\")?")


@once
def _embedded(target: Target) -> frozenset[str]:
    """Folders that a crate takes in with ``sqlx::migrate!``: its path starts at the crate."""
    found = set()
    for path in target.files:
        if not path.endswith(".rs") or "sqlx::migrate!" not in target.text(path):
            continue
        home = target.home(posixpath.dirname(path), "Cargo.toml")
        for match in _EMBEDS.finditer(target.text(path)):
            found.add(clean(posixpath.join(home, match[1] or "migrations")))
    return frozenset(found)


def _flat_transaction(target: Target, path: str, tool: str) -> bool:
    text = target.text(path)
    if tool == "sqlx":
        return not text.lstrip().startswith("-- no-transaction")
    if tool == "goose":
        return not re.search(r"--\s*\+goose\s+NO\s+TRANSACTION", text, re.IGNORECASE)
    if tool == "dbmate":
        return not re.search(r"--\s*migrate:up\b.*transaction:\s*false", text, re.IGNORECASE)
    if tool == "sql-migrate":
        return not re.search(r"--\s*\+migrate\s+Up\b.*\bnotransaction\b", text, re.IGNORECASE)
    if tool == "atlas":
        return not re.search(r"^--\s*atlas:txmode\s+none\b", text, re.MULTILINE)
    if tool == "tern":
        return not re.search(r"----\s*tern:\s*disable-tx\s*----", text)
    if tool in ("node-pg-migrate", "evolutions"):
        return True
    if tool in ("golang-migrate", "supabase"):
        # One simple query: a transaction, unless a statement is alone or brings its own.
        statements = target.parse(read_sql, path).statements
        return len(statements) > 1 and statements[0].text.lower() not in ("begin", "begin work")
    # Whoever runs a file of an unknown tool that locks a table, runs it inside of one.
    return _LOCKS.search(text) is not None and _OWN_ONE.search(text) is None


_LOCKS = regex(r"(?im)^[ \t]*(?:lock[ \t]+\w|savepoint[ \t]+\w)")
_OWN_ONE = regex(r"(?im)^[ \t]*(?:begin|start[ \t]+transaction)\b|\bconcurrently\b|^[ \t]*vacuum\b")


_RELEASE = regex(r"v?\d+(?:\.\d+)+")


def by_release(roots: list[MigrationRoot]) -> list[MigrationRoot]:
    """Folders that are named by releases, ``v1.2`` beside ``v1.10``, as one history."""
    groups: dict[str, list[MigrationRoot]] = defaultdict(list)
    others = []
    for root in roots:
        home, name = posixpath.split(root.path)
        if root.tool == "sql" and _RELEASE.fullmatch(name):
            groups[home].append(root)
        else:
            others.append(root)
    for home, found in groups.items():
        found.sort(key=lambda root: [int(n) for n in re.findall(r"\d+", root.path[len(home) :])])
        migrations = tuple(
            replace(one, version=f"{posixpath.basename(root.path)}/{one.version}")
            for root in found
            for one in root.migrations
        )
        dialects = {root.dialect for root in found if root.dialect}
        dialect = dialects.pop() if len(dialects) == 1 else "" if not dialects else "several"
        coded = next((root.coded for root in found if root.coded), "")
        others.append(MigrationRoot(home, "sql", migrations, found[0].place, dialect, coded))
    return others


# -- all of them ---------------------------------------------------------------------------


def made_root(
    target: Target, folder: str, tool: str, migrations: list[MigrationFile], place: Place
) -> MigrationRoot:
    """A root of migrations in their order; its server and its programs are found here."""
    paths = [migration.path for migration in migrations]
    dialect = dialect_of(target, folder, paths)
    return MigrationRoot(
        folder, tool, tuple(migrations), place, dialect, _coded(target, folder, tool)
    )


_JVM = ("java", "kt", "groovy", "scala")
_CODED: Mapping[str, tuple[str, ...]] = defaultdict(
    tuple,
    {
        "goose": ("go",), "flyway": _JVM, "refinery": ("rs",), "node-pg-migrate": ("js", "ts"),
        "sql": ("go", *_JVM, "py", "rb", "js", "ts", "cs", "php"),
    },
)  # fmt: skip
"""Tool → the endings of the programs that it runs beside SQL."""
_PROGRAM = regex(r"(?:[vVU]|R__)?\d*[\d_.-]*_\w.*\.(?P<ending>\w+)$")


def _coded(target: Target, folder: str, tool: str) -> str:
    """A numbered program beside the SQL files, or one folder below them."""
    endings = _CODED[tool]
    prefix = f"{folder}/" if folder else ""
    for path in target.files_below(folder) if endings else ():
        if path.count("/", len(prefix)) > 1 or path.endswith(("_test.go", ".test.ts", ".d.ts")):
            continue
        match = _PROGRAM.match(posixpath.basename(path))
        if match and match["ending"] in endings and _begins(path, tool):
            return path
    return ""


def _begins(path: str, tool: str) -> bool:
    """Whether a program's name begins as the tool's migrations do."""
    first = posixpath.basename(path)[:1]
    return first in "VRU" if tool in ("flyway", "refinery") else first.isdigit() or first in "vV"
