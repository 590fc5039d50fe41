"""The part of a migration's file that applies it, and the part that takes it back.

Files of goose, dbmate and their like hold both, told apart by annotations in comments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from pytest_reconaudit.facts.db.history_tools.files import MigrationFile, MigrationRoot
from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import SqlScript, SqlStatement, read_sql
from pytest_reconaudit.target import Target, once

__all__ = ["SECTIONS", "annotated_as", "migration_script", "put_in_later", "undone_by"]

_LINES = re.MULTILINE | re.IGNORECASE
SECTIONS: Mapping[str, re.Pattern[str]] = {
    "goose": regex(r"^[ \t]*--[ \t]*\+goose[ \t]+(Up|Down)\b.*$", _LINES),
    "dbmate": regex(r"^[ \t]*--[ \t]*migrate:(up|down)\b.*$", _LINES),
    "sql-migrate": regex(r"^[ \t]*--[ \t]*\+migrate[ \t]+(Up|Down)\b.*$", _LINES),
    "node-pg-migrate": regex(r"^[ \t]*--[-\s]*(up|down)[ \t]+migration\b.*$", _LINES),
    "evolutions": regex(r"^[ \t]*(?:#|--)[ \t-]*!(Up|Down)s\b.*$", _LINES),
    "tern": regex(r"^-{4}[ \t]*create above / (drop) below[ \t]*-{4}.*$", _LINES),
}
"""Tool → the comments that begin a part; the first group says which."""
_UPS = ("up",)
_MENTIONS = ("goose", "migrate", "igration", "!Up", "create above")


def annotated_as(text: str) -> str:
    """The tool whose annotations a file holds; empty when it holds none."""
    if not any(word in text for word in _MENTIONS):
        return ""
    for tool, pattern in SECTIONS.items():
        match = pattern.search(text)
        if match and (match[1].lower() in _UPS or tool == "tern"):
            return tool
    return ""


def _parts(text: str, tool: str) -> Iterator[tuple[bool, int, int]]:
    """(whether it applies, start, end) of each part of a file."""
    marks = list(SECTIONS[tool].finditer(text))
    if tool == "tern":
        yield True, 0, marks[0].start() if marks else len(text)
        if marks:
            yield False, marks[0].end(), len(text)
        return
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        yield mark[1].lower() in _UPS, mark.end(), end


@once
def _scripts(target: Target) -> dict[tuple[str, str, str, str], SqlScript]:
    return {}


def migration_script(target: Target, root: MigrationRoot, migration: MigrationFile) -> SqlScript:
    """The statements that apply one migration (of goose and dbmate files, the Up part), with what
    the configuration puts in for their placeholders."""
    filled = bool(root.values) or root.tool == "goose"
    if root.tool not in SECTIONS and migration.span is None and not filled:
        return target.parse(read_sql, migration.path)
    known = _scripts(target)
    key = (root.path, root.tool, migration.path, migration.version)
    if key not in known:
        known[key] = _script(target, root, migration)
    return known[key]


def _script(target: Target, root: MigrationRoot, migration: MigrationFile) -> SqlScript:
    text = target.text(migration.path)
    spans = [migration.span or (0, len(text))]
    if root.tool in SECTIONS:
        spans = [(start, end) for applies, start, end in _parts(text, root.tool) if applies]
    elif root.values and not migration.span and "${" not in text:
        return target.parse(read_sql, migration.path)
    statements: list[SqlStatement] = []
    problems: list[Problem] = []
    for start, end in spans:
        part = _filled(text[start:end], root)
        if migration.delimiter:
            part = _ended(part, migration.delimiter)
        line = text.count("\n", 0, start) + 1
        origin = Place(migration.path, line, start - text.rfind("\n", 0, start))
        script = read_sql(part, migration.path, origin)
        statements += [replace(one, offset=one.offset + start) for one in script.statements]
        problems += script.problems
    return SqlScript(migration.path, tuple(statements), tuple(problems))


def _ended(text: str, delimiter: str) -> str:
    """The text with semicolons where the tool sees the end of a statement, lengths unchanged."""
    shape = r"[ \t]*\n".join(re.escape(line) for line in delimiter.replace("\\n", "\n").split("\n"))
    end = re.compile(rf"{shape}(?=[ \t]*$)", re.MULTILINE | re.IGNORECASE)
    return end.sub(lambda found: re.sub(r"[^\n]", " ", found[0])[:-1] + ";", text)


# -- values put in -------------------------------------------------------------------------

_PLACEHOLDER = regex(r"\$\{([\w:.-]+?)(?::?-([^{}]*))?\}")
_ENVSUB = regex(r"^[ \t]*--[ \t]*\+goose[ \t]+ENVSUB[ \t]+(ON|OFF)\b.*$", _LINES)
_PSQL = regex(r"(?<!:):'\w+'|(?<!:):\"\w+\"|\$\{[\w:.-]+\}")
_LEFT = regex(r"\$\{[\w:.-]+\}")
_STRINGS = regex(r"(?<!(?<!:):)'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)


_MOST_FILLED = 32 * 1024 * 1024


def _filled(text: str, root: MigrationRoot) -> str:
    if "${" not in text:
        return text
    if root.tool == "goose":
        # Only between its switches; what the environment holds is not known, a default is.
        state, at, out = False, 0, []
        for mark in (*_ENVSUB.finditer(text), None):
            piece = text[at : mark.start() if mark else len(text)]
            if state:
                piece = _PLACEHOLDER.sub(lambda m: m[0] if m[2] is None else m[2], piece)
            out.append(piece)
            if mark is not None:
                out.append(mark[0])
                state, at = mark[1].upper() == "ON", mark.end()
        return "".join(out)
    values = {name.lower(): value for name, value in root.values}
    longest = max(map(len, values.values()), default=0)
    if len(text) + text.count("${") * longest > _MOST_FILLED:
        return text  # values made to multiply
    return _PLACEHOLDER.sub(
        lambda match: values.get(match[1].lower(), match[0]) if match[2] is None else match[0], text
    )


def put_in_later(root: MigrationRoot, statement: str) -> bool:
    """Whether something that the repository does not tell is put into a statement at run time."""
    pattern = _PSQL if root.tool in ("initdb", "sql") else _LEFT
    if "${" not in statement and pattern is _LEFT:
        return False
    return bool(pattern.search(_STRINGS.sub("", statement)))


# -- what takes it back --------------------------------------------------------------------


def undone_by(
    target: Target, root: MigrationRoot, migration: MigrationFile
) -> tuple[str, Place] | None:
    """The text that takes a migration back, and where it stands.

    ``None``: there is none, or the tool never goes back.
    """
    path = migration.path
    if root.tool in SECTIONS:
        text = target.text(path)
        parts = [(start, end) for applies, start, end in _parts(text, root.tool) if not applies]
        if not parts:
            return None
        line = text.count("\n", 0, parts[0][0]) + 1
        return "\n".join(text[start:end] for start, end in parts), Place(path, line)
    other = ""
    if root.tool == "diesel":
        other = posixpath.join(posixpath.dirname(path), "down.sql")
    elif path.endswith(".up.sql"):
        other = f"{path[:-7]}.down.sql"
    return (target.text(other), Place(other)) if other and target.has(other) else None
