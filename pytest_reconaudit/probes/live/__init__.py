"""A live database, read and never written: its catalog and its state, or in plain words why not.

Read-only by construction: one connection, whose every transaction is read-only; statements and
locks time out on the server, and a clock of our own cuts the connection when nothing comes back.
The connection string's password appears in no message.

What is read besides the catalog comes in *parts*, one module each. A part that the role may not
read, or that the server does not have, costs that part alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.probes.catalog import read_catalog
from pytest_reconaudit.probes.conninfo import connection_settings

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]
    Part = Callable[[Connection], dict[str, Any]]

__all__ = ["SAMPLES", "ask_live", "read_live"]

SAMPLES = 5
"""How often the sessions are looked at within the window."""

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
TOTAL_SECONDS = 90.0
LOCK_SECONDS = 2
_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",
    "search_path": "pg_catalog",
}
"""The search path: no name and no operator is looked up where a user may have put one."""
_BEGIN = "SET TRANSACTION ISOLATION LEVEL {}, READ ONLY; " + "; ".join(
    f"SET LOCAL {name} = '{value}'" for name, value in _SETTINGS.items()
)
"""Said in every transaction too: a pooler may give each another connection."""
_SUPPORT = "unsupported startup parameter"
"""What poolers say that pass no options on."""
_FIRST_WORD = regex(r"\A[\s(]*\w+")
_LOST = "the connection was lost"
_LOCKED = """
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), l.pid
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                    WHERE d.datname = pg_catalog.current_database())
  AND c.relkind IN ('r', 'p', 'm', 'i', 'I')
ORDER BY c.relkind <> 'r', 1 LIMIT 1
"""


def read_live(
    dsn: str,
    total: float = TOTAL_SECONDS,
    *,
    window: float = 0.0,
    wanted: Callable[[], bool] | None = None,
    first: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """What a database holds and does, or ``{"unreachable": reason}``. Never raises because of what
    the other side does.

    :param total: seconds for everything but the window.
    :param window: seconds over which sessions are sampled and statements counted; 0: not at all.
    :param wanted: asked now and then while the window lasts: whether anybody still wants to know.
    :param first: is told the answer without its sampled parts as soon as it is known.

    ``{"catalog", "server", "parts"}``: the parts by name, each what its module returns, or
    ``{"denied": reason}``. Sampled parts are ``{"seconds": …, "samples": […]}``.
    """

    def read(connection: Connection) -> dict[str, Any]:
        answer = _read(connection)
        if first is not None:
            first(answer)
        if window > 0:
            sampled = _sampled(connection, window, wanted or (lambda: True))
            answer = {**answer, "parts": {**answer["parts"], **sampled}}
        return answer

    return _connected(dsn, total + window, read)


def ask_live(dsn: str, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the planner says to questions of :mod:`.plans`, ``{"denied": reason}`` or
    ``{"unreachable": reason}``. A connection of its own: what to ask is known late."""
    from pytest_reconaudit.probes.live import plans

    def read(connection: Connection) -> dict[str, Any]:
        part = _part(connection, lambda connection: plans.read(connection, questions))
        return {"parts": {"plans": part}}

    answer = _connected(dsn, TOTAL_SECONDS, read)
    part: dict[str, Any] = answer["parts"]["plans"] if "parts" in answer else answer
    return part


def _connected(
    dsn: str,
    total: float,
    read: Part,
) -> dict[str, Any]:
    import psycopg

    given = connection_settings(dsn)
    if isinstance(given, str):
        return {"unreachable": f"cannot use the connection string: {given}"}
    secrets = [str(given[key]) for key in ("password", "sslpassword") if given.get(key)]
    asked = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    settings: dict[str, Any] = {
        **given,
        "options": f"{given.get('options') or ''} {asked}".strip(),
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "pytest-reconaudit",
        "tcp_user_timeout": STATEMENT_SECONDS * 1000,
        "client_encoding": "utf8",
    }
    try:
        with (
            _connection(settings) as connection,
            _cut_off(connection, total) as late,
        ):
            try:
                answer = read(connection)
                if late.is_set():
                    for part in answer["parts"].values():
                        if part.get("denied") == _LOST:
                            part["denied"] = f"the database gave no answer within {total:g} s"
                return answer
            except psycopg.Error as error:
                if late.is_set():
                    return {"unreachable": f"the database gave no answer within {total:g} s"}
                why = _lock(connection, error) or _clean(error, secrets, dsn)
                return {"unreachable": f"reading the catalog failed: {why}"}
    except psycopg.OperationalError as error:
        return {"unreachable": f"cannot connect: {_clean(error, secrets, dsn)}"}
    except psycopg.Error as error:
        return {"unreachable": f"cannot use the connection string: {_clean(error, secrets, dsn)}"}


def _connection(settings: dict[str, Any]) -> Connection:
    """Connected; raises ``psycopg.Error``. A pooler that passes no options on gets none."""
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import make_conninfo

    from pytest_reconaudit.probes.live.statements import OURS

    mark = r"\g<0> " + OURS

    class Marked(psycopg.Cursor[tuple[Any, ...]]):
        """Says of each statement whose it is: the server counts them beside those of others."""

        def execute(self, query: Any, *args: Any, **options: Any) -> Any:
            if isinstance(query, bytes):
                query = query.decode()
            elif isinstance(query, sql.Composable):
                query = query.as_string(self)
            # Before the first word, newer servers leave a comment out of what they keep.
            return super().execute(_FIRST_WORD.sub(mark, query), *args, **options)

    def connect(given: dict[str, Any]) -> Connection:
        # Nothing is prepared: behind a pooler the next statement may meet another server process.
        return psycopg.connect(
            make_conninfo("", **given),
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=Marked,
        )

    try:
        return connect(settings)
    except psycopg.OperationalError as error:
        if _SUPPORT not in str(error):
            raise
        return connect({name: value for name, value in settings.items() if name != "options"})


def _lock(connection: Connection, error: psycopg.Error) -> str:
    """Which table was waited for in vain; empty when the error is another one."""
    import psycopg

    if not isinstance(error, psycopg.errors.LockNotAvailable):
        return ""
    with contextlib.suppress(psycopg.Error):
        for table, process in connection.execute(_LOCKED).fetchall():
            return (
                f"process {process} of the server holds an exclusive lock on {table}, and"
                f" {LOCK_SECONDS} s were waited"
            )
    return ""


def _once_parts() -> tuple[tuple[str, Part], ...]:
    """Parts that are read once, in this order."""
    from pytest_reconaudit.probes.live import builds, server, settings, statistics, tracking

    return (
        ("server", server.read),
        ("settings", settings.read),
        ("tracking", tracking.read),
        ("builds", builds.read),
        ("statistics", statistics.read),
    )


def _sampled_parts() -> tuple[tuple[str, Part, int], ...]:
    """Parts that are read several times within the window; 2 is: at its ends."""
    from pytest_reconaudit.probes.live import sessions, statements

    return (
        ("sessions", sessions.read, SAMPLES),
        ("statements", statements.read, 2),
    )


def _read(connection: Connection) -> dict[str, Any]:
    with connection.transaction():
        connection.execute(_BEGIN.format("REPEATABLE READ"))
        catalog = read_catalog(connection)
    parts = {name: _part(connection, read) for name, read in _once_parts()}
    return {"catalog": catalog, "server": catalog["version"], "parts": parts}


def _part(connection: Connection, read: Part) -> dict[str, Any]:
    """One part in a transaction of its own; what goes wrong costs this part alone."""
    import psycopg

    if connection.closed:
        return {"denied": _LOST}
    try:
        with connection.transaction():
            connection.execute(_BEGIN.format("READ COMMITTED"))
            return read(connection)
    except psycopg.Error as error:
        if connection.closed:
            return {"denied": _LOST}
        if why := _lock(connection, error):
            return {"denied": why}
        return {"denied": " ".join((error.diag.message_primary or str(error)).split())[:200]}


def _sampled(
    connection: Connection, window: float, wanted: Callable[[], bool]
) -> dict[str, dict[str, Any]]:
    """The sampled parts: looks at even distances, the first now, the last when the window ends."""
    parts = _sampled_parts()
    found: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in parts}
    begun = time.monotonic()
    for look in range(SAMPLES if parts else 0):
        while (left := begun + window * look / (SAMPLES - 1) - time.monotonic()) > 0 and wanted():
            time.sleep(min(left, 0.25))
        for name, read, count in parts:
            if count > 2 or look in (0, SAMPLES - 1):
                found[name].append(_part(connection, read))
    seconds = time.monotonic() - begun
    return {
        name: next(
            (sample for sample in samples if "denied" in sample),
            {"seconds": seconds, "samples": samples},
        )
        for name, samples in found.items()
    }


@contextmanager
def _cut_off(connection: Connection, seconds: float) -> Iterator[threading.Event]:
    """Shut the socket down when time is up: whatever waits for it then fails at once."""
    late = threading.Event()
    handle = os.dup(connection.fileno())

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(handle)) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        os.close(handle)


def _clean(error: Exception, secrets: list[str], dsn: str) -> str:
    """The first lines of a message, in one, with nothing secret in it."""
    text = " ".join(str(error).split()) or type(error).__name__
    text = text.replace(dsn, "(the connection string)")
    for secret in secrets:
        text = text.replace(secret, "***")
    text = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text)
    return text[:300]
