"""``kustomize build`` over the files of a target, without running kustomize.

Resources and bases, generators, components, patches, then namespace, prefix and suffix, labels,
replicas and images, in kustomize's order; names in references come last. What cannot be followed
is noted as a reason, and the build goes on with the rest.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from pytest_reconaudit.facts.k8s.kustomize_names import (
    SCALABLE,
    Resource,
    fix_references,
    pod_specs,
)
from pytest_reconaudit.facts.k8s.manifests import kustomization_at, manifest_at
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.kube_patch import (
    PatchError,
    json_patch,
    new_map,
    put,
    set_at,
    strategic_merge,
    without,
)
from pytest_reconaudit.readers.kustomize import (
    KUSTOMIZATION_NAMES,
    Entry,
    Generator,
    Kustomization,
    Patch,
    PatchTarget,
)
from pytest_reconaudit.readers.manifest import CLUSTER_SCOPED
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["BuildFault", "Layer", "Renderer", "renderer"]

_MAX_OBJECTS = 20_000
"""Objects that all renderings together may hold; a repository with more is a bomb."""
_MAX_LAYERS = 40
_NAMING_FIELDS = frozenset(
    {
        "name", "namespace", "key", "kind", "secretName", "claimName", "serviceName", "secretRef",
        "serviceAccountName", "serviceAccount", "servicePort", "port", "number", "env", "envFrom",
        "containers", "volumes", "spec", "metadata", "data", "stringData",
    }
)  # fmt: skip
_BUILTIN_GROUP = regex(r"(?:[a-z0-9.-]+\.k8s\.io)?")


class BuildFault(Struct, frozen=True):
    """A patch that does not apply, although all that it could apply to is known."""

    clause: str
    """``b``: it has no target, ``c``: an operation fails."""
    message: str
    place: Place


class Layer(Struct):
    """What one kustomization makes, and why that is not sure."""

    resources: list[Resource] = field(default_factory=list)
    reasons: list[tuple[str, Place]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    configured: bool = False
    faults: list[BuildFault] = field(default_factory=list)
    """Of this kustomization's own patches and its components', not of those below."""
    blank: bool = False
    """Some listed file holds nothing yet: it is filled in later, by a bootstrap say."""

    def absorb(self, below: Layer) -> None:
        self.resources.extend(resource.copy() for resource in below.resources)
        self.reasons.extend(below.reasons)
        self.files |= below.files
        self.variables |= below.variables
        self.configured = self.configured or below.configured
        self.blank = self.blank or below.blank


class Renderer:
    """``kustomize build`` over the files of a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.layers: dict[str, Layer] = {}
        self.budget = _MAX_OBJECTS

    # Which files belong to whom.

    def resolve(self, one: Kustomization, path: str) -> str:
        """A path written in a kustomization, relative to the target."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(one.path), path))

    def kustomization_in(self, folder: str) -> Kustomization | None:
        if folder.startswith(".."):
            return None
        for name in KUSTOMIZATION_NAMES:
            path = name if folder in ("", ".") else posixpath.join(folder, name)
            if self.target.has(path):
                return kustomization_at(self.target, path)
        return None

    def included(self, one: Kustomization) -> Iterator[str]:
        """The kustomizations that this one builds on."""
        for entry in (*one.resources, *one.components):
            below = self.kustomization_in(self.resolve(one, entry.path))
            if below is not None:
                yield below.path

    def claimed(self, one: Kustomization) -> set[str]:
        """The files that are this kustomization's resources or patches, not manifests alone."""
        listed = [entry.path for entry in one.resources]
        listed += [patch.file for patch in one.patches if patch.file]
        listed += [text.rpartition("=")[2] for made in one.generators for text in made.files]
        return {self.resolve(one, path) for path in listed}

    # Building.

    def render(self, one: Kustomization) -> tuple[Layer, list[Resource]]:
        """A kustomization as it would be applied: what it was made of, and the objects."""
        layer = self.build(one, ())
        resources = [resource.copy() for resource in layer.resources]
        fix_references(resources, layer.configured)
        return layer, resources

    def build(self, one: Kustomization, above: tuple[str, ...]) -> Layer:
        """One kustomization with all below it; remembered, never changed afterwards."""
        known = self.layers.get(one.path)
        if known is not None:
            return known
        layer = Layer(files={one.path}, configured=one.configured)
        if one.problems:
            layer.reasons.append((f"{one.path} is not valid YAML", one.problems[0].place))
        if one.path in above or len(above) > _MAX_LAYERS:
            layer.reasons.append((f"{one.path} includes itself", one.place))
            return layer
        for name, place in one.unknown:
            layer.reasons.append((f"uses {name}, which is not rendered here", place))
        self.note_transformers(one, layer)
        for entry in one.resources:
            self.add_resource(one, entry, layer, (*above, one.path))
        for generator in one.generators:
            self.generate(one, generator, layer)
        for entry in one.components:
            self.add_component(one, entry, layer, (*above, one.path))
        self.transform(one, layer)
        layer.variables |= set(one.variables)
        self.layers[one.path] = layer
        return layer

    def note_transformers(self, one: Kustomization, layer: Layer) -> None:
        """Transformers of labels, and replacements of plain values, change no name."""
        for replacement, place in one.replacements:
            if not self.harmless(one, replacement):
                layer.reasons.append(("uses replacements, which are not rendered here", place))
        for entry in one.transformers:
            path = self.resolve(one, entry.path)
            layer.files.add(path)
            roots = [
                document.root
                for document in (
                    self.target.parse(read_yaml, path).documents if self.target.has(path) else ()
                )
            ]
            harmless = roots and all(
                isinstance(root, Map)
                and root.get("apiVersion") == "builtin"
                and root.get("kind") in ("LabelTransformer", "AnnotationsTransformer")
                for root in roots
            )
            if not harmless:
                reason = f"uses transformer {entry.path}, which is not rendered here"
                layer.reasons.append((reason, entry.place))

    def harmless(self, one: Kustomization, replacement: Map | str) -> bool:
        """Whether a replacement leaves names, namespaces, keys and ports alone."""
        if isinstance(replacement, Map):
            rules = [replacement]
        else:
            path = self.resolve(one, replacement)
            if not self.target.has(path):
                return False
            roots = [document.root for document in self.target.parse(read_yaml, path).documents]
            rules = [root for root in roots if isinstance(root, Map)]
            for root in roots:
                rules += (
                    [rule for rule in root if isinstance(rule, Map)]
                    if isinstance(root, Seq)
                    else []
                )
        fields = [
            f"{field_path}".rpartition(".")[2]
            for rule in rules
            for goal in rule.maps("targets")
            for field_path in goal.seq("fieldPaths") or ("name",)
        ]
        return bool(rules) and not any(name in _NAMING_FIELDS for name in fields)

    def add_resource(
        self, one: Kustomization, entry: Entry, layer: Layer, above: tuple[str, ...]
    ) -> None:
        path = self.resolve(one, entry.path)
        if self.target.has(path):
            layer.files.add(path)
            manifest = manifest_at(self.target, path)
            if not self.target.text(path):
                layer.reasons.append((f"{path} is empty or too large to read", entry.place))
            if not manifest.objects and "kind" not in self.target.text(path):
                layer.blank = True
            if manifest.problems or manifest.templated:
                layer.reasons.append((f"{path} is not valid YAML", entry.place))
            for found in manifest.objects:
                # A variable in ``namespace`` counts as none, as for a plain manifest.
                self.add(layer, Resource(found.root, [(found.name, found.namespace)]), entry)
            return
        below = self.kustomization_in(path) if self.target.has_dir(path) else None
        if below is not None and not below.component:
            inner = self.build(below, above)
            self.budget -= len(inner.resources)
            if self.budget < 0:
                layer.reasons.append(("renders more objects than can be followed", entry.place))
                return
            layer.absorb(inner)
        elif entry.remote:
            layer.reasons.append((f"takes {entry.path} from elsewhere", entry.place))
        else:
            layer.reasons.append((f"lists {entry.path}, which is not there", entry.place))

    def add(self, layer: Layer, resource: Resource, entry: Entry) -> None:
        self.budget -= 1
        if self.budget >= 0:
            layer.resources.append(resource)
        elif not layer.reasons:
            layer.reasons.append(("renders more objects than can be followed", entry.place))

    def add_component(
        self, one: Kustomization, entry: Entry, layer: Layer, above: tuple[str, ...]
    ) -> None:
        """A component works on what is there already, as if its lines stood in ``one``."""
        below = self.kustomization_in(self.resolve(one, entry.path))
        if below is None:
            sort = (
                "takes component {} from elsewhere" if entry.remote else "component {} is missing"
            )
            layer.reasons.append((sort.format(entry.path), entry.place))
            return
        if below.path in above or len(above) > _MAX_LAYERS:
            layer.reasons.append((f"{below.path} includes itself", entry.place))
            return
        layer.files.add(below.path)
        layer.configured = layer.configured or below.configured
        layer.variables |= set(below.variables)
        for name, place in below.unknown:
            layer.reasons.append((f"uses {name}, which is not rendered here", place))
        self.note_transformers(below, layer)
        for inner in below.resources:
            self.add_resource(below, inner, layer, (*above, below.path))
        for generator in below.generators:
            self.generate(below, generator, layer)
        for inner in below.components:
            self.add_component(below, inner, layer, (*above, below.path))
        self.transform(below, layer)

    def generate(self, one: Kustomization, generator: Generator, layer: Layer) -> None:
        """A ConfigMap or Secret from literals and files; ``merge`` adds to one that is there."""
        keys: dict[str, Place] = {}
        open_ended = False
        for text, place in generator.literals:
            keys[text.partition("=")[0]] = place
        for text in generator.files:
            key, separator, path = text.rpartition("=")
            keys[key if separator else posixpath.basename(text)] = generator.place
            layer.files.add(self.resolve(one, path if separator else text))
        for text in generator.envs:
            path = self.resolve(one, text)
            layer.files.add(path)
            if not self.target.has(path):
                open_ended = True  # an env file that is not committed, as it should be
            for key in _env_keys(self.target.text(path) if self.target.has(path) else ""):
                keys[key] = generator.place
        if not generator.name:
            return
        old = None
        if generator.behavior in ("merge", "replace"):
            old = _named(layer.resources, generator.kind, generator.name)
            if old is None:
                reason = (
                    f"{generator.behavior}s {generator.kind} {generator.name}, which is not there"
                )
                layer.reasons.append((reason, generator.place))
        data = new_map(generator.place)
        for key, place in keys.items():
            put(data, key, "", place, place)
        if old is not None:
            if generator.behavior == "merge":
                for key in old.root.map("data"):
                    if key not in data:
                        put(data, key, "", old.root.map("data").key_place(key), generator.place)
                old.open_ended = old.open_ended or open_ended
            else:
                old.open_ended = open_ended
                old.root = without(old.root, "binaryData")
            # Kustomize writes the result anew from ``data``.
            old.root = set_at(without(old.root, "stringData"), ("data",), data, generator.place)
            return
        root = new_map(generator.place)
        metadata = new_map(generator.place)
        put(root, "apiVersion", "v1", generator.place, generator.place)
        put(root, "kind", generator.kind, generator.place, generator.place)
        put(metadata, "name", generator.name, generator.place, generator.place)
        if generator.namespace:
            put(metadata, "namespace", generator.namespace, generator.place, generator.place)
        put(root, "metadata", metadata, generator.place, generator.place)
        put(root, "data", data, generator.place, generator.place)
        names = [(generator.name, generator.namespace or None)]
        layer.resources.append(Resource(root, names, open_ended))

    # Changing what is there.

    def transform(self, one: Kustomization, layer: Layer) -> None:
        sure = not layer.reasons and not layer.blank
        for patch in one.patches:
            before = len(layer.faults)
            self.patch(one, patch, layer)
            if not sure:
                del layer.faults[before:]  # what it misses may come from elsewhere
            elif one.component:
                # A component may be for more than this one has: only what fails the build counts.
                layer.faults[before:] = [
                    fault
                    for fault in layer.faults[before:]
                    if fault.clause != "b" or patch.target is None
                ]
        resources = layer.resources
        if one.namespace:
            for resource in resources:
                _move(resource, one.namespace, one.namespace_place)
        if one.prefix or one.suffix:
            for resource in resources:
                _affix(resource, one.prefix, one.suffix, one.affix_place)
        for rule in one.labels:
            for resource in resources:
                _label(resource, rule.pairs, rule.selectors, rule.templates, rule.place)
        for resource in resources if one.annotations else ():
            _annotate(resource, one.annotations, one.place)
        for scale in one.replicas:
            for resource in resources:
                if resource.kind in SCALABLE and _called(resource, scale.name):
                    path = ("spec", "replicas")
                    resource.root = set_at(resource.root, path, scale.count, scale.place)
        for image in one.images:
            for resource in resources:
                _retag(
                    resource, image.name, image.new_name, image.new_tag, image.digest, image.place
                )

    def patch(self, one: Kustomization, patch: Patch, layer: Layer) -> None:
        parsed = patch.inline
        if parsed is None:
            path = self.resolve(one, patch.file)
            if not self.target.has(path):
                layer.reasons.append((f"patch {patch.file} is not there", patch.place))
                return
            layer.files.add(path)
            parsed = self.target.parse(read_yaml, path)
        if parsed.problems:
            layer.reasons.append(("a patch is not valid YAML", parsed.problems[0].place))
        for document in parsed.documents:
            if isinstance(document.root, Seq):
                self.apply_json(patch, document.root, layer)
            elif isinstance(document.root, Map):
                self.apply_merge(patch, document.root, layer)

    def apply_json(self, patch: Patch, operations: Seq, layer: Layer) -> None:
        if patch.target is None:
            layer.reasons.append(("a JSON patch has no target", patch.place))
            return
        for resource in self.selected(patch.target, patch.place, layer):
            if "annotations" not in resource.root.map("metadata"):
                # Kustomize keeps notes of its own there while it builds.
                empty = new_map(patch.place)
                resource.root = set_at(
                    resource.root, ("metadata", "annotations"), empty, patch.place
                )
            try:
                resource.root = json_patch(resource.root, operations)
            except PatchError as error:
                reason = f"a JSON patch on {resource.kind}/{resource.name} fails: {error}"
                layer.reasons.append((reason, patch.place))
                what = f"patch of {resource.kind}/{resource.name}: {error}"
                layer.faults.append(BuildFault("c", what, patch.place))
            resource.renamed()

    def apply_merge(self, patch: Patch, root: Map, layer: Layer) -> None:
        if patch.target is not None:
            chosen = self.selected(patch.target, patch.place, layer)
        else:
            chosen = [one for one in layer.resources if _patched_by(one, root)]
            if not chosen and root.get("kind") != "CustomResourceDefinition":
                what = f"{root.str('kind')}/{root.map('metadata').str('name')}"
                layer.reasons.append((f"a patch is for {what}, which is not there", patch.place))
                layer.faults.append(BuildFault("b", f"patch for {what}", patch.place))
        for resource in chosen:
            keyed = _keyed(resource) or layer.configured
            merged = strategic_merge(resource.root, _content(root), keyed=keyed)
            if merged is None:
                layer.resources.remove(resource)
            else:
                resource.root = merged

    def selected(self, target: PatchTarget, place: Place, layer: Layer) -> list[Resource]:
        name, namespace = _pattern(target.name), _pattern(target.namespace)
        kind = _pattern(target.kind)
        labels = _selector(target.label_selector)
        annotations = _selector(target.annotation_selector)
        if not (name and namespace and kind and labels and annotations):
            layer.reasons.append(("a patch target is too clever to follow", place))
            return []
        chosen = [
            resource
            for resource in layer.resources
            if kind(resource.kind)
            and (not target.group or target.group == resource.group)
            and any(name(had) for had, _ in resource.names)
            and any(
                namespace(had or "default") or namespace(had or "") for _, had in resource.names
            )
            and labels(resource.root.map("metadata").map("labels"))
            and annotations(resource.root.map("metadata").map("annotations"))
        ]
        if not chosen and target.name and target.kind != "CustomResourceDefinition":
            # Kustomize says nothing: the patch just does nothing.
            what = f"patch for {target.kind or 'any kind'}/{target.name}"
            layer.faults.append(BuildFault("b", what, place))
        return chosen


@once
def renderer(target: Target) -> Renderer:
    """The one renderer of a target: what it has built is not built again."""
    return Renderer(target)


def _env_keys(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield stripped.partition("=")[0].strip()


def _named(resources: Iterable[Resource], kind: str, name: str) -> Resource | None:
    return next((one for one in resources if one.kind == kind and _called(one, name)), None)


def _called(resource: Resource, name: str) -> bool:
    return any(name == had for had, _ in resource.names)


def _patched_by(resource: Resource, patch: Map) -> bool:
    group = patch.str("apiVersion").rpartition("/")[0]
    metadata = patch.map("metadata")
    namespace = metadata.str("namespace")
    return (
        resource.kind == patch.str("kind")
        and resource.group == group
        and _called(resource, metadata.str("name"))
        and (
            namespace in ("", "default")
            or any(had in (namespace, None) for _, had in resource.names)
        )
    )


def _content(patch: Map) -> Map:
    """A merge patch without the identity that only says what it is for."""
    made = new_map(patch.place)
    for key, value in patch.items():
        if key in ("apiVersion", "kind"):
            continue
        if key == "metadata" and isinstance(value, Map):
            below = new_map(value.place)
            for inner, content in value.items():
                if inner not in ("name", "namespace"):
                    put(below, inner, content, value.key_place(inner), value.value_place(inner))
            value = below
        put(made, key, value, patch.key_place(key), patch.value_place(key))
    return made


def _keyed(resource: Resource) -> bool:
    group = resource.group
    return "." not in group or _BUILTIN_GROUP.fullmatch(group) is not None


_PLAIN = regex(r"[A-Za-z0-9_-]*")


def _pattern(text: str) -> Callable[[str], bool] | None:
    """A target's anchored regular expression as a test; ``None`` when it is beyond plain use.

    Only literals, ``.*`` and ``|`` are understood: the target is hostile, and a real expression
    of its own could take for ever.
    """
    if not text:
        return lambda _: True
    inner = text.removeprefix("^").removesuffix("$")
    if inner.startswith("(") and inner.endswith(")") and inner.count("(") == 1:
        inner = inner[1:-1]
    globs = []
    for part in inner.split("|"):
        pieces = part.replace("\\.", "\0").replace(".+", ".*").split(".*")
        if len(pieces) > 4:
            return None
        plain = [piece.replace("\0", ".") for piece in pieces]
        if any(_PLAIN.fullmatch(piece.replace(".", "")) is None for piece in plain):
            return None
        globs.append("*".join(plain))
    return lambda name: any(fnmatch.fnmatchcase(name, glob) for glob in globs)


def _selector(text: str) -> Callable[[Map], bool] | None:
    """A label selector of equalities as a test; ``None`` for anything else."""
    wanted: list[tuple[str, str | None, bool]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = re.fullmatch(r"([\w./-]+)(?:\s*(!=|==?)\s*([\w.-]*))?", part)
        if match is None:
            return None
        wanted.append((match[1], match[3], match[2] != "!="))

    def test(labels: Map) -> bool:
        return all(
            (labels.str(key) == value if value is not None else key in labels) is equal
            for key, value, equal in wanted
        )

    return test


def _move(resource: Resource, namespace: str, place: Place) -> None:
    if resource.kind == "Namespace":
        resource.root = set_at(resource.root, ("metadata", "name"), namespace, place)
    elif resource.kind not in CLUSTER_SCOPED:
        resource.root = set_at(resource.root, ("metadata", "namespace"), namespace, place)
    if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
        for index, subject in enumerate(resource.root.seq("subjects")):
            if isinstance(subject, Map) and subject.str("namespace") == "default":
                path = ("subjects", index, "namespace")
                resource.root = set_at(resource.root, path, namespace, place)
    resource.renamed()


def _affix(resource: Resource, prefix: str, suffix: str, place: Place) -> None:
    if resource.kind in ("Namespace", "CustomResourceDefinition", "APIService"):
        return
    # The place stays: the name's author is who wrote it, not the overlay that lengthens it.
    at = resource.root.map("metadata").value_place("name") if resource.name else place
    name = f"{prefix}{resource.name}{suffix}"
    resource.root = set_at(resource.root, ("metadata", "name"), name, at)
    resource.renamed()


def _label(
    resource: Resource,
    pairs: tuple[tuple[str, str], ...],
    selectors: bool,
    templates: bool,
    place: Place,
) -> None:
    paths: list[tuple[str | int, ...]] = [("metadata", "labels")]
    workload = isinstance(resource.root.map("spec").get("template"), Map)
    if templates and workload:
        paths.append(("spec", "template", "metadata", "labels"))
    if templates and resource.kind == "CronJob":
        paths.append(("spec", "jobTemplate", "spec", "template", "metadata", "labels"))
    if selectors and resource.kind == "Service" and resource.group == "":
        paths.append(("spec", "selector"))
    elif selectors and workload:
        if resource.kind != "Job" or "selector" in resource.root.map("spec"):
            paths.append(("spec", "selector", "matchLabels"))
    elif selectors:
        # Only where there is a selector: an empty one means every pod.
        paths.extend(
            ("spec", name, "matchLabels")
            for name in ("selector", "podSelector")
            if isinstance(resource.root.map("spec").map(name).get("matchLabels"), Map)
        )
    for path in paths:
        for key, value in pairs:
            resource.root = set_at(resource.root, (*path, key), value, place)


def _annotate(resource: Resource, pairs: tuple[tuple[str, str], ...], place: Place) -> None:
    for key, value in pairs:
        resource.root = set_at(resource.root, ("metadata", "annotations", key), value, place)
        if isinstance(resource.root.map("spec").get("template"), Map):
            path = ("spec", "template", "metadata", "annotations", key)
            resource.root = set_at(resource.root, path, value, place)


def _retag(
    resource: Resource, name: str, new_name: str, new_tag: str, digest: str, place: Place
) -> None:
    for path, spec in pod_specs(resource.root):
        for key in ("containers", "initContainers"):
            for index, container in enumerate(spec.seq(key)):
                if not isinstance(container, Map):
                    continue
                image = container.str("image")
                base, tag = _split_image(image)
                if base != name:
                    continue
                made = (new_name or base) + (
                    f"@{digest}" if digest else f":{new_tag}" if new_tag else tag
                )
                full = (*path, key, index, "image")
                resource.root = set_at(resource.root, full, made, place)


def _split_image(image: str) -> tuple[str, str]:
    """Repository, and ``:tag`` or ``@digest`` as written."""
    if "@" in image:
        base, _, digest = image.partition("@")
        return _split_image(base)[0], f"@{digest}"
    head, _, last = image.rpartition("/")
    name, colon, tag = last.partition(":")
    return (f"{head}/{name}" if head else name), f"{colon}{tag}"
