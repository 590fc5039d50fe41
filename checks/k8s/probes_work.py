"""Probes ask what the container answers."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.CRITICAL, "A probe asks a path that is not served"),
    "b": (Severity.HIGH, "A probe asks a port that is not the container's"),
    "c": (Severity.LOW, "A probe's times do not fit"),
    "d": (Severity.HIGH, "A command cannot run in its container"),
}


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="Kubernetes restarts the pods for ever, or never sends them any traffic.",
    fix="""
    Ask a path that the server has, on a port by its name:

    ```yaml
    ports:
      - {name: http, containerPort: 8080}
    readinessProbe:
      httpGet: {path: /api/ready, port: http}   # not /ready: the router nests it below /api
      periodSeconds: 10
      timeoutSeconds: 3
    ```
    """,
    advice={
        "b": ("", "Name a declared port of the container, on which its program listens."),
        "c": (
            "Healthy pods are restarted under load or while they migrate.",
            "Keep the timeout below the period, and give slow starts a `startupProbe`.",
        ),
        "d": ("", "Ask with `httpGet` or `tcpSocket`, or install the tool in the image."),
    },
)
def k8s_probes_work(probe_file: KubeFile) -> None:
    """Each probe asks a path and a port that the container's program serves, in time.

    Why: a probe that cannot succeed is worse than none: a liveness probe restarts a healthy pod
        every half minute, a readiness probe keeps it out of the Service.
    Decides: in each workload as rendered: (a) the `httpGet` path is not among the routes of the
        image's program, (b) the port is not declared by the container, or nothing listens on it,
        (c) the timeout is longer than the period, or liveness begins at once while the container
        runs migrations first, (d) the tool of an `exec` probe or init container is not in its
        known base image. Images are joined with whoever builds the name; images of others,
        computed routes and ports of a sidecar pass. Development, staging and test drop one
        severity.
    Blind spots: what a path answers with; proxies that a mesh injects.
    """
    report_groups(probe_file, _CLAUSES)
