"""The HTML page as text: escaping, ids, policy. What a browser makes of it: test_browser.py."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.model import Run, Severity
from pytest_reconaudit.reports import html_page, pytest_html_cells
from pytest_reconaudit.reports.text import block, one_line
from tests import sample_run
from tests.sample_run import finding, item

OURS = {
    *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "main"),
    *("section", "footer", "div", "form", "fieldset", "legend", "label", "input", "button"),
    *("select", "option", "details", "summary", "table", "caption", "thead", "tbody", "tfoot"),
    *("tr", "th", "td", "h1", "h2", "h3", "p", "pre", "ul", "ol", "li", "a", "b", "span"),
    *("code", "strong", "br"),
}
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """Elements with their attributes, nesting checked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


def inside(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


RUNS = ("believable", "hostile", "big", "empty")


@pytest.mark.parametrize("name", RUNS)
def test_page_is_well_formed_and_self_contained(name: str) -> None:
    text = html_page.render(getattr(sample_run, name)())
    text.encode("utf-8")
    page = Page(text)
    assert not page.open
    assert not page.unbalanced
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for target in page.values("href"):
        assert target == "data:," or target[1:] in ids
    assert not page.values("src")
    assert not page.values("style")
    names = [tag for tag, _ in page.elements]
    assert names.count("script") == names.count("style") == 1
    assert not {"img", "iframe", "object", "base"} & set(names)
    assert names.count("svg") == bool(getattr(sample_run, name)().deployment.nodes)
    assert not [key for _, attrs in page.elements for key in attrs if key.startswith("on")]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_equal_runs_give_equal_bytes() -> None:
    assert html_page.render(sample_run.hostile()) == html_page.render(sample_run.hostile())


def test_policy_allows_exactly_the_pages_own_style_and_script() -> None:
    text = html_page.render(sample_run.believable())
    policy = html.unescape(inside(text, 'Security-Policy" content="', '"'))
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        body = inside(text, f"<{tag}>", f"</{tag}>")
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_word_of_a_hostile_run_is_shown() -> None:
    run = sample_run.hostile()
    shown = " ".join("".join(Page(html_page.render(run)).words).split())
    for one in run.findings:
        assert one_line(one.evidence) in shown
    for item_ in run.items:
        assert one_line(item_.subject) in shown


def test_every_finding_has_place_excerpt_and_fix() -> None:
    text = html_page.render(sample_run.believable())
    words = "".join(Page(text).words)
    for one in sample_run.believable().findings:
        for part in (one.place.path, one.check, one.evidence, one.impact):
            assert block(part) in words
    assert (
        '<span data-n="88" class="on">        berth = session.get(Berth, booking.berth_id)' in text
    )
    assert "services/tariffs/Dockerfile" in words
    assert "TIDE-411" in words
    assert "the check crashed: IndexError" in words


def test_long_reports_hold_bodies_back_and_short_ones_do_not() -> None:
    held = '<noscript><div class="body">'
    assert held not in html_page.render(sample_run.big(399))
    assert html_page.render(sample_run.big(400)).count(held) == 400


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_escaped(words: str) -> None:
    one = finding(
        "docker-x", Severity.HIGH, words or "p", 3, words, evidence=words, impact=words, fix=words
    )
    run = Run(
        words,
        Severity.HIGH,
        (item("docker-x", words, one),),
        excerpts={str(one.place): [(3, words)]},
    )
    text = html_page.render(run)
    text.encode("utf-8")
    page = Page(text)
    assert not page.open
    assert not page.unbalanced
    assert {tag for tag, _ in page.elements} <= OURS


def test_pytest_html_columns() -> None:
    run = sample_run.believable()
    headers = pytest_html_cells.header_cells()
    assert [re.sub("<.*?>", "", cell) for cell in headers] == ["Pillar", "Severity", "Place"]
    item_ = next(one for one in run.items if one.subject == "services/berths/app/bookings.py")
    assert pytest_html_cells.row_cells(item_.to_dict()) == [
        '<td class="col-pillar">2 Performance &amp; efficiency</td>',
        '<td class="col-severity">P1 high</td>',
        '<td class="col-place">services/berths/app/bookings.py:88</td>',
    ]
    assert pytest_html_cells.row_cells(None) == [
        '<td class="col-pillar"></td>',
        '<td class="col-severity"></td>',
        '<td class="col-place"></td>',
    ]
    for header, cell in zip(headers, pytest_html_cells.row_cells(None), strict=True):
        column = re.search(r'data-column-type="(\w+)"', header)
        assert column
        assert f"col-{column[1]}" in cell


def test_pytest_html_cells_are_inert_and_writable() -> None:
    run = sample_run.hostile()
    for one in run.items:
        cells = pytest_html_cells.row_cells(one.to_dict())
        for cell in cells:
            cell.encode("utf-8")
            assert re.fullmatch(r'<td class="col-\w+">[^<>\n]*</td>', cell)
    summary = pytest_html_cells.summary_html(run)
    summary.encode("utf-8")
    page = Page(summary)
    assert not page.unbalanced
    assert {tag for tag, _ in page.elements} <= OURS - {"a", "script"}


def test_pytest_html_ignores_accepted_findings() -> None:
    accepted = finding("docker-x", Severity.HIGH, "p", 1, "says", suppressed="later")
    cells = pytest_html_cells.row_cells(item("docker-x", "s", accepted).to_dict())
    assert cells[1] == '<td class="col-severity"></td>'
