"""What a package.json lists, and nothing below it needs.

A dependency counts as used when any file below the package names it: as a module, as text in a
configuration, a script, a page, a Dockerfile or a workflow, by the name of a program that it
brings, as a peer of another dependency. What plugins are named by (``react-hooks`` for
``eslint-plugin-react-hooks``) is too short to be looked for, so plugins are never judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from pytest_reconaudit.facts.index import submodules
from pytest_reconaudit.facts.packages import NpmPackage, npm_package, npm_packages
from pytest_reconaudit.facts.web.dependency import Dependency
from pytest_reconaudit.facts.web.inlined_packages import NOTHING, bundles_siblings, inlined_by
from pytest_reconaudit.facts.web.installed import (
    brought_along,
    guessed_programs,
    is_native,
    lock_of,
    locked,
    optional_of_others,
    peers_asked_for,
    unexplained_program,
)
from pytest_reconaudit.facts.web.kept_dependencies import (
    has_configuration,
    held_packages,
    in_history,
    set_aside,
)
from pytest_reconaudit.facts.web.lazy_loads import (
    is_loaded_lazily,
    is_named_like_driver,
    loads_drivers,
)
from pytest_reconaudit.facts.web.mentions import (
    CODE,
    Texts,
    mentioned,
    options_of,
    runs_part_of,
    scripts_text,
)
from pytest_reconaudit.facts.web.modules import BUILTIN, links
from pytest_reconaudit.facts.web.peers import asked_for_mostly, names_locked
from pytest_reconaudit.model import Confidence
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["unused_of", "used_by_package"]


_PLUGIN = regex(
    r"@types/|eslint|prettier|stylelint|babel|postcss|(?:^|[-/])(?:loader|plugin|preset|config|adapter"
    r"|transformer|transform|reporter|runner|environment|addon|theme|presets?|configs?|plugins?)(?:$|[-/])"
    r"|-(?:loader|plugin|preset|config|types|typings)$|^@storybook/|^@commitlint/|^@semantic-release/"
    r"|^@vitest/|^@jest/|^jest-|^ts-jest|^karma|^@rollup/|^rollup-|^vite-|^unplugin-|^webpack"
    r"|^gatsby-|^@docusaurus/|^@capacitor|^cordova|^react-native|^@react-native|^expo|^@expo/"
    r"|^@fontsource|^@graphql-codegen/|^@nestjs/|^@swc/|^@esbuild|^esbuild|^@tailwindcss/|^tailwindcss"
    r"|^@next/|^@nuxt|^nuxt|^@astrojs/|^@sveltejs/|^@angular|^zone\.js$|^@nx/|^@nrwl/|^@opentelemetry/"
    r"|^@lingui/|^@formatjs/|^@sentry/|^@iconify|^@electron|^electron|^@tsconfig/|^@total-typescript"
    r"|^@cloudflare/|^@parcel/|^parcel|^@vercel/|^@aws-sdk/|^@changesets/|^typeorm|^@mikro-orm"
    r"|^@svgr/|^knex|^sequelize|^@prisma/|^drizzle|^@testing-library/|^@vitejs/|^@vue/|^@babel/|^@rspack/"
)
"""Named by a part of the name only, or loaded by a tool that looks for them."""
_IMPLIED = frozenset(
    {"typescript", "tslib", "react", "react-dom", "react-is", "vue", "svelte", "preact", "next",
     "nuxt", "vite", "astro", "jsdom", "happy-dom", "sass", "sass-embedded", "node-sass", "less",
     "stylus", "autoprefixer", "cssnano", "sharp", "critters", "core-js", "regenerator-runtime",
     "ts-node", "tsx", "prisma", "graphql", "rxjs", "reflect-metadata", "class-transformer",
     "class-validator", "swagger-ui-express", "swagger-ui-dist", "pg", "pg-native", "pg-hstore",
     "mysql", "mysql2", "sqlite3", "better-sqlite3", "tedious", "oracledb", "mongodb", "ioredis",
     "redis", "pino-pretty", "bufferutil", "utf-8-validate", "encoding", "canvas", "fsevents",
     "husky", "simple-git-hooks", "lint-staged", "lefthook", "pre-commit", "patch-package",
     "postinstall-postinstall", "workbox-window", "buffer", "process", "assert", "util", "stream",
     "events", "crypto-browserify", "stream-browserify", "path-browserify", "os-browserify",
     "browserify-zlib", "https-browserify", "stream-http", "vm-browserify", "url",
     "querystring-es3", "punycode", "string_decoder", "timers-browserify", "tty-browserify",
     "constants-browserify", "console-browserify", "domain-browser", "node-gyp",
     "bindings", "source-map-support", "dotenv", "dotenv-cli",
     "cross-env", "puppeteer",
     "playwright", "playwright-core", "chromedriver", "lightningcss", "terser", "react-refresh",
     "nodemailer", "ejs", "pug", "hbs", "handlebars", "nunjucks", "mjml", "wrangler", "turbo",
     "lerna", "nx", "serve", "http-server", "baseline-browser-mapping", "caniuse-lite",
     "vue-template-compiler", "vue-server-renderer", "type-fest", "ts-essentials", "ts-toolbelt",
     "server-only", "client-only", "styled-jsx",
     "utility-types", "csstype", "browserslist", "depcheck", "knip", "npm-check",
     "npm-check-updates", "syncpack"}
)  # fmt: skip
"""Used without being named: by compilers, drivers that an ORM loads, helpers of tools, data of
tools that is kept fresh, types that declarations speak of, and tools for the lists of
dependencies, which one runs by hand."""
_HELD_MOSTLY = frozenset(
    {"ajv", "ajv-keywords", "braces", "brace-expansion", "micromatch", "minimatch", "minimist",
     "cross-spawn", "tar", "follow-redirects", "path-to-regexp", "form-data", "word-wrap", "json5",
     "loader-utils", "tough-cookie", "http-cache-semantics", "ansi-regex", "glob-parent", "send",
     "decode-uri-component", "elliptic", "undici", "nth-check", "trim-newlines", "node-forge",
     "on-headers", "get-func-name", "set-value", "y18n", "browserify-sign", "pbkdf2", "sha.js",
     "cipher-base", "serialize-javascript", "es5-ext", "event-stream"}
)  # fmt: skip
"""What one lists of what others bring, to hold it at a version without a flaw."""
_OF_A_PLATFORM = regex(
    r"[-/](?:linux(?:musl)?|darwin|win32|windows|freebsd|android|sunos)[-/]?(?:x64|arm64|arm|ia32|x86"
    r"|amd64|x86_64|aarch64|armv7|universal|ppc64|riscv64|s390x)"
)
"""Programs for one system, which the package that stands for them loads."""
_LOADED_BY_PLACE = frozenset(
    {"expo", "react-native", "@capacitor/core", "cordova", "electron", "@docusaurus/core", "gatsby",
     "@strapi/strapi", "@medusajs/medusa", "@redwoodjs/core", "n8n-workflow", "@backstage/cli",
     "@ionic/angular", "nativescript", "@nativescript/core", "sails", "@adonisjs/core", "gridsome",
     "strapi", "@directus/api", "node-red", "vscode", "grunt", "ember-cli", "ember-source"}
)  # fmt: skip
"""Frameworks that load whatever is listed in package.json."""
_EXACT = regex(r"\d+\.\d+\.\d+[\w.+-]*")
_LOCAL = ("workspace:", "file:", "link:", "portal:", "git", "http", "npm:", "patch:")


def unused_of(
    target: Target,
    package: NpmPackage,
    listed: list[Dependency],
    used: Mapping[str, frozenset[str]],
    texts: Texts,
) -> tuple[tuple[Dependency, ...], tuple[Dependency, ...], Confidence]:
    names = package.manifest.dependency_names
    if names & _LOADED_BY_PLACE or not _has_code(target, package):
        return (), (), Confidence.POSSIBLE
    if _is_part(target, package.folder) or _is_filled(target, package.folder):
        return (), (), Confidence.POSSIBLE
    own = used.get(package.folder, frozenset())
    inlined = inlined_by(target, package)
    if bundles_siblings(target, package):  # what it lists is what they all need
        own = own.union(*used.values())
    else:
        own = own.union(*(used.get(one.folder, NOTHING) - kept for one, kept in inlined))
    if own.isdisjoint(names):
        return (), (), Confidence.POSSIBLE  # it installs for code that lies elsewhere
    lock = lock_of(target, package)
    peers = None if lock is None else peers_asked_for(target, package, lock, own)
    installed = names_locked(target, package) | names if peers is None else NOTHING
    held = held_packages(target, package)
    optional = {
        name
        for section, name, _, _ in package.manifest.dependencies
        if section == "peerDependencies"
    }
    workspace = {one.manifest.name for one in npm_packages(target)}
    asked = _asked_for(target, package, used)
    beside = names | own
    drivers = loads_drivers(beside)
    scripts = scripts_text(target, package)
    unused: list[Dependency] = []
    pins: list[Dependency] = []
    seen: set[str] = set()
    stranger: str | None = None
    # Where versions are exact as a rule, an exact one says nothing.
    exact = 2 * sum(_EXACT.fullmatch(one.version) is not None for one in listed) >= len(listed)
    for one in listed:
        name = one.name
        if name in own or name in seen or name in optional or name in workspace:
            continue
        seen.add(name)
        if name in _IMPLIED or _PLUGIN.search(name) or one.version.startswith(_LOCAL):
            continue
        if _OF_A_PLATFORM.search(name):
            continue
        if one.section == "devDependencies" and name.endswith(("-cli", "/cli")):
            continue  # may be run by hand
        if name in held or name in asked or is_loaded_lazily(name, beside):
            continue
        if any(
            texts.names(package.folder, option, guessed_programs(option))
            for option in options_of(name)
        ):
            continue
        if name in peers if peers is not None else _may_be_peer(name, beside, installed):
            continue
        if name in optional_of_others(target, package):
            continue
        bins = [bin for bin in guessed_programs(name) if bin == name or bin not in names]
        brings = None if lock is None else locked(lock, name, one.version).bins
        bins += brings or ()
        if mentioned(scripts, name) or any(mentioned(scripts, bin) for bin in bins):
            continue
        if runs_part_of(scripts, name, names):
            continue
        if texts.names(package.folder, name, bins) or texts.matches(package.folder, name):
            continue
        if any(name not in kept and texts.quotes(other.folder, name) for other, kept in inlined):
            continue
        if has_configuration(target, package.folder, name):
            continue
        if texts.explains(package.folder, name) or set_aside(target, package.folder, name):
            continue
        if brings is None:  # its programs may have any name
            stranger = unexplained_program(target, package, lock) if stranger is None else stranger
            if stranger:
                continue
        # What another package requires without listing it is told by no lockfile.
        if drivers and (is_named_like_driver(name) or is_native(target, package, name)):
            continue
        if in_history(target, name):
            continue
        pinned = (
            name in _HELD_MOSTLY
            or one.version.startswith(">=")
            or (not exact and _EXACT.fullmatch(one.version) is not None)
        )
        (pins if pinned else unused).append(one)
    unused = _without_umbrellas(target, package, unused, own)
    confidence = Confidence.POSSIBLE if peers is None else Confidence.LIKELY
    # Where a good part seems unused, something that is not understood loads them.
    if len(unused) > 4 and 2 * len(unused) > len(listed):
        confidence = Confidence.POSSIBLE
    return tuple(unused), tuple(pins), confidence


def _without_umbrellas(
    target: Target, package: NpmPackage, unused: list[Dependency], imported: frozenset[str]
) -> list[Dependency]:
    """The unused without those that bring what the code imports and nobody lists: ``@acme/ui``
    where only ``@acme/button`` is imported."""
    listed: set[str] = set()
    folder = package.folder
    while True:  # what folders above list is found from here too
        above = npm_package(target, folder)
        if above is not None:
            listed |= above.manifest.dependency_names
        if not folder:
            break
        folder = posixpath.dirname(folder)
    ours = {one.manifest.name for one in npm_packages(target)}
    unlisted = {one for one in imported - listed - ours - BUILTIN if _NAMED.fullmatch(one)}
    if not unused or not unlisted:
        return unused
    unlisted -= brought_along(target, package, sorted(listed - {one.name for one in unused}))
    scopes = {one.partition("/")[0] for one in unlisted if one.startswith("@")}
    return [
        one
        for one in unused
        if one.name.partition("/")[0] not in scopes
        and unlisted.isdisjoint(brought_along(target, package, [one.name]))
    ]


_NAMED = regex(r"(?:@[\w.-]+/)?[a-z\d][\w.-]*")


def _is_part(target: Target, folder: str) -> bool:
    """Whether some of a package's code lies in another repository, of which nothing is here."""
    return any(
        (not folder or one.startswith(f"{folder}/")) and not target.has_dir(one)
        for one in submodules(target)
    )


def _is_filled(target: Target, folder: str) -> bool:
    """Whether a script clones more code into a package when it is built."""
    return bool(folder) and any(f"{folder}/" in text for text in _cloning(target))


@once
def _cloning(target: Target) -> tuple[str, ...]:
    """Where the scripts that clone repositories work: the lines on which they clone, go somewhere,
    move something, or keep a path. What else such a script touches, it may only read."""
    return tuple(
        _ADDRESS.sub("", "\n".join(_WORKS_IN.findall(text)))
        for path in target.files
        if path.endswith((".sh", ".bash")) and "git clone" in (text := target.text(path))
    )


_ADDRESS = regex(r"(?:\b\w+://|git@)[^\s'\"]+")
_WORKS_IN = regex(
    r"^(?=[^\n]*\bgit clone\b)[^\n]*|^[ \t(]*(?:(?:cd|pushd|mv|cp|rsync|ln)[ \t]|(?:(?:export|local"
    r"|readonly|declare)[ \t]+)?\w+=(?!\$\(|`))[^\n]*",
    re.MULTILINE,
)


def _asked_for(
    target: Target, package: NpmPackage, used: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """What packages of the repository that one depends on leave to it: their peers, and what
    those that are a configuration load without listing it for others."""
    names = package.manifest.dependency_names | used.get(package.folder, frozenset())
    found: set[str] = set()
    for other in npm_packages(target):
        if other is package or not other.manifest.name or other.manifest.name not in names:
            continue
        own: set[str] = set()
        for section, name, _, _ in other.manifest.dependencies:
            if section == "peerDependencies":
                found.add(name)
            elif section == "dependencies":
                own.add(name)
        if _SETTINGS.search(other.manifest.name):
            found |= used.get(other.folder, frozenset()) - own
    return frozenset(found)


_SETTINGS = regex(
    r"(?:^|[/-])(?:configs?|configuration|presets?|webpack|rollup|vite|babel|eslint|jest|build"
    r"|scripts|tooling)(?:[/-]|$)"
)
"""Names of packages that hold a configuration for others."""


def _has_code(target: Target, package: NpmPackage) -> bool:
    return any(
        path.endswith((*CODE, ".vue", ".svelte")) for path in target.files_below(package.folder)
    )


@once
def used_by_package(target: Target) -> dict[str, frozenset[str]]:
    """Folder of a package → the npm packages that any file below it imports, in whatever way."""
    folders = [one.folder for one in npm_packages(target)]
    found: dict[str, set[str]] = {folder: set() for folder in folders}
    known = set(folders)
    for path, mine in links(target).items():
        names = {link.meant.package for link in mine if link.meant.package}
        names |= {
            _bare(link.specifier.text)
            for link in mine
            if link.meant.kind in ("unknown", "file", "missing", "builtin")
        }
        folder = posixpath.dirname(path)
        while True:
            if folder in known:
                found[folder] |= names
            if not folder:
                break
            folder = posixpath.dirname(folder)
    return {folder: frozenset(names) for folder, names in found.items()}


def _may_be_peer(name: str, own: frozenset[str], installed: frozenset[str]) -> bool:
    """Whether another package may ask for one: ``@acme/ui`` beside ``@acme/ui-react``, ``acme.js``
    beside ``react-acme`` or ``@acme/react``."""
    scope, _, last = name.rpartition("/")
    bare = "" if scope else _ENDING.sub("", name).replace("-", "")
    return asked_for_mostly(name, installed) or any(
        one.startswith(f"{name}-")
        or (len(bare) > _SHORT and bare in one.replace("-", ""))
        or (scope and last in _BASES and one.startswith(f"{scope}/"))
        for one in own
        if one != name and not one.startswith("@types/")
    )


_BASES = frozenset(
    {"core", "common", "react", "vue", "styles", "system", "ssr", "server", "theme", "types"}
)
"""Last words of scoped names on which others of the scope build."""
_ENDING = regex(r"\.?js$")
_SHORT = 3


def _bare(text: str) -> str:
    text = text.rpartition("!")[2].removeprefix("node:").removeprefix("npm:").removeprefix("~")
    parts = text.split("/")
    return "/".join(parts[: 2 if text.startswith("@") else 1])
