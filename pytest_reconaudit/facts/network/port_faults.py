"""Ports that are asked for or declared, held against the ports that something listens on.

One record per file, with the faults grouped: several lines that give one service the same wrong
port are one fault. Nothing is said where the host, the service or any of its listeners is not
known for sure.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import applications
from pytest_reconaudit.facts.ci.steps import JobRun, job_runs
from pytest_reconaudit.facts.compose.roles import is_tool_container
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.env.keys import KeyMatrix, env_files, key_matrix
from pytest_reconaudit.facts.invocations import Invocation, workflow_invocations
from pytest_reconaudit.facts.network.asks import (
    DATABASE_SCHEMES,
    Ask,
    addresses,
    dev_proxy_asks,
    is_local,
    label_of,
    load_script_asks,
    named_parts,
    nginx_asks,
    script_asks,
    workflow_command_asks,
)
from pytest_reconaudit.facts.network.image_ports import DEBUGGER_PORTS, infrastructure_ports
from pytest_reconaudit.facts.network.listeners import (
    Listener,
    Listening,
    binds,
    package_folder,
    package_listening,
    port_number,
    started_by,
)
from pytest_reconaudit.facts.network.pods import PodPorts, pod_ports
from pytest_reconaudit.facts.network.services import (
    Answering,
    HostPort,
    Meant,
    answering,
    cluster_ports,
    host,
    interpolated_ports,
    meant,
)
from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import Port
from pytest_reconaudit.readers.dotenv import EnvFile, EnvSetting
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["PortFile", "WrongPort", "listener_notes", "port_files", "who_listens"]


class WrongPort(Struct, frozen=True):
    """A port that a file gives to a service which does not listen on it."""

    place: Place
    """The first line."""
    number: int
    service: str
    says: str
    severity: Severity
    certain: bool
    evidence: str
    lines: tuple[Note, ...]
    """The other lines of the file with the same port for the same service."""
    listeners: tuple[Note, ...]
    """Where the service listens."""
    siblings: tuple[Note, ...] = ()
    """Other services of the file whose program listens on the same port, and is not published
    there: all are started alike."""
    others: tuple[Note, ...] = ()
    """The same port of the same service in other files, when it is one old number everywhere."""


class PortFile(Struct, frozen=True):
    """A file that names ports."""

    path: str
    wrong: tuple[WrongPort, ...]
    judged: int
    """Addresses and ports whose service and listeners are known."""
    unresolved: int
    unheard: tuple[str, ...] = ()
    """The services that the file gives ports to, of which is not known what they listen on."""


class _Fault(Struct, frozen=True):
    place: Place
    service: str
    number: int
    severity: Severity
    says: str
    evidence: str
    listeners: tuple[Note, ...]
    certain: bool = True


class _Book(Struct):
    """What is found out, by file."""

    faults: list[_Fault] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    unresolved: dict[str, int] = field(default_factory=dict)
    unheard: dict[str, dict[str, None]] = field(default_factory=dict)

    def good(self, place: Place) -> None:
        self.judged[place.path] = self.judged.get(place.path, 0) + 1

    def unknown(self, place: Place, service: str = "") -> None:
        """:param service: whose listeners are not known, when the service itself is."""
        self.unresolved[place.path] = self.unresolved.get(place.path, 0) + 1
        if service:
            self.unheard.setdefault(place.path, {}).setdefault(service)

    def bad(self, fault: _Fault) -> None:
        self.good(fault.place)
        self.faults.append(fault)


@once
def port_files(target: Target) -> tuple[PortFile, ...]:
    """Every file in which a port is asked for or given to a service, by path."""
    book = _Book()
    for judge in (
        _compose, _pods, _nginx, _env_files, _workflows, _scripts, _load_scripts, _dev_proxies,
    ):  # fmt: skip
        judge(target, book)
    by_path: dict[str, list[_Fault]] = {}
    for fault in book.faults:
        by_path.setdefault(fault.place.path, []).append(fault)
    paths = sorted({*by_path, *book.judged, *book.unresolved})
    grouped = _as_one({path: _alike(list(_grouped(by_path.get(path, [])))) for path in paths})
    return tuple(
        PortFile(
            path,
            tuple(grouped[path]),
            book.judged.get(path, 0),
            book.unresolved.get(path, 0),
            tuple(book.unheard.get(path, ())),
        )
        for path in paths
    )


_MANY_ALIKE = 3
_PUBLISHES = " publishes container port "


def _alike(wrongs: list[WrongPort]) -> list[WrongPort]:
    """The faults of a file, services that are all started on one port and published on ports of
    their own said once."""
    same: dict[tuple[str, Severity], list[WrongPort]] = {}
    for wrong in wrongs:
        if _PUBLISHES in wrong.says:
            heard = wrong.says.partition(", but listens on ")[2]
            same.setdefault((heard, wrong.severity), []).append(wrong)
    folded: set[int] = set()
    out = []
    for group in same.values():
        if len(group) < _MANY_ALIKE:
            continue
        first, *rest = group
        notes = (Note(one.place, f"{one.service}: {one.number}") for one in rest)
        folded.update(id(one) for one in group)
        out.append(replace(first, siblings=tuple(notes)))
    out += [one for one in wrongs if id(one) not in folded]
    return sorted(out, key=lambda one: one.place.key())


_MANY_FILES = 5


def _as_one(found: dict[str, list[WrongPort]]) -> dict[str, list[WrongPort]]:
    """The faults, an old number that many files still tell said once: it is one decision, which
    port is meant. What stands in the way of a deployed service or a workflow is said by itself."""
    same: dict[tuple[str, int], list[tuple[str, WrongPort]]] = {}
    for path, wrongs in found.items():
        for wrong in wrongs:
            if wrong.severity <= Severity.MEDIUM and f"localhost:{wrong.number}" in wrong.says:
                same.setdefault((wrong.service, wrong.number), []).append((path, wrong))
    out = {path: list(wrongs) for path, wrongs in found.items()}
    for group in same.values():
        if len(group) < _MANY_FILES:
            continue
        path, first = max(group, key=lambda one: one[1].severity)  # of equals the first
        for other, wrong in group:
            out[other].remove(wrong)
        others = tuple(
            Note(wrong.place, wrong.evidence) for _, wrong in group if wrong is not first
        )
        out[path].append(replace(first, others=others))
        out[path].sort(key=lambda one: one.place.key())
    return out


def _grouped(faults: list[_Fault]) -> Iterator[WrongPort]:
    groups: dict[tuple[str, int], list[_Fault]] = {}
    for fault in sorted(faults, key=lambda one: one.place.key()):
        groups.setdefault((fault.service, fault.number), []).append(fault)
    for (service, number), group in groups.items():
        worst = max(group, key=lambda one: one.severity)
        lines = {one.place.line: one for one in reversed(group)}
        first = group[0]
        yield WrongPort(
            place=first.place,
            number=number,
            service=service,
            says=worst.says,
            severity=worst.severity,
            certain=all(one.certain for one in group),
            evidence=first.evidence,
            lines=tuple(
                Note(one.place, one.evidence)
                for line, one in sorted(lines.items(), key=lambda pair: pair[0] or 0)
                if line != first.place.line
            ),
            listeners=tuple(dict.fromkeys(note for one in group for note in one.listeners))[:6],
        )


def _shown(ports: Iterable[int]) -> str:
    found = sorted(set(ports))
    return ", ".join(map(str, found[:6])) + (" …" if len(found) > 6 else "")


def listener_notes(listeners: Iterable[Listener | HostPort]) -> tuple[Note, ...]:
    out: dict[Note, None] = {}
    for one in listeners:
        if one.place is not None:
            number = one.port if isinstance(one, Listener) else one.number
            how = one.how if isinstance(one, Listener) else one.who
            out.setdefault(Note(one.place, f"{number}: {how}"))
    return tuple(out)


# -- inside compose networks ---------------------------------------------------------------


class _Heard(Struct, frozen=True):
    """What the services of a name listen on, wherever that name exists."""

    title: str
    ports: frozenset[int]
    notes: tuple[Note, ...]
    frontend: bool


def who_listens(
    target: Target, name: str, port: int, networks: Iterable[Stack] | None
) -> _Heard | bool | None:
    """Who a host name leads to when nobody of that name listens on the port.

    ``True`` when somebody does, ``None`` when it cannot be told.
    """
    within = None if networks is None else list(networks)
    candidates = [
        one for one in _by_name(target).get(name, ())
        if within is None or any(one.stack is stack for stack in within)
    ]  # fmt: skip
    in_cluster = None
    if within is None:
        in_cluster = cluster_ports(target, name.partition(".")[0])
        if in_cluster is not None and (port in in_cluster[0] or not in_cluster[1]):
            return True if port in in_cluster[0] else None
    if not candidates and in_cluster is None:
        return None
    notes: list[Note] = []
    ports: set[int] = set(in_cluster[0]) if in_cluster else set()
    for one in candidates:
        heard = _with_sharers(target, one)
        if heard.on(port) is not None:
            return True
        if not heard.complete:
            return None
        ports |= set(heard.ports)
        notes += listener_notes(heard.listeners)
    fronts = {one.folder for one in applications(target) if one.bundler is not None}
    title = candidates[0].service.name if candidates else name
    frontend = bool(candidates) and bool(candidates[0].folders & fronts)
    return _Heard(title, frozenset(ports), tuple(dict.fromkeys(notes)), frontend)


@once
def _by_name(target: Target) -> dict[str, list[Answering]]:
    found: dict[str, list[Answering]] = {}
    for one in answering(target):
        for name in one.names:
            found.setdefault(name, []).append(one)
    return found


def _with_sharers(target: Target, one: Answering) -> Listening:
    """A service and those that live in its network namespace."""
    heard = one.listening
    if one.service.shares or one.on_host:
        return Listening(heard.listeners, False)
    for other in _sharers(target).get((id(one.stack), one.service.name), ()):
        heard = Listening(
            (*heard.listeners, *other.listening.listeners),
            heard.complete and other.listening.complete,
        )
    return heard


@once
def _sharers(target: Target) -> dict[tuple[int, str], list[Answering]]:
    """(stack, service) → the services that live in its network namespace."""
    found: dict[tuple[int, str], list[Answering]] = {}
    for other in answering(target):
        for name in {share.name for share in other.service.shares}:
            found.setdefault((id(other.stack), name), []).append(other)
    return found


def _compose(target: Target, book: _Book) -> None:
    verdicts: dict[tuple[Place, int], list[_Fault | None]] = {}
    unknown: dict[Place, str] = {}

    def say(place: Place, number: int, fault: _Fault | None) -> None:
        verdicts.setdefault((place, number), []).append(fault)

    for one in answering(target):
        for entry in one.service.environment:
            if entry.value is None or not entry.resolved or entry.value == "":
                continue
            for address in addresses(entry.value, bare=True):
                if is_local(address.host) or address.host not in _by_name(target):
                    continue
                if address.implied and address.scheme not in ("http", "ws"):
                    continue
                heard = who_listens(target, address.host, address.port, (one.stack,))
                if heard is None:
                    unknown.setdefault(entry.place, address.host)
                elif heard is True or isinstance(heard, bool):
                    say(entry.place, address.port, None)
                else:
                    say(entry.place, address.port, _Fault(
                        entry.place, heard.title, address.port,
                        _for_role(Severity.HIGH, entry.place.path),
                        f"{one.service.name} asks {heard.title} for port {address.port}, but it "
                        f"listens on {_shown(heard.ports)}",
                        f"{entry.key}: {entry.written or entry.value}", heard.notes,
                    ))  # fmt: skip
        _own_compose_ports(one, say, unknown)
    for (place, _), found in verdicts.items():
        faults = [one for one in found if one is not None]
        if faults and len(faults) == len(found) and place not in unknown:
            book.bad(faults[0])
        else:
            book.good(place)
    for place, service in unknown.items():
        book.unknown(place, service)


def _own_compose_ports(one: Answering, say: object, unknown: dict[Place, str]) -> None:
    """The container side of ``ports:`` and ``PORT`` of a service with a program of ours."""
    assert callable(say)
    heard = one.listening
    targets = [
        (number, port)
        for port in one.service.ports
        if port.protocol != "udp" and (number := port_number(port.target)) is not None
    ]
    right = any(heard.on(number) for number, _ in targets)
    if not heard.complete or one.program is None or one.on_host:
        for number, port in targets:
            if heard.on(number) is not None:
                say(port.place, number, None)
            elif not right:
                unknown.setdefault(port.place, "" if one.on_host else one.service.name)
        return
    for number, port in targets:
        if heard.on(number) or right or number in DEBUGGER_PORTS:
            say(port.place, number, None)
            continue
        severity = _for_role(Severity.CRITICAL, port.place.path)
        if is_tool_container(one.service):
            severity = min(severity, Severity.MEDIUM)  # people start it to look at something
        say(port.place, number, _Fault(
            port.place, one.service.name, number, severity,
            f"{one.service.name} publishes container port {number}, but listens on "
            f"{_shown(heard.ports)}: nothing answers",
            port.written, listener_notes(heard.listeners), one.program.certain,
        ))  # fmt: skip
    if one.program.package is None:
        return
    for entry in one.service.environment:
        number = port_number(entry.value or "") if entry.key == "PORT" and entry.resolved else None
        if not number:
            continue
        if heard.on(number):
            say(entry.place, number, None)
        else:
            say(entry.place, number, _Fault(
                entry.place, one.service.name, number,
                _for_role(Severity.CRITICAL, entry.place.path),
                f"PORT={number} is set for {one.service.name}, but it listens on "
                f"{_shown(heard.ports)} whatever PORT says",
                f"PORT: {entry.written or entry.value}", listener_notes(heard.listeners),
                one.program.certain,
            ))  # fmt: skip


_DEV = regex(
    r"(?:^|[^a-z])(?:dev|devel|development|local|test|tests|testing|example|examples|sample|e2e"
    r"|ci|debug)(?:[^a-z]|$)"
)
_PROD = regex(r"(?:^|[^a-z])(?:prod|production|staging|stage|release|live)(?:[^a-z]|$)")


def _for_role(severity: Severity, path: str) -> Severity:
    """Files of development and examples weigh less."""
    if _DEV.search(path.lower()) and not _PROD.search(posixpath.basename(path).lower()):
        return min(severity, Severity.MEDIUM)
    return severity


# -- the cluster ---------------------------------------------------------------------------


def _pods(target: Target, book: _Book) -> None:
    for pod in pod_ports(target):
        for claim in pod.claims:
            if pod.listening.on(claim.number) is not None:
                book.good(claim.place)
                continue
            if not pod.listening.complete:
                book.unknown(claim.place, pod.title)
                continue
            if not claim.main:
                book.good(claim.place)
                continue
            book.bad(_Fault(
                claim.place, pod.title, claim.number, _pod_severity(pod),
                f"{pod.title} is reached on port {claim.number}, but the program in its image "
                f"listens on {_shown(pod.listening.ports)}: no request arrives",
                claim.written, listener_notes(pod.listening.listeners), pod.certain,
            ))  # fmt: skip
        for ask in pod.asks:
            known = cluster_ports(target, ask.service)
            if known is None:
                continue
            if ask.port in known[0]:
                book.good(ask.place)
            elif not known[1]:
                book.unknown(ask.place)
            else:
                book.bad(_Fault(
                    ask.place, ask.service, ask.port,
                    Severity.MEDIUM if pod.off_path else Severity.HIGH,
                    f"{ask.key} asks Service {ask.service} for port {ask.port}, but it offers "
                    f"{_shown(known[0])}",
                    f"{ask.key}: {ask.written}", (),
                ))  # fmt: skip


def _pod_severity(pod: PodPorts) -> Severity:
    if pod.off_path:
        return Severity.MEDIUM
    # What a ready-made image listens on may differ from version to version.
    own = pod.program is not None and pod.program.package is not None
    return Severity.CRITICAL if own and not pod.frontend else Severity.HIGH


# -- nginx ---------------------------------------------------------------------------------


def _nginx(target: Target, book: _Book) -> None:
    for ask in nginx_asks(target):
        heard = who_listens(target, ask.host, ask.port, ask.stacks)
        if heard is None:
            book.unknown(ask.place, ask.host if ask.host in _by_name(target) else "")
        elif isinstance(heard, bool):
            book.good(ask.place)
        else:
            severity = Severity.HIGH if ask.used else Severity.MEDIUM
            unused = "" if ask.used else " (no image or stack uses this file)"
            book.bad(_Fault(
                ask.place, heard.title, ask.port, _for_role(severity, ask.place.path),
                f"nginx hands requests on to {heard.title} at port {ask.port}, but it listens on "
                f"{_shown(heard.ports)}{unused}",
                ask.written, heard.notes,
            ))  # fmt: skip


# -- env files -----------------------------------------------------------------------------

_NOT_ASKED = regex(r"CORS|ALLOWED|ORIGINS|CALLBACK|REDIRECT|SUCCESS|CANCEL|WEBHOOK|ISSUER")
_OWN_PORT = frozenset({"PORT", "APP_PORT", "SERVER_PORT", "HTTP_PORT", "LISTEN_PORT"})


def _env_files(target: Target, book: _Book) -> None:
    matrix = key_matrix(target)
    decided = interpolated_ports(target)
    wanted = _wanted_on_host(target)
    for file in env_files(target):
        keys = {one.key: one for one in file.settings}
        for setting in file.settings:
            value = setting.value
            if not value or "$" in value or _NOT_ASKED.search(setting.key):
                continue
            if setting.key.endswith("PORT"):
                number = port_number(value)
                if number:
                    _env_port(target, book, file, setting, number, keys, matrix, decided, wanted)
                continue
            for address in addresses(value, bare=True):
                own = is_local(address.host) and address.scheme in DATABASE_SCHEMES
                if "," not in value and not own:
                    _env_address(
                        target, book, file, setting, address.host, address.port, address.implied
                    )


def _env_address(
    target: Target,
    book: _Book,
    file: EnvFile,
    setting: EnvSetting,
    name: str,
    port: int,
    implied: bool,
) -> None:
    place, written = setting.place, f"{setting.key}={setting.value}"
    if not is_local(name):
        if name not in _by_name(target) or implied:
            return
        heard = who_listens(target, name, port, None)
        if heard is None:
            book.unknown(place)
        elif isinstance(heard, bool):
            book.good(place)
        else:
            book.bad(_Fault(
                place, heard.title, port, _env_severity(file, Severity.HIGH),
                f"{setting.key} asks {heard.title} for port {port}, but it listens on "
                f"{_shown(heard.ports)}",
                written, heard.notes,
            ))  # fmt: skip
        return
    if implied:
        return
    one = _whom(target, label_of(setting.key))
    if one is None or not one.complete or not _own_ports(one):
        book.unknown(place)
    elif one.on_host(port) is not None or _database(port):
        book.good(place)
    else:
        severity = Severity.LOW if one.frontend else Severity.MEDIUM
        book.bad(_host_fault(one, port, place, severity, f"{setting.key} says", written))


def _whom(target: Target, label: str) -> Meant | None:
    for name in named_parts(label):
        found = meant(target, name)
        if found is not None:
            return found
    return None


def _host_fault(
    one: Meant, port: int, place: Place, severity: Severity, who: str, written: str
) -> _Fault:
    own = _own_ports(one) or list(one.host_ports)
    ports = {each.number for each in own} or {each.port for each in one.listeners}
    notes = listener_notes(own) or listener_notes(one.listeners)
    return _Fault(
        place, one.title, port, severity,
        f"{who} {one.title} answers on localhost:{port}, but it is reached there on "
        f"{_shown(ports)}",
        written, notes,
    )  # fmt: skip


def _own_ports(one: Meant) -> list[HostPort]:
    """Where it answers by itself, not through a proxy."""
    return [each for each in one.host_ports if not each.proxy]


def _env_severity(file: EnvFile, worst: Severity) -> Severity:
    if file.name.template or file.name.environment in ("development", "test"):
        return min(worst, Severity.MEDIUM)
    return worst if file.name.environment in ("production", "staging") else Severity.MEDIUM


def _database(port: int) -> bool:
    """A port on which people run a database or a queue of their own."""
    return port in infrastructure_ports()


def _env_port(
    target: Target,
    book: _Book,
    file: EnvFile,
    setting: EnvSetting,
    number: int,
    keys: Mapping[str, EnvSetting],
    matrix: KeyMatrix,
    decided: Mapping[str, list[tuple[Answering, Port, str]]],
    wanted: Mapping[int, list[Ask]],
) -> None:
    place, key = setting.place, setting.key
    if file.name.environment == "test":
        return  # tests start servers of their own
    written = f"{key}={setting.value}"
    stem = key.removesuffix("PORT").rstrip("_")
    partner = keys.get(f"{stem}_HOST") or keys.get(f"{stem}_HOSTNAME")
    if partner is not None and stem:
        if partner.value and not is_local(partner.value) and "$" not in partner.value:
            _env_address(target, book, file, setting, partner.value.lower(), number, False)
        return
    if any(one.key == key for one in binds(target)):
        book.good(place)
        return
    if key in decided:
        _decided(book, file, setting, number, decided[key], wanted)
        return
    package = _package_of_port(target, file, key)
    if package is not None:
        heard = package_listening(target, package, {key: f"{number}"})
        if not heard.complete:
            book.unknown(place)
        elif heard.on(number) is not None:
            book.good(place)
        else:
            title = posixpath.basename(package) or "the application"
            book.bad(_Fault(
                place, title, number, _env_severity(file, Severity.CRITICAL),
                f"{key} says {number}, but {title} listens on {_shown(heard.ports)} "
                "whatever it says",
                written, listener_notes(heard.listeners),
            ))  # fmt: skip
        return
    if key in _OWN_PORT:
        book.unknown(place)
        return
    label = label_of(key)
    one = None if _SIDE.match(key) else _whom(target, label)
    if one is not None:
        if not one.complete:
            book.unknown(place)
        elif one.on(number):
            book.good(place)
        else:
            worst = Severity.MEDIUM if one.frontend or not one.folders else Severity.CRITICAL
            book.bad(_host_fault(one, number, place, _env_severity(file, worst), f"{key} says",
                                 written))  # fmt: skip
        return
    _idle(target, book, setting, number, keys, matrix)


_SIDE = regex(
    r"^(?:[A-Z]+_)?(?:WS|WSS|WEBSOCKET|SOCKET|METRICS|ADMIN|HEALTH|GRPC|MANAGEMENT|DEBUG)_PORT$"
)
_CODE = (
    ".rs",
    ".ts",
    ".tsx",
    ".js",
    ".mjs",
    ".cjs",
    ".py",
    ".go",
    ".java",
    ".kt",
    ".rb",
    ".cs",
    ".php",
)


def _idle(
    target: Target,
    book: _Book,
    setting: EnvSetting,
    number: int,
    keys: Mapping[str, EnvSetting],
    matrix: KeyMatrix,
) -> None:
    """A second port of the application that nothing reads and nothing opens."""
    everything = host(target)
    if not _SIDE.match(setting.key) or not everything.complete or not binds(target):
        return
    if matrix.reads_of(setting.key) or any(
        setting.key in target.text(path) for path in target.files if path.endswith(_CODE)
    ):
        return
    if number in everything.ports or any(one.listening.on(number) for one in answering(target)):
        book.good(setting.place)
        return
    book.bad(_Fault(
        setting.place, setting.key, number, Severity.LOW,
        f"{setting.key} says {number}, but no code reads the key and nothing listens on that port",
        f"{setting.key}={setting.value}", listener_notes(_own_listeners(target)),
    ))  # fmt: skip


def _own_listeners(target: Target) -> list[Listener]:
    return [
        Listener(one.port, f"{one.place} binds it", one.place)
        for one in binds(target)
        if one.port is not None
    ]


def _package_of_port(target: Target, file: EnvFile, key: str) -> str | None:
    """The package whose listening port a key of an env file is meant to set."""
    if key not in _OWN_PORT:
        return None
    folders = {one.folder for one in binds(target)}
    own = package_folder(target, file.path)
    if own in folders:
        return own
    if own:
        return None
    # A file at the root, or in a folder of its own: the one server of the repository.
    heard: set[str] = set(folders)
    for package in npm_packages(target):
        for script in package.manifest.scripts:
            # A start script that takes PORT is a server that the file may be meant for.
            first = started_by(target, ("npm", "run", script.name), package.folder, {"PORT": "4"})
            if first is not None and first.on(4) is not None:
                heard.add(package.folder)
    return heard.pop() if len(heard) == 1 else None


def _wanted_on_host(target: Target) -> dict[int, list[Ask]]:
    """Port of the machine → the scripts and load scripts that count on it."""
    found: dict[int, list[Ask]] = {}
    for ask in (*script_asks(target), *load_script_asks(target)):
        if is_local(ask.host):
            found.setdefault(ask.port, []).append(ask)
    return found


def _decided(
    book: _Book,
    file: EnvFile,
    setting: EnvSetting,
    number: int,
    entries: list[tuple[Answering, Port, str]],
    wanted: Mapping[int, list[Ask]],
) -> None:
    """A key that chooses the published port, where scripts count on the default."""
    defaults = {default for _, _, default in entries}
    default = port_number(defaults.pop()) if len(defaults) == 1 else None
    titles = {one.service.name for one, _, _ in entries}
    if default is None or default == number or len(titles) != 1:
        book.good(setting.place)
        return
    title = titles.pop()
    asks = [ask for ask in wanted.get(default, ()) if _means(ask, title, entries[0][0])]
    if not asks:
        book.good(setting.place)
        return
    severity = Severity.LOW if file.name.template else Severity.MEDIUM
    book.bad(_Fault(
        setting.place, title, number, severity,
        f"{setting.key} publishes {title} on localhost:{number}, but "
        f"{asks[0].place} counts on {default}, the compose file's default",
        f"{setting.key}={setting.value}",
        (*(Note(place, f"default {default}") for place in
           dict.fromkeys(port.place for _, port, _ in entries)),
         *(Note(ask.place, ask.written) for ask in asks[:4])),
        certain=False,
    ))  # fmt: skip


def _means(ask: Ask, title: str, one: Answering) -> bool:
    words = set(re.findall(r"[a-z]+", f"{ask.label} {ask.written}".lower()))
    return title.lower() in words or (ask.kind == "script" and bool(one.folders))


# -- workflows -----------------------------------------------------------------------------

_CONTAINERS = frozenset(
    {"docker", "docker-compose", "podman", "kubectl", "kind", "minikube", "k3d", "helm", "make",
     "just", "task", "tilt", "skaffold", "act", "nerdctl", "vagrant", "earthly"}
)  # fmt: skip
_OWN_BINARY = regex(r"(?:\./)?target/(?:[\w-]+/)?(?:release|debug)/[\w-]+")
_PROGRAMS = frozenset(
    {"node", "ts-node", "tsx", "nodemon", "deno", "bun", "python", "python3", "go"}
)


_STARTING = regex(r"compose|docker-run|kind-action|minikube|k3d|start-server|cypress-io")


class _Job(Struct):
    """What answers on a runner while a job runs."""

    heard: list[tuple[str, Listening]]
    services: set[int]
    complete: bool
    containers: bool


def _workflows(target: Target, book: _Book) -> None:
    by_job: dict[int, list[Invocation]] = {}
    for one in workflow_invocations(target):
        if one.job is not None and one.step is not None:
            by_job.setdefault(id(one.job.job), []).append(one)
    for run in job_runs(target):
        commands = by_job.get(id(run.job), [])
        _job(target, book, run, commands)


def _job(target: Target, book: _Book, run: JobRun, commands: list[Invocation]) -> None:
    job = _running(target, book, run, commands)
    asks: list[tuple[Ask, str]] = []
    for one in commands:
        if one.step is not None and not one.step.remote:
            asks += [(ask, "") for ask in workflow_command_asks(one)]
    for step in run.job.steps:
        for env in (step.env, step.with_):
            asks += _mapped(env)
    asks += _mapped(run.job.env)
    for ask, key in asks:
        if not is_local(ask.host) or _database(ask.port):
            continue
        if job.containers:
            _on_host(target, book, ask, key, Severity.HIGH)
            continue
        if not job.heard or not job.complete:
            book.unknown(ask.place)
            continue
        ports = {port for _, heard in job.heard for port in heard.ports} | job.services
        if ask.port in ports:
            book.good(ask.place)
            continue
        # Said of the server that was started last: the others belong to it.
        title, heard = job.heard[-1]
        severity = Severity.LOW if ask.kind == "printed" else Severity.MEDIUM
        book.bad(_Fault(
            ask.place, title, ask.port, severity,
            f"job {run.job.id} asks localhost for port {ask.port}, but what it starts "
            f"({title}) listens on {_shown(heard.ports)}",
            ask.written, listener_notes(heard.listeners),
        ))  # fmt: skip


def _mapped(env: Map) -> Iterator[tuple[Ask, str]]:
    for key in env:
        value = env.str(key)
        if not isinstance(key, str) or not value or "\n" in value or "${{" in value:
            continue
        if _NOT_ASKED.search(key.upper()):
            continue
        for address in addresses(value):
            if not address.implied and "," not in value and address.scheme not in DATABASE_SCHEMES:
                place = env.value_place(key)
                yield Ask(place, address.host, address.port, f"{key}: {value}", "workflow"), key


def _running(target: Target, book: _Book, run: JobRun, commands: list[Invocation]) -> _Job:
    job = _Job([], set(), not run.job.uses, False)
    for name in run.job.services:
        service = run.job.services.map(name)
        for text in service.seq("ports"):
            number = port_number(f"{text}".partition("/")[0].partition(":")[0])
            if number is None:
                job.complete = False
            else:
                job.services.add(number)
    # A service without ports answers under its name only.
    for step in run.job.steps:
        if step.uses and _STARTING.search(step.uses):
            job.containers = job.containers or "compose" in step.uses
            job.complete = False
    for one in commands:
        if one.name in _CONTAINERS and not (one.name == "docker" and one.words[1:2] in (
            ("build",), ("push",), ("login",), ("tag",), ("buildx",), ("pull",))):  # fmt: skip
            job.containers = job.containers or one.name in ("docker", "docker-compose", "podman")
            job.complete = False
        background = one.command.following == "&"
        env = _step_env(run, one)
        started = _started(target, one, env)
        if started is None:
            if background or (one.words and one.name.endswith(".sh")) or one.name in ("bash", "sh"):
                job.complete = False
            continue
        title, heard = started
        if not heard.complete:
            job.complete = False
        job.heard.append((title, heard))
        _own_port(book, one, heard, title)
    return job


def _step_env(run: JobRun, one: Invocation) -> dict[str, str]:
    assert one.step is not None
    found: dict[str, str] = {}
    for env in (run.workflow.env, run.job.env, one.step.step.env):
        for key in env:
            value = env.str(key)
            if isinstance(key, str) and "${{" not in value:
                found[key] = value
    found.update(dict(one.command.assignments))
    return found


def _started(
    target: Target, one: Invocation, env: Mapping[str, str]
) -> tuple[str, Listening] | None:
    """(who, listening) of the server that a command starts."""
    words, folder = one.words, one.folder
    if not words or folder is None:
        return None
    known = started_by(target, words, folder, env)
    if known is not None:
        return posixpath.basename(folder) or "the application", known
    packages = {each.folder for each in binds(target)}
    own = package_folder(target, posixpath.join(folder, "x"))
    starts = (
        _OWN_BINARY.fullmatch(words[0]) is not None
        or (one.name == "cargo" and "run" in words[1:3])
        or (one.name in _PROGRAMS and one.command.following == "&")
        or (one.name == "go" and words[1:2] == ("run",))
        or (
            one.name in ("npm", "yarn", "pnpm")
            and bool({"start", "dev", "serve"} & set(words[1:3]))
        )
    )
    if not starts or own not in packages:
        return None
    return posixpath.basename(own) or "the application", package_listening(target, own, env)


def _own_port(book: _Book, one: Invocation, heard: Listening, title: str) -> None:
    """``PORT`` of the step that starts a server which does not obey it."""
    assert one.step is not None
    env = one.step.step.env
    number = port_number(env.str("PORT")) if "PORT" in env else None
    if not number or not heard.complete:
        return
    if heard.on(number) is not None:
        book.good(env.key_place("PORT"))
        return
    book.bad(_Fault(
        env.key_place("PORT"), title, number, Severity.HIGH,
        f"the step sets PORT to {number}, but {title} listens on {_shown(heard.ports)} whatever "
        "PORT says",
        f"PORT: {number}", listener_notes(heard.listeners),
    ))  # fmt: skip


# -- what is asked on the machine ----------------------------------------------------------


def _on_host(target: Target, book: _Book, ask: Ask, key: str, worst: Severity) -> None:
    """A request to ``localhost`` from somebody who works with the running platform."""
    if _database(ask.port):
        return
    one = None
    words = [label_of(key)] if key else ask.label.lower().split()[::-1]
    for word in words:
        if word and (one := _whom(target, word)) is not None:
            break
    everything = host(target)
    severity = Severity.LOW if ask.kind == "printed" else worst
    if one is not None and one.complete and _own_ports(one):
        if one.on_host(ask.port) is not None:
            book.good(ask.place)
            return
        if ask.kind != "printed" or ask.port not in everything.ports or one.folders:
            who = f"{ask.place.path} {'tells people that' if ask.kind == 'printed' else 'says'}"
            book.bad(_host_fault(one, ask.port, ask.place, severity, who, ask.written))
            return
    if ask.port in everything.ports:
        book.good(ask.place)
        return
    if not everything.complete or not everything.ports:
        book.unknown(ask.place)
        return
    main = _main_service(target)
    own = sorted(number for number in everything.ports if not _database(number))
    book.bad(_Fault(
        ask.place, main, ask.port, severity,
        f"{_claim(ask)}, but nothing of the repository answers there: {_shown(own)} do",

        ask.written,
        tuple(note for number in own[:4] for note in listener_notes(everything.ports[number][:1])),
    ))  # fmt: skip


def _claim(ask: Ask) -> str:
    """What a place does with a port of the machine: ask for it, or merely speak of it."""
    path = ask.place.path
    if ask.kind == "printed":
        return f"{path} tells people that something answers on localhost:{ask.port}"
    if ask.kind == "variable":
        return f"{path} says that something answers on localhost:{ask.port}"
    return f"{path} asks localhost for port {ask.port}"


@once
def _main_service(target: Target) -> str:
    folders = sorted({one.folder for one in binds(target)})
    return posixpath.basename(folders[0]) if len(folders) == 1 else "the platform"


_DEPLOYS = regex(r"deploy|release|launch|rollback|go-?live|health|smoke|prod", re.IGNORECASE)


def _scripts(target: Target, book: _Book) -> None:
    for ask in script_asks(target):
        if not is_local(ask.host) or _opened_here(target, ask):
            continue
        worst = Severity.HIGH if _DEPLOYS.search(ask.place.path) else Severity.MEDIUM
        if ask.kind == "variable":
            _on_host(target, book, ask, ask.label, min(worst, Severity.MEDIUM))
        else:
            _on_host(target, book, ask, "", _for_role(worst, ask.place.path))


def _opened_here(target: Target, ask: Ask) -> bool:
    """Whether the script itself names the port otherwise than in an address: it may open it."""
    pattern = re.compile(rf"(?<![\w:./]){ask.port}(?![\w/])|\b{ask.port}:\d")
    text = target.text(ask.place.path)
    return any(
        pattern.search(line) for line in text.split("\n")
        if f"{ask.port}" in line and "://" not in line and not line.lstrip().startswith("#")
        and not re.match(r"\s*(?:echo|printf)\b", line)
    )  # fmt: skip


def _load_scripts(target: Target, book: _Book) -> None:
    for ask in load_script_asks(target):
        if is_local(ask.host):
            _on_host(target, book, Ask(ask.place, ask.host, ask.port, ask.written, ask.kind), "",
                     Severity.MEDIUM)  # fmt: skip


def _dev_proxies(target: Target, book: _Book) -> None:
    for ask in dev_proxy_asks(target):
        if is_local(ask.host):
            _on_host(target, book, Ask(ask.place, ask.host, ask.port, ask.written, ask.kind), "",
                     Severity.MEDIUM)  # fmt: skip
            continue
        heard = who_listens(target, ask.host, ask.port, None)
        if heard is None:
            book.unknown(ask.place)
        elif isinstance(heard, bool):
            book.good(ask.place)
        else:
            book.bad(_Fault(
                ask.place, heard.title, ask.port, Severity.MEDIUM,
                f"the dev server hands requests on to {heard.title} at port {ask.port}, but it "
                f"listens on {_shown(heard.ports)}",
                ask.written, heard.notes,
            ))  # fmt: skip
