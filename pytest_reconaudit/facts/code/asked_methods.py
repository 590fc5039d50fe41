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
        return route.method
    here = route.place.path == path
    text = target.text(route.place.path)
    if here:
        before = "".join(text.splitlines(keepends=True)[:line])
        asked = _all(before)
        if asked:
            return asked[-1]
    every = set(_all(text))
    return every.pop() if len(every) == 1 else ""


def _all(text: str) -> list[str]:
    return [str(match[1] or match[2]).upper() for match in _ASKED.finditer(text)]
