"""What the scans (:mod:`...readers.scanning`) found in every source file of the target.

All scans run in one pass over the sources, the first time that anybody asks: each file is parsed
at most once, and its tree is gone when the next file is read. What they found is kept encoded, a
tenth of what the records take, and read file by file; so a repository of ten thousand sources
needs little more than its texts. The pass may run in other processes (:func:`begin`), and leaves
out what an earlier run found in the same text (:func:`configure`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar, cast

import msgspec
from msgspec import Struct

from pytest_reconaudit.deadline import TimeLimit, deadline, suspended
from pytest_reconaudit.facts.code import kept_scans
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.readers.code import Code, code_of
from pytest_reconaudit.readers.scanning import Scan, scans
from pytest_reconaudit.readers.syntax import LANGUAGES, read_syntax
from pytest_reconaudit.target import Target, once, passing

__all__ = [
    "Pass",
    "Promise",
    "ScanCrash",
    "begin",
    "configure",
    "is_ready",
    "keep",
    "note_slow",
    "scan_all",
    "scanned",
    "slow_files",
    "source_files",
]

T = TypeVar("T")

_LINE = 2_000
"""Characters a line on average, beyond which a file is no source but a bundle or data."""
_SMALL = 2_000_000
"""Encoded bytes of one scan's records that are kept decoded, those that were read last; decoded
they take ten times as much."""
_SUFFIXES = tuple(suffix for suffix, kind in LANGUAGES.items() if kind != "bash")
_FEW = 40
"""Files for which one more process is worth its start."""
_HANDFUL = 8
"""Files that are scanned before another process would have begun."""
_SECONDS = 20.0
"""What one file may take; real ones take milliseconds."""
_LOST = 40.0
"""What all files that are given up may take together; beyond it each has a second."""


class ScanCrash(Exception):
    """A scan failed on a file: a bug of ours, shown by every check that needs the scan."""


class Pass(Struct, frozen=True, eq=False):
    """What one pass over the sources found."""

    found: dict[str, dict[str, bytes]]
    """Scan → path → its record, encoded."""
    crashes: dict[str, str]
    """Scan → what went wrong first."""
    slow: tuple[str, ...] = ()
    """The files that were given up: a quicker or less busy machine may read them."""


class _Memory(Struct, eq=False):
    """What an earlier run found, and what this one adds to it."""

    key: str = ""
    """Names the target and all that reads it; empty when nothing is to be kept."""
    known: kept_scans.Scanned = {}
    digests: dict[str, bytes] = {}
    """Path → digest of its text, as far as it was asked for."""

    def digest(self, path: str, text: str) -> bytes:
        known = self.digests.get(path)
        if known is None:
            known = self.digests[path] = kept_scans.digest_of(text)
        return known

    def of(self, path: str, text: str) -> dict[str, bytes] | None:
        """Scan → its record of a text that an earlier run scanned."""
        kept = self.known.get(path)
        return kept[1] if kept is not None and kept[0] == self.digest(path, text) else None


class _Records(Mapping[str, T]):
    """Path → record of one scan, decoded when asked for."""

    def __init__(self, data: dict[str, bytes], record: type[Struct]) -> None:
        self._data = data
        self._decode = msgspec.msgpack.Decoder(record).decode
        self._known: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        """What was read before ``_known``: what nobody asks for again is dropped with it."""
        self._size = 0
        """Encoded bytes of ``_known``."""

    def __getitem__(self, path: str) -> T:
        known: Any = self._known.get(path)
        if known is None:
            data = self._data[path]
            known = self._before.get(path)
            if known is None:
                known = self._decode(data)
            self._size += len(data)
            if self._size > _SMALL // 2:
                self._before, self._known, self._size = self._known, {}, len(data)
            self._known[path] = known
        return cast(T, known)

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, path: object) -> bool:
        return path in self._data


def scanned(target: Target, scan: Callable[[Code], T | None]) -> Mapping[str, T]:
    """Path → what a scan found there, by path; files in which it found nothing are left out.

    :raises ScanCrash: when the scan failed on some file.
    """
    records = _records(target)
    name = scan.__name__
    known = records.get(name)
    if known is None:
        done = _pass(target)
        if name in done.crashes:
            raise ScanCrash(done.crashes[name])
        known = records[name] = _Records(done.found.get(name, {}), scans()[name].record)
    return known


@once
def source_files(target: Target) -> tuple[tuple[str, str], ...]:
    """(path, language) of every audited source file in Rust, TypeScript, JavaScript or Python,
    tests included, generated files and bundles left out."""
    return tuple((path, kind) for path, kind, made in _sources(target, 0, 1) if not made)


def _sources(target: Target, part: int, parts: int) -> Iterator[tuple[str, str, bool]]:
    """(path, language, whether a program wrote it) of every ``parts``-th of the source files, from
    number ``part`` on."""
    candidates = [path for path in target.files if path.lower().endswith(_SUFFIXES)]
    for path in candidates[part::parts]:
        text = target.text(path)
        whole = text and len(text) < _LINE * (text.count("\n") + 1)
        if whole and not _bundled(text):
            language = LANGUAGES[posixpath.splitext(path)[1].lower()]
            yield path, language, target.is_generated(path)


def _bundled(text: str) -> bool:
    """Whether a bundler or compiler wrote the script: its last line tells where the map of the
    sources lies."""
    last = text.rstrip()[-300:].rpartition("\n")[2]
    return last.startswith(
        ("//# sourceMappingURL=", "//@ sourceMappingURL=", "/*# sourceMappingURL=")
    )


class _Pending(Struct):
    """A part of the pass that another process makes for this one and its forks."""

    part: int
    parts: int
    promise: Promise


class Promise(Protocol):
    def ended(self) -> bool: ...
    def result(self) -> Any: ...


def slow_files(target: Target) -> tuple[str, ...]:
    """The files that the pass has given up, as far as there was one."""
    return tuple(_given_up(target))


def note_slow(target: Target, paths: Iterable[str]) -> None:
    """Add the files that the pass of another process has given up."""
    known = _given_up(target)
    known.extend(path for path in paths if path not in known)


@once
def _given_up(target: Target) -> list[str]:
    return []


def begin(
    target: Target, start: Callable[[Callable[[], Pass]], Promise | None], parts: int
) -> None:
    """Let other processes make the pass; without them it is made when somebody asks.

    :param start: starts work elsewhere and returns what waits for it (``beside.start``).
    :param parts: into how many the sources are divided; few that are not known make one.
    """
    memory = _memory(target)
    if memory.known:
        count = sum(memory.of(path, target.text(path)) is None for path, _ in source_files(target))
    else:
        count = sum(path.lower().endswith(_SUFFIXES) for path in target.files)
    scans()  # imported once, before the processes part
    if count <= _HANDFUL:
        _pass(target)
        return
    parts = min(parts, 1 + count // _FEW)
    for part in range(parts):
        promise = start(partial(scan_all, target, part, parts))
        if promise is None:
            return
        _pending(target).append(_Pending(part, parts, promise))


def is_ready(target: Target) -> bool:
    """Whether nobody would have to wait for what other processes find."""
    return all(one.promise.ended() for one in _pending(target))


def configure(target: Target, key: str) -> None:
    """Use what an earlier run kept under a key, and let :func:`keep` add to it.

    :param key: names the target and everything that the scans depend on but the texts.
    """
    memory = _memory(target)
    memory.key, memory.known = key, kept_scans.load(key, target.root)


def keep(target: Target) -> None:
    """Keep what the pass found for the next run, if there was one and it met anything new.

    The texts are those of this run; to be called only while they still lie on the disk.
    """
    memory = _memory(target)
    done = _made(target)
    if not memory.key or not done or done[0].crashes:
        return
    found: kept_scans.Scanned = {}
    new = False
    for path, _ in source_files(target):
        if path not in done[0].slow:
            text = target.text(path)
            new = new or memory.of(path, text) is None
            found[path] = (memory.digest(path, text), {})
    if not new and len(found) == len(memory.known):
        return
    for name, records in done[0].found.items():
        for path, record in records.items():
            if path in found:  # a file is given up in the middle of its scans
                found[path][1][name] = record
    kept_scans.save(memory.key, found, target.root)


@once
def _memory(target: Target) -> _Memory:
    return _Memory()


@once
def _made(target: Target) -> list[Pass]:
    """The pass, when there was one."""
    return []


@once
def _pending(target: Target) -> list[_Pending]:
    return []


@passing
def _records(target: Target) -> dict[str, Any]:
    return {}


@once
def _pass(target: Target) -> Pass:
    pending = _pending(target)
    with suspended():
        if pending and len(pending) == pending[0].parts:
            done = _joined(
                [one.promise.result() or scan_all(target, one.part, one.parts) for one in pending]
            )
        else:
            done = scan_all(target)
        note_slow(target, done.slow)
        _made(target).append(done)
        return done


def _joined(parts: list[Pass]) -> Pass:
    if len(parts) == 1:
        return parts[0]
    found = {
        name: dict(sorted(item for part in parts for item in part.found[name].items()))
        for name in parts[0].found
    }
    crashes = {name: text for part in reversed(parts) for name, text in part.crashes.items()}
    return Pass(found, crashes, tuple(path for part in parts for path in part.slow))


def scan_all(target: Target, part: int = 0, parts: int = 1) -> Pass:
    """Run every scan on every source file, or on one of several parts of them, that it wants."""
    by_language: dict[str, list[Scan]] = {}
    found: dict[str, dict[str, bytes]] = {}
    crashes: dict[str, str] = {}
    encode = msgspec.msgpack.Encoder().encode
    for name, one in scans().items():
        found[name] = {}
        for language in one.languages:
            by_language.setdefault(language, []).append(one)
    slow: list[str] = []
    lost = 0.0
    memory = _memory(target)
    for path, language, made in _sources(target, part, parts):
        text = target.text(path)
        if (known := memory.of(path, text)) is not None:
            for name, record in known.items():
                if name in found:
                    found[name][path] = record
            continue
        test = is_test_path(path)
        wanted = [
            one
            for one in by_language.get(language, ())
            if (one.tests or not test) and (one.generated or not made) and one.wants(text, path)
        ]
        if not wanted:
            continue
        limit = min(_SECONDS, max(_LOST - lost, 1.0))
        try:
            with deadline(limit):
                tree = read_syntax(text, path)
                if tree.is_late:
                    slow.append(path)
                code = code_of(tree)
                for one in wanted:
                    try:
                        result = one.read(code)
                        if result is not None:
                            found[one.name][path] = encode(result)
                    except TimeLimit:
                        raise
                    except Exception as error:  # of this scan alone: the others go on
                        text = f"{path}: {type(error).__name__}: {error}"
                        crashes.setdefault(one.name, text)
        except TimeLimit:
            # A file made to be slow is left out, as one that is too large; nobody else pays.
            lost += limit
            slow.append(path)
    return Pass(found, crashes, tuple(slow))
