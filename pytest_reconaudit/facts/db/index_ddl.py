"""Index statements outside of the migrations: whether anything runs them, and how their sets agree.

A set is what one function, constant, script or file holds.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.indexes import DeclaredIndex, declared_indexes, foreign_sql
from pytest_reconaudit.facts.db.migration_runners import MissingMigration, missing_migrations
from pytest_reconaudit.facts.db.migration_runs import psql_inputs
from pytest_reconaudit.facts.db.schema import declared_schema, sql_schema
from pytest_reconaudit.facts.invocations import invocations
from pytest_reconaudit.facts.scripts.files import ScriptFile, script_files
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

__all__ = ["IndexDdl", "IndexDdlFault", "index_ddl"]

_MIGRATIONS = regex(
    r"(?:^|/)(?:\w*migrations?|migrate|alembic|versions|changelogs?|changesets?)(?:/|$)",
    re.IGNORECASE,
)
_FRAMEWORK = frozenset({"up", "down", "upgrade", "downgrade", "forwards", "backwards", "change"})
"""Functions that a migration tool calls by their name."""
_OF_INDEXES = regex(r"(?:^|[^a-z])(?:index(?:es)?|indices|idx)(?:[^a-z]|$)", re.IGNORECASE)
_APPLIES = regex(
    r"(?:apply|create|add|build|run|install|make|setup)[-_]?(?:[a-z0-9]+[-_])*"
    r"(?:index(?:es)?|indices)(?:\.\w+)?$",
    re.IGNORECASE,
)
_OTHER_INDEX = regex(
    r"search|elastic|opensearch|solr|algolia|meili|typesense|mongo|vector|lucene|doc|html|page"
    r"|sitemap|helm|chart|package|apt|pypi|wheel|repo|redis|qdrant|weaviate|milvus|rag|embed",
    re.IGNORECASE,
)
"""What else is called an index."""
_ONLY_SPEAKS = frozenset(
    {"echo", "printf", "set", "exit", "return", "export", "sleep", "date", "clear", "true", "false",
     "[", "[[", "test", "shift", "local", "readonly", "declare", "cd", "pwd", "trap", "read", "cat",
     "break", "continue", "tput", ":", "grep", "wc", "head", "tail", "ls", "basename", "dirname",
     "command", "which"}
)  # fmt: skip
_TABLE = regex(r"\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?", re.IGNORECASE)
_ASIDE = regex(r"(?:^|/)(?:docs?|examples?|archived?|legacy|old|backups?|drafts?)(?:/|$)", 2)
_OF_FILE = regex(
    r"(?:create\s+(?:unique\s+)?index|drop\s+index|reindex|analyze|vacuum|set|reset|begin|commit|start"
    r"|end|comment\s+on\s+index|create\s+extension|\\)\b|\\",
    re.IGNORECASE,
)
"""Statements of a file that is about indexes alone."""
_RUNNING = (
    ".sh", ".bash", ".yml", ".yaml", "akefile", "justfile", ".mk", "ockerfile", "package.json",
    ".toml", ".py", ".ts", ".js", ".mjs", ".cjs", ".rs", ".go", ".rb", ".java", ".kt", ".php",
    ".cs", ".ex", ".exs", ".env", ".tf", ".ps1",
)  # fmt: skip
_SCRIPTS = ("script", "makefile", "package.json")


class IndexDdlFault(Struct, frozen=True):
    """One thing that is wrong with a set of index statements."""

    clause: str
    severity: Severity
    confidence: Confidence
    place: Place
    says: str
    evidence: str
    related: tuple[tuple[Place, str], ...] = ()


class IndexDdl(Struct, frozen=True):
    """The index statements of one function, constant, script or file, and what is wrong."""

    id: str
    faults: tuple[IndexDdlFault, ...] = ()


@once
def index_ddl(target: Target) -> tuple[IndexDdl, ...]:
    """Every set of index statements outside of the migrations, and the scripts that apply one."""
    declared = declared_indexes(target)
    sets: dict[str, list[DeclaredIndex]] = defaultdict(list)
    for one in declared:
        if one.kind != "migration" and not _MIGRATIONS.search(one.place.path):
            held = f" {one.holder}" if one.kind == "code" and one.holder else ""
            sets[one.place.path + held].append(one)
    found: dict[str, list[IndexDdlFault]] = {id: [] for id in sets}
    dead: set[str] = set()
    for id, members in sets.items():
        if fault := _never_run(target, members) or _loose(target, members, declared):
            found[id].append(fault)
            dead.add(id)
    for id, fault in _unlike(declared, {id: m for id, m in sets.items() if id not in dead}):
        found[id].append(fault)
    for id, faults in _appliers(target):
        found.setdefault(id, []).extend(faults)
    return tuple(IndexDdl(id, tuple(faults)) for id, faults in sorted(found.items()))


# -- (a) nothing runs them -----------------------------------------------------------------


def _never_run(target: Target, members: list[DeclaredIndex]) -> IndexDdlFault | None:
    first = members[0]
    if first.kind != "code" or not first.holder or first.holder in _FRAMEWORK:
        return None
    if any(one.reach != "never" or one.index.dynamic for one in members):
        return None
    if _is_function(target, first) and not uncalled(target, first.place):
        return None
    text = target.text(first.place.path)
    made = "|".join(re.escape(table) for table in {one.index.table for one in members})
    if re.search(rf"(?i){_TABLE.pattern}(?:\w+\.)?[\"`]?(?:{made})\b", text):
        return None  # the tables are not made either: the whole file is out of use
    names = [one.name for one in members]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
    count = f"{len(names)} index statements are" if names[1:] else "An index statement is"
    return IndexDdlFault(
        "a",
        Severity.HIGH,
        Confidence.LIKELY,
        first.place,
        f"{count} only text in {first.holder}, which nothing in the repository uses: {shown}",
        first.index.text,
        tuple((one.place, f"{one.name}, never run") for one in members[1:]),
    )


def _loose(
    target: Target, members: list[DeclaredIndex], declared: Iterable[DeclaredIndex]
) -> IndexDdlFault | None:
    """A file of nothing but index statements that no other file of the repository names."""
    path = members[0].place.path
    if any(one.kind != "sql" or one.reach != "unknown" or one.own_table for one in members):
        return None
    if is_test_path(path) or _ASIDE.search(path) or wants_live(target):
        return None  # a live database tells itself which indexes it has
    if not all(_OF_FILE.match(one.text) for one in target.parse(read_sql, path).statements):
        return None
    made = {one.index.form() for one in declared if one.kind == "migration"}
    mine = [one for one in members if one.index.form() not in made]
    known = declared_schema(target).tables.keys() | sql_schema(target).tables.keys()
    if not mine or not all(one.index.table in known for one in mine) or _is_named(target, path):
        return None
    names = [one.name for one in mine]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
    count = f"{len(names)} indexes" if names[1:] else "An index"
    only = "are" if names[1:] else "is"
    return IndexDdlFault(
        "a",
        Severity.MEDIUM,
        Confidence.LIKELY,
        mine[0].place,
        f"{count} that no migration makes {only} in a file that nothing in the repository runs"
        f" or names, {path}: {shown}",
        mine[0].index.text,
        tuple((one.place, f"{one.name}, made by nothing else") for one in mine[1:]),
    )


def _is_named(target: Target, path: str) -> bool:
    """Whether any file, a document too, names a file, its folder, or all SQL files."""
    name = posixpath.basename(path)
    folder = posixpath.basename(posixpath.dirname(path))
    home = re.compile(
        rf"(?<![\w-]){re.escape(folder)}/?(?=[\"'`:*)\s]|$)|\*\.sql\b" if folder else r"\*\.sql\b",
        re.MULTILINE,
    )
    for other in target.files:
        if other == path or target.is_generated(other):
            continue
        text = target.text(other)
        if name in text:
            return True
        if other.endswith(_RUNNING) and (folder in text or "*.sql" in text) and home.search(text):
            return True
    return False


def _is_function(target: Target, one: DeclaredIndex) -> bool:
    pattern = rf"\b(?:fn|def|function\s*\*?)\s+{re.escape(one.holder)}\b"
    return re.search(pattern, target.text(one.place.path)) is not None


# -- (b) sets that should be one -----------------------------------------------------------

_Form = tuple[object, ...]


def _unlike(
    declared: Iterable[DeclaredIndex], sets: dict[str, list[DeclaredIndex]]
) -> Iterator[tuple[str, IndexDdlFault]]:
    """Hand-kept sets that share indexes with each other or with a history, and differ."""
    history: dict[str, dict[_Form, DeclaredIndex]] = defaultdict(dict)
    for one in declared:
        if one.kind == "migration":
            history[one.root].setdefault(one.index.form(), one)
    by_file: dict[str, tuple[str, dict[_Form, DeclaredIndex]]] = {}
    for id, members in sets.items():
        for one in members:
            # A file that makes the table too is a schema, judged as such elsewhere.
            if not one.own_table and not one.index.dynamic:
                for place in (one.place, *one.also):
                    by_file.setdefault(place.path, (id, {}))[1][one.index.form()] = one
    for path, (id, forms) in by_file.items():
        others = [(root or "the migrations", known) for root, known in history.items()]
        others += [(other, known) for other, (_, known) in by_file.items() if other > path]
        for name, known in others:
            shared = [one for form, one in forms.items() if form in known]
            mine = [one for form, one in forms.items() if form not in known]
            if len(shared) < 2 or not mine:
                continue
            missing = name if name in history or name == "the migrations" else ""
            yield id, _differs(path, name, shared, mine, known, history=bool(missing))


def _differs(
    path: str,
    other: str,
    shared: list[DeclaredIndex],
    mine: list[DeclaredIndex],
    known: dict[_Form, DeclaredIndex],
    *,
    history: bool,
) -> IndexDdlFault:
    forms = {one.index.form() for one in shared}
    tables = {one.index.table for one in (*shared, *mine)}
    theirs = [one for form, one in known.items() if form not in forms and one.index.table in tables]
    says = f"{path} and {other} both define {len(shared)} of the same indexes; only {path} defines"
    says += f" {_named(mine)}"
    if theirs and not history:  # a history may have dropped what it once made
        says += f", and only {other} defines {_named(theirs)}"
    at = next((p for p in (mine[0].place, *mine[0].also) if p.path == path), mine[0].place)
    related = [(known[one.index.form()].place, f"defines {one.name} too") for one in shared]
    related += [(one.place, f"only here: {one.name}") for one in theirs if not history]
    return IndexDdlFault(
        "b", Severity.MEDIUM, Confidence.LIKELY, at, says, mine[0].index.text, tuple(related)
    )


def _named(indexes: list[DeclaredIndex]) -> str:
    names = [one.name for one in indexes]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")


# -- (b, c) scripts ------------------------------------------------------------------------


def _appliers(target: Target) -> Iterator[tuple[str, list[IndexDdlFault]]]:
    """Scripts that apply a file of index statements, or say that they do."""
    uses = _uses(target)
    groups = [found for found in uses.values() if len({place.path for place, _ in found}) >= 2]
    for found in groups:
        places = {place.path: (place, text) for place, text in reversed(found)}
        named = [path for path in places if _OF_INDEXES.search(posixpath.basename(path))]
        paths = sorted(places, key=lambda path: (path not in named, path))
        if len(named) < 2 and len(paths) < 3:
            yield paths[0], []
            continue
        file = next(name for name, uses_of in uses.items() if uses_of is found)
        shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if paths[5:] else "")
        yield (
            paths[0],
            [
                IndexDdlFault(
                    "b",
                    Severity.LOW,
                    Confidence.CERTAIN,
                    Place(paths[0], 1, 1),
                    f"{len(paths)} scripts apply the same index SQL, {file}: {shown}",
                    places[paths[0]][1],
                    tuple((places[path][0], f"applies {file}") for path in paths),
                )
            ],
        )
    for script in script_files(target):
        if _claims(target, script):
            fault = _idle(script)
            yield script.path, [fault] if fault else []


def _uses(target: Target) -> dict[str, list[tuple[Place, str]]]:
    """File name of index SQL → the commands that give it to psql, in place order."""
    calls = [
        one
        for one in invocations(target)
        if one.source in _SCRIPTS
        and (one.name == "psql" or "psql" in one.words)
        and not is_test_path(one.command.place.path)
    ]
    lost: tuple[MissingMigration, ...] = missing_migrations(target) if calls else ()
    missing = {posixpath.basename(one.path): one for one in lost if one.indexes}
    found: dict[str, set[tuple[Place, str]]] = defaultdict(set)
    for one in calls:
        for path, text in psql_inputs(target, one):
            if not path or foreign_sql(path):
                continue
            name = posixpath.basename(path)
            indexes = "index" in text.lower() and not _TABLE.search(text)
            if name in missing or (target.has(path) and indexes and _OF_INDEXES.search(name)):
                shown = missing[name].path if name in missing else path
                found[shown].add((one.command.place, one.command.text[:200]))
    return {name: sorted(uses, key=lambda use: use[0].key()) for name, uses in found.items()}


def _claims(target: Target, script: ScriptFile) -> bool:
    name = posixpath.basename(script.path)
    if script.library or script.sources or script.open_source or is_test_path(script.path):
        return False
    return bool(_APPLIES.search(name)) and not _OTHER_INDEX.search(script.path)


def _idle(script: ScriptFile) -> IndexDdlFault | None:
    """What is wrong with a script that says that it applies indexes and only prints."""
    commands = script.shell.script.commands
    if not any(command.name in ("echo", "printf", "cat") for command in commands):
        return None
    for command in commands:
        if command.name and command.name not in _ONLY_SPEAKS:
            return None
        if "psql" in command.text or any(r.op in (">", ">>") for r in command.redirects):
            return None
    name = posixpath.basename(script.path)
    return IndexDdlFault(
        "c",
        Severity.HIGH,
        Confidence.LIKELY,
        Place(script.path, 1, 1),
        f"{name} says that it applies indexes and runs no SQL: it only prints",
        commands[0].text[:200],
    )
