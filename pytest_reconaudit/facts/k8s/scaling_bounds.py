"""Whether the numbers of an autoscaler make sense beside its target and its environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.k8s.autoscalers import (
    Scaling,
    autoscalers,
    bounds_of,
    is_off_the_shelf,
    scaled_by_gitops,
)
from pytest_reconaudit.facts.k8s.cluster import Sighting, cluster
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.k8s.selection import selection
from pytest_reconaudit.facts.network.programs import program_of_container
from pytest_reconaudit.facts.network.routes import routes_of
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, KubeObject
from pytest_reconaudit.target import Target, once

__all__ = ["bounds_files"]

_FIRST_INSTALL = regex(
    r"#.*\b(?:initial(?:ly)?|first (?:install|deploy\w*|apply|rollout)|bootstrap\w*|start(?:s|ing)?"
    r"|hpa|autoscal\w+|keda)\b",
    re.IGNORECASE,
)
_REQUESTS = regex(
    r"\bhttp_(?:server_)?requests?_(?:total|count|counter|duration|seconds|in_flight|latency)"
    r"|\bhttp\.server\.request\.duration"
)
_METRICS = ("/metrics", "/actuator/prometheus")
_SOURCE = (".rs", ".go", ".py", ".ts", ".js", ".mjs", ".java", ".kt", ".rb", ".cs", ".php")


@once
def bounds_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file with autoscalers: (a) production runs on one pod, (b) nothing to scale between,
    (c) ``replicas`` of the target is set as well, (d) by an overlay to less than the minimum,
    (e) only processor and memory are measured, (f) although requests are counted and served.
    """
    return fault_files(
        target,
        (
            (scaling.seen, None if scaling.unrendered else _faults(target, scaling))
            for autoscaler in autoscalers(target)
            for scaling in autoscaler.scalings
        ),
    )


def _faults(target: Target, scaling: Scaling) -> Iterator[KubeFault]:
    seen, one = scaling.seen, scaling.seen.object
    spec, off_path = one.spec, scaling.seen.off_path
    low, high = bounds_of(one)
    what = f"{one} for {scaling.kind or 'Deployment'}/{scaling.name}"
    horizontal = one.kind == "HorizontalPodAutoscaler"
    lowest = next((key for key in ("minReplicas", "minReplicaCount") if key in spec), "")
    highest = next((key for key in ("maxReplicas", "maxReplicaCount") if key in spec), "")
    place = spec.key_place(lowest) if lowest else one.name_place
    if horizontal and low == "1" and not off_path and not _single(scaling):
        given = "minReplicas: 1" if lowest else "minReplicas is not set, so 1"
        # Where nothing says that it is production, only what takes traffic wants a second pod.
        unsaid = seen.environment != "production"
        if not unsaid or _takes_traffic(target, scaling):
            yield KubeFault("a", place, f"{what} ({given})", given, (), unsaid)
    if low == high and lowest and highest and low != "0":
        yield KubeFault(
            "b", spec.key_place(highest), f"{what} ({low}-{high})", f"{low}-{high}", (), off_path
        )
    for workload in scaling.targets:
        yield from _fixed(target, scaling, workload, low)
    if horizontal:
        yield from _measured(target, scaling, what)


def _takes_traffic(target: Target, scaling: Scaling) -> bool:
    """Whether an application's own workload behind a Service is scaled."""
    index = selection(target)
    return any(
        one.pod is not None
        and bool(one.pod.containers)
        and not is_off_the_shelf(one.pod.containers[0].image)
        and bool(index.services_of(Sighting(scaling.seen.within, one)))
        for one in scaling.targets
    )


def _single(scaling: Scaling) -> bool:
    """Whether one pod at a time is meant."""
    return any(
        one.spec.map("strategy").str("type") == "Recreate"
        or any("persistentVolumeClaim" in volume for volume in (one.pod.volumes if one.pod else ()))
        for one in scaling.targets
    )


def _fixed(target: Target, scaling: Scaling, workload: KubeObject, low: str) -> Iterator[KubeFault]:
    """``replicas`` that each apply sets back to a number."""
    spec = workload.spec
    if workload.replicas is None or "replicas" not in spec:
        return
    place = spec.value_place("replicas")
    known = cluster(target)
    if scaled_by_gitops(known, workload) or _says_first_install(target, place):
        return
    count = workload.replicas
    scaler = scaling.seen.object
    note = Note(scaler.name_place, f"{scaler} scales it")
    what, evidence = f"{workload} with replicas {count}", f"{workload} replicas: {count}"
    overlaid = place.path != workload.path
    if overlaid and low.isdecimal() and int(low[:9]) > count:
        what += f" under minReplicas {low}"
        yield KubeFault("d", place, what, evidence, (note,), scaling.seen.off_path)
    else:
        yield KubeFault("c", place, what, evidence, (note,), scaling.seen.off_path)


def _says_first_install(target: Target, place: Place) -> bool:
    """Whether a comment beside or above says that the number only holds at first."""
    line = place.line or 1
    if _FIRST_INSTALL.search(target.line(place.path, line)):
        return True
    for number in (line - 1, line - 2):
        text = target.line(place.path, number).strip()
        if not text.startswith("#"):
            return False
        if _FIRST_INSTALL.search(text):
            return True
    return False


def _measured(target: Target, scaling: Scaling, what: str) -> Iterator[KubeFault]:
    spec = scaling.seen.object.spec
    metrics = spec.maps("metrics")
    if any(metric.str("type") not in ("Resource", "ContainerResource") for metric in metrics):
        return
    index = selection(target)
    for workload in scaling.targets:
        pod = workload.pod
        image = pod.containers[0].image if pod is not None and pod.containers else ""
        if not image or is_off_the_shelf(image):
            continue
        services = index.services_of(Sighting(scaling.seen.within, workload))
        if not services:
            continue
        names = {
            metric.map("resource").str("name") or metric.map("containerResource").str("name")
            for metric in metrics
        } or {"cpu"}
        place = spec.key_place("metrics") if metrics else scaling.seen.object.name_place
        exported = _exported_by(target, pod.containers[0]) if pod is not None else None
        notes = [Note(services[0].name_place, f"Service {services[0].name} sends it traffic")]
        if exported is not None:
            notes.append(Note(exported, "request metrics are exported here"))
        yield KubeFault(
            "f" if exported is not None else "e",
            place,
            what,
            f"metrics: {', '.join(sorted(names))}",
            tuple(notes),
            scaling.seen.off_path,
            likely=True,
        )
        return


def _exported_by(target: Target, container: Container) -> Place | None:
    """Where the program of a container counts its requests, when anybody can fetch the count:
    by a route, or by what the cluster is told to scrape."""
    places = _exported(target)
    if not places:
        return None
    program = program_of_container(target, container)
    if program is None or program.dockerfile is None or program.server:
        return None  # somebody else's image, a web server of static files
    package = program.package
    inside = f"{package}/" if package else ""
    counted = next((one for one in places if one.path.startswith(inside)), None)
    if counted is None:
        return None
    table = routes_of(target, program)
    if table is not None:
        served = any(table.serves(path) for path in _METRICS)
    else:  # no reader for its routes
        served = any(one.startswith(inside) for one in _says_metrics(target))
    return counted if served or _scraped(target) else None


@once
def _says_metrics(target: Target) -> tuple[str, ...]:
    """The sources that spell the path of request metrics out."""
    return tuple(
        path
        for path in target.files
        if path.endswith(_SOURCE)
        and any(f"{quote}/metrics{quote}" in target.text(path) for quote in "\"'`")
    )


@once
def _scraped(target: Target) -> bool:
    """Whether a manifest asks for request metrics of the programs here."""
    return any(
        one.kind in ("ServiceMonitor", "PodMonitor")
        or any(trigger.str("type") == "prometheus" for trigger in one.spec.maps("triggers"))
        or any("prometheus-adapter" in box.image for box in (one.pod.containers if one.pod else ()))
        for file in manifest_files(target)
        for one in file.objects
    )


@once
def _exported(target: Target) -> tuple[Place, ...]:
    """Where the repository's own code exports request metrics, the first line of each file."""
    found = []
    for path in target.files:
        if not path.endswith(_SOURCE):
            continue
        text = target.text(path)
        if "http_" not in text and "http.server." not in text:
            continue
        match = _REQUESTS.search(text)
        if match is not None:
            found.append(Place(path, text.count("\n", 0, match.start()) + 1, 1))
    return tuple(found)
