"""What the scans (:mod:`...readers.scanning`) found in every source file of the target.

All scans run in one pass over the sources, the first time that anybody asks: each file is parsed
at most once, and its tree is gone when the next file is read. What they found is kept encoded, a
tenth of what the records take, and read file by file; so a repository of ten thousand sources
needs little more than its texts. The pass may run in another process (:func:`expect`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from pytest_reconaudit.deadline import TimeLimit, deadline, suspended
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.readers.code import Code, code_of
from pytest_reconaudit.readers.scanning import Scan, scans
from pytest_reconaudit.readers.syntax import LANGUAGES, read_syntax
from pytest_reconaudit.target import Target, once

__all__ = ["Pass", "ScanCrash", "expect", "scan_all", "scanned", "source_files"]

T = TypeVar("T")

_LINE = 2_000
"""Characters a line on average, beyond which a file is no source but a bundle or data."""
_SMALL = 8_000_000
"""Encoded bytes of one scan up to which its records are kept once they were read."""
_SECONDS = 20.0
"""What one file may take; real ones take milliseconds."""


class ScanCrash(Exception):
    """A scan failed on a file: a bug of ours, shown by every check that needs the scan."""


class Pass(Struct, frozen=True, eq=False):
    """What one pass over the sources found."""

    found: dict[str, dict[str, bytes]]
    """Scan → path → its record, encoded."""
    crashes: dict[str, str]
    """Scan → what went wrong first."""


class _Records(Mapping[str, T]):
    """Path → record of one scan, decoded when asked for."""

    def __init__(self, data: dict[str, bytes], record: type[Struct]) -> None:
        self._data = data
        self._decode = msgspec.msgpack.Decoder(record).decode
        self._keeps = sum(map(len, data.values())) <= _SMALL
        self._known: dict[str, Any] = {}

    def __getitem__(self, path: str) -> T:
        known: Any = self._known.get(path)
        if known is None:
            known = self._decode(self._data[path])
            if self._keeps:
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
    found = []
    for path in target.files:
        language = LANGUAGES.get(posixpath.splitext(path)[1].lower())
        if language is not None and language != "bash":
            text = target.text(path)
            whole = text and len(text) < _LINE * (text.count("\n") + 1)
            if whole and not target.is_generated(path):
                found.append((path, language))
    return tuple(found)


def expect(target: Target, result: Callable[[], Pass | None]) -> None:
    """Take the pass from somewhere else: ``result`` waits for it, ``None`` when it failed."""
    _expected(target).append(result)


@once
def _expected(target: Target) -> list[Callable[[], Pass | None]]:
    return []


@once
def _records(target: Target) -> dict[str, Any]:
    return {}


@once
def _pass(target: Target) -> Pass:
    with suspended():
        for result in _expected(target):
            if (done := result()) is not None:
                return done
        return scan_all(target)


def scan_all(target: Target) -> Pass:
    """Run every scan on every source file that it wants."""
    by_language: dict[str, list[Scan]] = {}
    found: dict[str, dict[str, bytes]] = {}
    crashes: dict[str, str] = {}
    encode = msgspec.msgpack.Encoder().encode
    for name, one in scans().items():
        found[name] = {}
        for language in one.languages:
            by_language.setdefault(language, []).append(one)
    for path, language in source_files(target):
        text = target.text(path)
        test = is_test_path(path)
        wanted = [
            one
            for one in by_language.get(language, ())
            if (one.tests or not test) and one.wants(text, path)
        ]
        if not wanted:
            continue
        at = ""
        try:
            with deadline(_SECONDS):
                code = code_of(read_syntax(text, path))
                for one in wanted:
                    at = one.name
                    result = one.read(code)
                    if result is not None:
                        found[at][path] = encode(result)
        except TimeLimit:
            # A file made to be slow is left out, as one that is too large; nobody else pays.
            continue
        except Exception as error:
            for one in wanted if not at else [scans()[at]]:
                crashes.setdefault(one.name, f"{path}: {type(error).__name__}: {error}")
    return Pass(found, crashes)
