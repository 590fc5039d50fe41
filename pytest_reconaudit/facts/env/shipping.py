"""Env files and stacks that only serve whoever develops: nothing ships or starts them."""

from __future__ import annotations

import posixpath
import re

from pytest_reconaudit.facts.compose.stacks import Stack, stacks
from pytest_reconaudit.facts.docker.images import BuildContext, dockerfiles, images, in_context
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.env.secrets import is_local_env
from pytest_reconaudit.facts.generator_templates import is_generator_template
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Stage
from pytest_reconaudit.readers.dotenv import EnvFile
from pytest_reconaudit.target import Target, once, within

__all__ = ["is_unused_stack", "serves_developers"]

_STARTERS = regex(
    r"(?:^|/)(?:\.github/workflows/[^/]+\.ya?ml|kustomization\.ya?ml|Procfile[^/]*|[^/]+\.service"
    r"|ecosystem\.config\.[cm]?js|serverless\.ya?ml|Makefile|justfile|package\.json)$"
)
_DEFAULT_NAMES = frozenset(
    {"compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.yaml"}
)
_LIVE = regex(r"prod(?!uct)|stag(?:e|ing)|deploy|release|live|self-?host|hosting", re.IGNORECASE)
_TELLS = (
    ".md", ".mdx", ".rst", ".txt", ".adoc", ".sh", ".bash", ".ps1", ".bat", ".yml", ".yaml",
    ".json", ".toml", ".js", ".mjs", ".ts", ".py", ".rb", ".nix", "Makefile", "makefile",
    "justfile", "Justfile", "Procfile", "Tiltfile", "Dockerfile",
)  # fmt: skip
_LONGEST = 1_000_000
_PATTERN = regex(r"[*?\[]")


def serves_developers(target: Target, file: EnvFile) -> bool:
    """Whether an env file is for development, by its mode or its addresses, while images are built
    here and none takes it in, no stack is given it and no script or manifest names it."""
    return (
        is_local_env(file)
        and bool(dockerfiles(target))
        and not _is_composed(target, file.path)
        and not _is_copied(target, file.path)
        and not _is_started(target, file.path)
    )


def _is_composed(target: Target, path: str) -> bool:
    folder, name = posixpath.split(path)
    return any(
        (name == ".env" and stack.folder == folder)
        or any(one.path == path for service in stack.services for one in service.env_files)
        for stack in stacks(target)
    )


def _is_copied(target: Target, path: str) -> bool:
    known = images(target)
    for dockerfile in dockerfiles(target):
        if is_development_name(dockerfile.path):
            continue
        # Where nothing tells what it is built from: its own folder, as is the custom.
        own = BuildContext(posixpath.dirname(dockerfile.path), ())
        contexts = known.contexts(dockerfile) or [own]
        for context in contexts:
            if not within(path, context.path) or is_generator_template(target, dockerfile.path):
                continue
            below = path[len(context.path) + 1 :] if context.path else path
            kept = _kept_stages(target, dockerfile)
            taken = any(
                one.stage.index in kept and _takes(in_context(one.written), below)
                for one in known.sources(dockerfile)
            )
            rules = known.dockerignore(dockerfile, context)
            if taken and (rules is None or rules.excluded(below) is None):
                return True
    return False


_MADE = regex(
    r"(?:^|/)(?:dist|build|target|release|bin|out|output|public|static|wheels?|wheelhouse|install"
    r"|node_modules|\.next|\.output|site-packages|\.?v?env|lib)(?:/|$)"
    r"|\.(?:whl|jar|war|so|gz|zip|js|css|html|lock|toml|json)$"
)
"""What a build makes, as its path says: it does not hold the sources."""


def _kept_stages(target: Target, dockerfile: Dockerfile) -> frozenset[int]:
    """The numbers of the stages whose files the image may hold: those that it is made on, and those
    that it takes more from than what was built there."""
    final = images(target).final_stage(dockerfile)
    if final is None:
        return frozenset()
    kept: dict[int, Stage] = {}
    todo = list(dockerfile.chain(final))
    while todo:
        stage = todo.pop()
        if stage.index in kept:
            continue
        kept[stage.index] = stage
        for one in stage.instructions:
            if one.keyword != "COPY":
                continue
            flag = next((word.text for word in one.words if word.text.startswith("--from=")), "")
            other = dockerfile.stage(flag[7:], before=stage.index) if flag else None
            taken = [word.text for word in one.words if not word.text.startswith("--")][:-1]
            if other is not None and any(_MADE.search(path) is None for path in taken):
                todo += dockerfile.chain(other)
    return frozenset(kept)


def _takes(source: str, path: str) -> bool:
    """Whether a source of a ``COPY`` brings a file along; a pattern may."""
    fixed = _PATTERN.split(source, 1)[0]
    return path.startswith(fixed) if fixed != source else within(path, fixed)


def _is_started(target: Target, path: str) -> bool:
    folder, name = posixpath.split(path)
    plain = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.-])")
    for other in _starters(target):
        text = target.text(other)
        if name not in text:
            continue
        if folder and path in text:
            return True
        if posixpath.dirname(other) == folder and plain.search(text):
            return True
    return False


@once
def _starters(target: Target) -> tuple[str, ...]:
    found = set(shell_script_paths(target))
    found.update(path for path in target.everything if _STARTERS.search(path))
    return tuple(sorted(found))


def is_unused_stack(target: Target, stack: Stack) -> bool:
    """Whether nothing but a person who knows of it starts a stack that is built from the sources:
    no command, document or tool names its file, and neither do its own path and name say that it
    is for more than development."""
    if not stack.guessed or not any(one.build is not None for one in stack.services):
        return False
    return all(
        posixpath.basename(path) not in _DEFAULT_NAMES
        and not _LIVE.search(path)
        and not _is_told(target, path)
        for path in stack.files
    )


@once
def _told(target: Target) -> dict[str, bool]:
    """Path → whether another file names it, as far as it was asked for."""
    return {}


def _is_told(target: Target, path: str) -> bool:
    known = _told(target)
    if path not in known:
        name = posixpath.basename(path)
        known[path] = any(
            other != path and other.endswith(_TELLS) and name in target.text(other)[:_LONGEST]
            for other in target.everything
        )
    return known[path]
