"""Redis commands that hold the server up, or cost a round trip for every key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cache.operations import CacheOperation, operations
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callers_of,
    function_at,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_off_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["CommandFile", "HeavyCommand", "command_files"]

_ADMIN = regex(
    r"admin|\bcli\b|/cli|manage|console|debug|seed|reset_?(?:all|db|test)|maintenance|\bdev(?:_|/)|repl"
    r"|benchmark|bench/|migrat|setup|teardown|wipe|nuke|purge_?all|flush_?all|destroy",
    re.IGNORECASE,
)


class HeavyCommand(Struct, frozen=True, eq=False):
    """One ``KEYS``, ``FLUSHALL`` or ``FLUSHDB``."""

    operation: CacheOperation
    severity: Severity
    why: str
    """Who runs it: ``runs per request of GET /api/x``, ``called by warm (src/a.rs:4)``."""


class CommandFile(Struct, frozen=True, eq=False):
    """The commands of one file that talks to Redis."""

    path: str
    heavy: tuple[HeavyCommand, ...]
    looped: tuple[CacheOperation, ...]


@once
def command_files(target: Target) -> tuple[CommandFile, ...]:
    """Every file that sends commands to Redis, by path."""
    by_path: dict[str, list[CacheOperation]] = {}
    for one in operations(target):
        if one.op.store == "redis" or "redis" in one.op.receiver.lower():
            by_path.setdefault(one.path, []).append(one)
    return tuple(
        CommandFile(
            path,
            tuple(_heavy(target, found)),
            tuple(
                [
                    one
                    for one in found
                    if one.op.in_loop
                    and not _is_seldom(one)
                    and not _is_of_one(target, one)
                    and _is_run(target, one)
                ]
            ),
        )
        for path, found in sorted(by_path.items())
    )


def _is_seldom(one: CacheOperation) -> bool:
    """Whether a command is one of a script, a job or an administrator's."""
    return is_off_path(one.path) or bool(
        _ADMIN.search(f"{one.path} {one.op.owner} {one.op.function}")
    )


_OF_A_REQUEST = regex(r"\b(?:in|of)\s+(?:request|req|ctx)\.[\w.]+\s*[:)]")


def _is_of_one(target: Target, one: CacheOperation) -> bool:
    """Whether a loop goes over what one request or its session carries: a few."""
    lines = target.text(one.path).split("\n")
    head = lines[one.op.in_loop - 1] if one.op.in_loop <= len(lines) else ""
    return _OF_A_REQUEST.search(head) is not None


def _is_run(target: Target, one: CacheOperation) -> bool:
    """Whether something may run an operation. What a class of a script has no call for, by its
    name alone, anywhere (nor for what calls it) is there for nobody."""
    ref = function_at(target, one.path, one.op.line)
    if ref is None or ref in reached(target):
        return True
    callers = [caller for caller, _ in callers_of(target, ref) if caller != ref]
    return any(_may_run(target, caller) for caller in callers or [ref])


def _may_run(target: Target, ref: Ref) -> bool:
    function = outlined(target, ref)
    if ref.path.endswith((".py", ".rs")) or not function.owner or ref in reached(target):
        return True
    above = target.text(ref.path).split("\n")[max(function.line - 4, 0) : function.line - 1]
    if any(line.strip().startswith("@") for line in above):
        return True  # whoever reads the decorator runs it
    return function.name in _called(target)


@once
def _called(target: Target) -> frozenset[str]:
    """Every name that code of scripts calls."""
    return frozenset(
        call.name
        for path, file in scanned(target, outline).items()
        if not path.endswith((".py", ".rs"))
        for calls in (file.loose, *(one.calls for one in file.functions))
        for call in calls
    )


def _heavy(target: Target, found: list[CacheOperation]) -> Iterator[HeavyCommand]:
    for one in found:
        if one.op.verb != "raw" or _ADMIN.search(f"{one.path} {one.op.owner} {one.op.function}"):
            continue
        ref = function_at(target, one.path, one.op.line)
        if ref is None:
            continue
        why = _run_by(target, ref, 3)
        if why is None:
            continue
        severity, text = why
        yield HeavyCommand(one, weighed(severity, one.path), text)


def _run_by(target: Target, ref: Ref, depth: int) -> tuple[Severity, str] | None:
    """How bad it is that a function holds the server up; nothing when nobody runs it."""
    known = reached(target).get(ref)
    if known is not None:
        handler = outlined(target, known.handler).name
        route = f" of {known.route.method} {known.route.path}" if known.route else f" by {handler}"
        return Severity.HIGH, f"runs per request{route}"
    for caller, call in callers_of(target, ref):
        if not is_off_path(caller.path):
            return Severity.MEDIUM, f"called at {Place(caller.path, call.line)}"
    function = outlined(target, ref)
    for one in operations(target):
        # A call on anything that is called a cache may be one of this method.
        if depth and one.op.method == function.name and one.op.store == "service":
            above_it = function_at(target, one.path, one.op.line)
            if above_it is not None and above_it != ref and not is_off_path(above_it.path):
                above = _run_by(target, above_it, depth - 1)
                if above is not None:
                    return above
    return None
