"""The finished build of a web application: what a browser loads first, and what is in it.

``--recon-web-build DIR`` names the folder; without it the folders ``dist``, ``build``, ``out`` and
``.next`` beside each package.json are looked at, committed or ignored. Read are Vite's manifest,
the scripts of ``index.html``, Next.js' build manifests, source maps, and the raw data of
``rollup-plugin-visualizer``. Nothing is built and nothing of the target is run.

For checks on splits: :func:`web_builds` → :class:`WebBuild` → its ``entries``; of an entry
``eager`` names the dynamic imports that split nothing, and :func:`entry_modules` the modules of the
repository that are loaded at once.
"""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.bundler_config import without_comments
from pytest_reconaudit.readers.web_build import (
    ViteChunk,
    read_map_sources,
    read_next_manifest,
    read_next_shared,
    read_page_assets,
    read_static_imports,
    read_visualizer,
    read_vite_manifest,
)
from pytest_reconaudit.target import Target, once

if TYPE_CHECKING:
    from pytest_reconaudit.probes.build_output import BuildFolder

__all__ = [
    "BuildEntry",
    "BuildModule",
    "Chunk",
    "WebBuild",
    "configure_build",
    "entry_modules",
    "hidden_builds",
    "names_build",
    "web_builds",
]

_FOLDERS = (".next", "dist", "build", "out", "dist/client", "build/client", "public/build")
_MANIFESTS = (".vite/manifest.json", "manifest.json")
_NEXT = ("build-manifest.json", "app-build-manifest.json")
_VISUALIZED = ("stats.json", "stats.html", "bundle-stats.json", "bundle-stats.html",
               "visualizer.json", "raw-data.json")  # fmt: skip
_MOST = 40
"""Chunks beside the entries that are measured, the largest ones."""
_MOST_ENTRIES = 1_000
_DEEP = 40
"""Folders of a path that may lie above the output on another machine."""
_LEGACY = regex(r"-legacy(?:[-.][\w-]+)?(?:\.\w+)?$|^vite/legacy-polyfills")
_LIBRARY = regex(r"\blib\s*:\s*[{[]")
_LIBRARY_FILE = regex(r"\.(?:umd|es|cjs|iife|esm)\.\w+$|\.cjs$")
_SERVER = regex(r"(?:^|/)(?:server|ssr)(?:/|$)")

_given: WeakKeyDictionary[Target, Path] = WeakKeyDictionary()


class Chunk(Struct, frozen=True):
    """One file of the output."""

    file: str
    """Relative to the folder of the build: ``assets/index-nm9tbW-A.js``."""
    size: int
    gzip: int
    """Bytes after gzip -9."""
    key: str = ""
    """Its key in the manifest; empty without one."""


class BuildEntry(Struct, frozen=True, eq=False):
    """What a browser is given first: a page, or a route of Next.js."""

    name: str
    """``index.html``, ``src/main.tsx``, ``/dashboard``."""
    scripts: tuple[Chunk, ...]
    """Itself first, then everything that it imports statically."""
    styles: tuple[Chunk, ...]
    keys: frozenset[str] = frozenset()
    """Keys of the manifest that are loaded at once."""
    dynamic: tuple[str, ...] = ()
    """Keys of the manifest that are loaded on demand from there."""

    @property
    def eager(self) -> tuple[str, ...]:
        """Dynamic imports of what is loaded at once all the same: they split nothing. The key of
        the entry itself stands for a module that was put into the entry's own chunk."""
        return tuple(key for key in self.dynamic if key in self.keys)


class BuildModule(Struct, frozen=True):
    """A module inside of a chunk."""

    path: str
    """In the repository."""
    size: int
    """Bytes in the chunk before minification; 0 when only a source map names it."""
    chunk: str


class WebBuild(Struct, frozen=True, eq=False):
    """A folder of build output that could be read."""

    folder: str
    """Relative to the repository; as the user gave it when it lies elsewhere."""
    tool: str
    """``vite``, ``next`` or ``page`` (known by its page alone)."""
    package: NpmPackage | None
    """The package that it was built from, where that can be told."""
    place: Place
    """What to name in a finding: the page or configuration in the repository that the build is
    made from."""
    entries: tuple[BuildEntry, ...]
    others: tuple[Chunk, ...]
    """Scripts of the output that no entry loads at once, over 250 kB before compression."""
    output: BuildFolder
    built: tuple[str, ...] = ()
    """The keys of the manifest, sorted."""


def configure_build(target: Target, folder: Path) -> None:
    """Set which build is looked at; before the first :func:`web_builds`.

    :raises LookupError: nothing in the folder tells what a browser loads; the message says what is
        missing.
    """
    if not folder.is_dir():
        raise LookupError("no such directory")
    _given[target] = folder
    if not web_builds(target):
        raise LookupError(
            "holds neither a manifest of Vite (.vite/manifest.json), nor build-manifest.json of"
            " Next.js, nor an index.html with scripts"
        )


def hidden_builds(target: Target) -> list[str]:
    """The builds of Next.js in the target, each with what changes when it is built anew: they lie
    in ``.next``, which the target does not list."""
    found = []
    for path in target.everything:
        if posixpath.basename(path) != "package.json" or "node_modules/" in path:
            continue
        for name in _NEXT:
            file = target.root / posixpath.dirname(path) / ".next" / name
            with suppress(OSError):
                info = file.stat()
                found.append(f"{path} {name} {info.st_size} {info.st_mtime_ns}")
    return found


def names_build(target: Target) -> bool:
    """Whether the user named a build."""
    return target in _given


@once
def web_builds(target: Target) -> tuple[WebBuild, ...]:
    """Every build that can be read: the one that the user named, else those in the target."""
    from pytest_reconaudit.probes.build_output import BuildFolder

    given = _given.get(target)
    if given is not None:
        build = _read(target, BuildFolder(given), _shown(target, given), None)
        return (build,) if build is not None else ()
    found = []
    for package in npm_packages(target):
        for name in _FOLDERS:
            folder = posixpath.join(package.folder, name)
            root = target.root / folder
            if not root.is_dir() or not root.resolve().is_relative_to(target.root):
                continue
            build = _read(target, BuildFolder(root), folder, package)
            if build is not None:
                found.append(build)
                break
    return tuple(found)


def entry_modules(target: Target, build: WebBuild, entry: BuildEntry) -> tuple[BuildModule, ...]:
    """The modules of the repository that an entry loads at once, by path.

    Taken from the visualizer's data, else from the source maps of the chunks; none where there is
    neither.
    """
    files = {one.file for one in entry.scripts}
    seen: dict[str, BuildModule] = {}
    visualized = _visualized(target, build)
    for chunk in sorted(files):
        if visualized is not None:
            modules = dict(visualized.get(chunk, {}))
        else:
            modules = dict.fromkeys(read_map_sources(build.output.text(f"{chunk}.map")), 0)
        for name, size in modules.items():
            path = _module_path(target, build, chunk, name)
            if path and path not in seen:
                seen[path] = BuildModule(path, size, chunk)
    return tuple(seen[path] for path in sorted(seen))


# -- reading -------------------------------------------------------------------------------


def _shown(target: Target, folder: Path) -> str:
    resolved = folder.resolve()
    if resolved.is_relative_to(target.root) and resolved != target.root:
        return resolved.relative_to(target.root).as_posix()
    return folder.name or str(folder)


def _read(
    target: Target, output: BuildFolder, shown: str, package: NpmPackage | None
) -> WebBuild | None:
    return (
        _read_vite(target, output, shown, package)
        or _read_next(target, output, shown, package)
        or _read_pages(target, output, shown, package)
    )


def _read_vite(
    target: Target, output: BuildFolder, shown: str, package: NpmPackage | None
) -> WebBuild | None:
    for name in _MANIFESTS:
        chunks = read_vite_manifest(output.text(name)) if name in output.files else None
        if chunks:
            break
    else:
        return None
    package = package or _package(target, shown, [one.src for one in chunks if one.src])
    if package is not None and _is_library(target, package, chunks):
        return None
    by_key = {one.key: one for one in chunks}
    entries: list[BuildEntry] = []
    for one in chunks:
        if len(entries) >= _MOST_ENTRIES:
            break
        if one.is_entry and not _LEGACY.search(one.key) and not _LEGACY.search(one.file):
            entry = _vite_entry(output, one, by_key)
            if entry.scripts:
                entries.append(entry)
    if not entries or all(_SERVER.search(one.file) for one in chunks if one.is_entry):
        return None
    return _build(target, output, shown, "vite", package, entries, sorted(by_key))


def _vite_entry(output: BuildFolder, entry: ViteChunk, chunks: dict[str, ViteChunk]) -> BuildEntry:
    loaded: dict[str, ViteChunk] = {}
    pending = [entry.key]
    while pending:
        key = pending.pop()
        chunk = chunks.get(key)
        if chunk is not None and key not in loaded:
            loaded[key] = chunk
            pending += reversed(chunk.imports)
    styles = dict.fromkeys(file for one in loaded.values() for file in one.css)
    scripts = {one.file: one.key for one in loaded.values()}
    for file in [one for one in scripts if one.endswith(".css")]:  # an entry of styles alone
        styles[file] = None
    dynamic = dict.fromkeys(key for one in loaded.values() for key in one.dynamic_imports)
    return BuildEntry(
        name=entry.src or entry.key,
        scripts=_chunks(output, scripts, _SCRIPTS),
        styles=_chunks(output, dict.fromkeys(styles, ""), (".css",)),
        keys=frozenset(loaded),
        dynamic=tuple(dynamic),
    )


_SCRIPTS = (".js", ".mjs")


def _chunks(
    output: BuildFolder, files: dict[str, str], kinds: tuple[str, ...]
) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(file, output.files[file], output.gzipped(file), key)
        for file, key in files.items()
        if file in output.files and file.endswith(kinds)
    )


def _read_next(
    target: Target, output: BuildFolder, shown: str, package: NpmPackage | None
) -> WebBuild | None:
    pages, app = (
        read_next_manifest(output.text(name)) if name in output.files else None for name in _NEXT
    )
    entries = []
    shell = (pages or {}).get("/_app", ())
    for page, files in sorted((pages or {}).items()):
        if page not in ("/_app", "/_error", "/_document", "/404", "/500"):
            entries.append(_next_entry(output, page, (*files, *shell)))
    for page, files in sorted((app or {}).items()):
        if page.endswith("/page"):
            entries.append(_next_entry(output, page[:-5] or "/", files))
    if app is None and pages is not None:
        entries += _app_routes(output)
    entries = [one for one in entries if one.scripts]
    if not entries:
        return None
    package = package or _package(target, shown, [])
    return _build(target, output, shown, "next", package, entries, ())


def _app_routes(output: BuildFolder) -> list[BuildEntry]:
    """Routes of the App Router since Next.js 16, which lists them in no manifest: by the pages that
    it rendered, else what all of them load."""
    found = []
    for path in output.files:
        inner = path.removeprefix("server/app/")
        if inner == path or not inner.endswith(".html") or inner.startswith("_"):
            continue
        name = f"/{inner[:-5]}".removesuffix("/index")
        found.append(replace(_page_entry(output, path), name=name or "/"))
    if not found and any(path.startswith("server/app/") for path in output.files):
        shared = read_next_shared(output.text(_NEXT[0]))
        found.append(_next_entry(output, "every route", shared))
    return found


def _next_entry(output: BuildFolder, page: str, files: tuple[str, ...]) -> BuildEntry:
    once_each = dict.fromkeys(files, "")
    return BuildEntry(
        name=page,
        scripts=_chunks(output, once_each, _SCRIPTS),
        styles=_chunks(output, once_each, (".css",)),
    )


def _read_pages(
    target: Target, output: BuildFolder, shown: str, package: NpmPackage | None
) -> WebBuild | None:
    entries = []
    known: set[frozenset[str]] = set()
    for path in sorted(output.files, key=lambda one: (one.count("/"), one)):
        if posixpath.basename(path) != "index.html" or path.count("/") > 1:
            continue
        entry = _page_entry(output, path)
        if not entry.scripts:
            continue
        # An application that is served below a path may lie there once more.
        loaded = frozenset(posixpath.basename(one.file) for one in (*entry.scripts, *entry.styles))
        if loaded not in known:
            known.add(loaded)
            entries.append(entry)
    if not entries:
        return None
    package = package or _package(target, shown, [])
    return _build(target, output, shown, "page", package, entries, ())


def _page_entry(output: BuildFolder, page: str) -> BuildEntry:
    assets = read_page_assets(output.text(page))
    folder = posixpath.dirname(page)
    scripts: dict[str, str] = {}
    pending = deque(_served(output, folder, one) for one in (*assets.scripts, *assets.preloads))
    while pending:
        file = pending.popleft()
        if not file or file in scripts:
            continue
        scripts[file] = ""
        if assets.modules:
            inner = posixpath.dirname(file)
            pending += [
                _served(output, inner, one) for one in read_static_imports(output.text(file))
            ]
    styles = dict.fromkeys(
        filter(None, (_served(output, folder, one) for one in assets.styles)), ""
    )
    return BuildEntry(
        name=page,
        scripts=_chunks(output, scripts, _SCRIPTS),
        styles=_chunks(output, styles, (".css",)),
    )


def _served(output: BuildFolder, folder: str, url: str) -> str:
    """The file that a URL of a page means, whatever path the application is served below."""
    path = url.partition("?")[0].partition("#")[0]
    if "://" in path or path.startswith("//"):
        return ""
    if not path.startswith("/"):
        path = posixpath.normpath(posixpath.join(folder, path))
        if path in output.files:
            return path
    parts = path.strip("/").split("/")
    for start in range(min(len(parts), _DEEP)):
        file = "/".join(parts[start:])
        if file in output.files:
            return file
    return ""


def _build(
    target: Target,
    output: BuildFolder,
    shown: str,
    tool: str,
    package: NpmPackage | None,
    entries: list[BuildEntry],
    keys: list[str] | tuple[str, ...],
) -> WebBuild:
    first = {posixpath.basename(one.file) for entry in entries for one in entry.scripts}
    large = [
        (size, file)
        for file, size in output.files.items()
        if size > 250_000
        and file.endswith(_SCRIPTS)
        and posixpath.basename(file) not in first
        and not _SERVER.search(file)
        and not _LEGACY.search(file)
    ]
    others = dict.fromkeys(sorted(file for _, file in sorted(large)[-_MOST:]), "")
    return WebBuild(
        folder=shown,
        tool=tool,
        package=package,
        place=_place(target, package, tool, entries),
        entries=tuple(entries),
        others=_chunks(output, others, _SCRIPTS),
        output=output,
        built=tuple(keys),
    )


def _place(
    target: Target, package: NpmPackage | None, tool: str, entries: list[BuildEntry]
) -> Place:
    """The file of the repository that says what is built."""
    folder = package.folder if package is not None else ""
    names = [one.name for one in entries] if tool != "next" else []
    for name in (*names, "index.html", *_config_names(tool), "package.json"):
        path = posixpath.normpath(posixpath.join(folder, name))
        if target.has(path):
            return Place(path, 1)
    return Place(package.path if package is not None else target.everything[0], 1)


def _config_names(tool: str) -> Iterator[str]:
    stem = "next.config" if tool == "next" else "vite.config"
    for suffix in ("ts", "js", "mjs", "mts", "cjs"):
        yield f"{stem}.{suffix}"


def _package(target: Target, shown: str, sources: list[str]) -> NpmPackage | None:
    """The package that a build was made from: the one around it, else the one that has the
    sources, else the only one that could be."""
    packages = npm_packages(target)
    around = (
        [one for one in packages if not one.folder or shown.startswith(f"{one.folder}/")]
        if target.has_dir(posixpath.dirname(shown)) or target.on_disk(shown)
        else []
    )
    if around:
        return max(around, key=lambda one: len(one.folder))
    if sources:
        scored = [
            (sum(target.has(posixpath.join(one.folder, source)) for source in sources), one)
            for one in packages
        ]
        best = max(scored, key=lambda pair: pair[0], default=None)
        if best is not None and best[0]:
            return best[1]
    pages = [
        one
        for one in packages
        if {"vite", "next", "react-scripts", "webpack", "@angular/core", "parcel"}
        & one.manifest.dependency_names
    ]
    return pages[0] if len(pages) == 1 else None


def _is_library(target: Target, package: NpmPackage, chunks: tuple[ViteChunk, ...]) -> bool:
    entries = [one for one in chunks if one.is_entry]
    if any(one.key.endswith(".html") for one in entries):
        return False
    if entries and all(_LIBRARY_FILE.search(one.file) for one in entries):
        return True
    for name in _config_names("vite"):
        path = posixpath.join(package.folder, name)
        if target.has(path):
            return _LIBRARY.search(without_comments(target.text(path))) is not None
    return False


# -- modules -------------------------------------------------------------------------------


def _visualized(target: Target, build: WebBuild) -> dict[str, dict[str, int]] | None:
    for name in _VISUALIZED:
        inside = build.output.text(name) if name in build.output.files else ""
        for text in (inside, build.output.beside(name)):
            found = read_visualizer(text)
            # Data of an earlier build names other files.
            if found is not None and any(
                chunk.file in found for entry in build.entries for chunk in entry.scripts
            ):
                return found
    return None


def _module_path(target: Target, build: WebBuild, chunk: str, name: str) -> str:
    """A module of a chunk as a file of the repository; empty for libraries and helpers."""
    name = name.partition("?")[0].replace("\0", "")
    if "node_modules/" in name or not name or "vite/" in name[:6]:
        return ""
    folder = build.package.folder if build.package is not None else ""
    for prefix in ("webpack://_N_E/", "webpack:///", "webpack://"):
        if name.startswith(prefix):
            name = name[len(prefix) :]
            break
    inner = name.lstrip("/")
    while inner.startswith("../"):
        inner = inner[3:]
    inner = inner.removeprefix("./")
    for base in dict.fromkeys((folder, "")):
        path = posixpath.join(base, inner)
        if target.has(path):
            return path
    # An absolute path of the machine that it was built on, or one from above the package.
    parts = inner.split("/")
    for start in range(1, min(len(parts), _DEEP)):
        path = posixpath.join(folder, *parts[start:])
        if target.has(path):
            return path
    return ""
