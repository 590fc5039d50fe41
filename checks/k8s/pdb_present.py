"""Node drains leave the platform up."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.LOW, "A node drain may stop every replica at once, since no budget covers"),
    "b": (Severity.HIGH, "Disruption budgets block every node drain"),
    "c": (Severity.MEDIUM, "Two disruption budgets cover the same pods, so none can be evicted"),
    "d": (Severity.INFO, "Nothing spreads the replicas over nodes"),
}


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="An upgrade of the nodes takes the service down, or never ends.",
    fix="""
    One budget per workload, which always lets one pod go:

    ```yaml
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: api}
    spec:
      maxUnavailable: 1
      selector: {matchLabels: {app: api}}
    ```
    """,
    advice={
        "b": (
            "A drain waits for ever: the nodes cannot be upgraded.",
            "Let one pod go: `maxUnavailable: 1`, with at least two replicas.",
        ),
        "c": (
            "The eviction API answers with an error: a drain waits for ever.",
            "Keep one budget per workload.",
        ),
        "d": (
            "All pods may lie on one node, and go down with it.",
            "Add `topologySpreadConstraints` over `kubernetes.io/hostname`.",
        ),
    },
)
def k8s_pdb_present(disruption_file: KubeFile) -> None:
    """Replicated workloads behind a Service have one disruption budget, which can be met.

    Why: a drain evicts all pods of a node at once; only a budget makes it wait for the
        replacements. A budget that allows no eviction makes it wait for ever.
    Decides: (a) application workloads that a Service selects, with at least two replicas (or
        `minReplicas`), need a PodDisruptionBudget that selects them, expressions included, in
        their namespace; data stores, off-the-shelf servers, single replicas, development, staging
        and test pass. (b) `maxUnavailable` 0, `minAvailable` 100 % or not below the least number
        of replicas. (c) Two budgets over one workload: the eviction API answers with an error.
        (d) No topology spread or anti-affinity on its own labels is a note.
    Blind spots: budgets that an operator makes.
    """
    report_groups(disruption_file, _CLAUSES)
