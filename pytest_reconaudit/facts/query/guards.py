"""Whether only those who run a platform get to a view: by its decorators, bases and permissions."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["is_for_staff", "names_staff", "needs_permission"]

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
_IS_STAFF = regex(
    r"\(?(?:(?:\w+\.){0,4}is_(?:staff|superuser)|(?:\w+\.){0,3}(?:\w+_)?user\.is_admin)(?:\(\))?\)?"
    r"|(?:\w+\.){0,3}(?:user_)?is_(?:(?:an?|the|user|site|platform|system|global)_){0,3}(?:staff|super_?user"
    r"|(?:super_?)?admin)(?:_(?:user|member))?\((?:(?:self\.)?request(?:\.user)?|(?:\w+_)?user)\)"
)
"""Of one who asks: whether they run the platform."""
_TEST = regex(r"[ \t]+if[ \t(]")
_REFUSES = regex(
    r"\braise\b|\babort\(|(?<!\d)40[1-6](?!\d)|forbidden|unauthori[sz]ed|denied|not_?allowed|\bredirect\(",
    re.IGNORECASE,
)
_STATEMENT_ENDS = regex(r":\s*(?:#.*)?$")
_FIRST = 16
_MOST_TEST = 5
_LONGEST_TEST = 300
_MOST_REFUSAL = 12
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
    lines = target.lines(path)
    at = min(line, len(lines)) - 1
    inner = 1_000
    for index in range(at, max(at - _MOST_UP, -1), -1):
        text = lines[index]
        if not text.strip():
            continue
        indent = indentation(text)
        head = _HEAD.match(text) if indent < inner else None
        if head is None:
            continue
        inner = indent
        if _demands(target, path, lines, index, indent):
            return True
        if not indent:
            return False
    return False


def needs_permission(target: Target, path: str, line: int) -> bool:
    """Whether a view of Django is for those alone who were given a permission for a whole model:
    editors, moderators, managers.

    :param line: a line of it, or that of its head.
    """
    if not path.endswith(".py"):
        return False
    lines = target.lines(path)
    inner = 1_000
    for index in range(min(line, len(lines)) - 1, max(line - _MOST_UP, -1), -1):
        text = lines[index]
        indent = indentation(text) if text.strip() else inner
        head = _HEAD.match(text) if indent < inner else None
        if head is None:
            continue
        inner = indent
        above = "\n".join(lines[max(index - _MOST_HEAD, 0) : index])
        above = above[above.rfind("\n\n") + 1 :]
        body = "\n".join(lines[index : min(_until(lines, index + 1, indent + 1), index + _FIRST)])
        if _PERMITTED.search(above) or (
            _DEMANDS.search(body) if text.lstrip().startswith("class") else _LACKS.search(body)
        ):
            return True
        if not indent:
            return False
    return False


_PERMITTED = regex(r"@(?:method_decorator\(\s*)?permission_required\(")
_DEMANDS = regex(r"\n[ \t]+permission_required\s*=\s*[\"'(\[]")
_LACKS = regex(
    r"\n[ \t]+if not (?:self\.)?request\.user\.has_perm\([\"'][\w.]+[\"']\):[ \t]*"
    r"\n[ \t]+(?:raise|return)\b"
)


def _demands(target: Target, path: str, lines: list[str], index: int, indent: int) -> bool:
    """Whether the head of a function or a class, or what stands above it, names such a guard."""
    head = lines[index]
    for text in lines[index + 1 : index + _MOST_HEAD]:
        if head.count("(") <= head.count(")"):
            break
        head = f"{head}\n{text}"
    above = []
    for text in reversed(lines[max(index - _MOST_HEAD, 0) : index]):
        if not text.strip() or indentation(text) < indent or text.lstrip()[0] == "#":
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
        if _turns_away(lines, index, indent):
            return True
    return any(map(names_staff, wanted))


def _turns_away(lines: list[str], index: int, indent: int) -> bool:
    """Whether a function first of all refuses whoever does not run the platform: ``if not
    request.user.is_staff: raise PermissionDenied``, or all that it does stands under ``if
    request.user.is_staff:`` with a refusal behind it."""
    end = min(index + _MOST_UP, len(lines))
    start = next(
        (at + 1 for at in range(index, min(index + _MOST_HEAD, end)) if _opens(lines[at])), end
    )
    inner = next((indentation(one) for one in lines[start:end] if one.strip()), 0)
    for at in range(start, min(start + _FIRST, end)):
        text = lines[at]
        if text.strip() and indentation(text) <= indent:
            return False
        if indentation(text) != inner or _TEST.match(text) is None:
            continue
        last = next((one for one in range(at, min(at + _MOST_TEST, end)) if _opens(lines[one])), at)
        test = " ".join(" ".join(lines[at : last + 1]).split())
        test = test.partition("#")[0].strip().removeprefix("if").rstrip(":").strip()
        if len(test) > _LONGEST_TEST:
            return False
        body = _until(lines, last + 1, inner + 1)
        if _is_of_others(test):
            if _REFUSES.search("\n".join(lines[last + 1 : body])) is not None:
                return True
        elif _is_of_staff(test):
            rest = [one for one in lines[body : _until(lines, body, indent + 1)] if one.strip()]
            told = "\n".join(rest)
            return len(rest) <= _MOST_REFUSAL and _REFUSES.search(told) is not None
    return False


def _is_of_others(test: str) -> bool:
    """Whether a condition surely holds for whoever does not run the platform."""
    whole = _NEGATED.fullmatch(test)
    if whole is not None:
        return _is_of_staff(whole[1])
    parts = [one.strip() for one in test.split(" or ")]
    return any(one[:4] == "not " and _IS_STAFF.fullmatch(one[4:].strip()) for one in parts)


def _is_of_staff(test: str) -> bool:
    """Whether a condition holds for those alone who run the platform."""
    parts = [] if " or " in test else test.split(" and ")
    return any(_IS_STAFF.fullmatch(one.strip()) is not None for one in parts)


_NEGATED = regex(r"not ?\((.{1,200})\)")


def _opens(line: str) -> bool:
    return _STATEMENT_ENDS.search(line) is not None


def _until(lines: list[str], start: int, least: int) -> int:
    """The first line from a place on that is indented less."""
    end = min(start + _MOST_UP, len(lines))
    return next(
        (at for at in range(start, end) if lines[at].strip() and indentation(lines[at]) < least),
        end,
    )


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
