"""The Markdown reports: golden files, and hostile text that must stay text."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pytest_reconaudit.model import Pillar, Run, Severity
from pytest_reconaudit.reports import html_page, markdown
from pytest_reconaudit.reports.digest import Digest
from tests import golden, sample_run
from tests.sample_run import finding, item

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def tokens(text: str) -> list[Token]:
    found = []
    for token in GITHUB.parse(text):
        found.append(token)
        found.extend(token.children or ())
    return found


def words_outside_code(text: str) -> str:
    """The text nodes: where GitHub looks for mentions, issues, formulas and emoji."""
    return "\n".join(token.content for token in tokens(text) if token.type == "text")


def test_golden_of_all_pillars() -> None:
    golden.check("all-pillars.md", markdown.render(sample_run.believable()))


@pytest.mark.parametrize("pillar", [Pillar.PERFORMANCE, Pillar.DEPLOYMENT, Pillar.EXPERIENCE])
def test_golden_of_a_pillar(pillar: Pillar) -> None:
    golden.check(f"pillar{int(pillar)}.md", markdown.pillar(sample_run.believable(), pillar))


def test_equal_runs_give_equal_bytes() -> None:
    assert markdown.render(sample_run.hostile()) == markdown.render(sample_run.hostile())


def assert_inert(text: str, run: Run) -> None:
    text.encode("utf-8")
    for token in tokens(text):
        assert token.type not in ("html_block", "html_inline", "image", "s_open", "hr")
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith("#")
    plain = words_outside_code(text)
    for sign in ("@", "#1", "GH-7", "$", "<", "|", ":smile:", "://", "www.", "[^", "\x1b"):
        assert sign not in plain, sign
    headings = [token for token in tokens(text) if token.type == "heading_open"]
    groups = sum(len(Digest(run).of(pillar).groups) for pillar in run.pillars)
    assert len(headings) <= groups + 1 + 10 * max(1, len(run.pillars))


def test_hostile_text_stays_text() -> None:
    run = sample_run.hostile()
    assert_inert(markdown.render(run), run)
    assert_inert(markdown.pillar(run, Pillar.DEPLOYMENT), run)


def test_hostile_tables_keep_their_shape() -> None:
    run = sample_run.hostile()
    for text in (markdown.render(run), markdown.pillar(run, Pillar.DEPLOYMENT)):
        for html in re.findall(r"<table>.*?</table>", GITHUB.render(text), re.DOTALL):
            rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
            widths = {len(re.findall(r"<t[hd]", row)) for row in rows}
            assert len(widths) == 1


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("`*_[]()<>|~$@#&!\\\n\t -+1.:/'\"{}ab"),
            st.characters(exclude_categories=()),
        ),
        max_size=80,
    )
)
def test_any_text_is_inert(words: str) -> None:
    one = finding(
        "docker-x", Severity.HIGH, words or "p", 1, words, evidence=words, impact=words, fix=words
    )
    run = Run(words, Severity.HIGH, (item("docker-x", words, one),))
    text = markdown.pillar(run, Pillar.DEPLOYMENT)
    text.encode("utf-8")
    for token in tokens(text):
        assert token.type not in ("html_block", "html_inline", "image", "hr")
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith("#")
    assert not re.search(r"[@<|$`\[]", words_outside_code(text))


def test_code_spans_show_their_text_exactly() -> None:
    for words in ("a`b", "`x`", "``", "a | b", "<b>", "x ` y `` z", "C:\\dir\\"):
        one = finding("docker-x", Severity.HIGH, "p", 1, "says", evidence=words)
        run = Run("t", Severity.HIGH, (item("docker-x", "s", one),))
        spans = [t.content for t in tokens(markdown.render(run)) if t.type == "code_inline"]
        assert words in [span.strip() for span in spans]


def test_a_command_in_the_reason_of_a_skip_is_one_span() -> None:
    reason = "no-input: programs; `python manage.py sqlmigrate APP NUMBER` gives the SQL"
    run = Run("t", Severity.HIGH, (sample_run.skipped("db-fk-indexed", reason, "`x`"),))
    assert "; `python manage.py sqlmigrate APP NUMBER` gives the SQL\n" in markdown.render(run)
    page = html_page.render(run)
    assert "<code>python manage.py sqlmigrate APP NUMBER</code> gives the SQL" in page


def test_links_lead_to_headings() -> None:
    for run in (sample_run.believable(), sample_run.hostile()):
        text = markdown.render(run)
        parsed = GITHUB.parse(text)
        inline = [token for token in parsed if token.type == "inline"]
        headings = [
            after.content
            for token, after in itertools.pairwise(parsed)
            if token.type == "heading_open"
        ]
        anchors = {re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-") for words in headings}
        links = [
            str(child.attrs["href"])[1:]
            for token in inline
            for child in token.children or ()
            if child.type == "link_open"
        ]
        assert links
        assert set(links) <= anchors
        # Once in its pillar, once in what to fix first.
        assert max(links.count(link) for link in links) <= 2


def test_every_finding_has_place_severity_evidence_impact_and_recommendation() -> None:
    run = sample_run.believable()
    text = markdown.render(run)
    for one in run.findings:
        assert f"`{one.place}`" in text
        assert f"`{one.evidence}`" in text
        assert one.impact.split(";")[0].split("`")[0] in text
    assert "docker inspect --format '{{.State.Health.Status}}' CONTAINER" in text
    assert "```dockerfile\n# before" in text


def test_many_related_places_are_folded_but_none_is_lost() -> None:
    from pytest_reconaudit.model import Note, Place

    notes = tuple(Note(Place("src/a.rs", line), "blocks") for line in range(1, 160))
    one = finding("docker-x", Severity.HIGH, "src/a.rs", 1, "says", related=notes)
    text = markdown.render(Run("t", Severity.HIGH, (item("docker-x", "s", one),)))
    assert "- See also `src/a.rs`: 13, 14, 15," in text
    assert ", 159\n" in text


def test_a_pillar_without_items_says_so() -> None:
    text = markdown.pillar(sample_run.believable(), Pillar.TESTING)
    assert "No check of this pillar was run." in text
    assert "Nothing was judged" in text
