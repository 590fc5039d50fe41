"""Lists that are refused when they are long."""

from __future__ import annotations

import re

from pytest_reconaudit.patterns import regex

__all__ = ["is_capped"]

_PLAIN = regex(r"[\w$.?]{1,80}")
_RUST = regex(r"(?:\.(?:iter|into_iter|clone|drain)\([^()]*\))*\)*$")
_REFUSES = regex(r"\b(?:throw|return|raise|reject|bail!?)\b")
_LINES = 80
_MANY = 20
_LONG = 400
"""Characters of an expression that is still one list."""


def is_capped(text: str, line: int, over: str) -> bool:
    """Whether a list that is gone over at a line was refused before when it has many elements:
    ``if (tags.length > MAX_TAGS) throw …``. A written-out limit counts up to twenty."""
    if len(over) > _LONG:
        return False
    over = _RUST.sub("", over.strip().lstrip("&*("))
    if _PLAIN.fullmatch(over) is None:
        return False
    before = "\n".join(text.splitlines()[max(line - _LINES, 0) : line])
    name = re.escape(over)
    for match in re.finditer(
        rf"(?:\b{name}\??\.(?:length|size|len\(\))|\blen\(\s*{name}\s*\))(?:\s+as\s+\w+)?\s*>=?\s*"
        r"(?:(\d{1,6})\b|(?:\w+(?:\.|::))*[A-Z][A-Z0-9_]{2,}\b)",
        before,
    ):
        few = match[1] is None or 1 < int(match[1]) <= _MANY
        if few and _REFUSES.search(before[match.end() : match.end() + 200]):
            return True
    return False
