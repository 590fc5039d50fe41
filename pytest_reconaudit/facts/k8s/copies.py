"""Objects that are written down twice, and applications that are described twice.

Only full manifests count: patches, overlays of one base, files of different environments and
bundles that gather what lies beside them are all alternatives by design, and so are two files
that each hold the whole installation.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.k8s.autoscalers import is_off_the_shelf
from pytest_reconaudit.facts.k8s.cluster import (
    Cluster,
    Sighting,
    cluster,
    environment,
    is_fragment,
)
from pytest_reconaudit.facts.k8s.kube_creators import Applied
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import Container, KubeObject
from pytest_reconaudit.readers.yaml import Map, Seq
from pytest_reconaudit.target import Target, once

__all__ = ["copy_sets"]

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})
_BUILTIN = frozenset({"", "apps", "batch", "networking.k8s.io", "extensions", "policy"})
_KINDS = frozenset(
    {
        "ConfigMap", "Secret", "Service", "Ingress", "PersistentVolumeClaim", "NetworkPolicy",
        "PodDisruptionBudget", "CronJob", "Job", "ServiceAccount",
    }
)  # fmt: skip
_CONTENT = ("spec", "data", "stringData", "binaryData")
_BUNDLE = regex(
    r"(?:^|[-_.])(?:all|bundle|bundled|combined|complete|full|install|installer|release|quickstart"
    r"|one|single|everything|generated|rendered|compiled|output|manifests?)(?=[-_.]|$)",
    re.IGNORECASE,
)
"""Names of a file that gathers what lies beside it."""
_ASIDE = frozenset({"test", "example"})
_VARIANT = regex(
    r"(?:^|[-_])(?:canary|blue|green|stable|preview|primary|baseline|experiment|shadow|beta|alpha"
    r"|v?\d+|a|b|old|new)(?=[-_]|$)"
)
_ENVIRONMENT_WORDS = regex(
    r"(?:^|-)(?:prod|production|staging|stage|stg|dev|development|test|uat|qa)(?=-|$)"
)
_WORD = regex(r"[a-z]{2,}")
_MAX_NODES = 5_000
_WHOLE = 8
"""Objects in a file from which on it may be an installation of its own."""
_Key = tuple[str, str, str]


class _Copy(Struct, frozen=True):
    """One full manifest of an object."""

    within: RenderSet
    object: KubeObject

    @property
    def environment(self) -> str:
        return Sighting(self.within, self.object).environment

    @property
    def rank(self) -> tuple[bool, tuple[str, int, int]]:
        """Production first, then by path."""
        return (environment(self.object.path) != "production", self.object.place.key())


@once
def copy_sets(target: Target) -> tuple[KubeFile, ...]:
    """Every render set of plain or kustomized manifests, with what it repeats: (a) configuration
    that differs, (b) workloads and Services that differ, (c) equal copies, (d) one application
    described several times, with other limits. ``path`` is the render set's id.
    """
    known = cluster(target)
    faults: dict[int, list[KubeFault]] = {}
    groups: dict[_Key, list[_Copy]] = {}
    applications: dict[str, list[_Copy]] = {}
    judged = [within for within in known.sets if within.kind in ("directory", "kustomization")]
    for within in judged:
        for one in within.objects:
            if is_fragment(one) or target.is_generated(one.path):
                continue
            copy = _Copy(within, one)
            sort = "workload" if one.kind in _WORKLOADS else one.kind
            if one.group in _BUILTIN and (sort == "workload" or sort in _KINDS):
                groups.setdefault((sort, one.name, one.namespace or ""), []).append(copy)
            image = _application(one) if within.kind == "directory" else None
            if image is not None:
                applications.setdefault(image, []).append(copy)
    for group in groups.values():
        for copies in _meeting(known, group):
            fault = _compared(known, copies)
            if fault is not None:
                faults.setdefault(id(copies[0].within), []).append(fault)
    for group in applications.values():
        for copies in _parallel(known, group):
            fault = _limits_differ(known, copies)
            if fault is not None:
                faults.setdefault(id(copies[0].within), []).append(fault)
    return tuple(
        KubeFile(
            path=within.id,
            count=len(within.objects),
            faults=tuple(sorted(faults.get(id(within), ()), key=lambda one: one.place.key())),
        )
        for within in judged
        if within.objects
    )


# -- the same object twice -----------------------------------------------------------------


def _meeting(known: Cluster, group: list[_Copy]) -> Iterator[list[_Copy]]:
    """Copies that land on one object of one cluster, production's or the first by path in front."""
    by_place = {copy.object.place: copy for copy in reversed(group)}
    if len(by_place) < 2:
        return
    copies = _unbundled(sorted(by_place.values(), key=lambda copy: copy.rank))
    while copies:
        first, *others = copies
        met = [other for other in others if _meet(known, first, other)]
        if met and not _variants(known, [first, *met]) and not _steps(known, [first, *met]):
            yield [first, *met]
        copies = [other for other in others if other not in met]


def _variants(known: Cluster, copies: list[_Copy]) -> bool:
    """Whether the copies of one folder are to be chosen from, not applied together.

    Nothing says so in as many words. A common namespace, a common file or a command that applies
    them all says the contrary; else three copies, or files that are called alike, are variants.
    """
    first, *others = copies
    if first.within.kind != "directory":
        return False
    if first.object.namespace is not None and first.environment not in _ASIDE:
        return False
    if any(other.within is not first.within for other in others):
        return False
    if any(other.object.path == first.object.path for other in others):
        return False
    if all(_applied_together(known, first, other) for other in others):
        return False
    words = set(_WORD.findall(_stem(first.object.path).lower()))
    return len(copies) > 2 or any(
        words & set(_WORD.findall(_stem(other.object.path).lower())) for other in others
    )


def _steps(known: Cluster, copies: list[_Copy]) -> bool:
    """Whether a test puts one copy in the place of the other, to see what happens: each has a
    command of its own, and none applies two."""
    paths = {copy.object.path for copy in copies}
    if len(paths) < len(copies) or any(copy.environment != "test" for copy in copies):
        return False
    if len({posixpath.dirname(path) for path in paths}) > 1:
        return False
    applied = [
        {path for path in paths if _applies(known, command, path)}
        for command in known.outside.applied
        if command.paths
    ]
    return set().union(*applied) == paths and all(len(one) < 2 for one in applied)


def _unbundled(copies: list[_Copy]) -> list[_Copy]:
    """Without the copies in files that only gather what lies beside them."""
    return [copy for copy in copies if not _BUNDLE.search(_stem(copy.object.path))]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


@once
def _inventories(target: Target) -> dict[str, frozenset[tuple[str, str]]]:
    """(kind, name) of everything in each manifest of a plain folder."""
    found: dict[str, set[tuple[str, str]]] = {}
    for within in cluster(target).sets:
        if within.kind == "directory":
            for one in within.objects:
                found.setdefault(one.path, set()).add((one.kind, one.name))
    return {path: frozenset(objects) for path, objects in found.items()}


def _editions(known: Cluster, one: _Copy, other: _Copy) -> bool:
    """Whether two files are whole installations, one for each kind of cluster: one is chosen."""
    inventories = _inventories(known.target)
    ours = inventories.get(one.object.path, frozenset())
    theirs = inventories.get(other.object.path, frozenset())
    smaller = min(len(ours), len(theirs))
    return (
        smaller >= _WHOLE
        and len(ours & theirs) >= 0.8 * smaller
        and not _applied_together(known, one, other)
    )


def _meet(known: Cluster, one: _Copy, other: _Copy) -> bool:
    if _editions(known, one, other):
        return False
    if one.within is other.within:
        if one.within.kind == "kustomization":
            return True
        ours, theirs = environment(one.object.path), environment(other.object.path)
        if one.object.namespace is not None:
            return not (ours and theirs and ours != theirs)
        # Without a namespace, a file for an environment and a plain one are alternatives too.
        return ours == theirs
    if one.within.kind != "directory" or other.within.kind != "directory":
        return False
    ours, theirs = one.environment, other.environment
    if ours and theirs and ours != theirs:
        return False
    if (ours in _ASIDE) != (theirs in _ASIDE):
        return False  # a test or an example puts its own in the place of the real one
    applied = _applied_together(known, one, other)
    if one.object.namespace is None or ours in _ASIDE:
        return applied
    return applied or not _versions(one.within.id, other.within.id)


def _applied_together(known: Cluster, one: _Copy, other: _Copy) -> bool:
    """Whether one script or workflow applies both."""
    scripts: dict[str, list[bool]] = {}
    for command in known.outside.applied:
        if command.paths:
            found = scripts.setdefault(command.place.path, [False, False])
            found[0] = found[0] or _applies(known, command, one.object.path)
            found[1] = found[1] or _applies(known, command, other.object.path)
    return any(all(found) for found in scripts.values())


def _applies(known: Cluster, command: Applied, path: str) -> bool:
    """Whether a command applies a file, its words read from the root or from the script's folder.

    A word that is a path of neither may be one of some other folder: its end is compared.
    """
    home = posixpath.dirname(command.place.path)
    for word in command.paths:
        exact = [
            full
            for full in (posixpath.normpath(word), posixpath.normpath(posixpath.join(home, word)))
            if known.target.has(full) or known.target.has_dir(full)
        ]
        if exact and "$" not in word:
            if any(path == full or posixpath.dirname(path) == full for full in exact):
                return True
        elif Applied((word,), command.namespace, command.place).covers(path):
            return True
    return False


_NUMBERED = regex(
    r"(?:[\w.-]*[-_.])?v?\d+(?:[._]\d+)*"
    r"|(?:step|part|chapter|lab|variant|option|demo)[-_]?\d*"
)


def _versions(one: str, other: str) -> bool:
    """Whether two folders are steps or versions of one thing: ``v1`` and ``v2``."""
    ours, theirs = set(one.lower().split("/")), set(other.lower().split("/"))
    apart = (ours | theirs) - (ours & theirs)
    return any(_NUMBERED.fullmatch(part) for part in apart)


def _compared(known: Cluster, copies: list[_Copy]) -> KubeFault | None:
    first, *others = copies
    one = first.object
    differing: list[str] = []
    kinds = {copy.object.kind for copy in copies}
    if len(kinds) > 1:
        differing.append(f"kind ({' and '.join(sorted(kinds))})")
    only_images = True
    for other in others:
        for where, image in _differences(one.root, other.object.root):
            only_images = only_images and image
            if not image and where not in differing:
                differing.append(where)
    equal = not differing and only_images and _same(one.root, others)
    if not differing and not equal:
        return None  # only another image: a release in the making
    clause = "c" if equal else "a" if one.kind in ("ConfigMap", "Secret") else "b"
    if clause == "c" and one.kind == "ServiceAccount":
        return None
    how = "equal" if equal else f"differ in {', '.join(differing[:4])}"
    if len(differing) > 4:
        how += f" and {len(differing) - 4} more"
    return KubeFault(
        clause,
        one.name_place,
        f"{one} in {len(copies)} manifests that {'are ' if equal else ''}{how}",
        f"{one}: {how}",
        tuple(_notes(known, copies)),
        all(Sighting(copy.within, copy.object).off_path for copy in copies),
        likely=any(copy.within is not first.within for copy in others),
    )


def _same(root: Map, others: Iterable[_Copy]) -> bool:
    return all(
        all(root.get(field) == other.object.root.get(field) for field in _CONTENT)
        for other in others
    )


def _notes(known: Cluster, copies: list[_Copy]) -> Iterator[Note]:
    """The other copies; and which of them all a script applies."""
    for index, copy in enumerate(copies):
        one = copy.object
        command = next(
            (
                command
                for command in known.outside.applied
                if command.paths and _applies(known, command, one.path)
            ),
            None,
        )
        if index:
            yield Note(one.name_place, f"{one} once more")
        if command is not None:
            yield Note(command.place, f"applies {one.path}")


def _differences(one: Map, other: Map) -> Iterator[tuple[str, bool]]:
    """(path of a field, whether it is only an image) for each place where two objects differ."""
    stack: list[tuple[Any, Any, str]] = [
        (one.get(field), other.get(field), field) for field in reversed(_CONTENT)
    ]
    seen = 0
    while stack and seen < _MAX_NODES:
        ours, theirs, path = stack.pop()
        seen += 1
        if ours == theirs:
            continue
        if isinstance(ours, Map) and isinstance(theirs, Map):
            keys = [*ours, *(key for key in theirs if key not in ours)]
            stack.extend((ours.get(key), theirs.get(key), f"{path}.{key}") for key in keys[::-1])
        elif isinstance(ours, Seq) and isinstance(theirs, Seq) and len(ours) == len(theirs):
            stack.extend(
                (a, b, f"{path}[{index}]")
                for index, (a, b) in reversed(list(enumerate(zip(ours, theirs, strict=True))))
            )
        else:
            yield path, path.endswith((".image", ".imagePullPolicy"))


# -- one application twice -----------------------------------------------------------------


def _application(one: KubeObject) -> str | None:
    """The image, without registry and tag, of a workload that runs the repository's own program.

    ``shop/api`` and ``shop-api`` are two spellings of one name.
    """
    pod = one.pod
    if one.kind not in _WORKLOADS or pod is None or not pod.containers:
        return None
    first = pod.containers[0]
    head, _, last = first.image.partition("@")[0].rpartition("/")
    if is_off_the_shelf(first.image) or not first.ports or not last:
        return None
    parts = [part for part in head.split("/") if part]
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    return "-".join((*parts, last.partition(":")[0]))


def _parallel(known: Cluster, group: list[_Copy]) -> Iterator[list[_Copy]]:
    """Descriptions of one application in one folder, or applied by one script."""
    by_place = {copy.object.place: copy for copy in group}
    copies = sorted(
        (
            copy
            for copy in by_place.values()
            if copy.environment in ("", "production") and not _VARIANT.search(copy.object.name)
        ),
        key=lambda copy: copy.rank,
    )
    while copies:
        first, *others = copies
        met = [
            other
            for other in others
            if _akin(first.object, other.object)
            and (first.within is other.within or _applied_together(known, first, other))
        ]
        if met:
            yield [first, *met]
        copies = [other for other in others if other not in met]


def _akin(one: KubeObject, other: KubeObject) -> bool:
    """Whether two workloads are the same application: one's name is the other's tail, say."""
    if one.path == other.path or (one.name, one.namespace) == (other.name, other.namespace):
        return False
    ours, theirs = _main(one), _main(other)
    if ours is None or theirs is None or ours.command_line != theirs.command_line:
        return False
    names = sorted((_ENVIRONMENT_WORDS.sub("", one.name), _ENVIRONMENT_WORDS.sub("", other.name)))
    short, long = sorted(names, key=len)
    return bool(short) and (f"-{long}-".find(f"-{short.strip('-')}-") >= 0)


def _main(one: KubeObject) -> Container | None:
    pod = one.pod
    return pod.containers[0] if pod is not None and pod.containers else None


def _limits_differ(known: Cluster, copies: list[_Copy]) -> KubeFault | None:
    bounds: list[str] = []
    notes: list[Note] = []
    for copy in copies:
        container = _main(copy.object)
        if container is None:
            return None
        cpu, memory = container.limits.str("cpu"), container.limits.str("memory")
        port = container.ports[0].number if container.ports else "no port"
        bounds.append(f"{memory or 'no memory limit'}/{cpu or 'no CPU limit'} (port {port})")
        where = f" in {copy.object.namespace}" if copy.object.namespace else ""
        notes.append(Note(_place(container), f"{copy.object}{where}: {bounds[-1]}"))
    if len({bound.partition(" (port")[0] for bound in bounds}) == 1:
        return None
    first = copies[0].object
    names = ", ".join(dict.fromkeys(copy.object.name for copy in copies))
    commands = [note for note in _notes(known, copies) if note.message.startswith("applies")]
    return KubeFault(
        "d",
        first.name_place,
        f"{first} is described {len(copies)} times ({names}) with limits {', '.join(bounds)}",
        f"{first}: {' / '.join(bounds)}",
        (*notes, *commands),
        likely=True,
    )


def _place(container: Container) -> Place:
    root = container.root
    return root.key_place("resources") if "resources" in root else container.place
