"""The one pass over the sources: parts of it, crashes in it, other processes that make it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit import beside
from pytest_reconaudit.facts.code import scanned as module
from pytest_reconaudit.facts.code.scanned import ScanCrash, begin, scan_all, scanned, source_files
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import Scan
from pytest_reconaudit.readers.scans.outline import FileOutline, outline
from pytest_reconaudit.target import Target


@pytest.fixture
def target(tmp_path: Path) -> Target:
    for number in range(90):
        path = tmp_path / "src" / f"part{number}.rs"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"pub fn part{number}() {{ other(); }}\n")
    return Target(tmp_path)


def test_a_crash_costs_that_scan_alone(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(code: Code) -> FileOutline | None:
        raise ZeroDivisionError("a bug of ours")

    def always(text: str, path: str) -> bool:
        return True

    both = {
        "broken": Scan("broken", ("rust",), always, broken, FileOutline, False),
        "outline": Scan("outline", ("rust",), always, outline, FileOutline, False),
    }
    monkeypatch.setattr(module, "scans", lambda: both)
    assert len(scanned(target, outline)) == 90
    with pytest.raises(ScanCrash, match=r"src/part0\.rs: ZeroDivisionError: a bug of ours"):
        scanned(target, broken)


def test_parts_make_the_whole_in_its_order(target: Target) -> None:
    whole = scan_all(target)
    joined = module._joined([scan_all(target, part, 3) for part in range(3)])
    assert joined.found == whole.found
    assert list(joined.found["outline"]) == [path for path, _ in source_files(target)]


def test_other_processes_make_the_same(target: Target) -> None:
    begin(target, beside.start, 2)
    elsewhere = {path: one.functions for path, one in scanned(target, outline).items()}
    here = Target(target.root)
    assert elsewhere == {path: one.functions for path, one in scanned(here, outline).items()}


def test_a_process_that_dies_is_made_up_for(target: Target) -> None:
    class Dead:
        def ended(self) -> bool:
            return True

        def result(self) -> None:
            return None

    begin(target, lambda work: Dead(), 2)
    assert len(scanned(target, outline)) == 90
