"""Commits, folders and files as git keeps them: read from its object files, with no git run.

Running git would obey the configuration of the target: a partial clone fetches what is missing
through whatever command that names. dulwich reads objects too; it costs more to import than an
audit may add, for the few kinds of record that are needed here: loose objects, packs with their
version 2 index, refs and packed refs (gitformat-pack, gitrepository-layout). A repository kept
in another way (reftable, SHA-256, alternates) reads as one that has no commits.

No link leads out of the git directory, though git itself would follow it: what a target links to
may be anybody's.
"""

from __future__ import annotations

import heapq
import mmap
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Branch", "Commit", "GitObjects"]

_MOST_BYTES = 8 * 1024 * 1024
"""Of one object; larger ones are not read."""
_MOST_DELTAS = 4_096
_MOST_COMMITS = 50_000
_MOST_ENTRIES = 100_000
_MOST_PACKS = 128
"""Two open files each."""
_MOST_WORK = 1024 * 1024 * 1024
"""Bytes made of one store, in all; what is read byte by byte counts for more."""
_MOST_HEAD = 64 * 1024
"""Of a commit's headers."""
_ID = regex(r"[0-9a-f]{40}")
_REF = regex(r"refs/[\w.+@/-]+")
_USUAL = ("main", "master", "trunk", "develop")
_REMOTES = ("origin", "upstream")
_CI = (
    ("GITHUB_WORKSPACE", ("GITHUB_BASE_REF",)),
    ("CI_PROJECT_DIR", ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH")),
    ("BITBUCKET_CLONE_DIR", ("BITBUCKET_PR_DESTINATION_BRANCH",)),
    ("WORKSPACE", ("CHANGE_TARGET",)),
    ("BUILD_SOURCESDIRECTORY", ("SYSTEM_PULLREQUEST_TARGETBRANCH",)),
    ("CI_WORKSPACE", ("CI_COMMIT_TARGET_BRANCH", "CI_REPO_DEFAULT_BRANCH")),
    (
        "BUILDKITE_BUILD_CHECKOUT_PATH",
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
    ),
    ("DRONE_WORKSPACE", ("DRONE_REPO_BRANCH",)),
)
"""Where a CI system lays out what it builds, and what names the branch that a change goes to:
GitHub, GitLab, Bitbucket, Jenkins, Azure Pipelines, Woodpecker, Buildkite, Drone."""
_COMMIT, _TREE, _BLOB, _OFFSET_DELTA, _REF_DELTA = 1, 2, 3, 6, 7
_KINDS = {b"commit": _COMMIT, b"tree": _TREE, b"blob": _BLOB}


class Branch(Struct, frozen=True):
    """The branch that the others start from."""

    name: str
    """As people call it: ``origin/main``."""
    commit: str


class Commit(Struct, frozen=True):
    """One commit."""

    id: str
    tree: str
    parents: tuple[str, ...]
    time: int
    """Seconds since 1970, by the committer's clock."""


class GitObjects:
    """The object store of one checkout.

    :param git_dir: the checkout's git directory; what several worktrees share is found from it.

    Whatever is missing, damaged, too large or a link to elsewhere reads as absent; nothing raises.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = self._common = _real(git_dir) or git_dir
        self._own: dict[Path, bool] = {}
        shared = self._file(self._git_dir / "commondir").decode("utf-8", "replace").strip()
        common = _real(self._git_dir / shared) if shared else None
        # A worktree's lies two folders below: not anybody else's objects.
        if common is not None and common in self._git_dir.parents[1:2]:
            self._common = common
        self._left = _MOST_WORK
        self._packs: list[_Pack] | None = None
        self._packed_refs: dict[str, str] | None = None

    def _file(self, path: Path, most: int = 4_096) -> bytes:
        return _small_file(path, most) if self._holds(path.parent) else b""

    def _holds(self, folder: Path) -> bool:
        """Whether a folder lies in the git directory by all its links."""
        if folder not in self._own:
            real = _real(folder)
            homes = (self._git_dir, self._common)
            self._own[folder] = real is not None and any(map(real.is_relative_to, homes))
        return self._own[folder]

    # -- refs ------------------------------------------------------------------------------

    @property
    def head(self) -> str:
        """The commit that is checked out; empty when there is none."""
        return self._resolve(self._file(self._git_dir / "HEAD"))

    @property
    def default_branch(self) -> Branch | None:
        """The branch that the CI system which runs this audit says that the change goes to; else
        what the remote calls its head; else ``main``, ``master``, ``trunk`` or ``develop``. Those
        of the remote come before the local ones."""
        places = [*((f"refs/remotes/{one}/", f"{one}/") for one in _REMOTES), ("refs/heads/", "")]
        for name in self._told_by_ci():
            for prefix, shown in places:
                if commit := self._ref(f"{prefix}{name}"):
                    return Branch(f"{shown}{name}", commit)
        usual = list(_USUAL)
        for remote in _REMOTES:
            home = f"refs/remotes/{remote}/"
            head = self._file(self._common / home / "HEAD").decode("utf-8", "replace").strip()
            name = head.removeprefix(f"ref: {home}")
            if name != head:
                if commit := self._ref(f"{home}{name}"):
                    return Branch(f"{remote}/{name}", commit)
                usual.insert(0, name)
        for prefix, shown in places:
            for name in usual:
                if commit := self._ref(f"{prefix}{name}"):
                    return Branch(f"{shown}{name}", commit)
        return None

    @property
    def is_shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return bool(self._file(self._common / "shallow", 1))

    def _told_by_ci(self) -> Iterator[str]:
        """What variables of the auditor's own environment name, if the target is what is built."""
        for workspace, names in _CI:
            folder = os.environ.get(workspace, "")
            home = _real(Path(folder)) if folder else None
            if home is not None and home in self._common.parents:
                for name in names:
                    if branch := os.environ.get(name, "").removeprefix("refs/heads/"):
                        yield branch

    def _resolve(self, content: bytes) -> str:
        text = content.decode("utf-8", "replace").strip()
        if text.startswith("ref: "):
            return self._ref(text[5:].strip())
        return text if _ID.fullmatch(text) else ""

    def _ref(self, name: str) -> str:
        if not _REF.fullmatch(name) or ".." in name:
            return ""
        for home in (self._git_dir, self._common):
            text = self._file(home / name).decode("utf-8", "replace").strip()
            if _ID.fullmatch(text):
                return text
        if self._packed_refs is None:
            packed = self._file(self._common / "packed-refs", _MOST_BYTES)
            lines = packed.decode("utf-8", "replace").split("\n")
            pairs = (line.split(" ", 1) for line in lines if _ID.match(line) and " " in line)
            self._packed_refs = {ref.strip(): commit for commit, ref in pairs}
        return self._packed_refs.get(name, "")

    # -- commits ---------------------------------------------------------------------------

    def commit(self, id: str) -> Commit | None:
        found = self._object(id, _COMMIT)
        if found is None:
            return None
        head = found[:_MOST_HEAD].partition(b"\n\n")[0].decode("utf-8", "replace")
        tree, time, parents = "", 0, []
        for line in head.split("\n"):
            word, _, rest = line.partition(" ")
            if word == "tree" and _ID.fullmatch(rest):
                tree = rest
            elif word == "parent" and _ID.fullmatch(rest):
                parents.append(rest)
            elif word == "committer" and (match := re.search(r"> (\d{1,15}) ", f"{rest} ")):
                time = int(match[1])
        return Commit(id, tree, tuple(parents), time) if tree else None

    def merge_base(self, one: str, other: str) -> Commit | None:
        """The newest commit that both descend from; ``None`` when the checkout does not have it."""
        flags: dict[str, int] = {}
        queue: list[tuple[int, str]] = []
        known: dict[str, Commit] = {}
        for id, flag in ((one, 1), (other, 2)):
            start = self.commit(id)
            if start is None:
                return None
            known[id] = start
            flags[id] = flags.get(id, 0) | flag
            heapq.heappush(queue, (-start.time, id))
        while queue and len(known) < _MOST_COMMITS:
            _, id = heapq.heappop(queue)
            flag = flags[id]
            if flag == 3:
                return known[id]
            for parent in known[id].parents:
                if flags.get(parent, 0) | flag == flags.get(parent, 0):
                    continue
                if parent not in known:
                    commit = self.commit(parent)
                    if commit is None:  # behind the edge of a shallow clone
                        continue
                    known[parent] = commit
                flags[parent] = flags.get(parent, 0) | flag
                heapq.heappush(queue, (-known[parent].time, parent))
        return None

    # -- folders and files -----------------------------------------------------------------

    def files(self, commit: Commit, folder: str = "") -> Mapping[str, str]:
        """Path from the top → id of the content, of every file below a folder."""
        tree = commit.tree
        for part in folder.split("/") if folder else ():
            found = {name: id for name, mode, id in self._entries(tree) if mode == "40000"}
            if part not in found:
                return {}
            tree = found[part]
        files: dict[str, str] = {}
        todo = [(folder, tree)]
        while todo and len(files) + len(todo) < _MOST_ENTRIES and self._left > 0:
            home, tree = todo.pop()
            for name, mode, id in self._entries(tree):
                path = f"{home}/{name}" if home else name
                self._left -= 32 * len(path)
                if self._left < 0:
                    break
                if mode == "40000":
                    todo.append((path, id))
                elif mode.startswith("100"):
                    files[path] = id
        return files

    def _entries(self, tree: str) -> Iterator[tuple[str, str, str]]:
        """(name, octal mode, id) of what lies in a folder."""
        data = self._object(tree, _TREE) or b""
        self._left -= 16 * len(data)
        at = 0
        while 0 <= at < len(data):
            end = data.find(b"\0", at)
            if end < 0 or end + 21 > len(data):
                return
            mode, _, name = data[at:end].partition(b" ")
            yield (
                name.decode("utf-8", "replace"),
                mode.decode("ascii", "replace"),
                data[end + 1 : end + 21].hex(),
            )
            at = end + 21

    def content(self, id: str) -> bytes | None:
        """A file's bytes; ``None`` when they are missing or over 8 MB."""
        return self._object(id, _BLOB)

    # -- objects ---------------------------------------------------------------------------

    def _object(self, id: str, kind: int) -> bytes | None:
        if self._left <= 0:
            return None
        try:
            found = self._loose(id) or self._packed(id, 0)
        except (OSError, ValueError, IndexError, struct.error, zlib.error):
            return None
        if found is None or found[0] != kind:
            return None
        self._left -= len(found[1])
        return found[1]

    def _loose(self, id: str) -> tuple[int, bytes] | None:
        data = self._file(self._common / "objects" / id[:2] / id[2:], _MOST_BYTES)
        if not data:
            return None
        head, zero, body = _inflated(data, _MOST_BYTES + 32).partition(b"\0")
        kind = _KINDS.get(head.split(b" ")[0])
        return (kind, body) if zero and kind else None

    def _packed(self, id: str, depth: int) -> tuple[int, bytes] | None:
        if self._packs is None:
            packs = self._common / "objects" / "pack"
            self._packs = list(_packs_in(packs)) if self._holds(packs) else []
        raw = bytes.fromhex(id)
        for pack in self._packs:
            offset = pack.offset_of(raw)
            if offset is not None:
                return self._unpacked(pack, offset, depth)
        return None

    def _unpacked(self, pack: _Pack, offset: int, depth: int) -> tuple[int, bytes] | None:
        """(kind, bytes) of an entry, its chain of deltas applied."""
        deltas: list[bytes] = []
        while depth + len(deltas) < _MOST_DELTAS:
            kind, size, at = pack.header(offset)
            self._left -= size if kind not in (_OFFSET_DELTA, _REF_DELTA) else 32 * size
            if size > _MOST_BYTES or self._left < 0:
                return None
            base: tuple[int, bytes] | None
            if kind == _OFFSET_DELTA:
                back, at = pack.distance(at)
                deltas.append(pack.inflate(at, size))
                if back <= 0 or back > offset:
                    return None
                offset -= back
                continue
            if kind == _REF_DELTA:
                named = bytes(pack.data[at : at + 20])
                deltas.append(pack.inflate(at + 20, size))
                near = pack.offset_of(named)
                if near is not None:
                    offset = near
                    continue
                base = self._loose(named.hex()) or self._packed(
                    named.hex(), depth + len(deltas) + 1
                )
            else:
                base = (kind, pack.inflate(at, size))
            if base is None:
                return None
            body = base[1]
            for delta in reversed(deltas):
                body = _applied(body, delta)
                self._left -= len(body)
                if self._left < 0:
                    return None
            return base[0], body
        return None


class _Pack:
    """One pack file and its index."""

    def __init__(self, index: bytes | mmap.mmap, data: bytes | mmap.mmap) -> None:
        self.index, self.data = index, data
        self._fanout = struct.unpack_from(">256I", index, 8)
        self._count = self._fanout[255]

    def offset_of(self, raw: bytes) -> int | None:
        low = self._fanout[raw[0] - 1] if raw[0] else 0
        high = self._fanout[raw[0]]
        names = 8 + 1024
        while low < high:
            middle = (low + high) // 2
            at = names + middle * 20
            name = self.index[at : at + 20]
            if name == raw:
                return self._offset(middle)
            if name < raw:
                low = middle + 1
            else:
                high = middle
        return None

    def _offset(self, number: int) -> int:
        offsets = 8 + 1024 + self._count * 24
        (offset,) = struct.unpack_from(">I", self.index, offsets + number * 4)
        if offset & 0x80000000:
            far = offsets + self._count * 4 + (offset & 0x7FFFFFFF) * 8
            (offset,) = struct.unpack_from(">Q", self.index, far)
        return int(offset)

    def header(self, offset: int) -> tuple[int, int, int]:
        """(kind, size, where its bytes begin) of the entry at an offset."""
        byte = self.data[offset]
        kind, size, shift = (byte >> 4) & 7, byte & 15, 4
        while byte & 0x80:
            offset += 1
            byte = self.data[offset]
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a size without an end")
        return kind, size, offset + 1

    def distance(self, offset: int) -> tuple[int, int]:
        """How far back the base of a delta lies, and where the delta begins."""
        byte = self.data[offset]
        value = byte & 0x7F
        while byte & 0x80:
            offset += 1
            byte = self.data[offset]
            value = ((value + 1) << 7) | (byte & 0x7F)
            if value > 1 << 62:
                raise ValueError("a distance without an end")
        return value, offset + 1

    def inflate(self, at: int, size: int) -> bytes:
        inflater = zlib.decompressobj()
        out, step = b"", max(512, size)
        while len(out) < size:
            piece = self.data[at : at + step]
            if not piece:
                raise ValueError("the pack ends early")
            out += inflater.decompress(piece, size - len(out))
            at += len(piece) - len(inflater.unconsumed_tail)
            if inflater.eof:
                break
        return out


def _packs_in(folder: Path) -> Iterator[_Pack]:
    try:
        with os.scandir(folder) as entries:
            found = [(-one.stat().st_size, one.name) for one in entries if one.name[-4:] == ".idx"]
    except OSError:
        return
    for _, name in sorted(found)[:_MOST_PACKS]:
        index = _mapped(folder / name)
        data = _mapped(folder / f"{name[:-4]}.pack")
        if index is None or data is None:
            continue
        if index[:8] == b"\xfftOc\0\0\0\x02" and data[:4] == b"PACK" and len(index) > 1032:
            yield _Pack(index, data)


def _real(path: Path) -> Path | None:
    """Where a path leads by all its links; ``None``: nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _opened(path: Path) -> BinaryIO | None:
    """A regular file to read: no link is followed, and no pipe waited for."""
    mode = os.O_RDONLY
    for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
        mode |= getattr(os, name, 0)
    try:
        number = os.open(path, mode)
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(os.fstat(number).st_mode):
        return open(number, "rb")
    os.close(number)
    return None


def _mapped(path: Path) -> mmap.mmap | None:
    handle = _opened(path)
    if handle is None:
        return None
    with handle:
        try:
            return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return None


def _small_file(path: Path, most: int) -> bytes:
    handle = _opened(path)
    if handle is None:
        return b""
    with handle:
        try:
            return handle.read(most)
        except OSError:
            return b""


def _inflated(data: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj()
    out = inflater.decompress(data, most)
    if not inflater.eof:
        raise ValueError("damaged or too large")
    return out


def _applied(base: bytes, delta: bytes) -> bytes:
    """What a delta makes of its base."""
    at, sizes = 0, []
    for _ in range(2):
        size = shift = 0
        while True:
            byte = delta[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        sizes.append(size)
    if sizes[0] != len(base) or sizes[1] > _MOST_BYTES:
        raise ValueError("a delta for something else")
    out: list[bytes] = []
    made = 0
    while at < len(delta):
        code = delta[at]
        at += 1
        if code & 0x80:
            offset = size = 0
            for bit in range(4):
                if code & (1 << bit):
                    offset |= delta[at] << (8 * bit)
                    at += 1
            for bit in range(3):
                if code & (16 << bit):
                    size |= delta[at] << (8 * bit)
                    at += 1
            piece = base[offset : offset + (size or 0x10000)]
            if len(piece) != (size or 0x10000):
                raise ValueError("a piece that is not there")
        elif code:
            piece = delta[at : at + code]
            at += code
        else:
            raise ValueError("an instruction that does not exist")
        made += len(piece)
        if made > sizes[1]:
            raise ValueError("more than it says")
        out.append(piece)
    body = b"".join(out)
    if len(body) != sizes[1]:
        raise ValueError("less than it says")
    return body
