"""Keys that are set and used nowhere: per env file, compose service and ConfigMap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.compose.stacks import compose_files, stacks
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.keys import (
    KeyDefinition,
    KeyMatrix,
    is_platform_key,
    is_third_party_key,
    key_matrix,
)
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.facts.network.programs import program_of_service
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dotenv import EnvFile, env_file_name
from pytest_reconaudit.readers.kustomize import KUSTOMIZATION_NAMES
from pytest_reconaudit.target import Target, once

__all__ = ["KeyUse", "UnusedKey", "key_uses", "untemplated"]

_LIBRARIES = (
    "RELEASE_", "AIRFLOW_", "NEW_RELIC_", "LOCUST_", "SENTRY_", "GOOGLE_", "OPENAI_", "ANTHROPIC_",
    "AWS_", "AZURE_", "DD_", "DATADOG_", "PROTOCOL_BUFFERS_", "FASTIFY_", "TF_VAR_", "GUNICORN_",
    "UVICORN_", "WEB_CONCURRENCY", "RAILS_", "RACK_", "SECRET_KEY_BASE", "DJANGO_", "FLASK_",
    "LARAVEL_", "PRISMA_", "HF_", "LANGCHAIN_", "LANGSMITH_", "TRACELOOP_", "SPRING_", "QUARKUS_",
    "LOGGING_", "MANAGEMENT_", "CELERY_", "DAPR_", "PYTHON", "NEXTAUTH_", "AUTH_SECRET", "COMPOSE_",
    "DOCKER_", "GRPC_", "MALLOC_", "LD_", "SSL_CERT_", "REQUESTS_", "NODE_", "BUNDLE_", "ERL_",
    "OBJC_", "OMP_", "CUDA_", "NVIDIA_", "TRANSFORMERS_", "FLOWER_",
)  # fmt: skip
"""Keys that libraries and frameworks read by themselves."""
_PLAIN_BASE = regex(
    r"[^/]+$|(?:public\.ecr\.aws|mirror\.gcr\.io|quay\.io|docker\.io)/(?:docker/)?(?:library|debian|lambda|amazonlinux|fedora|centos)/"
    r"|gcr\.io/distroless/|cgr\.dev/|mcr\.microsoft\.com/|registry\.access\.redhat\.com/|nvidia/cuda|nvcr\.io/"
    r"|(?:ghcr\.io/)?astral-sh/|oven/bun|denoland/deno|(?:[\w.-]+/)*(?:rust|node|python|golang|alpine|debian|ubuntu)$"
    r"|clux/muslrust|ekidd/|lukemathwalker/|continuumio/|condaforge/|mambaorg/|hexpm/|ruby/"
)
"""Images that hold a language or a system and read no keys; others are made by somebody."""
_LIBRARY_NAMES = frozenset({"PORT", "HOST", "DATABASE_URL", "ENVIRONMENT", "DEBUG"})
_PUBLIC = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "VUE_APP_", "EXPO_PUBLIC_", "GATSBY_")


class UnusedKey(Struct, frozen=True):
    key: str
    place: Place


class KeyUse(Struct, frozen=True):
    """The keys that one env file, service or ConfigMap sets, and which of them nothing uses."""

    id: str
    kind: str
    """``file``, ``service`` or ``configmap``."""
    title: str
    unused: tuple[UnusedKey, ...]
    total: int
    """How many keys were judged: those that no platform, known image or library reads by itself."""
    held: int = 0
    """How many keys are set there."""
    undecided: str = ""
    """Why nothing can be said."""

    @property
    def mostly_unused(self) -> bool:
        return self.total >= 3 and 2 * len(self.unused) >= self.total


@once
def key_uses(target: Target) -> tuple[KeyUse, ...]:
    """Env files, then services, then ConfigMaps, each by path."""
    using = _Using(target)
    return (*using.files(), *using.services(), *using.configmaps())


_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)")


class _Using:
    def __init__(self, target: Target) -> None:
        self.target = target
        self.matrix: KeyMatrix = key_matrix(target)
        self.expanded = frozenset(
            name
            for file in compose_files(target)
            for name in _VARIABLE.findall(target.text(file.path))
        )
        self.foreign = frozenset(_foreign(target))
        self.generated = frozenset(
            name
            for path in target.named(*KUSTOMIZATION_NAMES)
            for name in _ENV_NAMES.findall(target.text(path))
        )
        self._loaders: dict[str, Place | None] = {}
        self._known: dict[str, bool] = {}

    def undecidable(self, folder: str) -> Place | None:
        """The loader that derives key names from fields, looked for once per application."""
        if folder not in self._loaders:
            self._loaders[folder] = self.matrix.undecidable(folder)
        return self._loaders[folder]

    def used(self, key: str) -> bool:
        """Whether anything but an env file or a compose file mentions the key as a variable."""
        known = self._known.get(key)
        if known is None:
            read = any(one.kind != "compose" for one in self.matrix.reads_of(key))
            known = self._known[key] = read or self.matrix.mention(key) is not None
        return known

    def loaded(self, key: str, folders: frozenset[str]) -> bool:
        return any(self.matrix.loader_of(key, folder) is not None for folder in folders)

    def files(self) -> Iterator[KeyUse]:
        for file in self.matrix.files:
            keys = [key for key in file.keys if not _is_for_others(key)]
            if not keys or file.name.environment == "test" or purpose(file.path) == "test":
                continue
            folders = self.matrix.serves(file)
            reason = self._undecided(file, folders)
            unused = [] if reason else [
                UnusedKey(key, setting.place)
                for key in keys
                if key not in self.expanded
                and not self.used(key)
                and not self.loaded(key, folders)
                and (setting := file.setting(key)) is not None
            ]  # fmt: skip
            yield KeyUse(
                file.path, "file", file.path, tuple(unused), len(keys), len(file.keys), reason
            )

    def _derived(self, folders: frozenset[str]) -> str:
        """Why nothing can be said of the keys that some applications read."""
        for folder in sorted(folders):
            place = self.undecidable(folder)
            if place is not None:
                return f"{place} derives key names from fields"
        return ""

    def _undecided(self, file: EnvFile, folders: frozenset[str]) -> str:
        if derived := self._derived(folders):
            return derived
        if untemplated(file.path) in self.foreign or file.path in self.foreign:
            return "the file is handed to an image that is not built here"
        if _name(file.path) in self.generated:
            return "kustomize makes a ConfigMap or Secret of it"
        if not any(one.kind == "code" for one in self.matrix.reads):
            return "no code in the repository reads its environment"
        return ""

    def services(self) -> Iterator[KeyUse]:
        """Compose services whose image is built here."""
        groups: dict[str, list[KeyDefinition]] = {}
        for one in self.matrix.definitions:
            path = one.place.path
            if one.kind == "compose" and not (purpose(path) or is_development_name(path)):
                groups.setdefault(f"{path}:{one.holder.rpartition(' ')[2]}", []).append(one)
        uses = [
            use for name in sorted(groups) for use in self._holder(name, "service", groups[name])
        ]
        yield from _gathered(uses)

    def _foreign_base(self, name: str) -> str:
        """The image below the one that a service builds, when somebody made it for more than to
        hold a language or a system: start scripts of such images read keys."""
        base = self._bases.get(name)
        if base is not None and (not base or "$" in base):
            return base or "(a variable names it)"
        return "" if base is None or _PLAIN_BASE.match(base) else base

    @cached_property
    def _bases(self) -> dict[str, str]:
        """``file:service`` → the image below the one that it builds."""
        found = {}
        for stack in stacks(self.target):
            for service in stack.services:
                if service.build is not None:
                    program = program_of_service(self.target, stack, service)
                    if program is None or program.server:
                        continue
                    base = program.base.name if program.base is not None else ""
                    stage = program.stage
                    # Nothing stands there for `scratch`, and for an image that a variable names.
                    if base or (stage is not None and "$" in stage.start.written):
                        for path in sorted(stack.all_files):
                            found[f"{path}:{service.name}"] = base
        return found

    def configmaps(self) -> Iterator[KeyUse]:
        """ConfigMaps of which code reads at least two keys."""
        groups: dict[str, list[KeyDefinition]] = {}
        for one in self.matrix.definitions:
            if one.kind == "kubernetes" and one.holder.startswith("ConfigMap/"):
                groups.setdefault(f"{one.place.path}:{one.holder}", []).append(one)
        for name in sorted(groups):
            group = groups[name]
            if sum(self.used(one.key) for one in group) >= 2:
                yield from self._holder(name, "configmap", group)

    def _holder(self, name: str, kind: str, group: list[KeyDefinition]) -> Iterator[KeyUse]:
        judged = [
            one for one in group if not _is_for_others(one.key) and not one.key.startswith(_PUBLIC)
        ]
        if not judged:
            return
        folders = frozenset(folder for one in judged for folder in one.applications)
        if kind == "service" and not any(self.matrix.keys_read_by(one) for one in folders):
            return  # nothing is known of what the image reads
        base = self._foreign_base(name) if kind == "service" else ""
        if base:
            reason = f"its base image {base} may read keys of its own"
        else:
            reason = self._derived(folders)
        unused = [] if reason else [
            UnusedKey(one.key, one.place)
            for one in judged
            if not self.used(one.key) and not self.loaded(one.key, folders)
        ]  # fmt: skip
        held = len({one.key for one in group})
        yield KeyUse(name, kind, group[0].holder, tuple(unused), len(judged), held, reason)


def _gathered(uses: list[KeyUse]) -> Iterator[KeyUse]:
    """Services of one file that set the same keys in vain are one mistake: the first one tells."""
    alike: dict[tuple[str, frozenset[str]], list[KeyUse]] = {}
    for use in uses:
        keys = frozenset(one.key for one in use.unused)
        if keys and not use.undecided:
            alike.setdefault((use.unused[0].place.path, keys), []).append(use)
    told: dict[str, KeyUse] = {}
    for group in alike.values():
        if len(group) > 1:
            names = ", ".join(one.title.rpartition(" ")[2] for one in group)
            unused = tuple(key for one in group for key in one.unused)
            told[group[0].id] = replace(group[0], title=f"compose services {names}", unused=unused)
            told.update((one.id, replace(one, unused=())) for one in group[1:])
    for use in uses:
        yield told.get(use.id, use)


def _is_for_others(key: str) -> bool:
    """Whether the platform, an image or a library reads the key."""
    return (
        is_platform_key(key)
        or is_third_party_key(key)
        or key.startswith(_LIBRARIES)
        or key in _LIBRARY_NAMES
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


_ENV_NAMES = regex(r"(?<![\w.-])([\w.-]{0,99}env[\w.-]{0,99})[\"']?[ \t]{0,9}$", re.MULTILINE)


def _foreign(target: Target) -> Iterator[str]:
    """Env files that a service with somebody else's image is given."""
    for stack in stacks(target):
        for service in stack.services:
            if service.build is None:
                for one in service.env_files:
                    if one.path:
                        yield one.path


_TEMPLATE = regex(r"[._-](?:example|sample|template|dist|tpl|default)s?(?=$|\.)")


def untemplated(path: str) -> str:
    """``.env`` for ``.env.example``; other paths as they are."""
    name = env_file_name(path)
    return _TEMPLATE.sub("", path) if name is not None and name.template else path
