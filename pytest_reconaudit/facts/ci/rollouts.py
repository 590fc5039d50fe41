"""The jobs of workflows that deploy, and what stands around the deployment: tests before it, a
health check and a way back behind it, and the migration of the database.

A command is a deployment by :mod:`.deploys`; whether it really is one is told by where it runs:
``docker compose up`` on a CI machine starts a test environment, ``kubectl apply`` into a cluster
that the job has just made with kind is a test too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import (
    Act,
    act_of,
    action_act,
    compose_call,
    names_rollback,
)
from pytest_reconaudit.facts.ci.gate_kinds import action_kind, gate_kind, without_runner
from pytest_reconaudit.facts.ci.pipelines import reusable_calls, workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.images import dockerfiles, final_stage
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = [
    "DeployJob",
    "Done",
    "LateMigration",
    "WorkflowDeploys",
    "WorkflowMigrations",
    "workflow_deploys",
    "workflow_migrations",
]


class Done(NamedTuple):
    """A command or action of a job with what it does to a running system."""

    work: Work
    act: Act


class DeployJob(Struct, frozen=True, eq=False):
    """One job that deploys."""

    job: Job
    deploys: tuple[Done, ...]
    ungated: bool
    """A push to a branch starts it, nothing that tests stands before it, and no environment."""
    beside: Place | None
    """Tests of another workflow that run beside it, without stopping it."""
    switched: str
    """The condition that turns it off in this repository only (a template); else empty."""
    no_way_back: bool
    unchecked: bool
    """Nothing looks whether the new version lives."""
    health: Place | None
    """The first health check behind it."""
    hinders: tuple[tuple[Place, str], ...]
    """What stands in the way back: migrations before the start, images that are removed, a file of
    settings whose tag is overwritten."""
    interrupted: tuple[tuple[Work, Work], ...]
    """(down, up): the service is stopped before the new version starts."""

    @property
    def places(self) -> Iterator[tuple[Place, str]]:
        """Every step and command that takes part, with what stands there."""
        for done in self.deploys:
            work = done.work
            yield work.step.place, f"job {self.job.id!r}: {work.step.label}"
            yield work.place, work.text
            if work.own != work.place:
                yield work.own, work.text
        if self.health is not None:
            yield self.health, "the health check behind it"


class WorkflowDeploys(Struct, frozen=True, eq=False):
    """One workflow that deploys."""

    workflow: Workflow
    jobs: tuple[DeployJob, ...]


class LateMigration(Struct, frozen=True, eq=False):
    """A migration that runs when the new version is already in service."""

    job: str
    migration: Work
    tool: str
    deploy: Work | None
    """What started the new version; ``None``: the tool is missing, whenever it runs."""
    lacking: str
    """The Dockerfile whose image the tool is not in; empty when that is not known."""


class WorkflowMigrations(Struct, frozen=True, eq=False):
    """One workflow that migrates a database."""

    workflow: Workflow
    runs: tuple[Work, ...]
    late: tuple[LateMigration, ...]
    unverified: Work | None
    """The repository's first migration of a CI database, when no workflow looks at the result."""
    tool: str = ""
    """The tool of ``unverified``."""
    tested: Place | None = None
    """Tests that the same job runs behind it, on the database as it left it."""


# -- what is a deployment ----------------------------------------------------------------------

_DEPLOY_NAME = regex(
    r"deploy|release|rollout|roll-out|publish|ship|promote|prod(?:uction)?\b|staging|\blive\b",
    re.IGNORECASE,
)
_TEST_NAME = regex(
    r"\be2e|end[-_ ]to[-_ ]end|integration|(?:^|[^a-z])tests?(?:[^a-z]|$)|testing|smoke|bench|perf"
    r"|\bload|chaos|compat|conformance|example|sandbox|\bscan|lint|verify|valid",
    re.IGNORECASE,
)
_SURELY_DEPLOYS = regex(
    r"\bprod(?:uction)?\b|staging|\blive\b|deploy(?:ment)?[-_ ]*(?:and|then|&|\+|to)\b|[-_]deploy$",
    re.IGNORECASE,
)
_PREVIEW = regex(
    r"preview|pull[-_ ]?request|(?:^|[^a-z])prs?(?:[^a-z]|$)|ephemeral|review[-_ ]app",
    re.IGNORECASE,
)
_PREVIEW_EVENTS = frozenset({"pull_request", "pull_request_target", "issue_comment"})
_LOCAL_CLUSTER = regex(
    r"(?:^|[/\s_-])(?:kind|minikube|k3d|k3s|microk8s|kwok|vcluster|envtest|talosctl|crc)(?:$|[\s@_/-])"
)
_CREDENTIALS = regex(
    r"secrets\.\w*KUBE|KUBE_?CONFIG|update-kubeconfig|get-(?:gke-)?credentials|(?:aks|k8s)-set-context"
    r"|kubeconfig save|use-context|configure-aws-credentials|action-doctl|azure/login|azure/aks"
    r"|google-github-actions/auth|\boc login|tailscale|k8s-set-context|kube-?config",
    re.IGNORECASE,
)
_OTHER_HOST = regex(r"^(?:ssh|tcp)://|\$\{\{\s*(?:secrets|vars|env|inputs)\.")
_STORES = regex(
    r"(?:.*[-_])?(?:db|database|postgres\w*|pg|mysql|mariadb|redis|valkey|mongo\w*|rabbit\w*|kafka"
    r"|zookeeper|minio|elastic\w*|opensearch|memcached|cache|queue|nats|clickhouse|etcd)(?:[-_].*)?",
    re.IGNORECASE,
)
_SUPPORT = regex(
    r"namespace|secret|config-?map|crd|migrat|rbac|cert|issuer|(?:^|[/_-])(?:db|postgres|redis|pvc)",
    re.IGNORECASE,
)
_SPEAKS = frozenset(
    {
        "echo",
        "printf",
        "exit",
        "true",
        ":",
        "sleep",
        "date",
        "set",
        "cd",
        "cat",
        "export",
        "if",
        "[",
    }
)
_REMOTE_DEPLOY = regex(r"deploy|release|rollout|redeploy|update[-_.]?(?:app|stack|service)")
_CHECKS = regex(
    r"\b(?:smoke|health|verif\w*|sanity|readiness|uptime|post-?deploy|monitor|e2e|check\w*)\b",
    re.IGNORECASE,
)
_KEPT = regex(
    r"\b(?:prev|previous|rollback|last[-_]?good|old|backup|current)[-_]?"
    r"(?:image|tag|version|release|sha|digest)|[:_-](?:previous|rollback|last-good)\b|PREV(?:IOUS)?_",
    re.IGNORECASE,
)
_CHOSEN = regex(r"version|tag|\bref\b|image|sha|commit|release|revision", re.IGNORECASE)
_PROGRESSIVE = regex(r"kind:\s*(?:Rollout|Canary)\s*$", re.MULTILINE)


@once
def _acts(target: Target) -> Mapping[str, tuple[tuple[JobWork, tuple[Done, ...]], ...]]:
    """Workflow path → its jobs with every act, in order."""
    return {
        path: tuple((work, tuple(_done(work))) for work in works)
        for path, works in job_works(target).items()
    }


def _done(work: JobWork) -> Iterator[Done]:
    for item in work.items:
        if item.action is not None:
            act = action_act(item.action)
        elif item.words and not (item.command and item.command.captured and not item.remote):
            act = act_of(item.words)
            if act is None and item.remote and _REMOTE_DEPLOY.search(item.words[0].lower()):
                act = Act("deploy", "script", server_only=True)
        else:
            act = None
        if act is not None:
            yield Done(item, act)


def _deploys(workflow: Workflow, work: JobWork, done: Sequence[Done]) -> tuple[Done, ...]:
    """The acts of a job that really deploy."""
    found = [one for one in done if one.act.kind == "deploy"]
    if not found:
        return ()
    job = work.job
    name = f"{job.id} {job.name}"
    whole = f"{workflow.path.rpartition('/')[2]} {workflow.name} {name} {job.environment}"
    if _PREVIEW.search(whole) and not re.search(r"prod", name, re.IGNORECASE):
        return ()
    deploys_by_name = _DEPLOY_NAME.search(f"{name} {job.environment}") is not None
    if _TEST_NAME.search(name) and not _SURELY_DEPLOYS.search(name):
        return ()
    local = any(_makes_cluster(item) for item in work.items)
    server = _is_server(workflow, job, deploys_by_name, work.items)
    text = _job_text(job)
    cluster = _CREDENTIALS.search(text) is not None or deploys_by_name
    return tuple(
        one
        for one in found
        if not _supports(one)
        and (
            one.work.remote
            or (one.act.server_only and (server or _asks_other_host(one.work)))
            or (not one.act.server_only and not local and (cluster or one.act.managed))
        )
    )


def _makes_cluster(item: Work) -> bool:
    if item.action is not None:
        return _LOCAL_CLUSTER.search(item.action.uses.lower()) is not None
    return bool(item.words) and _LOCAL_CLUSTER.search(" ".join(item.words[:4]).lower()) is not None


def _is_server(workflow: Workflow, job: Job, named: bool, items: Iterable[Work]) -> bool:
    """Whether the job's own Docker commands reach a server: another Docker host, or a runner that
    is the server."""
    for env in (workflow.env, job.env, *(step.env for step in job.steps)):
        if _OTHER_HOST.search(env.str("DOCKER_HOST")):
            return True
    if any("self-hosted" in label for label in job.runs_on) and named:
        return True
    return any(
        item.words[:3] == ("docker", "context", "use") and "default" not in item.words
        for item in items
    )


def _asks_other_host(work: Work) -> bool:
    return any(
        (word in ("-H", "--host", "-c", "--context") and work.words[0].endswith("docker"))
        or word.startswith(("--host=", "--context="))
        for word in work.words[1:4]
    )


def _supports(one: Done) -> bool:
    """Whether it starts or applies only what an application needs: its database, its settings."""
    words = one.work.words
    call = compose_call(words) if words else None
    if call is not None and call[0] == "up":
        services = [word for word in call[1] if not word.startswith("-") and not word.isdigit()]
        return bool(services) and all(_STORES.fullmatch(word) for word in services)
    if one.act.tool == "kubectl" and {"apply", "replace"} & set(words[1:6]):
        files = [word for word in words if word.endswith((".yaml", ".yml", ".json"))]
        return bool(files) and all(_SUPPORT.search(word) for word in files)
    if one.act.tool == "docker" and "run" in words:
        return (
            bool(words)
            and _STORES.fullmatch(words[-1].rpartition("/")[2].partition(":")[0]) is not None
        )
    return one.act.tool == "systemd" and bool(words) and _STORES.fullmatch(words[-1]) is not None


def _job_text(job: Job) -> str:
    """Everything that a job says, as one text."""
    found: list[str] = []

    def walk(value: object, depth: int) -> None:
        if len(found) > 2_000 or depth > 8:
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                found.append(f"{key}")
                walk(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, depth + 1)
        elif isinstance(value, str):
            found.append(value[:4_000])

    walk(job.raw, 0)
    return "\n".join(found)


# -- what stands around it ---------------------------------------------------------------------


@once
def workflow_deploys(target: Target) -> tuple[WorkflowDeploys, ...]:
    """Every workflow that deploys, in path order."""
    found = []
    for workflow in workflows(target):
        jobs = tuple(_deploy_jobs(target, workflow))
        if jobs:
            found.append(WorkflowDeploys(workflow, jobs))
    return tuple(found)


def _deploy_jobs(target: Target, workflow: Workflow) -> Iterator[DeployJob]:
    mine = _acts(target).get(workflow.path, ())
    reach = {one.job.id: one for one in job_reaches(target).get(workflow.path, ())}
    for work, done in mine:
        deploys = _deploys(workflow, work, done)
        if not deploys:
            continue
        job = work.job
        events = reach[job.id].events if job.id in reach else None
        if events and events <= _PREVIEW_EVENTS:
            continue
        after = [other for other in mine if _needs(workflow, other[0].job, job)]
        first = work.items.index(deploys[0].work)
        health = _health(work, done, first, after)
        unknown = any(one.act.tool == "script" for one in deploys)
        managed = all(one.act.managed for one in deploys)
        waits = all(one.act.waits or one.act.managed for one in deploys)
        ungated = _ungated(target, workflow, work, first, events)
        yield DeployJob(
            job=job,
            deploys=deploys,
            ungated=ungated,
            beside=_tests_beside(target, workflow) if ungated else None,
            switched=job.if_ if re.search(r"github\.repository\s*!=", job.if_) else "",
            no_way_back=not (
                unknown or managed or _way_back(target, workflow, work, deploys, after)
            ),
            unchecked=not (unknown or waits or health is not None or _progressive(target)),
            health=health,
            hinders=tuple(_hinders(work, done, first)),
            interrupted=tuple(_interrupted(work, done, deploys)),
        )


def _needs(workflow: Workflow, job: Job, wanted: Job) -> bool:
    """Whether a job comes behind another, directly or not."""
    return wanted.id.lower() in workflow.above(job)


def _health(
    work: JobWork, done: Sequence[Done], first: int, after: Sequence[tuple[JobWork, Sequence[Done]]]
) -> Place | None:
    """The first thing behind the deployment that asks whether the new version lives."""
    position = {id(item): index for index, item in enumerate(work.items)}
    for one in done:
        if one.act.kind == "health" and position[id(one.work)] > first:
            return one.work.place
    for item in work.items[first + 1 :]:
        if _CHECKS.search(f"{item.step.name} {item.step.id}") and _does(item):
            return item.place
    for other, theirs in after:
        probes = [one for one in theirs if one.act.kind == "health"]
        if probes:
            return probes[0].work.place
        job = other.job
        if job.uses and _CHECKS.search(f"{job.id} {job.name} {job.uses}"):
            return job.uses_place
        tests = [item for item in other.items if _gate(item) in ("test", "load", "readiness")]
        if tests:
            return tests[0].place
        if _CHECKS.search(f"{job.id} {job.name}"):
            real = [item for item in other.items if _does(item)]
            if real:
                return real[0].place
    return None


def _does(item: Work) -> bool:
    """Whether a step does more than speak, prepare or get the code."""
    if item.action is not None:
        return not re.match(r"actions/|docker/login|slackapi/|8398a7/", item.action.uses)
    return bool(item.words) and item.words[0].rpartition("/")[2] not in _SPEAKS


def _gate(item: Work) -> str:
    if item.action is not None:
        return action_kind(item.action)
    return gate_kind(item.words)[0] if item.words else ""


def _way_back(
    target: Target,
    workflow: Workflow,
    work: JobWork,
    deploys: Sequence[Done],
    after: Sequence[tuple[JobWork, Sequence[Done]]],
) -> bool:
    """Whether something brings the version before back, or lets a person choose it."""
    if all(one.act.reverts or one.act.managed or (one.act.tool == "helm" and one.act.waits)
           for one in deploys):  # fmt: skip
        return True
    if _progressive(target):
        return True
    for other in workflows(target):
        if names_rollback(f"{other.name} {other.path.rpartition('/')[2]}"):
            return True
    dispatch = workflow.trigger("workflow_dispatch")
    called = workflow.trigger("workflow_call")
    for trigger in (dispatch, called):
        if trigger is not None and any(_CHOSEN.search(name) for name in trigger.inputs):
            return True
    for mine, _ in ((work, ()), *after):
        if names_rollback(f"{mine.job.id} {mine.job.name}") and any(map(_does, mine.items)):
            return True
        if any(_goes_back(item, deploys) for item in mine.items):
            return True
    return False


_REMOVES = regex(
    r"\b(?:docker|podman|crictl|nerdctl)\s+(?:system|image|images)\s+prune\b|\bdocker\s+rmi\b"
)
_SETS_TAG = regex(r"\b\w{0,40}(?:TAG|VERSION|IMAGE)=", re.IGNORECASE)


def _hinders(work: JobWork, done: Sequence[Done], first: int) -> Iterator[tuple[Place, str]]:
    """What a way back must reckon with, at most one place each."""
    before = {id(item) for item in work.items[:first]}
    found: dict[str, Place] = {}
    for one in done:
        if one.act.kind == "migrate" and id(one.work) in before:
            found.setdefault("migrates before the new version starts", one.work.place)
    for item in work.items:
        text = item.text[:1_000]
        if item.command is None:
            continue
        if _REMOVES.search(text):
            found.setdefault("removes images, the version before too", item.place)
        written = any(one.writes and one.target.endswith(".env") for one in item.command.redirects)
        if written and _SETS_TAG.search(text):
            found.setdefault("overwrites the tag that ran before", item.place)
    for says, place in found.items():
        yield place, says


def _goes_back(item: Work, deploys: Sequence[Done]) -> bool:
    step = item.step
    text = item.text
    if item.action is not None:
        act = action_act(item.action)
    else:
        act = act_of(item.words) if item.words else None
    if act is not None and act.kind == "rollback":
        return True
    named = names_rollback(f"{step.name} {step.id}")
    if (named or "failure()" in step.if_) and item.action is None and _does(item):
        again = act is not None and act.kind in ("deploy", "restart")
        if named or again or names_rollback(text):
            return True
    if names_rollback(" ".join(item.words[:3])) and _does(item):
        return True
    return _KEPT.search(text[:2_000]) is not None and _does(item)


@once
def _progressive(target: Target) -> bool:
    """Whether Argo Rollouts or Flagger decide about the new version."""
    return any(
        _PROGRESSIVE.search(target.text(path)) is not None
        for path in target.files
        if path.endswith((".yaml", ".yml")) and "ollout" in target.text(path)
    )


def _interrupted(
    work: JobWork, done: Sequence[Done], deploys: Sequence[Done]
) -> Iterator[tuple[Work, Work]]:
    """Each ``compose down`` right before the ``up`` that deploys."""
    ups = {id(one.work) for one in deploys if one.act.tool == "compose"}
    down: Work | None = None
    for one in done:
        if one.act.kind == "down" and one.act.tool == "compose":
            down = one.work if "failure()" not in one.work.step.if_ else None
        elif id(one.work) in ups and down is not None and down.remote == one.work.remote:
            yield down, one.work
            down = None


# -- gates before it ---------------------------------------------------------------------------


def _ungated(
    target: Target, workflow: Workflow, work: JobWork, first: int, events: frozenset[str] | None
) -> bool:
    job = work.job
    push = workflow.trigger("push")
    if events is None or "push" not in events or push is None or job.environment:
        return False
    if (push.tags or push.tags_ignore) and not (push.branches or push.branches_ignore):
        return False
    if "refs/tags" in job.if_ or "ref_type" in job.if_:
        return False
    if any(_tests(item) for item in work.items[:first]):
        return False
    works = {one.job.id.lower(): one for one in job_works(target).get(workflow.path, ())}
    for id_, other in works.items():
        if not _needs(workflow, job, other.job):
            continue
        if other.job.environment or "refs/tags" in other.job.if_:
            return False
        if other.job.uses and _called_tests(target, workflow, other.job):
            return False
        named = re.search(r"tests?\b|check|lint|\bci\b|quality|gate|approv", id_) is not None
        if named or other.opaque or any(_tests(item) for item in other.items):
            return False
    return True


def _tests(item: Work) -> bool:
    return _gate(item) in ("test", "lint", "types", "audit", "coverage")


def _called_tests(target: Target, workflow: Workflow, job: Job) -> bool:
    for call in reusable_calls(target):
        if call.caller is workflow and call.job is job and call.called is not None:
            works = job_works(target).get(call.called.path, ())
            return any(
                work.job.uses or work.opaque or any(_tests(item) for item in work.items)
                for work in works
            )
    return True  # of another repository: it may well test


def _tests_beside(target: Target, workflow: Workflow) -> Place | None:
    """A test of another workflow that a push or pull request starts too."""
    for path, works in job_works(target).items():
        if path == workflow.path:
            continue
        for work in works:
            if not work.workflow.events & {"push", "pull_request", "merge_group"}:
                continue
            for item in work.items:
                if _gate(item) in ("test", "coverage"):
                    return item.place
    return None


# -- migrations --------------------------------------------------------------------------------

_AFTERWARDS = regex(
    r"post[-_ ]?deploy|contract(?:ion)?\b|backfill|cleanup|data[-_ ]migrat",
    re.IGNORECASE,
)
_DATABASES = regex(
    r"postgres|postgis|timescale|pgvector|mysql|mariadb|cockroach|mssql|sqlserver|percona|supabase"
    r"|paradedb|citus|yugabyte",
    re.IGNORECASE,
)
_MAKES_DATABASE = regex(
    r"\bcreatedb\b|CREATE DATABASE|\bpg_ctl\b|\binitdb\b|database create|db:create"
    r"|mysqladmin create|(?:service|systemctl) (?:start )?(?:postgresql|mysql)"
    r"|diesel (?:database )?setup|database setup"
)
_VERIFIES = regex(
    r"(?:migrat|schema|indexes|indices)\w*[ ./:_-]{1,3}(?:\w+[ ./:_-])?(?:check|verif|valid|test"
    r"|status|drift|diff|lint|pending|info|idempot|rollback|revert|redo|down)"
    r"|(?:check|verif|valid|test|lint|diff|drift|pending|compare|dump)\w*[ ./:_-]{1,3}"
    r"(?:\w+[ ./:_-])?(?:migrat|schema|indexes|indices)|pg_index|pg_dump|squawk|migra\b|apgdiff"
    r"|sqlx prepare .*--check|print-schema|makemigrations",
    re.IGNORECASE,
)
_VERIFIED = ("migra", "schema", "ind", "pg_", "squawk", "apgdiff", "sqlx")
"""Parts of words, one of which every match of the pattern holds."""
_TASK_FILES = {
    "tox": ("tox.ini", "tox.toml", "setup.cfg", "pyproject.toml"),
    "nox": ("noxfile.py",),
    "pre-commit": (".pre-commit-config.yaml",),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "inv": ("tasks.py",),
    "invoke": ("tasks.py",),
    "mise": ("mise.toml", ".mise.toml"),
}
"""Programs that run what a file lists; which of it is not asked."""
_COMPILED_TOOLS = frozenset({"diesel", "sqlx", "sea-orm", "refinery", "goose", "dbmate", "migrate"})
"""Tools that are no part of an application's image unless somebody puts them there."""
_PLAIN_BASES = regex(
    r"(?:.*/)?(?:debian|ubuntu|alpine|distroless\S*|static\S*|base\S*|cc\S*|scratch|busybox|wolfi\S*"
    r"|chainguard\S*|ubi\S*|redhat\S*|fedora|rockylinux|amazonlinux)(?:[:@].*)?"
)


@once
def workflow_migrations(target: Target) -> tuple[WorkflowMigrations, ...]:
    """Every workflow that migrates a database, in path order."""
    found: list[tuple[Workflow, tuple[Work, ...], tuple[LateMigration, ...]]] = []
    first: Work | None = None
    tool, tested = "", None
    verified = False
    for jobs in _acts(target).values():
        runs: list[Work] = []
        late: list[LateMigration] = []
        workflow = None
        for work, done in jobs:
            workflow = work.workflow
            mine = [one for one in done if one.act.kind == "migrate"]
            verified = (
                verified or any(one.act.kind == "verify" for one in done) or _verifies(target, work)
            )
            if not mine:
                continue
            runs += [one.work for one in mine]
            late += _late(target, workflow, jobs, work, done)
            late_ones = {id(one.migration) for one in late}
            if first is None and _makes_database(work):
                once = next((one for one in mine if id(one.work) not in late_ones), None)
                if once is not None:
                    first = once.work
                    tool = next((one.act.tool for one in mine if one.act.tool != "script"), "")
                    tested = _tested_behind(work, first)
        if runs and workflow is not None:
            found.append((workflow, tuple(runs), tuple(late)))
    unverified = None if verified else first
    return tuple(
        WorkflowMigrations(
            workflow, runs, late,
            unverified if unverified is not None and unverified in runs else None,
            tool, tested,
        )
        for workflow, runs, late in found
    )  # fmt: skip


_TEST_STEP = regex(
    r"^(?!set|install|prepare|seed|create|upload|report|publish|build|download|cache|compile|start)"
    r".{0,60}\b(?:tests?|specs|suite|e2e)$",
    re.IGNORECASE,
)
"""The name of a step that runs tests, by whatever command."""


def _tested_behind(work: JobWork, migration: Work) -> Place | None:
    """The first test that a job runs after a migration."""
    behind = False
    for item in work.items:
        named = _TEST_STEP.search(item.step.name) is not None and _does(item)
        if behind and (named or _gate(item) in ("test", "coverage")):
            return item.place
        behind = behind or item is migration
    return None


def _verifies(target: Target, work: JobWork) -> bool:
    """Whether a job looks at what migrations left, by the words of its steps and commands."""
    workflow = work.workflow
    name = f"{workflow.name} / {workflow.path.rpartition('/')[2]} / {work.job.id} / {work.job.name}"
    if _VERIFIES.search(name):
        return True
    for step in work.job.steps:
        if _VERIFIES.search(f"{step.name} {step.id}") and (step.run or step.uses):
            return True
    for item in work.items:
        if not item.words or item.words[0] in _SPEAKS:
            continue
        if _looks(item.text[:1_000]) or _task_looks(target, item):
            return True
    return False


def _looks(text: str) -> bool:
    text = text.lower()
    return any(part in text for part in _VERIFIED) and _VERIFIES.search(text) is not None


def _task_looks(target: Target, item: Work) -> bool:
    """Whether a task runner's file holds a command that looks at what migrations left."""
    words = without_runner(item.words)
    if not words or item.remote:
        return False
    for name in _TASK_FILES.get(words[0].rpartition("/")[2], ()):
        path = posixpath.join(item.folder or "", name)
        if not target.has(path):
            continue
        for line in target.text(path).split("\n"):
            if not line.lstrip().startswith("#") and _looks(line[:1_000]):
                return True
    return False


def _makes_database(work: JobWork) -> bool:
    """Whether the job has a database of its own, made for this run."""
    services = work.job.services
    if any(
        _DATABASES.search(services.map(name).str("image") or services.str(name) or f"{name}")
        for name in services
    ):
        return True
    for item in work.items:
        if item.remote or not item.words:
            continue
        act = act_of(item.words)
        if act is not None and act.kind == "deploy" and act.tool in ("compose", "docker"):
            return True
        if _MAKES_DATABASE.search(item.text[:400]):
            return True
    return False


def _late(
    target: Target,
    workflow: Workflow,
    jobs: Sequence[tuple[JobWork, Sequence[Done]]],
    work: JobWork,
    done: Sequence[Done],
) -> Iterator[LateMigration]:
    deploys = _deploys(workflow, work, done)
    started = [one for one in deploys if one.act.tool != "script"]
    position = {id(item): index for index, item in enumerate(work.items)}
    for one in done:
        if one.act.kind != "migrate" or _afterwards(target, one.work):
            continue
        mine = position[id(one.work)]
        before = [other.work for other in started if position[id(other.work)] < mine]
        real = bool(deploys) or one.work.remote
        lacking = _lacking(target, one.act) if real and one.act.inside else ""
        if before:
            yield LateMigration(work.job.id, one.work, one.act.tool, before[-1], lacking)
        elif lacking:
            yield LateMigration(work.job.id, one.work, one.act.tool, None, lacking)
    if deploys or not re.search(r"migrat", f"{work.job.id} {work.job.name}", re.IGNORECASE):
        return
    # A job of its own that waits for the deployment.
    for other, theirs in jobs:
        if not _needs(workflow, work.job, other.job):
            continue
        real_deploys = _deploys(workflow, other, theirs)
        runs = [one for one in done if one.act.kind == "migrate"]
        if real_deploys and runs and not _afterwards(target, runs[0].work):
            yield LateMigration(
                work.job.id, runs[0].work, runs[0].act.tool, real_deploys[0].work, ""
            )
            return


def _afterwards(target: Target, work: Work) -> bool:
    """Whether somebody wrote that this migration is meant to come afterwards."""
    step: Step = work.step
    texts = [step.name, step.id, work.text[:500]]
    line = work.own.line or 0
    texts += [target.line(work.own.path, number) for number in range(max(1, line - 3), line + 1)]
    return any(_AFTERWARDS.search(text) for text in texts)


def _lacking(target: Target, act: Act) -> str:
    """The Dockerfile of the container that a tool is run in, when the tool is surely not there.

    Every Dockerfile that builds the service ends in a plain base image and names the tool nowhere
    in its last stage.
    """
    if act.tool not in _COMPILED_TOOLS:
        return ""
    service = next((word for word in act.inside if not word.startswith("-")), "")
    found = ""
    by_path = {one.path: one for one in dockerfiles(target)}
    for stack in stacks(target):
        one = stack.service(service)
        build = one.build if one is not None else None
        if build is None or build.dockerfile is None:
            continue
        dockerfile = by_path.get(build.dockerfile)
        stage = final_stage(dockerfile, (build.target,)) if dockerfile is not None else None
        if dockerfile is None or stage is None:
            continue
        if stage.base is None or not _PLAIN_BASES.fullmatch(stage.base):
            return ""
        shipped = target.text(dockerfile.path).split("\n")[(stage.place.line or 1) - 1 :]
        if any(act.tool in line for line in shipped):
            return ""
        found = found or dockerfile.path
    return found
