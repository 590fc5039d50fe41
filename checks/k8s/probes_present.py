"""Pods that take traffic are watched."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.MEDIUM, "Traffic is sent to containers without a readiness probe"),
    "b": (Severity.LOW, "Containers behind a Service have no liveness probe"),
    "c": (Severity.MEDIUM, "Liveness depends on what readiness depends on"),
}


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Requests reach pods that are not ready yet, or hang in ones that never will be.",
    fix="""
    Give the container a probe of each kind; liveness asks the process alone, readiness also what
    it needs:

    ```yaml
    readinessProbe:
      httpGet: {path: /ready, port: http}
      periodSeconds: 5
    livenessProbe:
      httpGet: {path: /live, port: http}
      periodSeconds: 10
    ```
    """,
    advice={
        "a": ("Requests reach pods that are not ready yet.", ""),
        "b": ("A pod that hangs stays in service until somebody restarts it.", ""),
        "c": (
            "When the other system is down, Kubernetes restarts every pod: a small outage grows.",
            "Let liveness ask the process alone, on a path of its own.",
        ),
    },
)
def k8s_probes_present(probed_file: KubeFile) -> None:
    """Each container behind a Service has a readiness and a liveness probe.

    Why: without a readiness probe a pod gets traffic as soon as its process exists; without a
        liveness probe one that hangs stays. When liveness asks for the database, an outage of the
        database restarts every pod.
    Decides: for each workload that a Service selects, the container with the Service's port (else
        the first), as rendered: (a) no readiness probe, (b) no liveness probe, (c) both ask one
        path that by its name answers for other systems. Probes of any sort count, a startup probe
        stands for both; sidecars, init containers, Jobs and workloads without a Service pass.
        Development, staging and test drop one severity; a bare Pod that only sleeps is a note.
    Blind spots: probes that an admission webhook or operator adds.
    """
    report_groups(probed_file, _CLAUSES)
