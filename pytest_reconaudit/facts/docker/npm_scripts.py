"""Scripts that an image asks package.json for and that are not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.npm_calls import ScriptCall, script_call
from pytest_reconaudit.facts.docker.image_files import ImageFiles, absolute, image_files
from pytest_reconaudit.facts.packages import NpmPackage, npm_package
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.shell import is_dynamic, read_shell, unwrapped
from pytest_reconaudit.target import Target

__all__ = ["MissingScript", "missing_scripts"]

_WRITES = regex(
    r"package\.json|\bnpm\s+(?:init|pkg|set-script)\b|\bpnpm\s+(?:init|deploy)\b|\bprune\b"
)
"""Commands after which package.json need not be the repository's."""
_MANIFESTS = regex(
    r"(?:^|/)(?:package[\w.*-]{0,40}\.json\*?|[\w.-]{0,40}lock[\w.*-]{0,40}|\.npmrc|\.yarnrc\S{0,20})$"
)


class MissingScript(Struct, frozen=True):
    """A call of a script that package.json does not have."""

    place: Place
    text: str
    script: str
    manifest: str
    nearest: str
    scripts_place: Place | None
    starts: bool
    """The call is what the image runs; else a step of its build."""


def missing_scripts(target: Target, dockerfile: Dockerfile) -> Iterator[MissingScript]:
    """Each such call, in the order of the file."""
    files = image_files(target, dockerfile)
    for stage in dockerfile.stages:
        for one, text, words, folder, place in _calls(files, stage):
            call = script_call(words)
            if call is None or not call.sure or re.search(r"[$*?\[{]", call.script):
                continue
            at = absolute(folder, call.folder) if call.folder else folder
            if is_dynamic(at):
                continue
            package = _package(target, files, stage, one, at)
            if package is None or _runs(target, package, call):
                continue
            yield MissingScript(
                place,
                text,
                call.script,
                package.path,
                alike(call.script, package.script_names),
                package.manifest.scripts_place,
                one.keyword != "RUN",
            )


def _calls(
    files: ImageFiles, stage: Stage
) -> Iterator[tuple[Instruction, str, tuple[str, ...], str, Place]]:
    """(instruction, text, words, folder, place) of what the stage runs without a condition."""
    for step in files.steps(stage):
        command = step.command
        if command.tested or command.fallback or any(one.branches for one in command.blocks):
            continue
        yield step.instruction, step.text, step.words, step.folder, step.place
    for keyword in ("ENTRYPOINT", "CMD"):
        for one in tuple(stage.of(keyword))[-1:]:
            folder = files.workdir(stage)
            if one.exec_form is not None:
                yield one, " ".join(one.exec_form), one.exec_form, folder, one.place
                continue
            commands = read_shell(one.text, one.place.path).commands
            if len(commands) == 1 and not commands[0].blocks:
                yield one, one.text, unwrapped(commands[0].words), folder, one.place


def _package(
    target: Target, files: ImageFiles, stage: Stage, one: Instruction, folder: str
) -> NpmPackage | None:
    """The repository's package whose manifest surely lies in a folder of the image."""
    before = one if one.keyword == "RUN" else None
    path = files.origin(stage, posixpath.join(folder, "package.json"), before)
    if path is None or posixpath.basename(path) != "package.json":
        return None
    for other in files.dockerfile.chain(stage):
        if any(_WRITES.search(step.text) for step in files.steps(other)):
            return None
        if any(not _keeps(files, other, copy, folder) for copy in other.of("COPY", "ADD")):
            return None
    package = npm_package(target, posixpath.dirname(path))
    return None if package is None or package.manifest.problems else package


def _keeps(files: ImageFiles, stage: Stage, copy: Instruction, folder: str) -> bool:
    """Whether a copy out of another stage or image brings no other package.json to a folder."""
    flag = copy.flag("from")
    words = copy.exec_form or tuple(word.text for word in copy.words)
    if flag is None or len(words) < 2:
        return True
    goal = absolute(files.workdir(stage, copy), files.expand(stage, copy, words[-1]))
    if goal != folder and not folder.startswith(f"{goal.rstrip('/')}/"):
        return True
    source = files.dockerfile.stage(flag.value, before=stage.index)
    if source is None or any(_WRITES.search(step.text) for step in files.steps(source)):
        return False
    rest = folder[len(goal) :].strip("/")
    return all(
        _MANIFESTS.search(word)
        or posixpath.basename(word.rstrip("/")) in ("node_modules", "prisma", "public")
        or files.origin(source, posixpath.normpath(
            posixpath.join(absolute("/", word), rest, "package.json"))) is not None
        for word in words[:-1]
    )  # fmt: skip


def _runs(target: Target, package: NpmPackage, call: ScriptCall) -> bool:
    if package.script(call.script) is not None or call.script == "env":
        return True
    return call.script == "start" and target.has(posixpath.join(package.folder, "server.js"))
