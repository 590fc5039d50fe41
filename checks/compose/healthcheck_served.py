"""The health commands of services can succeed."""

from pytest_reconaudit.api import (
    Confidence,
    ServiceHealth,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="The service is never healthy, and what waits until it is never starts.",
    fix="""
    Ask a path that the server has, on its own port, with a tool that its image holds:

    ```yaml
    healthcheck:
      test: ["CMD", "wget", "-qO-", "http://localhost:8080/api/health"]
    ```
    """,
)
def compose_healthcheck_served(service_health: ServiceHealth) -> None:
    """A service's health command asks what the service answers, with a tool that it has.

    Why: a wrong path, a port that nobody listens on and a missing tool all look the same: a
        service that stays `unhealthy` while it works, and a stack that does not come up.
    Decides: for each `healthcheck.test` in the merged model whose host is the service itself:
        (a) the path is not served, or the port not listened on, by the program of the image, as
        in docker-healthcheck-served: critical when a service that is built here is waited for,
        else high; (b) the tool
        is not in the image: high. `$$` and `|| exit 1` are understood, `host:port/path` is a URL.
        An image that is only named is joined with whoever builds that name; the finding then says
        so. What is right in one of the stacks that hold the line passes.
    Blind spots: paths of images of somebody else; programs that check themselves.
    """
    if service_health.problem:
        skip(SkipReason.UNPARSABLE, service_health.problem)
    for fault in service_health.faults:
        tool = fault.kind == "tool"
        worst = fault.waited and not tool and not fault.likely
        verb = "wait for it, never start" if len(fault.waited) > 1 else "waits for it, never starts"
        waits = f"; {', '.join(fault.waited)}, which {verb}" if fault.waited else ""
        report(
            at=fault.place,
            says=f"The health command of {fault.subject} can never succeed: {fault.says}{waits}",
            severity=None if worst else Severity.HIGH,
            confidence=Confidence.LIKELY if fault.likely else None,
            evidence=fault.evidence,
            related=fault.notes,
            clause="b" if tool else "a",
            key=f"{fault.subject}/{fault.kind}",
        )
    if not service_health.faults and not service_health.judged:
        skip(SkipReason.UNRESOLVED, service_health.unresolved)
