"""Why a Dockerfile cannot build, or its image not start, from what it provides itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.cargo_inputs import (
    lost_artefacts,
    missing_libraries,
    unmade_targets,
)
from pytest_reconaudit.facts.docker.nginx_levels import wrong_levels
from pytest_reconaudit.facts.docker.npm_inputs import missing_tools
from pytest_reconaudit.facts.docker.npm_lifecycle import early_scripts, late_patches
from pytest_reconaudit.facts.docker.npm_scripts import missing_scripts
from pytest_reconaudit.facts.docker.start_files import missing_starts
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.target import Target

__all__ = ["BuildInputs", "InputFault"]


class InputFault(Struct, frozen=True):
    """One lack. ``clause`` is the catalogue's letter."""

    clause: str
    place: Place
    says: str
    evidence: str
    related: tuple[Note, ...]
    key: str


class BuildInputs:
    """The question, asked of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def faults(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        """Everything that is lacking, by clause."""
        yield from self._tools(dockerfile)
        yield from self._targets(dockerfile)
        yield from self._artefacts(dockerfile)
        yield from self._libraries(dockerfile)
        yield from self._scripts(dockerfile)
        yield from self._lifecycle(dockerfile)
        yield from self._starts(dockerfile)
        yield from self._levels(dockerfile)

    def _tools(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in missing_tools(self._target, dockerfile):
            says = (
                f"`{one.install.text}` leaves the devDependencies out ({one.because}), but"
                f" `{one.build.text}` (line {one.build.place.line}) needs {one.tool} of the"
                f" devDependency {one.package}"
            )
            related = [
                Note(one.build.place, f"runs {one.tool}"),
                Note(one.manifest, f"{one.package} is a devDependency"),
            ]
            if one.because_place != one.install.place:
                related.append(Note(one.because_place, one.because))
            yield InputFault(
                "a", one.install.place, says, one.install.text, tuple(related), one.package
            )

    def _targets(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in unmade_targets(self._target, dockerfile):
            listed = ", ".join(path for _, path, _ in one.missing[:5])
            says = (
                f"`{one.build.text}` runs without {listed}, which {one.manifest} declares as"
                f" {' and '.join(dict.fromkeys(kind for kind, _, _ in one.missing))}"
            )
            declared = tuple(Note(at, f"declares {path}") for _, path, at in one.missing)
            yield InputFault(
                "b", one.build.place, says, one.build.text, (*declared, *one.made[:5]), listed
            )

    def _artefacts(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in lost_artefacts(self._target, dockerfile):
            if one.kind == "name":
                says = f"{one.written}: no binary is called {one.wanted}"
                says += f" (there are {', '.join(one.known[:6])})"
                says += f"; did you mean {one.nearest}?" if one.nearest else ""
                clause = "c"
            else:
                says = f"{one.written} needs {one.wanted}, but the builds fill"
                says += f" {', '.join(one.known)} only"
                says += f"; {one.by}" if one.by else ""
                clause = "e"
            yield InputFault(clause, one.place, says, one.written, one.related, one.wanted)

    def _libraries(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in missing_libraries(self._target, dockerfile):
            says = (
                f"the program is linked with {one.library} ({one.dependency}), but the final stage"
                f" on {one.base} does not install {one.package}"
            )
            related = (Note(one.manifest, one.dependency), Note(one.build.place, one.build.text))
            yield InputFault(
                "d", one.stage.place, says, one.stage.start.written, related, one.library
            )

    def _scripts(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in missing_scripts(self._target, dockerfile):
            says = f"`{one.text}`: {one.manifest} has no script {one.script}"
            says += f"; nearest: {one.nearest}" if one.nearest else ""
            says += "; the container ends at once" if one.starts else ""
            at = one.scripts_place or Place(one.manifest)
            related = (Note(at, "its scripts"),)
            yield InputFault("f", one.place, says, one.text, related, one.script)

    def _lifecycle(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in early_scripts(self._target, dockerfile):
            if one.hook.startswith("pnpm"):
                says = f"`{one.install.text}` has to apply {one.lack} ({one.hook}, {one.command})"
                says += ", which is not in the image by then"
            else:
                says = f"`{one.install.text}` runs the package's own {one.hook} (`{one.command}`)"
                says += ", which needs "
                says += one.lack if one.tool else f"{one.lack}: it is not in the image by then"
                says += ": this install leaves it out" if one.tool else ""
            related = (Note(one.manifest, one.hook),)
            yield InputFault("g", one.install.place, says, one.install.text, related, one.lack)
        for late in late_patches(self._target, dockerfile):
            says = (
                f"`{late.install.text}` runs patch-package before {late.folder} is in the image:"
                " it finds nothing and says so only in the log; no later step applies the patches"
            )
            related = (Note(late.manifest, "patch-package"),)
            yield InputFault("h", late.install.place, says, late.install.text, related, "patches")

    def _starts(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in missing_starts(self._target, dockerfile):
            says = f"{one.by} starts" if one.by else "the image starts"
            says += f" {one.path}, which no step puts there"
            says += f"; did you mean {one.nearest}?" if one.nearest else ""
            related = (Note(dockerfile.stages[-1].place, "the image"),) if one.by else ()
            yield InputFault("i", one.place, says, one.text, related, one.path)

    def _levels(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in wrong_levels(self._target, dockerfile):
            if one.lacking:
                says = f"{one.path} becomes {one.goal}, the whole configuration, and has no"
                says += f" `{one.directive}` block: nginx ends at start"
            else:
                says = f"{one.path} is a whole configuration (`{one.directive}`) and becomes"
                says += f" {one.goal}, which is read inside `http`: nginx ends at start"
            related = (Note(one.at, "its outermost level"),)
            yield InputFault("j", one.place, says, one.written, related, one.goal)
