"""Services come back after a crash or a reboot."""

from pytest_reconaudit.api import PolicyScope, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="After a crash or a reboot of the host the service stays down until somebody notices.",
    fix="""
    Say what Docker is to do when the process ends:

    ```yaml
    services:
      api:
        restart: unless-stopped
    ```

    For a job that is meant to end, write `restart: "no"`: then nobody has to wonder.
    """,
)
def compose_restart_set(restart_scope: PolicyScope) -> None:
    """Long-running services have a restart policy.

    Why: Docker's default is not to restart: not after a crash, not after a reboot.
    Decides: in each merged model, a service has neither `restart` nor `deploy.restart_policy`.
    One finding per file, or one for the repository when no file sets any. Jobs that end
    (migrations, seeds, `service_completed_successfully`), services behind a profile, stacks for a
    swarm (which restarts by itself) and files for development, tests and examples are not asked.
    Blind spots: a unit of systemd or a supervisor that starts the containers again.
    """
    if restart_scope.problem:
        skip(SkipReason.UNPARSABLE, restart_scope.problem)
    if restart_scope.lacking:
        first = restart_scope.lacking[0]
        report(
            at=first.place,
            says=restart_scope.sentence("no restart policy"),
            evidence=f"{first.service}: without restart",
            related=restart_scope.notes("no restart policy"),
            key="restart",
        )
