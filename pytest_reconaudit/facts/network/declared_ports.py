"""Declared ports that nothing opens: ``EXPOSE``, container ports, published ports, scrape targets.

A port that the container is there for and that nothing opens is :mod:`.port_faults`' matter; here
are the others, which lie about a second listener.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from pytest_reconaudit.facts.compose.mounts import is_used
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.env.keys import key_matrix
from pytest_reconaudit.facts.network.asks import is_local
from pytest_reconaudit.facts.network.image_ports import DEBUGGER_PORTS
from pytest_reconaudit.facts.network.listeners import binds, listening, port_number
from pytest_reconaudit.facts.network.pods import pod_ports
from pytest_reconaudit.facts.network.port_faults import listener_notes, who_listens
from pytest_reconaudit.facts.network.programs import Program, program_of_dockerfile
from pytest_reconaudit.facts.network.services import answering
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.readers.yaml import Map, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["DeclaredPorts", "UnboundPort", "declared_ports"]


class UnboundPort(Struct, frozen=True):
    """Ports of one kind that a file declares and nothing opens."""

    clause: str
    """``a`` ``EXPOSE``, ``b`` ``containerPort``, ``c`` compose, ``d`` scrape target."""
    places: tuple[Note, ...]
    """Every line, with what stands there."""
    says: str
    severity: Severity
    listeners: tuple[Note, ...]
    numbers: tuple[int, ...]
    certain: bool = True
    service: str = ""
    ports: tuple[int, ...] = ()
    """What it listens on instead."""


class DeclaredPorts(Struct, frozen=True):
    """A file that declares ports."""

    path: str
    unbound: tuple[UnboundPort, ...]
    judged: int
    unresolved: int


class _Case(Struct, frozen=True):
    clause: str
    place: Place
    number: int
    written: str
    service: str
    severity: Severity
    listeners: tuple[Note, ...]
    ports: tuple[int, ...]
    certain: bool = True
    unloaded: bool = False


class _Book(Struct):
    cases: list[_Case] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    unresolved: dict[str, int] = field(default_factory=dict)

    def count(self, place: Place, known: bool) -> None:
        table = self.judged if known else self.unresolved
        table[place.path] = table.get(place.path, 0) + 1


@once
def declared_ports(target: Target) -> tuple[DeclaredPorts, ...]:
    """Every file that declares ports, by path."""
    book = _Book()
    for judge in (_exposed, _pods, _published, _scraped):
        judge(target, book)
    groups: dict[str, dict[tuple[str, str], list[_Case]]] = {}
    for case in sorted(book.cases, key=lambda one: one.place.key()):
        by_file = groups.setdefault(case.place.path, {})
        by_file.setdefault((case.clause, case.service), []).append(case)
    return tuple(
        DeclaredPorts(
            path,
            tuple(_unbound(group) for group in groups.get(path, {}).values()),
            book.judged.get(path, 0),
            book.unresolved.get(path, 0),
        )
        for path in sorted({*groups, *book.judged, *book.unresolved})
    )


_TITLES = {
    "a": "EXPOSE {ports}: nothing in the image listens there",
    "b": "{service} declares containerPort {ports}, but nothing in the pod listens there",
    "c": "{service} publishes container port {ports}, but nothing in it listens there",
    "d": "Prometheus scrapes {service} at port {ports}, but nothing listens there",
}
_UNLOADED = "no service loads this file; it has Prometheus scrape {service} at port {ports}, but"


def _unbound(group: list[_Case]) -> UnboundPort:
    first = group[0]
    numbers = tuple(dict.fromkeys(one.number for one in group))
    says = _TITLES[first.clause].format(service=first.service, ports=", ".join(map(str, numbers)))
    if first.unloaded:
        shown = ", ".join(map(str, numbers))
        says = f"{_UNLOADED.format(service=first.service, ports=shown)} nothing listens there"
    known = ", ".join(map(str, sorted(set(first.ports))[:6]))
    places = {one.place: Note(one.place, one.written) for one in group}
    return UnboundPort(
        clause=first.clause,
        places=tuple(places.values()),
        says=f"{says} (it listens on {known})",
        severity=max(one.severity for one in group),
        listeners=first.listeners,
        numbers=numbers,
        certain=all(one.certain for one in group),
        service=first.service,
        ports=tuple(sorted(set(first.ports))),
    )


def _exposed(target: Target, book: _Book) -> None:
    for dockerfile in dockerfiles(target):
        program = program_of_dockerfile(target, dockerfile)
        if program is None or program.stage is None:
            continue
        heard = listening(target, program, {})
        for stage in dockerfile.chain(program.stage):
            variables = dockerfile.variables(stage)
            for one in stage.of("EXPOSE"):
                for word in one.words:
                    text = _expanded(word.text, variables)
                    if text is None or text.endswith("/udp"):
                        continue
                    number = port_number(text.partition("/")[0])
                    if number is None:
                        continue
                    known = heard.complete or heard.on(number) is not None
                    book.count(word.place, known)
                    if not known or heard.on(number) or _given(target, program, number):
                        continue
                    book.cases.append(_Case(
                        "a", word.place, number, f"EXPOSE {number}", dockerfile.path,
                        Severity.LOW, listener_notes(heard.listeners), heard.ports,
                    ))  # fmt: skip


def _expanded(text: str, variables: dict[str, str | None]) -> str | None:
    match = re.fullmatch(r"\$\{?(\w+)(?::?-([^}]*))?\}?(/\w+)?", text)
    if match is None:
        return None if "$" in text else text
    value = variables.get(match[1]) or match[2]
    return None if value is None else f"{value}{match[3] or ''}"


def _given(target: Target, program: Program, number: int) -> bool:
    """Whether some deployment of the image makes its program listen on the port."""
    deployments = [
        *((one.program, one.listening) for one in answering(target)),
        *((one.program, one.listening) for one in pod_ports(target)),
    ]
    deployed = [
        heard
        for own, heard in deployments
        if own is not None and own.dockerfile is program.dockerfile
    ]
    if any(not heard.complete or heard.on(number) for heard in deployed):
        return True
    keys = {one.key for one in binds(target) if one.folder == program.package and one.key}
    return any(
        one.key in keys and port_number((one.value or "").rpartition(":")[2]) == number
        for one in key_matrix(target).definitions
    )


def _pods(target: Target, book: _Book) -> None:
    for pod in pod_ports(target):
        for claim in pod.claims:
            if claim.kind != "containerPort":
                continue
            known = pod.listening.complete or pod.listening.on(claim.number) is not None
            book.count(claim.place, known)
            if not known or claim.main or pod.listening.on(claim.number):
                continue
            book.cases.append(_Case(
                "b", claim.place, claim.number, claim.written, pod.title, Severity.MEDIUM,
                listener_notes(pod.listening.listeners), pod.listening.ports, pod.certain,
            ))  # fmt: skip


def _published(target: Target, book: _Book) -> None:
    verdicts: dict[tuple[Place, int], list[_Case | None]] = {}
    for one in answering(target):
        heard = one.listening
        numbers = [port_number(port.target) for port in one.service.ports]
        some = any(number is not None and heard.on(number) for number in numbers)
        for port, number in zip(one.service.ports, numbers, strict=True):
            if number is None or port.protocol == "udp":
                continue
            book.count(port.place, heard.complete or heard.on(number) is not None)
            case = None
            if heard.complete and some and not heard.on(number) and number not in DEBUGGER_PORTS:
                case = _Case(
                    "c", port.place, number, port.written, one.service.name, Severity.LOW,
                    listener_notes(heard.listeners), heard.ports,
                )  # fmt: skip
            verdicts.setdefault((port.place, number), []).append(case)
    for found in verdicts.values():
        cases = [one for one in found if one is not None]
        if cases and len(cases) == len(found):
            book.cases.append(cases[0])


def _scraped(target: Target, book: _Book) -> None:
    users: dict[str, list[Stack]] = {}
    for one in answering(target):
        if one.program is not None and one.program.server == "prometheus":
            for path in one.program.configs:
                users.setdefault(path, []).append(one.stack)
    for path in target.files:
        if not path.endswith((".yml", ".yaml")) or "scrape_configs" not in target.text(path):
            continue
        file = target.parse(read_yaml, path)
        unloaded = bool(users) and path not in users and not is_used(target, path)
        for document in file.documents:
            if not isinstance(document.root, Map):
                continue
            for place, name, number in _targets(document.root):
                if is_local(name):
                    continue
                heard = who_listens(target, name, number, users.get(path))
                if heard is None:
                    continue
                book.count(place, True)
                if isinstance(heard, bool):
                    continue
                book.cases.append(_Case(
                    "d", place, number, f"{name}:{number}", heard.title,
                    Severity.LOW if unloaded else Severity.MEDIUM,
                    heard.notes, tuple(heard.ports), unloaded=unloaded,
                ))  # fmt: skip


def _targets(root: Map) -> Iterator[tuple[Place, str, int]]:
    for job in root.maps("scrape_configs"):
        for group in job.maps("static_configs"):
            listed = group.seq("targets")
            for index, text in enumerate(listed):
                if not isinstance(text, str) or "$" in text or "{" in text:
                    continue
                name, _, tail = text.rpartition(":")
                number = port_number(tail)
                if name and number and "/" not in name:
                    yield listed.item_place(index), name.lower(), number
