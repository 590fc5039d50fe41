"""Deployments that take traffic scale with it."""

from pytest_reconaudit.api import Deployment, DeploymentView, Note, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="A burst of traffic meets a fixed number of pods: requests queue, then fail.",
    fix="""
    Give the Deployment an autoscaler and drop its `replicas`:

    ```yaml
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: api}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
      minReplicas: 2
      maxReplicas: 10
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
      behavior:
        scaleDown: {stabilizationWindowSeconds: 300}
    ```
    """,
)
def k8s_hpa_present(deployment: Deployment) -> None:
    """Every stateless Deployment behind a Service has an autoscaler.

    Why: the number of replicas is a guess made on the day it was written; load is not.
    Decides: an application Deployment that a Service selects, with two replicas or more or in a
        production path or namespace, needs a HorizontalPodAutoscaler, a KEDA object, a Rollout
        or `kubectl autoscale` that names it. Data stores and off-the-shelf servers, Deployments
        with a volume of their own, leader-elected ones, `Recreate` with one replica, zero
        replicas, and replicas that GitOps ignores pass. Development, staging and test drop to
        low; a staging copy with one replica is reported only when its configuration or its
        production twin says that it scales.
    Blind spots: charts and overlays that cannot be rendered; autoscalers made by operators.
    """
    hits = [view for view in deployment.views if _wants_one(view)]
    if not hits:
        return
    view = min(hits, key=lambda one: one.seen.off_path)
    name, service = view.object.name, view.service
    staging = view.seen.off_path
    copies = "1 replica" if view.replicas == 1 else f"{view.replicas} replicas"
    where = f" (rendered by {view.seen.within.id})" if len(deployment.views) > 1 else ""
    notes = [Note(view.object.name_place, f"Deployment {name}")]
    if service is not None:
        notes.append(Note(service.name_place, f"Service {service.name} sends it traffic"))
    report(
        at=view.replicas_place,
        says=f"Deployment {name} runs {copies} behind a Service and nothing scales it{where}",
        severity=Severity.LOW if staging else None,
        evidence=f"Deployment/{name} replicas: {view.replicas}",
        related=[*notes, *view.rehearsed],
        key=f"{view.object.namespace or ''}/{name}",
    )


def _wants_one(view: DeploymentView) -> bool:
    if view.service is None or view.autoscaled or view.exempt or view.seen.within.unrendered:
        return False
    if view.seen.environment == "production" or view.replicas >= 2:
        return True
    return bool(view.rehearsed)
