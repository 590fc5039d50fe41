"""Autoscalers find what they scale and can measure it."""

from collections.abc import Sequence

from pytest_reconaudit.api import (
    Autoscaler,
    AutoscalerFile,
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
def k8s_hpa_works(autoscaler_file: AutoscalerFile) -> None:
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
        Autoscalers of one file that lack the same, or whose API is gone, are one finding.
    Blind spots: sidecars injected by admission webhooks; charts that cannot be rendered here.
    """
    file = autoscaler_file
    for version, ones in file.removed():
        _say_removed(version, ones, off_path=ones[0].off_path)
    for scaling in file.lost():
        _say_lost(scaling)
    for resources, group in file.starved():
        _say_starved(resources, group)
    if not file.judged:
        first = file.autoscalers[0].scalings[0]
        if first.unrendered:
            skip(SkipReason.NOT_RENDERABLE, first.unrendered)
        skip(SkipReason.UNRESOLVED, f"the target's name is {first.name}")


def _more(count: int) -> str:
    return f"; so it is with {count} more of this file" if count else ""


def _say_removed(version: str, ones: Sequence[Autoscaler], *, off_path: bool) -> None:
    first = ones[0].object
    places = [Note(one.object.root.key_place("apiVersion"), f"{one.object}") for one in ones]
    report(
        at=places[0].place,
        says=f"{first} uses {first.api_version}, which Kubernetes {version} removed"
        f"{_more(len(ones) - 1)}",
        severity=Severity.MEDIUM if off_path else Severity.HIGH,
        evidence=f"apiVersion: {first.api_version}",
        related=places[1:],
        clause="c",
        key=f"c/{first.name}",
    )


def _say_lost(scaling: Scaling) -> None:
    one, target = scaling.seen.object, f"{scaling.kind}/{scaling.name}"
    severity = Severity.MEDIUM if scaling.doubtful else Severity.HIGH
    report(
        at=scaling.target_place,
        says=f"{one} scales {target}, {scaling.lost}",
        severity=severity.lowered() if scaling.seen.off_path else severity,
        evidence=f"scaleTargetRef: {target}",
        related=[Note(one.name_place, f"{one}"), *scaling.signs],
        clause="a",
        key=f"a/{one.namespace or ''}/{one.name}",
    )


def _say_starved(resources: str, group: Sequence[Scaling]) -> None:
    first = group[0]
    one, missing = first.seen.object, first.missing_requests
    names = ", ".join(sorted({lack.container.name for lack in missing}))
    says = (
        f"{one} scales {first.kind}/{first.name} by use of {resources}, but container {names} "
        f"requests none{_more(len(group) - 1)}"
    )
    notes = [Note(lack.container.place, f"no {lack.resource} request") for lack in missing]
    for other in group[1:]:
        lack = other.missing_requests[0]
        notes.append(Note(lack.metric_place, f"{other.seen.object}"))
        notes.append(Note(lack.container.place, f"container {lack.container.name} requests none"))
    severity = Severity.CRITICAL.lowered() if first.seen.off_path else Severity.CRITICAL
    report(
        at=missing[0].metric_place,
        says=says,
        severity=severity,
        evidence=", ".join(f"{lack.container.name} lacks {lack.resource}" for lack in missing),
        related=notes,
        clause="b",
        key=f"b/{one.namespace or ''}/{one.name}",
    )
