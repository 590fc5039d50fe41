"""Who answers where: compose services, Kubernetes Services and what runs on the machine itself.

Three worlds are kept apart. Inside a compose network a service answers under its name on the ports
that its program listens on. In a cluster a Service's name leads to its own ports first. On the
machine (``localhost``) there are published ports, programs started from source, dev servers and
whatever scripts open.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import (
    Application,
    applications,
    names_of_applications,
)
from pytest_reconaudit.facts.compose.stacks import Stack, stacks
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.facts.invocations import invocations
from pytest_reconaudit.facts.k8s.cluster import cluster
from pytest_reconaudit.facts.network.listeners import (
    UNKNOWN,
    Listener,
    Listening,
    binds,
    listening,
    package_folder,
    package_listening,
    port_number,
    started_by,
    vite_ports,
)
from pytest_reconaudit.facts.network.programs import (
    Program,
    program_of_dockerfile,
    program_of_service,
)
from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Port
from pytest_reconaudit.readers.dotenv import env_file_name, read_env_file
from pytest_reconaudit.readers.interpolation import expand_compose, references
from pytest_reconaudit.target import Target, once

__all__ = [
    "Answering",
    "Host",
    "HostPort",
    "answering",
    "given_environment",
    "host",
    "meant",
    "published_ports",
]

_PROXIES = frozenset({"nginx", "caddy", "traefik", "haproxy", "envoy", "httpd"})
_KNOWN_MANIFESTS = (
    "package.json", "Cargo.toml", "go.mod", "pyproject.toml", "requirements.txt", "setup.py",
    "Pipfile", "manage.py",
)  # fmt: skip


class HostPort(Struct, frozen=True):
    """A port of the machine on which something answers."""

    number: int
    who: str
    """For messages: ``compose service backend publishes it``."""
    place: Place | None
    folders: frozenset[str] = frozenset()
    """The applications that answer there."""
    names: frozenset[str] = frozenset()
    """The names of what answers there, lower case."""
    proxy: bool = False
    """What answers may hand requests on to any other service."""


class Answering(Struct, frozen=True, eq=False):
    """A compose service and the ports it answers on."""

    stack: Stack
    service: ComposeService
    program: Program | None
    listening: Listening
    names: frozenset[str]
    """Host names in the stack's networks, lower case."""
    environment: Mapping[str, str]
    published: tuple[HostPort, ...]
    all_published: bool
    """Every published port could be told."""
    on_host: bool = False
    """It shares the machine's network."""

    @property
    def folders(self) -> frozenset[str]:
        """The applications that it runs."""
        if self.program is None:
            return frozenset()
        own = () if self.program.package is None else (self.program.package,)
        return frozenset((*self.program.folders, *own))


@once
def answering(target: Target) -> tuple[Answering, ...]:
    """Every service of every stack."""
    found: list[Answering] = []
    for stack in stacks(target):
        table = _dotenv_of(target, stack.folder)
        found += [_answering(target, stack, service, table) for service in stack.services]
    return tuple(found)


def _answering(
    target: Target, stack: Stack, service: ComposeService, table: Mapping[str, str]
) -> Answering:
    program = program_of_service(target, stack, service)
    given, dark = given_environment(target, service)
    heard = UNKNOWN if program is None else listening(target, program, given, dark)
    names = {service.name.lower()}
    for key in ("container_name", "hostname"):
        raw = service.find(key)
        if raw is not None and isinstance(raw.value, str):
            names.add(raw.value.lower())
    networks = service.find("networks")
    if networks is not None and isinstance(networks.value, dict):
        for one in networks.value.values():
            aliases = one.get("aliases") if isinstance(one, dict) else None
            if isinstance(aliases, list):
                names.update(f"{alias}".lower() for alias in aliases)
    mode = service.find("network_mode")
    on_host = mode is not None and mode.value == "host"
    published: list[HostPort] = []
    complete = True
    folders = frozenset(program.folders) if program is not None else frozenset()
    proxy = program is not None and program.server in _PROXIES
    for port in service.ports:
        numbers = published_ports(port, table)
        if numbers is None:
            complete = False
            continue
        who = f"compose service {service.name} publishes it"
        published += [
            HostPort(one, who, port.place, folders, frozenset(names), proxy) for one in numbers
        ]
    return Answering(
        stack=stack,
        service=service,
        program=program,
        listening=heard,
        names=frozenset(names),
        environment=given,
        published=tuple(published),
        all_published=complete,
        on_host=on_host,
    )


def given_environment(target: Target, service: ComposeService) -> tuple[dict[str, str], set[str]]:
    """(resolved variables, keys that are set to something unknown) of a compose service."""
    given: dict[str, str] = {}
    dark: set[str] = set()
    for one in service.env_files:
        path = one.path
        if path is not None and not target.has(path):
            path = next(
                (f"{path}{end}" for end in (".example", ".sample", ".template", ".dist")
                 if target.has(f"{path}{end}")), None,
            )  # fmt: skip
        if path is None or not target.has(path):
            if one.required:
                dark.add("*")
            continue
        for setting in target.parse(read_env_file, path).settings:
            if setting.value is not None and "$" not in setting.value:
                given[setting.key] = setting.value
            else:
                dark.add(setting.key)
    for entry in service.environment:
        if entry.value is not None and entry.resolved:
            given[entry.key] = entry.value
        else:
            dark.add(entry.key)
            given.pop(entry.key, None)
    return given, dark


def published_ports(port: Port, table: Mapping[str, str]) -> tuple[int, ...] | None:
    """The host ports of a ``ports`` entry, with its default and with what env files say.

    Empty when the host port is chosen at random; ``None`` when it cannot be told.
    """
    if port.protocol == "udp":
        return ()
    texts = {port.published}
    if "$" in port.written:
        texts.discard(port.published)
        source = port.written
        for known in ({}, table):
            filled = expand_compose(source, known)
            if filled is not None:
                texts.add(_published_part(filled))
        if not texts:
            # A long form, or no value anywhere.
            texts = {port.published}
    numbers: list[int] = []
    for text in texts:
        if not text:
            continue
        low, _, high = text.partition("-")
        first = port_number(low)
        last = port_number(high) if high else first
        if first is None or last is None:
            return None
        numbers += range(first, min(last, first + 200) + 1)
    return tuple(dict.fromkeys(numbers))


def _published_part(text: str) -> str:
    text = text.partition("/")[0]
    if text.startswith("["):
        text = text.partition("]")[2].lstrip(":")
    parts = text.split(":")
    if len(parts) == 1:
        # The long form's `published: "${X}"`, or a container port alone.
        return parts[0]
    return parts[-2]


def _dotenv_of(target: Target, folder: str) -> dict[str, str]:
    """What a ``.env`` of the project folder sets, or would set once copied from its template."""
    found: dict[str, str] = {}
    for file in env_files(target):
        if posixpath.dirname(file.path) != folder:
            continue
        name = env_file_name(file.path)
        if name is None or name.label or name.environment in ("test",):
            continue
        if name.environment and not name.template:
            continue
        for setting in file.settings:
            if setting.value and "$" not in setting.value:
                found.setdefault(setting.key, setting.value)
    return found


# -- the machine itself --------------------------------------------------------------------


class Host(Struct, frozen=True, eq=False):
    """What answers on ``localhost`` while somebody works with the repository."""

    ports: Mapping[int, tuple[HostPort, ...]]
    complete: bool
    """Nothing of the repository's own answers on another port."""
    doubt: str = ""
    unknown: frozenset[str] = frozenset()
    """Applications whose ports cannot be told."""


@once
def host(target: Target) -> Host:
    """All ports of the machine, from every stack, package, script and workflow."""
    found: dict[int, dict[HostPort, None]] = {}
    doubts: list[str] = []
    unknown: set[str] = set()

    def add(one: HostPort) -> None:
        found.setdefault(one.number, {}).setdefault(one)

    for one in answering(target):
        for port in one.published:
            add(port)
        if not one.all_published:
            doubts.append(f"{one.service.place}: a published port cannot be told")
        if one.on_host or one.service.shares:
            for listener in one.listening.listeners:
                who = f"compose service {one.service.name} is on the machine's network"
                add(HostPort(listener.port, who, listener.place, one.folders, one.names))
            if not one.listening.complete:
                doubts.append(f"{one.service.place}: on the machine's network")
    for folder, listener in _native(target):
        add(HostPort(listener.port, listener.how, listener.place, frozenset({folder}),
                     _names(target, folder)))  # fmt: skip
    for folder in sorted({one.folder for one in binds(target)}):
        if not package_listening(target, folder, {}).complete:
            unknown.add(folder)
    for dockerfile in dockerfiles(target):
        program = program_of_dockerfile(target, dockerfile)
        if program is None or program.server:
            continue
        heard = listening(target, program, {})
        if not heard.complete and (program.folders or program.package is not None):
            unknown.update(program.folders or (program.package or "",))
        for listener in heard.listeners:
            add(HostPort(listener.port, listener.how, listener.place, frozenset(program.folders)))
    for application in applications(target):
        if not _understood(application):
            unknown.add(application.folder)
    for number, place in _opened(target):
        add(HostPort(number, "a command opens it", place))
    if unknown:
        doubts.append(f"the ports of {', '.join(sorted(unknown)[:3]) or 'the root'} cannot be told")
    return Host(
        {number: tuple(group) for number, group in sorted(found.items())},
        not doubts,
        doubts[0] if doubts else "",
        frozenset(unknown),
    )


def _understood(application: Application) -> bool:
    """Whether the application's servers would have been found, if it has any."""
    return all(
        posixpath.basename(path) in _KNOWN_MANIFESTS or path.endswith(("Package.swift",))
        for path in application.manifests
    )


def _names(target: Target, folder: str) -> frozenset[str]:
    return names_of_applications(target).get(folder, frozenset())


def _native(target: Target) -> Iterator[tuple[str, Listener]]:
    """(package, listener) of what is started without a container."""
    keys: dict[str, set[int]] = {}
    for file in env_files(target):
        for setting in file.settings:
            number = port_number((setting.value or "").rpartition(":")[2])
            if number is not None:
                keys.setdefault(setting.key, set()).add(number)
    for one in binds(target):
        if one.port is not None:
            yield one.folder, Listener(one.port, f"{one.place} binds it", one.place)
        for number in sorted(keys.get(one.key, ())) if one.key else ():
            yield one.folder, Listener(number, f"{one.place} binds it ({one.key})", one.place)
    for package in npm_packages(target):
        for kind, listener in vite_ports(target, package.folder):
            yield package.folder, Listener(listener.port, f"Vite's {kind}", listener.place)
        for script in package.manifest.scripts:
            heard = started_by(target, ("npm", "run", script.name), package.folder, {})
            for listener in heard.listeners if heard is not None else ():
                yield (
                    package.folder,
                    Listener(listener.port, f"npm run {script.name}", script.command_place),
                )
    for path in target.named("manage.py"):
        yield package_folder(target, path), Listener(8000, "manage.py runserver", Place(path, 1))


_PUBLISH = regex(
    r"(?:^|\s)(?:-p|--publish)[\s=]+[\"']?(?:[\d.]+:)?(\d{2,5}):\d+|port-forward\b[^\n|;&]{0,120}?\s:?(\d{2,5})"
    r"|(?:^|\s)-L\s*(?:[\w.]+:)?(\d{2,5}):|--(?:[a-z-]*port|listen|bind)[\s=]+\S*?(\d{2,5})\b"
    r"|http\.server\s+(\d{2,5})|\bLISTEN:(\d{2,5})|\bPORT=(\d{2,5})\b"
)
_OPENS = ("-p", "port", "-L", "http.server", "bind", "listen", "LISTEN")


def _opened(target: Target) -> Iterator[tuple[int, Place]]:
    """Ports that commands of scripts and workflows open: containers, tunnels, servers."""
    for one in invocations(target):
        text = one.command.text
        if not one.words or one.name in ("echo", "printf"):
            continue
        if "PORT=" in text and one.name not in ("docker", "podman", "nerdctl", "env"):
            # `PORT=8080 ./server`: whether it is obeyed is judged elsewhere.
            text = text.replace("PORT=", "")
        for match in _PUBLISH.finditer(text) if any(word in text for word in _OPENS) else ():
            number = next(group for group in match.groups() if group)
            if not match[0].lstrip().startswith("PORT"):
                yield int(number), one.command.place
        if one.source == "package.json":
            continue
        heard = started_by(target, one.words, one.folder, {})
        for listener in heard.listeners if heard is not None else ():
            yield listener.port, one.command.place


# -- whom a name means ---------------------------------------------------------------------

_WORDS = regex(r"[a-z][a-z0-9]*")
_FRONT = frozenset({"frontend", "front", "web", "webapp", "client", "ui", "spa"})
_BACK = frozenset({"backend", "back", "api", "server"})


class Meant(Struct, frozen=True, eq=False):
    """A service that a key or a label names, with all the ports that it answers on."""

    title: str
    listeners: tuple[Listener, ...]
    """Inside containers and as started from source."""
    host_ports: tuple[HostPort, ...]
    complete: bool
    """It answers nowhere else."""
    folders: frozenset[str]
    frontend: bool

    def on_host(self, number: int) -> HostPort | None:
        return next((one for one in self.host_ports if one.number == number), None)

    def on(self, number: int) -> bool:
        """Whether it answers on a number anywhere, in a container or on the machine."""
        return self.on_host(number) is not None or any(one.port == number for one in self.listeners)


@once
def _meant_table(target: Target) -> dict[str, Meant | None]:
    return {}


def meant(target: Target, label: str) -> Meant | None:
    """The one service that a word (of a key, of a printed label) is the name of."""
    word = label.lower()
    known = _meant_table(target)
    if word not in known:
        known[word] = _meant(target, word)
    return known[word]


def _meant(target: Target, word: str) -> Meant | None:
    services = [one for one in answering(target) if word in one.names]
    folders = {folder for folder, names in names_of_applications(target).items() if word in names}
    servers = {one.folder for one in binds(target)}
    fronts = {one.folder for one in applications(target) if one.bundler is not None}
    if not services and not folders:
        # The usual words for "the one frontend" and "the one server of ours".
        if word in _FRONT and len(fronts) == 1:
            folders = fronts
        elif word in _BACK and len(servers - fronts) == 1:
            folders = servers - fronts
        else:
            return None
    if folders:
        services += [
            one for one in answering(target)
            if one.folders & folders and one not in services
            and not (len(one.folders) > 1 and one.program and one.program.package not in folders)
        ]  # fmt: skip
    for one in services:
        folders |= {one.program.package} if one.program and one.program.package else set()
        if one.program is not None and len(one.program.folders) == 1:
            folders |= set(one.program.folders)
    if len(folders) > 1 and not services:
        return None
    return _gathered(target, word, services, folders, fronts)


def _gathered(
    target: Target, word: str, services: list[Answering], folders: set[str], fronts: set[str]
) -> Meant:
    listeners: list[Listener] = []
    ports: list[HostPort] = []
    complete = bool(services or folders)
    for one in services:
        listeners += one.listening.listeners
        ports += [replace(port, proxy=False) for port in one.published]
        complete = complete and one.listening.complete and one.all_published
    everything = host(target)
    own = {(port.number, port.place) for port in ports}
    for every in everything.ports.values():
        group = [port for port in every if (port.number, port.place) not in own]
        ports += [port for port in group if port.folders & folders or port.proxy]
        if not folders & fronts:
            # A frontend's dev server hands requests for the API on.
            ports += [
                replace(port, proxy=True)
                for port in group
                if port.folders & fronts and not port.folders & folders
            ]
    complete = complete and not (everything.unknown & folders)
    for folder in folders:
        heard = package_listening(target, folder, {})
        listeners += heard.listeners
        if not services and not heard.listeners and folder not in fronts:
            complete = False
    frontend = bool(folders & fronts)
    if frontend and not services and not any(port.folders & folders for port in ports):
        complete = False
    title = services[0].service.name if services else (sorted(folders)[0] or word)
    return Meant(
        title=title,
        listeners=tuple(dict.fromkeys(listeners)),
        host_ports=tuple(dict.fromkeys(ports)),
        complete=complete,
        folders=frozenset(folders),
        frontend=frontend,
    )


# -- the cluster ---------------------------------------------------------------------------


def cluster_ports(target: Target, name: str) -> tuple[set[int], bool] | None:
    """The ports of every Kubernetes Service of a name; ``None`` when there is none.

    The second value says whether these are all.
    """
    entries = cluster(target).named("Service", name)
    if not entries:
        return None
    ports: set[int] = set()
    complete = True
    for entry in entries:
        listed = list(entry.source.spec.maps("ports"))
        if entry.source.kind != "Service" or entry.source.spec.str("type") == "ExternalName":
            complete = False
        if not listed:
            complete = False
        for one in listed:
            number = one.get("port")
            if isinstance(number, int):
                ports.add(number)
            else:
                complete = False
        if entry.source.spec.get("clusterIP") == "None":
            complete = False  # headless: the pods' own ports answer
    return ports, complete


def interpolated_ports(target: Target) -> dict[str, list[tuple[Answering, Port, str]]]:
    """Key → (service, port entry, default) of the published ports that it decides."""
    found: dict[str, list[tuple[Answering, Port, str]]] = {}
    for one in answering(target):
        for port in one.service.ports:
            for reference in references(port.written):
                default = reference.word if "-" in reference.operator else ""
                found.setdefault(reference.name, []).append((one, port, default))
    return found
