"""Who in the repository asks for a Dockerfile, by building it or by naming it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflow_steps, workflows
from pytest_reconaudit.facts.docker.builds import image_builds, release_tools
from pytest_reconaudit.facts.docker.image_files import image_files
from pytest_reconaudit.facts.docker.images import Images, dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import build_steps, is_development_name
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.target import Target, once

__all__ = ["DockerfileReferences", "Unreferenced", "VersionTwin", "dockerfile_references"]

_NAMED_BY = regex(
    r"(?:^|/)(?:Makefile|makefile|GNUmakefile|justfile|Justfile|Taskfile\.ya?ml|Rakefile|Jenkinsfile"
    r"|Tiltfile|Earthfile|Procfile|app\.json|captain-definition|Vagrantfile|BUILD(?:\.bazel)?"
    r"|WORKSPACE)$"
    r"|\.(?:sh|bash|zsh|ya?ml|mk|py|js|mjs|cjs|ts|rb|go|rs|ps1|bat|cmd|toml|hcl|json|tf|nix|bzl|gradle"
    r"|kts|xml|cfg|groovy|pl|php|fish|just|pkl|cue|star|jsonnet|libsonnet|env|conf|properties"
    r"|dockerfile)$|(?:^|/)[Dd]ockerfile[\w.-]*$"
)
_LISTING = regex(
    r"^\s*(?:#|//|--|\*|/\*)"
    r"|^\s*(?:sudo\s+)?(?:rm|mv|git\s+(?:rm|mv|add)|ls|echo|printf|chmod|stat|test|\[\[?)\s"
    r"|\b(?:rm|mv|git\s+(?:rm|mv))\s+-?\w*\s*[\"']?[^;&|]*$"
)
"""Lines that only speak of a file, or move and delete it."""
_ELEMENT = regex(r"^\s*(?:-\s+)?[\"']?[\w./-]+[\"']?\s*[,)\\]*\s*$")
"""A line that is a path and nothing else: one entry of a list."""
_DYNAMIC = regex(
    r"(?:-f|--file|[Ff]ile[\"']?\s*[:=]|\bbuild\b).*"
    r"(?:[Dd]ockerfile[.-]?(?:\$|\{|%s)|[$}][\w}]*[.-][Dd]ockerfile\b)"
)
_DYNAMIC_FOLDER = regex(
    r"(?:-f|--file|[Ff]ile[\"']?\s*[:=]|\bbuild\b).*(?:\$\{?\w|%s|\{\w)[^\s]*/[Dd]ockerfile\b"
)
_BUILD_COMMAND = regex(r"\b(?:docker|podman|nerdctl|buildah)\b.*\b(?:build|bud)\b")
_FOR_READERS = regex(
    r"(?:^|/)(?:examples?|samples?|demos?|contrib|tests?|test[_-][\w-]*|e2e|integration[\w-]*|bench"
    r"|benchmarks?|benches|hack|templates?|docs?|tutorials?|playground|fixtures?|ci|fuzz|dev|tools?"
    r"|utils?|packaging|genproto|\.(?!docker/)[\w-]+)/",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    {"docker", "deploy", "deployment", "deployments", "infra", "infrastructure", "images", "image",
     "build", "container", "containers", "src", "app", "ops", "k8s", "dockerfiles"}
)  # fmt: skip
"""Folder names that any line may hold without meaning the folder."""
_SPEAKS = ("docker", "ockerfile", "podman", "ontainerfile")
_MAX_TEXT = 400_000
_MAX_LINE = 1_000
_MAX_FOLDERS = 20
_MAJOR = regex(r"^v?(\d+)")
_LANGUAGES = frozenset(
    {"node", "rust", "golang", "python", "ruby", "php", "openjdk", "eclipse-temurin", "maven",
     "gradle", "bun", "deno", "elixir", "sdk"}
)  # fmt: skip


def _is_plain(name: str) -> bool:
    return name.lower() in ("dockerfile", "containerfile")


class VersionTwin(Struct, frozen=True):
    """Another Dockerfile that builds the same package with another version of the base."""

    other: Dockerfile
    package: str
    mine: str
    theirs: str
    place: Place
    other_place: Place


class Unreferenced(Struct, frozen=True):
    """A Dockerfile that nothing asks for."""

    instead: tuple[Note, ...]
    """Who builds another Dockerfile of the same package or the same folder."""


class DockerfileReferences:
    """References to the Dockerfiles of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._images: Images = images(target)
        self._lonely: dict[str, Unreferenced | None] = {}

    def unreferenced(self, dockerfile: Dockerfile) -> Unreferenced | None:
        """That nothing asks for it; ``None`` when something does, may, or need not."""
        path = dockerfile.path
        if path not in self._lonely:
            self._lonely[path] = self._judged(dockerfile, path)
        return self._lonely[path]

    def _judged(self, dockerfile: Dockerfile, path: str) -> Unreferenced | None:
        if self._images.builds(dockerfile) or path in release_tools(self._target):
            return None
        folder, name = posixpath.split(path)
        if not folder and _is_plain(name):
            return None  # hosting platforms find it by themselves
        if _FOR_READERS.search(f"{folder}/") or is_development_name(path):
            return None
        builds = [
            b for b in image_builds(self._target) if b.origin not in ("devcontainer", "action")
        ]
        if not builds:
            return None  # nothing here deploys: the file is for whoever uses the project
        if self._may_be_meant(path) or any(True for _ in self._named(path)):
            return None
        return Unreferenced(tuple(self._instead(dockerfile)))

    def _may_be_meant(self, path: str) -> bool:
        """Whether a build whose file a variable hides may be this one."""
        folder, name = posixpath.split(path)
        for build in image_builds(self._target):
            if build.dockerfile is None and (build.context == folder or _is_plain(name)):
                return True
        if _by_release_tool(self._target):
            return True
        return any(plain is _is_plain(name) for _, plain in _dynamic_names(self._target))

    def _named(self, path: str) -> Iterator[Place]:
        """Lines of scripts, workflows and the like that name the file or its folder."""
        folder, name = posixpath.split(path)
        plain = _is_plain(name)
        base = posixpath.basename(folder)
        wanted = f"{base}/{name}" if plain else name
        pattern = re.compile(rf"(?<![\w.-]){re.escape(wanted)}(?![\w-]|\.\w)")
        for file in _candidates(self._target):
            if file == path:
                continue
            text = self._target.text(file)
            beside = plain and posixpath.dirname(file) == folder and name in text
            if wanted in text or beside:
                near = (
                    re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w-]|\.\w)") if beside else None
                )
                for number, line in enumerate(text.split("\n"), 1):
                    if len(line) > _MAX_LINE or name not in line:
                        continue
                    if not (pattern.search(line) or (near and near.search(line))):
                        continue
                    if not _LISTING.search(line) and not self._listed(file, line):
                        yield Place(file, number, 1)
        yield from self._documented(wanted, pattern)
        if plain and folder:
            yield from self._folder_named(folder)

    @staticmethod
    def _listed(file: str, line: str) -> bool:
        return file.endswith((".sh", ".bash", ".ps1", ".bat")) and bool(_ELEMENT.match(line))

    def _folder_named(self, folder: str) -> Iterator[Place]:
        """The folder as a whole word: `SERVICES="api web"`, a matrix of folders."""
        word = re.compile(rf"(?<![\w./-]){re.escape(folder)}/?(?![\w/-])")
        last = posixpath.basename(folder)
        short = re.compile(rf"(?<![\w./-]){re.escape(last)}(?![\w./-])")
        generic = last.lower() in _GENERIC
        for file in _candidates(self._target):
            text = self._target.text(file)
            if last not in text or not re.search(r"docker|podman|image|build", text[:_MAX_TEXT]):
                continue
            listing = not generic and bool(
                re.search(r"\b(?:for|matrix|foreach|SERVICES|IMAGES|services)\b", text)
            )
            deploys = file.endswith((".yml", ".yaml", ".sh", ".mk", "akefile", ".hcl"))
            for number, line in enumerate(text.split("\n"), 1):
                if len(line) > _MAX_LINE or last not in line or _LISTING.search(line):
                    continue
                if word.search(line) or (listing and deploys and short.search(line)):
                    yield Place(file, number, 1)
                    return

    def _documented(self, wanted: str, pattern: re.Pattern[str]) -> Iterator[Place]:
        """A build command in a README: the image is published, or built by its users."""
        for file in self._target.documents:
            if not posixpath.basename(file).lower().startswith("readme"):
                continue
            text = self._target.text(file)
            if wanted not in text:
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if len(line) < _MAX_LINE and _BUILD_COMMAND.search(line) and pattern.search(line):
                    yield Place(file, number, 1)

    def _instead(self, dockerfile: Dockerfile) -> Iterator[Note]:
        """Who builds the neighbour that took its place."""
        folder, name = posixpath.split(dockerfile.path)
        stem = name.split(".")[:2]
        for other in dockerfiles(self._target):
            if other.path == dockerfile.path or posixpath.dirname(other.path) != folder:
                continue
            if posixpath.basename(other.path).split(".")[:2] == stem:
                for build in self._images.builds(other)[:3]:
                    yield Note(build.place, f"{build.by} builds {other.path}")

    def twins(self, dockerfile: Dockerfile) -> Iterator[VersionTwin]:
        """Dockerfiles of the same package with another major version of the same base; each pair
        is told once, at the file that is not built, else at the later one."""
        built = _built_packages(self._target)
        mine = built.get(dockerfile.path, {})
        sharing = {path for key in mine for path in _builders_of(self._target)[key]}
        for path in sorted(sharing - {dockerfile.path}):
            theirs, other = built[path], _by_path(self._target)[path]
            rank = (not self._images.builds(dockerfile), dockerfile.path)
            if rank < (not self._images.builds(other), other.path):
                continue
            for (package, base), (major, place) in mine.items():
                found = theirs.get((package, base))
                if found is None or found[0] == major:
                    continue
                if major in dockerfile.path or found[0] in path:
                    continue  # one file per version, on purpose
                yield VersionTwin(
                    other, package, f"{base}:{major}", f"{base}:{found[0]}", place, found[1]
                )


@once
def dockerfile_references(target: Target) -> DockerfileReferences:
    """The one look-up of a repository, which remembers what it has found."""
    return DockerfileReferences(target)


@once
def _candidates(target: Target) -> tuple[str, ...]:
    """Files that may name a Dockerfile: they speak of one, or of containers at all."""
    found = []
    for path in target.files:
        if _NAMED_BY.search(path):
            text = target.text(path)
            if len(text) <= _MAX_TEXT and any(word in text for word in _SPEAKS):
                found.append(path)
    return tuple(found)


@once
def _dynamic_names(target: Target) -> tuple[tuple[Place, bool], ...]:
    """Places that put a Dockerfile's name together (``-f Dockerfile.$SERVICE``), and whether it is
    the folder's name instead (``-f $SERVICE/Dockerfile``)."""
    found = []
    for path in _candidates(target):
        for number, line in enumerate(target.text(path).split("\n"), 1):
            if "ockerfile" not in line or len(line) >= _MAX_LINE or _LISTING.search(line):
                continue
            if _DYNAMIC.search(line):
                found.append((Place(path, number, 1), False))
            if _DYNAMIC_FOLDER.search(line):
                found.append((Place(path, number, 1), True))
    return tuple(found)


@once
def _by_release_tool(target: Target) -> bool:
    """Whether GoReleaser runs here by a configuration from elsewhere: it may build any file."""
    return any(
        step.uses.split("@")[0].endswith(("goreleaser", "goreleaser-action", "goreleaser-cross"))
        for workflow in workflows(target)
        for _, step in workflow_steps(workflow)
    ) and not release_tools(target)


@once
def _built_packages(
    target: Target,
) -> dict[str, dict[tuple[str, str], tuple[str, Place]]]:
    """Dockerfile → (package folder, base) → (major version, place) of the stages that build it."""
    found: dict[str, dict[tuple[str, str], tuple[str, Place]]] = {}
    for dockerfile in dockerfiles(target):
        if is_development_name(dockerfile.path) or _FOR_READERS.search(dockerfile.path):
            continue
        for stage in dockerfile.stages:
            base = dockerfile.chain(stage)[-1]
            image = base.image
            major = _MAJOR.match(image.tag) if image is not None else None
            if image is None or major is None or image.short not in _LANGUAGES:
                continue
            if not any(True for _ in build_steps(stage)):
                continue
            package = _package(target, dockerfile, stage.index)
            if package is not None:
                key = (package, image.short)
                version = _version(image.short, image.tag, major[1])
                found.setdefault(dockerfile.path, {}).setdefault(key, (version, base.place))
    return found


@once
def _builders_of(target: Target) -> dict[tuple[str, str], list[str]]:
    """(package folder, base) → the Dockerfiles that build it."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, packages in _built_packages(target).items():
        for key in packages:
            found.setdefault(key, []).append(path)
    return found


@once
def _by_path(target: Target) -> dict[str, Dockerfile]:
    return {one.path: one for one in dockerfiles(target)}


def _version(short: str, tag: str, major: str) -> str:
    """The major version; of languages that break in minor ones the minor as well."""
    if short in ("python", "elixir"):
        minor = re.match(r"\d+\.\d+", tag)
        return minor[0] if minor else major
    return major


def _package(target: Target, dockerfile: Dockerfile, index: int) -> str | None:
    """The folder of the manifest that lies where the stage builds."""
    files = image_files(target, dockerfile)
    stage = dockerfile.stages[index]
    first = {step.folder: step for step in reversed(files.steps(stage))}
    for step in list(first.values())[:_MAX_FOLDERS]:
        for name in ("package.json", "Cargo.toml", "go.mod", "pyproject.toml", "pom.xml"):
            found = files.origin(stage, posixpath.join(step.folder, name), step.instruction)
            if found is not None:
                return posixpath.dirname(found)
    return None
