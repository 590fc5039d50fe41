"""The lines of a log outside of the target, plain or compressed with gzip."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["log_lines"]

_LONGEST = 32 << 20
"""Bytes of a line; the rest of a longer one is left out."""


def log_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line's number, from 1, and its text without its end. Of the file, one line is in memory.

    :raises OSError: when it cannot be read.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = gzip.GzipFile(fileobj=raw) if packed else raw
        number = 0
        try:
            while line := file.readline(_LONGEST):
                number += 1
                while len(line) == _LONGEST and (rest := file.readline(_LONGEST)):
                    if rest.endswith(b"\n"):
                        break
                yield number, line.rstrip(b"\r\n").decode("utf-8", "replace")
        except (EOFError, zlib.error) as error:
            raise OSError(f"it is cut off: {error}") from None
