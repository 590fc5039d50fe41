"""Who waits for a line of a script: a page, a component, a request."""

from __future__ import annotations

import bisect
import re

from pytest_reconaudit.facts.code.functions import callers_of, function_at, reached, served_outside
from pytest_reconaudit.facts.web.left_alone import is_left_alone
from pytest_reconaudit.facts.web.modules import importers
from pytest_reconaudit.facts.web.shown import COMPONENTS, shown
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited, AwaitingFunction
from pytest_reconaudit.target import Target, once

__all__ = ["PAGE", "is_awaited_by_page", "is_by_hand", "is_by_interval", "is_served", "loads_page"]


_BY_HAND = regex(r"\bprocess\.(?:argv|exit\()")


def is_by_hand(text: str) -> bool:
    """Whether a script is one that somebody runs by hand."""
    return text.startswith("#!") or ("process." in text and _BY_HAND.search(text) is not None)


_ROUND = 12
"""Lines."""


def is_by_interval(target: Target, path: str, first: int, line: int) -> bool:
    """Whether a loop runs every so often by itself, and nobody waits for it."""
    lines = target.text(path).split("\n")[max(first, line - _ROUND) - 1 : line]
    return any("setInterval(" in one for one in lines)


def is_served(target: Target, path: str, line: int) -> bool:
    return function_at(target, path, line) in reached(target) or served_outside(target, path, line)


_MAX_STEPS = 4


def is_awaited_by_page(
    target: Target, path: str, function: AwaitingFunction, line: int, over: str = ""
) -> bool:
    """Whether a page, a component or a request is known to wait for a line.

    :param over: of a loop: what it goes over.
    """
    text = target.text(path)
    if path in shown(target) or _ACTIONS.search(text[:400]):
        return True
    if is_served(target, path, line):
        return not is_left_alone(target, path, line, over)
    name = function.name.rpartition(".")[2]
    if name and any(
        _is_component(target, user) and re.search(rf"\b{re.escape(name)}\(", target.text(user))
        for user, specifier in importers(target).get(path, ())
        if not specifier.type_only
    ):
        return True
    ref = function_at(target, path, line)
    seen = {ref}
    some = [ref] if ref is not None else []
    for _ in range(_MAX_STEPS):
        callers = {caller for one in some for caller, _ in callers_of(target, one)} - seen
        if any(one in reached(target) or _is_component(target, one.path) for one in callers):
            return True
        seen |= callers
        some = list(callers)
    return False


_ACTIONS = regex(r"^\s*['\"]use server['\"]", re.MULTILINE)


def _is_component(target: Target, path: str) -> bool:
    return path.endswith(COMPONENTS) and path in shown(target)


PAGE = regex(
    r"(?:^|/)app/(?:[^/]+/)*(?:page|layout|template)\.[jt]sx?$|(?:^|/)pages/(?!api/).*\.[jt]sx?$"
    r"|(?:^|/)app/routes/.*\.[jt]sx?$|(?:^|/)\+(?:page|layout)(?:\.server)?\.[jt]s$"
)
"""Files that a framework makes a page of: Next.js, Remix, SvelteKit."""
_LOADS = regex(
    r"^export\s+(?:const|let|(?:async\s+)?function)\s+(?:getServerSideProps|loader|load)\b"
    r"|^export\s+default\s+async\s+function\b|^(?:export\s+)?async\s+function\s+[A-Z]\w*(?:Page|Layout)\b"
)
_TOP = regex(r"^(?:export\b|(?:async\s+)?function\b|const\b|let\b|class\b)")


def loads_page(target: Target, path: str, rows: list[list[Awaited]]) -> bool:
    """Whether a whole page waits for the rows each time that somebody opens it."""
    if PAGE.search(path) is None:
        return False
    heads = _heads(target, path)
    for row in rows:
        head = bisect.bisect_right(heads, row[0].line) - 1
        if head < 0 or _LOADS.match(target.line(path, heads[head])) is None:
            return False
    return True


def _heads(target: Target, path: str) -> list[int]:
    """The lines on which a file's outermost definitions begin."""
    known = _heads_of_pages(target)
    if path not in known:
        lines = target.text(path).split("\n")
        known[path] = [number for number, one in enumerate(lines, 1) if _TOP.match(one)]
    return known[path]


@once
def _heads_of_pages(target: Target) -> dict[str, list[int]]:
    """Page → :func:`_heads`, which fills it."""
    return {}
