"""Functions and class-based views that render a template, and what they hand it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function
from pytest_reconaudit.readers.query_steps import whole_query
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.row_classes import alchemy_rows, loaded_by

__all__ = ["HandedRows", "RenderedPage", "RenderedPages", "rendered_pages"]


class HandedRows(Struct, frozen=True, gc=False, array_like=True):
    """A queryset that a template gets: ``{"orders": orders}``."""

    name: str
    """What it is called in the template."""
    line: int
    """Where the queryset is made."""
    source: str
    model: str = ""
    """Of SQLAlchemy; empty of Django, where the source says it."""
    loaded: tuple[str, ...] = ()
    """What its query loads along."""
    scoped: tuple[str, ...] = ()
    """The keys by which it asks for the rows of one parent."""
    paged: bool = False


class RenderedPage(Struct, frozen=True, gc=False, array_like=True):
    """``render(request, "orders/list.html", {"orders": orders})``, or what the ``get_context_data``
    of a view adds for its ``template_name``."""

    template: str
    line: int
    function: str
    owner: str
    rows: tuple[HandedRows, ...]
    loaded: tuple[str, ...]
    """What the function's querysets load along; ``*`` is all."""
    called: tuple[str, ...]
    """The names of the methods that it calls."""


class RenderedPages(Struct, frozen=True, array_like=True):
    pages: tuple[RenderedPage, ...]


_RENDERS = frozenset({"render", "TemplateResponse", "render_template", "render_page"})
_TEMPLATE = regex(r"[\"']([\w./-]+\.(?:html|jinja2?|j2|djhtml))[\"']$")
_ENTRY = regex(r"[\"'](\w+)[\"']\s*:\s*([^,{}\[\]]{1,400}(?:\[[^\[\]{}]{0,40}\])?)")
_NAME = regex(r"\w+$")
_ROWS = regex(
    r"(?:\w+\.)?[A-Z]\w*\s*\.\s*objects\b|(?:\w+\.){1,3}[a-z]\w*\.(?:all|filter|exclude|order_by|annotate|select_related|prefetch_related|distinct)\s*\("
)
_NO_ROWS = regex(
    r"\.(?:values|values_list|aggregate|get|first|last|count|exists|dates|none|create|latest|earliest)\("
    r"|\[\s*:?\s*\d?\s*:?\d?\s*\]\s*$"
)
"""What gives no rows, or less than ten of them."""
_CALLED = regex(r"\.\s*([a-z_]\w*)\s*\(")
_TEMPLATE_NAME = regex(
    r"(?m)^[ \t]+template_name[ \t]*(?::[^=\n]{1,40})?=[ \t]*"
    r"[\"']([\w./-]+\.(?:html|jinja2?|j2|djhtml))[\"']"
)
_ADDED = regex(r"\b\w{1,40}\[[\"'](\w+)[\"']\][ \t]*=[ \t]*(?!=)")
"""``context["orders"] = …``."""
_ADDED_ALL = regex(r"(?:\.update\(\s*|\|=?\s*|\breturn\s+|\bcontext\s*=\s*)\{")
"""``context.update({…})``, ``super().get_context_data(**kwargs) | {…}``."""
_KEY = regex(r"[\"'](\w+)[\"']\s*:\s*")
_MOST_FUNCTION = 12_000
_MOST_NAMES = 100
_SOURCE = 400
_MOST_CLASS = 4_000
_LONG_VALUE = 1_500
_MOST_PAGES = 100
_MOST_ROWS = 20


def _wants(text: str, path: str) -> bool:
    renders = "render(" in text or "TemplateResponse(" in text
    if renders and ".html" in text and "django" in text:
        return True
    if ("render_template(" in text or renders) and (".query" in text or "select(" in text):
        return True
    return "def get_context_data(" in text and "template_name" in text


@scan("python", record=RenderedPages, wants=_wants)
def rendered_pages(code: Code) -> RenderedPages | None:
    """The templates that functions of a file render with rows of the database."""
    calls = (one for one in code.calls if one.name in _RENDERS and len(one.arguments) > 1)
    views = (
        one
        for one in code.functions
        if one.name == "get_context_data" and one.owner and not one.is_test
    )
    rendered = chain(
        (_page(code, call) for call in islice(calls, _MOST_PAGES)),
        (_page_of_view(code, function) for function in islice(views, _MOST_PAGES)),
    )
    pages = tuple(page for page in rendered if page is not None)
    return RenderedPages(pages) if pages else None


def _page_of_view(code: Code, function: Function) -> RenderedPage | None:
    """What a class-based view adds to what its template gets."""
    before = code.text(max(function.start - _MOST_CLASS, 0), function.start)
    own = before.rpartition(f"class {function.owner}(")[2]
    template = _TEMPLATE_NAME.search(own) if len(own) < len(before) else None
    if template is None:
        return None
    text = code.text(function.start, min(function.end, function.start + _MOST_FUNCTION))
    rows = []
    for name, source, at in islice(_added(text), 2 * _MOST_ROWS):
        line = code.line(function.start + len(text[:at].encode()))
        if (one := _rows(code, (function.end, function.scope), name, source, line)) is not None:
            rows.append(one)
    return _rendered(code, function, template[1], code.line(function.name_at), tuple(rows))


def _rendered(
    code: Code, function: Function, template: str, line: int, rows: tuple[HandedRows, ...]
) -> RenderedPage | None:
    if not rows:
        return None
    text = code.text(function.start, min(function.end, function.start + _MOST_FUNCTION))
    return RenderedPage(
        template,
        line,
        function.name,
        function.owner,
        rows[:_MOST_ROWS],
        loaded_by(text),
        tuple(dict.fromkeys(_CALLED.findall(text)))[:_MOST_NAMES],
    )


def _added(text: str) -> Iterator[tuple[str, str, int]]:
    """(name, value, where) of what a text adds to a context, by key or as a mapping."""
    for match in _ADDED.finditer(text):
        yield match[1], _value(text, match.end()), match.end()
    for match in _ADDED_ALL.finditer(text):
        at = match.end()
        while (key := _KEY.search(text, at, at + _SOURCE)) is not None:
            if text[at : key.start()].strip(" \t\n,"):
                break
            value = _value(text, key.end(), many=True)
            yield key[1], value, key.end()
            at = key.end() + len(value)


def _value(text: str, at: int, *, many: bool = False) -> str:
    """The expression at an offset, to the end of its line or (one of many) of its entry."""
    depth = 0
    for index in range(at, min(len(text), at + _LONG_VALUE)):
        letter = text[index]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        if depth < 0 or (not depth and letter == ("," if many else "\n")):
            return text[at:index]
    return text[at : at + _LONG_VALUE]


def _rows(
    code: Code, where: tuple[int, int], name: str, source: str, line: int
) -> HandedRows | None:
    """What a function hands over by a name, if these are rows.

    :param where: an offset and its scope, at which the source is evaluated.
    """
    if _NAME.match(source := source.strip()):
        binding = _bound(code, source, where)
        if binding is None:
            return None
        source, line = _short(code, binding.value), code.line(binding.start)
        where = (binding.start, binding.scope)
    whole, source = source, " ".join(source.split())[:_SOURCE].removeprefix("( ").removesuffix(" )")
    plain = _OF_SESSION.match(source.lstrip("( ")) is None
    if plain and _ROWS.match(source.lstrip("( ")) and not _NO_ROWS.search(source):
        return HandedRows(name, line, source)
    return _of_alchemy(code, where, name, whole, line)


def _of_alchemy(
    code: Code, where: tuple[int, int], name: str, source: str, line: int
) -> HandedRows | None:
    """The rows of SQLAlchemy that an expression gives, when these are whole rows of one model."""
    function = code.function_at(where[1])
    if function is None or function.is_async or not _MAY_BRING.search(source):
        return None
    rows = alchemy_rows(code, source, *where)
    if rows is None or _FEW_ROWS.search(source):
        return None
    query, _ = whole_query(code, source, *where)
    if _FEW_ROWS.search(query):
        return None
    paged = "paginate(" in query or _LIMITED.search(query) is not None
    # Flask-SQLAlchemy's page of rows is asked for them: `{% for order in orders.items %}`.
    asked = f"{name}.items" if _PAGES.search(source) else name
    return HandedRows(asked, line, " ".join(source.split())[:_SOURCE], *rows, paged)


_OF_SESSION = regex(r"(?:\w+\.){0,3}(?:[A-Z]\w*\.query\b|\w*session\.)")
_MAY_BRING = regex(r"\.(?:all|scalars|paginate|items|fetchall)\b|\bpaginate\(")
_FEW_ROWS = regex(r"\.limit\(\s*(?:1?\d|20)\s*\)|\[\s*:\s*(?:1?\d|20)\s*\]|\.limit\(\s*[a-z]")
"""A handful, or as many as somebody says: of a page."""
_LIMITED = regex(r"\.(?:limit|slice)\(")
_PAGES = regex(r"\bpaginate\([^()]{0,300}(?:\([^()]{0,80}\)[^()]{0,200}){0,4}\)\s*$")


def _named(code: Code, call: Call, span: tuple[int, int]) -> Iterator[HandedRows]:
    """What Flask hands over by one argument: ``orders=orders``."""
    match = _KEYWORD.match(_short(code, span))
    if match is not None:
        line = code.line(call.start)
        one = _rows(code, (call.start, call.scope), match[1], match[2], line)
        if one is not None:
            yield one


_KEYWORD = regex(r"(\w+)\s*=(?!=)\s*([^\0]{1,2000})$")


def _bound(code: Code, name: str, where: tuple[int, int]) -> Binding | None:
    """What the function around gave a name before an offset of a scope."""
    binding = code.binding_of(name, *where)
    if binding is None or code.function_at(binding.scope) is not code.function_at(where[1]):
        return None
    return binding


def _short(code: Code, span: tuple[int, int]) -> str:
    """The beginning of what stands in a range, in which all that is asked for stands."""
    return code.text(span[0], min(span[1], span[0] + _MOST_CLASS)).strip()


def _page(code: Code, call: Call) -> RenderedPage | None:
    given = [_short(code, one) for one in call.arguments[:8]]
    template = next((match for one in given[:3] if (match := _TEMPLATE.search(one))), None)
    function = code.function_at(call.scope)
    if template is None or function is None or function.is_test:
        return None
    if call.name == "render_template":
        named = (one for span in call.arguments[1:] for one in _named(code, call, span))
        given_rows = tuple(islice(named, _MOST_ROWS))
        return _rendered(code, function, template[1], code.line(call.start), given_rows)
    if len(given) < 3 and not (call.name == "TemplateResponse" and len(given) == 2):
        return None
    context = next((one for one in given[1:] if one.startswith(("{", "context"))), given[-1])
    context = context.partition("=")[2].strip() if context.startswith("context=") else context
    if _NAME.match(context):
        binding = _bound(code, context, (call.start, call.scope))
        if binding is None:
            return None
        context = _short(code, binding.value)
    rows = tuple(islice(_handed(code, call, context), _MOST_ROWS))
    return _rendered(code, function, template[1], code.line(call.start), rows)


def _handed(code: Code, call: Call, context: str) -> Iterator[HandedRows]:
    line = code.line(call.start)
    for match in _ENTRY.finditer(context[:4_000]):
        one = _rows(code, (call.start, call.scope), match[1], match[2], line)
        if one is not None:
            yield one
