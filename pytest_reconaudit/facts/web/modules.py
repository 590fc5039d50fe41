"""Module specifiers across files: what each one means, and who imports a file.

Meant as Node, TypeScript and the bundlers resolve them: relative paths with or without suffix,
folders by their index, ``paths`` and ``baseUrl`` of tsconfig.json, aliases of the bundler, packages
of the workspace. What cannot be told (a computed alias, a file that a build step writes) is
``unknown``, never ``missing``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned, source_files
from pytest_reconaudit.facts.index import submodules
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.build_outputs import is_built_output
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.bundler_config import BundlerConfig, read_bundler_config
from pytest_reconaudit.readers.jsonc import JsonText, read_jsonc
from pytest_reconaudit.readers.scans.imports import FileImports, Specifier, imports
from pytest_reconaudit.target import Target, home_among, once

__all__ = [
    "BUILTIN",
    "Link",
    "Resolution",
    "closure",
    "importers",
    "links",
    "resolve",
    "tsconfig_aliases",
]

SUFFIXES = (
    ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".vue",
    ".svelte", ".astro", ".mdx", ".md", ".css", ".scss", ".sass", ".less", ".web.ts", ".web.tsx",
    ".native.ts", ".native.tsx", ".ios.ts", ".ios.tsx", ".android.ts", ".android.tsx", ".web.js",
    ".native.js", ".ios.js", ".android.js", ".node", ".graphql", ".gql", ".client.ts",
    ".client.tsx", ".server.ts", ".server.tsx", ".svelte.ts", ".svelte.js", ".es6", ".coffee",
    ".d.mts", ".d.cts", ".imba", ".res", ".res.js", ".bs.js", ".gen.tsx",
)  # fmt: skip
_WRITTEN = {
    ".js": (".ts", ".tsx", ".d.ts", ".jsx"),
    ".jsx": (".tsx", ".ts", ".d.ts"),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
}
"""What a compiler makes these of: TypeScript imports are written with the suffix of the output."""
_CONFIGS = regex(
    r"(?:vite|vitest|webpack|next|craco|rspack|rsbuild|farm|electron\.vite|astro|svelte|nuxt|vue"
    r"|babel|jest|rollup|metro|quasar|wxt|config-overrides|tsup|esbuild)[\w.-]*\.(?:ts|js|mjs|cjs"
    r"|mts|cts|json)$|^\.babelrc(?:\.\w+)?$"
)
_BELOW = regex(
    r"(?:webpack|rspack)[\w.-]*\.[cm]?[jt]s$"
    r"|(?:vite|rollup|rsbuild|esbuild|vue)\.[\w.-]{0,40}config[\w.-]*\.[cm]?[jt]s$"
)
"""Configurations that a package may keep in a folder of its own."""
_STAND_IN = regex(r"(?i)(?:^|/)(?:__mocks__|mocks?|stubs?|__tests__|tests?)(?:/|$)")
_PART = 400_000
"""Characters of a component or page that are looked at."""
_EMBEDDED = (".vue", ".svelte", ".astro", ".mdx", ".html", ".htm")
_TYPES_ALONE = regex(r"import\s+type\s+(?:\{|\*|\w+\s+from\b)")
_EMBEDDED_IMPORT = regex(
    r"(?<![@.$\w])(?:from|import)\s*['\"]([^'\"\n]{1,200})['\"]"
    r"|\bimport\(\s*['\"`]([^'\"`\n]{1,200})['\"`]|<script\b[^>]{0,200}?\bsrc=['\"]([^'\"\n]{1,200})"
    r"|@import\s{1,20}['\"]([^'\"\n]{1,200})['\"]"
    r"|\bnew\s{1,4}(?:URL|(?:Shared)?Worker)\(\s*['\"](\.[^'\"\n]{1,200})['\"]"
)
_WORDS = regex(r"\b(?:import|export)\b")
_LINE = 2_000
"""Characters of a line that are looked at before an import."""
_NAME = regex(r"(?:@[a-z0-9~][\w.~-]*/)?[A-Za-z0-9~][\w.~-]*$")
_MADE_AS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".json", "/index.ts")
"""The last one for rules that mean folders alone."""
_MADE = regex(
    r"(?:^|/)(?:__generated__|generated|gen|dist|build|out|output|\.next|\.nuxt|\.svelte-kit|\.output"
    r"|\.velite|\.contentlayer|\.source|\.react-router|\.tanstack|\.astro|\.docusaurus|\.expo|esm"
    r"|cjs|pkg|wasm|bindings|wailsjs|paraglide|styled-system|codegen|proto|protos"
    r"|_generated|artifacts|typechain(?:-types)?|target|node_modules|convex|\$types)(?:/|$)"
    r"|\.(?:gen|generated|codegen|pb|css|module|wasm|node|graphql|gql|jison|peg|grammar)(?:\.\w+)?$"
    r"|(?:^|[/.-])(?:generated|codegen|types\.gen|_?version|build-?info|env-?config|manifest)$"
    r"|(?:^|/)\+types(?:/|$)|-manifest$|(?:^|/)(?:parser|grammar|lexer)$"
)
"""Paths that build steps commonly write."""
_MEDIA = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".mp4", ".webm", ".mov", ".mp3",
    ".wav", ".ogg", ".woff", ".woff2", ".ttf", ".otf", ".pdf", ".zip", ".glb", ".gltf", ".bin",
    ".onnx", ".wasm", ".riv",
)  # fmt: skip
"""Large files are often kept outside of a clone."""
BUILTIN = frozenset(
    {"assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants",
     "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2",
     "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
     "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls",
     "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib", "test"}
)  # fmt: skip
_CONDITIONS = ("source", "import", "module", "browser", "default", "require", "types", "node")


class Resolution(Struct, frozen=True):
    """What a specifier means."""

    kind: str
    """``file`` (of the repository), ``package`` (of npm), ``builtin`` (of Node), ``missing`` (a
    file that no clone has and no build step is known to write), ``unknown``."""
    path: str = ""
    """Of ``file`` its path; of ``missing`` the path that was looked for, without suffix; of a
    ``package`` of the workspace the file that it means, where that can be told."""
    package: str = ""
    """Of ``package``: its name, without a path inside of it."""
    alias: str = ""
    """The alias by which it was found or missed: ``@/*``; empty for a relative path."""


class Link(Struct, frozen=True, gc=False):
    """One specifier of a file with its meaning."""

    specifier: Specifier
    meant: Resolution


class _Paths(Struct, frozen=True):
    """``paths`` and ``baseUrl`` of one tsconfig.json."""

    path: str
    base: str | None
    """Folder of ``baseUrl``; ``None`` without one."""
    paths: tuple[tuple[str, tuple[str, ...]], ...]
    """(pattern with at most one ``*``, its targets as paths of the repository)."""
    loose: bool
    """``rootDirs`` or a base configuration that is not here: nothing is surely missing."""


def resolve(target: Target, importer: str, specifier: str) -> Resolution:
    """What a specifier means in a file."""
    return _resolver(target).resolve(posixpath.dirname(importer), specifier)


@once
def links(target: Target) -> Mapping[str, tuple[Link, ...]]:
    """Path of every script (tests too, and components in ``.vue``, ``.svelte``, ``.astro``, pages
    in ``.html``) → its specifiers with their meaning, in source order."""
    resolver = _resolver(target)
    found: dict[str, tuple[Link, ...]] = {}
    for path, file in (*scanned(target, imports).items(), *_embedded(target)):
        folder = posixpath.dirname(path)
        found[path] = tuple(
            Link(one, resolver.resolve(folder, one.text)) for one in file.specifiers
        )
    return dict(sorted(found.items()))


def closure(
    target: Target, starts: Iterable[str], followed: Callable[[str, Link], Iterable[str]]
) -> frozenset[str]:
    """The files that some lead to by their specifiers, themselves included.

    :param followed: the files that a specifier of a file brings in.
    """
    known = links(target)
    seen: set[str] = set()
    pending = list(starts)
    while pending:
        path = pending.pop()
        if path not in seen:
            seen.add(path)
            for link in known.get(path, ()):
                pending += followed(path, link)
    return frozenset(seen)


@once
def importers(target: Target) -> Mapping[str, tuple[tuple[str, Specifier], ...]]:
    """File of the repository → (path, specifier) of everyone who names it, tests and type-only
    imports included."""
    found: dict[str, list[tuple[str, Specifier]]] = {}
    for path, mine in links(target).items():
        for link in mine:
            if link.meant.path and link.meant.kind in ("file", "package"):
                found.setdefault(link.meant.path, []).append((path, link.specifier))
    return {path: tuple(users) for path, users in sorted(found.items())}


def tsconfig_aliases(target: Target, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The ``paths`` that hold in a folder: (pattern, targets), the nearest configuration first."""
    return tuple(pair for one in _resolver(target).configs(folder) for pair in one.paths)


@once
def _resolver(target: Target) -> _Resolver:
    return _Resolver(target)


_HINTS = ("import", "<script", "export")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")


def _embedded(target: Target) -> Iterator[tuple[str, FileImports]]:
    """Scripts inside of components and pages, by pattern: no grammar for them is at hand. Scripts
    that a generator wrote, too: nothing is judged in them, but what they import is reached."""
    read = frozenset(path for path, _ in source_files(target))
    for path in target.everything:
        if not path.endswith(_EMBEDDED):
            if not path.endswith(_SCRIPTS) or path.endswith(".min.js") or path in read:
                continue
            if not target.is_generated(path):
                continue
        text = target.text(path)[:_PART]
        if not any(one in text for one in _HINTS):
            continue
        found = []
        at, line = 0, 1
        for match in _EMBEDDED_IMPORT.finditer(text):
            index = match.lastindex or 1
            if index == 1 and not _in_statement(text, match.start()):
                continue
            start = match.start(index)
            line += text.count("\n", at, start)
            at = start
            column = start - text.rfind("\n", 0, start)
            kind = ("import", "dynamic", "import", "url", "url")[index - 1]
            name = match[index]
            if index == 3 and not name.startswith((".", "/")):
                if "://" in name:
                    continue
                name = f"./{name}"
            begins = text.rfind("import", 0, match.start() + len("import"))
            typed = index == 1 and _TYPES_ALONE.match(text, max(begins, 0)) is not None
            found.append(Specifier(name, line, column, kind, type_only=typed))
        if found:
            yield path, FileImports(tuple(found))


def _in_statement(text: str, start: int) -> bool:
    """Whether what stands before a `from` or `import` in its line is code: a sentence in a comment
    or in the page's text may say "from 'a' to 'b'", too."""
    before = text[max(text.rfind("\n", 0, start) + 1, start - _LINE) : start]
    words = before.strip()
    if words.startswith(("//", "/*", "*", "<!--")):
        return False
    return not words or words.endswith(("}", ";", ">")) or _WORDS.search(words) is not None


class _Resolver:
    def __init__(self, target: Target) -> None:
        self.target = target
        self.files = frozenset(target.everything) | (target.tracked or frozenset())
        self.packages: dict[str, NpmPackage] = {}
        for package in npm_packages(target):
            if package.manifest.name:
                self.packages.setdefault(package.manifest.name, package)
        self._folders: dict[str, str] = {one.folder: one.path for one in npm_packages(target)}
        self._tsconfigs: dict[str, list[str]] = {}
        self._bundlers: dict[str, list[str]] = {}
        for path in target.everything:
            folder, _, name = path.rpartition("/")
            if name.endswith(".json") and name.startswith(("tsconfig", "jsconfig")):
                self._tsconfigs.setdefault(folder, []).append(path)
            elif _CONFIGS.match(name) and "node_modules/" not in path:
                self._bundlers.setdefault(folder, []).append(path)
        self._kept_below: dict[str, list[str]] = {}
        """Folder of a package → configurations of bundlers that it keeps in a folder below."""
        for folder, paths in self._bundlers.items():
            home = home_among(folder, self._folders)
            if home != folder and not _STAND_IN.search(folder):
                some = [one for one in paths if _BELOW.match(posixpath.basename(one))]
                self._kept_below.setdefault(home, []).extend(some)
        self._known: dict[tuple[str, str], Resolution] = {}
        self._configs: dict[str, tuple[_Paths, ...]] = {}
        self._aliases: dict[str, tuple[tuple[str, str | None], ...]] = {}
        self._aliases_below: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._made: dict[str, bool] = {}

    # -- asking ----------------------------------------------------------------------------

    def resolve(self, folder: str, text: str) -> Resolution:
        key = (folder, text)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._resolve(folder, text)
        return known

    def _resolve(self, folder: str, text: str) -> Resolution:
        name = text.partition("?")[0]
        if "!" in name:  # webpack's loaders: "style-loader!./x.css"
            name = name.rpartition("!")[2]
        if not name or "${" in name or "*" in name or "\0" in name or "{{" in name:
            return Resolution("unknown")
        if name in (".", "..") or name.startswith(("./", "../")):
            return self._relative(folder, name)
        if name.startswith("/"):
            return self._rooted(folder, name)
        if "://" in name or name.startswith("data:"):
            return Resolution("unknown")
        scheme, colon, rest = name.partition(":")
        if colon:
            if scheme in ("node", "bun", "deno", "cloudflare"):
                return Resolution("builtin", package=rest.partition("/")[0])
            if scheme in ("npm", "jsr"):
                return Resolution("package", package=_package_name(rest))
            return Resolution("unknown")
        found = self._aliased(folder, name)
        if found is not None:
            return found
        package = _package_name(name)
        if name.partition("/")[0] in BUILTIN and package not in self.packages:
            return Resolution("builtin", package=name.partition("/")[0])
        if not _NAME.match(package):
            return Resolution("unknown")
        linked = self._linked(folder, name)
        if linked:
            return Resolution("file", linked, alias="baseUrl")
        own = self.packages.get(package)
        inside = self._entry(own, name[len(package) + 1 :]) if own is not None else ""
        return Resolution("package", inside, package)

    def _linked(self, folder: str, name: str) -> str:
        """The file of the package's own that `src/pages/x` means where nothing listed is called
        `src`: a link in `node_modules`, or a `NODE_PATH`, leads there."""
        if "/" not in name:
            return ""
        home = home_among(folder, self._folders)
        if not self.target.has_dir(posixpath.join(home, name.partition("/")[0])):
            return ""
        found = self.file(posixpath.join(home, name))
        return found if found and _package_name(name) not in self._listed(folder) else ""

    # -- files -----------------------------------------------------------------------------

    def _relative(self, folder: str, name: str) -> Resolution:
        path = posixpath.normpath(posixpath.join(folder, name))
        path = "" if path == "." else path
        if path.startswith("../") or path == "..":
            return Resolution("unknown")
        found = self.file(path)
        if found:
            return Resolution("file", found)
        if path.lower().endswith(_MEDIA) or self.may_be_made(path):
            return Resolution("unknown", path)
        if any(one.loose for one in self.configs(folder)):
            return Resolution("unknown", path)
        return Resolution("missing", path)

    def _rooted(self, folder: str, name: str) -> Resolution:
        """``/src/main.tsx``: from the folder of the application, or of its public files."""
        current = folder
        while True:
            if current in self._folders or not current:
                for inner in ("", "public", "static"):
                    found = self.file(posixpath.join(current, inner, name[1:]))
                    if found:
                        return Resolution("file", found)
            if not current:
                return Resolution("unknown")
            current = posixpath.dirname(current)

    def file(self, path: str) -> str:
        """The file that a path without suffix means; empty when there is none."""
        files = self.files
        if path in files:
            return path
        stem, suffix = posixpath.splitext(path)
        for other in _WRITTEN.get(suffix, ()):
            if stem + other in files:
                return stem + other
        for suffix in SUFFIXES:
            if path + suffix in files:
                return path + suffix
        if not self.target.has_dir(path):
            return ""
        manifest = posixpath.join(path, "package.json")
        if path and manifest in files:
            inside = self._main(manifest, path)
            if inside:
                return inside
        for suffix in SUFFIXES:
            index = posixpath.join(path, f"index{suffix}")
            if index in files:
                return index
        return ""

    def may_be_made(self, path: str) -> bool:
        """Whether something that is not in a clone may stand there when it is built."""
        known = self._made.get(path)
        if known is None:
            target = self.target
            stem, suffix = posixpath.splitext(path)
            written = tuple(stem + other for other in _WRITTEN.get(suffix, ()))
            known = (
                _MADE.search(path) is not None
                or any(target.ignored_by(one) is not None for one in written)
                or any(path.startswith(f"{one}/") or path == one for one in submodules(target))
                or any(target.ignored_by(path + suffix) is not None for suffix in _MADE_AS)
                or is_built_output(target, path)
                or any(target.on_disk(path + suffix) for suffix in ("", ".ts", ".tsx", ".js"))
            )
            self._made[path] = known
        return known

    # -- aliases ---------------------------------------------------------------------------

    def _aliased(self, folder: str, name: str) -> Resolution | None:
        missed: Resolution | None = None
        made = ""
        for config in self.configs(folder):
            for pattern, places in config.paths:
                inner = _matched(pattern, name)
                if inner is None:
                    continue
                for place in places:
                    found = self.file(place.replace("*", inner, 1))
                    if found:
                        return Resolution("file", found, alias=pattern)
                if places and "*" not in pattern and any(map(self.may_be_made, places)):
                    made = made or pattern  # the very module that a build step writes
                if places and not missed:
                    missed = Resolution("missing", places[0].replace("*", inner, 1), alias=pattern)
            if config.base is not None:
                found = self.file(posixpath.join(config.base, name))
                if found:
                    return Resolution("file", found, alias="baseUrl")
        vague = False
        for alias, inside in self.aliases(folder):
            inner = _after(alias, name)
            if inner is None:
                continue
            if inside is None:
                vague = True
                continue
            path = posixpath.normpath(posixpath.join(inside, inner))
            found = self.file("" if path == "." else path)
            if found:
                return Resolution("file", found, alias=alias)
            missed = missed or Resolution("missing", path, alias=alias)
        below = self._below(folder, name)
        if below is not None and (
            below.path or (missed is None and _package_name(name) not in self._listed(folder))
        ):
            return below
        if name.startswith("#"):
            return self._own_import(folder, name)
        if vague or made:
            return Resolution("unknown", alias=made)
        if missed is None:
            return None
        package = _package_name(name)
        if missed.alias in ("*", "**") or package in self._listed(folder):
            return None  # a pattern for everything, or a package that an alias of types shadows
        if self.may_be_made(missed.path) or any(one.loose for one in self.configs(folder)):
            return Resolution("unknown", missed.path, alias=missed.alias)
        return missed

    def _listed(self, folder: str) -> frozenset[str]:
        names: set[str] = set()
        while True:
            if folder in self._folders:
                for package in npm_packages(self.target):
                    if package.folder == folder:
                        names |= package.manifest.dependency_names
            if not folder:
                return frozenset(names)
            folder = posixpath.dirname(folder)

    def configs(self, folder: str) -> tuple[_Paths, ...]:
        """The tsconfig.json files of a folder and of those above it, the nearest first."""
        known = self._configs.get(folder)
        if known is None:
            mine = self._tsconfigs.get(folder, ())
            parts = (one for path in mine for one in self._parts(folder, path))
            own = [self._read(path, ()) for path in dict.fromkeys((*mine, *parts))]
            above = self.configs(posixpath.dirname(folder)) if folder else ()
            known = self._configs[folder] = (*own, *above)
        return known

    def _parts(self, folder: str, path: str) -> Iterator[str]:
        """The configurations that one without files of its own refers to, of the same package:
        what they say holds for the files beside it."""
        root = self.target.parse(read_jsonc, path).root
        if not isinstance(root, dict) or root.get("files") != [] or root.get("include"):
            return
        references = root.get("references")
        for one in references if isinstance(references, list) else ():
            name = one.get("path") if isinstance(one, dict) else None
            place = _join(folder, name) if isinstance(name, str) else None
            if place is None:
                continue
            found = next((it for it in (place, f"{place}/tsconfig.json") if it in self.files), "")
            inner = posixpath.dirname(found)
            if not found or not f"{inner}/".startswith(f"{folder}/" if folder else ""):
                continue
            # A package below has its own, and a folder's own tsconfig.json holds for that folder.
            named = posixpath.basename(found) == "tsconfig.json"
            if inner == folder or (inner not in self._folders and not named):
                yield found

    def _read(self, path: str, seen: tuple[str, ...]) -> _Paths:
        config: JsonText = self.target.parse(read_jsonc, path)
        folder = posixpath.dirname(path)
        options = config.map("compilerOptions")
        base = options.get("baseUrl")
        base_folder = _join(folder, base) if isinstance(base, str) else None
        loose = bool(options.get("rootDirs")) or bool(config.problems)
        paths: list[tuple[str, tuple[str, ...]]] = []
        table = options.get("paths")
        if isinstance(table, dict):
            for pattern, places in table.items():
                if isinstance(places, list):
                    start = base_folder if base_folder is not None else folder
                    joined = [_join(start, one) for one in places if isinstance(one, str)]
                    paths.append((pattern, tuple(one for one in joined if one is not None)))
            # The one that names most wins, as TypeScript has it.
            paths.sort(key=_breadth)
        extends = config.root.get("extends") if isinstance(config.root, dict) else None
        for one in extends if isinstance(extends, list) else [extends]:
            if not isinstance(one, str) or path in seen or len(seen) > 8:
                continue
            other = self._extended(folder, one)
            if other is None:
                continue
            inner = self._read(other, (*seen, path))
            loose = loose or inner.loose
            if not isinstance(table, dict):
                paths += inner.paths
            if base_folder is None:
                base_folder = inner.base
        return _Paths(path, base_folder, tuple(paths), loose)

    def _extended(self, folder: str, name: str) -> str | None:
        if name.startswith("."):
            path = _join(folder, name)
        else:
            package = _package_name(name)
            own = self.packages.get(package)
            if own is None:
                return None
            path = _join(own.folder, name[len(package) + 1 :] or "tsconfig.json")
        for one in (path, f"{path}.json", f"{path}/tsconfig.json") if path is not None else ():
            if one in self.files:
                return one
        return None

    def aliases(self, folder: str) -> tuple[tuple[str, str | None], ...]:
        """(alias, folder) of the bundlers' configurations here and above, the nearest first."""
        known = self._aliases.get(folder)
        if known is None:
            own: list[tuple[str, str | None]] = []
            for path in self._bundlers.get(folder, ()):
                config: BundlerConfig = self.target.parse(read_bundler_config, path)
                for alias in config.aliases:
                    inside = _join(folder, alias.folder) if alias.folder is not None else None
                    if inside is not None and _STAND_IN.search(inside):
                        inside = None  # what tests get in the place of it
                    own.append((alias.name, inside))
            above = self.aliases(posixpath.dirname(folder)) if folder else ()
            known = self._aliases[folder] = (*own, *above)
        return known

    def _below(self, folder: str, name: str) -> Resolution | None:
        """What an alias of a configuration that a package keeps in a folder of its own makes of a
        name: its value may begin at that folder or at the package's. What it does not lead to is
        unknown."""
        vague: Resolution | None = None
        for alias, places in self.aliases_below(folder):
            inner = _after(alias, name)
            if inner is None:
                continue
            for place in places:
                found = self.file(posixpath.normpath(posixpath.join(place, inner)))
                if found:
                    return Resolution("file", found, alias=alias)
            vague = vague or Resolution("unknown", alias=alias)
        return vague

    def aliases_below(self, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(alias, folders that it may mean) of the configurations below the package of a folder."""
        known = self._aliases_below.get(folder)
        if known is None:
            own: list[tuple[str, tuple[str, ...]]] = []
            for path in self._kept_below.get(folder, ()):
                config: BundlerConfig = self.target.parse(read_bundler_config, path)
                bases = (folder, posixpath.dirname(path))
                for alias in config.aliases:
                    places = [_join(base, alias.folder) for base in bases if alias.folder]
                    own.append((alias.name, tuple(one for one in places if one)))
            inner = folder and folder not in self._folders
            above = self.aliases_below(posixpath.dirname(folder)) if inner else ()
            known = self._aliases_below[folder] = (*own, *above)
        return known

    def _own_import(self, folder: str, name: str) -> Resolution:
        """``#x``: a name that the package's own package.json gives."""
        while True:
            if folder in self._folders:
                table = self.target.parse(read_jsonc, self._folders[folder]).map("imports")
                for pattern, value in table.items():
                    inner = _matched(pattern, name)
                    if inner is None:
                        continue
                    for place in _conditional(value):
                        path = _join(folder, place.replace("*", inner))
                        found = self.file(path) if path is not None else ""
                        if found:
                            return Resolution("file", found, alias=pattern)
                return Resolution("unknown")
            if not folder:
                return Resolution("unknown")
            folder = posixpath.dirname(folder)

    # -- packages of the workspace ---------------------------------------------------------

    def _entry(self, package: NpmPackage, inner: str) -> str:
        """The file of the repository that an import of a workspace package means."""
        manifest = self.target.parse(read_jsonc, package.path)
        root = manifest.root if isinstance(manifest.root, dict) else {}
        exports = root.get("exports")
        wanted = f"./{inner}" if inner else "."
        places: list[str] = []
        if isinstance(exports, str) and not inner:
            places.append(exports)
        elif isinstance(exports, dict):
            direct = not any(f"{key}".startswith(".") for key in exports)
            table = {".": exports} if direct else exports
            for pattern, value in table.items():
                matched = _matched(f"{pattern}", wanted)
                if matched is not None:
                    places += [one.replace("*", matched) for one in _conditional(value)]
        if not inner:
            keys = ("source", "module", "main", "types")
            places += [root[key] for key in keys if isinstance(root.get(key), str)]
        for place in places:
            path = _join(package.folder, place)
            found = self.file(path) if path is not None else ""
            if found:
                return found
        for base in ("", "src"):
            path = posixpath.normpath(posixpath.join(package.folder, base, inner or "index"))
            found = self.file("" if path == "." else path)
            if found:
                return found
        return ""

    def _main(self, manifest: str, folder: str) -> str:
        root = self.target.parse(read_jsonc, manifest).root
        for key in ("source", "module", "main", "types") if isinstance(root, dict) else ():
            value = root.get(key)
            path = _join(folder, value) if isinstance(value, str) else None
            if path and path != folder:
                for one in (path, *(path + suffix for suffix in SUFFIXES)):
                    if one in self.files:
                        return one
        return ""


def _package_name(text: str) -> str:
    parts = text.split("/")
    return "/".join(parts[: 2 if text.startswith("@") else 1])


def _breadth(one: tuple[str, tuple[str, ...]]) -> tuple[bool, int]:
    """An exact name comes first, then what has the most before its star."""
    return "*" in one[0], -len(one[0].partition("*")[0])


def _matched(pattern: str, name: str) -> str | None:
    """What the ``*`` of a pattern stands for; ``None`` when the name does not match."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if pattern == name else None
    if name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail):
        return name[len(head) : len(name) - len(tail)]
    return None


def _after(alias: str, name: str) -> str | None:
    """What follows a bundler's alias in a specifier."""
    alias = alias.removeprefix("^").rstrip("$").removesuffix("(.*)").removesuffix("/*")
    if name == alias or name == alias.rstrip("/"):
        return ""
    if alias.endswith("/"):
        return name[len(alias) :] if name.startswith(alias) else None
    return name[len(alias) + 1 :] if alias and name.startswith(f"{alias}/") else None


def _join(folder: str, path: str) -> str | None:
    """A path written in a configuration as one of the repository; ``None`` when it leaves it."""
    path = path.replace("${configDir}", ".")
    joined = posixpath.normpath(posixpath.join(folder, path.lstrip("/") or "."))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def _conditional(value: Any, depth: int = 0) -> list[str]:
    """The paths of a conditional export, the likeliest first."""
    if isinstance(value, str):
        return [value]
    if depth > 6:
        return []
    found: list[str] = []
    if isinstance(value, list):
        for one in value:
            found += _conditional(one, depth + 1)
    elif isinstance(value, dict):
        known = [key for key in _CONDITIONS if key in value]
        for key in (*known, *(key for key in value if key not in known)):
            found += _conditional(value[key], depth + 1)
    return found
