"""What the live servers that the user points at say of themselves, each asked at most once.

``--recon-dsn`` names a PostgreSQL, ``--recon-redis`` a Redis. The probes are imported only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.target import Target, once

__all__ = ["LiveRedis", "configure_redis", "live_redis", "live_settings"]

_redis_urls: WeakKeyDictionary[Target, str] = WeakKeyDictionary()


class LiveRedis(Struct, frozen=True):
    """A live Redis; what it does not tell is ``None``."""

    unreachable: str = ""
    """Why nothing is known; the other fields then say nothing."""
    open: bool = False
    """It answers without credentials."""
    local: bool = False
    """It was reached over loopback or a socket: that others reach it too is not known."""
    version: str | None = None
    config_file: str | None = None
    """Empty when it was started without one."""
    settings: Mapping[str, str] | None = None
    """``maxmemory``, ``maxmemory-policy``, ``appendonly``, ``protected-mode``."""
    endless_share: int | None = None
    """Per cent of its keys without a time to live; ``None`` when it holds none."""


def configure_redis(target: Target, url: str) -> None:
    """Set which Redis is live; before the first :func:`live_redis`."""
    _redis_urls[target] = url


@once
def live_redis(target: Target) -> LiveRedis | None:
    """The Redis that the user named; ``None`` when there is none."""
    url = _redis_urls.get(target)
    if url is None:
        return None
    from pytest_reconaudit.probes.redis import is_local, read_redis

    found: dict[str, Any] = read_redis(url)
    if "unreachable" in found:
        return LiveRedis(unreachable=str(found["unreachable"]))
    return LiveRedis(
        open=bool(found["open"]),
        local=is_local(url),
        version=found["version"],
        config_file=found["config_file"],
        settings=found["settings"],
        endless_share=found.get("endless_share"),
    )


@once
def live_settings(target: Target) -> Mapping[str, str]:
    """The settings of the live PostgreSQL, as SHOW gives them; empty when none is named or it
    cannot be reached, which the checks of the database report.
    """
    part = live_part(target, "settings")
    if isinstance(part, str):
        return {}
    settings: Mapping[str, str] = part["settings"]
    return settings
