"""Which Rust files belong to which cargo package."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, home_among, once

__all__ = ["borrowed", "rust_files"]

_OUTSIDE = regex(r'"((?:\.\./)[^"\n]{1,200}\.rs)"')


@once
def _by_folder(target: Target) -> dict[str, list[str]]:
    """Folder of a Cargo.toml → the Rust files below that no deeper Cargo.toml has, by path."""
    homes = {
        posixpath.dirname(path)
        for path in target.everything
        if path == "Cargo.toml" or path.endswith("/Cargo.toml")
    }
    found: dict[str, list[str]] = {home: [] for home in homes}
    if not homes:
        return found
    home_of: dict[str, str | None] = {}
    for path in target.everything:
        if not path.endswith(".rs"):
            continue
        folder = posixpath.dirname(path)
        if folder not in home_of:
            above = home_among(folder, homes)
            home_of[folder] = above if above in homes else None
        home = home_of[folder]
        if home is not None:
            found[home].append(path)
    return found


def rust_files(target: Target, folder: str) -> tuple[str, ...]:
    """Every ``.rs`` file of the package in a folder, tests and excluded folders included."""
    return tuple(_by_folder(target).get(folder, ()))


def borrowed(target: Target, path: str) -> tuple[str, ...]:
    """Rust files that a file names by a path with ``../`` (``#[path]``, ``include!``)."""
    text = target.text(path)
    if "../" not in text:
        return ()
    here = posixpath.dirname(path)
    named = (posixpath.normpath(posixpath.join(here, one[1])) for one in _OUTSIDE.finditer(text))
    return tuple(one for one in dict.fromkeys(named) if target.has(one))
