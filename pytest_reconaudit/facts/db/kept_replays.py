"""Results of replays, kept between runs in the user's cache.

A replay is the same each time when its statements, the servers at hand and our own sources are.
A file holds a digest of what follows it: what is damaged is as if it were not there.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from pytest_reconaudit import store

__all__ = ["load", "save"]

_KIND = "replays"
_MOST = 16
"""Results that are kept; what was not used for longest goes."""
_LARGEST = 48 * 1024 * 1024
"""Bytes of one result."""
_ALL = 256 * 1024 * 1024
"""Bytes of all."""
_DIGEST = 20


def load(key: str, outside: Path) -> dict[str, Any] | None:
    """The result kept under a key; nothing is read out of ``outside`` (the target)."""
    data = store.load(_KIND, key, outside, _LARGEST + _DIGEST)
    if data is None or _digest(data[_DIGEST:]) != data[:_DIGEST]:
        return None
    try:
        result = msgspec.msgpack.decode(data[_DIGEST:], type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError):
        return None
    store.touch(_KIND, key)
    return result


def save(key: str, result: dict[str, Any], outside: Path) -> None:
    """Keep a result. What cannot be written is not kept."""
    data = msgspec.msgpack.encode(result)
    store.save(
        _KIND,
        key,
        _digest(data) + data,
        outside,
        largest=_LARGEST + _DIGEST,
        most=_MOST,
        total=_ALL,
    )


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
