"""What a statement per element of a loop is worth: a finding or a note.

One principle for every language: a finding is what somebody waits for, over rounds that may be
many, and where nothing dearer is waited for in each; all else is a note, and only the rows of a
list that is answered with are high. What there is to tell it by differs: a framework of Python
calls functions by name, where Rust and scripts say who is answered by routes and names of lists.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.facts.code.functions import callers_of, function_at, outlined
from pytest_reconaudit.facts.query.answers import (
    answered,
    lists_by_name,
    makes_list,
    runs_for_staff,
    snake_case,
)
from pytest_reconaudit.facts.query.cardinality import rows_by_name
from pytest_reconaudit.facts.query.embedded import keeps_in_a_file
from pytest_reconaudit.facts.query.errands import waits_elsewhere
from pytest_reconaudit.facts.query.grouped import is_of_one_group
from pytest_reconaudit.facts.query.key_lists import is_left_over
from pytest_reconaudit.facts.query.loop_bodies import is_hand_picked
from pytest_reconaudit.facts.query.model_classes import saves_by_itself
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.rust_loops import is_picked_by_hand
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.facts.query.verbs import changes
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["Round", "is_asked_by_clock", "worth"]

_SERVES = regex(
    r"(?:^|/)(?:views?|viewsets?|filters?|serializers?|templatetags|context_processors|resolvers?"
    r"|endpoints?|routers?|routes)(?:/\w+)?\.py$"
)
"""Modules whose functions a framework calls by name while it answers."""
_HOOKS = frozenset({"get_context_data", "get_queryset", "list", "get", "retrieve"})
_VIEW = regex(r"(?:View|ViewSet|APIView)$")
"""What a class-based view is asked by its framework."""
_SELDOM = regex(
    r"(?:^|[^a-z])(?:log_?(?:in|out|on)|sign_?(?:in|up|out)|register|registration|o?auth2?|sso|saml"
    r"|oidc|callback|onboard\w{0,9}|set_?up|install|invit\w{1,9}|migrat\w{1,6}|debug|health\w{0,9})(?![a-z])",
    2,
)
"""What a person does once in a while."""
_PARAMETER = regex(r"/[{<:]")
_PART = regex(r"(?:\w+\.){2,}\w+$")
_SENT = regex(r"(?:^|\.)(?:data|json|body|payload|request|items|results|rows|records)(?:\.|$)")
_OF_ONE = regex(r"_by_(?:\w+_)?(?:owner|user|account|member|parent|(?:uu)?ids|keys)(?:_|$)")
"""A function that brings what belongs to one, or what a list of keys names."""
_ANSWERS = regex(
    r"(?:^|[/_.-])(?:api|\w?rpc|graphql|resolvers?|handlers?|controllers?|routers?|routes?|endpoints?|views?|queries"
    r"|services?|server)(?:[/_.-]|$)"
)
"""Modules of Rust and scripts whose functions a framework calls without their being named."""
_SHAPES = regex(
    r"(?:^|[&._\s])(?:group|order|sort)_by(?:\.(?:iter|into_iter)\(\))?$|(?:^|[&._\s])(?:includes?|expands?|facets)"
    r"(?:\.(?:iter|into_iter)\(\))?$"
)
_OF_STAFF = regex(r"/(?:admin|mod|moderation|moderator|staff)/")
"""A path that only those who run the platform may ask for."""
_FOR_STAFF = regex(r"/(?:admin|back-?office|moderation)/")
"""A folder of what only those who run the platform may ask for."""
_OF_CLOCK = regex(r"/(?:crons?|cron-?jobs?|internal|schedulers?|scheduled)/")
"""A path that a timer asks for: nobody waits for the answer."""
_CLOCKED = regex(r"(?:^|/)(?:crons?|cron-?jobs?)[/_.-]")
"""A file of what a timer asks for."""
_JOB = frozenset({"job_id", "task_id", "job"})
"""What work is given that reports how far it is, to nobody who waits."""


class Round(Struct, frozen=True):
    """A statement in a loop, and who waits for it."""

    query: RepeatedQuery
    function: str
    """The name of the function that the loop stands in."""
    request: str
    """The request during which it runs, in words; empty when none is known."""
    served: bool
    """Its file has code that runs while requests are answered."""
    together: int
    """Statements of its loop, itself included."""
    worthwhile: int
    """Those of them that their loop and kind make more than a note."""


def is_asked_by_clock(request: str, path: str) -> bool:
    """Whether a timer asks, by the request's path or the file's: nobody waits for the answer."""
    return _OF_CLOCK.search(request) is not None or _CLOCKED.search(path) is not None


def worth(target: Target, path: str, one: Round, weight: Severity) -> Severity:
    """The severity of a statement per element of a loop; a note where only some rounds send it.

    :param weight: what its loop and its kind make of it.
    """
    if weight is Severity.INFO or one.query.some:
        return Severity.INFO
    if path.endswith(".py"):
        return _in_python(target, path, one, weight)
    return _elsewhere(target, path, one, weight)


def _in_python(target: Target, path: str, one: Round, weight: Severity) -> Severity:
    query, loop = one.query, one.query.loop
    if keeps_in_a_file(target) or runs_for_staff(target, path, query.line):
        return Severity.INFO
    if weight is Severity.LOW:
        plain = query.same and one.request and loop.origin in ("rows", "page")
        return weight if plain else Severity.INFO
    if not _is_awaited(target, path, one):
        return Severity.INFO
    of_one = loop.origin == "children" or (not loop.origin and _PARAMETER.search(one.request))
    if of_one and one.worthwhile <= 1:
        return Severity.INFO
    if not loop.origin and _PART.match(loop.over) and not _SENT.search(loop.over):
        return Severity.INFO  # a part of one thing
    if not loop.origin and one.worthwhile <= 1 and _is_of_found(target, path, loop.line, loop.over):
        return Severity.INFO  # what belongs to the one row that was asked for
    if waits_elsewhere(target, path, query.line, loop.line):
        return Severity.INFO
    inserts = query.library == "django" and query.kind == "insert" and not query.via
    if inserts and saves_by_itself(target, path, query.table):
        return Severity.INFO  # what is to be done about each row, it does itself
    if one.request and (one.worthwhile > 1 or loop.origin == "rows"):
        why = answered(target, path, query.line)
        writes = changes(one.function)
        if not writes and makes_list(target, path, one.function, query, *why):
            return weight
    if not loop.origin or loop.origin == "keys":
        args = (query.loop.line, loop.over, query.table)
        if is_hand_picked(target, path, one.function, *args):
            return Severity.INFO
    return min(weight, Severity.MEDIUM)


def _is_of_found(target: Target, path: str, line: int, over: str) -> bool:
    """Whether a loop goes over a part of a row that its function has found by a key."""
    part = _OF_ROW.match(over)
    if part is None:
        return False
    made = re.compile(rf"\s*{part[1]}\s*(?::[^=\n]{{1,80}})?=\s*(.*)")
    lines = target.lines(path)[max(line - 1 - _MOST_ABOVE, 0) : line - 1]
    for at in range(len(lines) - 1, -1, -1):
        found = made.match(lines[at][:_LONGEST])
        if found is not None:
            return _KEYED.search(" ".join((found[1], *lines[at + 1 : at + 4]))) is not None
    return False


_OF_ROW = regex(r"([a-z_]\w*)\.\w+$")
_KEYED = regex(
    r"\.(?:get|get_or_404|first|first_or_404|one|one_or_none|one_or_404|scalar_one|scalar_one_or_none)\("
    r"|\bget_object_or_404\("
)
_MOST_ABOVE = 120
_LONGEST = 200


def _is_awaited(target: Target, path: str, one: Round) -> bool:
    """Whether somebody waits for a function of Python: during a request that is no rare one, or
    where it is given one, or a framework calls it by name."""
    ref = function_at(target, path, one.query.line)
    given = {name for name, _ in outlined(target, ref).parameters} if ref is not None else set()
    if given & _JOB:
        return False
    if one.request:
        return _SELDOM.search(one.request) is None
    if "request" in given:
        return True
    own = outlined(target, ref) if ref is not None else None
    if own is not None and own.name in _HOOKS and _VIEW.search(own.owner) is not None:
        return True
    # No other code does, as far as its file says.
    by_name = one.query.loop.origin == "rows" and _SERVES.search(path) is not None
    return by_name and ref is not None and not callers_of(target, ref)


def _elsewhere(target: Target, path: str, one: Round, weight: Severity) -> Severity:
    query, loop = one.query, one.query.loop
    if is_left_over(loop.over) or is_of_one_group(target, path, loop):
        return Severity.INFO
    if not path.endswith(".rs") and _FOR_STAFF.search(f"/{path}"):
        return Severity.INFO
    if _OF_STAFF.search(one.request) or is_asked_by_clock(one.request, path):
        return Severity.INFO
    lists = _is_of_list(path, one)
    called = bool(one.request) or _is_called(target, path, one)
    if not one.request and not (lists and (called or query.kind not in READS)):
        return Severity.INFO
    of_one = loop.origin == "children" and query.kind not in READS
    if of_one or _OF_ONE.search(snake_case(loop.given)):
        return Severity.INFO  # one owner's things are a handful
    if weight is Severity.LOW:
        plain = (query.same and one.request) or (loop.origin == "few" and one.together > 1)
        return weight if plain else Severity.INFO
    if path.endswith(".rs") and not loop.origin and _SHAPES.search(loop.over):
        return Severity.INFO  # by what an answer is ordered or grouped
    if path.endswith(".rs") and not loop.origin and is_picked_by_hand(one.function, loop.over):
        return Severity.INFO
    if one.request.startswith("GET") and (lists or one.together > 1):
        return weight
    return min(weight, Severity.MEDIUM if called else Severity.LOW)


def _is_called(target: Target, path: str, one: Round) -> bool:
    """Whether a function that no known request runs is known to run at all."""
    ref = function_at(target, path, one.query.line)
    return ref is None or one.served or bool(callers_of(target, ref))


def _is_of_list(path: str, one: Round) -> bool:
    """Whether a statement of Rust or a script reads for what a list is made of, or writes its
    rows."""
    loop = one.query.loop
    if one.query.kind not in READS:
        return rows_by_name(loop.over)
    named = lists_by_name(one.function)
    asked = named or bool(one.request)
    if loop.origin in ("rows", "page"):
        return asked and (one.served or _ANSWERS.search(path) is not None)
    return one.served and (
        (loop.origin == "few" and asked) or (loop.origin == "children" and named)
    )
