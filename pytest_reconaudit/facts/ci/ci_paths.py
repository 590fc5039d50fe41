"""Paths that workflow steps name and a fresh clone lacks.

What is dynamic, lies outside the repository, may be made by something earlier in the job, or is
guarded by a test of its existence is left out here: only what surely fails becomes a
:class:`MissingPath`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.make_goals import make_goals
from pytest_reconaudit.facts.ci.matrix import matrix_jobs
from pytest_reconaudit.facts.ci.pipelines import callers, local_action, workflows
from pytest_reconaudit.facts.ci.reachability import dead_jobs
from pytest_reconaudit.facts.ci.steps import JobRun, job_run, job_runs
from pytest_reconaudit.facts.ci.workspace import Workspace, exists
from pytest_reconaudit.facts.docker.default_names import dockerfile_read
from pytest_reconaudit.facts.invocations import (
    Invocation,
    job_invocations,
    workflow_invocations,
)
from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_at,
    cargo_binaries,
    cargo_root,
)
from pytest_reconaudit.facts.references import cargo_call, references
from pytest_reconaudit.likeness import alike, word_key
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, Word, is_dynamic, shell_words
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = [
    "MissingPath",
    "PathUse",
    "WorkflowPaths",
    "masked_by",
    "never_runs",
    "word_place",
    "workflow_paths",
]


_MAKES_NOTHING = frozenset(
    {"cd", "pushd", "ls", "cat", "rm", "rmdir", "echo", "printf", "grep", "find", "test", "[", "[[",
     "cp", "mv", "chmod", "chown", "stat", "du", "head", "tail", "sed", "awk", "diff"}
)  # fmt: skip
"""Programs that are given names of what is there already."""


class PathUse(Struct, frozen=True):
    """One place that names a path."""

    place: Place
    job: str
    step: str
    text: str
    """The command, or ``key: value`` of the step."""
    masked: str
    """What hides its failure (``|| true``, ``continue-on-error``); empty when nothing does."""


class MissingPath(Struct, frozen=True):
    """A path that is missing, with every place of one workflow that names it."""

    clause: str
    kind: str
    path: str
    """Relative to the repository; for a target of cargo its name."""
    uses: tuple[PathUse, ...]
    reason: str
    """The sentence's second half: ``does not exist``, ``has no Dockerfile`` …"""
    ignored: IgnoreRule | None = None
    on_disk: bool = False
    """It lies in this checkout, but git ignores it: a fresh clone lacks it."""
    nearest: str = ""
    """What was probably meant."""
    alone: bool = False
    """A working directory whose step gives no other sign that it must exist."""
    also: tuple[str, ...] = ()
    """The same of other rows of a matrix."""
    remote: bool = False
    """Named in a script for another machine that updates its checkout with ``git pull``."""

    @property
    def masked(self) -> str:
        """What hides the failure of every use; empty when one is not hidden."""
        return self.uses[0].masked if all(use.masked for use in self.uses) else ""


class WorkflowPaths(Struct, frozen=True):
    """One workflow's references to the repository."""

    workflow: Workflow
    judged: int
    """References whose path is known, found or not."""
    unresolved: int
    missing: tuple[MissingPath, ...]
    foreign: bool = False
    """It runs only when a workflow of another repository calls it: its paths are theirs."""
    dead: frozenset[str] = frozenset()
    """Jobs that never run as they are written."""


_GLOB = regex(r"[*?\[{]")
_LACKS = regex(r"!\s*(?:\[\[?|test)\s+-[defs]\s")
"""A test that a path is not there."""
_MASK = regex(r"(?:true|:|exit 0|(?:echo|printf)\b.*)", re.DOTALL)
_FAILS = regex(r"\b(?:exit|return)\s+(?:[1-9]|\$)|\bfalse\b|\bkill\b")
_RESULT = regex(r">>\s*\"?\$\{?(?:GITHUB_(?:OUTPUT|ENV)|\w+)|\b[A-Za-z_]\w*=")
_BUILD_PUSH = regex(r"(?:docker|depot|useblacksmith)/build-push-action@(?!v1\b)")
_DOWNLOAD = regex(r"actions/download-artifact@")
_UPLOAD = regex(r"actions/upload-artifact(?:/merge)?@")
_UPLOAD_PAGES = regex(r"actions/upload-pages-artifact@")
_HARMLESS = regex(
    r"(?:actions|docker|azure|aws-actions|google-github-actions|hashicorp|codecov|Swatinem|dtolnay"
    r"|actions-rs|astral-sh|pnpm|oven-sh|github|peter-evans|softprops|appleboy|webfactory|8398a7"
    r"|slackapi|dorny|tj-actions|ruby|shivammathur|gradle|erlef|taiki-e|snyk|arduino|subosito)/"
)
"""Publishers whose actions upload no artifact under a name that somebody downloads."""
_OWN_ADDRESS = regex(r"\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0|wait-on|wait-for-it|pg_isready)\b")
"""What asks, or waits for, a server on this machine."""
_NEVER = regex(r"(?:\$\{\{)?\s*false\s*(?:\}\})?")
_CARGO_OUTPUT = regex(r"(?P<root>(?:.*/)?)target/(?:[\w.-]+/)?(?:release|debug)/(?P<name>[\w-]+)")
_NOT_BINARIES = frozenset({"deps", "build", "examples", "incremental", "bundle"})
_TOOLS = frozenset(
    {"npm", "npx", "yarn", "pnpm", "bun", "cargo", "make", "go", "python", "python3", "pip", "pip3",
     "poetry", "uv", "pytest", "mvn", "gradle", "dotnet", "docker", "docker-compose", "bundle",
     "rake", "composer", "php", "terraform", "helm", "flutter", "dart", "tox", "diesel", "sqlx",
     "deno", "mix", "gradlew", "mvnw"}
)  # fmt: skip
"""Programs that need a project in their folder: a step that runs one there surely fails."""


_COPYING = frozenset({"mv", "cp", "ln", "install"})


class _Tally(Struct):
    """Collects one workflow's uses by what is missing."""

    judged: int = 0
    unresolved: int = 0
    asked: bool = False
    uploads: dict[str, list[str]] | None = None
    """The workflow's artifacts, once somebody ``asked``; ``None`` when they cannot be told."""
    found: dict[tuple[str, str, str], tuple[MissingPath, list[PathUse]]] = field(
        default_factory=dict
    )

    def add(self, missing: MissingPath, use: PathUse) -> None:
        key = (missing.clause, missing.kind, missing.path)
        known = self.found.get(key)
        if known is None:
            self.found[key] = (missing, [use])
        elif all(one.place.line != use.place.line for one in known[1]):
            known[1].append(use)


@once
def workflow_paths(target: Target) -> tuple[WorkflowPaths, ...]:
    """Every workflow that GitHub runs and that names at least one path, in path order."""
    by_job: dict[int, list[Invocation]] = {}
    for invocation in workflow_invocations(target):
        if invocation.job is not None:
            by_job.setdefault(id(invocation.job), []).append(invocation)
    runs: dict[str, list[JobRun]] = {}
    for run in job_runs(target):
        runs.setdefault(run.workflow.path, []).append(run)
    result = []
    for workflow in workflows(target):
        tally = _Tally()
        foreign = workflow.events == {"workflow_call"} and not callers(target, workflow)
        if not foreign:
            for run in runs.get(workflow.path, ()):
                if never_runs(run.job.if_):
                    continue
                rows = matrix_jobs(run.job)
                if rows == (run.job,):
                    _Judge(target, run, tally).all(by_job.get(id(run), []))
                    continue
                for row in rows:
                    filled = job_run(workflow, row)
                    _Judge(target, filled, tally).all(list(job_invocations(filled)))
        missing = _of_rows(_with_uses(one, uses) for one, uses in tally.found.values())
        missing = _of_folders(target, missing)
        missing = tuple(sorted(missing, key=lambda one: one.uses[0].place.key()))
        dead = dead_jobs(target, workflow.path) if missing else frozenset()
        result.append(
            WorkflowPaths(workflow, tally.judged, tally.unresolved, missing, foreign, dead)
        )
    return tuple(result)


def _with_uses(missing: MissingPath, uses: Iterable[PathUse]) -> MissingPath:
    return replace(missing, uses=tuple(sorted(uses, key=lambda use: use.place.key())))


def _uploads(workflow: Workflow) -> dict[str, list[str]] | None:
    """The names of the artifacts that the jobs upload, with what stands between their expressions;
    ``None`` when others are possible."""
    if "workflow_call" in workflow.events:
        return None  # the run is its caller's, whose other jobs may upload
    found: dict[str, list[str]] = {}
    for job in workflow.jobs:
        if job.uses:
            return None
        for step in job.steps:
            if _UPLOAD.match(step.uses):
                name = step.with_.str("name") or "artifact"
                found[name] = re.split(r"\$\{\{.{1,500}?\}\}", name)
            elif _UPLOAD_PAGES.match(step.uses):
                name = step.with_.str("name") or "github-pages"
                found[name] = re.split(r"\$\{\{.{1,500}?\}\}", name)
            elif step.uses and not _HARMLESS.match(step.uses) and not _DOWNLOAD.match(step.uses):
                return None  # it may upload
    return found


def _may_be(name: str, parts: list[str]) -> bool:
    """Whether a name is made of these parts, with anything between them."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1 or len(name) < len(first) + len(last):
        return name == first
    at, end = len(first), len(name) - len(last)
    if not (name.startswith(first) and name.endswith(last)):
        return False
    for part in parts[1:-1]:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _of_rows(found: Iterable[MissingPath]) -> tuple[MissingPath, ...]:
    """What several rows of a matrix lack at one place is one thing."""
    groups: dict[tuple[str, str, tuple[Place, ...], str], list[MissingPath]] = {}
    for one in found:
        at = tuple(replace(use.place, column=None) for use in one.uses)
        groups.setdefault((one.clause, one.kind, at, one.reason), []).append(one)
    return tuple(
        replace(group[0], also=tuple(other.path for other in group[1:]))
        for group in groups.values()
    )


def _of_folders(target: Target, found: tuple[MissingPath, ...]) -> tuple[MissingPath, ...]:
    """Several tests in a folder that is not there are one thing: the folder."""
    groups: dict[tuple[str, str], list[MissingPath]] = {}
    for one in found:
        folder = posixpath.dirname(one.path)
        gone = one.kind == "test path" and not one.also and folder and not target.has_dir(folder)
        while gone and (above := posixpath.dirname(folder)) and not target.has_dir(above):
            folder = above
        groups.setdefault(
            (one.kind, folder) if gone else (one.clause + one.kind, one.path), []
        ).append(one)
    result = []
    for (_, folder), group in groups.items():
        if len(group) == 1:
            result.append(group[0])
            continue
        uses = [use for one in group for use in one.uses]
        masked = any(one.masked for one in group) and not all(one.masked for one in group)
        if masked:
            result += group
            continue
        merged = replace(group[0], kind="test folder", path=folder, nearest="")
        result.append(_with_uses(merged, uses))
    return tuple(result)


def never_runs(condition: str) -> bool:
    """``if: false``."""
    return _NEVER.fullmatch(condition.strip()) is not None if condition else False


def masked_by(command: ShellCommand, step: Step | None, job: Job | None) -> str:
    """What swallows a command's failure, as a person would write it; empty when nothing does."""
    fallback = command.fallback.strip()
    swallows = _MASK.fullmatch(fallback) and not _FAILS.search(fallback)
    if fallback and swallows and not _RESULT.search(fallback):
        return f"|| {fallback if len(fallback) < 40 else fallback.split()[0] + ' …'}"
    if step is not None and step.continue_on_error == "true":
        return "continue-on-error: true"
    if job is not None and job.continue_on_error == "true":
        return "continue-on-error: true on the job"
    return ""


class _Judge:
    """One job's references."""

    def __init__(self, target: Target, run: JobRun, tally: _Tally) -> None:
        self.target, self.run, self.tally = target, run, tally
        self.workspace = Workspace(target, run)
        self.lost: set[tuple[int, str]] = set()
        """(step, folder) pairs already reported as missing: nothing in them is judged."""
        self.copied: set[tuple[str, str]] = set()
        """(folder, name) of programs that a command made of others: ``mv``, ``cp``."""

    def all(self, invocations: list[Invocation]) -> None:
        self._reusable()
        by_step: dict[int, list[Invocation]] = {}
        for invocation in invocations:
            if invocation.step is not None:
                by_step.setdefault(invocation.step.step.index, []).append(invocation)
        for step in self.run.job.steps:
            if never_runs(step.if_) or "hashFiles(" in step.if_:
                continue
            if step.uses:
                self._action(step)
            mine = by_step.get(step.index, [])
            if mine:
                self._directory(step, mine)
            for invocation in mine:
                self._invocation(step, invocation)

    # -- what a step says beside its run text ------------------------------------------------

    def _reusable(self) -> None:
        job = self.run.job
        if not job.uses.startswith("./"):
            return
        path = posixpath.normpath(job.uses)
        self.tally.judged += 1
        if not exists(self.target, path):
            use = PathUse(job.uses_place, job.id, job.id, f"uses: {job.uses}", "")
            self._missing("c", "reusable workflow", path, use)

    def _action(self, step: Step) -> None:
        if step.uses.startswith("./"):
            self._local_action(step)
        elif _BUILD_PUSH.match(step.uses):
            self._build_push(step)
        elif _DOWNLOAD.match(step.uses):
            self._artifact(step)
        if "cache-dependency-path" in step.with_ and "/setup-" in step.uses:
            self._cache_path(step)

    def _local_action(self, step: Step) -> None:
        path = self._workspace_path(step.uses)
        if path is None or "@" in step.uses:
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        if local_action(self.target, f"./{path}") is not None:
            return
        own = dockerfile_read(self.target, posixpath.join(path, "Dockerfile"))
        if self.target.has(own) or self._made(path, step.index):
            return
        use = self._use(step, step.uses_place, f"uses: {step.uses}")
        there = self.target.has_dir(path)
        if not there and exists(self.target, path):
            return  # a submodule
        reason = "has no action.yml" if there else "does not exist"
        self._missing("c", "action", path, use, reason=reason)

    def _artifact(self, step: Step) -> None:
        """An artifact of this run that no job of it uploads."""
        name = step.with_.str("name")
        if not name or "$" in name or {"run-id", "pattern", "artifact-ids"} & set(step.with_):
            return
        if not self.tally.asked:
            self.tally.asked = True
            self.tally.uploads = _uploads(self.run.workflow)
        uploaded = self.tally.uploads
        if uploaded is None:
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        if any(_may_be(name, parts) for parts in uploaded.values()):
            return
        use = self._use(step, step.with_.value_place("name"), f"name: {name}")
        near = alike(name, sorted(one for one in uploaded if "$" not in one))
        self._missing(
            "i", "artifact", name, use,
            reason="is uploaded by no job of this workflow, and without a run-id only those are"
            " looked for",
            nearest=near,
        )  # fmt: skip

    def _build_push(self, step: Step) -> None:
        context = step.with_.str("context").strip()
        file = step.with_.str("file").strip()
        inner = re.sub(r"^\{\{\s*defaultContext\s*\}\}:?", "./", context)
        git_context = not context or inner != context
        if context and not git_context and ("://" in context or context.startswith("git@")):
            return
        if git_context and self.run.base is None and self.run.checkout_path:
            return
        if file:
            path = (
                self._workspace_path(posixpath.join(inner if inner != context else "", file))
                if self.run.base is not None
                else self._plain(file)
            )
            self._file(step, "file", "Dockerfile", path)
            return
        path = (
            self._workspace_path(inner)
            if self.run.base is not None or not git_context
            else self._plain(inner)
        )
        if path is None or _GLOB.search(inner):
            self.tally.unresolved += 1
            return
        self._context(
            step,
            path,
            step.with_.value_place("context") if context else step.uses_place,
            f"context: {context}" if context else f"uses: {step.uses}",
            step.index,
            -1,
        )

    def _context(
        self, step: Step, path: str, place: Place, text: str, number: int, command: int,
        masked: str = "", within: str = "Dockerfile",
    ) -> None:  # fmt: skip
        wanted = posixpath.join(path, within)
        self.tally.judged += 1
        if exists(self.target, dockerfile_read(self.target, wanted)) and wanted:
            return
        default = dockerfile_read(self.target, posixpath.join(path, "Dockerfile"))
        if within != "Dockerfile" and exists(self.target, default):
            return
        if self._made(wanted, number, command):
            return
        there = exists(self.target, path)
        reason = f"has no {within}" if there else "does not exist"
        use = self._use(step, place, text, masked)
        self._missing("a", "build context", path or ".", use, reason=reason, wanted=wanted)

    def _file(self, step: Step, key: str, kind: str, path: str | None) -> None:
        value = step.with_.str(key)
        if path is None or _GLOB.search(value):
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        path = dockerfile_read(self.target, path)
        if not exists(self.target, path) and not self._made(path, step.index):
            use = self._use(step, step.with_.value_place(key), f"{key}: {value}")
            self._missing("a", kind, path, use)

    def _cache_path(self, step: Step) -> None:
        value = step.with_.str("cache-dependency-path")
        patterns = [line.strip().strip("'\"") for line in value.split("\n") if line.strip()]
        patterns = [line for line in patterns if not line.startswith("!")]
        located = [self._workspace_path(line) for line in patterns]
        paths = [path for path in located if path is not None]
        if not paths or len(paths) != len(located):
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        for path in paths:
            if self.target.glob(path) or self._made(path, step.index):
                return
        use = self._use(
            step,
            step.with_.value_place("cache-dependency-path"),
            f"cache-dependency-path: {' '.join(patterns)}",
        )
        reason = "matches no file of a fresh clone, so the step fails"
        self._missing("h", "lockfile", paths[0], use, reason=reason)

    def _directory(self, step: Step, mine: list[Invocation]) -> None:
        """The working directory that the step, its job or the workflow asks for."""
        if not step.directory or mine[0].step is None or mine[0].step.remote:
            return
        path = mine[0].step.start
        if path is None or _GLOB.search(path):
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        if exists(self.target, path) or self._made(path, step.index):
            return
        if self._tested(path, step.index, 0) or self._named(path, step.index, 0):
            return
        self.lost.add((step.index, path))
        use = self._use(step, step.directory_place, f"working-directory: {step.directory}")
        alone = not any(invocation.name in _TOOLS for invocation in mine)
        self._missing("d", "directory", path, use, alone=alone)

    # -- commands ----------------------------------------------------------------------------

    def _invocation(self, step: Step, invocation: Invocation) -> None:
        command = invocation.command
        words = invocation.words
        if not words:
            return
        index = self._index(invocation)
        folder = invocation.folder
        if folder is not None and any(
            folder == lost or folder.startswith(f"{lost}/")
            for number, lost in self.lost
            if number == step.index
        ):
            return
        if words[0] in ("cd", "pushd") and len(words) == 2:
            self._cd(step, invocation, words[1], index)
            return
        if words[0] in ("[", "[[", "test", "grep"):
            self._gate(step, invocation, index)
            return
        for reference in references(words):
            if reference.within:
                path = invocation.resolve(reference.word)
                if path is None or _GLOB.search(reference.word):
                    self.tally.unresolved += 1
                elif not self._guarded(invocation, path):
                    self._context(
                        step, path, word_place(command, reference.word), command.text, step.index,
                        index, self._mask(command, step), reference.within,
                    )  # fmt: skip
                continue
            self._reference(
                step, invocation, reference.kind, reference.clause, reference.word, index
            )
        for redirect in command.redirects:
            if redirect.op == "<" and invocation.name in (
                "psql",
                "mysql",
                "docker",
                "docker-compose",
            ):
                self._reference(step, invocation, "file", "b", redirect.target, index)
        self._written(step, invocation, index)
        self._cargo(step, invocation, index)
        if invocation.name == "make":
            self._make(step, invocation, index)

    def _written(self, step: Step, invocation: Invocation, index: int) -> None:
        """A file that is written into a folder which is not there."""
        command = invocation.command
        if invocation.step is None or invocation.step.remote or command.tested:
            return
        for redirect in command.redirects:
            folder = posixpath.dirname(redirect.target)
            if not redirect.writes or not folder or folder.startswith(("/", "~")):
                continue
            path = invocation.resolve(folder)
            if path is None or _GLOB.search(folder):
                continue
            self.tally.judged += 1
            if self._is_there(invocation, path, step.index, index):
                continue
            masked = self._mask(command, step)
            text = f"{command.text} {redirect.op} {redirect.target}"
            use = self._use(step, word_place(command, redirect.target), text, masked)
            reason = f"does not exist: {posixpath.basename(redirect.target)} cannot be written"
            self._missing("d", "directory", path, use, reason=reason)

    def _make(self, step: Step, invocation: Invocation, index: int) -> None:
        """Goals that the Makefile has no rule for."""
        command = invocation.command
        asked = make_goals(self.target, invocation)
        if asked is None or command.tested:
            return
        path, goals = asked
        if self._made(path, step.index, index):
            return
        self.tally.judged += len(goals)
        for goal, nearest in goals.items():
            if nearest is None or self._made(
                posixpath.join(posixpath.dirname(path), goal), step.index, index
            ):
                continue
            masked = self._mask(command, step)
            use = self._use(step, word_place(command, goal), command.text, masked)
            self._missing(
                "f", "make target", goal, use, reason=f"is in no rule of {path}", nearest=nearest
            )

    def _reference(
        self, step: Step, invocation: Invocation, kind: str, clause: str, word: str, index: int
    ) -> None:
        command = invocation.command
        values = command and invocation.trace.script.loop_values(command, word)
        for one in values or (Word(word, word_place(command, word)),):
            if "://" in one.text or one.text in ("-", "") or one.text.startswith("<"):
                continue
            path = invocation.resolve(one.text)
            if path is None or _GLOB.search(one.text):
                self.tally.unresolved += 1
                continue
            self.tally.judged += 1
            if kind == "Dockerfile":
                path = dockerfile_read(self.target, path)
            if exists(self.target, path) or self._guarded(invocation, path):
                continue
            remote = invocation.step is not None and invocation.step.remote
            bare = kind == "script" and "." not in posixpath.basename(path)
            if not remote and self._made(path, step.index, index, bare=bare):
                continue
            if self._tested(path, step.index, index):
                continue
            masked = self._mask(command, step)
            use = self._use(step, one.place, command.text, masked)
            self._missing(clause, kind, path, use, remote=remote)

    def _cd(self, step: Step, invocation: Invocation, word: str, index: int) -> None:
        command = invocation.command
        if word in ("-", "..", ".") or (invocation.step and invocation.step.remote):
            return
        for one in invocation.trace.script.loop_values(command, word) or (
            Word(word, word_place(command, word)),
        ):
            path = invocation.resolve(one.text)
            if path is None or _GLOB.search(one.text):
                self.tally.unresolved += 1
                continue
            self.tally.judged += 1
            if self._is_there(invocation, path, step.index, index):
                continue
            self.lost.add((step.index, path))
            masked = self._mask(command, step)
            use = self._use(step, one.place, command.text, masked)
            self._missing("d", "directory", path, use)

    def _cargo(self, step: Step, invocation: Invocation, index: int) -> None:
        command = invocation.command
        masked = self._mask(command, step)
        for word in invocation.words:
            match = _CARGO_OUTPUT.fullmatch(word)
            if match and match["name"] not in _NOT_BINARIES and not match["name"].startswith("lib"):
                self._binary(step, invocation, word, match, masked)
        call = cargo_call(invocation.words)
        if call is None or invocation.folder is None or command.tested:
            return
        if is_dynamic(" ".join(invocation.words)) and not call.tests:
            dynamic_manifest = is_dynamic(call.manifest)
            if dynamic_manifest:
                self.tally.unresolved += 1
                return
        if call.manifest:
            self._reference(step, invocation, "manifest", "e", call.manifest, index)
            path = invocation.resolve(call.manifest)
            if path is None or not self.target.has(path):
                return
            package = cargo_at(self.target, posixpath.dirname(path))
        else:
            if not exists(self.target, invocation.folder):
                return
            package = cargo_at(self.target, invocation.folder)
            self.tally.judged += 1
            if package is None:
                wanted = posixpath.join(invocation.folder, "Cargo.toml")
                if self._made(wanted, step.index, index) or self._guarded(invocation, wanted):
                    return
                use = self._use(step, command.place, command.text, masked)
                self._missing(
                    "e", "manifest", wanted, use,
                    reason="does not exist, and no folder above has one",
                )  # fmt: skip
                return
        if package is not None:
            self._cargo_targets(step, invocation, package, call.tests, "tests", masked)
            self._cargo_targets(step, invocation, package, call.benches, "benches", masked)
            self._cargo_targets(step, invocation, package, call.bins, "bins", masked)

    def _cargo_targets(
        self, step: Step, invocation: Invocation, package: CargoPackage, names: tuple[str, ...],
        kind: str, masked: str,
    ) -> None:  # fmt: skip
        crates = cargo_root(self.target, package)
        if any(crate.manifest.problems for crate in crates):
            self.tally.unresolved += len(names)
            return
        for name in names:
            if is_dynamic(name) or _GLOB.search(name):
                self.tally.unresolved += 1
                continue
            self.tally.judged += 1
            known = {one for crate in crates for one, _ in getattr(crate, kind)}
            if name in known:
                continue
            single = {"tests": "test", "benches": "bench", "bins": "bin"}[kind]
            base = "src/bin" if kind == "bins" else kind
            where = posixpath.join(package.folder, base, f"{name}.rs")
            if self._made(where, step.index, self._index(invocation)):
                continue
            use = self._use(
                step, word_place(invocation.command, name), invocation.command.text, masked
            )
            self._missing(
                "f", f"cargo {single} target", name, use,
                reason=f"is no [[{single}]] of {package.path} and {where} does not exist",
                nearest=alike(name, sorted(known)) or self.target.nearest(where) or "",
            )  # fmt: skip

    def _binary(
        self, step: Step, invocation: Invocation, word: str, match: re.Match[str], masked: str
    ) -> None:
        root = invocation.resolve(match["root"] or ".")
        if root is None or not exists(self.target, root):
            self.tally.unresolved += 1
            return
        if "CARGO_TARGET_DIR" in {*self.run.workflow.env, *self.run.job.env, *step.env}:
            return
        names = cargo_binaries(self.target, root)
        if names is None:
            self.tally.unresolved += 1
            return
        self.tally.judged += 1
        name = match["name"]
        if invocation.words[0] in _COPYING and word == invocation.words[-1] != invocation.words[1]:
            self.copied.add((root, name))
        if (
            name in names
            or (root, name) in self.copied
            or self._guarded(invocation, posixpath.join(root, word))
        ):
            return
        use = self._use(step, word_place(invocation.command, word), invocation.command.text, masked)
        built = f" (built: {', '.join(sorted(names)[:3])})" if names else ""
        self._missing(
            "f", "cargo binary", name, use,
            reason=f"is built by no crate here{built}: {match[0]} never exists",
            nearest=alike(name, sorted(names)),
        )  # fmt: skip

    def _gate(self, step: Step, invocation: Invocation, index: int) -> None:
        """A test of existence, or a grep in a file, that ends the job when it fails."""
        command = invocation.command
        word = _gated_path(invocation.words)
        if word is None or not _stops(invocation, index):
            return
        missing: list[tuple[str, Place]] = []
        for one in invocation.trace.script.loop_values(command, word) or (
            Word(word, word_place(command, word)),
        ):
            path = invocation.resolve(one.text)
            if path is None or _GLOB.search(one.text):
                self.tally.unresolved += 1
                continue
            self.tally.judged += 1
            if not exists(self.target, path) and not self._made(path, step.index, index, bare=True):
                missing.append((path, one.place))
        if not missing:
            return
        path, place = missing[0]
        others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        use = self._use(step, place, command.text, self._mask(command, step))
        gate = "grep" if invocation.name == "grep" else "test"
        self._missing(
            "g", "file" if "-d" not in invocation.words else "directory", path, use,
            reason=f"does not exist{others}, so this {gate} always fails",
            more=[self._use(step, at, command.text) for _, at in missing[1:]],
        )  # fmt: skip

    # -- helpers -----------------------------------------------------------------------------

    def _index(self, invocation: Invocation) -> int:
        commands = invocation.step.script.commands if invocation.step else ()
        for index, command in enumerate(commands):
            if command is invocation.command:
                return index
        return len(commands)

    def _workspace_path(self, path: str) -> str | None:
        clean = re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/?", "./", path.strip())
        return self.run.locate(clean)

    def _plain(self, path: str) -> str | None:
        if "$" in path or path.startswith(("/", "~")):
            return None
        clean = posixpath.normpath(path or ".")
        return None if clean.startswith("..") else ("" if clean == "." else clean)

    def _made(self, path: str, step: int, command: int = -1, *, bare: bool = False) -> bool:
        return self.workspace.may_have(path, step, command, strict=bare)

    def _is_there(self, invocation: Invocation, path: str, step: int, index: int) -> bool:
        """Whether a path exists by then, is asked for first, or is made or named by the job."""
        return (
            exists(self.target, path)
            or self._guarded(invocation, path)
            or self._made(path, step, index)
            or self._tested(path, step, index)
            or self._named(path, step, index)
        )

    def _guarded(self, invocation: Invocation, path: str) -> bool:
        """Whether a test before the command looks at the path (or at a folder of it)."""
        command = invocation.command
        for condition in command.conditions:
            lacks = _LACKS.match(condition) is not None
            for word in shell_words(condition):
                located = invocation.resolve(word.strip("()[];"))
                if condition.startswith(("cd ", "mkdir ")) or not located:
                    continue
                if path == located or path.startswith(f"{located}/"):
                    return True
                if lacks and located and exists(self.target, located):
                    return True  # the `else` of `if [ -f there ]`: it never runs
        return False

    def _named(self, path: str, step: int, command: int) -> bool:
        """Whether an earlier command is given the folder's name: ``loco new -n shop`` makes it."""
        name = posixpath.basename(path)
        return any(
            name in one.words[1:] and one.name not in _MAKES_NOTHING
            for run in self.run.steps
            for index, one in enumerate(run.script.commands)
            if (run.step.index, index) < (step, command)
        )

    def _tested(self, path: str, step: int, command: int) -> bool:
        """Whether an earlier step asks if the path exists without failing: it may then skip."""
        for run in self.run.steps:
            if run.step.index > step:
                break
            for index, (one, folder) in enumerate(
                zip(run.script.commands, run.trace.folders, strict=True)
            ):
                if (run.step.index, index) >= (step, command):
                    break
                if one.name not in ("[", "[[", "test", "ls", "find"):
                    continue
                if not (one.tested or one.following in ("&&", "||") or one.fallback):
                    continue
                for word in one.words[1:]:
                    located = run.trace.resolve(word, folder)
                    if located and (path == located or path.startswith(f"{located}/")):
                        return True
        return False

    def _mask(self, command: ShellCommand, step: Step) -> str:
        """What hides a command's failure: as for any, or that nobody waits for it and its errors
        are thrown away. A server in the background that is asked later is missed there."""
        known = masked_by(command, step, self.run.job)
        if known or not any(block.kind == "background" for block in command.blocks):
            return known
        lost = next(
            (one for one in command.redirects if one.op in ("2>", "&>", ">&", "2>>", "&>>")), None
        )
        if lost is None or lost.target != "/dev/null":
            merged = {(one.op, one.target) for one in command.redirects}
            if not {(">", "/dev/null"), ("2>&", "1")} <= merged:
                return ""
        return "" if self._asks_later(command, step) else "2>/dev/null &"

    def _asks_later(self, command: ShellCommand, step: Step) -> bool:
        """Whether a command behind it goes to this machine's own address, or waits for a file."""
        line = command.place.line or 0
        return any(
            _OWN_ADDRESS.search(one.text) is not None
            for run in self.run.steps
            if run.step.index >= step.index
            for one in run.script.commands
            if run.step.index > step.index or (one.place.line or 0) > line
        ) or any(
            isinstance(value, str) and _OWN_ADDRESS.search(value) is not None
            for other in self.run.job.steps[step.index :]
            for value in (*other.env.values(), *other.with_.values())
        )

    def _use(self, step: Step, place: Place, text: str, masked: str | None = None) -> PathUse:
        if masked is None:
            coe = step.continue_on_error == "true" or self.run.job.continue_on_error == "true"
            masked = "continue-on-error: true" if coe else ""
        elif not masked and step.continue_on_error == "true":
            masked = "continue-on-error: true"
        return PathUse(place, self.run.job.id, step.label, text, masked)

    def _missing(
        self, clause: str, kind: str, path: str, use: PathUse, *,
        reason: str = "does not exist", wanted: str = "", nearest: str | None = None,
        alone: bool = False, remote: bool = False, more: Iterable[PathUse] = (),
    ) -> None:  # fmt: skip
        known = self.tally.found.get((clause, kind, path))
        if known is not None:
            for other in (use, *more):
                self.tally.add(known[0], other)
            return
        real = wanted or path
        no_file = clause in ("f", "i")
        ignored = None if no_file else self.target.ignored_by(real)
        if nearest is None:
            folder = kind == "directory"
            nearest = self.target.nearest(real, folder=folder) or ""
        if not nearest and kind == "script":
            nearest = _with_fewer_words(self.target, real)
        missing = MissingPath(
            clause, kind, path, (), reason, ignored,
            not no_file and self.target.on_disk(real), nearest, alone, remote=remote,
        )  # fmt: skip
        self.tally.add(missing, use)
        for other in more:
            self.tally.add(missing, other)


def _with_fewer_words(target: Target, path: str) -> str:
    """The one script beside a missing one whose name has its words, one left out or one more."""
    home, name = posixpath.split(path)
    ours = set(word_key(name))
    found = []
    for other in target.below(home):
        folder, theirs = posixpath.split(other)
        if folder != home or posixpath.splitext(theirs)[1] != posixpath.splitext(name)[1]:
            continue
        words = set(word_key(theirs))
        if len(ours ^ words) == 1 and len(ours & words) >= _SHARED:
            found.append(other)
    return found[0] if len(found) == 1 else ""


_SHARED = 3
"""So many words of two names, the suffix with them, must be the same."""


def word_place(command: ShellCommand, word: str) -> Place:
    """Where a word of a command stands, when it stands there once; else the command."""
    at = command.text.find(word)
    if at < 0 or command.place.line is None:
        return command.place
    before = command.text[:at]
    down = before.count("\n")
    if down:
        column = at - before.rfind("\n")
        return command.place.at(command.place.line + down, column)
    return command.place.at(command.place.line, (command.place.column or 1) + at)


_TESTS = frozenset({"-f", "-d", "-e", "-s", "-r", "-x"})


def _gated_path(words: tuple[str, ...]) -> str | None:
    """The one path that a simple existence test or a grep looks at."""
    if words[0] == "grep":
        plain: list[str] = []
        skip = False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in ("-e", "-f", "-m", "-A", "-B", "-C", "--include", "--exclude"):
                skip = True
                if word in ("-e", "-f"):
                    return None
            elif word.startswith("-"):
                if word.startswith("--recursive") or (word[1:2] != "-" and set("rR") & set(word)):
                    return None
            else:
                plain.append(word)
        return plain[1] if len(plain) == 2 else None
    inner = [word for word in words[1:] if word not in ("]", "]]", "!")]
    if len(inner) == 2 and inner[0] in _TESTS:
        return inner[1]
    return None


def _stops(invocation: Invocation, index: int) -> bool:
    """Whether the job ends when the thing tested is not there."""
    command = invocation.command
    if command.captured or any(block.kind in ("while", "until") for block in command.blocks):
        return False
    negative = command.negated or (command.words[0] != "grep" and "!" in command.words[1:2])
    script = invocation.trace.script
    if command.tested:
        # `if [ ! -f x ]; then … exit 1`: the exit stands under this test, said or denied.
        text = command.text
        source = f"! {text}" if command.negated else text
        wanted = source if negative else f"! {source}"
        for other in script.commands[index + 1 :]:
            if wanted in other.conditions[-2:] and _ends(other.words):
                return True
        return False
    if negative:
        return False
    if command.fallback:
        return _FAILS.search(command.fallback) is not None and not _RESULT.search(command.fallback)
    if command.following in ("&&", "||", "|"):
        return False
    conditions = [c for c in command.conditions if c]
    return not conditions and "+errexit" not in script.sets


def _ends(words: tuple[str, ...]) -> bool:
    return bool(words) and words[0] in ("exit", "return", "false") and words[1:2] != ("0",)
