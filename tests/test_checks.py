"""Every check on its own trees: bad fires exactly, good passes, near-miss stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.engine import builtin_checks
from pytest_reconaudit.model import Outcome
from tests import trees


def _ids(cases: list[tuple[str, Path]]) -> list[str]:
    return [f"{check}/{case.name}" for check, case in cases]


BAD, GOOD, NEAR = trees.cases("bad"), trees.cases("good"), trees.cases("near-miss")


@pytest.mark.parametrize(("check", "case"), BAD, ids=_ids(BAD))
def test_bad_tree_fires_exactly(check: str, case: Path, tmp_path: Path) -> None:
    results = trees.audit_tree(trees.lay_out(case, tmp_path), check)
    errors = [result.reason for result in results if result.outcome is Outcome.ERROR]
    assert not errors
    wanted = trees.expected(case)
    assert wanted, "a bad tree expects at least one finding"
    assert trees.found(results) == wanted


@pytest.mark.parametrize(("check", "case"), GOOD, ids=_ids(GOOD))
def test_good_tree_passes(check: str, case: Path, tmp_path: Path) -> None:
    results = trees.audit_tree(trees.lay_out(case, tmp_path), check)
    assert trees.found(results, notes=False) == []
    assert Outcome.PASSED in {result.outcome for result in results}, [r.reason for r in results]
    assert Outcome.ERROR not in {result.outcome for result in results}


@pytest.mark.parametrize(("check", "case"), NEAR, ids=_ids(NEAR))
def test_near_miss_stays_silent(check: str, case: Path, tmp_path: Path) -> None:
    results = trees.audit_tree(trees.lay_out(case, tmp_path), check)
    assert trees.found(results, notes=False) == []
    assert Outcome.ERROR not in {result.outcome for result in results}, [r.reason for r in results]


STAGED = {
    "live-pool-headroom": "test_live_statements.py",
    "live-queries-fast": "test_live_statements.py",
    "live-storage-headroom": "test_live_statistics.py",
    "live-tables-indexed": "test_live_statistics.py",
    "live-transactions-short": "test_live_statements.py",
    "query-not-repeated": "test_sql_log.py",
}
"""What no folder of files can show: the test that stages a server's state or a log for it."""


@pytest.mark.parametrize(
    "check",
    # What linters of the machine say is tested with them: test_linters.py.
    [meta.id for meta, _ in builtin_checks() if meta.domain != "lint"],
)
def test_every_check_has_trees_and_words(check: str) -> None:
    meta, module = next(pair for pair in builtin_checks() if pair[0].id == check)
    folder = trees.CHECKS / check
    names = {case.name for case in folder.iterdir() if case.is_dir()} if folder.is_dir() else set()
    if names or check not in STAGED:
        assert any(name.startswith("bad") for name in names), "no bad tree"
        assert any(name.startswith("good") for name in names), "no good tree"
    else:
        assert check in Path(__file__).with_name(STAGED[check]).read_text("utf-8")
    assert meta.title
    assert meta.why
    assert meta.decides
    assert meta.blind
    assert meta.fix
    domain, _, rest = check.partition("-")
    assert module == f"{domain}/{rest.replace('-', '_')}.py"


def test_no_tree_without_a_check() -> None:
    known = {meta.id for meta, _ in builtin_checks()}
    assert {path.name for path in trees.CHECKS.iterdir() if path.is_dir()} <= known
