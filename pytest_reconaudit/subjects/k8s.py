"""Kubernetes: workloads, autoscalers and what they scale, files whose objects name others."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.k8s.autoscalers import autoscaler_files, deployments, scale_targets
from pytest_reconaudit.facts.k8s.cluster import reference_files
from pytest_reconaudit.facts.k8s.copies import copy_sets
from pytest_reconaudit.facts.k8s.disruption import disruption_files
from pytest_reconaudit.facts.k8s.image_pins import image_files
from pytest_reconaudit.facts.k8s.ingresses import ingress_files
from pytest_reconaudit.facts.k8s.kube_faults import KubeFile
from pytest_reconaudit.facts.k8s.kustomize_faults import kustomize_files
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.k8s.pod_faults import probe_files, resource_files
from pytest_reconaudit.facts.k8s.render_sets import RenderSet, render_sets
from pytest_reconaudit.facts.k8s.scaling_bounds import bounds_files
from pytest_reconaudit.facts.k8s.service_targets import service_files
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target


@fact("render_sets")
def _render_sets(target: Target) -> tuple[RenderSet, ...]:
    return render_sets(target)


@subject("workload")
def _workloads(target: Target) -> Iterable[Subject] | Nothing:
    return [Subject(one.id, one) for one in workloads(target)] or _nothing(target, "workload")


@subject("deployment")
def _deployments(target: Target) -> Iterable[Subject] | Nothing:
    return [Subject(one.id, one) for one in deployments(target)] or _nothing(target, "Deployment")


@subject("autoscaler_file")
def _autoscaler_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in autoscaler_files(target)]
    return found or _nothing(target, "autoscaler")


@subject("scale_target")
def _scale_targets(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in scale_targets(target)]
    return found or _nothing(target, "autoscaler")


@subject("reference_file")
def _reference_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in reference_files(target)]
    return found or _nothing(target, "manifest that names another object")


@subject("probed_file")
def _probed_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, probe_files(target), "workload behind a Service")


@subject("pod_file")
def _pod_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, resource_files(target), "workload")


@subject("disruption_file")
def _disruption_files(target: Target) -> Iterable[Subject] | Nothing:
    what = "replicated workload behind a Service, no disruption budget"
    return _files(target, disruption_files(target), what)


@subject("bounds_file")
def _bounds_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, bounds_files(target), "autoscaler")


@subject("service_file")
def _service_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, service_files(target), "Service with a selector")


@subject("ingress_file")
def _ingress_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, ingress_files(target), "Ingress")


@subject("object_set")
def _object_sets(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, copy_sets(target), "manifest")


@subject("kustomize_file")
def _kustomize_files(target: Target) -> Iterable[Subject] | Nothing:
    return _files(target, kustomize_files(target), "kustomization")


def _files(target: Target, files: tuple[KubeFile, ...], what: str) -> Iterable[Subject] | Nothing:
    return [Subject(one.path, one) for one in files] or _nothing(target, what)


@subject("image_file")
def _image_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in image_files(target)]
    return found or _nothing(target, "container or `kubectl set image`")


def _nothing(target: Target, what: str) -> Nothing:
    """Absent, or only in charts and templates that could not be rendered."""
    charted = [one for one in render_sets(target) if one.kind == "chart" and one.unrendered]
    if charted:
        detail = f"no {what} outside what cannot be rendered: {charted[0].unrendered}"
        return Nothing(SkipReason.NOT_RENDERABLE, f"{detail} ({charted[0].id})")
    if any(one.templated for one in manifest_files(target)):
        return Nothing(SkipReason.NOT_RENDERABLE, f"no {what} outside templates of other tools")
    return Nothing(SkipReason.NO_INPUT, f"no {what} in the repository")
