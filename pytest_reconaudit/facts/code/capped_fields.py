"""Lists of a request whose length its model limits: pydantic, zod, class-validator."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["is_capped_field"]

_FEW = 20
"""Elements of a list that is short."""
_FIELD = regex(r"(?:[\w$]{1,60}[?!]?\.){0,4}([a-zA-Z_]\w{2,60})")
_SUFFIXES = (".py", ".ts")
_BOUNDS = ("max", "Max", "len(")
_LISTS = {
    ".py": regex(
        r"[ \t]*(?:Annotated\[[ \t]*)?(?:Optional\[)?(?:typing\.)?(?:list|List|Sequence|set|Set"
        r"|conlist)\b(?![^\n]{0,200},[ \t]*\n)"
    ),
    ".ts": regex(r"\s*z\s*\.\s*array\(|[ \t]*(?:Array<[\w.<>]{1,60}>|[\w.<>]{1,60}\[\])\s*[;=\n]"),
}
"""A list as the type of a field; of Python not as that of a parameter on a line of its own."""
_WITHIN = regex(
    r"(?:\bmax_(?:length|items)\s*=\s*|\.max\(\s*|ArrayMaxSize\(\s*|\bmax\s*=\s*)(\d{1,6})\b"
)
_AROUND = 200
"""Characters of a declaration, and of the decorators above it."""


def is_capped_field(target: Target, over: str) -> bool:
    """Whether what is gone over is called as a list of a request's model which may have no more
    than twenty elements, wherever one is called so.

    :param over: what a loop goes over: ``body.course_ids``.
    """
    field = _FIELD.fullmatch(over)
    if field is None:
        return False
    known = _known(target)
    if field[1] not in known:
        known[field[1]] = _is_capped(target, field[1])
    return known[field[1]]


@once
def _known(target: Target) -> dict[str, bool]:
    """By name; filled as they are asked for."""
    return {}


def _is_capped(target: Target, name: str) -> bool:
    declared = re.compile(rf"(?m)^[ \t]++(?:readonly\s+)?{name}[?!]?[ \t]*:")
    found = False
    for path in target.files:
        if not path.endswith(_SUFFIXES) or is_test_path(path):
            continue
        text = target.text(path)
        if name not in text:
            continue
        for match in declared.finditer(text):
            if _LISTS[path[-3:]].match(text, match.end()) is None:
                continue
            if path.endswith(".ts") and not _is_validated(text, match):
                continue
            if not any(word in text for word in _BOUNDS) or not _is_short(text, name, match):
                return False
            found = True
    return found


def _is_validated(text: str, match: re.Match[str]) -> bool:
    """Whether a field of a script is one of a schema, or of a class whose fields are looked at."""
    above = text[max(match.start() - _AROUND, 0) : match.start()].rstrip()
    return text[match.end() :].lstrip().startswith("z") or above.endswith(")")


def _is_short(text: str, name: str, match: re.Match[str]) -> bool:
    """Whether a declaration of a list, or a validator of it, says that it is short."""
    after = text[match.end() : match.end() + _AROUND]
    after = re.split(r"\n\s*(?:\w+\s*[?!]?:|@|#\[|pub\b|def\b|class\b|\}|$)", after)[0]
    above = text[max(match.start() - _AROUND, 0) : match.start()]
    above = re.split(r"[;,{}]\s*\n|\n\s*\n|:\s*\n|[\w\])]\s*\n(?=\s*\w)", above)[-1]
    bounds = [int(one) for one in _WITHIN.findall(f"{above} {after}")]
    for one in re.finditer(rf"validator\([^()\n]{{0,200}}['\"]{name}['\"]", text):
        body = text[one.end() : one.end() + 2 * _AROUND]
        bounds += [int(each) for each in re.findall(r"\blen\(\s*\w+\s*\)\s*>\s*(\d{1,6})\b", body)]
    return any(bound <= _FEW for bound in bounds)
