"""Arguments that are passed to a program of the repository which looks at none.

Only for Rust and Go, whose programs say in their source that they read arguments: no file of the
package's workspace may mention any of the ways.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.invocations import invocations
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.programs import (
    Program,
    program_of_container,
    program_of_service,
)
from pytest_reconaudit.facts.packages import cargo_at, cargo_packages, cargo_root
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["UnreadArguments", "unread_arguments"]


class UnreadArguments(Struct, frozen=True):
    """A command line whose arguments nobody reads."""

    place: Place
    text: str
    arguments: tuple[str, ...]
    package: str
    """The package's manifest."""


_RUST = regex(
    r"\benv::args|\bargs_os\b|\bstd::env::\{[^}]*args|\b(?:clap|structopt|argh|pico_args|lexopt|gumdrop"
    r"|bpaf|getopts|docopt|xflags|palaver|abscissa_core|seahorse|onlyargs)\b|\bargs\(\)"
    r"|\b(?:\w+_)?cli(?:_\w+)?\s*(?:::\s*<|\()"
)
_RUST_CRATES = regex(
    r"^[ \t]*\"?(?:clap\w*|structopt|argh|pico-args|lexopt|gumdrop|bpaf|getopts|docopt|xflags"
    r"|palaver|abscissa_core|seahorse|onlyargs|argfile|argp|conf|twelf|uu_\w+)\"?(?:[ \t]*=|\.)"
    r"|^\[.*dependencies\.(?:clap|structopt)",
    re.MULTILINE,
)
_GO = regex(
    r"\bos\.Args\b|\"flag\"|spf13/(?:cobra|pflag)|urfave/cli|alecthomas/k|jessevdk/go-flags"
    r"|go-arg|mitchellh/cli|peterbourgon/ff|google/subcommands"
)
_BUILT = regex(r"(?:.*/)?target/(?:[\w.-]+/)?(?:release|debug)/(?P<name>[\w-]+)")


@once
def unread_arguments(target: Target) -> dict[str, tuple[UnreadArguments, ...]]:
    """File → the calls in it whose arguments nobody reads; also of files with none (empty)."""
    found: dict[str, list[UnreadArguments]] = {}
    if cargo_packages(target):
        for path, one in _from_commands(target):
            found.setdefault(path, []).extend([one] if one else [])
    if cargo_packages(target) or any(path.endswith("go.mod") for path in target.files):
        for path, one in _from_containers(target):
            found.setdefault(path, []).extend([one] if one else [])
    return {path: tuple(found[path]) for path in sorted(found)}


def _from_commands(target: Target) -> Iterator[tuple[str, UnreadArguments | None]]:
    for invocation in invocations_of(target, ("cargo",)):
        words = invocation.words
        if words[1:2] not in (("run",), ("r",)) or "--" not in words or invocation.folder is None:
            continue
        own = words[: words.index("--")]
        arguments = words[words.index("--") + 1 :]
        if arguments and not {"--manifest-path", "--example"} & set(own):
            named = next(option_values(own, "-p", "--package"), "")
            program = next(option_values(own, "--bin", "--bin"), "")
            yield from _rust(target, invocation.folder, invocation.command.place, arguments,
                             invocation.command.text, named, program)  # fmt: skip
    for invocation in invocations(target):
        words = invocation.words
        match = _BUILT.fullmatch(words[0]) if words and "target/" in words[0] else None
        if match is None or len(words) < 2:
            continue
        path = invocation.resolve(words[0])
        if path is None:
            continue
        folder = path.partition("target/")[0].rstrip("/")
        yield from _rust(target, folder, invocation.command.place, words[1:],
                         invocation.command.text, "", match["name"])  # fmt: skip


def _rust(
    target: Target, folder: str, place: Place, arguments: tuple[str, ...], text: str,
    named: str, program: str,
) -> Iterator[tuple[str, UnreadArguments | None]]:  # fmt: skip
    package = cargo_at(target, folder)
    if package is None:
        return
    crates = cargo_root(target, package)
    fitting = [
        (crate, source)
        for crate in crates
        for name, source in crate.bins
        if (not program or name == program) and (not named or crate.manifest.package == named)
    ]
    if not named and not program:
        fitting = [(crate, source) for crate, source in fitting if crate.folder == package.folder]
    if not fitting or not all(
        target.has(source) and "fn main" in target.text(source) for _, source in fitting
    ):
        return
    package = fitting[0][0]
    if _reads(target, package.folder):
        yield place.path, None
    else:
        yield place.path, UnreadArguments(place, text, arguments, package.path)


def _reads(target: Target, folder: str) -> bool:
    """Whether anything in the workspace of a package looks at the command line."""
    known = _known(target)
    if folder not in known:
        known[folder] = _looks(target, folder)
    return known[folder]


@once
def _known(target: Target) -> dict[str, bool]:
    return {}


def _looks(target: Target, folder: str) -> bool:
    package = cargo_at(target, folder)
    if package is not None:
        crates = cargo_root(target, package)
        folders = [crate.folder for crate in crates] or [folder]
        manifests = {crate.path for crate in crates} | {
            posixpath.join(crate.workspace, "Cargo.toml")
            for crate in crates
            if crate.workspace is not None
        }
        if any(_RUST_CRATES.search(target.text(path)) for path in manifests):
            return True
        return any(
            path.endswith(".rs") and _RUST.search(target.text(path))
            for one in folders
            for path in target.below(one)
        )
    return any(
        path.endswith(".go") and _GO.search(target.text(path)) for path in target.below(folder)
    )


def _from_containers(target: Target) -> Iterator[tuple[str, UnreadArguments | None]]:
    for workload in workloads(target):
        pod = workload.object.pod
        for container in pod.all_containers if pod is not None else ():
            key = "args" if "args" in container.root else "command"
            if key not in container.root:
                continue
            words = tuple(f"{word}" for word in container.root.seq(key))
            place = container.root.key_place(key)
            passed = words if key == "args" else words[1:]
            program = program_of_container(target, container) if passed else None
            if key == "args" and "command" in container.root:
                head = [f"{word}" for word in container.root.seq("command")]
                if len(head) != 1 or not _own_program(target, program, head[0]):
                    continue
            elif key == "command" and not _own_program(target, program, words[0] if words else ""):
                continue
            yield from _contained(target, program, place, passed)
    seen: set[Place] = set()
    for stack in stacks(target):
        for service in stack.services:
            place_ = service.command_place
            command = service.command or ()
            if place_ is None or not command or place_ in seen or service.entrypoint:
                continue
            seen.add(place_)
            program = program_of_service(target, stack, service)
            if _own_program(target, program, command[0]):
                yield from _contained(target, program, place_, tuple(command[1:]))


def _contained(
    target: Target, program: Program | None, place: Place, arguments: tuple[str, ...]
) -> Iterator[tuple[str, UnreadArguments | None]]:
    if program is None or not program.certain or not arguments or program.server:
        return
    package = program.package
    if package is None or any("$" in word for word in arguments):
        return
    crate = cargo_at(target, package)
    if crate is not None and not any(
        target.has(source) and "fn main" in target.text(source) for _, source in crate.bins
    ):
        return
    manifest = next(
        (
            posixpath.join(package, name)
            for name in ("Cargo.toml", "go.mod")
            if target.has(posixpath.join(package, name))
        ),
        "",
    )
    if not manifest:
        return
    if _reads(target, package):
        yield place.path, None
    else:
        yield place.path, UnreadArguments(place, " ".join(arguments), arguments, manifest)


def _own_program(target: Target, program: Program | None, word: str) -> bool:
    """Whether a command's first word is the program that the package builds."""
    if program is None or program.package is None:
        return False
    name = posixpath.basename(word)
    package = cargo_at(target, program.package)
    if package is not None:
        return any(name == built for built, _ in package.bins)
    return name == posixpath.basename(program.package) or word in ("/server", "/app", "/main")
