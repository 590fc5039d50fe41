"""Data stores of compose services and Kubernetes workloads: who may talk to them, and how.

A store is told by its image. Whether it asks for a password is read from the command, the
environment and the mounted configuration, as the official images and the common vendor images
take them; where a part of that is not in the repository, nothing is said.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.compose.image_ages import major_of
from pytest_reconaudit.facts.compose.live_servers import LiveRedis, live_redis
from pytest_reconaudit.facts.compose.roles import is_tool_container
from pytest_reconaudit.facts.compose.stacks import Stack, compose_files, dotenv_values, stacks
from pytest_reconaudit.facts.compose.workbenches import is_work_file
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.env.keys import key_matrix
from pytest_reconaudit.facts.k8s.cluster import Sighting
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, Port
from pytest_reconaudit.readers.dockerfile import ImageReference, image_reference, read_dockerfile
from pytest_reconaudit.readers.manifest import Container
from pytest_reconaudit.target import Target, once

__all__ = ["DataStore", "StoreFile", "listed_stores", "live_store", "store_files"]

_KINDS = {
    "redis": "redis", "valkey": "redis", "keydb": "redis", "dragonfly": "redis",
    "memcached": "memcached", "mongo": "mongo", "mongodb": "mongo",
    "elasticsearch": "elasticsearch", "opensearch": "opensearch", "etcd": "etcd",
    "postgres": "postgres", "postgresql": "postgres", "postgis": "postgres",
    "timescaledb": "postgres", "pgvector": "postgres",
}  # fmt: skip
_TITLES = {
    "redis": "Redis", "memcached": "memcached", "mongo": "MongoDB", "etcd": "etcd",
    "elasticsearch": "Elasticsearch", "opensearch": "OpenSearch", "postgres": "PostgreSQL",
}  # fmt: skip
_NOT_STORES = frozenset(
    {
        "exporter", "commander", "express", "insight", "redisinsight", "ui", "admin", "browser",
        "keeper", "operator", "backup", "proxy", "web", "cli", "init", "gui", "dashboard",
        "manager", "sentinel", "dashboards", "agent", "client", "tools", "setup", "migrate",
        "migrations", "upgrade", "seed", "s3", "http", "rest", "curator", "hq", "head",
        "controller", "sidecar",
        "backups", "dump", "job", "benchmark", "test", "api", "metadata", "connector", "kafka",
    }
)  # fmt: skip
"""Words of an image's name that say that it only works with a store."""
_LOOPBACK = regex(r"127\.\d+\.\d+\.\d+|::1|localhost")
_REQUIREPASS = regex(r"(?:^|[\s\"',])--requirepass(?:=|[\s\"',]+)(?P<value>[^\s\"',]+|\"\"|'')")
_CONF_PASSWORD = regex(
    r"^[ \t]*(?:requirepass[ \t]+(?![ \t]*$|\"\"|'')\S|aclfile[ \t]+\S|user[ \t]+\S+[ \t].*[>#])",
    re.MULTILINE,
)
_DATA_MOUNT = regex(r"data|sock")
_CONF_INCLUDE = regex(r"^[ \t]*include[ \t]+\S", re.MULTILINE)
_CLIENT_URL = regex(
    r"(?:redis|rediss|valkey)://[^\s/@]{0,200}:(?P<password>[^\s/@]{1,200})@(?P<host>[\w.-]{0,200})",
    re.IGNORECASE,
)
_CLIENT_KEY = regex(r"(?:.*_)?(?:REDIS|VALKEY|CACHE_REDIS)(?:_\w+)*?_(?:PASSWORD|PASS|AUTH)")
_REDIS_ARGUMENTS = ("REDIS_ARGS", "VALKEY_EXTRA_FLAGS", "REDIS_EXTRA_FLAGS")
_EMPTY_DEFAULT = regex(r"\$\{\w+:?-\}|\$\{\w+:?-(?:\"\"|'')\}")
_TRUE = frozenset({"true", "1", "yes", "on"})
_OPEN_SECURITY = "xpack.security.enabled"

Verdict = tuple[bool | None, str]
"""(asks for credentials; ``None`` when it cannot be told, what was seen)."""


class DataStore(Struct, frozen=True):
    """One store as one stack or render set runs it."""

    kind: str
    service: str
    image: str
    place: Place
    """The image's line, or the service's."""
    protected: bool | None
    """Whether it asks for credentials; ``None`` when it cannot be told."""
    seen: str
    """What says so, in a few words."""
    published: tuple[Port, ...] = ()
    """The ports that any host can reach."""
    proof: tuple[tuple[Place, str], ...] = ()
    """The command and the configuration that were looked at."""
    client: tuple[Place, str] | None = None
    """A client, or a Secret, that holds a password for it."""
    trust: Place | None = None
    """``POSTGRES_HOST_AUTH_METHOD=trust``."""
    development: bool = False
    elsewhere: tuple[Place, str] | None = None
    """Where another environment runs the same kind of store with a password."""

    @property
    def title(self) -> str:
        return _TITLES[self.kind]

    @property
    def asked_elsewhere(self) -> str:
        """In words where another environment asks for credentials; empty where none does."""
        return f"; asks for credentials in {self.elsewhere[0]}" if self.elsewhere else ""

    @property
    def notes(self) -> tuple[tuple[Place, str], ...]:
        """Everything that proves the verdict: the image, the command, the client …"""
        more = [note for note in (self.client, self.elsewhere) if note is not None]
        return ((self.place, self.image), *self.proof, *more)


class StoreFile(Struct, frozen=True):
    """The stores of one compose file or manifest."""

    path: str
    stores: tuple[DataStore, ...]
    problem: str = ""
    live: LiveRedis | None = None
    """The running server; the only store is then the one that it is taken for."""
    place: Place | None = None
    """Where to speak of the running server."""
    bare: tuple[tuple[Note, Note], ...] = ()
    """Of a production env file: (URL without a password, the password beside it)."""


def listed_stores(stores: list[DataStore]) -> str:
    """The first five stores with their lines, and why they are open."""
    names = [
        f"{one.title} of {one.service} (line {one.place.line}: {one.seen})" for one in stores[:5]
    ]
    return ", ".join(names) + (f" and {len(stores) - 5} more" if len(stores) > 5 else "")


@once
def store_files(target: Target) -> tuple[StoreFile, ...]:
    """Every file that runs a store, by path. Development stacks count with their own files only."""
    found: dict[tuple[Place, str], DataStore] = {}
    for store in (*_composed(target), *_clustered(target)):
        key = (store.place, store.service)
        known = found.get(key)
        if known is None or _weight(store) > _weight(known):
            found[key] = store
    stores = list(found.values())
    asking = _asking(stores)
    files: dict[str, list[DataStore]] = {}
    for store in sorted(stores, key=lambda one: (one.place.key(), one.service)):
        files.setdefault(store.place.path, []).append(_compared(store, asking))
    broken = [
        StoreFile(file.path, (), file.problems[0].message)
        for file in compose_files(target)
        if file.problems and file.path not in files
    ]
    return tuple(
        sorted(
            (
                *(StoreFile(path, tuple(listed)) for path, listed in files.items()),
                *broken,
                *_bare_urls(target),
            ),
            key=lambda one: one.path,
        )
    )


_STORE_URLS = (("REDIS_URL", "REDIS_PASSWORD"), ("VALKEY_URL", "VALKEY_PASSWORD"))
_BARE_URL = regex(r"(?:rediss?|valkeys?)://[\w.-]{1,200}(?::\d{1,5})?(?:/\d{0,3})?")


def _bare_urls(target: Target) -> Iterator[StoreFile]:
    """Production env files with both a store's URL and its password; ``bare`` when the URL lacks
    the password and no code reads it apart."""
    matrix = key_matrix(target)
    for file in matrix.files:
        if file.name.environment != "production":
            continue
        bare: list[tuple[Note, Note]] = []
        judged = False
        for name, secret in _STORE_URLS:
            url, password = file.setting(name), file.setting(secret)
            if url is None or password is None or not url.value or not password.value:
                continue
            judged = True
            code = any(one.kind == "code" and not one.test for one in matrix.reads_of(secret))
            if _BARE_URL.fullmatch(url.value) and not code:
                bare.append(
                    (
                        Note(url.place, f"{name}={url.value}"),
                        Note(password.place, f"{secret} is set"),
                    )
                )
        if judged:
            yield StoreFile(file.path, (), bare=tuple(bare))


def live_store(target: Target) -> StoreFile | None:
    """The running Redis that the user named, with the one of the files that it likely is."""
    live = live_redis(target)
    if live is None:
        return None
    known = [
        store for file in store_files(target) for store in file.stores if store.kind == "redis"
    ]
    known.sort(key=lambda store: store.development)
    place = known[0].place if known else Place(target.files[0] if target.files else ".")
    return StoreFile("the live Redis", tuple(known[:1]), live=live, place=place)


def _weight(store: DataStore) -> tuple[int, int, int]:
    """Which of two views of a service says more: the least protected one."""
    return (store.protected is False, len(store.published), store.trust is not None)


def _compared(store: DataStore, asking: Mapping[str, list[DataStore]]) -> DataStore:
    """The store with the place where another file runs its kind with credentials.

    :param asking: kind → stores that ask, at most one of each file.
    """
    if store.protected is not False or store.kind == "postgres":
        return store
    for other in asking.get(store.kind, ()):
        if other.place.path != store.place.path:
            return replace(store, elsewhere=(other.place, other.seen))
    return store


def _asking(stores: Iterable[DataStore]) -> dict[str, list[DataStore]]:
    """Two files a kind are enough: one of them is another file than any given one."""
    found: dict[str, list[DataStore]] = {}
    for store in stores:
        known = found.setdefault(store.kind, [])
        new = all(other.place.path != store.place.path for other in known)
        if store.protected and new and len(known) < 2:
            known.append(store)
    return found


def kind_of(image: ImageReference) -> str:
    """Which store an image is, by the words of its name's last part; empty when it is none."""
    words = re.split(r"[-_.]", image.short.lower())
    if _NOT_STORES.intersection(words):
        return ""
    return next((_KINDS[word] for word in words if word in _KINDS), "")


# -- compose -----------------------------------------------------------------------------------


def _composed(target: Target) -> Iterator[DataStore]:
    audited = frozenset(target.files)
    for stack in stacks(target):
        clients: _Clients | None = None
        for service in stack.services:
            path = (service.image_place or service.place).path
            if path not in audited or "devcontainer" in path.lower():
                continue
            reference, dockerfile_text, proof = _image(target, service)
            kind = kind_of(reference) if reference is not None else ""
            if not kind or reference is None or is_tool_container(service):
                continue
            given = _Given(
                target=target,
                words=(*(service.entrypoint or ()), *(service.command or ())),
                environment=_environment(target, service),
                configs=list(_configs(target, stack, service)),
                reference=reference,
                built=dockerfile_text,
                open_ended=_open_ended(target, service),
            )
            protected, seen = _VERDICTS[kind](given)
            if kind == "redis" and clients is None:
                clients = _clients(stack)
            if service.command_place is not None:
                proof.append((service.command_place, " ".join(service.command or ())))
            proof += [(place, path) for path, _, place in given.configs]
            trust = None
            if kind == "postgres":
                entry = next(
                    (e for e in service.environment if e.key == "POSTGRES_HOST_AUTH_METHOD"), None
                )
                if entry is not None and entry.value == "trust":
                    trust = entry.place
            place = service.image_place or service.place
            published = tuple(port for port in service.ports if _reachable(port))
            # An override for developers may be all that publishes it.
            where = [port.place.path for port in published] or [place.path]
            yield DataStore(
                kind=kind,
                service=service.name,
                image=service.image or reference.name,
                place=place,
                protected=protected,
                seen=seen,
                published=published,
                proof=tuple(proof),
                client=clients.of(service.name) if kind == "redis" and clients else None,
                trust=trust,
                development=is_work_file(target, place.path)
                or all(is_work_file(target, one) for one in where)
                or _debugs(stack),
            )


def _debugs(stack: Stack) -> bool:
    """Whether a service of the stack is told to run for a developer."""
    return any(
        _DEBUG_KEY.fullmatch(entry.key) and _ON.fullmatch(str(entry.value))
        for service in stack.services
        for entry in service.environment
    )


_DEBUG_KEY = regex(r"(?:DJANGO_|FLASK_|APP_|RAILS_|NODE_)?(?:DEBUG|ENV)")
_ON = regex(r"(?i)true|1|on|yes|development|dev|local")


def _reachable(port: Port) -> bool:
    """Whether other machines reach the port: not bound to loopback, not behind a variable."""
    return "$" not in port.host_ip and not _LOOPBACK.fullmatch(port.host_ip)


def _image(
    target: Target, service: ComposeService
) -> tuple[ImageReference | None, str, list[tuple[Place, str]]]:
    """(image, text of the Dockerfile it is built from, where that is)."""
    if service.build is not None:
        path = service.build.dockerfile
        if path and target.has(path):
            dockerfile = target.parse(read_dockerfile, path)
            stage = images(target).final_stage(dockerfile)
            if stage is not None:
                base = dockerfile.chain(stage)[-1].image
                return base, target.text(path), [(stage.place, "built here")]
        return None, "", []
    if not service.image or "$" in service.image.rpartition("/")[2].partition(":")[0]:
        return None, "", []
    return image_reference(service.image), "", []


def _environment(target: Target, service: ComposeService) -> dict[str, str]:
    values: dict[str, str] = {}
    for file in service.env_files:
        if file.path and target.has(file.path):
            values.update(dotenv_values(target.text(file.path)))
    for entry in service.environment:
        values[entry.key] = entry.value if entry.value is not None else "$"
    return values


def _open_ended(target: Target, service: ComposeService) -> bool:
    """Whether an env file that is not in the repository may set anything."""
    return any(not (file.path and target.has(file.path)) for file in service.env_files)


def _configs(
    target: Target, stack: Stack, service: ComposeService
) -> Iterator[tuple[str, str | None, Place]]:
    """(path in the container, text, place) of mounted files; no text when it is not here."""
    for mount in service.volumes:
        if mount.kind in ("volume", "tmpfs") or not mount.target.startswith("/"):
            continue
        if mount.path is not None and target.has(mount.path):
            yield mount.target, target.text(mount.path), mount.place
        elif mount.path is not None and target.has_dir(mount.path):
            for path in target.below(mount.path)[:50]:
                inside = posixpath.join(mount.target, path[len(mount.path) :].lstrip("/"))
                yield inside, target.text(path), mount.place
        elif not _DATA_MOUNT.search(mount.target) or posixpath.splitext(mount.target)[1]:
            yield mount.target, None, mount.place
    for grant in (*service.configs, *service.secrets):
        resource = stack.configs.get(grant.source) or stack.secrets.get(grant.source)
        source = resource.path if resource is not None else None
        text = target.text(source) if source and target.has(source) else None
        yield grant.target or f"/{grant.source}", text, grant.place


class _Clients(Struct):
    """Who in one stack holds a password for a Redis."""

    servers: set[str]
    hosts: dict[str, tuple[Place, str]]
    """Host of a URL with a password → the client."""
    holder: tuple[Place, str] | None = None
    """A service that is given a password, for whichever server."""

    def of(self, name: str) -> tuple[Place, str] | None:
        # A password alone does not say which of several servers it is for.
        alone = len(self.servers | {name}) == 1
        return self.hosts.get(name) or (self.holder if alone else None)


def _clients(stack: Stack) -> _Clients:
    servers = {one.name for one in stack.services if one.image and _is_redis(one.image)}
    found = _Clients(servers, {})
    for service in stack.services:
        if service.name in servers:
            continue
        for entry in service.environment:
            written = entry.written or entry.value or ""
            host = _url_password(written)
            if host:
                note = (entry.place, f"{service.name} connects with a password ({entry.key})")
                found.hosts.setdefault(host, note)
            elif _CLIENT_KEY.fullmatch(entry.key) and _holds_value(entry.value, written):
                note = (entry.place, f"{service.name} holds a password ({entry.key})")
                found.holder = found.holder or note
    return found


def _is_redis(image: str) -> bool:
    return kind_of(image_reference(image)) == "redis"


def _url_password(text: str) -> str | None:
    """The host that a URL gives a password to."""
    match = _CLIENT_URL.search(text[:2000])
    if match is None or _EMPTY_DEFAULT.fullmatch(match["password"]):
        return None
    return match["host"]


def _holds_value(value: str | None, written: str) -> bool:
    """A value that is spelled out, or that is required (``${X:?}``)."""
    if not value:
        return False
    if "$" in value:
        return ":?" in written or "?}" in written
    return value not in ("null", "none")


# -- Kubernetes --------------------------------------------------------------------------------


def _clustered(target: Target) -> Iterator[DataStore]:
    holders: dict[int, list[tuple[str | None, Place, str]]] = {}
    for workload in workloads(target):
        for seen in workload.sightings:
            pod = seen.object.pod
            if pod is None:
                continue
            mounted = bool(pod.spec.maps("volumes"))
            for container in pod.containers:
                kind = kind_of(image_reference(container.image))
                if kind != "redis":
                    continue
                if id(seen.within) not in holders:
                    holders[id(seen.within)] = _holders(seen.within)
                client = next(
                    (
                        (place, what)
                        for namespace, place, what in holders[id(seen.within)]
                        if namespace == seen.object.namespace
                        or None in (namespace, seen.object.namespace)
                    ),
                    None,
                )
                yield _workload_store(seen, container, kind, mounted, client)


def _workload_store(
    seen: Sighting,
    container: Container,
    kind: str,
    mounted: bool,
    client: tuple[Place, str] | None,
) -> DataStore:
    values = {
        entry.name: entry.value if entry.value is not None else "$" for entry in container.env
    }
    given = _Given(
        target=None,
        words=container.command_line,
        environment=values,
        configs=[("/mounted.conf", None, container.place)]
        if mounted and any(".conf" in word for word in container.command_line)
        else [],
        reference=image_reference(container.image),
        built="",
        open_ended=bool(container.env_from),
    )
    protected, why = _VERDICTS[kind](given)
    return DataStore(
        kind=kind,
        service=f"{seen.object.kind} {seen.object.name}",
        image=container.image,
        place=container.image_place,
        protected=protected,
        seen=why,
        proof=((container.place, " ".join(container.command_line)),)
        if container.command_line
        else (),
        client=client,
        development=seen.off_path,
    )


def _holders(within: RenderSet) -> list[tuple[str | None, Place, str]]:
    """(namespace, place, what) of each Secret key and URL of a render set with a password."""
    found: list[tuple[str | None, Place, str]] = []
    for one in within.objects:
        if one.kind == "Secret":
            for section in ("data", "stringData"):
                held = one.root.map(section)
                for key in held:
                    name = f"{key}".upper().replace("-", "_")
                    if len(name) < 200 and _CLIENT_KEY.fullmatch(name):
                        found.append(
                            (one.namespace, held.key_place(key), f"Secret {one.name} holds {key}")
                        )
        pod = one.pod
        for container in pod.containers if pod is not None else ():
            if _is_redis(container.image):
                continue
            for entry in container.env:
                if entry.value and _url_password(entry.value) is not None:
                    what = f"{one.name} connects with a password ({entry.name})"
                    found.append((one.namespace, entry.value_place, what))
    return found


# -- verdicts ----------------------------------------------------------------------------------


class _Given(Struct, frozen=True):
    """Everything that decides whether a store asks for credentials."""

    target: Target | None
    words: tuple[str, ...]
    environment: Mapping[str, str]
    configs: list[tuple[str, str | None, Place]]
    reference: ImageReference
    built: str
    """The Dockerfile's text, when the image is built here."""
    open_ended: bool

    @property
    def command(self) -> str:
        return " ".join(self.words)

    def has(self, *names: str) -> bool:
        """Whether one of the variables has a value, or one that only the deployer knows."""
        return any(self.environment.get(name) for name in names)

    def truth(self, name: str) -> bool | None:
        """A switch's value; ``None`` when it is not set or not known."""
        value = self.environment.get(name)
        if not value or "$" in value:
            return None
        return value.lower() in _TRUE


def _redis(given: _Given) -> Verdict:
    extra = (given.environment.get(name, "") for name in _REDIS_ARGUMENTS)
    text = " ".join((given.command, *extra))
    match = _REQUIREPASS.search(text)
    if match is not None:
        empty = match["value"] in ('""', "''") or _EMPTY_DEFAULT.fullmatch(match["value"])
        return (None if empty else True), "requirepass in the command"
    if re.search(r"--(?:aclfile|user)\b", text):
        return True, "ACL in the command"
    if "requirepass" in given.built or "aclfile" in given.built:
        return None, "its Dockerfile speaks of requirepass"
    for path, content, _ in given.configs:
        if not (
            path.endswith((".conf", ".acl"))
            or path in text
            or path.startswith(("/etc/", "/usr/local/etc/", "/opt/"))
        ):
            continue
        if content is None:
            return None, f"{path} is not in the repository"
        if _CONF_PASSWORD.search(content):
            return True, f"requirepass or ACL in {path}"
        if _CONF_INCLUDE.search(content):
            return None, f"{path} includes another file"
    vendor = given.reference.name.startswith(("bitnami", "docker.io/bitnami"))
    if given.has("REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "VALKEY_PASSWORD", "REDIS_PASS"):
        if vendor or "PASSWORD" in given.command or "REDIS_PASS" in given.command:
            return True, "a password in the environment"
        if given.reference.short not in ("redis", "valkey"):
            return None, "a password in the environment of a vendor's image"
    if vendor and given.truth("ALLOW_EMPTY_PASSWORD") is None:
        return None, "a vendor's image without password does not start"
    if given.open_ended and vendor:
        return None, "an env file that is not in the repository"
    if given.words and not re.search(
        r"(?:redis|valkey|keydb)-server|^--|^redis$|dragonfly", given.command
    ):
        return None, "started by a script"
    if given.built and re.search(
        r"^[ \t]*(?:ENTRYPOINT|CMD|COPY|ADD)\b", given.built, re.MULTILINE
    ):
        return None, "built here with files of its own"
    return False, "no requirepass in command or configuration"


def _memcached(given: _Given) -> Verdict:
    if re.search(r"(?:^|\s)(?:-\w*S\b|-Y\b|--enable-sasl|--auth-file)", given.command):
        return True, "SASL or an authentication file"
    if given.built or given.open_ended or given.has("MEMCACHED_PASSWORD"):
        return None, "its start is not known"
    if given.words and not re.search(r"memcached|^-", given.command):
        return None, "started by a script"
    return False, "memcached without SASL"


def _mongo(given: _Given) -> Verdict:
    if given.has(
        "MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_USERNAME_FILE", "MONGODB_ROOT_PASSWORD",
        "MONGODB_ROOT_USER", "MONGO_INITDB_ROOT_PASSWORD",
    ):  # fmt: skip
        return True, "a root user in the environment"
    if re.search(r"--(?:auth|keyFile)\b", given.command):
        return True, "--auth in the command"
    for path, content, _ in given.configs:
        if path.endswith((".conf", ".yml", ".yaml")):
            if content is None:
                return None, f"{path} is not in the repository"
            if re.search(r"^\s*authorization\s*:\s*[\"']?enabled", content, re.MULTILINE):
                return True, f"authorization in {path}"
    if given.open_ended or given.built or given.reference.short != "mongo":
        return None, "its environment is not known"
    if given.words and not re.search(r"mongod\b|^--", given.command):
        return None, "started by a script"
    return False, "no root user and no --auth"


def _elasticsearch(given: _Given) -> Verdict:
    security: bool | None = given.truth(_OPEN_SECURITY)
    if security is None and _OPEN_SECURITY in given.environment:
        return None, "security depends on a variable"
    if security is None:
        match = re.search(rf"{re.escape(_OPEN_SECURITY)}=(true|false)", given.command)
        security = match[1] == "true" if match else None
    for path, content, _ in given.configs:
        if security is None and path.endswith("elasticsearch.yml"):
            if content is None:
                return None, f"{path} is not in the repository"
            match = re.search(
                rf"^\s*[\"']?{re.escape(_OPEN_SECURITY)}[\"']?\s*:\s*[\"']?(true|false)", content,
                re.MULTILINE,
            )  # fmt: skip
            security = match[1] == "true" if match else None
    if security is not None:
        return security, f"{_OPEN_SECURITY}={'true' if security else 'false'}"
    if given.open_ended or given.built or given.has("ELASTIC_PASSWORD"):
        return None, "its environment is not known"
    major = major_of(given.reference)
    if not major or int(major) > 100:
        return None, "its version is not known"
    if int(major) >= 8:
        return True, "on by default from 8"
    return False, f"{_OPEN_SECURITY} is not set and off by default before 8"


def _opensearch(given: _Given) -> Verdict:
    for name in ("plugins.security.disabled", "DISABLE_SECURITY_PLUGIN"):
        if given.truth(name):
            return False, f"{name}=true"
        if name in given.environment and "$" in given.environment[name]:
            return None, "security depends on a variable"
    return (None, "its environment is not known") if given.open_ended else (True, "on by default")


def _etcd(given: _Given) -> Verdict:
    if "--client-cert-auth" in given.command or given.has(
        "ETCD_CLIENT_CERT_AUTH", "ETCD_ROOT_PASSWORD", "ETCD_TRUSTED_CA_FILE"
    ):
        return True, "client authentication"
    if given.built or given.open_ended or "--config-file" in given.command:
        return None, "its start is not known"
    if given.truth("ALLOW_NONE_AUTHENTICATION"):
        return False, "ALLOW_NONE_AUTHENTICATION=yes"
    if given.words and not re.search(r"\betcd\b|^--", given.command):
        return None, "started by a script"
    return False, "no client authentication"


def _postgres(given: _Given) -> Verdict:
    if given.environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust":
        return False, "POSTGRES_HOST_AUTH_METHOD=trust"
    return True, "a password is needed by default"


_VERDICTS: dict[str, Callable[[_Given], Verdict]] = {
    "redis": _redis,
    "memcached": _memcached,
    "mongo": _mongo,
    "elasticsearch": _elasticsearch,
    "opensearch": _opensearch,
    "etcd": _etcd,
    "postgres": _postgres,
}
