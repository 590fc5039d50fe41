"""Which images and compose services nobody asks whether they are well."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.compose.roles import (
    is_development,
    is_one_shot,
    is_tool_container,
    never_started,
)
from pytest_reconaudit.facts.compose.siblings import variants
from pytest_reconaudit.facts.compose.stacks import Stack, compose_files
from pytest_reconaudit.facts.compose.workbenches import is_for_work
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_command, is_development_name
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.health import is_none, own_healthcheck
from pytest_reconaudit.facts.network.programs import (
    Program,
    dockerfiles_of_image,
    program_of_container,
    program_of_dockerfile,
)
from pytest_reconaudit.facts.network.routes import routes_of
from pytest_reconaudit.facts.network.services import Answering, answering
from pytest_reconaudit.facts.network.waiting import waits_for
from pytest_reconaudit.facts.told_once import told_once
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Dependency
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    ImageReference,
    Stage,
    image_reference,
)
from pytest_reconaudit.target import Target, once

__all__ = ["HealthFile", "ImagePresence", "Unasked", "health_files", "image_presences"]

_STORES = frozenset(
    {"postgres", "mysql", "mongo", "redis", "memcached", "rabbitmq", "kafka", "nats", "zookeeper",
     "elasticsearch", "opensearch", "clickhouse", "cassandra", "cockroachdb", "influxdb", "etcd",
     "pgbouncer", "minio", "meilisearch"}
)  # fmt: skip
_WITH_HEALTHCHECK = regex(
    r"(?:^|/)(?:mailpit|vaultwarden/server|pihole|netdata|uptime-kuma|authelia|photoprism"
    r"|docker-mailserver|immich-server|immich-machine-learning|frigate|gluetun|linkding"
    r"|redisinsight|jellyfin|ipfs/kubo|localstack/localstack(?:-pro)?|apache/superset"
    r"|pgautoupgrade/pgautoupgrade)$"
)
"""Images of others that bring a ``HEALTHCHECK`` of their own.

By the Dockerfiles in their repositories: ipfs/kubo since go-ipfs 0.11 (pull request 8429), before
the image had that name; localstack/localstack and apache/superset in the stage that ships;
pgautoupgrade/docker-pgautoupgrade, whose last stage asks with ``pgautoupgrade-healthcheck.sh``.
"""
_BASES = regex(
    r"^(?:[^/]+|gcr\.io/distroless/.+|mcr\.microsoft\.com/.+|public\.ecr\.aws/docker/library/.+"
    r"|registry\.access\.redhat\.com/.+|cgr\.dev/chainguard/.+|nginxinc/[^/]+|amazoncorretto)$"
)
"""Bases without a ``HEALTHCHECK``: the official ones and the vendors' plain ones."""
_ON_DEMAND = frozenset(
    {"adminer", "pgadmin4", "phpmyadmin", "mongo-express", "redis-commander", "redisinsight",
     "kafka-ui", "akhq", "pgweb", "cloudbeaver", "dbgate", "drizzle-gateway", "kibana", "grafana",
     "grafana-oss", "grafana-enterprise", "opensearch-dashboards"}
)  # fmt: skip
"""Consoles that connect when somebody opens them, or go on asking until somebody answers."""
_WAITS = regex(
    r"wait[-_]for|wait-on|pg_isready|dockerize|\buntil\b|nc\s+-z|mysqladmin\s+ping|redis-cli\s+ping"
)


_PLAIN = regex(r"^(?:[^/]+|(?:prom|grafana|bitnami|valkey|minio|redis|nginxinc)/[^/]+)$")
"""Ready-made servers whose images are known to have no ``HEALTHCHECK``."""


class ImagePresence(Struct, frozen=True):
    """A Dockerfile and whether anything asks its container."""

    path: str
    place: Place
    """What the container starts, else the last stage."""
    serves: bool
    """It runs a server."""
    asked: Note | None
    """Its ``HEALTHCHECK``, or who asks from outside."""
    text: str = ""
    users: tuple[Note, ...] = ()
    """Who runs the image."""
    unresolved: str = ""


class Unasked(Struct, frozen=True):
    """One service, or one dependency, of a compose file."""

    clause: str
    name: str
    place: Place
    severity: Severity
    says: str
    evidence: str
    likely: bool = False
    notes: tuple[Note, ...] = ()
    image: str = ""
    """What the service runs, without tag: how it is asked depends on it."""
    elsewhere: tuple[Place, ...] | None = ()
    """Where variants of the file leave the same unasked; ``None`` where one of those tells it."""


class HealthFile(Struct, frozen=True):
    """What a compose file leaves unasked."""

    path: str
    judged: int
    found: tuple[Unasked, ...] = ()
    problem: str = ""

    def groups(self) -> tuple[tuple[Unasked, ...], ...]:
        """By clause and severity, without what a variant of the file tells."""
        table: dict[tuple[str, int], list[Unasked]] = {}
        for one in self.found:
            if one.elsewhere is None:
                continue
            table.setdefault((one.clause, -one.severity), []).append(one)
        return tuple(tuple(table[key]) for key in sorted(table))


# -- images --------------------------------------------------------------------------------


@once
def image_presences(target: Target) -> tuple[ImagePresence, ...]:
    """Every Dockerfile of an image that is meant to be run, by path."""
    users, probes = _users(target), _probes(target)
    found = []
    for dockerfile in dockerfiles(target):
        if images(target).is_dev_container(dockerfile) or is_development_name(dockerfile.path):
            continue
        stage = images(target).final_stage(dockerfile)
        program = program_of_dockerfile(target, dockerfile)
        if stage is None or program is None or is_development_command(dockerfile, stage):
            continue
        found.append(_presence(target, dockerfile, stage, program, users, probes))
    return tuple(found)


def _presence(
    target: Target,
    dockerfile: Dockerfile,
    stage: Stage,
    program: Program,
    users: dict[str, list[tuple[Answering, Note]]],
    probes: dict[str, list[tuple[bool, Note]]],
) -> ImagePresence:
    chain = dockerfile.chain(stage)
    own = own_healthcheck(dockerfile, stage)
    asked = None
    if own is not None and not is_none(own):
        asked = Note(own.place, "HEALTHCHECK")
    for one, note in users.get(dockerfile.path, ()):
        check = one.service.healthcheck
        if asked is None and check is not None and check.test and not check.disabled:
            asked = note
    for probed, note in probes.get(dockerfile.path, ()):
        if asked is None and probed:
            asked = note
    start = next((found for one in chain for kind in ("CMD", "ENTRYPOINT")
                  if (found := one.last(kind)) is not None), None)  # fmt: skip
    exposed = any(True for one in chain for _ in one.of("EXPOSE"))
    listed = exposed or bool(program.server) or routes_of(target, program) is not None
    notes = [note for _, note in users.get(dockerfile.path, ())]
    notes += [note for _, note in probes.get(dockerfile.path, ())]
    return ImagePresence(
        path=dockerfile.path,
        place=start.place if start is not None else stage.place,
        serves=listed and (start is not None or bool(program.server)),
        asked=asked,
        text=start.written.split("\n")[0] if start is not None else stage.written,
        users=tuple(dict.fromkeys(notes)),
        unresolved="" if _plain_base(target, program.base) else "its base image may bring one",
    )


def _plain_base(target: Target, base: ImageReference | None) -> bool:
    """Whether the base is known to have no ``HEALTHCHECK``."""
    if base is None:
        return False
    built = dockerfiles_of_image(target, base.name)
    if built:
        stage = images(target).final_stage(built[0][0])
        return stage is not None and own_healthcheck(built[0][0], stage) is None
    return _BASES.match(base.name) is not None


def _users(target: Target) -> dict[str, list[tuple[Answering, Note]]]:
    """Dockerfile → the compose services that run its image."""
    found: dict[str, list[tuple[Answering, Note]]] = {}
    for one in answering(target):
        for path in _paths(one.program):
            check = one.service.healthcheck
            place = one.service.place if check is None else check.place
            note = Note(place, f"compose service {one.service.name} runs it")
            found.setdefault(path, []).append((one, note))
    return found


def _probes(target: Target) -> dict[str, list[tuple[bool, Note]]]:
    """Dockerfile → the containers that run its image, and whether they have probes."""
    found: dict[str, list[tuple[bool, Note]]] = {}
    for workload in workloads(target):
        pod = workload.object.pod
        for container in pod.containers if pod is not None else ():
            for path in _paths(program_of_container(target, container)):
                note = Note(container.place, f"{workload.object} runs it")
                found.setdefault(path, []).append((bool(container.probes), note))
    return found


def _paths(program: Program | None) -> list[str]:
    if program is None:
        return []
    every = (program, *program.alternatives)
    return [one.dockerfile.path for one in every if one.dockerfile is not None]


# -- compose -------------------------------------------------------------------------------


@once
def health_files(target: Target) -> tuple[HealthFile, ...]:
    """Every compose file with services that stay, by path."""
    audited = frozenset(target.files)
    judged: dict[str, set[tuple[Place, str]]] = {}
    sure: dict[tuple[Place, str, str], bool] = {}
    faults: dict[tuple[Place, str, str], Unasked] = {}
    for one in answering(target):
        service = one.service
        if service.place.path not in audited or not _stays(one.stack, service):
            continue
        judged.setdefault(service.place.path, set()).add((service.place, service.name))
        well = _asked(target, one)
        key = (service.place, service.name, "a")
        if well:
            sure[key] = True
        else:
            faults[key] = _without(target, one, likely=well is None)
        for dependency in service.depends_on:
            fault = _dependency(target, one, dependency)
            wanted = (dependency.place, dependency.service, fault.clause if fault else "")
            if fault is None:
                for clause in "bc":
                    sure[(dependency.place, dependency.service, clause)] = True
            else:
                faults[wanted] = fault
    by_file: dict[str, list[Unasked]] = {}
    for key, fault in faults.items():
        # What one of the stacks settles is settled.
        if key not in sure and fault.place.path in audited:
            by_file.setdefault(fault.place.path, []).append(fault)
    told = _told(target, by_file)
    found = [
        HealthFile(
            path,
            len(judged.get(path, ())),
            tuple(sorted(told.get(path, ()), key=lambda one: one.place.key())),
        )
        for path in sorted(judged.keys() | by_file.keys())
    ]
    found += [
        HealthFile(file.path, 0, (), file.problems[0].message)
        for file in compose_files(target)
        if file.problems and file.path not in judged
    ]
    return tuple(found)


def _told(target: Target, files: dict[str, list[Unasked]]) -> dict[str, list[Unasked]]:
    """What several variants of a stack leave unasked is told of the first of them."""
    group = variants(target)

    def cause(one: Unasked) -> tuple[str, str, str, Severity, str]:
        path = one.place.path
        return group.get(path, path), one.clause, one.says, one.severity, one.image

    told = told_once(target, files, cause, lambda one: one.place)
    return {
        path: [replace(one, elsewhere=told[cause(one)][path]) for one in found]
        for path, found in files.items()
    }


def _stays(stack: Stack, service: ComposeService) -> bool:
    """Whether the service is one that serves, in a stack that is not for development."""
    if is_development(service.place.path) or is_for_work(stack):
        return False
    if service.image == "$extended" or not service.complete:
        return False
    return not (never_started(service) or is_tool_container(service) or is_one_shot(stack, service))


def _asked(target: Target, one: Answering) -> bool | None:
    """Whether the service has a health command; ``None`` when its image may bring one."""
    check = one.service.healthcheck
    if check is not None and (check.test or check.disabled):
        return True
    program = one.program
    if program is None:
        return None
    for other in (program, *program.alternatives):
        if other.dockerfile is not None and other.stage is not None:
            own = own_healthcheck(other.dockerfile, other.stage)
            if own is not None:
                return not is_none(own)
            if not _plain_base(target, other.base):
                return None
            return False
    base = program.base
    if base is not None and _WITH_HEALTHCHECK.search(base.name):
        return True
    return False if program.server and base is not None and _PLAIN.match(base.name) else None


def _without(target: Target, one: Answering, *, likely: bool) -> Unasked:
    name = one.service.name
    needed = [
        (other, needed.place)
        for other in answering(target)
        if other.stack is one.stack
        for needed in other.service.depends_on
        if needed.service == name
    ]
    waited = all(_only_looks(other) or waits_for(target, other, one) for other, _ in needed)
    severity = Severity.LOW if waited else Severity.MEDIUM
    if needed and _is_store(one) and all(_only_looks(other) for other, _ in needed):
        severity = Severity.INFO
    text = one.service.image or "built here"
    return Unasked(
        clause="a",
        name=name,
        place=one.service.place,
        severity=severity,
        says=f"{name} has no healthcheck",
        evidence=f"{name}: {text}",
        likely=likely,
        image=image_reference(one.service.image or "").name,
        notes=tuple(Note(at, f"{other.service.name} depends on it") for other, at in needed[:5]),
    )


def _is_store(one: Answering) -> bool:
    return one.program is not None and one.program.server in _STORES


def _only_looks(one: Answering) -> bool:
    """Whether a service looks at what it depends on when somebody looks at it."""
    base = one.program.base if one.program is not None else None
    if base is None:
        return False
    return base.short in _ON_DEMAND or base.short.endswith(("-exporter", "_exporter"))


def _dependency(target: Target, one: Answering, dependency: Dependency) -> Unasked | None:
    """What is wrong with how a service waits for another."""
    other = next(
        (
            found
            for found in answering(target)
            if found.stack is one.stack and found.service.name == dependency.service
        ),
        None,
    )
    if other is None or not dependency.required:
        return None
    if _only_looks(one) and not dependency.condition:
        return None
    well = _asked(target, other)
    pair = f"{one.service.name} → {dependency.service}"
    if dependency.condition == "service_healthy":
        check = other.service.healthcheck
        if well or (check is not None and check.test):
            return None
        if well is None:
            return None  # its image may bring one
        return Unasked(
            clause="c",
            name=pair,
            place=dependency.place,
            severity=Severity.HIGH,
            says=f"{one.service.name} waits until {dependency.service} is healthy, "
            "which has no healthcheck",
            evidence=f"{dependency.service}: condition: service_healthy",
            notes=(Note(other.service.place, f"{dependency.service} has no healthcheck"),),
        )
    if is_one_shot(one.stack, other.service) or dependency.condition not in ("", "service_started"):
        return None
    store = _is_store(other)
    checked = other.service.healthcheck is not None and bool(other.service.healthcheck.test)
    if (not store and not checked) or waits_for(target, one, other):
        return None
    severity = Severity.MEDIUM
    if not store or dependency.condition or _retries(target, one):
        severity = Severity.LOW
    return Unasked(
        clause="b",
        name=pair,
        place=dependency.place,
        severity=severity,
        says=f"{one.service.name} does not wait until {dependency.service} is ready",
        evidence=f"depends_on: {dependency.service}",
        notes=(Note(other.service.place, f"{dependency.service} is started, not yet ready"),),
    )


def _retries(target: Target, one: Answering) -> bool:
    """Whether the service comes back, or waits by itself, when what it needs is not there yet."""
    restart = one.service.find("restart")
    if restart is not None and str(restart.value) not in ("no", "False", "false"):
        return True
    return _WAITS.search(" ".join(_texts(target, one))[:20_000]) is not None


def _texts(target: Target, one: Answering) -> Iterator[str]:
    yield from one.service.entrypoint or ()
    yield from one.service.command or ()
    program = one.program
    if program is None or program.dockerfile is None or program.stage is None:
        return
    yield " ".join(program.command)
    for word in program.command[:4]:
        name = word.rpartition("/")[2]
        if name.endswith((".sh", "entrypoint")):
            for path in target.named(name):
                yield target.text(path)[:20_000]
