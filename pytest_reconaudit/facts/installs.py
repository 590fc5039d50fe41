"""Commands that install what a manifest lists: npm and its relatives, pip, cargo, go, …

Pure text work on the words of a command; wrappers such as ``sudo`` are already taken off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["NpmInstall", "dependency_install", "is_test", "npm_install", "system_packages"]

_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_VALUED = frozenset(
    {"--prefix", "-C", "--dir", "--cwd", "--loglevel", "--registry", "--cache", "-w",
     "--workspace", "--omit", "--only", "--include", "--audit-level", "--node-linker", "--filter",
     "-F", "--network-timeout", "--mutex", "--modules-folder", "--cache-folder", "--store-dir",
     "--reporter", "--network-concurrency", "--userconfig", "--virtual-store-dir", "--backend",
     "--fetch-timeout", "--fetch-retries", "--maxsockets", "--cpu", "--os", "--libc"}
)  # fmt: skip
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
_VERBS = {
    "npm": ("ci", "clean-install", "ic", "install-clean", "install", "i", "in", "ins", "isntall"),
    "pnpm": ("install", "i"),
    "yarn": ("install", ""),
    "bun": ("install", "i", "ci"),
}
_FROZEN_VERBS = frozenset({"ci", "clean-install", "ic", "install-clean"})
_FROZEN = frozenset(
    {"--frozen-lockfile", "--immutable", "--pure-lockfile", "--frozen-lockfile=true"}
)
_FROZEN_OF_BUN = frozenset({"--production", "--production=true", "-p"})
"""Bun takes an install for production to mean that the lockfile must fit."""
_FORCED = frozenset({"--force", "-f", "--legacy-peer-deps"})
_PRODUCTION = frozenset(
    {"--production", "--production=true", "--prod", "--prod=true", "-P", "--omit=dev",
     "--only=prod", "--only=production", "--omit=dev,optional"}
)  # fmt: skip
_EVERYTHING = frozenset(
    {"--include=dev", "--production=false", "--prod=false", "--no-production", "--dev", "-D",
     "--also=dev", "--also=development", "--only=dev", "--only=development"}
)  # fmt: skip


class NpmInstall(Struct, frozen=True):
    """An install of the dependencies of a package.json."""

    manager: str
    verb: str
    folder: str
    """``--prefix``, ``-C`` or ``--cwd`` as written; empty when not given."""
    frozen: bool
    """It fails when the lockfile is absent or does not fit."""
    production: bool | None
    """Whether options leave the devDependencies out (true) or ask for them (false)."""
    forced: tuple[str, ...]
    """``--force``, ``--legacy-peer-deps`` of npm; the others only fetch anew by ``--force``."""
    offline: bool
    """From what was fetched by the lockfile before, or only the lockfile is written."""


def npm_install(words: Sequence[str]) -> NpmInstall | None:
    """What an install command asks for; ``None`` for any other, also ``npm install NAME``."""
    words = _direct(words)
    manager = words[0].rpartition("/")[2] if words else ""
    if manager not in _MANAGERS:
        return None
    plain: list[str] = []
    options: list[str] = []
    folder = ""
    index = 1
    while index < len(words):
        word = words[index]
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            plain.append(word)
        elif word in _VALUED and index + 1 < len(words):
            index += 1
            options.append(f"{word}={words[index]}")
            if word in _FOLDERS:
                folder = words[index]
        else:
            options.append(word)
            if equals and option in _FOLDERS:
                folder = value
        index += 1
    asked = frozenset(options)
    if asked & {"-g", "--global", "--location=global", "--version", "-v", "--help", "-h"}:
        return None
    focus = False
    if manager == "yarn" and plain[:2] == ["workspaces", "focus"]:
        plain, focus = ["install"], True
    verb = plain[0] if plain else ""
    if verb not in _VERBS[manager] or any(word != "." for word in plain[1:]):
        return None
    production: bool | None = None
    if asked & _EVERYTHING:
        production = False
    elif asked & _PRODUCTION or (manager == "bun" and "-p" in asked):
        production = True
    return NpmInstall(
        manager=manager,
        verb="focus" if focus else verb,
        folder=folder,
        frozen=(manager != "yarn" and verb in _FROZEN_VERBS)
        or (manager != "npm" and bool(asked & _FROZEN))
        or (manager == "bun" and bool(asked & _FROZEN_OF_BUN)),
        production=production,
        forced=tuple(word for word in options if word in _FORCED and manager == "npm"),
        offline=bool(
            asked & {"--offline", "--package-lock-only", "--lockfile-only", "--dry-run",
                     "--mode=update-lockfile"}
        ),
    )  # fmt: skip


def _direct(words: Sequence[str]) -> Sequence[str]:
    """``npx -y pnpm@9 i`` and ``corepack pnpm i`` as ``pnpm i``."""
    if not words or words[0].rpartition("/")[2] not in ("npx", "corepack", "bunx"):
        return words
    for index, word in enumerate(words[1:], 1):
        if word.startswith("-"):
            continue
        name = word.partition("@")[0]
        return (name, *words[index + 1 :]) if name in _MANAGERS else words
    return words


def dependency_install(words: Sequence[str]) -> str:
    """The family (``npm pip cargo go dotnet jvm bundler composer mix``) whose listed
    dependencies a command installs; empty for anything else."""
    if npm_install(words) is not None:
        return "npm"
    name = words[0].rpartition("/")[2] if words else ""
    rest = [word for word in words[1:] if not word.startswith("+")]
    plain = [word for word in rest if not word.startswith("-")]
    first = plain[0] if plain else ""
    if name == "pnpm" and first == "fetch":
        return "npm"
    if re.fullmatch(r"pip[\d.]*|uv", name) or (
        re.fullmatch(r"python[\d.]*", name) and "pip" in rest
    ):
        listed = any(re.match(r"-r|--requirements?\b", word) for word in rest)
        if (name == "uv" and first == "sync") or ("install" in plain[:3] and listed):
            return "pip"
        return "pip" if name == "uv" and plain[:2] == ["pip", "sync"] else ""
    if name in ("poetry", "pdm", "pipenv"):
        return "pip" if first in ("install", "sync") else ""
    if name == "cargo":
        return "cargo" if first in ("build", "b", "fetch") or plain[:2] == ["chef", "cook"] else ""
    if name == "go":
        return "go" if plain[:2] == ["mod", "download"] else ""
    if name == "dotnet":
        return "dotnet" if first == "restore" else ""
    if name in ("mvn", "mvnw"):
        goals = ("package", "install", "verify", "compile", "deploy")
        ahead = any(word.startswith("dependency:") for word in plain)
        return "jvm" if ahead or any(goal in plain for goal in goals) else ""
    if name in ("gradle", "gradlew"):
        tasks = (
            r"(?::?[\w-]+:)*(?:build|assemble|bootJar|jar|shadowJar|installDist|dependencies\w*)"
        )
        return "jvm" if any(re.fullmatch(tasks, word) for word in plain) else ""
    if name == "bundle":
        return "bundler" if first == "install" or not rest else ""
    if name == "composer":
        return "composer" if first == "install" else ""
    if name == "mix":
        return "mix" if first == "deps.get" else ""
    return ""


_TEST_SCRIPT = regex(r"test(?:[:._-][\w:.-]+)?|t")


def is_test(words: Sequence[str]) -> bool:
    """Whether a command runs tests."""
    words = _direct(words)
    name = words[0].rpartition("/")[2] if words else ""
    plain = [word for word in words[1:] if not word.startswith(("-", "+"))]
    first = plain[0] if plain else ""
    if name in _MANAGERS:
        script = plain[1] if first in ("run", "run-script") and len(plain) > 1 else first
        return bool(_TEST_SCRIPT.fullmatch(script))
    if name in ("cargo", "go", "dotnet", "make", "mix", "swift", "sbt", "bazel", "deno"):
        return first in ("test", "nextest")
    if name in ("mvn", "mvnw", "gradle", "gradlew"):
        return any(word in ("test", "verify", "check") for word in plain)
    if re.fullmatch(r"python[\d.]*", name):
        return plain[:1] in (["pytest"], ["unittest"]) or plain[1:2] == ["test"]
    return name in ("pytest", "jest", "vitest", "rspec", "phpunit", "ctest", "tox", "nose2")


_SYSTEM = {
    "apt-get": ("install",), "apt": ("install",), "aptitude": ("install",), "apk": ("add",),
    "dnf": ("install", "groupinstall"), "yum": ("install", "localinstall"),
    "microdnf": ("install",), "zypper": ("install", "in"), "pacman": (), "tdnf": ("install",),
}  # fmt: skip
_SYSTEM_VALUED = frozenset(
    {"-o", "-t", "--target-release", "--virtual", "-c", "--config-file", "-X", "--repository",
     "--repo", "--enablerepo", "--installroot", "--releasever", "--root"}
)  # fmt: skip


def system_packages(words: Sequence[str]) -> tuple[str, ...] | None:
    """The packages that a command installs from the distribution; ``None`` for any other one."""
    name = words[0].rpartition("/")[2] if words else ""
    verbs = _SYSTEM.get(name)
    if verbs is None:
        return None
    if name == "pacman":
        return (
            tuple(w for w in words[1:] if not w.startswith("-"))
            if "-S" in "".join(words[1:2])
            else None
        )
    found: list[str] = []
    seen = False
    rest = iter(words[1:])
    for word in rest:
        if word in _SYSTEM_VALUED:
            next(rest, None)
        elif word.startswith("-"):
            continue
        elif not seen:
            if word not in verbs:
                return None
            seen = True
        else:
            found.append(word)
    return tuple(found) if seen else None
