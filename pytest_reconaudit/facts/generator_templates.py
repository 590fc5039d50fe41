"""Files that a generator writes into the projects it makes: nobody runs them where they lie."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["is_generator_template"]

_GENERATOR = regex(
    r"(?:[\w.]+[-_])*(?:generators?|codegen|scaffold(?:er|ing)?|schematics|cookiecutter)(?:[-_][\w.-]+)?"
    r"|create-[\w.-]+"
)
_SURELY = frozenset(
    {"template", "templates", "_templates", "skeleton", "skeletons", "boilerplate", "boilerplates",
     "blueprint", "blueprints", "stubs"}
)  # fmt: skip
_PERHAPS = frozenset({"static", "assets", "files", "resources", "base", "common"})
"""Folders of a generator that hold such files when a source beside them reads the folder."""
_SOURCES = (".ts", ".js", ".mjs", ".cjs", ".mts", ".py")
_FROM_HERE = regex(r"__dirname|import\.meta\.(?:url|dirname)|__file__")
_MOST_BESIDE = 200


def is_generator_template(target: Target, path: str) -> bool:
    """Whether a file lies in the templates of a generator, or is a package.json that the source
    beside it reads from where it stands, below another package."""
    folder = posixpath.dirname(path)
    known = _known(target)
    if folder not in known:
        known[folder] = _is_template_folder(target, folder)
    return known[folder] or (
        posixpath.basename(path) == "package.json" and _is_read_beside(target, folder)
    )


@once
def _known(target: Target) -> dict[str, bool]:
    """Folder → whether it holds templates, as far as it was asked for."""
    return {}


def _is_template_folder(target: Target, folder: str) -> bool:
    above, generator = "", False
    for part in folder.split("/"):
        name = part.lower()
        if generator and name in _SURELY:
            return True
        if (
            generator
            and name in _PERHAPS
            and any(_reads(text, part) for text in _beside(target, above))
        ):
            return True
        generator = generator or _GENERATOR.fullmatch(name) is not None
        above = posixpath.join(above, part)
    return False


def _is_read_beside(target: Target, folder: str) -> bool:
    if not target.home(posixpath.dirname(folder), "package.json"):
        return False
    return any(_reads(text, "package.json") for text in _beside(target, folder))


def _reads(text: str, name: str) -> bool:
    """Whether a source takes a file or a folder of that name from where it stands itself."""
    quoted = f'"{name}"' in text or f"'{name}'" in text
    return quoted and _FROM_HERE.search(text) is not None


def _beside(target: Target, folder: str) -> Iterator[str]:
    """The texts of the sources of a folder."""
    prefix = f"{folder}/" if folder else ""
    for path in target.below(folder)[:_MOST_BESIDE]:
        if path.endswith(_SOURCES) and "/" not in path[len(prefix) :]:
            yield target.text(path)
