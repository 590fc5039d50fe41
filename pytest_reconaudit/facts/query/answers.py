"""The request that a line runs for, and whether a loop makes the list that it is answered with."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_reconaudit.facts.code.asked_methods import asked_method
from pytest_reconaudit.facts.code.functions import (
    Reached,
    Ref,
    function_at,
    inline_route,
    outlined,
    reached,
    served_outside,
)
from pytest_reconaudit.facts.network.routes import Route
from pytest_reconaudit.facts.query.guards import is_for_staff
from pytest_reconaudit.facts.query.lists import is_guarded
from pytest_reconaudit.facts.query.repeated import RepeatedQuery
from pytest_reconaudit.facts.query.script_guards import turns_others_away
from pytest_reconaudit.facts.query.tables import READS
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedFunction
from pytest_reconaudit.target import Target

__all__ = [
    "answered",
    "lists_by_name",
    "makes_list",
    "request_of",
    "runs_for_staff",
    "snake_case",
    "words_of",
]

_LISTING = regex(
    r"_?(?:lists?|search|browse|index|feed|overview|listing)(?![a-z])|\w*_(?:list|listing|feed|overview)$"
    r"|(?:get|fetch)_(?!or_)(?:all_)?\w+s(?:_by_\w+|_with_\w+|_for_\w+)?$|find_all\w*$"
)
"""A function, in snake case, that answers with a list."""
_PLAIN_LIST = regex(r"list|search|index|feed|overview")
_ADAPTED = regex(
    r"^[&\s]*(?:\w+::)*stream::iter\(|\.(?:iter|into_iter|iter_mut|clone|drain|enumerate)\([^()]*\)"
)
"""What is about the thing itself where it is gone over."""
_WORDS_OF = regex(r"(?<![a-z(])[a-z]+(?=[^a-z(]|$)(?!\()")
_PARAMETER_END = regex(r"(?:\{\*?\w+(?::[^}]*)?\}|:\w+\??|<\w[^>]*>)/?$")
_ASKED = regex(
    r"(?<![a-z])(?:params?|query|args?|arguments|filters?|options?|parser|split|includes?|expand|headers?|cookies?)(?![a-z])"
)
"""What a request names to be filtered by: few."""
_WORD_ENDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_GENERIC = frozenset({"execute", "handle", "run", "invoke", "call", "default", "perform", ""})
"""What the one method of a use case is called: its file says what it does."""


def request_of(target: Target, path: str, line: int) -> str | None:
    """The request during which the function at a line runs, in words; ``None`` when none is
    known."""
    ref = function_at(target, path, line)
    why = reached(target).get(ref) if ref is not None else None
    if why is None:
        if not served_outside(target, path, line):
            return None
        route = inline_route(target, path, line)
    else:
        route = why.route
    if route is None:
        return "a request"
    return f"{asked_method(target, path, line, route)} {route.path}".strip()


def words_of(target: Target, way: Reached) -> str:
    """The request that a way begins with, in words."""
    if way.route is None:
        return "a request"
    handler = way.handler
    line = outlined(target, handler).line
    return f"{asked_method(target, handler.path, line, way.route)} {way.route.path}".strip()


def runs_for_staff(target: Target, path: str, line: int) -> bool:
    """Whether only those who run the platform get a line to run."""
    why, route = answered(target, path, line)
    return (
        is_guarded(target, why, route)
        or is_for_staff(target, path, line)
        or turns_others_away(
            target, why if why is not None else Reached(Ref(path, -1), route, ()), line
        )
        or (why is not None and _is_of_staff(target, why))
    )


def _is_of_staff(target: Target, why: Reached) -> bool:
    """Whether the handler that a function runs for is for those who run the platform."""
    handler = why.handler
    if handler.index < 0 or not handler.path.endswith(".py"):
        return False
    return is_for_staff(target, handler.path, outlined(target, handler).line)


def answered(target: Target, path: str, line: int) -> tuple[Reached | None, Route | None]:
    """Why a line runs while a request is answered, and that request's route."""
    ref = function_at(target, path, line)
    why = reached(target).get(ref) if ref is not None else None
    route = why.route if why is not None else inline_route(target, path, line)
    if route is not None:
        route = replace(route, method=asked_method(target, path, line, route))
    return why, route


def makes_list(
    target: Target,
    path: str,
    name: str,
    site: RepeatedQuery,
    why: Reached | None,
    route: Route | None,
) -> bool:
    """Whether what a loop goes over is what a list is answered with."""
    loop = site.loop
    if site.kind not in READS or (not loop.origin and _ASKED.search(snake_case(loop.over))):
        return False
    handler = outlined(target, why.handler).name if why is not None else ""
    if name in _GENERIC:
        name = path.rpartition("/")[2].partition(".")[0]
    if route is not None and route.method == "GET" and not _PARAMETER_END.search(route.path):
        return True
    if route is None and why is not None and _answers_get(outlined(target, why.handler)):
        return True
    if loop.origin == "children" and site.library == "django":
        return lists_by_name(handler)  # helpers are called ``get_…s`` whatever they are for
    if loop.origin:
        return any(lists_by_name(one) for one in (name, handler))
    # What was handed over is what is answered with, or something else that is looked through.
    words = _WORDS_OF.findall(snake_case(_ADAPTED.sub("", loop.over)))
    noun = words[-1].removesuffix("s") if words else ""
    plural = path.endswith(".py") or (bool(words) and words[-1] != noun)
    own = plural and lists_by_name(name) and noun in snake_case(name)
    return own or _PLAIN_LIST.fullmatch(handler) is not None


def _answers_get(handler: OutlinedFunction) -> bool:
    """Whether a decorator says that a method answers a collection's GET: ``@Get("orders")``."""
    return any(
        match is not None and not (match[1] or "").startswith(":")
        for match in map(_NEST_GET.match, handler.attributes)
    )


_NEST_GET = regex(r"@Get\(\s*+(?:['\"](?:[^'\"]*/)?([^'\"/]*)['\"]\s*+)?\)")


def lists_by_name(name: str) -> bool:
    """Whether a function, by its name, answers with a list."""
    return _LISTING.match(snake_case(name)) is not None


_LONGEST_NAME = 200


def snake_case(name: str) -> str:
    return _WORD_ENDS.sub("_", name[:_LONGEST_NAME]).lower()
