"""Secrets in manifests: in ConfigMaps and plain ``env``, and what Secret objects really hold."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.env.secrets import is_declared_public, purpose
from pytest_reconaudit.facts.k8s.cluster import environment
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.k8s.render_sets import render_sets
from pytest_reconaudit.model import Place, Severity, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.secret_text import (
    credentials_in,
    decoded,
    is_placeholder,
    is_reference,
    is_secret_name,
    is_secret_value,
    is_wordy,
    tokens_in,
)
from pytest_reconaudit.target import Target, once

__all__ = ["KubeSecret", "SecretsFile", "secrets_files"]


class KubeSecret(Struct, frozen=True):
    """One value that should not stand there, or not like that."""

    clause: str
    """``a`` not in a Secret, ``b`` no base64, ``c`` a real secret, ``d`` a placeholder."""
    holder: str
    key: str
    shown: str
    place: Place
    severity: Severity
    made_up: bool = False
    """It was evidently invented: a placeholder, or words."""


class SecretsFile(Struct, frozen=True):
    """A manifest file with values under secret names."""

    path: str
    values: tuple[KubeSecret, ...]
    judged: int

    def groups(self) -> tuple[tuple[KubeSecret, ...], ...]:
        """By clause and severity, worst first."""
        found: dict[tuple[str, Severity], list[KubeSecret]] = {}
        for one in self.values:
            found.setdefault((one.clause, one.severity), []).append(one)
        order = sorted(found, key=lambda key: (-key[1], key[0]))
        return tuple(tuple(found[key]) for key in order)


@once
def secrets_files(target: Target) -> tuple[SecretsFile, ...]:
    """Every manifest file with a ConfigMap, a Secret or a plain value under a secret name."""
    found = []
    for file in manifest_files(target):
        values: list[KubeSecret] = []
        judged = 0
        for one in file.objects:
            if "sops" in one.root:
                continue
            counted = _judged(one)
            judged += counted
            if counted:
                values += (_weighed(target, one, value) for value in _values(one))
        if judged:
            found.append(SecretsFile(file.path, tuple(values), judged))
    return tuple(_of_bases(target, found))


def _of_bases(target: Target, files: list[SecretsFile]) -> Iterator[SecretsFile]:
    """The files, the values of what the same kustomizations take in with the first: they are one
    set of manifests, which is applied, and mended, as one."""
    sets = _kustomized(target)
    groups: dict[frozenset[str], list[SecretsFile]] = {}
    for one in files:
        if one.values and one.path in sets:
            groups.setdefault(sets[one.path], []).append(one)
    for one in files:
        group = groups.get(sets.get(one.path, frozenset()), [])
        if len(group) < 2 or not one.values:
            yield one
        elif one is group[0]:
            yield replace(one, values=tuple(value for two in group for value in two.values))
        else:
            yield replace(one, values=())


@once
def _kustomized(target: Target) -> dict[str, frozenset[str]]:
    """Manifest file → the kustomizations, none of them another's part, that take it in."""
    found: dict[str, set[str]] = {}
    for within in render_sets(target):
        if within.kind == "kustomization":
            for path in within.files:
                found.setdefault(path, set()).add(within.id)
    return {path: frozenset(ids) for path, ids in found.items()}


@once
def _local(target: Target) -> frozenset[str]:
    """The files of sets that only run on the machine where their images were built."""
    sets = render_sets(target)
    here = {within.id for within in sets if within.stays_here}
    if not here:
        return frozenset()
    local = {path for within in sets if within.id in here for path in within.files}
    return frozenset(
        local - {path for within in sets if within.id not in here for path in within.files}
    )


_TO_FILL = regex(r"(?i)\s#[^\n]{0,40}\b(?:please|replace|change|generate|fill)\b")


def _judged(one: KubeObject) -> int:
    if one.kind in ("ConfigMap", "Secret"):
        return 1
    pod = one.pod
    return int(pod is not None and any(container.env for container in pod.all_containers))


def _weighed(target: Target, one: KubeObject, value: KubeSecret) -> KubeSecret:
    """Softer where path or namespace say that it is not production; a note when declared public."""
    severity = value.severity
    if value.clause in ("a", "c") and _TO_FILL.search(target.line(one.path, value.place.line or 1)):
        severity = Severity.MEDIUM  # of a template: whoever applies it is told to fill it in
    named = environment(one.namespace, one.path)
    here = not named and one.path in _local(target)
    aside = named not in ("", "production") or purpose(one.path) or here
    if value.clause in ("a", "c") and is_declared_public(
        target.text(one.path).split("\n"), value.place.line or 1
    ):
        severity = Severity.INFO
    elif aside:
        softer = severity.lowered(2 if here or value.made_up else 1)
        severity = Severity.MEDIUM if value.clause == "c" else softer
    return KubeSecret(value.clause, value.holder, value.key, value.shown, value.place, severity)


def _values(one: KubeObject) -> Iterator[KubeSecret]:
    if one.kind == "ConfigMap":
        data = one.root.map("data")
        for key in data:
            if isinstance(data.get(key), str):
                yield from _open(f"{one}", f"{key}", data.str(key), data.key_place(key))
    elif one.kind == "Secret" and one.api_version == "v1":
        yield from _secret(one)
    else:
        pod = one.pod
        for container in pod.all_containers if pod is not None else ():
            for entry in container.env:
                if entry.value:
                    holder = f"{one} container {container.name}"
                    yield from _open(holder, entry.name, entry.value, entry.value_place)


def _open(holder: str, key: str, value: str, place: Place) -> Iterator[KubeSecret]:
    """A value that anybody who may read the object sees."""
    value = value.strip()
    if is_secret_name(key):
        # A file's content, an address or a switch under such a name is no secret.
        if "\n" in value or len(value) < 3 or is_reference(value) or _is_setting(value):
            return
        if not list(credentials_in(value)) and "://" in value:
            return
        made_up = is_placeholder(value) or is_wordy(value)
        yield KubeSecret("a", holder, key, mask(value), place, Severity.HIGH, made_up)
        return
    if "\n" in value:
        return
    for cred in credentials_in(value):
        if not is_reference(cred.password) and "$" not in cred.password:
            made_up = is_placeholder(cred.password) or is_wordy(cred.password)
            yield KubeSecret("a", holder, key, cred.shown, place, Severity.HIGH, made_up)


def _is_setting(value: str) -> bool:
    plain = value.lower()
    if "_" in value and value.isupper():
        return True  # to be filled in: API_KEY_VALUE
    return plain in ("true", "false", "none", "null", "yes", "no", "disabled", "enabled") or (
        plain.replace(".", "").isdigit() or (value.startswith("<") and value.endswith(">"))
    )


def _secret(one: KubeObject) -> Iterator[KubeSecret]:
    for field in ("data", "stringData"):
        data = one.root.map(field)
        for key in data:
            written = data.str(key)
            if not written or is_reference(written) or written.startswith("ENC["):
                continue
            place = data.key_place(key)
            value: str | None = written
            if field == "data":
                value = decoded(written)
                if value is None:
                    yield KubeSecret("b", f"{one}", f"{key}", mask(written), place, Severity.MEDIUM)
                    continue
            yield from _held(f"{one}", f"{key}", value or "", place)


def _held(holder: str, key: str, value: str, place: Place) -> Iterator[KubeSecret]:
    """What a Secret in the repository holds."""
    for token in tokens_in(value):
        yield KubeSecret("c", holder, key, mask(token.value), place, Severity.CRITICAL)
        return
    creds = [one for one in credentials_in(value) if not is_placeholder(one.password)]
    if creds and is_secret_value(creds[0].password):
        severity = Severity.MEDIUM if is_wordy(creds[0].password) else Severity.CRITICAL
        yield KubeSecret("c", holder, key, creds[0].shown, place, severity)
        return
    if "\n" in value.strip() or not (is_secret_name(key) or _BARE.issuperset({key.lower()})):
        return
    if _repeats(key, value):
        yield KubeSecret("d", holder, key, mask(value), place, Severity.INFO)
    elif is_secret_value(value):
        severity = Severity.MEDIUM if is_wordy(value) else Severity.CRITICAL
        yield KubeSecret("c", holder, key, mask(value), place, severity)
    elif is_placeholder(value) and value:
        yield KubeSecret("d", holder, key, mask(value), place, Severity.INFO)


_BARE = frozenset({"pass", "pwd", "key", "auth"})


def _repeats(key: str, value: str) -> bool:
    """Whether a value only says its own name: ``AWS_SecretKey`` under ``aws-secret-key``."""
    plain = "".join(filter(str.isalnum, value.lower()))
    return len(plain) > 5 and plain in "".join(filter(str.isalnum, key.lower()))
