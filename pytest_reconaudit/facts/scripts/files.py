"""The repository's shell scripts: what each is for, what it sources, who calls it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import is_test_data
from pytest_reconaudit.facts.invocations import ShellScript, invocations, shell_scripts
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, read_shell, unwrapped
from pytest_reconaudit.readers.shell_tree import ShellTree, shell_tree
from pytest_reconaudit.target import Target, once

__all__ = ["ScriptFile", "path_callers", "script_files", "sourced_tree", "tree_of"]

_WORDS = regex(r"[a-z0-9]+")
_DEPLOYS = frozenset(
    {"deploy", "deploys", "deployer", "deployment", "redeploy", "rollout", "rollback", "release",
     "golive", "promote", "launch", "ship", "prod", "production", "staging"}
)  # fmt: skip
_MIGRATES = frozenset({"migrate", "migrates", "migration", "migrations"})
_BACKS_UP = frozenset({"backup", "backups", "restore"})
_TESTS = frozenset(
    {"test", "tests", "testing", "e2e", "bench", "benchmark", "benchmarks", "uat", "lint",
     "coverage", "perf", "stress", "fuzz", "spec", "specs", "integration", "fixture", "verify",
     "validate", "check", "checks"}
)  # fmt: skip
_PLAYS = frozenset(
    {"dev", "devel", "development", "local", "localhost", "example", "examples", "demo", "demos",
     "sample", "samples", "playground", "tutorial", "tutorials", "sandbox", "quickstart", "kind",
     "minikube", "k3d", "devcontainer", "vagrant", "ci", "workshop", "templates", "template"}
)  # fmt: skip
_DEPLOY_COMMANDS = regex(
    r"(?:kubectl\s+(?:.{0,80}\s)?(?:apply|set\s+image|rollout)\b|helm\s+(?:.{0,40}\s)?(?:upgrade|install)\b"
    r"|docker\s+stack\s+deploy|aws\s+ecs\s+update-service|gcloud\s+(?:run|app)\s+deploy"
    r"|fly(?:ctl)?\s+deploy|terraform\s+(?:.{0,40}\s)?apply|ansible-playbook|serverless\s+deploy"
    r"|az\s+(?:webapp|containerapp|acr)\s|eb\s+deploy|heroku\s+container:release|cap\s+\w+\s+deploy"
    r"|nomad\s+job\s+run)"
)
_LOCAL_CLUSTER = regex(r"\b(?:kind|k3d|minikube|microk8s)\s+(?:create|start|cluster|load)\b")
_LIBRARY_FOLDERS = frozenset({"lib", "libs", "common", "shared", "include", "includes", "_lib"})
_NO_LIBRARY = regex(
    r"(?:\.env(?:\.[\w.-]+)?|/env|os-release|activate|\.(?:bash|zsh)rc|\.?(?:bash_)?profile|nvm\.sh"
    r"|emsdk_env\.sh|/etc/[\w./-]+|completion(?:\.\w+)?|sdkman-init\.sh|conda\.sh|/dev/stdin)$|^<\("
)
"""What is sourced for its variables."""
_CALL = regex(r"(?:\./|\.\./)*[\w.@-]+(?:/[\w.@-]+)*\.(?:sh|bash)")


class ScriptFile(Struct, frozen=True, eq=False):
    """A script that somebody wrote to be run or sourced."""

    shell: ShellScript
    role: str
    """``deploy``, ``migration``, ``backup``, ``test``, ``development`` or empty."""
    library: bool
    """It is sourced, or nothing happens when it is run: it only defines."""
    sources: tuple[str, ...]
    """The repository's scripts that it sources, those of others below them too."""
    open_source: bool
    """It sources something that could not be found: what that sets and defines is not known."""

    @property
    def path(self) -> str:
        return self.shell.path

    @property
    def deploys(self) -> bool:
        return self.role == "deploy"


@once
def script_files(target: Target) -> tuple[ScriptFile, ...]:
    """Every hand-written shell script, by path; inputs of tests left out."""
    shells = [
        shell
        for shell in shell_scripts(target)
        if not target.is_generated(shell.path)
        and not is_test_data(shell.path)
        and "{{" not in shell.path
    ]
    direct = {shell.path: _sources(target, shell) for shell in shells}
    sourced = {path for found, _ in direct.values() for path in found}
    result = []
    for shell in shells:
        reached, is_open = _reach(shell.path, direct)
        library = shell.path in sourced or _only_defines(shell)
        result.append(ScriptFile(shell, _role(target, shell), library, reached, is_open))
    return tuple(result)


def _reach(
    path: str, direct: dict[str, tuple[tuple[str, ...], bool]]
) -> tuple[tuple[str, ...], bool]:
    found: list[str] = []
    queue, is_open = [path], False
    while queue:
        below, unknown = direct.get(queue.pop(), ((), False))
        is_open = is_open or unknown
        for one in below:
            if one not in found and one != path:
                found.append(one)
                queue.append(one)
    return tuple(found), is_open


def _sources(target: Target, shell: ShellScript) -> tuple[tuple[str, ...], bool]:
    """(scripts that it sources, whether another one could not be found)."""
    found: list[str] = []
    is_open = False
    for command, folder in zip(shell.script.commands, shell.trace.folders, strict=True):
        words = unwrapped(command.words)
        if len(words) < 2 or words[0] not in ("source", "."):
            continue
        path = located(target, shell, words[1], folder)
        if path is not None:
            if path.endswith((".sh", ".bash")) or not _NO_LIBRARY.search(words[1]):
                found.append(path)
        elif not _NO_LIBRARY.search(words[1]):
            is_open = True
    return tuple(dict.fromkeys(found)), is_open


def located(target: Target, shell: ShellScript, word: str, folder: str | None) -> str | None:
    """The file that a script names, seen from where it runs, else from where it lies."""
    path = shell.trace.resolve(word, folder)
    if path is not None and target.has(path):
        return path
    expanded = shell.trace.expand(word, folder)
    # `$LIB_DIR/log.sh`: what follows the last variable, beside the script or below the root.
    rest = expanded.rpartition("}" if "${" in expanded else "$")[2] if "$" in expanded else expanded
    rest = rest.partition("/")[2] if "$" in expanded else rest
    rest = rest.lstrip("\0/")
    if not rest or "$" in rest or len(rest) > 300:
        return None
    own = posixpath.dirname(shell.path)
    for start in dict.fromkeys((own, "", posixpath.dirname(own))):
        candidate = posixpath.normpath(posixpath.join(start, rest))
        if target.has(candidate):
            return candidate
    return None


def _only_defines(shell: ShellScript) -> bool:
    script = shell.script
    if script.shebang and not script.functions:
        return False
    acting = [
        command
        for command in script.function("")
        if command.name not in _DEFINING and not command.captured
    ]
    if not acting:
        return bool(script.functions) or not script.shebang
    in_library = not _LIBRARY_FOLDERS.isdisjoint(shell.path.lower().split("/")[:-1])
    return not script.shebang and in_library


_DEFINING = frozenset(
    {"export", "readonly", "declare", "typeset", "set", "shopt", "source", ".", "local", "alias",
     "return", "[", "[[", "test", "unset", "trap", "umask", "true", ":"}
)  # fmt: skip


def _role(target: Target, shell: ShellScript) -> str:
    name = posixpath.basename(shell.path).lower()
    words = set(_WORDS.findall(name.rpartition(".")[0] or name))
    if "go" in words and "live" in words:
        words.add("golive")
    folders = set(_WORDS.findall(posixpath.dirname(shell.path).lower()))
    deploys = not words.isdisjoint(_DEPLOYS)
    plays = not (words | folders).isdisjoint(_PLAYS)
    tests = not words.isdisjoint(_TESTS) or not folders.isdisjoint(
        {"test", "tests", "e2e", "bench", "benches", "benchmarks", "integration", "testing"}
    )
    if plays and not (deploys and words.isdisjoint(_PLAYS) and folders <= {"ci", "scripts"}):
        return "development"
    text = target.text(shell.path)
    if deploys and not tests:
        return "deploy"
    if tests:
        return "deploy" if words & {"deploy", "deployment"} else "test"
    if words & _MIGRATES:
        return "migration"
    if words & _BACKS_UP:
        return "backup"
    if _LOCAL_CLUSTER.search(text):
        return "development"
    if any(_DEPLOY_COMMANDS.match(one.text) for one in shell.script.commands):
        return "deploy"
    return ""


def tree_of(target: Target, path: str) -> ShellTree:
    """A script's statements, read once; its leaves are the commands of ``readers.shell``."""
    known = _trees(target)
    if path not in known:
        known[path] = shell_tree(target.text(path), target.parse(read_shell, path))
    return known[path]


@once
def _trees(target: Target) -> dict[str, ShellTree]:
    return {}


def sourced_tree(target: Target, file: ScriptFile) -> Callable[[ShellCommand], ShellTree | None]:
    """For playing a script through: what a ``source`` command of it brings in."""

    def find(command: ShellCommand) -> ShellTree | None:
        words = unwrapped(command.words)
        if len(words) < 2 or command.place.path != file.path:
            return None
        try:
            index = file.shell.script.commands.index(command)
        except ValueError:
            return None
        path = located(target, file.shell, words[1], file.shell.trace.folders[index])
        if path is None or path not in file.sources:
            return None
        return tree_of(target, path)

    return find


@once
def path_callers(target: Target) -> dict[str, list[tuple[str, int]]]:
    """Script → (file, line) of the commands that start it by its path, not through ``bash``."""
    known = {file.path for file in script_files(target)}
    found: dict[str, list[tuple[str, int]]] = {}
    for invocation in invocations(target):
        if not invocation.words or "/" not in invocation.words[0]:
            continue
        path = invocation.resolve(invocation.words[0])
        if path in known and path is not None:
            place = invocation.command.place
            found.setdefault(path, []).append((place.path, place.line or 1))
    return found
