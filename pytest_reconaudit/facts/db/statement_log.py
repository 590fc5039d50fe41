"""What the statements of a recorded load tell: what is sent again and again, or reads whole tables.

The logs lie outside of the repository (``--recon-sql-log``). Read once, line by line; what is kept
of a log does not grow with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_log import (
    FORMATS,
    LoggedStatement,
    PlanScan,
    Unrecognised,
    read_log,
)
from pytest_reconaudit.readers.sql_text import equalities, tables_read
from pytest_reconaudit.target import Target, once

__all__ = [
    "CountedStatement",
    "Fan",
    "LogScan",
    "Repeat",
    "StatementLog",
    "configure_logs",
    "fans",
    "statement_logs",
    "study",
    "wants_logs",
]

REPEATS = 10
"""Sendings of one statement in a request that are too many."""
REPEATS_WITH_SITE = 5
"""The same, when a comment says that all come from one place of the code."""
MOST_ROWS = 1.2
"""Rows of a sending on average, up to which it fetches one thing."""
LARGE = 10_000
"""Rows of a table that is not to be read as a whole."""
_GAP = 0.2
"""Seconds without a statement after which a session serves another request."""
_MOST_GROUPS = 4_000
_MOST_KEPT = 30_000
"""Statements kept of all open groups."""
_MOST_BINDS = 16
_MOST_FOUND = 2_000
_MOST_EXPORTED = 20_000
_SAMPLE = 200
"""Statements by which is told whether plans stand beside the statements or in their place."""

_BATCH = regex(
    r"(?i)(?:^|[^a-z])(?:jobs?|workers?|cron|batch|migrat\w*|import\w*|seed\w*|sidekiq|celery|etl"
    r"|scheduler|pg_dump|pg_restore|pg_basebackup|psql|pgbench|exporter|vacuumdb|backfill\w*)(?![a-z])"
)
_WRITES = regex(r"\b(?:INSERT\s+INTO|UPDATE\s+\w|DELETE\s+FROM|MERGE\s+INTO)\b", 2)
_MANY_AT_ONCE = regex(r"=\s?ANY\s?\(|\bIN\s?\(|\bUNNEST\s?\(|\bVALUES\b", 2)
_OTHER_USE = regex(
    r"\bSKIP LOCKED\b|\bpg_\w+\s?\(|\bnextval\b|\bcurrval\b|\blastval\b|\bOFFSET\b", 2
)
_CATALOG = regex(r"(?:pg_catalog\.|information_schema\.|pg_)")
_HEALTH = regex(r"(?:__)?(?:diesel_schema_migrations|_sqlx_migrations|schema_migrations|health\w*)")
_BEGIN = regex(r"(?:BEGIN|START\s+TRANSACTION)\b", 2)
_END = regex(r"(?:COMMIT|ROLLBACK(?!\s+TO)|END|ABORT)\b", 2)
_ASIDE = regex(
    r"(?:BEGIN|START|COMMIT|ROLLBACK|END|ABORT|SAVEPOINT|RELEASE|SET|RESET|SHOW|DISCARD"
    r"|DEALLOCATE|LISTEN|NOTIFY|SELECT \?(?: AS \w+)?$|SELECT version\(\))", 2
)  # fmt: skip

By = Literal["request", "transaction", "session"]


class Repeat(Struct, frozen=True):
    """A statement that one request sends many times."""

    kind: Literal["each", "same"]
    """``each``: with other values every time (N+1); ``same``: with the very same."""
    shape: str
    count: int
    """In the request that sends it most often."""
    requests: int
    """How many requests do so."""
    line: int
    """Of the log, where the first sending of those stands."""
    by: By
    request: str
    """The request's name in the log; empty where it has none."""
    site: str
    rows: float | None
    """Rows of a sending, on average."""
    binds: bool
    """Whether the log tells the values."""


class LogScan(Struct, frozen=True):
    """A large table that plans of the log read from start to end, with one filter."""

    table: str
    read: int
    kept: int
    filter: str
    times: int
    line: int
    shape: str


class CountedStatement(Struct, frozen=True):
    """A statement and how often it was sent."""

    shape: str
    calls: int
    rows: float | None
    """Of a call, on average."""
    line: int | None = None


class Fan(Struct, frozen=True):
    """A statement that is sent once for each row that another one brings, by the numbers."""

    child: CountedStatement
    parent: CountedStatement


class StatementLog(Struct, frozen=True):
    """What a log tells."""

    name: str
    """The file's name without its folder."""
    statements: int
    requests: dict[By, int]
    """How many requests were told apart, by what."""
    repeats: tuple[Repeat, ...]
    """Those of most requests first."""
    scans: tuple[LogScan, ...]
    fans: tuple[Fan, ...]
    """Of an export, which knows no requests."""
    export: bool
    problem: str = ""
    """Why it was not read to its end."""


_paths: WeakKeyDictionary[Target, tuple[Path, ...]] = WeakKeyDictionary()


def configure_logs(target: Target, paths: Iterable[Path]) -> None:
    """Name the logs to be read, and look whether they can be.

    :raises LookupError: with the path and a sentence, when one cannot be read or holds no
        statement.
    """
    from pytest_reconaudit.probes.log_file import log_lines

    known = tuple(dict.fromkeys(paths))
    for path in known:
        if path.is_dir():
            raise LookupError(path, "is a folder; give a file")
        try:
            next(read_log(log_lines(path)))
        except OSError as error:
            raise LookupError(path, f"cannot be read: {error.strerror or error}") from None
        except Unrecognised:
            raise LookupError(
                path, f"no statement is recognised in it; known is {FORMATS}"
            ) from None
    _paths[target] = known


def wants_logs(target: Target) -> bool:
    """Whether logs were given."""
    return bool(_paths.get(target))


@once
def statement_logs(target: Target) -> tuple[StatementLog, ...]:
    """The logs that were given, each read once."""
    from pytest_reconaudit.probes.log_file import log_lines

    found = []
    for path in _paths.get(target, ()):
        reading = _Reading()
        problem = ""
        try:
            reading.read(read_log(log_lines(path)))
        except OSError as error:
            problem = f"it was not read to its end: {error.strerror or error}"
        except Unrecognised:
            problem = "no statement is recognised in it any more"
        found.append(reading.result(path.name, problem))
    return tuple(found)


def study(statements: Iterable[LoggedStatement], name: str = "log") -> StatementLog:
    """What a row of statements tells."""
    reading = _Reading()
    reading.read(statements)
    return reading.result(name)


# -- the statements of one request ---------------------------------------------------------


class _Sent:
    """One statement in one request."""

    __slots__ = ("binds", "binds_known", "count", "line", "rows", "rows_of", "site")

    def __init__(self, line: int) -> None:
        self.count = 0
        self.line = line
        self.binds: dict[int, int] = {}
        self.binds_known = True
        self.rows = 0.0
        self.rows_of = 0
        self.site = ""

    def add(self, entry: LoggedStatement) -> None:
        self.count += 1
        if entry.binds is None:
            self.binds_known = False
        elif entry.binds in self.binds or len(self.binds) < _MOST_BINDS:
            self.binds[entry.binds] = self.binds.get(entry.binds, 0) + 1
        if entry.rows is not None:
            self.rows += entry.rows
            self.rows_of += 1
        self.site = self.site or entry.site


class _Group:
    """The statements of one request."""

    __slots__ = ("by", "last", "name", "run", "runs", "sent", "start", "vxid")

    def __init__(self, by: By, name: str) -> None:
        self.by: By = by
        self.name = name
        self.sent: dict[str, _Sent] = {}
        self.last: float | None = None
        self.vxid = ""
        self.run = ""
        """Of a session: the statement that was sent last."""
        self.runs = 0
        """How many other statements came before."""


class _Shape(Struct, frozen=True, gc=False):
    """What a statement's text alone decides."""

    asks: bool
    """It reads a table of the application's."""
    by_value: bool
    """It looks rows up by a value, one at a time."""


class _Reading:
    """The reading of one log."""

    def __init__(self) -> None:
        self.statements = 0
        self._requests: OrderedDict[str, _Group] = OrderedDict()
        self._sessions: OrderedDict[str, _Group] = OrderedDict()
        self._kept = 0
        self._count: dict[By, int] = {}
        self._found: dict[tuple[str, str], Repeat] = {}
        self._scans: dict[tuple[str, str], LogScan] = {}
        self._exported: list[CountedStatement] = []
        self._shapes: dict[str, _Shape] = {}
        self._plans_alone = False

    def read(self, statements: Iterable[LoggedStatement]) -> None:
        iterator = iter(statements)
        head: list[LoggedStatement] = []
        for entry in iterator:
            head.append(entry)
            if len(head) >= _SAMPLE:
                break
        self._plans_alone = all(entry.plan for entry in head)
        for entry in head:
            self._take(entry)
        for entry in iterator:
            self._take(entry)

    def result(self, name: str, problem: str = "") -> StatementLog:
        for group in (*self._requests.values(), *self._sessions.values()):
            self._judge(group)
        self._requests.clear()
        self._sessions.clear()
        ordered = sorted(
            self._found.values(), key=lambda one: (-one.requests * one.count, one.line, one.kind)
        )
        return StatementLog(
            name=name,
            statements=self.statements,
            requests=dict(self._count),
            repeats=tuple(ordered),
            scans=tuple(sorted(self._scans.values(), key=lambda one: (-one.times, one.line))),
            fans=fans(self._exported),
            export=bool(self._exported),
            problem=problem,
        )

    def _take(self, entry: LoggedStatement) -> None:
        if entry.total is not None or entry.calls != 1:
            self.statements += 1
            if len(self._exported) < _MOST_EXPORTED:
                one = CountedStatement(entry.shape, entry.calls, entry.rows, entry.line)
                self._exported.append(one)
            return
        for scan in entry.scans:
            self._scan(scan, entry)
        if entry.plan and not self._plans_alone:
            return
        self.statements += 1
        if _BATCH.search(entry.program) or _BATCH.search(entry.site):
            return
        if entry.request:
            self._add(self._request(entry.request), entry)
        else:
            self._in_session(entry)

    def _scan(self, scan: PlanScan, entry: LoggedStatement) -> None:
        if scan.read < LARGE or scan.kept * 10 > scan.read:
            return
        key = (scan.table, scan.filter)
        known = self._scans.get(key)
        if known is None and len(self._scans) >= _MOST_FOUND:
            return
        times = known.times + 1 if known else 1
        first = known or scan
        self._scans[key] = LogScan(
            table=scan.table,
            read=max(scan.read, first.read),
            kept=max(scan.kept, first.kept),
            filter=scan.filter,
            times=times,
            line=known.line if known else entry.line,
            shape=known.shape if known else entry.shape,
        )

    # .. groups

    def _request(self, name: str) -> _Group:
        group = self._requests.get(name)
        if group is None:
            self._make_room(self._requests)
            group = self._requests[name] = _Group("request", name)
        else:
            self._requests.move_to_end(name)
        return group

    def _in_session(self, entry: LoggedStatement) -> None:
        group = self._sessions.get(entry.session)
        start = entry.time
        if start is not None and entry.duration is not None:
            start -= entry.duration / 1_000
        begins = _BEGIN.match(entry.shape) is not None
        if group is not None:
            self._sessions.move_to_end(entry.session)
            moved_on = bool(group.vxid and entry.transaction and entry.transaction != group.vxid)
            over = begins
            if group.by == "session" and start is not None and group.last is not None:
                over = begins or start - group.last > _GAP
            if over or (moved_on and group.by == "transaction"):
                self._close(entry.session)
                group = None
        if group is None:
            self._make_room(self._sessions)
            by: By = "transaction" if begins else "session"
            group = self._sessions[entry.session] = _Group(by, "")
        self._add(group, entry)
        group.last = entry.time if entry.time is not None else group.last
        group.vxid = entry.transaction or group.vxid
        if group.by == "transaction" and _END.match(entry.shape):
            self._close(entry.session)

    def _close(self, session: str) -> None:
        group = self._sessions.pop(session)
        self._kept -= len(group.sent)
        self._judge(group)

    def _make_room(self, groups: OrderedDict[str, _Group]) -> None:
        while groups and (len(groups) >= _MOST_GROUPS or self._kept >= _MOST_KEPT):
            _, group = groups.popitem(last=False)
            self._kept -= len(group.sent)
            self._judge(group)

    def _add(self, group: _Group, entry: LoggedStatement) -> None:
        shape = entry.shape
        if _ASIDE.match(shape):
            return
        if group.by == "session" and shape != group.run:
            # Requests follow each other unseen here: only what comes in a row can be of one.
            self._end_run(group)
            group.run = shape
            group.runs += 1
        if not self._shape(shape).asks:
            return
        sent = group.sent.get(shape)
        if sent is None:
            if self._kept >= 2 * _MOST_KEPT:
                return
            sent = group.sent[shape] = _Sent(entry.line)
            self._kept += 1
        sent.add(entry)

    def _end_run(self, group: _Group) -> None:
        sent = group.sent.pop(group.run, None)
        if sent is not None:
            self._kept -= 1
            if group.runs > 1:
                self._judge_one(group, group.run, sent)

    def _judge(self, group: _Group) -> None:
        self._count[group.by] = self._count.get(group.by, 0) + 1
        for shape, sent in group.sent.items():
            if group.by != "session" or group.runs > 1:
                self._judge_one(group, shape, sent)

    def _judge_one(self, group: _Group, shape: str, sent: _Sent) -> None:
        least = REPEATS_WITH_SITE if sent.site and group.by == "request" else REPEATS
        if sent.count < least:
            return
        rows = sent.rows / sent.rows_of if sent.rows_of else None
        most = max(sent.binds.values(), default=0)
        if sent.binds_known and most >= least:
            self._report("same", most, group, shape, sent, rows)
        elif sent.binds_known and len(sent.binds) < least:
            return
        if not self._shape(shape).by_value or (rows is not None and rows > MOST_ROWS):
            return
        if not sent.binds_known or len(sent.binds) >= least:
            self._report("each", sent.count, group, shape, sent, rows)

    def _report(
        self,
        kind: Literal["each", "same"],
        count: int,
        group: _Group,
        shape: str,
        sent: _Sent,
        rows: float | None,
    ) -> None:
        known = self._found.get((kind, shape))
        if known is None and len(self._found) >= _MOST_FOUND:
            return
        requests = known.requests + 1 if known else 1
        sure = ("session", "transaction", "request")
        if known is not None and (sure.index(known.by), known.count) >= (
            sure.index(group.by), count
        ):  # fmt: skip
            found = Repeat(
                kind, shape, known.count, requests, known.line, known.by, known.request,
                known.site, known.rows, known.binds,
            )  # fmt: skip
        else:
            found = Repeat(
                kind, shape, count, requests, sent.line, group.by, group.name, sent.site, rows,
                sent.binds_known,
            )  # fmt: skip
        self._found[kind, shape] = found

    def _shape(self, shape: str) -> _Shape:
        known = self._shapes.get(shape)
        if known is None:
            if len(self._shapes) > 10_000:
                self._shapes.clear()
            known = self._shapes[shape] = _shape(shape)
        return known


def _shape(shape: str) -> _Shape:
    verb = shape[:6].upper()
    asks = verb == "SELECT" or (verb[:4] == "WITH" and not _WRITES.search(shape))
    if asks:
        tables = [table for table in tables_read(shape) if not _CATALOG.match(table)]
        asks = bool(tables) and not all(_HEALTH.fullmatch(table) for table in tables)
        asks = asks and not _OTHER_USE.search(shape)
    by_value = asks and bool(equalities(shape)) and not _MANY_AT_ONCE.search(shape)
    return _Shape(asks, by_value)


# -- numbers without requests --------------------------------------------------------------

_LEAST_CALLS = 100
_LEAST_FAN = 5
_EXACT = 0.01


def fans(statements: Sequence[CountedStatement]) -> tuple[Fan, ...]:
    """Statements that are sent as often as another one has rows, and whose columns say why.

    A statement that looks one row up by ``order_id`` or ``id`` beside one that lists ``orders``,
    or names ``…_id``: 200 lists of 30 rows, 6,000 look-ups.
    """
    listing = sorted(
        (
            (one.calls * one.rows, one)
            for one in statements
            if one.rows is not None and one.rows >= _LEAST_FAN and one.calls >= 2
            and one.shape[:6].upper() == "SELECT"
        ),
        key=lambda pair: pair[0],
    )  # fmt: skip
    totals = [total for total, _ in listing]
    found = []
    for child in statements:
        if child.calls < _LEAST_CALLS or child.rows is None or child.rows > MOST_ROWS:
            continue
        kind = _shape(child.shape)
        columns = equalities(child.shape)
        if not kind.by_value or len(columns) != 1:
            continue
        at = bisect_left(totals, child.calls * (1 - _EXACT))
        for total, parent in listing[at : at + 50]:
            if total > child.calls * (1 + _EXACT):
                break
            if parent.shape != child.shape and _belongs(child.shape, columns[0], parent.shape):
                found.append(Fan(child, parent))
                break
    return tuple(sorted(found, key=lambda one: -one.child.calls))


def _belongs(child: str, column: str, parent: str) -> bool:
    """Whether a column of the child may be given a value of the parent's rows."""
    if column.endswith("_id"):
        return column[:-3] in {_singular(table) for table in tables_read(parent)}
    key = {f"{_singular(table)}_{column}" for table in tables_read(child)}
    return any(f"{name}" in parent.lower() for name in key) or " * " in parent[:12]


def _singular(table: str) -> str:
    name = table.rsplit(".", 1)[-1]
    if name.endswith("ies"):
        return name[:-3] + "y"
    for ending in ("sses", "shes", "ches", "xes"):
        if name.endswith(ending):
            return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
