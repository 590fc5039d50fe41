"""What to write in the place of a statement in a loop."""

from __future__ import annotations

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.python_fixes import Repeated, fix_of_queries
from pytest_reconaudit.facts.query.remedies import Asked, remedy
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.tables import foreign_keys
from pytest_reconaudit.facts.query.tenant_scopes import scoped_by, words_of_scope
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.models import models
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
    scope = scoped_by(target, path, site)
    if scope:
        return words_of_scope(scope)
    if path.endswith(".py"):
        lines = target.text(path).split("\n")
        above = "\n".join(lines[max(site.line - _CALL_LINES, 0) : site.line - 1])
        above = above[max(above.rfind(".objects"), above.rfind("select("), 0) :]
        below = "\n".join(lines[site.line - 1 : site.line + _CALL_LINES])
        # The end of a long chain stands below its conditions.
        chained = below.lstrip()[:1] in (")", ".")
        source = (lines[site.line - 1], above if chained else below, below)
        kind = "exists" if site.word == "existence check" else site.kind
        one = Repeated(
            kind,
            site.table,
            site.library,
            loop.over,
            loop.variable,
            site.via,
            source,
            _key(target, path, site),
        )
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
    sent = site.via_place  # how a library is given a list, the statement itself tells best
    if sent is not None and site.via:
        return remedy(asked, target.text(sent.path), sent.line or 1)
    return remedy(asked, target.text(path), site.line)


def _key(target: Target, path: str, site: RepeatedQuery) -> str:
    """The column that a statement of SQLAlchemy asks by: what it compares, or the primary key."""
    if site.library != "sqlalchemy" or not site.table:
        return ""
    at = site.via_place
    where, line = (at.path, at.line or 1) if at is not None else (path, site.line)
    lines = target.text(where).split("\n")[line - 1 : line + _CALL_LINES]
    own = _primary_key(target, site.table)
    if own and _BY_IDENTITY.search(lines[0] if lines else ""):
        return own
    match = _COMPARED.search("\n".join(lines)) if at is not None else None
    if match is not None and table_name(match[1]) == site.table:
        return match[2]
    return own


def _primary_key(target: Target, table: str) -> str:
    """The name of the one column that is a model's primary key; empty where it is not told."""
    found = {
        field.name
        for path, file in scanned(target, models).items()
        if not is_test_path(path)
        for one in file.classes
        if table_name(one.name) == table
        for field in one.fields
        if ("primary_key", "True") in field.keywords
    }
    return found.pop() if len(found) == 1 else ""


_BY_IDENTITY = regex(r"\.get\(\s*\w+\s*,")
_COMPARED = regex(r"\b([A-Z]\w*)\.(\w+)\s*==")
