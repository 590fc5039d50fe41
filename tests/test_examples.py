"""The example platform: all checks together find exactly the defects of its table."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.model import ItemResult, Outcome, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target

ROOT = Path(__file__).parent.parent
PLATFORM = ROOT / "examples" / "platform"
ROW = re.compile(
    r"^\| ([a-z0-9-]+) \| (\S+) \| (critical|high|medium|low) \| (.+) \|$", re.MULTILINE
)
ROWS = ROW.findall((ROOT / "examples" / "README.md").read_text("utf-8"))
NEEDS_SERVER = "(needs PostgreSQL)"
KNOWN = {meta.id for meta, _ in builtin_checks()}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[ItemResult]:
    """All items on a fresh clone, whatever state this checkout is in."""
    clone = tmp_path_factory.mktemp("clone") / "platform"
    shutil.copytree(PLATFORM, clone)
    for command in (["git", "init", "-q"], ["git", "add", "--force", "--all"]):
        subprocess.run(command, cwd=clone, check=True)
    target = Target(clone)
    return [judge(item, target, Policy()) for item in plan(target, list(builtin_checks()))]


def test_the_table_names_checks() -> None:
    assert {check for check, *_ in ROWS} - KNOWN == set()
    assert len(set(ROWS)) == len(ROWS) >= 85


@pytest.mark.parametrize("check", sorted(KNOWN))
def test_exactly_the_planted_defects(check: str, results: list[ItemResult]) -> None:
    items = [item for item in results if item.check == check]
    no_server = any(item.reason.startswith("no-server") for item in items)
    wanted = sorted(
        f"{place} {severity}"
        for name, place, severity, what in ROWS
        if name == check and not (no_server and NEEDS_SERVER in what)
    )
    found = sorted(
        f"{finding.place} {finding.severity.label}"
        for item in items
        for finding in item.findings
        if finding.severity is not Severity.INFO
    )
    assert [item.reason for item in items if item.outcome is Outcome.ERROR] == []
    assert found == wanted


def test_most_of_it_is_healthy(results: list[ItemResult]) -> None:
    healthy = [item for item in results if item.outcome is Outcome.PASSED]
    assert len(healthy) > 2 * len(ROWS)


def test_little_is_left_unresolved(results: list[ItemResult]) -> None:
    """A plain service of a plain kind is understood; the rest is named here, with the reason."""
    unresolved = {
        f"{item.check}[{item.subject}]" for item in results if item.reason.startswith("unresolved")
    }
    assert unresolved == {
        # the routes of a bare node:http server are conditions in a function
        "docker-healthcheck-served[notifier/Dockerfile]",
        "docker-healthcheck-served[notifier/Dockerfile.alpine]",
        # a mail server on the developer's machine that nothing here starts
        "ports-consistent[notifier/.env.example]",
    }


def test_ignored_example_files_are_tracked() -> None:
    """``*.sql`` is ignored below the example on purpose: its files need ``git add --force``."""
    checkout = Target(ROOT)
    if checkout.tracked is None or "examples/README.md" not in checkout.tracked:
        pytest.skip("not a checkout that holds the examples")
    files = [path for path in (ROOT / "examples").rglob("*") if path.is_file()]
    ignored = {
        path
        for path in (file.relative_to(ROOT).as_posix() for file in files)
        if checkout.ignored_by(path) is not None
    }
    assert sorted(ignored - checkout.tracked) == []
