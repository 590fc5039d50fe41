"""The Dockerfile reader against BuildKit's own rules: places, stages, heredocs, variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    image_reference,
    is_dockerfile_name,
    mount_options,
    read_dockerfile,
)


def read(text: str) -> Dockerfile:
    return read_dockerfile(text, "svc/Dockerfile")


def spot(place: Place) -> tuple[int | None, int | None]:
    return (place.line, place.column)


def test_instruction_has_line_column_and_end() -> None:
    file = read("# a comment\n\n  FROM alpine:3.20\nRUN apk add \\\n    curl \\\n    jq\n")
    start, run = file.instructions
    assert spot(start.place) == (3, 3)
    assert start.end == 3
    assert (run.keyword, spot(run.place), run.end) == ("RUN", (4, 1), 6)
    assert run.text.split() == ["apk", "add", "curl", "jq"]
    assert [spot(word.place) for word in run.words] == [(4, 5), (4, 9), (5, 5), (6, 5)]
    assert run.written == "RUN apk add \\\n    curl \\\n    jq"


def test_comments_and_empty_lines_between_continued_lines_are_dropped() -> None:
    file = read("FROM a\nRUN one && \\\n# not a command \\\n\n   # nor this\n  two\nUSER x\n")
    run = file.instructions[1]
    assert run.text.split() == ["one", "&&", "two"]
    assert (run.end, file.instructions[2].keyword) == (6, "USER")
    assert [spot(command.place) for command in run.commands] == [(2, 5), (6, 3)]


def test_two_backslashes_do_not_continue() -> None:
    file = read("FROM a\nRUN echo x\\\\\nUSER y\n")
    assert [one.keyword for one in file.instructions] == ["FROM", "RUN", "USER"]


def test_escape_directive_changes_the_continuation() -> None:
    file = read("# escape=`\nFROM a\nCOPY build\\ c:\\app\\\nRUN one `\n two\n")
    assert file.escape == "`"
    assert [one.keyword for one in file.instructions] == ["FROM", "COPY", "RUN"]
    assert file.instructions[2].end == 5


def test_directives_count_at_the_top_only() -> None:
    assert read("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\n").syntax == (
        "docker/dockerfile:1"
    )
    late = read("# about this file\n# escape=`\nFROM a\n")
    assert (late.syntax, late.escape) == ("", "\\")


def test_flags_are_taken_off_and_placed() -> None:
    file = read("FROM --platform=$BUILDPLATFORM a AS b\nCOPY --from=b --chown=1:1 \\\n  /x /y\n")
    assert file.stages[0].platform == "$BUILDPLATFORM"
    copy = file.instructions[1]
    assert [(flag.name, flag.value) for flag in copy.flags] == [("from", "b"), ("chown", "1:1")]
    assert spot(copy.flags[1].place) == (2, 15)
    assert [word.text for word in copy.sources] == ["/x"]
    assert spot(copy.sources[0].place) == (3, 3)


def test_exec_form_is_decoded() -> None:
    file = read('FROM a\nCMD ["sh", "-c", "a \\"b\\""]\nENTRYPOINT [\'x\']\nCOPY ["a b", "/c/"]\n')
    assert file.instructions[1].exec_form == ("sh", "-c", 'a "b"')
    assert file.instructions[2].exec_form is None
    source = file.instructions[3].sources[0]
    assert (source.text, spot(source.place)) == ("a b", (4, 7))


def test_healthcheck_exec_form() -> None:
    file = read('FROM a\nHEALTHCHECK --interval=5s CMD ["probe", "-q"]\n')
    assert file.instructions[1].exec_form == ("probe", "-q")


def test_heredocs() -> None:
    file = read(
        "FROM a\nCOPY --chmod=600 <<one <<'two' /etc/\n1\none\n$2\ntwo\n"
        "RUN <<-EOF\n\tfirst --x\n\tsecond | third\n\tEOF\nUSER y\n"
    )
    copy, run, user = file.instructions[1:]
    assert [(h.name, h.text, h.quoted, spot(h.place)) for h in copy.heredocs] == [
        ("one", "1", False, (3, 1)),
        ("two", "$2", True, (5, 1)),
    ]
    assert copy.end == 6
    assert (run.heredocs[0].strip, run.end) == (True, 10)
    assert [(command.words, command.place.line) for command in run.commands] == [
        (("first", "--x"), 8),
        (("second",), 9),
        (("third",), 9),
    ]
    assert user.place.line == 11
    assert file.problems == ()


@pytest.mark.parametrize(
    "text", ["RUN cat <<< word", 'RUN sh -c "cat <<EOF"', "RUN echo $((1<<4))", "ENV A=<<EOF"]
)
def test_what_is_no_heredoc(text: str) -> None:
    file = read(f"FROM a\n{text}\nUSER x\n")
    assert [one.keyword for one in file.instructions][-1] == "USER"
    assert file.problems == ()


def test_a_heredoc_that_never_ends_is_a_problem() -> None:
    file = read("FROM a\nRUN <<EOF\nx\n")
    assert [(p.place.line, p.place.column) for p in file.problems] == [(2, 5)]


def test_a_continuation_at_the_end_of_the_file_is_a_problem() -> None:
    file = read("FROM a\nRUN x && \\\n  # y\n")
    assert file.dangling is file.instructions[1]
    assert file.problems[0].place.line == 2


def test_stages_bases_and_variables() -> None:
    file = read(
        "ARG V=3.20\nARG BASE=alpine:${V}\nARG NONE\n"
        "FROM ${BASE} AS Base\nENV A=1 B=two\nARG C=x\n"
        "FROM base AS second\nARG V\nARG C\nRUN x\n"
        "FROM ${NONE}\nFROM ${NONE:-debian:12@sha256:ab}\nFROM $V${V:+-x}\n"
    )
    one, two, three, four, five = file.stages
    assert (one.base, one.name, one.parent) == ("alpine:3.20", "Base", None)
    assert (two.base, two.parent, two.image) == ("base", 0, None)
    assert (three.base, three.image) == (None, None)
    assert four.image is not None
    assert (four.image.name, four.image.tag, four.image.digest) == ("debian", "12", "sha256:ab")
    assert five.base == "3.20-x"
    known = file.variables(two)
    assert (known["A"], known["V"], known["C"]) == ("1", "3.20", None)
    assert [stage.index for stage in file.chain(two)] == [1, 0]


def test_stage_lookup() -> None:
    file = read("FROM a AS x\nFROM b AS y\nCOPY --from=X /a /a\nCOPY --from=9 /b /b\nFROM c\n")
    assert file.stage("X") is file.stages[0]
    assert file.stage("1") is file.stages[1]
    assert file.stage("y", before=1) is None
    assert file.stage("9") is None
    assert [stage.index for stage in file.needed(file.stages[1])] == [0, 1]


def test_env_in_both_forms() -> None:
    file = read('FROM a\nENV OLD the whole rest\nENV A="x y" B=2 \\\n    C=\nARG D E=1\n')
    assert [(k, v) for k, v, _ in file.instructions[1].assignments] == [("OLD", "the whole rest")]
    assert [(k, v, p.line) for k, v, p in file.instructions[2].assignments] == [
        ("A", '"x y"', 3),
        ("B", "2", 3),
        ("C", "", 4),
    ]
    assert [(k, v) for k, v, _ in file.instructions[3].assignments] == [("D", None), ("E", "1")]


def test_commands_of_a_run() -> None:
    file = read(
        "FROM a\n"
        "RUN --mount=type=cache,target=/c set -eux; A=1 B=2 make -j$(nproc || echo 1) 2>&1 > log \\\n"
        ' && if [ "$X" = "y && z" ]; then npm run build; else exit 1; fi | tee out # done\n'
        'RUN ["bash", "-c", "cargo build; cargo test"]\n'
    )
    run, shell = file.instructions[1:]
    assert [(c.words, c.following) for c in run.commands] == [
        (("set", "-eux"), ";"),
        (("make", "-j$(nproc || echo 1)"), "&&"),
        (("[", "$X", "=", "y && z", "]"), ";"),
        (("npm", "run", "build"), ";"),
        (("exit", "1"), ";"),
        (("tee", "out"), ""),
    ]
    assert spot(run.commands[3].place) == (3, 34)
    assert [c.words for c in shell.commands] == [("cargo", "build"), ("cargo", "test")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dockerfile", True),
        ("Dockerfile.api", True),
        ("Dockerfile-alpine", True),
        ("web.dockerfile", True),
        ("Api.Dockerfile", True),
        ("Containerfile", True),
        ("Containerfile.dev", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.api.dockerignore", False),
        ("Dockerfile.md", False),
        ("Dockerfile.j2", False),
        ("Dockerfile.bak", False),
        ("dockerfile.py", True),
        ("dockerfiles", False),
        ("Dockerfile-lib.rs", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_dockerfile_name(name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpine", ("alpine", "", "")),
        ("docker.io/library/node:20", ("node", "20", "")),
        ("registry.example:5000/team/app", ("registry.example:5000/team/app", "", "")),
        ("ghcr.io/a/b:1.2@sha256:ff", ("ghcr.io/a/b", "1.2", "sha256:ff")),
        ("", ("", "", "")),
    ],
)
def test_image_references(text: str, expected: tuple[str, str, str]) -> None:
    image = image_reference(text)
    assert (image.name, image.tag, image.digest) == expected


def test_mount_options() -> None:
    assert mount_options("type=bind,source=a,ro") == {"type": "bind", "source": "a", "ro": ""}


PIECES = st.sampled_from(
    ["FROM", "RUN", "COPY", "ENV", "ARG", " ", "\n", "\\", "\\\n", "<<EOF", "EOF", "#", "--from=",
     '["a"', "]", '"', "'", "$", "${", "}", ":-", "&&", "||", "|", ";", "(", "$(", ")", "`", "=",
     "a", "/x", "\t", "\0", "ä", "AS", "# escape=`\n", "<<-'X'", "\r"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_never_raises_and_stays_inside_the_file(text: str) -> None:
    file = read(text)
    lines = text.count("\n") + 1
    for one in file.instructions:
        assert one.place.line is not None
        assert 1 <= one.place.line <= one.end <= lines + 1
        for word in one.words:
            assert word.place.line is not None
            assert one.place.line <= word.place.line <= lines
        for command in one.commands:
            assert command.words
            assert command.place.line is not None
            assert 1 <= command.place.line <= lines
        tuple(one.sources)
        tuple(one.assignments)
    for stage in file.stages:
        file.variables(stage)
        file.needed(stage)
        file.chain(stage)
    for problem in file.problems:
        assert problem.place.line is not None
        assert 1 <= problem.place.line <= lines


@given(
    st.lists(st.sampled_from(["FROM a", "RUN x y", "COPY a b", "USER z", "ENV A=1"]), min_size=1)
)
def test_words_stand_where_their_place_says(rows: list[str]) -> None:
    text = "\n".join(rows)
    for one in read(text).instructions:
        for word in one.words:
            line = text.split("\n")[(word.place.line or 1) - 1]
            assert line[(word.place.column or 1) - 1 :].startswith(word.text)


def test_hostile_sizes_are_quick() -> None:
    for text in (
        "FROM a\nCMD " + "[" * 100_000,
        "FROM a\nRUN " + "$(" * 50_000,
        "FROM " + "${A:-" * 20_000,
        "RUN " + "a \\\n" * 20_000,
        "FROM a AS a\n" * 3_000,
    ):
        read(text)
