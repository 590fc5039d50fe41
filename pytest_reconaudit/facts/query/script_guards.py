"""Whether a handler of a script turns away whoever does not run the platform."""

from __future__ import annotations

from pytest_reconaudit.facts.code.functions import Reached, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["turns_others_away"]

_LISTED = regex(
    r"(?i)\b\w{0,30}(?:auth|role|allow|guard|access|permit)\w{0,30}\(\s*(?:[\w.]{1,40}\s*,\s*){0,2}"
    r"(?:\[([^\[\]]{1,200})\]|((?:[\"'`][\w-]{1,30}[\"'`]\s{0,9},?\s{0,9}){1,6}))\s*[,)]"
)
"""``requireAuth(["ADMIN"])``, ``authorize("admin")``."""
_WORD = regex(r"[\w.-]+")
_STAFF = regex(
    r"(?i)(?:\w+\.)*(?:(?:is|super|root|sys(?:tem)?|platform|site|global)[_-]?)*"
    r"(?:admin(?:istrator)?s?|super[_-]?users?|staff|root|back[_-]?office)"
)
_TEST = regex(
    r"\bif\s*\(([^{};]{1,200}?)\)\s*+(?:\{\s*+)?(?:return|throw|(?:res|reply|ctx|c)\b|next\()"
)
_ASKS_ROLE = regex(
    r"(?i)\brole\w*\)?\s*!==?\s*(?:[\w.]*\.|[\"'`])(?:super_?)?admin|(?:^|\s|\()!\s*\(?[\w.?]*is_?(?:super_?)?admin"
    r"|(?:^|\s|\()!\s*\(?(?:await\s+)?\w*is\w*admin\("
)
_CLASS_GUARD = regex(
    r"@(?:Roles?|UseGuards|Auth|RequireRoles?|Permissions?)\(([^()]{0,120}(?:\(\))?[^()]{0,80})\)"
)
_MOST = 60
"""Lines of a handler that are looked at."""
_LONGEST = 12_000
_ABOVE = 12
"""Lines of decorators above a class."""


def turns_others_away(target: Target, why: Reached, line: int) -> bool:
    """Whether the handler of a request, as it begins or by what stands above its class, lets
    administrators pass alone.

    :param line: of what runs; of a handler without a name the last line that is looked at.
    """
    handler = why.handler
    if handler.path.endswith((".py", ".rs")):
        return False
    lines = target.lines(handler.path)
    if handler.index < 0:
        place = why.route.place if why.route is not None else None
        if place is None or place.path != handler.path or place.line is None:
            return False
        first, last = place.line, line
    else:
        function = outlined(target, handler)
        if function.owner and _is_guarded_class(lines, function.owner, function.line):
            return True
        first, last = function.line, function.end_line
        if len(why.chain) <= 1:
            last = line
    text = "\n".join(lines[first - 1 : min(last, first + _MOST)])[:_LONGEST]
    if any(_names_staff(one[1] or one[2]) for one in _LISTED.finditer(text)):
        return True
    return any(_refuses_others(one[1]) for one in _TEST.finditer(text))


def _names_staff(given: str) -> bool:
    words = _WORD.findall(given)
    return bool(words) and all(_STAFF.fullmatch(one) for one in words)


def _refuses_others(test: str) -> bool:
    """Whether a condition holds for everybody but administrators."""
    parts = [one for one in test.split("||") if _ASKS_ROLE.search(one)]
    # An owner, or another role, may pass beside them.
    return any("&&" not in one for one in parts)


def _is_guarded_class(lines: list[str], owner: str, line: int) -> bool:
    """Whether the decorators of a handler's class name administrators alone."""
    for at in range(min(line, len(lines)) - 1, -1, -1):
        text = lines[at]
        if "class " in text and f"class {owner}" in text:
            above = "\n".join(lines[max(at - _ABOVE, 0) : at])
            above = above[max(above.rfind("\n}"), above.rfind(";\n"), 0) :]
            return any(
                _names_staff(one[1].replace("AdminGuard", "admin").replace("JwtAuthGuard", ""))
                for one in _CLASS_GUARD.finditer(above)
            )
    return False
