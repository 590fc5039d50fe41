"""Our Kubernetes checks against other linters' own test data.

``python -m tests.bench.corpus_kube --kube-linter DIR --checkov DIR [--all]`` takes checkouts of
stackrox/kube-linter and bridgecrewio/checkov. Each file of their test data becomes the only
manifest of an empty repository; for the rules that we share, the objects that they complain of
(by kind and number, as their own tests assert) and those that we report must agree. Every
disagreement is listed; those of :data:`JUDGED` with their verdict, the others as open. Exit 1 when
one is open.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.readers.yaml import YamlFile, read_yaml
from pytest_reconaudit.target import Target


class Rule(NamedTuple):
    """One of their rules and what answers for it here."""

    check: str
    clauses: str
    """The letters that count; empty: all."""
    says: str = ""
    """What the message must contain, as a regular expression."""
    kinds: str = ""
    """Kinds of objects that count, as a regular expression; empty: all."""
    parts: bool = False
    """They count containers, we count objects: only the kinds are compared."""


KUBE_LINTER = {
    "latest-tag": Rule("k8s-image-pinned", "a"),
    "no-liveness-probe": Rule("k8s-probes-present", "b"),
    "no-readiness-probe": Rule("k8s-probes-present", "a"),
    "unset-cpu-requirements": Rule("k8s-resources-set", "a"),
    "unset-memory-requirements": Rule("k8s-resources-set", "ab"),
    "dangling-service": Rule("k8s-service-selects-pods", "ad", kinds="Service"),
    "dangling-horizontalpodautoscaler": Rule("k8s-hpa-works", "a", kinds="Horizontal.*"),
    "dangling-ingress": Rule("k8s-references-exist", "f", kinds="Ingress"),
    "non-existent-service-account": Rule("k8s-references-exist", "d"),
    "pdb-max-unavailable": Rule("k8s-pdb-present", "b", kinds="PodDisruptionBudget"),
    "pdb-min-available": Rule("k8s-pdb-present", "b", kinds="PodDisruptionBudget"),
    "liveness-port": Rule("k8s-probes-work", "b", parts=True),
    "readiness-port": Rule("k8s-probes-work", "b", parts=True),
    "startup-port": Rule("k8s-probes-work", "b", parts=True),
    "env-var-secret": Rule("k8s-secrets-separate", "a"),
    "hpa-minimum-three-replicas": Rule("k8s-hpa-bounds-sane", "", "replica", "Horizontal.*"),
    "invalid-target-ports": Rule("k8s-service-selects-pods", "bc"),
}
CHECKOV = {
    "ImageTagFixed": Rule("k8s-image-pinned", "ab"),
    "Secrets": Rule("k8s-secrets-separate", "a"),
}
JUDGED: dict[str, tuple[str, str]] = {
    "kube-linter/dangling-service": (
        "ours wrong",
        "an OpenShift DeploymentConfig counts as a custom resource that may make the pods",
    ),
    "kube-linter/non-existent-service-account": (
        "ours wrong",
        "an OpenShift DeploymentConfig counts as a custom resource that may make the account",
    ),
    "kube-linter/env-var-secret": (
        "ours wrong",
        "a name that begins with SECRET_ is not taken for a secret's",
    ),
    "kube-linter/invalid-target-ports": (
        "by design",
        "they judge the spelling of a port, which the API server refuses by itself",
    ),
    "kube-linter/pdb-min-available": (
        "by design",
        "the third workload has no pod template, so that nothing runs",
    ),
    "kube-linter/no-liveness-probe": (
        "by design",
        "we ask only what a Service sends requests to; their workloads have none",
    ),
    "kube-linter/no-readiness-probe": (
        "by design",
        "we ask only what a Service sends requests to; their workloads have none",
    ),
    "checkov/Secrets/pod-secretEnvironment-FAILED.yaml": (
        "by design",
        "they want files instead of secretKeyRef; we ask that values are in a Secret at all",
    ),
    "kube-linter/hpa-minimum-three-replicas": (
        "by design",
        "two replicas are enough for us, and one where nothing says production",
    ),
}
"""File → verdict (``ours wrong``, ``theirs wrong``, ``by design``) and why."""

_MESSAGE = re.compile(r'\[\[ "\$\{message\d+\}" == "(\w+): ')
_COUNT = re.compile(r'\[\[ "\$\{count\}" == "(\d+)" \]\]')
_FILE = re.compile(r'tmp="(tests/checks/[\w.-]+)"')


def flagged(text: str, name: str, rule: Rule) -> Counter[str] | str:
    """How many objects of each kind our check complains of; a text when it crashes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "k8s", name)
        place.parent.mkdir()
        place.write_text(completed(text))
        target = Target(folder)
        checks = [pair for pair in builtin_checks() if pair[0].id == rule.check]
        parsed = target.parse(read_yaml, f"k8s/{name}")
        objects: set[tuple[int, str]] = set()
        for item in plan(target, checks):
            result = judge(item, target, Policy())
            if result.outcome.value == "error":
                return result.reason
            for finding in result.findings:
                if rule.clauses and finding.clause not in rule.clauses:
                    continue
                if rule.says and not re.search(rule.says, finding.message):
                    continue
                for one in (finding.place, *(note.place for note in finding.related)):
                    found = _object_at(parsed, one.line or 1)
                    if found and re.fullmatch(rule.kinds or ".*", found[1]):
                        objects.add(found)
    return Counter(kind for _, kind in objects)


def completed(text: str) -> str:
    """Their objects with what a cluster demands besides: names, containers, images.

    Without these they are patches to us, and nothing is asked of a patch.
    """
    documents = [one for one in yaml.safe_load_all(text) if isinstance(one, dict)]
    for number, one in enumerate(documents):
        one.setdefault("metadata", {}).setdefault("name", f"object-{number}")
        template = (one.get("spec") or {}).get("template")
        if isinstance(template, dict):
            pod = template.setdefault("spec", {})
            containers = pod.setdefault("containers", [{"name": "app"}])
            for container in [*containers, *pod.get("initContainers", ())]:
                container.setdefault("image", "registry.example/app:1.0.0")
    return yaml.safe_dump_all(documents, sort_keys=False)


def _object_at(parsed: YamlFile, line: int) -> tuple[int, str] | None:
    """(first line, kind) of the object that a line belongs to."""
    found = None
    for document in parsed.documents:
        if document.map.line <= line:
            found = (document.map.line, document.map.str("kind"))
    return found


def kube_linter(root: Path) -> Iterator[tuple[str, str, str, Rule, Counter[str]]]:
    """(name, file name, text, our rule, their complaints by kind)."""
    script = (root / "e2etests" / "bats-tests.sh").read_text()
    for part in script.split('@test "')[1:]:
        name = part.partition('"')[0]
        path = _FILE.search(part)
        count = _COUNT.search(part)
        if name not in KUBE_LINTER or path is None:
            continue
        file = root / path[1]
        expected = Counter(_MESSAGE.findall(part))
        total = int(count[1]) if count else expected.total()
        if expected.total() != total:  # messages in another order or form
            expected = Counter({"": total})
        yield f"kube-linter/{name}", file.name, file.read_text(), KUBE_LINTER[name], expected


def checkov(root: Path) -> Iterator[tuple[str, str, str, Rule, bool]]:
    """(name, file name, text, our rule, whether it must fail)."""
    for name, rule in CHECKOV.items():
        folder = root / "tests" / "kubernetes" / "checks" / f"example_{name}"
        for path in sorted(folder.glob("*.y*ml")):
            verdict = re.search(r"(PASSED|FAILED)", path.name)
            if verdict:
                text = path.read_text()
                yield f"checkov/{name}/{path.name}", path.name, text, rule, verdict[1] == "FAILED"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kube-linter", type=Path, required=True)
    options.add_argument("--checkov", type=Path, required=True)
    options.add_argument("--all", action="store_true", help="print the judged ones too")
    chosen = options.parse_args()
    agreed = files = 0
    verdicts: Counter[str] = Counter()

    def compare(name: str, said: str, same: bool) -> int:
        if same:
            return 1
        verdict, why = JUDGED.get(name, ("open", ""))
        verdicts[verdict] += 1
        if chosen.all or verdict == "open":
            print(f"{verdict}: {name}: {said} {why}")
        return 0

    for name, file, text, rule, expected in kube_linter(chosen.kube_linter):
        files += 1
        mine = flagged(text, file, rule)
        same = mine == expected or (
            not isinstance(mine, str)
            and (
                ("" in expected and mine.total() == expected.total())
                or (rule.parts and set(mine) == set(expected))
            )
        )
        agreed += compare(name, f"theirs {dict(expected)}, ours {mine}", same)
    for name, file, text, rule, fails in checkov(chosen.checkov):
        files += 1
        ours = flagged(text, file, rule)
        same = not isinstance(ours, str) and (ours.total() > 0) is fails
        agreed += compare(name, f"theirs {'fails' if fails else 'passes'}, ours {ours}", same)
    print(f"{files} files, {agreed} agree, {dict(verdicts)}")
    return 1 if verdicts["open"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
