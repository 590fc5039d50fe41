"""Services of one stack of which the repository only ever starts one at a time.

A database in four variants on one port clashes with nothing while every command that brings the
stack up names its services and none names, or needs, two of the variants. Where the commands that
the repository runs do not name them all, those that its documents tell people to type count too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import compose_call
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.compose.stacks import DEFAULTS, Stack
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.scripts.compose_calls import models_in_effect, service_words
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import shell_words
from pytest_reconaudit.target import Target, once

__all__ = ["Starts", "starts_of"]

_PROGRAMS = ("docker", "docker-compose", "podman", "podman-compose", "nerdctl")
_RUNNERS = (
    "justfile", "Justfile", ".justfile", "*.just", "Taskfile*.yml", "Taskfile*.yaml", "Rakefile",
    "Jenkinsfile*", "Tiltfile", "Procfile*", "tox.ini", "noxfile.py", "tasks.py", "fabfile.py",
    ".gitlab-ci.yml", "azure-pipelines.yml", ".travis.yml", ".drone.yml", "Vagrantfile",
    "mise.toml", ".mise.toml", "pyproject.toml", "devenv.nix", "flake.nix", "*.ps1", "*.bat",
    "*.fish",
)  # fmt: skip
"""Files that run commands and are read here line by line."""
_LINE = regex(r"\b(?:docker|podman|nerdctl)[ \t-]compose\b([^\n;|&`]{0,400})")
_ONE = regex(r"\$\{?(?:[A-Za-z_]\w*|[1-9])\}?|\{\{\s{0,4}([A-Za-z_][\w-]*)\s{0,4}\}\}")
"""A word that stands for one service."""
_MANY = regex(
    r"(?i).*(?:args|argv|services|containers|names|flags|opts|options|rest|params|list)\W*"
)
_USES = regex(r"\buses:\s{0,8}[\"']?[^\s#]{0,100}compose", re.IGNORECASE)
_STOPS = frozenset({"down", "stop", "rm", "kill"})
_STARTS = frozenset({"up", "start", "run"})


class _Start(Struct, frozen=True):
    origin: str
    files: frozenset[str] | None
    """The compose files that are read; ``None``: not known."""
    verb: str
    names: tuple[str, ...]
    alone: bool = False
    """``--no-deps``."""
    told: bool = False
    """A document tells people to type it."""


class Starts(Struct, frozen=True):
    """How the repository brings one stack up."""

    plain: bool
    """Some command starts everything, or what it starts is not known."""
    groups: tuple[frozenset[str], ...]
    """The services that run at once, by what starts them."""
    named: frozenset[str]
    """Those that some command names."""

    def apart(self, one: str, other: str) -> bool:
        """Whether two services are both started by name, and never both at once."""
        if self.plain or not {one, other} <= self.named:
            return False
        return not any({one, other} <= group for group in self.groups)


def starts_of(target: Target, stack: Stack, *, documents: bool = False) -> Starts:
    """Every start of a stack, by the words of the commands that may mean it.

    :param documents: whether what documents tell people to type counts as well.
    """
    every = (*_starts(target), *(_documented(target) if documents else ()))
    mine = [one for one in every if one.files is None or one.files & set(stack.files)]
    names = frozenset(service.name for service in stack.services)
    needs = {service.name: {d.service for d in service.depends_on} for service in stack.services}
    stopping = {one.origin for one in mine if one.verb in _STOPS}
    plain = not mine or _by_a_tool(target, stack)
    named: set[str] = set()
    groups: list[frozenset[str]] = []
    together: dict[str, set[str]] = {}
    for one in mine:
        if one.verb in _STOPS or (one.verb == "start" and not one.names):
            continue
        literal = [name for name in one.names if name in names]
        unknown = len(one.names) - len(literal)
        # A word of a document that is no service is prose: nothing says what it starts.
        plain = plain or not one.names or unknown > (0 if one.told else 1)
        for chosen in sorted(names) if unknown else [""]:
            asked = {*literal, chosen} - {""}
            running = set(asked) if one.alone else _closure(asked, needs)
            if one.verb == "run":
                running -= asked  # its ports are not published
            else:
                named |= asked
            groups.append(frozenset(running))
        if not unknown and one.origin not in stopping:
            together.setdefault(one.origin, set()).update(groups[-1])
    groups += [frozenset(group) for group in together.values()]
    return Starts(plain, tuple(groups), frozenset(named))


def _closure(asked: set[str], needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs.get(name, ()))
    return found


def _by_a_tool(target: Target, stack: Stack) -> bool:
    """Whether an editor or an action starts it: all of it, as far as is known."""
    names = {posixpath.basename(path) for path in stack.files}
    return any(
        name in target.text(path)
        for path in target.named("devcontainer.json", ".devcontainer.json")
        for name in names
    ) or any(_USES.search(target.text(workflow.path)) for workflow in workflows(target))


@once
def _starts(target: Target) -> tuple[_Start, ...]:
    return (*_commands(target), *_lines(target))


def _commands(target: Target) -> Iterator[_Start]:
    for call in invocations_of(target, _PROGRAMS):
        stack_deploy = call.words[1:3] == ("stack", "deploy")
        parsed = ("up", ()) if stack_deploy else compose_call(call.words)
        if parsed is None or parsed[0] not in _STARTS | _STOPS:
            continue
        models = models_in_effect(target, call)
        files = frozenset(path for model in models for path in model.files) if models else None
        verb, rest = parsed
        yield _Start(call.origin, files, verb, _chosen(verb, rest, ""), "--no-deps" in rest)


def _lines(target: Target) -> Iterator[_Start]:
    """The commands in files whose language is not read."""
    for path in target.named(*_RUNNERS):
        text = target.text(path)
        if "compose" not in text:
            continue
        block = 0
        for number, line in enumerate(text.split("\n"), 1):
            if line[:1].strip():
                block = number
            if "compose" not in line or line.lstrip().startswith(("#", "//", "@echo", "echo")):
                continue
            for match in _LINE.finditer(line):
                words = ("docker", "compose", *shell_words(_BRACES.sub(_joined, match[1])))
                parsed = compose_call(words)
                if parsed is None or parsed[0] not in _STARTS | _STOPS:
                    continue
                moved = "cd " in line[: match.start()] or "dir" in line[: match.start()]
                files = None if moved else _read(target, posixpath.dirname(path), words)
                verb, rest = parsed
                names = _chosen(verb, rest, text)
                yield _Start(f"{path}:{block}", files, verb, names, "--no-deps" in rest)


@once
def _documented(target: Target) -> tuple[_Start, ...]:
    """The commands in documents of which it is known which files they read. Each stands alone: a
    reader types one of them."""
    return tuple(_told(target))


def _told(target: Target) -> Iterator[_Start]:
    for path in target.documents:
        text = target.text(path)
        if "compose" not in text:
            continue
        folder = posixpath.dirname(path)
        for number, line in enumerate(text.split("\n"), 1):
            for match in _LINE.finditer(line) if "compose" in line else ():
                words = ("docker", "compose", *shell_words(match[1]))
                parsed = compose_call(words)
                if parsed is None or parsed[0] not in _STARTS:
                    continue
                # A guide in a folder of documents speaks of the root as a rule.
                files = _read(target, folder, words) or _read(target, "", words)
                verb, rest = parsed
                if files is not None:
                    names = service_words(verb, rest)
                    alone = "--no-deps" in rest
                    yield _Start(f"{path}:{number}", files, verb, names, alone, told=True)


_BRACES = regex(r"\{\{[^{}\n]{0,60}\}\}")


def _joined(match: re.Match[str]) -> str:
    return "".join(match[0].split())


def _read(target: Target, folder: str, words: tuple[str, ...]) -> frozenset[str] | None:
    """The files that a command in a folder reads."""
    given = [b for a, b in pairwise(words) if a in ("-f", "--file")]
    if any(word.startswith(("-f", "--file=", "--project-directory")) and word != "-f"
           for word in words):  # fmt: skip
        return None
    if given:
        paths = [posixpath.normpath(posixpath.join(folder, one)) for one in given]
        return frozenset(paths) if all(target.has(path) for path in paths) else None
    while True:
        here = [path for name in DEFAULTS if target.has(path := posixpath.join(folder, name))]
        if here:
            return frozenset(here)
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _chosen(verb: str, rest: tuple[str, ...], recipes: str) -> tuple[str, ...]:
    """The services that a command names; none where a word may stand for any number of them.

    :param recipes: the text of a file whose ``{{word}}`` are parameters.
    """
    names = service_words(verb, rest)
    for name in names:
        if "$" not in name and "{{" not in name:
            continue
        match = _ONE.fullmatch(name)
        if match is None or _MANY.fullmatch(name):
            return ()
        if match[1] and re.search(
            rf"[*+]{re.escape(match[1])}\b|\b{re.escape(match[1])}\s?=\s?(?:''|\"\")", recipes
        ):
            return ()
    return names
