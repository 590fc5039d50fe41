"""Jobs that run tests, and what is left of the tests' results when the job is over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import compose_call
from pytest_reconaudit.facts.ci.gate_kinds import action_kind, gate_kind
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["JobTests", "WorkflowTests", "workflow_tests"]


class JobTests(Struct, frozen=True, eq=False):
    """A job that runs tests."""

    job: str
    tests: tuple[tuple[Place, str], ...]
    kept: bool
    """Something uploads or shows the results, or may do so."""
    small: bool
    """One test command, in a repository without images to run: a small library."""
    skipped_upload: tuple[Place, str] | None
    """The upload of the tests' results, which a failing test skips."""


class WorkflowTests(Struct, frozen=True, eq=False):
    """One workflow that runs tests."""

    workflow: Workflow
    jobs: tuple[JobTests, ...]


_TESTING = frozenset({"test", "coverage"})
_REPORTER = regex(
    r"upload-(?:pages-)?artifact|codecov|coveralls|codacy|codeclimate|qlty|sonar|test-?report|test-?result"
    r"|test-?summary|junit|coverage|cobertura|lcov|allure|testspace|buildpulse|datadog|trunk-io"
    r"|currents|cypress-io|percy|chromatic|argos|bencher|codspeed|deepsource|report|github-script"
    r"|comment|s3-sync|gh-pages",
    re.IGNORECASE,
)
_UPLOAD = regex(r"(?:[\w.-]+)/upload-artifact(?:@|$)|(?:[\w.-]+)/upload-[\w-]*artifact", re.I)
_BUILD_PRODUCT = regex(
    r"(?:^|[/\s_-])(?:dist|build|bin|binar(?:y|ies)|release|package|wheels?|target/release|\.next"
    r"|bundle|image|installer|docs?|site|html|sbom)(?:$|[/\s_.-])|\.(?:whl|deb|rpm|exe|dmg|tgz|tar|zip"
    r"|jar|apk|wasm|node)",
    re.IGNORECASE,
)
_RESULTS = regex(
    r"test|report|result|coverage|junit|lcov|screenshot|video|trace|playwright|cypress|log|snapshot"
    r"|diff|perf|bench|debug|dump|fail|output|\.xml|artifacts",
    re.IGNORECASE,
)
_TEST_RESULTS = regex(
    r"test[-_ ]?(?:report|result|output|log)s?|junit|playwright|cypress|screenshot|e2e[-_ ]?report"
    r"|report[-_ ]?e2e|\.trx|surefire",
    re.IGNORECASE,
)
_COMMAND = regex(
    r"GITHUB_STEP_SUMMARY|codecov|coveralls|datadog-ci|sonar-scanner|codeclimate|codacy|qlty|aws s3"
    r"|gsutil|gh pr comment|--record|junit upload|buildkite|allure|report upload|bencher run"
    r"|curl .*-F|trunk-analytics|::(?:error|notice)|--reporter[= ]\S*github|--gha|pytest-github"
)
_DESPITE = regex(r"\b(?:always|failure|cancelled)\s*\(|outcome|conclusion", re.IGNORECASE)
_ONLY_NAMED = regex(
    r"make \S*(?:tester|test[-_]?(?:data|deps|env|image|setup|tool|prog|fixture|clean|build|cert))"
    r"|(?:tox|nox) .*\b(?:docs?|lint|format|types?|typing|mypy|build)\b"
)
"""Calls that are named after tests, or run by a test runner, and test nothing."""
_DRY = regex(r"--no-run|--collect-only|--list\b|--doc\b|--dry-run|-run[= ]\^?\$|--help")


@once
def workflow_tests(target: Target) -> tuple[WorkflowTests, ...]:
    """Every workflow that runs tests, in path order."""
    library = not dockerfiles(target) and not compose_files(target)
    found = []
    for workflow in workflows(target):
        jobs = tuple(_jobs(target, workflow, library))
        if jobs:
            found.append(WorkflowTests(workflow, jobs))
    return tuple(found)


def _jobs(target: Target, workflow: Workflow, library: bool) -> Iterator[JobTests]:
    for work in job_works(target).get(workflow.path, ()):
        tests = [item for item in work.items if _tests(item)]
        if not tests:
            continue
        places = dict.fromkeys((item.place, _shown(item)) for item in tests)
        steps = {item.step.index for item in tests}
        kept = _keeps(work)
        yield JobTests(
            work.job.id,
            tuple(places),
            kept,
            library and len(steps) == 1,
            _skipped(work, tests) if kept else None,
        )


def _shown(item: Work) -> str:
    return item.text if not item.via else f"{item.text} (through {item.via[-1]})"


def _tests(item: Work) -> bool:
    if item.remote:
        return False
    if item.action is not None:
        return action_kind(item.action) == "test" or (
            item.action.uses.startswith("actions-rs/cargo@")
            and item.action.with_.str("command") == "test"
        )
    words = item.words
    if not words or _DRY.search(item.text[:1_000]):
        return False
    inside = _in_container(words)
    words = inside or words
    return gate_kind(words)[0] in _TESTING and not _ONLY_NAMED.match(" ".join(words[:4]))


def _in_container(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command of ``docker compose exec|run app X``."""
    call = compose_call(words)
    if call is None or call[0] not in ("exec", "run"):
        return ()
    rest = [word for word in call[1] if not word.startswith("-")]
    return tuple(rest[1:])


def _keeps(work: JobWork) -> bool:
    """Whether something uploads, publishes or shows results, or may do so unseen."""
    for item in work.items:
        if item.action is None:
            if _COMMAND.search(item.text[:2_000]) or _writes_summary(item):
                return True
            continue
        step = item.action
        name = step.uses.partition("@")[0]
        if _UPLOAD.match(name):
            if _of_results(step):
                return True
        elif _REPORTER.search(name) or (
            step.uses.startswith("./") and any(one.action is step for one in work.opaque)
        ):
            return True
    return any("GITHUB_STEP_SUMMARY" in step.run for step in work.job.steps)


def _writes_summary(item: Work) -> bool:
    command = item.command
    return command is not None and any("SUMMARY" in one.target for one in command.redirects)


def _of_results(step: Step) -> bool:
    """Whether an upload may be of results: everything that is not plainly a build product."""
    text = f"{step.name} {step.with_.str('name')} {step.with_.str('path')}"
    return _RESULTS.search(text) is not None or _BUILD_PRODUCT.search(text) is None


def _skipped(work: JobWork, tests: list[Work]) -> tuple[Place, str] | None:
    """An upload of test results behind the tests that runs only when they pass."""
    first = tests[0].step
    for item in work.items:
        step = item.action
        if step is None or item.via or step.index <= first.index:
            continue
        name = step.uses.partition("@")[0]
        text = f"{step.name} {step.with_.str('name')} {step.with_.str('path')}"
        reporter = re.search(r"test-?report|junit|test-?result|test-?summary", name, re.IGNORECASE)
        if not (reporter or (_UPLOAD.match(name) and _TEST_RESULTS.search(text))):
            continue
        if _DESPITE.search(step.if_) or first.continue_on_error or work.job.continue_on_error:
            return None
        if any(_DESPITE.search(other.if_) for other in work.job.steps[first.index + 1 :]
               if other.uses.partition("@")[0] == name):  # fmt: skip
            return None
        return step.place, f"uses: {step.uses}"
    return None
