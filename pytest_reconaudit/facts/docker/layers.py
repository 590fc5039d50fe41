"""Where a stage takes in its source before it installs its dependencies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, image_files
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.installs import dependency_install, npm_install
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage, mount_options
from pytest_reconaudit.target import Target

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
        copies: list[Instruction] = []
        for one in stage.instructions:
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
                if family in done or cached or (asked is not None and asked.offline):
                    done.add(family)
                    continue
                done.add(family)
                for copy in copies:
                    source = self._broad(files, copy, family)
                    if source is not None:
                        return EarlySource(copy, source, step, family, stage)
        return None

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
