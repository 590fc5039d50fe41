"""Files that are kept in the user's cache between runs, by kind and key.

Never inside the target, where others write; readable by the user alone; bounded in number and
size. A file begins with a digest of the rest. What cannot be read or is damaged is as if it were
not there, what cannot be written is not kept.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from pytest_reconaudit import patterns

__all__ = ["drop", "folder", "is_private", "load", "opened", "save", "sealed", "touch"]

_LEFT_OVER = 3_600
"""Seconds after which nobody writes a part of a file any more."""
_DIGEST = 20


def folder(kind: str) -> Path:
    """Where the files of a kind lie."""
    return patterns.cache_folder() / kind


def load(kind: str, key: str, outside: Path, largest: int) -> bytes | None:
    """What is kept under a key; nothing is read out of ``outside`` (the target), and nothing of
    more than ``largest`` bytes.
    """
    handle = opened(kind, key, outside, largest + _DIGEST)
    if handle is None:
        return None
    with handle, suppress(OSError):
        digest, data = handle.read(_DIGEST), handle.read(largest)
        return data if digest == _digest(data) else None
    return None


def sealed(data: bytes) -> bytes:
    """Data as a file holds it that :func:`load` reads."""
    return _digest(data) + data


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()


def opened(kind: str, key: str, outside: Path | None, largest: int) -> BinaryIO | None:
    """What is kept under a key, to read from as it was written.

    ``None`` also where another user could have written it: the file and its folder are this
    user's, whom nobody else can make one for, and only this user may write to them.
    """
    handle = None
    if is_private(kind, outside):
        handle = _regular(folder(kind) / f"{key}.bin", largest)
    if handle is not None:
        info = os.fstat(handle.fileno())
        if _own(info) and info.st_nlink == 1:
            return handle
        handle.close()
    return None


def is_private(kind: str, outside: Path | None) -> bool:
    """Whether the folder of a kind is this user's alone to write to, or not there yet."""
    where = folder(kind)
    try:
        return _usable(where, outside) and _own(where.stat())
    except FileNotFoundError:
        return True
    except OSError:
        return False


def save(
    kind: str,
    key: str,
    data: bytes,
    outside: Path | None,
    *,
    largest: int,
    most: int,
    total: int | None = None,
    seal: bool = True,
) -> None:
    """Keep something, unless the cache lies inside ``outside`` (the target).

    :param largest: bytes; what is larger is not kept.
    :param most: files of the kind that are kept; those go that were longest left alone.
    :param total: bytes of them all.
    :param seal: whether the digest is put before it; who reads the file as it is has a head of
        his own.
    """
    where = folder(kind)
    if len(data) > largest or not _usable(where, outside):
        return
    part = where / f"{key}.{os.getpid()}.part"
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(os.open(part, mode, 0o600), "wb") as handle:  # no link is followed
            handle.write(sealed(data) if seal else data)
        part.replace(where / f"{key}.bin")
        _tidy(where, most, total)
    except OSError:
        with suppress(OSError):
            part.unlink()


def touch(kind: str, key: str) -> None:
    """Note that something is still of use."""
    with suppress(OSError):
        os.utime(folder(kind) / f"{key}.bin")


def drop(kind: str, key: str) -> None:
    """Keep something no longer: it proved to be of no use."""
    with suppress(OSError):
        (folder(kind) / f"{key}.bin").unlink()


def _regular(file: Path, largest: int) -> BinaryIO | None:
    """An open file that is one: no link is followed, and no pipe waited for."""
    mode = os.O_RDONLY
    for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
        mode |= getattr(os, name, 0)
    try:
        number = os.open(file, mode)
    except (OSError, ValueError):
        return None
    info = os.fstat(number)
    if stat.S_ISREG(info.st_mode) and info.st_size <= largest:
        return open(number, "rb")
    os.close(number)
    return None


def _own(info: os.stat_result) -> bool:
    """Whether something is this user's, and nobody else's to write to."""
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022


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


def _usable(where: Path, outside: Path | None) -> bool:
    """Whether a folder may hold the cache: not one of the target's, which others write."""
    try:
        return where.is_absolute() and (
            outside is None or not where.resolve().is_relative_to(outside.resolve())
        )
    except (OSError, RuntimeError):
        return False
