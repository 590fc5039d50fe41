"""Places that scripts and tasks of npm packages write: a clone lacks them until then."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, once

__all__ = ["is_built_output"]

_WRITES = regex(
    r"(?:\s-o|\s--?(?:out(?:put)?(?:[-_]?(?:dir|file|path|folder))?|dest(?:ination)?|target-?dir)"
    r"|(?<!\d)>)[\s=]{1,3}['\"]?(?:\./)?(?P<place>[\w@.-]+(?:/[\w@.-]+){0,12})"
)
"""What a command writes, by the options that nearly every generator has."""
_GLOB = regex(r"[*{?!\[]")
_STEM = regex(r"\.(?:d\.)?[cm]?[jt]sx?$")


def is_built_output(target: Target, path: str) -> bool:
    """Whether a task or a script says that it writes a path or a folder above it."""
    outputs = _outputs(target)
    place = path
    while place:
        if place in outputs:
            return True
        place = posixpath.dirname(place)
    return _STEM.sub("", path) in outputs


@once
def _outputs(target: Target) -> frozenset[str]:
    found: set[str] = set()
    for path in target.named("project.json"):
        found.update(_of_tasks(target, path, "targets", (posixpath.dirname(path),)))
    folders = tuple(one.folder for one in npm_packages(target))
    for path in target.named("nx.json"):
        found.update(_of_tasks(target, path, "targetDefaults", folders))
    for path in target.named("turbo.json"):
        here = posixpath.dirname(path)
        inside = tuple(one for one in folders if not here or f"{one}/".startswith(f"{here}/"))
        for key in ("tasks", "pipeline"):
            found.update(_of_tasks(target, path, key, inside))
    for package in npm_packages(target):
        for script in package.manifest.scripts:
            for match in _WRITES.finditer(script.command):
                found.add(_STEM.sub("", _joined(package.folder, match["place"])))
    return frozenset(one for one in found if one not in ("", *folders, *_roots(folders)))


def _roots(folders: tuple[str, ...]) -> Iterator[str]:
    """Folders of all sources: who writes there (formatters, compilers in place) makes no module."""
    for folder in folders:
        for name in ("src", "app", "lib", "source"):
            yield posixpath.join(folder, name)


def _of_tasks(target: Target, path: str, key: str, folders: tuple[str, ...]) -> Iterator[str]:
    """The outputs of the tasks of one file, for each project that they may be run for."""
    tasks = target.parse(read_jsonc, path).map(key)
    for task in tasks.values():
        outputs: Any = task.get("outputs") if isinstance(task, dict) else None
        for one in outputs if isinstance(outputs, list) else ():
            if not isinstance(one, str) or one.startswith("!"):
                continue
            for folder in folders:
                inner, base = one, folder
                if one.startswith("{projectRoot}"):
                    inner = one.removeprefix("{projectRoot}")
                elif one.startswith("{workspaceRoot}"):
                    inner, base = one.removeprefix("{workspaceRoot}"), ""
                plain = _GLOB.split(inner, maxsplit=1)[0].strip("/")
                if plain and "{" not in inner.partition(plain)[0]:
                    yield _STEM.sub("", _joined(base, plain))


def _joined(folder: str, inner: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, inner))
    return "" if path == "." or path.startswith("..") else path
