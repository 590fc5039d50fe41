"""Functions of TypeScript and JavaScript on the way of a request in which Node waits."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import structs

from pytest_reconaudit.facts.applications import application_of
from pytest_reconaudit.facts.asynchronous.key_derivation import derives_keys
from pytest_reconaudit.facts.asynchronous.off_in_production import off_in_production
from pytest_reconaudit.facts.asynchronous.remembered import is_remembered
from pytest_reconaudit.facts.asynchronous.request_rates import is_mapped
from pytest_reconaudit.facts.asynchronous.running import (
    is_command,
    only_at_start,
    per_request,
    starts,
)
from pytest_reconaudit.facts.asynchronous.script_gates import is_gate
from pytest_reconaudit.facts.asynchronous.waits import (
    SIZES,
    Waiting,
    by_size,
    checks_cheaply,
    dear_ones,
    record_of,
)
from pytest_reconaudit.facts.code.functions import (
    Ref,
    function_at,
    inline_route,
    reached,
    source_of,
)
from pytest_reconaudit.facts.code.mounted import is_unmounted
from pytest_reconaudit.facts.code.places import is_off_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.execution import ASYNC
from pytest_reconaudit.readers.scans.blocking import BlockingFunction
from pytest_reconaudit.readers.scans.blocking_script import blocking_script
from pytest_reconaudit.target import Target

__all__ = ["in_scripts"]

_APP_ROUTE = regex(
    r"(?:^|/)app/(?:.*/)?(?:route|page|layout|sitemap|robots|opengraph-image)\.[cm]?[jt]sx?$"
)
_STATIC = regex(
    r"\bexport\s+const\s+(?:revalidate\s*=\s*(?:[1-9]|false)|dynamic\s*=\s*['\"](?:force-static|error))"
)


def in_scripts(target: Target) -> Iterator[tuple[str, str, list[Waiting]]]:
    """(path, application, what waits in it) of the files of TypeScript and JavaScript: only what
    a route reaches."""
    records = scanned(target, blocking_script)
    low = checks_cheaply(records.values())
    # Where routes are given closures, no function is known to be reached, yet requests are served.
    routed = {
        application_of(target, path).folder
        for path, record in records.items()
        if any(call.handed for function in record.functions for call in function.calls)
    }
    for path, record in records.items():
        served = is_mapped(target, path) or application_of(target, path).folder in routed
        found = []
        for function in _by_handler(record.functions):
            given = [one for one in function.calls if one.context == ASYNC]
            ref = function_at(target, path, function.line) if function.line else None
            route = per_request(target, ref) if ref is not None else None
            judged, unseen = (True, True, True), False
            if route is not None and not function.is_main:
                calls = list(function.calls)
                if ref is not None and _is_prerendered(target, ref):
                    continue
            elif given:
                calls = given
                first = min(given, key=lambda one: SIZES.index(one.size))
                route = _mounted(target, path, first.line, first.handed[0])
            elif ref is not None and is_gate(target, ref):
                calls, route = list(function.calls), "any route behind it"
            elif ref is not None and served and _hashes_unseen(target, ref, function):
                calls = [one for one in function.calls if one.kind == "hash"]
                judged, route = (False, False, False), ""
            elif ref is not None and _runs_beside(target, ref, function):
                calls = [one for one in function.calls if one.kind == "process"]
                judged, route, unseen = (False, False, False), "", True
            else:
                continue
            if ref is not None:
                calls = [one for one in calls if not is_remembered(target, ref, one.line)]
            calls = [one for one in calls if not off_in_production(target, path, one.line)]
            if not calls:
                continue
            calls, cheap = dear_ones(calls, low=low)
            # The entry of a folder is changed in no time: it is not told beside what takes some.
            calls = [one for one in calls if one.size != "entry"] or calls
            waiting = record_of(path, function, calls, (), route, judged, True, 0)
            if derives_keys(target, waiting):
                waiting = structs.replace(waiting, kinds=("derive",), counts=())
            if unseen:
                waiting = structs.replace(waiting, severity=weighed(Severity.LOW, path))
            waiting = by_size(target, waiting, calls)
            if _is_seldom(target, path, ref, waiting) or (
                ref is None and is_unmounted(target, path)
            ):
                waiting = structs.replace(waiting, severity=Severity.INFO)
            found.append(structs.replace(waiting, severity=Severity.INFO) if cheap else waiting)
        yield path, application_of(target, path).folder or "the repository", found


def _by_handler(functions: Iterable[BlockingFunction]) -> Iterator[BlockingFunction]:
    """The functions of a file; what its handlers without a name do is one record each."""
    for function in functions:
        routes = {one.handed[0] for one in function.calls if one.handed}
        if function.line or len(routes) < 2:
            yield function
            continue
        for route in sorted(routes):
            own = tuple(one for one in function.calls if one.handed and one.handed[0] == route)
            yield structs.replace(function, calls=own)
        rest = tuple(one for one in function.calls if not one.handed)
        if rest:
            yield structs.replace(function, calls=rest)


def _mounted(target: Target, path: str, line: int, written: str) -> str:
    """A route under the prefix of what its router is mounted at, where one is known.

    :param written: the route as its own file says it, ``GET /stats``.
    """
    route = inline_route(target, path, line)
    if route is None or not route.path.endswith(written.partition(" ")[2]):
        return written
    return route.request


_RARE = regex(r"/(?:admin|backups?|restore|onboarding|setup|install)(?:/|$)")
"""Routes that those who run the program ask now and then."""
_RARE_PAGE = regex(
    r"(?:^|/)(?:pages|app)/(?:[^/]+/){0,4}(?:backups?|restore|onboarding|setup|install)/"
)
"""Pages of Next.js that are such routes."""
_KEPT_COPY = regex(r"(?i)(?:^|[/._-])(?:backups?|restores?|dumps?)(?:[/._-]|$)")
"""Code that keeps a copy of everything, or brings it back."""
_SYNC_ONLY = regex(
    r"\bimport\s+(\w+)\s+from\s+['\"](?:better-sqlite3|adm-zip)['\"]"
    r"|\b(\w+)\s*=\s*require\(\s*['\"](?:better-sqlite3|adm-zip)['\"]"
)
"""Libraries all of whose work is synchronous."""


def _is_seldom(target: Target, path: str, ref: Ref | None, one: Waiting) -> bool:
    """Whether files that a function reads or writes are not what keeps others waiting: it does
    longer work at once, ends the process, or is asked by who runs the program."""
    if one.kinds == ("compress",):
        return _RARE.search(one.route) is not None or _KEPT_COPY.search(path) is not None
    if one.kinds != ("file",):
        return False
    if _RARE.search(one.route) is not None or _RARE_PAGE.search(path) is not None:
        return True
    if ref is None:
        return False
    text = target.text(path)
    body = source_of(target, ref)
    names = [match[1] or match[2] for match in _SYNC_ONLY.finditer(text)]
    return "process.exit(" in body or any(f"new {name}(" in body for name in names)


def _hashes_unseen(target: Target, ref: Ref, function: BlockingFunction) -> bool:
    """Whether an async function of a server hashes passwords for who is not seen: a library of
    sign-ins that it is given to, a framework."""
    return (
        function.is_async
        and not function.is_main
        and any(one.kind == "hash" for one in function.calls)
        and not is_off_path(ref.path)
        and not is_command(ref.path)
        and not _is_script(target, ref.path)
        and not starts(function.name)
        and not only_at_start(target, ref)
    )


_BY_ITSELF = regex(
    r"\A#!|\brequire\.main\s*={2,3}\s*module\b|\bimport\.meta\.main\b"
    r"|\bimport\.meta\.url\s*={2,3}|={2,3}\s*import\.meta\.url\b"
)


def _is_script(target: Target, path: str) -> bool:
    """Whether a file is a program of its own, which somebody starts by its name."""
    return _BY_ITSELF.search(target.text(path)) is not None


_BUILDS = regex(
    r"(?:^|/)(?:(?:build|release|deploy|dev|tools?|extra|electron|install|packaging)/"
    r"|[\w.-]*(?:config|gulpfile|gruntfile|install|build|setup|release|deploy|publish)[\w.-]*$)",
    2,
)
"""Code that those who develop or install a program run."""


def _runs_beside(target: Target, ref: Ref, function: BlockingFunction) -> bool:
    """Whether an async function of a server waits for a process (a job, a check, a sender that is
    looked up by its name): every request waits with it, though none is known to come to it."""
    return (
        function.is_async
        and not function.is_main
        and any(one.kind == "process" and not one.size for one in function.calls)
        and _BUILDS.search(ref.path) is None
        and not any(part.startswith(".") for part in ref.path.split("/"))  # of a generator
        and not is_off_path(ref.path)
        and not is_command(ref.path)
        and not _is_script(target, ref.path)
        and (function.name.startswith("run") or not starts(function.name))
        and not only_at_start(target, ref)
        and _serves(target, ref.path)
    )


_SERVERS = regex(
    r"\"(?:express|fastify|koa|hono|socket\.io|@nestjs/core|@hapi/hapi|@trpc/server|apollo-server\w*"
    r"|@apollo/server)\"\s*:"
)


def _serves(target: Target, path: str) -> bool:
    """Whether the package of a file is one of a server, by what it depends on."""
    manifest = posixpath.join(application_of(target, path).folder, "package.json")
    return manifest in target.files and _SERVERS.search(target.text(manifest)) is not None


def _is_prerendered(target: Target, ref: Ref) -> bool:
    """Whether Next.js keeps the answer of the handler that reaches a function: it runs while the
    site is built, and then every so often."""
    found = reached(target).get(ref)
    if found is None or not _APP_ROUTE.search(found.handler.path):
        return False
    return _STATIC.search(target.text(found.handler.path)) is not None
