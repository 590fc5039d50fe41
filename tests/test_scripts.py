"""The model of the shell: the tree, arithmetic, and what becomes of a script when a command fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.scripts.arithmetic import arithmetic
from pytest_reconaudit.facts.scripts.failing import Fate, Mode, endings, fate
from pytest_reconaudit.facts.scripts.files import script_files
from pytest_reconaudit.facts.scripts.hidden_errors import swallows
from pytest_reconaudit.readers.shell_tree import (
    AndOr,
    Arithmetic,
    Case,
    Conditional,
    FunctionBody,
    Group,
    Leaf,
    Loop,
    Negated,
    Pipeline,
    read_shell_tree,
)
from pytest_reconaudit.target import Target


def verdict(text: str, mode: Mode = Mode.FAILS, program: str = "probe") -> Fate:
    tree = read_shell_tree(text, "x.sh")
    modes = {id(one): mode for one in tree.script.commands if one.name == program}
    assert modes
    return fate(endings(tree, modes))


# -- the tree ------------------------------------------------------------------------------


def test_every_kind_of_statement_with_its_line() -> None:
    tree = read_shell_tree(
        "a && b || c\n"
        "! d | e\n"
        "if f; then g; elif h; then i; else j; fi\n"
        "until k; do l; done\n"
        "for m in n o; do p; done\n"
        "for ((q=0; q<3; q++)); do r; done\n"
        "case $s in t|u) v ;; *) w ;; esac\n"
        "x() { y; }\n"
        "( z )\n"
        "(( n++ ))\n"
        "value=$(probe)\n",
        "x.sh",
    )
    assert tree.whole
    kinds = [type(one) for one in tree.statements]
    assert kinds == [
        AndOr, Negated, Conditional, Loop, Loop, Loop, Case, FunctionBody, Group, Arithmetic, Leaf,
    ]  # fmt: skip
    assert [one.line for one in tree.statements] == list(range(1, 12))
    first, second, third = tree.statements[:3]
    assert isinstance(first, AndOr)
    assert first.joins == ("&&", "||")
    assert len(first.items) == 3
    assert isinstance(second, Negated)
    assert isinstance(second.body, Pipeline)
    assert isinstance(third, Conditional)
    assert len(third.branches) == 2
    assert len(third.otherwise) == 1
    counted = tree.statements[5]
    assert isinstance(counted, Loop)
    assert counted.header == "q=0; q<3; q++"
    choice = tree.statements[6]
    assert isinstance(choice, Case)
    assert [one.patterns for one in choice.choices] == [("t", "u"), ("*",)]
    last = tree.statements[10]
    assert isinstance(last, Leaf)
    assert last.assignments[0].name == "value"
    assert last.substitutions[0].text == "$(probe)"


def test_leaves_point_at_the_commands_of_the_flat_reading() -> None:
    tree = read_shell_tree("  sudo probe x > y\nécho; probe\n", "x.sh")
    leaves = [one for one in tree.statements if isinstance(one, Leaf)]
    assert [one.command for one in leaves] == list(tree.script.commands)


def test_a_broken_script_is_not_whole() -> None:
    assert not read_shell_tree("if true; then\n  probe\n", "x.sh").whole


@given(
    st.text(alphabet="ab$(){}[]|&;<>\"'`\\ \n\t!#=+-*if then fi do done case esac", max_size=120)
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_played(text: str) -> None:
    tree = read_shell_tree(text, "x.sh")
    lines = text.count("\n") + 1
    assert all(1 <= one.line <= lines for one in tree.statements)
    modes = {id(one): Mode.FAILS for one in tree.script.commands}
    fate(endings(tree, modes))


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_calculated(text: str) -> None:
    arithmetic(text, {"a": "1", "b": None})


# -- arithmetic ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("n + 1", 6), ("$n - 1", 4), ("n++", 5), ("++n", 6),
        ("n < 6 && n > 4", 1), ("!n", 0), ("-7 / 2", -3), ("-7 % 2", -1), ("1 / 0", None),
        ("unknown + 1", None), ("n = 3", 3), ("n += 2", 7), ("", None), ("2 ** 3", None),
    ],
)  # fmt: skip
def test_arithmetic(text: str, value: int | None) -> None:
    assert arithmetic(text, {"n": "5"}) == value


def test_arithmetic_assigns() -> None:
    values: dict[str, str | None] = {"n": "5"}
    arithmetic("n++", values)
    assert values["n"] == "6"
    arithmetic("n **= 2", values)
    assert values["n"] is None


# -- what becomes of a script --------------------------------------------------------------

STOPS = {
    "set -e": "set -e\nprobe\necho done",
    "shebang": "#!/bin/sh -e\nprobe\necho done",
    "or exit": "probe || exit 1\necho done",
    "if not": "if ! probe; then echo no; exit 1; fi\necho done",
    "last command": "echo start\nprobe",
    "function": "set -e\ncheck() { probe; }\ncheck\necho done",
    "returned": "check() { probe || return 1; }\ncheck || exit 1\necho done",
    "counter": (
        "n=0\nwhile [ $n -lt 30 ]; do\n  if probe; then break; fi\n  n=$((n + 1))\ndone\n"
        'if [ "$n" -eq 30 ]; then echo late; exit 1; fi\necho done'
    ),
    "flag": "ok=no\nfor i in 1 2 3; do probe && ok=yes && break; done\n[ $ok = yes ] || exit 2\necho done",
    "last round": "for i in {1..30}; do\n probe && break\n [ $i -eq 30 ] && exit 1\n sleep 1\ndone\necho done",
    "c for": "for ((i=0; i<5; i++)); do probe && exit 0; done\nexit 1",
    "trap": "trap 'echo failed; exit 1' ERR\nprobe\necho done",
    "pipefail": "set -eo pipefail\nprobe | tee log\necho done",
    "not a pipeline": "if ! probe | grep -q ok; then exit 1; fi\necho done",
    "grep": "probe | grep -q ok || exit 1\necho done",
    "captured": 'code=$(probe)\nif [ "$code" != ok ]; then exit 1; fi\necho done',
    "captured, set -e": "set -e\nvalue=$(probe)\necho done",
    "remembered": "probe\nstatus=$?\necho x\nexit $status",
    "counted": "failed=0\nprobe || failed=$((failed + 1))\nexit $failed",
    "one branch": 'probe || if [ "$STRICT" = 1 ]; then exit 1; fi\necho done',
    "subcommand": "run() { probe || exit 1; }\ncase \"${1:-help}\" in run) run ;; *) echo help ;; esac",
    "subshell": "set -e\n( probe; echo never )\necho done",
}  # fmt: skip
GOES_ON = {
    "nothing": "probe\necho done",
    "or echo": "set -e\nprobe || echo late\necho done",
    "only printed": "set -e\nif ! probe; then echo no; fi\necho done",
    "counter": (
        "set -e\nn=0\nwhile [ $n -lt 30 ]; do\n  if probe; then break; fi\n  ((n++)) || true\ndone\n"
        'if [ "$n" -eq 30 ]; then echo late; fi\necho done'
    ),
    "ignored function": "set -e\ncheck() { probe; return 1; }\ncheck || true\necho done",
    "guarded function": "set -e\ncheck() { probe; echo never mind; }\nif check; then echo yes; fi",
    "pipe": "set -e\nprobe | tee log\necho done",
    "local": "set -e\nf() { local x=$(probe); }\nf\necho done",
    "not": "set -e\n! probe\necho done",
    "left of and": "set -e\nprobe && echo fine\necho done",
    "switched off": "set -e\nset +e\nprobe\nset -e\necho done",
    "background": "set -e\nprobe &\necho done",
}
UNKNOWN = {
    "not reached": "exit 0\nprobe",
    "other program": "probe\nexec serve",
    "broken": "probe\nif true; then",
}


@pytest.mark.parametrize("name", STOPS)
def test_the_script_stops(name: str) -> None:
    assert verdict(STOPS[name]) is Fate.STOPS


@pytest.mark.parametrize("name", GOES_ON)
def test_the_script_goes_on(name: str) -> None:
    assert verdict(GOES_ON[name]) is Fate.GOES_ON


@pytest.mark.parametrize("name", UNKNOWN)
def test_nothing_is_concluded(name: str) -> None:
    assert verdict(UNKNOWN[name]) is Fate.UNKNOWN


def test_a_wait_without_end() -> None:
    assert verdict("until probe; do sleep 1; done\necho done") is Fate.WAITS


def test_an_error_page_passes_curl_without_fail() -> None:
    loose = "set -e\ncurl -s http://x/health > /dev/null\necho done"
    assert verdict(loose, Mode.FAILS, "curl") is Fate.STOPS
    assert verdict(loose, Mode.ERROR_PAGE, "curl") is Fate.GOES_ON
    strict = (
        "code=$(curl -s -o /dev/null -w '%{http_code}' http://x/health)\n"
        '[ "$code" = "200" ] || exit 1\necho done'
    )
    assert verdict(strict, Mode.ERROR_PAGE, "curl") is Fate.STOPS


def test_too_many_ways_are_given_up() -> None:
    tests = "\n".join(f'if [ "$A{n}" = 1 ]; then B{n}=1; fi' for n in range(40))
    assert verdict(f"{tests}\nprobe\necho done") is Fate.UNKNOWN


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [
        ("true", True), (":", True), ('echo "failed; exit 1"', True), ("{ echo a; echo b; }", True),
        ("exit 1", False), ("{ echo a; exit 1; }", False), ("failed=1", False),
        ("echo failed >> log", False), ("docker-compose up -d", False), ("log_warn late", True),
        ("die late", False), ("return", False), ("exit 0", True), ("echo late >&2", True),
    ],
)  # fmt: skip
def test_swallows(fallback: str, expected: bool) -> None:
    assert swallows(fallback) is expected


# -- what scripts are for ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "role"),
    [
        ("deploy-production.sh", "docker compose up -d", "deploy"),
        ("ops/go-live.sh", "kubectl apply -f k8s", "deploy"),
        ("ops/ship-it.sh", "echo", "deploy"),
        ("scripts/push.sh", "helm upgrade --install a ./a", "deploy"),
        ("scripts/test-deploy-config.sh", "helm lint", "deploy"),
        ("scripts/run-tests.sh", "go test ./...", "test"),
        ("scripts/dev-up.sh", "docker compose up -d", "development"),
        ("examples/deploy.sh", "kubectl apply -f k8s", "development"),
        ("scripts/kind.sh", "kind create cluster\nkubectl apply -f k8s", "development"),
        ("scripts/run_migrations.sh", "diesel migration run", "migration"),
        ("ops/db-backup.sh", "pg_dump x", "backup"),
        ("scripts/fmt.sh", "cargo fmt", ""),
    ],
)
def test_roles(tmp_path: Path, path: str, text: str, role: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    assert [one.role for one in script_files(Target(tmp_path))] == [role]


def test_sources_and_libraries(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/log.sh").write_text("log() { echo x; }\n")
    (tmp_path / "run.sh").write_text(
        '#!/bin/bash\nsource "$(dirname "$0")/lib/log.sh"\nsource .env\nlog hello\nmake\n'
    )
    (tmp_path / "other.sh").write_text('#!/bin/bash\nsource "$TOOLS/prelude"\nmake\n')
    files = {one.path: one for one in script_files(Target(tmp_path))}
    assert files["run.sh"].sources == ("lib/log.sh",)
    assert not files["run.sh"].open_source
    assert files["lib/log.sh"].library
    assert files["other.sh"].open_source
    assert not files["other.sh"].library
