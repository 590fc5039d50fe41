"""Lists of Django REST framework that are answered whole: no paginator cuts them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.growth import weight_of_growth
from pytest_reconaudit.facts.query.guards import is_for_staff
from pytest_reconaudit.facts.query.list_views import (
    ONE_ROW,
    attribute_of,
    item_views,
    listed_by,
    listing_text,
    queryset_of,
    refuses_lists,
    text_of,
)
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    is_apart,
    known_classes,
    model_of,
)
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_call import table_name
from pytest_reconaudit.readers.scans.row_classes import row_classes
from pytest_reconaudit.target import Target

__all__ = ["Unpaged", "unpaged_lists"]


class Unpaged(Struct, frozen=True):
    """A list without a page: one of a function, or what the settings leave all views without."""

    at: Place
    function: str
    table: str
    request: str
    settings: bool
    severity: Severity
    sliced: Place | None = None
    """Where a page is cut from what all rows were serialized to."""


_LISTING = regex(
    r"\w*(?:ModelViewSet|ListAPIView|ListCreateAPIView|ListModelMixin|ReadOnly\w*ViewSet)$"
)
_NARROW = regex(
    r"request\.user|self\.kwargs|\buser\b|_id\s*=|query_params|GET\.get|\[\s*:|\.none\(\)|context_object"
)
"""What picks rows of somebody, of one parent, or those that a request asks for."""
_PAGER = regex(r"pagina", 2)
_SETTINGS = regex(r"(?m)^REST_FRAMEWORK\s*(?::[^=\n]+)?=\s*\{")
_GET_VIEW = regex(r"@api_view\(\s*(?:\[\s*[\"']GET[\"']\s*[\],]|\))")
_CUT = regex(r"\[\s*+\w*+\s*+:\s*+\w|\.first\(\)|\.get\(|pagina|get_object_or_404", 2)
_DEF = regex(r"[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)\s*\(([^)\n]*)")
_MOST_ABOVE = 60
_NAMED = 3


def unpaged_lists(target: Target) -> Iterator[Unpaged]:
    """Every list of rows that grow which surely is answered whole."""
    known = known_classes(target)
    yield from _of_functions(target, known)
    yield from _of_views(target, known)


def _of_functions(target: Target, known: KnownClasses) -> Iterator[Unpaged]:
    for path, file in scanned(target, row_classes).items():
        if not file.lists or is_apart(target, path):
            continue
        lines = target.lines(path)
        for one in file.lists:
            serializer = known.find(one.serializer, path)
            model = model_of(known, serializer) if serializer is not None else None
            if model is None:
                continue
            late = _page_of_answers(lines, one.line)
            if one.paged and late is None:
                continue
            made = [
                (line, source)
                for name, line, source in one.querysets
                if name.rpartition(".")[2] == model.own.name
            ]
            if len(made) != 1 or ONE_ROW.search(made[0][1]) or not _is_plain(made[0][1]):
                continue
            head = _head(lines, one.line)
            if head is None or not _is_open("\n".join(lines[made[0][0] - 1 : one.line])):
                continue
            given = _DEF.match(lines[head])
            above = "\n".join(lines[max(head - 6, 0) : head])
            body = "\n".join(lines[head : one.line])
            owner = known.find(one.owner, path) if one.owner else None
            bases = known.lineage(owner)[1] if owner is not None else []
            serves = one.function in ("get", "list") and any(map(_VIEW.search, bases))
            if given is None or not (serves or _GET_VIEW.search(above)):
                continue
            parameters = [each.strip() for each in given[2].split(",") if each.strip()]
            if len([each for each in parameters if "*" not in each]) > 1 + serves:
                continue  # of the one that its route names
            if _CUT.search(body) or _NARROW.search(body) or "POST" in body:
                continue
            if is_for_staff(target, path, one.line) or "/admin" in f"/{path}":
                continue
            table = table_name(model.own.name)
            weight = weight_of_growth(target, table)
            if weight < Severity.MEDIUM or _OWN.search(f"{one.owner}.{one.function}"):
                continue
            yield Unpaged(
                Place(path, made[0][0], 1),
                f"{one.owner}.{one.function}" if one.owner else one.function,
                table,
                "A GET",
                False,
                weight,
                None if late is None else Place(path, late, 1),
            )


_PAGE_OF_ANSWERS = regex(r"\bpaginate\w*\(\s*\w+\.data\b|\bPaginator\(\s*\w+\.data\b")
_MOST_BELOW = 8


def _page_of_answers(lines: list[str], line: int) -> int | None:
    """The line below a serializer that takes a page of what it has made of all rows."""
    for number in range(line, min(line + _MOST_BELOW, len(lines)) + 1):
        if _PAGE_OF_ANSWERS.search(lines[number - 1]):
            return number
    return None


_VIEW = regex(r"(?:View|ViewSet)$")
_OWN = regex(r"(?:^|[._])(?:My[A-Z]|my_|mine|own_)|Mine|Own[A-Z]")
"""What answers with the rows of whoever asks."""
_FILTER = regex(r"\.(?:filter|exclude)\(([^()]*)\)")
_CONSTANT = regex(
    r"\s*\w+\s*=\s*(?:True|False|None|[\"'][^\"']*[\"']"
    r"|(?:\w+\.){0,3}(?:tenant|org|organi[sz]ation|company|school|workspace))\s*$"
)


def _is_plain(source: str) -> bool:
    """Whether a queryset has all rows that anybody sees: of a tenant, or in one state."""
    return len(source) < _CUT_OFF and "[" not in source and _is_open(source)


def _is_open(source: str) -> bool:
    """Whether what a text filters by is no more than a tenant or a state."""
    filters = _FILTER.findall(source)
    if source.count(".filter(") + source.count(".exclude(") != len(filters):
        return False
    given = [one for each in filters for one in each.split(",") if one.strip()]
    return all(_CONSTANT.match(one) for one in given)


_CUT_OFF = 160
"""Letters of a source, of which the rest is not known."""


def _head(lines: list[str], line: int) -> int | None:
    """The index of the ``def`` around a line."""
    for at in range(min(line, len(lines)) - 1, max(line - _MOST_ABOVE, 0) - 1, -1):
        if _DEF.match(lines[at]) is not None:
            return at
    return None


def _of_views(target: Target, known: KnownClasses) -> Iterator[Unpaged]:
    """All views of a project whose settings name no pagination, told once."""
    settings = [
        (path, text.count("\n", 0, match.start()) + 1)
        for path in target.files
        if path.endswith(".py") and not is_apart(target, path)
        if "REST_FRAMEWORK" in (text := target.text(path))
        for match in islice(_SETTINGS.finditer(text), 2)  # more than one is not understood
    ]
    if any("DEFAULT_PAGINATION_CLASS" in target.text(path) for path, _ in settings):
        return
    if len(settings) != 1:
        return
    found: list[tuple[str, str]] = []
    for view in known.views:
        table = _whole(target, known, view)
        if table and weight_of_growth(target, table) > Severity.LOW:
            found.append((view.own.name, table))
    if not found:
        return
    names = ", ".join(name for name, _ in found[:_NAMED])
    rest = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    tables = ", ".join(dict.fromkeys(table for _, table in found[:_NAMED]))
    yield Unpaged(
        Place(settings[0][0], settings[0][1], 1),
        "REST_FRAMEWORK names no pagination",
        tables,
        f"The list of {names}{rest}",
        True,
        Severity.MEDIUM,
    )


def _whole(target: Target, known: KnownClasses, view: KnownClass) -> str:
    """The table that a view's list surely brings whole; empty for any other view."""
    inside, outside = known.lineage(view)
    if not any(map(_LISTING.match, outside)) or refuses_lists(inside):
        return ""
    if attribute_of(inside, "pagination_class") is not None or view.own.name in item_views(target):
        return ""
    serializer = listed_by(known, inside)
    model = model_of(known, serializer) if serializer is not None else None
    at = queryset_of(inside, serializer, model) if serializer is not None else None
    if model is None or at is None:
        return ""
    texts = [text_of(target, one) for one in inside]
    if any(one.own.scoped for one in inside) or any(map(_PAGER.search, texts)):
        return ""
    if any(_NARROW.search(listing_text(text)) for text in texts) or not _is_plain(at[1]):
        return ""
    if "/admin" in f"/{view.path}" or is_for_staff(target, view.path, view.own.line):
        return ""
    return table_name(model.own.name)
