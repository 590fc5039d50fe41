"""Caches that may grow without end: Redis without a limit or with the wrong policy, maps without
a bound.

A Redis that also holds a queue must not throw its jobs away, so there the policy is judged the
other way round. What is started by a script or configured elsewhere is not judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import cache_files, families
from pytest_reconaudit.facts.code.functions import function_at, reached
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.facts.compose.data_stores import kind_of
from pytest_reconaudit.facts.compose.live_servers import LiveRedis, live_redis
from pytest_reconaudit.facts.compose.roles import is_development, is_tool_container
from pytest_reconaudit.facts.compose.server_configs import MountedConfig, mounted_configs
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.packages import cargo_packages, npm_packages
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import NO_TTL, Store
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.target import Target, once

__all__ = ["CacheMemory", "MemoryFault", "RedisMemory", "cache_memories", "live_memory"]

ENDLESS_SHARE = 20
"""Per cent of keys without a TTL from which `volatile-*` cannot free enough."""

_SETTING = regex(r"--(maxmemory|maxmemory-policy)(?:=|[\s\"',]+)([\w.-]+)")
_LINE = regex(r"^[ \t]*(maxmemory|maxmemory-policy)[ \t]+[\"']?([\w.-]+)", re.MULTILINE)
_INCLUDE = regex(r"^[ \t]*include[ \t]+\S", re.MULTILINE)
_ARGUMENTS = ("REDIS_ARGS", "VALKEY_EXTRA_FLAGS", "REDIS_EXTRA_FLAGS")
_QUEUES_NPM = frozenset(
    {"bull", "bullmq", "@nestjs/bull", "@nestjs/bullmq", "bee-queue", "kue", "rsmq", "agenda-redis"}
)
_QUEUES_CARGO = frozenset(
    {"apalis", "apalis-redis", "rsmq_async", "fang", "sidekiq", "rusty-sidekiq", "celery", "oxanus"}
)
_QUEUES_PYTHON = regex(
    r"^[ \t\"'\[]*(?:celery|rq|django-rq|arq|dramatiq|huey|taskiq-redis|saq|channels-redis)\b",
    re.MULTILINE | re.IGNORECASE,
)
_PYTHON_FILES = regex(
    r"(?:requirements[\w./-]*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.(?:py|cfg))$"
)
_QUEUE_WORDS = ("xreadgroup", "brpop", "blpop", "blmove", "sidekiq")
_QUEUE_CODE = regex(
    r"\bxreadgroup\b|\bbrpop(?:lpush)?\b|\bblpop\b|\bblmove\b|XREADGROUP|BRPOP|sidekiq",
    re.IGNORECASE,
)
_CONF = regex(r"\S+\.conf\b")
_PLAIN = frozenset({"redis", "valkey", "keydb", "redis-stack-server", "redis-stack"})
_OPEN = regex(
    r"(?:^|_|\b)(?:ids?|urls?|uri|tokens?|emails?|query|ip|slug|user\w*|address|search|session\w*"
    r"|text|body|sql|term|prompt|isbn|sku|article\w*)(?:$|_|\b)|Id\b|Url\b|format!|\$\{|f[\"']",
    re.IGNORECASE,
)
"""Keys from a set without an end."""
_ENTITY = regex(r"cache", re.IGNORECASE)
_QUEUES = regex(r"queue|job|worker|bull|celery|broker|sidekiq|task", re.IGNORECASE)
_LOCKS = regex(r"locks?$|mutex(?:es)?$|semaphores?$|in_?flight$|pending$", re.IGNORECASE)
"""A map of what is under way."""
_TESTING = regex(r"(?:^|[.\-_])(?:integration|e2e|tests?|ci|bench)(?:[.\-_]|$)", re.IGNORECASE)


class RedisMemory(Struct, frozen=True):
    """One Redis, as compose starts it or as it answers."""

    service: str
    place: Place
    maxmemory: str
    """``0`` without a limit."""
    policy: str
    proof: tuple[tuple[Place, str], ...] = ()
    development: bool = False
    live: LiveRedis | None = None
    alone: bool = True
    """No other Redis is in its stack, so what code keeps is kept there."""


class MemoryFault(Struct, frozen=True):
    """One cache without a bound, or with the wrong one."""

    clause: str
    name: str
    place: Place
    says: str
    severity: Severity
    evidence: str
    confidence: Confidence = Confidence.CERTAIN
    proof: tuple[tuple[Place, str], ...] = ()


class CacheMemory(Struct, frozen=True, eq=False):
    """What one file has of caches that take memory."""

    path: str
    faults: tuple[MemoryFault, ...] = ()
    unknown: str = ""
    """Why none of its servers can be judged; empty when one can."""
    unreachable: str = ""
    """Why the running server tells nothing."""


class _Use(Struct, frozen=True):
    """What Redis is used for here."""

    cache: Place | None
    """Where code writes to it as a cache."""
    endless: bool
    """Some of these writes have no TTL."""
    queue: str
    """The queue that keeps its jobs there; empty without one."""


@once
def cache_memories(target: Target) -> tuple[CacheMemory, ...]:
    """Every compose file with a Redis and every source file with a map used as a cache, by path."""
    servers, unknown = _servers(target)
    use = _use(target)
    found = []
    for path in sorted({*servers, *unknown}):
        listed = servers.get(path, ())
        faults = tuple(fault for one in listed if (fault := _fault(one, use)) is not None)
        why = "" if listed else unknown[path]
        if not why and use.cache is None and not use.queue:
            why = "no code here tells what Redis is used for"
        found.append(CacheMemory(path, faults, why))
    for path, one in cache_files(target).items():
        if one.stores:
            grown = [_grown(target, path, store) for store in one.stores if not store.bound]
            found.append(CacheMemory(path, tuple([one for one in grown if one is not None])))
    return tuple(sorted(found, key=lambda one: one.path))


def live_memory(target: Target) -> CacheMemory | None:
    """The running Redis that the user named."""
    live = live_redis(target)
    if live is None:
        return None
    name = "the live Redis"
    if live.unreachable:
        return CacheMemory(name, unreachable=live.unreachable)
    settings = live.settings or {}
    if "maxmemory" not in settings:
        return CacheMemory(name, unreachable="it does not tell its settings")
    use = _use(target)
    known = [one for listed in _servers(target)[0].values() for one in listed]
    known.sort(key=lambda one: one.development)
    place = known[0].place if known else use.cache or Place(next(iter(target.files), "."))
    server = RedisMemory(
        "the running Redis",
        place,
        settings["maxmemory"],
        settings.get("maxmemory-policy", "noeviction"),
        live=live,
    )
    fault = _fault(server, use)
    if fault is None and use.cache is None and not use.queue:
        return CacheMemory(name, unknown="no code here tells what Redis is used for")
    return CacheMemory(name, (fault,) if fault is not None else ())


def _grown(target: Target, path: str, store: Store) -> MemoryFault | None:
    """A map without a bound, when requests fill it under keys that nobody can count."""
    if _LOCKS.search(store.name):
        return None
    for line, key in zip(store.inserts, store.keys, strict=True):
        if not _OPEN.search(key):
            continue
        ref = function_at(target, path, line)
        per_request = ref is not None and ref in reached(target)
        return MemoryFault(
            clause="e",
            name=store.name,
            place=Place(path, line),
            says=f"{store.name} ({store.kind}) is filled as a cache under {key}"
            f"{', per request,' if per_request else ''} and nothing bounds it",
            severity=weighed(_grows(key), path) if per_request else Severity.INFO,
            evidence=f"{store.name}: {store.kind}",
            confidence=Confidence.LIKELY if per_request else Confidence.POSSIBLE,
            proof=((Place(path, store.line), "declared here"),),
        )
    return None


_ANY_TEXT = regex(
    r"(?i)(?:^|_|\b)(?:ur[li]|tokens?|emails?|query|ip|search|text|body|sql|term|prompt|session\w*)"
    r"(?:$|_|\b)|Url\b|Token\b|format!|\$\{|f[\"']"
)
"""What whoever asks may make up without an end; ids come to an end with the rows."""


_SET_UP = regex(
    r"(?i)\bself\.|\bthis\.|config|base_?ur|settings|endpoint|host|model|provider"
    r"|(?:redis|database|db|broker|amqp|kafka|mongo\w*|connection)_?ur[li]|\bdsn\b"
)
"""What settings say: there are as many as somebody wrote."""


def _grows(key: str) -> Severity:
    return Severity.MEDIUM if _ANY_TEXT.search(key) and not _SET_UP.search(key) else Severity.INFO


def _fault(server: RedisMemory, use: _Use) -> MemoryFault | None:
    """What is wrong with the limits of one Redis; nothing when its use is not told."""
    unlimited = server.maxmemory.strip().rstrip("kKmMgGbB") in ("0", "")
    policy = server.policy.lower()
    live = "" if server.live is None else " (as it answers)"
    clause = says = ""
    severity = Severity.HIGH
    if use.queue:
        if policy.startswith("allkeys"):
            clause = "c"
            says = (
                f"{server.service} evicts any key ({policy}{live}), and {use.queue} keeps its jobs"
                " there: under pressure they are thrown away"
            )
    elif use.cache is None:
        return None
    elif unlimited:
        clause = "a"
        says = f"{server.service} is a cache without maxmemory{live}: it grows until it is killed"
        severity = Severity.MEDIUM
        if not use.endless:
            says = f"{server.service} is a cache without maxmemory{live}: only its TTLs bound it"
            severity = Severity.INFO
    elif policy == "noeviction":
        clause = "b"
        severity = Severity.MEDIUM
        says = (
            f"{server.service} is a cache of {server.maxmemory} with noeviction{live}: once it is"
            " full every write fails"
        )
    elif policy.startswith("volatile") and server.live is not None:
        share = server.live.endless_share
        if share is not None and share >= ENDLESS_SHARE:
            clause = "d"
            says = (
                f"{server.service} may only evict keys with a TTL ({policy}), and {share} % of its"
                f" keys have none (limit {ENDLESS_SHARE} %)"
            )
    if not clause:
        return None
    role = _QUEUES if clause == "c" else _ENTITY
    aside = server.development or not (server.alone or role.search(server.service))
    notes = [*server.proof]
    if use.cache is not None:
        notes.append((use.cache, "writes to it as a cache"))
    return MemoryFault(
        clause=clause,
        name=server.service,
        place=server.place,
        says=says,
        severity=Severity.INFO if aside else severity,
        evidence=f"maxmemory {server.maxmemory or '0'}, maxmemory-policy {policy}",
        proof=tuple(notes),
    )


def _use(target: Target) -> _Use:
    cache, endless = _cached(target)
    return _Use(cache, endless, _queue(target))


def _cached(target: Target) -> tuple[Place | None, bool]:
    """(where code writes to Redis as a cache, whether some such write has no TTL)."""
    redis = any(one.redis for one in cache_files(target).values())
    if not redis:
        return None, False
    writes = [
        write
        for family in families(target)
        if family.reads
        for write in family.writes
        if write.op.store == "redis" or _ENTITY.search(write.op.receiver + write.op.owner)
    ]
    if not writes:
        return None, False
    return writes[0].place, any(one.ttl == NO_TTL for one in writes)


@once
def _queue(target: Target) -> str:
    """A queue that keeps its jobs in Redis, by the packages that are used."""
    for npm in npm_packages(target):
        if found := _QUEUES_NPM & npm.manifest.dependency_names:
            return f"{min(found)} ({npm.path})"
    for cargo in cargo_packages(target):
        names = {one.name for one in cargo.manifest.dependencies}
        if crates := _QUEUES_CARGO & names:
            return f"{min(crates)} ({cargo.path})"
    for path in target.files:
        if _PYTHON_FILES.search(path):
            match = _QUEUES_PYTHON.search(target.text(path))
            if match is not None:
                return f"{match[0].strip(' ' + chr(34) + chr(39) + '[')} ({path})"
    for path, one in cache_files(target).items():
        if not one.redis:
            continue
        text = target.text(path)
        small = text.lower()
        if not any(word in small for word in _QUEUE_WORDS):
            continue
        if (match := _QUEUE_CODE.search(text)) is not None:
            return f"{match[0]} ({path})"
    return ""


def _servers(target: Target) -> tuple[Mapping[str, list[RedisMemory]], Mapping[str, str]]:
    """(path → the servers that are known, path → why one is not)."""
    configs = [one for one in mounted_configs(target) if one.server == "redis"]
    audited = frozenset(target.files)
    found: dict[tuple[Place, str], RedisMemory] = {}
    unknown: dict[str, str] = {}
    for stack in stacks(target):
        for service in stack.services:
            place = service.image_place or service.place
            if place.path not in audited or "devcontainer" in place.path.lower():
                continue
            if not service.image or "$" in service.image.rpartition("/")[2].partition(":")[0]:
                continue
            reference = image_reference(service.image)
            if kind_of(reference) != "redis" or is_tool_container(service):
                continue
            settings, proof, why = _settings(target, service, configs, reference.short)
            if why:
                unknown.setdefault(place.path, f"{service.name}: {why}")
                continue
            one = RedisMemory(
                service.name,
                place,
                settings.get("maxmemory", "0"),
                settings.get("maxmemory-policy", "noeviction"),
                tuple(proof),
                is_development(place.path)
                or _TESTING.search(posixpath.basename(place.path)) is not None
                or _is_beside(stack.services),
                alone=sum(_is_redis(other) for other in stack.services) < 2,
            )
            key = (place, service.name)
            # Another stack may add a limit to the same service.
            known = found.get(key)
            if known is None or (known.maxmemory in ("0", "") and one.maxmemory not in ("0", "")):
                found[key] = one
    by_path: dict[str, list[RedisMemory]] = {}
    for one in sorted(found.values(), key=lambda one: (one.place.key(), one.service)):
        by_path.setdefault(one.place.path, []).append(one)
    return by_path, unknown


def _is_redis(service: ComposeService) -> bool:
    return bool(service.image) and kind_of(image_reference(service.image or "")) == "redis"


def _is_beside(services: Sequence[ComposeService]) -> bool:
    """Whether a stack only holds what a program needs that people run on their own machine: nothing
    of it is built, and each server is open to the host."""
    return all(one.build is None and one.ports for one in services)


def _settings(
    target: Target, service: ComposeService, configs: list[MountedConfig], short: str
) -> tuple[dict[str, str], list[tuple[Place, str]], str]:
    """(settings, where they stand, why they are not known)."""
    proof: list[tuple[Place, str]] = []
    words = " ".join((*(service.entrypoint or ()), *(service.command or ())))
    extra = " ".join(one.value or "" for one in service.environment if one.key in _ARGUMENTS)
    text = f"{words} {extra}"
    if short not in _PLAIN:
        return {}, proof, f"a vendor's image ({short})"
    if words and not re.search(r"(?:redis|valkey|keydb)-server|^--|\.conf\b", words):
        return {}, proof, "started by a script"
    settings: dict[str, str] = {}
    for config in configs:
        if config.service != service.name or not config.loaded:
            continue
        if config.source is None:
            return {}, proof, f"{config.path} is not in the repository"
        content = target.text(config.source)
        if _INCLUDE.search(content):
            return {}, proof, f"{config.source} includes another file"
        for match in _LINE.finditer(content):
            settings[match[1]] = match[2]
            line = content.count("\n", 0, match.start(1)) + 1
            proof.append((Place(config.source, line), f"{match[1]} {match[2]}"))
    named = _CONF.search(words)
    if named is not None and not any(config.service == service.name for config in configs):
        return {}, proof, f"{posixpath.basename(named[0])} is not mounted from the repository"
    for match in _SETTING.finditer(text):
        settings[match[1]] = match[2]
        if service.command_place is not None:
            proof.append((service.command_place, f"--{match[1]} {match[2]}"))
    if "$" in text and "maxmemory" in text:
        return {}, proof, "its limit is a variable"
    return settings, proof, ""
