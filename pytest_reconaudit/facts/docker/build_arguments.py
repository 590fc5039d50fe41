"""What builders pass to a Dockerfile's ``ARG``: compose, workflows, ``docker build`` commands."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflow_steps, workflows
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.builds import ImageBuild, build_command, image_builds
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import Target, once

__all__ = ["BuildArgument", "build_arguments"]


class BuildArgument(Struct, frozen=True):
    """One value that one builder gives."""

    name: str
    value: str | None
    """``None`` when a variable hides it."""
    place: Place
    by: str


def build_arguments(target: Target, dockerfile: str) -> tuple[BuildArgument, ...]:
    """Everything that is passed to a Dockerfile, by its path."""
    return _all(target).get(dockerfile, ())


@once
def _all(target: Target) -> dict[str, tuple[BuildArgument, ...]]:
    found: dict[str, dict[BuildArgument, None]] = {}
    for path, argument in (*_compose(target), *_workflows(target), *_commands(target)):
        found.setdefault(path, {})[argument] = None
    return {path: tuple(given) for path, given in found.items()}


def _known(value: str | None) -> str | None:
    return None if value is None or "$" in value else value


def _compose(target: Target) -> Iterator[tuple[str, BuildArgument]]:
    for stack in stacks(target):
        for service in stack.services:
            build = service.build
            if build is None or build.dockerfile is None:
                continue
            by = f"compose service {service.name}"
            for entry in build.args:
                value = _known(entry.value) if entry.resolved else None
                yield build.dockerfile, BuildArgument(entry.key, value, entry.place, by)


def _workflows(target: Target) -> Iterator[tuple[str, BuildArgument]]:
    by_place: dict[Place, list[ImageBuild]] = {}
    for build in image_builds(target):
        if build.origin == "workflow" and build.dockerfile:
            by_place.setdefault(build.place, []).append(build)
    for workflow in workflows(target):
        for _, step in workflow_steps(workflow):
            given = step.with_
            text = given.str("build-args")
            if not text:
                continue
            place = given.key_place("context") if "context" in given else step.uses_place
            at = given.value_place("build-args")
            for build in by_place.get(place, ()):
                for line in text.split("\n"):
                    name, equals, value = line.strip().partition("=")
                    if equals and build.dockerfile is not None:
                        argument = BuildArgument(name, _known(value.strip("\"'")), at, build.by)
                        yield build.dockerfile, argument


def _commands(target: Target) -> Iterator[tuple[str, BuildArgument]]:
    for invocation in invocations_of(target, ("docker", "podman", "nerdctl", "buildah")):
        if not any(word.startswith("--build-arg") for word in invocation.words):
            continue
        place = invocation.command.place
        for dockerfile, *_ in build_command(invocation.words, invocation.resolve, place):
            if dockerfile is None:
                continue
            for word in option_values(invocation.words, "--build-arg", "--build-arg"):
                name, equals, value = word.partition("=")
                filled = invocation.trace.expand(value) if equals else None
                by = f"{invocation.source} {place}"
                yield dockerfile, BuildArgument(name, _known(filled), place, by)
