"""Files of a package to which nothing leads: nobody imports them but files that nobody imports.

It is asked where the beginnings of a package are not known, or not all of them: what is found here
is left over whatever the package begins with, as long as that is no file that a rule takes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.web.apps import Frontend, taken_by_pattern
from pytest_reconaudit.facts.web.modules import importers
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, within

__all__ = ["BEGINNING", "STORY", "is_left_over", "is_loaded_by", "left_over_with"]

STORY = regex(
    r"\.(?:stories|story|d|fixture|bench|example|mock|mocks|draft|template|tmpl)\.\w+$|(?:^|/)(?:stories|storybook"
    r"|\.storybook|__mocks__|mocks?|playground|sandbox|demo|demos|examples?|scripts?|templates?"
    r"|docs?|msw|[\w-]+[-_]scripts|experimental|deprecated|old|backup|unused|wip|_wip|drafts?)/",
    2,
)
"""2 is ``re.IGNORECASE``."""
BEGINNING = regex(
    r"(?:^|/)(?:main|index|app|client|entry[\w.-]*)\.(?:[cm]?[jt]sx?|vue|svelte)$", re.I
)
_STEM = regex(r"\.[cm]?[jt]sx?$|\.(?:vue|svelte)$")
_DEEPEST = 3
"""How many files deep one is left over because its importers are."""
_MOST = 50


def is_left_over(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether nothing leads to a file: nothing loads it but what is left over itself."""
    return _left_over(target, path, lambda one: _is_loose(target, frontend, one)) is not None


def left_over_with(
    target: Target, frontend: Frontend, path: str, begins: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """The files that lead to one which is left over, itself left out, where ``begins`` tells what
    may be entered besides; ``None`` where it is not left over."""
    return _left_over(
        target,
        path,
        lambda one: (
            within(one, frontend.folder)
            and not begins(one)
            and _is_loose(target, frontend, one)
            and one not in taken_by_pattern(target, frontend)
        ),
    )


def _left_over(
    target: Target, path: str, is_loose: Callable[[str], bool]
) -> tuple[str, ...] | None:
    found, seen, edge = [path], {path}, {path}
    for _ in range(_DEEPEST + 1):
        if not all(is_loose(one) for one in sorted(edge)):
            return None
        edge = {
            user for one in edge for user, _ in importers(target).get(one, ()) if is_loaded_by(user)
        } - seen
        if not edge:
            return tuple(found[1:])
        if len(seen) + len(edge) > _MOST:
            return None
        seen |= edge
        found += sorted(edge)
    return None


def is_loaded_by(user: str) -> bool:
    """Whether somebody who names a file is no test and no story."""
    return not is_test_path(user) and not STORY.search(user)


def _is_loose(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether neither a page, a name in the package.json nor a rule by which files are routes leads
    to a file."""
    if frontend.by_files or path in frontend.roots or path in (frontend.reached or ()):
        return False
    if BEGINNING.search(path) or posixpath.basename(path).startswith("index."):
        return False
    inside = _STEM.sub("", posixpath.relpath(path, frontend.folder or "."))
    stem = posixpath.basename(inside)
    manifest = target.text(frontend.package.path)
    configs = (target.text(one) for one in (*frontend.configs, frontend.config) if one)
    return inside not in manifest and not any(
        re.search(rf"[/'\"`]{re.escape(stem)}\b", text) for text in (manifest, *configs)
    )
