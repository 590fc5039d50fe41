"""Health commands of images and compose services: can they run, and does anything answer them?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import source_files
from pytest_reconaudit.facts.compose.roles import is_for_tests
from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.mentions import dockerfile_references
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.docker.tools_in_image import MissingTool, missing_tool, tools_in_image
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.facts.invocations import shell_scripts
from pytest_reconaudit.facts.network.listeners import Listening, listening
from pytest_reconaudit.facts.network.programs import (
    Program,
    is_published_here,
    program_of_dockerfile,
)
from pytest_reconaudit.facts.network.routes import Route, RouteTable, routes_of
from pytest_reconaudit.facts.network.services import Answering, answering
from pytest_reconaudit.facts.rust.shadowed_routes import rust_route_tables
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import Healthcheck
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.routing import Scope
from pytest_reconaudit.readers.urls import LocalUrl, urls_in
from pytest_reconaudit.target import Target, once

__all__ = [
    "HealthFault",
    "ImageHealth",
    "ServiceHealth",
    "image_healthchecks",
    "own_healthcheck",
    "path_fault",
    "port_fault",
    "service_healthchecks",
    "tool_fault",
]


class HealthFault(Struct, frozen=True):
    """Why a health command never succeeds."""

    kind: str
    """``path``, ``port`` or ``tool``."""
    place: Place
    says: str
    evidence: str
    notes: tuple[Note, ...] = ()
    likely: bool = False
    """The image was joined with its Dockerfile by name alone."""
    waited: tuple[str, ...] = ()
    """The services that wait until it succeeds."""
    subject: str = ""
    """Whose health command it is: ``service backend``."""
    fix: str = ""
    """What to do in terms of this server; empty when only the general words fit."""
    foreign: bool = False
    """Nothing here builds the image under its whole name: it may come from other sources."""


class ImageHealth(Struct, frozen=True):
    """The ``HEALTHCHECK`` of the image that a Dockerfile builds."""

    path: str
    place: Place
    faults: tuple[HealthFault, ...]
    unresolved: str = ""
    """Why the address could not be judged; empty when it was."""
    tools_unknown: str = ""
    """Why the command could not be judged."""
    development: bool = False
    unbuilt: bool = False
    """Nothing in the repository builds or names the Dockerfile; asked only when it has faults."""
    replaced: Place | None = None
    """A health check of a compose service, where every service of the image has one of its own."""


class ServiceHealth(Struct, frozen=True):
    """The health commands that one compose file writes down."""

    path: str
    judged: int
    """How many of them could be judged in some way."""
    faults: tuple[HealthFault, ...]
    unresolved: str = ""
    problem: str = ""
    """Why the file could not be read."""
    tests: bool = False
    """Its name says that its stack is there for tests: what fails, fails for testers only."""


# -- what is asked -------------------------------------------------------------------------


class _Answer(Struct, frozen=True):
    """What one request of a health command comes to."""

    url: LocalUrl
    faults: tuple[HealthFault, ...]
    reason: str
    """Why nothing is said of it; empty when it is answered."""


def _answer(url: LocalUrl, port: HealthFault | None, path: HealthFault | str) -> _Answer:
    faults = (port, path if isinstance(path, HealthFault) else None)
    reason = path if isinstance(path, str) and port is None else ""
    return _Answer(url, tuple(one for one in faults if one is not None), reason)


_GIVES_UP = regex(r"\|\|\s*[({]?\s*(?:exit|false|kill|return)\b")


def _decisive(command: str | Sequence[str], answers: Sequence[_Answer]) -> Iterator[_Answer]:
    """The requests that decide: of ``curl A || curl B`` the first if all fail, none if one may
    succeed, or if something that is no request stands behind the last ``||``."""
    text = command if isinstance(command, str) else " ".join(command)
    ways: list[list[_Answer]] = []
    end = 0
    for one in answers:
        start = text.find(one.url.text, end)
        between = _GIVES_UP.sub("", text[end : max(start, end)])
        if ways and "||" in between:
            ways[-1].append(one)
        else:
            ways.append([one])
        end = max(start, end) + len(one.url.text)
    rescued = "||" in _GIVES_UP.sub("", text[end:])
    for index, way in enumerate(ways):
        if any(not one.faults for one in way):
            # One of them is answered, or may be.
            yield min(way, key=lambda one: (bool(one.faults), one.reason != ""))
        elif rescued and index == len(ways) - 1:
            yield _Answer(way[0].url, (), "another command may succeed in its place")
        else:
            yield way[0]


def path_fault(
    target: Target,
    program: Program,
    url: LocalUrl,
    heard: Listening | None,
    place: Place,
    notes: Iterable[Note] = (),
) -> HealthFault | str:
    """Why nothing serves a path; else the reason why nothing is said (empty: it is served)."""
    if url.scheme not in ("http", "https"):
        return "it only connects"
    if not url.known:
        return f"a variable decides the path of {url.text}"
    tables = [routes_of(target, one) for one in (program, *program.alternatives)]
    known = [one for one in tables if one is not None]
    if len(known) < len(tables) or not known:
        return "the paths that the image serves are not known"
    if heard is not None and not program.server:
        ports = {one.port for one in heard.listeners}
        if len(ports) > 1:
            return "the image listens on several ports"
        if url.port is not None and heard.complete and ports and url.port not in ports:
            return f"nothing listens on port {url.port}"
    verdicts = [one.serves(url.path) for one in known]
    taken = [
        _taken(target, one, url.path) if verdicts[at] else None for at, one in enumerate(known)
    ]
    if any(verdict and loss is None for verdict, loss in zip(verdicts, taken, strict=True)):
        return ""
    if (loss := next(filter(None, taken), None)) is not None and None not in verdicts:
        route, scope = loss
        return HealthFault(
            kind="path",
            place=place,
            says=f"{url.path} answers 404: scope {scope.prefix} ({scope.place}) is registered"
            " before it and takes every path below it",
            evidence=url.text,
            notes=(Note(route.place, f"never reached: {route.request}"), *notes),
            likely=not program.certain or program.server != "",
        )
    if None in verdicts:
        doubt = next((one.doubt for one in known if one.doubt is not None), None)
        why = f": {doubt.message} ({doubt.place})" if doubt is not None else ""
        return f"not all paths of the image are known{why}"
    table = known[0]
    loose = _registered(target, table, url.path) if table.nearest(url.path) is None else None
    says = f"{url.path} is not served{_instead(table, url.path)}"
    found = tuple(_routes(table, url.path))
    if loose is not None:
        says = f"{url.path} is not served; what registers it ({loose}) is no part of what is run"
        found = (
            Note(loose, "registered here, on what the start of the server does not reach"),
            *found,
        )
    return HealthFault(
        kind="path",
        place=place,
        says=says,
        evidence=url.text,
        notes=(*found, *notes),
        likely=not program.certain or program.server != "" or loose is not None,
        fix=_path_fix(table, url.path) if loose is None else "",
    )


def _path_fix(table: RouteTable, path: str) -> str:
    near = table.nearest(path)
    if near is None or near.method not in ("*", "GET", "HEAD") or set("{}:*<") & set(near.path):
        return ""
    return (
        f"Ask `{near.path}` instead of `{path}`, here and wherever else `{path}` is asked for; or "
        f"register `{path}` beside it, outside of the prefix."
    )


def _taken(target: Target, table: RouteTable, path: str) -> tuple[Route, Scope] | None:
    """The route of a path that an earlier scope keeps every request from, and that scope."""
    for one in rust_route_tables(target):
        if one.table is table and one.shadowed:
            routes = table.matching(path)
            for shadow in one.shadowed:
                if routes and all(route in shadow.lost for route in routes):
                    return routes[0], shadow.scope
    return None


def _registered(target: Target, table: RouteTable, path: str) -> Place | None:
    """Where a path is registered that the server has not: on another application, or in a module
    that nothing hands over. Whoever reads that it is not served finds this first."""
    if path.strip("/") == "":
        return None
    pattern = re.compile(
        rf"(?:\.(?:get|route|all|head|add_api_route|add_url_rule)\s*\(|#\[(?:get|route)\()"
        rf"\s*[\"'`]{re.escape(path)}/?[\"'`]"
    )
    for file, _ in source_files(target):
        if not file.startswith(f"{table.folder}/" if table.folder else "") or is_test_path(file):
            continue
        text = target.text(file)
        if path in text and (match := pattern.search(text)) is not None:
            start = text.rfind("\n", 0, match.start()) + 1
            line = text[start:].partition("\n")[0].strip()
            if not line.startswith(("#", "//", "*")) or line.startswith("#["):
                return Place(
                    file, text.count("\n", 0, match.start()) + 1, match.start() - start + 1
                )
    return None


def _instead(table: RouteTable, path: str) -> str:
    near = table.nearest(path)
    if near is None:
        return ""
    return f"; {near.path} is served ({near.place})"


def _routes(table: RouteTable, path: str) -> Iterator[Note]:
    near = table.nearest(path)
    if near is not None:
        verb = "" if near.method == "*" else f"{near.method} "
        yield Note(near.place, f"served here: {verb}{near.path}")
    yield Note(table.main, f"the {table.framework} server with {len(table.routes)} routes")


@once
def _handed(target: Target) -> frozenset[tuple[str, str]]:
    """(key, value) of every setting in an env file: what a container may be given at start."""
    return frozenset(
        (setting.key, (setting.value or "").strip())
        for file in env_files(target)
        for setting in file.settings
        if setting.key and "PORT" in setting.key
    )


def port_fault(
    target: Target,
    program: Program,
    url: LocalUrl,
    heard: Listening,
    place: Place,
    notes: Iterable[Note] = (),
    *,
    started_anyhow: bool,
) -> HealthFault | None:
    """Why nothing listens on an address's port; nothing when something may.

    :param started_anyhow: it is not known with which variables the container is started.
    """
    if url.port is None or not heard.complete or not heard.listeners:
        return None
    if heard.on(url.port) is not None:
        return None
    keys = sorted({one.key for one in heard.listeners if one.key}) if started_anyhow else []
    if any((key, str(url.port)) in _handed(target) for key in keys):
        return None  # it listens there as soon as it is given that file
    ports = sorted({one.port for one in heard.listeners})
    shown = ", ".join(str(port) for port in ports[:5])
    plural = "port" if len(ports) == 1 else "ports"
    return HealthFault(
        kind="port",
        place=place,
        says=f"nothing listens on port {url.port}; the program listens on {plural} {shown}"
        + (f" unless {', '.join(keys)} says otherwise" if keys else ""),
        evidence=url.text,
        notes=(
            *(Note(one.place, one.how) for one in heard.listeners[:3] if one.place is not None),
            *notes,
        ),
        likely=not program.certain or bool(keys),
        fix=_port_fix(url.port, heard),
    )


def _port_fix(port: int, heard: Listening) -> str:
    first = heard.listeners[0]
    set_ = f", or give the container {first.key}={port}" if first.key else ""
    return f"Ask port {first.port}, on which the program listens{set_}."


def tool_fault(
    target: Target,
    program: Program,
    command: Sequence[str] | str,
    place: Place,
    notes: Iterable[Note] = (),
) -> HealthFault | str:
    """The tool that a command lacks; else why nothing is said (empty: it has all)."""
    found: list[MissingTool] = []
    for one in (program, *program.alternatives):
        tools = tools_in_image(target, one)
        if tools is None:
            return "what the base image holds is not known"
        lacking = missing_tool(tools, command)
        if lacking is None:
            return ""
        found.append(lacking)
    lacking = found[0]
    installs = lacking.tools.installs[:3]
    base = program.stage.place if program.stage is not None else None
    return HealthFault(
        kind="tool",
        place=place,
        says=lacking.says,
        evidence=command if isinstance(command, str) else " ".join(command),
        notes=(
            *((Note(base, f"the image stands on {lacking.tools.base}"),) if base else ()),
            *(Note(one, "packages are installed here") for one in installs),
            *notes,
        ),
        likely=not program.certain,
        fix=lacking.remedy(built=program.dockerfile is not None),
    )


# -- Dockerfiles ---------------------------------------------------------------------------


def own_healthcheck(dockerfile: Dockerfile, stage: Stage) -> Instruction | None:
    """The ``HEALTHCHECK`` that an image has, ``NONE`` included."""
    for one in dockerfile.chain(stage):
        found = one.last("HEALTHCHECK")
        if found is not None:
            return found
    return None


def is_none(one: Instruction) -> bool:
    """Whether it is ``HEALTHCHECK NONE``."""
    return one.text.strip().upper() == "NONE"


def command_of(one: Instruction) -> tuple[str, ...] | str:
    """The words of an exec form, else the shell text."""
    if one.exec_form is not None:
        return one.exec_form
    return re.sub(r"^\s*CMD\s+", "", one.text, flags=re.IGNORECASE)


@once
def image_healthchecks(target: Target) -> tuple[ImageHealth, ...]:
    """Every Dockerfile whose image has a health command, by path."""
    found = []
    for dockerfile in dockerfiles(target):
        stage = images(target).final_stage(dockerfile)
        if stage is None:
            continue
        one = own_healthcheck(dockerfile, stage)
        if one is not None and not is_none(one):
            found.append(_image(target, dockerfile, stage, one))
    return tuple(found)


def _image(target: Target, dockerfile: Dockerfile, stage: Stage, one: Instruction) -> ImageHealth:
    program = program_of_dockerfile(target, dockerfile, stage)
    assert program is not None
    command = command_of(one)
    environment = {key: value for key, value in program.environment.items() if value is not None}
    faults: list[HealthFault] = []
    unresolved = []
    urls = [url for url in urls_in(command, environment) if url.local]
    heard = listening(target, program, {}) if urls else None
    answers: list[_Answer] = []
    for url in urls:
        at = one.text.find(url.text)
        notes = [Note(one.place_at(at), f"asks {url.text}")] if at >= 0 else []
        fault = None
        if heard is not None:
            fault = port_fault(target, program, url, heard, one.place, notes, started_anyhow=True)
        verdict = path_fault(target, program, url, heard, one.place, notes)
        answers.append(_answer(url, fault, verdict))
    for answer in _decisive(command, answers):
        faults += answer.faults
        unresolved += [answer.reason] if answer.reason else []
    tool = tool_fault(target, program, command, one.place)
    if isinstance(tool, HealthFault):
        faults.append(tool)
    return ImageHealth(
        path=dockerfile.path,
        place=one.place,
        faults=tuple(faults),
        unresolved=unresolved[0] if unresolved else "" if urls else "it asks no local address",
        tools_unknown=tool if isinstance(tool, str) else "",
        development=is_development_name(dockerfile.path),
        unbuilt=bool(faults) and dockerfile_references(target).unreferenced(dockerfile) is not None,
        replaced=_replaced(target, dockerfile) if faults else None,
    )


def _replaced(target: Target, dockerfile: Dockerfile) -> Place | None:
    """The health check of a service that takes the place of the image's own in every stack."""
    own = [
        one.service.healthcheck
        for one in answering(target)
        if one.program is not None
        and one.program.dockerfile is not None
        and one.program.dockerfile.path == dockerfile.path
    ]
    tests = [one for one in own if one is not None and (one.test or one.disabled)]
    return tests[0].test_place if tests and len(tests) == len(own) else None


# -- compose -------------------------------------------------------------------------------


@once
def service_healthchecks(target: Target) -> tuple[ServiceHealth, ...]:
    """Every compose file that writes a health command down, by path."""
    by_place: dict[Place, list[tuple[Answering, Healthcheck]]] = {}
    for one in answering(target):
        check = one.service.healthcheck
        if check is None or check.test_place is None or check.disabled or not check.test:
            continue
        by_place.setdefault(check.test_place, []).append((one, check))
    by_file: dict[str, list[tuple[list[HealthFault], str]]] = {}
    for place in sorted(by_place, key=Place.key):
        verdicts = [_judged(target, one, check, place) for one, check in by_place[place]]
        by_file.setdefault(place.path, []).append(_common(verdicts))
    audited = frozenset(target.files)
    found = [
        ServiceHealth(
            path=path,
            judged=sum(not why for _, why in group),
            faults=tuple(fault for faults, _ in group for fault in faults),
            unresolved=next((why for _, why in group if why), ""),
            tests=is_for_tests(path),
        )
        for path, group in by_file.items()
        if path in audited
    ]
    found += [
        ServiceHealth(file.path, 0, (), problem=file.problems[0].message)
        for file in compose_files(target)
        if file.problems and file.path not in by_file
    ]
    return tuple(sorted(found, key=lambda one: one.path))


def _common(verdicts: list[tuple[list[HealthFault], str]]) -> tuple[list[HealthFault], str]:
    """What is wrong in every stack that holds the line; the weightiest wording of it."""
    first = verdicts[0][0]
    kept = []
    for fault in first:
        same = [
            other
            for faults, _ in verdicts
            for other in faults
            if (other.kind, other.evidence) == (fault.kind, fault.evidence)
        ]
        if len(same) >= len(verdicts):
            kept.append(max(same, key=lambda one: (len(one.waited), not one.likely)))
    reasons = [why for _, why in verdicts]
    return kept, "" if "" in reasons else reasons[0]


def _judged(
    target: Target, one: Answering, check: Healthcheck, place: Place
) -> tuple[list[HealthFault], str]:
    """(what is wrong, why nothing could be said)."""
    program = one.program
    if program is None:
        return [], "its image is not known"
    kind, *rest = check.test
    command: tuple[str, ...] | str
    if kind == "CMD-SHELL":
        command = rest[0] if rest else ""
    elif kind == "CMD":
        command = tuple(rest)
    else:
        return [], "it is neither CMD nor CMD-SHELL"
    environment = _environment(program, one.environment)
    waited = tuple(
        other.name
        for other in one.stack.services
        for needed in other.depends_on
        if needed.service == one.service.name and needed.condition == "service_healthy"
    )
    built = one.service.build is not None
    joined = [] if program.joined is None else [program.joined]
    urls = [url for url in urls_in(command, environment) if url.local or url.host in one.names]
    found: list[HealthFault] = []
    reasons: list[str] = []
    answers = [
        _answer(
            url,
            port_fault(target, program, url, one.listening, place, joined, started_anyhow=False),
            path_fault(target, program, url, one.listening, place, joined),
        )
        for url in urls
    ]
    for answer in _decisive(command, answers):
        found += answer.faults
        reasons += [] if any(each.kind == "path" for each in answer.faults) else [answer.reason]
    tool = tool_fault(target, program, command, place, joined)
    if isinstance(tool, HealthFault):
        found.append(tool)
    reasons.append(tool if isinstance(tool, str) else "")
    if program.dockerfile is None:
        # An image of somebody else is judged by its tools and ports only.
        found = [fault for fault in found if fault.kind != "path"]
    subject = f"service {one.service.name}"
    foreign = not built and not is_published_here(target, one.service.image or "")
    asked = {url.text: url for url in urls}
    apart = {
        fault.evidence: _asked_through(target, asked[fault.evidence])
        for fault in found
        if fault.kind == "path" and fault.fix and fault.evidence in asked
    }
    return [
        HealthFault(
            kind=fault.kind,
            place=fault.place,
            says=fault.says,
            evidence=fault.evidence,
            notes=(
                *fault.notes,
                *apart.get(fault.evidence, ())[:3],
                *(Note(_waits(one, name), f"{name} waits for it") for name in waited),
            ),
            likely=fault.likely or (not built and program.dockerfile is not None),
            fix=_apart_fix(fault, apart[fault.evidence], asked[fault.evidence].path)
            if apart.get(fault.evidence)
            else fault.fix,
            waited=waited,
            subject=subject,
            foreign=foreign,
        )
        for fault in found
    ], ("" if found or "" in reasons or not reasons else reasons[0])


def _asked_through(target: Target, url: LocalUrl) -> tuple[Note, ...]:
    """Where scripts ask for the path on this machine's own web ports: through a proxy, which may
    send another path to another service."""
    if url.port in _WEB_PORTS or not url.path.strip("/"):
        return ()
    found = []
    pattern = re.compile(
        rf"https?://(?:localhost|127\.0\.0\.1)(?::(?:80|443))?{re.escape(url.path)}/?(?![\w/-])"
    )
    for script in shell_scripts(target):
        text = target.text(script.path)
        if url.path in text and (match := pattern.search(text)) is not None:
            line = text.count("\n", 0, match.start()) + 1
            found.append(
                Note(Place(script.path, line), f"asks {match[0]}: this machine's web port")
            )
    return tuple(found)


_WEB_PORTS = (80, 443)


def _apart_fix(fault: HealthFault, others: Sequence[Note], path: str) -> str:
    near = fault.fix.partition("`")[2].partition("`")[0]
    return (
        f"Ask `{near}` instead of `{path}` in this check alone, which goes to the container itself:"
        f" {others[0].place} asks the machine's web port for `{path}`, where a proxy"
        f" may send `{near}` elsewhere. Or register `{path}` beside it: then both are answered."
    )


def _waits(one: Answering, name: str) -> Place:
    other = one.stack.service(name)
    for needed in other.depends_on if other is not None else ():
        if needed.service == one.service.name:
            return needed.place
    return one.service.place


def _environment(program: Program, given: Mapping[str, str]) -> dict[str, str]:
    own = {key: value for key, value in program.environment.items() if value is not None}
    return {**own, **given}
