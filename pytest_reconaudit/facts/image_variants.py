"""Tags that say how an image is made, and not which version of it: ``redis:alpine``."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import ImageReference

__all__ = ["is_release_name", "is_variant_only"]

_SYSTEMS = frozenset(
    {
        "debian",
        "ubuntu",
        "buildpack-deps",
        "debian-debootstrap",
        "ubuntu-debootstrap",
        "kali-rolling",
    }
)
_CODENAMES = (
    "jessie|stretch|buster|bullseye|bookworm|trixie|forky|trusty|xenial|bionic|focal|jammy|noble"
    "|oracular|plucky|questing|resolute"
)
_NAMED = regex(rf"(?:^|-)(?:{_CODENAMES})(?:$|-)")
_WORD = (
    rf"(?:{_CODENAMES}|alpine|slim|debian|ubuntu|distroless|musl|glibc|uclibc|fpm|apache|cli|zts"
    r"|perl|jre|jdk|management|latest)"
)
_VARIANT = regex(rf"{_WORD}(?:-{_WORD}){{0,5}}")
"""Also ``latest-alpine``. Words that name a line of releases (``stable``, ``lts``, ``main``,
``edge``) are none of these."""


def is_release_name(image: ImageReference) -> bool:
    """Whether the tag names a release of Debian or Ubuntu, of an image that is that system."""
    return image.short in _SYSTEMS and _NAMED.search(image.tag) is not None


def is_variant_only(image: ImageReference) -> bool:
    """Whether the tag names nothing but a variant: it moves as ``latest`` does."""
    if image.digest or is_release_name(image) or image.short[-1:].isdigit():
        return False  # `php83:fpm` has its version in the name
    return image.tag != "latest" and _VARIANT.fullmatch(image.tag) is not None
