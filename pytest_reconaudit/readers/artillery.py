"""Artillery load tests: their target, variables, requests and data files.

Read from the composed nodes and not from the loaded values: a key that stands twice stops
Artillery, but what both of them say is still judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["ArtilleryFile", "ArtilleryRequest", "DataFile", "read_artillery", "speaks_of_artillery"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK = regex(r"(?m)^(?:config|scenarios)[ \t]*:")
_PHASES = regex(r"(?m)^[ \t]+(?:phases|arrivalRate|arrivalCount)[ \t]*:|^[ \t]+- ?duration[ \t]*:")
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_MAX_NODES = 50_000
_MAX_DEPTH = 60


class ArtilleryRequest(Struct, frozen=True):
    place: Place
    """Where its address stands."""
    method: str
    url: str
    """As written, ``{{ name }}`` included."""
    accepts: tuple[int, ...] | None
    """The statuses that it expects; ``None`` when it expects none."""


class DataFile(Struct, frozen=True):
    place: Place
    path: str
    """Relative to the file, as written."""
    kind: str
    """``payload`` or ``processor``."""


class ArtilleryFile(Struct, frozen=True):
    path: str
    targets: tuple[tuple[str, Place], ...] = ()
    """``config.target`` first, then those of ``environments``."""
    variables: tuple[tuple[str, str], ...] = ()
    """(name, its only value)."""
    requests: tuple[ArtilleryRequest, ...] = ()
    files: tuple[DataFile, ...] = ()
    ensured: tuple[str, ...] = ()
    """What the run is held to: ``p95``, ``maxErrorRate``, the expressions of ``thresholds``."""
    scenarios: Place | None = None
    twice: tuple[Problem, ...] = ()
    """Top-level keys that stand more than once."""
    problems: tuple[Problem, ...] = ()


def speaks_of_artillery(text: str) -> bool:
    """Whether a YAML text is an Artillery configuration."""
    return _MARK.search(text) is not None and _PHASES.search(text) is not None


def read_artillery(text: str, path: str) -> ArtilleryFile:
    """What an Artillery file asks for. Never raises."""
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        return ArtilleryFile(path, problems=(Problem(Place(path, line, 1), "not valid YAML"),))
    except (yaml.YAMLError, RecursionError, ValueError):
        return ArtilleryFile(path, problems=(Problem(Place(path, 1, 1), "not valid YAML"),))
    finally:
        loader.dispose()
    return _Reading(path).file(root)


class _Reading:
    def __init__(self, path: str) -> None:
        self.path = path
        self.budget = _MAX_NODES

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1)

    def _pairs(self, node: Any) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            return []
        return [
            (str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)
        ]

    def _get(self, node: Any, key: str) -> yaml.Node | None:
        return next((value for name, value in self._pairs(node) if name == key), None)

    @staticmethod
    def _text(node: Any) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def file(self, root: Any) -> ArtilleryFile:
        targets: list[tuple[str, Place]] = []
        variables: dict[str, str] = {}
        files: list[DataFile] = []
        ensured: list[str] = []
        requests: list[ArtilleryRequest] = []
        scenarios: Place | None = None
        seen: dict[str, int] = {}
        twice: list[Problem] = []
        keys = root.value if isinstance(root, yaml.MappingNode) else []
        for key_node, value in keys:
            name = self._text(key_node)
            place = self._place(key_node)
            if name in seen:
                words = f"`{name}` is already set at line {seen[name]}"
                twice.append(Problem(place, words))
            seen.setdefault(name, place.line or 1)
            if name == "config":
                self._config(value, targets, variables, files, ensured)
            elif name in ("scenarios", "before", "after"):
                if name == "scenarios":
                    scenarios = scenarios or place
                requests += self._requests(value, 0)
        return ArtilleryFile(
            path=self.path,
            targets=tuple(targets),
            variables=tuple(variables.items()),
            requests=tuple(requests),
            files=tuple(files),
            ensured=tuple(ensured),
            scenarios=scenarios,
            twice=tuple(twice),
        )

    def _config(
        self,
        config: yaml.Node,
        targets: list[tuple[str, Place]],
        variables: dict[str, str],
        files: list[DataFile],
        ensured: list[str],
    ) -> None:
        for name, value in self._pairs(config):
            if name == "target":
                targets.append((self._text(value), self._place(value)))
            elif name == "environments":
                for _, one in self._pairs(value):
                    target = self._get(one, "target")
                    if target is not None:
                        targets.append((self._text(target), self._place(target)))
                    self._limits(one, ensured)
            elif name == "variables":
                for key, given in self._pairs(value):
                    only = given
                    if isinstance(given, yaml.SequenceNode):
                        if len(given.value) != 1:
                            continue
                        only = given.value[0]
                    if isinstance(only, yaml.ScalarNode):
                        variables.setdefault(key, self._text(only))
            elif name == "payload":
                listed = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for one in listed:
                    path = self._get(one, "path")
                    if path is not None:
                        files.append(DataFile(self._place(path), self._text(path), "payload"))
            elif name == "processor" and isinstance(value, yaml.ScalarNode):
                files.append(DataFile(self._place(value), self._text(value), "processor"))
        self._limits(config, ensured)

    def _limits(self, config: yaml.Node, ensured: list[str]) -> None:
        """What makes a run fail, of the configuration or of one of its environments."""
        for name, value in self._pairs(config):
            if name == "ensure":
                self._ensure(value, ensured)
            elif name == "plugins":
                for plugin, inner in self._pairs(value):
                    if plugin == "ensure":
                        self._ensure(inner, ensured)
                    elif plugin == "expect":
                        ensured.append("expect")

    def _ensure(self, node: yaml.Node, ensured: list[str]) -> None:
        for name, value in self._pairs(node):
            if name in ("thresholds", "conditions") and isinstance(value, yaml.SequenceNode):
                for one in value.value:
                    ensured += [key for key, _ in self._pairs(one)] or [name]
            else:
                ensured.append(name)

    def _requests(self, node: Any, depth: int) -> Iterator[ArtilleryRequest]:
        self.budget -= 1
        if depth > _MAX_DEPTH or self.budget < 0:
            return
        if isinstance(node, yaml.SequenceNode):
            for one in node.value:
                yield from self._requests(one, depth + 1)
        for name, value in self._pairs(node):
            url = self._get(value, "url") if name in _METHODS else None
            if url is not None and isinstance(url, yaml.ScalarNode):
                method = "DELETE" if name == "delete" else name.upper()
                expected = tuple(self._expected(self._get(value, "expect")))
                yield ArtilleryRequest(self._place(url), method, self._text(url), expected or None)
            elif isinstance(value, (yaml.SequenceNode, yaml.MappingNode)):
                yield from self._requests(value, depth + 1)

    def _expected(self, node: Any) -> Iterator[int]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for one in items:
            status = self._get(one, "statusCode")
            values = status.value if isinstance(status, yaml.SequenceNode) else [status]
            for value in values:
                text = self._text(value)
                if text.isascii() and text.isdigit() and len(text) == 3:
                    yield int(text)
