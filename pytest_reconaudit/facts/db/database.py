"""What a real PostgreSQL says about the repository: its history replayed, or a live database.

The only fact that imports probes, and only when a server is really needed: psycopg is not loaded
for a repository without a history. Nothing is left running once the state is known.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from pytest_reconaudit.facts.db.history_tools.programs import program_histories
from pytest_reconaudit.facts.db.history_tools.sections import put_in_later
from pytest_reconaudit.facts.db.history_tools.supabase import SUPABASE
from pytest_reconaudit.facts.db.indexes import DeclaredIndex, declared_indexes
from pytest_reconaudit.facts.db.migrations import (
    MigrationRoot,
    migration_roots,
    migration_script,
    postgres_major,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target, once

if TYPE_CHECKING:
    from pytest_reconaudit.probes.replay import History, Statement

__all__ = [
    "Catalog",
    "CatalogColumn",
    "CatalogConstraint",
    "CatalogIndex",
    "CatalogTable",
    "DatabaseConfig",
    "DatabaseState",
    "HistoryReplay",
    "LiveCatalog",
    "NoHistory",
    "NoServer",
    "ReplayFailure",
    "ReplayedCatalog",
    "StatementLocks",
    "Unreachable",
    "begin_live",
    "configure",
    "database",
    "explained",
    "frozen",
    "is_unreached",
    "live_catalog",
    "live_part",
    "refused_dsn",
    "wants_live",
]


class DatabaseConfig(Struct, frozen=True):
    """How a target's database is to be looked at.

    :param dsn: a live database to compare with; ``None`` replays only.
    :param window: seconds over which the live database is watched; 0: looked at once.
    :param replay: whether a private server may be started.
    :param shared: a folder in which parallel processes share one replay's result.
    :param announce: is told, in a sentence, what takes a moment.
    """

    dsn: str | None = None
    window: float = 0.0
    replay: bool = True
    shared: str | None = None
    announce: Callable[[str], None] | None = None
    kept: bool | None = None
    """Whether the result of a replay may come from an earlier run, and is kept for later ones.
    ``False``: not even an empty data folder for the server may; ``None``: nothing but that."""


_configs: WeakKeyDictionary[Target, DatabaseConfig] = WeakKeyDictionary()


def configure(target: Target, config: DatabaseConfig) -> None:
    """Set how ``database(target)`` works; before its first use."""
    _configs[target] = config


def wants_live(target: Target) -> bool:
    """Whether a live database is to be compared with."""
    return _configs.get(target, DatabaseConfig()).dsn is not None


def refused_dsn(dsn: str) -> str:
    """In words why a text is no connection string; empty when it is one."""
    from pytest_reconaudit.probes.conninfo import connection_settings

    settings = connection_settings(dsn)
    return settings if isinstance(settings, str) else ""


def is_unreached(reason: str) -> bool:
    """Whether this is why a live database gave no catalog: then nothing was compared with it."""
    return reason.startswith(_UNREACHED)


_UNREACHED = (
    "cannot connect", "cannot use the connection", "reading the catalog",
    "the database gave no answer",
)  # fmt: skip


class Awaited(Protocol):
    """A piece of work that another process does."""

    def result(self) -> Any:
        """What it found, to be asked once by each process; ``None`` when it came to nothing."""


class _Begun(Struct, frozen=True, eq=False):
    """The live database as another process reads it, in two steps."""

    work: Awaited
    """Gives the parts that take the window."""
    first: int
    """A file with everything else, once that is known."""
    known: int
    """A pipe that nobody writes to: it ends when that is so."""


_begun: WeakKeyDictionary[Target, _Begun] = WeakKeyDictionary()


def begin_live(
    target: Target, start: Callable[[Callable[[], dict[str, Any]]], Awaited | None]
) -> None:
    """Have the live database, if one is named, read in another process from now on.

    Who asks for what is read once has it as soon as it is read; who asks for what is sampled waits
    for the rest of the window. The other process gives up when this one is gone.

    :param start: runs a function in another process, or gives ``None`` when it cannot.
    """
    config = _configs.get(target, DatabaseConfig())
    if config.dsn is None:
        return
    process = os.getpid()
    known, tells = os.pipe()
    with tempfile.TemporaryFile() as file:
        first = os.dup(file.fileno())

    def tell(answer: dict[str, Any]) -> None:
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):  # no room: all of it is told in the end
            os.pwrite(first, data, 0)
        os.close(tells)

    def read() -> dict[str, Any]:
        return _read_live(config, wanted=lambda: os.getppid() == process, first=tell)

    work = start(read)
    os.close(tells)
    if work is None:
        os.close(known)
        os.close(first)
        return
    _begun[target] = _Begun(work, first, known)
    _announce_window(config)


def live_part(target: Target, name: str) -> Mapping[str, Any] | str:
    """A part of the live database's state, or in words why there is none.

    :param name: of a module of :mod:`pytest_reconaudit.probes.live`, which says what it holds.
    """
    config = _configs.get(target, DatabaseConfig())
    if config.dsn is None:
        return "no live database: --recon-dsn names one"
    result = _live(target)
    if "unreachable" in result:
        return str(result["unreachable"])
    part: Mapping[str, Any] | None = result["parts"].get(name) or _sampled(target).get(name)
    if part is None:
        watched = config.window > 0
        return (
            "the live database was not watched to the end"
            if watched
            else "the live database was not watched: --recon-live-window is 0"
        )
    if "denied" in part:
        return f"the live database does not let this role read it: {part['denied']}"
    return part


def explained(target: Target, questions: Sequence[dict[str, Any]]) -> Mapping[str, Any] | str:
    """How the live server's planner would answer, or in words why that is not known.

    :param questions: see :func:`pytest_reconaudit.probes.live.plans.read`, which says what is
        answered too.
    """
    config = _configs.get(target, DatabaseConfig())
    if config.dsn is None:
        return "no live database: --recon-dsn names one"
    dsn = config.dsn

    def read() -> dict[str, Any]:
        from pytest_reconaudit.probes.live import ask_live

        return ask_live(dsn, questions)

    asked = hashlib.sha256(json.dumps(questions).encode()).hexdigest()
    answer: dict[str, Any] = _shared(config, f"plans\0{dsn}\0{asked}", read)
    reason = answer.get("unreachable") or answer.get("denied")
    return str(reason) if reason else answer


@once
def live_catalog(target: Target) -> Catalog | str:
    """What the live database holds, or in words why that is not known. Needs no replay."""
    if not wants_live(target):
        return "no live database: --recon-dsn names one"
    result = _live(target)
    if "unreachable" in result:
        return str(result["unreachable"])
    return _catalog(result.pop("catalog"))  # the records take its place in memory


# -- records -------------------------------------------------------------------------------


class CatalogColumn(Struct, frozen=True):
    name: str
    type: str
    not_null: bool
    has_default: bool
    type_oid: int = 0
    """Of the type; of a domain that of the type below it."""
    collation: int = 0
    identity: str = ""
    """``pg_attribute.attidentity``: a always, d by default; else empty."""
    generated: str = ""


class CatalogTable(Struct, frozen=True):
    schema: str
    name: str
    kind: str
    """``pg_class.relkind``: r table, p partitioned, v view, m materialized view, f foreign."""
    partition: bool
    rows: int
    """The planner's estimate."""
    columns: tuple[CatalogColumn, ...]
    unlogged: bool = False


class CatalogIndex(Struct, frozen=True):
    oid: int
    schema: str
    name: str
    table: str
    method: str
    keys: tuple[str, ...]
    include: tuple[str, ...]
    predicate: str
    unique: bool
    valid: bool
    """Valid and ready; an index that is not speeds up nothing."""
    primary: bool
    partitioned: bool
    partition: bool
    constraint: str
    """The constraint that it backs, if any."""
    constraint_kind: str
    definition: str
    table_size: int
    """Bytes."""
    form: tuple[Any, ...]
    """Schema, table, method, keys, options, operator classes, collations, predicate, unique,
    nulls not distinct, INCLUDE: what the index is, whatever its name."""
    families: tuple[int, ...] = ()
    """The operator family of each key."""
    collations: tuple[int, ...] = ()
    replica_identity: bool = False


class CatalogConstraint(Struct, frozen=True):
    name: str
    kind: str
    """``pg_constraint.contype``: p, u, x, f, c."""
    schema: str
    table: str
    columns: tuple[str, ...]
    foreign_schema: str
    foreign_table: str
    foreign_columns: tuple[str, ...]
    on_delete: str
    validated: bool
    inherited: bool
    definition: str
    on_update: str = ""
    equality: tuple[int, ...] = ()
    """Of a foreign key: the operators by which the children of a parent row are looked for."""


class Catalog(Struct, frozen=True):
    """What one database holds."""

    version: str
    tables: tuple[CatalogTable, ...]
    indexes: tuple[CatalogIndex, ...]
    constraints: tuple[CatalogConstraint, ...]
    families: frozenset[tuple[int, int]] = frozenset()
    """(operator family, operator): which families serve the operators of foreign keys."""
    unread: frozenset[tuple[str, str]] = frozenset()
    """(schema, name) of tables that were locked: of their indexes only those are known that hold no
    expression."""

    def table(self, name: str) -> CatalogTable | None:
        return next((table for table in self.tables if table.name == name), None)


class ReplayFailure(Struct, frozen=True):
    """The statement at which a history stopped, and what the server said."""

    place: Place
    message: str
    hint: str
    sqlstate: str
    statement: str
    sure: bool
    """``False``: something was left out before, so the failure may be the replay's own."""


class StatementLocks(Struct, frozen=True):
    """What one statement of a new migration did to the tables that were there before all of them.

    As the server told while it ran; on tables without rows, so only that it scanned counts.
    """

    place: Place
    transaction: int
    """Statements with the same number ran in one transaction."""
    locks: Mapping[str, str]
    """Table → the strongest mode in which it newly locked it, as ``pg_locks`` has it without
    ``Lock``: ``AccessExclusive``."""
    scanned: tuple[str, ...]
    rewritten: tuple[str, ...]
    """Tables that lie in another file now; a table that was emptied does, too."""
    lock_timeout: bool
    concurrently: bool
    """It ran outside of any transaction, CONCURRENTLY."""


class HistoryReplay(Struct, frozen=True):
    """One history after its replay."""

    root: str
    tool: str
    catalog: Catalog
    failure: ReplayFailure | None
    notes: tuple[str, ...]
    applied: tuple[str, ...]
    """Versions, in order."""
    created: Mapping[str, Mapping[str, Any]]
    """Declared index id → ``status`` (applied, superseded, invalid, shadowed), ``name``, ``oid``,
    ``definition``."""
    declared: Mapping[str, Mapping[str, Any]]
    """Id of an index from outside the history → its ``form`` on this schema, or ``error``."""
    locks: tuple[StatementLocks, ...] = ()
    """What the statements of its new migrations locked, scanned and rewrote."""
    unobserved: str = ""
    """Why that is not told of all of them."""


class ReplayedCatalog(Struct, frozen=True):
    """The histories, replayed into a private server."""

    server: str
    shims: tuple[str, ...]
    """Extensions for which stand-ins were used."""
    histories: tuple[HistoryReplay, ...]
    unread: Mapping[str, str]
    """Root → why it was not replayed."""

    @property
    def described(self) -> str:
        stand_ins = f" with stand-ins for {', '.join(self.shims)}" if self.shims else ""
        return f"PostgreSQL {self.server}{stand_ins}"


class LiveCatalog(Struct, frozen=True):
    """A live database, and the replay that says what it should hold, if there could be one."""

    server: str
    catalog: Catalog
    replayed: ReplayedCatalog | None
    replay_reason: str = ""


class NoServer(Struct, frozen=True):
    """There is a history and no server to replay it."""

    reason: str


class NoHistory(Struct, frozen=True):
    """Nothing to replay."""

    reason: str


class Unreachable(Struct, frozen=True):
    """The live database gave no catalog."""

    reason: str


DatabaseState = ReplayedCatalog | LiveCatalog | NoServer | NoHistory | Unreachable


# -- the fact ------------------------------------------------------------------------------


@once
def database(target: Target) -> DatabaseState:
    """The state of the target's database, found out at most once a run."""
    config = _configs.get(target, DatabaseConfig())
    replayed = _replay_state(target)
    if config.dsn is None:
        return replayed
    catalog = live_catalog(target)
    if isinstance(catalog, str):
        return Unreachable(catalog)
    known = replayed if isinstance(replayed, ReplayedCatalog) else None
    reason = "" if known or isinstance(replayed, ReplayedCatalog) else _reason(replayed)
    return LiveCatalog(catalog.version, catalog, known, reason)


def _reason(state: DatabaseState) -> str:
    return state.reason if isinstance(state, (NoServer, NoHistory, Unreachable)) else ""


@once
def _live(target: Target) -> dict[str, Any]:
    """What :func:`read_live` gives, at most once a run; the sampled parts may be yet to come."""
    config = _configs[target]
    begun = _begun.get(target)
    if begun is not None:
        answer = _first(begun)
        if answer is not None:
            return answer
        del _begun[target]
        whole: dict[str, Any] | None = begun.work.result()
        if whole is not None:
            return whole
    _announce_window(config)
    return _read_live(config)


def _first(begun: _Begun) -> dict[str, Any] | None:
    """What the other process told at once; ``None`` when it came to nothing."""
    os.read(begun.known, 1)
    data = os.pread(begun.first, os.fstat(begun.first).st_size, 0)
    os.close(begun.known)
    os.close(begun.first)
    try:
        answer: dict[str, Any] | None = pickle.loads(data) if data else None
        return answer
    except (pickle.UnpicklingError, EOFError):  # it was ended in the middle of a word
        return None


@once
def _sampled(target: Target) -> Mapping[str, Any]:
    """The parts that another process samples, waited for."""
    begun = _begun.get(target)
    if begun is None:
        return {}
    answer: dict[str, dict[str, Any]] = begun.work.result() or {}
    return answer.get("parts", {})


def _announce_window(config: DatabaseConfig) -> None:
    if config.announce is not None and config.window:
        config.announce(f"watching the live database for {config.window:g} s")


def _read_live(
    config: DatabaseConfig,
    wanted: Callable[[], bool] | None = None,
    first: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    dsn = config.dsn or ""

    def read() -> dict[str, Any]:
        from pytest_reconaudit.probes.live import read_live

        return read_live(dsn, window=config.window, wanted=wanted, first=first)

    result: dict[str, Any] = _shared(config, f"live\0{dsn}", read)
    return result


@once
def _replay_state(target: Target) -> ReplayedCatalog | NoServer | NoHistory:
    return _replayed(target, _configs.get(target, DatabaseConfig()))


def _replayed(target: Target, config: DatabaseConfig) -> ReplayedCatalog | NoServer | NoHistory:
    roots = [root for root in migration_roots(target) if root.dialect == "postgres"]
    if not roots:
        if programs := program_histories(target):
            return NoHistory(programs[0].reason)
        others = sorted({root.dialect or "an unknown server" for root in migration_roots(target)})
        if others:
            return NoHistory(f"the migrations are for {', '.join(others)}, not PostgreSQL")
        return NoHistory("no SQL migration history in the repository")
    if not config.replay:
        return NoServer("the replay is switched off")
    histories: list[History] = []
    unread: dict[str, str] = {}
    from pytest_reconaudit.facts.db.new_migrations import new_migrations
    from pytest_reconaudit.probes import replay as probe

    preludes = [root for root in roots if root.tool == "initdb" and not _makes_tables(target, root)]
    mains = [root for root in roots if root not in preludes] or roots
    for root in mains:
        history = _history(target, root, preludes if root.tool != "initdb" else [], probe)
        if isinstance(history, str):
            unread[root.path] = history
        else:
            histories.append(history)
    if not histories:
        return NoHistory("; ".join(unread.values()))
    outside = tuple(
        probe.Statement(d.index.text, d.place, index=d.index.anonymous, id=d.id)
        for d in declared_indexes(target)
        if d.kind != "migration" and not d.index.dynamic
    )
    count = sum(len(history.migrations) for history in histories)

    def run() -> dict[str, Any]:
        if config.announce is not None:
            noun = "migration" if count == 1 else "migrations"
            config.announce(f"replaying {count} {noun} in a private PostgreSQL")
        return probe.replay(
            histories,
            outside,
            minimum=minimum,
            kept=config.kept is not False,
            outside=target.root,
        )

    minimum = postgres_major(target) or None
    observed = {
        one.path: new.beside(one)
        for root in mains
        for new in (new_migrations(target, root),)
        for one in new.migrations
    }
    histories = [_observed(history, observed) for history in histories]
    key = _digest(histories, outside, minimum)
    result = _shared(config, key, lambda: _kept(target, config, key, run))
    if "no_server" in result:
        return NoServer(str(result["no_server"]))
    coded = {root.path: root.coded for root in mains if root.coded}
    return ReplayedCatalog(
        server=str(result["server"]),
        shims=tuple(result["shims"]),
        histories=tuple(
            _with_programs(_history_replay(history), coded) for history in result["histories"]
        ),
        unread=unread,
    )


def _with_programs(history: HistoryReplay, coded: Mapping[str, str]) -> HistoryReplay:
    """A replay that says which program of the history it left out, first of all."""
    program = coded.get(history.root)
    if program is None:
        return history
    notes = (f"left out {program}, which is a program, as others may be", *history.notes)
    failure = history.failure
    if failure is not None:
        failure = msgspec.structs.replace(failure, sure=False)
    return msgspec.structs.replace(history, notes=notes, failure=failure)


# -- building the histories ----------------------------------------------------------------

_HARMLESS_META = regex(
    r"\\(?:restrict|unrestrict|echo|qecho|timing|pset|encoding|set\s+ON_ERROR|x\b|q\b|!\s*echo)",
    re.IGNORECASE,
)
_TEMPLATE = regex(r"\{\{[^}]*\}\}")
_STRINGS = regex(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_EXTENSION = regex(
    r"create\s+extension\s+(?:if\s+not\s+exists\s+)?(\"[^\"]+\"|[\w-]+)", re.IGNORECASE
)
_TABLE = regex(r"create\s+(?:unlogged\s+)?table\b", re.IGNORECASE)


def _is_template(text: str) -> bool:
    """Whether a program completes the statement before it is sent."""
    if "/* TEMPLATE" in text:
        return True
    return "{{" in text and bool(_TEMPLATE.search(_STRINGS.sub("", text)))


def _makes_tables(target: Target, root: MigrationRoot) -> bool:
    return any(
        _TABLE.match(statement.text)
        for migration in root.migrations
        for statement in migration_script(target, root, migration).statements
    )


def _history(
    target: Target, root: MigrationRoot, preludes: list[MigrationRoot], probe: Any
) -> History | str:
    """The history as the probe wants it, or why it cannot be replayed."""
    ids = {
        declared.place: declared
        for declared in declared_indexes(target)
        if declared.kind == "migration"
    }
    migrations = []
    extensions: set[str] = set()
    if root.tool == "supabase":
        script = read_sql(SUPABASE, root.place.path, root.place)
        given = tuple(probe.Statement(one.text, root.place) for one in script.statements)
        migrations.append(probe.Migration("", "supabase", root.place.path, given, False))
        extensions |= {"pgcrypto", "uuid-ossp"}
    for part in (*preludes, root):
        for migration in part.migrations:
            statements = []
            for statement in migration_script(target, part, migration).statements:
                if statement.kind == "meta":
                    if _HARMLESS_META.match(statement.text):
                        continue
                    return f"{statement.place}: psql's {statement.text.split()[0]} is not replayed"
                if _is_template(statement.text):
                    return f"{statement.place}: a template, not SQL"
                if put_in_later(part, statement.text):
                    return f"{statement.place}: a variable is put in at run time"
                head = statement.text[:40].lower()
                if head.startswith("comment on extension"):
                    continue  # ours may be a stand-in, or be left out
                if part.tool == "initdb" and re.match(r"create\s+(?:database|user|role)\b", head):
                    continue
                if head.startswith("create ext") and (m := _EXTENSION.match(statement.text)):
                    extensions.add(m[1].strip('"').lower())
                declared: DeclaredIndex | None = ids.get(statement.place)
                data = statement.data if statement.kind == "copy" else None
                one: Statement = probe.Statement(
                    statement.text,
                    statement.place,
                    data,
                    declared.index.anonymous if declared else "",
                    declared.id if declared else "",
                    (declared.index.name or "") if declared else "",
                )
                statements.append(one)
            wrapped = migration.transaction and part is root
            migrations.append(
                probe.Migration(
                    migration.version, migration.name, migration.path, tuple(statements), wrapped
                )
            )
    history: History = probe.History(root.path, root.tool, tuple(migrations), frozenset(extensions))
    return history


def _observed(history: History, paths: Mapping[str, tuple[str, ...] | None]) -> History:
    """The history with those migrations marked whose locks are to be observed.

    :param paths: path → the migrations it is deployed with.
    """
    marked = [
        msgspec.structs.replace(one, observed=True, beside=paths[one.path])
        if one.path in paths
        else one
        for one in history.migrations
    ]
    return msgspec.structs.replace(history, migrations=tuple(marked))


# -- sharing between processes -------------------------------------------------------------

_SHARE_SECONDS = 300.0


def _digest(histories: list[History], outside: tuple[Statement, ...], minimum: int | None) -> str:
    """The name of everything that is handed to the probe."""
    return hashlib.sha256(
        msgspec.msgpack.encode((histories, outside, minimum), order="deterministic")
    ).hexdigest()


def _kept(
    target: Target, config: DatabaseConfig, key: str, compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """``compute()``, or what an earlier run kept of it for the same servers and sources of ours."""
    if not config.kept:
        return compute()
    from pytest_reconaudit.facts.db import kept_replays
    from pytest_reconaudit.probes.postgres import machine

    name = hashlib.sha256(f"{key}\0{sys.version}\0{machine()}".encode()).hexdigest()[:40]
    known = kept_replays.load(name, target.root)
    if known is not None:
        return known
    result = compute()
    if "no_server" not in result and not result.get("passing"):
        kept_replays.save(name, result, target.root)
    return result


def _shared(config: DatabaseConfig, key: str, compute: Callable[[], dict[str, Any]]) -> Any:
    """``compute()``, done by one of the processes that share the folder and read by the others."""
    if config.shared is None:
        return compute()
    name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    folder = Path(config.shared)
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / f"database-{name}.json"
    with _locked(folder / f"database-{name}.lock"):
        if result.exists():
            with suppress(OSError, ValueError):
                return json.loads(result.read_text("utf-8"))
        value = compute()
        draft = folder / f"database-{name}.{os.getpid()}.tmp"
        draft.write_text(json.dumps(value), "utf-8")
        draft.replace(result)
        return value


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that vanishes with the process that holds it; give up waiting in the end."""
    try:
        import fcntl
    except ImportError:  # no such locks here: everybody computes for itself
        yield
        return
    with open(path, "a") as handle:
        deadline = time.monotonic() + _SHARE_SECONDS
        while time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.02)
        yield


# -- builtins to records -------------------------------------------------------------------


def _history_replay(data: Mapping[str, Any]) -> HistoryReplay:
    failure = data["failure"]
    return HistoryReplay(
        root=data["root"],
        tool=data["tool"],
        catalog=_catalog(data["catalog"]),
        failure=None
        if failure is None
        else ReplayFailure(
            place=Place(failure["path"], failure["line"], failure["column"]),
            message=failure["message"],
            hint=failure["hint"],
            sqlstate=failure["sqlstate"],
            statement=failure["statement"],
            sure=failure["sure"],
        ),
        notes=tuple(data["notes"]),
        applied=tuple(data["applied"]),
        created=data["created"],
        declared=data["declared"],
        locks=tuple(_statement_locks(one) for one in data["locks"]),
        unobserved=data["unobserved"],
    )


def _statement_locks(data: Mapping[str, Any]) -> StatementLocks:
    return StatementLocks(
        place=Place(data["path"], data["line"], data["column"]),
        transaction=data["transaction"],
        locks=data["locks"],
        scanned=tuple(data["scanned"]),
        rewritten=tuple(data["rewritten"]),
        lock_timeout=data["lock_timeout"],
        concurrently=data["concurrently"],
    )


def _catalog(data: Mapping[str, Any]) -> Catalog:
    tables = [
        CatalogTable(
            **{**table, "columns": tuple(CatalogColumn(**column) for column in table["columns"])}
        )
        for table in data["tables"]
    ]
    indexes = [
        CatalogIndex(
            **{
                **index,
                "keys": tuple(index["keys"]),
                "include": tuple(index["include"]),
                "form": frozen(index["form"]),
                "families": tuple(index["families"]),
                "collations": tuple(index["collations"]),
            }
        )
        for index in data["indexes"]
    ]
    constraints = [
        CatalogConstraint(
            **{
                **constraint,
                "columns": tuple(constraint["columns"]),
                "foreign_columns": tuple(constraint["foreign_columns"]),
                "equality": tuple(constraint["equality"]),
            }
        )
        for constraint in data["constraints"]
    ]
    families = frozenset((family, operator) for family, operator in data["families"])
    unread = frozenset((schema, name) for schema, name in data["unread"])
    return Catalog(
        data["version"], tuple(tables), tuple(indexes), tuple(constraints), families, unread
    )


def frozen(form: Any) -> tuple[Any, ...]:
    """An index's form, lists turned into tuples: comparable and hashable."""
    return tuple(tuple(part) if isinstance(part, list) else part for part in form)
