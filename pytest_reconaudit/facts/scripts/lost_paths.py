"""Files that scripts, Makefiles and package.json scripts need and a fresh clone lacks.

A script's start folder is often a convention, and much of what it names is made by an earlier step:
a path counts as missing only when it exists from no folder that the script may be started in, and
nothing in the repository is seen to make it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from pytest_reconaudit.facts.ci.ci_paths import word_place
from pytest_reconaudit.facts.ci.workspace import exists, product_like
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.default_names import dockerfile_read
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.generator_templates import is_generator_template
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.invocations import Invocation, invocations
from pytest_reconaudit.facts.references import references
from pytest_reconaudit.facts.scripts.dead_goals import (
    gone_folder,
    is_uncalled_script,
    uncalled_goal,
)
from pytest_reconaudit.facts.scripts.files import ScriptFile, located, script_files
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, Word, is_dynamic, shell_words
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = ["LostPath", "ScriptPaths", "script_paths"]


class LostPath(Struct, frozen=True, eq=False):
    """A path that is missing, with every command of the file that needs it."""

    kind: str
    path: str
    uses: tuple[tuple[Place, str], ...]
    """(place, command), by line."""
    severity: Severity
    manner: str
    """What happens then, for the sentence; empty when the command just fails."""
    nearest: str
    ignored: IgnoreRule | None
    dead: tuple[str, ...] = ()
    """The rules of a Makefile that need it, when nothing calls any of them and its folder is
    gone."""


class ScriptPaths(Struct, frozen=True, eq=False):
    """One script, Makefile or package.json and the paths that it needs."""

    path: str
    judged: int
    unresolved: int
    lost: tuple[LostPath, ...]


class _Use(Struct):
    kind: str
    place: Place
    command: ShellCommand
    invocation: Invocation
    word: str


class _File(Struct):
    """What is known of one file while it is read."""

    path: str
    script: ScriptFile | None
    uses: dict[str, list[_Use]] = field(default_factory=dict)
    tests: dict[str, list[Invocation]] = field(default_factory=dict)
    judged: int = 0
    unresolved: int = 0
    brings: bool = False
    """It clones, unpacks or generates: folders that the repository lacks may appear."""


_SERIOUS = frozenset(
    {"compose file", "Dockerfile", "build context", "SQL file", "manifest", "kustomization folder",
     "chart", "values file"}
)  # fmt: skip
_COMMITTED = frozenset({"compose file", "Dockerfile", "SQL file"})
"""Kinds of which an ignored file is a mistake rather than a product."""
_GLOB = regex(r"[*?\[{]")
_ENVIRONMENT = regex(
    r"(?:^|/)(?:\.env(?:rc)?(?:[._-][\w.-]*)?|[\w.-]*\.env(?:\.[\w.-]+)?|env|activate|\.?secrets?[\w.-]*"
    r"|[\w.-]*(?:credentials?|kubeconfig|\.local)[\w.-]*)$",
    re.IGNORECASE,
)
_PRODUCTS = regex(
    r"(?:^|/)(?:dist|build|out|target|node_modules|tmp|temp|generated|gen|\.cache|vendor|artifacts?"
    r"|output|downloads?|backups?|\.?venv|_build)/"
)
_SAMPLES = (".example", ".sample", ".template", ".dist", ".tpl", ".j2", ".in", ".tmpl")
_PRIVATE = regex(
    r"dump|backup|snapshot|export|data|local|override|private|secret|custom|user|latest|restore",
    re.IGNORECASE,
)
"""Names of files that everybody keeps for himself."""
_BRINGS = regex(
    r"git\s+(?:clone|worktree|submodule|subtree|checkout|fetch|pull)|tar\s|unzip\b|degit\b|svn\b"
    r"|npx\s+create-|npm\s+(?:create|init)|cargo\s+(?:new|init|generate)|cookiecutter|gh\s+repo\s+clone"
    r"|wget\b|curl\s.*(?:-O|-o|>)|rsync\b|scp\b|aws\s+s3|gsutil|docker\s+cp|helm\s+(?:pull|fetch|create)"
    r"|go\s+generate|kustomize\s+create|rails\s+new|django-admin|dotnet\s+new|7z\b|gsutil"
)
_RUN_BARE = regex(r"\.(?:sh|bash|py|js|mjs|cjs|ts|rb|pl|php)$")
_BUILT_SCRIPT = regex(
    r"(?:^|/)(?:server|index|main|app|worker|cli|start)\.[cm]?js$|\.husky/_/|/_/husky\.sh$"
)
"""What bundlers and hook managers leave under these names."""
_TESTING = frozenset({"-f", "-e", "-s", "-r", "-d", "-x"})


@once
def script_paths(target: Target) -> tuple[ScriptPaths, ...]:
    """Every script, Makefile and package.json that names a path, by path."""
    scripts = {file.path: file for file in script_files(target)}
    files: dict[str, _File] = {}
    for invocation in invocations(target):
        if invocation.source in ("workflow", "action"):
            continue
        path = invocation.command.place.path
        if invocation.source == "script" and path not in scripts:
            continue
        if is_generator_template(target, path):
            continue  # it runs in the projects that are made of it, beside files from elsewhere
        file = files.get(path)
        if file is None:
            file = files[path] = _File(path, scripts.get(path))
        _collect(target, file, invocation)
    result = []
    for path in sorted(files):
        file = files[path]
        if file.judged or file.unresolved:
            lost = [one for one in (_lost(target, file, p) for p in sorted(file.uses)) if one]
            lost.sort(key=lambda one: one.uses[0][0].key())
            result.append(ScriptPaths(path, file.judged, file.unresolved, tuple(lost)))
    return tuple(result)


def _collect(target: Target, file: _File, invocation: Invocation) -> None:
    command, words = invocation.command, invocation.words
    if not words:
        return
    name = invocation.name
    if name in ("[", "[[", "test"):
        word = _tested_path(words)
        path = invocation.resolve(word) if word else None
        if path:
            file.tests.setdefault(path, []).append(invocation)
        return
    if not file.brings and _BRINGS.match(" ".join(words)[:400]):
        file.brings = True
    if words[0] in ("source", ".") and "/" not in words[-1]:
        return  # looked up in $PATH first
    for kind, word in _needs(invocation):
        for one in invocation.trace.script.loop_values(command, word) or (
            Word(word, word_place(command, word)),
        ):
            _use(target, file, invocation, kind, one)


def _needs(invocation: Invocation) -> Iterator[tuple[str, str]]:
    words, command = invocation.words, invocation.command
    for reference in references(words):
        if reference.within:
            if reference.word.strip("./"):
                yield reference.kind, posixpath.join(reference.word, reference.within)
        elif reference.kind != "script" or (
            _RUN_BARE.search(reference.word) and not _BUILT_SCRIPT.search(reference.word)
        ):
            yield reference.kind, reference.word
    for redirect in command.redirects:
        expanded = invocation.trace.expand(redirect.target, invocation.folder)
        if redirect.op == "<" and expanded.endswith(".sql"):
            yield "SQL file", redirect.target
    if invocation.name == "cp":
        plain = [word for word in words[1:] if not word.startswith("-")]
        for word in plain[:-1]:
            if "." in posixpath.basename(word) and not word.endswith("/."):
                yield "file", word
    if invocation.name == "cat":
        piped = command.following in ("|", "|&")
        for word in words[1:]:
            if piped and word.endswith(".sql"):
                yield "SQL file", word


def _use(target: Target, file: _File, invocation: Invocation, kind: str, one: Word) -> None:
    word = one.text
    if not word or "://" in word or word == "-" or word.startswith(("<", "~")):
        return
    if kind != "compose file" and _ENVIRONMENT.search(word) and not word.endswith(_SAMPLES):
        return
    path = invocation.resolve(word)
    if path is None or _GLOB.search(path) or is_dynamic(path):
        file.unresolved += 1
        return
    file.judged += 1
    use = _Use(kind, one.place, invocation.command, invocation, word)
    file.uses.setdefault(path, []).append(use)


def _tested_path(words: tuple[str, ...]) -> str:
    inner = [word for word in words[1:] if word not in ("]", "]]", "!")]
    return inner[1] if len(inner) == 2 and inner[0] in _TESTING else ""


# -- is it missing? ------------------------------------------------------------------------


def _lost(target: Target, file: _File, path: str) -> LostPath | None:
    uses = file.uses[path]
    first = uses[0]
    if first.kind in ("Dockerfile", "build context"):
        path = dockerfile_read(target, path)
    if exists(target, path) or _elsewhere(target, file, first, path):
        return None
    if created(target).by(path) is not None or _environment_twin(target, path):
        return None
    stem, dot, ending = path.rpartition(".")
    if (
        dot
        and ending in ("js", "mjs", "cjs")
        and any(target.has(f"{stem}.{other}") for other in ("ts", "tsx", "mts", "coffee"))
    ):
        return None
    ignored = target.ignored_by(path)
    if (
        ignored is not None
        and not path.endswith(_SAMPLES)
        and (first.kind not in _COMMITTED or _PRIVATE.search(posixpath.basename(path)))
    ):
        return None
    if ignored is None and not path.endswith(_SAMPLES) and _product(target, path):
        return None
    if ignored is not None and _has_template(target, path):
        return None
    folder = first.invocation.folder
    top = path.partition("/")[0]
    if folder and not exists(target, folder):
        return None  # a folder that is made while the script runs
    if file.brings and "/" in path and not target.has_dir(top):
        return None
    if file.brings and first.kind in ("script", "file", "load script") and "/" not in path:
        return None
    tests = file.script is not None and file.script.role == "test"
    if tests and not target.has_dir(posixpath.dirname(path)):
        return None  # run where more than this repository lies
    severity, manner = _severity(target, file, path, uses)
    if severity is Severity.INFO:
        return None
    dead = _dead_rules(target, path, uses)
    if dead:
        severity = min(severity, Severity.LOW)
    elif severity > Severity.MEDIUM and all(_is_uncalled(target, use) for use in uses):
        severity = Severity.MEDIUM
    places = [(use.place, use.command.text) for use in uses]
    places += [(test.command.place, test.command.text) for test in file.tests.get(path, ())]
    places += [(place, text) for place, text in _assigned(file, uses)]
    unique = {(place.line, place.path): (place, text) for place, text in reversed(places)}
    ordered = tuple(sorted(unique.values(), key=lambda one: one[0].key()))
    nearest = target.nearest(path) or ""
    start = first.invocation.folder if first.invocation.assumed else ""
    if start and path.startswith(f"{start}/"):
        below = path[len(start) + 1 :]
        if target.has_dir(posixpath.dirname(below)) and "/" in below:
            path = below  # seen from the root, where the folder it names is
    return LostPath(first.kind, path, ordered, severity, manner, nearest, ignored, dead)


_TEMPLATES = (
    ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".ejs", ".mustache",
    ".hbs", ".gotmpl",
)  # fmt: skip


def _has_template(target: Target, path: str) -> bool:
    """Whether some folder has a template that is called as what git ignores: it is made of that."""
    name = posixpath.basename(path)
    by_name = files_by_name(target)
    return any(by_name.get(f"{name}{ending}") for ending in _TEMPLATES)


def _dead_rules(target: Target, path: str, uses: list[_Use]) -> tuple[str, ...]:
    """The rules that were left behind when the folder of what they need was removed."""
    if any(use.invocation.source != "makefile" for use in uses) or not gone_folder(target, path):
        return ()
    rules = [uncalled_goal(target, use.command.place) for use in uses]
    return tuple(dict.fromkeys(rules)) if all(rules) else ()


def _is_uncalled(target: Target, use: _Use) -> bool:
    """Whether it stands in a script of a package that nothing in the repository calls."""
    return use.invocation.source == "package.json" and is_uncalled_script(
        target, use.invocation.origin.rpartition(".json:")[2]
    )


def _product(target: Target, path: str) -> bool:
    """Whether a build may leave it there; nobody builds scripts and SQL into a ``lib/``."""
    if path.endswith((".sh", ".sql", ".bash")) or "compose" in posixpath.basename(path):
        return _PRODUCTS.search(path) is not None
    return product_like(target, path)


def _elsewhere(target: Target, file: _File, use: _Use, path: str) -> bool:
    """Whether the path exists seen from another folder that the script may be started in."""
    invocation = use.invocation
    if not invocation.assumed or file.script is None:
        return False
    if located(target, file.script.shell, use.word, invocation.folder) is not None:
        return True
    # Also for `$(pwd)/x`, which is as much a convention as `x`.
    folder = posixpath.dirname(file.path)
    below = path
    start = file.script.shell.trace.folders[0] if file.script.shell.trace.folders else ""
    for prefix in (start, folder):
        if prefix and path.startswith(f"{prefix}/"):
            below = path[len(prefix) + 1 :]
            break
    if exists(target, below):
        return True
    while True:
        if exists(target, posixpath.normpath(posixpath.join(folder, below))):
            return True
        if not folder:
            break
        folder = posixpath.dirname(folder)
    # From the folder of any other script or package that holds just this path.
    if "/" in below:
        return any(other.endswith(f"/{below}") for other in target.everything)
    # A script that an image is given finds beside it what was copied there.
    images = _taking_in(target, file.path)
    return bool(images) and any(
        not images.isdisjoint(_taking_in(target, one))
        for one in files_by_name(target).get(below, ())[:_NAMESAKES]
    )


_NAMESAKES = 50


def _taking_in(target: Target, path: str) -> frozenset[str]:
    """The Dockerfiles that take a file in, by its name or with its folder."""
    folder, name = posixpath.split(path)
    copied = _copied(target)
    return copied.get(name, _NONE) | copied.get(posixpath.basename(folder) or name, _NONE)


_NONE: frozenset[str] = frozenset()


@once
def _copied(target: Target) -> dict[str, frozenset[str]]:
    """Last part of what a ``COPY`` or ``ADD`` names → the Dockerfiles that do."""
    found: dict[str, set[str]] = {}
    for dockerfile in dockerfiles(target):
        for stage in dockerfile.stages:
            for one in stage.of("COPY", "ADD"):
                for source in one.sources:
                    last = posixpath.basename(source.text.rstrip("/"))
                    found.setdefault(last, set()).add(dockerfile.path)
    return {name: frozenset(paths) for name, paths in found.items()}


def _environment_twin(target: Target, path: str) -> bool:
    """Whether the file is to be copied from an example beside it."""
    return any(target.has(f"{path}{suffix}") for suffix in _SAMPLES)


def _assigned(file: _File, uses: list[_Use]) -> Iterator[tuple[Place, str]]:
    names = {match[1] for use in uses for match in re.finditer(r"\$\{?([A-Za-z_]\w*)", use.word)}
    if not names:
        return
    for one in uses[0].invocation.trace.script.assignments:
        if one.name in names and "/" in one.value + "/" and "." in one.value:
            yield one.place, f"{one.name}={one.value}"


# -- what it costs -------------------------------------------------------------------------


def _severity(target: Target, file: _File, path: str, uses: list[_Use]) -> tuple[Severity, str]:
    serious = any(use.kind in _SERIOUS for use in uses)
    base = Severity.HIGH if serious else Severity.MEDIUM
    script = file.script
    plays = script.role in ("test", "development") if script is not None else not serious
    if plays:
        base = base.lowered()
    if any(_stops(test) for test in file.tests.get(path, ())):
        return min(base, Severity.MEDIUM if serious else Severity.LOW), (
            "the script looks for it first and always ends there"
        )
    guards = [_guard(use, path) for use in uses]
    if all(guards):
        if all(use.kind == "test path" for use in uses):
            return Severity.INFO, ""  # tests that may be there
        alternative = _alternative(uses[0], guards[0])
        if alternative == "real" or (alternative == "" and not _is_sql(uses)):
            return Severity.INFO, ""
        if alternative == "prints":
            manner = "the script looks for it first and goes on without it"
            return min(base, Severity.MEDIUM if serious else Severity.LOW), manner
        return Severity.LOW, "the script looks for it first and goes on without it"
    open_uses = [use for use, guard in zip(uses, guards, strict=True) if not guard]
    if all(_masked(use.command) for use in open_uses):
        if all(_other_program(use.command) for use in open_uses):
            return Severity.INFO, ""
        return Severity.LOW, "the failure is masked"
    return base, ""


def _is_sql(uses: list[_Use]) -> bool:
    return any(use.kind == "SQL file" for use in uses)


def _masked(command: ShellCommand) -> bool:
    return bool(command.fallback) or command.tested or command.captured


def _other_program(command: ShellCommand) -> bool:
    """Whether the fallback is another way to the same end."""
    fallback = command.fallback.strip().strip("{}() ;\n")
    first = fallback.split()[0] if fallback else ""
    return bool(first) and first not in (
        "true", ":", "echo", "printf", "exit", "return", "die", "warn", "log",
    )  # fmt: skip


def _guard(use: _Use, path: str) -> str:
    """The test before the command that looks at the path, or at a folder above it."""
    for condition in use.command.conditions:
        text = condition.removeprefix("! ")
        if not text.startswith(("[", "test ", "ls ", "stat ")):
            continue
        for word in shell_words(condition):
            place = use.invocation.resolve(word.strip("()[];"))
            if place and (path == place or path.startswith(f"{place}/")):
                return condition
    return ""


def _alternative(use: _Use, guard: str) -> str:
    """What stands in the guard's ``else``: ``real``, ``prints`` or nothing."""
    wanted = f"! {guard}"
    inside = [
        one
        for one in use.invocation.trace.script.commands
        if wanted in one.conditions and any(b.kind in ("else", "elif") for b in one.blocks)
    ]
    if not inside:
        return ""
    speaking = all(
        one.name in ("echo", "printf", ":", "true")
        or re.match(r"(?:log|print|warn|info|say|msg|error|err)\w*$", one.name)
        for one in inside
    )
    return "prints" if speaking else "real"


def _stops(test: Invocation) -> bool:
    """Whether the script ends when the file is not there."""
    command, script = test.command, test.trace.script
    negative = command.negated or "!" in command.words[1:2]
    ending = ("exit", "return", "die", "fail", "abort", "error_exit", "false")
    if command.tested:
        source = f"! {command.text}" if command.negated else command.text
        wanted = source if negative else f"! {source}"
        return any(
            wanted in one.conditions[-2:] and one.name in ending and one.words[1:2] != ("0",)
            for one in script.commands
        )
    if command.fallback and not negative:
        return re.search(r"\b(?:exit|return|die|fail|abort)\b", command.fallback) is not None
    return negative and any(
        command.text in " ".join(one.conditions[-1:]) and one.name in ending
        for one in script.commands
    )
