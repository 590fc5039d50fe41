"""What the scans found in each source file, kept between runs in the user's cache.

A scan sees one file and nothing else, so what it found holds until that file, our own sources or
the grammars change. One file of the cache holds one target: path → digest of the text, scan →
encoded record.
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


def digest_of(text: str) -> bytes:
    """Tells one text from another."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def load(key: str, outside: Path) -> Scanned:
    """What was kept under a key; nothing is read out of ``outside`` (the target)."""
    data = store.load(_KIND, key, outside, _LARGEST)
    if data is None:
        return {}
    try:
        kept = msgspec.msgpack.decode(data, type=Scanned)
    except (msgspec.MsgspecError, ValueError):
        return {}
    store.touch(_KIND, key)
    return kept


def save(key: str, scanned: Scanned, outside: Path) -> None:
    """Keep what was found in every source of a target. What cannot be written is not kept."""
    data = msgspec.msgpack.encode(scanned)
    store.save(_KIND, key, data, outside, largest=_LARGEST, most=_MOST, total=_ALL)
