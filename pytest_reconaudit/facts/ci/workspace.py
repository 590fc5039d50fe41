"""What a job may have put into its workspace before a given command runs.

A path that the repository lacks is only missing when nothing before it could have made it. Three
kinds of makers are told apart: commands that name what they write (``mkdir``, ``cp``, ``> file``,
``curl -o``), scripts of the repository whose text names the file, and commands that may write
anything (a build, an unknown action), which are believed for paths that look like products.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.steps import JobRun, StepRun
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.facts.references import references
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, unwrapped
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["Workspace", "exists", "product_like"]

_PRODUCTS = frozenset(
    {"dist", "build", "out", "output", "outputs", "target", "node_modules", "coverage", ".next",
     ".nuxt", ".output", ".svelte-kit", "bin", "obj", "generated", "gen", "tmp", "temp", ".tmp",
     "artifacts", "artifact", "reports", "report", "release", "releases", "_site", "site", "public",
     "results", "test-results", "playwright-report", ".venv", "venv", "env", "vendor", "lib",
     "libs", "storybook-static", ".cache", "cache", "logs", "log", ".lighthouseci", "certs",
     "secrets", "data", "backup", "backups", "downloads", "download", "package", "publish", "deps",
     ".turbo", ".vercel", ".terraform"}
)  # fmt: skip
"""Folder names under which builds leave files."""
_PRODUCT_NAME = regex(
    r".*\.(?:log|tar|gz|tgz|zip|xz|bz2|7z|lcov|info|sarif|wasm|jar|war|whl|exe|deb|rpm|apk|dmg|so|dll"
    r"|dylib|a|o|pem|crt|key|p12|jks|pid|tmp|bak|out|dump|cov|map|min\.js|pb|pb\.go|html|xml|csv"
    r"|sbom|spdx|patch|diff|kubeconfig)|\.env(?:\..+)?|kubeconfig|results?\.\w+|reports?\.\w+"
)
_PURE = frozenset(
    {"echo", "printf", "cd", "pushd", "popd", "ls", "cat", "test", "[", "[[", "grep", "egrep",
     "fgrep", "rg", "sleep", "exit", "return", "set", "export", "true", "false", ":", "date", "env",
     "which", "type", "command", "read", "local", "declare", "unset", "shift", "trap", "wait",
     "kill", "pkill", "head", "tail", "wc", "sort", "uniq", "cut", "awk", "diff", "cmp", "find",
     "xargs", "pwd", "whoami", "hostname", "uname", "id", "df", "du", "free", "apt", "apt-get",
     "apt-key", "apk", "yum", "dnf", "brew", "choco", "snap", "gem", "rustup", "nvm", "fnm",
     "volta", "corepack", "pip", "pip3", "pipx", "chmod", "chown", "stat", "file", "basename",
     "dirname", "realpath", "readlink", "curl", "wget", "gh", "jq", "yq", "tr", "seq",
     "pg_isready", "psql", "createdb", "dropdb", "redis-cli", "mysql", "mysqladmin", "kubectl",
     "helm", "docker-compose", "source", ".", "xmllint", "jsonlint", "yamllint", "shellcheck",
     "hadolint", "actionlint", "markdownlint", "rm", "docker"}
)  # fmt: skip
"""Commands that leave no files behind unless a redirection or an option says so."""
_NPM_PURE = frozenset(
    {"ci", "i", "install", "add", "audit", "outdated", "view", "config", "login", "ping", "ls",
     "list", "cache"}
)  # fmt: skip
_MODULE_PATH = regex(r"^\s*path\s*=\s*(.+)$", re.MULTILINE)
_OUTPUT_OPTIONS = frozenset(
    {"-o", "--output", "--out", "--out-dir", "--outdir", "--output-dir", "--dest", "--outfile",
     "--output-file", "--outputFile", "--directory-prefix"}
)  # fmt: skip
_OUTPUT_CLUSTER = regex(r"-[a-zA-Z#]*[oO]")
_CLONE_VALUES = frozenset(
    {"-b", "--branch", "--depth", "--filter", "-o", "--origin", "-c", "--config", "--reference",
     "-j", "--jobs", "-u", "--shallow-since", "--template"}
)  # fmt: skip
_LAST_ARGUMENT = frozenset({"cp", "mv", "ln", "rsync", "install", "scp"})
_HARMLESS_ACTIONS = regex(
    r"(?:actions/(?:checkout|setup-[\w-]+|upload-artifact|github-script|labeler|stale|first-inter"
    r"action|dependency-review-action|configure-pages|deploy-pages|attest[\w-]*)"
    r"|docker/(?:login|setup-[\w-]+|metadata|build-push)[\w-]*|codecov/[\w-]+|Swatinem/rust-cache"
    r"|dtolnay/rust-toolchain|actions-rs/(?:toolchain|install|audit-check|clippy-check)"
    r"|pnpm/action-setup|oven-sh/setup-bun|denoland/setup-deno|ruby/setup-ruby|shivammathur/"
    r"setup-php|astral-sh/[\w-]+|hashicorp/setup-[\w-]+|azure/(?:setup|login)[\w-]*"
    r"|aws-actions/(?:configure|amazon)[\w-]*|google-github-actions/(?:auth|setup)[\w-]*"
    r"|github/codeql-action/\w[\w-]*|8398a7/action-slack|slackapi/[\w-]+|mozilla-actions/[\w-]+"
    r"|taiki-e/install-action|step-security/harden-runner|amannn/[\w-]+|dorny/paths-filter"
    r"|tj-actions/changed-files|appleboy/ssh-action|webfactory/ssh-agent|sigstore/[\w-]+"
    r"|jetli/[\w-]+|arduino/setup-[\w-]+|supercharge/[\w-]+|easimon/[\w-]+|jlumbroso/[\w-]+)@",
    re.IGNORECASE,
)
"""Actions that put no file into the workspace that a later step would name."""


class _Event(Struct, frozen=True):
    step: int
    command: int
    kind: str
    """``path``: makes this path and what is below; ``text``: a file whose text may name it;
    ``below``: anything below this folder, for the workspace itself only what does not lie in a
    folder of the repository; ``any``: products of a build; ``all``: another commit's files."""
    path: str = ""


def exists(target: Target, path: str) -> bool:
    """Whether a fresh clone has the path, or cannot tell (a submodule, a linked folder)."""
    if not path or target.has(path) or target.has_dir(path):
        return True
    parent = path
    modules = _submodules(target)
    while parent.strip("/"):
        if parent in modules:
            return True
        parent = posixpath.dirname(parent)
        if parent and target.has(parent):
            return True  # a symbolic link to a folder
    return False


@once
def _submodules(target: Target) -> frozenset[str]:
    """Folders of submodules, by git's index and by ``.gitmodules``."""
    named = _MODULE_PATH.findall(target.text(".gitmodules")) if target.has(".gitmodules") else []
    return frozenset(target.submodules) | {path.strip().strip("/") for path in named}


def product_like(target: Target, path: str) -> bool:
    """Whether a path looks like something that a build makes: by its folder, its name, or
    because git ignores it."""
    parts = path.split("/")
    return (
        any(part in _PRODUCTS for part in parts)
        or _PRODUCT_NAME.fullmatch(parts[-1].lower()) is not None
        or (not target.has(path) and target.ignored_by(path) is not None)
    )


class Workspace:
    """The makers of one job, in order."""

    def __init__(self, target: Target, job: JobRun) -> None:
        self.target = target
        self.job = job
        self.self_hosted = any("self-hosted" in label for label in job.job.runs_on)
        self.events = tuple(self._events())

    def may_have(self, path: str, step: int, command: int = -1, *, strict: bool = False) -> bool:
        """Whether something before this command may have made ``path``.

        :param strict: believe any unknown command, whatever the path looks like.
        """
        if any(path == other or path.startswith(f"{other}/") for other in self.job.foreign):
            return True
        product: bool | None = None
        if self.self_hosted and product_like(self.target, path):
            return True  # what earlier runs left is still there
        name = posixpath.basename(path)
        for event in self.events:
            if (event.step, event.command) >= (step, command):
                break
            if event.kind == "path":
                if path == event.path or path.startswith(f"{event.path}/"):
                    return True
                if event.path.startswith(f"{path}/"):
                    return True
            elif event.kind == "below":
                first = path.partition("/")[0]
                if not event.path and (first == path or not self.target.has_dir(first)):
                    return True
                if event.path and (path == event.path or path.startswith(f"{event.path}/")):
                    return True
            elif event.kind == "text":
                if len(name) > 3 and name in self.target.text(event.path):
                    return True
            elif strict or event.kind == "all":
                return True
            else:
                if product is None:
                    product = product_like(self.target, path)
                if product:
                    return True
        return False

    def _events(self) -> Iterator[_Event]:
        runs = {run.step.index: run for run in self.job.steps}
        for step in self.job.job.steps:
            number = step.index
            run = runs.get(number)
            if run is not None and not run.remote:
                for index, command in enumerate(run.script.commands):
                    yield from self._command(run, index, command)
            elif step.run:
                yield _Event(number, 0, "any")
            elif step.uses:
                yield from self._action(number, step.uses, step.with_)

    def _action(self, number: int, uses: str, with_: Map) -> Iterator[_Event]:
        values = [value for value in with_.values() if isinstance(value, str)]
        name = uses.lower()
        if "download-artifact" in name or "/download-workflow-artifact" in name:
            clean = posixpath.normpath(with_.str("path") or ".")
            dynamic = "$" in clean or clean.startswith(("/", "~"))
            yield _Event(number, 0, "below", "" if clean == "." or dynamic else clean)
            return
        if name.startswith("./"):
            yield _Event(number, 0, "any")
            folder = posixpath.normpath(uses)
            for file in ("action.yml", "action.yaml"):
                path = posixpath.join(folder, file)
                if self.target.has(path):
                    yield _Event(number, 0, "text", path)
            return
        if _HARMLESS_ACTIONS.match(uses):
            return
        for value in values:
            for line in value.split("\n")[:40]:
                located = self.job.locate(line.strip()) if line.strip() else None
                if located:
                    yield _Event(number, 0, "path", located)
        yield _Event(number, 0, "any")

    def _command(self, run: StepRun, index: int, command: ShellCommand) -> Iterator[_Event]:
        number = run.step.index
        folder = run.trace.folders[index]

        def at(kind: str, word: str) -> Iterator[_Event]:
            path = run.trace.resolve(word, folder)
            if path:
                # `*` in a name that is written: believe it for the whole folder.
                static = re.split(r"[*?{\[]", path)[0]
                path = path if static == path else posixpath.dirname(static)
                if path:
                    yield _Event(number, index, kind, path)
            elif path == "" and kind == "below":
                yield _Event(number, index, kind, "")

        for redirect in command.redirects:
            if redirect.writes:
                yield from at("path", redirect.target)
        words = unwrapped(command.words)
        if not words:
            return
        name = words[0].rpartition("/")[2]
        plain = [word for word in words[1:] if not word.startswith("-")]
        for position, word in enumerate(words[1:], 1):
            option, equals, value = word.partition("=")
            after = words[position + 1] if position + 1 < len(words) else ""
            if option in _OUTPUT_OPTIONS:
                yield from at("path", value if equals else after)
            elif (name == "wget" or (name == "curl" and word.endswith("o"))) and (
                after and _OUTPUT_CLUSTER.fullmatch(word)
            ):
                yield from at("path", after)
        if name in ("mkdir", "touch", "tee"):
            for word in plain:
                yield from at("path", word)
        elif name in _LAST_ARGUMENT and plain:
            yield from at("path", plain[-1])
        elif name in ("curl", "wget"):
            for word in plain:
                if "://" in word:  # what -O of curl, or wget by itself, calls the file
                    yield from at("path", word.partition("?")[0].rpartition("/")[2])
        elif name == "git":
            yield from self._git(number, index, words, plain, at)
        elif name in ("tar", "unzip", "7z", "gunzip", "bsdtar"):
            into = [words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-C", "-d")]
            yield from at("below", into[0] if into else ".")
        elif name == "docker" and words[1:2] == ("cp",):
            yield from at("path", words[-1])
        elif name == "gh" and {"clone", "download"} & set(words[1:4]):
            yield _Event(number, index, "below", "")
        elif name in ("npm", "yarn", "pnpm", "bun"):
            yield from self._npm(number, index, words, folder)
        elif name == "make":
            yield _Event(number, index, "any")
            for file in ("Makefile", "makefile", "GNUmakefile"):
                yield from at("text", file)
        elif name in _PURE:
            return
        else:
            yield _Event(number, index, "any")
            read = {reference.word for reference in references(words)}
            for word in (words[0] if "/" in words[0] else "", *plain):
                path = run.trace.resolve(word, folder) if word else None
                if path and self.target.has(path):
                    yield _Event(number, index, "text", path)
                elif path and word not in read and ("/" in word or "." in word):
                    yield from at("path", word)  # what an unknown program is told to write
            for word in words:
                if word.startswith("--") and "=" in word:
                    yield from at("path", word.partition("=")[2])

    @staticmethod
    def _git(
        number: int,
        index: int,
        words: tuple[str, ...],
        plain: list[str],
        at: Callable[[str, str], Iterator[_Event]],
    ) -> Iterator[_Event]:
        verb = plain[0] if plain else ""
        if verb == "clone":
            rest = list(words[words.index("clone") + 1 :])
            named: list[str] = []
            while rest:
                word = rest.pop(0)
                if not word.startswith("-"):
                    named.append(word)
                elif word in _CLONE_VALUES and rest:
                    rest.pop(0)
            into = named[1] if len(named) > 1 else ""
            if not into and named:
                into = named[0].rstrip("/").rpartition("/")[2].removesuffix(".git")
            yield from at("below", "." if "$" in into or not into else into)
        elif verb in ("worktree", "init", "subtree", "submodule"):
            yield _Event(number, index, "below", "" if len(plain) < 3 else plain[2])
        elif (verb in ("checkout", "switch") and not {"-b", "-c", "-B"} & set(words)) or verb in (
            "apply", "am", "cherry-pick", "merge", "rebase", "stash", "restore", "lfs",
        ):  # fmt: skip
            yield _Event(number, index, "all")

    def _npm(
        self, number: int, index: int, words: tuple[str, ...], folder: str | None
    ) -> Iterator[_Event]:
        verbs = [word for word in words[1:] if not word.startswith("-")]
        verb = verbs[0] if verbs else "install"
        if verb in _NPM_PURE:
            if verb in ("i", "install", "add", "ci"):
                package = npm_at(self.target, folder) if folder is not None else None
                hooks = {"preinstall", "postinstall", "prepare", "install"}
                if package and hooks.intersection(package.script_names):
                    yield _Event(number, index, "any")
                place = f"{folder}/" if folder else ""
                yield _Event(number, index, "path", f"{place}node_modules")
                if verb != "ci":
                    for lock in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml"):
                        yield _Event(number, index, "path", f"{place}{lock}")
            return
        yield _Event(number, index, "any")
        if verb in ("create", "init", "exec", "dlx"):
            yield _Event(number, index, "below", folder or "")
        package = npm_at(self.target, folder) if folder is not None else None
        if package:
            yield _Event(number, index, "text", package.path)
