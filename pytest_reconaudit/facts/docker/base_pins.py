"""Which versions of other people's images a Dockerfile asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.build_arguments import BuildArgument, build_arguments
from pytest_reconaudit.facts.docker.builds import image_builds
from pytest_reconaudit.facts.docker.dockerfile_faults import OFFICIAL
from pytest_reconaudit.facts.docker.image_files import image_files
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.image_variants import is_release_name, is_variant_only
from pytest_reconaudit.facts.installs import npm_install
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    ImageReference,
    Stage,
    copied_from,
    image_reference,
)
from pytest_reconaudit.target import Target, once

__all__ = ["BaseImage", "BaseImages", "Drift", "base_images", "drifts"]

_DIGIT = regex(r"\d")
_PINNED_BY_NAME = regex(r"distroless/.*\d|ubi\d|ubi-minimal\d")
"""Images that carry the version in their name: ``distroless/cc-debian12``."""

_DISTROLESS = regex(r"^gcr\.io/distroless/(?:static|base|base-nossl|cc|python3|java-base)$")
"""Google's images, of which each release of Debian is a name of its own, and no tag a version."""


class BaseImage(Struct, frozen=True):
    """An image that is neither a stage of the file nor built under that name in the repository."""

    place: Place
    evidence: str
    image: ImageReference
    how: str
    """``latest``, ``untagged`` (nothing but the name), ``variant`` (the tag says how it is made),
    ``floating`` (another tag without a version) or ``pinned``."""

    @property
    def title(self) -> str:
        tag = f":{self.image.tag}" if self.image.tag else ""
        return f"{self.image.name}{tag}"

    @property
    def release(self) -> str:
        """For an image that has no tags with versions: its name for one release of Debian."""
        if _DISTROLESS.search(self.image.name) is None:
            return ""
        tag = self.image.tag if self.image.tag != "latest" else ""
        return f"{self.image.name}-debian12{':' if tag else ''}{tag}"


class Drift(Struct, frozen=True):
    """A command that brings whatever is newest into a stage whose base is pinned."""

    place: Place
    text: str
    stage: Stage
    tool: str


def base_images(target: Target, dockerfile: Dockerfile) -> Iterator[BaseImage]:
    """Every ``FROM`` and every image in ``--from=``, each name once, in file order.

    Names that a variable without default hides are left out.
    """
    given = build_arguments(target, dockerfile.path)
    all_images = images(target)
    own = _built_here(target) | all_images.stage_names(dockerfile)
    seen: set[str] = set()

    def is_context(name: str) -> bool:
        # Docker Hub has no such image: whoever gives builds a context of this name means it.
        bare = not re.search(r"[/:@.]", name) and name.lower() not in OFFICIAL
        return bare and name not in own and all_images.is_context_somewhere(name)

    for stage in dockerfile.stages:
        if stage.parent is None and stage.base and stage.base not in seen:
            seen.add(stage.base)
            if not is_context(stage.base):
                yield from _judged(
                    stage.base, stage.place, stage.start.written, own, given, stage.written
                )
        for name, place in copied_from(stage):
            if "$" in name or name in seen or dockerfile.stage(name) is not None or name.isdigit():
                continue
            seen.add(name)
            if (re.search(r"[/:@.]", name) or name not in own) and not is_context(name):
                yield from _judged(name, place, f"--from={name}", own, given, name)


def _judged(
    base: str,
    place: Place,
    evidence: str,
    own: frozenset[str],
    given: tuple[BuildArgument, ...],
    written: str,
) -> Iterator[BaseImage]:
    image = image_reference(base)
    if image.name in ("scratch", "") or base in own or image.name in own:
        return
    how = _how(image)
    if how != "pinned" and _always_passed(written, given):
        return
    yield BaseImage(place, evidence, image, how)


def _how(image: ImageReference) -> str:
    tag = image.tag
    if image.digest or (tag != "latest" and _DIGIT.search(tag)):
        return "pinned"
    if _PINNED_BY_NAME.search(image.name):
        return "pinned"
    if not tag:
        return "untagged"
    if tag == "latest":
        return "latest"
    if is_release_name(image):
        return "pinned"
    return "variant" if is_variant_only(image) else "floating"


_REFERENCE = regex(r"\$\{?([A-Za-z_]\w*)")


def _always_passed(written: str, given: tuple[BuildArgument, ...]) -> bool:
    """Whether builders replace the default of the variable in an image's name by a version."""
    for name in _REFERENCE.findall(written):
        values = [one.value for one in given if one.name == name]
        if values and all(value and _DIGIT.search(value) for value in values):
            return True
    return False


@once
def _built_here(target: Target) -> frozenset[str]:
    """The names, with and without their tags, that builds of the repository give to images."""
    names: set[str] = set()
    for build in image_builds(target):
        for name in build.names:
            plain = image_reference(name).name
            if plain and "$" not in plain and "/" not in plain:
                names |= {plain, name}
            elif "$" not in name:
                names.add(name)
    return frozenset(names)


def drifts(target: Target, dockerfile: Dockerfile) -> Iterator[Drift]:
    """Upgrades to whatever is newest, in stages whose base says a version."""
    files = image_files(target, dockerfile)
    for stage in dockerfile.stages:
        image = dockerfile.chain(stage)[-1].image
        if image is None or _how(image) != "pinned":
            continue
        for step in files.steps(stage):
            tool = _upgrade(step.words)
            if tool:
                yield Drift(step.place, step.text, stage, tool)


def _upgrade(words: tuple[str, ...]) -> str:
    name = words[0].rpartition("/")[2] if words else ""
    plain = [word for word in words[1:] if not word.startswith("-")]
    if name == "rustup" and plain[:1] in (["update"], ["upgrade"]):
        return "" if any(_DIGIT.search(word) for word in plain[1:]) else "rustup update"
    if name in ("apt-get", "apt") and plain[:1] in (
        ["upgrade"], ["dist-upgrade"], ["full-upgrade"],
    ):  # fmt: skip
        return f"{name} {plain[0]}"
    if name == "npm" and plain[:1] in (["install"], ["i"]) and npm_install(words) is None:
        everywhere = {"-g", "--global", "--location=global"} & set(words)
        if everywhere and any(word in ("npm", "npm@latest") for word in plain[1:]):
            return "npm install -g npm@latest"
    return ""


class BaseImages:
    """Both questions, asked of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def of(self, dockerfile: Dockerfile) -> tuple[BaseImage, ...]:
        """See :func:`base_images`; what ships is built on that in front."""
        final = images(self._target).final_stage(dockerfile)
        at = dockerfile.chain(final)[-1].place if final is not None else None
        found = base_images(self._target, dockerfile)
        return tuple(sorted(found, key=lambda one: one.place != at))

    def drifts(self, dockerfile: Dockerfile) -> tuple[Drift, ...]:
        """See :func:`drifts`."""
        return tuple(drifts(self._target, dockerfile))
