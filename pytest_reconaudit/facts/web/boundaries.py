"""What a page shows while a part of it is on its way: whether a ``<Suspense>`` stands around the
routes, and where one belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.web.modules import importers, links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once, within

__all__ = ["Frame", "covers_routes", "frame_of", "outlet_of"]

_MARKUP = (".tsx", ".jsx", ".js")
_ROUTES = regex(r"<(?:Routes|Switch|RouterProvider|\w{0,12}Router)\b|\buseRoutes\(")
_CHILDREN = regex(r"\{\s*(?:props\.|this\.props\.)?children\s*\}")
_SHOWS = regex(r"<([A-Z]\w*)")
_HELD = regex(r"\{\s*(\w{1,60})\s*\}")
_OPENS = regex(r"<(?:React\.)?Suspense\b")
_CLOSES = regex(r"</(?:React\.)?Suspense>")
_ROUTED = regex(r"['\"](?:react-router|wouter|preact-router|@solidjs/router)")
"""A library whose ``<Switch>`` is one of routes."""
_END = regex(r"\n[})]|;\n(?=\n?\S)")
"""Where something made at the top of a module ends."""
_MOST_BOUNDARIES = 50
"""Boundaries of a file that are looked at."""
_BOUNDARY = 4_000
"""Characters of a boundary that are looked at."""
_MOST_MODULES = 500
_FRAMES = (
    ("Switch", "<Switch>…</Switch>"),
    ("Routes", "<Routes>…</Routes>"),
    ("RouterProvider", "<RouterProvider router={router} />"),
)


class Frame(Struct, frozen=True):
    """What a boundary belongs around."""

    path: str
    shown: str
    """``<Routes>…</Routes>``."""


def frame_of(target: Target, path: str) -> Frame:
    """The place where a router's file, or what brings it, shows the routes."""
    for at in (path, *sorted(_above(target, path) - {path}, key=lambda one: (one.count("/"), one))):
        text = target.text(at)
        for word, shown in _FRAMES if at == path or _ROUTED.search(text) else ():
            if f"<{word}" in text:
                return Frame(at, shown)
    return Frame(path, "<Outlet />")


def outlet_of(target: Target, folder: str) -> str:
    """The module of a package that has the place where routes show their pages."""
    return next((path for path in _outlets(target) if within(path, folder)), "")


def covers_routes(target: Target, path: str, folder: str) -> bool:
    """Whether something is shown while a page of a router's file is on its way: by a boundary
    around its routes or what brings them, not around one of its pages or a part of one."""
    above = _above(target, path)
    for at, inners in _boundaries(target).items():
        if not within(at, folder):
            continue
        for inner in inners:
            if "<Outlet" in inner:
                return True
            if at in above and (_ROUTES.search(inner) or _brings(target, at, inner, above)):
                return True
            if _CHILDREN.search(inner) and (
                _is_around(target, at, above) or (at in above and _is_around_here(target, at))
            ):
                return True
    return False


def _above(target: Target, path: str) -> frozenset[str]:
    """A module and all that import it statically, at any remove."""
    known = _known(target)
    if path not in known:
        seen = {path}
        pending = [path]
        while pending and len(seen) < _MOST_MODULES:
            for user, specifier in importers(target).get(pending.pop(), ()):
                if user not in seen and not specifier.type_only and not is_test_path(user):
                    seen.add(user)
                    pending.append(user)
        known[path] = frozenset(seen)
    return known[path]


@once
def _known(target: Target) -> dict[str, frozenset[str]]:
    """What :func:`_above` has answered."""
    return {}


def _brings(target: Target, at: str, inner: str, above: frozenset[str]) -> bool:
    """Whether what stands in a boundary comes from a module that brings the routes, or is made in
    the same module of what does."""
    origins = _origins(target, at)
    text = target.text(at)
    for name in _SHOWS.findall(inner):
        origin = origins.get(name)
        if origin is not None:
            if origin in above and origin != at:
                return True
        elif (made := re.search(rf"\b(?:function|const)\s+{name}\b", text)) is not None:
            body = text[made.end() : made.end() + _BOUNDARY]
            if _ROUTES.search(_END.split(body, 1)[0]):
                return True
    return "useRoutes(" in text and any(
        re.search(rf"\b{name}\s*=\s*useRoutes\(", text) for name in _HELD.findall(inner)
    )


def _is_around(target: Target, at: str, above: frozenset[str]) -> bool:
    """Whether a component with a boundary around what it is given is put around the routes."""
    for user, _ in importers(target).get(at, ()):
        if user not in above:
            continue
        text = target.text(user)
        for name, origin in _origins(target, user).items():
            inner = _held_by(text, name) if origin == at else ""
            if not inner:
                continue
            if _ROUTES.search(inner) or "<Outlet" in inner or _brings(target, user, inner, above):
                return True
    return False


def _held_by(text: str, name: str) -> str:
    """What stands in a component where it is first shown; empty where it is not."""
    start = text.find(f"<{name}")
    return text[start + 1 : start + _BOUNDARY].partition(f"</{name}>")[0] if start >= 0 else ""


def _is_around_here(target: Target, at: str) -> bool:
    """The same of a component that the module of the routes makes itself."""
    text = target.text(at)
    for name in _MADE.findall(text):
        inner = _held_by(text, name)
        if _ROUTES.search(inner) or "<Outlet" in inner:
            return True
    return False


_MADE = regex(r"\b(?:const|function)\s+([A-Z]\w{0,60})\b")


def _origins(target: Target, path: str) -> dict[str, str]:
    """The names that a module imports → the files that they come from."""
    file = scanned(target, outline).get(path)
    by_text = {
        one.specifier.text: one.meant.path
        for one in links(target).get(path, ())
        if one.specifier.kind == "import" and one.meant.kind == "file"
    }
    return {
        name: by_text[words[0]]
        for name, words in (file.imports if file is not None else ())
        if words and words[0] in by_text
    }


@once
def _outlets(target: Target) -> tuple[str, ...]:
    """The modules with an outlet of a router."""
    return tuple(path for path in _markup(target) if "<Outlet" in target.text(path))


@once
def _boundaries(target: Target) -> dict[str, tuple[str, ...]]:
    """Module → what stands in each of its boundaries."""
    return {
        path: tuple(_inners(text))
        for path in _markup(target)
        if "Suspense" in (text := target.text(path))
    }


def _inners(text: str) -> Iterator[str]:
    for one in islice(_OPENS.finditer(text), _MOST_BOUNDARIES):
        yield _CLOSES.split(text[one.end() : one.end() + _BOUNDARY], 1)[0]


def _markup(target: Target) -> Iterator[str]:
    return (path for path in target.everything if path.endswith(_MARKUP) and not is_test_path(path))
