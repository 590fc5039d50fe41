"""Mounted configuration compared with what the live server says it was started with.

The running server decides: a file that it names as its own is loaded whatever the command looks
like, and one whose values it does not have is not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.compose.live_servers import live_redis, live_settings
from pytest_reconaudit.facts.compose.server_configs import MountedConfig, mounted_configs
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["LiveVerdict", "live_verdicts"]

_POSTGRES_LINE = regex(
    r"^[ \t]*(?P<name>[a-z_]{3,63})[ \t]*(?:=[ \t]*|[ \t]+)(?P<value>'[^'\n]*'|[^\s#']+)",
    re.MULTILINE,
)
_REDIS_LINE = regex(r"^[ \t]*(?P<name>[a-z-]{3,60})[ \t]+(?P<value>\S+)[ \t]*$", re.MULTILINE)
_SIZE = regex(r"(\d{1,15})[ ]?(B|kB|MB|GB|TB|k|m|g|kb|mb|gb|ms|s|min|h|d)?", re.IGNORECASE)
_BYTES = {"": 1, "b": 1, "k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3,
          "gb": 1024**3, "tb": 1024**4}  # fmt: skip
_COMPARED = (
    "shared_buffers", "effective_cache_size", "work_mem", "maintenance_work_mem",
    "max_connections", "wal_buffers", "max_wal_size", "random_page_cost",
    "effective_io_concurrency", "default_statistics_target", "checkpoint_completion_target",
)  # fmt: skip


class LiveVerdict(Struct, frozen=True):
    """What the live server says of one mounted file."""

    loaded: bool
    actual: str
    """The configuration file that it was started with; empty for none or untold."""
    differing: tuple[tuple[str, str, str], ...] = ()
    """(setting, value in the file, live value)."""


@once
def live_verdicts(target: Target) -> Mapping[MountedConfig, LiveVerdict]:
    """Mounted file → verdict; files of servers that are not live, or tell nothing, are absent."""
    found = {}
    for config in mounted_configs(target):
        if config.server == "postgres":
            verdict = _postgres(target, config)
        elif config.server == "redis":
            verdict = _redis(target, config)
        else:
            continue
        if verdict is not None:
            found[config] = verdict
    return found


def _postgres(target: Target, config: MountedConfig) -> LiveVerdict | None:
    live = live_settings(target)
    if not live:
        return None
    actual = live.get("config_file", "")
    if actual and posixpath.normpath(actual) == config.path:
        return LiveVerdict(True, actual)
    written = dict(_lines(_POSTGRES_LINE, target, config))
    pairs = [
        (name, written[name], live[name]) for name in _COMPARED if name in written and name in live
    ]
    differing = tuple(pair for pair in pairs if not _same(pair[1], pair[2]))
    if differing:
        return LiveVerdict(False, actual, differing)
    # Included by the main file, or the same values from elsewhere: either way they are in force.
    return LiveVerdict(True, actual) if pairs else None


def _redis(target: Target, config: MountedConfig) -> LiveVerdict | None:
    live = live_redis(target)
    if live is None or live.config_file is None:
        return None
    actual = live.config_file
    if actual and posixpath.normpath(actual) == config.path:
        return LiveVerdict(True, actual)
    written = dict(_lines(_REDIS_LINE, target, config))
    settings = live.settings or {}
    pairs = [
        (name, written[name], settings[name])
        for name in ("maxmemory", "maxmemory-policy")
        if name in written and name in settings
    ]
    differing = tuple(pair for pair in pairs if not _same(pair[1], pair[2]))
    if differing or not actual:
        return LiveVerdict(False, actual, differing)
    return None


def _lines(
    pattern: re.Pattern[str], target: Target, config: MountedConfig
) -> Iterator[tuple[str, str]]:
    if config.source is not None:
        for match in pattern.finditer(target.text(config.source)):
            yield match["name"], match["value"].strip("'\"")


def _same(written: str, live: str) -> bool:
    """Whether two values are one amount: ``256MB`` is ``262144kB``."""
    return written.lower() == live.lower() or _amount(written) == _amount(live)


def _amount(text: str) -> float | str:
    match = _SIZE.fullmatch(text)
    if match is not None and (match[2] or "").lower() in _BYTES:
        return float(int(match[1]) * _BYTES[(match[2] or "").lower()])
    try:
        return float(text)
    except ValueError:
        return text.lower()
