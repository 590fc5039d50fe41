"""Autoscalers, what they scale, and which workloads want one.

An autoscaler is any object with ``spec.scaleTargetRef``: HorizontalPodAutoscaler, KEDA's
ScaledObject and HTTPScaledObject, the third-party ones of that shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster, environment, sighted
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.facts.k8s.selection import Selection, has_defaults, selection
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, KubeObject, is_kube_name
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = [
    "Autoscaler",
    "Deployment",
    "MissingRequest",
    "Rival",
    "ScaleTarget",
    "Scaling",
    "autoscalers",
    "bounds_of",
    "deployments",
    "is_off_the_shelf",
    "scale_targets",
    "scaled_by_gitops",
    "scalings_of",
]

_OFF_THE_SHELF = regex(
    r"(?:^|[/_-])(?:postgres(?:ql)?|postgis|timescaledb(?:-ha)?|mysql|mariadb|percona|redis|valkey"
    r"|keydb|dragonfly|memcached|mongo(?:db)?|cassandra|scylla|cockroach|clickhouse(?:-server)?"
    r"|influxdb|neo4j|couchdb|kafka|zookeeper|redpanda|rabbitmq|nats|pulsar|activemq|mosquitto"
    r"|elasticsearch|opensearch|solr|meilisearch|typesense|qdrant|weaviate|milvus|minio"
    r"|seaweedfs|prometheus|alertmanager|grafana|loki|promtail|tempo|mimir|thanos|jaeger|zipkin"
    r"|otel-collector|opentelemetry-collector(?:-contrib)?|fluent(?:d|-bit)|kibana|logstash"
    r"|filebeat|cadvisor|node[_-]exporter|pushgateway|kube-state-metrics|etcd|vault|consul"
    r"|keycloak|adminer|pgadmin4?|phpmyadmin|mongo-express|redis-commander|redisinsight"
    r"|mailhog|mailpit|maildev|localstack|traefik|nginx-ingress|ingress-nginx|registry"
    r"|sonarqube|jenkins|gitea|nexus3?|pgbouncer|temporal|selenium[\w-]*|busybox|sleep"
    r"|all-in-one|stackdriver|metrics-server|external-dns|cert-manager[\w-]*|coredns"
    r"|dashboard|kafka-ui|kafdrop|flower|unleash-server)(?:[-_]?(?:server|exporter|ui|db|master|slave"
    r"|leader|follower|primary|replica|cluster|sentinel|alpine|oss|all-in-one|v?\d+|centos\d*"
    r"|debian\d*))*$"
)
"""Base names of images that are data stores or off-the-shelf servers (catalogue G12)."""
_OPERATOR = regex(r"leader[-_]?elect|LEADER_ELECT", re.IGNORECASE)
_OPERATOR_NAME = regex(r"(?:^|-)(?:operator|controller|controller-manager|webhook)$")
_BOUND_KEY = regex(r"(?:^|_)(?:MAX|HPA_MAX|AUTOSCALING_MAX)_?(?:REPLICAS|PODS|INSTANCES)$")
_BUILTIN_KINDS = frozenset(
    {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout", "DaemonSet", ""}
)
_REMOVED = {"autoscaling/v2beta1": "1.25", "autoscaling/v2beta2": "1.26"}
_ELSEWHERE = regex(
    r"#.*\b(?:charts?|helm|other repo\w*|another repo\w*|separate repo\w*|repository|upstream"
    r"|operator|terraform|managed by|deployed by|lives in|installed by|provided by|comes from"
    r"|external(?:ly)?)\b",
    re.IGNORECASE,
)
_ENV_PARTS = regex(
    r"(?:^|-)(?:prod|production|staging|stage|stg|dev|development|test|uat|qa)(?=-|$)"
)


# -- autoscalers ---------------------------------------------------------------------------


class MissingRequest(Struct, frozen=True):
    """A metric in per cent of a request that a container does not make."""

    resource: str
    metric_place: Place
    container: Container


class Scaling(Struct, frozen=True):
    """One autoscaler in one render set, with what came of its target."""

    seen: Sighting
    group: str
    kind: str
    name: str
    target_place: Place
    """Where the target's name stands."""
    targets: tuple[KubeObject, ...]
    """What it reaches."""
    wrong_group: KubeObject | None
    """An object of that kind and name in another API group, or of another kind."""
    elsewhere: tuple[KubeObject, ...]
    """Objects of that name that only exist in other, explicit namespaces."""
    external: Place | None
    """Where a comment, chart or script says that the target comes from elsewhere."""
    near: KubeObject | None
    """The workload of that kind with the name most alike, when nothing has this one."""
    missing_requests: tuple[MissingRequest, ...]

    @property
    def unrendered(self) -> str:
        """Why it cannot be told what it scales; empty when it can."""
        return self.seen.within.unrendered

    @property
    def lost(self) -> str:
        """What became of the target, to stand after its name; empty when it is reached."""
        if self.targets:
            return ""
        group = self.group or "core"
        if self.elsewhere:
            spaces = sorted({one.namespace or "another environment" for one in self.elsewhere})
            here = self.seen.object.namespace
            given = f"namespace {here}" if here else "no namespace given here"
            return f"which exists only in {', '.join(spaces)} ({given})"
        if self.wrong_group is not None:
            other = self.wrong_group
            return f"of API group {group}, but it is a {other.kind} of {other.api_version}"
        return f"which exists nowhere (API group {group})"

    @property
    def signs(self) -> tuple[Note, ...]:
        """Where the target may have been meant."""
        notes = [Note(one.name_place, f"{one} in {one.namespace}") for one in self.elsewhere]
        if not notes and self.wrong_group is not None:
            notes.append(Note(self.wrong_group.name_place, f"{self.wrong_group} is defined here"))
        elif not notes and self.external is not None:
            notes.append(Note(self.external, "hints that it comes from elsewhere"))
        elif not notes and self.near is not None:
            notes.append(Note(self.near.name_place, f"{self.near} is defined here"))
        return tuple(notes)

    @property
    def doubtful(self) -> bool:
        """Whether the target may well be there when everything is applied."""
        return bool(self.elsewhere) or (self.wrong_group is None and self.external is not None)

    @property
    def dynamic(self) -> bool:
        """Whether the target's name is filled in by some tool at deploy time."""
        return not is_kube_name(self.name)


class Autoscaler(Struct, frozen=True):
    """One autoscaler as written, with every render set that it ends up in."""

    id: str
    scalings: tuple[Scaling, ...]

    @property
    def object(self) -> KubeObject:
        return self.scalings[0].seen.object

    @property
    def removed_in(self) -> str:
        """The Kubernetes version that dropped its API version; empty when it is still served."""
        return _REMOVED.get(self.object.api_version, "")

    @property
    def off_path(self) -> bool:
        """Whether it is only for development or the like."""
        return all(each.seen.off_path for each in self.scalings)

    @property
    def rendered(self) -> tuple[Scaling, ...]:
        """What can be told of it; nothing when its target's name is filled in by some tool."""
        found = tuple(one for one in self.scalings if not one.unrendered)
        return () if found and found[0].dynamic else found

    @property
    def worst(self) -> Scaling | None:
        """What is broken of it, where it matters most."""
        broken = [one for one in self.rendered if one.lost or one.missing_requests]
        return min(broken, key=lambda one: one.seen.off_path) if broken else None


class AutoscalerFile(Struct, frozen=True):
    """The autoscalers that one file writes down."""

    path: str
    autoscalers: tuple[Autoscaler, ...]

    @property
    def judged(self) -> bool:
        """Whether anything can be told of one of them."""
        return any(one.removed_in or one.rendered for one in self.autoscalers)

    def removed(self) -> tuple[tuple[str, tuple[Autoscaler, ...]], ...]:
        """(Kubernetes version that removed their API, the autoscalers of one weight)."""
        found: dict[tuple[str, bool], list[Autoscaler]] = {}
        for one in self.autoscalers:
            if one.removed_in:
                found.setdefault((one.removed_in, one.off_path), []).append(one)
        return tuple((version, tuple(ones)) for (version, _), ones in found.items())

    def lost(self) -> tuple[Scaling, ...]:
        """Those whose target is nowhere."""
        return tuple(worst for one in self.autoscalers if (worst := one.worst) and worst.lost)

    def starved(self) -> tuple[tuple[str, tuple[Scaling, ...]], ...]:
        """(resources that are measured and not requested, the autoscalers of one weight)."""
        found: dict[tuple[str, bool], list[Scaling]] = {}
        for one in self.autoscalers:
            worst = one.worst
            if worst is not None and not worst.lost:
                names = " and ".join(sorted({lack.resource for lack in worst.missing_requests}))
                found.setdefault((names, worst.seen.off_path), []).append(worst)
        return tuple((names, tuple(ones)) for (names, _), ones in found.items())


def _scale_ref(one: KubeObject) -> Map | None:
    """The reference of an autoscaler to what it scales."""
    ref = one.spec.get("scaleTargetRef")
    if not isinstance(ref, Map) or one.kind == "VerticalPodAutoscaler":
        return None
    return ref if ref.str("name") or ref.str("deployment") else None


def _target_of(one: KubeObject, ref: Map) -> tuple[str, str, str, Place]:
    """(group, kind, name, place of the name) that an autoscaler scales."""
    field = "name" if ref.str("name") else "deployment"
    horizontal = one.kind == "HorizontalPodAutoscaler"
    api_version = ref.str("apiVersion", "" if horizontal else "apps/v1")
    kind = ref.str("kind", "" if horizontal else "Deployment")
    return api_version.rpartition("/")[0], kind, ref.str(field), ref.value_place(field)


@once
def autoscalers(target: Target) -> tuple[Autoscaler, ...]:
    """Every autoscaler, by file."""
    known = cluster(target)
    seen = (
        Sighting(within, one)
        for within in known.sets
        for one in within.objects
        if _scale_ref(one) is not None
    )
    return tuple(
        Autoscaler(name, tuple(_scaling(target, known, one) for one in group))
        for name, group in sighted(target, seen).items()
    )


@once
def autoscaler_files(target: Target) -> tuple[AutoscalerFile, ...]:
    """Every file with autoscalers, by path."""
    found: dict[str, list[Autoscaler]] = {}
    for one in autoscalers(target):
        found.setdefault(one.object.path, []).append(one)
    return tuple(AutoscalerFile(path, tuple(found[path])) for path in sorted(found))


@once
def scalings_of(target: Target) -> Callable[[KubeObject], tuple[Scaling, ...]]:
    """The autoscalers that reach a workload, as one render set has it."""
    found: dict[int, list[Scaling]] = {}
    for autoscaler in autoscalers(target):
        for scaling in autoscaler.scalings:
            for one in scaling.targets:
                found.setdefault(id(one), []).append(scaling)
    return lambda one: tuple(found.get(id(one), ()))


def _scaling(target: Target, known: Cluster, seen: Sighting) -> Scaling:
    one, within = seen.object, seen.within
    ref = _scale_ref(one)
    assert ref is not None
    group, kind, name, place = _target_of(one, ref)
    found = known.find(within, one, kind, name, one.namespace)
    reached = [entry.source for entry in found.entries if entry.source.group == group]
    wrong = next((entry.source for entry in found.entries), None) if not reached else None
    if not reached and wrong is None:
        wrong = _other_kind(known, seen, kind, name)
    # Without a namespace of its own it lands in the default one, away from its target.
    elsewhere = [entry.source for entry in found.elsewhere if entry.source.group == group]
    if one.namespace is None and reached and all(r.namespace is not None for r in reached):
        commands = [a for a in known.outside.applied if a.namespace and a.covers(one.path)]
        wanted = {r.namespace for r in reached}
        if not any(command.namespace in wanted for command in commands):
            elsewhere, reached = [*reached, *elsewhere], []
    external, near = None, None
    if not reached:
        external = _comment(target, one) or found.created
        if external is None and kind not in _BUILTIN_KINDS and not known.of_kind(kind):
            external = place  # made by an operator: nothing of that kind is in the repository
        alike = None if wrong or elsewhere else known.near(kind, name)
        near = alike.source if alike else None
    return Scaling(
        seen=seen,
        group=group,
        kind=kind,
        name=name,
        target_place=place,
        targets=tuple(reached),
        wrong_group=wrong,
        elsewhere=tuple(elsewhere),
        external=external,
        near=near,
        missing_requests=tuple(_missing_requests(known, seen, reached[0])) if reached else (),
    )


def _other_kind(known: Cluster, seen: Sighting, kind: str, name: str) -> KubeObject | None:
    """A workload of the wanted name but another kind: usually a slip of the pen."""
    for other in ("Deployment", "StatefulSet", "Rollout", "DaemonSet"):
        if other != kind:
            found = known.find(seen.within, seen.object, other, name, seen.object.namespace)
            if found.entries:
                return found.entries[0].source
    return None


def _comment(target: Target, one: KubeObject) -> Place | None:
    """A comment in or right above the object that says where its target comes from."""
    lines = target.text(one.path).split("\n")
    first = one.root.line
    start = first
    while start > 1 and lines[start - 2].lstrip().startswith("#"):
        start -= 1
    for number in range(start, min(one.root.end, len(lines)) + 1):
        if "#" in lines[number - 1] and _ELSEWHERE.search(lines[number - 1]):
            return Place(one.path, number, 1)
    return None


def _missing_requests(
    known: Cluster, seen: Sighting, workload: KubeObject
) -> Iterator[MissingRequest]:
    pod = workload.pod
    if pod is None or any(not container.image for container in pod.containers):
        return
    if "resources" in pod.spec:  # requests of the pod as a whole
        return
    if has_defaults(known, Sighting(seen.within, workload)):
        return
    for resource, only, place in _percentages(seen.object):
        for container in pod.all_containers:
            if not container.stays or (only and container.name != only):
                continue
            if not container.requested(resource):
                yield MissingRequest(resource, place, container)


def _percentages(one: KubeObject) -> Iterator[tuple[str, str, Place]]:
    """(resource, only this container or empty, place) of metrics relative to requests."""
    spec = one.spec
    if one.kind == "HorizontalPodAutoscaler":
        if one.api_version == "autoscaling/v1":
            yield "cpu", "", spec.key_place("targetCPUUtilizationPercentage")
        elif not spec.seq("metrics"):
            yield "cpu", "", spec.key_place("metrics")
        for metric in spec.maps("metrics"):
            field = {"Resource": "resource", "ContainerResource": "containerResource"}.get(
                metric.str("type"), ""
            )
            source = metric.map(field)
            relative = (
                source.map("target").str("type") == "Utilization"
                or "averageUtilization" in source.map("target")
                or "targetAverageUtilization" in source
            )
            if field and relative:
                yield source.str("name"), source.str("container"), source.value_place("name")
        return
    for trigger in spec.maps("triggers"):
        kind = trigger.str("type")
        metadata = trigger.map("metadata")
        relative = "Utilization" in (trigger.str("metricType"), metadata.str("type"))
        if kind in ("cpu", "memory") and relative:
            yield kind, metadata.str("containerName"), trigger.value_place("type")


# -- scale targets -------------------------------------------------------------------------


class Rival(Struct, frozen=True):
    """One autoscaler of a scale target."""

    object: KubeObject
    within: RenderSet
    minimum: str
    maximum: str
    off_path: bool

    @property
    def bounds(self) -> str:
        """``2-10``; a minimum that is not given is 1 (0 for KEDA)."""
        return f"{self.minimum}-{self.maximum}"

    @property
    def place(self) -> Place:
        """Where the upper bound stands."""
        for field in ("maxReplicas", "maxReplicaCount"):
            if field in self.object.spec:
                return self.object.spec.key_place(field)
        return self.object.name_place


class ScaleTarget(Struct, frozen=True):
    """What autoscalers scale: a workload's kind and name.

    ``together`` are pairs (or more) that act on the same object at once, ``apart`` are copies in
    alternative files whose bounds differ. Each is a tuple of groups, usually none.
    """

    id: str
    kind: str
    name: str
    rivals: tuple[Rival, ...]
    together: tuple[tuple[Rival, ...], ...]
    apart: tuple[tuple[Rival, ...], ...]

    def applied_at_once(self, group: tuple[Rival, ...]) -> bool:
        """Whether one command applies all of a group, known from the files alone."""
        first = group[0]
        return all(
            one.within is first.within
            and (first.within.kind == "kustomization" or one.object.path == first.object.path)
            for one in group
        )


@once
def scale_targets(target: Target) -> tuple[ScaleTarget, ...]:
    """Every (kind, name) that some autoscaler scales."""
    groups: dict[tuple[str, str], list[Rival]] = {}
    known = cluster(target)
    for within in known.sets:
        for one in within.objects:
            ref = _scale_ref(one)
            if ref is None or target.is_generated(one.path):
                continue
            _, kind, name, _ = _target_of(one, ref)
            if is_kube_name(name):
                groups.setdefault((kind, name), []).append(_rival(within, one))
    found = []
    for (kind, name), rivals in sorted(groups.items()):
        together = tuple(_together(rivals))
        apart = tuple(_apart(known, rivals, kind, name))
        found.append(ScaleTarget(f"{kind}/{name}", kind, name, tuple(rivals), together, apart))
    return tuple(found)


def bounds_of(one: KubeObject) -> tuple[str, str]:
    """(minimum, maximum) of an autoscaler as written, with their defaults."""
    spec = one.spec
    if one.kind == "HorizontalPodAutoscaler":
        low, high = spec.str("minReplicas", "1"), spec.str("maxReplicas", "?")
    else:
        replicas = spec.map("replicas")
        low = spec.str("minReplicaCount") or replicas.str("min", "0")
        high = spec.str("maxReplicaCount") or replicas.str("max", "100")
    return low, high


def _rival(within: RenderSet, one: KubeObject) -> Rival:
    low, high = bounds_of(one)
    return Rival(one, within, low, high, Sighting(within, one).off_path)


def _together(rivals: list[Rival]) -> Iterator[tuple[Rival, ...]]:
    """Different autoscalers over one object: same render set, same namespace."""
    seen: dict[tuple[int, str | None, str], list[Rival]] = {}
    for rival in rivals:
        one = rival.object
        # In a plain folder, files of different environments are not applied together.
        apart = rival.within.kind == "directory" and one.namespace is None
        where = environment(one.path) if apart else ""
        seen.setdefault((id(rival.within), one.namespace, where), []).append(rival)
    reported: set[frozenset[Place]] = set()
    for group in seen.values():
        names = {(rival.object.group, rival.object.kind, rival.object.name) for rival in group}
        places = frozenset(rival.object.place for rival in group)
        if len(names) > 1 and places not in reported:
            reported.add(places)
            yield tuple(group)


def _apart(
    known: Cluster, rivals: list[Rival], kind: str, name: str
) -> Iterator[tuple[Rival, ...]]:
    """Copies that may all be meant for the same workload, but with different bounds."""
    plain = [rival for rival in rivals if rival.within.kind == "directory"]
    groups: dict[str, list[Rival]] = {}
    for rival in plain:
        groups.setdefault(rival.within.id, []).append(rival)
    reported = set()
    for group in groups.values():
        if _disagree(group):
            reported |= {rival.object.place for rival in group}
            yield tuple(group)
    across = [rival for rival in plain if rival.object.place not in reported]
    for same in _same_image(known, across, kind, name):
        if _disagree(same):
            yield tuple(same)


def _disagree(group: list[Rival]) -> bool:
    """Whether two of them could mean the same object and bound it differently."""
    for index, one in enumerate(group):
        for other in group[index + 1 :]:
            spaces = (one.object.namespace, other.object.namespace)
            if None not in spaces and spaces[0] != spaces[1]:
                continue  # two namespaces, two workloads
            ours = environment(one.object.namespace, one.object.path)
            theirs = environment(other.object.namespace, other.object.path)
            if ours and theirs and ours != theirs:
                continue
            same = (one.object.kind, one.object.name) == (other.object.kind, other.object.name)
            twins = spaces[0] == spaces[1] and not same and one.within is other.within
            if one.bounds != other.bounds and not twins:
                return True
    return False


def _same_image(known: Cluster, rivals: list[Rival], kind: str, name: str) -> Iterator[list[Rival]]:
    """Rivals of different folders whose workloads run the same image, sibling folders apart."""
    by_image: dict[str, list[Rival]] = {}
    for rival in rivals:
        entries = [
            entry
            for entry in known.named(kind, name)
            if entry.within is rival.within and entry.namespace in (rival.object.namespace, None)
        ]
        pod = entries[0].source.pod if entries else None
        if pod is not None and pod.containers:
            by_image.setdefault(image_base(pod.containers[0].image), []).append(rival)
    for group in by_image.values():
        parents = {rival.within.id.rpartition("/")[0] for rival in group}
        if len(group) > 1 and len(parents) == len(group):
            yield group


def image_base(image: str) -> str:
    """The last part of an image's repository: ``ghcr.io/acme/api:1.2`` → ``api``."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


# -- workloads that want one ---------------------------------------------------------------


class Deployment(Struct, frozen=True):
    """A Deployment and what decides whether it should scale by itself, in one render set each."""

    id: str
    views: tuple[DeploymentView, ...]


class DeploymentView(Struct, frozen=True):
    """A Deployment in one render set."""

    seen: Sighting
    service: KubeObject | None
    """A Service that selects its pods."""
    autoscaled: bool
    """Something scales it: an autoscaler, a Rollout, ``kubectl autoscale``."""
    exempt: str
    """Why it needs none all the same; empty when it does."""
    rehearsed: tuple[Note, ...]
    """Signs that this environment stands for one that scales: bounds in its configuration, an
    autoscaler on its production twin."""

    @property
    def object(self) -> KubeObject:
        return self.seen.object

    @property
    def replicas(self) -> int:
        """A Deployment without a number runs one."""
        replicas = self.object.replicas
        return 1 if replicas is None else replicas

    @property
    def replicas_place(self) -> Place:
        spec = self.object.spec
        return spec.key_place("replicas") if "replicas" in spec else self.object.name_place


@once
def deployments(target: Target) -> tuple[Deployment, ...]:
    """Every Deployment, by file."""
    known, index = cluster(target), selection(target)
    scaled = _scaled_names(known)
    seen = (
        Sighting(within, one)
        for within in known.sets
        for one in within.objects
        if one.kind == "Deployment"
        and one.group in ("apps", "extensions")
        and one.pod is not None
        and all(container.image for container in one.pod.containers)
    )
    return tuple(
        Deployment(name, tuple(_view(known, index, scaled, one) for one in group))
        for name, group in sighted(target, seen).items()
    )


_Scaled = dict[str, list[tuple[RenderSet, KubeObject]]]


def _scaled_names(known: Cluster) -> _Scaled:
    """Name of a Deployment → the autoscalers (and Rollouts, Canaries) that name it."""
    found: _Scaled = {}
    for within in known.sets:
        for one in within.objects:
            ref = _scale_ref(one)
            name = ""
            if ref is not None:
                name = _target_of(one, ref)[2]
            elif one.kind == "Rollout":
                name = one.spec.map("workloadRef").str("name")
            elif one.kind == "Canary" and "autoscalerRef" in one.spec:
                name = one.spec.map("targetRef").str("name")
            if name:
                found.setdefault(name, []).append((within, one))
    return found


def _view(known: Cluster, index: Selection, scaled: _Scaled, seen: Sighting) -> DeploymentView:
    service = next(iter(index.services_of(seen)), None)
    exempt = why_exempt(known, seen)
    return DeploymentView(
        seen=seen,
        service=service,
        # Scripts are read only where the answer depends on them.
        autoscaled=_is_scaled(known, scaled, seen, scripts=service is not None and not exempt),
        exempt=exempt,
        rehearsed=tuple(_rehearsed(known, scaled, seen)),
    )


def _is_scaled(known: Cluster, scaled: _Scaled, seen: Sighting, *, scripts: bool) -> bool:
    one = seen.object
    for within, scaler in scaled.get(one.name, ()):
        spaces = (scaler.namespace, one.namespace)
        apart = None not in spaces and spaces[0] != spaces[1]
        if not apart and (within is seen.within or _applied_with(known, seen, within, scaler)):
            return True
    return scripts and any(
        kind == "Deployment" and name in ("", one.name)
        for kind, name, _ in known.outside.autoscaled
    )


def _applied_with(known: Cluster, seen: Sighting, within: RenderSet, scaler: KubeObject) -> bool:
    """Whether an autoscaler of another render set reaches this Deployment."""
    entries = known.named(scaler.kind, scaler.name)
    return any(
        entry.within is within
        and entry.source is scaler
        and known.sees(seen.within, seen.object, entry)
        for entry in entries
    )


def is_off_the_shelf(image: str) -> bool:
    """Whether an image is a data store or a ready-made server (catalogue G12)."""
    return _OFF_THE_SHELF.search(image_base(image)) is not None or any(
        _OFF_THE_SHELF.search(part) for part in image.partition(":")[0].split("/")[-2:-1]
    )


def why_exempt(known: Cluster, seen: Sighting) -> str:
    """Why a workload is no application that scales (catalogue G12); empty when it is one."""
    one = seen.object
    pod = one.pod
    assert pod is not None
    if one.replicas == 0:
        return "switched off"
    if pod.containers and is_off_the_shelf(pod.containers[0].image):
        return "a data store or off-the-shelf server"
    if one.spec.map("strategy").str("type") == "Recreate" and (one.replicas or 1) == 1:
        return "one at a time by design"
    for container in pod.containers:
        names = (entry.name for entry in container.env)
        if any(_OPERATOR.search(word) for word in (*container.command_line, *names)):
            return "elects a leader"
    if _OPERATOR_NAME.search(one.name):
        return "a controller"
    for volume in pod.volumes:
        if "hostPath" in volume:
            return "bound to its node"
        claim = volume.map("persistentVolumeClaim").str("claimName")
        if claim and not _shared(known, seen, claim):
            return "has a volume of its own"
    if scaled_by_gitops(known, one):
        return "replicas are left to somebody else"
    return ""


def _shared(known: Cluster, seen: Sighting, claim: str) -> bool:
    """Whether a claim can be mounted by pods on several nodes; unknown claims cannot."""
    one = seen.object
    found = known.find(seen.within, one, "PersistentVolumeClaim", claim, one.namespace)
    modes = [f"{mode}" for entry in found.entries for mode in entry.source.spec.seq("accessModes")]
    return bool(modes) and all(mode in ("ReadWriteMany", "ReadOnlyMany") for mode in modes)


def scaled_by_gitops(known: Cluster, one: KubeObject) -> bool:
    """An Argo CD application that ignores ``/spec/replicas`` leaves them to an autoscaler."""
    for kind in ("Application", "ApplicationSet"):
        for entry in known.of_kind(kind):
            spec = entry.source.spec
            if kind == "ApplicationSet":
                spec = spec.map("template").map("spec")
            for rule in spec.maps("ignoreDifferences"):
                pointers = [
                    f"{p}" for p in (*rule.seq("jsonPointers"), *rule.seq("jqPathExpressions"))
                ]
                ignored = any("spec/replicas" in p or p == ".spec.replicas" for p in pointers)
                if ignored and rule.str("kind", "Deployment") == "Deployment":
                    return rule.str("name", one.name) == one.name
    return False


def _rehearsed(known: Cluster, scaled: _Scaled, seen: Sighting) -> Iterator[Note]:
    if seen.environment != "staging":
        return
    one = seen.object
    pod = one.pod
    assert pod is not None
    for container in pod.containers:
        for source in container.env_from:
            found = known.find(seen.within, one, source.kind, source.name, one.namespace)
            for entry in found.entries:
                for key in sorted(entry.keys or ()):
                    value = entry.source.root.map("data").str(key)
                    if _BOUND_KEY.search(key) and value.isdecimal() and int(value[:6]) > 1:
                        place = entry.source.data_place(key)
                        yield Note(place, f"its configuration says {key} {value}")
    plain = _ENV_PARTS.sub("", one.name)
    for name in sorted(scaled):
        if _ENV_PARTS.sub("", name) != plain:
            continue
        for within, scaler in scaled[name]:
            if environment(scaler.namespace, within.id, scaler.path) in ("", "production"):
                yield Note(scaler.place, f"{scaler.kind} {scaler.name} scales {name} in production")
                return
