"""``.dockerignore`` as Docker reads it, which is not as git reads ``.gitignore``.

* Every pattern is anchored at the context root: ``node_modules`` hides ``node_modules`` only,
  not ``web/node_modules`` (that takes ``**/node_modules``). Git would hide both.
* A pattern that matches a folder hides everything below it, but a later ``!pattern`` can bring
  a file below it back (git cannot).
* The last matching line wins. A leading and a trailing ``/`` mean nothing.
* Wildcards are Go's ``filepath.Match`` plus ``**``, which spans any number of folders.

``pathspec`` implements git's rules, hence this reader.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place

__all__ = ["Dockerignore", "DockerignoreRule", "context_glob", "read_dockerignore"]

_MAX_PATTERN = 500
_MAX_WILDCARDS = 8
"""More would let a hostile file make matching slow; no honest pattern has as many."""


class DockerignoreRule(Struct, frozen=True):
    """One pattern; ``text`` is the line as written."""

    text: str
    place: Place
    exception: bool
    match: re.Pattern[str]

    def hits(self, path: str) -> bool:
        """Whether it matches the path or a folder above it."""
        if self.match.fullmatch(path):
            return True
        while "/" in path:
            path = path.rpartition("/")[0]
            if self.match.fullmatch(path):
                return True
        return False


class Dockerignore(Struct, frozen=True):
    """All patterns of a file, in order."""

    path: str
    rules: tuple[DockerignoreRule, ...]

    @property
    def has_exceptions(self) -> bool:
        return any(rule.exception for rule in self.rules)

    def excluded(self, path: str) -> DockerignoreRule | None:
        """The rule that keeps a path (relative to the context) out of the build, if any."""
        verdict: DockerignoreRule | None = None
        for rule in self.rules:
            if rule.exception == (verdict is not None) and rule.hits(path):
                verdict = None if rule.exception else rule
        return verdict


def read_dockerignore(text: str, path: str) -> Dockerignore:
    """The patterns of ``text``. Never raises: a pattern that makes no sense is left out."""
    return Dockerignore(path, tuple(_rules(text, path)))


def _rules(text: str, path: str) -> Iterator[DockerignoreRule]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#"):
            continue
        pattern = line.strip()
        exception = pattern.startswith("!")
        if exception:
            pattern = pattern[1:].strip()
        if not pattern or len(pattern) > _MAX_PATTERN:
            continue
        clean = posixpath.normpath(pattern).lstrip("/")
        if clean in ("", "."):
            continue
        yield DockerignoreRule(line.strip(), Place(path, number, 1), exception, context_glob(clean))


def context_glob(pattern: str) -> re.Pattern[str]:
    """A Go ``filepath.Match`` pattern with ``**`` as a regular expression over whole paths."""
    out, i = [], 0
    if len(re.findall(r"\*+", pattern)) > _MAX_WILDCARDS:
        return re.compile(re.escape(pattern))
    while i < len(pattern):
        if pattern.startswith("**", i):
            while pattern.startswith("*", i):
                i += 1
            if pattern.startswith("/", i):
                i += 1
                out.append("(?:.*/)?")
            else:
                out.append(".*")
            continue
        char = pattern[i]
        i += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and i < len(pattern):
            out.append(re.escape(pattern[i]))
            i += 1
        elif char == "[" and pattern.find("]", i + 1) > 0:
            end = pattern.find("]", i + 1)
            body = pattern[i:end].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{body}]")
            i = end + 1
        else:
            out.append(re.escape(char))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))
