"""Documents that a script fills in and writes elsewhere, and where what it writes lies."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["home_of", "is_pattern"]

_PATTERN = regex(r"(?i)\.(?:tpl|tmpl|template|tera|hbs|mustache)\.md$|\.md\.(?:tpl|tmpl)$")
_LONG = 20
"""Characters of a line by which a text is known again."""


def is_pattern(path: str) -> bool:
    """Whether a document is one from which another is written (``README.tpl.md``)."""
    return _PATTERN.search(path) is not None


def home_of(target: Target, path: str) -> str | None:
    """The folder of the document that is written from one; ``None`` where it is not here, so that
    it may belong to another repository.

    It is known by its text: most lines of what it is written from are in it.
    """
    known = _homes(target)
    if path not in known:
        known[path] = _found(target, path)
    return known[path]


@once
def _homes(target: Target) -> dict[str, str | None]:
    """Template → :func:`home_of`, filled on demand."""
    return {}


def _found(target: Target, path: str) -> str | None:
    lines = _lines(target, path)
    stem = posixpath.basename(path).partition(".")[0]
    for other in target.documents:
        if posixpath.basename(other) == f"{stem}.md" and 2 * len(
            lines & _lines(target, other)
        ) > len(lines):
            return posixpath.dirname(other)
    return None


def _lines(target: Target, path: str) -> frozenset[str]:
    lines = (line.strip() for line in target.text(path).split("\n"))
    return frozenset(line for line in lines if len(line) >= _LONG)
