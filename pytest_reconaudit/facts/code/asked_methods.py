"""Which method a line of a handler is for, when the handler answers several."""

from __future__ import annotations

from pytest_reconaudit.facts.network.routes import Route
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routing import ANY
from pytest_reconaudit.target import Target

__all__ = ["asked_method"]

_ASKED = regex(
    r"(?:\bmethod\b[^\n]{0,40}?[!=]==?\s*|\bcase\s+)[\"'](GET|POST|PUT|PATCH|DELETE)[\"']"
    r"|\bhandle(GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Patch|Delete)\b"
)
"""``if (req.method === "GET")``, ``case "POST":``, ``const handleGET = …``."""


def asked_method(target: Target, path: str, line: int, route: Route) -> str:
    """The method of a request that gets to a line.

    :returns: empty when the route answers any and nothing before the line tells.
    """
    if route.method != ANY:
        # One function of Flask may answer several.
        own = _branch(target, path, line) if path.endswith(".py") else ""
        return own or route.method
    here = route.place.path == path
    text = target.text(route.place.path)
    if here:
        before = "".join(text.splitlines(keepends=True)[:line])
        asked = _all(before)
        if asked:
            return asked[-1]
    every = set(_all(text))
    return every.pop() if len(every) == 1 else ""


_IN_BRANCH = regex(
    r"if\s+(?:\w+\.)?request\.method\s*==\s*[\"'](GET|POST|PUT|PATCH|DELETE)[\"']"
    r"|if\s+(?:\w+\.)*(?:validate_on_submit|is_submitted)\("
)
"""``if request.method == "POST":``, and the form of WTForms that was sent."""
_MOST_ABOVE = 400


def _branch(target: Target, path: str, line: int) -> str:
    """The method that a branch around a line of Python asks for; empty without one."""
    lines = target.lines(path)[max(line - 1 - _MOST_ABOVE, 0) : line]
    indent = _MOST_ABOVE
    for text in reversed(lines):
        stripped = text.lstrip()
        own = len(text) - len(stripped)
        if not stripped or stripped[0] in "#)]}" or own >= indent:
            continue
        indent = own
        if stripped.startswith(("def ", "async def ", "class ")):
            return ""
        found = _IN_BRANCH.match(stripped)
        if found is not None:
            return found[1] or "POST"
    return ""


def _all(text: str) -> list[str]:
    return [str(match[1] or match[2]).upper() for match in _ASKED.finditer(text)]
