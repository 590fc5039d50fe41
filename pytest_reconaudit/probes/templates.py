"""The data folder of a private server, made once and unpacked at each start.

``initdb`` takes most of the time of a start. What it made is kept in the user's cache as a tar
archive, under a name that holds everything it depends on: which binaries, and our own way of
making it. The archive is read by us and unpacked by whoever runs the server, so nobody else needs
to reach the cache, and all that is unpacked is his.
"""

from __future__ import annotations

import os
import platform
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from pytest_reconaudit import store

__all__ = ["ARCHIVE", "MAKE", "UNPACK", "Template", "options"]

KIND = "servers"
ARCHIVE = "template.tar"
"""What the making leaves beside the data folder."""
_MOST = 4
"""Templates that are kept; what was not used for longest goes."""
_LARGEST = 128 * 1024 * 1024
_HEAD = struct.Struct(">8sQI")
_MAGIC = b"reconpg1"
_STEP = 1024 * 1024

UNPACK = 'mkdir -m 700 "$data" && tar -xmpof - -C "$data" <&3'
"""Unpacks the template, of which the head was read."""
# Every file less is felt: some file systems take half a millisecond to make one. The second
# template database is not needed, nor are the maps of free space and of what is visible to all,
# which a server makes anew where it misses them (only while none runs may they be removed).
MAKE = r"""
"$bin/initdb" -D "$data" -U postgres -A trust -N --no-locale -E UTF8 --wal-segsize=4 $options \
  || exit
if [ "$how" = keep ] && printf '%s\n' \
    "UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'" \
    "DROP DATABASE template0" \
    | "$bin/postgres" --single -F -D "$data" -c log_min_messages=fatal \
      -c min_wal_size=8MB -c max_wal_size=8MB postgres
then
  rm -f "$data"/base/*/*_fsm "$data"/base/*/*_vm "$data"/global/*_fsm "$data"/global/*_vm
  tar -cf "$dir/template.tar" -C "$data" . || rm -f "$dir/template.tar"
fi
"""


def options(major: int) -> str:
    """The options of ``initdb`` that not every major version has."""
    known = [("--no-instructions", 14), ("--no-data-checksums", 18)]
    return " ".join(name for name, since in known if major >= since)


class Template(Struct, frozen=True):
    """The place of one template in the user's cache.

    :param key: what it is called there.
    :param outside: the target, where nothing of ours lies.
    """

    key: str
    outside: Path | None = None

    @classmethod
    def of(cls, binaries: Path, major: int, outside: Path | None) -> Template:
        """The template that some binaries make."""
        name = [UNPACK, MAKE, options(major), platform.machine()]
        for path in (binaries / "postgres", binaries / "initdb"):
            with suppress(OSError):
                info = path.stat()
                name.append(f"{path} {info.st_size} {info.st_mtime_ns}")
        return cls(blake2b("\0".join(name).encode(), digest_size=20).hexdigest(), outside)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO | None]:
        """The template, for ``tar`` to read from where it stands; ``None``: there is none, or not
        one that can be trusted."""
        handle = store.opened(KIND, self.key, self.outside, _LARGEST)
        if handle is None:
            yield None
            return
        with handle:
            store.touch(KIND, self.key)
            os.lseek(handle.fileno(), _HEAD.size, os.SEEK_SET)
            yield handle

    def is_whole(self, handle: BinaryIO) -> bool:
        """Whether the opened template is what was kept. Another may read from it meanwhile."""
        with suppress(OSError, struct.error):
            number = handle.fileno()
            magic, size, sum_ = _HEAD.unpack(os.pread(number, _HEAD.size, 0))
            if magic != _MAGIC or os.fstat(number).st_size != _HEAD.size + size:
                return False
            found = 0
            for at in range(_HEAD.size, _HEAD.size + size, _STEP):
                found = zlib.crc32(os.pread(number, _STEP, at), found)
            return bool(found == sum_)
        return False

    @property
    def is_wanted(self) -> bool:
        """Whether one can be kept where it would be trusted."""
        return store.is_private(KIND, self.outside)

    def keep(self, archive: Path) -> None:
        """Keep what ``tar`` wrote, and remove that."""
        with suppress(OSError):
            with open(archive, "rb", opener=_no_link) as handle:
                info = os.fstat(handle.fileno())
                if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
                    return  # whoever runs the server may link to what only we may read
                data = handle.read(_LARGEST)
            head = _HEAD.pack(_MAGIC, len(data), zlib.crc32(data))
            archive.unlink()
            whole = head + data
            store.save(
                KIND, self.key, whole, self.outside, largest=_LARGEST, most=_MOST, seal=False
            )

    def drop(self) -> None:
        """Keep it no longer: no server starts from it."""
        store.drop(KIND, self.key)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
