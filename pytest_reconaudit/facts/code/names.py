"""What the resolvers of all languages share: references to functions, what is known of types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from pytest_reconaudit.readers.scans.outline import FileOutline, OutlinedCall

__all__ = ["MAX_DEPTH", "OUTSIDE", "Key", "Names", "Outlines", "Ref", "Typed"]

MAX_DEPTH = 12
"""Re-exports, aliases and values that are followed one after the other."""


class Ref(Struct, frozen=True, gc=False):
    """A function of the repository (no test code): hashable, comparable."""

    path: str
    index: int
    """Position among the functions of its file's outline."""


Outlines = Mapping[str, FileOutline]
Key = tuple[str, ...]
"""A type of the repository: where it is declared and its name."""


class Typed(Struct, frozen=True, gc=False):
    """What is known of a value's type."""

    key: Key | None
    """The type of the repository; ``None`` for one that is surely none of it."""
    locked: bool = False
    """It lies behind a lock or cell: ``Arc<RwLock<T>>``."""
    maybe: bool = False
    """It lies in an ``Option`` or ``Result``."""


OUTSIDE = Typed(None)


class Names(Protocol):
    """Resolves the calls of one language."""

    def meant(self, caller: Ref, call: OutlinedCall) -> tuple[Ref, ...] | None:
        """See ``functions.meant``."""
        ...

    def named(self, path: str, words: tuple[str, ...]) -> tuple[Ref, ...]:
        """The functions that a name means at the top of a file; none when it cannot be told."""
        ...
