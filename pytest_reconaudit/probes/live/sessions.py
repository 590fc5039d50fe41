"""Who is connected and what each session does at this moment; sampled over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_reconaudit.readers.sql_text import masked_statement

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["MOST", "SESSION", "read"]

MOST = 5_000
"""Sessions, those in a transaction first."""
SESSION = (
    "pid", "user", "database", "application", "state", "transaction_age", "state_age", "wait",
    "started", "query",
)  # fmt: skip
"""What stands where in the rows of ``sessions``."""
_SESSIONS = """
SELECT a.pid, a.usename::pg_catalog.text, a.datname::pg_catalog.text,
       COALESCE(a.application_name, ''), a.state,
       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::pg_catalog.float8,
       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.state_change)::pg_catalog.float8,
       COALESCE(a.wait_event_type, ''),
       EXTRACT(epoch FROM a.xact_start)::pg_catalog.float8,
       CASE WHEN a.xact_start IS NULL THEN '' ELSE pg_catalog.left(a.query, 4096) END
FROM pg_catalog.pg_stat_activity a
WHERE (a.backend_type = 'client backend' OR a.backend_type IS NULL AND a.usename IS NOT NULL)
  AND a.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start NULLS LAST, a.pid LIMIT {most}
"""
# What other databases' sessions do is not this audit's matter; that they are there is.
_LIMITS = """
SELECT pg_catalog.current_database()::pg_catalog.text,
       pg_catalog.current_setting('max_connections')::pg_catalog.int4,
       pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4
       + COALESCE(pg_catalog.current_setting('reserved_connections', true), '0')::pg_catalog.int4,
       (SELECT d.datconnlimit FROM pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database())
"""
_ROLES = """
SELECT r.rolname::pg_catalog.text, r.rolconnlimit
FROM pg_catalog.pg_roles r WHERE r.rolconnlimit >= 0 ORDER BY 1 LIMIT 1000
"""


def read(connection: Connection) -> dict[str, Any]:
    """``{"columns", "sessions", "database", "max_connections", "reserved", "database_limit",
    "role_limits"}``.

    Ages in seconds, ``None`` outside of a transaction and for what the role may not see: then
    ``state`` is ``None`` too. ``started`` tells one transaction of a session from the next.
    ``query``: of those in a transaction, without its values. ``role_limits``: by role, where one is
    set; ``database_limit`` -1: none.
    """
    rows = connection.execute(_SESSIONS.replace("{most}", str(MOST))).fetchall()
    ((database, most, reserved, limit),) = connection.execute(_LIMITS).fetchall()
    roles: dict[str, int] = dict(connection.execute(_ROLES).fetchall())
    return {
        "columns": list(SESSION),
        "sessions": [[*row[:-1], masked_statement(row[-1] or "")] for row in rows],
        "database": database,
        "max_connections": most,
        "reserved": reserved,
        "database_limit": limit,
        "role_limits": roles,
    }
