"""Container names and host ports that two services want, in files that run on one host.

Which files do is the question. Said by: one stack; one script, Makefile target or job that starts
both; or a default file beside an addition to it (``docker-compose.monitoring.yml``). A variant of
the default file (the same services for development, or with another database) is started instead
of it, never beside it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.compose.alternatives import Starts, starts_of
from pytest_reconaudit.facts.compose.roles import is_development
from pytest_reconaudit.facts.compose.stacks import (
    DEFAULTS,
    Stack,
    compose_arguments,
    compose_files,
    stacks,
)
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Port
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.target import Target, once

__all__ = ["Claim", "Clash", "FileClaims", "file_claims"]

_ADDITION = regex(
    r"monitor\w*|metrics?|observability|o11y|logging|logs?|elk|efk|tracing|jaeger|grafana"
    r"|prometheus|telemetry|otel|proxy|nginx|traefik|caddy|tools?|admin|mail\w*|search"
    r"|analytics|workers?|queue|cron|backup|infra(?:structure)?|extras?|addons?|storage|minio"
)
_OFF_THE_SHELF = regex(
    r"(?:^|[-_])(?:postgres(?:ql)?|mysql|mariadb|redis|valkey|mongo(?:db)?|kafka|zookeeper"
    r"|rabbitmq|elasticsearch|opensearch|kibana|logstash|minio|prometheus|grafana|loki|promtail"
    r"|alertmanager|node-exporter|cadvisor|jaeger|etcd|vault|nats|traefik|memcached|tempo"
    r"|all-in-one|otel|opentelemetry-collector(?:-contrib)?)(?:$|[-_])"
)
_RANGE = regex(r"(\d{1,5})(?:-(\d{1,5}))?")
_ANY = frozenset({"", "0.0.0.0", "::", "*"})
_MAX_STACKS = 300
_MAX_CLAIMS = 400


class Claim(Struct, frozen=True):
    """A container name, or host ports on an interface, that a service takes."""

    kind: str
    """``name`` or ``port``."""
    service: str
    place: Place
    text: str
    first: int = 0
    last: int = 0
    interface: str = ""
    protocol: str = ""

    def meets(self, other: Claim) -> bool:
        """Whether both cannot be had at once."""
        if self.kind != other.kind:
            return False
        if self.kind == "name":
            return self.text == other.text
        if self.protocol != other.protocol:
            return False
        if self.last < other.first or other.last < self.first:
            return False
        either = self.interface in _ANY or other.interface in _ANY
        return either or self.interface == other.interface


class Clash(Struct, frozen=True):
    """Two claims that meet."""

    claim: Claim
    other: Claim
    why: str
    """What says that both run on one host."""


class FileClaims(Struct, frozen=True):
    """What one file takes of the host, and what of it another service wants too."""

    judged: int
    clashes: tuple[Clash, ...] = ()


Noter = Callable[[Claim, Claim, str], None]


@once
def file_claims(target: Target) -> Mapping[str, FileClaims]:
    """Compose file → its claims; each clash at the file that was added, or at the later line."""
    known = stacks(target)[:_MAX_STACKS]
    claims = {stack.id: _claims(stack) for stack in known}
    found: dict[tuple[Place, str], Clash] = {}

    def note(claim: Claim, other: Claim, why: str) -> None:
        if claim.place != other.place:
            found.setdefault((claim.place, claim.text), Clash(claim, other, why))

    for stack in known:
        _within(target, stack, claims[stack.id], note)
    for base, added, why in _neighbours(target, known):
        for claim in claims[added.id]:
            for other in claims[base.id]:
                if claim.meets(other):
                    note(claim, other, why)
    judged: dict[str, set[Place]] = {}
    for listed in claims.values():
        for claim in listed:
            judged.setdefault(claim.place.path, set()).add(claim.place)
    return {
        file.path: FileClaims(
            judged=len(judged.get(file.path, ())),
            clashes=tuple(
                clash
                for (place, _), clash in sorted(found.items(), key=lambda pair: pair[0][0].key())
                if place.path == file.path
            ),
        )
        for file in compose_files(target)
    }


def _within(target: Target, stack: Stack, claims: tuple[Claim, ...], note: Noter) -> None:
    """Two services of one stack; those of different profiles are alternatives, and those that are
    only ever started one by one take a port in turn."""
    starts: tuple[Starts, ...] = ()
    profiles = {one.name: frozenset(p.name for p in one.profiles) for one in stack.services}
    for index, claim in enumerate(claims):
        for other in claims[:index]:
            if claim.service == other.service or not claim.meets(other):
                continue
            ours, theirs = profiles[claim.service], profiles[other.service]
            if (ours or theirs) and not ours & theirs:
                continue
            if claim.kind == "port":
                # Documents count where what the repository runs names not all of them.
                starts = starts or (
                    starts_of(target, stack),
                    starts_of(target, stack, documents=True),
                )
                if any(one.apart(claim.service, other.service) for one in starts):
                    continue
            later, earlier = sorted((claim, other), key=lambda one: one.place.key(), reverse=True)
            note(later, earlier, "one stack")


def _claims(stack: Stack) -> tuple[Claim, ...]:
    every = (claim for service in stack.services for claim in _of_service(service))
    return tuple(islice(every, _MAX_CLAIMS))


def _of_service(service: ComposeService) -> Iterator[Claim]:
    name = service.find("container_name")
    if name is not None and isinstance(name.value, str) and "$" not in name.value:
        yield Claim("name", service.name, name.place, name.value)
    for port in service.ports:
        span = _span(port)
        if span is not None and "$" not in port.host_ip:
            yield Claim(
                "port", service.name, port.place, port.published, *span, port.host_ip, port.protocol
            )


def _span(port: Port) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(port.published)
    if match is None:
        return None
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if match[2] and "-" not in port.target:
        return None  # Docker picks one of the range that is free
    return (first, last) if 0 < first <= last else None


# -- which stacks run side by side -----------------------------------------------------------


def _neighbours(target: Target, known: tuple[Stack, ...]) -> Iterator[tuple[Stack, Stack, str]]:
    """(base, addition, why) of each pair of stacks that share no file and run on one host."""
    seen: set[tuple[str, str]] = set()
    for one, other, why in (*_started_together(target, known), *_additions(known)):
        key = (one.id, other.id)
        if key not in seen and not one.all_files & other.all_files:
            seen |= {key, key[::-1]}
            yield one, other, why


def _started_together(
    target: Target, known: tuple[Stack, ...]
) -> Iterator[tuple[Stack, Stack, str]]:
    """Stacks that one script, Makefile target or job brings up without taking one down."""
    by_files = {stack.files: stack for stack in known}
    started: dict[str, list[tuple[Stack, Place]]] = {}
    stopped: set[str] = set()
    for call in invocations_of(target, ("docker", "docker-compose", "podman-compose")):
        words = set(call.words)
        if words & {"down", "stop", "rm", "kill"}:
            stopped.add(call.origin)
        if "up" not in words:
            continue
        listed = compose_arguments(call)
        if listed is not None:
            files = tuple(path for word in listed[0] if (path := call.resolve(word)))
        else:
            files = _default_of(call.folder, known)
        stack = by_files.get(files)
        if stack is not None:
            started.setdefault(call.origin, []).append((stack, call.command.place))
    for origin, listed_here in started.items():
        if origin in stopped:
            continue
        for index, (later, place) in enumerate(listed_here):
            for earlier, _ in listed_here[:index]:
                if later is not earlier and not _variant(earlier, later):
                    yield earlier, later, f"{place} starts both"


def _default_of(folder: str | None, known: tuple[Stack, ...]) -> tuple[str, ...]:
    for stack in known:
        if stack.origin == "default" and stack.folder == folder:
            return stack.files
    return ()


def _additions(known: tuple[Stack, ...]) -> Iterator[tuple[Stack, Stack, str]]:
    """A folder's default file, and files beside it whose name says what they add."""
    for base in known:
        if base.origin != "default":
            continue
        for other in known:
            if other is base or other.folder != base.folder or len(other.files) != 1:
                continue
            name = posixpath.basename(other.files[0])
            if name in DEFAULTS or is_development(other.files[0]):
                continue
            parts = re.split(r"[-_.]", name.lower())
            if any(_ADDITION.fullmatch(part) for part in parts) and not _variant(base, other):
                yield base, other, f"{name} adds to {posixpath.basename(base.files[0])}"


def _variant(one: Stack, other: Stack) -> bool:
    """Whether one is started instead of the other: most services are the same, or an application
    of both is.
    """
    ours = {service.name: service for service in one.services}
    theirs = {service.name: service for service in other.services}
    shared = ours.keys() & theirs.keys()
    if 2 * len(shared) > min(len(ours), len(theirs)):
        return True
    return any(_is_application(ours[name]) or _is_application(theirs[name]) for name in shared)


def _is_application(service: ComposeService) -> bool:
    if service.build is not None or service.image is None:
        return True
    return not _OFF_THE_SHELF.search(image_reference(service.image).short)
