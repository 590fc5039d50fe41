"""Failures of a build, an install or a test that a ``RUN`` line or a start script hides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.image_files import RunStep, absolute, image_files
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.docker.toolchains import is_build
from pytest_reconaudit.facts.installs import dependency_install, is_test, system_packages
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.target import Target

__all__ = ["MaskedError", "MaskedErrors"]

_NOTHING = regex(r"(?:/bin/)?true|:|exit\s+0|echo\b[^&|;]*|printf\b[^&|;]*")
_HARMLESS_END = regex(r"(?:/bin/)?true|:|exit\s+0")
_LOCAL_INSTALL = frozenset({"pip", "pip3", "gem", "cargo", "go", "npm", "pnpm", "yarn", "bun"})
_STRICT = regex(r"(?:^|\s)-\w*e|errexit")
_OFF = regex(r"^[ \t]*set[ \t]+(?:\+\w*e\w*|\+o[ \t]+errexit)\b", re.MULTILINE)
_ON = regex(r"^[ \t]*set[ \t]+(?:-\w*e\w*|-o[ \t]+errexit)\b", re.MULTILINE)
_MIGRATES = regex(
    r"^[^#\n]*\b(?:migrate|migration[s]?[ \t]+run|alembic[ \t]+upgrade|db:migrate|db[ \t]+push"
    r"|flyway|liquibase|goose[ \t]+up|database[ \t]+update|schema:load)\b",
    re.MULTILINE | re.IGNORECASE,
)


class MaskedError(Struct, frozen=True):
    """One command whose failure nobody sees."""

    place: Place
    text: str
    kind: str
    """``build``, ``install``, ``test`` or ``migration``."""
    how: str
    """``ignored`` (the image is built all the same), ``silenced`` (its messages are thrown away
    before an alternative runs) or ``unset`` (``set +e`` in the start script)."""
    mask: str
    warm_up: bool = False
    """The same tool runs again later in the stage and is not masked: only a cache is lost."""


class MaskedErrors:
    """The question, asked of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def of(self, dockerfile: Dockerfile) -> Iterator[MaskedError]:
        """In file order; those of a start script last."""
        files = image_files(self._target, dockerfile)
        for stage in dockerfile.stages:
            steps = files.steps(stage)
            for index, step in enumerate(steps):
                kind = _kind(step)
                if not kind:
                    continue
                how, mask = _masked(step)
                if not how:
                    how, mask = _ends_well(stage, step, steps)
                if how:
                    later = any(
                        other.name == step.name
                        and _kind(other)
                        and other.instruction is not step.instruction
                        and _masked(other)[0] != "ignored"
                        for other in steps[index + 1 :]
                    )
                    yield MaskedError(step.place, step.text, kind, how, mask, later)
        yield from self._entry(dockerfile)

    def _entry(self, dockerfile: Dockerfile) -> Iterator[MaskedError]:
        stage = images(self._target).final_stage(dockerfile)
        if stage is None:
            return
        files = image_files(self._target, dockerfile)
        for word in _start_words(dockerfile, stage):
            path = files.origin(stage, absolute(files.workdir(stage), word))
            if path is None or not self._target.has(path):
                continue
            text = self._target.text(path)
            off = _OFF.search(text)
            if off is None:
                continue
            on = _ON.search(text, off.end())
            ran = _MIGRATES.search(text, off.end(), on.start() if on else len(text))
            if ran is not None and on is None:
                place = Place(path, text.count("\n", 0, off.start()) + 1, 1)
                yield MaskedError(place, ran[0].strip(), "migration", "unset", off[0].strip())


def _start_words(dockerfile: Dockerfile, stage: Stage) -> Iterator[str]:
    for keyword in ("ENTRYPOINT", "CMD"):
        for one in dockerfile.chain(stage):
            last: Instruction | None = one.last(keyword)
            if last is not None:
                words = last.exec_form if last.exec_form is not None else last.text.split()
                yield from (word for word in words[:4] if "/" in word or word.endswith(".sh"))
                break


def _kind(step: RunStep) -> str:
    words = step.words
    if not words or step.command.tested or step.command.captured:
        return ""
    if is_build(words):
        return "build"
    if is_test(words):
        return "test"
    if dependency_install(words) or system_packages(words) is not None:
        return "install"
    plain = [word for word in words[1:] if not word.startswith("-")]
    if step.name in _LOCAL_INSTALL and plain[:1] in (["install"], ["i"], ["add"]):
        return "install"
    return ""


def _masked(step: RunStep) -> tuple[str, str]:
    """How a command's own ``||`` hides its failure, and with what."""
    fallback = step.command.fallback.strip()
    if not fallback:
        return "", ""
    first = fallback.strip("(){} \t;")
    if _NOTHING.fullmatch(first):
        return "ignored", f"|| {fallback}"
    silent = any(
        redirect.target == "/dev/null" and redirect.op in ("2>", "2>>", "&>", "&>>", ">&")
        for redirect in step.command.redirects
    ) or (
        any(redirect.target == "/dev/null" for redirect in step.command.redirects)
        and "2>&1" in step.command.text.replace(" ", "")
    )
    if silent and not re.search(r"\bexit\s+[1-9]|\bfalse\b", fallback):
        return "silenced", "2>/dev/null ||"
    return "", ""


def _ends_well(stage: Stage, step: RunStep, steps: tuple[RunStep, ...]) -> tuple[str, str]:
    """``RUN npm test; exit 0``: the last command decides, and it always succeeds."""
    mine = [other for other in steps if other.instruction is step.instruction]
    if len(mine) < 2 or mine[-1] is step:
        return "", ""
    last = mine[-1]
    if not _HARMLESS_END.fullmatch(" ".join(last.words)) or mine[-2].command.following != ";":
        return "", ""
    if last.command.blocks or step.command.blocks:
        return "", ""
    for other in mine:
        if other.name == "set" and any(_STRICT.search(word) for word in other.words[1:]):
            return "", ""
    shells = [one for one in stage.of("SHELL") if one.exec_form]
    if any(_STRICT.search(" ".join(one.exec_form or ())) for one in shells):
        return "", ""
    if mine[-2] is step or all(o.command.following == "&&" for o in mine[mine.index(step) : -2]):
        return "ignored", f"; {' '.join(last.words)}"
    return "", ""
