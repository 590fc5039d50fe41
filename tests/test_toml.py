"""TOML as it is read by programs today."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers import toml
from pytest_reconaudit.readers.cargo import read_cargo

_NEWER = """\
[workspace]
members = ["crates/*"]  # all of them

[workspace.dependencies]
sqlx = {
  version = "0.8",  # not { yet } 0.9
  default-features = false,
  features = [
    "postgres",
    "uuid",
  ],
}
serde = "1"
"""


def test_inline_tables_may_span_lines() -> None:
    assert toml.loads(_NEWER)["workspace"]["dependencies"] == {
        "sqlx": {"version": "0.8", "default-features": False, "features": ["postgres", "uuid"]},
        "serde": "1",
    }


def test_a_manifest_of_1_1_has_its_lines() -> None:
    manifest = read_cargo(_NEWER, "Cargo.toml")
    assert manifest.problems == ()
    assert manifest.is_workspace
    assert [(one.name, one.place.line) for one in manifest.dependencies] == [
        ("sqlx", 5),
        ("serde", 13),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'a = "\e[0m\x41\\x41"', "\x1b[0mA\\x41"),
        ("a = { b = '''\n,}''', }", {"b": ",}"}),
        ('a = [{\n b = "}",\n},\n]', [{"b": "}"}]),
        ("a = 1", 1),
    ],
)
def test_what_1_1_added(text: str, value: object) -> None:
    assert toml.loads(text)["a"] == value


def test_a_fault_is_told_as_1_0_has_it() -> None:
    with pytest.raises(toml.TOMLDecodeError, match="line 1"):
        toml.loads("a = {\n b 1\n}")


def test_strings_that_never_end_cost_no_more_the_more_there_are() -> None:
    start = time.process_time()
    with pytest.raises(toml.TOMLDecodeError):
        toml.loads("x = 1\n" + '\\"""\n' * 20_000)
    assert time.process_time() - start < 5


@given(st.text(alphabet="ab={}[],\"'#\n\\ex1 .", max_size=60))
def test_what_1_0_takes_is_read_alike(text: str) -> None:
    import tomllib

    try:
        older = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        try:
            toml.loads(text)
        except toml.TOMLDecodeError:
            return
    else:
        assert toml.loads(text) == older
