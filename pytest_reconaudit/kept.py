"""What the built-in checks answered, kept between runs under a key made of the content they judged.

An audit of the same content by the same version gives the same answers, so a second run need not
ask again; only policy, hooks and reports are done anew. The key holds every file's path, mode and
bytes, which files git tracks and keeps out, our own sources, the installed libraries and the
interpreter; what a live server, a cluster or a linter said is never kept, nor what was asked while
a file changed. A cache that cannot be read or written is as if there were none.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from pytest_reconaudit import store
from pytest_reconaudit.engine import Answer, Heard, PlannedItem
from pytest_reconaudit.model import CheckMeta, Confidence, DeploymentMap, Pillar, Severity
from pytest_reconaudit.subjects import Nothing
from pytest_reconaudit.target import MAX_BYTES, Target

__all__ = [
    "KIND",
    "Kept",
    "KeptAnswer",
    "KeptCheck",
    "changed_since",
    "key_of",
    "key_of_scans",
    "load",
    "now",
    "save",
]

_MOST = 24
"""Runs that are kept; the oldest go."""
_LARGEST = 64 * 1024 * 1024
_TICK = 10_000_000
KIND = "answers"


class KeptCheck(Struct, frozen=True, array_like=True):
    """As much of a check as is needed where it need not be asked."""

    id: str
    pillar: Pillar
    severity: Severity
    confidence: Confidence
    title: str
    module: str

    def meta(self) -> CheckMeta:
        return CheckMeta(
            id=self.id,
            pillar=self.pillar,
            severity=self.severity,
            confidence=self.confidence,
            title=self.title,
            why="",
            decides="",
            blind="",
            fix="",
            impact="",
            function=_not_asked,
            parameters=(),
        )


class KeptAnswer(Struct, frozen=True, array_like=True):
    check: str
    subject: str | None
    nothing: Nothing | None
    heard: Heard

    def answer(self) -> Answer:
        return (self.check, self.subject, self.nothing, self.heard)


class Kept(Struct, frozen=True, array_like=True):
    """The answers of all checks that can be kept, in the order of the plan."""

    checks: tuple[KeptCheck, ...]
    answers: tuple[KeptAnswer, ...]
    deployment: DeploymentMap | None = None
    """The map for the reports, when a run needed it."""
    on_disk: tuple[tuple[str, bool], ...] = ()
    """Paths, listed or not, of which was asked whether something lies there; the answers."""

    @staticmethod
    def of(
        items: Sequence[PlannedItem],
        deployment: DeploymentMap | None,
        on_disk: tuple[tuple[str, bool], ...],
    ) -> Kept:
        """What to keep of items that were asked, in their order."""
        checks = {
            meta.id: KeptCheck(
                meta.id, meta.pillar, meta.severity, meta.confidence, meta.title, item.module
            )
            for item in items
            for meta in (item.meta,)
        }
        answers = tuple(
            KeptAnswer(
                item.meta.id,
                item.subject.id if item.subject else None,
                item.nothing,
                item.heard or Heard(),
            )
            for item in items
        )
        return Kept(tuple(checks.values()), answers, deployment, on_disk)


def _not_asked(**given: object) -> None:
    raise AssertionError("a check whose answer was kept is not asked")


def key_of(target: Target, *more: str) -> str:
    """The name of everything that the answers depend on.

    :param more: what else they depend on: options, programs outside.
    """
    digest = blake2b(digest_size=20)
    add = digest.update
    tracked = target.tracked
    kind = "folder" if tracked is None else "checkout"
    for text in (*more, target.name, kind, sys.version, _own_sources(), _libraries()):
        add(text.encode("utf-8", "surrogatepass") + b"\0")
    add("\0".join((*target.submodules, "\0")).encode("utf-8", "surrogatepass"))
    here = frozenset(target.everything)
    for path in target.everything:
        add(path.encode("utf-8", "surrogatepass"))
        known = tracked is not None and path in tracked
        add(b"\0%d%d%d\0" % (target.is_executable(path), target.is_plain(path), known))
        data = target.data(path)
        if data:
            add(b"%d\0" % len(data))
            add(data)
        else:  # empty, too large, or a link that leaves the target
            add(_stamp(target.root / path))
    for path in target.walked:
        if path not in here:  # git keeps it out; some checks ask whether it lies there
            add(path.encode("utf-8", "surrogatepass") + _stamp(target.root / path) + b"\0")
    add(target.excluded_by_git())
    if (commits := target.commits) is not None:  # what is new is told by where the branch left
        base = commits.default_branch
        add(f"{commits.head} {base and base.commit}".encode())
    return digest.hexdigest()


def key_of_scans(target: Target) -> str:
    """The name of a target and of everything that reads its sources: what was found in a text
    holds while these are the same."""
    digest = blake2b(digest_size=20)
    for text in (str(target.root), sys.version, _own_sources(), _libraries()):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _stamp(path: Path) -> bytes:
    try:
        info = path.lstat()
    except OSError:
        return b"\0-"
    if stat.S_ISREG(info.st_mode) and info.st_size <= MAX_BYTES and not info.st_size:
        return b"\0empty"
    return b"\0%d %d %d" % (info.st_mode, info.st_size, info.st_mtime_ns)


def changed_since(target: Target, moment: int) -> bool:
    """Whether a file was changed after a moment (ns): what was asked then may be of either state.

    The clock of a file system runs some milliseconds behind.
    """
    for path in target.walked:
        try:
            if (target.root / path).lstat().st_ctime_ns > moment - _TICK:
                return True
        except OSError:
            return True
    return False


def now() -> int:
    """A moment for :func:`changed_since`."""
    return time.time_ns()


def _libraries() -> str:
    """Tells one state of the installed libraries from another: their names and versions."""
    with suppress(OSError):
        installed = os.listdir(Path(msgspec.__file__).parents[1])
        return " ".join(sorted(name for name in installed if name.endswith("-info")))
    return ""


def _own_sources() -> str:
    """Which sources of ours would judge.

    Of an installed package the installer's list tells, which holds a digest of every file and is
    the same wherever the version is installed, and every file's name and size, unless one was
    changed since; of a checkout every file's name, size and time.
    """
    digest, sizes = blake2b(digest_size=16), blake2b(digest_size=16)
    home = Path(__file__).parent
    folders = [str(home)]
    checks = sys.modules.get("pytest_reconaudit.checks")
    folders += list(checks.__path__) if checks is not None else _checks_folder()
    newest = 0
    for folder in folders:
        for top, inner, files in os.walk(folder):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(files):
                if name.endswith(".py"):
                    with suppress(OSError):
                        info = Path(top, name).stat()
                        newest = max(newest, info.st_mtime_ns)
                        digest.update(f"{name} {info.st_size} {info.st_mtime_ns};".encode())
                        sizes.update(f"{name} {info.st_size};".encode())
    with suppress(OSError):
        for record in home.parent.glob("pytest_reconaudit-*.dist-info/RECORD"):
            if record.stat().st_mtime_ns >= newest:
                sizes.update(_stable(record.read_bytes()))
                return sizes.hexdigest()
    return digest.hexdigest()


def _stable(record: bytes) -> bytes:
    """The lines of an installer's list that are the same on every machine: those of our files."""
    lines = record.split(b"\n")
    return b"\n".join(sorted(line for line in lines if line.startswith(b"pytest_reconaudit/")))


def _checks_folder() -> list[str]:
    from importlib.util import find_spec

    spec = find_spec("pytest_reconaudit.checks")
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def load(key: str, target: Target) -> Kept | None:
    """The answers kept under a key."""
    data = store.load(KIND, key, target.root, _LARGEST)
    if data is None:
        return None
    try:
        kept = msgspec.msgpack.decode(data, type=Kept)
    except (msgspec.MsgspecError, ValueError):
        return None
    same = all(target.on_disk(path) == there for path, there in kept.on_disk)
    return kept if same else None


def save(key: str, kept: Kept, outside: Path) -> None:
    """Keep answers, unless the cache lies inside ``outside`` (the target)."""
    data = msgspec.msgpack.encode(kept)
    store.save(KIND, key, data, outside, largest=_LARGEST, most=_MOST)
