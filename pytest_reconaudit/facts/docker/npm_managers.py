"""Which package managers a stage of an image has, and how one that is absent is come by."""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Stage

__all__ = ["AbsentManager", "absent_manager"]


class AbsentManager(Struct, frozen=True):
    """A package manager that a stage does not have."""

    manager: str
    image: str
    """What the stage is built on, as written."""
    donor: str
    """What a stage of the same file is built on that has it; empty without one."""
    line: int
    """Of the ``FROM`` of that stage."""
    enabled: bool
    """``corepack enable`` gets it."""
    folder: str
    """Where the install runs."""

    def remedy(self, command: str) -> str:
        """How to run a command of the manager all the same."""
        lacks = f"This stage ({self.image}) has no {self.manager}: "
        if self.enabled:
            return f"{lacks}run `corepack enable` before, then `{command}`."
        if not self.donor:
            return f"{lacks}put it in first, then `{command}`."
        modules = f"{self.folder.rstrip('/')}/node_modules"
        return (
            f"{lacks}run `{command}` in a stage of its own on {self.donor} (as line {self.line} has"
            f" it), and here take {modules} out of that stage with `COPY --from=`."
        )


def absent_manager(
    files: ImageFiles, stage: Stage, step: RunStep, manager: str, *, newer: bool = False
) -> AbsentManager | None:
    """What there is to say of a manager that a step would need; ``None`` where the stage has it, or
    may have it.

    :param newer: it takes a Yarn beyond the first, which no image brings.
    """
    if _may_have(files, stage, step, manager, newer=newer) is not False:
        return None
    donor = next(
        (
            one
            for one in files.dockerfile.stages
            if _may_have(files, one, None, manager, newer=newer)
        ),
        None,
    )
    base = files.dockerfile.chain(stage)[-1]
    donated = files.dockerfile.chain(donor)[-1] if donor is not None else None
    return AbsentManager(
        "Yarn beyond 1" if newer else manager,
        base.written,
        donated.written if donated is not None else "",
        (donated.place.line or 0) if donated is not None else 0,
        _brings_corepack(base) and manager in ("pnpm", "yarn"),
        step.folder,
    )


def _may_have(
    files: ImageFiles, stage: Stage, before: RunStep | None, manager: str, *, newer: bool
) -> bool | None:
    """Whether a stage has a manager; ``None`` where its image is not known."""
    for step in files.chain_steps(stage):
        if before is not None and step.command is before.command:
            break
        if newer:
            if _GETS_NEWER.search(step.text) is not None:
                return True
        elif step.name == manager or _GETS[manager].search(step.text) is not None:
            return True
    chain = files.dockerfile.chain(stage)
    if any(_GIVES[manager].search(one.text) for each in chain for one in each.of("COPY", "ADD")):
        return True
    image = chain[-1].image
    name = image.name.rpartition("/")[2] if image is not None else ""
    return None if name not in _BROUGHT else not newer and manager in _BROUGHT[name]


_BROUGHT = {"node": ("npm", "yarn"), "bun": ("bun",)}
"""Base images → the managers that they bring."""
_GETS = {
    name: regex(
        rf"(?:\bcorepack\b|(?<![\w./-]){name}(?:@[\w.^~-]{{1,40}})?(?=[\s\"']|$)|{name}\.sh/)"
    )
    for name in ("npm", "pnpm", "yarn", "bun")
}
_GETS_NEWER = regex(r"\bcorepack\b|\byarn (?:set version|policies)|\byarn@(?:berry|[2-9])")
_GIVES = {name: regex(rf"/{name}(?:\s|$)") for name in ("npm", "pnpm", "yarn", "bun")}
"""A program that is copied out of another image."""


def _brings_corepack(base: Stage) -> bool:
    """Whether an image of Node.js is one of those that bring Corepack: not from Node.js 25 on."""
    tag = base.image.tag if base.image is not None else ""
    major = re.match(r"\d{1,3}", tag)
    return (
        base.image is not None
        and base.image.name.rpartition("/")[2] == "node"
        and (major is not None and int(major[0]) < _NO_COREPACK)
    )


_NO_COREPACK = 25
