"""nginx configuration that is copied to a place where its level does not fit.

``/etc/nginx/nginx.conf`` is the whole configuration; a file of ``conf.d`` is read inside its
``http`` block. Each in the other's place stops the server at start.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.image_files import ImageFiles, absolute, image_files
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.nginx import read_nginx
from pytest_reconaudit.target import Target

__all__ = ["WrongLevel", "wrong_levels"]

_MAIN = "/etc/nginx/nginx.conf"
_INCLUDED = regex(r"/etc/nginx/(?:conf\.d|http\.d)/[^/]+\.conf")
_CHANGES = ("nginx.conf", "conf.d", "/etc/nginx")


class WrongLevel(Struct, frozen=True):
    """One copy."""

    place: Place
    written: str
    path: str
    """In the repository."""
    goal: str
    directive: str
    """What does not fit, or ``events`` where that is lacking."""
    at: Place
    lacking: bool


def wrong_levels(target: Target, dockerfile: Dockerfile) -> Iterator[WrongLevel]:
    """Every such copy into a stage that starts from an image, not from a builder's own folder."""
    files = image_files(target, dockerfile)
    for stage in dockerfile.stages:
        steps = files.steps(stage)
        if any(word in step.text for step in steps for word in _CHANGES):
            continue  # moved or rewritten there
        for one in stage.of("COPY", "ADD"):
            found = _judge(target, files, stage, one)
            if found is not None:
                yield found


def _judge(target: Target, files: ImageFiles, stage: Stage, one: Instruction) -> WrongLevel | None:
    words = one.exec_form or tuple(word.text for word in one.words)
    if len(words) != 2 or one.flag("from") is not None or one.heredocs:
        return None
    goal = absolute(files.workdir(stage, one), files.expand(stage, one, words[1]))
    if words[1].endswith("/") or not goal.endswith(".conf"):
        goal = posixpath.join(goal, posixpath.basename(words[0]))
    included = _INCLUDED.fullmatch(goal) is not None
    if not included and goal != _MAIN:
        return None
    path = files.origin(stage, goal)
    if (
        path is None
        or not target.has(path)
        or posixpath.basename(path) != posixpath.basename(words[0])
    ):
        return None
    parsed = read_nginx(target.text(path), path)
    if parsed.problems or not parsed.directives:
        return None
    outer = {directive.name: directive for directive in reversed(parsed.directives)}
    if included:
        wrong = next((outer[name] for name in ("http", "events") if name in outer), None)
        if wrong is None:
            return None
        return WrongLevel(one.place, one.written, path, goal, wrong.name, wrong.place, False)
    if "events" in outer or "include" in outer or "load_module" in outer:
        return None
    first = outer.get("server") or outer.get("upstream") or outer.get("http")
    if first is None:
        return None
    return WrongLevel(one.place, one.written, path, goal, "events", first.place, True)
