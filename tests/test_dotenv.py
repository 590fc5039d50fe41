"""Env files: python-dotenv's grammar with places, roles from names."""

from __future__ import annotations

import io

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.dotenv import (
    EnvFileName,
    env_file_name,
    looks_like_env_file,
    read_env_file,
)

TEXT = """\
# HEAD=er
PLAIN=value   # why
export EXPORTED='single'
  INDENTED = "double \\n quoted"  # both

MULTI="first
second"
BARE
HASH=a#b
EMPTY=
=broken
#   export DOCUMENTED=later
"""


def test_settings_have_values_and_places() -> None:
    file = read_env_file(TEXT, ".env.example")
    found = [(s.key, s.value, s.place.line, s.place.column) for s in file.settings]
    assert found == [
        ("PLAIN", "value", 2, 1),
        ("EXPORTED", "single", 3, 8),
        ("INDENTED", "double \n quoted", 4, 3),
        ("MULTI", "first\nsecond", 6, 1),
        ("BARE", None, 8, 1),
        ("HASH", "a#b", 9, 1),
        ("EMPTY", "", 10, 1),
    ]
    assert [one.quoted for one in file.settings] == ["", "'", '"', '"', "", "", ""]
    assert [one.exported for one in file.settings][:3] == [False, True, False]
    assert [one.comment for one in file.settings][:3] == ["why", "", "both"]
    assert file.settings[0].raw == "value"


def test_commented_settings_are_documented_not_set() -> None:
    file = read_env_file(TEXT, ".env.example")
    assert [(s.key, s.value, s.place) for s in file.documented] == [
        ("HEAD", "er", Place(".env.example", 1, 3)),
        ("DOCUMENTED", "later", Place(".env.example", 12, 12)),
    ]
    assert "DOCUMENTED" not in file.keys


def test_invalid_lines_are_problems() -> None:
    file = read_env_file(TEXT, ".env.example")
    assert [problem.place for problem in file.problems] == [Place(".env.example", 11, 1)]
    assert "=broken" in file.problems[0].message


def test_the_last_of_a_duplicate_is_in_effect() -> None:
    file = read_env_file("A=1\nB=2\nA=3\n", ".env")
    assert file.keys == ("A", "B")
    setting = file.setting("A")
    assert setting is not None
    assert (setting.value, setting.place.line) == ("3", 3)
    assert file.setting("C") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".env", EnvFileName("", False, "")),
        ("a/.env.example", EnvFileName("", True, "")),
        (".env.development.local", EnvFileName("development", False, "")),
        ("production.env", EnvFileName("production", False, "")),
        ("production.env.example", EnvFileName("production", True, "")),
        ("config/prod/.env", EnvFileName("production", False, "")),
        ("env.template", EnvFileName("", True, "")),
        ("env.frontend", EnvFileName("", False, "frontend")),
        (".env.docker.sample", EnvFileName("", True, "docker")),
        (".env.staging", EnvFileName("staging", False, "")),
        ("tests/test.env", EnvFileName("test", False, "")),
        ("prod-env.example", EnvFileName("production", True, "")),
    ],
)
def test_names_tell_role_template_and_label(path: str, expected: EnvFileName) -> None:
    assert env_file_name(path) == expected
    assert expected.role == (expected.environment or "base")


@pytest.mark.parametrize(
    "path",
    ["env.ts", "vite-env.d.ts", "environment.prod.ts", ".envrc", "setup_env.sh", "env.yml",
     ".env.vault", ".env.enc", "src/environments", "conda-environment", "env.md", "README.md",
     "rel/env.sh.eex", "env.sh.template"],
)  # fmt: skip
def test_other_names_are_no_env_files(path: str) -> None:
    assert env_file_name(path) is None


def test_content_decides_too() -> None:
    assert looks_like_env_file("# x\nexport A = 1\n")
    assert not looks_like_env_file("just words\nand more\n")
    assert not looks_like_env_file("# A=1\n")


def test_hostile_files_are_problems() -> None:
    assert read_env_file("A=\0", ".env").problems
    assert read_env_file("A=1" + " " * 100_000 + "x", ".env").problems
    assert len(read_env_file("#A=1\n" * 20_000, ".env").documented) == 20_000


LINES = st.lists(
    st.sampled_from(
        ["A=1", "B='x y'", 'C="a\\nb"', "export D=4", "#E=5", "=f", "G", "", "  ", "H=a # c", "I='", 'J="k',
         "\r", "\u2028K=1", "L= #", "M==", "export", "é=ü", "'N'=1"]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(LINES, st.text(max_size=80)))
def test_any_text_reads_like_python_dotenv(text: str) -> None:
    file = read_env_file(text, ".env")
    lines = text.split("\n")
    for one in (*file.settings, *file.documented):
        assert 1 <= (one.place.line or 0) <= len(lines)
        line = lines[(one.place.line or 1) - 1]
        at = (one.place.column or 1) - 1
        assert line.lstrip("\ufeff")[at:].lstrip("'").startswith(one.key) or one.key in text
    for problem in file.problems:
        assert 1 <= (problem.place.line or 0) <= len(lines)
    if not file.problems and "\0" not in text:
        wanted = dotenv_values(stream=io.StringIO(text, newline="\n"), interpolate=False)
        assert {key: _value(file.setting(key)) for key in file.keys} == dict(wanted)


def _value(setting: object) -> object:
    return getattr(setting, "value", None)
