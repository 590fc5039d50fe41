"""A live database, read and never written: its catalog, or in plain words why not.

Read-only by construction: every transaction of the session is read-only, statements and locks
time out on the server, and a clock of our own cuts the connection when nothing comes back.
The connection string's password appears in no message.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.probes.catalog import read_catalog

if TYPE_CHECKING:
    import psycopg

__all__ = ["read_live", "read_settings"]

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 15
TOTAL_SECONDS = 40.0
_OPTIONS = (
    "-c default_transaction_read_only=on"
    f" -c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=60s"
)


def read_live(dsn: str, total: float = TOTAL_SECONDS) -> dict[str, Any]:
    """``{"catalog": …, "server": …}`` of a database, or ``{"unreachable": reason}``. Never raises
    because of what the other side does.
    """
    return _connected(dsn, total, _read)


def read_settings(dsn: str, total: float = TOTAL_SECONDS) -> dict[str, Any]:
    """``{"settings": {name: value as SHOW gives it}}`` or ``{"unreachable": reason}``.

    What the role may not see (``config_file``, for most) is not among them.
    """
    return _connected(dsn, total, _read_settings)


def _connected(
    dsn: str,
    total: float,
    read: Callable[[psycopg.Connection[tuple[Any, ...]]], dict[str, Any]],
) -> dict[str, Any]:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = conninfo_to_dict(dsn)
    except psycopg.Error:
        # The library's message quotes parts of the string, which may hold the password.
        return {
            "unreachable": "--recon-dsn is no PostgreSQL connection string; write"
            " postgresql://USER@HOST:PORT/DATABASE or 'host=… dbname=…'"
        }
    secrets = [str(given[key]) for key in ("password", "sslpassword") if given.get(key)]
    options = f"{given.get('options') or ''} {_OPTIONS}".strip()
    settings: dict[str, Any] = {
        **given,
        "options": options,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "pytest-reconaudit",
        "tcp_user_timeout": STATEMENT_SECONDS * 1000,
    }
    try:
        with (
            psycopg.connect(make_conninfo("", **settings), autocommit=True) as connection,
            _cut_off(connection, total) as late,
        ):
            try:
                return read(connection)
            except psycopg.Error as error:
                if late.is_set():
                    return {"unreachable": f"the database gave no answer within {total:g} s"}
                return {"unreachable": f"reading the catalog failed: {_clean(error, secrets, dsn)}"}
    except psycopg.OperationalError as error:
        return {"unreachable": f"cannot connect: {_clean(error, secrets, dsn)}"}
    except psycopg.Error as error:
        return {"unreachable": f"cannot use the connection string: {_clean(error, secrets, dsn)}"}


def _read(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, Any]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        catalog = read_catalog(connection)
    return {"catalog": catalog, "server": catalog["version"]}


def _read_settings(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, Any]:
    """``pg_settings`` hides a row from a role that may not see it; SHOW would raise."""
    query = "SELECT name, current_setting(name, true) FROM pg_settings"
    rows = connection.execute(query).fetchall()
    return {"settings": {str(name): str(value) for name, value in rows if value is not None}}


@contextmanager
def _cut_off(
    connection: psycopg.Connection[tuple[Any, ...]], seconds: float
) -> Iterator[threading.Event]:
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
