"""Dependencies of a cargo package that none of its Rust files names.

A crate is used when the package's code begins a path with its name, imports it, or hands the name
to an attribute or a macro. Where it does not, whatever else may use it is looked for: another
library name, an attribute's string, a doc test, a template, code that a build script generates, a
macro that expands to it, a feature that it switches on.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct, structs

from pytest_reconaudit.facts.packages import CargoPackage, cargo_by_folder, cargo_packages
from pytest_reconaudit.facts.rust.heavy_crates import HEAVY
from pytest_reconaudit.facts.rust.own_crates import library_names
from pytest_reconaudit.facts.rust.package_sources import PackageSources
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.facts.rust.unnamed_crates import UNNAMED, Excuses, asked_words
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.target import Target, once

__all__ = ["CrateUse", "crate_uses", "grouped_crate_uses", "is_for_tests"]

_MANY = 4
"""Packages of one workspace whose findings are told one by one."""
_WORKSPACE = regex(r"(?m)^\s*\[\s*workspace\b")
_ASIDE = regex(r"(?:^|/)(?:examples?|demos?|templates?|playground|sandbox|vendored|tests?)/")
"""Packages to be copied from: what they list is meant for who goes on with them."""
_FLAGS = {"dev-dependencies": " --dev", "build-dependencies": " --build"}
"""How ``cargo remove`` is told the section."""
_TESTING = regex(
    r"^(?:e2e|tests?|testing|integration|acceptance)$|^(?:e2e|tests?|testing|integration-tests?)[-_]"
    r"|[-_](?:tests?|testing|e2e)$"
)
"""Names of folders and packages that are there to test others."""


class CrateUse(Struct, frozen=True, eq=False):
    """A package's dependencies against its code."""

    package: CargoPackage
    judged: int
    files: int
    """Rust files that were searched."""
    unused: tuple[CargoDependency, ...]
    """In the manifest's order."""
    members: tuple[CrateUse, ...] = ()
    """At the root of a workspace with unused dependencies in many packages: these, by path; what
    is not heavy is told of them here, and not of each."""
    place: Place | None = None
    """Where the workspace begins, with ``members``."""
    light: frozenset[str] = frozenset()
    """Names of those whose removal surely saves no build: crates of the repository, and what
    Cargo.lock holds for another package too."""
    doubtful: frozenset[str] = frozenset()
    """Names that macros in use may expand to, since their crates need them too, and those that
    stand in the code as other words."""
    words: frozenset[str] = frozenset()
    """Names that variables, fields or modules of the code have as well."""
    dead: tuple[CargoDependency, ...] = ()
    """All of ``[build-dependencies]`` where the package has no build script that could use it."""

    for_tests: bool = False
    """The package is there to test others."""

    def of(self, kind: str) -> tuple[CargoDependency, ...]:
        """``heavy``, ``usual``, or ``dev`` for those of tests, whatever they weigh."""
        return tuple(one for one in self.unused if self._kind(one) == kind)

    def removal(self, unused: tuple[CargoDependency, ...]) -> str:
        """The commands that take dependencies out of their sections, a line each, from the folder
        of the workspace that the package belongs to."""
        sections: dict[str, dict[str, None]] = {}
        for one in unused:
            platform = f" --target '{one.platform}'" if one.platform else ""
            flags = f"{_FLAGS.get(one.section, '')}{platform}"
            sections.setdefault(flags, {})[one.name] = None
        package = self.package.manifest.package
        own = self.package
        home = own.folder if own.workspace is None else own.workspace
        return (f"cd {home}\n" if home else "") + "\n".join(
            f"cargo remove -p {package}{flags} {' '.join(names)}"
            for flags, names in sections.items()
        )

    def removals(self) -> str:
        """The commands that take out what is not heavy of all ``members``."""
        lines = (
            line
            for one in self.members
            if (found := (*one.of("usual"), *one.of("dev")))
            for line in one.removal(found).splitlines()
        )
        return "\n".join(dict.fromkeys(lines))

    def other_words(self, unused: tuple[CargoDependency, ...]) -> str:
        """What says that a search for a name finds something else; empty when it finds nothing."""
        words = [one.name for one in unused if one.name in self.words]
        if not words:
            return ""
        listed = ", ".join(words[:3]) + (" …" if len(words) > 3 else "")
        return f" ({listed}: only as a variable, field or module of that name)"

    def _kind(self, dependency: CargoDependency) -> str:
        if dependency.section == "dev-dependencies":
            return "dev"
        is_heavy = dependency.name not in self.light and HEAVY.fullmatch(dependency.package)
        return "heavy" if is_heavy else "usual"


def is_for_tests(package: CargoPackage) -> bool:
    """Whether a package is there to test others, as its name or a folder's on its path says."""
    names = (*package.folder.split("/"), package.manifest.package)
    return any(_TESTING.search(name) for name in names)


@once
def crate_uses(target: Target) -> tuple[CrateUse, ...]:
    """Every package that has Rust files and dependencies which can be judged, by path."""
    found = (_package(target, one) for one in cargo_packages(target))
    return tuple(one for one in found if one is not None)


@once
def grouped_crate_uses(target: Target) -> tuple[CrateUse, ...]:
    """As :func:`crate_uses`, with what one would mend at one go in one record.

    Where more than four packages of a workspace have unused dependencies, nobody looks for them:
    the workspace's root stands for those packages, which are left with what is heavy.
    """
    uses = crate_uses(target)
    lax: dict[str, list[CrateUse]] = {}
    for one in uses:
        if one.package.workspace is not None and (one.of("usual") or one.of("dev")):
            lax.setdefault(one.package.workspace, []).append(one)
    many = {root: tuple(members) for root, members in lax.items() if len(members) > _MANY}
    folded = {one.package.path for members in many.values() for one in members}
    found = {
        one.package.path: structs.replace(one, unused=heavy) if one.package.path in folded else one
        for one in uses
        if (heavy := one.of("heavy")) or one.package.path not in folded
    }
    for folder, members in many.items():
        root = cargo_by_folder(target)[folder]
        alone = found.get(root.path) or CrateUse(root, 0, 0, ())
        found[root.path] = structs.replace(alone, members=members, place=_begins(target, root))
    return tuple(found[path] for path in sorted(found))


def _begins(target: Target, root: CargoPackage) -> Place:
    text = target.text(root.path)
    match = _WORKSPACE.search(text)
    return Place(root.path, text.count("\n", 0, match.end()) + 1 if match else 1, 1)


def _package(target: Target, package: CargoPackage) -> CrateUse | None:
    manifest = package.manifest
    if manifest.problems or not manifest.package or UNNAMED.fullmatch(manifest.package):
        return None
    if _ASIDE.search(package.path) or "{" in manifest.package or is_specimen(target, package):
        return None
    own = [
        one
        for one in manifest.dependencies
        if one.section in ("dependencies", "dev-dependencies", "build-dependencies")
        and not (manifest.is_workspace and _is_shared(one, target, package))
    ]
    if not own or not rust_files(target, package.folder) or _is_made(target, package):
        return None
    wanted = {name.encode() for one in own for name in asked_words(target, package, one)}
    sources = PackageSources(target, package, wanted)
    if "HAKARI SECTION" in target.text(package.path) or not any(sources.texts.values()):
        return None
    excuses = Excuses(target, package, sources, own)
    judged = 0
    unused = []
    for one in own:
        if one.optional:
            continue
        judged += 1
        if any(sources.names(ident) for ident in library_names(target, package, one)):
            continue
        if not excuses.hold(one):
            unused.append(one)
    if not judged:
        return None
    unused.sort(key=lambda one: one.place.line or 0)
    kept = [one for one in own if one not in unused and not one.optional]
    words = frozenset(one.name for one in unused if sources.has_word(one.name.replace("-", "_")))
    return CrateUse(
        package,
        judged,
        len(sources.texts),
        tuple(unused),
        light=frozenset(one.name for one in unused if excuses.is_light(one, unused)),
        doubtful=words | frozenset(one.name for one in unused if excuses.is_doubtful(one, kept)),
        words=words,
        for_tests=is_for_tests(package),
        dead=_dead(target, package, own),
    )


def _is_made(target: Target, package: CargoPackage) -> bool:
    """Whether a generator wrote the manifest: the next run brings back what is taken out."""
    made = target.text(posixpath.join(package.folder, ".openapi-generator/FILES"))
    return "Cargo.toml" in made.split()


def _dead(
    target: Target, package: CargoPackage, own: list[CargoDependency]
) -> tuple[CargoDependency, ...]:
    build = package.manifest.build or "build.rs"
    script = posixpath.normpath(posixpath.join(package.folder, build))
    if build != "false" and target.has(script):
        return ()
    return tuple(one for one in own if one.section == "build-dependencies")


def _is_shared(one: CargoDependency, target: Target, package: CargoPackage) -> bool:
    """Whether an entry stands below ``[workspace.dependencies]`` rather than the package's own."""
    above = one.place.line or 1
    for number in range(above, 0, -1):
        line = target.line(package.path, number).strip()
        if line.startswith("["):
            return line.startswith("[workspace")
    return False
