"""Where a module that an import no longer finds may lie now.

A name alone says little (every repository has several ``types.ts``): a hint is given where the tail
of the path is the same, or the module lies beside the importer or has a slip in its name.
"""

from __future__ import annotations

import posixpath

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["relocated"]

_STEM = regex(r"(?:\.d)?\.[cm]?[jt]sx?$|\.(?:vue|svelte|json)$")
_ENOUGH = 2
"""How many names at the end of two paths make them the same module."""
_SLIP = 3
"""How many characters a name gains or loses by a slip."""
_ANYWHERE = frozenset({"src", "lib", "app", "dist", "source"})
"""Folders that every package has."""
_MOST = 50
"""More files of one name are no hint, whatever their folders."""


def relocated(target: Target, importer: str, wanted: str) -> str:
    """The script that an import surely or nearly surely meant; empty when none stands out.

    :param wanted: the path that the import leads to, without suffix.
    """
    stem = _STEM.sub("", wanted)
    parts = stem.split("/")
    near = _by_name(target).get(parts[-1].lower(), [])
    home = posixpath.dirname(importer)
    beside = [one for one in near if posixpath.dirname(_module(one)) == home]
    if len(beside) == 1 and beside[0] != importer:
        return beside[0]
    if len(near) <= _MOST:
        own = _package(target, importer)
        mine = [one for one in near if one != importer and _package(target, one) == own]
        stays = _package(target, wanted) == own  # another package has modules of its own
        others = mine if stays else [one for one in near if one != importer]
        scored = sorted(
            ((_tail(parts, _module(one).split("/")), one) for one in others), reverse=True
        )
        if scored and scored[0][0] >= _ENOUGH:
            best = [one for score, one in scored if score == scored[0][0]]
            if len(best) == 1:
                return best[0]
        if len(mine) == 1 and parts[-1] != "index":
            return mine[0]
    slip = target.nearest(wanted + posixpath.splitext(importer)[1]) or ""
    same = posixpath.dirname(slip) == posixpath.dirname(wanted)
    return slip if slip and same and abs(len(_module(slip)) - len(stem)) <= _SLIP else ""


def _module(path: str) -> str:
    return _STEM.sub("", path).removesuffix("/index")


def _tail(wanted: list[str], there: list[str]) -> int:
    """How many names two paths end in alike; the first of them may have lost a prefix
    (``acme-tide-types`` → ``tide-types``)."""
    alike = 0
    for one, other in zip(reversed(wanted), reversed(there), strict=False):
        if one.lower() == other.lower():
            alike += one not in _ANYWHERE
            continue
        if alike and (one.endswith(f"-{other}") or other.endswith(f"-{one}")):
            alike += 1
        break
    return alike


def _package(target: Target, path: str) -> str:
    return target.home(posixpath.dirname(path), "package.json")


@once
def _by_name(target: Target) -> dict[str, list[str]]:
    """Last name of a module in small letters → the scripts."""
    found: dict[str, list[str]] = {}
    for path in target.everything:
        if _STEM.search(path) is not None:
            name = posixpath.basename(_module(path)).lower()
            found.setdefault(name, []).append(path)
    return found
