"""Compose commands against the services of the files in effect, and arguments nobody reads.

The files in effect are those behind ``-f``, else the default file that Compose finds from the
command's folder upwards. A list of files that some command names is merged like any stack.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import compose_call
from pytest_reconaudit.facts.compose.stacks import (
    DEFAULTS,
    Stack,
    compose_arguments,
    compose_file,
    compose_files,
    merged_stack,
    stacks,
)
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.invocations import Invocation
from pytest_reconaudit.facts.scripts.files import script_files
from pytest_reconaudit.facts.scripts.unread_arguments import UnreadArguments, unread_arguments
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "BadCall",
    "ComposeCalls",
    "build_fix",
    "compose_calls",
    "models_in_effect",
    "service_words",
]


class BadCall(Struct, frozen=True, eq=False):
    """One thing that is wrong with some compose calls of a file."""

    kind: str
    """``service``: no such service; ``build``: nothing to build; ``override``: services with
    neither image nor build."""
    name: str
    """The service, or the files of an override used alone."""
    uses: tuple[tuple[Place, str], ...]
    files: tuple[str, ...]
    services: tuple[str, ...]
    """The services that there are; for an override the incomplete ones."""
    nearest: str
    severity: Severity
    built_by: frozenset[str] = frozenset()
    """Other compose files of the folder that build the service."""
    waits: bool = False
    """Every call is the test of an `until` or `while !`: the loop asks for ever."""


class ComposeCalls(Struct, frozen=True, eq=False):
    """One script, Makefile, package.json or workflow and its compose calls."""

    path: str
    judged: int
    unresolved: int
    bad: tuple[BadCall, ...]
    unread: tuple[UnreadArguments, ...] = ()
    """Arguments for a program of the repository that looks at none."""


_PROGRAMS = ("docker", "docker-compose", "podman", "podman-compose", "nerdctl")
_SERVICE_VERBS: Mapping[str, frozenset[str]] = {
    "exec": frozenset({"-e", "--env", "-u", "--user", "-w", "--workdir", "--index"}),
    "run": frozenset(
        {"-e", "--env", "-u", "--user", "-w", "--workdir", "-v", "--volume", "-p", "--publish",
         "--name", "--entrypoint", "-l", "--label", "--cap-add", "--cap-drop", "--env-file",
         "--env-from-file", "--pull"}
    ),
    "logs": frozenset({"-n", "--tail", "--since", "--until", "--index"}),
    "up": frozenset(
        {"-t", "--timeout", "--scale", "--pull", "--exit-code-from", "--attach", "--no-attach",
         "--wait-timeout"}
    ),
    "build": frozenset(
        {"--build-arg", "-m", "--memory", "--progress", "--ssh", "--builder", "--provenance",
         "--sbom"}
    ),
    "restart": frozenset({"-t", "--timeout"}),
    "stop": frozenset({"-t", "--timeout"}),
    "start": frozenset({"--wait-timeout"}),
    "pull": frozenset({"--policy"}),
    "rm": frozenset(),
    "kill": frozenset({"-s", "--signal"}),
    "create": frozenset({"--pull", "--scale"}),
    "port": frozenset({"--protocol", "--index"}),
    "top": frozenset(),
    "push": frozenset(),
}  # fmt: skip
"""Verbs that name services → their options with a value."""
_ONE_SERVICE = frozenset({"exec", "run", "port"})
_NEEDS_MODEL = frozenset({*_SERVICE_VERBS, "config", "down", "ps", "images", "watch"})
_NAME = regex(r"[A-Za-z0-9][\w.-]*")


@once
def compose_calls(target: Target) -> tuple[ComposeCalls, ...]:
    """Every file that calls Compose, by path."""
    by_file: dict[str, list[tuple[Invocation, str, tuple[str, ...]]]] = {}
    known = {file.path for file in script_files(target)}
    for invocation in invocations_of(target, _PROGRAMS):
        call = compose_call(invocation.words)
        if call is None or call[0] not in _NEEDS_MODEL:
            continue
        path = invocation.command.place.path
        if invocation.source == "script" and path not in known:
            continue
        if invocation.step is not None and invocation.step.remote:
            continue  # another machine's files
        by_file.setdefault(path, []).append((invocation, *call))
    unread = unread_arguments(target)
    return tuple(
        _judge(target, path, by_file.get(path, []), unread.get(path))
        for path in sorted({*by_file, *unread})
    )


def _judge(
    target: Target,
    path: str,
    calls: list[tuple[Invocation, str, tuple[str, ...]]],
    unread: tuple[UnreadArguments, ...] | None,
) -> ComposeCalls:
    judged, unresolved = int(unread is not None), 0
    if calls and _edits_models(calls[0][0]):
        return ComposeCalls(path, judged, len(calls), (), unread or ())
    found: dict[tuple[str, str], tuple[BadCall, list[tuple[Place, str]]]] = {}
    once_only: set[tuple[str, str]] = set()
    for invocation, verb, rest in calls:
        models = models_in_effect(target, invocation)
        if not models:
            unresolved += 1
            continue
        judged += 1
        for bad in _wrong(target, invocation, verb, rest, models):
            _, uses = found.setdefault((bad.kind, bad.name), (bad, []))
            use = (invocation.command.place, invocation.command.text)
            if not _awaited(invocation):
                once_only.add((bad.kind, bad.name))
            if all(use[0].line != place.line for place, _ in uses):
                uses.append(use)
    result = []
    for bad, uses in found.values():
        uses.sort(key=lambda use: use[0].key())
        result.append(
            BadCall(
                bad.kind,
                bad.name,
                tuple(uses),
                bad.files,
                bad.services,
                bad.nearest,
                bad.severity,
                bad.built_by,
                (bad.kind, bad.name) not in once_only,
            )
        )
    result.sort(key=lambda bad: bad.uses[0][0].key())
    return ComposeCalls(path, judged, unresolved, tuple(result), unread or ())


def _awaited(invocation: Invocation) -> bool:
    """Whether a loop goes on until the command succeeds."""
    command = invocation.command
    around = command.blocks[-1].kind if command.blocks else ""
    return command.tested and (around == "until" or (around == "while" and command.negated))


_EDITORS = frozenset({"curl", "wget", "sed", "cp", "mv", "tee", "yq", "envsubst", "perl", "ln",
                      "awk", "gomplate", "jinja2", "git", "unzip", "tar"})  # fmt: skip
_MODEL = regex(r"(?:^|[/\s\"'=])[\w.-]*compose[\w.-]*\.ya?ml\b")


def _edits_models(invocation: Invocation) -> bool:
    """Whether the script makes or changes compose files before it uses them."""
    for command in invocation.trace.script.commands:
        if command.name in _EDITORS and _MODEL.search(command.text[:2000]):
            return True
        if any(one.writes and _MODEL.search(f" {one.target[:300]}") for one in command.redirects):
            return True
    return False


# -- which files ---------------------------------------------------------------------------


def models_in_effect(target: Target, invocation: Invocation) -> tuple[Stack, ...]:
    """The models that a call may mean: one, or one for each folder that it may run in."""
    words = invocation.words
    listed = compose_arguments(invocation)
    if listed is not None:
        written, folder = listed
        paths = []
        for one in written:
            path = invocation.resolve(one)
            if (path is None or not target.has(path)) and invocation.assumed:
                path = _beside(target, invocation, one)
            if path is None or not target.has(path) or not compose_file(target, path).is_compose:
                return ()
            paths.append(path)
        project = invocation.resolve(folder) if folder else None
        start = posixpath.dirname(paths[0]) if project is None else project
        return _sound((merged_stack(target, tuple(paths), start),))
    if "--project-directory" in words or _from_environment(invocation):
        return ()
    if invocation.folder is None or {"-p", "--project-name"} & set(words):
        return ()  # it may name containers that another folder's files started
    folders: list[str | None] = [invocation.folder]
    if invocation.assumed:
        own = posixpath.dirname(invocation.command.place.path)
        while True:
            folders.append(own)
            if not own:
                break
            own = posixpath.dirname(own)
    defaults = {
        (stack.folder): stack for stack in stacks(target) if stack.origin in ("default", "sample")
    }
    found: list[Stack] = []
    for start_in in folders:
        above = start_in
        while above is not None:
            if any(target.has(posixpath.join(above, name)) for name in DEFAULTS):
                stack = defaults.get(above)
                if stack is None or _sets_files(target, above):
                    return ()
                if stack not in found:
                    found.append(stack)
                break
            above = posixpath.dirname(above) if above else None
    return _sound(tuple(found))


def _sound(models: tuple[Stack, ...]) -> tuple[Stack, ...]:
    """Nothing is concluded from a model with a part that could not be read."""
    if any(one.open_ended or one.broken or not one.services for one in models):
        return ()
    return models


def _beside(target: Target, invocation: Invocation, word: str) -> str | None:
    folder = posixpath.dirname(invocation.command.place.path)
    expanded = invocation.trace.expand(word, invocation.folder)
    if "$" in expanded or expanded.startswith(("/", "\0", "~")):
        return None
    while True:
        path = posixpath.normpath(posixpath.join(folder, expanded))
        if target.has(path):
            return path
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _from_environment(invocation: Invocation) -> bool:
    """Whether the script sets ``COMPOSE_FILE`` for the calls that name no file."""
    script = invocation.trace.script
    if any(one.name in ("COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR") for one in script.assignments):
        return True
    if "COMPOSE_FILE" in invocation.trace.variables:
        return True
    # What it sources or loads may set it.
    return any(
        command.name in ("source", ".") and "env" in " ".join(command.words[1:])
        for command in script.commands
    ) and "COMPOSE_FILE" in " ".join(command.text for command in script.commands)


def _sets_files(target: Target, folder: str) -> bool:
    """Whether a committed env file beside the compose file chooses other files."""
    for name in (".env", ".env.example", ".env.sample", ".env.template"):
        path = posixpath.join(folder, name)
        if target.has(path) and re.search(
            r"^\s*(?:export\s+)?COMPOSE_FILE\s*=", target.text(path), re.MULTILINE
        ):
            return True
    return False


# -- what is wrong -------------------------------------------------------------------------


_FOR_TESTS = regex(r"(?:^|[/_.-])tests?(?:[/_.-]|$)", re.IGNORECASE)
"""A script that tests: what it does not build, it takes as an old image, and nothing is shipped."""


def _wrong(
    target: Target, invocation: Invocation, verb: str, rest: tuple[str, ...],
    models: tuple[Stack, ...],
) -> Iterator[BadCall]:  # fmt: skip
    model = models[0]
    if len(models) == 1:
        bare = tuple(one.name for one in model.services if not one.complete)
        if bare:
            severity = Severity.CRITICAL if model.origin != "default" else Severity.HIGH
            severity = min(severity, _reach(invocation))
            yield BadCall("override", model.id, (), model.files, bare, "", severity)
            return
    if verb not in _SERVICE_VERBS:
        return
    for name in _services(verb, rest):
        known = [one.service(name) for one in models]
        if all(service is None for service in known):
            names = tuple(service.name for one in models for service in one.services)
            severity = Severity.HIGH
            if _elsewhere(target, invocation, name):
                severity = Severity.MEDIUM
            yield BadCall(
                "service", name, (), model.files, tuple(dict.fromkeys(names)), _near(name, names),
                severity,
            )  # fmt: skip
        elif verb == "build" and all(one is None or one.build is None for one in known):
            tests = _FOR_TESTS.search(invocation.command.place.path) is not None
            severity = Severity.MEDIUM if tests else Severity.HIGH
            others = _built_by(target, model, name)
            yield BadCall("build", name, (), model.files, (), "", severity, others)


def _built_by(target: Target, model: Stack, name: str) -> frozenset[str]:
    """The compose files beside a model that build a service."""
    folder = posixpath.dirname(model.files[0])
    return frozenset(
        file.path
        for file in compose_files(target)
        if file.path not in model.files
        and posixpath.dirname(file.path) == folder
        and name in file.services
        and file.services[name].get("build")
    )


def build_fix(group: Sequence[BadCall]) -> str:
    """What to do where nothing is built: another file of the folder may build all of it."""
    files = frozenset.intersection(*(one.built_by for one in group))
    if not files:
        return "Leave it out, or give the service a `build:` in one of the files."
    path = min(files)
    names = " ".join(sorted(one.name for one in group))
    return (
        f"Give the file that builds it, {path}, with `-f`:\n\n```bash\n"
        f"docker compose -f {path} build {names}\n```"
    )


_AT_HOME = regex(
    r"(?:^|[-_:])(?:tests?|smoke|e2e|dev|local|demo|lint|bench)(?:$|[-_:])", re.IGNORECASE
)


def _reach(invocation: Invocation) -> Severity:
    """How bad a call can be at most where a person has to ask for it: a goal, a package script."""
    if invocation.source not in ("makefile", "package.json"):
        return Severity.CRITICAL
    goal = invocation.origin.rpartition(":")[2]
    return Severity.MEDIUM if _AT_HOME.search(goal) else Severity.HIGH


def _services(verb: str, rest: tuple[str, ...]) -> Iterator[str]:
    takes = _SERVICE_VERBS[verb]
    index = 0
    while index < len(rest):
        word = rest[index]
        if word == "--":
            index += 1
            continue
        if word.startswith("-"):
            index += 2 if word in takes else 1
            continue
        if not _NAME.fullmatch(word):
            if verb in _ONE_SERVICE:
                return
            index += 1
            continue
        yield word
        if verb in _ONE_SERVICE:
            return
        index += 1


def service_words(verb: str, rest: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a compose command that stand for services, variables as they are written."""
    takes = _SERVICE_VERBS.get(verb, frozenset())
    found: list[str] = []
    index = 0
    while index < len(rest) and not (found and verb in _ONE_SERVICE):
        word = rest[index]
        if word.startswith(("#", ">", "<")) or word in ("1>", "2>"):
            break
        if not word.startswith("-"):
            found.append(word)
        index += 2 if word in takes else 1
    return tuple(found)


def _elsewhere(target: Target, invocation: Invocation, name: str) -> bool:
    """Whether the service is in other compose files: the caller's surroundings may choose them."""
    if compose_arguments(invocation) is not None:
        return False
    return any(stack.service(name) is not None for stack in stacks(target))


def _near(name: str, names: tuple[str, ...]) -> str:
    near = alike(name, names)
    if near:
        return near
    inner = [one for one in names if f"-{one}-" in f"-{name.replace('_', '-')}-"]
    if len(inner) == 1:
        return inner[0]  # the container's name: the project's, then the service's
    kinds = {"database": "db postgres postgresql mysql mariadb pg", "cache": "redis valkey"}
    for one, others in kinds.items():
        family = {one, *others.split()}
        if name in family:
            return next((other for other in names if other in family), "")
    return ""
