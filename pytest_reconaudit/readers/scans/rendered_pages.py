"""Functions that render a template, and what they hand it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.row_classes import loaded_by

__all__ = ["HandedRows", "RenderedPage", "RenderedPages", "rendered_pages"]


class HandedRows(Struct, frozen=True, gc=False, array_like=True):
    """A queryset that a template gets: ``{"orders": orders}``."""

    name: str
    """What it is called in the template."""
    line: int
    """Where the queryset is made."""
    source: str


class RenderedPage(Struct, frozen=True, gc=False, array_like=True):
    """``render(request, "orders/list.html", {"orders": orders})``."""

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


_RENDERS = frozenset({"render", "TemplateResponse"})
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
_MOST_FUNCTION = 12_000
_MOST_NAMES = 100
_SOURCE = 400


def _wants(text: str, path: str) -> bool:
    return (
        ".html" in text and ("render(" in text or "TemplateResponse(" in text) and "django" in text
    )


@scan("python", record=RenderedPages, wants=_wants)
def rendered_pages(code: Code) -> RenderedPages | None:
    """The templates that functions of a file render with rows of the database."""
    pages = tuple(
        page
        for call in code.calls
        if call.name in _RENDERS
        and len(call.arguments) > 2
        and (page := _page(code, call)) is not None
    )
    return RenderedPages(pages) if pages else None


def _page(code: Code, call: Call) -> RenderedPage | None:
    given = [code.text(one).strip() for one in call.arguments]
    template = next((match for one in given[:3] if (match := _TEMPLATE.search(one))), None)
    function = code.function_at(call.scope)
    if template is None or function is None or function.is_test:
        return None
    context = next((one for one in given[2:] if one.startswith(("{", "context"))), given[2])
    context = context.partition("=")[2].strip() if context.startswith("context=") else context
    if _NAME.match(context):
        binding = code.binding_of(context, call.start, call.scope)
        if binding is None or code.function_at(binding.scope) is not function:
            return None
        context = code.text(binding.value)
    rows = tuple(_handed(code, call, context))
    if not rows:
        return None
    text = code.text(function.start, min(function.end, function.start + _MOST_FUNCTION))
    return RenderedPage(
        template[1],
        code.line(call.start),
        function.name,
        function.owner,
        rows,
        loaded_by(text),
        tuple(dict.fromkeys(_CALLED.findall(text)))[:_MOST_NAMES],
    )


def _handed(code: Code, call: Call, context: str) -> Iterator[HandedRows]:
    for match in _ENTRY.finditer(context[:4_000]):
        source, line = match[2].strip(), code.line(call.start)
        if _NAME.match(source):
            binding = code.binding_of(source, call.start, call.scope)
            if binding is None or code.function_at(binding.scope) is not code.function_at(
                call.scope
            ):
                continue
            source, line = code.text(binding.value).strip(), code.line(binding.start)
        source = " ".join(source.split())[:_SOURCE].removeprefix("( ").removesuffix(" )")
        if _ROWS.match(source.lstrip("( ")) and not _NO_ROWS.search(source):
            yield HandedRows(match[1], line, source)
