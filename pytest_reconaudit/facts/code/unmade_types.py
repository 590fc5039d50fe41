"""Types of Rust that no code makes or takes, but for tests.

Where a repository makes no program, its types are made by whoever uses its libraries.
"""

from __future__ import annotations

import re

from pytest_reconaudit.facts.callers import without_tests
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["is_unmade", "makes_programs"]

_HEAD = regex(
    r"\s*(?://|#!?\[|(?:pub(?:\([\w:\s]+\))?\s+)?(?:use|struct|enum|mod)\b|(?:unsafe\s+)?impl\b)"
)
"""A line that declares a type, or hands its name on, and makes none."""


def is_unmade(target: Target, name: str) -> bool:
    """Whether nothing beside the type's own ``impl`` blocks and tests names a type.

    :param name: of the type, without its module.
    """
    known = _known(target)
    if name not in known:
        known[name] = bool(name) and makes_programs(target) and not _is_named(target, name)
    return known[name]


def makes_programs(target: Target) -> bool:
    """Whether a Cargo package of the repository is more than a library for others."""
    return any(one.bins for one in cargo_packages(target))


@once
def _known(target: Target) -> dict[str, bool]:
    """By name; filled as they are asked for."""
    return {}


def _is_named(target: Target, name: str) -> bool:
    word = re.compile(rf"(?<![\w\"]){re.escape(name)}(?![\w\"])")
    for path in target.files:
        if not path.endswith(".rs") or is_test_path(path) or is_off_path(path):
            continue
        text = target.text(path)
        if name not in text:
            continue
        own = without_tests(text)
        if any(
            word.search(line) is not None and _HEAD.match(line) is None
            for line in own.split("\n")
            if name in line
        ):
            return True
    return False
