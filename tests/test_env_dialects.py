"""Four readers of one env file, against the documentation and against the real ones."""

from __future__ import annotations

import io
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.env_dialects import EnvLine, read_env_lines, readings


def one(text: str) -> EnvLine:
    (line,) = read_env_lines(text, ".env")
    return line


@pytest.mark.parametrize(
    ("text", "compose", "docker", "shell", "dotenv", "dotenvy"),
    [
        ("A=plain", "plain", "plain", "plain", "plain", "plain"),
        ('A="two words"', "two words", '"two words"', "two words", "two words", "two words"),
        ("A='single'", "single", "'single'", "single", "single", "single"),
        ("A=two words", "two words", "two words", None, "two words", None),
        ("A=v # note", "v", "v # note", "v", "v", "v"),
        ("A=v#note", "v#note", "v#note", "v#note", "v", "v#note"),
        ("export A=v", "v", None, "v", "v", "v"),
        ("A = v", "v", None, None, "v", "v"),
        ("A=$B", "${…}", "$B", "${…}", "$B", "${…}"),
        ("A='$B'", "$B", "'$B'", "$B", "$B", "$B"),
        ('A="x\\ny"', "x\ny", '"x\\ny"', "x\\ny", "x\ny", "x\ny"),
        ('A="x\ny"', "x\ny", None, "x\ny", "x\ny", "x\ny"),
        ("A=", "", "", "", "", ""),
        ("A=a;b", "a;b", "a;b", None, "a;b", "a;b"),
    ],
)
def test_values(
    text: str, compose: str, docker: str | None, shell: str | None, dotenv: str, dotenvy: str | None
) -> None:
    assert readings(one(text)) == {
        "compose": compose,
        "docker": docker,
        "shell": shell,
        "dotenv": dotenv,
        "dotenvy": dotenvy,
    }


def test_places_comments_and_joined_lines() -> None:
    text = '# head\n\n  A=1\nnot a setting\nB="x\ny"\nexport C = 3\n'
    lines = read_env_lines(text, ".env", 10)
    assert [(line.key, line.place) for line in lines] == [
        ("A", Place(".env", 12, 3)),
        ("B", Place(".env", 14, 1)),
        ("C", Place(".env", 16, 8)),
    ]
    assert lines[1].rest == '"x\ny"'
    assert lines[2].exported
    assert lines[2].spaced


_WORD = st.text(alphabet="abcXYZ019_./:-", min_size=1, max_size=12)


@given(_WORD, st.sampled_from(["A={}", 'A="{}"', "A='{}'", "A={} # note", 'A="{}" # note']))
def test_agrees_with_a_shell(word: str, form: str) -> None:
    text = form.format(word)
    printed = subprocess.run(
        ["sh", "-c", f'{text}\nprintf %s "$A"'], capture_output=True, text=True, check=True
    ).stdout
    assert readings(one(text))["shell"] == printed


@given(_WORD, st.sampled_from(["A={}", 'A="{}"', "A='{}'", "A={} # note", "export A={}", "A = {}"]))
def test_agrees_with_python_dotenv_where_compose_does(word: str, form: str) -> None:
    from dotenv import dotenv_values

    text = form.format(word)
    assert readings(one(text))["compose"] == dotenv_values(stream=io.StringIO(text))["A"]


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    count = text.count("\n") + 1
    for line in read_env_lines(text, ".env"):
        assert 1 <= (line.place.line or 0) <= count
        readings(line)


@pytest.mark.parametrize(
    "text", ["A=" + "a" * 100_000, "A=" + '"' * 100_000, " " * 100_000, "=" * 100_000,
             "A='" + "\n'" * 50_000, "A=" + "$" * 100_000, "A=" + "`" * 100_000]
)  # fmt: skip
def test_hostile(text: str) -> None:
    for line in read_env_lines(text, ".env"):
        readings(line)
