"""What the scans found in each source file, kept between runs in the user's cache.

A scan sees one file and nothing else, so what it found holds until that file, our own sources or
the grammars change. One file of the cache holds one target: path → digest of the text, scan →
encoded record. It begins with a digest of the rest: what is damaged is as if it were not there.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import msgspec

from pytest_reconaudit import store

__all__ = ["Scanned", "digest_of", "load", "save"]

Scanned = dict[str, tuple[bytes, dict[str, bytes]]]
"""Path → (digest of its text, scan → its record there, encoded)."""

_KIND = "scans"
_MOST = 24
"""Targets that are kept; what was not used for longest goes."""
_LARGEST = 48 * 1024 * 1024
"""Bytes of one target; ten thousand sources take about 40 MB."""
_ALL = 256 * 1024 * 1024
"""Bytes of all."""
_DIGEST = 20


def digest_of(text: str) -> bytes:
    """Tells one text from another."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def load(key: str, outside: Path) -> Scanned:
    """What was kept under a key; nothing is read out of ``outside`` (the target)."""
    data = store.load(_KIND, key, outside, _LARGEST + _DIGEST)
    if data is None or _checksum(data[_DIGEST:]) != data[:_DIGEST]:
        return {}
    try:
        kept = msgspec.msgpack.decode(data[_DIGEST:], type=Scanned)
    except (msgspec.MsgspecError, ValueError):
        return {}
    store.touch(_KIND, key)
    return kept


def save(key: str, scanned: Scanned, outside: Path) -> None:
    """Keep what was found in every source of a target. What cannot be written is not kept."""
    data = msgspec.msgpack.encode(scanned)
    store.save(
        _KIND,
        key,
        _checksum(data) + data,
        outside,
        largest=_LARGEST + _DIGEST,
        most=_MOST,
        total=_ALL,
    )


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
