"""Stray characters, JSON with comments, TOML, and the fact that gathers what does not parse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.compose.mounts import is_used, user_of
from pytest_reconaudit.facts.problems import ConfigFile, config_files
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.data import allows_comments, read_json, read_toml
from pytest_reconaudit.readers.repeats import differing_keys
from pytest_reconaudit.readers.stray import find_mixed, find_stray, find_typographic
from pytest_reconaudit.target import MAX_BYTES, Target


def repository(root: Path, files: dict[str, str | bytes]) -> Target:
    for path, content in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Target(root)


def findings(target: Target) -> list[str]:
    return [
        f"{problem.place} {problem.severity.label} {problem.clause}"
        for file in config_files(target)
        for problem in file.problems
    ]


def only(target: Target) -> ConfigFile:
    (file,) = config_files(target)
    return file


# -- characters ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "offset", "name"),
    [
        ("接OSTGRES", 0, "U+63A5 CJK UNIFIED IDEOGRAPH-63A5"),
        ("pоrts", 1, "U+043E CYRILLIC SMALL LETTER O"),
        ("ab\u200bc", 2, "U+200B ZERO WIDTH SPACE"),
        ("\u00a0", 0, "U+00A0 NO-BREAK SPACE"),
    ],
)
def test_stray_is_named(word: str, offset: int, name: str) -> None:
    stray = find_stray(word)
    assert stray is not None
    assert (stray.offset, stray.name) == (offset, name)


@pytest.mark.parametrize("word", ["pоrts", "接OSTGRES", "text/可知laint", "a\u200bb", "Key\uff1aa"])
def test_mixed_words(word: str) -> None:
    assert find_mixed(word) is not None


@pytest.mark.parametrize(
    "word", ["Zürich", "größe", "店舗", "привет", "tiếng", "a→b", "v2版", "日本語.txt", "ok ✅", ""]
)
def test_words_of_a_language(word: str) -> None:
    assert find_mixed(word) is None


def test_typographic_marks() -> None:
    quote = find_typographic("say “hi”")
    assert quote is not None
    assert quote.shown == "'“' (U+201C LEFT DOUBLE QUOTATION MARK)"
    blank = find_typographic("a\u00a0b")
    assert blank is not None
    assert blank.shown == "U+00A0 NO-BREAK SPACE"
    assert find_typographic("Größe – 5 €") is None


@given(st.text())
def test_offsets_point_at_the_character(text: str) -> None:
    for find in (find_stray, find_mixed, find_typographic):
        stray = find(text)
        if stray is not None:
            assert text[stray.offset] == stray.character
            assert stray.name.startswith("U+")
            assert stray.shown


# -- JSON and TOML -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{\n  "a": 1,\n}\n', 2, 9, "a comma after the last entry"),
        ("[1,\n 2, ]", 2, 3, "a comma after the last entry"),
        ('{\n  // why\n  "a": 1\n}', 2, 3, "a comment"),
        ('{"a" 1}', 1, 6, "':' delimiter"),
        ("", 1, 1, "expecting value"),
        ('{"a": 1} x', 1, 10, "extra data"),
    ],
)
def test_json_errors(text: str, line: int, column: int, words: str) -> None:
    (problem,) = read_json(text, "package.json").problems
    assert (problem.place.line, problem.place.column) == (line, column)
    assert words in problem.message


def test_json_with_comments() -> None:
    text = '{ // "x"\n  "url": "http://a/*b*/", /* , } */\n  "list": [1, 2, ], }'
    file = read_json(text, "web/tsconfig.json")
    assert file.problems == ()
    assert file.map == {"url": "http://a/*b*/", "list": [1, 2]}
    assert read_json(text, "package.json").problems


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tsconfig.base.json", True),
        (".vscode/anything.json", True),
        ("x.jsonc", True),
        (".devcontainer/devcontainer.json", True),
        ("package.json", False),
        ("composer.json", False),
        ("data/list.json", False),
    ],
)
def test_which_json_may_hold_comments(path: str, expected: bool) -> None:
    assert allows_comments(path) is expected


def test_deep_json_is_a_problem() -> None:
    assert read_json("[" * 200_000, "package.json").problems
    assert read_json("/*" * 50_000, "tsconfig.json").problems
    assert read_json("1" * 5_000, "package.json").problems


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda x: st.lists(x, max_size=3)))
def test_json_round_trip_with_comments(value: object) -> None:
    text = "// head\n" + json.dumps({"v": value}, indent=1)[:-1] + ", /* tail */ }"
    assert read_json(text, "tsconfig.json").map == {"v": value}


@given(st.text(st.sampled_from('{}[],:"/*\\ \n0a.=#é\0'), max_size=60))
def test_any_text_is_survived(text: str) -> None:
    lines = text.count("\n") + 1
    for file in (read_json(text, "a.json"), read_json(text, "tsconfig.json"), read_toml(text, "a")):
        for problem in file.problems:
            assert 1 <= (problem.place.line or 0) <= lines
            assert (problem.place.column or 0) >= 1


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a = 1\nb = \n", 2, 5), ('x = "abc', 1, 1), ("[t]\na = 1\na = 2\n", 3, 6)],
)
def test_toml_errors(text: str, line: int, column: int) -> None:
    (problem,) = read_toml(text, "Cargo.toml").problems
    assert (problem.place.line, problem.place.column) == (line, column)
    assert "(at " not in problem.message


def test_repeated_keys() -> None:
    text = "é: 1\na:\n  b: [1, ü]\n  b: [1, ü]\n  b: 2\n---\na: &x {c: 1, c: 2}\nd: *x\n"
    assert differing_keys(text) == {(5, 3), (7, 14)}
    assert differing_keys("a: 1\na: 2\n---\n[") == {(2, 1)}


# -- the fact ------------------------------------------------------------------------------


def test_utf16_and_nul(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "docker-compose.yml": "services: {}\n".encode("utf-16"),
            ".env": b"A=1\nB=\x00\n",
            "secrets.env": b"\x00GITCRYPT\x00\x01\x02",
        },
    )
    files = {file.path: file for file in config_files(target)}
    assert "UTF-16" in files["docker-compose.yml"].problems[0].says
    assert files[".env"].problems[0].place == Place(".env", 2, 1)
    assert files["secrets.env"].unresolved == "encrypted"


def test_oversized(tmp_path: Path) -> None:
    filler = "# padding\n" * (MAX_BYTES // 10 + 2)
    target = repository(
        tmp_path,
        {"k8s/kustomization.yaml": filler, "package-lock.json": filler, "notes.txt": filler},
    )
    assert findings(target) == ["k8s/kustomization.yaml medium a"]


def test_separator_at_the_failing_line(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- a\n  - b\napiVersion: v1\nkind: Pod\n"
    flow = "- op: add\n  path: /x\napiVersion: v1\nkind: Service\n"
    target = repository(tmp_path, {"a.yaml": text, "b.yaml": flow + "#\nkind: x\n"})
    (problem,) = [p for f in config_files(target) if f.path == "b.yaml" for p in f.problems]
    assert problem.place.line == 3
    assert 'without "---"' in problem.says


def test_secret_in_the_failing_line_is_masked(tmp_path: Path) -> None:
    text = "services:\n  db:\n    environment:\n     DB_PASSWORD: hunter2: x\n"
    problem = only(repository(tmp_path, {"compose.yaml": text})).problems[0]
    assert problem.evidence == "DB_PASSWORD: ***"


def test_tab_and_blank_are_named(tmp_path: Path) -> None:
    tab = only(repository(tmp_path / "a", {"compose.yaml": "services:\n\tapp: {}\n"}))
    assert "a tab indents this line" in tab.problems[0].says
    blank = "services:\n  app:\n    image: x\n \u00a0  ports: []\n"
    file = only(repository(tmp_path / "b", {"compose.yaml": blank}))
    assert "U+00A0 NO-BREAK SPACE" in file.problems[0].says


def test_templates_are_told_from_alert_texts(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "Chart.yaml": "name: shop\n",
            "templates/app.yaml": "apiVersion: v1\nkind: {{ .Values.kind }}\n  x: [\n",
            "ops/compose.yaml": "services:\n  {{ name }}:\n   image: a: b\n",
            "ops/alertmanager.yml": "receivers:\n- name: x\n   title: '{{ template \"t\" . }}'\n",
        },
    )
    files = {file.path: file for file in config_files(target)}
    assert "templates/app.yaml" not in files
    assert files["ops/compose.yaml"].unresolved
    assert files["ops/alertmanager.yml"].problems[0].place.line == 3


def test_lines_of_an_env_file(tmp_path: Path) -> None:
    settings = "A=1\nB=2\nC=3\nD=4\nE=5\nF=6\n"
    target = repository(
        tmp_path,
        {
            "api.env": settings + "a note without a mark\nG=7\nH='open\n",
            "compose.yaml": "services: {a: {image: x, env_file: api.env}}\n",
            "sourced.env": settings + 'if [ -z "$A" ]; then\n',
            "notes.env": "A=1\nonly words here\n",
        },
    )
    assert findings(target) == ["api.env:7 high a"]


def test_links_and_generated_files_are_left_out(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "real/package.json": "{}",
            "gen/compose.yaml": "# Code generated by tool. DO NOT EDIT.\nservices: [",
        },
    )
    (tmp_path / "package.json").symlink_to("real/package.json")
    (tmp_path / "compose.yml").symlink_to("/etc/hostname")
    assert [f.path for f in config_files(Target(target.root))] == ["real/package.json"]


def test_tests_are_at_most_medium(tmp_path: Path) -> None:
    files = dict.fromkeys(("tests/app/package.json", "api/package.json"), "{")
    # The input of a test is nobody's configuration.
    target = repository(tmp_path, {**files, "tests/data/package.json": "{"})
    assert findings(target) == [
        "api/package.json:1 critical a",
        "tests/app/package.json:1 medium a",
    ]


def test_who_takes_a_file_in(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "compose.yaml": "services:\n  a:\n    image: x\n    volumes:\n      - ./m/p.yml:/p.yml\n"
            "      - ./src:/app\n    env_file: a.env\nconfigs:\n  c:\n    file: m/c.json\n",
            "web/Dockerfile": "FROM nginx\nCOPY nginx/ /etc/nginx/conf.d/\nCOPY . /src\n"
            "COPY *.toml /etc/app/\n",
            "k8s/kustomization.yaml": "resources: [a.yaml]\nconfigMapGenerator:\n"
            "  - name: f\n    files: [x=f.json, 3]\n",
            **dict.fromkeys(
                ("m/p.yml", "m/q.yml", "src/x.json", "a.env", "m/c.json", "web/nginx/n.conf",
                 "web/app.toml", "web/other.yml", "k8s/a.yaml", "k8s/f.json"), "a: 1\n"
            ),
        },
    )  # fmt: skip
    used = {path for path in target.files if is_used(target, path)}
    assert used == {
        "m/p.yml", "a.env", "m/c.json", "web/nginx/n.conf", "web/app.toml", "k8s/a.yaml",
        "k8s/f.json",
    }  # fmt: skip
    assert user_of(target, "m/p.yml") == Place("compose.yaml", 5, 9)


_NAMES = st.sampled_from(
    ["compose.yaml", ".github/workflows/a.yml", "k8s/a.yaml", "nginx.conf", ".env", "run.sh",
     "package.json", "Cargo.toml", "k8s/kustomization.yaml", "Dockerfile", "grafana/d.json"]
)  # fmt: skip
_LINES = st.sampled_from(
    ["services:", "  a:", "    volumes: [3, {source: 4}]", "apiVersion: v1", "kind: 7", "- x", "{{ a }}",
     "server {", "listen 80;", "}", "接A=1", "cat > .env <<'EOF'", "B=$(date)", "EOF", "<<<<<<< a",
     "=======", ">>>>>>> b", "\0", "env: [{name: 接A}]", "a: &a [*a]", "? [k]: v", "COPY a b", "\t x: 1",
     "resources: {a: 1}", "configs: [1]", "patches: [{path: 3}]", "\u00a0y: 2", "export Ж=1"]
)  # fmt: skip


@given(st.dictionaries(_NAMES, st.lists(_LINES, max_size=8), min_size=1, max_size=4))
def test_no_repository_crashes_it(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, list[str]]
) -> None:
    root = tmp_path_factory.mktemp("hostile")
    target = repository(root, {path: "\n".join(lines) for path, lines in files.items()})
    for file in config_files(target):
        lines = target.text(file.path).count("\n") + 1
        for problem in file.problems:
            assert problem.place.path == file.path
            assert 1 <= (problem.place.line or 1) <= lines
