"""Files that are only kept beside those in use: what is found there is a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.model import Outcome, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target

KEPT = {
    "cleanup-backups-20250908_115951/Dockerfile": "part of the backup cleanup-backups-20250908_115951/",
    "ops/backup-2024-05/compose.yml": "part of the backup ops/backup-2024-05/",
    ".tools.backup.1770819824/a.sh": "",
    "tools.backup.1770819824/a.sh": "part of the backup tools.backup.1770819824/",
    "alembic/versions_backup/1.py": "part of alembic/versions_backup/, which is kept beside versions/",
    "api.old/main.rs": "part of api.old/, which is kept beside api/",
    "deploy/compose 2.yml": "a second copy of the one beside it",
    "Dockerfile 3": "a second copy of the one beside it",
    "docs/site/guide/index.html": "part of the pages that MkDocs wrote to docs/site/",
}
IN_USE = (
    "infrastructure/backup/compose.yml",  # what makes backups
    "services/archiver/Dockerfile",
    "src/modules/backup-codes/index.ts",
    "database_backup/Dockerfile",  # beside no database/
    "chapter 2.md",  # beside no chapter.md
    "site/index.html",
    "backups/Dockerfile",
    "alembic/versions/1.py",
    "api/main.rs",
    "deploy/compose.yml",
    "Dockerfile",
    "docs/site/search/search_index.json",
)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    for path in (*KEPT, *IN_USE):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x\n")
    return Target(str(tmp_path))


@pytest.mark.parametrize("path", KEPT)
def test_kept(target: Target, path: str) -> None:
    assert copy_of(target, path) == KEPT[path]


@pytest.mark.parametrize("path", IN_USE[:-1])
def test_in_use(target: Target, path: str) -> None:
    assert copy_of(target, path) == ""


RETIRED = """name: Legacy CI (DISABLED)
# Keep for reference only
on:
  workflow_dispatch:
    inputs:
      target:
        default: all
jobs: {}
"""


@pytest.mark.parametrize(
    ("text", "retired"),
    [
        (RETIRED, True),
        ("# superseded by ci.yml\non: [workflow_dispatch]\njobs: {}\n", True),
        ("# superseded by ci.yml\non: workflow_dispatch # by hand\njobs: {}\n", True),
        (RETIRED.replace("workflow_dispatch:", "push:\n  workflow_dispatch:"), False),
        (RETIRED.replace("Legacy CI (DISABLED)", "Release").replace("Keep", "Ask"), True),
        ("name: Release\non: workflow_dispatch\njobs: {}\n", False),
        ("jobs:\n  a:\n    steps:\n      - uses: acme/legacy@v1 # legacy\non: push\n", False),
        ("name: legacy", False),
        ("", False),
    ],
)
def test_retired_workflows(tmp_path: Path, text: str, retired: bool) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "old.yml").write_text(text)
    found = copy_of(Target(str(tmp_path)), ".github/workflows/old.yml")
    assert found.startswith("a retired workflow") is retired


def test_findings_there_are_notes(tmp_path: Path) -> None:
    for folder in ("", "old-backup-20240131/"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / f"{folder}compose.yaml").write_text("services:\n  a:\n    build: ./gone\n")
    target = Target(str(tmp_path))
    (check,) = [pair for pair in builtin_checks() if pair[0].id == "compose-references-exist"]
    found = {
        finding.place.path: (result.outcome, finding.severity, finding.message)
        for result in (judge(item, target, Policy()) for item in plan(target, [check]))
        for finding in result.findings
    }
    assert found["compose.yaml"][:2] == (Outcome.FAILED, Severity.HIGH)
    outcome, severity, message = found["old-backup-20240131/compose.yaml"]
    assert (outcome, severity) == (Outcome.PASSED, Severity.INFO)
    assert message.endswith("the file is part of the backup old-backup-20240131/")
