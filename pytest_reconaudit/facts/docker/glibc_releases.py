"""Which release of Debian or Ubuntu an image is built on, and so which glibc it has.

Facts about public images; nothing here knows a repository. What the tag does not tell for sure is
``None``: other distributions, Alpine, and versions at the border of two releases.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import ImageReference

__all__ = ["CODENAMES", "Release", "named_release", "release_of"]


class Release(Struct, frozen=True):
    """A release of a distribution."""

    codename: str
    title: str
    """``Debian 12 (bookworm)``."""
    glibc: tuple[int, int]
    moving: bool = False
    """The tag means another release from time to time; this is today's."""

    @property
    def version(self) -> str:
        """The glibc as text: ``2.36``."""
        return f"{self.glibc[0]}.{self.glibc[1]}"

    @property
    def number(self) -> str:
        """``12`` or ``22.04``."""
        return self.title.split()[1]

    @property
    def is_debian(self) -> bool:
        return self.title.startswith("Debian")


_RELEASES = {
    one.codename: one
    for one in (
        Release("buster", "Debian 10 (buster)", (2, 28)),
        Release("bullseye", "Debian 11 (bullseye)", (2, 31)),
        Release("bookworm", "Debian 12 (bookworm)", (2, 36)),
        Release("trixie", "Debian 13 (trixie)", (2, 41)),
        Release("bionic", "Ubuntu 18.04", (2, 27)),
        Release("focal", "Ubuntu 20.04", (2, 31)),
        Release("jammy", "Ubuntu 22.04", (2, 35)),
        Release("noble", "Ubuntu 24.04", (2, 39)),
        Release("plucky", "Ubuntu 25.04", (2, 41)),
        Release("questing", "Ubuntu 25.10", (2, 42)),
    )
}
_NUMBERS = {
    "debian10": "buster", "debian11": "bullseye", "debian12": "bookworm", "debian13": "trixie",
    "ubuntu18.04": "bionic", "ubuntu20.04": "focal", "ubuntu22.04": "jammy",
    "ubuntu24.04": "noble", "ubuntu25.04": "plucky", "ubuntu25.10": "questing",
}  # fmt: skip
_OTHERS = frozenset(
    {"stretch", "jessie", "xenial", "trusty", "oracular", "mantic", "lunar", "kinetic", "resolute",
     "forky", "sid"}
)  # fmt: skip
CODENAMES = frozenset({*_RELEASES, *_OTHERS})
"""Words that name a release, whether its glibc is known here or not."""
_WORD = regex(r"[a-z]+")
_NUMBERED = regex(r"(?:^|[^a-z0-9])(debian|ubuntu)[-_:]?(\d{2}(?:\.\d{2})?)(?![\d])")
_PREFIXES = (
    "public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "ghcr.io/rust-lang/",
)  # fmt: skip
"""Registries that hold the official images under the same tags."""
_RUST = regex(r"(?:(\d{1,2})(?:\.(\d{1,3})(?:\.\d{1,3})?)?)?-?(slim)?|latest")
_CHEF = regex(r"(?:latest|\d+\.\d+\.\d+)-rust-(.+)")
_MOVING_DEBIAN = {
    "": "trixie", "latest": "trixie", "stable": "trixie", "oldstable": "bookworm",
}  # fmt: skip


def named_release(codename: str) -> Release | None:
    """The release with this codename."""
    return _RELEASES.get(codename)


def release_of(image: ImageReference) -> Release | None:
    """The release that an image is built on; ``None`` when its name does not tell."""
    name, tag = image.name.lower(), image.tag.lower()
    for prefix in _PREFIXES:
        if name.startswith(prefix) and "/" not in name[len(prefix) :]:
            name = name[len(prefix) :]
    full = f"{name}:{tag}"
    if "alpine" in full or "musl" in full or "windows" in full or "nanoserver" in full:
        return None
    if name.startswith("gcr.io/distroless/static"):
        return None  # it has no libc at all
    told = {word for word in _WORD.findall(tag) if word in CODENAMES}
    for match in _NUMBERED.finditer(full):
        number = match[2] if match[1] == "ubuntu" else match[2][:2]  # `debian:12.11-slim`
        told.add(_NUMBERS.get(match[1] + number, match[0]))
    if told:
        return _RELEASES.get(told.pop()) if len(told) == 1 else None
    if name == "debian":
        found = _MOVING_DEBIAN.get(tag.removesuffix("-slim"))
        return _moving(found) if found and not image.digest else None
    if name == "rust":
        return _of_rust(tag, digest=bool(image.digest), chef=False)
    if name == "lukemathwalker/cargo-chef":
        version = _CHEF.fullmatch(tag)
        return _of_rust(version[1], digest=bool(image.digest), chef=True) if version else None
    return None


def _moving(codename: str) -> Release:
    one = _RELEASES[codename]
    return Release(one.codename, one.title, one.glibc, moving=True)


def _of_rust(tag: str, *, digest: bool, chef: bool) -> Release | None:
    """The default Debian of the official image, by the version in a tag without a codename.

    It was bullseye from 1.55 (September 2021), bookworm from 1.72 (August 2023) and is trixie
    since 19 August 2025, when 1.89 was the newest and its tags were moved.
    """
    match = _RUST.fullmatch(tag)
    if match is None or (match[1] and match[1] != "1"):
        return None
    if not match[2]:
        return None if digest else _moving("trixie")
    minor = int(match[2])
    if minor >= 90:
        return _RELEASES["trixie"]
    if minor == 89:
        return None if digest or chef else _RELEASES["trixie"]
    if 72 <= minor <= 88:
        return _RELEASES["bookworm"]
    if 55 <= minor <= 70:
        return _RELEASES["bullseye"]
    return _RELEASES["buster"] if 38 <= minor <= 54 else None
