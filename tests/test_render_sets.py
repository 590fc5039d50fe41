"""Render sets: what kustomize would make of it, where each part was written, what is not known.

The expected values were compared with ``kubectl kustomize`` 5.8.1 when they were written.
"""

from __future__ import annotations

import contextlib
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.k8s.kube_creators import outside
from pytest_reconaudit.facts.k8s.render_sets import RenderSet, render_sets
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.kube_patch import PatchError, json_patch, set_at, strategic_merge
from pytest_reconaudit.readers.kustomize import read_kustomization
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: quote
spec:
  selector:
    matchLabels: {app: quote}
  template:
    metadata:
      labels: {app: quote}
    spec:
      serviceAccountName: quote
      containers:
        - name: quote
          image: registry.tidewater.io:5000/quote:1
          env:
            - name: ZONE
              value: eu
            - name: KEY
              valueFrom:
                secretKeyRef: {name: creds, key: KEY}
          ports:
            - {containerPort: 8443, name: http}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: quote}
---
apiVersion: v1
kind: Service
metadata: {name: quote}
spec:
  selector: {app: quote}
  ports: [{port: 80}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: quote}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: quote}
  maxReplicas: 4
"""


def lay(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text))
    return Target(root)


def only(root: Path, overlay: str, **more: str) -> RenderSet:
    """The render set of ``over`` on top of a base that holds the application."""
    files = {
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "base/app.yaml": APP,
        "over/kustomization.yaml": overlay,
        **{name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in more.items()},
    }
    (found,) = [one for one in render_sets(lay(root, files)) if one.kind == "kustomization"]
    return found


def get(within: RenderSet, kind: str) -> KubeObject:
    (found,) = [one for one in within.objects if one.kind == kind]
    return found


def test_base_and_overlay_are_one_set(tmp_path: Path) -> None:
    within = only(tmp_path, "resources: [../base]\n")
    assert (within.id, within.kind, within.unrendered) == ("over", "kustomization", "")
    assert [str(one) for one in within.objects] == [
        "Deployment/quote",
        "ServiceAccount/quote",
        "Service/quote",
        "HorizontalPodAutoscaler/quote",
    ]
    assert get(within, "Deployment").place == Place("base/app.yaml", 1, 1)
    assert within.files == {"over/kustomization.yaml", "base/kustomization.yaml", "base/app.yaml"}


def test_names_and_references_move_together(tmp_path: Path) -> None:
    overlay = """\
        resources: [../base]
        namespace: tw-prod
        namePrefix: tw-
        nameSuffix: -v2
        secretGenerator:
          - name: creds
            literals: [KEY=x]
        """
    within = only(tmp_path, overlay)
    one = get(within, "Deployment")
    assert (one.name, one.namespace) == ("tw-quote-v2", "tw-prod")
    assert one.name_place == Place("base/app.yaml", 4, 9)
    assert one.namespace_place == Place("over/kustomization.yaml", 2, 12)
    assert one.pod is not None
    assert one.pod.spec.str("serviceAccountName") == "tw-quote-v2"
    (container,) = one.pod.containers
    reference = container.env[1].value_from.map("secretKeyRef")
    assert reference.str("name") == "tw-creds-v2"
    assert reference.value_place("name").path == "base/app.yaml"
    secret = get(within, "Secret")
    assert (secret.name, secret.data_keys, secret.open_ended) == ("tw-creds-v2", {"KEY"}, False)
    scaled = get(within, "HorizontalPodAutoscaler").spec.map("scaleTargetRef")
    assert scaled.str("name") == "tw-quote-v2"
    assert within.namespace == "tw-prod"


def test_a_reference_across_namespaces_keeps_its_name(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [app.yaml]\nnamespace: ferry\n",
        "base/app.yaml": APP,
        "over/kustomization.yaml": (
            "resources: [../base]\nnamePrefix: a-\nsecretGenerator: [{name: creds, literals: [KEY=x]}]\n"
        ),
    }
    (within,) = render_sets(lay(tmp_path, files))
    pod = get(within, "Deployment").pod
    assert pod is not None
    reference = pod.containers[0].env[1].value_from.map("secretKeyRef")
    assert reference.str("name") == "creds"
    assert get(within, "Secret").name == "a-creds"


def test_strategic_merge_puts_the_patch_first(tmp_path: Path) -> None:
    overlay = """\
        resources: [../base]
        patches:
          - patch: |-
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: quote}
              spec:
                replicas: 3
                template:
                  spec:
                    containers:
                      - name: sidecar
                        image: envoy:1
                      - name: quote
                        env:
                          - name: NEW
                            value: n
                          - {name: KEY, $patch: delete}
                        ports:
                          - containerPort: 8443
                            name: tls
        """
    within = only(tmp_path, overlay)
    one = get(within, "Deployment")
    assert one.replicas == 3
    assert one.spec.key_place("replicas") == Place("over/kustomization.yaml", 8, 9)
    assert one.pod is not None
    assert [c.name for c in one.pod.containers] == ["sidecar", "quote"]
    quote = one.pod.containers[1]
    assert [e.name for e in quote.env] == ["NEW", "ZONE"]
    assert quote.env[0].value_place == Place("over/kustomization.yaml", 17, 28)
    assert quote.env[1].value_place == Place("base/app.yaml", 18, 22)
    assert [(p.number, p.name) for p in quote.ports] == [(8443, "tls")]
    assert quote.image == "registry.tidewater.io:5000/quote:1"
    assert quote.image_place.path == "base/app.yaml"


def test_patch_files_null_and_delete(tmp_path: Path) -> None:
    within = only(
        tmp_path,
        "resources: [../base]\npatchesStrategicMerge: [gone.yaml]\n",
        over__gone_yaml="""\
            apiVersion: v1
            kind: Service
            metadata: {name: quote}
            $patch: delete
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: quote}
            spec: {template: {spec: {serviceAccountName: null}}}
            """,
    )
    assert [one.kind for one in within.objects] == [
        "Deployment",
        "ServiceAccount",
        "HorizontalPodAutoscaler",
    ]
    pod = get(within, "Deployment").pod
    assert pod is not None
    assert "serviceAccountName" not in pod.spec


def test_json_patch_by_target(tmp_path: Path) -> None:
    overlay = """\
        resources: [../base]
        patches:
          - target: {kind: Deployment, name: "quo.*|other"}
            patch: |
              - op: add
                path: /spec/template/spec/containers/0/env/-
                value: {name: LAST, value: z}
              - op: replace
                path: /spec/template/spec/containers/0/env/0/value
                value: us
              - op: remove
                path: /spec/template/spec/serviceAccountName
              - op: add
                path: /metadata/annotations
                value: {a~b: "1"}
              - op: replace
                path: /metadata/annotations/a~0b
                value: "2"
        """
    one = get(only(tmp_path, overlay), "Deployment")
    assert one.pod is not None
    env = one.pod.containers[0].env
    assert [(e.name, e.value) for e in env] == [("ZONE", "us"), ("KEY", None), ("LAST", "z")]
    assert env[0].value_place == Place("over/kustomization.yaml", 10, 16)
    assert env[0].place == Place("base/app.yaml", 17, 21)
    assert "serviceAccountName" not in one.pod.spec
    assert dict(one.annotations) == {"a~b": "2"}


def test_images_replicas_and_labels(tmp_path: Path) -> None:
    overlay = """\
        resources: [../base]
        commonLabels: {team: fares}
        commonAnnotations: {cert-manager.io/cluster-issuer: le}
        replicas: [{name: quote, count: 7}]
        images:
          - name: registry.tidewater.io:5000/quote
            newName: mirror/quote
            newTag: "2"
        """
    within = only(tmp_path, overlay)
    one = get(within, "Deployment")
    assert one.replicas == 7
    assert one.spec.value_place("replicas").path == "over/kustomization.yaml"
    assert one.pod is not None
    assert one.pod.containers[0].image == "mirror/quote:2"
    assert dict(one.pod.labels) == {"app": "quote", "team": "fares"}
    assert dict(get(within, "Service").spec.map("selector")) == {"app": "quote", "team": "fares"}
    assert "cert-manager.io/cluster-issuer" in get(within, "Service").annotations


def test_generators(tmp_path: Path) -> None:
    files = {
        "k8s/kustomization.yaml": """\
            configMapGenerator:
              - name: settings
                literals: [ZONE=eu, "URL=a=b"]
                files: [app.toml, renamed=conf/x.ini]
                envs: [plain.env]
            secretGenerator:
              - name: creds
                envs: [not-committed.env]
            """,
        "k8s/app.toml": "a = 1\n",
        "k8s/conf/x.ini": "a = 1\n",
        "k8s/plain.env": "# comment\nONE=1\n\nTWO=2\n",
        "more/kustomization.yaml": """\
            resources: [../k8s]
            configMapGenerator:
              - {name: settings, behavior: merge, literals: [MORE=1]}
            """,
    }
    (within,) = render_sets(lay(tmp_path, files))
    assert get(within, "ConfigMap").data_keys == {
        "ZONE", "URL", "app.toml", "renamed", "ONE", "TWO", "MORE",
    }  # fmt: skip
    assert get(within, "Secret").open_ended
    assert get(within, "ConfigMap").data_place("MORE").path == "more/kustomization.yaml"


def test_a_component_acts_only_where_it_is_included(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "base/app.yaml": APP,
        "comp/kustomization.yaml": """\
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            patches:
              - target: {kind: Deployment}
                patch: "[{op: add, path: /spec/replicas, value: 9}]"
            """,
        "over/kustomization.yaml": "resources: [../base]\ncomponents: [../comp]\n",
    }
    (within,) = render_sets(lay(tmp_path, files))
    assert within.id == "over"
    assert get(within, "Deployment").replicas == 9


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        ("resources: [../base, 'https://github.com/tidewater/x//deploy?ref=v1']", "from elsewhere"),
        ("resources: [../base, github.com/tidewater/x/deploy]", "from elsewhere"),
        ("resources: [../base, gone.yaml]", "not there"),
        ("resources: [../base, ../nothing]", "not there"),
        ("resources: [../base]\ncomponents: [../nothing]", "is missing"),
        ("resources: [../base]\ntransformers: [t.yaml]", "transformer"),
        ("resources: [../base]\ngenerators: [t.yaml]", "generators"),
        ("resources: [../base]\nhelmCharts: [{name: x}]", "helmCharts"),
        ("resources: [../base]\npatches: [{path: gone.yaml}]", "not there"),
        (
            "resources: [../base]\nreplacements: [{source: {kind: X}, targets: [{select: {}, fieldPaths: [metadata.name]}]}]",
            "replacements",
        ),
        (
            "resources: [../base]\npatches: [{target: {kind: Deployment, name: '(a+)+$'}, patch: '[]'}]",
            "too clever",
        ),
        (
            "resources: [../base]\npatches: [{target: {kind: Service}, patch: '[{op: remove, path: /spec/nope}]'}]",
            "path does not exist",
        ),
        (
            "resources: [../base]\npatches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: other}}'}]",
            "not there",
        ),
        ("resources: [../over]", "includes itself"),
        ("resources: [../base", "not valid YAML"),
        ("resources: [../base]\nconfigMapGenerator: [{name: x, behavior: merge}]", "not there"),
    ],
)  # fmt: skip
def test_what_cannot_be_rendered_says_why(tmp_path: Path, overlay: str, reason: str) -> None:
    files = {
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "base/app.yaml": APP,
        "over/kustomization.yaml": overlay + "\n",
    }
    sets = {one.id: one for one in render_sets(lay(tmp_path, files))}
    if "over" not in sets:  # it includes itself, so nothing is its root
        return
    assert reason in sets["over"].unrendered
    assert sets["over"].unrendered_at is not None
    assert sets["over"].unrendered_at.path == "over/kustomization.yaml"


def test_harmless_replacements_and_label_transformers_render(tmp_path: Path) -> None:
    overlay = """\
        resources: [../base]
        transformers: [labels.yaml]
        replacements:
          - source: {kind: Service, name: quote, fieldPath: metadata.name}
            targets:
              - select: {kind: Deployment}
                fieldPaths: ["spec.template.spec.containers.0.env.[name=ZONE].value"]
        """
    label = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\n"
    assert only(tmp_path, overlay, over__labels_yaml=label).unrendered == ""


def test_plain_folders_and_orphans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no helm: the chart stays as it is
    files = {
        "k8s/web/app.yaml": APP,
        "k8s/web/values.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: no}\n",
        "k8s/db/pvc.yml": "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\n",
        "ops/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
        "ops/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "ops/p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: y}\n",
        "ops/orphan.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o}\n",
        "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "chart/templates/x.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: t}\n",
        "archive/old.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: old}\n",
        "gen.yaml": "# Code generated by x. DO NOT EDIT.\napiVersion: v1\nkind: Secret\nmetadata: {name: g}\n",
    }
    sets = render_sets(lay(tmp_path, files))
    assert [(one.kind, one.id, [o.name for o in one.objects]) for one in sets] == [
        ("kustomization", "ops", ["a"]),
        ("directory", "k8s/db", ["d"]),
        ("directory", "k8s/web", ["quote", "quote", "quote", "quote"]),
        ("directory", "ops", ["o"]),
        ("chart", "chart", []),
    ]
    assert sets[0].objects[0].data_keys == {"x"}
    assert sets[-1].unrendered


def test_an_overlay_costs_what_it_changes(tmp_path: Path) -> None:
    within = only(tmp_path, "resources: [../base]\nnamespace: x\n")
    one = get(within, "Deployment")
    target = Target(tmp_path)
    before = read_yaml(target.text("base/app.yaml"), "base/app.yaml").documents[0].map
    assert one.spec == before["spec"]
    assert "namespace" not in before["metadata"]


def test_bombs_stay_small(tmp_path: Path) -> None:
    files = {"l0/kustomization.yaml": "resources: [app.yaml]\n", "l0/app.yaml": APP}
    for level in range(1, 40):
        below = f"../l{level - 1}"
        files[f"l{level}/kustomization.yaml"] = f"resources: [{', '.join([below] * 3)}]\n"
    (within,) = render_sets(lay(tmp_path, files))
    assert within.unrendered
    assert len(within.objects) <= 20_000


# -- outside -------------------------------------------------------------------------------


def test_what_commands_create(tmp_path: Path) -> None:
    files = {
        "run.sh": """\
            NS=ferry
            # kubectl create secret generic commented
            kubectl create ns "$NS"
            kubectl -n $NS create secret generic api-keys --from-literal=a=b && kubectl create cm later
            kubectl create secret tls ${CERT:-web-tls} --cert=a --key=b
            kubectl apply -n shop -f k8s/hpa.yaml -f 'other dir/x.yaml'
            kubectl apply -f - <<EOF
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: inline
            EOF
            """,
        "Makefile": "deploy:\n\tkubectl create secret generic $(RELEASE)-secret --namespace $(NS)\n",
    }
    found = outside(lay(tmp_path, files))
    made = {(one.kind, one.name, one.namespace) for one in found.created}
    assert made == {
        ("Namespace", "ferry", None),
        ("Secret", "api-keys", "ferry"),
        ("ConfigMap", "later", None),
        ("Secret", "web-tls", None),
        ("ConfigMap", "inline", None),
        ("Secret", "", None),
    }
    assert found.creates("Secret", "api-keys", "ferry") == Place("run.sh", 4, 1)
    assert found.creates("ConfigMap", "gone", None) is None
    # A name that is a variable may be any: the Makefile's.
    assert found.creates("Secret", "unheard-of", "ferry") == Place("Makefile", 2, 1)
    (applied,) = found.applied
    assert applied.covers("deploy/k8s/hpa.yaml")
    assert applied.covers("other dir/x.yaml")
    assert not applied.covers("k8s/other.yaml")


# -- patches as functions ------------------------------------------------------------------


def root_of(text: str) -> Map:
    root = read_yaml(textwrap.dedent(text), "x.yaml").documents[0].root
    assert isinstance(root, Map)
    return root


def test_set_at_leaves_the_old_one_alone() -> None:
    old = root_of("a: {b: [1, {c: 2}]}\n")
    new = set_at(old, ("a", "b", 1, "c"), 3, Place("y.yaml", 9, 9))
    assert old["a"]["b"][1]["c"] == 2
    assert new["a"]["b"][1]["c"] == 3
    assert new["a"]["b"][1].value_place("c") == Place("y.yaml", 9, 9)
    assert set_at(old, ("a", "b", 7), 3, Place("y.yaml", 9, 9)) == old
    assert set_at(old, ("a", "b", "x"), 3, Place("y.yaml", 9, 9)) == old


def test_custom_resources_have_no_merge_keys() -> None:
    base = root_of("kind: Rollout\nspec: {containers: [{name: a}, {name: b}]}\n")
    patch = root_of("spec: {containers: [{name: c}]}\n")
    merged = strategic_merge(base, patch, keyed=False)
    assert merged is not None
    assert [c["name"] for c in merged["spec"]["containers"]] == ["c"]


def test_a_test_that_does_not_hold() -> None:
    base = root_of("a: 1\n")
    good = read_yaml(
        "[{op: test, path: /a, value: 1}, {op: move, from: /a, path: /b}]", "p"
    ).documents
    assert dict(json_patch(base, good[0].root)) == {"b": 1}
    bad = read_yaml("[{op: test, path: /a, value: 2}]", "p").documents
    with pytest.raises(PatchError, match="does not hold"):
        json_patch(base, bad[0].root)


SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(
    ["a", "name", "replace", "delete", "$patch", "", "8080"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["a", "b", "name", "env", "containers", "ports", "$patch", "spec", "containerPort", "volumes"]
)
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=12,
)


def placed(value: object) -> Map:
    import json

    root = read_yaml(json.dumps({"kind": "Service", "spec": value}), "x.yaml").documents[0].root
    assert isinstance(root, Map)
    return root


@settings(max_examples=200, deadline=None)
@given(TREES, TREES)
def test_merging_never_raises_nor_changes_its_input(base: object, patch: object) -> None:
    one, other = placed(base), placed(patch)
    for keyed in (True, False):
        strategic_merge(one, other, keyed=keyed)
    assert one == placed(base)
    assert other == placed(patch)


OPERATIONS = st.lists(
    st.dictionaries(
        st.sampled_from(["op", "path", "from", "value"]),
        st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "/spec", "/spec/0", "/spec/-",
                         "/spec/a", "/spec/a/0/b", "", "x", "/spec/99999999999999"]) | TREES,
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(TREES, OPERATIONS)
def test_json_patches_raise_only_their_own_error(base: object, operations: object) -> None:
    import json

    one = placed(base)
    steps = read_yaml(json.dumps(operations), "p.yaml").documents[0].root
    assert isinstance(steps, Seq)
    with contextlib.suppress(PatchError):
        json_patch(one, steps)
    assert one == placed(base)


FIELDS = st.sampled_from(
    ["resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902", "images",
     "replicas", "namespace", "namePrefix", "commonLabels", "labels", "configMapGenerator",
     "secretGenerator", "vars", "transformers", "replacements", "kind", "apiVersion"]
)  # fmt: skip
VALUES = TREES | st.sampled_from(
    [["app.yaml"], ["."], [".."], ["../../.."], ["/etc"], ["//"], [{"name": "a", "literals": ["x"]}],
     [{"patch": "- op: add"}], [{"patch": "kind: ["}], [{"path": "app.yaml", "target": {"name": "("}}]]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_any_kustomization_renders_or_says_why(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object]
) -> None:
    import json

    root = tmp_path_factory.mktemp("k")
    text = json.dumps(fields)
    read_kustomization(text, "kustomization.yaml")
    render_sets(lay(root, {"kustomization.yaml": text, "app.yaml": APP}))


@given(st.text(max_size=60))
def test_any_text_is_a_kustomization_or_none(text: str) -> None:
    found = read_kustomization(text, "kustomization.yaml")
    assert found is None or found.path == "kustomization.yaml"
