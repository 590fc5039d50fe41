"""Which Services lead to no pod, or to a port that their pods do not have."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster, is_fragment, sighted
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.selection import Selection, reaches, selection
from pytest_reconaudit.model import Note
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.kustomize import KUSTOMIZATION_NAMES
from pytest_reconaudit.readers.manifest import Container, KubeObject, is_kube_name
from pytest_reconaudit.readers.yaml import Map, Seq
from pytest_reconaudit.target import Target, once

__all__ = ["service_files"]

_BY_CONTROLLERS = regex(
    r"statefulset\.kubernetes\.io/pod-name|apps\.kubernetes\.io/pod-index|job-name|controller-uid"
    r"|batch\.kubernetes\.io/[\w-]+|(?:rollouts-)?pod-template-hash|controller-revision-hash"
    r"|security\.istio\.io/[\w-]+|service\.istio\.io/[\w-]+"
)
"""Labels that a controller puts on the pods that it makes."""
_OURS = regex(r"app\.kubernetes\.io/[\w-]+|[\w.-]+")
"""Labels that people write; those of another domain are an operator's."""
_MANAGED = regex(r"kube-(?:system|public|node-lease)|(?:gke|openshift|aks)-[a-z0-9-]+")
_RELEASE = ("app.kubernetes.io/instance", "release", "helm.sh/chart", "chart")
_BUILTIN = regex(r"(?:apps|batch|autoscaling|policy|extensions|(?:[a-z0-9.-]+\.)?k8s\.io|)")
_MAX_NODES = 5_000
_SELECTABLE = regex(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")


@once
def service_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with Services that select pods: (a) it selects none, (b) none of those has a
    port of the wanted name, (c) of the wanted number, (d) the pods may come from a chart that is
    not here.
    """
    known = cluster(target)
    seen = [
        Sighting(entry.within, entry.source)
        for entry in known.of_kind("Service")
        if entry.source.group == "" and _selects(entry.source)
    ]
    return fault_files(
        target,
        (
            (one, None if one.within.unrendered else _faults(target, known, one))
            for group in sighted(target, seen).values()
            for one in group
        ),
    )


def _selects(service: KubeObject) -> bool:
    selector = service.spec.map("selector")
    return (
        bool(selector)
        and service.spec.str("type") != "ExternalName"
        and _MANAGED.fullmatch(service.namespace or "") is None
        # A variable that some tool fills in selects nothing as it stands.
        and all(_SELECTABLE.fullmatch(selector.str(key)) for key in selector)
    )


def _faults(target: Target, known: Cluster, seen: Sighting) -> Iterator[KubeFault]:
    index = selection(target)
    service = seen.object
    selector = service.spec.map("selector")
    fixed = _without_controllers(selector)
    if not fixed:
        return
    every = [pod for pod in index.pods_of(fixed) if not is_fragment(pod.object)]
    pods = [pod for pod in every if reaches(known, seen, pod)]
    if not pods:
        signs = tuple(_signs(index, every, fixed))
        clause = _lost(known, index, seen, fixed, bool(signs))
        if clause:
            yield KubeFault(
                clause,
                service.spec.key_place("selector"),
                f"{service.name} ({_words(selector)})",
                f"Service/{service.name} selector: {_words(selector)}",
                signs,
                seen.off_path,
                # Without pods of like labels, they may be started by hand.
                likely=not signs,
            )
        return
    own = [pod for pod in pods if pod.within is seen.within]
    if own:
        # Files of one folder may be alternatives: what stands in the Service's own file is meant.
        near = [pod for pod in own if pod.object.path == service.path]
        yield from _ports(seen, near or own)
    elif not _left_out(target, seen):
        # Applied apart, they are only known to meet when both name the namespace, or neither does.
        met = [pod for pod in pods if pod.object.namespace == service.namespace]
        if met:
            yield from _ports(seen, met)


def _left_out(target: Target, seen: Sighting) -> bool:
    """Whether the Service lies beside a kustomization that does not list it: nobody applies it."""
    folder = posixpath.dirname(seen.object.path)
    return seen.within.kind == "directory" and any(
        target.has(posixpath.join(folder, name)) for name in KUSTOMIZATION_NAMES
    )


def _without_controllers(selector: Map) -> Map:
    if not any(_BY_CONTROLLERS.fullmatch(f"{key}") for key in selector):
        return selector
    kept = Map({k: v for k, v in selector.items() if not _BY_CONTROLLERS.fullmatch(f"{k}")})
    kept.path, kept.line, kept.column = selector.path, selector.line, selector.column
    kept.end, kept.key_at, kept.value_at = selector.end, selector.key_at, selector.value_at
    return kept


def _words(selector: Map) -> str:
    return ", ".join(f"{key}={selector.str(key)}" for key in selector)


def _lost(known: Cluster, index: Selection, seen: Sighting, selector: Map, alike: bool) -> str:
    """The clause for a selector that no pod here has; empty when it may well have some."""
    for key in selector:
        # A key of some operator's domain: the operator makes the pods.
        if _OURS.fullmatch(f"{key}") is None and not index.values_of(f"{key}"):
            return ""
    values = [selector.str(key) for key in selector]
    if any(known.made_from(value) for value in values if is_kube_name(value)):
        return ""
    if any(_made_of(one, selector) for one in seen.within.objects):
        return ""
    for value in (*values, seen.object.name):
        if is_kube_name(value) and known.outside.creates("Deployment", value, None) is not None:
            return ""
    released = any(f"{key}" in _RELEASE for key in selector)
    here = any(index.values_of(f"{key}") for key in selector if f"{key}" in _RELEASE)
    alone = not alike and not any(one.pod is not None for one in seen.within.objects)
    return "d" if alone or (released and not here) else "a"


def _made_of(one: KubeObject, selector: Map) -> bool:
    """Whether a custom resource gives these labels to pods that its controller makes.

    Not the pods of its own template, which are known: those of a step, an experiment, a canary.
    """
    if _BUILTIN.fullmatch(one.group):
        return False
    stack: list[object] = [one.spec]
    for _ in range(_MAX_NODES):
        if not stack:
            break
        node = stack.pop()
        if isinstance(node, Map):
            if all(node.str(key) == selector.str(key) for key in selector):
                return True
            stack.extend(node.values())
        elif isinstance(node, Seq):
            stack.extend(node)
    return False


def _signs(index: Selection, elsewhere: Iterable[Sighting], selector: Map) -> Iterator[Note]:
    """Where the pods are that were probably meant."""
    found = list(elsewhere)
    for pod in found[:3]:
        one = pod.object
        where = f"namespace {one.namespace}" if one.namespace else "another environment"
        yield Note(one.name_place, f"{one} has these labels, but in {where}")
    if found:
        return
    best: tuple[float, Sighting] | None = None
    for key in selector:
        value = selector.str(key)
        for close in difflib.get_close_matches(value, sorted(index.values_of(f"{key}")), 1, 0.6):
            ratio = difflib.SequenceMatcher(None, value, close).ratio()
            pods = index.labelled(f"{key}", close)
            if pods and (best is None or ratio > best[0]):
                best = (ratio, pods[0])
    if best is not None and best[1].object.pod is not None:
        labels = best[1].object.pod.labels
        yield Note(labels.place, f"{best[1].object} has the labels {_words(labels)}")


def _ports(seen: Sighting, pods: list[Sighting]) -> Iterator[KubeFault]:
    service = seen.object
    containers = [
        [one for one in pod.object.pod.all_containers if one.stays]
        for pod in pods
        if pod.object.pod is not None
    ]
    every = [one for group in containers for one in group]
    names = {port.name for one in every for port in one.ports}
    numbers = {f"{port.number}" for one in every for port in one.ports}
    wanted = [
        (port.str("targetPort") or port.str("port"), port) for port in service.spec.maps("ports")
    ]
    # Declaring a number is a courtesy: it only tells when all declare some and none is meant.
    silent = any(not one.ports for one in every) or any(
        name in numbers or name in names for name, _ in wanted
    )
    for name, port in wanted:
        if not is_kube_name(name):
            continue
        if name.isdecimal():
            missing = not silent and name not in numbers and not _mentioned(every, name)
        else:
            missing = name not in names
        if not missing:
            continue
        first = pods[0].object
        has = ", ".join(_declared(containers[0])) or "none"
        yield KubeFault(
            "c" if name.isdecimal() else "b",
            port.value_place("targetPort" if "targetPort" in port else "port"),
            f"{service.name} to port {name} of {first}, which has {has}",
            f"Service/{service.name} targetPort: {name}",
            tuple(
                Note(one.root.key_place("ports"), f"{one.name} declares its ports here")
                for one in containers[0]
                if one.ports
            )
            or (Note(first.name_place, f"{first} declares no port"),),
            seen.off_path,
            likely=name.isdecimal(),
        )


def _mentioned(containers: Iterable[Container], number: str) -> bool:
    """Whether a container is told the number: by its arguments, its environment or a probe."""
    pattern = re.compile(rf"(?<!\d){number}(?!\d)")
    for one in containers:
        values = (entry.value or "" for entry in one.env)
        if any(pattern.search(word) for word in (*one.command_line, *values)):
            return True
        if any(probe.port == number for probe in one.probes):
            return True
    return False


def _declared(containers: Iterable[Container]) -> list[str]:
    return [
        f"{port.number} ({port.name})" if port.name else f"{port.number}"
        for one in containers
        for port in one.ports
    ][:6]
