"""How much a statement in a loop matters by its loop and its kind."""

from __future__ import annotations

from pytest_reconaudit.facts.query.answers import snake_case
from pytest_reconaudit.facts.query.lists import small_by_name
from pytest_reconaudit.facts.query.repeated import ROW_ORIGINS, RepeatedQuery
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.queries import QueryLoop

__all__ = ["is_small", "weight_of"]

_LISTED_MODEL = regex(r"\b([A-Z]\w+)\.(?:get_all|find_all|list_all|all|query\.all)\(")
_DISTINCT = regex(r"(?:^|[^a-z])(?:unique|distinct|uniq)(?![a-z])")
_MEMBERS = regex(r"_(?:users?|members?)$")


def is_small(loop: QueryLoop) -> bool:
    """Whether a loop goes over a table of few rows by its name: roles, settings, levels."""
    listed = _LISTED_MODEL.search(loop.over)
    return small_by_name(loop.source) or (
        listed is not None and small_by_name(snake_case(listed[1]))
    )


def _severity(
    site: RepeatedQuery, *, listing: bool, beside: bool, served: bool, known: bool, capped: bool
) -> Severity:
    """How much it matters; a note where the author is not likely to want another statement."""
    loop = site.loop
    if site.excused or loop.excused or site.errand or loop.origin == "batch":
        return Severity.INFO
    if loop.origin in ("", "keys") and capped:
        return Severity.INFO
    if is_small(loop):
        # Those who belong to something are fewer than its orders, but more than its roles.
        members = known and site.kind in READS and _MEMBERS.search(loop.source) is not None
        return Severity.LOW if members and not beside else Severity.INFO
    if site.kind in READS or site.relation:
        if loop.origin == "children" and not listing:
            if site.relation:
                return Severity.INFO if beside or loop.beside else Severity.LOW
            served = False
        return _of_reading(loop, beside=beside or loop.beside, served=served, known=known)
    if loop.origin == "few" or (loop.origin != "rows" and (beside or loop.beside)):
        return Severity.INFO
    if site.kind == "call" and loop.origin not in ROW_ORIGINS:
        return Severity.INFO
    if site.kind == "insert" and (beside or loop.beside):
        return Severity.INFO
    if not (beside or loop.beside):
        return Severity.MEDIUM
    # Nobody waits, and `save` may do more than the statement.
    return Severity.INFO if site.library == "django" and not site.via else Severity.LOW


def weight_of(
    site: RepeatedQuery,
    *,
    listing: bool,
    beside: bool,
    served: bool,
    known: bool,
    capped: bool,
    guarded: bool,
) -> Severity:
    """How much a statement in a loop matters; a little where it need only be sent before it, a step
    less where only few people may ask."""
    severity = _severity(
        site, listing=listing, beside=beside, served=served, known=known, capped=capped
    )
    if site.loop.queued == "pipeline":
        return Severity.INFO  # one wait for all of them
    if _DISTINCT.search(snake_case(site.loop.over)):
        severity = min(severity, Severity.LOW)  # what others have in common are few
    if guarded and severity > Severity.LOW:
        severity = Severity.MEDIUM if severity > Severity.MEDIUM else Severity.LOW
    return min(severity, Severity.LOW) if site.same else severity


def _of_reading(loop: QueryLoop, *, beside: bool, served: bool, known: bool) -> Severity:
    if loop.origin == "few":
        return Severity.INFO if beside else Severity.LOW
    if beside:
        return Severity.LOW if loop.origin == "rows" else Severity.INFO
    if loop.origin == "rows":
        return Severity.HIGH if served or known else Severity.MEDIUM
    if loop.origin in ("page", "children") and served:
        return Severity.HIGH
    return Severity.MEDIUM
