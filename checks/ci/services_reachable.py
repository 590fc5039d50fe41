"""Service containers of workflows are asked for where they are."""

from pytest_reconaudit.api import (
    LostService,
    Severity,
    SkipReason,
    WorkflowServices,
    audit,
    report,
    skip,
)

_FIXES = {
    "name": "Use `localhost` and the published port: the runner does not know the service's name.",
    "local": "Use the service's name as the host: in a container `localhost` is the job itself.",
    "port": "Publish the port (`ports: ['{port}:{port}']`): without it the runner cannot reach it.",
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The tests never reach their database, queue or cache: they fail on every run, or wait"
    " until the job's time is over.",
    fix="""A job on the runner reaches a service on `localhost`, by a published port:

```yaml
services:
  postgres:
    image: postgres:16
    ports: ["5432:5432"]
steps:
  - run: npm test
    env:
      DATABASE_URL: postgres://app:app@localhost:5432/app   # was: @postgres:5432
```

With `container:` it is the other way round: by the service's name, and no port is needed.""",
)
def ci_services_reachable(workflow_services: WorkflowServices) -> None:
    """Jobs ask for their service containers under an address that leads there.

    Why: the names of service containers are known inside of containers only. What works in
    compose (`@postgres:5432`) is unknown to a job that runs on the runner itself.
    Decides: in the job's environment, inputs and commands: a host that is the name of a service
    while the job has no `container:`; `localhost` with the service's usual port while it has one;
    or `localhost` while the service publishes no port. One finding per job. Commands
    of compose, docker and kubectl, jobs that write `/etc/hosts` and self-hosted runners pass.
    Blind spots: addresses in files that the tests read, and in what scripts do.
    """
    if not any(job.services for job in workflow_services.workflow.jobs):
        skip(SkipReason.NO_INPUT, "no job has service containers")
    groups: dict[tuple[str, str], list[LostService]] = {}
    for lost in workflow_services.lost:
        groups.setdefault((lost.job, lost.clause), []).append(lost)
    for group in groups.values():
        _report(group)


def _report(group: list[LostService]) -> None:
    first = group[0]
    one = len(group) == 1
    named = f"service{'' if one else 's'} {', '.join(repr(lost.service) for lost in group)}"
    why = {
        "name": f"asks for {named} by name, which the runner does not know: the job has no"
        " `container:`",
        "local": f"asks for {named} on localhost, which is the job's own container",
        "port": f"asks for {named} on localhost, where {'it publishes' if one else 'they publish'}"
        " no port",
    }[first.clause]
    uses = [(lost.place, lost.text) for lost in group]
    uses += [use for lost in group for use in lost.others]
    uses.sort(key=lambda use: use[0].key())
    declared = [(lost.declared, f"service {lost.service}") for lost in group]
    report(
        at=uses[0][0],
        says=f"job {first.job!r} {why}",
        evidence=uses[0][1],
        related=[*uses[1:], *declared],
        fix=_FIXES[first.clause].replace("{port}", first.port),
        key=f"{first.job} {first.clause}",
    )
