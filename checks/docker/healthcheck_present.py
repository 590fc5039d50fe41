"""Somebody asks whether the container is well."""

from pytest_reconaudit.api import (
    Confidence,
    ImagePresence,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="A program that hangs counts as running: nothing restarts it, nothing waits for it.",
    fix="""
    Ask the program itself, and give it time to start:

    ```dockerfile
    HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \\
        CMD wget -qO- http://localhost:8080/health || exit 1
    ```
    """,
)
def docker_healthcheck_present(image_presence: ImagePresence) -> None:
    """An image that runs a server has a health check, in itself or where it is run.

    Why: without one Docker only knows that a process exists.
    Decides: the stage that ships starts a server (it exposes a port, or starts a web framework or a
        ready-made server) and has no `HEALTHCHECK`, and no compose service and no workload that
        runs the image defines a health check or probe. Jobs, command line tools and images for
        development are not asked.
    Blind spots: probes in charts that are not rendered; a load balancer's own checks.
    """
    if not image_presence.serves:
        skip(SkipReason.NO_INPUT, "it runs no server")
    if image_presence.asked is not None:
        return
    if image_presence.unresolved:
        skip(SkipReason.UNRESOLVED, image_presence.unresolved)
    report(
        at=image_presence.place,
        says="The image runs a server, and neither it nor who runs it has a health check",
        evidence=image_presence.text,
        related=image_presence.users,
        key="present",
    )
