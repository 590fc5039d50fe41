"""Our Dockerfile checks on hadolint's own test cases: ``python -m tests.bench.corpus_hadolint DIR``.

DIR is a checkout of https://github.com/hadolint/hadolint. The cases of the rules that both tools
have are taken out of its test suite (``ruleCatches`` and ``ruleCatchesNot``); each becomes a
repository of one Dockerfile. Prints one line a case: *agree*, *ours* (only we report) or *theirs*
(only hadolint does), and the counts. ``--all`` also prints the cases that agree.

Nothing of hadolint is kept here; the cases are read from the checkout each time.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.model import Outcome
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target

SHARED = {
    "DL3002": ("docker-user-nonroot",),
    "DL3006": ("docker-base-pinned",),
    "DL3007": ("docker-base-pinned",),
    "DL3022": ("docker-syntax-valid",),
    "DL3023": ("docker-syntax-valid",),
    "DL3057": ("docker-healthcheck-present",),
    "DL3061": ("docker-syntax-valid",),
    "DL3064": ("docker-secret-free",),
}
"""Rule → the checks that ask the same."""
CLAUSES = {"DL3022": "ea", "DL3023": "e", "DL3061": "a"}
"""Rule → the clauses that count, where one check answers for several rules. A file that begins with
``COPY`` is refused for that (a), before its ``--from`` is looked at (e)."""
WORDS = {"DL3006": "names no tag", "DL3007": "the tag latest"}
"""Rule → words of our message, where the clauses do not tell."""

_CASE = re.compile(r'(?<!\w)(ruleCatches|ruleCatchesNot)\s+"(DL\d+)"\s*')
_ASSIGNED = re.compile(r"\b(?:let\s+)?(\w+)\s*=\s*(?=\[|Text\.unlines|\")")
_TITLE = re.compile(r'\bit\s+"((?:[^"\\]|\\.)*)"')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}


class Case(NamedTuple):
    """One case of hadolint's suite."""

    rule: str
    title: str
    text: str
    caught: bool
    line: int


def cases(folder: Path) -> Iterator[Case]:
    """The cases of the shared rules, in the order of the files."""
    for rule in SHARED:
        path = folder / "test" / "Hadolint" / "Rule" / f"{rule}Spec.hs"
        if path.is_file():
            yield from _cases(rule, path.read_text("utf-8"))


def _cases(rule: str, source: str) -> Iterator[Case]:
    known: dict[str, str] = {}
    title = ""
    events = sorted(
        [(match.start(), match) for pattern in (_CASE, _ASSIGNED, _TITLE)
         for match in pattern.finditer(source)],
        key=lambda pair: pair[0],
    )  # fmt: skip
    for at, match in events:
        if match.re is _TITLE:
            title = _plain(match[1])
        elif match.re is _ASSIGNED:
            known[match[1]] = _text(source, match.end(), known) or ""
        elif match[2] == rule:
            text = _text(source, match.end(), known)
            if text is not None:
                caught = match[1] == "ruleCatches"
                yield Case(rule, title, text, caught, source.count("\n", 0, at) + 1)


def _text(source: str, at: int, known: dict[str, str]) -> str | None:
    """The Dockerfile that a Haskell expression at an offset stands for."""
    head = re.compile(r"[\s$(]*(?:Text\.unlines)?[\s$(]*").match(source, at)
    begin = head.end() if head else at
    if source.startswith("[", begin):
        lines, index = [], begin + 1
        while index < len(source):
            rest = re.compile(r"[\s,]*").match(source, index)
            index = rest.end() if rest else index
            one = _STRING.match(source, index)
            if one is None:
                break
            lines.append(_plain(one[1]))
            index = one.end()
        return "\n".join(lines) + "\n"
    one = _STRING.match(source, begin)
    if one is not None:
        return _plain(one[1])
    name = re.compile(r"\w+").match(source, begin)
    return known.get(name[0]) if name else None


def _plain(text: str) -> str:
    text = re.sub(r"\\\s*\n\s*\\", "", text)
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text)


def ours(case: Case) -> tuple[bool, str]:
    """Whether we report the case, and our message or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Dockerfile").write_text(case.text, "utf-8")
        target = Target(folder)
        chosen = [pair for pair in builtin_checks() if pair[0].id in SHARED[case.rule]]
        reason = ""
        for item in plan(target, chosen):
            result = judge(item, target, Policy())
            if result.outcome is Outcome.ERROR:
                return True, f"ERROR {result.reason}"
            reason = reason or result.reason
            for finding in result.findings:
                if finding.clause not in CLAUSES.get(case.rule, finding.clause):
                    continue
                if WORDS.get(case.rule, "") in finding.message:
                    return True, finding.message
        return False, reason


def main() -> int:
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(arguments) != 1:
        print(__doc__)
        return 2
    counts: Counter[tuple[str, str]] = Counter()
    for case in cases(Path(arguments[0])):
        mine, says = ours(case)
        verdict = "agree" if mine is case.caught else "ours" if mine else "theirs"
        counts[case.rule, verdict] += 1
        if verdict != "agree" or "--all" in sys.argv:
            shown = case.text.strip().replace("\n", " ⏎ ")
            print(
                f"{verdict:6} {case.rule} line {case.line}: {case.title} | {shown[:160]} | {says}"
            )
    for (rule, verdict), count in sorted(counts.items()):
        print(f"= {rule} {verdict} {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
