"""Which Rust files a cargo build reads: every target's root, and the modules from there on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned, source_files
from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.rust_text import code_of
from pytest_reconaudit.readers.scans.modules import (
    BrokenPlace,
    DeclaredModule,
    FileModules,
    module_files,
    modules,
)
from pytest_reconaudit.target import Target, once

__all__ = ["BrokenFile", "CrateSources", "MisplacedModule", "crate_sources"]

_MOD = regex(r"(?m)^[ \t]*(?:pub(?:\([^)]{0,80}\))?\s+)?mod\s+(?:r#)?([A-Za-z_]\w*)\s*;")
_COMMENTED_OUT = regex(
    r"(?m)^[ \t]*//+[ \t]*(?:pub(?:\([^)\n]{0,80}\))?[ \t]+)?mod[ \t]+(?:r#)?([A-Za-z_]\w*)[ \t]*;"
)
"""A module that somebody switched off and means to come back to."""
_FIXTURES = regex(
    r"(?:^|/)(?:ui|compile[-_]?fail|trybuild|fail|pass|expand|snapshots?|templates?)/"
)
_HEAD = regex(r"\s*(?:(?://[^\n]*|/\*.{0,2000}?\*/)\s*)*", re.DOTALL)
_SET_ASIDE = regex(
    r"\b(?:not (?:yet |currently )?(?:used|compiled|included|built|enabled|finished|ready)|unused"
    r"|work in progress|wip|for reference|disabled|only for|only used (?:for|to)"
    r"|(?:not|never) (?:be |to be )?(?:included|compiled|built|part of))\b",
    re.IGNORECASE,
)
"""What an author says at the head of a file that is to be read by nobody for now."""
_OTHER_BUILDS = ("BUILD", "BUILD.bazel", "BUCK", "meson.build")
_NOTHING = FileModules((), (), False, (), False, False)


class BrokenFile(Struct, frozen=True, eq=False):
    """A file that cargo reads and that surely does not parse."""

    path: str
    broken: tuple[BrokenPlace, ...]
    always: bool
    """Every build of a library or program reads it."""
    declared: Place | None
    """Where it is declared as a module; ``None`` for the root of a target."""


class MisplacedModule(Struct, frozen=True, eq=False):
    name: str
    place: Place
    files: tuple[str, ...]
    """Both files that stand for it, or both that are missing."""
    missing: bool
    always: bool
    """Every build of a library or program reads the file that declares it."""


class CrateSources(Struct, frozen=True, eq=False):
    """The sources of one package."""

    package: CargoPackage
    read: int
    """Files that some target of it reads."""
    broken: tuple[BrokenFile, ...]
    misplaced: tuple[MisplacedModule, ...]
    unread: tuple[str, ...]
    """Files among its sources that no target reads, by path."""
    beneath: frozenset[str] = frozenset()
    """Those of them that another one declares: what becomes of that one becomes of them."""


class _Tree(Struct):
    reached: dict[str, tuple[bool, Place | None]]
    """Path → (read by every build, where it is declared)."""
    misplaced: list[MisplacedModule]
    named: set[str]
    """Modules that macros declare: where their files lie is not known for certain."""
    opened: bool


@once
def crate_sources(target: Target) -> tuple[CrateSources, ...]:
    """Every package with Rust files, by path."""
    packages = [one for one in cargo_packages(target) if one.manifest.package]
    if not packages:
        return ()
    trees = [_tree(target, one) for one in packages]
    everywhere = {path for tree in trees for path in tree.reached}
    records = scanned(target, modules)
    found = []
    for package, tree in zip(packages, trees, strict=True):
        if not tree.reached or is_specimen(target, package):
            continue
        broken = [
            BrokenFile(path, records[path].broken, always, declared)
            for path, (always, declared) in sorted(tree.reached.items())
            if path in records and records[path].broken
        ]
        unread = () if tree.opened else tuple(_unread(target, package, tree, everywhere))
        beneath = {below for path in unread for below in _declared(target, path)}
        found.append(
            CrateSources(
                package,
                len(tree.reached),
                tuple(broken),
                tuple(tree.misplaced),
                unread,
                beneath=frozenset(beneath.intersection(unread)),
            )
        )
    return tuple(found)


def _roots(target: Target, package: CargoPackage) -> Iterator[tuple[str, bool]]:
    """(path, whether every build reads it) of each target's root."""
    if package.lib:
        yield package.lib, True
    kinds = (
        (package.bins, "src/bin", True),
        (package.tests, "tests", False),
        (package.benches, "benches", False),
        (package.examples, "examples", False),
    )
    for targets, home, always in kinds:
        for name, path in targets:
            usual = posixpath.join(package.folder, home, name)
            places = (path,) if path else (f"{usual}.rs", f"{usual}/main.rs")
            if home == "src/bin" and not path:
                places = (*places, posixpath.join(package.folder, "src/main.rs"))
            for place in places:
                if target.has(place):
                    yield place, always
                    break
    build = package.manifest.build or "build.rs"
    path = posixpath.normpath(posixpath.join(package.folder, build))
    if build != "false" and target.has(path):
        yield path, True


def _tree(target: Target, package: CargoPackage) -> _Tree:
    tree = _Tree({}, [], set(), False)
    records = scanned(target, modules)
    known = target.remember(_sources)
    script = posixpath.join(package.folder, package.manifest.build or "build.rs")
    written = target.text(script) if target.has(script) else ""
    stack = [(path, True, always, None, False) for path, always in _roots(target, package)]
    seen: set[tuple[str, bool, bool]] = set()
    # (path, its modules lie beside it, every build reads it, where it is declared, by include!)
    pending: list[tuple[str, bool, bool, Place | None, bool]] = list(reversed(stack))
    while pending:
        path, root, always, declared, included = pending.pop()
        if (path, root, always) in seen:
            continue
        seen.add((path, root, always))
        before = tree.reached.get(path)
        if before is None or (always and not before[0]):
            tree.reached[path] = (always, declared)
        record = records.get(path)
        if record is None:
            record = _NOTHING if path in known else _guessed(target, path)
        tree.opened = tree.opened or record.opened
        always = always and not record.gated
        for one in record.included:
            base = package.folder if one.startswith("/") else posixpath.dirname(path)
            other = posixpath.normpath(posixpath.join(base, one.lstrip("/")))
            if target.has(other) and other.endswith(".rs"):
                pending.append((other, True, always, Place(path, 1, 1), True))
        for module in record.modules:
            if not module.certain:
                tree.named.add(module.name)
            place = Place(path, module.line, 1)
            there = []
            homes = module_files(path, module, root)
            if module.gated and module.paths:
                homes = (*homes, *module_files(path, _unpathed(module), root))
            for pair in homes:
                there += [one for one in pair if one and target.has(one)]
            for one in dict.fromkeys(there):
                beside = bool(module.paths) or one.endswith("/mod.rs")
                pending.append((one, beside, always and not module.gated, place, False))
            if module.certain and not module.gated and not record.gated and not included:
                _misplaced(
                    target, tree, module, place, homes, there, record.doubtful, written, always
                )
    return tree


def _unpathed(module: DeclaredModule) -> DeclaredModule:
    return DeclaredModule(module.name, module.line, module.inside, (), True, False)


def _misplaced(
    target: Target,
    tree: _Tree,
    module: DeclaredModule,
    place: Place,
    homes: tuple[tuple[str, str], ...],
    there: list[str],
    doubtful: bool,
    written: str,
    always: bool,
) -> None:
    files = tuple(one for pair in homes for one in pair if one)
    if any(known.place == place for known in tree.misplaced):
        return
    if len(there) > 1 and not module.paths:
        tree.misplaced.append(MisplacedModule(module.name, place, tuple(there), False, always))
    elif not there and not doubtful:
        # What git ignores or lies there untracked is made by something.
        made = any(target.on_disk(one) or target.ignored_by(one) is not None for one in files)
        outside = any(one.startswith("../") for one in files)
        if not made and not outside and f"{module.name}.rs" not in written:
            tree.misplaced.append(MisplacedModule(module.name, place, files, True, always))


def _guessed(target: Target, path: str) -> FileModules:
    """The modules of a file that is not scanned: generated, or in an excluded folder."""
    text = target.text(path)
    declared = tuple(
        DeclaredModule(match[1], text.count("\n", 0, match.start(1)) + 1, (), (), True, False)
        for match in _MOD.finditer(text)
    )
    return FileModules(declared, (), False, (), "mod $" in text, False)


def _sources(target: Target) -> frozenset[str]:
    return frozenset(path for path, language in source_files(target) if language == "rust")


def _unread(
    target: Target, package: CargoPackage, tree: _Tree, everywhere: set[str]
) -> Iterator[str]:
    """Files beside the library or program that no target of any package reads."""
    homes = {
        posixpath.dirname(path)
        for path in (package.lib, *(path for _, path in package.bins))
        if path and posixpath.dirname(path) != package.folder
    }
    homes -= {home for home in homes if posixpath.basename(home) == "bin"}
    if not homes or any(target.has(posixpath.join(package.folder, one)) for one in _OTHER_BUILDS):
        return
    known = target.remember(_sources)
    candidates = []
    for path in rust_files(target, package.folder):
        if path in everywhere or path not in known or _FIXTURES.search(path[len(package.folder) :]):
            continue
        if not any(path.startswith(f"{home}/") for home in homes) or "/bin/" in path:
            continue
        name = posixpath.basename(path)
        if _module_of(path) not in tree.named and _passes_for_code(target.text(path)):
            candidates.append((path, name))
    if not candidates:
        return
    texts = [target.text(path) for path in rust_files(target, package.folder)]
    texts.append(target.text(package.path))
    aside = {name for text in texts if "//" in text for name in _COMMENTED_OUT.findall(text)}
    # A module that is switched off takes those that it declares along.
    off: set[str] = set()
    pending = [path for path, _ in candidates if _module_of(path) in aside]
    while pending:
        path = pending.pop()
        if path not in off:
            off.add(path)
            pending += _declared(target, path)
    data = _data_folders(target, package, {path for path, _ in candidates}, homes, everywhere)
    for path, name in candidates:
        if path in off or any(path.startswith(f"{folder}/") for folder in data):
            continue
        named = "/".join(path.split("/")[-2:]) if name == "mod.rs" else name
        if not any(f'{named}"' in text for text in texts):
            yield path


def _data_folders(
    target: Target,
    package: CargoPackage,
    unread: set[str],
    homes: set[str],
    everywhere: set[str],
) -> set[str]:
    """Folders below the sources that code of the package names, and that hold no module: what
    lies in them is read as text, by a test or the build script."""
    inside = {
        posixpath.dirname(path)[:end]
        for path in unread
        for end in _ends(posixpath.dirname(path))
        if any(path[:end].startswith(f"{home}/") for home in homes)
    }
    modules_in = {
        posixpath.dirname(path)[:end]
        for path in everywhere
        if path.startswith(f"{package.folder}/" if package.folder else "")
        for end in _ends(posixpath.dirname(path))
    }
    inside -= modules_in
    found: set[str] = set()
    for path in rust_files(target, package.folder) if inside else ():
        if path in unread:
            continue
        for text in _FOLDER.findall(target.text(path)):
            plain = _GLOB.split(text)[0]
            whole = plain if plain == text else posixpath.dirname(plain)
            for base in (package.folder, posixpath.dirname(path)):
                folder = posixpath.normpath(posixpath.join(base, whole.strip("/")))
                if folder in inside:
                    found.add(folder)
    return found


def _ends(folder: str) -> Iterator[int]:
    """Where each folder above one, and it itself, ends in its path."""
    at = folder.find("/")
    while at >= 0:
        yield at
        at = folder.find("/", at + 1)
    yield len(folder)


_FOLDER = regex(r"\"((?:\.{0,2}/)?[\w.*?{},\[\]-]{1,80}(?:/[\w.*?{},\[\]-]{1,80}){1,10}/?)\"")
_GLOB = regex(r"[*?{\[]")


def _declared(target: Target, path: str) -> list[str]:
    """The files of the modules that a file declares."""
    record = scanned(target, modules).get(path, _NOTHING)
    beside = path.endswith("/mod.rs")
    return [
        one
        for module in record.modules
        for pair in module_files(path, module, beside)
        for one in pair
        if one and one != path and target.has(one)
    ]


def _module_of(path: str) -> str:
    """The module that a file would be."""
    folder, name = posixpath.split(path)
    return posixpath.basename(folder) if name == "mod.rs" else name[:-3]


def _passes_for_code(text: str) -> bool:
    """Whether somebody may take a file for a part of the program: not one that is all comments, nor
    one that begins by saying that it is not used."""
    head = _HEAD.match(text)
    if head is not None and _SET_ASIDE.search(head[0]):
        return False
    return bool(code_of(text).strip())
