"""A ``kustomization.yaml``: what it lists, patches, generates and rewrites, with places.

Only reads; putting the parts together is ``facts/k8s/kustomize_build``. Fields that change
objects in ways not modelled there (``generators``, ``helmCharts`` …) are listed as
``unknown`` so that an overlay which uses one is never judged by half.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.yaml import Map, Seq, YamlFile, read_yaml

__all__ = [
    "KUSTOMIZATION_NAMES",
    "Entry",
    "Generator",
    "ImageRule",
    "Kustomization",
    "LabelRule",
    "Patch",
    "PatchTarget",
    "ReplicaRule",
    "kustomization_of",
    "read_kustomization",
]

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_MAX_ENTRIES = 300
"""Patches, images and the like that one kustomization may list; more would be a bomb."""
_MAX_PLACED_LINES = 5_000
"""Lines of a kustomization whose inline patches get exact places."""
_UNKNOWN = (
    "generators", "helmCharts", "helmChartInflationGenerator",
)  # fmt: skip
_LISTS = (
    "patches", "patchesStrategicMerge", "patchesJson6902", "images", "replicas", "labels",
    "configMapGenerator", "secretGenerator", "replacements",
)  # fmt: skip
_REMOTE = regex(
    r"^(?:[a-z][a-z0-9+.-]*:(?:://|//|:)|git@|(?:www\.)?(?:github|gitlab|bitbucket)\.[a-z]+/)"
    r"|\?(?:ref|version|timeout|submodules)=|\.git(?:[/?]|$)"
)


class Entry(Struct, frozen=True):
    """One path that the kustomization lists."""

    path: str
    place: Place

    @property
    def remote(self) -> bool:
        """Whether it is fetched from elsewhere: a URL or a git repository."""
        return _REMOTE.search(self.path) is not None


class PatchTarget(Struct, frozen=True):
    """Which objects a patch applies to; empty fields match all, names are regular expressions."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    label_selector: str = ""
    annotation_selector: str = ""


class Patch(Struct, frozen=True, eq=False):
    """A strategic-merge or JSON 6902 patch, from a file or written in place."""

    file: str
    """Path relative to the kustomization; empty for an inline patch."""
    inline: YamlFile | None
    target: PatchTarget | None
    place: Place


class Generator(Struct, frozen=True):
    """An entry of ``configMapGenerator`` or ``secretGenerator``."""

    kind: str
    name: str
    namespace: str
    behavior: str
    literals: tuple[tuple[str, Place], ...]
    """``KEY=value`` texts."""
    files: tuple[str, ...]
    """``key=path`` or ``path``."""
    envs: tuple[str, ...]
    place: Place
    """Where the name stands."""


class ImageRule(Struct, frozen=True):
    """An entry of ``images``."""

    name: str
    new_name: str
    new_tag: str
    digest: str
    place: Place


class ReplicaRule(Struct, frozen=True):
    """An entry of ``replicas``."""

    name: str
    count: int
    place: Place


class LabelRule(Struct, frozen=True):
    """Labels that are added, and where beside the object's own metadata."""

    pairs: tuple[tuple[str, str], ...]
    selectors: bool
    templates: bool
    place: Place


class Kustomization(Struct, frozen=True, eq=False):
    """One kustomization file. ``component`` kustomizations only act inside others."""

    path: str
    place: Place
    component: bool
    resources: tuple[Entry, ...]
    """``resources`` and the older ``bases``, in order."""
    components: tuple[Entry, ...]
    transformers: tuple[Entry, ...]
    """Files of built-in or plugin transformers; which sort they are must be looked up."""
    patches: tuple[Patch, ...]
    """``patchesStrategicMerge``, ``patches``, then ``patchesJson6902``, as they are applied."""
    generators: tuple[Generator, ...]
    images: tuple[ImageRule, ...]
    replicas: tuple[ReplicaRule, ...]
    labels: tuple[LabelRule, ...]
    annotations: tuple[tuple[str, str], ...]
    """``commonAnnotations``: added to every object and pod template."""
    namespace: str
    namespace_place: Place
    prefix: str
    suffix: str
    affix_place: Place
    variables: tuple[str, ...]
    """Names of ``vars``: their ``$(NAME)`` is filled in at build time, wherever it stands."""
    replacements: tuple[tuple[Map | str, Place], ...]
    """Each written in place, or the path of a file with some."""
    configured: bool
    """It carries its own ``configurations`` or ``openapi``: custom fields are rewritten too."""
    unknown: tuple[tuple[str, Place], ...]
    """Fields that change objects in ways that are not followed here."""
    problems: tuple[Problem, ...] = ()


def read_kustomization(text: str, path: str) -> Kustomization | None:
    """The kustomization in a file; ``None`` when the file holds something else."""
    return kustomization_of(read_yaml(text, path), text)


def kustomization_of(parsed: YamlFile, text: str) -> Kustomization | None:
    """The same, from an already parsed file."""
    root = parsed.documents[0].map if parsed.documents else None
    if root is None:
        return _empty(parsed) if parsed.problems else None
    api_version = root.str("apiVersion")
    if api_version and not api_version.startswith("kustomize.config.k8s.io/"):
        return None
    kind = root.str("kind", "Kustomization")
    if kind not in ("Kustomization", "Component"):
        return None
    lines = text.split("\n")
    replicas = []
    for rule in root.maps("replicas")[:_MAX_ENTRIES]:
        count = rule.get("count")
        if isinstance(count, int):
            replicas.append(ReplicaRule(rule.str("name"), count, rule.value_place("count")))
    crowded = [key for key in _LISTS if len(root.seq(key)) > _MAX_ENTRIES]
    affix = "namePrefix" if "namePrefix" in root else "nameSuffix"
    return Kustomization(
        path=parsed.path,
        place=root.place,
        component=kind == "Component",
        resources=(*_entries(root, "resources"), *_entries(root, "bases")),
        components=tuple(_entries(root, "components")),
        transformers=tuple(_entries(root, "transformers")),
        patches=tuple(_patches(root, lines)),
        generators=(*_generators(root, "ConfigMap"), *_generators(root, "Secret")),
        images=tuple(
            ImageRule(
                name=rule.str("name"),
                new_name=rule.str("newName"),
                new_tag=rule.str("newTag"),
                digest=rule.str("digest"),
                place=rule.value_place("newTag" if "newTag" in rule else "name"),
            )
            for rule in root.maps("images")[:_MAX_ENTRIES]
        ),
        replicas=tuple(replicas),
        labels=tuple(_labels(root)),
        annotations=_pairs(root.map("commonAnnotations")),
        namespace=root.str("namespace"),
        namespace_place=root.value_place("namespace"),
        prefix=root.str("namePrefix"),
        suffix=root.str("nameSuffix"),
        affix_place=root.value_place(affix),
        variables=tuple(var.str("name") for var in root.maps("vars")),
        replacements=tuple(_replacements(root)),
        configured="configurations" in root or "openapi" in root or "crds" in root,
        unknown=tuple(
            (field, root.key_place(field)) for field in (*_UNKNOWN, *crowded) if root.get(field)
        ),
        problems=parsed.problems,
    )


def _empty(parsed: YamlFile) -> Kustomization:
    """An unparsable file is still a kustomization: its folder must not pass for a plain one."""
    place = Place(parsed.path, 1, 1)
    return Kustomization(
        path=parsed.path,
        place=place,
        component=False,
        resources=(),
        components=(),
        transformers=(),
        patches=(),
        generators=(),
        images=(),
        replicas=(),
        labels=(),
        annotations=(),
        namespace="",
        namespace_place=place,
        prefix="",
        suffix="",
        affix_place=place,
        variables=(),
        replacements=(),
        configured=False,
        unknown=(),
        problems=parsed.problems,
    )


def _entries(root: Map, key: str) -> Iterator[Entry]:
    items = root.seq(key)
    for index, item in enumerate(items):
        if isinstance(item, str) and item.strip():
            yield Entry(item.strip(), items.item_place(index))


def _texts(root: Map, key: str) -> tuple[str, ...]:
    return tuple(item for item in root.seq(key) if isinstance(item, str))


def _patches(root: Map, lines: list[str]) -> Iterator[Patch]:
    items = root.seq("patchesStrategicMerge")
    for index, item in enumerate(items[:_MAX_ENTRIES]):
        if isinstance(item, str):
            place = items.item_place(index)
            if "\n" in item.strip() or ": " in item:
                yield Patch("", _inline(item, place, lines), None, place)
            else:
                yield Patch(item.strip(), None, None, place)
    for field in ("patches", "patchesJson6902"):
        entries = root.seq(field)
        for index, entry in enumerate(entries[:_MAX_ENTRIES]):
            place = entries.item_place(index)
            if isinstance(entry, str):  # an old spelling of patchesStrategicMerge
                yield Patch(entry.strip(), None, None, place)
            elif isinstance(entry, Map):
                target = _target(entry.map("target")) if "target" in entry else None
                if isinstance(entry.get("patch"), str):
                    at = entry.value_place("patch")
                    yield Patch("", _inline(entry["patch"], at, lines), target, at)
                elif entry.str("path"):
                    yield Patch(entry.str("path"), None, target, entry.value_place("path"))


def _inline(text: str, place: Place, lines: list[str]) -> YamlFile:
    """An inline patch, parsed so that its lines and columns are those of the kustomization."""
    line = place.line or 1
    if len(lines) > _MAX_PLACED_LINES:
        return read_yaml(text, place.path)
    source = lines[line - 1] if line <= len(lines) else ""
    sort = source[(place.column or 1) - 1 :][:1]
    if sort == "|" and "\n---" not in text and not text.startswith("---"):
        first = next((each for each in lines[line:] if each.strip()), "")
        margin = " " * (len(first) - len(first.lstrip(" ")))
        text = "".join(f"{margin}{each}" for each in text.splitlines(keepends=True))
    # Blank lines in front put each of its lines where it stands in the file.
    return read_yaml("\n" * (line if sort in ("|", ">") else line - 1) + text, place.path)


def _target(root: Map) -> PatchTarget:
    return PatchTarget(
        group=root.str("group"),
        version=root.str("version"),
        kind=root.str("kind"),
        name=root.str("name"),
        namespace=root.str("namespace"),
        label_selector=root.str("labelSelector"),
        annotation_selector=root.str("annotationSelector"),
    )


def _generators(root: Map, kind: str) -> Iterator[Generator]:
    field = "configMapGenerator" if kind == "ConfigMap" else "secretGenerator"
    for entry in root.maps(field)[:_MAX_ENTRIES]:
        literals = entry.seq("literals")
        envs = [*_texts(entry, "envs")]
        if isinstance(entry.get("env"), str):
            envs.append(entry["env"])
        yield Generator(
            kind=kind,
            name=entry.str("name"),
            namespace=entry.str("namespace"),
            behavior=entry.str("behavior", "create"),
            literals=tuple(
                (text, literals.item_place(index))
                for index, text in enumerate(literals)
                if isinstance(text, str)
            ),
            files=_texts(entry, "files"),
            envs=tuple(envs),
            place=entry.value_place("name"),
        )


def _replacements(root: Map) -> Iterator[tuple[Map | str, Place]]:
    for entry in root.maps("replacements")[:_MAX_ENTRIES]:
        yield entry.str("path") or entry, entry.place


def _labels(root: Map) -> Iterator[LabelRule]:
    common = root.get("commonLabels")
    if isinstance(common, Map):
        yield LabelRule(_pairs(common), True, True, root.key_place("commonLabels"))
    for entry in root.maps("labels")[:_MAX_ENTRIES]:
        selectors = entry.get("includeSelectors") is True
        templates = selectors or entry.get("includeTemplates") is True
        yield LabelRule(_pairs(entry.map("pairs")), selectors, templates, entry.place)


def _pairs(labels: Map) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{key}", labels.str(key))
        for key, value in labels.items()
        if not isinstance(value, (Map, Seq))
    )
