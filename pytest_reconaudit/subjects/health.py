"""What the health checks are run on: health commands, and what has none."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.k8s.manifests import charts, manifest_files
from pytest_reconaudit.facts.k8s.probe_faults import working_files
from pytest_reconaudit.facts.network.health import image_healthchecks, service_healthchecks
from pytest_reconaudit.facts.network.health_presence import health_files, image_presences
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("image_health")
def _image_health(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in image_healthchecks(target)]
    if found:
        return found
    what = "HEALTHCHECK in a Dockerfile" if dockerfiles(target) else "Dockerfile in the repository"
    return Nothing(SkipReason.NO_INPUT, f"no {what}")


@subject("image_presence")
def _image_presences(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in image_presences(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no Dockerfile of an image that is deployed")


@subject("service_health")
def _service_health(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in service_healthchecks(target)]
    if found:
        return found
    what = "healthcheck in a compose file" if compose_files(target) else "compose file"
    return Nothing(SkipReason.NO_INPUT, f"no {what}")


@subject("health_file")
def _health_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in health_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no compose file with services that stay")


@subject("probe_file")
def _probe_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in working_files(target)]
    if found:
        return found
    unrendered = len(charts(target)) + sum(one.templated for one in manifest_files(target))
    if unrendered:
        detail = "no probe outside Helm charts and templates, which are not rendered"
        return Nothing(SkipReason.NOT_RENDERABLE, detail)
    return Nothing(SkipReason.NO_INPUT, "no container with a probe or an init command")
