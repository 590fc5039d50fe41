"""What functions and class-based views hand to the templates that they render."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import code_of
from pytest_reconaudit.readers.scans.rendered_pages import RenderedPages, rendered_pages
from pytest_reconaudit.readers.syntax import read_syntax

VIEWS = """\
from django.views.generic import TemplateView


class Board(TemplateView):
    template_name = "board.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        tides = Tide.objects.filter(port__open=True, height__gt=2).select_related("port")
        context["tides"] = tides
        context["names"] = Tide.objects.values("name")
        context.update({"title": _("Board"), "boats": (
            Boat.objects.order_by("name")
        ), "n": 3})
        return context | {"crews": self.port.crews.all(), "open": True}


class Bare(TemplateView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"boats": Boat.objects.all()}
"""


def read(text: str) -> RenderedPages | None:
    return rendered_pages(code_of(read_syntax(text, "harbour/views.py")))


def test_what_a_view_adds_for_its_template() -> None:
    found = read(VIEWS)
    assert found is not None
    (page,) = found.pages
    assert (page.template, page.line, page.function, page.owner) == (
        "board.html",
        7,
        "get_context_data",
        "Board",
    )
    assert [(one.name, one.line, one.source) for one in page.rows] == [
        (
            "tides",
            9,
            'Tide.objects.filter(port__open=True, height__gt=2).select_related("port")',
        ),
        ("boats", 12, 'Boat.objects.order_by("name")'),
        ("crews", 15, "self.port.crews.all()"),
    ]
    assert page.loaded == ("port",)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read(text)
    read(VIEWS.replace("Board", text))
