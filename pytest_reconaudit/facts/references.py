"""Files and folders of the repository that a command names.

Pure text work: which words of a known program are paths, and what they must be. Whether they
exist is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Reference", "cargo_call", "compose_files", "option_values", "references"]


class Reference(Struct, frozen=True):
    """One path word of a command."""

    kind: str
    """What it must be, for a sentence: ``compose file``, ``Dockerfile``, ``build context``,
    ``script``, ``SQL file``, ``manifest`` …"""
    word: str
    clause: str
    within: str = ""
    """For a build context: the file that must lie in it."""


_INTERPRETERS = {
    "bash": (".sh", ".bash", "/"), "sh": (".sh", ".bash", "/"), "zsh": (".sh", ".zsh"),
    "dash": (".sh",), "source": (".sh", ".bash", ".env", "/"), ".": (".sh", ".bash", ".env", "/"),
    "python": (".py",), "python3": (".py",), "node": (".js", ".mjs", ".cjs", ".ts"),
    "ruby": (".rb",), "php": (".php",), "perl": (".pl",), "tsx": (".ts", ".tsx"),
    "ts-node": (".ts", ".tsx"),
}  # fmt: skip
"""Program → how its script's name ends (``/``: a word with a folder counts too)."""
_TAKES_VALUE = {
    "node": frozenset({"-r", "--require", "--import", "--loader", "--env-file", "-C"}),
    "python": frozenset({"-W", "-X"}),
    "python3": frozenset({"-W", "-X"}),
    "bash": frozenset({"-O", "--rcfile", "--init-file", "-o"}),
}
_NO_SCRIPT = {
    "node": frozenset({"-e", "--eval", "-p", "--print", "-v", "--version", "--test"}),
    "python": frozenset({"-c", "-m", "-V", "--version", "-"}),
    "python3": frozenset({"-c", "-m", "-V", "--version", "-"}),
    "ruby": frozenset({"-e"}), "perl": frozenset({"-e", "-pe", "-ne", "-i", "-0pe"}),
    "php": frozenset({"-r", "-v", "-m"}),
}  # fmt: skip
_COMPOSE_VALUES = frozenset(
    {"-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi",
     "--progress", "--parallel", "-H", "--host", "-c", "--context"}
)  # fmt: skip
_BUILD_FLAGS = frozenset(
    {"--no-cache", "--pull", "--push", "--load", "--rm", "--force-rm", "-q", "--quiet", "--squash",
     "--compress", "--debug", "-D", "--check", "--layers", "--help"}
)  # fmt: skip
_URL = regex(r"[a-z+]+://|git@|[\w.-]+@[\w.-]+:", re.IGNORECASE)
_LOCAL_PROGRAM = regex(r"(?:\./|\.\./)+[\w.@-][\w.@/-]*|[\w.@-]+(?:/[\w.@-]+)+")
_PROGRAM_ELSEWHERE = regex(r"(?:^|/)(?:node_modules|\.?venv|target)/")


_CHART_FOLDER = regex(r"[\w.-]+(?:/[\w.-]+){2,}/?|[\w.-]+(?:/[\w.-]+)?/")
"""A chart's path; with one slash it may be a repository's chart: ``bitnami/redis``."""
_HELM_FLAGS = frozenset(
    {"-i", "--install", "--wait", "--wait-for-jobs", "--atomic", "--create-namespace", "--debug",
     "--dry-run", "--force", "--reset-values", "--reuse-values", "--skip-crds", "--include-crds",
     "--strict", "--cleanup-on-fail", "--dependency-update", "--no-hooks", "--devel", "-g",
     "--generate-name", "--replace", "--quiet", "--with-subcharts", "--validate", "--is-upgrade",
     "--rollback-on-failure", "--take-ownership", "--render-subchart-notes"}
)  # fmt: skip
_ALONE = regex(
    r"-[vqsxlh]+|-r[a-zA-Z]*|--(?:[\w-]+=.*|verbose|quiet|exitfirst|strict[\w-]*|no-\w[\w-]*)"
)
"""Options of pytest that take no value after them."""


def _tests(words: tuple[str, ...]) -> Iterator[Reference]:
    """The files and folders that pytest is given."""
    before = ""
    for word in words:
        path = word.partition("::")[0]
        plain = not before.startswith("-") or _ALONE.fullmatch(before)
        if plain and not word.startswith("-") and (path.endswith(".py") or "/" in path):
            yield Reference("test path", path, "b")
        before = word


def references(words: tuple[str, ...]) -> Iterator[Reference]:
    """The paths that a command needs (wrappers such as ``sudo`` already taken off)."""
    if not words:
        return
    first = words[0]
    name = first.rpartition("/")[2]
    files = compose_files(words)
    if files is not None:
        for word in files:
            yield Reference("compose file", word, "a")
        return
    if name in ("docker", "podman", "buildah", "nerdctl"):
        yield from _image_build(name, words)
    elif words[1:3] == ("-m", "pip") or name in ("pip", "pip3"):
        for word in option_values(words, "-r", "--requirement"):
            yield Reference("requirements file", word, "b")
    elif words[1:3] == ("-m", "pytest") or name in ("pytest", "py.test"):
        yield from _tests(words[3:] if words[1:2] == ("-m",) else words[1:])
    elif name in _INTERPRETERS and first == name:
        yield from _interpreted(name, words)
    elif name in ("psql", "mysql"):
        for word in option_values(words, "-f", "--file") if name == "psql" else ():
            yield Reference("SQL file", word, "b")
    elif name in ("kubectl", "oc") and {"apply", "create", "replace"} & set(words[1:6]):
        for value in option_values(words, "-f", "--filename"):
            for word in value.split(","):
                yield Reference("manifest", word, "b")
        for word in option_values(words, "-k", "--kustomize"):
            yield Reference("kustomization folder", word, "b")
    elif name == "helm" and {"upgrade", "install", "template", "lint"} & set(words[1:4]):
        for value in option_values(words, "-f", "--values"):
            for word in value.split(","):
                yield Reference("values file", word, "b")
        for before, word in pairwise(words[1:]):
            if before.startswith("-") and "=" not in before and before not in _HELM_FLAGS:
                continue  # the option's value: a release's namespace, a template of the chart
            if word.startswith(("./", "../")) or _CHART_FOLDER.fullmatch(word):
                yield Reference("chart", word, "b")
                break
    elif (name == "kustomize" and words[1:2] == ("build",)) or (
        name == "kubectl" and words[1:2] == ("kustomize",)
    ):
        for word in words[2:3]:
            if not word.startswith("-"):
                yield Reference("kustomization folder", word, "b")
    elif name in ("k6", "artillery") and words[1:2] == ("run",):
        for word in words[2:]:
            if word.endswith((".js", ".ts", ".yml", ".yaml", ".json")) and word[0] != "-":
                if words[words.index(word) - 1].startswith("-") or "=" in word:
                    continue
                yield Reference("load script", word, "b")
    elif name == "chmod":
        for word in words[2:]:
            if word.endswith((".sh", ".py")) and "://" not in word:
                yield Reference("script", word, "b")
    elif _LOCAL_PROGRAM.fullmatch(first) and not _PROGRAM_ELSEWHERE.search(first):
        yield Reference("script", first, "b")


def compose_files(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The ``-f`` files of a compose call; ``None`` when the command is none."""
    rest = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    if name in ("docker", "podman") and rest[:1] == ("compose",):
        rest = rest[1:]
    elif name not in ("docker-compose", "podman-compose"):
        return None
    found: list[str] = []
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        word = rest[index]
        if word in ("-f", "--file") and index + 1 < len(rest):
            found.append(rest[index + 1])
            index += 1
        elif word.startswith("--file="):
            found.append(word[7:])
        elif word.startswith("-f") and len(word) > 2:
            found.append(word[2:].removeprefix("="))
        elif word in _COMPOSE_VALUES:
            index += 1
        index += 1
    return tuple(found)


def option_values(words: tuple[str, ...], short: str, long: str) -> Iterator[str]:
    """``-f X``, ``-fX``, ``--file X`` and ``--file=X``."""
    for index, word in enumerate(words):
        if word == "--":
            return
        if word in (short, long):
            if index + 1 < len(words):
                yield words[index + 1]
        elif word.startswith(f"{long}="):
            yield word[len(long) + 1 :]
        elif word.startswith(short) and not word.startswith("--") and len(word) > len(short):
            yield word[len(short) :].removeprefix("=")


def _image_build(name: str, words: tuple[str, ...]) -> Iterator[Reference]:
    rest = words[1:]
    if rest[:1] in (("buildx",), ("image",), ("builder",)):
        rest = rest[1:]
    if rest[:1] not in (("build",), ("bud",)):
        return
    files: list[str] = []
    positional: list[str] = []
    index = 1
    while index < len(rest):
        word = rest[index]
        if word in ("-f", "--file"):
            files.extend(rest[index + 1 : index + 2])
            index += 1
        elif word.startswith("--file="):
            files.append(word[7:])
        elif word.startswith("-") and word != "-":
            if "=" not in word and word not in _BUILD_FLAGS:
                index += 1
        else:
            positional.append(word)
        index += 1
    if any(_URL.match(word) or word == "-" for word in (*positional, *files)):
        return
    for word in files:
        yield Reference("Dockerfile", word, "a")
    if len(positional) == 1 and not files:
        within = "Containerfile" if name == "buildah" else "Dockerfile"
        yield Reference("build context", positional[0], "a", within)


def _interpreted(name: str, words: tuple[str, ...]) -> Iterator[Reference]:
    takes = _TAKES_VALUE.get(name, frozenset())
    never = _NO_SCRIPT.get(name, frozenset())
    endings = _INTERPRETERS[name]
    index = 1
    while index < len(words):
        word = words[index]
        if word.startswith(("-", "+")):
            if word in never or (
                endings[0] == ".sh" and not word.startswith("--") and set(word) & set("cs")
            ):
                return
            index += 2 if word in takes else 1
            continue
        if word.startswith("<") or _URL.match(word):
            return
        named = word.endswith(tuple(end for end in endings if end != "/"))
        if named or ("/" in endings and "/" in word):
            yield Reference("script", word, "b")
        return


class CargoCall(Struct, frozen=True):
    """What a cargo command asks for."""

    verb: str
    manifest: str
    """``--manifest-path``, as written."""
    tests: tuple[str, ...]
    benches: tuple[str, ...]
    bins: tuple[str, ...]
    packages: tuple[str, ...]


_CARGO_VERBS = frozenset(
    {"build", "b", "check", "c", "test", "t", "run", "r", "bench", "doc", "clippy", "fmt", "fix",
     "fetch", "tree", "update", "publish", "package", "nextest", "llvm-cov", "tarpaulin", "audit",
     "deny", "outdated", "udeps", "machete", "hack", "metadata", "miri", "geiger",
     "semver-checks", "vendor", "generate-lockfile", "rustc", "rustdoc", "shear", "sort"}
)  # fmt: skip
"""Subcommands that read the Cargo.toml of their folder."""


def cargo_call(words: tuple[str, ...]) -> CargoCall | None:
    """A cargo command that needs a Cargo.toml; ``None`` for ``install``, ``new`` and the like."""
    if not words or words[0].rpartition("/")[2] != "cargo":
        return None
    rest = [word for word in words[1:] if not word.startswith("+")]
    verb = next((word for word in rest if not word.startswith("-")), "")
    if (
        verb not in _CARGO_VERBS
        or "-C" in rest
        or any(w in rest for w in ("--version", "-V", "--help", "-h"))
    ):
        return None
    if {"--file", "--root", "--target-manifest"} & set(rest) or (verb == "audit" and "-f" in rest):
        return None
    own = tuple(rest[: rest.index("--")] if "--" in rest else rest)

    def values(short: str, long: str) -> tuple[str, ...]:
        return tuple(option_values(own, short, long))

    return CargoCall(
        verb,
        next(iter(values("--manifest-path", "--manifest-path")), ""),
        values("--test", "--test"),
        values("--bench", "--bench"),
        values("--bin", "--bin"),
        values("-p", "--package"),
    )
