"""What the built-in checks answered, kept between runs under a key made of the content they judged.

An audit of the same content by the same version gives the same answers, so a second run need not
ask again; only policy, hooks and reports are done anew. The key holds every file's path, mode and
bytes, which files git keeps out, our own sources and the interpreter; what a live server, a
cluster or a linter said is never kept. A cache that cannot be read or written is as if there
were none.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from pytest_reconaudit.engine import Answer, Heard
from pytest_reconaudit.model import CheckMeta, Confidence, DeploymentMap, Pillar, Severity
from pytest_reconaudit.subjects import Nothing
from pytest_reconaudit.target import MAX_BYTES, Target

__all__ = ["Kept", "KeptAnswer", "KeptCheck", "key_of", "load", "save"]

_MOST = 24
"""Runs that are kept; the oldest go."""
_LARGEST = 64 * 1024 * 1024


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


def _not_asked(**given: object) -> None:
    raise AssertionError("a check whose answer was kept is not asked")


def key_of(target: Target, *more: str) -> str:
    """The name of everything that the answers depend on.

    :param more: what else they depend on: options, programs outside.
    """
    digest = blake2b(digest_size=20)
    add = digest.update
    for text in (*more, target.name, sys.version, _own_sources()):
        add(text.encode("utf-8", "surrogatepass") + b"\0")
    add("\0".join(target.submodules).encode("utf-8", "surrogatepass"))
    here = frozenset(target.everything)
    for path in target.everything:
        add(path.encode("utf-8", "surrogatepass"))
        add(b"\0%d\0" % (1 if target.is_executable(path) else 0))
        data = target.data(path)
        if data:
            add(b"%d\0" % len(data))
            add(data)
        else:  # empty, too large, or a link that leaves the target
            add(_stamp(target.root / path))
    for path in target.walked:
        if path not in here:  # git keeps it out; some checks ask whether it lies there
            add(path.encode("utf-8", "surrogatepass") + _stamp(target.root / path))
    add(target.excluded_by_git())
    return digest.hexdigest()


def _stamp(path: Path) -> bytes:
    try:
        info = path.lstat()
    except OSError:
        return b"\0-"
    if stat.S_ISREG(info.st_mode) and info.st_size <= MAX_BYTES and not info.st_size:
        return b"\0empty"
    return b"\0%d %d %d" % (info.st_mode, info.st_size, info.st_mtime_ns)


def _own_sources() -> str:
    """Which sources of ours would judge: every file's name, size and time."""
    digest = blake2b(digest_size=16)
    folders = [str(Path(__file__).parent)]
    checks = sys.modules.get("pytest_reconaudit.checks")
    folders += list(checks.__path__) if checks is not None else _checks_folder()
    for folder in folders:
        for top, inner, files in os.walk(folder):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(files):
                if name.endswith(".py"):
                    with suppress(OSError):
                        info = Path(top, name).stat()
                        digest.update(f"{name} {info.st_size} {info.st_mtime_ns};".encode())
    return digest.hexdigest()


def _checks_folder() -> list[str]:
    from importlib.util import find_spec

    spec = find_spec("pytest_reconaudit.checks")
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "pytest-reconaudit", "answers")


def load(key: str) -> Kept | None:
    """The answers kept under a key."""
    file = _folder() / f"{key}.bin"
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save(key: str, kept: Kept, outside: Path) -> None:
    """Keep answers, unless the cache lies inside ``outside`` (the target)."""
    folder = _folder()
    if folder.absolute().is_relative_to(outside):
        return
    data = msgspec.msgpack.encode(kept)
    if len(data) > _LARGEST:
        return
    part = folder / f"{key}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(data)
        part.replace(folder / f"{key}.bin")
        old = sorted(folder.glob("*.bin"), key=lambda one: one.stat().st_mtime)[:-_MOST]
        for one in old:
            one.unlink()
    except OSError:
        with suppress(OSError):
            part.unlink()
