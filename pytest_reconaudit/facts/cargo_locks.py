"""Cargo.lock of programs: whether a fresh clone has it, and whether builds hold to it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.docker.image_files import (
    ImageFiles,
    RunStep,
    absolute,
    image_files,
)
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_packages
from pytest_reconaudit.facts.references import cargo_call, option_values
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Stage
from pytest_reconaudit.target import Target, once, within

__all__ = ["SERVERS", "CargoLock", "cargo_locks"]

_TOOLS = regex(
    r"(?:^|/)(?:xtask|tools?|examples?|benches|bench(?:marks?)?|fuzz|tests?|test[-_]\w+|ci|scripts?"
    r"|templates?|playground|demos?|integration[\w-]*)(?:/|$)|(?:^|/)[\w-]*(?:xtask|fuzz|bench)$",
    re.IGNORECASE,
)
_TRIALS = regex(
    r"(?:^|/)(?:sandbox(?:es)?|hack|load[-_]?tests?|load[-_]?testing|stress[-_]?tests?|experiments?)"
    r"(?:/|$)",
    re.IGNORECASE,
)
"""Folders of programs that somebody starts by hand, to try the real one."""


SERVERS = frozenset(
    {
        "actix-web", "axum", "hyper", "rocket", "warp", "tonic", "poem", "salvo", "tide", "ntex",
        "gotham", "iron", "thruster", "viz", "xitk", "volo-http", "pavex", "dropshot", "rouille",
        "tiny_http", "loco-rs", "jsonrpsee", "actix-server",
    }
)  # fmt: skip
"""Crates that programs serve requests by."""
_GATED_MAIN = regex(
    r"#\[\s*cfg\s*\(\s*feature\s*=\s*\"([\w-]+)\"\s*\)\s*\]\s*(?:#\[[^\]]{0,200}\]\s*){0,4}"
    r"(?:pub\s+)?(?:async\s+)?fn\s+main\b"
)
"""The feature that a program's main function is there with."""
_MAKES_LOCK = regex(r"Cargo\.lock|\bchef\b|generate-lockfile|git\s+clone|cargo\s+(?:new|init)\b")


class CargoLock(Struct, frozen=True, eq=False):
    """A workspace, or a package that belongs to none, that makes programs."""

    root: CargoPackage
    lock: str
    """Where its Cargo.lock is, or should be."""
    there: bool
    rule: Note | None
    """The git-ignore rule that keeps it out."""
    programs: tuple[str, ...]
    demanding: tuple[Note, ...]
    """Commands with ``--locked``."""
    careless: tuple[Note, ...]
    """Builds in images without it, by file; Cargo.lock is beside them."""
    blind: tuple[Note, ...]
    """Builds in images that do not see Cargo.lock, or do not ask it: ``cargo install --path``."""
    in_image: bool
    weight: str
    """``shipped`` (it goes into an image, serves requests, or is built with ``--locked``),
    ``helper`` (none of that, and another root of the repository has its lock file) or ``alone``; a
    step less where the programs are an extra of published libraries, behind a feature; ``trial`` in
    a folder of such, when neither a workflow nor an image builds it."""
    unread: tuple[Place, ...] = ()
    """Lock files of members, which cargo never looks at: the root's is the workspace's."""


@once
def cargo_locks(target: Target) -> tuple[CargoLock, ...]:
    """Every root of a build that makes programs, by path; pure libraries are left out."""
    groups: dict[str, list[CargoPackage]] = {}
    for package in cargo_packages(target):
        top = package.folder if package.workspace is None else package.workspace
        groups.setdefault(top, []).append(package)
    builds = _builds(target)
    found = []
    for folder, crates in sorted(groups.items()):
        root = next((one for one in crates if one.folder == folder), crates[0])
        if _TOOLS.search(folder) or root.manifest.problems or is_specimen(target, root):
            continue
        programs = _programs(folder, crates, image=folder in builds.built)
        if not programs:
            continue
        lock = posixpath.join(folder, "Cargo.lock")
        there = target.has(lock)
        rule = None if there else target.ignored_by(lock)
        found.append(
            CargoLock(
                root=root,
                lock=lock,
                there=there,
                rule=None if rule is None else Note(rule.place, rule.pattern),
                programs=programs,
                demanding=tuple(builds.demanding.get(folder, ())),
                careless=tuple(builds.careless.get(folder, ())),
                blind=tuple(builds.blind.get(folder, ())),
                in_image=folder in builds.built,
                weight=_weight(target, folder, crates, builds),
                unread=tuple(_unread(target, folder, crates)) if there else (),
            )
        )
    if any(one.there for one in found):
        return tuple(
            one
            if one.there or one.weight in ("shipped", "trial")
            else replace(one, weight="helper")
            for one in found
        )
    return tuple(found)


def _unread(target: Target, folder: str, crates: list[CargoPackage]) -> Iterator[Place]:
    """The lock files of members, but where an image is built of the member alone."""
    for one in crates:
        path = posixpath.join(one.folder, "Cargo.lock")
        if one.folder == folder or not target.has(path):
            continue
        alone = any(
            within(file.path, one.folder) or path in target.text(file.path)
            for file in dockerfiles(target)
        )
        if not alone:
            yield Place(path, 1, 1)


def _weight(target: Target, folder: str, crates: list[CargoPackage], builds: _Builds) -> str:
    if _TRIALS.search(folder) and not {folder} & (builds.built | builds.automatic):
        return "trial"
    shipped = (
        folder in builds.built
        or folder in builds.demanding
        or any(one.bins and _serves(one) for one in crates)
    )
    programs = [
        one
        for one in crates
        if one.bins and not _TOOLS.search(one.folder[len(folder) :].lstrip("/"))
    ]
    if programs and all(_is_extra(target, one) for one in programs):
        return "alone" if shipped else "helper"
    return "shipped" if shipped else "alone"


def _is_extra(target: Target, package: CargoPackage) -> bool:
    """Whether a published library has its programs behind features that are off by default."""
    manifest = package.manifest
    if not (package.lib and manifest.publish):
        return False
    features = dict(manifest.features)
    default: set[str] = set()
    waiting = ["default"]
    while waiting:
        one = waiting.pop()
        if one not in default:
            default.add(one)
            waiting += features.get(one, ())
    required = {one.name: one.required for one in manifest.of_kind("bin")}
    for name, path in package.bins:
        wanted = [*required.get(name, ()), *_GATED_MAIN.findall(target.text(path) if path else "")]
        if default.issuperset(wanted):
            return False
    return True


def _serves(package: CargoPackage) -> bool:
    return any(
        one.package in SERVERS and one.section == "dependencies" and not one.optional
        for one in package.manifest.dependencies
    )


def _programs(folder: str, crates: list[CargoPackage], *, image: bool) -> tuple[str, ...]:
    """The programs of a root, when it is there to make programs.

    A workspace of libraries with a helper program or two is a library; one whose program is put
    into an image, is packed for users or serves requests is not.
    """
    proper = [one for one in crates if not _TOOLS.search(one.folder[len(folder) :].lstrip("/"))]
    programs = [one for one in proper if one.bins and one.manifest.package]
    libraries = [one for one in proper if one.lib and not one.bins]
    names = tuple(name for one in programs for name, _ in one.bins)
    if image or any(_is_application(one) for one in programs):
        return names
    root = next((one for one in crates if one.folder == folder), None)
    if root is not None and root.manifest.package:
        # The package in the root says what the repository is.
        return names if root.bins and not root.lib else ()
    return names if len(programs) > len(libraries) else ()


def _is_application(package: CargoPackage) -> bool:
    """Whether a package with a program is there for the program's sake."""
    manifest = package.manifest
    if manifest.default_run or manifest.shipped:
        return True
    return _serves(package) or (not manifest.publish and not package.lib)


class _Builds(Struct, frozen=True):
    """By root of a build: the commands that build it, and how they treat Cargo.lock."""

    demanding: dict[str, list[Note]]
    careless: dict[str, list[Note]]
    blind: dict[str, list[Note]]
    built: set[str]
    automatic: set[str]
    """Those that a workflow builds, tests or checks."""


def _image_builds(target: Target, builds: _Builds) -> None:
    for dockerfile in dockerfiles(target):
        if is_development_name(dockerfile.path) or images(target).is_dev_container(dockerfile):
            continue
        files = image_files(target, dockerfile)
        tried = _TOOLS.search(posixpath.dirname(dockerfile.path))
        for stage in dockerfile.stages:
            warming: dict[str, list[Note]] = {}
            for step in files.steps(stage):
                call = cargo_call(step.words)
                installed = _installed(step.words)
                if installed is None and (call is None or call.verb not in ("build", "b", "rustc")):
                    continue
                manifest = call.manifest if call is not None and call.manifest else "Cargo.toml"
                if installed is not None:
                    manifest = posixpath.join(installed, "Cargo.toml")
                path = files.origin(stage, step.at(manifest), step.instruction)
                root = _root(target, posixpath.dirname(path)) if path is not None else None
                if path is None or root is None:
                    continue
                builds.built.add(root)
                note = Note(step.place, step.text)
                if {"--locked", "--frozen"} & set(step.words):
                    builds.demanding.setdefault(root, []).append(note)
                    warming.pop(root, None)
                elif "--offline" in step.words or tried or any(map(_OPTIONS.match, step.words)):
                    warming.pop(root, None)
                elif installed is not None or _lockless(
                    files, step, stage, posixpath.dirname(step.at(manifest)), path, root
                ):
                    warming.setdefault(root, []).append(note)
                else:
                    builds.careless.setdefault(root, []).append(note)
                    warming.pop(root, None)
            # What comes before a build by the lock file only fills the cache of layers.
            for root, notes in warming.items():
                builds.blind.setdefault(root, []).extend(notes)


_OPTIONS = regex(r"\$\{?\w*(?:ARGS|FLAGS|OPTS|OPTIONS|EXTRA)\w*\}?$", re.IGNORECASE)
"""A word that stands for options which whoever builds hands in: ``--locked`` may be among them."""


def _installed(words: tuple[str, ...]) -> str | None:
    """The folder of ``cargo install --path FOLDER``."""
    if words[:1] != ("cargo",) or "install" not in words:
        return None
    return next(iter(option_values(words, "--path", "--path")), None)


def _lockless(
    files: ImageFiles, step: RunStep, stage: Stage, place: str, manifest: str, root: str
) -> bool:
    """Whether the Cargo.lock that is committed is surely not where a build looks for it.

    :param place: the folder of the image that the package lies in
    """
    if files.foreign_sources(stage):
        return False
    for one in files.dockerfile.chain(stage):
        for command in (command for run in one.of("RUN") for command in run.commands):
            if _MAKES_LOCK.search(command.text):
                return False
    up = posixpath.relpath(root or ".", posixpath.dirname(manifest) or ".")
    return (
        files.origin(stage, absolute(place, posixpath.join(up, "Cargo.lock")), step.instruction)
        is None
    )


def _builds(target: Target) -> _Builds:
    """Commands with ``--locked``; image builds without; roots built in images."""
    builds = _Builds({}, {}, {}, set(), set())
    _image_builds(target, builds)
    demanding = builds.demanding
    for invocation in invocations_of(target, ("cargo",)):
        locked = "--locked" in invocation.words or "--frozen" in invocation.words
        if not locked and invocation.source not in ("workflow", "action"):
            continue
        call = cargo_call(invocation.words)
        if call is None or invocation.folder is None or invocation.assumed:
            continue
        if invocation.step is not None and invocation.step.remote:
            continue
        folder: str | None = invocation.folder
        if call.manifest:
            located = invocation.resolve(call.manifest)
            folder = None if located is None else posixpath.dirname(located)
        root = None if folder is None else _root(target, folder)
        if root is not None and invocation.source in ("workflow", "action"):
            builds.automatic.add(root)
        if root is not None and locked:
            text = " ".join(invocation.command.text.split())
            demanding.setdefault(root, []).append(Note(invocation.command.place, text))
    return builds


def _root(target: Target, folder: str) -> str | None:
    package = cargo_at(target, folder)
    if package is None:
        return None
    return package.folder if package.workspace is None else package.workspace
