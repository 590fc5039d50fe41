"""Which commands and actions are gates: something that must stop a job when it fails."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import unwrapped
from pytest_reconaudit.readers.workflow import Step

__all__ = ["action_kind", "gate_kind", "without_runner"]

_OPTIONS = r"(?:\S+ )*?"
"""Words between a program and the word that makes it a gate."""

_COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("test", (
        "jest", "vitest", "mocha", "ava", "pytest", r"py\.test", "tox", "nox", "ctest", "phpunit",
        "rspec", "karma start", "cargo (?:test|t|nextest)", "go test", "dotnet test",
        f"mvn {_OPTIONS}(?:test|verify)", f"gradle {_OPTIONS}(?:test|check)", "playwright test",
        "cypress run", "deno test", "bun test", "mix test", "rake test", "rails test",
        "python3? -m (?:pytest|unittest|nose)", "php artisan test", "gotestsum", "flutter test",
        "sbt test", "swift test", "newman run", r"make (?:test[\w-]*|check|e2e)",
    )),
    ("lint", (
        "eslint", "stylelint", f"prettier {_OPTIONS}(?:--check|-c|-l)", "cargo clippy",
        f"cargo fmt {_OPTIONS}--check", "ruff check", f"ruff format {_OPTIONS}--check", "flake8",
        "pylint", f"black {_OPTIONS}--check", f"isort {_OPTIONS}--check(?:-only)?",
        "golangci-lint run", "staticcheck", "go vet", "hadolint", "shellcheck", "yamllint",
        r"markdownlint\S*", "actionlint", "rubocop", "biome (?:check|ci|lint)", "oxlint",
        r"make (?:lint[\w-]*|fmt-check)", "buf lint", "pre-commit run", "helm lint", "tflint",
        "terraform validate", f"terraform fmt {_OPTIONS}-check", "ktlint", "phpcs",
        "phpstan analy[sz]e",
    )),
    ("types", (
        "tsc", "vue-tsc", "mypy", "pyright", "basedpyright", "flow check", "svelte-check",
        "pyre check",
    )),
    ("build", (
        "cargo (?:build|check|b)", "go build", "docker (?:build|buildx build)", "dotnet build",
        "vite build", "next build", "webpack", f"mvn {_OPTIONS}(?:package|install|compile)",
        f"gradle {_OPTIONS}(?:build|assemble)", r"make (?:build[\w-]*|all)",
        f"docker compose {_OPTIONS}build", f"docker-compose {_OPTIONS}build", "python3? -m build",
        "ng build", "nx build",
    )),
    ("audit", (
        "(?:npm|yarn|pnpm) audit", "yarn npm audit", "cargo (?:audit|deny)", "pip-audit",
        "safety (?:check|scan)", "trivy", "snyk (?:test|code test|container test)",
        "semgrep(?: ci| scan)?", "bandit", "gitleaks", "trufflehog", "grype", "govulncheck",
        "osv-scanner", "bundle audit", "bundle-audit", "audit-ci", "checkov", "tfsec",
        "kube-linter", "kubesec", "brakeman", "gosec", "docker scout cves", "nancy",
    )),
    ("coverage", (
        "cargo (?:tarpaulin|llvm-cov)", "nyc check-coverage", "c8", "lhci(?: autorun| assert)?",
        "size-limit", "bundlesize", "bundlewatch",
        rf"coverage report {_OPTIONS}--fail-under\S*", "diff-cover",
    )),
    ("load", ("k6 run", "artillery run", "locust", "autocannon", "wrk", "vegeta attack")),
    ("readiness", (
        "wait-on", r"wait-for-it(?:\.sh)?", r"wait-for(?:\.sh)?", "pg_isready",
        "kubectl (?:rollout status|wait)", "dockerize", "wait4x", "start-server-and-test",
    )),
)  # fmt: skip
_TABLE = tuple((kind, regex(rf"(?:{'|'.join(patterns)})(?!\S)")) for kind, patterns in _COMMANDS)
_HEADS = frozenset(
    {head for _, patterns in _COMMANDS for one in patterns
     for head in [re.split(r"[ (?\\]", one)[0]] if head}
    | {"npm", "yarn", "pnpm", "bun", "python", "python3", "py.test", "wait-for-it.sh",
       "wait-for.sh", "mvnw", "gradlew", "markdownlint", "markdownlint-cli2"}
)  # fmt: skip
"""First words of all patterns: most commands are told apart by this alone."""

_NPM_SCRIPTS = tuple(
    (kind, regex(rf"(?:^|[:_-])(?:{words})(?:$|[:_-])"))
    for kind, words in (
        ("coverage", "coverage|cov|size|budget|lighthouse|lhci"),
        ("types", "type-?check|types?|tsc|check-types"),
        ("lint", r"lint\w*|eslint|format:check|fmt:check|prettier|stylelint"),
        ("audit", "audit|security|scan"),
        ("test", "tests?|e2e|unit|integration|spec|vitest|jest|cypress|playwright"),
        ("build", "build"),
    )
)
_NO_GATE_SCRIPT = regex(
    r"(?:^|[:_-])(?:fix|watch|update|report|open|ui|debug|setup|seed|serve|storybook|dev|clean"
    r"|install|generate|codegen)(?:$|[:_-])"
)
_HARMLESS = regex(
    r"--version|(?<!\S)-V(?!\S)|--help|--fix(?!\S)|--no-run|--list(?!\S)|--write|--install"
    r"|install-deps|(?:playwright|cypress) (?:install|verify|info)|--download-db-only|snyk monitor"
    r"|cargo deny fetch|semgrep login|--dry-run"
    r"|audit fix|pre-commit install|(?<!\S)--init(?!\S)"
)
"""Uses of these programs that check nothing."""

_RUNNERS = {"npx": 1, "bunx": 1, "pnpx": 1, "uvx": 1, "pipx": 2}
_PROJECT_RUNNERS = frozenset({"uv", "poetry", "pdm", "hatch", "rye", "pipenv"})
_RUNNER_VALUES = frozenset(
    {"-p", "--package", "--with", "--group", "--extra", "--python", "--directory"}
)

_ACTIONS = (
    ("audit", regex(
        r"[\w-]+/trivy-action|snyk/actions(?:/[\w-]+)?|(?:returntocorp|semgrep)/semgrep-action"
        r"|github/codeql-action/analyze|(?:rustsec|actions-rs)/audit-check"
        r"|gitleaks/gitleaks-action|EmbarkStudios/cargo-deny-action|anchore/scan-action"
        r"|actions/dependency-review-action|pypa/gh-action-pip-audit|bridgecrewio/checkov-action"
        r"|trufflesecurity/trufflehog", re.IGNORECASE)),
    ("lint", regex(
        r"golangci/golangci-lint-action|hadolint/hadolint-action|actions-rs/clippy-check"
        r"|wearerequired/lint-action|(?:super-linter|github)/super-linter(?:/slim)?|psf/black"
        r"|ludeeus/action-shellcheck|ibiqlik/action-yamllint|astral-sh/ruff-action",
        re.IGNORECASE)),
    ("test", regex(r"cypress-io/github-action|grafana/(?:run-)?k6-action", re.IGNORECASE)),
)  # fmt: skip
_CARGO_ACTION = {
    "test": "test", "clippy": "lint", "fmt": "lint", "build": "build", "check": "build",
    "audit": "audit",
}  # fmt: skip


def gate_kind(words: tuple[str, ...]) -> tuple[str, str]:
    """(kind, tool) of a command; ``("", "")`` when it is no gate.

    The kind is one of ``test lint types build audit coverage load readiness``; the tool names
    program and verb, so that two calls of the same gate can be told from different ones.
    """
    words = without_runner(words)
    if not words:
        return "", ""
    name = words[0].rpartition("/")[2]
    if name not in _HEADS:
        return "", ""
    name = {"mvnw": "mvn", "gradlew": "gradle"}.get(name, name)
    text = " ".join((name, *(word for word in words[1:] if not word.startswith("+"))))
    if _HARMLESS.search(text):
        return "", ""
    call = script_call(words)
    if call is not None:
        if _NO_GATE_SCRIPT.search(call.script):
            return "", ""
        for kind, pattern in _NPM_SCRIPTS:
            if pattern.search(call.script):
                return kind, f"script {call.script} {call.folder}".strip()
        return "", ""
    for kind, pattern in _TABLE:
        match = pattern.match(text)
        if match:
            return kind, match[0]
    return "", ""


def action_kind(step: Step) -> str:
    """The kind of gate that an action is; empty when it is none."""
    name = step.uses.partition("@")[0]
    if name == "actions-rs/cargo":
        return _CARGO_ACTION.get(step.with_.str("command"), "")
    return next((kind for kind, pattern in _ACTIONS if pattern.fullmatch(name)), "")


def without_runner(words: tuple[str, ...]) -> tuple[str, ...]:
    """The program behind ``npx``, ``uv run``, ``poetry run``, ``pnpm exec`` …"""
    for _ in range(4):
        if not words:
            return words
        name = words[0].rpartition("/")[2]
        if name in _RUNNERS:
            rest = words[_RUNNERS[name] :]
        elif (name in _PROJECT_RUNNERS and words[1:2] == ("run",)) or (
            name in ("pnpm", "yarn", "npm", "bun", "bundle")
            and words[1:2] in (("exec",), ("dlx",), ("x",))
        ):
            rest = words[2:]
        else:
            return words
        while rest and rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in _RUNNER_VALUES else rest[1:]
        words = unwrapped(rest)
    return words
