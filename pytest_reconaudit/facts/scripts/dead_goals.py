"""Rules of Makefiles that nothing calls: left behind when what they worked on was removed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.invocations import makefiles
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.makefile import Makefile, MakeTarget
from pytest_reconaudit.readers.shell import is_dynamic
from pytest_reconaudit.target import Target, once

__all__ = ["gone_folder", "is_uncalled_script", "uncalled_goal"]

_MAKES = regex(r"\bmake[ \t]+((?:[\w./=@%+:-]{1,80}[ \t]+){0,8}[\w./=@%+:-]{1,80})")
"""What stands behind ``make`` in prose and in files that are not read as commands."""
_OTHER_RUNNERS = (
    "justfile", "Justfile", ".justfile", "Taskfile.yml", "Taskfile.yaml", "Procfile", "Tiltfile",
    "Jenkinsfile", "Rakefile", "tox.ini", "noxfile.py", ".gitlab-ci.yml", ".pre-commit-config.yaml",
    "azure-pipelines.yml", ".travis.yml", ".drone.yml", "bitbucket-pipelines.yml", "Dockerfile*",
)  # fmt: skip
_DEFAULT = regex(r"^\.DEFAULT_GOAL\s*[:?]?=", re.MULTILINE)
_SPECIAL = regex(r"\..*|.*[%$].*")


def gone_folder(target: Target, path: str) -> str:
    """The uppermost folder of a path that is not there; empty when the file's own folder is."""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if not target.has_dir(folder):
            return folder
    return ""


def uncalled_goal(target: Target, place: Place) -> str:
    """The rule to whose recipe a line belongs, when nothing in the repository calls it; else empty.

    Not the first one, which plain ``make`` runs, and none whose name is made when make runs.
    """
    makefile = next((one for one in makefiles(target) if one.path == place.path), None)
    rule = _rule_of(makefile, place) if makefile is not None else None
    if makefile is None or rule is None:
        return ""
    names = [one.name for one in makefile.targets if one.place == rule.place]
    if any(_SPECIAL.fullmatch(name) or "/" in name for name in names):
        return ""
    first = next((one for one in makefile.targets if not _SPECIAL.fullmatch(one.name)), None)
    plain = first is not None and first.place == rule.place
    if plain or _DEFAULT.search(target.text(makefile.path)):
        return ""
    needed = {
        name
        for one in makefiles(target)
        for other in one.targets
        if not other.name.startswith(".")  # .PHONY calls nothing
        for name in other.prerequisites
    }
    called = _called(target)
    if called is None or any(name in needed or name in called for name in names):
        return ""
    return names[0]


def is_uncalled_script(target: Target, name: str) -> bool:
    """Whether no command, document or other file names a script of a package behind its manager;
    what managers, hosts and people run by custom is called."""
    if _BY_CUSTOM.fullmatch(name):
        return False
    called = _called_scripts(target)
    return called is not None and name not in called


_BY_CUSTOM = regex(
    r"(?:pre|post)?(?:install|prepare|pack|publish|version|start|stop|restart|test|build|dev|serve"
    r"|deploy|release|ci|lint)(?:[:.-].*)?|(?:pre|post).*"
)
_RUNS_SCRIPT = regex(
    r"\b(?:npm|pnpm|yarn|bun|turbo|nx|lerna|run-[sp]|npm-run-all|concurrently)\b"
    r"((?:[ \t]+[\w./=@:*\"'+-]{1,80}){1,8})"
)
_MANAGERS = ("npm", "pnpm", "yarn", "bun", "turbo", "nx", "lerna", "run-s", "run-p", "npm-run-all")


@once
def _called_scripts(target: Target) -> frozenset[str] | None:
    """The words behind every manager of packages; ``None`` where one is known only when it runs."""
    files = target.named(*_OTHER_RUNNERS, "Makefile", "turbo.json")
    words = _words_behind(target, _MANAGERS, _RUNS_SCRIPT, files)
    tasks = {
        name for path in target.named("turbo.json") for name in _TASK.findall(target.text(path))
    }
    return None if words is None else words | tasks


_TASK = regex(r"\"([\w:-]{1,60})\"\s*:\s*\{")


def _rule_of(makefile: Makefile, place: Place) -> MakeTarget | None:
    line = place.line or 0
    before = [one for one in makefile.targets if one.recipe and (one.place.line or 0) <= line]
    return max(before, key=lambda one: one.place.line or 0, default=None)


@once
def _called(target: Target) -> frozenset[str] | None:
    """The words behind every ``make``; ``None`` where a goal is known only when it runs."""
    files = target.named(*_OTHER_RUNNERS)
    return _words_behind(target, _MAKE, _MAKES, files)


_MAKE = ("make", "gmake", "${MAKE}", "$MAKE", "$(MAKE)")


def _words_behind(
    target: Target, programs: tuple[str, ...], prose: re.Pattern[str], files: Iterable[str]
) -> frozenset[str] | None:
    """The words behind programs in commands, documents and further files; ``None`` where a command
    takes one that is known only when it runs.

    :param prose: a program in what is not read as commands; its first group the words.
    """
    found: set[str] = set()
    for call in invocations_of(target, programs):
        for word in call.words[1:]:
            if is_dynamic(word) and "=" not in word:
                return None
            found.add(word)
    for path in (*target.documents, *files):
        for match in prose.finditer(target.text(path)):
            found.update(word.strip("\"'") for word in match[1].split())
    return frozenset(word.rstrip(".,:") for word in found)
