"""How much a page loads for the sake of some imports alone.

A split is worth what nothing else loads: the modules, and the packages of npm, that are reached
through the imports in question and in no other way.
"""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

from pytest_reconaudit.facts.web.modules import Link, importers, links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["Weight", "distances", "heads_of", "loaded_for", "loaders_of"]

_STATIC = ("import", "export", "require")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte")
_MAX_MODULES = 5_000


class Weight(Struct, frozen=True):
    """What is loaded for some imports alone."""

    source: int
    """Characters of the modules of the repository."""
    modules: frozenset[str]
    packages: frozenset[str]
    """Of npm, that nothing else names."""

    def told(self) -> str:
        """``412 kB of source and 2 packages``; under a kilobyte the packages alone."""
        count = len(self.packages)
        parts = [f"{self.source / 1000:,.0f} kB of source"] if self.source >= _KILO else []
        if count:
            parts.append(f"{count} package{'' if count == 1 else 's'}")
        return " and ".join(parts)


_KILO = 1_000


_FRAME_ENDS = (".tsx", ".jsx", ".ts", ".js")
_APP = regex(r"(?P<app>(?:[^/]+/)*?app)/(?:[^/]+/)*(?:page|layout|template)\.[jt]sx?$")
_PAGES = regex(r"(?P<pages>(?:[^/]+/)*?pages)/(?!api/)(?:[^/]+/)*[^/]+\.[jt]sx?$")


def _with_frames(target: Target, starts: Iterable[str]) -> tuple[str, ...]:
    """Pages that Next.js finds by their place, with the layouts above them, which nothing imports:
    what a layout loads is loaded with each of its pages."""
    found = dict.fromkeys(starts)
    for start in tuple(found):
        names: list[str] = []
        if match := _APP.match(start):
            folder, top = posixpath.dirname(start), match["app"]
            while len(folder) >= len(top):
                names.append(f"{folder}/layout")
                folder = posixpath.dirname(folder)
        elif match := _PAGES.match(start):
            names.append(f"{match['pages']}/_app")
        for name in names:
            path = next((name + end for end in _FRAME_ENDS if target.has(name + end)), None)
            if path is not None:
                found[path] = None
    return tuple(found)


def loaded_for(target: Target, starts: Iterable[str], cut: Callable[[str, Link], bool]) -> Weight:
    """What modules load at once through the imports for which ``cut(importer, link)`` holds, and
    would not load without them."""
    first = _with_frames(target, starts)
    with_all = _loaded(target, first)
    without = distances(target, first, cut)
    only = frozenset(with_all.keys() - without.keys())
    source = sum(len(target.text(path)) for path in only if path.endswith(_SCRIPTS))
    named = _packages(target, with_all) - _packages(target, without, cut)
    return Weight(source, only, frozenset(named))


def distances(
    target: Target,
    starts: Iterable[str],
    cut: Callable[[str, Link], bool] | None = None,
    *,
    late: bool = False,
) -> dict[str, int]:
    """Module → imports from the nearest start, of what is loaded at once without the imports for
    which ``cut(importer, link)`` holds; of what is loaded on demand, too, with ``late``."""
    known = links(target)
    kinds = (*_STATIC, "dynamic") if late else _STATIC
    found = dict.fromkeys(starts, 0)
    pending = deque(found)
    while pending and len(found) < _MAX_MODULES:
        at = pending.popleft()
        for link in known.get(at, ()):
            path = link.meant.path
            if not path or path in found or link.specifier.type_only:
                continue
            if link.specifier.kind in kinds and (cut is None or not cut(at, link)):
                found[path] = found[at] + 1
                pending.append(path)
    return found


def _loaded(target: Target, starts: tuple[str, ...]) -> dict[str, int]:
    """What modules load at once, through whatever import."""
    known = _walked(target)
    if starts not in known:
        known[starts] = distances(target, starts)
    return known[starts]


@once
def _walked(target: Target) -> dict[tuple[str, ...], dict[str, int]]:
    """Filled as starts are asked for: the splits of an application have the same."""
    return {}


def _packages(
    target: Target, modules: Iterable[str], cut: Callable[[str, Link], bool] | None = None
) -> set[str]:
    """The packages of npm that modules load at once without the imports that are cut."""
    known = links(target)
    return {
        link.meant.package
        for at in modules
        for link in known.get(at, ())
        if link.meant.kind == "package"
        and not link.meant.path
        and link.specifier.kind in _STATIC
        and not link.specifier.type_only
        and (cut is None or not cut(at, link))
    }


def loaders_of(target: Target, module: str) -> set[str]:
    """The modules that load one at once, itself among them."""
    used_by = importers(target)
    seen = {module}
    pending = [module]
    while pending and len(seen) < _MAX_MODULES:
        for user, one in used_by.get(pending.pop(), ()):
            if one.kind in _STATIC and not one.type_only and user not in seen:
                seen.add(user)
                pending.append(user)
    return seen


def heads_of(
    target: Target, module: str, aside: Callable[[str], bool]
) -> tuple[tuple[str, bool], ...]:
    """(module, whether it is loaded on demand) of all with which the loading of a module begins:
    it comes with each of them at once. Importers that are ``aside``, as tests, do not count."""
    used_by = importers(target)
    seen = {module}
    pending = [module]
    found = []
    while pending and len(seen) < _MAX_MODULES:
        at = pending.pop()
        users: set[str] = set()
        late = False
        for user, one in used_by.get(at, ()):
            if one.type_only or aside(user):
                continue
            if one.kind in _STATIC:
                users.add(user)
            late = late or one.kind == "dynamic"
        if late or not users:
            found.append((at, late))
        pending += users - seen
        seen |= users
    return tuple(sorted(found))
