"""Server starts of the repository's programs: what they ignore, and whether a container's network
reaches them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.keys import env_files, key_matrix
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.network.listeners import (
    Bind,
    binds,
    is_loopback,
    launched,
    package_folder,
    port_number,
)
from pytest_reconaudit.facts.network.pods import pod_ports
from pytest_reconaudit.facts.network.programs import Program, program_of_dockerfile
from pytest_reconaudit.facts.network.services import answering
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.target import Target, once

__all__ = ["BindFault", "ServerStart", "server_starts"]

_PORT_KEYS = ("PORT", "APP_PORT", "SERVER_PORT", "HTTP_PORT", "LISTEN_PORT")
_SIDE = regex(r"metrics|admin|debug|health|prometheus|profil|pprof|internal|test", re.IGNORECASE)
_LOCAL_LAUNCHERS = frozenset({"uvicorn", "flask", "hypercorn", "daphne"})
"""Programs that bind the loopback address unless told otherwise."""


class BindFault(Struct, frozen=True):
    """What is wrong with a bind."""

    clause: str
    place: Place
    written: str
    says: str
    notes: tuple[Note, ...]
    severity: Severity


class ServerStart(Struct, frozen=True):
    """The server starts of one package."""

    folder: str
    binds: tuple[Bind, ...]
    faults: tuple[BindFault, ...]
    known: bool
    """Every port and address could be told."""

    @property
    def id(self) -> str:
        return self.folder or "(root)"


@once
def server_starts(target: Target) -> tuple[ServerStart, ...]:
    """Every package that starts a server, by folder."""
    groups: dict[str, list[Bind]] = {}
    for one in binds(target):
        groups.setdefault(one.folder, []).append(one)
    programs = _programs(target)
    found = []
    for folder, group in sorted(groups.items()):
        own = [program for program in programs if program.package == folder]
        faults = [*_ignored(target, folder, group, own), *_unreachable(target, folder, group, own)]
        known = all(one.port is not None or one.key for one in group)
        found.append(ServerStart(folder, tuple(group), tuple(faults), known))
    for program in programs:
        if program.package is not None and program.package not in groups:
            fault = _launched_on_loopback(target, program)
            if fault is not None:
                found.append(ServerStart(program.package, (), (fault,), True))
    unique = {one.folder: one for one in reversed(found)}
    return tuple(unique[folder] for folder in sorted(unique))


def _programs(target: Target) -> list[Program]:
    found = []
    for dockerfile in dockerfiles(target):
        program = program_of_dockerfile(target, dockerfile)
        if program is not None and not program.server:
            found.append(program)
    return found


# -- (a) and (c): the port -----------------------------------------------------------------


def _ignored(
    target: Target, folder: str, group: list[Bind], programs: list[Program]
) -> Iterator[BindFault]:
    main = [one for one in group if not _is_side(one)]
    if not main or (programs and all(_has_launcher(target, one) for one in programs)):
        return  # a launcher binds, with flags of its own
    fixed = [one for one in main if one.literal]
    if len(fixed) == len(main) and not any(one.key for one in group):
        keys = list(_set_or_read(target, folder, programs))
        if keys:
            names = ", ".join(dict.fromkeys(key for key, _, _ in keys))
            # A setting that says the same number lies only once it is changed.
            same = all(
                value is not None and value.strip("'\"") == f"{fixed[0].port}"
                for _, _, value in keys
            )
            for one in fixed[:1]:
                yield BindFault(
                    "a", one.place, one.written,
                    f"binds the literal port {one.port}: {names} is set or read for it and has no "
                    "effect",
                    (*(Note(place, f"{key} is ignored") for key, place, _ in keys[:8]),
                     *(Note(more.place, f"also binds {more.port}") for more in fixed[1:])),
                    Severity.MEDIUM if same else Severity.HIGH,
                )  # fmt: skip
        else:
            for one in fixed[:1]:
                yield BindFault(
                    "c", one.place, one.written,
                    f"binds the literal port {one.port}; no environment variable can change it",
                    (), Severity.INFO,
                )  # fmt: skip
        return
    yield from _other_key(target, folder, main, programs)


def _has_launcher(target: Target, program: Program) -> bool:
    return launched(target, program, program.command, {}) is not None


def _is_side(one: Bind) -> bool:
    """A listener for operators: metrics, profiling."""
    return _SIDE.search(posixpath.basename(one.place.path)) is not None or (
        _SIDE.search(one.key) is not None and one.key != ""
    )


def _set_or_read(
    target: Target, folder: str, programs: list[Program]
) -> Iterator[tuple[str, Place, str | None]]:
    """(key, where, value) of each port key that is meant for the package and that its bind
    ignores; the value of a read is ``None``."""
    seen: dict[tuple[str, Place], str | None] = {}
    matrix = key_matrix(target)
    for key in _PORT_KEYS:
        for read in matrix.reads_of(key):
            if read.kind != "code" or read.test or read.read.dynamic:
                continue
            if package_folder(target, read.place.path) == folder:
                seen[key, read.place] = None
    for program in programs:
        if program.dockerfile is None or program.stage is None:
            continue
        for stage in program.dockerfile.chain(program.stage):
            for one in stage.of("ENV"):
                for key, value, place in one.assignments:
                    if key in _PORT_KEYS:
                        seen[key, place] = value
    for answer in answering(target):
        if answer.program is not None and answer.program.package == folder:
            for entry in answer.service.environment:
                if entry.key in _PORT_KEYS:
                    seen[entry.key, entry.place] = entry.value
    for pod in pod_ports(target):
        if pod.program is not None and pod.program.package == folder:
            for claim in pod.claims:
                if claim.kind == "PORT":
                    seen["PORT", claim.place] = f"{claim.number}"
    for file in env_files(target):
        if file.path.startswith(f"{folder}/") and file.name.environment != "test":
            for setting in file.settings:
                if setting.key in _PORT_KEYS:
                    seen[setting.key, setting.place] = setting.value
    for (key, place), value in sorted(
        seen.items(), key=lambda pair: (_PORT_KEYS.index(pair[0][0]), pair[0][1].key())
    ):
        yield key, place, value


def _other_key(
    target: Target, folder: str, main: list[Bind], programs: list[Program]
) -> Iterator[BindFault]:
    """The image sets ``PORT``, the program reads another key that the image does not set."""
    keys = {one.key for one in main if one.key}
    if not keys or "PORT" in keys or any(one.literal or one.port is None for one in main):
        return
    matrix = key_matrix(target)
    if any(
        read.kind == "code" and package_folder(target, read.place.path) == folder
        for read in matrix.reads_of("PORT")
    ):
        return
    for program in programs:
        given = program.environment
        value = port_number(given.get("PORT") or "")
        first = next(one for one in main if one.key)
        if value is None or keys & set(given) or value == first.port:
            continue
        if program.dockerfile is None or program.stage is None:
            continue
        place = _env_place(program.dockerfile, program, "PORT")
        yield BindFault(
            "a", first.place, first.written,
            f"takes its port from {first.key} (default {first.port}), but "
            f"{program.dockerfile.path} sets PORT={value}",
            (Note(place, f"PORT={value}"),), Severity.MEDIUM,
        )  # fmt: skip
        return


def _env_place(dockerfile: Dockerfile, program: Program, wanted: str) -> Place:
    assert program.stage is not None
    for stage in dockerfile.chain(program.stage):
        for one in stage.of("ENV"):
            for key, _, place in one.assignments:
                if key == wanted:
                    return place
    return program.stage.place


# -- (b): the address ----------------------------------------------------------------------


def _unreachable(
    target: Target, folder: str, group: list[Bind], programs: list[Program]
) -> Iterator[BindFault]:
    main = [one for one in group if not _is_side(one)]
    if not main or not all(one.host and is_loopback(one.host) for one in main):
        return
    for program in programs:
        dockerfile = program.dockerfile
        if dockerfile is None or is_development_name(dockerfile.path):
            continue  # an editor forwards what listens there
        if not _lifts_nothing(target, program, folder, main):
            continue
        first = main[0]
        how = f" unless {first.host_key} is set" if first.host_key else ""
        yield BindFault(
            "b", first.place, first.written,
            f"binds {first.host}{how}: inside the container of {dockerfile.path} nothing outside "
            "can reach it",
            (Note(dockerfile.place, "the image that runs it"),), Severity.HIGH,
        )  # fmt: skip
        return


def _lifts_nothing(target: Target, program: Program, folder: str, main: list[Bind]) -> bool:
    """Whether neither the image nor anybody who runs it changes the address."""
    keys = {one.host_key for one in main if one.host_key}
    if keys & set(program.environment):
        return False
    if any(_mentioned(target, key) for key in keys) or _mesh(target):
        return False
    words = " ".join(program.command)
    if re.search(r"0\.0\.0\.0|\[::\]|--host|--bind|--addr|--listen|-b\b|-H\b", words):
        return False
    if _has_launcher(target, program):
        return False  # the launcher binds, not the code
    for answer in answering(target):
        if answer.program is not None and answer.program.package == folder:
            if keys & set(answer.environment) or answer.on_host or answer.service.shares:
                return False
            if keys and any(one.key in keys for one in answer.service.environment):
                return False
    for pod in pod_ports(target):
        if pod.program is None or pod.program.package != folder:
            continue
        if not pod.claims or keys & pod.keys:
            return False
    return True


_SETTINGS = (".yml", ".yaml", ".env", ".toml", ".tpl", ".json", ".tf", ".ini", ".conf")


def _mentioned(target: Target, key: str) -> bool:
    """Whether some deployment file sets the key."""
    return any(one.key == key and one.value for one in key_matrix(target).definitions) or any(
        key in target.text(path)
        for path in target.everything
        if path.endswith(_SETTINGS) and "node_modules/" not in path
    )


def _mesh(target: Target) -> bool:
    """A sidecar in the same pod asks the program at the loopback address."""
    return any("dapr.io/enabled" in target.text(file.path) for file in manifest_files(target))


def _launched_on_loopback(target: Target, program: Program) -> BindFault | None:
    """``CMD uvicorn main:app`` without ``--host``."""
    words = list(program.command)
    while words and words[0].rpartition("/")[2] in (
        "poetry",
        "uv",
        "pipenv",
        "run",
        "exec",
        "tini",
        "--",
    ):
        words.pop(0)
    if words[:2] == ["python", "-m"] or words[:2] == ["python3", "-m"]:
        words = words[2:]
    name = words[0].rpartition("/")[2] if words else ""
    dockerfile, stage = program.dockerfile, program.stage
    if name not in _LOCAL_LAUNCHERS or dockerfile is None or stage is None:
        return None
    if name == "flask" and "run" not in words:
        return None
    text = " ".join(words)
    if re.search(
        r"--host\b|-h\b|--bind\b|-b\b|--fd\b|--uds\b|--interface\b|$^|--config\b|-c\b|\$", text
    ):
        return None
    keys = {"FLASK_RUN_HOST", "UVICORN_HOST", "HOST"}
    if keys & set(program.environment):
        return None
    for answer in answering(target):
        if answer.program is not None and answer.program.dockerfile is dockerfile:
            own = answer.program.command
            if own != program.command or keys & set(answer.environment) or answer.on_host:
                return None
    found = stage.last("CMD") or stage.last("ENTRYPOINT")
    place = found.place if found is not None else stage.place
    return BindFault(
        "b", place, text,
        f"`{text[:60]}` binds 127.0.0.1: nothing outside the container can reach it",
        (), Severity.HIGH,
    )  # fmt: skip
