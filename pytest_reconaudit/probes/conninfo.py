"""Connection strings as people have them at hand: libpq's, and those of the tools that they run.

``DATABASE_URL`` of a Prisma, SQLAlchemy or Java application names a driver in its scheme or carries
parameters that only that tool knows; libpq refuses both.
"""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["FORM", "connection_settings"]

FORM = "write postgresql://USER@HOST:PORT/DATABASE or 'host=… dbname=…'"
_URI = regex(r"\s*(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?://")
_PAIRS = regex(r"\s*\w+\s*=")
_PORT = regex(r"(?:\[[^\]]*\]|[^\[:]*)(?::[0-9]*)?")
"""A host and its port."""
_UNESCAPED = (
    "the password holds a character that a URL does not: write / as %2F, ? as %3F, @ as %40"
)
_SECRET = frozenset({"password", "sslpassword"})
_OF_OTHER_TOOLS = frozenset(
    (
        # Prisma
        "schema", "connection_limit", "pool_timeout", "pgbouncer", "socket_timeout", "sslaccept",
        "sslidentity", "statement_cache_size",
        # pgx, SQLAlchemy, node-postgres, JDBC
        "pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time",
        "default_query_exec_mode", "prepared_statement_cache_size", "uselibpqcompat",
        "currentSchema", "ApplicationName", "prepareThreshold", "stringtype",
        "reWriteBatchedInserts",
    )
)  # fmt: skip
"""What says nothing of how a server is reached."""


def connection_settings(dsn: str) -> dict[str, str] | str:
    """libpq's settings (``host``, ``dbname``, ...), or in words why the string gives none.

    The words quote nothing but names of parameters: the string may hold a password.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    uri = _URI.match(dsn)
    if uri is None and not _PAIRS.match(dsn):
        return f"no PostgreSQL connection string; {FORM}"
    if uri is not None:
        rest, mark, query = dsn[uri.end() :].strip().partition("?")
        authority, _, path = rest.partition("/")
        if authority.count("@") > 1 or ("@" in path and "@" not in authority):
            return _UNESCAPED
        if any(not _PORT.fullmatch(one) for one in authority.rpartition("@")[2].split(",")):
            # libpq would quote it, and it may be half a password
            return f"no PostgreSQL connection string: a port is no number; {FORM}"
        given = [pair for pair in query.split("&") if pair]
        own = [pair for pair in given if pair.partition("=")[0] not in _OF_OTHER_TOOLS]
        dsn = f"postgresql://{rest}{mark and '?'}{'&'.join(own)}"
        names = [pair.partition("=")[0] for pair in own]
        unknown = [name for name in names if not _known(name)]
        if unknown and "@" in query:
            return _UNESCAPED
        if unknown and (_SECRET.intersection(names) or not all("=" in pair for pair in own)):
            return "libpq does not know every parameter"  # one may be half a password
        if unknown:
            return f"libpq knows no parameter {', '.join(map(repr, unknown))}"
    try:
        settings = conninfo_to_dict(dsn)
    except (ProgrammingError, UnicodeError):
        return f"no PostgreSQL connection string; {FORM}"
    return {name: str(value) for name, value in settings.items() if value is not None}


def _known(name: str) -> bool:
    from psycopg.pq import Conninfo

    names = {option.keyword.decode() for option in Conninfo.get_defaults()}
    return name in names or name == "ssl"  # which libpq takes from JDBC's URLs
