"""Services are asked whether they are well, and waited for."""

from pytest_reconaudit.api import (
    Confidence,
    HealthFile,
    Note,
    Severity,
    SkipReason,
    also_in,
    audit,
    report,
    skip,
)

_SHOWN = 5


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="Docker starts what depends on a service before it can answer, and never sees it hang.",
    fix="""
    Ask in the server's own way, and wait for the answer:

    ```yaml
    services:
      db:
        image: postgres:16
        healthcheck:
          test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]
      api:
        depends_on:
          db:
            condition: service_healthy
    ```
    """,
    advice={
        "b": (
            "What depends on it starts before it answers: its first requests fail, or it ends.",
            """
            Wait for its health where it is needed; compose refuses that where the other has no
            health check (`pg_isready`, `redis-cli ping`) yet:

            ```yaml
            depends_on:
              db:
                condition: service_healthy
            ```
            """,
        ),
        "c": (
            (
                "Compose refuses to start what waits: there is no health check that it could "
                "wait for."
            ),
            "Give the service a `healthcheck:`, or wait with `condition: service_started`.",
        ),
    },
)
def compose_healthcheck_present(health_file: HealthFile) -> None:
    """Long-running services have a health check, and whoever needs one waits until it is well.

    Why: `depends_on` in list form waits until the process exists; a database needs seconds more.
    Decides: in the merged model (a) a service has a health check neither itself nor in its
        Dockerfile or known image: medium when another service depends on it and does not wait by
        itself, else low; a note for a store at which only consoles and exporters look (pgAdmin,
        Grafana); (b) a database, cache or broker is depended on without waiting for its
        health: medium, low when the waiting service comes back or tries again by itself, or says
        `service_started`; an own service that has a health check likewise: low; not where the
        command or the start script waits for that host (`until pg_isready -h db`,
        `while !</dev/tcp/db/5432`, `wait-for-it db:5432`); (c) `service_healthy` on a service
        without any: high, compose refuses it. Jobs that end, a bare `busybox` without a command,
        templates, files for development and stacks that test or run mounted sources are not asked;
        what one of the stacks settles is settled, and what several variants of a stack in one
        folder leave unasked is told once.
    Blind spots: images of somebody else that bring a health check of their own.
    """
    if health_file.problem:
        skip(SkipReason.UNPARSABLE, health_file.problem)
    for group in health_file.groups():
        first = group[0]
        shown = "; ".join(f"{one.says} ({one.place.line})" for one in group[:_SHOWN])
        more = f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        related = [Note(one.place, one.says) for one in group[1:]]
        related += [note for one in group for note in one.notes]
        others = [(at, one.says) for one in group for at in one.elsewhere or ()]
        related += [Note(at, says) for at, says in others]
        report(
            at=first.place,
            says=f"{shown}{more}{also_in(at for at, _ in others)}",
            severity=first.severity,
            confidence=Confidence.LIKELY if all(one.likely for one in group) else None,
            evidence="; ".join(one.evidence for one in group[:_SHOWN]),
            related=list(dict.fromkeys(related)),
            clause=first.clause,
            key=f"{first.clause}/{first.severity.label}",
        )
