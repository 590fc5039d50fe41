"""What the migration tools find when they run, and how many systems change one database.

Two joins over the histories and runners of :mod:`.migrations`: each run against the folder it
reads, and all runs, SQL scripts, DDL in code and ORM switches against each other.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.db.drizzle_pushes import drizzle_push
from pytest_reconaudit.facts.db.indexes import foreign_sql
from pytest_reconaudit.facts.db.migration_runners import (
    MigrationRunner,
    migration_runners,
    missing_migrations,
)
from pytest_reconaudit.facts.db.migrations import MigrationRoot, is_test_path, migration_roots
from pytest_reconaudit.facts.invocations import Invocation, invocations
from pytest_reconaudit.facts.packages import cargo_at
from pytest_reconaudit.facts.references import references
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.migration_code import may_run_migrations, migration_code
from pytest_reconaudit.readers.rust_text import before_tests
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "DatabaseChangers",
    "MigrationFault",
    "MigrationPlace",
    "SchemaChange",
    "database_changers",
    "migration_places",
    "psql_inputs",
]


class MigrationFault(Struct, frozen=True):
    """One thing that keeps migrations from running."""

    kind: str
    """``empty``, ``no-up``, ``rust``, ``loose``, ``unlisted``, ``lost``, ``pushed``, ``stub``,
    ``uncompiled`` or ``swallowed``."""
    place: Place
    says: str
    evidence: str
    related: tuple[tuple[Place, str], ...] = ()


class MigrationPlace(Struct, frozen=True):
    """A migrations folder with what runs it, or a source file that runs migrations."""

    path: str
    tool: str
    faults: tuple[MigrationFault, ...]


class SchemaChange(Struct, frozen=True):
    """A place where something changes the tables of a database."""

    system: str
    """``Diesel migrations``, ``psql scripts``, ``TypeORM synchronize`` …: equal means the same."""
    place: Place
    text: str
    home: str
    """The folder of the program whose database it is; empty: the repository's."""
    hollow: str = ""
    """Why it has nothing to run; empty when it has."""


class DatabaseChangers(Struct, frozen=True):
    """What changes the tables of the repository's databases."""

    changes: tuple[SchemaChange, ...]
    rivals: tuple[SchemaChange, ...]
    """Those of one database that belong to two or more systems; empty when there is one."""
    scripts: tuple[SchemaChange, ...]
    """One run each of the scripts that run the same tool, when there are three or more."""


_NAMES = {
    "diesel": "Diesel", "sqlx": "sqlx", "prisma": "Prisma", "golang-migrate": "golang-migrate",
    "goose": "goose", "dbmate": "dbmate", "flyway": "Flyway", "refinery": "refinery",
    "drizzle": "Drizzle", "liquibase": "Liquibase",
}  # fmt: skip
_SQL_TOOLS = ("diesel", "sqlx", "prisma")
_SPEAKS = regex(
    r"\s*(?:\w*log\w*|\w*print\w*|\w*(?:echo|info|warn(?:ing)?|error|success|say|note|die|fail|step|hint))"
    r"\s+[\"'$]",
    re.IGNORECASE,
)
_CI = regex(r"(?:^|/)\.(?:github|forgejo|gitea|circleci|buildkite|woodpecker)/|gitlab-ci")
_ELSEWHERE = regex(
    r"\b(?:docker|podman|kubectl|ssh|helm|oc|docker-compose|nerdctl|heroku|fly(?:ctl)?)\s"
)
_BRINGS = regex(r"\bgit\s+clone\b|submodules:\s*(?:true|recursive)|^\s+repository:\s", re.MULTILINE)
_GENERATES = regex(r"\bmigrat(?:ion|e)\s+(?:generate|add|new)\b")
_APPLIES = {
    "diesel": regex(r"migration\s+(?:run|redo)|embed_migrations"),
    "sqlx": regex(r"migrate\s+run|sqlx::migrate|database\s+setup"),
    "prisma": regex(r"migrate\s+deploy"),
}
_ELSEWHERE_SET = regex(
    r"MIGRATION_DIRECTORY|--(?:migration-dir|source|migrations-dir)[= ]+[\"']?\$"
)
_MIGRATION_DDL = regex(
    r"\b(?:create|alter|drop)\s+(?:unlogged\s+)?(?:table|type|(?:unique\s+)?index|view|schema)\b",
    re.IGNORECASE,
)
_EXPLAINS = regex(
    r"manual|by hand|not a migration|\bpsql\b|helper|used by|do not|template|example|one-?off",
    re.IGNORECASE,
)
_OTHER_RUST = regex(r"\b(?:barrel|refinery|sea-orm(?:-migration)?|sea_orm\w*|butane|welds)\b")
_PSEUDO = regex(r"#\[derive\([^)]*\bMigration\b[^)]*\)\]|\bimpl\s+(?:diesel::)?Migration\s+for\b")
_RUNS_IN_RUST = regex(
    r"\bembed_migrations!|\.run_pending_migrations\s*\(|\bsqlx::migrate!|\bMigrationHarness\b"
)
_VERSIONED = regex(r"\d+_.")


# -- what the tools find -------------------------------------------------------------------


@once
def migration_places(target: Target) -> tuple[MigrationPlace, ...]:
    """Every migrations folder that a tool reads and every source file that runs migrations."""
    return (*_roots(target), *_sources(target))


@once
def _runners(target: Target) -> tuple[MigrationRunner, ...]:
    """The runs, without lines that only print such a command."""
    return tuple(one for one in migration_runners(target) if not _SPEAKS.match(one.text))


def _roots(target: Target) -> Iterator[MigrationPlace]:
    known = {root.path: root for root in migration_roots(target) if root.tool in _NAMES}
    runs: dict[tuple[str, str], list[MigrationRunner]] = defaultdict(list)
    for runner in _runners(target):
        runs[runner.root, runner.tool].append(runner)
    hollow = {one.path: one for tool in _SQL_TOOLS for one in _hollow(target, tool)}
    folders = {(path, root.tool) for path, root in known.items()}
    folders |= {pair for pair in runs if pair[1] in _SQL_TOOLS and _runnable(target, *pair)}
    for path, tool in sorted(folders):
        if path not in hollow:
            faults = [*_layout_faults(target, path, tool, runs[path, tool])]
            if path in known:
                faults += _list_faults(target, known[path])
            yield MigrationPlace(path, tool, tuple(faults))
    for path, one in sorted(hollow.items()):
        rust = _rust_faults(target, path, ()) if one.tool == "diesel" else ()
        yield MigrationPlace(path, one.tool, (*one.faults, *rust))


def _runnable(target: Target, root: str, tool: str) -> bool:
    """Whether a fresh clone has a migration of this tool in the folder."""
    return any(_is_migration(path, root, tool) for path in target.below(root))


def _is_migration(path: str, root: str, tool: str) -> bool:
    folder, name = posixpath.split(path)
    if tool == "sqlx":
        return folder == root and name.endswith(".sql")
    wanted = "up.sql" if tool == "diesel" else "migration.sql"
    return name == wanted and posixpath.dirname(folder) == root


def _anywhere(target: Target, tool: str) -> bool:
    """Whether anything in the repository looks like a migration of this tool."""
    if tool == "sqlx":
        return any(
            path.endswith(".sql") and "migration" in posixpath.dirname(path).lower()
            for path in target.everything
        )
    wanted = "/up.sql" if tool == "diesel" else "/migration.sql"
    return any(path.endswith(wanted) for path in target.everything)


def _hollow(target: Target, tool: str) -> Iterator[MigrationPlace]:
    """Folders from which a tool is run and in which it finds nothing."""
    runs = [
        runner
        for runner in _runners(target)
        if runner.tool == tool and _APPLIES[tool].search(runner.text)
    ]
    local = [
        runner
        for runner in runs
        if not runner.root.startswith("/")  # a folder of an image or a host
        and not _is_elsewhere(runner)
        and _is_told(target, runner)
    ]
    named: dict[str, list[MigrationRunner]] = defaultdict(list)
    if _anywhere(target, tool):
        # Which of the folders an unnamed run reads is a guess; only what names one is judged.
        for runner in local:
            if runner.place.path.endswith(".rs") and '"' in runner.text:
                named[runner.root].append(runner)
    elif tool == "prisma":
        schemas = target.named("schema.prisma")
        if len(schemas) == 1 and local:
            named[posixpath.join(posixpath.dirname(schemas[0]), "migrations")] = local
    elif local and _is_used(target, tool):
        there = [one.root for one in local if target.has_dir(one.root)]
        named[(there or [one.root for one in local])[0]] = local
    for root, found in named.items():
        if _runnable(target, root, tool) or _in_submodule(target, root):
            continue
        if all(_in_tests_only(target, runner) for runner in found):
            continue
        places = {runner.place for runner in found}
        others = [one for one in runs if one.place not in places and not named.get(one.root)]
        yield MigrationPlace(root, tool, (_empty_fault(target, root, tool, [*found, *others]),))


def _is_used(target: Target, tool: str) -> bool:
    """Whether a crate of the repository depends on the tool's library."""
    return any(tool in target.text(path) for path in target.named("Cargo.toml", "diesel.toml"))


def _is_elsewhere(runner: MigrationRunner) -> bool:
    """Whether the run happens in a container or on a host whose files are not known."""
    path = runner.place.path
    if path.endswith((".yml", ".yaml")) and not _CI.search(path):
        return True
    return bool(_ELSEWHERE.search(runner.text))


def _is_told(target: Target, runner: MigrationRunner) -> bool:
    """Whether the text tells which files the run sees."""
    text = target.text(runner.place.path)
    if runner.place.path.endswith(".rs"):
        return "macro_rules!" not in text
    return not (_BRINGS.search(text) or _GENERATES.search(text) or _ELSEWHERE_SET.search(text))


def _in_tests_only(target: Target, runner: MigrationRunner) -> bool:
    if not runner.place.path.endswith(".rs"):
        return False
    return before_tests(target.text(runner.place.path)).count("\n") + 1 < (runner.place.line or 1)


def _in_submodule(target: Target, root: str) -> bool:
    return any(root == one or root.startswith(f"{one}/") for one in target.submodules)


_NEXT = {"diesel": "2999-12-31-000000_next/up.sql", "prisma": "29991231000000_next/migration.sql"}
_WANTS = {
    "diesel": "directories with up.sql",
    "sqlx": "VERSION_NAME.sql files",
    "prisma": "directories with migration.sql",
}


def _empty_fault(
    target: Target, root: str, tool: str, runs: list[MigrationRunner]
) -> MigrationFault:
    listing = _listing(target, root)
    if listing:
        shown = ", ".join(listing[:5]) + (f" and {len(listing) - 5} more" if listing[5:] else "")
        holds = f"holds only {shown}"
    else:
        holds = "does not exist in a fresh clone"
    rule = _ignored(target, root, tool)
    ignored = f"; {rule.place} ignores such files ({rule.pattern})" if rule else ""
    notes = [(runner.place, "runs it") for runner in runs]
    if rule is not None:
        notes.append((rule.place, "keeps its SQL out of the repository"))
    where = Place(root) if listing else runs[0].place
    return MigrationFault(
        "empty",
        where,
        f"{_NAMES[tool]} has nothing to run: {root or '.'}/ {holds}; it takes {_WANTS[tool]};"
        f" {len(runs)} {'places run' if runs[1:] else 'place runs'} it{ignored}",
        runs[0].text,
        tuple(notes),
    )


def _ignored(target: Target, root: str, tool: str) -> IgnoreRule | None:
    return target.ignored_by(posixpath.join(root, _NEXT.get(tool, "29991231000000_next.sql")))


def _listing(target: Target, root: str) -> list[str]:
    """The names right below a folder, directories with a slash."""
    start = len(root) + 1 if root else 0
    names = set()
    for path in target.below(root):
        head, slash, _ = path[start:].partition("/")
        names.add(head + slash)
    return sorted(names)


def _layout_faults(
    target: Target, root: str, tool: str, runs: Iterable[MigrationRunner]
) -> Iterator[MigrationFault]:
    notes = tuple((runner.place, "runs it") for runner in runs)
    if tool == "diesel":
        yield from _without_up(target, root, notes)
        yield from _rust_faults(target, root, notes)
    if tool in ("diesel", "sqlx"):
        yield from _loose(target, root, tool, notes)


def _without_up(
    target: Target, root: str, notes: tuple[tuple[Place, str], ...]
) -> Iterator[MigrationFault]:
    inside: dict[str, set[str]] = defaultdict(set)
    start = len(root) + 1 if root else 0
    for path in target.below(root):
        folder, slash, name = path[start:].partition("/")
        if slash and not folder.startswith(".") and not posixpath.basename(name).startswith("."):
            inside[folder].add(name)
    if _other_tool(target, root):
        return
    bad = [
        folder
        for folder, names in sorted(inside.items())
        if "up.sql" not in names and (folder[:1].isdigit() or "down.sql" in names)
    ]
    if bad:
        first = posixpath.join(root, bad[0])
        others = tuple((Place(posixpath.join(root, one)), "has no up.sql") for one in bad[1:])
        rule = target.ignored_by(f"{first}/up.sql")
        ignored = f"; {rule.place} ignores up.sql ({rule.pattern})" if rule else ""
        yield MigrationFault(
            "no-up",
            Place(first),
            f"{len(bad)} Diesel migration{'s' * (len(bad) > 1)} without up.sql:"
            f" {', '.join(bad[:5])}; diesel stops there{ignored}",
            ", ".join(sorted(inside[bad[0]])),
            (*others, *notes),
        )


def _other_tool(target: Target, root: str) -> bool:
    """Whether the crate around a folder uses a tool whose migrations are Rust code."""
    package = cargo_at(target, root)
    texts = [target.text(package.path)] if package is not None else []
    texts += [target.text(path) for path in target.below(root) if path.endswith("Cargo.toml")]
    if package is not None and package.workspace is not None:
        texts.append(target.text(posixpath.join(package.workspace, "Cargo.toml")))
    return any(_OTHER_RUST.search(text) for text in texts)


def _rust_faults(
    target: Target, root: str, notes: tuple[tuple[Place, str], ...]
) -> Iterator[MigrationFault]:
    if _other_tool(target, root) or f"/{root}/".count("/src/"):
        return
    start = len(root) + 1 if root else 0
    files = [
        path
        for path in target.below(root)
        if path.endswith(".rs") and path.count("/", start) <= 1 and not _is_built(target, path)
    ]
    if not files or any(
        posixpath.basename(path) in ("mod.rs", "lib.rs", "main.rs") for path in files
    ):
        return
    places = []
    for path in files:
        match = _PSEUDO.search(target.text(path))
        line = target.text(path).count("\n", 0, match.start()) + 1 if match else 1
        places.append((Place(path, line, 1), match[0] if match else ""))
    first, pseudo = places[0]
    invented = f"; Diesel has no {pseudo}" if "derive" in pseudo else ""
    count = f"{len(files)} Rust files lie" if files[1:] else f"{posixpath.basename(files[0])} lies"
    yield MigrationFault(
        "rust",
        first,
        f"{count} in Diesel's {root}/: Diesel runs SQL only and no crate compiles it{invented}",
        pseudo or target.line(first.path, 1).strip(),
        (*((place, "is not run either") for place, _ in places[1:]), *notes),
    )


def _loose(
    target: Target, root: str, tool: str, notes: tuple[tuple[Place, str], ...]
) -> Iterator[MigrationFault]:
    found = []
    for path in target.below(root):
        folder, name = posixpath.split(path)
        if folder != root or not name.endswith(".sql"):
            continue
        if tool == "sqlx" and _VERSIONED.match(name):
            continue
        text = target.text(path)
        if _MIGRATION_DDL.search(text) and not _is_explained(target, path, text):
            found.append(path)
    if found:
        names = ", ".join(posixpath.basename(path) for path in found[:5])
        scheme = "VERSION_NAME/up.sql" if tool == "diesel" else "VERSION_NAME.sql"
        others = tuple((Place(path, 1, 1), "is not run either") for path in found[1:])
        yield MigrationFault(
            "loose",
            Place(found[0], 1, 1),
            f"{_NAMES[tool]} never runs {names} in {root or '.'}/: it takes {scheme} only",
            names,
            (*others, *notes),
        )


_COMMENT = regex(r"--[^\n]*")
_SPACE = regex(r"\s+")


def _is_superseded(target: Target, root: MigrationRoot, path: str) -> bool:
    """Whether files that do run hold every statement of it: one that was made anew, left behind."""
    wanted = _statements(target.text(path))
    if not wanted or len(wanted) > _MAX_STATEMENTS:
        return False
    return wanted <= _run_statements(target, root)


def _run_statements(target: Target, root: MigrationRoot) -> frozenset[str]:
    known = _statements_of_roots(target)
    key = tuple(one.path for one in root.migrations)
    if key not in known:
        known[key] = frozenset(
            statement for path in key for statement in _statements(target.text(path))
        )
    return known[key]


@once
def _statements_of_roots(target: Target) -> dict[tuple[str, ...], frozenset[str]]:
    """Migrations that run → all their statements; filled by :func:`_run_statements`."""
    return {}


_MAX_STATEMENTS = 50


def _statements(text: str) -> set[str]:
    parts = _COMMENT.sub("", text[:200_000]).split(";")
    return {one for part in parts if (one := _SPACE.sub(" ", part).strip().lower())}


_LISTS = {"drizzle": "meta/_journal.json", "liquibase": "the change logs"}


def _list_faults(target: Target, root: MigrationRoot) -> Iterator[MigrationFault]:
    """Files that the tool's own list leaves out, and names in it that lead nowhere."""
    listed = _LISTS.get(root.tool)
    if listed is None:
        return
    found = [
        path
        for path in root.strays
        if _MIGRATION_DDL.search(target.text(path))
        and not _is_explained(target, path, target.text(path))
        and not _is_superseded(target, root, path)
    ]
    if not found and not root.lost:
        return
    push = drizzle_push(target, root.path) if root.tool == "drizzle" else None
    if push is not None:
        yield _never_run(root, found, push)
        return
    if found:
        names = ", ".join(posixpath.basename(path) for path in found[:5])
        yield MigrationFault(
            "unlisted",
            Place(found[0], 1, 1),
            f"{_NAMES[root.tool]} never runs {names} in {root.path or '.'}/:"
            f" {listed} must name what runs",
            names,
            (
                *((Place(path, 1, 1), "is not run either") for path in found[1:]),
                (root.place, "is what names them"),
            ),
        )
    if root.lost:
        named, place = root.lost[0]
        names = ", ".join(posixpath.basename(path) for path, _ in root.lost[:5])
        yield MigrationFault(
            "lost",
            place,
            f"{_NAMES[root.tool]} stops at {names}: {place.path} names what is not in the"
            " repository",
            named,
            tuple((where, "names one that is missing too") for _, where in root.lost[1:]),
        )


def _never_run(root: MigrationRoot, strays: list[str], push: Place) -> MigrationFault:
    """The folder's list is not whole, and nobody reads it."""
    named = [*strays, *(path for path, _ in root.lost)]
    return MigrationFault(
        "pushed",
        Place(strays[0], 1, 1) if strays else root.lost[0][1],
        f"the files in {root.path or '.'}/ were generated and are never run: `drizzle-kit push` is"
        " what brings the schema, and their journal is not whole",
        ", ".join(posixpath.basename(path) for path in named[:5]),
        ((push, "pushes the schema"), (root.place, "does not fit the files")),
    )


def _is_explained(target: Target, path: str, text: str) -> bool:
    """Whether a comment at its head or any other file tells what the file is for."""
    head = [line for line in text.split("\n")[:12] if line.lstrip().startswith(("--", "/*", "*"))]
    if any(_EXPLAINS.search(line) for line in head):
        return True
    name = posixpath.basename(path)
    return any(
        name in target.text(other)
        for other in (*target.documents, *target.files)
        if other != path and not other.endswith((".lock", ".json", ".svg", ".csv"))
    )


# -- source files --------------------------------------------------------------------------

_SUFFIXES = (".rs", ".py", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")


def _sources(target: Target) -> Iterator[MigrationPlace]:
    for path in target.files:
        if not path.endswith(_SUFFIXES) or is_test_path(path):
            continue
        text = target.text(path)
        if "igrat" not in text:
            continue
        runs = _run_in_rust(text) if path.endswith(".rs") else None
        if runs is None and not may_run_migrations(text):
            continue
        if target.is_generated(path) or (foreign_sql(path) and "postg" not in text.lower()):
            continue
        faults = list(_code_faults(target, path, text))
        if runs is not None and not _is_built(target, path):
            faults.append(
                MigrationFault(
                    "uncompiled",
                    Place(path, text.count("\n", 0, runs.start()) + 1, 1),
                    "runs migrations, but no cargo target compiles the file",
                    runs[0],
                )
            )
        if faults or runs is not None or _judged(target, path, text):
            yield MigrationPlace(path, "code", tuple(faults))


def _run_in_rust(text: str) -> re.Match[str] | None:
    for match in _RUNS_IN_RUST.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if not text[start : match.start()].lstrip().startswith(("//", "*", "use ")):
            return match
    return None


def _judged(target: Target, path: str, text: str) -> bool:
    return may_run_migrations(text) and bool(
        migration_code(target.parse(read_syntax, path)).functions
    )


def _code_faults(target: Target, path: str, text: str) -> Iterator[MigrationFault]:
    if not may_run_migrations(text):
        return
    code = migration_code(target.parse(read_syntax, path))
    stubs = [one for one in code.functions if one.stub]
    if stubs:
        names = ", ".join(one.name for one in stubs)
        yield MigrationFault(
            "stub",
            stubs[0].place,
            f"{names}() returns success without running a migration",
            stubs[0].said or target.line(path, stubs[0].place.line or 1).strip(),
            tuple((one.place, "runs nothing either") for one in stubs[1:]),
        )
    if code.swallowed:
        first = code.swallowed[0]
        words = ", ".join(dict.fromkeys(f"“{one.words}”" for one in code.swallowed))
        yield MigrationFault(
            "swallowed",
            first.place,
            f"a migration error counts as success when its message holds {words}",
            first.text,
            tuple((one.place, "lets it go too") for one in code.swallowed[1:]),
        )


def _is_built(target: Target, path: str) -> bool:
    """Whether some crate compiles a Rust file, as far as its place and its name tell."""
    package = cargo_at(target, posixpath.dirname(path))
    if package is None or target.text(path).startswith("#!/"):
        return True
    inside = path[len(package.folder) + 1 :] if package.folder else path
    if inside == "build.rs" or inside.startswith("src/") or "/src/" in inside:
        return True
    sources = [source for _, source in (*package.bins, *package.tests, *package.benches)]
    sources += [source for _, source in package.examples]
    sources.append(package.lib)
    for source in filter(None, sources):
        home = posixpath.dirname(source)
        if path == source or (home != package.folder and path.startswith(f"{home}/")):
            return True
    name = posixpath.basename(path)
    stem = re.compile(rf"[\"/]{re.escape(name)}\"|\bmod\s+{re.escape(name[:-3])}\s*;")
    return any(
        name[:-3] in (text := target.text(other)) and stem.search(text)
        for other in target.below(package.folder)
        if other != path and other.endswith((".rs", "Cargo.toml"))
    )


# -- what changes one database -------------------------------------------------------------

_MORE_RUNS = (
    ("Alembic", regex(r"\balembic\s+(?:-\S+\s+\S+\s+)*upgrade\b")),
    ("Django", regex(r"\bmanage\.py\s+migrate\b")),
    ("Rails", regex(r"\b(?:rails|rake)\s+db:(?:migrate|prepare)\b")),
    ("Knex", regex(r"\bknex\s[^\n|;&]{0,80}?migrate:(?:latest|up)\b")),
    ("Sequelize", regex(r"\bsequelize(?:-cli)?\s[^\n|;&]{0,80}?db:migrate\b(?!:undo)")),
    ("TypeORM", regex(r"\btypeorm\S*\s[^\n|;&]{0,120}?migration:run\b")),
    ("Drizzle", regex(r"\bdrizzle-kit\s+migrate\b")),
    ("Liquibase", regex(r"\bliquibase\s[^\n|;&]{0,120}?\bupdate\b")),
    ("SeaORM", regex(r"\bsea-orm-cli\s+migrate(?:\s+(?:up|fresh|refresh))?(?=\s|$)")),
)
_RUN_WORDS = {
    "Alembic": "alembic", "Django": "manage.py", "Rails": "db:", "Knex": "knex",
    "Sequelize": "sequelize", "TypeORM": "typeorm", "Drizzle": "drizzle-kit",
    "Liquibase": "liquibase", "SeaORM": "sea-orm-cli",
}  # fmt: skip
"""A word of each of these."""
_AUTO_SYNC = (
    ("TypeORM synchronize", (".ts", ".js", ".mjs"), regex(r"\bsynchronize\s*:\s*true\b")),
    ("Sequelize sync", (".ts", ".js", ".mjs"),
     regex(r"\bsequelize\.sync\(\s*\{[^}]{0,80}\b(?:alter|force)\s*:\s*true")),
    ("SQLAlchemy create_all", (".py",), regex(r"\bmetadata\.create_all\b")),
    ("GORM AutoMigrate", (".go",), regex(r"\.AutoMigrate\(")),
    ("Hibernate ddl-auto", (".yml", ".yaml", ".properties"),
     regex(r"\b(?:ddl-auto|hbm2ddl\.auto)\s*[:=]\s*[\"']?(?:update|create(?:-drop)?)\b")),
)  # fmt: skip
_IN_MEMORY = regex(r"sqlite[^\n]{0,60}:memory:", re.IGNORECASE)
"""A database of the process alone, made just before its tables are."""
_STAMPS = regex(r"\bcommand\.stamp\(|\bstamp\(\s*(?:alembic|\w*(?:config|cfg))\b")
"""Alembic's own way to begin with an empty database: all tables at once, and the last version."""
_NEAR = 2_000
_SYNC_HINTS = ("synchronize", "sequelize.sync", "create_all", "AutoMigrate", "ddl-auto", "hbm2ddl")
_SYNC_SUFFIXES = (".ts", ".js", ".mjs", ".py", ".go", ".yml", ".yaml", ".properties")
_DEV = regex(
    r"(?:^|[/._-])(?:test(?:s|ing|ed)?|dev|devel|development|local|seeds?|seeders?|fixtures?|e2e|demo"
    r"|samples?|bench(?:marks?)?|ci|reset|playground|sandbox|spec|mocks?|devcontainer|restore|dumps?"
    r"|imports?|backups?)(?=[/._-]|$)",
    re.IGNORECASE,
)
_FETCHES = regex(
    r"^[^#\n]*?\b(?:tar\s+-?\w*x|unzip\b|gunzip\b|wget\b|aws\s+s3\b|gsutil\b"
    r"|curl\b[^\n]*\.(?:sql|t?gz|zip|xz))",
    re.MULTILINE,
)
_TABLE_DDL = regex(
    r"\b(?:create\s+(?:unlogged\s+)?table|drop\s+table|create\s+(?:unique\s+)?index"
    r"|alter\s+table(?!\s+[^;]{1,160}?\b(?:row\s+level\s+security|owner\s+to)\b))\b",
    re.IGNORECASE,
)
_CODE_DDL = regex(
    r"\b(?:batch_execute|simple_query|sql_query|raw_sql|execute\w*|exec|query|raw|RunSQL|run_sql"
    r"|text|\$executeRaw\w*)\s*(?:::<[^<>()]{0,80}>)?\s*[(`!]\s*(?:text\(\s*)?&?[rbfu]{0,2}#{0,3}"
    r"[\"'`]{0,3}\s*(?:CREATE\s+(?:UNLOGGED\s+)?TABLE|ALTER\s+TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"[\"\w.]+(?P<rest>[^;]{0,200})",
    re.IGNORECASE,
)
_DDL_HINTS = ("CREATE TABLE", "ALTER TABLE", "CREATE UNLOGGED", "create table", "alter table")
_BOOKKEEPING = regex(r"\w*(?:migrations?|schema_version|schema_info)\b", re.IGNORECASE)
_RUNTIME = regex(r"partition\s+of|attach\s+partition|\$\{|\{\w*\}|%s|\binherits\b", re.IGNORECASE)
_CODE_SUFFIXES = (".rs", ".py", ".ts", ".js", ".mjs", ".go")
_MANIFESTS = ("Cargo.toml", "package.json", "pyproject.toml", "requirements.txt", "go.mod",
              "pom.xml", "build.gradle", "Gemfile")  # fmt: skip
_TOOL_TABLE = regex(r"(?:^|/)(?:migrations?|versions|alembic)/")
_MOST_PLACES = 60


@once
def database_changers(target: Target) -> DatabaseChangers:
    """Everything that changes tables outside of tests, and what of it shares one database."""
    tools = list(_tool_changes(target))
    changes = [*tools, *_psql_changes(target, tools)]
    if changes:
        changes += [*_sync_changes(target), *_code_changes(target)]
        changes += _pseudo_changes(target)
    rivals = _rivals(changes)
    return DatabaseChangers(tuple(changes), tuple(rivals), tuple(_many_scripts(tools)))


def _rivals(changes: list[SchemaChange]) -> list[SchemaChange]:
    """The largest set of changes of one database, if it holds more than one system."""
    best: list[SchemaChange] = []
    count = 1
    for home in dict.fromkeys(change.home for change in changes):
        near = [one for one in changes if _is_above(one.home, home)]
        systems = {one.system for one in near}
        if len(systems) > count:
            best, count = near, len(systems)
    return best


def _is_above(folder: str, other: str) -> bool:
    return not folder or folder == other or other.startswith(f"{folder}/")


def _home(target: Target, path: str) -> str:
    """The folder of the nearest manifest above a file or folder."""
    folder = path.lstrip("/")  # of an image: above its root there is nothing
    while folder:
        folder = posixpath.dirname(folder)
        if any(target.has(posixpath.join(folder, name)) for name in _MANIFESTS):
            return folder
    return ""


def _tool_changes(target: Target) -> Iterator[SchemaChange]:
    foreign = {
        root.path for root in migration_roots(target) if root.dialect not in ("postgres", "")
    }
    hollow = {
        place.tool: place
        for place in migration_places(target)
        if any(fault.kind == "empty" for fault in place.faults)
    }
    roots: dict[str, list[MigrationRoot]] = defaultdict(list)
    for root in migration_roots(target):
        roots[root.tool].append(root)
    for runner in _runners(target):
        if runner.place.path.endswith("diesel.toml") or runner.root in foreign:
            continue
        own = roots.get(runner.tool, [])
        if own and all(root.path in foreign for root in own):
            continue
        if foreign_sql(runner.text) or foreign_sql(runner.place.path):
            continue
        here = hollow.get(runner.tool)
        known = any(root.path == runner.root for root in own)
        if not own and here is None and _is_elsewhere(runner):
            continue  # another project's image
        if not own and runner.tool == "prisma" and not target.named("*.prisma"):
            continue  # no schema: the command fails, and changes nothing
        if known or runner.place.path.endswith(".rs"):
            home = _home(target, runner.root)
        elif here is not None:
            home = _home(target, here.path)
        else:
            home = _home(target, own[0].path if len(own) == 1 else runner.place.path)
        why = f"{here.path or '.'}/ has nothing to run" if here is not None else ""
        yield SchemaChange(
            f"{_NAMES[runner.tool]} migrations", runner.place, runner.text, home, why
        )
    for path in target.named("*.sh", "*.yml", "*.yaml", "Makefile", "*ockerfile*", "package.json"):
        text = target.text(path)
        if is_test_path(path) or ("migrat" not in text and "upgrade" not in text):
            continue
        for tool, pattern in _MORE_RUNS:
            if _RUN_WORDS[tool] not in text or not _is_set_up(target, tool):
                continue
            for match in pattern.finditer(text):
                place = Place(path, text.count("\n", 0, match.start()) + 1, 1)
                line = target.line(path, place.line or 1).strip()
                if not (line.startswith(("#", "//")) or _SPEAKS.match(line)):
                    yield SchemaChange(
                        f"{tool} migrations", place, line[:200], _tool_home(target, path, tool)
                    )


_TOOL_FILES = {
    "Alembic": "alembic.ini", "Django": "manage.py", "Rails": "Gemfile", "Knex": "knexfile.*",
    "Sequelize": ".sequelizerc", "Drizzle": "drizzle.config.*",
}  # fmt: skip


_SET_UP = {
    "Alembic": (("alembic.ini",), regex(r"\[tool\.alembic\]|\bfrom alembic import\b")),
    "Django": (("manage.py",), regex(r"\bDJANGO_SETTINGS_MODULE\b")),
    "Rails": (("Gemfile",), regex(r"\bActiveRecord::Migration\b")),
    "Knex": (
        ("knexfile.*",),
        regex(r"(?:from|require\()\s*['\"]knex['\"]|\bknex\.schema\.|\bKnex\b\s*\)"),
    ),
    "Sequelize": (
        (".sequelizerc",), regex(r"(?:from|require\()\s*['\"]sequelize|\bqueryInterface\.")
    ),
    "TypeORM": (("ormconfig.*",), regex(r"(?:from|require\()\s*['\"]typeorm['\"]")),
    "Drizzle": (("drizzle.config.*",), regex(r"(?:from|require\()\s*['\"]drizzle-orm")),
    "Liquibase": (("liquibase*.properties", "*changelog*"), regex(r"\bdatabaseChangeLog\b")),
    "SeaORM": ((), regex(r"\bsea_orm")),
}  # fmt: skip
"""The files that a tool is set up by, and what sources say that use it."""
_SET_UP_SUFFIXES = (
    ".ts", ".js", ".mjs", ".cjs", ".tsx", ".mts", ".cts", ".py", ".rb", ".rs", ".toml", ".xml",
    ".yml", ".yaml", ".sql",
)  # fmt: skip


def _is_set_up(target: Target, tool: str) -> bool:
    """Whether a tool has anything here but a command: it fails without, and changes nothing."""
    return tool in _set_up(target)


@once
def _set_up(target: Target) -> frozenset[str]:
    found = {tool for tool, (names, _) in _SET_UP.items() if names and target.named(*names)}
    wanted = {tool: uses for tool, (_, uses) in _SET_UP.items() if tool not in found}
    hints = {tool: _HINTS[tool] for tool in wanted}
    for path in target.files:
        if not hints:
            break
        if path.endswith(_SET_UP_SUFFIXES):
            text = target.text(path)
            for tool, words in tuple(hints.items()):
                if any(map(text.__contains__, words)) and wanted[tool].search(text):
                    found.add(tool)
                    del hints[tool]
    return frozenset(found)


_HINTS = {
    "Alembic": ("alembic",), "Django": ("DJANGO_SETTINGS",), "Rails": ("ActiveRecord",),
    "Knex": ("knex", "Knex"), "Sequelize": ("sequelize", "queryInterface"),
    "TypeORM": ("typeorm",), "Drizzle": ("drizzle-orm",), "Liquibase": ("databaseChangeLog",),
    "SeaORM": ("sea_orm",),
}  # fmt: skip


def _tool_home(target: Target, path: str, tool: str) -> str:
    """The program's folder: where the tool's own file lies, if there is one such file."""
    if tool in _TOOL_FILES:
        files = target.named(_TOOL_FILES[tool])
        if len(files) == 1:
            return _home(target, files[0])
    return _home(target, path)


def _psql_changes(target: Target, tools: list[SchemaChange]) -> Iterator[SchemaChange]:
    homes = {change.home for change in tools}
    calls = [
        one
        for one in invocations(target)
        if (one.name == "psql" or "psql" in one.words)
        and one.source not in ("workflow", "action")
        and not _is_for_tests(one)
    ]
    lost_files = missing_migrations(target) if calls else ()
    missing = {posixpath.basename(lost.path): lost for lost in lost_files}
    for one in calls:
        origin = one.command.place.path
        fetches = bool(_FETCHES.search(target.text(origin)))
        for path, text in psql_inputs(target, one):
            lost = missing.get(posixpath.basename(path)) if path else None
            if not _TABLE_DDL.search(text) and (lost is None or fetches):
                continue
            if path and (_DEV.search(path) or is_test_path(path) or foreign_sql(path)):
                continue
            home = _home(target, path) if path else ""
            if len(homes) == 1 and not any(_is_above(home, other) for other in homes):
                home = next(iter(homes))
            why = f"{lost.path} is not in the repository" if lost is not None else ""
            yield SchemaChange(
                "SQL scripts (psql)", one.command.place, one.command.text[:200], home, why
            )
            break


def _is_for_tests(one: Invocation) -> bool:
    origin = one.origin.rpartition(":")[2] if one.source != "script" else one.origin
    function = one.command.function
    return bool(
        _DEV.search(origin) or is_test_path(one.command.place.path) or _DEV.search(function)
    )


def psql_inputs(target: Target, one: Invocation) -> Iterator[tuple[str, str]]:
    """(path or empty, SQL text) of everything that a psql command is given."""
    words = one.words
    if one.name != "psql":
        words = words[words.index("psql") :]
    named = [reference.word for reference in references(words)]
    named += [redirect.target for redirect in one.command.redirects if redirect.op == "<"]
    for word in named:
        path = one.resolve(word)
        if path is not None and path.endswith(".sql"):
            yield path, target.text(path) if target.has(path) else ""
        elif "$" in word and (looped := _looped(target, one, word)):
            yield looped, target.text(looped)
    for index, word in enumerate(words[:-1]):
        if word in ("-c", "--command"):
            yield "", words[index + 1]
    if one.command.heredoc is not None:
        yield "", one.command.heredoc.text


def _looped(target: Target, one: Invocation, word: str) -> str:
    """A table-making file among those that ``for f in folder/*.sql`` gives to the command."""
    for block in one.command.blocks:
        variable = block.test.partition(" ")[0]
        if block.kind != "for" or not re.match(rf"\$\{{?{re.escape(variable)}\b", word):
            continue
        for item in block.items:
            pattern = one.resolve(item.text)
            for path in target.glob(pattern) if pattern and pattern.endswith(".sql") else ():
                if _TABLE_DDL.search(target.text(path)):
                    return path
    return ""


def _sync_changes(target: Target) -> Iterator[SchemaChange]:
    for path in target.files:
        if not path.endswith(_SYNC_SUFFIXES) or is_test_path(path) or _DEV.search(path):
            continue
        text = target.text(path)
        if not any(hint in text for hint in _SYNC_HINTS) or _TOOL_TABLE.search(path):
            continue
        for system, suffixes, pattern in _AUTO_SYNC:
            if not path.endswith(suffixes):
                continue
            match = next(
                (one for one in pattern.finditer(text) if not _is_beside(text, one.start())), None
            )
            if match is None:
                continue
            if "sqlite" in text.lower() and "postg" not in text.lower():
                continue
            if suffixes == (".py",) and "alembic" in text and _STAMPS.search(text):
                continue  # an empty database, which Alembic then takes for its own
            place = Place(path, text.count("\n", 0, match.start()) + 1, 1)
            if not uncalled(target, place):
                line = target.line(path, place.line or 1).strip()
                yield SchemaChange(system, place, line[:200], _home(target, path))


def _is_beside(text: str, offset: int) -> bool:
    """Whether a switch is a comment, or belongs to a database in memory, to one of developers or
    to another server's among several of a file."""
    if _is_commented(text, offset):
        return True
    start = max(0, offset - _NEAR)
    if _IN_MEMORY.search(text, start, offset):
        return True
    for one in _OBJECT.finditer(text, start, offset):
        inside = text[one.end() : offset]
        if inside.count("}") > inside.count("{"):
            continue  # it ends before
        if _DEVELOPERS.search(one["name"]) or _OTHER_SERVER.search(inside):
            return True
    return False


_OBJECT = regex(
    r"^[ \t]*(?:export\s+)?(?:(?:const|let|var)\s+)?(?P<name>\w+)"
    r"(?:\s*:\s*[\w.<>\[\]]+)?\s*[=:]\s*(?:new\s+\w+\(\s*)?\{",
    re.MULTILINE,
)
"""The start of an object that has a name."""
_DEVELOPERS = regex(
    r"(?:^|_)(?:dev|devel|development|test|tests|testing|local|e2e|seed)(?=[A-Z_]|$)"
    r"|(?:Dev|Development|Test|Testing|Local|E2e|E2E|Seed)(?=[A-Z_]|$)"
)
_OTHER_SERVER = regex(r"\btype\s*:\s*['\"](?!postgres|aurora-postgres|cockroach)\w")


def _code_changes(target: Target) -> Iterator[SchemaChange]:
    found = 0
    for path in target.files:
        if not path.endswith(_CODE_SUFFIXES) or is_test_path(path) or _DEV.search(path):
            continue
        text = target.text(path)
        if not any(hint in text for hint in _DDL_HINTS) or _TOOL_TABLE.search(path):
            continue
        if target.is_generated(path):
            continue
        if foreign_sql(path) or (foreign_sql(path, text) and "postg" not in text.lower()):
            continue
        body = before_tests(text) if path.endswith(".rs") else text
        for match in _CODE_DDL.finditer(body):
            if _is_commented(text, match.start()) or _RUNTIME.search(match[0]):
                continue
            table = re.search(r"(?i)table\s+(?:if\s+not\s+exists\s+)?[\"']?([\w.]+)", match[0])
            if table is None or _BOOKKEEPING.fullmatch(table[1]):
                continue
            place = Place(path, text.count("\n", 0, match.start()) + 1, 1)
            if uncalled(target, place) or found >= _MOST_PLACES:
                continue
            found += 1
            line = target.line(path, place.line or 1).strip()
            yield SchemaChange("DDL in code", place, line[:200], _home(target, path))


def _is_commented(text: str, offset: int) -> bool:
    start = text.rfind("\n", 0, offset) + 1
    return text[start:offset].lstrip().startswith(("//", "#", "*", "--"))


def _pseudo_changes(target: Target) -> list[SchemaChange]:
    """Rust files that pass for migrations: whoever wrote them meant a system of their own."""
    return [
        SchemaChange(
            "Rust files as migrations",
            fault.place,
            fault.evidence,
            _home(target, fault.place.path),
            "no crate compiles the Rust files",
        )
        for place in migration_places(target)
        for fault in place.faults
        if fault.kind == "rust"
    ]


def _many_scripts(tools: list[SchemaChange]) -> list[SchemaChange]:
    by_tool: dict[tuple[str, str], dict[str, SchemaChange]] = defaultdict(dict)
    for change in tools:
        path = change.place.path
        if path.endswith((".sh", ".bash")) and not _DEV.search(path):
            by_tool[change.system, change.home].setdefault(path, change)
    most = max(by_tool.values(), key=len, default={})
    return list(most.values()) if len(most) >= 3 else []
