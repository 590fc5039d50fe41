"""The health commands of services can succeed."""

from pytest_reconaudit.api import (
    Confidence,
    HealthFault,
    Note,
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
    Decides: for each `healthcheck.test` in the merged model whose host is the service itself: (a)
        the path is not served, or the port not listened on, by the program of the image, as in
        docker-healthcheck-served: critical when a service that is built here is waited for, else
        high; (b) the tool is not in the image: high. `$$` and `|| exit 1` are understood,
        `host:port/path` is a URL. An image that is only named is joined with whoever builds that
        name; the finding then says so, and is medium where no workflow or script builds it under
        its whole name. In a file that is named for tests (`test`, `e2e`, `load` …) medium at most.
        What is right in one of the stacks that hold the line passes.
    Blind spots: paths of images of somebody else; programs that check themselves.
    """
    if service_health.problem:
        skip(SkipReason.UNPARSABLE, service_health.problem)
    same: dict[tuple[str, ...], list[HealthFault]] = {}
    for fault in service_health.faults:
        # A tool that several images lack is mended in one go, a path or port one by one.
        tool = fault.kind == "tool"
        group: tuple[str, ...] = (fault.kind, fault.subject)
        if tool:
            group = ("tool", fault.place.path, fault.says)
        if fault.kind == "port":  # services that are all started on one port
            group = ("port", fault.place.path, fault.says.rpartition("; ")[2])
        same.setdefault(group, []).append(fault)
    for group, faults in same.items():
        if group[0] == "port" and len(faults) < _MANY:
            for fault in faults:
                _report([fault], tests=service_health.tests)
        else:
            _report(faults, tests=service_health.tests)
    if not service_health.faults and not service_health.judged:
        skip(SkipReason.UNRESOLVED, service_health.unresolved)


_MANY = 3


def _report(faults: list[HealthFault], *, tests: bool) -> None:
    first = faults[0]
    tool = first.kind == "tool"
    waited = list(dict.fromkeys(name for fault in faults for name in fault.waited))
    verb = "wait for it, never start" if len(waited) > 1 else "waits for it, never starts"
    if len(faults) > 1:
        verb = "wait for them, never start" if len(waited) > 1 else "waits for one, never starts"
    waits = f"; {', '.join(waited)}, which {verb}" if waited else ""
    many = len(faults) - 1
    more = f"; so it is with {many} more: " if many else ""
    others = ", ".join(f"{one.subject} (line {one.place.line})" for one in faults[1:6])
    rest = f" and {many - 5} more" if many > 5 else ""
    fails = "fails, if these sources are what runs" if first.likely else "can never succeed"
    doubtful = first.likely and first.foreign
    grave = first.waited and not tool and not first.likely
    report(
        at=first.place,
        says=f"The health command of {first.subject} {fails}: {first.says}{more}{others}"
        f"{rest}{waits}",
        severity=Severity.MEDIUM if tests or doubtful else None if grave else Severity.HIGH,
        confidence=Confidence.LIKELY if first.likely else None,
        evidence=first.evidence,
        related=[
            *first.notes,
            *(Note(one.place, f"{one.subject}: {one.says}") for one in faults[1:]),
        ],
        fix=first.fix,
        clause="b" if tool else "a",
        key=f"{first.subject}/{first.kind}",
    )
