"""A folder that a bundler wrote: its files, their sizes, their texts. Nothing in it is run.

It may lie anywhere (``--recon-web-build``), also below the target where git ignores it: so it is no
part of the target's index and has a small reader of its own. Links that leave it are not followed.
"""

from __future__ import annotations

import os
import zlib
from functools import cached_property
from importlib import import_module
from pathlib import Path

__all__ = ["BuildFolder"]

_MAX_FILES = 50_000
_MAX_BYTES = 64 * 1024 * 1024
_MAX_BROTLI = 8 * 1024 * 1024
_MAX_TOTAL = 512 * 1024 * 1024
"""Bytes that are read of one folder; what comes then is as if it were unreadable."""
_PRUNED = frozenset({"node_modules", "cache", ".git", "trace", "types"})


class BuildFolder:
    """A folder of build output.

    :param root: its path. A folder that is missing or unreadable has no files.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str] = {}
        self._zipped: dict[str, int] = {}
        self._left = _MAX_TOTAL

    @cached_property
    def files(self) -> dict[str, int]:
        """Path inside of the folder → size in bytes, by path; at most the first 50,000."""
        found: dict[str, int] = {}
        stack = [""]
        while stack and len(found) < _MAX_FILES:
            folder = stack.pop()
            try:
                entries = list(os.scandir(self.root / folder))
            except OSError:
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    path.encode("utf-8")
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in _PRUNED:
                            stack.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        found[path] = entry.stat(follow_symlinks=False).st_size
                except (OSError, UnicodeEncodeError):
                    continue
        return dict(sorted(found.items()))

    def data(self, path: str) -> bytes:
        """A file's bytes; empty when it is none of the folder's, unreadable or over 64 MB."""
        size = self.files.get(path, _MAX_BYTES + 1)
        if size > min(_MAX_BYTES, self._left):
            return b""
        self._left -= size
        try:
            with open(self.root / path, "rb") as handle:
                return handle.read(size)
        except OSError:
            return b""

    def text(self, path: str) -> str:
        """A file's text, bad bytes replaced."""
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = self.data(path).decode("utf-8-sig", "replace")
        return known

    def gzipped(self, path: str) -> int:
        """Bytes of a file after gzip at level 9, as zlib (and so Node and nginx) writes them."""
        known = self._zipped.get(path)
        if known is None:
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            data = self.data(path)
            known = self._zipped[path] = len(packer.compress(data)) + len(packer.flush())
        return known

    def brotlied(self, path: str) -> int | None:
        """Bytes after brotli at its highest quality; ``None`` where no brotli is installed, and of
        a file over 8 MB, which would take minutes."""
        if self.files.get(path, 0) > _MAX_BROTLI:
            return None
        try:
            brotli = import_module("brotli")
        except ImportError:
            return None
        return len(brotli.compress(self.data(path)))

    def beside(self, name: str) -> str:
        """The text of a plain file in the folder above; empty when there is none."""
        return BuildFolder(self.root.parent).alone(name)

    def alone(self, name: str) -> str:
        """The text of a file directly in this folder, without listing the folder."""
        path = self.root / name
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
                return ""
            return path.read_text("utf-8", "replace")
        except OSError:
            return ""
