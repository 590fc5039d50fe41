"""Containers say what they need."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.MEDIUM, "Containers request no processor time or memory"),
    "b": (Severity.MEDIUM, "Containers have no memory limit"),
    "c": (Severity.HIGH, "Containers are limited to less than they request"),
    "d": (Severity.INFO, "Init containers request nothing"),
}


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The scheduler packs the node too full; the kernel then kills whichever pod it finds.",
    fix="""
    Request what it uses, measured, and limit its memory to about 1.3 times its peak:

    ```yaml
    resources:
      requests: {cpu: 250m, memory: 256Mi}
      limits: {memory: 384Mi}
    ```
    """,
    advice={
        "b": (
            "One leak takes the memory of the whole node, and with it its neighbours.",
            "Limit the memory to about 1.3 times the measured peak.",
        ),
        "c": (
            "The API server refuses the object: nothing is deployed.",
            "Raise the limit to the request or above.",
        ),
    },
)
def k8s_resources_set(pod_file: KubeFile) -> None:
    """Each container requests processor time and memory, and its memory is limited.

    Why: without requests the scheduler thinks that a pod needs nothing, and evicts it first;
        without a memory limit one leak takes the whole node down.
    Decides: every container that stays, as rendered: (a) no CPU or memory request (a limit alone
        counts as one), (b) no memory limit, (c) a limit below the request, which the API server
        refuses. A missing CPU limit is no finding. A LimitRange in the namespace, a
        VerticalPodAutoscaler that is not `Off`, and resources of the whole pod pass. Init
        containers that end, and bare Pods that only sleep, are a note. Development, staging and
        test drop one severity.
    Blind spots: defaults that live only in the cluster; whether the numbers are right.
    """
    report_groups(pod_file, _CLAUSES)
