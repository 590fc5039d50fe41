"""Frontend packages: what builds them, where they begin, and which of their files are reached."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import source_files
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.entrances import given_out, is_given_out, taken_by_others
from pytest_reconaudit.facts.web.modules import Link, closure, links, resolve
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.bundler_config import BundlerConfig, read_bundler_config
from pytest_reconaudit.target import Target, home_among, once

__all__ = ["Frontend", "frontends", "is_tool_config", "servers", "taken_by_pattern"]

_FRAMEWORKS = (
    ("next", ("next",)),
    ("nuxt", ("nuxt", "nuxt3", "nuxt-edge")),
    ("astro", ("astro",)),
    ("sveltekit", ("@sveltejs/kit",)),
    ("remix", ("@remix-run/dev", "@react-router/dev", "@remix-run/react")),
    (
        "tanstack-start",
        ("@tanstack/react-start", "@tanstack/start", "@tanstack/solid-start", "vinxi"),
    ),
    ("gatsby", ("gatsby",)),
    ("expo", ("expo", "react-native")),
    ("electron", ("electron", "electron-vite")),
    ("docusaurus", ("@docusaurus/core",)),
    ("angular", ("@angular/core",)),
    ("vue-cli", ("@vue/cli-service",)),
    ("react-scripts", ("react-scripts", "@craco/craco", "react-app-rewired")),
    ("vite", ("vite", "rolldown-vite")),
    ("webpack", ("webpack", "@rspack/core", "@rsbuild/core", "parcel", "@parcel/core", "esbuild")),
)
_VIEWS = frozenset(
    {"react", "react-dom", "vue", "svelte", "preact", "solid-js", "@angular/core", "lit", "next",
     "nuxt", "astro", "qwik", "@builder.io/qwik", "alpinejs", "ember-source", "inferno", "mithril"}
)  # fmt: skip
_BY_FILES = regex(
    r"next|nuxt(?:3)?|astro|@sveltejs/kit|@remix-run/.+|@react-router/(?:dev|fs-routes)|gatsby|expo-router"
    r"|vite-plugin-(?:pages|vue-layouts|react-pages|ssr)|unplugin-vue-router|@generouted/.+|generouted"
    r"|@tanstack/router-(?:plugin|vite-plugin|cli)|@tanstack/(?:react-|solid-)?start|vike|umi|waku"
    r"|@docusaurus/.+|@redwoodjs/.+|@umijs/.+|vitepress|ice|@ice/.+|modern\.js|@modern-js/.+"
    r"|@inertiajs/.+|laravel-vite-plugin|vite-ruby|vite-plugin-ruby|one|@analogjs/.+|solid-start"
    r"|@solidjs/start|@tarojs/.+|@dcloudio/.+|wxt|@crxjs/.+|plasmo|vuepress|quasar|electron|vinxi"
)
"""Frameworks whose files are reached by their place alone."""
_TOOL_CONFIG = regex(
    r"(?:^|/)(?:[\w-]+\.config(?:\.\w+)?|\.?eslintrc|\.prettierrc|gulpfile|gruntfile|karma\.conf"
    r"|quasar\.conf|jest[\w.-]*|vitest[\w.-]*|vite[\w.-]*|playwright[\w.-]*|cypress[\w.-]*)"
    r"\.[cm]?[jt]sx?$",
    re.IGNORECASE,
)
_BUILDS = regex(r"\bvite\s+build\b|(?:^|[\s;&|])vite(?=$|[\s;&|])|\brolldown-vite\b")
_INPUT = regex(r"\b(?:input|entry|lib|ssr|environments|template|inputs|entries|pages)\b\s*:")


class Frontend(Struct, frozen=True, eq=False):
    """A package with a user interface for browsers."""

    package: NpmPackage
    framework: str
    """``vite``, ``next``, ``react-scripts``, ``angular``, ``nuxt`` …; empty when nothing builds it
    by itself (a library of components)."""
    place: Place
    """The dependency that shows the framework, else the package.json."""
    sources: tuple[str, ...]
    """Its scripts and components, tests and tool configurations left out."""
    configs: tuple[str, ...]
    """Scripts that configure tools."""
    config: str
    """Configuration of Vite or Next.js; empty without one."""
    roots: tuple[str, ...]
    """Files that a browser or the framework starts with; none when that cannot be told."""
    reached: frozenset[str] | None
    """All that is loaded from there, in whatever way; ``None`` when that cannot be told."""
    by_files: bool
    """Routes are made of files: a page needs nobody to name it."""

    @property
    def folder(self) -> str:
        return self.package.folder

    @property
    def title(self) -> str:
        return self.folder or "the root package"


def is_tool_config(path: str) -> bool:
    """Whether a script configures a tool of the build."""
    return _TOOL_CONFIG.search(path) is not None


@once
def frontends(target: Target) -> tuple[Frontend, ...]:
    """Every frontend package that has sources, by path."""
    scripts = _scripts_by_package(target)
    return tuple(
        _frontend(target, package, scripts[package.folder])
        for package in npm_packages(target)
        if package.folder in scripts and package.manifest.dependency_names & _VIEWS
    )


@once
def servers(target: Target) -> tuple[Frontend, ...]:
    """Every package that Node runs: it has sources and dependencies, and no view for a browser.

    Its framework is ``node``; its roots are what its scripts start, as far as they say.
    """
    found = []
    scripts = _scripts_by_package(target)
    for package in npm_packages(target):
        names = package.manifest.dependency_names
        mine = scripts.get(package.folder)
        if (
            not mine
            or names & _VIEWS
            or not any(
                section == "dependencies" for section, _, _, _ in package.manifest.dependencies
            )
        ):
            continue
        sources = tuple(one for one in mine if not is_test_path(one) and not is_tool_config(one))
        roots = tuple(dict.fromkeys(_started(target, package)))
        found.append(
            Frontend(
                package=package,
                framework="node",
                place=Place(package.path, 1),
                sources=sources,
                configs=tuple(one for one in mine if is_tool_config(one)),
                config="",
                roots=roots,
                reached=_reached(target, (*roots, *_outward(target, package))) if roots else None,
                by_files=any(_BY_FILES.fullmatch(name) for name in names),
            )
        )
    return tuple(found)


_STARTED = regex(r"(?<![\w@./-])(?:\./)?((?:[\w.-]+/)*[\w.-]+\.(?:[cm]?[jt]s))(?![\w/-])")
_OUTPUT = regex(r"^(?:dist|build|lib|out|\.?output)/")


def _started(target: Target, package: NpmPackage) -> Iterator[str]:
    """The files that the scripts of a package start, or the sources of what they start."""
    folder = package.folder
    commands = [one.command for one in package.manifest.scripts]
    if any(re.search(r"\bnest\s+(?:start|build)\b", one) for one in commands):
        commands.append("src/main.ts")
    for command in commands:
        for match in _STARTED.finditer(command):
            inner = posixpath.normpath(match[1])
            stem, suffix = posixpath.splitext(inner)
            source = _OUTPUT.sub("", stem)
            for name in (
                inner,
                *(f"{base}{source}{suffix.replace('j', 't')}" for base in ("", "src/")),
            ):
                path = posixpath.join(folder, name)
                if target.has(path) and not is_test_path(path) and not is_tool_config(path):
                    yield path
                    break


@once
def _scripts_by_package(target: Target) -> dict[str, list[str]]:
    """Folder of a package → the scripts below it that are in no package of their own."""
    folders = {one.folder for one in npm_packages(target)}
    scripts: dict[str, list[str]] = {}
    if not folders:
        return scripts
    for path in _scripts(target):
        folder = home_among(posixpath.dirname(path), folders)
        if folder in folders:
            scripts.setdefault(folder, []).append(path)
    return scripts


@once
def _scripts(target: Target) -> tuple[str, ...]:
    code = [path for path, language in source_files(target) if language not in ("rust", "python")]
    parts = [path for path in target.files if path.endswith((".vue", ".svelte", ".astro"))]
    return tuple(sorted({*code, *parts}))


def _frontend(target: Target, package: NpmPackage, scripts: list[str]) -> Frontend:
    names = package.manifest.dependency_names
    framework, place = "", Place(package.path, 1)
    for kind, needed in _FRAMEWORKS:
        known = next((one for one in needed if one in names), "")
        if known and not (kind in ("vite", "webpack") and not _is_built(target, package, kind)):
            framework = kind
            place = next(p for _, name, _, p in package.manifest.dependencies if name == known)
            break
    config = _config(
        target, package.folder, "next.config" if framework == "next" else "vite.config"
    )
    sources = tuple(one for one in scripts if not is_test_path(one) and not is_tool_config(one))
    roots = tuple(_roots(target, package, framework, config, sources))
    by_files = any(_BY_FILES.fullmatch(name) for name in names)
    outward = given_out(target, package) if is_given_out(package) else ()
    starts = (*roots, *outward, *_routed(target, package, framework))
    reached = _reached(target, starts) if roots else None
    return Frontend(
        package=package,
        framework=framework,
        place=place,
        sources=sources,
        configs=tuple(one for one in scripts if is_tool_config(one)),
        config=config,
        roots=roots,
        reached=reached,
        by_files=by_files,
    )


def _outward(target: Target, package: NpmPackage) -> tuple[str, ...]:
    """What others may begin with: all that a published package gives out, of a private one what
    other packages of the repository import."""
    taken = tuple(sorted(taken_by_others(target).get(package.folder, ())))
    return (*given_out(target, package), *taken) if is_given_out(package) else taken


_ROUTES = (
    (regex(r"@tanstack/router-(?:plugin|vite-plugin|cli)"), "src/routes"),
    (regex(r"vite-plugin-(?:pages|react-pages)|unplugin-vue-router|@generouted/.+"), "src/pages"),
)
"""What makes routes of files → the folder where it looks for them."""


def _routed(target: Target, package: NpmPackage, framework: str) -> tuple[str, ...]:
    """The files that are routes by their place: what names them may be written by the build."""
    if framework != "vite":
        return ()
    names = package.manifest.dependency_names
    return tuple(
        path
        for plugin, folder in _ROUTES
        if any(plugin.fullmatch(name) for name in names)
        for path in target.below(posixpath.join(package.folder, folder))
        if not is_test_path(path)
    )


def _is_built(target: Target, package: NpmPackage, kind: str) -> bool:
    """Whether a bundler among the dependencies makes an application of the package, not only its
    stories or tests."""
    commands = " ".join(one.command for one in package.manifest.scripts)
    if kind == "vite":
        return _BUILDS.search(commands) is not None
    return re.search(r"\b(?:webpack|rspack|rsbuild|parcel|esbuild)\b", commands) is not None


def _config(target: Target, folder: str, stem: str) -> str:
    for suffix in ("ts", "js", "mjs", "mts", "cjs", "cts"):
        path = posixpath.join(folder, f"{stem}.{suffix}")
        if target.has(path):
            return path
    return ""


# -- where it begins -----------------------------------------------------------------------


def _roots(
    target: Target, package: NpmPackage, framework: str, config: str, sources: tuple[str, ...]
) -> Iterator[str]:
    folder = package.folder
    if framework == "next":
        for base in ("", "src"):
            for inner in ("app", "pages"):
                start = posixpath.join(folder, base, inner)
                yield from (one for one in sources if one.startswith(f"{start}/"))
            for name in ("middleware", "instrumentation", "instrumentation-client", "proxy"):
                for suffix in (".ts", ".js"):
                    path = posixpath.join(folder, base, name + suffix)
                    if target.has(path):
                        yield path
        return
    if framework in ("react-scripts", "angular", "vue-cli"):
        for name in ("main", "index", "polyfills", "setupProxy", "react-app-env", "server"):
            for suffix in (".ts", ".tsx", ".js", ".jsx"):
                path = posixpath.join(folder, "src", name + suffix)
                if target.has(path):
                    yield path
        return
    if framework != "vite":
        return
    settings: BundlerConfig | None = target.parse(read_bundler_config, config) if config else None
    if settings is not None and settings.root is None:
        return
    root = posixpath.normpath(posixpath.join(folder, (settings and settings.root) or ""))
    root = "" if root == "." else root
    pages = [one for one in target.everything if one.endswith(".html") and _beside(one, root)]
    mine = links(target)
    for page in pages:
        yield page
        for link in mine.get(page, ()):
            if link.meant.kind == "file":
                yield link.meant.path
    if settings is not None and _INPUT.search(target.text(config)):
        for quoted in re.findall(r"['\"]([\w@./-]+\.(?:[jt]sx?|html))['\"]", target.text(config)):
            path = posixpath.normpath(posixpath.join(folder, quoted.lstrip("/")))
            if target.has(path):
                yield path


def _beside(page: str, root: str) -> bool:
    """Whether a page may be one of the application: in its root or one folder below."""
    if root and not page.startswith(f"{root}/"):
        return False
    inner = page[len(root) + 1 :] if root else page
    return inner.count("/") <= 1 and not inner.startswith(
        ("public/", "dist/", "build/", "coverage/")
    )


def _reached(target: Target, roots: tuple[str, ...]) -> frozenset[str]:
    return closure(target, roots, partial(_followed, target))


def taken_by_pattern(target: Target, frontend: Frontend) -> frozenset[str]:
    """The files that a source of the package takes by a pattern or a computed name, as
    ``import.meta.glob('./views/*.tsx')`` does."""
    known = _taken_by_pattern(target)
    if frontend.package.path not in known:
        known[frontend.package.path] = frozenset(
            taken
            for path in frontend.sources
            for link in links(target).get(path, ())
            if link.specifier.kind in ("glob", "context") or not link.meant.path
            for taken in _followed(target, path, link)
        )
    return known[frontend.package.path]


@once
def _taken_by_pattern(target: Target) -> dict[str, frozenset[str]]:
    """Filled as it is asked for."""
    return {}


def _followed(target: Target, path: str, link: Link) -> list[str]:
    """The files that one specifier brings in."""
    one, meant = link.specifier, link.meant
    if one.kind in ("reference", "pragma"):
        return []
    if one.kind == "mock":
        return []
    if meant.path and meant.kind in ("file", "package"):
        return [meant.path]
    text = one.text
    cut = min(
        (at for at in (text.find("${"), text.find("*"), text.find("{")) if at >= 0), default=-1
    )
    if cut < 0 and one.kind not in ("context", "glob"):
        return []
    head = text[: cut if cut >= 0 else len(text)]
    if head.startswith("/") and cut >= 0:
        return []
    if not head.startswith("."):
        # ``@/pages/${name}``: what an alias means is found by a file that is surely not there.
        other = resolve(target, path, head.rpartition("/")[0] + "/\u200b") if "/" in head else None
        if other is None or not other.path:
            return []
        start = posixpath.dirname(other.path)
    else:
        folder = head if one.kind == "context" and cut < 0 else posixpath.dirname(head)
        start = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder))
    return list(target.below("" if start == "." else start))
