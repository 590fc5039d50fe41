"""``docker-bake.hcl`` and ``docker-bake.json``: the targets with their contexts.

``python-hcl2`` would read the whole language for a megabyte of grammar; a bake target needs its
blocks and plain attributes only. What is computed (``${…}``, a function, a variable) is dropped:
unknown, never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

__all__ = ["BakeTarget", "read_bake"]

_BLOCK = regex(r'^[ \t]*target[ \t]+"([^"\n]{1,200})"[ \t]*\{', re.MULTILINE)
_TOKEN = regex(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[{}]', re.DOTALL)
_PLAIN = regex(r'^[ \t]*([a-z-]+)[ \t]*=[ \t]*"([^"\n]*)"[ \t]*(?:#.*|//.*)?$')
_LIST = regex(r"^[ \t]*(inherits|tags)[ \t]*=[ \t]*\[(.{0,4000}?)\]", re.DOTALL | re.MULTILINE)
_CONTEXTS = regex(r"^[ \t]*contexts[ \t]*=[ \t]*\{(.{0,4000}?)\}", re.DOTALL | re.MULTILINE)
_SET = regex(r"^[ \t]*(context|dockerfile|target)[ \t]*=", re.MULTILINE)
_MAX_DEPTH = 8
_MAX_TEXT = 100_000
_MAX_TARGETS = 300
"""No honest bake file is larger; a hostile one would cost its square."""


class BakeTarget(Struct, frozen=True):
    """One target; ``None`` is an attribute that is computed."""

    name: str
    place: Place
    context: str | None = "."
    dockerfile: str | None = "Dockerfile"
    stage: str | None = ""
    contexts: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()
    inline: bool = False
    tags: tuple[str, ...] = ()
    """The image names, variables as they are written."""


def read_bake(text: str, path: str) -> tuple[BakeTarget, ...]:
    """The targets of a bake file, ``inherits`` applied. Never raises: a broken file has none."""
    if len(text) > _MAX_TEXT:
        return ()
    parsed = (_json if path.endswith(".json") else _hcl)(text, path)
    found = {one.name: one for one in islice(parsed, _MAX_TARGETS)}
    return tuple(_inherited(one, found, 0) for one in found.values())


def _inherited(one: BakeTarget, known: Mapping[str, BakeTarget], depth: int) -> BakeTarget:
    if depth > _MAX_DEPTH:
        return one
    for name in reversed(one.inherits):
        parent = known.get(name)
        if parent is None or parent is one:
            continue
        base = _inherited(parent, known, depth + 1)
        one = replace(
            one,
            context=one.context if "context" in one.sets else base.context,
            dockerfile=one.dockerfile if "dockerfile" in one.sets else base.dockerfile,
            stage=one.stage if "target" in one.sets else base.stage,
            contexts=tuple(dict.fromkeys((*base.contexts, *one.contexts))),
            sets=one.sets | base.sets,
            inline=one.inline or base.inline,
        )
    return one


def _hcl(text: str, path: str) -> Iterator[BakeTarget]:
    for match in _BLOCK.finditer(text):
        end = _block_end(text, match.end())
        body = text[match.end() : end]
        line = text.count("\n", 0, match.start()) + 1
        plain = {}
        for row in body.split("\n"):
            found = _PLAIN.match(row)
            if found:
                plain[found[1]] = None if "${" in found[2] else found[2]
        sets = frozenset(_SET.findall(body))
        listed = {
            name: tuple(re.findall(r'"([^"\n]*)"', inner)) for name, inner in _LIST.findall(body)
        }
        contexts = _CONTEXTS.search(body)
        yield BakeTarget(
            name=match[1],
            place=Place(path, line, 1),
            context=plain.get("context") if "context" in sets else ".",
            dockerfile=plain.get("dockerfile") if "dockerfile" in sets else "Dockerfile",
            stage=plain.get("target") if "target" in sets else "",
            contexts=tuple(re.findall(r'"?([A-Za-z0-9_./-]+)"?[ \t]*=', contexts[1]))
            if contexts
            else (),
            inherits=listed.get("inherits", ()),
            sets=sets,
            inline="dockerfile-inline" in body,
            tags=listed.get("tags", ()),
        )


def _block_end(text: str, start: int) -> int:
    depth = 1
    for token in _TOKEN.finditer(text, start):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if not depth:
                return token.start()
    return len(text)


def _json(text: str, path: str) -> Iterator[BakeTarget]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    targets = data.get("target") if isinstance(data, dict) else None
    for name, spec in (targets if isinstance(targets, dict) else {}).items():
        if not isinstance(spec, dict):
            continue
        at = text.find(json.dumps(name))
        values = {
            key: value if isinstance(value, str) and "${" not in value else None
            for key, value in spec.items()
        }
        contexts, inherits = spec.get("contexts"), spec.get("inherits")
        yield BakeTarget(
            name=name,
            place=Place(path, text.count("\n", 0, max(at, 0)) + 1, 1),
            context=values.get("context", "."),
            dockerfile=values.get("dockerfile", "Dockerfile"),
            stage=values.get("target", ""),
            contexts=tuple(contexts) if isinstance(contexts, dict) else (),
            inherits=tuple(x for x in inherits if isinstance(x, str))
            if isinstance(inherits, list)
            else (),
            sets=frozenset(spec) & {"context", "dockerfile", "target"},
            inline="dockerfile-inline" in spec,
            tags=tuple(x for x in spec["tags"] if isinstance(x, str))
            if isinstance(spec.get("tags"), list)
            else (),
        )
