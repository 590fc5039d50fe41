"""Which server it is, since when it counts, and whether others answer beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

__all__ = ["read"]

_SERVER = """
SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.pg_postmaster_start_time(),
       pg_catalog.now(),
       pg_catalog.current_database()::pg_catalog.text,
       CURRENT_USER::pg_catalog.text,
       COALESCE((SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER),
                false),
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
       (SELECT s.stats_reset FROM pg_catalog.pg_stat_database s
        WHERE s.datname = pg_catalog.current_database())
"""
# Walsenders of logical subscribers and of base backups are no replicas that answer queries.
_REPLICAS = """
SELECT pg_catalog.count(*)::pg_catalog.int4,
       pg_catalog.count(*) FILTER (
           WHERE r.state IS DISTINCT FROM 'backup'
             AND r.pid NOT IN (SELECT s.active_pid FROM pg_catalog.pg_replication_slots s
                               WHERE s.slot_type = 'logical' AND s.active_pid IS NOT NULL)
       )::pg_catalog.int4
FROM pg_catalog.pg_stat_replication r
"""


def read(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, Any]:
    """``{"version_num", "in_recovery", "replicas", "started", "stats_reset", "now", "database",
    "user", "superuser", "monitor"}``.

    Times are in ISO format; ``stats_reset`` is ``None`` when the counters were never reset.
    ``monitor``: the role sees other roles' statistics. ``replicas`` are the servers that stream
    from this one; ``None`` when there are some that the role may not look at.
    """
    rows = connection.execute(_SERVER).fetchall()
    (version, recovery, started, now, database, user, superuser, monitor, reset) = rows[0]
    ((senders, replicas),) = connection.execute(_REPLICAS).fetchall()
    sees = superuser or monitor or not senders
    return {
        "version_num": version,
        "in_recovery": recovery,
        "replicas": replicas if sees else None,
        "started": started.isoformat(),
        "stats_reset": reset.isoformat() if reset is not None else None,
        "now": now.isoformat(),
        "database": database,
        "user": user,
        "superuser": superuser,
        "monitor": bool(superuser or monitor),
    }
