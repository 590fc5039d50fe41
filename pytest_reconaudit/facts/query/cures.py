"""What to write in the place of a statement in a loop."""

from __future__ import annotations

from pytest_reconaudit.facts.query.python_fixes import Repeated, fix_of_queries
from pytest_reconaudit.facts.query.remedies import Asked, remedy
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import foreign_keys
from pytest_reconaudit.target import Target

__all__ = ["cure_of"]

_CALL_LINES = 8
"""Of a statement that are looked at."""


def cure_of(target: Target, path: str, site: RepeatedQuery) -> str:
    """What to write in the place of a statement, as Markdown; empty where the words of its library
    are not known."""
    loop = site.loop
    if site.same or site.relation:
        return ""
    if path.endswith(".py"):
        lines = target.text(path).split("\n")
        above = "\n".join(lines[max(site.line - _CALL_LINES, 0) : site.line - 1])
        above = above[max(above.rfind(".objects"), above.rfind("select("), 0) :]
        below = "\n".join(lines[site.line - 1 : site.line + _CALL_LINES])
        # The end of a long chain stands below its conditions.
        chained = below.lstrip()[:1] in (")", ".")
        source = (lines[site.line - 1], above if chained else below, below)
        kind = "exists" if site.word == "existence check" else site.kind
        one = Repeated(kind, site.table, site.library, loop.over, loop.variable, site.via, source)
        return fix_of_queries(one, foreign_keys(target))
    asked = Asked(
        site.library,
        site.kind,
        site.table,
        loop.over,
        loop.variable,
        site.via,
        site.word == "save",
    )
    return remedy(asked, target.text(path), site.line)
