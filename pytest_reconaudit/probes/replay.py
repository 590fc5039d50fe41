"""A migration history, replayed statement by statement into a private server.

Each tool's own rules hold: what stands in one transaction, and the tracking table, filled as the
history goes. The whole result is builtins, so that one process can replay for others.

What fails because of *our* server (no such extension, a privilege that the unprivileged role
lacks) is left out and noted; after that, a failure proves nothing and is marked as unsure.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.probes.catalog import NEWEST_INDEX, read_catalog, read_indexes
from pytest_reconaudit.probes.postgres import (
    SAFE_EXTENSIONS,
    Choice,
    PrivateServer,
    ServerError,
    choose,
)

if TYPE_CHECKING:
    import psycopg

    from pytest_reconaudit.probes.locks import Observer

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["History", "Migration", "Statement", "replay"]

BUDGET_SECONDS = 120.0
"""For everything: a history that takes longer is given up."""
_STATEMENT_SECONDS = 60
_DEPARSE_SECONDS = 10
_MAX_LEFT_OUT = 50


class Statement(Struct, frozen=True):
    """One statement to send."""

    text: str
    place: Place
    data: str | None = None
    """The rows of a COPY … FROM stdin."""
    index: str = ""
    """Of a CREATE INDEX: the statement that builds it under another name; else empty."""
    id: str = ""
    """What the result calls this CREATE INDEX."""
    name: str = ""
    """The index's name, when the statement gives one."""


class Migration(Struct, frozen=True):
    """One migration: its version as the tracking table has it, and what it does."""

    version: str
    name: str
    path: str
    statements: tuple[Statement, ...]
    transaction: bool
    observed: bool = False
    """Whether to note what each of its statements locks, scans and rewrites."""
    beside: tuple[str, ...] | None = None
    """The paths of the migrations it is deployed with, whose tables are new to it as its own are;
    ``None``: all that are observed."""


class History(Struct, frozen=True):
    """One migration root in the order in which its tool runs it."""

    root: str
    tool: str
    migrations: tuple[Migration, ...]
    extensions: frozenset[str] = frozenset()


class _Failed(Exception):
    """A statement that the server refused; carries what the result says about it."""

    def __init__(self, statement: Statement, error: psycopg.Error, *, sure: bool) -> None:
        super().__init__(str(error))
        line, column = statement.place.line, statement.place.column
        position = error.diag.statement_position
        if position and position.isdigit() and line is not None:
            before = statement.text[: int(position) - 1]
            line += before.count("\n")
            if "\n" in before:
                column = len(before) - before.rfind("\n")
            elif column is not None:
                column += len(before)
        message = error.diag.message_primary or str(error).strip() or type(error).__name__
        self.record = {
            "path": statement.place.path,
            "line": line,
            "column": column,
            "message": " ".join(message.split())[:300],
            "hint": " ".join((error.diag.message_hint or "").split())[:200],
            "sqlstate": error.sqlstate or "",
            "statement": " ".join(statement.text.split())[:200],
            "sure": sure,
        }


class _Lost(Exception):
    """The server went away; the message says where."""


def replay(
    histories: Sequence[History],
    declared: Sequence[Statement] = (),
    *,
    minimum: int | None = None,
    budget: float = BUDGET_SECONDS,
    choices: Sequence[Choice] | None = None,
    kept: bool = True,
    outside: Path | None = None,
) -> dict[str, Any]:
    """Replay some histories, each into a database of its own on one private server.

    :param declared: CREATE INDEX statements from outside the histories. Each is built, read and
        rolled back on every replayed schema, which gives its form in the server's own words.
    :param minimum: the least major version.
    :param kept: whether servers may start from a data folder that was made before.
    :param outside: the target, in which that does not lie.

    Returns ``{"server", "shims", "histories": [...]}``, or ``{"no_server": reason}``. A history
    has ``root``, ``tool``, ``catalog``, ``failure``, ``notes``, ``applied`` (versions), ``created``
    (CREATE INDEX id → what became of it), ``declared`` (id → form or error) and ``locks`` (what
    the statements of observed migrations did, see :class:`.locks.Observer`).

    ``passing`` is there when the result may be another next time: something was left out because
    our server ran out of time, memory or the like.

    A history that fails on one server is tried on the next one that qualifies: only what fails
    on all of them counts.
    """
    wanted = {name for history in histories for name in history.extensions}
    try:
        ranked = tuple(choose(minimum, wanted) if choices is None else choices)
    except ServerError as error:
        return {"no_server": str(error)}
    first: dict[str, Any] | None = None
    reasons: list[str] = []
    deadline = time.monotonic() + budget
    for choice in ranked:
        try:
            server = PrivateServer(choice, kept=kept, outside=outside)
            result = _replay_on(server, histories, declared, deadline)
        except ServerError as error:
            reasons.append(str(error))
            continue
        except _Lost as error:
            return {"no_server": str(error)} if first is None else {**first, "passing": True}
        if all(history["failure"] is None for history in result["histories"]):
            return result
        first = first or result
    return first if first is not None else {"no_server": "; ".join(reasons)}


def _replay_on(
    stopped: PrivateServer,
    histories: Sequence[History],
    declared: Sequence[Statement],
    deadline: float,
) -> dict[str, Any]:
    with stopped as server, _deadline(server, deadline) as overdue:
        databases = _databases(server, len(histories))
        done = []
        for history, database in zip(histories, databases, strict=True):
            try:
                done.append(_Replay(server, database, history).run(declared))
            except _Lost as lost:
                if overdue.is_set():
                    raise _Lost(f"the replay of {history.root} took too long ({lost})") from None
                raise
    choice = server.choice
    result = {"server": choice.binaries.version, "shims": list(choice.shims), "histories": done}
    passing = [history.pop("passing") for history in done]
    return {**result, "passing": True} if any(passing) else result


@contextmanager
def _deadline(server: PrivateServer, deadline: float) -> Iterator[threading.Event]:
    """Kills the server when time is up: whatever waits for it then fails at once."""
    overdue = threading.Event()

    def kill() -> None:
        overdue.set()
        server.stop()

    timer = threading.Timer(max(0.1, deadline - time.monotonic()), kill)
    timer.daemon = True
    timer.start()
    try:
        yield overdue
    finally:
        timer.cancel()


def _databases(server: PrivateServer, count: int) -> list[str]:
    """One database a history; the first is the one that is there anyway."""
    names = ["postgres", *(f"history{number}" for number in range(1, count))][:count]
    for name in names[1:]:
        server.create_database(name)
    return names


# -- one history ---------------------------------------------------------------------------

_ROLE = regex(r'role "(.+)" does not exist')
_EXISTS = regex(r'relation "(.+)" already exists')
_TRIGGER_ALL = regex(r"\b((?:disable|enable)\s+trigger)\s+all\b", re.IGNORECASE)
_EXTENSION = regex(r'create\s+extension\s+(?:if\s+not\s+exists\s+)?("[^"]+"|[\w-]+)', re.IGNORECASE)
_ENVIRONMENT = regex(
    r"\bICU\b|not supported by this build|extension .* is not available|could not open extension"
    r"|^(?:collation|language|tablespace|foreign-data wrapper|server) .*does not exist"
    r"|requires? superuser|must be (?:a )?superuser|shared_preload_libraries",
    re.IGNORECASE,
)
_OUR_FAULT = frozenset({"3D000", "42501", "53200", "53400", "54000", "57014", "58030", "58P01"})
"""No such database, privilege, resources, timeout, missing file: our server's, not the SQL's."""
_IN_SCHEMA = regex(r"\bschema\s+\"?([a-z_][a-z0-9_]*)\"?", re.IGNORECASE)
_DISK_FULL = "53100"
_PASSING = frozenset({"53", "57", "58"})
"""Classes of errors that another run may not meet: resources, timeouts, the system."""
_LOST = frozenset({"57P01", "57P02", "57P03", "08000", "08003", "08006"})


class _Replay:
    """The replay of one history; the state that its steps share."""

    def __init__(self, server: PrivateServer, database: str, history: History) -> None:
        self.server = server
        self.database = database
        self.history = history
        self.notes: list[str] = []
        self.created: dict[str, dict[str, Any]] = {}
        self.applied: list[str] = []
        self.left_out: set[tuple[str, int | None, int | None]] = set()
        self.skipped_names: list[str] = []
        self.newest_oid = 16_383  # below it lie the server's own objects
        self.roles: set[str] = set()
        self.at: Statement | None = None
        self.observer: Observer | None = None
        self.unobserved = ""
        self.passing = False

    def run(self, declared: Sequence[Statement]) -> dict[str, Any]:
        import psycopg

        failure = None
        try:
            with self.server.connect(self.database) as connection:
                connection.prepare_threshold = None
                connection.add_notice_handler(self._notice)
                try:
                    self._run_migrations(connection)
                except _Failed as failed:
                    failure = failed.record
            with self.server.connect(self.database) as reader:
                # Not as the superuser, and with no name of the history's in the way.
                reader.execute("SET search_path = pg_catalog")
                catalog = read_catalog(reader)
            self._settle(catalog)
            forms = self._deparse(declared)
        except psycopg.Error as error:
            raise _Lost(self._last_words(error)) from None
        return {
            "root": self.history.root,
            "tool": self.history.tool,
            "catalog": catalog,
            "failure": failure,
            "notes": self.notes,
            "applied": self.applied,
            "created": self.created,
            "declared": forms,
            "locks": self.observer.statements if self.observer else [],
            "unobserved": self._unobserved(),
            "passing": self.passing,
        }

    def _last_words(self, error: psycopg.Error) -> str:
        """Where the server was lost, and by what: its own log says it best."""
        where = f" at {self.at.place}" if self.at else ""
        said = (str(error).strip().splitlines() or ["no message"])[0]
        if error.sqlstate == _DISK_FULL:
            return f"the private server ran out of disk space{where}: {said}"
        panic = self.server.panic()
        return f"the private server was lost{where}: {said}{f' ({panic})' if panic else ''}"

    def _unobserved(self) -> str:
        """Why not all of what was to be observed was."""
        if self.observer is not None and self.observer.left:
            return f"{self.observer.left} more statements were not observed"
        return self.unobserved

    def _notice(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.sqlstate == "42P07":
            match = _EXISTS.match(diagnostic.message_primary or "")
            self.skipped_names.append(match[1] if match else "")

    # -- migrations ------------------------------------------------------------------------

    def _run_migrations(self, connection: Connection) -> None:
        connection.execute(f"SET statement_timeout = '{_STATEMENT_SECONDS}s'")
        tracking = _TRACKING.get(self.history.tool)
        if tracking is not None:
            # Runners serialise themselves with an advisory lock; histories may check for one.
            connection.execute("SELECT pg_catalog.pg_advisory_lock(0)")
            connection.execute(tracking[0])
        for migration in self.history.migrations:
            while not self._run(connection, migration, tracking[1] if tracking else ""):
                pass
            self.applied.append(migration.version)

    def _run(self, connection: Connection, migration: Migration, track: str) -> bool:
        """One migration; ``False``: something was put in order, run it again from its start."""
        import psycopg

        from pytest_reconaudit.probes.locks import Unobservable

        with connection.cursor() as cursor:
            observer = self._observer(connection, migration) if migration.observed else None
            if migration.transaction:
                cursor.execute("BEGIN")
            mark = observer.begin() if observer is not None else 0
            for statement in migration.statements:
                if _spot(statement) in self.left_out:
                    continue
                self.at = statement
                try:
                    self._observe(connection, cursor, statement, observer)
                except Unobservable as refused:
                    self.observer, self.unobserved = None, str(refused)
                    cursor.execute("ROLLBACK")
                    if migration.transaction:
                        self._forget(migration)
                        return False
                    observer = None
                    self._again(connection, cursor, statement)
                except psycopg.Error as error:
                    if connection.closed or error.sqlstate in _LOST:
                        raise
                    self.passing = self.passing or (error.sqlstate or "")[:2] in _PASSING
                    if error.sqlstate == _DISK_FULL:
                        raise
                    with suppress(psycopg.Error):
                        cursor.execute("ROLLBACK")
                    if observer is not None and migration.transaction:
                        observer.forget(mark)
                    if self._put_in_order(statement, error):
                        if migration.transaction:
                            self._forget(migration)
                            return False
                        if _spot(statement) not in self.left_out:
                            self._again(connection, cursor, statement)
                        continue
                    if migration.transaction:
                        self._forget(migration)
                    raise _Failed(statement, error, sure=not self.left_out) from None
            self._note_new_indexes(cursor, migration)
            if track:
                self._track(cursor, track, migration)
            if migration.transaction:
                try:
                    cursor.execute("COMMIT")
                except psycopg.Error as error:  # a deferred constraint
                    if connection.closed or not migration.statements:
                        raise
                    last = migration.statements[-1]
                    raise _Failed(last, error, sure=not self.left_out) from None
        return True

    def _observer(self, connection: Connection, migration: Migration) -> Observer | None:
        """Who notes what statements do: made for the first migration that is observed."""
        import psycopg

        from pytest_reconaudit.probes.locks import Observer

        if self.observer is None and not self.unobserved:
            try:
                self.observer = Observer(connection.cursor())
            except psycopg.Error as error:
                if connection.closed:
                    raise
                self.unobserved = str(error)
        if self.observer is not None:
            try:
                self.observer.enter(migration.path, migration.beside)
            except psycopg.Error as error:
                if connection.closed:
                    raise
                self.observer, self.unobserved = None, str(error)
        return self.observer

    def _observe(
        self,
        connection: Connection,
        cursor: psycopg.Cursor[Any],
        statement: Statement,
        observer: Observer | None,
    ) -> None:
        if observer is None:
            self._send(connection, cursor, statement)
            return
        observer.run(
            statement.text, statement.place, lambda: self._send(connection, cursor, statement)
        )

    def _forget(self, migration: Migration) -> None:
        """What a migration made before it was rolled back."""
        for statement in migration.statements:
            self.created.pop(statement.id, None)

    def _again(
        self, connection: Connection, cursor: psycopg.Cursor[Any], statement: Statement
    ) -> None:
        import psycopg

        try:
            self._send(connection, cursor, statement)
        except psycopg.Error as error:
            if connection.closed:
                raise
            raise _Failed(statement, error, sure=not self.left_out) from None

    def _track(self, cursor: psycopg.Cursor[Any], track: str, migration: Migration) -> None:
        import psycopg

        try:
            cursor.execute(track.encode(), {"version": migration.version, "name": migration.name})
        except psycopg.Error as error:
            if not migration.statements or cursor.connection.closed:
                raise
            # Its own runner may note it in another way, so this proves nothing.
            raise _Failed(migration.statements[-1], error, sure=False) from None

    def _send(
        self, connection: Connection, cursor: psycopg.Cursor[Any], statement: Statement
    ) -> None:
        self.skipped_names.clear()
        if statement.data is not None:
            with cursor.copy(statement.text.encode()) as copy:
                copy.write(statement.data)
            return
        text = statement.text
        if "trigger" in text or "TRIGGER" in text:
            # ALL includes the triggers of foreign keys, which only a superuser may switch.
            text = _TRIGGER_ALL.sub(r"\1 USER", text)
        cursor.execute(text.encode())
        if statement.index:
            if self.skipped_names:
                self._shadowed(connection, statement, self.skipped_names[0])
            else:
                self.created[statement.id] = {"status": "created"}

    def _put_in_order(self, statement: Statement, error: psycopg.Error) -> bool:
        """Make good what only our server lacks; ``True`` when it is worth another try."""
        message = error.diag.message_primary or ""
        if error.sqlstate == "42704" and (match := _ROLE.match(message)):
            if match[1] in self.roles:
                return False
            self.roles.add(match[1])
            self._as_admin(
                f"CREATE ROLE {_quoted(match[1])}", f"GRANT {_quoted(match[1])} TO runner"
            )
            self.notes.append(f"role {match[1]} was made for the replay")
            return True
        if error.sqlstate == "42710" and any(f'role "{role}"' in message for role in self.roles):
            self.left_out.add(_spot(statement))
            return True
        extension = _EXTENSION.match(statement.text)
        if extension:
            name = extension[1].strip('"').lower()
            if name in SAFE_EXTENSIONS and self._as_admin(_create_extension(name, statement.text)):
                self.left_out.add(_spot(statement))
                return True
        if not (extension or error.sqlstate in _OUR_FAULT or _ENVIRONMENT.search(message)):
            return False
        if len(self.left_out) >= _MAX_LEFT_OUT:
            return False
        self.left_out.add(_spot(statement))
        self.notes.append(f"left out {statement.place}: {' '.join(message.split())[:150]}")
        return True

    def _as_admin(self, *statements: str) -> bool:
        import psycopg

        try:
            with self.server.connect(self.database, "postgres") as admin:
                for text in statements:
                    admin.execute(text.encode())
        except psycopg.Error:
            return False
        return True

    # -- indexes ---------------------------------------------------------------------------

    def _note_new_indexes(self, cursor: psycopg.Cursor[Any], migration: Migration) -> None:
        """Which object ids the indexes got: they stay the same when something is renamed."""
        made = [s for s in migration.statements if s.index and s.id in self.created]
        if not made:
            return
        rows = cursor.execute(_INDEXES_SINCE, (self.newest_oid,)).fetchall()
        oids = {name: oid for oid, name, _ in rows}
        named = {statement.name for statement in made}
        unnamed = iter([oid for oid, name, plain in rows if plain and name not in named])
        for statement in made:
            record = self.created[statement.id]
            if record["status"] == "created":
                record["oid"] = oids.get(statement.name) if statement.name else next(unnamed, None)
        self.newest_oid = max([self.newest_oid, *(row[0] for row in rows)])

    def _shadowed(self, connection: Connection, statement: Statement, name: str) -> None:
        """``IF NOT EXISTS`` found the name taken: is it the same index that is there?"""
        record: dict[str, Any] = {"status": "skipped", "name": name}
        self.created[statement.id] = record
        with connection.cursor() as cursor:
            row = cursor.execute(
                "SELECT c.oid::pg_catalog.int8 FROM pg_catalog.pg_class c WHERE c.relname = %s"
                " AND c.relkind IN ('i', 'I') ORDER BY c.oid DESC LIMIT 1",
                (name,),
            ).fetchone()
        if row is None:
            return
        there = read_indexes(connection, row[0])[0]
        record["oid"] = row[0]
        built = _built(connection, statement)
        if isinstance(built, dict):
            record["form"] = built["form"]
            record["same"] = built["form"] == there["form"]
            record["definition"] = there["definition"]

    def _settle(self, catalog: dict[str, Any]) -> None:
        """What became of each CREATE INDEX of the history by its end."""
        final = {index["oid"]: index for index in catalog["indexes"]}
        forms = [index["form"] for index in catalog["indexes"] if index["valid"]]
        for record in self.created.values():
            index = final.get(record.get("oid"))
            if record["status"] == "created":
                record["status"] = "superseded" if index is None else "applied"
                if index is not None and not (index["valid"] or index["partitioned"]):
                    record["status"] = "invalid"
            elif record.get("same", True) or record.get("form") in forms:
                record["status"] = "applied"
            else:
                record["status"] = "superseded" if index is None else "shadowed"
            if index is not None:
                record["name"], record["definition"] = index["name"], index["definition"]

    def _deparse(self, declared: Sequence[Statement]) -> dict[str, Any]:
        forms: dict[str, Any] = {}
        if not declared:
            return forms
        with self.server.connect(self.database) as connection:
            connection.execute(f"SET statement_timeout = '{_DEPARSE_SECONDS}s'")
            for statement in declared:
                self.at = statement
                built = _built(connection, statement)
                if isinstance(built, dict):
                    forms[statement.id] = {"form": built["form"], "definition": built["definition"]}
                else:
                    forms[statement.id] = {"error": built[0], "sqlstate": built[1]}
        return forms


def _built(connection: Connection, statement: Statement) -> dict[str, Any] | tuple[str, str]:
    """The index as the server holds it once built, or the error. Nothing of it stays."""
    import psycopg

    try:
        with connection.transaction(force_rollback=True), connection.cursor() as cursor:
            cursor.execute(statement.index.encode())
            row = cursor.execute(NEWEST_INDEX).fetchone()
            return read_indexes(connection, row[0] if row else 0)[0]
    except psycopg.Error as error:
        if connection.closed:
            raise
        return (error.diag.message_primary or str(error))[:300], error.sqlstate or ""


def _create_extension(name: str, text: str) -> str:
    """CREATE EXTENSION in our own words: the history's are never sent as the superuser."""
    schema = _IN_SCHEMA.search(text)
    where = f" SCHEMA {_quoted(schema[1])}" if schema else " SCHEMA public"
    return f"CREATE EXTENSION IF NOT EXISTS {_quoted(name)}{where} CASCADE"


def _spot(statement: Statement) -> tuple[str, int | None, int | None]:
    return statement.place.path, statement.place.line, statement.place.column


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_INDEXES_SINCE = """
SELECT c.oid::pg_catalog.int8, c.relname::pg_catalog.text,
       NOT c.relispartition AND c.relname NOT LIKE 'pg\\_toast\\_%%'
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid)
FROM pg_catalog.pg_class c
WHERE c.relkind IN ('i', 'I') AND c.oid > %s::pg_catalog.int8::pg_catalog.oid ORDER BY c.oid
"""
_TRACKING: dict[str, tuple[str, str]] = {
    "diesel": (
        """CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
             version VARCHAR(50) PRIMARY KEY NOT NULL,
             run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)""",
        "INSERT INTO __diesel_schema_migrations (version) VALUES (%(version)s)",
    ),
    "sqlx": (
        """CREATE TABLE IF NOT EXISTS _sqlx_migrations (
             version BIGINT PRIMARY KEY, description TEXT NOT NULL,
             installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
             checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)""",
        r"""INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (%(version)s::pg_catalog.int8, %(name)s, TRUE, '\x', 0)""",
    ),
    "golang-migrate": (
        """CREATE TABLE IF NOT EXISTS schema_migrations (
             version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)""",
        """WITH gone AS (DELETE FROM schema_migrations) INSERT INTO schema_migrations
           SELECT %(version)s::pg_catalog.int8, FALSE ON CONFLICT (version) DO NOTHING""",
    ),
    "dbmate": (
        "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY)",
        "INSERT INTO schema_migrations VALUES (%(version)s) ON CONFLICT DO NOTHING",
    ),
    "flyway": (
        """CREATE TABLE IF NOT EXISTS flyway_schema_history (
             installed_rank INT NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY,
             version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL,
             script VARCHAR(1000) NOT NULL, checksum INTEGER, installed_by VARCHAR(100) NOT NULL,
             installed_on TIMESTAMP NOT NULL DEFAULT now(), execution_time INTEGER NOT NULL,
             success BOOLEAN NOT NULL)""",
        """INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
             installed_by, execution_time, success)
           SELECT coalesce(max(installed_rank), 0) + 1, pg_catalog.left(%(version)s, 50),
             pg_catalog.left(%(name)s, 200), 'SQL', %(name)s, current_user, 0, TRUE
           FROM flyway_schema_history""",
    ),
    "goose": (
        """CREATE TABLE IF NOT EXISTS goose_db_version (
             id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, version_id bigint NOT NULL,
             is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now())""",
        """INSERT INTO goose_db_version (version_id, is_applied)
           VALUES (%(version)s::pg_catalog.int8, TRUE)""",
    ),
    "prisma": (
        """CREATE TABLE IF NOT EXISTS _prisma_migrations (
             id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
             finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,
             rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
             applied_steps_count INTEGER NOT NULL DEFAULT 0)""",
        """INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name)
           VALUES (pg_catalog.left(%(name)s, 36), '', now(), %(name)s) ON CONFLICT DO NOTHING""",
    ),
    "refinery": (
        """CREATE TABLE IF NOT EXISTS refinery_schema_history (
             version INT8 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255),
             checksum VARCHAR(255))""",
        """INSERT INTO refinery_schema_history (version, name)
           VALUES (%(version)s::pg_catalog.int8, %(name)s) ON CONFLICT DO NOTHING""",
    ),
    "sql-migrate": (
        "CREATE TABLE IF NOT EXISTS gorp_migrations (id text PRIMARY KEY, applied_at timestamptz)",
        "INSERT INTO gorp_migrations VALUES (%(version)s, now()) ON CONFLICT DO NOTHING",
    ),
}
"""Tool → its tracking table, and how it notes a migration."""
