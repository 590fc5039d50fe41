"""Results of replays, kept between runs in the user's cache.

A replay is the same each time when its statements, the servers at hand and our own sources are.
A file holds a digest of what follows it: what is damaged is as if it were not there.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from pytest_reconaudit.patterns import cache_folder

__all__ = ["load", "save"]

_MOST = 16
"""Results that are kept; what was not used for longest goes."""
_LARGEST = 48 * 1024 * 1024
"""Bytes of one result."""
_ALL = 256 * 1024 * 1024
"""Bytes of all."""
_DIGEST = 20
_LEFT_OVER = 3_600
"""Seconds after which nobody writes a part of a file any more."""


def load(key: str, outside: Path) -> dict[str, Any] | None:
    """The result kept under a key; nothing is read out of ``outside`` (the target)."""
    folder = _folder(outside)
    if folder is None:
        return None
    path = folder / f"{key}.bin"
    try:
        if path.stat().st_size > _LARGEST:
            return None
        data = path.read_bytes()
        if _digest(data[_DIGEST:]) != data[:_DIGEST]:
            return None
        result = msgspec.msgpack.decode(data[_DIGEST:], type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    with suppress(OSError):
        os.utime(path)
    return result


def save(key: str, result: dict[str, Any], outside: Path) -> None:
    """Keep a result. What cannot be written is not kept."""
    folder = _folder(outside)
    if folder is None:
        return
    data = msgspec.msgpack.encode(result)
    if len(data) > _LARGEST:
        return
    part = folder / f"{key}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # no link is followed
        with open(os.open(part, flags, 0o600), "wb") as handle:
            handle.write(_digest(data))
            handle.write(data)
        part.replace(folder / f"{key}.bin")
        _tidy(folder)
    except OSError:
        with suppress(OSError):
            part.unlink()


def _tidy(folder: Path) -> None:
    late = time.time() - _LEFT_OVER
    for part in folder.glob("*.part"):
        if part.stat().st_mtime < late:
            part.unlink()
    kept = sorted(
        ((path.stat().st_mtime_ns, path.stat().st_size, path) for path in folder.glob("*.bin")),
        reverse=True,
    )
    size = 0
    for number, (_, bytes_, path) in enumerate(kept):
        size += bytes_
        if number >= _MOST or size > _ALL:
            path.unlink()


def _folder(outside: Path) -> Path | None:
    """Where results lie: never inside the target, where others write."""
    folder = cache_folder() / "replays"
    try:
        usable = folder.is_absolute() and not folder.resolve().is_relative_to(outside.resolve())
    except (OSError, RuntimeError):
        return None
    return folder if usable else None


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
