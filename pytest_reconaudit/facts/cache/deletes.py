"""Deleted keys that nobody writes: the invalidation misses what it is meant for."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from pytest_reconaudit.facts.cache.mutators import singular
from pytest_reconaudit.facts.cache.operations import (
    CacheOperation,
    KeyFamily,
    families,
    matches,
    operations,
    segments,
)
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
        meant = [
            one
            for one in live
            if one.template == template or (pattern and matches(template, one.template))
        ]
        nearest = None if meant else _nearest(template.rstrip("*:"), live)
        uncertain = ""
        if not meant and nearest is None and loose is not None:
            uncertain = f"{loose.op.text} at {loose.place} writes a key that is not told here"
        if _OTHERS.match(template):
            uncertain = "a library writes such keys"
        yield DeletedKey(template, tuple(deletes), bool(meant), nearest, uncertain)


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
            if not set(ours) & set(theirs):
                ratio = 0.0
        if ratio >= _NEAR and (best is None or ratio > best[0]):
            best = (ratio, one)
    return best[1] if best else None


def _words(template: str) -> list[str]:
    return [singular(one.lower()) for one in segments(template.replace("-", "_")) if one != "{}"]


def _plain(template: str) -> str:
    return template.lower().replace("-", "_")
