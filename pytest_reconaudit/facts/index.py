"""Two look-up tables that several facts share: files by base name, commands by program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.invocations import Invocation, invocations
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["files_by_name", "hidden", "invocations_of", "submodules"]

_SUBMODULE = regex(r"^[ \t]*path[ \t]*=[ \t]*(\S+)[ \t]*$", re.MULTILINE)


@once
def files_by_name(target: Target) -> dict[str, list[str]]:
    """Base name → paths of files, excluded ones included."""
    found: dict[str, list[str]] = {}
    for path in target.everything:
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return found


@once
def submodules(target: Target) -> tuple[str, ...]:
    """Folders that another repository fills, also when the target is no git checkout."""
    listed = _SUBMODULE.findall(target.text(".gitmodules")) if target.has(".gitmodules") else []
    return tuple(dict.fromkeys((*target.submodules, *(path.strip("/") for path in listed))))


def hidden(target: Target, path: str) -> bool:
    """Whether a submodule or a symbolic link hides what is at a path."""
    if any(path == module or path.startswith(f"{module}/") for module in submodules(target)):
        return True
    while "/" in path:
        path = path.rpartition("/")[0]
        if target.has(path):  # a link: a folder is never listed itself
            return True
    return False


@once
def _by_program(target: Target) -> dict[str, list[Invocation]]:
    found: dict[str, list[Invocation]] = {}
    for invocation in invocations(target):
        found.setdefault(invocation.name, []).append(invocation)
    return found


def invocations_of(target: Target, programs: Iterable[str]) -> Iterator[Invocation]:
    """The commands that run one of the programs, program by program."""
    table = _by_program(target)
    for program in programs:
        yield from table.get(program, ())
