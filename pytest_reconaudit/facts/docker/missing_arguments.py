"""Build arguments that a Dockerfile cannot do without and that some builder does not give.

An ``ARG`` without a default is empty when nobody gives a value. In most places that is harmless;
here are those where the build stops, or takes another folder, project or file than the one meant.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.docker.builds import ImageBuild
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, image_files
from pytest_reconaudit.facts.docker.images import images, in_context
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.target import Target, once

__all__ = ["MissingArgument", "missing_arguments"]

_PREDEFINED = frozenset(
    {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy", "targetplatform",
     "targetos", "targetarch", "targetvariant", "targetstage", "buildplatform", "buildos",
     "buildarch", "buildvariant", "source_date_epoch"}
)  # fmt: skip
_MAY_BE_EMPTY = regex(
    r"(?:^|_)(?:EXTRA|FLAGS?|ARGS?|ARGUMENTS|OPTS?|OPTIONS?|SUFFIX|PREFIX|FEATURES?|PACKAGES|PKGS"
    r"|DEPS|VARIANT)(?:_|$)",
    re.IGNORECASE,
)
"""Names of what is added where it is wanted."""
_PROJECT_OPTIONS = {
    "pnpm": ("--filter", "-F"),
    "turbo": ("--filter",),
    "npm": ("--workspace", "-w"),
    "cargo": ("--package", "-p", "--bin"),
    "mvn": ("--projects", "-pl"),
    "mvnw": ("--projects", "-pl"),
    "nx": ("--project", "--projects"),
    "lerna": ("--scope",),
}
"""Options that choose one project of many: an empty value is refused, or eats the next word."""
_RUNNERS = frozenset({"npx", "pnpx", "bunx", "exec", "dlx", "yarn", "pnpm", "bun", "npm"})
_NX_VERBS = frozenset({"build", "run", "serve", "bundle", "compile"})
_URL = regex(r"^https?://[^/\s]+(/[^?#\s]*)")
_ACCOUNTS = frozenset({"useradd", "groupadd", "adduser", "addgroup", "usermod", "groupmod"})
_SHELLS_OWN = frozenset({"UID", "EUID", "HOME", "HOSTNAME", "PATH", "PWD", "USER", "SHELL", "LANG"})
"""Names that a shell or the system gives a value of its own."""
_PIP = frozenset({"pip", "pip3", "pipx", "uv"})
_MANIFESTS = frozenset(
    {"package.json", "Cargo.toml", "go.mod", "pyproject.toml", "requirements.txt", "pom.xml",
     "build.gradle", "build.gradle.kts", "project.json", "setup.py", "main.go", "composer.json"}
)  # fmt: skip
_TESTS = frozenset({"[", "[[", "test"})


class MissingArgument(Struct, frozen=True):
    """One ``ARG`` whose value some builders leave out."""

    name: str
    place: Place
    """Where it is used first in a way that does not bear it."""
    text: str
    declared: Place
    effect: str
    without: tuple[ImageBuild, ...]
    """Builders that give no value."""
    giving: tuple[ImageBuild, ...]


class _Use(Struct, frozen=True):
    place: Place
    text: str
    effect: str
    sure: bool
    """It breaks by itself; else only who sees a value elsewhere knows that one is meant."""


def missing_arguments(target: Target, dockerfile: Dockerfile) -> Iterator[MissingArgument]:
    """Each such ``ARG`` once, at its first use."""
    builders = [
        one
        for one in images(target).builds(dockerfile)
        if one.arguments is not None and not one.assumed
    ]
    if not builders:
        return
    by_hand = _given_by_hand(target)
    seen: set[str] = set()
    for stage in dockerfile.stages:
        for declaration, name in _bare(dockerfile, stage):
            if name in seen:
                continue
            without = []
            giving = []
            for one in builders:
                given = one.arguments or frozenset()
                if name in given or (one.origin == "compose" and name in by_hand):
                    giving.append(one)
                elif _needs(dockerfile, one, stage):
                    without.append(one)
            use = _first_use(target, dockerfile, stage, name, meant=bool(giving))
            if without and use is not None:
                seen.add(name)
                yield MissingArgument(
                    name, use.place, use.text, declaration, use.effect,
                    tuple(without), tuple(giving),
                )  # fmt: skip


def _needs(dockerfile: Dockerfile, build: ImageBuild, stage: Stage) -> bool:
    asked = dockerfile.stage(build.target) if build.target else dockerfile.stages[-1]
    return asked is not None and stage in dockerfile.needed(asked)


@once
def _given_by_hand(target: Target) -> frozenset[str]:
    """The names that some ``docker compose build --build-arg`` gives."""
    found = set()
    for one in invocations_of(target, ("docker", "docker-compose", "podman", "podman-compose")):
        if "build" in one.words and any("compose" in word for word in one.words[:2]):
            for value in option_values(one.words, "--build-arg", "--build-arg"):
                found.add(value.partition("=")[0])
    return frozenset(found)


def _bare(dockerfile: Dockerfile, stage: Stage) -> Iterator[tuple[Place, str]]:
    """The ``ARG``s of a stage that nothing in the file gives a value."""
    set_above = {
        name
        for one in dockerfile.chain(stage)
        for declared in one.of("ARG", "ENV")
        for name, value, _ in declared.assignments
        if value is not None and not (declared.keyword == "ENV" and _is_itself(value, name))
    }
    for one in stage.of("ARG"):
        for name, value, place in one.assignments:
            if value is not None or name in set_above:
                continue
            if name in _SHELLS_OWN or name.lower() in _PREDEFINED or _MAY_BE_EMPTY.search(name):
                continue
            if dockerfile.global_args.get(name) is None:
                yield place, name


def _is_itself(value: str, name: str) -> bool:
    return value.strip("\"'") in (f"${name}", f"${{{name}}}")


# -- uses ----------------------------------------------------------------------------------


def _first_use(
    target: Target, dockerfile: Dockerfile, stage: Stage, name: str, *, meant: bool
) -> _Use | None:
    variable = re.compile(rf"\$(?:{re.escape(name)}(?![A-Za-z0-9_])|\{{{re.escape(name)}\}})")
    handled = re.compile(
        rf"\$\{{{re.escape(name)}[:+?=#%/-]|-[nz]\s+[\"']?\$\{{?{re.escape(name)}\b"
        rf"|\[\[?\s+[\"']?[\w.-]*\$\{{?{re.escape(name)}\b|case\s+[\"']?\$\{{?{re.escape(name)}\b"
        rf"|(?:^|[\s;&|]){re.escape(name)}=|\bfor\s+{re.escape(name)}\s|\bread\s+(?:-\S+\s+)*"
        rf"{re.escape(name)}\b"
    )
    """Where the script looks at the value, or sets it itself."""
    files = image_files(target, dockerfile)
    steps: dict[int, list[RunStep]] = {}
    for step in files.steps(stage):
        steps.setdefault(id(step.instruction), []).append(step)
    declared = False
    for one in stage.instructions:
        if one.keyword == "ARG":
            declared |= any(known == name for known, _, _ in one.assignments)
        if not declared or not variable.search(one.text):
            continue
        if one.keyword == "COPY":
            use = _copied(target, dockerfile, one, variable)
        elif one.keyword == "RUN" and not handled.search(
            "\n".join((one.text, *(heredoc.text for heredoc in one.heredocs)))
        ):
            use = _run(files, steps.get(id(one), ()), variable)
        else:
            continue
        if use is not None and (use.sure or meant):
            return use
    return None


def _is_component(word: str, variable: re.Pattern[str]) -> bool:
    """Whether the variable alone is a part between slashes, or a file's name before its suffix."""
    for part in word.strip("\"'").split("/"):
        match = variable.match(part)
        if match and (
            match.end() == len(part) or re.fullmatch(r"\.[a-z]{2,5}", part[match.end() :])
        ):
            return True
    return False


def _copied(
    target: Target, dockerfile: Dockerfile, one: Instruction, variable: re.Pattern[str]
) -> _Use | None:
    text = " ".join(one.written.split())
    for word in one.sources:
        if not _is_component(word.text, variable):
            continue
        empty = variable.sub("", word.text).strip("\"'")
        if "$" in empty:
            return None
        shown = empty or "nothing"
        if one.flag("from") is not None:
            return _Use(one.place, text, f"it takes {shown}", sure=False)
        known = images(target).contexts(dockerfile)
        path = in_context(empty) if empty else ""
        there = any(
            target.has(full) or target.has_dir(full)
            for full in (posixpath.join(context.path, path) for context in known)
        )
        if known and path and not there:
            return _Use(one.place, text, f"it asks for {shown}, which is not there", sure=True)
        sure = len(known) == 1 and _holds_projects(target, posixpath.join(known[0].path, path))
        return _Use(one.place, text, f"it takes {shown}", sure=sure)
    return None


def _holds_projects(target: Target, folder: str) -> bool:
    """Whether a folder is no project itself, but more than one of those in it is."""
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    if not prefix or any(target.has(f"{prefix}{name}") for name in _MANIFESTS):
        return False
    below = (
        path[len(prefix) :].split("/") for path in target.everything if path.startswith(prefix)
    )
    projects = {parts[0] for parts in below if len(parts) == 2 and parts[1] in _MANIFESTS}
    return len(projects) > 1


def _run(files: ImageFiles, steps: Sequence[RunStep], variable: re.Pattern[str]) -> _Use | None:
    for step in steps:
        command = step.command
        if command.fallback or command.blocks or command.tested or command.captured:
            continue
        if any(word in _TESTS for text in command.conditions for word in text.split()):
            continue
        found = _breaks(files, step, variable)
        if found is not None:
            effect, sure = found
            return _Use(step.place, step.text, effect, sure)
    return None


def _breaks(files: ImageFiles, step: RunStep, variable: re.Pattern[str]) -> tuple[str, bool] | None:
    """(what happens without the value, whether that is sure)."""
    words = step.words
    plain = [word for word in words[1:] if not word.startswith("-")]
    if step.name == "cd" and plain and _is_component(plain[0], variable):
        empty = variable.sub("", plain[0]) or "the home folder"
        path = files.origin(step.stage, step.at(empty), step.instruction) if plain[0] else None
        sure = path is not None and _holds_projects(files.target, path)
        return f"it goes to {empty}, and what follows runs there", sure
    chosen = _project(words, variable)
    if chosen:
        return f"`{chosen}` gets no project", True
    if step.name in ("cp", "mv", "install", "ln") and len(plain) > 1:
        taken = [word for word in plain[:-1] if _is_component(word, variable)]
        if taken:
            return f"it takes {variable.sub('', taken[0]) or 'nothing'}", False
    if step.name in ("curl", "wget"):
        for word in plain:
            match = _URL.match(word)
            if match and _is_version_part(match[1], variable):
                return f"it asks for {variable.sub('', word)}", True
    if step.name in _ACCOUNTS:
        for option, long in (("-u", "--uid"), ("-g", "--gid")):
            if any(variable.fullmatch(one) for one in option_values(words, option, long)):
                return f"{step.name} refuses `{option}` without a number", True
    if step.name in _PIP:
        for word in plain:
            if "==" in word and variable.fullmatch(word.partition("==")[2]):
                return f"pip refuses {variable.sub('', word)}", True
    return None


def _is_version_part(path: str, variable: re.Pattern[str]) -> bool:
    for part in path.split("/"):
        match = variable.search(part)
        if match and match.end() == len(part) and part[: match.start()] in ("", "v"):
            return True
    return False


def _project(words: Sequence[str], variable: re.Pattern[str]) -> str:
    """The tool and verb that choose a project by the variable alone."""
    names = [word.rpartition("/")[2] for word in words]
    for index, tool in enumerate(names[:4]):
        if index and names[index - 1] not in _RUNNERS:
            break
        rest = words[index + 1 :]
        for option in _PROJECT_OPTIONS.get(tool, ()):
            for value in option_values(tuple(rest), option, option):
                if variable.fullmatch(value):
                    return f"{tool} {option}"
        verb = rest[0] if rest else ""
        if tool == "nx" and verb in _NX_VERBS:
            operands = [word for word in rest[1:] if not word.startswith("-")]
            first = operands[0] if operands else ""
            named = first.partition(":")[0] if verb == "run" else first
            if variable.fullmatch(named):
                return f"nx {verb}"
        own = rest[1] if len(rest) > 1 else ""
        if tool == "yarn" and verb == "workspace" and variable.fullmatch(own):
            return "yarn workspace"
    return ""
