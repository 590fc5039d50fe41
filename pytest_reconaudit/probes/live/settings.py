"""The server's settings, as the role may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

__all__ = ["read"]


def read(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, Any]:
    """``{"settings": {name: value as SHOW gives it}}``.

    ``pg_settings`` hides a row from a role that may not see it (``config_file``, for most); SHOW
    would raise.
    """
    query = "SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.pg_settings"
    rows = connection.execute(query).fetchall()
    return {"settings": {str(name): str(value) for name, value in rows if value is not None}}
