"""What the images of compose services are pinned to: nothing, a version, a version that is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.compose.image_ages import EndedImage, ended, major_of
from pytest_reconaudit.facts.compose.published import (
    is_deployed,
    is_of_project,
    tag_is_handed_over,
)
from pytest_reconaudit.facts.compose.siblings import variants
from pytest_reconaudit.facts.compose.stacks import compose_files, stacks
from pytest_reconaudit.facts.compose.workbenches import is_work_file
from pytest_reconaudit.facts.image_variants import is_variant_only
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.told_once import also_in, told_once
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import ImageReference, image_reference
from pytest_reconaudit.target import Target, once

__all__ = [
    "FileImages",
    "ImagePin",
    "file_images",
    "images_also",
    "images_listed",
    "images_related",
    "moving_sentence",
    "own_images",
]

_SHOWN = 5

_BRACED = regex(r"\$\{[^{}]{0,300}\}")


_WITHDRAWN = regex(r"(?:(?:docker\.io|registry-1\.docker\.io)/)?bitnami/[\w.-]+[:@]")


class ImagePin(Struct, frozen=True):
    """One ``image:`` line that is pulled."""

    service: str
    place: Place
    written: str
    """As resolved, variables without default left in."""
    reference: ImageReference
    ended: EndedImage | None = None
    other: tuple[Place, str] | None = None
    """Where Kubernetes runs another major version of the same image."""
    own: bool = False
    """The project publishes it, and this file is for those who install it."""
    elsewhere: tuple[Place, ...] | None = ()
    """Where variants of the file have the same; ``None`` where one of those tells it."""

    @property
    def moving(self) -> bool:
        """Whether the next pull may bring anything: ``latest``, a variant alone, or neither tag
        nor digest."""
        if self.reference.digest:
            return False
        return self.reference.tag in ("", "latest") or is_variant_only(self.reference)

    @property
    def withdrawn(self) -> bool:
        """Whether Docker Hub has it no more: Bitnami moved all its versions on 2025-09-29."""
        return not self.moving and _WITHDRAWN.match(self.written) is not None


class FileImages(Struct, frozen=True):
    """The images that one compose file has pulled."""

    pins: tuple[ImagePin, ...]
    open: int
    """How many depend on variables without a default."""
    development: bool
    """The file is for development, tests or an example."""

    @property
    def told(self) -> tuple[ImagePin, ...]:
        """Those that no variant of the file tells."""
        return tuple(pin for pin in self.pins if pin.elsewhere is not None)


@once
def file_images(target: Target) -> Mapping[str, FileImages]:
    """Compose file → its images, each line once; services that are built here are left out."""
    pins: dict[str, dict[Place, ImagePin]] = {}
    unresolved: dict[str, set[Place]] = {}
    built: set[Place] = set()
    own = own_images(target)
    clustered = _clustered(target)
    for stack in stacks(target):
        outputs = {_plain(one.image) for one in stack.services if one.build and one.image}
        for service in stack.services:
            place, image = service.image_place, service.image
            if place is None or image is None or image == "$extended":
                continue
            if service.build is not None or _never_pulled(service) or _plain(image) in outputs:
                built.add(place)
                continue
            reference = _reference(image)
            if reference is None or _is_chosen(target, service):
                unresolved.setdefault(place.path, set()).add(place)
                continue
            if "/" not in reference.name and reference.name in own:
                built.add(place)  # a name without a registry that this repository builds
                continue
            pin = ImagePin(
                service=service.name,
                place=place,
                written=image,
                reference=reference,
                ended=None if reference.digest else ended(reference),
                other=_differing(reference, clustered),
            )
            if pin.moving and (reference.name in own or is_of_project(target, reference)):
                pin = replace(pin, own=not is_deployed(target, place.path))
            pins.setdefault(place.path, {})[place] = pin
    return _told(
        target,
        {
            file.path: FileImages(
                pins=tuple(
                    pin
                    for place, pin in sorted(
                        pins.get(file.path, {}).items(), key=lambda pair: pair[0].key()
                    )
                    if place not in built
                ),
                open=len(unresolved.get(file.path, ())),
                development=is_work_file(target, file.path),
            )
            for file in compose_files(target)
        },
    )


def _told(target: Target, files: Mapping[str, FileImages]) -> Mapping[str, FileImages]:
    """One image of one service in several variants of a stack is told of the first of them; what
    is for development is not told for the others."""
    group = variants(target)

    def cause(pin: ImagePin) -> tuple[str, bool, str, str, bool]:
        path = pin.place.path
        return group[path], files[path].development, pin.service, pin.written, pin.own

    pins = {path: file.pins for path, file in files.items()}
    told = told_once(target, pins, cause, lambda pin: pin.place)
    return {
        path: replace(
            file,
            pins=tuple(replace(pin, elsewhere=told[cause(pin)][path]) for pin in file.pins),
        )
        for path, file in files.items()
    }


def moving_sentence(pins: Sequence[ImagePin]) -> str:
    """That images have no version; empty for none."""
    if len(pins) == 1:
        whose = ", the project's own image," if pins[0].own else ""
        return f"{pins[0].written}{whose} is pulled without a version{images_also(pins)}"
    whose = " of the project itself" if all(pin.own for pin in pins) else ""
    return f"{len(pins)} images{whose} are pulled without a version: {images_listed(pins)}"


def images_listed(pins: Sequence[ImagePin]) -> str:
    """What several pins say, each with its line, and in which variants of the file they stand."""
    names = [f"{pin.written} (line {pin.place.line})" for pin in pins]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}{images_also(pins)}"


def images_also(pins: Sequence[ImagePin]) -> str:
    """In which variants of their file pins stand, too; empty when in none."""
    return also_in(at for pin in pins for at in pin.elsewhere or ())


def images_related(pins: Sequence[ImagePin]) -> list[tuple[Place, str]]:
    """All places but the first, those of other files behind."""
    return [(pin.place, pin.written) for pin in pins[1:]] + [
        (at, pin.written) for pin in pins for at in pin.elsewhere or ()
    ]


def _plain(image: str | None) -> str:
    return image_reference(image).name if image else ""


def _is_chosen(target: Target, service: ComposeService) -> bool:
    """Whether the repository's own commands say which tag it is."""
    found = service.find("image")
    raw = str(found.value) if found is not None else ""
    return "$" in raw and tag_is_handed_over(target, raw)


def _never_pulled(service: ComposeService) -> bool:
    found = service.find("pull_policy")
    return found is not None and str(found.value) in ("never", "build")


def _reference(image: str) -> ImageReference | None:
    """The image taken apart; nothing when a variable may hold the tag."""
    if "$" not in image:
        return image_reference(image) if image.strip() else None
    shut = _BRACED.sub("$", image)
    last = shut.rpartition("/")[2]
    if "$" in last or "$" in shut.partition("@")[2]:
        return None
    return image_reference(shut)


@once
def own_images(target: Target) -> frozenset[str]:
    """Names that this repository's commands and compose files give to what they build."""
    found = set()
    for stack in stacks(target):
        found |= {_plain(one.image) for one in stack.services if one.build and one.image}
    for call in invocations_of(target, ("docker", "podman", "nerdctl", "buildah")):
        if "build" in call.words[1:4] or "bud" in call.words[1:3]:
            for option, value in zip(call.words, call.words[1:], strict=False):
                if option in ("-t", "--tag"):
                    found.add(_plain(value))
                elif option.startswith("--tag="):
                    found.add(_plain(option[6:]))
    return frozenset(found) - {""}


def _clustered(target: Target) -> dict[str, dict[str, Place]]:
    """Image name → major version → where a manifest that is not an example runs it."""
    found: dict[str, dict[str, Place]] = {}
    for workload in workloads(target):
        for seen in workload.sightings:
            pod = seen.object.pod
            if pod is None or seen.environment in ("example", "test"):
                continue
            for container in pod.all_containers:
                reference = image_reference(container.image)
                major = major_of(reference)
                if major:
                    found.setdefault(reference.name, {}).setdefault(major, container.image_place)
    return found


def _differing(
    reference: ImageReference, clustered: Mapping[str, Mapping[str, Place]]
) -> tuple[Place, str] | None:
    majors = clustered.get(reference.name)
    major = major_of(reference)
    if not majors or not major or major in majors:
        return None
    first = min(majors, key=lambda one: majors[one].key())
    return majors[first], first
