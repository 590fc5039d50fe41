"""Connection pools against the database that they connect to: sizes, replicas, limits.

What a service may open is the size of its pool times its replicas (times its worker processes);
what a server takes is ``max_connections``. Joined per compose stack and per Kubernetes render set;
a number that cannot be told is left out, so that what remains is the least there is.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.compose.roles import is_one_shot, is_tool_container, only_develops
from pytest_reconaudit.facts.compose.server_configs import mounted_configs
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.env.keys import key_matrix
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.k8s.autoscalers import scalings_of
from pytest_reconaudit.facts.k8s.cluster import Sighting
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.listeners import package_folder
from pytest_reconaudit.facts.network.programs import Program, program_of_container
from pytest_reconaudit.facts.network.services import Answering, answering
from pytest_reconaudit.facts.packages import cargo_by_folder, cargo_packages, npm_at
from pytest_reconaudit.facts.rust.module_tree import crate_sources
from pytest_reconaudit.model import Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container
from pytest_reconaudit.readers.scans.constant_bodies import constant_bodies
from pytest_reconaudit.readers.scans.pools import MadePool, made_pools
from pytest_reconaudit.target import Target, once

__all__ = ["PoolFault", "PoolUse", "pool_uses"]

_DEFAULT_MAX = 100
_RESERVED = 3
"""``superuser_reserved_connections``."""
_HEADROOM = 0.9
_PER_CORE = 4
_DATABASES = frozenset({"postgres"})
_POOLERS = regex(r"pgbouncer|pgcat|odyssey|pgpool|supavisor|pgbouncer|rds-proxy|cloud-?sql-proxy")
_MAX_CONNECTIONS = regex(r"(?:^|[\s,'\"-])max_connections\s{0,20}[= ]\s{0,20}'?(\d{1,6})")
_CONF = regex(r"^[ \t]*max_connections[ \t]{0,40}=?[ \t]{0,40}'?(\d{1,6})", re.MULTILINE)
_WORKERS = regex(r"(?:^|\s)(?:-w|--workers)(?:=|\s*)(\d{1,3})(?=\s|$)")
_THREADS = regex(r"(?:^|\s)--threads(?:=|\s+)(\d{1,3})(?=\s|$)")
_CONF_NUMBER = r"^{0}\s*=\s*(\d{{1,3}})[ \t]*(?:#|$)"
_LIMIT = regex(r"[?&]connection_limit=(\d{1,5})\b")
_ADDRESS = regex(r"(?:postgres\w*|jdbc:postgres\w*)(?:\+\w+)?://")
_HOLE = regex(r"\$\{[^{}]*\}|\$\w+")
_POOLED = regex(r"[?&]pgbouncer=true\b|//[^/@]*(?:@[\w.-]*)?(?:pgbouncer|pgcat|pooler)")
_POOL_KEY = regex(
    r"^(?!TEST_|REDIS|WS_|HTTP)(?:\w*_)?(?:DB|DATABASE|PG|POSTGRES\w*|DIESEL|SQLX?|MYSQL)_(?:\w+_)?"
    r"(?:POOL(?:_(?:MAX\w*|SIZE))?|POOL_MAX_SIZE|MAX_CONN\w*|MAX_POOL\w*|CONNECTION_LIMIT|CONNECTIONS)$"
)
_POOL_FIELD = regex(r"^(?:max_connections|pool_size|max_pool_size|max_size)$")
_POOL_TYPE = regex(r"pool|database|db|connection|postgres|pg", re.IGNORECASE)
_NO_POOL_TYPE = regex(r"redis|http|websocket|ws|cache|smtp|client", re.IGNORECASE)
_ASIDE = regex(
    r"(?:^|/)(?:scripts?|examples?|xtask|seeds?|seeders?|migrations?|tools|src/bin)(?:/|\.\w+$)"
)
"""Code that runs beside the services."""
_TOP = regex(r"^(\d+(?:\.\d+)?)(m?)$")
_FOR_TESTS = regex(
    r"(?:^|[/._-])(?:tests?|testing|ci|e2e)(?:[._-][\w-]+)*\.ya?ml$|(?:^|/)(?:tests?|e2e)/"
)


class PoolFault(Struct, frozen=True):
    clause: str
    place: Place
    severity: Severity
    says: str
    evidence: str
    related: tuple[Note, ...]
    key: str
    remedy: str = ""
    """What to do, in Markdown; empty where the check's own words are enough."""


class PoolUse(Struct, frozen=True, eq=False):
    """A database server with its clients, or a package that makes a pool."""

    id: str
    faults: tuple[PoolFault, ...]
    unresolved: str = ""
    """Why nothing can be said."""
    most: int = 0
    """Connections that the clients of a server may open together; 0: not known."""
    pool: Place | None = None
    """Where the largest of their pools is made."""


class _Client(Struct, frozen=True):
    """A service that opens connections."""

    name: str
    size: int
    workers: int
    replicas: int
    pool: Place
    written: str
    replicas_at: Place

    @property
    def most(self) -> int:
        return self.size * self.workers * self.replicas

    @property
    def sum(self) -> str:
        by_workers = f" × {self.workers} workers" if self.workers > 1 else ""
        return f"{self.name} {self.size}{by_workers} × {self.replicas}"


@once
def pool_uses(target: Target) -> tuple[PoolUse, ...]:
    """Database servers first, then packages, each by id."""
    if not _pools(target) and not any("@prisma/client" in target.text(path)
                                      for path in target.named("package.json")):  # fmt: skip
        return ()
    servers = [*_composed(target), *_clustered(target)]
    packages = [_of_package(target, folder) for folder in sorted(_pools(target))]
    return (*sorted(servers, key=lambda one: one.id), *packages)


@once
def _pools(target: Target) -> dict[str, list[tuple[str, MadePool]]]:
    """Package folder → (path, pool) of the pools that its own code makes for its requests."""
    unread = {path for crate in crate_sources(target) for path in crate.unread}
    found: dict[str, list[tuple[str, MadePool]]] = {}
    types = {name for record in scanned(target, made_pools).values() for name in record.types}
    for path, record in scanned(target, made_pools).items():
        if is_test_path(path) or _ASIDE.search(path) or path in unread:
            continue
        for pool in record.pools:
            if pool.of and pool.of not in types:
                continue  # a pool of something else
            if pool.function and uncalled(target, Place(path, pool.line, 1)):
                continue
            found.setdefault(package_folder(target, path), []).append((path, pool))
    return found


def _pools_of(target: Target, folder: str) -> list[tuple[str, MadePool]]:
    """The pools of a package and of the crates of the repository that it depends on."""
    found = list(_pools(target).get(folder, ()))
    package = cargo_by_folder(target).get(folder)
    if package is None:
        return found
    known = {one.manifest.package: one for one in cargo_packages(target)}
    todo, seen = [package], {package.folder}
    for one in todo:
        for dependency in one.manifest.dependencies:
            other = known.get(dependency.package)
            if dependency.section == "dependencies" and other and other.folder not in seen:
                seen.add(other.folder)
                todo.append(other)
                found += _pools(target).get(other.folder, ())
    return found


def _size(
    target: Target, program: Program | None, environment: Mapping[str, str]
) -> tuple[int, str, MadePool] | None:
    """(connections, path, pool) that one process of a program may open, the least of several."""
    if program is None or program.package is None or _is_foreign(target, program):
        return None
    sized = []
    for path, pool in _pools_of(target, program.package):
        size = pool.size
        given = environment.get(pool.key, "") if pool.key else ""
        if given:
            size = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else None
        if pool.threaded and "gunicorn" not in " ".join(program.command):
            size = None  # how many threads there are is not known
        if size is not None and pool.threaded:
            size *= _counted(target, program, environment, "threads", _THREADS)
        if size is not None:
            sized.append((size, path, pool))
    sized += _of_prisma(target, program.package, environment)
    return min(sized, key=lambda one: one[:2], default=None)


_RUNTIMES = regex(
    r"(?:^|[\s/])(?:node|npm|npx|yarn|pnpm|bun|deno|tsx|ts-node|next|nest|python\d?(?:\.\d+)?|gunicorn"
    r"|uvicorn|hypercorn|uv|poetry|celery|cargo)(?=\s|$)"
)


def _is_foreign(target: Target, program: Program) -> bool:
    """Whether a container starts what came with its base image, and nothing of the repository:
    ``/opt/keycloak/bin/kc.sh`` in an image that is made beside a package."""
    words = " ".join(program.command)
    first = program.command[0] if program.command else ""
    name = posixpath.basename(first)
    script = first.startswith("/") and name.endswith((".sh", ".jar", ".py", ".js"))
    return script and not _RUNTIMES.search(words) and name not in files_by_name(target)


def _of_prisma(
    target: Target, folder: str, environment: Mapping[str, str]
) -> Iterator[tuple[int, str, MadePool]]:
    """The pool of Prisma's engine, as the address of the database says how large it is."""
    package = npm_at(target, folder)
    if package is None or "@prisma/client" not in package.manifest.dependency_names:
        return
    for key, text in environment.items():
        limit = _LIMIT.search(text) if _ADDRESS.match(text) else None
        if limit is not None:
            made = MadePool("prisma", "", "", 1, int(limit[1]), key, False, limit[0][1:], True)
            yield int(limit[1]), package.manifest.path, made


def _workers(
    target: Target, program: Program, pool: MadePool, environment: Mapping[str, str]
) -> int:
    """Processes that a container starts, each with a pool of its own."""
    if not pool.per_worker:
        return 1
    return _counted(target, program, environment, "workers", _WORKERS)


def _counted(
    target: Target,
    program: Program,
    environment: Mapping[str, str],
    name: str,
    option: re.Pattern[str],
) -> int:
    """How many workers or threads a program starts: its arguments, those that Gunicorn takes from
    the environment, or its configuration; else one."""
    words = " ".join(program.command)
    served = "gunicorn" in words
    if match := option.search(words):
        return max(int(match[1]), 1)
    if served and (match := option.search(environment.get("GUNICORN_CMD_ARGS", ""))):
        return max(int(match[1]), 1)
    default = environment.get("WEB_CONCURRENCY", "")
    plain = default.isascii() and default.isdigit() and len(default) < 4
    if name == "workers" and plain and (served or "uvicorn" in words):
        return max(int(default), 1)
    pattern = re.compile(_CONF_NUMBER.format(name), re.MULTILINE)
    for path in target.named("gunicorn.conf.py") if served else ():
        match = pattern.search(target.text(path))
        if match and program.package is not None and path.startswith(program.package):
            return max(int(match[1]), 1)
    return 1


# -- compose -------------------------------------------------------------------------------


def _composed(target: Target) -> Iterator[PoolUse]:
    by_stack: dict[int, tuple[Stack, list[Answering]]] = {}
    for one in answering(target):
        by_stack.setdefault(id(one.stack), (one.stack, []))[1].append(one)
    for stack, members in by_stack.values():
        servers = [
            one for one in members if one.program is not None and one.program.server in _DATABASES
        ]
        if not servers or any(_is_pooler(one.service.image or "", one.service.name)
                              for one in members):  # fmt: skip
            continue
        for server in servers:
            if _FOR_TESTS.search(server.service.place.path):
                continue  # nobody asks there for more than one connection at a time
            clients = [
                client
                for one in members
                if _asks(one, server, alone=len(servers) == 1)
                and not is_one_shot(stack, one.service)
                and not is_tool_container(one.service)
                if (client := _composed_client(target, one)) is not None
            ]
            if not clients:
                continue
            limit, at, how = _compose_limit(target, server)
            cores = _cores(str(_found(server, "deploy", "resources", "limits", "cpus")))
            yield _use(
                f"{stack.id}:{server.service.name}",
                clients,
                limit,
                at,
                how,
                cores,
                served=not (only_develops(stack) or _reloads(members)),
            )


_RELOADS = regex(
    r"--reload\b|\b(?:hupper|nodemon|cargo[ -]watch|watchmedo|watchfiles|tsx watch|air)\b"
    r"|\brun(?:server|\s+(?:start:)?dev)\b|\bvite\b(?! (?:build|preview))"
)


def _reloads(members: Iterable[Answering]) -> bool:
    """Whether a program of the stack starts anew when its source changes: a developer's stack,
    whose few requests open few connections."""
    return any(
        _RELOADS.search(" ".join((*(one.service.entrypoint or ()), *(one.service.command or ()))))
        for one in members
    )


def _is_pooler(image: str, name: str) -> bool:
    return bool(_POOLERS.search(image) or _POOLERS.search(name))


def _told(one: Answering) -> dict[str, str]:
    """A service's variables, with those addresses of databases of which only a part is not known:
    mostly the password."""
    told = dict(one.environment)
    for entry in one.service.environment:
        text = entry.value or ""
        if entry.key not in told and "$" in text and _ADDRESS.match(text):
            told[entry.key] = _HOLE.sub("x", text)
    return told


def _is_pooled(environment: Mapping[str, str]) -> bool:
    """Whether an address of a database is that of a pooler in front of it."""
    return any("://" in text and _POOLED.search(text) for text in environment.values())


def _asks(one: Answering, server: Answering, *, alone: bool) -> bool:
    """Whether a service connects to a server: an address in its environment says so."""
    if one is server:
        return False
    texts = [*_told(one).values()]
    urls = [text for text in texts if _ADDRESS.match(text)]
    if urls:
        hosts = {
            match[1].lower()
            for text in urls
            if (match := re.search(r"://(?:[^@/]*@)?([\w.-]+)", text))
        }
        return bool(hosts & server.names)
    if any(text.lower() in server.names for text in texts):
        return True
    return alone and any(
        dependency.service == server.service.name for dependency in one.service.depends_on
    )


def _found(one: Answering, *keys: str) -> object:
    found = one.service.find(*keys)
    return "" if found is None else found.value


def _composed_client(target: Target, one: Answering) -> _Client | None:
    told = _told(one)
    sized = _size(target, one.program, told)
    if sized is None or one.program is None or _is_pooled(told):
        return None
    size, path, pool = sized
    at = Place(path, pool.line, 1)
    if pool.library == "prisma":
        at = next((each.place for each in one.service.environment if each.key == pool.key), at)
    found = one.service.find("deploy", "replicas") or one.service.find("scale")
    replicas = found.value if found is not None and isinstance(found.value, int) else 1
    return _Client(
        name=one.service.name,
        size=size,
        workers=_workers(target, one.program, pool, one.environment),
        replicas=max(replicas, 1),
        pool=at,
        written=pool.written,
        replicas_at=found.place if found is not None else one.service.place,
    )


def _compose_limit(target: Target, server: Answering) -> tuple[int, Place, str]:
    service = server.service
    words = " ".join((*(service.entrypoint or ()), *(service.command or ())))
    match = _MAX_CONNECTIONS.search(words)
    if match is not None:
        return int(match[1]), service.command_place or service.place, "its command"
    for config in mounted_configs(target):
        if config.service != service.name or not config.loaded or config.source is None:
            continue
        if config.place.path not in service.files:
            continue
        text = target.text(config.source)
        match = _CONF.search(text)
        if match is not None:
            line = text.count("\n", 0, match.start(1)) + 1
            return int(match[1]), Place(config.source, line, 1), "its configuration"
    return _DEFAULT_MAX, service.place, "PostgreSQL's default"


# -- Kubernetes ----------------------------------------------------------------------------


def _clustered(target: Target) -> Iterator[PoolUse]:
    by_set: dict[tuple[int, str], tuple[RenderSet, list[tuple[Sighting, Container, Program]]]] = {}
    for workload in workloads(target):
        for seen in workload.sightings:
            pod = seen.object.pod
            for container in pod.containers if pod is not None else ():
                program = program_of_container(target, container)
                if program is not None:
                    key = (id(seen.within), seen.object.namespace or "")
                    known = by_set.setdefault(key, (seen.within, []))
                    known[1].append((seen, container, program))
    seen_ids: set[str] = set()
    for _, members in by_set.values():
        servers = [one for one in members if one[2].server in _DATABASES]
        if len(servers) != 1 or any(
            _is_pooler(container.image, seen.object.name) for seen, container, _ in members
        ):
            continue
        seen, container, _ = servers[0]
        # In a plain folder the files may be alternatives: what stands beside the server counts.
        beside = [one for one in members if one[0].object.path == seen.object.path]
        clients = list(_cluster_clients(target, beside)) or list(_cluster_clients(target, members))
        clients = (
            list({one.pool: one for one in sorted(clients, key=_least)}.values())
            if (len({one.pool for one in clients}) < len(clients) and not _together(seen))
            else clients
        )
        name = f"{seen.object.path}:{seen.object.name}"
        if not clients or name in seen_ids:
            continue
        seen_ids.add(name)
        words = " ".join(map(str, (*container.root.seq("command"), *container.root.seq("args"))))
        match = _MAX_CONNECTIONS.search(words)
        mounted = "config_file" in words or any(
            "conf" in mount.str("mountPath") for mount in container.root.maps("volumeMounts")
        )
        if match is None and mounted:
            yield PoolUse(name, (), "the server's configuration comes from elsewhere")
            continue
        limit = int(match[1]) if match else _DEFAULT_MAX
        how = "its arguments" if match else "PostgreSQL's default"
        at = container.root.key_place("args" if "args" in container.root else "image")
        cores = _cores(container.root.map("resources").map("limits").str("cpu"))
        yield _use(name, clients, limit, at, how, cores)


def _least(one: _Client) -> int:
    return one.most


def _together(seen: Sighting) -> bool:
    """Whether the objects of a render set are surely applied together."""
    return seen.within.kind != "directory"


def _cluster_clients(
    target: Target, members: Iterable[tuple[Sighting, Container, Program]]
) -> Iterator[_Client]:
    for seen, container, program in members:
        if program.server or seen.object.kind in ("Job", "CronJob"):
            continue  # what runs once is done before the most replicas are there
        environment = {
            entry.name: entry.value for entry in container.env if entry.value is not None
        }
        sized = _size(target, program, environment)
        if sized is None or _is_pooled(environment):
            continue
        size, path, pool = sized
        replicas, at = _replicas(target, seen)
        if replicas is None:
            continue
        pool_at = Place(path, pool.line, 1)
        if pool.library == "prisma":
            pool_at = next((each.place for each in container.env if each.name == pool.key), pool_at)
        yield _Client(
            name=seen.object.name,
            size=size,
            workers=_workers(target, program, pool, environment),
            replicas=replicas,
            pool=pool_at,
            written=pool.written,
            replicas_at=at,
        )


def _replicas(target: Target, seen: Sighting) -> tuple[int | None, Place]:
    """The most replicas that a workload may have in its render set."""
    spec = seen.object.spec
    most: int | None = None
    at = spec.key_place("replicas")
    for scaling in scalings_of(target)(seen.object):
        scaler = scaling.seen.object.spec
        for field in ("maxReplicas", "maxReplicaCount"):
            value = scaler.get(field)
            if isinstance(value, int) and (most is None or value > most):
                most, at = value, scaler.key_place(field)
    if most is not None:
        return most, at
    value = spec.get("replicas", 1)
    return (value if isinstance(value, int) and value > 0 else None), at


# -- arithmetic ----------------------------------------------------------------------------


def _cores(text: str) -> float | None:
    match = _TOP.match(text.strip())
    if match is None:
        return None
    return float(match[1][:12]) / (1000 if match[2] else 1)


def _share(clients: list[_Client], budget: int) -> str:
    """What each process of the clients may open, in words."""
    processes = sum(one.workers * one.replicas for one in clients)
    first = clients[0]
    each = "the process" if processes == 1 else f"each of the {processes} processes"
    return (
        f"Give {each} a share of the {budget}, {max(budget // processes, 1)} where all need the"
        f" same, by a variable that the size is read from (`{first.written}` sets it now). Where"
        " they need more, raise the server's `max_connections` (each costs it memory), or put a"
        " pooler in front."
    )


def _use(
    name: str,
    clients: list[_Client],
    limit: int,
    at: Place,
    how: str,
    cores: float | None,
    *,
    served: bool = True,
) -> PoolUse:
    """:param served: whether it is a stack that serves users, and not a developer's."""
    faults = []
    total = sum(one.most for one in clients)
    budget = int((limit - _RESERVED) * _HEADROOM)
    clients = sorted(clients, key=lambda one: -one.most)
    first = clients[0]
    if total > budget:
        sums = " + ".join(one.sum for one in clients[:4]) + (" …" if clients[4:] else "")
        faults.append(
            PoolFault(
                clause="a",
                place=first.pool,
                severity=(Severity.HIGH if total > limit else Severity.MEDIUM)
                if served
                else Severity.INFO,
                says=f"the pools may open {total} connections ({sums}), but the database takes "
                f"{limit} ({how}), of which {budget} are left for them",
                evidence=first.written,
                related=(
                    *(Note(one.replicas_at, f"{one.name}: {one.replicas}") for one in clients[:8]),
                    *(Note(one.pool, f"{one.name}: {one.written}") for one in clients[1:8]
                      if one.pool != first.pool),
                    Note(at, f"max_connections {limit}: {how}"),
                ),
                key=name,
                remedy=_share(clients, budget),
            )
        )  # fmt: skip
    elif cores is not None and first.size > _PER_CORE * max(cores, 1):
        faults.append(
            PoolFault(
                clause="c",
                place=first.pool,
                severity=Severity.INFO,
                says=f"a pool of {first.size} for a database of {cores:g} cores: more than "
                f"{_PER_CORE} connections a core seldom work at the same time",
                evidence=first.written,
                related=(Note(at, f"{cores:g} cores"),),
                key=name,
            )
        )
    return PoolUse(name, tuple(faults), most=total, pool=first.pool)


# -- literals ------------------------------------------------------------------------------


def _of_package(target: Target, folder: str) -> PoolUse:
    """(b) Sizes written into the code while a key or preset for them exists."""
    own = _pools(target)[folder]
    literal = [(path, pool) for path, pool in own if pool.literal]
    name = f"{folder or '.'} (pool)"
    if not literal:
        known = any(pool.key or pool.size is not None for _, pool in own)
        return PoolUse(name, (), "" if known else "the size of the pool comes from elsewhere")
    notes = [*_idle_keys(target, folder), *_idle_presets(target, folder)]
    if not notes:
        return PoolUse(name, ())
    path, pool = literal[0]
    shown = "; ".join(note.message for note in notes[:3])
    return PoolUse(
        name,
        (
            PoolFault(
                clause="b",
                place=Place(path, pool.line, 1),
                severity=Severity.LOW,
                says=f"the pool's size {pool.size} is written in the code, while nothing uses what "
                f"is meant to set it: {shown}",
                evidence=pool.written,
                related=(
                    *(Note(Place(other, one.line), one.written) for other, one in literal[1:6]),
                    *notes[:8],
                ),
                key=pool.written,
            ),
        ),
    )


def _idle_keys(target: Target, folder: str) -> Iterator[Note]:
    """Keys for the pool's size that no code reads."""
    matrix = key_matrix(target)
    seen: set[str] = set()
    for one in matrix.definitions_for(folder):
        if one.key in seen or not _POOL_KEY.match(one.key) or is_test_path(one.place.path):
            continue
        if any(not read.test for read in matrix.reads_of(one.key)):
            continue
        seen.add(one.key)
        yield Note(one.place, f"{one.key} is set and read by nothing")


def _idle_presets(target: Target, folder: str) -> Iterator[Note]:
    """Presets of a pool that nothing calls."""
    for path, record in scanned(target, constant_bodies).items():
        if is_test_path(path) or package_folder(target, path) != folder:
            continue
        for preset in record.presets:
            sized = next((v for name, v in preset.values if _POOL_FIELD.match(name)), "")
            if not sized or not _POOL_TYPE.search(preset.owner):
                continue
            if _NO_POOL_TYPE.search(preset.owner) or preset.trait:
                continue
            place = Place(path, preset.line, 1)
            if uncalled(target, place):
                yield Note(place, f"{preset.owner}::{preset.name} ({sized}) is never called")
