"""Where an application is cut into parts, and whether the cuts hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import is_node_side
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.facts.web.build import BuildEntry, WebBuild, entry_modules, web_builds
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
from pytest_reconaudit.facts.web.shown import COMPONENTS, bundled
from pytest_reconaudit.facts.web.ways_in import WaysIn, ways_in
from pytest_reconaudit.facts.web.weights import Weight, distances, heads_of, loaded_for, loaders_of
from pytest_reconaudit.model import Note, Place, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.components import FileComponents, components
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["Split", "SplitFile", "split_files"]


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
        return not self.importer and FIRST.search(stem) is not None

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


_SMALL = 8_000
"""Characters of a module that is hardly worth a file of its own."""
_LIGHT = 15_000
"""Characters of source whose loading nobody notices."""
_WORTH = 100_000
"""Characters of source that are worth a file of their own even where nothing is shown by them."""
_EVERYWHERE = 6
_MANY_PAGES = 3
_MANY_LINES = 800
_BUNDLED = regex(
    r"^(?:vite|react-scripts|webpack|@rspack/.+|@rsbuild/.+|parcel|next|@craco/craco|rollup|vue"
    r"|@vitejs/.+|esbuild|react-dom|preact|svelte|solid-js)$"
)


@once
def split_files(target: Target) -> tuple[SplitFile, ...]:
    """Every file that loads a part on demand or holds all pages, and every finished build."""
    found: dict[str, list[Split]] = {}
    parts = scanned(target, components)
    for path, file in parts.items():
        if is_aside(target, path):
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


def _all_pages(path: str, file: FileComponents) -> Split:
    names = ", ".join(one.name for one in file.pages)
    related = tuple(Note(Place(path, one.line), one.name) for one in file.pages)
    return Split("c", Place(path, 1), names, file.lines, related=related)


def _broken(target: Target) -> Iterator[tuple[str, Split | None]]:
    """(file, broken split) of every ``import()`` of a module of the application."""
    known = links(target)
    closures: dict[str, frozenset[str]] = {}
    entries = entry_modules_of(target)
    for path, mine in known.items():
        if is_aside(target, path) or not path.endswith(SCRIPTS):
            continue
        late = [
            one
            for one in mine
            if one.specifier.kind == "dynamic" and _is_code(one) and not _is_type(target, path, one)
        ]
        if not late:
            continue
        package = package_around(target, path)
        if package is None or not _is_bundled(package) or is_local(package):
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
    remix = any(_SERVED_BY.fullmatch(name) for name in dependencies_of(package))
    names = _ON_SERVER[False] | (_ON_SERVER[True] if remix else frozenset())
    file = scanned(target, outline).get(path)
    functions = file.functions if file is not None else ()
    return [(one.line, one.end_line) for one in functions if one.name in names][:_MOST_ON_SERVER]


_MOST_ON_SERVER = 20
_TYPE_IN = regex(r"['\"`]?[^'\"`\n]*['\"`]\s*\)\s*\.(?!(?:then|catch|finally)\b)\s*[A-Za-z_$]")
_TYPE_OF = regex(r"\btypeof\s+import\(\s*['\"`]?$")


def _is_type(target: Target, path: str, link: Link) -> bool:
    """Whether an ``import()`` names a type: ``typeof import("./schema")`` loads nothing, and
    ``import("./schema").Row`` is no member of a promise."""
    one = link.specifier
    line, column = target.line(path, one.line), (one.column or 1) - 1
    return _TYPE_OF.search(line[:column]) is not None or _TYPE_IN.match(line, column) is not None


def _is_code(link: Link) -> bool:
    return link.meant.kind == "file" and link.meant.path.endswith(SCRIPTS)


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
        if specifier.kind in STATIC
        and not specifier.type_only
        and user.endswith(SCRIPTS)
        and not is_aside(target, user)
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
    return heads_of(target, path, lambda user: is_aside(target, user))


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
        and (one.kind == "require" or (one.kind in STATIC and not user.endswith(SCRIPTS)))
        and not ways.is_behind(user, wanted)
        for user, one in importers(target).get(wanted, ())
    )


def _is_frame(path: str) -> bool:
    """Whether a module is, by its name, what all pages are shown in, or the first of them."""
    return FIRST.search(posixpath.basename(path).partition(".")[0]) is not None


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
    return bool(_PAGE_FOLDER.search(path) or PAGE_NAME.search(stem))


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


def _is_bundled(package: NpmPackage) -> bool:
    return any(_BUNDLED.match(name) for name in dependencies_of(package))


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
        and one.path.endswith(SCRIPTS)
        and _PAGE_FILE.search(posixpath.basename(one.path))
        and not FIRST.search(posixpath.basename(one.path).partition(".")[0])
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
