"""Who sees whom: namespaces, environments, alternative overlays; and that nothing crashes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.k8s.autoscalers import autoscalers, deployments, scale_targets
from pytest_reconaudit.facts.k8s.cluster import cluster, environment, reference_files
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import Outcome
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target
from tests import trees
from tests.test_render_sets import lay


def deployment(name: str, secret: str, namespace: str = "") -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}{space}}}\n"
        f"spec:\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n"
        f"      containers: [{{name: c, image: x/{name}:1, envFrom: [{{secretRef: {{name: {secret}}}}}]}}]\n"
    )


def secret(name: str, namespace: str = "") -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}{space}}}\nstringData: {{a: b}}\n"
    )


def missing(target: Target) -> list[tuple[str, str]]:
    return [
        (file.path, f"{one.kind}/{one.name}")
        for file in reference_files(target)
        for one in file.dangling
    ]


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("tidewater-prod",), "production"),
        (("k8s/staging/app.yaml",), "staging"),
        (("k8s/app-dev.yaml",), "development"),
        (("deploy/test/production/app.yaml",), "production"),
        ((None, "infra/app.yaml"), ""),
        (("shop", "overlays/uat"), "staging"),
        (("prod", "overlays/dev"), "production"),
        (("product", "developer/latest"), ""),
    ],
)
def test_environments(texts: tuple[str | None, ...], wanted: str) -> None:
    assert environment(*texts) == wanted


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"k/a.yaml": deployment("a", "s"), "k/s.yaml": secret("s")}, 0),
        ({"k/a/a.yaml": deployment("a", "s"), "k/b/s.yaml": secret("s")}, 0),
        (
            {
                "k/a.yaml": deployment("a", "s", "kube-public"),
                "k/s.yaml": secret("s", "kube-public"),
            },
            0,
        ),
        ({"k/a.yaml": deployment("a", "s", "default"), "k/s.yaml": secret("s")}, 0),
        ({"k/a.yaml": deployment("a", "s"), "k/s.yaml": secret("s", "kube-public")}, 0),
        ({"k/a.yaml": deployment("a", "s", "default"), "k/s.yaml": secret("s", "kube-system")}, 1),
        ({"k/prod/a.yaml": deployment("a", "s"), "k/dev/s.yaml": secret("s")}, 1),
        ({"k/production-a.yaml": deployment("a", "s"), "k/staging-s.yaml": secret("s")}, 1),
        ({"k/production-a.yaml": deployment("a", "s"), "k/common.yaml": secret("s")}, 0),
        ({"k/a.yaml": deployment("a", "s")}, 1),
        ({"k/a.yaml": deployment("a", "s"), "run.sh": "kubectl create secret generic $1\n"}, 0),
        ({"k/a.yaml": deployment("a", "s"), "README.md": "kubectl create secret generic s\n"}, 1),
    ],
)
def test_what_a_reference_reaches(tmp_path: Path, files: dict[str, str], wanted: int) -> None:
    assert len(missing(lay(tmp_path, files))) == wanted


def test_alternative_overlays_do_not_lend_each_other_secrets(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": deployment("a", "s"),
        "eu/kustomization.yaml": "resources: [../base]\nsecretGenerator: [{name: s, literals: [a=b]}]\n",
        "us/kustomization.yaml": "resources: [../base]\n",
    }
    (file,) = reference_files(lay(tmp_path, files))
    (one,) = file.dangling
    assert one.only_in == ("us",)
    assert not one.off_path


def test_separate_kustomizations_share_a_cluster(tmp_path: Path) -> None:
    files = {
        "apps/kustomization.yaml": "namespace: n\nresources: [a.yaml]\n",
        "apps/a.yaml": deployment("a", "s"),
        "infra/kustomization.yaml": "namespace: n\nresources: [s.yaml, n.yaml]\n",
        "infra/s.yaml": secret("s"),
        "infra/n.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
    }
    assert missing(lay(tmp_path, files)) == []


def test_one_missing_namespace_is_one_finding(tmp_path: Path) -> None:
    files = {f"k/{name}.yaml": secret(name, "ferry") for name in "abc"}
    target = lay(tmp_path, files)
    assert missing(target) == [("k/a.yaml", "Namespace/ferry")]
    assert len(reference_files(target)[0].dangling[0].references) == 3


def test_ids_are_unique_and_stable(tmp_path: Path) -> None:
    text = "\n---\n".join(
        [
            deployment("a", "s", "n"),
            deployment("a", "s", "m"),
            deployment("b", "s"),
            deployment("b", "s"),
        ]
    )
    target = lay(tmp_path, {"k/a.yaml": text})
    ids = [one.id for one in workloads(target)]
    assert ids == [
        "k/a.yaml:Deployment/a@n",
        "k/a.yaml:Deployment/a@m",
        "k/a.yaml:Deployment/b",
        "k/a.yaml:Deployment/b#2",
    ]
    assert [one.id for one in deployments(target)] == ids


def test_an_overlay_is_judged_once_for_its_worst_environment(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": deployment("a", "s"),
        "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
    }
    (file,) = reference_files(lay(tmp_path, files))
    assert file.path == "base/a.yaml"
    (one,) = file.dangling
    assert not one.off_path
    (tmp_path / "overlays/prod/kustomization.yaml").unlink()
    (file,) = reference_files(Target(tmp_path))
    assert file.dangling[0].off_path


def test_the_nearest_name_is_told(tmp_path: Path) -> None:
    files = {"k/a.yaml": deployment("a", "ferry-secrets"), "k/s.yaml": secret("ferry-secret")}
    (file,) = reference_files(lay(tmp_path, files))
    assert [note.place.path for note in file.dangling[0].known] == ["k/s.yaml"]


def test_nothing_at_all(tmp_path: Path) -> None:
    target = lay(tmp_path, {"a.txt": "x"})
    assert cluster(target).sets == ()
    assert (workloads(target), autoscalers(target), scale_targets(target)) == ((), (), ())


K8S = [pair for pair in builtin_checks() if pair[0].domain == "k8s"]
CASES = [case for check, case in trees.cases("bad") + trees.cases("near") if check[:4] == "k8s-"]


@pytest.mark.parametrize("seed", range(12))
def test_mangled_manifests_crash_nothing(seed: int, tmp_path: Path) -> None:
    """Lines lost, doubled, swapped and retyped in real-looking trees."""
    rand = random.Random(seed)
    root = trees.lay_out(rand.choice(CASES), tmp_path)
    junk = [
        "[]",
        "{}",
        "3",
        "null",
        "- a",
        "x: [",
        "\0",
        "&a [*a]",
        "!!int x",
        "'",
        "{{ x }}",
        "true",
    ]
    for path in sorted(root.rglob("*")):
        if path.is_file():
            lines = path.read_text("utf-8").split("\n")
            for _ in range(rand.randint(1, 8)):
                at = rand.randrange(len(lines))
                match rand.randrange(4):
                    case 0:
                        lines[at] = ""
                    case 1:
                        lines.insert(at, lines[at])
                    case 2:
                        head, colon, _ = lines[at].partition(":")
                        lines[at] = f"{head}{colon} {rand.choice(junk)}"
                    case _:
                        other = rand.randrange(len(lines))
                        lines[at], lines[other] = lines[other], lines[at]
            path.write_text("\n".join(lines), "utf-8")
    target = Target(root)
    results = [judge(item, target, Policy()) for item in plan(target, K8S)]
    assert [one.reason for one in results if one.outcome is Outcome.ERROR] == []
