"""Where the tests of a Rust file begin."""

from __future__ import annotations

import pytest

from pytest_reconaudit.readers.rust_text import before_tests


@pytest.mark.parametrize(
    "mark",
    ["#[cfg(test)]", '#[cfg(any(test, feature = "test-utils"))]', "#[cfg(all(test, unix))]",
     "#[cfg(test)]\n#[allow(dead_code)]"],
)  # fmt: skip
def test_what_stands_in_tests_is_left_out(mark: str) -> None:
    text = f"fn sail() {{}}\n{mark}\npub mod tests {{\n    fn ask() {{}}\n}}\n"
    assert before_tests(text) == "fn sail() {}\n"


def test_what_only_tests_leave_out_stays() -> None:
    text = "fn sail() {}\n#[cfg(not(test))]\npub mod live {\n    fn ask() {}\n}\n"
    assert before_tests(text) == text
