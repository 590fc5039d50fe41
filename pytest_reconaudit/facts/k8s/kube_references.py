"""Which object names which other: the references that Kubernetes resolves when a pod starts."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.manifest import CLUSTER_SCOPED, Container, KubeObject, PodTemplate
from pytest_reconaudit.readers.yaml import Map

__all__ = ["Reference", "references_of"]

_PREDEFINED_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
_TLS_ELSEWHERE = (
    "cert-manager.io/", "certmanager.k8s.io/", "kubernetes.io/tls-acme",
    "networking.gke.io/managed-certificates", "networking.gke.io/pre-shared-cert",
    "ingress.gcp.kubernetes.io/pre-shared-cert", "alb.ingress.kubernetes.io/certificate-arn",
    "traefik.ingress.kubernetes.io/router.tls.certresolver", "route.openshift.io/",
    "acme.cert-manager.io/", "stork.libopenstorage.org/",
)  # fmt: skip
"""Annotations of an Ingress that say who issues its certificate."""

_CLOUD_RUN = ("run.googleapis.com/", "cloud.googleapis.com/")


class Reference(Struct, frozen=True):
    """One object naming another."""

    holder: KubeObject
    kind: str
    """``Secret``, ``ConfigMap``, ``PersistentVolumeClaim``, ``ServiceAccount``, ``Namespace`` or
    ``Service``."""
    name: str
    place: Place
    how: str
    """In the author's words: ``env DATABASE_URL``, ``envFrom``, ``volume tls`` …"""
    key: str = ""
    """The key of a Secret or ConfigMap, or the number or name of a Service's port."""
    key_place: Place | None = None

    @property
    def namespace(self) -> str | None:
        return self.holder.namespace


def references_of(holder: KubeObject) -> Iterator[Reference]:
    """The references of one object that must resolve; optional ones are left out."""
    if _on_cloud_run(holder):
        return
    namespace = holder.namespace
    if namespace and namespace not in _PREDEFINED_NAMESPACES and holder.kind not in CLUSTER_SCOPED:
        yield Reference(
            holder, "Namespace", namespace, holder.namespace_place, "metadata.namespace"
        )
    pod = holder.pod
    if pod is not None:
        yield from _of_pod(holder, pod)
    if holder.kind == "Ingress":
        yield from _of_ingress(holder)
    if holder.kind == "ServiceAccount":
        for entry in holder.root.maps("imagePullSecrets"):
            yield from _to(holder, "Secret", entry, "name", "imagePullSecrets")


def _on_cloud_run(holder: KubeObject) -> bool:
    """Whether it looks like a manifest and goes to Cloud Run, where a name is one of the
    project's secrets or accounts."""
    if holder.group not in ("serving.knative.dev", "run.googleapis.com"):
        return False
    given = [*holder.annotations, *holder.labels]
    given.extend(holder.spec.map("template").map("metadata").map("annotations"))
    return any(f"{key}".startswith(_CLOUD_RUN) for key in given)


def _to(holder: KubeObject, kind: str, node: Map, field: str, how: str) -> Iterator[Reference]:
    """A reference unless it is optional or nameless."""
    if node.get("optional") is not True and node.str(field):
        yield Reference(holder, kind, node.str(field), node.value_place(field), how)


def _of_pod(holder: KubeObject, pod: PodTemplate) -> Iterator[Reference]:
    spec = pod.spec
    field = "serviceAccountName" if "serviceAccountName" in spec else "serviceAccount"
    if spec.str(field, "default") != "default":
        place = spec.value_place(field)
        yield Reference(holder, "ServiceAccount", spec.str(field), place, field)
    for entry in spec.maps("imagePullSecrets"):
        yield from _to(holder, "Secret", entry, "name", "imagePullSecrets")
    for container in pod.all_containers:
        yield from _of_container(holder, container)
    for volume in pod.volumes:
        yield from _of_volume(holder, volume)


def _of_container(holder: KubeObject, container: Container) -> Iterator[Reference]:
    for entry in container.env:
        for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            ref = entry.value_from.get(field)
            if isinstance(ref, Map) and ref.get("optional") is not True and ref.str("name"):
                yield Reference(
                    holder,
                    kind,
                    ref.str("name"),
                    ref.value_place("name"),
                    f"env {entry.name}",
                    ref.str("key"),
                    ref.value_place("key"),
                )
    for source in container.env_from:
        if not source.optional and source.name:
            yield Reference(holder, source.kind, source.name, source.place, "envFrom")


def _of_volume(holder: KubeObject, volume: Map) -> Iterator[Reference]:
    how = f"volume {volume.str('name')}"
    sources = [
        ("ConfigMap", volume.get("configMap"), "name"),
        ("Secret", volume.get("secret"), "secretName"),
    ]
    for source in volume.map("projected").maps("sources"):
        sources.append(("ConfigMap", source.get("configMap"), "name"))
        sources.append(("Secret", source.get("secret"), "name"))
    for kind, node, field in sources:
        if not isinstance(node, Map) or node.get("optional") is True or not node.str(field):
            continue
        yield Reference(holder, kind, node.str(field), node.value_place(field), how)
        for item in node.maps("items"):
            if item.str("key"):
                yield Reference(
                    holder,
                    kind,
                    node.str(field),
                    node.value_place(field),
                    how,
                    item.str("key"),
                    item.value_place("key"),
                )
    claim = volume.get("persistentVolumeClaim")
    if isinstance(claim, Map):
        yield from _to(holder, "PersistentVolumeClaim", claim, "claimName", how)


def _of_ingress(holder: KubeObject) -> Iterator[Reference]:
    spec = holder.spec
    issued = any(
        f"{key}".startswith(_TLS_ELSEWHERE) or "cert-manager" in f"{key}"
        for key in holder.annotations
    )
    if not issued:
        for tls in spec.maps("tls"):
            yield from _to(holder, "Secret", tls, "secretName", "tls")
    backends = [spec.map("backend"), spec.map("defaultBackend")]
    for rule in spec.maps("rules"):
        backends.extend(path.map("backend") for path in rule.map("http").maps("paths"))
    for backend in backends:
        yield from _of_backend(holder, backend)


def _of_backend(holder: KubeObject, backend: Map) -> Iterator[Reference]:
    service = backend.map("service")
    if service.str("name"):
        name, place = service.str("name"), service.value_place("name")
        port = service.map("port")
        field = "number" if "number" in port else "name"
        key, key_place = port.str(field), port.value_place(field)
    elif backend.str("serviceName"):
        name, place = backend.str("serviceName"), backend.value_place("serviceName")
        key, key_place = backend.str("servicePort"), backend.value_place("servicePort")
    else:
        return
    # An action or redirect of the AWS controller stands where a Service would.
    if f"alb.ingress.kubernetes.io/actions.{name}" in holder.annotations:
        return
    # So does a backend that an annotation names: the actions may be filled in later.
    if key == "use-annotation":
        return
    yield Reference(holder, "Service", name, place, "backend", key, key_place)
