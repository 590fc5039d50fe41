"""Who builds which Dockerfile, from which context, up to which stage.

Read from compose stacks, workflows, scripts, Makefiles, bake files, Skaffold, Tilt, Garden, dev
containers, container actions and the hosting platforms' own files. A part that a variable hides
is ``None``: the build still names the file, but nothing is concluded about its context.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.pipelines import (
    actions,
    local_action,
    workflow_steps,
    workflows,
)
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.default_names import dockerfile_read
from pytest_reconaudit.facts.docker.named_contexts import action_contexts, command_contexts
from pytest_reconaudit.facts.index import files_by_name, invocations_of
from pytest_reconaudit.facts.invocations import Invocation
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import toml
from pytest_reconaudit.readers.bake import read_bake
from pytest_reconaudit.readers.compose import is_remote, repo_path
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["ImageBuild", "image_builds", "release_tools"]

_BAKE_NAMES = regex(r"^(?:docker-)?(?:bake|compose\.bake)(?:[.-][\w.-]+)?\.(?:hcl|json)$")
_CI_NAMES = regex(
    r"^(?:\.gitlab-ci[\w.-]*|\.?(?:drone|woodpecker|travis|appveyor)|azure-pipelines[\w.-]*"
    r"|bitbucket-pipelines|buildspec[\w.-]*)\.ya?ml$"
)
_CI_FOLDERS = regex(r"(?:^|/)(?:\.circleci/config|\.(?:woodpecker|buildkite)/[\w.-]+)\.ya?ml$")
_FLY = regex(r"^fly\.[\w-]+\.toml$")
_BUILD_LINE = regex(
    r"\b(?:docker|podman|nerdctl|buildah)\b.{0,40}\b(?:build|bud)\b|/kaniko/executor"
)
_TILT = regex(r"\bdocker_build(?:_with_restart)?\(")
_MATRIX = regex(r"\$\{\{\s*matrix\.([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?\s*\}\}")
_ENV = regex(r"\$\{\{\s*env\.([A-Za-z0-9_-]+)\s*\}\}")
_HERE = regex(r"^(?:\$\(pwd\)|`pwd`|\$\{?PWD\}?)(?=/|$)")
_TOP = regex(
    r"^(?:\$\{?GITHUB_WORKSPACE\}?|\$\{\{\s*github\.workspace\s*\}\}|\$\{?CI_PROJECT_DIR\}?)(?=/|$)"
)
_INPUT = regex(r"\$\{\{\s*inputs\.([A-Za-z0-9_-]+)\s*\}\}")
_ARGUMENT = regex(r"[A-Za-z_]\w*")
_MAX_MATRIX = 60
_MAX_CALLS = 300

_VALUED_NAMES = (
    "--add-host --allow --annotation --attest --build-arg --build-context --builder --cache- "
    "from --cache-to --cgroup-parent --iidfile --label --metadata-file --network --no-cache- "
    "filter -o --output --platform --progress --secret --shm-size --ssh -t --tag --ulimit -m "
    "--memory --memory-swap --cpu-shares -c --cpuset-cpus --cpu-quota --cpu-period "
    "--isolation --security-opt --format --arch --os --layers --volume -v --authfile --creds"
)
_VALUED = frozenset(_VALUED_NAMES.split())


class ImageBuild(Struct, frozen=True):
    """One place that builds an image. Paths are relative to the repository."""

    dockerfile: str | None
    """``None`` when it cannot be told."""
    context: str | None
    """``None`` when remote, outside the repository or hidden by a variable."""
    target: str
    """The stage asked for; empty for the last."""
    place: Place
    origin: str
    """``compose workflow action script makefile package.json bake skaffold tilt garden
    devcontainer platform ci``."""
    by: str
    """Who builds, for messages: ``compose service api``."""
    contexts: tuple[str, ...] = ()
    """Names of further build contexts that ``--from`` may name."""
    assumed: bool = False
    """The folder that the command runs in is a convention, not known from the text."""
    names: tuple[str, ...] = ()
    """What the image is called, registry and tag as written; variables stay as they are."""
    arguments: frozenset[str] | None = None
    """The names of all build arguments that are given; ``None`` when not known."""


@once
def image_builds(target: Target) -> tuple[ImageBuild, ...]:
    """Every build that some file of the repository asks for, by place."""
    found: dict[tuple[object, ...], ImageBuild] = {}
    for one in _all(target):
        if one.dockerfile is not None:
            read = dockerfile_read(target, one.dockerfile)
            one = one if read == one.dockerfile else replace(one, dockerfile=read)
        key = (one.place, one.dockerfile, one.context, one.target)
        known = found.setdefault(key, one)
        if known is one:
            continue
        if set(one.names) - set(known.names):
            known = replace(known, names=tuple(dict.fromkeys((*known.names, *one.names))))
        contexts = tuple(dict.fromkeys((*known.contexts, *one.contexts)))
        both = known.arguments is not None and one.arguments is not None
        given = (known.arguments or frozenset()) | (one.arguments or frozenset()) if both else None
        found[key] = replace(known, arguments=given, contexts=contexts)
    return tuple(sorted(found.values(), key=lambda one: (one.place.key(), one.dockerfile or "")))


def _all(target: Target) -> Iterator[ImageBuild]:
    yield from _compose(target)
    yield from _commands(target)
    yield from _workflow_actions(target)
    yield from _container_actions(target)
    for name, paths in files_by_name(target).items():
        reader = _reader(name)
        if reader is not None:
            for path in paths:
                yield from reader(target, path)
    for path in target.everything:
        # `.circleci/config.yml`: it is the folder that tells.
        if path.endswith((".yml", ".yaml")) and "/" in path and _CI_FOLDERS.search(path):
            yield from _other_ci(target, path)


def _reader(name: str) -> Callable[[Target, str], Iterator[ImageBuild]] | None:
    """Who reads the builds out of a file with this base name."""
    if name in _READERS:
        return _READERS[name]
    if name.endswith((".hcl", ".json")):
        return _bake if _BAKE_NAMES.match(name) else None
    if name.endswith(".tiltfile"):
        return _tilt
    if not name.endswith((".yml", ".yaml")):
        return _platform if name in ("fly.toml", "railway.toml") or _FLY.match(name) else None
    if name.startswith("skaffold"):
        return _skaffold
    if name.endswith((".garden.yml", ".garden.yaml")):
        return _garden
    if name.startswith(("render", "heroku", "cloudbuild")):
        return _platform
    return _other_ci if _CI_NAMES.match(name) else None


def _compose(target: Target) -> Iterator[ImageBuild]:
    for stack in stacks(target):
        for service in stack.services:
            build = service.build
            if build is None or not build.complete:
                continue
            yield ImageBuild(
                dockerfile=build.dockerfile,
                context=build.context,
                target=build.target if "$" not in build.target else "",
                place=build.context_place,
                origin="compose",
                by=f"compose service {service.name}",
                contexts=build.contexts,
                names=(service.image,) if service.image else (),
                arguments=frozenset(entry.key for entry in build.args),
            )


# -- docker build --------------------------------------------------------------------------


def _commands(target: Target) -> Iterator[ImageBuild]:
    for invocation in invocations_of(target, _BUILDERS):
        command = invocation.command

        def locate(word: str, invocation: Invocation = invocation) -> str | None:
            return invocation.resolve(word)

        for one in build_command(invocation.words, locate, command.place):
            known = one[0] is not None and target.has(one[0])
            if invocation.assumed and not known:
                continue  # where the script starts is a guess, and a wrong one
            yield ImageBuild(
                *one,
                origin=invocation.source,
                by=f"{invocation.source} {command.place}",
                contexts=command_contexts(invocation.words),
                assumed=invocation.assumed,
                names=tuple(invocation.trace.expand(name) for name in _tags(invocation.words)),
                arguments=_passed(invocation.words),
            )


_BUILDERS = ("docker", "podman", "nerdctl", "buildah", "executor")
Locate = Callable[[str], "str | None"]


def build_command(
    words: Iterable[str], locate: Locate, place: Place
) -> Iterator[tuple[str | None, str | None, str, Place]]:
    """(Dockerfile, context, stage, place) of a ``docker build`` in any of its spellings.

    :param locate: a path word as a path of the repository.
    """
    rest = _after_build(list(words))
    if rest is None:
        return
    file = stage = ""
    positional: list[str] = []
    i = 0
    while i < len(rest):
        word = rest[i]
        option, equals, value = word.partition("=")
        if word.startswith("-") and word != "-":
            if not equals and option in ("-f", "--file", "--target", "--dockerfile", "--context"):
                i += 1
                value = rest[i] if i < len(rest) else ""
            elif not equals and option in _VALUED:
                i += 1
            if option in ("-f", "--file", "--dockerfile"):
                file = value
            elif option == "--target":
                stage = value
            elif option == "--context":  # kaniko
                positional.append(value.removeprefix("dir://"))
            elif option.startswith("-f") and not option.startswith("--"):
                file = word[2:]
        else:
            positional.append(word)
        i += 1
    if not positional or file == "-":
        return
    # `docker build -f x . $EXTRA_ARGUMENTS`: one argument is the context, the rest are options.
    plain = [word for word in positional if not word.startswith("$")]
    written = plain[-1] if len(plain) == 1 else positional[-1]
    context = None if written == "-" or is_remote(written) else locate(written)
    if file:
        dockerfile = locate(file)
    else:
        dockerfile = None if context is None else posixpath.join(context, "Dockerfile")
    yield dockerfile, context, stage if "$" not in stage else "", place


def _tags(words: Iterable[str]) -> Iterator[str]:
    """The image names that a build command gives: ``-t``, ``--tag``, kaniko's destination."""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in ("-t", "--tag", "--destination", "-d"):
            yield value if equals else next(rest, "")
        elif word.startswith("-t") and not word.startswith("--"):
            yield word[2:]


def _passed(words: Iterable[str]) -> frozenset[str] | None:
    """The build arguments that a build command gives; ``None`` when a variable may hide some."""
    found: set[str] = set()
    rest = iter(_after_build(list(words)) or ["$"])
    for word in rest:
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            if word.startswith(("$", "`", "@")):
                return None
            continue
        if not equals and (option in _VALUED or option in ("-f", "--file", "--target")):
            value = next(rest, "")
        if option == "--target" and "$" in value:
            return None
        if option == "--build-arg":
            name = value.partition("=")[0]
            if not _ARGUMENT.fullmatch(name):
                return None
            found.add(name)
    return frozenset(found)


def _from_root(written: str) -> str | None:
    """A path seen from the repository's root; nothing when a variable hides it."""
    for pattern in (_TOP, _HERE):
        top = pattern.match(written)
        if top:
            written = written[top.end() :].lstrip("/") or "."
    return repo_path("", written)


def _nowhere(written: str) -> str | None:
    return None


def _after_build(words: list[str]) -> list[str] | None:
    """The arguments of a build command; nothing when it is none."""
    while words and (words[0] in ("sudo", "exec", "time", "command", "env") or "=" in words[0]):
        words.pop(0)
    program = words[0].rpartition("/")[2] if words else ""
    if program in ("docker", "podman", "nerdctl"):
        rest = words[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[1:] if "=" in rest[0] or rest[0] in ("-D", "--debug") else rest[2:]
        if rest[:1] in (["buildx"], ["image"], ["builder"]):
            rest = rest[1:]
            while rest and rest[0].startswith("-"):
                rest = rest[1:] if "=" in rest[0] else rest[2:]
        return rest[1:] if rest[:1] in (["build"], ["b"]) else None
    if program == "buildah" and words[1:2] in (["bud"], ["build"], ["build-using-dockerfile"]):
        return words[2:]
    if program == "executor" and "kaniko" in words[0]:
        return words[1:]
    return None


def _other_ci(target: Target, path: str) -> Iterator[ImageBuild]:
    """Build lines of CI systems whose shell parts are not read as scripts.

    A ``cd`` shortly before makes the folder unknown.
    """
    text = target.text(path)
    if not _BUILD_LINE.search(text):
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        match = _BUILD_LINE.search(line)
        if match is None or line.lstrip().startswith(("#", "//")):
            continue
        moved = any(
            re.search(r"\bcd\s+\S", before) for before in lines[max(0, number - 12) : number]
        )
        command = re.split(r"&&|\|\||;|\|", line[match.start() :])[0].strip().strip("'\"")
        try:
            words = shlex.split(command)
        except ValueError:
            words = command.split()
        place = Place(path, number, match.start() + 1)
        for one in build_command(words, _nowhere if moved else _from_root, place):
            yield ImageBuild(
                *one,
                origin="ci",
                by=str(place),
                contexts=command_contexts(words),
                names=tuple(_tags(words)),
            )


# -- workflows -----------------------------------------------------------------------------


def _workflow_actions(target: Target) -> Iterator[ImageBuild]:
    for workflow in workflows(target):
        for job, step in workflow_steps(workflow):
            name = step.uses.partition("@")[0].lower()
            if not name or not re.search(r"docker|build|kaniko|podman", name):
                continue
            given: Map | _Handed = step.with_
            handed = _handed(target, step)
            if name == "docker/bake-action" or not (_builds(name, step.with_) or handed):
                continue
            if handed is not None and not _builds(name, step.with_):
                given = handed
            for context_text, file_text, stage, names in _expanded(workflow, job, step.uses, given):
                context, dockerfile = _action_paths(job, context_text, file_text)
                yield ImageBuild(
                    dockerfile=dockerfile,
                    context=context,
                    target=stage if "$" not in stage else "",
                    place=step.with_.key_place("context")
                    if "context" in step.with_
                    else step.uses_place,
                    origin="workflow",
                    by=f"workflow {step.uses_place}",
                    contexts=action_contexts(target, workflow, job, given.str("build-contexts")),
                    names=_action_names(names),
                    arguments=_handed_arguments(step, handed, stage),
                )


def _builds(name: str, given: Map) -> bool:
    return _is_build_action(name) or bool({"dockerfile", "containerfiles"} & set(given))


def _is_build_action(name: str) -> bool:
    # Depot, Blacksmith and others keep the name and the inputs of Docker's own action.
    return name.endswith("/build-push-action") or name == "redhat-actions/buildah-build"


class _Handed(Struct, frozen=True):
    """What a build inside an action of the repository gets: the inputs put in that it names."""

    inner: Map
    given: Map
    inputs: Map

    def __iter__(self) -> Iterator[object]:
        return iter(self.inner)

    def str(self, key: str) -> str:
        """The text of an input of the inner step."""

        def filled(match: re.Match[str]) -> str:
            name = match[1]
            if name in self.given:
                return self.given.str(name)
            return self.inputs.map(name).str("default")

        return _INPUT.sub(filled, self.inner.str(key))


def _handed(target: Target, step: Step) -> _Handed | None:
    """The one build that an action of the repository makes of its caller's inputs."""
    if not step.uses.startswith("./"):
        return None
    action = local_action(target, step.uses)
    if action is None or action.using != "composite":
        return None
    inner = [
        one.with_
        for one in action.steps
        if _is_build_action(one.uses.partition("@")[0].lower()) and "file" in one.with_
    ]
    return _Handed(inner[0], step.with_, action.raw.map("inputs")) if len(inner) == 1 else None


def _handed_arguments(step: Step, handed: _Handed | None, stage: str) -> frozenset[str] | None:
    """The build arguments of a step, if all are told."""
    if "$" in stage:
        return None
    if _is_build_action(step.uses.partition("@")[0].lower()):
        text = step.with_.str("build-args")
    elif handed is not None:
        text = handed.str("build-args")
    else:
        return None
    found = set()
    for line in re.split(r"[\n,]", text):
        name = line.partition("=")[0].strip().strip("\"'")
        if not name or name.startswith("#"):
            continue
        if not _ARGUMENT.fullmatch(name):
            if "=" in line or "$" in line:
                return None
            continue
        found.add(name)
    return frozenset(found)


_OUTPUTS = regex(r"\$\{\{\s*steps\.([A-Za-z0-9_-]+)\.outputs\.")


def _action_names(names: str) -> tuple[str, ...]:
    """The names of a ``tags:`` text."""
    found = [one.strip() for one in re.split(r"[\n,]", names) if one.strip()]
    return tuple(dict.fromkeys(one for one in found if not _OUTPUTS.match(one)))


def _names_text(job: Job, given: Map | _Handed) -> str:
    """``tags:`` with the ``images:`` of the metadata steps that it takes its names from."""
    text = given.str("tags") or given.str("image") or given.str("images")
    steps = {match[1] for match in _OUTPUTS.finditer(text)}
    listed = [step.with_.str("images") for step in job.steps if step.id and step.id in steps]
    return "\n".join((text, *listed))


def _context_text(uses: str, given: Map | _Handed) -> str:
    """The context that a step asks for; of an action of the repository, whose inputs have the
    names that its author chose, none when no input is called so."""
    written = given.str("context") or given.str("workdir") or given.str("path")
    if written or not uses.startswith("./"):
        return written or "."
    names = (str(name) for name in given)
    chosen = (given.str(name) for name in names if re.search(r"(?i)context(?!s)", name))
    return next((text for text in chosen if text), "${{ inputs }}")


def _expanded(
    workflow: Workflow, job: Job, uses: str, given: Map | _Handed
) -> Iterator[tuple[str, str, str, str]]:
    """(context, file, target, names) of a step, one per combination of the matrix it names."""
    file = given.str("file") or given.str("dockerfile") or given.str("containerfiles")
    texts = [
        _context_text(uses, given),
        file.strip(),
        given.str("target"),
        _names_text(job, given),
    ]
    env = {
        **{str(k): workflow.env.str(k) for k in workflow.env},
        **{str(k): job.env.str(k) for k in job.env},
    }
    texts = [_ENV.sub(lambda m: env.get(m[1], m[0]), text) for text in texts]
    wanted = {match.groups() for text in texts[:3] for match in _MATRIX.finditer(text)}
    if not wanted:
        yield texts[0], texts[1], texts[2], texts[3]
        return
    for values in islice(_matrix(job.matrix, sorted({name for name, _ in wanted})), _MAX_MATRIX):

        def filled(match: re.Match[str], values: dict[str, object] = values) -> str:
            value = values.get(match[1])
            if match[2]:
                return value.str(match[2]) if isinstance(value, Map) else match[0]
            return match[0] if value is None or isinstance(value, (Map, Seq)) else str(value)

        done = [_MATRIX.sub(filled, text) for text in texts]
        yield done[0], done[1], done[2], done[3]


def _matrix(matrix: Map, names: list[str]) -> Iterator[dict[str, object]]:
    lists = [list(matrix.seq(name)) for name in names]
    if all(lists):
        for values in product(*lists):
            yield dict(zip(names, values, strict=True))
    for entry in matrix.maps("include"):
        if any(name in entry for name in names):
            yield {name: entry.get(name) for name in names}


def _action_paths(job: Job, context_text: str, file_text: str) -> tuple[str | None, str | None]:
    """The context and the Dockerfile of a build action, relative to the repository."""
    text = context_text.strip()
    git = re.match(r"^\{\{\s*defaultContext\s*\}\}(?::(.*))?$", text)
    if git:
        context = repo_path("", git[1] or ".")
    else:
        context = _in_checkout(job, text)
    if file_text:
        dockerfile = _in_checkout(job, file_text)
        if git and git[1]:
            dockerfile = repo_path(git[1], file_text)
    else:
        dockerfile = None if context is None else posixpath.join(context, "Dockerfile")
    return context, dockerfile


def _in_checkout(job: Job, written: str) -> str | None:
    """A path of the workspace as a path of the repository, wherever it was checked out."""
    path = _from_root(written)
    if path is None:
        return None
    for step in job.steps:
        if step.uses.startswith("actions/checkout@") and "path" in step.with_:
            if "repository" in step.with_ and "github.repository" not in step.with_.str(
                "repository"
            ):
                other = repo_path("", step.with_.str("path"))
                if other and (path == other or path.startswith(f"{other}/")):
                    return None
                continue
            own = repo_path("", step.with_.str("path"))
            if own is None:
                return None
            if own and path != own and not path.startswith(f"{own}/"):
                return None
            path = path[len(own) :].lstrip("/")
    return path


def _container_actions(target: Target) -> Iterator[ImageBuild]:
    for action in actions(target):
        runs = action.raw.map("runs")
        image = runs.str("image")
        if action.using != "docker" or image.startswith("docker://") or not image:
            continue
        dockerfile = repo_path(posixpath.dirname(action.path), image)
        if dockerfile is not None:
            context = posixpath.dirname(dockerfile)
            place = runs.key_place("image")
            yield ImageBuild(dockerfile, context, "", place, "action", f"action {place}")


# -- tools with files of their own ---------------------------------------------------------


def _bake(target: Target, path: str) -> Iterator[ImageBuild]:
    folder = posixpath.dirname(path)
    for one in target.parse(read_bake, path):
        if one.inline:
            continue
        context = repo_path(folder, one.context) if one.context else None
        dockerfile = (
            repo_path(context, one.dockerfile)
            if context is not None and one.dockerfile is not None
            else None
        )
        by = f"bake target {one.name}"
        yield ImageBuild(
            dockerfile,
            context,
            one.stage or "",
            one.place,
            "bake",
            by,
            one.contexts,
            names=one.tags,
        )


def _call(text: str, start: int) -> str:
    """The arguments of a call up to the bracket that closes it."""
    depth, quote = 1, ""
    for at in range(start, min(len(text), start + 3000)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if not depth:
                return text[start:at]
    return text[start : start + 3000]


def _tilt(target: Target, path: str) -> Iterator[ImageBuild]:
    text, folder = target.text(path), posixpath.dirname(path)
    for match in islice(_TILT.finditer(text), _MAX_CALLS):
        line = text.count("\n", 0, match.start()) + 1
        if text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip().startswith("#"):
            continue
        call = _call(text, match.end())
        image = re.match(r"\s*['\"]([^'\"]*)['\"]", call)
        positional = re.match(
            r"\s*['\"][^'\"]*['\"]\s*,\s*(?:context\s*=\s*)?['\"]([^'\"]*)['\"]", call
        )
        named = dict(re.findall(r"\b(dockerfile|target|context)\s*=\s*['\"]([^'\"]*)['\"]", call))
        written = positional[1] if positional else named.get("context", "")
        context = repo_path(folder, written) if written else None
        if "dockerfile_contents" in call:
            continue
        if "dockerfile" in named:
            dockerfile = repo_path(folder, named["dockerfile"])
        elif re.search(r"\bdockerfile\s*=", call) or context is None:
            dockerfile = None
        else:
            dockerfile = posixpath.join(context, "Dockerfile")
        place = Place(path, line, 1)
        yield ImageBuild(
            dockerfile, context, named.get("target", ""), place, "tilt", f"Tilt {place}",
            names=(image[1],) if image else (),
        )  # fmt: skip


def _skaffold(target: Target, path: str) -> Iterator[ImageBuild]:
    folder = posixpath.dirname(path)
    if "artifacts:" not in target.text(path):
        return
    for document in target.parse(read_yaml, path).documents:
        root = document.map
        if not root.str("apiVersion").startswith("skaffold/"):
            continue
        for part in (root, *root.maps("profiles")):
            for artifact in part.map("build").maps("artifacts"):
                if {"jib", "buildpacks", "ko", "bazel"} & set(artifact):
                    continue
                context = repo_path(folder, artifact.str("context") or ".")
                how = artifact.map("docker") if "docker" in artifact else artifact.map("kaniko")
                if "custom" in artifact:
                    how = artifact.map("custom").map("dependencies").map("dockerfile")
                name = how.str("dockerfile") or how.str("path") or "Dockerfile"
                yield ImageBuild(
                    dockerfile=repo_path(context, name) if context is not None else None,
                    context=context,
                    target=how.str("target"),
                    place=artifact.place,
                    origin="skaffold",
                    by=f"skaffold artifact {artifact.str('image')}",
                    names=(artifact.str("image"),),
                )


def _garden(target: Target, path: str) -> Iterator[ImageBuild]:
    folder = posixpath.dirname(path)
    for document in target.parse(read_yaml, path).documents:
        root = document.map
        if root.str("type") != "container" or root.str("kind") not in ("Build", "Module"):
            continue
        context = repo_path(folder, root.map("source").str("path") or ".")
        name = root.map("spec").str("dockerfile") or root.str("dockerfile") or "Dockerfile"
        dockerfile = repo_path(context, name) if context is not None else None
        stage = root.map("spec").str("targetStage") or root.map("build").str("targetImage")
        by = f"garden {root.str('name')}"
        name = root.str("name")
        yield ImageBuild(dockerfile, context, stage, root.place, "garden", by, names=(name,))


_DEV_FILE = regex(r'"docker[fF]ile"\s*:\s*"([^"\n]*)"')
_DEV_CONTEXT = regex(r'"context"\s*:\s*"([^"\n]*)"')


def _devcontainer(target: Target, path: str) -> Iterator[ImageBuild]:
    # JSON with comments: two plain values are wanted, not a JSON5 parser.
    text, folder = target.text(path), posixpath.dirname(path)
    file = _DEV_FILE.search(text)
    if file is None:
        return
    written = _DEV_CONTEXT.search(text)
    context = repo_path(folder, written[1] if written else ".")
    place = Place(path, text.count("\n", 0, file.start()) + 1, 1)
    dockerfile = repo_path(folder, file[1])
    yield ImageBuild(dockerfile, context, "", place, "devcontainer", f"dev container {place}")


def _platform(target: Target, path: str) -> Iterator[ImageBuild]:
    folder, name = posixpath.split(path)
    text = target.text(path)
    place = Place(path, 1, 1)
    if name.endswith(".toml") and name.startswith(("fly", "railway")):
        try:
            build = toml.loads(text).get("build")
        except (toml.TOMLDecodeError, RecursionError):
            return
        if isinstance(build, dict):
            file = build.get("dockerfile") or build.get("dockerfilePath")
            stage = build.get("build-target")
            if isinstance(file, str):
                by = f"{name} build"
                stage = stage if isinstance(stage, str) else ""
                yield ImageBuild(repo_path(folder, file), folder, stage, place, "platform", by)
    elif name == "railway.json":
        try:
            build = json.loads(text).get("build")
        except (ValueError, AttributeError, RecursionError):
            return
        if isinstance(build, dict) and isinstance(build.get("dockerfilePath"), str):
            file = build["dockerfilePath"].lstrip("/")
            yield ImageBuild(repo_path(folder, file), folder, "", place, "platform", name)
    elif name in ("render.yaml", "render.yml"):
        for service in target.parse(read_yaml, path).documents[:1]:
            for one in service.map.maps("services"):
                file, context = one.str("dockerfilePath"), one.str("dockerContext")
                if file:
                    yield ImageBuild(
                        repo_path("", file),
                        repo_path("", context or one.str("rootDir") or "."),
                        "",
                        one.key_place("dockerfilePath"),
                        "platform",
                        f"render service {one.str('name')}",
                    )
    elif name in ("heroku.yml", "heroku.yaml"):
        for document in target.parse(read_yaml, path).documents[:1]:
            docker = document.map.map("build").map("docker")
            for process in docker:
                dockerfile = repo_path(folder, docker.str(process))
                if dockerfile:
                    context = posixpath.dirname(dockerfile)
                    at = docker.key_place(process)
                    yield ImageBuild(dockerfile, context, "", at, "platform", f"heroku {process}")
    elif name.startswith("cloudbuild") and name.endswith((".yaml", ".yml")):
        for document in target.parse(read_yaml, path).documents[:1]:
            for step in document.map.maps("steps"):
                args = [str(word) for word in step.seq("args") if isinstance(word, (str, int))]
                program = "docker" if "docker" in step.str("name") else "/kaniko/executor"
                if "docker" in step.str("name") or "kaniko" in step.str("name"):
                    at = step.key_place("args")
                    start = repo_path("", step.str("dir") or ".") or ""

                    def locate(word: str, folder: str = start) -> str | None:
                        return repo_path(folder, word)

                    for found in build_command([program, *args], locate, at):
                        yield ImageBuild(
                            *found, origin="ci", by=f"Cloud Build {at}", names=tuple(_tags(args))
                        )


_READERS = {
    "Tiltfile": _tilt,
    "garden.yml": _garden,
    "garden.yaml": _garden,
    "devcontainer.json": _devcontainer,
    ".devcontainer.json": _devcontainer,
    "railway.json": _platform,
    "Jenkinsfile": _other_ci,
}


@once
def release_tools(target: Target) -> dict[str, Place]:
    """Dockerfiles that a release tool builds from a folder it fills itself (GoReleaser)."""
    found: dict[str, Place] = {}
    listed = [
        path
        for name, paths in files_by_name(target).items()
        if name.lstrip(".").startswith("goreleaser") and name.endswith((".yml", ".yaml"))
        for path in paths
    ]
    for path in listed:
        for document in target.parse(read_yaml, path).documents:
            root = document.map
            for key in ("dockers", "dockers_v2", "kos"):
                for one in root.maps(key):
                    file = repo_path("", one.str("dockerfile") or "Dockerfile")
                    if file is not None and key != "kos":
                        found[file] = one.place
    return found
