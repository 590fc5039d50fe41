"""Which kustomizations cannot be built, patch nothing, or leave files of their folder out.

What ``kustomize build`` would say, found without it, and what it never says: a patch whose target
is not there is silently dropped, and a file that nobody lists is silently not applied. Patches in
skaffold profiles are of the same sort.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.index import hidden
from pytest_reconaudit.facts.k8s.cluster import cluster, environment
from pytest_reconaudit.facts.k8s.kube_faults import KubeFault, KubeFile
from pytest_reconaudit.facts.k8s.kustomize_build import Renderer, renderer
from pytest_reconaudit.facts.k8s.manifests import (
    kustomizations,
    manifest_at,
    manifest_files,
)
from pytest_reconaudit.model import Note, Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.kube_patch import PatchError, json_patch, new_map, new_seq, put
from pytest_reconaudit.readers.kustomize import KUSTOMIZATION_NAMES, Entry, Kustomization
from pytest_reconaudit.readers.manifest import may_hold_objects
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["kustomize_files"]

_YAML = (".yaml", ".yml")
_ASIDE = regex(
    r"example|sample|template|values|kustomizeconfig|kustomization|skaffold|\.tpl|\.tmpl|sops"
    r"|readme|test|kind-config|cluster-config|\.enc\.|disabled|unused|optional|deprecated|\.bak",
    re.IGNORECASE,
)
"""Names of files that are not meant to be listed."""
_SCRIPTS = regex(
    r"\.(?:sh|bash|ps1|ya?ml|mk|tf|groovy|py|ts|js|go|just|toml|json|md|nix|rb|star)$"
    r"|(?:^|/)(?:Makefile|Jenkinsfile|Tiltfile|[jJ]ustfile|Taskfile|Earthfile)[^/]*$"
)
_UNRESTRICTED = regex(r"load[-_]restrictor|LoadRestrictionsNone")
_TILDE = {"~1": "/", "~0": "~"}


@once
def kustomize_files(target: Target) -> tuple[KubeFile, ...]:
    """Every kustomization, and every skaffold file whose profiles patch it: (a) a listed path is
    missing or unparsable, (b) a patch has no target, (c) a JSON patch fails, (d) a file outside
    the root, (e) manifests that no kustomization lists, (f) a folder without a kustomization.
    """
    builder = renderer(target)
    every = kustomizations(target)
    own = {one.path: list(_listed(target, builder, one)) for one in every}
    for one in every:
        if not one.component:
            _add_build_faults(builder, one, own)
    for one, fault in _orphans(target, builder, every):
        own[one.path].append(fault)
    found = [
        KubeFile(path, 1, tuple(sorted(_distinct(faults), key=lambda fault: fault.place.key())))
        for path, faults in own.items()
    ]
    found.extend(_skaffold_files(target))
    return tuple(sorted(found, key=lambda one: one.path))


def _distinct(faults: list[KubeFault]) -> list[KubeFault]:
    kept: dict[tuple[str, Place, str], KubeFault] = {}
    for fault in faults:
        kept.setdefault((fault.clause, fault.place, fault.what), fault)
    return list(kept.values())


def _off_path(path: str) -> bool:
    return environment(posixpath.dirname(path)) not in ("", "production")


# -- what a kustomization lists ------------------------------------------------------------


def _listed(target: Target, builder: Renderer, one: Kustomization) -> Iterator[KubeFault]:
    off_path = _off_path(one.path)
    resources = [(entry.path, entry.place, entry.remote, True) for entry in one.resources]
    others = [
        (entry.path, entry.place, entry.remote, True)
        for entry in (*one.components, *one.transformers)
    ]
    patches = [
        (patch.file, patch.place, Entry(patch.file, patch.place).remote, False)
        for patch in one.patches
        if patch.file
    ]
    for written, place, remote, folders in (*resources, *others, *patches):
        path = builder.resolve(one, written)
        # What lies outside the repository, or is filled in by a tool, cannot be judged.
        if remote or path.startswith("..") or re.search(r"[$\n{]", written):
            continue
        if target.has(path):
            problems = _problems(target, path) if path.endswith(_YAML) else ()
            if problems:
                yield KubeFault(
                    "a",
                    place,
                    f"{written} is not valid YAML",
                    written,
                    (Note(problems[0].place, problems[0].message),),
                    off_path,
                )
            elif _escapes(one, path) and not _unrestricted(target):
                yield KubeFault("d", place, written, written, (), off_path)
        elif folders and target.has_dir(path):
            if not hidden(target, path) and builder.kustomization_in(path) is None:
                yield from _bare(target, path, written, place, off_path)
        elif not (hidden(target, path) or _kept_out(target, path) or created(target).by(path)):
            yield _missing(target, path, written, place, off_path)


def _problems(target: Target, path: str) -> tuple[Problem, ...]:
    """What makes a listed file unreadable; large definitions that nothing else reads are not
    parsed for it.
    """
    text = target.text(path)
    if may_hold_objects(text):
        manifest = manifest_at(target, path)
        return () if manifest.templated else manifest.problems
    return target.parse(read_yaml, path).problems if len(text) < _SMALL else ()


def _kept_out(target: Target, path: str) -> bool:
    """Whether a .gitignore names the very file: somebody makes it before the build."""
    rule = target.ignored_by(path)
    return rule is not None and posixpath.basename(path) in rule.pattern


def _missing(target: Target, path: str, written: str, place: Place, off_path: bool) -> KubeFault:
    rule = target.ignored_by(path)
    notes = []
    if rule is not None:
        notes.append(Note(rule.place, f"{rule.pattern} keeps it out of a clone"))
    else:
        near = target.nearest(path)
        if near is not None:
            notes.append(Note(Place(near, 1, 1), "perhaps this one is meant"))
    return KubeFault(
        "a",
        place,
        f"{written} is {'kept out by .gitignore' if rule is not None else 'missing'}",
        written,
        tuple(notes),
        off_path,
        likely=rule is not None,
    )


def _bare(
    target: Target, path: str, written: str, place: Place, off_path: bool
) -> Iterator[KubeFault]:
    """A folder that is listed but has no kustomization: the build refuses it."""
    if any(target.has(posixpath.join(path, name)) for name in KUSTOMIZATION_NAMES):
        return
    inside = next((name for name in target.below(path) if name.endswith(_YAML)), None)
    notes = (Note(Place(inside, 1, 1), "lies there"),) if inside else ()
    yield KubeFault("f", place, written, written, notes, off_path)


def _escapes(one: Kustomization, path: str) -> bool:
    folder = posixpath.dirname(one.path)
    return folder != "" and not path.startswith(f"{folder}/")


@once
def _unrestricted(target: Target) -> bool:
    """Whether the repository builds without kustomize's restriction to the root, as Flux does."""
    known = cluster(target)
    flux = any(
        entry.source.group == "kustomize.toolkit.fluxcd.io"
        for entry in known.of_kind("Kustomization")
    )
    return flux or any(
        _UNRESTRICTED.search(target.text(path)) is not None
        for path in target.everything
        if _SCRIPTS.search(path) and "estrict" in target.text(path)
    )


# -- what the build says -------------------------------------------------------------------


def _add_build_faults(
    builder: Renderer, one: Kustomization, own: dict[str, list[KubeFault]]
) -> None:
    """The faults of one kustomization's patches, told where they are listed."""
    for fault in builder.build(one, ()).faults:
        # A component's patch is told by the component, by the way of who includes it.
        path = fault.place.path if fault.place.path in own else one.path
        notes = (Note(one.place, "built from here"),) if path != one.path else ()
        own[path].append(
            KubeFault(
                fault.clause,
                fault.place,
                fault.message,
                fault.message,
                notes,
                _off_path(one.path),
            )
        )


# -- what nobody lists ---------------------------------------------------------------------


def _orphans(
    target: Target, builder: Renderer, every: tuple[Kustomization, ...]
) -> Iterator[tuple[Kustomization, KubeFault]]:
    claimed: set[str] = set()
    for one in every:
        claimed |= builder.claimed(one) | _read_too(target, builder, one)
    homes = {posixpath.dirname(one.path): one for one in every if not one.problems}
    for path in target.files:
        home = homes.get(posixpath.dirname(path))
        if home is None or path in claimed or not path.endswith(_YAML):
            continue
        name = posixpath.basename(path)
        if name in KUSTOMIZATION_NAMES or _ASIDE.search(name) or target.is_generated(path):
            continue
        if name in target.text(home.path):
            continue  # named in a comment: left out on purpose
        if not _applicable(target, path) or _named_elsewhere(target, path):
            continue
        if home.resources or home.patches or home.components:
            place = home.resources[0].place if home.resources else home.place
            note = Note(place, "listed here are others")
            yield home, KubeFault("e", Place(path, 1, 1), name, path, (note,), _off_path(path))


def _read_too(target: Target, builder: Renderer, one: Kustomization) -> set[str]:
    """Files that a kustomization reads by its other fields."""
    root = next((d.map for d in target.parse(read_yaml, one.path).documents), None)
    if root is None:
        return set()
    found = set()
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Map):
            stack.extend(node.values())
        elif isinstance(node, Seq):
            stack.extend(node)
        elif isinstance(node, str) and len(node) < 300 and ".y" in node and "\n" not in node:
            found.add(builder.resolve(one, node.rpartition("=")[2]))
    return found


def _applicable(target: Target, path: str) -> bool:
    """Whether a file holds objects of the cluster, or a patch of some."""
    text = target.text(path)
    if not may_hold_objects(text):
        return False
    manifest = manifest_at(target, path)
    if manifest.templated or manifest.problems:
        return False
    groups = {one.group for one in manifest.objects}
    # The root objects of GitOps are applied by hand, once.
    gitops = {"argoproj.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"}
    return bool(manifest.objects) and not groups <= gitops


def _named_elsewhere(target: Target, path: str) -> bool:
    """Whether a script, workflow, tool or document names the file or applies its folder."""
    words = _words(target)
    return posixpath.basename(path) in words or f"{posixpath.dirname(path)}/*.yaml" in words


_SUFFIX = regex(r"\.ya?ml\b")
_BREAK = regex(r"[^\w./*-]")
_LONGEST = 200
_SMALL = 200_000


@once
def _words(target: Target) -> frozenset[str]:
    """Names of YAML files that scripts, workflows, tools and documents mention."""
    kustomized = {one.path for one in kustomizations(target)}
    manifests = {one.path for one in manifest_files(target)}
    found: set[str] = set()
    for path in (*target.files, *target.documents):
        if path in kustomized or path in manifests or not _SCRIPTS.search(path):
            continue
        text = target.text(path)
        if ".y" not in text or len(text) > 300_000:
            continue
        for match in _SUFFIX.finditer(text):
            before = text[max(0, match.start() - _LONGEST) : match.start()]
            word = _BREAK.split(before)[-1] + match[0]
            found.add(word.removeprefix("./"))
            found.add(word.rpartition("/")[2])
    return frozenset(found)


# -- skaffold ------------------------------------------------------------------------------


def _skaffold_files(target: Target) -> Iterator[KubeFile]:
    for path in target.files:
        name = posixpath.basename(path)
        if not (name.startswith("skaffold") and name.endswith(_YAML)):
            continue
        if "patches" not in target.text(path):
            continue
        faults: list[KubeFault] = []
        count = 0
        for document in target.parse(read_yaml, path).documents:
            root = document.map
            if not root.str("apiVersion").startswith("skaffold/"):
                continue
            for profile in root.maps("profiles"):
                count += len(profile.seq("patches"))
                faults.extend(_profile_faults(target, path, root, profile))
        if count:
            yield KubeFile(path, count, tuple(faults))


def _profile_faults(target: Target, path: str, root: Map, profile: Map) -> Iterator[KubeFault]:
    config = root
    for patch in profile.maps("patches")[:200]:
        pointer = patch.str("path")
        if pointer.strip("/").partition("/")[0] in profile:
            return  # the profile brings its own: what it is patched onto is not known
        verb = patch.str("op", "replace")
        what = f"profile {profile.str('name')}: {verb} {pointer}"
        place = patch.value_place("path")
        if verb in ("replace", "remove") and not _is_there(config, pointer):
            yield KubeFault("c", place, f"{what}, which is not there", pointer)
            continue
        try:
            config = json_patch(config, _one(patch, verb))
        except PatchError as error:
            yield KubeFault("c", place, f"{what}: {error}", pointer)
            continue
        lost = _lost_dockerfile(target, path, config, pointer, patch)
        if lost:
            at = patch.value_place("value")
            yield KubeFault("c", at, f"{what}: {lost} is missing", f"{pointer}: {lost}")


def _one(patch: Map, verb: str) -> Seq:
    operation = new_map(patch.place)
    for key, value in patch.items():
        put(operation, key, value, patch.key_place(key), patch.value_place(key))
    put(operation, "op", verb, patch.place, patch.place)
    empty = Map()
    empty.path, empty.line, empty.column, empty.end = patch.path, patch.line, patch.column, 1
    empty.key_at, empty.value_at = {}, {}
    return new_seq([(operation, patch.place)], empty.seq("none"))


def _is_there(root: Map, pointer: str) -> bool:
    node: object = root
    for step in pointer.strip("/").split("/"):
        for short, char in _TILDE.items():
            step = step.replace(short, char)
        if isinstance(node, Map) and step in node:
            node = node[step]
        elif isinstance(node, Seq) and step.isdecimal() and int(step[:9]) < len(node):
            node = node[int(step)]
        else:
            return False
    return True


def _lost_dockerfile(target: Target, path: str, config: Map, pointer: str, patch: Map) -> str:
    """The Dockerfile that a patch names, when the context of its artifact has none; else empty."""
    match = re.fullmatch(r"/build/artifacts/(\d{1,4})/docker/dockerfile", pointer)
    value = patch.get("value")
    if match is None or not isinstance(value, str) or "{{" in value or "$" in value:
        return ""
    artifacts = config.map("build").seq("artifacts")
    artifact = artifacts[int(match[1])] if int(match[1]) < len(artifacts) else None
    if not isinstance(artifact, Map):
        return ""
    context = posixpath.join(posixpath.dirname(path), artifact.str("context", "."))
    full = posixpath.normpath(posixpath.join(context, value))
    return "" if full.startswith("..") or target.has(full) else full
