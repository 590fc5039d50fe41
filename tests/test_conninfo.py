"""Connection strings as tools write them, turned into what libpq takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.probes.conninfo import connection_settings

SHOP = {"user": "me", "password": "x", "host": "db.example", "port": "5433", "dbname": "shop"}


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://me:x@db.example:5433/shop",
        "postgres://me:x@db.example:5433/shop",
        " postgresql://me:x@db.example:5433/shop\n",
        "postgresql+psycopg2://me:x@db.example:5433/shop",
        "postgresql+asyncpg://me:x@db.example:5433/shop",
        "jdbc:postgresql://db.example:5433/shop?user=me&password=x&currentSchema=sales",
        "postgresql://me:x@db.example:5433/shop?schema=public&connection_limit=5&pgbouncer=true",
        "postgresql://me:x@db.example:5433/shop?pool_max_conns=10",
        "host=db.example port=5433 dbname=shop user=me password=x",
    ],
)
def test_the_strings_of_many_tools_mean_the_same(dsn: str) -> None:
    assert connection_settings(dsn) == SHOP


def test_what_libpq_knows_stays() -> None:
    given = connection_settings("postgres://me@h/shop?sslmode=verify-full&schema=a&sslrootcert=/c")
    assert given == {
        "user": "me", "host": "h", "dbname": "shop", "sslmode": "verify-full",
        "sslrootcert": "/c",
    }  # fmt: skip
    assert connection_settings("postgresql:///shop?host=/run/pg") == {
        "dbname": "shop",
        "host": "/run/pg",
    }
    assert connection_settings("postgres://h/shop?ssl=true") == {
        "host": "h",
        "dbname": "shop",
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    ("dsn", "why"),
    [
        ("shop", "no PostgreSQL connection string"),
        ("mysql://me:hush@h/shop", "no PostgreSQL connection string"),
        ("postgresql://me:hush@[broken", "no PostgreSQL connection string"),
        ("host=h hush", "no PostgreSQL connection string"),
        ("postgresql://me:hush@h/shop?sslmod=require", "libpq knows no parameter 'sslmod'"),
        ("postgresql://me:hu@sh@h/shop", "write / as %2F, ? as %3F, @ as %40"),
        ("postgresql://me:hu/sh@h/shop", "write / as %2F, ? as %3F, @ as %40"),
        ("postgresql://me:12?sh&ush=1@h/shop", "write / as %2F, ? as %3F"),
        ("postgresql://me:hu?sh&ush=1@h/shop", "a port is no number"),
        ("postgresql://me:hush/shop", "a port is no number"),
        ("postgresql://h/shop?user=me&password=12&hush", "libpq does not know every parameter"),
        ("postgresql://me:\udc68u@h/shop", "no PostgreSQL connection string"),
    ],
)
def test_what_is_none_is_said_without_the_password(dsn: str, why: str) -> None:
    said = connection_settings(dsn)
    assert isinstance(said, str)
    assert why in said
    assert "hu" not in said


@given(st.text(max_size=60).map(lambda text: f"postgresql://{text}") | st.text(max_size=60))
def test_never_raises(dsn: str) -> None:
    assert isinstance(connection_settings(dsn), (dict, str))
