"""The source lines around a finding, for the HTML page; secrets are masked line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pytest_reconaudit.masking import hide_secrets
from pytest_reconaudit.model import Finding

__all__ = ["Excerpt", "collect"]

Excerpt = tuple[tuple[int, str], ...]

_CONTEXT = 3
_LONGEST = 240
"""Columns of a line that are shown; it also bounds what the patterns below have to read."""


def collect(
    findings: Iterable[Finding], lines_of: Callable[[str], Sequence[str]]
) -> dict[str, Excerpt]:
    """``str(place)`` → numbered lines, for every finding that stands at a line of a readable file.

    :param lines_of: a path's lines, asked for once a path; empty when the file cannot be read.
    """
    found: dict[str, Excerpt] = {}
    texts: dict[str, Sequence[str]] = {}
    for finding in findings:
        place = finding.place
        if place.line is None or str(place) in found:
            continue
        if place.path not in texts:
            texts[place.path] = lines_of(place.path)
        lines = texts[place.path]
        if not 0 < place.line <= len(lines):
            continue
        first, last = max(1, place.line - _CONTEXT), min(len(lines), place.line + _CONTEXT)
        found[str(place)] = tuple(
            (number, _shown(place.path, lines[number - 1])) for number in range(first, last + 1)
        )
    return found


def _shown(path: str, line: str) -> str:
    line = line.rstrip("\r\n")
    return hide_secrets(path, line if len(line) <= _LONGEST else line[:_LONGEST] + "…")
