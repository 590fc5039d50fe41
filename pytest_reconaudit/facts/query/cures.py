"""What to write in the place of a statement in a loop."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.query.django_fixes import LoopedStatement, fix_of_django
from pytest_reconaudit.facts.query.loop_bodies import above_loop, further_statements
from pytest_reconaudit.facts.query.remedies import Asked, remedy, remedy_of_several
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.round_values import (
    given_of_round,
    is_unread,
    is_used_in_round,
    staying,
)
from pytest_reconaudit.facts.query.rust_fixes import RustStatement, fix_of_rust
from pytest_reconaudit.facts.query.siblings import sibling_for_many
from pytest_reconaudit.facts.query.sqlalchemy_fixes import fix_in_sqlalchemy
from pytest_reconaudit.facts.query.table_names import told_as
from pytest_reconaudit.facts.query.tables import READS, foreign_keys
from pytest_reconaudit.facts.query.tenant_scopes import scoped_by, words_of_scope
from pytest_reconaudit.target import Target

__all__ = ["cure_of"]

_CALL_LINES = 8
"""Of a statement that are looked at."""


def cure_of(
    target: Target, path: str, site: RepeatedQuery, beside: Iterable[RepeatedQuery] = ()
) -> str:
    """What to write in the place of a statement, as Markdown; empty where the words of its library
    are not known.

    :param beside: the statements of its function, itself among them.
    """
    loop = site.loop
    if site.same or site.relation:
        return ""
    scope = scoped_by(target, path, site)
    if scope:
        return words_of_scope(scope)
    if path.endswith(".py") and site.library == "django":
        return _of_django(target, path, site, beside)
    if path.endswith(".py"):
        return fix_in_sqlalchemy(target, path, site, beside)
    if path.endswith(".rs") and site.library != "mongodb":
        return _of_rust(target, path, site, beside)
    if site.kind in READS and is_unread(target, path, site.line, loop.line):
        return _UNREAD
    if not path.endswith(".rs"):
        together = [one for one in beside if one.loop.line == loop.line and not one.same]
        several = sorted({(one.line, *_told(target, path, one)) for one in (site, *together)})
        if len({one[0] for one in several}) > 1 or site.word == "aggregate":
            return remedy_of_several([one[1:] for one in several])
    given = given_of_round(target, path, site)
    asked = Asked(
        site.library,
        site.kind,
        site.table,
        loop.over,
        loop.variable,
        site.via,
        site.word == "save",
        given.names if not site.via else frozenset(),
        given.several,
        sibling_for_many(target, path, site),
    )
    sent = site.via_place  # how a library is given a list, the statement itself tells best
    if sent is not None and site.via:
        return remedy(asked, target.text(sent.path), sent.line or 1)
    return remedy(asked, target.text(path), site.line)


_UNREAD = (
    "Nobody looks at what it brings: take the call out; or, where it is there to refuse keys that"
    " are not found, ask for all of them once before the loop, and compare."
)


def _of_rust(
    target: Target, path: str, site: RepeatedQuery, beside: Iterable[RepeatedQuery]
) -> str:
    sent = site.via_place if site.via else None
    where, line = (path, site.line) if sent is None else (sent.path, sent.line or 1)
    others = {
        (one.what, one.line): (one.kind, one.what, one.line)
        for one in sorted(beside, key=lambda each: each.line)
        if one.loop.line == site.loop.line and one.what != site.what and not one.same
    }
    given = given_of_round(target, path, site)
    used = site.kind not in READS and _goes_on_with(target, path, site)
    return fix_of_rust(
        RustStatement(
            site.kind,
            site.library,
            site.via,
            site.loop.variable,
            target.text(where),
            line,
            site.word == "existence check",
            tuple(others.values()),
            staying(target, path, site.loop.line, beside),
            given.names,
            given.several,
            used,
            sibling_for_many(target, path, site),
        )
    )


def _goes_on_with(target: Target, path: str, site: RepeatedQuery) -> bool:
    return is_used_in_round(target, path, site.line, site.loop.line) is not None


def _of_django(
    target: Target, path: str, site: RepeatedQuery, beside: Iterable[RepeatedQuery]
) -> str:
    loop = site.loop
    lines = target.lines(path)
    first, last = body_of(lines, loop.line)
    same = [one for one in beside if one.loop.line == loop.line and one.line != site.line]
    stays = staying(target, path, loop.line, same)
    known = {site.line, *(one.line for one in same)}
    others = {
        (one.statement, one.line): (one.kind, f"the {one.statement}", one.line)
        for one in sorted(same, key=lambda each: each.line)
        if not (one.same or one.relation)
    }
    return fix_of_django(
        LoopedStatement(
            "exists" if site.word == "existence check" else site.kind,
            site.table,
            site.via,
            loop.over,
            loop.variable,
            _statement_at(lines, first, site.line),
            "\n".join(lines[first - 1 : last]),
            above_loop(target, path, loop.line),
            tuple(others.values()),
            further_statements(target, path, loop.line, known),
            given_of_round(target, path, site).several if site.via else False,
            sibling_for_many(target, path, site),
            frozenset(
                (f"the {one.statement}", one.line) for one in same if (one.what, one.line) in stays
            ),
        ),
        foreign_keys(target),
    )


def _statement_at(lines: list[str], first: int, line: int) -> str:
    """The text from where the statement begins that a line belongs to, with what follows."""
    start = line
    for number in range(line, max(first, line - _CALL_LINES) - 1, -1):
        start = number
        text = lines[number - 1]
        if (".objects" in text or "_or_404(" in text) and text.lstrip()[:1] not in ".)":
            break
    else:
        start = line
    return "\n".join(lines[start - 1 : line + _CALL_LINES])


def _told(target: Target, path: str, site: RepeatedQuery) -> tuple[str, str, str]:
    """(kind, table, library) of a statement of a script; ``insert kept`` where its round goes on
    with the row."""
    kind = "save" if site.word == "save" else site.kind
    if kind == "insert" and _goes_on_with(target, path, site):
        kind = "insert kept"
    return kind, told_as(target, site.table), site.library
