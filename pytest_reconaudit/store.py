"""Files that are kept in the user's cache between runs, by kind and key.

Never inside the target, where others write; readable by the user alone; bounded in number and
size. What cannot be read is as if it were not there, what cannot be written is not kept.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from pytest_reconaudit import patterns

__all__ = ["folder", "load", "save", "touch"]

_LEFT_OVER = 3_600
"""Seconds after which nobody writes a part of a file any more."""


def folder(kind: str) -> Path:
    """Where the files of a kind lie."""
    return patterns.cache_folder() / kind


def load(kind: str, key: str, outside: Path, largest: int) -> bytes | None:
    """What is kept under a key; nothing is read out of ``outside`` (the target), and nothing of
    more than ``largest`` bytes.
    """
    file = folder(kind) / f"{key}.bin"
    if not _usable(file.parent, outside):
        return None
    try:
        return file.read_bytes() if file.stat().st_size <= largest else None
    except OSError:
        return None


def save(
    kind: str,
    key: str,
    data: bytes,
    outside: Path,
    *,
    largest: int,
    most: int,
    total: int | None = None,
) -> None:
    """Keep something, unless the cache lies inside ``outside`` (the target).

    :param largest: bytes; what is larger is not kept.
    :param most: files of the kind that are kept; those go that were longest left alone.
    :param total: bytes of them all.
    """
    where = folder(kind)
    if len(data) > largest or not _usable(where, outside):
        return
    part = where / f"{key}.{os.getpid()}.part"
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(os.open(part, mode, 0o600), "wb") as handle:  # no link is followed
            handle.write(data)
        part.replace(where / f"{key}.bin")
        _tidy(where, most, total)
    except OSError:
        with suppress(OSError):
            part.unlink()


def touch(kind: str, key: str) -> None:
    """Note that something is still of use."""
    with suppress(OSError):
        os.utime(folder(kind) / f"{key}.bin")


def _tidy(where: Path, most: int, total: int | None) -> None:
    late = time.time() - _LEFT_OVER
    for part in where.glob("*.part"):
        if part.stat().st_mtime < late:
            part.unlink()
    kept = sorted(
        ((path.stat().st_mtime_ns, path.stat().st_size, path) for path in where.glob("*.bin")),
        reverse=True,
    )
    size = 0
    for number, (_, bytes_, path) in enumerate(kept):
        size += bytes_
        if number >= most or (total is not None and size > total):
            path.unlink()


def _usable(where: Path, outside: Path) -> bool:
    """Whether a folder may hold the cache: not one of the target's, which others write."""
    try:
        return where.is_absolute() and not where.resolve().is_relative_to(outside.resolve())
    except (OSError, RuntimeError):
        return False
