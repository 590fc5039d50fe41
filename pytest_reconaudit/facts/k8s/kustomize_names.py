"""Names on their way through kustomize: what each object was called, and who refers to it.

Kustomize renames objects layer by layer and rewrites the references at the end, by every name
that an object has had. Only the fields it knows are rewritten: a custom resource's are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.kube_patch import set_at
from pytest_reconaudit.readers.manifest import CLUSTER_SCOPED
from pytest_reconaudit.readers.yaml import Map, Seq

__all__ = ["SCALABLE", "Resource", "fix_references", "pod_specs"]

SCALABLE = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
"""Kinds whose ``spec.replicas`` and autoscalers kustomize knows."""


class Resource(Struct):
    """An object on its way through the layers, with every name it has had."""

    root: Map
    names: list[tuple[str, str | None]]
    open_ended: bool = False

    @property
    def kind(self) -> str:
        return self.root.str("kind")

    @property
    def group(self) -> str:
        return self.root.str("apiVersion").rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.root.map("metadata").str("name")

    @property
    def namespace(self) -> str | None:
        return self.root.map("metadata").str("namespace") or None

    def renamed(self) -> None:
        now = (self.name, self.namespace)
        if self.names[-1] != now:
            self.names.append(now)

    def copy(self) -> Resource:
        return Resource(self.root, list(self.names), self.open_ended)


_POD_SPECS: tuple[tuple[str | int, ...], ...] = (
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
)


def pod_specs(root: Map) -> Iterator[tuple[tuple[str | int, ...], Map]]:
    """Where a pod spec stands in the object, with the spec."""
    for path in _POD_SPECS:
        node = root
        for step in path:
            node = node.map(step)
        if isinstance(node.get("containers"), Seq):
            yield path, node


def fix_references(resources: list[Resource], configured: bool) -> None:
    """Rewrite references to objects whose name a layer changed."""
    by_name: dict[tuple[str, str], list[Resource]] = {}
    for resource in resources:
        for name, _ in resource.names[:-1]:
            if name != resource.name:
                by_name.setdefault((resource.kind, name), []).append(resource)
    for resource in resources:
        if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
            _fix_subjects(resource, resources)
    if not by_name:
        return
    for resource in resources:
        for path, kinds, name in list(_name_references(resource.root, resource.group, configured)):
            for kind in kinds:
                renamed = _referent(by_name.get((kind, name), ()), resource)
                if renamed is not None:
                    at = _place_at(resource.root, path)
                    resource.root = set_at(resource.root, path, renamed.name, at)
                    break


def _fix_subjects(binding: Resource, resources: list[Resource]) -> None:
    """A bound ServiceAccount that is rendered too: its name and namespace as they are now."""
    for index, subject in enumerate(binding.root.seq("subjects")):
        if not isinstance(subject, Map) or subject.str("kind") != "ServiceAccount":
            continue
        had = (subject.str("name"), subject.str("namespace") or None)
        for account in resources:
            if account.kind == "ServiceAccount" and any(
                had[0] == name and had[1] in (None, "default", namespace)
                for name, namespace in account.names
            ):
                at = subject.value_place("name")
                for key, value in (("name", account.name), ("namespace", account.namespace)):
                    if value and subject.str(key) != value:
                        path = ("subjects", index, key)
                        binding.root = set_at(binding.root, path, value, at)
                break


def _referent(candidates: Iterable[Resource], holder: Resource) -> Resource | None:
    space = holder.namespace or "default"
    for one in candidates:
        if holder.kind in CLUSTER_SCOPED or (one.namespace or "default") == space:
            return one
    return None


def _place_at(root: Map, path: tuple[str | int, ...]) -> Place:
    node: object = root
    for step in path[:-1]:
        if isinstance(node, Map) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, Seq) and isinstance(step, int):
            node = node[step]
    last = path[-1]
    if isinstance(node, Map):
        return node.value_place(last)
    return root.place


_Found = tuple[tuple[str | int, ...], tuple[str, ...], str]


def _name_references(root: Map, group: str, configured: bool) -> Iterator[_Found]:
    """(path, kinds it may name, name) of each reference that kustomize rewrites."""
    for path, spec in pod_specs(root):
        yield from _pod_references(path, spec)
    spec = root.map("spec")
    kind = root.str("kind")
    scaled = spec.map("scaleTargetRef")
    if scaled.str("name") and (kind == "HorizontalPodAutoscaler" or configured):
        # Whatever kind the reference says: kustomize looks for the name among all that scale.
        kinds = tuple(sorted(SCALABLE | ({scaled.str("kind")} if configured else set())))
        yield ("spec", "scaleTargetRef", "name"), kinds, scaled.str("name")
    if kind == "Ingress":
        yield from _ingress_references(spec)
    if kind == "StatefulSet" and spec.str("serviceName"):
        yield ("spec", "serviceName"), ("Service",), spec.str("serviceName")
    if kind == "ServiceAccount":
        for field_name in ("imagePullSecrets", "secrets"):
            for index, entry in enumerate(root.seq(field_name)):
                if isinstance(entry, Map) and entry.str("name"):
                    yield (field_name, index, "name"), ("Secret",), entry.str("name")
    if kind in ("RoleBinding", "ClusterRoleBinding"):
        role = root.map("roleRef")
        yield ("roleRef", "name"), (role.str("kind"),), role.str("name")


def _pod_references(path: tuple[str | int, ...], spec: Map) -> Iterator[_Found]:
    for key in ("serviceAccountName", "serviceAccount"):
        if spec.str(key):
            yield (*path, key), ("ServiceAccount",), spec.str(key)
    for index, entry in enumerate(spec.seq("imagePullSecrets")):
        if isinstance(entry, Map):
            yield (*path, "imagePullSecrets", index, "name"), ("Secret",), entry.str("name")
    for index, volume in enumerate(spec.seq("volumes")):
        if isinstance(volume, Map):
            yield from _volume_references((*path, "volumes", index), volume)
    for key in ("containers", "initContainers"):
        for index, container in enumerate(spec.seq(key)):
            if isinstance(container, Map):
                yield from _env_references((*path, key, index), container)


_VOLUME_SOURCES = (
    ("configMap", "name", "ConfigMap"),
    ("secret", "secretName", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
)


def _volume_references(path: tuple[str | int, ...], volume: Map) -> Iterator[_Found]:
    for key, name, kind in _VOLUME_SOURCES:
        if volume.map(key).str(name):
            yield (*path, key, name), (kind,), volume.map(key).str(name)
    for index, source in enumerate(volume.map("projected").seq("sources")):
        if isinstance(source, Map):
            for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
                if source.map(key).str("name"):
                    full = (*path, "projected", "sources", index, key, "name")
                    yield full, (kind,), source.map(key).str("name")


def _env_references(path: tuple[str | int, ...], container: Map) -> Iterator[_Found]:
    for index, entry in enumerate(container.seq("env")):
        if isinstance(entry, Map):
            for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                ref = entry.map("valueFrom").map(key)
                if ref.str("name"):
                    full = (*path, "env", index, "valueFrom", key, "name")
                    yield full, (kind,), ref.str("name")
    for index, entry in enumerate(container.seq("envFrom")):
        if isinstance(entry, Map):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if entry.map(key).str("name"):
                    yield (
                        (*path, "envFrom", index, key, "name"),
                        (kind,),
                        entry.map(key).str("name"),
                    )


def _ingress_references(spec: Map) -> Iterator[_Found]:
    for index, tls in enumerate(spec.seq("tls")):
        if isinstance(tls, Map) and tls.str("secretName"):
            yield ("spec", "tls", index, "secretName"), ("Secret",), tls.str("secretName")
    backends: list[tuple[tuple[str | int, ...], Map]] = [
        (("spec", key), spec.map(key)) for key in ("backend", "defaultBackend")
    ]
    for index, rule in enumerate(spec.seq("rules")):
        if isinstance(rule, Map):
            for at, one in enumerate(rule.map("http").seq("paths")):
                if isinstance(one, Map):
                    place = ("spec", "rules", index, "http", "paths", at, "backend")
                    backends.append((place, one.map("backend")))
    for path, backend in backends:
        if backend.str("serviceName"):
            yield (*path, "serviceName"), ("Service",), backend.str("serviceName")
        if backend.map("service").str("name"):
            yield (*path, "service", "name"), ("Service",), backend.map("service").str("name")
