"""Positional arguments of an audit: which items a person means by an id, or part of one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Protocol, TypeVar

__all__ = ["split"]


class Named(Protocol):
    """The part of a pytest item that a selection looks at."""

    @property
    def nodeid(self) -> str: ...


I = TypeVar("I", bound=Named)  # noqa: E741


def split(words: Sequence[str], items: Sequence[I]) -> tuple[list[I], list[I], str]:
    """(items that some word names, the others, an error text or ``""``).

    A word may be a whole id, an id without its ``[subject]``, a check's id alone, a check's file
    or a domain's folder.
    """
    known: dict[str, set[int]] = {}
    for number, item in enumerate(items):
        for name in _names(item.nodeid):
            known.setdefault(name, set()).add(number)
    chosen: set[int] = set()
    for word in words:
        found = known.get(word.rstrip("/"))
        if not found:
            near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            return [], [], f"no audit item is called {word!r}{hint} (--collect-only -q lists them)"
        chosen |= found
    kept = [item for number, item in enumerate(items) if number in chosen]
    dropped = [item for number, item in enumerate(items) if number not in chosen]
    return kept, dropped, ""


def _names(nodeid: str) -> set[str]:
    module, _, name = nodeid.partition("::")
    check = name.partition("[")[0]
    return {nodeid, module, module.partition("/")[0], check, f"{module}::{check}"}
