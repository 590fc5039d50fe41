"""What a cargo build in an image needs, leaves behind and links, and what is copied out of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.docker.build_arguments import build_arguments
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, absolute, image_files
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.installs import system_packages
from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_at,
    cargo_by_folder,
    cargo_by_name,
    cargo_by_path,
    cargo_packages,
    cargo_root,
)
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.interpolation import expand_word
from pytest_reconaudit.target import Target, once

__all__ = [
    "ARTEFACT",
    "LostArtefact",
    "MissingLibrary",
    "UnmadeTargets",
    "cargo_settings",
    "closure",
    "is_cargo_build",
    "is_program",
    "lost_artefacts",
    "missing_libraries",
    "unmade_targets",
]

ARTEFACT = regex(
    r"(?:^|(?P<root>.*)/)target/(?P<triple>[\w.$-]+-[\w.$-]+/|\$\{?\w+\}?/)?"
    r"(?P<profile>[\w${}:.-]+)/(?P<name>[\w.${}-]+)"
)
"""A path that cargo fills: where ``target`` lies, the triple, the profile's folder, the name."""
_LIBRARY = regex(r"\.(?:so|a|d|rlib|dylib|wasm|dll|pdb|dwp|js)(?:\.|$)")
_NOT_BINARIES = frozenset({"build", "deps", "examples", "incremental", ".fingerprint", "bundle"})
_GLIBC_SUFFIX = regex(r"\.\d+\.\d+$")
_MAX_VALUES = 12


# -- targets that a build does not find ----------------------------------------------------


class UnmadeTargets(Struct, frozen=True):
    """A cargo build whose manifest declares source files that are not in the image."""

    build: RunStep
    missing: tuple[tuple[str, str, Place], ...]
    """(kind, path relative to the manifest's folder, the manifest entry)."""
    manifest: str
    made: tuple[Note, ...]
    """What makes the stand-ins."""


_KNOWN = frozenset(
    {"mkdir", "echo", "printf", "touch", "cargo", "rm", "cp", "mv", "apt-get", "apt", "apk", "cd",
     "rustup", "set", "true", "ls", "chmod", "chown", "export", "cat", "adduser", "addgroup",
     "useradd", "groupadd", "strip", "update-ca-certificates", "[", "test", "pwd", "which", "rustc",
     "install", "ln", "ldd", "du", "env", "date", ":", "exit", "dpkg", "uname"}
)  # fmt: skip
"""Programs that make no file which their words do not name."""
_SILENT_VERBS = frozenset(
    {"build", "b", "fetch", "check", "c", "test", "t", "clean", "install", "update", "tree",
     "--version", "-V", "clippy", "fmt", "doc", "vendor", "rustc", "run"}
)  # fmt: skip


def unmade_targets(target: Target, dockerfile: Dockerfile) -> Iterator[UnmadeTargets]:
    """The first such build of each stage."""
    files = image_files(target, dockerfile)
    if not files.contexts:
        return
    known = images(target)
    lost = known.lost_together(dockerfile, known.contexts(dockerfile))
    if any(one.meant is not None and not one.optional for group in lost for one in group):
        return  # it is built from the wrong folder, and stops at its first COPY
    for stage in dockerfile.stages:
        found = _first_unmade(target, files, dockerfile, stage)
        if found is not None:
            yield found


def _first_unmade(
    target: Target, files: ImageFiles, dockerfile: Dockerfile, stage: Stage
) -> UnmadeTargets | None:
    if files.foreign_sources(stage):
        return None
    made: dict[str, Place] = _copied_texts(files, dockerfile, stage)
    for step in files.chain_steps(stage):
        for redirect in step.command.redirects:
            if redirect.writes:
                if "$" in redirect.target:
                    return None
                made.setdefault(step.at(redirect.target), step.place)
        plain = [word for word in step.words[1:] if not word.startswith(("-", "+"))]
        if step.name == "cargo" and plain[:1] in (["build"], ["b"]) and step.stage is stage:
            found = _unmade_by(target, files, stage, step, made)
            if found is not None:
                return found
        if not _makes(step, plain, made):
            return None
    return None


def _copied_texts(files: ImageFiles, dockerfile: Dockerfile, stage: Stage) -> dict[str, Place]:
    """Files that a ``COPY`` with a heredoc writes."""
    found = {}
    for one in dockerfile.chain(stage):
        for copy in one.of("COPY", "ADD"):
            if copy.heredocs and copy.words:
                goal = absolute(files.workdir(one, copy), copy.words[-1].text)
                found[goal] = copy.place
    return found


def _makes(step: RunStep, plain: Sequence[str], made: dict[str, Place]) -> bool:
    """Note what a command writes; false when that cannot be told."""
    name = step.name
    if name == "" or name not in _KNOWN or any(b.kind == "for" for b in step.command.blocks):
        return False
    if name == "touch":
        for word in plain:
            made.setdefault(step.at(word), step.place)
    elif name in ("cp", "mv", "install", "ln"):
        if any("$" in word or "*" in word for word in plain):
            return False
        if len(plain) > 1:
            goal = step.at(plain[-1])
            for word in plain[:-1]:
                made.setdefault(posixpath.join(goal, posixpath.basename(word)), step.place)
                # A folder that is copied or moved brings all that is below it.
                made.setdefault(f"{goal}/*", step.place)
            made.setdefault(goal, step.place)
    elif name == "rm":
        gone = [step.at(word) for word in plain]
        for path in list(made):
            if any(path == one or path.startswith(f"{one}/") for one in gone):
                del made[path]
    elif name == "cargo":
        verb = plain[0] if plain else "--version"
        if verb in ("init", "new"):
            where = step.at(plain[1]) if len(plain) > 1 else step.folder
            file = "src/lib.rs" if "--lib" in step.words else "src/main.rs"
            made.setdefault(posixpath.join(where, file), step.place)
        elif verb not in _SILENT_VERBS:
            return False
    return True


def _unmade_by(
    target: Target, files: ImageFiles, stage: Stage, step: RunStep, made: dict[str, Place]
) -> UnmadeTargets | None:
    if step.command.fallback or step.command.blocks:
        return None
    manifest_word = next(option_values(step.words, "--manifest-path", "--manifest-path"), "")
    folder = posixpath.dirname(step.at(manifest_word)) if manifest_word else step.folder
    path = files.origin(stage, posixpath.join(folder, "Cargo.toml"), step.instruction)
    if path is None or posixpath.join(folder, "Cargo.toml") in made:
        return None
    package = cargo_by_path(target).get(path)
    if package is None or package.manifest.problems:
        return None

    def there(relative: str) -> bool:
        full = posixpath.normpath(posixpath.join(folder, relative))
        if full in made or files.origin(stage, full, step.instruction) is not None:
            return True
        parent = posixpath.dirname(full)
        while parent not in ("/", ""):
            if f"{parent}/*" in made:
                return True
            parent = posixpath.dirname(parent)
        return False

    asked = set(option_values(step.words, "--bin", "--bin"))
    missing = list(_unseen_manifests(target, package, there))
    for kind, name, wanted, place, built in _declared(package):
        if built and asked and kind != "lib" and name not in asked:
            continue
        # What the repository does not have either is not the Dockerfile's fault.
        real = [one for one in wanted if target.has(posixpath.join(package.folder, one))]
        if real and not any(there(one) for one in wanted):
            missing.append((kind, real[0], place))
    if not missing:
        return None
    notes = tuple(
        Note(place, f"makes {path}") for path, place in made.items() if path[-3:] == ".rs"
    )
    return UnmadeTargets(step, tuple(missing), package.path, notes)


def _unseen_manifests(
    target: Target, package: CargoPackage, there: Callable[[str], bool]
) -> Iterator[tuple[str, str, Place]]:
    """(kind, path, who names it) of the manifests that cargo reads before it builds anything.

    It reads those of all members and of every dependency with a path, also of optional ones.
    """
    root, above = package, ""
    if package.workspace is not None and package.workspace != package.folder:
        above = posixpath.relpath(package.workspace or ".", package.folder or ".")
        path = posixpath.join(package.workspace, "Cargo.toml")
        if there(posixpath.join(above, "Cargo.toml")):
            root = cargo_by_path(target).get(path, package)
        else:
            taken = next((one for one in package.manifest.dependencies if one.inherited), None)
            parents = [posixpath.join(*[".."] * n, "Cargo.toml") for n in range(1, 5)]
            if taken is not None and not any(there(one) for one in parents):
                yield "root of the workspace", posixpath.join(above, "Cargo.toml"), taken.place
    wanted: dict[str, tuple[str, Place]] = {}
    if root.manifest.is_workspace:
        line = _members_line(target, root.path)
        for member in root.manifest.members:
            if not any(char in member for char in "*?[") and member not in root.manifest.exclude:
                path = posixpath.normpath(posixpath.join(above, member, "Cargo.toml"))
                wanted.setdefault(path, ("workspace member", line))
    for one in package.manifest.dependencies:
        if one.path and not one.inherited:
            path = posixpath.normpath(posixpath.join(one.path, "Cargo.toml"))
            wanted.setdefault(path, ("dependency", one.place))
    for path, (kind, place) in wanted.items():
        real = posixpath.normpath(posixpath.join(package.folder, path))
        if path != "Cargo.toml" and target.has(real) and not there(path):
            yield kind, path, place


def _members_line(target: Target, path: str) -> Place:
    for number, line in enumerate(target.text(path).split("\n"), 1):
        if line.lstrip().startswith("members"):
            return Place(path, number)
    return Place(path, 1)


def _declared(
    package: CargoPackage,
) -> Iterator[tuple[str, str, tuple[str, ...], Place, bool]]:
    """(kind, name, paths of which one must be there, place, only when it is built).

    Cargo refuses the manifest when a target without ``path`` has no file; one with a ``path`` is
    looked for only when it is built.
    """
    folders = {"bin": "src/bin", "test": "tests", "bench": "benches", "example": "examples"}
    for one in package.manifest.targets:
        if one.kind == "lib":
            yield "lib", one.name, (one.path or "src/lib.rs",), one.place, True
        elif one.path:
            if one.kind == "bin":
                yield "bin", one.name, (one.path,), one.place, True
        elif one.name:
            base = folders[one.kind]
            wanted = [f"{base}/{one.name}.rs", f"{base}/{one.name}/main.rs"]
            if one.kind == "bin":
                if one.name == package.manifest.package:
                    wanted.insert(0, "src/main.rs")
                elif len(package.manifest.of_kind("bin")) == 1:
                    wanted.append("src/main.rs")
                wanted.append("src/bin/main.rs")
            yield one.kind, one.name, tuple(wanted), one.place, False


# -- what is copied out of target/ ---------------------------------------------------------


class LostArtefact(Struct, frozen=True):
    """A path below ``target/`` that no build of the stage fills."""

    place: Place
    written: str
    kind: str
    """``name``: no binary is called so; ``folder``: no build makes this folder."""
    wanted: str
    known: tuple[str, ...]
    """The binaries, or the folders that the builds fill."""
    nearest: str
    related: tuple[Note, ...]
    by: str = ""
    """Who passes the value that leads there; empty for the text itself or its default."""


def lost_artefacts(target: Target, dockerfile: Dockerfile) -> Iterator[LostArtefact]:
    """Every copy out of ``target/`` that cannot succeed, each path once."""
    files = image_files(target, dockerfile)
    seen: set[tuple[str, str, str]] = set()
    for stage in dockerfile.stages:
        for source, word, place, at in _taken(files, dockerfile, stage):
            if source.index > stage.index:
                continue
            for found in _judge(target, files, dockerfile, source, word, place, at):
                key = (found.written, found.kind, found.wanted)
                if key not in seen:
                    seen.add(key)
                    yield found


def _taken(
    files: ImageFiles, dockerfile: Dockerfile, stage: Stage
) -> Iterator[tuple[Stage, str, Place, Instruction]]:
    """(building stage, word as written, place, instruction) of all that is copied from target/."""
    for one in stage.of("COPY"):
        flag = one.flag("from")
        if flag is None:
            continue
        source = dockerfile.stage(flag.value, before=stage.index)
        if source is None:
            continue
        for word in one.sources:
            if "target/" in word.text:
                yield source, word.text.strip("\"'"), word.place, one
    for one in stage.of("RUN"):
        for command in one.commands:
            if command.name not in ("cp", "mv", "install", "strip") or "||" in command.following:
                continue
            plain = [word for word in command.words[1:] if not word.startswith("-")]
            for text in plain if command.name == "strip" else plain[:-1]:
                if "target/" in text and not _optional(files, stage, one, command.text):
                    yield stage, text, command.place, one


def _optional(files: ImageFiles, stage: Stage, one: Instruction, text: str) -> bool:
    """Whether a test or an alternative surrounds the command."""
    for step in files.steps(stage):
        if step.instruction is one and step.command.text.strip() in text:
            command = step.command
            if command.fallback or command.blocks or any("!" in c for c in command.conditions):
                return True
    return False


def _judge(
    target: Target,
    files: ImageFiles,
    dockerfile: Dockerfile,
    source: Stage,
    word: str,
    place: Place,
    at: Instruction,
) -> Iterator[LostArtefact]:
    holder = next((s for s in dockerfile.stages if any(i is at for i in s.instructions)), source)
    builds = [step for step in files.chain_steps(source) if is_cargo_build(step)]
    if not builds or any(_hides(step) for step in files.chain_steps(source)):
        return
    if "*" in word or "?" in word:
        return
    for filled, by in _values(target, dockerfile, holder, at, word):
        match = ARTEFACT.fullmatch(filled)
        if match is None or "$" in filled:
            continue
        path = absolute(files.workdir(source if holder is not source else holder, at), filled)
        if holder is not source:
            path = absolute("/", filled)
        if _made_there(files, source, path, at):
            continue
        name = match["name"]
        if not is_program(name):
            continue
        related = tuple(Note(step.place, step.text) for step in builds)
        wanted = _folder_of(match)
        folders = None if _is_set_elsewhere(dockerfile, source) else _folders(builds, target)
        if folders is not None and wanted not in folders:
            yield LostArtefact(
                place, word, "folder", f"target/{wanted}",
                tuple(f"target/{one}" for one in sorted(folders)), "", related, by,
            )  # fmt: skip
            continue
        if by:
            continue
        project = absolute("/", match["root"] or ".")
        found = _binaries(target, files, source, builds, project)
        if found is None or name in found:
            continue
        places = found.values()
        near = alike(name, sorted(found))
        notes = tuple(Note(p, "declares the binaries") for p in dict.fromkeys(places))
        yield LostArtefact(
            place, word, "name", name, tuple(sorted(found)), near,
            (*related[:3], *notes[:3]),
        )  # fmt: skip


def _values(
    target: Target, dockerfile: Dockerfile, stage: Stage, at: Instruction, word: str
) -> Iterator[tuple[str, str]]:
    """The word with its variables filled in: with the defaults, then with what builders pass."""
    if "$" not in word:
        yield word, ""
        return
    known = dict(dockerfile.variables(stage, at))
    filled = expand_word(word, known)
    if filled is not None:
        yield filled, ""
    given = build_arguments(target, dockerfile.path)
    declared = {name for one in stage.of("ARG") for name, _, _ in one.assignments}
    for argument in given[:_MAX_VALUES]:
        if argument.name not in declared or f"${argument.name}" not in word.replace("{", ""):
            continue
        if argument.value is None:
            continue
        other = expand_word(word, {**known, argument.name: argument.value})
        if other is not None and other != filled:
            yield other, f"{argument.by} passes {argument.name}={argument.value}"


def is_program(name: str) -> bool:
    """Whether a name below ``target/PROFILE/`` may be a program's: no library, no inner folder."""
    return name not in _NOT_BINARIES and not _LIBRARY.search(name)


def is_cargo_build(step: RunStep) -> bool:
    """Whether a command fills ``target/``."""
    plain = [word for word in step.words[1:] if not word.startswith(("-", "+"))]
    return step.name in ("cargo", "cross") and plain[:1] in (
        ["build"], ["b"], ["zigbuild"], ["rustc"], ["auditable"], ["leptos"],
    )  # fmt: skip


def _hides(step: RunStep) -> bool:
    """Whether a command may fill ``target/`` by itself: a script, make, a clone."""
    if step.name in ("git", "make", "just", "curl", "wget", "tar", "bazel", "nix", "npm", "pnpm"):
        return step.name not in ("curl", "wget", "tar") and step.words[1:2] not in (
            ("config",), ("--version",), ("ci",), ("install",),
        )  # fmt: skip
    first = step.words[0] if step.words else ""
    return first.endswith((".sh", ".py")) or (
        step.name in ("sh", "bash", "python3", "python") and len(step.words) > 1
    )


def _made_there(files: ImageFiles, source: Stage, path: str, at: Instruction) -> bool:
    """Whether a ``cp`` or ``mv`` puts the file where it is taken from."""
    for step in files.chain_steps(source):
        if step.instruction is at:
            continue
        if step.name in ("cp", "mv", "install", "ln", "upx", "objcopy"):
            for word in step.words[1:]:
                full = step.at(word)
                if step.words[-1] == word and (
                    path == full or posixpath.dirname(path) == full.rstrip("/")
                ):
                    return True
    return any(
        one.keyword == "COPY" and one.words and path.startswith(
            absolute(files.workdir(source, one), one.words[-1].text).rstrip("/") + "/target"
        ) and one.flag("from") is not None
        for one in source.instructions
    )  # fmt: skip


def _folder_of(match: re.Match[str]) -> str:
    return f"{match['triple'] or ''}{match['profile']}"


def _folders(builds: Sequence[RunStep], target: Target) -> set[str] | None:
    """The folders below ``target/`` that some builds fill; ``None`` when a setting hides one."""
    found: set[str] = set()
    for step in builds:
        if any("$" in word or "`" in word for word in step.words):
            return None
        if any(
            name in ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET")
            for name, _ in step.command.assignments
        ):
            return None
        if any(word.startswith("--target-dir") for word in step.words) or step.name == "cross":
            return None
        profile = "debug"
        if "--release" in step.words or "-r" in step.words:
            profile = "release"
        for value in option_values(step.words, "--profile", "--profile"):
            profile = {"dev": "debug", "test": "debug", "bench": "release"}.get(value, value)
        if "leptos" in step.words[:3]:
            return None
        triples = list(option_values(step.words, "--target", "--target"))
        if "zigbuild" in step.words:  # `x86_64-unknown-linux-gnu.2.31`: the suffix is glibc's
            triples = [_GLIBC_SUFFIX.sub("", one) for one in triples]
        found |= {f"{triple}/{profile}" for triple in triples} or {profile}
    return None if _target_is_configured(target) else found


_OUTPUT_VARIABLES = frozenset({"CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "CARGO_BUILD_TARGET_DIR"})
_PLAIN_BASES = frozenset(
    {"rust", "cargo-chef", "debian", "ubuntu", "alpine", "buildpack-deps", "fedora", "rockylinux",
     "almalinux", "amazonlinux", "archlinux", "node", "python"}
)  # fmt: skip
"""Images that set none of Cargo's variables; `clux/muslrust` and its like set the target."""


def _is_set_elsewhere(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether an ``ENV``, an ``ARG`` or the base image may say where Cargo puts what it builds."""
    base = dockerfile.chain(stage)[-1].image
    if base is None or base.short not in _PLAIN_BASES:
        return True
    return not _OUTPUT_VARIABLES.isdisjoint(dockerfile.variables(stage))


@once
def cargo_settings(target: Target) -> tuple[str, ...]:
    """The texts of all ``.cargo/config.toml``."""
    return tuple(
        target.text(path)
        for path in target.everything
        if path.endswith((".cargo/config.toml", ".cargo/config"))
    )


def _target_is_configured(target: Target) -> bool:
    """Whether a setting of cargo moves what is built."""
    return any(map(_TARGET_SETTING.search, cargo_settings(target)))


_TARGET_SETTING = regex(r"^[ \t]*(?:target|target-dir)[ \t]*=", re.MULTILINE)


def _binaries(
    target: Target,
    files: ImageFiles,
    source: Stage,
    builds: Sequence[RunStep],
    project: str,
) -> dict[str, Place] | None:
    """Binary → manifest, of the packages that a build in this folder makes; ``None`` when not
    known."""
    if files.foreign_sources(source):
        return None
    last = builds[-1].instruction if builds[-1].stage is source else None
    crates: Sequence[CargoPackage] = ()
    path = files.origin(source, posixpath.join(project, "Cargo.toml"), last)
    if path is not None:
        package = cargo_at(target, posixpath.dirname(path))
        crates = cargo_root(target, package) if package is not None else ()
    else:
        crates = cargo_packages(target)
    if not crates or any(crate.manifest.problems or _unseen(crate) for crate in crates):
        return None
    found: dict[str, Place] = {}
    for crate in crates:
        for name, _ in (*crate.bins, *crate.examples):
            entry = next((one for one in crate.manifest.of_kind("bin") if one.name == name), None)
            found.setdefault(name, entry.place if entry else crate.manifest.package_place)
    # A dependency's program may be asked for as well (`cargo build -p some-cli`).
    for step in builds:
        for name in option_values(step.words, "-p", "--package"):
            known = {crate.manifest.package for crate in crates}
            wanted = name.partition("@")[0]
            if wanted not in known and _may_depend_on(target, crates, wanted):
                return None
    return found or None


def _may_depend_on(target: Target, crates: Sequence[CargoPackage], name: str) -> bool:
    """Whether a package of that name may be among the dependencies: a lockfile lists all."""
    if "$" in name or ":" in name or "/" in name:
        return True
    folders = {one.folder for one in crates} | {posixpath.dirname(one.folder) for one in crates}
    locks = [
        target.text(path)
        for path in (posixpath.join(folder, "Cargo.lock") for folder in sorted({*folders, ""}))
        if target.has(path)
    ]
    return not locks or any(f'name = "{name}"' in text for text in locks)


def _unseen(crate: CargoPackage) -> bool:
    """A package without any target: its sources come from elsewhere (a generator, a submodule)."""
    return bool(crate.manifest.package) and not (crate.lib or crate.bins or crate.examples)


# -- libraries that the program is linked with ---------------------------------------------


class MissingLibrary(Struct, frozen=True):
    """A shared library that the final stage does not have."""

    stage: Stage
    library: str
    """``libpq`` or ``OpenSSL``."""
    dependency: str
    manifest: Place
    build: RunStep
    base: str
    package: str
    """What to install."""


_OPENSSL_DEFAULT = {
    "reqwest": ("0.9", "0.10", "0.11", "0.12"),
    "lettre": ("0.9", "0.10", "0.11"),
    "hyper-tls": ("",),
    "native-tls": ("",),
    "openssl": ("",),
    "openssl-sys": ("",),
    "postgres-native-tls": ("",),
    "tokio-native-tls": ("",),
}
"""Crates that link OpenSSL with their default features, and the versions of which that is so."""
_VENDORED = frozenset({"vendored", "native-tls-vendored", "openssl-vendored", "rustls-tls"})
_HAS_PQ = regex(r"^(?:libpq|postgresql)")
_HAS_SSL = regex(
    r"^(?:libssl|openssl|libcurl|curl|wget|ca-certificates|libpq|postgresql|git|python3?$|gnupg"
    r"|apt-transport-https|mysql-client|libmariadb|default-mysql|default-libmysql|nginx|openssh)"
)


def missing_libraries(target: Target, dockerfile: Dockerfile) -> Iterator[MissingLibrary]:
    """The libraries that the program of the deployed stage needs and does not find."""
    stage = images(target).final_stage(dockerfile)
    if stage is None:
        return
    files = image_files(target, dockerfile)
    base = dockerfile.chain(stage)[-1].image
    if base is None or not _is_bare_glibc(base.name, base.tag):
        return
    installed = _installed(files, dockerfile, stage)
    if installed is None:
        return
    for source, crate, build in _programs(target, files, dockerfile, stage):
        if _checks_links(files, source):
            return
        crates = closure(target, crate)
        lock = _lock(target, crate)
        pq = _links_pq(target, crates, lock)
        if pq is not None and not any(_HAS_PQ.search(one) for one in installed):
            name, place = pq
            yield MissingLibrary(
                stage, "libpq", name, place, build, f"{base.name}:{base.tag}", "libpq5"
            )
        ssl = _links_ssl(target, crates, lock)
        debian = base.short in ("debian",)
        if ssl is not None and debian and not any(_HAS_SSL.search(one) for one in installed):
            name, place = ssl
            yield MissingLibrary(
                stage, "OpenSSL", name, place, build, f"{base.name}:{base.tag}", "libssl3"
            )
        return


def _is_bare_glibc(name: str, tag: str) -> bool:
    """Images of which it is known that neither library is in them."""
    if name in ("debian", "ubuntu"):
        return True
    return name.startswith("gcr.io/distroless/") and name.rpartition("/")[2].startswith(
        ("cc", "base", "static")
    )


def _installed(files: ImageFiles, dockerfile: Dockerfile, stage: Stage) -> set[str] | None:
    """The packages of the stage; ``None`` when a variable, a script or a copied library may
    bring more."""
    found: set[str] = set()
    for one in dockerfile.chain(stage):
        for step in files.steps(one):
            names = system_packages(step.words)
            if names is not None:
                if any("$" in name or "`" in name for name in names):
                    return None
                found |= set(names)
            elif _hides(step) or step.name in ("dpkg", "xargs", "curl", "wget", "ldconfig"):
                return None
        for copy in one.of("COPY", "ADD"):
            text = copy.text
            if re.search(
                r"\blib(?:pq|ssl|crypto)|/usr/lib\b|/lib/|/lib\s|/usr/local\s|\.so\b", text
            ):
                return None
    return found


def _programs(
    target: Target, files: ImageFiles, dockerfile: Dockerfile, stage: Stage
) -> Iterator[tuple[Stage, CargoPackage, RunStep]]:
    """The packages whose binaries the stage gets, with the stage and the command that build it."""
    for one in dockerfile.chain(stage):
        for copy in one.of("COPY"):
            flag = copy.flag("from")
            source = dockerfile.stage(flag.value, before=one.index) if flag else None
            if source is None or not _is_glibc_rust(dockerfile, source):
                continue
            builds = [step for step in files.chain_steps(source) if is_cargo_build(step)]
            if not builds or any("musl" in word for step in builds for word in step.words):
                continue
            build = builds[-1]
            at = build.instruction if build.stage is source else None
            path = files.origin(source, posixpath.join(build.folder, "Cargo.toml"), at)
            root = cargo_at(target, posixpath.dirname(path)) if path is not None else None
            if root is None:
                continue
            names = {posixpath.basename(word.text.rstrip("/")) for word in copy.sources}
            crates = [crate for crate in cargo_root(target, root) if crate.bins]
            chosen = [crate for crate in crates if names & {name for name, _ in crate.bins}]
            for crate in chosen or (crates if len(crates) == 1 else ()):
                yield source, crate, build


def _is_glibc_rust(dockerfile: Dockerfile, stage: Stage) -> bool:
    image = dockerfile.chain(stage)[-1].image
    if image is None or "alpine" in image.tag or "musl" in image.name:
        return False
    return image.short in ("rust", "debian", "ubuntu", "cargo-chef", "buildpack-deps")


def _checks_links(files: ImageFiles, source: Stage) -> bool:
    return any(step.name == "ldd" or "ldd " in step.text for step in files.chain_steps(source))


def closure(target: Target, crate: CargoPackage) -> list[CargoPackage]:
    """A package and those of the repository that it depends on by path."""
    by_folder, by_name = cargo_by_folder(target), cargo_by_name(target)
    found = {crate.folder: crate}
    todo = [crate]
    while todo:
        one = todo.pop()
        for dependency in one.manifest.dependencies:
            if dependency.section != "dependencies" or dependency.optional:
                continue
            other = None
            if dependency.path:
                path = posixpath.normpath(posixpath.join(one.folder, dependency.path))
                other = by_folder.get(path)
            elif dependency.inherited:
                other = by_name.get(dependency.package)
            if other is not None and other.folder not in found:
                found[other.folder] = other
                todo.append(other)
    return list(found.values())


def _lock(target: Target, crate: CargoPackage) -> str:
    for folder in dict.fromkeys((crate.workspace or crate.folder, crate.folder)):
        path = posixpath.join(folder, "Cargo.lock")
        if target.has(path):
            return target.text(path)
    return ""


def _uses(
    target: Target, crates: Sequence[CargoPackage], names: Sequence[str]
) -> Iterator[tuple[CargoPackage, str, tuple[str, ...], bool, str, Place]]:
    """(crate, dependency, features, default features, version, place) with what the workspace
    says of an inherited one put in."""
    for crate in crates:
        root = None
        if crate.workspace is not None:
            root = cargo_by_folder(target).get(crate.workspace)
            root = root if root is not None and root.manifest.is_workspace else None
        for one in crate.manifest.dependencies:
            if one.package not in names or one.section != "dependencies" or one.optional:
                continue
            if one.platform:
                continue
            features, default, version = one.features, one.default_features, one.version
            if one.inherited:
                base = next(
                    (d for d in (root.manifest.dependencies if root else ()) if d.name == one.name
                     and not d.inherited),
                    None,
                )  # fmt: skip
                if base is None:
                    continue
                features = (*features, *base.features)
                default, version = base.default_features, base.version
            yield crate, one.package, features, default, version, one.place


def _links_pq(
    target: Target, crates: Sequence[CargoPackage], lock: str
) -> tuple[str, Place] | None:
    if '"pq-src"' in lock:
        return None
    for _, _, features, _, _, _ in _uses(target, crates, ("pq-sys", "pq-src")):
        if any(feature.startswith("bundled") for feature in features):
            return None
    for _, name, features, _, _, place in _uses(target, crates, ("diesel",)):
        if "postgres" in features:
            return f'{name} with feature "postgres"', place
    return None


def _links_ssl(
    target: Target, crates: Sequence[CargoPackage], lock: str
) -> tuple[str, Place] | None:
    if lock and ('"openssl-sys"' not in lock or '"openssl-src"' in lock):
        return None
    uses = list(_uses(target, crates, tuple(_OPENSSL_DEFAULT)))
    if any(_VENDORED & set(features) for _, _, features, _, _, _ in uses):
        return None
    for _, name, features, default, version, place in uses:
        fits = version.lstrip("^=~ ").startswith(_OPENSSL_DEFAULT[name])
        if (default or {"native-tls", "default-tls"} & set(features)) and fits:
            return name, place
    return None
