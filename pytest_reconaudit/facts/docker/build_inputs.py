"""Why a Dockerfile cannot build, or its image not start, from what it provides itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.cargo_inputs import (
    lost_artefacts,
    missing_libraries,
    unmade_targets,
)
from pytest_reconaudit.facts.docker.glibc_gaps import GlibcGap, glibc_gaps
from pytest_reconaudit.facts.docker.missing_arguments import missing_arguments
from pytest_reconaudit.facts.docker.nginx_levels import wrong_levels
from pytest_reconaudit.facts.docker.npm_inputs import missing_tools
from pytest_reconaudit.facts.docker.npm_lifecycle import early_scripts, late_patches
from pytest_reconaudit.facts.docker.npm_scripts import missing_scripts
from pytest_reconaudit.facts.docker.start_files import missing_starts
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.target import Target

__all__ = ["BuildInputs", "InputFault"]

_OLD_LIBC = "The container ends at once when its older C library lacks what the program needs."
_NO_VALUE = "The image cannot be built, or holds another thing than the one meant."


class InputFault(Struct, frozen=True):
    """One lack. ``clause`` is the catalogue's letter."""

    clause: str
    place: Place
    says: str
    evidence: str
    related: tuple[Note, ...]
    key: str
    severity: Severity = Severity.HIGH
    lowers: bool = False
    """It weighs less in a file that nothing builds."""
    confidence: Confidence | None = None
    impact: str = ""
    fix: str = ""
    """The cure with the file's own names; empty for the clause's, as is ``impact``."""


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
        yield from self._gaps(dockerfile)
        yield from self._arguments(dockerfile)

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
                clause, severity = "c", Severity.CRITICAL
            else:
                says = f"{one.written} needs {one.wanted}, but the builds fill"
                says += f" {', '.join(one.known)} only"
                says += f"; {one.by}" if one.by else ""
                clause, severity = "e", Severity.HIGH
            yield InputFault(
                clause, one.place, says, one.written, one.related, one.wanted,
                severity, lowers=clause == "c",
            )  # fmt: skip

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
            yield InputFault(
                "h", late.install.place, says, late.install.text, related, "patches",
                Severity.MEDIUM,
            )  # fmt: skip

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

    def _gaps(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in glibc_gaps(self._target, dockerfile):
            builder, runs_on = one.builder.base or "", one.root.base or ""
            says = (
                f"`{one.written}` (line {one.copied.line}) takes a program that is linked with"
                f" glibc {one.newer.version} ({builder}: {one.newer.title}) to glibc"
                f" {one.older.version} ({runs_on}: {one.older.title})"
            )
            message = f'"version `GLIBC_{one.wanted}\' not found"'
            if one.certain or one.proof is not None:
                says += f": it ends at once with {message}"
            else:
                says += (
                    ": it ends at once, mostly with " + message + ", when it or compiled C in it"
                    f" uses what came after {one.older.version}"
                )
            if one.newer.moving or one.older.moving:
                moving = builder if one.newer.moving else runs_on
                says += f" ({moving} is a moving tag; this is its release of today)"
            related = [
                Note(one.copied, "copies the program"),
                Note(one.builder.place, f"it is built on {one.newer.title}"),
                Note(one.built.place, one.built.text),
            ]
            if one.proof is not None:
                related.append(one.proof)
            proven = one.certain or one.proof is not None
            severity = Severity.CRITICAL if proven else Severity.HIGH
            if is_development_name(dockerfile.path):
                severity = severity.lowered()
            sure = one.certain and not one.newer.moving and not one.older.moving
            yield InputFault(
                "k", one.root.place, says, one.root.start.written, tuple(related), one.written,
                severity, lowers=True, confidence=None if sure else Confidence.LIKELY,
                impact=_OLD_LIBC, fix=_same_release(one),
            )  # fmt: skip

    def _arguments(self, dockerfile: Dockerfile) -> Iterator[InputFault]:
        for one in missing_arguments(self._target, dockerfile):
            first = one.without[0]
            more = len(one.without) - 1
            says = (
                f"`{one.text}` cannot do without the build argument {one.name}: it has no default"
                f" (line {one.declared.line}), and {first.by}"
                f"{f' and {more} more builders give' if more else ' gives'} none; then {one.effect}"
            )
            says += f" ({one.giving[0].by} gives one)" if one.giving else ""
            related = [
                Note(one.declared, "has no default"),
                *(Note(b.place, f"builds it without {one.name}") for b in one.without[:6]),
                *(Note(b.place, f"gives {one.name}") for b in one.giving[:2]),
            ]
            severity = Severity.HIGH
            if is_development_name(dockerfile.path):
                severity = severity.lowered()
            fix = (
                f"Give it in every builder (`build-args: {one.name}=…`, `--build-arg"
                f" {one.name}=…`), one image for each value, or a default: `ARG {one.name}=…`."
            )
            yield InputFault(
                "l", one.place, says, one.text, tuple(related), one.name,
                severity, lowers=True, impact=_NO_VALUE, fix=fix,
            )  # fmt: skip


def _same_release(gap: GlibcGap) -> str:
    """The pairs of images that fit."""
    older, newer = gap.older, gap.newer
    builder, runs_on = (gap.builder.base or "").partition("@")[0], gap.root.base or ""
    ours = theirs = ""
    if older.is_debian and newer.codename in builder:
        ours = builder.replace(newer.codename, older.codename)
    elif older.is_debian and builder.endswith(("rust", "rust:latest")):
        ours = f"{builder.removesuffix(':latest')}:1-{older.codename}"
    elif older.is_debian and "rust" in builder:
        ours = f"{builder}-{older.codename}"
    if "distroless" in runs_on and newer.is_debian:
        theirs = re.sub(r"debian\d+", f"debian{newer.number}", runs_on.partition("@")[0])
    elif newer.is_debian:
        theirs = f"debian:{newer.codename}-slim"
    else:
        theirs = f"ubuntu:{newer.number}"
    first = f"Build on the release that runs it (`{ours}`)" if ours else "Build on that release"
    return f"{first}, or run on the builder's (`{theirs}`)."
