"""Keys that a program stops without and that the compose service that runs it is not given.

A service with a list of its own under ``environment`` gets what that names and nothing else: the
key in ``.env`` beside the compose file reaches compose, not the container.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.applications import applications_of_image
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.compose.stacks import Stack, stacks
from pytest_reconaudit.facts.docker.image_files import image_files
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.keys import KeyMatrix, KeyRead, is_platform_key, key_matrix
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.facts.env.trials import tried_alone
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import Dockerfile, Stage
from pytest_reconaudit.target import Target, once

__all__ = ["UnsetKey", "unset_keys"]

_LEAST = 2
"""So many keys of the program must be in the list, or it is no list of what the program needs."""
_SETS = regex(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Z_][A-Z0-9_]*)=")
_ENV_NAMES = (".env", ".env.production", ".env.local")


class UnsetKey(Struct, frozen=True):
    """One key, and the services of one compose file that need it."""

    key: str
    folder: str
    """The application."""
    services: tuple[tuple[str, Place], ...]
    read: Place
    documented: Place
    """The template's line."""


@once
def unset_keys(target: Target) -> dict[str, tuple[UnsetKey, ...]]:
    """Folder of an application → the keys that some compose file does not hand to it."""
    matrix = key_matrix(target)
    required = _required(target, matrix)
    if not required:
        return {}
    found: dict[str, dict[tuple[str, str], UnsetKey]] = {}
    for stack in stacks(target):
        for folder, services in _runners(target, stack).items():
            for one in _of_services(target, matrix, required.get(folder, {}), folder, services):
                key = (one.key, one.services[0][1].path)
                found.setdefault(folder, {}).setdefault(key, one)
    return {folder: tuple(group.values()) for folder, group in found.items()}


def _required(target: Target, matrix: KeyMatrix) -> dict[str, dict[str, tuple[KeyRead, Place]]]:
    """Application → key → (the read that stops the program, the template's line)."""
    templates: dict[str, Place] = {}
    for file in matrix.files:
        if file.name.template:
            for key in file.keys:
                setting = file.setting(key)
                if setting is not None:
                    templates.setdefault(key, setting.place)
    found: dict[str, dict[str, tuple[KeyRead, Place]]] = {}
    conditional: dict[str, frozenset[int]] = {}
    for one in matrix.reads:
        key = one.key
        if key in found.get(one.application, ()):
            continue
        if one.kind != "code" or one.test or key not in templates or not one.read.required:
            continue
        if one.read.via in ("clap", "env!", "option_env!"):
            continue
        if is_platform_key(key) or key == "PORT":
            continue
        if purpose(one.place.path) or tried_alone(target, one.place):
            continue
        path = one.place.path
        if path not in conditional:
            conditional[path] = _conditional(target.text(path), path)
        if one.place.line in conditional[path]:
            continue
        found.setdefault(one.application, {}).setdefault(key, (one, templates[key]))
    return found


_CHOOSES = regex(r"[\s}]*(?:if\b(?!\s+__name__)|else\b|elif\b|match\b|switch\b|case\b|when\b)")


def _conditional(text: str, path: str) -> frozenset[int]:
    """The lines that a block around them decides to need: a feature that is off stops nothing."""
    found = set()
    blocks: list[tuple[int, bool]] = []  # (indentation, whether it or one around it chooses)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        depth = indentation(line)
        while blocks and blocks[-1][0] >= depth:
            blocks.pop()
        inside = bool(blocks) and blocks[-1][1]
        if inside:
            found.add(number)
        arm = path.endswith(".rs") and line.rstrip().endswith(("=> {", "=>"))
        blocks.append((depth, inside or arm or _CHOOSES.match(line) is not None))
    return frozenset(found)


def _runners(target: Target, stack: Stack) -> dict[str, list[tuple[ComposeService, Dockerfile]]]:
    """Application → the services of a stack that run it."""
    by_path = {one.path: one for one in dockerfiles(target)}
    found: dict[str, list[tuple[ComposeService, Dockerfile]]] = {}
    for service in stack.services:
        built = by_path.get(service.build.dockerfile or "") if service.build else None
        if built is None or not service.complete:
            continue
        folders = applications_of_image(target, built)
        if len(folders) == 1:
            found.setdefault(next(iter(folders)), []).append((service, built))
    return found


def _of_services(
    target: Target,
    matrix: KeyMatrix,
    required: dict[str, tuple[KeyRead, Place]],
    folder: str,
    services: Sequence[tuple[ComposeService, Dockerfile]],
) -> Iterator[UnsetKey]:
    if not required or any(_is_open(target, service, built) for service, built in services):
        return
    given = {entry.key for service, _ in services for entry in service.environment}
    if len(given & matrix.keys_read_by(folder)) < _LEAST:
        return
    for service, built in services:
        stage = _stage(service, built)
        given |= set() if stage is None else set(built.variables(stage))
    given |= _exported(target, folder)
    for key, (read, documented) in sorted(required.items()):
        if key not in given:
            places = tuple((service.name, _list_place(service)) for service, _ in services)
            yield UnsetKey(key, folder, places, read.place, documented)


def _list_place(service: ComposeService) -> Place:
    found = service.find("environment")
    return service.place if found is None else service.environment[0].place


def _stage(service: ComposeService, built: Dockerfile) -> Stage | None:
    if not built.stages:
        return None
    wanted = "" if service.build is None else service.build.target
    return built.stage(wanted) if wanted else built.stages[-1]


def _is_open(target: Target, service: ComposeService, built: Dockerfile) -> bool:
    """Whether the container may get keys that its list does not name."""
    if service.env_files or service.secrets or service.configs or not service.environment:
        return True
    if purpose(service.place.path) or is_development_name(service.place.path):
        return True
    if any(one.kind == "bind" and not one.target.startswith(("/var/", "/etc/", "/data"))
           for one in service.volumes):  # fmt: skip
        return True  # the folder may bring its .env along
    stage = _stage(service, built)
    return stage is None or _takes_env(target, built, stage)


def _takes_env(target: Target, built: Dockerfile, stage: Stage) -> bool:
    """Whether a developer's ``.env`` is copied into the image with everything else."""
    files = image_files(target, built)
    for context in files.contexts:
        rules = files.images.dockerignore(built, context)
        left = [name for name in _ENV_NAMES if rules is None or rules.excluded(name) is None]
        if not left:
            continue
        for one in built.chain(stage):
            for copy in one.of("COPY", "ADD"):
                taken = {posixpath.normpath(word.text) for word in copy.sources}
                if taken & {".", "/", "/app", files.workdir(one)}:
                    return True
    return not files.contexts


def _exported(target: Target, folder: str) -> set[str]:
    """Keys that the application's shell scripts set."""
    prefix = f"{folder}/" if folder else ""
    return {
        key
        for path in target.files
        if path.endswith((".sh", ".bash")) and path.startswith(prefix)
        for key in _SETS.findall(target.text(path))
    }
