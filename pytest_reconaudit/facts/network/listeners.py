"""The ports that programs really listen on: from source, server configuration, image defaults.

``EXPOSE``, ``containerPort`` and ``ports:`` are claims, not listeners. A port that comes from an
environment variable is resolved with the environment that the container is given.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.target import Target

__all__ = ["Bind", "Listener", "Listening", "binds", "listening"]


class Bind(Struct, frozen=True):
    """One place in source where a server takes its port and address."""

    folder: str
    """The package that it is in."""
    place: Place
    written: str
    """The argument as written."""
    port: int | None
    """The literal port, or the default of the key; ``None`` when it cannot be told."""
    key: str = ""
    """The environment variable that sets it; empty when the port is a literal."""
    host: str = ""
    """The literal address or the key's default; empty when it cannot be told."""
    host_key: str = ""


class Listener(Struct, frozen=True):
    """One port that something listens on."""

    port: int
    how: str
    """For messages: ``backend/src/main.rs binds it``, ``nginx listens on it`` …"""
    place: Place | None
    """``None`` for what an official image does by itself."""
    loopback: bool = False


class Listening(Struct, frozen=True):
    """All ports of one program."""

    listeners: tuple[Listener, ...]
    complete: bool
    """There is no listener besides these; otherwise "nobody listens" must not be said."""
    doubt: Note | None = None

    def on(self, port: int) -> Listener | None:
        return next((one for one in self.listeners if one.port == port), None)


def binds(target: Target) -> tuple[Bind, ...]:
    """Every server start in the repository's own source, tests left out."""
    raise NotImplementedError


def listening(target: Target, program: Program, environment: Mapping[str, str]) -> Listening:
    """The ports a program listens on when it is given this environment (resolved values only)."""
    raise NotImplementedError
