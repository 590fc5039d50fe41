"""Where a module only serves whoever runs it by itself, to try it out."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["tried_alone"]

_MAIN = regex(r"(?m)^if[ \t(]+__name__\s*==\s*[\"']__main__[\"']")
_PROGRAMS = frozenset(
    {"main", "__main__", "app", "server", "run", "manage", "wsgi", "asgi", "worker"}
)
_STARTS = ("Procfile", "Makefile", "justfile", "pyproject.toml", "setup.py", "package.json")


def tried_alone(target: Target, place: Place) -> bool:
    """Whether a place stands under ``if __name__ == "__main__"`` of a Python module that others
    import and no deploy file, script or manifest starts."""
    path = place.path
    if not path.endswith(".py"):
        return False
    mains = _mains(target)
    if path not in mains:
        text = target.text(path)
        found = _MAIN.search(text)
        mains[path] = None if found is None else text.count("\n", 0, found.start())
    before = mains[path]
    if before is None or before >= (place.line or 1):
        return False
    stem = posixpath.basename(path).removesuffix(".py")
    if stem in _PROGRAMS or not target.has(posixpath.join(posixpath.dirname(path), "__init__.py")):
        return False
    return stem not in _started(target)


@once
def _mains(target: Target) -> dict[str, int | None]:
    """Module → the lines before its ``if __name__``, as far as it was asked for."""
    return {}


_NAME = regex(r"\w+")


@once
def _started(target: Target) -> frozenset[str]:
    """Every word of the files that start programs."""
    paths = {file.path for file in compose_files(target)}
    paths.update(one.path for one in dockerfiles(target))
    paths.update(shell_script_paths(target))
    paths.update(path for path in target.files if posixpath.basename(path) in _STARTS)
    words: set[str] = set()
    for path in paths:
        words.update(_NAME.findall(target.text(path)))
    return frozenset(words)
