"""Which paths the configuration of a secret scanner excepts: gitleaks, detect-secrets and others.

The patterns are another's and may be made to never end: none is compiled. What reduces to a plain
text at the start, at the end or within a path is compared as text, everything else is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.data import read_toml
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml

__all__ = ["ScanException", "read_scan_exceptions"]


class ScanException(Struct, frozen=True):
    """One exception. ``text`` is what a path must be, begin with, end in or hold."""

    text: str
    place: Place
    starts: bool = False
    ends: bool = False
    line: int = 0
    """The only line of the file that is meant; 0: the whole file."""
    spelled: bool = False
    """``text`` is a longer pattern, in which the whole path is to stand."""

    def covers(self, path: str, line: int) -> bool:
        """Whether the exception is for a line of a path."""
        if self.line and abs(self.line - line) > _MOVED:
            return False
        if self.spelled:
            return len(path) >= _SHORTEST and path in self.text
        if self.starts and self.ends:
            return path == self.text
        if self.starts:
            return path.startswith(self.text)
        return path.endswith(self.text) if self.ends else self.text in path


_MOVED = 3
"""Lines by which a secret may have moved since somebody looked."""
_MOST_TEXT = 2_000_000
_MOST_PATTERNS = 300
_MOST = 5_000
_SHORTEST = 3
"""A shorter text says nothing about the path it is found in."""
_WILD_STARTS = (
    "(.*?)",
    "(.*)",
    "(.+)",
    "(?:.*)",
    "(^|/)",
    "(?:^|/)",
    "(?:^|.*/)",
    ".*?",
    ".*",
    ".+",
)
_WILD_ENDS = ("(.*?)", "(.*)", "(.+)", "(?:.*)", ".*?", ".*", ".+")
_NEGATIONS = ("(?!", "(?<!", "[^")
_SYNTAX = frozenset("\\[](){}*+?|^$")


def read_scan_exceptions(text: str, path: str) -> tuple[ScanException, ...]:
    """Every exception that can be read as plain text. Never raises."""
    if len(text) > _MOST_TEXT:
        return ()
    name = path.rpartition("/")[2]
    if name.endswith(".toml"):
        found = _gitleaks(text, path)
    elif name.endswith(".baseline"):
        found = _detect_secrets(text, path)
    elif name.endswith((".yml", ".yaml")):
        found = _ggshield(text, path)
    elif "trufflehog" in name:
        found = _trufflehog(text, path)
    else:
        found = _fingerprints(text, path)
    ones: list[ScanException] = []
    for one in found:
        if len(ones) >= _MOST:
            break
        if len(one.text) >= _SHORTEST:
            ones.append(one)
    return tuple(ones)


def _gitleaks(text: str, path: str) -> Iterator[ScanException]:
    """The lists that hold for all rules, and those of the rule for private keys."""
    root = read_toml(text, path).map
    for held in _lists(root):
        if f"{held.get('condition', '')}".upper() == "AND" and set(held) & _OTHER_CONDITIONS:
            continue
        for key in ("paths", "files"):
            for pattern in _texts(held.get(key)):
                at = text[:_MOST_SEARCHED].find(pattern)
                one = _plain(pattern, Place(path, text.count("\n", 0, max(at, 0)) + 1))
                if one is not None:
                    yield one


_OTHER_CONDITIONS = frozenset({"regexes", "stopwords", "commits"})


_MOST_SEARCHED = 100_000


def _lists(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in ("allowlist", "allowlists"):
        held = root.get(key)
        for one in held[:_MOST_LISTS] if isinstance(held, list) else [held]:
            if isinstance(one, dict):
                yield one


_MOST_LISTS = 20


def _texts(value: Any) -> Iterator[str]:
    for one in value[:_MOST_PATTERNS] if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one


def _fingerprints(text: str, path: str) -> Iterator[ScanException]:
    """``.gitleaksignore``: ``[commit:]path:rule:line``."""
    for number, raw in enumerate(text.split("\n"), 1):
        parts = raw.partition("#")[0].strip().split(":")
        if len(parts) in (3, 4) and parts[-1].isdigit() and len(parts[-1]) < 9:
            yield ScanException(parts[-3], Place(path, number), True, True, int(parts[-1]))


def _detect_secrets(text: str, path: str) -> Iterator[ScanException]:
    """The results that nobody has confirmed to be secrets."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return
    results = root.get("results") if isinstance(root, dict) else None
    if not isinstance(results, dict):
        return
    heads = (line.strip().split('"') for line in text.split("\n"))
    lines = {head[1]: n for n, head in enumerate(heads, 1) if head[0] == "" and head[2:] == [": ["]}
    for name, ones in list(results.items())[:_MOST]:
        at = lines.get(name, 1)
        for one in ones if isinstance(ones, list) else []:
            line = one.get("line_number") if isinstance(one, dict) else None
            if isinstance(line, int) and line > 0 and one.get("is_secret") is not True:
                yield ScanException(name, Place(path, at), True, True, line)


def _ggshield(text: str, path: str) -> Iterator[ScanException]:
    """``ignored_paths`` of version 2, ``paths-ignore`` of version 1: shell patterns."""
    for document in read_yaml(text, path).documents:
        root = document.map
        for held, key in (
            (root.map("secret"), "ignored_paths"),
            (root.map("secret"), "ignored-paths"),
            (root, "paths-ignore"),
        ):
            yield from _globs(held, key)


def _globs(held: Map, key: str) -> Iterator[ScanException]:
    listed: Seq = held.seq(key)
    for index, pattern in enumerate(listed[:_MOST_PATTERNS]):
        if isinstance(pattern, str):
            inner = pattern.removeprefix("./").removeprefix("**/")
            starts = inner == pattern.removeprefix("./")
            bare = inner.removesuffix("**/*").removesuffix("**").removesuffix("/*")
            if not any(char in bare for char in "*?[]{}!"):
                ends = bare == inner and not bare.endswith("/")
                yield ScanException(bare, listed.item_place(index), starts, ends)


def _trufflehog(text: str, path: str) -> Iterator[ScanException]:
    """A file for ``--exclude-paths``: a pattern a line."""
    for number, line in enumerate(text.split("\n")[:_MOST_PATTERNS], 1):
        pattern = line.strip()
        one = _plain(pattern, Place(path, number)) if pattern and pattern[0] != "#" else None
        if one is not None:
            yield one


def _plain(pattern: str, place: Place) -> ScanException | None:
    """A pattern as plain text, where it is one behind its anchors and wildcards."""
    rest = pattern
    starts = rest.startswith("^")
    rest = rest.removeprefix("^")
    for wild in _WILD_STARTS:
        if rest.startswith(wild):
            rest, starts = rest[len(wild) :], False
            break
    ends = rest.endswith("$") and not rest.endswith("\\$")
    rest = rest.removesuffix("$") if ends else rest
    for wild in _WILD_ENDS:
        if rest.endswith(wild) and not rest.endswith(f"\\{wild}"):
            rest, ends = rest[: -len(wild)], False
            break
    text = _unescaped(rest)
    if text is not None:
        return ScanException(text, place, starts, ends)
    if any(one in pattern for one in _NEGATIONS):
        return None
    return ScanException(pattern.replace("\\", ""), place, spelled=True)


def _unescaped(pattern: str) -> str | None:
    """The text that a pattern without any syntax stands for; a bare ``.`` is taken for a dot."""
    found: list[str] = []
    escaped = False
    for char in pattern:
        if escaped:
            if char.isalnum():
                return None
            found.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in _SYNTAX:
            return None
        else:
            found.append(char)
    return None if escaped else "".join(found)
