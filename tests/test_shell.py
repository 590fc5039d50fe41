"""The shell reader: commands, places, what joins and guards them, and text that is broken."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.shell import (
    ShellCommand,
    is_dynamic,
    read_shell,
    shell_words,
    unwrapped,
)


def commands(text: str) -> tuple[ShellCommand, ...]:
    return read_shell(textwrap.dedent(text).lstrip("\n"), "x.sh").commands


def words(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm run build", ("npm", "run", "build")),
        ("npm run 'test unit' \"a b\"", ("npm", "run", "test unit", "a b")),
        ("a b'c d'e\"f\"", ("a", "bc def")),
        (r"a b\ c", ("a", "b c")),
        ('echo "say \\"hi\\" for \\$5"', ("echo", 'say "hi" for $5')),
        ('cp "$A" ${B:-x y} $(pwd)/z', ("cp", "$A", "${B:-x y}", "$(pwd)/z")),
        ("printf $'a\\tb'", ("printf", "a\tb")),
        ('grep -q \'"name": "x"\' p.json', ("grep", "-q", '"name": "x"', "p.json")),
        ("[ ! -f 'a b' ]", ("[", "!", "-f", "a b", "]")),
        ("[[ -z $X && -f y ]]", ("[[", "-z", "$X", "&&", "-f", "y", "]]")),
        ("npm run \\\n  build", ("npm", "run", "build")),
    ],
)
def test_words_are_unquoted(text: str, expected: tuple[str, ...]) -> None:
    assert words(text)[-1] == expected


def test_places_count_from_the_host_file() -> None:
    script = read_shell("a b\n  c && dé fg\n", "ci.yml", line=10, column=9)
    found = [(one.words[0], one.place.line, one.place.column) for one in script.commands]
    assert found == [("a", 10, 9), ("c", 11, 11), ("dé", 11, 16)]
    assert script.commands[0].place.path == "ci.yml"


def test_operators_and_fallbacks() -> None:
    a, b, c, d = commands("a && b || c; d &")
    assert [one.following for one in (a, b, c, d)] == ["&&", "||", ";", "&"]
    assert (a.fallback, b.fallback, c.fallback) == ("c", "c", "")
    assert b.conditions == ("a",)
    assert c.conditions == ("! a && b",)
    assert [block.kind for block in d.blocks] == ["background"]


def test_the_fallback_keeps_its_redirection() -> None:
    lint = commands('npm run lint || echo "lint=failed" >> "$GITHUB_OUTPUT"')[0]
    assert lint.fallback == 'echo "lint=failed" >> "$GITHUB_OUTPUT"'


def test_groups_hand_their_fallback_down() -> None:
    found = commands("(cd x && make) || { echo bad; exit 1; }")
    assert [one.fallback for one in found[:2]] == ["{ echo bad; exit 1; }"] * 2
    assert [block.kind for block in found[0].blocks] == ["subshell"]


def test_branches_name_their_tests() -> None:
    found = commands(
        """
        if [ -f a ]; then
          one
        elif grep -q x y; then
          two
        else
          three
        fi
        while ! curl -f http://h; do sleep 1; done
        case "$1" in
          up|start) go ;;
        esac
        """
    )
    by_name = {one.words[0]: one for one in found}
    assert by_name["["].tested
    assert by_name["one"].conditions == ("[ -f a ]",)
    assert by_name["two"].conditions == ("! [ -f a ]", "grep -q x y")
    assert by_name["three"].conditions == ("! [ -f a ]",)
    assert by_name["curl"].tested
    assert by_name["curl"].negated
    assert by_name["go"].conditions == ('case "$1" in up|start',)


def test_loops_know_what_they_go_through() -> None:
    script = read_shell(
        'files=(\n  "a b"\n  c # comment\n)\nfor f in "${files[@]}" d; do test -f "$f"; done\n', "x"
    )
    test = script.commands[-1]
    values = script.loop_values(test, "$f")
    assert [(one.text, one.place.line) for one in values] == [("a b", 2), ("c", 3), ("d", 5)]
    assert script.loop_values(test, "$g") == ()
    dynamic = read_shell("for f in $(ls); do rm $f; done", "x")
    assert dynamic.loop_values(dynamic.commands[-1], "$f") == ()


def test_functions_assignments_and_options() -> None:
    script = read_shell(
        "#!/bin/bash -e\nset -uo pipefail\nROOT=$(cd .. && pwd)\nexport A=1\n"
        "go() { local b=2; X=1 make all; }\nset +e\n",
        "x",
    )
    assert script.shebang == "/bin/bash -e"
    assert script.sets == ("errexit", "nounset", "pipefail", "+errexit")
    assert [(one.name, one.value, one.function) for one in script.assignments] == [
        ("ROOT", "$(cd .. && pwd)", ""),
        ("A", "1", ""),
        ("b", "2", "go"),
    ]
    assert [(one.name, one.place.line) for one in script.functions] == [("go", 5)]
    make = script.function("go")[-1]
    assert make.words == ("make", "all")
    assert make.assignments == (("X", "1"),)


def test_redirections_and_substitutions() -> None:
    inner, outer = commands("tee log 2>&1 < in.txt > $(date).txt")
    assert inner.captured
    assert inner.words == ("date",)
    assert [(one.op, one.target) for one in outer.redirects] == [
        ("2>&", "1"),
        ("<", "in.txt"),
        (">", "$(date).txt"),
    ]
    assert [one.writes for one in outer.redirects] == [False, False, True]


def test_heredocs() -> None:
    script = read_shell(
        "cat <<'EOF' > out.conf\na $b\nEOF\npsql <<SQL || true\nselect 1;\nSQL\n", "x"
    )
    first, second = script.heredocs
    assert (first.text, first.quoted, first.target) == ("a $b\n", True, "out.conf")
    assert (first.place.line, first.delimiter) == (2, "EOF")
    assert (second.text, second.quoted, second.target) == ("select 1;\n", False, "")
    psql = script.commands[1]
    assert psql.heredoc == second
    assert psql.fallback == "true"


def test_github_expressions_survive() -> None:
    text = "run \"${{ a && 'x' || 'y' }}\" ${{ matrix.dir }}/go.sh && b ${{x}}"
    first, second = commands(text)
    assert first.words == ("run", "${{ a && 'x' || 'y' }}", "${{ matrix.dir }}/go.sh")
    assert second.words == ("b", "${{x}}")
    assert is_dynamic(first.words[2])


def test_broken_text_is_a_problem_and_the_rest_is_read() -> None:
    script = read_shell("npm ci\necho 'open\nnpm test\n", "x")
    assert script.problems
    assert script.commands[0].words == ("npm", "ci")
    deep = read_shell("( " * 400 + "a" + " )" * 400, "x")
    assert any("deep" in problem.message for problem in deep.problems)


def test_a_long_chain_does_not_recurse() -> None:
    found = commands(" && ".join(f"c{number}" for number in range(600)))
    assert len(found) == 600
    assert found[-1].words == ("c599",)


def test_quoting_does_not_explode() -> None:
    text = "echo " + "a${b" * 2000 + '"' + "$x" * 2000
    read_shell(text, "x")
    shell_words(text)


@pytest.mark.parametrize(
    ("given_words", "expected"),
    [
        (("sudo", "-E", "npm", "ci"), ("npm", "ci")),
        (("sudo", "-u", "app", "npm", "ci"), ("npm", "ci")),
        (("env", "A=1", "timeout", "-k", "5", "30", "make"), ("make",)),
        (("nice", "-n", "10", "--", "cargo", "test"), ("cargo", "test")),
        (("npm", "ci"), ("npm", "ci")),
        (("sudo",), ()),
    ],
)
def test_wrappers_are_taken_off(given_words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert unwrapped(given_words) == expected


SHELLISH = st.text(
    alphabet=st.sampled_from(list("ab $(){}[]<>|&;\"'`\\\n\t#=!-0*éx")), max_size=120
) | st.lists(
    st.sampled_from(
        ["if", "then", "fi", "for", "in", "do", "done", "case", "esac", "function", "a", "&&", "||",
         ";", "\n", "<<EOF", "EOF", "$(", ")", "${{ x }}", "${", "}", "'", '"', "> f", "{", "a=(", "!"]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(SHELLISH | st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    script = read_shell(text, "x", line=5, column=3)
    last = 5 + text.count("\n")
    for command in script.commands:
        assert command.place.line is not None
        assert 5 <= command.place.line <= last
        assert (command.place.column or 0) >= 3
        assert command.last_line >= command.place.line
    for problem in script.problems:
        assert 5 <= (problem.place.line or 0) <= last


def test_no_character_ends_the_process() -> None:
    """The grammar's own scanner reads memory that is not its own where it meets these."""
    code = (
        "from pytest_reconaudit.readers.shell import read_shell\n"
        "from pytest_reconaudit.readers.syntax import read_syntax\n"
        "for one in range(0x10000, 0x10FFFF, 0x3FF):\n"
        "    text = 'a {' + chr(one) + '}\\n'\n"
        "    assert read_shell(text, 'x').commands[0].words == ('a', '{' + chr(one) + '}')\n"
        "    assert read_syntax(text, 'x.sh').source == text.encode()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_wide_characters_keep_their_places() -> None:
    script = read_shell("echo '🚀 — é' && ls \"$a—$b\" 🚀x; rm y", "x")
    assert [one.words for one in script.commands] == [
        ("echo", "🚀 — é"), ("ls", "$a—$b", "🚀x"), ("rm", "y"),
    ]  # fmt: skip
    assert script.commands[2].place.column == 32


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters="'\n\0"), min_size=1), min_size=1
    )
)
def test_single_quoted_words_come_back(parts: list[str]) -> None:
    text = "cmd " + " ".join(f"'{part}'" for part in parts)
    assert read_shell(text, "x").commands[0].words == ("cmd", *parts)
    assert shell_words(text) == ("cmd", *parts)
