"""Autoscalers have room, and nobody works against them."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.MEDIUM, "Autoscalers go down to one pod"),
    "b": (Severity.LOW, "Autoscalers have nothing to scale between"),
    "c": (Severity.LOW, "Replicas are fixed although an autoscaler sets them"),
    "d": (Severity.LOW, "An overlay fixes fewer replicas than the autoscaler allows"),
    "e": (Severity.INFO, "Only processor and memory decide about request-driven services"),
    "f": (Severity.LOW, "Only processor and memory decide, although request metrics are served"),
}

_SLOW = "Pods that wait for a database or another service use no processor: they are not scaled."
_METRICS = """
    Measure what grows with the load, and keep the processor as a second bound. A metric of the
    pods comes from the Prometheus adapter or KEDA:

    ```yaml
    metrics:
      - type: Pods
        pods:
          metric: {name: http_requests_per_second}
          target: {type: AverageValue, averageValue: "100"}
    ```
    """


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="Each deployment throws the number of pods back, in the middle of a burst.",
    fix="""
    Leave the number to the autoscaler, and give it room:

    ```yaml
    kind: Deployment
    spec:
      # no replicas: the autoscaler owns them
    ---
    kind: HorizontalPodAutoscaler
    spec: {minReplicas: 2, maxReplicas: 12}
    ```
    """,
    advice={
        "a": (
            "In quiet hours one pod is all there is: its restart or its node's drain is an outage.",
            "Set `minReplicas: 2` or more where users depend on it.",
        ),
        "b": (
            "The autoscaler never acts: the number is fixed, and a burst meets the same pods.",
            "Set `maxReplicas` above `minReplicas`, or delete the autoscaler and set `replicas`.",
        ),
        "e": (_SLOW, _METRICS),
        "f": (_SLOW, _METRICS),
    },
)
def k8s_hpa_bounds_sane(bounds_file: KubeFile) -> None:
    """Bounds leave room to scale, and nothing else sets the number of replicas.

    Why: `replicas` in a manifest is written again by every `kubectl apply`, whatever the load;
        a minimum of one means that each restart is an outage.
    Decides: (a) a HorizontalPodAutoscaler with `minReplicas` 1 or none, medium where path or
        namespace say production, low where nothing does; (b) minimum equal to maximum; (c)
        `spec.replicas` on its target, also from an overlay, and (d) below the minimum; (e) only
        CPU and memory metrics on a workload behind a Service are a note, and (f) a finding when
        its program counts requests and a route or a monitor hands them out. KEDA may scale to
        zero. GitOps that ignores differences of replicas, and a comment that says initial or
        autoscaled, pass (c) and (d).
    Blind spots: whether the bounds fit the load.
    """
    report_groups(bounds_file, _CLAUSES)
