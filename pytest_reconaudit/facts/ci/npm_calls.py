"""Calls of package.json scripts in workflow steps, and whether the script is there."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import masked_by, never_runs, word_place
from pytest_reconaudit.facts.ci.pipelines import callers, workflows
from pytest_reconaudit.facts.ci.reachability import dead_jobs
from pytest_reconaudit.facts.ci.workspace import Workspace, exists
from pytest_reconaudit.facts.folders import join
from pytest_reconaudit.facts.invocations import Invocation, workflow_invocations
from pytest_reconaudit.facts.packages import NpmPackage, npm_at
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import is_dynamic
from pytest_reconaudit.readers.workflow import Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["NpmCall", "NpmCalls", "ScriptCall", "npm_calls", "script_call"]


class ScriptCall(Struct, frozen=True):
    """What a command line asks a package manager to run."""

    manager: str
    script: str
    folder: str
    """``--prefix``, ``-C`` or ``--cwd`` as written; empty when not given."""
    sure: bool
    """The manager fails without such a script; else it may run a dependency's program."""


class NpmCall(Struct, frozen=True, eq=False):
    """One call whose package.json is known."""

    place: Place
    job: str
    text: str
    script: str
    manifest: str
    """The package.json that decides, by path; empty when there is none there or above."""
    folder: str
    there: bool
    masked: str
    """What hides the failure; empty when nothing does."""
    nearest: str
    """Scripts of similar name."""
    scripts_place: Place | None


class NpmCalls(Struct, frozen=True, eq=False):
    """One workflow's script calls."""

    workflow: Workflow
    calls: tuple[NpmCall, ...]
    unresolved: tuple[str, ...]
    """Why calls could not be judged, one text each."""
    foreign: bool = False
    dead: frozenset[str] = frozenset()
    """Jobs that never run as they are written."""


_LIFECYCLE = {"test": "test", "t": "test", "tst": "test", "start": "start", "stop": "stop"}
_SELECTING = regex(
    r"-w.*|--workspaces?(?:=.*)?|-ws|-r|--recursive|--filter(?:=.*)?|-F.*|--if-present|--scope.*"
)
_VALUES = frozenset(
    {"--prefix", "-C", "--dir", "--cwd", "--loglevel", "--userconfig", "--registry", "--reporter",
     "--otp", "--cache", "--location", "--script-shell"}
)  # fmt: skip
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
_YARN_OWN = frozenset(
    {"add", "audit", "autoclean", "bin", "cache", "config", "constraints", "create", "dedupe",
     "dlx", "exec", "explain", "generate-lock-entry", "global", "help", "import", "info", "init",
     "install", "licenses", "link", "list", "login", "logout", "node", "npm", "outdated", "owner",
     "pack", "patch", "patch-commit", "plugin", "policies", "publish", "rebuild", "remove",
     "search", "self-update", "set", "stage", "tag", "team", "unlink", "unplug", "up", "upgrade",
     "upgrade-interactive", "version", "versions", "why", "workspace", "workspaces"}
)  # fmt: skip
_PNPM_OWN = frozenset(
    {"add", "approve-builds", "audit", "bin", "c", "cat-file", "cat-index", "config", "create",
     "dedupe", "deploy", "dlx", "doctor", "env", "exec", "fetch", "find-hash", "help", "i",
     "import", "init", "install", "install-test", "it", "la", "licenses", "link", "list", "ll",
     "ln", "ls", "login", "logout", "m", "multi", "outdated", "pack", "patch", "patch-commit",
     "patch-remove", "ping", "prune", "publish", "rb", "rebuild", "recursive", "remove", "rm",
     "root", "self-update", "server", "setup", "store", "un", "uninstall", "unlink", "up", "update",
     "upgrade", "view", "whoami", "why", "node", "x"}
)  # fmt: skip
_SCRIPT_NAMES = frozenset(
    {"build", "check", "ci", "clean", "coverage", "deploy", "dev", "e2e", "format", "generate",
     "lint", "migrate", "package", "prepare", "release", "serve", "start", "test", "type-check",
     "typecheck", "types", "unit", "validate", "verify", "watch"}
)  # fmt: skip
"""Names that people give to scripts and no program of a dependency has."""


def script_call(words: tuple[str, ...]) -> ScriptCall | None:
    """The package script that a command runs; ``None`` when it runs none or several."""
    manager = words[0].rpartition("/")[2] if words else ""
    if manager not in ("npm", "pnpm", "yarn", "bun"):
        return None
    folder = ""
    plain: list[str] = []
    index = 1
    while index < len(words):
        word = words[index]
        if word == "--":
            break
        if _SELECTING.fullmatch(word):
            return None
        if word in _VALUES:
            if word in _FOLDERS and index + 1 < len(words):
                folder = words[index + 1]
            index += 2
            continue
        option, equals, value = word.partition("=")
        if equals and option in _FOLDERS:
            folder = value
        elif not word.startswith("-"):
            plain.append(word)
        elif len(plain) > 1:
            break  # from here on the options are the script's
        index += 1
    if not plain:
        return None
    verb = plain[0]
    if verb in ("run", "run-script", "rum", "urn"):
        if len(plain) < 2 or (manager == "bun" and re.search(r"[/.]", plain[1])):
            return None
        return ScriptCall(manager, plain[1], folder, manager in ("npm", "pnpm"))
    if manager in ("npm", "pnpm") and verb in _LIFECYCLE:
        if verb in ("stop", "tst"):
            return None
        return ScriptCall(manager, _LIFECYCLE[verb], folder, True)
    if manager == "yarn" and verb not in _YARN_OWN:
        return ScriptCall(manager, verb, folder, False)
    if manager == "pnpm" and verb not in _PNPM_OWN:
        return ScriptCall(manager, verb, folder, False)
    return None


@once
def npm_calls(target: Target) -> tuple[NpmCalls, ...]:
    """Every workflow that calls a package script, in path order."""
    found: dict[str, list[NpmCall]] = {}
    unresolved: dict[str, list[str]] = {}
    spaces: dict[int, Workspace] = {}
    for invocation in workflow_invocations(target):
        step, job = invocation.step, invocation.job
        if step is None or job is None or step.remote:
            continue
        call = script_call(invocation.words)
        if call is None:
            continue
        path = job.workflow.path
        reason, judged = _judged(target, invocation, call, spaces)
        if judged is not None:
            found.setdefault(path, []).append(judged)
        elif reason:
            line = invocation.command.place.line
            unresolved.setdefault(path, []).append(f"line {line}: {reason}")
    return tuple(
        NpmCalls(
            workflow,
            tuple(found.get(workflow.path, ())),
            tuple(unresolved.get(workflow.path, ())),
            workflow.events == {"workflow_call"} and not callers(target, workflow),
            dead_jobs(target, workflow.path) if workflow.path in found else frozenset(),
        )
        for workflow in workflows(target)
        if workflow.problems or workflow.path in found or workflow.path in unresolved
    )


def _judged(
    target: Target, invocation: Invocation, call: ScriptCall, spaces: dict[int, Workspace]
) -> tuple[str, NpmCall | None]:
    """The call with its verdict, or why it has none (empty: it is no subject)."""
    step, job, command = invocation.step, invocation.job, invocation.command
    assert step is not None
    assert job is not None
    if never_runs(step.step.if_) or never_runs(job.job.if_):
        return "", None
    if "hashFiles(" in step.step.if_ or "package.json" in " ".join(command.conditions):
        return "a condition looks at the file first", None
    if is_dynamic(call.script) or re.search(r"[*?\[{]", call.script):
        return f"the script's name is dynamic: {call.script}", None
    folder = invocation.folder
    if call.folder and folder is not None:
        folder = (
            invocation.resolve(call.folder)
            if is_dynamic(call.folder)
            else join(folder, call.folder)
        )
    if folder is None:
        return "the folder is not known from the text", None
    if not exists(target, folder):
        return f"{folder} is not in the repository", None
    if any(folder == one or folder.startswith(f"{one}/") for one in job.foreign):
        return f"{folder} is another repository", None
    space = spaces.setdefault(id(job), Workspace(target, job))
    index = _index(invocation)
    package = npm_at(target, folder)
    manifest = package.path if package else posixpath.join(folder, "package.json")
    if space.may_have(manifest, step.step.index, index):
        return f"{manifest} may be written by an earlier step", None
    if package is None:
        if space.may_have(manifest, step.step.index, index, strict=True):
            return f"{manifest} may be written by an earlier step", None
    elif package.manifest.problems:
        return f"{package.path} does not parse", None
    there = package is not None and _runs(target, package, call)
    if not there and not call.sure and not _script_like(package, call):
        return "", None
    if not there and (command.tested or _alternative(command.fallback, command.text)):
        there = True
    masked = masked_by(command, step.step, job.job)
    names = package.script_names if package else ()
    return "", NpmCall(
        place=word_place(command, call.script),
        job=job.job.id,
        text=command.text,
        script=call.script,
        manifest=package.path if package else "",
        folder=folder,
        there=there,
        masked=masked,
        nearest=alike(call.script, names),
        scripts_place=package.manifest.scripts_place if package else None,
    )


def _runs(target: Target, package: NpmPackage, call: ScriptCall) -> bool:
    if package.script(call.script) is not None:
        return True
    if call.script == "start" and call.manager == "npm":
        return target.has(posixpath.join(package.folder, "server.js"))
    return call.script == "env" and call.manager == "npm"


def _script_like(package: NpmPackage | None, call: ScriptCall) -> bool:
    """Whether a name that may also be a dependency's program is surely meant as a script."""
    if package is None:
        return False
    name = call.script
    if any(
        name == dependency.rpartition("/")[2] for dependency in package.manifest.dependency_names
    ):
        return False
    return ":" in name or name in _SCRIPT_NAMES


def _alternative(fallback: str, text: str) -> bool:
    """Whether the ``||`` behind a call does the work in another way."""
    plain = fallback.strip().lstrip("({ ")
    if not plain or plain == text:
        return False
    return re.match(r"(?:true|:|exit|return|echo|printf|false)\b|:", plain) is None


def _index(invocation: Invocation) -> int:
    assert invocation.step is not None
    for index, command in enumerate(invocation.step.script.commands):
        if command is invocation.command:
            return index
    return len(invocation.step.script.commands)
