"""``.dockerignore`` as Docker reads it, and where that differs from git."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.dockerignore import context_glob, read_dockerignore


@pytest.mark.parametrize(
    ("patterns", "path", "out"),
    [
        ("node_modules", "node_modules", True),
        ("node_modules", "node_modules/a/b.js", True),
        ("node_modules", "web/node_modules/a.js", False),  # git would ignore it
        ("**/node_modules", "web/node_modules/a.js", True),
        ("**/node_modules", "node_modules/a.js", True),
        ("/dist/", "dist/app.js", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("docs/*.md", "docs/a/b.md", False),
        ("docs/**", "docs/a/b.md", True),
        ("*\n!src", "src/main.rs", False),  # git could not bring it back
        ("*\n!src", "Cargo.toml", True),
        ("*\n!src\nsrc/gen", "src/gen/x.rs", True),
        ("!src\n*", "src/main.rs", True),
        ("a?c", "abc", True),
        ("[a-c]x", "bx", True),
        ("[^a]x", "ax", False),
        ("# a\n\n  b  ", "b", True),
        ("./a/../b", "b", True),
        (".", "anything", False),
    ],
)
def test_rules(patterns: str, path: str, out: bool) -> None:
    assert (read_dockerignore(patterns, ".dockerignore").excluded(path) is not None) is out


def test_the_rule_knows_its_place() -> None:
    rule = read_dockerignore("# x\n\nsrc\n", "a/.dockerignore").excluded("src/a")
    assert rule is not None
    assert (str(rule.place), rule.text) == ("a/.dockerignore:3", "src")


@given(st.text(max_size=80), st.text(alphabet="abc/.*", max_size=30))
def test_never_raises(text: str, path: str) -> None:
    read_dockerignore(text, "x").excluded(path)


@given(st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5}){0,3}", fullmatch=True))
def test_a_plain_pattern_matches_itself_and_what_is_below(path: str) -> None:
    rules = read_dockerignore(path, "x")
    assert rules.excluded(path)
    assert rules.excluded(f"{path}/x")
    assert not rules.excluded(f"x{path}")


def test_many_wildcards_are_quick() -> None:
    assert context_glob("*a" * 100 + "b").fullmatch("a" * 1_000) is None
