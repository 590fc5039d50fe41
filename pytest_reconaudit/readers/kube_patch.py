"""Kustomize's two sorts of patch on placed YAML: strategic merge and JSON 6902.

Both are functions: they return a new object that shares every untouched part with the old one,
so an overlay costs what it changes. Each key and item of the result still knows the file and
line it was written at, be it the base or the patch.

No library does this with places: ``jsonpatch`` and the merge helpers on PyPI work on plain
dicts and know nothing of Kubernetes' merge keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.yaml import Map, Seq

__all__ = [
    "PatchError",
    "RenderedMap",
    "RenderedSeq",
    "json_patch",
    "new_map",
    "put",
    "set_at",
    "strategic_merge",
    "without",
]

_DIRECTIVE = "$patch"
_MAX_DEPTH = 150

_MERGE_KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
}
"""List field → the key that tells its items apart; every other list is replaced as a whole."""


class PatchError(Exception):
    """A JSON patch does not apply; the message says which operation and why."""


class RenderedMap(Map):
    """A mapping put together from several files: each key has its own place."""

    __slots__ = ("origins",)
    origins: dict[Any, tuple[Place, Place]]

    def key_place(self, key: Any) -> Place:
        at = self.origins.get(key)
        return at[0] if at else super().key_place(key)

    def value_place(self, key: Any) -> Place:
        at = self.origins.get(key)
        return at[1] if at else super().value_place(key)


class RenderedSeq(Seq):
    """A list put together from several files: each item has its own place."""

    __slots__ = ("origins",)
    origins: list[Place]

    def item_place(self, index: int) -> Place:
        return self.origins[index] if 0 <= index < len(self.origins) else self.place


def new_map(place: Place) -> RenderedMap:
    """An empty mapping that says it stands at ``place``."""
    made = RenderedMap()
    made.path, made.line, made.column = place.path, place.line or 1, place.column or 1
    made.end = made.line
    made.key_at, made.value_at, made.origins = {}, {}, {}
    return made


def put(node: RenderedMap, key: Any, value: Any, key_place: Place, value_place: Place) -> None:
    """Set one key of a mapping under construction."""
    node[key] = value
    node.origins[key] = (key_place, value_place)


def copy_map(node: Map) -> RenderedMap:
    """The same mapping, one level deep, to be changed."""
    made = RenderedMap(node)
    made.path, made.line, made.column, made.end = node.path, node.line, node.column, node.end
    made.key_at, made.value_at = node.key_at, node.value_at
    made.origins = dict(node.origins) if isinstance(node, RenderedMap) else {}
    return made


def new_seq(items: Iterable[tuple[Any, Place]], at: Seq) -> RenderedSeq:
    """A list of items with their places, standing where ``at`` stands."""
    pairs = list(items)
    made = RenderedSeq(value for value, _ in pairs)
    made.path, made.line, made.column, made.end = at.path, at.line, at.column, at.end
    made.origins = [place for _, place in pairs]
    made.item_at = [(place.line or 1, place.column or 1) for place in made.origins]
    return made


def items_of(node: Seq) -> list[tuple[Any, Place]]:
    """The items of a list, each with its place."""
    return [(value, node.item_place(index)) for index, value in enumerate(node)]


def without(node: Map, *keys: str) -> Map:
    """The mapping less some of its keys."""
    made = copy_map(node)
    for key in keys:
        made.pop(key, None)
        made.origins.pop(key, None)
    return made


def set_at(root: Map, path: tuple[str | int, ...], value: Any, place: Place) -> Map:
    """``root`` with the value at ``path`` replaced; keys on the way are made when absent.

    A path that runs into something that is no mapping or list, or beyond a list's end, changes
    nothing.
    """
    changed = _set(root, path, value, place)
    return changed if isinstance(changed, Map) else root


def _set(node: Any, path: tuple[str | int, ...], value: Any, place: Place) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(node, Map) and isinstance(step, str):
        made = copy_map(node)
        below = node.get(step)
        if rest and below is None:
            below = new_map(place)
        known = step in node
        put(
            made,
            step,
            _set(below, rest, value, place),
            node.key_place(step) if known else place,
            node.value_place(step) if rest and known else place,
        )
        return made
    if isinstance(node, Seq) and isinstance(step, int) and 0 <= step < len(node):
        pairs = items_of(node)
        pairs[step] = (_set(node[step], rest, value, place), pairs[step][1] if rest else place)
        return new_seq(pairs, node)
    return node


# -- strategic merge -----------------------------------------------------------------------


def strategic_merge(base: Map, patch: Map, *, keyed: bool = True) -> Map | None:
    """``base`` with ``patch`` merged in; ``None`` when the patch deletes it.

    As kustomize has it: items of a keyed list that the patch names come first, in the patch's
    order, then the others. That order decides which ``$(VAR)`` of an ``env`` list expand.

    :param keyed: whether lists have merge keys (they have none in custom resources).
    """
    if patch.get(_DIRECTIVE) == "delete":
        return None
    service = base.get("kind") == "Service"
    merged = _merge_maps(base, patch, ("",), keyed, service, 0)
    return merged if isinstance(merged, Map) else base


def _merge_maps(
    base: Map, patch: Map, trail: tuple[str, ...], keyed: bool, service: bool, depth: int
) -> Map:
    if depth > _MAX_DEPTH:
        return base
    directive = patch.get(_DIRECTIVE)
    if directive == "replace":
        made = copy_map(patch)
        made.pop(_DIRECTIVE, None)
        return made
    made = copy_map(base)
    for key, value in patch.items():
        if key == _DIRECTIVE or (isinstance(key, str) and key.startswith("$setElementOrder/")):
            continue
        if isinstance(key, str) and key.startswith("$deleteFromPrimitiveList/"):
            field = key.partition("/")[2]
            old = made.get(field)
            if isinstance(old, Seq) and isinstance(value, Seq):
                made[field] = new_seq((p for p in items_of(old) if p[0] not in value), old)
            continue
        if value is None:
            made.pop(key, None)
            made.origins.pop(key, None)
            continue
        old = base.get(key)
        key_place, value_place = patch.key_place(key), patch.value_place(key)
        if isinstance(value, Map):
            if value.get(_DIRECTIVE) == "delete":
                made.pop(key, None)
                made.origins.pop(key, None)
                continue
            below = old if isinstance(old, Map) else new_map(value_place)
            if isinstance(old, Map):
                key_place, value_place = base.key_place(key), base.value_place(key)
            value = _merge_maps(below, value, (*trail, f"{key}"), keyed, service, depth + 1)
        elif isinstance(value, Seq):
            merge_keys = _merge_keys(trail, f"{key}", keyed, service)
            if isinstance(old, Seq) and merge_keys:
                merged = _merge_lists(old, value, merge_keys, trail, key, keyed, service, depth)
                if merged is not None:
                    value = merged
                    key_place, value_place = base.key_place(key), base.value_place(key)
            else:
                value = _without_directives(value)
        put(made, key, value, key_place, value_place)
    return made


def _merge_keys(trail: tuple[str, ...], field: str, keyed: bool, service: bool) -> tuple[str, ...]:
    if not keyed:
        return ()
    if field == "ports":
        if trail[-1] in ("containers", "initContainers", "ephemeralContainers"):
            return ("containerPort", "protocol")
        return ("port", "protocol") if service and trail[-1] == "spec" else ()
    return _MERGE_KEYS.get(field, ())


def _merge_lists(
    base: Seq,
    patch: Seq,
    keys: tuple[str, ...],
    trail: tuple[str, ...],
    field: Any,
    keyed: bool,
    service: bool,
    depth: int,
) -> Seq | None:
    """Two keyed lists merged; ``None`` when an item of the patch lacks the key."""
    if any(isinstance(item, Map) and item.get(_DIRECTIVE) == "replace" for item in patch):
        return _without_directives(patch)
    old = {_identity(item, keys): place for item, place in items_of(base)}
    by_key = {_identity(item, keys): item for item in base}
    named: dict[Any, None] = {}
    out: list[tuple[Any, Place]] = []
    for item, place in items_of(patch):
        if not isinstance(item, Map) or keys[0] not in item:
            return None
        key = _identity(item, keys)
        named[key] = None
        if item.get(_DIRECTIVE) == "delete":
            continue
        below = by_key.get(key)
        if isinstance(below, Map):
            trailed = (*trail, f"{field}")
            merged = _merge_maps(below, item, trailed, keyed, service, depth + 1)
            out.append((merged, old[key]))
        else:
            out.append((item, place))
    out.extend(pair for pair in items_of(base) if _identity(pair[0], keys) not in named)
    return new_seq(out, base)


def _identity(item: Any, keys: tuple[str, ...]) -> Any:
    if not isinstance(item, Map):
        return id(item)
    first = item.get(keys[0])
    if isinstance(first, (Map, Seq)):
        return id(item)
    if len(keys) == 1:
        return f"{first}"
    return f"{first}", item.str(keys[1], "TCP")


def _without_directives(items: Seq) -> Seq:
    kept = [
        pair for pair in items_of(items) if not (isinstance(pair[0], Map) and _DIRECTIVE in pair[0])
    ]
    return items if len(kept) == len(items) else new_seq(kept, items)


# -- JSON 6902 -----------------------------------------------------------------------------


def json_patch(base: Map, operations: Seq) -> Map:
    """``base`` after the operations, in order. Raises :class:`PatchError`."""
    root: Any = base
    for operation in operations:
        if not isinstance(operation, Map):
            raise PatchError("an operation is no mapping")
        root = _operate(root, operation)
    if not isinstance(root, Map):
        raise PatchError("the whole object is replaced by something else")
    return root


def _operate(root: Any, operation: Map) -> Any:
    verb = operation.str("op")
    path = _pointer(operation.str("path"))
    place = operation.value_place("value")
    if verb in ("add", "replace"):
        if "value" not in operation:
            raise PatchError(f"{verb} {operation.str('path')} has no value")
        return _edit(root, path, verb, operation["value"], place, 0)
    if verb == "remove":
        return _edit(root, path, verb, None, place, 0)
    if verb in ("copy", "move"):
        source = _pointer(operation.str("from"))
        value = _look_up(root, source)
        if verb == "move":
            root = _edit(root, source, "remove", None, place, 0)
        return _edit(root, path, "add", value, operation.value_place("from"), 0)
    if verb == "test":
        if _look_up(root, path) != operation.get("value"):
            raise PatchError(f"test {operation.str('path')} does not hold")
        return root
    raise PatchError(f"unknown operation {verb!r}")


def _pointer(text: str) -> tuple[str, ...]:
    if text == "":
        return ()
    if not text.startswith("/"):
        raise PatchError(f"path {text!r} does not begin with a slash")
    steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))
    if len(steps) > _MAX_DEPTH:
        raise PatchError("path is too deep")
    return steps


def _index(step: str, length: int) -> int:
    if not step.isdecimal() or len(step) > 6:
        raise PatchError(f"{step!r} is no index of a list")
    index = int(step)
    if index >= length:
        raise PatchError(f"index {index} is beyond a list of {length}")
    return index


def _look_up(node: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if isinstance(node, Map):
            if _key_of(node, step) is None:
                raise PatchError(f"path does not exist at {step!r}")
            node = node[_key_of(node, step)]
        elif isinstance(node, Seq):
            node = node[_index(step, len(node))]
        else:
            raise PatchError(f"path does not exist at {step!r}")
    return node


def _key_of(node: Map, step: str) -> Any:
    """The key that a pointer's step means: YAML may hold ``8080`` where the pointer has text."""
    if step in node:
        return step
    return next((key for key in node if key is not None and f"{key}" == step), None)


def _edit(node: Any, path: tuple[str, ...], verb: str, value: Any, place: Place, depth: int) -> Any:
    if not path:
        if verb == "remove":
            raise PatchError("the whole object is removed")
        return value
    step, rest = path[0], path[1:]
    if isinstance(node, Map):
        return _edit_map(node, step, rest, verb, value, place, depth)
    if isinstance(node, Seq):
        return _edit_list(node, step, rest, verb, value, place, depth)
    raise PatchError(f"path does not exist at {step!r}")


def _edit_map(
    node: Map,
    step: str,
    rest: tuple[str, ...],
    verb: str,
    value: Any,
    place: Place,
    depth: int,
) -> Map:
    key = _key_of(node, step)
    made = copy_map(node)
    if rest:
        if key is None:
            raise PatchError(f"path does not exist at {step!r}")
        changed = _edit(node[key], rest, verb, value, place, depth + 1)
        put(made, key, changed, node.key_place(key), node.value_place(key))
    elif key is None and verb != "remove":
        put(made, step, value, place, place)  # kustomize lets "replace" add a last key
    elif key is None:
        raise PatchError(f"path does not exist at {step!r}")
    elif verb != "remove":
        put(made, key, value, node.key_place(key), place)
    else:
        del made[key]
        made.origins.pop(key, None)
    return made


def _edit_list(
    node: Seq,
    step: str,
    rest: tuple[str, ...],
    verb: str,
    value: Any,
    place: Place,
    depth: int,
) -> Seq:
    pairs = items_of(node)
    if not rest and verb == "add":
        at = len(pairs) if step == "-" else _index(step, len(pairs) + 1)
        pairs.insert(at, (value, place))
        return new_seq(pairs, node)
    at = _index(step, len(pairs))
    if rest:
        pairs[at] = (_edit(node[at], rest, verb, value, place, depth + 1), pairs[at][1])
    elif verb == "replace":
        pairs[at] = (value, place)
    else:
        del pairs[at]
    return new_seq(pairs, node)
