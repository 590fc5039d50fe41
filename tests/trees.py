"""The fixture trees of the checks: ``tests/checks/<check-id>/<case>/``.

A case folder is a small repository. Its name says what must happen: ``bad*`` must give exactly
the findings of ``<case>.expected`` beside it, ``good*`` must pass at least once and find nothing,
``near-miss*`` must find nothing (a skip is allowed). Names that begin with ``dot-`` are laid out
with a leading dot, so that a fixture's ``.gitignore`` does not act on this repository.

An expected line is ``PATH:LINE SEVERITY`` (``PATH SEVERITY`` when the finding has no line).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.model import ItemResult, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target

CHECKS = Path(__file__).parent / "checks"


def cases(prefix: str) -> list[tuple[str, Path]]:
    """(check id, case folder) of every case whose name begins with ``prefix``."""
    return [
        (check.name, case)
        for check in sorted(CHECKS.iterdir())
        if check.is_dir()
        for case in sorted(check.iterdir())
        if case.is_dir() and case.name.startswith(prefix)
    ]


def lay_out(case: Path, into: Path) -> Path:
    """Copy a case to ``into/<name>``, ``dot-`` prefixes turned into dots."""
    root = into / "target"
    for source in sorted(case.rglob("*")):
        parts = [
            "." + part[4:] if part.startswith("dot-") else part
            for part in source.relative_to(case).parts
        ]
        place = root.joinpath(*parts)
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            shutil.copymode(source, place)
    return root


def audit_tree(root: Path, check_id: str) -> list[ItemResult]:
    """All items of one check on a folder."""
    target = Target(root)
    checks = [pair for pair in builtin_checks() if pair[0].id == check_id]
    assert checks, f"no check is called {check_id}"
    return [judge(item, target, Policy()) for item in plan(target, checks)]


def found(results: Iterable[ItemResult], *, notes: bool = True) -> list[str]:
    """The findings of some items as expected-file lines, sorted; ``notes`` includes info."""
    return sorted(
        f"{finding.place} {finding.severity.label}"
        for result in results
        for finding in result.findings
        if notes or finding.severity is not Severity.INFO
    )


def expected(case: Path) -> list[str]:
    """The lines of ``<case>.expected``."""
    lines = case.with_name(case.name + ".expected").read_text("utf-8").splitlines()
    return sorted(line.strip() for line in lines if line.strip() and not line.startswith("#"))
