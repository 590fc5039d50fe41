"""Which existing name a missing one probably meant; a wrong hint is worse than none.

Names that share most of their letters are often siblings (``compose.staging.yml`` beside
``compose.monitoring.yml``): what tells them apart is one whole word. So names are compared word
by word, and a word only counts as the same when it is misspelt, cut short or in the plural.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pytest_reconaudit.patterns import regex

__all__ = ["alike", "same_words", "word_key"]

_WORD = regex(r"[A-Za-z]+|[0-9]+")
_ENDINGS = {"yml": "yaml"} | dict.fromkeys(("mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"), "js")
"""Spellings of one suffix: a tool that looks for the one often takes the other."""
_LONGEST = 200
"""Longer names are compared letter by letter only for being equal."""


def same_words(one: str, other: str) -> bool:
    """Whether two names differ in separators, order, case or the spelling of a suffix only."""
    ours, theirs = _words(one), _words(other)
    return sorted(ours) == sorted(theirs) or "".join(ours) == "".join(theirs)


def word_key(name: str) -> tuple[str, ...]:
    """The words of a name in an order of its own: equal for names of the same words."""
    return tuple(sorted(_words(name)))


def alike(name: str, names: Iterable[str]) -> str:
    """The name among others that this one is a slip of, best first; empty when there is none."""
    ours = _words(name)
    best: tuple[int, str] | None = None
    for other in names:
        if other == name or len(other) > _LONGEST or len(name) > _LONGEST:
            continue
        cost = 0 if same_words(name, other) else _cost(ours, _words(other))
        if cost is not None and (best is None or (cost, other) < best):
            best = (cost, other)
    return best[1] if best is not None else ""


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    words = [word.lower() for word in _WORD.findall(name)]
    if "." in name and len(words) > 1:
        words[-1] = _ENDINGS.get(words[-1], words[-1])
    return tuple(words)


def _cost(ours: Sequence[str], theirs: Sequence[str]) -> int | None:
    """How far two names lie apart; ``None`` when a word of one is foreign to the other."""
    if len(ours) != len(theirs):
        return None
    total = 0
    for one, other in zip(ours, theirs, strict=True):
        if one == other:
            continue
        cost = _slip(one, other)
        if cost is None:
            return None
        total += cost
    return total if 0 < total <= 2 else None


def _slip(one: str, other: str) -> int | None:
    """The cost of taking one word for the other, if that is likely at all."""
    short, long = sorted((one, other), key=len)
    if re.match(r"\d", one) or re.match(r"\d", other):
        return None  # another version, another port
    if len(short) >= 3 and long.startswith(short):
        return 1  # prod and production, secret and secrets
    distance = _distance(one, other)
    allowed = 2 if len(short) >= 8 else 1 if len(short) >= 5 or sorted(one) == sorted(other) else 0
    return distance if distance <= allowed else None


def _distance(one: str, other: str) -> int:
    """Edits between two words; two letters that changed places are one edit."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
