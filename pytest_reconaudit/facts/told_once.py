"""One cause, one finding: what several files have in common is told of the first of them.

The first by path among those that are in use: what is found in a kept copy is a note, and must
not stand for the others.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import Target

__all__ = ["Told", "also_in", "told_once"]

_One = TypeVar("_One")
Told = Mapping[str, tuple[Place, ...] | None]
"""File → where else the same stands; ``None`` where another file tells it."""
_SHOWN = 4
_WORKFLOWS = ".github/workflows/"


def told_once(
    target: Target,
    files: Mapping[str, Sequence[_One]],
    cause: Callable[[_One], Hashable | None],
    place: Callable[[_One], Place],
) -> Mapping[Hashable, Told]:
    """Cause → which of the files tells it.

    :param cause: what makes two the same; ``None`` where each is told by itself.
    """
    holders: dict[Hashable, dict[str, list[Place]]] = {}
    for path, ones in files.items():
        for one in ones:
            same = cause(one)
            if same is not None:
                holders.setdefault(same, {}).setdefault(path, []).append(place(one))
    found: dict[Hashable, Told] = {}
    for same, held in holders.items():
        first = (
            min(held, key=lambda path: _rank(target, path)) if len(held) > 1 else next(iter(held))
        )
        others = [at for path in sorted(held) if path != first for at in held[path]]
        found[same] = {path: tuple(others) if path == first else None for path in held}
    return found


def _rank(target: Target, path: str) -> tuple[bool, bool, str]:
    return bool(copy_of(target, path)), not path.startswith(_WORKFLOWS), path


def also_in(places: Iterable[Place]) -> str:
    """For a message: the other files in which the same stands; empty when there are none."""
    paths = list(dict.fromkeys(place.path for place in places))
    if not paths:
        return ""
    short = [posixpath.basename(p) if p.startswith(_WORKFLOWS) else p for p in paths[:_SHOWN]]
    names = ", ".join(short) + (" …" if len(paths) > _SHOWN else "")
    return f"; also in {len(paths)} more file{'' if len(paths) == 1 else 's'} ({names})"
