"""The command of a HEALTHCHECK is in the image."""

from pytest_reconaudit.api import Confidence, ImageHealth, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The health command fails whatever the program does: the container is never healthy.",
    fix="""
    Install the tool in the stage that ships, or use one that the base has:

    ```dockerfile
    FROM debian:bookworm-slim          # neither curl nor wget
    RUN apt-get update && apt-get install -y --no-install-recommends curl \\
        && rm -rf /var/lib/apt/lists/*
    HEALTHCHECK CMD curl -fsS http://localhost:8080/health || exit 1
    ```

    A small probe in the program itself (`app healthcheck`) needs no tool at all.
    """,
)
def docker_healthcheck_runnable(image_health: ImageHealth) -> None:
    """The tool that a HEALTHCHECK calls is in the final stage.

    Why: what the build stage has installed is gone in the stage that ships; slim and distroless
        images have neither curl nor wget, some not even a shell.
    Decides: the command's tool is neither in the base image, as the official images' own build
        files install it, nor installed or copied into the final stage or one that it stands on.
        Alpine's busybox has `wget` and `nc`, the official nginx image has `curl`. Of `a || b` one
        that can run is enough. Unknown bases and tools that are not well known pass.
    Blind spots: tools in a base image of somebody else; tools that a downloaded script installs.
    """
    for fault in image_health.faults:
        if fault.kind == "tool":
            report(
                at=fault.place,
                says=f"The HEALTHCHECK cannot run: {fault.says}",
                severity=Severity.MEDIUM if image_health.development else None,
                confidence=Confidence.LIKELY if fault.likely else None,
                evidence=fault.evidence,
                related=fault.notes,
                fix=fault.fix,
            )
    if image_health.tools_unknown:
        skip(SkipReason.UNRESOLVED, image_health.tools_unknown)
