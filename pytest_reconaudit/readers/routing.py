"""What one source file says about HTTP routes, the same for every language and framework.

A *unit* is what other code can register as a whole: a function that fills or returns a router, a
router variable of a module, a handler with a route of its own. Its paths are relative; whoever
registers it (:class:`Mount`) puts a prefix in front. Following units across files is not a
reader's work: see ``facts.network.routes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from msgspec import Struct, field

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = [
    "ANY",
    "METHODS",
    "Endpoint",
    "Gap",
    "Item",
    "Mount",
    "RoutingFile",
    "Scope",
    "Unit",
    "joined",
    "placed",
    "plain_path",
    "prefixed",
]

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"})
ANY = "*"


class Scope(Struct, frozen=True):
    """A registration that takes every path below its prefix for itself (Actix ``scope``)."""

    prefix: str
    place: Place
    guarded: bool = False
    """It takes only requests that a guard lets in."""


class Endpoint(Struct, frozen=True):
    """One method of one path."""

    method: str
    """``GET`` …; ``*`` for any."""
    path: str
    """Relative to the unit, parameters as ``{name}``, a tail as ``{*name}``. A constant that is
    not in the file stands as ``${NAME}``."""
    place: Place
    handler: str = ""
    scopes: tuple[Scope, ...] = ()
    """The scopes of the same file around it, outer first."""
    router: Place | None = None
    """Where the router is made that it ends up in, as far as its function tells."""
    via: tuple[Place, ...] = ()
    """The mounts by which it is reached, outer first."""
    doubtful: bool = False
    """One of these mounts may mean another function."""


class Mount(Struct, frozen=True):
    """Another unit registered below a prefix."""

    prefix: str
    name: tuple[str, ...]
    """The unit as the file calls it: ``("handlers", "config")``."""
    place: Place
    scopes: tuple[Scope, ...] = ()
    kind: str = ""
    """``openapi`` when the unit's documented path counts; ``handler`` when it is one handler."""
    router: Place | None = None
    """As of an endpoint."""


class Gap(Struct, frozen=True):
    """A registration that cannot be followed: anything below the prefix may be served."""

    prefix: str
    place: Place
    why: str


Item = Endpoint | Mount | Gap


class Unit(Struct, frozen=True, eq=False):
    """Something that has routes."""

    name: str
    place: Place
    items: tuple[Item, ...] = ()
    module: tuple[str, ...] = ()
    """The modules and types of the file around it, outer first."""
    calls: tuple[tuple[str, ...], ...] = ()
    """Functions that it calls without registering what they return."""
    starts: bool = False
    """A server is started in it."""
    own: tuple[Endpoint, ...] = ()
    """The routes that are written on a handler itself (``#[get("/x")]``)."""
    documented: tuple[Endpoint, ...] = ()
    """The routes that a handler's API description names (``#[utoipa::path(get, path = "/x")]``)."""


class RoutingFile(Struct, frozen=True, eq=False):
    """The units of one file, and what its names mean."""

    path: str
    framework: str = ""
    units: tuple[Unit, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Imported name → where it comes from: ``config`` → ``("crate", "handlers", "config")``."""
    wildcards: tuple[tuple[str, ...], ...] = ()
    """Modules all of whose names are imported."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Text constants, for paths that are put together."""
    exported: Mapping[str, str] = field(default_factory=dict)
    """Name to the outside → unit."""
    problems: tuple[Problem, ...] = ()


_SLASHES = regex(r"/{2,}")
_COLON = regex(r"(?<=/):([A-Za-z_]\w*(?:-\w+)*)(?:\([^()]{0,100}\))?(\??)")
_STAR = regex(r"(?<=/)\*([A-Za-z_]\w*)?")
_TYPED = regex(r"<(?:[a-z]+(?:\([^()]{0,60}\))?:)?([A-Za-z_]\w*)>")
_FLASK_TAIL = regex(r"<path:([A-Za-z_]\w*)>")
_FASTAPI_TAIL = regex(r"\{([A-Za-z_]\w*):path\}")
_REGEX = regex(r"\{([A-Za-z_]\w*):([^{}]{0,120})\}")
_BARE_TAIL = regex(r"\{(?:([A-Za-z_]\w*)?\*|\*\*?([A-Za-z_]\w*)?)\}")


def joined(prefix: str, path: str) -> str:
    """Two parts of a path as one; nothing is added where the second is empty."""
    if not path:
        return prefix
    if not prefix:
        return path
    if prefix.endswith("/"):
        return prefix + path.lstrip("/")
    return prefix + path if path.startswith("/") else f"{prefix}/{path}"


def plain_path(path: str) -> str:
    """A framework's spelling of a path in ours: ``/u/:id``, ``/u/<int:id>`` → ``/u/{id}``."""
    text = path
    if "<" in text:
        text = _TYPED.sub(r"{\1}", _FLASK_TAIL.sub(r"{*\1}", text))
    if "{" in text:
        text = _FASTAPI_TAIL.sub(r"{*\1}", text)
        text = _BARE_TAIL.sub(lambda m: "{*" + (m[1] or m[2] or "rest") + "}", text)
        text = _REGEX.sub(
            lambda m: f"{{*{m[1]}}}" if m[2] in (".*", ".+", "(.*)", "(.+)") else f"{{{m[1]}}}",
            text,
        )
    if ":" in text:
        text = _COLON.sub(r"{\1}", text)
    if "*" in text:
        text = _STAR.sub(lambda m: "{*" + (m[1] or "rest") + "}", text)
    return _SLASHES.sub("/", text)


def placed(prefix: str | None, place: Place, items: list[Item]) -> list[Item]:
    """A router's items below its own prefix; ``None``, a prefix that is computed, is a gap."""
    if prefix is None:
        return [Gap("", place, "a prefix that is computed")]
    return prefixed(prefix, tuple(items)) if prefix else items


def prefixed(prefix: str, items: tuple[Item, ...], scope: Scope | None = None) -> list[Item]:
    """Items as they look from outside a prefix."""
    out: list[Item] = []
    for one in items:
        if isinstance(one, Endpoint):
            scopes = _around(prefix, one.scopes, scope)
            out.append(
                Endpoint(one.method, joined(prefix, one.path), one.place, one.handler, scopes)
            )
        elif isinstance(one, Mount):
            scopes = _around(prefix, one.scopes, scope)
            out.append(Mount(joined(prefix, one.prefix), one.name, one.place, scopes, one.kind))
        else:
            out.append(Gap(joined(prefix, one.prefix), one.place, one.why))
    return out


def _around(prefix: str, inner: tuple[Scope, ...], outer: Scope | None) -> tuple[Scope, ...]:
    """Inner scopes seen from outside a prefix, after the scope that the prefix belongs to."""
    moved = (Scope(joined(prefix, one.prefix), one.place, one.guarded) for one in inner)
    return tuple(chain(() if outer is None else (outer,), moved))
