"""What becomes of a path that some stage copies from the context: does it get into an image?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.docker.image_files import ImageFiles, absolute, image_files
from pytest_reconaudit.facts.docker.images import CopySource, images, in_context, is_aside
from pytest_reconaudit.facts.installs import npm_install
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.target import Target, within

__all__ = ["CopiedOn"]

_GLOB = regex(r"[*?\[]")
_MODULES = regex(r"(?:^|/)node_modules/?$")
_MOST = 200
"""Ways after which it is taken to arrive."""


class CopiedOn:
    """The stages of one Dockerfile, as ways of a file into the images that ship."""

    def __init__(self, target: Target, dockerfile: Dockerfile) -> None:
        self._files: ImageFiles = image_files(target, dockerfile)
        self._dockerfile = dockerfile
        self._known: dict[int, list[tuple[int, str, str]]] | None = None
        self._installed: dict[int, list[tuple[Place, str, bool]]] = {}
        all_images = images(target)
        finals = [all_images.final_stage(dockerfile)]
        for build in all_images.deployments(dockerfile):
            stage = dockerfile.stage(build.target) if build.target else None
            finals.append(None if stage is None or is_aside(stage.name) else stage)
        self._shipped = {
            one.index for final in finals if final is not None for one in dockerfile.chain(final)
        }

    def arrives(self, source: CopySource, path: str) -> bool:
        """Whether what a copy takes from a path of the context is in an image that ships.

        The paths of ``COPY --from=`` are followed; what a command makes of a file is not.
        """
        todo = [(source.stage.index, self._inside(source, path))]
        seen: set[tuple[int, str]] = set()
        while todo:
            one = todo.pop()
            if one[0] in self._shipped or len(seen) > _MOST:
                return True
            if one not in seen:
                seen.add(one)
                todo += self._onward(*one)
        return False

    def spoils(self, source: CopySource, path: str) -> bool:
        """Whether a folder of modules lies where the stage installs its own.

        What was installed before is overwritten; an install behind it takes over what is there,
        but for ``npm ci``, which removes it.
        """
        if posixpath.basename(path) != "node_modules":
            return False
        folder = posixpath.dirname(self._inside(source, path))
        for stage in self._dockerfile.chain(source.stage):
            for place, home, afresh in self._installs(stage):
                ahead = stage is not source.stage or place.key() < source.instruction.place.key()
                if (ahead or not afresh) and within(folder, home):
                    return True
        return False

    def _inside(self, source: CopySource, path: str) -> str:
        """Where the stage has a path of the context."""
        clean = in_context(source.written)
        rest = path[len(clean) :].lstrip("/") if clean else path
        goal = self._goal(source.stage, source.instruction, source.goal)
        return posixpath.join(goal, rest)

    def _goal(self, stage: Stage, one: Instruction, written: str) -> str:
        return absolute(self._files.workdir(stage, one), self._files.expand(stage, one, written))

    def _onward(self, stage: int, path: str) -> Iterator[tuple[int, str]]:
        """(stage, path in it) of what takes along what a stage has under a path.

        What lies deeper is what the build has made there: `target/release/app`.
        """
        for other, taken, goal in self._copies().get(stage, ()):
            if within(path, taken):
                yield other, f"{goal}{path[len(taken) :]}"

    def _copies(self) -> dict[int, list[tuple[int, str, str]]]:
        """Stage → (stage that takes from it, what, where to); the root is an empty path."""
        if self._known is not None:
            return self._known
        known: dict[int, list[tuple[int, str, str]]] = {}
        for other in self._dockerfile.stages:
            if other.parent is not None:
                known.setdefault(other.parent, []).append((other.index, "", ""))
            for one in other.of("COPY"):
                flag = one.flag("from")
                name = "" if flag is None else flag.value
                origin = self._dockerfile.stage(name, before=other.index) if name else None
                words = one.exec_form or tuple(word.text for word in one.words)
                if origin is None or not words:
                    continue
                goal = self._goal(other, one, words[-1]).rstrip("/")
                for word in one.sources:
                    taken = absolute("/", self._files.expand(other, one, word.text))
                    wild = _GLOB.search(taken)
                    if wild is not None:
                        taken = posixpath.dirname(taken[: wild.start()] + "x")
                    known.setdefault(origin.index, []).append(
                        (other.index, taken.rstrip("/"), goal)
                    )
        self._known = known
        return known

    def _installs(self, stage: Stage) -> list[tuple[Place, str, bool]]:
        """(where, the folder of the image, whether it starts afresh) of what puts modules there."""
        found = self._installed.get(stage.index)
        if found is None:
            found = self._installed[stage.index] = [
                (
                    step.instruction.place,
                    step.at(asked.folder or ".").rstrip("/"),
                    asked.manager == "npm" and asked.frozen,
                )
                for step in self._files.steps(stage)
                if (asked := npm_install(step.words)) is not None
            ]
            for one in stage.of("COPY"):
                modules = [word for word in one.sources if _MODULES.search(word.text)]
                if modules and one.flag("from") is not None:
                    # What another stage has installed.
                    goal = self._goal(stage, one, one.words[-1].text)
                    home = posixpath.dirname(goal) if _MODULES.search(goal) else goal
                    found.append((one.place, home.rstrip("/"), False))
        return found
