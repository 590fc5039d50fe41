"""Jobs that fetch or compile everything anew each time, as nothing of theirs is cached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.gate_kinds import without_runner
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["UncachedJob", "WorkflowCaches", "workflow_caches"]


class UncachedJob(Struct, frozen=True, eq=False):
    """A job with what it fetches or compiles and does not cache."""

    job: str
    place: Place
    """The first such command."""
    text: str
    kinds: tuple[str, ...]
    """``cargo``, ``npm``, ``pip``, ``docker`` …"""
    others: tuple[tuple[Place, str], ...]


class WorkflowCaches(Struct, frozen=True, eq=False):
    """One workflow that installs or compiles dependencies."""

    workflow: Workflow
    uncached: tuple[UncachedJob, ...]
    judged: int
    """How many jobs were looked at."""


_CARGO = frozenset(
    {"build", "b", "test", "t", "nextest", "clippy", "check", "c", "run", "r", "doc", "bench",
     "install", "tarpaulin", "llvm-cov", "hack", "leptos", "component", "tauri", "zigbuild"}
)  # fmt: skip
_JS_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_INSTALLS = frozenset({"ci", "i", "install", "clean-install", "install-ci-test", "cit"})
_CACHE_ACTION = regex(
    r"(?:^|[/_-])(?:s?c?cache|ccache|cachix)(?:$|[/_.-])|cache|depot/|namespacelabs/|warpbuilds/"
    r"|useblacksmith/|actions-rust-lang/setup-rust-toolchain|moonrepo/setup|cypress-io/github-action"
    r"|astral-sh/setup-uv|prefix-dev/setup-pixi|gradle/|bahmutov/npm-install|nixbuild|flox/"
    r"|determinatesystems/|cachix/|bazel-contrib/setup-bazel|volta-cli/|mozilla-actions/sccache",
    re.IGNORECASE,
)
"""Actions that keep something between runs, by themselves or by default."""
_NO_CACHE_ACTION = regex(r"delete|clear|purge|clean", re.IGNORECASE)
_CACHE_TEXT = regex(
    r"RUSTC_WRAPPER|SCCACHE|\bsccache\b|\bccache\b|cache-from|CACHE_FROM|type=gha|\bturbo\b.*--(?:token"
    r"|remote)|TURBO_TOKEN|NX_CLOUD|cachix|nix (?:build|develop|flake|shell)|nix-build|nix-shell"
    r"|bazel\b|earthly|--mount=type=cache"
)
_HOSTED = regex(r"(?:ubuntu|windows|macos)-(?:latest|slim|\d[\w.]*)(?:-\w+)*", re.IGNORECASE)
_SCANS = regex(
    r"audit|\bdeny\b|scan|semgrep|snyk|trivy|codeql|licen[cs]e|outdated|dependenc|renovate|sbom"
    r"|vuln|security",
    re.IGNORECASE,
)
_PUBLISHES = regex(r"release|publish", re.IGNORECASE)
_RELEASES = regex(r"refs/tags|ref_type|event\.release", re.IGNORECASE)
_RARE = frozenset({"schedule", "workflow_dispatch", "repository_dispatch"})
_RELEASE_EVENTS = frozenset({"release", "workflow_dispatch", "registry_package"})
_SMALL = frozenset({"fmt", "metadata", "tree", "version", "search", "publish", "update"})
_DOCKER_BUILD = regex(r"(?:docker|podman|buildah)$")


@once
def workflow_caches(target: Target) -> tuple[WorkflowCaches, ...]:
    """Every workflow that installs or compiles dependencies, in path order."""
    found = []
    for workflow in workflows(target):
        if workflow.problems:
            continue
        reach = {one.job.id: one.events for one in job_reaches(target).get(workflow.path, ())}
        heavy = 0
        uncached = []
        for work in job_works(target).get(workflow.path, ()):
            costs = list(_costs(target, work))
            if not costs:
                continue
            heavy += 1
            if _spared(workflow, work, reach.get(work.job.id), costs) or _caches(target, work):
                continue
            kinds = tuple(dict.fromkeys(kind for kind, _ in costs))
            first = costs[0][1]
            others = tuple((item.place, item.text) for _, item in costs[1:])
            uncached.append(UncachedJob(work.job.id, first.place, first.text, kinds, others))
        if heavy:
            found.append(WorkflowCaches(workflow, tuple(uncached), heavy))
    return tuple(found)


def _costs(target: Target, work: JobWork) -> Iterator[tuple[str, Work]]:
    """(kind, command) of what takes minutes without a cache."""
    for item in work.items:
        if item.remote:
            continue
        if item.action is not None:
            if _builds_image(item.action):
                yield "docker", item
            continue
        if not item.words or (item.command is not None and item.command.captured):
            continue
        kind = _cost(without_runner(item.words), item.text)
        if kind:
            yield kind, item


def _builds_image(step: Step) -> bool:
    name = step.uses.partition("@")[0].lower()
    if name != "docker/build-push-action":
        return False
    inputs = step.with_
    return not (inputs.str("cache-from") or inputs.str("no-cache") == "true")


def _cost(words: tuple[str, ...], text: str) -> str:
    if not words or {"--version", "-V", "--help", "--check"} & set(words):
        return ""
    name = words[0].rpartition("/")[2]
    plain = [word for word in words[1:] if not word.startswith(("-", "+"))]
    verb = plain[0] if plain else ""
    if name in ("cargo", "cross"):
        return "cargo" if verb in _CARGO and verb not in _SMALL else ""
    if name in _JS_MANAGERS:
        alone = verb in _INSTALLS and (len(plain) == 1 or plain[1].startswith(("&", "|")))
        bare = name == "yarn" and not plain and not {"--version"} & set(words)
        if (alone or bare) and not {"-g", "--global"} & set(words):
            return name
        return ""
    if name in ("pip", "pip3") or words[1:3] == ("-m", "pip"):
        rest = set(words)
        sources = {"-r", "--requirement", "-e", "--editable", "."} & rest
        if "install" in words[1:4] and (sources or any(w.startswith((".[", "-r")) for w in words)):
            return "pip"
        return ""
    if name in ("poetry", "pipenv", "pdm", "hatch"):
        return "pip" if verb in ("install", "sync") else ""
    if name == "bundle":
        return "bundler" if verb == "install" else ""
    if name == "composer":
        return "composer" if verb == "install" else ""
    if _DOCKER_BUILD.fullmatch(name) and (verb == "build" or plain[:2] == ["buildx", "build"]):
        cached = "cache-from" in text or "--cache" in text
        return "" if cached else "docker"
    return ""


def _spared(
    workflow: Workflow,
    work: JobWork,
    events: frozenset[str] | None,
    costs: list[tuple[str, Work]],
) -> bool:
    """Whether a cache would not pay, or not be safe, for this job."""
    job = work.job
    if not job.runs_on or not all(_HOSTED.fullmatch(label) for label in _labels(job)):
        return True
    if job.container and "$" in job.container:
        return True
    known = events if events is not None else workflow.events
    if known and (known <= _RARE or known <= _RELEASE_EVENTS):
        return True
    push = workflow.trigger("push")
    tags_only = push is not None and (push.tags or push.tags_ignore) and not push.branches
    if tags_only and known and known <= {"push", *_RELEASE_EVENTS, *_RARE}:
        return True
    if _RELEASES.search(job.if_):
        return True
    if _SCANS.search(f"{job.id} {job.name}"):
        return True
    if _PUBLISHES.search(f"{job.id} {workflow.path.rpartition('/')[2]}"):
        return True  # what is published must not come from a cache that others can write
    kinds = {kind for kind, _ in costs}
    # One command alone: the cache takes about as long as it saves.
    return len(costs) == 1 or (kinds == {"docker"} and len(costs) < 2)


def _labels(job: Job) -> tuple[str, ...]:
    """The runner labels, with the values of the matrix put in where they are plain."""
    found: list[str] = []
    for label in job.runs_on:
        match = re.fullmatch(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", label)
        if match is None:
            found.append(label)
            continue
        values = [value for value in job.matrix.seq(match[1]) if isinstance(value, str)]
        included = [one.str(match[1]) for one in job.matrix.maps("include")]
        found += [value for value in (*values, *included) if value] or [label]
    return tuple(found)


def _caches(target: Target, work: JobWork) -> bool:
    """Whether anything of the job is kept between runs."""
    for item in work.items:
        step = item.action
        if step is None:
            if _CACHE_TEXT.search(item.text[:2_000]):
                return True
            continue
        name = step.uses.partition("@")[0]
        if _CACHE_ACTION.search(name) and not _NO_CACHE_ACTION.search(name):
            return True
        if any(_keeps(f"{key}", step.with_.str(key)) for key in step.with_):
            return True
        if _by_default(target, step):
            return True
        if step.uses.startswith("./") and not item.via and work.opaque and step in [
            one.action for one in work.opaque
        ]:  # fmt: skip
            return True  # what it does is not known
    job = work.job
    for env in (work.workflow.env, job.env, *(step.env for step in job.steps)):
        if any(_CACHE_TEXT.search(f"{key}") for key in env):
            return True
    return False


def _keeps(key: str, value: str) -> bool:
    return (
        key.lower().endswith(("cache", "cache-from", "cache-key", "cache-dependency-path"))
        or key.lower().startswith("cache")
    ) and value.strip().lower() not in ("", "false", "none")


def _by_default(target: Target, step: Step) -> bool:
    """Set-up actions that cache without being asked."""
    match = re.fullmatch(r"actions/setup-(go|node)@v?(\d+)(?:\..*)?", step.uses)
    if match is None:
        # A commit pin: the version stands in the comment.
        pinned = re.match(r"actions/setup-(go|node)@[0-9a-f]{40}$", step.uses)
        version = re.match(r"v?(\d+)", step.uses_comment)
        if pinned is None or version is None:
            return False
        tool, major = pinned[1], int(version[1])
    else:
        tool, major = match[1], int(match[2])
    if tool == "go":
        return major >= 4 and step.with_.str("cache").lower() != "false"
    if major < 5 or step.with_.str("package-manager-cache").lower() == "false":
        return False
    package = npm_at(target, "")
    return package is not None and package.manifest.package_manager.startswith("npm")
