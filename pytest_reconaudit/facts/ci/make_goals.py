"""Which goals of a ``make`` command have no rule in the Makefile that it reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.facts.folders import join
from pytest_reconaudit.facts.invocations import Invocation, makefiles
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.makefile import Makefile
from pytest_reconaudit.readers.shell import is_dynamic
from pytest_reconaudit.target import Target, once

__all__ = ["make_goals"]

_NAMES = ("GNUmakefile", "makefile", "Makefile")
_OPEN = regex(
    r"^[ ]*[-s]?include\b|^[^\t#\n][^\n]*\$[({](?:eval|call|foreach)\b|^\.DEFAULT\b",
    re.MULTILINE,
)
"""Makefiles whose rules are not all in their own text, or match many names."""
_SPLIT = regex(r"[^\w.-]+")
_GOAL = regex(r"[A-Za-z][\w:.-]*")
_PLAIN_OPTION = regex(r"-[BikKnqrRsStvw]+|-j\d*|--(?:silent|quiet|jobs=\d+|no-print-directory)")
_MOST_GOALS = 50
_MOST_NAMES = 200
"""Rules among which the nearest one is looked for."""


@once
def _closed(target: Target) -> Mapping[str, Makefile]:
    """The Makefiles that say all of their rules, by path."""
    return {
        one.path: one
        for one in makefiles(target)
        if posixpath.basename(one.path) in _NAMES
        and one.targets
        and not one.problems
        and not any("%" in rule.name or "$" in rule.name for rule in one.targets)
        and not _OPEN.search(target.text(one.path))
    }


def make_goals(
    target: Target, invocation: Invocation
) -> tuple[str, Mapping[str, str | None]] | None:
    """The Makefile of a ``make`` command, with the nearest rule for each goal that has none.

    The value is ``None`` for a goal that has a rule or that may be a file, and an empty text when
    no rule is alike. Nothing at all when an option or a word leaves the Makefile or the goals open.
    """
    folder = invocation.folder
    if folder is None:
        return None
    goals: list[str] = []
    words = iter(invocation.words[1:])
    for word in words:
        if word in ("-C", "--directory"):
            moved = next(words, "")
            folder = None if is_dynamic(moved) else join(folder, moved)
            if folder is None:
                return None
        elif _PLAIN_OPTION.fullmatch(word) or re.match(r"[A-Za-z_]\w*[:?+]?=", word):
            continue
        elif _GOAL.fullmatch(word):
            goals.append(word)
        else:
            return None
    found = next(
        (path for name in _NAMES if target.has(path := posixpath.join(folder, name))), None
    )
    makefile = _closed(target).get(found or "")
    if found is None or makefile is None:
        return None
    heads = _heads(target)
    if found not in heads:
        heads[found] = _Heads(
            tuple(sorted({one.name for one in makefile.targets})), _words(target.text(found)), {}
        )
    return found, {
        goal: _verdict(target, folder, heads[found], goal) for goal in goals[:_MOST_GOALS]
    }


class _Heads(Struct):
    """What stands before the colons of a Makefile."""

    names: tuple[str, ...]
    words: frozenset[str]
    nearest: dict[str, str]
    """Goal that has no rule → the rule that is alike."""


@once
def _heads(target: Target) -> dict[str, _Heads]:
    """By the path of the Makefile; filled as they are asked for."""
    return {}


def _words(text: str) -> frozenset[str]:
    lines = (line for line in text.split("\n") if not line.startswith("\t"))
    return frozenset(
        word for line in lines for word in _SPLIT.split(line.partition("#")[0].rpartition(":")[0])
    )


def _verdict(target: Target, folder: str, heads: _Heads, goal: str) -> str | None:
    path = posixpath.join(folder, goal)
    if goal in heads.words or goal in heads.names or target.has(path) or target.has_dir(path):
        return None
    # make's own rules build NAME from NAME.c, NAME.sh and so on.
    if any(target.has(f"{path}{end}") for end in (".c", ".cc", ".cpp", ".o", ".s", ".sh", ".f")):
        return None
    end = posixpath.splitext(goal)[1]
    # `.md.html:` is a rule for every page.
    if end and any(name[:1] == "." and name.endswith(end) for name in heads.names):
        return None
    if end in (".o", ".a", ".so", ".pdf", ".dvi"):
        return None
    if goal not in heads.nearest:
        if len(heads.nearest) >= _MOST_GOALS:
            return ""
        heads.nearest[goal] = alike(goal, heads.names[:_MOST_NAMES])
    return heads.nearest[goal]
