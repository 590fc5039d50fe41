"""What in an image compiles or bundles, and which bases are toolchains.

Names of tools and official images; nothing here knows a repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, ImageReference, RunCommand, Stage

__all__ = [
    "build_steps",
    "cleans_up",
    "is_aside_path",
    "is_build",
    "is_development_command",
    "is_development_name",
    "is_test_image_name",
    "is_toolchain",
    "serves_static_from_node",
    "tools_shipped",
]

_TOOLCHAINS_NAMES = (
    "rust golang maven gradle gcc swift haskell sbt rust-musl-builder muslrust rust-musl "
    "rust-musl-cross cargo-chef emsdk go-toolset ubi8-go-toolset gradle-jdk clang dotnet/sdk "
    "xgo golang-cross"
)
_TOOLCHAINS = frozenset(_TOOLCHAINS_NAMES.split())
_DEVELOPMENT_FILE = regex(
    r"(?:^|[._-])(?:dev|devel|development|devcontainer|test|tests|testing|e2e|ci|debug|local|bench"
    r"|builder|build|lint|docs|tilt)(?:[._-]|$)",
    re.IGNORECASE,
)
_DEVELOPMENT_PATH = regex(r"(?:^|/)(?:\.devcontainer|\.github|\.gitpod|e2e|ci|\.ci)/")
_TEST_FOLDER = regex(
    r"(?:^|/)(?:[a-z0-9.]{1,40}[-_]){0,4}(?:tests?|testing|e2e|smoke)"
    r"(?:[-_](?:runner|suite|image|env|tools?))?/",
    re.IGNORECASE,
)
"""Folders of tests alone: ``api_tests/``, ``test-runner/``."""

_WRAPPERS = frozenset({"sudo", "exec", "command", "time", "env", "nice", "xvfb-run", "cross-env"})
_OPTION = regex(r"-|\w+=")
_RUNNERS = frozenset({"npx", "pnpx", "bunx", "turbo", "nx", "lerna"})
_BUNDLERS = {
    "vite": ("build",),
    "next": ("build",),
    "nuxt": ("build", "generate"),
    "nuxi": ("build", "generate"),
    "ng": ("build",),
    "astro": ("build",),
    "react-scripts": ("build",),
    "gatsby": ("build",),
    "remix": ("build",),
    "svelte-kit": ("build",),
    "vue-cli-service": ("build",),
    "parcel": ("build",),
    "expo": ("export",),
    "nest": ("build",),
    "quasar": ("build",),
    "rspack": ("build",),
}
_PLAIN_BUNDLERS = frozenset(
    {"tsc", "webpack", "esbuild", "rollup", "tsup", "swc", "ncc", "vue-tsc"}
)
_JVM_GOALS = regex(
    r"^(?::?[\w:-]*:)?(?:package|install|verify|deploy|build|assemble|jar|war|bootJar|bootWar"
    r"|shadowJar|fatJar|installDist|nativeCompile|compile|distTar|distZip)$"
)
_BUILD_SCRIPT = regex(r"^(?:[\w./@-]*:)?build(?:[:._-][\w:.-]+)?$")
_MAKE_OTHER = regex(
    r"^(?:test|lint|fmt|format|check|deps|dep|vendor|download|clean|setup|install-.*|.*-deps|help|docs?)$"
)
_PURGE = regex(r"^(?:purge|remove|autoremove|erase|del)$")


def is_toolchain(image: ImageReference | None) -> bool:
    """Whether a base image is a compiler with its tools; Node is not (it also runs servers)."""
    if image is None:
        return False
    if image.name.endswith("dotnet/sdk"):
        return True
    # `swift:5.9-slim` and `haskell:…-slim` are runtimes by another name.
    return image.short in _TOOLCHAINS and not (image.short == "swift" and "slim" in image.tag)


def is_test_image_name(path: str) -> bool:
    """Whether the folder of a Dockerfile says that its image only runs tests."""
    return _TEST_FOLDER.search(path) is not None


_ASIDE = regex(
    r"(?:^|/)(?:examples?|samples?|demos?|bench(?:mark)?s?|tests?|e2e|fixtures?)(?=/)",
    re.IGNORECASE,
)


def is_aside_path(path: str) -> bool:
    """Whether a Dockerfile lies among examples, benchmarks or tests."""
    return _ASIDE.search(path) is not None


def is_development_name(path: str) -> bool:
    """Whether a Dockerfile's path says that the image is for work, not for shipping."""
    if _DEVELOPMENT_PATH.search(path):
        return True
    name = path.rpartition("/")[2]
    name = re.sub(r"(?i)(?:docker|container)file", "", name)
    return bool(name) and bool(_DEVELOPMENT_FILE.search(name))


def build_steps(stage: Stage) -> Iterator[RunCommand]:
    """The commands of a stage that compile or bundle the application."""
    compiler = is_toolchain(stage.image) or stage.image is None
    for instruction in stage.of("RUN"):
        for command in instruction.commands:
            if _builds(command, compiler):
                yield command


def _builds(command: RunCommand, compiler: bool) -> bool:
    words = list(command.words)
    while words and (words[0].rpartition("/")[2] in _WRAPPERS or _OPTION.match(words[0])):
        words.pop(0)
    if not words:
        return False
    tool, rest = words[0].rpartition("/")[2], words[1:]
    plain = [word for word in rest if not word.startswith(("-", "+"))]
    first = plain[0] if plain else ""
    if tool in _RUNNERS:
        return _runner(tool, rest)
    if tool in ("npm", "pnpm", "yarn", "bun"):
        return _script(tool, rest)
    if tool in ("cargo", "cross"):
        if first == "install":
            return "--path" in rest
        return first in ("build", "b", "rustc", "zigbuild", "leptos", "auditable")
    if tool == "go":
        local = any(word.startswith("./") or word == "." for word in plain[1:])
        return first == "build" or (first == "install" and local)
    if tool in ("mvn", "mvnw", "gradle", "gradlew", "sbt", "mill", "lein"):
        return any(_JVM_GOALS.match(word) for word in plain)
    if tool == "dotnet":
        return first in ("publish", "build")
    if tool == "cmake":
        return "--build" in rest
    if tool in ("swift", "stack", "cabal", "zig", "bazel", "bazelisk", "trunk", "wasm-pack", "dx"):
        return first == "build"
    if tool in ("make", "just", "task", "ninja"):
        return compiler and not (first and _MAKE_OTHER.match(first))
    if tool in ("gcc", "g++", "clang", "clang++", "rustc", "javac", "ghc"):
        return compiler and "--version" not in rest
    return _bundles(tool, plain, rest)


def _bundles(tool: str, plain: list[str], rest: list[str]) -> bool:
    if tool in _PLAIN_BUNDLERS:
        return not {"--noEmit", "--version", "-v", "--help"} & set(rest)
    return tool in _BUNDLERS and bool(plain[:1]) and plain[0] in _BUNDLERS[tool]


def _runner(tool: str, rest: list[str]) -> bool:
    """``npx vite build``, ``turbo run build``, ``nx run web:build``."""
    plain = [word for word in rest if not word.startswith("-")]
    if not plain:
        return False
    if tool in ("turbo", "nx", "lerna"):
        asked = (word.partition("=")[2] for word in rest if word.startswith("--target"))
        return any(_BUILD_SCRIPT.match(word) for word in (*plain[:3], *asked))
    after = rest[rest.index(plain[0]) + 1 :]
    if plain[0] in ("turbo", "nx", "lerna"):
        return _runner(plain[0], after)
    return _bundles(plain[0], plain[1:], after)


def _script(tool: str, rest: list[str]) -> bool:
    """``npm run build``, ``yarn build``, ``pnpm --filter web build``, ``yarn workspace x …``."""
    plain = []
    skip = False
    for word in rest:
        if skip:
            skip = False
        elif word in ("--filter", "-F", "--prefix", "-C", "--dir", "--cwd", "-w", "--workspace"):
            skip = True
        elif not word.startswith("-"):
            plain.append(word)
    if plain[:1] == ["workspace"]:
        plain = plain[2:]
    if not plain:
        return False
    if plain[0] in ("run", "run-script", "rum", "exec", "dlx", "x"):
        plain = plain[1:]
        if plain and _bundles(plain[0], plain[1:], rest):
            return True
        return bool(plain) and (bool(_BUILD_SCRIPT.match(plain[0])) or _runner("npx", plain))
    if tool == "npm":
        return False  # `npm build` is no script
    if plain[0] in ("add", "install", "remove", "config", "set", "global", "why"):
        return False
    return bool(_BUILD_SCRIPT.match(plain[0])) or _bundles(plain[0], plain[1:], rest)


def cleans_up(stage: Stage, step: RunCommand) -> bool:
    """Whether the same ``RUN`` removes the build tools again after the build."""
    for instruction in stage.of("RUN"):
        commands = instruction.commands
        if step in commands:
            later = commands[commands.index(step) + 1 :]
            return any(
                command.name in ("apk", "apt", "apt-get", "dnf", "yum", "microdnf", "zypper")
                and any(_PURGE.match(word) for word in command.words[1:3])
                for command in later
            )
    return False


_DEV_SCRIPTS = regex(
    r"^(?:dev|develop|watch|test|e2e|cypress|playwright|lint|storybook)(?:$|[:._-])"
)
_SHELLS = frozenset({"sh", "bash", "ash", "zsh", "fish", "tail", "sleep", "cat"})


def _final_words(dockerfile: Dockerfile, stage: Stage) -> tuple[str, ...]:
    """What the container runs: entry point and command of the chain, last ones."""
    words: list[str] = []
    for keyword in ("ENTRYPOINT", "CMD"):
        for one in dockerfile.chain(stage):
            last = one.last(keyword)
            if last is not None:
                words += last.exec_form if last.exec_form is not None else last.text.split()
                break
    return tuple(words)


def runs_something(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether the stage, or one that it is built on, has a ``CMD`` or ``ENTRYPOINT``."""
    return bool(_final_words(dockerfile, stage))


def is_development_command(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether the container is for work: ``npm run dev``, ``cargo test``, a shell."""
    words = [word.rpartition("/")[2] for word in _final_words(dockerfile, stage)]
    if not words:
        return False
    if words[0] in _SHELLS and "-c" not in words:
        return len(words) == 1 or words[0] in ("tail", "sleep", "cat")
    text = words[1:3]
    if words[0] in ("npm", "pnpm", "yarn", "bun"):
        return any(_DEV_SCRIPTS.match(word) for word in text)
    if words[0] in ("cargo", "go", "mvn", "mvnw", "gradle", "gradlew", "dotnet", "make"):
        return bool(text) and text[0] in ("test", "watch", "bench", "check", "lint", "nextest")
    return words[0] in ("air", "reflex", "cargo-watch", "bacon", "pytest", "jest", "vitest")


_STATIC_SERVERS = frozenset(
    {"serve", "http-server", "live-server", "sirv", "local-web-server", "ws"}
)


def serves_static_from_node(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether Node only serves finished files: ``serve -s dist``, ``vite preview``."""
    words = [word.rpartition("/")[2] for word in _final_words(dockerfile, stage)]
    words = [word for word in words if word not in ("npx", "npm", "run", "yarn", "pnpm", "exec")]
    if not words:
        return False
    return words[0] in _STATIC_SERVERS or words[:2] == ["vite", "preview"] or words[0] == "preview"


class ToolsShipped(Struct, frozen=True):
    """Why a stage that ships still holds its build tools."""

    stage: Stage
    step: RunCommand
    """A command that builds, in this stage or the one it copies from."""
    base: Stage
    """The lowest stage of its chain: the one with an image."""
    builds_here: bool
    """The build runs in the stage itself or in one it is built on."""


def tools_shipped(dockerfile: Dockerfile, stage: Stage) -> ToolsShipped | None:
    """What an image that ends with ``stage`` carries too much; nothing when it is lean.

    Images that build nothing, images for development and images that remove their tools in the
    same layer are lean.
    """
    chain = dockerfile.chain(stage)
    base = chain[-1]
    if is_development_command(dockerfile, stage):
        return None
    for one in chain:
        for step in build_steps(one):
            if not cleans_up(one, step):
                return ToolsShipped(stage, step, base, builds_here=True)
    copies = any(i.flag("from") for one in chain for i in one.of("COPY"))
    if not copies:
        return None
    heavy = is_toolchain(base.image) or (
        base.image is not None
        and base.image.short == "node"
        and serves_static_from_node(dockerfile, stage)
    )
    if heavy:
        for one in dockerfile.needed(stage):
            for step in build_steps(one):
                return ToolsShipped(stage, step, base, builds_here=False)
    return None


def is_build(words: Sequence[str]) -> bool:
    """Whether the words of a command compile or bundle the application."""
    return _builds(RunCommand(tuple(words), Place(""), ""), compiler=True)
