"""The ports that Kubernetes manifests give to containers, with what the containers listen on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import applications
from pytest_reconaudit.facts.k8s.cluster import Cluster, Sighting, cluster
from pytest_reconaudit.facts.k8s.workloads import expansions, workloads
from pytest_reconaudit.facts.network.asks import addresses, is_local
from pytest_reconaudit.facts.network.listeners import (
    UNKNOWN,
    Listener,
    Listening,
    listening,
    port_number,
)
from pytest_reconaudit.facts.network.programs import Program, program_of_container
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, KubeObject
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["PodAsk", "PodClaim", "PodPorts", "pod_ports"]


class PodClaim(Struct, frozen=True):
    """One line that says on which port a container is reached."""

    place: Place
    number: int
    written: str
    main: bool
    """It is the port that the container is there for."""
    kind: str
    """``containerPort``, ``targetPort`` or ``PORT``."""


class PodAsk(Struct, frozen=True):
    """An environment value that names a Service and a port."""

    place: Place
    key: str
    service: str
    port: int
    written: str


class PodPorts(Struct, frozen=True, eq=False):
    """One container of a workload."""

    title: str
    """``Deployment/backend``."""
    container: str
    program: Program | None
    listening: Listening
    """Of all containers of the pod: they share one network."""
    claims: tuple[PodClaim, ...]
    asks: tuple[PodAsk, ...]
    off_path: bool
    frontend: bool
    certain: bool
    keys: frozenset[str] = frozenset()
    """The variables that are set for it, as far as known."""
    workload: str = ""
    """Id of the workload, see ``facts.k8s.workloads``."""


@once
def pod_ports(target: Target) -> tuple[PodPorts, ...]:
    """Every container of every workload, in file order."""
    known = cluster(target)
    fronts = {one.folder for one in applications(target) if one.bundler is not None}
    found: list[PodPorts] = []
    for workload in workloads(target):
        seen = workload.sightings[0]
        pod = seen.object.pod
        if pod is None:
            continue
        staying = [one for one in pod.all_containers if one.stays]
        heard: list[tuple[Container, Program | None, Listening, dict[str, tuple[str, Place]]]] = []
        for container in staying:
            given, dark = _environment(known, seen, container)
            program = program_of_container(target, container)
            own = UNKNOWN
            if program is not None:
                plain = {key: value for key, (value, _) in given.items() if key not in dark}
                command = container.command_line
                own = listening(target, program, plain, dark)
                if command:
                    own = _with_flags(own, command)
            heard.append((container, program, own, given))
        together = Listening(
            tuple(dict.fromkeys(one for _, _, own, _ in heard for one in own.listeners)),
            all(own.complete for _, _, own, _ in heard),
            next((own.doubt for _, _, own, _ in heard if own.doubt is not None), None),
        )
        services = list(_services(known, seen))
        for container, program, _, given in heard:
            folders = set(program.folders) if program is not None else set()
            frontend = bool(folders & fronts) or (program is not None and program.server == "nginx")
            found.append(
                PodPorts(
                    title=f"{seen.object}",
                    container=container.name,
                    program=program,
                    listening=together,
                    claims=tuple(_claims(container, given, services, len(staying) == 1, program)),
                    asks=tuple(_asks(container, seen)),
                    off_path=seen.environment in ("development", "test", "example"),
                    frontend=frontend,
                    certain=program is not None and program.certain,
                    keys=frozenset(given),
                    workload=workload.id,
                )
            )
    return tuple(found)


def _with_flags(own: Listening, command: tuple[str, ...]) -> Listening:
    """Numbers in the command line may be ports too."""
    numbers = {
        int(text) for word in command for text in re.findall(r"(?<![\w.])\d{2,5}(?![\w.])", word)
    }
    extra = tuple(Listener(one, "the command line names it", None) for one in sorted(numbers))
    return Listening((*own.listeners, *extra), own.complete, own.doubt)


def _environment(
    known: Cluster, seen: Sighting, container: Container
) -> tuple[dict[str, tuple[str, Place]], set[str]]:
    """(key → value and where it is written, keys that are not known) of a container."""
    given: dict[str, tuple[str, Place]] = {}
    dark: set[str] = set()
    one = seen.object
    for source in container.env_from:
        found = known.find(seen.within, one, source.kind, source.name, one.namespace)
        if source.kind == "Secret":
            continue  # no port is a secret
        if not found.entries:
            dark.add("*")
        told: dict[str, str] = {}
        for entry in found.entries:
            if entry.source.kind != "ConfigMap" or entry.keys is None:
                dark.add("*")
                continue
            data = entry.source.root.map("data")
            for key in data:
                if isinstance(key, str):
                    name, value = f"{source.prefix}{key}", data.str(key)
                    if told.setdefault(name, value) != value:
                        dark.add(name)  # two maps of one name: which one is there is not known
                    given[name] = (value, data.key_place(key))
    for item in container.env:
        if item.value is not None and not list(expansions(item.value)):
            given[item.name] = (item.value, item.value_place)
            dark.discard(item.name)
        else:
            given.pop(item.name, None)
            filled = _from_map(known, seen, item.value_from)
            if filled is None:
                dark.add(item.name)
            else:
                given[item.name] = filled
                dark.discard(item.name)
    return given, dark


def _from_map(known: Cluster, seen: Sighting, source: Map) -> tuple[str, Place] | None:
    reference = source.map("configMapKeyRef")
    name, key = reference.str("name"), reference.str("key")
    if not name or not key:
        return None
    found = known.find(seen.within, seen.object, "ConfigMap", name, seen.object.namespace)
    values = [
        (data.str(key), data.key_place(key))
        for entry in found.entries
        if key in (data := entry.source.root.map("data"))
    ]
    # Two maps of one name: which one is there is not known.
    return values[0] if len({value for value, _ in values}) == 1 else None


def _by_label(known: Cluster) -> dict[int, dict[tuple[str, str], list[tuple[int, KubeObject]]]]:
    """Render set → one label of a Service's selector → (its rank in the set, the Service)."""
    return known.target.remember(_services_by_label)


def _services_by_label(
    target: Target,
) -> dict[int, dict[tuple[str, str], list[tuple[int, KubeObject]]]]:
    found: dict[int, dict[tuple[str, str], list[tuple[int, KubeObject]]]] = {}
    for within in cluster(target).sets:
        table = found.setdefault(id(within), {})
        for rank, one in enumerate(within.objects):
            selector = one.spec.map("selector") if one.kind == "Service" and not one.group else None
            if selector:
                key = next(iter(selector))
                table.setdefault((f"{key}", f"{selector[key]}"), []).append((rank, one))
    return found


def _services(known: Cluster, seen: Sighting) -> Iterator[KubeObject]:
    """The Services of the same render set that select the workload's pods."""
    pod = seen.object.pod
    assert pod is not None
    labels = {f"{key}": f"{value}" for key, value in pod.labels.items()}
    table = _by_label(known)[id(seen.within)]
    near = [entry for pair in labels.items() for entry in table.get(pair, ())]
    for _, one in sorted(near, key=lambda entry: entry[0]):
        selector = one.spec.map("selector")
        if one.namespace != seen.object.namespace and None not in (
            one.namespace, seen.object.namespace,
        ):  # fmt: skip
            continue
        if selector and all(labels.get(f"{key}") == f"{value}" for key, value in selector.items()):
            yield one


def _claims(
    container: Container,
    given: dict[str, tuple[str, Place]],
    services: list[KubeObject],
    alone: bool,
    program: Program | None,
) -> Iterator[PodClaim]:
    """Container ports, the Services' target ports, ``PORT``; the main one is told by use."""
    declared = [port for port in container.ports if port.number and port.protocol == "TCP"]
    own_port = given.get("PORT") if program is not None and program.package is not None else None
    wanted = port_number(own_port[0]) if own_port is not None else None
    targets: list[tuple[int, Place, str]] = []
    names = {port.name: port.number for port in declared if port.name}
    for service in services if alone else ():
        for entry in service.spec.maps("ports"):
            if entry.str("protocol", "TCP") != "TCP":
                continue
            aim = entry.get("targetPort", entry.get("port"))
            number = names.get(aim) if isinstance(aim, str) and not aim.isdigit() else None
            if number is not None or isinstance(aim, bool):
                continue  # by name: the container's own line says the number
            number = port_number(f"{aim}")
            if number:
                key = "targetPort" if "targetPort" in entry else "port"
                targets.append((number, entry.value_place(key), f"{key}: {number}"))
    probed = {
        names.get(probe.port, port_number(probe.port)) for probe in container.probes if probe.port
    }
    main = wanted if wanted in {port.number for port in declared} or not declared else None
    if main is None and declared:
        main = next((port.number for port in declared if port.number in probed), None)
        main = main or declared[0].number
    if main is None and targets:
        main = targets[0][0]
    for port in declared:
        assert port.number is not None
        yield PodClaim(
            port.place, port.number, f"containerPort: {port.number}", port.number == main,
            "containerPort",
        )  # fmt: skip
    known = {port.number for port in declared}
    for number, place, written in targets:
        # A port that the container does not even declare is the Service's own mistake.
        # Of a ready-made image with many ports the table may lack one of another version.
        ours = program is not None and program.package is not None
        own = number == main or (number not in known and (ours or len(targets) == 1))
        yield PodClaim(place, number, written, own, "targetPort")
    if own_port is not None and wanted:
        yield PodClaim(own_port[1], wanted, f"PORT: {wanted}", wanted == main, "PORT")


_IN_CLUSTER = regex(r"(?P<name>[a-z0-9-]+)(?:\.[a-z0-9-]+(?:\.svc(?:\.[a-z0-9.-]+)?)?)?")


def _asks(container: Container, seen: Sighting) -> Iterator[PodAsk]:
    for item in container.env:
        if not item.value:
            continue
        for address in addresses(item.value, bare=True):
            match = _IN_CLUSTER.fullmatch(address.host)
            if match is None or is_local(address.host):
                continue
            if address.implied and address.scheme not in ("http", "ws"):
                continue
            host = address.host
            if "." in host:
                rest = host.split(".")
                namespace = seen.object.namespace
                if rest[1] != namespace and "svc" not in rest:
                    continue  # a name of the outside world
                if namespace is not None and rest[1] != namespace:
                    continue
            yield PodAsk(item.value_place, item.name, match["name"], address.port, item.value)
