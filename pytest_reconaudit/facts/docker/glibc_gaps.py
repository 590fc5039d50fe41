"""Programs of a cargo build that are copied into an image whose glibc is older than the builder's.

A program needs the versions of the symbols that it is linked with. Everything that is linked with
glibc 2.34 or newer needs 2.34 (``__libc_start_main``). The next step that much of Rust needs is
2.39 (``pidfd_spawnp``, which ``std::process::Command`` calls), or 2.38 for the C23 functions in
compiled C; the one before is 2.29 (``exp`` and ``pow``, and ``Command`` again).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.callers import without_tests
from pytest_reconaudit.facts.docker.build_arguments import build_arguments
from pytest_reconaudit.facts.docker.cargo_inputs import (
    ARTEFACT,
    cargo_settings,
    closure,
    is_cargo_build,
    is_program,
)
from pytest_reconaudit.facts.docker.glibc_releases import (
    CODENAMES,
    Release,
    named_release,
    release_of,
)
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, absolute, image_files
from pytest_reconaudit.facts.docker.images import final_stage, images
from pytest_reconaudit.facts.packages import CargoPackage, cargo_packages
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    Instruction,
    Stage,
    image_reference,
)
from pytest_reconaudit.readers.interpolation import expand_word
from pytest_reconaudit.target import Target

__all__ = ["GlibcGap", "glibc_gaps"]

_STEPS = ((2, 29), (2, 34), (2, 38))
"""Versions of glibc that brought what a Rust program commonly needs."""
_ALWAYS = (2, 34)
"""Whatever is linked with this one or a newer one needs it."""
_OWN_WAY = regex(
    r"musl|crt-static|zigbuild|\bpatchelf\b|\bld-linux|--sysroot|\bdebootstrap\b|\bbinstall\b"
    r"|\blibc6\b|\bglibc\b|\bstaticx\b|\bappimage",
    re.IGNORECASE,
)
"""What links or brings the C library in another way."""
_STATIC_SETTING = regex(r"crt-static|^[ \t]*target[ \t]*=.*musl", re.MULTILINE)
_LIBC = regex(r"(?:^|/)lib(?:32|64)?/?\*?$|-linux-gnu/?\*?$|/libc[.-]|/ld-|(?:^|/)usr/?$|^/$|^/\*$")
_WORD = regex(r"[a-z]+")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)")
_TOOLCHAIN = frozenset({"cargo", "rustc", "rustup", "rustfmt", "cargo-fmt", "cargo-clippy"})
_SPAWNS = regex(r"\bprocess::(?:Command\b|\{[^}\n]{0,200}\bCommand\b)")
_COMMENT = regex(r"^[ \t]*//")
_MAX_HOPS = 6
_MAX_SOURCES = 2_000


class GlibcGap(Struct, frozen=True):
    """A final stage whose glibc is older than what one of its programs was linked with."""

    root: Stage
    """The stage whose ``FROM`` decides what the program runs on."""
    copied: Place
    written: str
    builder: Stage
    built: RunStep
    newer: Release
    older: Release
    wanted: str
    """The version that the loader will miss."""
    proof: Note | None
    """What needs it; ``None`` when that is open."""
    certain: bool
    """Whatever the program does: it needs that version to start at all."""


class _Program(Struct, frozen=True):
    stage: Stage
    built: RunStep
    name: str


def glibc_gaps(target: Target, dockerfile: Dockerfile) -> Iterator[GlibcGap]:
    """One for each stage that runs such a program."""
    files = image_files(target, dockerfile)
    seen: set[int] = set()
    for stage in _final_stages(target, dockerfile):
        root = dockerfile.chain(stage)[-1]
        if root.index in seen:
            continue
        found = _gap(target, files, dockerfile, stage)
        if found is not None:
            seen.add(root.index)
            yield found


def _final_stages(target: Target, dockerfile: Dockerfile) -> Iterator[Stage]:
    """The stages that somebody builds for running, and what ``docker build .`` gives."""
    known = images(target)
    found: dict[int, Stage] = {}
    for last in (final_stage(dockerfile), known.final_stage(dockerfile)):
        if last is not None:
            found[last.index] = last
    for build in known.deployments(dockerfile):
        stage = dockerfile.stage(build.target) if build.target else None
        if stage is not None:
            found[stage.index] = stage
    yield from (found[index] for index in sorted(found))


def _gap(
    target: Target, files: ImageFiles, dockerfile: Dockerfile, stage: Stage
) -> GlibcGap | None:
    chain = dockerfile.chain(stage)
    older = _release(target, dockerfile, stage)
    if older is None or _leaves_release(chain, older) or _brings_libc(chain):
        return None
    for one in reversed(chain):
        for copy in one.of("COPY"):
            flag = copy.flag("from")
            source = dockerfile.stage(flag.value, before=one.index) if flag else None
            if source is None:
                continue
            for word in copy.sources:
                path = absolute("/", files.expand(one, copy, word.text))
                program = _program(files, dockerfile, source, path, 0)
                found = program and _judged(target, dockerfile, chain[-1], older, program)
                if not found or program is None or _is_run(files, chain, copy, path):
                    continue
                newer, wanted, proof = found
                return GlibcGap(
                    root=chain[-1],
                    copied=copy.place,
                    written=" ".join(copy.written.split()),
                    builder=dockerfile.chain(program.stage)[-1],
                    built=program.built,
                    newer=newer,
                    older=older,
                    wanted=wanted,
                    proof=proof,
                    certain=newer.glibc >= _ALWAYS > older.glibc,
                )
    return None


def _judged(
    target: Target, dockerfile: Dockerfile, root: Stage, older: Release, program: _Program
) -> tuple[Release, str, Note | None] | None:
    """(the builder's release, the version that is missed, what needs it), if one is missed."""
    newer = _release(target, dockerfile, program.stage)
    chain = dockerfile.chain(program.stage)
    if newer is None or chain[-1] is root or _leaves_release(chain, newer):
        return None
    missed = [one for one in _STEPS if newer.glibc >= one > older.glibc]
    if not missed or _is_linked_otherwise(target, chain, program.built):
        return None
    if _ALWAYS in missed:
        return newer, "2.34", None
    image = chain[-1].image
    rust = image is not None and image.short in ("rust", "cargo-chef")
    note = _spawns(target, program.name) if rust else None
    if missed[-1] == (2, 29):
        return newer, "2.29", note
    return newer, "2.39" if note else "2.38", note


# -- releases ------------------------------------------------------------------------------


def _release(target: Target, dockerfile: Dockerfile, stage: Stage) -> Release | None:
    """The release of a stage's base image; ``None`` when a builder may choose another."""
    root = dockerfile.chain(stage)[-1]
    image = root.image
    found = release_of(image) if image is not None else None
    direct = set(_VARIABLE.findall(root.written))
    if found is None or not direct:
        return found
    behind = _behind(dockerfile, direct)
    for one in build_arguments(target, dockerfile.path):
        if one.name not in direct | behind:
            continue
        if one.value == dockerfile.global_args.get(one.name):
            continue
        if one.value is None or one.name in behind:
            return None
        values = {**dockerfile.global_args, one.name: one.value}
        filled = expand_word(root.written, values, dockerfile.escape)
        other = release_of(image_reference(filled)) if filled else None
        if other is None or other.codename != found.codename:
            return None
    return found


def _behind(dockerfile: Dockerfile, names: set[str]) -> set[str]:
    """The ``ARG``s that the defaults of these ones name."""
    found: set[str] = set()
    first = dockerfile.stages[0].start
    for one in dockerfile.instructions:
        if one is first:
            break
        if one.keyword == "ARG":
            for name, value, _ in one.assignments:
                if value and (name in names or name in found):
                    found |= set(_VARIABLE.findall(value))
    return found


def _leaves_release(chain: Sequence[Stage], release: Release) -> bool:
    """Whether a command may take packages of another release."""
    for stage in chain:
        for one in stage.of("RUN", "ADD"):
            for word in _WORD.findall(_text(one)):
                if word in CODENAMES and word != release.codename:
                    return named_release(word) is not None or word in ("sid", "forky")
    return False


def _text(one: Instruction) -> str:
    return "\n".join((one.written, *(heredoc.text for heredoc in one.heredocs)))


def _brings_libc(chain: Sequence[Stage]) -> bool:
    """Whether the stage gets a whole system, or the C library, out of another image."""
    for stage in chain:
        for one in stage.instructions:
            if one.keyword == "RUN" and _OWN_WAY.search(_text(one)):
                return True
            if one.keyword == "ENV" and "LD_LIBRARY_PATH" in one.text:
                return True
            elsewhere = one.keyword == "COPY" and one.flag("from") is not None
            if elsewhere and any(_LIBC.search(word.text.strip("\"'")) for word in one.sources):
                return True
    return False


def _is_linked_otherwise(target: Target, chain: Sequence[Stage], built: RunStep) -> bool:
    """Whether the program may be static, or linked with another C library."""
    if _has_static_setting(target):
        return True
    if any(_OWN_WAY.search(_text(one)) for stage in chain for one in stage.of("RUN", "ENV", "ARG")):
        return True
    targets = option_values(built.words, "--target", "--target")
    return any("linux-gnu" not in one for one in targets)


def _has_static_setting(target: Target) -> bool:
    """Whether a setting of cargo asks for a static program or for musl."""
    return any(map(_STATIC_SETTING.search, cargo_settings(target)))


# -- programs ------------------------------------------------------------------------------


def _program(
    files: ImageFiles, dockerfile: Dockerfile, stage: Stage, path: str, hops: int
) -> _Program | None:
    """The program of a cargo build that lies at a path of a stage, or in the folder there."""
    if hops > _MAX_HOPS:
        return None
    steps = files.chain_steps(stage)
    builds = [step for step in steps if is_cargo_build(step)]
    if builds:
        name = _artefact(path)
        if name:
            return _Program(stage, builds[-1], name)
        for step in steps:
            name = _put(step, path)
            if name:
                return _Program(stage, builds[-1], name)
    installed = _installed(steps, path)
    if installed is not None:
        return _Program(stage, installed, posixpath.basename(path))
    return _handed_on(files, dockerfile, stage, path, hops)


def _artefact(path: str) -> str:
    match = ARTEFACT.fullmatch(path)
    if match is None or not is_program(match["name"]):
        return ""
    triple = match["triple"] or "linux-gnu"
    return match["name"] if "linux-gnu" in triple else ""


def _put(step: RunStep, path: str) -> str:
    """The program that a ``cp`` or ``mv`` puts at the path or in the folder there."""
    if step.name not in ("cp", "mv", "install", "ln"):
        return ""
    plain = [word for word in step.words[1:] if not word.startswith("-")]
    for word in plain[:-1]:
        name = _artefact(step.at(word))
        if not name:
            continue
        goal = step.at(plain[-1])
        for one in (goal, posixpath.join(goal, name)):
            if one == path or (path != "/" and one.startswith(f"{path}/")):
                return name
    return ""


def _installed(steps: Sequence[RunStep], path: str) -> RunStep | None:
    """The ``cargo install`` that puts a program at the path."""
    folder, name = posixpath.split(path)
    if name in _TOOLCHAIN:
        return None
    for step in reversed(steps):
        plain = [word for word in step.words[1:] if not word.startswith(("-", "+"))]
        if step.name != "cargo" or plain[:1] != ["install"]:
            continue
        roots = [step.at(one) for one in option_values(step.words, "--root", "--root")]
        if roots:
            if folder == posixpath.join(roots[-1], "bin"):
                return step
        elif folder.endswith(("/cargo/bin", "/.cargo/bin")):
            own = any(True for _ in option_values(step.words, "--path", "--path"))
            # Without a path the crate is named as its program is, or the program is another's.
            if own or any(word.partition("@")[0] == name for word in plain[1:]):
                return step
    return None


def _handed_on(
    files: ImageFiles, dockerfile: Dockerfile, stage: Stage, path: str, hops: int
) -> _Program | None:
    """The program that the stage itself was given by an earlier one."""
    for one in dockerfile.chain(stage):
        for copy in reversed(tuple(one.of("COPY"))):
            flag = copy.flag("from")
            source = dockerfile.stage(flag.value, before=one.index) if flag else None
            if source is None or not copy.words:
                continue
            goal = absolute(files.workdir(one, copy), files.expand(one, copy, copy.words[-1].text))
            for word in copy.sources:
                taken = absolute("/", files.expand(one, copy, word.text))
                if path in (goal, posixpath.join(goal, posixpath.basename(taken))):
                    found = _program(files, dockerfile, source, taken, hops + 1)
                    if found is not None:
                        return found
    return None


def _is_run(files: ImageFiles, chain: Sequence[Stage], copy: Instruction, path: str) -> bool:
    """Whether the stage itself runs the program: such a build would stop, and be seen."""
    names = {posixpath.basename(path)}
    if copy.words:
        names.add(posixpath.basename(copy.words[-1].text.rstrip("/")))
    return any(
        step.name in names or step.name == "ldd" for one in chain for step in files.steps(one)
    )


# -- what a program needs ------------------------------------------------------------------


def _spawns(target: Target, name: str) -> Note | None:
    """Where the program's own sources start another process, outside their tests."""
    crates = cargo_packages(target)
    owners = [one for one in crates if any(name == known for known, _ in one.bins)]
    if not owners:
        with_bins = [one for one in crates if one.bins]
        owners = with_bins if "$" in name and len(with_bins) == 1 else []
    if len(owners) != 1:
        return None
    owner = owners[0]
    own = dict(owner.bins).get(name, "")
    others = {posixpath.join(owner.folder, path) for known, path in owner.bins if path != own}
    for crate in closure(target, owner):
        note = _spawning_line(target, crate, others)
        if note is not None:
            return note
    return None


def _spawning_line(target: Target, crate: CargoPackage, others: set[str]) -> Note | None:
    prefix = posixpath.join(crate.folder, "src") + "/"
    paths = [
        path
        for path in target.files
        if path.startswith(prefix) and path.endswith(".rs") and path not in others
    ]
    for path in paths[:_MAX_SOURCES]:
        text = target.text(path)
        if "/tests/" in path or path.endswith(("/tests.rs", "_test.rs")) or "Command" not in text:
            continue
        text = without_tests(text)
        for match in _SPAWNS.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            if not _COMMENT.match(text[start : match.start()] or " "):
                line = text.count("\n", 0, match.start()) + 1
                return Note(Place(path, line), "starts processes: std needs GLIBC_2.39 for it")
    return None
