"""What the steps of a workflow are for: format, lint, test, build, scan, deploy …

A command or action becomes an :class:`Intent`: a kind (``rust-clippy``) with its scope (the
package, the variant, the runner), so that two workflows of a monorepo that lint two packages do
not look alike. Text of steps is compared too, normalised, as :class:`Intent` of kind ``""``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.matrix import matrix_choices
from pytest_reconaudit.facts.ci.pipelines import local_action, workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.facts.ci.steps import job_runs, step_script
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import Script, ShellCommand, unwrapped
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["ANYWHERE", "Intent", "job_intents"]

ANYWHERE = "*"
"""The directory of an intent that no manifest ties to a package."""

_MAX_FOLLOWED = 500
"""Calls that are followed for one workflow; more come only of files that call each other."""
_MAX_CALLS = 4
"""How deep reusable workflows and composite actions are followed."""


class Intent(Struct, frozen=True):
    """One thing that a step does."""

    kind: str
    """One of the kinds below; empty for a command that is compared by its text only."""
    place: Place
    text: str
    job: str
    directory: str | None = ANYWHERE
    """The folder of the package that it works on; ``None`` when that is not known."""
    variant: str = ""
    """What makes it another piece of work: features, target, image, inputs of a call."""
    part: str = ""
    """Which part of the package it takes; empty means the whole, which covers any part."""
    runners: frozenset[str] = frozenset()
    """Kinds of runner; empty means any."""
    backends: frozenset[str] = frozenset()
    """Images of the job's services and container; empty when it has none."""
    command: str = ""
    """The normalised command with its folder; empty when it depends on a value that is not
    known."""
    events: frozenset[str] | None = None
    """The events that its job runs under; ``None``: any."""


# -- commands --------------------------------------------------------------------------------

_CARGO = {
    "fmt": "rust-fmt", "clippy": "rust-clippy", "test": "rust-test", "nextest": "rust-test",
    "llvm-cov": "rust-test", "tarpaulin": "rust-test", "build": "rust-build", "b": "rust-build",
    "check": "rust-build", "c": "rust-build", "t": "rust-test", "audit": "rust-audit",
    "deny": "rust-audit", "bench": "rust-bench", "criterion": "rust-bench", "publish": "publish",
    "outdated": "outdated", "cyclonedx": "sbom", "sbom": "sbom", "zigbuild": "rust-build",
}  # fmt: skip
_TOOLS = {
    "eslint": "js-lint", "prettier": "js-lint", "biome": "js-lint", "stylelint": "js-lint",
    "oxlint": "js-lint", "standard": "js-lint", "xo": "js-lint", "tsc": "js-types",
    "vue-tsc": "js-types", "jest": "js-test", "vitest": "js-test", "mocha": "js-test",
    "ava": "js-test", "karma": "js-test", "playwright": "e2e", "cypress": "e2e",
    "lhci": "lighthouse", "lighthouse": "lighthouse", "unlighthouse": "lighthouse",
    "audit-ci": "js-audit", "semantic-release": "publish", "ncu": "outdated",
    "npm-check-updates": "outdated", "trivy": "trivy", "semgrep": "semgrep",
    "gitleaks": "secrets-scan", "trufflehog": "secrets-scan", "snyk": "snyk", "k6": "load",
    "artillery": "load", "autocannon": "load", "locust": "load", "wrk": "load", "vegeta": "load",
    "ghz": "load", "pytest": "py-test", "tox": "py-test", "nox": "py-test", "unittest": "py-test",
    "ruff": "py-lint", "flake8": "py-lint", "black": "py-lint", "isort": "py-lint",
    "mypy": "py-lint", "pylint": "py-lint", "pyright": "py-lint", "golangci-lint": "go-lint",
    "staticcheck": "go-lint", "gofmt": "go-lint", "goreleaser": "publish", "syft": "sbom",
    "codecov": "coverage", "coveralls": "coverage", "twine": "publish",
}  # fmt: skip
_SUBCOMMANDS = {
    "go": {"test": "go-test", "vet": "go-lint"},
    "docker": {"build": "docker-build"},
    "podman": {"build": "docker-build"},
    "kubectl": {"apply": "k8s-deploy", "set": "k8s-deploy", "rollout": "k8s-deploy"},
    "helm": {"upgrade": "k8s-deploy", "install": "k8s-deploy"},
    "vite": {"build": "js-build"},
    "next": {"build": "js-build", "lint": "js-lint"},
    "uv": {"publish": "publish"},
    "poetry": {"publish": "publish"},
}
_ACTIONS = {
    "docker/build-push-action": "docker-build", "docker/bake-action": "docker-build",
    "aquasecurity/trivy-action": "trivy", "aquasec/trivy-action": "trivy",
    "github/codeql-action/analyze": "codeql", "rustsec/audit-check": "rust-audit",
    "actions-rs/audit-check": "rust-audit", "actions-rs/clippy-check": "rust-clippy",
    "giraffate/clippy-action": "rust-clippy", "actions-rs/tarpaulin": "rust-test",
    "embarkstudios/cargo-deny-action": "rust-audit", "cypress-io/github-action": "e2e",
    "treosh/lighthouse-ci-action": "lighthouse", "gitleaks/gitleaks-action": "secrets-scan",
    "trufflesecurity/trufflehog": "secrets-scan", "codecov/codecov-action": "coverage",
    "coverallsapp/github-action": "coverage", "semgrep/semgrep-action": "semgrep",
    "returntocorp/semgrep-action": "semgrep", "golangci/golangci-lint-action": "go-lint",
    "pypa/gh-action-pypi-publish": "publish", "goreleaser/goreleaser-action": "publish",
    "actions/deploy-pages": "pages", "peaceiris/actions-gh-pages": "pages",
    "anchore/sbom-action": "sbom", "azure/k8s-deploy": "k8s-deploy",
    "grafana/run-k6-action": "load", "grafana/k6-action": "load",
    "snyk/actions": "snyk", "pypa/gh-action-pip-audit": "py-audit",
    "astral-sh/ruff-action": "py-lint", "pre-commit/action": "py-lint",
}  # fmt: skip

_STRICT = frozenset({"docker-build", "k8s-deploy", "publish", "pages", "sbom"})
"""Kinds whose whole command is their variant: another image, chart or package is other work."""
_PACKAGED = regex(r"rust-|js-|py-|go-|(?:e2e|coverage)$")
"""Kinds that work on the package of the directory they run in."""

_RUNNERS = frozenset({"npx", "bunx", "pnpx", "rye", "hatch", "pipx", "uvx"})
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_IDLE = frozenset(
    {
        "", "echo", "printf", "cd", "pushd", "popd", "mkdir", "sleep", "export", "set", "true",
        ":", "cat", "ls", "pwd", "apt-get", "apt", "brew", "apk", "pip", "pip3", "rustup",
        "corepack", "gem", "sudo", "exit", "test", "[", "[[", "source", ".", "chmod", "cp", "mv",
        "rm", "tee", "date", "env", "wait", "git", "curl", "wget", "tar", "unzip", "tr", "sed",
        "grep", "head", "tail", "jq", "return", "local", "read", "shift", "break", "continue",
        "sha256sum", "shasum", "dpkg", "awk", "install", "ln", "find", "xargs", "touch", "which",
        "kill", "command", "uname", "df", "du", "sort", "wc", "gunzip", "gzip", "zip", "7z", "id",
    }
)  # fmt: skip
"""Programs that prepare or report; not the work that a workflow is for."""
_PREPARES = regex(r"set-?up|install|cache|checkout|prepare|init|free|env|tool|login", re.I)
"""Local actions by these names prepare a job and are no work of its own."""
_INSTALL = regex(
    r"\S+ (?:--version|version|-V)$|(?:sudo )?make install\b"
    r"|(?:npm|pnpm|yarn|bun) (?:ci|i|install|add|global|config|--version|-v)\b"
    r"|yarn(?: --[\w-]+(?:=\S+)?){0,9}$"
    r"|(?:cargo|go|uv|poetry|bundle|composer|pipenv|conda|helm|mix) "
    r"(?:install|binstall|fetch|get|mod|sync|add|deps\.get|repo|vendor|download|generate-lockfile)\b"
    r"|(?:python3?|py) -m (?:pip|venv|ensurepip)\b|uv (?:pip|venv|python)\b"
    r"|playwright install|npx playwright install|docker (?:login|pull|info|version|buildx create)\b"
    r"|docker-compose (?:pull|up|down|logs|ps)\b|docker compose (?:pull|up|down|logs|ps)\b"
)
_LOAD_SCRIPT = regex(r"(?:^|[:_-])(?:load|stress|k6|artillery)")
_SCRIPTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (regex(r"e2e|playwright|cypress"), "e2e"),
    (regex(r"lighthouse|lhci"), "lighthouse"),
    (_LOAD_SCRIPT, "load"),
    (regex(r"type-?s?-?check|check-?types|^types?$|^tsc"), "js-types"),
    (regex(r"lint|prettier|format|stylelint|biome"), "js-lint"),
    (regex(r"audit"), "js-audit"),
    (regex(r"cover"), "coverage"),
    (regex(r"test|jest|vitest"), "js-test"),
    (regex(r"^build|[:-]build$"), "js-build"),
)
_PLAIN_SUFFIXES = frozenset(
    {
        "all", "app", "check", "ci", "cov", "coverage", "dev", "fix", "frontend", "integration",
        "prod", "production", "run", "staging", "unit", "verify", "watch", "once", "report", "e2e",
        "types", "ts", "js",
    }
)  # fmt: skip

_EXPRESSION = regex(r"\$\{\{\s*(.{1,200}?)\s*\}\}")
_VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))")
_SAME_EVERYWHERE = regex(
    r"\$\{\{\s*(?:github|secrets|vars|runner)\.[\w.-]+\s*\}\}|\$\{?GITHUB_\w+\}?|\$\{?HOME\}?"
)


def job_intents(target: Target, workflow: Workflow) -> tuple[Intent, ...]:
    """Every intent of a workflow's jobs, those of what they call included."""
    reach = {one.job.id: one.events for one in job_reaches(target).get(workflow.path, ())}
    found: list[Intent] = []
    trail = _Trail(frozenset(), iter(range(_MAX_FOLLOWED)))
    for job in workflow.jobs:
        events = reach.get(job.id)
        found += [
            replace(intent, events=events, backends=_backends(job))
            for intent in _job(target, workflow, job, "", trail.into(workflow.path))
        ]
    return tuple(found)


def _job(
    target: Target, workflow: Workflow, job: Job, variant: str, trail: _Trail
) -> Iterator[Intent]:
    if job.uses:
        yield from _called_workflow(target, workflow, job, variant, trail)
        return
    context = _Context(target, workflow, job, variant, _runners(job), _foreign(job))
    for step in job.steps:
        chosen = _BY_MACHINE.search(step.if_) is not None
        for intent in _step(context, step, trail):
            # Set-up for one kind of machine is shared without the work being the same.
            yield replace(intent, command="") if chosen and intent.command else intent


def _called_workflow(
    target: Target, workflow: Workflow, job: Job, variant: str, trail: _Trail
) -> Iterator[Intent]:
    inputs = _plain(job.with_)
    path = posixpath.normpath(job.uses) if job.uses.startswith("./") else ""
    called = next((one for one in workflows(target) if one.path == path), None)
    scope = f"{variant} {inputs}".strip()
    text = f"{job.uses} {scope}".strip()
    # A call is one command, however many commands it stands for.
    yield Intent("", job.uses_place, text, job.id, variant=variant, command=_settled(text))
    if called is None or not trail.follows(path):
        return
    for inner in called.jobs:
        for intent in _job(target, called, inner, scope, trail.into(path)):
            if intent.kind:
                yield replace(intent, place=job.uses_place, job=job.id, command="")


_BY_MACHINE = regex(r"\b(?:matrix|runner)\s*\.", re.IGNORECASE)
"""A step's condition that asks which machine or matrix entry it is."""


class _Trail(Struct, frozen=True):
    """The files that were followed down to here, and how many more may be."""

    paths: frozenset[str]
    budget: Iterator[int]

    def follows(self, path: str) -> bool:
        return (
            path not in self.paths
            and len(self.paths) <= _MAX_CALLS
            and next(self.budget, None) is not None
        )

    def into(self, path: str) -> _Trail:
        return _Trail(self.paths | {path}, self.budget)


class _Context(Struct, frozen=True):
    target: Target
    workflow: Workflow
    job: Job
    variant: str
    runners: frozenset[str]
    foreign: bool
    """The job checks out another repository, so its folders are not this one's."""


def _step(context: _Context, step: Step, trail: _Trail) -> Iterator[Intent]:
    if step.uses:
        yield from _action(context, step, trail)
        return
    script = _scripts_of(context.target).get(id(step)) or step_script(step)
    if script is not None:
        yield from _script(context, step, script)


@once
def _scripts_of(target: Target) -> Mapping[int, Script]:
    """The shell text of every workflow step by the step's identity, so that it is parsed once."""
    return {id(run.step): run.script for job in job_runs(target) for run in job.steps}


def _action(context: _Context, step: Step, trail: _Trail) -> Iterator[Intent]:
    base = Intent(
        "", step.uses_place, step.uses, context.job.id, variant=context.variant,
        runners=context.runners,
    )  # fmt: skip
    inputs = _plain(step.with_)
    if step.uses.startswith("./"):
        action = local_action(context.target, step.uses)
        if action is None or not trail.follows(action.path):
            return
        inner = replace(context, variant=f"{context.variant} {inputs}".strip())
        for one in action.steps:
            for intent in _step(inner, one, trail.into(action.path)):
                if intent.kind:
                    yield replace(intent, place=step.uses_place, command="")
        if not _PREPARES.search(step.uses):
            yield replace(base, command=_settled(f"{step.uses} {inputs}".strip()))
        return
    name = step.uses.partition("@")[0].lower()
    kind = _ACTIONS.get(name) or _ACTIONS.get("/".join(name.split("/")[:2]), "")
    if name == "actions-rs/cargo":
        words = ("cargo", step.with_.str("command"), *step.with_.str("args").split())
        yield from _command(context, base, words, step.directory, {})
        return
    if not kind or name.startswith("docker://"):
        return
    text = f"{name} {inputs}".strip()
    env = _environment(context, step)
    for choice in matrix_choices(context.job, text):
        done = _known(text, choice, env)
        intent = replace(base, kind=kind, command=_settled(done))
        if kind == "docker-build":
            intent = _image(context, intent, step, choice, env)
        elif kind in _STRICT or kind == "trivy":
            what = done if kind != "trivy" else _scan(step.with_)
            intent = replace(intent, variant=f"{base.variant} {what}".strip())
        elif _PACKAGED.match(kind):
            where = (
                step.with_.str("working-directory")
                or step.with_.str("working_directory")
                or step.directory
            )
            intent = replace(intent, directory=_package(context, kind, where, choice, env))
        yield intent


def _image(
    context: _Context, intent: Intent, step: Step, choice: Mapping[str, str], env: Mapping[str, str]
) -> Intent:
    """The Dockerfile that a build action takes; anywhere when the repository has none there."""
    folder = _known(step.with_.str("context") or ".", choice, env)
    file = _known(step.with_.str("file") or posixpath.join(folder, "Dockerfile"), choice, env)
    stage = _known(step.with_.str("target"), choice, env)
    if "$" in folder or "$" in file or context.foreign:
        return replace(intent, directory=None)
    path = posixpath.normpath(file)
    variant = f"{intent.variant} {stage}".strip()
    known = path if context.target.has(path) else ANYWHERE
    return replace(intent, directory=known, variant=variant)


def _scan(inputs: Map) -> str:
    kind = inputs.str("scan-type", "image" if inputs.str("image-ref") else "fs")
    what = inputs.str("image-ref") or inputs.str("scan-ref", ".")
    return f"{kind} {posixpath.normpath(what) if what else ''}"


def _script(context: _Context, step: Step, script: Script) -> Iterator[Intent]:
    env = _environment(context, step)
    folders: dict[tuple[tuple[int, int], ...], str] = {(): step.directory}
    for command in script.commands:
        words = unwrapped(command.words)
        if not words or command.captured or command.function:
            continue
        shell = tuple((b.line, b.column) for b in command.blocks if b.kind == "subshell")
        here = next(folders[shell[:n]] for n in range(len(shell), -1, -1) if shell[:n] in folders)
        if words[0] in ("cd", "pushd") and len(words) > 1:
            folders[shell] = posixpath.join(here, words[1])
            continue
        if words[0] == "popd":
            folders[shell] = step.directory
            continue
        base = Intent(
            "", command.place, command.text, context.job.id, variant=context.variant,
            runners=context.runners,
        )  # fmt: skip
        yield from _command(context, base, words, here, env, command)


def _command(
    context: _Context,
    base: Intent,
    words: tuple[str, ...],
    folder: str,
    env: Mapping[str, str],
    command: ShellCommand | None = None,
) -> Iterator[Intent]:
    text = " ".join(words)
    if words[0].rpartition("/")[2] in _IDLE or _INSTALL.match(text):
        return
    if command is not None and command.heredoc is not None:
        text = f"{text} <<{' '.join(command.heredoc.text.split())[:200]}"
    for choice in matrix_choices(context.job, f"{text} {folder}"):
        done = tuple(_known(word, choice, env) for word in words)
        where = _known(folder, choice, env)
        line = f"{posixpath.normpath(where or '.')}: {_known(text, choice, env)}"
        found = list(_classify(done))
        for kind, option in found or [("", _Option())]:
            at = posixpath.join(where, option.directory) if option.directory else where
            intent = replace(
                base,
                kind=kind,
                command=_settled(f"{base.variant} {line}".strip()),
                part=option.part,
            )
            variant = option.variant
            if kind in _STRICT:
                variant = _known(text, choice, env)
            if kind:
                intent = replace(intent, variant=f"{base.variant} {variant}".strip())
            if kind and (_PACKAGED.match(kind) or kind in _STRICT):
                intent = replace(intent, directory=_package(context, kind, at, choice, env))
            yield intent


class _Option(Struct, frozen=True):
    directory: str = ""
    variant: str = ""
    part: str = ""


def _classify(words: tuple[str, ...]) -> Iterator[tuple[str, _Option]]:
    """What one command is for."""
    words = _unprefixed(words)
    if not words:
        return
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in ("cargo", "cross"):
        yield from _cargo(rest)
    elif name in _MANAGERS:
        yield from _scripts(name, rest)
    elif name in ("turbo", "nx", "lerna", "moon"):
        yield from _task_runner(rest)
    elif name in ("docker", "podman") and rest[:1] in (("buildx",), ("compose",), ("image",)):
        if rest[1:2] and rest[1] in ("build", "bake"):
            yield "docker-build", _Option()
    elif name == "docker-compose":
        if "build" in rest[:4]:
            yield "docker-build", _Option()
    elif name in _SUBCOMMANDS:
        kind = _SUBCOMMANDS[name].get(next((w for w in rest if not w.startswith("-")), ""), "")
        if kind == "go-test":
            paths = [w for w in rest[1:] if w.startswith(("./", "../"))]
            part = " ".join(p.removesuffix("/...").removesuffix("...") for p in paths)
            yield kind, _Option(part=part.strip("./ "), variant=_value(rest, "-tags"))
        elif kind:
            yield kind, _Option()
    elif name in ("python", "python3", "py") and "manage.py" in rest[:1] and "test" in rest[1:2]:
        yield "py-test", _Option()
    elif name in _TOOLS:
        yield from _tool(name, rest)


def _tool(name: str, rest: tuple[str, ...]) -> Iterator[tuple[str, _Option]]:
    kind = _TOOLS[name]
    if rest[:1] in (("install",), ("--version",), ("install-deps",), ("login",), ("report",)):
        return
    if kind == "publish" and name == "twine" and rest[:1] != ("upload",):
        return
    if kind == "trivy":
        scan = " ".join(word for word in rest if not word.startswith("-"))
        yield kind, _Option(variant=scan)
        return
    part = ""
    if kind in ("py-test", "js-test", "e2e"):
        part = " ".join(w for w in rest if not w.startswith("-") and ("/" in w or "." in w))
    yield kind, _Option(part=part)


def _unprefixed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command behind ``npx``, ``pnpm exec``, ``poetry run``, ``python -m`` …"""
    for _ in range(4):
        if not words:
            break
        name = words[0].rpartition("/")[2]
        second = words[1] if len(words) > 1 else ""
        if name in _RUNNERS or (
            (name in ("pnpm", "yarn", "npm", "bundle") and second in ("exec", "dlx"))
            or (name in ("poetry", "uv", "pipenv", "pdm") and second == "run")
            or (name in ("python", "python3", "py", "coverage") and second in ("-m", "run"))
        ):
            words = words[1:] if name in _RUNNERS else words[2:]
            while words and words[0].startswith("-"):
                words = words[1:]
            if words and "@" in words[0][1:] and not words[0].startswith("@"):
                words = (words[0].partition("@")[0], *words[1:])
            continue
        break
    return words


def _cargo(rest: tuple[str, ...]) -> Iterator[tuple[str, _Option]]:
    toolchain = ""
    while rest and rest[0].startswith(("+", "-")):
        if rest[0].startswith("+"):
            toolchain = rest[0]
        rest = rest[1:]
    if not rest or rest[0] not in _CARGO:
        return
    own = rest[: rest.index("--")] if "--" in rest else rest
    manifest = _value(own, "--manifest-path")
    variant = [
        toolchain if toolchain not in ("+stable", "+nightly") else "",
        _value(own, "--features", "-F"),
        _value(own, "--target"),
        "no-default" if "--no-default-features" in own else "",
        "all-targets" if rest[0] == "hack" else "",
    ]
    yield (
        _CARGO[rest[0]],
        _Option(
            directory=posixpath.dirname(manifest) if manifest else "",
            variant=" ".join(one for one in variant if one),
            part=_value(own, "--package", "-p"),
        ),
    )


def _scripts(manager: str, rest: tuple[str, ...]) -> Iterator[tuple[str, _Option]]:
    folder = _value(rest, "--prefix", "-C", "--cwd", "--dir")
    part = _value(rest, "--filter", "-F", "--workspace", "-w")
    plain = []
    skip = False
    for word in rest:
        if skip or word == "--":
            if word == "--":
                break
            skip = False
            continue
        if word in ("--prefix", "-C", "--cwd", "--dir", "--filter", "-F", "--workspace") or (
            word == "-w" and manager == "npm"
        ):
            skip = True
        elif not word.startswith("-"):
            plain.append(word)
    if plain[:1] == ["workspace"] and manager == "yarn" and len(plain) > 2:
        part, plain = plain[1], plain[2:]
    if not plain:
        return
    first, second = plain[0], plain[1] if len(plain) > 1 else ""
    if first in ("run", "run-script"):
        script = second
    elif first in ("publish", "audit", "outdated"):
        if "fix" in plain:
            return
        kind = {"publish": "publish", "audit": "js-audit", "outdated": "outdated"}[first]
        yield kind, _Option(directory=folder, part=part)
        return
    elif first in ("test", "t"):
        script = "test"
    elif first in ("turbo", "nx", "lerna"):
        yield from _task_runner(tuple(plain[1:]))
        return
    elif manager in ("yarn", "pnpm", "bun"):
        script = first
        if script in _TOOLS:
            yield from _tool(script, tuple(plain[1:]))
            return
    else:
        return
    yield from _script_kind(script, _Option(directory=folder, part=part))


def _script_kind(script: str, option: _Option) -> Iterator[tuple[str, _Option]]:
    name = script.lower()
    for pattern, kind in _SCRIPTS:
        if pattern.search(name):
            suffix = re.split(r"[:.]", name)[1:]
            other = [part for part in suffix if part not in _PLAIN_SUFFIXES]
            yield kind, replace(option, variant=" ".join([option.variant, *other]).strip())
            return


def _task_runner(rest: Iterable[str]) -> Iterator[tuple[str, _Option]]:
    words = tuple(rest)
    part = _value(words, "--filter", "-F", "--projects", "-p", "--scope")
    for word in words:
        if word.startswith("-") or word in ("run", "run-many", "affected", part):
            continue
        for task in re.split(r"[,]", word):
            yield from _script_kind(task.rpartition(":")[2], _Option(part=part))


def _value(words: tuple[str, ...], *options: str) -> str:
    """The value of the first of some options, as ``--x v`` or ``--x=v``."""
    for index, word in enumerate(words):
        if word in options and index + 1 < len(words):
            return words[index + 1]
        for option in options:
            if word.startswith(option + "="):
                return word[len(option) + 1 :]
    return ""


# -- scopes ----------------------------------------------------------------------------------

_MANIFESTS = {
    "rust": ("Cargo.toml",),
    "js": ("package.json", "deno.json"),
    "e2e": ("package.json",),
    "coverage": ("package.json",),
    "py": ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "Pipfile"),
    "go": ("go.mod",),
}


def _package(
    context: _Context, kind: str, folder: str, choice: Mapping[str, str], env: Mapping[str, str]
) -> str | None:
    """The folder whose manifest governs a command run in ``folder``.

    :data:`ANYWHERE` when the repository has no such manifest there or above, ``None`` when the
    folder is not known.
    """
    path = _known(folder, choice, env)
    path = re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/?|^\$\{?GITHUB_WORKSPACE\}?/?", "", path)
    if "$" in path or path.startswith(("/", "~")) or context.foreign:
        return None
    path = posixpath.normpath(path or ".")
    if path.startswith(".."):
        return None
    names = _MANIFESTS.get(kind.partition("-")[0], ())
    if not names:
        return path
    while True:
        if any(context.target.has(posixpath.join(path, name)) for name in names):
            return path
        if path in (".", ""):
            return ANYWHERE
        path = posixpath.dirname(path) or "."


def _backends(job: Job) -> frozenset[str]:
    """The names of the images that a job works against or in, without registry and tag."""
    images = [job.container, *(job.services.map(name).str("image") for name in job.services)]
    return frozenset(
        re.split(r"[:@]", image.rpartition("/")[2])[0]
        for image in images
        if image and "$" not in image
    )


def _settled(command: str) -> str:
    """The command when it is the same wherever it stands, else nothing."""
    return "" if "$" in _SAME_EVERYWHERE.sub("", command) else command


def _foreign(job: Job) -> bool:
    """Whether the job works on a checkout of another repository."""
    for step in job.steps:
        if step.uses.lower().startswith("actions/checkout@"):
            repository = step.with_.str("repository")
            if (
                repository
                and "github.repository" not in repository
                and "head.repo" not in repository
            ):
                return True
    return False


def _runners(job: Job) -> frozenset[str]:
    """The operating systems that a job runs on; empty when that is not known."""
    found = set()
    for label in job.runs_on:
        choices = matrix_choices(job, label)
        for choice in choices:
            name = _known(label, choice, {}).lower()
            if "$" in name:
                return frozenset()
            family = next((f for f in ("ubuntu", "windows", "macos") if f in name), "")
            if family:
                found.add(f"{family}-arm" if "arm" in name else family)
    return frozenset(found)


def _environment(context: _Context, step: Step) -> dict[str, str]:
    """Variables whose values the files give."""
    env: dict[str, str] = {}
    for source in (context.workflow.env, context.job.env, step.env):
        for key in source:
            value = source.str(key)
            env[f"{key}"] = value if "${{" not in value else _known(value, {}, env)
    return env


def _known(text: str, choice: Mapping[str, str], env: Mapping[str, str]) -> str:
    """A text with matrix values and variables put in; the rest stays as written."""
    if "$" not in text:
        return text

    def expression(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("matrix.") and name[7:] in choice:
            return choice[name[7:]]
        if name.startswith("env.") and name[4:] in env:
            return env[name[4:]]
        return match[0]

    def variable(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        value = env.get(name)
        return match[0] if value is None or "$" in value else value

    return _VARIABLE.sub(variable, _EXPRESSION.sub(expression, text))


def _plain(inputs: Map) -> str:
    """Inputs as one text, sorted by name; credentials and display names left out."""
    return " ".join(
        f"{key}={' '.join(inputs.str(key).split())}"
        for key in sorted(inputs, key=str)
        if not re.search(r"token|password|secret|username", f"{key}", re.IGNORECASE)
        and inputs.str(key)
    )
