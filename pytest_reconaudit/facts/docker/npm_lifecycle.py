"""What an install in an image runs by itself, before the files are there that it needs.

``npm ci`` runs the package's own ``preinstall``, ``install``, ``postinstall`` and ``prepare``
scripts. With the manifest alone in the image, a script that reads the sources stops the install.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, image_files
from pytest_reconaudit.facts.docker.npm_inputs import development_only, leaves_out_development
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.installs import npm_install
from pytest_reconaudit.facts.packages import NpmPackage, npm_package
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Stage
from pytest_reconaudit.readers.shell import ShellCommand, is_dynamic, read_shell, unwrapped
from pytest_reconaudit.target import Target

__all__ = ["EarlyScript", "LatePatches", "early_scripts", "late_patches"]

_HOOKS = ("preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare")
_INTERPRETERS = frozenset({"node", "sh", "bash", "tsx", "ts-node", "python", "python3"})
_RUNNERS = frozenset({"npx", "pnpx", "bunx"})
_SOURCE = regex(r"\.(?:js|mjs|cjs|ts|mts|cts|sh|bash|py)$")
_MAX_DEPTH = 3
_SCHEMAS = ("prisma/schema.prisma", "schema.prisma")


class EarlyScript(Struct, frozen=True):
    """An install whose own script cannot succeed at that point."""

    install: RunStep
    hook: str
    command: str
    """The command of the script that stops."""
    lack: str
    """The file, or the program, that is not there yet."""
    tool: bool
    """What is lacking is a program of a devDependency that was left out."""
    manifest: Place


class LatePatches(Struct, frozen=True):
    """An install in which ``patch-package`` finds no patches, though the repository has some."""

    install: RunStep
    folder: str
    manifest: Place


def early_scripts(target: Target, dockerfile: Dockerfile) -> Iterator[EarlyScript]:
    """The first such install of each stage."""
    for files, step, package, folder, manager, production in _installs(target, dockerfile):
        found = _patched(target, files, step, package, folder, manager)
        found = found or _script(target, files, step, package, folder, manager, production)
        if found is not None:
            yield found


def late_patches(target: Target, dockerfile: Dockerfile) -> Iterator[LatePatches]:
    """The first such install of each stage."""
    for files, step, package, folder, _, _ in _installs(target, dockerfile):
        hook = next(
            (one for one in package.manifest.scripts
             if one.name in _HOOKS and one.command.strip() == "patch-package"),
            None,
        )  # fmt: skip
        own = posixpath.join(package.folder, "patches")
        patches = [] if hook is None else target.glob(f"{own}/*.patch")
        if hook is None or not patches:
            continue
        name = posixpath.basename(patches[0])
        if files.origin(step.stage, f"{folder}/patches/{name}", step.instruction) is not None:
            continue
        if _runs_again(files, dockerfile, step):
            continue
        yield LatePatches(step, own, hook.place)


def _runs_again(files: ImageFiles, dockerfile: Dockerfile, step: RunStep) -> bool:
    """Whether the patches may still be applied: a later command names them, or installs again."""
    passed = False
    for stage in dockerfile.stages:
        for other in files.steps(stage):
            if other is step:
                passed = True
            elif passed and (
                "patch-package" in other.text
                or "postinstall" in other.text
                or npm_install(other.words) is not None
            ):
                return True
    return False


def _installs(
    target: Target, dockerfile: Dockerfile
) -> Iterator[tuple[ImageFiles, RunStep, NpmPackage, str, str, bool]]:
    """(files, step, package, folder of the image, manager, without devDependencies)."""
    files = image_files(target, dockerfile)
    if not files.contexts:
        return
    for stage in dockerfile.stages:
        if files.foreign_sources(stage):
            continue
        for step in files.steps(stage):
            asked = npm_install(step.words)
            if asked is None or asked.offline or asked.manager == "bun":
                continue
            if _is_quiet(dockerfile, files, stage, step):
                continue
            folder = step.at(asked.folder) if asked.folder else step.folder
            path = files.origin(stage, posixpath.join(folder, "package.json"), step.instruction)
            package = npm_package(target, posixpath.dirname(path)) if path else None
            if package is None or path != package.path or package.manifest.problems:
                continue
            if _ignores_scripts(target, package):
                continue
            production = leaves_out_development(target, dockerfile, step, asked)
            yield files, step, package, folder, asked.manager, production
            break  # what a second install of the stage lacks, the first one lacked too


def _is_quiet(dockerfile: Dockerfile, files: ImageFiles, stage: Stage, step: RunStep) -> bool:
    """Whether the install runs no scripts, need not succeed, or follows commands that change
    the manifest."""
    command = step.command
    if command.fallback or command.tested or any(block.branches for block in command.blocks):
        return True
    if "--ignore-scripts" in step.words or any(
        name.lower() == "npm_config_ignore_scripts" for name, _ in command.assignments
    ):
        return True
    known = dockerfile.variables(stage, step.instruction)
    if any(name.lower() in ("npm_config_ignore_scripts", "husky", "husky_skip_install")
           for name in known):  # fmt: skip
        return True
    for other in files.chain_steps(stage):
        if other is step:
            return False
        if (
            "package.json" in other.text
            or "npm pkg" in other.text
            or "ignore-scripts" in other.text
        ):
            return True
    return False


def _ignores_scripts(target: Target, package: NpmPackage) -> bool:
    for name in (".npmrc", ".yarnrc", ".yarnrc.yml"):
        path = posixpath.join(package.folder, name)
        if target.has(path):
            text = target.text(path)
            if "ignore-scripts" in text or "enableScripts: false" in text:
                return True
    return False


def _patched(
    target: Target, files: ImageFiles, step: RunStep, package: NpmPackage, folder: str, manager: str
) -> EarlyScript | None:
    """A patch of pnpm that the install must apply and cannot find."""
    if manager != "pnpm":
        return None
    try:
        patches = json.loads(target.text(package.path))["pnpm"]["patchedDependencies"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    for name, path in patches.items() if isinstance(patches, dict) else ():
        if not isinstance(path, str) or not target.has(posixpath.join(package.folder, path)):
            continue
        if _lacks(files, step, folder, path):
            return EarlyScript(
                step, "pnpm.patchedDependencies", name, path, False, Place(package.path)
            )
    return None


def _script(
    target: Target,
    files: ImageFiles,
    step: RunStep,
    package: NpmPackage,
    folder: str,
    manager: str,
    production: bool,
) -> EarlyScript | None:
    for name in _HOOKS:
        hook = package.script(name)
        if hook is None or (name.endswith("prepare") and manager != "npm"):
            # pnpm and Yarn leave `prepare` out of some installs.
            continue
        for command in _commands(package, name, 0):
            found = _lack(target, files, step, package, folder, command, production)
            if found is not None:
                text = " ".join(command.text.split())
                return EarlyScript(step, name, text, found[0], found[1], hook.place)
    return None


def _commands(package: NpmPackage, name: str, depth: int) -> Iterator[ShellCommand]:
    """The commands that a script surely runs, its own scripts followed."""
    script = package.script(name)
    if script is None or depth > _MAX_DEPTH:
        return
    parsed = read_shell(script.command, package.path)
    for command in parsed.commands:
        if command.fallback or command.tested or command.captured or command.blocks:
            return  # what comes after it may not run
        if any(one.startswith(("!", "test ", "[")) for one in command.conditions):
            return
        words = unwrapped(command.words)
        call = script_call(words)
        if call is not None and not call.folder and package.script(call.script) is not None:
            yield from _commands(package, call.script, depth + 1)
        else:
            yield command


def _lack(
    target: Target,
    files: ImageFiles,
    step: RunStep,
    package: NpmPackage,
    folder: str,
    command: ShellCommand,
    production: bool,
) -> tuple[str, bool] | None:
    """What a command needs and the image does not have at the install."""
    words = list(unwrapped(command.words))
    if not words or any(is_dynamic(word) for word in words):
        return None
    fetched = False
    if words[0] in _RUNNERS or words[:2] in (["pnpm", "exec"], ["yarn", "run"], ["npm", "exec"]):
        words = words[1:] if words[0] in _RUNNERS else words[2:]
        while words and words[0].startswith("-"):
            words.pop(0)
        fetched = True
    elif words[0] in ("pnpm", "yarn") and words[1:2] == ["prisma"]:
        words = words[1:]
    if not words:
        return None
    if production and not fetched:
        needed = development_only(target, package, words[0])
        if needed is not None:
            return f"{words[0]} of the devDependency {needed}", True
    for path in _needs(target, package, words):
        if _lacks(files, step, folder, path):
            return path, False
    return None


def _needs(target: Target, package: NpmPackage, words: list[str]) -> Iterator[str]:
    """Files of the package's folder that a command cannot do without, and the repository has."""

    def there(path: str) -> bool:
        return target.has(posixpath.normpath(posixpath.join(package.folder, path)))

    name, rest = words[0], words[1:]
    if name == "prisma" and rest[:1] == ["generate"]:
        if any(one.startswith("prisma.config.") for one in _beside(target, package.folder)):
            return
        given = [
            rest[index + 1] if word == "--schema" else word.partition("=")[2]
            for index, word in enumerate(rest)
            if word.startswith("--schema=") or (word == "--schema" and rest[index + 1 :])
        ]
        if not given and '"schema"' in target.text(package.path):
            return
        wanted = given or [one for one in _SCHEMAS if there(one)][:1]
        yield from (path for path in wanted if there(path))
    elif name in _INTERPRETERS:
        plain = [word for word in rest if not word.startswith("-")]
        if len(plain) == len(rest) and plain and _SOURCE.search(plain[0]) and there(plain[0]):
            yield plain[0]
    elif name.startswith("./") and there(name):
        yield name
    elif name in ("cp", "mv") and len(rest) > 1:
        goal = posixpath.dirname(rest[-1].rstrip("/"))
        if goal and not goal.startswith(("/", "node_modules", "..")):
            whole = posixpath.normpath(posixpath.join(package.folder, goal))
            if target.has_dir(whole):
                yield goal
    elif name == "tsc" and not rest and there("tsconfig.json"):
        yield "tsconfig.json"


def _beside(target: Target, folder: str) -> Iterator[str]:
    for name, paths in files_by_name(target).items():
        if name.startswith("prisma.config.") and any(
            posixpath.dirname(path) == folder for path in paths
        ):
            yield name


def _lacks(files: ImageFiles, step: RunStep, folder: str, path: str) -> bool:
    """Whether a file is surely not in the image when the step runs."""
    full = posixpath.normpath(posixpath.join(folder, path))
    if files.origin(step.stage, full, step.instruction) is not None:
        return False
    first = path.removeprefix("./").partition("/")[0]
    for other in files.chain_steps(step.stage):
        if other is step:
            break
        if first in other.text:
            return False  # made, linked or fetched there
    return True
