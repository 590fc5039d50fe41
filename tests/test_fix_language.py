"""A fix is shown in the language of the file that it is for."""

from __future__ import annotations

import pytest

from pytest_reconaudit.audit import _spoken_in
from pytest_reconaudit.engine import builtin_checks

FIX = "Ask once:\n\n```rust\nlet x = 1;\n```\n\n```python\nx = 1\n```\n\nThen join."


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [
        (".rs", "Ask once:\n\n```rust\nlet x = 1;\n```\n\nThen join."),
        (".py", "Ask once:\n\n```python\nx = 1\n```\n\nThen join."),
        (".tsx", "Ask once.\n\nThen join."),
        (".yml", FIX),
    ],
)
def test_other_languages_are_left_out(suffix: str, shown: str) -> None:
    assert _spoken_in(FIX, suffix) == shown


def test_other_examples_stay() -> None:
    fix = "Do:\n\n- a\n\n```toml\nx = 1\n```\n\n```rust\nlet x = 1;\n```"
    assert _spoken_in(fix, ".rs") == fix
    assert _spoken_in(fix, ".py") == "Do:\n\n- a\n\n```toml\nx = 1\n```"


def test_no_check_leaves_a_sentence_open() -> None:
    for meta, _ in builtin_checks():
        cures = [cure for _, cure in meta.advice.values() if cure]
        for text in (meta.fix, *cures):
            for suffix in (".rs", ".py", ".ts"):
                said = _spoken_in(text, suffix)
                assert said, meta.id
                assert "\0" not in said
                assert not said.endswith(":"), (meta.id, suffix, said)
