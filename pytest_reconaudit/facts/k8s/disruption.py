"""What a node drain does to the pods: budgets that are missing, block it, or contradict."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.k8s.autoscalers import bounds_of, is_off_the_shelf, scalings_of
from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster, sighted
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.selection import reaches, selection, selector_matches
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.readers.manifest import KubeObject, PodTemplate
from pytest_reconaudit.readers.quantity import read_percent
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["disruption_files"]

_REPLICATED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Rollout"})


class _Size(Struct, frozen=True):
    """How few pods of a workload there may be."""

    least: int
    place: Place
    how: str


@once
def disruption_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with replicated workloads behind a Service, or with disruption budgets:
    (a) no budget, (b) a budget that blocks every eviction, (c) two budgets over the same pods,
    (d) nothing spreads the replicas.
    """
    known = cluster(target)
    return fault_files(target, [*_workloads(target, known), *_budgets(target, known)])


def _workloads(
    target: Target, known: Cluster
) -> Iterator[tuple[Sighting, Iterator[KubeFault] | None]]:
    index = selection(target)
    for workload in workloads(target):
        for seen in workload.sightings:
            one = seen.object
            pod = one.pod
            if one.kind not in _REPLICATED or pod is None or not pod.containers:
                continue
            if is_off_the_shelf(pod.containers[0].image) or seen.off_path:
                continue
            services = index.services_of(seen)
            if not services or any(map(_made_by_operator, services)):
                continue
            size = _size(target, one)
            if size.least >= 2:
                unknown = bool(seen.within.unrendered)
                yield seen, None if unknown else _exposed(known, seen, pod, size, services[0])


def _made_by_operator(service: KubeObject) -> bool:
    return "ownerReferences" in service.metadata


def _exposed(
    known: Cluster, seen: Sighting, pod: PodTemplate, size: _Size, service: KubeObject
) -> Iterator[KubeFault]:
    one = seen.object
    if not any(_covers(known, entry, seen) for entry in _budget_sightings(known)):
        yield KubeFault(
            "a",
            one.name_place,
            f"{one} with {size.how}",
            f"{one}: {size.how}",
            (
                Note(size.place, size.how),
                Note(service.name_place, f"Service {service.name} sends it traffic"),
            ),
        )
    if not _spread(pod):
        yield KubeFault("d", one.name_place, f"{one}", f"{one}: {size.how}")


def _size(target: Target, one: KubeObject) -> _Size:
    for scaling in scalings_of(target)(one):
        scaler = scaling.seen.object
        low = bounds_of(scaler)[0]
        if low.isdecimal():
            field = "minReplicas" if "minReplicas" in scaler.spec else "minReplicaCount"
            place = scaler.spec.key_place(field) if field in scaler.spec else scaler.name_place
            return _Size(int(low[:9]), place, f"at least {low} replicas")
    spec = one.spec
    replicas = 1 if one.replicas is None else one.replicas
    place = spec.key_place("replicas") if "replicas" in spec else one.name_place
    return _Size(replicas, place, f"{replicas} replica{'' if replicas == 1 else 's'}")


def _spread(pod: PodTemplate) -> bool:
    """Whether something keeps the pods of a workload on different nodes or zones."""
    rules = [rule.map("labelSelector") for rule in pod.spec.maps("topologySpreadConstraints")]
    apart = pod.spec.map("affinity").map("podAntiAffinity")
    rules += [
        rule.map("labelSelector")
        for rule in apart.maps("requiredDuringSchedulingIgnoredDuringExecution")
    ]
    rules += [
        rule.map("podAffinityTerm").map("labelSelector")
        for rule in apart.maps("preferredDuringSchedulingIgnoredDuringExecution")
    ]
    return any(selector_matches(rule, pod.labels) for rule in rules)


# -- budgets -------------------------------------------------------------------------------


def _is_budget(one: KubeObject) -> bool:
    return one.kind == "PodDisruptionBudget" and one.group == "policy"


def _budget_sightings(known: Cluster) -> list[Sighting]:
    return [
        Sighting(entry.within, entry.source)
        for entry in known.of_kind("PodDisruptionBudget")
        if _is_budget(entry.source)
    ]


def _selects(budget: KubeObject, labels: Map) -> bool:
    selector = budget.spec.get("selector")
    if not isinstance(selector, Map):
        return False
    if not selector and budget.api_version == "policy/v1beta1":
        return False  # an empty selector meant nothing there, and means everything since
    return selector_matches(selector, labels)


def _covers(known: Cluster, budget: Sighting, seen: Sighting) -> bool:
    pod = seen.object.pod
    if pod is None or not _selects(budget.object, pod.labels):
        return False
    return reaches(known, seen, budget)


def _budgets(
    target: Target, known: Cluster
) -> Iterator[tuple[Sighting, Iterator[KubeFault] | None]]:
    pods = [
        seen
        for workload in workloads(target)
        for seen in workload.sightings
        if seen.object.kind in _REPLICATED
    ]
    every = _budget_sightings(known)
    for group in sighted(target, every).values():
        for budget in group:
            covered = [seen for seen in pods if _covers(known, budget, seen)]
            own = [seen for seen in covered if seen.within is budget.within] or covered
            unknown = bool(budget.within.unrendered)
            yield budget, None if unknown else _blocking(target, known, budget, own, every)


def _blocking(
    target: Target,
    known: Cluster,
    budget: Sighting,
    covered: list[Sighting],
    every: list[Sighting],
) -> Iterator[KubeFault]:
    one, off_path = budget.object, budget.off_path
    spec = one.spec
    sizes = [_size(target, seen.object) for seen in covered]
    for field in ("maxUnavailable", "minAvailable"):
        value = spec.str(field)
        if not value:
            continue
        reason = _never(field, value, sizes)
        if reason:
            notes = tuple(Note(size.place, size.how) for size in sizes)
            yield KubeFault(
                "b",
                spec.value_place(field),
                f"{one.name}: {field} {value}{reason}",
                f"{field}: {value}",
                notes,
                off_path,
            )
    for other in every:
        if other.object is one or other.within is not budget.within:
            continue
        if other.object.place.key() >= one.place.key():
            continue
        shared = next((seen for seen in covered if _covers(known, other, seen)), None)
        if shared is not None:
            yield KubeFault(
                "c",
                one.name_place,
                f"{one.name} beside {other.object.name} for {shared.object}",
                f"PodDisruptionBudget/{one.name}, {other.object.name}",
                (Note(other.object.name_place, "the other budget"),),
                off_path,
            )


def _never(field: str, value: str, sizes: list[_Size]) -> str:
    """Why a budget allows no eviction, to stand after its value; empty when it allows some."""
    percent = read_percent(value)
    if field == "maxUnavailable":
        return " allows none to go" if percent == 0 or value == "0" else ""
    if percent is not None and percent >= 100:
        return " keeps every pod"
    least = sum(size.least for size in sizes)
    if not sizes or least == 0:
        return ""
    needed = -(-percent * least // 100) if percent is not None else _number(value)
    if needed is None or needed < least:
        return ""
    return f" of {least} replica{'' if least == 1 else 's'}"


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 10 else None
