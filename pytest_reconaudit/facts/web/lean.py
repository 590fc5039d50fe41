"""Dependencies of a package.json that nothing needs, or that are heavier than need be."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.build_tools import (
    TOOLS,
    imported_by_application,
    pruned_installs,
    runs_application,
)
from pytest_reconaudit.facts.web.dependency import Dependency
from pytest_reconaudit.facts.web.generated_parts import generated_parts
from pytest_reconaudit.facts.web.heavy_libraries import HeavyUse, heavy_uses
from pytest_reconaudit.facts.web.mentions import Texts
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.facts.web.removal import removal
from pytest_reconaudit.facts.web.unused_dependencies import unused_of, used_by_package
from pytest_reconaudit.model import Confidence, Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["PackageDependencies", "package_dependencies"]


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
    """What another package of the workspace imports without listing it, with the import: the line
    stands in the wrong package."""
    generated: Note | None = None
    """An import of code that a build step writes by a generator that is not here: it may need what
    is unused."""
    types: tuple[Dependency, ...] = ()
    """Declarations of types of what is unused: they go with it."""
    again: tuple[Dependency, ...] = ()
    """The unused in a second section of the same package.json."""
    cure: str = ""
    """How the package manager of the repository takes the unused out."""

    @property
    def doubt(self) -> str:
        """Why the unused may be needed after all; empty when nothing speaks for it."""
        if self.generated is None:
            return ""
        name = self.generated.message
        return f"; what `{name}` will import is not known: a build step writes it"

    @property
    def beside(self) -> list[Note]:
        """What belongs to the unused: their types, second lines, the code that is not here."""
        found = [Note(one.place, f"{one.name} goes with it") for one in self.types]
        found += [Note(one.place, f"{one.name}, listed once more") for one in self.again]
        return found if self.generated is None else [*found, self.generated]


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


@once
def package_dependencies(target: Target) -> tuple[PackageDependencies, ...]:
    """Every package.json with dependencies, by path."""
    used = used_by_package(target)
    texts = Texts(target)
    pruned = dict(pruned_installs(target))
    heavy = dict(heavy_uses(target))
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
        unused, pins, confidence = unused_of(target, package, listed, used, texts)
        parts = generated_parts(target, package) if unused else None
        if parts is not None:
            unused = tuple(
                one
                for one in unused
                if not parts.may_need(one.name)
                and not any(texts.quotes(maker, one.name) for maker in parts.makers)
            )
        hidden = parts.first if parts is not None and not parts.known else None
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
            and one.name in TOOLS
            and not runs_application(package, one.name)
            and not imported_by_application(target, package, one.name)
        )
        found.append(
            PackageDependencies(
                manifest.path,
                unused,
                pins,
                aside,
                confidence if hidden is None else Confidence.POSSIBLE,
                tools,
                install if tools else None,
                heavy.get(package.path, ()),
                lent=lent,
                generated=hidden,
                types=tuple(one for one in listed if one.name in {each.types for each in unused}),
                again=tuple(
                    one
                    for one in listed
                    if any(one.name == each.name and one is not each for each in unused)
                ),
            )
        )
    by_path = {one.path: one for one in npm_packages(target)}
    return tuple(
        replace(one, cure=removal(target, by_path[one.path], (*one.unused, *one.types)))
        if one.unused
        else one
        for one in _together(found)
    )


_MANY = 8


def _together(found: list[PackageDependencies]) -> Iterator[PackageDependencies]:
    """What many packages list in vain is one thing to clear: the first of them tells it."""
    by_name: dict[str, list[Dependency]] = {}
    for one in found:
        for dependency in one.unused if one.generated is None else ():
            by_name.setdefault(dependency.name, []).append(dependency)
    many = {name: all_ for name, all_ in by_name.items() if len(all_) >= _MANY}
    for one in found:
        if one.generated is not None:
            yield one
            continue
        everywhere = tuple(
            tuple(many[dependency.name])
            for dependency in one.unused
            if dependency.name in many and many[dependency.name][0] is dependency
        )
        unused = tuple(dependency for dependency in one.unused if dependency.name not in many)
        names = {dependency.types for dependency in unused}
        types = tuple(dependency for dependency in one.types if dependency.name in names)
        names = {dependency.name for dependency in unused}
        again = tuple(dependency for dependency in one.again if dependency.name in names)
        yield replace(one, unused=unused, everywhere=everywhere, types=types, again=again)


def _lent(
    target: Target, package: NpmPackage, unused: tuple[Dependency, ...]
) -> tuple[tuple[Dependency, Note], ...]:
    """The unused that another package of the workspace imports without listing it: some installer
    lays it where that package finds it."""
    root = package.workspace_root
    if root is None or not unused:
        return ()
    others = {
        one.folder: one.manifest.dependency_names
        for one in npm_packages(target)
        if one.workspace_root == root and one is not package and one.folder
    }
    top = next(
        (one.manifest.dependency_names for one in npm_packages(target) if one.folder == root),
        frozenset[str](),
    )
    wanted = {one.name: one for one in unused if package.folder == root or one.name not in top}
    found: dict[str, Note] = {}
    for path, mine in sorted(links(target).items()) if wanted else ():
        listed: frozenset[str] | None = None
        for link in mine:
            words = link.specifier.text.split("/")
            # What is written counts: a mock for tests may stand where the package would.
            name = link.meant.package or "/".join(words[: 1 + words[0].startswith("@")])
            if name in wanted and name not in found:
                if listed is None:
                    listed = _listed_above(path, others, wanted)
                if name not in listed:
                    note = Note(Place(path, link.specifier.line, link.specifier.column), name)
                    found[name] = note
    return tuple((one, found[name]) for name, one in wanted.items() if name in found)


def _listed_above(
    path: str, folders: Mapping[str, frozenset[str]], wanted: Iterable[str]
) -> frozenset[str]:
    """What the packages list that a file belongs to; all that is wanted where it is of none."""
    found: set[str] = set()
    inside = False
    while path:
        path = posixpath.dirname(path)
        if path in folders:
            inside = True
            found |= folders[path]
    return frozenset(found) if inside else frozenset(wanted)
