"""What the scans found, kept between runs: only texts that changed are read again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit import beside, store
from pytest_reconaudit.facts.code import kept_scans
from pytest_reconaudit.facts.code import scanned as module
from pytest_reconaudit.facts.code.scanned import begin, configure, keep, scanned
from pytest_reconaudit.readers import syntax
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target
from tests import platform

KEY = "one"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(60):
        path = tmp_path / "t" / "src" / f"part{number}.rs"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"pub fn part{number}() {{ other(); }}\n")
    return tmp_path / "t"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that are parsed in this process."""
    paths: list[str] = []
    read = module.read_syntax

    def record(text: str, path: str) -> Any:
        paths.append(path)
        return read(text, path)

    monkeypatch.setattr(module, "read_syntax", record)
    return paths


def first_run(folder: Path) -> dict[str, list[str]]:
    target = Target(folder)
    configure(target, KEY)
    names = names_of(target)
    keep(target)
    return names


def names_of(target: Target) -> dict[str, list[str]]:
    found = scanned(target, outline)
    return {path: [f.name for f in one.functions] for path, one in found.items()}


def test_a_second_run_parses_nothing_and_finds_the_same(folder: Path, parsed: list[str]) -> None:
    names = first_run(folder)
    assert len(parsed) == 60
    parsed.clear()
    assert first_run(folder) == names
    assert parsed == []


def test_only_what_changed_came_or_went_is_read_again(folder: Path, parsed: list[str]) -> None:
    first_run(folder)
    (folder / "src/part7.rs").write_text("fn seven() {}\n")
    (folder / "src/new.rs").write_text("fn brand_new() {}\n")
    (folder / "src/part8.rs").unlink()
    parsed.clear()
    names = first_run(folder)
    assert sorted(parsed) == ["src/new.rs", "src/part7.rs"]
    assert names["src/part7.rs"] == ["seven"]
    assert names["src/new.rs"] == ["brand_new"]
    assert "src/part8.rs" not in names
    parsed.clear()
    assert first_run(folder) == names
    assert parsed == []
    assert "src/part8.rs" not in kept_scans.load(KEY, folder)


def test_the_same_text_at_another_path_is_scanned(folder: Path, parsed: list[str]) -> None:
    """Whether a file is a test is told by its path."""
    first_run(folder)
    (folder / "src/part3.rs").rename(folder / "src/moved.rs")
    parsed.clear()
    first_run(folder)
    assert parsed == ["src/moved.rs"]


def test_few_that_changed_start_no_process(folder: Path, parsed: list[str]) -> None:
    names = first_run(folder)
    (folder / "src/part7.rs").write_text("fn seven() {}\n")
    target = Target(folder)
    configure(target, KEY)
    started = []

    def start(work: Any) -> None:
        started.append(work)

    begin(target, start, 2)
    assert started == []
    assert names_of(target) == {**names, "src/part7.rs": ["seven"]}


def test_other_processes_leave_out_what_is_known(folder: Path) -> None:
    names = first_run(folder)
    for number in range(20):
        (folder / f"src/part{number}.rs").write_text(f"fn changed{number}() {{}}\n")
    target = Target(folder)
    configure(target, KEY)
    begin(target, beside.start, 2)
    expected = {f"src/part{number}.rs": [f"changed{number}"] for number in range(20)}
    assert names_of(target) == {**names, **expected}


def test_a_damaged_file_is_as_if_it_were_not_there(folder: Path, parsed: list[str]) -> None:
    names = first_run(folder)
    (file,) = store.folder("scans").glob("*.bin")
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[:40] + b"\x00" + whole[41:], b"\xff" * 200):
        file.write_bytes(damaged)
        parsed.clear()
        assert first_run(folder) == names
        assert len(parsed) == 60
        assert file.read_bytes() == whole


def test_a_crash_or_a_slow_file_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(text: str, path: str) -> Any:
        if path.endswith("part5.rs"):
            raise module.TimeLimit
        return read(text, path)

    read = module.read_syntax
    monkeypatch.setattr(module, "read_syntax", slow)
    first_run(folder)
    kept = kept_scans.load(KEY, folder)
    assert len(kept) == 59
    assert "src/part5.rs" not in kept
    (file,) = store.folder("scans").glob("*.bin")
    file.unlink()

    def crash(text: str, path: str) -> Any:
        raise RecursionError("a bug of ours")

    monkeypatch.setattr(module, "read_syntax", read)
    monkeypatch.setattr(
        module,
        "scans",
        lambda: {"outline": module.Scan("outline", ("rust",), lambda *_: True, crash, Any, False)},
    )
    target = Target(folder)
    configure(target, KEY)
    with pytest.raises(module.ScanCrash):
        scanned(target, outline)
    keep(target)
    assert list(store.folder("scans").glob("*.bin")) == []


def test_a_file_that_is_given_up_between_two_scans_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(code: Any) -> None:
        if code.path.endswith("part5.rs"):
            raise module.TimeLimit

    found = module.scans()["outline"]
    late = module.Scan("tardy", ("rust",), lambda *_: True, slow, Any, True)
    monkeypatch.setattr(module, "scans", lambda: {"outline": found, "tardy": late})
    first_run(folder)
    kept = kept_scans.load(KEY, folder)
    assert len(kept) == 59
    assert "src/part5.rs" not in kept


def test_a_file_that_is_not_parsed_in_time_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A less busy machine reads it."""
    (folder / "src/part5.rs").write_text("fn five() {}\n")
    parse = syntax._parse
    with monkeypatch.context() as patched:
        patched.setattr(
            syntax, "_parse", lambda text, kind: None if b"five" in text else parse(text, kind)
        )
        assert "src/part5.rs" not in first_run(folder)
    kept = kept_scans.load(KEY, folder)
    assert len(kept) == 59
    assert "src/part5.rs" not in kept
    assert "five" in first_run(folder)["src/part5.rs"]


def test_an_audit_after_an_edit_says_what_a_whole_one_says(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(Path(__file__).parent / "checks/rust-regex-supported/bad", shop)
    (shop / "src/same.rs").write_text((shop / "src/main.rs").read_text())
    (shop / "src/lib.rs").write_text("pub mod same;\n")

    def audit(name: str, *more: str) -> Any:
        report = tmp_path / f"{name}.json"
        pytester.runpytest(
            f"--recon-target={shop}", "--recon-no-replay", f"--recon-report={report}", *more
        )
        return json.loads(report.read_text())["findings"]

    audit("first")
    assert len(list(store.folder("scans").glob("*.bin"))) == 1
    source = shop / "src/main.rs"
    source.write_text("\n\n" + source.read_text())
    after = audit("after")
    places = {(one["path"], one["line"]) for one in after}
    assert {("src/main.rs", 8), ("src/same.rs", 6)} <= places
    assert after == audit("whole", "--recon-no-cache")


def test_it_can_be_turned_off(pytester: pytest.Pytester, tmp_path: Path) -> None:
    shop = platform.write(tmp_path / "shop")
    pytester.runpytest(f"--recon-target={shop}", "--recon-no-replay", "--recon-no-cache")
    assert list(store.folder("scans").glob("*.bin")) == []


def test_a_second_audit_of_the_same_content_parses_nothing(
    pytester: pytest.Pytester, tmp_path: Path, parsed: list[str]
) -> None:
    shop = platform.write(tmp_path / "shop")
    for number in range(3):
        source = f"def read{number}(db):\n    return db.execute('SELECT 1')\n"
        (shop / f"worker/part{number}.py").write_text(source)
    pytester.runpytest(f"--recon-target={shop}")
    assert parsed
    parsed.clear()
    result = pytester.runpytest(f"--recon-target={shop}")
    result.stdout.fnmatch_lines(["nothing changed since an earlier audit: *"])
    assert parsed == []
