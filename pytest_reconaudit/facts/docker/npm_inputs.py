"""Builds in an image whose tools were left out by the install before them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, image_files
from pytest_reconaudit.facts.docker.toolchains import is_build
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.installs import NpmInstall, npm_install
from pytest_reconaudit.facts.packages import NpmPackage, npm_package
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.dockerfile import Dockerfile, Stage
from pytest_reconaudit.readers.shell import read_shell, unwrapped
from pytest_reconaudit.target import Target

__all__ = ["MissingTool", "development_only", "leaves_out_development", "missing_tools"]

_PACKAGES = {
    "tsc": ("typescript",), "vite": ("vite",), "next": ("next",), "nest": ("@nestjs/cli",),
    "ng": ("@angular/cli",), "vue-cli-service": ("@vue/cli-service",), "vue-tsc": ("vue-tsc",),
    "react-scripts": ("react-scripts",), "webpack": ("webpack", "webpack-cli"),
    "rollup": ("rollup",), "esbuild": ("esbuild",), "tsup": ("tsup",), "astro": ("astro",),
    "svelte-kit": ("@sveltejs/kit",), "nuxt": ("nuxt", "nuxt3"), "nuxi": ("nuxt", "nuxi"),
    "parcel": ("parcel", "parcel-bundler"), "gatsby": ("gatsby", "gatsby-cli"),
    "remix": ("@remix-run/dev",), "babel": ("@babel/cli",), "swc": ("@swc/cli",),
    "rspack": ("@rspack/cli",), "rsbuild": ("@rsbuild/core",), "ncc": ("@vercel/ncc",),
    "craco": ("@craco/craco",),
    "quasar": ("@quasar/app-vite", "@quasar/app-webpack", "@quasar/cli"),
    "tailwindcss": ("tailwindcss", "@tailwindcss/cli"), "sass": ("sass",), "tsdown": ("tsdown",),
    "unbuild": ("unbuild",), "microbundle": ("microbundle",), "eleventy": ("@11ty/eleventy",),
    "gulp": ("gulp", "gulp-cli"), "grunt": ("grunt", "grunt-cli"), "ts-node": ("ts-node",),
    "tsx": ("tsx",), "rimraf": ("rimraf",), "cross-env": ("cross-env",), "shx": ("shx",),
    "run-s": ("npm-run-all", "npm-run-all2"), "run-p": ("npm-run-all", "npm-run-all2"),
    "npm-run-all": ("npm-run-all", "npm-run-all2"), "turbo": ("turbo",), "nx": ("nx",),
    "lerna": ("lerna",), "copyfiles": ("copyfiles",), "cpx": ("cpx", "cpx2"),
    "tsc-alias": ("tsc-alias",), "vuepress": ("vuepress",), "vitepress": ("vitepress",),
}  # fmt: skip
"""Program → the packages that bring it."""
_MAX_DEPTH = 4


class MissingTool(Struct, frozen=True):
    """A build step whose tool is not installed."""

    install: RunStep
    because: str
    """What left the devDependencies out."""
    because_place: Place
    build: RunStep
    tool: str
    package: str
    manifest: Place
    """Where package.json lists it under devDependencies."""


def missing_tools(target: Target, dockerfile: Dockerfile) -> Iterator[MissingTool]:
    """The first such build of each stage."""
    files = image_files(target, dockerfile)
    for stage in dockerfile.stages:
        found = _in_stage(target, files, dockerfile, stage)
        if found is not None:
            yield found


def _in_stage(
    target: Target, files: ImageFiles, dockerfile: Dockerfile, stage: Stage
) -> MissingTool | None:
    pruned: dict[str, tuple[RunStep, str, Place]] = {}
    added: set[str] = set()
    for step in files.chain_steps(stage):
        asked = npm_install(step.words)
        if asked is not None:
            folder = step.at(asked.folder) if asked.folder else step.folder
            _, because, place = _production(dockerfile, step, asked.production)
            production = leaves_out_development(target, dockerfile, step, asked)
            if production and not _guarded(step):
                pruned.setdefault(folder, (step, because, place))
            else:
                pruned.pop(folder, None)
            continue
        added |= _named(step)
        if not is_build(step.words) or step.stage is not stage:
            continue
        call = script_call(step.words)
        if call is None:
            continue
        folder = step.at(call.folder) if call.folder else step.folder
        if folder not in pruned:
            continue
        install, because, place = pruned[folder]
        if _modules_arrive(files, dockerfile, stage, install, step, folder):
            continue
        manifest = files.origin(stage, posixpath.join(folder, "package.json"), step.instruction)
        package = npm_package(target, posixpath.dirname(manifest)) if manifest else None
        if package is None or package.manifest.problems:
            continue
        for tool in _tools(package, call.script, 0):
            needed = _dev_only(target, package, tool, added)
            if needed is not None:
                return MissingTool(install, because, place, step, tool, needed[0], needed[1])
    return None


def leaves_out_development(
    target: Target, dockerfile: Dockerfile, step: RunStep, asked: NpmInstall
) -> bool:
    """Whether an install leaves the devDependencies out."""
    production, _, _ = _production(dockerfile, step, asked.production)
    return production and (
        asked.production is not None or _obeys_environment(target, asked.manager)
    )


def development_only(target: Target, package: NpmPackage, tool: str) -> str | None:
    """The devDependency that alone brings a program."""
    found = _dev_only(target, package, tool, set())
    return None if found is None else found[0]


def _production(
    dockerfile: Dockerfile, step: RunStep, option: bool | None
) -> tuple[bool, str, Place]:
    """Whether an install leaves devDependencies out, what says so, and where."""
    if option is not None:
        wanted = next(
            (w for w in step.words if w.startswith(("--only", "--omit", "--prod", "-P"))), ""
        )
        return option, wanted, step.place
    for name, value in step.command.assignments:
        if name == "NODE_ENV":
            return value == "production", f"{name}={value}", step.place
    inherited = dockerfile.variables(step.stage, step.instruction).get("NODE_ENV")
    if inherited != "production":
        return False, "", step.place
    place = step.place
    for one in dockerfile.chain(step.stage):
        for other in one.of("ENV", "ARG"):
            for name, _, at in other.assignments:
                if name == "NODE_ENV":
                    place = at
    return True, "NODE_ENV=production", place


def _obeys_environment(target: Target, manager: str) -> bool:
    """Whether ``NODE_ENV`` decides what is installed: not for Bun and the newer Yarns."""
    if manager == "yarn":
        return ".yarnrc.yml" not in files_by_name(target)
    return manager in ("npm", "pnpm")


def _guarded(step: RunStep) -> bool:
    """An `if` decides whether it runs, or an alternative follows."""
    return any(block.branches for block in step.command.blocks) or bool(step.command.fallback)


def _named(step: RunStep) -> set[str]:
    """Packages that a command installs by name."""
    if step.name not in ("npm", "yarn", "pnpm", "bun"):
        return set()
    plain = [word for word in step.words[1:] if not word.startswith("-")]
    if plain[:1] not in (["install"], ["i"], ["add"], ["global"]):
        return set()
    names = set()
    for word in plain[1:]:
        head, at, _ = word[1:].partition("@")
        names.add(word[0] + head if at else word)
    return names


def _modules_arrive(
    files: ImageFiles,
    dockerfile: Dockerfile,
    stage: Stage,
    install: RunStep,
    build: RunStep,
    folder: str,
) -> bool:
    """Whether the modules of another stage are copied in between."""
    between = install.stage is not stage
    for one in stage.instructions:
        if one is install.instruction:
            between = True
        if one is build.instruction:
            return False
        if not between or one.keyword != "COPY" or one.flag("from") is None:
            continue
        if any(
            "node_modules" in word.text or word.text.rstrip("/") in (folder, ".", "")
            for word in one.words
        ):
            return True
    return False


def _tools(package: NpmPackage, script: str, depth: int) -> Iterator[str]:
    """The programs that a script of package.json runs, its own scripts followed."""
    one = package.script(script)
    if one is None or depth > _MAX_DEPTH:
        return
    for hook in (f"pre{script}", None, f"post{script}"):
        entry = one if hook is None else package.script(hook)
        if entry is None:
            continue
        parsed = read_shell(entry.command, package.path)
        for command in parsed.commands:
            words = unwrapped(command.words)
            if command.captured or any(block.branches for block in command.blocks):
                continue
            while words[:1] in (("cross-env",), ("cross-env-shell",), ("env-cmd",), ("dotenv",)):
                yield words[0]
                rest = list(words[1:])
                while rest and ("=" in rest[0] or rest[0].startswith("-")):
                    rest.pop(0)
                words = tuple(rest[1:] if rest[:1] == ["--"] else rest)
            if not words:
                continue
            call = script_call(words)
            if call is not None and not call.folder and package.script(call.script):
                yield from _tools(package, call.script, depth + 1)
            elif words[0] not in ("npx", "npm", "yarn", "pnpm", "bun"):
                yield words[0]


def _dev_only(
    target: Target, package: NpmPackage, tool: str, added: set[str]
) -> tuple[str, Place] | None:
    """The devDependency that brings a program, if nothing else does."""
    names = _PACKAGES.get(tool, (tool,))
    if added & set(names):
        return None
    found: tuple[str, Place] | None = None
    for section, name, _, place in package.manifest.dependencies:
        if name not in names:
            continue
        if section != "devDependencies":
            return None
        found = (name, place)
    if found is not None and _locked_for_all(target, package, found[0]):
        return None
    return found


def _locked_for_all(target: Target, package: NpmPackage, name: str) -> bool:
    """Whether the lockfile says that some dependency proper brings the package as well."""
    for folder in dict.fromkeys((package.folder, package.workspace_root or package.folder)):
        path = posixpath.join(folder, "package-lock.json")
        if not target.has(path) or f'"node_modules/{name}"' not in target.text(path):
            continue
        try:
            entry = json.loads(target.text(path))["packages"][f"node_modules/{name}"]
            return not entry.get("dev", False)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
    return False
