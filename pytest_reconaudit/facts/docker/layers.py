"""Where a stage takes in its source before it installs its dependencies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.docker.image_files import (
    ImageFiles,
    RunStep,
    absolute,
    image_files,
)
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.installs import dependency_install, npm_install
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage, mount_options
from pytest_reconaudit.target import Target, within

__all__ = ["EarlySource", "Layers"]

_CODE = {
    "npm": (".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", ".svelte", ".astro", ".css"),
    "pip": (".py",),
    "cargo": (".rs",),
    "go": (".go",),
    "dotnet": (".cs", ".fs", ".cshtml", ".razor"),
    "jvm": (".java", ".kt", ".scala", ".groovy"),
    "bundler": (".rb", ".erb"),
    "composer": (".php", ".twig"),
    "mix": (".ex", ".exs", ".heex"),
}
_ASIDE = frozenset({"prisma", "patches", ".yarn", "vendor", "scripts", "drizzle", "migrations"})
"""Folders that an install may need: a schema that a hook generates from, patches, plugins."""
_HELD = {
    "npm": frozenset({"node_modules", ".npm", ".pnpm-store", ".yarn", ".cache", ".bun"}),
    "pip": frozenset(
        {"site-packages", "dist-packages", ".venv", "venv", "wheels", "wheelhouse", ".cache"}
    ),
    "cargo": frozenset(
        {"target", "cargo", ".cargo", "registry", "$CARGO_HOME", "${CARGO_HOME}",
         "$CARGO_TARGET_DIR", "${CARGO_TARGET_DIR}"}
    ),
    "go": frozenset({"go", "pkg", "mod", "vendor", "$GOPATH", "${GOPATH}"}),
    "dotnet": frozenset({".nuget", "packages", "obj"}),
    "jvm": frozenset({".m2", "repository", ".gradle"}),
    "bundler": frozenset({"bundle", "gems"}),
    "composer": frozenset({"vendor"}),
    "mix": frozenset({"deps", "_build"}),
}  # fmt: skip
"""Folders, by their last name, in which what was installed or built of the dependencies lies."""
_MAX_FILES = 400
_MIN_CODE = 3


class EarlySource(Struct, frozen=True):
    """A copy of sources that makes the install behind it run again at every change."""

    copy: Instruction
    source: str
    install: RunStep
    family: str
    stage: Stage


class Layers:
    """The order of the layers, for the Dockerfiles of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def early_sources(self, dockerfile: Dockerfile) -> Iterator[EarlySource]:
        """The first such pair of each stage that the image which ships needs."""
        final = images(self._target).final_stage(dockerfile)
        if final is None:
            return
        files = image_files(self._target, dockerfile)
        for stage in dockerfile.needed(final):
            found = self._first(dockerfile, files, stage)
            if found is not None:
                yield found

    def _first(self, dockerfile: Dockerfile, files: ImageFiles, stage: Stage) -> EarlySource | None:
        steps: dict[int, list[RunStep]] = {}
        for step in files.steps(stage):
            steps.setdefault(id(step.instruction), []).append(step)
        done = {
            family
            for one in dockerfile.chain(stage)[1:]
            for step in files.steps(one)
            if (family := dependency_install(step.words))
        }
        brought: set[str] = set()
        copies: list[Instruction] = []
        for one in stage.instructions:
            brought |= self._brought(dockerfile, files, stage, one)
            if one.keyword in ("COPY", "ADD") and one.flag("from") is None:
                copies.append(one)
                continue
            if one.keyword != "RUN":
                continue
            cached = _has_cache(one)
            for step in steps.get(id(one), ()):
                if _makes_stand_in(step):
                    done.add("cargo")
                family = dependency_install(step.words)
                if not family:
                    continue
                asked = npm_install(step.words)
                # `npm ci` takes away what is there before it installs.
                afresh = asked is not None and asked.manager == "npm" and asked.frozen
                held = family in brought and not afresh
                if family in done or held or cached or (asked is not None and asked.offline):
                    done.add(family)
                    continue
                done.add(family)
                for copy in copies:
                    source = self._broad(files, copy, family)
                    if source is not None:
                        return EarlySource(copy, source, step, family, stage)
        return None

    def _brought(
        self, dockerfile: Dockerfile, files: ImageFiles, stage: Stage, one: Instruction
    ) -> set[str]:
        """The families whose installed dependencies an instruction takes from another stage.

        What that stage installed in the wrong order is told there.
        """
        found: set[str] = set()
        for name, source in _taken(one):
            other = dockerfile.stage(name, before=stage.index)
            if other is None:
                continue
            inner = absolute(files.workdir(other), files.expand(stage, one, source))
            last = posixpath.basename(source.rstrip("/"))
            own = dockerfile.chain(other)
            for below in dockerfile.needed(other):
                for step in files.steps(below):
                    family = dependency_install(step.words)
                    whole = below in own and within(step.folder, inner.rstrip("/"))
                    if family and (whole or last in _HELD[family]):
                        found.add(family)
        return found

    def _broad(self, files: ImageFiles, copy: Instruction, family: str) -> str | None:
        """The source of a copy that brings in the code of a family, if it does."""
        for word in copy.sources:
            written = word.text.strip("\"'")
            clean = posixpath.normpath("/" + written).lstrip("/")
            if not clean:
                return written
            if "$" in written or "://" in written or posixpath.basename(clean) in _ASIDE:
                continue
            for context in files.contexts:
                folder = posixpath.join(context.path, clean)
                if not self._target.has_dir(folder):
                    continue
                below = islice(self._target.below(folder), _MAX_FILES)
                if sum(path.endswith(_CODE[family]) for path in below) >= _MIN_CODE:
                    return written
        return None


def _taken(one: Instruction) -> Iterator[tuple[str, str]]:
    """(stage, path in it as written) of what an instruction takes from other stages."""
    flag = one.flag("from")
    if one.keyword == "COPY" and flag is not None:
        for word in one.sources:
            yield flag.value, word.text
    for mount in one.flags if one.keyword == "RUN" else ():
        options = mount_options(mount.value) if mount.name == "mount" else {}
        if "from" in options and options.get("type", "bind") == "bind":
            yield options["from"], options.get("source") or options.get("src") or "/"


def _makes_stand_in(step: RunStep) -> bool:
    """Whether a command makes a source file for a build of the dependencies alone."""
    if any(redirect.target.endswith(".rs") for redirect in step.command.redirects):
        return True
    if step.name == "touch":
        return False  # `touch src/main.rs` only makes cargo look again
    return step.name == "cargo" and step.words[1:2] in (("init",), ("new",))


def _has_cache(one: Instruction) -> bool:
    return any(
        flag.name == "mount" and mount_options(flag.value).get("type") == "cache"
        for flag in one.flags
    )
