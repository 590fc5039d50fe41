"""Queries of list endpoints: whether the number of rows they bring has a bound."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.asynchronous.running import is_main, only_at_start
from pytest_reconaudit.facts.code.asked_methods import asked_method
from pytest_reconaudit.facts.code.functions import (
    Reached,
    Ref,
    callees,
    callers_of,
    function_at,
    handlers,
    inline_route,
    outlined,
    reached,
    source_of,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.network.routes import Route
from pytest_reconaudit.facts.query.branches import takes_line
from pytest_reconaudit.facts.query.decorated_paths import decorated_path
from pytest_reconaudit.facts.query.growth import weight_of_growth
from pytest_reconaudit.facts.query.guards import is_for_staff
from pytest_reconaudit.facts.query.page_fixes import fix_of_list
from pytest_reconaudit.facts.query.python_fixes import fix_of_page
from pytest_reconaudit.facts.query.script_guards import turns_others_away
from pytest_reconaudit.facts.query.script_lists import (
    growth_in_script,
    is_bounded_elsewhere,
    is_narrowed,
    words_of_work,
    worked_out,
)
from pytest_reconaudit.facts.query.sqlalchemy_lists import (
    growth_of_list,
    made_of_rows,
    narrows,
)
from pytest_reconaudit.facts.query.table_names import plain_name, told_as
from pytest_reconaudit.facts.query.unpaged import unpaged_lists
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall
from pytest_reconaudit.readers.scans.queries import FileQueries, QueryCall, QueryFunction, queries
from pytest_reconaudit.target import Target, once

__all__ = ["ListFile", "ListQuery", "is_guarded", "list_files", "runs_locally", "small_by_name"]

_SMALL = regex(
    r"(?:^|_)(?:roles?|permissions?|settings?|configs?|configurations?|countr(?:y|ies)|currenc(?:y|ies)|languages?"
    r"|locales?|timezones?|plans?|tiers?|levels?|priorit(?:y|ies)|severit(?:y|ies)|categor(?:y|ies)|features?|flags?|feature_flags?|status(?:es)?|types?|kinds?|units?"
    r"|regions?|themes?|templates?|environments?|providers?|instances?|sites?|servers?|options?|enums?|versions?|migrations?"
    r"|branch(?:es)?|warehouses?|tax(?:es)?|tax_rates?|teams?|connections?"
    r"|webhooks?|mailbox(?:es)?|email_queues?|tags?|propert(?:y|ies)|platforms?|integrations?|api_keys?|shards?|banners?|announcements?|menus?|menu_\w+|emojis?|taglines?|importers?|exporters?"
    r"|(?:tenant|team|workspace|organi[sz]ation)_(?:users?|members?)|connectors?|(?<!_)summary)$"
    r"|(?:^|_)(?:fiscal|financial|academic|school)_(?:years?|periods?|terms?)$"
    r"|^(?:configs?|configurations?|templates?|types?|kinds?)_|^social_(?:medias?|links?|networks?)$"
)
_PAGE = regex(r"\b\w*(?:per_?page|limit|page_?size|size|take|count|first|num)\w*\b", 2)
_BOUNDED = regex(r"\b(?:min|clamp|max|MAX)\b|[A-Z]{3,}_", 0)
_GET = regex(r"#\[\s*(?:\w+::)*get\s*\(|@\w+\.get\s*\(|@Get\s*\(")
_PARAMETER = regex(r"(?:\{\*?\w+(?::[^}]*)?\}|:\w+\??|<\w[^>]*>)/?$")
_OF_ONE = regex(r"^#\[\s*(?:\w+::)*get\s*\(\s*\"[^\"]*(?:\{\*?\w+(?::[^}]*)?\}|:\w+|<\w[^>]*>)/?\"")
"""The macro of a handler whose route ends in a parameter."""
_ADMIN = regex(r"/(?:(?:super-?)?admin(?:istration)?s?|back-?office|staff|moderation)[/.]", 2)
"""Of those who run the platform: few ask, and mean all."""
_WHOLE = regex(
    r"export|report|statement|sitemap|backup|download|/(?:options|choices|dropdowns?|autocomplete)/",
    2,
)
"""What is made of all that there is."""
_PARAMETERS = regex(r"\{|/:\w|<\w")
_ROWS = regex(r"\bVec\b|List|Page|\[\]|\blist\b|Sequence|Iterable|Array|Response|Json|Responder")
_MAX_CHAIN = 4


class ListQuery(Struct, frozen=True):
    """A query of a list endpoint."""

    at: Place
    function: str
    table: str
    request: str
    limit: str
    """The name of a page size that nothing caps; empty where there is no limit at all."""
    severity: Severity
    confidence: Confidence
    filtered: Place | None = None
    """Where some of the rows are picked out in memory."""
    library: str = ""
    """See ``query_call.FoundQuery``."""
    sliced: Place | None = None
    """Where one page of the rows is taken in memory. Rust alone."""
    others: tuple[tuple[Place, str], ...] = ()
    """(where, table) of what its function brings whole beside it: one mend for all."""
    remedy: str = ""
    """How one page of it is taken, in Markdown; empty of a limit without a cap."""
    worked: Place | None = None
    """Where something else is made of all of the rows, none of which is answered. Scripts and
    SQLAlchemy alone."""
    narrowed: bool = False
    """It brings those that fit conditions of its own. Known of scripts and SQLAlchemy alone."""


class ListFile(Struct, frozen=True):
    """A file with queries that list endpoints make."""

    path: str
    unbounded: tuple[ListQuery, ...]


@once
def list_files(target: Target) -> tuple[ListFile, ...]:
    """Every file with a query for any number of rows that runs while a GET is answered."""
    found = []
    for path, one in scanned(target, queries).items():
        if is_test_path(path) or is_off_path(path):
            continue
        judged = list(_judged(target, path, one))
        if judged:
            unbounded = [each for each in judged if each is not None]
            if not path.endswith(".py"):
                unbounded = list(_together(unbounded, by_table=path.endswith(".rs")))
            found.append(ListFile(path, tuple(unbounded)))
    return _with_unpaged(target, found)


def _with_unpaged(target: Target, files: list[ListFile]) -> tuple[ListFile, ...]:
    """The same with the lists that Django REST framework answers whole."""
    by_path = {one.path: one.unbounded for one in files}
    for one in unpaged_lists(target):
        own = by_path.get(one.at.path, ())
        if any(each.at.line == one.at.line for each in own):
            continue
        query = ListQuery(
            one.at,
            one.function,
            one.table,
            one.request,
            "",
            one.severity,
            Confidence.LIKELY,
            library="drf" if one.settings else "django",
            remedy=fix_of_page(
                one.table, "drf" if one.settings else "pages" if one.sliced else "django"
            ),
            sliced=one.sliced,
        )
        by_path[one.at.path] = (*own, query)
    return tuple(ListFile(path, unbounded) for path, unbounded in by_path.items())


def _together(every: list[ListQuery], *, by_table: bool) -> Iterator[ListQuery]:
    """What one function brings for one request as one; the worst stands for all.

    :param by_table: of one table alone, as the branches of a function do.
    """
    groups: dict[tuple[str, str, str], list[ListQuery]] = {}
    for one in every:
        if one.limit or one.filtered is not None or one.sliced is not None:
            yield one
        else:
            table = one.table if by_table else ""
            groups.setdefault((one.function, one.request, table), []).append(one)
    for group in groups.values():
        first = max(group, key=lambda one: one.severity)
        rest = [one for one in group if one is not first]
        yield replace(first, others=tuple((one.at, one.table) for one in rest)) if rest else first


def small_by_name(table: str) -> bool:
    """Whether a table holds few rows by what it is called: roles, settings, webhooks."""
    return _SMALL.search(table) is not None


def _judged(target: Target, path: str, file: FileQueries) -> Iterator[ListQuery | None]:
    """One for each list query: what is wrong with it, or ``None``."""
    for function in file.functions:
        rows = [one for one in function.queries if one.many and not one.loops]
        rows = [one for one in rows if one.excused != "remembered"]
        if function.is_test or function.cached or not rows:
            continue
        ref = function_at(target, path, rows[0].line) if function.name else None
        why = reached(target).get(ref) if ref is not None else None
        seen: set[str] = set()
        for one in rows:
            if path.endswith(".py") and one.table in seen and not one.limit:
                continue  # one mend for both
            seen.add(one.table)
            if ref is not None and why is not None:
                if _lists(target, ref, why, one.line) and _is_taken(target, why, one.line):
                    yield _bounded(target, path, function, one, why)
                continue
            route = inline_route(target, path, one.line)
            if route is None or _PARAMETER.search(route.path):
                continue
            if asked_method(target, path, one.line, route) == "GET":
                yield _bounded(target, path, function, one, Reached(Ref(path, -1), route, ()))


def _is_taken(target: Target, why: Reached, line: int) -> bool:
    """Whether what the request's way hands over leads to a line of the last function on it."""
    if len(why.chain) <= 1:
        return True
    caller, ref = why.chain[-2:]
    calls = [call for call, refs in callees(target, caller) if ref in (refs or ())]
    return not calls or any(takes_line(target, ref, line, caller, call) for call in calls)


def _lists(target: Target, ref: Ref, why: Reached, line: int) -> bool:
    """Whether a function's rows go into the answer of a collection's GET, or figures of them."""
    if len(why.chain) > _MAX_CHAIN:
        return False
    handler = outlined(target, why.handler)
    if why.route is not None:
        method = asked_method(target, ref.path, line, why.route)
        if method != "GET" or _PARAMETER.search(why.route.path):
            return False
    elif any(_GET.search(one) for one in handler.attributes):
        if any(_OF_ONE.search(one) for one in handler.attributes):
            return False
        if _PARAMETER.search(decorated_path(target, why.handler)):
            return False
    elif not (
        handler.owner and handler.name in ("get", "list") and why.handler.path.endswith(".py")
    ):  # a method of a class of views answers what it is called
        return False
    if ref == why.handler:
        return True
    if not _is_figure(target, ref):
        return True
    return not ref.path.endswith((".py", ".rs")) and worked_out(target, ref.path, line) is not None


def _is_figure(target: Target, ref: Ref) -> bool:
    """Whether a function returns no rows, as its type says: `Promise<TicketStats>`."""
    returns = outlined(target, ref).returns
    return bool(returns) and _ROWS.search(returns) is None


def _bounded(
    target: Target, path: str, function: QueryFunction, one: QueryCall, why: Reached
) -> ListQuery | None:
    asked = why.route.path if why.route else decorated_path(target, why.handler)
    request = f"GET {asked}".rstrip()
    folder = "" if why.route or path.endswith(".py") else why.handler.path
    at = Place(path, one.line, 1)
    if not one.limit:
        parent = _PARAMETERS.search(asked) is not None
        script = not path.endswith((".py", ".rs"))
        table = told_as(target, one.table) if script else one.table
        if one.listed or not table or _SMALL.search(plain_name(table) if script else table):
            return None
        if script and is_bounded_elsewhere(target, path, one.line):
            return None
        sliced = _sliced(target, path, one.line, why)
        if (parent or one.keyed) and sliced is None:
            return None
        if path.endswith(".py") and _offers(
            target, path, one.line, request, function.name, one.table, why
        ):
            return None
        last = why.chain[-1] if why.chain else None
        figure = script and last is not None and _is_figure(target, last)
        worked = worked_out(target, path, one.line) if figure else None
        filtered = _filtered(target, path, one.line, why) if worked is None else None
        if script and filtered is None and worked is None:
            worked = _worked(target, path, one.line, why)
        python = path.endswith(".py") and one.library == "sqlalchemy"
        if python and filtered is None:
            worked = made_of_rows(target, path, one.line, asked)
        return ListQuery(
            at,
            function.name or "its handler",
            table,
            request,
            "",
            Severity.INFO
            if _ADMIN.search(f"{request}/ {path}")
            or _guarded(target, why)
            or runs_locally(target, why)
            or _is_whole(f"{request} {function.name} {folder}", one.table)
            or _is_of_staff(target, at, why)
            or _REGISTRY.search(one.table)
            or _is_loaded_at_start(target, path, one.line)
            or _is_asked_for(target, path, one.line)
            or _is_needed_whole(target, path, one.line, why)
            else growth_in_script(
                target,
                path,
                one.line,
                one.table,
                table,
                asked,
                staff=is_guarded(target, why, why.route)
                or turns_others_away(target, why, one.line),
            )
            if script
            else growth_of_list(target, path, one.line, one.table, asked)
            if python
            else min(weight_of_growth(target, one.table), _most_of(target)),
            Confidence.LIKELY,
            filtered,
            one.library,
            sliced,
            remedy=words_of_work(worked)
            if worked is not None
            else fix_of_list(target, path, one.line, one.library, one.table),
            worked=worked,
            narrowed=(script and is_narrowed(target, path, one.line))
            or (python and narrows(target, path, one.line)),
        )
    if one.limit.isdigit() or not _PAGE.search(one.limit) or _BOUNDED.search(one.limit):
        return None
    takers = [(ref.path, outlined(target, ref).line) for ref in why.chain]
    if function.capped or _uncapped(target).isdisjoint(takers):
        return None
    return ListQuery(
        at,
        function.name or "its handler",
        one.table,
        request,
        one.limit,
        Severity.INFO,
        Confidence.LIKELY,
    )


def _offers(
    target: Target, path: str, at: int, request: str, function: str, table: str, why: Reached
) -> bool:
    """Whether a page that is rendered offers rows to choose from, and lists others: they fill the
    boxes of its form or of its filter."""
    if why.handler.index < 0:
        return False
    if _RENDERS.search(source_of(target, why.handler)) is None:
        return False
    handler = outlined(target, why.handler)
    if _FORM_PAGE.search(request) or _FORM_NAME.match(handler.name):
        return True
    line = target.lines(path)[at - 1]
    if _NARROWED.search(line):
        return False
    told = f"{request.rstrip('/').rpartition('/')[2]} {handler.name} {function}".lower()
    return not {_singular(one) for one in _WORDS.findall(told)} & set(table.split("_"))


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


_WORDS = regex(r"[a-z]+")
_NARROWED = regex(r"=\s*\(?\s*(?:\w*query|q|stmt|qs)\b")
"""What filters have been put to step by step is what a page lists."""
_RENDERS = regex(r"\brender(?:_template)?\(|\bTemplateResponse\(")
_FORM_PAGE = regex(r"/(?:add|create|new|edit|set|update|upload|import|form)(?:[-_/]|$)", 2)
_FORM_NAME = regex(r"(?:add|create|new|edit|set|update|upload|import)_")


def _is_asked_for(target: Target, path: str, line: int) -> bool:
    """Whether a query stands in a branch for requests that say they want all: ``?all=true``."""
    above = target.lines(path)[max(line - 1 - _BRANCH_LINES, 0) : line]
    return any(_WANTS_ALL.search(one) for one in above)


_BRANCH_LINES = 5
_WANTS_ALL = regex(
    r"\bif\b[^\n]{0,120}[\w\])]\??\.(?:all|fetch_?all|load_?all|include_?all|get_?all|no_?limit"
    r"|no_?pag\w{1,12}|unpaged|unlimited)\b(?!\s*\()",
    2,
)


def _is_whole(asked: str, table: str) -> bool:
    """Whether a request's path or a function's name says that it makes one thing of all that there
    is; a list of reports is a list."""
    words = [one[0].lower() for one in _WHOLE.finditer(asked)]
    return any(word not in table for word in words)


def _is_of_staff(target: Target, at: Place, why: Reached) -> bool:
    """Whether the view that makes a query, or asks a function for it, is for those who run the
    platform."""
    if is_for_staff(target, at.path, at.line or 1):
        return True
    handler = why.handler
    line = outlined(target, handler).line if handler.index >= 0 else 0
    return line > 0 and is_for_staff(target, handler.path, line)


@once
def _most_of(target: Target) -> Severity:
    """What a list is worth at most: little in what one person runs for themselves, whose rows are
    all their own."""
    text = next((target.text(one) for one in ("README.md", "Readme.md") if target.has(one)), "")
    alone = _ALONE.search(text[:_HEAD]) is not None
    return Severity.LOW if alone else Severity.CRITICAL


_ALONE = regex(
    r"\bsingle[- ]user\b(?! mode)(?![^.\n]{0,60}\bmulti)|\bfor (?:a single|one) user\b", 2
)
_HEAD = 3_000
"""Characters of a README in which it says what it is of."""
_REGISTRY = regex(r"(?:^|_)(?:registr(?:y|ies)|catalog(?:ue)?s?|defaults|lookups?)$")
"""What the platform itself is set up with."""
_STEPS = 4


_LOCAL_ONLY = regex(
    r"(?:error|raise|abort|fail|throw|assert|require|ensure|only)_?(?:(?:if|when|unless)_?)?(?:not_?)?(?:(?:is|in)_?)?"
    r"(?:local|dev|development)(?:host|_?env\w*|_?mode|_?only)?$|(?:local|dev|development)_?only$",
    re.IGNORECASE,
)
"""A call that refuses to go on anywhere but on a developer's machine."""


def runs_locally(target: Target, why: Reached) -> bool:
    """Whether a function on a request's way lets it pass on a developer's machine alone."""
    return any(
        _LOCAL_ONLY.match(call.name) is not None
        for ref in why.chain
        for call in outlined(target, ref).calls
    )


def _is_loaded_at_start(target: Target, path: str, line: int) -> bool:
    """Whether the program brings the same rows when it starts: it takes them to be few."""
    ref = function_at(target, path, line)
    some = {ref} if ref is not None else set()
    seen: set[Ref] = set()
    for _ in range(_STEPS):
        seen |= some
        some = {caller for one in some for caller, _ in callers_of(target, one)} - seen
        if any(is_main(outlined(target, one)) or only_at_start(target, one) for one in some):
            return True
    return False


def _is_needed_whole(target: Target, path: str, line: int, why: Reached) -> bool:
    """Whether somebody that answers no request by it works on the same rows: a page is not all."""
    ref = function_at(target, path, line)
    if ref is None:
        return False
    for caller, call in callers_of(target, ref):
        if caller in why.chain or caller in handlers(target):
            continue
        one = outlined(target, caller)
        # One that only hands the rows on is a list itself.
        hands_on = one.end_line - one.line <= _THIN and caller in reached(target)
        if not hands_on and takes_line(target, ref, line, caller, call):
            return True
    return False


_THIN = 6
"""Lines of a function that hands a call on."""
_KEPT = regex(
    r"^\s*(?:(?:let|const|var)\s+(?:mut\s+)?)?([A-Za-z_]\w*)\s*(?::[^=\n]{1,120})?=(?![=>])"
)
_NEAR = 14
"""Lines behind a query in which its rows are looked at next."""


def _filtered(target: Target, path: str, line: int, why: Reached) -> Place | None:
    """Where rows of a query are picked out in memory, in its function or in one that calls it on a
    request's way."""
    for where, at in _on_the_way(target, path, line, why):
        lines = target.lines(where)
        kept = _KEPT.match(lines[at - 1]) if at <= len(lines) else None
        if kept is None:
            continue
        name = re.escape(kept[1])
        if where.endswith(".py"):
            picked = re.compile(rf"\bfor\s+\w+\s+in\s+{name}\s+if\b")
        else:
            picked = re.compile(
                rf"\b{name}\s*(?:\.(?:into_iter|iter)\(\)\s*)?\.(?:filter|retain)\("
            )
        match = picked.search("\n".join(lines[at : at + _NEAR]))
        if match is not None:
            return Place(where, at + 1 + match.string.count("\n", 0, match.start()), None)
    return None


def is_guarded(target: Target, why: Reached | None, route: Route | None) -> bool:
    """Whether only those may ask who run the platform or manage the others: by its path, what the
    route's registration names, what its handler is decorated with or what is called on the way."""
    if route is not None and _ADMIN.search(f"{route.path}/"):
        return True
    if route is not None and route.place.line is not None:
        lines = target.lines(route.place.path)
        first = route.place.line - 1
        head = _registration("\n".join(lines[first : first + _REGISTRATION]))
        if _GUARD_WORD.search(head):
            return True
    if why is None:
        return False
    if _guarded(target, why):
        return True
    return any(
        _GUARD_CALL.match(call.name) is not None and _refuses(target, ref.path, call)
        for ref in (why.handler, *why.chain)
        if ref.index >= 0
        for call in outlined(target, ref).calls
    )


def _refuses(target: Target, path: str, call: OutlinedCall) -> bool:
    """Whether a call that may be a guard is one: in Rust what only asks is, where it is denied."""
    if not path.endswith(".rs") or not call.name.startswith("is_"):
        return True
    lines = target.lines(path)[max(call.line - _ASKED_ABOVE, 0) : call.line]
    return re.search(rf"![\w.&*()\s]{{0,120}}\b{call.name}\b", "\n".join(lines)) is not None


_ASKED_ABOVE = 3
"""Lines above a call in which the chain may begin that it ends."""


def _registration(text: str) -> str:
    """A text up to where its first bracket is closed, or its handler's body begins."""
    depth = 0
    for match in _BOUNDS.finditer(text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth <= 0 or match[0] not in "()":
            return text[: match.start()]
    return text


_BOUNDS = regex(r"[()]|=>|\bfunction\b")
_REGISTRATION = 8
"""Lines of a route's registration that name what asks for permission."""
_GUARD_WORD = regex(
    r"/(?:super-?)?admin(?:s|istration)?\b|(?:is|require[sd]?|ensure|only|check|verify|must(?:be)?|has)_?(?:super_?)?"
    r"(?:admin|staff)|admin(?:istrator)?_?(?:only|guard|required|auth|middleware|procedure)"
    r"|\b(?:admin|administrator|super_?user)\b|manage_?users|users?[:.]manage",
    2,
)
_GUARD_CALL = regex(
    r"_?(?:is|require[sd]?|ensure|assert|only|check|verify|must_?(?:be)?)_?(?:an?_?)?(?:super_?|org\w{0,12}_?|local_?)?"
    r"(?:user_?)?(?:admin|staff)(?:istrator)?s?(?:$|_|(?=[A-Z]))|\w{0,30}(?:may|can)_?manage\w{0,20}users?$",
    2,
)


def _guarded(target: Target, why: Reached) -> bool:
    """Whether a decorator, or in Rust an extractor, says that only those who run the platform may
    ask."""
    if why.handler.index < 0:
        return False
    handler = outlined(target, why.handler)
    if why.handler.path.endswith(".rs") and any(
        _GUARD_TYPE.search(kind) is not None for _, kind in handler.parameters
    ):
        return True
    return any(_GUARD.search(one) is not None for one in handler.attributes)


_GUARD_TYPE = regex(
    r"\b(?:Require|Is|Super|Site|Current|Authenticated)*Admin(?:istrator)?(?:User|Token|Guard|Session|Claims?|Auth\w*"
    r"|Only|Required|Identity|Principal|Context|Access)?\b"
)
"""An extractor that lets nobody in but those who run the platform."""
_GUARD = regex(
    r"\b(?:super_?)?admin(?:istrator|only|guard)?s?\b|Admin(?:istrator)?(?:Only)?Guard", 2
)


def _on_the_way(target: Target, path: str, line: int, why: Reached) -> list[tuple[str, int]]:
    """Where the rows of a query are handed on: its own place, then each call on a request's way."""
    places = [(path, line)]
    for caller, called in zip(why.chain, why.chain[1:], strict=False):
        places += [
            (caller.path, call.line)
            for call, refs in callees(target, caller)
            if refs is not None and called in refs
        ]
    return places


def _worked(target: Target, path: str, line: int, why: Reached) -> Place | None:
    """Where a script makes something else of the rows of a query, in its function or in one that
    calls it on a request's way."""
    for where, at in _on_the_way(target, path, line, why):
        place = worked_out(target, where, at)
        if place is not None:
            return place
    return None


def _sliced(target: Target, path: str, line: int, why: Reached) -> Place | None:
    """Where a page of a query's rows is taken after all of them have been brought."""
    if not path.endswith(".rs"):
        return None
    for where, at in _on_the_way(target, path, line, why):
        ref = function_at(target, where, at)
        if ref is None:
            continue
        function = outlined(target, ref)
        lines = target.lines(where)
        kept = None
        for one in reversed(lines[max(at - _STATEMENT, function.line) - 1 : at]):
            kept = _KEPT.match(one)
            if kept is not None or (_ENDED.search(one) and one != lines[at - 1]):
                break
        if kept is None:
            continue
        text = "\n".join(lines[at : min(function.end_line, at + _PAGE_NEAR)])
        name = re.escape(kept[1])
        taken = re.search(
            rf"(?<![\w.]){name}\s*(?:\.\w+\([^()]{{0,80}}\)\s*){{0,3}}?"
            rf"(?:\.skip\(\s*\(?+(?![\d)])|\[\w{{1,40}}\.\.)",
            text,
        )
        if taken is not None:
            return Place(where, at + 1 + text.count("\n", 0, taken.start()), None)
    return None


_ENDED = regex(r"[;{}]\s*(?://.*)?$")
_STATEMENT = 12
"""Lines above the end of a query in which its statement may begin."""
_PAGE_NEAR = 60


@once
def _uncapped(target: Target) -> frozenset[tuple[str, int]]:
    """(path, line of the name) of the functions that take any page size."""
    return frozenset(
        (path, line) for path, one in scanned(target, queries).items() for line in one.uncapped
    )
