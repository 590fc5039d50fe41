"""Who selects whom: Services, disruption budgets and autoscalers over pods, by label and name."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.facts.k8s.cluster import Cluster, Entry, Sighting, cluster
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = [
    "Selection",
    "has_defaults",
    "reaches",
    "same_namespace",
    "selection",
    "selector_matches",
    "set_by_vertical_autoscaler",
]


def same_namespace(one: str | None, other: str | None) -> bool:
    """Whether two objects can be in one namespace: one that is not given matches every one."""
    return one is None or other is None or one == other


def selector_matches(selector: Map, labels: Map) -> bool:
    """Whether a LabelSelector (``matchLabels``, ``matchExpressions``) selects these labels.

    An empty selector selects everything; an operator that nobody knows selects nothing.
    """
    wanted = selector.map("matchLabels")
    if any(labels.str(key) != wanted.str(key) for key in wanted):
        return False
    for rule in selector.maps("matchExpressions"):
        key, operator = rule.get("key"), rule.str("operator")
        if not isinstance(key, str):
            return False
        values = {f"{value}" for value in rule.seq("values")}
        has = key in labels
        met = {
            "In": has and labels.str(key) in values,
            "NotIn": not has or labels.str(key) not in values,
            "Exists": has,
            "DoesNotExist": not has,
        }.get(operator, False)
        if not met:
            return False
    return True


def reaches(known: Cluster, seen: Sighting, other: Sighting) -> bool:
    """Whether two objects can be in one namespace of one cluster at once."""
    one = other.object
    entry = Entry(other.within, one, one.kind, one.name, one.namespace, None)
    return same_namespace(seen.object.namespace, one.namespace) and known.sees(
        seen.within, seen.object, entry
    )


class Selection:
    """The Services, budgets and pods of a target, found by the labels that they share."""

    def __init__(self, known: Cluster) -> None:
        self.known = known
        self._services: dict[tuple[str, str], list[Entry]] = {}
        for entry in known.of_kind("Service"):
            source = entry.source
            selector = source.spec.map("selector")
            if source.kind == "Service" and source.group == "" and selector:
                self._services.setdefault(_first(selector), []).append(entry)
        self._pods: dict[tuple[str, str], list[Sighting]] = {}
        for within in known.sets:
            for one in within.objects:
                pod = one.pod
                for key in pod.labels if pod is not None else ():
                    pair = (f"{key}", pod.labels.str(key)) if pod is not None else ("", "")
                    self._pods.setdefault(pair, []).append(Sighting(within, one))

    def services_of(self, seen: Sighting) -> tuple[KubeObject, ...]:
        """The Services that send traffic to the pods of a workload, in order."""
        pod = seen.object.pod
        if pod is None:
            return ()
        found = []
        for key in pod.labels:
            for entry in self._services.get((f"{key}", pod.labels.str(key)), ()):
                selector = entry.source.spec.map("selector")
                if (
                    same_namespace(entry.namespace, seen.object.namespace)
                    and _equal(selector, pod.labels)
                    and self.known.sees(seen.within, seen.object, entry)
                ):
                    found.append(entry)
        own = [entry for entry in found if entry.within is seen.within]
        return tuple(entry.source for entry in own or found)

    def pods_of(self, selector: Map) -> Iterator[Sighting]:
        """Every workload, in any render set and namespace, whose pods have all these labels."""
        if not selector:
            return
        for seen in self._pods.get(_first(selector), ()):
            pod = seen.object.pod
            if pod is not None and _equal(selector, pod.labels):
                yield seen

    def labelled(self, key: str, value: str) -> list[Sighting]:
        """Every workload whose pods carry one label."""
        return self._pods.get((key, value), [])

    def values_of(self, key: str) -> frozenset[str]:
        """Every value that pods have for a label."""
        return frozenset(value for name, value in self._pods if name == key)


def _first(selector: Map) -> tuple[str, str]:
    key = next(iter(selector))
    return (f"{key}", selector.str(key))


def _equal(selector: Map, labels: Map) -> bool:
    return all(labels.str(key) == selector.str(key) for key in selector)


@once
def selection(target: Target) -> Selection:
    """The index over the whole target."""
    return Selection(cluster(target))


def has_defaults(known: Cluster, seen: Sighting) -> bool:
    """Whether a LimitRange in the namespace gives containers requests and limits."""
    return any(
        same_namespace(entry.namespace, seen.object.namespace)
        and known.sees(seen.within, seen.object, entry)
        for entry in known.of_kind("LimitRange")
    )


def set_by_vertical_autoscaler(known: Cluster, seen: Sighting) -> bool:
    """Whether a VerticalPodAutoscaler writes the requests of a workload."""
    one = seen.object
    for entry in known.of_kind("VerticalPodAutoscaler"):
        spec = entry.source.spec
        ref = spec.map("targetRef")
        mode = spec.map("updatePolicy").str("updateMode", "Auto")
        if (
            mode != "Off"
            and (ref.str("kind"), ref.str("name")) == (one.kind, one.name)
            and same_namespace(entry.namespace, one.namespace)
            and known.sees(seen.within, one, entry)
        ):
            return True
    return False
