"""Checkov's own Dockerfile cases against the checks that we share with it.

``python -m tests.bench.corpus_checkov_docker CHECKOUT`` takes a checkout of bridgecrewio/checkov.
Each ``tests/dockerfile/checks/example_X/{success,failure}*/`` is a repository of its own here; X
names the rule, whose number stands in ``checkov/dockerfile/checks/X.py``. A case agrees when our
check finds something above a note exactly in the ``failure`` folders. Rules without a check of ours
are listed, not scored.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.model import Finding, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target

OURS = {
    "CKV_DOCKER_2": ("docker-healthcheck-present",),
    "CKV_DOCKER_3": ("docker-user-nonroot",),
    "CKV_DOCKER_7": ("docker-base-pinned",),
    "CKV_DOCKER_8": ("docker-user-nonroot",),
    "CKV_DOCKER_11": ("docker-syntax-valid",),
}
"""Checkov's rule → our checks that ask the same."""


def rule_ids(checkout: Path) -> dict[str, str]:
    """Rule's name → its number."""
    found = {}
    for file in sorted((checkout / "checkov/dockerfile/checks").glob("*.py")):
        match = re.search(r'id = "(CKV_DOCKER_\d+)"', file.read_text("utf-8"))
        if match:
            found[file.stem] = match[1]
    return found


def cases(checkout: Path) -> Iterator[tuple[str, Path]]:
    """(rule's name, case folder) of every case that holds a Dockerfile."""
    for example in sorted((checkout / "tests/dockerfile/checks").glob("example_*")):
        for folder in sorted(path for path in example.iterdir() if path.is_dir()):
            if any(folder.glob("Dockerfile*")):
                yield example.name.removeprefix("example_"), folder


def findings(folder: Path, wanted: tuple[str, ...]) -> list[Finding]:
    """What our checks find in one case, notes left out."""
    target = Target(folder)
    checks = [pair for pair in builtin_checks() if pair[0].id in wanted]
    return [
        finding
        for item in plan(target, checks)
        for finding in judge(item, target, Policy()).findings
        if finding.severity is not Severity.INFO
    ]


def main() -> int:
    checkout = Path(sys.argv[1])
    numbers = rule_ids(checkout)
    agreed = total = 0
    unshared: set[str] = set()
    for rule, folder in cases(checkout):
        number = numbers.get(rule, "")
        wanted = OURS.get(number)
        if wanted is None:
            unshared.add(f"{number} {rule}")
            continue
        expected = folder.name.startswith("failure")
        found = findings(folder, wanted)
        total += 1
        agrees = bool(found) == expected
        agreed += agrees
        said = f": {found[0].place} {found[0].message}" if found and not expected else ""
        word = "agree   " if agrees else "DISAGREE"
        print(f"{word} {number:13} {rule}/{folder.name} ({', '.join(wanted)}){said}")
    print(f"{agreed} of {total} cases agree; not shared: {', '.join(sorted(unshared))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
