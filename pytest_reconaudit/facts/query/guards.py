"""Whether only those who run a platform get to a view: by its decorators, bases and permissions."""

from __future__ import annotations

import re

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["is_for_staff", "names_staff"]

_STAFF = regex(
    r"(?<![a-z])(?:is_?|current_?|active_?|require_?s?_?|for_?)*(?:super_?users?|super_?admins?|staff"
    r"|admins?|administrators?|back_?office)(?![a-z])",
    re.IGNORECASE,
)
_ALSO_OTHERS = regex(r"(?i:_or_|\bor\b|\|)|(?<=[a-z])Or(?=[A-Z])|[oO]wner")
_WORD_ENDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_GIVEN = regex(r"\b(?:Depends|Security)\(\s*([\w.]+)")
_HEAD = regex(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_PERMISSIONS = regex(
    r"^[ \t]+permission_classes[ \t]*(?::[^=\n]*)?=\s*([\[(][^\])]{0,300}|\w+)", re.MULTILINE
)
_PLACES = regex(r"(?:^|/)(?:staff|back_?office)/(?:\w+/)*\w+\.py$")
_TURNED_AWAY = regex(r"^\s+if not\b.{0,80}\.(?:is_staff|is_superuser|is_admin)\b(?!.* or )")
"""What sends everybody else away before anything is done."""
_FIRST = 10
_MOST_HEAD = 12
_MOST_CLASS = 200
_MOST_UP = 400


def names_staff(text: str) -> bool:
    """Whether what a view demands names those who run the platform, and nobody else:
    ``IsAdminUser``, ``staff_member_required``, ``Permission.STAFF_AREA_ACCESS``."""
    return any(
        _STAFF.search(_WORD_ENDS.sub("_", one)) is not None and _ALSO_OTHERS.search(one) is None
        for one in text.split(",")
    )


def is_for_staff(target: Target, path: str, line: int) -> bool:
    """Whether the view of a Python file, a function or a class, in which a line stands is for those
    who run the platform alone.

    :param line: a line of it, or that of its head.
    """
    if not path.endswith(".py"):
        return False
    if _PLACES.search(path):
        return True
    lines = target.text(path).split("\n")
    at = min(line, len(lines)) - 1
    inner = 1_000
    for index in range(at, max(at - _MOST_UP, -1), -1):
        text = lines[index]
        if not text.strip():
            continue
        indent = len(text) - len(text.lstrip())
        head = _HEAD.match(text) if indent < inner else None
        if head is None:
            continue
        inner = indent
        if _demands(target, path, lines, index, indent):
            return True
        if not indent:
            return False
    return False


def _demands(target: Target, path: str, lines: list[str], index: int, indent: int) -> bool:
    """Whether the head of a function or a class, or what stands above it, names such a guard."""
    head = lines[index]
    for text in lines[index + 1 : index + _MOST_HEAD]:
        if head.count("(") <= head.count(")"):
            break
        head = f"{head}\n{text}"
    above = []
    for text in reversed(lines[max(index - _MOST_HEAD, 0) : index]):
        if not text.strip() or len(text) - len(text.lstrip()) < indent or text.lstrip()[0] == "#":
            break
        above.append(text)
    wanted = [one for one in above if one.lstrip().startswith("@")]
    if head.lstrip().startswith("class"):
        wanted.append(head.partition("(")[2])
        end = next(
            (
                at
                for at in range(index + 1, min(index + _MOST_CLASS, len(lines)))
                if lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) <= indent
                if lines[at].lstrip()[0] not in ")#"
            ),
            index + _MOST_CLASS,
        )
        for given in _PERMISSIONS.findall("\n".join(lines[index:end])):
            wanted += [given, *_own_guards(target, path, given)]
    else:
        wanted += _GIVEN.findall(head)
        for text in lines[index + 1 : index + _FIRST]:
            if _TURNED_AWAY.search(text):
                return True
            if _HEAD.match(text) or text[:1] == "@":
                break
    return any(map(names_staff, wanted))


def _own_guards(target: Target, path: str, given: str) -> list[str]:
    """What the permissions that the same file defines look at of a user."""
    text = target.text(path)
    found = []
    for name in re.findall(r"\w+", given):
        at = text.find(f"\nclass {name}(")
        body = text[at + 1 : at + 2_000] if at >= 0 else ""
        body = re.split(r"\n(?=\S)", body, maxsplit=1)[0]
        asked = re.search(r"user\.(is_staff|is_superuser|is_admin)\b", body)
        if asked is not None and "SAFE_METHODS" not in body and "owner" not in body:
            found.append(asked[1])
    return found
