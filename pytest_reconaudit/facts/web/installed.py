"""What the installed packages need and bring: peers and programs, as the lockfile records them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from pytest_reconaudit.facts.npm_locks import UsedManager, manager_in_use
from pytest_reconaudit.facts.packages import LOCKFILES, NpmPackage, npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.npm_lock import (
    LockedPackage,
    NpmLock,
    read_npm_lock,
    read_npm_needs,
    read_npm_optional,
)
from pytest_reconaudit.readers.shell import read_shell, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = [
    "brought_along",
    "guessed_programs",
    "is_native",
    "lock_of",
    "locked",
    "nearest_lock",
    "needs_of",
    "optional_of_others",
    "peers_asked_for",
    "unexplained_program",
]

_PROGRAMS = {
    "typescript": ("tsc",), "@angular/cli": ("ng",), "@nestjs/cli": ("nest",),
    "npm-run-all": ("run-s", "run-p"), "npm-run-all2": ("run-s", "run-p"),
    "npm-check-updates": ("ncu",), "@capacitor/cli": ("cap",), "concurrently": ("conc",),
    "@storybook/cli": ("sb", "storybook"), "create-react-app": ("react-scripts",),
    "copyfiles": ("copyup",), "rimraf": ("rimraf",), "@antfu/ni": ("ni", "nr", "nlx"),
    "@jsdevtools/version-bump-prompt": ("bump",), "del-cli": ("del",), "cpy-cli": ("cpy",),
    "shx": ("shx",), "@vercel/ncc": ("ncc",), "@redocly/cli": ("redocly", "openapi"),
    "workbox-cli": ("workbox",), "google-closure-compiler": ("closure",),
    "license-checker-rseidelsohn": ("license-checker",), "standard-version": ("standard-version",),
    "@dotenvx/dotenvx": ("dotenvx",), "dotenv-cli": ("dotenv",), "nodemon": ("nodemon",),
    "@manypkg/cli": ("manypkg",), "@arethetypeswrong/cli": ("attw",),
    "npm-package-json-lint": ("npmPkgJsonLint",),
    "@azure/static-web-apps-cli": ("swa",), "gh-pages": ("gh-pages",), "vercel": ("vc",),
    "swagger-typescript-api": ("sta",), "postcss-cli": ("postcss",),
    "markdownlint-cli": ("markdownlint",), "pm2": ("pm2-runtime", "pm2-docker", "pm2-dev"),
}  # fmt: skip
"""Programs that are not called like their package, for where no lockfile names them."""
_LIBRARY = frozenset(
    {"api", "client", "server", "sdk", "react", "vue", "next", "node", "types", "utils", "ui"}
)
"""Last words of scoped names that tell a library: ``@acme/api`` brings no program ``api``."""
_RUNNERS = frozenset(
    {"npx", "bunx", "pnpx", "npm", "pnpm", "yarn", "bun", "exec", "dlx", "x", "run", "run-script",
     "cross-env", "cross-env-shell", "dotenv", "dotenvx", "env-cmd", "corepack", "with-env"}
)  # fmt: skip
_OF_THE_SYSTEM = frozenset(
    {"node", "deno", "bash", "sh", "zsh", "git", "gh", "docker", "docker-compose", "podman",
     "python", "python3", "pip", "uv", "poetry", "make", "cmake", "cargo", "rustup", "go", "java",
     "mvn", "gradle", "ruby", "bundle", "php", "composer", "cd", "cp", "mv", "rm", "mkdir", "rmdir",
     "touch", "ln", "ls", "echo", "printf", "cat", "test", "[", "export", "set", "exit", "sleep",
     "true", "false", "curl", "wget", "tar", "zip", "unzip", "gzip", "sed", "awk", "grep", "find",
     "xargs", "sort", "head", "tail", "tee", "tr", "wc", "diff", "source", ".", "if", "then", "for",
     "do", "wait", "kill", "killall", "lsof", "open", "xdg-open", "ssh", "scp", "rsync", "chmod",
     "chown", "which", "command", "eval", "exec", "time", "read", "unset", "cmd", "start", "psql",
     "pg_dump", "createdb", "dropdb", "redis-server", "redis-cli", "mongod", "kubectl", "helm",
     "terraform", "aws", "gcloud", "az", "fly", "flyctl", "doctl", "heroku", "ngrok", "brew", "apt",
     "install", "i", "ci", "add", "link", "build", "audit", "publish", "version", "pack", "jq",
     "yq", "nc", "ffmpeg", "openssl", "mkcert", "caddy", "nginx", "stripe", "sops", "infisical",
     "doppler", "wasm-pack", "trunk", "xcodebuild", "adb", "pod", "swift", "dotnet", "protoc",
     "pm2", "pm2-runtime",
     "osascript", "sudo", "date", "pwd", "basename", "dirname", "workspace", "workspaces", "-r"}
)  # fmt: skip
_COMMON = frozenset(
    {"tsc", "tsx", "eslint", "prettier", "vite", "vitest", "jest", "mocha", "webpack", "rollup",
     "husky", "lint-staged", "turbo", "nx", "lerna", "next", "nuxt", "nest", "ng", "storybook",
     "playwright", "cypress", "prisma", "tailwindcss", "rimraf", "nodemon", "ts-node"}
)  # fmt: skip
"""Programs whose packages are known by the same name, or close to it."""


def _nearest_locks(target: Target, package: NpmPackage) -> Iterator[str]:
    """The lockfiles beside a package and above it that are text, nearest first, and of several in
    one folder that of the manager in use."""
    folder = package.folder
    used: UsedManager | None = None
    asked = False
    while True:
        paths = [path for name in LOCKFILES if target.has(path := posixpath.join(folder, name))]
        if len(paths) > 1:
            if not asked:
                used, asked = manager_in_use(target, package), True
            if used is not None:
                manager = used.manager
                paths.sort(key=lambda path: LOCKFILES[posixpath.basename(path)] != manager)
        yield from (path for path in paths if not path.endswith(".lockb"))
        if not folder:
            return
        folder = posixpath.dirname(folder)


def nearest_lock(target: Target, package: NpmPackage) -> str:
    """The lockfile by which a package is installed, if it is text; empty without one."""
    return next(_nearest_locks(target, package), "")


def lock_of(target: Target, package: NpmPackage) -> NpmLock | None:
    """The nearest lockfile that records the peers of what is installed."""
    locks = (target.parse(read_npm_lock, path) for path in _nearest_locks(target, package))
    return next((lock for lock in locks if lock.tells), None)


def needs_of(target: Target, package: NpmPackage) -> Mapping[str, frozenset[str]]:
    """What the nearest lockfile says that each installed package brings along."""
    path = next(_nearest_locks(target, package), None)
    return target.parse(read_npm_needs, path) if path is not None else {}


def brought_along(target: Target, package: NpmPackage, names: Iterable[str]) -> frozenset[str]:
    """What dependencies bring along, at any remove, by the nearest lockfile."""
    needs = needs_of(target, package)
    found: set[str] = set()
    open_ = list(names)
    while open_:
        fresh = needs.get(open_.pop(), _NOTHING) - found
        found |= fresh
        open_ += fresh
    return frozenset(found)


def optional_of_others(target: Target, package: NpmPackage) -> frozenset[str]:
    """What installed packages load where it is installed, by the nearest lockfile: whoever installs
    without optional dependencies lists it."""
    path = next(_nearest_locks(target, package), None)
    return target.parse(read_npm_optional, path) if path is not None else _NOTHING


def is_native(target: Target, package: NpmPackage, name: str) -> bool:
    """Whether an installed package has machine code, by what it needs in the nearest lockfile."""
    needs = needs_of(target, package).get(name, _NOTHING)
    return any(_NATIVE.search(one) is not None for one in needs)


_NATIVE = regex(
    r"^(?:node-addon-api|node-gyp(?:-build)?|prebuild-install|bindings|nan|(?:@mapbox/)?node-pre-gyp"
    r"|@neon-rs/load|detect-libc)$|[-/](?:linux(?:musl)?|darwin|win32)[-/](?:x64|arm64)"
)
"""What helps to build or to find machine code, and packages of it for one system."""


def locked(lock: NpmLock, name: str, version: str) -> LockedPackage:
    """What a lockfile records of a dependency, by its range: ``npm:other@1`` is another package."""
    if version.startswith("npm:"):
        name = version[4:].rpartition("@")[0] or version[4:]
    return lock.packages.get(name) or _PLAIN


_NOTHING: frozenset[str] = frozenset()
_PLAIN = LockedPackage(_NOTHING, _NOTHING)


@once
def _listed(target: Target) -> frozenset[str]:
    """What any package of the repository lists."""
    return frozenset(name for one in npm_packages(target) for name in one.manifest.dependency_names)


def peers_asked_for(
    target: Target, package: NpmPackage, lock: NpmLock, imported: frozenset[str]
) -> frozenset[str]:
    """The peers of what a package depends on, by itself or through packages of the repository.

    The root of a workspace stands in for its members; what a member lists it gives itself. What
    no package of the repository lists comes with something else, and may leave its own peers to
    anybody; what another package lists asks that one.
    """
    by_name = {one.manifest.name: one for one in npm_packages(target) if one.manifest.name}
    listed = _listed(target)
    found: set[str] = set()
    for name, one_locked in lock.packages.items():
        if one_locked.peers and name not in listed:
            found |= one_locked.peers
    for name in imported:
        found |= locked(lock, name, "").peers
    open_ = [package]
    open_ += [
        one
        for one in npm_packages(target)
        if one is not package and one.workspace_root == package.folder
    ]
    seen = {one.path for one in open_}
    while open_:
        one = open_.pop()
        given = _NOTHING if one is package else one.manifest.dependency_names
        for _, name, version, _ in one.manifest.dependencies:
            found |= locked(lock, name, version).peers - given
            member = by_name.get(name)
            if member is not None and member.path not in seen:
                seen.add(member.path)
                open_.append(member)
    return frozenset(found)


def guessed_programs(name: str) -> tuple[str, ...]:
    """Names of the programs that a package may bring."""
    last = name.rpartition("/")[2]
    scope = name[1:].partition("/")[0] if name.startswith("@") else ""
    guesses = [last, last.removesuffix("-cli"), last.removesuffix("-bin"), last.removesuffix(".js")]
    if scope and last in _LIBRARY:
        guesses = []
    guesses += _PROGRAMS.get(name, ())
    if last in ("cli", "core", "cmd", "bin") and scope:
        guesses.append(scope)
    if scope:
        guesses.append(f"{scope}-{last}")
    return tuple(dict.fromkeys(one for one in guesses if len(one) > 1))


def unexplained_program(target: Target, package: NpmPackage, lock: NpmLock | None) -> str:
    """A program that a script of the package runs and that nothing known brings; empty if none.

    A package's programs may have any name (``nitro`` of ``nitropack``), and pnpm's lockfile says
    only that there are some.
    """
    known = {*_OF_THE_SYSTEM, *_COMMON}
    for name, one in lock.packages.items() if lock is not None else ():
        known.update(guessed_programs(name) if one.bins is None else one.bins)
    for other in npm_packages(target):
        known.update(other.manifest.bins)
        if other is package or other.folder == package.workspace_root:
            known.update(script.name for script in other.manifest.scripts)
            for name in other.manifest.dependency_names:
                known.update((name, *guessed_programs(name)))
    for script in package.manifest.scripts:
        for command in read_shell(script.command, package.path).commands:
            program = _program(unwrapped(command.words))
            if program and program not in known:
                return program
    return ""


def _program(words: tuple[str, ...]) -> str:
    """The program of a command behind ``npx`` and its like; empty for a file or a variable."""
    for word in words:
        if word in _RUNNERS or word.startswith("-") or "=" in word:
            continue
        return "" if any(mark in word for mark in "/.$:*{(<>\\@") else word
    return ""
