"""Services cannot take all memory and CPU of their host."""

from pytest_reconaudit.api import PolicyScope, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="One service that leaks memory or spins takes the others on its host down with it.",
    fix="""
    Give each service a limit above its measured peak, in the file that production uses:

    ```yaml
    services:
      api:
        deploy:
          resources:
            limits: { cpus: "1.0", memory: 512M }
            reservations: { memory: 256M }
    ```

    A JVM or Node.js heap must be told to fit: `-XX:MaxRAMPercentage=75`, `--max-old-space-size`.
    """,
)
def compose_limits_set(limits_scope: PolicyScope) -> None:
    """Long-running services have a memory or CPU limit.

    Why: without a limit the kernel chooses what to kill when the host's memory ends, and it is
    often the database.
    Decides: in each merged model, a service has none of `deploy.resources.limits`, `mem_limit`,
    `cpus` and the like. One finding per file, or one for the repository when no file limits
    anything. It says so when another combination of files sets the limit. Services that end by
    themselves, tool containers, development profiles and files for development, tests and
    examples are not asked.
    Blind spots: limits of the host itself (systemd slices, quotas); whether the limit fits.
    """
    if limits_scope.problem:
        skip(SkipReason.UNPARSABLE, limits_scope.problem)
    if limits_scope.lacking:
        first = limits_scope.lacking[0]
        report(
            at=first.place,
            says=limits_scope.sentence("neither memory nor CPU limit"),
            evidence=f"{first.service}: without deploy.resources.limits",
            related=limits_scope.notes("no limit"),
            key="limits",
        )
