"""Inside an image: which folder each command runs in, and which file of the repository lies where.

A folder of the image is an absolute path. The base image's own working folder is not known and
taken for ``/``: what matters is that ``COPY . .`` and the commands behind it mean the same one.
A variable without value stays in a path as it is written, for the same reason.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.docker.images import BuildContext, Images, images, in_context
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    Heredoc,
    Instruction,
    Stage,
    image_reference,
    mount_options,
)
from pytest_reconaudit.readers.dockerignore import Dockerignore, context_glob
from pytest_reconaudit.readers.interpolation import expand_word
from pytest_reconaudit.readers.shell import Script, ShellCommand, read_shell, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = ["ImageFiles", "RunStep", "absolute", "image_files"]

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_URL = regex(r"[a-z][a-z0-9+.-]*://|git@", re.IGNORECASE)
_GLOB = regex(r"[*?\[]")
_MAX_HOPS = 12
PlaceOf = Callable[[Place], Place]


class RunStep(Struct, frozen=True, eq=False):
    """One simple command of a ``RUN``."""

    command: ShellCommand
    words: tuple[str, ...]
    """Without ``sudo``, ``env A=1`` and the like; known variables filled in."""
    folder: str
    """The folder of the image that it runs in, absolute."""
    place: Place
    instruction: Instruction
    stage: Stage
    script: Script

    @property
    def name(self) -> str:
        """The program without its folder; empty when there is none."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def text(self) -> str:
        """The command as written, on one line."""
        return " ".join(self.command.text.split())

    def at(self, word: str) -> str:
        """A path word of this command as an absolute path of the image."""
        return absolute(self.folder, word)


class _Copy(Struct, frozen=True, eq=False):
    """A ``COPY`` or ``ADD`` with its variables filled in."""

    goal: str
    prefix: str
    """The goal with a slash at its end."""
    into: bool
    """The goal is a folder."""
    words: tuple[str, ...]
    source: Stage | None
    """The stage of its ``--from``, if that names one."""


def absolute(folder: str, word: str) -> str:
    """A path word seen from a folder of the image."""
    if word.startswith("$"):
        word = f"/{word}"
    return posixpath.normpath(posixpath.join("/", folder, word)).replace("//", "/")


def image_files(target: Target, dockerfile: Dockerfile) -> ImageFiles:
    """The one :class:`ImageFiles` of a Dockerfile."""
    known = _known(target)
    found = known.get(dockerfile.path)
    if found is None:
        found = known[dockerfile.path] = ImageFiles(target, dockerfile)
    return found


@once
def _known(target: Target) -> dict[str, ImageFiles]:
    return {}


class ImageFiles:
    """The file system of each stage of one Dockerfile, as far as the text tells."""

    def __init__(self, target: Target, dockerfile: Dockerfile) -> None:
        self.target = target
        self.dockerfile = dockerfile
        self.images: Images = images(target)
        self.contexts: Sequence[BuildContext] = self.images.contexts(dockerfile)
        self._steps: dict[int, tuple[RunStep, ...]] = {}
        self._folders: dict[int, dict[int, str]] = {}
        self._copies: dict[int, _Copy] = {}
        self._rules: dict[str, Dockerignore | None] = {}

    # -- folders and commands --------------------------------------------------------------

    def workdir(self, stage: Stage, instruction: Instruction | None = None) -> str:
        """The working folder at an instruction of the stage; at its end when none is given."""
        table = self._folders.get(stage.index)
        if table is None:
            table = self._folders[stage.index] = self._trace(stage)
        return table.get(id(instruction), table[0])

    def _trace(self, stage: Stage) -> dict[int, str]:
        parent = None if stage.parent is None else self.dockerfile.stages[stage.parent]
        folder = "/" if parent is None or parent.index >= stage.index else self.workdir(parent)
        table: dict[int, str] = {}
        for one in stage.instructions:
            table[id(one)] = folder
            if one.keyword == "WORKDIR" and one.text:
                folder = absolute(folder, self.expand(stage, one, one.text.strip()))
        table[0] = folder
        return table

    def expand(self, stage: Stage, instruction: Instruction, word: str) -> str:
        """A word with ``ARG`` and ``ENV`` put in; as it stands when one is unknown."""
        if "$" not in word:
            return word.strip("\"'")
        known = self.dockerfile.variables(stage, instruction)
        filled = expand_word(word, known, self.dockerfile.escape)
        return word.strip("\"'") if filled is None else filled

    def steps(self, stage: Stage) -> tuple[RunStep, ...]:
        """The commands of the stage's own ``RUN`` lines, in order."""
        found = self._steps.get(stage.index)
        if found is None:
            found = self._steps[stage.index] = tuple(self._run_steps(stage))
        return found

    def chain_steps(self, stage: Stage) -> tuple[RunStep, ...]:
        """The commands of the stage and of those it is built on, in the order they run."""
        return tuple(
            step for one in reversed(self.dockerfile.chain(stage)) for step in self.steps(one)
        )

    def _run_steps(self, stage: Stage) -> Iterator[RunStep]:
        for one in stage.of("RUN"):
            folder = self.workdir(stage, one)
            values = self.dockerfile.variables(stage, one) if "$" in one.text else {}
            for script, place in _scripts(one):
                folders: dict[tuple[tuple[int, int], ...], str] = {}
                for command in script.commands:
                    fork = tuple((b.line, b.column) for b in command.blocks if b.forks)
                    here = next(
                        (
                            folders[fork[:n]]
                            for n in range(len(fork), -1, -1)
                            if fork[:n] in folders
                        ),
                        folder,
                    )
                    folders.setdefault(fork, here)
                    words = tuple(_filled(word, values) for word in unwrapped(command.words))
                    yield RunStep(command, words, here, place(command.place), one, stage, script)
                    if words[:1] in (("cd",), ("pushd",)) and len(words) > 1:
                        folders[fork] = absolute(here, words[-1])

    # -- where files come from -------------------------------------------------------------

    def origin(
        self, stage: Stage, path: str, before: Instruction | None = None, hops: int = 0
    ) -> str | None:
        """The file or folder of the repository that is copied to an absolute path of the image.

        :param before: look only at what stands above this instruction of the stage; its own
            ``--mount=type=bind`` counts.
        """
        if hops > _MAX_HOPS:
            return None
        above = []
        for one in stage.instructions:
            above.append(one)
            if one is before:
                break
        for one in reversed(above):
            found = None
            if one.keyword == "RUN" and one is before:
                found = self._mounted(stage, one, path, hops)
            elif one.keyword in ("COPY", "ADD") and one is not before:
                found = self._copied(stage, one, path, hops)
            if found is not None:
                return found
        if stage.parent is not None and stage.parent < stage.index:
            return self.origin(self.dockerfile.stages[stage.parent], path, None, hops + 1)
        return None

    def _mounted(self, stage: Stage, one: Instruction, path: str, hops: int) -> str | None:
        for flag in one.flags:
            if flag.name != "mount":
                continue
            options = mount_options(flag.value)
            if options.get("type", "bind") != "bind":
                continue
            goal = options.get("target") or options.get("dst") or options.get("destination") or ""
            goal = absolute(self.workdir(stage, one), self.expand(stage, one, goal))
            if path != goal and not path.startswith(f"{goal.rstrip('/')}/"):
                continue
            source = options.get("source") or options.get("src") or "."
            rest = path[len(goal) :].lstrip("/")
            if "from" in options:
                other = self.dockerfile.stage(options["from"], before=stage.index)
                if other is not None:
                    inner = absolute("/", posixpath.join(source, rest))
                    return self.origin(other, inner, None, hops + 1)
                continue
            found = self._in_context(posixpath.join(in_context(source), rest))
            if found is not None:
                return found
        return None

    def _copied(self, stage: Stage, one: Instruction, path: str, hops: int) -> str | None:
        copy = self._copies.get(id(one))
        if copy is None:
            copy = self._copies[id(one)] = self._copy(stage, one)
        if path != copy.goal and not path.startswith(copy.prefix):
            return None
        rest = path[len(copy.prefix) :] if path != copy.goal else ""
        if one.flag("from") is not None:
            if copy.source is None:
                return None
            for word in copy.words:
                for inner in _candidates(absolute("/", word), rest, copy.into):
                    found = self.origin(copy.source, inner, None, hops + 1)
                    if found is not None:
                        return found
            return None
        for word in copy.words:
            found = self._from_context(one, in_context(word), rest, copy.into)
            if found is not None:
                return found
        return None

    def _copy(self, stage: Stage, one: Instruction) -> _Copy:
        written = one.exec_form[-1] if one.exec_form else one.words[-1].text if one.words else ""
        written = self.expand(stage, one, written)
        goal = absolute(self.workdir(stage, one), written)
        words = [self.expand(stage, one, word.text) for word in one.sources]
        flag = one.flag("from")
        source = None if flag is None else self.dockerfile.stage(flag.value, before=stage.index)
        into = written.endswith("/") or written in (".", "..") or len(words) > 1
        return _Copy(
            goal=goal,
            prefix=goal.rstrip("/") + "/",
            into=into or self._is_folder(stage, one, goal),
            words=tuple(w for w in words if w and not _URL.match(w) and "<<" not in w),
            source=source,
        )

    def _is_folder(self, stage: Stage, one: Instruction, goal: str) -> bool:
        """Whether a path is a folder by then: some ``WORKDIR`` says so."""
        return goal == "/" or goal == self.workdir(stage, one)

    def _from_context(self, one: Instruction, source: str, rest: str, into: bool) -> str | None:
        if one.flag("parents") is not None:
            pattern = source.replace("/./", "/")
            if _GLOB.search(pattern):
                fits = context_glob(pattern).fullmatch(rest)
                return self._in_context(rest) if fits else None
            inside = rest == pattern or rest.startswith(f"{pattern}/")
            return self._in_context(rest) if inside else None
        if _GLOB.search(source):
            head, _, last = source.rpartition("/")
            if _GLOB.search(head):
                return None
            first, _, _ = rest.partition("/")
            if rest and "/" not in rest and context_glob(last).fullmatch(rest):
                return self._in_context(posixpath.join(head, rest), file=True)
            # What a folder that the pattern matches holds is poured into the goal.
            return self._poured(head, last, rest) if first else None
        if not rest and not into:
            return self._in_context(source)
        if not rest:
            return self._in_context(source, folder=True)
        found = self._in_context(posixpath.join(source, rest) if source else rest)
        if found is not None:
            return found
        if posixpath.basename(source) == rest:
            return self._in_context(source, file=True)
        return None

    def _poured(self, head: str, pattern: str, rest: str) -> str | None:
        match = context_glob(pattern).fullmatch
        for context in self.contexts:
            prefix = posixpath.join(context.path, head).strip("/")
            prefix = f"{prefix}/" if prefix else ""
            ending = f"/{rest}"
            for path in self.target.everything:
                if path.startswith(prefix) and path.endswith(ending):
                    middle = path[len(prefix) : -len(ending)]
                    if "/" not in middle and match(middle):
                        return path
        return None

    def _in_context(self, inner: str, *, file: bool = False, folder: bool = False) -> str | None:
        """A path of the build context as a path of the repository, if a build gets it."""
        inner = in_context(inner)
        for context in self.contexts:
            path = posixpath.join(context.path, inner) if inner else context.path
            there = (not folder and self.target.has(path)) or (
                not file and self.target.has_dir(path)
            )
            if there and not self._left_out(context, inner):
                return path
        return None

    def _left_out(self, context: BuildContext, inner: str) -> bool:
        if context.path not in self._rules:
            self._rules[context.path] = self.images.dockerignore(self.dockerfile, context)
        rules = self._rules[context.path]
        return bool(inner) and rules is not None and rules.excluded(inner) is not None

    # -- what is not known -----------------------------------------------------------------

    def foreign_sources(self, stage: Stage) -> bool:
        """Whether some of the stage's files come from a place that is not the repository."""
        for one in self.dockerfile.chain(stage):
            for step in one.instructions:
                if step.keyword not in ("COPY", "ADD"):
                    continue
                flag = step.flag("from")
                if flag is not None and self.dockerfile.stage(flag.value, one.index) is None:
                    # A program out of another image (`COPY --from=ghcr.io/x/uv /uv /bin/`) is no
                    # source; a named context or an unknown name may be.
                    if not image_reference(flag.value).tag and "/" not in flag.value:
                        return True
                    continue
                if any(_URL.match(w.text) or "$" in w.text for w in step.sources):
                    return True
        return False


def _scripts(one: Instruction) -> Iterator[tuple[Script, PlaceOf]]:
    """The shell texts of a ``RUN`` with the way back from their places to the file's."""
    path = one.place.path

    def from_text(place: Place) -> Place:
        return one.place_at((place.column or 1) - 1)

    def plain(place: Place) -> Place:
        return place

    if one.exec_form is not None:
        words = one.exec_form
        if len(words) > 2 and words[0].rpartition("/")[2] in _SHELLS and words[1].endswith("c"):
            yield read_shell(words[2], path), lambda _: one.place
        elif words:
            quoted = " ".join("'" + word.replace("'", "") + "'" for word in words)
            yield read_shell(quoted, path), lambda _: one.place
        return
    text = one.text
    if one.heredocs:
        # The redirection alone has no body here: the bodies are read below.
        text = re.sub(r"<<-?\s*[\"']?\w+[\"']?", lambda m: " " * len(m[0]), text)
    script = read_shell(text.replace("\n", " "), path)
    yield script, from_text
    fed = script.commands[0].name if script.commands else ""
    for heredoc in one.heredocs:
        if (not fed or fed in _SHELLS) and _is_shell(heredoc):
            line = heredoc.place.line or 1
            yield read_shell(heredoc.text, path, line, 1), plain


def _is_shell(heredoc: Heredoc) -> bool:
    first = heredoc.text.split("\n", 1)[0].strip()
    return not first.startswith("#!") or first.endswith("sh")


def _filled(word: str, values: dict[str, str | None]) -> str:
    if "$" not in word or "$(" in word or not values:
        return word
    filled = expand_word(word.replace("\\", "\\\\"), values)
    return word if filled is None else filled


def _candidates(source: str, rest: str, into: bool) -> Iterator[str]:
    """Paths of the other stage that may be what lies at ``rest`` below the goal."""
    if not rest:
        yield source
        return
    yield posixpath.join(source, rest)
    first, _, deeper = rest.partition("/")
    if into and posixpath.basename(source) == first and not deeper:
        yield source
    if _GLOB.search(posixpath.basename(source)):
        yield posixpath.join(posixpath.dirname(source), rest)
