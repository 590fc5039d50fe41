"""The address that a HEALTHCHECK asks is one that the image answers."""

from pytest_reconaudit.api import Confidence, ImageHealth, Severity, SkipReason, audit, report, skip

_CLAUSES = {"path": "a", "port": "b"}


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="The container is unhealthy for ever: it is restarted, or what waits never starts.",
    fix="""
    Ask a path that the server has, on the port that it listens on:

    ```dockerfile
    # before: the server routes /api/health
    HEALTHCHECK CMD wget -qO- http://localhost:8080/health || exit 1
    # after
    HEALTHCHECK CMD wget -qO- http://localhost:8080/api/health || exit 1
    ```

    Or register the short path at the root of the router.
    """,
)
def docker_healthcheck_served(image_health: ImageHealth) -> None:
    """A HEALTHCHECK asks a path and a port that the program in the image serves.

    Why: a wrong path answers 404, and `curl -f` and `wget` report that as a failure. Nobody sees
        it while building; in production the container is never healthy.
    Decides: the URL's host is the container itself. (a) its path is not among the routes that are
        registered from the server's start on (scopes, nested routers and functions in other files
        are followed; for nginx the locations), (b) no listener has its port. Parameters match one
        segment, redirects are answers. When a registration is computed, or the port comes from
        outside, nothing is said about it. High in a file for development or that nothing builds,
        and where every compose service of the image has a health check of its own.
    Blind spots: middleware that answers before the router; what a path answers with.
    """
    said = False
    idle = "; nothing in the repository builds this file" if image_health.unbuilt else ""
    replaced = image_health.replaced
    if replaced is not None and not idle:
        idle = f"; every compose service of the image has a health check of its own ({replaced})"
    for fault in image_health.faults:
        if fault.kind in _CLAUSES:
            said = True
            report(
                at=fault.place,
                says=f"The HEALTHCHECK can never succeed: {fault.says}{idle}",
                severity=Severity.HIGH
                if image_health.development or idle or (fault.likely and fault.kind == "port")
                else None,
                confidence=Confidence.LIKELY if fault.likely else None,
                evidence=fault.evidence,
                related=fault.notes,
                fix=fault.fix,
                clause=_CLAUSES[fault.kind],
            )
    if not said and image_health.unresolved:
        skip(SkipReason.UNRESOLVED, image_health.unresolved)
