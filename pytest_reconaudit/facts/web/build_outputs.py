"""Places that scripts and tasks of npm packages write: a clone lacks them until then."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, home_among, once

__all__ = ["is_built_output", "writing_scripts"]

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
    stem = _STEM.sub("", path)
    return stem in outputs or _is_written(target, stem)


_WRITER = regex(
    r"\b(?:writeFile(?:Sync)?|outputFile(?:Sync)?|createWriteStream|createSourceFile|Bun\.write"
    r"|writeTextFile)\b"
)
_SCRIPT = regex(
    r"(?:^|/)(?:[\w-]*scripts?|codegen|tools?|tooling|build|gen|generators?)/|(?:^|/)[\w-]*gen(?:erate)?[\w.-]*\."
)
_SCRIPTS = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts")
_NAMED = regex(r"['\"`/]([\w@.-]{1,80}\.[cm]?[jt]sx?)['\"`]")
_SAID_OFTEN = frozenset({"index", "main", "app", "types", "utils", "server", "client", "config"})


def _is_written(target: Target, stem: str) -> bool:
    """Whether a script of the same package that writes files names this one."""
    name = posixpath.basename(stem)
    if name in _SAID_OFTEN:
        return False
    return any(not one or stem.startswith(f"{one}/") for one in _written(target).get(name, ()))


@once
def _written(target: Target) -> dict[str, set[str]]:
    """Name of a script without suffix → folders of the packages with a script that names it and
    writes files."""
    found: dict[str, set[str]] = {}
    for home, paths in writing_scripts(target).items():
        for path in paths:
            for match in _NAMED.finditer(target.text(path)):
                found.setdefault(_STEM.sub("", match[1]), set()).add(home)
    return found


@once
def writing_scripts(target: Target) -> dict[str, tuple[str, ...]]:
    """Folder of a package → its scripts for the work on it that write files."""
    found: dict[str, list[str]] = {}
    folders = frozenset(one.folder for one in npm_packages(target))
    for path in target.files if folders else ():
        if not path.endswith(_SCRIPTS) or _SCRIPT.search(path) is None:
            continue
        text = target.text(path)
        if "rite" not in text and "output" not in text and "createSourceFile" not in text:
            continue
        if _WRITER.search(text) is None:
            continue
        found.setdefault(home_among(posixpath.dirname(path), folders), []).append(path)
    return {home: tuple(paths) for home, paths in found.items()}


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
