"""The images that workloads run, as rendered, and whether their tags stay what they are.

A tag that something sets at deployment (a kustomization, a workflow, a build tool, an image
automation) is judged as it is set, or not at all where that cannot be followed.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import workflow_steps, workflows
from pytest_reconaudit.facts.index import files_by_name, invocations_of
from pytest_reconaudit.facts.invocations import Invocation, workflow_invocations
from pytest_reconaudit.facts.k8s.cluster import Sighting, environment
from pytest_reconaudit.facts.k8s.idle_pods import waits_for_hands
from pytest_reconaudit.facts.k8s.manifests import kustomizations
from pytest_reconaudit.facts.k8s.render_sets import render_sets
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import ImageReference, image_reference
from pytest_reconaudit.readers.manifest import Container, KubeObject
from pytest_reconaudit.readers.yaml import read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["ImageFile", "KubeImage", "image_files"]

_BRANCHES = frozenset(
    {
        "develop", "development", "dev", "main", "master", "trunk", "head", "staging", "stage",
        "prod", "production", "edge", "nightly", "canary", "next", "unstable", "snapshot", "test",
        "testing", "qa", "uat", "preview", "devel", "integration", "current", "release",
    }
)  # fmt: skip
_OPEN = regex(r"[${}<>%`\s]|^ko://|^auto$|^\.$")
"""What leaves an image open: a variable, a template, a name that a tool fills in."""
_PLACEHOLDER = regex(
    r"^__?[A-Za-z0-9_]+_?_$|^[A-Z][A-Z0-9_-]*$|(?i:replace|change[-_]?me|placeholder|^your[-_]|^x+$)"
)
_SED = regex(r"image|latest|tag", re.IGNORECASE)
_TILT = regex(
    r"\b(?:docker_build(?:_with_restart)?|custom_build(?:_with_restart)?)\(\s*(?:ref\s*=\s*)?['\"]"
    r"([^'\"]{1,200})['\"]"
)
_AUTOMATED = ("keel.sh/policy", "image-updater.argoproj.io/", "argocd-image-updater.argoproj.io/")


class KubeImage(Struct, frozen=True):
    """One image of one container, or of one command, that may change under its name."""

    who: str
    """``Deployment api, container web``; the command for a rollout."""
    place: Place
    image: str
    off_path: bool = False
    """Development, staging or test."""
    within: str = ""
    """The kustomization that renders it so, if one does."""
    by_hand: bool = False
    """Of a pod that somebody starts to work in."""
    restarted: bool = False
    """A rollout that the same script restarts: the pods are replaced."""


class ImageFile(Struct, frozen=True):
    """One manifest, kustomization or script with what it says of images."""

    path: str
    judged: int
    latest: tuple[KubeImage, ...] = ()
    branches: tuple[KubeImage, ...] = ()
    overlays: tuple[KubeImage, ...] = ()
    """Tags without a version that a production kustomization sets."""
    rollouts: tuple[KubeImage, ...] = ()
    """``kubectl set image …:latest``."""
    reasons: tuple[str, ...] = ()
    """Why images were not judged."""


class _Gathered(Struct):
    judged: set[Place]
    reasons: list[str]
    found: dict[tuple[str, Place], KubeImage]


@once
def image_files(target: Target) -> tuple[ImageFile, ...]:
    """Every file whose images are known, or set by a command; by path."""
    files: dict[str, _Gathered] = {}

    def at(place: Place) -> _Gathered:
        return files.setdefault(place.path, _Gathered(set(), [], {}))

    setters = _Setters(target)
    overlays = {rule.place for one in kustomizations(target) for rule in one.images if rule.new_tag}
    for workload in workloads(target):
        for seen in workload.sightings:
            pod = seen.object.pod
            for container in pod.all_containers if pod is not None else ():
                place = container.image_place
                gathered = at(place)
                reason = setters.reason(seen, container)
                if reason:
                    gathered.reasons.append(reason)
                    continue
                gathered.judged.add(place)
                kind = _kind(container.image)
                if place in overlays and _in_production(seen) and kind != "fixed":
                    kind = "overlay"
                if kind in ("fixed", "loose"):
                    continue
                image = KubeImage(
                    who=f"{seen.object.kind} {seen.object.name}, container {container.name}",
                    place=place,
                    image=container.image,
                    off_path=seen.off_path,
                    within=seen.within.id if seen.within.kind == "kustomization" else "",
                    by_hand=waits_for_hands(seen.object),
                )
                known = gathered.found.get((kind, place))
                if known is None or (known.off_path and not image.off_path):
                    gathered.found[kind, place] = image
    for rollout, judged in _rollouts(target):
        gathered = at(rollout.place)
        gathered.judged.add(rollout.place)
        if judged:
            gathered.found["rollout", rollout.place] = rollout
    return tuple(_file(path, gathered) for path, gathered in sorted(files.items()))


def _file(path: str, gathered: _Gathered) -> ImageFile:
    def of(kind: str) -> tuple[KubeImage, ...]:
        # What a production overlay is told of is not told again as an image of its base.
        listed = [
            image
            for (sort, place), image in gathered.found.items()
            if sort == kind and (kind == "overlay" or ("overlay", place) not in gathered.found)
        ]
        return tuple(sorted(listed, key=lambda image: image.place.key()))

    return ImageFile(
        path=path,
        judged=len(gathered.judged),
        latest=of("latest"),
        branches=of("branch"),
        overlays=of("overlay"),
        rollouts=of("rollout"),
        reasons=tuple(dict.fromkeys(gathered.reasons)),
    )


def _kind(image: str) -> str:
    """``latest``, ``branch``, ``loose`` (no version, yet no branch either) or ``fixed``."""
    reference = image_reference(image)
    if reference.digest:
        return "fixed"
    tag = reference.tag.lower()
    if tag in ("", "latest"):
        return "latest"
    if tag in _BRANCHES or tag.removesuffix("-latest") in _BRANCHES:
        return "branch"
    return "fixed" if re.search(r"\d", tag) else "loose"


def _in_production(seen: Sighting) -> bool:
    within = seen.within
    return (
        within.kind == "kustomization" and environment(within.namespace, within.id) == "production"
    )


# -- what sets tags at deployment ------------------------------------------------------------


class _Setters:
    """Everything in a repository that sets images after the manifest was written."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.names: dict[str, str] = {}
        """Image name → who sets its tag."""
        self.containers: dict[tuple[str, str], str] = {}
        """(workload, container) → the workflow that sets its image."""
        self.files: list[tuple[str, str]] = []
        """(pattern of paths, who rewrites the images in them)."""
        for call in workflow_invocations(target):
            self._command(call)
        for call in invocations_of(target, ("sed", "yq", "perl", "gsed")):
            self._rewrite(call)
        for workflow in workflows(target):
            for _, step in workflow_steps(workflow):
                for key in ("images", "image"):
                    if "k8s" in step.uses.lower() or "kube" in step.uses.lower():
                        for line in step.with_.str(key).split("\n"):
                            self._name(line.strip(), f"{step.place} deploys its own tag")
        self._build_tools(target)
        self._operators(target)

    def reason(self, seen: Sighting, container: Container) -> str:
        """Why a container's image is not judged; empty when it is."""
        image = container.image
        if not image:
            return "the image is filled in at deployment"
        reference = image_reference(image)
        # An image's name is lower case: capitals in it are to be replaced.
        if (
            _OPEN.search(image)
            or _PLACEHOLDER.search(reference.tag)
            or reference.name != (reference.name.lower())
        ):
            return f"{image} is filled in at deployment"
        if container.root.get("imagePullPolicy") == "Never":
            return f"{image} is built where it runs"
        if image in _loaded(self.target):
            return f"{image} is loaded into a local cluster: {_loaded(self.target)[image]}"
        known = self.names.get(reference.name)
        if known is None:
            known = self.containers.get((seen.object.name, container.name))
        if known is None:
            path = container.image_place.path
            known = next((by for pattern, by in self.files if _matches(path, pattern)), None)
        if known is not None:
            return f"the tag of {reference.name} is set: {known}"
        place = container.image_place
        if "$imagepolicy" in self.target.line(place.path, place.line or 0):
            return "Flux sets the tag"
        annotations = [str(key) for key in seen.object.root.map("metadata").map("annotations")]
        if any(key.startswith(_AUTOMATED) for key in annotations):
            return "an image automation sets the tag"
        return ""

    def _name(self, written: str, by: str) -> None:
        """Note an image whose tag is set, unless it is set to ``latest``."""
        reference = image_reference(written)
        bare = written.partition(":")[0] if "$" in written else reference.name
        if bare and "$" not in bare and reference.tag != "latest":
            self.names.setdefault(bare, by)

    def _command(self, call: Invocation) -> None:
        words, place = call.words, call.command.place
        for container, value in _set_images(call):
            if not _moving(value):
                workload = _workload_of(words)
                self.containers.setdefault((workload, container), f"{place}")
        if call.name == "kustomize" and words[1:4] == ("edit", "set", "image"):
            for word in words[4:]:
                name, equals, new = word.partition("=")
                fixed = (new or word).partition(":")[2]
                if not word.startswith("-") and fixed != "latest":
                    self.names.setdefault(
                        image_reference(name).name if equals else name.partition(":")[0], f"{place}"
                    )

    def _rewrite(self, call: Invocation) -> None:
        words = call.words
        if not any(_SED.search(word) for word in words[1:]):
            return
        for word in words[1:]:
            if "/" in word or word.endswith((".yaml", ".yml")):
                path = call.resolve(word)
                if path:
                    self.files.append((path, f"{call.command.place} rewrites {path}"))

    def _build_tools(self, target: Target) -> None:
        for name, paths in files_by_name(target).items():
            if name.startswith("skaffold") and name.endswith((".yaml", ".yml")):
                for path in paths:
                    self._skaffold(target, path)
            elif name == "Tiltfile" or name.endswith(".tiltfile"):
                for path in paths:
                    for match in _TILT.finditer(target.text(path)):
                        self.names.setdefault(image_reference(match[1]).name, f"{path} builds it")

    def _skaffold(self, target: Target, path: str) -> None:
        for document in target.parse(read_yaml, path).documents:
            roots = [document.map, *document.map.maps("profiles")]
            for root in roots:
                for artifact in root.map("build").maps("artifacts"):
                    name = image_reference(artifact.str("image")).name
                    if name:
                        self.names.setdefault(name, f"{path} builds it")

    def _operators(self, target: Target) -> None:
        """Flux and Argo CD applications that set images of what they apply."""
        for within in render_sets(target):
            for one in within.objects:
                if one.kind in ("Kustomization", "Application", "ApplicationSet"):
                    self._operator(one)

    def _operator(self, one: KubeObject) -> None:
        for rule in one.spec.maps("images"):
            if rule.str("newTag") not in ("", "latest") or rule.str("digest"):
                self.names.setdefault(rule.str("name"), f"{one.kind} {one.name} sets it")
        listed = one.spec.map("source").map("kustomize").seq("images")
        for image in listed:
            if isinstance(image, str):
                old, _, new = image.rpartition("=")
                if not _moving(new):
                    name = image_reference(old or new).name
                    self.names.setdefault(name, f"{one.kind} {one.name} sets it")


def _matches(path: str, pattern: str) -> bool:
    return (
        path == pattern
        or path.startswith(f"{pattern}/")
        or ("*" in pattern and fnmatch.fnmatchcase(path, pattern))
    )


# -- commands --------------------------------------------------------------------------------


def _set_images(call: Invocation) -> Iterator[tuple[str, str]]:
    """(container, image with known variables put in) of a ``kubectl set image``."""
    words = call.words
    if call.name not in ("kubectl", "oc", "k", "microk8s", "k3s"):
        return
    if "image" not in words or words.index("image") == 0:
        return
    start = words.index("image")
    if words[start - 1] != "set":
        return
    for word in words[start + 1 :]:
        container, equals, image = word.partition("=")
        if equals and not word.startswith("-"):
            yield container, call.trace.expand(image)


def _workload_of(words: tuple[str, ...]) -> str:
    start = words.index("image") + 1
    for index, word in enumerate(words[start:], start):
        if word.startswith("-"):
            continue
        if "/" in word and "=" not in word:
            return word.partition("/")[2]
        if index + 1 < len(words) and "=" not in word:
            return words[index + 1]
    return ""


def _moving(image: str) -> bool:
    """Whether an image is spelled out and is ``latest``."""
    reference: ImageReference = image_reference(image)
    return not _OPEN.search(image) and not reference.digest and reference.tag in ("", "latest")


@once
def _loaded(target: Target) -> dict[str, Place]:
    """Images that a command puts straight into a cluster of one machine, made for a test.

    No registry has them, and the cluster does not live long enough to meet another build.
    """
    return {
        word: call.command.place
        for call in invocations_of(target, ("kind", "k3d", "minikube", "k3s"))
        if {"load", "import"} & set(call.words[1:4])
        for word in map(call.trace.expand, call.words[3:])
        if not word.startswith("-")
    }


def _rollouts(target: Target) -> Iterator[tuple[KubeImage, bool]]:
    """Each ``kubectl set image``, and whether it sets ``latest``."""
    calls = list(invocations_of(target, ("kubectl", "oc", "k", "microk8s")))
    restarted = {call.origin for call in calls if {"rollout", "restart"} <= set(call.words)}
    for call in calls:
        for container, image in _set_images(call):
            rollout = KubeImage(
                who=f"{_workload_of(call.words)}, container {container}",
                place=call.command.place,
                image=image,
                restarted=call.origin in restarted,
            )
            yield rollout, _moving(image) and image not in _loaded(target)
