"""Who can see whom in the cluster: objects by name, seen from a render set and a namespace.

An object that a reference needs may be in the same render set, in another one that is applied
to the same cluster, or be made by an operator, a script or a chart. It may not be in another
explicit namespace, in the files of another environment, or in an overlay that is an alternative
to this one. :meth:`Cluster.find` weighs all of that and says which it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct, field, structs

from pytest_reconaudit.facts.k8s.kube_creators import Outside, outside
from pytest_reconaudit.facts.k8s.kube_references import Reference, references_of
from pytest_reconaudit.facts.k8s.manifests import charts, manifest_files
from pytest_reconaudit.facts.k8s.render_sets import RenderSet, render_sets
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import KubeObject, is_kube_name
from pytest_reconaudit.readers.yaml import Map, Seq
from pytest_reconaudit.target import Target, once

__all__ = [
    "Cluster",
    "Dangling",
    "Entry",
    "Found",
    "ReferenceFile",
    "Sighting",
    "cluster",
    "environment",
    "is_fragment",
    "is_off_path",
    "reference_files",
    "sighted",
]

_TOKENS = regex(r"[a-z0-9]+")
_ENVIRONMENTS = {
    "prod": "production", "production": "production", "prd": "production",
    "staging": "staging", "stage": "staging", "stg": "staging", "preprod": "staging",
    "uat": "staging", "qa": "staging",
    "dev": "development", "develop": "development", "development": "development",
    "local": "development", "minikube": "development", "sandbox": "development",
    "test": "test", "tests": "test", "testing": "test", "e2e": "test",
    "integration": "test", "smoke": "test",
    "example": "example", "examples": "example", "sample": "example", "samples": "example",
    "demo": "example", "demos": "example", "tutorial": "example", "tutorials": "example",
}  # fmt: skip
_BUILTIN = regex(r"(?:apps|batch|autoscaling|policy|extensions|(?:[a-z0-9.-]+\.)?k8s\.io|)")
_ONLY_USES = regex(
    r"IngressRoute\w*|DeploymentConfig|(?:Service|Pod)Monitor|\w*TriggerAuthentication|Scaled(?:Object|Job)"
    r"|Virtual(?:Service|Server)|Gateway|DestinationRule|Rollout|Application(?:Set)?|Canary"
    r"|PrometheusRule|Service|Middleware|Backup\w*|Workflow\w*|Issuer|ClusterIssuer|Task\w*"
)
"""Custom kinds that read a Secret or ConfigMap but make none."""
_MAX_NODES = 20_000


def environment(*texts: str | None) -> str:
    """Which environment a namespace or path names, the last part that names one deciding.

    ``production``, ``staging``, ``development``, ``test``, ``example`` or empty. The first text
    that names any wins: pass the namespace before the path.
    """
    for text in texts:
        if text:
            for part in reversed(text.lower().split("/")):
                for token in _TOKENS.findall(part):
                    if token in _ENVIRONMENTS:
                        return _ENVIRONMENTS[token]
    return ""


class Entry(Struct, frozen=True):
    """Something with a name in the cluster: an object, or what an object makes."""

    within: RenderSet
    source: KubeObject
    kind: str
    name: str
    namespace: str | None
    keys: frozenset[str] | None
    """Keys of a ConfigMap or Secret; ``None`` when they are not known."""

    @property
    def place(self) -> Place:
        return self.source.name_place

    @property
    def environment(self) -> str:
        return environment(self.namespace, _where(self.within, self.source))


class Found(Struct, frozen=True):
    """The answer to a reference."""

    entries: tuple[Entry, ...] = ()
    """What it resolves to; empty when nothing."""
    elsewhere: tuple[Entry, ...] = ()
    """Things of that kind and name that it cannot reach: another namespace or environment."""
    created: Place | None = None
    """Where a script, chart or operator makes it, or may make it."""

    @property
    def missing(self) -> bool:
        return not self.entries and self.created is None


class Cluster:
    """All render sets of a target as one index by kind and name."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.sets = render_sets(target)
        self._index: dict[tuple[str, str], list[Entry]] = {}
        self._by_kind: dict[str, list[Entry]] = {}
        self._custom: list[KubeObject] = []
        self._overlaps: dict[tuple[int, int], bool] = {}
        for within in self.sets:
            for one in within.objects:
                for entry in _entries(within, one):
                    self._index.setdefault((entry.kind, entry.name), []).append(entry)
                    self._by_kind.setdefault(entry.kind, []).append(entry)
                if _is_custom(one) and not _ONLY_USES.fullmatch(one.kind):
                    self._custom.append(one)
        self._makers: dict[tuple[str, str, str | None], Place | None] = {}
        self._words: dict[int, frozenset[str]] = {}

    @property
    def outside(self) -> Outside:
        return outside(self.target)

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """Everything of a kind, in every render set."""
        return tuple(self._by_kind.get(kind, ()))

    def named(self, kind: str, name: str) -> tuple[Entry, ...]:
        """Everything of that kind and name, wherever it is."""
        return tuple(self._index.get((kind, name), ()))

    def sees(self, within: RenderSet, viewer: KubeObject, entry: Entry) -> bool:
        """Whether the entry is in the cluster that ``viewer`` is applied to, any namespace."""
        if entry.within is not within and self._alternatives(within, entry.within):
            return False
        if viewer.namespace is not None and viewer.namespace == entry.namespace:
            return True
        ours = environment(viewer.namespace, _where(within, viewer))
        theirs = entry.environment
        return not ours or not theirs or ours == theirs or "example" in (ours, theirs)

    def find(
        self, within: RenderSet, viewer: KubeObject, kind: str, name: str, namespace: str | None
    ) -> Found:
        """What ``kind/name`` means to an object of a render set.

        A namespace that is not given matches every one, on either side.
        """
        here: list[Entry] = []
        elsewhere: list[Entry] = []
        for entry in self._index.get((kind, name), ()):
            same = namespace is None or entry.namespace is None or namespace == entry.namespace
            if same and self.sees(within, viewer, entry):
                here.append(entry)
            else:
                elsewhere.append(entry)
        if here:
            # What lies in the same set is meant, if it is there.
            own = [entry for entry in here if entry.within is within]
            return Found(tuple(own or here), tuple(elsewhere))
        return Found((), tuple(elsewhere), self._made_elsewhere(kind, name, namespace))

    def _alternatives(self, one: RenderSet, other: RenderSet) -> bool:
        """Two kustomizations over the same objects, or a chart with other values: one or the other
        is applied to a cluster.
        """
        if one.kind != other.kind or one.kind not in ("kustomization", "chart"):
            return False
        if one.kind == "chart":
            return one.id.partition(":")[0] == other.id.partition(":")[0]
        pair = (id(one), id(other))
        known = self._overlaps.get(pair)
        if known is None:
            ours = {made.place for made in one.objects}
            theirs = {made.place for made in other.objects}
            shared = len(ours & theirs)
            # A component that both use is not enough: unrelated parts of a platform share some.
            known = shared > 0 and 2 * shared >= min(len(ours), len(theirs))
            self._overlaps[pair] = known
        return known

    def near(self, kind: str, name: str) -> Entry | None:
        """The thing of that kind whose name is most alike."""
        names = sorted({entry.name for entry in self._by_kind.get(kind, ())})
        close = alike(name, names)
        return self._index[kind, close][0] if close else None

    def made_from(self, word: str) -> Place | None:
        """Where something unseen may make pods of that label: a custom resource that says the
        word, a kustomization or chart that cannot be rendered, a template, a Helm release.
        """
        for one in self._custom:
            if word == one.name or word in self._mentions(one):
                return one.place
        for within in self.sets:
            if within.unrendered and within.kind == "kustomization" and word in self._texts(within):
                return within.unrendered_at or within.place
        for release, place in self.outside.releases:
            if word == release or word.startswith(f"{release}-"):
                return place
        return self._in_template(word)

    def _made_elsewhere(self, kind: str, name: str, namespace: str | None) -> Place | None:
        key = (kind, name, namespace)
        if key not in self._makers:
            self._makers[key] = self._maker(kind, name, namespace)
        return self._makers[key]

    def _maker(self, kind: str, name: str, namespace: str | None) -> Place | None:
        created = self.outside.creates(kind, name, namespace)
        if created is not None:
            return created
        for one in self._custom:
            if kind != "Namespace" and (
                name == one.name or name.startswith((f"{one.name}-", f"{one.name}."))
            ):
                return one.place
            if name in self._mentions(one):
                return one.place
        for within in self.sets:
            # A kustomization that could not be rendered may well hold it.
            unsure = within.unrendered and within.kind == "kustomization"
            if unsure and name in self._texts(within):
                return within.unrendered_at or within.place
        return self._in_template(name)

    def _mentions(self, one: KubeObject) -> frozenset[str]:
        """Every short text in a custom resource."""
        known = self._words.get(id(one))
        if known is None:
            known = self._words[id(one)] = frozenset(_strings(one.root))
        return known

    def _texts(self, within: RenderSet) -> frozenset[str]:
        known = self._words.get(id(within))
        if known is None:
            words: set[str] = set()
            for path in within.files:
                if self.target.has(path):
                    words.update(re.findall(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", self.target.text(path)))
            known = self._words[id(within)] = frozenset(words)
        return known

    def _in_template(self, name: str) -> Place | None:
        """Whether a chart or another template spells the name out, so that it may make it."""
        pattern = None
        for path in _template_files(self.target):
            if name in self.target.text(path):
                pattern = pattern or re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
                match = pattern.search(self.target.text(path))
                if match:
                    line = self.target.text(path).count("\n", 0, match.start()) + 1
                    return Place(path, line, 1)
        return None


@once
def cluster(target: Target) -> Cluster:
    """The index over everything the repository puts into clusters."""
    return Cluster(target)


_VALUES = regex(r"(?:^|/)[\w.-]*values[\w.-]*\.ya?ml$")


@once
def _template_files(target: Target) -> tuple[str, ...]:
    """Files of charts, values for charts from elsewhere, and manifests that are templates."""
    templated = {manifest.path for manifest in manifest_files(target) if manifest.templated}
    folders = tuple(f"{folder}/" if folder else "templates/" for folder in charts(target))
    return tuple(
        path
        for path in target.everything
        if path in templated
        or (path.endswith((".yaml", ".yml")) and _VALUES.search(path))
        or (folders and path.endswith((".yaml", ".yml", ".tpl")) and path.startswith(folders))
    )


def _where(within: RenderSet, one: KubeObject) -> str:
    """The path that says which environment an object is for: the overlay's, else its file's."""
    if within.kind in ("kustomization", "chart"):
        return within.id if environment(within.id) else one.path
    return one.path


def is_off_path(within: RenderSet, one: KubeObject) -> bool:
    """Whether path or namespace say that this is not production (catalogue G5), or nothing says
    that it is and the set can only run where its images were built."""
    named = environment(one.namespace, _where(within, one))
    return named not in ("", "production") or (not named and _stays_here(within))


@lru_cache(maxsize=16)
def _stays_here(within: RenderSet) -> bool:
    return within.stays_here


def _is_custom(one: KubeObject) -> bool:
    """Whether the object is of a custom resource's kind."""
    return _BUILTIN.fullmatch(one.group) is None


def _strings(root: Map) -> Iterator[str]:
    stack: list[object] = [root]
    seen = 0
    while stack and seen < _MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, Map):
            stack.extend(value for key, value in node.items() if key != "namespace")
        elif isinstance(node, Seq):
            stack.extend(node)
        elif isinstance(node, str) and len(node) <= 253:
            yield node


# -- what objects make ---------------------------------------------------------------------


def _entries(within: RenderSet, one: KubeObject) -> Iterator[Entry]:
    """The object itself, and the objects that its controller makes of it."""
    # A service account's token and the like are filled in by the cluster; one that holds nothing
    # at all is only there to be filled.
    filled = (
        one.open_ended
        or one.root.str("type") == "kubernetes.io/service-account-token"
        or not one.data_keys
    )
    holds_data = one.kind in ("ConfigMap", "Secret") and one.group == ""
    keys = one.data_keys if holds_data and not filled else None
    if not (one.kind == "Service" and one.group != ""):
        yield Entry(within, one, one.kind, one.name, one.namespace, keys)
    for kind, name, made_keys in _made_by(one):
        if is_kube_name(name):
            namespace = None if one.kind.startswith("Cluster") else one.namespace
            if one.kind == "Bundle":
                namespace = None
            yield Entry(within, one, kind, name, namespace, made_keys)


def _made_by(one: KubeObject) -> Iterator[tuple[str, str, frozenset[str] | None]]:
    spec = one.spec
    kind = one.kind
    if kind == "SealedSecret":
        template = spec.map("template")
        keys = frozenset(f"{k}" for k in (*spec.map("encryptedData"), *template.map("data")))
        yield "Secret", template.map("metadata").str("name", one.name), keys
    elif kind == "ExternalSecret":
        yield "Secret", spec.map("target").str("name", one.name), None
    elif kind == "ClusterExternalSecret":
        inner = spec.map("externalSecretSpec").map("target")
        yield "Secret", inner.str("name", spec.str("externalSecretName", one.name)), None
    elif kind == "Certificate":
        yield "Secret", spec.str("secretName"), None
    elif kind.startswith("Vault") and kind.endswith("Secret"):
        yield "Secret", spec.map("destination").str("name"), None
    elif kind == "SecretProviderClass":
        for entry in spec.maps("secretObjects"):
            yield "Secret", entry.str("secretName"), None
    elif kind == "SopsSecret":
        for entry in spec.maps("secretTemplates"):
            yield "Secret", entry.str("name"), None
    elif kind == "ServiceAccount":
        for entry in one.root.maps("secrets"):
            yield "Secret", entry.str("name"), None
    elif kind == "StatefulSet":
        replicas = min(max(one.replicas or 1, 1), 50)
        for claim in spec.maps("volumeClaimTemplates"):
            for number in range(replicas):
                name = f"{claim.map('metadata').str('name')}-{one.name}-{number}"
                yield "PersistentVolumeClaim", name, None
    elif kind == "Service" and one.group == "serving.knative.dev":
        yield "Service", one.name, None
    elif kind == "Bundle":
        yield "ConfigMap", one.name, None
        yield "Secret", one.name, None
    pod = one.pod
    if pod is not None:
        for container in pod.all_containers:
            words = container.command_line
            text = " ".join(words)
            if "secret" in text:
                for found in re.findall(r"--?secret[\w-]*[= ]([a-z0-9][a-z0-9.-]*)", text):
                    yield "Secret", found.rpartition("/")[2], None
                found = re.search(r"create secret (?:generic|tls|docker-registry) ([\w.-]+)", text)
                if found:
                    yield "Secret", found[1], None


# -- subjects ------------------------------------------------------------------------------


class Sighting(Struct, frozen=True):
    """One object in one render set."""

    within: RenderSet
    object: KubeObject

    @property
    def off_path(self) -> bool:
        """Whether this sighting is of a development, staging or test environment."""
        return is_off_path(self.within, self.object)

    @property
    def environment(self) -> str:
        return environment(self.object.namespace, _where(self.within, self.object))


def sighted(target: Target, sightings: Iterable[Sighting]) -> dict[str, tuple[Sighting, ...]]:
    """Sightings grouped by where the object was written, under a readable unique id."""
    groups: dict[Place, list[Sighting]] = {}
    for seen in sightings:
        if not target.is_generated(seen.object.path) and not _packed(seen.object):
            groups.setdefault(seen.object.place, []).append(seen)
    found: dict[str, tuple[Sighting, ...]] = {}
    names = Counter(_id(group[0].object) for group in groups.values())
    for _, group in sorted(groups.items(), key=lambda pair: pair[0].key()):
        one = group[0].object
        name = _id(one)
        if names[name] > 1 and one.namespace:
            name = f"{name}@{one.namespace}"
        full, number = name, 1
        while full in found:
            number += 1
            full = f"{name}#{number}"
        found[full] = tuple(group)
    return found


def _packed(one: KubeObject) -> bool:
    """Whether an object comes from a packed chart: somebody else's, only looked up."""
    return one.path.endswith(".tgz")


def _id(one: KubeObject) -> str:
    return f"{one.path}:{one.kind}/{one.name}"


def is_fragment(one: KubeObject) -> bool:
    """Whether a workload is only part of one: a patch that no kustomization lists.

    An image that is written and empty is one that somebody fills in.
    """
    pod = one.pod
    return pod is not None and not all("image" in container.root for container in pod.containers)


# -- references ----------------------------------------------------------------------------


class Dangling(Struct, frozen=True):
    """References of one file to one thing that is not there, or lacks what they want of it."""

    kind: str
    name: str
    namespace: str | None
    references: tuple[Reference, ...]
    """In file order."""
    lacks_key: bool
    """It exists, but not with these keys (ports, for a Service)."""
    keys: tuple[str, ...]
    """What it has instead, sorted."""
    known: tuple[Note, ...]
    """Definitions that come near: the thing itself, the same name elsewhere, a similar name."""
    off_path: bool
    """Only where the path or namespace says that it is not production."""
    only_in: tuple[str, ...] = ()
    """The render sets in which it dangles, when there are others in which it does not."""
    also_in: tuple[str, ...] = ()
    """Other namespaces that want the same registry's credentials."""

    @property
    def logs_in(self) -> bool:
        """Whether nothing but pulling images wants it: a pod starts without."""
        return self.kind == "Secret" and {one.how for one in self.references} == {_PULLS}


_PULLS = "imagePullSecrets"


def _by_registry(ones: Iterable[Dangling]) -> tuple[Dangling, ...]:
    """One registry's credentials are made in one go for every namespace that wants them."""
    found: dict[object, Dangling] = {}
    for one in ones:
        key = one.name if one.logs_in else (one.kind, one.name, one.namespace, one.lacks_key, one)
        first = found.get(key)
        found[key] = (
            one
            if first is None
            else structs.replace(
                first,
                references=(*first.references, *one.references),
                also_in=(*first.also_in, one.namespace or ""),
                known=(*first.known, *one.known),
                off_path=first.off_path and one.off_path,
            )
        )
    return tuple(found.values())


class ReferenceFile(Struct, frozen=True):
    """A file whose objects name others."""

    path: str
    count: int
    dangling: tuple[Dangling, ...]
    unrendered: str = ""
    """Why nothing can be said: its only render set could not be rendered."""


_CaseKey = tuple[str, str, str, str, bool]
"""(path, kind, name, namespace, whether it is there but lacks a key)."""


class _Case(Struct):
    references: dict[Place, Reference] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    keys: set[str] = field(default_factory=set)
    off_path: bool = True
    sets: list[str] = field(default_factory=list)


@once
def reference_files(target: Target) -> tuple[ReferenceFile, ...]:
    """Every file that holds references, with those that lead nowhere."""
    known = cluster(target)
    counts: dict[str, set[Place]] = {}
    reasons: dict[str, str] = {}
    judged: set[str] = set()
    cases: dict[_CaseKey, _Case] = {}
    visits: dict[Place, set[str]] = {}
    staffed = frozenset(
        one.namespace for within in known.sets for one in within.objects if one.pod is not None
    )
    for within in known.sets:
        for one in within.objects:
            if is_fragment(one) or _packed(one):
                continue
            for reference in references_of(one):
                path = reference.place.path
                counts.setdefault(path, set()).add(reference.place)
                if within.unrendered:
                    reasons.setdefault(path, within.unrendered)
                    continue
                judged.add(path)
                visits.setdefault(reference.place, set()).add(within.id)
                if not is_kube_name(reference.name):
                    continue
                _weigh(known, within, reference, cases, staffed)
    _gather_namespaces(cases)
    by_path: dict[str, list[tuple[_CaseKey, _Case]]] = {}
    for key, case in cases.items():
        by_path.setdefault(key[0], []).append((key, case))
    return tuple(
        ReferenceFile(
            path=path,
            count=len(places),
            dangling=_by_registry(
                _dangling(known, key, case, visits) for key, case in by_path.get(path, ())
            ),
            unrendered="" if path in judged else reasons.get(path, ""),
        )
        for path, places in sorted(counts.items())
        if not target.is_generated(path)
    )


def _gather_namespaces(cases: dict[_CaseKey, _Case]) -> None:
    """A missing Namespace is one defect, however many files use it: the first one tells."""
    first: dict[str, _Case] = {}
    for key in sorted(key for key in cases if key[1] == "Namespace"):
        kept = first.setdefault(key[2], cases[key])
        if kept is not cases[key]:
            kept.references.update(cases.pop(key).references)


def _weigh(
    known: Cluster,
    within: RenderSet,
    reference: Reference,
    cases: dict[_CaseKey, _Case],
    staffed: frozenset[str | None],
) -> None:
    holder = reference.holder
    if reference.kind == "Namespace":
        # A Namespace is the cluster's: where it is defined does not matter.
        if known.named("Namespace", reference.name):
            return
        if holder.pod is None and (
            _SYSTEM_NAMESPACE.fullmatch(reference.name) or _is_custom(holder)
        ):
            return  # configuration for a system that is installed there by other means
        found = known.find(within, holder, "Namespace", reference.name, None)
    else:
        if _MANAGED_NAMESPACE.fullmatch(reference.namespace or ""):
            return  # much of what is there comes with the cluster
        found = known.find(within, holder, reference.kind, reference.name, reference.namespace)
    if found.created is not None:
        return
    if (
        reference.kind == "Service"
        and not found.entries
        and reference.namespace not in staffed
        and _SYSTEM_NAMESPACE.fullmatch(reference.namespace or "")
    ):
        return  # the way in to a product that is installed there by other means
    lacks = False
    have: set[str] = set()
    if found.entries:
        have, lacks = _lacking(reference, found.entries)
        if not lacks:
            return
    elif reference.key and reference.kind in ("Secret", "ConfigMap") and reference.how[:3] == "vol":
        return  # the volume's own reference says that it is missing
    if reference.kind == "ConfigMap" and reference.name in _GIVEN_CONFIG_MAPS:
        return
    place = reference.key_place if lacks and reference.key_place else reference.place
    key = (place.path, reference.kind, reference.name, reference.namespace or "", lacks)
    case = cases.setdefault(key, _Case())
    case.references.setdefault(place, reference)
    case.found = found
    case.keys |= have
    case.off_path = case.off_path and is_off_path(within, holder)
    if within.id not in case.sets:
        case.sets.append(within.id)


_SYSTEM_NAMESPACE = regex(
    r"monitoring|observability|prometheus|grafana|logging|argocd|argo|argo-[a-z]+|cert-manager"
    r"|ingress-nginx|nginx-ingress|traefik|external-secrets|external-dns|vault|velero|keda|linkerd"
    r"|consul|kyverno|rook-ceph|tekton-pipelines|kubernetes-dashboard|openebs|metallb"
    r"|(?:gke|kube|knative|openshift|istio|amazon|azure|aks)-[a-z-]+|[a-z-]+-(?:system|operator)"
)
_MANAGED_NAMESPACE = regex(r"kube-(?:system|public|node-lease)|(?:gke|openshift|aks)-[a-z0-9-]+")
_GIVEN_CONFIG_MAPS = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt"})


def _lacking(reference: Reference, entries: Iterable[Entry]) -> tuple[set[str], bool]:
    """The keys (or ports) that are there, and whether the wanted one is not among them."""
    have: set[str] = set()
    if not reference.key:
        return have, False
    for entry in entries:
        if reference.kind == "Service":
            ports = _service_ports(entry.source)
            if ports is None:
                return have, False
            have |= ports
        elif entry.keys is None:
            return have, False
        else:
            have |= entry.keys
    return have, reference.key not in have


def _service_ports(service: KubeObject) -> set[str] | None:
    """Numbers and names of a Service's ports; ``None`` when it has none of its own."""
    ports = service.spec.maps("ports")
    if service.kind != "Service" or service.group or not ports:
        return None
    if service.spec.str("type") == "ExternalName":
        return None
    return {port.str(key) for port in ports for key in ("port", "name") if port.str(key)}


def _dangling(
    known: Cluster, key: _CaseKey, case: _Case, visits: dict[Place, set[str]]
) -> Dangling:
    _, kind, name, namespace, lacks = key
    notes = [Note(entry.place, f"{kind} {name} is defined here") for entry in case.found.entries]
    if not lacks:
        for entry in case.found.elsewhere[:3]:
            where = (
                f"in namespace {entry.namespace}" if entry.namespace else "for another environment"
            )
            notes.append(Note(entry.place, f"{kind} {name} exists only {where}"))
        near = None if notes else known.near(kind, name)
        if near is not None:
            notes.append(Note(near.place, f"a {kind} called {near.name} is defined here"))
    sets = tuple(case.sets)
    seen = {where for one in case.references.values() for where in visits[one.place]}
    return Dangling(
        kind=kind,
        name=name,
        namespace=namespace or None,
        references=tuple(
            case.references[place] for place in sorted(case.references, key=Place.key)
        ),
        lacks_key=lacks,
        keys=tuple(sorted(case.keys)),
        known=tuple(notes),
        off_path=case.off_path,
        only_in=sets if seen - set(sets) else (),
    )
