"""Requests that are answered from a cache before they come to a function."""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise

from pytest_reconaudit.facts.code.functions import Ref, callees, outlined, reached
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["is_behind_cache"]

_FOUND = regex(
    r"\bif\s+let\s+(?:Ok\s*\(\s*)?Some\s*\(\s*(?:ref\s+|mut\s+)?(?P<name>\w+)\s*\)\s*\)?\s*="
    r"(?P<source>[^{};]{1,300})\{(?P<body>[^{}]{0,400})"
)
"""What a request goes on with where there is a value: ``if let Some(known) = found {``."""
_CACHE = regex(r"(?i)cache|redis|memo(?:ized|ry)|moka|\bkv\b")
_BEFORE = 8_000
"""Characters before a call that are looked at."""
_MANY = 20


def is_behind_cache(target: Target, ref: Ref, line: int) -> bool:
    """Whether requests come to a line of a function only where a cache has nothing for them: on the
    way to it, a value that was found in one is returned."""
    found = reached(target).get(ref)
    steps = [(ref, line)]
    chain = found.chain if found is not None else ()
    for caller, callee in pairwise(chain):
        called = [call.line for call, refs in callees(target, caller) if refs and callee in refs]
        if called:
            steps.append((caller, min(called)))
    return any(_returns_found(target, *step) for step in steps)


def _returns_found(target: Target, ref: Ref, line: int) -> bool:
    """Whether a function returns what a cache has before a line."""
    if not ref.path.endswith(".rs"):
        return False
    lines = target.lines(ref.path)
    before = "\n".join(lines[outlined(target, ref).line - 1 : line - 1])[-_BEFORE:]
    for match in deque(_FOUND.finditer(before), maxlen=_MANY):
        body = match["body"]
        if "return" not in body or not re.search(rf"\b{match['name']}\b", body):
            continue
        source = match["source"].strip()
        if re.fullmatch(r"&?\w+", source):
            # What the name was bound to, a few lines above.
            bound = re.compile(rf"\blet\s+(?:mut\s+)?{source.lstrip('&')}\b[^;]{{0,400}}")
            source = next(reversed(bound.findall(before[: match.start()])), source)
        if _CACHE.search(source):
            return True
    return False
