"""Kubernetes: workloads, autoscalers and what they scale, files whose objects name others."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.k8s.autoscalers import autoscalers, deployments, scale_targets
from pytest_reconaudit.facts.k8s.cluster import reference_files
from pytest_reconaudit.facts.k8s.manifests import charts, manifest_files
from pytest_reconaudit.facts.k8s.render_sets import RenderSet, render_sets
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


@subject("autoscaler")
def _autoscalers(target: Target) -> Iterable[Subject] | Nothing:
    return [Subject(one.id, one) for one in autoscalers(target)] or _nothing(target, "autoscaler")


@subject("scale_target")
def _scale_targets(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in scale_targets(target)]
    return found or _nothing(target, "autoscaler")


@subject("reference_file")
def _reference_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in reference_files(target)]
    return found or _nothing(target, "manifest that names another object")


def _nothing(target: Target, what: str) -> Nothing:
    """Absent, or only in charts and templates that are not rendered here."""
    unrendered = len(charts(target)) + sum(one.templated for one in manifest_files(target))
    if unrendered:
        detail = f"no {what} outside Helm charts and templates, which are not rendered"
        return Nothing(SkipReason.NOT_RENDERABLE, detail)
    return Nothing(SkipReason.NO_INPUT, f"no {what} in the repository")
