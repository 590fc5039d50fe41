"""One line of the lists of a package.json."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.model import Place

__all__ = ["Dependency"]


class Dependency(Struct, frozen=True):
    name: str
    version: str
    section: str
    place: Place

    @property
    def types(self) -> str:
        """The package that declares its types, where it does not bring them."""
        return f"@types/{self.name.removeprefix('@').replace('/', '__')}"
