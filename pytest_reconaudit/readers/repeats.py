"""YAML keys that stand twice in one mapping with different values.

Every loader keeps the last of them, so the values are gone once a file is loaded. The tree of
nodes is composed a second time here, for the few files that are known to repeat a key.
"""

from __future__ import annotations

import contextlib

import yaml

__all__ = ["differing_keys"]


def differing_keys(text: str) -> frozenset[tuple[int, int]]:
    """(line, column) of every repeated key whose value is not written like the first one."""
    found: set[tuple[int, int]] = set()
    stack: list[yaml.Node] = []
    with contextlib.suppress(yaml.YAMLError, RecursionError):
        stack.extend(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            first: dict[str, str] = {}
            for key, value in node.value:
                stack.append(value)
                written = text[value.start_mark.index : value.end_mark.index].strip()
                if isinstance(key, yaml.ScalarNode):
                    known = first.setdefault(key.value, written)
                    if known != written:
                        found.add((key.start_mark.line + 1, key.start_mark.column + 1))
    return frozenset(found)
