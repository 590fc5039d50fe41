"""What a real PostgreSQL says about the repository: its history replayed, or a live database.

The only fact that imports probes, and only when a server is really needed: psycopg is not loaded
for a repository without a history. Nothing is left running once the state is known.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_reconaudit.facts.db.indexes import DeclaredIndex, declared_indexes
from pytest_reconaudit.facts.db.migrations import (
    MigrationRoot,
    migration_roots,
    migration_script,
    postgres_major,
)
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
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
    "Unreachable",
    "configure",
    "database",
    "frozen",
    "live_dsn",
    "wants_live",
]


class DatabaseConfig(Struct, frozen=True):
    """How a target's database is to be looked at.

    :param dsn: a live database to compare with; ``None`` replays only.
    :param replay: whether a private server may be started.
    :param shared: a folder in which parallel processes share one replay's result.
    :param announce: is told, in a sentence, what takes a moment.
    """

    dsn: str | None = None
    replay: bool = True
    shared: str | None = None
    announce: Callable[[str], None] | None = None


_configs: WeakKeyDictionary[Target, DatabaseConfig] = WeakKeyDictionary()


def configure(target: Target, config: DatabaseConfig) -> None:
    """Set how ``database(target)`` works; before its first use."""
    _configs[target] = config


def wants_live(target: Target) -> bool:
    """Whether a live database is to be compared with."""
    return _configs.get(target, DatabaseConfig()).dsn is not None


def live_dsn(target: Target) -> str | None:
    """The live database to compare with, if there is one."""
    return _configs.get(target, DatabaseConfig()).dsn


# -- records -------------------------------------------------------------------------------


class CatalogColumn(Struct, frozen=True):
    name: str
    type: str
    not_null: bool
    has_default: bool


class CatalogTable(Struct, frozen=True):
    schema: str
    name: str
    kind: str
    """``pg_class.relkind``: r table, p partitioned, v view, m materialized view, f foreign."""
    partition: bool
    rows: int
    """The planner's estimate."""
    columns: tuple[CatalogColumn, ...]


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


class Catalog(Struct, frozen=True):
    """What one database holds."""

    version: str
    tables: tuple[CatalogTable, ...]
    indexes: tuple[CatalogIndex, ...]
    constraints: tuple[CatalogConstraint, ...]

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
    replayed = _replayed(target, config)
    if config.dsn is None:
        return replayed
    result = _shared(config, f"live\0{config.dsn}", lambda: _read_live(config))
    if "unreachable" in result:
        return Unreachable(str(result["unreachable"]))
    known = replayed if isinstance(replayed, ReplayedCatalog) else None
    reason = "" if known or isinstance(replayed, ReplayedCatalog) else _reason(replayed)
    return LiveCatalog(str(result["server"]), _catalog(result["catalog"]), known, reason)


def _reason(state: DatabaseState) -> str:
    return state.reason if isinstance(state, (NoServer, NoHistory, Unreachable)) else ""


def _read_live(config: DatabaseConfig) -> dict[str, Any]:
    from pytest_reconaudit.probes.live import read_live

    return read_live(config.dsn or "")


def _replayed(target: Target, config: DatabaseConfig) -> ReplayedCatalog | NoServer | NoHistory:
    roots = [root for root in migration_roots(target) if root.dialect == "postgres"]
    if not roots:
        others = sorted({root.dialect or "an unknown server" for root in migration_roots(target)})
        if others:
            return NoHistory(f"the migrations are for {', '.join(others)}, not PostgreSQL")
        return NoHistory("no SQL migration history in the repository")
    if not config.replay:
        return NoServer("the replay is switched off")
    histories: list[History] = []
    unread: dict[str, str] = {}
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
        return probe.replay(histories, outside, minimum=postgres_major(target) or None)

    result = _shared(config, _digest(histories, outside), run)
    if "no_server" in result:
        return NoServer(str(result["no_server"]))
    return ReplayedCatalog(
        server=str(result["server"]),
        shims=tuple(result["shims"]),
        histories=tuple(_history_replay(history) for history in result["histories"]),
        unread=unread,
    )


# -- building the histories ----------------------------------------------------------------

_HARMLESS_META = regex(
    r"\\(?:restrict|unrestrict|echo|qecho|timing|pset|encoding|set\s+ON_ERROR|x\b|q\b|!\s*echo)",
    re.IGNORECASE,
)
_VARIABLE = regex(r":'\w+'|:\"\w+\"|\$\{\w+\}")
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
                if part.tool in ("initdb", "sql", "flyway") and _VARIABLE.search(
                    _STRINGS.sub("", statement.text)
                ):
                    return f"{statement.place}: a variable is put in at run time"
                head = statement.text[:40].lower()
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


# -- sharing between processes -------------------------------------------------------------

_SHARE_SECONDS = 300.0


def _digest(histories: list[History], outside: tuple[Statement, ...]) -> str:
    hashed = hashlib.sha256()
    for history in histories:
        hashed.update(f"{history.root}\0{history.tool}\0".encode())
        for migration in history.migrations:
            for statement in migration.statements:
                hashed.update(statement.text.encode("utf-8", "surrogatepass"))
    for statement in outside:
        hashed.update(f"{statement.id}\0{statement.text}".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


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
            }
        )
        for constraint in data["constraints"]
    ]
    return Catalog(data["version"], tuple(tables), tuple(indexes), tuple(constraints))


def frozen(form: Any) -> tuple[Any, ...]:
    """An index's form, lists turned into tuples: comparable and hashable."""
    return tuple(tuple(part) if isinstance(part, list) else part for part in form)
