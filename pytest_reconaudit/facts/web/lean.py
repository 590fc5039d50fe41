"""Dependencies of a package.json that nothing needs, or that are heavier than need be.

A dependency counts as used when any file below the package names it: as a module, as text in a
configuration, a script, a page, a Dockerfile or a workflow, by the name of a program that it
brings, as a peer of another dependency. What plugins are named by (``react-hooks`` for
``eslint-plugin-react-hooks``) is too short to be looked for, so plugins are never judged.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.docker.image_files import image_files
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_command, is_development_name
from pytest_reconaudit.facts.index import submodules
from pytest_reconaudit.facts.installs import npm_install
from pytest_reconaudit.facts.packages import NpmPackage, npm_package, npm_packages
from pytest_reconaudit.facts.web.apps import frontends
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
from pytest_reconaudit.facts.web.lazy_loads import (
    is_loaded_lazily,
    is_named_like_driver,
    loads_drivers,
)
from pytest_reconaudit.facts.web.modules import BUILTIN, links
from pytest_reconaudit.facts.web.peers import asked_for_mostly, names_locked
from pytest_reconaudit.model import Confidence, Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, once

__all__ = ["Dependency", "HeavyUse", "PackageDependencies", "package_dependencies"]


class Dependency(Struct, frozen=True):
    name: str
    version: str
    section: str
    place: Place

    @property
    def types(self) -> str:
        """The package that declares its types, where it does not bring them."""
        return f"@types/{self.name.removeprefix('@').replace('/', '__')}"


class HeavyUse(Struct, frozen=True):
    """A library that is loaded as a whole."""

    dependency: Dependency
    says: str
    uses: tuple[Note, ...]


class PackageDependencies(Struct, frozen=True, eq=False):
    """A package.json with the dependencies that could go or move."""

    path: str
    unused: tuple[Dependency, ...]
    pins: tuple[Dependency, ...]
    """Named nowhere, but with one exact version, or what others bring as a rule: it may hold a
    package of other packages at a version without a flaw."""
    aside: tuple[Dependency, ...]
    """Unused too, but nobody who runs the software gets them: among devDependencies, or of a
    package that is there for tests, documents or the work on the repository."""
    confidence: Confidence
    """LIKELY where a lockfile tells the peers of other packages, else POSSIBLE."""
    tools: tuple[Dependency, ...]
    """Tools of the build among what an image installs for production."""
    install: Note | None
    """The command that installs them there."""
    heavy: tuple[HeavyUse, ...]
    everywhere: tuple[tuple[Dependency, ...], ...] = ()
    """What many packages of the repository list in vain, one by one: told by the first of them."""
    lent: tuple[tuple[Dependency, Note], ...] = ()
    """What only this package lists, and another of the workspace imports without listing it, with
    the import: the line stands in the wrong package."""
    types: tuple[Dependency, ...] = ()
    """Declarations of types of what is unused: they go with it."""
    cure: str = ""
    """How the package manager of the repository takes the unused out."""


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
     "server-only", "client-only",
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
_ASIDE = regex(
    r"(?:^|/)(?:examples?|templates?|demos?|demo-[\w-]+|[\w-]+-(?:demo|example|starter|template)"
    r"|test-?beds?|playgrounds?|sandbox(?:es)?|test-apps?)/"
)
"""Packages to be copied from: what they list is meant for who goes on with them."""
_UNSHIPPED = regex(
    r"(?:^|/)(?:tests?|[\w-]*e2e[\w-]*|[\w-]+-tests?|tests?-[\w-]+|benchmarks?|docs?|documentation"
    r"|website|storybook|tools?|tooling|scripts?|dev-?tools?|(?:eslint|prettier|ts|tsconfig|lint)-?"
    r"[\w-]*config[\w-]*|config-[\w-]+)/",
    re.IGNORECASE,
)
"""Packages for tests, documents and the work on the repository."""
_CONFIGURATION = regex(
    r"(?:^|/)(?:[\w.-]+[.-]config|webpack[\w.-]*|rollup[\w.-]*|vite[\w.-]*|jest[\w.-]*)\.[cm]?[jt]s$"
)
_SEPARATORS = ("[\\\\/]", "[/\\\\]", "[\\/\\\\]", "[\\\\\\/]", "\\/")
"""How a regular expression takes both separators of paths, or escapes one."""
_LONGEST_LINE = 2_000
_TOOLS = frozenset(
    {"vite", "@vitejs/plugin-react", "@vitejs/plugin-react-swc", "@vitejs/plugin-vue", "webpack",
     "webpack-cli", "webpack-dev-server", "rollup", "parcel", "eslint", "prettier", "typescript",
     "jest", "vitest", "mocha", "cypress", "nodemon", "tailwindcss", "autoprefixer", "postcss",
     "@babel/core", "@babel/cli", "babel-loader", "ts-loader", "css-loader", "style-loader",
     "sass-loader", "react-scripts", "husky", "lint-staged", "@testing-library/react",
     "@testing-library/jest-dom", "@testing-library/user-event", "@playwright/test",
     "storybook", "ts-jest", "stylelint", "@typescript-eslint/parser",
     "@typescript-eslint/eslint-plugin", "eslint-plugin-react", "eslint-config-prettier",
     "concurrently", "vue-tsc", "@vue/cli-service"}
)  # fmt: skip
"""Tools of build, test and style that no server needs at run time."""
_SKIPPED = regex(
    r"(?:^|/)(?:CHANGELOG|HISTORY|LICENSE|NOTICE|CONTRIBUTING)[^/]*$|\.(?:md|rst|svg|map|snap|po|pot"
    r"|csv|lock|png|jpe?g|gif|webp|ico|woff2?|ttf|eot|otf|pdf|zip|gz|mp[34]|wasm|sql|patch|diff|txt)$"
    r"|(?:^|/)(?:package-lock|npm-shrinkwrap|renovate|\.renovaterc|dependabot)[^/]*$|pnpm-lock\.yaml$"
    r"|(?:^|/)(?:yarn\.lock|bun\.lockb?|package(?:\.\w+)?\.json|skott\.json|licenses?\.json)$|\.min\.\w+$"
    r"|(?:^|/)\.(?:git|yarn|pnp)/|node_modules/",
    re.IGNORECASE,
)
_CODE = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_QUOTES = (*_CODE, ".mdx")
"""Files in which a name counts as used only in a string."""
_EXACT = regex(r"\d+\.\d+\.\d+[\w.+-]*")
_LOCAL = ("workspace:", "file:", "link:", "portal:", "git", "http", "npm:", "patch:")
_DEPENDENCY_KEYS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies",
                    "bundledDependencies", "bundleDependencies", "resolutions", "overrides",
                    "peerDependenciesMeta", "pnpm", "dependenciesMeta", "catalog", "catalogs",
                    "workspaces")  # fmt: skip
"""Where versions are told of what others list: ``workspaces`` holds the catalogs of Bun."""
_WHOLE_ICONS = frozenset(
    {"lucide-react", "react-icons", "@heroicons/react", "@tabler/icons-react", "lucide-vue-next",
     "@mui/icons-material", "@ant-design/icons", "react-feather", "@phosphor-icons/react",
     "phosphor-react", "@fortawesome/free-solid-svg-icons", "ionicons", "feather-icons"}
)  # fmt: skip


@once
def package_dependencies(target: Target) -> tuple[PackageDependencies, ...]:
    """Every package.json with dependencies, by path."""
    used = _used_by_package(target)
    texts = _Texts(target)
    pruned = dict(_pruned(target))
    heavy = dict(_heavy(target))
    found = []
    for package in npm_packages(target):
        manifest = package.manifest
        listed = [
            Dependency(name, version, section, place)
            for section, name, version, place in manifest.dependencies
            if section != "peerDependencies"
        ]
        if not listed or manifest.problems or _ASIDE.search(manifest.path):
            continue
        unused, pins, confidence = _unused(target, package, listed, used, texts)
        lent = _lent(target, package, unused)
        unused = tuple(one for one in unused if all(one is not other for other, _ in lent))
        aside = tuple(
            one
            for one in (*unused, *pins)
            if one.section == "devDependencies" or _UNSHIPPED.search(manifest.path)
        )
        unused = tuple(one for one in unused if one not in aside)
        pins = tuple(one for one in pins if one not in aside)
        install = pruned.get(package.path)
        tools = tuple(
            one
            for one in listed
            if install is not None
            and one.section == "dependencies"
            and one.name in _TOOLS
            and not _runs(package, one.name)
            and not _imported(target, package, one.name)
        )
        found.append(
            PackageDependencies(
                manifest.path,
                unused,
                pins,
                aside,
                confidence,
                tools,
                install if tools else None,
                heavy.get(package.path, ()),
                lent=lent,
                types=tuple(one for one in listed if one.name in {each.types for each in unused}),
            )
        )
    by_path = {one.path: one for one in npm_packages(target)}
    return tuple(
        replace(one, cure=_cure(target, by_path[one.path], (*one.unused, *one.types)))
        if one.unused
        else one
        for one in _together(found)
    )


_MANY = 8


def _together(found: list[PackageDependencies]) -> Iterator[PackageDependencies]:
    """What many packages list in vain is one thing to clear: the first of them tells it."""
    by_name: dict[str, list[Dependency]] = {}
    for one in found:
        for dependency in one.unused:
            by_name.setdefault(dependency.name, []).append(dependency)
    many = {name: all_ for name, all_ in by_name.items() if len(all_) >= _MANY}
    for one in found:
        everywhere = tuple(
            tuple(many[dependency.name])
            for dependency in one.unused
            if dependency.name in many and many[dependency.name][0] is dependency
        )
        unused = tuple(dependency for dependency in one.unused if dependency.name not in many)
        names = {dependency.types for dependency in unused}
        types = tuple(dependency for dependency in one.types if dependency.name in names)
        yield replace(one, unused=unused, everywhere=everywhere, types=types)


def _lent(
    target: Target, package: NpmPackage, unused: tuple[Dependency, ...]
) -> tuple[tuple[Dependency, Note], ...]:
    """The unused that another package of the workspace imports, though no other one lists it."""
    root = package.workspace_root
    if root is None or not unused:
        return ()
    others = [
        one for one in npm_packages(target) if one.workspace_root == root and one is not package
    ]
    listed = {
        name
        for one in npm_packages(target)
        if one is not package
        for name in one.manifest.dependency_names
    }
    wanted = {one.name: one for one in unused if one.name not in listed}
    if not wanted:
        return ()
    folders = {one.folder for one in others if one.folder} - {package.folder}
    found: dict[str, Note] = {}
    for path, mine in sorted(links(target).items()):
        for link in mine:
            words = link.specifier.text.split("/")
            # What is written counts: a mock for tests may stand where the package would.
            name = link.meant.package or "/".join(words[: 1 + words[0].startswith("@")])
            if name in wanted and name not in found and _below(path, folders):
                note = Note(Place(path, link.specifier.line, link.specifier.column), name)
                found[name] = note
    return tuple((one, found[name]) for name, one in wanted.items() if name in found)


def _below(path: str, folders: set[str]) -> bool:
    while path:
        path = posixpath.dirname(path)
        if path in folders:
            return True
    return False


def _cure(target: Target, package: NpmPackage, found: tuple[Dependency, ...]) -> str:
    """The command that takes dependencies out of a package, as its package manager has it."""
    root = package.workspace_root
    top = next((one for one in npm_packages(target) if one.folder == root), package)
    manager = package.manifest.package_manager or top.manifest.package_manager or package.manager
    names = [one.name for one in found]
    said = " ".join(names) if all(_SAFE.fullmatch(one) for one in names) else "NAME"
    folder = package.folder if _SAFE.fullmatch(package.folder) else "FOLDER"
    member = root is not None and root != package.folder
    where = f" in `{folder}`" if package.folder else ""
    if manager == "pnpm":
        at = f"--filter ./{folder[len(root) :].lstrip('/')} " if member and root is not None else ""
        run = f"`pnpm {at}remove {said}`" + ("" if member else where)
    elif manager == "yarn" and member and _SAFE.fullmatch(package.manifest.name or "-"):
        run = f"`yarn workspace {package.manifest.name} remove {said}`"
    elif manager == "bun":
        run = f"`bun remove {said}`{where}"
    elif manager == "npm":
        run = f"`npm uninstall {said}`{where}"
    else:
        install = f"run `{manager} install`" if manager else "install anew"
        lines = "the line" if len(found) == 1 else "these lines"
        return f"Take {lines} out, and {install}.{_cataloged(target, found)}"
    return f"Take {'it' if len(found) == 1 else 'them'} out: {run}.{_cataloged(target, found)}"


def _cataloged(target: Target, found: tuple[Dependency, ...]) -> str:
    """What to do about the lines of a catalog that nobody else asks for."""
    names = {one.name for one in found if one.version.startswith("catalog:")}
    if not names:
        return ""
    others: dict[str, int] = dict.fromkeys(names, 0)
    for path in (*target.named("package.json"), *target.named("pnpm-workspace.yaml")):
        for name in _CATALOGED.findall(target.text(path)):
            if name in others:
                others[name] += 1
    left = [name for name in sorted(names) if others[name] == 1 and _SAFE.fullmatch(name)]
    if not left:
        return ""
    lines = "its line" if len(left) == 1 else "the lines"
    said = ", ".join(f"`{name}`" for name in left)
    return f" Nobody else asks the catalog for {said}: take {lines} out of it too."


_SAFE = regex(r"(?:[\w@.~][\w@./~-]*)?")
"""What a command line takes as it is."""
_CATALOGED = regex(
    r"(?<![\w@./~-])([\w@.~][\w@./~-]{0,213})['\"]?[ \t]{0,9}:[ \t]{0,9}['\"]?catalog:"
)


# -- unused --------------------------------------------------------------------------------


def _unused(
    target: Target,
    package: NpmPackage,
    listed: list[Dependency],
    used: Mapping[str, frozenset[str]],
    texts: _Texts,
) -> tuple[tuple[Dependency, ...], tuple[Dependency, ...], Confidence]:
    names = package.manifest.dependency_names
    if names & _LOADED_BY_PLACE or not _has_code(target, package):
        return (), (), Confidence.POSSIBLE
    if _is_part(target, package.folder) or _is_filled(target, package.folder):
        return (), (), Confidence.POSSIBLE
    own = used.get(package.folder, frozenset())
    inlined = _inlined(target, package)
    if _bundles_siblings(target, package):  # what it lists is what they all need
        own = own.union(*used.values())
    else:
        own = own.union(*(used.get(one.folder, _NONE) - kept for one, kept in inlined))
    if own.isdisjoint(names):
        return (), (), Confidence.POSSIBLE  # it installs for code that lies elsewhere
    lock = lock_of(target, package)
    peers = None if lock is None else peers_asked_for(target, package, lock, own)
    installed = names_locked(target, package) | names if peers is None else _NONE
    held = _held(target, package)
    optional = {
        name
        for section, name, _, _ in package.manifest.dependencies
        if section == "peerDependencies"
    }
    workspace = {one.manifest.name for one in npm_packages(target)}
    asked = _asked_for(target, package, used)
    beside = names | own
    drivers = loads_drivers(beside)
    scripts = _scripts_text(target, package)
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
            for option in _options_of(name)
        ):
            continue
        if name in peers if peers is not None else _may_be_peer(name, beside, installed):
            continue
        if name in optional_of_others(target, package):
            continue
        bins = [bin for bin in guessed_programs(name) if bin == name or bin not in names]
        brings = None if lock is None else locked(lock, name, one.version).bins
        bins += brings or ()
        if _mentioned(scripts, name) or any(_mentioned(scripts, bin) for bin in bins):
            continue
        if _runs_part_of(scripts, name, names):
            continue
        if texts.names(package.folder, name, bins) or texts.matches(package.folder, name):
            continue
        if any(name not in kept and texts.quotes(other.folder, name) for other, kept in inlined):
            continue
        if _has_configuration(target, package.folder, name):
            continue
        if texts.explains(package.folder, name) or _set_aside(target, package.folder, name):
            continue
        if brings is None:  # its programs may have any name
            stranger = unexplained_program(target, package, lock) if stranger is None else stranger
            if stranger:
                continue
        # What another package requires without listing it is told by no lockfile.
        if drivers and (is_named_like_driver(name) or is_native(target, package, name)):
            continue
        if _in_history(target, name):
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


def _bundles_siblings(target: Target, package: NpmPackage) -> bool:
    """Whether a bundler's configuration takes the dependencies out of package.json, as programs
    do that ship the packages of their workspace in one piece."""
    return any(
        posixpath.dirname(path) == package.folder
        and _CONFIGURATION.search(path) is not None
        and _TAKES_LISTED.search(target.text(path)) is not None
        for path in target.below(package.folder)
    )


def _inlined(target: Target, package: NpmPackage) -> list[tuple[NpmPackage, frozenset[str]]]:
    """The packages of the repository whose sources the build of one takes in, each with what it is
    installed with by itself all the same.

    What they import is then looked for beside the outcome, which is beside this package; a package
    that is published brings what it lists, unless the bundler leaves packages to the run time.
    """
    within = _depended_on(target, package)
    if not within:
        return []
    builds = _builds(target, package)
    scripts = _own_scripts(package)
    if not builds and _BUNDLER.search(scripts) is None:
        return []
    leaves = _LEAVES_ALL.search(scripts) is not None or any(
        _LEAVES_ALL.search(target.text(path)) is not None for path in builds
    )
    return [(one, _NONE if leaves or one.manifest.private else _brought(one)) for one in within]


def _brought(package: NpmPackage) -> frozenset[str]:
    return frozenset(
        name
        for section, name, _, _ in package.manifest.dependencies
        if section in ("dependencies", "optionalDependencies")
    )


def _builds(target: Target, package: NpmPackage) -> list[str]:
    """The configurations of bundlers beside a package.json, and the scripts below that call one."""
    return [
        path
        for path in target.files_below(package.folder)
        if (_BUNDLES.search(path) is not None and posixpath.dirname(path) == package.folder)
        or any(
            link.meant.package in _BUNDLERS and not link.specifier.type_only
            for link in links(target).get(path, ())
        )
    ]


_NONE: frozenset[str] = frozenset()
_BUNDLERS = frozenset(
    {"esbuild", "tsup", "tsdown", "rollup", "rolldown", "webpack", "@rspack/core", "@vercel/ncc",
     "@rslib/core", "@rsbuild/core", "parcel", "bunchee", "unbuild"}
)  # fmt: skip
_BUNDLES = regex(
    r"(?:^|/)(?:vite|next|nuxt|remix|react-router|astro|svelte|tsup|tsdown|esbuild|rollup|rolldown"
    r"|webpack|rspack|rsbuild|rslib|craco|vue|metro|build|bundle|compile)[\w.-]*\.[cm]?[jt]s$"
)
_BUNDLER = regex(
    r"\b(?:esbuild|tsup|tsdown|rollup|rolldown|webpack|rspack|rsbuild|rslib|ncc|parcel|unbuild|bunchee"
    r"|pkgroll|microbundle)\b|\b(?:vite|next|nuxt|remix|react-router|react-scripts|vue-cli-service"
    r"|astro|bun|ng|expo)\s+(?:vite:)?(?:build|export)\b"
)
_LEAVES_ALL = regex(
    r"packages\s*:\s*['\"]external['\"]|--packages=external|nodeExternals?\b|node-externals"
    r"|\bnoExternal\b|skipNodeModulesBundle|\brollup-plugin-(?:auto|peer-deps)-external"
    r"|\bexternal\s*:\s*true\b|\bonResolve\b"
)


def _own_scripts(package: NpmPackage) -> str:
    return "\n".join(one.command for one in package.manifest.scripts)


def _depended_on(target: Target, package: NpmPackage) -> list[NpmPackage]:
    """The packages of the repository that one depends on, at any remove."""
    by_name = {one.manifest.name: one for one in npm_packages(target) if one.manifest.name}
    found: dict[str, NpmPackage] = {}
    open_ = [package]
    while open_:
        for name in sorted(open_.pop().manifest.dependency_names):
            one = by_name.get(name)
            if one is not None and one is not package and one.path not in found:
                found[one.path] = one
                open_.append(one)
    return list(found.values())


_TAKES_LISTED = regex(
    r"\A(?:(?!package\.json)[\s\S])*+package\.json[\s\S]*\b(?:peerD|d)ependencies\b"
)


def _has_configuration(target: Target, folder: str, name: str) -> bool:
    """Whether a file that is called after a tool stands beside package.json or at the root:
    ``biome.json``, ``.depcheckrc``, ``knip.config.ts``."""
    bare = name.rpartition("/")[2]
    stems = (bare, f".{bare}", f"{bare}.config", f".{bare}rc", f"{bare}file")
    return any(
        target.has(posixpath.join(place, f"{stem}{end}"))
        for place in dict.fromkeys((folder, ""))
        for stem in stems
        for end in _CONFIG_ENDS
        if end or stem.endswith("rc")
    )


_CONFIG_ENDS = (
    "",
    ".json",
    ".jsonc",
    ".json5",
    ".yaml",
    ".yml",
    ".toml",
    ".js",
    ".cjs",
    ".mjs",
    ".ts",
)


def _set_aside(target: Target, folder: str, name: str) -> bool:
    """Whether the configuration of a tool that looks for unused packages names one: it stays on
    purpose."""
    return any(
        target.has(path) and _mentioned(target.text(path), name)
        for place in dict.fromkeys((folder, ""))
        for one in _SEEKERS
        for path in (posixpath.join(place, one),)
    )


_SEEKERS = (
    *(f"{dot}knip.{end}" for dot in ("", ".") for end in ("json", "jsonc")),
    *(f"knip.{middle}{end}" for middle in ("", "config.") for end in ("ts", "js")),
    *(f".depcheckrc{end}" for end in ("", ".json", ".yml", ".yaml")),
    ".unimportedrc.json",
)  # fmt: skip


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
    """The scripts that clone repositories."""
    return tuple(
        text
        for path in target.files
        if path.endswith((".sh", ".bash")) and "git clone" in (text := target.text(path))
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
        path.endswith((*_CODE, ".vue", ".svelte")) for path in target.files_below(package.folder)
    )


@once
def _used_by_package(target: Target) -> dict[str, frozenset[str]]:
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


def _held(target: Target, package: NpmPackage) -> frozenset[str]:
    """The packages that overrides, resolutions or patches name, or of which is said whether their
    scripts may run, in a package or the root of its workspace: somebody wants them as they are."""
    keys: list[str] = []
    for folder in dict.fromkeys((package.folder, _top(package))):
        path = posixpath.join(folder, "package.json")
        root = target.parse(read_jsonc, path).root if target.has(path) else None
        if isinstance(root, dict):
            pnpm = root.get("pnpm")
            places = [
                root.get("overrides"),
                root.get("resolutions"),
                root.get("patchedDependencies"),
                root.get("dependenciesMeta"),
                root.get("trustedDependencies"),
                *(pnpm.get(key) for key in _HELD_KEYS if isinstance(pnpm, dict)),
            ]
            keys += [
                str(key) for place in places if isinstance(place, dict | list) for key in place
            ]
        path = posixpath.join(folder, "pnpm-workspace.yaml")
        if target.has(path):
            for block in _HELD_BLOCK.findall(target.text(path)):
                keys += [key or item for key, item in _HELD_LINE.findall(block)]
    names = [_HELD_NAME.search(key.rpartition(">")[2].strip()) for key in keys]
    return frozenset(match[1] for match in names if match is not None)


def _top(package: NpmPackage) -> str:
    return package.folder if package.workspace_root is None else package.workspace_root


_HELD_BLOCK = regex(
    r"^(?:overrides|patchedDependencies|allowBuilds|dependenciesMeta|(?:only|never|ignored)"
    r"BuiltDependencies):[ \t]*\n((?:(?:[ \t]+|-[ \t])[^\n]*(?:\n|\Z)|\n)+)",
    re.MULTILINE,
)
_HELD_LINE = regex(
    r"^(?:[ \t]+['\"]?(?=[^-\s])([^\s'\"#][^\s'\":]*)['\"]?:|[ \t]*-[ \t]+['\"]?([^\s'\"#:]+))",
    re.MULTILINE,
)


_HELD_KEYS = (
    "overrides",
    "patchedDependencies",
    "allowBuilds",
    "onlyBuiltDependencies",
    "neverBuiltDependencies",
    "ignoredBuiltDependencies",
)
_HELD_NAME = regex(r"((?:@[\w.-]+/)?[\w.-]+)(?:@[^/]*)?$")


@once
def _histories(target: Target) -> tuple[str, ...]:
    """What the repository tells of its releases."""
    return tuple(target.text(path) for path in target.everything if _HISTORY.search(path))


def _in_history(target: Target, name: str) -> bool:
    """Whether the history of releases names a package, other than for a new version of it: it was
    put in for a reason, which may be what another package requires without listing it."""
    if _DISTINCT.search(name) is None:
        return False
    for text in _histories(target):
        if name not in text:
            continue
        found = re.finditer(rf"(?<![\w@/-]){re.escape(name)}(?![\w/-])", text)
        for match in islice(found, 100):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            line = text[start : end if end >= 0 else len(text)]
            if len(line) > _LONGEST_LINE or _NEW_VERSION.search(line) is None:
                return True
    return False


_HISTORY = regex(
    r"(?:^|/)(?:changelog|change[-_]?log|changes|history|releases?|release[-_]?notes|news)"
    r"(?:[_-][\w-]{0,40}(?:\.[\dx]{1,9}){0,4})?(?:\.(?:md|mdx|markdown|txt|rst|adoc))?$",
    re.IGNORECASE,
)
_DISTINCT = regex(r"[-@\d]")
_NEW_VERSION = regex(
    r"\bbump|\bdeps\b|\bdeps-dev\b|\bupgrade[sd]?\b|\bupdate[sd]? (?:dependenc|npm|package)"
    r"|\bfrom v?\d+\.[\w.-]{1,30} to v?\d",
    re.IGNORECASE,
)


def _runs_part_of(scripts: str, name: str, names: frozenset[str]) -> bool:
    """Whether a script runs a program named like parts of a package: ``lit-localize`` of
    ``@lit/localize-tools``, ``openapi`` of ``openapi-typescript-codegen``."""
    words = re.split(r"[/-]", name.removeprefix("@"))
    if len(words) < _PARTS:
        return False
    parts = [one.split("-") for one in _PROGRAM.findall(scripts)]
    return any(len(one) > 1 and set(words).issuperset(one) for one in parts) or any(
        one == words[0] and one not in names and one not in _OF_THE_SYSTEM
        for one in _COMMAND.findall(scripts)
    )


def _options_of(name: str) -> tuple[str, ...]:
    """What a configuration writes when it has a package loaded by a short name."""
    return tuple(
        name.removeprefix(prefix)
        for prefix in _SHORTENED
        if name.startswith(prefix) and len(name) > len(prefix)
    )


_SHORTENED = (
    "conventional-changelog-",
    "semantic-release-",
    "cz-",
    "remark-",
    "rehype-",
    "posthtml-",
)
"""Prefixes that a tool puts before the name that it is given."""
_PROGRAM = regex(r"(?<![\w@/.-])[a-z][\w]*(?:-\w+)+(?![\w/.-])")
_COMMAND = regex(r"(?:\"\s*:\s*\"|&&\s*|;\s*|\|\s*)([a-z]\w+)(?=\s)")
"""What a script of package.json starts with."""
_PARTS = 2
_OF_THE_SYSTEM = frozenset(
    {"node", "npm", "npx", "yarn", "pnpm", "bun", "bash", "sh", "git", "docker", "python", "make",
     "cd", "cp", "mv", "rm", "mkdir", "echo", "cat", "test", "export", "set", "exit", "sleep",
     "curl"}
)  # fmt: skip


def _bare(text: str) -> str:
    text = text.rpartition("!")[2].removeprefix("node:").removeprefix("npm:").removeprefix("~")
    parts = text.split("/")
    return "/".join(parts[: 2 if text.startswith("@") else 1])


def _scripts_text(target: Target, package: NpmPackage) -> str:
    """Everything in package.json but the lists of dependencies; of a workspace's root that of its
    members too, and of a member that of its root."""
    found = []
    for one in npm_packages(target):
        if (
            one is package
            or one.workspace_root == package.folder
            or one.folder == package.workspace_root
        ):
            root = target.parse(read_jsonc, one.path).root
            if isinstance(root, dict):
                rest = {key: value for key, value in root.items() if key not in _DEPENDENCY_KEYS}
                found.append(json.dumps(rest, ensure_ascii=False))
    return "\n".join(found)


def _mentioned(text: str, name: str) -> bool:
    if name not in text:
        return False
    return re.search(rf"(?<![\w@-]){re.escape(name)}(?![\w-])", text) is not None


class _Texts:
    """The texts below a folder, in which names are looked for."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._known: dict[str, tuple[list[str], list[str]]] = {}
        self._outer: list[str] | None = None
        self._patterns: dict[str, list[str]] = {}

    def names(self, folder: str, name: str, bins: Iterable[str]) -> bool:
        """Whether any text below a folder names a package or runs one of its programs, or one that
        builds the repository does."""
        code, other = self._of(folder)
        return any(
            name in text and (_quoted(text, name) or _generated(text, name)) for text in code
        ) or any(
            _mentioned(text, name)
            or any(_run(text, bin) or ("-" in bin and _mentioned(text, bin)) for bin in bins)
            for text in (other if not folder else [*other, *self._outside()])
        )

    def quotes(self, folder: str, name: str) -> bool:
        """Whether code below a folder has a name in a string: ``target: 'name'``."""
        return any(name in text and _quoted(text, name) for text in self._of(folder)[0])

    def explains(self, folder: str, name: str) -> bool:
        """Whether a remark in the code says what a package is there for, though nothing loads it
        by name."""
        return any(name in text and _remarked(text, name) for text in self._of(folder)[0])

    def matches(self, folder: str, name: str) -> bool:
        """Whether a regular expression of a configuration names a package by its parts, as in
        ``/@acme[/](core|ui)/``."""
        scope, _, last = name.rpartition("/")
        return any(
            scope in line and _mentioned(line, last)
            for line in self._patterns_of(folder)
            if last in line
        )

    def _patterns_of(self, folder: str) -> list[str]:
        known = self._patterns.get(folder)
        if known is None:
            known = self._patterns[folder] = [
                line
                for path in self._target.below(folder)
                if _CONFIGURATION.search(path) and not _SKIPPED.search(path)
                for line in self._target.text(path).split("\n")
                if any(one in line for one in _SEPARATORS)
                and len(line) < _LONGEST_LINE
                and not line.lstrip().startswith(("//", "*", "/*"))
            ]
        return known

    def _of(self, folder: str) -> tuple[list[str], list[str]]:
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = ([], [])
            for path in self._target.below(folder):
                if not _SKIPPED.search(path):
                    known[0 if path.endswith(_QUOTES) else 1].append(self._target.text(path))
        return known

    def _outside(self) -> list[str]:
        """Dockerfiles, workflows and scripts of the repository, wherever they lie."""
        if self._outer is None:
            self._outer = [
                self._target.text(path)
                for path in self._target.files
                if path.startswith(".github/")
                or posixpath.basename(path)
                .lower()
                .startswith(("dockerfile", "makefile", "justfile"))
                or path.endswith((".sh", ".dockerfile", "netlify.toml", "vercel.json"))
            ]
        return self._outer


def _quoted(text: str, name: str) -> bool:
    """Whether a script has a name in a string, outside of remarks."""
    before = r"['\"`!]|node_modules/|//(?:unpkg\.com|esm\.sh|[\w.]*jsdelivr\.net/npm)/"
    found = re.finditer(rf"(?:{before}){re.escape(name)}(?=['\"`/!?@]|:(?!//))", text)
    for match in islice(found, 100):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()
        if not line.startswith(("//", "*", "/*")):
            return True
        # A type in a remark (``@type {import('name')}``) is an import to whoever checks types.
        if line.endswith("import(") and "{" in line and not line.startswith("//"):
            return True
    return False


def _remarked(text: str, name: str) -> bool:
    found = re.finditer(rf"(?<![\w@/.-]){re.escape(name)}(?![\w/.-])", text)
    for match in islice(found, 20):
        start = text.rfind("\n", 0, match.start()) + 1
        if not text[start : match.start()].lstrip().startswith(("//", "*", "/*")):
            continue
        end = text.find("\n", match.end())
        line = text[start : end if end >= 0 else len(text)]
        if _TELLS_WHY.search(line) and not _COMMENTED_OUT.search(line):
            return True
    return False


_TELLS_WHY = regex(r"\b(?:dependenc|peer|install|require[sd]|needed|needs|bundle|package\.json)")
_COMMENTED_OUT = regex(r"\bfrom\s+['\"]|\b(?:import|require)\s*\(|^\s*(?://|\*)\s*import\s")


def _generated(text: str, name: str) -> bool:
    """Whether the head of a file says that a package wrote it: then somebody runs it by hand."""
    head = text[:_HEAD]
    return name in head and (
        re.search(
            rf"generated (?:by|with|using|from) [`'\"]?{re.escape(name)}(?![\w-])", head, re.I
        )
        is not None
    )


_HEAD = 600


def _run(text: str, program: str) -> bool:
    """Whether a text runs a program through npx and its like."""
    if program not in text:
        return False
    runner = r"(?:npx|bunx|pnpm|yarn|npm exec|dlx|\.bin/)[^\n]{0,60}?"
    pattern = rf"{runner}(?<![\w@-]){re.escape(program)}(?![\w-])"
    return re.search(pattern, text) is not None


# -- images --------------------------------------------------------------------------------


def _pruned(target: Target) -> Iterator[tuple[str, Note]]:
    """(package.json, install) of final stages that install for production only."""
    for dockerfile in dockerfiles(target):
        if images(target).is_dev_container(dockerfile) or is_development_name(dockerfile.path):
            continue
        final = images(target).final_stage(dockerfile)
        if final is None or is_development_command(dockerfile, final):
            continue
        files = image_files(target, dockerfile)
        for step in files.chain_steps(final):
            asked = npm_install(step.words)
            if asked is None or not asked.production:
                continue
            folder = step.at(asked.folder) if asked.folder else step.folder
            origin = files.origin(final, posixpath.join(folder, "package.json"), step.instruction)
            if origin is not None:
                yield origin, Note(step.place, " ".join(step.text.split())[:100])


def _runs(package: NpmPackage, name: str) -> bool:
    """Whether the application is started by a tool."""
    starts = " ".join(
        one.command
        for one in package.manifest.scripts
        if one.name.startswith(
            ("start", "serve", "preview", "prod", "postinstall", "prepare", "migrat")
        )
    )
    return any(_mentioned(starts, bin) for bin in (name, *guessed_programs(name)))


def _imported(target: Target, package: NpmPackage, name: str) -> bool:
    """Whether code of a package that is no configuration and no test imports a tool."""
    return any(
        link.meant.package == name and not link.specifier.type_only
        for path in target.below(package.folder)
        if not _CONFIGURATION.search(path) and not is_test_path(path)
        for link in links(target).get(path, ())
    )


# -- heavy ---------------------------------------------------------------------------------


def _heavy(target: Target) -> Iterator[tuple[str, tuple[HeavyUse, ...]]]:
    for frontend in frontends(target):
        package = frontend.package
        names = package.manifest.dependency_names
        if not names & ({"moment", "lodash"} | _WHOLE_ICONS):
            continue
        uses: dict[str, list[Note]] = {}
        for path in frontend.sources:
            if frontend.reached is not None and path not in frontend.reached:
                continue
            for link in links(target).get(path, ()):
                one = link.specifier
                if one.type_only or one.kind not in ("import", "require"):
                    continue
                whole = one.text in ("moment", "lodash") or (
                    one.text in _WHOLE_ICONS and "*" in one.names and _indexed(target, path)
                )
                if whole:
                    uses.setdefault(one.text, []).append(Note(Place(path, one.line), one.text))
        found = []
        for name, notes in sorted(uses.items()):
            dependency = next(
                (
                    Dependency(name, version, section, place)
                    for section, known, version, place in package.manifest.dependencies
                    if known == name
                ),
                None,
            )
            if dependency is not None:
                found.append(HeavyUse(dependency, _SAYS.get(name, _ICONS), tuple(notes)))
        if found:
            yield package.path, tuple(found)


_SAYS = {
    "moment": "moment brings about 20 kB after gzip, with its languages about 75 kB; date-fns and"
    " Day.js load only what is used",
    "lodash": "lodash comes as a whole, about 25 kB after gzip, also for one function by name;"
    " lodash-es or lodash/debounce load only what is used",
}
_ICONS = "all icons of the library are loaded, because they are picked by name at run time"
_NAMESPACE = regex(r"import\s+\*\s+as\s+(\w+)\s+from")


def _indexed(target: Target, path: str) -> bool:
    """Whether a namespace is used as a value (``Icons[name]``): then all of it is needed."""
    text = target.text(path)
    return any(
        re.search(
            rf"\b{re.escape(name)}\s*\[|[(,=]\s*{re.escape(name)}\s*[,);]|\{{\s*{re.escape(name)}\s*\}}",
            text,
        )
        for name in _NAMESPACE.findall(text)
    )
