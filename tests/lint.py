"""Run some checks on a folder and print what they find: ``python -m tests.lint DIR [CHECK...]``.

A last argument that ends in ``.json`` also writes the findings there.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target


def main() -> int:
    root, *wanted = sys.argv[1:]
    out = wanted.pop() if wanted and wanted[-1].endswith(".json") else ""
    target = Target(root)
    checks = [
        pair for pair in builtin_checks() if not wanted or pair[0].id.startswith(tuple(wanted))
    ]
    everything = []
    outcomes: Counter[tuple[str, str]] = Counter()
    for item in plan(target, checks):
        result = judge(item, target, Policy())
        outcomes[result.check, result.outcome.value] += 1
        if result.reason:
            print(f"# {result.outcome.value} {item.name}: {result.reason}")
        for finding in result.findings:
            everything.append(finding.to_dict())
            print(
                f"{finding.place} {finding.severity.label} [{finding.check}"
                f"{'/' + finding.clause if finding.clause else ''}] {finding.message}"
                f" | {finding.evidence}"
            )
            for note in finding.related[:8]:
                print(f"      {note.place} {note.message}")
    if out:
        Path(out).write_text(json.dumps({"findings": everything}))
    for (check, outcome), count in sorted(outcomes.items()):
        print(f"= {check} {outcome} {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
