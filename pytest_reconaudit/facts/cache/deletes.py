"""Deleted keys that nobody writes: the invalidation misses what it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from pytest_reconaudit.facts.cache.mutators import singular
from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    KeyFamily,
    families,
    matches,
    may_hold,
    operations,
    segments,
)
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["DeletedKey", "deleted_keys"]

_OTHERS = regex(
    r"(?:bull|celery|_kombu|sess|sidekiq|resque|views\.decorators|template\.cache|socket\.io)\b"
)
"""Keys that a library writes."""
_NEAR = 0.75


class DeletedKey(Struct, frozen=True, eq=False):
    """One template, or pattern, that some code deletes."""

    template: str
    deletes: tuple[CacheOperation, ...]
    written: bool
    """Some code writes, reads or may write keys of it."""
    nearest: KeyFamily | None = None
    """The written template that it is likely meant for."""
    uncertain: str = ""
    """Why nobody can say that it is not written."""


@once
def deleted_keys(target: Target) -> tuple[DeletedKey, ...]:
    """Every deleted template, by template."""
    return tuple(_deleted(target))


def _deleted(target: Target) -> Iterator[DeletedKey]:
    found: dict[str, list[CacheOperation]] = {}
    for one in operations(target):
        if one.op.verb in ("delete", "pattern") and one.template:
            found.setdefault(one.template, []).append(one)
    if not found:
        return
    known = families(target)
    live = [one for one in known if one.writes or one.reads or one.others]
    loose = next(
        (
            one
            for one in operations(target)
            if one.op.verb in ("set", "wrap", "other") and not one.template and not one.wraps
        ),
        None,
    )
    for template, deletes in sorted(found.items()):
        pattern = any(one.op.verb == "pattern" for one in deletes)
        names = {template, *(name for one in deletes for name in one.variants)}
        meant = [
            one
            for one in live
            if one.template == template
            or (pattern and matches(template, one.template))
            or _is_one_of(template, names, one)
        ]
        fields = _fields(target)
        same = [one for one in live if any(_of_one_store(fields, by, one) for by in deletes)]
        nearest = None if meant else _nearest(template.rstrip("*:"), same)
        uncertain = ""
        if nearest is not None and (at := _handed_on(target, template, pattern=pattern)):
            nearest, uncertain = None, f"such a key is handed on at {at}"
        if not meant and nearest is None and loose is not None:
            uncertain = f"{loose.op.text} at {loose.place} writes a key that is not told here"
        if _OTHERS.match(template):
            uncertain = "a library writes such keys"
        yield DeletedKey(template, tuple(deletes), bool(meant), nearest, uncertain)


def _is_one_of(template: str, names: set[str], family: KeyFamily) -> bool:
    """Whether a condition makes one of the keys of a family what is deleted.

    :param names: the template of what is deleted, and those that a condition chooses from.
    """
    return any(
        one.template in names
        or not names.isdisjoint(one.variants)
        or (one.op.verb in ("set", "wrap") and may_hold(one, template))
        for one in (*family.writes, *family.reads, *family.others)
    )


@once
def _fields(target: Target) -> dict[str, set[str]]:
    """File → the fields of its classes that keys are written to."""
    found: dict[str, set[str]] = {}
    for one in operations(target):
        if one.op.verb in ("set", "wrap") and _OF_SELF.match(one.op.receiver):
            found.setdefault(one.path, set()).add(_last(one.op.receiver))
    return found


_OF_SELF = regex(r"(?:this|self)\.\w+$")


def _last(receiver: str) -> str:
    return receiver.rpartition(".")[2]


def _of_one_store(fields: dict[str, set[str]], delete: CacheOperation, family: KeyFamily) -> bool:
    """Whether a delete may be meant for a family: what a class with several stores writes to one
    of them is in no other."""
    return not family.writes or any(
        len(fields.get(write.path, ())) < 2 or _last(delete.op.receiver) == _last(write.op.receiver)
        for write in family.writes
    )


_SOURCES = (".rs", ".py", ".ts", ".js", ".mjs", ".cjs", ".tsx", ".jsx")
_HANDS = (
    r"\b(?:get|set|put|fetch|load|remember|wrap|cached?|store|save|read|write|query|with)\w*\s*"
)
_KEPT_KEY = regex(r"([A-Za-z_$][\w$]*)\s*(?::[^=\n]{1,40})?=\s*(?:await\s+)?(?:f|format!\(\s*)?$")
_NEAR_BELOW = 30
_HOLES = regex(r"\$?\{[^{}]*\}")
_LONGEST = 300


def _handed_on(target: Target, template: str, *, pattern: bool) -> Place | None:
    """Where a key of a template is made and handed to something that reads or writes by it: a
    wrapper whose own keys are its callers'."""
    prefix = re.split(r"[*%?\[^]|\{\}", template, maxsplit=1)[0]
    if len(prefix) < _SHORTEST:
        return None
    literal = re.compile(rf"([\"'`])({re.escape(prefix)}[^\"'`\n]{{0,200}})\1")
    for path in target.files:
        if not path.endswith(_SOURCES) or is_test_path(path) or prefix not in target.text(path):
            continue
        lines = target.lines(path)
        for number, line in enumerate(lines):
            found = literal.search(line[:_LONGEST]) if prefix in line else None
            if found is None:
                continue
            made = _HOLES.sub("{}", found[2])
            if made != template and not (pattern and matches(template, made)):
                continue
            before = line[: found.start()]
            if re.search(rf"{_HANDS}\(\s*(?:&|f|format!\(\s*)?$", before):
                return Place(path, number + 1)
            kept = _KEPT_KEY.search(before)
            if kept is not None:
                below = "\n".join(lines[number + 1 : number + 1 + _NEAR_BELOW])
                if re.search(rf"{_HANDS}\(\s*&?{re.escape(kept[1])}\b", below):
                    return Place(path, number + 1)
    return None


_SHORTEST = 4


def _nearest(template: str, live: list[KeyFamily]) -> KeyFamily | None:
    """The written template with the same words in another order or count, or nearly the same."""
    ours = _words(template)
    best: tuple[float, KeyFamily] | None = None
    for one in live:
        if not one.writes:
            continue
        theirs = _words(one.template)
        if ours and sorted(ours) == sorted(theirs):
            ratio = 1.0
        else:
            ratio = SequenceMatcher(None, _plain(template), _plain(one.template)).ratio()
            if not set(ours) & set(theirs) or _is_another(ours, theirs):
                ratio = 0.0
        if ratio >= _NEAR and (best is None or ratio > best[0]):
            best = (ratio, one)
    return best[1] if best else None


def _is_another(ours: list[str], theirs: list[str]) -> bool:
    """Whether a deleted and a written key name different things: each has a word that no word of
    the other is like, or what is deleted begins with one: ``files:project:{}``, ``project:{}``."""
    mine = [one for one in ours if one not in theirs]
    others = [one for one in theirs if one not in ours]
    if not others and ours[:1] == mine[:1] and len(ours) > 1 and ours[0] not in _GENERAL:
        return True
    return bool(mine and others) and not any(
        SequenceMatcher(None, one, other).ratio() >= _ALIKE for one in mine for other in others
    )


_ALIKE = 0.6
_GENERAL = frozenset({"cache", "cached", "app", "api", "data", "db", "redis", "key", "v1", "v2"})
"""What any key may begin with."""


def _words(template: str) -> list[str]:
    return [singular(one.lower()) for one in segments(template.replace("-", "_")) if one != "{}"]


def _plain(template: str) -> str:
    return template.lower().replace("-", "_")
