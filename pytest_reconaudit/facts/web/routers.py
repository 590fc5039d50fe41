"""Routers whose pages are all loaded at once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.web.boundaries import covers_routes, frame_of, outlet_of
from pytest_reconaudit.facts.web.landing_pages import (
    after_login,
    is_of_development,
    sent_to,
)
from pytest_reconaudit.facts.web.modules import Link, importers, links
from pytest_reconaudit.facts.web.page_modules import (
    FIRST,
    PAGE_NAME,
    SCRIPTS,
    STATIC,
    dependencies_of,
    entry_modules_of,
    is_aside,
    is_local,
    package_around,
)
from pytest_reconaudit.facts.web.server_rendered import is_put_into_pages
from pytest_reconaudit.facts.web.weights import Weight, distances, loaded_for
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.components import FileComponents, RouteEntry, components
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["EagerPages", "RouterFile", "router_files"]


class EagerPages(Struct, frozen=True):
    """Pages that a router loads before anyone goes there."""

    pages: tuple[Note, ...]
    """The imports, with the component's name, the heaviest first; small ones beside heavy ones are
    left out."""
    routes: tuple[Note, ...]
    guarded: bool
    """One of them is behind the login."""
    weight: Weight
    """What is loaded for them alone."""
    cure: str = ""
    """How the heaviest is loaded on demand, in Markdown."""
    light: int = 0
    """Pages that are left out of all this, because they weigh little beside these."""
    others: tuple[Note, ...] = ()
    """The first page of each further router of the application that does the same."""


class RouterFile(Struct, frozen=True, eq=False):
    path: str
    place: Place
    routes: int
    lazy: int
    """Routes that load what they show when they show it."""
    eager: EagerPages | None
    vue: bool = False
    """It is one of Vue Router, whose routes take ``() => import(...)`` as it is."""
    of_server: bool = False
    """A server puts it into its own pages, of which each loads what it needs."""


_FEW_ROUTES = 4
_FEW_PAGES = 2
_SLIGHT = 5_000
"""Characters of a page that need no file of their own where others are heavy."""
_HEAVY = 15_000
_OF_PACKAGE = 20_000
"""What a package counts for, in characters: nobody knows what it weighs."""
_PAGE_MODULE = regex(r"(?i)(?:^|/)(?:pages?|views?|screens?|routes?|features|modules|containers)/")
_HOME = ("", "/", "*", "/*")
_OPTIONAL = regex(r"/?(?::\w+\?/?){1,8}")
"""A path of optional parts alone is the first page too."""
_AFTER_LOGIN = frozenset({"dashboard", "home", "overview", "start"})
"""Paths of the page that a session starts with."""
_WRAPS = regex(r"<Route\b[^<>]{0,200}\{\s*\.\.\.")
"""A component that makes a route of what it is given."""
_MAX_MODULES = 5_000


@once
def router_files(target: Target) -> tuple[RouterFile, ...]:
    """Every file with four routes of a browser application, by path."""
    found = []
    parts = scanned(target, components)
    for path, file in parts.items():
        if len(file.routes) < _FEW_ROUTES or is_aside(target, path):
            continue
        package = package_around(target, path)
        if package is not None and is_local(package):
            continue
        names = {one.name for one in file.lazy if one.name and not one.fake}
        late = sum(1 for one in file.routes if one.late or not names.isdisjoint(one.names))
        eager = None
        if not _is_loaded_late(target, path):
            eager = _eager(target, path, file, parts, 1 if late else _FEW_PAGES)
        vue = any(
            one.meant.package == "vue-router" or one.meant.path.endswith(".vue")
            for one in links(target).get(path, ())
        )
        place = Place(path, file.routes[0].line)
        of_server = package is not None and is_put_into_pages(target, package)
        found.append(RouterFile(path, place, len(file.routes), late, eager, vue, of_server))
    return tuple(_by_application(target, found))


def _by_application(target: Target, routers: list[RouterFile]) -> Iterator[RouterFile]:
    """Routers of one application that import their pages are one thing to mend: the outermost
    tells it."""
    eager: dict[str, list[RouterFile]] = {}
    for one in routers:
        if one.eager is not None:
            package = package_around(target, one.path)
            eager.setdefault(package.folder if package is not None else "", []).append(one)
    first = {
        min(mine, key=lambda one: (one.path.count("/"), one.path)).path: mine
        for mine in eager.values()
    }
    for one in routers:
        if one.eager is None:
            yield one
            continue
        others = [other for other in first.get(one.path, ()) if other.path != one.path]
        if one.path not in first:
            yield replace(one, eager=None)
            continue
        notes = tuple(
            Note(other.eager.pages[0].place, f"{len(other.eager.pages)} pages more")
            for other in others
            if other.eager is not None
        )
        guarded = any(other.eager is not None and other.eager.guarded for other in (one, *others))
        yield replace(one, eager=replace(one.eager, others=notes, guarded=guarded))


def _is_loaded_late(target: Target, path: str) -> bool:
    """Whether a module, or every one that imports it, is loaded on demand, and in no other way."""
    used_by = importers(target)
    late = False
    seen = {path}
    pending = [path]
    while pending and len(seen) < _MAX_MODULES:
        at = pending.pop()
        users = [
            (user, specifier.kind)
            for user, specifier in used_by.get(at, ())
            if not is_aside(target, user) and not specifier.type_only
        ]
        if not users or at in entry_modules_of(target):
            return False  # a page starts with it, or nobody knows what loads it
        for user, kind in users:
            if kind == "dynamic":
                late = True
            elif kind in STATIC and user not in seen:
                seen.add(user)
                pending.append(user)
    return late


def _eager(
    target: Target, path: str, file: FileComponents, parts: Mapping[str, FileComponents], few: int
) -> EagerPages | None:
    """The pages that a router imports at once, if there are so many."""
    static: dict[str, Link] = {}
    mine = scanned(target, outline).get(path)
    by_text = {
        one.specifier.text: one
        for one in links(target).get(path, ())
        if one.specifier.kind == "import" and not one.specifier.type_only
    }
    for name, words in mine.imports if mine is not None else ():
        link = by_text.get(words[0])
        if link is not None and link.meant.kind == "file":
            static[name] = link
    pages: dict[str, Note] = {}
    routes: list[Note] = []
    guarded = False
    sent = sent_to(target.text(path)) | after_login(target, path)
    for route in file.routes:
        if route.path in _HOME:  # what the root shows may send people on
            for name in route.names:
                if name in static:
                    sent |= sent_to(target.text(static[name].meant.path))
    first = {name for one in file.routes if _is_first(one.path, sent) for name in _shown(one)}
    for route in file.routes:
        if is_of_development(target, path, route.line):
            continue
        for name in _shown(route):
            link = static.get(name)
            if link is None or name in first or not _is_page(name, link.meant.path, route, parts):
                continue
            if "<Route" in (text := target.text(link.meant.path)) and _WRAPS.search(text):
                continue
            at = link.specifier
            pages.setdefault(name, Note(Place(path, at.line), name))
            routes.append(Note(Place(path, route.line), f"{route.path or 'index'} shows {name}"))
            guarded = guarded or route.guarded
    modules = {static[name].meant.path for name in pages}
    starts = [one for one in entry_modules_of(target) if path in distances(target, (one,))]
    weight = loaded_for(
        target, starts or (path,), lambda at, link: at == path and link.meant.path in modules
    )
    # What others import as well is loaded at once anyway.
    pages = {
        name: note for name, note in pages.items() if static[name].meant.path in weight.modules
    }
    if len(pages) < few:
        return None  # the one page that all come for
    total = len(pages)
    own = {name: _own(target, static[name].meant.path, weight) for name in pages}
    if max(own.values()) >= _HEAVY and any(size < _SLIGHT for size in own.values()):
        pages = {name: note for name, note in pages.items() if own[name] >= _SLIGHT}
        modules = {static[name].meant.path for name in pages}
        weight = loaded_for(
            target, starts or (path,), lambda at, link: at == path and link.meant.path in modules
        )
    notes = sorted(pages.values(), key=lambda one: (-own[one.message], *_by_line(one)))
    heaviest = notes[0].message
    words = next(words for name, words in mine.imports if name == heaviest) if mine else ()
    known = dict(mine.imports) if mine is not None else {}
    named = [
        note.message for note in notes[1:] if known.get(note.message, ())[1:] == (note.message,)
    ]
    cure = _cure(target, path, heaviest, words, named, known)
    together = [one for one in pages if known.get(one, ())[:1] == words[:1]]
    if cure and len(together) > 1:
        cure += (
            f"\n\n`{words[0]}` brings {len(together)} of these pages together: name each page's own"
            " module, or all of them come with the first."
        )
    shown = tuple(note for note in routes if note.message.rpartition(" ")[2] in pages)
    light = total - len(pages)
    return EagerPages(tuple(notes), shown, guarded, weight, cure, light)


def _own(target: Target, module: str, weight: Weight) -> int:
    """Characters of what a page loads of what is loaded for the pages alone, packages included."""
    known = links(target)
    mine = distances(target, (module,), lambda _, link: link.meant.path not in weight.modules)
    packages = {
        link.meant.package
        for path in mine
        for link in known.get(path, ())
        if link.meant.package in weight.packages and not link.specifier.type_only
    }
    source = sum(len(target.text(path)) for path in mine if path.endswith(SCRIPTS))
    return source + _OF_PACKAGE * len(packages)


_LAZY_FROM = (("solid-js", "solid-js"), ("preact", "preact/compat"))


def _cure(
    target: Target,
    path: str,
    name: str,
    words: tuple[str, ...],
    named: Sequence[str],
    known: Mapping[str, object],
) -> str:
    """The import of a page as it is and as it should be, with what waits for it.

    :param named: the other pages that are taken by their names.
    :param known: what the router's file imports already.
    """
    if len(words) != 2:
        return ""
    module, exported = words
    package = package_around(target, path)
    dependencies = set(dependencies_of(package)) if package is not None else set()
    vue = "vue" in dependencies or module.endswith(".vue")
    if (said := _elsewhere(name, module, exported, dependencies)) and not vue:
        return said
    loads = f'import("{module}")'
    before = f'import {name} from "{module}";'
    if exported != "default":
        alias = name if name == exported else f"{exported} as {name}"
        before = f'import {{ {alias} }} from "{module}";'
        inner = f"one.{exported}" if vue else f"({{ default: one.{exported} }})"
        loads += f".then((one) => {inner})"
    kind = "ts" if vue else "tsx" if path.endswith((".ts", ".tsx")) else "jsx"
    lines = [f"Let each route load its page:\n\n```{kind}", "// before", before, "// after"]
    if vue:
        return "\n".join((*lines, f"const {name} = () => {loads};", "```"))
    source = next((to for one, to in _LAZY_FROM if one in dependencies), "react")
    folder = package.folder if package is not None else ""
    waits = covers_routes(target, path, folder)
    frame = frame_of(target, path)
    here = frame.path == path
    taken = [one for one in ("lazy", *("Suspense",)[waits or not here :]) if one not in known]
    if taken:
        lines.append(f'import {{ {", ".join(taken)} }} from "{source}";')
    lines.append(f"const {name} = lazy(() => {loads});")
    after = "\n".join(_named_alike(named) if exported == "default" else ())
    if waits:
        return "\n".join((*lines, "```")) + after
    after = _UNCOVERED * (source == "react") + after
    lines.append("")
    if not here:
        lines += [f"// {frame.path}", f'import {{ Suspense }} from "{source}";']
    lines += ["<Suspense fallback={<p>Loading…</p>}>", f"  {frame.shown}", "</Suspense>"]
    outlet = outlet_of(target, folder) if frame.shown != "<Outlet />" else ""
    if outlet:
        after += (
            f"\n\nA second `<Suspense>` around `<Outlet />` in {outlet} keeps the layout in sight"
            " while one of its pages comes."
        )
    return "\n".join((*lines, "```")) + after


def _elsewhere(name: str, module: str, exported: str, dependencies: set[str]) -> str:
    """How a page is loaded on demand where routes are neither React's nor Vue's."""
    if "react" in dependencies or "preact" in dependencies:
        return ""
    if "@angular/router" in dependencies:
        of = "default" if exported == "default" else exported
        return (
            "Let each route load its page: `loadComponent: () =>"
            f' import("{module}").then((one) => one.{of})` in place of `component: {name}`; a page'
            " that an NgModule declares comes with its module, by `loadChildren`."
        )
    if module.endswith(".svelte"):
        return (
            f'Let each route load its page: hand `() => import("{module}")` to what the router has'
            " for it (`wrap({ asyncComponent })` of svelte-spa-router), or await it in `{#await}`."
        )
    return ""


_UNCOVERED = (
    "\n\nNo `<Suspense>` stands above these routes yet: without one React throws when somebody goes"
    " to a page that is not loaded, unless the router moves in a transition."
)


def _named_alike(named: Sequence[str]) -> Iterator[str]:
    """How those pages are loaded that have no default export."""
    if named:
        others = f" (so are {', '.join(named[1:4])} …)" if len(named) > 1 else ""
        others = f" (so is {named[1]})" if len(named) == 2 else others
        yield f"\n\n{named[0]} is exported by its name{others}: it takes"
        yield f"`.then((one) => ({{ default: one.{named[0]} }}))` after the `import(…)`."


def _is_first(path: str, sent: set[str]) -> bool:
    """Whether a path is that of the page which people come to first."""
    bare = path.strip("/*")
    return (
        path in _HOME
        or bare in sent
        # A route in another one says only the last part of its path.
        or (bare != "" and path[:1] != "/" and any(one.endswith(f"/{bare}") for one in sent))
        or bare.lower() in _AFTER_LOGIN
        or _OPTIONAL.fullmatch(path) is not None
    )


def _by_line(note: Note) -> tuple[int, str]:
    return note.place.line or 0, note.message


def _shown(route: RouteEntry) -> tuple[str, ...]:
    """The component that a route shows: the innermost that is no wrapper."""
    names = [name for name in route.names if not FIRST.search(name) and not name.endswith("Route")]
    return tuple(names[-1:])


def _is_page(
    name: str, module: str, route: RouteEntry, parts: Mapping[str, FileComponents]
) -> bool:
    if route.path in _HOME or FIRST.search(route.path.strip("/:*")):
        return False
    stem = posixpath.basename(module).partition(".")[0]
    if FIRST.search(stem) and stem.lower() != "index":
        return False
    inner = parts.get(module)
    if inner is not None and any(one.name and not one.fake for one in inner.lazy):
        return False  # a page that loads what it shows on demand
    return not route.nests or bool(PAGE_NAME.search(name) or _PAGE_MODULE.search(module))
