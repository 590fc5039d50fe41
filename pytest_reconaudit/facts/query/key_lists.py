"""Lists of keys, in Rust and scripts, of which a loop looks up one after the other."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined
from pytest_reconaudit.facts.query.answers import answered, request_of
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["goes_over_keys", "is_left_over"]

_KEYS = regex(
    r"[&*(\s]*(?:\[\.\.\.)?(?:[A-Za-z_]\w*\.){0,4}(\w{1,60}_(?:ids|uuids|hashes|slugs|emails|usernames)"
    r"|\w{0,60}[a-z](?:Ids|Uuids|Hashes|Slugs|Emails|Usernames))(?:\.(?:iter|into_iter|clone|values)\(\))*[\])\s]*$"
)
"""A list that is called by the keys which it holds: ``user_ids``, ``input.scenarioIds``."""
_LEFT_OVER = regex(
    r"(?:^|[^a-z])(?:missing|missed|misses|uncached|not_(?:found|in\w*)|unresolved|stale|leftovers?|remaining|orphans?"
    r"|orphaned|fail(?:ed|ures)|invalid|retr(?:y|ies)|duplicates?|conflicts?)(?![a-z])"
)
_CAST = regex(r"\bas\s+(?:any|unknown)\b")
_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 200
_LONGEST_BODY = 12_000
_MOST_PARAMETERS = 12
_NEAR = 300
"""Lines before a loop that are looked at."""


def goes_over_keys(target: Target, path: str, site: RepeatedQuery) -> bool:
    """Whether a request waits while a loop looks up, one by one, the rows that a list of keys
    names, or writes a row for each of the keys that the request itself sends."""
    found = _KEYS.match(site.loop.over) if not path.endswith(".py") else None
    if found is None or site.loop.origin or small_by_name(site.table):
        return False
    if site.kind in READS:
        return request_of(target, path, site.line) is not None
    why, _ = answered(target, path, site.line)
    ref = function_at(target, path, site.line)
    if site.kind != "insert" or why is None or ref is None or why.handler != ref:
        return False
    return _is_taken_out(target, ref, found[1], site.loop.line)


def _is_taken_out(target: Target, ref: Ref, name: str, line: int) -> bool:
    """Whether a handler takes a name out of what it is given: ``if let Some(ids) = &body.ids``."""
    function = outlined(target, ref)
    given = "|".join(
        re.escape(word)
        for parameter, _ in function.parameters[:_MOST_PARAMETERS]
        for word in re.findall(r"\w+", parameter)[:8]
    )
    above = "\n".join(target.lines(ref.path)[max(function.line, line - _NEAR) - 1 : line])[
        -_LONGEST_BODY:
    ]
    some = re.findall(rf"\bSome\({name}\)\s*=\s*&?\s*(\w+)\.\w+", above)
    taken = some or re.findall(
        rf"\bconst\s+\{{[^{{}}]{{0,300}}\b{name}\b[^{{}}]{{0,300}}\}}\s*=\s*(\w+)\b", above
    )
    if not taken or not given:
        return False
    made = (
        rf"\b(?:let|const)\s+(?:mut\s+)?{re.escape(taken[-1])}\b[^=\n]{{0,200}}="
        rf"\s*(?:await\s+)?(?:{given})\b"
    )
    return re.fullmatch(given, taken[-1]) is not None or re.search(made, above) is not None


def is_left_over(over: str) -> bool:
    """Whether what a loop goes over is what a bulk load or a cache left over, which is mostly
    nothing, or has a type that the source does not tell."""
    words = _WORDS.sub("_", over[:_LONGEST]).lower()
    return _LEFT_OVER.search(words) is not None or _CAST.search(over) is not None
