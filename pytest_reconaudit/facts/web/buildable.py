"""Why a frontend package cannot be built, or not as one product: files that are missing or broken,
characters that nobody typed on purpose, pages that no route leads to, a second framework.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.packages import LOCKFILES, npm_at
from pytest_reconaudit.facts.web.apps import Frontend, frontends, servers
from pytest_reconaudit.facts.web.erased_imports import is_erased, is_silenced, is_unchecked
from pytest_reconaudit.facts.web.host_packages import of_host
from pytest_reconaudit.facts.web.installed import nearest_lock, needs_of
from pytest_reconaudit.facts.web.left_over import BEGINNING, STORY, is_left_over, is_loaded_by
from pytest_reconaudit.facts.web.modules import Link, importers, links
from pytest_reconaudit.facts.web.relocated import relocated
from pytest_reconaudit.facts.web.removal import addition
from pytest_reconaudit.facts.web.type_checked import BUNDLES, TYPES_CHECKED, is_type_checked
from pytest_reconaudit.facts.web.type_scope import is_left_out
from pytest_reconaudit.facts.web.unlisted_packages import Unlisted, unlisted_of
from pytest_reconaudit.facts.web.untaken import has_own_build, is_untaken
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.bundler_config import without_comments
from pytest_reconaudit.readers.scans.broken import Broken, StrayRun, broken, stray
from pytest_reconaudit.readers.scans.imports import Specifier
from pytest_reconaudit.target import Target, once, within

__all__ = ["Buildable", "WebFault", "buildables"]


class WebFault(Struct, frozen=True):
    """One reason, grouped per file."""

    clause: str
    """``a`` no page, ``b`` aliases without configuration, ``c`` missing import, ``d`` broken
    source, ``e`` stray characters, ``f`` pages without route, ``g`` two frameworks, ``h`` parts of
    pages that nothing imports, ``i`` packages that nothing lists, ``j`` such as others bring."""
    severity: Severity
    confidence: Confidence
    place: Place
    says: str
    evidence: str = ""
    related: tuple[Note, ...] = ()
    key: str = ""
    unloaded: bool = False
    """Of ``c``: no import leads to the file."""
    only_types: bool = False
    """Of ``c``: nothing of the missing modules is left when types are stripped."""
    at_start: bool = False
    """Of ``c``: Node loads the file as it is, and nothing that is run before tells of it."""
    at_others: bool = False
    """Of ``i`` and ``j``: nothing of the package is built or started by itself, as far as its
    scripts say."""
    fix: str = ""
    """Of ``i`` and ``j`` the command that lists what is imported, of ``c`` what would help."""


class Buildable(Struct, frozen=True, eq=False):
    """A frontend package with what is wrong."""

    id: str
    frontend: Frontend
    faults: tuple[WebFault, ...]


_BUILD_CONFIG = regex(
    r"(?:^|/)(?:vite|next|webpack[\w.-]*|rollup|rspack|rsbuild|postcss|tailwind|astro|nuxt|svelte"
    r"|craco|vue|quasar|babel)\.(?:config|conf)(?:\.\w+)?\.[cm]?[jt]s$"
)
_PAGE = regex(r"(?:^|/)(?:pages|views|screens)/(?P<inner>(?:[\w()@.-]+/)*?)(?P<name>[\w.-]+)$")
_PARTS = frozenset(
    {"components", "component", "hooks", "utils", "util", "helpers", "lib", "types", "constants",
     "services", "store", "stores", "api", "assets", "styles", "context", "contexts", "config",
     "data", "schemas", "partials", "widgets", "layouts", "layout", "modals", "dialogs", "forms",
     "tabs", "sections", "parts", "shared", "common", "locales", "i18n", "interfaces", "models",
     "fragments", "composables", "queries", "elements", "_components", "ui"}
)  # fmt: skip
_PAGE_NAME = regex(r"^(?:[A-Z]\w*|index|page|[\w-]+[-.](?:page|view|screen))\.(?:tsx|jsx|vue|js)$")
_ROUTERS = regex(
    r"react-router(?:-dom)?|vue-router|wouter|@tanstack/react-router|@reach/router|preact-router"
    r"|svelte-routing|svelte-spa-router|@solidjs/router|raviger|@tanstack/vue-router"
)
_ROUTER_USE = regex(
    r"<Route\b|<Switch\b|createBrowserRouter|createHashRouter|createRouter\b|useRoutes\b|createRoute\b"
)
_NAMES_OF_LANGUAGES = regex(
    r"中文|简体|繁體|繁体|日本語|한국어|한국|Ελληνικ|粵語|廣東|正體|漢語|汉语|英文|英語"
)
_SIMPLE_PLUGIN = regex(
    r"@vitejs/plugin-(?:react|react-swc|vue|vue-jsx|legacy|basic-ssl)|vite-tsconfig-paths"
    r"|vite-plugin-(?:svgr|checker|pwa|eslint|compression2?|imagemin|svg-icons|mkcert|inspect)"
    r"|@tailwindcss/vite|rollup-plugin-visualizer|vite-bundle-visualizer|vite|vitest(?:/config)?"
    r"|@sveltejs/vite-plugin-svelte|vite-plugin-solid|@preact/preset-vite|path|node:path|url|node:url"
    r"|autoprefixer|tailwindcss|unplugin-auto-import(?:/.+)?|unplugin-vue-components(?:/.+)?|fs|node:fs"
)
_OTHER_ROOT = regex(
    r"\b(?:root|lib|input|ssr|environments|entry|appType|publicDir|middlewareMode|entries)\b\s*:"
)
_OTHER_CONFIG = regex(r"\bvite\b[^&|;]*(?:\s-c\s|--config\b|--ssr\b|--root\b|\bbuild\s+[\w./]+)")
_APPS = frozenset(
    {"frontend", "client", "web", "ui", "app", "webapp", "web-app", "web-client", "spa",
     "front-end", "front", "www", "dashboard", "frontend-app"}
)  # fmt: skip
_LOADED = frozenset({"import", "export", "require", "dynamic"})


@once
def buildables(target: Target) -> tuple[Buildable, ...]:
    """Every frontend package, by the path of its package.json."""
    found = []
    second = _second_framework(target)
    strays = dict(_strays(target))
    for frontend in frontends(target):
        if _is_template(frontend):
            continue
        faults = [
            *_page(target, frontend),
            *_aliases(target, frontend),
            *_missing(target, frontend),
            *_broken(target, frontend),
            *(strays[path] for path in frontend.sources if path in strays),
            *_unrouted(target, frontend),
            *second.get(frontend.package.path, ()),
            *_unlisted(target, frontend),
        ]
        found.append(Buildable(frontend.package.path, frontend, tuple(faults)))
    for server in servers(target):
        if _is_template(server):
            continue
        faults = [*_missing(target, server), *_broken(target, server), *_unlisted(target, server)]
        found.append(Buildable(server.package.path, server, tuple(faults)))
    return _as_one(found)


_FOR_OTHERS = regex(
    r"(?:^|/)(?:_{0,2}(?:[\w-]{1,40}-)?templates?_{0,2}|scaffold(?:s|ing)?|boilerplates?"
    r"|cookiecutter[\w.-]*|\{\{[^/]*)(?=/)"
)
"""Folders of what generators copy."""
_UNFILLED = regex(r"\{\{|\}\}|<%|%>|\$\{|__[A-Za-z]\w*__|%[A-Z_]+%|\{[a-zA-Z_]+\}|\[\[")
"""A name that somebody fills in later."""


def _is_template(frontend: Frontend) -> bool:
    """Whether a package.json is material for a generator: it is built in another place, by another
    name. A folder alone says so where the package is no member of a workspace."""
    package = frontend.package
    if _UNFILLED.search(package.manifest.name) is not None:
        return True
    folder = _FOR_OTHERS.search(f"{package.folder}/") is not None
    return folder and package.workspace_root is None and not package.lockfiles


# -- what Vite begins with -----------------------------------------------------------------


def _page(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    """A Vite application without its page."""
    if frontend.framework != "vite" or frontend.by_files:
        return
    folder = frontend.folder
    below = target.below(folder)
    if any(one.endswith(".html") for one in below) or not any(map(BEGINNING.search, below)):
        return  # without a file to begin with it is a manifest that something copies
    manifest = frontend.package.manifest
    build = manifest.script("build")
    if build is None or "vite" not in build.command or _OTHER_CONFIG.search(build.command):
        return
    if not manifest.private or manifest.bins:
        return
    if frontend.config:
        text = without_comments(target.text(frontend.config))
        named = [one.specifier.text for one in links(target).get(frontend.config, ())]
        if _OTHER_ROOT.search(text) or not all(_SIMPLE_PLUGIN.fullmatch(one) for one in named):
            return
    page = posixpath.join(folder, "index.html")
    rule = target.ignored_by(page)
    says = f"`{build.command}` starts from {page}, which "
    says += "git keeps out of every clone" if rule is not None else "is not there"
    yield WebFault(
        "a",
        Severity.CRITICAL,
        Confidence.CERTAIN,
        build.command_place,
        says,
        build.command,
        (Note(rule.place, rule.pattern),) if rule is not None else (),
    )


def _aliases(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    """Aliases that only tsconfig.json knows: without a configuration Vite does not."""
    if frontend.framework != "vite" or frontend.by_files or frontend.config:
        return
    if any(_OTHER_CONFIG.search(one.command) for one in frontend.package.manifest.scripts):
        return
    if any(posixpath.basename(one).startswith("vite.") for one in frontend.configs):
        return
    if not frontend.roots:
        return  # no page: Vite builds nothing here, or cannot for that reason (a)
    used, leads = [], []
    for path in frontend.sources:
        if frontend.reached is not None and path not in frontend.reached:
            continue
        for link in links(target).get(path, ()):
            one, meant = link.specifier, link.meant
            if meant.kind == "file" and meant.alias and one.kind in _LOADED and not one.type_only:
                used.append((path, one, meant.alias))
                leads.append((meant.path, one, meant.alias))
    if used:
        path, one, alias = used[0]
        files = len({path for path, _, _ in used})
        yield WebFault(
            "b",
            Severity.HIGH,
            Confidence.CERTAIN,
            Place(path, one.line, one.column),
            f"`{one.text}` goes by the alias `{alias}` of tsconfig.json, and there is no"
            f" vite.config that tells Vite of it ({len(used)} import{'s' * (len(used) > 1)} in"
            f" {files} file{'s' * (files > 1)})",
            one.text,
            tuple(Note(Place(other, link.line), link.text) for other, link, _ in used[1:6]),
            fix=_ALIASED if _is_usual(frontend, leads) else "",
        )


_ALIASED = """
Tell Vite of the alias:

```
// vite.config.ts
resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } }
```
"""


def _is_usual(frontend: Frontend, used: list[tuple[str, Specifier, str]]) -> bool:
    """Whether the only alias is ``@``, and means ``src``."""
    src = posixpath.join(frontend.folder, "src")
    return all(
        alias == "@/*" and one.text.startswith("@/") and found.startswith(f"{src}/{one.text[2:]}")
        for found, one, alias in used
    )


# -- imports -------------------------------------------------------------------------------


class _Lost(Struct, frozen=True):
    """What one file imports and no clone has."""

    path: str
    links: tuple[Link, ...]
    first: Link
    """The one to be named: a module that is missed by most files comes first."""
    severity: Severity
    confidence: Confidence
    when: str
    unloaded: bool
    only_types: bool


def _missing(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    """One fault per module that is not there, at the file for which it matters most."""
    files = list(_lost(target, frontend))
    missed = Counter(
        thing for one in files for thing in {_thing(target, link) for link in one.links}
    )
    groups: dict[str, list[_Lost]] = {}
    for one in files:
        loaded = [link for link in one.links if one.unloaded or _is_kept(target, one.path, link)]
        first = max(loaded or one.links, key=lambda link: missed[_thing(target, link)])
        thing = _thing(target, first)
        if one.unloaded and missed[thing] < _FEW:
            # Whoever comes to a dead file decides about that file.
            thing, first = one.path, (loaded or one.links)[0]
        groups.setdefault(thing, []).append(msgspec.structs.replace(one, first=first))
    listed = list(groups.values())
    for severity, many in _MANY_DEAD.items():  # what nothing loads is cleared away in one go
        dead: list[list[_Lost]] = []
        rest: list[list[_Lost]] = []
        for group in listed:
            is_dead = all(one.unloaded and one.severity is severity for one in group)
            (dead if is_dead else rest).append(group)
        if len(dead) > many:
            listed = [*rest, [one for group in dead for one in group]]
    for group in listed:
        lead = max(group, key=lambda one: one.severity)
        others = [one for one in group if one is not lead]
        first = lead.first
        yield WebFault(
            "c",
            lead.severity,
            lead.confidence,
            Place(lead.path, first.specifier.line, first.specifier.column),
            _says(target, lead, others),
            first.specifier.text,
            tuple(
                Note(Place(one.path, link.specifier.line), link.specifier.text)
                for one in (lead, *others)
                for link in one.links
                if link is not first
            ),
            f"missing {first.specifier.text}",
            lead.unloaded,
            lead.only_types,
            _is_at_start(target, frontend, lead.path),
            fix=_of_types(target, frontend, first) if lead.only_types else "",
        )


def _is_at_start(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether a program of Node meets what is missing only when it runs: nothing bundles it, and no
    compiler asks for the modules of the file."""
    if frontend not in servers(target):
        return False
    commands = " ".join(one.command for one in frontend.package.manifest.scripts)
    if BUNDLES.search(commands):
        return False
    typed = path.endswith((".ts", ".tsx", ".mts", ".cts"))
    return not typed or not TYPES_CHECKED.search(commands) or is_unchecked(target, path)


_FEW = 4
_MANY_DEAD = {Severity.INFO: 3, Severity.LOW: 5}
"""From how many on what nothing loads is told in one finding: files that a check of types reads
are mended one by one, as long as there are not too many."""


def _says(target: Target, lead: _Lost, others: list[_Lost]) -> str:
    """What is missed by one file, or by several of them."""
    first = lead.first
    what, wanted = f"`{first.specifier.text}`", first.meant.path
    names = dict.fromkeys(one.specifier.text for one in lead.links)
    if not others and len(names) > 1:
        lines = ", ".join(dict.fromkeys(str(one.specifier.line) for one in lead.links[:5]))
        says = f"{len(names)} modules that are imported are not there: {what} and others"
        says += f" (lines {lines}{' …' if len(lead.links) > 5 else ''})"
    elif not others:
        says = f"{what} is imported, and there is no {wanted}"
    elif all(one.first.meant.path == wanted for one in others):
        says = f"{len(others) + 1} files import {what}, and there is no {wanted}"
    elif len({_thing(target, one.first) for one in (lead, *others)}) == 1:
        says = f"{len(others) + 1} files import {what} and others, and there is no"
        says += f" {posixpath.dirname(wanted)}/"
    else:
        common = posixpath.commonpath([posixpath.dirname(one.path) for one in (lead, *others)])
        where = f" below {common}/" if common else ""
        says = f"{len(others) + 1} files{where} import what is not there: {what} and others"
    twin = _by_small_letters(target).get(_STEM.sub("", wanted).lower(), "")
    near = twin or relocated(target, lead.path, wanted)
    if not twin and (
        any(one.first.meant.path != wanted for one in others)
        or not _gives(target, near, first.specifier.names)
    ):
        near = ""  # a hint for one of several, or at a module that only bears the name
    if near:
        says += f" (there is {near}{_CAPITALS if twin else ''})"
    when = lead.when
    if others:
        when = when.replace("this file", "these files").replace("it is there", "they are there")
    return says + when


def _gives(target: Target, path: str, names: tuple[str, ...]) -> bool:
    """Whether a module, or one that it hands on, may export all of some names."""
    wanted = [one for one in names if one not in ("*", "default")]
    if not wanted:
        return True
    inner = [link.meant.path for link in links(target).get(path, ()) if link.meant.kind == "file"]
    words = {
        word for one in (path, *inner[:_HANDED_ON]) for word in _WORD.findall(target.text(one))
    }
    return words.issuperset(wanted)


_HANDED_ON = 100
_WORD = regex(r"[\w$]+")
_CAPITALS = ": other capitals, which tell files apart on Linux, in images and in CI"


@once
def _by_small_letters(target: Target) -> dict[str, str]:
    """Path without suffix in small letters → the script; of a folder's index the folder too."""
    found: dict[str, str] = {}
    for path in target.everything:
        if _STEM.search(path) is not None:
            stem = _STEM.sub("", path).lower()
            found.setdefault(stem, path)
            found.setdefault(stem.removesuffix("/index"), path)
    return found


def _thing(target: Target, link: Link) -> str:
    """What would have to be restored: the module, or the folder where all of it is away."""
    folder = posixpath.dirname(link.meant.path)
    return link.meant.path if target.has_dir(folder) else f"{folder}/"


def _lost(target: Target, frontend: Frontend) -> Iterator[_Lost]:
    working = _working_aliases(target, frontend)
    for path in frontend.sources:
        if STORY.search(path) or path.endswith((".astro", ".mdx")) or _is_moved(target, path):
            continue
        if target.is_generated(path):
            continue
        lost = [
            link
            for link in links(target).get(path, ())
            if link.meant.kind == "missing"
            and (not link.meant.alias or link.meant.alias in working)
            and link.specifier.kind in _LOADED
            and not link.specifier.guarded
            and not (link.specifier.type_only and _has_types(target, link.meant.path))
        ]
        if not lost:
            continue
        loaded = [one for one in lost if _is_kept(target, path, one)]
        unloaded = frontend.reached is not None and path not in frontend.reached
        unloaded = unloaded or is_left_over(target, frontend, path)
        unloaded = unloaded or is_untaken(target, frontend, path)
        unloaded = unloaded or _is_apart(target, frontend, path)
        if unloaded or not loaded:  # only who checks types reads it
            lost = [one for one in lost if not is_silenced(target, path, one.specifier.line)]
        if not lost:
            continue
        severity, confidence, when = _weight(target, frontend, path, bool(loaded))
        yield _Lost(path, tuple(lost), lost[0], severity, confidence, when, unloaded, not loaded)


def _is_kept(target: Target, path: str, link: Link) -> bool:
    return not is_erased(target, path, link.specifier)


def _working_aliases(target: Target, frontend: Frontend) -> frozenset[str]:
    """The aliases by which some file of a frontend is found: where one leads to nothing at all, it
    may mean another place than its configuration seems to say."""
    return frozenset(
        link.meant.alias
        for path in frontend.sources
        for link in links(target).get(path, ())
        if link.meant.kind == "file" and link.meant.alias not in ("", "baseUrl")
    )


def _is_moved(target: Target, path: str) -> bool:
    """Whether an image takes a file to a place of its own: what it loads is looked for there."""
    name = posixpath.basename(path)
    return name in _copied_names(target) and any(
        path == one or path.endswith(f"/{one}") for one in _copied_names(target)[name]
    )


@once
def _copied_names(target: Target) -> dict[str, list[str]]:
    """Base name → the files that a ``COPY`` names one by one, as written."""
    found: dict[str, list[str]] = {}
    for dockerfile in dockerfiles(target):
        for stage in dockerfile.stages:
            for one in stage.of("COPY", "ADD"):
                for word in one.sources:
                    text = posixpath.normpath(word.text).lstrip("/")
                    if text.endswith(_SCRIPTS):
                        found.setdefault(posixpath.basename(text), []).append(text)
    return found


_SCRIPTS = (".js", ".cjs", ".mjs", ".ts", ".mts", ".cts")
_STEM = regex(r"\.[cm]?[jt]sx?$|\.(?:vue|svelte)$")


def _weight(
    target: Target, frontend: Frontend, path: str, loaded: bool
) -> tuple[Severity, Confidence, str]:
    checks = any(TYPES_CHECKED.search(one.command) for one in frontend.package.manifest.scripts)
    checked = is_type_checked(target, frontend, path)
    if _is_apart(target, frontend, path):
        return Severity.INFO, Confidence.LIKELY, "; no build loads this file (tsconfig excludes it)"
    if is_left_over(target, frontend, path):
        if checked:
            when = "; no import leads to this file, but it is there for the check of types"
            return Severity.LOW, Confidence.LIKELY, when
        return Severity.INFO, Confidence.LIKELY, "; no import leads to this file"
    if is_untaken(target, frontend, path):
        when = "; no import from another package leads to this file"
        return (Severity.LOW if checked else Severity.INFO), Confidence.LIKELY, when
    if not loaded and is_unchecked(target, path):
        when = "; only its types are used: the import is dropped, and `@ts-nocheck` quiets tsc"
        return Severity.INFO, Confidence.CERTAIN, when
    if frontend.reached is None:
        return (Severity.MEDIUM if loaded else Severity.LOW), Confidence.LIKELY, ""
    if path not in frontend.reached:
        when = "; no import leads to this file from where the application begins"
        return (Severity.LOW if checked else Severity.INFO), Confidence.LIKELY, when
    if not loaded:
        if not checks and not _knows_types(target, frontend):
            when = "; only its types are used: a bundler drops the import, and nothing checks types"
            return Severity.INFO, Confidence.CERTAIN, when
        when = "; only its types are used: a bundler drops the import, tsc fails"
        return (Severity.MEDIUM if checks else Severity.LOW), Confidence.CERTAIN, when
    return Severity.HIGH, Confidence.CERTAIN, ""


_COMPILERS = frozenset({"typescript", "vue-tsc", "svelte-check", "@typescript/native-preview"})


def _knows_types(target: Target, frontend: Frontend) -> bool:
    """Whether anything at hand could check the types of a package: a compiler that it or a package
    above lists, a configuration of one in its folder or above."""
    folder = frontend.folder
    while True:
        if any(
            target.has(posixpath.join(folder, one))
            for one in ("tsconfig.json", "tsconfig.app.json")
        ):
            return True
        package = npm_at(target, folder)
        if package is not None and not _COMPILERS.isdisjoint(package.manifest.dependency_names):
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


_EXPORTED = regex(
    r"^\s{0,8}export\s+(?:declare\s+)?(?:abstract\s+)?(?:type|interface|class|(?:const\s+)?enum)\s+(\w+)",
    re.MULTILINE,
)


@once
def _exported_types(target: Target) -> dict[str, str]:
    """Name of a type → a script that exports it."""
    found: dict[str, str] = {}
    for path in target.everything:
        if path.endswith((*_TYPED, ".vue")) and "export" in (text := target.text(path)):
            for match in _EXPORTED.finditer(text):
                found.setdefault(match[1], path)
    return found


_TYPED = (".ts", ".tsx", ".mts", ".cts")


def _of_types(target: Target, frontend: Frontend, link: Link) -> str:
    """What is to be done about an import of types alone."""
    names = [one for one in link.specifier.names if one not in ("*", "default")]
    known = _exported_types(target)
    if not names:
        return ""
    where = [known[one] for one in names if one in known and within(known[one], frontend.folder)]
    if len(where) == len(names):
        return f"Import `{'`, `'.join(names)}` from {where[0]}, or restore the file."
    if where:
        return ""
    return (
        f"Nothing in the package exports `{'`, `'.join(names)}`: take the import out, and what it"
        " types, or write the type where it is used."
    )


def _is_apart(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether a source is kept out of the build: TypeScript is told to leave it out, no script
    starts it, and nothing that is built imports it."""
    if path in frontend.roots or path in (frontend.reached or ()) or frontend.by_files:
        return False
    if not is_left_out(target, path):
        return False
    inside = _STEM.sub("", posixpath.relpath(path, frontend.folder or "."))
    named = re.compile(rf"(?<![\w/.-])(?:\./)?{re.escape(inside)}\b")
    if any(named.search(one.command) for one in frontend.package.manifest.scripts):
        return False
    users = importers(target).get(path, ())
    return all(is_left_out(target, user) or not is_loaded_by(user) for user, _ in users)


def _has_types(target: Target, path: str) -> bool:
    """Whether tsc finds what is named: for types `./x.tsx` means x.ts too, and the reverse."""
    stem, suffix = posixpath.splitext(path)
    if suffix not in (".ts", ".tsx"):
        return False
    return any(target.has(stem + other) for other in (".ts", ".tsx", ".d.ts"))


# -- packages ------------------------------------------------------------------------------


def _unlisted(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    """What is imported and not listed, one fault for what a build fails of and one for what is
    there by chance."""
    found = [one for one in unlisted_of(target, frontend) if not STORY.search(one.places[0].path)]
    lock = nearest_lock(target, frontend.package)
    for brought in (False, True):
        for loaded in (True, False):
            some = [one for one in found if one.brought is brought and one.loaded is loaded]
            if not some or (not loaded and (brought or frontend.framework == "node")):
                continue
            told, beside = some, []
            if brought and any(one.unread for one in some):
                # What a sibling lists stays: it is told after what nobody is known to list.
                told = [one for one in some if not one.lister] or some
                beside = [one for one in some if one not in told]
                some = [*told, *beside]
            names = _names_of(told)
            says = f"{names} is imported" if len(told) == 1 else f"{names} are imported"
            says += f", and {frontend.package.path} does not list {_them(told)}"
            severity, confidence = Severity.HIGH, Confidence.CERTAIN
            if brought:
                severity, confidence = _weight_of_brought(target, frontend, some), Confidence.LIKELY
                says += _bringers(told, lock)
                if beside:
                    listers = ", ".join(dict.fromkeys(one.lister for one in beside))
                    says += f"; nor does it list {_names_of(beside)} (listed by {listers})"
            elif not loaded:
                severity, confidence = Severity.INFO, Confidence.LIKELY
                if any(one.checked for one in some):
                    severity = Severity.LOW
                says += _dead(target, frontend, some)
            elif frontend.reached is None:
                # So many are more likely an environment of their own than slips.
                many = len(some) > _SLIPS
                severity = Severity.LOW if many else Severity.MEDIUM
                confidence = Confidence.LIKELY
            elif not lock:
                confidence = Confidence.LIKELY
                if all(one.common for one in some):
                    severity = Severity.MEDIUM
            yield WebFault(
                "j" if brought else "i",
                severity,
                confidence,
                some[0].places[0],
                says,
                some[0].name,
                tuple(
                    Note(place, one.name)
                    for one in some
                    for place in one.places
                    if place is not some[0].places[0]
                ),
                f"unlisted {some[0].name}",
                not loaded,
                at_others=loaded and frontend.reached is None and not has_own_build(frontend),
                fix=_listing(target, frontend, some, lock)
                if loaded
                else _clearing(some, _listing(target, frontend, some, lock)),
            )


def _dead(target: Target, frontend: Frontend, some: list[Unlisted]) -> str:
    """Why nothing that is built has the files."""
    if frontend.reached is not None:
        return "; the application loads no file that does so"
    if all(is_untaken(target, frontend, one.places[0].path) for one in some):
        return "; no import from another package leads to a file that does so"
    users = list(dict.fromkeys(user for one in some for user in one.users))
    said = "; nothing imports a file that does so"
    if users:
        more = " …" if len(users) > _SHOWN else ""
        said += f" but {', '.join(users[:_SHOWN])}{more}, to which nothing leads"
    return said + ("; only the check of types reads it" if any(one.checked for one in some) else "")


def _clearing(some: list[Unlisted], listing: str) -> str:
    """To delete what nothing leads to comes before listing what it imports."""
    files = list(
        dict.fromkeys(
            path for one in some for path in (*(at.path for at in one.places), *one.users)
        )
    )
    more = " …" if len(files) > _SHOWN else ""
    them = "them" if len(files) > 1 else "it"
    listing = _TAKE_OUT.sub(".", listing)
    return (
        f"Delete {', '.join(files[:_SHOWN])}{more} where nobody needs {them} any more. Else"
        f" {listing[:1].lower()}{listing[1:]}"
    )


_SHOWN = 3
_TAKE_OUT = regex(r"(?:; or|\. Or) take out what imports (?:it|them), where it is not needed\.")


_SLIPS = 4
"""How many packages are forgotten in one package.json."""


def _names_of(some: list[Unlisted]) -> str:
    return ", ".join(f"`{one.name}`" for one in some[:5]) + (" …" if len(some) > 5 else "")


def _them(some: list[Unlisted]) -> str:
    return "it" if len(some) == 1 else "them"


def _weight_of_brought(target: Target, frontend: Frontend, some: list[Unlisted]) -> Severity:
    """What it weighs that something else brings what is imported: a sibling of the workspace that
    lists it stays, unless the package goes into an image of its own; a package that needs it may
    go."""
    if any(one.strict for one in some) and frontend.reached is not None:
        return Severity.MEDIUM
    if any(posixpath.dirname(one.path) == frontend.folder for one in dockerfiles(target)):
        return Severity.LOW
    package = frontend.package
    if package.manifest.private and package.workspace_root not in (None, package.folder):
        # Nobody installs it without its siblings, and what they list brings other things along.
        beside = any(one.lister for one in some) and any(one.unread for one in some)
    else:
        beside = False
    return Severity.INFO if beside or all(one.lister for one in some) else Severity.LOW


def _bringers(some: list[Unlisted], lock: str) -> str:
    """Why what is not listed is there."""
    listers = list(dict.fromkeys(one.lister for one in some if one.lister))
    says = ""
    if listers and all(one.lister for one in some):
        verb = "does" if len(listers) == 1 else "do"
        says = f"; {', '.join(listers[:3])}{' …' if len(listers) > 3 else ''} {verb}"
        says += f" ({lock})" if lock else ""
    elif any(one.unread for one in some):
        says = f"; another package may bring {_them(some)} ({lock} is too large to be read here)"
    else:
        says = f"; other packages bring {_them(some)}{f' ({lock})' if lock else ''}"
    if any(one.strict for one in some):
        says += ", which pnpm keeps out of reach"
    return says


def _listing(target: Target, frontend: Frontend, some: list[Unlisted], lock: str) -> str:
    """How to list what is imported: in the versions that are in use, where something pins them."""
    path = frontend.package.path
    hosts = of_host(target, frontend.package, (one.name for one in some))
    rest = [one for one in some if one.name not in hosts]
    at_host = ""
    if hosts:
        shown = ", ".join(
            f"`{one.name}` ({one.lister})" if one.lister else f"`{one.name}`"
            for one in some
            if one.name in hosts
        )
        ranged = ", with the range that another package.json has" if "(" in shown else ""
        at_host = (
            f"Add to the peerDependencies of {path}{ranged}: {shown}. A program must hold"
            f" {'it' if len(hosts) == 1 else 'them'} once, so the one that takes"
            f" {frontend.package.manifest.name} in gives its own."
        )
        if not rest:
            return at_host
        at_host += " "
    if any(one.brought for one in rest) and lock:
        manager = LOCKFILES[posixpath.basename(lock)]
        whole = _by_collection(target, frontend, rest)
        return (
            f"{at_host}{whole}{'Else add' if whole else 'Add'} to the dependencies of"
            f" {path}{_in_versions(target, rest, lock)};"
            f" and renew the lockfile (`{manager} install`). Or take out what imports"
            f" {_them(rest)}, where it is not needed.{_by_the_whole(target, frontend, rest)}"
        )
    listers = [one for one in rest if one.lister]
    if listers:
        shown = ", ".join(f"`{one.name}` ({one.lister})" for one in listers)
        return (
            f"{at_host}Add {_them(rest)} to the dependencies of {path}, with the range that another"
            f" package.json of the repository has: {shown}."
        )
    return at_host + addition(target, frontend.package, tuple(one.name for one in rest))


def _in_versions(target: Target, some: list[Unlisted], lock: str) -> str:
    """The packages with what to write beside them: ``catalog:`` where a catalog holds the versions
    of the workspace, else what the lockfile has."""
    catalog = _catalog(target, posixpath.dirname(lock))
    inside = [one for one in some if one.name in catalog]
    rest = [one for one in some if one.name not in catalog]
    said = ""
    if inside:
        said = ": " if rest else " "
        said += f"{', '.join(f'`{one.name}`' for one in inside)} as `catalog:`"
    if rest:
        shown = ", ".join(
            f"`{one.name}` {one.version}" if one.version else f"`{one.name}`" for one in rest
        )
        whose = "version" if len(rest) == 1 else "versions"
        said += f", and in the {whose}" if inside else f", in the {whose}"
        said += f" that {lock} has: {shown}"
        notes = ["as a new line of the catalog"] if catalog else []
        if any(" or " in one.version for one in rest):
            notes.append("of several, the one that the import finds today")
        said += f" ({'; '.join(notes)})" if notes else ""
    return said


@once
def _catalogs(target: Target) -> dict[str, frozenset[str]]:
    """Folder → the names in the catalog of its pnpm-workspace.yaml."""
    return {
        posixpath.dirname(path): frozenset(_CATALOG_LINE.findall(block[1]))
        for path in target.named("pnpm-workspace.yaml")
        if (block := _CATALOG.search(target.text(path))) is not None
    }


def _catalog(target: Target, folder: str) -> frozenset[str]:
    return _catalogs(target).get(folder, frozenset())


_CATALOG = regex(r"^catalog:[ \t]*\n((?:[ \t][^\n]*\n?|\n)+)", re.MULTILINE)
_CATALOG_LINE = regex(r"^[ \t]+['\"]?([@\w][\w@./-]{0,213})['\"]?:", re.MULTILINE)


def _wholes(
    target: Target, frontend: Frontend, some: list[Unlisted], *, sure: bool
) -> dict[str, list[str]]:
    """Listed package → those of its scope that it may hand on: ``@x/react`` → ``@x/input``.

    :param sure: those that bring many of their scope, as a collection does, and these too; else
        those that are only called so.
    """
    needs = needs_of(target, frontend.package)
    found: dict[str, list[str]] = {}
    for name in sorted(frontend.package.manifest.dependency_names):
        if not name.startswith("@") or _WHOLE.search(name) is None:
            continue
        scope = f"{name.partition('/')[0]}/"
        brought = {one for one in needs.get(name, ()) if one.startswith(scope)}
        is_collection = len(brought) >= _COLLECTION
        for _ in range(_DEPTH_OF_SCOPE):
            more = (one for whole in brought for one in needs.get(whole, ()))
            brought = brought.union(one for one in more if one.startswith(scope))
        for one in some:
            may = is_collection is sure and (not sure or one.name in brought)
            if may and one.name.startswith(scope):
                found.setdefault(name, []).append(one.name)
    return found


_COLLECTION = 5
"""How many packages of its scope one brings that is there to hand them on."""
_DEPTH_OF_SCOPE = 3
"""How far what a package hands on may come from, within its scope."""


def _by_collection(target: Target, frontend: Frontend, some: list[Unlisted]) -> str:
    """To take what is imported from a listed package that hands it on comes first."""
    told = []
    for whole, names in _wholes(target, frontend, some, sure=True).items():
        shown = ", ".join(f"`{one}`" for one in names[:5]) + (" …" if len(names) > 5 else "")
        told.append(
            f"Import from `{whole}`, which is listed, what it hands on of {shown}: one copy is all"
            " there may be. "
        )
    return "".join(told[:2])


def _by_the_whole(target: Target, frontend: Frontend, some: list[Unlisted]) -> str:
    """That a listed package of the same scope may hand on what is imported."""
    wholes = _wholes(target, frontend, some, sure=False)
    if not wholes:
        return ""
    named = ", ".join(f"`{one}`" for one in list(wholes)[:2])
    return f" Where {named} hands on the same, import it from there: one copy is all there may be."


_WHOLE = regex(r"/(?:react|core|vue|ui|sdk|components|client|all|main)$")


_TOGETHER = 3
"""Packages of one workspace from which on what they do not list is one finding."""


def _as_one(found: list[Buildable]) -> tuple[Buildable, ...]:
    """The packages, where several of a workspace leave out what others bring with one finding for
    all of them, at the first."""
    groups: dict[tuple[str, Severity], list[tuple[int, WebFault]]] = {}
    for index, one in enumerate(found):
        root = one.frontend.package.workspace_root
        for fault in one.faults:
            if fault.clause == "j" and fault.severity > Severity.INFO and root is not None:
                groups.setdefault((root, fault.severity), []).append((index, fault))
    for group in groups.values():
        if len(group) < _TOGETHER:
            continue
        group.sort(key=lambda pair: pair[1].place.key())
        (_, lead), *others = group
        paths = [found[index].frontend.package.path for index, _ in others]
        more = ", ".join(paths[:5]) + (" …" if len(paths) > 5 else "")
        whole = msgspec.structs.replace(
            lead,
            says=f"{lead.says}; the same goes for {len(others)} more packages: {more}",
            related=(
                *lead.related,
                *(
                    note
                    for _, fault in others
                    for note in (Note(fault.place, fault.evidence), *fault.related)
                ),
            ),
            fix="\n\n".join(dict.fromkeys(fault.fix for _, fault in group if fault.fix)),
        )
        gone = {id(fault) for _, fault in others}
        for index, _ in group:
            kept = [
                whole if fault is lead else fault
                for fault in found[index].faults
                if id(fault) not in gone
            ]
            found[index] = msgspec.structs.replace(found[index], faults=tuple(kept))
    return tuple(found)


# -- sources -------------------------------------------------------------------------------


_OF_TESTS = regex(
    r"(?i)(?:^|/)(?:k6|load[-_]?tests?|perf(?:ormance)?[-_]?tests?|stress[-_]?tests?|bench(?:marks?)?"
    r"|e2e|cypress|playwright)/"
)


def _broken(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    found = scanned(target, broken)
    for path in (*frontend.sources, *frontend.configs):
        fault: Broken | None = found.get(path)
        if fault is None or STORY.search(path):
            continue
        bare = "bare `>`" in fault.what
        if bare and frontend.framework not in ("vite", "next") and not path.endswith(".tsx"):
            continue  # Babel takes it for text
        what = f"no compiler takes this file: {fault.what}"
        severity, confidence = Severity.CRITICAL, Confidence.CERTAIN
        if path in frontend.configs:
            if not _BUILD_CONFIG.search(path):
                severity = Severity.MEDIUM
                what = f"the tool that it configures cannot read this file: {fault.what}"
        elif _OF_TESTS.search(path):
            severity = Severity.MEDIUM  # nothing that is shipped
        elif frontend.reached is None:
            severity, confidence = Severity.HIGH, Confidence.LIKELY
        elif path not in frontend.reached:
            severity = Severity.LOW
            what += "; no import leads to it from where the application begins"
        yield WebFault(
            "d",
            severity,
            confidence,
            Place(path, fault.line, fault.column),
            what,
            fault.evidence,
            key=fault.what,
        )


def _strays(target: Target) -> Iterator[tuple[str, WebFault]]:
    """Characters of another script in files that are ASCII otherwise. In a repository where several
    files have them, people write that language."""
    found = {
        path: runs
        for path, one in scanned(target, stray).items()
        if not one.spoken
        and len(one.runs) <= 2
        and (runs := [run for run in one.runs if _is_stray(target, path, run)])
    }
    if len(found) > 2:
        return
    for path, runs in found.items():
        if is_test_path(path) or STORY.search(path):
            continue
        run = runs[0]
        points = " ".join(f"U+{point:04X}" for point in run.code_points)
        where = "is rendered as text" if run.kind == "jsx" else "stands in the code"
        yield (
            path,
            WebFault(
                "e",
                Severity.MEDIUM,
                Confidence.CERTAIN,
                Place(path, run.line, run.column),
                f"`{run.text}` ({points}) {where}; the rest of the file is written in ASCII",
                target.line(path, run.line).strip()[:160],
                tuple(Note(Place(path, one.line), one.text) for one in runs[1:]),
                f"stray {run.text}",
            ),
        )


def _is_stray(target: Target, path: str, run: StrayRun) -> bool:
    if _NAMES_OF_LANGUAGES.search(run.text):
        return False
    greek = all(0x370 <= point <= 0x1FFF for point in run.code_points)
    if run.kind == "jsx":
        return run.beside and len(run.text) >= (4 if greek else 2)
    return not greek and target.text(path).count(run.text) == 1


# -- pages and frameworks ------------------------------------------------------------------


def _unrouted(target: Target, frontend: Frontend) -> Iterator[WebFault]:
    if frontend.by_files or frontend.reached is None or frontend.framework == "next":
        return
    names = frontend.package.manifest.dependency_names
    if not any(_ROUTERS.fullmatch(name) for name in names):
        return
    if not any(
        _ROUTER_USE.search(target.text(path))
        for path in frontend.sources
        if path in frontend.reached
    ):
        return
    used_by = importers(target)
    pages = {
        path: match["inner"]
        for path in frontend.sources
        if (match := _PAGE.search(path)) is not None
        and not STORY.search(path)
        and _PAGE_NAME.search(match["name"])
        and not any(part.lower() in _PARTS for part in match["inner"].split("/"))
    }
    routed = [path for path in pages if path in frontend.reached]
    lost = [
        path
        for path in pages
        if path not in frontend.reached
        and not any(is_loaded_by(by) for by, _ in used_by.get(path, ()))
        and _is_component(target, path)
    ]
    if not lost or not routed:
        return
    shown = [path for path in routed if any(by not in pages for by, _ in used_by.get(path, ()))]
    default = bool(shown) and all(_has_default(target, path) for path in shown)
    alone = _folders_of_one_page(shown)
    parts = [
        path
        for path in lost
        if _is_part_of_page(target, path, alone, default)
        or _is_among_parts(target, frontend, path, set(shown))
    ]
    whole = sorted(set(lost).difference(parts))
    for some, severity, one, many, key in (
        (
            whole,
            Severity.LOW,
            "1 page module is loaded by no route, and nothing in the application imports it",
            "{} page modules are loaded by no route, and nothing in the application imports them",
            "unrouted",
        ),
        (
            parts,
            Severity.INFO,
            "nothing in the application imports 1 component beside the pages",
            "nothing in the application imports {} components beside the pages",
            "unused part",
        ),
    ):
        if not some:
            continue
        listed = ", ".join(some[:5]) + (" …" if len(some) > 5 else "")
        yield WebFault(
            "f" if some is whole else "h",
            severity,
            Confidence.LIKELY,
            Place(some[0], 1, 1),
            f"{one if len(some) == 1 else many.format(len(some))}: {listed}",
            some[0],
            tuple(
                Note(Place(path, 1), "is imported by nothing in the application")
                for path in some[1:]
            ),
            key,
        )


def _is_component(target: Target, path: str) -> bool:
    """Whether a module below ``pages/`` can be shown: it holds JSX, or gives out what does. One of
    functions or constants that lies there is no page."""
    gives = (
        link.meant.path for link in links(target).get(path, ()) if link.specifier.kind == "export"
    )
    return any(
        one.endswith((".vue", ".svelte")) or _JSX.search(target.text(one)) is not None
        for one in (path, *gives)
        if target.has(one)
    )


def _is_part_of_page(target: Target, path: str, alone: frozenset[str], default: bool) -> bool:
    """Whether a module below ``pages/`` is a part of one rather than a page: by its name, because
    it lacks the default export that routes load, or because it lies in the folder of one page."""
    stem = _STEM.sub("", posixpath.basename(path))
    if _PART_NAME.search(stem) is not None:
        return True
    if default and not _has_default(target, path):
        return True
    return posixpath.dirname(path) in alone


_ENDS_AS_PAGE = regex(r"(?:Page|View|Screen|Route)s?$|(?:^|[-.])(?:index|page|view|screen)$")


def _is_among_parts(target: Target, frontend: Frontend, path: str, shown: set[str]) -> bool:
    """Whether most components beside it are parts: loaded by pages, and by no route."""
    if _ENDS_AS_PAGE.search(_STEM.sub("", posixpath.basename(path))):
        return False
    folder = posixpath.dirname(path)
    beside = [
        one
        for one in frontend.sources
        if posixpath.dirname(one) == folder
        and one in (frontend.reached or ())
        and _PAGE_NAME.search(posixpath.basename(one))
        and _is_component(target, one)
    ]
    routed = sum(1 for one in beside if one in shown)
    return len(beside) - routed > routed


def _folders_of_one_page(shown: list[str]) -> frozenset[str]:
    """The folders whose only page is their ``index``: ``pages/tides/index.tsx``."""
    folders: dict[str, list[str]] = {}
    for path in shown:
        folders.setdefault(posixpath.dirname(path), []).append(posixpath.basename(path))
    return frozenset(
        folder
        for folder, names in folders.items()
        if all(name.startswith("index.") for name in names)
    )


def _has_default(target: Target, path: str) -> bool:
    return path.endswith((".vue", ".svelte")) or _DEFAULT.search(target.text(path)) is not None


_JSX = regex(r"</[\w.:-]{0,80}\s*>|/>|\bcreateElement\s*\(|\bjsxs?\s*\(")
"""Where an element ends, or the call that makes one."""
_DEFAULT = regex(
    r"\bexport\s+default\b|\bas\s+default\b|\bmodule\.exports\b|\bexport\s*\{\s*default\b"
)
_PART_NAME = regex(
    r"(?:Section|Dialog|Modal|Drawer|Form|Card|Cell|Row|Table|Item|Button|Panel|Header|Footer|Sidebar"
    r"|Field|Input|Select|Dropdown|Menu|Icon|Widget|Banner|Badge|Chart|Skeleton|Loader|Spinner|Toolbar"
    r"|Tooltip|Popover|Provider|Context|Wrapper|Avatar|Tag|Toggle|Picker|Tab|Tabs)$"
)
"""Last words of components that a page is made of."""


def _second_framework(target: Target) -> dict[str, list[WebFault]]:
    """A frontend in the root and another one, made with another framework, in its own folder."""
    root = next((one for one in frontends(target) if not one.folder and one.framework), None)
    if root is None or root.package.manifest.workspaces or root.package.workspace_root is not None:
        return {}
    rivals = [
        one
        for one in frontends(target)
        if one.folder.lower() in _APPS
        and one.framework
        and one.framework != root.framework
        and one.package.workspace_root is None
        and one.roots
    ]
    if not rivals or root.framework in ("expo", "electron", "docusaurus"):
        return {}
    rival = rivals[0]
    titles = {"next": "Next.js", "vite": "Vite", "react-scripts": "Create React App"}
    mine, other = (titles.get(one.framework, one.framework) for one in (root, rival))
    says = (
        f"the root package builds a frontend with {mine}, {rival.folder}/ another one with {other}"
    )
    if root.framework == "next" and not root.roots:
        says += "; the root has neither pages/ nor app/, so `next build` fails"
    return {
        root.package.path: [
            WebFault(
                "g",
                Severity.MEDIUM,
                Confidence.LIKELY,
                root.place,
                says,
                f"{mine} and {other}",
                (Note(rival.place, f"{rival.folder} is built with {other}"),),
                "two frameworks",
            )
        ]
    }
