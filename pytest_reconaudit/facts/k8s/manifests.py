"""Which files hold what the cluster gets: manifests, kustomizations, charts.

Files are told apart by content, and each is parsed once, for whoever asks first.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from pytest_reconaudit.facts.compose.stacks import is_test_data
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.kustomize import (
    KUSTOMIZATION_NAMES,
    Kustomization,
    kustomization_of,
)
from pytest_reconaudit.readers.manifest import ManifestFile, manifest_of, may_hold_objects
from pytest_reconaudit.readers.yaml import read_yaml
from pytest_reconaudit.target import Target, once, within

__all__ = [
    "charts",
    "kustomization_at",
    "kustomizations",
    "manifest_at",
    "manifest_files",
    "only_definitions",
]

_SKIPPED_NAMES = regex(
    r"(?:pnpm-lock|(?:docker-)?compose[\w.-]*|values[\w.-]*|openapi[\w.-]*|swagger[\w.-]*"
    r"|mkdocs|codecov|dependabot|package(?:-lock)?|tsconfig[\w.-]*|composer|angular|renovate"
    r"|\.?eslintrc[\w.-]*|manifest\.webapp)\.(?:ya?ml|json)",
    re.IGNORECASE,
)
_JSON_PATH = regex(r"k8s|kube|manifest|deploy|infra|cluster|openshift", re.IGNORECASE)


@once
def manifest_files(target: Target) -> tuple[ManifestFile, ...]:
    """Every audited file that holds Kubernetes objects or a template of some.

    Chart templates, kustomizations, generated files and the input of tests are left out.
    """
    in_chart = _chart_parts(target)
    found = []
    for path in target.files:
        if not _candidate(path) or in_chart(path) or _is_kustomization_file(target, path):
            continue
        if is_test_data(path):
            continue
        manifest = manifest_at(target, path)
        if (manifest.objects or manifest.templated) and not target.is_generated(path):
            found.append(manifest)
    return tuple(found)


@once
def charts(target: Target) -> tuple[str, ...]:
    """The folders of the Helm charts, sorted; a chart inside another is not listed."""
    folders = sorted(posixpath.dirname(path) for path in target.named("Chart.yaml", "Chart.yml"))
    kept: list[str] = []
    for folder in folders:
        if not any(within(folder, outer) and "/charts/" in f"/{folder}/" for outer in kept):
            kept.append(folder)
    return tuple(kept)


@once
def kustomizations(target: Target) -> tuple[Kustomization, ...]:
    """Every kustomization, components included, sorted by path."""
    found = (kustomization_at(target, path) for path in target.named(*KUSTOMIZATION_NAMES))
    return tuple(one for one in found if one is not None)


def _candidate(path: str) -> bool:
    name = posixpath.basename(path)
    if path.endswith((".yaml", ".yml")):
        return _SKIPPED_NAMES.fullmatch(name) is None
    return (
        path.endswith(".json")
        and _JSON_PATH.search(path) is not None
        and _SKIPPED_NAMES.fullmatch(name) is None
    )


def manifest_at(target: Target, path: str) -> ManifestFile:
    """The objects of any one file, a kustomization's resource say; none when it has none."""
    return target.remember(_manifests)(path)


def _manifests(target: Target) -> Callable[[str], ManifestFile]:
    known: dict[str, ManifestFile] = {}

    def one(path: str) -> ManifestFile:
        if path not in known:
            text = target.text(path)
            known[path] = (
                manifest_of(target.parse(read_yaml, path), text)
                if may_hold_objects(text) and not only_definitions(text)
                else ManifestFile(path, ())
            )
        return known[path]

    return one


_TOP_KINDS = regex(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)


def only_definitions(text: str) -> bool:
    """Whether all that a file holds is custom resource definitions: large, and named by nothing."""
    kinds = set(_TOP_KINDS.findall(text))
    return kinds == {"CustomResourceDefinition"}


def kustomization_at(target: Target, path: str) -> Kustomization | None:
    """The kustomization in a file, if it is one."""
    return target.remember(_kustomization_reader)(path)


def _kustomization_reader(target: Target) -> Callable[[str], Kustomization | None]:
    known: dict[str, Kustomization | None] = {}

    def one(path: str) -> Kustomization | None:
        if path not in known:
            known[path] = kustomization_of(target.parse(read_yaml, path), target.text(path))
        return known[path]

    return one


def _is_kustomization_file(target: Target, path: str) -> bool:
    return (
        posixpath.basename(path) in KUSTOMIZATION_NAMES
        and kustomization_at(target, path) is not None
    )


def _chart_parts(target: Target) -> Callable[[str], bool]:
    """Whether a path is a template, sub-chart or CRD of a chart."""
    parts = tuple(
        posixpath.join(folder, part) + "/"
        for folder in charts(target)
        for part in ("templates", "charts", "crds")
    )
    return lambda path: path.startswith(parts) if parts else False
