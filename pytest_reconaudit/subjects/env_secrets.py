"""What the checks on secrets are run on: one file each in which a secret may stand."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.docker.image_secrets import ImageSecret, image_secrets
from pytest_reconaudit.facts.env.fallbacks import fallback_files
from pytest_reconaudit.facts.env.secret_logs import log_files
from pytest_reconaudit.facts.env.secrets import committed_files
from pytest_reconaudit.facts.k8s.kube_secrets import secrets_files
from pytest_reconaudit.facts.k8s.manifests import charts, manifest_files
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target


@subject("committed_file")
def _committed(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in committed_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no env file and no value under a secret name")


@subject("fallback_file")
def _fallbacks(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in fallback_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing reads or sets a secret key")


@subject("log_file")
def _logs(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in log_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing that reads a secret writes to a log")


@fact("image_secrets")
def _image_secrets(target: Target) -> dict[str, tuple[ImageSecret, ...]]:
    return image_secrets(target)


@subject("secrets_file")
def _secrets_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in secrets_files(target)]
    if found:
        return found
    if charts(target) or any(one.templated for one in manifest_files(target)):
        detail = "no ConfigMap, Secret or plain value outside charts and templates"
        return Nothing(SkipReason.NOT_RENDERABLE, detail)
    return Nothing(SkipReason.NO_INPUT, "no ConfigMap, Secret or plain value in a manifest")
