"""New migrations that make the running application wait, by what the server did in the replay.

The replay says which tables a statement locked, read or wrote anew (:class:`StatementLocks`); how
long that takes, the number of rows decides, which only a live database knows. The text of a
statement is asked for what no lock tells: what is renamed or dropped, and what has a gentler form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from pytest_reconaudit.facts.db.database import (
    Catalog,
    HistoryReplay,
    LiveCatalog,
    NoServer,
    ReplayedCatalog,
    StatementLocks,
    Unreachable,
    database,
)
from pytest_reconaudit.facts.db.index_advice import Advice, index_advice, volume
from pytest_reconaudit.facts.db.migrations import (
    MigrationFile,
    MigrationRoot,
    migration_roots,
    migration_script,
)
from pytest_reconaudit.facts.db.new_migrations import NewMigrations, new_migrations
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import SqlScript, SqlStatement, read_table_changes
from pytest_reconaudit.target import Target, once

__all__ = ["LockFault", "NewMigration", "NoMigrations", "locking_migrations"]

SMALL = 10_000
"""Rows up to which a scan or a rewrite is over before anybody waits."""

Clause = Literal["a", "b", "c", "d", "e", "f", "g"]


class LockFault(Struct, frozen=True):
    """What one statement makes others wait for."""

    clause: Clause
    """``a`` scans or rewrites under its own lock, ``b`` under one that the transaction holds
    already, ``c`` changes every row, ``d`` renames or drops what running code uses, ``e`` drops an
    index under a lock, ``f`` adds a column that rows that are there cannot fill, ``g`` waits for
    its lock without end."""
    statement: SqlStatement
    table: str
    says: str
    rows: int | None
    """The rows of the table in the live database, where that is known."""
    volume: str = ""
    """``many`` or ``few`` rows by what the table is called and who writes it; empty: unknown."""

    @property
    def small(self) -> bool:
        return self.rows is not None and self.rows < SMALL


class NewMigration(Struct, frozen=True, eq=False):
    """One new migration of a replayed history."""

    migration: MigrationFile
    why_new: str
    server: str
    reason: SkipReason | None
    """Why it cannot be judged; ``None``: it was."""
    detail: str
    faults: tuple[LockFault, ...] = ()
    advice: Advice = Advice(True, "")
    """How the tool makes an index beside running code."""


class NoMigrations(Struct, frozen=True):
    """Why no migration can be judged."""

    reason: SkipReason
    detail: str


@once
def locking_migrations(target: Target) -> tuple[NewMigration, ...] | NoMigrations:
    """The new migrations of all replayed histories, in order."""
    state = database(target)
    replayed = state.replayed if isinstance(state, LiveCatalog) else state
    if isinstance(state, (NoServer, Unreachable)):
        return NoMigrations(SkipReason.NO_SERVER, state.reason)
    if not isinstance(replayed, ReplayedCatalog):
        reason = state.replay_reason if isinstance(state, LiveCatalog) else ""
        return NoMigrations(SkipReason.NO_INPUT, reason or "no migration history to replay")
    live = state.catalog if isinstance(state, LiveCatalog) else None
    replays = {history.root: history for history in replayed.histories}
    found: list[NewMigration] = []
    whys: list[str] = []
    for root in migration_roots(target):
        history = replays.get(root.path)
        if history is None or history.tool != root.tool:
            continue
        new = new_migrations(target, root)
        whys.append(f"{root.path or '.'}: no migration that is {new.why}")
        found += _Judge(target, root, history, replayed.described, live).each(new)
    if not found:
        return NoMigrations(SkipReason.NO_INPUT, "; ".join(whys) or "no new migration")
    return tuple(found)


# -- what a statement's text tells ---------------------------------------------------------

_NOT_CODE = regex(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_ROWS = regex(r"(?:select|with|update|delete|insert|merge|do|call|copy|refresh)\b", re.IGNORECASE)
_EVERY_ROW = regex(r"(update|delete)\b(?!.*\bwhere\b)", re.IGNORECASE | re.DOTALL)
_EMPTIES = regex(r"truncate\b", re.IGNORECASE)
_LEAVES_NONE = regex(
    r"(?:delete from|truncate(?: table)?) (?:only )?([\w$.\"]{1,200}(?: ?, ?[\w$.\"]{1,200}){0,50})"
    r"(?: (?:restart|continue) identity)?(?: (?:cascade|restrict))? ?;?\Z",
    re.IGNORECASE,
)
"""A statement that leaves no row of the tables that it names."""
_FILLS = regex(r"(?:insert into|copy|merge into) ([\w$.\"]{1,200})", re.IGNORECASE)
_VALIDATES = regex(
    r"alter\s+table\s.*\bvalidate\s+constraint\b(?!.*\b(?:set|add|alter|type)\b)",
    re.IGNORECASE | re.DOTALL,
)
_DROPS_INDEX = regex(r"drop\s+index\s+(?!concurrently\b)", re.IGNORECASE)
_REQUIRED = regex(
    r"\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(?!constraint\b|check\b|foreign\b|primary\b"
    r"|unique\b|exclude\b|not\b|column\b|if\b)(\"[^\"]+\"|[\w$]+)\s[^,;]*?\bnot\s+null\b",
    re.IGNORECASE,
)
_FILLED = regex(r"\bdefault\b|\bgenerated\b|\b(?:big|small)?serial\b", re.IGNORECASE)
_PARENS = regex(r"\([^()]*\)")
_CREATES_INDEX = regex(r"create\s+(?:unique\s+)?index\b", re.IGNORECASE)

_ACCEPTS = regex(
    r"--\s*(squawk-ignore(?:-file)?|eugene:\s*ignore|safety[-_]assured)\b(?!:)([^\n]*)",
    re.IGNORECASE,
)
_BLOCK = regex(r"--\s*safety-assured:(start|end)\b", re.IGNORECASE)
_RULES = {
    "a": (
        "E1 E2 E5 E6 E7 E8 E11 adding-field-with-default adding-foreign-key-constraint"
        " adding-not-nullable-field adding-primary-key-constraint changing-column-type"
        " constraint-missing-not-valid disallowed-unique-constraint prefer-repack"
        " require-concurrent-index-creation require-concurrent-reindex"
        " ban-alter-domain-with-add-constraint"
    ),
    "b": "E4 E10 adding-foreign-key-constraint constraint-missing-not-valid",
    "d": "ban-drop-column ban-drop-table renaming-column renaming-table",
    "e": "require-concurrent-index-deletion",
    "f": "E11 adding-required-field adding-not-nullable-field",
    "g": "E9 require-timeout-settings",
}
"""Clause → what eugene and squawk call it."""
_CLAUSES: dict[str, frozenset[str]] = {
    rule.lower(): frozenset(clause for clause, rules in _RULES.items() if rule in rules.split())
    for words in _RULES.values()
    for rule in words.split()
}
_ALL = frozenset("abcdefg")

_BLOCKS_READS = "AccessExclusive"
_BLOCKS_WRITES = ("Share", "ShareRowExclusive", "Exclusive", "AccessExclusive")


class _Held(Struct, frozen=True):
    """A lock that the transaction holds."""

    mode: str
    statement: SqlStatement


class _Judge:
    """Judges the new migrations of one history one after the other."""

    def __init__(
        self,
        target: Target,
        root: MigrationRoot,
        history: HistoryReplay,
        server: str,
        live: Catalog | None,
    ) -> None:
        self.target = target
        self.root = root
        self.history = history
        self.server = server
        self.rows = {} if live is None else _rows(live)
        self.locks: dict[Place, StatementLocks] = {one.place: one for one in history.locks}
        self.added: dict[tuple[str, str], str] = {}
        """(table, column) that the new migrations have added so far → which of them."""
        self.beside: tuple[str, ...] | None = None
        """The migrations that are deployed with the one at hand; ``None``: all."""

    def each(self, new: NewMigrations) -> Iterator[NewMigration]:
        for migration in new.migrations:
            self.beside = new.beside(migration)
            reason, detail, faults = None, "", list(self._faults(migration))
            if migration.version not in self.history.applied:
                stop = self.history.failure
                reason = SkipReason.UNRESOLVED
                where = f" stops at {stop.place}: {stop.message}" if stop else " does not reach it"
                detail = f"the replay{where}"
            elif self.history.unobserved and not faults:
                reason, detail = SkipReason.UNRESOLVED, self.history.unobserved
            elif new.unknown:
                reason = SkipReason.NO_SERVER
                detail = f"which migrations are new is not known: {new.unknown}"
            advice = index_advice(self.target, self.root)
            yield NewMigration(
                migration, new.why, self.server, reason, detail, tuple(faults), advice
            )

    def _faults(self, migration: MigrationFile) -> Iterator[LockFault]:
        script = migration_script(self.target, self.root, migration)
        text = self.target.text(migration.path)
        blocks = _blocks(text)
        whole = (
            _clauses(text, "squawk-ignore-file") if "squawk-ignore-file" in text else frozenset()
        )
        held: dict[str, _Held] = {}
        transaction = -1
        waits: LockFault | None = None
        empty: set[str] = set()
        for statement in script.statements:
            seen = self.locks.get(statement.place)
            if seen is None:
                continue
            if seen.transaction != transaction:
                transaction, held = seen.transaction, {}
            before = dict(held)
            for table, mode in seen.locks.items():
                known = held.get(table)
                if mode in _BLOCKS_WRITES and (known is None or known.mode != _BLOCKS_READS):
                    held[table] = _Held(mode, statement)
            accepted = whole | _accepted(text, statement, blocks)
            for fault in self._of(statement, seen, before, held, empty):
                if fault.clause not in accepted:
                    yield fault
            _note_emptied(statement, empty)
            if waits is None and held and not (before or seen.lock_timeout or "g" in accepted):
                table = next(iter(held))
                says = (
                    f"no lock_timeout is set when {held[table].mode} on {table} is asked for:"
                    " while that waits behind a long query, every other query queues behind it"
                )
                waits = self._fault("g", statement, table, says)
            self._note_columns(statement)
        if waits is not None and not _sets_timeouts(self.target):
            yield waits

    def _of(
        self,
        statement: SqlStatement,
        seen: StatementLocks,
        before: Mapping[str, _Held],
        held: Mapping[str, _Held],
        empty: Collection[str],
    ) -> Iterator[LockFault]:
        code = _NOT_CODE.sub(" ", statement.text)
        rows = bool(_ROWS.match(code))
        empties = bool(_EMPTIES.match(code))
        required = self._required(code, seen)
        touched = dict.fromkeys((*seen.rewritten, *seen.scanned))
        # What the migration has emptied is read and written anew in a moment.
        touched = {one: None for one in touched if one.rpartition(".")[2].lower() not in empty}
        if required and required[0] not in touched:
            required = None
        if required:
            table, column = required
            says = (
                f"column {column} of {table} is NOT NULL and has no default:"
                " that fails on a table that has rows"
            )
            yield self._fault("f", statement, table, says)
        elif (
            touched
            and not (rows or empties or seen.concurrently)
            and (slow := self._under_its_own(statement, seen, before, held, touched, code))
        ):
            yield slow
        elif touched and before and not empties:
            yield self._under_held(statement, seen, before, touched)
        elif touched and (match := _EVERY_ROW.match(code)):
            verb = "changes" if match[1].lower() == "update" else "deletes"
            table = next(iter(touched))
            says = (
                f"{match[1].upper()} without WHERE {verb} every row of {table} in one transaction:"
                " whoever changes one of them waits until all are done"
            )
            yield self._fault("c", statement, table, says)
        if _DROPS_INDEX.match(code) and (table := _first(held, seen.locks)):
            says = (
                f"DROP INDEX takes {_BLOCKS_READS} on {table}: it waits for every query that runs"
                " on it, and all others wait behind it"
            )
            yield self._fault("e", statement, table, says)
        yield from self._gone(statement, held)

    def _under_its_own(
        self,
        statement: SqlStatement,
        seen: StatementLocks,
        before: Mapping[str, _Held],
        held: Mapping[str, _Held],
        touched: Iterable[str],
        code: str,
    ) -> LockFault | None:
        """A scan or rewrite of a table that the same statement locks."""
        if _VALIDATES.match(code):
            return None
        for table in touched:
            lock = held.get(table)
            if lock is None:
                continue
            does = "writes all of it anew" if table in seen.rewritten else "reads all of it"
            also = sorted(
                name
                for name, mode in seen.locks.items()
                if name != table and mode in _BLOCKS_WRITES
            )
            wait = "reads and writes" if lock.mode == _BLOCKS_READS else "writes"
            on = f" of {' and '.join([table, *also])}" if also else ""
            own = seen.locks.get(table, "")
            takes = f"takes {own} on {table} and" if own in _BLOCKS_WRITES else f"on {table}"
            says = f"{_head(statement)} {takes} {does}: {wait}{on} wait until it is done"
            if table in before:
                line = before[table].statement.place.line
                says += f"; the transaction holds {before[table].mode} since line {line}"
            return self._fault("a", statement, table, says)
        return None

    def _under_held(
        self,
        statement: SqlStatement,
        seen: StatementLocks,
        before: Mapping[str, _Held],
        touched: Iterable[str],
    ) -> LockFault:
        """A scan of any table while the transaction still holds a lock."""
        tables = list(touched)
        locked = max(before, key=lambda name: (before[name].mode == _BLOCKS_READS, name in tables))
        lock = before[locked]
        table = max(tables, key=lambda name: self.rows.get(name, 0))
        wait = "reads and writes" if lock.mode == _BLOCKS_READS else "writes"
        says = (
            f"{_head(statement)} reads all of {table} while the transaction holds {lock.mode} on"
            f" {locked} since line {lock.statement.place.line}: its {wait} wait until the commit"
        )
        return self._fault("b", statement, table, says)

    def _gone(self, statement: SqlStatement, held: Mapping[str, _Held]) -> Iterator[LockFault]:
        """What code that still runs uses by the name it had."""
        known = {name.rpartition(".")[2]: name for name in held}
        for change in read_table_changes(SqlScript("", (statement,))):
            table = known.get(change.table)
            if table is None:
                continue
            if change.kind == "rename-table":
                says = f"table {table} is called {change.new_name} from now on"
            elif change.kind == "drop-table":
                says = f"table {table} is dropped"
            elif change.kind in ("rename-column", "drop-column"):
                columns = [c for c in change.columns if not self._is_new(change.table, c)]
                if not columns:
                    continue
                verb = "is dropped"
                if change.kind == "rename-column":
                    verb = f"is called {change.new_name} from now on"
                says = f"column {', '.join(columns)} of {table} {verb}"
            else:
                continue
            says += ": code that runs while this is deployed still asks for it"
            yield self._fault("d", statement, table, says)

    def _required(self, code: str, seen: StatementLocks) -> tuple[str, str] | None:
        """(table, column) of a column that is added NOT NULL and with nothing to fill it."""
        if not seen.scanned or seen.rewritten or not code[:12].lower().startswith("alter"):
            return None
        while _PARENS.search(code):
            code = _PARENS.sub(" ", code)
        for match in _REQUIRED.finditer(code):
            end = code.find(",", match.end())
            action = code[match.start() : end if end >= 0 else len(code)]
            if not _FILLED.search(action):
                return seen.scanned[0], match[1].strip('"')
        return None

    def _note_columns(self, statement: SqlStatement) -> None:
        for change in read_table_changes(SqlScript("", (statement,))):
            if change.kind == "add-column":
                for column in change.columns:
                    self.added[change.table, column] = statement.place.path
            elif change.kind == "rename-column":
                for column in change.columns:
                    if maker := self.added.get((change.table, column)):
                        self.added[change.table, change.new_name] = maker

    def _is_new(self, table: str, column: str) -> bool:
        """Whether a column is of this deployment, so that no code that runs knows it."""
        maker = self.added.get((table, column))
        return maker is not None and (self.beside is None or maker in self.beside)

    def _fault(self, clause: Clause, statement: SqlStatement, table: str, says: str) -> LockFault:
        rows = self.rows.get(table)
        size = volume(self.target, table) if rows is None else ""
        return LockFault(clause, statement, table, says, rows, size)


def _note_emptied(statement: SqlStatement, empty: set[str]) -> None:
    """Keep count of the tables that the migration itself has left without a row so far."""
    code = " ".join(_NOT_CODE.sub(" ", statement.text).split())[:2000]
    if found := _LEAVES_NONE.match(code):
        empty.update(_bare(one) for one in found[1].split(","))
    elif found := _FILLS.match(code):
        empty.discard(_bare(found[1]))


def _bare(written: str) -> str:
    """A table's name in small letters, without schema and quotes."""
    return written.strip().rpartition(".")[2].strip('"').lower()


def _rows(live: Catalog) -> dict[str, int]:
    """Table, as the replay shows it → the rows the live database thinks it has."""
    return {
        table.name if table.schema == "public" else f"{table.schema}.{table.name}": table.rows
        for table in live.tables
        if table.rows >= 0
    }


def _first(held: Mapping[str, _Held], locks: Mapping[str, str]) -> str:
    return next((name for name in (*locks, *held) if name in held), "")


def _head(statement: SqlStatement) -> str:
    """What a statement is, in the words it begins with."""
    words = _NOT_CODE.sub(" ", statement.text).split()
    head = words[0].upper()
    if _CREATES_INDEX.match(" ".join(words[:3])):
        return "CREATE INDEX"
    if head in ("ALTER", "CREATE", "DROP", "VACUUM", "REFRESH") and len(words) > 1:
        return f"{head} {words[1].upper()}"
    return head


def _blocks(text: str) -> tuple[tuple[int, int], ...]:
    """Where the blocks lie in which everything is known."""
    found = []
    begun: int | None = None
    for match in _BLOCK.finditer(text):
        if match[1].lower() == "start":
            begun = match.end() if begun is None else begun
        elif begun is not None:
            found.append((begun, match.start()))
            begun = None
    return tuple(found)


def _accepted(
    text: str, statement: SqlStatement, blocks: tuple[tuple[int, int], ...]
) -> frozenset[str]:
    """The clauses of which a comment at the statement, or a block around it, says: known."""
    start = statement.offset
    if any(begin <= start < end for begin, end in blocks):
        return _ALL
    comments = []
    for line in reversed(text[max(0, start - 2_000) : start].rstrip().splitlines()):
        if line.strip() and not line.lstrip().startswith(("--", "/*", "*")):
            break
        comments.append(line)
    end = text.find("\n", start + len(statement.text))
    own = text[start : end if end >= 0 else len(text)]
    return _clauses("\n".join((*comments, own)), "squawk-ignore")


def _clauses(text: str, word: str) -> frozenset[str]:
    """What the comments of a text accept: the rules that they name, else all."""
    found: frozenset[str] = frozenset()
    for match in _ACCEPTS.finditer(text):
        if match[1].lower().startswith("squawk") and match[1].lower() != word:
            continue
        named = [name for name in re.split(r"[\s,:]+", match[2].lower()) if name]
        known = [_CLAUSES[name] for name in named if name in _CLAUSES]
        rules = "safety" not in match[1].lower() and (named[:1] and _RULE.match(named[0]))
        found |= frozenset().union(*known) if rules else _ALL
    return found


_RULE = regex(r"e\d+$|[a-z]+(?:-[a-z]+)+$")


_SETTING_FILES = (
    "*.toml", "*.yml", "*.yaml", "*.sh", ".env*", "*.env", "*.conf", "*.ini", "*.json",
    "Dockerfile*", "Makefile", "justfile",
)  # fmt: skip


@once
def _sets_timeouts(target: Target) -> bool:
    """Whether something outside of the migrations sets a lock_timeout, say for the role."""
    return any("lock_timeout" in target.text(path) for path in target.named(*_SETTING_FILES))
