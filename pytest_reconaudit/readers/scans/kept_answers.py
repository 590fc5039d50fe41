"""Handlers whose whole answer a decorator keeps under the URL, and what they know of who asks.

Django's ``cache_page`` looks at the headers that the answer varies on when it leaves the function
below it: a ``vary_on_cookie`` written above, or the one that the session's middleware adds, comes
too late. An answer that is rendered later (Django REST framework's, ``TemplateResponse``) is kept
when it is rendered, and then what stands above has spoken too. Flask-Caching's ``cached`` keeps by
the path, Nest's ``CacheInterceptor`` by the URL.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["KeptAnswer", "KeptAnswers", "kept_answers"]


class KeptAnswer(Struct, frozen=True, array_like=True):
    """A handler whose answer is kept for whoever asks for the same URL."""

    function: str
    line: int
    """Of the decorator that keeps."""
    keeper: str
    """``cache_page``, ``cached`` or ``CacheInterceptor``."""
    who: str
    """What the handler reads of who asks, ``request.user``, or the check of the login that
    is skipped when an answer is kept; empty when there is neither."""
    who_line: int
    late: str
    """A ``vary_on_cookie`` that stands above the keeper; empty when none does."""


class KeptAnswers(Struct, frozen=True, array_like=True):
    found: tuple[KeptAnswer, ...]
    judged: int
    """How many handlers of the file are kept, sound ones too."""


_MAX_MARKS = 40
"""Decorators that a person may have written above one another."""
_DECORATED = frozenset({"decorated_definition"})
_CLASSES = frozenset({"class_declaration"})
_KEEPS = regex(r"\bcache_page\s*\(")
_NOT_KEPT = regex(
    r"\bcache_page\s*\(\s*(?:timeout\s*=\s*)?0\s*[,)]|\bkey_prefix\s*=\s*(?![rf]?['\"]\w)"
)
_NAMED = regex(r"\bname\s*=\s*['\"](\w+)['\"]")
_VARIES = regex(r"\bvary_on_(?:cookie|headers)\b")
_TELLS = regex(
    r"\bpatch_vary_headers\b|['\"]Vary['\"]|\bnever_cache\b|\bprivate\s*=\s*True\b|\bno_store\b"
)
_ASKS = regex(
    r"\b(?:self\.)?request\.(?:user|auth|COOKIES)\b"
    r"|\b(?:self\.)?request\.session(?=\s*\[|\.get\b)|\bget_user(?=\(\s*request\s*\))"
)
_LOGIN = regex(r"\b(?:login_required|permission_required|user_passes_test|staff_member_required)\b")
_ELSEWHERE = regex(r"\bsuper\(\)\.|\bself\.(?:get_queryset|filter_queryset|get_object|paginate)\b")
_CACHED = regex(r"^@\w*cache\w*\.cached\s*\(", re.IGNORECASE)
_OWN_KEY = regex(r"\b(?:key_prefix|make_cache_key|unless)\s*=")
_ROUTE = regex(r"\.(?:route|get)\s*\(\s*['\"]")
_FLASK_ASKS = regex(
    r"\bcurrent_user\b|\bg\.(?:user|current_user|account)\b|\bget_jwt_identity(?=\(\))"
    r"|\bsession(?=\s*\[|\.get\()"
)
_INTERCEPTS = regex(r"^@UseInterceptors\([^)]*\bCacheInterceptor\b")
_NEST_GET = regex(r"^@Get\s*\(")
_NEST_ASKS = regex(
    r"@(?:(?:Current|Get|Auth|Req|Request|Active|LoggedIn)?User|(?:Current)?UserId)(?=\()"
    r"|\breq(?:uest)?\.user\b"
)


def _keeps_answers(text: str, path: str) -> bool:
    if path.endswith(".py"):
        return "cache_page" in text or ".cached(" in text
    return "CacheInterceptor" in text


@scan("python", *SCRIPT, record=KeptAnswers, wants=_keeps_answers)
def kept_answers(code: Code) -> KeptAnswers | None:
    """The handlers of one file whose answers a decorator keeps, and those that answer to one."""
    listed = list(_of_python(code) if code.language == "python" else _of_nest(code))
    if not listed:
        return None
    return KeptAnswers(tuple([one for one in listed if one.who or one.late]), len(listed))


def _of_python(code: Code) -> Iterator[KeptAnswer]:
    tests = {one.name_at for one in code.functions if one.is_test}
    for node in code.tree.walk(_DECORATED):
        given = node.child_by_field_name("definition")
        named = given.child_by_field_name("name") if given is not None else None
        body = given.child_by_field_name("body") if given is not None else None
        if given is None or named is None or body is None or named.start_byte in tests:
            continue
        marks = [
            (code.text(one.start_byte, one.end_byte), one.start_byte)
            for one in node.children
            if one.type == "decorator"
        ]
        if len(marks) > _MAX_MARKS:
            continue
        name = code.text(named.start_byte, named.end_byte)
        owner = _class_around(node)
        owned = owner.child_by_field_name("name") if owner is not None else None
        if owned is not None:
            name = f"{code.text(owned.start_byte, owned.end_byte)}.{name}"
        for index, (text, start) in enumerate(marks):
            before = [one for one, _ in marks[:index]]
            after = [one for one, _ in marks[index + 1 :]]
            if _KEEPS.search(text) and not _NOT_KEPT.search(text):
                # A list in `method_decorator` names the outermost first.
                mine = _KEEPS.split(text, maxsplit=1)
                if given.type == "class_definition":
                    before, after = _of_method(text, before), _of_method(text, after)
                above, below = [*before, mine[0]], [*after, mine[1]]
                yield _of_page(code, name, start, above, below, body)
            elif (
                _CACHED.match(text)
                and not _OWN_KEY.search(text)
                and any(map(_ROUTE.search, before))
            ):
                asks = _asked(code, _FLASK_ASKS, body.start_byte, body.end_byte)
                yield KeptAnswer(name, code.line(start), "cached", *asks, "")


def _of_method(text: str, marks: list[str]) -> list[str]:
    """Of the decorators of a class those that are for the same method."""
    method = _NAMED.search(text)
    if method is None:
        return marks
    return [one for one in marks if (other := _NAMED.search(one)) and other[1] == method[1]]


def _of_page(
    code: Code, name: str, start: int, above: list[str], below: list[str], body: Node
) -> KeptAnswer:
    line = code.line(start)
    if any(_VARIES.search(one) or _TELLS.search(one) for one in below) or _TELLS.search(
        code.text(body.start_byte, body.end_byte)
    ):
        return KeptAnswer(name, line, "cache_page", "", 0, "")
    who, who_line = _asked(code, _ASKS, body.start_byte, body.end_byte)
    owner = _class_around(body)
    if (
        not who
        and owner is not None
        and _ELSEWHERE.search(code.text(body.start_byte, body.end_byte))
    ):
        who, who_line = _asked(code, _ASKS, owner.start_byte, owner.end_byte)
    guard = next((match[0] for one in below if (match := _LOGIN.search(one))), "")
    if not who and guard:
        who, who_line = guard, line
    late = next((match[0] for one in above if (match := _VARIES.search(one))), "")
    if late and _is_rendered_later(code, body, owner):
        return KeptAnswer(name, line, "cache_page", "", 0, "")
    return KeptAnswer(name, line, "cache_page", who, who_line, late)


_AT_ONCE = regex(
    r"\b(?:Http\w*Response\w*|\w*(?:Http|Json|File|Streaming)Response\w*|render|redirect|render_to_string)\("
)
_LATER = regex(r"\b(?:Simple)?TemplateResponse\(|\bself\.render_to_response\(")
_LATER_VIEWS = regex(
    r"\w*(?:APIView|ViewSet|GenericView|TemplateView|ListView|DetailView|ArchiveView|FormView"
    r"|CreateView|UpdateView|DeleteView)"
)


def _is_rendered_later(code: Code, body: Node, owner: Node | None) -> bool:
    """Whether what a handler answers has a ``render`` that runs when all decorators are through."""
    text = code.text(body.start_byte, body.end_byte)
    if _AT_ONCE.search(text):
        return False
    if _LATER.search(text):
        return True
    known = code.imported("Response")
    if known is not None and known.path[:1] == ("rest_framework",) and "Response(" in text:
        return True
    around = body.parent if owner is None else owner
    bases = around.child_by_field_name("superclasses") if around is not None else None
    if bases is None:
        return False
    named = code.text(bases.start_byte, bases.end_byte)
    return any(map(_LATER_VIEWS.fullmatch, re.findall(r"\w+", named)))


def _class_around(node: Node) -> Node | None:
    around: Node | None = node.parent
    while around is not None and around.type != "class_definition":
        around = around.parent
    return around


def _asked(code: Code, pattern: re.Pattern[str], start: int, end: int) -> tuple[str, int]:
    """(what a part of the code reads of who asks, its line); empty when it reads nothing."""
    text = code.text(start, end)
    match = pattern.search(text)
    if match is None:
        return "", 0
    return match[0], code.line(start + len(text[: match.start()].encode()))


def _of_nest(code: Code) -> Iterator[KeptAnswer]:
    whole = sorted(
        (one.start_byte, one.end_byte) for one in code.tree.walk(_CLASSES) if _intercepts(code, one)
    )
    # A class within another one ends before it: what ends last so far tells for both.
    ends = list(accumulate((end for _, end in whole), max))
    for function in code.functions:
        marks = function.attributes
        if function.is_test or not any(map(_NEST_GET.match, marks)):
            continue
        before = bisect_right(whole, (function.start, len(code.source) + 1))
        kept = (before > 0 and function.start < ends[before - 1]) or any(
            map(_INTERCEPTS.match, marks)
        )
        if not kept or any("CacheKey" in one or "NoCache" in one for one in marks):
            continue
        asks = _asked(code, _NEST_ASKS, function.name_at, function.end)
        line = code.line(function.name_at)
        yield KeptAnswer(f"{function.owner}.{function.name}", line, "CacheInterceptor", *asks, "")


def _intercepts(code: Code, node: Node) -> bool:
    """Whether all of a class is kept: its decorators stand in it, or before it when exported."""
    around = node.parent
    before = around.children if around is not None and around.type == "export_statement" else []
    marks = [one for one in (*before, *node.children) if one.type == "decorator"]
    return any(_INTERCEPTS.match(code.text(one.start_byte, one.end_byte)) for one in marks)
