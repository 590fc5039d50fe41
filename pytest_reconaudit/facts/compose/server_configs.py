"""Configuration files mounted into off-the-shelf servers, and whether the server reads them.

What each official image reads without being told is documented on its page; anything else needs
the path on the command line. Images that are unknown, and commands that are scripts, say nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.compose.stacks import Stack, stacks
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import image_reference, read_dockerfile
from pytest_reconaudit.target import Target, once

__all__ = ["MountedConfig", "mounted_configs"]

_POSTGRES = regex(
    r"^(?:postgres|postgresql|postgis|timescaledb(?:-ha)?|pgvector|pgautoupgrade|pgvecto-rs|citus"
    r"|postgres-.*|.*-postgres)$"
)
_SERVERS = (
    ("postgres", _POSTGRES),
    ("redis", regex(r"^(?:redis|valkey|keydb|redis-stack|redis-stack-server)$")),
    ("mysql", regex(r"^(?:mysql|mariadb|percona|mysql-server|percona-server)$")),
    ("nginx", regex(r"^(?:nginx|nginx-unprivileged)$")),
    ("prometheus", regex(r"^prometheus$")),
)
_FILES = {
    "postgres": regex(r"^(?!pg_hba|pg_ident|pgbouncer).*\.conf$"),
    "redis": regex(r"^(?!sentinel).*\.conf$"),
    "mysql": regex(r"^.*\.cnf$"),
    "nginx": regex(r"^.*\.(?:conf|template)$"),
    "prometheus": regex(r"^prometheus[\w.-]*\.ya?ml$"),
}
_MYSQL_READ = regex(
    r"^/etc/(?:mysql/(?:my\.cnf|(?:conf|mysql\.conf|mariadb\.conf)\.d/[^/]+\.cnf)|my\.cnf(?:\.d/[^/]+\.cnf)?)$"
    r"|^/root/\.my\.cnf$|^/usr/etc/my\.cnf$"
)
_NGINX_READ = regex(
    r"^/etc/nginx/(?:nginx\.conf|conf\.d/[^/]+\.conf|templates/(?:.+/)?[^/]+\.template)$"
)
_NGINX_INCLUDE = regex(r"^[ \t]*(?:include|load_module)[ \t]+[\"']?([^;\"'\n]+)", re.MULTILINE)
_TUNED = regex(r"(?:^|\s)(?:-c\s*|--)(?!config[_-]file|hba_file|ident_file)[a-z_]+\s*=")
_VENDOR = ("/opt/bitnami/", "/bitnami/")
_INIT = ("/docker-entrypoint-initdb.d", "/docker-entrypoint.d", "/always-initdb.d")


class MountedConfig(Struct, frozen=True):
    """One configuration file in one server's container."""

    server: str
    service: str
    place: Place
    """The mount's line."""
    path: str
    """In the container."""
    written: str
    loaded: bool
    wanted: str
    """What would make the server read it."""
    command: Place | None
    """The command that does not name it, if there is one."""
    command_text: str
    tuned: bool = False
    """The command sets values itself (``-c shared_buffers=…``)."""
    source: str | None = None
    """The file in the repository that is mounted, if it is one."""


@once
def mounted_configs(target: Target) -> tuple[MountedConfig, ...]:
    """Every such file, once per line: loaded when some stack that holds the line loads it."""
    found: dict[tuple[Place, str], MountedConfig] = {}
    for stack in stacks(target):
        for service in stack.services:
            for one in _of_service(target, stack, service):
                known = found.get((one.place, one.path))
                if known is None or (one.loaded and not known.loaded):
                    found[one.place, one.path] = one
                elif known.tuned and not one.tuned and not known.loaded:
                    found[one.place, one.path] = replace(one, loaded=known.loaded)
    return tuple(sorted(found.values(), key=lambda one: (one.place.key(), one.path)))


def _of_service(target: Target, stack: Stack, service: ComposeService) -> Iterator[MountedConfig]:
    described = _server(target, service)
    if described is None:
        return
    server, built, command, command_place = described
    pattern = _FILES[server]
    mounts = list(_mounted_files(target, stack, service))
    words = (*(service.entrypoint or ()), *command)
    text = " ".join(words)
    for path, written, place, source in mounts:
        name = posixpath.basename(path)
        if path.startswith(_INIT) or path.startswith(_VENDOR) or "$" in path:
            continue
        if not pattern.match(name) and not pattern.match(posixpath.basename(written)):
            continue
        loaded, wanted = _LOADED[server](target, path, words, service, mounts, built)
        if loaded is None:
            continue
        # A path that the command names in any way is read by whatever the command is.
        named = bool(re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w./-])", text)) or (
            server != "prometheus" and name in text and "$" in text
        )
        yield MountedConfig(
            server=server,
            service=service.name,
            place=place,
            path=path,
            written=written,
            loaded=loaded or named,
            wanted=wanted,
            command=command_place,
            command_text=text,
            tuned=server == "postgres" and bool(_TUNED.search(text)),
            source=source if source is not None and target.has(source) else None,
        )


def _server(
    target: Target, service: ComposeService
) -> tuple[str, bool, tuple[str, ...], Place | None] | None:
    """(server, whether built here, command, its place) of a service over a known image."""
    command, place = service.command or (), service.command_place
    name = service.image or ""
    built = service.build is not None
    if built:
        name = ""
        path = service.build.dockerfile if service.build else None
        if path and target.has(path):
            dockerfile = target.parse(read_dockerfile, path)
            stage = images(target).final_stage(dockerfile)
            if stage is not None:
                chain = dockerfile.chain(stage)
                image = chain[-1].image
                name = image.name if image else ""
                last = next((s.last("CMD") for s in chain if s.last("CMD")), None)
                if service.command is None and last is not None:
                    command = last.exec_form or tuple(last.text.split())
                    place = last.place
    if not name or "$" in name:
        return None
    short = image_reference(name).short
    for server, pattern in _SERVERS:
        if pattern.match(short):
            return server, built, command, place
    return None


Mounted = tuple[str, str, Place, str | None]
"""(path in the container, source as written, place, source path in the repository)."""


def _mounted_files(target: Target, stack: Stack, service: ComposeService) -> Iterator[Mounted]:
    for mount in service.volumes:
        if mount.kind != "bind" or not mount.target.startswith("/"):
            continue
        inside = posixpath.normpath(mount.target)
        if mount.path is not None and not target.has(mount.path) and target.has_dir(mount.path):
            for path in target.below(mount.path)[:200]:
                relative = path[len(mount.path) :].lstrip("/")
                yield posixpath.join(inside, relative), mount.source, mount.place, path
        else:
            yield inside, mount.source, mount.place, mount.path
    for grant in service.configs:
        resource = stack.configs.get(grant.source)
        if grant.target and resource is not None:
            yield posixpath.normpath(grant.target), resource.written, grant.place, resource.path


def _postgres(
    target: Target,
    path: str,
    words: tuple[str, ...],
    service: ComposeService,
    mounts: list[Mounted],
    built: bool,
) -> tuple[bool | None, str]:
    name = posixpath.basename(path)
    wanted = f"`command: postgres -c config_file={path}`"
    data = next((e.value for e in service.environment if e.key == "PGDATA"), None)
    if path.startswith("/var/lib/postgresql/") or (data and path == posixpath.join(data, name)):
        return name in ("postgresql.conf", "postgresql.auto.conf"), wanted
    if path.endswith("postgresql.conf.sample"):
        return True, wanted  # initdb copies it
    if not name.startswith("postgres") and "postgres" not in path:
        return None, wanted
    if "conf.d" in path.split("/"):
        # Read when the main file says include_dir; that file is mounted too, or in the image.
        included = any("postgresql.conf" in other for other, _, _, _ in mounts if other != path)
        return (True if included else None), wanted
    for word in words:
        _, found, value = word.partition("config_file=")
        if not found:
            _, found, value = word.partition("config-file=")
        if found and value.strip("'\"") == path:
            return True, wanted
    if any(word in ("-D", "--data-directory") for word in words):
        return None, wanted
    return (None if _scripted(words, ("postgres", "postmaster")) else False), wanted


def _redis(
    target: Target,
    path: str,
    words: tuple[str, ...],
    service: ComposeService,
    mounts: list[Mounted],
    built: bool,
) -> tuple[bool | None, str]:
    wanted = f"`command: redis-server {path}`"
    if path == "/redis-stack.conf":
        return True, wanted
    programs = ("redis-server", "valkey-server", "keydb-server", "redis-sentinel")
    if _scripted(words, programs):
        return None, wanted
    return False, wanted  # named on the command line: seen by the caller


def _mysql(
    target: Target,
    path: str,
    words: tuple[str, ...],
    service: ComposeService,
    mounts: list[Mounted],
    built: bool,
) -> tuple[bool | None, str]:
    wanted = "a mount at `/etc/mysql/conf.d/<name>.cnf`"
    if _MYSQL_READ.match(path):
        return True, wanted
    return (None if _scripted(words, ("mysqld", "mariadbd")) else False), wanted


def _nginx(
    target: Target,
    path: str,
    words: tuple[str, ...],
    service: ComposeService,
    mounts: list[Mounted],
    built: bool,
) -> tuple[bool | None, str]:
    wanted = "a mount at `/etc/nginx/conf.d/<name>.conf`"
    if _NGINX_READ.match(path):
        return True, wanted
    if not path.startswith("/etc/nginx/") or built:
        return None, wanted  # not for nginx itself, or the image has a main file of its own
    for _, _, _, source in mounts:
        if source is None or not target.has(source):
            continue
        for match in _NGINX_INCLUDE.finditer(target.text(source)):
            pattern = match[1].strip()
            if not pattern.startswith("/"):
                pattern = f"/etc/nginx/{pattern}"
            if posixpath.dirname(pattern) == posixpath.dirname(path) or pattern == path:
                return True, wanted
    unseen = any(
        other == "/etc/nginx/nginx.conf" and (source is None or not target.has(source))
        for other, _, _, source in mounts
    )
    return (None if unseen or _scripted(words, ("nginx",)) else False), wanted


def _prometheus(
    target: Target,
    path: str,
    words: tuple[str, ...],
    service: ComposeService,
    mounts: list[Mounted],
    built: bool,
) -> tuple[bool | None, str]:
    wanted = f"`command: --config.file={path}`"
    asked = [
        value.strip("'\"")
        for word, following in pairwise((*words, ""))
        if word.startswith(("--config.file", "-config.file"))
        for value in [word.partition("=")[2] or following]
    ]
    if any("$" in one for one in asked):
        return None, wanted
    if asked:
        return path in asked, wanted
    if words and _scripted(words, ("prometheus",)) and not words[0].startswith("-"):
        return None, wanted
    return path == "/etc/prometheus/prometheus.yml", wanted


def _scripted(words: tuple[str, ...], programs: tuple[str, ...]) -> bool:
    """Whether something else than the server itself is started: a script may do anything."""
    if not words or words[0].startswith("-"):
        return False
    first = words[0].rpartition("/")[2]
    if first in ("docker-entrypoint.sh", "tini", "dumb-init", "gosu", "su-exec", "exec"):
        rest = tuple(word for word in words[1:] if not word.startswith("-"))
        return bool(rest) and _scripted(rest, programs)
    return first not in programs


_LOADED = {
    "postgres": _postgres,
    "redis": _redis,
    "mysql": _mysql,
    "nginx": _nginx,
    "prometheus": _prometheus,
}
