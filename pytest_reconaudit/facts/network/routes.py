"""The HTTP paths that each application of the repository really serves.

Registrations are followed from the server's start through scopes, nested routers and the functions
that they are handed to; what nothing reaches is not served. A registration that cannot be followed
makes the table *incomplete*: then nothing is concluded about a path that it lacks.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.target import Target

__all__ = ["Route", "RouteTable", "route_tables", "routes_of"]


class Route(Struct, frozen=True):
    """One registered path."""

    method: str
    """``GET``, ``POST`` …; ``*`` for any."""
    path: str
    """Joined through all scopes, parameters as ``{name}``, a tail as ``{*name}``: ``/api/u/{id}``."""
    place: Place
    handler: str = ""
    """The name of the function that answers, as written; empty for closures."""


class RouteTable(Struct, frozen=True, eq=False):
    """What one server of the repository serves."""

    folder: str
    """The package that the server is in (see ``facts.packages``); empty for the root."""
    framework: str
    """``actix``, ``axum``, ``express``, ``fastify``, ``fastapi``, ``nginx`` …"""
    routes: tuple[Route, ...]
    complete: bool
    """Every registration was followed; otherwise "not served" must not be said."""
    main: Place
    """Where the server is started, or its first registration."""
    doubt: Note | None = None
    """Why the table is incomplete."""

    def serves(self, path: str, method: str = "GET") -> bool | None:
        """Whether a request is answered by a route; ``None`` when this cannot be told."""
        raise NotImplementedError

    def nearest(self, path: str) -> Route | None:
        """The served route most like a path that is not served, for a hint."""
        raise NotImplementedError


def route_tables(target: Target) -> tuple[RouteTable, ...]:
    """Every server of the repository, by folder."""
    raise NotImplementedError


def routes_of(target: Target, program: Program) -> RouteTable | None:
    """What a container serves: its package's table, or its nginx's; ``None`` when unknown."""
    raise NotImplementedError
