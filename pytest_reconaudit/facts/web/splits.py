"""Where an application is cut into parts, and whether the cuts hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import is_node_side, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.boundaries import covers_routes, frame_of, outlet_of
from pytest_reconaudit.facts.web.build import BuildEntry, WebBuild, entry_modules, web_builds
from pytest_reconaudit.facts.web.modules import Link, importers, links
from pytest_reconaudit.facts.web.server_rendered import is_put_into_pages
from pytest_reconaudit.facts.web.shown import COMPONENTS, bundled
from pytest_reconaudit.facts.web.ways_in import WaysIn, ways_in
from pytest_reconaudit.facts.web.weights import Weight, distances, heads_of, loaded_for, loaders_of
from pytest_reconaudit.model import Note, Place, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.components import FileComponents, RouteEntry, components
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["EagerPages", "RouterFile", "Split", "SplitFile", "router_files", "split_files"]


class Split(Struct, frozen=True):
    """A cut that does not hold."""

    clause: str
    """``a`` what is loaded is there already, ``b`` imported statically too, ``c`` all pages in one
    module, ``d`` the build loads it at once."""
    place: Place
    what: str
    """What is said to be loaded later; of ``c`` the names of the pages."""
    count: int = 0
    """Of ``b`` how many ``import()`` name the module, of ``c`` the lines of the module."""
    small: bool = False
    """Of ``b``: no page, and so small that little is lost."""
    shared: bool = False
    """Of ``b``: many modules import it, as they do a button: nobody could load it later."""
    evidence: str = ""
    related: tuple[Note, ...] = ()
    importer: str = ""
    """Of ``b``: the one module whose static imports undo this split and others of the file."""
    together: tuple[Place, ...] = ()
    """Where those are, this one first."""
    starts: tuple[str, ...] = ()
    """Of ``b``: the modules that load all of it at once."""
    way: str = ""
    """Of ``b``: ``one`` import alone brings the module into what a page loads at once, ``several``
    do, or it comes ``within`` the part that holds the ``import()``, later than the page."""
    edge: tuple[str, str] = ("", "")
    """Of ``one``: who imports, and what: without it the module is not loaded at once."""
    also: int = 0
    """How many ``import()`` of other modules split nothing for the sake of the same edge."""
    weight: Weight | None = None
    """Of ``b``: what is loaded at once for these imports alone."""
    users: int = 1
    """Of ``b``: how many modules import it statically; the first notes."""
    listed: bool = False
    """Of ``b``: it is a list of modules that hands it on, which a bundler may see through, or a
    Server Component asks for it."""

    def undone(self) -> str:
        """Of ``b``: by what it is undone, in a sentence; else empty."""
        if self.clause != "b":
            return ""
        if self.importer:
            by = self.importer
            lines = lines_of(self.together)
            says = f"{len(self.together)} import() split nothing: {by} imports their modules"
            says += f" statically too: {lines}"
        else:
            by = self.related[1 if self._is_further else 0].place.path
            says = f"import() of {self.what} splits nothing: the module is imported statically too"
            says += f" by {by}"
            says += f" and {self.users - 1} more" if self.users > 1 else ""
            says += f" ({self.count} places)" if self.count > 1 else ""
        if self.way == "within" and by != self.place.path:
            return f"{says}, in what is loaded with {self.place.path} anyway"
        if self.way != "one":
            return says
        if self._is_further:
            says += f", all of which {self.edge[0]} loads at once by its import of {self.edge[1]}"
        if self.weight is not None and (told := self.weight.told()):
            says += f"; {told} loaded at once for that alone"
        if self.also:
            others = "an import() of another module splits" if self.also == 1 else ""
            others = others or f"{self.also} import() of other modules split"
            says += f"; {others} nothing for the same reason"
        return says

    @property
    def cure(self) -> str:
        """Of ``b``: the import to be cut, where it is one of another module."""
        if not self._is_further:
            return ""
        return f"Load {self.edge[1]} on demand in {self.edge[0]}: nothing else brings the module."

    @property
    def _is_further(self) -> bool:
        """The import to be cut is one of another module, which brings this one."""
        return self.way == "one" and self.edge[1] != self.what and not self.importer

    @property
    def early(self) -> bool:
        """Of ``b``: it is a page that people come to first."""
        stem = posixpath.basename(self.what).partition(".")[0]
        if stem.lower() == "index":
            stem = posixpath.basename(posixpath.dirname(self.what))
        return not self.importer and _FIRST.search(stem) is not None

    @property
    def light(self) -> bool:
        """Of ``b``: hardly anything is loaded in vain, or nobody could load it later."""
        if (self.shared and self.small) or self.listed:
            return True
        weight = self.weight
        if weight is None or (weight.source < _LIGHT and not weight.packages):
            return True
        if _is_of_pages(self.what):
            return False  # somebody has asked for it to be loaded later
        return weight.source < _WORTH and not self.what.endswith(COMPONENTS)


class SplitFile(Struct, frozen=True, eq=False):
    """A file (or a finished build) that is cut, or should be."""

    path: str
    splits: tuple[Split, ...]


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
_SMALL = 8_000
"""Characters of a module that is hardly worth a file of its own."""
_LIGHT = 15_000
"""Characters of source whose loading nobody notices."""
_WORTH = 100_000
"""Characters of source that are worth a file of their own even where nothing is shown by them."""
_EVERYWHERE = 6
_MANY_PAGES = 3
_MANY_LINES = 800
_FIRST = regex(
    r"(?i)log-?in|sign-?in|sign-?up|signon|regist(?:er|ration)|\bauth\b|^auth(?:page|view|screen)?$"
    r"|landing|^home|homepage|^index|welcome|not-?found|^error|errorpage|404|403|500|401|denied"
    r"|unauthori[sz]ed|forbidden|forgot|password|callback|logout|layout|guard|loading|splash"
    r"|maintenance|fallback|redirect|root$|^app$|shell$|provider|boundary|protected|private"
    r"|require|suspense|spinner|loader|navigate|outlet|wrapper|template|unavailable|oauth|sso"
    r"|onboard|setup|activate|confirm|verif|invite"
)
"""Pages that may be the first that one sees, and what is no page."""
_PAGE_MODULE = regex(r"(?i)(?:^|/)(?:pages?|views?|screens?|routes?|features|modules|containers)/")
_PAGE_NAME = regex(r"(?:Page|View|Screen|Dashboard|Wizard|Container)$")
_ASIDE = regex(
    r"(?i)\.(?:stories|story|mock|mdx)\.|(?:^|/)(?:\.storybook|stories|storybook|__\w+__|test-?beds?"
    r"|playgrounds?|sandbox(?:es)?|demos?|examples?|test-apps?)/"
)
_MOUNTS = regex(
    r"\b(?:createRoot|hydrateRoot|ReactDOM\.render|ReactDOM\.hydrate|createApp|createSSRApp"
    r"|bootstrapApplication|platformBrowser\w*)\s*\(|\brender\(\s*(?:\(\)\s*=>\s*)?<"
)
_BUNDLED = regex(
    r"^(?:vite|react-scripts|webpack|@rspack/.+|@rsbuild/.+|parcel|next|@craco/craco|rollup|vue"
    r"|@vitejs/.+|esbuild|react-dom|preact|svelte|solid-js)$"
)
_HOME = ("", "/", "*", "/*")
_OPTIONAL = regex(r"/?(?::\w+\?/?){1,8}")
"""A path of optional parts alone is the first page too."""
_AFTER_LOGIN = frozenset({"dashboard", "home", "overview", "start"})
"""Paths of the page that a session starts with."""
_SENDS = regex(
    r"<(?:Navigate|Redirect)\b[^<>]{0,200}?\bto=\{?\s*['\"]([^'\"\n]{1,100})['\"]"
    r"|\bredirect(?:To)?\s*:\s*['\"]([^'\"\n]{1,100})['\"]"
)
"""Where a router sends those who come without a path of their own."""
_WRAPS = regex(r"<Route\b[^<>]{0,200}\{\s*\.\.\.")
"""A component that makes a route of what it is given."""
_LOCAL_SHELL = frozenset(
    {"electron", "@tauri-apps/api", "@tauri-apps/cli", "@capacitor/core", "react-native", "expo",
     "webextension-polyfill", "wxt", "plasmo", "@crxjs/vite-plugin", "nw"}
)  # fmt: skip
"""What makes an application that lies on the machine of its user: nothing is loaded over a net."""
_STATIC = ("import", "export")
_MAX_MODULES = 5_000


@once
def split_files(target: Target) -> tuple[SplitFile, ...]:
    """Every file that loads a part on demand or holds all pages, and every finished build."""
    found: dict[str, list[Split]] = {}
    parts = scanned(target, components)
    for path, file in parts.items():
        if _is_aside(target, path):
            continue
        if any(one.name or one.fake for one in file.lazy):
            found.setdefault(path, [])
        for lazy in file.lazy:
            if lazy.fake:
                place = Place(path, lazy.line)
                found[path].append(Split("a", place, lazy.name or "it", evidence=lazy.text))
        if file.lines > _MANY_LINES and len(file.pages) >= _MANY_PAGES:
            found.setdefault(path, []).append(_all_pages(path, file))
    broken: dict[str, list[Split]] = {}
    for path, split in _broken(target):
        found.setdefault(path, [])
        if split is not None:
            broken.setdefault(split.what, []).append(split)
    for one in _by_cause(map(_as_one, broken.values())):
        found[one.place.path].append(one)
    files = [
        SplitFile(path, _weighed(target, _gathered(sorted(splits, key=_by_place))))
        for path, splits in sorted(found.items())
    ]
    return (*files, *_built(target))


_WAYS = ("one", "several", "within")


def _as_one(alike: list[Split]) -> Split:
    """What is wrong with every ``import()`` of one module: the one that weighs most tells it."""
    alike.sort(key=lambda one: (_WAYS.index(one.way), _by_place(one)))
    first = alike[0]
    others = tuple(Note(one.place, f"{one.evidence} too") for one in alike[1:])
    return replace(first, count=len(alike), related=(*first.related, *others))


def _by_cause(splits: Iterable[Split]) -> Iterator[Split]:
    """Splits that one import undoes are one thing to mend: the one of what it names tells of them,
    or the first."""
    undone: dict[tuple[str, str], list[Split]] = {}
    for one in splits:
        if one.way == "one":
            undone.setdefault(one.edge, []).append(one)
        else:
            yield one
    for (_, named), alike in undone.items():
        first, *others = sorted(alike, key=lambda one: (one.what != named, _by_place(one)))
        notes = (Note(one.place, f"{one.evidence} for the same reason") for one in others)
        yield replace(first, also=len(others), related=(*first.related, *notes))


_TOGETHER = 3
"""Splits of a file that one module undoes, from which on they are told as one."""


def _gathered(splits: list[Split]) -> tuple[Split, ...]:
    """The splits of a file; those that one module's static imports undo as one."""
    undone: dict[tuple[str, str], list[Split]] = {}
    for one in splits:
        if one.clause == "b" and not one.shared and one.related:
            undone.setdefault((one.related[0].place.path, one.way), []).append(one)
    told: dict[Place, Split | None] = {}
    for (importer, _), alike in undone.items():
        if len(alike) < _TOGETHER:
            continue
        told.update((one.place, None) for one in alike)
        notes = [Note(one.place, one.evidence) for one in alike[1:]]
        told[alike[0].place] = replace(
            alike[0],
            small=all(one.small for one in alike),
            related=(*(note for one in alike for note in one.related), *notes),
            importer=importer,
            together=tuple(one.place for one in alike),
        )
    kept = (told.get(one.place, one) for one in splits)
    return tuple(one for one in kept if one is not None)


def _weighed(target: Target, splits: Iterable[Split]) -> tuple[Split, ...]:
    """The splits with what the page loads for the static imports that undo them."""
    return tuple(
        replace(one, weight=_weight(target, one)) if one.clause == "b" else one for one in splits
    )


def _weight(target: Target, one: Split) -> Weight:
    if one.importer:
        wanted = {
            link.meant.path
            for link in links(target).get(one.importer, ())
            if any(
                note.place.path == one.importer and note.place.line == link.specifier.line
                for note in one.related
            )
        }
        return loaded_for(
            target,
            one.starts,
            lambda at, link: at == one.importer and link.meant.path in wanted,
        )
    return loaded_for(target, one.starts, lambda at, link: link.meant.path == one.what)


def _by_place(one: Split) -> tuple[tuple[object, ...], str]:
    return (one.place.path, one.place.line or 0, one.place.column or 0), one.clause


def _is_aside(target: Target, path: str) -> bool:
    return is_test_path(path) or bool(_ASIDE.search(path))


def _all_pages(path: str, file: FileComponents) -> Split:
    names = ", ".join(one.name for one in file.pages)
    related = tuple(Note(Place(path, one.line), one.name) for one in file.pages)
    return Split("c", Place(path, 1), names, file.lines, related=related)


# -- imported both ways --------------------------------------------------------------------


def _broken(target: Target) -> Iterator[tuple[str, Split | None]]:
    """(file, broken split) of every ``import()`` of a module of the application."""
    known = links(target)
    closures: dict[str, frozenset[str]] = {}
    entries = _entries(target)
    for path, mine in known.items():
        if _is_aside(target, path) or not path.endswith(_SCRIPTS):
            continue
        late = [
            one
            for one in mine
            if one.specifier.kind == "dynamic" and _is_code(one) and not _is_type(target, path, one)
        ]
        if not late:
            continue
        package = _package(target, path)
        if package is None or not _is_bundled(package) or _is_local(package):
            continue
        if is_node_side(path, target.text(path)) or path not in bundled(target):
            continue  # what a server loads, nobody waits for over a net
        server = _server_lines(target, package, path)
        for one in late:
            if not any(first <= one.specifier.line <= last for first, last in server):
                yield path, _kept_apart(target, path, one, entries, closures)


_SERVED_BY = regex(
    r"@remix-run/(?:node|cloudflare\w*|deno|serve|server-runtime|vercel|netlify)"
    r"|@react-router/(?:node|dev|serve|cloudflare|fs-routes)"
)
_ON_SERVER = {
    True: frozenset({"loader", "action", "headers"}),
    False: frozenset({"getServerSideProps", "getStaticProps", "getStaticPaths", "getInitialProps"}),
}
"""Functions of a page that are left out of what the browser gets: of Remix, of Next."""


def _server_lines(target: Target, package: NpmPackage, path: str) -> list[tuple[int, int]]:
    """First and last line of what only the server runs of a page."""
    remix = any(_SERVED_BY.fullmatch(name) for name in _dependencies(package))
    names = _ON_SERVER[False] | (_ON_SERVER[True] if remix else frozenset())
    file = scanned(target, outline).get(path)
    functions = file.functions if file is not None else ()
    return [(one.line, one.end_line) for one in functions if one.name in names][:_MOST_ON_SERVER]


_MOST_ON_SERVER = 20


_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte")


_TYPE_IN = regex(r"['\"`]?[^'\"`\n]*['\"`]\s*\)\s*\.(?!(?:then|catch|finally)\b)\s*[A-Za-z_$]")
_TYPE_OF = regex(r"\btypeof\s+import\(\s*['\"`]?$")


def _is_type(target: Target, path: str, link: Link) -> bool:
    """Whether an ``import()`` names a type: ``typeof import("./schema")`` loads nothing, and
    ``import("./schema").Row`` is no member of a promise."""
    one = link.specifier
    line, column = target.line(path, one.line), (one.column or 1) - 1
    return _TYPE_OF.search(line[:column]) is not None or _TYPE_IN.match(line, column) is not None


def _is_code(link: Link) -> bool:
    return link.meant.kind == "file" and link.meant.path.endswith(_SCRIPTS)


def _kept_apart(
    target: Target,
    path: str,
    link: Link,
    entries: tuple[str, ...],
    closures: dict[str, frozenset[str]],
) -> Split | None:
    """What is wrong with one ``import()``: its module is loaded before it, or with it."""
    wanted = link.meant.path
    users = {
        user: specifier
        for user, specifier in importers(target).get(wanted, ())
        if specifier.kind in _STATIC
        and not specifier.type_only
        and user.endswith(_SCRIPTS)
        and not _is_aside(target, user)
        and user != wanted
    }
    users = {user: one for user, one in users.items() if _uses(target, user, one.text)}
    if not users:
        return None
    starts = _starts(target, path, entries, closures)
    ways = ways_in(target, starts) if starts else None
    way, edge = "within", ("", "")
    undoing: list[str] = []
    if ways is not None and _is_always_there(target, path, wanted, users, starts):
        # What the module itself brings along does not undo its split.
        undoing = [one for one in users if one in ways and not ways.is_behind(one, wanted)]
        undoing.sort(key=lambda one: (one != path, ways.depth[one], one))
        shared = len(users) >= _EVERYWHERE and not _is_of_pages(wanted)
        if not _is_loaded_otherwise(target, ways, wanted, users):
            edge = _only_way(ways, path, wanted, undoing, nearest=shared)
        way = "one" if edge[0] else "several"
    if not undoing:
        way, edge = "within", ("", "")
        starts, undoing = _loaded_with(target, path, wanted, users)
    if not undoing:
        return None
    notes = [
        Note(
            Place(user, users[user].line, users[user].column),
            f'imports "{users[user].text}" statically',
        )
        for user in undoing
    ]
    if edge[0] and edge[1] != wanted:
        importer, named = edge
        one = next(one for one in links(target)[importer] if one.meant.path == named).specifier
        brings = f'imports "{one.text}" statically, by which alone all of it is loaded at once'
        notes.insert(0, Note(Place(importer, one.line, one.column), brings))
    return Split(
        "b",
        Place(path, link.specifier.line, link.specifier.column),
        wanted,
        1,
        len(target.text(wanted)) < _SMALL and not _is_of_pages(wanted),
        len(users) >= _EVERYWHERE,
        f'import("{link.specifier.text}")',
        tuple(notes),
        starts=starts,
        listed=users[undoing[0]].kind == "export" or _runs_on_server(target, path),
        users=len(undoing),
        way=way,
        edge=edge,
    )


def _starts(
    target: Target, path: str, entries: tuple[str, ...], closures: dict[str, frozenset[str]]
) -> tuple[str, ...]:
    """The entries of what a module is a part of; where none is known to lead to it, as with pages
    that a framework finds by their place, those that nothing imports and that load it at once."""
    found = []
    for start in entries:
        if start not in closures:
            closures[start] = frozenset(distances(target, (start,), late=True))
        if path in closures[start]:
            found.append(start)
    if found:
        return tuple(found)
    return tuple(one for one, late in _heads(target, path) if not late)


def _heads(target: Target, path: str) -> tuple[tuple[str, bool], ...]:
    return heads_of(target, path, lambda user: _is_aside(target, user))


def _is_always_there(
    target: Target, path: str, wanted: str, users: Mapping[str, object], starts: tuple[str, ...]
) -> bool:
    """Whether each of the entries that lead to an ``import()`` has loaded its module by then."""
    if len(starts) == 1:
        return wanted in ways_in(target, starts)
    own = distances(target, (path,), lambda _, link: link.meant.path == wanted)
    if not own.keys().isdisjoint(users):
        return wanted in ways_in(target, starts)
    return len(starts) <= _MOST_HEADS and all(wanted in ways_in(target, (one,)) for one in starts)


_MOST_HEADS = 12
"""Modules with which a part is loaded: nobody asks more of them."""
_MOST_BEHIND = 0.5
"""Of what a page loads at once: who loads more than that through one import cannot do without."""


def _only_way(
    ways: WaysIn, path: str, wanted: str, users: Sequence[str], *, nearest: bool
) -> tuple[str, str]:
    """The import (importer, imported) without which a page does not load a module at once; empty
    where there is none, or none that could be cut.

    :param nearest: only an import of the module itself is asked for.
    """
    if len(users) == 1:
        behind = path in ways and ways.is_behind(path, wanted)
        return ("", "") if behind else (users[0], wanted)
    for importer, named in () if nearest else ways.only_ways(users):
        if path in ways and ways.is_behind(path, named):
            break  # it would take the `import()` away as well
        if ways.share(named) > _MOST_BEHIND or _is_frame(named):
            break
        return importer, named
    return "", ""


def _is_loaded_otherwise(
    target: Target, ways: WaysIn, wanted: str, users: Mapping[str, object]
) -> bool:
    """Whether a page loads a module by a `require()`, or from what is no script, as well."""
    return any(
        user in ways
        and user not in users
        and not one.type_only
        and (one.kind == "require" or (one.kind in _STATIC and not user.endswith(_SCRIPTS)))
        and not ways.is_behind(user, wanted)
        for user, one in importers(target).get(wanted, ())
    )


def _is_frame(path: str) -> bool:
    """Whether a module is, by its name, what all pages are shown in, or the first of them."""
    return _FIRST.search(posixpath.basename(path).partition(".")[0]) is not None


def _loaded_with(
    target: Target, path: str, wanted: str, users: Mapping[str, object]
) -> tuple[tuple[str, ...], list[str]]:
    """(modules with which a part begins, who imports a module there statically), where every part
    that holds an ``import()`` holds its module as well."""
    heads = tuple(one for one, _ in _heads(target, path))
    loaders = loaders_of(target, wanted)
    if path not in loaders and not loaders.issuperset(heads):
        return (), []  # as a rule, and seen without going through what each of them loads
    own = distances(target, (path,), lambda _, link: link.meant.path == wanted)
    inside = [one for one in sorted(users, key=lambda one: (own.get(one, 0), one)) if one in own]
    if len(heads) > _MOST_HEADS or not heads:
        return (path,), inside
    above: dict[str, None] = {}
    for head in heads:
        loaded = distances(target, (head,), lambda _, link: link.meant.path == wanted)
        mine = sorted((one for one in users if one in loaded), key=lambda one: (loaded[one], one))
        if not mine and not inside:
            return (), []
        above.update(dict.fromkeys(mine))
    return heads, list(dict.fromkeys((*inside, *above)))


_APP_ROUTE = regex(r"(?:^|/)app/(?:[^/]+/)*(?:layout|page|template)\.[jt]sx?$")


def _runs_on_server(target: Target, path: str) -> bool:
    """Whether a file is a Server Component of Next.js, for which `dynamic()` splits nothing."""
    return _APP_ROUTE.search(path) is not None and "use client" not in target.text(path)[:400]


def _is_of_pages(path: str) -> bool:
    stem = posixpath.basename(path).partition(".")[0]
    return bool(_PAGE_FOLDER.search(path) or _PAGE_NAME.search(stem))


@once
def _entries(target: Target) -> tuple[str, ...]:
    """The modules that a page starts with."""
    found = []
    for path, mine in links(target).items():
        if path.endswith((".html", ".htm")):
            found += [one.meant.path for one in mine if one.meant.path.endswith(_SCRIPTS)]
        elif (
            _STARTS.search(posixpath.basename(path))
            and not is_test_path(path)
            and _MOUNTS.search(target.text(path))
        ):
            found.append(path)
    return tuple(dict.fromkeys(found))


_STARTS = regex(r"(?i)^(?:main|index|app|client|entry|bootstrap|start|root)[\w.-]*\.[cm]?[jt]sx?$")


def _uses(target: Target, user: str, specifier: str) -> bool:
    """Whether something of an imported module is used as a value: a type alone is left out of
    what is built."""
    if not user.endswith((".ts", ".tsx", ".mts")):
        return True
    file = scanned(target, outline).get(user)
    if file is None:
        return False
    text = target.text(user)
    for name, path in file.imports:
        if path[0] != specifier:
            continue
        if len(path) == 1 or name == "*":
            return True
        word = re.escape(name)
        value = (
            rf"(?<![\w$])<{word}[\s/>.]|(?<![\w.'\"]){word}\s*[.(\[`]|[=({{,\[?]\s*{word}\s*[,)\]}};]"
            rf"|\bnew {word}\b"
        )
        body = text[text.rfind(specifier) :]
        if re.search(value, body) or re.search(rf"\bexport\s+default\s+{word}\b", body):
            return True
    return False


@once
def _packages(target: Target) -> dict[str, NpmPackage]:
    return {one.folder: one for one in npm_packages(target)}


def _package(target: Target, path: str) -> NpmPackage | None:
    folder = posixpath.dirname(path)
    known = _packages(target)
    while True:
        if folder in known:
            return known[folder]
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _dependencies(package: NpmPackage) -> Iterable[str]:
    return (name for _, name, _, _ in package.manifest.dependencies)


def _is_bundled(package: NpmPackage) -> bool:
    return any(_BUNDLED.match(name) for name in _dependencies(package))


def _is_local(package: NpmPackage) -> bool:
    return not _LOCAL_SHELL.isdisjoint(_dependencies(package))


# -- builds ----------------------------------------------------------------------------------


def _built(target: Target) -> Iterator[SplitFile]:
    """What finished builds say of the cuts."""
    for build in web_builds(target):
        splits = []
        for entry in build.entries:
            if entry.eager:
                splits.append(
                    Split(
                        "d",
                        build.place,
                        ", ".join(entry.eager[:5]),
                        len(entry.eager),
                        evidence=entry.name,
                    )
                )
            splits += _pages_at_once(target, build, entry)
        yield SplitFile(f"{build.folder}:splits", tuple(splits))


def _pages_at_once(target: Target, build: WebBuild, entry: BuildEntry) -> Iterator[Split]:
    """Pages in what an entry loads at once, one page and those that come first left out."""
    pages = [
        one
        for one in entry_modules(target, build, entry)
        if _PAGE_FOLDER.search(one.path)
        and one.path.endswith(_SCRIPTS)
        and _PAGE_FILE.search(posixpath.basename(one.path))
        and not _FIRST.search(posixpath.basename(one.path).partition(".")[0])
    ]
    if build.tool != "next" and pages:
        yield Split(
            "e",
            build.place,
            ", ".join(one.path for one in pages[:5]),
            len(pages),
            evidence=entry.name,
            related=tuple(Note(Place(one.path, 1), f"in {one.chunk}") for one in pages),
        )


_PAGE_FOLDER = regex(r"(?:^|/)(?:pages|views|screens)/")
_PAGE_FILE = regex(r"^(?:[A-Z]\w*|[\w-]+[-.](?:page|view|screen))\.(?:[jt]sx?|vue|svelte)$")


# -- routers ---------------------------------------------------------------------------------


@once
def router_files(target: Target) -> tuple[RouterFile, ...]:
    """Every file with four routes of a browser application, by path."""
    found = []
    parts = scanned(target, components)
    for path, file in parts.items():
        if len(file.routes) < _FEW_ROUTES or _is_aside(target, path):
            continue
        package = _package(target, path)
        if package is not None and _is_local(package):
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
            package = _package(target, one.path)
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
            if not _is_aside(target, user) and not specifier.type_only
        ]
        if not users or at in _entries(target):
            return False  # a page starts with it, or nobody knows what loads it
        for user, kind in users:
            if kind == "dynamic":
                late = True
            elif kind in _STATIC and user not in seen:
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
    sent = {(match[1] or match[2]).strip("/*") for match in _SENDS.finditer(target.text(path))}
    first = {name for one in file.routes if _is_first(one.path, sent) for name in _shown(one)}
    for route in file.routes:
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
    starts = [one for one in _entries(target) if path in distances(target, (one,))]
    weight = loaded_for(
        target, starts or (path,), lambda at, link: at == path and link.meant.path in modules
    )
    # What others import as well is loaded at once anyway.
    pages = {
        name: note for name, note in pages.items() if static[name].meant.path in weight.modules
    }
    if len(pages) < few:
        return None  # the one page that all come for
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
    return EagerPages(tuple(notes), shown, guarded, weight, cure)


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
    source = sum(len(target.text(path)) for path in mine if path.endswith(_SCRIPTS))
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
    package = _package(target, path)
    dependencies = set(_dependencies(package)) if package is not None else set()
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
        or bare.lower() in _AFTER_LOGIN
        or _OPTIONAL.fullmatch(path) is not None
    )


def _by_line(note: Note) -> tuple[int, str]:
    return note.place.line or 0, note.message


def _shown(route: RouteEntry) -> tuple[str, ...]:
    """The component that a route shows: the innermost that is no wrapper."""
    names = [name for name in route.names if not _FIRST.search(name) and not name.endswith("Route")]
    return tuple(names[-1:])


def _is_page(
    name: str, module: str, route: RouteEntry, parts: Mapping[str, FileComponents]
) -> bool:
    if route.path in _HOME or _FIRST.search(route.path.strip("/:*")):
        return False
    stem = posixpath.basename(module).partition(".")[0]
    if _FIRST.search(stem) and stem.lower() != "index":
        return False
    inner = parts.get(module)
    if inner is not None and any(one.name and not one.fake for one in inner.lazy):
        return False  # a page that loads what it shows on demand
    return not route.nests or bool(_PAGE_NAME.search(name) or _PAGE_MODULE.search(module))
