"""Statements that see what one tenant may see: one for all of them is no matter of its words."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["scoped_by", "words_of_scope"]

_SCOPES = (
    r"\b((?:(?:with|as|for|in|run)_?(?:in_?|for_?|as_?)?"
    r"(?:org(?:ani[sz]ation)?|tenant|workspace|company|account|schema|rls)\w*)"
    r"|(?:tenant|schema)_context)\s*(?:<[^<>()\n]{1,60}>\s*)?\([^,()\n]{0,60}?"
)
_BODY = r"(?:\s*\)\s*(?::|as\b|\{)|\s*,\s*(?:async\b|move\b|function\b|\(?\w*\)?\s*=>|\|))"
"""What runs as the element: a block, or a closure that is handed over beside it."""
_SETS = regex(r"(?i)\bset\s+local\s+[\w.]+|\bset_config\s*\(|\bset\s+(?:session\s+)?role\b")
_WORD = regex(r"[A-Za-z_$][\w$]*")
_LONGEST_BODY = 60
"""Lines between a loop's head and its statement that are looked at."""


def scoped_by(target: Target, path: str, site: RepeatedQuery) -> str:
    """What a round calls, before it sends a statement, to see as the loop's element may: `withOrg`,
    `set_config`; empty where nothing does so."""
    first = site.loop.line
    if site.line - first > _LONGEST_BODY:
        return ""
    lines = target.lines(path)[first - 1 : site.line]
    body = "\n".join(lines)
    sets = _SETS.search(body)
    if sets is not None:
        return sets[0].rstrip("(").strip()
    for name in _WORD.findall(site.loop.variable):
        own = rf"(?<![\w$]){re.escape(name)}(?![\w$])[\w.]{{0,30}}"
        found = re.search(rf"(?i:{_SCOPES}){own}{_BODY}", body)
        if found is not None:
            return found[1]
    return ""


def words_of_scope(scope: str) -> str:
    """What to do, in Markdown."""
    return (
        f"Each round sees what `{scope}` lets it see: where the database checks that itself"
        " (row-level security), one statement for all of them finds nothing on a connection"
        " without a tenant."
        " Ask once on a connection that may see all of them (an administrator's, or a function with"
        " `SECURITY DEFINER` that takes no more than the key it looks for), or keep in a table"
        " without tenants to which of them a key belongs."
    )
