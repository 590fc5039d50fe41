"""Env files whose values depend on who reads them, and who does read them here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import applications
from pytest_reconaudit.facts.compose.stacks import compose_files, stacks
from pytest_reconaudit.facts.env.key_use import untemplated
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.facts.problems import config_files
from pytest_reconaudit.model import Place, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dotenv import env_file_name
from pytest_reconaudit.readers.env_dialects import EnvLine, read_env_lines, readings
from pytest_reconaudit.readers.secret_text import is_secret_name
from pytest_reconaudit.readers.shell import read_shell
from pytest_reconaudit.target import Target, once

__all__ = ["PortableFile", "Unportable", "portable_files"]

_TITLES = {
    "compose": "Docker Compose",
    "docker": "docker --env-file",
    "shell": "a shell that sources it",
    "dotenv": "node's dotenv",
    "dotenvy": "Rust's dotenvy",
}


class Unportable(Struct, frozen=True):
    """One key that two readers do not read alike, or that nobody can set."""

    clause: str
    """``a`` values differ, ``b`` a key that is no key."""
    key: str
    place: Place
    shown: str


class PortableFile(Struct, frozen=True):
    """An env file, or a here-document that writes one."""

    path: str
    consumers: tuple[str, ...]
    """Who reads it in this repository, for messages."""
    faults: tuple[Unportable, ...]


@once
def portable_files(target: Target) -> tuple[PortableFile, ...]:
    """Every env file and every script that writes one, by path."""
    reading = _Consumers(target)
    found: dict[str, PortableFile] = {}
    for file in env_files(target):
        lines = read_env_lines(target.text(file.path), file.path)
        consumers = reading.of(file.path)
        faults = (*_broken(target, lines), *_differing(lines, consumers))
        titles = tuple(_TITLES[one] for one in consumers)
        found[file.path] = PortableFile(file.path, titles, faults)
    for path in shell_script_paths(target):
        text = target.text(path)
        if "<<" not in text or "env" not in text or purpose(path) == "test":
            continue
        documents = [
            one
            for one in target.parse(read_shell, path).heredocs
            if one.target and env_file_name(one.target) is not None
        ]
        if documents:
            broken = [
                fault
                for one in documents
                for fault in _broken(target, read_env_lines(one.text, path, one.place.line or 1))
            ]
            found[path] = PortableFile(path, (), tuple(broken))
    return tuple(found[path] for path in sorted(found))


def _broken(target: Target, lines: tuple[EnvLine, ...]) -> Iterator[Unportable]:
    """Keys with a character that no shell or program takes in a name.

    Those that the check of all configuration files tells already are left to it.
    """
    for line in lines:
        if line.key.isascii() or not re.fullmatch(r"[\w.-]{1,80}", line.key):
            continue
        if (line.place.path, line.place.line) not in _told(target):
            yield Unportable("b", line.key, line.place, line.key)


@once
def _told(target: Target) -> frozenset[tuple[str, int | None]]:
    """Where a foreign character in a name is reported as such."""
    return frozenset(
        (problem.place.path, problem.place.line)
        for file in config_files(target)
        for problem in file.problems
        if problem.clause == "c"
    )


def _differing(lines: tuple[EnvLine, ...], consumers: tuple[str, ...]) -> Iterator[Unportable]:
    if len(consumers) < 2:
        return
    last = {line.key: line for line in lines}
    first: dict[str, EnvLine] = {}
    for line in lines:
        first.setdefault(line.key, line)
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,100}", line.key) or last[line.key] != line:
            continue
        every = readings(line)
        if first[line.key] is not line and "dotenvy" in consumers:
            every["dotenvy"] = readings(first[line.key])["dotenvy"]  # the first one wins there
        values = {one: every[one] for one in consumers}
        if len(set(values.values())) > 1:
            yield Unportable("a", line.key, line.place, _table(line.key, values))


def _table(key: str, values: dict[str, str | None]) -> str:
    """``compose "x", docker "\"x\""``: each value with who reads it."""
    groups: dict[str | None, list[str]] = {}
    for dialect, value in values.items():
        groups.setdefault(value, []).append(dialect)
    parts = []
    for value, dialects in groups.items():
        if value is None:
            text = "an error"
        elif is_secret_name(key) or "@" in value:
            text = mask(value) or "nothing"
        else:
            text = repr(value[:40])
        parts.append(f"{'/'.join(dialects)} {text}")
    return f"{key}: {', '.join(parts)}"


class _Consumers:
    """Who reads an env file, by the path or base name that they are given."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.compose = {
            one.path
            for stack in stacks(target)
            for service in stack.services
            for one in service.env_files
            if one.path
        }
        for file in compose_files(target):
            self.compose.add(posixpath.join(posixpath.dirname(file.path), ".env"))
        self.docker = frozenset(self._named(_DOCKER))
        self.shell = frozenset(self._named(_SOURCED))
        self.dotenv: set[str] = set()
        self.dotenvy: set[str] = set()
        for one in applications(target):
            for manifest in one.manifests:
                text = target.text(manifest)
                if manifest.endswith("package.json"):
                    if '"dotenv"' in text or one.bundler is not None:
                        self.dotenv.add(one.folder)
                elif manifest.endswith("Cargo.toml") and re.search(r"(?m)^dotenvy?\b", text):
                    self.dotenvy.add(one.folder)

    def _named(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """Base names of the env files that scripts, Makefiles and workflows name so."""
        for path in self.target.files:
            base = posixpath.basename(path)
            if not path.endswith((".sh", ".bash", ".yml", ".yaml", ".json")) and base not in (
                "Makefile", "makefile", "justfile", "Justfile", "Procfile"
            ):  # fmt: skip
                continue
            text = self.target.text(path)
            if "env" in text and not purpose(path):
                for match in pattern.finditer(text):
                    yield posixpath.basename(match[1].strip("\"'"))

    def of(self, path: str) -> tuple[str, ...]:
        """The dialects that read this file, or the one that it is the template of."""
        plain = untemplated(path)
        folder, base = posixpath.split(plain)
        if base in ("env", "environment"):
            plain, base = posixpath.join(folder, ".env"), ".env"
        found = []
        if plain in self.compose:
            found.append("compose")
        if base in self.docker:
            found.append("docker")
        if base in self.shell:
            found.append("shell")
        if base.startswith(".env"):
            # The libraries look in the program's own folder (Rust's in those above it too).
            if folder in self.dotenv:
                found.append("dotenv")
            if any(one == folder or not folder for one in self.dotenvy):
                found.append("dotenvy")
        return tuple(found)


_DOCKER = regex(
    r"docker(?:[ \t]+container)?[ \t]+(?:run|create)\b[^\n|;&]{0,300}?"
    r"--env-file[ =]+([\w./\"'-]{1,120})"
)
_SOURCED = regex(
    r"(?m)(?:^|[;&|][ \t]*|\t|[ \t])(?:source|\.)[ \t]+([\w./\"'-]{0,100}env[\w.-]{0,40})"
)
