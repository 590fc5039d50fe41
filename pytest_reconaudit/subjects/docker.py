"""What the docker checks are run on: one Dockerfile each, and who builds them."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.docker.images import Images, dockerfiles
from pytest_reconaudit.facts.docker.images import images as all_images
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
