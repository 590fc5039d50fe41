"""Vue components that start a timer or listen to the window when mounted, and never end it.

Read from the text: a component is a page with a script in it, and only the hook that starts
something and the words that end it matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.effects import OpenEffect, OpenEffects

__all__ = ["read_vue_effects"]

_COMMENT = regex(r"/\*.*?(?:\*/|\Z)|(?<![:'\"`])//[^\n]*|<!--.*?(?:-->|\Z)", re.DOTALL)
_MOUNTED = regex(
    r"\bon(?:Before)?Mount(?:ed)?\(|(?<![\w$.])(?:(?:async\s+)?(?:beforeMount|mounted|created)\s*\("
    r"\s*\)\s*\{|(?:mounted|created)\s*:\s*(?:async\s+)?function\s*\(\s*\)\s*\{)"
)
_STARTS = regex(
    r"(?<![\w$.])(?:window\.)?(?P<timer>setInterval)\s*\("
    r"|(?<![\w$.])(?:window|document)\.(?P<listener>addEventListener)\s*\("
    r"(?!\s*['\"](?:beforeunload|unload|pagehide|load|DOMContentLoaded)['\"])"
)
_ENDS = regex(
    r"\b(?:onUnmounted|onBeforeUnmount|beforeUnmount|unmounted|beforeDestroy|destroyed|onScopeDispose"
    r"|onDeactivated|deactivated|clearInterval|removeEventListener|AbortController)\b|\bonce\s*:"
    r"|\bhook:"
)
_SETUP = regex(r"<script\b[^<>]{0,200}\bsetup\b[^<>]{0,200}>")
_OUTERMOST = regex(r"^(?:window|document|setInterval)\b[^\n]*", re.MULTILINE)
_LONGEST = 4_000
"""Characters of a hook that are looked at."""
_MANY = 50
"""Hooks, and what one starts: no component has more."""


def read_vue_effects(text: str, path: str) -> OpenEffects:
    """What the hooks of a component start, where nothing in the file ends such a thing."""
    if "setInterval" not in text and ".addEventListener" not in text:
        return OpenEffects(())
    bare = _COMMENT.sub(_blank, text)
    if _ENDS.search(bare) is not None:
        return OpenEffects(())
    found: dict[int, OpenEffect] = {}
    for start, end in _spans(bare):
        for match in islice(_STARTS.finditer(bare, start, end), _MANY):
            at = match.start()
            name = match["timer"] or match["listener"]
            found[at] = OpenEffect(bare.count("\n", 0, at) + 1, name, lasting=True)
    return OpenEffects(tuple(found[at] for at in sorted(found)))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where a component does what it does once for each time that it is mounted: in its hooks, and
    in the outermost statements of ``<script setup>``."""
    for hook in islice(_MOUNTED.finditer(text), _MANY):
        yield hook.end(), _end(text, hook.end())
    script = _SETUP.search(text)
    if script is not None:
        end = text.find("</script>", script.end())
        within = _OUTERMOST.finditer(text, script.end(), end if end >= 0 else len(text))
        yield from (line.span() for line in islice(within, _MANY))


def _blank(match: re.Match[str]) -> str:
    """A remark without its words, so that lines stay where they are."""
    return "\n" * match[0].count("\n")


def _end(text: str, start: int) -> int:
    """Where the bracket that is open before a place is closed."""
    depth = 1
    for at in range(start, min(len(text), start + _LONGEST)):
        if text[at] in "({":
            depth += 1
        elif text[at] in ")}":
            depth -= 1
            if not depth:
                return at
    return min(len(text), start + _LONGEST)
