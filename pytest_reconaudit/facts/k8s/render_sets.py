"""What is applied together: kustomizations and charts rendered, plain folders as they lie.

A *render set* is the unit that references are resolved in. Each kustomization that no other
kustomization includes is one, rendered here the way ``kustomize build`` does it: resources and
bases, generators, components, patches, then namespace, prefix and suffix, labels, replicas,
images, and last the names in references. Manifests that no kustomization names form one set per
folder. A Helm chart is one set for its default values and one for each values file beside them,
when helm is installed. Every rendered object keeps the file and line each of its parts was
written at.

What this cannot follow (a remote base, a missing file, a plugin, a chart without its
dependencies) makes the set ``unrendered``: its objects are the best that could be had and must
not be used to say that something is missing. Kustomize itself is never run: the target is not
trusted.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from pytest_reconaudit.facts.k8s.chart_build import build_charts
from pytest_reconaudit.facts.k8s.kustomize_build import Renderer, renderer
from pytest_reconaudit.facts.k8s.manifests import charts, kustomizations, manifest_files
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.kustomize import Kustomization
from pytest_reconaudit.readers.manifest import KubeObject, ManifestFile, object_of
from pytest_reconaudit.target import Target, once

__all__ = ["RenderSet", "render_sets"]


class RenderSet(Struct, frozen=True, eq=False):
    """Objects that are applied together. Two sets are equal only when identical."""

    id: str
    """The folder, relative to the target; ``.`` for its root. A chart with other values than the
    default ones adds ``:FILE``."""
    kind: str
    """``kustomization``, ``directory`` or ``chart``."""
    place: Place
    """The kustomization or chart file; for a folder its first manifest."""
    objects: tuple[KubeObject, ...]
    files: frozenset[str]
    """Every file of the target that went into it."""
    unrendered: str = ""
    """Why it is not known for sure what the set holds; empty when it is."""
    unrendered_at: Place | None = None
    variables: frozenset[str] = frozenset()
    """Kustomize ``vars``: their ``$(NAME)`` is no Kubernetes expansion."""
    namespace: str | None = None
    """The namespace that a kustomization puts everything in."""

    @property
    def stays_here(self) -> bool:
        """Whether some image is never pulled: only a cluster on the machine that built it has it
        (kind, minikube)."""
        return any(
            container.root.get("imagePullPolicy") == "Never"
            for one in self.objects
            if one.pod is not None
            for container in one.pod.all_containers
        )


@once
def render_sets(target: Target) -> tuple[RenderSet, ...]:
    """Kustomizations, then plain folders, then charts; each sort in path order."""
    builder = renderer(target)
    every = kustomizations(target)
    included = {path for one in every for path in builder.included(one)}
    taken: set[str] = set()
    for one in every:
        taken |= builder.claimed(one)
    sets = [
        _rendered(builder, one) for one in every if one.path not in included and not one.component
    ]
    folders: dict[str, list[ManifestFile]] = {}
    for manifest in manifest_files(target):
        if manifest.path not in taken and manifest.objects:
            folders.setdefault(posixpath.dirname(manifest.path), []).append(manifest)
    for folder, manifests in sorted(folders.items()):
        objects = tuple(one for manifest in manifests for one in manifest.objects)
        sets.append(
            RenderSet(
                id=folder or ".",
                kind="directory",
                place=Place(manifests[0].path, 1, 1),
                objects=objects,
                files=frozenset(manifest.path for manifest in manifests),
            )
        )
    sets.extend(
        RenderSet(
            id=chart.id,
            kind="chart",
            place=chart.place,
            objects=chart.objects,
            files=chart.files,
            unrendered=chart.reason,
            unrendered_at=chart.place if chart.reason else None,
        )
        for chart in build_charts(target, charts(target))
    )
    return tuple(sets)


def _rendered(renderer: Renderer, one: Kustomization) -> RenderSet:
    layer, resources = renderer.render(one)
    objects = (object_of(made.root, open_ended=made.open_ended) for made in resources)
    reason, at = layer.reasons[0] if layer.reasons else ("", None)
    return RenderSet(
        id=posixpath.dirname(one.path) or ".",
        kind="kustomization",
        place=one.place,
        objects=tuple(made for made in objects if made is not None),
        files=frozenset(layer.files),
        unrendered=reason,
        unrendered_at=at,
        variables=frozenset(layer.variables),
        namespace=one.namespace or None,
    )
