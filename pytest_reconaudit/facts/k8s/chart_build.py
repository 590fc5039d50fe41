"""Helm charts as render sets: one for the default values, one for each values file.

The only fact of this domain that reaches a probe, and only when the repository holds a chart and
helm is installed. Rendered objects are brought back to the lines of the templates that made them:
helm names the template, and the lines of the two are aligned by their keys.
"""

from __future__ import annotations

import difflib
import posixpath
import re
import time
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import KubeObject, manifest_of
from pytest_reconaudit.readers.yaml import Map, Seq, YamlFile, read_yaml
from pytest_reconaudit.target import Target

__all__ = ["BuiltChart", "build_charts"]

_MAX_FILES = 2_000
_MAX_BYTES = 20 * 1024 * 1024
_MAX_VALUES = 8
"""Values files per chart that are rendered."""
_AT_ONCE = 4
"""How many of them at once."""
_TOTAL_SECONDS = 25.0
"""All charts of a repository together."""
_MAX_ALIGNED = 1_500
"""Lines of a document or template that are aligned; longer ones get the first line."""
_VALUES = regex(r"values[-_.][\w.-]+\.ya?ml")
_NOT_VALUES = regex(r"example|sample|schema|template|\.tpl|\.enc|\.dec|sops|secret", re.IGNORECASE)
_SOURCE = regex(r"^# Source: (\S.*)$", re.MULTILINE)
_KEY = regex(r"(?:- +)*(?:\"?[\w./-]+\"?:|- )")
_KIND = regex(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)


class BuiltChart(Struct, frozen=True, eq=False):
    """One chart with one set of values."""

    id: str
    """The chart's folder; with ``:FILE`` for values beside the default ones."""
    place: Place
    """The chart file, or the values file."""
    objects: tuple[KubeObject, ...]
    files: frozenset[str]
    reason: str = ""
    """Why there are no objects; empty when there are."""


class _Chart(Struct, frozen=True, eq=False):
    """A chart's files as helm gets them, and where each comes from."""

    folder: str
    path: str
    """Its ``Chart.yaml``."""
    name: str
    library: bool
    sources: dict[str, str]
    """Path inside the chart → path in the target."""


def build_charts(target: Target, folders: tuple[str, ...]) -> tuple[BuiltChart, ...]:
    """Every chart in those folders, rendered if that can be done here."""
    if not folders:
        return ()
    from pytest_reconaudit.probes.helm import find_helm

    helm = find_helm(target.root)
    found: list[BuiltChart] = []
    end = time.monotonic() + _TOTAL_SECONDS
    for folder in folders:
        chart = _chart(target, folder)
        if helm is None:
            found.append(_not(chart, "a Helm chart, and no helm is on PATH"))
        elif chart.library:
            found.append(_not(chart, "a library chart, which renders nothing by itself"))
        else:
            found.extend(_built(target, helm, chart, end))
    return tuple(found)


def _not(chart: _Chart, reason: str, values: str = "") -> BuiltChart:
    name = chart.folder or "."
    place = Place(posixpath.join(chart.folder, values) if values else chart.path, 1, 1)
    return BuiltChart(f"{name}:{values}" if values else name, place, (), frozenset(), reason)


# -- what helm gets ------------------------------------------------------------------------


def _chart(target: Target, folder: str) -> _Chart:
    name = next(
        (n for n in ("Chart.yaml", "Chart.yml") if target.has(posixpath.join(folder, n))), ""
    )
    path = posixpath.join(folder, name)
    root = _root(target, path)
    sources: dict[str, str] = {}
    _add(target, folder, "", sources, 0)
    called = root.str("name") or posixpath.basename(folder) or "chart"
    return _Chart(folder, path, called, root.str("type") == "library", sources)


def _root(target: Target, path: str) -> Map:
    documents = target.parse(read_yaml, path).documents
    return documents[0].map if documents else read_yaml("{}", path).documents[0].map


def _add(target: Target, folder: str, inside: str, sources: dict[str, str], depth: int) -> None:
    """The files of a chart, and of the local charts that it depends on by path."""
    for path in target.below(folder):
        if len(sources) >= _MAX_FILES:
            return
        relative = path[len(folder) + 1 :] if folder else path
        sources.setdefault(posixpath.join(inside, relative), path)
    if depth > 3:
        return
    dependencies = [
        entry
        for name in ("Chart.yaml", "Chart.yml", "requirements.yaml")
        if target.has(posixpath.join(folder, name))
        for entry in _root(target, posixpath.join(folder, name)).maps("dependencies")
    ]
    for entry in dependencies[:50]:
        repository, name = entry.str("repository"), entry.str("name")
        if not repository.startswith("file://") or not re.fullmatch(r"[\w.-]+", name):
            continue
        beside = posixpath.normpath(posixpath.join(folder, repository[len("file://") :]))
        within = posixpath.join(inside, "charts", name)
        known = any(path.startswith(f"{within}/") for path in sources)
        if not known and not beside.startswith("..") and target.has_dir(beside):
            _add(target, beside, within, sources, depth + 1)


def _values(chart: _Chart) -> list[str]:
    """The values files beside ``values.yaml`` that stand for an environment each."""
    return [
        path
        for path in sorted(chart.sources)
        if _VALUES.fullmatch(path) and not _NOT_VALUES.search(path)
    ][:_MAX_VALUES]


def _built(target: Target, helm: str, chart: _Chart, end: float) -> Iterator[BuiltChart]:
    from concurrent.futures import ThreadPoolExecutor

    from pytest_reconaudit.probes.helm import SECONDS, Rendered, render

    files: dict[str, bytes] = {}
    size = 0
    for inside, path in chart.sources.items():
        files[inside] = target.data(path)
        size += len(files[inside])
        if size > _MAX_BYTES or len(files) >= _MAX_FILES:
            yield _not(chart, "a Helm chart with too many files to copy")
            return
    release = re.sub(r"[^a-z0-9-]+", "-", chart.name.lower()).strip("-")[:40] or "release"

    def rendered(values: str) -> Rendered:
        left = end - time.monotonic()
        if left <= 0:
            return Rendered("", "there are too many Helm charts to render them all")
        return render(
            helm, files, [values] if values else [], release=release, seconds=min(left, SECONDS)
        )

    every = ("", *_values(chart))
    # Each is a process of its own; nothing of the target is read meanwhile.
    with ThreadPoolExecutor(min(len(every), _AT_ONCE)) as pool:
        results = list(pool.map(rendered, every))
    for values, made in zip(every, results, strict=True):
        if made.reason:
            yield _not(chart, made.reason, values)
            continue
        blank = _not(chart, "", values)
        yield replace(
            blank,
            objects=tuple(_objects(target, chart, made.output)),
            files=frozenset(chart.sources.values()),
        )


# -- what helm prints ----------------------------------------------------------------------


def _objects(target: Target, chart: _Chart, output: str) -> Iterator[KubeObject]:
    from pytest_reconaudit.probes.helm import NAMESPACE

    for path, text in _documents(chart, output):
        parsed = read_yaml(text, path)
        lines = _aligned(text, target.text(path)) if target.has(path) else [1] * 3
        for document in parsed.documents:
            _replace_lines(document.root, lines, target.text(path).split("\n"))
        found = manifest_of(YamlFile(path, parsed.documents, ()), text)
        for one in found.objects:
            # The release's own namespace is given by whoever installs it.
            yield replace(one, namespace=None) if one.namespace == NAMESPACE else one


def _documents(chart: _Chart, output: str) -> Iterator[tuple[str, str]]:
    """(path in the target, text) of each document that helm printed."""
    marks = list(_SOURCE.finditer(output))
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(output)
        text = output[mark.end() : end]
        # The separator belongs to the next document.
        text = re.sub(r"\n---[ \t]*\n?\s*\Z", "\n", text)
        yield _template(chart, mark[1].strip()), text


def _template(chart: _Chart, source: str) -> str:
    """The file of the target that a ``# Source:`` means; a packed chart when it is inside one."""
    inside = source.partition("/")[2]
    known = chart.sources.get(inside)
    if known is not None:
        return known
    # charts/NAME/… of an archive charts/NAME-VERSION.tgz
    parts = inside.split("/")
    if len(parts) > 1 and parts[0] == "charts":
        for candidate, path in chart.sources.items():
            if candidate.startswith(f"charts/{parts[1]}-") and candidate.endswith(".tgz"):
                return path
    return posixpath.join(chart.folder, inside)


def _aligned(text: str, template: str) -> list[int]:
    """For each line of a rendered document, the line of the template that it comes from.

    Lines are compared by their keys, since values are what templates fill in; a line without a
    counterpart belongs to the last one that has one.
    """
    rendered = text.split("\n")
    first, segment = _segment(text, template)
    if len(rendered) > _MAX_ALIGNED or len(segment) > _MAX_ALIGNED:
        return [first] * len(rendered)
    ours = [_sign(line) for line in rendered]
    theirs = [_sign(line) or f"\0{number}" for number, line in enumerate(segment)]
    lines = [0] * len(rendered)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            if ours[block.a + step]:
                lines[block.a + step] = first + block.b + step
    last = next((line for line in lines if line), first)
    for index, line in enumerate(lines):
        last = line or last
        lines[index] = last
    return lines


def _segment(text: str, template: str) -> tuple[int, list[str]]:
    """(number of its first line, lines) of the part of a template that makes a document."""
    lines = template.split("\n")
    starts = [0, *(i + 1 for i, line in enumerate(lines) if line.startswith("---"))]
    if len(starts) == 1:
        return 1, lines
    kind = _KIND.search(text)
    said = {line.strip() for line in text.split("\n") if line.strip()}
    best, score = (1, lines), 0
    for start, end in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        part = lines[start : end - 1]
        same = kind is not None and re.search(rf"^kind:.*\b{kind[1]}\b", "\n".join(part), re.M)
        points = sum(line.strip() in said for line in part) + (1000 if same else 0)
        if points > score:
            best, score = (start + 1, part), points
    return best


def _sign(line: str) -> str:
    """What a rendered line and its template have in common: the key, or the whole plain line."""
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return ""
    match = _KEY.match(stripped)
    if match is not None and match[0] != "- ":
        return match[0]
    return "" if "{{" in stripped else stripped


def _replace_lines(root: object, lines: list[int], template: list[str]) -> None:
    """Move every place in a rendered document to its line of the template."""

    def moved(at: tuple[int, int]) -> tuple[int, int]:
        line = lines[min(at[0], len(lines)) - 1] if lines else 1
        source = template[line - 1] if 0 < line <= len(template) else ""
        return line, len(source) - len(source.lstrip(" ")) + 1

    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if not isinstance(node, (Map, Seq)) or id(node) in seen:
            continue
        seen.add(id(node))
        end = moved((node.end, 1))[0]
        node.line, node.column = moved((node.line, node.column))
        node.end = max(end, node.line)
        if isinstance(node, Map):
            node.key_at = {key: moved(at) for key, at in node.key_at.items()}
            node.value_at = {key: moved(at) for key, at in node.value_at.items()}
            stack.extend(node.values())
        else:
            node.item_at = [moved(at) for at in node.item_at]
            stack.extend(node)
