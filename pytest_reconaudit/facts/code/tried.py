"""Rust functions that nothing but tests, benchmarks and examples runs: nobody waits for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["only_tried"]

_TRIALS = regex(r"(?:^|/)(?:examples?|benches|benchmarks?|fuzz)/")
_INERT = regex(r"#\[(?:allow|inline|must_use|doc|cfg|expect|deprecated|tracing::instrument)\b")
_BOUND = ("pymethods", "wasm_bindgen", "napi", "uniffi", "no_mangle", 'extern "C"')
"""What hands functions of a file to another language."""
_DEPTH = 3
_MOST = 40
"""Mentions that are looked at; with more of them somebody surely means the function."""


def only_tried(target: Target, ref: Ref) -> bool:
    """Whether no code of the programs and libraries names a function, or only such functions do."""
    return _only_tried(target, ref, _DEPTH)


def _only_tried(target: Target, ref: Ref, depth: int) -> bool:
    known = _judged(target)
    if ref not in known:
        known[ref] = False  # of functions that call each other
        known[ref] = _unnamed(target, ref, depth)
    return known[ref]


def _unnamed(target: Target, ref: Ref, depth: int) -> bool:
    function = outlined(target, ref)
    if function.trait or function.name == "main" or ref in reached(target):
        return False
    if any(not _INERT.match(one) for one in function.attributes):
        return False
    if any(mark in target.text(ref.path) for mark in _BOUND):
        return False
    for number, (path, line) in enumerate(_mentions(target, function.name)):
        around = function_at(target, path, line)
        if around == ref:
            continue
        if number > _MOST or around is None or not depth:
            return False
        if not _only_tried(target, around, depth - 1):
            return False
    return True


def _mentions(target: Target, name: str) -> Iterator[tuple[str, int]]:
    """Where code other than tests, benchmarks and examples names a function."""
    # A module of that name is another thing.
    whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w|::\w)")
    head = re.compile(
        rf"^\s*(?://|(?:pub(?:\([^)]*\))?\s+)?(?:use|mod)\s)|\bfn\s+{re.escape(name)}\b"
    )
    records = scanned(target, outline)
    for path in _sources(target):
        text = target.text(path)
        if name not in text:
            continue
        tests = [
            (one.line, one.end_line)
            for one in (records[path].functions if path in records else ())
            if one.is_test
        ]
        for number, line in enumerate(text.split("\n"), 1):
            if name not in line or not whole.search(line[:2000]) or head.search(line[:2000]):
                continue
            if not any(first <= number <= last for first, last in tests):
                yield path, number


@once
def _sources(target: Target) -> tuple[str, ...]:
    return tuple(
        path
        for path in target.files
        if path.endswith(".rs") and not is_test_path(path) and not _TRIALS.search(path)
    )


@once
def _judged(target: Target) -> dict[Ref, bool]:
    """Filled as functions are asked for."""
    return {}
