"""Labels, quantities and budgets as Kubernetes reads them; kustomizations as kubectl builds them."""

from __future__ import annotations

import json
import shutil
import subprocess
import textwrap
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.k8s.copies import copy_sets
from pytest_reconaudit.facts.k8s.disruption import disruption_files
from pytest_reconaudit.facts.k8s.ingresses import ingress_files
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile
from pytest_reconaudit.facts.k8s.kustomize_faults import kustomize_files
from pytest_reconaudit.facts.k8s.pod_faults import probe_files, resource_files
from pytest_reconaudit.facts.k8s.scaling_bounds import bounds_files
from pytest_reconaudit.facts.k8s.selection import selector_matches
from pytest_reconaudit.facts.k8s.service_targets import service_files
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.readers.quantity import read_percent, read_quantity
from pytest_reconaudit.readers.yaml import Map, read_yaml
from pytest_reconaudit.target import Target
from tests.conftest import component

KUBECTL = shutil.which("kubectl")
FACTS = [
    copy_sets, disruption_files, ingress_files, kustomize_files, probe_files, resource_files,
    bounds_files, service_files,
]  # fmt: skip


def lay(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text), encoding="utf-8")
    return Target(root)


def mapping(text: str) -> Map:
    return read_yaml(text, "x.yaml").documents[0].map


# -- quantities ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250m", Fraction(1, 4)),
        ("1", Fraction(1)),
        ("0.5", Fraction(1, 2)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("512Mi", Fraction(512 * 2**20)),
        ("1Gi", Fraction(2**30)),
        ("1G", Fraction(10**9)),
        ("129e6", Fraction(129_000_000)),
        ("1E3", Fraction(1000)),
        ("1E", Fraction(10**18)),
        ("100k", Fraction(100_000)),
        ("2u", Fraction(2, 10**6)),
        ("1K", None),
        ("1 Gi", None),
        ("Gi", None),
        ("", None),
        ("${MEMORY}", None),
    ],
)
def test_quantities(text: str, amount: Fraction | None) -> None:
    assert read_quantity(text) == amount


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3"]))
def test_quantities_grow_with_their_number(number: int, suffix: str) -> None:
    one, more = read_quantity(f"{number}{suffix}"), read_quantity(f"{number + 1}{suffix}")
    assert one is not None
    assert more is not None
    assert one < more


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_quantities_take_any_text(text: str) -> None:
    read_quantity(text)
    percent = read_percent(text)
    assert percent is None or percent >= 0


def test_percentages() -> None:
    assert [read_percent(text) for text in ("0%", "25%", "25", "%", "-1%")] == [
        0,
        25,
        None,
        None,
        None,
    ]


# -- labels --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("{}", True),
        ("{matchLabels: {app: crew}}", True),
        ("{matchLabels: {app: crew, tier: db}}", False),
        ("{matchLabels: {zone: 1}}", True),
        ("{matchExpressions: [{key: app, operator: In, values: [crew, web]}]}", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [crew]}]}", False),
        ("{matchExpressions: [{key: other, operator: NotIn, values: [crew]}]}", True),
        ("{matchExpressions: [{key: tier, operator: Exists}]}", True),
        ("{matchExpressions: [{key: tier, operator: DoesNotExist}]}", False),
        ("{matchExpressions: [{key: tier, operator: Gt, values: ['1']}]}", False),
        ("{matchExpressions: [{operator: Exists}]}", False),
        ("{matchExpressions: nonsense, matchLabels: []}", True),
    ],
)
def test_label_selectors(selector: str, matches: bool) -> None:
    labels = mapping("{app: crew, tier: api, zone: '1'}")
    assert selector_matches(mapping(selector), labels) is matches


# -- one finding per clause and file -------------------------------------------------------


def fault(line: int, *, notes: tuple[Note, ...] = ()) -> KubeFault:
    return KubeFault("a", Place("x.yaml", line, 1), f"thing {line}", f"saw {line}", notes)


def test_a_group_tells_the_first_five_and_relates_all() -> None:
    notes = (Note(Place("y.yaml", 1, 1), "why"),)
    faults = tuple(fault(line, notes=notes) for line in range(1, 8))
    (group,) = KubeFile("x.yaml", 7, faults).groups()
    assert (
        group.listing
        == "thing 1 (1), thing 2 (2), thing 3 (3), thing 4 (4), thing 5 (5) and 2 more"
    )
    assert group.place == Place("x.yaml", 1, 1)
    assert [note.place.line for note in group.related] == [2, 3, 4, 5, 6, 7, 1]
    assert group.confidence is None
    assert group.weigh(Severity.HIGH) is Severity.HIGH


def test_a_group_off_the_path_weighs_less() -> None:
    weak = KubeFault("a", Place("x.yaml", 1, 1), "it", off_path=True, likely=True, only_in=("dev",))
    (group,) = KubeFile("x.yaml", 1, (weak,)).groups()
    assert group.weigh(Severity.HIGH) is Severity.MEDIUM
    assert group.weigh(Severity.INFO) is Severity.INFO
    assert group.confidence is Confidence.LIKELY
    assert group.listing.endswith("as rendered by dev")


# -- kustomize: what kubectl says ----------------------------------------------------------

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: crew}
spec:
  template:
    metadata: {labels: {app: crew}}
    spec: {containers: [{name: crew, image: crew}]}
"""
PATCH = (
    "resources: [crew.yaml]\npatches:\n  - target: {kind: Deployment, name: crew}\n    patch: |-\n"
)


def operation(text: str) -> str:
    return f"{PATCH}      - {text}\n"


BUILDS = {
    "replace-missing-key": operation("{op: replace, path: /spec/replicas, value: 2}"),
    "replace-through-nothing": operation("{op: replace, path: /spec/foo/bar, value: 2}"),
    "remove-missing": operation("{op: remove, path: /spec/replicas}"),
    "remove-there": operation("{op: remove, path: /spec/template/metadata}"),
    "beyond-the-list": operation(
        "{op: add, path: /spec/template/spec/containers/2, value: {name: q}}"
    ),
    "end-of-the-list": operation(
        "{op: add, path: /spec/template/spec/containers/1, value: {name: q}}"
    ),
    "dash": operation("{op: add, path: /spec/template/spec/containers/-, value: {name: q}}"),
    "test-fails": operation("{op: test, path: /spec/replicas, value: 3}"),
    "annotation": operation("{op: add, path: /metadata/annotations/a~1b, value: c}"),
    "label-of-none": operation("{op: add, path: /metadata/labels/a, value: c}"),
    "merge": "resources: [crew.yaml]\npatches: [{path: merge.yaml}]\n",
    "merge-lost": "resources: [crew.yaml]\npatches: [{path: lost.yaml}]\n",
    "missing-resource": "resources: [crew.yaml, gone.yaml]\n",
    "missing-patch": "resources: [crew.yaml]\npatches: [{path: gone.yaml}]\n",
    "bare-folder": "resources: [../plain]\n",
    "outside": "resources: [../plain/crew.yaml]\n",
    "below": "resources: [sub/crew.yaml]\n",
}


@pytest.mark.parametrize("name", BUILDS)
def test_findings_are_what_kubectl_refuses(tmp_path: Path, name: str) -> None:
    component(KUBECTL is not None, "kubectl is not installed")
    assert KUBECTL is not None
    merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec: {replicas: 3}\n"
    target = lay(
        tmp_path,
        {
            "app/kustomization.yaml": BUILDS[name],
            "app/crew.yaml": DEPLOYMENT,
            "app/merge.yaml": merge.replace("NAME", "crew"),
            "app/lost.yaml": merge.replace("NAME", "nobody"),
            "app/sub/crew.yaml": DEPLOYMENT,
            "plain/crew.yaml": DEPLOYMENT,
        },
    )
    built = subprocess.run(
        [KUBECTL, "kustomize", str(tmp_path / "app")], capture_output=True, text=True, timeout=60
    )
    (found,) = kustomize_files(target)
    refused = [fault for fault in found.faults if fault.clause != "e"]
    assert bool(refused) == (built.returncode != 0), (built.stderr, refused)


# -- anything may stand anywhere -----------------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=8),
    st.sampled_from(["1", "50%", "http"]),
)
KEYS = st.sampled_from(
    [
        "spec", "metadata", "name", "namespace", "selector", "matchLabels", "matchExpressions",
        "template", "containers", "ports", "targetPort", "resources", "limits", "requests", "rules",
        "tls", "hosts", "annotations", "minAvailable", "maxUnavailable", "replicas", "data",
        "scaleTargetRef", "metrics", "readinessProbe", "httpGet", "patches", "path", "app",
    ]
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=25,
)
KINDS = [
    ("v1", "Service"), ("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"), ("networking.k8s.io/v1", "Ingress"),
    ("v1", "ConfigMap"), ("v1", "Pod"),
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), TREES, TREES), min_size=1, max_size=4), TREES)
def test_no_manifest_is_too_odd(
    tmp_path_factory: pytest.TempPathFactory,
    objects: list[tuple[tuple[str, str], object, object]],
    odd: object,
) -> None:
    root = tmp_path_factory.mktemp("odd")
    texts = [
        json.dumps(
            {
                "apiVersion": api,
                "kind": kind,
                "metadata": {"name": "crew", "annotations": extra},
                "spec": spec,
                "data": extra,
            }
        )
        for (api, kind), spec, extra in objects
    ]
    target = lay(
        root,
        {
            "k8s/all.yaml": "\n---\n".join(texts),
            "over/kustomization.yaml": json.dumps(
                {"resources": ["../k8s/all.yaml"], "patches": odd, "replicas": odd}
            ),
            "skaffold.yaml": json.dumps(
                {"apiVersion": "skaffold/v3", "profiles": [{"patches": odd}], "build": odd}
            ),
        },
    )
    for fact in FACTS:
        for one in fact(target):
            for group in one.groups():
                assert group.listing
                assert group.place.line is None or group.place.line >= 1
