"""What commas part in a call's source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.arguments import Unclosed, arguments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("f(a, g(b, c), [d, e])", ["a", "g(b, c)", "[d, e]"]),
        ('f(\'a, b\', `c, ${d}`, "e\\", f")', ["'a, b'", "`c, ${d}`", '"e\\", f"']),
        ("f(a,)", ["a"]),
        ("f()", []),
        ("f({ id: 1, of: [2, 3] }) + g(4)", ["{ id: 1, of: [2, 3] }"]),
    ],
)
def test_commas_outside_of_strings_and_brackets_part(text: str, parts: list[str]) -> None:
    assert list(arguments(text, 2)) == parts


@pytest.mark.parametrize("text", ["f(a, b", "f(a, [b)", "f(a, 'b)"])
def test_what_is_whole_comes_before_the_end_is_missed(text: str) -> None:
    found = arguments(text, 2)
    assert next(found) == "a"
    with pytest.raises(Unclosed):
        next(found)


@given(st.lists(st.text("abc(x)[y]{z}, ", max_size=8), max_size=4))
def test_any_text_gives_parts_or_is_unclosed(parts: list[str]) -> None:
    text = f"f({','.join(parts)})"
    try:
        assert all(part in text for part in arguments(text, 2))
    except Unclosed:
        assert any(bracket in text for bracket in "[]{}") or text.count("(") != text.count(")")
