"""``${VAR:-x}`` in compose values and in Dockerfile words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.interpolation import (
    Reference,
    expand_compose,
    expand_word,
    references,
)

KNOWN = {"A": "1", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${A}-$A", "1-1"),
        ("$$A $${A}", "$A ${A}"),
        ("${X:-d} ${X-d}", "d d"),
        ("${EMPTY:-d}|${EMPTY-d}", "d|"),
        ("${X:-${Y:-deep}}", "deep"),
        ("${X:-http://h:80/${A}}", "http://h:80/1"),
        ("${A:+yes}${EMPTY:+no}${EMPTY+set}", "yesset"),
        ("${A:?needed}", "1"),
        ("${X:?needed}", None),
        ("${X?needed}", None),
        ("${X}", None),
        ("$X", None),
        ("${X:+y}", None),
        ("${", None),
        ("${A!b}", None),
        ("100$", None),
        ("${X:-}", ""),
    ],
)
def test_compose(text: str, expected: str | None) -> None:
    assert expand_compose(text, KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpine:${V}", "alpine:3"),
        ("\"a b\"'$V'", "a b$V"),
        ('"$V"', "3"),
        ("\\$V", "$V"),
        ("${X:-d}${X-e}", "de"),
        ("${V:+x}", "x"),
        ("${X:+x}", ""),
        ("${UNKNOWN:+x}", None),
        ("$X", None),
        ("${V%.*}", None),
        ("a$", "a$"),
        ("${V", None),
    ],
)
def test_dockerfile_word(text: str, expected: str | None) -> None:
    assert expand_word(text, {"V": "3", "UNKNOWN": None}) == expected


def test_backtick_as_escape() -> None:
    assert expand_word("c:\\x`$V", {"V": "1"}, "`") == "c:\\x$V"


def test_references_name_operator_and_word() -> None:
    assert references("${A:-${B}} $C $$D ${E?no}") == (
        Reference("A", ":-", "${B}"),
        Reference("B"),
        Reference("C"),
        Reference("E", "?", "no"),
    )


@given(st.text(alphabet="${}:-+?A1\\\"'` ", max_size=60))
def test_never_raises(text: str) -> None:
    expand_compose(text, KNOWN)
    expand_word(text, {"A": "1"})
    references(text)


@given(st.text(alphabet=st.characters(exclude_characters="$"), max_size=40))
def test_text_without_a_dollar_is_unchanged(text: str) -> None:
    assert expand_compose(text, {}) == text
    assert references(text) == ()


def test_deep_nesting_ends() -> None:
    assert expand_compose("${A1:-" * 5_000 + "}" * 5_000, {}) is None
    references("${A1:-" * 500 + "}" * 500)
