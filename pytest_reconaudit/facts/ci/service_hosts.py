"""Service containers that a job asks for under an address that they do not have.

A job on the runner itself reaches a service on ``localhost``, by the ports that it publishes; the
service's name is known in a job that runs in a container only, and there ``localhost`` is the
container itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["LostService", "WorkflowServices", "workflow_services"]


class LostService(Struct, frozen=True, eq=False):
    """One service that a job asks for under an address that does not lead to it."""

    clause: str
    """``name``: by its name from the runner; ``local``: on localhost from a container; ``port``:
    on localhost, where it publishes nothing."""
    job: str
    service: str
    port: str
    place: Place
    text: str
    others: tuple[tuple[Place, str], ...]
    declared: Place


class WorkflowServices(Struct, frozen=True, eq=False):
    """One workflow whose jobs have service containers."""

    workflow: Workflow
    lost: tuple[LostService, ...]


_PORTS = (
    ("postgres", "5432"), ("postgis", "5432"), ("pgvector", "5432"), ("timescale", "5432"),
    ("mysql", "3306"), ("mariadb", "3306"), ("redis", "6379"), ("valkey", "6379"),
    ("mongo", "27017"), ("rabbitmq", "5672"), ("elasticsearch", "9200"), ("nats", "4222"),
)  # fmt: skip
_MOST = 40
"""Services of a job that are looked for; no hand-written job has more."""
_CONTAINERS = regex(r"docker[ -]compose|docker run|docker exec|kubectl|\bact\b|--add-host")
_HOSTS = regex(r"/etc/hosts")


@once
def workflow_services(target: Target) -> tuple[WorkflowServices, ...]:
    """Every workflow with a job that has service containers, in path order."""
    return tuple(
        WorkflowServices(workflow, tuple(_lost(target, workflow)))
        for workflow in workflows(target)
        if not workflow.problems and any(job.services for job in workflow.jobs)
    )


def _lost(target: Target, workflow: Workflow) -> Iterator[LostService]:
    written = target.text(workflow.path).split("\n")
    for job in workflow.jobs:
        if not job.services or never_runs(job.if_) or "$" in job.container:
            continue
        if any("self-hosted" in label for label in job.runs_on):
            continue
        if any(_HOSTS.search(step.run) for step in job.steps):
            continue
        lines = list(_lines(written, workflow, job))
        for name in list(job.services)[:_MOST]:
            service = job.services.map(name)
            port = _port(service)
            if job.container:
                found = _on_localhost(lines, port) if port else []
                clause = "local"
            else:
                found = _by_name(lines, f"{name}")
                clause = "name"
                if not found and port and not _publishes(service):
                    found = _on_localhost(lines, port)
                    clause = "port"
            if found:
                (place, text), *others = found
                yield LostService(
                    clause, job.id, f"{name}", port, place, text, tuple(others),
                    job.services.key_place(name),
                )  # fmt: skip


def _port(service: Map) -> str:
    image = service.str("image").rpartition("/")[2].partition(":")[0]
    return next((port for word, port in _PORTS if word in image), "")


def _publishes(service: Map) -> bool:
    return bool(service.get("ports")) or "-p " in service.str("options")


def _lines(lines: list[str], workflow: Workflow, job: Job) -> Iterator[tuple[Place, str]]:
    """The lines that may hold an address: the environment, inputs and commands of the job."""
    mine = {f"{key}" for env in (job.env, *(step.env for step in job.steps)) for key in env}
    for key in workflow.env:
        number = workflow.env.key_place(key).line
        if number and f"{key}" not in mine:
            yield Place(workflow.path, number), lines[number - 1]
    first = job.services.place.line or 0
    last = _end(job)
    for number in range(job.place.line or 1, min(job.end, len(lines)) + 1):
        text = lines[number - 1]
        if (first <= number <= last) or text.lstrip().startswith("#"):
            continue
        if not _CONTAINERS.search(text):
            yield Place(workflow.path, number), text


def _end(job: Job) -> int:
    """The last line of the services: what comes before the next key of the job."""
    start = job.services.place.line or 0
    after = [
        line
        for key in job.raw
        if (line := job.raw.key_place(key).line) is not None and line >= start
    ]
    return min(after) - 1 if after else job.end


def _by_name(lines: list[tuple[Place, str]], name: str) -> list[tuple[Place, str]]:
    word = re.escape(name)
    asks = re.compile(
        rf"://(?:[^\s@/'\"]{{0,200}}@)?{word}(?=[:/'\"\s]|$)(?![^\s/'\"]{{0,200}}@)"
        rf"|\b\w*HOST(?:NAME)?[\"']?\s*[:=]\s*[\"']?{word}[\"']?\s*$"
        rf"|(?<![\w/.-])(?:-h|--host|--hostname)[ =]{word}(?=\s|$)"
        rf"|(?<![\w/.@-])(?:nc|wait-for-it(?:\.sh)?|ping)\s(?:-\w+\s)*{word}(?=[:\s])"
        rf"|/dev/tcp/{word}/",
        re.IGNORECASE,
    )
    return [(place, text.strip()) for place, text in lines if asks.search(text)]


def _on_localhost(lines: list[tuple[Place, str]], port: str) -> list[tuple[Place, str]]:
    asks = re.compile(rf"(?:@|://|\b)(?:localhost|127\.0\.0\.1):{port}\b")
    return [(place, text.strip()) for place, text in lines if asks.search(text)]
