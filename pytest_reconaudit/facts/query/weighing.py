"""What the statements in the loops of a function come to, weighed together."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from pytest_reconaudit.facts.code.capped import is_capped
from pytest_reconaudit.facts.code.capped_fields import is_capped_field
from pytest_reconaudit.facts.code.functions import (
    function_at,
    handlers,
    in_unrouted_view,
    is_of_one_way,
)
from pytest_reconaudit.facts.query.answers import (
    answered,
    makes_list,
    request_of,
    runs_for_staff,
    words_of,
)
from pytest_reconaudit.facts.query.cardinality import (
    goes_over_many,
    is_bulk,
    is_chosen,
    is_put_together,
    is_written_out,
)
from pytest_reconaudit.facts.query.cures import cure_of
from pytest_reconaudit.facts.query.embedded import keeps_in_a_file
from pytest_reconaudit.facts.query.errands import waits_elsewhere
from pytest_reconaudit.facts.query.grouped import is_of_one_group
from pytest_reconaudit.facts.query.guards import needs_permission
from pytest_reconaudit.facts.query.key_lists import is_left_over
from pytest_reconaudit.facts.query.lists import runs_locally
from pytest_reconaudit.facts.query.loop_bodies import further_statements
from pytest_reconaudit.facts.query.loop_severity import is_small, weight_of
from pytest_reconaudit.facts.query.model_classes import saves_by_itself
from pytest_reconaudit.facts.query.occasions import (
    at_start,
    is_admin_page,
    is_boot,
    is_by_hand,
    runs_beside,
    serving_files,
)
from pytest_reconaudit.facts.query.refusals import refuses_alone
from pytest_reconaudit.facts.query.repeated import ROW_ORIGINS, RepeatedQuery, Repetition
from pytest_reconaudit.facts.query.round_values import staying
from pytest_reconaudit.facts.query.short_lists import is_batched_beside
from pytest_reconaudit.facts.query.table_names import told_as
from pytest_reconaudit.facts.query.tables import READS, WRITES
from pytest_reconaudit.facts.query.tenant_scopes import scoped_by
from pytest_reconaudit.facts.query.ways import Way, way_to
from pytest_reconaudit.facts.query.worth import Round, is_asked_by_clock, worth
from pytest_reconaudit.model import Confidence, Severity
from pytest_reconaudit.readers.scans.queries import QueryLoop
from pytest_reconaudit.target import Target

__all__ = ["weighed_together"]


def _answers(target: Target, path: str, line: int) -> bool:
    """Whether a function answers a known route itself, whatever it is called."""
    ref = function_at(target, path, line)
    return ref is not None and any(one.method != "GET" for one in handlers(target).get(ref, ()))


def _is_waited(
    target: Target, path: str, site: RepeatedQuery, request: str, *, staff: bool
) -> bool:
    """Whether a known request surely waits for one statement after the other, of rounds that may be
    more than a few: worth a word, however many they are. Of those who run the platform the lists
    that they look at, which are its own pages."""
    loop = site.loop
    if staff or runs_for_staff(target, path, site.line):
        looks = request.startswith("GET ") and site.kind in READS
        if not looks or loop.origin not in ("rows", "page", "children"):
            return False
    if site.kind not in READS and (site.kind != "insert" or site.via):
        # Rows that are changed get values of their own, as a rule, and what makes a row for the
        # loop may do more than that.
        return False
    if site.excused or loop.excused or site.errand or site.same or site.further:
        return False
    if loop.origin in ("few", "batch") or loop.queued == "pipeline" or is_small(loop):
        return False
    ref = function_at(target, path, site.line)
    if is_put_together(target, ref, loop) or is_written_out(target, path, loop):
        return False
    if is_left_over(loop.over):
        return False
    if is_of_one_group(target, path, loop):
        return False
    if site.kind == "insert" and saves_by_itself(target, path, site.table):
        return False
    if _is_capped(target, path, loop):
        return False
    if site.kind == "insert" and is_batched_beside(target, path, site.line):
        return False
    return not (keeps_in_a_file(target) or waits_elsewhere(target, path, site.line, loop.line))


def weighed_together(
    target: Target,
    path: str,
    name: str,
    line: int,
    sites: list[RepeatedQuery],
    *,
    by_hand: bool = False,
    task: bool = False,
) -> Repetition:
    """What a function repeats, as severe as the worst of its statements; what is a note beside
    them is told apart.

    :param line: of the function, or of the route that its statements answer.
    :param by_hand: somebody starts it by hand.
    :param task: it is a task of a queue.
    """
    sites = sorted(sites, key=lambda one: one.line)
    request = None
    by_hand = by_hand or is_by_hand(target, path)
    beside = (
        by_hand or task or (runs_beside(path, name) and not _answers(target, path, sites[0].line))
    )
    ways = {one.line: way_to(target, path, one.line, one.loop.line, one.loop.over) for one in sites}
    if not beside:
        asked = (_request(target, path, one, ways[one.line]) for one in sites)
        request = next((found for found in asked if found), None)
    # What lies beside functions that serve requests is meant for the same.
    served = request is not None or path in serving_files(target)
    admin = is_admin_page(path)
    why = ways[sites[0].line].why
    admin = admin or (why is not None and runs_locally(target, why))
    boot = request is None and is_boot(path, name)
    unrouted = request is None and in_unrouted_view(target, path, sites[0].line)
    once = beside or (not served and at_start(target, path, sites[0].line))
    many = {one: goes_over_many(target, path, name, one) for one in sites}
    bulk = is_bulk(request or "")
    weighed = [
        (
            Severity.INFO
            if by_hand
            or admin
            or boot
            or unrouted
            or ways[one.line].idle
            or (one.further and request is None)
            or not (many[one] or bulk or is_chosen(target, path, one))
            or (one.kind in WRITES and is_batched_beside(target, path, one.line))
            else weight_of(
                one,
                listing=makes_list(
                    target, path, name, one, ways[one.line].why, ways[one.line].route
                ),
                # What nothing is known to call may be a request's after all: a read is named.
                beside=beside if one.kind in READS else once,
                served=served,
                known=request is not None,
                capped=_is_capped(target, path, one.loop),
                guarded=runs_for_staff(target, path, one.line)
                or needs_permission(target, path, one.line),
            ),
            one,
        )
        for one in sites
    ]
    if refuses_alone(target, path, sites[0].line):
        weighed = [(min(weight, Severity.LOW), one) for weight, one in weighed]
    together = Counter(one.loop.line for one in sites)
    worthwhile = Counter(one.loop.line for weight, one in weighed if weight is not Severity.INFO)
    weighed = [
        (
            worth(
                target,
                path,
                Round(
                    one,
                    name,
                    request or "",
                    served,
                    together[one.loop.line],
                    worthwhile[one.loop.line],
                ),
                weight,
            ),
            one,
        )
        for weight, one in weighed
    ]
    # A list that somebody puts together for one request is mostly short.
    weighed = [(weight if many[one] else min(weight, Severity.LOW), one) for weight, one in weighed]
    beside = beside or (request is not None and is_asked_by_clock(request, path))
    if request is not None and not (by_hand or boot or unrouted or beside):
        weighed = [
            (
                Severity.LOW
                if weight is Severity.INFO
                and not ways[one.line].idle
                and (many[one] or bulk or one.loop.origin in ROW_ORIGINS)
                and _is_waited(target, path, one, request, staff=admin)
                else weight,
                one,
            )
            for weight, one in weighed
        ]
    # What a tenant may see, no other words of the same statement bring for all of them.
    weighed = [
        (min(weight, Severity.LOW) if scoped_by(target, path, one) else weight, one)
        for weight, one in weighed
    ]
    # Where a round goes on with what it writes, half of its round trips stay at best.
    weighed = [
        (
            Severity.LOW
            if weight > Severity.LOW
            and one.kind in READS
            and staying(target, path, one.loop.line, sites)
            else weight,
            one,
        )
        for weight, one in weighed
    ]
    severity = max(one for one, _ in weighed)
    note = severity is Severity.INFO
    others = tuple(one for weight, one in weighed if weight is Severity.INFO and not note)
    sites = [one for weight, one in weighed if weight is not Severity.INFO or note]
    sites.sort(key=lambda one: one.line)
    sure = all(one.sure for one in sites)
    cure = (
        ""
        if note and not scoped_by(target, path, sites[0])
        else cure_of(target, path, _first_varied(sites), (*sites, *others))
    )
    if not path.endswith((".py", ".rs")):  # told as a definition names it
        sites = [replace(one, table=told_as(target, one.table)) for one in sites]
        others = tuple(replace(one, table=told_as(target, one.table)) for one in others)
    return Repetition(
        path,
        name,
        line,
        tuple(sites),
        severity,
        # How long a list is that was handed over, only its callers know.
        Confidence.CERTAIN if sure and sites[0].loop.origin else Confidence.LIKELY,
        _told_request(target, request or "", ways[sites[0].line]),
        others,
        cure,
        _further(target, path, sites, others),
        unrouted,
    )


def _is_capped(target: Target, path: str, loop: QueryLoop) -> bool:
    """Whether a list that is gone over is refused when it is long."""
    return is_capped(target.text(path), loop.line, loop.over) or (
        loop.origin in ("", "keys") and is_capped_field(target, loop.over)
    )


def _request(target: Target, path: str, site: RepeatedQuery, way: Way) -> str | None:
    """The request that waits for a statement, in words; ``None`` when none is known."""
    if way.idle:
        return None
    if way.why is None or way.why == answered(target, path, site.line)[0]:
        return request_of(target, path, site.line)
    return words_of(target, way.why)


def _told_request(target: Target, request: str, way: Way) -> str:
    """The request to name: of several ways through other functions none is the one."""
    sure = way.why is None or is_of_one_way(target, way.why)
    return request if sure or not request else "a request"


def _first_varied(sites: list[RepeatedQuery]) -> RepeatedQuery:
    """The statement whose mend is told: none that need only be sent before the loop."""
    return next((one for one in sites if not one.same), sites[0])


def _further(
    target: Target,
    path: str,
    sites: list[RepeatedQuery],
    others: tuple[RepeatedQuery, ...],
) -> tuple[str, ...]:
    """What the first loop of a function in a project of Django sends beside what is known of it."""
    first = sites[0]
    if first.library != "django" or first.same:
        return ()
    known = {one.line for one in (*sites, *others)}
    return tuple(
        f"`{one.text}` (line {one.line})"
        for one in further_statements(target, path, first.loop.line, known)
        if one.kind != "file"
    )
