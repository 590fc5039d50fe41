"""Which packages hold an HTTP server, and how its registrations are followed.

Each language has a module of its own that follows units (:mod:`...readers.routing`) across files;
what they share is here: the server as a :class:`RouteSource`, what it serves as :class:`Served`.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.applications import application_at
from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.facts.network.routes_node import node_folders, node_routes
from pytest_reconaudit.facts.network.routes_python import python_folders, python_routes
from pytest_reconaudit.facts.network.routes_rust import rust_folders, rust_routes
from pytest_reconaudit.facts.network.served import Served
from pytest_reconaudit.readers.routes_python_code import read_python_routes
from pytest_reconaudit.readers.routes_rust import read_rust_routes
from pytest_reconaudit.readers.routes_script import read_script_routes
from pytest_reconaudit.target import Target, once, within

__all__ = ["RouteSource", "served_by", "sources"]

_FOLLOW = {"rust": rust_routes, "node": node_routes, "python": python_routes}
_PYTHON = frozenset(
    {"python", "python3", "uvicorn", "gunicorn", "hypercorn", "fastapi", "flask", "uv", "poetry",
     "waitress-serve", "granian", "daphne"}
)  # fmt: skip
_NODE = frozenset({"node", "npm", "yarn", "pnpm", "bun", "tsx", "ts-node", "pm2-runtime", "next"})


class RouteSource(Struct, frozen=True):
    """A package that may hold a server."""

    folder: str
    language: str
    """``rust``, ``node`` or ``python``."""

    @staticmethod
    def forget(target: Target) -> None:
        """Drop what the sources were read into, once all of them are collected."""
        for reader in (read_rust_routes, read_script_routes, read_python_routes):
            target.forget(reader)

    def collect(self, target: Target) -> Served | None:
        """What it serves; ``None`` when it turns out to hold no server that is understood."""
        return _FOLLOW[self.language](target, self.folder)


@once
def sources(target: Target) -> tuple[RouteSource, ...]:
    """Every package with a web framework that is understood, by folder."""
    found = [RouteSource(folder, "rust") for folder in rust_folders(target)]
    found += [RouteSource(folder, "node") for folder in node_folders(target)]
    found += [RouteSource(folder, "python") for folder in python_folders(target)]
    return tuple(sorted(found, key=lambda one: (one.folder, one.language)))


def served_by(target: Target, program: Program) -> tuple[RouteSource, ...]:
    """The sources of the package that a program starts; those of its language if that is told."""
    folder = program.package
    if folder is None:
        return ()
    found = [one for one in sources(target) if one.folder == folder]
    if not found and application_at(target, folder) is not None:
        # The start script lies above the package: take the only server below it.
        below = [one for one in sources(target) if within(one.folder, folder)]
        found = below if len(below) == 1 else []
    if len(found) < 2:
        return tuple(found)
    names = {word.rpartition("/")[2] for word in program.command[:4]}
    for language, words in (("python", _PYTHON), ("node", _NODE)):
        if names & words:
            return tuple(one for one in found if one.language == language)
    return tuple(one for one in found if one.language == "rust") or tuple(found)
