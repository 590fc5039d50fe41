"""What runs in a container: which code of the repository, or which ready-made server.

An image is followed from the name that a compose service or a Kubernetes container uses, through
whoever builds that name, to its Dockerfile, and from there to the package whose program it starts.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.model import Note
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import Dockerfile, ImageReference, Stage
from pytest_reconaudit.readers.manifest import Container
from pytest_reconaudit.target import Target

__all__ = [
    "Program",
    "dockerfiles_of_image",
    "program_of_container",
    "program_of_dockerfile",
    "program_of_service",
]


class Program(Struct, frozen=True, eq=False):
    """What a container runs, as far as the repository tells."""

    dockerfile: Dockerfile | None
    """The file that the image is built from; ``None`` for an image of somebody else."""
    stage: Stage | None
    """The stage that is deployed."""
    base: ImageReference | None
    """The ready-made image below it all, through stage aliases; or the image itself."""
    folders: tuple[str, ...]
    """Applications of the repository (see ``facts.applications``) whose code is in the image."""
    package: str | None
    """Folder of the one package whose program is started; ``None`` when it cannot be told."""
    server: str
    """``nginx``, ``caddy``, ``httpd``, ``redis``, ``postgres`` …: the ready-made server that the
    container starts; empty when it starts the repository's own program or an unknown one."""
    configs: tuple[str, ...] = ()
    """Repository paths of the configuration files that this server reads."""
    certain: bool = True
    """The image name was not joined with a Dockerfile by likeness."""
    joined: Note | None = None
    """What joins the image name with the Dockerfile: the place that builds that name."""


def program_of_dockerfile(
    target: Target, dockerfile: Dockerfile, stage: Stage | None = None
) -> Program | None:
    """What the image of a Dockerfile runs; of its deployed stage unless one is given."""
    raise NotImplementedError


def program_of_service(target: Target, stack: Stack, service: ComposeService) -> Program | None:
    """What a merged compose service runs, its ``command`` and mounts taken into account."""
    raise NotImplementedError


def program_of_container(target: Target, container: Container) -> Program | None:
    """What a container of a Kubernetes workload runs."""
    raise NotImplementedError


def dockerfiles_of_image(target: Target, image: str) -> tuple[tuple[Dockerfile, Note, bool], ...]:
    """The Dockerfiles that build an image name: (file, where it is built under that name, certain).

    ``certain`` is false when only the last part of the name and the application's name agree.
    """
    raise NotImplementedError
