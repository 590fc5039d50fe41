"""The routes of a NestJS server: the controllers of its modules, below its prefix and version."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct, field

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.network.served import Served, filled
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routes_nest import (
    NestCall,
    NestController,
    NestFile,
    NestModule,
    may_be_nest,
    read_nest_routes,
)
from pytest_reconaudit.readers.routing import ANY, Endpoint, Gap, joined, plain_path
from pytest_reconaudit.target import Target, once

__all__ = ["nest_routes"]

_LEFT_OUT = regex(
    r"(?:^|/)(?:node_modules|dist|build|coverage|\.next|public|scripts)/|\.d\.ts$|\.(?:e2e-)?spec\.ts$"
)
_NO_ROUTES = regex(
    r"^(?:Nest(?:js)?)?(?:Config|TypeOrm|Mongoose|Sequelize|Prisma|MikroOrm|Jwt|Passport|Cache|Redis|IORedis|Bull"
    r"|BullMQ|Schedule|EventEmitter|Throttler|Http|Multer|Clients|Logger|Pino|Winston|Terminus|Cqrs"
    r"|Mailer|I18n|Sentry|Discovery|Elasticsearch|Knex|Drizzle|RabbitMQ|Kafka|Cls|NestjsFormData"
    r"|OpenTelemetry|Telegraf|Firebase|Stripe|Minio|S3|Aws|Azure|Twilio|SendGrid|Nestjs\w{0,20}Pino"
    r"|Rmq|Grpc|Typegoose|Objection|Casl|AccessControl|Acl|NestMinio|Supabase|Neo4j|Mikro|Kysely"
    r"|Unleash|Lock|Redlock|RedisLock|Agenda|Devtools|RequestContext"
    r"|GoogleRecaptcha|Pub\w{0,8}|Queue|Hash\w{0,6}|Lru|Crypto|Event|Storage|Schedule\w{0,6})\w{0,8}Module$"
)
"""Modules of packages that bring no route of their own."""
_OPTION = r"\b{0}\s*:\s*(?:['\"`]([^'\"`\n]*)['\"`]|(\S))"
_PATH = regex(_OPTION.format("path"))
_ROUTE = regex(_OPTION.format("route"))
_SERVE_ROOT = regex(_OPTION.format("serveRoot"))
_PREFIX = regex(_OPTION.format("prefix"))
_DEFAULT_VERSION = regex(r"\bdefaultVersion\s*:\s*(?:['\"`]([^'\"`\n]*)['\"`]|(\[|\S+))")
_EXCLUDED = regex(r"['\"`]([^'\"`\n]*)['\"`]")
_EXCLUDES = regex(r"\bexclude\s*:\s*\[")
_URI = regex(r"VersioningType\.URI\b")
_VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
_Modules = dict[str, list[tuple[str, NestModule]]]
_Controllers = dict[str, list[tuple[str, NestController]]]
_Named = TypeVar("_Named")
_MOST_ALIKE = 100
"""Classes of one name that are looked at."""
_MAX_ROUTES = 5_000
_MOST_GAPS = 1_000
_MOST_EXCLUDED = 200
_MOST_STARTS = 20
"""Applications of one package that are told apart."""


class _Front(Struct, eq=False):
    """What the start of an application puts in front of its routes."""

    prefix: str = ""
    excluded: tuple[str, ...] = ()
    versioned: bool = False
    mark: str = "v"
    version: str = ""
    gaps: list[Gap] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)

    def path(self, inner: str, version: str) -> str:
        outside = any(_is_excluded(inner, one) for one in self.excluded)
        text = "" if outside else self.prefix
        if self.versioned and version and version != "*":
            text = joined(text, f"/{self.mark}{version}")
        return joined(text, f"/{inner.strip('/')}" if inner.strip("/") else "") or "/"


def _is_excluded(path: str, pattern: str) -> bool:
    plain, wanted = path.strip("/"), pattern.strip("/")
    for end in ("(.*)", "*path", "*"):
        if wanted.endswith(end):
            return plain.startswith(wanted[: -len(end)].rstrip("/"))
    return plain == wanted


@once
def _files(target: Target) -> Mapping[str, NestFile]:
    found = {}
    for path in target.files:
        if not path.endswith((".ts", ".mts", ".cts", ".js")) or _LEFT_OUT.search(path):
            continue
        if is_test_path(f"/{path}"):
            continue
        text = target.text(path)
        if may_be_nest(text) and "nestjs/" in text:
            found[path] = target.parse(read_nest_routes, path)
    return found


def nest_routes(
    target: Target, folder: str, own: tuple[str, ...], constant: Callable[[str, str], str | None]
) -> Served | None:
    """What the NestJS application of a package serves; ``None`` when none is found.

    :param own: the files of the package.
    :param constant: the text that a name means in a file.
    """
    files = _files(target)
    mains = [(path, *one) for path in own if path in files for one in files[path].starts]
    if not mains:
        return None
    folders = sorted({posixpath.dirname(path) for path, _, _ in mains})[:_MOST_STARTS]
    modules, controllers = _by_name(files)
    served = Served(folder, "nest", mains[0][2])
    done: set[tuple[str, str]] = set()
    homes = {path: _nearest(path, folders) for path in own if path in files}
    for home in folders:
        near = dict.fromkeys(path for path, one in homes.items() if one == home)
        starts = [(root, place, path) for path, root, place in mains if path in near]
        _serve(served, starts, near, files, modules, controllers, constant, done)
    if len(folders) > 1:
        served.gaps.append(Gap("", mains[1][2], "a second server in the same package"))
    return served


def _nearest(path: str, folders: list[str]) -> str:
    """The start that a file belongs to: the one whose folder is above it, or has most with it in
    common."""

    def common(one: str) -> int:
        return len(posixpath.commonpath([f"/{one}", f"/{path}"]))

    return max(folders, key=common)


def _by_name(files: Mapping[str, NestFile]) -> tuple[_Modules, _Controllers]:
    modules: _Modules = {}
    controllers: _Controllers = {}
    for path, file in files.items():
        for module in file.modules:
            modules.setdefault(module.name, []).append((path, module))
        for one in file.controllers:
            controllers.setdefault(one.name, []).append((path, one))
    return modules, controllers


def _serve(
    served: Served,
    roots: list[tuple[str, Place, str]],
    near: Mapping[str, None],
    files: Mapping[str, NestFile],
    modules: _Modules,
    controllers: _Controllers,
    constant: Callable[[str, str], str | None],
    done: set[tuple[str, str]],
) -> None:
    front = _front([(path, call) for path in near for call in files[path].calls], constant)
    chosen, gaps, endpoints = _followed(roots, modules, controllers, front)
    served.gaps += [*front.gaps, *gaps]
    served.endpoints += [*front.endpoints, *endpoints]
    if any(gap.prefix == "" and gap.why.startswith("module") for gap in gaps):
        # What is not named by a module that is understood may be by another.
        chosen += [(path, one) for path in near for one in files[path].controllers]
    for path, one in chosen:
        if (path, one.name) in done:
            continue
        done.add((path, one.name))
        for item in _routes(path, one, front, constant):
            if len(served.endpoints) > _MAX_ROUTES or len(served.gaps) > _MOST_GAPS:
                served.gaps.append(Gap("", one.place, "too many routes"))
                return
            if isinstance(item, Gap):
                served.gaps.append(item)
            else:
                served.endpoints.append(item)


def _nearest_of(found: list[tuple[str, _Named]], path: str) -> tuple[str, _Named]:
    """Of several classes of one name the one whose file is nearest to the one that names it: each
    service of a repository has its ``AppModule``."""
    return max(found, key=lambda one: len(posixpath.commonpath([f"/{one[0]}", f"/{path}"])))


def _followed(
    roots: list[tuple[str, Place, str]],
    modules: _Modules,
    controllers: _Controllers,
    front: _Front,
) -> tuple[list[tuple[str, NestController]], list[Gap], list[Endpoint]]:
    """(the controllers that the modules of an application name, what is not understood, what
    modules of packages answer)."""
    chosen: dict[tuple[str, str], NestController] = {}
    gaps: list[Gap] = []
    endpoints: list[Endpoint] = []
    queue = [(root, place, root, path) for root, place, path in roots]
    seen: set[tuple[str, str]] = set()
    while queue:
        name, place, source, importer = queue.pop()
        if name not in modules:
            found = _of_package(name, source, place, front)
            gaps += [item for item in found if isinstance(item, Gap)]
            endpoints += [item for item in found if isinstance(item, Endpoint)]
            continue
        path, one = _nearest_of(modules[name][:_MOST_ALIKE], importer)
        if (path, name) in seen:
            continue
        seen.add((path, name))
        for named in one.controllers:
            if named in controllers:
                where, controller = _nearest_of(controllers[named][:_MOST_ALIKE], path)
                chosen[where, named] = controller
            else:
                gaps.append(Gap("", one.place, f"the controller {named} is not found"))
        if one.open:
            gaps.append(Gap("", one.place, f"modules: {one.open}"))
        queue += [(other, one.place, text, path) for other, text in one.imports]
    return [(path, one) for (path, _), one in chosen.items()], gaps, endpoints


def _of_package(name: str, source: str, place: Place, front: _Front) -> list[Gap | Endpoint]:
    """What a module adds that no file of the repository defines."""
    if name == "GraphQLModule":
        path = _option(_PATH, source, "/graphql")
        if path is None:
            return [Gap("", place, "the path of GraphQL is computed")]
        paths = {path, joined(front.prefix, path)} if "useGlobalPrefix" in source else {path}
        return [Endpoint(ANY, one, place) for one in sorted(paths)]
    if name == "PrometheusModule":
        path = _option(_PATH, source, "/metrics")
        if path is None:
            return [Gap("", place, "the path of the metrics is computed")]
        return [Endpoint("GET", front.path(path, ""), place)]
    if name in ("BullBoardModule", "AdminJsModule"):
        path = _option(_ROUTE, source, "")
        return [Gap(path or "", place, "a board")] if ".forRoot" in source else []
    if name == "ServeStaticModule":
        path = _option(_SERVE_ROOT, source, "")
        return [Gap(path or "", place, "files")]
    if name == "RouterModule":
        return [Gap("", place, "RouterModule puts prefixes in front")]
    if _NO_ROUTES.match(name) is not None:
        return []
    return [Gap("", place, f"modules: {name or 'one'} is not found")]


def _option(pattern: re.Pattern[str], source: str, default: str) -> str | None:
    """The text of an option; ``None`` when it is computed."""
    match = pattern.search(source)
    if match is None:
        return default
    if match[1] is None:
        return None
    return f"/{match[1].strip('/')}"


def _front(calls: list[tuple[str, NestCall]], constant: Callable[[str, str], str | None]) -> _Front:
    front = _Front()
    later: list[tuple[str, NestCall]] = []
    for path, one in calls:
        if one.name == "setGlobalPrefix":
            text = _filled(one.first, path, constant)
            if text is None or one.computed:
                front.gaps.append(Gap("", one.place, "a prefix that is computed"))
            prefix = f"/{text.strip('/')}" if text and text.strip("/") else ""
            if front.prefix and prefix != front.prefix:
                front.gaps.append(Gap("", one.place, "a second prefix"))
            front.prefix = front.prefix or prefix
            front.excluded = (*front.excluded, *_excluded(one.second))[:_MOST_EXCLUDED]
        elif one.name == "enableVersioning":
            _version(front, one)
        else:
            later.append((path, one))
    for path, one in later:
        _on_application(front, one, _filled(one.first, path, constant))
    return front


def _filled(text: str | None, path: str, constant: Callable[[str, str], str | None]) -> str | None:
    if text is None or "${" not in text:
        return text
    return filled(text, lambda name: constant(name, path))


def _excluded(source: str) -> tuple[str, ...]:
    match = _EXCLUDES.search(source)
    if match is None:
        return ()
    return tuple(one[1] for one in _EXCLUDED.finditer(source, match.end()))


def _version(front: _Front, call: NestCall) -> None:
    if _URI.search(call.second) is None:
        return
    front.versioned = True
    default = _DEFAULT_VERSION.search(call.second)
    if default is not None:
        if default[1] is None:
            if "VERSION_NEUTRAL" not in default[0]:
                front.gaps.append(Gap("", call.place, "a version that is computed"))
        else:
            front.version = default[1]
    mark = _PREFIX.search(call.second)
    if mark is not None:
        front.mark = mark[1] or ""
    if call.computed:
        front.gaps.append(Gap("", call.place, "a version that is computed"))


def _on_application(front: _Front, call: NestCall, path: str | None) -> None:
    """What is registered on the application itself."""
    if call.name == "useStaticAssets":
        prefix = _option(_PREFIX, call.second, "")
        front.gaps.append(Gap(prefix or "", call.place, "files"))
        return
    if path is None:
        front.gaps.append(Gap("", call.place, "a path that is computed"))
        return
    plain = plain_path(f"/{path.strip('/')}")
    if call.name in _VERBS or call.name == "all":
        front.endpoints.append(Endpoint(_VERBS.get(call.name, ANY), plain, call.place))
        return
    if call.name == "setup":
        for one in sorted({plain, joined(front.prefix, plain)}):
            front.endpoints += [
                Endpoint("GET", one, call.place),
                Endpoint("GET", f"{one}-json", call.place),
                Endpoint("GET", f"{one}-yaml", call.place),
            ]
            front.gaps.append(Gap(one, call.place, "the pages of the API's description"))
        return
    front.gaps.append(Gap(plain, call.place, "what stands behind it answers"))


def _routes(
    place: str,
    one: NestController,
    front: _Front,
    constant: Callable[[str, str], str | None],
) -> Iterator[Endpoint | Gap]:
    """What a controller answers below the prefix and the version of its application."""

    def value(name: str) -> str | None:
        return constant(name, place)

    for written in one.prefixes:
        prefix = filled(written, value) if written is not None else None
        if prefix is None:
            yield Gap(front.prefix, one.place, "the path of a controller is computed")
            continue
        if one.open:
            yield Gap(front.path(prefix, "") if not front.versioned else "", one.place, one.open)
        for route in one.routes:
            path = filled(route.path, value) if route.path is not None else None
            versions = route.versions or one.versions or (front.version,)
            if path is None or "?" in versions:
                yield Gap(front.path(prefix, ""), route.place, "a path that is computed")
                continue
            inner = "/".join(part for part in (prefix.strip("/"), path.strip("/")) if part)
            for version in versions:
                yield Endpoint(
                    route.method,
                    plain_path(front.path(plain_path(f"/{inner}"), version)),
                    route.place,
                    route.handler,
                )
