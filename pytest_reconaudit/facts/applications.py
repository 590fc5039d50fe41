"""Which application a file belongs to, and what bundles it.

An application is a folder with a manifest of its own: a cargo workspace, a package.json, a Python,
Go, JVM, Ruby or PHP project. A file belongs to the nearest one above it. Members of an npm
workspace that nothing runs by itself are *shared*: what they read, every sibling reads. The root
of the repository is an application even without a manifest (deploy files lie there).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.packages import NpmPackage, cargo_packages, npm_packages
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.target import Target, home_among, once

__all__ = [
    "Application",
    "Bundler",
    "application_at",
    "application_of",
    "applications",
    "applications_of_image",
    "dockerfile_suffix",
    "is_node_side",
    "is_test_path",
    "matching_application",
    "names_of_applications",
]

_MANIFESTS = frozenset(
    {"pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "manage.py",
     "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "composer.json",
     "mix.exs", "deno.json", "Package.swift", "build.sbt"}
)  # fmt: skip
_RUNS = regex(
    r"\b(?:next|nuxt|nuxi|vite(?!st)|react-scripts|craco|astro|gatsby|remix|expo|electron|ng|nest"
    r"|node|nodemon|ts-node|tsx|bun|deno|serve|fastify|express|wrangler|pm2)\b"
)
_RUN_SCRIPTS = frozenset({"start", "dev", "serve", "start:dev", "start:prod", "develop", "preview"})

_EVERYDAY = frozenset({"dev", "build", "start", "develop", "serve"})
_NEXT = regex(r"\bnext\s+(?:build|dev|start|export)\b")
_CRA = regex(r"\b(?:react-scripts|craco|react-app-rewired)\s+(?:build|start)\b")
_VITE = regex(r"(?:^|[\s;&|/])vite(?=$|[\s;&|])(?!\s+(?:--version|-v)\b)")
_SERVER_SIDE = regex(
    r"@remix-run/.+|@sveltejs/kit|astro|nuxt|@tanstack/(?:react-|solid-)?start|@react-router/dev"
    r"|vike|vite-plugin-ssr|@solidjs/start|solid-start|@builder\.io/qwik-city|waku|@analogjs/.+"
    r"|rakkasjs|electron|electron-vite|@redwoodjs/.+|@crxjs/.+|wxt|@tauri-apps/cli"
)
"""Frameworks on top of Vite whose sources run outside the browser too."""
_ENV_PREFIX = regex(r"\benvPrefix\s*:\s*(\[[^\]]{0,300}\]|['\"][^'\"]*['\"]|[^\s,}]+)")
_QUOTED = regex(r"['\"]([^'\"]*)['\"]")
_OWN_PREFIX = regex(r"['\"`^/]((?:VITE|NEXT_PUBLIC|REACT_APP|PUBLIC)_)['\"`/]")
_DEFINES = regex(
    r"['\"`]process\.env|\bprocess\.env\b['\"]?\s*:|vite-plugin-env(?:ironment|-compatible)"
    r"|EnvironmentPlugin|envCompatible|rollup-plugin-inject-process-env|plugin-replace|dotenv-webpack"
)
_LIBRARY = regex(r"\bbuild\s*:\s*\{[^}]{0,400}?\blib\s*:", re.DOTALL)
_COMMENTS = regex(r"/\*.*?(?:\*/|\Z)|(?<![:'\"\w])//[^\n]*", re.DOTALL)

_TESTS = regex(
    r"(?:^|/)(?:(?:(?:unit|functional)[-_]?)?tests?"
    r"|test-?(?:plugins?|apps?)|benches|e2e|bdd|__tests__|__mocks__"
    r"|cypress|spec|specs|playwright|testing|test-utils|api_tests)/|\.(?:spec|test|e2e|cy)\.\w+$|(?:^|/)(?:playwright|cypress|vitest|jest)"
    r"(?:[.-][\w-]{1,40})?\.(?:config|setup)\b"
    r"|(?:^|/)(?:conftest|pytest_plugins?|tests|test_[^/]+|[^/]+_tests?)\.(?:py|go|rs)$|_test/"
    r"|-tests?/(?=[^\n]{0,400}\.rs$)"
    r"|(?:^|[/_-])tests?[-_](?:utils?|support|helpers?|harness|suites?|fixtures?)/",
    re.IGNORECASE,
)
_NODE_SIDE = regex(
    r"(?:^|/)(?:scripts?|server|servers|api|functions|netlify|lambda|bin|tools?|tooling|build"
    r"|\.storybook|plugins|config|middleware|electron|ssr|cli|mocks?|cron|jobs|workers?)/"
    r"|\.(?:config|server|setup|conf|rc)\.[cm]?[jt]sx?$|(?:^|/)(?:server|next-env\.d|middleware"
    r"|instrumentation|gulpfile|gruntfile|webpack[\w.-]*|craco[\w.-]*)\.[cm]?[jt]sx?$|\.d\.ts$",
    re.IGNORECASE,
)
_IMPORTS = ("from", "require(", "import")
_NODE_IMPORT = regex(
    r"(?:from\s+|require\(\s*|import\s+)['\"](?:node:[\w/]+|fs|fs/promises|path|http|https|os"
    r"|child_process|crypto|url|util|net|stream|express|fastify|koa|dotenv|pg|mysql2?|mongoose"
    r"|@prisma/client|winston|pino|nodemailer)['\"]"
)


class Bundler(Struct, frozen=True):
    """What turns an application's sources into what a browser loads."""

    name: str
    """``vite``, ``next`` or ``react-scripts``."""
    prefixes: tuple[str, ...] | None
    """Keys that it hands to the browser; ``None`` when its configuration computes them."""
    config: str
    """Path of its configuration file; empty without one."""
    defines: bool
    """The configuration puts ``process.env`` keys into the bundle by itself."""
    server_side: bool
    """Some of the sources run in Node too, so that ``process.env`` is meaningful there."""
    place: Place
    """What shows that it is the bundler: the script or dependency in package.json."""

    @property
    def title(self) -> str:
        return {"vite": "Vite", "next": "Next.js"}.get(self.name, "Create React App")


class Application(Struct, frozen=True, eq=False):
    """A folder with code that is built and configured by itself."""

    folder: str
    """Relative to the repository; empty for its root."""
    manifests: tuple[str, ...]
    bundler: Bundler | None = None
    shared: bool = False
    """A library of a workspace, used by the applications beside it."""
    workspace: str | None = None
    """The folder of the npm workspace that it is a member of."""

    @property
    def title(self) -> str:
        """What to call it in a message."""
        return self.folder or "the code"

    @property
    def name(self) -> str:
        return posixpath.basename(self.folder)


@once
def applications(target: Target) -> tuple[Application, ...]:
    """Every application, by folder; the root is always the first."""
    found: dict[str, list[str]] = {"": []}
    npm: dict[str, NpmPackage] = {}
    for package in npm_packages(target):
        npm[package.folder] = package
        found.setdefault(package.folder, []).append(package.path)
    for crate in cargo_packages(target):
        folder = crate.folder if crate.workspace is None else crate.workspace
        found.setdefault(folder, []).append(crate.path)
    for path in target.files:
        base = posixpath.basename(path)
        if base in _MANIFESTS or base.endswith((".csproj", ".fsproj")):
            found.setdefault(posixpath.dirname(path), []).append(path)
    out = []
    for folder in sorted(found):
        own = npm.get(folder)
        others = [path for path in found[folder] if not path.endswith("package.json")]
        shared = False
        if own is not None and not others and folder:
            shared = own.workspace_root not in (None, folder) and not _is_run(target, own)
        out.append(
            Application(
                folder=folder,
                manifests=tuple(sorted(found[folder])),
                bundler=_bundler(target, own) if own is not None else None,
                shared=shared,
                workspace=own.workspace_root if own is not None else None,
            )
        )
    return tuple(out)


@once
def _by_folder(target: Target) -> dict[str, Application]:
    return {one.folder: one for one in applications(target)}


def application_at(target: Target, folder: str) -> Application | None:
    """The application whose folder this is exactly."""
    return _by_folder(target).get(folder)


def application_of(target: Target, path: str) -> Application:
    """The application that a file belongs to: the nearest above it."""
    known = _by_folder(target)
    return known[home_among(posixpath.dirname(path), known)]


@lru_cache(maxsize=65_536)
def is_test_path(path: str) -> bool:
    """Whether only tests run the file."""
    return _TESTS.search(path) is not None


def is_node_side(path: str, text: str) -> bool:
    """Whether a script of a frontend package runs in Node rather than in the browser."""
    return _NODE_SIDE.search(path) is not None or any(
        _NODE_IMPORT.match(text, at) is not None for at in _places(text, _IMPORTS)
    )


def _places(text: str, words: tuple[str, ...]) -> Iterator[int]:
    """Where one of some words stands: faster than a pattern that begins with any of them."""
    for word in words:
        at = text.find(word)
        while at >= 0:
            yield at
            at = text.find(word, at + 1)


def _is_run(target: Target, package: NpmPackage) -> bool:
    if any(
        script.name in _RUN_SCRIPTS and _RUNS.search(script.command)
        for script in package.manifest.scripts
    ):
        return True
    return any(
        target.has(posixpath.join(package.folder, name)) for name in ("Dockerfile", "Procfile")
    )


# -- bundlers ------------------------------------------------------------------------------


def _bundler(target: Target, package: NpmPackage) -> Bundler | None:
    manifest, folder = package.manifest, package.folder
    scripts = [(s.name, s.command, s.place) for s in manifest.scripts]
    names = manifest.dependency_names
    # What the everyday scripts run decides; another one may build a helper with another tool.
    found = _bundled_by([one for one in scripts if one[0] in _EVERYDAY]) or _bundled_by(scripts)
    if not found:
        for name, stem in (("next", "next.config"), ("vite", "vite.config")):
            if name in names and _config(target, folder, stem):
                found[name] = next(p for _, n, _, p in manifest.dependencies if n == name)
        if "react-scripts" in names:
            found["react-scripts"] = next(
                p for _, n, _, p in manifest.dependencies if n == "react-scripts"
            )
    if len(found) != 1:
        return None
    ((name, place),) = found.items()
    config = _config(target, folder, "next.config" if name == "next" else "vite.config")
    text = _COMMENTS.sub("", target.text(config)) if config else ""
    server_side = any(_SERVER_SIDE.fullmatch(one) for one in names) or name == "next"
    if name == "vite":
        page = any(
            target.has(posixpath.join(folder, inner, "index.html"))
            for inner in ("", "src", "client", "public", "app")
        )
        if not server_side and (not page or _LIBRARY.search(text)):
            return None  # a library, or only its stories and tests
    defines = _DEFINES.search(text) is not None or (name != "vite" and "env" in text)
    if name == "react-scripts":
        config = next(
            (
                path
                for one in ("craco.config.js", "craco.config.ts", "config-overrides.js")
                if target.has(path := posixpath.join(folder, one))
            ),
            "",
        )
        defines = bool(config) and "env" in target.text(config)
    prefixes: tuple[str, ...] | None
    prefixes = {
        "vite": ("VITE_",), "next": ("NEXT_PUBLIC_",), "react-scripts": ("REACT_APP_",)
    }[name]  # fmt: skip
    if name == "vite" and ("@sveltejs/kit" in names or "astro" in names):
        prefixes = (*prefixes, "PUBLIC_")
    if name == "vite" and (match := _ENV_PREFIX.search(text)):
        values = _QUOTED.findall(match[1])
        prefixes = tuple(values) if values else None
    if prefixes is not None and defines:
        # `define: { 'process.env': pick(env, ['VITE_', 'REACT_APP_']) }` exposes these too.
        picked = _OWN_PREFIX.findall(text)
        prefixes = tuple(dict.fromkeys((*prefixes, *picked)))
    return Bundler(name, prefixes, config, defines, server_side, place)


def _bundled_by(scripts: Iterable[tuple[str, str, Place]]) -> dict[str, Place]:
    """The bundlers that some npm scripts run, each at its first script."""
    found: dict[str, Place] = {}
    for script, command, place in scripts:
        for name, pattern in (("next", _NEXT), ("react-scripts", _CRA), ("vite", _VITE)):
            if pattern.search(command) and not re.search(r"story|test|docs|mock", script):
                found.setdefault(name, place)
    return found


def _config(target: Target, folder: str, stem: str) -> str:
    for suffix in ("ts", "js", "mjs", "mts", "cjs", "cts"):
        path = posixpath.join(folder, f"{stem}.{suffix}")
        if target.has(path):
            return path
    return ""


# -- images --------------------------------------------------------------------------------


def dockerfile_suffix(path: str) -> str:
    """``frontend`` of ``Dockerfile.frontend`` and ``frontend.Dockerfile``; empty otherwise."""
    words = [one for one in re.split(r"[._-]", posixpath.basename(path).lower()) if one]
    rest = [
        one
        for one in words
        if one not in ("dockerfile", "containerfile", "prod", "production", "dev", "optimized",
                       "staging", "development", "test", "release")
    ]  # fmt: skip
    return rest[0] if rest else ""


def applications_of_image(target: Target, dockerfile: Dockerfile) -> tuple[str, ...]:
    """The folders of the applications that an image is built of; none for a tuned server.

    Told by what it copies, else by where the Dockerfile lies, else by its name.
    """
    known = target.remember(_image_folders)
    if dockerfile.path not in known:
        known[dockerfile.path] = _folders(target, dockerfile)
    return known[dockerfile.path]


def _image_folders(target: Target) -> dict[str, tuple[str, ...]]:
    """Filled as images are asked for."""
    return {}


_WILD = regex(r"[*?\[]")


def _folders(target: Target, dockerfile: Dockerfile) -> tuple[str, ...]:
    known = _by_folder(target)
    found: dict[str, None] = {}
    everything = root = False
    every = images(target)
    for context in every.contexts(dockerfile):
        for source in every.sources(dockerfile):
            path = posixpath.normpath(posixpath.join(context.path, source.written.lstrip("/")))
            path = "" if path == "." else path
            if wild := _WILD.search(path):
                path = path[: max(path.rfind("/", 0, wild.start()), 0)]
            if path == context.path:
                everything = True
                continue
            root = root or path in known[""].manifests or path in ("src", "app", "crates", "lib")
            folder = home_among(path.lstrip("/"), known)
            if not folder or known[folder].shared:
                continue
            # What an image for its tests takes in is not the application.
            if not is_test_path(path.removeprefix(folder)):
                found.setdefault(folder)
        if everything and context.path in known and context.path:
            found.setdefault(context.path)
    own = posixpath.dirname(dockerfile.path)
    suffix = dockerfile_suffix(dockerfile.path)
    by_name = [one.folder for one in applications(target) if suffix and one.name == suffix]
    if found:
        if len(found) > 1 and (named := [one for one in by_name if one in found]):
            return tuple(named)
        if len(found) > 1 and own in found:
            return (own,)
        return tuple(found)
    if own in known and own:
        return (own,)
    if by_name:
        return tuple(by_name)
    # An image of configuration files alone (a tuned database, say) is of no application.
    return ("",) if root or everything else ()


def names_of_applications(target: Target) -> dict[str, frozenset[str]]:
    """Application folder → the names that deploy files may call it by."""
    return target.remember(_names)


def _names(target: Target) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in applications(target):
        if one.name:
            found.setdefault(one.folder, set()).add(one.name.lower())
    by_path = {one.path: one for one in dockerfiles(target)}
    for path, dockerfile in by_path.items():
        folders = applications_of_image(target, dockerfile)
        if len(folders) == 1 and (suffix := dockerfile_suffix(path)):
            found.setdefault(folders[0], set()).add(suffix)
    for stack in stacks(target):
        for service in stack.services:
            if service.build is None or service.build.dockerfile not in by_path:
                continue
            folders = applications_of_image(target, by_path[service.build.dockerfile])
            if len(folders) == 1:
                found.setdefault(folders[0], set()).add(service.name.lower())
    return {folder: frozenset(names) for folder, names in found.items()}


def matching_application(target: Target, *names: str) -> str | None:
    """The one application that a container, image or object is named after."""
    wanted = [name.lower() for name in names if name]
    parts = [part for name in wanted for part in re.split(r"[-_./]", name)]
    found = set(applications_named(target, wanted)) or set(applications_named(target, parts))
    return found.pop() if len(found) == 1 else None


def applications_named(target: Target, names: Iterable[str]) -> Iterator[str]:
    """The folders of the applications that deploy files may call by one of these names.

    Names of one or two letters say nothing.
    """
    table = target.remember(_folders_by_name)
    for name in names:
        if len(name) > 2:
            yield from table.get(name, ())


def _folders_by_name(target: Target) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder, names in names_of_applications(target).items():
        for name in names:
            found.setdefault(name, []).append(folder)
    return found
