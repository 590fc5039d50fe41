"""The routes of a Cargo package's server, followed through the crates that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.network.served import Served, gather
from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routes_rust import read_rust_routes, speaks_of_routes
from pytest_reconaudit.readers.routing import Gap, Mount, RoutingFile, Unit
from pytest_reconaudit.readers.rust_use import used_names
from pytest_reconaudit.target import Target, once

__all__ = ["rust_folders", "rust_routes"]

_FRAMEWORKS = frozenset({"actix-web", "axum", "aide", "utoipa-axum"})
_FUNCTION = regex(r"\bfn\s+([A-Za-z_]\w*)")
_CONSTANT = regex(
    r"\b(?:const|static)\s+([A-Z][A-Z0-9_]*)\s*:[^=;]{1,60}=\s*\"((?:[^\"\\]|\\.){0,300})\"\s*;"
)
_HANDS_ON = regex(r"\bpub\s+use\s+([^;]{1,2000});")
_PARTS = frozenset({"crate", "self", "super", "Self"})
_COMMON = frozenset({"new", "default", "from", "into", "clone", "var", "connect", "from_env"})
"""Functions that make a value: no server starts in them."""
_MAX_CALLS = 400


@once
def rust_folders(target: Target) -> tuple[str, ...]:
    """Folders of the packages with a binary over Actix Web or axum."""
    known = _crates(target)
    # From the frameworks to the binaries: each package is looked at once, however many need it.
    needed_by: dict[str, list[CargoPackage]] = {}
    for package in cargo_packages(target):
        for crate in _needs(package):
            needed_by.setdefault(crate, []).append(package)
    pending = [one for one in cargo_packages(target) if _uses_framework(one)]
    served = {one.path for one in pending}
    for package in pending:
        name = _crate(package.manifest.package)
        if known.get(name) is not package:
            continue
        for other in needed_by.get(name, ()):
            if other.path not in served:
                served.add(other.path)
                pending.append(other)
    return tuple(one.folder for one in cargo_packages(target) if one.bins and one.path in served)


def _crate(name: str) -> str:
    return name.replace("-", "_")


def _needs(package: CargoPackage) -> Iterator[str]:
    """The crates that a package depends on."""
    for one in package.manifest.dependencies:
        if one.section == "dependencies":
            yield _crate(one.package)


def _uses_framework(package: CargoPackage) -> bool:
    return any(
        one.section == "dependencies" and one.package in _FRAMEWORKS
        for one in package.manifest.dependencies
    )


@once
def _crates(target: Target) -> dict[str, CargoPackage]:
    """Crate name as code spells it → package."""
    return {
        _crate(one.manifest.package): one for one in cargo_packages(target) if one.manifest.package
    }


def _closure(package: CargoPackage, known: dict[str, CargoPackage]) -> list[CargoPackage]:
    """The package and the packages of the repository that it depends on, itself first."""
    found = {package.path: package}
    pending = [package]
    for one in pending:
        for crate in _needs(one):
            other = known.get(crate)
            if other is not None and other.path not in found:
                found[other.path] = other
                pending.append(other)
    return pending


class _File(Struct, frozen=True):
    """A source file of the closure."""

    path: str
    crate: str
    module: tuple[str, ...]
    """The crate's name and the modules that the path tells."""


class _Index(Struct, eq=False):
    """The files of one server that speak of routes, and their functions by name."""

    target: Target
    files: dict[str, _File]
    by_function: dict[str, list[str]]
    by_stem: dict[str, list[str]]
    constants: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Name of a crate in the code → its own name."""
    renamed: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    """Name under which a module hands something on → (file, the path that it stands for)."""


def rust_routes(target: Target, folder: str) -> Served | None:
    """What the package's server serves; ``None`` when no server start is found."""
    package = next((one for one in cargo_packages(target) if one.folder == folder), None)
    if package is None:
        return None
    index = _index(target, _closure(package, _crates(target)))
    mains = [path for _, path in package.bins if path and target.has(path)]
    main = [path for path in mains if path.endswith("src/main.rs")]
    for paths in (main, [path for path in mains if path not in main]):
        roots = _reached(index, paths)
        served = _served(index, folder, roots)
        if served is not None:
            return served
    crate = package.manifest.package.replace("-", "_")
    starts = [
        (file, unit)
        for path in index.files
        if path not in mains
        for file in (target.parse(read_rust_routes, path),)
        for unit in file.units
        if unit.starts
    ]
    own = [one for one in starts if index.files[one[0].path].crate == crate]
    served = _served(index, folder, own)
    if served is not None:
        # How ``main`` gets there is not seen, nor whether it starts those of other crates.
        others = [unit.place for file, unit in starts if index.files[file.path].crate != crate]
        served.gaps += (Gap("", at, "a server that may be started, too") for at in others)
    return served


def _served(index: _Index, folder: str, roots: list[tuple[RoutingFile, Unit]]) -> Served | None:
    """What all these functions register at the root."""
    speaking = [(file, unit) for file, unit in roots if unit.items]
    if not speaking:
        return None
    starting = next(((f, u) for f, u in speaking if u.starts), speaking[0])
    framework = next((file.framework for file, unit in speaking if file.framework), "")
    served = Served(folder, framework or "axum", starting[1].place)

    def resolve(mount: Mount, file: RoutingFile) -> Iterable[tuple[RoutingFile, Unit]] | None:
        found = _resolve(index, mount.name, file)
        if not found and mount.kind == "wrapper" and _is_foreign(index, mount.name, file):
            return None  # `NormalizePath::trim_trailing_slash(router)`
        return found

    def constant(name: str, file: RoutingFile) -> str | None:
        return file.constants.get(name, index.constants.get(name))

    for file, unit in speaking:
        gather(served, unit.items, file, resolve, constant, stack=(id(unit),))
    return served if served.endpoints or served.gaps else None


def _index(target: Target, crates: list[CargoPackage]) -> _Index:
    index = _Index(target, {}, {}, {})
    folders = {crate.folder for crate in crates}
    for crate in crates:
        name = crate.manifest.package.replace("-", "_")
        for dependency in crate.manifest.dependencies:
            index.aliases[dependency.name.replace("-", "_")] = dependency.package.replace("-", "_")
        prefix = f"{crate.folder}/" if crate.folder else ""
        bins = {path for _, path in crate.bins}
        for path in target.below(crate.folder):
            if not path.endswith(".rs"):
                continue
            inner = path[len(prefix) :]
            top = inner.partition("/")[0]
            if top in ("tests", "benches", "examples") or is_test_path(f"/{inner}"):
                continue
            if _nearest(path, folders, crate.folder) != crate.folder:
                continue
            text = target.text(path)
            parts = inner.removesuffix(".rs").removeprefix("src/").split("/")
            if parts[-1] in ("mod", "lib", "main"):
                parts = parts[:-1]
            marked = speaks_of_routes(text)
            if "pub use" in text and " as " in text:
                index.files.setdefault(path, _File(path, name, (name, *parts)))
                for use in _HANDS_ON.findall(text):
                    for words, alias in used_names(f"use {use};"):
                        if alias and len(words) > 1:
                            index.renamed.setdefault(alias, []).append((path, words))
            stem = parts[-1] if parts else name
            index.by_stem.setdefault(stem, []).append(path)
            if not marked and path not in bins:
                continue
            index.files[path] = _File(path, name, (name, *parts))
            for found in set(_FUNCTION.findall(text)):
                index.by_function.setdefault(found, []).append(path)
            if "const " in text or "static " in text:
                for constant, value in _CONSTANT.findall(text):
                    index.constants.setdefault(constant, value)
    return index


def _nearest(path: str, folders: set[str], top: str) -> str:
    """The innermost of some folders that a file lies in, at most ``top`` itself."""
    folder = path.rpartition("/")[0]
    while len(folder) > len(top) and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder if len(folder) > len(top) else top


def _is_foreign(index: _Index, name: tuple[str, ...], file: RoutingFile) -> bool:
    """Whether a name comes from a crate that is not in the repository."""
    root = file.names.get(name[0], name)[0]
    own = {one.crate for one in index.files.values()}
    return (
        root not in _PARTS
        and index.aliases.get(root, root) not in own
        and (name[0] in file.names or len(name) > 1)
    )


def _is_dependency(index: _Index, root: str) -> bool:
    """Whether a path starts at a crate of a registry, which no module of ours is named for."""
    crate = index.aliases.get(root)
    return (
        crate is not None
        and root not in index.by_stem
        and all(one.crate != crate for one in index.files.values())
    )


# -- what main reaches ---------------------------------------------------------------------


def _reached(index: _Index, paths: list[str]) -> list[tuple[RoutingFile, Unit]]:
    """The functions with routes that ``main`` gets to, itself first."""
    found: list[tuple[RoutingFile, Unit]] = []
    seen: set[int] = set()
    pending: list[tuple[RoutingFile, Unit]] = []
    for path in paths:
        file = index.target.parse(read_rust_routes, path)
        pending += [(file, unit) for unit in file.units if unit.name == "main" and not unit.module]
    while pending and len(seen) < _MAX_CALLS:
        file, unit = pending.pop(0)
        if id(unit) in seen:
            continue
        seen.add(id(unit))
        if unit.items:
            found.append((file, unit))
        for call in unit.calls:
            pending += _called(index, call, file)
    return found


def _called(
    index: _Index, call: tuple[str, ...], file: RoutingFile
) -> Iterator[tuple[RoutingFile, Unit]]:
    """The functions that a plain call may mean: among files that speak of routes, else by the
    module that the path names."""
    full = file.names.get(call[0], call[:1]) + call[1:]
    last = full[-1]
    quals = [part for part in full[:-1] if part not in _PARTS]
    if last in _COMMON:
        # `App::new(settings)` of the program's own may well put its routers together.
        own = quals[-1:] if quals and quals[-1][:1].isupper() else []
        for other, unit in _resolve(index, call, file) if own else ():
            if unit.module[-1:] == (own[0],):
                yield other, unit
        return
    found = list(_resolve(index, call, file))
    if not found and quals:
        # `startup::run()`: a file that only hands on.
        for path in index.by_stem.get(quals[-1], ())[:3]:
            if path not in index.files and f"fn {last}" in index.target.text(path):
                other = index.target.parse(read_rust_routes, path)
                index.files[path] = _File(path, "", (quals[-1],))
                found += [(other, unit) for unit in other.units if unit.name == last]
    yield from found


# -- names ---------------------------------------------------------------------------------


def _resolve(
    index: _Index, name: tuple[str, ...], file: RoutingFile
) -> list[tuple[RoutingFile, Unit]]:
    """The units that a name of a file means; several when it cannot be told which."""
    full = file.names.get(name[0], name[:1]) + name[1:] if name else ()
    if not full:
        return []
    last = full[-1]
    if len(full) > 1 and _is_dependency(index, full[0]):
        return []  # `auth_server::api::router()`: no `router` below the own `api` is meant
    quals = tuple(index.aliases.get(part, part) for part in full[:-1] if part not in _PARTS)
    imported = name[0] in file.names or len(name) > 1
    best: list[tuple[RoutingFile, Unit]] = []
    best_score = 0
    home = index.files.get(file.path)
    meant = _rooted(home, full) if home is not None and imported else ()
    for path in index.by_function.get(last, ()):
        known = index.files[path]
        other = index.target.parse(read_rust_routes, path)
        for unit in other.units:
            if unit.name != last:
                continue
            score = _score(file, home, known, unit, quals, imported=imported)
            if score and meant == (*known.module, *unit.module):
                score = _EXACT
            if score > best_score:
                best, best_score = [], score
            if score == best_score and score:
                best.append((other, unit))
    return best or _handed_on(index, last, file)


def _handed_on(index: _Index, name: str, file: RoutingFile) -> list[tuple[RoutingFile, Unit]]:
    """What a name means that a module gives a function: ``pub use api::register as routes``."""
    found = index.renamed.get(name, ())
    if len(found) != 1 or found[0][0] == file.path or found[0][1][-1] == name:
        return []
    path, words = found[0]
    return _resolve(index, words, index.target.parse(read_rust_routes, path))


def _rooted(home: _File, full: tuple[str, ...]) -> tuple[str, ...]:
    """The module that a path of this file names when it is taken literally."""
    path = full[:-1]
    if path[:1] == ("crate",):
        return (home.crate, *path[1:])
    module = home.module
    while path and path[0] in ("self", "super"):
        module = module[:-1] if path[0] == "super" else module
        path = path[1:]
    return (*module, *path)


_EXACT = 10
"""Above all scores of names that only end alike."""


def _score(
    file: RoutingFile,
    home: _File | None,
    known: _File,
    unit: Unit,
    quals: tuple[str, ...],
    *,
    imported: bool,
) -> int:
    """How well a unit fits a name; 0 when it does not."""
    where = (*known.module, *unit.module)
    same_crate = home is None or known.crate == home.crate
    if not quals:
        if known.path == file.path:
            return 9
        if imported:
            return 5 if same_crate else 0  # `crate::config`
        wild = {part for path in file.wildcards for part in path} - _PARTS
        return 4 if same_crate and wild & set(where) else 0
    if where[-len(quals) :] == quals:
        return 8 if same_crate or quals[0] == known.crate else 6
    # `handlers::login` of `handlers/auth.rs`: handed on by `pub use`.
    rest = iter(where)
    if all(part in rest for part in quals):
        return 4 if same_crate else 3
    if quals[-1][:1].isupper() and where[-1] == quals[-1]:
        return 2 if same_crate else 1  # a type that other modules hand on
    return 2 if quals[-1] in where and same_crate else 0
