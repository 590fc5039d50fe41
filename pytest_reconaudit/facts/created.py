"""Which files a script, Makefile or workflow writes: absent from a clone, but not forgotten.

A path is *created* when a command copies, downloads, generates or redirects to it. Where a
variable hides the folder, the rest of the path is compared from its end.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflow_steps, workflows
from pytest_reconaudit.facts.invocations import Invocation, invocations, makefiles
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import repo_path
from pytest_reconaudit.target import Target, once

__all__ = ["Created", "created"]

_COPIERS = frozenset({"cp", "mv", "install", "rsync", "ln"})
_OUTPUTS = frozenset({"-o", "-O", "--output", "--output-document", "--out", "-out", "-keyout"})
_OUTPUT_TOOLS = frozenset(
    {"curl", "wget", "go", "gcc", "cc", "clang", "rustc", "openssl", "protoc", "tsc", "esbuild"}
)
_WRITERS = _COPIERS | _OUTPUT_TOOLS | {"touch", "tee", "mkdir", "tar", "unzip"}
_VALUED = frozenset({"-t", "--target-directory", "-m", "--mode", "--owner", "-g", "--group"})


class Created(Struct, frozen=True):
    """What is written, by repository path, and by path ending where the folder is unknown."""

    files: dict[str, Place]
    folders: dict[str, Place]
    """Folders that something fills: everything below them may come from there."""
    endings: dict[str, Place]
    made_folders: dict[str, Place]
    """``mkdir``: the folder exists, nothing is known to be in it."""

    def by(self, path: str) -> Place | None:
        """Who writes this file or something below this folder, if anybody."""
        exact = self.files.get(path)
        if exact is not None:
            return exact
        folder = path
        while folder.strip("/"):
            if folder in self.folders:
                return self.folders[folder]
            folder = posixpath.dirname(folder)
        for known, place in self.files.items():
            if known.startswith(f"{path}/"):
                return place
        parts = path.split("/")
        for start in range(len(parts)):
            ending = "/".join(parts[start:])
            if ending in self.endings:
                return self.endings[ending]
        return None

    def folder_by(self, path: str) -> Place | None:
        """Who makes this folder."""
        found = self.by(path) or self.made_folders.get(path)
        if found is not None:
            return found
        for known, place in self.made_folders.items():
            if known.startswith(f"{path}/"):
                return place
        return None


_NO_FILE = regex(r"[%$]|^\.[A-Z]|^\.\.|^/|^[a-z0-9_-]+$")
"""Targets that name no file: patterns, make's own, and what reads like a command."""


@once
def created(target: Target) -> Created:
    """Every file that commands of the repository are seen to write."""
    found = Created({}, {}, {}, {})
    for invocation in invocations(target):
        command = invocation.command
        for redirect in command.redirects:
            if redirect.writes and not redirect.target.startswith(("&", "/dev/")):
                _add(found, invocation, redirect.target)
        if invocation.name not in _WRITERS:
            continue
        for written, kind in _written(target, invocation):
            if kind == "file":
                _add(found, invocation, written)
            else:
                path = invocation.resolve(written)
                if path:
                    table = found.folders if kind == "folder" else found.made_folders
                    table.setdefault(path, command.place)
    for makefile in makefiles(target):
        folder = posixpath.dirname(makefile.path)
        for rule in makefile.targets:
            if rule.recipe and not _NO_FILE.search(rule.name):
                path = posixpath.normpath(posixpath.join(folder, rule.name))
                found.files.setdefault(path, rule.place)
    for workflow in workflows(target):
        for _, step in workflow_steps(workflow):
            if "download-artifact" in step.uses or "cache@" in step.uses:
                for line in step.with_.str("path").split("\n"):
                    path = repo_path("", line.strip())
                    if path:
                        found.folders.setdefault(path, step.uses_place)
    return found


def _add(found: Created, invocation: Invocation, written: str) -> None:
    place = invocation.command.place
    path = invocation.resolve(written)
    if path:
        found.files.setdefault(path, place)
        if not invocation.assumed:
            return
    # `$ROOT/deploy/loki/config.yml`: what follows the last variable, if it is more than a name
    # that any folder could have.
    rest = written.rpartition("$")[2] if "$" in written else written
    if "$" in written:
        rest = rest.partition("/")[2]
    if not rest or rest.startswith(("/", "~", "../")) or "*" in rest:
        return
    if "/" in rest or "." in rest.strip("."):
        found.endings.setdefault(posixpath.normpath(rest), place)


def _written(target: Target, invocation: Invocation) -> Iterator[tuple[str, str]]:
    """(path as written, ``file``, ``folder`` or ``made``) of what a command writes."""
    words, name = invocation.words, invocation.name
    plain = [word for word in words[1:] if not word.startswith("-")]
    if name in _COPIERS:
        plain = []
        skip = False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in _VALUED:
                skip = True
            elif not word.startswith("-"):
                plain.append(word)
        if len(plain) < 2:
            return
        *sources, goal = plain
        path = invocation.resolve(goal)
        into = goal.endswith("/") or len(sources) > 1
        if into or (path is not None and target.has_dir(path)) or goal in (".", "./"):
            for source in sources:
                base = posixpath.basename(source.rstrip("/"))
                if "*" in base or "$" in base or base in ("", "."):
                    yield goal, "folder"
                else:
                    yield posixpath.join(goal, base), "file"
        else:
            yield goal, "file"
            recursive = any(w in ("-r", "-R", "-a", "-av", "-rf", "--recursive") for w in words)
            if recursive or name == "rsync":
                yield goal, "folder"
    elif name in ("touch", "tee"):
        for word in plain:
            yield word, "file"
    elif name == "mkdir":
        for word in plain:
            yield word, "made"
    elif name in _OUTPUT_TOOLS:
        for option, value in pairwise(words[1:]):
            if option in _OUTPUTS:
                yield value, "file"
    elif name in ("tar", "unzip"):
        for option, value in pairwise(words[1:]):
            if option in ("-C", "-d", "--directory"):
                yield value, "folder"
