"""What the docker checks are run on: one Dockerfile each, and who builds them."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.docker.base_pins import BaseImages
from pytest_reconaudit.facts.docker.build_inputs import BuildInputs
from pytest_reconaudit.facts.docker.context_ignores import ignored_contexts
from pytest_reconaudit.facts.docker.image_users import ImageUsers
from pytest_reconaudit.facts.docker.images import Images, dockerfiles
from pytest_reconaudit.facts.docker.images import images as all_images
from pytest_reconaudit.facts.docker.layers import Layers
from pytest_reconaudit.facts.docker.masked_errors import MaskedErrors
from pytest_reconaudit.facts.docker.mentions import DockerfileReferences, dockerfile_references
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target


@subject("dockerfile")
def _dockerfiles(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in dockerfiles(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no Dockerfile in the repository")


@fact("images")
def _images(target: Target) -> Images:
    return all_images(target)


@subject("build_context")
def _build_contexts(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.title, one) for one in ignored_contexts(target)]
    if found:
        return found
    if dockerfiles(target):
        return Nothing(SkipReason.CONTEXT_UNKNOWN, "no folder is copied from a known build context")
    return Nothing(SkipReason.NO_INPUT, "no Dockerfile in the repository")


@fact("base_images")
def _base_images(target: Target) -> BaseImages:
    return BaseImages(target)


@fact("image_users")
def _image_users(target: Target) -> ImageUsers:
    return ImageUsers(target)


@fact("layers")
def _layers(target: Target) -> Layers:
    return Layers(target)


@fact("masked_errors")
def _masked_errors(target: Target) -> MaskedErrors:
    return MaskedErrors(target)


@fact("build_inputs")
def _build_inputs(target: Target) -> BuildInputs:
    return BuildInputs(target)


@fact("dockerfile_references")
def _references(target: Target) -> DockerfileReferences:
    return dockerfile_references(target)
