"""Templates of Django and Jinja."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.page_templates import read_page_template

PAGE = """<h1>{{ title|default:"none" }}</h1>
{# {{ hidden.here }} #}
{% comment %}
  {% for row in rows %}{{ row.name }}{% endfor %}
{% endcomment %}
{%- for row in rows -%}
  {{ row.owner.name }}
  {% if row.open %}open{% endif %}
{%- endfor -%}
"""


def test_tags_stand_on_their_lines() -> None:
    tags = [(one.word, one.rest, one.line) for one in read_page_template(PAGE, "a.html").tags]
    assert tags == [
        ("", 'title|default:"none"', 1),
        ("for", "row in rows", 6),
        ("", "row.owner.name", 7),
        ("if", "row.open", 8),
        ("endif", "", 8),
        ("endfor", "", 9),
    ]


def test_what_is_left_open_hides_the_rest() -> None:
    assert not read_page_template("{% raw %}{{ a.b }}{% for x in y %}", "a.html").tags


def test_an_expression_of_a_dictionary_is_no_tag() -> None:
    assert not read_page_template("{{ {'a': 1} }} {{ }", "a.html").tags


@given(st.text(alphabet="{}%#- \n'\"abfor.in|", max_size=200))
def test_any_text_is_read(text: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= one.line <= lines for one in read_page_template(text, "a.html").tags)
