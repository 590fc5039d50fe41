"""Packages that a program must hold once, and that a plugin takes from its host."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.facts.web.entrances import is_given_out
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["of_host"]

_ONCE = regex(r"@nestjs/.+|react|react-dom|vue|typeorm|graphql|next|@angular/.+")
"""A second copy of them knows nothing of what the first one holds."""
_LIBRARY = regex(
    r"\"(?:files|exports|publishConfig|peerDependencies|types|typings|module)\"\s{0,9}:"
)
"""Keys of a package that others take in."""


def of_host(target: Target, package: NpmPackage, names: Iterable[str]) -> tuple[str, ...]:
    """Those of some names that belong into the ``peerDependencies`` of a published package, because
    the program that takes it in has them. A program is a host, as is what
    depends on the framework."""
    if (
        not is_given_out(package)
        or package.manifest.bins
        or _LIBRARY.search(target.text(package.path)) is None
    ):
        return ()
    own = {_family(name) for kind, name, *_ in package.manifest.dependencies if kind == _OWN}
    return tuple([one for one in names if _ONCE.fullmatch(one) and _family(one) not in own])


_OWN = "dependencies"


def _family(name: str) -> str:
    return name.partition("/")[0] if name.startswith("@") else name.partition("-")[0]
