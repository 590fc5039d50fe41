"""What of a build context gets into images although nobody meant it to."""

from __future__ import annotations

import contextlib
import os
import posixpath
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.docker.copied_on import CopiedOn
from pytest_reconaudit.facts.docker.images import (
    BuildContext,
    CopySource,
    dockerfiles,
    ignore_rule,
    images,
    in_context,
)
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.readers.dockerfile import Dockerfile
from pytest_reconaudit.readers.dockerignore import Dockerignore
from pytest_reconaudit.target import Target, once

__all__ = ["Clutter", "IgnoredContext", "ignored_contexts"]

_MAX_BYTES = 100 * 1024 * 1024
_LARGE = 2 * 1024 * 1024
_LARGEST = 5
_SMALL = (
    ".rs", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", ".svelte", ".py", ".go", ".java", ".kt",
    ".rb", ".php", ".cs", ".ex", ".md", ".mdx", ".sql", ".toml", ".yml", ".yaml", ".html", ".css",
    ".scss", ".sh", ".tf", ".proto", ".c", ".h", ".cpp", ".swift", ".lock", ".snap",
)  # fmt: skip
"""What people write is never that large; asking for the size of each would cost too much."""
_LIGHT = frozenset({".git", "target"})
"""What weighs little, wherever it ends up: nothing runs it."""
_ENV_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")

_PROJECT_FILES = (
    "package.json", "Cargo.toml", "pyproject.toml", "requirements.txt", "setup.py", "go.mod",
    "pom.xml", "build.gradle", "build.gradle.kts", "composer.json", "Gemfile", "mix.exs",
    "Pipfile", "manage.py", "deno.json", "Package.swift", "CMakeLists.txt",
)  # fmt: skip


class Clutter(Struct, frozen=True):
    """Something that a developer's folder holds, and the copy that takes it along."""

    path: str
    """Relative to the context."""
    why: str
    copy: CopySource
    ships: bool
    """It is copied into the stage that ships, not into one that only builds."""
    arrives: bool = True
    """It is in an image that ships, be it by way of other stages."""
    spoils: bool = False
    """It takes the place of what the build installs."""

    @property
    def weighs(self) -> bool:
        """Whether it spoils the build, or ships; a secret that a stage only has does neither."""
        name = self.path.rpartition("/")[2]
        if name == ".env":
            return self.ships
        return name not in _LIGHT and (self.arrives or self.spoils)


class IgnoredContext(Struct, frozen=True, eq=False):
    """One build context with what keeps things out of it."""

    path: str
    """Relative to the repository; empty for its root."""
    ignore_path: str
    """Where its ``.dockerignore`` is, or should be."""
    builders: tuple[Note, ...]
    broad: tuple[CopySource, ...]
    """Copies of folders, those of the whole context first."""
    unguarded: tuple[CopySource, ...]
    """Those of Dockerfiles for which no ignore file holds."""
    clutter: tuple[Clutter, ...]
    """What no pattern keeps out."""
    arrives: bool
    """Some of the unguarded copies are in an image that ships."""
    project: bool
    """A program is developed in the context: more will lie there than what is committed."""
    rule: Note | None
    """The git-ignore rule that keeps the ignore file itself out of the repository."""
    bytes: int
    """Size of the large committed files that go to the builder, when it is over the limit."""
    largest: tuple[tuple[str, int], ...]

    @property
    def title(self) -> str:
        return self.path or "."


@once
def ignored_contexts(target: Target) -> tuple[IgnoredContext, ...]:
    """Every known context from which some folder is copied, by path."""
    known: dict[str, list[tuple[Dockerfile, BuildContext]]] = {}
    all_images = images(target)
    for dockerfile in dockerfiles(target):
        if all_images.is_dev_container(dockerfile):
            continue
        for context in all_images.contexts(dockerfile):
            known.setdefault(context.path, []).append((dockerfile, context))
    found = []
    rules: set[Place] = set()
    for path in sorted(known):
        one = _context(target, path, known[path])
        if one is None:
            continue
        if one.rule is not None and one.rule.place in rules:
            one = replace(one, rule=None)
        elif one.rule is not None:
            rules.add(one.rule.place)
        found.append(one)
    return tuple(found)


def _context(
    target: Target, path: str, builds: list[tuple[Dockerfile, BuildContext]]
) -> IgnoredContext | None:
    all_images = images(target)
    broad: list[CopySource] = []
    unguarded: list[CopySource] = []
    clutter: dict[str, Clutter] = {}
    arrives = False
    for dockerfile, context in builds:
        mine = list(_broad(target, all_images.sources(dockerfile), path))
        broad += mine
        rules = all_images.dockerignore(dockerfile, context)
        ways = CopiedOn(target, dockerfile)
        if rules is None:
            unguarded += mine
            arrives = arrives or any(
                ways.arrives(source, in_context(source.written)) for source in mine
            )
        final = all_images.final_stage(dockerfile)
        shipped = {one.index for one in dockerfile.chain(final)} if final else set()
        for one in _clutter(target, path, mine, rules, shipped, ways):
            known = clutter.setdefault(one.path, one)
            if (one.arrives and not known.arrives) or (one.spoils and not known.spoils):
                clutter[one.path] = replace(
                    known,
                    arrives=known.arrives or one.arrives,
                    spoils=known.spoils or one.spoils,
                )
    if not broad:
        return None
    broad.sort(key=lambda source: (bool(in_context(source.written)), source.place.key()))
    unguarded.sort(key=lambda source: (bool(in_context(source.written)), source.place.key()))
    ignore_path = posixpath.join(path, ".dockerignore")
    rule = None if target.has(ignore_path) else ignore_rule(target, ignore_path)
    size, largest = _size(target, path, builds, broad)
    notes = dict.fromkeys(
        Note(build.place, f"built by {build.by}") for _, c in builds for build in c.builds
    )
    return IgnoredContext(
        path=path,
        ignore_path=ignore_path,
        builders=tuple(notes),
        broad=tuple(broad),
        unguarded=tuple(unguarded),
        clutter=tuple(clutter.values()),
        arrives=arrives,
        project=any(target.has(posixpath.join(path, name)) for name in _PROJECT_FILES),
        rule=None if rule is None else Note(rule.place, rule.pattern),
        bytes=size,
        largest=largest,
    )


def _broad(target: Target, sources: list[CopySource], context: str) -> Iterator[CopySource]:
    for source in sources:
        if source.instruction.keyword == "RUN":
            continue  # a bind mount leaves nothing in the image
        clean = in_context(source.written)
        if not clean or target.has_dir(posixpath.join(context, clean)):
            yield source


def _clutter(
    target: Target,
    context: str,
    broad: list[CopySource],
    rules: Dockerignore | None,
    shipped: set[int],
    ways: CopiedOn,
) -> Iterator[Clutter]:
    known = _sorted_candidates(target).of(target, context)
    first: dict[str, CopySource] = {}
    for source in broad:
        clean = in_context(source.written)
        start = bisect_left(known, (f"{clean}/",)) if clean else 0
        for path, why in known[start:]:
            if clean and not path.startswith(f"{clean}/"):
                break
            inner = path if path.endswith(".env") else f"{path}/x"
            if rules is None or rules.excluded(inner) is None:
                told = first.setdefault(path, source)
                yield Clutter(
                    path,
                    why,
                    told,
                    told.stage.index in shipped,
                    ways.arrives(source, path),
                    ways.spoils(source, path),
                )


class _Candidates:
    """Context → what a developer's folder will hold there, sorted by path."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, str]]] = {}

    def of(self, target: Target, context: str) -> list[tuple[str, str]]:
        if context not in self._known:
            self._known[context] = sorted(_candidates(target, context))
        return self._known[context]


@once
def _sorted_candidates(target: Target) -> _Candidates:
    return _Candidates()


def _candidates(target: Target, context: str) -> Iterator[tuple[str, str]]:
    """(path in the context, why it will be there) of what a developer's folder holds."""
    if not context:
        yield ".git", "the repository's history"
    plugged = target.has(".pnp.cjs") or target.has(".pnp.js")
    for path in _manifests(target):
        folder, name = posixpath.split(path)
        if name == "package.json" and (plugged or ".yarn/" in f"{folder}/"):
            continue  # Yarn's Plug'n'Play makes no folder of modules
        if context and folder != context and not folder.startswith(f"{context}/"):
            continue
        inner = folder[len(context) :].lstrip("/")
        if name == "package.json":
            yield posixpath.join(inner, "node_modules"), f"{path} is installed there"
        elif name == "Cargo.toml":
            yield posixpath.join(inner, "target"), f"{path} is built there"
        else:
            yield posixpath.join(inner, ".env"), f"{path} says that it is made"


@once
def _manifests(target: Target) -> tuple[str, ...]:
    """Manifests whose folder gets build output; of nested ones of a kind the outermost."""
    found: list[str] = []
    tops: dict[str, set[str]] = {}
    for path in target.named("package.json", "Cargo.toml", *_ENV_EXAMPLES):
        folder, name = posixpath.split(path)
        above = tops.setdefault(name, set())
        if name == "Cargo.toml" and ("" in above or not above.isdisjoint(_parents(folder))):
            continue
        above.add(folder)
        found.append(path)
    return tuple(found)


def _parents(folder: str) -> Iterator[str]:
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _size(
    target: Target,
    context: str,
    builds: list[tuple[Dockerfile, BuildContext]],
    broad: list[CopySource],
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Bytes of the large files that a copy of the whole context sends, and the largest."""
    if not any(not in_context(source.written) for source in broad):
        return 0, ()
    rules = images(target).dockerignore(*builds[0])
    prefix = f"{context}/" if context else ""
    sizes: list[tuple[str, int]] = []
    root = f"{target.root}/"
    for path in target.everything:
        if not path.startswith(prefix) or path.endswith(_SMALL):
            continue
        with contextlib.suppress(OSError):
            size = os.lstat(root + path).st_size
            inner = path[len(prefix) :]
            if size > _LARGE and (rules is None or rules.excluded(inner) is None):
                sizes.append((inner, size))
    total = sum(size for _, size in sizes)
    if total <= _MAX_BYTES:
        return 0, ()
    sizes.sort(key=lambda pair: -pair[1])
    return total, tuple(sizes[:_LARGEST])
