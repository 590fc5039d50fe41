"""Every configuration file of the repository and what keeps its program from reading it.

A file is configuration when its name, its folder or a few words of its content say which program
reads it. It is parsed through the same reader as every other user of it, so nothing is read twice;
what could not be parsed elsewhere ("unparsable") is said once, here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.compose.mounts import is_named, is_used
from pytest_reconaudit.facts.compose.stacks import is_test_data, written_by_hand
from pytest_reconaudit.facts.index import hidden
from pytest_reconaudit.facts.k8s.manifests import only_definitions
from pytest_reconaudit.model import Place, Problem, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoManifest, read_cargo
from pytest_reconaudit.readers.data import DataFile, read_json, read_toml
from pytest_reconaudit.readers.dotenv import env_file_name, read_env_file
from pytest_reconaudit.readers.nginx import Directive, looks_like_nginx, misuse, read_nginx
from pytest_reconaudit.readers.package_json import read_package_json
from pytest_reconaudit.readers.repeats import differing_keys
from pytest_reconaudit.readers.shell import Heredoc, Script, read_shell
from pytest_reconaudit.readers.stray import Stray, find_mixed, find_stray, find_typographic
from pytest_reconaudit.readers.workflow import read_workflow
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import MAX_BYTES, Target, once

__all__ = ["ConfigFile", "ConfigProblem", "config_files"]


class ConfigProblem(Struct, frozen=True):
    """One thing that a file's program refuses, or reads as something else."""

    place: Place
    says: str
    severity: Severity
    clause: str
    evidence: str = ""
    key: str = ""
    """What tells it from its neighbours in the same file."""
    related: tuple[tuple[Place, str], ...] = ()


class ConfigFile(Struct, frozen=True):
    """One configuration file and the problems found in it."""

    path: str
    kind: str
    """What it is, for a sentence: ``workflow``, ``compose file``, ``nginx configuration`` …"""
    problems: tuple[ConfigProblem, ...] = ()
    unresolved: str = ""
    """Why it cannot be judged (a template of an engine that fills it)."""


_LINK = 0o120000


def _is_meant(target: Target, path: str, kind: str) -> bool:
    """Whether a file is wrong on purpose: by its name, but for what an image or stack takes in."""
    return kind not in _DEPLOYED and _MEANT.search(path) is not None and not is_used(target, path)


@once
def config_files(target: Target) -> tuple[ConfigFile, ...]:
    """All configuration files, in path order."""
    found = []
    for path in target.files:
        kind = _kind(target, path)
        if kind is None or is_test_data(path) or _is_meant(target, path, kind):
            continue
        if written_by_hand(target, path):
            size = _size(target, path)
            if size is not None:
                found.append(_judge(target, path, kind, size))
    return tuple(found)


def _size(target: Target, path: str) -> int | None:
    """The file's size; ``None`` when there is no text to judge.

    That is a link (what it leads to is judged itself), a device, or a file that may not be read.
    """
    full = target.root / path
    if target.modes.get(path) == _LINK or full.is_symlink():
        return None
    text = target.text(path)
    if text:
        return len(text)
    if not full.is_file():
        return None
    size = full.stat().st_size
    return size if size == 0 or size > MAX_BYTES else None


# -- which files ---------------------------------------------------------------------------

_MUST_WORK = frozenset(
    {"workflow", "compose file", "Kubernetes manifest", "kustomization", "Cargo manifest",
     "package.json", "Prometheus configuration"}
)  # fmt: skip
"""Kinds whose failure stops a build or a deployment whoever else mentions the file."""

_COMPOSE = regex(r"(?:docker-|podman-)?compose(?:[._-][\w.-]*)?\.ya?ml")
_COMPOSE_DEFAULT = regex(r"(?:docker-)?compose\.ya?ml")
_SERVICES = regex(r"^(?:services|include)[ \t]*:", re.MULTILINE)
_STACK = regex(r"[\w.-]*\b(?:stack|compose)[\w.-]*\.ya?ml")
_KUSTOMIZATION = frozenset({"kustomization.yaml", "kustomization.yml"})
_PROMETHEUS = regex(r"prometheus(?:[._-][\w.-]*)?\.ya?ml")
_NAMED_YAML = regex(
    r"(?:alertmanager|alerts?|alert[_-]rules?|recording[_-]rules?|rules|loki|promtail|tempo|mimir"
    r"|otel|otelcol|otel-collector|opentelemetry|grafana|datasources?|dashboards?|blackbox|traefik"
    r"|envoy|vector|fluent-?bit|filebeat|metricbeat|cadvisor|thanos|pyroscope|alloy"
    r"|nginx|redis|rabbitmq|minio|keycloak|hasura)(?:[._-][\w.-]*)?\.ya?ml"
    r"|skaffold\.ya?ml|garden\.ya?ml|\.gitlab-ci\.ya?ml|\.travis\.yml|azure-pipelines\.ya?ml"
    r"|bitbucket-pipelines\.yml|cloudbuild\.ya?ml|appspec\.ya?ml|buildspec\.ya?ml"
    r"|serverless\.ya?ml|render\.ya?ml|dependabot\.ya?ml|\.pre-commit-config\.yaml"
    r"|pnpm-workspace\.yaml|codecov\.ya?ml|action\.ya?ml|chart\.ya?ml|k6\.ya?ml|artillery\.ya?ml"
)
_YAML_FOLDERS = frozenset(
    {"prometheus", "alertmanager", "loki", "promtail", "otel", "otel-collector", "grafana",
     "monitoring", "observability", "tempo", "traefik", "envoy", ".circleci"}
)  # fmt: skip
_JSON_NAMES = frozenset(
    {"composer.json", "vercel.json", "firebase.json", "lerna.json", "nodemon.json", "turbo.json",
     "nx.json", "angular.json", "deno.json", "biome.json", "renovate.json", "docker-bake.json",
     "components.json", "manifest.json", "cdk.json", "host.json", "devcontainer.json",
     ".devcontainer.json", ".eslintrc.json", ".prettierrc.json", ".swcrc", ".lintstagedrc.json",
     ".releaserc.json", ".mocharc.json", ".nycrc.json", "jest.config.json", "package-lock.json",
     "tslint.json", "lighthouserc.json", ".lighthouserc.json"}
)  # fmt: skip
_TS_CONFIG = regex(r"[tj]sconfig(?:\.[\w.-]+)?\.json|appsettings(?:\.\w+)?\.json")
_ENV = regex(
    r"\.env(?:[._-][\w.-]+)?|[\w.-]+\.env(?:\.(?:example|sample|template|dist|defaults?))?|env\.[\w.-]+"
)
_NOT_ENV = (".ts", ".js", ".mjs", ".cjs", ".py", ".rs", ".go", ".rb", ".php", ".sh", ".json", ".md",
            ".yml", ".yaml", ".toml", ".vue", ".tsx", ".jsx", ".html", ".h", ".c", ".cpp", ".java",
            ".sql", ".snap", ".png", ".svg", ".txt", ".bat", ".ps1", ".nix", ".enc", ".gpg", ".age",
            ".vault", ".patch", ".diff", ".t", ".pl")  # fmt: skip
_API_VERSION = regex(r"^apiVersion:", re.MULTILINE)
_KIND = regex(r"^kind:", re.MULTILINE)
_CONTROLLER_GEN = "controller-gen.kubebuilder.io/version"
_SAMPLES = frozenset(
    {"template", "templates", "skeleton", "skeletons", "scaffold", "scaffolds", "boilerplate",
     "example", "examples", ".examples", "sample", "samples", "starter", "starters", "fixture",
     "test", "tests", "__tests__", "spec", "specs", "e2e", "testing"}
)  # fmt: skip
_MEANT = regex(
    r"(?:^|[/_.-])(?:bad|broken|invalid|malformed|corrupt(?:ed)?|unparsable)(?:[/_.-][^/]*)?(?:/|$)",
    re.IGNORECASE,
)
"""Names of specimens: what some program must refuse."""
_DEPLOYED = frozenset({"workflow", "compose file", "Kubernetes manifest", "kustomization"})
_TESTS = frozenset({"test", "tests", "__tests__", "spec", "specs", "e2e", "testing", "fixture"})


def _kind(target: Target, path: str) -> str | None:
    """Which program reads the file, in words; ``None`` when it is no configuration."""
    name = posixpath.basename(path).lower()
    if "{{" in path:  # a folder that a project generator fills
        return None
    if name.endswith((".yml", ".yaml")):
        return _yaml_kind(target, path, name)
    if name.endswith((".json", ".jsonc", ".swcrc")):
        return _json_kind(target, path, name)
    if name.endswith(".toml"):
        if name == "cargo.toml":
            return "Cargo manifest"
        return "pyproject.toml" if name == "pyproject.toml" else "TOML configuration"
    if name.endswith((".conf", ".template", ".nginx", ".vhost")) or name == "mime.types":
        return "nginx configuration" if looks_like_nginx(path, target.text(path)) else None
    if _ENV.fullmatch(name) and not name.endswith(_NOT_ENV) and env_file_name(path):
        return "environment file"
    if name.endswith((".sh", ".bash")):
        return "shell script" if _worth_reading(target.text(path)) else None
    return None


def _yaml_kind(target: Target, path: str, name: str) -> str | None:
    folders = path.lower().split("/")[:-1]
    if (
        folders[-1:] == ["workflows"]
        and folders[-2:-1]
        and folders[-2] in (".github", ".gitea", ".forgejo")
    ):
        if len(folders) == 2:
            return "workflow"
        return None if _SAMPLES & set(folders) else "nested workflow"
    if _in_chart(target, path):
        return None
    text = target.text(path)
    if _COMPOSE.fullmatch(name) or (_STACK.fullmatch(name) and _SERVICES.search(text)):
        return "compose file"
    if name in _KUSTOMIZATION:
        return "kustomization"
    if _API_VERSION.search(text) and _KIND.search(text):
        if _CONTROLLER_GEN in text and only_definitions(text):
            return None  # a generator writes them, by the megabyte
        return "Kubernetes manifest"
    if _PROMETHEUS.fullmatch(name):
        return "Prometheus configuration"
    if _NAMED_YAML.fullmatch(name) or not _YAML_FOLDERS.isdisjoint(folders):
        return "YAML configuration"
    if _is_values(target, path):
        return "YAML configuration"
    return "YAML configuration" if is_used(target, path) else None


def _is_values(target: Target, path: str) -> bool:
    """Whether the file holds the settings of the Helm chart beside it."""
    folder, name = posixpath.split(path)
    return name.lower().startswith("values") and target.has(posixpath.join(folder, "Chart.yaml"))


def _in_chart(target: Target, path: str) -> bool:
    """Whether the file is a template of a Helm chart."""
    head, found, _ = f"/{path}".rpartition("/templates/")
    chart = f"{head}/Chart.yaml".lstrip("/")
    return bool(found) and (target.has(chart) or target.has(chart.replace(".yaml", ".yml")))


def _json_kind(target: Target, path: str, name: str) -> str | None:
    if name == "package.json":
        return "package.json"
    if name in _JSON_NAMES or _TS_CONFIG.fullmatch(name):
        return "JSON configuration"
    folders = set(path.lower().split("/")[:-1])
    if "grafana" in folders or (folders & _YAML_FOLDERS and "dashboards" in folders):
        return "Grafana dashboard"
    return "JSON configuration" if is_used(target, path) else None


# -- judging one file ----------------------------------------------------------------------

_CONFLICT = (
    regex(r"^<{7}(?: .*)?$", re.MULTILINE),
    regex(r"^={7}$", re.MULTILINE),
    regex(r"^>{7}(?: .*)?$", re.MULTILINE),
)
_TEMPLATED = regex(
    r"\{%|<%|\{\{(?!\s*\$(?:labels|value|externalLabels)\b)|^__\w+__$|(?<![\w@])@[A-Za-z]\w*@(?!\w)",
    re.MULTILINE,
)
_QUOTED = regex(r"'[^'\n]*'?|\"[^\"\n]*\"?")
_EXPRESSION = regex(r"\$\{\{[^\n]{0,400}?\}\}")
_SECRET_LINE = regex(
    r"((?:pass(?:w(?:or)?d)?|secret|token|api[_-]?key|private[_-]?key|credential|dsn|database_url)"
    r"[\w-]*[\"']?\s*[:=]\s*)\S.*",
    re.IGNORECASE,
)


_ENCRYPTED = ("\0GITCRYPT", "$ANSIBLE_VAULT", "-----BEGIN PGP", "age-encryption.org")


def _judge(target: Target, path: str, kind: str, size: int) -> ConfigFile:
    severity = _severity(target, path, kind)
    if size > MAX_BYTES and "lock" in posixpath.basename(path).lower():
        return ConfigFile(path, kind, unresolved="a lock file over 2 MB")
    if size > MAX_BYTES:
        if path.endswith("package-lock.json") or kind == "Grafana dashboard":
            return ConfigFile(path, kind, unresolved="over 2 MB")
        says = (
            f"this {kind} is larger than 2 MB: no such file is written by hand, and it was not read"
        )
        return ConfigFile(
            path, kind, (ConfigProblem(Place(path), says, Severity.MEDIUM, "a", path, "size"),)
        )
    text = target.text(path)
    if text.startswith(_ENCRYPTED):
        return ConfigFile(path, kind, unresolved="encrypted")
    general = _general(target, path, kind, text, severity)
    if general is not None:
        return ConfigFile(path, kind, (general,))
    judge = _JUDGES.get(kind, _judge_yaml)
    problems = tuple(judge(target, path, kind, severity))
    if problems and _is_template(text, kind):
        return ConfigFile(path, kind, unresolved="a template: an engine fills it before it is read")
    return ConfigFile(path, kind, problems)


def _severity(target: Target, path: str, kind: str) -> Severity:
    """What it costs when the file cannot be read."""
    if kind == "nested workflow":
        return Severity.LOW
    if not _TESTS.isdisjoint(path.lower().split("/")[:-1]):
        return Severity.MEDIUM  # it may be broken on purpose
    if kind == "nginx configuration":
        return Severity.CRITICAL if is_used(target, path) else Severity.MEDIUM
    if kind in _MUST_WORK:
        return Severity.CRITICAL
    return Severity.HIGH if is_used(target, path) else Severity.MEDIUM


_ADDED = regex(
    r"dynamic[-_]?config|override|^(?:custom|extra|local|additional)[-_.]", re.IGNORECASE
)


def _general(
    target: Target, path: str, kind: str, text: str, severity: Severity
) -> ConfigProblem | None:
    """What is wrong with a file of any syntax: it is empty, binary or an unfinished merge."""
    if not text.strip("\ufeff \t\n\r"):
        if kind in (
            "nginx configuration",
            "environment file",
            "TOML configuration",
            "shell script",
        ):
            return None  # an empty one is read without complaint
        if kind == "YAML configuration" and _is_values(target, path):
            return None  # a chart without settings
        if kind == "YAML configuration" and _ADDED.search(posixpath.basename(path)):
            return None  # what is set over defaults may well be nothing
        if posixpath.basename(path) == "acme.json":
            return None  # Traefik wants it made empty, and fills it with certificates
        needed = kind in ("package.json", "Cargo manifest", "workflow")
        if needed and kind != "workflow" and not _is_taken_in(target, path, kind):
            # A package that is still to come, or was left: no build of the others comes by.
            beside = (one for one in target.files_below(posixpath.dirname(path)) if one != path)
            code = any(target.text(one).strip() for one in beside if one.endswith(_CODE))
            return ConfigProblem(
                Place(path, 1),
                f"this {kind} is empty, and no workspace or package names its folder",
                min(severity, Severity.MEDIUM if code else Severity.LOW),
                "a",
                "",
                "unwritten",
            )
        if not (needed or _COMPOSE_DEFAULT.fullmatch(posixpath.basename(path))):
            needed = is_used(target, path)
        if not needed:
            severity = min(severity, Severity.MEDIUM)
        if kind == "YAML configuration" and needed and not is_named(target, path):
            severity = Severity.LOW  # one of a folder: what reads it may do without
        place = Place(path, 1)
        return ConfigProblem(place, f"this {kind} is empty", severity, "a", "", "empty")
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        many = text.count("\0") * 3 > len(text)
        says = f"line {line} of this {kind} holds a NUL byte"
        says += ": the file is UTF-16, its program reads UTF-8" if many else ": it is no text"
        return ConfigProblem(Place(path, line, 1), says, severity, "a", "NUL", "nul")
    if "<<<<<<<" in text:
        first, middle, last = (pattern.search(text) for pattern in _CONFLICT)
        if first and middle and last and first.start() < middle.start() < last.start():
            lines = [text.count("\n", 0, match.start()) + 1 for match in (first, middle, last)]
            return ConfigProblem(
                Place(path, lines[0], 1),
                f"an unfinished merge: this {kind} holds git's conflict markers"
                f" (lines {lines[0]}, {lines[1]} and {lines[2]})",
                severity,
                "a",
                first[0],
                "conflict",
                ((Place(path, lines[1], 1), "======="), (Place(path, lines[2], 1), last[0])),
            )
    return None


def _is_template(text: str, kind: str) -> bool:
    """Whether an engine fills the file: its marks stand where no quotes protect them.

    Alert rules and Alertmanager settings hold quoted marks of their own, for a later time.
    """
    if kind in ("workflow", "nested workflow"):
        return False
    return _TEMPLATED.search(_QUOTED.sub("", _EXPRESSION.sub("", text))) is not None


_BLOCK = regex(r"(?:^|[:\-])[ \t]*[|>][+-]?\d?[ \t]*(?:#.*)?$")
_FARTHEST = 200


def _left_block(lines: list[str], number: int) -> int | None:
    """The line (from 1) that ends a block of text (``run: |``) by standing too far to the left,
    when it is what a line at or below it was refused for."""
    first = number - 1
    if not 0 <= first < len(lines):
        return None
    depth = indentation(lines[first])
    while first > 0 and lines[first - 1].strip() and indentation(lines[first - 1]) <= depth:
        first -= 1
    above = lines[first - 1] if first else ""
    inside = indentation(above)
    if not above.strip() or inside <= depth:
        return None
    for line in reversed(lines[max(0, first - _FARTHEST) : first]):
        if line.strip() and indentation(line) < inside:
            inside = indentation(line)
            if _BLOCK.search(line):
                return first + 1 if inside >= depth else None
    return None


def _refused(kind: str, problem: Problem, target: Target, severity: Severity) -> ConfigProblem:
    place = problem.place
    left = None
    if place.path.endswith((".yml", ".yaml")):
        left = _left_block(target.text(place.path).split("\n"), place.line or 1)
    if left is not None:
        place = Place(place.path, left, 1)
    line = target.line(place.path, place.line or 1).strip()
    return ConfigProblem(
        place,
        f"this {kind} does not parse: {problem.message}",
        severity,
        "a",
        _SECRET_LINE.sub(r"\1***", line),
        problem.message if left is None else "left",
    )


# -- YAML ----------------------------------------------------------------------------------


def _judge_yaml(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    if kind.endswith("workflow"):
        workflow = target.parse(read_workflow, path)
        problems, duplicates = workflow.problems, workflow.duplicates
        roots: list[Any] = [workflow.raw]
    else:
        file = target.parse(read_yaml, path)
        problems, duplicates = file.problems, file.duplicates
        roots = [document.root for document in file.documents]
    if kind == "workflow" and _only_comments(target.text(path)):
        says = "this workflow holds comments only: GitHub reports it as invalid at every push"
        yield ConfigProblem(Place(path, 1, 1), says, Severity.LOW, "a", "", "empty")
        return
    for problem in problems:
        yield _yaml_problem(target, kind, problem, severity)
    if problems:
        return
    if kind in ("compose file", "kustomization", "Prometheus configuration"):
        for root, document in zip(roots, file.documents, strict=True):
            if root is not None and not isinstance(root, Map):
                says = f"this {kind} holds {_shape(root)} where a mapping must be"
                place = Place(path, document.line, 1)
                yield ConfigProblem(place, says, severity, "a", f"{root}"[:60], "shape")
    if duplicates:
        yield from _duplicates(target, path, kind, duplicates, severity)
    if not target.text(path).isascii():
        yield from _yaml_strays(roots)


def _only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n"))


def _shape(root: Any) -> str:
    return "a list" if isinstance(root, Seq) else "plain text"


def _yaml_problem(target: Target, kind: str, problem: Problem, severity: Severity) -> ConfigProblem:
    place = problem.place
    last = target.text(place.path).rstrip().count("\n") + 1
    if (place.line or 1) > last:  # the parser gave up at the end of the file
        place = Place(place.path, last, 1)
        problem = Problem(place, problem.message)
    line = target.line(place.path, place.line or 1)
    if line.startswith("apiVersion:"):
        message = 'a new object begins here without "---" above it'
        return _refused(kind, Problem(place, message), target, severity)
    stray = find_typographic(line[: (place.column or 1) + 1])
    if stray is not None:
        message = f"{problem.message}; {stray.shown} stands in the line"
        return _refused(kind, Problem(place, message), target, severity)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        message = f"{problem.message}; a tab indents this line"
        return _refused(kind, Problem(place, message), target, severity)
    return _refused(kind, problem, target, severity)


_REFUSES_REPEATS = {"workflow": "GitHub", "compose file": "Docker Compose"}
_KEY_OF = regex(r"key '(.*)' is already set at line (\d+)")


def _duplicates(
    target: Target,
    path: str,
    kind: str,
    duplicates: tuple[Problem, ...],
    severity: Severity,
) -> Iterator[ConfigProblem]:
    lost = [
        problem.place
        for problem in duplicates
        if problem.place.column == 1
        and target.line(path, problem.place.line or 1).startswith("apiVersion:")
    ]
    if lost:
        place = lost[0]
        yield ConfigProblem(
            place,
            f'a second object begins at line {place.line} without "---" above it: the two become'
            " one, and what the first set is lost",
            severity,
            "a",
            target.line(path, place.line or 1),
            "separator",
            tuple((other, "and here") for other in lost[1:]),
        )
        return
    differing = differing_keys(target.text(path))
    ranked: list[tuple[bool, Problem]] = [
        ((problem.place.line, problem.place.column) in differing, problem) for problem in duplicates
    ]
    ranked.sort(key=lambda pair: (not pair[0], pair[1].place.key()))
    differs, first = ranked[0]
    match = _KEY_OF.match(first.message)
    key, line = (match[1], int(match[2])) if match else ("", None)
    several = len(ranked)
    refused = _REFUSES_REPEATS.get(kind)
    if refused is not None:
        effect = f"{refused} refuses the file"
    else:
        effect = "the first value is lost without a word" if differs else "both values are equal"
    says = f'"{key}" is set twice in one mapping (first at line {line}): {effect}'
    if several > 1:
        lines = _listed(problem.place for _, problem in ranked)
        says += f"; {several} such keys, at lines {lines}"
    related = [(Place(path, line, None), "first set here")] if line else []
    related += [(problem.place, problem.message) for _, problem in ranked[1:]]
    level = Severity.MEDIUM if differs else Severity.LOW
    if refused is not None:
        level = Severity.HIGH
    yield ConfigProblem(
        first.place, says, min(level, severity), "a", f"{key}:", "duplicate", tuple(related)
    )


def _listed(places: Iterable[Place]) -> str:
    lines = [f"{place.line}" for place in places]
    return ", ".join(lines[:5]) + (" …" if len(lines) > 5 else "")


_FREE_KEYS = frozenset(
    {"data", "stringData", "binaryData", "annotations", "labels", "matchLabels", "description",
     "inputs", "outputs", "strategy", "extra_hosts", "panels", "properties"}
)  # fmt: skip
"""Mappings whose keys are people's words."""


def _yaml_strays(roots: Iterable[Any]) -> Iterator[ConfigProblem]:
    """Keys and environment names with a character that cannot be meant."""
    for place, word in _machine_words(roots):
        stray = find_mixed(word) or find_typographic(word)
        if stray is not None:
            yield _stray_name(place, word, stray, "key")


def _machine_words(roots: Iterable[Any]) -> Iterator[tuple[Place, str]]:
    stack: list[Any] = [root for root in roots if isinstance(root, (Map, Seq))]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Map):
            for key, value in node.items():
                if isinstance(key, str) and not key.isascii():
                    yield node.key_place(key), key
                if isinstance(value, (Map, Seq)) and key not in _FREE_KEYS:
                    stack.append(value)
                    if key in ("environment", "env") and isinstance(value, Seq):
                        yield from _listed_names(value)
        else:
            stack.extend(item for item in node if isinstance(item, (Map, Seq)))


def _listed_names(items: Seq) -> Iterator[tuple[Place, str]]:
    for index, item in enumerate(items):
        word = item.partition("=")[0] if isinstance(item, str) else ""
        if isinstance(item, Map):
            word = item.str("name")
        if not word.isascii():
            yield items.item_place(index), word


def _stray_name(place: Place, word: str, stray: Stray, what: str) -> ConfigProblem:
    said = "value" if what == "value" else "name"
    return ConfigProblem(
        place,
        f"the {what} {word[:60]!r} holds {stray.shown}: it is not the {said} that is meant",
        Severity.HIGH,
        "c",
        word,
        stray.name,
    )


# -- JSON and TOML -------------------------------------------------------------------------


def _judge_json(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    if path.endswith("package-lock.json"):
        return  # a program writes it: only an unfinished merge breaks it
    yield from _data(target, target.parse(read_json, path), kind, severity)


def _judge_cargo(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    manifest = target.parse(read_cargo, path)
    for problem in manifest.problems:
        yield _refused(kind, problem, target, severity)
    lost = _lost_packages(target, manifest)
    if lost:
        listed = ", ".join(name for name, _ in lost[:5]) + (" …" if lost[5:] else "")
        has = "has" if len(lost) == 1 else "have"
        yield ConfigProblem(
            lost[0][1],
            f"{listed} {has} no Cargo.toml in a fresh clone: cargo reads it before anything else,"
            f" and stops{_ignored_by(target, path, lost[0][0])}",
            severity,
            "a",
            f'"{lost[0][0]}"',
            "lost",
            tuple((place, f"names {name}") for name, place in lost[1:]),
        )


def _is_taken_in(target: Target, path: str, kind: str) -> bool:
    """Whether a workspace, another package, an image or a service names the package."""
    folder = posixpath.dirname(path)
    if not folder or is_named(target, path):
        return True
    whole, patterns = _packages_named(target)[kind]
    return folder in whole or any(fnmatchcase(folder, one) for one in patterns)


@once
def _packages_named(target: Target) -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Kind of manifest → the folders that workspaces and packages name, and their patterns."""
    found: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
    npm = [
        posixpath.join(one.folder, pattern.strip("./"))
        for one in (target.parse(read_package_json, at) for at in target.named("package.json"))
        for pattern in one.workspaces
    ]
    cargo = [
        posixpath.normpath(posixpath.join(one.folder, named))
        for one in (target.parse(read_cargo, at) for at in target.named("Cargo.toml"))
        for named in (*one.members, *(other.path for other in one.dependencies if other.path))
    ]
    for kind, names in (("package.json", npm), ("Cargo manifest", cargo)):
        globs = tuple(dict.fromkeys(one for one in names if _GLOB.search(one)))
        found[kind] = (frozenset(names), globs[:_MOST_GLOBS])
    return found


_MOST_GLOBS = 200


_CODE = (".rs", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs")


def _ignored_by(target: Target, path: str, name: str) -> str:
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    rule = target.ignored_by(f"{folder}/Cargo.toml")
    return f" (git-ignored by {rule.place})" if rule is not None else ""


@once
def _inherited(target: Target) -> frozenset[str]:
    """The names that packages take from their workspace."""
    return frozenset(
        one.name
        for path in target.named("Cargo.toml")
        for one in target.parse(read_cargo, path).dependencies
        if one.inherited
    )


def _lost_packages(target: Target, manifest: CargoManifest) -> list[tuple[str, Place]]:
    """The members of a workspace, and dependencies by path, whose manifest is not there. What lies
    in a submodule or outside of the repository is somebody else's."""
    lines = _lines_of(target, manifest.path) if manifest.members else {}
    named = [
        (member, Place(manifest.path, lines.get(member, 1), 1))
        for member in manifest.members
        if not _GLOB.search(member) and member not in manifest.exclude
    ]
    named += [
        (one.path, one.place)
        for one in manifest.dependencies
        if one.path and not one.inherited and (not one.shared or one.name in _inherited(target))
    ]
    found: dict[str, Place] = {}
    for name, place in named:
        folder = posixpath.normpath(posixpath.join(manifest.folder, name))
        if folder.startswith(("..", "/")) or target.has(posixpath.join(folder, "Cargo.toml")):
            continue
        if hidden(target, folder):
            continue
        found.setdefault(name, place)
    return list(found.items())


_GLOB = regex(r"[*?\[{]")


def _lines_of(target: Target, path: str) -> dict[str, int]:
    """Each string of a file → its first line."""
    found: dict[str, int] = {}
    for number, line in enumerate(target.text(path).split("\n"), 1):
        for text in _QUOTED.findall(line):
            found.setdefault(text[1:-1], number)
    return found


_QUOTED = regex(r"\"[^\"]{0,300}\"|'[^']{0,300}'")


def _judge_toml(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    yield from _data(target, target.parse(read_toml, path), kind, severity)


def _data(target: Target, file: DataFile, kind: str, severity: Severity) -> Iterator[ConfigProblem]:
    for problem in file.problems:
        yield _refused(kind, problem, target, severity)
    if kind == "package.json" and not file.problems and not isinstance(file.value, dict):
        place = Place(file.path, 1, 1)
        yield ConfigProblem(place, "package.json holds no object", severity, "a", "", "shape")


# -- nginx ---------------------------------------------------------------------------------

_MIME_LISTS = frozenset(
    {"gzip_types", "brotli_types", "zstd_types", "default_type", "charset_types", "ssi_types",
     "sub_filter_types", "addition_types", "image_filter"}
)  # fmt: skip
_NAME_FIRST = frozenset(
    {"add_header", "add_trailer", "proxy_set_header", "proxy_hide_header", "proxy_pass_header",
     "fastcgi_param", "uwsgi_param", "grpc_set_header", "more_set_headers", "listen",
     "proxy_http_version", "expires", "limit_req_zone", "upstream"}
)  # fmt: skip
_FREE_TEXT = frozenset(
    {"alias", "error_page", "if", "include", "location", "log_format", "return", "rewrite", "root",
     "server_name", "set", "sub_filter", "try_files", "access_log", "error_log", "valid_referers"}
)  # fmt: skip


def _judge_nginx(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    file = target.parse(read_nginx, path)
    for problem in file.problems[:3]:
        yield _refused(kind, problem, target, severity)
    if file.problems:
        return
    plain = target.text(path).isascii()
    for directive, inside in file.all():
        stray = None if plain else _nginx_stray(directive, inside)
        wrong = misuse(directive, inside)
        if stray is None and wrong is None:
            continue
        evidence = target.line(path, directive.place.line or 1).strip()
        if stray is not None and (wrong is not None or not stray.mime):
            reason = f"; {wrong.message}" if wrong is not None else ""
            says = f'"{stray.word}" holds {stray.found.shown}{reason}: nginx refuses the file'
            yield ConfigProblem(stray.place, says, severity, "b", evidence, stray.found.name)
        elif stray is not None:
            says = f'the MIME type "{stray.word}" holds {stray.found.shown}: it matches nothing'
            level = min(severity, Severity.MEDIUM)
            yield ConfigProblem(stray.place, says, level, "b", evidence, stray.found.name)
        elif wrong is not None:
            says = f"{wrong.message}: nginx refuses the file" if wrong.refused else wrong.message
            level = severity if wrong.refused else severity.lowered()
            yield ConfigProblem(wrong.place, says, level, "b", evidence, directive.name)


class _NginxStray(Struct, frozen=True):
    place: Place
    word: str
    found: Stray
    mime: bool


def _nginx_stray(directive: Directive, inside: str) -> _NginxStray | None:
    """A foreign character in a word of the directive that nginx compares byte by byte."""
    name, args = directive.name, directive.args
    if inside in ("map", "geo", "split_clients", "charset_map", "match"):
        return None
    found = find_stray(name)
    if found is not None:
        return _NginxStray(directive.place, name, found, inside == "types")
    if inside == "types" or name in _MIME_LISTS:
        words, mime = args, True
    elif name in ("add_header", "add_trailer") and args[:1]:
        content_type = args[0].text.lower() == "content-type"
        words, mime = (args if content_type else (args[0], *args[2:])), content_type
    elif name in _NAME_FIRST:
        words, mime = args[:1], False
    elif name in _FREE_TEXT:
        return None
    else:
        words, mime = tuple(arg for arg in args if not arg.quoted), False
    for arg in words:
        strict = mime or name in _NAME_FIRST
        found = find_stray(arg.text) if strict else find_mixed(arg.text)
        if found is not None and (mime or not arg.quoted):
            return _NginxStray(arg.place, arg.text, found, mime)
    return None


# -- environment files and scripts ---------------------------------------------------------

_NAME = regex(r"^[ \t]*(?:export[ \t]+)?([^ \t\n=#\"'`$]{1,120})[ \t]*=", re.MULTILINE)
_ODD_NAME = regex(
    r"^[ \t]*(?:(?:export|readonly|local|declare|typeset)[ \t]+(?:-\w+[ \t]+)*)?"
    r"(\w*[^\x00-\x7f]\w*)=",
    re.MULTILINE,
)
_ODD_VALUE = regex(
    r"^[ \t]*(?:(?:export|readonly|local|declare)[ \t]+)?[A-Za-z_]\w*=(?![\"'(])"
    r"(\S*[^\x00-\x7f]\S*)",
    re.MULTILINE,
)
_QUOTED_HEREDOC = regex(r"<<-?[ \t]*(?:\\\w|[\"'])")
_EXPANSION = regex(r"\$\([^)\n]*\)?|\$\{[^}\n]*\}?|`[^`\n]+`")
_ASSIGNED = regex(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=(.*)$", re.MULTILINE)


def _judge_env(target: Target, path: str, kind: str, severity: Severity) -> Iterator[ConfigProblem]:
    strays = list(_env_strays(target.text(path), Place(path, 1, 1)))
    yield from strays
    file = target.parse(read_env_file, path)
    odd = [problem for problem in file.problems if not _is_shell(target, problem)]
    said = {stray.place.line for stray in strays}
    odd = [problem for problem in odd if problem.place.line not in said]
    if not odd or len(odd) < len(file.problems) or len(odd) * 3 > len(file.settings):
        return  # a script or some other text under an env file's name
    first = odd[0]
    says = f"line {first.place.line} is {first.message.partition(':')[0]} and no comment"
    if len(odd) > 1:
        says += f"; {len(odd)} such lines: {_listed(one.place for one in odd)}"
    yield ConfigProblem(
        first.place,
        f"{says}: Docker Compose refuses the file, other readers lose what follows",
        severity,
        "a",
        _SECRET_LINE.sub(r"\1***", target.line(path, first.place.line or 1).strip()),
        "line",
        tuple((one.place, "and here") for one in odd[1:]),
    )


_SHELL_WORDS = frozenset(
    {"if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac",
     "function", "source", ".", "echo", "set", "unset", "eval", "export", "exit", "return", "test",
     "[", "[[", "{", "}", "local", "readonly", "declare"}
)  # fmt: skip


def _is_shell(target: Target, problem: Problem) -> bool:
    """Whether a line that is no setting is a command: the file is made to be sourced."""
    words = target.line(problem.place.path, problem.place.line or 1).split(None, 1)
    return bool(words) and words[0] in _SHELL_WORDS


def _env_strays(text: str, start: Place) -> Iterator[ConfigProblem]:
    if text.isascii():
        return
    for match in _NAME.finditer(text):
        word = match[1]
        stray = find_stray(word)
        if stray is not None:
            row = text.count("\n", 0, match.start(1))
            column = match.start(1) - text.rfind("\n", 0, match.start(1))
            place = Place(start.path, (start.line or 1) + row, column)
            yield _stray_name(place, word, stray, "key")


def _worth_reading(text: str) -> bool:
    """Whether a script can hold one of the defects at all: told without parsing it."""
    if not text.isascii() and (_ODD_NAME.search(text) or _ODD_VALUE.search(text)):
        return True
    return "env" in text and _QUOTED_HEREDOC.search(text) is not None


def _judge_shell(
    target: Target, path: str, kind: str, severity: Severity
) -> Iterator[ConfigProblem]:
    text = target.text(path)
    script = target.parse(read_shell, path)
    inside: set[int] = set()
    for heredoc in script.heredocs:
        first = heredoc.place.line or 1
        inside.update(range(first, first + heredoc.text.count("\n") + 1))
        if _is_env_text(heredoc):
            yield from _env_strays(heredoc.text, heredoc.place)
            if heredoc.quoted:
                yield from _literal(target, path, script, heredoc)
    if not text.isascii():
        yield from _script_strays(path, text, script, inside)


def _is_env_text(heredoc: Heredoc) -> bool:
    name = posixpath.basename(heredoc.target).lower()
    if name:
        return bool(_ENV.fullmatch(name)) and not name.endswith(_NOT_ENV)
    return False


def _script_strays(
    path: str, text: str, script: Script, inside: set[int]
) -> Iterator[ConfigProblem]:
    starts = {command.place.line for command in script.commands}
    starts |= {assignment.place.line for assignment in script.assignments}
    for pattern, what in ((_ODD_NAME, "variable"), (_ODD_VALUE, "value")):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            if line in inside or line not in starts:
                continue
            word = match[1]
            stray = find_stray(word) if what == "variable" else find_mixed(word)
            if stray is not None:
                column = match.start(1) - text.rfind("\n", 0, match.start(1))
                yield _stray_name(Place(path, line, column), word, stray, what)


def _literal(
    target: Target, path: str, script: Script, heredoc: Heredoc
) -> Iterator[ConfigProblem]:
    """Values of a quoted here-document that its reader takes letter for letter."""
    if _sourced(target, path, heredoc.target):
        return
    own = {match[1] for match in _ASSIGNED.finditer(heredoc.text)}
    set_here = {assignment.name for assignment in script.assignments}
    found: list[tuple[Place, str, str]] = []
    first = heredoc.place.line or 1
    for row, line in enumerate(heredoc.text.split("\n")):
        match = _ASSIGNED.match(line)
        if match is None:
            continue
        for expansion in _EXPANSION.finditer(match[2]):
            variable = re.match(r"\$\{(\w+)", expansion[0])
            if variable and (variable[1] in own or variable[1] not in set_here):
                continue  # docker compose fills it, or it cannot be told who does
            found.append((Place(path, first + row, 1), match[1], expansion[0]))
            break
    if not found:
        return
    place, key, literal = found[0]
    says = (
        f"{key} becomes the literal text {literal} in {heredoc.target}: the here-document is"
        f" quoted (<<'{heredoc.delimiter}'), so the shell expands nothing, and no reader of the"
        " file does"
    )
    if len(found) > 1:
        lines = _listed(other[0] for other in found)
        says += f"; {len(found)} values, at lines {lines}"
    yield ConfigProblem(
        place,
        says,
        Severity.MEDIUM,
        "d",
        f"{key}=…{literal}",
        heredoc.target,
        tuple((other[0], f"{other[1]}: {other[2]}") for other in found[1:]),
    )


_SOURCES = regex(
    r"^[ \t]*(?:set -a[ \t]*[;&]+[ \t]*)?(?:source|\.|eval)[ \t]+([^\n;&|]+)", re.MULTILINE
)


def _sourced(target: Target, script: str, env_file: str) -> bool:
    """Whether some script reads the file as shell, which does expand its values."""
    name = posixpath.basename(env_file)
    sources = _source_lines(target)
    if any("$" in line and "(" not in line for line in sources.get(script, ())):
        return True  # the name is in a variable: it may be this file
    return any(name in line for lines in sources.values() for line in lines)


@once
def _source_lines(target: Target) -> dict[str, tuple[str, ...]]:
    """Script → what it sources or evaluates."""
    found = {}
    for path in target.files:
        if path.endswith((".sh", ".bash")) or posixpath.basename(path) == "Makefile":
            lines = _SOURCES.findall(target.text(path))
            if lines:
                found[path] = tuple(lines)
    return found


_JUDGES: dict[str, Callable[[Target, str, str, Severity], Iterator[ConfigProblem]]] = {
    "package.json": _judge_json,
    "JSON configuration": _judge_json,
    "Grafana dashboard": _judge_json,
    "Cargo manifest": _judge_cargo,
    "pyproject.toml": _judge_toml,
    "TOML configuration": _judge_toml,
    "nginx configuration": _judge_nginx,
    "environment file": _judge_env,
    "shell script": _judge_shell,
}
