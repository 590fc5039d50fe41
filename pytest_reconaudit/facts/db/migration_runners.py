"""Who runs migrations, which SQL is named and missing, and whether git keeps what they run."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.db.history_tools.files import clean, is_test_path
from pytest_reconaudit.facts.db.history_tools.folders import diesel_folders
from pytest_reconaudit.facts.db.migrations import migration_roots
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "CommittedMigrations",
    "MigrationRunner",
    "MissingMigration",
    "committed_migrations",
    "migration_runners",
    "missing_migrations",
]


class MigrationRunner(Struct, frozen=True):
    """A place that runs a migration tool, or a configuration that declares one."""

    tool: str
    root: str
    """The folder that this run reads, as far as the place tells; relative to the target."""
    place: Place
    text: str


class MissingMigration(Struct, frozen=True):
    """SQL that something runs and that a fresh clone does not have."""

    path: str
    """Where the file would lie, relative to the target."""
    uses: tuple[Place, ...]
    """Scripts and workflows first, then documents."""
    indexes: bool
    """Its name, or the place that runs it, says that it makes indexes."""
    ignored: Place | None
    """The ignore rule that keeps it out of the repository."""
    on_disk: bool
    documented_only: bool


# -- who runs them -------------------------------------------------------------------------

_RUNS = (
    (
        "diesel",
        regex(r"\bdiesel\s+(?:--\S+\s+)*(?:migration\s+(?:run|redo)|setup\b|database\b)"),
    ),
    ("sqlx", regex(r"\bsqlx\s+(?:migrate\s+run|database\s+setup)")),
    (
        "golang-migrate",
        regex(
            r"(?:^|[/;&|]|(?<!sqlx)(?<!diesel)(?<!prisma)(?<!\.py)(?<!-admin)(?<!artisan)\s)migrate\s[^\n|;&]*-(?:path|source|database)\b"
        ),
    ),
    ("goose", regex(r"\bgoose\s+[^\n|;&]*\bup\b")),
    ("dbmate", regex(r"\bdbmate\s+(?:[^\n|;&]*\s)?(?:up|migrate)\b")),
    ("prisma", regex(r"\bprisma\s+migrate\s+(?:deploy|dev|reset)\b")),
    ("flyway", regex(r"\bflyway\s+[^\n|;&]*\bmigrate\b")),
)
_EMBEDDED = regex(r"\b(embed_migrations|sqlx::migrate)!\s*\(\s*(?:\"([^\"]*)\")?")
_RUN_HINT = regex(r"diesel|sqlx|migrat|goose|dbmate|flyway")
_MOVES = regex(r"^[^#\n]*?(?:working-directory:|\bcd)\s+[\"']?(?:\./)?([\w./-]+)", re.M)
_RUN_FOLDER = regex(r"--(?:migration-dir|source|dir|migrations-dir)[= ]+[\"']?([\w./-]+)")
_GO_FOLDER = regex(r"-(?:path|source|dir)[= ]+[\"']?(?:file://)?([\w./-]+)")
_RUN_FILES = (
    "*.sh", "*.bash", "*.yml", "*.yaml", "Makefile", "makefile", "*.mk", "justfile", "Justfile",
    "Dockerfile*", "*.Dockerfile", "*ockerfile", "package.json", "Taskfile*", "Procfile",
)  # fmt: skip


@once
def migration_runners(target: Target) -> tuple[MigrationRunner, ...]:
    """Places that run a migration tool (scripts, workflows, code) or configure one."""
    found = [
        MigrationRunner("diesel", root, place, place.path) for place, root in diesel_folders(target)
    ]
    for path in target.named(*_RUN_FILES):
        if not is_test_path(path) and _RUN_HINT.search(target.text(path)):
            found.extend(_runs_in(target, path))
    for path in target.files:
        if path.endswith(".rs") and "migrat" in target.text(path) and not is_test_path(path):
            found.extend(_embedded_in(target, path))
    return tuple(found)


def _runs_in(target: Target, path: str) -> Iterator[MigrationRunner]:
    text = target.text(path)
    moves: list[tuple[int, str]] | None = None
    done = -1
    for hint in _RUN_HINT.finditer(text):
        start = text.rfind("\n", 0, hint.start()) + 1
        if start == done:
            continue
        done = start
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        stripped = line.strip()
        if stripped.startswith(("#", "echo ", "printf ")):
            continue
        for tool, pattern in _RUNS:
            if match := pattern.search(line):
                if moves is None:
                    moves = [(m.start(), m[1]) for m in _MOVES.finditer(text)]
                stop = start + len(line)
                folder = next((f for at, f in reversed(moves) if at < stop), "")
                given = (_GO_FOLDER if tool == "golang-migrate" else _RUN_FOLDER).search(line)
                if given:
                    root = posixpath.join(folder if target.has_dir(folder) else "", given[1])
                else:
                    root = posixpath.join(_home(target, folder, tool), "migrations")
                number = text.count("\n", 0, start) + 1
                place = Place(path, number, match.start() + 1)
                yield MigrationRunner(tool, clean(root), place, stripped[:200])
                break


def _embedded_in(target: Target, path: str) -> Iterator[MigrationRunner]:
    """``embed_migrations!()``: the named folder, else the first ``migrations`` going up."""
    text = target.text(path)
    for match in _EMBEDDED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if target.line(path, line).lstrip().startswith("//"):
            continue
        crate = home = target.home(posixpath.dirname(path), "Cargo.toml")
        if match[2] is None:
            while home and not target.has_dir(f"{home}/migrations"):
                home = posixpath.dirname(home)
            if not target.has_dir(posixpath.join(home, "migrations")):
                home = crate
        root = clean(posixpath.join(home, match[2] or "migrations"))
        tool = "diesel" if match[1] == "embed_migrations" else "sqlx"
        column = match.start() - text.rfind("\n", 0, match.start())
        yield MigrationRunner(tool, root, Place(path, line, column), match[0])


def _home(target: Target, folder: str, tool: str) -> str:
    """The folder in which a command runs: where it went to, else where the tool's project is."""
    if folder and target.has_dir(folder):
        return folder
    if tool in ("diesel", "sqlx") and not target.has_dir("migrations"):
        for toml in target.named("diesel.toml", "Cargo.toml"):
            home = posixpath.dirname(toml)
            if target.has_dir(posixpath.join(home, "migrations")):
                return home
    return ""


# -- SQL that is named and missing ---------------------------------------------------------

_SQL_NAME = regex(r"(?<![\w*./-])(?:\./)?((?:[\w.-]+/)*[\w.-]+\.sql)(?![\w*])")
_RUNS_SQL = regex(
    r"\bpsql\b|\bpg_restore\b|<\s*[\"']?[\w./-]+\.sql|\bMIGRATION\w*=|\bFILE\w*=|sql\w*=|-f\s",
    re.IGNORECASE,
)
_MAKES = regex(
    r"(?:>|>>|--file[= ]|-o\s|\bcp\b.*|\bmv\b.*|\brm\b.*|\bpg_dump\b.*)\s*[\"']?[^\s\"']*\.sql"
)
_SOUNDS_MIGRATION = regex(r"migrat|index|schema|^\d{3,}|/\d{3,}|init", re.IGNORECASE)


@once
def missing_migrations(target: Target) -> tuple[MissingMigration, ...]:
    """Migration SQL that scripts, workflows or documents name and a fresh clone lacks."""
    uses: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for path in (*target.named(*_RUN_FILES), *_shebang_files(target)):
        if is_test_path(path):
            continue
        text = target.text(path)
        if ".sql" in text:
            for place, named, line in _named_sql(path, text):
                uses[named].append((place, line))
    documents: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for path in target.documents:
        text = target.text(path)
        if ".sql" in text:
            for place, named, line in _named_sql(path, text):
                documents[named].append((place, line))
    return tuple(_group_missing(target, uses, documents))


def _shebang_files(target: Target) -> Iterator[str]:
    for path in target.files:
        plain = "." not in posixpath.basename(path) and target.is_executable(path)
        if plain and target.text(path).startswith("#!"):
            yield path


def _named_sql(path: str, text: str) -> Iterator[tuple[Place, str, str]]:
    at = text.find(".sql")
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[start:end]
        plain = len(line) < 2_000 and not line.lstrip().startswith(("#", "//"))
        if plain and not _MAKES.search(line):
            number = text.count("\n", 0, start) + 1
            for match in _SQL_NAME.finditer(line):
                # After these it is the tail of a path with a variable in it, or of a URL.
                if not line[: match.start()].endswith(("/", "$", "}", "*", ":")):
                    place = Place(path, number, match.start() + 1)
                    yield place, match[1].removeprefix("./"), line
        at = text.find(".sql", end)


def _group_missing(
    target: Target,
    uses: Mapping[str, list[tuple[Place, str]]],
    documents: Mapping[str, list[tuple[Place, str]]],
) -> Iterator[MissingMigration]:
    grouped: dict[str, tuple[list[tuple[Place, str]], list[tuple[Place, str]]]] = {}
    names = {posixpath.basename(path) for path in target.everything if path.endswith(".sql")}
    for source, rank in ((uses, 0), (documents, 1)):
        for named, places in source.items():
            base = posixpath.basename(named)
            if base in names or not _SOUNDS_MIGRATION.search(named):
                continue
            grouped.setdefault(base, ([], []))[rank].extend(places)
    for base, (used, documented) in sorted(grouped.items()):
        running = [pair for pair in used if _RUNS_SQL.search(pair[1])]
        quoted = [pair for pair in documented if re.search(r"\bpsql\b", pair[1])]
        if not running and not quoted:
            continue
        candidates = [
            named
            for named in (*uses, *documents)
            if posixpath.basename(named) == base
        ]  # fmt: skip
        path = max(candidates, key=lambda named: (_lies(target, named), named.count("/")))
        chosen = [*used, *documented] if running else documented
        context = " ".join(line for _, line in (*running, *quoted))
        rule = target.ignored_by(path)
        yield MissingMigration(
            path=path,
            uses=tuple(place for place, _ in chosen),
            indexes=bool(re.search(r"index|idx", f"{base} {context}", re.IGNORECASE)),
            ignored=rule.place if rule else None,
            on_disk=target.on_disk(path),
            documented_only=not running,
        )


def _lies(target: Target, named: str) -> bool:
    """Whether the folder of a named path exists."""
    return target.has_dir(posixpath.dirname(named))


# -- what git keeps ------------------------------------------------------------------------

_NEXT = {
    "diesel": "2999-12-31-000000_next/up.sql",
    "prisma": "29991231000000_next/migration.sql",
    "golang-migrate": "29991231000000_next.up.sql",
    "flyway": "V9999__next.sql",
    "refinery": "V9999__next.sql",
}


class CommittedMigrations(Struct, frozen=True):
    """Whether git keeps the SQL of some migration roots: one ignore rule, or one healthy root."""

    rule: IgnoreRule | None
    """The rule that keeps the next migration out of the repository."""
    roots: tuple[str, ...]
    tools: tuple[str, ...]
    tracked: int
    """How many migrations a fresh clone has nevertheless."""
    uses: tuple[Place, ...]
    """Where the tools are configured or run."""


@once
def committed_migrations(target: Target) -> tuple[CommittedMigrations, ...]:
    """Ignore rules that match the detected tools' next migration, then the roots without one."""
    tools: dict[str, str] = {}
    uses: dict[str, list[Place]] = defaultdict(list)
    tracked: dict[str, int] = {}
    for root in migration_roots(target):
        if root.tool not in ("initdb", "dump"):
            tools[root.path] = root.tool
            tracked[root.path] = len(root.migrations)
    for runner in migration_runners(target):
        tools.setdefault(runner.root, runner.tool)
        uses[runner.root].append(runner.place)
    by_rule: dict[IgnoreRule | str, list[str]] = defaultdict(list)
    for folder, tool in sorted(tools.items()):
        path = posixpath.join(folder, _NEXT.get(tool, "29991231000000_next.sql"))
        by_rule[target.ignored_by(path) or folder].append(folder)
    return tuple(
        CommittedMigrations(
            rule=None if isinstance(key, str) else key,
            roots=tuple(folders),
            tools=tuple(sorted({tools[folder] for folder in folders})),
            tracked=sum(tracked.get(folder, 0) for folder in folders),
            uses=tuple(place for folder in folders for place in uses[folder]),
        )
        for key, folders in by_rule.items()
    )
