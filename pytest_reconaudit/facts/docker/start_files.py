"""Scripts that an image, or a compose service built from it, starts and that are not in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.image_files import ImageFiles, absolute, image_files
from pytest_reconaudit.facts.docker.images import in_context
from pytest_reconaudit.facts.docker.toolchains import is_build
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.shell import is_dynamic, read_shell, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = ["MissingStart", "missing_starts"]

_INTERPRETERS = frozenset(
    {"sh", "bash", "ash", "dash", "python", "python3", "node", "tsx", "ts-node", "ruby", "php"}
)
_WRAPPERS = frozenset({"tini", "dumb-init", "exec", "--"})
_SCRIPT = regex(r"\.(?:sh|bash|py|js|mjs|cjs|ts|mts|rb|php)$")
_COMPILED = regex(r"\.(?:js|mjs|cjs)$")
_BUILT = frozenset(
    {"dist", "build", "out", "output", ".output", ".next", ".nuxt", "target", "bin", "lib",
     "node_modules", ".venv", "venv", "vendor", "site-packages", "standalone", "public",
     "generated", "tmp"}
)  # fmt: skip
_PLAIN_OPTIONS = frozenset({"-u", "-e", "-x", "-ex", "-eu", "-l", "-B", "-O"})
_TOUCHES = frozenset({"chmod", "chown", "dos2unix", "ls", "cat", "test", "[", "stat", "find"})
_BRINGS = frozenset(
    {"git", "tar", "unzip", "cp", "mv", "ln", "rsync", "install", "wget", "curl", "sh", "bash"}
)
_WORDS = regex(r"[^a-z0-9]+")
_TEMPLATES = (".j2", ".tmpl", ".tpl", ".template", ".jinja", ".hbs", ".ejs", ".in", ".example")
_LANGUAGE_BASES = frozenset(
    {"python", "node", "ruby", "php", "golang", "rust", "debian", "ubuntu", "alpine"}
)


class MissingStart(Struct, frozen=True):
    """A start command whose script no step puts into the image."""

    place: Place
    text: str
    path: str
    """Where the image would have it."""
    by: str
    """Whose command, when it is not the Dockerfile's own: ``compose service worker``."""
    nearest: str
    """A file of the repository with that name; empty when there is none."""


def missing_starts(target: Target, dockerfile: Dockerfile) -> Iterator[MissingStart]:
    """The Dockerfile's own commands, then those of the services that are built from it."""
    files = image_files(target, dockerfile)
    if not files.contexts or "base" in _WORDS.split(posixpath.basename(dockerfile.path).lower()):
        return  # an image to build others on
    services = _services(target).get(dockerfile.path, ())
    seen: set[tuple[str, Place]] = set()
    for stage in dockerfile.stages:
        for one in _own(stage):
            folder = files.workdir(stage)
            path = _started(_words(one), folder)
            if path is None or not _is_lost(target, files, stage, path, folder):
                continue
            users = [service for service in services if _stage(dockerfile, service) is stage]
            if any(_is_mounted(service, path) for service in users):
                continue
            if users and all(_replaces(service, one) for service in users):
                continue
            if (path, one.place) not in seen:
                seen.add((path, one.place))
                yield MissingStart(one.place, one.written, path, "", _nearest(target, path))
    for service in services:
        asked = _stage(dockerfile, service)
        if asked is None:
            continue
        folder = files.workdir(asked)
        given = service.find("working_dir")
        if given is not None:
            continue
        for words, place in (
            (service.entrypoint, service.entrypoint_place),
            (service.command, service.command_place),
        ):
            path = None if words is None else _started(_unfolded(words), folder)
            if path is None or place is None or _is_mounted(service, path):
                continue
            if (path, place) not in seen and _is_lost(target, files, asked, path, folder):
                seen.add((path, place))
                yield MissingStart(
                    place, " ".join(words or ()), path, f"compose service {service.name}",
                    _nearest(target, path),
                )  # fmt: skip


@once
def _services(target: Target) -> dict[str, list[ComposeService]]:
    """Dockerfile → the services that are built from it."""
    found: dict[str, list[ComposeService]] = {}
    for stack in stacks(target):
        for service in stack.services:
            if service.build is not None and service.build.dockerfile:
                found.setdefault(service.build.dockerfile, []).append(service)
    return found


def _stage(dockerfile: Dockerfile, service: ComposeService) -> Stage | None:
    wanted = "" if service.build is None else service.build.target
    if not dockerfile.stages:
        return None
    return dockerfile.stage(wanted) if wanted else dockerfile.stages[-1]


def _own(stage: Stage) -> Iterator[Instruction]:
    for keyword in ("ENTRYPOINT", "CMD"):
        yield from tuple(stage.of(keyword))[-1:]


def _words(one: Instruction) -> tuple[str, ...]:
    if one.exec_form is not None:
        return _unfolded(one.exec_form)
    return _from_text(one.text, one.place.path)


def _unfolded(words: Sequence[str]) -> tuple[str, ...]:
    """``sh -c 'python x.py'`` as ``python x.py``."""
    if (
        len(words) == 3
        and posixpath.basename(words[0]) in ("sh", "bash", "ash")
        and words[1] == "-c"
    ):
        return _from_text(words[2], "")
    return tuple(words)


def _from_text(text: str, path: str) -> tuple[str, ...]:
    commands = read_shell(text, path).commands
    if len(commands) != 1 or commands[0].blocks or commands[0].fallback:
        return ()
    return unwrapped(commands[0].words)


def _started(words: Sequence[str], folder: str) -> str | None:
    """The script that a command runs, as an absolute path of the image."""
    rest = list(words)
    while rest and posixpath.basename(rest[0]) in _WRAPPERS:
        rest.pop(0)
    if not rest:
        return None
    word = rest[0]
    if posixpath.basename(word) in _INTERPRETERS:
        rest.pop(0)
        while rest and rest[0] in _PLAIN_OPTIONS:
            rest.pop(0)
        word = rest[0] if rest else ""
    elif "/" not in word:
        return None
    if not _SCRIPT.search(word) or word.startswith("-") or is_dynamic(word):
        return None
    path = absolute(folder, word)
    return None if _BUILT & set(path.split("/")) else path


def _is_mounted(service: ComposeService, path: str) -> bool:
    goals = [one.target for one in service.volumes] + [one.target for one in service.configs]
    return any(
        "$" in goal or path == goal or path.startswith(f"{goal.rstrip('/')}/") for goal in goals
    )


def _replaces(service: ComposeService, one: Instruction) -> bool:
    if service.entrypoint is not None:
        return True
    return one.keyword == "CMD" and service.command is not None


def _is_lost(target: Target, files: ImageFiles, stage: Stage, path: str, folder: str) -> bool:
    """Whether the text surely tells that nothing puts the script there."""
    if files.origin(stage, path) is not None:
        return False
    for context in files.contexts:
        # Behind a link of the repository, or written by another script before the build.
        likely = posixpath.join(context.path, path.removeprefix(folder).lstrip("/"))
        if target.on_disk(likely) or created(target).by(likely) is not None:
            return False
        if any(target.has(likely + ending) for ending in _TEMPLATES):
            return False
    covered = _covered(target, files, stage, path, 0)
    if covered is None:
        return False
    if covered:
        return True
    copies = any(True for one in files.dockerfile.chain(stage) for _ in one.of("COPY"))
    return (
        copies
        and folder not in ("/", "")
        and posixpath.dirname(path) == folder
        and _is_plain(files, stage)
    )


def _is_plain(files: ImageFiles, stage: Stage) -> bool:
    """Whether the base is a language's or a system's official image, which has no such script."""
    last = files.dockerfile.chain(stage)[-1]
    image = last.image
    return image is not None and image.name in _LANGUAGE_BASES


def _covered(target: Target, files: ImageFiles, stage: Stage, path: str, hops: int) -> bool | None:
    """Whether copies from the repository fill the folder of a path; ``None`` when something else
    may put the file there."""
    if hops > 6:
        return None
    name, parent = posixpath.basename(path), posixpath.dirname(path)
    found = False
    for part in files.dockerfile.chain(stage):
        for step in files.steps(part):
            if _COMPILED.search(name) and is_build(step.words):
                return None
            if name in step.text and step.name not in _TOUCHES:
                return None
            if any(one.writes and name in one.target for one in step.command.redirects):
                return None
            if step.name in _BRINGS and (
                parent in step.text or step.folder == parent or parent.startswith(f"{step.folder}/")
            ):
                return None
        for copy in part.instructions:
            if copy.keyword not in ("COPY", "ADD"):
                continue
            filled = _fills(target, files, part, copy, path, hops)
            if filled is None:
                return None
            found = found or filled
    return found


def _fills(
    target: Target, files: ImageFiles, stage: Stage, copy: Instruction, path: str, hops: int
) -> bool | None:
    """Whether a copy fills the folder of a path from the repository."""
    words = copy.exec_form or tuple(word.text for word in copy.words)
    if len(words) < 2:
        return None
    goal = absolute(files.workdir(stage, copy), files.expand(stage, copy, words[-1]))
    if path != goal and not path.startswith(f"{goal.rstrip('/')}/"):
        return False
    if copy.heredocs or copy.flag("parents") is not None:
        return None
    flag = copy.flag("from")
    sources = [files.expand(stage, copy, word) for word in words[:-1]]
    if any("$" in word or "://" in word or word.startswith("git@") for word in sources):
        return None
    if flag is None:
        if copy.keyword == "ADD" and any(".tar" in word or ".zip" in word for word in sources):
            return None
        return None if any(_is_unknown(target, files, word) for word in sources) else True
    source = files.dockerfile.stage(flag.value, before=stage.index)
    if source is None:
        return None
    for word in sources:
        origin = absolute("/", word)
        rest = path[len(goal) :].lstrip("/")
        inner = posixpath.join(origin, rest) if rest else origin
        below = _covered(target, files, source, inner, hops + 1)
        if not below:
            # Made in that stage, or by no copy at all: it may hold anything.
            return None
    return True


def _is_unknown(target: Target, files: ImageFiles, word: str) -> bool:
    """Whether a source of the context is not there to be looked into: missing, or a link."""
    if any(char in word for char in "*?["):
        return False
    inner = in_context(word)
    paths = [posixpath.join(context.path, inner).rstrip("/") for context in files.contexts]
    return not any(not path or target.has(path) or target.has_dir(path) for path in paths)


def _nearest(target: Target, path: str) -> str:
    return target.nearest(path.lstrip("/")) or ""
