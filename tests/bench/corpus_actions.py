"""Our workflow checks against other linters' own test data.

``python -m tests.bench.corpus_actions --actionlint DIR --checkov DIR [--all]`` takes checkouts of
rhysd/actionlint and bridgecrewio/checkov. Each file of their test data becomes the only workflow
of an empty repository; for the rules that we share, what they expect and what we report must agree
line by line. Every disagreement is listed; those of :data:`JUDGED` with their verdict, the
others as open. Exit 1 when one is open.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target


class Seen(NamedTuple):
    """One complaint, theirs or ours, by rule."""

    rule: str
    line: int
    text: str


THEIRS = (
    ("unknown event", re.compile(r"unknown Webhook event|unknown event")),
    ("unknown type", re.compile(r"invalid activity type")),
    ("unknown job", re.compile(r"needs job .+ which does not exist")),
    ("outdated action", re.compile(r"is too old to run on GitHub Actions")),
    ("missing local", re.compile(r"could not read reusable workflow|neither action\.ya?ml|"
                                 r"no such file or directory")),
    ("no trigger", re.compile(r'"on" section (?:is missing|should not be empty)')),
    ("no jobs", re.compile(r'"jobs" section (?:is missing|should not be empty)|workflow is empty')),
    ("syntax", re.compile(r"could not parse|could not be parsed|yaml: |recursive alias")),
    ("duplicate key", re.compile(r"is duplicated in")),
)  # fmt: skip
"""What actionlint says → the rule that we share."""
OURS = {
    ("ci-workflow-triggerable", "c"): "",  # told apart by the message
    ("ci-jobs-reachable", "a"): "unknown job",
    ("ci-actions-supported", ""): "outdated action",
    ("ci-paths-exist", "c"): "missing local",
}
CHECKS = frozenset(check for check, _ in OURS) | {"deploy-config-parses"}
_CASE = ("by design", "keys that differ in case only are not compared")
_ALONE = ("by design", "they judge the file, we ask for the file that it calls")
JUDGED: dict[tuple[str, str], tuple[str, str]] = {
    ("actionlint/err/duplicate_keys.yaml", "duplicate key"): _CASE,
    ("actionlint/err/upper_case_duplicate_keys.yaml", "duplicate key"): _CASE,
    ("actionlint/examples/job_step_ids_duplicate.yaml", "duplicate key"): _CASE,
    ("actionlint/examples/missing_required_keys.yaml", "duplicate key"): _CASE,
    ("actionlint/err/workflow_dispatch_input_types.yaml", "duplicate key"): (
        "by design",
        "an option that stands twice in a list is no key",
    ),
    ("actionlint/err/empty_on.yaml", "no trigger"): (
        "by design",
        "they call it an empty string, at the same place",
    ),
    ("actionlint/err/outdated_popular_action.yaml", "outdated action"): (
        "by design",
        "our table holds what stopped or is archived, and GitHub's own checkout and setup actions",
    ),
    ("actionlint/err/workflow_call_invalid_secrets.yaml", "missing local"): _ALONE,
    ("actionlint/err/workflow_call_job.yaml", "missing local"): _ALONE,
    ("actionlint/examples/workflow_call_jobs.yaml", "missing local"): _ALONE,
    ("checkov/gha/.github/workflows/multi_file.yaml", "no jobs"): (
        "theirs wrong",
        "a workflow without a job is refused; their test is about something else",
    ),
    ("checkov/resources/.github/workflows/empty_jobs.yaml", "no jobs"): (
        "theirs wrong",
        "a workflow without a job is refused; their test is about something else",
    ),
}
"""(file, rule) → verdict (``ours wrong``, ``theirs wrong``, ``by design``) and why."""


def ours(text: str, name: str = "test.yaml") -> list[Seen]:
    """What our checks say about one workflow in an otherwise empty repository."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, ".github", "workflows", name)
        place.parent.mkdir(parents=True)
        place.write_text(text)
        target = Target(folder)
        checks = [pair for pair in builtin_checks() if pair[0].id in CHECKS]
        found = []
        for item in plan(target, checks):
            result = judge(item, target, Policy())
            if result.outcome.value == "error":
                found.append(Seen("crash", 0, result.reason))
            for finding in result.findings:
                rule = _rule(finding.check, finding.clause, finding.message)
                places = [finding.place.line or 1]
                if finding.check == "ci-actions-supported" or rule == "duplicate key":
                    places += [
                        note.place.line or 1
                        for note in finding.related
                        if note.message != "first set here"
                    ]
                found += [Seen(rule, line, finding.message) for line in places if rule]
    return found


def _rule(check: str, clause: str, message: str) -> str:
    if check == "ci-workflow-triggerable":
        if "no type" in message:
            return "unknown type"
        if "`jobs:`" in message:
            return "no jobs"
        return "no trigger" if "`on:`" in message else "unknown event"
    if check == "deploy-config-parses":
        if re.search(r"twice|duplicate", message):
            return "duplicate key"
        return "no jobs" if re.search(r"comments only|empty", message) else "syntax"
    return OURS.get((check, clause), "")


def theirs(out: str) -> list[Seen]:
    """The lines of an ``.out`` file that belong to a rule that we share."""
    found = []
    for line in out.splitlines():
        match = re.match(r"/?(?:workflows/)?test\\?\.yaml:(\d+):\d+: (.*)", line)
        if match is None:
            continue
        text = match[2].replace("\\", "")
        for rule, pattern in THEIRS:
            if pattern.search(text):
                found.append(Seen(rule, int(match[1]), text))
                break
    return found


def disagreements(text: str, expected: list[Seen]) -> tuple[int, list[tuple[str, Seen]]]:
    """(how many agree, (who alone says so, what))."""
    mine = ours(text)
    agreed = 0
    left, open_ = list(mine), list(expected)
    for nearness in (1, 10_000):  # the same line first, then anywhere in the file
        for one in list(open_):
            same = next(
                (m for m in left if m.rule == one.rule and abs(m.line - one.line) <= nearness), None
            )
            if same is not None:
                left.remove(same)
                open_.remove(one)
                agreed += 1
    # A file that does not parse is one complaint of ours, however many they make of it.
    if any(one.rule == "syntax" for one in mine):
        open_ = [one for one in open_ if one.rule != "syntax"]
    alone = [("theirs", one) for one in open_] + [("ours", one) for one in left]
    return agreed, alone


def actionlint(root: Path) -> Iterator[tuple[str, str, list[Seen]]]:
    """(name, text, their complaints) of each file of actionlint's test data."""
    for folder in ("ok", "err", "examples"):
        for path in sorted((root / "testdata" / folder).glob("*.y*ml")):
            out = path.with_suffix(".out")
            expected = theirs(out.read_text()) if out.is_file() else []
            yield f"actionlint/{folder}/{path.name}", path.read_text(), expected


def checkov(root: Path) -> Iterator[tuple[str, str, list[Seen]]]:
    """The workflows of checkov's tests: those that its schema test calls invalid must be."""
    base = root / "tests" / "github_actions"
    for path in sorted(base.rglob("*.y*ml")):
        if path.parent.name != "workflows":
            continue
        yield f"checkov/{path.relative_to(base)}", path.read_text(errors="replace"), []


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--actionlint", type=Path, required=True)
    options.add_argument("--checkov", type=Path, required=True)
    options.add_argument("--all", action="store_true", help="print the judged ones too")
    chosen = options.parse_args()
    agreed = files = 0
    verdicts: Counter[str] = Counter()
    for name, text, expected in (*actionlint(chosen.actionlint), *checkov(chosen.checkov)):
        files += 1
        same, alone = disagreements(text, expected)
        if name.startswith("checkov/"):
            # Old actions are not what its tests are about.
            alone = [pair for pair in alone if pair[1].rule != "outdated action"]
        agreed += same
        for who, one in alone:
            verdict, why = JUDGED.get((name, one.rule), ("open", ""))
            verdicts[verdict] += 1
            if chosen.all or verdict == "open":
                print(f"{verdict}: {name}:{one.line} only {who}: [{one.rule}] {one.text} {why}")
    print(f"{files} files, {agreed} complaints agree, {dict(verdicts)}")
    return 1 if verdicts["open"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
