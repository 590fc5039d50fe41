"""Markdown: what stands in code format, and where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.markdown import read_markdown

TEXT = """\
---
title: x
---
# Desk

Intro with `code` and ``more `code` `` here
that goes on.

<!-- `hidden`
-->
## Running

- first `a`
  goes on
- second `b`

1. Do this:

   ```bash title="x"
   npm run dev  # `no span`
   ```

~~~
plain
```
~~~
| `cell` | x |
```sh
open
"""


def test_spans_have_places_headings_and_what_is_around() -> None:
    document = read_markdown(TEXT, "README.md")
    seen = [(one.text, one.place.line, one.place.column) for one in document.spans]
    assert seen == [
        ("code", 6, 13),
        ("more `code`", 6, 25),
        ("a", 13, 10),
        ("b", 15, 11),
        ("cell", 27, 4),
    ]
    assert document.title == "Desk"
    assert document.front_matter
    first, _, second, third, _ = document.spans
    assert first.around.startswith("Intro with")
    assert first.around.endswith("that goes on.")
    assert second.around == "- first `a` goes on"
    assert third.around == "- second `b`"
    assert (first.headings, second.headings) == (("Desk",), ("Desk", "Running"))


def test_fences_have_languages_and_lines() -> None:
    document = read_markdown(TEXT, "README.md")
    seen = [
        (one.language, one.place.line, [text.strip() for _, text in one.lines])
        for one in document.fences
    ]
    assert seen == [
        ("bash", 19, ["npm run dev  # `no span`"]),
        ("", 23, ["plain", "```"]),
        ("sh", 28, ["open", ""]),
    ]
    assert document.fences[0].before.strip() == "1. Do this:"


@given(
    st.lists(
        st.sampled_from(
            ["`", "``", "```", "~~~", "\n", "# ", "- ", "<!--", "-->", "---", "| ", "a", " "]
        )
        | st.text(max_size=5),
        max_size=40,
    ).map("".join)
)
def test_never_raises(text: str) -> None:
    document = read_markdown(text, "a.md")
    lines = text.count("\n") + 1
    for span in document.spans:
        assert span.place.line is not None
        assert 1 <= span.place.line <= lines
        assert text.split("\n")[span.place.line - 1]
    assert all(1 <= number <= lines for fence in document.fences for number, _ in fence.lines)
