"""Whether a migration history still says what databases have already done.

Judged for each history: two migrations under one version, a new one that comes before what is
already out, an old one that was edited, a new one that nothing takes back. What is old and what is
out is told by the commit at which the branch left the default branch, and by the live database.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from pytest_reconaudit.facts.branch_point import BranchPoint, branch_point
from pytest_reconaudit.facts.db.database import wants_live
from pytest_reconaudit.facts.db.history_tools.flyway import flyway_named, version_key
from pytest_reconaudit.facts.db.history_tools.liquibase import change_logs
from pytest_reconaudit.facts.db.history_tools.sections import SECTIONS, undone_by
from pytest_reconaudit.facts.db.live.migrations import NoState, migration_states
from pytest_reconaudit.facts.db.migrations import (
    MigrationFile,
    MigrationRoot,
    is_test_path,
    migration_roots,
    migration_script,
)
from pytest_reconaudit.facts.db.new_migrations import new_migrations
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

__all__ = ["HistoryFault", "KeptHistory", "kept_histories"]


class HistoryFault(Struct, frozen=True):
    """One thing that is wrong with a history."""

    clause: Literal["a", "b", "c", "d"]
    """a one version twice, b a new one before older ones, c an old one edited, d no way back."""
    place: Place
    says: str
    evidence: str
    key: str
    related: tuple[tuple[Place, str], ...] = ()
    sure: bool = True


class KeptHistory(Struct, frozen=True, eq=False):
    """One history as it was judged."""

    id: str
    faults: tuple[HistoryFault, ...]
    unknown: str = ""
    """Why nothing is said of edits and of order: there is no commit to compare with."""


_NAMES = {
    "diesel": "Diesel", "sqlx": "sqlx", "golang-migrate": "golang-migrate", "goose": "goose",
    "dbmate": "dbmate", "flyway": "Flyway", "refinery": "refinery", "prisma": "Prisma",
    "drizzle": "Drizzle", "liquibase": "Liquibase", "supabase": "Supabase", "atlas": "Atlas",
    "sql-migrate": "sql-migrate", "node-pg-migrate": "node-pg-migrate", "tern": "tern",
    "evolutions": "Play evolutions", "sql": "numbered SQL",
}  # fmt: skip


@once
def kept_histories(target: Target) -> tuple[KeptHistory, ...]:
    """Every history of SQL files, for whichever server, and Rails' folders of programs."""
    point = branch_point(target)
    found = []
    for root in migration_roots(target):
        if root.tool in ("dump", "initdb"):
            continue
        faults = [
            *_duplicates(target, root),
            *_too_early(target, root, point),
            *_edited(target, root, point),
            *_one_way(target, root),
        ]
        unknown = point if isinstance(point, str) else ""
        name = _NAMES.get(root.tool, root.tool)
        found.append(KeptHistory(f"{root.path or '.'} ({name})", tuple(faults), unknown))
    found += _rails(target)
    return tuple(found)


# -- (a) one version twice -----------------------------------------------------------------

_NUMBER = regex(r"\d+")
_ENDINGS = {
    "goose": (".sql", ".go"), "flyway": (".sql", ".java", ".kt", ".groovy", ".scala"),
    "refinery": (".sql", ".rs"),
}  # fmt: skip
_FAILS = {
    "diesel": "the second insert into its table fails",
    "sqlx": "the second one counts as the first one changed",
    "golang-migrate": "it refuses to start",
    "goose": "it refuses to start",
    "dbmate": "the second one counts as applied",
    "flyway": "it refuses to start",
    "refinery": "it refuses to start",
    "supabase": "the second insert into its table fails",
    "liquibase": "it refuses the change log",
    "drizzle": "one of them never runs",
    "rails": "it refuses to start",
}


def _key(root: MigrationRoot, one: MigrationFile) -> object:
    """What the tool tells one migration from another by."""
    if root.tool == "flyway":
        return one.version if one.repeatable else version_key(one.version)
    if root.tool in ("diesel", "dbmate", "liquibase"):
        return one.version
    return int(one.version) if one.version.isdecimal() else one.version


def _duplicates(target: Target, root: MigrationRoot) -> Iterator[HistoryFault]:
    if root.tool not in _FAILS:
        return  # the whole name is the version
    if root.tool == "flyway" and not flyway_named(target):
        return  # files with its names that something else runs
    by_key: dict[object, dict[Place, str]] = defaultdict(dict)
    if root.tool == "liquibase":
        for path in sorted(root.paths):
            log = change_logs(target).get(path)
            for change in log.changes if log else ():
                named = f"{change.author}:{change.id}"
                by_key[named, path].setdefault(change.place, named)
    else:
        for one in root.migrations:
            by_key[_key(root, one)][Place(one.path)] = one.version
        for path, version in _programs(target, root):
            by_key[version].setdefault(Place(path), _shown(path))
    for key, found in by_key.items():
        if len(found) < 2:
            continue
        places = list(found)
        shown = next(iter(found.values()))
        names = " and ".join(_shown(place.path) for place in places[:3])
        if root.tool == "liquibase":
            names = f"line {places[0].line} and line {places[1].line} of {_shown(places[0].path)}"
        why = _FAILS[root.tool]
        yield HistoryFault(
            "a",
            places[-1],
            f"{len(found)} {_NAMES[root.tool]} migrations have version {shown}: {names}; {why}",
            shown,
            f"twice {key}",
            tuple((place, "has the same version") for place in places[:-1]),
        )


def _programs(target: Target, root: MigrationRoot) -> Iterator[tuple[str, object]]:
    """(path, key) of the programs that run in the same order."""
    endings = _ENDINGS.get(root.tool, ())
    for path in target.files_below(root.path) if endings and root.coded else ():
        name = posixpath.basename(path)
        if path.endswith(endings[1:]) and not name.endswith("_test.go"):
            match = _NUMBER.search(name)
            if root.tool == "flyway" and name[:1] == "V":
                yield path, version_key(name.partition("__")[0])
            elif match and root.tool != "flyway" and match.start() <= 1:
                yield path, int(match[0])


def _shown(path: str) -> str:
    folder, name = posixpath.split(path)
    return posixpath.basename(folder) if name in ("up.sql", "migration.sql") else name


_RAILS = regex(r"(\d{3,})_[a-z0-9_]+(?:\.[a-z0-9_]+)?\.rb$")


def _rails(target: Target) -> list[KeptHistory]:
    """Rails' folders: programs, whose versions are in their names."""
    folders: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in target.files:
        if path.endswith(".rb") and "/migrate" in f"/{path}" and not is_test_path(path):
            folder, name = posixpath.split(path)
            match = _RAILS.match(name)
            if match and "ActiveRecord::Migration" in target.text(path):
                folders[folder][int(match[1])].append(path)
    found = []
    for folder, versions in folders.items():
        faults = [
            HistoryFault(
                "a",
                Place(paths[-1]),
                f"{len(paths)} Rails migrations have version {version}:"
                f" {' and '.join(map(_shown, paths[:3]))}; {_FAILS['rails']}",
                str(version),
                f"twice {version}",
                tuple((Place(path), "has the same version") for path in paths[:-1]),
            )
            for version, paths in versions.items()
            if len(paths) > 1
        ]
        found.append(KeptHistory(f"{folder} (Rails)", tuple(faults)))
    return found


# -- (b) new, and before what is out -------------------------------------------------------

_LATE = {
    "golang-migrate": "golang-migrate never runs it where the newer one is applied",
    "drizzle": "Drizzle never runs it where the newer one is applied",
    "flyway": "Flyway ignores or refuses it where the newer one is applied",
    "refinery": "refinery refuses it where the newer one is applied",
    "goose": "goose refuses it where the newer one is applied",
    "supabase": "supabase db push refuses it where the newer one is applied",
    "atlas": "Atlas refuses it where the newer one is applied",
    "tern": "tern never runs it where the newer one is applied",
}
_ORDERED = frozenset(
    {
        "diesel", "sqlx", "golang-migrate", "goose", "dbmate", "flyway", "refinery", "prisma",
        "drizzle", "supabase", "atlas", "tern", "sql-migrate",
    }
)  # fmt: skip


def _order(root: MigrationRoot, one: MigrationFile) -> tuple[object, ...]:
    if root.tool in ("diesel", "dbmate", "prisma", "atlas", "sql-migrate"):
        return (one.name if root.tool == "prisma" else one.version,)
    return version_key(one.version)


def _too_early(
    target: Target, root: MigrationRoot, point: BranchPoint | str
) -> Iterator[HistoryFault]:
    if root.tool not in _ORDERED:
        return
    numbered = [one for one in root.migrations if not one.repeatable]
    new = new_migrations(target, root)
    out: list[MigrationFile] = []
    where = ""
    if new.basis == "pending":
        out = [one for one in numbered if one.path in _applied(target, root)]
        where = "applied to the live database"
    elif new.basis == "merge-base" and isinstance(point, BranchPoint):
        there = point.tip_files(root.path)
        out = [one for one in numbered if one.path in there]
        where = f"on {point.branch}"
    if not out:
        return
    newest = max(out, key=lambda one: _order(root, one))
    early = [
        one
        for one in new.migrations
        if not one.repeatable and one not in out and _order(root, one) < _order(root, newest)
    ]
    if not early:
        return
    names = ", ".join(_shown(one.path) for one in early[:5])
    why = _LATE.get(root.tool, "databases get the two in different orders")
    first = early[0]
    yield HistoryFault(
        "b",
        Place(first.path),
        f"{len(early)} new {_NAMES[root.tool]} migration{'s' * (len(early) > 1)} come"
        f"{'s' * (len(early) == 1)} before {_shown(newest.path)}, the newest {where}: {names};"
        f" {why}",
        first.version,
        "before the newest",
        (
            *((Place(one.path), "comes before it too") for one in early[1:]),
            (Place(newest.path), f"the newest {where}"),
        ),
    )


def _applied(target: Target, root: MigrationRoot) -> frozenset[str]:
    """Files of a history that the live database records as applied."""
    states = migration_states(target) if wants_live(target) else ()
    for state in states if not isinstance(states, NoState) else ():
        if state.history.path == root.path:
            return frozenset(
                one.path for one in state.history.migrations if one.key in state.applied
            )
    return frozenset()


# -- (c) old, and edited -------------------------------------------------------------------

_CHECKSUMS = {
    "sqlx": "sqlx stops with “was previously applied but has been modified”",
    "flyway": "Flyway's validation stops with a checksum mismatch",
    "refinery": "refinery stops at the divergent migration",
    "prisma": "Prisma asks to reset the database, and deployed ones keep the old tables",
}


def _edited(
    target: Target, root: MigrationRoot, point: BranchPoint | str
) -> Iterator[HistoryFault]:
    if isinstance(point, str):
        return
    before = point.files(root.path)
    changed: list[MigrationFile] = []
    for one in root.migrations:
        id = before.get(one.path)
        if id is None or one.repeatable or one in changed:
            continue
        if any(one.path == other.path for other in changed):
            continue
        then = point.text(id)
        now = target.text(one.path)
        if then is None or then == now or not now:
            continue
        if root.tool in _CHECKSUMS or _runs_otherwise(root, one, then, now):
            changed.append(one)
    if not changed:
        return
    names = ", ".join(_shown(one.path) for one in changed[:5])
    why = _CHECKSUMS.get(root.tool, "databases that ran them keep what they did then")
    first = changed[0]
    count = len(changed)
    yield HistoryFault(
        "c",
        _first_change(target, first, point.text(before[first.path]) or ""),
        f"{count} {_NAMES[root.tool]} migration{'s' * (count > 1)} that {point.branch} already had"
        f" at {point.shown} {'was' if count == 1 else 'were'} edited: {names}; {why}",
        first.version,
        "edited",
        tuple((Place(one.path), "was edited too") for one in changed[1:]),
    )


def _first_change(target: Target, one: MigrationFile, then: str) -> Place:
    """The first line that is not as it was."""
    now = target.text(one.path).split("\n")
    old = then.split("\n")
    for number, line in enumerate(now, 1):
        if number > len(old) or line != old[number - 1]:
            return Place(one.path, number, 1)
    return Place(one.path, len(now), 1)


def _runs_otherwise(root: MigrationRoot, one: MigrationFile, then: str, now: str) -> bool:
    """Whether the statements differ: comments and spaces do not run."""
    return _statements(root, one, then) != _statements(root, one, now)


_TOKEN = regex(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|\"[^\"]*\"|[\w$]+|[^\s\w]", re.DOTALL)


def _statements(root: MigrationRoot, one: MigrationFile, text: str) -> list[list[str]]:
    if root.tool in SECTIONS:
        marks = list(SECTIONS[root.tool].finditer(text))
        down = next((m.start() for m in marks if m[1].lower() in ("down", "drop")), len(text))
        text = text[:down]
    return [
        [word for word in _TOKEN.findall(statement.text) if word[:2] not in ("--", "/*")]
        for statement in read_sql(text, one.path).statements
    ]


# -- (d) new, and no way back --------------------------------------------------------------

_HAS_DOWN = frozenset({"diesel", "sqlx", "golang-migrate", *SECTIONS})
_BOILERPLATE = regex(
    r"this file should undo|add down migration|undo anything in|down migration script here"
    r"|statement(?:begin|end)|\+goose|\+migrate|migrate:down|!downs|drop below|down migration"
    r"|sql in this section|rolled back|todo",
    re.IGNORECASE,
)
_NOTHING = regex(r"select\s+(?:1|'[^']*'(?:\s+as\s+\w+)?)\s*", re.IGNORECASE)
_CHANGES = regex(r"(?:create|alter|drop|rename|truncate|comment|grant|revoke)\b", re.IGNORECASE)
_SAYS_SO = regex(
    r"irreversible|not reversible|cannot be (?:undone|reverted|rolled back)|no (?:way|going) back"
    r"|forward[- ]only|can(?:'|no)t be (?:undone|reverted)|one[- ]way|no down\b",
    re.IGNORECASE,
)


def _one_way(target: Target, root: MigrationRoot) -> Iterator[HistoryFault]:
    """New migrations that nothing takes back, in a history where others can be."""
    if root.tool not in _HAS_DOWN or root.tool == "evolutions":
        return
    habit = [one for one in root.migrations if _goes_back(target, root, one)]
    if len(habit) * 2 < len(root.migrations):
        return  # forward only, on purpose
    bare = []
    for one in new_migrations(target, root).migrations:
        if root.tool == "sqlx" and not one.path.endswith(".up.sql"):
            continue
        if _goes_back(target, root, one) or _SAYS_SO.search(target.text(one.path)):
            continue
        down = undone_by(target, root, one)
        if down is not None and _explained(down[0]):
            continue
        statements = migration_script(target, root, one).statements
        if any(_CHANGES.match(statement.text) for statement in statements):
            bare.append((one, down))
    if not bare:
        return
    names = ", ".join(_shown(one.path) for one, _ in bare[:5])
    places = [down[1] if down is not None else Place(one.path) for one, down in bare]
    count = len(bare)
    yield HistoryFault(
        "d",
        places[0],
        f"{count} new {_NAMES[root.tool]} migration{'s' * (count > 1)}"
        f" ha{'s' if count == 1 else 've'} nothing that takes"
        f" {'it' if count == 1 else 'them'} back, as {len(habit)} of {len(root.migrations)} have:"
        f" {names}",
        bare[0][0].version,
        "no way back",
        tuple((place, "takes nothing back either") for place in places[1:]),
    )


def _goes_back(target: Target, root: MigrationRoot, one: MigrationFile) -> bool:
    down = undone_by(target, root, one)
    if down is None:
        return False
    statements = read_sql(down[0], one.path).statements
    return any(not _NOTHING.fullmatch(statement.text) for statement in statements)


def _explained(text: str) -> bool:
    """Whether a comment that no tool wrote says why nothing is taken back."""
    for line in text.split("\n"):
        words = line.strip()
        ours = words.startswith(("--", "#")) and not _BOILERPLATE.search(words)
        if ours and len(re.findall(r"[A-Za-z]{2,}", words)) >= 2:
            return True
    return False
