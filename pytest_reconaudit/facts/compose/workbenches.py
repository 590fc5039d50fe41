"""Stacks that are there to test or to develop, told by what they run and not by their name alone.

A stack that people depend on comes back by itself or stands at the ports of the web: where it does,
nothing of this is said of it.
"""

from __future__ import annotations

import posixpath
from functools import lru_cache

from pytest_reconaudit.facts.compose.roles import is_development, only_develops
from pytest_reconaudit.facts.compose.stacks import DEFAULTS, OVERRIDES, Stack, stacks
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.target import Target, once, within

__all__ = [
    "is_database",
    "is_for_work",
    "is_work_file",
    "keeps_stores",
    "runs_emulators",
    "runs_sources",
    "runs_stores",
    "runs_tests",
]

_TESTS = regex(
    r"(?i)(?:^|[-_.])(?:tests?|e2e|integration[-_](?:deps?|dependencies|runner))(?:$|[-_.])"
)
_REGTEST = regex(r"(?i)(?<![a-z])regtest(?![a-z])")
_COMES_BACK = frozenset({"always", "unless-stopped"})
_WEB_PORTS = frozenset({"80", "443"})
_LIVE = regex(r"(?i)prod(?!uct)|stag(?:e|ing)|deploy|release|live|self-?host|hosting")
_MOST = 200


def is_for_work(stack: Stack) -> bool:
    """Whether a stack tests or develops, as the names of its files or its services say."""
    return only_develops(stack) or _runs_work(stack)


def _runs_work(stack: Stack) -> bool:
    """The same by what the stack runs, whatever its files are called."""
    return runs_tests(stack) or runs_sources(stack) or keeps_stores(stack) or runs_emulators(stack)


@lru_cache(maxsize=1)
def runs_tests(stack: Stack) -> bool:
    """Whether a stack is the surroundings of tests.

    It runs a chain that is made for tests (``regtest``), or starts a service of tests by default
    and builds nothing but that and what it needs.
    """
    started = [one for one in stack.services if not one.profiles]
    if any(_is_on_regtest(one) for one in started):
        return True
    tests = [one.name for one in started if _TESTS.search(one.name)]
    if not tests or _is_live(stack):
        return False
    needed: set[str] = set()
    while tests:
        name = tests.pop()
        service = stack.service(name)
        if name not in needed and service is not None:
            needed.add(name)
            tests += [one.service for one in service.depends_on]
            tests += [one.name.partition(":")[0] for one in service.links]
    return all(one.name in needed for one in started if one.build is not None)


@lru_cache(maxsize=1)
def runs_sources(stack: Stack) -> bool:
    """Whether everything that a stack builds runs the mounted sources, not what was built."""
    built = [one for one in stack.services if one.build is not None]
    return bool(built) and all(map(_mounts_sources, built)) and not _is_live(stack)


_STORE = regex(
    r"(?:[\w.:-]+/)*(?:postgres\w*|postgis|pgvector|timescaledb\w*|mysql|mariadb|mongo\w*|redis\w*|valkey"
    r"|keydb|memcached|rabbitmq|kafka|zookeeper|nats|minio|mc|rustfs|elasticsearch|opensearch|etcd"
    r"|clickhouse(?:-server)?|mailpit|mailhog|maildev|adminer|pgadmin4?|redisinsight|localstack"
    r"|jaeger\w*|all-in-one|grafana|prometheus|loki|tempo|azurite|meilisearch|typesense|qdrant|vault"
    r"|consul|keycloak|kratos|hydra|oathkeeper|opentelemetry-collector[\w-]*|otel-collector|mailcrab"
    r"|zipkin|wiremock|mockserver)(?::[\w.-]*)?"
)
"""Images of what an application stores in or looks at, not the application."""
_DATABASE = regex(
    r"(?:[\w.:-]+/)*(?:[\w-]*postgres\w*[\w-]*|postgis|pgvector|timescaledb\w*|mysql[\w-]*|mariadb"
    r"|percona[\w-]*|mongo\w*|redis\w*|valkey|keydb|pgbouncer)(?::[^@]*)?(?:@.*)?"
)
_WATCHES = regex(r"(?:^|/)(?:grafana|prometheus|loki|tempo|jaeger\w*|all-in-one)(?:[:@]|$)")
"""A stack of these alone watches something that runs."""


def is_database(service: ComposeService) -> bool:
    """Whether a service is a database, or a pool before one, as its image is called."""
    return service.build is None and _DATABASE.fullmatch(service.image or "") is not None


def runs_stores(stack: Stack) -> bool:
    """Whether nothing but stores and what looks at them runs in a stack."""
    return all(
        one.build is None and _STORE.fullmatch((one.image or "").partition("@")[0])
        for one in stack.services
    )


def keeps_stores(stack: Stack) -> bool:
    """Whether a stack holds a developer's stores: nothing else, and nothing that people rely on."""
    return (
        runs_stores(stack)
        and not all(_WATCHES.search(one.image or "") for one in stack.services)
        and not _is_relied_on(stack)
    )


def _is_relied_on(stack: Stack) -> bool:
    """Whether its services or the names of its files say that people depend on it."""
    return _is_live(stack) or any(_LIVE.search(path) for path in stack.all_files)


_EMULATOR = regex(
    r"(?i)(?<![a-z])emulators?(?![a-z])|(?:^|/)(?:localstack(?:-pro)?|azurite|dynamodb-local"
    r"|fake-gcs-server|moto)(?:[:@]|$)"
)
_SDK = regex(
    r"(?:^|/)(?:cloud-sdk|google-cloud-cli|gcloud-[\w-]*|aws-cli|azure-cli|busybox|alpine|curl)(?:[:@]|$)"
)
"""What sets an emulator up."""


def runs_emulators(stack: Stack) -> bool:
    """Whether nothing runs but stand-ins for a cloud's services, and what sets them up."""
    if _is_relied_on(stack):
        return False
    emulate = [_emulates(one) for one in stack.services]
    return any(emulate) and all(
        one.build is None and (emulates or _SDK.search(one.image or ""))
        for one, emulates in zip(stack.services, emulate, strict=True)
    )


def _emulates(service: ComposeService) -> bool:
    texts = [service.image or "", *(service.entrypoint or ()), *(service.command or ())]
    return any(_EMULATOR.search(text[:2000]) for text in texts)


@once
def _work_files(target: Target) -> frozenset[str]:
    """Files all of whose stacks are for work, and pieces that a dev container is made of."""
    work: set[str] = set()
    other: set[str] = set()
    for stack in stacks(target):
        place = stack.origin_place
        held = place is not None and posixpath.basename(place.path).endswith("devcontainer.json")
        for path in stack.all_files:
            if _runs_work(stack) or (held and _is_piece(stack, path)):
                work.add(path)
            elif not only_develops(stack):
                other.add(path)
    return frozenset(work - other)


def _is_piece(stack: Stack, path: str) -> bool:
    """Whether a file of a dev container's stack is one of stores and tools, made for it."""
    return (
        posixpath.basename(path) not in DEFAULTS
        and not _LIVE.search(path)
        and all(one.build is None for one in stack.services if one.place.path == path)
    )


def is_work_file(target: Target, path: str) -> bool:
    """Whether a compose file is for development, tests or an example, by its path or by what all
    the stacks run that it takes part in."""
    return is_development(path) or path in _work_files(target)


def _is_on_regtest(service: ComposeService) -> bool:
    texts = [*(service.entrypoint or ()), *(service.command or ())]
    texts += [entry.written for entry in service.environment[:_MOST]]
    texts += [f"{one.source}:{one.target}" for one in service.volumes[:_MOST]]
    return any(_REGTEST.search(text[:2000]) for text in texts)


def _is_live(stack: Stack) -> bool:
    """Whether a service comes back by itself, or stands at a port of the web."""
    for service in stack.services:
        restart = service.find("restart")
        if restart is not None and str(restart.value) in _COMES_BACK:
            return True
        if any(port.published in _WEB_PORTS for port in service.ports):
            return True
    return False


def _mounts_sources(service: ComposeService) -> bool:
    """Whether a folder that holds what the service is built from, or its code, is mounted."""
    build = service.build
    if build is None or build.context is None:
        return False
    return any(
        one.kind == "bind"
        and one.path is not None
        and within(build.context, one.path)
        # What an override of a developer's machine mounts says nothing of the file below it.
        and posixpath.basename(one.place.path) not in OVERRIDES
        for one in service.volumes
    )
