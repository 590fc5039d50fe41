"""Which migrations a file stands for, in the terms in which its tool records them.

For tools whose migrations are programs or lists: Alembic's and Django's Python (by its syntax
tree, never run), Liquibase's change logs, Drizzle's journal. What SQL they hold is not read.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, read_yaml

__all__ = [
    "ChangeLog",
    "ChangePart",
    "ChangeSet",
    "Include",
    "Journal",
    "JournalEntry",
    "PythonMigration",
    "read_changelog",
    "read_journal",
    "read_python_migration",
]


class PythonMigration(Struct, frozen=True):
    """What one Python file says of itself."""

    path: str
    revision: str = ""
    """Alembic's; empty when the file is no revision, or names itself by a program."""
    down: tuple[str, ...] = ()
    """The revisions that go before it, those that it only depends on included."""
    django: bool = False
    """It holds a ``class Migration``."""
    replaces: tuple[tuple[str, str], ...] = ()
    """(app, migration) that it stands for, in a squashed history."""
    place: Place | None = None
    """Where it names itself."""
    problems: tuple[Problem, ...] = ()


def read_python_migration(text: str, path: str) -> PythonMigration:
    """Never raises on bad input: see ``problems``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in somebody else's strings
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        return PythonMigration(path, problems=(Problem(Place(path, line), said or "not Python"),))
    values: dict[str, ast.expr] = {}
    place = None
    for node in tree.body:
        for name, value in _assigned(node):
            values[name] = value
            if name == "revision":
                place = Place(path, node.lineno, 1)
    revision = _texts(values.get("revision"))
    migration = next(
        (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Migration"), None
    )
    if migration is not None:
        place = Place(path, migration.lineno, 1)
    return PythonMigration(
        path,
        revision=revision[0] if len(revision) == 1 and "down_revision" in values else "",
        down=(*_texts(values.get("down_revision")), *_texts(values.get("depends_on"))),
        django=migration is not None and bool(migration.bases),
        replaces=tuple(_replaced(migration)) if migration is not None else (),
        place=place,
    )


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    value = getattr(node, "value", None)
    for target in targets:
        if isinstance(target, ast.Name) and value is not None:
            yield target.id, value


def _texts(value: ast.expr | None) -> tuple[str, ...]:
    """A string, or the strings of a literal list."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return (value.value,)
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        return tuple(text for item in value.elts for text in _texts(item))
    return ()


def _replaced(migration: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for node in migration.body:
        for name, value in _assigned(node):
            if name == "replaces" and isinstance(value, (ast.Tuple, ast.List)):
                for pair in value.elts:
                    texts = _texts(pair)
                    if len(texts) == 2:
                        yield texts[0], texts[1]


# -- Liquibase -----------------------------------------------------------------------------


class ChangePart(Struct, frozen=True):
    """One thing that a change set of an XML, YAML or JSON change log does."""

    kind: str
    """``sql``, ``sqlFile``, or another change type, which is no SQL: ``createTable`` …"""
    place: Place
    span: tuple[int, int] | None = None
    """Of SQL written there: where, in characters; ``None`` when the file has it in another form."""
    file: str = ""
    """Of ``sqlFile``: its path, as written."""
    relative: bool = False
    """The path starts at the change log."""
    delimiter: str = ""
    bound: bool = False
    """For another server than PostgreSQL."""


class ChangeSet(Struct, frozen=True):
    """One change set of a change log."""

    id: str
    author: str
    place: Place
    bound: bool = False
    """It runs only in some contexts, under some labels or on some servers."""
    span: tuple[int, int] | None = None
    """Of formatted SQL: where its statements stand, in characters."""
    parts: tuple[ChangePart, ...] = ()
    transaction: bool = True
    delimiter: str = ""
    """What ends a statement, where that is no semicolon."""
    foreign: bool = False
    """It runs on other servers than PostgreSQL only."""
    contexts: str = ""
    """As written."""


class Include(Struct, frozen=True):
    """A change log, or a folder of them, that another one includes."""

    path: str
    """As written."""
    relative: bool = False
    """The path starts at the change log."""
    folder: bool = False
    """``includeAll``"""
    place: Place | None = None


class ChangeLog(Struct, frozen=True):
    """The change sets of one file, in order, and the files that it includes."""

    path: str
    entries: tuple[ChangeSet | Include, ...] = ()
    """In the order in which they run."""
    values: tuple[tuple[str, str], ...] = ()
    """What it puts in for ``${name}``."""
    formatted: bool = False
    """It is SQL with Liquibase's comments."""
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> tuple[ChangeSet, ...]:
        return tuple(one for one in self.entries if isinstance(one, ChangeSet))

    @property
    def includes(self) -> tuple[str, ...]:
        """As written: files, and folders of ``includeAll``."""
        return tuple(one.path for one in self.entries if isinstance(one, Include))


_FORMATTED = regex(r"\A\s*--\s*liquibase\s+formatted\s+sql", 2)
_SQL_CHANGE = regex(r"^[ \t]*--[ \t]*(changeset|property)[ \t]+([^\n]+)$", 10)
"""10 is IGNORECASE and MULTILINE."""
_SQL_NAME = regex(r"\s*(?:\"([^\"]+)\"|([^\s:\"]+)):(?:\"([^\"]+)\"|(\S+))(.*)\Z")
_ATTRIBUTE = regex(r"\b(\w+):(?:\"([^\"\n]*)\"|(\S+))")
_BOUND = regex(r"\b(?:context|contextFilter|contexts|labels|dbms)\s*[:=]")
_BOUNDS = ("context", "contextFilter", "contexts", "labels", "dbms")
_XML_TOKEN = regex(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|<(?P<end>/?)(?:\w+:)?(?P<name>\w+)(?P<rest>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    16,
)
_XML_VALUE = regex(r"([\w:]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_POSTGRES = ("postgresql", "all", "")


def read_changelog(text: str, path: str) -> ChangeLog:
    """A change log as SQL, XML, YAML or JSON. Never raises on bad input: see ``problems``."""
    if path.endswith(".sql"):
        return _sql_changes(text, path) if _FORMATTED.match(text) else ChangeLog(path)
    if path.endswith(".xml"):
        return _xml_changes(text, path)
    return _yaml_changes(text, path)


def _is_foreign(servers: str) -> bool:
    """Whether a ``dbms`` attribute leaves PostgreSQL out."""
    names = [name.strip().lower() for name in servers.split(",") if name.strip()]
    if not names:
        return False
    if any(name.startswith("!") for name in names):
        return "!postgresql" in names
    return not any(name in _POSTGRES for name in names)


def _sql_changes(text: str, path: str) -> ChangeLog:
    entries: list[ChangeSet | Include] = []
    values = []
    marks = list(_SQL_CHANGE.finditer(text))
    line, counted = 1, 0
    for number, match in enumerate(marks):
        given = {m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(match[2])}
        if match[1].lower() == "property":
            if "name" in given and not _is_foreign(given.get("dbms", "")):
                values.append((given["name"], given.get("value", "")))
            continue
        named = _SQL_NAME.match(match[2])
        if named is None:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        given = {m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(named[5])}
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        split = given.get("splitstatements", "").lower() != "false"
        entries.append(
            ChangeSet(
                named[3] or named[4],
                named[1] or named[2],
                Place(path, line, 1),
                bool(_BOUND.search(named[5])),
                span=(match.end(), end),
                transaction=given.get("runintransaction", "").lower() != "false",
                delimiter=given.get("enddelimiter", "") if split else "",
                foreign=_is_foreign(given.get("dbms", "")),
                contexts=given.get("contextfilter", "") or given.get("context", ""),
            )
        )
    return ChangeLog(path, tuple(entries), tuple(values), formatted=True)


# What a change set holds beside its changes.
_ASIDE = frozenset(
    {"comment", "preConditions", "rollback", "validCheckSum", "modifySql", "property"}
)
_HARMLESS = frozenset({"tagDatabase", "empty", "output", "stop"})


class _XmlChange:
    """A change set while its tags are read."""

    def __init__(self, values: dict[str, str], place: Place) -> None:
        self.values, self.place = values, place
        self.parts: list[ChangePart] = []

    def done(self) -> ChangeSet:
        return _change(self.values, self.place, tuple(self.parts))


def _change(values: Mapping[str, Any], place: Place, parts: tuple[ChangePart, ...]) -> ChangeSet:
    return ChangeSet(
        str(values["id"]),
        str(values["author"]),
        place,
        any(values.get(name) for name in _BOUNDS),
        parts=parts,
        transaction=str(values.get("runInTransaction", "")).lower() != "false",
        foreign=_is_foreign(str(values.get("dbms") or "")),
        contexts=str(values.get("contextFilter") or values.get("context") or ""),
    )


def _xml_changes(text: str, path: str) -> ChangeLog:
    entries: list[ChangeSet | Include] = []
    values: list[tuple[str, str]] = []
    change: _XmlChange | None = None
    aside, depth, opened = "", 0, 0
    line, counted = 1, 0
    part: ChangePart | None = None
    for match in _XML_TOKEN.finditer(text):
        name = match["name"]
        if name is None:
            continue
        closes, alone = bool(match["end"]), match["rest"].endswith("/")
        if aside:  # whatever stands in there is not run
            if name == aside and not alone:
                depth += -1 if closes else 1
                aside = aside if depth else ""
            continue
        if closes:
            if name == "changeSet" and change is not None:
                entries.append(change.done())
                change = None
            elif part is not None and name == part.kind and change is not None:
                span = _inside(text, opened, match.start())
                change.parts.append(replace(part, span=span))
                part = None
            continue
        given = {m[1]: _unescaped(m[2] or m[3] or "") for m in _XML_VALUE.finditer(match["rest"])}
        line += text.count("\n", counted, match.start())
        counted = match.start()
        place = Place(path, line, 1)
        if change is None:
            if name == "changeSet" and "id" in given and "author" in given:
                change = _XmlChange(given, place)
                if alone:
                    entries.append(change.done())
                    change = None
            elif name in ("include", "includeAll"):
                if named := given.get("file") or given.get("path"):
                    relative = given.get("relativeToChangelogFile", "").lower() == "true"
                    entries.append(Include(named, relative, name == "includeAll", place))
            elif name == "property" and not _is_foreign(given.get("dbms", "")):
                values += (
                    [(given["name"], given["value"])] if {"name", "value"} <= given.keys() else []
                )
        elif part is not None:
            continue
        elif name in _ASIDE:
            if not alone:
                aside, depth = name, 1
        elif name not in _HARMLESS:
            part = _part(name, place, given)
            if alone or name == "sqlFile":
                change.parts.append(part)
                part = None
            else:
                opened = match.end()
    return ChangeLog(path, tuple(entries), tuple(values))


def _part(kind: str, place: Place, given: Mapping[str, Any]) -> ChangePart:
    split = str(given.get("splitStatements", "")).lower() != "false"
    delimiter = str(given.get("endDelimiter") or "")
    return ChangePart(
        kind,
        place,
        file=str(given.get("path") or ""),
        relative=str(given.get("relativeToChangelogFile", "")).lower() == "true",
        delimiter=delimiter if split and delimiter != ";" else "",
        bound=_is_foreign(str(given.get("dbms") or "")),
    )


def _inside(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the SQL of an element stands; ``None`` when it is escaped, so that no piece is it."""
    body = text[start:end]
    if "<![CDATA[" in body:
        first = start + body.index("<![CDATA[") + 9
        last = text.find("]]>", first)
        return (first, min(last, end)) if last >= 0 else None
    return None if "&" in body or "<" in body else (start, end)


def _unescaped(text: str) -> str:
    for word, sign in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{word};", sign)
    return text


def _yaml_changes(text: str, path: str) -> ChangeLog:
    file = read_yaml(text, path)
    entries: list[ChangeSet | Include] = []
    values: list[tuple[str, str]] = []
    for document in file.documents:
        for entry in document.map.seq("databaseChangeLog"):
            if not isinstance(entry, Map):
                continue
            change = entry.map("changeSet")
            if "id" in change and "author" in change:
                parts = tuple(_yaml_parts(text, change))
                entries.append(_change(change, change.key_place("id"), parts))
            for word, key in (("include", "file"), ("includeAll", "path")):
                given = entry.map(word)
                if named := given.str(key):
                    relative = str(given.get("relativeToChangelogFile", "")).lower() == "true"
                    entries.append(
                        Include(named, relative, word == "includeAll", given.key_place(key))
                    )
            given = entry.map("property")
            if "name" in given and "value" in given and not _is_foreign(given.str("dbms")):
                values.append((str(given["name"]), str(given["value"])))
    return ChangeLog(path, tuple(entries), tuple(values), problems=file.problems)


def _yaml_parts(text: str, change: Map) -> Iterator[ChangePart]:
    for item in change.seq("changes"):
        if not isinstance(item, Map):
            continue
        for kind in item:
            if kind in _HARMLESS or kind in _ASIDE:
                continue
            given = item[kind]
            details = given if isinstance(given, Map) else {}
            part = _part(str(kind), item.key_place(kind), details)
            if kind == "sql":
                sql = given if isinstance(given, str) else details.get("sql")
                at = text.find(sql) if isinstance(sql, str) and sql else -1
                if at >= 0 and isinstance(sql, str):
                    part = replace(part, span=(at, at + len(sql)))
                elif isinstance(sql, str):
                    part = replace(part, span=_block(text, part.place, sql))
            yield part


def _block(text: str, place: Place, sql: str) -> tuple[int, int] | None:
    """Where a text stands that YAML took from an indented block: from its first line to its
    last."""
    lines = [line.strip() for line in sql.split("\n") if line.strip()]
    if not lines:
        return None
    start = 0
    for _ in range((place.line or 1) - 1):
        start = text.find("\n", start) + 1
    first = text.find(lines[0], start)
    at = first
    for line in lines:
        found = text.find(line, at)
        if first < 0 or found < 0 or text[at:found].strip():
            return None
        at = found + len(line)
    return first, at


# -- Drizzle -------------------------------------------------------------------------------


class JournalEntry(Struct, frozen=True):
    """One migration of Drizzle's journal."""

    tag: str
    """The name of its SQL file, without ``.sql``."""
    when: int
    """The time by which the database records it, in ms."""


class Journal(Struct, frozen=True):
    """``meta/_journal.json``."""

    path: str
    entries: tuple[JournalEntry, ...] = ()
    dialect: str = ""
    problems: tuple[Problem, ...] = ()


def read_journal(text: str, path: str) -> Journal:
    """Never raises on bad input: see ``problems``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Journal(path, problems=(Problem(Place(path), str(error)),))
    if not isinstance(data, dict):
        return Journal(path, problems=(Problem(Place(path), "no journal"),))
    entries: Any = data.get("entries")
    dialect = data.get("dialect")
    return Journal(
        path,
        tuple(
            JournalEntry(one["tag"], one["when"])
            for one in (entries if isinstance(entries, list) else ())
            if isinstance(one, dict)
            and isinstance(one.get("tag"), str)
            and isinstance(one.get("when"), int)
        ),
        dialect if isinstance(dialect, str) else "",
    )
