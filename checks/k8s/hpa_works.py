"""Autoscalers find what they scale and can measure it."""

from pytest_reconaudit.api import (
    Autoscaler,
    Note,
    Scaling,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The autoscaler exists but never acts; the workload stays at its fixed size.",
    fix="""
    Name the workload as it is called and where it lives, and give every container a request
    of each resource that is measured in per cent:

    ```yaml
    metadata: {name: api, namespace: shop}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
    # in the Deployment, for each container and sidecar
    resources: {requests: {cpu: 250m, memory: 256Mi}}
    ```
    """,
    advice={
        "a": ("", "Name the workload as it is called, by kind and API group, in its namespace."),
        "b": (
            "The autoscaler cannot compute a percentage: it never acts.",
            "Give every container, sidecars too, a request of each measured resource.",
        ),
        "c": (
            "`kubectl apply` refuses the object: there is no autoscaler.",
            "Use `apiVersion: autoscaling/v2`; metrics move below `resource.target`.",
        ),
    },
)
def k8s_hpa_works(autoscaler: Autoscaler) -> None:
    """Every autoscaler has a target, the requests it measures against, and a served API.

    Why: a dangling reference or a missing request is accepted by `kubectl apply` and shows only
        as a condition that nobody reads.
    Decides: (a) `scaleTargetRef` must name an object by group, kind and name in the same
        namespace, in this render set or one applied beside it; an object that only exists in
        another explicit namespace, or a target that a comment, chart or script places elsewhere,
        is medium. A missing namespace is filled in by the kustomization or by `kubectl -n`.
        (b) a utilisation metric needs a request on every container that stays; a limit, a
        LimitRange or pod-level resources count, average values need none. (c)
        `autoscaling/v2beta1` and `v2beta2` are gone since Kubernetes 1.25 and 1.26.
    Blind spots: sidecars injected by admission webhooks; charts that cannot be rendered here.
    """
    one, off_path = autoscaler.object, all(each.seen.off_path for each in autoscaler.scalings)
    if autoscaler.removed_in:
        report(
            at=one.root.key_place("apiVersion"),
            says=f"{one} uses {one.api_version}, which Kubernetes {autoscaler.removed_in} removed",
            severity=Severity.MEDIUM if off_path else Severity.HIGH,
            evidence=f"apiVersion: {one.api_version}",
            clause="c",
            key=f"c/{one.name}",
        )
    rendered = [scaling for scaling in autoscaler.scalings if not scaling.unrendered]
    if not rendered:
        skip(SkipReason.NOT_RENDERABLE, autoscaler.scalings[0].unrendered)
    if rendered[0].dynamic:
        skip(SkipReason.UNRESOLVED, f"the target's name is {rendered[0].name}")
    broken = [scaling for scaling in rendered if scaling.lost or scaling.missing_requests]
    if broken:
        _say(min(broken, key=lambda each: each.seen.off_path))


def _say(scaling: Scaling) -> None:
    one, target = scaling.seen.object, f"{scaling.kind}/{scaling.name}"
    missing = scaling.missing_requests
    if scaling.lost:
        at, clause, says = scaling.target_place, "a", f"{one} scales {target}, {scaling.lost}"
        severity = Severity.MEDIUM if scaling.doubtful else Severity.HIGH
        notes = [Note(one.name_place, f"{one}"), *scaling.signs]
        evidence = f"scaleTargetRef: {target}"
    else:
        at, clause, severity = missing[0].metric_place, "b", Severity.CRITICAL
        resources = " and ".join(sorted({lack.resource for lack in missing}))
        names = ", ".join(sorted({lack.container.name for lack in missing}))
        says = f"{one} scales {target} by use of {resources}, but container {names} requests none"
        notes = [Note(lack.container.place, f"no {lack.resource} request") for lack in missing]
        evidence = ", ".join(f"{lack.container.name} lacks {lack.resource}" for lack in missing)
    report(
        at=at,
        says=says,
        severity=severity.lowered() if scaling.seen.off_path else severity,
        evidence=evidence,
        related=notes,
        clause=clause,
        key=f"{clause}/{one.namespace or ''}/{one.name}",
    )
