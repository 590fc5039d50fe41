"""What scripts, workflows and infrastructure code put into a cluster beside the manifests.

``kubectl create secret …``, ``kubectl apply -n …``, ``kubectl autoscale``, ``helm install``,
manifests in here-documents, Terraform's ``kubernetes_*`` resources. Read by regular expression
over any file that may hold commands (scripts, workflows, Makefiles, Jenkinsfiles, Tiltfiles …),
which is wider than the shell commands that ``facts/invocations`` parses: all that is asked is
whether something creates a name, and a name that is created at all, in whatever syntax, must not
be called missing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.k8s.manifests import only_definitions
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import is_kube_name
from pytest_reconaudit.target import Target, once

__all__ = ["Applied", "Created", "Outside", "outside"]

_SCRIPTS = regex(
    r"\.(?:sh|bash|zsh|ps1|bat|cmd|ya?ml|mk|tf|hcl|groovy|py|just|toml|nu|fish|star)$"
    r"|(?:^|/)(?:(?:GNU)?[Mm]akefile|Jenkinsfile|Tiltfile|[jJ]ustfile|Taskfile|Earthfile|Rakefile"
    r"|Vagrantfile|Dockerfile)[^/]*$|(?:^|/)(?:\.envrc|package\.json)$"
    r"|(?:^|/)(?:bin|scripts?|tools?|hack|ci|ops|deploy)/[^/.]+$"
)
_HINTS = ("kubectl", "helm", "kubernetes_", "apiVersion", "api_version", "eksctl", "oc ")
"""One of these stands in every text that creates something in a cluster."""
_COMMAND = regex(r"""(?<![\w./-])(?:kubectl|oc|helm|eksctl)(?:\.exe)?["']?(?=\s)""")
_WORD = regex(
    r"""(?:\$\{\{[^{}\n]{0,400}\}\}|\$\(\w+\)|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'|;&()]|\((?=[^\s]))+|&&|\|\|?|[;&)]"""
)
_CONTINUED = regex(r"[\\`]\n[ \t]*")
_ENDS = frozenset({"&&", "||", "|", ";", "&", ")"})
_HEREDOC = regex(r"^[ \t\"'-]*kind:[ \t]*[\"']?([A-Z]\w+)", re.MULTILINE)
_INLINE_NAME = regex(r"^[ \t\"'-]*(name|namespace):[ \t]*([^\s#]+)", re.MULTILINE)
_TERRAFORM = regex(
    r"\"kubernetes_(secret|config_map|namespace|service_account|persistent_volume_claim)"
    r"(?:_v\d)?\""
)
_TERRAFORM_NAME = regex(r"\bname\s*=\s*\"([^\"]*)\"|\bname\s*=\s*(\S+)")
_TERRAFORM_KINDS = {
    "secret": "Secret",
    "config_map": "ConfigMap",
    "namespace": "Namespace",
    "service_account": "ServiceAccount",
    "persistent_volume_claim": "PersistentVolumeClaim",
}
_VARIABLE = regex(r"\$(?:\{(\w+)(?::?[-=]([^}]*))?\}|(\w+)|\((\w+)\))")
_MARKS = regex(r"^[ \t]*(?:#|//|rem\b|::).*$", re.MULTILINE | re.IGNORECASE)
_KINDS = {
    "secret": "Secret", "secrets": "Secret", "configmap": "ConfigMap", "configmaps": "ConfigMap",
    "cm": "ConfigMap", "namespace": "Namespace", "namespaces": "Namespace", "ns": "Namespace",
    "project": "Namespace", "new-project": "Namespace", "serviceaccount": "ServiceAccount",
    "serviceaccounts": "ServiceAccount", "sa": "ServiceAccount", "service": "Service",
    "svc": "Service", "deployment": "Deployment", "deploy": "Deployment",
}  # fmt: skip
_WITH_VALUE = frozenset(
    {
        "-n", "--namespace", "-f", "--filename", "-k", "--kustomize", "--context", "--kubeconfig",
        "--cluster", "--user", "-l", "--selector", "-o", "--output", "--from-literal",
        "--from-file", "--from-env-file", "--type", "--cert", "--key", "--docker-server",
        "--docker-username", "--docker-password", "--docker-email", "--min", "--max",
        "--cpu-percent", "--set", "--values", "--version", "--timeout", "--repo", "--cpu",
        "--set-string", "--kube-context", "--server", "--token", "-c", "--name", "--tcp",
    }
)  # fmt: skip
_LONG = 20_000
_SHORT = 600
"""Characters after ``kind:`` in which an inline manifest's name is looked for."""


class Created(Struct, frozen=True):
    """Something a command makes. ``name`` is empty when it is a variable: it may be any."""

    kind: str
    name: str
    namespace: str | None
    place: Place


class Applied(Struct, frozen=True):
    """Manifests that a command applies, into which namespace (``None``: none given)."""

    paths: tuple[str, ...]
    """Empty: the default of the kubectl context, for whatever is applied."""
    namespace: str | None
    place: Place

    def covers(self, path: str) -> bool:
        """Whether a file of the target is among them, as far as the spelling tells."""
        if not self.paths:
            return True
        folder = posixpath.dirname(path)
        for named in self.paths:
            clean = posixpath.normpath(named.replace("\\", "/")).removeprefix("/")
            while clean.startswith("../"):
                clean = clean[3:]
            if clean in ("", ".", "..") or "$" in clean:
                continue
            if clean == path or path.endswith("/" + clean):
                return True
            if posixpath.dirname(clean) and "*" in posixpath.basename(clean):
                clean = posixpath.dirname(clean)
            if folder == clean or folder.endswith("/" + clean) or folder.startswith(clean + "/"):
                return True
        return False


class Outside(Struct, frozen=True):
    """What the repository's commands do to the cluster."""

    created: tuple[Created, ...]
    applied: tuple[Applied, ...]
    releases: tuple[tuple[str, Place], ...]
    """Helm releases by name; their objects are usually named after them."""
    autoscaled: tuple[tuple[str, str, Place], ...]
    """(kind, name) that ``kubectl autoscale`` gives an autoscaler."""

    def creates(self, kind: str, name: str, namespace: str | None) -> Place | None:
        """Where an object of that name is created, if anywhere.

        A creation whose name is a variable counts for every name of its kind.
        """
        vague = None
        for one in self.created:
            if one.kind == kind and (
                namespace is None or one.namespace is None or one.namespace == namespace
            ):
                if one.name == name:
                    return one.place
                if not one.name and vague is None:
                    vague = one.place
        if vague is None and kind != "Namespace":
            for release, place in self.releases:
                if name == release or name.startswith(f"{release}-"):
                    return place
        return vague


@once
def outside(target: Target) -> Outside:
    """Everything that commands in the repository create or apply."""
    created: list[Created] = []
    applied: list[Applied] = []
    releases: list[tuple[str, Place]] = []
    autoscaled: list[tuple[str, str, Place]] = []
    for path in filter(_SCRIPTS.search, target.files):
        text = target.text(path)
        if not any(hint in text for hint in _HINTS):
            continue
        if len(text) > _LONG and path.endswith((".yaml", ".yml")) and only_definitions(text):
            continue
        clean = _MARKS.sub("", text)
        if path.endswith((".tf", ".hcl")):
            created.extend(_terraform(clean, path))
        elif not _is_manifest(text, path):
            created.extend(_inline(clean, path))
        for words, place in _commands(clean, path):
            _take(words, place, clean, created, applied, releases, autoscaled)
    return Outside(tuple(created), tuple(applied), tuple(releases), tuple(autoscaled))


def _is_manifest(text: str, path: str) -> bool:
    return path.endswith((".yaml", ".yml")) and re.search(r"^apiVersion:", text, re.M) is not None


def _commands(text: str, path: str) -> Iterator[tuple[list[str], Place]]:
    """The words of each kubectl, oc, helm and eksctl command, with its place."""
    if _COMMAND.search(text) is None:
        return
    # A continued line becomes one line, padded behind so that line numbers stay.
    joined = _CONTINUED.sub(" \x00", text)
    line = 1
    at = 0
    for match in _COMMAND.finditer(joined):
        skipped = joined[at : match.start()]
        line += skipped.count("\n") + skipped.count("\x00")
        at = match.start()
        end = joined.find("\n", at)
        words = []
        for found in _WORD.finditer(joined[at : end if end >= 0 else None].replace("\x00", " ")):
            word = found[0]
            if word in _ENDS:
                break
            words.append(word.strip("\"'").replace('"', "").replace("'", ""))
        yield words, Place(path, line, 1)


def _take(
    words: list[str],
    place: Place,
    text: str,
    created: list[Created],
    applied: list[Applied],
    releases: list[tuple[str, Place]],
    autoscaled: list[tuple[str, str, Place]],
) -> None:
    program, *rest = words
    plain, options = _split(rest)
    namespace = _name(_last(options, "-n", "--namespace"), text) or None
    if program.startswith("helm"):
        if plain[:1] in (["install"], ["upgrade"]):
            release = _name(plain[1], text) if len(plain) > 1 else ""
            if release:
                releases.append((release, place))
            if "--create-namespace" in rest:
                created.append(Created("Namespace", namespace or "", None, place))
        return
    if program.startswith("eksctl"):
        if plain[:2] == ["create", "iamserviceaccount"]:
            name = _name(_last(options, "--name"), text)
            created.append(Created("ServiceAccount", name, namespace, place))
        return
    verb = plain[0] if plain else ""
    if verb == "new-project" and len(plain) > 1:
        created.append(Created("Namespace", _name(plain[1], text), None, place))
    elif verb == "create" and len(plain) > 1:
        kind = _KINDS.get(plain[1], "")
        names = plain[3:4] if kind == "Secret" else plain[2:3]
        if kind:
            name = _name(names[0], text) if names else ""
            created.append(Created(kind, name, None if kind == "Namespace" else namespace, place))
    elif verb == "autoscale" and len(plain) > 1:
        named = plain[1].split("/", 1) if "/" in plain[1] else plain[1:3]
        if len(named) == 2:
            kind = _KINDS.get(named[0].split(".")[0], named[0])
            autoscaled.append((kind, _name(named[1], text), place))
    if verb in ("apply", "create", "replace"):
        paths = tuple(
            value
            for option, value in options
            if option in ("-f", "--filename", "-k", "--kustomize") and value != "-"
        )
        if paths:
            applied.append(Applied(paths, namespace, place))
    if verb == "config" and "set-context" in plain and namespace:
        applied.append(Applied((), namespace, place))


def _split(words: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Plain words, and (option, value) pairs; ``--option=value`` is taken apart."""
    plain: list[str] = []
    options: list[tuple[str, str]] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word.startswith("-") and len(word) > 1:
            option, equals, value = word.partition("=")
            if not equals and option in _WITH_VALUE and index + 1 < len(words):
                index += 1
                value = words[index]
            elif not equals and re.match(r"-[nfk][^-\s]", word):
                option, value = word[:2], word[2:]
            options.append((option, value))
        else:
            plain.append(word)
        index += 1
    return plain, options


def _last(options: list[tuple[str, str]], *names: str) -> str:
    return next((value for option, value in reversed(options) if option in names), "")


def _name(word: str, text: str) -> str:
    """A name with the variables that the same file sets filled in; empty when one is left."""

    if "${{" in word:
        return ""  # an expression of the workflow: whatever it may be

    def fill(match: re.Match[str]) -> str:
        variable = match[1] or match[3] or match[4]
        if match[2]:
            return match[2]
        pattern = rf"(?<![\w$]){re.escape(variable)}[\"']?[ \t]*(?::?=|:)[ \t]*([^\s#;]+)"
        found = re.search(pattern, text)
        value = found[1].strip("\"'") if found else ""
        inner = re.fullmatch(r"\$\{\w+:-([^}$]*)\}", value)
        return inner[1] if inner else value

    if "$" in word:
        word = _VARIABLE.sub(fill, word)
    return word if is_kube_name(word) else ""


def _inline(text: str, path: str) -> Iterator[Created]:
    """Manifests inside other files: here-documents, Ansible tasks."""
    if "apiVersion" not in text and "api_version" not in text:
        return
    for match in _HEREDOC.finditer(text):
        if match[1] not in _TERRAFORM_KINDS.values():
            continue
        body = text[match.end() : match.end() + _SHORT]
        nearby = body.split("\n---", 1)[0]
        found = {name: value.strip("\"',") for name, value in _INLINE_NAME.findall(nearby)[:2]}
        if "name" in found:
            namespace = found.get("namespace", "")
            yield Created(
                match[1],
                _name(found["name"], text),
                namespace if is_kube_name(namespace) else None,
                Place(path, text.count("\n", 0, match.start()) + 1, 1),
            )


def _terraform(text: str, path: str) -> Iterator[Created]:
    for match in _TERRAFORM.finditer(text):
        found = _TERRAFORM_NAME.search(text, match.end(), match.end() + _SHORT)
        name = found[1] if found and found[1] else ""
        yield Created(
            _TERRAFORM_KINDS[match[1]],
            name if is_kube_name(name) else "",
            None,
            Place(path, text.count("\n", 0, match.start()) + 1, 1),
        )
