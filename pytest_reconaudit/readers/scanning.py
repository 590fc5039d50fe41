"""Scans: what is looked for in source code, one file at a time.

A scan is a pure function from a file's index to a small record (or ``None``: nothing to keep). All
scans of a language run while the file's tree is there, so each file is parsed at most once and no
tree outlives its file. What a scan returns depends on the file's text and path alone; joining
files is the work of facts. So results may be computed in another process and kept between runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct

from pytest_reconaudit.readers.code import Code

__all__ = ["SCRIPT", "Scan", "scan", "scans"]

T = TypeVar("T")

SCRIPT = ("typescript", "tsx", "javascript")


class Scan(Struct, frozen=True, eq=False):
    """A declared scan."""

    name: str
    """Unique; the function's name."""
    languages: tuple[str, ...]
    wants: Callable[[str, str], bool]
    """``(text, path)`` → whether the file may hold anything for it: a cheap look before parsing."""
    read: Callable[[Code], Any]
    record: type[Struct]
    """What it returns."""
    tests: bool
    """Whether files that are test code by their path are scanned too."""
    generated: bool = False
    """Whether files that say that a program wrote them are scanned too."""


_SCANS: dict[str, Scan] = {}


def scan(
    *languages: str,
    record: type[Struct],
    wants: Callable[[str, str], bool],
    tests: bool = False,
    generated: bool = False,
) -> Callable[[Callable[[Code], T]], Callable[[Code], T]]:
    """Declare a scan; its module must lie in ``readers/scans/``."""

    def declare(function: Callable[[Code], T]) -> Callable[[Code], T]:
        name = function.__name__
        if name in _SCANS:
            raise ValueError(f"two scans are called {name}")
        _SCANS[name] = Scan(name, languages, wants, function, record, tests, generated)
        return function

    return declare


@cache
def scans() -> dict[str, Scan]:
    """Every scan by name."""
    import importlib
    import pkgutil

    package = importlib.import_module("pytest_reconaudit.readers.scans")
    for info in pkgutil.iter_modules(package.__path__, "pytest_reconaudit.readers.scans."):
        importlib.import_module(info.name)
    return dict(sorted(_SCANS.items()))
