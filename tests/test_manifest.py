"""Kubernetes objects: what is one, what is not, and where its parts stand."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.k8s.workloads import expansions
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.manifest import (
    KubeObject,
    is_kube_name,
    may_hold_objects,
    read_manifest,
)


def objects(text: str, path: str = "k8s/a.yaml") -> list[KubeObject]:
    return list(read_manifest(textwrap.dedent(text), path).objects)


DEPLOYMENT = """\
    # The ferry gateway.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: gateway
      namespace: tidewater
      labels: {app: gateway}
    spec:
      replicas: 3
      template:
        metadata:
          labels: &labels {app: gateway}
        spec:
          initContainers:
            - name: wait
              image: busybox:1.36
              command: [sh, -c, 'until nc -z db 5432; do sleep 1; done']
            - name: proxy
              image: envoy:1.30
              restartPolicy: Always
          containers:
            - name: gateway
              image: "registry.tidewater.io/gateway:7"
              env:
                - name: PORT
                  value: 8443
                - name: PASS
                  valueFrom: {secretKeyRef: {name: gateway, key: pass}}
              envFrom:
                - prefix: G_
                  configMapRef: {name: gateway, optional: true}
                - secretRef: {name: tokens}
              ports:
                - {name: http, containerPort: 8443}
                - containerPort: 9100
                  protocol: UDP
              readinessProbe:
                httpGet: {path: /ready, port: http}
              livenessProbe:
                exec: {command: [ls, /tmp]}
              resources:
                requests: {cpu: 200m}
                limits: {memory: 1Gi}
    """


def test_a_deployment_and_its_places() -> None:
    (one,) = objects(DEPLOYMENT)
    assert (one.api_version, one.group, one.kind) == ("apps/v1", "apps", "Deployment")
    assert (one.name, one.namespace, one.replicas) == ("gateway", "tidewater", 3)
    assert one.place == Place("k8s/a.yaml", 2, 1)
    assert one.name_place == Place("k8s/a.yaml", 5, 9)
    assert one.namespace_place == Place("k8s/a.yaml", 6, 14)
    assert one.kind_place == Place("k8s/a.yaml", 3, 1)
    assert str(one) == "Deployment/gateway"


def test_containers() -> None:
    (one,) = objects(DEPLOYMENT)
    pod = one.pod
    assert pod is not None
    assert dict(pod.labels) == {"app": "gateway"}
    assert [c.name for c in pod.all_containers] == ["wait", "proxy", "gateway"]
    assert [c.stays for c in pod.all_containers] == [False, True, True]
    main = pod.containers[0]
    assert main.image == "registry.tidewater.io/gateway:7"
    assert main.image_place == Place("k8s/a.yaml", 23, 18)
    assert [(e.name, e.value) for e in main.env] == [("PORT", "8443"), ("PASS", None)]
    assert main.env[0].value_place == Place("k8s/a.yaml", 26, 22)
    assert main.env[1].value_place == main.env[1].place == Place("k8s/a.yaml", 27, 21)
    assert main.env[1].value_from.map("secretKeyRef").str("key") == "pass"
    assert [(s.kind, s.name, s.prefix, s.optional) for s in main.env_from] == [
        ("ConfigMap", "gateway", "G_", True),
        ("Secret", "tokens", "", False),
    ]
    assert [(p.number, p.name, p.protocol) for p in main.ports] == [
        (8443, "http", "TCP"),
        (9100, "", "UDP"),
    ]
    probes = {p.kind: p for p in main.probes}
    assert probes["readinessProbe"].path == "/ready"
    assert probes["readinessProbe"].port == "http"
    assert probes["livenessProbe"].command == ("ls", "/tmp")
    assert probes["livenessProbe"].path == ""
    assert (main.requested("cpu"), main.requested("memory")) == ("200m", "1Gi")
    assert pod.init_containers[0].command_line[0] == "sh"


@pytest.mark.parametrize(
    ("head", "indent"),
    [
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n", 2),
        ("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n", 6),
        ("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n", 6),
        ("apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n", 6),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n", 6),
        ("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n", 6),
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n",
            10,
        ),
    ],
)  # fmt: skip
def test_every_kind_of_workload_has_its_pod(head: str, indent: int) -> None:
    (one,) = objects(head + " " * indent + "containers: [{name: c, image: c:1}]\n")
    assert one.pod is not None
    assert [c.image for c in one.pod.containers] == ["c:1"]


def test_several_documents_and_lists() -> None:
    text = """\
        ---
        # only a comment
        ---
        apiVersion: v1
        kind: List
        items:
          - {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: eA==}, stringData: {l: x}}
          - apiVersion: v1
            kind: ConfigMapList
            items:
              - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, binaryData: {m: eA==}}
          - not an object
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: c}
        """
    found = objects(text)
    assert [str(one) for one in found] == ["Secret/a", "ConfigMap/b", "Namespace/c"]
    assert found[0].data_keys == {"k", "l"}
    assert found[0].data_place("l").line == 7
    assert found[1].data_keys == {"m"}
    assert found[0].data_place("none") == found[0].name_place


def test_json() -> None:
    text = '{"apiVersion": "v1", "kind": "Service",\n  "metadata": {"name": "web"}}'
    (one,) = read_manifest(text, "k8s/web.json").objects
    assert one.name_place == Place("k8s/web.json", 2, 24)


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web: {image: x}\n",
        "apiVersion: skaffold/v4beta6\nkind: Config\nmetadata: {name: x}\n",
        "apiVersion: v1\nkind: Config\nclusters: []\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\n",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nmetadata: {name: x}\n",
        "apiVersion: v2\nname: chart\ntype: application\n",
        "apiVersion: 1\nkind: Dashboard\nmetadata: {name: x}\n",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: x}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '${APP}'}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n$patch: delete\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {}\n",
        "apiVersion: [v1]\nkind: {a: b}\nmetadata: {name: x}\n",
        "- apiVersion: v1\n  kind: Secret\n",
        "description: the apiVersion and kind of a thing\n",
        "",
    ],
)
def test_what_is_no_object(text: str) -> None:
    found = read_manifest(text, "x.yaml")
    assert found.objects == ()
    assert not found.templated


def test_a_template_is_told_from_a_mistake() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata:\n{{- if .Values.x }}\n  name: a\n{{- end }}\n"
    assert read_manifest(text, "a.yaml").templated
    broken = read_manifest("apiVersion: v1\nkind: Secret\nmetadata: {name: a\n", "a.yaml")
    assert not broken.templated
    assert broken.problems


def test_braces_in_data_are_no_template() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  t: |\n    {{ .Name }}\n"
    assert [one.name for one in objects(text)] == ["a"]


def test_a_namespace_that_is_a_variable_is_none() -> None:
    (one,) = objects("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: '${NS}'}\n")
    assert one.namespace is None


def test_wrong_types_everywhere() -> None:
    text = """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: a, namespace: [x], labels: 3, annotations: []}
        spec:
          replicas: "three"
          template:
            metadata: 7
            spec:
              containers: [3, null, {name: {}, image: [], env: {}, ports: 80, resources: 1,
                livenessProbe: 4, envFrom: [{configMapRef: 1}], command: go}, []]
              initContainers: yes
              volumes: {a: b}
        """
    (one,) = objects(text)
    assert one.namespace is None
    assert one.replicas is None
    pod = one.pod
    assert pod is not None
    assert pod.volumes == ()
    (container,) = pod.all_containers
    assert (container.env, container.ports, container.probes, container.env_from) == ((),) * 4
    assert container.command_line == ()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", []),
        ("$", []),
        ("$(A)", ["A"]),
        ("$$(A)", []),
        ("$$$(A)", ["A"]),
        ("$$$$(A)", []),
        ("a$(A)b$(B_1)$(A)", ["A", "B_1", "A"]),
        ("$(A", []),
        ("$()", []),
        ("$(date +%s)", []),
        ("$(a.b)", []),
        ("${A}$B", []),
        ("$x$(A)", ["A"]),
    ],
)
def test_expansions(value: str, found: list[str]) -> None:
    assert list(expansions(value)) == found


@given(st.text(alphabet="$()AB_ {}", max_size=40))
def test_expansions_follow_the_parser_of_kubernetes(value: str) -> None:
    """Against a second writing of the algorithm: character by character."""
    wanted, at = [], 0
    while at < len(value):
        if value[at] == "$" and at + 1 < len(value):
            if value[at + 1] == "$":
                at += 2
                continue
            end = value.find(")", at)
            if value[at + 1] == "(" and end >= 0:
                name = value[at + 2 : end]
                if name.isidentifier():
                    wanted.append(name)
                at = end + 1
                continue
        at += 1
    assert list(expansions(value)) == wanted


def test_names() -> None:
    assert is_kube_name("a")
    assert is_kube_name("kube-root-ca.crt")
    assert is_kube_name("system:node-1")
    for bad in ("", "-a", "a-", "A", "a_b", "${X}", "<name>", "a b", "x" * 254):
        assert not is_kube_name(bad)


PIECES = st.sampled_from(
    ["apiVersion: v1\n", "kind: Pod\n", "kind: List\n", "items:\n", "- ", "  ", "metadata: {name: a}\n",
     "spec:\n", "containers: [", "{", "}", "]", "&a ", "*a", "---\n", "\0", "{{ x }}", "\t", "name: x\n",
     "<<: *a\n", "!!binary ", "!x ", "? ", ": ", "\u2028", "'", '"', "|\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
def test_reading_never_raises(text: str) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{text}"
    found = read_manifest(text, "x.yaml")
    # YAML knows more line breaks than the newline.
    last = sum(text.count(one) for one in "\n\r\x85\u2028\u2029") + 2
    for one in found.objects:
        pod = one.pod
        places = [one.place, one.name_place, one.namespace_place, one.kind_place]
        if pod is not None:
            for container in pod.all_containers:
                places += [container.place, container.image_place]
                places += [entry.value_place for entry in container.env]
        assert all(1 <= (place.line or 0) <= last for place in places)
    for problem in found.problems:
        assert 1 <= (problem.place.line or 0) <= last


@given(st.text(alphabet="apiVersonkd: \n\"'v1{}", max_size=60))
def test_the_prefilter_loses_nothing(text: str) -> None:
    """A document that is an object always passes: the two keys stand there in some spelling."""
    document = f"{{apiVersion: v1, kind: Pod, metadata: {{name: a}}}}\n---\n{text}"
    assert may_hold_objects(document)
