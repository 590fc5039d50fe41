"""Which containers are not watched by a probe, and which do not say what they need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster
from pytest_reconaudit.facts.k8s.idle_pods import waits_for_hands
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.selection import (
    Selection,
    has_defaults,
    selection,
    set_by_vertical_autoscaler,
)
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, KubeObject, PodTemplate, Probe
from pytest_reconaudit.readers.quantity import read_quantity
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["probe_files", "resource_files"]

_RUNS_TO_ITS_END = frozenset({"Job", "CronJob", "ScaledJob"})
_PAUSES = regex(r"(?:^|/)pause(?:-[a-z0-9]+)?(?:[:@]|$)")
"""The image of a container that does nothing: it keeps a pod alive, for a proxy say."""
_DEPENDS = regex(
    r"(?:^|[/_.-])(?:ready|readyz|readiness|db|database|deep|full|dependencies|deps)(?:$|[/_.-])",
    re.IGNORECASE,
)
"""Names of a path that answers for more than the process itself."""


@once
def probe_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with workloads behind a Service: (a) no readiness probe, (b) no liveness probe,
    (c) one path for both that depends on other systems.
    """
    index = selection(target)
    return fault_files(target, _probed(target, index))


def _probed(
    target: Target, index: Selection
) -> Iterator[tuple[Sighting, Iterator[KubeFault] | None]]:
    for workload in workloads(target):
        for seen in workload.sightings:
            if seen.object.kind in _RUNS_TO_ITS_END:
                continue
            services = index.services_of(seen)
            if services:
                unknown = bool(seen.within.unrendered)
                yield seen, None if unknown else _weighed(seen, _unwatched(seen, services))


def _weighed(seen: Sighting, faults: Iterator[KubeFault]) -> Iterator[KubeFault]:
    """What a pod to work in lacks is a note; what the API server refuses is none."""
    by_hand = waits_for_hands(seen.object)
    for fault in faults:
        refused = fault.clause == "c"
        yield replace(fault, by_hand=True) if by_hand and not refused else fault


def _unwatched(seen: Sighting, services: tuple[KubeObject, ...]) -> Iterator[KubeFault]:
    one = seen.object
    assert one.pod is not None
    for container, service in _serving(one.pod, services):
        if _PAUSES.search(container.image):
            continue
        probes = {probe.kind: probe for probe in container.probes if probe.handler}
        live, ready = probes.get("livenessProbe"), probes.get("readinessProbe")
        what = f"{container.name or 'the container'} of {one}"
        sends = Note(service.name_place, f"Service {service.name} sends it traffic")
        off_path = seen.off_path
        if "startupProbe" not in probes and ready is None:
            lacks = "no probe at all" if live is None else "no readinessProbe"
            yield KubeFault(
                "a", container.place, what, f"{container.name}: {lacks}", (sends,), off_path
            )
        elif "startupProbe" not in probes and live is None:
            yield KubeFault(
                "b", container.place, what, f"{container.name}: no livenessProbe", (), off_path
            )
        if live is not None and ready is not None and _same_depends(live, ready):
            yield KubeFault(
                "c",
                live.path_place,
                what,
                f"livenessProbe and readinessProbe: {live.path}",
                (Note(ready.path_place, "the readiness probe asks the same"),),
                off_path,
                likely=True,
            )


def _serving(
    pod: PodTemplate, services: tuple[KubeObject, ...]
) -> Iterator[tuple[Container, KubeObject]]:
    """The containers that Services send traffic to, each with the first such Service."""
    containers = pod.containers
    found: dict[int, KubeObject] = {}
    for service in services:
        wanted = {port.str("targetPort") or port.str("port") for port in service.spec.maps("ports")}
        for index, container in enumerate(containers):
            if any(port.name in wanted or f"{port.number}" in wanted for port in container.ports):
                found.setdefault(index, service)
                break
    if not found and containers and not any(_watched(one) for one in containers[1:]):
        # No port tells: the first is the program, the others are its sidecars.
        found[0] = services[0]
    for index in sorted(found):
        yield containers[index], found[index]


def _watched(container: Container) -> bool:
    return any(probe.kind == "readinessProbe" for probe in container.probes)


def _same_depends(live: Probe, ready: Probe) -> bool:
    return (
        live.handler == ready.handler == "httpGet"
        and (live.path, live.port) == (ready.path, ready.port)
        and _DEPENDS.search(live.path) is not None
    )


# -- resources -----------------------------------------------------------------------------


@once
def resource_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with pods: (a) a container requests no CPU or memory, (b) has no memory limit,
    (c) is limited to less than it requests, (d) an init container requests nothing.
    """
    known = cluster(target)
    return fault_files(target, _measured(target, known))


def _measured(
    target: Target, known: Cluster
) -> Iterator[tuple[Sighting, Iterator[KubeFault] | None]]:
    for workload in workloads(target):
        for seen in workload.sightings:
            yield seen, None if seen.within.unrendered else _weighed(seen, _unbounded(known, seen))


def _unbounded(known: Cluster, seen: Sighting) -> Iterator[KubeFault]:
    one = seen.object
    pod = one.pod
    assert pod is not None
    filled = (
        isinstance(pod.spec.get("resources"), Map)
        or has_defaults(known, seen)
        or set_by_vertical_autoscaler(known, seen)
    )
    for container in pod.all_containers:
        if _PAUSES.search(container.image):
            continue
        what, off_path = f"{container.name or 'the container'} of {one}", seen.off_path
        for resource in ("cpu", "memory"):
            short = _short(container, resource)
            if short is not None:
                evidence, note = short
                at = container.limits.value_place(resource)
                yield KubeFault("c", at, what, evidence, (note,), off_path)
        if filled:
            continue
        lacks = [name for name in ("cpu", "memory") if not container.requested(name)]
        place = _resources_place(container)
        if not container.stays:
            if lacks:
                evidence = f"init container {container.name} requests no {' or '.join(lacks)}"
                yield KubeFault("d", place, what, evidence, (), off_path)
        elif lacks:
            unbounded = "" if container.limits.str("memory") else ", no memory limit"
            evidence = f"{container.name}: no request of {' or '.join(lacks)}{unbounded}"
            yield KubeFault("a", place, what, evidence, (), off_path)
        elif not container.limits.str("memory"):
            evidence = f"{container.name}: no memory limit"
            yield KubeFault("b", place, what, evidence, (), off_path)


def _resources_place(container: Container) -> Place:
    root = container.root
    return root.key_place("resources") if root.get("resources") else container.place


def _short(container: Container, resource: str) -> tuple[str, Note] | None:
    """A limit below the request: the API server refuses the pod."""
    limit, request = container.limits.str(resource), container.requests.str(resource)
    low, high = read_quantity(limit), read_quantity(request)
    if low is None or high is None or low >= high:
        return None
    note = Note(container.requests.value_place(resource), f"it requests {request}")
    return f"{resource} limit {limit} < request {request}", note
