"""What an Ingress gets wrong: its class, hosts, certificates, rewrites and API version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster, sighted
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.selection import reaches, selection
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["ingress_files"]

_CLASS = "kubernetes.io/ingress.class"
_ONLY_BY_ANNOTATION = regex(r"gce(?:-[a-z-]+)?")
"""Classes whose controller reads nothing but the annotation."""
_PLACEHOLDER = regex(
    r"(?:[\w*-]+\.)*(?:example\.(?:com|org|net|io|local|dev)|(?:your|my)-?(?:company-)?domain\.\w+"
    r"|change-?me(?:\.\w+)*|[\w-]*(?:changeme|replace-?me|todo)[\w.-]*|domain\.(?:com|tld))",
    re.IGNORECASE,
)
_REWRITES = ("nginx.ingress.kubernetes.io/rewrite-target", "ingress.kubernetes.io/rewrite-target")
_REMOVED = {"extensions/v1beta1": "1.22", "networking.k8s.io/v1beta1": "1.22"}
_GROUPS = frozenset({"extensions", "networking.k8s.io"})


@once
def ingress_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with Ingresses: (a) class by annotation only, (b) a placeholder for a host,
    (c) all requests rewritten to one path, (d) a certificate for a host without a rule,
    (e) an API version that is gone.
    """
    known = cluster(target)
    seen = [
        Sighting(entry.within, entry.source)
        for entry in known.of_kind("Ingress")
        if entry.source.group in _GROUPS
    ]
    return fault_files(
        target,
        (
            (one, None if one.within.unrendered else _faults(target, known, one))
            for group in sighted(target, seen).values()
            for one in group
        ),
    )


def _faults(target: Target, known: Cluster, seen: Sighting) -> Iterator[KubeFault]:
    one, off_path = seen.object, seen.off_path
    annotations, spec = one.annotations, one.spec
    value = annotations.str(_CLASS)
    if (
        value
        and not spec.str("ingressClassName")
        and one.group == "networking.k8s.io"
        and _ONLY_BY_ANNOTATION.fullmatch(value) is None
    ):
        at = annotations.key_place(_CLASS)
        yield KubeFault("a", at, f"{one.name} ({value})", f"{_CLASS}: {value}", (), off_path)
    if not off_path:
        yield from _placeholders(one)
    yield from _rewritten(target, known, seen)
    yield from _uncovered(one, off_path)
    removed = _REMOVED.get(one.api_version)
    if removed:
        yield KubeFault(
            "e",
            one.root.key_place("apiVersion"),
            f"{one.name} ({one.api_version}, removed in Kubernetes {removed})",
            f"apiVersion: {one.api_version}",
            (),
            off_path,
        )


def _placeholders(one: KubeObject) -> Iterator[KubeFault]:
    places: dict[str, list[Place]] = {}
    for host, place in (*_rule_hosts(one.spec), *_certified(one.spec)):
        if _PLACEHOLDER.fullmatch(host):
            places.setdefault(host, []).append(place)
    for host, (first, *rest) in places.items():
        yield KubeFault(
            "b",
            first,
            f"{host} of {one.name}",
            f"host: {host}",
            tuple(Note(place, "again here") for place in rest),
        )


def _rule_hosts(spec: Map) -> list[tuple[str, Place]]:
    return [
        (rule.str("host"), rule.value_place("host"))
        for rule in spec.maps("rules")
        if rule.str("host")
    ]


def _certified(spec: Map) -> Iterator[tuple[str, Place]]:
    for entry in spec.maps("tls"):
        hosts = entry.seq("hosts")
        for index, host in enumerate(hosts):
            if isinstance(host, str):
                yield host, hosts.item_place(index)


def _uncovered(one: KubeObject, off_path: bool) -> Iterator[KubeFault]:
    """Hosts with a certificate that no rule answers for."""
    rules = one.spec.maps("rules")
    if not rules or any(not rule.str("host") for rule in rules):
        return  # a rule without a host answers for all
    ruled = [host for host, _ in _rule_hosts(one.spec)]
    if "defaultBackend" in one.spec or "backend" in one.spec:
        return
    for host, place in _certified(one.spec):
        if "$" in host or "{" in host or any(_answers(rule, host) for rule in ruled):
            continue
        yield KubeFault(
            "d",
            place,
            f"{host} of {one.name}, which has rules for {', '.join(sorted(set(ruled))[:4])}",
            f"tls host: {host}",
            (Note(rules[0].value_place("host"), "the rules begin here"),),
            off_path,
        )


def _answers(rule: str, host: str) -> bool:
    if rule == host:
        return True
    for wild, plain in ((rule, host), (host, rule)):
        if wild.startswith("*.") and plain.endswith(wild[1:]):
            return True
    return False


def _rewritten(target: Target, known: Cluster, seen: Sighting) -> Iterator[KubeFault]:
    """Paths below which every request becomes the same one, although the program has more."""
    one = seen.object
    key = next((name for name in _REWRITES if one.annotations.str(name)), "")
    goal = one.annotations.str(key) if key else ""
    if not goal or "$" in goal:
        return
    for rule in one.spec.maps("rules"):
        for entry in rule.map("http").maps("paths"):
            path = entry.str("path", "/")
            if "(" in path or path.rstrip("/") == goal.rstrip("/"):
                continue
            served = _served_below(target, known, seen, entry.map("backend"), path)
            if served is not None:
                yield KubeFault(
                    "c",
                    entry.value_place("path"),
                    f"{path} of {one.name} to {goal}",
                    f"path: {path}, rewrite-target: {goal}",
                    (Note(one.annotations.key_place(key), "the rewrite"), served),
                    seen.off_path,
                )


def _served_below(
    target: Target, known: Cluster, seen: Sighting, backend: Map, path: str
) -> Note | None:
    """A sign that the pods behind a backend answer below a path: their own probes ask there."""
    prefix = path.rstrip("/") + "/"
    name = backend.map("service").str("name") or backend.str("serviceName")
    index = selection(target)
    found = known.find(seen.within, seen.object, "Service", name, seen.object.namespace)
    for entry in found.entries:
        for pods in index.pods_of(entry.source.spec.map("selector")):
            pod = pods.object.pod
            if pod is None or not reaches(known, seen, pods):
                continue
            for container in pod.containers:
                for probe in container.probes:
                    if probe.path.startswith(prefix):
                        return Note(probe.path_place, f"the pods serve {probe.path}")
    return None
