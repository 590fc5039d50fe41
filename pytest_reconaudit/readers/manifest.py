"""Kubernetes objects, found by content: a YAML or JSON document with ``apiVersion`` and ``kind``.

Told apart and *not* objects: kustomizations, patches (no name, ``$patch``, no image), Helm and
other text templates (``{{`` that breaks the YAML), values files, compose files, workflows,
tool configurations that only borrow the two keys (skaffold, kubeconfig, catalog files).

The official client's models (PyPI ``kubernetes``) know no line numbers, refuse what is only
nearly right and cost half a second to import; an object here is a thin view over the YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, Seq, YamlDocument, YamlFile, read_yaml

__all__ = [
    "Container",
    "ContainerPort",
    "EnvEntry",
    "EnvFrom",
    "KubeObject",
    "ManifestFile",
    "PodTemplate",
    "Probe",
    "is_kube_name",
    "manifest_of",
    "may_hold_objects",
    "read_manifest",
]

_HEAD = regex(r"""^[ \t{,-]*["']?apiVersion["']?[ \t]*:""", re.MULTILINE)
_KIND = regex(r"""["']?kind["']?[ \t]*:""")
_TEMPLATE = regex(r"\{\{|\{%")
_API = regex(r"(?:(?P<group>[a-z][a-z0-9.-]*)/)?(?P<version>v[0-9][a-z0-9]*)")
_NAME = regex(r"[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?")
_DOTLESS_GROUPS = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})
_NOT_CLUSTER_GROUPS = frozenset(
    {
        "kustomize.config.k8s.io", "kubeadm.k8s.io", "kind.x-k8s.io", "k3d.io", "eksctl.io",
        "kubelet.config.k8s.io", "kubeproxy.config.k8s.io", "apiserver.config.k8s.io",
        "apiserver.k8s.io", "audit.k8s.io", "client.authentication.k8s.io", "backstage.io",
        "cli.kyverno.io", "helm.toolkit.k8s.io", "container-structure-test.k8s.io",
    }
)  # fmt: skip
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MAX_LIST_DEPTH = 3

CLUSTER_SCOPED = frozenset(
    {
        "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding",
        "StorageClass", "CustomResourceDefinition", "PriorityClass", "IngressClass",
        "RuntimeClass", "APIService", "ValidatingWebhookConfiguration", "CSIDriver", "CSINode",
        "MutatingWebhookConfiguration", "ClusterIssuer", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "PodSecurityPolicy", "ClusterSecretStore",
        "ClusterExternalSecret", "ClusterPolicy", "VolumeSnapshotClass", "GatewayClass",
        "ComponentStatus", "CertificateSigningRequest", "VolumeAttachment", "FlowSchema",
        "PriorityLevelConfiguration", "ClusterPodMonitoring",
    }
)  # fmt: skip
"""Kinds that live in no namespace."""


def is_kube_name(text: str) -> bool:
    """Whether a name is spelled out: no variable, template or placeholder left in it."""
    return len(text) <= 253 and _NAME.fullmatch(text) is not None


class EnvEntry(Struct, frozen=True):
    """One entry of ``env``. ``value`` is ``None`` when it comes ``valueFrom`` elsewhere."""

    name: str
    value: str | None
    root: Map
    place: Place
    """Where the name stands."""
    value_place: Place
    """Where the value stands (the name when there is none)."""

    @property
    def value_from(self) -> Map:
        return self.root.map("valueFrom")


class EnvFrom(Struct, frozen=True):
    """One entry of ``envFrom``: all keys of a ConfigMap or Secret, with a prefix."""

    kind: str
    name: str
    prefix: str
    optional: bool
    place: Place


class ContainerPort(Struct, frozen=True):
    """A declared port; documentation for people, but probes and Services may name it."""

    number: int | None
    name: str
    protocol: str
    place: Place


class Probe(Struct, frozen=True):
    """``kind`` is ``livenessProbe``, ``readinessProbe`` or ``startupProbe``."""

    kind: str
    handler: str
    """``httpGet``, ``tcpSocket``, ``exec``, ``grpc``, or empty."""
    root: Map
    place: Place

    @property
    def path(self) -> str:
        return self.root.map("httpGet").str("path", "/") if self.handler == "httpGet" else ""

    @property
    def path_place(self) -> Place:
        return self.root.map("httpGet").value_place("path")

    @property
    def port(self) -> str:
        """Number or name, as text; empty for an exec probe."""
        return self.root.map(self.handler).str("port")

    @property
    def port_place(self) -> Place:
        return self.root.map(self.handler).value_place("port")

    @property
    def command(self) -> tuple[str, ...]:
        return _texts(self.root.map("exec").seq("command"))


class Container(Struct, frozen=True, eq=False):
    """A container of a pod template."""

    root: Map
    init: bool

    @property
    def name(self) -> str:
        return self.root.str("name")

    @property
    def place(self) -> Place:
        return self.root.key_place("name")

    @property
    def image(self) -> str:
        return self.root.str("image")

    @property
    def image_place(self) -> Place:
        return self.root.value_place("image")

    @property
    def stays(self) -> bool:
        """Whether it runs beside the others: not an init container that ends first."""
        return not self.init or self.root.get("restartPolicy") == "Always"

    @property
    def env(self) -> tuple[EnvEntry, ...]:
        """The named entries, in order: Kubernetes defines them in this order."""
        return tuple(
            EnvEntry(
                name=entry.str("name"),
                value=entry.str("value") if _scalar(entry.get("value")) else None,
                root=entry,
                place=entry.value_place("name"),
                value_place=entry.value_place("value" if "value" in entry else "name"),
            )
            for entry in self.root.maps("env")
            if entry.str("name")
        )

    @property
    def env_from(self) -> tuple[EnvFrom, ...]:
        found = []
        for entry in self.root.maps("envFrom"):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if isinstance(entry.get(key), Map):
                    ref = entry.map(key)
                    found.append(
                        EnvFrom(
                            kind=kind,
                            name=ref.str("name"),
                            prefix=entry.str("prefix"),
                            optional=ref.get("optional") is True,
                            place=ref.value_place("name"),
                        )
                    )
        return tuple(found)

    @property
    def ports(self) -> tuple[ContainerPort, ...]:
        return tuple(
            ContainerPort(
                number=_whole(entry.get("containerPort")),
                name=entry.str("name"),
                protocol=entry.str("protocol", "TCP"),
                place=entry.value_place("containerPort"),
            )
            for entry in self.root.maps("ports")
        )

    @property
    def probes(self) -> tuple[Probe, ...]:
        found = []
        for kind in _PROBES:
            root = self.root.get(kind)
            if isinstance(root, Map):
                known = ("httpGet", "tcpSocket", "exec", "grpc")
                handler = next((name for name in known if name in root), "")
                found.append(Probe(kind, handler, root, self.root.key_place(kind)))
        return tuple(found)

    @property
    def requests(self) -> Map:
        """``resources.requests``; see :meth:`requested` for what the API server makes of it."""
        return self.root.map("resources").map("requests")

    @property
    def limits(self) -> Map:
        return self.root.map("resources").map("limits")

    def requested(self, resource: str) -> str:
        """The request of a resource; a limit alone is taken as the request, as Kubernetes does."""
        return self.requests.str(resource) or self.limits.str(resource)

    @property
    def command_line(self) -> tuple[str, ...]:
        """``command`` and ``args``, one after the other."""
        return (*_texts(self.root.seq("command")), *_texts(self.root.seq("args")))


class PodTemplate(Struct, frozen=True, eq=False):
    """What a workload runs."""

    labels: Map
    spec: Map

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers proper, in order."""
        return tuple(Container(root, init=False) for root in self.spec.maps("containers"))

    @property
    def init_containers(self) -> tuple[Container, ...]:
        return tuple(Container(root, init=True) for root in self.spec.maps("initContainers"))

    @property
    def all_containers(self) -> tuple[Container, ...]:
        return (*self.init_containers, *self.containers)

    @property
    def volumes(self) -> tuple[Map, ...]:
        return tuple(self.spec.maps("volumes"))


class KubeObject(Struct, frozen=True, eq=False):
    """One object, as written or as rendered. Two objects are equal only when identical.

    ``root`` is a :class:`Map` whose places say where each key was written, also after a
    kustomization has patched it.
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None
    """``None``: not given, so the one it is applied with."""
    root: Map
    open_ended: bool = False
    """Its data may hold more keys than can be seen (a generator whose input is not committed)."""

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def path(self) -> str:
        return self.root.path

    @property
    def place(self) -> Place:
        """Where the document begins."""
        return self.root.place

    @property
    def kind_place(self) -> Place:
        return self.root.key_place("kind")

    @property
    def metadata(self) -> Map:
        return self.root.map("metadata")

    @property
    def name_place(self) -> Place:
        return self.metadata.value_place("name")

    @property
    def namespace_place(self) -> Place:
        """Where the namespace is given; the name when it is not."""
        return self.metadata.value_place("namespace" if "namespace" in self.metadata else "name")

    @property
    def labels(self) -> Map:
        return self.metadata.map("labels")

    @property
    def annotations(self) -> Map:
        return self.metadata.map("annotations")

    @property
    def spec(self) -> Map:
        return self.root.map("spec")

    @property
    def replicas(self) -> int | None:
        """``spec.replicas``; ``None`` when absent or not a number."""
        return _whole(self.spec.get("replicas"))

    @property
    def pod(self) -> PodTemplate | None:
        """The pod template of a workload of any kind; ``None`` for everything else."""
        holder = self._pod_holder()
        if holder is None or not isinstance(holder.get("spec"), Map):
            return None
        if not isinstance(holder.map("spec").get("containers"), Seq):
            return None
        return PodTemplate(holder.map("metadata").map("labels"), holder.map("spec"))

    def _pod_holder(self) -> Map | None:
        spec = self.spec
        if self.kind == "Pod":
            return self.root
        if self.kind == "PodTemplate":
            return self.root.map("template")
        if self.kind == "CronJob":
            return spec.map("jobTemplate").map("spec").map("template")
        if self.kind == "ScaledJob":
            return spec.map("jobTargetRef").map("template")
        # Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, Rollout, Knative Service,
        # DeploymentConfig and the third-party workloads that follow their shape.
        return spec.map("template") if isinstance(spec.get("template"), Map) else None

    @property
    def data_keys(self) -> frozenset[str]:
        """The keys of a ConfigMap or Secret."""
        return frozenset(
            f"{key}"
            for field in ("data", "stringData", "binaryData")
            for key in self.root.map(field)
        )

    def data_place(self, key: str) -> Place:
        """Where a key of a ConfigMap or Secret stands; the name when it has none."""
        for field in ("data", "stringData", "binaryData"):
            if key in self.root.map(field):
                return self.root.map(field).key_place(key)
        return self.name_place

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class ManifestFile(Struct, frozen=True):
    """The objects of one file."""

    path: str
    objects: tuple[KubeObject, ...]
    problems: tuple[Problem, ...] = ()
    templated: bool = False
    """Not YAML until some tool has filled in its ``{{ }}``: nothing of it can be judged."""


def may_hold_objects(text: str) -> bool:
    """Whether parsing the text for objects is worth its time; never wrong about "no"."""
    return (
        "apiVersion" in text
        and "kind" in text
        and _HEAD.search(text) is not None
        and _KIND.search(text) is not None
    )


def read_manifest(text: str, path: str) -> ManifestFile:
    """The Kubernetes objects of a YAML or JSON file; none for a file of another sort."""
    if not may_hold_objects(text):
        return ManifestFile(path, ())
    return manifest_of(read_yaml(text, path), text)


def manifest_of(parsed: YamlFile, text: str) -> ManifestFile:
    """The objects of an already parsed file; ``text`` tells a template from a mistake."""
    if parsed.problems and _TEMPLATE.search(text):
        return ManifestFile(parsed.path, (), (), templated=True)
    objects = tuple(found for document in parsed.documents for found in _objects(document))
    return ManifestFile(parsed.path, objects, parsed.problems)


def _objects(document: YamlDocument) -> Iterator[KubeObject]:
    if isinstance(document.root, Map):
        yield from _unpack(document.root, 0)


def _unpack(root: Map, depth: int) -> Iterator[KubeObject]:
    api_version, kind = root.get("apiVersion"), root.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return
    match = _API.fullmatch(api_version)
    if match is None:
        return
    if kind.endswith("List") and isinstance(root.get("items"), Seq) and depth < _MAX_LIST_DEPTH:
        for item in root.maps("items"):
            yield from _unpack(item, depth + 1)
        return
    group = match["group"] or ""
    if "." not in group and group not in _DOTLESS_GROUPS:
        return
    if group in _NOT_CLUSTER_GROUPS or "$patch" in root:
        return
    made = object_of(root)
    if made is not None:
        yield made


def object_of(root: Map, *, open_ended: bool = False) -> KubeObject | None:
    """The object that a mapping is; ``None`` when it has no name that is spelled out."""
    metadata = root.map("metadata")
    name = metadata.str("name")
    if not is_kube_name(name):
        return None
    namespace = metadata.str("namespace")
    return KubeObject(
        api_version=root.str("apiVersion"),
        kind=root.str("kind"),
        name=name,
        # A namespace that is still a variable is given by whoever applies the file.
        namespace=namespace if is_kube_name(namespace) else None,
        root=root,
        open_ended=open_ended,
    )


def _scalar(value: object) -> bool:
    return value is not None and not isinstance(value, (Map, Seq))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(items: Seq) -> tuple[str, ...]:
    return tuple(f"{item}" for item in items if _scalar(item))
