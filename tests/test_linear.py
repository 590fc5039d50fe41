"""Four times the sources cost about four times the time, and little memory for each of them.

``python -m tests.bench.sources`` measures whole runs of up to ten thousand files; this is the
cheap part of it, on the same generated workspaces, in which all services have functions of the
same names and implement the same trait.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from pytest_reconaudit import engine
from pytest_reconaudit.facts.cargo_locks import cargo_locks
from pytest_reconaudit.facts.code.functions import function_at
from pytest_reconaudit.facts.db import database
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.rust.release_profiles import release_profiles
from pytest_reconaudit.target import Target
from tests.bench import synthetic
from tests.bench.sources import write

_DOMAINS = ("async", "cache", "load", "query", "rust")
_FEW, _MANY = 100, 400
_ALLOWED = 9
"""Times the time for four times the files; sixteen times where something is quadratic."""
_KEPT, _SLIM = 700, 80
"""Objects that one more file may leave behind, of some 70 bytes each, its records included; and
those that it may leave once the target is slim."""


def _seconds(root: Path) -> float:
    """CPU time of the checks on source code, what is read file by file left out."""
    target = Target(root)
    database.configure(target, database.DatabaseConfig(replay=False))
    function_at(target, "none.rs", 1)  # scans every file
    start = time.process_time()
    answers = engine.heard_all(target, engine.builtin_checks(_DOMAINS))
    spent = time.process_time() - start
    assert [answer[3].crash for answer in answers if answer[3].crash] == []
    assert sum(len(answer[3].said) for answer in answers) > 0
    return spent


def test_the_time_grows_with_the_files(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    write(few, _FEW)
    write(many, _MANY)
    _seconds(few)  # imports, compiled patterns
    ratios = []
    for _ in range(2):  # another process on the same core makes one of them slower
        ratios.append(_seconds(many) / _seconds(few))
        if ratios[-1] < _ALLOWED:
            return
    raise AssertionError(f"{_MANY // _FEW} times the files took {ratios} times the time")


def _profiled(root: Path) -> float:
    """CPU time of the release profiles, the files and packages they are read from left out."""
    target = Target(root)
    cargo_locks(target)
    for one in dockerfiles(target):
        target.text(one.path)
    start = time.process_time()
    assert len(release_profiles(target)) > 0
    return time.process_time() - start


def test_the_files_that_build_are_not_read_again_for_each_root(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    synthetic.write(few, 75)
    synthetic.write(many, 300)
    _profiled(few)
    ratios = []
    for _ in range(3):
        ratios.append(_profiled(many) / _profiled(few))
        if ratios[-1] < _ALLOWED:
            return
    raise AssertionError(f"four times the services took {ratios} times the time")


def _kept(root: Path) -> tuple[int, int]:
    """Objects that are kept once the checks were asked, and those left when the target is slim."""
    gc.collect()
    before = sys.getallocatedblocks()
    target = Target(root)
    database.configure(target, database.DatabaseConfig(replay=False))
    answers = engine.heard_all(target, engine.builtin_checks(_DOMAINS))
    gc.collect()
    full = sys.getallocatedblocks() - before
    target.slim()
    gc.collect()
    assert answers
    return full, sys.getallocatedblocks() - before


def test_the_memory_of_a_file(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    write(few, _FEW)
    write(many, _FEW * 3)
    _seconds(few)
    before, after = _kept(few), _kept(many)
    full, slim = ((b - a) / (_FEW * 2) for a, b in zip(before, after, strict=True))
    assert full < _KEPT
    assert slim < _SLIM
