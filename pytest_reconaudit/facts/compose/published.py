"""Which images the project itself publishes, and which tags its own commands choose.

An install template that takes the project's own image at ``latest`` is how its users come to new
versions: whoever releases decided it.
"""

from __future__ import annotations

import posixpath
import re

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.pushes import workflow_pushes
from pytest_reconaudit.facts.ci.rollouts import workflow_deploys
from pytest_reconaudit.facts.compose.stacks import DEFAULTS
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import ImageReference, image_reference
from pytest_reconaudit.target import Target, once

__all__ = ["is_deployed", "is_of_project", "tag_is_handed_over"]

_JSON_NAME = regex(
    r'^\s{0,8}"name"\s{0,4}:\s{0,4}"(?:@([\w.-]{1,80})/)?([\w.-]{1,80})"', re.MULTILINE
)
_TOML_NAME = regex(
    r"^\[(?:package|project|tool\.poetry)\][^\n]*\n(?:(?!\[)[^\n]{0,2000}\n){0,40}?"
    r"name\s{0,8}=\s{0,8}[\"']([\w.-]{1,80})[\"']",
    re.MULTILINE,
)
_TITLE = regex(r"^#[ \t]{1,8}(\S[^\n]{0,200})$|^(\S[^\n]{0,200})\n={3,200}$", re.MULTILINE)
_HTML_TITLE = regex(r"<h1\b[^>]{0,200}>([^\0]{0,1000}?)</h1>", re.IGNORECASE)
_TAG = regex(r"<[^<>]{0,300}>")
_READMES = ("README.md", "README.rst", "README.adoc", "README", "Readme.md", "readme.md")
_SAYS_LITTLE = frozenset(
    {"root", "app", "apps", "api", "server", "web", "website", "site", "backend", "frontend",
     "client", "core", "main", "monorepo", "workspace", "platform", "service", "services",
     "docs", "project", "example", "demo", "gateway", "proxy", "worker", "db", "database", "cli",
     "sdk", "dashboard", "admin"}
)  # fmt: skip
"""Names that any number of projects give to a part of theirs."""
_HEAD = 20_000


@once
def _project_names(target: Target) -> frozenset[str]:
    """What the manifests in the root and the title of the README call the project."""
    found: set[str] = set()
    if target.has("package.json"):
        named = _JSON_NAME.search(target.text("package.json")[:_HEAD])
        found |= {part for part in named.groups() if part} if named else set()
    for path in ("Cargo.toml", "pyproject.toml"):
        if target.has(path):
            found.update(_TOML_NAME.findall(target.text(path)[:_HEAD])[:1])
    for path in _READMES:
        if target.has(path):
            text = target.text(path)[:_HEAD]
            titles = [one or other for one, other in _TITLE.findall(text)[:1]]
            for shown in _HTML_TITLE.findall(text)[:1]:
                lines = [line.strip() for line in _TAG.sub(" ", shown).split("\n")]
                titles += [line for line in lines if line][:1]
            found.update("-".join(_TAG.sub(" ", title).split()) for title in titles)
    return frozenset(_same(name) for name in found) - _SAYS_LITTLE - {""}


def _same(name: str) -> str:
    return name.lower().replace("_", "-").strip("-*:!")


def _parts(name: str) -> tuple[str, ...]:
    """Namespace and what follows, without the registry's host."""
    parts = name.split("/")
    if len(parts) > 1 and ("." in parts[0] or ":" in parts[0]):
        parts = parts[1:]
    return tuple(_same(part) for part in parts)


@once
def _pushed(target: Target) -> frozenset[tuple[str, ...]]:
    names = (push.image for one in workflow_pushes(target) for push in one.pushes)
    return frozenset(_parts(image_reference(name).name) for name in names if "$" not in name)


def is_of_project(target: Target, image: ImageReference) -> bool:
    """Whether the image has the project's name, for its own or for its publisher's, or a workflow
    pushes it."""
    parts = _parts(image.name)
    if len(parts) < 2:
        return False  # one of the official images
    names = _project_names(target)
    return parts[0] in names or parts[-1] in names or parts in _pushed(target)


@once
def _deploys(target: Target) -> tuple[str, ...]:
    """The commands with which workflows bring stacks onto a server."""
    return tuple(
        done.work.text
        for one in workflow_deploys(target)
        for job in one.jobs
        for done in job.deploys
        if "compose" in done.work.text or "stack deploy" in done.work.text
    )


def is_deployed(target: Target, path: str) -> bool:
    """Whether a workflow seems to bring a compose file onto a server: it is no template alone."""
    name = posixpath.basename(path)
    return any(
        name in text or (name in DEFAULTS and " -f" not in text and "--file" not in text)
        for text in _deploys(target)
    )


_VARIABLE = regex(r"\$(?:([A-Za-z_]\w{0,80})|\{([A-Za-z_]\w{0,80})(?::?\?[^{}]{0,200})?\})")
"""A variable without a default."""
_GIVEN = regex(
    r"(?<![\w$&{-])([A-Za-z_]\w{0,80})(?:[:?]?=|[ \t]?:[ \t]{1,8})[ \t]{0,8}([^\s#]{0,80})"
)
"""``NAME=value`` of shells and make, ``NAME: value`` of a workflow's environment."""
_MOVES = frozenset({"", "latest"})


def tag_is_handed_over(target: Target, image: str) -> bool:
    """Whether a workflow, script or Makefile gives a value to a variable in an image's tag: what an
    ``.env`` for development says of it is not what is deployed.

    :param image: as written.
    """
    tag = image.rpartition("/")[2].partition(":")[2][:300]
    names = {one or other for one, other in _VARIABLE.findall(tag)}
    return bool(names) and not names.isdisjoint(_given(target))


@once
def _given(target: Target) -> frozenset[str]:
    """The variables to which commands of the repository give a value other than ``latest``."""
    paths = [one.path for one in workflows(target)] + list(shell_script_paths(target))
    paths += target.named("Makefile", "*.mk", "justfile", "Justfile")
    return frozenset(
        name
        for path in paths
        for name, value in _GIVEN.findall(target.text(path))
        if value.strip("\"'") not in _MOVES
    )
