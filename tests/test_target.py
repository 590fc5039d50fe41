"""The target: which files it has, what git says, what a hostile tree may not do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_reconaudit import target as module
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import (
    MAX_BYTES,
    Target,
    TargetError,
    _glob_to_regex,
    once,
    passing,
)


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, "utf-8")
    return root


def git(root: Path, *args: str) -> None:
    subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.com", *args],
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_unusable_targets_are_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "t"
    if kind == "file":
        path.write_text("x")
    elif kind == "empty":
        path.mkdir()
    with pytest.raises(TargetError, match=r"no such directory|not a directory|no file"):
        Target(path)


def test_default_exclusions_exist_but_are_not_audited(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "Dockerfile": "FROM x",
            "archive/Dockerfile": "FROM x",
            "src/Legacy/a.rs": "",
            "vendor/lib/a.rs": "",
            "docs/guide.md": "",
            "README.md": "",
            "Cargo.lock": "",
            "chart/templates/x.tpl": "",
            "templates/page.html": "",
        },
    )
    target = Target(root)
    assert target.files == ("Dockerfile", "templates/page.html")
    assert target.has("vendor/lib/a.rs")
    assert target.has_dir("archive")
    assert target.has("Cargo.lock")
    assert target.documents == ("README.md", "docs/guide.md")
    assert not target.has("../" + root.name + "/Dockerfile")


def test_git_checkout_says_what_a_fresh_clone_has(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            ".gitignore": "# locks\n*.lock\n/secret/\n!keep.lock\n",
            "a.txt": "",
            "b.lock": "",
            "keep.lock": "",
            "secret/x.txt": "",
            "sub/.gitignore": "local.*\n",
            "sub/local.env": "",
            "sub/kept.env": "",
        },
    )
    git(root, "init", "-q")
    git(root, "add", "-A")
    write(root, {"new.txt": "", "new.lock": ""})
    target = Target(root)
    assert target.tracked is not None
    assert target.has("a.txt")
    assert target.has("new.txt"), "untracked but not ignored: about to be committed"
    assert target.has("keep.lock")
    assert not target.has("b.lock")
    assert target.on_disk("b.lock")
    assert not target.has("secret/x.txt")
    assert not target.has("sub/local.env")
    rule = target.ignored_by("b.lock")
    assert rule is not None
    assert (rule.place, rule.pattern) == (Place(".gitignore", 2, 1), "*.lock")
    assert target.ignored_by("keep.lock") is None
    inner = target.ignored_by("sub/local.env")
    assert inner is not None
    assert inner.place == Place("sub/.gitignore", 1, 1)
    outer = target.ignored_by("secret/x.txt")
    assert outer is not None
    assert outer.pattern == "/secret/"


def test_tracked_although_ignored_is_there(tmp_path: Path) -> None:
    root = write(tmp_path, {".gitignore": "*.sql\n", "up.sql": "", "down.sql": ""})
    git(root, "init", "-q")
    git(root, "add", ".gitignore")
    git(root, "add", "-f", "up.sql")
    target = Target(root)
    assert target.has("up.sql")
    assert not target.has("down.sql")


@pytest.mark.parametrize("version", [2, 3, 4])
def test_git_index_versions(tmp_path: Path, version: int) -> None:
    names = [f"dir/with a long common prefix/{i:03}/file-{i}.txt" for i in range(40)] + ["ü.txt"]
    root = write(tmp_path, dict.fromkeys(names, "x"))
    git(root, "init", "-q")
    git(root, "config", "index.version", str(version))
    git(root, "add", "-A")
    if version == 3:
        (root / "later.txt").write_text("")
        git(root, "add", "-N", "later.txt")
        names.append("later.txt")
    git(root, "update-index", "--index-version", str(version))
    assert Target(root).tracked == frozenset(names)


def test_a_folder_of_a_checkout_is_a_target(tmp_path: Path) -> None:
    root = write(tmp_path, {"a/x.txt": "", "b/y.txt": "", "b/z.tmp": "", ".gitignore": "*.tmp\n"})
    git(root, "init", "-q")
    git(root, "add", "-A")
    assert Target(root / "b").everything == ("y.txt",)


def test_a_corrupt_index_is_a_plain_folder(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.txt": "", ".git/index": b"DIRC\0\0\0\2\0\0\0\5garbage"})
    target = Target(root)
    assert target.tracked is None
    assert target.everything == ("a.txt",)


def test_no_git_command_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, {"a.txt": ""})
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "config", "core.fsmonitor", f"touch {tmp_path}/owned; false")
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("ran a command"))
    assert Target(root).has("a.txt")
    assert not (tmp_path / "owned").exists()


def test_links_are_not_followed_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"secret.txt": "password"})
    root = write(tmp_path / "t", {"a.txt": "inside"})
    (root / "out.txt").symlink_to(outside / "secret.txt")
    (root / "in.txt").symlink_to(root / "a.txt")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    target = Target(root)
    assert target.text("out.txt") == ""
    assert target.text("in.txt") == "inside"
    assert target.text("folder/secret.txt") == ""
    assert len(target.everything) == 5


def test_text_survives_encodings(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "bom.yml": b"\xef\xbb\xbfa: 1\r\nb: 2\r\n",
            "latin.txt": b"caf\xe9\nx",
            "nul.txt": b"a\0b",
            "big.txt": b"x" * (MAX_BYTES + 1),
        },
    )
    target = Target(root)
    assert target.text("bom.yml") == "a: 1\nb: 2\n"
    assert target.text("latin.txt") == "caf\ufffd\nx"
    assert target.line("latin.txt", 2) == "x"
    assert target.text("nul.txt") == "a\0b"
    assert target.text("big.txt") == ""
    assert target.oversized == ("big.txt",)
    assert target.text("absent.txt") == ""


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.txt": ""})
    os.mkfifo(root / "pipe.yml")
    assert Target(root).text("pipe.yml") == ""


def test_generated_files_are_left_out(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "gen.sql": "-- Code generated by sqlc. DO NOT EDIT.\nselect 1;",
            "own.sql": "select 'do not edit';",
        },
    )
    assert Target(root).named("*.sql") == ("own.sql",)


def test_nearest_prefers_the_same_name(tmp_path: Path) -> None:
    files = {"infra/loki/config.yml": "a: 1", "infra/x/other.yml": "a: 1", "deploy.sh": "make up"}
    root = write(tmp_path, files)
    target = Target(root)
    assert target.nearest("loki/config.yml") == "infra/loki/config.yml"
    assert target.nearest("deploi.sh") == "deploy.sh"
    assert target.nearest("zzz/qqq") is None


def test_nearest_prefers_the_same_folder_then_the_closest(tmp_path: Path) -> None:
    names = ("env.example", "web/env.example", "a/b/notes.sql", "zoo/notes.sql")
    target = Target(write(tmp_path, dict.fromkeys(names, "A=1\n")))
    assert target.nearest(".env.example") == "env.example"
    assert target.nearest("web/.env.example") == "web/env.example"
    assert target.nearest("notes.sql") == "zoo/notes.sql"


def test_nearest_of_many_namesakes_shares_a_folder(tmp_path: Path) -> None:
    names = ("package.json", "web/package.json", "ops/web/start.sh", "ops/api/start.sh")
    root = write(tmp_path, dict.fromkeys((*names, "docker/Dockerfile.api"), "x\n"))
    target = Target(root)
    assert target.nearest("api/package.json") is None
    assert target.nearest("web/start.sh") == "ops/web/start.sh"
    assert target.nearest("api/Dockerfile") == "docker/Dockerfile.api"


def test_nearest_names_nothing_of_no_help(tmp_path: Path) -> None:
    files = {
        "docker-compose.monitoring.yml": "services: {}",
        "compose.prod.yml": "services: {}",
        "api/setup.sh": "  \n",
        "seeds/v1.sql": "select 1;",
    }
    target = Target(write(tmp_path, files))
    assert target.nearest("docker-compose.staging.yml") is None
    assert target.nearest("setup.sh") is None, "empty"
    assert target.nearest("seeds/v2.sql") is None
    assert target.nearest("compose.production.yml") == "compose.prod.yml"
    assert target.nearest("old/seeds", folder=True) == "seeds"
    assert target.nearest("old/sowing", folder=True) is None


def test_facts_are_computed_once_and_crashes_remembered(tmp_path: Path) -> None:
    calls = []

    @once
    def fact(target: Target) -> int:
        calls.append(1)
        return 5

    @once
    def broken(target: Target) -> int:
        calls.append(2)
        raise ValueError("no")

    target = Target(write(tmp_path, {"a": ""}))
    assert fact(target) == fact(target) == 5
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            broken(target)
    assert calls == [1, 2]


@given(st.text(max_size=30))
def test_any_glob_compiles(pattern: str) -> None:
    import re

    re.compile(_glob_to_regex(pattern))


@pytest.mark.parametrize(
    ("pattern", "path", "match"),
    [
        ("src/*.rs", "src/a.rs", True),
        ("src/*.rs", "src/b/a.rs", False),
        ("**/*.rs", "a.rs", True),
        ("src/**", "src/a/b", True),
        ("a[0-9].txt", "a5.txt", True),
        ("a[!0-9].txt", "a5.txt", False),
    ],
)
def test_globs(tmp_path: Path, pattern: str, path: str, match: bool) -> None:
    assert bool(Target(write(tmp_path, {path: ""})).glob(pattern)) is match


IGNORE_PATTERNS = st.lists(
    st.sampled_from(
        ["a", "b.txt", "*.txt", "a/", "/a", "a/b", "*/b.txt", "**/b", "a/**", "!b.txt", "!a/",
         "?", "[ab]", "a*", "*.t?t", "a b", "# a", "\\\\#a", "", "   ", "x/*.txt", "!*.txt", "*"]
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


@given(IGNORE_PATTERNS)
@example(["/a", "!a/"])
@example(["/x", "!x/", "a/**"])
@example(["*", "!a/"])
@example(["?", "!a", "a*", "!b.txt"])
def test_ignore_rules_agree_with_git(patterns: list[str]) -> None:
    import tempfile

    paths = ["a", "b.txt", "a/b.txt", "x/a/b.txt", "x/b", "x/b.txt", "c", "a b", "x/#a", "t.tgt"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path in paths[1:]:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text("")
        (root / ".gitignore").write_text("\n".join(patterns) + "\n")
        git(root, "init", "-q")
        git(root, "add", "-f", ".gitignore")
        said = subprocess.run(
            ["git", "-C", folder, "ls-files", "--others", "--exclude-standard", "-z"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        known = {path for path in said if path}
        assert set(Target(root).everything) - {".gitignore"} == known - {".gitignore"}


def test_texts_of_a_large_repository_are_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"f{number}.rs": f"// größe {number}\n" * 400 for number in range(6)}
    for path, text in texts.items():
        (tmp_path / path).write_text(text, "utf-8")
    monkeypatch.setattr(module, "_PLAIN_TEXTS", 20_000)
    target = Target(tmp_path)
    for _ in range(2):
        assert {path: target.text(path) for path in texts} == texts
        for path in texts:
            (tmp_path / path).write_text("read only once")
    assert target._texts
    assert target._packed
    assert not target._texts.keys() & target._packed.keys()
    assert sum(map(len, target._packed.values())) < 2_000


def test_what_is_dropped_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("text")
    target = Target(tmp_path)
    made: list[str] = []

    @passing
    def large(target: Target) -> int:
        made.append("large")
        return 1

    @once
    def small(target: Target) -> int:
        made.append("small")
        return 2

    def read(text: str, path: str) -> str:
        made.append(path)
        return text

    for _ in range(2):
        assert (large(target), small(target), target.parse(read, "x")) == (1, 2, "text")
    target.slim()
    target.forget(read)
    assert (large(target), small(target), target.parse(read, "x")) == (1, 2, "text")
    assert made == ["large", "small", "x", "large", "x"]
