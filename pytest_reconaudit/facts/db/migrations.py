"""Migration histories: which folders hold one, whose tool runs it, and in which order.

Found by layout and content, never by a fixed folder name: ``*/up.sql`` is Diesel's, ``N_x.up.sql``
golang-migrate's or sqlx's, ``*/migration.sql`` Prisma's; a folder of numbered ``.sql`` files is
told apart by its annotations and the manifest above it.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import SqlScript, SqlStatement, read_sql
from pytest_reconaudit.readers.yaml import Map, read_yaml
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "CommittedMigrations",
    "MigrationFile",
    "MigrationRoot",
    "MigrationRunner",
    "MissingMigration",
    "committed_migrations",
    "is_test_path",
    "migration_roots",
    "migration_runners",
    "migration_script",
    "missing_migrations",
    "postgres_major",
]


class MigrationFile(Struct, frozen=True):
    """One migration in its tool's terms."""

    version: str
    """The key by which the tool orders and records it (Diesel: without ``-``)."""
    name: str
    path: str
    """The SQL that applies it."""
    transaction: bool
    """Whether the tool runs it inside one transaction."""


class MigrationRoot(Struct, frozen=True):
    """One history: the folder, the tool, the migrations in the order in which they run."""

    path: str
    tool: str
    """``diesel``, ``sqlx``, ``golang-migrate``, ``prisma``, ``goose``, ``dbmate``, ``flyway``,
    ``initdb`` (mounted into the image's start-up folder) or ``sql`` (files in numeric order)."""
    migrations: tuple[MigrationFile, ...]
    place: Place
    """Where the repository names the root, else its first migration."""
    dialect: str
    """``postgres``, another server's name, or empty when nothing tells."""
    coded: str = ""
    """A migration of the same history that is a program (goose's Go, Flyway's Java), if any: what
    it does to the schema is not known."""

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(migration.path for migration in self.migrations)


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


_TEST_PART = regex(
    r"(?:^|/)(?:tests?(?:[-_]?(?:files?|data|fixtures?|cases?|suite|sql))?|benches|bench|e2e"
    r"|__tests__|spec|specs|__mocks__|examples?|samples?)/"
    r"|(?:^|/)[^/]*(?:\.spec\.|\.test\.|_test\.|_tests?/)|(?:^|/)test_[^/]*$"
)


def is_test_path(path: str) -> bool:
    """Whether the file is test or example code, by its path."""
    return bool(_TEST_PART.search(path))


# -- roots ---------------------------------------------------------------------------------

_NUMBERED = regex(
    r"(?:[vV](?P<flyway>\d[\d._]*?)__|(?P<number>\d+)(?:[_.-]|(?=\.sql$)))"
    r"(?P<name>.*?)(?P<up>\.up)?\.?sql$"
)
_MIGRATIONS_FOLDER = regex(r"migrations?$|^(?:versions|changesets|updates)$", re.IGNORECASE)
_UNDO = regex(r"(?:^|[._/-])(?:down|undo|rollback|revert)(?:[._-]|\.sql$|/)", re.IGNORECASE)
_NO_HISTORY = regex(
    r"seed|quer(?:y|ies)|report|demo|lesson|exercise|tutorial|bench|dump|backup|snippet|analys"
    r"|models|views|functions|procedures|course|chapter|solutions?$|week|day\d",
    re.IGNORECASE,
)
_TEMPLATES = regex(r"(?:^|/)(?:templat\w*|stubs?)(?:/|$)", re.IGNORECASE)
_MAKES_TABLE = regex(r"\bcreate\s+(?:unlogged\s+)?table\b", re.IGNORECASE)
_GOOSE = regex(r"^[ \t]*--[ \t]*\+goose[ \t]+Up\b", re.MULTILINE | re.IGNORECASE)
_DBMATE = regex(r"^[ \t]*--[ \t]*migrate:up\b", re.MULTILINE | re.IGNORECASE)
_FLYWAY = regex(r"V\d[\d._]*__.+\.sql$")


@once
def migration_roots(target: Target) -> tuple[MigrationRoot, ...]:
    """Every migration history of the repository, test data left out, in path order."""
    up_folders: dict[str, list[str]] = defaultdict(list)
    prisma: dict[str, list[str]] = defaultdict(list)
    flat: dict[str, list[str]] = defaultdict(list)
    for path in target.files:
        if not path.endswith(".sql") or is_test_path(path):
            continue
        folder, name = posixpath.split(path)
        if name == "up.sql":
            up_folders[posixpath.dirname(folder)].append(path)
        elif name == "migration.sql":
            prisma[posixpath.dirname(folder)].append(path)
        elif name != "down.sql" and not _UNDO.search(name):
            flat[folder].append(path)
    roots = [_diesel_root(target, folder, paths) for folder, paths in up_folders.items()]
    roots += [_prisma_root(target, folder, paths) for folder, paths in prisma.items()]
    mounted = _initdb_roots(target)
    taken = {root.path for root in mounted}
    found = [
        root
        for folder, paths in flat.items()
        if folder not in taken and (root := _flat_root(target, folder, paths)) is not None
    ]
    parents = Counter(posixpath.dirname(root.path) for root in found if not _is_named(root.path))
    # Sibling folders of numbered SQL are steps of something, each of which needs the others.
    roots += [
        root for root in found if _is_named(root.path) or parents[posixpath.dirname(root.path)] == 1
    ]
    known = frozenset().union(*(root.paths for root in roots))
    roots += [root for root in mounted if not root.paths & known]
    return tuple(sorted(roots, key=lambda root: (root.path, root.tool)))


def _diesel_root(target: Target, folder: str, paths: Iterable[str]) -> MigrationRoot:
    migrations = []
    for path in paths:
        home = posixpath.dirname(path)
        name = posixpath.basename(home)
        version = name.partition("_")[0].replace("-", "")
        settings = _toml(target, f"{home}/metadata.toml")
        wrapped = settings.get("run_in_transaction") is not False
        migrations.append(MigrationFile(version, name, path, wrapped))
    migrations.sort(key=lambda migration: (migration.version, migration.name))
    place = next(
        (p for p, root in _diesel_folders(target) if root == folder), Place(migrations[0].path)
    )
    return _root(target, folder, "diesel", migrations, place)


def _prisma_root(target: Target, folder: str, paths: Iterable[str]) -> MigrationRoot:
    migrations = []
    for path in sorted(paths):
        name = posixpath.basename(posixpath.dirname(path))
        # One simple query: a transaction, unless a statement is alone.
        alone = len(target.parse(read_sql, path).statements) == 1
        migrations.append(MigrationFile(name.partition("_")[0], name, path, not alone))
    return _root(target, folder, "prisma", migrations, Place(migrations[0].path))


def _flat_root(target: Target, folder: str, paths: list[str]) -> MigrationRoot | None:
    numbered = _of_one_server(
        (path, match) for path in paths if (match := _NUMBERED.match(posixpath.basename(path)))
    )
    named = _is_named(folder)
    if not numbered or _TEMPLATES.search(folder):
        return None
    if not named:
        # Any folder may hold numbered SQL: exercises, reports, seeds. A history makes tables.
        if len(numbered) < 2 or len(numbered) < len(paths) or _NO_HISTORY.search(folder):
            return None
        if not any(_MAKES_TABLE.search(target.text(path)) for path, _ in numbered):
            return None
    tool = _flat_tool(target, folder, numbered)
    ups = [path for path, match in numbered if match["up"]]
    migrations = []
    for path, match in numbered:
        if ups and not match["up"] and tool in ("sqlx", "golang-migrate"):
            continue
        version = ".".join(re.findall(r"\d+", match["number"] or match["flyway"]))
        name = match["name"].strip(".") or version
        migrations.append(MigrationFile(version, name, path, _flat_transaction(target, path, tool)))
    if not migrations:
        return None
    migrations.sort(key=lambda m: ([int(n) for n in m.version.split(".") if n], m.path))
    if tool in ("sqlx", "golang-migrate") and any(int(m.version) >= 2**63 for m in migrations):
        tool = "sql"  # another tool with their layout: their versions are 64-bit integers
    return _root(target, folder, tool, migrations, Place(migrations[0].path))


def _of_one_server(
    found: Iterable[tuple[str, re.Match[str]]],
) -> list[tuple[str, re.Match[str]]]:
    """PostgreSQL's files where a folder holds ``7_a.postgres.up.sql``, ``7_a.mysql.up.sql`` …

    A file without a server's name is for all that have none of their own.
    """
    ours: list[tuple[str, re.Match[str]]] = []
    for path, match in found:
        if not _FOREIGN_PATH.search(posixpath.basename(path)):
            ours.append((path, match))
    special = {_POSTGRES_WORD.sub("", path) for path, _ in ours if _POSTGRES_WORD.search(path)}
    return [
        (path, match) for path, match in ours if _POSTGRES_WORD.search(path) or path not in special
    ]


_POSTGRES_WORD = regex(r"[._-](?:postgres(?:ql)?|pgsql|pg)(?=\.)(?=[^/]*$)")


def _is_named(folder: str) -> bool:
    """Whether the folder, or the one above it, is called migrations."""
    return any(_MIGRATIONS_FOLDER.search(part) for part in folder.split("/")[-2:])


def _flat_tool(target: Target, folder: str, numbered: list[tuple[str, re.Match[str]]]) -> str:
    first = target.text(numbered[0][0])
    if _GOOSE.search(first):
        return "goose"
    if _DBMATE.search(first):
        return "dbmate"
    manifest = _manifest_text(target, folder, "Cargo.toml")
    if "sqlx" in manifest:
        return "sqlx"
    if any(match["up"] for _, match in numbered):
        return "golang-migrate"
    if _FLYWAY.match(posixpath.basename(numbered[0][0])):
        return "flyway"
    return "sql"


def _flat_transaction(target: Target, path: str, tool: str) -> bool:
    text = target.text(path)
    if tool == "sqlx":
        return not text.lstrip().startswith("-- no-transaction")
    if tool == "goose":
        return not re.search(r"--\s*\+goose\s+NO\s+TRANSACTION", text, re.IGNORECASE)
    if tool == "dbmate":
        return not re.search(r"--\s*migrate:up\b.*transaction:\s*false", text, re.IGNORECASE)
    if tool == "flyway":  # decides by itself that CONCURRENTLY runs outside
        return not re.search(r"\bconcurrently\b", text, re.IGNORECASE)
    if tool == "golang-migrate":
        # One simple query: a transaction, unless a statement is alone or brings its own.
        statements = target.parse(read_sql, path).statements
        return len(statements) > 1 and statements[0].text.lower() not in ("begin", "begin work")
    return False


def _root(
    target: Target, folder: str, tool: str, migrations: list[MigrationFile], place: Place
) -> MigrationRoot:
    paths = [migration.path for migration in migrations]
    dialect = _dialect(target, folder, paths)
    return MigrationRoot(folder, tool, tuple(migrations), place, dialect, _coded(target, folder))


_CODED = regex(r"[vV]?\d+[\d_.-]*_\w.*\.(?:go|java|kt|py|rb|js|ts|cs|php)$")


def _coded(target: Target, folder: str) -> str:
    """A numbered program beside the SQL files, or one folder below them."""
    prefix = f"{folder}/" if folder else ""
    for path in target.files:
        if path.startswith(prefix) and path.count("/", len(prefix)) <= 1:
            name = posixpath.basename(path)
            if _CODED.match(name) and not name.endswith(("_test.go", ".test.ts", ".d.ts")):
                return path
    return ""


def _toml(target: Target, path: str) -> Mapping[str, Any]:
    if not target.has(path):
        return {}
    try:
        return tomllib.loads(target.text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _manifest_text(target: Target, folder: str, name: str) -> str:
    """The nearest manifest of this name at or above a folder."""
    while True:
        path = f"{folder}/{name}" if folder else name
        if target.has(path):
            return target.text(path)
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


# -- dialect -------------------------------------------------------------------------------

_FOREIGN_PATH = regex(
    r"(sqlite|mysql|mariadb|clickhouse|mssql|sqlserver|cockroach|cassandra|scylla|duckdb|snowflake"
    r"|bigquery)|(?:^|[/_.-])(?:oracle|spanner|tidb|d1|crdb)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_POSTGRES_PATH = regex(r"(?:^|[/_.-])(?:postgres(?:ql)?|pgsql|pg|supabase)(?:[/_.-]|$)")
_FOREIGN_SQL = regex(
    r"\bauto_?increment\b|\bengine\s*=\s*\w+|^[ \t]*pragma\s|\bwithout\s+rowid\b|`\w+`"
    r"|\bstrftime\s*\(|\bunix_timestamp\s*\(|\bnvarchar\b|\bvarchar2\b|\bidentity\s*\(\s*1\s*,"
    r"|^[ \t]*go[ \t]*$|\bdatetime\s*\(|\bnumber\(\d|\bdatetime2\b|\bmergetree\b|\blongtext\b"
    r"|\btinyint\b|\bunsigned\b|\bsys\.\w+|\[dbo\]|\binteger\s+primary\s+key\s+autoincrement",
    re.IGNORECASE | re.MULTILINE,
)
_POSTGRES_SQL = regex(
    r"\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bplpgsql\b|\bgen_random_uuid\b"
    r"|\$\$|\bcreate\s+extension\b|\bbytea\b|::\w+|\busing\s+(?:gin|gist|brin|btree|hash)\b"
    r"|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity|\bcreate\s+type\b|\buuid_generate_v"
    r"|\bconcurrently\b|\btimestamp\s+with(?:out)?\s+time\s+zone\b|\bcharacter\s+varying\b"
    r"|\bcomment\s+on\b|\bowner\s+to\b|\bpublic\.",
    re.IGNORECASE,
)
_FOREIGN_MANIFEST = regex(r"sqlite|mysql|mariadb|clickhouse|mssql|tiberius", re.IGNORECASE)
_POSTGRES_MANIFEST = regex(
    r"postgres|\bpgx?\b|tokio-postgres|psycopg|asyncpg|lib/pq", re.IGNORECASE
)
_MANIFESTS = ("Cargo.toml", "go.mod", "package.json", "pyproject.toml", "requirements.txt")


def _dialect(target: Target, folder: str, paths: Iterable[str]) -> str:
    """Which server the SQL is for: its path, its own words, then the manifests around it."""
    match = _FOREIGN_PATH.search(folder)
    if match:
        return match[0].strip("/_.-").lower()
    if _POSTGRES_PATH.search(folder):
        return "postgres"
    text = "\n".join(target.text(path)[:20_000] for path in list(paths)[:20])
    text = re.sub(r"--[^\n]*|/\*.*?(?:\*/|\Z)", " ", text, flags=re.DOTALL)
    ours, theirs = len(_POSTGRES_SQL.findall(text)), len(_FOREIGN_SQL.findall(text))
    if ours > theirs:
        return "postgres"
    if theirs:
        return "another server"
    provider = re.search(r'provider\s*=\s*"(\w+)"', _prisma_schema(target, folder))
    if provider:
        return "postgres" if provider[1].startswith("postgres") else provider[1]
    lock = _toml(target, f"{folder}/migration_lock.toml").get("provider")
    if isinstance(lock, str):
        return "postgres" if lock.startswith("postgres") else lock
    for name in _MANIFESTS:
        manifest = _manifest_text(target, folder, name)
        if _POSTGRES_MANIFEST.search(manifest):
            return "postgres"
        if found := _FOREIGN_MANIFEST.search(manifest):
            return found[0].lower()
    return "postgres" if postgres_major(target) is not None else ""


def _prisma_schema(target: Target, folder: str) -> str:
    path = posixpath.join(posixpath.dirname(folder), "schema.prisma")
    return target.text(path) if target.has(path) else ""


_IMAGE = regex(r"(?:postgres|postgis|pgvector|timescaledb|pgautoupgrade)[\w./-]*:([\w.-]+)")
_NAMES_IMAGE = regex(r"[^#\n]*?(?:image:|FROM\s)\s*[\"']?[\w./-]*", re.IGNORECASE)
_MENTIONS = ("postg", "pgvector", "timescale", "pgauto")


@once
def postgres_major(target: Target) -> int | None:
    """The newest PostgreSQL major that compose files, workflows or Dockerfiles name; 0: no tag."""
    majors: list[int] = []
    for path in target.files:
        name = posixpath.basename(path)
        if not name.endswith((".yml", ".yaml")) and "ockerfile" not in name:
            continue
        text = target.text(path)
        if not any(word in text for word in _MENTIONS):
            continue
        for match in _IMAGE.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            if not _NAMES_IMAGE.fullmatch(text, start, match.start()):
                continue
            tag = re.search(r"pg(\d{1,2})", match[1]) or re.match(r"v?(\d{1,2})(?!\d)", match[1])
            majors.append(int(tag[1]) if tag and 8 < int(tag[1]) < 40 else 0)
    return max(majors) if majors else None


# -- start-up scripts of the image ---------------------------------------------------------

_INITDB = "/docker-entrypoint-initdb.d"


def _initdb_roots(target: Target) -> list[MigrationRoot]:
    """SQL that a compose file mounts into a PostgreSQL container's start-up folder."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for path in target.named("*.yml", "*.yaml"):
        if _INITDB not in target.text(path):
            continue
        for document in target.parse(read_yaml, path).documents:
            for service in document.map.map("services").values():
                if not isinstance(service, Map):
                    continue
                image = service.str("image").lower()
                if image and not any(word in image for word in _MENTIONS):
                    continue
                mounts = list(_mounts(service, posixpath.dirname(path)))
                if mounts:
                    found.setdefault(f"{path}:{mounts[0][1].line}", []).extend(mounts)
    roots: list[MigrationRoot] = []
    for mounts in found.values():
        files: dict[str, str] = {}
        for source, _ in mounts:
            if target.has(source) and source.endswith(".sql"):
                files.setdefault(posixpath.basename(source), source)
            elif target.has_dir(source):
                for inner in target.below(source):
                    if inner.endswith(".sql") and posixpath.dirname(inner) == source:
                        files.setdefault(posixpath.basename(inner), inner)
        ordered = [
            MigrationFile(name, name, path, False)
            for name, path in sorted(files.items())
            if path in target.files
        ]
        if ordered:
            folder = posixpath.commonpath([posixpath.dirname(m.path) for m in ordered])
            root = _root(target, folder, "initdb", ordered, mounts[0][1])
            if all(root.paths != other.paths for other in roots):
                roots.append(root)
    return roots


def _mounts(service: Map, folder: str) -> Iterator[tuple[str, Place]]:
    volumes = service.seq("volumes")
    for index, volume in enumerate(volumes):
        if isinstance(volume, Map):
            source, inside = volume.str("source"), volume.str("target")
        elif isinstance(volume, str):
            source, _, inside = volume.partition(":")
        else:
            continue
        if inside.startswith(_INITDB) and "$" not in source:
            joined = posixpath.normpath(posixpath.join(folder, source))
            yield joined, volumes.item_place(index)


# -- one migration's statements ------------------------------------------------------------

_SECTION = {
    "goose": regex(r"^[ \t]*--[ \t]*\+goose[ \t]+(Up|Down)\b.*$", re.MULTILINE | re.I),
    "dbmate": regex(r"^[ \t]*--[ \t]*migrate:(up|down)\b.*$", re.MULTILINE | re.IGNORECASE),
}


def migration_script(target: Target, root: MigrationRoot, migration: MigrationFile) -> SqlScript:
    """The statements that apply one migration (of goose and dbmate files, the Up part)."""
    section = _SECTION.get(root.tool)
    if section is None:
        return target.parse(read_sql, migration.path)
    text = target.text(migration.path)
    marks = list(section.finditer(text))
    statements: list[SqlStatement] = []
    problems: list[Problem] = []
    for number, mark in enumerate(marks):
        if mark[1].lower() != "up":
            continue
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        line = text.count("\n", 0, mark.end()) + 1
        origin = Place(migration.path, line, mark.end() - text.rfind("\n", 0, mark.end()))
        part = read_sql(text[mark.end() : end], migration.path, origin)
        statements += [replace(one, offset=one.offset + mark.end()) for one in part.statements]
        problems += part.problems
    return SqlScript(migration.path, tuple(statements), tuple(problems))


# -- who runs them -------------------------------------------------------------------------

_RUNS = (
    (
        "diesel",
        regex(r"\bdiesel\s+(?:--\S+\s+)*(?:migration\s+(?:run|redo)|setup\b|database\b)"),
    ),
    ("sqlx", regex(r"\bsqlx\s+(?:migrate\s+run|database\s+setup)")),
    ("golang-migrate", regex(r"(?:^|[\s/;&|])migrate\s[^\n|;&]*-(?:path|source|database)\b")),
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
        MigrationRunner("diesel", root, place, place.path)
        for place, root in _diesel_folders(target)
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
                yield MigrationRunner(tool, _clean(root), place, stripped[:200])
                break


def _embedded_in(target: Target, path: str) -> Iterator[MigrationRunner]:
    """``embed_migrations!()``: the named folder, else the first ``migrations`` going up."""
    text = target.text(path)
    for match in _EMBEDDED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if target.line(path, line).lstrip().startswith("//"):
            continue
        home = posixpath.dirname(path)
        while home and not target.has(f"{home}/Cargo.toml"):
            home = posixpath.dirname(home)
        crate = home
        if match[2] is None:
            while home and not target.has_dir(f"{home}/migrations"):
                home = posixpath.dirname(home)
            if not target.has_dir(posixpath.join(home, "migrations")):
                home = crate
        root = _clean(posixpath.join(home, match[2] or "migrations"))
        tool = "diesel" if match[1] == "embed_migrations" else "sqlx"
        column = match.start() - text.rfind("\n", 0, match.start())
        yield MigrationRunner(tool, root, Place(path, line, column), match[0])


def _clean(path: str) -> str:
    clean = posixpath.normpath(path)
    return "" if clean == "." else clean


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


@once
def _diesel_folders(target: Target) -> tuple[tuple[Place, str], ...]:
    """(where it says so, migrations folder) of each ``diesel.toml``."""
    found = []
    for path in target.named("diesel.toml"):
        home = posixpath.dirname(path)
        section = _toml(target, path).get("migrations_directory")
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
        found.append((Place(path, line, 1), _clean(posixpath.join(home, folder))))
    return tuple(found)


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
        if root.tool != "initdb":
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
