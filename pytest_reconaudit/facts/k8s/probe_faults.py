"""Probes that nothing answers, and commands whose tool the image lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.k8s.cluster import Sighting
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile, fault_files
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.health import HealthFault, path_fault, tool_fault
from pytest_reconaudit.facts.network.listeners import UNKNOWN, Listening
from pytest_reconaudit.facts.network.pods import pod_ports
from pytest_reconaudit.facts.network.programs import Program, program_of_container
from pytest_reconaudit.model import Note
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, PodTemplate, Probe
from pytest_reconaudit.readers.urls import LocalUrl
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["working_files"]

_MIGRATES = regex(
    r"\b(?:alembic\s+upgrade|prisma\s+(?:migrate\s+deploy|db\s+push)|diesel\s+migration\s+run"
    r"|sqlx\s+migrate\s+run|manage\.py\s+migrate|db:migrate|knex\s+migrate|typeorm\s+migration:run"
    r"|flyway\s+migrate|flask\s+db\s+upgrade|sea-orm-cli\s+migrate|rake\s+db:migrate)"
)
_PERIOD, _TIMEOUT = 10, 1


@once
def working_files(target: Target) -> tuple[KubeFile, ...]:
    """Every file whose containers have probes or init commands: (a) a path that is not served,
    (b) a port that is not declared or that nothing listens on, (c) times that do not fit,
    (d) a tool that the image lacks.
    """
    return fault_files(target, _judged(target))


def _judged(target: Target) -> Iterator[tuple[Sighting, list[KubeFault] | None]]:
    for workload in workloads(target):
        for seen in workload.sightings:
            pod = seen.object.pod
            if pod is None or not any(_to_judge(one) for one in pod.all_containers):
                continue
            unknown = bool(seen.within.unrendered)
            yield seen, None if unknown else list(_faults(target, seen, pod))


def _to_judge(container: Container) -> bool:
    return bool(container.probes) or (container.init and bool(container.command_line))


@once
def _heard(target: Target) -> dict[tuple[str, str], list[Listening]]:
    """(workload, container) → what its pod listens on, wherever it is defined."""
    found: dict[tuple[str, str], list[Listening]] = {}
    for one in pod_ports(target):
        found.setdefault((one.title, one.container), []).append(one.listening)
    return found


def _faults(target: Target, seen: Sighting, pod: PodTemplate) -> Iterator[KubeFault]:
    one = seen.object
    for container in pod.all_containers:
        if not _to_judge(container):
            continue
        program = program_of_container(target, container)
        heard = _heard(target).get((f"{one}", container.name), [])
        for probe in container.probes:
            yield from _probe(target, seen, pod, container, probe, program, heard)
        if container.init and program is not None:
            words = container.command_line
            fault = tool_fault(target, program, words, container.root.key_place("command"))
            if isinstance(fault, HealthFault) and "command" in container.root:
                title = f"init container {container.name} of {one}"
                yield _as_kube(fault, "d", f"{title}: {fault.says}", seen)


def _probe(
    target: Target,
    seen: Sighting,
    pod: PodTemplate,
    container: Container,
    probe: Probe,
    program: Program | None,
    heard: list[Listening],
) -> Iterator[KubeFault]:
    title = f"{probe.kind} of {container.name} in {seen.object}"
    yield from _times(seen, container, probe, program, title)
    if probe.handler == "exec":
        if program is not None and probe.command:
            place = probe.root.map("exec").key_place("command")
            fault = tool_fault(target, program, probe.command, place, _joined(program))
            if isinstance(fault, HealthFault):
                yield _as_kube(fault, "d", f"{title}: {fault.says}", seen)
        return
    handler = probe.root.map(probe.handler)
    if not probe.handler or "host" in handler:
        return
    declared, number = _number(container, probe)
    others = [other for other in pod.all_containers if other.root is not container.root]
    if number is not None and any(_declares(other, number) for other in others):
        return  # a sidecar's
    listening = _together(heard)
    at = probe.port_place
    if not declared:
        names = ", ".join(filter(None, (port.name or str(port.number) for port in container.ports)))
        heard_there = number is not None and listening.on(number) is not None
        # A port that is not declared works all the same, if the program opens it.
        built = program is not None and program.dockerfile is not None
        told = (
            number is not None and not listening.complete and _spoken_of(target, container, number)
        )
        if number is None or (built and container.ports and not heard_there and not told):
            yield KubeFault(
                clause="b",
                place=at,
                what=f"{title} asks port {probe.port}, the container declares {names or 'none'}",
                evidence=f"port: {probe.port}",
                notes=tuple(Note(port.place, "declared here") for port in container.ports[:3]),
                off_path=seen.off_path,
                likely=number is not None,
            )
            return
    elif (
        number is not None
        and listening.complete
        and listening.listeners
        and listening.on(number) is None
    ):
        ports = sorted({one.port for one in listening.listeners})
        shown = ", ".join(str(port) for port in ports[:5])
        yield KubeFault(
            clause="b",
            place=at,
            what=f"{title} asks port {number}, the program listens on {shown}",
            evidence=f"port: {probe.port}",
            notes=tuple(Note(one.place, one.how) for one in listening.listeners[:3] if one.place),
            off_path=seen.off_path,
            likely=program is None or not program.certain,
        )
    if probe.handler == "httpGet" and program is not None and program.dockerfile is not None:
        url = LocalUrl("http", "localhost", None, _plain(probe.path), probe.path, 0)
        several = Listening(listening.listeners, False)
        fault = path_fault(target, program, url, several, probe.path_place, _joined(program))
        if isinstance(fault, HealthFault):
            # Where it is registered to no avail stands beside, once for all probes.
            asked = fault.says.replace(" is not served", "", 1).partition("; what registers")[0]
            yield _as_kube(fault, "a", f"{title} asks {asked}", seen)


_SOURCES = (
    ".go", ".rs", ".ts", ".js", ".mjs", ".py", ".java", ".kt", ".scala", ".cs", ".rb", ".php",
    ".ex", ".exs", ".c", ".cc", ".cpp", ".properties", ".toml", ".conf",
)  # fmt: skip
_EVERYBODYS = frozenset({80, 443, 3000, 4000, 5000, 8000, 8080, 8443, 8888, 9000, 9090})
"""Ports that stand in any code, for another reason."""


def _spoken_of(target: Target, container: Container, number: int) -> bool:
    """Whether the container is told the number, or its repository's code holds it.

    A program may well listen where its container declares nothing: a port for probes and metrics.
    """
    pattern = re.compile(rf"(?<![\d.]){number}(?![\d.])")
    values = (entry.value or "" for entry in container.env)
    if any(pattern.search(word) for word in (*container.command_line, *values)):
        return True
    if number in _EVERYBODYS:
        return False
    digits = str(number)
    return any(
        path.endswith(_SOURCES)
        and digits in target.text(path)
        and pattern.search(target.text(path))
        for path in target.files
    )


def _plain(path: str) -> str:
    text = path.partition("?")[0]
    return text if text.startswith("/") else f"/{text}"


def _joined(program: Program) -> tuple[Note, ...]:
    return () if program.joined is None else (program.joined,)


def _together(heard: list[Listening]) -> Listening:
    if not heard:
        return UNKNOWN
    return Listening(
        tuple(dict.fromkeys(one for group in heard for one in group.listeners)),
        all(one.complete for one in heard),
    )


def _number(container: Container, probe: Probe) -> tuple[bool, int | None]:
    """(whether the container declares the port, its number)."""
    written = probe.port
    if not written or "$" in written or "{" in written:
        return True, None
    if written.isascii() and written.isdigit():
        number = int(written) if len(written) < 6 else 0
        return any(port.number == number for port in container.ports), number
    for port in container.ports:
        if port.name == written:
            return True, port.number
    return False, None


def _declares(container: Container, number: int) -> bool:
    return any(port.number == number for port in container.ports)


def _times(
    seen: Sighting, container: Container, probe: Probe, program: Program | None, title: str
) -> Iterator[KubeFault]:
    root = probe.root
    timeout, period = (
        _whole(root, "timeoutSeconds", _TIMEOUT),
        _whole(root, "periodSeconds", _PERIOD),
    )
    if timeout is not None and period is not None and timeout > period:
        yield KubeFault(
            clause="c",
            place=root.key_place("timeoutSeconds"),
            what=f"{title}: timeoutSeconds {timeout} is more than periodSeconds {period}",
            evidence=f"timeoutSeconds: {timeout}, periodSeconds: {period}",
            off_path=seen.off_path,
        )
    delay = _whole(root, "initialDelaySeconds", 0)
    starts = any(one.kind == "startupProbe" for one in container.probes)
    command = container.command_line or (program.command if program is not None else ())
    if probe.kind == "livenessProbe" and not starts and delay is not None and delay < _PERIOD:
        match = _MIGRATES.search(" ".join(command)[:4_000])
        if match is not None:
            yield KubeFault(
                clause="c",
                place=root.key_place("initialDelaySeconds"),
                what=f"{title} begins after {delay} s while the container runs `{match[0]}` first",
                evidence=f"initialDelaySeconds: {delay}",
                off_path=seen.off_path,
            )


def _whole(root: Map, key: str, default: int) -> int | None:
    value = root.get(key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_kube(fault: HealthFault, clause: str, what: str, seen: Sighting) -> KubeFault:
    return KubeFault(
        clause=clause,
        place=fault.place,
        what=what,
        evidence=fault.evidence,
        notes=fault.notes,
        off_path=seen.off_path,
        likely=fault.likely,
    )
