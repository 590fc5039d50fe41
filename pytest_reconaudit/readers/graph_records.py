"""What is kept of a file's part of a GraphQL schema, and of the functions that answer fields."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ROOT", "GraphAnswer", "GraphCall", "GraphFile", "GraphResolver"]

ROOT = "Query"
"""The type whose fields clients ask for first."""


class GraphAnswer(Struct, frozen=True, gc=False, array_like=True):
    """A field of a type, and the type that it answers with."""

    owner: str
    """The type that has it, as its file names it; ``Query`` for what clients ask for first."""
    name: str
    of: str
    """The type of what it answers with, as its file names it; empty where the schema alone says."""
    many: bool
    """It answers with any number of them."""
    line: int
    method: int = 0
    """Line of the name of the function that answers it; 0 where none is known here."""
    narrow: bool = False
    """It asks for those of one parent, or of the user who asks, by its name or arguments."""
    by_name: bool = False
    """Its types are those of a schema that is written as text, one for the whole repository."""


class GraphCall(Struct, frozen=True, gc=False, array_like=True):
    """A call that the function of a field makes."""

    name: str
    line: int
    when: str = ""
    """``keyed``: only where its parent has a key; ``some``: under another condition, or in a loop;
    empty: whenever it runs."""


class GraphResolver(Struct, frozen=True, gc=False, array_like=True):
    """A function that answers a field of each parent that a client selects it of."""

    type: str
    """The parent's, as its file names it."""
    field: str
    owner: str
    """The class or object that it belongs to."""
    function: str
    line: int
    """Of its name."""
    calls: tuple[GraphCall, ...]
    held: bool
    """It may answer with what its parent has already."""
    by_name: bool = False
    """See :attr:`GraphAnswer.by_name`."""
    lazy: tuple[tuple[int, str], ...] = ()
    """(line, table) of the querysets of Django that it gives back, which are sent as soon as they
    are gone over."""


class GraphFile(Struct, frozen=True, array_like=True):
    answers: tuple[GraphAnswer, ...]
    resolvers: tuple[GraphResolver, ...]
    handlers: tuple[tuple[str, int], ...] = ()
    """(class of a message, line of the name of the method that is run for it):
    ``@QueryHandler(ListOrders)``."""
