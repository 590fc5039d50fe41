"""Dockerfiles, who builds them from which context, and what they take from it."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.facts.compose.stacks import is_test_data, written_by_hand
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.builds import ImageBuild, image_builds, release_tools
from pytest_reconaudit.facts.docker.named_contexts import given_somewhere
from pytest_reconaudit.facts.generator_templates import is_generator_template
from pytest_reconaudit.facts.index import hidden
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    Instruction,
    Stage,
    Word,
    copied_from,
    image_reference,
    is_dockerfile_name,
    mount_options,
    read_dockerfile,
)
from pytest_reconaudit.readers.dockerignore import (
    Dockerignore,
    DockerignoreRule,
    context_glob,
    read_dockerignore,
)
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "BuildContext",
    "CopySource",
    "Images",
    "LostSource",
    "dockerfiles",
    "final_stage",
    "ignore_rule",
    "images",
    "in_context",
    "is_aside",
    "namesake",
]

_FROM = regex(r"^[ \t]*(?:FROM|ARG)[ \t]", re.MULTILINE | re.IGNORECASE)
_TEMPLATE_LINE = regex(
    r"^[ \t]*(?:\{\{|\{%|<%|%%|#include[ \t]*[\"<])"
    r"|^[ \t]*FROM[ \t].*(?:\{\{|\{%|<%|@@?[A-Z_]{3,}@)",
    re.MULTILINE | re.IGNORECASE,
)
"""Where a template engine's mark makes the whole file a template. Inside a ``RUN`` text
(``docker inspect -f '{{ .Id }}'``) it does not."""
_ASIDE_STAGES = ("dev*", "debug*", "test*", "*[-_]test", "*[-_]tests", "builder")
_URL = regex(r"^(?:[a-z][a-z0-9+.-]*://|git@)", re.IGNORECASE)
_MAX_BELOW = 3_000

_OUTPUTS_NAMES = (
    "boot-inf meta-inf web-inf "
    "target dist build out bin release releases artifacts artifact _output _build "
    "node_modules .next .nuxt .output .svelte-kit pkg publish staging binaries public/build "
    "obj libs storybook-static generated coverage bundle bundles"
)
_OUTPUTS = frozenset(_OUTPUTS_NAMES.split())
"""Folders that a build fills before the image is made."""
_IF_THERE = regex(r"\[[^\]!^-]\]")
_OUTPUT_SUFFIXES = (
    ".jar", ".war", ".ear", ".whl", ".tar.gz", ".tgz", ".tar", ".zip", ".deb", ".rpm", ".apk",
    ".so", ".exe", ".dll", ".wasm", ".a", ".bin", ".gz", ".xz",
)  # fmt: skip
_SOURCE_SUFFIXES = (
    ".sh", ".py", ".rb", ".conf", ".cfg", ".ini", ".yml", ".yaml", ".toml", ".sql", ".txt", ".md",
    ".env", ".lock", ".json", ".tmpl", ".template", ".ts", ".rs", ".go", ".php", ".pl",
)  # fmt: skip
_PLAIN_NAMES_NAMES = (
    "gemfile makefile procfile pipfile rakefile gradlew mvnw license entrypoint docker- "
    "entrypoint justfile caddyfile go.mod go.sum"
)
_PLAIN_NAMES = frozenset(_PLAIN_NAMES_NAMES.split())
"""Files without a suffix that are kept by hand."""

_KEEPERS = frozenset({".gitkeep", ".keep", ".gitignore"})


class BuildContext(Struct, frozen=True):
    """A folder that a Dockerfile is built from, and how that is known."""

    path: str
    """Relative to the repository; empty for its root."""
    builds: tuple[ImageBuild, ...]
    """Who says so; empty when it was inferred from the sources that resolve."""

    @property
    def title(self) -> str:
        return self.path or "."

    @property
    def why(self) -> str:
        """Where the context comes from, for messages."""
        return self.builds[0].by if self.builds else "the other sources resolve there only"


class CopySource(Struct, frozen=True):
    """One source of a ``COPY``, ``ADD`` or ``RUN --mount=type=bind``, from the build context."""

    written: str
    place: Place
    instruction: Instruction
    stage: Stage
    goal: str
    """The destination as written."""
    siblings: int = 1
    """How many sources the instruction has."""


class LostSource(Struct, frozen=True):
    """A source that a build from a fresh clone does not find."""

    source: CopySource
    context: BuildContext
    path: str
    """Where it was looked for, relative to the repository."""
    kind: str
    """``missing``, ``ignored`` (git leaves it out), ``excluded`` (``.dockerignore`` does) or
    ``dots`` (the folder holds dot-files only)."""
    rule: Note | None = None
    """The ignore rule's place."""
    nearest: str | None = None
    elsewhere: tuple[BuildContext, ...] = ()
    """Other known contexts in which it is found."""
    optional_stage: bool = False
    """Only an image that nobody is seen to ask for needs it."""
    empty_pattern: bool = False
    """A pattern that no file matches, in a folder that is there."""
    optional: bool = False
    """A pattern beside a source that is there: the instruction works without it."""
    meant: str | None = None
    """The folder above the context in which every source of the Dockerfile is there."""
    rule_of: tuple[Note, ...] = ()
    """What the same ignore rule keeps from other Dockerfiles, when it does from many."""

    @property
    def remedy(self) -> str:
        """What fits: the line is right and the folder wrong, or the other way round; empty where
        the general words do."""
        if self.optional and self.kind == "excluded":
            return "Take the pattern out of the `.dockerignore`, or the source out of the `COPY`."
        if self.source.written.rstrip("/").rpartition("/")[2] in _CACHES:
            return (
                "Take it out of the `COPY`: what a package manager keeps between builds belongs"
                " into a cache mount (`RUN --mount=type=cache,target=/root/.npm npm ci`)."
            )
        if self.meant is None and not self.elsewhere:
            return ""
        folder = self.elsewhere[0].title if self.elsewhere else self.meant or "."
        return (
            f"The Dockerfile is written for the folder {folder}: give the builds that say"
            f" {self.context.title} that context, and name the Dockerfile by its path below it"
            " (`context:` and `dockerfile:` of compose)."
        )


_CACHES = frozenset({".npm", ".cache", ".pnpm-store"})
_MANY_FILES = 4
"""Dockerfiles that one ignore rule breaks: from so many on it is told once."""


@once
def dockerfiles(target: Target) -> tuple[Dockerfile, ...]:
    """Every Dockerfile: by name, or because something builds it; by path.

    Generated files, templates and left-over copies are not among them.
    """
    paths = {
        path
        for path in target.files
        if is_dockerfile_name(posixpath.basename(path)) and not is_test_data(path)
    }
    plain = {path for path in paths if _plain_name(path)}
    audited = frozenset(target.files)
    named = {b.dockerfile for b in image_builds(target) if b.dockerfile in audited and b.dockerfile}
    found = []
    for path in sorted(paths | named):
        text = target.text(path)
        if path not in plain and path not in named and text.strip() and not _FROM.search(text):
            # Without any FROM it is a fragment, a broken Dockerfile, or something else.
            found_in = target.parse(read_dockerfile, path).instructions
            if not found_in or not all(one.known for one in found_in):
                continue
        if path not in named and _TEMPLATE_LINE.search(text):
            continue
        if not text and path in target.oversized:
            continue
        if written_by_hand(target, path):
            found.append(target.parse(read_dockerfile, path))
    return tuple(found)


def _plain_name(path: str) -> bool:
    return posixpath.basename(path).lower() in ("dockerfile", "containerfile")


def final_stage(dockerfile: Dockerfile, targets: Iterable[str] = ()) -> Stage | None:
    """The stage that ships; nothing when there is no stage at all.

    The one that a ``target:`` names, unless it is a development stage by name; else the last
    stage that is none; else the last.
    """
    if not dockerfile.stages:
        return None
    for name in targets:
        stage = dockerfile.stage(name) if name else None
        if stage is not None and not is_aside(stage.name):
            return stage
    for stage in reversed(dockerfile.stages):
        if not is_aside(stage.name):
            return stage
    return dockerfile.stages[-1]


def is_aside(name: str) -> bool:
    """Whether a stage's name says that it is not the one that ships."""
    lower = name.lower()
    return any(fnmatchcase(lower, pattern) for pattern in _ASIDE_STAGES)


@once
def images(target: Target) -> Images:
    """Everything about Dockerfiles that takes more than one file to know."""
    return Images(target)


class Images:
    """Dockerfiles joined with who builds them and with the files of the repository."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._builds: dict[str, list[ImageBuild]] = {}
        anywhere: set[str] = set()
        for build in image_builds(target):
            if build.dockerfile is not None:
                self._builds.setdefault(build.dockerfile, []).append(build)
            else:
                anywhere.update(build.contexts)
        self._anywhere = frozenset(anywhere)
        self._sources: dict[str, list[CopySource]] = {}
        self._by_rule: dict[Place, tuple[str, tuple[Note, ...]]] | None = None
        self._above: dict[tuple[str, str], str | None] = {}
        self._twins: dict[str, tuple[Dockerfile, ...]] | None = None

    def first_like(self, dockerfile: Dockerfile) -> Dockerfile | None:
        """The Dockerfile that this one is but for its own folder's name, and that speaks for both;
        ``None`` when it speaks for itself."""
        alike = self._alike(dockerfile)
        return alike[0] if alike and alike[0].path != dockerfile.path else None

    def twins(self, dockerfile: Dockerfile) -> tuple[Place, ...]:
        """Where the others begin that are like it, of the first of them."""
        alike = self._alike(dockerfile)
        if not alike or alike[0].path != dockerfile.path:
            return ()
        return tuple(Place(one.path, 1) for one in alike[1:])

    def _alike(self, dockerfile: Dockerfile) -> tuple[Dockerfile, ...]:
        if self._twins is None:
            shapes: dict[str, list[Dockerfile]] = {}
            for one in dockerfiles(self._target):
                if posixpath.dirname(one.path) and not copy_of(self._target, one.path):
                    shapes.setdefault(_shape(self._target, one), []).append(one)
            self._twins = {one.path: tuple(alike) for alike in shapes.values() for one in alike}
        return self._twins.get(dockerfile.path, ())

    def builds(self, dockerfile: Dockerfile) -> Sequence[ImageBuild]:
        """Who builds it, dev containers included."""
        return self._builds.get(dockerfile.path, ())

    def deployments(self, dockerfile: Dockerfile) -> Sequence[ImageBuild]:
        """Who builds it for running, dev containers left out."""
        return [one for one in self.builds(dockerfile) if one.origin != "devcontainer"]

    def final_stage(self, dockerfile: Dockerfile) -> Stage | None:
        """The stage that ships, given what the builders ask for."""
        return final_stage(dockerfile, (one.target for one in self.deployments(dockerfile)))

    def stage_names(self, dockerfile: Dockerfile) -> frozenset[str]:
        """What ``--from`` may name beside stages and images: the builders' named contexts.

        Those of a build whose Dockerfile is not known may be meant for any.
        """
        own = [name for one in self.builds(dockerfile) for name in one.contexts]
        return self._anywhere.union(own)

    def is_context_somewhere(self, name: str) -> bool:
        """Whether some file gives builds a named context of this name, whoever reads it."""
        return given_somewhere(self._target, name)

    def is_dev_container(self, dockerfile: Dockerfile) -> bool:
        """Whether only dev containers build it."""
        found = self.builds(dockerfile)
        return bool(found) and all(one.origin == "devcontainer" for one in found)

    def copied_by(self, dockerfile: Dockerfile) -> Stage | None:
        """The stage of another Dockerfile that has this image as its base, only to be copied from.

        Then the image is a build stage that has a file of its own; it does not ship.
        """
        names = {
            image_reference(name).name for one in self.builds(dockerfile) for name in one.names
        }
        names = {name for name in names if "/" in name and "$" not in name}
        for other in dockerfiles(self._target) if names else ():
            final = self.final_stage(other)
            if other.path == dockerfile.path or final is None:
                continue
            ships = other.chain(final)
            for stage in other.stages:
                if stage.base and image_reference(stage.base).name in names and stage not in ships:
                    return stage
        return None

    def fragment_user(self, dockerfile: Dockerfile) -> Place | None:
        """Who puts a file without ``FROM`` together with others, if anybody is seen to."""
        name = posixpath.basename(dockerfile.path)
        pattern = re.compile(
            rf"(?:\b(?:cat|m4|cpp|sed|awk|envsubst|include|INCLUDE|open|read_text|readFile\w*|"
            rf"render|template\w*|source)\b.*|>>?\s*){re.escape(name)}(?![\w.-])"
        )
        wildcard = re.compile(r"\bcat\b.*Dockerfile[\w.-]*\*")
        for path in self._target.files:
            if path.endswith(
                (".sh", ".mk", ".py", ".js", ".ts", ".rb", ".go", ".yml", ".yaml")
            ) or (posixpath.basename(path) in ("Makefile", "justfile", "Rakefile", "Taskfile")):
                text = self._target.text(path)
                if "ockerfile" not in text and name not in text:
                    continue
                for number, line in enumerate(text.split("\n"), 1):
                    if len(line) > 2_000:
                        continue
                    if name in line and pattern.search(line):
                        return Place(path, number, 1)
                    if "*" in line and name.startswith("Dockerfile") and wildcard.search(line):
                        return Place(path, number, 1)
        return None

    # -- sources -----------------------------------------------------------------------

    def sources(self, dockerfile: Dockerfile) -> list[CopySource]:
        """What the file takes from its context; computed, remote and inline sources left out."""
        known = self._sources.get(dockerfile.path)
        if known is None:
            known = self._sources[dockerfile.path] = list(_sources(dockerfile))
        return known

    def contexts(self, dockerfile: Dockerfile) -> list[BuildContext]:
        """The known contexts; empty when none is."""
        found = self.builds(dockerfile)
        by_path: dict[str, list[ImageBuild]] = {}
        for build in found:
            if build.context is None or not self._target.has_dir(build.context):
                continue
            if build.assumed and not self._fits(dockerfile, build.context):
                continue
            by_path.setdefault(build.context, []).append(build)
        if by_path:
            return [BuildContext(path, tuple(by_path[path])) for path in sorted(by_path)]
        if found or dockerfile.path in release_tools(self._target):
            return []
        inferred = self._inferred(dockerfile)
        return [] if inferred is None else [BuildContext(inferred, ())]

    def _fits(self, dockerfile: Dockerfile, context: str) -> bool:
        """Whether some source of the file is there: then a guessed folder is believable."""
        sources = [s for s in self.sources(dockerfile) if in_context(s.written) not in ("", ".")]
        return not sources or any(self._found(context, source.written) for source in sources)

    def _inferred(self, dockerfile: Dockerfile) -> str | None:
        """The one of root and own folder against which every source that resolves does."""
        own = posixpath.dirname(dockerfile.path)
        sources = [s for s in self.sources(dockerfile) if in_context(s.written) not in ("", ".")]
        candidates = ("",) if not own else ("", own)
        if own and is_generator_template(self._target, dockerfile.path):
            candidates = (own,)  # it is built in the projects that are made of it
        hits = [{s.written for s in sources if self._found(c, s.written)} for c in candidates]
        union = set().union(*hits)
        if not union or (own and own in _built_elsewhere(self._target)):
            return None
        fitting = [c for c, hit in zip(candidates, hits, strict=True) if hit == union]
        return fitting[0] if len(fitting) == 1 else None

    def _found(self, context: str, written: str) -> bool:
        path = in_context(written)
        full = posixpath.join(context, path)
        if self._target.has(full) or self._target.has_dir(full) or hidden(self._target, full):
            return True
        return _is_glob(path) and any(True for _ in self._matches(context, path))

    def _matches(self, context: str, pattern: str) -> Iterator[str]:
        match = context_glob(pattern).fullmatch
        prefix = f"{context}/" if context else ""
        seen: set[str] = set()
        static = re.split(r"[*?\[\\]", pattern, maxsplit=1)[0]
        depth = pattern.count("/") + 1 if "**" not in pattern else 99
        everything, begin = self._target.everything, prefix + static
        for path in everything[bisect_left(everything, begin) :]:
            if not path.startswith(begin):
                break
            # A pattern may match a folder as well as a file.
            inner = "/".join(path[len(prefix) :].split("/")[:depth])
            if inner not in seen:
                seen.add(inner)
                if match(inner):
                    yield inner

    def lost(self, dockerfile: Dockerfile, contexts: Sequence[BuildContext]) -> list[LostSource]:
        """The sources that some context does not have, worst verdict per source first."""
        if not dockerfile.stages:
            return []
        out = []
        sources = self.sources(dockerfile)
        wanted = self._wanted_stages(dockerfile)
        resolved: dict[int, int] = {}
        for source in sources:
            if any(self._found(context.path, source.written) for context in contexts):
                key = id(source.instruction)
                resolved[key] = resolved.get(key, 0) + 1
        for source in sources:
            verdicts = [(context, self._look(dockerfile, context, source)) for context in contexts]
            bad = [(context, verdict) for context, verdict in verdicts if verdict is not None]
            if not bad:
                continue
            good = tuple(context for context, verdict in verdicts if verdict is None)
            glob = _is_glob(in_context(source.written))
            own = any(self._found(one.path, source.written) for one in contexts)
            context, verdict = bad[0]
            assert verdict is not None
            # `COPY cert[s]/ …`: a pattern for one name means "if it is there" (BuildKit).
            may_lack = resolved.get(id(source.instruction)) or _IF_THERE.search(source.written)
            if glob and verdict[0] == "missing" and may_lack:
                continue
            kind, path, rule = verdict
            if kind in ("missing", "ignored"):
                if _is_build_output(source, self._target, context.path, dockerfile):
                    continue
                if not glob and self._is_made(path):
                    continue
            if good and not any(b.origin in ("compose", "workflow") for b in context.builds):
                continue  # a script's folder may be another at run time
            out.append(
                LostSource(
                    source=source,
                    context=context,
                    path=path,
                    kind=kind,
                    rule=rule,
                    nearest=namesake(self._target, path) if kind == "missing" else None,
                    elsewhere=good,
                    optional_stage=source.stage.index not in wanted,
                    empty_pattern=glob
                    and kind == "missing"
                    and (
                        not posixpath.dirname(path) or self._target.has_dir(posixpath.dirname(path))
                    ),
                    optional=glob and resolved.get(id(source.instruction), 0) > own,
                )
            )
        return out

    def lost_together(
        self, dockerfile: Dockerfile, contexts: Sequence[BuildContext]
    ) -> list[tuple[LostSource, ...]]:
        """The same, where what one wrong context lacks and another one has goes together."""
        groups: dict[object, list[LostSource]] = {}
        for index, found in enumerate(self.lost(dockerfile, contexts)):
            one = found
            if one.kind == "ignored" and one.rule is not None:
                rule = one.rule.place
                owner, same = self._kept_out(rule)
                if same:
                    if owner != dockerfile.path:
                        continue  # said of the first of them
                    if rule not in groups:
                        one = replace(one, rule_of=same)
                    groups.setdefault(rule, []).append(one)
                    continue
            if one.kind == "missing" and not one.elsewhere and not one.empty_pattern:
                one = replace(one, meant=self._meant(dockerfile, one.context.path))
            alone = (
                (not one.elsewhere and one.meant is None)
                or one.empty_pattern
                or one.kind != "missing"
            )
            key = index if alone else (one.context.path, one.meant or one.optional_stage)
            groups.setdefault(key, []).append(one)
        return [tuple(group) for group in groups.values()]

    def _kept_out(self, rule: Place) -> tuple[str, tuple[Note, ...]]:
        """The first Dockerfile of those that one ignore rule breaks, with what it keeps from the
        others; nothing where they are few."""
        if self._by_rule is None:
            found: dict[Place, list[tuple[str, LostSource]]] = {}
            for one in dockerfiles(self._target):
                for lost in self.lost(one, self.contexts(one)):
                    if lost.kind == "ignored" and lost.rule is not None:
                        found.setdefault(lost.rule.place, []).append((one.path, lost))
            self._by_rule = {
                place: (
                    group[0][0],
                    tuple(
                        Note(lost.source.place, f"copies {lost.source.written}")
                        for path, lost in group
                        if path != group[0][0]
                    ),
                )
                for place, group in found.items()
                if len({path for path, _ in group}) >= _MANY_FILES
            }
        return self._by_rule.get(rule, ("", ()))

    def _meant(self, dockerfile: Dockerfile, context: str) -> str | None:
        """The nearest folder above a context in which every source is there, when one of them is
        named as seen from there: ``COPY api/src`` for the context ``api``, or ``COPY services/``
        for ``services/api``."""
        key = (dockerfile.path, context)
        if key not in self._above:
            self._above[key] = self._folder_above(dockerfile, context)
        return self._above[key]

    def _folder_above(self, dockerfile: Dockerfile, context: str) -> str | None:
        wanted = {one.written for one in self.sources(dockerfile)}
        folder = context
        while folder:
            folder = posixpath.dirname(folder)
            below = context[len(folder) :].lstrip("/") + "/"
            paths = [in_context(written).strip("/") + "/" for written in wanted]
            named = any(p.startswith(below) or (p != "/" and below.startswith(p)) for p in paths)
            if named and all(self._found(folder, written) for written in wanted):
                return folder
        return None

    def _is_made(self, path: str) -> bool:
        """Whether a script writes the file, or makes the folder that a clone does not have."""
        made, folder = created(self._target), posixpath.dirname(path)
        if made.by(path) is not None:
            return True
        return not self._target.has_dir(folder) and made.folder_by(folder) is not None

    def _wanted_stages(self, dockerfile: Dockerfile) -> set[int]:
        """The stages that somebody's build runs; those of the last stage when nobody is known."""
        asked = {one.target for one in self.builds(dockerfile)} or {""}
        found: set[int] = set()
        for name in asked:
            stage = dockerfile.stage(name) if name else None
            stage = stage or dockerfile.stages[-1]
            found |= {one.index for one in dockerfile.needed(stage)}
        return found

    def _look(
        self, dockerfile: Dockerfile, context: BuildContext, source: CopySource
    ) -> tuple[str, str, Note | None] | None:
        """What is wrong with a source in a context: kind, path, rule; nothing when it is there."""
        path = in_context(source.written)
        full = posixpath.join(context.path, path) if path not in ("", ".") else context.path
        if path in ("", "."):
            return None
        if _is_glob(path):
            matches = list(self._matches(context.path, path))
            if not matches:
                return "missing", full, self._ignore_note(full)
        else:
            if hidden(self._target, full):
                return None
            if path.partition("/")[0] == ".git" and not context.path:
                rules = self.dockerignore(dockerfile, context)
                rule = None if rules is None else self._excluded(rules, "", path)
                if rule is None:
                    return None  # every clone has it, and no list of files names it
                return "excluded", full, Note(rule.place, f"excludes it: {rule.text}")
            if not self._target.has(full) and not self._target.has_dir(full):
                note = self._ignore_note(full)
                return ("ignored" if note else "missing"), full, note
            matches = [path]
        rules = self.dockerignore(dockerfile, context)
        if rules is not None:
            verdicts = [self._excluded(rules, context.path, match) for match in matches]
            if verdicts and all(verdicts):
                rule = next(one for one in verdicts if one)
                return "excluded", full, Note(rule.place, f"excludes it: {rule.text}")
        if not _is_glob(path) and self._target.has_dir(full) and not self._target.has(full):
            below = self._below(full)
            kept = all(posixpath.basename(one) in _KEEPERS for one in below)
            if kept and ignore_rule(self._target, f"{full}/x") is not None:
                return None  # the folder is kept for what a build puts there
            if below and all(_hidden(one[len(full) + 1 :]) for one in below):
                return "dots", full, None
        return None

    def _below(self, folder: str) -> list[str]:
        prefix = f"{folder}/"
        everything = self._target.everything
        start = bisect_left(everything, prefix)
        found = []
        for path in everything[start : start + _MAX_BELOW]:
            if not path.startswith(prefix):
                break
            found.append(path)
        return found

    def _ignore_note(self, full: str) -> Note | None:
        rule = ignore_rule(self._target, full)
        return None if rule is None else Note(rule.place, f"git ignores it: {rule.pattern}")

    def dockerignore(self, dockerfile: Dockerfile, context: BuildContext) -> Dockerignore | None:
        """The patterns that hold for a build: the Dockerfile's own file, else the context's."""
        own = f"{dockerfile.path}.dockerignore"
        for path in (own, posixpath.join(context.path, ".dockerignore")):
            if self._target.has(path):
                return self._target.parse(read_dockerignore, path)
        return None

    def _excluded(self, rules: Dockerignore, context: str, path: str) -> DockerignoreRule | None:
        rule = rules.excluded(path)
        if self._target.has(posixpath.join(context, path)):
            return rule
        if rule is not None and not rules.has_exceptions:
            return rule
        if rule is None and not any(
            r.exception or f"{path}/" in r.text or "*" in r.text for r in rules.rules
        ):
            return None
        prefix = len(context) + 1 if context else 0
        found: DockerignoreRule | None = None
        for one in self._below(posixpath.join(context, path)):
            found = rules.excluded(one[prefix:])
            if found is None:
                return None
        return found


@once
def _ignored(target: Target) -> dict[str, IgnoreRule | None]:
    return {}


def ignore_rule(target: Target, path: str) -> IgnoreRule | None:
    """The git-ignore rule that keeps a file or a folder out of a clone; asked once per path."""
    known = _ignored(target)
    if path not in known:
        rule = target.ignored_by(path)
        if rule is None and "." not in posixpath.basename(path)[1:]:
            rule = target.ignored_by(f"{path}/x")  # a pattern for folders only: `data/`
        known[path] = rule
    return known[path]


def namesake(target: Target, path: str) -> str | None:
    """The file, else the folder, that a missing path probably meant."""
    return target.nearest(path) or target.nearest(path, folder=True)


def in_context(written: str) -> str:
    """A source as a path below the context: a leading slash means the context's own root, and
    nothing leads out of it."""
    return posixpath.normpath("/" + written.strip("\"'")).lstrip("/")


def _is_glob(path: str) -> bool:
    return any(char in path for char in "*?[")


def _hidden(relative: str) -> bool:
    return any(part.startswith(".") for part in relative.split("/"))


def _sources(dockerfile: Dockerfile) -> Iterator[CopySource]:
    for stage in dockerfile.stages:
        for one in stage.instructions:
            if one.keyword in ("COPY", "ADD"):
                if one.flag("from") is not None:
                    continue
                words = [_slashed(word, dockerfile) for word in one.sources if _is_local(word)]
                goal = (
                    one.exec_form[-1] if one.exec_form else one.words[-1].text if one.words else ""
                )
                if shell_syntax(one) is not None:
                    continue
                for word in words:
                    yield CopySource(word.text, word.place, one, stage, goal, len(words))
            elif one.keyword == "RUN":
                for flag in one.flags:
                    options = mount_options(flag.value) if flag.name == "mount" else {}
                    written = options.get("source") or options.get("src") or ""
                    bind = options.get("type", "bind") == "bind" and "from" not in options
                    if written and bind and "$" not in written:
                        goal = options.get("target") or options.get("dst") or ""
                        yield CopySource(written, flag.place, one, stage, goal)


def _slashed(word: Word, dockerfile: Dockerfile) -> Word:
    """A Windows path in the spelling of the repository."""
    return Word(word.text.replace("\\", "/"), word.place) if dockerfile.escape == "`" else word


def _is_local(word: Word) -> bool:
    text = word.text.strip("\"'")
    return bool(text) and "$" not in text and "<<" not in text and not _URL.match(text)


_SHELL_WORDS = frozenset({"||", "&&", "|", ";", ">", ">>", "<", "&"})


def shell_syntax(one: Instruction) -> Word | None:
    """The first word of a ``COPY``/``ADD`` that only a shell would understand."""
    if one.keyword not in ("COPY", "ADD") or one.exec_form is not None or one.heredocs:
        return None
    for word in one.words:
        bare = word.text
        if bare in _SHELL_WORDS or re.match(r"^(?:\d|&)?>{1,2}(?!$)|^\d>", bare):
            return word
        if bare.endswith(";") and not bare.startswith(("'", '"')):
            return word
    return None


def _shape(target: Target, dockerfile: Dockerfile) -> str:
    """The lines of a Dockerfile that do something, without the name of its own folder."""
    folder = posixpath.dirname(dockerfile.path)
    own = re.compile(
        rf"(?<![\w-])(?:{re.escape(folder)}|{re.escape(posixpath.basename(folder))})(?![\w-])"
    )
    lines = (line.strip() for line in target.text(dockerfile.path).split("\n"))
    name = posixpath.basename(dockerfile.path)
    return "\n".join((name, *(own.sub("@", one) for one in lines if one and one[0] != "#")))


@once
def _built_elsewhere(target: Target) -> frozenset[str]:
    """The folders that a build tool's files name: it copies them to where images are built."""
    return frozenset(
        folder.strip("./")
        for path in target.everything
        if path.endswith(_BUILD_FILES)
        for folder in _QUOTED_FOLDER.findall(target.text(path))
    )


_BUILD_FILES = (".gradle", ".gradle.kts", ".sbt", "pom.xml", "build.xml", ".bzl", "BUILD.bazel")
_QUOTED_FOLDER = regex(r"(?:[\"'>]|\}/)([\w.-]{1,60}(?:/[\w.-]{1,60}){1,8})(?=[\"'<])")


def _is_build_output(
    source: CopySource, target: Target, context: str, dockerfile: Dockerfile
) -> bool:
    """Whether a missing source is what a build makes before the image is built."""
    path = in_context(source.written)
    lower = path.lower()
    if lower.endswith(_OUTPUT_SUFFIXES) or ".tar" in lower:
        return True
    parts = lower.split("/")
    for index, part in enumerate(parts):
        if part not in _OUTPUTS:
            continue
        folder = posixpath.join(context, *path.split("/")[: index + 1])
        kept_by_hand = lower.endswith(_SOURCE_SUFFIXES) and target.has_dir(folder)
        if not kept_by_hand:
            return True
    name = parts[-1]
    if "." in name or name in _PLAIN_NAMES or _is_glob(name):
        return False
    # `COPY server /usr/local/bin/`, `ENTRYPOINT ["/server"]`: a binary from an earlier step.
    if "/bin/" in f"{source.goal}/" or "/sbin/" in f"{source.goal}/":
        return True
    for keyword in ("ENTRYPOINT", "CMD"):
        last = source.stage.last(keyword)
        words = () if last is None else last.exec_form or tuple(last.text.split())
        if words and words[0].rpartition("/")[2].lower() == name:
            return True
    return False


def from_names(dockerfile: Dockerfile) -> Iterator[tuple[Stage, str, Place]]:
    """Every ``--from`` of every stage, as written."""
    for stage in dockerfile.stages:
        for name, place in copied_from(stage):
            yield stage, name, place
