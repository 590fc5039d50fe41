"""Trees of every language, places in characters, strings with their escapes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.syntax import (
    LANGUAGES,
    SyntaxTree,
    language_of,
    place_in_string,
    read_syntax,
    string_literals,
)

CODE = st.lists(
    st.sampled_from(
        [*"(){}[]<>;:,.+-*/=!&|?'\"`$#@\\\n \t", "fn ", "if ", "const x = ", "é", "\U0001f600", "a", "0",
         "r#\"", "${", "/*", "*/", "//", "class ", "def f():\n  ", "<<E\n", "<div>", "=>", "\0", "\r"]
    ),
    max_size=60,
).map("".join)  # fmt: skip
SUFFIXES = sorted(LANGUAGES)


def strings(text: str, path: str) -> list[str]:
    return [literal.value for literal in string_literals(read_syntax(text, path))]


def test_language_is_told_by_suffix_or_shebang() -> None:
    assert language_of("", "a/b.tsx") == "tsx"
    assert language_of("", "a.MJS") == "javascript"
    assert language_of("#!/usr/bin/env python3\n", "bin/tool") == "python"
    assert language_of("#!/bin/sh\n", "entrypoint") == "bash"
    assert language_of("#!/usr/bin/env node\n", "cli") == "javascript"
    assert language_of("plain", "LICENSE") is None
    assert language_of("#!/bin/sh\n", "a.txt") is None


def test_places_count_characters_from_one() -> None:
    tree = read_syntax("const é = 'ü', b = f(\n  'x')", "a.ts")
    calls = list(tree.walk(frozenset({"call_expression"})))
    assert [(tree.place(call), tree.text(call)) for call in calls] == [
        (Place("a.ts", 1, 20), "f(\n  'x')")
    ]
    assert [tree.place(one) for one in tree.walk(frozenset({"string"}))] == [
        Place("a.ts", 1, 11),
        Place("a.ts", 2, 3),
    ]


def test_walk_yields_outer_before_inner_in_source_order() -> None:
    tree = read_syntax("fn f() { g(h(1)); k() }", "a.rs")
    calls = [tree.text(node) for node in tree.walk(frozenset({"call_expression"}))]
    assert calls == ["g(h(1))", "h(1)", "k()"]
    (first, *_) = tree.walk(frozenset({"call_expression"}))
    assert len(list(tree.walk(frozenset({"call_expression"}), within=first))) == 2
    assert list(tree.walk(frozenset({"no_such_kind"}))) == []


def test_errors_have_places_and_the_rest_survives() -> None:
    tree = read_syntax("fn a() {}\nfn b( {\nfn c() { d() }\n", "a.rs")
    assert tree.errors
    assert tree.errors[0].place.line == 2
    assert [tree.text(n) for n in tree.walk(frozenset({"call_expression"}))] == ["d()"]
    assert read_syntax("fn a() {}", "a.rs").errors == ()


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.rs", r'let s = "a\n\u{e9}\x41";', ["a\néA"]),
        ("a.rs", 'let s = "one \\\n     two";', ["one two"]),
        ("a.rs", 'let s = r#"raw "q" \\n"#;', ['raw "q" \\n']),
        ("a.rs", 'const S: &str = concat!("a", "b");', ["ab"]),
        ("a.rs", 'fn f() { log!("in a {}", b"x") }', ["in a {}", "x"]),
        ("a.ts", "f('a' + `b${c}` + \"\\u0041\")", ["ab${c}A"]),
        ("a.ts", "f('a' + g('in') + 1)", ["a${g('in')}${1}", "in"]),
        ("a.ts", "a + b; f('x')", ["x"]),
        ("a.tsx", '<a b="c" d={`e`}/>', ["c", "e"]),
        ("a.py", 's = "a" f"b{c}" \'\\n\'', ["ab{c}\n"]),
        ("a.py", 's = r"\\d" + """x\ny"""', ["\\dx\ny"]),
        ("a.py", 's = b"z"; t = ""', ["z", ""]),
        ("a.sh", "echo \"a $B\" 'c'\ncat <<E\nd $E\nE\n", ["a $B", "c", "d $E\n"]),
    ],
)
def test_strings_are_decoded(path: str, text: str, expected: list[str]) -> None:
    assert strings(text, path) == expected


def test_places_inside_a_string_survive_escapes_and_concatenation() -> None:
    text = "f(\"SELECT 1 \\\n    FROM t\", 'a\\tb' + `\nc`)"
    tree = read_syntax(text, "a.js")
    first, second = string_literals(tree)
    assert first.value == "SELECT 1     FROM t"
    assert place_in_string(tree, first, first.value.index("FROM")) == Place("a.js", 2, 5)
    assert place_in_string(tree, second, second.value.index("b")) == Place("a.js", 2, 18)
    assert place_in_string(tree, second, second.value.index("c")) == Place("a.js", 3, 1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_binary_and_unknown_files_are_errors(suffix: str) -> None:
    assert read_syntax("\0\1\2", f"a{suffix}").errors[0].message.startswith("not text")
    assert read_syntax("x", "a.unknown").errors
    assert list(read_syntax("x", "a.unknown").walk(frozenset({"string"}))) == []


@pytest.mark.parametrize("suffix", [".rs", ".ts", ".tsx", ".js", ".py", ".sh"])
@pytest.mark.parametrize("unit", ["(", "{[", "<", "a+", "!", "`${", "a.", "]", "if x {", '"'])
def test_nonsense_by_the_kilobyte_ends_quickly(suffix: str, unit: str) -> None:
    started = time.monotonic()
    tree = read_syntax(unit * (8_000 // len(unit)), f"a{suffix}")
    list(string_literals(tree))
    assert time.monotonic() - started < 20


def test_deep_nesting_is_an_error() -> None:
    assert "nested deeper" in read_syntax("[" * 5000, "a.py").errors[0].message
    deep = read_syntax("x = " + "-" * 60_000 + "1", "a.py")
    assert list(string_literals(deep)) == []


@settings(max_examples=150, deadline=None)
@given(CODE, st.sampled_from(SUFFIXES))
def test_any_text_parses_and_every_place_is_inside(text: str, suffix: str) -> None:
    tree: SyntaxTree = read_syntax(text, f"a{suffix}")
    lines = text.split("\n")
    for literal in string_literals(tree):
        assert 1 <= (literal.place.line or 0) <= len(lines)
        assert 1 <= (literal.place.column or 0) <= max(map(len, lines)) + 1
        inner = place_in_string(tree, literal, len(literal.value) // 2)
        assert 1 <= (inner.line or 0) <= len(lines)
    for problem in tree.errors:
        assert 1 <= (problem.place.line or 0) <= len(lines) + 1


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=30))
def test_a_python_string_comes_back(text: str) -> None:
    assert strings(f"x = {text!r}\n", "a.py") == [text]


@pytest.mark.parametrize("suffix", [".tsx", ".jsx", ".js"])
def test_an_ampersand_in_the_text_of_an_element_is_no_error(suffix: str) -> None:
    text = (
        "const flags = left & right;\n"
        "const Terms = () => <p>Terms & conditions, A&B ({count}) &amp; more</p>;\n"
    )
    tree = read_syntax(text, f"terms{suffix}")
    assert not tree.errors
    (said, *_) = tree.walk(frozenset({"jsx_text"}))
    assert tree.text(said).startswith("Terms & conditions")
    (both,) = tree.walk(frozenset({"binary_expression"}))
    assert tree.text(both) == "left & right"
    # What is really wrong stays wrong.
    assert read_syntax("const Terms = () => { <p>Terms & conditions</p>;\n", f"x{suffix}").errors


def test_a_grammar_that_goes_round_in_circles_is_stopped() -> None:
    tree = read_syntax('s<[\U000f63f2<c/.\uba32{class<!--}}<p;?"""', "x.ts")
    assert tree.is_late
    assert tree.root.named_child_count == 0
