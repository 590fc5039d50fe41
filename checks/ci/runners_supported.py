"""Workflows run on images, and with programs, that GitHub still has."""

from pytest_reconaudit.api import (
    ACTIONS_TABLE_DATE,
    Severity,
    SkipReason,
    WorkflowRunners,
    audit,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="A job for an image that is gone waits for a runner that never comes, and is cancelled"
    " after a day; a command that is gone fails its step with `command not found`.",
    fix="""Name an image that GitHub still has, and call Compose as a plugin of docker.

```yaml
runs-on: ubuntu-24.04          # was: ubuntu-20.04
steps:
  - run: docker compose up -d --wait   # was: docker-compose up -d
```""",
)
def ci_runners_supported(workflow_runners: WorkflowRunners) -> None:
    """Every job names a runner image that exists, and calls no program that left all images.

    Why: GitHub takes an image away on a date; jobs that name it are queued and never started.
    Compose v1 (`docker-compose`) left the images too.
    Decides: a built-in table, whose date stands in the evidence: labels in `runs-on` and in a
    written-out matrix; `docker-compose` in steps and in the scripts and make targets that they
    run, medium when every failure is masked. One finding per label and workflow. Self-hosted
    runners, containers, other machines, jobs that install the program or ask for it pass.
    Blind spots: labels that are computed; other programs that images lost.
    """
    if not workflow_runners.workflow.jobs:
        skip(SkipReason.NO_INPUT, "no job")
    for gone in workflow_runners.gone:
        jobs = list(dict.fromkeys(job for _, job in gone.uses))
        many = f"{len(jobs)} jobs run" if len(jobs) > 1 else f"job {jobs[0]!r} runs"
        report(
            at=gone.uses[0][0],
            says=f"{many} on {gone.label}, which GitHub removed on {gone.since}: no runner ever"
            " takes it",
            evidence=f"runs-on: {gone.label} (table of {ACTIONS_TABLE_DATE})",
            related=[(place, f"job {job}") for place, job in gone.uses[1:]],
            fix=f"Run on {gone.replacement}.",
            key=gone.label,
        )
    compose = workflow_runners.compose
    if compose is not None:
        times = f" ({lines_of(place for place, _ in compose.uses)})" if compose.uses[1:] else ""
        hidden = f"; the failure is masked by `{compose.masked}`" if compose.masked else ""
        report(
            at=compose.uses[0][0],
            says=f"job {compose.job!r} calls docker-compose{times}, which GitHub's images lack"
            f" since {compose.since}{hidden}",
            severity=Severity.MEDIUM if compose.masked else None,
            evidence=f"{compose.uses[0][1]} (table of {ACTIONS_TABLE_DATE})",
            related=list(compose.uses[1:]),
            fix="Call `docker compose` (with a space): Compose v2 is a plugin and on every image.",
            key="docker-compose",
        )
