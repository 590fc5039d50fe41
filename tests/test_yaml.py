"""YAML with lines: scalars of 1.2, places, duplicates, and files made to hurt."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.yaml import MAX_DEPTH, read_yaml


def test_scalars_are_yaml_1_2() -> None:
    root = (
        read_yaml(
            "on: push\nno: off\nport: 22:22\nmode: 0644\ndate: 2024-01-01\nyes: true\nn: ~\nf: 1.5\ni: -3\n",
            "w.yml",
        )
        .documents[0]
        .map
    )
    assert dict(root) == {
        "on": "push",
        "no": "off",
        "port": "22:22",
        "mode": "0644",
        "date": "2024-01-01",
        "yes": True,
        "n": None,
        "f": 1.5,
        "i": -3,
    }


def test_places_of_keys_values_and_items() -> None:
    root = (
        read_yaml("# c\na:\n  b: [x, y]\n  c: |\n    text\nd:\n- 1\n-   k: v\n", "p.yml")
        .documents[0]
        .map
    )
    assert root.key_place("a") == Place("p.yml", 2, 1)
    inner = root.map("a")
    assert inner.place == Place("p.yml", 3, 3)
    assert inner.value_place("b") == Place("p.yml", 3, 6)
    assert inner.seq("b").item_place(1) == Place("p.yml", 3, 10)
    assert inner.end == 5
    assert root.seq("d").item_place(1) == Place("p.yml", 8, 5)
    assert root.maps("d")[0].key_place("k") == Place("p.yml", 8, 5)


def test_wrong_types_are_empty_not_errors() -> None:
    root = read_yaml("a: 1\nb: [x]\n", "p").documents[0].map
    assert root.map("a") == {}
    assert root.map("a").place == Place("p", 1, 1)
    assert root.seq("a") == []
    assert root.maps("b") == []
    assert root.str("b", "d") == "d"
    assert read_yaml("- 1\n", "p").documents[0].map == {}


def test_anchors_merge_and_keep_places() -> None:
    root = read_yaml("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\n", "p").documents[0].map
    assert root.map("y") == {"a": 1, "b": 3}
    assert root.map("y").key_place("b") == Place("p", 6, 3)
    assert root.map("y").key_place("a") == Place("p", 2, 3)
    assert root.map("y").value_place("a") == Place("p", 2, 6)


def test_duplicate_keys_are_seen_and_the_last_wins() -> None:
    file = read_yaml("a:\n  k: 1\n  k: 2\n", "p")
    assert file.documents[0].map.map("a")["k"] == 2
    assert [(p.place, "line 2" in p.message) for p in file.duplicates] == [(Place("p", 3, 3), True)]


def test_documents_before_an_error_are_kept() -> None:
    file = read_yaml("a: 1\n---\nb: 2\n---\nc: [\n", "p")
    assert [document.map for document in file.documents] == [{"a": 1}, {"b": 2}]
    assert [document.line for document in file.documents] == [1, 3]
    assert file.problems[0].place.line in (5, 6)


def test_unknown_tags_keep_their_value() -> None:
    root = read_yaml(
        "a: !reset null\nb: !Ref x\nc: !override [1]\nd: !!python/name:os.system\n", "p"
    )
    assert not root.problems
    assert root.documents[0].map.seq("c") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
        "[" * 10_000,
        "{a: " * 10_000,
        "\n".join(" " * i + "a:" for i in range(3_000)),
        "- " * 10_000 + "a",
        "- " * 30_000 + "x",
        "? " * 30_000 + "x",
        "k:\n  " + "- " * 30_000 + "x",
        "a: &a [*a]",
        "a: \x00",
        "? [a, b]\n: c\n? {x: 1}\n: d",
        "\x00\x01\x02",
        "%YAML 9.9\n---\na",
        "&",
        "*x",
        "!!map [",
    ],
    ids=range(16),
)
def test_made_to_hurt(text: str) -> None:
    start = time.perf_counter()
    file = read_yaml(text, "p.yml")
    assert time.perf_counter() - start < 2
    assert file.problems or file.documents


@given(st.text(max_size=200))
def test_never_raises_and_places_lie_inside(text: str) -> None:
    file = read_yaml(text, "p")
    lines = (
        text.count("\n")
        + text.count("\r")
        + text.count("\x85")
        + text.count("\u2028")
        + text.count("\u2029")
        + 2
    )
    for problem in (*file.problems, *file.duplicates):
        assert problem.place.line is not None
        assert 1 <= problem.place.line <= lines


PLAIN = st.recursive(
    st.integers(-999, 999) | st.text("abcXYZ 01", min_size=1) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.text("abc", min_size=1), PLAIN, max_size=5))
def test_round_trip(data: object) -> None:
    file = read_yaml(yaml.safe_dump(data), "p")
    assert not file.problems
    assert file.documents[0].root == data


def test_depth_limit_is_generous() -> None:
    text = "\n".join(" " * i + "a:" for i in range(MAX_DEPTH // 4))
    assert not read_yaml(text, "p").problems


def test_an_anchor_may_be_taken_over() -> None:
    text = "é: &a {x: 1}\nb: *a\nc: &a [2]\nd: *a\ne: &job 3\nf: &job 4\ng: *job\n"
    file = read_yaml(text, "a.yml")
    assert not file.problems
    root = file.documents[0].map
    assert (root["b"], root["d"], root["g"]) == ({"x": 1}, [2], 4)
    assert root.key_place("d").line == 4
    broken = read_yaml("a: &x 1\nb: &x 2\nc: [\n", "a.yml")
    assert broken.problems


ENDED = """\
jobs:
  build:
    steps:
      - run: |
          cat > made.rb << RUBY
class Made
  x: y

${BODY}
RUBY
      - run: echo
"""


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (ENDED, 6, "the text that begins in line 4 ends here, further left than it"),
        ("a:\n  b: |\n    text\n  c: d\n  e\n  f: g\n", 6, "could not find expected ':'"),
        ("a:\n  b:\n    - |\n      text\nc:\n  d: [1,\ne: f\n", 8, "while parsing a flow"),
    ],
)
def test_a_text_that_ended_too_early_is_told_where_it_did(text: str, line: int, words: str) -> None:
    (problem,) = read_yaml(text, "a.yml").problems
    assert problem.place.line == line
    assert words in problem.message
    assert ("further left" in problem.message) is (text is ENDED)
