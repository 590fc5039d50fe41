"""Every command that the repository's automation runs, with the folder it runs in.

Sources: steps of workflows and composite actions, shell scripts, Makefile recipes and the
scripts of package.json. ``bash -c '…'`` counts as the commands inside. Docker's ``RUN`` is not
here: it runs in another file system.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import actions
from pytest_reconaudit.facts.ci.steps import JobRun, StepRun, job_runs, step_script
from pytest_reconaudit.facts.folders import Trace, trace
from pytest_reconaudit.facts.packages import NpmPackage, npm_package, npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.makefile import Makefile, read_makefile
from pytest_reconaudit.readers.shell import Script, ShellCommand, read_shell, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = [
    "Invocation",
    "ShellScript",
    "invocations",
    "job_invocations",
    "makefiles",
    "script_invocations",
    "shell_scripts",
    "workflow_invocations",
]

_SHEBANG = regex(r"#!\s*\S*?(?:/|\benv\s+(?:-\S+\s+)*)(?:ba|da|k|z)?sh\b")
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile", "*.mk")
_TOOL_FOLDERS = frozenset(
    {"scripts", "script", "bin", "tools", "tool", "hack", "ci", "utils", "dev"}
)
_MAX_NESTING = 3


class Invocation(NamedTuple):
    """One command as it is run. A named tuple, as there are thousands: see ``ShellCommand``."""

    command: ShellCommand
    folder: str | None
    """The working directory, seen from the repository's root (``""``); ``None``: not known from
    the text, or outside the repository."""
    source: str
    """``workflow``, ``action``, ``script``, ``makefile`` or ``package.json``."""
    origin: str
    """Whose command: ``.github/workflows/ci.yml#job``, ``scripts/x.sh``, ``Makefile:target``,
    ``web/package.json:build``."""
    words: tuple[str, ...]
    """The command's words without ``sudo``, ``env A=1``, ``timeout 30`` and the like."""
    trace: Trace
    assumed: bool = False
    """The script's start folder is a convention, not known from the text."""
    step: StepRun | None = None
    job: JobRun | None = None

    @property
    def name(self) -> str:
        """The program without its folder; empty when there is none."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    def resolve(self, word: str) -> str | None:
        """A path word of this command as a path of the repository."""
        return self.trace.resolve(word, self.folder)


class ShellScript(Struct, frozen=True, eq=False):
    """A script file of the repository."""

    path: str
    script: Script
    trace: Trace
    assumed: bool
    """The folder it starts in is a convention: where its relative paths fit best."""


@once
def shell_script_paths(target: Target) -> tuple[str, ...]:
    """``*.sh``, ``*.bash`` and files without extension whose first line names a shell."""
    found = []
    for path in target.files:
        name = posixpath.basename(path)
        if name.endswith((".sh", ".bash")) or (
            "." not in name.lstrip(".")
            and target.is_executable(path)
            and _SHEBANG.match(target.text(path)[:80])
        ):
            found.append(path)
    return tuple(found)


@once
def shell_scripts(target: Target) -> tuple[ShellScript, ...]:
    """Every shell script file, read and traced."""
    return tuple(_shell_script(target, path) for path in shell_script_paths(target))


@once
def makefiles(target: Target) -> tuple[Makefile, ...]:
    """Every Makefile of the repository."""
    return tuple(target.parse(read_makefile, path) for path in target.named(*_MAKEFILES))


@once
def workflow_invocations(target: Target) -> tuple[Invocation, ...]:
    """The commands of workflow steps and composite actions only."""
    found: list[Invocation] = []
    for job in job_runs(target):
        found.extend(job_invocations(job))
    for action in actions(target):
        for one in action.steps:
            script = step_script(one)
            if script is not None:
                traced = trace(script, _plain(one.directory))
                found.extend(_invocations(traced, "action", action.path))
    return tuple(found)


def job_invocations(job: JobRun) -> Iterator[Invocation]:
    """The commands of one job's own steps."""
    origin = f"{job.workflow.path}#{job.job.id}"
    for step in job.steps:
        yield from _invocations(step.trace, "workflow", origin, step=step, job=job)


@once
def script_invocations(target: Target) -> tuple[Invocation, ...]:
    """The commands of script files only."""
    return tuple(
        invocation
        for script in shell_scripts(target)
        for invocation in _invocations(script.trace, "script", script.path, script.assumed)
    )


@once
def invocations(target: Target) -> tuple[Invocation, ...]:
    """All commands: workflows and actions, scripts, Makefiles, package.json; in that order."""
    return (
        *workflow_invocations(target),
        *script_invocations(target),
        *_makefile_invocations(target),
        *_npm_invocations(target),
    )


def _plain(directory: str) -> str | None:
    if "$" in directory or directory.startswith("/"):
        return None
    clean = posixpath.normpath(directory) if directory else ""
    return "" if clean == "." else clean


def _invocations(
    traced: Trace,
    source: str,
    origin: str,
    assumed: bool = False,
    step: StepRun | None = None,
    job: JobRun | None = None,
    nesting: int = 0,
) -> Iterator[Invocation]:
    for command, folder in zip(traced.script.commands, traced.folders, strict=True):
        words = unwrapped(command.words)
        yield Invocation(command, folder, source, origin, words, traced, assumed, step, job)
        inner = _inline(words) if nesting < _MAX_NESTING else ""
        if inner:
            place = command.place
            script = read_shell(inner, place.path, place.line or 1, place.column or 1)
            below = trace(script, folder, variables=traced.variables)
            yield from _invocations(below, source, origin, assumed, step, job, nesting + 1)


def _inline(words: tuple[str, ...]) -> str:
    """The script of ``bash -c 'script'``."""
    if len(words) < 3 or words[0].rpartition("/")[2] not in ("sh", "bash", "dash", "zsh"):
        return ""
    for index, word in enumerate(words[1:-1], 1):
        if not word.startswith("-"):
            return ""
        if not word.startswith("--") and word.endswith("c"):
            return words[index + 1]
    return ""


def _shell_script(target: Target, path: str) -> ShellScript:
    script = target.parse(read_shell, path)
    own = posixpath.dirname(path)
    start, assumed = _start(target, script, path, own)
    return ShellScript(path, script, trace(script, start, own_path=path), assumed)


def _start(target: Target, script: Script, path: str, own: str) -> tuple[str, bool]:
    """Where a script is meant to be started, told by where its relative paths exist."""
    if not own:
        return "", False
    at_root = at_own = 0
    moved = False
    mine, top = npm_package(target, own), npm_package(target, "")
    for command in script.commands[:400]:
        moved = moved or command.name in ("cd", "pushd")
        name = "" if moved or mine is None else _npm_script(command)
        if name and _has(mine, name) and not _has(top, name):
            return own, True  # it can be run in this folder only
        if command.name in _SPEAKING:
            continue
        for word in command.words[1:8]:
            if not _PATHLIKE.fullmatch(word) or word in (".", ".."):
                continue
            if target.has(word) or target.has_dir(word):
                at_root += 1
            beside = f"{own}/{word}"
            if target.has(beside) or target.has_dir(beside):
                at_own += 1
    if at_root != at_own:
        return ("" if at_root > at_own else own), True
    conventional = any(part in _TOOL_FOLDERS for part in own.split("/"))
    return ("" if conventional else own), True


def _has(package: NpmPackage | None, script: str) -> bool:
    return package is not None and package.script(script) is not None


def _npm_script(command: ShellCommand) -> str:
    """The script of package.json that a command runs, of the folder that it runs in."""
    words = command.words
    if command.name in ("npm", "pnpm", "yarn", "bun") and words[1:2] in (("run",), ("run-script",)):
        return words[2] if len(words) > 2 and not words[2].startswith("-") else ""
    return ""


_SPEAKING = frozenset({"echo", "printf", "exit", "sleep", "local", "return", "set", "export"})
_PATHLIKE = regex(r"(?:\./|\.\./)*[\w.@-]+(?:/[\w.@-]+)*/?")


_INCLUDES = regex(r"^[ ]*-?include[ \t]+(\S[^\n#]*)", re.MULTILINE)


@once
def _included(target: Target) -> dict[str, str]:
    """Makefile that another one includes → the folder of that one, where its recipes run."""
    found: dict[str, str] = {}
    for makefile in makefiles(target):
        folder = posixpath.dirname(makefile.path)
        for match in _INCLUDES.finditer(target.text(makefile.path)):
            for word in match[1].split():
                path = posixpath.normpath(posixpath.join(folder, word))
                if path.endswith(".mk") and posixpath.dirname(path) != folder and target.has(path):
                    found.setdefault(path, folder)
    return found


def _makefile_invocations(target: Target) -> Iterator[Invocation]:
    included = _included(target)
    for makefile in makefiles(target):
        folder = included.get(makefile.path, posixpath.dirname(makefile.path))
        for rule in makefile.targets:
            if makefile.one_shell and rule.recipe:
                first = rule.recipe[0]
                lines = [(first.place, "\n".join(line.text for line in rule.recipe))]
            else:
                lines = [(line.place, line.text) for line in rule.recipe]
            for place, text in lines:
                script = read_shell(text, place.path, place.line or 1, place.column or 1)
                origin = f"{makefile.path}:{rule.name}"
                yield from _invocations(trace(script, folder), "makefile", origin)


def _npm_invocations(target: Target) -> Iterator[Invocation]:
    for package in npm_packages(target):
        for one in package.manifest.scripts:
            place = one.command_place
            script = read_shell(one.command, place.path, place.line or 1, place.column or 1)
            origin = f"{package.path}:{one.name}"
            yield from _invocations(trace(script, package.folder), "package.json", origin)
