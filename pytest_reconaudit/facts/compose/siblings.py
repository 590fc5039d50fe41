"""Compose files of one folder that are one stack in several variants.

A project offers its stack with each database that it can use: files with the same services, of
which one is started. What they have in common is one cause, and is mended by one thought.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from itertools import combinations

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.target import Target, once

__all__ = ["variants"]

_MOST = 60
"""Files of one folder that are compared with each other."""


@once
def variants(target: Target) -> Mapping[str, str]:
    """Compose file → the first of the files beside it of which it is a variant, else itself.

    Two are variants when more than half of the services of the smaller one are in both.
    """
    folders: dict[str, dict[str, frozenset[str]]] = {}
    for file in compose_files(target):
        names = frozenset(file.services)
        folders.setdefault(posixpath.dirname(file.path), {})[file.path] = names
    found: dict[str, str] = {}
    for files in folders.values():
        found.update({path: path for path in files})
        for one, other in combinations(sorted(files)[:_MOST], 2):
            smaller = min(len(files[one]), len(files[other]))
            if smaller and 2 * len(files[one] & files[other]) > smaller:
                first, gone = sorted((found[one], found[other]))
                found.update({path: first for path in files if found[path] == gone})
    return found
