"""One workload has one autoscaler."""

from pytest_reconaudit.api import Confidence, Rival, ScaleTarget, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Two autoscalers undo each other's decisions, and the pods restart in between.",
    fix="""
    Keep one autoscaler per workload; where environments differ, patch its bounds in an overlay:

    ```yaml
    # overlays/production/kustomization.yaml
    resources: [../../base]
    patches:
      - target: {kind: HorizontalPodAutoscaler, name: api}
        patch: |-
          - {op: replace, path: /spec/maxReplicas, value: 30}
    ```
    """,
)
def k8s_hpa_unique(scale_target: ScaleTarget) -> None:
    """No two autoscalers scale the same workload, and copies agree on its bounds.

    Why: each HorizontalPodAutoscaler computes its own number of replicas and writes it; with two
        the last writer wins every few seconds. Copies with other bounds make the size of the
        platform depend on which file was applied last.
    Decides: two different autoscalers for one (namespace, kind, name) in one render set are high,
        critical when the same file or kustomization applies them together. Copies in alternative
        files that may land in the same namespace, with other minimum or maximum, are medium.
        Overlays, different explicit namespaces and files named for different environments pass.
    Blind spots: copies in charts, and in folders that no file name or image ties together.
    """
    for group in scale_target.together:
        at_once = scale_target.applied_at_once(group)
        _say(
            scale_target,
            group,
            Severity.CRITICAL if at_once else Severity.HIGH,
            f"{scale_target.id} has {len(group)} autoscalers in {group[0].within.id}",
            "together",
        )
    for group in scale_target.apart:
        _say(
            scale_target,
            group,
            Severity.MEDIUM,
            f"{len(group)} copies of the autoscaler for {scale_target.id} disagree on its bounds",
            "apart",
        )


def _say(
    scale_target: ScaleTarget, group: tuple[Rival, ...], severity: Severity, says: str, key: str
) -> None:
    # A copy without a namespace is the one that can land on top of the others.
    first, *rest = sorted(
        group, key=lambda one: (one.object.namespace is not None, one.object.place.key())
    )
    bounds = ", ".join(f"{one.object.name} {one.bounds}" for one in (first, *rest))
    report(
        at=first.place,
        says=f"{says}: {bounds}",
        severity=severity.lowered() if all(one.off_path for one in group) else severity,
        confidence=Confidence.CERTAIN if key == "together" else None,
        evidence=f"{scale_target.id}: {' / '.join(one.bounds for one in (first, *rest))}",
        related=[(one.place, f"{one.object.kind} {one.object.name} {one.bounds}") for one in rest],
        key=f"{key}/{scale_target.id}",
    )
